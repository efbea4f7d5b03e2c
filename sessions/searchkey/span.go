package searchkey

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
)

// Span is a part of a field's text that a word of a query matches.
type Span struct {
	Field      sessions.Field
	Start, End int // byte offsets in the field's value, both on rune boundaries; End is exclusive
	// Word is the prefix that matched, one of those that the word of the query expands to.
	Word string
}

// Spans returns where the words of the query match the given fields of the session, in the original
// texts. A span goes from the first rune of a matched word to the rune that supplies the end of the
// prefix, including the marks that combine with that rune. A letter is marked whole, however it is
// spelt. A match of a word that joins both names is marked in both. Spans are sorted by field (in
// the order of a key), start and end. They may overlap, and there are no duplicates. A session that
// does not match may still have spans.
func (q Query) Spans(s *sessions.Session, fields sessions.Fields) []Span {
	m := marking{q: q}
	l := wordList{marking: &m}
	for i := range searched {
		if fields.Has(searched[i].field) {
			l.read(i, value(s, i))
			m.keep()
		}
	}
	if fields.Intersect(names) == names && strings.Contains(string(Of(s)), string(tagBoth)+" ") {
		l.readBoth(s)
		m.keep()
	}
	slices.SortFunc(m.kept, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Word, b.Word))
	})
	return slices.Compact(m.kept)
}

// marking collects the spans of the words that a query matches, while a wordList makes the words.
type marking struct {
	q     Query
	parts []part // parts of the folded text that words are made of
	found []Span // spans of the field, or of both names, being read
	kept  []Span // spans of the fields read before
}

// part is a field's text. Its folded form begins at byte begin of a folded text.
type part struct {
	field sessions.Field
	text  string
	begin int
	from  []int32 // for each byte of the folded form, the offset of its character in text
}

// begin is called before each folded text. If anew is set, the field is read from the start, and
// the spans found in it so far are dropped.
func (m *marking) begin(anew bool) {
	m.parts = m.parts[:0]
	if anew {
		m.found = m.found[:0]
	}
}

func (m *marking) keep() {
	m.kept = append(m.kept, m.found...)
	m.found = m.found[:0]
}

// appendPart appends a field's folded text.
func (m *marking) appendPart(folded []byte, st style, field int, text string) []byte {
	var from []int32
	begin := len(folded)
	folded = st.appendLatin(folded, appendUnits(nil, text), &from)
	m.parts = append(m.parts, part{searched[field].field, text, begin, from[:len(folded)-begin]})
	return folded
}

// mark adds the spans of a word of a key, if a prefix of the query begins it. at has, for each byte
// of the word, its offset in the folded text.
func (m *marking) mark(word []byte, at []int32) {
	for i := range m.q.prefixes {
		p := &m.q.prefixes[i]
		if !bytes.HasPrefix(word, []byte(p.needle[1:])) {
			continue
		}
		// needle is a space and the prefix, so the prefix's last byte is at len-2 of the word.
		first, last := int(at[0]), int(at[len(p.needle)-2])
		for _, part := range m.parts {
			end := part.begin + len(part.from)
			if last < part.begin || first >= end || !p.fields.Has(part.field) {
				continue
			}
			// A word that joins both names begins in one part and may end in the other. A part that
			// lacks the beginning or the end of the match is marked from its own beginning or to
			// its own end.
			span := Span{part.field, 0, len(part.text), p.needle[1:]}
			if first >= part.begin {
				span.Start = int(part.from[first-part.begin])
			}
			if last < end {
				span.End = runeEnd(part.text, int(part.from[last-part.begin]))
			}
			m.found = append(m.found, span)
		}
	}
}

// runeEnd returns the end of the rune that begins at i, including the marks that follow it and, in
// a Hangul syllable of several runes, the other runes.
func runeEnd(text string, i int) int {
	_, size := utf8.DecodeRuneInString(text[i:])
	for i += size; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		if lookup(r).class != dropped && !unicode.IsMark(r) && !continuesSyllable(r) {
			break
		}
	}
	return i
}
