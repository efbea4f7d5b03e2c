package enginetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// event returns a person's session at a version: pending at first, and decided from version 2 on.
func event(n int, version int64) store.Versioned {
	s := person(n)
	s.Model, s.LastName = fmt.Sprint("version ", version), sessions.TextOf(fmt.Sprint("Name", version))
	if version >= 2 {
		s.Status = sessions.Success
	}
	return store.Versioned{Session: s, Version: version}
}

func outcomes(results []store.PutResult) (list []store.PutOutcome) {
	for _, r := range results {
		list = append(list, r.Outcome)
	}
	return list
}

// TestPutAmongWriters puts the events of the same sessions from eight writers, each in its own
// order, while the sessions are packed into tiny segments. The greatest version wins.
func TestPutAmongWriters(t *testing.T) {
	const writers, many, versions = 8, 12, 4
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(tiny)
		errs := make([]error, writers)
		var group sync.WaitGroup
		for w := range writers {
			var events []store.Versioned
			for n := range many {
				for version := range int64(versions) {
					events = append(events, event(n, version))
				}
			}
			random := rand.New(rand.NewPCG(8, uint64(w)))
			random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			group.Go(func() {
				for some := range slices.Chunk(events, 1+w) {
					if _, err := b.Put(t.Context(), some...); err != nil {
						errs[w] = err
						return
					}
				}
			})
		}
		group.Wait()
		require.NoError(t, errors.Join(errs...))
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		require.NoError(t, b.Verify(t.Context(), "acme"))
		batch, err := b.List(t.Context(), store.Selection{Company: "acme", Filter: filter.Search("name3"), Limit: 2 * many})
		require.NoError(t, err)
		require.Len(t, batch.Sessions, many)
		for _, s := range batch.Sessions {
			require.Equal(t, fmt.Sprint("version ", versions-1), s.Model)
		}
		count, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: filter.Search("name"), Limit: 2 * many})
		require.NoError(t, err)
		require.Equal(t, store.Count{N: many, Exact: true}, count, "no session is found by what it was")
	})
}

// TestPutMany puts ten thousand sessions in one call, and after they are packed a newer state of a
// fifth of them.
func TestPutMany(t *testing.T) {
	many, newer := 10_000, 2_000
	if raced {
		many, newer = 2_500, 500
	}
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		events := func(n int, version int64) (list []store.Versioned) {
			for i := range n {
				list = append(list, event(i*many/n, version))
			}
			return list
		}
		results, err := b.Put(t.Context(), events(many, 1)...)
		require.NoError(t, err)
		require.Equal(t, slices.Repeat([]store.PutOutcome{store.PutCreated}, many), outcomes(results))
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		results, err = b.WithPacking(sqlstore.Packing{Tail: -1}).Put(t.Context(), events(newer, 2)...)
		require.NoError(t, err)
		require.Equal(t, slices.Repeat([]store.PutOutcome{store.PutUpdated}, newer), outcomes(results))
		require.NoError(t, b.Verify(t.Context(), "acme"))
		count, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: filter.Search("name1"), Limit: 1})
		require.NoError(t, err)
		require.Equal(t, store.Count{N: many - newer, Exact: true}, count, "no session is found by what it was")
	})
}

// TestTx reads and puts in a host's transaction, which is rolled back or commits.
func TestTx(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			need(t, e)
			for _, level := range []sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead} {
				if e == sqlite && level != sql.LevelReadCommitted {
					continue // SQLite has no isolation levels
				} else if e == sqlite {
					level = sql.LevelDefault
				}
				t.Run(level.String(), func(t *testing.T) {
					h := newHost(t, e, open(t, e))
					b := h.b.WithPacking(tiny)
					for n := range 12 { // some of them packed
						_, err := b.Put(t.Context(), event(n, 1))
						require.NoError(t, err)
					}
					for n, end := range []func(*sql.Tx) error{(*sql.Tx).Rollback, (*sql.Tx).Commit} {
						tx := h.begin(level, n)
						within := b.Tx(tx)
						moved := event(3, 5)
						moved.Session.CreatedAt = start.AddDate(0, 1, 0)
						results, err := within.Put(t.Context(), event(1, 2), event(20, 1), moved, event(2, 1), event(1, 3), event(20, 0))
						require.NoError(t, err)
						require.Equal(t, []store.PutOutcome{
							store.PutUpdated, store.PutCreated, store.PutRefused, store.PutEqual, store.PutUpdated, store.PutOlder,
						}, outcomes(results))
						require.ErrorIs(t, results[2].Err, store.ErrConflict)
						s, err := within.Get(t.Context(), "acme", person(1).ID)
						require.NoError(t, err)
						require.Equal(t, "version 3", s.Model)
						_, err = within.Get(t.Context(), "globex", person(1).ID)
						require.ErrorIs(t, err, store.ErrNotFound)
						require.ErrorIs(t, within.Redact(t.Context(), "acme", "nobody"), store.ErrNotFound)
						// A Store over the transaction lists the sessions in it, page by page.
						st := store.New(within, store.Options{})
						query := store.Query{Filter: filter.Search("name"), Limit: 5}
						var listed []*sessions.Session
						for {
							page, err := st.List(t.Context(), store.Viewer{Company: "acme", Role: sessions.Agent}, query)
							require.NoError(t, err)
							require.Empty(t, page.AsOf)
							listed = append(listed, page.Sessions...)
							if query.After = page.Next; query.After == "" {
								break
							}
						}
						require.Len(t, listed, 13)
						require.Equal(t, person(20).ID, listed[12].ID)
						batch, err := within.List(t.Context(), store.Selection{Company: "acme", Filter: filter.Status(sessions.Success), Limit: 1})
						require.NoError(t, err)
						require.Equal(t, person(1).ID, batch.Sessions[0].ID)
						require.Zero(t, batch.Reached, "the end")
						_, err = within.Changes(t.Context(), "acme", "", 1)
						require.ErrorIs(t, err, errors.ErrUnsupported)
						cancelled, cancel := context.WithCancel(t.Context())
						cancel()
						_, err = within.Put(cancelled, event(1, 9))
						require.ErrorIs(t, err, context.Canceled)
						_, err = within.List(cancelled, store.Selection{Company: "acme", Limit: 1})
						require.ErrorIs(t, err, context.Canceled)
						_, err = within.List(t.Context(), store.Selection{Company: "acme", Filter: filter.Status(), Limit: 1})
						require.ErrorIs(t, err, filter.ErrEmpty)
						_, err = within.Get(t.Context(), "", "x")
						require.ErrorIs(t, err, store.ErrNoCompany)
						require.NoError(t, end(tx))

						s, err = b.Get(t.Context(), "acme", person(1).ID)
						require.NoError(t, err)
						require.Equal(t, fmt.Sprint("version ", 1+2*n), s.Model)
						require.Equal(t, n, h.logged())
						require.NoError(t, b.Maintain(t.Context(), "acme"))
						require.NoError(t, b.Verify(t.Context(), "acme"))
						_, err = within.Get(t.Context(), "acme", person(1).ID)
						require.ErrorIs(t, err, sqlstore.ErrTxEnded)
					}
				})
			}
		})
	}
}
