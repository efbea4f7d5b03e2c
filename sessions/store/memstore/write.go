package memstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// key identifies a session.
type key struct{ company, id string }

// Insert implements [store.Writer].
func (b *Backend) Insert(ctx context.Context, given ...*sessions.Session) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memstore: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	batch := map[key]*sessions.Session{} // new sessions, by key
	fresh := map[string][]*sessions.Session{}
	// Set in the arguments only once all sessions are stored.
	revisions := make([]int64, len(given))
	for i, g := range given {
		s, err := accept(g)
		if err != nil {
			return fmt.Errorf("memstore: session %d: %w", i+1, err)
		}
		k := key{s.Company, s.ID}
		old := batch[k]
		if c := b.companies[s.Company]; old == nil && c != nil {
			if c.isPurged(s.ID) {
				return fmt.Errorf("memstore: session %d: %w", i+1, store.ErrPurged)
			}
			old = c.byID[s.ID].session
		}
		if s.Revision = 1; old == nil {
			batch[k] = s
			fresh[s.Company] = append(fresh[s.Company], s)
		} else if s.Revision = old.Revision; !s.Equal(old) {
			return fmt.Errorf("memstore: session %d: %w", i+1, store.ErrExists)
		}
		revisions[i] = s.Revision
	}
	for name, list := range fresh {
		c := b.company(name)
		for _, s := range list {
			c.record(s, 0)
		}
		c.insert(list)
	}
	for i, g := range given {
		g.Normalize()
		g.Revision = revisions[i]
	}
	return nil
}

// Update implements [store.Writer].
func (b *Backend) Update(ctx context.Context, given *sessions.Session) error {
	s, err := accept(given)
	if err != nil {
		return fmt.Errorf("memstore: %w", err)
	}
	return b.write(ctx, s.Company, s.ID, func(old *sessions.Session) (*sessions.Session, error) {
		s.Revision++
		switch {
		case s.Revision == old.Revision && s.Equal(old): // stored already
		case s.Revision != old.Revision+1 || !s.CreatedAt.Equal(old.CreatedAt):
			return nil, fmt.Errorf("memstore: %w", store.ErrConflict)
		}
		given.Normalize()
		given.Revision = s.Revision
		return s, nil
	})
}

// Redact implements [store.Writer].
func (b *Backend) Redact(ctx context.Context, companyKey, id string, keep ...string) error {
	if companyKey == "" {
		return store.ErrNoCompany
	}
	return b.write(ctx, companyKey, id, func(old *sessions.Session) (*sessions.Session, error) {
		s := old.Clone()
		if s.RedactPerson(keep...); !s.Equal(old) {
			s.Revision++
		}
		return s, nil
	})
}

// accept validates the session and returns a normalised copy to store.
func accept(given *sessions.Session) (*sessions.Session, error) {
	if err := given.Validate(); err != nil {
		return nil, err
	}
	s := given.Clone()
	s.Normalize()
	return s, nil
}

// write replaces a stored session by the one that change returns. It does nothing if they are
// equal.
func (b *Backend) write(ctx context.Context, name, id string, change func(old *sessions.Session) (*sessions.Session, error)) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memstore: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.companies[name]
	if c == nil || c.byID[id].session == nil {
		return fmt.Errorf("memstore: %w", store.ErrNotFound)
	}
	old := c.byID[id].session
	s, err := change(old)
	if err != nil || s.Equal(old) {
		return err
	}
	c.replace(s, c.byID[id].version)
	return nil
}

// Put implements [store.Putter].
func (b *Backend) Put(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("memstore: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	next := map[key]*store.Versioned{} // new state of each session that changes
	var order []key
	results := make([]store.PutResult, len(states))
	for i, v := range states {
		if v.Session == nil {
			_, results[i] = v.Over(nil)
			continue
		}
		k := key{v.Session.Company, v.Session.ID}
		// A state before it in the same call counts as stored.
		old := next[k]
		if c := b.companies[k.company]; old == nil && c != nil && c.byID[k.id].session != nil {
			old = &store.Versioned{Session: c.byID[k.id].session, Version: c.byID[k.id].version}
		}
		state, result := v.Over(old)
		if c := b.companies[k.company]; state != nil && old == nil && c != nil && c.isPurged(k.id) {
			state, result = nil, store.PutResult{Outcome: store.PutPurged}
		}
		if results[i] = result; state == nil {
			continue
		}
		if next[k] == nil {
			order = append(order, k)
		} else {
			state.Session.Revision = next[k].Session.Revision // one change per call
		}
		next[k] = state
	}
	fresh := map[string][]*sessions.Session{}
	for _, k := range order {
		c, state := b.company(k.company), next[k]
		// New sessions are merged into the list together: one by one, each would move those behind
		// it.
		if c.byID[k.id].session == nil {
			fresh[k.company] = append(fresh[k.company], state.Session)
			c.record(state.Session, state.Version)
		} else {
			c.replace(state.Session, state.Version)
		}
	}
	for name, list := range fresh {
		b.company(name).insert(list)
	}
	return results, nil
}

// company returns the company. It creates the company if it does not exist.
func (b *Backend) company(name string) *company {
	c := b.companies[name]
	if c == nil {
		c = &company{byID: map[string]stored{}, tombstones: map[string]tombstone{}}
		if b.companies == nil {
			b.companies = map[string]*company{}
		}
		b.companies[name] = c
	}
	return c
}

// insert merges new sessions into the list. It begins at the end, so that it moves only sessions
// that are newer than the oldest new one.
func (c *company) insert(fresh []*sessions.Session) {
	slices.SortFunc(fresh, func(a, b *sessions.Session) int { return b.Compare(a) })
	old := len(c.list)
	c.list = append(c.list, fresh...)
	for to, next := len(c.list)-1, len(fresh)-1; next >= 0; to-- {
		if old > 0 && c.list[old-1].Compare(fresh[next]) < 0 {
			old--
			c.list[to] = c.list[old]
		} else {
			c.list[to] = fresh[next]
			next--
		}
	}
}

// replace stores another state of a session, at the session's place in the list.
func (c *company) replace(s *sessions.Session, version int64) {
	c.list[c.index(store.PositionOf(s))] = s
	c.record(s, version)
}

// record logs a change of the session. If more than half of the log is superseded, it drops the
// superseded changes, so that the log stays proportional to the sessions.
func (c *company) record(s *sessions.Session, version int64) {
	c.seq++
	c.byID[s.ID] = stored{s, version, c.seq}
	c.log = append(c.log, change{c.seq, s.ID})
	if len(c.log) > 2*len(c.byID)+16 {
		c.log = slices.DeleteFunc(c.log, func(e change) bool { return c.byID[e.id].seq != e.seq })
	}
}
