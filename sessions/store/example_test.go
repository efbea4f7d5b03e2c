package store_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// exampleBackend returns a Backend with three sessions of the company acme.
func exampleBackend() *memstore.Backend {
	at := time.Date(2026, 3, 14, 9, 30, 0, 0, time.UTC)
	b := memstore.New()
	err := b.Insert(context.Background(),
		&sessions.Session{
			ID: "s-1", Company: "acme", CreatedAt: at, Status: sessions.Success, DocumentType: sessions.Passport,
			FirstName: sessions.TextOf("გიორგი"), LastName: sessions.TextOf("ბერიძე"), PersonalNumber: sessions.TextOf("01001012345"),
			Match: sessions.Match{Compared: true, Level: 6, Scale: far.Kvalifika.Name(), Acceptance: 5},
		},
		&sessions.Session{
			ID: "s-2", Company: "acme", CreatedAt: at.Add(time.Minute), Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LowFAR},
			FirstName: sessions.TextOf("Giorgi"), LastName: sessions.TextOf("Maisuradze"), DocumentType: sessions.IDCard,
			Liveness: sessions.LivenessPassed, DocumentValidity: sessions.Valid,
			Match: sessions.Match{Compared: true, Level: 4, Scale: far.Kvalifika.Name(), Acceptance: 5},
		},
		&sessions.Session{
			ID: "s-3", Company: "acme", CreatedAt: at.Add(2 * time.Minute), Status: sessions.Pending,
			FirstName: sessions.TextIn(sessions.NotRecognised), LastName: sessions.TextOf("Gelashvili"),
		})
	if err != nil {
		panic(err)
	}
	return b
}

func Example() {
	st := store.New(exampleBackend(), store.Options{})
	viewer := store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"}

	query := store.Query{Filter: filter.Search("gior"), Limit: 1}
	for {
		page, err := st.List(context.Background(), viewer, query)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, row := range page.Rows() {
			fmt.Println(row.ID, row.FirstName, row.LastName, row.Verified)
		}
		if query.After = page.Next; query.After == "" {
			break
		}
	}
	// Output:
	// s-2 Giorgi Maisuradze No
	// s-1 გიორგი ბერიძე Yes
}

// Limits of the host's own, an audit hook, and a trail that Master Users read.
func ExampleOptions() {
	st := store.New(exampleBackend(), store.Options{
		DefaultLimit: 20, MaxLimit: 100, // sessions of a page
		Exports:        store.ExportLimits{Process: 4, Company: 2, Viewer: 1},
		Trail:          &memstore.Trail{},
		AuditRetention: 365 * 24 * time.Hour,
		Audit: func(_ context.Context, e store.Event) error {
			if e.Action == store.ActionExport && e.Outcome == store.Started {
				return errors.New("no exports today")
			}
			return nil
		},
	})
	ctx := context.Background()
	master := store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "master-1"}
	for _, err := range st.Select(master, filter.Filter{}).All(ctx) {
		fmt.Println(errors.Is(err, store.ErrRefused))
	}
	trail, err := st.AuditTrail(ctx, master, store.AuditQuery{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range trail.Entries {
		fmt.Println(e.Subject, e.Action, e.Outcome)
	}
	// Output:
	// true
	// master-1 export failed
}

// A viewer who may not see last names cannot find sessions by them.
func ExampleViewer() {
	st := store.New(exampleBackend(), store.Options{})
	viewer := store.Viewer{
		Company: "acme", Role: sessions.Agent,
		Disclosure:  sessions.Disclosure{Mask: sessions.FieldsOf(sessions.FieldLastName)},
		Restriction: filter.DocumentType(sessions.Passport, sessions.IDCard),
	}
	page, err := st.List(context.Background(), viewer, store.Query{Filter: filter.Search("gio")})
	fmt.Println(page.Rows()[0].FirstName, page.Rows()[0].LastName, err)
	page, err = st.List(context.Background(), viewer, store.Query{Filter: filter.Search("maisuradze")})
	fmt.Println(len(page.Sessions), err)
	_, err = st.Get(context.Background(), viewer, "s-3")
	fmt.Println(err)
	// Output:
	// Giorgi [masked] <nil>
	// 0 <nil>
	// store: session not found
}

// A list is brought up to date with the changes since its first page.
func ExampleStore_Changes() {
	ctx := context.Background()
	b := exampleBackend()
	st := store.New(b, store.Options{})
	viewer := store.Viewer{Company: "acme", Role: sessions.Agent}
	pending := store.Query{Filter: filter.Status(sessions.Pending)}
	page, err := st.List(ctx, viewer, pending)
	fmt.Println(len(page.Sessions), err)

	decided := page.Sessions[0]
	decided.Status = sessions.Success
	fmt.Println(b.Update(ctx, decided))

	delta, err := st.Changes(ctx, viewer, pending, page.AsOf)
	fmt.Println(len(delta.Sessions), delta.Left, err)
	// Output:
	// 1 <nil>
	// <nil>
	// 0 [s-3] <nil>
}

// An export is audited before its first row and again at its end.
func ExampleStore_Select() {
	st := store.New(exampleBackend(), store.Options{Audit: func(_ context.Context, e store.Event) error {
		fmt.Println(e.Subject, e.Action, e.Outcome, e.Rows)
		return nil
	}})
	viewer := store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7", ExportLimit: 1000}
	rows, err := st.Select(viewer, filter.Filter{}).Open(context.Background(), sessions.Reading{Fields: sessions.AllFields()})
	if err != nil {
		fmt.Println(err)
		return
	}
	for s, err := range rows { // s is valid until the next
		fmt.Println(s, err)
	}
	viewer.NoExport = true
	_, err = st.Select(viewer, filter.Filter{}).Open(context.Background(), sessions.Reading{Fields: sessions.AllFields()})
	fmt.Println(errors.Is(err, store.ErrForbidden))
	// Output:
	// agent-7 export started 0
	// session("s-3", company "acme", "pending") <nil>
	// session("s-2", company "acme", "failed") <nil>
	// session("s-1", company "acme", "success") <nil>
	// agent-7 export done 3
	// agent-7 export failed 0
	// true
}

// What if the acceptance level were 4?
func ExampleStore_Tally() {
	st := store.New(exampleBackend(), store.Options{})
	viewer := store.Viewer{Company: "acme", Role: sessions.MasterUser}
	tally, err := st.Tally(context.Background(), viewer, filter.Filter{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, level := range []far.Level{4, 5, 7} {
		policy, err := far.NewPolicy(far.Kvalifika, level)
		if err != nil {
			fmt.Println(err)
			return
		}
		acceptance, err := sessions.NewAcceptance(policy)
		if err != nil {
			fmt.Println(err)
			return
		}
		outlook, err := tally.Under(acceptance)
		fmt.Printf("%d: %d pass, %d fail, %d unknown %v\n", level, outlook.Pass, outlook.Fail, outlook.Unknown, err)
	}
	// Output:
	// 4: 2 pass, 0 fail, 1 unknown <nil>
	// 5: 1 pass, 1 fail, 1 unknown <nil>
	// 7: 0 pass, 2 fail, 1 unknown <nil>
}

// The events of a session from the vendor: started, pending, decided, redacted. Each has the whole
// session after the event. One event comes twice, one comes late, and one is lost.
func ExamplePutter() {
	ctx := context.Background()
	at := time.Date(2026, 3, 14, 9, 30, 0, 0, time.UTC)
	state := func(number int64, status sessions.Status, name sessions.Text) store.Versioned {
		return store.Versioned{Version: number, Session: &sessions.Session{
			ID: "s-1", Company: "acme", CreatedAt: at, Status: status, FirstName: name, LastName: name,
		}}
	}
	started := state(1, sessions.Pending, sessions.Text{})
	pending := state(2, sessions.Pending, sessions.TextOf("Nino"))
	decided := state(3, sessions.Success, sessions.TextOf("Nino"))
	redacted := state(4, sessions.Success, sessions.TextIn(sessions.Redacted))

	var b store.Putter = memstore.New()
	for _, arrived := range []store.Versioned{
		pending, pending, started, // pending twice, started late; decided is lost
		redacted,
		decided, // found at last, after the person was removed
	} {
		results, err := b.Put(ctx, arrived)
		if err != nil { // nothing was stored: repeat the call later
			fmt.Println(err)
			return
		}
		fmt.Println(arrived.Version, results[0].Outcome, results[0].Err)
	}
	// Output:
	// 2 created <nil>
	// 2 equal <nil>
	// 1 older <nil>
	// 4 updated <nil>
	// 3 older <nil>
}
