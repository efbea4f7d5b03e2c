package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// retention is the viewer of a host's job.
var retention = store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "retention", MayErase: true}

func total(t *testing.T, b store.Backend, f filter.Filter) int {
	t.Helper()
	n, err := store.New(b, store.Options{}).Count(t.Context(), agent, f)
	require.NoError(t, err)
	return n.N
}

func TestPurge(t *testing.T) {
	b := backend(t, mixed()...)
	var audit trail
	st := store.New(b, store.Options{Audit: audit.hook})
	failed := filter.Status(sessions.Failed)
	want := total(t, b, failed)
	n, err := st.Purge(t.Context(), retention, store.Purge{Filter: failed, Keep: time.Hour})
	require.NoError(t, err)
	require.Equal(t, want, n)
	require.Zero(t, total(t, b, failed))
	events := audit.take()
	require.Len(t, events, 2)
	for i, outcome := range []store.Outcome{store.Started, store.Done} {
		asked := events[i].Purge
		require.True(t, asked.Filter.Equal(failed))
		require.Equal(t, store.Purge{Company: "acme", Keep: time.Hour}, store.Purge{Company: asked.Company, IDs: asked.IDs, All: asked.All, Keep: asked.Keep})
		events[i].Purge = nil
		require.Equal(t, store.Event{
			Company: "acme", Subject: "retention", Role: sessions.MasterUser, Action: store.ActionPurge, Outcome: outcome,
			Query: failed.Text(), Rows: []int{0, n}[i],
		}, events[i])
	}

	west := with(retention, func(v *store.Viewer) { v.Restriction = filter.Extra("branch", "west") })
	inWest := total(t, b, west.Restriction)
	n, err = st.Purge(t.Context(), west, store.Purge{IDs: []string{"s-0000", "s-0003"}})
	require.NoError(t, err)
	require.Equal(t, 1, n, "s-0003 is in another branch")
	n, err = st.Purge(t.Context(), west, store.Purge{Company: "acme", All: true})
	require.NoError(t, err)
	require.Equal(t, inWest-1, n, "all of the branch")
	require.Equal(t, total(t, b, filter.Extra("branch", "east")), total(t, b, filter.Filter{}), "the other branch is left")
	require.ErrorIs(t, b.Insert(t.Context(), session(0)), store.ErrPurged)
	require.NoError(t, b.Insert(t.Context(), session(7000)))
}

func TestPurgeRefused(t *testing.T) {
	refusal := errors.New("no")
	for why, c := range map[string]struct {
		v       store.Viewer
		p       store.Purge
		b       func(*memstore.Backend) store.Backend
		refuse  bool
		want    error
		started bool
	}{
		"an agent":          {v: agent, p: store.Purge{All: true}, want: store.ErrNoErase},
		"a master user":     {v: with(agent, func(v *store.Viewer) { v.Role = sessions.MasterUser }), p: store.Purge{All: true}, want: store.ErrNoErase},
		"another company":   {v: retention, p: store.Purge{Company: "globex", All: true}, want: store.ErrForbidden},
		"nothing said":      {v: retention, want: store.ErrPurge},
		"a bad filter":      {v: retention, p: store.Purge{Filter: filter.Status()}, want: filter.ErrEmpty},
		"a bad restriction": {v: with(retention, func(v *store.Viewer) { v.Restriction = filter.Status() }), p: store.Purge{All: true}, want: filter.ErrEmpty},
		"a hidden field": {
			v: with(retention, func(v *store.Viewer) { v.Disclosure.Drop = sessions.FieldsOf(sessions.FieldStatus) }),
			p: store.Purge{Filter: filter.Status(sessions.Failed)}, want: store.ErrHidden,
		},
		"an empty restriction and nothing said": {
			v: with(retention, func(v *store.Viewer) { v.Restriction = filter.Extra("branch", "west") }), want: store.ErrPurge,
		},
		"a Backend that cannot": {v: retention, p: store.Purge{All: true}, b: func(b *memstore.Backend) store.Backend { return bare{b} }, want: errors.ErrUnsupported},
		"the hook refuses":      {v: retention, p: store.Purge{All: true}, refuse: true, want: refusal, started: true},
	} {
		t.Run(why, func(t *testing.T) {
			full := backend(t, mixed()...)
			var b store.Backend = full
			if c.b != nil {
				b = c.b(full)
			}
			var audit trail
			audit.refuse = func(store.Event) error {
				if c.refuse {
					return refusal
				}
				return nil
			}
			n, err := store.New(b, store.Options{Audit: audit.hook}).Purge(t.Context(), c.v, c.p)
			require.ErrorIs(t, err, c.want)
			require.Zero(t, n)
			require.Equal(t, len(mixed()), total(t, full, filter.Filter{}), "nothing is gone")
			events := audit.take()
			require.Equal(t, store.Failed, events[len(events)-1].Outcome)
			require.Equal(t, c.started, len(events) == 2)
		})
	}
	_, err := store.New(memstore.New(), store.Options{}).Purge(t.Context(), store.Viewer{Role: sessions.MasterUser, MayErase: true}, store.Purge{All: true})
	require.ErrorIs(t, err, store.ErrNoCompany)
}

// stubborn are settings that cannot be purged.
type stubborn struct{ store.Settings }

func TestPurgeCompany(t *testing.T) {
	settings := &memstore.Settings{}
	policy, err := far.NewPolicy(far.Kvalifika, 5)
	require.NoError(t, err)
	acceptance, err := sessions.NewAcceptance(policy)
	require.NoError(t, err)
	for _, company := range []string{"acme", "globex"} {
		require.NoError(t, settings.SaveCompanySettings(t.Context(), company, store.CompanySettings{Acceptance: acceptance}, ""))
	}
	b := backend(t, mixed()...)
	var audit trail
	st := store.New(b, store.Options{Settings: settings, Audit: audit.hook})
	west := with(retention, func(v *store.Viewer) { v.Restriction = filter.Extra("branch", "west") })
	_, err = st.PurgeCompany(t.Context(), west, 0)
	require.ErrorIs(t, err, store.ErrForbidden)
	_, err = st.PurgeCompany(t.Context(), agent, 0)
	require.ErrorIs(t, err, store.ErrNoErase)
	_, err = store.New(b, store.Options{Settings: stubborn{settings}}).PurgeCompany(t.Context(), retention, 0)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.Equal(t, 60, total(t, b, filter.Filter{}), "nothing is gone")
	audit.take()
	n, err := st.PurgeCompany(t.Context(), retention, time.Hour)
	require.NoError(t, err)
	require.Equal(t, 60, n)
	events := audit.take()
	require.Len(t, events, 2)
	require.Equal(t, []store.Action{store.ActionPurgeCompany, store.ActionPurgeCompany}, []store.Action{events[0].Action, events[1].Action})
	require.Equal(t, 60, events[1].Rows)
	for company, revision := range map[string]int64{"acme": 0, "globex": 1} {
		s, err := settings.CompanySettings(t.Context(), company)
		require.NoError(t, err)
		require.Equal(t, revision, s.Revision, company)
	}
	n, err = st.PurgeCompany(t.Context(), retention, time.Hour)
	require.NoError(t, err, "again")
	require.Zero(t, n)
}

// TestRedact checks that a restriction by branch still matches after a redaction if the company
// keeps the key of the branch.
func TestRedact(t *testing.T) {
	settings := &memstore.Settings{}
	kept, err := sessions.NewExtraKeys("branch")
	require.NoError(t, err)
	policy, err := far.NewPolicy(far.Kvalifika, 5)
	require.NoError(t, err)
	acceptance, err := sessions.NewAcceptance(policy)
	require.NoError(t, err)
	require.NoError(t, settings.SaveCompanySettings(t.Context(), "acme", store.CompanySettings{Acceptance: acceptance, KeptOnRedaction: kept}, ""))
	west := with(retention, func(v *store.Viewer) { v.Restriction = filter.Extra("branch", "west") })
	both(t, mixed(), func(t *testing.T, b store.Backend) {
		var audit trail
		st := store.New(b, store.Options{Settings: settings, Audit: audit.hook})
		err := st.Redact(t.Context(), west, "s-0000")
		if _, ok := b.(store.Writer); !ok {
			require.ErrorIs(t, err, errors.ErrUnsupported)
			return
		}
		require.NoError(t, err)
		events := audit.take()
		require.Len(t, events, 2)
		require.Equal(t, "s-0000", events[1].Session)
		require.Equal(t, []store.Outcome{store.Started, store.Done}, []store.Outcome{events[0].Outcome, events[1].Outcome})
		found, err := st.Get(t.Context(), west, "s-0000")
		require.NoError(t, err, "the branch is kept")
		require.Equal(t, sessions.Redacted, found.LastName.State())
		require.Empty(t, found.Subject)

		require.ErrorIs(t, st.Redact(t.Context(), west, "s-0002"), store.ErrNotFound, "of another branch")
		require.ErrorIs(t, st.Redact(t.Context(), west, "none"), store.ErrNotFound)
		require.ErrorIs(t, st.Redact(t.Context(), agent, "s-0004"), store.ErrNoErase)
		without := store.New(b, store.Options{})
		require.NoError(t, without.Redact(t.Context(), retention, "s-0004"), "without settings no extra field is kept")
		_, err = st.Get(t.Context(), west, "s-0004")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

// TestPutKeepsKeys checks that of the extra fields of a newer state of a redacted session, only
// those that the redaction kept are stored.
func TestPutKeepsKeys(t *testing.T) {
	redacted := session(0, branch("west"))
	redacted.RedactPerson("branch")
	newer := session(0, branch("east"))
	var err error
	newer.Extra, err = sessions.NewExtra(sessions.ExtraPair{Key: "branch", Value: "east"}, sessions.ExtraPair{Key: "phone", Value: "599"})
	require.NoError(t, err)
	state, _ := store.Versioned{Session: newer, Version: 2}.Over(&store.Versioned{Session: redacted, Version: 1})
	require.True(t, state.Session.Redacted())
	require.True(t, session(0, branch("east")).Extra.Equal(state.Session.Extra))

	late, _ := store.Versioned{Session: redacted, Version: 1}.Over(&store.Versioned{Session: newer, Version: 2})
	require.True(t, late.Session.Redacted())
	require.True(t, session(0, branch("east")).Extra.Equal(late.Session.Extra))
}

func ExampleStore_Purge() {
	ctx := context.Background()
	b := memstore.New()
	for n := range 4 {
		_ = b.Insert(ctx, session(n*60*24*365))
	}
	st := store.New(b, store.Options{})
	job := store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "retention job", MayErase: true}

	old := filter.Between(sessions.FieldCreatedAt, time.Time{}, noon.AddDate(-2, 0, 0))
	fmt.Println(st.Purge(ctx, job, store.Purge{Filter: old, Keep: 90 * 24 * time.Hour}))
	fmt.Println(st.Purge(ctx, job, store.Purge{Filter: filter.Is(sessions.FieldSubject, "person-0")}))
	_, err := st.Purge(ctx, job, store.Purge{}) // the zero Purge removes nothing
	fmt.Println(err)
	// Output:
	// 1 <nil>
	// 3 <nil>
	// store: invalid purge: neither IDs nor a filter: set All to purge everything
}
