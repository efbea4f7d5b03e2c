package storetest

import (
	"fmt"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// acme is the company of most sessions.
const acme = "acme"

// noon is the time from which the sessions of the cases go back. Tbilisi is four hours ahead of
// UTC.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// newID returns an ID that storages with a UUID column can keep. Greater numbers give greater IDs.
func newID(n int) string { return fmt.Sprintf("0195946c-0000-7000-8000-%012x", n) }

// plainSession returns a decided session without anything unusual, n minutes before noon.
func plainSession(n int) *sessions.Session {
	at := noon.Add(-time.Duration(n) * time.Minute)
	return &sessions.Session{
		ID: newID(n), Company: acme, Partner: "Acme Bank", Subject: fmt.Sprintf("person-%d", n%5), Attempt: 1 + n/5,
		CreatedAt: at, CompletedAt: at.Add(90 * time.Second), DecidedAt: at.Add(91 * time.Second),
		Status:    sessions.Success,
		FirstName: sessions.TextOf("Nino"), LastName: sessions.TextOf("Beridze"),
		PersonalNumber: sessions.TextOf(fmt.Sprintf("01%09d", n)), DocumentNumber: sessions.TextOf(fmt.Sprintf("23AB%05d", n)),
		Nationality: sessions.TextOf("GEO"), BirthDate: sessions.Date{Year: 1990, Month: 2, Day: 28},
		ExpirationDate: sessions.Date{Year: 2031, Month: 12, Day: 31}, Sex: sessions.Female,
		DocumentType: sessions.IDCard, DocumentPresented: true, DocumentValidity: sessions.Valid, Liveness: sessions.LivenessPassed,
		Match:  sessions.Match{Compared: true, Level: 6, Scale: "kvalifika-3d2d", Acceptance: 5},
		Selfie: "selfies/1", ClientIP: "192.0.2.1", Device: sessions.Mobile, Browser: "Safari", OS: "iOS", Model: "iPhone",
		Revision: 1,
	}
}

// extra returns an Extra. It panics on invalid pairs, since they are constants of this package.
func extra(pairs ...sessions.ExtraPair) sessions.Extra {
	x, err := sessions.NewExtra(pairs...)
	if err != nil {
		panic(err)
	}
	return x
}

// world returns the sessions of the cases: those of acme, and some of another company that must
// never be seen.
func world() []*sessions.Session {
	var all []*sessions.Session
	add := func(change func(*sessions.Session)) {
		s := plainSession(len(all))
		change(s)
		all = append(all, s)
	}
	names := func(first, last string) {
		add(func(s *sessions.Session) { s.FirstName, s.LastName = sessions.TextOf(first), sessions.TextOf(last) })
	}
	failed := func(reasons ...sessions.Reason) *sessions.Session {
		add(func(s *sessions.Session) { s.Status, s.Reasons = sessions.Failed, reasons })
		return all[len(all)-1]
	}

	names("გიორგი", "ბერიძე")
	names("ᲒᲘᲝᲠᲒᲘ", "ᲛᲐᲘᲡᲣᲠᲐᲫᲔ")
	names("Giorgi", "Beridze")
	names("GIORGI<", "GELASHVILI<<<")
	names("José", "Núñez")
	names("Jose\u0301", "Mu\u0308ller") // decomposed
	names("Jean-Pierre", "O'Brien")
	names("María del Carmen de la", "Cruz y Álvarez")
	names("%", "_")
	names(`Robert'); DROP TABLE s;--`, `back\slash "quoted"`)
	names("=HYPERLINK(1)", "@SUM\t+1")
	names("李", "小龙")
	names("", "")
	names("Nino ", " nino")

	for _, state := range []sessions.TextState{sessions.NotCollected, sessions.NotRecognised, sessions.Redacted} {
		add(func(s *sessions.Session) { s.FirstName = sessions.TextIn(state) })
		add(func(s *sessions.Session) {
			s.LastName, s.PersonalNumber, s.Nationality = sessions.TextIn(state), sessions.TextIn(state), sessions.TextIn(state)
		})
		add(func(s *sessions.Session) { s.DocumentNumber = sessions.TextIn(state) })
	}
	add(func(s *sessions.Session) { // only the required fields
		*s = sessions.Session{ID: s.ID, Company: acme, CreatedAt: s.CreatedAt, Status: sessions.Pending}
	})
	add(func(s *sessions.Session) {
		s.Status, s.DecidedAt, s.CompletedAt, s.Match = sessions.Pending, time.Time{}, time.Time{}, sessions.Match{}
	})
	add(func(s *sessions.Session) { s.Status = "archived" })
	add(func(s *sessions.Session) { s.RedactPerson() })
	redacted := all[len(all)-1]
	redacted.Reasons, redacted.Status = []sessions.Reason{sessions.NotFullID}, sessions.Failed

	failed(sessions.DigitalSpoof)
	failed(sessions.NotFullID)
	for level := range (sessions.Match{Level: 5}).Level {
		failed(sessions.LowFAR).Match.Level = level
	}
	failed(sessions.DigitalSpoof, sessions.LowFAR, sessions.NotFullID).Match.Level = 3
	failed(sessions.LivenessFailed, sessions.DigitalSpoof)
	failed(sessions.InvalidDocument)
	failed("odd_reason")
	failed()
	add(func(s *sessions.Session) { s.Match.Level = 7 })
	add(func(s *sessions.Session) { s.Match.Level, s.Match.Scale = 12, "vendor-3d3d" })
	add(func(s *sessions.Session) { s.Match = sessions.Match{} })
	add(func(s *sessions.Session) {
		s.Liveness, s.DocumentValidity = sessions.LivenessNotPassed, sessions.Invalid
	})

	for _, t := range []sessions.DocumentType{sessions.Passport, sessions.ResidenceCard, sessions.DriverLicence, "military_id", ""} {
		add(func(s *sessions.Session) { s.DocumentType, s.DocumentPresented = t, t != "" })
	}
	add(func(s *sessions.Session) { s.PersonalNumber = sessions.TextOf("00000000017") })
	add(func(s *sessions.Session) {
		s.PersonalNumber, s.DocumentNumber = sessions.TextOf("AB-12 34"), sessions.TextOf("X1Y22Z333")
	})
	add(func(s *sessions.Session) { // dates that the document states in part
		s.BirthDate, s.ExpirationDate = sessions.Date{Year: 1965}, sessions.Date{Year: 2030, Month: 2}
	})
	add(func(s *sessions.Session) {
		s.Device, s.Browser, s.OS, s.Model, s.Attempt = sessions.PC, "safari", "iOS ", "", 3
	})
	add(func(s *sessions.Session) { s.Subject = "Person-1" })  // not equal to person-1
	add(func(s *sessions.Session) { s.Subject = "person-1 " }) // nor is this

	for _, x := range []sessions.Extra{
		extra(sessions.ExtraPair{Key: "phone", Value: "+995 555 12 34 56"}, sessions.ExtraPair{Key: "email", Value: "a@example.org"}),
		extra(sessions.ExtraPair{Key: "email", Value: "A@example.org"}, sessions.ExtraPair{Key: "phone", Value: ""}),
		extra(sessions.ExtraPair{Key: `a"b'c`, Value: `x"y'z\`}, sessions.ExtraPair{Key: "$.a[0].b", Value: "path"}),
		extra(sessions.ExtraPair{Key: "ფილიალი 🏦", Value: "თბილისი"}, sessions.ExtraPair{Key: "Phone", Value: "null"}),
		extra(sessions.ExtraPair{Key: "phone ", Value: "line\nbreak\t"}, sessions.ExtraPair{Key: "100%_", Value: "%"}),
	} {
		add(func(s *sessions.Session) { s.Extra = x })
	}

	tie := noon.Add(-5 * time.Hour)
	for _, later := range []time.Duration{0, 0, 0, time.Microsecond, -time.Microsecond, 999 * time.Microsecond} {
		add(func(s *sessions.Session) { s.CreatedAt = tie.Add(later) })
	}
	tbilisi := time.FixedZone("", 4*60*60)
	for _, at := range []time.Time{ // the beginning and the end of 13 March in Tbilisi
		time.Date(2026, 3, 13, 0, 0, 0, 0, tbilisi), time.Date(2026, 3, 13, 0, 0, 0, -1000, tbilisi),
		time.Date(2026, 3, 14, 0, 0, 0, 0, tbilisi), time.Date(2026, 3, 14, 0, 0, 0, -1000, tbilisi),
		time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9998, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
		time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
	} {
		add(func(s *sessions.Session) {
			s.CreatedAt, s.CompletedAt, s.DecidedAt = at.UTC(), time.Time{}, time.Time{}
		})
	}

	for n := range 3 { // IDs that acme has too; the last session has an ID that acme lacks
		s := plainSession(n)
		s.Company, s.LastName = "globex", sessions.TextOf("Globex")
		all = append(all, s)
	}
	other := plainSession(1 << 20)
	other.Company = "globex"
	return append(all, other)
}

// oddKeys are IDs and companies that storages may confuse, in bytewise order, the greatest first.
func oddKeys() []string {
	return []string{
		"🙂", "ＡＢＣ", "გიორგი", "é", "e\u0301", "axb", "abc ", "abc", "ab", "a_b", `a\b`, "a--b", "a';--b", "a%b", `a"b`, "a b",
		"Abc", "ABC", "10", "1", "01", " abc", "  abc",
	}
}
