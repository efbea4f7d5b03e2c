package main

import (
	"fmt"
	"html/template"
	"strconv"
	"time"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

// language is one of those that the page speaks.
type language struct {
	Code   string // BCP 47
	Name   string // in itself
	index  int    // in words
	months [12]string
}

func languages() []*language {
	return []*language{
		{"en", "English", 0, [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}},
		{"ka", "ქართული", 1, [12]string{"იან", "თებ", "მარ", "აპრ", "მაი", "ივნ", "ივლ", "აგვ", "სექ", "ოქტ", "ნოე", "დეკ"}},
	}
}

// functions are those of the templates.
func (l *language) functions() template.FuncMap {
	return template.FuncMap{
		"say":       l.Say,
		"languages": languages,
		"isTrue":    func(b *bool) bool { return b != nil && *b },
		"columns":   columns,
		"masked":    func() nameView { return l.name(textDocument{State: "masked"}) },
	}
}

// Say returns the words for a key, with arguments in the places of their %s and %d.
func (l *language) Say(key string, args ...any) string {
	text, ok := words[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text[l.index]
	}
	return fmt.Sprintf(text[l.index], args...)
}

// option is the name of a criterion's value. Enumerations are open: what has no name is its own.
func (l *language) option(name, value string) string {
	if name == "match_level" || name == "failed_for.level" {
		switch value {
		case "none":
			return l.Say("not_compared")
		case "0":
			return l.Say("level_0")
		default:
			return l.Say("level_n", value)
		}
	}
	if text, ok := words[name+"_"+value]; ok {
		return text[l.index]
	}
	return value
}

// note is the rate beside a match level.
func (l *language) note(name, value string) string {
	if name != "match_level" && name != "failed_for.level" {
		return ""
	}
	return map[string]string{
		"7": "1/500,000", "6": "1/100,000", "5": "1/10,000", "4": "1/1,000", "3": "1/500", "2": "1/250", "1": "1/100",
	}[value]
}

// chipLabel is the name of a value where it stands without its legend.
func (l *language) chipLabel(name, value string) string {
	switch name {
	case "failed_for.level":
		return l.Say("chip_far_level", l.option(name, value))
	case "match_level":
		if value != "none" && value != "0" {
			return l.Say("chip_level", value)
		}
	}
	return l.option(name, value)
}

// extraKey is the name of an extra field; companies invent their own.
func (l *language) extraKey(key string) string { return l.option("extra", key) }

// number is a count, with its thousands apart.
func (l *language) number(n countDocument) string {
	text := strconv.Itoa(n.N)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	if !n.Exact {
		text += "+"
	}
	return text
}

// count is a count in words.
func (l *language) count(n countDocument) string {
	if n.N == 1 && n.Exact {
		return l.Say("one_session")
	}
	return l.Say("n_sessions", l.number(n))
}

// moment shows an instant of the API in a zone, to the minute.
func (l *language) moment(text string, zone *time.Location) string {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return text
	}
	t = t.In(zone)
	return l.day(t) + ", " + t.Format("15:04")
}

// momentOr shows an instant to the second, a dash where there is none.
func (l *language) momentOr(text *string, zone *time.Location) string {
	if text == nil {
		return ""
	}
	t, err := time.Parse(time.RFC3339Nano, *text)
	if err != nil {
		return *text
	}
	t = t.In(zone)
	return l.day(t) + ", " + t.Format("15:04:05")
}

func (l *language) day(t time.Time) string {
	return fmt.Sprintf("%d\u00a0%s\u00a0%d", t.Day(), l.months[t.Month()-1], t.Year()) // never broken
}

// date shows a civil date of the API: its year and month, or its year alone, where the document
// states no more.
func (l *language) date(text string) string {
	d, err := sessions.ParseDate(text)
	switch {
	case err != nil || d.IsZero() || d.Month == 0 && d.Day != 0:
		return text
	case d.Month == 0:
		return strconv.Itoa(d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%s\u00a0%d", l.months[d.Month-1], d.Year)
	default:
		return l.day(d.In(time.UTC))
	}
}

// days shows a range of civil days, either end of which may be open.
func (l *language) days(from, to string) string {
	switch {
	case from == to:
		return l.date(from)
	case to == "":
		return l.Say("days_from", l.date(from))
	case from == "":
		return l.Say("days_to", l.date(to))
	default:
		return l.date(from) + " – " + l.date(to)
	}
}

// column is one of an exported file.
type column struct {
	Name     string
	Standard bool
}

func columns() []column {
	var all []column
	for _, c := range export.Columns() {
		all = append(all, column{c.String(), true})
	}
	return append(all, column{export.ColumnStatus.String(), false}, column{export.ColumnReasons.String(), false})
}
