package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

func (s *suite) putter() store.Putter {
	s.ask("Put")
	return s.Backend.(store.Putter) //nolint:errcheck // promised
}

// versioned returns the state of the nth session at a version. Each version has another state.
func versioned(n int, version int64) store.Versioned {
	one := plainSession(n)
	one.Model = fmt.Sprintf("version %d", version)
	return store.Versioned{Session: one, Version: version}
}

// outcomes puts states, and returns their outcomes. No state may be refused.
func (s *suite) outcomes(states ...store.Versioned) []store.PutOutcome {
	s.Helper()
	results, err := s.putter().Put(s.Context(), states...)
	s.ok(err)
	is(s, len(states), len(results), "promise 33: results of Put of %d states", len(states))
	for i, r := range results {
		s.ok(r.Err, "result %d of Put", i+1)
	}
	return outcomesOf(results)
}

func outcomesOf(results []store.PutResult) []store.PutOutcome {
	var outcomes []store.PutOutcome
	for _, r := range results {
		outcomes = append(outcomes, r.Outcome)
	}
	return outcomes
}

// revision returns the revision of a session.
func (s *suite) revision(one *sessions.Session) int64 {
	s.Helper()
	got := s.get(one.Company, one.ID)
	return got.Revision
}

func putNewest(s *suite) {
	// A part of the states, in any order, one by one and several per call.
	random := rand.New(rand.NewPCG(31, 5)) //nolint:gosec // repeatable
	newest := map[int]int64{}
	var states []store.Versioned
	for range 60 {
		n, version := random.IntN(5), int64(random.IntN(20))
		states = append(states, versioned(n, version))
	}
	for len(states) > 0 {
		some := states[:min(len(states), 1+random.IntN(6))]
		states = states[len(some):]
		var want []store.PutOutcome
		for _, v := range some {
			var n int
			_, err := fmt.Sscanf(v.Session.ID[len(v.Session.ID)-12:], "%x", &n)
			s.ok(err)
			stored, known := newest[n]
			switch {
			case !known:
				want = append(want, store.PutCreated)
			case v.Version > stored:
				want = append(want, store.PutUpdated)
			case v.Version == stored:
				want = append(want, store.PutEqual)
			default:
				want = append(want, store.PutOlder)
			}
			if !known || v.Version > stored {
				newest[n] = v.Version
				s.remember(v.Session)
			}
		}
		are(s, want, s.outcomes(some...), "outcomes of states in any order")
		s.lists(everything(acme), "after each call, the newest states")
	}
	// Of two states of one version, the first stays.
	first, second := versioned(10, math.MaxInt64), versioned(10, math.MaxInt64)
	second.Session.Model = "another"
	are(s, []store.PutOutcome{store.PutCreated, store.PutEqual}, s.outcomes(first, second), "outcomes of two states of one version")
	are(s, []store.PutOutcome{store.PutOlder, store.PutEqual}, s.outcomes(versioned(10, math.MaxInt64-1), second), "outcomes of an older state, and of the same again")
	s.remember(first.Session)
	s.putAtOnce()
	s.lists(everything(acme), "the newest states")
}

// putAtOnce puts the states of the same sessions from many goroutines, each in an order of its own:
// each state is stored at most once, and each session is created once.
func (s *suite) putAtOnce() {
	s.Helper()
	const writers, many, versions = 8, 4, 5
	type state struct {
		id      string
		version int64
	}
	var mu sync.Mutex
	var errs []error
	stored, created := map[state]int{}, map[string]int{}
	var group sync.WaitGroup
	for w := range writers {
		var states []store.Versioned
		for n := range many {
			for version := range int64(versions) {
				states = append(states, versioned(100+n, version))
			}
		}
		random := rand.New(rand.NewPCG(18, uint64(w))) //nolint:gosec // repeatable
		random.Shuffle(len(states), func(i, j int) { states[i], states[j] = states[j], states[i] })
		group.Go(func() {
			for some := range slices.Chunk(states, 1+w%3*4) {
				results, err := s.putter().Put(s.Context(), some...)
				mu.Lock()
				errs = append(errs, err)
				for i, r := range results {
					switch v := some[i]; r.Outcome {
					case store.PutCreated:
						created[v.Session.ID]++
						stored[state{v.Session.ID, v.Version}]++
					case store.PutUpdated:
						stored[state{v.Session.ID, v.Version}]++
					}
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	group.Wait()
	s.ok(errors.Join(errs...), "writers at once")
	for n := range many {
		is(s, 1, created[newID(100+n)], "writers at once that created session %d", n)
		for version := range int64(versions) {
			s.that(stored[state{newID(100 + n), version}] <= 1, "of writers at once, one at the most stored version %d of session %d", version, n)
		}
		s.remember(versioned(100+n, versions-1).Session)
	}
}

func putVersions(s *suite) {
	one := versioned(1, 0)
	s.ok(s.writer().Insert(s.Context(), plainSession(1)))
	are(s, []store.PutOutcome{store.PutEqual}, s.outcomes(one), "Insert stores version 0")
	are(s, []store.PutOutcome{store.PutUpdated}, s.outcomes(versioned(1, 1)), "outcomes")
	updated := s.get(acme, newID(1))
	updated.Model = "updated"
	s.ok(s.writer().Update(s.Context(), updated))
	are(s, []store.PutOutcome{store.PutEqual, store.PutUpdated, store.PutOlder},
		s.outcomes(versioned(1, 1), versioned(1, 3), versioned(1, 2)), "Update keeps the version")
	s.wraps(s.writer().Update(s.Context(), updated), store.ErrConflict, "Put raises the revision")
	s.ok(s.writer().Redact(s.Context(), acme, newID(1)))
	are(s, []store.PutOutcome{store.PutOlder, store.PutEqual, store.PutUpdated},
		s.outcomes(versioned(1, 2), versioned(1, 3), versioned(1, 4)), "Redact keeps the version")
}

func putResults(s *suite) {
	s.outcomes(versioned(1, 0), versioned(2, 0))
	s.remember(versioned(2, 0).Session)
	invalid, negative, least, moved := versioned(3, 1), versioned(4, -1), versioned(4, math.MinInt64), versioned(1, 7)
	invalid.Session.Status = ""
	moved.Session.CreatedAt = moved.Session.CreatedAt.Add(-1000)
	other := versioned(1, 8)
	other.Session.Company = "globex"
	nowhere := versioned(5, 1)
	nowhere.Session.Company = ""
	states := []store.Versioned{
		invalid, versioned(1, 2), moved, negative, versioned(6, 3), {}, versioned(6, 1), least, versioned(1, 5), other, versioned(1, 4),
		versioned(2, 0), versioned(6, 9), nowhere,
	}
	results, err := s.putter().Put(s.Context(), states...)
	s.ok(err)
	is(s, len(states), len(results), "results of Put")
	refused := map[int]error{
		0: sessions.ErrInvalid, 2: store.ErrConflict, 3: store.ErrVersion, 5: sessions.ErrInvalid, 7: store.ErrVersion, 13: sessions.ErrInvalid,
	}
	for i, r := range results {
		s.wraps(r.Err, refused[i], "result %d of Put", i+1)
	}
	are(s, []store.PutOutcome{
		store.PutRefused, store.PutUpdated, store.PutRefused, store.PutRefused, store.PutCreated, store.PutRefused, store.PutOlder,
		store.PutRefused, store.PutUpdated, store.PutCreated, store.PutOlder, store.PutEqual, store.PutUpdated, store.PutRefused,
	}, outcomesOf(results), "outcomes of states of which some are refused")
	s.remember(versioned(1, 5).Session)
	s.remember(versioned(6, 9).Session)
	s.remember(other.Session)
	s.lists(everything(acme), "one that is refused does not stop the others")
	s.lists(everything("globex"), "another company's is another session")
	is(s, 2, s.revision(plainSession(1)), "a session changes once in a call")
	is(s, 1, s.revision(plainSession(6)), "and is new but once")

	results, err = s.putter().Put(s.Context())
	s.ok(err, "no states")
	is(s, 0, len(results), "results of Put of no states")
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	results, err = s.putter().Put(ctx, versioned(1, 90), versioned(90, 1))
	s.wraps(err, context.Canceled, "Put with a cancelled context")
	is(s, 0, len(results), "results of Put with a cancelled context")
	s.lists(everything(acme), "an error of Put itself stores nothing")

	var many []store.Versioned
	for n := range 2500 {
		many = append(many, versioned(1000+n%2000, int64(n)))
	}
	s.outcomes(many...)
	for n := range 2000 {
		if n < 500 {
			s.remember(versioned(1000+n, int64(2000+n)).Session)
		} else {
			s.remember(versioned(1000+n, int64(n)).Session)
		}
	}
	s.lists(everything(acme), "many in one call")
}

func putRedacted(s *suite) {
	person := filter.Search("beridze")
	started, named, decided := versioned(1, 1), versioned(1, 2), versioned(1, 3)
	started.Session.FirstName, started.Session.LastName = sessions.Text{}, sessions.Text{}
	started.Session.RedactPerson() // a person about whom nothing is known
	started.Session.FirstName = sessions.TextIn(sessions.NotCollected)
	decided.Session.Status, decided.Session.Reasons = sessions.Failed, []sessions.Reason{sessions.NotFullID}
	are(s, []store.PutOutcome{store.PutCreated}, s.outcomes(started), "outcomes")
	s.ok(s.writer().Redact(s.Context(), acme, newID(1)))
	are(s, []store.PutOutcome{store.PutOlder, store.PutUpdated, store.PutUpdated},
		s.outcomes(versioned(1, 0), named, decided), "whatever version comes after a redaction")
	gone := decided.Session.Clone()
	gone.RedactPerson()
	s.remember(gone)

	// A redacted state redacts the session, whether it comes first, last or late.
	erased := versioned(0, 5)
	erased.Session.RedactPerson()
	for n, order := range [][]store.Versioned{
		{erased, versioned(0, 7), versioned(0, 3)},
		{versioned(0, 3), erased, versioned(0, 7)},
		{versioned(0, 7), versioned(0, 3), erased},
	} {
		for i, v := range order {
			c := versioned(2+n, v.Version).Session
			if v.Session.Redacted() {
				c.RedactPerson()
			}
			order[i].Session = c
		}
		if n < 2 {
			s.outcomes(order...)
		} else {
			are(s, []store.PutOutcome{store.PutCreated, store.PutOlder, store.PutUpdated}, s.outcomes(order...), "outcomes")
			are(s, []store.PutOutcome{store.PutOlder}, s.outcomes(order[2]), "once more")
		}
		left := versioned(2+n, 7).Session
		left.RedactPerson()
		s.remember(left)
	}
	s.lists(everything(acme), "redacted, in the state of the newest version")
	s.same(nil, s.list(store.Selection{Company: acme, Filter: person, Limit: 9}).Sessions, "and not to be found")
}

func putLeavesAlone(s *suite) {
	given := versioned(1, 1)
	given.Session.CreatedAt = given.Session.CreatedAt.Add(500) // nanoseconds, which are truncated
	given.Session.Status, given.Session.Reasons = sessions.Failed, []sessions.Reason{sessions.NotFullID, sessions.DigitalSpoof}
	given.Session.Revision = 77
	before := *given.Session.Clone()
	are(s, []store.PutOutcome{store.PutCreated}, s.outcomes(given), "outcomes")
	s.equal(&before, given.Session, "what was given is as it was")
	is(s, before.Revision, given.Session.Revision, "what was given is as it was: its revision")
	s.remember(given.Session)
	given.Session.Reasons[0] = "changed"
	given.Session.Model = "changed"
	s.lists(everything(acme), "what was given is not kept")
	is(s, 1, s.revision(given.Session), "the caller's revision plays no part")

	var mark store.Watermark
	if !s.Lacks.Changes {
		mark = s.changes(acme, "", 1).Next
	}
	moved := versioned(1, 9)
	moved.Session.CreatedAt = noon
	_, err := s.putter().Put(s.Context(), versioned(1, 1), versioned(1, 0), moved, versioned(2, -1))
	s.ok(err)
	is(s, 1, s.revision(given.Session), "nothing was changed")
	if s.Lacks.Changes {
		return
	}
	s.same(nil, s.changes(acme, mark, 5).Sessions, "nothing was changed")
	newer := versioned(1, 2)
	s.outcomes(versioned(3, 1), newer)
	s.sameIDs([]string{newID(1), newID(3)}, slices.Sorted(slices.Values(ids(s.changes(acme, mark, 5).Sessions))), "changes like any others")
}
