package segment

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// What decides where words go, in bytes.
const (
	chunkBytes = 1900 // of a chunk, at most, unless one entry takes more
	listBytes  = 1500 // words of a prefix that take more have a list
)

// entry is a word of a dictionary with its postings of one field.
type entry struct {
	word  []byte
	tag   tag
	count int // 0: it has a list, and no postings here
	gaps  []byte
	size  int // bytes that it takes
}

// chunk is a part of a dictionary.
type chunk struct {
	last   string // word; endWord of the last chunk
	before string // last word of the chunk before, "" of the first one
	data   []byte // entries
}

// endWord names the last chunk of a dictionary, which is there even without a word. No word has
// that character.
const endWord = string(utf8.MaxRune)

// appendChunk writes a chunk.
func appendChunk(dst []byte, before string, entries []byte) []byte {
	dst = append(dst, byte(len(before)))
	return append(append(dst, before...), entries...)
}

func openChunk(last string, payload []byte) (c chunk, ok bool) {
	if len(payload) == 0 || int(payload[0]) >= len(payload) {
		return c, false
	}
	end := 1 + int(payload[0])
	c = chunk{last, string(payload[1:end]), payload[end:]}
	return c, c.before < last
}

// maxWordBytes bounds the words of a dictionary: their lengths take one byte.
const maxWordBytes = 255

// appendEntry writes an entry behind one of the word before, with the number of its postings; with
// 0, that it has a list.
func appendEntry(dst []byte, before, word string, t tag, count int, gaps []byte) []byte {
	shared := sharedBytes(before, word)
	dst = append(dst, byte(shared), byte(len(word)-shared))
	dst = append(dst, word[shared:]...)
	dst = binary.AppendUvarint(dst, uint64(count)<<3|uint64(t))
	return append(dst, gaps...)
}

// eachEntry calls visit with the entries of a chunk, until it returns false. The entry is lent. It
// reports false for anything but a chunk of a segment of n sessions.
func eachEntry(c *chunk, n int, visit func(e *entry) bool) bool {
	var word [maxWordBytes]byte
	var e entry
	length := copy(word[:], c.before)
	for data := c.data; len(data) > 0; {
		begin := len(data)
		if len(data) < 3 {
			return false
		}
		shared, suffix := int(data[0]), int(data[1])
		data = data[2:]
		if shared > length || shared+suffix > len(word) || shared+suffix == 0 || suffix > len(data) {
			return false
		}
		length = shared + copy(word[shared:], data[:suffix])
		data = data[suffix:]
		head, size := binary.Uvarint(data)
		if size <= 0 || head>>3 > uint64(n) || tag(head&7) >= tagEnd {
			return false
		}
		data = data[size:]
		e.word, e.tag, e.count = word[:length], tag(head&7), int(head>>3)
		end, ok := skipGaps(data, e.count)
		if !ok {
			return false
		}
		e.gaps, data = data[:end], data[end:]
		e.size = begin - len(data)
		if !visit(&e) {
			return true
		}
	}
	return true
}

// skipGaps returns where count uvarints end.
func skipGaps(data []byte, count int) (end int, ok bool) {
	for ; count > 0; count-- {
		for end < len(data) && data[end] >= 0x80 {
			end++
		}
		if end++; end > len(data) {
			return 0, false
		}
	}
	return end, true
}

// orWords adds the postings of the words that begin with a text, or that are the word and no other
// if whole is true, in the fields given. It reports false where the chunks do not follow one
// another, or where a list is missing: words that take as much as these have one.
func (s *Segment) orWords(set Bits, text string, whole bool, fields tags) bool {
	size, before := 0, ""
	i, _ := s.chunk(text)
	for n := range mostChunks {
		if i+n == len(s.chunks) {
			return false
		}
		c := &s.chunks[i+n]
		if n == 0 && c.before >= text || n > 0 && c.before != before {
			return false
		}
		listed := false
		ok := eachEntry(c, s.N, func(e *entry) bool {
			head := e.word[:min(len(e.word), len(text))]
			switch {
			case string(head) < text:
				return true
			case string(head) > text || whole && len(e.word) > len(text):
				return false
			}
			if size += e.size; fields.has(e.tag) {
				_, decoded := orGaps(set, s.N, e.gaps, e.count)
				listed = listed || !decoded
			}
			listed = listed || e.count == 0
			return true
		})
		if !ok || listed || size > listBytes && !whole {
			return false
		}
		if whole || c.last > text && !strings.HasPrefix(c.last, text) {
			return true
		}
		before = c.last
	}
	return true
}

// mostChunks is how many chunks have the words of a prefix that has no list: those take listBytes
// at most, for which a chunk that begins with one of them has room. It may end with the last of
// them, if the word that follows takes more room than is left.
const mostChunks = 2

// sections are the positions that a term has in each field; nil where it has none.
type sections [tagEnd]Bits

// fields returns those with positions.
func (f *sections) fields() (fields tags) {
	for t, set := range f {
		if set != nil {
			fields |= 1 << t
		}
	}
	return fields
}

// blocks makes the blocks of a term: the list that has the positions of all fields, and, where
// there are several fields, the one that tells them apart. Without positions there is none. The
// buffer is used again.
func (f *sections) blocks(number int64, term string, n int, buffer []byte) (blocks []Block, spare []byte) {
	fields := f.fields()
	if fields == 0 {
		return nil, buffer
	}
	all := newBits(n)
	var apart []byte
	for t, set := range f {
		if set == nil {
			continue
		}
		if all.or(set); fields.several() {
			buffer = appendPostings(buffer[:0], set, n)
			apart = append(binary.AppendUvarint(append(apart, byte(t)), uint64(len(buffer))), buffer...)
		}
	}
	buffer = appendPostings(append(buffer[:0], byte(fields)), all, n)
	blocks = append(blocks, sealed(number, keyList+term, buffer))
	if fields.several() {
		blocks = append(blocks, sealed(number, keyFields+term, apart))
	}
	return blocks, buffer
}

// openList returns the fields and the postings of a list, and false for data that is none.
func openList(data []byte) (fields tags, postings []byte, ok bool) {
	if len(data) == 0 || data[0] == 0 || data[0] >= 1<<tagEnd {
		return 0, nil, false
	}
	return tags(data[0]), data[1:], true
}

// eachSection calls visit with the sections of a block that tells fields apart. It reports false
// for data that is none, or where visit does.
func eachSection(data []byte, visit func(t tag, postings []byte) bool) bool {
	r := reader{data: data}
	last := -1
	for len(r.data) > 0 {
		t := tag(r.byte())
		postings := r.bytes(r.uvarint())
		if r.bad || t >= tagEnd || int(t) <= last || !visit(t, postings) {
			return false
		}
		last = int(t)
	}
	return true
}

// orSections adds the postings of a block that tells fields apart, in the fields given.
func orSections(set Bits, n int, data []byte, fields tags) bool {
	return eachSection(data, func(t tag, postings []byte) bool {
		return !fields.has(t) || orPostings(set, n, postings)
	})
}

// sections returns what a term's list has in each field. If that cannot be read, or the two blocks
// do not agree, it returns the key of one that is damaged.
func (s *Segment) sections(term string) (f sections, damaged string) {
	fields, postings, ok := openList(s.lists[keyList+term])
	all := newBits(s.N)
	if !ok || !orPostings(all, s.N, postings) {
		return f, keyList + term
	}
	apart, told := s.lists[keyFields+term]
	switch {
	case told != fields.several():
		return f, keyFields + term
	case !told:
		f[bits.TrailingZeros8(uint8(fields))] = all
		return f, ""
	}
	together := newBits(s.N)
	ok = eachSection(apart, func(t tag, postings []byte) bool {
		f[t] = newBits(s.N)
		if !orPostings(f[t], s.N, postings) {
			return false
		}
		together.or(f[t])
		return true
	})
	if !ok || f.fields() != fields || !slices.Equal(together, all) {
		return f, keyFields + term
	}
	return f, ""
}
