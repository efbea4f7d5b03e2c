package segment

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/bits"
	"slices"
	"strings"
)

// hashBits is how many bits of a hash a block of hashes tells apart. A segment has about four words
// a session, a block the hashes of about 512 sessions: a word that a segment does not have is taken
// for one that it has once in 100 times.
const hashBits = 18

// isHashed reports whether the words of a field have hashes: those that are asked for whole.
func isHashed(t tag) bool { return t != tagBoth }

// hashOf spreads texts over 32 bits. A checksum alone is linear: numbers that differ in few digits
// would share their first bits, so it is multiplied by the golden ratio.
func hashOf(text string) uint32 {
	return crc32.Checksum([]byte(text), castagnoli) * 0x9e3779b1
}

// hashedSessions is of how many sessions a block has the hashes, about.
const hashedSessions = 512

// hashParts returns how many of the first bits of a hash name its block, in a segment of n sessions.
func hashParts(n int) int { return bits.Len(uint(n-1) / hashedSessions) }

// hashPart returns the number of the block that a hash is in, and what that block knows of it.
func hashPart(hash uint32, parts int) (part int, rest uint32) {
	return int(uint64(hash) >> (32 - parts)), hash << parts >> (32 - hashBits)
}

func hashKey(part, parts int) string { return fmt.Sprintf("%s%x%02x", keyHashes, parts, part) }

// hashOf returns the key of the block that has the hash of a text, and what that block knows of it.
func (s *Segment) hashOf(text string) (key string, rest uint32) {
	parts := hashParts(s.N)
	part, rest := hashPart(hashOf(text), parts)
	return hashKey(part, parts), rest
}

// appendHashes writes what a block knows of its hashes, in ascending order.
func appendHashes(dst []byte, rests []uint32) []byte {
	last := uint32(0)
	for _, r := range rests {
		dst = binary.AppendUvarint(dst, uint64(r-last))
		last = r
	}
	return dst
}

// eachHash calls visit with the hashes of a block, until it returns false. It reports false for
// data that is none.
func eachHash(data []byte, visit func(rest uint32) bool) bool {
	rest := uint64(0)
	for len(data) > 0 {
		gap, size := uint64(data[0]), 1
		if gap >= 0x80 { // most take one byte
			if gap, size = binary.Uvarint(data); size <= 0 {
				return false
			}
		}
		if gap >= 1<<hashBits-rest {
			return false
		}
		rest += gap
		data = data[size:]
		if !visit(uint32(rest)) {
			return true
		}
	}
	return true
}

// hashed is a word and its hash.
type hashed struct {
	word string
	hash uint32
}

// byHash returns words in the order of their hashes, which is that of their blocks.
func byHash(words []string) []hashed {
	list := make([]hashed, len(words))
	for i, w := range words {
		list[i] = hashed{w, hashOf(w)}
	}
	slices.SortFunc(list, func(x, y hashed) int {
		if x.hash != y.hash {
			if x.hash < y.hash {
				return -1
			}
			return 1
		}
		return strings.Compare(x.word, y.word)
	})
	return list
}

// lookUp sets which of some words the segment may have, by its hashes: all that it has, and few
// others. The words have to be in the order of their hashes. A missing block is a [*DamageError].
func (s *Segment) lookUp(words []hashed) error {
	s.words = make(map[string]bool, len(words))
	for parts := hashParts(s.N); len(words) > 0; {
		part, _ := hashPart(words[0].hash, parts)
		key := hashKey(part, parts)
		data, ok := s.hashes[key]
		if !ok {
			return s.damaged(key)
		}
		here := words
		for i, w := range words {
			if p, _ := hashPart(w.hash, parts); p != part {
				here = words[:i]
				break
			}
		}
		words = words[len(here):]
		ok = eachHash(data, func(rest uint32) bool {
			for len(here) > 0 {
				_, wanted := hashPart(here[0].hash, parts)
				if wanted > rest {
					return true
				}
				if wanted == rest {
					s.words[here[0].word] = true
				}
				here = here[1:]
			}
			return false
		})
		if !ok {
			return s.damaged(key)
		}
	}
	return nil
}
