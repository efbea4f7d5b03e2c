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

// Span is a part of a field's text that a word of a query meets.
type Span struct {
	Field      sessions.Field
	Start, End int    // bytes of the field's value, the end not inclusive, both on rune borders
	Word       string // the beginning of the folded word that is met, one of those that the word of the query stands for
}

// Spans returns where the words of the query meet the session's fields given, on the original
// texts: from the first rune of a word that a word of the query begins, to the rune that supplies
// the last of it, with the marks that combine with it. A letter is marked whole, however it is
// spelt; a word that is joined of both names is marked in both. Spans are sorted by field (in the
// order of a key), start and end; they may overlap, and none is there twice. A session that does
// not match may have some.
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

// marking marks the words that a query meets while they are made.
type marking struct {
	q     Query
	parts []part // of the folded text that words are made of
	found []Span // in the field, or both names, being read
	kept  []Span // in those before
}

// part is a field's text, which a folded text has from begin on.
type part struct {
	field sessions.Field
	text  string
	begin int
	from  []int32 // the place of the character that each byte of the folded text comes from
}

// begin is called before each folded text, and what was found of a field is forgotten where it is
// read anew.
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
func (m *marking) appendPart(flat []byte, st style, field int, text string) []byte {
	var from []int32
	begin := len(flat)
	flat = st.appendLatin(flat, appendUnits(nil, text), &from)
	m.parts = append(m.parts, part{searched[field].field, text, begin, from[:len(flat)-begin]})
	return flat
}

// mark marks what a word of a key comes from, if a word of the query begins it. at has the place in
// the folded text of what each byte of the word comes from.
func (m *marking) mark(word []byte, at []int32) {
	for i := range m.q.prefixes {
		p := &m.q.prefixes[i]
		if !bytes.HasPrefix(word, []byte(p.needle[1:])) {
			continue
		}
		first, last := int(at[0]), int(at[len(p.needle)-2])
		for _, part := range m.parts {
			end := part.begin + len(part.from)
			if last < part.begin || first >= end || !p.fields.Has(part.field) {
				continue
			}
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

// runeEnd returns where the rune ends that begins at i, with the marks that follow it and, of a
// syllable of Hangul in several runes, the others.
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
