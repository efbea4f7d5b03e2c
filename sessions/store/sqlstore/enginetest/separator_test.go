package enginetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/keys"
)

// TestStreamEnds requires that a stream survives texts that contain the separators of packed rows,
// at any place, and that it gives its connection back however it ends, with a pool of one.
func TestStreamEnds(t *testing.T) {
	dialects := map[engine]filter.Dialect{sqlite: sqlstore.SQLite, postgres: sqlstore.Postgres, mariadb: sqlstore.MariaDB}
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		require.NoError(t, sqlstore.Migrate(t.Context(), db, dialects[e]))
		db.SetMaxOpenConns(1)
		b := sqlstore.New(db, dialects[e])
		const n = 3000
		all := make([]*sessions.Session, n)
		// More batches than can wait at once.
		long, err := sessions.NewExtra(sessions.ExtraPair{Key: "note", Value: strings.Repeat("x", 1000)})
		require.NoError(t, err)
		at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
		for i := range all {
			all[i] = &sessions.Session{
				ID: fmt.Sprintf("s-%04d", i), Company: "acme", CreatedAt: at.Add(-time.Duration(i/3) * time.Second), Status: sessions.Pending,
				FirstName: sessions.TextOf("Nino"), LastName: sessions.TextIn(sessions.NotRecognised), Extra: long,
				Model: "%s|%d?", // characters that formats consist of
			}
			all[i].ID = fmt.Sprintf("s-%04d", n-i) // ties come in this order
		}
		require.NoError(t, b.Insert(t.Context(), all...))
		stream := func(sel store.Selection, each func(*sessions.Session) error) error {
			return b.Stream(t.Context(), sel, each)
		}
		sel := store.Selection{Company: "acme"}
		for _, hostile := range []int{-1, 0, 700, n - 1} {
			if hostile >= 0 {
				s := all[hostile]
				s.FirstName, s.Model = sessions.TextOf("a\x1fb"), "\x1f"
				require.NoError(t, b.Update(t.Context(), s))
			}
			i := 0
			require.NoError(t, stream(sel, func(s *sessions.Session) error {
				require.Equal(t, all[i].ID, s.ID)
				require.Equal(t, all[i].FirstName.Value(), s.FirstName.Value())
				require.Equal(t, all[i].Model, s.Model)
				i++
				*s = sessions.Session{} // the session is valid only until now
				return nil
			}))
			require.Equal(t, n, i)
			// Rows decide about extra fields, those of segments as well.
			if hostile == n-1 {
				require.NoError(t, b.Repair(t.Context(), "acme"))
			}
			noted := store.Selection{Company: "acme", Filter: filter.ExtraPresent("note")}
			count, err := b.Count(t.Context(), noted)
			require.NoError(t, err)
			require.Equal(t, n, count.N)
			tally, exact, err := b.Tally(t.Context(), noted)
			require.NoError(t, err)
			require.True(t, exact)
			require.Len(t, tally, 1)
			require.Equal(t, n, tally[0].N)
		}
		stop := errors.New("enough")
		for _, after := range []int{0, 1, 300, n - 1} {
			i := 0
			require.ErrorIs(t, stream(sel, func(*sessions.Session) error {
				if i++; i > after {
					return stop
				}
				return nil
			}), stop)
			require.Panics(t, func() { _ = stream(sel, func(*sessions.Session) error { panic("callback") }) })
			ctx, cancel := context.WithCancel(t.Context())
			require.ErrorIs(t, b.Stream(ctx, sel, func(*sessions.Session) error { cancel(); return ctx.Err() }), context.Canceled)
			cancel()
			require.Eventually(t, func() bool { return db.Stats().InUse == 0 }, time.Minute, time.Millisecond)
		}
		_, err = b.Get(t.Context(), "acme", "s-0001")
		require.NoError(t, err)
	})
}

// TestStreamOfLongRows requires that the rows that a stream reads ahead are bounded in bytes: the
// longest rows take no more memory than others, whether a stream reads all sessions or looks up a
// few, and those from segments or from the tail.
func TestStreamOfLongRows(t *testing.T) {
	db := open(t, sqlite)
	require.NoError(t, sqlstore.Migrate(t.Context(), db, sqlstore.SQLite))
	b := sqlstore.New(db, sqlstore.SQLite)
	long := longExtra(t)
	const n, others = 100, 1000
	var all []*sessions.Session
	for i := range n + others {
		s := &sessions.Session{ID: fmt.Sprint(i), Company: "acme", CreatedAt: time.Unix(int64(i%n), 0), Status: sessions.Pending, Extra: long}
		if i >= n {
			s.Status, s.Extra = sessions.Success, sessions.Extra{}
		}
		all = append(all, s)
	}
	require.NoError(t, b.Insert(t.Context(), all...))
	row := int64(sessions.MaxExtraPairs * sessions.MaxExtraValueBytes)
	requireBounded := func(f filter.Filter, want int) {
		t.Helper()
		before, most, rows := inUse(), int64(0), 0
		at := time.Unix(n, 0)
		require.NoError(t, b.Stream(t.Context(), store.Selection{Company: "acme", Filter: f}, func(s *sessions.Session) error {
			require.False(t, s.CreatedAt.After(at))
			at = s.CreatedAt
			if s.Extra.Len() > 0 && rows%10 == 0 {
				most = max(most, inUse()-before)
			}
			rows++
			return nil
		}))
		require.Equal(t, want, rows)
		require.Less(t, most, 20*row, "of %d", n*row)
	}
	few := filter.Status(sessions.Pending)
	requireBounded(few, n) // of the tail
	require.NoError(t, b.Repair(t.Context(), "acme"))
	requireBounded(few, n) // of segments
	// Only rows say which extra fields there are.
	requireBounded(filter.And(few, filter.ExtraPresent("0")), n)
	requireBounded(filter.Filter{}, n+others)
}

// longExtra returns the longest extra fields.
func longExtra(t *testing.T) sessions.Extra {
	t.Helper()
	pairs := make([]sessions.ExtraPair, sessions.MaxExtraPairs)
	for i := range pairs {
		pairs[i] = sessions.ExtraPair{Key: fmt.Sprint(i), Value: strings.Repeat("x", sessions.MaxExtraValueBytes)}
	}
	long, err := sessions.NewExtra(pairs...)
	require.NoError(t, err)
	return long
}

// inUse returns how many bytes are in use.
func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestUpkeepOfLongRows requires that packing, verifying and rebuilding search keys hold few of the
// longest rows at once. It measures when they ask for the words of a session.
func TestUpkeepOfLongRows(t *testing.T) {
	db := open(t, sqlite)
	require.NoError(t, sqlstore.Migrate(t.Context(), db, sqlstore.SQLite))
	b := sqlstore.New(db, sqlstore.SQLite).WithPacking(sqlstore.Packing{Tail: -1}) // pack only when told
	const n = 100
	long := longExtra(t)
	for i := range n {
		s := &sessions.Session{
			ID: fmt.Sprint(i), Company: "acme", CreatedAt: time.Unix(int64(i), 0), Status: sessions.Pending, FirstName: sessions.TextOf("Nino"), Extra: long,
		}
		require.NoError(t, b.Insert(t.Context(), s))
	}
	row := int64(sessions.MaxExtraPairs * sessions.MaxExtraValueBytes)
	asked, before, most := 0, int64(0), int64(0)
	measuring := func(version int64) *sqlstore.Backend {
		return backendOf(db, sqlite, &keys.Keys{Version: version, Respell: func(s *sessions.Session) *sessions.Session {
			if asked++; asked%10 == 0 {
				most = max(most, inUse()-before)
			}
			return s
		}}, sqlstore.Packing{Tail: 10}) // fewer than there are: Repair packs them
	}
	requireBounded := func(name string, do func(context.Context, string) error) {
		t.Helper()
		asked, before, most = 0, inUse(), 0
		require.NoError(t, do(t.Context(), "acme"), name)
		require.GreaterOrEqual(t, asked, n, name)
		require.Less(t, most, 20*row, "%s, of %d", name, n*row)
	}
	ours, newer := measuring(searchkey.Version), measuring(searchkey.Version+1)
	requireBounded("verify the tail", ours.Verify)
	requireBounded("pack", ours.Repair)
	requireBounded("verify segments", ours.Verify)
	for i := range n / 2 { // whose places die
		s, err := b.Get(t.Context(), "acme", fmt.Sprint(i))
		require.NoError(t, err)
		s.Status = sessions.Success
		require.NoError(t, b.Update(t.Context(), s))
	}
	requireBounded("verify dead places", ours.Verify)
	requireBounded("rebuild keys", newer.Repair)
	requireBounded("verify keys", newer.Verify)
}
