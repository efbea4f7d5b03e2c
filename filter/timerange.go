package filter

import (
	"fmt"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// timeField is a field that is an instant.
type timeField struct {
	kind
	field sessions.Field
	value func(s *sessions.Session) time.Time // zero: absent
}

var timeFields = []timeField{
	{field: sessions.FieldCreatedAt, value: func(s *sessions.Session) time.Time { return s.CreatedAt }},
	{field: sessions.FieldCompletedAt, value: func(s *sessions.Session) time.Time { return s.CompletedAt }},
	{field: sessions.FieldDecidedAt, value: func(s *sessions.Session) time.Time { return s.DecidedAt }},
}

// timeFieldOf returns the time field, or nil if the field is not one.
func timeFieldOf(f sessions.Field) *timeField {
	i := slices.IndexFunc(timeFields, func(t timeField) bool { return t.field == f })
	if i < 0 {
		return nil
	}
	return &timeFields[i]
}

// The arguments of ranges: the first and the last civil day and the zone, or the first instant and
// the one after the last.
const (
	argFrom   = "from"
	argTo     = "to"
	argZone   = "zone"
	argSince  = "since"
	argBefore = "before"
)

func rangeKinds(fields ...sessions.Field) []*kind {
	kinds := make([]*kind, len(fields))
	for i, field := range fields {
		f := timeFieldOf(field)
		f.kind = kind{
			name:  field.String(),
			none:  field != sessions.FieldCreatedAt,
			named: map[string]bool{argFrom: false, argTo: false, argZone: false, argSince: false, argBefore: false},
			read:  f.read,
		}
		kinds[i] = &f.kind
	}
	return kinds
}

// timeRange is the condition that an instant is from one until before another, or is absent.
type timeRange struct {
	*timeField
	absent           bool
	from, to         time.Time // zero: an open end
	fromDay, lastDay sessions.Date
	zone             *time.Location // nil: instants were given
	micros           [2]any         // both ends for columns of microseconds, boxed once
}

// CreatedOn selects the sessions that were created on the civil days from the first to the last,
// both included, in the zone: see [On].
func CreatedOn(from, to sessions.Date, zone *time.Location) Filter {
	return On(sessions.FieldCreatedAt, from, to, zone)
}

// On selects the sessions that were created, completed or decided on the civil days from the first
// to the last, both included, in the zone. A zero date is an open end; two of them are not a
// criterion. The zone must be one that [time.LoadLocation] returns for its name, so that the filter
// means the same elsewhere: nil, [time.Local] and most fixed zones are errors that wrap [ErrZone].
// A last day before the first wraps [ErrRange], a date with unknown parts [ErrValue], a field that
// is not an instant [ErrField].
func On(f sessions.Field, from, to sessions.Date, zone *time.Location) Filter {
	of := timeFieldOf(f)
	if of == nil {
		return bad(f.String(), argFrom, ErrField)
	}
	if zone == nil || zone == time.Local || zone.String() == "" || zone.String() == "Local" {
		return bad(of.name, argZone, ErrZone)
	}
	// The zone is loaded by its name, since a text that is read has only the name.
	loaded, err := time.LoadLocation(zone.String())
	if err != nil {
		return bad(of.name, argZone, ErrZone)
	}
	if err := checkDays(of.name, from, to); err != nil {
		return Filter{err: err}
	}
	if from.IsZero() && to.IsZero() {
		return Filter{}
	}
	c := timeRange{timeField: of, fromDay: from, lastDay: to, zone: loaded}
	c.from, c.to = days(from, to, loaded)
	// A fixed zone with the name of another one would mean other instants after its text is read.
	if given, until := days(from, to, zone); !given.Equal(c.from) || !until.Equal(c.to) {
		return bad(of.name, argZone, ErrZone)
	}
	return c.filter()
}

// filter completes the criterion and returns its filter.
func (c *timeRange) filter() Filter {
	c.micros = [2]any{within(c.from).UnixMicro(), within(c.to).UnixMicro()}
	return newFilter(c)
}

// checkDays checks the ends of a range, zero for an open one.
func checkDays(name string, from, to sessions.Date) error {
	for _, end := range []struct {
		argument string
		day      sessions.Date
	}{{argFrom, from}, {argTo, to}} {
		if !end.day.IsZero() && !end.day.IsValid() {
			return &Error{Criterion: name, Argument: end.argument, Err: fmt.Errorf("%w: not a day of the calendar", ErrValue)}
		}
	}
	if !from.IsZero() && !to.IsZero() && to.Compare(from) < 0 {
		return &Error{Criterion: name, Argument: argTo, Err: ErrRange}
	}
	return nil
}

// days returns the instants at which the days begin and end in the zone.
func days(from, to sessions.Date, zone *time.Location) (start, end time.Time) {
	if !from.IsZero() {
		start = from.In(zone).UTC()
	}
	if !to.IsZero() {
		// The end is the beginning of the next day by the calendar, since a day may have 23 or 25
		// hours.
		end = to.AddDays(1).In(zone).UTC()
	}
	return start, end
}

// Between selects the sessions that were created, completed or decided at the first instant or
// later, and before the second. A zero time is an open end; two of them are not a criterion.
// Instants are rounded up to a microsecond, the precision of sessions. An end before the beginning
// is an error that wraps [ErrRange], a time outside the years 1 to 9999 one that wraps [ErrValue],
// a field that is not an instant one that wraps [ErrField].
func Between(f sessions.Field, from, to time.Time) Filter {
	of := timeFieldOf(f)
	if of == nil {
		return bad(f.String(), argSince, ErrField)
	}
	if from.IsZero() && to.IsZero() {
		return Filter{}
	}
	c := timeRange{timeField: of, from: ceil(from, time.Microsecond), to: ceil(to, time.Microsecond)}
	for _, end := range []struct {
		argument       string
		given, rounded time.Time
	}{{argSince, from, c.from}, {argBefore, to, c.to}} {
		// A time just before the year 1 is rounded up to the zero time, which would be an open end.
		if end.given.UTC().Year() < 1 || end.rounded.Year() > 9999 {
			return bad(of.name, end.argument, fmt.Errorf("%w: outside the years 1 to 9999", ErrValue))
		}
	}
	if !to.IsZero() && to.Before(from) {
		return bad(of.name, argBefore, ErrRange)
	}
	return c.filter()
}

// ceil returns the time in UTC, rounded up. The zero time stays zero.
func ceil(t time.Time, unit time.Duration) time.Time {
	// Round(0) removes the monotonic clock reading.
	t = t.UTC().Round(0)
	if down := t.Truncate(unit); down.Before(t) {
		return down.Add(unit)
	}
	return t
}

func (f *timeField) read(r *reading) Filter {
	from, to, zone := r.one(argFrom), r.one(argTo), r.one(argZone)
	since, before := r.one(argSince), r.one(argBefore)
	onDays, instants := from != "" || to != "", since != "" || before != ""
	switch {
	case len(r.values) > 0 && (onDays || instants):
		return bad(f.name, "", fmt.Errorf("%w: values together with a range", ErrConflict))
	case len(r.values) > 0 && !f.none:
		return badValue(f.name, 0, "it has no values: "+f.argumentNames())
	case len(r.values) > 0:
		return Is(f.field, r.texts(true)...)
	case onDays && instants:
		return bad(f.name, argSince, fmt.Errorf("%w: instants together with days", ErrConflict))
	case onDays:
		return f.readDays(from, to, zone)
	case instants:
		return f.readInstants(since, before)
	case r.url:
		if _, err := time.LoadLocation(zone); err != nil {
			return bad(f.name, argZone, ErrZone)
		}
		return Filter{} // a form that was left blank
	}
	return bad(f.name, "", ErrEmpty)
}

// readDays returns the filter for civil days, "" for an open end.
func (f *timeField) readDays(from, to, zone string) Filter {
	first, last, err := readDays(f.name, from, to)
	if err != nil {
		return Filter{err: err}
	}
	if zone == "" {
		return bad(f.name, argZone, fmt.Errorf("%w: days need one, such as Asia/Tbilisi", ErrZone))
	}
	loaded, err := time.LoadLocation(zone)
	if err != nil {
		return bad(f.name, argZone, ErrZone)
	}
	return On(f.field, first, last, loaded)
}

// readDays reads the days of a range, "" for an open end. A date that is unknown as a whole, such
// as 0000-00-00, is not an open end.
func readDays(name, from, to string) (first, last sessions.Date, err error) {
	for _, end := range []struct {
		argument, text string
		day            *sessions.Date
	}{{argFrom, from, &first}, {argTo, to, &last}} {
		if end.text == "" {
			continue
		}
		if *end.day, err = sessions.ParseDate(end.text); err != nil || end.day.IsZero() {
			return first, last, &Error{Criterion: name, Argument: end.argument, Err: fmt.Errorf("%w: not a date of the form yyyy-mm-dd", ErrValue)}
		}
	}
	return first, last, nil
}

// readInstants returns the filter for instants, "" for an open end.
func (f *timeField) readInstants(since, before string) Filter {
	var ends [2]time.Time
	for i, text := range []string{since, before} {
		if text == "" {
			continue
		}
		var err error
		// The zero time would be an open end.
		if ends[i], err = time.Parse(time.RFC3339Nano, text); err != nil || ends[i].IsZero() {
			return bad(f.name, []string{argSince, argBefore}[i], fmt.Errorf("%w: not an instant by RFC 3339", ErrValue))
		}
	}
	return Between(f.field, ends[0], ends[1])
}

func (c *timeRange) kind() *kind             { return &c.timeField.kind }
func (c *timeRange) fields() sessions.Fields { return sessions.FieldsOf(c.field) }
func (c *timeRange) size() int               { return 1 }

func (c *timeRange) match(s *sessions.Session) bool {
	t := c.value(s)
	// An absent instant is not in any range, just as NULL in SQL.
	if c.absent || t.IsZero() {
		return c.absent && t.IsZero()
	}
	return !t.Before(c.from) && (c.to.IsZero() || t.Before(c.to))
}

func (c *timeRange) sql(w *writer, negated bool) {
	column, ok := w.field(c.field)
	if !ok {
		return
	}
	from := c.from
	var empty []any
	if column.layout != "" { // an empty text is an absent instant, and sorts before all others
		empty, from = []any{""}, within(from)
	}
	if c.absent {
		w.in(c.field, column, empty, true, negated)
		return
	}
	w.within(column, w.instant(c.field, &column, from, c.micros[0]), w.instant(c.field, &column, c.to, c.micros[1]), negated)
}

func (c *timeRange) arguments(bool) arguments {
	var a arguments
	if c.absent {
		a.values = []argument{{none: true}}
		return a
	}
	if c.zone != nil {
		a.name(argFrom, c.fromDay.String())
		a.name(argTo, c.lastDay.String())
		a.name(argZone, c.zone.String())
		return a
	}
	a.name(argSince, instantText(c.from))
	a.name(argBefore, instantText(c.to))
	return a
}

// instantText returns the text of an end of a range, "" for an open one.
func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// terms returns none, since instants have none: an index has them in their order, or not at all.
func (c *timeRange) terms() (groups [][]TermRange, exact bool) { return nil, false }
