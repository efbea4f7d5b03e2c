package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// host is a host with its own table beside ours.
type host struct {
	t  *testing.T
	db *sql.DB
	b  *sqlstore.Backend
}

func newHost(t *testing.T, e engine, db *sql.DB) *host {
	t.Helper()
	h := &host{t, db, newBackend(t, e, db)}
	h.exec("CREATE TABLE host_log (n INTEGER PRIMARY KEY, text VARCHAR(200))")
	return h
}

func (h *host) exec(text string) {
	h.t.Helper()
	_, err := h.db.ExecContext(h.t.Context(), text)
	require.NoError(h.t, err, text)
}

// begin begins a transaction at an isolation level, in which the host writes a row of its own
// table.
func (h *host) begin(level sql.IsolationLevel, n int) *sql.Tx {
	h.t.Helper()
	tx, err := h.db.BeginTx(h.t.Context(), &sql.TxOptions{Isolation: level})
	require.NoError(h.t, err)
	_, err = tx.ExecContext(h.t.Context(), fmt.Sprintf("INSERT INTO host_log VALUES (%d, 'begin')", n))
	require.NoError(h.t, err)
	return tx
}

// logged returns the number of rows of the host's table.
func (h *host) logged() (n int) {
	h.t.Helper()
	require.NoError(h.t, h.db.QueryRowContext(h.t.Context(), "SELECT count(*) FROM host_log").Scan(&n))
	return n
}

// requireEnded requires that the Writer of a transaction that has ended returns an error that says
// so from every method, and stores nothing, and that nothing of the transaction is stored after its
// rollback.
func (h *host) requireEnded(tx *sql.Tx, before int) {
	h.t.Helper()
	w := h.b.Tx(tx)
	for n := range 2 { // a retry fails too
		require.ErrorIs(h.t, w.Insert(h.t.Context(), person(700+n)), sqlstore.ErrTxEnded)
		stored := person(1)
		stored.Attempt = 77
		require.ErrorIs(h.t, w.Update(h.t.Context(), stored), sqlstore.ErrTxEnded)
		require.ErrorIs(h.t, w.Redact(h.t.Context(), "acme", person(1).ID), sqlstore.ErrTxEnded)
	}
	_, err := tx.ExecContext(h.t.Context(), "INSERT INTO host_log VALUES (999, 'goes on')")
	require.ErrorIs(h.t, err, sql.ErrTxDone, "it would be written outside the transaction")
	require.ErrorIs(h.t, tx.Commit(), sql.ErrTxDone)
	for n := range 2 {
		_, err := h.b.Get(h.t.Context(), "acme", person(700+n).ID)
		require.ErrorIs(h.t, err, store.ErrNotFound, "written outside the transaction")
	}
	s, err := h.b.Get(h.t.Context(), "acme", person(1).ID)
	require.NoError(h.t, err)
	require.EqualValues(h.t, 1, s.Revision, "written outside the transaction")
	require.Equal(h.t, before, h.logged())
}

// requireUsable requires that the transaction can continue, and that it commits what is written in
// it.
func (h *host) requireUsable(tx *sql.Tx, n int) {
	h.t.Helper()
	require.NoError(h.t, h.b.Tx(tx).Insert(h.t.Context(), person(n)))
	_, err := tx.ExecContext(h.t.Context(), fmt.Sprintf("INSERT INTO host_log VALUES (%d, 'end')", n))
	require.NoError(h.t, err)
	before := h.logged()
	require.NoError(h.t, tx.Commit())
	require.Equal(h.t, before+2, h.logged(), "the host's own rows")
	_, err = h.b.Get(h.t.Context(), "acme", person(n).ID)
	require.NoError(h.t, err)
}

// TestHostEndsItsTransaction requires that the Writer of a transaction that has ended, for any
// reason of the host's, writes nothing.
func TestHostEndsItsTransaction(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		h := newHost(t, e, db)
		require.NoError(t, h.b.Insert(t.Context(), person(1)))
		text := func(tx *sql.Tx, statement string) {
			_, err := tx.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		for n, end := range []func(tx *sql.Tx){
			func(tx *sql.Tx) { require.NoError(t, tx.Commit()) },
			func(tx *sql.Tx) { require.NoError(t, tx.Rollback()) },
			func(tx *sql.Tx) { text(tx, "COMMIT") },
			func(tx *sql.Tx) { text(tx, "ROLLBACK") },
		} {
			tx := h.begin(sql.LevelDefault, n)
			end(tx)
			h.requireEnded(tx, h.logged())
		}
	})
}

// TestHostsSavepoints requires that a Writer between the host's savepoints does not change them,
// whether it fails or not.
func TestHostsSavepoints(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		h := newHost(t, e, db)
		require.NoError(t, h.b.Insert(t.Context(), person(1)))
		for n, fails := range []bool{false, true} {
			tx := h.begin(sql.LevelDefault, 10*n)
			text := func(statement string) {
				t.Helper()
				_, err := tx.ExecContext(t.Context(), statement)
				require.NoError(t, err)
			}
			text("SAVEPOINT sessionkit")
			text(fmt.Sprintf("INSERT INTO host_log VALUES (%d, 'undone')", 10*n+1))
			text("SAVEPOINT inner_one")
			require.NoError(t, h.b.Tx(tx).Insert(t.Context(), person(2)))
			if differs := person(2); fails {
				differs.Attempt = 9
				require.ErrorIs(t, h.b.Tx(tx).Insert(t.Context(), differs), store.ErrExists)
			}
			text("ROLLBACK TO SAVEPOINT inner_one")
			require.NoError(t, h.b.Tx(tx).Insert(t.Context(), person(3)))
			text("ROLLBACK TO SAVEPOINT sessionkit")
			text("RELEASE SAVEPOINT sessionkit")
			h.requireUsable(tx, 5+n)
		}
		count, err := h.b.Count(t.Context(), store.Selection{Company: "acme", Limit: 9})
		require.NoError(t, err)
		require.Equal(t, 3, count.N)
	})
}

// TestDeadlockEndsTheHostsTransaction lets two transactions of the host wait for each other's
// company. InnoDB ends one of them as a whole. PostgreSQL rolls back to the savepoint, and the
// transaction continues.
func TestDeadlockEndsTheHostsTransaction(t *testing.T) {
	for _, e := range []engine{postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			h := newHost(t, e, open(t, e))
			other := person(2)
			other.Company = "globex"
			require.NoError(t, h.b.Insert(t.Context(), person(1), other))
			txs := []*sql.Tx{h.begin(sql.LevelDefault, 1), h.begin(sql.LevelDefault, 2)}
			companies := []string{"acme", "globex"}
			into := func(i, n int) error {
				s := person(10*(i+1) + n)
				s.Company = companies[(i+n)%2]
				return h.b.Tx(txs[i]).Insert(t.Context(), s)
			}
			require.NoError(t, into(0, 0))
			require.NoError(t, into(1, 0))
			errs := make([]error, 2)
			var wait sync.WaitGroup
			for i := range txs {
				wait.Go(func() {
					// Release the company to the other.
					if errs[i] = into(i, 1); errs[i] != nil && e == postgres {
						errs[i] = fmt.Errorf("%w, %w", errs[i], txs[i].Rollback())
					}
				})
			}
			wait.Wait()
			victim := 0
			if errs[1] != nil {
				victim = 1
			}
			require.Error(t, errs[victim])
			require.NoError(t, errs[1-victim])
			if e == mariadb {
				require.ErrorIs(t, errs[victim], sqlstore.ErrTxEnded)
				h.requireEnded(txs[victim], 0)
			} else {
				require.NotErrorIs(t, errs[victim], sqlstore.ErrTxEnded)
			}
			h.requireUsable(txs[1-victim], 90)
		})
	}
}

// TestSnapshotsOfTheHosts writes in a transaction whose snapshot is older than the commits of
// others.
func TestSnapshotsOfTheHosts(t *testing.T) {
	for _, e := range []engine{postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			for _, level := range []sql.IsolationLevel{sql.LevelRepeatableRead, sql.LevelSerializable} {
				t.Run(level.String(), func(t *testing.T) {
					h := newHost(t, e, open(t, e))
					require.NoError(t, h.b.Insert(t.Context(), person(1)))
					tx := h.begin(level, 1)
					// This takes the snapshot. It reads the host's own table, since SERIALIZABLE
					// locks what it reads.
					var n int
					require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT count(*) FROM host_log").Scan(&n))
					require.NoError(t, h.b.Insert(t.Context(), person(2)))
					decided := person(1)
					decided.Revision, decided.Status = 1, sessions.Success
					require.NoError(t, h.b.Update(t.Context(), decided))

					w := h.b.Tx(tx)
					err := w.Insert(t.Context(), person(2), person(3))
					// A serialization failure, each time again, and the transaction continues.
					if e == postgres {
						require.Error(t, err)
						require.NotErrorIs(t, err, sqlstore.ErrTxEnded)
						_, err = tx.ExecContext(t.Context(), "INSERT INTO host_log VALUES (2, 'goes on')")
						require.NoError(t, err)
						require.NoError(t, tx.Commit())
						require.Equal(t, 2, h.logged())
						return
					}
					// The default of MariaDB 11.6 and newer. Older servers may not know it.
					var strict bool
					_ = h.db.QueryRowContext(t.Context(), "SELECT @@innodb_snapshot_isolation").Scan(&strict)
					if strict {
						require.ErrorIs(t, err, sqlstore.ErrTxEnded)
						require.ErrorIs(t, tx.Commit(), sql.ErrTxDone)
						return
					}
					require.NoError(t, err, "what is stored already is passed over")
					stale := person(1)
					stale.Revision, stale.Status = 1, sessions.Failed
					require.ErrorIs(t, w.Update(t.Context(), stale), store.ErrConflict)
					differs := person(2)
					differs.Attempt = 9
					require.ErrorIs(t, w.Insert(t.Context(), differs), store.ErrExists)
					again := person(1)
					again.Revision, again.Status = 1, sessions.Success
					require.NoError(t, w.Update(t.Context(), again), "what was decided so already")
					require.NoError(t, w.Redact(t.Context(), "acme", person(2).ID))
					h.requireUsable(tx, 4)
					count, err := h.b.Count(t.Context(), store.Selection{Company: "acme", Limit: 10})
					require.NoError(t, err)
					require.Equal(t, 4, count.N)
				})
			}
		})
	}
}

// TestMariaDBEndsTransactions uses the settings with which InnoDB ends a transaction.
func TestMariaDBEndsTransactions(t *testing.T) {
	h := newHost(t, mariadb, open(t, mariadb))
	require.NoError(t, h.b.Insert(t.Context(), person(1)))
	t.Run("innodb_snapshot_isolation", func(t *testing.T) {
		tx, err := h.db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
		require.NoError(t, err)
		if _, err := tx.ExecContext(t.Context(), "SET SESSION innodb_snapshot_isolation = ON"); err != nil {
			_ = tx.Rollback()
			t.Skip("this server does not know innodb_snapshot_isolation")
		}
		defer h.exec("DELETE FROM host_log")
		_, err = tx.ExecContext(t.Context(), "INSERT INTO host_log VALUES (1, 'begin')")
		require.NoError(t, err)
		var n int
		require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT count(*) FROM host_log").Scan(&n))
		require.NoError(t, h.b.Insert(t.Context(), person(2)))
		require.ErrorIs(t, h.b.Tx(tx).Insert(t.Context(), person(3)), sqlstore.ErrTxEnded)
		h.requireEnded(tx, 0)
	})
	t.Run("lock wait timeout", func(t *testing.T) {
		holder := h.begin(sql.LevelDefault, 1)
		require.NoError(t, h.b.Tx(holder).Insert(t.Context(), person(4)))
		tx := h.begin(sql.LevelDefault, 2)
		_, err := tx.ExecContext(t.Context(), "SET SESSION innodb_lock_wait_timeout = 1")
		require.NoError(t, err)
		err = h.b.Tx(tx).Insert(t.Context(), person(5))
		require.NoError(t, holder.Rollback())
		var whole bool
		require.NoError(t, h.db.QueryRowContext(t.Context(), "SELECT @@innodb_rollback_on_timeout").Scan(&whole))
		if whole {
			require.ErrorIs(t, err, sqlstore.ErrTxEnded)
			h.requireEnded(tx, 0)
			return
		}
		require.Error(t, err)
		require.NotErrorIs(t, err, sqlstore.ErrTxEnded)
		h.requireUsable(tx, 5)
	})
}

// TestStatementTimeouts requires that the transaction continues after PostgreSQL has ended a
// statement of the Writer, and MariaDB one that waits for a lock.
func TestStatementTimeouts(t *testing.T) {
	for e, set := range map[engine]string{
		postgres: "SET LOCAL lock_timeout = '100ms'", mariadb: "SET SESSION max_statement_time = 0.1",
	} {
		t.Run(string(e), func(t *testing.T) {
			h := newHost(t, e, open(t, e))
			require.NoError(t, h.b.Insert(t.Context(), person(1)))
			holder := h.begin(sql.LevelDefault, 1)
			require.NoError(t, h.b.Tx(holder).Insert(t.Context(), person(2)))
			tx := h.begin(sql.LevelDefault, 2)
			_, err := tx.ExecContext(t.Context(), set)
			require.NoError(t, err)
			err = h.b.Tx(tx).Insert(t.Context(), person(3))
			require.Error(t, err)
			require.NotErrorIs(t, err, sqlstore.ErrTxEnded)
			require.NoError(t, holder.Rollback())
			h.requireUsable(tx, 3)
		})
	}
}

// TestCancelledInTheHostsTransaction lets the context end at each statement of a method in the
// host's transaction. Either the transaction continues, or the error says that it has ended and
// nothing is written outside it. A retry is stored with the transaction or not at all. One method
// is refused by a trigger, and finds out the reason.
func TestCancelledInTheHostsTransaction(t *testing.T) {
	refused := persons(4)[3:]
	refused[0].Model = "refused"
	decided := person(1)
	decided.Revision, decided.Attempt = 1, 5
	methods := map[string]func(ctx context.Context, tx *sqlstore.Tx) error{
		"Insert":         func(ctx context.Context, tx *sqlstore.Tx) error { return tx.Insert(ctx, persons(40)[2:]...) },
		"Insert refused": func(ctx context.Context, tx *sqlstore.Tx) error { return tx.Insert(ctx, clones(refused)...) },
		"Update":         func(ctx context.Context, tx *sqlstore.Tx) error { return tx.Update(ctx, decided.Clone()) },
		"Redact":         func(ctx context.Context, tx *sqlstore.Tx) error { return tx.Redact(ctx, "acme", person(1).ID) },
		"Put": func(ctx context.Context, tx *sqlstore.Tx) error {
			_, err := tx.Put(ctx, event(1, 2), event(7, 1))
			return err
		},
		"Get": func(ctx context.Context, tx *sqlstore.Tx) error {
			_, err := tx.Get(ctx, "acme", person(1).ID)
			return err
		},
		"List": func(ctx context.Context, tx *sqlstore.Tx) error {
			_, err := tx.List(ctx, store.Selection{Company: "acme", Limit: 5})
			return err
		},
	}
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			c := newDatabase(t, e)
			br := &breaker{Connector: c}
			db := connect(t, br)
			h := &host{t, connect(t, c), newBackend(t, e, db)}
			h.exec("CREATE TABLE host_log (n INTEGER PRIMARY KEY, text VARCHAR(200))")
			require.NoError(t, h.b.Insert(t.Context(), person(1)))
			require.NoError(t, h.b.WithPacking(tiny).Maintain(t.Context(), "acme"))
			for _, statement := range refusing[e] {
				h.exec(statement)
			}
			for name, do := range methods {
				met := 0 // statements that were cancelled
				for after := 0; ; after++ {
					inTx := &host{t, db, h.b}
					tx := inTx.begin(sql.LevelDefault, 1)
					ctx, cancel := context.WithCancel(t.Context())
					br.arm("", after, func(driver.Conn) { cancel(); time.Sleep(5 * time.Millisecond) })
					err := do(ctx, h.b.Tx(tx))
					fired := ctx.Err() != nil
					cancel()
					br.arm("", 0, nil)
					if !fired {
						require.Equal(t, name == "Insert refused", err != nil, "%s: %v", name, err)
						require.NoError(t, tx.Rollback())
						break
					}
					met++
					// The statement could not be interrupted any more.
					if err == nil {
						require.NoError(t, tx.Rollback())
						continue
					}
					requireNoPerson(t, err)
					if name != "Insert refused" { // or the refusal was known by then
						require.ErrorIs(t, err, context.Canceled)
					}
					retry := h.b.Tx(tx).Insert(t.Context(), person(5))
					if _, late := tx.ExecContext(t.Context(), "SELECT 1"); late == nil && retry == nil {
						require.NotErrorIs(t, err, sqlstore.ErrTxEnded)
						require.NoError(t, tx.Rollback())
					} else {
						require.ErrorIs(t, err, sqlstore.ErrTxEnded, "%s, statement %d", name, after)
						require.ErrorIs(t, retry, sqlstore.ErrTxEnded)
						_ = tx.Rollback()
					}
					require.Zero(t, h.logged(), "statement %d", after)
				}
				require.GreaterOrEqual(t, met, 3, name)
			}
			count, err := h.b.Count(t.Context(), store.Selection{Company: "acme", Limit: 100})
			require.NoError(t, err)
			require.Equal(t, 1, count.N)
		})
	}
}

// refusing makes a host's trigger that refuses one session.
var refusing = map[engine][]string{
	sqlite: {"CREATE TRIGGER refuse BEFORE INSERT ON sessionkit_sessions WHEN NEW.model = 'refused' BEGIN SELECT RAISE(ABORT, 'refused'); END"},
	postgres: {
		"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$",
		"CREATE TRIGGER refuse BEFORE INSERT ON sessionkit_sessions FOR EACH ROW WHEN (NEW.model = 'refused') EXECUTE FUNCTION refuse()",
	},
	mariadb: {"CREATE TRIGGER refuse BEFORE INSERT ON sessionkit_sessions FOR EACH ROW" +
		" BEGIN IF NEW.model = 'refused' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'; END IF; END"},
}

// TestDeadlinesInTheHostsTransaction lets the context end anywhere within an insert, also in the
// middle of a statement. SQLite then ends the transaction.
func TestDeadlinesInTheHostsTransaction(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		h := newHost(t, e, db)
		require.NoError(t, h.b.Insert(t.Context(), person(1)))
		ended := 0
		for n := range 12 {
			before := h.logged()
			tx := h.begin(sql.LevelDefault, 10*n)
			all := persons(1500)[2:]
			for i, s := range all {
				s.ID = fmt.Sprintf("%d-%d", n, i)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+n*n)*time.Millisecond)
			err := h.b.Tx(tx).Insert(ctx, all...)
			cancel()
			if err != nil {
				require.ErrorIs(t, err, context.DeadlineExceeded)
			}
			if retry := h.b.Tx(tx).Insert(t.Context(), all[0]); retry != nil {
				require.ErrorIs(t, err, sqlstore.ErrTxEnded)
				ended++
				h.requireEnded(tx, before)
				continue
			}
			require.NotErrorIs(t, err, sqlstore.ErrTxEnded)
			require.NoError(t, tx.Commit())
			require.Equal(t, before+1, h.logged())
			_, err = h.b.Get(t.Context(), "acme", all[0].ID)
			require.NoError(t, err)
		}
		t.Logf("%d of 12 transactions were ended", ended)
	})
}

// TestFullDiskEndsTheHostsTransaction fills SQLite's file in the middle of an insert.
func TestFullDiskEndsTheHostsTransaction(t *testing.T) {
	h := newHost(t, sqlite, open(t, sqlite))
	require.NoError(t, h.b.Insert(t.Context(), person(1)))
	h.db.SetMaxOpenConns(1)
	var pages int
	require.NoError(t, h.db.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages))
	h.exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+40))
	h.exec("PRAGMA cache_size = 5") // pages go to the file before the commit
	tx := h.begin(sql.LevelDefault, 1)
	err := h.b.Tx(tx).Insert(t.Context(), persons(3000)[2:]...)
	requireNoPerson(t, err)
	if _, gone := tx.ExecContext(t.Context(), "ROLLBACK"); gone == nil {
		require.NotErrorIs(t, err, sqlstore.ErrTxEnded, "SQLite undid the statement alone")
	} else {
		require.ErrorIs(t, err, sqlstore.ErrTxEnded)
	}
	h.requireEnded(tx, 0)
}

// TestHostsConnections requires that the Writer takes part in a transaction that the host has begun
// on a connection, or that it wraps, and that it writes nothing if there is none.
func TestHostsConnections(t *testing.T) {
	type wrapped struct{ sqlstore.HostTx } // a host's layer, which passes calls on
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		h := newHost(t, e, db)
		ctx := t.Context()
		conn := func(statements ...string) *sql.Conn {
			t.Helper()
			c, err := db.Conn(ctx)
			require.NoError(t, err)
			t.Cleanup(func() { _ = c.Close() })
			for _, statement := range statements {
				_, err := c.ExecContext(ctx, statement)
				require.NoError(t, err)
			}
			return c
		}
		stored := func(n int) bool {
			t.Helper()
			_, err := h.b.Get(ctx, "acme", person(n).ID)
			if err != nil {
				require.ErrorIs(t, err, store.ErrNotFound)
			}
			return err == nil
		}
		for n, end := range []string{"COMMIT", "ROLLBACK"} {
			c := conn("BEGIN", fmt.Sprintf("INSERT INTO host_log VALUES (%d, 'begin')", n))
			w := h.b.Tx(wrapped{c})
			require.NoError(t, w.Insert(ctx, person(n)))
			require.ErrorIs(t, h.b.Tx(c).Redact(ctx, "acme", "nobody"), store.ErrNotFound, "the transaction goes on")
			_, err := w.Get(ctx, "acme", person(n).ID)
			require.NoError(t, err)
			_, err = c.ExecContext(ctx, end)
			require.NoError(t, err)
			require.Equal(t, n == 0, stored(n))
			require.NoError(t, c.Close())
		}
		require.Equal(t, 1, h.logged())

		c := conn() // in autocommit
		require.ErrorIs(t, h.b.Tx(c).Insert(ctx, person(10)), sqlstore.ErrTxEnded)
		_, err := c.ExecContext(ctx, "INSERT INTO host_log VALUES (10, 'goes on')")
		require.ErrorIs(t, err, sql.ErrConnDone, "it would be written outside the transaction")
		require.ErrorIs(t, h.b.Tx(c).Insert(ctx, person(10)), sqlstore.ErrTxEnded)
		c = conn("BEGIN", "INSERT INTO host_log VALUES (11, 'undone')", "ROLLBACK")
		require.ErrorIs(t, h.b.Tx(wrapped{c}).Insert(ctx, person(11)), sqlstore.ErrTxEnded)
		require.NoError(t, c.Close())

		idle := db.Stats().InUse
		for _, pool := range []sqlstore.HostTx{db, struct{ *sql.DB }{db}, nil} {
			require.ErrorIs(t, h.b.Tx(pool).Insert(ctx, person(12)), sqlstore.ErrTxEnded)
			_, err := h.b.Tx(pool).Get(ctx, "acme", person(0).ID)
			require.ErrorIs(t, err, sqlstore.ErrTxEnded)
		}
		require.Equal(t, idle, db.Stats().InUse)
		require.False(t, stored(10) || stored(11) || stored(12), "written outside a transaction")
		h.requireUsable(h.begin(sql.LevelDefault, 20), 30)
	})
}
