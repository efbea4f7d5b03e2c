package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

func TestChanges(t *testing.T) {
	b := backend(t, mixed()...)
	st := store.New(b, store.Options{})
	pending := store.Query{Filter: filter.Status(sessions.Pending)}
	page, err := st.List(t.Context(), agent, pending)
	require.NoError(t, err)
	decide := func(id string, status sessions.Status) {
		s, err := b.Get(t.Context(), "acme", id)
		require.NoError(t, err)
		s.Status = status
		require.NoError(t, b.Update(t.Context(), s))
	}
	decide("s-0005", sessions.Success)
	require.NoError(t, b.Insert(t.Context(), session(100, func(s *sessions.Session) { s.Status = sessions.Pending }), session(101)))
	decide("s-0003", sessions.Pending)

	delta, err := st.Changes(t.Context(), agent, pending, page.AsOf)
	require.NoError(t, err)
	require.Equal(t, []string{"s-0100", "s-0003"}, ids(delta.Sessions), "entered")
	require.Equal(t, []string{"s-0005", "s-0101"}, delta.Left, "left, or never was in it")
	require.False(t, delta.More)
	again, err := st.Changes(t.Context(), agent, pending, delta.Next)
	require.NoError(t, err)
	require.Empty(t, again.Sessions)
	require.Empty(t, again.Left)

	first, err := st.Changes(t.Context(), agent, store.Query{Filter: pending.Filter, Limit: 1}, page.AsOf)
	require.NoError(t, err)
	require.Equal(t, []string{"s-0005"}, first.Left)
	require.True(t, first.More)

	nothing, err := st.Changes(t.Context(), agent, pending, "")
	require.NoError(t, err)
	require.Empty(t, nothing.Sessions)
	require.NotEmpty(t, nothing.Next)
	globex := with(agent, func(v *store.Viewer) { v.Company = "globex" })
	for _, since := range []store.Watermark{page.AsOf[1:], "m3", "x"} {
		_, err := st.Changes(t.Context(), agent, pending, since)
		require.ErrorIs(t, err, store.ErrWatermark)
	}
	_, err = st.Changes(t.Context(), globex, pending, page.AsOf)
	require.ErrorIs(t, err, store.ErrWatermark, "another company's")
}

// TestChangesNameNobodyOutside checks that changes name neither a session that was never within the
// viewer's restriction nor one that left it.
func TestChangesNameNobodyOutside(t *testing.T) {
	b := backend(t, session(1, branch("west")), session(2, branch("east")), session(3, branch("west")))
	st := store.New(b, store.Options{})
	viewer := with(agent, func(v *store.Viewer) { v.Restriction = filter.Extra("branch", "west") })
	page, err := st.List(t.Context(), viewer, store.Query{})
	require.NoError(t, err)
	for _, id := range []string{"s-0001", "s-0002", "s-0003"} {
		s, err := b.Get(t.Context(), "acme", id)
		require.NoError(t, err)
		if s.Status = sessions.Pending; id == "s-0003" {
			branch("east")(s)
		}
		require.NoError(t, b.Update(t.Context(), s))
	}
	for _, f := range []filter.Filter{{}, filter.Status(sessions.Success)} {
		delta, err := st.Changes(t.Context(), viewer, store.Query{Filter: f}, page.AsOf)
		require.NoError(t, err)
		require.Equal(t, []string{"s-0001"}, append(ids(delta.Sessions), delta.Left...))
	}
	part, err := st.Changes(t.Context(), viewer, store.Query{Filter: filter.Nothing(), Limit: 1}, page.AsOf)
	require.NoError(t, err)
	part, err = st.Changes(t.Context(), viewer, store.Query{Filter: filter.Nothing(), Limit: 1}, part.Next)
	require.NoError(t, err)
	require.Empty(t, part.Left)
	require.True(t, part.More, "empty, and yet not the end")
}

// TestRefresh keeps a list up to date with changes only, while sessions arrive, change and are
// redacted.
func TestRefresh(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, f := range []filter.Filter{{}, filter.Status(sessions.Pending), filter.Search("nino"), filter.Not(filter.Status(sessions.Success))} {
		everyone := mixed()
		b := backend(t, everyone...)
		st := store.New(b, store.Options{})
		page, err := st.List(t.Context(), agent, store.Query{Filter: f, Limit: 100})
		require.NoError(t, err)
		shown, since := page.Sessions, page.AsOf
		for round := range 50 {
			for range random.IntN(4) {
				s, err := b.Get(t.Context(), "acme", fmt.Sprintf("s-%04d", random.IntN(60)))
				require.NoError(t, err)
				s.Status, s.Reasons = []sessions.Status{sessions.Success, sessions.Failed, sessions.Pending}[random.IntN(3)], nil
				require.NoError(t, b.Update(t.Context(), s))
			}
			if round%5 == 0 {
				require.NoError(t, b.Redact(t.Context(), "acme", fmt.Sprintf("s-%04d", random.IntN(60))))
				require.NoError(t, b.Insert(t.Context(), session(1000+round)))
			}
			for more := true; more; {
				delta, err := st.Changes(t.Context(), agent, store.Query{Filter: f, Limit: 1 + random.IntN(3)}, since)
				require.NoError(t, err)
				gone := append(ids(delta.Sessions), delta.Left...)
				shown = slices.DeleteFunc(shown, func(s *sessions.Session) bool { return slices.Contains(gone, s.ID) })
				shown = append(shown, delta.Sessions...)
				since, more = delta.Next, delta.More
			}
			slices.SortFunc(shown, func(x, y *sessions.Session) int { return y.CreatedAt.Compare(x.CreatedAt) })
			page, err := st.List(t.Context(), agent, store.Query{Filter: f, Limit: 100})
			require.NoError(t, err)
			requireSame(t, page.Sessions, shown)
		}
	}
}
