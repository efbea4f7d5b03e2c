package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// promises returns the cases of all promises in their order.
func promises() []promise {
	changes := func(f Fixture) bool { return !f.Lacks.Changes }
	streams := func(f Fixture) bool { _, ok := f.Backend.(store.Streamer); return ok }
	counts := func(f Fixture) bool { _, ok := f.Backend.(store.Counter); return ok }
	writes := func(f Fixture) bool { _, ok := f.Backend.(store.Writer); return ok }
	puts := func(f Fixture) bool { _, ok := f.Backend.(store.Putter); return ok }
	putsAndWrites := func(f Fixture) bool { return puts(f) && writes(f) }
	countsEach := func(f Fixture) bool { _, ok := f.Backend.(store.EachCounter); return ok }
	tallies := func(f Fixture) bool { _, ok := f.Backend.(store.Tallier); return ok }
	purges := func(f Fixture) bool { _, ok := f.Backend.(store.Purger); return ok }
	purgesAndTells := func(f Fixture) bool { return purges(f) && changes(f) }
	purgesAndWrites := func(f Fixture) bool { return purges(f) && writes(f) }
	return []promise{
		{1, "one company only", nil, companyOnly},
		{2, "a filter with an error selects nothing", nil, brokenFilter},
		{3, "what Match says", nil, matches},
		{4, "newest first, ties by ID", nil, order},
		{5, "limit and position", nil, limitAndPosition},
		{6, "the end is known", nil, end},
		{7, "a full batch", nil, fullBatch},
		{8, "a spent budget", nil, budget},
		{9, "no budget", nil, noBudget},
		{10, "every batch gets on", nil, progress},
		{11, "get", nil, get},
		{12, "what was stored comes back", nil, roundTrip},
		{13, "sessions are the caller's", nil, ownership},
		{14, "watermarks miss nothing", changes, nothingMissed},
		{15, "changes in order, once, limited", changes, changesInOrder},
		{16, "foreign and empty watermarks", nil, watermarks},
		{17, "cancellation", nil, cancellation},
		{18, "many goroutines", nil, concurrency},
		{19, "positions stay, nothing goes by itself", nil, permanence},
		{20, "a stream is the whole list", streams, streamIsList},
		{21, "a stream is a snapshot", streams, streamIsSnapshot},
		{22, "a stream lends", streams, streamLends},
		{23, "a stream ends at an error", streams, streamEnds},
		{24, "counts", counts, count},
		{25, "insert, all or none", writes, insert},
		{26, "insert is idempotent", writes, insertAgain},
		{27, "update of the revision read", writes, update},
		{28, "update is idempotent", writes, updateAgain},
		{29, "redaction", writes, redaction},
		{30, "counts each of several filters", countsEach, countEach},
		{31, "put: the newest version", puts, putNewest},
		{32, "put: versions of other writers", putsAndWrites, putVersions},
		{33, "put: a result for each", puts, putResults},
		{34, "put: redacted for good", putsAndWrites, putRedacted},
		{35, "put: leaves alone", puts, putLeavesAlone},
		{36, "a purge takes out what it selects", purges, purgeSelects},
		{37, "a purge that says nothing takes out nothing", purges, purgeRefused},
		{38, "no watermark survives a purge", purgesAndTells, purgeWatermarks},
		{39, "what was purged stays away", purgesAndWrites, purgeTombstones},
		{40, "a purge that ended early goes on", purges, purgeGoesOn},
		{41, "a tally of all", tallies, tally},
	}
}

// all is the greatest limit that the cases use.
const all = 10_000

func everything(company string) store.Selection { return store.Selection{Company: company, Limit: all} }

// method is a method that reads, for the promises about every method.
type method struct {
	name    string
	filters bool // it uses the filter of the selection; all methods use its company
	call    func(context.Context, store.Selection) (found int, err error)
}

func (s *suite) methods() []method {
	list := []method{
		{"List", true, func(ctx context.Context, sel store.Selection) (int, error) {
			batch, err := s.Backend.List(ctx, sel)
			return len(batch.Sessions), err
		}},
		{"Get", false, func(ctx context.Context, sel store.Selection) (int, error) {
			_, err := s.Backend.Get(ctx, sel.Company, newID(1))
			return 0, err
		}},
	}
	if !s.Lacks.Changes {
		list = append(list, method{"Changes", false, func(ctx context.Context, sel store.Selection) (int, error) {
			ch, err := s.Backend.Changes(ctx, sel.Company, "", 1)
			return len(ch.Sessions), err
		}})
	}
	if x, ok := s.Backend.(store.Streamer); ok {
		list = append(list, method{"Stream", true, func(ctx context.Context, sel store.Selection) (n int, err error) {
			err = x.Stream(ctx, sel, func(*sessions.Session) error { n++; return nil })
			return n, err
		}})
	}
	if x, ok := s.Backend.(store.Counter); ok {
		list = append(list, method{"Count", true, func(ctx context.Context, sel store.Selection) (int, error) {
			n, err := x.Count(ctx, sel)
			return n.N, err
		}})
	}
	if x, ok := s.Backend.(store.EachCounter); ok {
		list = append(list, method{"CountEach", true, func(ctx context.Context, sel store.Selection) (int, error) {
			_, err := x.CountEach(ctx, sel, []filter.Filter{{}, sel.Filter})
			return 0, err
		}})
	}
	if x, ok := s.Backend.(store.Tallier); ok {
		list = append(list, method{"Tally", true, func(ctx context.Context, sel store.Selection) (int, error) {
			rows, _, err := x.Tally(ctx, sel)
			return len(rows), err
		}})
	}
	for i, m := range list {
		list[i].call = func(ctx context.Context, sel store.Selection) (int, error) {
			s.ask("%s(%s)", m.name, selectionText(sel))
			return m.call(ctx, sel)
		}
	}
	return list
}

// can reports whether the storage has all fields that a filter uses.
func (s *suite) can(f filter.Filter) bool { return f.Fields().Intersect(s.Lacks.Fields) == 0 }

func companyOnly(s *suite) {
	s.put(world()...)
	for _, company := range []string{acme, "globex"} {
		s.lists(everything(company), "the sessions of %q alone", company)
	}
	s.same(nil, s.list(everything("nobody")).Sessions, "a company without sessions")
	s.gone(acme, newID(1<<20), "another company's session")

	for _, m := range s.methods() {
		_, err := m.call(s.Context(), everything(""))
		s.wraps(err, store.ErrNoCompany, "%s of an empty company", m.name)
	}
	if !s.Lacks.Changes {
		mark := s.changes(acme, "", 1).Next
		changed := plainSession(7)
		changed.Company = "globex"
		s.put(changed)
		s.same(nil, s.changes(acme, mark, all).Sessions, "another company's change")
	}
	if s.Lacks.OddKeys {
		return
	}
	for i, key := range oddKeys() {
		one := plainSession(i)
		one.Company = key
		s.put(one)
	}
	for i, key := range oddKeys() {
		s.sameIDs([]string{newID(i)}, ids(s.list(everything(key)).Sessions), "company %q is another than its likes", key)
	}
}

func brokenFilter(s *suite) {
	s.put(plainSession(1))
	bad := filter.Status() // a filter without values is an error
	for _, f := range []filter.Filter{bad, filter.Not(bad), filter.Or(bad, filter.Filter{}), filter.And(bad, filter.Status(sessions.Success))} {
		sel := everything(acme)
		sel.Filter = f
		for _, m := range s.methods() {
			if m.filters {
				n, err := m.call(s.Context(), sel)
				s.wraps(err, f.Err())
				is(s, 0, n, "%s: sessions beside the error", s.asking())
			}
		}
	}
}

func matches(s *suite) {
	s.put(world()...)
	for _, c := range selectCases() {
		if !s.can(c.filter) {
			continue
		}
		sel := everything(acme)
		sel.Filter = c.filter
		s.lists(sel, "%v", c)
	}
}

func order(s *suite) {
	s.put(world()...)
	for i := range 20 { // ties, put in an arbitrary order
		one := plainSession(1000 + i*7%20)
		one.CreatedAt = noon.Add(time.Duration(i%3) * time.Microsecond)
		s.put(one)
	}
	s.lists(everything(acme), "newest first, ties by ID, the greater first")
	if s.Lacks.OddKeys {
		return
	}
	for _, key := range oddKeys() {
		one := plainSession(1)
		one.ID, one.Company = key, "ties"
		s.put(one)
	}
	s.lists(everything("ties"), "ties by ID, bytewise")
	s.walks(store.Selection{Company: "ties", Limit: 1}, "ties one by one")
}

func limitAndPosition(s *suite) {
	s.put(world()...)
	want := s.want(acme, filter.Filter{})
	for limit := 1; limit <= len(want)+1; limit++ {
		s.walks(store.Selection{Company: acme, Limit: limit}, "page by page")
	}
	for _, c := range selectCases() {
		if s.can(c.filter) {
			s.walks(store.Selection{Company: acme, Filter: c.filter, Limit: 3}, "%v", c)
		}
	}
	for i, one := range want {
		for _, after := range []store.Position{
			store.PositionOf(one), {CreatedAt: one.CreatedAt}, {CreatedAt: one.CreatedAt, ID: "~"}, {CreatedAt: one.CreatedAt, ID: one.ID + " "},
			{CreatedAt: one.CreatedAt.Add(time.Microsecond)}, {CreatedAt: one.CreatedAt.Add(-time.Microsecond), ID: "~"},
		} {
			sel := everything(acme)
			sel.After = after
			s.lists(sel, "near session %d", i)
		}
	}
}

func end(s *suite) {
	s.that(s.list(everything(acme)).Reached.IsZero(), "the end of an empty company")
	s.put(world()...)
	for _, c := range selectCases() {
		want := s.want(acme, c.filter)
		if !s.can(c.filter) || len(want) == 0 {
			continue
		}
		sel := store.Selection{Company: acme, Filter: c.filter, Limit: len(want)}
		s.that(s.list(sel).Reached.IsZero(), "Reached is zero, since the last session fills the limit; %v", c)
		if sel.Limit--; sel.Limit > 0 {
			s.that(!s.list(sel).Reached.IsZero(), "Reached is not zero, since one session follows; %v", c)
		}
	}
}

func fullBatch(s *suite) {
	s.put(world()...)
	want := s.want(acme, filter.Filter{})
	for limit := 1; limit < len(want); limit++ {
		for _, budget := range []int{0, all} {
			batch := s.list(store.Selection{Company: acme, Limit: limit, Budget: budget})
			is(s, place(store.PositionOf(want[limit-1])), place(batch.Reached), "%s: Reached", s.asking())
		}
	}
}

func budget(s *suite) {
	s.put(world()...)
	for i, c := range selectCases() {
		if !s.can(c.filter) {
			continue
		}
		for _, bound := range []struct{ budget, limit, every int }{{1, all, 8}, {3, 2, 3}, {20, 5, 1}, {20, 1, 8}} {
			if i%bound.every == 0 { // some combinations only, because small batches are slow
				sel := store.Selection{Company: acme, Filter: c.filter, Limit: bound.limit, Budget: bound.budget}
				s.walks(sel, "%v", c)
			}
		}
	}
}

// progress lists rare matches with small budgets, and counts how many sessions each batch has
// passed.
func progress(s *suite) {
	s.put(world()...)
	var crowd []*sessions.Session
	// Frequent words that no session has together, over months, with many sessions of one instant
	// in the middle.
	for n := range 400 {
		one := plainSession(5000 + n)
		one.CreatedAt = noon.Add(-time.Duration(min(n, 200)+max(n-260, 0)) * 7 * time.Hour)
		one.FirstName, one.LastName = sessions.TextOf([]string{"Alpha A", "Beta B"}[n%2]), sessions.TextOf("Gamma")
		crowd = append(crowd, one)
	}
	s.put(crowd...)
	listed := s.want(acme, filter.Filter{})
	starts := []store.Position{{}, store.PositionOf(crowd[220]), store.PositionOf(crowd[259])}
	for _, f := range []filter.Filter{
		filter.Search("a b"), filter.Search("g b a"), filter.Search("gamma beta alpha"), filter.Search("zz"),
		filter.And(filter.Search("gam"), filter.FailedFor(sessions.DigitalSpoof)), filter.Or(filter.Search("zz"), filter.Status("none")),
		filter.And(filter.Search("a"), filter.Extra("phone", "1")), filter.Not(filter.Or(filter.Search("gamma"), filter.Search("n"))),
		filter.Is(sessions.FieldPersonalNumber, "404"), filter.Is(sessions.FieldSubject, "nobody"), filter.DocumentType("military_id"),
		filter.And(filter.Search("b a"), filter.Between(sessions.FieldCreatedAt, noon.AddDate(0, 0, -60), noon.AddDate(0, 0, -3))),
	} {
		if !s.can(f) {
			continue
		}
		for _, budget := range []int{1, 2, 3, 5, 8, 13, 60, 250} {
			for _, after := range starts {
				sel := store.Selection{Company: acme, Filter: f, Limit: 300, Budget: budget, After: after}
				for range 3 {
					batch := s.list(sel)
					if batch.Reached.IsZero() {
						break
					}
					passed := 0
					for _, one := range listed {
						if p := store.PositionOf(one); p.Compare(sel.After) > 0 && p.Compare(batch.Reached) <= 0 {
							passed++
						}
					}
					s.that(4*passed >= budget, "%s: Reached, %s, is a quarter of the Budget further: %d of the company's sessions were passed",
						s.asking(), place(batch.Reached), passed)
					sel.After = batch.Reached
				}
			}
		}
	}
}

func noBudget(s *suite) {
	var many []*sessions.Session
	for n := range 3000 { // only the oldest of them matches
		many = append(many, plainSession(n))
	}
	many[len(many)-1].FirstName, many[len(many)-1].Status = sessions.TextOf("Tariel"), sessions.Pending
	s.put(many...)
	for _, f := range []filter.Filter{filter.Status(sessions.Pending), filter.Search("tariel"), filter.Not(filter.Status(sessions.Success))} {
		if s.can(f) {
			batch := s.list(store.Selection{Company: acme, Filter: f, Limit: 2})
			s.sameIDs([]string{newID(len(many) - 1)}, ids(batch.Sessions), "a match behind many others")
			s.that(batch.Reached.IsZero(), "the end was reached")
		}
	}
}

func get(s *suite) {
	s.put(world()...)
	for _, want := range s.stored {
		got := s.get(want.Company, want.ID)
		s.same([]*sessions.Session{want}, []*sessions.Session{got}, "Get of %q", want.ID)
	}
	for _, id := range []string{newID(1 << 30), newID(1 << 20)} {
		s.gone(acme, id, "a session that is missing or another company's")
	}
	if s.Lacks.OddKeys {
		return
	}
	for _, id := range append(oddKeys(), "", "%", "_", newID(1)+" ", strings.ToUpper(newID(10)), newID(1)[:30], "' OR ''='", "nul\x00", "\xff", strings.Repeat("x", 5000)) {
		s.gone(acme, id, "%q is nobody's ID", id)
	}
	for i, id := range oddKeys() {
		one := plainSession(500 + i)
		one.ID = id
		s.put(one)
	}
	for _, id := range oddKeys() {
		got := s.get(acme, id)
		is(s, id, got.ID, "%s: the ID", s.asking())
	}
}

func roundTrip(s *suite) {
	long := plainSession(900)
	long.FirstName, long.LastName = sessions.TextOf(strings.Repeat("ქ", sessions.MaxTextBytes/3)), sessions.TextOf(strings.Repeat("a ", sessions.MaxTextBytes/2))
	long.Selfie, long.Browser = strings.Repeat("s", sessions.MaxMetaBytes), strings.Repeat("🦊", sessions.MaxMetaBytes/4)
	long.Extra = extra(sessions.ExtraPair{Key: strings.Repeat("k", sessions.MaxExtraKeyBytes), Value: strings.Repeat("'", sessions.MaxExtraValueBytes)})
	exact := plainSession(901)
	exact.CreatedAt = exact.CreatedAt.Add(123456 * time.Microsecond)
	// The 999 nanoseconds are truncated.
	exact.CompletedAt = exact.CreatedAt.Add(654321*time.Microsecond + 999)
	exact.Attempt = 1<<31 - 1
	s.put(append(world(), long, exact)...)
	for _, want := range s.stored {
		got := s.get(want.Company, want.ID)
		s.equal(want, got, "Get(%q)", want.ID)
		for _, t := range []time.Time{got.CreatedAt, got.CompletedAt, got.DecidedAt} {
			s.that(t.Location() == time.UTC, "%s: times are in UTC", s.asking())
		}
	}
	s.lists(everything(acme), "all fields, listed")
	if !s.Lacks.Changes {
		mark := s.changes(acme, "", 1).Next
		exact.Normalize()
		exact.Model = "Pixel"
		s.put(exact)
		s.same([]*sessions.Session{exact.Clone()}, s.changes(acme, mark, all).Sessions, "all fields, changed")
	}
}

func ownership(s *suite) {
	one := plainSession(1)
	one.Status, one.Reasons = sessions.Failed, []sessions.Reason{sessions.DigitalSpoof, sessions.LowFAR}
	var mark store.Watermark
	if !s.Lacks.Changes {
		mark = s.changes(acme, "", 1).Next
	}
	s.put(one)
	read := func() []*sessions.Session {
		got := s.get(acme, one.ID)
		listed := s.list(everything(acme)).Sessions
		s.has(1, listed, "sessions of the company, of which one was stored")
		reads := []*sessions.Session{got, listed[0]}
		if !s.Lacks.Changes {
			changed := s.changes(acme, mark, all).Sessions
			s.has(1, changed, "changes since the session was stored")
			reads = append(reads, changed[0])
		}
		return reads
	}
	for range 2 {
		for _, got := range read() {
			s.same([]*sessions.Session{one}, []*sessions.Session{got}, "after what was returned before was changed")
			got.LastName = sessions.TextOf("Changed")
			for i := range got.Reasons {
				got.Reasons[i] = "changed"
			}
		}
	}
}

// changes calls Changes, which must not fail.
func (s *suite) changes(company string, since store.Watermark, limit int) store.Changes {
	s.Helper()
	asked := s.ask("Changes(%q, %q, %d)", company, since, limit)
	ch, err := s.Backend.Changes(s.Context(), company, since, limit)
	s.ok(err, "%s", asked)
	s.that(ch.Next != "", "promise 15: %s: Next is a watermark", asked)
	s.that(len(ch.Sessions) <= limit, "promise 15: %s: %d sessions are no more than the limit", asked, len(ch.Sessions))
	s.noneNil(ch.Sessions, asked)
	return ch
}

// changed follows the changes until there are no more.
func (s *suite) changed(company string, since store.Watermark, limit int) []*sessions.Session {
	s.Helper()
	var all []*sessions.Session
	for step := 0; ; step++ {
		s.that(step < 10*(len(s.stored)+10), "going on from Next gets to the end of the changes")
		ch := s.changes(company, since, limit)
		all = append(all, ch.Sessions...)
		if since = ch.Next; !ch.More {
			return all
		}
	}
}

// nothingMissed lists sessions while others write, and afterwards checks that the changes name
// every session that a list missed.
func nothingMissed(s *suite) {
	const writers, each = 4, 15
	for w := range writers { // the pending sessions that are decided later
		for n := range each {
			one := plainSession(w*1000 + n)
			one.Status = sessions.Pending
			s.put(one)
		}
	}
	type sample struct {
		seen map[string]string
		asOf store.Watermark
	}
	var samples []sample
	errs := make([]error, writers)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			defer caught(&errs[w])
			for n := range each {
				decided := plainSession(w*1000 + n)
				fresh := plainSession(w*1000 + 500 + n)
				if errs[w] = errors.Join(s.store(decided), s.store(fresh)); errs[w] != nil {
					return
				}
				time.Sleep(200 * time.Microsecond) // leaves time for lists between the writes
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	for writing := true; writing; {
		select {
		case <-done:
			writing = false
		default:
		}
		batch := s.list(everything(acme))
		sm := sample{map[string]string{}, batch.AsOf}
		for _, one := range batch.Sessions {
			sm.seen[one.ID] = s.describe(one)
		}
		samples = append(samples, sm)
	}
	s.ok(errors.Join(errs...), "writers")
	last := s.list(everything(acme)).Sessions
	s.has(2*writers*each, last, "sessions that were stored")
	for i, sm := range samples {
		named := map[string]bool{}
		for _, one := range s.changed(acme, sm.asOf, 7) {
			named[one.ID] = true
		}
		for _, one := range last {
			if sm.seen[one.ID] != s.describe(one) {
				s.that(named[one.ID], "list %d of %d did not see %q as it is, and the changes since do not name it", i, len(samples), one.ID)
			}
		}
	}
}

func changesInOrder(s *suite) {
	s.put(world()...)
	mark := s.changes(acme, "", 1).Next
	s.same(nil, s.changes(acme, mark, all).Sessions, "nothing has changed")
	var want []*sessions.Session
	for _, n := range []int{40, 3, 41, 17, 5} {
		one := plainSession(n)
		one.Model = "changed"
		s.put(one)
		want = append(want, one)
	}
	want[1].Model = "changed again"
	s.put(want[1])
	// The session comes once, in its newest state and place.
	want = append(slices.Delete(slices.Clone(want), 1, 2), want[1])
	got := s.changes(acme, mark, all)
	s.same(want, got.Sessions, "in the order of the last changes, each session once")
	s.that(!got.More, "all of them")
	s.that(!s.changes(acme, mark, len(want)).More, "exactly all of them")
	s.same(nil, s.changes(acme, got.Next, all).Sessions, "after all of them")
	for limit := 1; limit < len(want); limit++ {
		s.that(s.changes(acme, mark, limit).More, "limit %d", limit)
		s.same(want, s.changed(acme, mark, limit), "part by part, limit %d", limit)
	}
	added := plainSession(2000)
	s.put(added)
	s.same([]*sessions.Session{added}, s.changes(acme, got.Next, all).Sessions, "from Next on")
}

func watermarks(s *suite) {
	if s.Lacks.Changes {
		_, err := s.Backend.Changes(s.Context(), acme, "", 1)
		s.wraps(err, errors.ErrUnsupported, "a Backend that cannot tell changes")
		is(s, "", s.list(everything(acme)).AsOf, "AsOf of a Backend that cannot tell changes")
		return
	}
	s.same(nil, s.changes(acme, "", all).Sessions, "the empty watermark of an empty company")
	s.put(world()...)
	first := s.changes(acme, "", all)
	s.same(nil, first.Sessions, "the empty watermark asks for nothing but a watermark")
	s.that(!first.More, "the empty watermark asks for nothing but a watermark: there are no more")
	s.same(nil, s.changed(acme, s.list(everything(acme)).AsOf, all), "as of the list, nothing has changed since")
	mark := string(first.Next)
	for _, since := range []string{"nonsense", "0", "-1", " " + mark, mark + " ", mark + "x", mark + "000", "'", "\x00", "99999999999999999999999", "🙂"} {
		_, err := s.Backend.Changes(s.Context(), acme, store.Watermark(since), 1)
		s.wraps(err, store.ErrWatermark, "watermark %q", since)
	}
	_, err := s.Backend.Changes(s.Context(), "globex", first.Next, 1)
	s.wraps(err, store.ErrWatermark, "another company's")
	twin := suite{judge: s.judge, Fixture: s.another(), stored: map[string]*sessions.Session{}}
	twin.put(world()...)
	_, err = twin.Backend.Changes(s.Context(), acme, first.Next, 1)
	s.wraps(err, store.ErrWatermark, "of a Backend that has seen the same, and is another")
}

func cancellation(s *suite) {
	s.put(world()...)
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	late, cancelLate := context.WithDeadline(s.Context(), time.Now().Add(-time.Second))
	defer cancelLate()
	sel := everything(acme)
	for _, m := range s.methods() {
		_, err := m.call(ctx, sel)
		s.wraps(err, context.Canceled, "%s with a cancelled context", m.name)
		_, err = m.call(late, sel)
		s.wraps(err, context.DeadlineExceeded, "%s after its deadline", m.name)
	}
	if x, ok := s.Backend.(store.Writer); ok {
		before := s.list(sel).Sessions
		s.same(s.selected(sel), before, "before the writes")
		one := plainSession(3000)
		s.wraps(x.Insert(ctx, one), context.Canceled, "Insert")
		s.wraps(x.Update(ctx, before[0].Clone()), context.Canceled, "Update")
		s.wraps(x.Redact(ctx, acme, before[0].ID), context.Canceled, "Redact")
		s.same(before, s.list(sel).Sessions, "a cancelled write writes nothing")
	}
}

func concurrency(s *suite) {
	s.put(world()...)
	var cases []selectCase
	var wants [][]string
	for _, c := range selectCases() {
		if s.can(c.filter) {
			cases, wants = append(cases, c), append(wants, ids(s.want(acme, c.filter)))
		}
	}
	const readers = 8
	errs := make([]error, readers)
	var group sync.WaitGroup
	for r := range readers {
		group.Go(func() {
			defer caught(&errs[r])
			for n := range 25 {
				k := (r*11 + n) % len(cases)
				c := cases[k]
				batch, err := s.Backend.List(s.Context(), store.Selection{Company: acme, Filter: c.filter, Limit: all})
				if err == nil && (slices.Contains(batch.Sessions, nil) || !slices.Equal(wants[k], ids(batch.Sessions))) {
					err = fmt.Errorf("List gave other sessions than it gives alone; %v", c)
				}
				one := newID(n)
				got, errGet := s.Backend.Get(s.Context(), acme, one)
				if errGet == nil && (got == nil || got.ID != one) {
					errGet = errors.New("Get gave another session than the one asked for")
				}
				if errs[r] = errors.Join(err, errGet); errs[r] != nil {
					return
				}
			}
		})
	}
	for n := range 20 {
		one := plainSession(n)
		one.Company = "writer"
		s.put(one)
	}
	group.Wait()
	s.ok(errors.Join(errs...), "List and Get from many goroutines")
}

func permanence(s *suite) {
	s.put(world()...)
	before := s.list(everything(acme)).Sessions
	for i, one := range before {
		changed := one.Clone()
		switch i % 3 {
		case 0:
			changed.RedactPerson()
		case 1:
			changed.Status, changed.Reasons, changed.DecidedAt = sessions.Pending, nil, time.Time{}
		default:
			changed.CompletedAt = noon.AddDate(1, 0, 0)
		}
		s.put(changed)
	}
	after := s.list(everything(acme)).Sessions
	s.sameIDs(ids(before), ids(after), "every session stays where it was")
	s.same(s.want(acme, filter.Filter{}), after, "in its new state")
	w, ok := s.Backend.(store.Writer)
	if !ok {
		return
	}
	moved := s.get(acme, before[3].ID)
	moved.CreatedAt = moved.CreatedAt.Add(time.Microsecond)
	s.wraps(w.Update(s.Context(), moved), store.ErrConflict, "creation time never changes")
	s.same(after, s.list(everything(acme)).Sessions, "nothing has moved")
}
