package searchkey

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
)

// The bounds of a search text.
const (
	MaxQueryBytes = 256 // of the text
	MaxQueryWords = 16  // that are left when those that begin another are dropped
)

// The errors of [ParseQuery].
var (
	ErrTooLong      = fmt.Errorf("searchkey: search text longer than %d bytes", MaxQueryBytes)
	ErrTooManyWords = fmt.Errorf("searchkey: search text of more than %d words", MaxQueryWords)
)

// Query is a folded search text. The zero Query is that of a blank one, which matches every session.
type Query struct {
	needles []string // " word", sorted
	nothing bool
}

// ParseQuery folds a search text. Errors are [ErrTooLong] and [ErrTooManyWords].
func ParseQuery(text string) (Query, error) {
	if len(text) > MaxQueryBytes {
		return Query{}, ErrTooLong
	}
	if strings.TrimSpace(text) == "" {
		return Query{}, nil
	}
	return queryOf(appendNeedles(nil, text))
}

// ParseWords folds the words of a query that [Query.Words] has returned, or other texts, into one query. Folding may make a text
// longer than MaxQueryBytes: here, each text may have as many. Without a letter or a digit in any of them the query matches nothing.
// Errors are those of ParseQuery.
func ParseWords(texts ...string) (Query, error) {
	var needles []string
	for _, text := range texts {
		if len(text) > MaxQueryBytes {
			return Query{}, ErrTooLong
		}
		needles = appendNeedles(needles, text)
	}
	return queryOf(needles)
}

// appendNeedles appends the folded words of a text.
func appendNeedles(needles []string, text string) []string {
	flat := appendFolded(nil, text)
	for _, token := range bytes.FieldsFunc(flat, func(r rune) bool { return r == space }) {
		parts := [][]byte{token}
		if !bytes.ContainsAny(token, "0123456789") {
			parts = bytes.FieldsFunc(token, func(r rune) bool { return r == hyphen || r == joiner })
		}
		for _, part := range parts {
			if needle := appendWord([]byte{' '}, part); len(needle) > 1 {
				needles = append(needles, string(needle))
			}
		}
	}
	return needles
}

// queryOf makes a query of needles, without those that another begins with.
func queryOf(needles []string) (Query, error) {
	slices.Sort(needles)
	kept := needles[:0]
	for i, needle := range needles { // what a needle begins stands right after it
		if i+1 == len(needles) || !strings.HasPrefix(needles[i+1], needle) {
			kept = append(kept, needle)
		}
	}
	if len(kept) > MaxQueryWords {
		return Query{}, ErrTooManyWords
	}
	return Query{kept, len(kept) == 0}, nil
}

// Words returns the folded words in their bytewise order. None begins another.
func (q Query) Words() []string {
	words := make([]string, len(q.needles))
	for i, needle := range q.needles {
		words[i] = needle[1:]
	}
	return words
}

// Len returns the number of words.
func (q Query) Len() int { return len(q.needles) }

// Empty tells whether the text was blank: no criterion at all.
func (q Query) Empty() bool { return len(q.needles) == 0 && !q.nothing }

// Nothing tells whether the text was not blank, but folds to no word (`******`): it matches no session.
func (q Query) Nothing() bool { return q.nothing }

// Needle returns what stands in a key, as a part of its bytes, if and only if the session has a word that begins with
// the i-th word (from 0) in the field. [sessions.FieldNone] stands for any of the four fields; for a field
// that is not searched the needle is empty.
func (q Query) Needle(i int, f sessions.Field) string {
	if f == sessions.FieldNone {
		return q.needles[i]
	}
	if tag, ok := Tag(f); ok {
		return string(tag) + q.needles[i]
	}
	return ""
}

// Match tells whether every word begins some word of the session's fields given. Fields that are not searched are
// ignored; without any field nothing but an empty query matches. It does not allocate where texts are ASCII or Georgian.
func (q Query) Match(s *sessions.Session, fields sessions.Fields) bool {
	if q.nothing {
		return false
	}
	pending := uint32(1)<<len(q.needles) - 1
	var buffer [4 * shortText]byte
	for i := 0; pending != 0 && i < len(searched); i++ {
		if !fields.Has(searched[i].field) {
			continue
		}
		text := value(s, i)
		if len(text) > len(buffer) {
			pending = q.withoutLong(pending, i, text)
			continue
		}
		flat := appendFolded(buffer[:0], text)
		if len(flat) > shortText {
			pending = q.withoutLong(pending, i, text)
			continue
		}
		for n, needle := range q.needles {
			if pending>>n&1 == 1 && beginsWord(flat, needle[1:], searched[i].number) {
				pending &^= 1 << n
			}
		}
	}
	return pending == 0
}

// withoutLong takes the needles out of pending that begin a word of a field's text of any length.
func (q Query) withoutLong(pending uint32, field int, text string) uint32 {
	var flat [sessions.MaxTextBytes]byte
	var words [MaxFieldBytes + 2 + MaxWordBytes]byte
	entries := appendField(words[:0], field, appendFolded(flat[:0], text), nil)
	for n, needle := range q.needles {
		if hasNeedle(entries, needle) {
			pending &^= 1 << n
		}
	}
	return pending
}

// shortText is the longest folded text whose words, however it breaks, stay within the bounds of a key: a number of n
// bytes has at most n words of n(n+1)/2 bytes in all.
const shortText = 29

// beginsWord tells whether one of the words of a short folded text begins with the word. It looks at the places where
// words begin and builds none: at the first part of a hyphenated name, the joined word begins as the part does.
func beginsWord(flat []byte, word string, number bool) bool {
	last, chained := byte(space), false // chained: last is the hyphen after a part of a name
	for i, c := range flat {
		if isSeparator(c) {
			if !number {
				chained, last = c == hyphen && !isSeparator(last), c
			}
			continue
		}
		begins := isSeparator(last)
		if number && !begins {
			begins = isDigit(c) != isDigit(last)
		}
		last = c
		if begins && c == word[0] && hasPrefix(flat[i:], word, number, !chained) {
			return true
		}
	}
	return false
}

// hasPrefix tells whether the word that begins a part of a folded text begins with the other word. The word of a number
// goes on over all separators, the joined word of a name over single hyphens.
func hasPrefix(flat []byte, word string, number, joined bool) bool {
	n := 0
	for i, c := range flat {
		switch {
		case c == word[n]:
			if n++; n == len(word) {
				return true
			}
		case !isSeparator(c):
			return false
		case number:
		case !joined || c != hyphen || i+1 == len(flat) || isSeparator(flat[i+1]):
			return false
		}
	}
	return false
}

// hasNeedle is bytes.Contains without its cost for short texts.
func hasNeedle(entries []byte, needle string) bool {
	for len(entries) >= len(needle) {
		if string(entries[:len(needle)]) == needle {
			return true
		}
		i := bytes.IndexByte(entries[1:], ' ')
		if i < 0 {
			return false
		}
		entries = entries[1+i:]
	}
	return false
}

// MatchKey tells what Match tells, of the session that the key is of.
func (q Query) MatchKey(key Key, fields sessions.Fields) bool {
	for _, needle := range q.needles {
		if !hasWord(string(key), needle, fields) {
			return false
		}
	}
	return !q.nothing
}

func hasWord(key, needle string, fields sessions.Fields) bool {
	for at := 0; ; at++ {
		i := strings.Index(key[at:], needle)
		if i < 0 {
			return false
		}
		at += i
		for f := range searched {
			if at > 0 && searched[f].tag == key[at-1] && fields.Has(searched[f].field) {
				return true
			}
		}
	}
}
