package enginetest

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// person makes a pending session whose texts must not be in any error.
func person(n int) *sessions.Session {
	return &sessions.Session{
		ID: fmt.Sprintf("session-%04d", n), Company: "acme", CreatedAt: start.Add(-time.Duration(n) * time.Minute), Status: sessions.Pending,
		FirstName: sessions.TextOf("Secretname"), LastName: sessions.TextOf("ბერიძე"), PersonalNumber: sessions.TextOf("01999888777"),
	}
}

func persons(n int) []*sessions.Session {
	var all []*sessions.Session
	for i := range n {
		all = append(all, person(i))
	}
	return all
}

func requireNoPerson(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	for _, secret := range []string{"Secretname", "secretname", "ბერიძე", "01999888777"} {
		require.NotContains(t, err.Error(), secret)
	}
}

// breaker is a connector whose connections the test can break before the nth statement that
// contains a text.
type breaker struct {
	driver.Connector
	mu    sync.Mutex
	text  string
	after int
	hit   func(c driver.Conn) // called once, on the connection about to run the statement

	// instead runs once in place of a statement that contains text. It is "" if there is none.
	instead string
}

func (b *breaker) arm(text string, after int, hit func(driver.Conn)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text, b.after, b.hit = text, after, hit
}

// replace has another query run once in place of the nth that contains a text.
func (b *breaker) replace(text string, after int, instead string) {
	b.arm(text, after, func(driver.Conn) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.instead = instead
	})
}

// swap returns the query that runs in place of another.
func (b *breaker) swap(query string, args []driver.NamedValue) (string, []driver.NamedValue) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.instead == "" {
		return query, args
	}
	query, b.instead = b.instead, ""
	return query, nil
}

// unarm reports whether no statement was hit, and lets further ones pass.
func (b *breaker) unarm() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	missed := b.hit != nil
	b.hit, b.instead = nil, ""
	return missed
}

func (b *breaker) see(query string, c driver.Conn) {
	b.mu.Lock()
	hit := b.hit
	if hit == nil || !strings.Contains(query, b.text) {
		b.mu.Unlock()
		return
	}
	if b.after--; b.after >= 0 {
		b.mu.Unlock()
		return
	}
	b.hit = nil
	b.mu.Unlock()
	hit(c)
}

func (b *breaker) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := b.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &breaking{recorded{c, &recorder{}}, b}, nil
}

type breaking struct {
	recorded
	b *breaker
}

func (c *breaking) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.b.see(query, c.Conn)
	query, args = c.b.swap(query, args)
	return c.recorded.QueryContext(ctx, query, args)
}

func (c *breaking) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.b.see(query, c.Conn)
	return c.recorded.ExecContext(ctx, query, args)
}

func breakable(t *testing.T, e engine) (*sqlstore.Backend, *breaker, *sql.DB) {
	t.Helper()
	c := newDatabase(t, e)
	b := &breaker{Connector: c}
	return newBackend(t, e, connect(t, b)), b, connect(t, c)
}

// killer returns a function that makes the server end a connection.
func killer(t *testing.T, e engine, admin *sql.DB) func(driver.Conn) {
	return func(c driver.Conn) {
		text := map[engine]string{postgres: "SELECT pg_backend_pid()", mariadb: "SELECT CONNECTION_ID()"}[e]
		q, ok := c.(driver.QueryerContext)
		require.True(t, ok)
		rows, err := q.QueryContext(context.Background(), text, nil)
		require.NoError(t, err)
		id := make([]driver.Value, 1)
		require.NoError(t, rows.Next(id))
		require.NoError(t, rows.Close())
		kill := map[engine]string{postgres: "SELECT pg_terminate_backend(%s)", mariadb: "KILL CONNECTION %s"}[e]
		number := fmt.Sprint(id[0])
		if b, isBytes := id[0].([]byte); isBytes {
			number = string(b)
		}
		_, err = admin.Exec(fmt.Sprintf(kill, number))
		require.NoError(t, err)
		time.Sleep(50 * time.Millisecond) // the server takes a moment to close the connection
	}
}

// TestConnectionKilled ends the connection before each statement of an insert of many, of an
// update, of a redaction and of a list. Either nothing was written or everything; the error has no
// data of a person; a retry succeeds.
func TestConnectionKilled(t *testing.T) {
	for _, e := range []engine{postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			b, breaker, admin := breakable(t, e)
			kill := killer(t, e, admin)
			require.NoError(t, b.Insert(t.Context(), persons(3)...))
			total := func() (n [3]int) {
				for i, table := range []string{"sessions", "segments", "companies"} {
					count := "count(*)"
					if table == "companies" {
						count = "sum(total)"
					}
					require.NoError(t, admin.QueryRowContext(t.Context(), "SELECT "+count+" FROM sessionkit_"+table).Scan(&n[i]))
				}
				return n
			}
			inserts, updates := 0, 0 // the ones that were broken
			for after := range 12 {
				before := total()
				s := persons(303 + after)[3:]
				s = s[len(s)-300:]
				for _, one := range s {
					one.ID = fmt.Sprintf("%s-%d", one.ID, after)
				}
				breaker.arm("sessionkit_", after, kill)
				err := b.Insert(t.Context(), s...)
				if err == nil { // it has fewer statements
					breaker.arm("", 0, nil)
					break
				}
				inserts++
				requireNoPerson(t, err)
				require.Equal(t, before, total(), "half written, statement %d", after)
				require.Zero(t, s[0].Revision)
				require.NoError(t, b.Insert(t.Context(), s...), "a retry")
				require.Equal(t, before[0]+300, total()[0])
			}
			for after := range 8 {
				s, err := b.Get(t.Context(), "acme", "session-0001")
				require.NoError(t, err)
				s.FirstName, s.Attempt = sessions.TextOf(fmt.Sprintf("Secretname%d", after)), after+1
				before := total()
				breaker.arm("sessionkit_", after, kill)
				changed := s.Clone()
				if err = b.Update(t.Context(), changed); err == nil {
					breaker.arm("", 0, nil)
					break
				}
				updates++
				requireNoPerson(t, err)
				require.Equal(t, before, total())
				require.Equal(t, s.Revision, changed.Revision)
				require.NoError(t, b.Update(t.Context(), changed), "a retry")
			}
			require.GreaterOrEqual(t, inserts, 4, "statements of an insert that were broken")
			require.GreaterOrEqual(t, updates, 5, "statements of an update that were broken")
			breaker.arm("sessionkit_segments", 0, kill)
			requireNoPerson(t, b.Redact(t.Context(), "acme", "session-0002"))
			s, err := b.Get(t.Context(), "acme", "session-0002")
			require.NoError(t, err)
			require.Equal(t, sessions.Known, s.FirstName.State(), "half redacted")
			require.NoError(t, b.Redact(t.Context(), "acme", "session-0002"))

			sel := store.Selection{Company: "acme", Filter: filter.Search("secretname01"), Limit: 50}
			for after := range 5 {
				breaker.arm("sessionkit_", after, kill)
				if _, err := b.List(t.Context(), sel); err != nil {
					requireNoPerson(t, err)
				}
				breaker.arm("", 0, nil)
				_, err = b.List(t.Context(), sel)
				require.NoError(t, err, "a retry")
			}
		})
	}
}

// TestReadsOfAStandby has the server end a read at each of its statements, as a standby does if
// recovery has to remove the rows that are read. The read is repeated once, except for a stream
// that has already passed on a session, and for a second failure.
func TestReadsOfAStandby(t *testing.T) {
	const signal = "SIGNAL SQLSTATE '40001'"
	for _, e := range []engine{postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			b, broken, admin := breakable(t, e)
			refusal := signal
			if e == postgres {
				refusal = "SELECT conflict()"
				_, err := admin.Exec(`CREATE FUNCTION conflict() RETURNS integer LANGUAGE plpgsql AS
					$$ BEGIN RAISE EXCEPTION 'conflict with recovery' USING ERRCODE = '40001'; END $$`)
				require.NoError(t, err)
			}
			ctx := t.Context()
			all := persons(30)
			require.NoError(t, b.Insert(ctx, all...))
			company, id := all[0].Company, all[7].ID
			before, err := b.Changes(ctx, company, "", 10)
			require.NoError(t, err)
			changed, err := b.Get(ctx, company, id)
			require.NoError(t, err)
			require.NoError(t, b.Update(ctx, changed))

			sel := store.Selection{Company: company, Filter: filter.Search("s"), Limit: 10}
			for name, read := range map[string]func() (any, error){
				"get":     func() (any, error) { return b.Get(ctx, company, id) },
				"changes": func() (any, error) { return b.Changes(ctx, company, before.Next, 10) },
				"list":    func() (any, error) { return b.List(ctx, sel) },
				"count":   func() (any, error) { return b.Count(ctx, sel) },
				"count from here": func() (any, error) {
					behind := sel
					behind.After = store.PositionOf(all[20])
					return b.Count(ctx, behind)
				},
				"tally": func() (any, error) {
					rows, _, err := b.Tally(ctx, sel)
					slices.SortFunc(rows, func(x, y store.TallyRow) int { return cmp.Compare(fmt.Sprint(x), fmt.Sprint(y)) })
					return rows, err
				},
				"settings": func() (any, error) { return b.Settings().CompanySettings(ctx, company) },
				"trail": func() (any, error) {
					return b.Trail().AuditEntries(ctx, store.AuditSelection{Company: company, Limit: 10})
				},
				"stream": func() (any, error) {
					var ids []string
					err := b.Stream(ctx, sel, func(s *sessions.Session) error {
						ids = append(ids, s.ID)
						return nil
					})
					return ids, err
				},
			} {
				want, err := read()
				require.NoError(t, err, name)
				statement := 0
				for ; ; statement++ {
					broken.replace("sessionkit_", statement, refusal)
					got, err := read()
					if broken.unarm() {
						break // it has fewer statements
					}
					require.NoError(t, err, "%s, statement %d", name, statement)
					require.Equal(t, want, got, "%s, statement %d", name, statement)
				}
				require.Positive(t, statement, name)
			}

			// A caller that has received sessions does not get them twice.
			var ids []string
			err = b.Stream(ctx, store.Selection{Company: company}, func(s *sessions.Session) error {
				ids = append(ids, s.ID)
				broken.replace("sessionkit_", 0, refusal)
				_, err := b.List(ctx, sel)
				require.NoError(t, err)
				_, err = admin.Exec(refusal)
				return &sqlstore.Error{Op: "a host's", Err: err}
			})
			require.Error(t, err)
			require.Len(t, ids, 1)
		})
	}
}

// TestCancelledMidQuery cancels a search at each of its statements: it ends with the context's
// error, and the next search works as before.
func TestCancelledMidQuery(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			b, breaker, _ := breakable(t, e)
			require.NoError(t, b.Insert(t.Context(), crowd()...))
			sel := store.Selection{Company: crowded, Filter: filter.Search("rare"), Limit: 50}
			want, err := b.List(t.Context(), sel)
			require.NoError(t, err)
			require.Len(t, want.Sessions, sparseRows/100)
			for statement := 0; ; statement++ {
				ctx, cancel := context.WithCancel(t.Context())
				breaker.arm("sessionkit_", statement, func(driver.Conn) { cancel() })
				_, err := b.List(ctx, sel)
				cancel()
				breaker.arm("", 0, nil)
				if err == nil {
					require.Greater(t, statement, 3, "statements that were cancelled")
					break
				}
				require.ErrorIs(t, err, context.Canceled, "statement %d", statement)
				got, err := b.List(t.Context(), sel)
				require.NoError(t, err)
				require.Equal(t, described(want.Sessions), described(got.Sessions))
			}
			// Writes leave nothing behind.
			for after := range 6 {
				s := person(after)
				ctx, cancel := context.WithCancel(t.Context())
				breaker.arm("sessionkit_", after, func(driver.Conn) { cancel() })
				err := b.Insert(ctx, s)
				cancel()
				breaker.arm("", 0, nil)
				if err == nil {
					break
				}
				require.ErrorIs(t, err, context.Canceled)
				_, err = b.Get(t.Context(), "acme", s.ID)
				require.ErrorIs(t, err, store.ErrNotFound)
			}
		})
	}
}

// TestDriverErrorsAreNotPrinted makes an engine refuse a row. The driver's text may contain the
// row's values, and ours does not.
func TestDriverErrorsAreNotPrinted(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		_, err := db.ExecContext(t.Context(), "CREATE UNIQUE INDEX sessionkit_test ON sessionkit_sessions (search_key"+
			map[engine]string{mariadb: "(255)"}[e]+")")
		require.NoError(t, err)
		err = b.Insert(t.Context(), persons(2)...)
		requireNoPerson(t, err)
		var typed *sqlstore.Error
		require.ErrorAs(t, err, &typed)
		require.Equal(t, "sqlstore: insert", typed.Op)
		require.Error(t, typed.Err)
		_, err = b.Get(t.Context(), "acme", person(0).ID)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

// TestTwoWritersDecideOneSession decides the same session many times at once: one of the writers
// succeeds, the others get an error.
func TestTwoWritersDecideOneSession(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		require.NoError(t, b.Insert(t.Context(), person(1)))
		read, err := b.Get(t.Context(), "acme", person(1).ID)
		require.NoError(t, err)
		const writers = 8
		errs := make([]error, writers)
		var wait sync.WaitGroup
		for i := range writers {
			wait.Go(func() {
				s := read.Clone()
				s.Status, s.Attempt = sessions.Success, i+1
				errs[i] = b.Update(t.Context(), s)
			})
		}
		wait.Wait()
		winner := slices.IndexFunc(errs, func(err error) bool { return err == nil })
		require.GreaterOrEqual(t, winner, 0)
		for i, err := range errs {
			if i != winner {
				require.ErrorIs(t, err, store.ErrConflict)
			}
		}
		got, err := b.Get(t.Context(), "acme", read.ID)
		require.NoError(t, err)
		require.Equal(t, winner+1, got.Attempt)
		require.Equal(t, read.Revision+1, got.Revision)
	})
}

// TestConcurrentInsertsOfOneSession inserts the same sessions many times at once: each call
// succeeds, each session is stored once.
func TestConcurrentInsertsOfOneSession(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		var wait sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wait.Go(func() { errs[i] = b.Insert(t.Context(), persons(20)...) })
		}
		wait.Wait()
		require.NoError(t, errors.Join(errs...))
		count, err := b.Count(t.Context(), store.Selection{Company: "acme", Limit: 100})
		require.NoError(t, err)
		require.Equal(t, store.Count{N: 20, Exact: true}, count)
		other := person(7)
		other.Attempt = 9
		require.ErrorIs(t, b.Insert(t.Context(), person(100), other), store.ErrExists)
		_, err = b.Get(t.Context(), "acme", person(100).ID)
		require.ErrorIs(t, err, store.ErrNotFound, "all or none")
	})
}

// TestChangesMissNothing repeatedly reads changes while writers commit, some of them late: the last
// change of each writer is named.
func TestChangesMissNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		const writers, each = 4, 15
		first, err := b.Changes(t.Context(), "acme", "", 10)
		require.NoError(t, err)
		var wait sync.WaitGroup
		errs := make([]error, writers)
		for w := range writers {
			wait.Go(func() {
				for i := range each {
					s := person(w*each + i)
					tx, err := db.BeginTx(t.Context(), nil)
					if err == nil {
						err = b.Tx(tx).Insert(t.Context(), s)
						time.Sleep(time.Duration(w) * 3 * time.Millisecond) // commits late
						err = errors.Join(err, tx.Commit())
					}
					if err != nil {
						errs[w] = err
						return
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { wait.Wait(); close(done) }()
		seen := map[string]int{}
		since := first.Next
		for finished := false; ; {
			ch, err := b.Changes(t.Context(), "acme", since, 7)
			require.NoError(t, err)
			for _, s := range ch.Sessions {
				seen[s.ID]++
			}
			since = ch.Next
			if len(ch.Sessions) == 0 && finished {
				break
			}
			select {
			case <-done:
				finished = true
			default:
			}
		}
		require.NoError(t, errors.Join(errs...))
		require.Len(t, seen, writers*each)
		for id, n := range seen {
			require.Equal(t, 1, n, id)
		}
	})
}

// TestHostsTransaction shows that a Writer in the host's transaction writes if the host commits,
// undoes its own part if it fails, and leaves the transaction usable.
func TestHostsTransaction(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		in := func(commit bool, do func(tx *sql.Tx, w store.Writer)) {
			tx, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			do(tx, b.Tx(tx))
			if commit {
				require.NoError(t, tx.Commit())
			} else {
				require.NoError(t, tx.Rollback())
			}
		}
		in(false, func(_ *sql.Tx, w store.Writer) { require.NoError(t, w.Insert(t.Context(), persons(3)...)) })
		_, err := b.Get(t.Context(), "acme", person(0).ID)
		require.ErrorIs(t, err, store.ErrNotFound)
		in(true, func(_ *sql.Tx, w store.Writer) {
			require.NoError(t, w.Insert(t.Context(), person(0)))
			clash := person(0)
			clash.Attempt = 5
			require.ErrorIs(t, w.Insert(t.Context(), person(1), clash), store.ErrExists)
			require.NoError(t, w.Insert(t.Context(), person(2)))
		})
		for n, want := range []error{nil, store.ErrNotFound, nil} {
			_, err := b.Get(t.Context(), "acme", person(n).ID)
			require.ErrorIs(t, err, want)
		}
		count, err := b.Count(t.Context(), store.Selection{Company: "acme", Limit: 100})
		require.NoError(t, err)
		require.Equal(t, 2, count.N)
	})
}

// TestRedactedTextIsNowhere searches every table.
func TestRedactedTextIsNowhere(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 1})
		s := person(1)
		s.Subject, s.Selfie, s.ClientIP = "Secretname-subject", "Secretname.jpg", "Secretname-address"
		require.NoError(t, b.Insert(t.Context(), s, person(2)))
		require.NoError(t, b.Redact(t.Context(), "acme", s.ID))
		require.NoError(t, b.Redact(t.Context(), "acme", person(2).ID))
		for _, table := range []string{"sessionkit_sessions", "sessionkit_segments", "sessionkit_blocks", "sessionkit_companies"} {
			for _, line := range explain(t, db, "SELECT * FROM "+table, nil) {
				for _, secret := range []string{"secretname", "ბერიძე", "beridze", "01999888777"} {
					require.NotContains(t, strings.ToLower(fmt.Sprint(line)), secret, table)
				}
			}
		}
		count, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: filter.Status(sessions.Pending), Limit: 10})
		require.NoError(t, err)
		require.Equal(t, store.Count{N: 2, Exact: true}, count)
	})
}

// TestHostsTriggers requires that a host's trigger that leaves rows unchanged, or hides what a
// statement returns, is an [sqlstore.Error], and that nothing is changed.
func TestHostsTriggers(t *testing.T) {
	for e, statements := range map[engine][]string{
		sqlite: {"CREATE TRIGGER keeps BEFORE DELETE ON sessionkit_sessions BEGIN SELECT RAISE(IGNORE); END"},
		postgres: {
			"CREATE FUNCTION keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
			"CREATE TRIGGER keeps BEFORE DELETE ON sessionkit_sessions FOR EACH ROW EXECUTE FUNCTION keeps()",
			"CREATE TRIGGER keeps BEFORE UPDATE ON sessionkit_companies FOR EACH ROW EXECUTE FUNCTION keeps()",
		},
		mariadb: {
			"CREATE TABLE audit (id INT AUTO_INCREMENT PRIMARY KEY, company VARCHAR(128))",
			"CREATE TRIGGER audits AFTER UPDATE ON sessionkit_companies FOR EACH ROW INSERT INTO audit (company) VALUES (NEW.company)",
		},
	} {
		t.Run(string(e), func(t *testing.T) {
			h := newHost(t, e, open(t, e))
			require.NoError(t, h.b.Insert(t.Context(), persons(3)...))
			for _, statement := range statements {
				h.exec(statement)
			}
			_, errPurge := h.b.Purge(t.Context(), store.Purge{Company: "acme", IDs: []string{person(1).ID}})
			errs := []error{errPurge}
			if e != sqlite {
				tx := h.begin(sql.LevelDefault, 1)
				errs = append(errs, h.b.Insert(t.Context(), person(5)), h.b.Tx(tx).Insert(t.Context(), person(6)))
				require.NoError(t, tx.Commit(), "the host's transaction goes on")
			}
			for _, err := range errs {
				var typed *sqlstore.Error
				require.ErrorAs(t, err, &typed)
				requireNoPerson(t, err)
			}
			require.NoError(t, h.b.Verify(t.Context(), "acme"))
			count, err := h.b.Count(t.Context(), store.Selection{Company: "acme", Limit: 9})
			require.NoError(t, err)
			require.Equal(t, 3, count.N)
		})
	}
}
