package sqlstore

import (
	"hash/maphash"
	"sync"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// lists keeps postings of segments in memory, so that searches do not read them again: what the
// next letter needs is largely what the one before has read, and lists are most of what a search of
// a large company reads. Of a prefix without a list it keeps the postings that a search has
// collected from the dictionary, and of a whole word whether a segment may have it. Where no session
// has a prefix, none has a longer one. No text is kept.
//
// What was read stays right for as long as its segment is there, or longer: segments have random
// numbers, and postings are only lost, of sessions that were forgotten. Those are dead by then, and
// searches read the dead positions each time. But a snapshot from before a position was dead needs
// its postings, and so does a backup that was restored. So what was read while positions were dead
// is used only while just the same ones are. Nothing is kept of a database in which a search finds
// damage.
type lists struct {
	seed maphash.Seed

	mu sync.Mutex
	// Postings are added to the first generation, and move to it when they are used. Once that has
	// half of the bytes, it becomes the second one, and the former second one is dropped.
	generations [2]map[listKey]keptPostings
	bytes       int // of the first generation
}

// listKey identifies the postings of a term in a segment. The hash keeps what was typed, which may
// be a part of a name, out of the map. It also makes the look-up of one name in a hundred segments
// quick.
type listKey struct {
	segment int64
	name    uint64
}

// keptPostings are the postings of a term in a segment, with a hash of the positions of the segment
// that were dead when they were read, or 0 if none was.
type keptPostings struct {
	postings []byte
	dead     uint64
}

// Bounds of what is kept.
const (
	keptListsBytes = 64 << 20 // of both generations
	listEntryBytes = 100      // of an entry besides the postings: its key, its value, and room in the map
)

func newLists() *lists { return &lists{seed: maphash.MakeSeed()} }

// hash returns the hash of a name: the key of a list, or a whole word.
func (l *lists) hash(name string) uint64 { return maphash.String(l.seed, name) }

// hashes returns the hashes of the key of a list, and of those of shorter prefixes.
func (l *lists) hashes(name string) []uint64 {
	hashes := []uint64{l.hash(name)}
	for shorter := range segment.Shorter(name) {
		hashes = append(hashes, l.hash(shorter))
	}
	return hashes
}

// dead returns a hash of a segment's dead positions, or 0 if there are none.
func (l *lists) dead(s *segment.Segment) uint64 {
	if s.DeadCount() == 0 {
		return 0
	}
	var h maphash.Hash
	h.SetSeed(l.seed)
	for _, word := range s.Dead() {
		maphash.WriteComparable(&h, word)
	}
	return max(h.Sum64(), 1)
}

// get returns the postings of a segment that are kept under the first of some hashes of a name, or
// nothing if that is kept under the next one, of a shorter name. It returns nil if neither is, or
// only of other dead positions.
func (l *lists) get(number int64, hashes []uint64, dead uint64) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, hash := range hashes {
		key := listKey{number, hash}
		kept, known := l.generations[0][key]
		if !known {
			if kept, known = l.generations[1][key]; known {
				l.add(key, kept)
			}
		}
		if !known || kept.dead != 0 && kept.dead != dead {
			continue
		}
		if i > 0 && !segment.IsNothing(kept.postings) {
			return nil
		}
		return kept.postings
	}
	return nil
}

// put keeps the postings of a term in a segment.
func (l *lists) put(number int64, hash uint64, kept keptPostings) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(listKey{number, hash}, kept)
}

// drop keeps nothing any more.
func (l *lists) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.generations, l.bytes = [2]map[listKey]keptPostings{}, 0
}

// add adds to the first generation.
func (l *lists) add(key listKey, kept keptPostings) {
	bytes := cap(kept.postings) + listEntryBytes
	if l.bytes += bytes; l.bytes > keptListsBytes/2 || l.generations[0] == nil {
		l.generations = [2]map[listKey]keptPostings{{}, l.generations[0]}
		l.bytes = bytes
	}
	l.generations[0][key] = kept
}
