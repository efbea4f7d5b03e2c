package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Version is the version of the blocks that this package writes and reads.
const Version = 2

// First letters of keys.
const (
	keyCatalogue  = "C"
	keyDead       = "D"
	keyFields     = "F"
	keyHashes     = "H"
	keyIndex      = "I"
	keyList       = "L"
	keyPart       = "P"
	keyDictionary = "W"
)

// ErrDamaged says that this package has not written a block as it is. The error is a
// [*DamageError].
var ErrDamaged = errors.New("segment: damaged")

// DamageError names a damaged block. It wraps [ErrDamaged]. It contains nothing about a person: a
// key with a word is shown as a checksum.
type DamageError struct {
	Segment int64 // its number
	// The key of the block, or, if the key contains a word, its first letter and a checksum.
	Block string
}

// Error names the segment and the block.
func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: segment %d, block %s", ErrDamaged.Error(), e.Segment, e.Block)
}

// Unwrap returns [ErrDamaged].
func (e *DamageError) Unwrap() error { return ErrDamaged }

// blockName returns the text for a key in an error.
func blockName(key string) string {
	if len(key) < 2 || key[:1] == keyPart || key[:1] == keyHashes || key[:1] == keyList && isProperty(key[1:]) {
		return key
	}
	return fmt.Sprintf("%.1s-%08x", key, crc32.ChecksumIEEE([]byte(key)))
}

// Block is a value that a table keeps under a key.
type Block struct {
	Key  string
	Data []byte
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum returns the checksum of a block with its segment and key, so that it also detects blocks
// that were exchanged.
func checksum(segment int64, key string, data []byte) uint32 {
	// Byte by byte: for so few bytes, a call of crc32.Update would take longer to allocate them.
	sum := ^uint32(0)
	for i := range 8 {
		sum = castagnoli[byte(sum)^byte(segment>>(8*i))] ^ sum>>8
	}
	for i := range len(key) {
		sum = castagnoli[byte(sum)^key[i]] ^ sum>>8
	}
	return crc32.Update(^sum, castagnoli, data)
}

// sealed returns the block of a payload.
func sealed(segment int64, key string, payload []byte) Block {
	data := make([]byte, 0, len(payload)+5)
	data = append(append(data, Version), payload...)
	return Block{key, binary.LittleEndian.AppendUint32(data, checksum(segment, key, data))}
}

// unsealed returns the payload of a block. It reports false if the block is damaged.
func unsealed(segment int64, key string, data []byte) ([]byte, bool) {
	end := len(data) - 4
	if end < 1 || data[0] != Version || binary.LittleEndian.Uint32(data[end:]) != checksum(segment, key, data[:end]) {
		return nil, false
	}
	return data[1:end], true
}
