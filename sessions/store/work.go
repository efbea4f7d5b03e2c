package store

import (
	"container/list"
	"context"
	"fmt"
	"sync"
)

// DefaultConnections is how many connections a Store uses at once if its Backend states no number
// ([Pooled]) or has no limit.
const DefaultConnections = 32

// Pooled is a Backend that knows how many connections the host's pool may have at once. Connections
// returns 0 if there is no limit.
type Pooled interface{ Connections() int }

// ExportLimits are how many exports may be read at once. A zero limit depends on the connections:
// half of them for the process, half of that for a company, and two for a viewer, but always at
// least one.
type ExportLimits struct {
	Process int // limit of this Store; if there are two connections or more, at most all except one
	Company int
	// Viewer is the limit of each Viewer.Subject. Viewers without a Subject have only the company's
	// limit.
	Viewer int
}

// over fills in the limits that are zero, and keeps one connection for lists.
func (l ExportLimits) over(connections int) ExportLimits {
	pick := func(asked, otherwise, most int) int {
		if asked <= 0 {
			asked = otherwise
		}
		return max(1, min(asked, most))
	}
	l.Process = pick(l.Process, connections/2, connections-1)
	l.Company = pick(l.Company, (l.Process+1)/2, l.Process)
	l.Viewer = pick(l.Viewer, 2, l.Company)
	return l
}

// work bounds the calls that a Store makes to its Backend at once. Reads wait for their turn, in
// their order; exports beyond the limits are refused.
type work struct {
	mu        sync.Mutex
	running   int       // running reads, including those of exports
	waiting   list.List // of chan struct{}, each closed when the turn of its read has come
	exports   int
	ofCompany map[string]int
	ofViewer  map[viewerKey]int
	searches  map[tabKey]*search
}

type viewerKey struct{ company, subject string }

// tabKey identifies a series of searches in which each newer search replaces the older one.
type tabKey struct {
	viewerKey
	tab string
}

type search struct{ cancel context.CancelCauseFunc }

// connections returns how many connections the Store may use at once. It asks the Backend each
// time, because a host may change its pool.
func (s *Store) connections() int {
	n := s.options.Connections
	if pooled, ok := s.backend.(Pooled); ok && n <= 0 {
		n = pooled.Connections()
	}
	if n <= 0 {
		n = DefaultConnections
	}
	return n
}

// inTurn waits for a turn and calls do, which makes one call to the Backend.
func inTurn[T any](ctx context.Context, s *Store, do func() (T, error)) (T, error) {
	end, err := s.turn(ctx)
	if err != nil {
		var none T
		return none, err
	}
	defer end()
	return do()
}

// turn waits until one more call to the Backend may begin. end ends the call's turn.
func (s *Store) turn(ctx context.Context) (end func(), err error) {
	w, most := &s.work, s.connections()
	w.mu.Lock()
	if w.running < most {
		w.running++
		w.mu.Unlock()
		return w.next, nil
	}
	called := make(chan struct{})
	place := w.waiting.PushBack(called)
	w.mu.Unlock()
	select {
	case <-called:
		return w.next, nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	select {
	case <-called: // the turn came at the same moment: pass it on
		w.mu.Unlock()
		w.next()
	default:
		w.waiting.Remove(place)
		w.mu.Unlock()
	}
	return nil, fmt.Errorf("store: waiting for other reads: %w", context.Cause(ctx))
}

// next ends a turn and gives it to the call that has waited longest.
func (w *work) next() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if first := w.waiting.Front(); first != nil {
		called, _ := w.waiting.Remove(first).(chan struct{})
		close(called)
		return
	}
	w.running--
}

// room returns a [*BusyError] if the viewer cannot begin one more export now.
func (s *Store) room(v viewerKey) error {
	s.work.mu.Lock()
	defer s.work.mu.Unlock()
	return s.work.room(v, s.options.Exports.over(s.connections()))
}

func (w *work) room(v viewerKey, limits ExportLimits) error {
	switch {
	case v.subject != "" && w.ofViewer[v] >= limits.Viewer:
		return &BusyError{ScopeViewer, limits.Viewer}
	case w.ofCompany[v.company] >= limits.Company:
		return &BusyError{ScopeCompany, limits.Company}
	case w.exports >= limits.Process:
		return &BusyError{ScopeProcess, limits.Process}
	}
	return nil
}

// export begins an export, or returns a [*BusyError] if a limit is reached. end ends the export.
func (s *Store) export(v viewerKey) (end func(), err error) {
	w, limits := &s.work, s.options.Exports.over(s.connections())
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.room(v, limits); err != nil {
		return nil, err
	}
	w.exports++
	add(&w.ofCompany, v.company, 1)
	add(&w.ofViewer, v, 1)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.exports--
		add(&w.ofCompany, v.company, -1)
		add(&w.ofViewer, v, -1)
	}, nil
}

// add adds n to a count, and deletes counts that become 0, so that the map does not grow.
func add[K comparable](counts *map[K]int, of K, n int) {
	if *counts == nil {
		*counts = map[K]int{}
	}
	if (*counts)[of] += n; (*counts)[of] == 0 {
		delete(*counts, of)
	}
}

// supersede cancels the running search of the same tab, with [ErrSuperseded] as the cause, and
// returns the context of the new search. A search whose context is already over cancels nothing: it
// may be older than the running one and have been overtaken on its way.
func (w *work) supersede(ctx context.Context, key tabKey) (newer context.Context, end func()) {
	newer, cancel := context.WithCancelCause(ctx)
	own := &search{cancel}
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil {
		return newer, func() { cancel(nil) }
	}
	if older := w.searches[key]; older != nil {
		older.cancel(ErrSuperseded)
	}
	if w.searches == nil {
		w.searches = map[tabKey]*search{}
	}
	w.searches[key] = own
	return newer, func() {
		cancel(nil)
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.searches[key] == own {
			delete(w.searches, key)
		}
	}
}
