package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// RunAuditTrail tests that a [store.AuditTrail] keeps its promises. Each case is a subtest that
// gets an empty trail of its own from fresh.
func RunAuditTrail(t *testing.T, fresh func(t *testing.T) store.AuditTrail) {
	t.Helper()
	runRules(t, auditRules(), fresh)
}

func auditRules() []rule[store.AuditTrail] {
	return []rule[store.AuditTrail]{
		{1, "each method is about one company", nil, auditOfOneCompany},
		{2, "what was appended comes back", nil, auditComesBack},
		{3, "newest first", nil, auditNewestFirst},
		{4, "what is selected", nil, auditSelects},
		{5, "parts of a trail", nil, auditParts},
		{6, "while others append", nil, auditMeanwhile},
		{7, "what is old is deleted", nil, auditDeletes},
		{8, "a cancelled context ends a method", nil, auditCancelled},
		{9, "from many goroutines", nil, auditAtOnce},
	}
}

// audits returns entries of a company, newest first. They are of few people and sessions, and their
// times are equal or a microsecond apart.
func audits(company string, n int) []store.AuditEntry {
	actions := []store.Action{store.ActionSearch, store.ActionDetails, store.ActionExport, store.ActionSettings}
	all := make([]store.AuditEntry, n)
	for i := range all {
		all[i] = store.AuditEntry{
			Company: company, At: noon.Add(-time.Duration(i/2) * time.Microsecond), ID: fmt.Sprintf("E%06d", n-i), Subject: fmt.Sprint("agent-", i%5),
			Role: sessions.Agent, Action: actions[i%len(actions)], Outcome: store.Done, Rows: i,
		}
		if all[i].Action == store.ActionDetails {
			all[i].Session = fmt.Sprint("s-", i%3)
		}
	}
	return all
}

// hostileTexts are texts that people may type and documents may hold, and that a storage may get
// wrong.
var hostileTexts = []string{
	"", "'; DROP TABLE sessionkit_audit; --", `\' OR 1=1 \`, "ფილიალი 🏦", "=HYPERLINK(\"x\")", "<script>alert(1)</script>", "line\r\nbreak\ttab", "100%_",
	"blank ", " blank", "ABC", "abc", "\u202eright to left", "$1 ? :name {of}", "\x01\x1f\x7f", "e\u0301",
}

func appendAudit(t *judge, trail store.AuditTrail, all ...store.AuditEntry) {
	t.Helper()
	for _, e := range all {
		t.ok(trail.AppendAudit(t.Context(), e))
	}
}

// readAudit reads a selection part by part, and checks the promises of each part.
func readAudit(t *judge, trail store.AuditTrail, sel store.AuditSelection) []store.AuditEntry {
	t.Helper()
	all := []store.AuditEntry{}
	for step := 0; ; step++ {
		t.that(step < 20_000, "going on from Reached gets to the end of the trail")
		batch, err := trail.AuditEntries(t.Context(), sel)
		t.ok(err)
		t.that(len(batch.Entries) <= sel.Limit, "promise 5: %d entries are no more than Limit, %d", len(batch.Entries), sel.Limit)
		for i := range batch.Entries {
			p := batch.Entries[i].Position()
			t.that(p.Compare(sel.After) > 0, "promise 5: entry %d, at %s, is further back than After, %s", i+1, place(p), place(sel.After))
			t.that(batch.Reached.IsZero() || p.Compare(batch.Reached) <= 0, "promise 5: entry %d, at %s, is not further back than Reached, %s", i+1, place(p), place(batch.Reached))
		}
		all = append(all, batch.Entries...)
		if batch.Reached.IsZero() {
			return all
		}
		t.that(batch.Reached.Compare(sel.After) > 0, "promise 5: Reached, %s, is further back than After, %s", place(batch.Reached), place(sel.After))
		sel.After = batch.Reached
	}
}

// sameEntries requires that got has the entries of want, in the same order, equal in all fields.
func sameEntries(t *judge, want, got []store.AuditEntry, explanation string, args ...any) {
	t.Helper()
	places := func(entries []store.AuditEntry) []string {
		var list []string
		for i := range entries {
			list = append(list, place(entries[i].Position()))
		}
		return list
	}
	if d := differenceOfLists(places(want), places(got)); d != "" {
		t.fail("%s:\n%s", fmt.Sprintf(explanation, args...), d)
	}
	for i := range want {
		if d := differenceOf(want[i], got[i]); d != "" {
			t.fail("%s: entry %s:\n%s", fmt.Sprintf(explanation, args...), place(want[i].Position()), d)
		}
	}
}

func auditOfOneCompany(t *judge, trail store.AuditTrail) {
	ctx := t.Context()
	_, err := trail.AuditEntries(ctx, store.AuditSelection{Limit: 10})
	t.wraps(err, store.ErrNoCompany, "read")
	t.wraps(trail.AppendAudit(ctx, audits("", 1)[0]), store.ErrNoCompany, "append")
	_, err = trail.DeleteAudit(ctx, "", time.Time{}, 0)
	t.wraps(err, store.ErrNoCompany, "delete")
	companies := []string{acme, "ACME", "acme ", "აკმე"} // companies differ bytewise
	for i, company := range companies {
		appendAudit(t, trail, audits(company, i+1)...)
	}
	for i, company := range companies {
		sameEntries(t, audits(company, i+1), readAudit(t, trail, store.AuditSelection{Company: company, Limit: 10}), "the entries of %q", company)
	}
}

func auditComesBack(t *judge, trail store.AuditTrail) {
	full := store.AuditEntry{
		Company: acme, At: noon, ID: "E1", Subject: "master-1", Role: sessions.MasterUser, Action: store.ActionSettings, Outcome: store.Failed,
		Query: "search=x", Session: "s-1", Old: `{"a":1}`, New: `{"a":2}`, Rows: 3, Bytes: 1 << 40, SHA256: strings.Repeat("ab", 32), Reason: "store: not allowed",
	}
	all := []store.AuditEntry{full}
	for i, text := range hostileTexts {
		all = append(all, store.AuditEntry{
			Company: acme, At: noon.Add(-time.Duration(i+1) * time.Second), ID: fmt.Sprint("H", i), Subject: text, Role: sessions.Agent,
			Action: store.ActionSearch, Outcome: store.Done, Query: text, Session: text, Old: text, New: text,
		})
	}
	long := store.AuditEntry{
		Company: acme, At: noon.Add(-time.Hour), ID: strings.Repeat("X", 32), Subject: strings.Repeat("s", store.MaxAuditKeyBytes), Role: sessions.Agent,
		Action: store.ActionSearch, Outcome: store.Done, Query: strings.Repeat("ქ", store.MaxAuditTextBytes/3), Session: strings.Repeat("i", store.MaxAuditKeyBytes),
	}
	all = append(all, long, store.AuditEntry{Company: acme, At: time.Unix(-1, 0).UTC(), ID: "before 1970", Role: sessions.Agent, Action: store.ActionList, Outcome: store.Done})
	appendAudit(t, trail, all...)
	sameEntries(t, all, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 100}), "all entries")
	for _, e := range all[2:10] { // a text selects exactly the entries with that text
		sameEntries(t, []store.AuditEntry{e}, readAudit(t, trail, store.AuditSelection{Company: acme, Subject: e.Subject, Limit: 100}), "subject %q", e.Subject)
		sameEntries(t, []store.AuditEntry{e}, readAudit(t, trail, store.AuditSelection{Company: acme, Session: e.Session, Limit: 100}), "session %q", e.Session)
	}
}

func auditNewestFirst(t *judge, trail store.AuditTrail) {
	all := audits(acme, 40)
	late := slices.Clone(all)
	// In an arbitrary order.
	slices.SortFunc(late, func(a, b store.AuditEntry) int { return cmp.Compare(a.Rows*17%40, b.Rows*17%40) })
	appendAudit(t, trail, late...)
	odd := []store.AuditEntry{all[0], all[0], all[0]}
	odd[0].ID, odd[1].ID, odd[2].ID = "a", "Z", "0" // bytewise before and after E
	appendAudit(t, trail, odd...)
	want := slices.Concat([]store.AuditEntry{odd[0], odd[1]}, all[:2], []store.AuditEntry{odd[2]}, all[2:])
	sameEntries(t, want, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 100}), "all entries")
}

func auditSelects(t *judge, trail store.AuditTrail) {
	all := audits(acme, 60)
	appendAudit(t, trail, all...)
	at := all[20].At
	for why, sel := range map[string]store.AuditSelection{
		"a person":              {Subject: "agent-2"},
		"nobody":                {Subject: "agent"},
		"another case":          {Subject: "Agent-2"},
		"a session":             {Session: "s-1"},
		"an action":             {Actions: []store.Action{store.ActionExport}},
		"two actions":           {Actions: []store.Action{store.ActionExport, store.ActionSettings}},
		"an action of a person": {Subject: "agent-3", Actions: []store.Action{store.ActionSearch}},
		"a person in a session": {Subject: "agent-1", Session: "s-1"},
		"from a time":           {From: at},
		"from between times":    {From: at.Add(time.Nanosecond)},
		"until a time":          {Until: at},
		"until between times":   {Until: at.Add(time.Nanosecond)},
		"one microsecond":       {From: at, Until: at.Add(time.Microsecond)},
		"no time":               {From: at, Until: at},
		"everything":            {Subject: "agent-0", Session: "s-0", Actions: []store.Action{store.ActionDetails}, From: all[59].At, Until: all[0].At},
	} {
		sel.Company = acme
		want := []store.AuditEntry{}
		for i := range all {
			if sel.Selects(&all[i]) {
				want = append(want, all[i])
			}
		}
		for _, limit := range []int{1, 7, 100} {
			sel.Limit = limit
			sameEntries(t, want, readAudit(t, trail, sel), "%s, limit %d", why, limit)
		}
	}
}

func auditParts(t *judge, trail store.AuditTrail) {
	all := audits(acme, 30)
	appendAudit(t, trail, all...)
	for _, limit := range []int{1, 2, 7, 29, 30, 31, 1000} {
		sameEntries(t, all, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: limit}), "limit %d", limit)
	}
	for i := range all {
		rest := readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 7, After: all[i].Position()})
		sameEntries(t, all[i+1:], rest, "after entry %d", i)
	}
	// A position without an entry, after all entries of that time.
	between := store.Position{CreatedAt: all[10].At, ID: ""}
	sameEntries(t, all[12:], readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 7, After: between}), "all entries")
	sameEntries(t, all[12:], readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 7, After: between, Until: all[0].At}), "After is further back than Until")
	sameEntries(t, all[12:], readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 7, After: all[0].Position(), Until: all[11].At}), "Until is further back than After")
}

func auditMeanwhile(t *judge, trail store.AuditTrail) {
	all := audits(acme, 300)
	appendAudit(t, trail, all...)
	stop, written := make(chan struct{}), make(chan error, 1)
	finish := sync.OnceValue(func() error { close(stop); return <-written })
	defer func() { _ = finish() }()
	go func() {
		for i := 0; ; i++ {
			e := store.AuditEntry{Company: acme, At: noon.Add(time.Duration(i+1) * time.Microsecond), ID: "NEW", Subject: "agent-1", Role: sessions.Agent, Action: store.ActionList, Outcome: store.Done}
			if err := trail.AppendAudit(context.WithoutCancel(t.Context()), e); err != nil {
				written <- err
				return
			}
			select {
			case <-stop:
				written <- nil
				return
			default:
			}
		}
	}()
	var got []store.AuditEntry
	for _, e := range readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 11}) {
		if e.ID != "NEW" {
			got = append(got, e)
		}
	}
	t.ok(finish())
	sameEntries(t, all, got, "what was there when the reading began, once each")
}

func auditDeletes(t *judge, trail store.AuditTrail) {
	ctx := t.Context()
	all := audits(acme, 100)
	appendAudit(t, trail, all...)
	other := audits("globex", 10)
	appendAudit(t, trail, other...)
	requireDeleted := func(n, wantLeast, wantMost int, why string) {
		t.Helper()
		t.that(n >= wantLeast && n <= wantMost, "%s: %d deleted", why, n)
		all = all[:len(all)-n]
		sameEntries(t, all, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 50}), "%s", why)
	}
	n, err := trail.DeleteAudit(ctx, acme, noon.Add(-time.Hour), 0)
	t.ok(err)
	requireDeleted(n, 0, 0, "nothing is that old")
	n, err = trail.DeleteAudit(ctx, acme, all[80].At, 0) // entries 80 and 81 have that time
	t.ok(err)
	requireDeleted(n, 18, 18, "before a time, which stays")
	n, err = trail.DeleteAudit(ctx, acme, all[10].At, 9)
	t.ok(err)
	requireDeleted(n, 9, 70, "about nine, the oldest")
	for left := 100; n > 0; left-- {
		t.that(left > 0, "deleting again and again gets to the end")
		n, err = trail.DeleteAudit(ctx, acme, all[10].At, 9)
		t.ok(err)
		requireDeleted(n, 0, 70, "the next nine")
	}
	is(t, 12, len(all), "entries that are left, all from the time of entry 10 on")
	n, err = trail.DeleteAudit(ctx, acme, time.Time{}, 0)
	t.ok(err)
	requireDeleted(n, 12, 12, "everything")
	n, err = trail.DeleteAudit(ctx, acme, time.Time{}, 0)
	t.ok(err)
	is(t, 0, n, "entries that are deleted where none is left")
	sameEntries(t, other, readAudit(t, trail, store.AuditSelection{Company: "globex", Limit: 50}), "another company's")
}

func auditCancelled(t *judge, trail store.AuditTrail) {
	all := audits(acme, 3)
	appendAudit(t, trail, all...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := trail.AuditEntries(ctx, store.AuditSelection{Company: acme, Limit: 10})
	t.wraps(err, context.Canceled, "read")
	e := all[0]
	e.ID = "another"
	t.wraps(trail.AppendAudit(ctx, e), context.Canceled, "append")
	_, err = trail.DeleteAudit(ctx, acme, time.Time{}, 0)
	t.wraps(err, context.Canceled, "delete")
	sameEntries(t, all, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 10}), "nothing has changed")
}

func auditAtOnce(t *judge, trail store.AuditTrail) {
	const writers, each = 6, 15
	all := audits(acme, writers*each)
	var wait sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				if err := trail.AppendAudit(t.Context(), all[i*writers+w]); err != nil {
					errs[w] = err
				}
				if _, err := trail.AuditEntries(t.Context(), store.AuditSelection{Company: acme, Limit: 5}); err != nil {
					errs[w] = err
				}
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		t.ok(err)
	}
	sameEntries(t, all, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 50}), "all entries")
}
