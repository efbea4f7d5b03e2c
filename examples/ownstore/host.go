package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/page"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// The host's codes.
var (
	states = map[sessions.Status][]any{sessions.Success: {"A"}, sessions.Failed: {"D", "X"}, sessions.Pending: {"R"}}
	kinds  = map[sessions.DocumentType][]any{
		sessions.Passport: {1}, sessions.IDCard: {2}, sessions.ResidenceCard: {3}, sessions.DriverLicence: {4},
	}
)

// checks describes the table that the host has had for years.
var checks = tablestore.Table{
	From:   "kyc_checks k",
	Select: "k.uid, k.started, k.state, k.given_name, k.family_name, k.personal_no, k.document_no, k.doc_kind, k.spoof, k.cut_off, k.weak, k.level",
	Scan:   scanCheck,
	Columns: filter.Columns{
		Company: filter.Col("k.tenant").NotNull(),
		Fields: map[sessions.Field]filter.Column{
			sessions.FieldID:             filter.Col("k.uid").NotNull(),
			sessions.FieldCreatedAt:      filter.Col("k.started").NotNull(),
			sessions.FieldStatus:         filter.Enum(filter.Col("k.state").NotNull(), states),
			sessions.FieldDocumentType:   filter.Enum(filter.Col("k.doc_kind"), kinds),
			sessions.FieldMatchLevel:     filter.Col("k.level"),
			sessions.FieldPersonalNumber: filter.Col("k.personal_no"),
		},
		Reasons: map[sessions.Reason]filter.Column{
			sessions.DigitalSpoof: filter.Col("k.spoof"), sessions.NotFullID: filter.Col("k.cut_off"), sessions.LowFAR: filter.Col("k.weak"),
		},
	},
}

// handler returns the host's handler: the page, and below it the whole API, behind the host's own
// cookie and over its own table.
func handler(db *sql.DB, d filter.Dialect, table tablestore.Table, key []byte) (http.Handler, error) {
	viewer := func(r *http.Request) (store.Viewer, error) {
		cookie, err := r.Cookie("kyc")
		if err != nil {
			return store.Viewer{}, err
		}
		tenant, user, err := verify(key, cookie.Value)
		return store.Viewer{Company: tenant, Role: sessions.Agent, Subject: user}, err
	}
	st := store.New(tablestore.New(db, d, table), store.Options{})
	all, err := page.New(st, page.Options{Viewer: viewer, SignIn: "/sign-in"})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/kyc/", all) // the API is at /kyc/api/
	return mux, nil
}

// sign returns the value of the cookie that the host's sign-in sets.
func sign(key []byte, tenant, user string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(tenant + "|" + user))
	return tenant + "|" + user + "|" + hex.EncodeToString(mac.Sum(nil))
}

var errCookie = errors.New("the cookie is not one of ours")

// verify returns the tenant and the user of a cookie that sign has made.
func verify(key []byte, cookie string) (tenant, user string, err error) {
	parts := strings.Split(cookie, "|")
	if len(parts) != 3 || !hmac.Equal([]byte(sign(key, parts[0], parts[1])), []byte(cookie)) {
		return "", "", errCookie
	}
	return parts[0], parts[1], nil
}

// scanCheck makes a session from a row of the table.
func scanCheck(rows *sql.Rows) (*sessions.Session, error) {
	var s sessions.Session
	var started any
	var state string
	var given, family, personal, document sql.NullString
	var kind, level sql.NullInt16
	var spoof, cutOff, weak sql.NullBool
	if err := rows.Scan(&s.ID, &started, &state, &given, &family, &personal, &document, &kind, &spoof, &cutOff, &weak, &level); err != nil {
		return nil, err
	}
	switch at := started.(type) {
	case time.Time:
		s.CreatedAt = at
	case string: // SQLite
		var err error
		if s.CreatedAt, err = time.Parse(sqliteTime, at); err != nil {
			return nil, err
		}
	}
	s.Status = meaning(states, state)
	s.FirstName, s.LastName, s.PersonalNumber, s.DocumentNumber = read(given), read(family), read(personal), read(document)
	s.DocumentType = meaning(kinds, int(kind.Int16))
	s.DocumentPresented = kind.Valid
	if level.Valid {
		s.Match = sessions.Match{Compared: true, Level: far.Level(level.Int16), Scale: far.Kvalifika.Name()}
	}
	for _, flag := range []struct {
		set    sql.NullBool
		reason sessions.Reason
	}{{spoof, sessions.DigitalSpoof}, {cutOff, sessions.NotFullID}, {weak, sessions.LowFAR}} {
		if flag.set.Bool && s.Status == sessions.Failed {
			s.Reasons = append(s.Reasons, flag.reason)
		}
	}
	return &s, nil
}

// meaning returns the value that has the code, or "" if the host does not have the code.
func meaning[V ~string](codes map[V][]any, code any) V {
	for value, of := range codes {
		if slices.Contains(of, code) {
			return value
		}
	}
	return ""
}

// read returns a text of the table, in which NULL is a text that was not recognised.
func read(text sql.NullString) sessions.Text {
	if !text.Valid {
		return sessions.TextIn(sessions.NotRecognised)
	}
	return sessions.TextOf(text.String)
}
