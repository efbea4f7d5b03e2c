package storetest

import (
	"errors"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// stream reads a whole stream.
func (s *suite) stream(sel store.Selection) []*sessions.Session {
	s.Helper()
	var all []*sessions.Session
	require.NoError(s, s.Backend.(store.Streamer).Stream(s.Context(), sel, func(one *sessions.Session) error { //nolint:errcheck // promised
		all = append(all, one.Clone())
		return nil
	}))
	return all
}

func streamIsList(s *suite) {
	s.put(world()...)
	s.same(s.want(acme, filter.Filter{}), s.stream(everything(acme)), "everything")
	for _, c := range selectCases() {
		if s.can(c.filter) {
			sel := store.Selection{Company: acme, Filter: c.filter, Limit: 1, Budget: 1}
			want := s.want(acme, c.filter)
			require.Equal(s, ids(want), ids(s.stream(sel)), "neither limit nor budget; %v", c)
			if len(want) > 1 {
				sel.After = store.PositionOf(want[0])
				require.Equal(s, ids(want[1:]), ids(s.stream(sel)), "after the first; %v", c)
			}
		}
	}
	for field := range sessions.AllFields().All() {
		one := sessions.FieldsOf(field)
		s.streamsFields(one)
		s.streamsFields(sessions.AllFields().Minus(one))
	}
}

// streamsFields requires that a stream of some fields has them.
func (s *suite) streamsFields(fields sessions.Fields) {
	s.Helper()
	sel := everything(acme)
	sel.Fields = fields
	asked := func(all []*sessions.Session) []*sessions.Session {
		var list []*sessions.Session
		for _, one := range all {
			one = one.Clone()
			one.Retain(fields)
			list = append(list, one)
		}
		return list
	}
	s.same(asked(s.want(acme, filter.Filter{})), asked(s.stream(sel)), "the fields %v", slices.Collect(fields.All()))
}

func streamIsSnapshot(s *suite) {
	s.put(world()...)
	before := s.want(acme, filter.Filter{})
	var seen []*sessions.Session
	// A storage may make writers wait for the snapshot: they must get on when it has ended.
	written := make(chan error, 1)
	err := s.Backend.(store.Streamer).Stream(s.Context(), everything(acme), func(one *sessions.Session) error { //nolint:errcheck // promised
		if seen = append(seen, one.Clone()); len(seen) != 1 {
			return nil
		}
		go func() {
			oldest := before[len(before)-1].Clone()
			oldest.Status, oldest.Reasons = sessions.Failed, []sessions.Reason{sessions.NotFullID}
			fresh := plainSession(4000)
			written <- s.store(oldest, fresh)
		}()
		select {
		case err := <-written:
			written <- err
		case <-time.After(200 * time.Millisecond):
		}
		return nil
	})
	require.NoError(s, err)
	require.NotEmpty(s, seen, "sessions of the stream, of which the first one lets a writer begin")
	require.NoError(s, <-written, "a writer beside a stream")
	s.same(before, seen, "what changes or comes in meanwhile is seen as it was")
}

func streamLends(s *suite) {
	s.put(world()...)
	want := s.want(acme, filter.Filter{})
	n := 0
	err := s.Backend.(store.Streamer).Stream(s.Context(), everything(acme), func(one *sessions.Session) error { //nolint:errcheck // promised
		require.Less(s, n, len(want), "sessions of the stream")
		s.same(want[n:n+1], []*sessions.Session{one}, "what was done to those before shows nowhere")
		n++
		*one = sessions.Session{ID: "changed", LastName: sessions.TextOf("Changed")}
		return nil
	})
	require.NoError(s, err)
	require.Equal(s, len(want), n)
	s.same(want, s.list(everything(acme)).Sessions, "what was done to a lent session is not stored")
}

func streamEnds(s *suite) {
	s.put(world()...)
	enough := errors.New("enough")
	for _, after := range []int{1, 5} {
		calls := 0
		err := s.Backend.(store.Streamer).Stream(s.Context(), everything(acme), func(*sessions.Session) error { //nolint:errcheck // promised
			if calls++; calls >= after {
				return enough
			}
			return nil
		})
		require.ErrorIs(s, err, enough)
		require.Equal(s, after, calls, "it is not called again")
	}
	s.put(plainSession(4001)) // nothing holds the storage
}

func count(s *suite) {
	s.put(world()...)
	counter := s.Backend.(store.Counter) //nolint:errcheck // promised
	for _, c := range selectCases() {
		if !s.can(c.filter) {
			continue
		}
		want := len(s.want(acme, c.filter))
		sel := store.Selection{Company: acme, Filter: c.filter, Limit: want + 1}
		got, err := counter.Count(s.Context(), sel)
		require.NoError(s, err)
		require.Equal(s, store.Count{N: want, Exact: true}, got, c)
		for _, sel.Limit = range []int{want, want - 1, 1} {
			if sel.Limit < 1 {
				continue
			}
			got, err := counter.Count(s.Context(), sel)
			require.NoError(s, err)
			require.LessOrEqual(s, got.N, want, "limit %d; %v", sel.Limit, c)
			require.GreaterOrEqual(s, got.N, min(want, sel.Limit), "limit %d; %v", sel.Limit, c)
			require.True(s, !got.Exact || got.N == want, "limit %d: exact only if there are no others; %v", sel.Limit, c)
		}
		for _, sel.Budget = range []int{1, 10, 1000} {
			sel.Limit = all
			got, err := counter.Count(s.Context(), sel)
			require.NoError(s, err)
			require.LessOrEqual(s, got.N, want, c)
			require.True(s, !got.Exact || got.N == want, "budget %d: exact, and wrong; %v", sel.Budget, c)
		}
	}
}

func countEach(s *suite) {
	s.put(world()...)
	var filters []filter.Filter
	var want []store.Count
	for _, c := range selectCases() {
		if s.can(c.filter) {
			filters = append(filters, c.filter)
			want = append(want, store.Count{N: len(s.want(acme, c.filter)), Exact: true})
		}
	}
	counter := s.Backend.(store.EachCounter) //nolint:errcheck // promised
	for part := range slices.Chunk(filters, 20) {
		got, err := counter.CountEach(s.Context(), everything(acme), part)
		require.NoError(s, err)
		require.Equal(s, want[:len(part)], got, "counts of the filters, in their order")
		want = want[len(part):]
	}
	_, err := counter.CountEach(s.Context(), everything(acme), []filter.Filter{{}, filter.Status()})
	require.ErrorIs(s, err, filter.ErrEmpty, "a filter with an error")
	_, err = counter.CountEach(s.Context(), everything(""), []filter.Filter{{}})
	require.ErrorIs(s, err, store.ErrNoCompany)
}

func tally(s *suite) {
	s.put(world()...)
	tallier := s.Backend.(store.Tallier) //nolint:errcheck // promised
	for _, c := range selectCases() {
		if !s.can(c.filter) {
			continue
		}
		want := map[store.TallyKey]int{}
		for _, one := range s.want(acme, c.filter) {
			want[store.TallyKeyOf(one)]++
		}
		sel := everything(acme)
		sel.Filter = c.filter
		rows, exact, err := tallier.Tally(s.Context(), sel)
		require.NoError(s, err)
		require.True(s, exact, "without a budget; %v", c)
		got := map[store.TallyKey]int{}
		for _, r := range rows {
			require.NotContains(s, got, r.TallyKey, "each key once; %v", c)
			got[r.TallyKey] = r.N
		}
		require.Equal(s, want, got, "%v", c)
	}
	_, _, err := tallier.Tally(s.Context(), store.Selection{Company: acme, Filter: filter.Status()})
	require.ErrorIs(s, err, filter.ErrEmpty, "a filter with an error")
	_, _, err = tallier.Tally(s.Context(), everything(""))
	require.ErrorIs(s, err, store.ErrNoCompany)
}

func (s *suite) writer() store.Writer { return s.Backend.(store.Writer) } //nolint:errcheck // promised

func insert(s *suite) {
	one, two := plainSession(1), plainSession(2)
	one.CreatedAt = one.CreatedAt.Add(1500) // nanoseconds
	one.Status, one.Reasons, one.Revision = sessions.Failed, []sessions.Reason{sessions.NotFullID, sessions.DigitalSpoof}, 0
	require.NoError(s, s.writer().Insert(s.Context(), one, two))
	require.Equal(s, noon.Add(-time.Minute+time.Microsecond), one.CreatedAt, "normalised")
	require.True(s, slices.IsSorted(one.Reasons), "normalised")
	require.Equal(s, []int64{1, 1}, []int64{one.Revision, two.Revision})
	s.remember(one)
	s.remember(two)
	require.NoError(s, s.writer().Insert(s.Context()), "no sessions")

	invalid := plainSession(4)
	invalid.Status = ""
	require.ErrorIs(s, s.writer().Insert(s.Context(), plainSession(3), invalid), sessions.ErrInvalid)
	masked := plainSession(4)
	masked.FirstName = sessions.TextIn(sessions.Masked)
	require.ErrorIs(s, s.writer().Insert(s.Context(), plainSession(3), masked), sessions.ErrInvalid)
	other := two.Clone()
	other.Model = "another"
	require.ErrorIs(s, s.writer().Insert(s.Context(), plainSession(3), other), store.ErrExists)
	got := s.list(everything(acme)).Sessions
	s.same(s.want(acme, filter.Filter{}), got, "all or none")
	require.Equal(s, []int64{1, 1}, []int64{got[0].Revision, got[1].Revision})

	var many []*sessions.Session
	for n := range 2500 {
		many = append(many, plainSession(10+n))
	}
	require.NoError(s, s.writer().Insert(s.Context(), many...), "more than one statement holds")
	s.has(len(many)+2, s.list(everything(acme)).Sessions, "sessions of the company")
}

func insertAgain(s *suite) {
	var given []*sessions.Session
	for n := range 5 {
		given = append(given, plainSession(n))
	}
	require.NoError(s, s.writer().Insert(s.Context(), given[:3]...))
	again := []*sessions.Session{plainSession(0), plainSession(1), plainSession(2), plainSession(3), plainSession(3), plainSession(4)}
	require.NoError(s, s.writer().Insert(s.Context(), again...), "some are stored, one is given twice")
	for _, one := range given {
		s.remember(one)
	}
	s.same(s.want(acme, filter.Filter{}), s.list(everything(acme)).Sessions, "each once")

	for name, change := range map[string]func(*sessions.Session){
		"a field":         func(one *sessions.Session) { one.Model = "another" },
		"the state":       func(one *sessions.Session) { one.FirstName = sessions.TextIn(sessions.NotRecognised) },
		"extra":           func(one *sessions.Session) { one.Extra = extra(sessions.ExtraPair{Key: "k", Value: "v"}) },
		"a microsecond":   func(one *sessions.Session) { one.CreatedAt = one.CreatedAt.Add(time.Microsecond) },
		"case of a field": func(one *sessions.Session) { one.Browser = "SAFARI" },
	} {
		other := plainSession(1)
		change(other)
		require.ErrorIs(s, s.writer().Insert(s.Context(), other), store.ErrExists, "differs in %s", name)
	}
	s.same(s.want(acme, filter.Filter{}), s.list(everything(acme)).Sessions, "unchanged")
	updated := given[1].Clone()
	updated.Model = "newer"
	require.NoError(s, s.writer().Update(s.Context(), updated))
	same := updated.Clone()
	same.Revision = 0
	require.NoError(s, s.writer().Insert(s.Context(), same), "equal to what is stored now")
	require.EqualValues(s, 2, same.Revision, "the stored revision")
}

func update(s *suite) {
	one := plainSession(1)
	one.Status, one.DecidedAt = sessions.Pending, time.Time{}
	require.NoError(s, s.writer().Insert(s.Context(), one, plainSession(2)))
	s.remember(plainSession(2))
	mine, theirs := one.Clone(), one.Clone()
	mine.Status, mine.FirstName = sessions.Success, sessions.TextOf("Ketevan")
	require.NoError(s, s.writer().Update(s.Context(), mine))
	require.EqualValues(s, 2, mine.Revision)
	s.remember(mine)
	unchanged := func(why string) {
		s.Helper()
		s.same(s.want(acme, filter.Filter{}), s.list(everything(acme)).Sessions, "after %s", why)
		got, err := s.Backend.Get(s.Context(), acme, one.ID)
		require.NoError(s, err)
		require.Equal(s, mine.Revision, got.Revision, "after %s", why)
	}
	unchanged("an update")
	for _, f := range []filter.Filter{filter.Search("ketevan"), filter.And(filter.Status(sessions.Success), filter.Search("ket"))} {
		got := s.list(store.Selection{Company: acme, Filter: f, Limit: 5})
		require.Equal(s, []string{one.ID}, ids(got.Sessions), "found as it is now")
	}
	theirs.Status = sessions.Failed
	require.ErrorIs(s, s.writer().Update(s.Context(), theirs), store.ErrConflict, "two decide the same session: the second")
	require.EqualValues(s, 1, theirs.Revision, "what was given stays as it was")
	unchanged("a conflict")
	moved := mine.Clone()
	moved.CreatedAt = moved.CreatedAt.Add(time.Microsecond)
	require.ErrorIs(s, s.writer().Update(s.Context(), moved), store.ErrConflict, "another creation time")
	unchanged("a move")
	ahead := mine.Clone()
	ahead.Revision = 9
	require.ErrorIs(s, s.writer().Update(s.Context(), ahead), store.ErrConflict, "a revision that never was")
	require.ErrorIs(s, s.writer().Update(s.Context(), plainSession(3)), store.ErrNotFound)
	foreign := mine.Clone()
	foreign.Company = "globex"
	require.ErrorIs(s, s.writer().Update(s.Context(), foreign), store.ErrNotFound, "another company's")
	invalid := mine.Clone()
	invalid.Status = ""
	require.ErrorIs(s, s.writer().Update(s.Context(), invalid), sessions.ErrInvalid)
	unchanged("refusals")
	mine.Status, mine.Reasons = sessions.Failed, []sessions.Reason{sessions.NotFullID, sessions.DigitalSpoof}
	mine.FirstName = sessions.TextOf("Keti Nana")
	require.NoError(s, s.writer().Update(s.Context(), mine), "once more")
	s.remember(mine)
	unchanged("a second update")
	for _, f := range []filter.Filter{filter.Search("ketevan"), filter.And(filter.Status(sessions.Success), filter.Search("ket"))} {
		s.same(nil, s.list(store.Selection{Company: acme, Filter: f, Limit: 5}).Sessions, "not found as it was")
	}
	s.has(1, s.list(store.Selection{Company: acme, Filter: filter.And(filter.Search("nana keti"), filter.FailedFor(sessions.NotFullID)), Limit: 5}).Sessions, "sessions found as it is now")
}

func updateAgain(s *suite) {
	one := plainSession(1)
	require.NoError(s, s.writer().Insert(s.Context(), one))
	one.Model = "newer"
	again, other := one.Clone(), one.Clone()
	require.NoError(s, s.writer().Update(s.Context(), one))
	var mark store.Watermark
	if !s.Lacks.Changes {
		mark = s.changes(acme, "", 1).Next
	}
	require.NoError(s, s.writer().Update(s.Context(), again), "the same update, with the revision that was read")
	require.EqualValues(s, 2, again.Revision)
	got, err := s.Backend.Get(s.Context(), acme, one.ID)
	require.NoError(s, err)
	require.EqualValues(s, 2, got.Revision, "nothing was changed")
	if !s.Lacks.Changes {
		s.same(nil, s.changes(acme, mark, 5).Sessions, "nothing was changed")
	}
	other.Model = "yet another"
	require.ErrorIs(s, s.writer().Update(s.Context(), other), store.ErrConflict, "another update with that revision")
}

func redaction(s *suite) {
	one := plainSession(1)
	one.FirstName, one.LastName = sessions.TextOf("Ekvtime"), sessions.TextOf("Takaishvili")
	one.PersonalNumber, one.DocumentNumber = sessions.TextOf("61001012345"), sessions.TextOf("77XY99887")
	one.Subject = "takaishvili"
	one.Extra = extra(sessions.ExtraPair{Key: "phone", Value: "599"}, sessions.ExtraPair{Key: "branch", Value: "Vake"})
	one.Status, one.Reasons = sessions.Failed, []sessions.Reason{sessions.DigitalSpoof}
	s.put(one, plainSession(2))
	finds := []filter.Filter{filter.Is(sessions.FieldPersonalNumber, "61001012345"), filter.Is(sessions.FieldSubject, "takaishvili"), filter.Extra("phone", "599")}
	for _, word := range []string{"e", "ekvtime", "taka", "6100", "61001012345", "77xy", "xy99887", "99887", "ekvtime takaishvili"} {
		finds = append(finds, filter.Search(word))
	}
	found := func(f filter.Filter) []string {
		return ids(s.list(store.Selection{Company: acme, Filter: f, Limit: 9}).Sessions)
	}
	for i, f := range finds {
		require.Contains(s, found(f), one.ID, "filter %d before redaction", i)
	}
	require.ErrorIs(s, s.writer().Redact(s.Context(), acme, newID(77)), store.ErrNotFound)
	require.ErrorIs(s, s.writer().Redact(s.Context(), "globex", one.ID), store.ErrNotFound, "another company's")
	require.ErrorIs(s, s.writer().Redact(s.Context(), "", one.ID), store.ErrNoCompany)
	var mark store.Watermark
	if !s.Lacks.Changes {
		mark = s.changes(acme, "", 1).Next
	}
	require.NoError(s, s.writer().Redact(s.Context(), acme, one.ID, "branch", "none"))
	gone := one.Clone()
	gone.RedactPerson("branch")
	require.Equal(s, 1, gone.Extra.Len())
	s.remember(gone)
	for i, f := range finds {
		require.NotContains(s, found(f), one.ID, "filter %d after redaction", i)
	}
	require.Equal(s, []string{one.ID}, found(filter.FailedFor(sessions.DigitalSpoof)), "still found by its verdict")
	s.same(s.want(acme, filter.Filter{}), s.list(everything(acme)).Sessions, "redacted")
	once, err := s.Backend.Get(s.Context(), acme, one.ID)
	require.NoError(s, err)
	require.EqualValues(s, 2, once.Revision, "a change like any other")
	if !s.Lacks.Changes {
		s.same([]*sessions.Session{gone}, s.changes(acme, mark, 5).Sessions, "the change is named, and tells nothing")
	}
	if branch := filter.Extra("branch", "Vake"); s.can(branch) {
		require.Equal(s, []string{one.ID}, found(branch), "found by an extra field that is kept")
	}
	require.NoError(s, s.writer().Redact(s.Context(), acme, one.ID, "branch"), "again")
	twice, err := s.Backend.Get(s.Context(), acme, one.ID)
	require.NoError(s, err)
	require.True(s, once.Equal(twice), "doing it twice changes nothing")
	require.NoError(s, s.writer().Redact(s.Context(), acme, one.ID), "nothing is kept")
	gone.RedactPerson()
	s.remember(gone)
	s.same(s.want(acme, filter.Filter{}), s.list(everything(acme)).Sessions, "redacted of what was kept before")
}
