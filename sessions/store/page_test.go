package store_test

import (
	"encoding/base64"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

func TestPageEnds(t *testing.T) {
	everyone := mixed()
	st := store.New(backend(t, everyone...), store.Options{Budget: 20})

	full, err := st.List(t.Context(), agent, store.Query{Limit: 10})
	require.NoError(t, err)
	require.Len(t, full.Sessions, 10)
	require.False(t, full.Complete)
	require.False(t, full.Partial)
	require.NotEmpty(t, full.Next)
	require.Equal(t, full.Sessions[9].CreatedAt, full.SearchedBack)

	rare := filter.Is(sessions.FieldPersonalNumber, "00000000050")
	spent, err := st.List(t.Context(), agent, store.Query{Filter: rare})
	require.NoError(t, err)
	require.Empty(t, spent.Sessions, "the budget ends before the first match")
	require.True(t, spent.Partial)
	require.False(t, spent.Complete)
	require.Equal(t, everyone[19].CreatedAt, spent.SearchedBack)
	spent, err = st.List(t.Context(), agent, store.Query{Filter: rare, After: spent.Next})
	require.NoError(t, err)
	require.True(t, spent.Partial)
	end, err := st.List(t.Context(), agent, store.Query{Filter: rare, After: spent.Next})
	require.NoError(t, err)
	require.Equal(t, []string{"s-0050"}, ids(end.Sessions))
	require.True(t, end.Complete)
	require.False(t, end.Partial)
	require.Empty(t, end.Next)
	require.Zero(t, end.SearchedBack)

	exact, err := st.List(t.Context(), agent, store.Query{Filter: filter.Between(sessions.FieldCreatedAt, everyone[4].CreatedAt, time.Time{}), Limit: 5})
	require.NoError(t, err)
	require.Len(t, exact.Sessions, 5)
	require.True(t, exact.Complete, "full and at the end")

	unbounded := store.New(backend(t, everyone...), store.Options{Budget: -1})
	all, err := unbounded.List(t.Context(), agent, store.Query{Filter: rare})
	require.NoError(t, err)
	require.True(t, all.Complete)
}

func TestPageWalk(t *testing.T) {
	everyone := mixed()
	both(t, everyone, func(t *testing.T, b store.Backend) {
		for _, options := range []store.Options{{}, {Budget: 1}, {Budget: 7}} {
			st := store.New(b, options)
			for _, f := range []filter.Filter{{}, filter.Search("gio"), filter.Status(sessions.Pending), filter.Nothing()} {
				for _, limit := range []int{0, 1, 7, 60} {
					var got []string
					q := store.Query{Filter: f, Limit: limit}
					for step := 0; ; step++ {
						require.Less(t, step, 200)
						page, err := st.List(t.Context(), agent, q)
						require.NoError(t, err)
						got = append(got, ids(page.Sessions)...)
						if q.After = page.Next; q.After == "" {
							break
						}
					}
					require.ElementsMatch(t, matching(everyone, f), got)
					require.IsIncreasing(t, append(got, "z", "zz"), "newest first: these IDs grow with age")
				}
			}
		}
	})
}

// TestPagesStateNothingOfOthers checks that a page that says how far it has searched reveals
// neither the ID nor the creation time of a session that the viewer may not see, even if many
// sessions share one time.
func TestPagesStateNothingOfOthers(t *testing.T) {
	viewer := with(agent, func(v *store.Viewer) { v.Restriction = filter.Extra("branch", "west") })
	for apart, share := range map[time.Duration]int{7 * time.Second: 1, 300 * time.Millisecond: 1, time.Microsecond: 3, time.Minute: 40} {
		everyone := mixed()
		for i, s := range everyone {
			s.CreatedAt = everyone[0].CreatedAt.Add(123_457*time.Microsecond - time.Duration(i/share)*apart)
			s.CompletedAt, s.DecidedAt = time.Time{}, time.Time{}
			s.Extra = sessions.Extra{}
			branch([]string{"west", "east", "east", "east", "east"}[i/4%5])(s)
		}
		slices.SortFunc(everyone, (*sessions.Session).Compare)
		for _, budget := range []int{1, 2, 7} {
			st := store.New(backend(t, everyone...), store.Options{Budget: budget})
			var got []string
			seen := map[time.Time]bool{}
			for q, step := (store.Query{Limit: 3}), 0; ; step++ {
				require.Less(t, step, 200)
				page, err := st.List(t.Context(), viewer, q)
				require.NoError(t, err)
				for _, s := range page.Sessions {
					got, seen[s.CreatedAt] = append(got, s.ID), true
				}
				if q.After = page.Next; q.After == "" {
					break
				}
				require.True(t, seen[page.SearchedBack] || page.SearchedBack.Equal(page.SearchedBack.Truncate(time.Second)))
				said, err := base64.RawURLEncoding.DecodeString(string(page.Next))
				require.NoError(t, err)
				for _, s := range everyone {
					if !viewer.Restriction.Match(s) {
						require.NotContains(t, string(said), s.ID)
					}
				}
			}
			require.Equal(t, matching(everyone, viewer.Restriction), got, "%s apart, a budget of %d", apart, budget)
		}
	}
}

// TestPagesWhileOthersWrite checks that new sessions and changes between two pages neither repeat a
// session nor skip one.
func TestPagesWhileOthersWrite(t *testing.T) {
	everyone := mixed()
	b := backend(t, everyone...)
	st := store.New(b, store.Options{})
	var got []string
	q := store.Query{Limit: 7}
	for n := 0; ; n++ {
		page, err := st.List(t.Context(), agent, q)
		require.NoError(t, err)
		got = append(got, ids(page.Sessions)...)
		if q.After = page.Next; q.After == "" {
			break
		}
		require.NoError(t, b.Insert(t.Context(), session(-1-n)))
		decided, err := b.Get(t.Context(), "acme", page.Sessions[0].ID)
		require.NoError(t, err)
		decided.Status, decided.Reasons = sessions.Success, nil
		require.NoError(t, b.Update(t.Context(), decided))
	}
	require.Equal(t, matching(everyone, filter.Filter{}), got)
}

func TestPageTells(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Tbilisi")
	require.NoError(t, err)
	st := store.New(backend(t, mixed()...), store.Options{})
	day := sessions.Date{Year: 2026, Month: 3, Day: 14}
	page, err := st.List(t.Context(), agent, store.Query{Filter: filter.And(filter.CreatedOn(day, day, zone), filter.Search("nino"))})
	require.NoError(t, err)
	require.True(t, page.From.Equal(time.Date(2026, 3, 13, 20, 0, 0, 0, time.UTC)))
	require.True(t, page.To.Equal(time.Date(2026, 3, 14, 20, 0, 0, 0, time.UTC)))
	require.Equal(t, sessions.SearchFields(), page.Searched)
	require.False(t, page.FoldsToNothing)
	require.NotEmpty(t, page.AsOf)
	require.Len(t, page.Rows(), len(page.Sessions))
	require.Equal(t, page.Sessions[1].Row(), page.Rows()[1])

	for _, text := range []string{"******", "---"} {
		page, err := st.List(t.Context(), agent, store.Query{Filter: filter.Search(text)})
		require.NoError(t, err)
		require.True(t, page.FoldsToNothing)
		require.Empty(t, page.Sessions)
		require.True(t, page.Complete)
	}
	page, err = st.List(t.Context(), agent, store.Query{Filter: filter.Search("  ")})
	require.NoError(t, err)
	require.False(t, page.FoldsToNothing)
	require.Len(t, page.Sessions, store.DefaultLimit)
	require.Zero(t, page.From)
	require.Zero(t, page.To)
}

func TestLimits(t *testing.T) {
	b := backend(t, mixed()...)
	for _, tt := range []struct {
		options store.Options
		asked   int
		want    int // 0: ErrLimit
	}{
		{store.Options{}, 0, 50},
		{store.Options{}, 500, 60},
		{store.Options{}, 501, 0},
		{store.Options{}, -1, 0},
		{store.Options{DefaultLimit: 3}, 0, 3},
		{store.Options{DefaultLimit: 3, MaxLimit: 5}, 5, 5},
		{store.Options{DefaultLimit: 3, MaxLimit: 5}, 6, 0},
		{store.Options{MaxLimit: 5}, 0, 5},
		{store.Options{DefaultLimit: -1, MaxLimit: -1, Budget: -1, CountLimit: -1}, 0, 50},
	} {
		st := store.New(b, tt.options)
		page, err := st.List(t.Context(), agent, store.Query{Limit: tt.asked})
		_, errChanges := st.Changes(t.Context(), agent, store.Query{Limit: tt.asked}, "")
		if tt.want == 0 {
			require.ErrorIs(t, err, store.ErrLimit)
			require.ErrorIs(t, errChanges, store.ErrLimit)
			continue
		}
		require.NoError(t, err)
		require.NoError(t, errChanges)
		require.Len(t, page.Sessions, tt.want)
	}
}

func TestAttempts(t *testing.T) {
	everyone := mixed()
	b := backend(t, everyone...)
	st := store.New(b, store.Options{})
	want := matching(everyone, filter.Is(sessions.FieldSubject, "person-1"))
	var got []string
	q := store.Query{Limit: 6}
	for {
		page, err := st.Attempts(t.Context(), agent, "s-0004", q)
		require.NoError(t, err)
		got = append(got, ids(page.Sessions)...)
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	require.Equal(t, want, got)
	page, err := st.Attempts(t.Context(), agent, "s-0004", store.Query{Filter: filter.Status(sessions.Failed)})
	require.NoError(t, err)
	require.Equal(t, matching(everyone, filter.And(filter.Is(sessions.FieldSubject, "person-1"), filter.Status(sessions.Failed))), ids(page.Sessions))
	other, err := st.Attempts(t.Context(), agent, "s-0002", store.Query{Limit: 1})
	require.NoError(t, err)
	_, err = st.Attempts(t.Context(), agent, "s-0004", store.Query{After: other.Next})
	require.ErrorIs(t, err, store.ErrCursorQuery, "a cursor of another person")

	_, err = st.Attempts(t.Context(), agent, "nobody's", store.Query{})
	require.ErrorIs(t, err, store.ErrNotFound)
	hidden := with(agent, func(v *store.Viewer) { v.Disclosure.Drop = sessions.FieldsOf(sessions.FieldSubject) })
	_, err = st.Attempts(t.Context(), hidden, "s-0004", store.Query{})
	require.ErrorIs(t, err, store.ErrHidden, "who belongs together is what the subject tells")

	require.NoError(t, b.Insert(t.Context(), session(70, func(s *sessions.Session) { s.Subject = "" }), session(71, func(s *sessions.Session) { s.Subject = "" })))
	page, err = st.Attempts(t.Context(), agent, "s-0070", store.Query{})
	require.NoError(t, err)
	require.Equal(t, []string{"s-0070"}, ids(page.Sessions))
	require.True(t, page.Complete)
	delta, err := st.Changes(t.Context(), agent, store.Query{}, page.AsOf)
	require.NoError(t, err)
	require.Empty(t, delta.Sessions)
	page, err = st.Attempts(t.Context(), agent, "s-0070", store.Query{Filter: filter.Status(sessions.Pending)})
	require.NoError(t, err)
	require.Empty(t, page.Sessions)
}

func TestCursorOfAnotherQuery(t *testing.T) {
	other := mixed()
	for _, s := range other {
		s.Company = "globex"
	}
	st := store.New(backend(t, append(mixed(), other...)...), store.Options{})
	asked := store.Query{Filter: filter.And(filter.Search("nino 0"), filter.Status(sessions.Failed, sessions.Pending)), Limit: 2}
	page, err := st.List(t.Context(), agent, asked)
	require.NoError(t, err)
	require.NotEmpty(t, page.Next)

	again := asked
	again.After = page.Next
	again.Limit = 30
	again.Filter = filter.And(filter.Status(sessions.Pending, sessions.Failed, sessions.Pending), filter.Search(" NINO< 0"))
	next, err := st.List(t.Context(), with(agent, func(v *store.Viewer) { v.Role, v.Subject = sessions.MasterUser, "boss" }), again)
	require.NoError(t, err, "the same query, written otherwise, with another limit, by another viewer")
	require.NotEmpty(t, next.Sessions)
	require.Less(t, page.Sessions[1].ID, next.Sessions[0].ID)

	for name, tt := range map[string]struct {
		viewer store.Viewer
		filter filter.Filter
	}{
		"company":     {with(agent, func(v *store.Viewer) { v.Company = "globex" }), asked.Filter},
		"filter":      {agent, filter.Search("nino 0")},
		"no filter":   {agent, filter.Filter{}},
		"restriction": {with(agent, func(v *store.Viewer) { v.Restriction = filter.Extra("branch", "west") }), asked.Filter},
		"searched":    {with(agent, func(v *store.Viewer) { v.Disclosure.Mask = sessions.FieldsOf(sessions.FieldLastName) }), asked.Filter},
	} {
		got, err := st.List(t.Context(), tt.viewer, store.Query{Filter: tt.filter, After: page.Next})
		require.ErrorIs(t, err, store.ErrCursorQuery, name)
		require.Empty(t, got.Sessions, name)
	}
	for _, text := range []store.Cursor{page.Next[1:], page.Next + "A", store.Cursor(page.AsOf), "null"} {
		_, err := st.List(t.Context(), agent, store.Query{Filter: asked.Filter, After: text})
		require.ErrorIs(t, err, store.ErrCursor)
		require.NotErrorIs(t, err, store.ErrCursorQuery)
	}
}
