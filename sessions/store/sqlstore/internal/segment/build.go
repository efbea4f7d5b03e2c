package segment

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Builder builds the blocks of one segment.
type Builder struct {
	number     int64
	places     []Place
	ids        []string
	words      inverted[Word]
	properties inverted[property]
	buffer     []filter.Term
}

// NewBuilder returns a Builder of the segment with a number. It has no sessions.
func NewBuilder(number int64) *Builder {
	return &Builder{number: number, words: newInverted[Word](), properties: newInverted[property]()}
}

// Add adds a session with its change number. Sessions have to be added from the oldest to the
// newest, in the order of the list, and no more than [MaxSessions]. The session is not kept.
func (b *Builder) Add(s *sessions.Session, change int64) {
	position := uint16(len(b.places))
	b.places = append(b.places, Place{Created: s.CreatedAt.UnixMicro(), Change: change})
	b.ids = append(b.ids, s.ID)
	b.buffer = termsOf(s, b.buffer, func(w Word) { b.words.add(w, position) },
		func(p property) { b.properties.add(p, position) })
}

// inverted collects the positions of terms. Most words belong to one or two sessions: a slice for
// each word would make as many small allocations. So all positions are in one slice, which is
// sorted at the end.
type inverted[T comparable] struct {
	numbers map[T]uint32
	terms   []T       // by number
	last    []int32   // the position that was last added, by number
	pairs   []posting // in the order of their positions
}

// posting is a term at a position.
type posting struct {
	term     uint32
	position uint16
}

// newInverted returns an inverted without terms.
func newInverted[T comparable]() inverted[T] { return inverted[T]{numbers: map[T]uint32{}} }

// add adds a position, which is not before the last one added, unless the term has it already.
func (v *inverted[T]) add(term T, position uint16) {
	n, known := v.numbers[term]
	if !known {
		n = uint32(len(v.terms))
		v.numbers[term] = n
		v.terms, v.last = append(v.terms, term), append(v.last, -1)
	}
	if v.last[n] == int32(position) {
		return
	}
	v.last[n] = int32(position)
	v.pairs = append(v.pairs, posting{n, position})
}

// postings returns the positions of each term, by number.
func (v *inverted[T]) postings() [][]uint16 {
	// A counting sort: ends has where the positions of each term begin in the slice of all.
	lists, ends := make([][]uint16, len(v.terms)), make([]int, len(v.terms)+1)
	for _, p := range v.pairs {
		ends[p.term+1]++
	}
	for n := range lists {
		ends[n+1] += ends[n]
	}
	all := make([]uint16, len(v.pairs))
	for n := range lists {
		lists[n] = all[ends[n]:ends[n]:ends[n+1]]
	}
	for _, p := range v.pairs {
		lists[p.term] = append(lists[p.term], p.position)
	}
	return lists
}

// Built is a segment that can be stored.
type Built struct {
	N              int
	Oldest, Newest int64 // creation times in microseconds since 1970
	Blocks         []Block
}

// Build returns the blocks of the sessions that were added, of which there must be at least one.
// The Builder must not be used any more.
func (b *Builder) Build() Built {
	n := len(b.places)
	built := Built{N: n, Oldest: b.places[0].Created, Newest: b.places[n-1].Created}
	built.Blocks = append(built.Blocks, b.placeBlocks()...)
	built.Blocks = append(built.Blocks, b.dictionary()...)
	set := newBits(n)
	var spare []byte
	var list []Block
	lists := map[string][]uint16{}
	for i, positions := range b.properties.postings() {
		lists[b.properties.terms[i].String()] = positions
	}
	properties := slices.Sorted(maps.Keys(lists))
	built.Blocks = append(built.Blocks, sealed(b.number, keyCatalogue, appendTexts(nil, properties)))
	for _, p := range properties {
		clear(set)
		setAll(set, lists[p])
		list, spare = (&sections{set}).blocks(b.number, p, n, spare)
		built.Blocks = append(built.Blocks, list...)
	}
	slices.SortFunc(built.Blocks, func(x, y Block) int { return strings.Compare(x.Key, y.Key) })
	return built
}

// setAll adds positions to a set.
func setAll(set Bits, positions []uint16) {
	for _, p := range positions {
		set.Set(int(p))
	}
}

// placeBlocks returns the blocks of the places, and their index.
func (b *Builder) placeBlocks() (blocks []Block) {
	n := len(b.places)
	for i := range b.places {
		at := b.places[i].Created
		if i > 0 && b.places[i-1].Created == at || i+1 < n && b.places[i+1].Created == at {
			b.places[i].ID = b.ids[i]
		}
	}
	var starts []int64
	for k := range parts(n) {
		part := b.places[k*PartPlaces : min(n, (k+1)*PartPlaces)]
		starts = append(starts, part[0].Created)
		blocks = append(blocks, sealed(b.number, partKey(k), appendPart(nil, part)))
	}
	return append(blocks, sealed(b.number, keyIndex, appendIndex(nil, starts)))
}

// coded is a word with its postings, encoded for the dictionary.
type coded struct {
	Word
	positions []uint16
	gaps      []byte
	end       int // bytes of the dictionary up to here
}

// dictionary returns the chunks, the hashes, and the lists of prefixes.
func (b *Builder) dictionary() []Block {
	postings := b.words.postings()
	terms := make([]coded, 0, len(postings))
	for _, n := range inOrder(b.words.terms) {
		terms = append(terms, coded{Word: b.words.terms[n], positions: postings[n]})
	}
	var blocks []Block
	var entries, arena, buffer, chunk []byte
	before, link, size := "", "", 0
	flush := func(last string) {
		chunk = appendChunk(chunk[:0], link, entries)
		blocks = append(blocks, sealed(b.number, keyDictionary+last, chunk))
		entries, link = entries[:0], last
	}
	for i := range terms {
		t := &terms[i]
		start := len(arena)
		arena = appendGaps(arena, t.positions)
		t.gaps = arena[start:len(arena):len(arena)]
		buffer = appendEntry(buffer[:0], before, t.text, t.tag, len(t.positions), t.gaps)
		size += len(buffer)
		t.end = size
		// A word that takes more has a list, and no postings here.
		if len(buffer) > listBytes {
			buffer = appendEntry(buffer[:0], before, t.text, t.tag, 0, nil)
		}
		// Keep the entries of a word together: a key names one chunk.
		if len(entries) > 0 && len(entries)+len(buffer) > chunkBytes && before != t.text {
			flush(before)
		}
		entries = append(entries, buffer...)
		before = t.text
	}
	flush(endWord)
	blocks = append(blocks, b.hashes(terms)...)
	l := lister{number: b.number, n: len(b.places), terms: terms, blocks: blocks}
	for t := range l.sets {
		l.sets[t] = newBits(l.n)
	}
	l.lists(0, len(terms), 0)
	return l.blocks
}

// inOrder returns the indexes of words in the order of the dictionary. The first eight bytes,
// compared as a number, decide most comparisons.
func inOrder(words []Word) []uint32 {
	type entry struct {
		first uint64
		place uint32
	}
	list := make([]entry, len(words))
	for i := range words {
		var first [8]byte
		copy(first[:], words[i].text)
		list[i] = entry{binary.BigEndian.Uint64(first[:]), uint32(i)}
	}
	slices.SortFunc(list, func(x, y entry) int {
		if x.first != y.first {
			return cmp.Compare(x.first, y.first)
		}
		v, w := &words[x.place], &words[y.place]
		return cmp.Or(strings.Compare(v.text, w.text), cmp.Compare(v.tag, w.tag))
	})
	places := make([]uint32, len(list))
	for i := range list {
		places[i] = list[i].place
	}
	return places
}

// hashes returns the blocks of hashes.
func (b *Builder) hashes(terms []coded) (blocks []Block) {
	parts := hashParts(len(b.places))
	rests := make([][]uint32, 1<<parts)
	for i := range terms {
		if t := &terms[i]; isHashed(t.tag) {
			part, rest := hashPart(hashOf(t.text), parts)
			rests[part] = append(rests[part], rest)
		}
	}
	for part, list := range rests {
		slices.Sort(list)
		blocks = append(blocks, sealed(b.number, hashKey(part, parts), appendHashes(list)))
	}
	return blocks
}

// lister builds the lists of prefixes.
type lister struct {
	number int64
	n      int
	terms  []coded
	sets   sections // memory
	spare  []byte
	blocks []Block
}

// bytesBefore returns the bytes that the words before index i take in the dictionary.
func (l *lister) bytesBefore(i int) int {
	if i == 0 {
		return 0
	}
	return l.terms[i-1].end
}

// lists adds the lists of prefixes of the terms from low until before high, which have their first
// depth bytes in common.
func (l *lister) lists(low, high, depth int) {
	for low < high && len(l.terms[low].text) <= depth {
		low++ // the common prefix itself
	}
	for low < high {
		_, size := utf8.DecodeRuneInString(l.terms[low].text[depth:])
		prefix := l.terms[low].text[:depth+size]
		end := low + 1
		for end < high && strings.HasPrefix(l.terms[end].text, prefix) {
			end++
		}
		if l.bytesBefore(end)-l.bytesBefore(low) > listBytes {
			// Subjects are only looked for whole.
			if prefix[:1] != subjectLetter || prefix == l.terms[low].text {
				l.list(prefix, l.terms[low:end])
			}
			l.lists(low, end, len(prefix))
		}
		low = end
	}
}

// list adds the list of a prefix.
func (l *lister) list(prefix string, terms []coded) {
	var f sections
	for _, w := range terms {
		if f[w.tag] == nil {
			f[w.tag] = l.sets[w.tag]
			clear(f[w.tag])
		}
		setAll(f[w.tag], w.positions)
	}
	var blocks []Block
	blocks, l.spare = f.blocks(l.number, prefix, l.n, l.spare)
	l.blocks = append(l.blocks, blocks...)
}
