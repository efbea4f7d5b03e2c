// Package filtertest draws random filters for property tests of Backends, of a table's columns, and
// of everything else that reads filters.
//
//	f := filtertest.Filter(r, list, 3)
//	for _, s := range list {
//		require.Equal(t, f.Match(s), mine.Selects(s))
//	}
//
// Their values are those of the given sessions, and neighbours of these, so that filters select
// some of the sessions. All kinds of criteria and all fields are drawn, including those that a
// later version adds.
package filtertest

import (
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Source makes random choices: a [math/rand/v2.Rand], or one that a property test or a fuzz target
// makes.
type Source interface {
	// IntN returns a number from 0 until before n.
	IntN(n int) int
}

// Filter draws a tree of criteria of at most that depth, which has no error. It needs at least one
// session.
func Filter(r Source, list []*sessions.Session, depth int) filter.Filter {
	for range 100 {
		// A tree of many parts may exceed the bounds.
		if f := tree(r, list, depth); f.Err() == nil {
			return f
		}
	}
	return filter.Filter{}
}

// tree draws a tree, which may have an error.
func tree(r Source, list []*sessions.Session, depth int) filter.Filter {
	if depth <= 1 {
		return Criterion(r, list)
	}
	parts := func() []filter.Filter {
		parts := make([]filter.Filter, r.IntN(4))
		for i := range parts {
			parts[i] = tree(r, list, depth-1)
		}
		return parts
	}
	switch r.IntN(8) {
	case 0, 1:
		return filter.And(parts()...)
	case 2:
		return filter.Or(parts()...)
	case 3:
		return filter.Not(tree(r, list, depth-1))
	default:
		return Criterion(r, list)
	}
}

// Criterion draws a filter of one criterion, or of none: a blank search.
func Criterion(r Source, list []*sessions.Session) filter.Filter {
	fields := sessions.AllFields()
	for range 100 { // most constructors accept only some fields
		s := list[r.IntN(len(list))]
		field, n := sessions.FieldNone, r.IntN(40)
		for f := range fields.All() {
			if field = f; n == 0 {
				break
			}
			n--
		}
		if f := draws[r.IntN(len(draws))](&drawing{r, list, s, field}); f.Err() == nil {
			return f
		}
	}
	return filter.Status(sessions.Failed)
}

// drawing has the choices from which a criterion is drawn.
type drawing struct {
	Source
	list  []*sessions.Session
	s     *sessions.Session
	field sessions.Field
}

// draws are functions that draw criteria. One that has an error is drawn again.
var draws = []func(d *drawing) filter.Filter{
	func(d *drawing) filter.Filter { return filter.Is(d.field, d.some(d.value)...) },
	func(d *drawing) filter.Filter { return filter.Is(d.field, d.some(d.value)...) },
	func(d *drawing) filter.Filter { return filter.AtLeast(d.field, d.IntN(9)) },
	func(d *drawing) filter.Filter { return filter.AtMost(d.field, d.IntN(9)) },
	func(d *drawing) filter.Filter {
		zone := []*time.Location{time.UTC, tbilisi, berlin}[d.IntN(3)]
		from, to := d.day(), d.day()
		return filter.On(d.field, from, to, zone)
	},
	func(d *drawing) filter.Filter { return filter.Between(d.field, d.instant(), d.instant()) },
	func(d *drawing) filter.Filter { return filter.Dates(d.field, d.day(), d.day()) },
	func(d *drawing) filter.Filter { return filter.Search(d.text()) },
	func(d *drawing) filter.Filter {
		return filter.SearchIn(sessions.Fields(d.IntN(1<<4))<<sessions.FieldFirstName, d.text())
	},
	func(d *drawing) filter.Filter { return filter.FailedFor(d.reasons()...) },
	func(d *drawing) filter.Filter {
		return filter.FailedForAt([]far.Level{far.Level(d.IntN(8)), far.Level(d.IntN(8))}, append(d.reasons(), sessions.LowFAR)...)
	},
	func(d *drawing) filter.Filter {
		key, _ := d.extra()
		return filter.Extra(key, d.some(func() string { _, v := d.extra(); return v })...)
	},
	func(d *drawing) filter.Filter { key, _ := d.extra(); return filter.ExtraPresent(key) },
	func(d *drawing) filter.Filter {
		key, _ := d.extra()
		return filter.ExtraPrefix(key, d.some(func() string { _, v := d.extra(); return beginning(d, v) })...)
	},
}

var tbilisi, berlin = load("Asia/Tbilisi"), load("Europe/Berlin")

// load returns UTC for a zone that the machine does not have.
func load(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}

// some draws one to three values.
func (d *drawing) some(one func() string) []string {
	values := make([]string, 1+d.IntN(3))
	for i := range values {
		values[i] = one()
	}
	return values
}

// odd are values that have a special meaning in texts, URLs or SQL.
var odd = []string{"none", "", "%", "_", `\`, `"`, "'", "?", "a ", "A", "გ", "x=1&y=2", "nobody"}

// value draws a value of the field, in most cases that of a session.
func (d *drawing) value() string {
	s := d.list[d.IntN(len(d.list))]
	switch n := d.IntN(8); {
	case n == 0:
		return odd[d.IntN(len(odd))]
	case d.field == sessions.FieldID:
		return s.ID
	case s.Text(d.field).Value() != "":
		return s.Text(d.field).Value()
	}
	value := ""
	for _, t := range filter.AppendTerms(nil, s) {
		if t.Field == d.field && !t.Word {
			value = t.Value
		}
	}
	// The numbers of terms are padded with zeros to one width.
	if n := strings.TrimLeft(value, "0"); n != value {
		value = n
		if n == "" {
			value = "0"
		}
	}
	return value
}

// day draws a day, in most cases one near a date of a session.
func (d *drawing) day() sessions.Date {
	days := []sessions.Date{
		{}, sessions.DateOf(d.s.CreatedAt), sessions.DateOf(d.s.CreatedAt), d.s.BirthDate, d.s.ExpirationDate,
		{Year: 1, Month: time.January, Day: 1}, {Year: 9999, Month: time.December, Day: 31},
	}
	day := days[d.IntN(len(days))]
	if day.Year == 0 || !day.IsValid() {
		return sessions.Date{Year: max(day.Year, 1960), Month: time.Month(1 + d.IntN(12)), Day: 1 + d.IntN(28)}
	}
	switch d.IntN(6) {
	case 0:
		day.Month, day.Day = time.January, 1
	case 1:
		day.Month, day.Day = time.December, 31
	case 2:
		day.Day = 1
	case 3:
		if next := day.AddDays(d.IntN(40)); next.IsValid() {
			day = next
		}
	}
	return day
}

// instant draws an instant of a session, one near it, or the zero time.
func (d *drawing) instant() time.Time {
	instants := []time.Time{{}, d.s.CreatedAt, d.s.CompletedAt, d.s.DecidedAt}
	at := instants[d.IntN(len(instants))]
	if at.IsZero() {
		return at
	}
	return at.Add([]time.Duration{0, time.Microsecond, -time.Microsecond, time.Nanosecond, time.Hour, -24 * time.Hour}[d.IntN(6)])
}

// text draws a search text, in most cases beginnings of the texts by which sessions are searched.
func (d *drawing) text() string {
	switch d.IntN(12) {
	case 0:
		return odd[d.IntN(len(odd))]
	case 1:
		return "******"
	}
	var words []string
	for f := range sessions.SearchFields().All() {
		if d.IntN(3) == 0 {
			words = append(words, beginning(d, d.s.Text(f).Value()))
		}
	}
	text := strings.Join(words, " ")
	return text[:min(len(text), 200)]
}

// reasons draws reasons, of which some are the session's.
func (d *drawing) reasons() []sessions.Reason {
	known := append(sessions.SpoofReasons(), sessions.LivenessFailed, `odd|\reason`)
	reasons := []sessions.Reason{known[d.IntN(len(known))]}
	return append(reasons, d.s.Reasons[:min(len(d.s.Reasons), d.IntN(3))]...)
}

// extra draws an extra field, in most cases one of the session.
func (d *drawing) extra() (key, value string) {
	n := d.IntN(4)
	for key, value = range d.s.Extra.All() {
		if n--; n < 0 {
			break
		}
	}
	if key == "" {
		return "phone", odd[d.IntN(len(odd))]
	}
	return key, value
}

// beginning draws the first runes of a text.
func beginning(r Source, text string) string {
	runes := []rune(text)
	return string(runes[:r.IntN(len(runes)+1)])
}
