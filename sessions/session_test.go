package sessions_test

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// full returns a valid session without a zero field. Every field that identifies the person
// contains "secret", a date of 1983 or the female sex.
func full(t testing.TB) sessions.Session {
	t.Helper()
	extra, err := sessions.NewExtra(sessions.ExtraPair{Key: "secret key", Value: "secret value"})
	require.NoError(t, err)
	created := time.Date(2026, 5, 4, 3, 2, 1, 123_456_000, time.UTC)
	s := sessions.Session{
		ID: "s-1", Company: "acme", Partner: "Acme Bank", Subject: "secret-subject", Attempt: 2,
		CreatedAt: created, CompletedAt: created.Add(time.Minute), DecidedAt: created.Add(2 * time.Minute),
		Status: sessions.Failed, Reasons: []sessions.Reason{sessions.DigitalSpoof, sessions.LowFAR},
		FirstName: sessions.TextOf("secret-first"), LastName: sessions.TextOf("secret-last"),
		PersonalNumber: sessions.TextOf("secret-personal"), DocumentNumber: sessions.TextOf("secret-document"),
		Nationality: sessions.TextOf("secret-nationality"),
		BirthDate:   date(1983, 1, 2), ExpirationDate: date(2031, 1, 2), Sex: sessions.Female,
		DocumentType: sessions.Passport, DocumentPresented: true, DocumentValidity: sessions.Valid, Liveness: sessions.LivenessPassed,
		Match:  sessions.Match{Compared: true, Level: 4, Scale: far.Kvalifika.Name(), Acceptance: 5},
		Selfie: "secret-selfie", Extra: extra, ClientIP: "secret-ip", Device: sessions.PC,
		Browser: "Firefox", OS: "Linux", Model: "X1", Revision: 3,
	}
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		require.False(t, v.Field(i).IsZero(), "%s: give it a value here", v.Type().Field(i).Name)
	}
	require.NoError(t, s.Validate())
	return s
}

func TestValidateBounds(t *testing.T) {
	const key, text, meta = sessions.MaxKeyBytes, sessions.MaxTextBytes, sessions.MaxMetaBytes
	for _, c := range []struct {
		field    sessions.Field
		max      int
		required bool
		set      func(*sessions.Session, string)
	}{
		{sessions.FieldID, key, true, func(s *sessions.Session, v string) { s.ID = v }},
		{sessions.FieldCompany, key, true, func(s *sessions.Session, v string) { s.Company = v }},
		{sessions.FieldPartner, meta, false, func(s *sessions.Session, v string) { s.Partner = v }},
		{sessions.FieldSubject, key, false, func(s *sessions.Session, v string) { s.Subject = v }},
		{sessions.FieldStatus, key, true, func(s *sessions.Session, v string) { s.Status, s.Reasons = sessions.Status(v), nil }},
		{sessions.FieldReasons, key, true, func(s *sessions.Session, v string) { s.Reasons = []sessions.Reason{"a", sessions.Reason(v)} }},
		{sessions.FieldFirstName, text, false, func(s *sessions.Session, v string) { s.FirstName = sessions.TextOf(v) }},
		{sessions.FieldLastName, text, false, func(s *sessions.Session, v string) { s.LastName = sessions.TextOf(v) }},
		{sessions.FieldPersonalNumber, text, false, func(s *sessions.Session, v string) { s.PersonalNumber = sessions.TextOf(v) }},
		{sessions.FieldDocumentNumber, text, false, func(s *sessions.Session, v string) { s.DocumentNumber = sessions.TextOf(v) }},
		{sessions.FieldNationality, text, false, func(s *sessions.Session, v string) { s.Nationality = sessions.TextOf(v) }},
		{sessions.FieldSex, key, false, func(s *sessions.Session, v string) { s.Sex = sessions.Sex(v) }},
		{sessions.FieldDocumentType, key, false, func(s *sessions.Session, v string) { s.DocumentType = sessions.DocumentType(v) }},
		{sessions.FieldMatchLevel, key, true, func(s *sessions.Session, v string) { s.Match.Scale = v }},
		{sessions.FieldSelfie, meta, false, func(s *sessions.Session, v string) { s.Selfie = v }},
		{sessions.FieldClientIP, meta, false, func(s *sessions.Session, v string) { s.ClientIP = v }},
		{sessions.FieldDevice, key, false, func(s *sessions.Session, v string) { s.Device = sessions.Device(v) }},
		{sessions.FieldBrowser, meta, false, func(s *sessions.Session, v string) { s.Browser = v }},
		{sessions.FieldOS, meta, false, func(s *sessions.Session, v string) { s.OS = v }},
		{sessions.FieldModel, meta, false, func(s *sessions.Session, v string) { s.Model = v }},
	} {
		t.Run(c.field.String(), func(t *testing.T) {
			check := func(value string, want error) {
				t.Helper()
				s := full(t)
				c.set(&s, value)
				err := s.Validate()
				require.ErrorIs(t, err, want)
				if want == nil {
					return
				}
				var fieldErr *sessions.FieldError
				require.ErrorAs(t, err, &fieldErr)
				require.Equal(t, c.field, fieldErr.Field)
				require.ErrorIs(t, err, sessions.ErrInvalid)
				require.NotContains(t, err.Error(), "secret")
			}
			check(strings.Repeat("x", c.max), nil)
			check(strings.Repeat("გ", c.max/3), nil)
			check("secret"+strings.Repeat("x", c.max-5), sessions.ErrLimit)
			check("secret\x00", sessions.ErrInvalid)
			check("secret\xff", sessions.ErrInvalid)
			check("=secret\"';--\n", nil)
			if c.required {
				check("", sessions.ErrInvalid)
			} else {
				check("", nil)
			}
		})
	}
}

func TestValidateRest(t *testing.T) {
	require.ErrorIs(t, (*sessions.Session)(nil).Validate(), sessions.ErrInvalid)
	at := func(text string) time.Time {
		tm, err := time.Parse(time.RFC3339Nano, text)
		require.NoError(t, err)
		return tm
	}
	for _, c := range []struct {
		name  string
		field sessions.Field // FieldNone: valid
		set   func(*sessions.Session)
	}{
		{"first instant", 0, func(s *sessions.Session) { s.CreatedAt = at("1000-01-01T00:00:00Z") }},
		{"last instant", 0, func(s *sessions.Session) { s.CreatedAt = at("9998-12-31T23:59:59.999999Z") }},
		{"no creation", sessions.FieldCreatedAt, func(s *sessions.Session) { s.CreatedAt = time.Time{} }},
		{"too early", sessions.FieldCreatedAt, func(s *sessions.Session) { s.CreatedAt = at("0999-12-31T23:59:59.999999Z") }},
		{"too early in UTC", sessions.FieldCreatedAt, func(s *sessions.Session) { s.CreatedAt = at("1000-01-01T00:00:00+04:00") }},
		{"too late", sessions.FieldCreatedAt, func(s *sessions.Session) { s.CreatedAt = at("9999-01-01T00:00:00Z") }},
		{"no completion", 0, func(s *sessions.Session) { s.CompletedAt = time.Time{} }},
		{"completion too late", sessions.FieldCompletedAt, func(s *sessions.Session) { s.CompletedAt = at("9999-01-01T00:00:00Z") }},
		{"no decision", 0, func(s *sessions.Session) { s.DecidedAt = time.Time{} }},
		{"decision too early", sessions.FieldDecidedAt, func(s *sessions.Session) { s.DecidedAt = at("0999-01-01T00:00:00Z") }},
		{"no dates", 0, func(s *sessions.Session) { s.BirthDate, s.ExpirationDate = sessions.Date{}, sessions.Date{} }},
		{"birth date", sessions.FieldBirthDate, func(s *sessions.Session) { s.BirthDate.Day = 32 }},
		{"expiration date", sessions.FieldExpirationDate, func(s *sessions.Session) { s.ExpirationDate = date(2027, 2, 29) }},
		{"attempt 0", 0, func(s *sessions.Session) { s.Attempt = 0 }},
		{"attempt at the bound", 0, func(s *sessions.Session) { s.Attempt = 1<<31 - 1 }},
		{"attempt over it", sessions.FieldAttempt, func(s *sessions.Session) { s.Attempt = 1 << 31 }},
		{"attempt below 0", sessions.FieldAttempt, func(s *sessions.Session) { s.Attempt = -1 }},
		{"liveness", sessions.FieldLiveness, func(s *sessions.Session) { s.Liveness = sessions.LivenessNotPassed + 1 }},
		{"validity", sessions.FieldDocumentValidity, func(s *sessions.Session) { s.DocumentValidity = sessions.Invalid + 1 }},
		{"no comparison", 0, func(s *sessions.Session) { s.Match = sessions.Match{} }},
		{"level 0", 0, func(s *sessions.Session) { s.Match.Level = 0 }},
		{"highest levels", 0, func(s *sessions.Session) { s.Match.Level, s.Match.Acceptance = far.MaxLevel, far.MaxLevel }},
		{"level over it", sessions.FieldMatchLevel, func(s *sessions.Session) { s.Match.Level = far.MaxLevel + 1 }},
		{"level below 0", sessions.FieldMatchLevel, func(s *sessions.Session) { s.Match.Level = -1 }},
		{"acceptance over it", sessions.FieldAcceptanceLevel, func(s *sessions.Session) { s.Match.Acceptance = far.MaxLevel + 1 }},
		{"acceptance below 0", sessions.FieldAcceptanceLevel, func(s *sessions.Session) { s.Match.Acceptance = -1 }},
		{"level without comparison", sessions.FieldMatchLevel, func(s *sessions.Session) { s.Match.Compared = false }},
		{"acceptance without scale", sessions.FieldAcceptanceLevel, func(s *sessions.Session) { s.Match = sessions.Match{Acceptance: 5} }},
		{"no reasons", 0, func(s *sessions.Session) { s.Reasons = nil }},
		{"reasons of a success", sessions.FieldReasons, func(s *sessions.Session) { s.Status = sessions.Success }},
		{"reasons of a pending one", sessions.FieldReasons, func(s *sessions.Session) { s.Status = sessions.Pending }},
		{"doubled reason", sessions.FieldReasons, func(s *sessions.Session) { s.Reasons = []sessions.Reason{"a", "b", "a"} }},
		{"most reasons", 0, func(s *sessions.Session) { s.Reasons = reasons(sessions.MaxReasons) }},
		{"one more", sessions.FieldReasons, func(s *sessions.Session) { s.Reasons = reasons(sessions.MaxReasons + 1) }},
		{"unknown values", 0, func(s *sessions.Session) {
			s.Status, s.Reasons, s.DocumentType, s.Sex, s.Device = "expired", nil, "visa", "x", "kiosk"
		}},
		{"not recognised", 0, func(s *sessions.Session) { s.FirstName = sessions.TextIn(sessions.NotRecognised) }},
		{"redacted", 0, func(s *sessions.Session) { s.FirstName = sessions.TextIn(sessions.Redacted) }},
		{"masked", sessions.FieldFirstName, func(s *sessions.Session) { s.FirstName = sessions.TextIn(sessions.Masked) }},
		{"no such state", sessions.FieldNationality, func(s *sessions.Session) { s.Nationality = sessions.TextIn(99) }},
		{"mark 1", sessions.FieldLastName, func(s *sessions.Session) { s.LastName = sessions.TextOf(sessions.UnrecognisedMark) }},
		{"mark 2", sessions.FieldPersonalNumber, func(s *sessions.Session) { s.PersonalNumber = sessions.TextOf(sessions.RedactedMark) }},
		{"mark 3", sessions.FieldDocumentNumber, func(s *sessions.Session) { s.DocumentNumber = sessions.TextOf(sessions.MaskedMark) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := full(t)
			c.set(&s)
			err := s.Validate()
			if c.field == sessions.FieldNone {
				require.NoError(t, err)
				return
			}
			var fieldErr *sessions.FieldError
			require.ErrorAs(t, err, &fieldErr)
			require.Equal(t, c.field, fieldErr.Field)
			require.ErrorIs(t, err, sessions.ErrInvalid)
		})
	}
}

func reasons(n int) []sessions.Reason {
	list := make([]sessions.Reason, n)
	for i := range list {
		list[i] = sessions.Reason(strings.Repeat("r", i+1))
	}
	return list
}

func TestNewID(t *testing.T) {
	ids := make([]string, 1000)
	for i := range ids {
		id, err := sessions.NewID()
		require.NoError(t, err)
		parsed, err := uuid.Parse(id)
		require.NoError(t, err)
		require.Equal(t, uuid.Version(7), parsed.Version())
		require.Equal(t, parsed.String(), id)
		ids[i] = id
	}
	require.True(t, slices.IsSorted(ids))
	require.Len(t, slices.Compact(ids), 1000)
}

func TestCompare(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	list := []sessions.Session{ // newest first; ties by ID, the bytewise greater first
		{CreatedAt: at.Add(time.Microsecond), ID: ""},
		{CreatedAt: at, ID: "გ"},
		{CreatedAt: at.In(zone(t, "Asia/Tbilisi")), ID: "b"},
		{CreatedAt: at, ID: "a0"},
		{CreatedAt: at, ID: "a"},
		{CreatedAt: at, ID: "B"},
		{CreatedAt: at.Add(-time.Hour), ID: "z"},
	}
	for i := range list {
		for j := range list {
			require.Equal(t, cmp.Compare(i, j), list[i].Compare(&list[j]), "%d %d", i, j)
		}
	}
}

func TestVerifiedAndFailedFor(t *testing.T) {
	for _, status := range []sessions.Status{"", sessions.Failed, sessions.Pending, "Success", "success ", "approved"} {
		s := sessions.Session{Status: status}
		require.False(t, s.Verified(), status)
	}
	s := sessions.Session{Status: sessions.Success, Reasons: []sessions.Reason{sessions.LowFAR}}
	require.True(t, s.Verified())
	require.False(t, s.FailedFor(sessions.LowFAR), "it did not fail")
	s.Status = sessions.Failed
	require.True(t, s.FailedFor(sessions.LowFAR))
	require.False(t, s.FailedFor(sessions.DigitalSpoof))
}

func TestCloneSharesNothingThatCanChange(t *testing.T) {
	s := full(t)
	c := s.Clone()
	require.Equal(t, s, *c)
	c.Reasons[0] = "other"
	c.ID = "other"
	require.Equal(t, full(t), s)
	require.Nil(t, new(sessions.Session).Clone().Reasons)
}

func TestNormalize(t *testing.T) {
	s := full(t)
	want := s
	given := []sessions.Reason{sessions.LowFAR, sessions.DigitalSpoof}
	s.Reasons = given
	tbilisi := zone(t, "Asia/Tbilisi")
	s.CreatedAt, s.CompletedAt, s.DecidedAt = s.CreatedAt.Add(999).In(tbilisi), s.CompletedAt.Add(1).In(tbilisi), s.DecidedAt.In(tbilisi)
	s.Normalize()
	require.Equal(t, want, s)
	require.Equal(t, sessions.LowFAR, given[0], "the caller's slice is left alone")
	s.Normalize()
	require.Equal(t, want, s)
}

func TestSessionText(t *testing.T) {
	s := full(t)
	for f, want := range map[sessions.Field]sessions.Text{
		sessions.FieldFirstName: s.FirstName, sessions.FieldLastName: s.LastName, sessions.FieldPersonalNumber: s.PersonalNumber,
		sessions.FieldDocumentNumber: s.DocumentNumber, sessions.FieldNationality: s.Nationality,
		sessions.FieldClientIP: {}, sessions.FieldNone: {}, 200: {},
	} {
		require.Equal(t, want.Value(), s.Text(f).Value(), "%v", f)
		require.Equal(t, want.State(), s.Text(f).State(), "%v", f)
	}
}

func TestRedactPerson(t *testing.T) {
	s := full(t)
	s.Nationality = sessions.TextIn(sessions.NotRecognised)
	s.DocumentNumber = sessions.Text{}
	want := s
	want.FirstName, want.LastName, want.PersonalNumber = sessions.TextIn(sessions.Redacted), sessions.TextIn(sessions.Redacted), sessions.TextIn(sessions.Redacted)
	want.BirthDate, want.ExpirationDate, want.Sex, want.Subject = sessions.Date{}, sessions.Date{}, "", ""
	want.Selfie, want.Extra, want.ClientIP = "", sessions.Extra{}, ""
	s.RedactPerson()
	require.Equal(t, want, s)
	require.NoError(t, s.Validate())
	s.RedactPerson()
	require.Equal(t, want, s)
	require.NotContains(t, dump(reflect.ValueOf(s)), "secret")
}

// TestRedacted checks that a session shows that its person was removed, even if it had no personal
// data.
func TestRedacted(t *testing.T) {
	started := sessions.Session{ID: "s-1", Company: "acme", CreatedAt: time.Unix(0, 0), Status: sessions.Pending}
	for _, s := range []sessions.Session{started, full(t)} {
		require.False(t, s.Redacted())
		s.RedactPerson()
		require.True(t, s.Redacted())
		require.Equal(t, sessions.Redacted, s.FirstName.State())
		once := s
		s.RedactPerson()
		require.Equal(t, once, s)
		for name, change := range map[string]func(*sessions.Session){
			"a name":     func(s *sessions.Session) { s.LastName = sessions.TextOf("Beridze") },
			"a date":     func(s *sessions.Session) { s.BirthDate = sessions.Date{Year: 1990} },
			"a subject":  func(s *sessions.Session) { s.Subject = "person-1" },
			"a selfie":   func(s *sessions.Session) { s.Selfie = "selfies/1" },
			"an address": func(s *sessions.Session) { s.ClientIP = "192.0.2.1" },
		} {
			again := once
			change(&again)
			require.False(t, again.Redacted(), name)
		}
		again := once
		again.Status, again.Reasons, again.Extra = sessions.Failed, []sessions.Reason{sessions.LowFAR}, full(t).Extra
		require.True(t, again.Redacted(), "a verdict and extra fields say nothing of it")
	}
	partly := full(t)
	partly.FirstName = sessions.TextIn(sessions.Redacted)
	require.False(t, partly.Redacted())
}

// dump collects every string of a value, exported or not.
func dump(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return v.String() + "\n"
	case reflect.Struct:
		var b strings.Builder
		for i := range v.NumField() {
			b.WriteString(dump(v.Field(i)))
		}
		return b.String()
	case reflect.Slice:
		var b strings.Builder
		for i := range v.Len() {
			b.WriteString(dump(v.Index(i)))
		}
		return b.String()
	}
	return ""
}

func BenchmarkValidate(b *testing.B) {
	s := full(b)
	b.ReportAllocs()
	for b.Loop() {
		if s.Validate() != nil {
			b.Fatal("invalid")
		}
	}
}

var cloned *sessions.Session // keeps the copy on the heap

func BenchmarkClone(b *testing.B) {
	s := full(b)
	b.ReportAllocs()
	for b.Loop() {
		cloned = s.Clone()
	}
}

func BenchmarkRow(b *testing.B) {
	s := full(b)
	b.ReportAllocs()
	for b.Loop() {
		_ = s.Row()
	}
}
