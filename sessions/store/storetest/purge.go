package storetest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

func (s *suite) purger() store.Purger {
	s.ask("Purge")
	return s.Backend.(store.Purger) //nolint:errcheck // promised
}

// purge calls Purge, and requires that exactly the sessions that the Purge selects are gone.
func (s *suite) purge(p store.Purge, why string) {
	s.Helper()
	gone := s.forget(p)
	n, err := s.purger().Purge(s.Context(), p)
	s.ok(err, why)
	is(s, len(gone), n, "%s: sessions that were purged", why)
	s.isWithout(gone, why)
}

// forget removes the sessions that a Purge selects from those that must be stored, and returns
// them.
func (s *suite) forget(p store.Purge) (gone []*sessions.Session) {
	for _, one := range s.want(p.Company, p.Filter) {
		if p.IDs == nil || slices.Contains(p.IDs, one.ID) {
			gone = append(gone, one)
			delete(s.stored, one.Company+"\x00"+one.ID)
		}
	}
	return gone
}

// isWithout requires that the sessions are gone, and that all others exist.
func (s *suite) isWithout(gone []*sessions.Session, why string) {
	s.Helper()
	for _, company := range []string{acme, "globex"} {
		s.lists(everything(company), "%s: what is left", why)
		if _, ok := s.Backend.(store.Counter); ok {
			s.counts(everything(company), "%s: what is left", why)
		}
		if _, ok := s.Backend.(store.Streamer); ok {
			s.streams(everything(company), "%s: what is left", why)
		}
	}
	for _, one := range gone {
		s.gone(one.Company, one.ID, "%s: %q", why, one.ID)
	}
	for _, f := range []filter.Filter{filter.Search("n"), filter.Search("0"), filter.Status(sessions.Success), filter.Not(filter.Search("beridze"))} {
		sel := store.Selection{Company: acme, Filter: f, Limit: all}
		s.lists(sel, "%s: what is left", why)
		if _, ok := s.Backend.(store.Counter); ok {
			s.counts(sel, "%s: what is left", why)
		}
	}
}

// purgedLater returns n sessions, of which every second one is to be purged while others read the
// list.
func purgedLater(n int) (keep, gone []*sessions.Session) {
	for i := range n {
		one := plainSession(3000 + i)
		if one.Subject = "kept"; i%2 == 1 {
			one.Subject = "gone"
			gone = append(gone, one)
		} else {
			keep = append(keep, one)
		}
	}
	return keep, gone
}

func purgeSelects(s *suite) {
	s.put(world()...)
	purge := func(f filter.Filter, why string) {
		s.Helper()
		if s.can(f) {
			s.purge(store.Purge{Company: acme, Filter: f}, why)
		}
	}
	purge(filter.Is(sessions.FieldSubject, "person-1"), "a person by subject")
	purge(filter.Is(sessions.FieldPersonalNumber, "00000000017"), "a person by number")
	purge(filter.Search("giorgi"), "a search")
	purge(filter.Search("nobody has this"), "nothing")
	purge(filter.And(filter.Status(sessions.Failed), filter.Not(filter.FailedFor(sessions.LowFAR))), "several criteria")
	left := s.want(acme, filter.Filter{})
	s.purge(store.Purge{Company: acme, IDs: []string{left[3].ID, newID(1 << 20), left[9].ID, left[3].ID}}, "IDs, one twice, one of another company")
	s.purge(store.Purge{Company: acme, IDs: []string{left[3].ID}}, "what is gone")
	s.purge(store.Purge{Company: acme, IDs: ids(left[10:14]), Filter: filter.Is(sessions.FieldID, left[12].ID, left[20].ID)}, "IDs within a filter")
	s.purge(store.Purge{Company: acme, Filter: filter.Between(sessions.FieldCreatedAt, time.Time{}, noon.Add(-time.Hour))}, "everything before an instant")
	if w, ok := s.Backend.(store.Writer); ok {
		s.wraps(w.Update(s.Context(), left[3].Clone()), store.ErrNotFound, "an update of what is gone")
		s.wraps(w.Redact(s.Context(), acme, left[3].ID), store.ErrNotFound, "a redaction of what is gone")
	}
	s.purge(store.Purge{Company: acme, All: true}, "everything")
	s.purge(store.Purge{Company: "nobody", All: true}, "a company without sessions")

	s.purgeBesides()
}

// purgeBesides calls Purge while a list and a stream are running.
func (s *suite) purgeBesides() {
	s.Helper()
	keep, gone := purgedLater(60)
	s.put(slices.Concat(keep, gone)...)
	before := s.want(acme, filter.Filter{})
	p := store.Purge{Company: acme, Filter: filter.Is(sessions.FieldSubject, "gone")}
	if !s.can(p.Filter) {
		p = store.Purge{Company: acme, IDs: ids(gone)}
	}
	first := s.list(store.Selection{Company: acme, Limit: 7})
	var streamed []*sessions.Session
	done := make(chan error, 1)
	purge := func() {
		_, err := s.purger().Purge(s.Context(), p)
		done <- err
	}
	if _, ok := s.Backend.(store.Streamer); ok {
		s.lent(everything(acme), func(one *sessions.Session) error {
			if streamed = append(streamed, one.Clone()); len(streamed) != 1 {
				return nil
			}
			go purge() // a storage may make the purge wait for the stream
			select {
			case err := <-done:
				done <- err
			case <-time.After(200 * time.Millisecond):
			}
			return nil
		})
		s.same(before, streamed, "a stream beside a purge sees what was there when it began")
	} else {
		purge()
	}
	s.ok(<-done, "a purge beside a stream")
	s.forget(store.Purge{Company: acme, IDs: ids(gone)})
	s.isWithout(gone, "beside a list and a stream")
	s.walks(store.Selection{Company: acme, Limit: 7, After: first.Reached}, "a list that began before goes on, and loses nothing else")
}

func purgeRefused(s *suite) {
	s.put(world()...)
	before := s.list(everything(acme))
	future := filter.Between(sessions.FieldCreatedAt, time.Time{}, time.Now().Add(time.Hour))
	bad := filter.Status()
	for why, c := range map[string]struct {
		p    store.Purge
		want error
	}{
		"no company":                   {store.Purge{All: true}, store.ErrNoCompany},
		"nothing said":                 {store.Purge{Company: acme}, store.ErrPurge},
		"a blank search":               {store.Purge{Company: acme, Filter: filter.Search(" ")}, store.ErrPurge},
		"an empty conjunction":         {store.Purge{Company: acme, Filter: filter.And()}, store.ErrPurge},
		"no IDs":                       {store.Purge{Company: acme, IDs: []string{}}, store.ErrPurge},
		"no IDs, and a filter":         {store.Purge{Company: acme, IDs: []string{}, Filter: filter.Status(sessions.Success)}, store.ErrPurge},
		"all, and less":                {store.Purge{Company: acme, All: true, Filter: filter.Status(sessions.Success)}, store.ErrPurge},
		"all, and IDs":                 {store.Purge{Company: acme, All: true, IDs: []string{newID(1)}}, store.ErrPurge},
		"a negative time":              {store.Purge{Company: acme, All: true, Keep: -time.Second}, store.ErrPurge},
		"a day in the future":          {store.Purge{Company: acme, Filter: future}, store.ErrPurge},
		"a day in the future, and one": {store.Purge{Company: acme, Filter: filter.And(filter.Status(sessions.Success), future)}, store.ErrPurge},
		"a poisoned filter":            {store.Purge{Company: acme, Filter: bad}, bad.Err()},
		"not a poisoned filter":        {store.Purge{Company: acme, Filter: filter.Not(bad)}, bad.Err()},
		"a poisoned part":              {store.Purge{Company: acme, Filter: filter.Or(bad, filter.Status(sessions.Success))}, bad.Err()},
		"IDs within a poisoned filter": {store.Purge{Company: acme, IDs: []string{newID(1)}, Filter: bad}, bad.Err()},
		"all, with a poisoned filter":  {store.Purge{Company: acme, All: true, Filter: bad}, bad.Err()},
	} {
		n, err := s.purger().Purge(s.Context(), c.p)
		s.wraps(err, c.want, why)
		is(s, 0, n, "%s: sessions that were purged", why)
		after := s.list(everything(acme))
		s.same(before.Sessions, after.Sessions, "%s", why)
	}
	if !s.Lacks.Changes {
		s.same(nil, s.changes(acme, before.AsOf, all).Sessions, "no watermark is refused, and nothing has changed")
	}
}

func purgeWatermarks(s *suite) {
	s.put(world()...)
	first := s.list(everything(acme))
	s.same(s.want(acme, filter.Filter{}), first.Sessions, "before the purge")
	globex := s.list(everything("globex")).AsOf
	s.purge(store.Purge{Company: acme, IDs: []string{newID(1 << 20)}}, "nothing")
	s.same(nil, s.changes(acme, first.AsOf, all).Sessions, "a purge of nothing refuses no watermark")
	s.purge(store.Purge{Company: acme, IDs: []string{first.Sessions[4].ID}}, "one session")
	_, err := s.Backend.Changes(s.Context(), acme, first.AsOf, all)
	s.wraps(err, store.ErrWatermark, "from before the purge")
	s.same(nil, s.changes("globex", globex, all).Sessions, "another company's")
	second := s.list(everything(acme))
	s.put(plainSession(2000))
	s.sameIDs([]string{newID(2000)}, ids(s.changes(acme, second.AsOf, all).Sessions), "from after the purge")

	// Lists while a long purge is running: the watermark of a list that had a purged session must
	// be refused.
	keep, gone := purgedLater(1500)
	s.put(slices.Concat(keep, gone)...)
	done := make(chan error, 1)
	go func() {
		_, err := s.purger().Purge(s.Context(), store.Purge{Company: acme, IDs: ids(gone)})
		done <- err
	}()
	s.forget(store.Purge{Company: acme, IDs: ids(gone)})
	type sample struct {
		asOf store.Watermark
		seen []string
	}
	var samples []sample
	for purging := true; purging; {
		select {
		case err := <-done:
			s.ok(err)
			purging = false
		default:
		}
		batch := s.list(everything(acme))
		samples = append(samples, sample{batch.AsOf, ids(batch.Sessions)})
	}
	left := ids(s.want(acme, filter.Filter{}))
	for i, sm := range samples {
		_, err := s.Backend.Changes(s.Context(), acme, sm.asOf, all)
		if slices.Equal(left, sm.seen) {
			s.ok(err, "list %d of %d has nothing that is gone", i, len(samples))
		} else {
			s.wraps(err, store.ErrWatermark, "list %d of %d has sessions that are gone", i, len(samples))
		}
	}
}

func purgeTombstones(s *suite) {
	s.put(world()...)
	first := s.want(acme, filter.Filter{})
	gone := first[2]
	s.purge(store.Purge{Company: acme, IDs: []string{gone.ID, newID(7777)}}, "two IDs, one of which never came")
	late, never, fresh := gone.Clone(), plainSession(7777), plainSession(7778)
	late.Model = "another"
	for why, batch := range map[string][]*sessions.Session{
		"as it was": {gone.Clone()}, "another state": {late}, "with others, all or none": {fresh, late}, "what never came": {never},
	} {
		s.wraps(s.writer().Insert(s.Context(), batch...), store.ErrPurged, why)
		s.isWithout([]*sessions.Session{gone}, why)
	}
	if p, ok := s.Backend.(store.Putter); ok {
		results, err := p.Put(s.Context(), store.Versioned{Session: late, Version: 1 << 40}, store.Versioned{Session: fresh, Version: 1})
		s.ok(err)
		are(s, []store.PutOutcome{store.PutPurged, store.PutCreated}, outcomesOf(results), "outcomes of a late event, whatever its version, and of a new session's")
		s.remember(fresh)
		s.isWithout([]*sessions.Session{gone}, "a late event")
	}
	elsewhere := gone.Clone()
	elsewhere.Company = "globex"
	elsewhere.Model = "globex's own"
	elsewhere.ID = newID(7777)
	s.put(elsewhere, fresh)
	s.isWithout([]*sessions.Session{gone}, "others come in")

	f := filter.Status(sessions.Failed)
	failed := s.forget(store.Purge{Company: acme, Filter: f})
	_, err := s.purger().Purge(s.Context(), store.Purge{Company: acme, Filter: f, Keep: time.Hour})
	s.ok(err)
	for _, one := range failed {
		s.wraps(s.writer().Insert(s.Context(), one.Clone()), store.ErrPurged, "purged by a filter, for an hour")
	}
	left := s.want(acme, filter.Filter{})
	s.purge(store.Purge{Company: acme, All: true, Keep: 100 * time.Millisecond}, "everything, for a moment")
	s.wraps(s.writer().Insert(s.Context(), failed[0].Clone()), store.ErrPurged, "the hour is not over")
	time.Sleep(110 * time.Millisecond)
	s.put(left...)
	s.isWithout(failed, "the moment is over")
	s.wraps(s.writer().Insert(s.Context(), failed[0].Clone()), store.ErrPurged, "the hour is not over")
	s.wraps(s.writer().Insert(s.Context(), gone.Clone()), store.ErrPurged, "for good")
}

func purgeGoesOn(s *suite) {
	s.put(world()...)
	keep, gone := purgedLater(1200)
	s.put(slices.Concat(keep, gone)...)
	p := store.Purge{Company: acme, IDs: ids(gone)}
	before := s.list(everything(acme)).Sessions
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	n, err := s.purger().Purge(ctx, p)
	s.wraps(err, context.Canceled, "Purge with a cancelled context")
	is(s, 0, n, "sessions that a purge with a cancelled context purged")
	s.same(before, s.list(everything(acme)).Sessions, "a context that is over purges nothing")

	// Purges whose contexts end early, while a writer is running. The time doubles, so that a purge
	// ends at last.
	var group sync.WaitGroup
	fresh := map[string]*sessions.Session{}
	var errWrite error
	stop := make(chan struct{})
	group.Go(func() {
		defer caught(&errWrite)
		for i := 0; errWrite == nil; i++ {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
			one := plainSession(9000 + i)
			fresh[one.ID] = one
			errWrite = s.store(one)
		}
	})
	stored := map[string]*sessions.Session{}
	for _, one := range before {
		stored[one.ID] = one
	}
	for within := time.Millisecond; ; within *= 2 {
		s.that(within < time.Hour, "a purge that is called again and again gets to the end")
		ctx, cancel := context.WithTimeout(s.Context(), within)
		_, err := s.purger().Purge(ctx, p)
		cancel()
		there := map[string]bool{}
		for _, one := range s.list(everything(acme)).Sessions {
			there[one.ID] = true
			if old := stored[one.ID]; old != nil {
				s.equal(old, one, "what a purge leaves is as it was")
			}
		}
		for _, one := range keep {
			s.that(there[one.ID], "what is not purged is there")
		}
		if err == nil {
			break
		}
		s.wraps(err, context.DeadlineExceeded, "Purge that its context ended")
	}
	close(stop)
	group.Wait()
	s.ok(errWrite, "a writer beside a purge")
	for _, one := range slices.Collect(maps.Values(fresh)) {
		s.remember(one)
	}
	s.forget(p)
	s.isWithout(gone, "after contexts that ended")
	n, err = s.purger().Purge(s.Context(), p)
	s.ok(err, "again")
	is(s, 0, n, "sessions that a purge purged again")
}
