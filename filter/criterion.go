package filter

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// criterion is a condition of one kind. Each kind has one file with its constructors, their checks,
// the methods below, and the function that reads its arguments.
type criterion interface {
	kind() *kind
	fields() sessions.Fields
	size() int // values and words, of which a filter may have at most MaxTerms
	match(s *sessions.Session) bool
	sql(w *writer, negated bool) // see node
	// arguments returns the arguments for text and URL: for a URL as they were typed, otherwise in
	// canonical form.
	arguments(forURL bool) arguments
	terms() (groups [][]TermRange, exact bool) // see Criterion.Terms
}

// kind describes a kind of criteria for texts and URLs.
type kind struct {
	name string // in text, parameters and errors
	rank int    // from 1, the cheapest to match, upwards: the order of parts
	// keyed means that the criterion has a key: the first argument in a text, a part of the
	// parameter's name in a URL.
	keyed bool
	none  bool            // the word none means an absent value
	named map[string]bool // the names of arguments, and whether they may be repeated
	read  func(r *reading) Filter
}

// kinds are all kinds of criteria, from the cheapest to match to the most expensive. A new kind has
// to be added only here.
var kinds = ranked(
	isKinds(sessions.FieldStatus, sessions.FieldDocumentType),
	numberKinds(sessions.FieldMatchLevel),
	rangeKinds(sessions.FieldCreatedAt),
	[]*kind{failedForKind()},
	isKinds(sessions.FieldSubject, sessions.FieldPersonalNumber),
	numberKinds(sessions.FieldAcceptanceLevel, sessions.FieldAttempt),
	isKinds(
		sessions.FieldDocumentPresented, sessions.FieldDocumentValidity, sessions.FieldLiveness, sessions.FieldSex, sessions.FieldDevice,
		sessions.FieldOS, sessions.FieldBrowser, sessions.FieldModel, sessions.FieldNationality, sessions.FieldPartner,
		sessions.FieldClientIP, sessions.FieldID, sessions.FieldDocumentNumber, sessions.FieldFirstName, sessions.FieldLastName,
		sessions.FieldSelfie,
	),
	rangeKinds(sessions.FieldCompletedAt, sessions.FieldDecidedAt),
	dateKinds(sessions.FieldBirthDate, sessions.FieldExpirationDate),
	extraKinds(),
	[]*kind{searchKind()},
)

// ranked numbers the kinds in their order, and returns them by their names.
func ranked(lists ...[]*kind) map[string]*kind {
	byName := map[string]*kind{}
	for i, k := range slices.Concat(lists...) {
		k.rank = i + 1
		byName[k.name] = k
	}
	return byName
}

// kindNames returns the names of all kinds, for errors.
func kindNames() string { return strings.Join(slices.Sorted(maps.Keys(kinds)), ", ") }

// argumentNames lists the named arguments of the kind, for errors.
func (k *kind) argumentNames() string {
	switch {
	case k.keyed:
		return "it has a key, as in extra.phone, and no named arguments"
	case len(k.named) == 0:
		return "it has no named arguments"
	}
	return "there are " + strings.Join(slices.Sorted(maps.Keys(k.named)), ", ")
}

// newFilter makes a filter of one criterion.
func newFilter(c criterion) Filter {
	k, a := c.kind(), c.arguments(false)
	return checked(&leaf{facts{
		text: k.name + "(" + a.text() + ")", rank: k.rank, depth: 1, size: max(1, c.size()),
	}, c})
}

// bad returns a filter with an error of the kind with that name.
func bad(name, argument string, err error) Filter {
	return Filter{err: &Error{Criterion: name, Argument: argument, Err: err}}
}

// badValue returns a filter with an error of the value with index n.
func badValue(name string, n int, why string) Filter {
	return Filter{err: &Error{Criterion: name, Place: n + 1, Err: fmt.Errorf("%w: %s (value number %d)", ErrValue, why, n+1)}}
}

// checkValue says why no session can have a text, "" if one can.
func checkValue(v string, maxBytes int) string {
	switch {
	case len(v) > maxBytes:
		return fmt.Sprintf("longer than %d bytes", maxBytes)
	case strings.IndexByte(v, 0) >= 0:
		return "a NUL"
	case !utf8.ValidString(v):
		return "not UTF-8"
	}
	return ""
}

// checkCount returns an error if there are no values, or too many.
func checkCount(name string, n int) error {
	switch {
	case n == 0:
		return &Error{Criterion: name, Err: ErrEmpty}
	case n > MaxTerms:
		return &Error{Criterion: name, Err: ErrTooMany}
	}
	return nil
}

// boxed returns the values as arguments of SQL.
func boxed[T any](values []T) []any {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return args
}

// Criterion is one condition, a leaf of a filter's tree. Printing one shows only its name.
type Criterion struct{ get func() *leaf }

func (c *Criterion) node() node {
	if c == nil || c.get == nil {
		return nil
	}
	return c.get()
}

// leaf returns the leaf of the criterion. A zero value has one that selects nothing.
func (c *Criterion) leaf() *leaf {
	if c.node() == nil {
		return poison(ErrSyntax)
	}
	return c.get()
}

// Name returns the criterion's name in texts, parameters and errors: the name of its field,
// "failed_for", "extra_present", "extra_prefix" or "search".
func (c *Criterion) Name() string { return c.leaf().kind().name }

// Err returns the error of the filter, if the criterion replaces a filter with an error. Such a
// criterion selects nothing.
func (c *Criterion) Err() error {
	if p, ok := c.leaf().criterion.(*poisoned); ok {
		return p.err
	}
	return nil
}

// Fields returns the fields that the criterion looks at.
func (c *Criterion) Fields() sessions.Fields { return c.leaf().fields() }

// Match reports whether the session matches the criterion.
func (c *Criterion) Match(s *sessions.Session) bool { return c.leaf().match(s) }

// Values returns the alternative values of the criterion, sorted, as in the canonical text; "" is
// an absent value. For a search it returns the words as they were typed, all of which must match;
// for a range it returns none.
func (c *Criterion) Values() []string {
	var values []string
	for _, v := range c.leaf().arguments(false).values {
		values = append(values, v.text)
	}
	return values
}

// Argument returns the values of an argument that has a name in the canonical text, such as "from"
// and "at_least".
func (c *Criterion) Argument(name string) []string {
	var values []string
	for _, n := range c.leaf().arguments(false).named {
		if n.name == name {
			values = append(values, n.value)
		}
	}
	return values
}

// Key returns the key of an extra field.
func (c *Criterion) Key() string { return c.leaf().arguments(false).key }

// Search returns the folded text of a search, which a session must match in the criterion's Fields,
// and whether the criterion is one.
func (c *Criterion) Search() (searchkey.Query, bool) {
	s, ok := c.leaf().criterion.(*search)
	if !ok {
		return searchkey.Query{}, false
	}
	return s.query, true
}

// Range returns the instants of a range of times, in UTC: from the first, until before the second.
// A zero time is an open end. If absent times are asked for, or if the criterion has an error, the
// range is empty: the end is before the beginning.
func (c *Criterion) Range() (from, to time.Time) {
	switch r := c.leaf().criterion.(type) {
	case *timeRange:
		if !r.absent {
			return r.from, r.to
		}
		return latest, earliest
	case *poisoned:
		return latest, earliest
	}
	return from, to
}

// Format prints the criterion's name, whatever the verb.
func (c *Criterion) Format(s fmt.State, _ rune) { printNode(s, c.leaf()) }

// LogValue returns what Format prints.
func (c *Criterion) LogValue() slog.Value { return slog.StringValue(summary(c.leaf())) }

// poisoned takes the place of the tree of a filter with an error, so that it does not look like a
// tree that selects everything.
type poisoned struct{ err error }

// poison returns a leaf that selects nothing and has the error.
func poison(err error) *leaf {
	return &leaf{facts{text: invalid, depth: 1, size: 1}, &poisoned{err}}
}

var poisonedKind = kind{name: invalid}

func (p *poisoned) kind() *kind                  { return &poisonedKind }
func (p *poisoned) fields() sessions.Fields      { return sessions.AllFields() }
func (p *poisoned) size() int                    { return 1 }
func (p *poisoned) match(*sessions.Session) bool { return false }
func (p *poisoned) sql(w *writer, _ bool)        { w.err = p.err }
func (p *poisoned) arguments(bool) arguments     { return arguments{} }
func (p *poisoned) terms() ([][]TermRange, bool) { return [][]TermRange{{}}, true }
