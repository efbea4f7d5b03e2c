package filter_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/filter/filtertest"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// TestTerms compares the sessions that an index would find by terms with those that match.
func TestTerms(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	list := crowd(t, 80)
	terms := make([][]filter.Term, len(list))
	for i, s := range list {
		terms[i] = filter.AppendTerms(nil, s)
		some := sessions.FieldsOf(sessions.FieldStatus, sessions.FieldAttempt, sessions.FieldBirthDate, sessions.FieldFirstName)
		of := slices.DeleteFunc(slices.Clone(terms[i]), func(t filter.Term) bool { return !t.Word && !some.Has(t.Field) })
		require.Equal(t, of, filter.AppendTermsOf(nil, s, some, searchkey.Of(s)))
	}
	found := func(i int, groups [][]filter.TermRange) bool {
		for _, group := range groups {
			if !slices.ContainsFunc(group, func(r filter.TermRange) bool { return slices.ContainsFunc(terms[i], r.Has) }) {
				return false
			}
		}
		return true
	}
	exactNames, hits := map[string]bool{}, map[string]int{}
	for range 6000 {
		for c := range filtertest.Criterion(r, list).All() {
			groups, exact := c.Terms()
			require.True(t, !exact || len(groups) > 0, c.Name())
			exactNames[c.Name()] = exactNames[c.Name()] || exact
			for i, s := range list {
				m := c.Match(s)
				if m {
					hits[c.Name()]++
					require.True(t, found(i, groups), "a match without a term: %s", filter.Of(c).Text())
				} else if exact {
					require.False(t, found(i, groups), "terms without a match: %s", filter.Of(c).Text())
				}
			}
		}
	}
	require.Equal(t, filter.KindNames(), slices.Sorted(maps.Keys(hits)), "every kind is drawn, and matches something")
	for name, exact := range exactNames {
		inexact := map[string]bool{"created_at": true, "completed_at": true, "decided_at": true, "id": true}[name]
		require.Equal(t, !inexact, exact, name)
	}
}

// crowd returns the sample, and random sessions that have a value in every field.
func crowd(t testing.TB, n int) []*sessions.Session {
	r := rand.New(rand.NewPCG(3, 4))
	list := sample(t)
	for len(list) < n {
		list = append(list, randomSession(t, r))
	}
	return list
}

// randomSession returns a session in which each field has a value or none.
func randomSession(t testing.TB, r *rand.Rand) *sessions.Session {
	one := func(values ...string) string { return values[r.IntN(len(values))] }
	text := func(values ...string) sessions.Text {
		if r.IntN(4) == 0 {
			return sessions.TextIn([]sessions.TextState{sessions.NotCollected, sessions.NotRecognised, sessions.Redacted}[r.IntN(3)])
		}
		return sessions.TextOf(one(values...))
	}
	created := time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(5_000_000)) * time.Second)
	later := func() time.Time {
		if r.IntN(3) == 0 {
			return time.Time{}
		}
		return created.Add(time.Duration(r.IntN(100)) * time.Minute)
	}
	day := func() sessions.Date {
		if r.IntN(5) == 0 {
			return sessions.Date{}
		}
		d := sessions.Date{Year: 2024 + r.IntN(4), Month: time.Month(1 + r.IntN(12)), Day: 1 + r.IntN(28)}
		switch r.IntN(6) { // unknown parts
		case 0:
			d.Month, d.Day = 0, 0
		case 1:
			d.Month = 0
		case 2:
			d.Day = 0
		}
		return d
	}
	s := &sessions.Session{
		ID: one("a", "b", "none") + one("", "1", "2"), Company: "acme", Partner: one("", "Acme", "none"), Subject: one("", "s-1", "s-2"),
		Attempt: r.IntN(4), CreatedAt: created, CompletedAt: later(), DecidedAt: later(), Status: sessions.Status(one("success", "failed", "failed", "pending", "expired")),
		FirstName: text("Giorgi", "გიორგი", "Anna-Maria", "O'Brien", "", "***"), LastName: text("Beridze", "ბერიძე", "none", "李"),
		PersonalNumber: text("01001012345", "1001012345", "-"), DocumentNumber: text("23AB12345", "23 AB 12345", "A"),
		Nationality: text("GEO", "geo", "DEU"), BirthDate: day(), ExpirationDate: day(), Sex: sessions.Sex(one("", "male", "female", "x")),
		DocumentType: sessions.DocumentType(one("", "passport", "id_card", "none")), DocumentPresented: r.IntN(2) == 0,
		DocumentValidity: sessions.Validity(r.IntN(3)), Liveness: sessions.Liveness(r.IntN(3)), Selfie: one("", "ref"),
		ClientIP: one("", "10.0.0.1", "::1"), Device: sessions.Device(one("", "pc", "mobile")), Browser: one("", "Firefox"), OS: one("", "iOS 17"),
		Model: one("", "Pixel 8"),
	}
	if r.IntN(3) > 0 {
		s.Match = sessions.Match{Compared: true, Level: far.Level(r.IntN(8)), Scale: far.Kvalifika.Name(), Acceptance: far.Level(r.IntN(6))}
	}
	if s.Status == sessions.Failed {
		for _, reason := range append(sessions.SpoofReasons(), sessions.LivenessFailed, `odd|\reason`) {
			if r.IntN(3) == 0 {
				s.Reasons = append(s.Reasons, reason)
			}
		}
	}
	if r.IntN(3) > 0 {
		s.Extra = extra(t, "phone", one("+995 555", "+995 556", "", strings.Repeat("5", 64), strings.Repeat("5", 65)), "none", one("none", "x"))
	}
	require.NoError(t, s.Validate())
	return s
}

func TestAfterEndsTheRangeOfAPrefix(t *testing.T) {
	require.Equal(t, "\ue000", filter.After("\ud7ff"), "surrogates are no characters")
	for _, prefix := range []string{"a", "ber", "z", "9", "გ", "\u007f", "\u07ff", "\ud7fb", "\uffff", "a\U0010ffff", "\U0010ffff"} {
		end := filter.After(prefix)
		require.Less(t, prefix, end)
		require.Less(t, prefix+"zzz", end)
		require.Less(t, prefix+"\U0010fffe", end)
		require.Equal(t, end, strings.ToValidUTF8(end, ""), "a text that every engine takes")
	}
	require.Equal(t, "bes", filter.After("ber"))
}
