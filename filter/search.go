package filter

import (
	"fmt"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

const (
	argIn          = "in" // the fields that are searched; all four if it is missing
	foldsToNothing = "*"  // the text of a search that is not blank and has no words
)

var theSearch kind

func searchKind() *kind {
	theSearch = kind{name: "search", named: map[string]bool{argIn: true}, read: readSearch}
	return &theSearch
}

// search is the condition that every word of a text begins some word of one of the fields.
type search struct {
	query searchkey.Query
	in    sessions.Fields
	typed string // the text without the space around it
	// needles has, for each word, the texts of which the search key must contain one. They are
	// boxed once, for every statement.
	needles [][]any
}

// Search selects the sessions in which every word of the text begins some word of first name, last
// name, personal number or document number, as package searchkey folds and compares them. A blank
// text is not a criterion: it selects everything, in [Or] too. A text that is not blank but has no
// letter or digit selects nothing: see [Filter.SearchesNothing]. The errors are those of
// [searchkey.ParseQuery].
func Search(text string) Filter { return SearchIn(sessions.SearchFields(), text) }

// SearchIn is [Search] in some of the four fields, for instance those that a viewer may see. No
// field at all, or another field, is an error that wraps [ErrField].
func SearchIn(fields sessions.Fields, text string) Filter {
	query, err := searchkey.ParseQuery(text)
	if err != nil {
		return bad("search", "", err)
	}
	// URLs show the text as it was typed. In a URL, as here, invalid bytes separate words.
	typed := strings.TrimSpace(strings.ToValidUTF8(text, " "))
	// The text is only invalid UTF-8, which is not blank.
	if typed == "" {
		typed = foldsToNothing
	}
	return newSearch(fields, query, typed)
}

// newSearch returns the filter for a search, or no criterion for a blank one.
func newSearch(fields sessions.Fields, query searchkey.Query, typed string) Filter {
	if fields == 0 || fields.Minus(sessions.SearchFields()) != 0 {
		return bad("search", argIn, ErrField)
	}
	if query.Empty() {
		return Filter{}
	}
	c := search{query: query, in: fields, typed: typed}
	for needles := range query.Needles(fields) {
		boxed := make([]any, len(needles))
		for i, needle := range needles {
			boxed[i] = needle
		}
		c.needles = append(c.needles, boxed)
	}
	return newFilter(&c)
}

// within returns the search in those of its fields that are in the set.
func (c *search) within(fields sessions.Fields) Filter {
	if kept := c.in.Intersect(fields); kept != 0 {
		f := newSearch(kept, c.query, c.typed)
		// The narrower search names its fields in its text, which makes it longer.
		f.derived = f.err == nil
		return f
	}
	return bad("search", argIn, ErrField)
}

func readSearch(r *reading) Filter {
	fields := sessions.SearchFields()
	if in := r.named[argIn]; len(in) > 0 {
		fields = 0
		for i, name := range in {
			var f sessions.Field
			if err := f.UnmarshalText([]byte(name)); err != nil || !sessions.SearchFields().Has(f) {
				there := sessions.SearchFields().String()
				return Filter{err: &Error{
					Criterion: "search", Argument: argIn, Place: i + 1, Known: strings.Split(there, ","),
					Err: fmt.Errorf("%w: there are %s", ErrField, there),
				}}
			}
			fields = fields.Union(sessions.FieldsOf(f))
		}
	}
	texts := r.texts(false)
	if r.url {
		switch {
		case len(texts) > 1:
			return bad("search", "", fmt.Errorf("%w: more than one text", ErrConflict))
		case len(texts) == 0 || strings.TrimSpace(texts[0]) == "":
			return Filter{} // a form that was left blank
		}
		return SearchIn(fields, texts[0])
	}
	// A text contains folded words, which together may be longer than any text that can be typed.
	query, err := searchkey.ParseWords(texts...)
	if err != nil {
		return bad("search", "", err)
	}
	typed := strings.Join(query.Typed(), " ")
	if typed == "" {
		typed = foldsToNothing
	}
	return newSearch(fields, query, typed)
}

func (c *search) kind() *kind             { return &theSearch }
func (c *search) fields() sessions.Fields { return c.in }
func (c *search) size() int               { return c.query.Len() }

func (c *search) match(s *sessions.Session) bool { return c.query.Match(s, c.in) }

// sql writes the condition that every word begins some word of the search key.
func (c *search) sql(w *writer, negated bool) {
	column := w.columns.SearchKey
	switch {
	case column.isZero():
		w.fail(sessions.FieldNone, ErrNoSearchKey)
		return
	case !w.usable(sessions.FieldNone, column):
		return
	case c.query.Nothing():
		w.constant(negated)
		return
	}
	// A NULL would make the condition NULL, and so select nothing even if it is negated.
	w.write("(")
	if !column.notNull {
		w.column("", column, either(" IS NOT NULL AND ", " IS NULL OR ", negated))
	}
	for i, needles := range c.needles {
		if i > 0 {
			w.write(either(" AND ", " OR ", negated))
		}
		if len(needles) > 1 {
			w.write("(")
		}
		for k, needle := range needles {
			if k > 0 {
				w.write(either(" OR ", " AND ", negated))
			}
			w.contains(column, needle, negated)
		}
		switch len(needles) {
		case 0: // the word can only be in other fields
			w.constant(negated)
		case 1:
		default:
			w.write(")")
		}
	}
	w.write(")")
}

func (c *search) arguments(forURL bool) arguments {
	var a arguments
	if forURL {
		a.values = []argument{{text: c.typed}}
		a.unfit = len(c.typed) > searchkey.MaxQueryBytes // folding may lengthen a text
	} else {
		a.values = withAbsent(c.query.Typed(), true)
	}
	if c.in != sessions.SearchFields() {
		for f := range c.in.All() {
			a.name(argIn, f.String())
		}
	}
	return a
}

// terms returns a group for each word: the words of the fields that begin with it.
func (c *search) terms() (groups [][]TermRange, exact bool) {
	if c.query.Nothing() {
		return [][]TermRange{{}}, true
	}
	for word := range c.query.Words() {
		var group []TermRange
		for _, p := range word {
			for f := range p.In(c.in) {
				group = append(group, termsBegin(f, true, p.Text))
			}
		}
		groups = append(groups, group)
	}
	return groups, true
}
