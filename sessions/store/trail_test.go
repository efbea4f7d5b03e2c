package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

var boss = store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "boss", MayErase: true}

// toldBy returns the entries of acme in the trail, oldest first.
func toldBy(t *testing.T, trail store.AuditTrail) (texts []string) {
	t.Helper()
	batch, err := trail.AuditEntries(t.Context(), store.AuditSelection{Company: "acme", Limit: 1000})
	require.NoError(t, err)
	for _, e := range batch.Entries {
		text := fmt.Sprintf("%s %s %s", e.Subject, e.Action, e.Outcome)
		for _, more := range []string{e.Session, e.Query, e.Reason} {
			if more != "" {
				text += ", " + more
			}
		}
		texts = append([]string{text}, texts...)
	}
	return texts
}

func TestTrail(t *testing.T) {
	ctx := t.Context()
	for _, c := range []struct {
		texts              bool
		all, search, purge string
	}{
		{false, "filter(everything)", "filter(status, search)", "filter(id)"},
		{true, filter.Filter{}.Text(), filter.And(filter.Search("gelashvili"), filter.Status(sessions.Failed)).Text(), filter.Is(sessions.FieldID, "s-0004").Text()},
	} {
		trail := &memstore.Trail{}
		st := store.New(backend(t, mixed()...), store.Options{Trail: trail, Settings: &memstore.Settings{}, AuditTexts: c.texts})
		_, err := st.List(ctx, agent, store.Query{})
		require.NoError(t, err)
		_, err = st.List(ctx, agent, store.Query{Filter: filter.And(filter.Search("gelashvili"), filter.Status(sessions.Failed))})
		require.NoError(t, err)
		_, err = st.Get(ctx, agent, "s-0003")
		require.NoError(t, err)
		_, err = st.Get(ctx, agent, "nobody's")
		require.ErrorIs(t, err, store.ErrNotFound)
		for range st.Select(agent, filter.Filter{}).All(ctx) {
			break
		}
		_, err = st.SaveSettings(ctx, agent, store.CompanySettings{})
		require.ErrorIs(t, err, store.ErrForbidden)
		require.NoError(t, st.Redact(ctx, boss, "s-0003"))
		_, err = st.Purge(ctx, boss, store.Purge{Filter: filter.Is(sessions.FieldID, "s-0004")})
		require.NoError(t, err)
		_, err = st.AuditTrail(ctx, boss, store.AuditQuery{Session: "s-0003"})
		require.NoError(t, err)
		require.Equal(t, []string{
			"agent-7 list done, " + c.all, "agent-7 search done, " + c.search, "agent-7 details done, s-0003", "agent-7 details failed, nobody's, store: session not found",
			"agent-7 export started, " + c.all, "agent-7 export stopped, " + c.all, "agent-7 settings failed, store: not allowed",
			"boss redact started, s-0003", "boss redact done, s-0003",
			"boss purge started, " + c.purge, "boss purge done, " + c.purge, "boss audit done, s-0003",
		}, toldBy(t, trail))
		_, err = st.PurgeCompany(ctx, boss, 0)
		require.NoError(t, err)
		require.Empty(t, toldBy(t, trail), "gone with the company")
	}
}

// TestTrailOfRefusals checks that a refusal by the hook is in the trail, once, and that results
// whose event cannot be kept are not returned.
func TestTrailOfRefusals(t *testing.T) {
	ctx := t.Context()
	trail := &memstore.Trail{}
	locked := errors.New("secret: no more than ten a day")
	st := store.New(backend(t, mixed()...), store.Options{
		Trail: trail, Settings: &memstore.Settings{}, Audit: func(context.Context, store.Event) error { return locked },
	})
	_, err := st.List(ctx, agent, store.Query{})
	require.ErrorIs(t, err, locked)
	_, err = collect(st.Select(agent, filter.Filter{}).All(ctx))
	require.ErrorIs(t, err, locked)
	acceptance, err := sessions.NewAcceptance(policy(t, 5))
	require.NoError(t, err)
	_, err = st.SaveSettings(ctx, boss, store.CompanySettings{Acceptance: acceptance})
	require.ErrorIs(t, err, locked)
	require.ErrorIs(t, st.Redact(ctx, boss, "s-0003"), locked)
	const all = ", filter(everything)"
	refused := ", " + store.ErrRefused.Error()
	require.Equal(t, []string{
		"agent-7 list failed" + all + refused, "agent-7 export failed" + all + refused, "boss settings failed" + refused, "boss redact failed, s-0003" + refused,
	}, toldBy(t, trail))

	broken := store.New(backend(t, mixed()...), store.Options{Trail: deaf{&memstore.Trail{}}})
	page, err := broken.List(ctx, agent, store.Query{})
	require.ErrorIs(t, err, store.ErrRefused)
	require.ErrorIs(t, err, store.ErrTrail)
	require.ErrorIs(t, err, errDeaf)
	require.Zero(t, page)
}

var errDeaf = errors.New("the disk is full")

type deaf struct{ store.AuditTrail }

func (deaf) AppendAudit(context.Context, store.AuditEntry) error { return errDeaf }

func TestWhoReadsTheTrail(t *testing.T) {
	ctx := t.Context()
	trail := &memstore.Trail{}
	st := store.New(backend(t, mixed()...), store.Options{Trail: trail, Settings: &memstore.Settings{}, AuditTexts: true})
	_, err := st.List(ctx, agent, store.Query{Filter: filter.Search("gelashvili")})
	require.NoError(t, err)
	for why, v := range map[string]store.Viewer{
		"an agent":               agent,
		"a part of the company":  with(boss, func(v *store.Viewer) { v.Restriction = filter.Status(sessions.Failed) }),
		"a bad part of it":       with(boss, func(v *store.Viewer) { v.Restriction = filter.Status() }),
		"somebody without role":  with(boss, func(v *store.Viewer) { v.Role = "" }),
		"somebody of other role": with(boss, func(v *store.Viewer) { v.Role = "owner" }),
	} {
		page, err := st.AuditTrail(ctx, v, store.AuditQuery{})
		require.ErrorIs(t, err, store.ErrForbidden, why)
		require.Zero(t, page, why)
		if v.Role == sessions.Agent {
			_, err := st.SettingsHistory(ctx, v, 0, 10)
			require.ErrorIs(t, err, store.ErrForbidden, why)
		}
	}
	page, err := st.AuditTrail(ctx, boss, store.AuditQuery{Actions: []store.Action{store.ActionSearch}})
	require.NoError(t, err)
	require.Len(t, page.Entries, 1)
	require.Contains(t, page.Entries[0].Query, "gelashvili")
	page, err = st.AuditTrail(ctx, with(boss, func(v *store.Viewer) { v.Disclosure.Drop = sessions.FieldsOf(sessions.FieldLastName) }), store.AuditQuery{Actions: []store.Action{store.ActionSearch}})
	require.NoError(t, err)
	require.Empty(t, page.Entries[0].Query, "the name is hidden")
	page, err = st.AuditTrail(ctx, with(boss, func(v *store.Viewer) { v.Company = "globex" }), store.AuditQuery{})
	require.NoError(t, err)
	require.Empty(t, page.Entries, "another company's")

	// The digest of a file with one hidden cell would confirm a guess at that cell.
	for i, v := range []store.Viewer{agent, boss} {
		require.NoError(t, st.Select(v, filter.Filter{}).Written(ctx, 1, int64(10+i), "digest", nil))
	}
	for _, c := range []struct {
		reader store.Viewer
		bytes  []int64 // of the master's file and the agent's
	}{
		{boss, []int64{11, 10}},
		{with(boss, func(v *store.Viewer) { v.Disclosure.Mask = sessions.FieldsOf(sessions.FieldLiveness) }), []int64{11, 0}},
		{with(boss, func(v *store.Viewer) {
			v.Disclosure.Mask, v.Subject = sessions.FieldsOf(sessions.FieldLiveness), ""
		}), []int64{0, 0}},
	} {
		page, err = st.AuditTrail(ctx, c.reader, store.AuditQuery{Actions: []store.Action{store.ActionExport}})
		require.NoError(t, err)
		require.Len(t, page.Entries, 2)
		for i := range page.Entries {
			e := &page.Entries[i]
			require.Equal(t, c.bytes[i], e.Bytes)
			require.Equal(t, c.bytes[i] != 0, e.SHA256 == "digest")
			require.Equal(t, 1, e.Rows)
		}
	}

	none := store.New(memstore.New(), store.Options{})
	_, err = none.AuditTrail(ctx, boss, store.AuditQuery{})
	require.ErrorIs(t, err, store.ErrNoTrail)
	_, err = none.SettingsHistory(ctx, boss, 0, 1)
	require.ErrorIs(t, err, store.ErrNoSettings)
	_, err = store.New(memstore.New(), store.Options{Settings: stubborn{&memstore.Settings{}}}).SettingsHistory(ctx, boss, 0, 1)
	require.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestPagesOfTheTrail(t *testing.T) {
	ctx := t.Context()
	st := store.New(backend(t, mixed()...), store.Options{Trail: &memstore.Trail{}})
	for range 20 {
		_, err := st.List(ctx, agent, store.Query{})
		require.NoError(t, err)
	}
	lists := store.AuditQuery{Actions: []store.Action{store.ActionList}, Limit: 7}
	seen := map[string]bool{}
	var last time.Time
	for q := lists; ; {
		page, err := st.AuditTrail(ctx, boss, q)
		require.NoError(t, err)
		for _, e := range page.Entries {
			require.False(t, seen[e.ID])
			require.True(t, last.IsZero() || e.At.Before(last), "one Store tells one time once")
			seen[e.ID], last = true, e.At
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	require.Len(t, seen, 20)

	page, err := st.AuditTrail(ctx, boss, lists)
	require.NoError(t, err)
	for why, q := range map[string]store.AuditQuery{
		"another query": {Subject: "agent-7", Limit: 7, After: page.Next}, "no cursor": {After: "x"},
	} {
		_, err := st.AuditTrail(ctx, boss, q)
		require.ErrorIs(t, err, store.ErrCursor, why)
	}
	_, err = st.AuditTrail(ctx, with(boss, func(v *store.Viewer) { v.Company = "globex" }), store.AuditQuery{Actions: lists.Actions, After: page.Next})
	require.ErrorIs(t, err, store.ErrCursorQuery)
	_, err = st.List(ctx, boss, store.Query{After: page.Next})
	require.ErrorIs(t, err, store.ErrCursorQuery)
	for _, q := range []store.AuditQuery{{Actions: []store.Action{"List"}}, {From: last.Add(1), Until: last}, {From: last, Until: last}} {
		_, err := st.AuditTrail(ctx, boss, q)
		require.ErrorIs(t, err, store.ErrAuditQuery)
	}
	_, err = st.AuditTrail(ctx, boss, store.AuditQuery{Limit: 501})
	require.ErrorIs(t, err, store.ErrLimit)
}

// TestHostileTrail checks that entries with any text from people and clients can be kept, and are
// found by that text.
func TestHostileTrail(t *testing.T) {
	ctx := t.Context()
	trail := &memstore.Trail{}
	st := store.New(backend(t, mixed()...), store.Options{Trail: trail})
	for _, text := range []string{"nul\x00", "\xff\xfe", strings.Repeat("🏦", 1<<16), "'; DROP TABLE sessionkit_audit; --", "\u202e", "a\r\nb"} {
		_, err := st.Get(ctx, with(agent, func(v *store.Viewer) { v.Subject = text }), text)
		require.ErrorIs(t, err, store.ErrNotFound)
		for _, q := range []store.AuditQuery{{Subject: text}, {Session: text, Actions: []store.Action{store.ActionDetails}}} {
			page, err := st.AuditTrail(ctx, boss, q)
			require.NoError(t, err)
			require.Len(t, page.Entries, 1, "%.20q", text)
			e := page.Entries[0]
			require.NotContains(t, e.Subject+e.Session, "\x00")
			require.LessOrEqual(t, len(e.Subject), store.MaxAuditKeyBytes)
			require.True(t, strings.ToValidUTF8(e.Subject, "?") == e.Subject && e.Session == e.Subject)
		}
	}
}

func TestRetentionOfTheTrail(t *testing.T) {
	ctx := t.Context()
	trail := &memstore.Trail{}
	old := func(n int, age time.Duration) {
		for i := range n {
			require.NoError(t, trail.AppendAudit(ctx, store.AuditEntry{Company: "acme", At: time.Now().Add(-age).UTC(), ID: fmt.Sprint(age, i), Action: store.ActionList}))
		}
	}
	old(2500, 3*365*24*time.Hour)
	old(10, 24*time.Hour)
	left := func() int { return len(toldBy(t, trail)) }
	count := func(st *store.Store) int {
		page, err := st.AuditTrail(ctx, boss, store.AuditQuery{Limit: 500, Until: time.Now().Add(-time.Hour)})
		require.NoError(t, err)
		return len(page.Entries)
	}
	forever := store.New(memstore.New(), store.Options{Trail: trail, AuditRetention: -1})
	require.Equal(t, 500, count(forever))
	require.Equal(t, 1000, left(), "as many as are read")

	st := store.New(memstore.New(), store.Options{Trail: trail})
	require.Equal(t, 10, count(st), "two years")
	for range 3 {
		_, err := st.List(ctx, agent, store.Query{})
		require.NoError(t, err)
	}
	require.Equal(t, 10+1+1+3, left(), "a thousand with each entry, and then all are gone")
	old(5, 3*365*24*time.Hour)
	_, err := st.List(ctx, agent, store.Query{})
	require.NoError(t, err)
	require.Equal(t, 10+1+1+3+5+1, left(), "the next look is in ten minutes")
}

func TestHistoryOfSettings(t *testing.T) {
	ctx := t.Context()
	st := store.New(memstore.New(), store.Options{Settings: &memstore.Settings{}, Trail: &memstore.Trail{}})
	var changed store.CompanySettings
	for level := range 3 {
		var err error
		changed.Acceptance, err = sessions.NewAcceptance(policy(t, far.Level(5+level)))
		require.NoError(t, err)
		changed, err = st.SaveSettings(ctx, boss, changed)
		require.NoError(t, err)
	}
	list, err := st.SettingsHistory(ctx, boss, 0, 2)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.True(t, changed.Equal(list[0].CompanySettings))
	require.EqualValues(t, 2, list[1].Revision)
	require.Equal(t, "boss", list[1].Subject)
	list, err = st.SettingsHistory(ctx, boss, 2, 0)
	require.NoError(t, err)
	require.Len(t, list, 1)

	text, err := st.AuditTrail(ctx, boss, store.AuditQuery{Actions: []store.Action{store.ActionSettings}})
	require.NoError(t, err)
	e := text.Entries[0]
	was, err := store.ParseCompanySettings([]byte(e.Old))
	require.NoError(t, err)
	require.EqualValues(t, 2, was.Revision)
	became, err := store.ParseCompanySettings([]byte(e.New))
	require.NoError(t, err)
	require.True(t, changed.Acceptance.Equal(became.Acceptance))
	for _, bad := range []string{"", "{", `{"acceptance":null,"level":5}`, "{} {}", `{"acceptance":{"default":"unknown:5"}}`} {
		_, err := store.ParseCompanySettings([]byte(bad))
		require.Error(t, err, bad)
	}
}
