package segment

import (
	"encoding/binary"
	"math/bits"
)

// MaxSessions is how many sessions a segment may have: a position has 16 bits.
const MaxSessions = 1 << 16

// The two forms of postings.
const (
	formGaps   = 0
	formBitmap = 1
)

// appendGaps appends ascending positions as the gaps between them.
func appendGaps(dst []byte, positions []uint16) []byte {
	next := 0
	for _, p := range positions {
		dst = binary.AppendUvarint(dst, uint64(int(p)-next))
		next = int(p) + 1
	}
	return dst
}

// appendPostings appends a set of positions of a segment of n sessions, in its shorter form.
func appendPostings(dst []byte, set Bits, n int) []byte {
	begin, size, next := len(dst), (n+7)/8, 0
	dst = append(dst, formGaps)
	for p := range set.All() {
		dst = binary.AppendUvarint(dst, uint64(p-next))
		next = p + 1
		if len(dst)-begin > size {
			return appendBitmap(append(dst[:begin], formBitmap), set, size)
		}
	}
	return dst
}

// appendBitmap appends a set as a bitmap of size bytes.
func appendBitmap(dst []byte, set Bits, size int) []byte {
	for _, w := range set {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return dst[:len(dst)-(len(set)*8-size)]
}

// orPostings adds encoded positions to the set. It reports false for data that is not postings of
// a segment of n sessions.
func orPostings(set Bits, n int, data []byte) bool {
	if len(data) == 0 {
		return false
	}
	form, data := data[0], data[1:]
	switch form {
	case formGaps:
		rest, ok := orGaps(set, n, data, -1)
		return ok && len(rest) == 0
	case formBitmap:
		return orBitmap(set, n, data)
	}
	return false
}

// orGaps adds count positions, or all positions in data if count is negative, and returns the data
// after them.
func orGaps(set Bits, n int, data []byte, count int) (rest []byte, ok bool) {
	next := uint64(0)
	// Most gaps take one byte. Eight of those are decoded at once, as long as eight of the largest
	// stay within the segment.
	for (count < 0 || count >= 8) && len(data) >= 8 && next+8*0x80 <= uint64(n) {
		gaps := binary.LittleEndian.Uint64(data)
		if long := gaps & 0x8080808080808080; long != 0 {
			// Decode up to the first gap of several bytes, and that one.
			short := bits.TrailingZeros64(long) >> 3
			for range short {
				next += gaps & 0xff
				set[next>>6] |= 1 << (next & 63)
				next++
				gaps >>= 8
			}
			gap, size := binary.Uvarint(data[short:])
			if size <= 0 || gap >= uint64(n)-next {
				return nil, false
			}
			next += gap
			set[next>>6] |= 1 << (next & 63)
			next++
			data = data[short+size:]
			count -= short + 1
			continue
		}
		for range 8 {
			next += gaps & 0xff
			set[next>>6] |= 1 << (next & 63)
			next++
			gaps >>= 8
		}
		data = data[8:]
		count -= 8
	}
	for ; count != 0 && (count > 0 || len(data) > 0); count-- {
		var gap uint64
		if len(data) > 0 && data[0] < 0x80 { // fast path: most gaps take one byte
			gap, data = uint64(data[0]), data[1:]
		} else {
			var size int
			if gap, size = binary.Uvarint(data); size <= 0 {
				return nil, false
			}
			data = data[size:]
		}
		if gap >= uint64(n)-next {
			return nil, false
		}
		next += gap
		set[next>>6] |= 1 << (next & 63)
		next++
	}
	return data, true
}

// orBitmap adds the positions of a bitmap. It reports false if the bitmap is not one of n
// positions.
func orBitmap(set Bits, n int, data []byte) bool {
	if len(data) != (n+7)/8 || n&7 != 0 && bits.Len8(data[len(data)-1]) > n&7 {
		return false
	}
	for i := range set {
		if len(data) >= 8 {
			set[i] |= binary.LittleEndian.Uint64(data)
			data = data[8:]
			continue
		}
		for k, c := range data {
			set[i] |= uint64(c) << (8 * k)
		}
	}
	return true
}
