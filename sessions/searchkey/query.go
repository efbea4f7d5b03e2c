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
	MaxQueryWords = 16  // after words that others imply are dropped

	maxChainWords = 3 // words that are joined, unless all of them have digits
)

// The errors of [ParseQuery] and [ParseWords].
var (
	ErrTooLong      = fmt.Errorf("searchkey: search text longer than %d bytes", MaxQueryBytes)
	ErrTooManyWords = fmt.Errorf("searchkey: search text of more than %d words", MaxQueryWords)
)

// Query is a folded search text. Each of its words expands to a few prefixes of words of keys. The
// zero Query is that of a blank text, which matches every session.
type Query struct {
	prefixes []prefix // prefixes of the same word are adjacent
	typed    []string
	nothing  bool
}

// prefix is one of the prefixes that a word of a query expands to.
type prefix struct {
	word   int
	needle string // " prefix"
	fields sessions.Fields
}

// Prefix is one of the prefixes of words of keys that a word of a search text expands to.
type Prefix struct {
	Text string
	// Fields are the fields in whose words the prefix is looked for: names have spellings that
	// numbers lack.
	Fields sessions.Fields
}

// ParseQuery folds a search text. Errors are [ErrTooLong] and [ErrTooManyWords].
func ParseQuery(text string) (Query, error) {
	if len(text) > MaxQueryBytes {
		return Query{}, ErrTooLong
	}
	return parse(text)
}

// ParseWords folds the words of a search text as [Query.Typed] returns them. Folding may have made
// them longer than MaxQueryBytes: their limit is MaxQueryWords times MaxQueryBytes in all. If none
// of them has a letter or a digit, the query matches nothing. Errors are those of ParseQuery.
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
	// A search text of MaxQueryBytes has no more words than this, even of one letter each.
	if len(typed) > MaxQueryBytes/2 {
		return Query{}, ErrTooManyWords
	}
	words := make(terms, len(typed))
	// Numbers and names fold differently, so each word gets prefixes for both.
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

// trimmed returns the units up to the last word. It removes blanks, and words of silent signs, like
// a soft sign alone. The last letter left is the one that is being typed.
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

func split(folded []byte) [][]byte {
	return bytes.FieldsFunc(folded, func(r rune) bool { return r == space })
}

// term is a word of a search text.
type term struct {
	prefixes []Prefix // once kept has run, no prefix makes another superfluous
}

type terms []term

// add adds the prefixes of the words in one style. The last letter is tried as everything that it
// may become.
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

// addFrom adds the prefixes of the words from the i-th on: each word by itself, and joined with the
// words before it.
func (t terms) addFrom(i int, words [][]byte, fields sessions.Fields) {
	var s speller
	for ; i < len(words); i++ {
		digits := true // whether all of the joined words have a digit
		var chain []byte
		for first := i; first >= 0 && words[first][0] != unwritable; first-- {
			digits = digits && bytes.ContainsAny(words[first], "0123456789")
			n := i - first
			if n >= maxChainWords && !digits || n >= MaxQueryWords {
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

// insert adds a prefix in the order of the texts. If the text is already there, it adds the fields.
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

// implied reports whether every session that has the other word has this one too.
func (t *term) implied(other *term) bool {
	for _, o := range other.prefixes {
		if !t.finds(o, -1) {
			return false
		}
	}
	return true
}

// finds reports whether the prefixes of the term, without the one at skip, find everything that p
// finds.
func (t *term) finds(p Prefix, skip int) bool {
	var fields sessions.Fields
	for i, o := range t.prefixes {
		if i != skip && strings.HasPrefix(p.Text, o.Text) {
			fields = fields.Union(o.Fields)
		}
	}
	return p.Fields.Minus(fields) == 0
}

// kept returns the words that no other word implies, each without the prefixes that another prefix
// makes superfluous.
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
		// Of two words that imply each other, the first is kept.
		for k := 0; k < len(t) && !superfluous; k++ {
			superfluous = k != i && t[i].implied(&t[k]) && (k < i || !t[k].implied(&t[i]))
		}
		if !superfluous {
			kept = append(kept, t[i])
		}
	}
	return kept
}

// Typed returns the words as they were typed, in their order, reduced to lower-case letters and
// digits. [ParseWords] makes the same query of them.
func (q Query) Typed() []string { return slices.Clone(q.typed) }

// Len returns the number of words, not counting those that other words imply.
func (q Query) Len() int {
	if len(q.prefixes) == 0 {
		return 0
	}
	return q.prefixes[len(q.prefixes)-1].word + 1
}

// Empty reports whether the text was blank. An empty query matches every session.
func (q Query) Empty() bool { return len(q.prefixes) == 0 && !q.nothing }

// Nothing reports whether the text was not blank but folds to no word, as `******` does. Such a
// query matches no session.
func (q Query) Nothing() bool { return q.nothing }

// Words yields the words of the query, without those that other words imply, each as the prefixes
// that it expands to. A session matches if, for every word, one of the prefixes begins a word of
// one of that prefix's fields. Prefixes are in bytewise order. If one is a prefix of another, they
// differ in their fields.
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

// Needles yields, for each word of the query, a list of texts: a key contains at least one of them
// if and only if the word matches in one of the fields. If the word is not looked for in any of the
// fields, the list is empty, and no session has the word.
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

// In yields those of the given fields in whose words the prefix is looked for, as [Key.Words] names
// them: [sessions.FieldNone] means the words that join both names. It comes only if the prefix may
// match such a word.
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
