package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// view is what the tool prints of a session. Sessions refuse to be encoded, but whoever runs the
// tool owns the database.
type view struct {
	ID                string            `json:"id"`
	Company           string            `json:"company"`
	Partner           string            `json:"partner,omitempty"`
	Subject           string            `json:"subject,omitempty"`
	Attempt           int               `json:"attempt,omitempty"`
	Created           time.Time         `json:"created_at"`
	Completed         *time.Time        `json:"completed_at,omitempty"`
	Decided           *time.Time        `json:"decided_at,omitempty"`
	Status            sessions.Status   `json:"status"`
	Reasons           []sessions.Reason `json:"reasons,omitempty"`
	FirstName         string            `json:"first_name,omitempty"` // ****** if not recognised
	LastName          string            `json:"last_name,omitempty"`
	PersonalNumber    string            `json:"personal_number,omitempty"`
	DocumentNumber    string            `json:"document_number,omitempty"`
	Nationality       string            `json:"nationality,omitempty"`
	BirthDate         string            `json:"birth_date,omitempty"`
	ExpirationDate    string            `json:"expiration_date,omitempty"`
	Sex               sessions.Sex      `json:"sex,omitempty"`
	DocumentType      string            `json:"document_type,omitempty"`
	DocumentPresented bool              `json:"document_presented"`
	DocumentValidity  sessions.Validity `json:"document_validity"`
	Liveness          sessions.Liveness `json:"liveness"`
	MatchLevel        *far.Level        `json:"match_level,omitempty"` // absent if not compared
	AcceptanceLevel   *far.Level        `json:"acceptance_level,omitempty"`
	Selfie            string            `json:"selfie,omitempty"`
	Extra             map[string]string `json:"extra,omitempty"`
	ClientIP          string            `json:"client_ip,omitempty"`
	Device            sessions.Device   `json:"device,omitempty"`
	Browser           string            `json:"browser,omitempty"`
	OS                string            `json:"os,omitempty"`
	Model             string            `json:"model,omitempty"`
	Revision          int64             `json:"revision"`
}

// newView returns the view of a session.
func newView(s *sessions.Session) view {
	v := view{
		ID: s.ID, Company: s.Company, Partner: s.Partner, Subject: s.Subject, Attempt: s.Attempt,
		Created: s.CreatedAt, Completed: instant(s.CompletedAt), Decided: instant(s.DecidedAt), Status: s.Status, Reasons: s.Reasons,
		FirstName: s.FirstName.Display(), LastName: s.LastName.Display(), PersonalNumber: s.PersonalNumber.Display(),
		DocumentNumber: s.DocumentNumber.Display(), Nationality: s.Nationality.Display(),
		BirthDate: s.BirthDate.String(), ExpirationDate: s.ExpirationDate.String(), Sex: s.Sex,
		DocumentType: string(s.DocumentType), DocumentPresented: s.DocumentPresented, DocumentValidity: s.DocumentValidity, Liveness: s.Liveness,
		Selfie: s.Selfie, ClientIP: s.ClientIP, Device: s.Device, Browser: s.Browser, OS: s.OS, Model: s.Model, Revision: s.Revision,
	}
	if s.Match.Compared {
		v.MatchLevel = &s.Match.Level
	}
	if s.Match.Acceptance != 0 {
		v.AcceptanceLevel = &s.Match.Acceptance
	}
	for key, value := range s.Extra.All() {
		if v.Extra == nil {
			v.Extra = map[string]string{}
		}
		v.Extra[key] = value
	}
	return v
}

// lines returns the fields that are not absent as names and values for a terminal. The names are
// those of JSON.
func (v view) lines() (lines [][2]string) { //nolint:gocritic // printed once
	all := reflect.ValueOf(v)
	for i := range all.NumField() {
		name, _, _ := strings.Cut(all.Type().Field(i).Tag.Get("json"), ",")
		value := ""
		switch field := all.Field(i).Interface().(type) {
		case time.Time:
			value = field.Format(time.RFC3339Nano)
		case *time.Time:
			if field != nil {
				value = field.Format(time.RFC3339Nano)
			}
		case *far.Level:
			if field != nil {
				value = strconv.Itoa(int(*field))
			}
		case []sessions.Reason:
			for i, r := range field {
				value += strings.Repeat(", ", min(i, 1)) + string(r)
			}
		case map[string]string:
			for _, key := range slices.Sorted(maps.Keys(field)) {
				lines = append(lines, [2]string{"extra: " + key, field[key]})
			}
		default:
			if !all.Field(i).IsZero() {
				value = fmt.Sprint(field)
			}
		}
		if value != "" {
			lines = append(lines, [2]string{name, value})
		}
	}
	return lines
}
