package filter

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// dateField is a field that is a calendar date.
type dateField struct {
	kind
	field sessions.Field
	value func(s *sessions.Session) sessions.Date
}

var dateFields = []dateField{
	{field: sessions.FieldBirthDate, value: func(s *sessions.Session) sessions.Date { return s.BirthDate }},
	{field: sessions.FieldExpirationDate, value: func(s *sessions.Session) sessions.Date { return s.ExpirationDate }},
}

// dateFieldOf returns the date field, or nil if the field is not one.
func dateFieldOf(f sessions.Field) *dateField {
	i := slices.IndexFunc(dateFields, func(d dateField) bool { return d.field == f })
	if i < 0 {
		return nil
	}
	return &dateFields[i]
}

func dateKinds(fields ...sessions.Field) []*kind {
	kinds := make([]*kind, len(fields))
	for i, field := range fields {
		f := dateFieldOf(field)
		f.kind = kind{name: field.String(), none: true, named: map[string]bool{argFrom: false, argTo: false}, read: f.read}
		kinds[i] = &f.kind
	}
	return kinds
}

// dateRange is the condition that a date is between two, both included, or is absent.
type dateRange struct {
	of          *dateField
	absent      bool
	first, last sessions.Date // zero: an open end
	begin, end  string        // texts of the dates in the range, both included
	// Ranges of texts between begin and end whose dates are not in the range, both ends included.
	holes [][2]string
}

// Dates selects the sessions whose birth or expiration date is from the first to the last day, both
// included. A zero date is an open end; two of them are not a criterion. A date with unknown parts
// is in the range if every day that it may be is in it. "Expires within 30 days" is
// Dates(sessions.FieldExpirationDate, today, today.AddDays(30)). A last day before the first is an
// error that wraps [ErrRange], one with unknown parts [ErrValue], a field that is not a date
// [ErrField].
func Dates(f sessions.Field, from, to sessions.Date) Filter {
	of := dateFieldOf(f)
	if of == nil {
		return bad(f.String(), argFrom, ErrField)
	}
	if err := checkDays(of.name, from, to); err != nil {
		return Filter{err: err}
	}
	if from.IsZero() && to.IsZero() {
		return Filter{}
	}
	c := dateRange{of: of, first: from, last: to}
	c.bound()
	return newFilter(&c)
}

// bound finds the texts of the dates in the range. An unknown part is 00 in a text, so the text
// sorts before the days that the date may be. Dates that may be partly outside the range have to be
// left out, and those that begin on its first day to be included.
func (c *dateRange) bound() {
	from := c.first
	if from.IsZero() {
		from = sessions.Date{Year: 1, Month: time.January, Day: 1}
	}
	to := c.last
	if to.IsZero() {
		to = sessions.Date{Year: 9999, Month: time.December, Day: 31}
	}
	// 1965-00-00 is in a range from 1965-01-01, and not in one from a later day of that year. So
	// the first text is that of the least known date that begins on the first day.
	low := from
	if from.Month == time.January {
		low.Month = 0 // a date of this year with an unknown month
	}
	if from.Day == 1 {
		low.Day = 0
	}
	c.begin, c.end = dateText(low), dateText(to)
	// A hole is cut out for texts between the first and the last whose dates may be outside the
	// range.
	hole := func(year int, month time.Month, firstDay, lastDay int) {
		if firstDay > lastDay {
			return
		}
		first := max(c.begin, dateText(sessions.Date{Year: year, Month: month, Day: firstDay}))
		last := min(c.end, dateText(sessions.Date{Year: year, Month: month, Day: lastDay}))
		if first <= last {
			c.holes = append(c.holes, [2]string{first, last})
		}
	}
	// The days of January before the first one, and January as a whole.
	if low.Month == 0 {
		hole(from.Year, time.January, bit(from.Day == 1), from.Day-1)
	}
	// Dates of the last year with an unknown month may be after the end. Unless the last month is
	// December, that is true of every day.
	unknownMonths := 31
	if to.Month == time.December {
		unknownMonths = 0
		hole(to.Year, 0, to.Day+1, 31)
	}
	if to.Month != time.December || to.Day != 31 {
		hole(to.Year, 0, 0, unknownMonths)
	}
	if to.AddDays(1).Month == to.Month { // the rest of the month is after the last day
		hole(to.Year, to.Month, 0, 0)
	}
	slices.SortFunc(c.holes, func(a, b [2]string) int { return cmp.Compare(a[0], b[0]) })
}

// dateText returns the text of a date in columns and terms.
func dateText(d sessions.Date) string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

func (f *dateField) read(r *reading) Filter {
	from, to := r.one(argFrom), r.one(argTo)
	switch {
	case len(r.values) > 0 && (from != "" || to != ""):
		return bad(f.name, "", fmt.Errorf("%w: values together with a range", ErrConflict))
	case len(r.values) > 0:
		return Is(f.field, r.texts(true)...)
	case from == "" && to == "" && r.url:
		return Filter{} // a form that was left blank
	case from == "" && to == "":
		return bad(f.name, "", ErrEmpty)
	}
	first, last, err := readDays(f.name, from, to)
	if err != nil {
		return Filter{err: err}
	}
	return Dates(f.field, first, last)
}

func (c *dateRange) kind() *kind             { return &c.of.kind }
func (c *dateRange) fields() sessions.Fields { return sessions.FieldsOf(c.of.field) }
func (c *dateRange) size() int               { return 1 }

func (c *dateRange) match(s *sessions.Session) bool {
	d := c.of.value(s)
	// An absent date is not in any range.
	if c.absent || d.IsZero() {
		return c.absent && d.IsZero()
	}
	return d.Earliest().Compare(c.first) >= 0 && (c.last.IsZero() || d.Latest().Compare(c.last) <= 0)
}

func (c *dateRange) sql(w *writer, negated bool) {
	column, ok := w.field(c.of.field)
	switch {
	case !ok:
	case c.absent:
		w.in(c.of.field, column, []any{"", "0000-00-00"}, true, negated)
	default:
		w.write("(")
		w.between(column, c.begin, c.end, negated)
		for _, hole := range c.holes {
			w.write(either(" AND ", " OR ", negated))
			w.outside(column, hole[0], hole[1], negated)
		}
		w.write(")")
	}
}

func (c *dateRange) arguments(bool) arguments {
	var a arguments
	if c.absent {
		a.values = []argument{{none: true}}
	}
	a.name(argFrom, c.first.String())
	a.name(argTo, c.last.String())
	return a
}

func (c *dateRange) terms() (groups [][]TermRange, exact bool) {
	if c.absent {
		return [][]TermRange{{termIs(c.of.field, "")}}, true
	}
	var group []TermRange
	from := c.begin
	for _, hole := range c.holes {
		if from < hole[0] {
			group = append(group, TermRange{Field: c.of.field, From: from, To: hole[0]})
		}
		from = max(from, hole[1]+"\x00")
	}
	if to := c.end + "\x00"; from < to {
		group = append(group, TermRange{Field: c.of.field, From: from, To: to})
	}
	return [][]TermRange{group}, true
}
