package sqlstore

import (
	"hash/maphash"
	"sync"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// lists keeps lists of segments in memory, so that searches do not read them again: what the next
// letter needs is largely what the one before has read, and lists are most of what a search of a
// large company reads. That a segment has no list of a name is kept, too. Blocks with words, those
// of the dictionary, are not.
//
// A list that was read stays right for as long as its segment is there, or longer: segments have
// random numbers, and lists only lose positions, of sessions that were forgotten. Those are dead by
// then, and searches read the dead positions each time. But a snapshot from before a position was
// dead needs it in the lists, and so does a backup that was restored. So a list that was read while
// positions were dead is used only while just the same ones are. Nothing is kept of a database in
// which a search finds damage.
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

// keptList is a list, or nil if the segment has none, with a hash of the positions of the segment
// that were dead when it was read, or 0 if none was.
type keptList struct {
	list []byte
	dead uint64
}

// Bounds of what is kept.
const (
	keptListsBytes = 64 << 20 // of both generations
	listEntryBytes = 100      // of an entry besides the list: its key, its value, and room in the map
)

func newLists() *lists { return &lists{seed: maphash.MakeSeed()} }

// hash returns the hash of a name for get and put.
func (l *lists) hash(name string) uint64 { return maphash.String(l.seed, name) }

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

// get returns what is kept of a segment under a name, and whether anything is.
func (l *lists) get(segment int64, name uint64) (kept keptList, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := listKey{segment, name}
	kept, known = l.generations[0][key]
	if !known {
		if kept, known = l.generations[1][key]; known {
			l.add(key, kept)
		}
	}
	return kept, known
}

// put keeps the list of a segment.
func (l *lists) put(segment int64, name uint64, kept keptList) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(listKey{segment, name}, kept)
}

// drop keeps nothing any more.
func (l *lists) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.generations, l.bytes = [2]map[listKey]keptList{}, 0
}

// add adds to the first generation.
func (l *lists) add(key listKey, kept keptList) {
	if l.bytes += cap(kept.list) + listEntryBytes; l.bytes > keptListsBytes/2 || l.generations[0] == nil {
		l.generations = [2]map[listKey]keptList{{}, l.generations[0]}
		l.bytes = cap(kept.list) + listEntryBytes
	}
	l.generations[0][key] = kept
}
