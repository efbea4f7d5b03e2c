package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// Fixture is an empty Backend and a function that puts sessions into it.
type Fixture struct {
	Backend store.Backend
	// Put stores sessions as the storage keeps them (sessions.Session.Normalize): new ones, and
	// newer states of those that are stored. They are visible when it returns. It may be called
	// from many goroutines and must neither keep nor change its arguments. nil: sessions are stored
	// through store.Writer, which the Backend then has to implement.
	Put   func(ctx context.Context, s ...*sessions.Session) error
	Lacks Lacks
}

// Lacks declares the features that a storage lacks. Everything else is tested.
type Lacks struct {
	Fields     sessions.Fields // fields that are not stored: neither compared nor filtered by
	TextStates bool            // reasons why a text is absent: only its absence is stored
	// OddKeys are IDs and companies of arbitrary text: the storage has a form of its own, such as a
	// UUID.
	OddKeys bool
	// DateParts are dates whose day or month is unknown: the storage has a type for whole days.
	// Such dates are put in as absent.
	DateParts bool
	Changes   bool // changes are not recorded: Changes returns errors.ErrUnsupported
}

// Run runs every case as a subtest of t, each with a fixture of its own.
func Run(t *testing.T, fixture func(t *testing.T) Fixture) {
	t.Helper()
	for _, p := range promises() {
		t.Run(caseName(p.number, p.title), func(t *testing.T) {
			f := fixture(t)
			if p.applies != nil && !p.applies(f) {
				t.Skip("the Backend does not do this")
			}
			p.prove(t, f, func() Fixture { return fixture(t) })
		})
	}
}

// promise is one numbered promise and the case that tests it.
type promise struct {
	number  int
	title   string
	applies func(Fixture) bool // nil: applies to every Backend
	check   func(*suite)
}

func (p promise) prove(t testing.TB, f Fixture, another func() Fixture) {
	t.Helper()
	prove(t, p.number, p.title, patience, func(j *judge) {
		p.check(&suite{judge: j, Fixture: f, another: another, stored: map[string]*sessions.Session{}})
	})
}

// suite is a running case. It remembers the sessions that it has stored.
type suite struct {
	*judge
	Fixture
	another func() Fixture               // makes another empty fixture, independent of Fixture
	stored  map[string]*sessions.Session // by company and ID
}

// put stores copies of the sessions and remembers them.
func (s *suite) put(all ...*sessions.Session) {
	s.Helper()
	s.ok(s.store(all...), "%s", s.ask("Put of the fixture, or Insert and Update, with %d sessions", len(all)))
	for _, one := range all {
		s.remember(one)
	}
}

func (s *suite) remember(one *sessions.Session) {
	c := one.Clone()
	c.Normalize()
	s.stored[c.Company+"\x00"+c.ID] = c
}

func (s *suite) store(all ...*sessions.Session) error {
	copies := make([]*sessions.Session, len(all))
	for i, one := range all {
		copies[i] = s.storable(one)
	}
	if s.Put != nil {
		return s.Put(s.Context(), copies...)
	}
	w, ok := s.Backend.(store.Writer)
	if !ok {
		return errors.New("storetest: a fixture needs Put, or a Backend that is a store.Writer")
	}
	err := w.Insert(s.Context(), copies...)
	if !errors.Is(err, store.ErrExists) {
		return err
	}
	// Some sessions are stored already: insert or update them one by one.
	for _, c := range copies {
		old, err := s.Backend.Get(s.Context(), c.Company, c.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			err = w.Insert(s.Context(), c)
		case err == nil && old == nil:
			err = fmt.Errorf("storetest: Get(%q, %q): no session and no error", c.Company, c.ID)
		case err == nil:
			c.Revision = old.Revision
			err = w.Update(s.Context(), c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// storable returns a copy without dates that the storage cannot hold.
func (s *suite) storable(one *sessions.Session) *sessions.Session {
	c := one.Clone()
	for _, d := range []*sessions.Date{&c.BirthDate, &c.ExpirationDate} {
		if s.Lacks.DateParts && !d.IsValid() {
			*d = sessions.Date{}
		}
	}
	return c
}

// want returns the sessions that a list of the company has to hold.
func (s *suite) want(company string, f filter.Filter) []*sessions.Session {
	var all []*sessions.Session
	for _, one := range s.stored {
		if one.Company == company && f.Match(s.storable(one)) {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, (*sessions.Session).Compare)
	return all
}

// selected returns the sessions of a list without a Limit and a Budget.
func (s *suite) selected(sel store.Selection) []*sessions.Session {
	list := s.want(sel.Company, sel.Filter)
	return slices.DeleteFunc(list, func(one *sessions.Session) bool { return store.PositionOf(one).Compare(sel.After) <= 0 })
}

// list calls List, and checks the promises that hold for every batch (4 to 9).
func (s *suite) list(sel store.Selection) store.Batch {
	s.Helper()
	asked := s.ask("List(%s)", selectionText(sel))
	batch, err := s.Backend.List(s.Context(), sel)
	s.ok(err, "%s", asked)
	if len(batch.Sessions) > sel.Limit {
		s.fail("promise 5: %s: %d sessions, more than Limit", asked, len(batch.Sessions))
	}
	last := sel.After
	for i, one := range s.noneNil(batch.Sessions, asked) {
		p := store.PositionOf(one)
		if p.Compare(last) <= 0 {
			s.fail("promises 4 and 5: %s: session %d of the batch is at %s, which is not further back than %s, the one before it or After",
				asked, i+1, place(p), place(last))
		}
		last = p
	}
	switch full := len(batch.Sessions) == sel.Limit; {
	case batch.Reached.IsZero():
	case full && place(last) != place(batch.Reached):
		s.fail("promise 7: %s: Reached of a full batch: want %s, got %s", asked, place(last), place(batch.Reached))
	case !full && sel.Budget == 0:
		s.fail("promise 9: %s: %d sessions, and not the end, without a Budget", asked, len(batch.Sessions))
	case !full && len(batch.Sessions) > 0 && last.Compare(batch.Reached) > 0:
		s.fail("promise 8: %s: Reached is %s, not as far back as the last session, %s", asked, place(batch.Reached), place(last))
	case batch.Reached.Compare(sel.After) <= 0:
		s.fail("promise 8: %s: Reached is %s, not further back than After", asked, place(batch.Reached))
	}
	return batch
}

// noneNil requires that no session is nil.
func (s *suite) noneNil(all []*sessions.Session, asked string) []*sessions.Session {
	s.Helper()
	if i := slices.Index(all, nil); i >= 0 {
		s.fail("%s: session %d of %d is nil", asked, i+1, len(all))
	}
	return all
}

// lists requires that one batch holds all selected sessions.
func (s *suite) lists(sel store.Selection, explanation string, args ...any) {
	s.Helper()
	got := s.list(sel).Sessions
	s.same(s.selected(sel), got, "List(%s): %s", selectionText(sel), fmt.Sprintf(explanation, args...))
}

// walks requires that the batches of a selection together hold all selected sessions. It compares
// only IDs, since there are many walks.
func (s *suite) walks(sel store.Selection, explanation string, args ...any) {
	s.Helper()
	got := s.walk(sel)
	s.sameIDs(ids(s.selected(sel)), ids(got), "List(%s), and on from Reached: %s", selectionText(sel), fmt.Sprintf(explanation, args...))
}

// get returns a session that must exist.
func (s *suite) get(company, id string) *sessions.Session {
	s.Helper()
	asked := s.ask("Get(%q, %q)", company, id)
	got, err := s.Backend.Get(s.Context(), company, id)
	s.ok(err, "%s", asked)
	s.that(got != nil, "%s: a session, as there is no error", asked)
	return got
}

// gone requires that there is no such session.
func (s *suite) gone(company, id, explanation string, args ...any) {
	s.Helper()
	asked := s.ask("Get(%q, %q)", company, id)
	_, err := s.Backend.Get(s.Context(), company, id)
	s.wraps(err, store.ErrNotFound, "%s: %s", asked, fmt.Sprintf(explanation, args...))
}

// place returns the text of a position. Its time is in UTC, so that equal instants have equal
// texts.
func place(p store.Position) string { return fmt.Sprintf("%s %q", timeText(p.CreatedAt.UTC()), p.ID) }

// walk lists a whole selection in parts.
func (s *suite) walk(sel store.Selection) []*sessions.Session {
	s.Helper()
	var all []*sessions.Session
	for step := 0; ; step++ {
		s.that(step < 100*(len(s.stored)+10), "going on from Reached gets to the end: List(%s)", selectionText(sel))
		batch := s.list(sel)
		all = append(all, batch.Sessions...)
		if batch.Reached.IsZero() {
			return all
		}
		sel.After = batch.Reached
	}
}

// same requires that got has the sessions of want, in the same order, equal in all fields that are
// stored.
func (s *suite) same(want, got []*sessions.Session, explanation string, args ...any) {
	s.Helper()
	s.noneNil(got, fmt.Sprintf(explanation, args...))
	s.sameIDs(ids(want), ids(got), explanation, args...)
	for i := range want {
		s.equal(want[i], got[i], "%s: session %q", fmt.Sprintf(explanation, args...), want[i].ID)
	}
}

func (s *suite) sameIDs(want, got []string, explanation string, args ...any) {
	s.Helper()
	if d := differenceOfLists(want, got); d != "" {
		s.fail("%s:\n%s", fmt.Sprintf(explanation, args...), d)
	}
}

// has requires that got has n sessions.
func (s *suite) has(n int, got []*sessions.Session, explanation string) {
	s.Helper()
	is(s, n, len(got), "%s", explanation)
}

// equal requires that two sessions are equal in all fields that are stored.
func (s *suite) equal(want, got *sessions.Session, explanation string, args ...any) {
	s.Helper()
	if d := s.difference(want, got); d != "" {
		s.fail("%s:\n%s", fmt.Sprintf(explanation, args...), d)
	}
}

func ids(all []*sessions.Session) []string {
	list := []string{}
	for _, one := range all {
		list = append(list, one.ID)
	}
	return list
}
