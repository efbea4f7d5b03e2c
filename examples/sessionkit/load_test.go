//go:build unix

package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// gate is a client that reads nothing until it is opened, the slowest possible one.
type gate struct {
	open  <-chan struct{}
	began func()
	taken int64
	left  error // the error with which the client disconnects after the gate is open
}

func (g *gate) Write(b []byte) (int, error) {
	if g.taken == 0 {
		g.began()
	}
	g.taken += int64(len(b))
	<-g.open
	return len(b), g.left
}

// TestSlowClientsStarveNobody stops ten exports in the middle while a hundred searches and as many
// writes run to their end.
func TestSlowClientsStarveNobody(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { slowClients(t, "sqlite:"+filepath.Join(t.TempDir(), "kyc.db")) })
	t.Run("postgres", func(t *testing.T) { slowClients(t, newPostgres(t)) })
}

func slowClients(t *testing.T, dsn string) {
	const n, exports, searches = 6000, 10, 100
	fill(t, dsn, n)
	db, dialect, err := engine.Open(dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	db.SetMaxOpenConns(exports + 2)
	backend := sqlstore.New(db, dialect)
	st := store.New(backend, store.Options{Exports: store.ExportLimits{Company: exports, Process: exports}})
	viewer := store.Viewer{Company: acme, Role: sessions.Agent}
	page, err := st.List(t.Context(), viewer, store.Query{Limit: 100})
	require.NoError(t, err)
	var whole export.Result
	whole, err = export.Write(t.Context(), io.Discard, st.Select(viewer, filter.Filter{}), export.Options{SHA256: true})
	require.NoError(t, err)
	require.Equal(t, int64(n), whole.Rows)

	before := runtime.NumGoroutine()
	open := make(chan struct{})
	var began, ended sync.WaitGroup
	results, errs := make([]export.Result, exports), make([]error, exports)
	vanished, cancel := context.WithCancel(t.Context())
	defer cancel()
	gone := errors.New("gone")
	for i := range exports {
		began.Add(1)
		client, ctx := &gate{open: open, began: began.Done}, t.Context()
		switch i {
		case 0:
			client.left = gone
		case 1:
			ctx = vanished
		}
		ended.Go(func() {
			results[i], errs[i] = export.Write(ctx, client, st.Select(viewer, filter.Filter{}), export.Options{SHA256: true})
		})
	}
	began.Wait() // each has its snapshot
	for i := range searches {
		s := page.Sessions[i%len(page.Sessions)]
		word := strings.ReplaceAll(cmp.Or(s.PersonalNumber.Value(), s.DocumentNumber.Value()), " ", "")
		found, err := st.List(t.Context(), viewer, store.Query{Filter: filter.Search(word), Limit: 50})
		require.NoError(t, err)
		require.NotEmpty(t, found.Sessions)
		s.Partner = "changed meanwhile"
		require.NoError(t, backend.Update(t.Context(), s))
	}
	var held runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&held)
	require.Less(t, held.HeapAlloc, uint64(64<<20), "of %d exports of %d bytes each", exports, whole.Bytes)
	cancel()
	close(open)
	ended.Wait()
	for i, err := range errs {
		switch i {
		case 0:
			require.ErrorIs(t, err, gone)
		case 1:
			require.ErrorIs(t, err, context.Canceled)
		default:
			require.NoError(t, err)
			require.Equal(t, whole, results[i], "what changed meanwhile is in no snapshot")
		}
	}
	settled(t, func() bool { return db.Stats().InUse == 0 && runtime.NumGoroutine() <= before })
}

// settled waits until a condition holds, without another goroutine. The time limit is only for a
// test that fails.
func settled(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(time.Millisecond) {
		require.True(t, time.Now().Before(end), "something is left behind: %d goroutines", runtime.NumGoroutine())
	}
}
