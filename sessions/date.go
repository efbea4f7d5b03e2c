package sessions

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"
)

// Date is a civil date of the proleptic Gregorian calendar, without a time zone. The zero Date is
// absent. Dates are comparable with == and [Date.Compare].
//
// A document may state a date without its day or month (ICAO 9303 fills them with `<<`). Such a
// Date has 0 for each part that is unknown; its year is always known. [Date.Earliest] and
// [Date.Latest] bound the days that it may be.
type Date struct {
	Year  int        // 1 to 9999
	Month time.Month // 0: unknown
	Day   int        // 1-based; 0: unknown
}

// errNotADate is the error of a date that is not possible in the calendar.
var errNotADate = fmt.Errorf("%w: not a date of the calendar", ErrSyntax)

// DateOf returns the civil date of an instant in the time's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads exactly `yyyy-mm-dd`. An unknown day or month is `00` or `<<`. A date that is
// unknown as a whole, `0000-00-00` or `<<<<-<<-<<`, is the zero Date. A date that the calendar does
// not have is an error that wraps [ErrSyntax].
func ParseDate(text string) (Date, error) {
	if len(text) == len(time.DateOnly) && text[4] == '-' && text[7] == '-' {
		d := Date{digits(text[:4]), time.Month(digits(text[5:7])), digits(text[8:])}
		if d.IsZero() || !d.Earliest().IsZero() {
			return d, nil
		}
	}
	return Date{}, fmt.Errorf("%w: not a date of the form yyyy-mm-dd", ErrSyntax)
}

// digits parses a decimal number. It returns 0 for a text of fillers (<) only, and -1 for anything
// else that is not a number.
func digits(text string) (n int) {
	if strings.Trim(text, "<") == "" {
		return 0
	}
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// IsZero reports whether the date is absent.
func (d Date) IsZero() bool { return d == Date{} }

// IsValid reports whether the calendar has the date. The zero Date is not valid, and neither is a
// date with unknown parts.
func (d Date) IsValid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && (d.Day <= 28 || d.AddDays(0) == d)
}

// Earliest returns the first day that the date may be: d itself if it is valid, 1965-01-01 for
// 1965-00-00. It is the zero Date if there is no such day, as for the zero Date and for a 30th of
// February.
func (d Date) Earliest() Date { return d.complete(time.January, 1) }

// Latest returns the last day that the date may be: d itself if it is valid, 1965-12-31 for
// 1965-00-00. It is the zero Date whenever [Date.Earliest] is.
func (d Date) Latest() Date {
	month := cmp.Or(d.Month, time.December)
	return d.complete(month, time.Date(d.Year, month+1, 0, 0, 0, 0, 0, time.UTC).Day())
}

// complete fills in the month and the day if they are unknown. It returns the zero Date if the
// calendar does not have the resulting day.
func (d Date) complete(month time.Month, day int) Date {
	d.Month, d.Day = cmp.Or(d.Month, month), cmp.Or(d.Day, day)
	if !d.IsValid() {
		return Date{}
	}
	return d
}

// String returns `yyyy-mm-dd`, with `00` for a part that is unknown, or "" for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	if !d.IsValid() {
		return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
	}
	// Written without fmt, since each row of an import has several dates.
	digit := func(n int) byte { return '0' + byte(n%10) }
	year, month := d.Year, int(d.Month)
	return string([]byte{
		digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-',
		digit(month / 10), digit(month), '-', digit(d.Day / 10), digit(d.Day),
	})
}

// Compare orders dates by time: -1, 0 or +1. The zero Date comes first, and an unknown part before
// every value that it may have.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// AddDays returns the date n days later, earlier for a negative n. For the zero Date, and for a
// date with unknown parts, it returns the zero Date.
func (d Date) AddDays(n int) Date {
	if d.Month == 0 || d.Day == 0 {
		return Date{}
	}
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// In returns the first instant of the day in a zone, which must not be nil: the first one whose
// civil date there is d or later. That is midnight, the earlier one if a change of clocks repeats
// it, and the end of the gap if one skips it. Days of a zone therefore neither overlap nor leave a
// gap, and d.AddDays(1).In(zone) is the end of the day, not inclusive; a day that the zone skipped
// as a whole is empty. Of a date with unknown parts it is the first instant of [Date.Earliest].
func (d Date) In(zone *time.Location) time.Time {
	if first := d.Earliest(); !first.IsZero() {
		d = first
	}
	// Walk the zone's periods, from two days before so that no offset is missed. Within one period
	// the day begins at midnight minus the offset, or at the beginning of the period if that is
	// later.
	midnight := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	for t := midnight.AddDate(0, 0, -2).In(zone); ; {
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		// On the last day of a leap year ZoneBounds may return a past end, since package time ends
		// a rule's year after 365 days.
		if !end.IsZero() && !end.After(t) {
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

// MarshalText returns the text of String. A date that is neither absent nor possible in the
// calendar is an error that wraps [ErrSyntax].
func (d Date) MarshalText() ([]byte, error) {
	if !d.IsZero() && d.Earliest().IsZero() {
		return nil, errNotADate
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads a date as [ParseDate] does; an empty text is the zero Date.
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

// Scan reads a date as drivers return it: NULL; text that [ParseDate] reads, optionally followed by
// a blank or a T and a time of day; or a time, of which it takes the civil date in the time's own
// location. NULL, empty text and the zero time are the zero Date. Anything else is an error that
// wraps [ErrSyntax].
//
// A driver that turns MariaDB's 1965-00-00 into a time (parseTime) invents its day: select such a
// column as text.
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

// scanText reads the text of a date, with or without a time of day after it.
func (d *Date) scanText(text []byte) error {
	if n := len(time.DateOnly); len(text) > n && (text[n] == ' ' || text[n] == 'T') {
		if !isClock(string(text[n+1:])) {
			return fmt.Errorf("%w: not a time of day after the date", ErrSyntax)
		}
		text = text[:n]
	}
	return d.UnmarshalText(text)
}

// isClock reports whether the text is a time of day as databases and drivers write it after a date.
// No layout has a fraction, since package time accepts one after the seconds of any layout.
func isClock(text string) bool {
	for _, layout := range [...]string{"15:04:05", "15:04:05Z07:00", "15:04:05Z07", "15:04", "15:04:05 -0700 MST", "15:04:05 -07:00"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

// Truncate converts a time to the form that a session keeps: UTC, microseconds, no monotonic clock
// reading. The zero time stays zero.
func Truncate(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
