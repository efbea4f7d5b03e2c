package filter

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// NotCompared selects the sessions without a comparison, among the levels of [MatchLevel].
const NotCompared far.Level = -1

// absent is the number of a field that has no value.
const absent = int64(NotCompared)

// numberField is a field whose values are whole numbers.
type numberField struct {
	kind
	field sessions.Field
	value func(s *sessions.Session) int64
	// The least number that the field can have: 0 or 1. If it is 1, columns may hold 0 for an
	// absent number.
	least    int64
	greatest int64
}

var numberFields = []numberField{
	{field: sessions.FieldMatchLevel, greatest: int64(far.MaxLevel), value: func(s *sessions.Session) int64 {
		if !s.Match.Compared {
			return absent
		}
		return int64(s.Match.Level)
	}},
	{field: sessions.FieldAcceptanceLevel, least: 1, greatest: int64(far.MaxLevel), value: func(s *sessions.Session) int64 {
		return orAbsent(int64(s.Match.Acceptance))
	}},
	{field: sessions.FieldAttempt, least: 1, greatest: math.MaxInt32, value: func(s *sessions.Session) int64 { return orAbsent(int64(s.Attempt)) }},
}

// orAbsent returns n, or absent for 0.
func orAbsent(n int64) int64 {
	if n == 0 {
		return absent
	}
	return n
}

// numberFieldOf returns the number field, or nil if the field is not one.
func numberFieldOf(f sessions.Field) *numberField {
	i := slices.IndexFunc(numberFields, func(n numberField) bool { return n.field == f })
	if i < 0 {
		return nil
	}
	return &numberFields[i]
}

const atLeast, atMost = "at_least", "at_most"

func numberKinds(fields ...sessions.Field) []*kind {
	kinds := make([]*kind, len(fields))
	for i, field := range fields {
		f := numberFieldOf(field)
		f.kind = kind{name: field.String(), none: true, named: map[string]bool{atLeast: false, atMost: false}, read: f.read}
		kinds[i] = &f.kind
	}
	return kinds
}

// number is the condition that a field has one of the values, or one from low to high.
type number struct {
	of        *numberField
	values    []int64 // sorted, an absent one first; nil for a range
	low, high int64
	boxed     []any // the values that are not absent
}

// MatchLevel selects the sessions with any of the match levels, on whatever scale, and those
// without a comparison if [NotCompared] is among them.
func MatchLevel(levels ...far.Level) Filter {
	values := make([]int64, len(levels))
	for i, l := range levels {
		values[i] = int64(l)
	}
	return numberFieldOf(sessions.FieldMatchLevel).among(values)
}

// AtLeast selects the sessions whose match level, acceptance level or attempt is n or greater. A
// session without one is not selected. Another field is an error that wraps [ErrField], and a
// number that the field cannot have is one that wraps [ErrValue].
func AtLeast(f sessions.Field, n int) Filter { return newNumberRange(f, atLeast, n) }

// AtMost selects the sessions whose match level, acceptance level or attempt is n or less: see
// [AtLeast].
func AtMost(f sessions.Field, n int) Filter { return newNumberRange(f, atMost, n) }

func newNumberRange(f sessions.Field, end string, n int) Filter {
	of := numberFieldOf(f)
	if of == nil {
		return bad(f.String(), end, ErrField)
	}
	if int64(n) < of.least || int64(n) > of.greatest {
		return bad(of.name, end, of.errNumber())
	}
	if end == atLeast {
		return of.between(int64(n), of.greatest)
	}
	return of.between(of.least, int64(n))
}

func (f *numberField) errNumber() error {
	return fmt.Errorf("%w: not a whole number from %d to %d", ErrValue, f.least, f.greatest)
}

// among returns the filter for any of the values.
func (f *numberField) among(values []int64) Filter {
	if err := checkCount(f.name, len(values)); err != nil {
		return Filter{err: err}
	}
	for i, v := range values {
		if v != absent && (v < f.least || v > f.greatest) {
			return badValue(f.name, i, fmt.Sprintf("not a whole number from %d to %d", f.least, f.greatest))
		}
	}
	c := number{of: f, values: slices.Compact(slices.Sorted(slices.Values(values)))}
	if c.values[0] == absent {
		c.boxed = boxed(c.values[1:])
	} else {
		c.boxed = boxed(c.values)
	}
	return newFilter(&c)
}

// between returns the filter for the numbers from low to high.
func (f *numberField) between(low, high int64) Filter {
	if low > high {
		return bad(f.name, atMost, ErrRange)
	}
	return newFilter(&number{of: f, low: low, high: high})
}

// parse returns the filter for numbers in texts, "" for an absent one.
func (f *numberField) parse(texts []string) Filter {
	values := make([]int64, len(texts))
	for i, text := range texts {
		var err error
		if values[i], err = f.number(text); err != nil && text != "" {
			return badValue(f.name, i, fmt.Sprintf("not a whole number from %d to %d, or none", f.least, f.greatest))
		}
	}
	return f.among(values)
}

// number reads a number of the field, written without a sign or leading zeros.
func (f *numberField) number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	// Each number has one text: +4 and 04 are refused.
	if err != nil || strconv.FormatInt(n, 10) != text || n < f.least || n > f.greatest {
		return absent, f.errNumber()
	}
	return n, nil
}

func (f *numberField) read(r *reading) Filter {
	first, last := r.one(atLeast), r.one(atMost)
	// Blank fields of a form are open ends.
	if first == "" && last == "" {
		return f.parse(r.texts(true))
	}
	if len(r.values) > 0 {
		return bad(f.name, "", fmt.Errorf("%w: values together with a range", ErrConflict))
	}
	low, high := f.least, f.greatest
	var err error
	if first != "" {
		if low, err = f.number(first); err != nil {
			return bad(f.name, atLeast, err)
		}
	}
	if last != "" {
		if high, err = f.number(last); err != nil {
			return bad(f.name, atMost, err)
		}
	}
	return f.between(low, high)
}

func (c *number) kind() *kind             { return &c.of.kind }
func (c *number) fields() sessions.Fields { return sessions.FieldsOf(c.of.field) }
func (c *number) size() int               { return len(c.values) }

func (c *number) match(s *sessions.Session) bool {
	v := c.of.value(s)
	if c.values == nil {
		return v >= c.low && v <= c.high
	}
	return slices.Contains(c.values, v)
}

func (c *number) sql(w *writer, negated bool) {
	column, ok := w.field(c.of.field)
	if !ok {
		return
	}
	column.integer = c.of.greatest > math.MaxInt16
	if c.values == nil {
		w.between(column, c.bound(c.low, c.of.least), c.bound(c.high, c.of.greatest), negated)
		return
	}
	args, null := c.boxed, c.values[0] == absent
	// The field cannot be 0, so tables may have 0 in place of NULL.
	if null && c.of.least == 1 {
		args = append([]any{int64(0)}, args...)
	}
	w.in(c.of.field, column, args, null, negated)
}

// bound returns the end of a range in SQL, or nil for an end that excludes nothing. If a column may
// hold 0 for an absent number, the lower end always excludes that 0.
func (c *number) bound(n, end int64) any {
	if n == end && (n != c.of.least || c.of.least == 0) {
		return nil
	}
	return n
}

func (c *number) arguments(bool) arguments {
	var a arguments
	for _, v := range c.values {
		if v == absent {
			a.values = append(a.values, argument{none: true})
		} else {
			a.values = append(a.values, argument{text: strconv.FormatInt(v, 10)})
		}
	}
	if c.values == nil && (c.low != c.of.least || c.high == c.of.greatest) {
		a.name(atLeast, strconv.FormatInt(c.low, 10))
	}
	if c.values == nil && c.high != c.of.greatest {
		a.name(atMost, strconv.FormatInt(c.high, 10))
	}
	return a
}

// term returns the value of a term. Terms sort like their numbers.
func (f *numberField) term(n int64) string {
	if n == absent {
		return ""
	}
	// Written without fmt, since each session that is packed has several numbers.
	const zeros = "0000000000" // as many as the greatest of all fields has digits
	digits, width := strconv.FormatInt(n, 10), len(strconv.FormatInt(f.greatest, 10))
	return zeros[:max(0, width-len(digits))] + digits
}

func (c *number) terms() (groups [][]TermRange, exact bool) {
	if c.values == nil {
		return [][]TermRange{{{Field: c.of.field, From: c.of.term(c.low), To: c.of.term(c.high) + "\x00"}}}, true
	}
	var group []TermRange
	for _, v := range c.values {
		group = append(group, termIs(c.of.field, c.of.term(v)))
	}
	return [][]TermRange{group}, true
}

func (c *number) check(also map[sessions.Field][]string) error {
	var values []string
	for _, v := range c.values {
		if v != absent {
			values = append(values, strconv.FormatInt(v, 10))
		}
	}
	if c.values == nil && c.low != c.of.least {
		if err := checkKnown(c.of.name, atLeast, c.of.field, []string{strconv.FormatInt(c.low, 10)}, also); err != nil {
			return err
		}
	}
	if c.values == nil && c.high != c.of.greatest {
		return checkKnown(c.of.name, atMost, c.of.field, []string{strconv.FormatInt(c.high, 10)}, also)
	}
	return checkKnown(c.of.name, "", c.of.field, values, also)
}
