package export

import (
	"fmt"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// expirationLayout has two digits for the year: those of 2000 to 2099.
const expirationLayout = "01-02-06"

// layout is the form of the dates or times of a file.
type layout struct {
	text string
	zone *time.Location // of times without an offset
}

// local reports whether times of this layout state no offset. The name of a time zone is not an
// offset.
func (l layout) local() bool {
	t := time.Date(2034, 11, 22, 17, 38, 0, 0, time.FixedZone("XST", 3600))
	read, err := time.Parse(l.text, t.Format(l.text))
	return err != nil || !read.Equal(t)
}

// date reads a date and writes it in the layout of a record. Years outside the bounds, which are
// inclusive, are refused.
func (l layout) date(v, to string, first, last int) (string, error) {
	if v == "" {
		return "", nil
	}
	if d, ok := l.unknownParts(v); ok && (d.IsZero() || d.Year >= first && d.Year <= last) {
		return string(appendDateIn(nil, d, to)), nil
	}
	t, err := time.Parse(l.text, v)
	if err == nil && t.Year() < first && t.Year()+100 <= last && l.shortYear() {
		t = t.AddDate(100, 0, 0) // package time reads 69 to 99 as 1969 to 1999
	}
	if err != nil && saved(v) {
		return "", fmt.Errorf("%w: not of the form %s: see the layouts of ReadOptions", ErrSaved, l.text)
	}
	if err != nil || t.Year() < first || t.Year() > last {
		return "", fmt.Errorf("%w: not a date of the form %s in the years %d to %d", ErrCell, l.text, first, last)
	}
	return t.Format(to), nil
}

// unknownParts reads a date whose day or month is unknown, or that is unknown as a whole. No layout
// of package time can express one, so it is written as yyyy-mm-dd in every layout except that of a
// record's expiration.
func (l layout) unknownParts(v string) (sessions.Date, bool) {
	if l.text == expirationLayout {
		if len(v) != len(expirationLayout) {
			return sessions.Date{}, false
		}
		v = "20" + v[6:] + "-" + v[:5]
	}
	d, err := sessions.ParseDate(v)
	return d, err == nil && !d.IsValid()
}

// appendDateIn appends a date in the layout, and one with unknown parts as [layout.unknownParts]
// reads it.
func appendDateIn(b []byte, d sessions.Date, text string) []byte {
	switch {
	case text == expirationLayout:
		return appendExpiration(b, d)
	case text == time.DateOnly || d.Month == 0 || d.Day == 0:
		return appendDate(b, d)
	default:
		return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).AppendFormat(b, text)
	}
}

// appendDate appends a date as time.DateOnly writes it.
func appendDate(b []byte, d sessions.Date) []byte {
	if d.IsZero() {
		return b
	}
	b = appendTwo(appendTwo(b, d.Year/100), d.Year)
	b = appendTwo(append(b, '-'), int(d.Month))
	return appendTwo(append(b, '-'), d.Day)
}

// appendExpiration appends a date in the layout of a record's expiration.
func appendExpiration(b []byte, d sessions.Date) []byte {
	if d.IsZero() {
		return b
	}
	b = append(appendTwo(b, int(d.Month)), '-')
	b = append(appendTwo(b, d.Day), '-')
	return appendTwo(b, d.Year)
}

// shortYear reports whether the layout leaves out the century.
func (l layout) shortYear() bool {
	t := time.Date(1999, 11, 22, 0, 0, 0, 0, time.UTC)
	return t.Format(l.text) == t.AddDate(100, 0, 0).Format(l.text)
}

// instant reads a time and writes it in the form of a record.
func (l layout) instant(v string) (string, error) {
	if v == "" {
		return "", nil
	}
	t, err := time.ParseInLocation(l.text, v, l.zone)
	switch {
	case err != nil && saved(v):
		return "", fmt.Errorf("%w: not of the form %s: see Format and TimeLayout of ReadOptions", ErrSaved, l.text)
	case err != nil:
		return "", fmt.Errorf("%w: not a time of the form %s: see Format and TimeLayout of ReadOptions", ErrCell, l.text)
	}
	// Package time moves a wall clock that a change of clocks skips.
	if l.zone != time.UTC {
		wall, err := time.Parse(l.text, v)
		if err != nil || wall.Format(time.DateTime) != t.Format(time.DateTime) {
			return "", fmt.Errorf("%w: the time zone skips this time", ErrCell)
		}
	}
	// Package time makes up a zone without an offset for a name that it does not know.
	if name, offset := t.Zone(); offset == 0 && t.Location() != l.zone && name != "" && name != "UTC" && name != "GMT" {
		return "", fmt.Errorf("%w: the time zone has no such name", ErrCell)
	}
	if t = sessions.Truncate(t); t.Year() < 1000 || t.Year() > 9998 {
		return "", fmt.Errorf("%w: outside the years 1000 to 9998", ErrCell)
	}
	return t.Format(time.RFC3339Nano), nil
}

// savedDates are layouts in which spreadsheets save dates, in most regions.
var savedDates = []string{"1/2/2006", "1/2/06", "2/1/2006", "2/1/06", "2.1.2006", "2.1.06", "2006/1/2", "2006-1-2", "2-1-2006", "1-2-2006", "2-1-06", "1-2-06", "2-Jan-06", "2-Jan-2006"}

// saved reports whether a text is a date, or a date and time, in a form in which a spreadsheet
// saves it.
func saved(v string) bool {
	date, clock, _ := strings.Cut(v, " ")
	if clock != "" && strings.Trim(clock, "0123456789:., APM") != "" {
		return false
	}
	for _, layout := range savedDates {
		if _, err := time.Parse(layout, date); err == nil {
			return true
		}
	}
	return false
}
