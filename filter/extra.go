package filter

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
)

// The three kinds of criteria on extra fields.
var extraIs, extraPresent, extraPrefix kind

func extraKinds() []*kind {
	extraPresent = kind{name: "extra_present", read: readExtraPresent}
	extraIs = kind{name: "extra", keyed: true, read: func(r *reading) Filter { return Extra(r.key, r.texts(false)...) }}
	extraPrefix = kind{name: "extra_prefix", keyed: true, read: func(r *reading) Filter { return ExtraPrefix(r.key, r.texts(false)...) }}
	return []*kind{&extraPresent, &extraIs, &extraPrefix}
}

// extra is the condition that an extra field is present, has one of the values, or begins with one.
type extra struct {
	of     *kind
	key    string
	values []string // sorted
	boxed  []any
}

// Extra selects the sessions whose extra field of that key has any of the values, one of which may
// be the empty text.
func Extra(key string, values ...string) Filter { return newExtra(&extraIs, key, values) }

// ExtraPresent selects the sessions that have an extra field of that key, whatever its value.
func ExtraPresent(key string) Filter { return newExtra(&extraPresent, key, nil) }

// ExtraPrefix selects the sessions whose extra field of that key begins with any of the texts, byte
// by byte. An empty one is an error that wraps [ErrValue]: see [ExtraPresent].
func ExtraPrefix(key string, prefixes ...string) Filter { return newExtra(&extraPrefix, key, prefixes) }

func newExtra(of *kind, key string, values []string) Filter {
	if _, err := sessions.NewExtraKeys(key); err != nil {
		return bad(of.name, "", fmt.Errorf("%w: not a key of an extra field", ErrValue))
	}
	c := extra{of: of, key: key, values: slices.Compact(slices.Sorted(slices.Values(values)))}
	if of == &extraPresent {
		return newFilter(&c)
	}
	if err := checkCount(of.name, len(values)); err != nil {
		return Filter{err: err}
	}
	for i, v := range values {
		why := checkValue(v, sessions.MaxExtraValueBytes)
		if of == &extraPrefix && v == "" {
			why = "an empty beginning"
		}
		if why != "" {
			return badValue(of.name, i, why)
		}
	}
	c.boxed = boxed(c.values)
	return newFilter(&c)
}

func readExtraPresent(r *reading) Filter {
	keys := r.texts(false)
	switch len(keys) {
	case 0:
		return bad(extraPresent.name, "", ErrEmpty)
	case 1:
		return ExtraPresent(keys[0])
	}
	return bad(extraPresent.name, "", fmt.Errorf("%w: more than one key", ErrConflict))
}

func (c *extra) kind() *kind             { return c.of }
func (c *extra) fields() sessions.Fields { return sessions.FieldsOf(sessions.FieldExtra) }
func (c *extra) size() int               { return len(c.values) }

func (c *extra) match(s *sessions.Session) bool {
	v, ok := s.Extra.Get(c.key)
	switch {
	case !ok || c.of == &extraPresent:
		return ok
	case c.of == &extraPrefix:
		return slices.ContainsFunc(c.values, func(prefix string) bool { return strings.HasPrefix(v, prefix) })
	}
	return slices.Contains(c.values, v)
}

func (c *extra) sql(w *writer, negated bool) {
	column := w.extra(c.key)
	switch {
	// Being present is the negation of being NULL.
	case c.of == &extraPresent:
		w.in(sessions.FieldExtra, column, nil, true, !negated)
	case c.of == &extraPrefix:
		w.beginsWith(sessions.FieldExtra, column, c.values, negated)
	default:
		w.in(sessions.FieldExtra, column, c.boxed, false, negated)
	}
}

func (c *extra) arguments(bool) arguments {
	if c.of == &extraPresent {
		return arguments{values: []argument{{text: c.key}}}
	}
	return arguments{key: c.key, values: withAbsent(c.values, true)}
}

// extraTermBytes is the number of bytes of a value that are in a term, without a part of a rune at
// its end.
const extraTermBytes = 64

// extraTerm returns the term of a pair. The NUL ends the key, since keys have no control
// characters.
func extraTerm(key, value string) string {
	// Values have up to 4 KiB. A term of that length would cost more than a look at the session.
	if len(value) > extraTermBytes {
		value = strings.ToValidUTF8(value[:extraTermBytes], "")
	}
	return key + "\x00" + value
}

func (c *extra) terms() (groups [][]TermRange, exact bool) {
	if c.of == &extraPresent {
		return [][]TermRange{{termsBegin(sessions.FieldExtra, false, extraTerm(c.key, ""))}}, true
	}
	var group []TermRange
	exact = true
	for _, v := range c.values {
		term := extraTerm(c.key, v)
		if c.of == &extraPrefix {
			group = append(group, termsBegin(sessions.FieldExtra, false, term))
			// A value that may have been cut is not exact.
			exact = exact && len(v) <= extraTermBytes-utf8.UTFMax
		} else {
			group = append(group, termIs(sessions.FieldExtra, term))
			exact = exact && len(v) <= extraTermBytes-utf8.UTFMax
		}
	}
	return [][]TermRange{group}, exact
}
