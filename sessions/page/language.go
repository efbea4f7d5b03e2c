package page

import (
	"errors"
	"fmt"
	"html"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// Language is a catalogue of the page's texts in one language.
type Language struct {
	Tag  string // BCP 47, such as "de"
	Name string // in the language itself, such as "Deutsch"

	// Texts are the page's texts by key. The keys are those of [English]; a text must have the
	// verbs (%s, %d, %[2]s) and the names in braces of the English one. A missing key is shown in
	// English, so that a catalogue still works with a newer page. An unknown key, or a text with
	// other verbs, makes [New] fail.
	Texts map[string]string
}

// English returns the English catalogue, which is complete.
func English() Language { return Language{"en", "English", texts(0)} }

// Georgian returns the Georgian catalogue, which is complete.
func Georgian() Language { return Language{"ka", "ქართული", texts(1)} }

func texts(index int) map[string]string {
	all := map[string]string{}
	for key, text := range words {
		all[key] = text[index]
	}
	return all
}

// language is a complete catalogue.
type language struct{ Language }

// verb matches a place of a text that takes an argument.
var verb = regexp.MustCompile(`%(?:\[(\d)\])?([a-zA-Z%])|\{\w+\}`)

// verbs returns the verbs of a text with the numbers of their arguments, sorted, so that two texts
// can be compared.
func verbs(text string) []string {
	var found []string
	for i, m := range verb.FindAllStringSubmatch(text, -1) {
		switch {
		case m[2] == "":
			found = append(found, m[0])
		case m[1] == "":
			found = append(found, strconv.Itoa(i+1)+m[2])
		default:
			found = append(found, m[1]+m[2])
		}
	}
	slices.Sort(found)
	return found
}

// newLanguage checks a catalogue and fills in the missing texts.
func newLanguage(l Language) (*language, error) {
	if l.Tag == "" || l.Name == "" {
		return nil, errors.New("options: Languages: one has no tag or no name")
	}
	complete := texts(0)
	for _, key := range slices.Sorted(maps.Keys(l.Texts)) {
		english, ok := complete[key]
		if !ok {
			return nil, fmt.Errorf("options: Languages: %q: the page has no text %q", l.Tag, key)
		}
		if !slices.Equal(verbs(l.Texts[key]), verbs(english)) {
			return nil, fmt.Errorf("options: Languages: %q: text %q has other verbs than %q", l.Tag, key, english)
		}
		complete[key] = l.Texts[key]
	}
	l.Texts = complete
	return &language{l}, nil
}

// functions returns the functions of the templates.
func (s *site) functions(l *language) template.FuncMap {
	return template.FuncMap{
		"say":       l.Say,
		"versioned": s.files.versioned,
		"isTrue":    func(b *bool) bool { return b != nil && *b },
		"problems":  l.exportProblems,
		"format":    func(name string) string { return l.option("format", name) },
		"formats":   s.furtherFormats,
		"unknown":   func() nameView { return nameView{Mark: "–", Why: l.Say("liveness_unknown")} },
		"masked":    func() nameView { return l.name(textDocument{State: "masked"}) },
	}
}

// said matches a text without arguments in a template.
var said = regexp.MustCompile(`\{\{say "([a-z0-9_]+)"\}\}`)

// parse parses the templates for a language. Parts that are the same in every row, which are the
// texts without arguments and the columns, are filled in before parsing. Looking them up for fifty
// rows would take longer than the list itself.
func (s *site) parse(l *language) (*template.Template, error) {
	t := template.New("").Funcs(s.functions(l))
	add := func(name, text string) error {
		_, err := t.New(name).Parse(said.ReplaceAllStringFunc(text, func(found string) string {
			words := html.EscapeString(l.Say(said.FindStringSubmatch(found)[1]))
			// No brace of a text may begin an action of the template, alone or with the next one.
			return strings.ReplaceAll(words, "{", `{{"{"}}`)
		}))
		return err
	}
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := templateFiles.ReadFile("templates/" + file.Name())
		if err != nil {
			return nil, err
		}
		if err := add(file.Name(), string(text)); err != nil {
			return nil, err
		}
	}
	var cells strings.Builder
	for _, field := range s.options.Columns {
		fmt.Fprintf(&cells, `{{template "cell-%s" .}}`, field)
	}
	return t, add("cells", cells.String()+`{{template "cell-more" .}}`)
}

// furtherFormats returns the names of the export formats that the host has added.
func (s *site) furtherFormats() (names []string) {
	for _, f := range s.options.API.Formats {
		names = append(names, f.Name)
	}
	return names
}

// Say returns the text for a key, with the arguments in place of its verbs.
func (l *language) Say(key string, args ...any) string {
	text, ok := l.Texts[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// option returns the name of a criterion's value. Enumerations are open: a value without a name is
// shown as it is.
func (l *language) option(name, value string) string {
	if isLevel(name) {
		switch value {
		case "none":
			return l.Say("not_compared")
		case "0":
			return l.Say("level_0")
		default:
			return l.Say("level_n", value)
		}
	}
	if text, ok := l.Texts[name+"_"+value]; ok {
		return text
	}
	return value
}

// isLevel reports whether the values of a criterion are match levels.
func isLevel(name string) bool { return name == "match_level" || name == "failed_for.level" }

// rateNote returns the rate to show beside a match level, and "" for any other value.
func rateNote(name, value string) string {
	if !isLevel(name) {
		return ""
	}
	for level, rate := range far.Kvalifika.Levels() {
		if level.String() == value {
			return rate.String()
		}
	}
	return ""
}

// chipLabel returns the name of a value for a place without a legend that names the criterion.
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

// extraKey returns the name of an extra field, or its key if the catalogue has no name: companies
// define their own fields.
func (l *language) extraKey(key string) string { return l.option("extra", key) }

// number returns a count with thousands separators.
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

// count returns a count of sessions in words.
func (l *language) count(n countDocument) string {
	if n.N == 1 && n.Exact {
		return l.Say("one_session")
	}
	return l.Say("n_sessions", l.number(n))
}

// moment shows an instant of the API in a zone, to the minute.
func (l *language) moment(text string, zone *time.Location) string {
	return l.instant(text, zone, "15:04")
}

// toTheSecond shows an instant of the API in a zone, to the second.
func (l *language) toTheSecond(text string, zone *time.Location) string {
	return l.instant(text, zone, "15:04:05")
}

// instant shows the day of an instant, and its time in a layout of package time.
func (l *language) instant(text string, zone *time.Location, layout string) string {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return text
	}
	t = t.In(zone)
	return l.day(t) + ", " + t.Format(layout)
}

func (l *language) month(m time.Month) string { return l.Say("month_" + strconv.Itoa(int(m))) }

func (l *language) day(t time.Time) string {
	// No-break spaces keep the date on one line.
	return fmt.Sprintf("%d\u00a0%s\u00a0%d", t.Day(), l.month(t.Month()), t.Year())
}

// date shows a civil date of the API: only its year and month, or only its year, if the document
// states no more.
func (l *language) date(text string) string {
	d, err := sessions.ParseDate(text)
	switch {
	case err != nil || d.IsZero() || d.Month == 0 && d.Day != 0:
		return text
	case d.Month == 0:
		return strconv.Itoa(d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%s\u00a0%d", l.month(d.Month), d.Year)
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

// column is a column of an exported file.
type column struct {
	Name     string
	Standard bool
	Hidden   bool // hidden from the viewer: its cells say so
}

// columns returns the columns of exports for a viewer.
func columns(shows sessions.Disclosure) []column {
	var all []column
	for _, c := range export.Columns() {
		all = append(all, column{c.String(), true, !shows.Shows(c.Field())})
	}
	for _, c := range []export.Column{export.ColumnStatus, export.ColumnReasons} {
		all = append(all, column{c.String(), false, !shows.Shows(c.Field())})
	}
	return all
}
