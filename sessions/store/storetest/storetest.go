package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// Fixture is an empty Backend and a way to put sessions into it.
type Fixture struct {
	Backend store.Backend
	// Put stores sessions as the storage keeps them (sessions.Session.Normalize): new ones, and newer
	// states of those that are stored. They are visible when it returns. It may be called from many
	// goroutines and must neither keep nor change its arguments. nil: sessions are stored through
	// store.Writer, which the Backend then has to implement.
	Put   func(ctx context.Context, s ...*sessions.Session) error
	Lacks Lacks
}

// Lacks declares what a storage cannot do. Everything else is tested.
type Lacks struct {
	Fields     sessions.Fields // that are not stored: neither compared nor filtered by
	TextStates bool            // why a text is absent: only that it is
	OddKeys    bool            // IDs and companies that are any text: the storage has a form of its own, such as a UUID
	DateParts  bool            // dates whose day or month is unknown: the storage has a type for whole days. They are put in as absent
	Changes    bool            // it does not know what changed: Changes is errors.ErrUnsupported
}

// Run runs every case as a subtest of t, each with a fixture of its own.
func Run(t *testing.T, fixture func(t *testing.T) Fixture) {
	t.Helper()
	for _, p := range promises() {
		t.Run(p.name(), func(t *testing.T) {
			f := fixture(t)
			if p.applies != nil && !p.applies(f) {
				t.Skip("the Backend does not do this")
			}
			another := func() Fixture { return fixture(t) }
			p.check(&suite{TB: t, Fixture: f, another: another, stored: map[string]*sessions.Session{}})
		})
	}
}

// promise is one numbered sentence and the case that proves it.
type promise struct {
	number  int
	title   string
	applies func(Fixture) bool // nil: to every Backend
	check   func(*suite)
}

func (p promise) name() string { return fmt.Sprintf("%02d %s", p.number, p.title) }

// suite is one case under way. It knows what it has stored.
type suite struct {
	testing.TB
	Fixture
	another func() Fixture               // makes an empty one that has nothing to do with Fixture
	stored  map[string]*sessions.Session // by company and ID
}

// put stores copies of the sessions and remembers them.
func (s *suite) put(all ...*sessions.Session) {
	s.Helper()
	require.NoError(s, s.store(all...), "putting sessions into the fixture")
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
	for _, c := range copies {
		old, err := s.Backend.Get(s.Context(), c.Company, c.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			err = w.Insert(s.Context(), c)
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

// want returns what a list of the company's sessions has to hold.
func (s *suite) want(company string, f filter.Filter) []*sessions.Session {
	var all []*sessions.Session
	for _, one := range s.stored {
		if one.Company == company && f.Match(s.storable(one)) {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b *sessions.Session) int {
		if a.Newer(b) {
			return -1
		}
		return 1
	})
	return all
}

// list lists, and checks what every batch promises (sentences 4 to 9).
func (s *suite) list(sel store.Selection) store.Batch {
	s.Helper()
	batch, err := s.Backend.List(s.Context(), sel)
	asked := selectionText(sel)
	require.NoError(s, err, asked)
	require.LessOrEqual(s, len(batch.Sessions), sel.Limit, "sentence 5: more sessions than Limit (%s)", asked)
	last := sel.After
	for i, one := range batch.Sessions {
		p := store.PositionOf(one)
		if !last.IsZero() {
			require.True(s, p.Before(last), "sentences 4 and 5: session %d of the batch, %q, is not further back than the one before it or After (%s)", i+1, one.ID, asked)
		}
		last = p
	}
	if batch.Reached.IsZero() {
		return batch
	}
	if len(batch.Sessions) == sel.Limit {
		require.Equal(s, place(last), place(batch.Reached), "sentence 7: Reached of a full batch (%s)", asked)
	} else {
		require.NotZero(s, sel.Budget, "sentence 9: a batch of %d sessions that is not the end (%s)", len(batch.Sessions), asked)
		require.False(s, len(batch.Sessions) > 0 && last.Before(batch.Reached), "sentence 8: Reached is not as far back as the last session (%s)", asked)
	}
	if !sel.After.IsZero() {
		require.True(s, batch.Reached.Before(sel.After), "sentence 8: Reached is not further back than After (%s)", asked)
	}
	return batch
}

// place is a position's text: times are compared as instants.
func place(p store.Position) string { return fmt.Sprintf("%d %q", p.CreatedAt.UnixMicro(), p.ID) }

// walk lists a whole selection in parts.
func (s *suite) walk(sel store.Selection) []*sessions.Session {
	s.Helper()
	var all []*sessions.Session
	for step := 0; ; step++ {
		require.Less(s, step, 100*(len(s.stored)+10), "the walk does not end (%s)", selectionText(sel))
		batch := s.list(sel)
		all = append(all, batch.Sessions...)
		if batch.Reached.IsZero() {
			return all
		}
		sel.After = batch.Reached
	}
}

// same requires that the sessions are those wanted, in that order, equal in all fields that are
// stored.
func (s *suite) same(want, got []*sessions.Session, explanation string, args ...any) {
	s.Helper()
	explanation = fmt.Sprintf(explanation, args...)
	if d := differenceOfLists(ids(want), ids(got)); d != "" {
		require.FailNow(s, explanation+":\n"+d)
	}
	for i := range want {
		s.equal(want[i], got[i], "%s: session %q", explanation, want[i].ID)
	}
}

// has requires that so many sessions are there.
func (s *suite) has(n int, got []*sessions.Session, explanation string) {
	s.Helper()
	if len(got) != n {
		require.FailNow(s, fmt.Sprintf("%s: want %d, got %d", explanation, n, len(got)))
	}
}

// equal requires that a session is the one wanted in all fields that are stored.
func (s *suite) equal(want, got *sessions.Session, explanation string, args ...any) {
	s.Helper()
	if d := s.difference(want, got); d != "" {
		require.FailNow(s, fmt.Sprintf(explanation, args...)+":\n"+d)
	}
}

func ids(all []*sessions.Session) []string {
	list := []string{}
	for _, one := range all {
		list = append(list, one.ID)
	}
	return list
}
