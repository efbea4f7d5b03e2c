package store

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"time"
)

// Cursor is a place in the list of one query. The empty Cursor is before the newest session. Its
// text has only letters, digits, hyphens and underscores, which need no escaping in a URL.
//
// It holds a version, a fingerprint of company, filter, restriction and searched fields, the
// creation time and ID of the last session, and a checksum, but neither the filter nor any other
// text of a session. For a viewer with a restriction it has the ID of a session that the viewer has
// seen, or, where the budget ended the page, only a whole second.
//
// A cursor authorises nothing, so it is not signed. It is as private as its query: do not log it.
type Cursor string

// fingerprint binds a cursor to its query, and a watermark to its company.
type fingerprint [16]byte

// fingerprintOf returns the fingerprint of a list of texts: the beginning of the SHA-256 of all of
// them, each preceded by its length.
func fingerprintOf(texts ...string) fingerprint {
	var b []byte
	for _, t := range texts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(t)))
		b = append(b, t...)
	}
	sum := sha256.Sum256(b)
	return fingerprint(sum[:])
}

// binding returns the fingerprint of the cursors of a query.
func (v Viewer) binding(sc scope) fingerprint {
	texts := []string{v.Company, v.Restriction.Text(), sc.asked.Text()}
	for f := range sc.searched.All() {
		texts = append(texts, f.String())
	}
	return fingerprintOf(texts...)
}

// A token is the base64 of these bytes:
//
//	0      kind in the upper four bits, version of the layout in the lower four
//	1-16   fingerprint
//	17-    payload; of a cursor: 8 bytes of creation time, in microseconds since 1970, big-endian,
//	       and the ID
//	last 4 CRC-32 of all that precedes, big-endian, against text that was cut or mistyped
//
// A new layout gets a new first byte: older tokens are then refused, and never misread.
const (
	cursorV1    = 0x11
	watermarkV1 = 0x21
)

// seal returns a token, in URL-safe base64 without padding.
func seal(kind byte, binding fingerprint, payload []byte) string {
	b := append([]byte{kind}, binding[:]...)
	b = append(b, payload...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

// unseal reverses seal; ok is false unless seal returns exactly this text for the kind.
func unseal(kind byte, text string) (binding fingerprint, payload []byte, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	end := len(b) - crc32.Size
	// DecodeString skips line breaks, so the length is compared too.
	if err != nil || end < 1+len(binding) || b[0] != kind || base64.RawURLEncoding.EncodedLen(len(b)) != len(text) ||
		crc32.ChecksumIEEE(b[:end]) != binary.BigEndian.Uint32(b[end:]) {
		return binding, nil, false
	}
	return fingerprint(b[1:]), b[1+len(binding) : end], true
}

// cursorAt returns the cursor of a position.
func cursorAt(p Position, binding fingerprint) Cursor {
	payload := binary.BigEndian.AppendUint64(nil, uint64(p.CreatedAt.UnixMicro()))
	return Cursor(seal(cursorV1, binding, append(payload, p.ID...)))
}

// position returns the cursor's position in the query with the given fingerprint. It is zero for
// the empty cursor.
func (c Cursor) position(binding fingerprint) (Position, error) {
	if c == "" {
		return Position{}, nil
	}
	made, payload, ok := unseal(cursorV1, string(c))
	if !ok || len(payload) < 8 {
		return Position{}, ErrCursor
	}
	if made != binding {
		return Position{}, ErrCursorQuery
	}
	micros := binary.BigEndian.Uint64(payload)
	return Position{CreatedAt: time.UnixMicro(int64(micros)).UTC(), ID: string(payload[8:])}, nil
}

// watermark binds a Backend's watermark to the viewer's company.
func (v Viewer) watermark(w Watermark) Watermark {
	if w == "" {
		return ""
	}
	return Watermark(seal(watermarkV1, fingerprintOf(v.Company), []byte(w)))
}

// backendWatermark reverses watermark.
func (v Viewer) backendWatermark(w Watermark) (Watermark, error) {
	if w == "" {
		return "", nil
	}
	made, payload, ok := unseal(watermarkV1, string(w))
	if !ok || made != fingerprintOf(v.Company) {
		return "", ErrWatermark
	}
	return Watermark(payload), nil
}
