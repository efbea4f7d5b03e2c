package segment

import (
	"encoding/binary"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// A digest is everything that a [Builder] needs of a session besides its place: its words and
// properties, each after its tag or letter and its length. It takes a tenth of the session's
// memory, and has no pointers, so that the collector of garbage does not look at it. It is never
// stored.

// Digester makes digests. The zero Digester is ready to use. It is not safe for concurrent use.
type Digester struct{ buffer []filter.Term }

// isLetter marks the letter of a property. Tags are smaller.
const isLetter = 0x80

// Append appends the digest of a session whose search key is key.
func (d *Digester) Append(dst []byte, s *sessions.Session, key searchkey.Key) []byte {
	add := func(kind byte, text string) {
		dst = append(binary.AppendUvarint(append(dst, kind), uint64(len(text))), text...)
	}
	d.buffer = termsOf(s, key, d.buffer,
		func(w Word) { add(byte(w.tag), w.text) },
		func(p property) { add(isLetter|p.letter, p.value) })
	return dst
}

// nextTerm returns the first tag or letter of a digest, its text, and the rest of the digest.
func nextTerm(digest []byte) (kind byte, text, rest []byte) {
	size, n := binary.Uvarint(digest[1:])
	begin := 1 + n
	end := begin + int(size)
	return digest[0], digest[begin:end], digest[end:]
}
