package enginetest

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// TestFirstSchema keeps the tables of schema version 1 readable. For each engine, testdata/v1 has
// the statements that made them and a dump of two companies, written by the code of that version:
// an insert of firstSessions, the decision of one that was pending, and the redaction of another.
// These files are history, and must not change. The tables are refused as they are. After the
// migrations the sessions read as before, and are found.
func TestFirstSchema(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		for _, file := range []string{"testdata/v1/" + string(e) + ".sql", "testdata/v1/" + string(e) + "-dump.sql"} {
			for _, statement := range statementsOf(t, file) {
				_, err := db.ExecContext(t.Context(), statement)
				require.NoError(t, err, statement)
			}
		}
		var other *sqlstore.SchemaError
		require.ErrorAs(t, sqlstore.New(db, dialects[e]).Check(t.Context()), &other)
		require.EqualValues(t, 1, other.Found.Schema)
		require.NoError(t, sqlstore.Migrate(t.Context(), db, dialects[e]))
		requireMigrated(t, e, db)
		b := sqlstore.New(db, dialects[e])
		for _, s := range firstSessions() {
			require.NoError(t, b.Verify(t.Context(), s.Company))
			require.NoError(t, b.WithPacking(sqlstore.Packing{Tail: 1}).Maintain(t.Context(), s.Company))
			require.NoError(t, b.Verify(t.Context(), s.Company))
			stated, _ := versionsOf(t, db, s.Company)
			require.EqualValues(t, searchkey.Version, stated)
		}
		requireFirst(t, b)
	})
}

// statementsOf returns the statements of a file. Each ends with a semicolon at the end of a line,
// and no other line ends with one.
func statementsOf(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(text), ";\n"), ";\n")
}

// firstSessions has every kind of value: all states of a text, all enumerations and values beyond
// them, texts that SQL or a dump could damage, absent and extreme times, ties, a second company.
func firstSessions() []*sessions.Session {
	at := time.Date(2024, 2, 29, 20, 30, 0, 123456000, time.UTC)
	var all []*sessions.Session
	add := func(change func(s *sessions.Session)) {
		n := len(all)
		s := &sessions.Session{
			ID: fmt.Sprintf("session-%02d", n), Company: "acme", Partner: "Acme", CreatedAt: at.AddDate(0, 0, -3*n), Status: sessions.Success,
			FirstName: sessions.TextOf("ნინო"), LastName: sessions.TextOf("ბერიძე"), PersonalNumber: sessions.TextOf(fmt.Sprintf("0100101%04d", n)),
			DocumentNumber: sessions.TextOf(fmt.Sprintf("AB%05d", n)), Nationality: sessions.TextOf("GEO"), DocumentType: sessions.Passport,
		}
		change(s)
		all = append(all, s)
	}
	add(func(s *sessions.Session) { // everything is known
		s.Subject, s.Attempt = "person-1", 3
		s.CompletedAt, s.DecidedAt = s.CreatedAt.Add(90*time.Second), s.CreatedAt.Add(2*time.Minute)
		s.Status, s.Reasons = sessions.Failed, []sessions.Reason{sessions.DigitalSpoof, sessions.LowFAR, sessions.LivenessFailed}
		s.BirthDate, s.ExpirationDate = sessions.Date{Year: 1985, Month: 2, Day: 28}, sessions.Date{Year: 2031, Month: 12, Day: 31}
		s.Sex, s.DocumentPresented, s.DocumentValidity, s.Liveness = sessions.Female, true, sessions.Valid, sessions.LivenessNotPassed
		s.Match = sessions.Match{Compared: true, Level: 4, Scale: far.Kvalifika.Name(), Acceptance: 5}
		s.Selfie, s.ClientIP, s.Device = "selfies/1.jpg", "2001:db8::1", sessions.Mobile
		s.Browser, s.OS, s.Model = "Safari 17", "iOS 17.3", "iPhone 15"
	})
	add(func(s *sessions.Session) { // nearly nothing is known
		*s = sessions.Session{ID: "bare", Company: s.Company, CreatedAt: s.CreatedAt, Status: sessions.Pending}
	})
	for state := sessions.NotCollected; state <= sessions.Redacted; state++ {
		if state != sessions.Known {
			add(func(s *sessions.Session) {
				s.FirstName, s.LastName, s.Nationality = sessions.TextIn(state), sessions.TextIn(state), sessions.TextIn(state)
			})
			add(func(s *sessions.Session) {
				s.PersonalNumber, s.DocumentNumber = sessions.TextIn(state), sessions.TextIn(state)
			})
		}
	}
	for _, status := range []sessions.Status{sessions.Success, sessions.Failed, sessions.Pending, "expired"} {
		add(func(s *sessions.Session) { s.Status = status })
	}
	for _, r := range []sessions.Reason{
		sessions.DigitalSpoof, sessions.NotFullID, sessions.LowFAR, sessions.LivenessFailed, "someone's", `odd|\reason`,
	} {
		add(func(s *sessions.Session) { s.Status, s.Reasons = sessions.Failed, []sessions.Reason{r} })
	}
	for _, d := range []sessions.DocumentType{"", sessions.IDCard, sessions.ResidenceCard, sessions.DriverLicence, "Weird type"} {
		add(func(s *sessions.Session) { s.DocumentType, s.DocumentValidity = d, sessions.Invalid })
	}
	for level := far.Level(0); level <= 7; level++ {
		add(func(s *sessions.Session) { s.Match = sessions.Match{Compared: true, Level: level, Scale: "its own"} })
	}
	for _, name := range []string{
		"O'Neill", `back\slash \n \' "quoted"`, "`tick` $1 ? :name @x %s", "line\nfeed\r\ttab", "unit\x1fseparator", "😀 Zoë ᲜᲘᲜᲝ", "'; DROP TABLE x; --",
		"ends with a space ", "null", "Łukasz Дмитрий ｆｕｌｌ",
	} {
		add(func(s *sessions.Session) {
			s.FirstName, s.DocumentNumber, s.Model = sessions.TextOf(name), sessions.TextOf(name), name
		})
	}
	for _, pairs := range [][]sessions.ExtraPair{
		{{Key: "phone", Value: "+995 555"}, {Key: "e.mail \"x\"", Value: `a\b"c`}}, {{Key: "კოდი", Value: ""}, {Key: "z", Value: "line\nfeed '"}},
	} {
		add(func(s *sessions.Session) {
			var err error
			if s.Extra, err = sessions.NewExtra(pairs...); err != nil {
				panic(err)
			}
		})
	}
	for _, year := range []int{1000, 1969, 9998} {
		add(func(s *sessions.Session) {
			s.CreatedAt = time.Date(year, 12, 31, 23, 59, 59, 999999000, time.UTC)
			s.DecidedAt = s.CreatedAt
		})
	}
	for _, id := range []string{"a", "B", "ა", "% _", "A ", "A"} { // of one instant
		add(func(s *sessions.Session) { s.ID, s.CreatedAt = id, at })
	}
	for range 3 {
		add(func(s *sessions.Session) { s.Company, s.Partner, s.Subject = "Acme '2'", `"Acme" \2`, "person-1" })
	}
	return all
}

// requireFirst requires that a Backend has the sessions that version 1 wrote, by every way of
// reading them.
func requireFirst(t *testing.T, b *sqlstore.Backend) {
	t.Helper()
	want := map[string][]*sessions.Session{}
	for i, s := range firstSessions() {
		s.Normalize()
		switch s.Revision = 1; i {
		case 0:
			s.RedactPerson()
			s.Revision = 2
		case 1:
			s.Status, s.Reasons, s.Revision = sessions.Failed, []sessions.Reason{sessions.NotFullID}, 2
		}
		want[s.Company] = append(want[s.Company], s)
	}
	for company, all := range want {
		for _, s := range all {
			found, err := b.Get(t.Context(), company, s.ID)
			require.NoError(t, err)
			require.True(t, s.Equal(found), "%s: wanted %+v, found %+v", s.ID, s, found)
			require.Equal(t, s.Revision, found.Revision)
		}
		for _, f := range []filter.Filter{
			{}, filter.Search("nin"), filter.Search("o neill"), filter.Search("ab00"), filter.Is(sessions.FieldPersonalNumber, "01001010009"), filter.Is(sessions.FieldSubject, "person-1"),
			filter.FailedFor("someone's", `odd|\reason`), filter.MatchLevel(0, 1), filter.Status(sessions.Pending, "expired"),
			filter.DocumentType(sessions.DriverLicence), filter.Extra("phone", "+995 555"),
		} {
			matches := 0
			for _, s := range all {
				if f.Match(s) {
					matches++
				}
			}
			batch, err := b.List(t.Context(), store.Selection{Company: company, Filter: f, Limit: 1000})
			require.NoError(t, err)
			require.Len(t, batch.Sessions, matches, f.Text())
			count, err := b.Count(t.Context(), store.Selection{Company: company, Filter: f, Limit: 1000})
			require.NoError(t, err)
			require.Equal(t, store.Count{N: matches, Exact: true}, count, f.Text())
		}
		// The next change gets a greater number than all before.
		now, err := b.Changes(t.Context(), company, "", 1)
		require.NoError(t, err)
		decided := all[2].Clone()
		decided.Model = "changed"
		require.NoError(t, b.Update(t.Context(), decided))
		changes, err := b.Changes(t.Context(), company, now.Next, 10)
		require.NoError(t, err)
		require.Len(t, changes.Sessions, 1)
		require.Equal(t, decided.ID, changes.Sessions[0].ID)
	}
}
