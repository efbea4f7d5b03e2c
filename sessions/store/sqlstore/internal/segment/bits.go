package segment

import (
	"iter"
	"math/bits"
)

// Bits is a set of positions of one segment. A nil Bits is empty and can only be read.
type Bits []uint64

// newBits returns an empty set of positions below n.
func newBits(n int) Bits { return make(Bits, (n+63)/64) }

// Has reports whether the position is in the set.
func (b Bits) Has(i int) bool { return b != nil && b[i>>6]>>(i&63)&1 == 1 }

// Set adds a position.
func (b Bits) Set(i int) { b[i>>6] |= 1 << (i & 63) }

// Count returns the number of positions.
func (b Bits) Count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// Before returns the greatest position below i, or -1.
func (b Bits) Before(i int) int {
	for at := min(i, len(b)<<6) - 1; at >= 0; at = at>>6<<6 - 1 {
		if w := b[at>>6] << (63 - at&63); w != 0 {
			return at - bits.LeadingZeros64(w)
		}
	}
	return -1
}

// All yields the positions in ascending order.
func (b Bits) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range b {
			for ; w != 0; w &= w - 1 {
				if !yield(i<<6 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

// fill adds the positions from low until before high.
func (b Bits) fill(low, high int) {
	for i := low; i < high; {
		if i&63 == 0 && i+64 <= high {
			b[i>>6] = ^uint64(0)
			i += 64
			continue
		}
		b.Set(i)
		i++
	}
}

// and keeps only the positions that are in c, and reports whether any is left.
func (b Bits) and(c Bits) bool {
	some := uint64(0)
	c = c[:len(b)]
	for i := range b {
		b[i] &= c[i]
		some |= b[i]
	}
	return some != 0
}

// or adds the positions of c.
func (b Bits) or(c Bits) {
	c = c[:len(b)]
	for i := range b {
		b[i] |= c[i]
	}
}

// subtract removes the positions of c.
func (b Bits) subtract(c Bits) {
	c = c[:len(b)]
	for i := range b {
		b[i] &^= c[i]
	}
}

// Minus returns the positions of b that are not in c.
func (b Bits) Minus(c Bits) Bits {
	d := make(Bits, len(b))
	for i := range b {
		d[i] = b[i] &^ c[i]
	}
	return d
}

// within reports whether every position is in c or in d.
func (b Bits) within(c, d Bits) bool {
	for i, w := range b {
		if c != nil {
			w &^= c[i]
		}
		if d != nil {
			w &^= d[i]
		}
		if w != 0 {
			return false
		}
	}
	return true
}

func (b Bits) clone() Bits { return append(Bits(nil), b...) }
