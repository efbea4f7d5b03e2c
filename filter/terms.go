package filter

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// Term is a fact about a session that an index can hold: that a field has a value, or a word of the
// search key. An absent field has the value "". A Term is plain data, and as private as the
// session: only its own methods print it without the value.
type Term struct {
	Field sessions.Field
	// Word means that Value is a word of the field, as package searchkey folds it, and not the
	// field's value. The words of FieldNone are of both names, joined.
	Word  bool
	Value string
}

// String returns the field.
func (t Term) String() string { return "term(" + t.Field.String() + ")" }

// Format prints what String returns, whatever the verb. It never prints the value.
func (t Term) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (t Term) MarshalText() ([]byte, error) { return nil, sessions.ErrNoJSON }

// LogValue returns what Format prints.
func (t Term) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// TermRange is the set of terms of one field whose values are From or bytewise greater, and less
// than To.
type TermRange struct {
	Field    sessions.Field
	Word     bool // of the words of the field
	From, To string
	Prefix   bool // the range has all terms that begin with From
}

// Has reports whether the term is in the range.
func (r TermRange) Has(t Term) bool {
	return t.Field == r.Field && t.Word == r.Word && t.Value >= r.From && t.Value < r.To
}

// String returns the field.
func (r TermRange) String() string { return "terms(" + r.Field.String() + ")" }

// Format prints what String returns, whatever the verb. It never prints the values.
func (r TermRange) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, r.String()) }

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (r TermRange) MarshalText() ([]byte, error) { return nil, sessions.ErrNoJSON }

// LogValue returns what Format prints.
func (r TermRange) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

// Terms returns the terms under which an index finds the sessions that match the criterion: such a
// session has, for each group, a term in at least one of the group's ranges. If exact is true, no
// other session does. If there is no group, the index cannot help, and exact is false. If a group
// has no range, no session matches the criterion.
//
// Exact are searches, enumerations, levels, attempts, reasons, flags, dates, and the values of all
// texts except ID, names and numbers, which are found by their words and then compared. Instants
// have no terms, and a selfie's reference has none either, unless its absence is asked for. Values
// of extra fields are exact up to 60 bytes.
func (c *Criterion) Terms() (groups [][]TermRange, exact bool) { return c.leaf().terms() }

// AppendTerms appends the terms of a session, some of them possibly twice. An index needs only
// those of the fields that it serves; it cannot help with criteria on other fields.
func AppendTerms(dst []Term, s *sessions.Session) []Term {
	return AppendTermsOf(dst, s, sessions.AllFields(), searchkey.Of(s))
}

// AppendTermsOf appends the terms of some fields of a session, as AppendTerms does, and then the
// words of its search key, which is searchkey.Of(s). It takes less time for an index that serves
// few fields, or that has the key already.
func AppendTermsOf(dst []Term, s *sessions.Session, fields sessions.Fields, key searchkey.Key) []Term {
	for i := range isFields {
		f := &isFields[i]
		if !fields.Has(f.field) {
			continue
		}
		if v := f.value(s); v == "" || f.index == byValue {
			dst = append(dst, Term{Field: f.field, Value: v})
		}
	}
	for i := range numberFields {
		if f := &numberFields[i]; fields.Has(f.field) {
			dst = append(dst, Term{Field: f.field, Value: f.term(f.value(s))})
		}
	}
	for i := range dateFields {
		if f := &dateFields[i]; fields.Has(f.field) {
			dst = append(dst, Term{Field: f.field, Value: f.value(s).String()})
		}
	}
	if s.Status == sessions.Failed && fields.Has(sessions.FieldReasons) {
		for _, r := range s.Reasons {
			dst = append(dst, Term{Field: sessions.FieldReasons, Value: string(r)})
		}
	}
	if fields.Has(sessions.FieldExtra) {
		for key, value := range s.Extra.All() {
			dst = append(dst, Term{Field: sessions.FieldExtra, Value: extraTerm(key, value)})
		}
	}
	for field, word := range key.Words() {
		dst = append(dst, Term{Field: field, Word: true, Value: word})
	}
	return dst
}

// termIs returns the range of one term.
func termIs(f sessions.Field, value string) TermRange {
	return TermRange{Field: f, From: value, To: value + "\x00"}
}

// termsBegin returns the range of the terms that begin with a text, which must not be empty.
func termsBegin(f sessions.Field, word bool, prefix string) TermRange {
	return TermRange{Field: f, Word: word, From: prefix, To: after(prefix), Prefix: true}
}

// after returns a text that is bytewise greater than every text that begins with the prefix, and
// not greater than any other text that follows these. It raises the last rune by one, so that the
// result is UTF-8 like the prefix.
func after(prefix string) string {
	runes := []rune(prefix)
	for i, next := range slices.Backward(runes) {
		next++
		if next == 0xd800 { // surrogates are not characters
			next = 0xe000
		}
		if next <= utf8.MaxRune {
			return string(runes[:i]) + string(next)
		}
	}
	return prefix + string(utf8.MaxRune) // no word has that character
}
