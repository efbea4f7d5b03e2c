package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Version is that of the blocks that this package writes and reads.
const Version = 2

// The first letters of keys.
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

// ErrDamaged says that a block is not what this package writes. The error is a [*DamageError].
var ErrDamaged = errors.New("segment: damaged")

// DamageError names a damaged block. It wraps [ErrDamaged]. It holds nothing of a person: a word is
// named by its checksum.
type DamageError struct {
	Segment int64  // its number
	Block   string // the key of the block, or its first letter and a checksum where the key holds a word
}

// Error names segment and block.
func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: segment %d, block %s", ErrDamaged.Error(), e.Segment, e.Block)
}

// Unwrap returns [ErrDamaged].
func (e *DamageError) Unwrap() error { return ErrDamaged }

// blockName is what an error may say of a key.
func blockName(key string) string {
	if len(key) < 2 || key[:1] == keyPart || key[:1] == keyHashes || key[:1] == keyList && isProperty(key[1:]) {
		return key
	}
	return fmt.Sprintf("%.1s-%08x", key, crc32.ChecksumIEEE([]byte(key)))
}

// Block is what a table keeps under a key.
type Block struct {
	Key  string
	Data []byte
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is of a block and of where it belongs, so that blocks that were exchanged are noticed.
func checksum(segment int64, key string, data []byte) uint32 {
	place := append(binary.LittleEndian.AppendUint64(nil, uint64(segment)), key...)
	return crc32.Update(crc32.Checksum(place, castagnoli), castagnoli, data)
}

// sealed makes a block of a payload.
func sealed(segment int64, key string, payload []byte) Block {
	data := make([]byte, 0, len(payload)+5)
	data = append(append(data, Version), payload...)
	return Block{key, binary.LittleEndian.AppendUint32(data, checksum(segment, key, data))}
}

// unsealed returns the payload of a block, and false if it is not whole.
func unsealed(segment int64, key string, data []byte) ([]byte, bool) {
	end := len(data) - 4
	if end < 1 || data[0] != Version || binary.LittleEndian.Uint32(data[end:]) != checksum(segment, key, data[:end]) {
		return nil, false
	}
	return data[1:end], true
}
