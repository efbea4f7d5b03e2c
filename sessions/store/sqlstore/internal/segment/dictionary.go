package segment

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// Sizes in bytes that decide where words are stored.
const (
	chunkBytes = 1900 // of a chunk at most, unless one entry is larger
	listBytes  = 1500 // a prefix whose words take more has a list
)

// entry is a word of a dictionary with its postings in one field.
type entry struct {
	word  []byte
	tag   tag
	count int // number of postings; 0 if the word has a list, and no postings here
	gaps  []byte
	size  int // bytes of the whole entry
}

// chunk is a part of a dictionary.
type chunk struct {
	last   string // last word; endWord in the last chunk
	before string // last word of the previous chunk, "" in the first one
	data   []byte // entries
}

// endWord is in the key of the last chunk of a dictionary, which exists even without a word. No
// word has that character.
const endWord = string(utf8.MaxRune)

// appendChunk appends a chunk.
func appendChunk(dst []byte, before string, entries []byte) []byte {
	dst = append(dst, byte(len(before)))
	return append(append(dst, before...), entries...)
}

// openChunk decodes a chunk. It reports false for other data.
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

// appendEntry appends an entry, after one of the word before, with the number of its postings. The
// number 0 means that the word has a list.
func appendEntry(dst []byte, before, word string, t tag, count int, gaps []byte) []byte {
	shared := sharedBytes(before, word)
	dst = append(dst, byte(shared), byte(len(word)-shared))
	dst = append(dst, word[shared:]...)
	return append(appendCount(dst, t, count), gaps...)
}

// appendCount appends the number of an entry's postings, with its field.
func appendCount(dst []byte, t tag, count int) []byte {
	return binary.AppendUvarint(dst, uint64(count)<<3|uint64(t))
}

// eachEntry calls visit with the entries of a chunk, until visit returns false. The entry is valid
// during the call only. eachEntry reports false for data that is not a chunk of a segment of n
// sessions.
func eachEntry(c *chunk, n int, visit func(e *entry) bool) bool {
	var word [maxWordBytes]byte
	r := entries{data: c.data, n: n, length: copy(word[:], c.before)}
	for len(r.data) > 0 {
		if !r.next() {
			return false
		}
		copy(word[r.shared:], r.suffix)
		r.word = word[:r.length]
		if !visit(&r.entry) {
			return true
		}
	}
	return true
}

// entries decodes the entries of a chunk of a segment of n sessions, one after the other.
type entries struct {
	entry         // the last one; next does not set its word
	shared int    // bytes that its word shares with the word before
	suffix []byte // the bytes that follow
	length int    // of its word, or at first of the word before the chunk
	data   []byte // the rest of the chunk
	n      int
}

// next decodes the next entry, of which there must be one. It reports false for other data.
func (r *entries) next() bool {
	data := r.data
	// Two lengths, and one byte or more of the number of postings.
	if len(data) < 3 {
		return false
	}
	shared, suffix := int(data[0]), int(data[1])
	length := shared + suffix
	if shared > r.length || length > maxWordBytes || length == 0 || suffix > len(data)-2 {
		return false
	}
	r.shared, r.suffix, r.length = shared, data[2:2+suffix], length
	data = data[2+suffix:]
	head, size := binary.Uvarint(data)
	if size <= 0 || head>>3 > uint64(r.n) || tag(head&7) >= tagEnd {
		return false
	}
	data = data[size:]
	r.tag, r.count = tag(head&7), int(head>>3)
	end, ok := skipGaps(data, r.count)
	if !ok {
		return false
	}
	r.size = 2 + suffix + size + end
	r.gaps, r.data = data[:end], data[end:]
	return true
}

// skipGaps returns the end of count uvarints.
func skipGaps(data []byte, count int) (end int, ok bool) {
	// Eight bytes at a time: a uvarint ends with a byte below 0x80.
	for count >= 8 && len(data)-end >= 8 {
		count -= bits.OnesCount64(^binary.LittleEndian.Uint64(data[end:]) & 0x8080808080808080)
		end += 8
	}
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

// appendCollected appends the postings of the words with the prefix text, or of the word text alone
// if whole is true: a zero byte, where a list has its fields, and then of each entry the number of
// postings with the field, and the gaps. It reports false if the chunks do not follow one another,
// or if the prefix should have a list because its words take so much.
func (s *Segment) appendCollected(dst []byte, text string, whole bool) (postings []byte, ok bool) {
	dst = append(dst, 0)
	size, before := 0, ""
	i, _ := s.chunk(text)
	for n := range mostChunks + 1 {
		if i+n == len(s.chunks) {
			return dst, false
		}
		c := &s.chunks[i+n]
		// A chunk begins after c.before. If that is neither less than the text nor the end of the
		// chunk read before, a chunk is missing.
		if n == 0 && c.before >= text || n > 0 && c.before != before {
			return dst, false
		}
		r := entries{data: c.data, n: s.N, length: len(c.before)}
		// match is how many bytes the last word has in common with the text. Words are in ascending
		// order, so a word that shares more than that with the one before is still less.
		match := sharedBytes(c.before, text)
		for len(r.data) > 0 {
			if !r.next() {
				return dst, false
			}
			if r.shared <= match {
				match = r.shared
				for match < len(text) && match < r.length && r.suffix[match-r.shared] == text[match] {
					match++
				}
				if match < len(text) && match < r.length && r.suffix[match-r.shared] > text[match] {
					break
				}
			}
			if match < len(text) {
				continue
			}
			if whole && r.length > len(text) {
				break
			}
			// So many chunks with words of the prefix take more than a prefix without a list does.
			if n == mostChunks {
				return dst, false
			}
			size += r.size
			dst = append(appendCount(dst, r.tag, r.count), r.gaps...)
			// A prefix whose words take more has a list, and a word with a list has no postings here.
			// The first word takes more once the word before it, with which it shared bytes, is
			// forgotten: as many as the prefix has at most.
			if r.count == 0 || size > listBytes+len(text) && !whole {
				return dst, false
			}
		}
		if whole || c.last > text && !strings.HasPrefix(c.last, text) {
			return dst, true
		}
		before = c.last
	}
	return dst, true
}

// collect collects the postings of prefixes without a list, also of those that the evaluation will
// not look at: their chunks were read, and another search need not read them again. It leaves out
// those that cannot be collected. Only an evaluation that looks at one of them finds the damage.
func (s *Segment) collect(prefixes []string) {
	var buffer []byte
	for _, prefix := range prefixes {
		if s.Postings(keyList+prefix) != nil {
			continue
		}
		var ok bool
		if buffer, ok = s.appendCollected(buffer[:0], prefix, false); !ok {
			continue
		}
		postings := empty
		if !IsEmpty(buffer) {
			postings = bytes.Clone(buffer)
		}
		s.unlisted = with(s.unlisted, prefix, postings)
		s.collected = append(s.collected, prefix)
	}
}

// orCollected adds the postings, in some fields, that appendCollected has appended. It reports
// false if they are not those of a segment of n sessions.
func orCollected(set Bits, n int, postings []byte, fields tags) bool {
	for data := postings[1:]; len(data) > 0; {
		head, size := binary.Uvarint(data)
		if size <= 0 || head>>3 > uint64(n) {
			return false
		}
		data = data[size:]
		count := int(head >> 3)
		var ok bool
		if fields.has(tag(head & 7)) {
			data, ok = orGaps(set, n, data, count)
		} else {
			size, ok = skipGaps(data, count)
			data = data[size:]
		}
		if !ok {
			return false
		}
	}
	return true
}

// mostChunks is the greatest number of chunks that have words of a prefix without a list. Those
// words take listBytes at most, and a chunk that begins with one of them has room for all. It may
// end with the last of them if the word that follows does not fit: then the next chunk shows that
// there are no more. The words of a prefix whose list is lost may be in more chunks, and take less
// than listBytes in the first two.
const mostChunks = 2

// sections are the positions that a term has in each field; nil if it has none.
type sections [tagEnd]Bits

// fields returns the fields with positions.
func (f *sections) fields() (fields tags) {
	for t, set := range f {
		if set != nil {
			fields |= 1 << t
		}
	}
	return fields
}

// blocks returns the blocks of a term: the list, with the positions of all fields together, and, if
// there are several fields, the block that has them by field. Without positions it returns none. It
// returns the buffer to be used again.
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

// openList returns the fields and the postings of a list. It reports false for other data.
func openList(data []byte) (fields tags, postings []byte, ok bool) {
	// Postings take one byte at least.
	if len(data) < 2 || data[0] == 0 || data[0] >= 1<<tagEnd {
		return 0, nil, false
	}
	return tags(data[0]), data[1:], true
}

// eachSection calls visit with the sections of a block of postings by field. It reports false for
// other data, or if visit does.
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

// orSections adds the postings, in some fields, of a block of postings by field.
func orSections(set Bits, n int, data []byte, fields tags) bool {
	return eachSection(data, func(t tag, postings []byte) bool {
		return !fields.has(t) || orPostings(set, n, postings)
	})
}

// sections returns the positions that a term's list has in each field. If they cannot be read, or
// the two blocks do not agree, it returns the key of a damaged block.
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
		// All positions are of the only field.
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
