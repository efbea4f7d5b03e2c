// Package searchkey folds the names and numbers of a session into the words that search compares.
package searchkey

import (
	"errors"
	"iter"

	"github.com/kvalifika/sessionkit/sessions"
)

// Version is the version of the folding.
const Version = 1

// Limits.
const (
	MaxWordBytes  = 64  // of a word: what is longer counts by its first bytes, cut between runes
	MaxWords      = 32  // of one field
	MaxFieldBytes = 512 // of one field's entries in a key
	MaxKeyBytes   = 4 * MaxFieldBytes
	MaxQueryBytes = 256 // of a search text
	MaxQueryWords = 16  // of a search text
)

var (
	// ErrTooLong is a search text of more than MaxQueryBytes.
	ErrTooLong = errors.New("searchkey: search text too long")
	// ErrTooManyWords is a search text of more than MaxQueryWords.
	ErrTooManyWords = errors.New("searchkey: too many words")
)

// Key holds the folded words of one session, each as TAG + " " + word.
type Key string

// Of returns the session's key.
func Of(s *sessions.Session) Key { return Key(Append(nil, s)) }

// Append appends the session's key to dst.
func Append(dst []byte, _ *sessions.Session) []byte { return dst }

// Words yields the key's entries in their order.
func (k Key) Words() iter.Seq2[sessions.Field, string] {
	return func(func(sessions.Field, string) bool) {}
}

// Tag returns the letter that marks the field's words in a key, and whether the field is searched.
func Tag(f sessions.Field) (byte, bool) {
	switch f {
	case sessions.FieldFirstName:
		return 'F', true
	case sessions.FieldLastName:
		return 'L', true
	case sessions.FieldPersonalNumber:
		return 'P', true
	case sessions.FieldDocumentNumber:
		return 'D', true
	}
	return 0, false
}

// Query is a search text, folded. The zero Query is that of a blank text.
type Query struct {
	words   []string
	nothing bool
}

// ParseQuery folds a search text.
func ParseQuery(string) (Query, error) { return Query{}, errors.New("searchkey: not built yet") }

// Words returns a copy of the query's words, sorted; none is the beginning of another.
func (q Query) Words() []string { return append([]string(nil), q.words...) }

// Empty tells whether the text was blank: no criterion.
func (q Query) Empty() bool { return len(q.words) == 0 && !q.nothing }

// Nothing tells whether the text was not blank and folds to no word: it matches nothing.
func (q Query) Nothing() bool { return q.nothing }

// Match tells whether every word of the query begins some word of the session's fields given.
func (q Query) Match(*sessions.Session, sessions.Fields) bool { return false }

// MatchKey is Match on a key.
func (q Query) MatchKey(Key, sessions.Fields) bool { return false }

// Span is a part of a field's text: bytes Start to End, not inclusive, on rune borders.
type Span struct {
	Field      sessions.Field
	Word       string // of the query
	Start, End int
}

// Spans returns what matched, by field and place.
func (q Query) Spans(*sessions.Session, sessions.Fields) []Span { return nil }
