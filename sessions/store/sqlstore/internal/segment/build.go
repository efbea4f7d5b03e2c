package segment

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// Builder builds the blocks of one segment.
type Builder struct {
	number     int64
	places     []Place
	ids        []string
	words      []occurrence
	texts      []byte // of the words
	properties map[property]*positions
	digester   Digester
	digest     []byte
}

// positions are ascending.
type positions []uint16

// NewBuilder returns a Builder of the segment with a number, with room for n sessions. It has no
// sessions.
func NewBuilder(number int64, n int) *Builder {
	return &Builder{
		number: number, places: make([]Place, 0, n), ids: make([]string, 0, n),
		words: make([]occurrence, 0, 7*n), texts: make([]byte, 0, 64*n), // more than most take
		properties: map[property]*positions{},
	}
}

// Add adds a session with its change number. Sessions have to be added from the oldest to the
// newest, in the order of the list, and no more than [MaxSessions]. The session is not kept.
func (b *Builder) Add(s *sessions.Session, change int64) {
	b.digest = b.digester.Append(b.digest[:0], s, searchkey.Of(s))
	b.AddDigest(Place{s.CreatedAt.UnixMicro(), change, s.ID}, b.digest)
}

// AddDigest is Add for a session of which only the place and the digest are known. The digest is
// not kept.
func (b *Builder) AddDigest(place Place, digest []byte) {
	position := uint16(len(b.places))
	b.ids = append(b.ids, place.ID)
	place.ID = "" // see placeBlocks
	b.places = append(b.places, place)
	for len(digest) > 0 {
		var kind byte
		var text []byte
		if kind, text, digest = nextTerm(digest); kind&isLetter != 0 {
			b.addProperty(kind&^isLetter, text, position)
		} else {
			b.addWord(tag(kind), text, position)
		}
	}
}

// addProperty adds a position to those of a property, which may have it already.
func (b *Builder) addProperty(letter byte, value []byte, position uint16) {
	list := b.properties[property{letter, string(value)}] // allocates nothing
	if list == nil {
		list = new(positions)
		b.properties[property{letter, string(value)}] = list
	}
	if n := len(*list); n == 0 || (*list)[n-1] != position {
		*list = append(*list, position)
	}
}

// occurrence is a word at a position. A segment has hundreds of thousands of them, most of which
// are of words of one or two sessions: they are sorted, which takes less time than looking each of
// them up, and have no pointers, so that the collector of garbage does not look at them.
type occurrence struct {
	// The first eight bytes of the text as a number, which decides most comparisons.
	first    uint64
	begin    uint32 // of the text, in the texts of the Builder
	size     uint8  // bytes of the text
	tag      tag
	position uint16
}

// addWord adds a word at a position, which may have it already.
func (b *Builder) addWord(t tag, text []byte, position uint16) {
	var first [8]byte
	copy(first[:], text)
	b.words = append(b.words, occurrence{binary.BigEndian.Uint64(first[:]), uint32(len(b.texts)), uint8(len(text)), t, position})
	b.texts = append(b.texts, text...)
}

// text returns the text of a word.
func (b *Builder) text(o occurrence) []byte { return b.texts[o.begin : o.begin+uint32(o.size)] }

// compare orders words as the dictionary does, and the same word by its positions.
func (b *Builder) compare(x, y occurrence) int {
	if x.first != y.first {
		return cmp.Compare(x.first, y.first)
	}
	// No word has a zero byte, so two that are no longer than the number are the same.
	if x.size > 8 || y.size > 8 {
		if c := bytes.Compare(b.text(x), b.text(y)); c != 0 {
			return c
		}
	}
	return cmp.Compare(int(x.tag)<<16|int(x.position), int(y.tag)<<16|int(y.position))
}

// terms returns the words with their positions, in the order of the dictionary.
func (b *Builder) terms() (terms []coded) {
	slices.SortFunc(b.words, b.compare)
	texts, all := string(b.texts), make(positions, 0, len(b.words))
	// Most words are of one session. Growing step by step would take twice the memory.
	terms = make([]coded, 0, len(b.words))
	begin := 0 // of the last term's positions
	for _, o := range b.words {
		w := Word{texts[o.begin : o.begin+uint32(o.size)], o.tag}
		if n := len(terms); n == 0 || terms[n-1].Word != w {
			terms, begin = append(terms, coded{Word: w}), len(all)
		} else if all[len(all)-1] == o.position {
			continue
		}
		all = append(all, o.position)
		terms[len(terms)-1].positions = all[begin:]
	}
	return terms
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
	lists := map[string]positions{}
	for p, list := range b.properties {
		lists[p.String()] = *list
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
func setAll(set Bits, list positions) {
	for _, p := range list {
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

// coded is a word of the dictionary.
type coded struct {
	Word
	positions positions
	end       int // bytes of the dictionary up to here
}

// dictionary returns the chunks, the hashes, and the lists of prefixes.
func (b *Builder) dictionary() []Block {
	terms := b.terms()
	var blocks []Block
	var entries, gaps, buffer, chunk []byte
	before, link, size := "", "", 0
	flush := func(last string) {
		chunk = appendChunk(chunk[:0], link, entries)
		blocks = append(blocks, sealed(b.number, keyDictionary+last, chunk))
		entries, link = entries[:0], last
	}
	for i := range terms {
		t := &terms[i]
		gaps = appendGaps(gaps[:0], t.positions)
		buffer = appendEntry(buffer[:0], before, t.text, t.tag, len(t.positions), gaps)
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

// hashes returns the blocks of hashes.
func (b *Builder) hashes(terms []coded) (blocks []Block) {
	parts := hashParts(len(b.places))
	rests := make([][]uint32, 1<<parts)
	var text []byte
	for i := range terms {
		if t := &terms[i]; isHashed(t.tag) {
			text = append(text[:0], t.text...)
			part, rest := hashPart(hashOf(text), parts)
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
		rest := l.terms[low:high]
		end := low + sort.Search(len(rest), func(i int) bool { return !strings.HasPrefix(rest[i].text, prefix) })
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
