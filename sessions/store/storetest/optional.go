package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// stream reads a whole stream.
func (s *suite) stream(sel store.Selection) []*sessions.Session {
	s.Helper()
	var all []*sessions.Session
	s.lent(sel, func(one *sessions.Session) error {
		all = append(all, one.Clone())
		return nil
	})
	return all
}

// streams requires that a stream has all selected sessions.
func (s *suite) streams(sel store.Selection, explanation string, args ...any) {
	s.Helper()
	got := s.stream(sel)
	s.same(s.selected(sel), got, "Stream(%s): %s", selectionText(sel), fmt.Sprintf(explanation, args...))
}

// lent calls Stream, which must not fail.
func (s *suite) lent(sel store.Selection, each func(*sessions.Session) error) {
	s.Helper()
	asked := s.ask("Stream(%s)", selectionText(sel))
	s.ok(s.streamer().Stream(s.Context(), sel, func(one *sessions.Session) error {
		s.that(one != nil, "%s: a session, and not nil, is lent", asked)
		return each(one)
	}), "%s", asked)
}

func (s *suite) streamer() store.Streamer { return s.Backend.(store.Streamer) } //nolint:errcheck // promised

func streamIsList(s *suite) {
	s.put(world()...)
	s.streams(everything(acme), "everything")
	for _, c := range selectCases() {
		if s.can(c.filter) {
			// A stream ignores Limit and Budget.
			sel := store.Selection{Company: acme, Filter: c.filter, Limit: 1, Budget: 1}
			s.streams(sel, "%v", c)
			if want := s.want(acme, c.filter); len(want) > 1 {
				sel.After = store.PositionOf(want[0])
				s.streams(sel, "after the first; %v", c)
			}
		}
	}
	for field := range sessions.AllFields().All() {
		one := sessions.FieldsOf(field)
		s.streamsFields(one)
		s.streamsFields(sessions.AllFields().Minus(one))
	}
}

// streamsFields requires that a stream of the given fields has them.
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
	// A storage may make writers wait for the snapshot. They must continue when it has ended.
	written := make(chan error, 1)
	s.lent(everything(acme), func(one *sessions.Session) error {
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
	s.that(len(seen) > 0, "%s: there are sessions", s.asking())
	s.ok(<-written, "a writer beside a stream")
	s.same(before, seen, "what changes or comes in meanwhile is seen as it was")
}

func streamLends(s *suite) {
	s.put(world()...)
	want := s.want(acme, filter.Filter{})
	n := 0
	s.lent(everything(acme), func(one *sessions.Session) error {
		s.that(n < len(want), "%s: there are no more than %d sessions", s.asking(), len(want))
		s.same(want[n:n+1], []*sessions.Session{one}, "what was done to those before shows nowhere")
		n++
		*one = sessions.Session{ID: "changed", LastName: sessions.TextOf("Changed")}
		return nil
	})
	is(s, len(want), n, "%s: sessions", s.asking())
	s.same(want, s.list(everything(acme)).Sessions, "what was done to a lent session is not stored")
}

func streamEnds(s *suite) {
	s.put(world()...)
	enough := errors.New("enough")
	for _, after := range []int{1, 5} {
		calls := 0
		err := s.streamer().Stream(s.Context(), everything(acme), func(*sessions.Session) error {
			if calls++; calls >= after {
				return enough
			}
			return nil
		})
		s.wraps(err, enough, "Stream whose callback ends it at session %d", after)
		is(s, after, calls, "calls of a callback that ends at session %d", after)
	}
	s.put(plainSession(4001)) // the ended streams do not block writers
}

func count(s *suite) {
	s.put(world()...)
	for _, c := range selectCases() {
		if !s.can(c.filter) {
			continue
		}
		want := len(s.want(acme, c.filter))
		sel := store.Selection{Company: acme, Filter: c.filter, Limit: want + 1}
		s.counts(sel, "%v", c)
		for _, sel.Limit = range []int{want, want - 1, 1} {
			if sel.Limit < 1 {
				continue
			}
			got := s.count(sel)
			s.that(got.N >= min(want, sel.Limit) && got.N <= want, "%s: %d is at least the lesser of Limit and %d, and no more than that; %v", s.asking(), got.N, want, c)
			s.that(!got.Exact || got.N == want, "%s: %d is exact only if there are no others than %d; %v", s.asking(), got.N, want, c)
		}
		for _, sel.Budget = range []int{1, 10, 1000} {
			sel.Limit = all
			got := s.count(sel)
			s.that(got.N <= want, "%s: %d is no more than %d; %v", s.asking(), got.N, want, c)
			s.that(!got.Exact || got.N == want, "%s: %d is exact only if there are no others than %d; %v", s.asking(), got.N, want, c)
		}
	}
}

// count calls Count, which must not fail.
func (s *suite) count(sel store.Selection) store.Count {
	s.Helper()
	asked := s.ask("Count(%s)", selectionText(sel))
	got, err := s.Backend.(store.Counter).Count(s.Context(), sel) //nolint:errcheck // promised
	s.ok(err, "%s", asked)
	return got
}

// counts requires that a count is exact and counts all selected sessions.
func (s *suite) counts(sel store.Selection, explanation string, args ...any) {
	s.Helper()
	got := s.count(sel)
	is(s, countText(store.Count{N: len(s.selected(sel)), Exact: true}), countText(got), "Count(%s): %s", selectionText(sel), fmt.Sprintf(explanation, args...))
}

func countText(n store.Count) string {
	if n.Exact {
		return fmt.Sprintf("exactly %d", n.N)
	}
	return fmt.Sprintf("at least %d", n.N)
}

func countEach(s *suite) {
	s.put(world()...)
	var cases []selectCase
	for _, c := range selectCases() {
		if s.can(c.filter) {
			cases = append(cases, c)
		}
	}
	counter := s.Backend.(store.EachCounter) //nolint:errcheck // promised
	for part := range slices.Chunk(cases, 20) {
		var filters []filter.Filter
		for _, c := range part {
			filters = append(filters, c.filter)
		}
		asked := s.ask("CountEach(%s) of %d filters", selectionText(everything(acme)), len(filters))
		got, err := counter.CountEach(s.Context(), everything(acme), filters)
		s.ok(err, "%s", asked)
		is(s, len(part), len(got), "%s: counts", asked)
		for i, c := range part {
			want := store.Count{N: len(s.want(acme, c.filter)), Exact: true}
			is(s, countText(want), countText(got[i]), "%s: count %d, of %s; %v", asked, i+1, c.filter.Text(), c)
		}
	}
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
		asked := s.ask("Tally(%s)", selectionText(sel))
		rows, exact, err := tallier.Tally(s.Context(), sel)
		s.ok(err, "%s", asked)
		s.that(exact, "%s: it is exact, as it has no Budget; %v", asked, c)
		for _, r := range rows {
			is(s, want[r.TallyKey], r.N, "%s: sessions of the key %+v, which comes once at the most; %v", asked, r.TallyKey, c)
			delete(want, r.TallyKey)
		}
		for key, n := range want {
			s.fail("%s: want %d sessions of the key %+v, got none; %v", asked, n, key, c)
		}
	}
}

func (s *suite) writer() store.Writer {
	s.ask("Insert, Update or Redact")
	return s.Backend.(store.Writer) //nolint:errcheck // promised
}

func insert(s *suite) {
	one, two := plainSession(1), plainSession(2)
	one.CreatedAt = one.CreatedAt.Add(1500) // nanoseconds, which are truncated
	one.Status, one.Reasons, one.Revision = sessions.Failed, []sessions.Reason{sessions.NotFullID, sessions.DigitalSpoof}, 0
	s.ok(s.writer().Insert(s.Context(), one, two))
	is(s, noon.Add(-time.Minute+time.Microsecond), one.CreatedAt, "Insert normalises what it is given: CreatedAt")
	s.that(slices.IsSorted(one.Reasons), "Insert normalises what it is given: reasons are sorted")
	are(s, []int64{1, 1}, []int64{one.Revision, two.Revision}, "revisions that Insert sets")
	s.remember(one)
	s.remember(two)
	s.ok(s.writer().Insert(s.Context()), "no sessions")

	invalid := plainSession(4)
	invalid.Status = ""
	s.wraps(s.writer().Insert(s.Context(), plainSession(3), invalid), sessions.ErrInvalid)
	masked := plainSession(4)
	masked.FirstName = sessions.TextIn(sessions.Masked)
	s.wraps(s.writer().Insert(s.Context(), plainSession(3), masked), sessions.ErrInvalid)
	other := two.Clone()
	other.Model = "another"
	s.wraps(s.writer().Insert(s.Context(), plainSession(3), other), store.ErrExists)
	got := s.list(everything(acme)).Sessions
	s.same(s.want(acme, filter.Filter{}), got, "all or none")
	are(s, []int64{1, 1}, []int64{got[0].Revision, got[1].Revision}, "revisions after inserts that stored nothing")

	var many []*sessions.Session
	for n := range 2500 {
		many = append(many, plainSession(10+n))
	}
	s.ok(s.writer().Insert(s.Context(), many...), "more than one statement holds")
	s.has(len(many)+2, s.list(everything(acme)).Sessions, "sessions of the company")
}

func insertAgain(s *suite) {
	var given []*sessions.Session
	for n := range 5 {
		given = append(given, plainSession(n))
	}
	s.ok(s.writer().Insert(s.Context(), given[:3]...))
	again := []*sessions.Session{plainSession(0), plainSession(1), plainSession(2), plainSession(3), plainSession(3), plainSession(4)}
	s.ok(s.writer().Insert(s.Context(), again...), "some are stored, one is given twice")
	for _, one := range given {
		s.remember(one)
	}
	s.lists(everything(acme), "each once")

	for name, change := range map[string]func(*sessions.Session){
		"a field":         func(one *sessions.Session) { one.Model = "another" },
		"the state":       func(one *sessions.Session) { one.FirstName = sessions.TextIn(sessions.NotRecognised) },
		"extra":           func(one *sessions.Session) { one.Extra = extra(sessions.ExtraPair{Key: "k", Value: "v"}) },
		"a microsecond":   func(one *sessions.Session) { one.CreatedAt = one.CreatedAt.Add(time.Microsecond) },
		"case of a field": func(one *sessions.Session) { one.Browser = "SAFARI" },
	} {
		other := plainSession(1)
		change(other)
		s.wraps(s.writer().Insert(s.Context(), other), store.ErrExists, "differs in %s", name)
	}
	s.lists(everything(acme), "unchanged")
	updated := given[1].Clone()
	updated.Model = "newer"
	s.ok(s.writer().Update(s.Context(), updated))
	same := updated.Clone()
	same.Revision = 0
	s.ok(s.writer().Insert(s.Context(), same), "equal to what is stored now")
	is(s, 2, same.Revision, "the stored revision")
}

func update(s *suite) {
	one := plainSession(1)
	one.Status, one.DecidedAt = sessions.Pending, time.Time{}
	s.ok(s.writer().Insert(s.Context(), one, plainSession(2)))
	s.remember(plainSession(2))
	mine, theirs := one.Clone(), one.Clone()
	mine.Status, mine.FirstName = sessions.Success, sessions.TextOf("Ketevan")
	s.ok(s.writer().Update(s.Context(), mine))
	is(s, 2, mine.Revision, "the revision after an update")
	s.remember(mine)
	unchanged := func(why string) {
		s.Helper()
		s.lists(everything(acme), "after %s", why)
		got := s.get(acme, one.ID)
		is(s, mine.Revision, got.Revision, "the revision after %s", why)
	}
	unchanged("an update")
	for _, f := range []filter.Filter{filter.Search("ketevan"), filter.And(filter.Status(sessions.Success), filter.Search("ket"))} {
		got := s.list(store.Selection{Company: acme, Filter: f, Limit: 5})
		s.sameIDs([]string{one.ID}, ids(got.Sessions), "found as it is now")
	}
	theirs.Status = sessions.Failed
	s.wraps(s.writer().Update(s.Context(), theirs), store.ErrConflict, "two decide the same session: the second")
	is(s, 1, theirs.Revision, "what was given stays as it was")
	unchanged("a conflict")
	moved := mine.Clone()
	moved.CreatedAt = moved.CreatedAt.Add(time.Microsecond)
	s.wraps(s.writer().Update(s.Context(), moved), store.ErrConflict, "another creation time")
	unchanged("a move")
	ahead := mine.Clone()
	ahead.Revision = 9
	s.wraps(s.writer().Update(s.Context(), ahead), store.ErrConflict, "a revision that never was")
	s.wraps(s.writer().Update(s.Context(), plainSession(3)), store.ErrNotFound)
	foreign := mine.Clone()
	foreign.Company = "globex"
	s.wraps(s.writer().Update(s.Context(), foreign), store.ErrNotFound, "another company's")
	invalid := mine.Clone()
	invalid.Status = ""
	s.wraps(s.writer().Update(s.Context(), invalid), sessions.ErrInvalid)
	unchanged("refusals")
	mine.Status, mine.Reasons = sessions.Failed, []sessions.Reason{sessions.NotFullID, sessions.DigitalSpoof}
	mine.FirstName = sessions.TextOf("Keti Nana")
	s.ok(s.writer().Update(s.Context(), mine), "once more")
	s.remember(mine)
	unchanged("a second update")
	for _, f := range []filter.Filter{filter.Search("ketevan"), filter.And(filter.Status(sessions.Success), filter.Search("ket"))} {
		s.same(nil, s.list(store.Selection{Company: acme, Filter: f, Limit: 5}).Sessions, "not found as it was")
	}
	s.has(1, s.list(store.Selection{Company: acme, Filter: filter.And(filter.Search("nana keti"), filter.FailedFor(sessions.NotFullID)), Limit: 5}).Sessions, "sessions found as it is now")
}

func updateAgain(s *suite) {
	one := plainSession(1)
	s.ok(s.writer().Insert(s.Context(), one))
	one.Model = "newer"
	again, other := one.Clone(), one.Clone()
	s.ok(s.writer().Update(s.Context(), one))
	var mark store.Watermark
	if !s.Lacks.Changes {
		mark = s.changes(acme, "", 1).Next
	}
	s.ok(s.writer().Update(s.Context(), again), "the same update, with the revision that was read")
	is(s, 2, again.Revision, "the revision after the same update again")
	got := s.get(acme, one.ID)
	is(s, 2, got.Revision, "nothing was changed")
	if !s.Lacks.Changes {
		s.same(nil, s.changes(acme, mark, 5).Sessions, "nothing was changed")
	}
	other.Model = "yet another"
	s.wraps(s.writer().Update(s.Context(), other), store.ErrConflict, "another update with that revision")
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
	for _, f := range finds {
		s.that(slices.Contains(found(f), one.ID), "%s finds the session before its redaction", f.Text())
	}
	s.wraps(s.writer().Redact(s.Context(), acme, newID(77)), store.ErrNotFound)
	s.wraps(s.writer().Redact(s.Context(), "globex", one.ID), store.ErrNotFound, "another company's")
	s.wraps(s.writer().Redact(s.Context(), "", one.ID), store.ErrNoCompany)
	var mark store.Watermark
	if !s.Lacks.Changes {
		mark = s.changes(acme, "", 1).Next
	}
	s.ok(s.writer().Redact(s.Context(), acme, one.ID, "branch", "none"))
	gone := one.Clone()
	gone.RedactPerson("branch")
	s.remember(gone)
	for _, f := range finds {
		s.that(!slices.Contains(found(f), one.ID), "%s does not find the session after its redaction", f.Text())
	}
	s.sameIDs([]string{one.ID}, found(filter.FailedFor(sessions.DigitalSpoof)), "still found by its verdict")
	s.lists(everything(acme), "redacted")
	once := s.get(acme, one.ID)
	is(s, 2, once.Revision, "a change like any other")
	if !s.Lacks.Changes {
		s.same([]*sessions.Session{gone}, s.changes(acme, mark, 5).Sessions, "the change is named, and tells nothing")
	}
	if branch := filter.Extra("branch", "Vake"); s.can(branch) {
		s.sameIDs([]string{one.ID}, found(branch), "found by an extra field that is kept")
	}
	s.ok(s.writer().Redact(s.Context(), acme, one.ID, "branch"), "again")
	twice := s.get(acme, one.ID)
	s.that(once.Equal(twice), "doing it twice changes nothing")
	s.ok(s.writer().Redact(s.Context(), acme, one.ID), "nothing is kept")
	gone.RedactPerson()
	s.remember(gone)
	s.lists(everything(acme), "redacted of what was kept before")
}
