package searchkey

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
)

// Span is a part of a field's text that a word of a query meets.
type Span struct {
	Field      sessions.Field
	Start, End int    // bytes of the field's value, the end not inclusive, both on rune borders
	Word       string // the folded word of the query
}

// Spans returns where the words of the query meet the session's fields given, on the original texts: from the first
// rune of a word that a word of the query begins, to the rune that supplies the last of it, with the marks that combine
// with it. Spans are sorted by field (in the order of a key), start and end; they may overlap, and none is there twice.
// A session that does not match may have some.
func (q Query) Spans(s *sessions.Session, fields sessions.Fields) []Span {
	var found []Span
	for i := range searched {
		if !fields.Has(searched[i].field) {
			continue
		}
		text := value(s, i)
		flat, from := foldWithOrigin(text)
		begin := len(found)
		appendField(nil, i, flat, func(word []byte, start int) {
			for _, needle := range q.needles {
				if bytes.HasPrefix(word, []byte(needle[1:])) {
					last := start
					for n := len(needle) - 1; ; last++ {
						if !isSeparator(flat[last]) {
							if n--; n == 0 {
								break
							}
						}
					}
					found = append(found, Span{searched[i].field, from[start], runeEnd(text, from[last]), needle[1:]})
				}
			}
		})
		slices.SortFunc(found[begin:], func(a, b Span) int {
			return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Word, b.Word))
		})
	}
	return slices.Compact(found)
}

// foldWithOrigin returns the folded text, and for each of its bytes where the rune begins that it comes from.
func foldWithOrigin(text string) (flat []byte, from []int) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		flat = appendRune(flat, r, text[i:])
		for len(from) < len(flat) {
			from = append(from, i)
		}
		i += size
	}
	return flat, from
}

// runeEnd returns where the rune ends that begins at i, with the marks that follow it.
func runeEnd(text string, i int) int {
	_, size := utf8.DecodeRuneInString(text[i:])
	for i += size; i < len(text); i += size {
		var r rune
		if r, size = utf8.DecodeRuneInString(text[i:]); lookup(r).class != dropped {
			break
		}
	}
	return i
}
