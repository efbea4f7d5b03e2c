package sessions_test

import (
	"fmt"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// A session as a host fills it, the row that the list shows of it, and what a log shows.
func Example() {
	s := sessions.Session{
		ID: "0197-42", Company: "acme", CreatedAt: time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC), Status: sessions.Pending,
		FirstName: sessions.TextOf("ნინო"), LastName: sessions.TextIn(sessions.NotRecognised),
		DocumentType: sessions.IDCard, DocumentPresented: true, Liveness: sessions.LivenessPassed,
	}
	if err := s.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	r := s.Row()
	fmt.Println(r.FirstName, r.LastName, r.Date.Format(time.DateOnly), r.Document, r.Liveness, r.Verified)
	fmt.Println(s)
	// Output:
	// ნინო ****** 2026-05-04 Yes Yes Pending
	// session("0197-42", company "acme", "pending")
}

func ExampleDecide() {
	policy, err := far.NewPolicy(far.Kvalifika, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	inForce, err := sessions.NewAcceptance(policy)
	if err != nil {
		fmt.Println(err)
		return
	}
	evidence := sessions.Evidence{
		DocumentType: sessions.Passport, Liveness: sessions.LivenessPassed, DocumentValidity: sessions.Valid,
		Corners: sessions.Valid, Uncovered: sessions.Valid, Authentic: sessions.Valid,
	}
	for range 2 {
		v, err := sessions.Decide(evidence, inForce)
		fmt.Println(v.Status, v.Reasons, v.Match.Acceptance, err)
		evidence.Compared, evidence.Level = true, 4
	}
	// Output:
	// pending [] 5 <nil>
	// failed [low_far] 5 <nil>
}

func ExampleAcceptance() {
	five, err := far.ParsePolicy("kvalifika-3d2d:5")
	if err != nil {
		fmt.Println(err)
		return
	}
	seven, err := far.ParsePolicy("kvalifika-3d2d:7")
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := sessions.NewAcceptance(five)
	if err != nil {
		fmt.Println(err)
		return
	}
	a = a.With(sessions.Passport, seven)
	fmt.Println(a.Check(6, sessions.IDCard))
	fmt.Println(a.Check(6, sessions.Passport))
	// Output:
	// <nil>
	// match level 6 (1/100,000) is below the acceptance level 7 (1/500,000)
}

func ExampleDisclosure() {
	s := sessions.Session{ID: "0197-42", FirstName: sessions.TextOf("Nino"), PersonalNumber: sessions.TextOf("01001012345"), Selfie: "img/42"}
	d := sessions.Disclosure{
		Mask: sessions.FieldsOf(sessions.FieldPersonalNumber),
		Drop: sessions.FieldsOf(sessions.FieldSelfie),
	}
	d.Apply(&s)
	fmt.Printf("%s, %s, %q\n", s.FirstName.Display(), s.PersonalNumber.Display(), s.Selfie)
	// Output: Nino, [masked], ""
}

// The day on which Brazil last put its clocks forward had no midnight.
func ExampleDate_In() {
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		fmt.Println(err)
		return
	}
	day := sessions.Date{Year: 2018, Month: time.November, Day: 4}
	from, until := day.In(zone), day.AddDays(1).In(zone)
	fmt.Println(from.Format(time.RFC3339), until.Format(time.RFC3339), until.Sub(from))
	// Output: 2018-11-04T01:00:00-02:00 2018-11-05T00:00:00-02:00 23h0m0s
}

func ExampleExtraKeys_Select() {
	x, err := sessions.ParseExtra(`{"email": "nino@example.com", "note": "VIP", "phone": "+995 555 123456"}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, err := sessions.NewExtraKeys("phone", "email")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(keys.Select(x).AppendJSON(nil)))
	// Output: {"phone":"+995 555 123456","email":"nino@example.com"}
}
