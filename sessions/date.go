package sessions

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a civil date of the proleptic Gregorian calendar, without a time zone. The zero Date is absent.
// Dates are comparable with == and [Date.Compare].
type Date struct {
	Year  int // 1 to 9999
	Month time.Month
	Day   int // 1-based
}

// DateOf returns the civil date of an instant in the time's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads exactly `yyyy-mm-dd`. A date that the calendar does not have is an error that wraps [ErrSyntax].
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() == 0 {
		return Date{}, fmt.Errorf("%w: not a date of the form yyyy-mm-dd", ErrSyntax)
	}
	return DateOf(t), nil
}

// IsZero tells whether the date is absent.
func (d Date) IsZero() bool { return d == Date{} }

// IsValid tells whether the calendar has the date. The zero Date is not valid.
func (d Date) IsValid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && DateOf(d.In(time.UTC)) == d
}

// String returns `yyyy-mm-dd`, or "" for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Compare orders dates by time: -1, 0 or +1. The zero Date comes first.
func (d Date) Compare(e Date) int {
	switch a, b := d.ordinal(), e.ordinal(); {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (d Date) ordinal() int { return d.Year*10000 + int(d.Month)*100 + d.Day }

// AddDays returns the date n days later, earlier for a negative n.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// In returns the first instant of the day in a zone: midnight, the earlier one where a change of clocks repeats it,
// and the end of the gap where one skips it. Days of a zone therefore neither overlap nor leave a gap, and
// d.AddDays(1).In(zone) is the end of the day, not inclusive.
func (d Date) In(zone *time.Location) time.Time {
	guess := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
	start, end := guess.ZoneBounds()
	wall := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	var first time.Time
	for _, near := range [...]time.Time{start.Add(-1), guess, end} {
		_, offset := near.In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if _, o := t.Zone(); o == offset && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	switch {
	case !first.IsZero():
		return first
	case DateOf(guess).Compare(d) < 0: // midnight is skipped: the day begins where the gap ends
		return end
	default:
		return start
	}
}

// MarshalText returns the text of String. A date that is neither zero nor valid is an error that wraps [ErrSyntax].
func (d Date) MarshalText() ([]byte, error) {
	if !d.IsZero() && !d.IsValid() {
		return nil, fmt.Errorf("%w: not a date of the calendar", ErrSyntax)
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what [ParseDate] reads; an empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// Value stores the date as text `yyyy-mm-dd`, the zero Date as NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	text, err := d.MarshalText()
	return string(text), err
}

// Scan reads NULL, text that begins with `yyyy-mm-dd`, or a time, of which it takes the civil date in the time's own
// location, as drivers return a DATE column. Anything else is an error that wraps [ErrSyntax].
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case time.Time:
		*d = DateOf(v)
		return nil
	case string:
		return d.UnmarshalText([]byte(v[:min(len(v), len(time.DateOnly))]))
	case []byte:
		return d.UnmarshalText(v[:min(len(v), len(time.DateOnly))])
	}
	return fmt.Errorf("%w: cannot read a date from %T", ErrSyntax, src)
}

// Truncate brings a time to what a session keeps: UTC, microseconds, no monotonic reading. Zero stays zero.
func Truncate(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
