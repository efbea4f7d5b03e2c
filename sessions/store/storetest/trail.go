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

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// RunAuditTrail proves that a [store.AuditTrail] keeps its promises. Each case is a subtest with a
// trail of its own, of which fresh returns an empty one.
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

// audits returns entries of a company, the newest first: of few people and sessions, and of times
// that are equal or a microsecond apart.
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

// hostileTexts are texts that people type and documents hold.
var hostileTexts = []string{
	"", "'; DROP TABLE sessionkit_audit; --", `\' OR 1=1 \`, "ფილიალი 🏦", "=HYPERLINK(\"x\")", "<script>alert(1)</script>", "line\r\nbreak\ttab", "100%_",
	"blank ", " blank", "ABC", "abc", "\u202eright to left", "$1 ? :name {of}", "\x01\x1f\x7f", "e\u0301",
}

func appendAudit(t testing.TB, trail store.AuditTrail, all ...store.AuditEntry) {
	t.Helper()
	for _, e := range all {
		require.NoError(t, trail.AppendAudit(t.Context(), e))
	}
}

// readAudit reads a selection part by part, and requires what each part promises.
func readAudit(t testing.TB, trail store.AuditTrail, sel store.AuditSelection) []store.AuditEntry {
	t.Helper()
	all := []store.AuditEntry{}
	for step := 0; ; step++ {
		require.Less(t, step, 20_000, "the trail has no end")
		batch, err := trail.AuditEntries(t.Context(), sel)
		require.NoError(t, err)
		require.LessOrEqual(t, len(batch.Entries), sel.Limit, "sentence 5: more than Limit")
		for i := range batch.Entries {
			p := batch.Entries[i].Position()
			require.True(t, sel.After.IsZero() || p.Before(sel.After), "sentence 5: entry %d is not further back than After", i)
			require.False(t, !batch.Reached.IsZero() && p.Before(batch.Reached), "sentence 5: entry %d is further back than Reached", i)
		}
		all = append(all, batch.Entries...)
		if batch.Reached.IsZero() {
			return all
		}
		require.True(t, sel.After.IsZero() || batch.Reached.Before(sel.After), "sentence 5: Reached does not get on")
		sel.After = batch.Reached
	}
}

func auditOfOneCompany(t testing.TB, trail store.AuditTrail) {
	ctx := t.Context()
	_, err := trail.AuditEntries(ctx, store.AuditSelection{Limit: 10})
	require.ErrorIs(t, err, store.ErrNoCompany, "read")
	require.ErrorIs(t, trail.AppendAudit(ctx, audits("", 1)[0]), store.ErrNoCompany, "append")
	_, err = trail.DeleteAudit(ctx, "", time.Time{}, 0)
	require.ErrorIs(t, err, store.ErrNoCompany, "delete")
	companies := []string{acme, "ACME", "acme ", "აკმე"} // companies differ bytewise
	for i, company := range companies {
		appendAudit(t, trail, audits(company, i+1)...)
	}
	for i, company := range companies {
		require.Equal(t, audits(company, i+1), readAudit(t, trail, store.AuditSelection{Company: company, Limit: 10}), company)
	}
}

func auditComesBack(t testing.TB, trail store.AuditTrail) {
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
	require.Equal(t, all, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 100}))
	for _, e := range all[2:10] { // texts select what is exactly them
		require.Equal(t, []store.AuditEntry{e}, readAudit(t, trail, store.AuditSelection{Company: acme, Subject: e.Subject, Limit: 100}), "subject %q", e.Subject)
		require.Equal(t, []store.AuditEntry{e}, readAudit(t, trail, store.AuditSelection{Company: acme, Session: e.Session, Limit: 100}), "session %q", e.Session)
	}
}

func auditNewestFirst(t testing.TB, trail store.AuditTrail) {
	all := audits(acme, 40)
	late := slices.Clone(all)
	slices.SortFunc(late, func(a, b store.AuditEntry) int { return cmp.Compare(a.Rows*17%40, b.Rows*17%40) }) // in no order
	appendAudit(t, trail, late...)
	odd := []store.AuditEntry{all[0], all[0], all[0]}
	odd[0].ID, odd[1].ID, odd[2].ID = "a", "Z", "0" // bytewise, before and behind E
	appendAudit(t, trail, odd...)
	want := slices.Concat([]store.AuditEntry{odd[0], odd[1]}, all[:2], []store.AuditEntry{odd[2]}, all[2:])
	require.Equal(t, want, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 100}))
}

func auditSelects(t testing.TB, trail store.AuditTrail) {
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
			require.Equal(t, want, readAudit(t, trail, sel), "%s, limit %d", why, limit)
		}
	}
}

func auditParts(t testing.TB, trail store.AuditTrail) {
	all := audits(acme, 30)
	appendAudit(t, trail, all...)
	for _, limit := range []int{1, 2, 7, 29, 30, 31, 1000} {
		require.Equal(t, all, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: limit}), "limit %d", limit)
	}
	for i := range all {
		rest := readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 7, After: all[i].Position()})
		require.Equal(t, append([]store.AuditEntry{}, all[i+1:]...), rest, "after entry %d", i)
	}
	between := store.Position{CreatedAt: all[10].At, ID: ""} // behind all of that time, where no entry is
	require.Equal(t, all[12:], readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 7, After: between}))
	require.Equal(t, all[12:], readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 7, After: between, Until: all[0].At}), "After is further back than Until")
	require.Equal(t, all[12:], readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 7, After: all[0].Position(), Until: all[11].At}), "Until is further back than After")
}

func auditMeanwhile(t testing.TB, trail store.AuditTrail) {
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
	require.NoError(t, finish())
	require.Equal(t, all, got, "what was there when the reading began, once each")
}

func auditDeletes(t testing.TB, trail store.AuditTrail) {
	ctx := t.Context()
	all := audits(acme, 100)
	appendAudit(t, trail, all...)
	other := audits("globex", 10)
	appendAudit(t, trail, other...)
	requireDeleted := func(n, wantLeast, wantMost int, why string) {
		t.Helper()
		require.True(t, n >= wantLeast && n <= wantMost, "%s: %d deleted", why, n)
		all = all[:len(all)-n]
		require.Equal(t, append([]store.AuditEntry{}, all...), readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 50}), why)
	}
	n, err := trail.DeleteAudit(ctx, acme, noon.Add(-time.Hour), 0)
	require.NoError(t, err)
	requireDeleted(n, 0, 0, "nothing is that old")
	n, err = trail.DeleteAudit(ctx, acme, all[80].At, 0) // entries 80 and 81 have that time
	require.NoError(t, err)
	requireDeleted(n, 18, 18, "before a time, which stays")
	n, err = trail.DeleteAudit(ctx, acme, all[10].At, 9)
	require.NoError(t, err)
	requireDeleted(n, 9, 70, "about nine, the oldest")
	for left := 100; n > 0; left-- {
		require.Positive(t, left, "it does not end")
		n, err = trail.DeleteAudit(ctx, acme, all[10].At, 9)
		require.NoError(t, err)
		requireDeleted(n, 0, 70, "the next nine")
	}
	require.Len(t, all, 12, "all before the time of entry 10")
	n, err = trail.DeleteAudit(ctx, acme, time.Time{}, 0)
	require.NoError(t, err)
	requireDeleted(n, 12, 12, "everything")
	n, err = trail.DeleteAudit(ctx, acme, time.Time{}, 0)
	require.NoError(t, err)
	require.Zero(t, n, "nothing is left")
	require.Equal(t, other, readAudit(t, trail, store.AuditSelection{Company: "globex", Limit: 50}), "another company's")
}

func auditCancelled(t testing.TB, trail store.AuditTrail) {
	all := audits(acme, 3)
	appendAudit(t, trail, all...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := trail.AuditEntries(ctx, store.AuditSelection{Company: acme, Limit: 10})
	require.ErrorIs(t, err, context.Canceled, "read")
	e := all[0]
	e.ID = "another"
	require.ErrorIs(t, trail.AppendAudit(ctx, e), context.Canceled, "append")
	_, err = trail.DeleteAudit(ctx, acme, time.Time{}, 0)
	require.ErrorIs(t, err, context.Canceled, "delete")
	require.Equal(t, all, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 10}), "nothing has changed")
}

func auditAtOnce(t testing.TB, trail store.AuditTrail) {
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
		require.NoError(t, err)
	}
	require.Equal(t, all, readAudit(t, trail, store.AuditSelection{Company: acme, Limit: 50}))
}
