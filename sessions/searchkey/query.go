package searchkey

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/kvalifika/sessionkit/sessions"
)

// The bounds of a search text.
const (
	MaxQueryBytes = 256 // of the text
	MaxQueryWords = 16  // that are left when those that others imply are dropped

	maxChain = 3 // words that are joined, if they are not groups of a number
)

// The errors of [ParseQuery] and [ParseWords].
var (
	ErrTooLong      = fmt.Errorf("searchkey: search text longer than %d bytes", MaxQueryBytes)
	ErrTooManyWords = fmt.Errorf("searchkey: search text of more than %d words", MaxQueryWords)
)

// Query is a folded search text: words, each of which stands for a few beginnings of words of keys.
// The zero Query is that of a blank text, which matches every session.
type Query struct {
	prefixes []prefix // those of one word stand together
	typed    []string
	nothing  bool
}

// prefix is a beginning of words that a word of a query stands for.
type prefix struct {
	word   int
	needle string // " prefix"
	fields sessions.Fields
}

// Prefix is a beginning of words of keys, one of those that a word of a search text stands for.
type Prefix struct {
	Text   string
	Fields sessions.Fields // whose words it is looked for in: a name is spelt in ways in which a number is not
}

// ParseQuery folds a search text. Errors are [ErrTooLong] and [ErrTooManyWords].
func ParseQuery(text string) (Query, error) {
	if len(text) > MaxQueryBytes {
		return Query{}, ErrTooLong
	}
	return parse(text)
}

// ParseWords folds the words of a search text as [Query.Typed] returns them. Folding may have made
// them longer than MaxQueryBytes: in all they may have MaxQueryWords times as many. Without a
// letter or a digit in any of them the query matches nothing. Errors are those of ParseQuery.
func ParseWords(words ...string) (Query, error) {
	text := strings.Join(words, " ")
	if len(text) > MaxQueryWords*MaxQueryBytes {
		return Query{}, ErrTooLong
	}
	q, err := parse(text)
	if err == nil && q.Empty() {
		q.nothing = true
	}
	return q, err
}

func parse(text string) (Query, error) {
	if strings.TrimSpace(text) == "" {
		return Query{}, nil
	}
	units := appendUnits(nil, text)
	units = trimmed(units)
	typed := split(style{typed: true, raw: true}.appendLatin(nil, units, nil))
	if len(typed) > MaxQueryBytes/2 { // no search text has so many, not even of one letter each
		return Query{}, ErrTooManyWords
	}
	words := make(terms, len(typed))
	words.add(units, style{typed: true, number: true}, numbers)
	for way := range waysOf(units) {
		words.add(units, style{typed: true, way: way}, names)
	}
	kept := words.kept()
	if len(kept) > MaxQueryWords {
		return Query{}, ErrTooManyWords
	}
	q := Query{nothing: len(kept) == 0}
	for i, t := range kept {
		for _, p := range t.prefixes {
			q.prefixes = append(q.prefixes, prefix{i, " " + p.Text, p.Fields})
		}
	}
	for _, word := range typed {
		q.typed = append(q.typed, norm.NFC.String(string(word)))
	}
	return q, nil
}

// trimmed returns the units without what is behind the last word: blanks, and signs that write
// nothing, like a soft sign alone. The last letter is the one that is being typed.
func trimmed(units []unit) []unit {
	for n := len(units); n > 0; n-- {
		if r := units[n-1].r; r == space {
			units = units[:n-1]
		} else if !silent(r) {
			break
		}
	}
	return units
}

func split(flat []byte) [][]byte {
	return bytes.FieldsFunc(flat, func(r rune) bool { return r == space })
}

// term is a word of a search text.
type term struct {
	prefixes []Prefix // what it stands for; none begins another one of the same fields
}

type terms []term

// add adds what the words are in a style. The last letter stands for all that it may become.
func (t terms) add(units []unit, st style, fields sessions.Fields) {
	t.addFrom(0, split(st.appendLatin(nil, units, nil)), fields)
	n := len(units)
	if n == 0 || st.number {
		return
	}
	for _, syllables := range whileTyped(units[n-1]) {
		t.addFrom(len(t)-1, split(st.appendLatin(nil, slices.Concat(units[:n-1], syllables), nil)), fields)
	}
	for _, st.behind = range mayFollow(units[n-1].r) {
		t.addFrom(len(t)-1, split(st.appendLatin(nil, units, nil)), fields)
	}
}

// addFrom adds what the words are from the i-th on: each by itself, and joined with those before
// it.
func (t terms) addFrom(i int, words [][]byte, fields sessions.Fields) {
	var s speller
	for ; i < len(words); i++ {
		digits := true // in all of the words that are joined
		var chain []byte
		for first := i; first >= 0 && words[first][0] != unwritable; first-- {
			digits = digits && bytes.ContainsAny(words[first], "0123456789")
			n := i - first
			if n >= maxChain && !digits || n >= MaxQueryWords {
				break
			}
			if chain = slices.Concat(words[first], chain); n > 0 && len(chain) > MaxWordBytes {
				break
			}
			letters := choices(chain)
			for form := range forms(letters) {
				word, _ := s.spell(chain, 0, len(chain), letters, form)
				t[i].insert(Prefix{string(word), fields})
			}
		}
	}
}

// insert adds a prefix in the order of the texts, unless another one finds all that it finds.
func (t *term) insert(p Prefix) {
	for i, o := range t.prefixes {
		if o.Text == p.Text {
			t.prefixes[i].Fields = o.Fields.Union(p.Fields)
			return
		}
	}
	i, _ := slices.BinarySearchFunc(t.prefixes, p.Text, func(o Prefix, text string) int { return strings.Compare(o.Text, text) })
	t.prefixes = slices.Insert(t.prefixes, i, p)
}

// implied reports whether whatever has the other word has this one.
func (t *term) implied(other *term) bool {
	for _, o := range other.prefixes {
		if !t.finds(o, -1) {
			return false
		}
	}
	return true
}

// finds reports whether one of the prefixes finds all that another one finds. The one at skip is
// not asked.
func (t *term) finds(p Prefix, skip int) bool {
	var fields sessions.Fields
	for i, o := range t.prefixes {
		if i != skip && strings.HasPrefix(p.Text, o.Text) {
			fields = fields.Union(o.Fields)
		}
	}
	return p.Fields.Minus(fields) == 0
}

// kept returns the words that no other one implies, each with the prefixes that no other one makes
// superfluous.
func (t terms) kept() (kept terms) {
	for i := range t {
		for k := 0; k < len(t[i].prefixes); {
			if t[i].finds(t[i].prefixes[k], k) {
				t[i].prefixes = slices.Delete(t[i].prefixes, k, k+1)
			} else {
				k++
			}
		}
	}
	for i := range t {
		superfluous := false
		for k := 0; k < len(t) && !superfluous; k++ { // of two words that imply each other the first one is kept
			superfluous = k != i && t[i].implied(&t[k]) && (k < i || !t[k].implied(&t[i]))
		}
		if !superfluous {
			kept = append(kept, t[i])
		}
	}
	return kept
}

// Typed returns the words as they were typed, in their order, without what folding leaves out:
// lower-case letters and digits. The query is the one that [ParseWords] makes of them.
func (q Query) Typed() []string { return slices.Clone(q.typed) }

// Len returns the number of words, without those that others imply.
func (q Query) Len() int {
	if len(q.prefixes) == 0 {
		return 0
	}
	return q.prefixes[len(q.prefixes)-1].word + 1
}

// Empty reports whether the text was blank: no criterion at all.
func (q Query) Empty() bool { return len(q.prefixes) == 0 && !q.nothing }

// Nothing reports whether the text was not blank, but folds to no word (`******`): it matches no
// session.
func (q Query) Nothing() bool { return q.nothing }

// Words yields the words of the query, those that others imply left out, each as the prefixes that
// it stands for: a session matches if for every word it has some word that begins with one of the
// prefixes in one of the prefix's fields. Prefixes are in bytewise order; where one begins another,
// they differ in their fields.
func (q Query) Words() iter.Seq[[]Prefix] {
	return func(yield func([]Prefix) bool) {
		var word []Prefix
		for i, p := range q.prefixes {
			word = append(word, Prefix{p.needle[1:], p.fields})
			if i+1 == len(q.prefixes) || q.prefixes[i+1].word != p.word {
				if !yield(word) {
					return
				}
				word = nil
			}
		}
	}
}

// Needles yields, for each word of the query, the texts of which at least one is in a key, as a
// part of its bytes, if and only if the word is met in one of the fields. Without such a field
// there are none, and no session has the word.
func (q Query) Needles(fields sessions.Fields) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for word := range q.Words() {
			var needles []string
			for _, p := range word {
				needles = appendNeedles(needles, p, fields)
			}
			if !yield(needles) {
				return
			}
		}
	}
}

func appendNeedles(needles []string, p Prefix, fields sessions.Fields) []string {
	if p.Fields.Intersect(fields) == sessions.SearchFields() {
		return append(needles, " "+p.Text)
	}
	for f := range p.In(fields) {
		needles = append(needles, string(tagOf(f))+" "+p.Text)
	}
	return needles
}

// In yields those of the fields in whose words the prefix is looked for, as [Key.Words] names them:
// [sessions.FieldNone] stands for the words that are joined of both names. It comes only where they
// may be met.
func (p Prefix) In(fields sessions.Fields) iter.Seq[sessions.Field] {
	return func(yield func(sessions.Field) bool) {
		fields := p.Fields.Intersect(fields)
		for i := range searched {
			if fields.Has(searched[i].field) && !yield(searched[i].field) {
				return
			}
		}
		if r, _ := utf8.DecodeRuneInString(p.Text); fields.Intersect(names) == names && beginsAnywhere(r) {
			yield(sessions.FieldNone)
		}
	}
}
