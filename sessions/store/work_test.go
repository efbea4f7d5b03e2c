package store_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// pooled is a Backend with a number of connections. A list holds a connection for the duration
// list. most is the greatest number in use at once.
type pooled struct {
	*memstore.Backend
	connections int
	list        time.Duration

	inUse, most atomic.Int64
}

func (b *pooled) Connections() int { return b.connections }

func (b *pooled) use() (end func()) {
	n := b.inUse.Add(1)
	for most := b.most.Load(); n > most && !b.most.CompareAndSwap(most, n); most = b.most.Load() {
	}
	return func() { b.inUse.Add(-1) }
}

func (b *pooled) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
	defer b.use()()
	select {
	case <-ctx.Done():
		return store.Batch{}, ctx.Err()
	case <-time.After(b.list):
		return b.Backend.List(ctx, sel)
	}
}

func (b *pooled) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	defer b.use()()
	return b.Backend.Stream(ctx, sel, each)
}

// pool returns a Store over a pooled Backend, with all sessions of mixed.
func pool(t *testing.T, connections int, options store.Options) (*store.Store, *pooled) {
	t.Helper()
	b := &pooled{Backend: backend(t, mixed()...), connections: connections, list: time.Second}
	return store.New(b, options), b
}

// unread opens an export, reads one session of it, and keeps it open until the context ends. It
// returns the error of Open, or of the first session.
func unread(ctx context.Context, st *store.Store, v store.Viewer) error {
	began := make(chan error, 1)
	go func() {
		seq, err := st.Select(v, filter.Filter{}).Open(ctx, sessions.Reading{})
		if err != nil {
			began <- err
			return
		}
		for _, err := range seq {
			began <- err
			<-ctx.Done()
			return
		}
	}()
	return <-began
}

func TestExportsLeaveAConnectionToLists(t *testing.T) {
	for _, c := range []struct{ connections, exports int }{{2, 1}, {3, 1}, {4, 2}, {10, 5}, {0, 16}} {
		synctest.Test(t, func(t *testing.T) {
			st, b := pool(t, c.connections, store.Options{Exports: store.ExportLimits{Company: 100, Viewer: 100}})
			ctx, cancel := context.WithCancel(t.Context())
			for i := range 40 {
				err := unread(ctx, st, agent)
				if i < c.exports {
					require.NoError(t, err)
					continue
				}
				require.ErrorIs(t, err, store.ErrBusy)
			}
			begun := time.Now()
			_, err := st.List(t.Context(), agent, store.Query{})
			require.NoError(t, err)
			require.Equal(t, time.Second, time.Since(begun), "the list has not waited")
			cancel()
			synctest.Wait()
			rest, end := context.WithCancel(t.Context())
			require.NoError(t, unread(rest, st, agent), "there is room again")
			end()
			require.LessOrEqual(t, b.most.Load(), int64(c.exports+1))
		})
	}
}

// TestOneConnection checks that with one connection an export delays lists, without a deadlock.
func TestOneConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, b := pool(t, 1, store.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.NoError(t, unread(ctx, st, agent))

		hurried, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		_, err := st.List(hurried, agent, store.Query{})
		require.ErrorIs(t, err, context.DeadlineExceeded)

		begun := time.Now()
		_, err = st.List(t.Context(), agent, store.Query{})
		require.NoError(t, err)
		require.Equal(t, time.Minute, time.Since(begun), "the rest of the export's minute, and the list's own second")
		require.EqualValues(t, 1, b.most.Load())
	})
}

func TestListsWaitInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, b := pool(t, 0, store.Options{Connections: 3})
		var all sync.WaitGroup
		took := make([]time.Duration, 30)
		begun := time.Now()
		for i := range took {
			all.Go(func() {
				_, err := st.List(t.Context(), agent, store.Query{})
				took[i] = time.Since(begun)
				if !errors.Is(err, nil) {
					t.Error(err)
				}
			})
			synctest.Wait() // until the goroutine lists, or waits
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := st.List(gone, agent, store.Query{})
		require.ErrorIs(t, err, context.Canceled)
		all.Wait()
		for i, d := range took {
			require.Equal(t, time.Duration(1+i/3)*time.Second, d)
		}
		require.EqualValues(t, 3, b.most.Load())
	})
}

func TestExportLimits(t *testing.T) {
	other := func(company, subject string) store.Viewer {
		return with(agent, func(v *store.Viewer) { v.Company, v.Subject = company, subject })
	}
	limits := store.ExportLimits{Process: 4, Company: 3, Viewer: 2}
	synctest.Test(t, func(t *testing.T) {
		st, b := pool(t, 20, store.Options{Exports: limits})
		require.NoError(t, b.Insert(t.Context(), session(1, func(s *sessions.Session) { s.Company = "globex" })))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for _, c := range []struct {
			viewer store.Viewer
			scope  store.Scope
			limit  int
		}{
			{agent, "", 0},
			{agent, "", 0},
			{agent, store.ScopeViewer, 2},
			{other("acme", "agent-8"), "", 0},
			{other("acme", "agent-9"), store.ScopeCompany, 3},
			{other("acme", ""), store.ScopeCompany, 3},
			{other("globex", ""), "", 0},
			{other("globex", ""), store.ScopeProcess, 4},
		} {
			err := unread(ctx, st, c.viewer)
			if c.scope == "" {
				require.NoError(t, err)
				continue
			}
			var busy *store.BusyError
			require.ErrorAs(t, err, &busy)
			require.Equal(t, store.BusyError{Scope: c.scope, Limit: c.limit}, *busy)
		}
	})
}

// TestNewerSearchesSupersede checks that a search ends and returns its connection when the next
// keystroke replaces it.
func TestNewerSearchesSupersede(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, b := pool(t, 2, store.Options{})
		list := func(v store.Viewer, tab string) <-chan error {
			done := make(chan error, 1)
			go func() {
				_, err := st.List(t.Context(), v, store.Query{Tab: tab})
				done <- err
			}()
			synctest.Wait()
			return done
		}
		begun := time.Now()
		first, second := list(agent, "one"), list(agent, "one")
		require.ErrorIs(t, <-first, store.ErrSuperseded)
		elsewhere, stranger := list(agent, "two"), list(with(agent, func(v *store.Viewer) { v.Subject = "agent-8" }), "one")
		none := list(agent, "")
		for _, done := range []<-chan error{second, elsewhere, stranger, none} {
			require.NoError(t, <-done)
		}
		require.Equal(t, 2*time.Second, time.Since(begun), "four lists on two connections")
		require.NoError(t, <-list(agent, "one"))
		require.EqualValues(t, 2, b.most.Load())
	})
}

// TestGivenUpSearchesSupersedeNone checks that a cancelled search, which a newer one has overtaken,
// does not cancel the newer one.
func TestGivenUpSearchesSupersedeNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, _ := pool(t, 2, store.Options{})
		newer := make(chan error, 1)
		go func() {
			_, err := st.List(t.Context(), agent, store.Query{Tab: "one"})
			newer <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := st.List(ctx, agent, store.Query{Tab: "one"})
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, <-newer)
	})
}

// TestTurnsSurvivePanics checks that the turn of a call ends if the Backend panics.
func TestTurnsSurvivePanics(t *testing.T) {
	st := store.New(panicking{backend(t)}, store.Options{Connections: 1})
	for range 3 {
		require.Panics(t, func() { _, _ = st.Get(t.Context(), agent, "s-0001") })
	}
}

type panicking struct{ *memstore.Backend }

func (panicking) Get(context.Context, string, string) (*sessions.Session, error) { panic("broken") }
