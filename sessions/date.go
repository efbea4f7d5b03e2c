package sessions

import (
	"cmp"
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

var errNotADate = fmt.Errorf("%w: not a date of the calendar", ErrSyntax)

// DateOf returns the civil date of an instant in the time's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads exactly `yyyy-mm-dd`. A date that the calendar does not have is an error that wraps [ErrSyntax].
func ParseDate(text string) (Date, error) {
	if len(text) == len(time.DateOnly) && text[4] == '-' && text[7] == '-' {
		d := Date{digits(text[:4]), time.Month(digits(text[5:7])), digits(text[8:])}
		if d.IsValid() {
			return d, nil
		}
	}
	return Date{}, fmt.Errorf("%w: not a date of the form yyyy-mm-dd", ErrSyntax)
}

// digits returns the number that the digits write, or -1.
func digits(text string) (n int) {
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// IsZero tells whether the date is absent.
func (d Date) IsZero() bool { return d == Date{} }

// IsValid tells whether the calendar has the date. The zero Date is not valid.
func (d Date) IsValid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && (d.Day <= 28 || d.AddDays(0) == d)
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
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// AddDays returns the date n days later, earlier for a negative n. The zero Date stays absent.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// In returns the first instant of the day in a zone, which must not be nil: the first one whose civil date there is d or
// later. That is midnight, the earlier one where a change of clocks repeats it, and the end of the gap where one skips
// it. Days of a zone therefore neither overlap nor leave a gap, and d.AddDays(1).In(zone) is the end of the day, not
// inclusive; a day that the zone skipped as a whole is empty.
func (d Date) In(zone *time.Location) time.Time {
	midnight := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	for t := midnight.AddDate(0, 0, -2).In(zone); ; {
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		if !end.IsZero() && !end.After(t) { // the last day of a leap year: package time ends a rule's year after 365 days
			end = t.Add(24 * time.Hour)
		}
		if first := midnight.Add(-time.Duration(offset) * time.Second).In(zone); first.After(t) {
			t = first
		}
		if end.IsZero() || t.Before(end) {
			return t
		}
		t = end
	}
}

// MarshalText returns the text of String. A date that is neither zero nor valid is an error that wraps [ErrSyntax].
func (d Date) MarshalText() ([]byte, error) {
	if !d.IsZero() && !d.IsValid() {
		return nil, errNotADate
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

// Scan reads what drivers return of a date: NULL, text of the form `yyyy-mm-dd`, which a blank or a T and a time of day
// may follow, or a time, of which it takes the civil date in the time's own location. NULL, empty text and the zero time
// are the zero Date. Anything else is an error that wraps [ErrSyntax].
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case time.Time:
		date := DateOf(v)
		switch {
		case v.IsZero():
			date = Date{}
		case !date.IsValid():
			return errNotADate
		}
		*d = date
		return nil
	case string:
		return d.scanText([]byte(v))
	case []byte:
		return d.scanText(v)
	}
	return fmt.Errorf("%w: cannot read a date from %T", ErrSyntax, src)
}

func (d *Date) scanText(text []byte) error {
	if n := len(time.DateOnly); len(text) > n && (text[n] == ' ' || text[n] == 'T') {
		text = text[:n]
	}
	return d.UnmarshalText(text)
}

// Truncate brings a time to what a session keeps: UTC, microseconds, no monotonic reading. Zero stays zero.
func Truncate(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
