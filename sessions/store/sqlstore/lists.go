package sqlstore

import (
	"hash/maphash"
	"sync"
)

// lists keeps lists of segments in memory, so that searches do not read them again: what the next
// letter needs is largely what the one before has read, and lists are most of what a search of a
// large company reads.
//
// A list that was read stays right for as long as its segment is there. Segments have random
// numbers, which are not used again, and their lists only lose positions: those of sessions that
// were forgotten, which are dead, and searches read the dead positions each time. That a segment
// has no list of a name is kept, too. Blocks with words, those of the dictionary, are not.
type lists struct {
	seed maphash.Seed

	mu sync.Mutex
	// Lists are added to the first generation, and move to it when they are used. Once that has
	// half of the bytes, it becomes the second one, and the former second one is dropped.
	generations [2]map[listKey][]byte
	bytes       int // of the first generation
}

// listKey identifies a list. The hash keeps what was typed, which may be a part of a name, out of
// the map. It also makes the look-up of one name in a hundred segments quick.
type listKey struct {
	segment int64
	name    uint64
}

// Bounds of what is kept.
const (
	keptListsBytes = 64 << 20 // of both generations
	listEntryBytes = 100      // of an entry besides the list: its key, a slice, and room in the map
)

func newLists() *lists { return &lists{seed: maphash.MakeSeed()} }

// hash returns the hash of a name for get and put.
func (l *lists) hash(name string) uint64 { return maphash.String(l.seed, name) }

// get calls found with each list of a name that is known, and the index of its segment. The list is
// nil if the segment has none. It reports whether the lists of all segments are known.
func (l *lists) get(segments []int64, name uint64, found func(i int, list []byte)) (all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all = true
	for i, s := range segments {
		key := listKey{s, name}
		list, known := l.generations[0][key]
		if !known {
			if list, known = l.generations[1][key]; !known {
				all = false
				continue
			}
			l.add(key, list)
		}
		found(i, list)
	}
	return all
}

// put keeps the list of each segment, or that there is none if it is nil.
func (l *lists) put(segments []int64, name uint64, list func(i int) []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, s := range segments {
		l.add(listKey{s, name}, list(i))
	}
}

// add adds to the first generation.
func (l *lists) add(key listKey, list []byte) {
	if l.bytes += len(list) + listEntryBytes; l.bytes > keptListsBytes/2 || l.generations[0] == nil {
		l.generations = [2]map[listKey][]byte{{}, l.generations[0]}
		l.bytes = len(list) + listEntryBytes
	}
	l.generations[0][key] = list
}
