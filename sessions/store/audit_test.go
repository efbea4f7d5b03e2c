package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// trail is an audit hook that keeps the events.
type trail struct {
	events []store.Event
	refuse func(store.Event) error
}

func (a *trail) hook(_ context.Context, e store.Event) error {
	a.events = append(a.events, e)
	if a.refuse != nil {
		return a.refuse(e)
	}
	return nil
}

// take returns the events so far, and forgets them.
func (a *trail) take() []store.Event {
	events := a.events
	a.events = nil
	return events
}

func TestAudit(t *testing.T) {
	var audit trail
	st := store.New(backend(t, mixed()...), store.Options{Audit: audit.hook})
	search := filter.And(filter.Search("gio"), filter.Status(sessions.Failed))
	ctx := t.Context()
	event := func(a store.Action, query string, rows int) store.Event {
		return store.Event{Company: "acme", Subject: "agent-7", Role: sessions.Agent, Action: a, Outcome: store.Done, Query: query, Rows: rows}
	}
	text := search.Text()

	page, err := st.List(ctx, agent, store.Query{Filter: filter.Status(sessions.Failed), Limit: 5})
	require.NoError(t, err)
	require.Equal(t, []store.Event{event(store.ActionList, filter.Status(sessions.Failed).Text(), 5)}, audit.take())
	found, err := st.List(ctx, agent, store.Query{Filter: search})
	require.NoError(t, err)
	require.Equal(t, []store.Event{event(store.ActionSearch, text, len(found.Sessions))}, audit.take())

	_, err = st.Get(ctx, agent, "s-0003")
	require.NoError(t, err)
	details := event(store.ActionDetails, "", 1)
	details.Session = "s-0003"
	require.Equal(t, []store.Event{details}, audit.take())
	_, err = st.Selfie(ctx, agent, "s-0003")
	require.NoError(t, err)
	seen := details
	seen.Action = store.ActionSelfie
	require.Equal(t, []store.Event{seen}, audit.take(), "a face in a list is no reading of details")
	faceless := with(agent, func(v *store.Viewer) { v.Disclosure.Mask = sessions.FieldsOf(sessions.FieldSelfie) })
	_, err = st.Selfie(ctx, faceless, "s-0003")
	require.ErrorIs(t, err, store.ErrHidden)
	seen.Outcome, seen.Rows, seen.Err = store.Failed, 0, err
	require.Equal(t, []store.Event{seen}, audit.take())
	attempts, err := st.Attempts(ctx, agent, "s-0003", store.Query{})
	require.NoError(t, err)
	grouped := event(store.ActionAttempts, filter.Filter{}.Text(), len(attempts.Sessions))
	grouped.Session = "s-0003"
	require.Equal(t, []store.Event{grouped}, audit.take())

	_, err = st.Changes(ctx, agent, store.Query{Filter: search}, page.AsOf)
	require.NoError(t, err)
	require.Equal(t, []store.Event{event(store.ActionChanges, text, 0)}, audit.take())
	n, err := st.Count(ctx, agent, search)
	require.NoError(t, err)
	require.Equal(t, []store.Event{event(store.ActionCount, text, n.N)}, audit.take())
	_, err = st.Facets(ctx, agent, search)
	require.NoError(t, err)
	require.Equal(t, []store.Event{event(store.ActionFacets, text, 0)}, audit.take())
	_, err = st.Tally(ctx, agent, search)
	require.NoError(t, err)
	require.Equal(t, []store.Event{event(store.ActionTally, text, n.N)}, audit.take())

	started := event(store.ActionExport, text, 0)
	started.Outcome = store.Started
	seq, err := st.Select(agent, search).Open(ctx, everyField)
	require.NoError(t, err)
	require.Equal(t, []store.Event{started}, audit.take(), "before the first row")
	_, err = collect(seq)
	require.NoError(t, err)
	require.Equal(t, []store.Event{event(store.ActionExport, text, n.N)}, audit.take(), "and after the last")
	for _, err := range st.Select(agent, search).All(ctx) {
		require.NoError(t, err)
		break
	}
	stopped := event(store.ActionExport, text, 1)
	stopped.Outcome = store.Stopped
	require.Equal(t, []store.Event{started, stopped}, audit.take())

	_, err = st.Get(ctx, agent, "nobody's")
	failed := event(store.ActionDetails, "", 0)
	failed.Session, failed.Outcome, failed.Err = "nobody's", store.Failed, err
	require.Equal(t, []store.Event{failed}, audit.take(), "what fails is told, too")
	_, err = st.Select(with(agent, func(v *store.Viewer) { v.NoExport = true }), search).Open(ctx, everyField)
	denied := event(store.ActionExport, text, 0)
	denied.Outcome, denied.Err = store.Failed, err
	require.Equal(t, []store.Event{denied}, audit.take(), "and what is not allowed")
}

func TestAuditRefuses(t *testing.T) {
	errLocked := errors.New("no more than ten a day")
	audit := trail{refuse: func(store.Event) error { return errLocked }}
	st := store.New(backend(t, mixed()...), store.Options{Audit: audit.hook})
	for _, c := range calls() {
		got, err := c.do(t.Context(), st, agent, filter.Filter{})
		require.ErrorIs(t, err, store.ErrRefused, c.name)
		require.ErrorIs(t, err, errLocked, c.name)
		require.Empty(t, got.sessions, c.name)
		require.Empty(t, got.left, c.name)
		require.Len(t, audit.take(), 1, c.name)
	}
	one, err := st.Get(t.Context(), agent, "s-0001")
	require.ErrorIs(t, err, errLocked)
	require.Nil(t, one)
	page, err := st.List(t.Context(), agent, store.Query{})
	require.ErrorIs(t, err, errLocked)
	require.Zero(t, page)

	audit.refuse = func(e store.Event) error {
		if e.Outcome == store.Started {
			return nil
		}
		return errLocked
	}
	got, err := collect(st.Select(agent, filter.Filter{}).All(t.Context()))
	require.ErrorIs(t, err, errLocked, "a refusal at the end is the export's error")
	require.Len(t, got.sessions, 60)
}

// TestAuditOfACancelledCall checks that the hook gets a usable context although the call was
// cancelled.
func TestAuditOfACancelledCall(t *testing.T) {
	both(t, many(2000), func(t *testing.T, b store.Backend) {
		var outcomes []store.Outcome
		st := store.New(b, store.Options{Audit: func(ctx context.Context, e store.Event) error {
			outcomes = append(outcomes, e.Outcome)
			if e.Outcome == store.Failed {
				require.NoError(t, ctx.Err())
			}
			return nil
		}})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		var err error
		for _, err = range st.Select(agent, filter.Filter{}).All(ctx) {
			if n++; n == 10 {
				cancel()
			}
		}
		require.ErrorIs(t, err, context.Canceled)
		_, err = st.List(ctx, agent, store.Query{})
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, store.ErrRefused)
		require.Equal(t, []store.Outcome{store.Started, store.Failed, store.Failed}, outcomes)
	})
}

func TestEventsKeepTheQuery(t *testing.T) {
	e := store.Event{Company: "acme", Subject: "agent-7", Action: store.ActionSearch, Outcome: store.Done, Query: filter.Search("gelashvili").Text(), Rows: 3}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("audit", "event", e)
	for _, text := range []string{fmt.Sprint(e), fmt.Sprintf("%+v %#v %s", e, e, []store.Event{e}), fmt.Sprint(&e), log.String()} {
		require.NotContains(t, text, "gelashvili")
		require.Contains(t, text, "agent-7")
	}
}

func TestSettings(t *testing.T) {
	var audit trail
	settings := &memstore.Settings{}
	st := store.New(memstore.New(), store.Options{Settings: settings, Audit: audit.hook})
	master := with(agent, func(v *store.Viewer) { v.Role, v.Subject = sessions.MasterUser, "boss" })
	ctx := t.Context()
	read, err := st.Settings(ctx, agent)
	require.NoError(t, err)
	require.Equal(t, store.CompanySettings{}, read)

	read.Acceptance, err = sessions.NewAcceptance(policy(t, 5))
	require.NoError(t, err)
	read.ExtraKeys, err = sessions.NewExtraKeys("phone")
	require.NoError(t, err)
	_, err = st.SaveSettings(ctx, agent, read)
	require.ErrorIs(t, err, store.ErrForbidden)
	events := audit.take()
	require.Len(t, events, 1)
	require.Equal(t, store.Failed, events[0].Outcome)

	saved, err := st.SaveSettings(ctx, master, read)
	require.NoError(t, err)
	events = audit.take()
	require.Len(t, events, 2, "before and after")
	require.Equal(t, store.Started, events[0].Outcome)
	require.Equal(t, store.Done, events[1].Outcome)
	require.Equal(t, store.SettingsChange{Old: store.CompanySettings{}, New: read}, *events[1].Change)
	require.Equal(t, "boss", events[1].Subject)
	again, err := st.Settings(ctx, agent)
	require.NoError(t, err)
	require.Equal(t, saved, again)
	require.EqualValues(t, 1, again.Revision)
	foreign, err := st.Settings(ctx, with(master, func(v *store.Viewer) { v.Company = "globex" }))
	require.NoError(t, err)
	require.Zero(t, foreign)

	_, err = st.SaveSettings(ctx, master, read)
	require.ErrorIs(t, err, store.ErrConflict, "another Master User was faster")
	events = audit.take()
	require.Len(t, events, 1, "it never began")
	require.Equal(t, store.Failed, events[0].Outcome)
	_, err = st.SaveSettings(ctx, master, store.CompanySettings{Revision: 1})
	require.ErrorIs(t, err, sessions.ErrNoAcceptance)
	require.ErrorIs(t, settings.SaveCompanySettings(ctx, "acme", read, ""), store.ErrConflict, "and in the same moment")

	audit.refuse = func(store.Event) error { return errors.New("four eyes, please") }
	again.Acceptance, err = sessions.NewAcceptance(policy(t, 7))
	require.NoError(t, err)
	_, err = st.SaveSettings(ctx, master, again)
	require.ErrorIs(t, err, store.ErrRefused)
	kept, err := settings.CompanySettings(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, saved, kept, "refused, and not saved")

	none := store.New(memstore.New(), store.Options{})
	_, err = none.Settings(ctx, agent)
	require.ErrorIs(t, err, store.ErrNoSettings)
	_, err = none.SaveSettings(ctx, master, saved)
	require.ErrorIs(t, err, store.ErrNoSettings)
}
