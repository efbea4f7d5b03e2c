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

// hashParts returns how many of the first bits of a hash name its block, in a segment of n
// sessions.
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
func appendHashes(rests []uint32) (data []byte) {
	last := uint32(0)
	for _, r := range rests {
		data = binary.AppendUvarint(data, uint64(r-last))
		last = r
	}
	return data
}

// decodeHashes reads what a block knows of its hashes. It reports false for data that is none.
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

// hashBlock is the words asked for that a block of hashes has, if the segment has them.
type hashBlock struct {
	key   string
	words []hashedWord // ascending
}

type hashedWord struct {
	rest uint32 // what the block knows of the hash
	word string
}

// hashBlocks returns where the hashes of words are in a segment of n sessions, by their keys.
func hashBlocks(words []string, n int) []hashBlock {
	parts := hashParts(n)
	byPart := make([][]hashedWord, 1<<parts)
	for _, w := range words {
		part, rest := hashPart(hashOf(w), parts)
		byPart[part] = append(byPart[part], hashedWord{rest, w})
	}
	var blocks []hashBlock
	for part, words := range byPart {
		if words != nil {
			slices.SortFunc(words, func(x, y hashedWord) int { return cmp.Compare(x.rest, y.rest) })
			blocks = append(blocks, hashBlock{hashKey(part, parts), words})
		}
	}
	return blocks
}

// lookUp notes which of the words asked for the segment may have, by a block of hashes: all that it
// has, and few others. It reports false for data that is none.
func (s *Segment) lookUp(key string, data []byte) bool {
	i, asked := slices.BinarySearchFunc(s.asked, key, func(b hashBlock, key string) int { return strings.Compare(b.key, key) })
	if !asked {
		return true
	}
	if s.hashes = with(s.hashes, key, nil); s.words == nil {
		s.words = map[string]bool{}
	}
	rest := int64(-1) // the hash before; there is none before the first gap
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

// skipHashes passes hashes that are less than the one wanted, most of them, eight bytes at once: a
// query of many words meets millions. A number of three bytes, which only small segments have, ends
// it.
func skipHashes(data []byte, rest, wanted int64) ([]byte, int64) {
	const each = 0x0101010101010101
	// sum adds eight numbers of seven bits.
	sum := func(x uint64) int64 {
		const even = 0x00ff00ff00ff00ff
		return int64((x&even + x>>8&even) * 0x0001000100010001 >> 48)
	}
	for len(data) >= 8 {
		x, size := binary.LittleEndian.Uint64(data), 8
		begins := x >> 7 & each // the bytes that the next one belongs to
		if begins&(begins<<8) != 0 {
			break
		}
		if begins>>56 == 1 { // the last number ends behind them
			x, size = x&(1<<56-1), 7
		}
		second := begins << 8 * 0xff // all bits of the bytes that end a number of two
		x &= 0x7f * each
		next := rest + sum(x&^second) + sum(x&second)<<7
		if next >= wanted {
			break
		}
		data, rest = data[size:], next
	}
	return data, rest
}
