package segment

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/bits"
	"slices"
	"strings"
)

// hashBits is the number of bits of a hash that its block stores. A segment has about four words
// for each session, and a block has the hashes of about 512 sessions. So a word that a segment does
// not have is taken for one of its words once in 100 times.
const hashBits = 18

// isHashed reports whether the words of a field have hashes: only words that are looked for whole
// need them.
func isHashed(t tag) bool { return t != tagBoth }

// hashOf returns a 32-bit hash of a text. A checksum alone is linear: numbers that differ in few
// digits would share their first bits. So it is multiplied by a prime near 2^32 divided by the
// golden ratio.
func hashOf(text []byte) uint32 {
	return crc32.Checksum(text, castagnoli) * 0x9e3779b1
}

// hashedSessions is about how many sessions share a block of hashes.
const hashedSessions = 512

// hashParts returns how many of the first bits of a hash select its block, in a segment of n
// sessions.
func hashParts(n int) int { return bits.Len(uint(n-1) / hashedSessions) }

// hashPart returns the number of the block of a hash, and the bits that the block stores of it.
func hashPart(hash uint32, parts int) (part int, rest uint32) {
	return int(uint64(hash) >> (32 - parts)), hash << parts >> (32 - hashBits)
}

// hashKey returns the key of a block of hashes.
func hashKey(part, parts int) string { return fmt.Sprintf("%s%x%02x", keyHashes, parts, part) }

// hashOf returns the key of the block with the hash of a text, and the bits that the block stores
// of it.
func (s *Segment) hashOf(text string) (key string, rest uint32) {
	parts := hashParts(s.N)
	part, rest := hashPart(hashOf([]byte(text)), parts)
	return hashKey(part, parts), rest
}

// appendHashes appends the stored bits of the hashes of a block, in ascending order.
func appendHashes(rests []uint32) (data []byte) {
	last := uint32(0)
	for _, r := range rests {
		data = binary.AppendUvarint(data, uint64(r-last))
		last = r
	}
	return data
}

// decodeHashes returns the stored bits of the hashes of a block. It reports false for other data.
func decodeHashes(data []byte) (rests []uint32, ok bool) {
	rest := uint64(0)
	for len(data) > 0 {
		gap, size := binary.Uvarint(data)
		if size <= 0 || gap >= 1<<hashBits-rest {
			return nil, false
		}
		rest += gap
		rests = append(rests, uint32(rest))
		data = data[size:]
	}
	return rests, true
}

// hashBlock has the words asked for whose hashes are in one block, if the segment has the words.
type hashBlock struct {
	key   string
	words []hashedWord // ascending
}

// hashedWord is a word asked for and its hash.
type hashedWord struct {
	rest uint32 // the bits that the block stores
	word string
}

// hashBlocks returns the blocks with the hashes of words in a segment of n sessions, sorted by key.
func hashBlocks(words []string, n int) []hashBlock {
	parts := hashParts(n)
	byPart := make([][]hashedWord, 1<<parts)
	for _, w := range words {
		part, rest := hashPart(hashOf([]byte(w)), parts)
		byPart[part] = append(byPart[part], hashedWord{rest, w})
	}
	blocks := []hashBlock{} // not nil, even without words: see Segment.asked
	for part, words := range byPart {
		if words != nil {
			slices.SortFunc(words, func(x, y hashedWord) int { return cmp.Compare(x.rest, y.rest) })
			blocks = append(blocks, hashBlock{hashKey(part, parts), words})
		}
	}
	return blocks
}

// lookUp records which of the words asked for the segment may have, by a block of hashes: all words
// that it has, and few others. It reports false for other data.
func (s *Segment) lookUp(key string, data []byte) bool {
	i, asked := slices.BinarySearchFunc(s.asked, key, func(b hashBlock, key string) int { return strings.Compare(b.key, key) })
	if !asked {
		return true
	}
	// Only record that the block was read; its data is not needed again.
	if s.hashes = with(s.hashes, key, nil); s.words == nil {
		s.words = map[string]bool{}
	}
	// The previous hash, or -1 before the first one.
	rest := int64(-1)
	for _, w := range s.asked[i].words {
		for rest < int64(w.rest) {
			if rest >= 0 {
				data, rest = skipHashes(data, rest, int64(w.rest))
			}
			if len(data) == 0 {
				break
			}
			gap, size := binary.Uvarint(data)
			if rest = max(rest, 0) + int64(gap); size <= 0 || gap >= 1<<hashBits || rest >= 1<<hashBits {
				return false
			}
			data = data[size:]
		}
		if rest == int64(w.rest) {
			s.words[w.word] = true
		}
	}
	return true
}

// skipHashes skips most of the hashes that are less than the one wanted, eight bytes at a time: a
// query of many words passes millions. It stops before a number of three bytes, which occurs only
// in small segments.
func skipHashes(data []byte, rest, wanted int64) ([]byte, int64) {
	const each = 0x0101010101010101
	// sum adds the eight bytes of x, each of which has seven bits.
	sum := func(x uint64) int64 {
		const even = 0x00ff00ff00ff00ff
		return int64((x&even + x>>8&even) * 0x0001000100010001 >> 48)
	}
	for len(data) >= 8 {
		x, size := binary.LittleEndian.Uint64(data), 8
		begins := x >> 7 & each // the bytes whose number continues in the next byte
		if begins&(begins<<8) != 0 {
			break
		}
		// If the last number continues after these eight bytes, leave it for the next round.
		if begins>>56 == 1 {
			x, size = x&(1<<56-1), 7
		}
		// All bits of the bytes that end a number of two bytes.
		second := begins << 8 * 0xff
		x &= 0x7f * each
		next := rest + sum(x&^second) + sum(x&second)<<7
		if next >= wanted {
			break
		}
		data, rest = data[size:], next
	}
	return data, rest
}
