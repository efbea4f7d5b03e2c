// Package mystore is a store.Backend in its shortest form: a map, and filter.Filter.Match. It keeps
// every promise of store.Backend, but does not record changes. Begin your own Backend with a copy
// of it.
package mystore

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// Store keeps sessions in a map. It is safe for concurrent use.
type Store struct {
	mu       sync.RWMutex
	sessions map[key]*sessions.Session
}

// key identifies a session.
type key struct{ company, id string }

// New returns an empty Store.
func New() *Store { return &Store{sessions: map[key]*sessions.Session{}} }

// Save stores sessions, and replaces those that are stored already.
func (m *Store) Save(_ context.Context, list ...*sessions.Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range list {
		// The caller may change its session afterwards.
		s = s.Clone()
		s.Normalize() // promise 12: microseconds, UTC
		m.sessions[key{s.Company, s.ID}] = s
	}
	return nil
}

// Get returns a copy of one session.
func (m *Store) Get(ctx context.Context, company, id string) (*sessions.Session, error) {
	if company == "" {
		return nil, store.ErrNoCompany
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	s := m.sessions[key{company, id}]
	if s == nil {
		return nil, store.ErrNotFound
	}
	return s.Clone(), ctx.Err()
}

// List returns up to sel.Limit sessions of a filter, newest first. It ignores sel.Budget and always
// searches to the end of the company.
func (m *Store) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
	if sel.Company == "" {
		return store.Batch{}, store.ErrNoCompany
	}
	if err := sel.Filter.Err(); err != nil {
		return store.Batch{}, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	var found []*sessions.Session
	for k, s := range m.sessions {
		further := sessions.PositionOf(s).Compare(sel.After) > 0
		if k.company == sel.Company && further && sel.Filter.Match(s) {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, (*sessions.Session).Compare)
	var batch store.Batch
	if len(found) > sel.Limit { // otherwise Reached stays zero, which means the end
		found = found[:sel.Limit]
		batch.Reached = sessions.PositionOf(found[sel.Limit-1])
	}
	for _, s := range found {
		batch.Sessions = append(batch.Sessions, s.Clone())
	}
	return batch, ctx.Err()
}

// Changes reports that this Backend does not record changes. The Store then works without them.
func (m *Store) Changes(context.Context, string, store.Watermark, int) (store.Changes, error) {
	return store.Changes{}, errors.ErrUnsupported
}
