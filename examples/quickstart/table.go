package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// The widest that the cells of a table get, in columns of the terminal.
const (
	cellColumns  = 48
	extraColumns = 26
)

// columns returns how many columns of a terminal a rune takes.
func columns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

func textColumns(text string) (n int) {
	for _, r := range text {
		n += columns(r)
	}
	return n
}

// clip shortens a text to so many columns of a terminal.
func clip(text string, most int) string {
	if textColumns(text) <= most {
		return text
	}
	n := 0
	for i, r := range text {
		if n += columns(r); n >= most {
			return text[:i] + "…"
		}
	}
	return text
}

// table lays out rows under a header, aligned by what a terminal shows. A column is as wide as its
// widest cell.
func table(header []string, rows [][]string) string {
	widths := make([]int, len(header))
	all := append([][]string{header}, rows...)
	for _, row := range all {
		for i := range row {
			row[i] = clip(cli.Visible(row[i]), cellColumns)
			widths[i] = max(widths[i], textColumns(row[i]))
		}
	}
	var b strings.Builder
	for _, row := range all {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString("  " + cell + strings.Repeat(" ", widths[i]-textColumns(cell)))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

var pageHeader = []string{"Selfie", "First Name", "Last Name", "Date", "Document", "Liveness", "Verified", "Extra", "More"}

// pageRow is a row of the page. What the query meets stands in brackets.
func pageRow(s *sessions.Session, q searchkey.Query, zone *time.Location) []string {
	r := s.Row()
	spans := q.Spans(s, sessions.SearchFields())
	return []string{
		tick(r.Selfie != ""), marked(r.FirstName, spans, sessions.FieldFirstName), marked(r.LastName, spans, sessions.FieldLastName),
		r.Date.In(zone).Format("2006-01-02 15:04"), tick(r.Document == sessions.Yes), string(r.Liveness),
		string(r.Verified), clip(extraText(r.Extra), extraColumns), r.ID,
	}
}

func tick(yes bool) string {
	if yes {
		return "yes"
	}
	return "-"
}

func extraText(x sessions.Extra) string {
	var parts []string
	for _, value := range x.All() {
		parts = append(parts, value)
	}
	return strings.Join(parts, ", ")
}

// matches says what the query meets in the session: the names, and the numbers where they are met.
func matches(s *sessions.Session, q searchkey.Query) string {
	spans := q.Spans(s, sessions.SearchFields())
	met := []string{marked(s.FirstName.Display(), spans, sessions.FieldFirstName) + " " + marked(s.LastName.Display(), spans, sessions.FieldLastName)}
	for _, number := range []sessions.Field{sessions.FieldPersonalNumber, sessions.FieldDocumentNumber} {
		value := s.Text(number).Value()
		if text := marked(value, spans, number); text != value {
			met = append(met, text)
		}
	}
	return strings.Join(met, ", ")
}

// marked puts what was met in a field in brackets.
func marked(text string, spans []searchkey.Span, field sessions.Field) string {
	end := len(text)
	for _, span := range slices.Backward(spans) {
		if span.Field == field && span.End <= end { // overlapping ones are marked once
			text = text[:span.Start] + "[" + text[span.Start:span.End] + "]" + text[span.End:]
			end = span.Start
		}
	}
	return text
}

// duration is a time as people read it.
func duration(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	case d < 10*time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	default:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
}

// thousands writes a number with its thousands apart.
func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
