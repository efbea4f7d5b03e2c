package sessions

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Digest returns the SHA-256 of everything that the session holds except its Revision, as a store
// keeps it ([Session.Normalize]): sessions with the same digest are the same. It serves to compare
// storages. It is as private as the session, since anyone who knows most of a session can use it to
// guess the rest. A later version of this package may compute another digest.
func (s *Session) Digest() [sha256.Size]byte {
	c := *s
	c.Normalize() // leaves the reasons of s as they are
	b := make([]byte, 0, 1024)
	text := func(v string) {
		// The length separates the texts.
		b = binary.AppendUvarint(b, uint64(len(v)))
		b = append(b, v...)
	}
	number := func(n int64) { b = binary.AppendVarint(b, n) }
	flag := func(v bool) {
		if v {
			number(1)
		} else {
			number(0)
		}
	}
	for _, v := range [...]string{
		c.ID, c.Company, c.Partner, c.Subject, string(c.Status), string(c.Sex), string(c.DocumentType), c.Match.Scale, c.Selfie,
		c.ClientIP, string(c.Device), c.Browser, c.OS, c.Model,
	} {
		text(v)
	}
	for _, t := range [...]time.Time{c.CreatedAt, c.CompletedAt, c.DecidedAt} {
		number(t.UnixMicro()) // no other valid time has the number of the zero time
	}
	for f := range textFields.All() {
		t := c.Text(f)
		number(int64(t.state))
		text(t.value)
	}
	for _, d := range [...]Date{c.BirthDate, c.ExpirationDate} {
		number(int64(d.Year))
		number(int64(d.Month))
		number(int64(d.Day))
	}
	flag(c.DocumentPresented)
	flag(c.Match.Compared)
	for _, n := range [...]int64{
		int64(c.Attempt), int64(c.DocumentValidity), int64(c.Liveness), int64(c.Match.Level), int64(c.Match.Acceptance), int64(c.hidden),
		int64(len(c.Reasons)), int64(c.Extra.Len()),
	} {
		number(n)
	}
	for _, r := range c.Reasons {
		text(string(r))
	}
	for key, value := range c.Extra.All() {
		text(key)
		text(value)
	}
	return sha256.Sum256(b)
}
