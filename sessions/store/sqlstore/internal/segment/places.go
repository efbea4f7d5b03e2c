package segment

import (
	"encoding/binary"
	"fmt"
	"math"
)

// PartSize is how many places one block holds.
const PartSize = 128

// Place says where a position's session is.
type Place struct {
	Created int64  // microseconds since 1970
	Change  int64  // the session's change number: a row with another one has changed since
	ID      string // "" where no neighbour has the same creation time
}

func partKey(part int) string { return fmt.Sprintf("%s%03x", keyPart, part) }

func parts(n int) int { return (n + PartSize - 1) / PartSize }

// appendPart writes the places of one part.
func appendPart(dst []byte, places []Place) []byte {
	var created, change int64
	var id string
	for i, p := range places {
		flag := uint64(0)
		if p.ID != "" {
			flag = 1
		}
		if i == 0 {
			dst = binary.AppendVarint(binary.AppendVarint(dst, p.Created), p.Change)
			dst = append(dst, byte(flag))
		} else {
			dst = binary.AppendUvarint(dst, uint64(p.Created-created)<<1|flag)
			dst = binary.AppendVarint(dst, p.Change-change)
		}
		created, change = p.Created, p.Change
		if flag == 1 {
			shared := sharedBytes(id, p.ID)
			dst = binary.AppendUvarint(dst, uint64(shared))
			dst = binary.AppendUvarint(dst, uint64(len(p.ID)-shared))
			dst = append(dst, p.ID[shared:]...)
			id = p.ID
		}
	}
	return dst
}

func sharedBytes(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// decodePart reads n places.
func decodePart(data []byte, n int) ([]Place, bool) {
	if n > PartSize || len(data) < n { // a place takes more than a byte
		return nil, false
	}
	r := reader{data: data}
	places := make([]Place, 0, n)
	var p Place
	var id string
	for i := range n {
		var flag uint64
		if i == 0 {
			p.Created, p.Change = r.varint(), r.varint()
			flag = uint64(r.byte())
		} else {
			delta := r.uvarint()
			flag = delta & 1
			delta >>= 1
			if p.Created > 0 && delta > uint64(math.MaxInt64-p.Created) {
				return nil, false
			}
			p.Created += int64(delta)
			p.Change += r.varint()
		}
		if p.ID = ""; flag == 1 {
			shared := r.uvarint()
			suffix := r.bytes(r.uvarint())
			if shared > uint64(len(id)) {
				return nil, false
			}
			p.ID = id[:shared] + string(suffix)
			if id = p.ID; id == "" {
				return nil, false
			}
		}
		if r.bad || flag > 1 {
			return nil, false
		}
		places = append(places, p)
	}
	return places, len(r.data) == 0
}

// appendIndex writes the creation times of the first places.
func appendIndex(dst []byte, starts []int64) []byte {
	for i, s := range starts {
		if i == 0 {
			dst = binary.AppendVarint(dst, s)
		} else {
			dst = binary.AppendUvarint(dst, uint64(s-starts[i-1]))
		}
	}
	return dst
}

func decodeIndex(data []byte, n int) ([]int64, bool) {
	if len(data) < parts(n) {
		return nil, false
	}
	r := reader{data: data}
	starts := make([]int64, 0, parts(n))
	var last int64
	for i := range parts(n) {
		if i == 0 {
			last = r.varint()
		} else if last += int64(r.uvarint()); last < starts[i-1] {
			return nil, false
		}
		starts = append(starts, last)
	}
	return starts, !r.bad && len(r.data) == 0
}

// appendTexts writes texts, each after its length.
func appendTexts(dst []byte, texts []string) []byte {
	for _, t := range texts {
		dst = append(binary.AppendUvarint(dst, uint64(len(t))), t...)
	}
	return dst
}

func decodeTexts(data []byte) (texts []string, ok bool) {
	r := reader{data: data}
	for len(r.data) > 0 && !r.bad {
		texts = append(texts, string(r.bytes(r.uvarint())))
	}
	return texts, !r.bad
}

// reader reads numbers. After the end, or something other than a number, it is bad and yields
// zeros.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) byte() byte {
	if len(r.data) == 0 {
		r.bad = true
		return 0
	}
	b := r.data[0]
	r.data = r.data[1:]
	return b
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.data)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.data = r.data[n:]
	return v
}

// bytes returns the next n bytes, which are not copied.
func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.data)) {
		r.bad = true
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}
