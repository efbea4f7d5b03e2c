package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// slow has a statement that takes a server long, and a query that counts the connections that run
// it.
var slow = map[engine]struct{ statement, running string }{
	postgres: {"SELECT pg_sleep(%d)", "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(%d)%%'"},
	mariadb:  {"SELECT SLEEP(%d)", "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(%d)%%'"},
}

// TestCancelledWorkEnds cancels each operation in the middle of a statement that would take
// minutes. Afterwards the server runs nothing for it, and the pool works as before.
func TestCancelledWorkEnds(t *testing.T) {
	for _, e := range []engine{postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			b, br, admin := breakable(t, e)
			db := connect(t, br)
			require.NoError(t, b.Insert(t.Context(), persons(5)...))
			sel := store.Selection{Company: "acme", Filter: filter.Search("secretname"), Limit: 5}
			decided := person(1)
			decided.Revision, decided.Attempt = 1, 9
			seconds := 100 + int(time.Now().UnixNano()%1e6) // other tests sleep for other times
			for method, do := range map[string]func(ctx context.Context) error{
				"List":    func(ctx context.Context) error { _, err := b.List(ctx, sel); return err },
				"Count":   func(ctx context.Context) error { _, err := b.Count(ctx, sel); return err },
				"Get":     func(ctx context.Context) error { _, err := b.Get(ctx, "acme", person(1).ID); return err },
				"Changes": func(ctx context.Context) error { _, err := b.Changes(ctx, "acme", "", 1); return err },
				"Stream": func(ctx context.Context) error {
					return b.Stream(ctx, sel, func(*sessions.Session) error { return nil })
				},
				"Insert": func(ctx context.Context) error { return b.Insert(ctx, person(7)) },
				"Update": func(ctx context.Context) error { return b.Update(ctx, decided.Clone()) },
				"Redact": func(ctx context.Context) error { return b.Redact(ctx, "acme", person(2).ID) },
				"Put":    func(ctx context.Context) error { _, err := b.Put(ctx, event(1, 2)); return err },
				"Purge": func(ctx context.Context) error {
					_, err := b.Purge(ctx, store.Purge{Company: "acme", IDs: []string{person(1).ID}})
					return err
				},
				"Tally": func(ctx context.Context) error { _, _, err := b.Tally(ctx, sel); return err },
				"CountEach": func(ctx context.Context) error {
					_, err := b.CountEach(ctx, sel, []filter.Filter{sel.Filter, filter.Status(sessions.Success)})
					return err
				},
				"Check":    func(ctx context.Context) error { return sqlstore.New(db, dialects[e]).Check(ctx) },
				"Migrate":  func(ctx context.Context) error { return sqlstore.Migrate(ctx, db, dialects[e]) },
				"Verify":   func(ctx context.Context) error { return b.Verify(ctx, "acme") },
				"Maintain": func(ctx context.Context) error { return b.Maintain(ctx, "acme") },
				"Repair":   func(ctx context.Context) error { return b.Repair(ctx, "acme") },
			} {
				for _, deadline := range []bool{false, true} {
					seconds++
					running := func() (n int) {
						require.NoError(t, admin.QueryRowContext(t.Context(), fmt.Sprintf(slow[e].running, seconds)).Scan(&n))
						return n
					}
					ctx, cancel := context.WithCancel(t.Context())
					want := context.Canceled
					if deadline {
						cancel()
						ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
						want = context.DeadlineExceeded
					}
					br.arm("sessionkit_", 0, func(c driver.Conn) {
						if !deadline {
							time.AfterFunc(100*time.Millisecond, cancel)
						}
						q, ok := c.(driver.QueryerContext)
						require.True(t, ok)
						var rows driver.Rows
						rows, err := q.QueryContext(ctx, fmt.Sprintf(slow[e].statement, seconds), nil)
						if err == nil {
							err = rows.Next(make([]driver.Value, 1))
							_ = rows.Close()
						}
						require.Error(t, err)
					})
					err := do(ctx)
					cancel()
					require.ErrorIs(t, err, want, method)
					require.Eventually(t, func() bool { return running() == 0 }, time.Minute, 5*time.Millisecond, "%s goes on", method)
					_, err = b.List(t.Context(), sel)
					require.NoError(t, err)
				}
			}
			count, err := b.Count(t.Context(), store.Selection{Company: "acme", Limit: 50})
			require.NoError(t, err)
			require.Equal(t, 5, count.N)
		})
	}
}

// TestCancelledWriterLeavesTheQueue requires that a writer that waits for a company in the
// database, and is cancelled, does not continue to wait there.
func TestCancelledWriterLeavesTheQueue(t *testing.T) {
	for _, e := range []engine{postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			h := newHost(t, e, open(t, e))
			require.NoError(t, h.b.Insert(t.Context(), person(1)))
			holder := h.begin(0, 1)
			require.NoError(t, h.b.Tx(holder).Insert(t.Context(), person(2)))
			statement := map[engine]string{
				postgres: "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
				mariadb:  "SELECT count(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'INSERT INTO sessionkit_companies%'",
			}[e]
			waiting := func(want int) {
				t.Helper()
				require.Eventually(t, func() bool {
					var n int
					require.NoError(t, h.db.QueryRowContext(t.Context(), statement).Scan(&n))
					return n == want
				}, time.Minute, 5*time.Millisecond)
			}
			for range 3 {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				require.ErrorIs(t, h.b.Insert(ctx, person(3)), context.DeadlineExceeded)
				cancel()
				waiting(0)
				tx := h.begin(0, 2)
				ctx, cancel = context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- h.b.Tx(tx).Insert(ctx, person(3)) }()
				waiting(1)
				cancel()
				err := <-ended
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorIs(t, err, sqlstore.ErrTxEnded, "the driver has closed the connection")
			}
			waiting(0)
			require.NoError(t, holder.Rollback())
		})
	}
}

// TestWritersTakeTurns requires that ten Inserts into a company that another process holds do not
// use up the pool.
func TestWritersTakeTurns(t *testing.T) {
	for _, e := range []engine{postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			c := newDatabase(t, e)
			db := connect(t, c)
			b := newBackend(t, e, db)
			require.NoError(t, b.Insert(t.Context(), person(0)))
			h := &host{t, connect(t, c), b}
			h.exec("CREATE TABLE host_log (n INTEGER PRIMARY KEY, text VARCHAR(200))")
			for _, most := range []int{2, 10} {
				db.SetMaxOpenConns(most)
				holder := h.begin(0, most)
				require.NoError(t, b.Tx(holder).Insert(t.Context(), person(1000*most)))
				var wait sync.WaitGroup
				errs := make([]error, 10)
				for i := range errs {
					wait.Go(func() { errs[i] = b.Insert(t.Context(), person(100*most+i)) })
				}
				time.Sleep(50 * time.Millisecond) // until they wait
				for range 20 {
					other := store.Selection{Company: "globex", Limit: 5}
					_, err := b.List(t.Context(), other)
					require.NoError(t, err)
					_, err = b.List(t.Context(), store.Selection{Company: "acme", Limit: 5})
					require.NoError(t, err)
				}
				s := person(5000 + most)
				s.Company = "globex"
				require.NoError(t, b.Insert(t.Context(), s), "another company's writers have turns of their own")
				require.Eventually(t, func() bool { return db.Stats().InUse <= 1 }, time.Minute, time.Millisecond, "connections of writers that wait")
				gone, cancel := context.WithCancel(t.Context())
				time.AfterFunc(20*time.Millisecond, cancel)
				require.ErrorIs(t, b.Insert(gone, person(1)), context.Canceled, "one that gives up its place")
				require.NoError(t, holder.Commit())
				wait.Wait()
				require.NoError(t, errors.Join(errs...))
			}
			count, err := b.Count(t.Context(), store.Selection{Company: "acme", Limit: 100})
			require.NoError(t, err)
			require.Equal(t, 1+2+20, count.N)
		})
	}
}

// TestUpkeepTakesTurns requires that ten calls that pack, repair or purge a company that another
// process holds do not use up the pool.
func TestUpkeepTakesTurns(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		if e == sqlite {
			// One writes while others read.
			_, err := db.ExecContext(t.Context(), "PRAGMA journal_mode = WAL")
			require.NoError(t, err)
		}
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 20, Segment: 40})
		db.SetMaxOpenConns(11) // one is the holder's
		all := store.Purge{Company: "acme", Filter: filter.Search("secretname")}
		for n, do := range []func(ctx context.Context) error{
			func(ctx context.Context) error { return b.Maintain(ctx, "acme") },
			func(ctx context.Context) error { return b.Repair(ctx, "acme") },
			func(ctx context.Context) error { _, err := b.Purge(ctx, all); return err },
		} {
			var list []*sessions.Session
			for i := range 60 { // more than a purge removes one by one
				list = append(list, person(1000*n+i))
			}
			require.NoError(t, b.WithPacking(sqlstore.Packing{Tail: -1}).Insert(t.Context(), list...))
			holder, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			require.NoError(t, b.Tx(holder).Insert(t.Context(), person(1000*n+500)))
			var wait sync.WaitGroup
			errs := make([]error, 10)
			for i := range errs {
				wait.Go(func() { errs[i] = do(t.Context()) })
			}
			time.Sleep(100 * time.Millisecond) // until they wait
			for range 3 {
				_, err := b.List(t.Context(), store.Selection{Company: "globex", Limit: 5})
				require.NoError(t, err)
			}
			require.NoError(t, holder.Commit())
			wait.Wait()
			require.NoError(t, errors.Join(errs...))
			require.NoError(t, b.Verify(t.Context(), "acme"))
		}
	})
}
