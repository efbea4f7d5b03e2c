package sqlstore

import (
	"hash/maphash"
	"maps"
	"sync"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// DefaultCacheBytes is how much a Backend of [New] caches in memory. See [Backend.WithCache].
const DefaultCacheBytes = 128 << 20

// WithCache returns a Backend over the same tables with a cache of its own, which holds up to the
// given number of bytes. If it is 0 or less, nothing is cached, and each search reads all that it
// needs.
//
// The cache is only filled with what searches read. For a company of six million sessions,
// thousands of different searches filled about 100 MB of it. A process takes up to three times what
// its cache holds, since Go collects garbage only now and then.
func (b *Backend) WithCache(bytes int) *Backend {
	c := b.copied()
	c.cache = newCache(bytes)
	return c
}

// cache has postings of segments, so that searches do not read them again: what the next letter
// needs is largely what the one before has read, and postings are most of what a search of a large
// company reads. Of a prefix without a list it has the postings that a search has collected from
// the dictionary, and of a whole word whether a segment may have it. Where no session has a prefix,
// none has a longer one. It has no text.
//
// What was read stays right for as long as its segment is there, or longer: segments have random
// numbers, and postings are only lost, of sessions that were forgotten. Those are dead by then, and
// searches read the dead positions each time. But a snapshot from before a position was dead needs
// its postings, and so does a backup that was restored. So what was read while positions were dead
// is used only while just the same ones are. Nothing stays cached of a database in which a search
// finds damage.
type cache struct {
	seed maphash.Seed
	most int // bytes of all entries

	mu      sync.Mutex
	at      map[cacheKey]int // indexes of the entries
	entries []cacheEntry
	bytes   int // of all entries
	// The hand of a clock (the second-chance algorithm): the index of the next entry that may have
	// to make room. It is spared if it was used since the hand last passed it.
	hand int
}

// cacheKey identifies the postings of a term in a segment. The hash keeps what was typed, which may
// be a part of a name, out of the cache. It also makes it quick to look one term up in a hundred
// segments.
type cacheKey struct {
	segment int64
	term    uint64
}

// cacheValue is what is cached under a key. The zero value says that nothing is.
type cacheValue struct {
	postings []byte // see [segment.Segment.Postings]; of a whole word wordPostings
	dead     uint64 // what hashDead returned when they were read
}

// isValid reports whether the postings may be used while hashDead returns the given hash.
func (v cacheValue) isValid(dead uint64) bool {
	return v.postings != nil && (v.dead == 0 || v.dead == dead)
}

// cacheEntry is a value with its key.
type cacheEntry struct {
	key  cacheKey
	used bool // since the hand last passed it
	cacheValue
}

// cacheEntryBytes is what an entry takes besides the postings: itself, and its index in the map.
const cacheEntryBytes = 130

// newCache returns a cache of so many bytes at most, or nil if there are none.
func newCache(most int) *cache {
	if most <= 0 {
		return nil
	}
	return &cache{seed: maphash.MakeSeed(), most: most, at: map[cacheKey]int{}}
}

// hash returns the hash of a term: the key of its list, or a whole word.
func (c *cache) hash(term string) uint64 { return maphash.String(c.seed, term) }

// hashDead returns a hash of a segment's dead positions, or 0 if there are none.
func (c *cache) hashDead(s *segment.Segment) uint64 {
	if s.DeadCount() == 0 {
		return 0
	}
	var h maphash.Hash
	h.SetSeed(c.seed)
	for _, word := range s.Dead() {
		maphash.WriteComparable(&h, word)
	}
	return max(h.Sum64(), 1)
}

// mostShorterPrefixes is how many shorter prefixes get looks up. The one that tells that no session
// has the term is mostly the one before the last letters that were typed.
const mostShorterPrefixes = 8

// get returns what is cached of a term, for each of some segments, and whether anything is. Where
// no session has a shorter prefix, none has the term.
func (c *cache) get(segments []*segment.Segment, term string) (values []cacheValue, some bool) {
	values = make([]cacheValue, len(segments))
	hashes := []uint64{c.hash(term)}
	for shorter := range segment.ShorterPrefixes(term) {
		if hashes = append(hashes, c.hash(shorter)); len(hashes) > mostShorterPrefixes {
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, s := range segments {
		for n, hash := range hashes {
			at, cached := c.at[cacheKey{s.Number, hash}]
			if !cached {
				continue
			}
			if e := &c.entries[at]; n == 0 || segment.IsEmpty(e.postings) {
				values[i], e.used, some = e.cacheValue, true, true
			}
			break
		}
	}
	return values, some
}

// put caches the postings of a term in a segment.
func (c *cache) put(number int64, hash uint64, v cacheValue) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := cacheKey{number, hash}
	if at, cached := c.at[key]; cached {
		c.remove(at)
	}
	bytes := cap(v.postings) + cacheEntryBytes
	if bytes > c.most {
		return
	}
	for c.bytes+bytes > c.most {
		c.hand %= len(c.entries)
		if e := &c.entries[c.hand]; e.used {
			e.used = false
		} else {
			c.remove(c.hand)
		}
		c.hand++ // also past the entry that has taken the place of a removed one: it is new
	}
	c.at[key] = len(c.entries)
	c.entries = append(c.entries, cacheEntry{key: key, cacheValue: v})
	c.bytes += bytes
}

// remove removes an entry. The last one takes its place.
func (c *cache) remove(at int) {
	e, last := c.entries[at], len(c.entries)-1
	c.bytes -= cap(e.postings) + cacheEntryBytes
	c.entries[at] = c.entries[last]
	c.at[c.entries[at].key] = at
	delete(c.at, e.key)
	c.entries[last] = cacheEntry{}
	c.entries = c.entries[:last]
	// Neither the slice nor the map gives memory back by itself, and many small entries may have made
	// room for few large ones.
	if room := 2 * len(c.entries); room > leastRoom && 2*room < cap(c.entries) {
		c.entries = append(make([]cacheEntry, 0, room), c.entries...)
		at := make(map[cacheKey]int, room)
		maps.Copy(at, c.at)
		c.at = at
	}
}

// leastRoom is the number of entries whose memory is never given back.
const leastRoom = 1000

// clear removes everything.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.entries, c.bytes, c.hand = map[cacheKey]int{}, nil, 0, 0
}
