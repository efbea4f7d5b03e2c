package segment

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Segment has the parts of a segment that have been read. It is not safe for concurrent use.
type Segment struct {
	Number         int64
	N              int
	Oldest, Newest int64 // creation times in microseconds since 1970
	// Version of the search keys that its words come from; 0 until the caller of Open sets it.
	SearchKey int64

	dead       Bits              // nil if there are none, or if they were not read
	starts     []int64           // creation times of the first places of the parts; nil: not read
	places     map[int][]Place   // by part
	properties []string          // those that have a list, sorted
	catalogued bool              // the properties were read
	lists      map[string][]byte // by key; also the blocks that have the postings of lists by field
	hashes     map[string][]byte
	// The words to look up in blocks of hashes, by block; if nil, Put keeps the blocks.
	asked []hashBlock
	// The whole words that the segment may have, as far as they were looked up or put.
	words  map[string]bool
	chunks []chunk // by last word
	// The postings of prefixes without a list, as appendCollected appends them.
	unlisted map[string][]byte
	// Those of the prefixes whose postings were collected from chunks; those of others were put.
	collected []string
}

// Open returns a segment of which nothing has been read. It returns a [*DamageError] if no segment
// can have these numbers.
func Open(number int64, n int, oldest, newest int64) (*Segment, error) {
	if n < 1 || n > MaxSessions || oldest > newest {
		return nil, &DamageError{number, "description"}
	}
	return &Segment{Number: number, N: n, Oldest: oldest, Newest: newest}, nil
}

// Damaged returns a [*DamageError] that names a part of the segment.
func (s *Segment) Damaged(what string) error { return &DamageError{s.Number, what} }

// damaged returns a [*DamageError] that names a block.
func (s *Segment) damaged(key string) error { return &DamageError{s.Number, blockName(key)} }

// Keeps reports whether Put keeps the data of a block, and not only values that it decodes from
// them.
func (s *Segment) Keeps(key string) bool {
	switch key[:min(1, len(key))] {
	case keyList, keyFields, keyDictionary:
		return true
	case keyHashes:
		return s.asked == nil
	}
	return false
}

// Put takes a block that was read. If the block is damaged, it returns a [*DamageError].
func (s *Segment) Put(key string, data []byte) error {
	payload, ok := unsealed(s.Number, key, data)
	if !ok || key == "" {
		return s.damaged(key)
	}
	switch key[:1] {
	case keyList:
		_, _, ok = openList(payload)
		s.lists = with(s.lists, key, payload)
	case keyFields:
		s.lists = with(s.lists, key, payload)
	case keyHashes:
		// A query needs of the hashes only whether its words are among them.
		if s.asked != nil {
			ok = s.lookUp(key, payload)
			break
		}
		s.hashes = with(s.hashes, key, payload)
	case keyCatalogue:
		s.properties, ok = decodeTexts(payload)
		s.catalogued = ok
	case keyDictionary:
		var c chunk
		if c, ok = openChunk(key[1:], payload); ok {
			// A chunk may be read twice, by different words.
			if i, found := s.chunk(c.last); !found {
				s.chunks = slices.Insert(s.chunks, i, c)
			}
		}
	case keyDead:
		s.dead = newBits(s.N)
		ok = orPostings(s.dead, s.N, payload)
	case keyIndex:
		s.starts, ok = decodeIndex(payload, s.N)
		ok = ok && s.starts[0] == s.Oldest && s.starts[len(s.starts)-1] <= s.Newest
	case keyPart:
		var part uint64
		var err error
		part, err = strconv.ParseUint(key[1:], 16, 16)
		if ok = err == nil && int(part) < parts(s.N); ok {
			var places []Place
			places, ok = decodePart(payload, min(PartPlaces, s.N-int(part)*PartPlaces))
			s.places = with(s.places, int(part), places)
		}
	default:
		ok = false
	}
	if !ok {
		return s.damaged(key)
	}
	return nil
}

// IsList reports whether a key is that of a list.
func IsList(key string) bool { return strings.HasPrefix(key, keyList) }

// empty has the postings of a term that no session has. Those of other terms are longer.
var empty = []byte{0}

// IsEmpty reports whether postings that [Segment.Postings] returned say that no session has the
// term.
func IsEmpty(postings []byte) bool { return len(postings) == len(empty) && postings[0] == empty[0] }

// Postings returns the postings of a term, by the key of its list: the list, or what an evaluation
// has collected from the dictionary, which has no text. It returns nil if they are not known.
func (s *Segment) Postings(key string) []byte {
	if list, ok := s.lists[key]; ok {
		return list
	}
	term := key[len(keyList):]
	if !isProperty(term) {
		return s.unlisted[term]
	}
	if _, has := slices.BinarySearch(s.properties, term); !s.catalogued || has {
		return nil
	}
	return empty
}

// PutPostings takes what [Segment.Postings] has returned for the same segment, but not nil. It
// reports false, and takes nothing, if the segment has a property by its catalogue that no session
// had by then: the catalogue is an older one, from before a person was forgotten.
func (s *Segment) PutPostings(key string, postings []byte) bool {
	term := key[len(keyList):]
	switch {
	case postings[0] != 0: // the fields of a list, of which there is one at least
		s.lists = with(s.lists, key, postings)
	case isProperty(term):
		_, has := slices.BinarySearch(s.properties, term)
		return !has
	default:
		s.unlisted = with(s.unlisted, term, postings)
	}
	return true
}

// Collected returns the keys of the terms whose postings evaluations have collected from the
// dictionary.
func (s *Segment) Collected() (keys []string) {
	for _, prefix := range s.collected {
		keys = append(keys, keyList+prefix)
	}
	return keys
}

// ShorterPrefixes yields the keys of the prefixes with which the prefix of a key begins, the
// longest first: if no session has one of those, no session has the prefix of the key. It yields
// none if the key is not that of a prefix.
func ShorterPrefixes(key string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !IsList(key) || isProperty(key[len(keyList):]) {
			return
		}
		for {
			_, size := utf8.DecodeLastRuneInString(key)
			if key = key[:len(key)-size]; len(key) <= len(keyList) || !yield(key) {
				return
			}
		}
	}
}

// HasWord reports whether the segment may have one of the words that [Query.Hashes] was given, once
// the blocks were put.
func (s *Segment) HasWord(word string) bool { return s.words[word] }

// CheckHashes returns a [*DamageError] if a block of [Query.Hashes] was not put: HasWord would report
// of its words that the segment does not have them.
func (s *Segment) CheckHashes() error {
	for _, b := range s.asked {
		if _, ok := s.hashes[b.key]; !ok {
			return s.damaged(b.key)
		}
	}
	return nil
}

// PutWord takes what [Segment.HasWord] has returned for the same segment.
func (s *Segment) PutWord(word string, has bool) {
	if has {
		s.words = with(s.words, word, true)
	}
}

// with adds to a map, and makes the map if it is nil: a search needs few of the maps of most
// segments.
func with[K comparable, V any](m map[K]V, key K, value V) map[K]V {
	if m == nil {
		m = map[K]V{}
	}
	m[key] = value
	return m
}

// chunk returns the index, among the chunks that were read, of the one in which a word has to be,
// and whether the word is that chunk's last one.
func (s *Segment) chunk(word string) (i int, last bool) {
	return slices.BinarySearchFunc(s.chunks, word, func(c chunk, word string) int { return strings.Compare(c.last, word) })
}

// hasChunk reports whether the chunk in which a word has to be was read.
func (s *Segment) hasChunk(word string) bool {
	i, _ := s.chunk(word)
	return i < len(s.chunks) && s.chunks[i].before < word
}

// Behind returns keys for the chunks that follow some chunks. For each given key, take the first
// chunk whose key is not less, if it was read: the chunk that follows it is the first one whose key
// is not less than the returned key.
func (s *Segment) Behind(keys []string) (next []string) {
	for _, key := range keys {
		if i, _ := s.chunk(key[1:]); i < len(s.chunks) && s.chunks[i].last != endWord {
			next = append(next, keyDictionary+s.chunks[i].last+"\x01") // no word has that character
		}
	}
	return sortedSet(next)
}

// list returns the list of a term, and whether there is one. It returns a [*DamageError] if a
// property of the catalogue has no list.
func (s *Segment) list(term string) (list []byte, ok bool, err error) {
	list, ok = s.lists[keyList+term]
	if !ok && isProperty(term) {
		if !s.catalogued {
			return nil, false, s.damaged(keyCatalogue)
		}
		if _, missing := slices.BinarySearch(s.properties, term); missing {
			return nil, false, s.damaged(keyList + term)
		}
	}
	return list, ok, nil
}

// Release forgets the lists and the dictionary, which only an evaluation needs.
func (s *Segment) Release() {
	s.lists, s.hashes, s.chunks, s.words, s.asked, s.unlisted, s.collected = nil, nil, nil, nil, nil, nil, nil
	s.properties, s.catalogued = nil, false
}

// Dead returns the dead positions, of the block [DeadKey]. The caller must not change them.
func (s *Segment) Dead() Bits {
	if s.dead == nil {
		return newBits(s.N)
	}
	return s.dead
}

// DeadCount returns how many positions are dead.
func (s *Segment) DeadCount() int { return s.dead.Count() }

// PartKey returns the key of the block that holds the place of a position, and whether it was read.
func (s *Segment) PartKey(position int) (key string, read bool) {
	_, read = s.places[position/PartPlaces]
	return partKey(position / PartPlaces), read
}

// Pass forgets the places of the parts after that of a position: a search goes from the newest to
// the oldest.
func (s *Segment) Pass(position int) {
	for part := range s.places {
		if part > position/PartPlaces {
			delete(s.places, part)
		}
	}
}

// Place returns the place of a position. If its block was not read, it returns a [*DamageError].
func (s *Segment) Place(position int) (Place, error) {
	part, ok := s.places[position/PartPlaces]
	if !ok {
		return Place{}, s.damaged(partKey(position / PartPlaces))
	}
	return part[position%PartPlaces], nil
}

// bound returns the number of sessions that were created before an instant. If a part has to be
// read first, it returns the part and false.
func (s *Segment) bound(us int64) (n, part int, ok bool) {
	switch {
	case us <= s.Oldest:
		return 0, 0, true
	case us > s.Newest:
		return s.N, 0, true
	}
	// Find the first part that begins at the instant or later. The boundary is in the part before,
	// or between the two.
	part, _ = slices.BinarySearch(s.starts, us)
	part--
	places, ok := s.places[part]
	if !ok || part < 0 {
		return 0, part, false
	}
	i, _ := slices.BinarySearchFunc(places, us, func(p Place, us int64) int {
		if p.Created < us {
			return -1
		}
		return 1
	})
	return part*PartPlaces + i, part, true
}

// Between returns the positions of the sessions created from oldest to newest, both included: from
// low until before high. If blocks have to be read first, it returns their keys in missing, and all
// positions.
func (s *Segment) Between(oldest, newest int64) (low, high int, missing []string) {
	low, high = 0, s.N
	for _, b := range []struct {
		us int64
		to *int
	}{{oldest, &low}, {newest + 1, &high}} {
		if s.starts == nil && b.us > s.Oldest && b.us <= s.Newest {
			return 0, s.N, []string{keyIndex}
		}
		n, part, ok := s.bound(b.us)
		if *b.to = n; !ok {
			missing = append(missing, partKey(part))
		}
	}
	if missing != nil {
		return 0, s.N, missing
	}
	return low, max(low, high), nil
}
