package store_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// agent is a viewer who sees everything of acme.
var agent = store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"}

// with returns the viewer after a change.
func with(v store.Viewer, change func(*store.Viewer)) store.Viewer {
	change(&v)
	return v
}

// session returns the n-th newest session of acme.
func session(n int, changes ...func(*sessions.Session)) *sessions.Session {
	at := noon.Add(-time.Duration(n) * time.Minute)
	s := &sessions.Session{
		ID: fmt.Sprintf("s-%04d", n), Company: "acme", Subject: fmt.Sprintf("person-%d", n%3), CreatedAt: at, DecidedAt: at,
		Status: sessions.Success, FirstName: sessions.TextOf("Nino"), LastName: sessions.TextOf("Beridze"),
		PersonalNumber: sessions.TextOf(fmt.Sprintf("%011d", n)), DocumentNumber: sessions.TextOf(fmt.Sprintf("AB%07d", n)),
		DocumentType: sessions.IDCard, DocumentValidity: sessions.Valid, Liveness: sessions.LivenessPassed,
		Match:    sessions.Match{Compared: true, Level: 6, Scale: far.Kvalifika.Name(), Acceptance: 5},
		Revision: 1,
	}
	for _, change := range changes {
		change(s)
	}
	s.Normalize()
	return s
}

func branch(name string) func(*sessions.Session) {
	return func(s *sessions.Session) {
		x, err := sessions.NewExtra(sessions.ExtraPair{Key: "branch", Value: name})
		if err != nil {
			panic(err)
		}
		s.Extra = x
	}
}

// mixed returns 60 sessions of two branches, every status, type and level.
func mixed() []*sessions.Session {
	var all []*sessions.Session
	for n := range 60 {
		s := session(n, branch([]string{"west", "east"}[n/2%2]))
		s.DocumentType = []sessions.DocumentType{sessions.IDCard, sessions.Passport, ""}[n%3]
		switch n % 5 {
		case 0:
			s.Status, s.DecidedAt, s.Match = sessions.Pending, time.Time{}, sessions.Match{}
		case 1:
			s.Status, s.Reasons, s.Match.Level = sessions.Failed, []sessions.Reason{sessions.LowFAR}, far.Level(n%4)
		case 2:
			s.Status, s.Reasons = sessions.Failed, []sessions.Reason{sessions.DigitalSpoof, sessions.NotFullID}
		}
		if n%7 == 0 {
			s.FirstName = sessions.TextOf("გიორგი")
		}
		all = append(all, s)
	}
	return all
}

func backend(t testing.TB, all ...*sessions.Session) *memstore.Backend {
	t.Helper()
	b := memstore.New()
	for _, s := range all {
		require.NoError(t, b.Insert(t.Context(), s.Clone()))
	}
	return b
}

// bare is a Backend without any of the optional interfaces.
type bare struct{ store.Backend }

// both runs a test over a Backend with all optional interfaces and over one with none.
func both(t *testing.T, all []*sessions.Session, run func(t *testing.T, b store.Backend)) {
	t.Helper()
	t.Run("with all", func(t *testing.T) { run(t, backend(t, all...)) })
	t.Run("bare", func(t *testing.T) { run(t, bare{backend(t, all...)}) })
}

// result is everything that a viewer can learn from a call.
type result struct {
	sessions []*sessions.Session
	left     []string
	numbers  any
}

// call is a call that reveals sessions.
type call struct {
	name string
	do   func(ctx context.Context, st *store.Store, v store.Viewer, f filter.Filter) (result, error)
}

// calls returns every method that returns sessions or numbers.
func calls() []call {
	type ctx = context.Context
	return []call{
		{"List", func(ctx ctx, st *store.Store, v store.Viewer, f filter.Filter) (result, error) {
			var r result
			q := store.Query{Filter: f, Limit: 7}
			for {
				page, err := st.List(ctx, v, q)
				if err != nil {
					return result{}, err
				}
				r.sessions = append(r.sessions, page.Sessions...)
				if q.After = page.Next; q.After == "" {
					return r, nil
				}
			}
		}},
		{"Attempts", func(ctx ctx, st *store.Store, v store.Viewer, f filter.Filter) (result, error) {
			page, err := st.Attempts(ctx, v, "s-0001", store.Query{Filter: f})
			return result{sessions: page.Sessions}, err
		}},
		{"Changes", func(ctx ctx, st *store.Store, v store.Viewer, f filter.Filter) (result, error) {
			var r result
			since := beginning(v)
			for {
				delta, err := st.Changes(ctx, v, store.Query{Filter: f}, since)
				if err != nil {
					return result{}, err
				}
				r.sessions, r.left = append(r.sessions, delta.Sessions...), append(r.left, delta.Left...)
				if since = delta.Next; !delta.More {
					return r, nil
				}
			}
		}},
		{"All", func(ctx ctx, st *store.Store, v store.Viewer, f filter.Filter) (result, error) {
			return collect(st.Select(v, f).All(ctx))
		}},
		{"Export", func(ctx ctx, st *store.Store, v store.Viewer, f filter.Filter) (result, error) {
			seq, err := st.Select(v, f).Open(ctx, everyField)
			if err != nil {
				return result{}, err
			}
			return collect(seq)
		}},
		{"Count", func(ctx ctx, st *store.Store, v store.Viewer, f filter.Filter) (result, error) {
			n, err := st.Count(ctx, v, f)
			return result{numbers: n}, err
		}},
		{"Facets", func(ctx ctx, st *store.Store, v store.Viewer, f filter.Filter) (result, error) {
			facets, err := st.Facets(ctx, v, f)
			numbers := map[string]store.Count{}
			for _, facet := range facets {
				for _, o := range facet.Options {
					numbers[facet.Field.String()+"="+o.Value] = o.Count
				}
			}
			return result{numbers: numbers}, err
		}},
		{"Tally", func(ctx ctx, st *store.Store, v store.Viewer, f filter.Filter) (result, error) {
			tally, err := st.Tally(ctx, v, f)
			return result{numbers: tally}, err
		}},
	}
}

// beginning returns a watermark from before a memstore's first change, taken from an empty
// memstore.
func beginning(v store.Viewer) store.Watermark {
	delta, _ := store.New(memstore.New(), store.Options{}).Changes(context.Background(), v, store.Query{}, "")
	return delta.Next
}

// collect copies the sessions of an iterator.
func collect(seq iter.Seq2[*sessions.Session, error]) (r result, err error) {
	for s, e := range seq {
		if err != nil {
			return r, errors.New("something follows an error")
		}
		if err = e; err == nil {
			r.sessions = append(r.sessions, s.Clone())
		}
	}
	return r, err
}

func ids(all []*sessions.Session) []string {
	list := []string{}
	for _, s := range all {
		list = append(list, s.ID)
	}
	return list
}

// matching returns the IDs of the sessions that a filter matches.
func matching(all []*sessions.Session, f filter.Filter) []string {
	list := []string{}
	for _, s := range all {
		if f.Match(s) {
			list = append(list, s.ID)
		}
	}
	return list
}

func requireSame(t testing.TB, want, got []*sessions.Session) {
	t.Helper()
	require.Equal(t, ids(want), ids(got))
	for i := range want {
		require.True(t, want[i].Equal(got[i]), "content of %v", want[i])
	}
}

func TestNoViewer(t *testing.T) {
	st := store.New(backend(t, mixed()...), store.Options{Settings: &memstore.Settings{}})
	more := append(calls(),
		call{"Get", func(ctx context.Context, st *store.Store, v store.Viewer, _ filter.Filter) (result, error) {
			_, err := st.Get(ctx, v, "s-0001")
			return result{}, err
		}},
		call{"Settings", func(ctx context.Context, st *store.Store, v store.Viewer, _ filter.Filter) (result, error) {
			_, err := st.Settings(ctx, v)
			return result{}, err
		}},
		call{"SaveSettings", func(ctx context.Context, st *store.Store, v store.Viewer, _ filter.Filter) (result, error) {
			_, err := st.SaveSettings(ctx, v, store.CompanySettings{})
			return result{}, err
		}},
		call{"SettingsHistory", func(ctx context.Context, st *store.Store, v store.Viewer, _ filter.Filter) (result, error) {
			_, err := st.SettingsHistory(ctx, v, 0, 1)
			return result{}, err
		}},
		call{"AuditTrail", func(ctx context.Context, st *store.Store, v store.Viewer, _ filter.Filter) (result, error) {
			_, err := st.AuditTrail(ctx, v, store.AuditQuery{})
			return result{}, err
		}})
	for _, c := range more {
		t.Run(c.name, func(t *testing.T) {
			for _, role := range []sessions.Role{"", "admin", "Agent"} {
				got, err := c.do(t.Context(), st, with(agent, func(v *store.Viewer) { v.Role = role }), filter.Filter{})
				require.ErrorIs(t, err, store.ErrNoRole)
				require.ErrorIs(t, err, store.ErrForbidden)
				require.Empty(t, got.sessions)
			}
			got, err := c.do(t.Context(), st, with(agent, func(v *store.Viewer) { v.Company = "" }), filter.Filter{})
			require.ErrorIs(t, err, store.ErrNoCompany)
			require.Empty(t, got.sessions)
		})
	}
}

func TestBadFilter(t *testing.T) {
	st := store.New(backend(t, mixed()...), store.Options{})
	bad := filter.Status()
	for _, c := range calls() {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.do(t.Context(), st, agent, filter.Not(bad))
			require.ErrorIs(t, err, filter.ErrEmpty)
			require.Empty(t, got.sessions)
			got, err = c.do(t.Context(), st, with(agent, func(v *store.Viewer) { v.Restriction = filter.Not(bad) }), filter.Filter{})
			require.ErrorIs(t, err, filter.ErrEmpty, "a broken restriction lets nobody in")
			require.Empty(t, got.sessions)
		})
	}
	_, err := st.Get(t.Context(), with(agent, func(v *store.Viewer) { v.Restriction = filter.Not(bad) }), "s-0001")
	require.ErrorIs(t, err, filter.ErrEmpty)
}

func TestAnotherCompany(t *testing.T) {
	other := session(1, func(s *sessions.Session) { s.Company, s.ID = "globex", "s-foreign" })
	both(t, append(mixed(), other), func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{})
		for _, c := range calls() {
			got, err := c.do(t.Context(), st, agent, filter.Filter{})
			require.NoError(t, err, c.name)
			require.NotContains(t, ids(got.sessions), other.ID, c.name)
			require.NotContains(t, got.left, other.ID, c.name)
		}
		_, foreign := st.Get(t.Context(), agent, other.ID)
		_, missing := st.Get(t.Context(), agent, "nobody's")
		require.Equal(t, store.ErrNotFound, foreign)
		require.Equal(t, foreign, missing, "a foreign session cannot be told from a missing one")
	})
}

// TestRestriction checks that a viewer restricted to a part of a company learns the same as a
// viewer of a company that has only that part.
func TestRestriction(t *testing.T) {
	west := filter.Extra("branch", "west")
	everyone := mixed()
	var part []*sessions.Session
	for _, s := range everyone {
		if west.Match(s) {
			part = append(part, s)
		}
	}
	restricted := with(agent, func(v *store.Viewer) {
		v.Restriction = west
		// A restriction may use hidden fields.
		v.Disclosure.Drop = sessions.FieldsOf(sessions.FieldExtra)
	})
	unrestricted := with(restricted, func(v *store.Viewer) { v.Restriction = filter.Filter{} })
	both(t, everyone, func(t *testing.T, b store.Backend) {
		whole, partial := store.New(b, store.Options{}), store.New(backend(t, part...), store.Options{})
		for _, f := range []filter.Filter{
			{}, filter.Nothing(), filter.Search("gio"), filter.Status(sessions.Failed), filter.Not(filter.Status(sessions.Success)),
			filter.Or(filter.Search("nino"), filter.Filter{}),
		} {
			for _, c := range calls() {
				want, err := c.do(t.Context(), partial, unrestricted, f)
				require.NoError(t, err, c.name)
				got, err := c.do(t.Context(), whole, restricted, f)
				require.NoError(t, err, c.name)
				requireSame(t, want.sessions, got.sessions)
				require.Equal(t, want.left, got.left, c.name)
				require.Equal(t, want.numbers, got.numbers, c.name)
			}
		}
		for _, s := range everyone {
			_, err := whole.Get(t.Context(), restricted, s.ID)
			_, errAttempts := whole.Attempts(t.Context(), restricted, s.ID, store.Query{})
			if west.Match(s) {
				require.NoError(t, errors.Join(err, errAttempts))
			} else {
				require.Equal(t, store.ErrNotFound, err)
				require.ErrorIs(t, errAttempts, store.ErrNotFound)
			}
		}
	})
}

func TestDisclosure(t *testing.T) {
	everyone := mixed()
	hide := sessions.Disclosure{
		Mask: sessions.FieldsOf(sessions.FieldLastName, sessions.FieldPersonalNumber),
		Drop: sessions.FieldsOf(sessions.FieldExtra, sessions.FieldClientIP, sessions.FieldAttempt),
	}
	viewer := with(agent, func(v *store.Viewer) { v.Disclosure = hide })
	both(t, everyone, func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{})
		disclosed := func(got *sessions.Session) {
			t.Helper()
			want, err := b.Get(t.Context(), "acme", got.ID)
			require.NoError(t, err)
			require.Equal(t, "Beridze", want.LastName.Value(), "what is stored stays as it is")
			hide.Apply(want)
			require.True(t, want.Equal(got))
			require.Equal(t, sessions.Masked, got.LastName.State())
		}
		for range 2 {
			for _, c := range calls() {
				got, err := c.do(t.Context(), st, viewer, filter.Filter{})
				require.NoError(t, err, c.name)
				for _, s := range got.sessions {
					disclosed(s)
				}
			}
			one, err := st.Get(t.Context(), viewer, "s-0004")
			require.NoError(t, err)
			disclosed(one)
		}
		alone := session(99, func(s *sessions.Session) { s.Subject = "" })
		require.NoError(t, writerOf(b).Insert(t.Context(), alone))
		page, err := st.Attempts(t.Context(), viewer, alone.ID, store.Query{})
		require.NoError(t, err)
		require.Equal(t, []string{alone.ID}, ids(page.Sessions), "without a subject it stands alone")
		disclosed(page.Sessions[0])
	})
}

// writerOf returns the writer of a Backend of these tests.
func writerOf(b store.Backend) store.Writer {
	if x, ok := b.(bare); ok {
		b = x.Backend
	}
	return b.(store.Writer)
}

func TestHiddenFields(t *testing.T) {
	st := store.New(backend(t, mixed()...), store.Options{})
	for _, tt := range []struct {
		hidden sessions.Field
		filter filter.Filter
		named  sessions.Field
	}{
		{sessions.FieldStatus, filter.Status(sessions.Failed), sessions.FieldStatus},
		{sessions.FieldStatus, filter.FailedFor(sessions.LowFAR), sessions.FieldReasons},
		{sessions.FieldReasons, filter.FailedFor(sessions.LowFAR), sessions.FieldReasons},
		{sessions.FieldMatchLevel, filter.MatchLevel(6), sessions.FieldMatchLevel},
		{sessions.FieldMatchLevel, filter.FailedForAt([]far.Level{1}, sessions.LowFAR), sessions.FieldMatchLevel},
		{sessions.FieldDocumentType, filter.DocumentType(""), sessions.FieldDocumentType},
		{sessions.FieldPersonalNumber, filter.Is(sessions.FieldPersonalNumber, "1"), sessions.FieldPersonalNumber},
		{sessions.FieldExtra, filter.Extra("branch", "west"), sessions.FieldExtra},
		{sessions.FieldSubject, filter.Is(sessions.FieldSubject, "person-1"), sessions.FieldSubject},
	} {
		for _, d := range []sessions.Disclosure{{Mask: sessions.FieldsOf(tt.hidden)}, {Drop: sessions.FieldsOf(tt.hidden)}} {
			viewer := with(agent, func(v *store.Viewer) { v.Disclosure = d })
			for _, f := range []filter.Filter{tt.filter, filter.Not(tt.filter), filter.Or(filter.Search("x"), filter.And(tt.filter, filter.Search("y")))} {
				for _, c := range calls() {
					got, err := c.do(t.Context(), st, viewer, f)
					var hidden *store.HiddenError
					require.ErrorAs(t, err, &hidden, "%s by %v", c.name, tt.named)
					require.ErrorIs(t, err, store.ErrForbidden)
					require.Empty(t, got.sessions)
					if c.name != "Attempts" && c.name != "Tally" { // they use fields themselves
						require.True(t, hidden.Fields.Has(tt.named), "%s: %v", c.name, err)
						require.ErrorContains(t, err, tt.named.String())
					}
				}
			}
		}
	}
}

func TestHiddenSearchFields(t *testing.T) {
	st := store.New(backend(t, mixed()...), store.Options{})
	names := sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName)
	viewer := with(agent, func(v *store.Viewer) { v.Disclosure.Mask = names })
	numbers := sessions.SearchFields().Minus(names)

	page, err := st.List(t.Context(), viewer, store.Query{Filter: filter.Search("0000003")})
	require.NoError(t, err)
	require.Equal(t, numbers, page.Searched)
	require.NotEmpty(t, page.Sessions)
	for _, c := range calls() {
		for _, f := range []filter.Filter{
			filter.Search("beridze"), filter.And(filter.Search("beridze"), filter.Status(sessions.Success)),
			filter.Or(filter.Search("beridze"), filter.Nothing()),
		} {
			got, err := c.do(t.Context(), st, viewer, f)
			require.NoError(t, err, c.name)
			require.Empty(t, got.sessions, "%s finds no one by a hidden name", c.name)
		}
	}
	negated, err := st.List(t.Context(), viewer, store.Query{Filter: filter.Not(filter.Search("gio"))})
	require.NoError(t, err)
	all, err := st.List(t.Context(), viewer, store.Query{})
	require.NoError(t, err)
	require.Equal(t, ids(all.Sessions), ids(negated.Sessions), "nor leaves out")
	require.Zero(t, all.Searched)

	var hidden *store.HiddenError
	_, err = st.List(t.Context(), viewer, store.Query{Filter: filter.SearchIn(sessions.FieldsOf(sessions.FieldLastName), "ber")})
	require.ErrorAs(t, err, &hidden)
	require.Equal(t, sessions.FieldsOf(sessions.FieldLastName), hidden.Fields)
	viewer.Disclosure.Drop = numbers
	for _, c := range calls() {
		_, err := c.do(t.Context(), st, viewer, filter.Search("ber"))
		require.ErrorAs(t, err, &hidden, c.name)
		require.Equal(t, sessions.SearchFields(), hidden.Fields, c.name)
	}
}

// rogue is a Backend whose lists are modified.
type rogue struct {
	*memstore.Backend
	list    func(store.Selection, *store.Batch)
	foreign bool
}

func (r rogue) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
	batch, err := r.Backend.List(ctx, sel)
	if r.list != nil {
		r.list(sel, &batch)
	}
	return batch, err
}

func (r rogue) strange(s *sessions.Session) *sessions.Session {
	if r.foreign {
		s.Company = "globex"
	}
	return s
}

func (r rogue) Get(ctx context.Context, company, id string) (*sessions.Session, error) {
	s, err := r.Backend.Get(ctx, company, id)
	if err != nil {
		return nil, err
	}
	return r.strange(s), nil
}

func (r rogue) Changes(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
	ch, err := r.Backend.Changes(ctx, company, since, limit)
	for _, s := range ch.Sessions {
		r.strange(s)
	}
	return ch, err
}

func (r rogue) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	return r.Backend.Stream(ctx, sel, func(s *sessions.Session) error { return each(r.strange(s)) })
}

func TestRogueBackends(t *testing.T) {
	inner := backend(t, mixed()...)
	foreign := rogue{Backend: inner, foreign: true, list: func(_ store.Selection, b *store.Batch) {
		for _, s := range b.Sessions {
			s.Company = "globex"
		}
	}}
	for name, b := range map[string]store.Backend{"with all": foreign, "bare": bare{foreign}} {
		st := store.New(b, store.Options{})
		for _, c := range calls() {
			if _, counts := b.(store.Counter); counts && (c.name == "Count" || c.name == "Facets" || c.name == "Tally") {
				continue // the company of numbers cannot be checked
			}
			got, err := c.do(t.Context(), st, agent, filter.Filter{})
			require.ErrorIs(t, err, store.ErrBackend, "%s, %s", name, c.name)
			require.Empty(t, got.sessions)
		}
		_, err := st.Get(t.Context(), agent, "s-0001")
		require.ErrorIs(t, err, store.ErrBackend)
	}
	stuck := bare{rogue{Backend: inner, list: func(sel store.Selection, b *store.Batch) {
		if b.Reached = sel.After; b.Reached.IsZero() {
			b.Reached = store.PositionOf(b.Sessions[0])
		}
	}}}
	_, err := collect(store.New(stuck, store.Options{}).Select(agent, filter.Filter{}).All(t.Context()))
	require.ErrorIs(t, err, store.ErrBackend, "it ends, rather than going round")
	for name, b := range map[string]store.Backend{"with all": foreign, "bare": bare{foreign}, "stuck": stuck} {
		_, err := collect(store.All(t.Context(), b, store.Selection{Company: "acme"}))
		require.ErrorIs(t, err, store.ErrBackend, name)
	}
	greedy := store.New(rogue{Backend: inner, list: func(_ store.Selection, b *store.Batch) {
		b.Sessions = append(b.Sessions, b.Sessions[0])
	}}, store.Options{})
	_, err = greedy.List(t.Context(), agent, store.Query{Limit: 3})
	require.ErrorIs(t, err, store.ErrBackend)
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	both(t, mixed(), func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{})
		for _, c := range calls() {
			_, err := c.do(ctx, st, agent, filter.Filter{})
			require.ErrorIs(t, err, context.Canceled, c.name)
		}
	})
}
