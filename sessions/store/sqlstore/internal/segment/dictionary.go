package segment

import (
	"encoding/binary"
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
	count int
	gaps  []byte
}

// maxWordBytes bounds the words of a dictionary: their lengths take one byte.
const maxWordBytes = 255

// appendEntry writes an entry behind one of the word before.
func appendEntry(dst []byte, before, word string, t tag, count int, gaps []byte) []byte {
	shared := sharedBytes(before, word)
	dst = append(dst, byte(shared), byte(len(word)-shared))
	dst = append(dst, word[shared:]...)
	dst = binary.AppendUvarint(dst, uint64(count)<<3|uint64(t))
	return append(dst, gaps...)
}

// eachEntry calls visit with the entries of a chunk, until it returns false. The entry is lent. It
// reports false for data that is no chunk of a segment of n sessions.
func eachEntry(data []byte, n int, visit func(e *entry) bool) bool {
	var word [maxWordBytes]byte
	var e entry
	length := 0
	for len(data) > 0 {
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
		if size <= 0 || head>>3 == 0 || head>>3 > uint64(n) || tag(head&7) >= tagEnd {
			return false
		}
		data = data[size:]
		e.word, e.tag, e.count = word[:length], tag(head&7), int(head>>3)
		end, ok := skipGaps(data, e.count)
		if !ok {
			return false
		}
		e.gaps, data = data[:end], data[end:]
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

// orWords adds the postings of the words with the prefix, in the fields given, of one chunk.
func orWords(set Bits, n int, data []byte, prefix string, fields tags) bool {
	whole := true
	ok := eachEntry(data, n, func(e *entry) bool {
		head := e.word[:min(len(e.word), len(prefix))]
		switch {
		case string(head) < prefix:
			return true
		case string(head) > prefix:
			return false
		}
		if fields.has(e.tag) {
			_, whole = orGaps(set, n, e.gaps, e.count)
		}
		return whole
	})
	return ok && whole
}

// appendSection writes one field's part of a list.
func appendSection(dst []byte, t tag, set Bits, n int, buffer []byte) (list, spare []byte) {
	buffer = appendPostings(buffer[:0], set, n)
	dst = append(dst, byte(t))
	dst = binary.AppendUvarint(dst, uint64(len(buffer)))
	return append(dst, buffer...), buffer
}

// eachSection calls visit with the sections of a list. It reports false for data that is no list,
// or where visit does.
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

// orList adds the postings of a list in the fields given.
func orList(set Bits, n int, data []byte, fields tags) bool {
	return eachSection(data, func(t tag, postings []byte) bool {
		return !fields.has(t) || orPostings(set, n, postings)
	})
}
