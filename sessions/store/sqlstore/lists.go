package sqlstore

import (
	"hash/maphash"
	"sync"
)

// lists keeps lists of segments in memory, so that searches do not read them again: what the next
// letter needs is largely what the one before has read, and lists are most of what a search of a
// large company reads. That a segment has no list of a name is kept, too. Blocks with words, those
// of the dictionary, are not.
//
// A list that was read stays right for as long as its segment is there. Segments have random
// numbers, which are not used again, and their lists only lose positions: those of sessions that
// were forgotten, which are dead by then. Searches read each time which positions are dead. But a
// snapshot from before a position was dead needs it in the lists, so a list is of no use to a
// snapshot with fewer dead positions than the one in which it was read.
type lists struct {
	seed maphash.Seed

	mu sync.Mutex
	// Lists are added to the first generation, and move to it when they are used. Once that has
	// half of the bytes, it becomes the second one, and the former second one is dropped.
	generations [2]map[listKey]keptList
	bytes       int // of the first generation
}

// listKey identifies a list. The hash keeps what was typed, which may be a part of a name, out of
// the map. It also makes the look-up of one name in a hundred segments quick.
type listKey struct {
	segment int64
	name    uint64
}

// keptList is a list, or nil if the segment has none, and how many positions of the segment were
// dead when it was read.
type keptList struct {
	list []byte
	dead int
}

// Bounds of what is kept.
const (
	keptListsBytes = 64 << 20 // of both generations
	listEntryBytes = 100      // of an entry besides the list: its key, its value, and room in the map
)

func newLists() *lists { return &lists{seed: maphash.MakeSeed()} }

// hash returns the hash of a name for get and put.
func (l *lists) hash(name string) uint64 { return maphash.String(l.seed, name) }

// get returns the list of a segment of which a number of positions is dead, or nil if the segment
// has none. known is false if that has to be read.
func (l *lists) get(segment int64, name uint64, dead int) (list []byte, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := listKey{segment, name}
	kept, known := l.generations[0][key]
	if !known {
		if kept, known = l.generations[1][key]; known {
			l.add(key, kept)
		}
	}
	return kept.list, known && kept.dead <= dead
}

// put keeps the list of a segment, or that there is none if it is nil.
func (l *lists) put(segment int64, name uint64, dead int, list []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(listKey{segment, name}, keptList{list, dead})
}

// add adds to the first generation.
func (l *lists) add(key listKey, kept keptList) {
	if l.bytes += len(kept.list) + listEntryBytes; l.bytes > keptListsBytes/2 || l.generations[0] == nil {
		l.generations = [2]map[listKey]keptList{{}, l.generations[0]}
		l.bytes = len(kept.list) + listEntryBytes
	}
	l.generations[0][key] = kept
}
