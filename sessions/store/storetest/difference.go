package storetest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// fieldText returns the text of a field in a failure.
type fieldText struct {
	field sessions.Field
	text  func(*sessions.Session) string
}

// texts are the fields that have a state: they say why they have no value.
var texts = sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldPersonalNumber, sessions.FieldDocumentNumber, sessions.FieldNationality)

// fieldTexts are all fields of a session, in their order.
func fieldTexts() []fieldText {
	text := func(f sessions.Field) fieldText {
		return fieldText{f, func(s *sessions.Session) string {
			if t := s.Text(f); t.State() != sessions.Known {
				return t.State().String()
			}
			return quoted(s.Text(f).Value())
		}}
	}
	return []fieldText{
		{sessions.FieldID, func(s *sessions.Session) string { return quoted(s.ID) }},
		{sessions.FieldCompany, func(s *sessions.Session) string { return quoted(s.Company) }},
		{sessions.FieldPartner, func(s *sessions.Session) string { return quoted(s.Partner) }},
		{sessions.FieldSubject, func(s *sessions.Session) string { return quoted(s.Subject) }},
		{sessions.FieldAttempt, func(s *sessions.Session) string { return fmt.Sprint(s.Attempt) }},
		{sessions.FieldCreatedAt, func(s *sessions.Session) string { return timeText(s.CreatedAt) }},
		{sessions.FieldCompletedAt, func(s *sessions.Session) string { return timeText(s.CompletedAt) }},
		{sessions.FieldDecidedAt, func(s *sessions.Session) string { return timeText(s.DecidedAt) }},
		{sessions.FieldStatus, func(s *sessions.Session) string { return quoted(string(s.Status)) }},
		{sessions.FieldReasons, func(s *sessions.Session) string { return fmt.Sprintf("%q", s.Reasons) }},
		text(sessions.FieldFirstName), text(sessions.FieldLastName), text(sessions.FieldPersonalNumber), text(sessions.FieldDocumentNumber),
		text(sessions.FieldNationality),
		{sessions.FieldBirthDate, func(s *sessions.Session) string { return quoted(s.BirthDate.String()) }},
		{sessions.FieldExpirationDate, func(s *sessions.Session) string { return quoted(s.ExpirationDate.String()) }},
		{sessions.FieldSex, func(s *sessions.Session) string { return quoted(string(s.Sex)) }},
		{sessions.FieldDocumentType, func(s *sessions.Session) string { return quoted(string(s.DocumentType)) }},
		{sessions.FieldDocumentPresented, func(s *sessions.Session) string { return fmt.Sprint(s.DocumentPresented) }},
		{sessions.FieldDocumentValidity, func(s *sessions.Session) string { return s.DocumentValidity.String() }},
		{sessions.FieldLiveness, func(s *sessions.Session) string { return s.Liveness.String() }},
		{sessions.FieldMatchLevel, func(s *sessions.Session) string {
			if !s.Match.Compared {
				return fmt.Sprintf("not compared, level %d, scale %q", s.Match.Level, s.Match.Scale)
			}
			return fmt.Sprintf("%d of scale %q", s.Match.Level, s.Match.Scale)
		}},
		{sessions.FieldAcceptanceLevel, func(s *sessions.Session) string { return fmt.Sprint(s.Match.Acceptance) }},
		{sessions.FieldSelfie, func(s *sessions.Session) string { return quoted(s.Selfie) }},
		{sessions.FieldExtra, func(s *sessions.Session) string { return string(s.Extra.AppendJSON(nil)) }},
		{sessions.FieldClientIP, func(s *sessions.Session) string { return quoted(s.ClientIP) }},
		{sessions.FieldDevice, func(s *sessions.Session) string { return quoted(string(s.Device)) }},
		{sessions.FieldBrowser, func(s *sessions.Session) string { return quoted(s.Browser) }},
		{sessions.FieldOS, func(s *sessions.Session) string { return quoted(s.OS) }},
		{sessions.FieldModel, func(s *sessions.Session) string { return quoted(s.Model) }},
	}
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	return t.Format(time.RFC3339Nano)
}

func quoted(text string) string { return fmt.Sprintf("%q", text) }

// textOf returns the text of a field, as far as the storage has the field (see [Lacks]).
func (s *suite) textOf(f fieldText, one *sessions.Session) string {
	absent := texts.Has(f.field) && one.Text(f.field).State() != sessions.Known
	switch {
	case s.Lacks.Fields.Has(f.field):
		return "not stored"
	case s.Lacks.TextStates && absent:
		return "absent"
	}
	return f.text(one)
}

// difference says in which fields two sessions differ, one line each. It returns "" if they are the
// same in all fields that the storage has. Revisions may differ.
func (s *suite) difference(want, got *sessions.Session) string {
	if reflect.DeepEqual(want, got) {
		return "" // most sessions are equal, and the texts of all fields take long
	}
	want, got = s.storable(want), s.storable(got)
	var lines []string
	for _, f := range fieldTexts() {
		if a, b := s.textOf(f, want), s.textOf(f, got); a != b {
			lines = append(lines, fmt.Sprintf("%v: want %s, got %s", f.field, shortened(a), shortened(b)))
		}
	}
	if normal := got.Clone(); len(lines) > 0 {
		normal.Normalize()
		if s.describe(normal) == s.describe(want) {
			lines = append(lines, "Session.Normalize would make them equal: Put has to store that form")
		}
	}
	return strings.Join(lines, "\n")
}

// describe returns the texts of all fields that the storage has, without the revision.
func (s *suite) describe(one *sessions.Session) string {
	one = s.storable(one)
	var lines []string
	for _, f := range fieldTexts() {
		lines = append(lines, s.textOf(f, one))
	}
	return strings.Join(lines, "\n")
}

// The bounds of a failure's text.
const (
	mostBytes = 200 // of a field
	mostIDs   = 5
)

func shortened(text string) string {
	if len(text) <= mostBytes {
		return text
	}
	return fmt.Sprintf("%.*s... (%d bytes)", mostBytes, text, len(text))
}

// differenceOfLists says how two lists of IDs differ. It returns "" if they are equal.
func differenceOfLists(want, got []string) string {
	if slices.Equal(want, got) {
		return ""
	}
	lacks := func(list []string) func(string) bool {
		return func(id string) bool { return !slices.Contains(list, id) }
	}
	var lines []string
	tell := func(what string, list []string) {
		if len(list) > mostIDs {
			lines = append(lines, fmt.Sprintf("%s %q and %d others", what, list[:mostIDs], len(list)-mostIDs))
		} else if len(list) > 0 {
			lines = append(lines, fmt.Sprintf("%s %q", what, list))
		}
	}
	lines = append(lines, fmt.Sprintf("want %d, got %d", len(want), len(got)))
	tell("missing:", only(want, lacks(got)))
	tell("not of the selection:", only(got, lacks(want)))
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			lines = append(lines, fmt.Sprintf("at place %d: want %q, got %q", i+1, want[i], got[i]))
			break
		}
	}
	return strings.Join(lines, "\n")
}

func only(list []string, keep func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return !keep(id) })
}

// selectionText returns a selection as a failure shows it.
func selectionText(sel store.Selection) string {
	text := fmt.Sprintf("company %q, filter %s, limit %d", sel.Company, sel.Filter.Text(), sel.Limit)
	if sel.Budget > 0 {
		text += fmt.Sprintf(", budget %d", sel.Budget)
	}
	if !sel.After.IsZero() {
		text += ", after " + place(sel.After)
	}
	return text
}

// differenceOf says in which fields two values of a struct type differ, one line each. It returns
// "" if they are equal.
func differenceOf[T any](want, got T) string {
	var lines []string
	x, y := reflect.ValueOf(want), reflect.ValueOf(got)
	for i := range x.NumField() {
		if a, b := valueText(x.Field(i)), valueText(y.Field(i)); a != b {
			lines = append(lines, fmt.Sprintf("%s: want %s, got %s", x.Type().Field(i).Name, shortened(a), shortened(b)))
		}
	}
	return strings.Join(lines, "\n")
}

func valueText(v reflect.Value) string {
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		return timeText(t)
	}
	if v.Kind() == reflect.String {
		return quoted(v.String())
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return err.Error()
	}
	return string(text)
}
