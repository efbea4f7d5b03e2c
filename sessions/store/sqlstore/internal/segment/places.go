package segment

import (
	"encoding/binary"
	"fmt"
	"math"
)

// PartPlaces is the number of places in one block.
const PartPlaces = 128

// Place identifies the session of a position.
type Place struct {
	Created int64 // microseconds since 1970
	// The session's change number. A row with another one has changed since.
	Change int64
	ID     string // "" if no neighbour has the same creation time
}

// partKey returns the key of a part.
func partKey(part int) string { return fmt.Sprintf("%s%03x", keyPart, part) }

// parts returns the number of parts of n places.
func parts(n int) int { return (n + PartPlaces - 1) / PartPlaces }

// appendPart appends the places of one part.
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

// sharedBytes returns the length of the common prefix.
func sharedBytes(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// decodePart decodes n places. It reports false for other data.
func decodePart(data []byte, n int) ([]Place, bool) {
	// A place takes more than one byte, so do not allocate for fewer.
	if n > PartPlaces || len(data) < n {
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
			// The lowest bit says whether an ID follows.
			flag = delta & 1
			delta >>= 1
			// In damaged data the sum may overflow.
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

// appendIndex appends the creation times of the first places of the parts.
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

// decodeIndex decodes the index of a segment of n sessions. It reports false for other data.
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

// appendTexts appends texts, each after its length.
func appendTexts(dst []byte, texts []string) []byte {
	for _, t := range texts {
		dst = append(binary.AppendUvarint(dst, uint64(len(t))), t...)
	}
	return dst
}

// decodeTexts decodes texts. It reports false for other data.
func decodeTexts(data []byte) (texts []string, ok bool) {
	r := reader{data: data}
	for len(r.data) > 0 && !r.bad {
		texts = append(texts, string(r.bytes(r.uvarint())))
	}
	return texts, !r.bad
}

// reader decodes numbers and bytes. After the end of the data, or an invalid number, it sets bad
// and returns zeros.
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

// bytes returns the next n bytes, without copying them.
func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.data)) {
		r.bad = true
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}
