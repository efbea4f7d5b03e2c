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

// criterion is a condition of one kind. Each kind is one file, which has its constructors with
// their checks, what is here, and how its arguments are read.
type criterion interface {
	kind() *kind
	fields() sessions.Fields
	size() int // values and words, of which a filter may have MaxTerms
	match(s *sessions.Session) bool
	sql(w *writer, negated bool) // see node
	// arguments returns what text and URL say. forURL: as it was typed, and not as it is canonical.
	arguments(forURL bool) arguments
	terms() (groups [][]TermRange, exact bool) // see Criterion.Terms
}

// kind is what text and URL know of a kind of criterion.
type kind struct {
	name  string          // in text, parameters and errors
	rank  int             // from the cheapest to match to the dearest: the order of parts
	keyed bool            // it has a key: the first argument in text, a part of the parameter's name in a URL
	none  bool            // the word none is an absent value
	named map[string]bool // arguments that have a name, and whether they may be repeated
	read  func(r *reading) Filter
}

// kinds are all kinds of criteria, from the cheapest to match to the dearest. This is the one place
// where a new kind is named.
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

// argumentNames says which arguments with a name the kind has, for errors.
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

// bad is a filter with an error of the kind's.
func bad(name, argument string, err error) Filter {
	return Filter{err: &Error{Criterion: name, Argument: argument, Err: err}}
}

// badValue is a filter whose nth value, from 0, is wrong.
func badValue(name string, n int, why string) Filter {
	return Filter{err: &Error{Criterion: name, Place: n + 1, Err: fmt.Errorf("%w: %s (value number %d)", ErrValue, why, n+1)}}
}

// checkValue says what is wrong with a text that sessions are to have, "" for nothing.
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

// checkCount says what is wrong with a number of values.
func checkCount(name string, n int) error {
	switch {
	case n == 0:
		return &Error{Criterion: name, Err: ErrEmpty}
	case n > MaxTerms:
		return &Error{Criterion: name, Err: ErrTooMany}
	}
	return nil
}

func boxed[T any](values []T) []any {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return args
}

// Criterion is one condition, a leaf of a filter's tree. Printing one shows its name only.
type Criterion struct{ get func() *leaf }

func (c *Criterion) node() node {
	if c == nil || c.get == nil {
		return nil
	}
	return c.get()
}

// leaf returns what is behind the criterion: one that selects nothing behind a zero value.
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

// Match reports whether the session meets the criterion.
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

// LogValue is what Format prints.
func (c *Criterion) LogValue() slog.Value { return slog.StringValue(summary(c.leaf())) }

// poisoned is there for a filter with an error, so that its tree does not look like one that
// selects everything.
type poisoned struct{ err error }

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
