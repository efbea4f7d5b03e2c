package enginetest

import (
	"bufio"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"os/exec"
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

// purge removes the sessions that a Purge selects, and returns their number.
func (o *oracle) purge(p store.Purge) int {
	if p.Err() != nil {
		return 0
	}
	before := len(o.list)
	o.list = slices.DeleteFunc(o.list, func(s *sessions.Session) bool {
		return p.Filter.Match(s) && (p.IDs == nil || slices.Contains(p.IDs, s.ID))
	})
	return before - len(o.list)
}

// TestPurgeInParts purges whole segments, parts of segments, a tail, and segments whose sessions
// have changed since, while others insert, change, pack and read. Everything that is stored agrees
// afterwards, and no word of the removed sessions is left.
func TestPurgeInParts(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 200, Segment: 500})
		list := dense(2000)
		for i, s := range list {
			s.CreatedAt = start.Add(-time.Duration(i/3) * time.Hour) // ties of three
			if i%10 == 0 {
				s.FirstName, s.Subject = sessions.TextOf("Ekvtime"), "ekvtime"
			}
		}
		all := loaded(t, b, list)
		for i, s := range slices.Clone(all.list) { // dead places, whose words remain
			if i%40 == 3 || i > 1600 && i%4 == 0 {
				s = s.Clone()
				s.Status, s.DecidedAt = sessions.Success, s.CreatedAt
				require.NoError(t, b.Update(t.Context(), s))
				all.put(s)
			}
		}
		require.NoError(t, b.Verify(t.Context(), "acme"))
		stop := make(chan struct{})
		var group sync.WaitGroup
		var fresh []*sessions.Session
		group.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				case <-time.After(2 * time.Millisecond):
				}
				s := person(9000 + n)
				s.ID, s.CreatedAt = fmt.Sprintf("fresh-%d", n), start.Add(time.Duration(n+1)*time.Second)
				if err := b.Insert(t.Context(), s); err != nil {
					t.Error(err)
					return
				}
				fresh = append(fresh, s)
				if err := b.Maintain(t.Context(), "acme"); err != nil {
					t.Error(err)
					return
				}
			}
		})
		for _, p := range []store.Purge{
			{Company: "acme", Filter: filter.Is(sessions.FieldSubject, "ekvtime")},
			{Company: "acme", Filter: filter.Between(sessions.FieldCreatedAt, time.Time{}, start.Add(-300*time.Hour))},
			{Company: "acme", Filter: filter.And(filter.Search("nino"), filter.Not(filter.Status(sessions.Success)))},
			{Company: "acme", Filter: filter.Is(sessions.FieldFirstName, "Giorgi")},
		} {
			gone := all.purge(p)
			require.Positive(t, gone)
			n, err := b.Purge(t.Context(), p)
			require.NoError(t, err)
			require.Equal(t, gone, n)
		}
		close(stop)
		group.Wait()
		for _, s := range fresh {
			all.put(s)
		}
		require.NoError(t, b.Verify(t.Context(), "acme"))
		for _, f := range []filter.Filter{filter.Search("n g 0"), filter.Search("g"), filter.Status(sessions.Success)} {
			requireWhole(t, b, all, f)
		}
		batch, err := b.List(t.Context(), store.Selection{Company: "acme", Filter: filter.Search("ekvtime"), Limit: 5})
		require.NoError(t, err)
		require.Empty(t, batch.Sessions)
		require.NoError(t, b.Insert(t.Context(), clones(fresh)...), "stored already")
		require.ErrorIs(t, b.Insert(t.Context(), list[0].Clone()), store.ErrPurged)
		left := countRows(t, db, "sessionkit_blocks WHERE name LIKE 'Wekvt%' AND company = ", "acme")
		require.Zero(t, left)

		n, err := b.Purge(t.Context(), store.Purge{Company: "acme", All: true, Keep: time.Hour})
		require.NoError(t, err)
		require.Equal(t, len(all.list), n)
		require.NoError(t, b.Verify(t.Context(), "acme"))
		for _, table := range []string{"sessions", "segments", "blocks"} {
			require.Zero(t, countRows(t, db, "sessionkit_"+table+" WHERE company = ", "acme"), table)
		}
	})
}

// TestPurgeIsKilled repeatedly kills a process that purges, with SIGKILL. Everything that is stored
// agrees each time, and in the end the purge is complete.
func TestPurgeIsKilled(t *testing.T) {
	if db, e := toBeKilled(t); db != nil {
		b := sqlstore.New(db, dialects[e]).WithPacking(sqlstore.Packing{Tail: 100, Segment: 300})
		require.NoError(t, b.Check(t.Context()))
		fmt.Println(atWork)
		_, err := b.Purge(t.Context(), store.Purge{Company: "acme", Filter: filter.Is(sessions.FieldSubject, "gone")})
		require.NoError(t, err)
		return
	}
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 100, Segment: 300})
		list := dense(1500)
		for i, s := range list {
			if s.Subject = "kept"; i%3 > 0 {
				s.Subject = "gone"
			}
		}
		all := loaded(t, b, list)
		p := store.Purge{Company: "acme", Filter: filter.Is(sessions.FieldSubject, "gone")}
		gone := all.purge(p)
		left := func() int {
			n, err := b.Count(t.Context(), store.Selection{Company: "acme", Limit: 10_000})
			require.NoError(t, err)
			return n.N - len(all.list)
		}
		killed := 0
		for within := 5 * time.Millisecond; left() > 0; within = within * 3 / 2 {
			if killedWithin(t, e, db, within, func() { time.Sleep(time.Millisecond) }) {
				killed++
			}
			require.Eventually(t, func() bool { return b.Verify(t.Context(), "acme") == nil }, time.Minute, 10*time.Millisecond)
			require.LessOrEqual(t, left(), gone)
		}
		require.Positive(t, killed)
		n, err := b.Purge(t.Context(), p)
		require.NoError(t, err)
		require.Zero(t, n)
		require.NoError(t, b.Verify(t.Context(), "acme"))
		requireWhole(t, b, all, filter.Search("n g 0"))
	})
}

// databaseOf returns the name of a database, or its file.
func databaseOf(t *testing.T, e engine, db *sql.DB) (name string) {
	t.Helper()
	query := map[engine]string{
		sqlite: "SELECT file FROM pragma_database_list WHERE name = 'main'", postgres: "SELECT current_database()", mariadb: "SELECT DATABASE()",
	}[e]
	require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&name))
	return name
}

// atWork is the line with which a process says that it can be killed from now on.
const atWork = "at work"

// killedWithin runs this test in another process, which works on a database, and kills it with
// SIGKILL some time after its work has begun. Until the process has ended it repeatedly calls
// meanwhile. It reports whether the process was still at work.
func killedWithin(t *testing.T, e engine, db *sql.DB, after time.Duration, meanwhile func()) bool {
	t.Helper()
	name, _, _ := strings.Cut(t.Name(), "/")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+name+"$")
	cmd.Env = append(os.Environ(), "SESSIONKIT_TEST_KILLED="+string(e), "SESSIONKIT_TEST_DSN="+dsnOf(t, e, db))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != atWork {
	}
	time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			return err != nil
		default:
			meanwhile()
		}
	}
}

// toBeKilled returns the database on which this process works until it is killed, or nil if it is
// not such a process.
func toBeKilled(t *testing.T) (*sql.DB, engine) {
	t.Helper()
	e := engine(os.Getenv("SESSIONKIT_TEST_KILLED"))
	if e == "" {
		return nil, e
	}
	return connect(t, connector(t, e, os.Getenv("SESSIONKIT_TEST_DSN"), "")), e
}

// TestPurgeAndHosts requires that a transaction of the host's own with an older snapshot does not
// bring purged sessions back.
func TestPurgeAndHosts(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		if e == sqlite { // SQLite has one writer
			return
		}
		b := newBackend(t, e, db)
		require.NoError(t, b.Insert(t.Context(), persons(5)...))
		for _, level := range []sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead} {
			tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: level})
			require.NoError(t, err)
			var n int
			require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT count(*) FROM sessionkit_sessions").Scan(&n))
			s := person(n - 1)
			_, err = b.Purge(t.Context(), store.Purge{Company: "acme", IDs: []string{s.ID}})
			require.NoError(t, err)
			err = b.Tx(tx).Insert(t.Context(), s.Clone())
			require.Error(t, err)
			if level == sql.LevelReadCommitted {
				require.ErrorIs(t, err, store.ErrPurged)
			}
			if !errors.Is(err, sqlstore.ErrTxEnded) {
				require.NoError(t, tx.Rollback())
			}
			_, err = b.Get(t.Context(), "acme", s.ID)
			require.ErrorIs(t, err, store.ErrNotFound)
		}
		require.NoError(t, b.Verify(t.Context(), "acme"))
	})
}

// TestPurgeBeforeWriters purges a session after a writer has read it, and before the writer holds
// the company. The session does not come back, whether its tombstone is kept or not.
func TestPurgeBeforeWriters(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			b, breaker, plain := breakable(t, e)
			other := sqlstore.New(plain, dialects[e]).WithPacking(sqlstore.Packing{Tail: -1})
			n := 0
			for _, packed := range []bool{false, true} {
				for _, keep := range []time.Duration{0, 1} {
					for name, write := range map[string]func(s *sessions.Session) error{
						"Update": func(s *sessions.Session) error { s.Attempt = 9; return b.Update(t.Context(), s) },
						"Redact": func(s *sessions.Session) error { return b.Redact(t.Context(), "acme", s.ID) },
						"Put": func(s *sessions.Session) error {
							results, err := b.Put(t.Context(), store.Versioned{Session: s, Version: 5})
							if err == nil && results[0].Outcome == store.PutPurged {
								err = store.ErrNotFound
							}
							return err
						},
					} {
						n++
						s := person(n)
						require.NoError(t, b.Insert(t.Context(), s, person(100+n)))
						if packed {
							require.NoError(t, other.WithPacking(tiny).Maintain(t.Context(), "acme"))
						}
						breaker.arm("INSERT INTO sessionkit_companies", 0, func(driver.Conn) {
							gone, err := other.Purge(t.Context(), store.Purge{Company: "acme", IDs: []string{s.ID}, Keep: keep})
							require.NoError(t, err)
							require.Equal(t, 1, gone)
						})
						err := write(s.Clone())
						// The event of a Put is of a session that is no longer known.
						if name != "Put" || keep == 0 {
							require.ErrorIs(t, err, store.ErrNotFound, "%s, packed=%t", name, packed)
							_, err = b.Get(t.Context(), "acme", s.ID)
							require.ErrorIs(t, err, store.ErrNotFound)
						}
						require.NoError(t, b.Verify(t.Context(), "acme"), "%s, packed=%t", name, packed)
					}
				}
			}
		})
	}
}

// TestPurgeOfChanging requires that a session that changes during a purge by IDs is purged too if
// the filter matches it all the time, whenever it changes.
func TestPurgeOfChanging(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			b, breaker, plain := breakable(t, e)
			other := sqlstore.New(plain, dialects[e]).WithPacking(sqlstore.Packing{Tail: -1})
			var ids []string
			for _, s := range persons(60) {
				ids = append(ids, s.ID)
			}
			// Those that read a snapshot before the first session is removed.
			for statement := range 3 {
				require.NoError(t, b.Insert(t.Context(), persons(80)...))
				require.NoError(t, b.Maintain(t.Context(), "acme"))
				changing, err := other.Get(t.Context(), "acme", ids[7])
				require.NoError(t, err)
				changing.Attempt = 5
				breaker.arm("c.forgot_seq, c.purged_seq", statement, func(driver.Conn) {
					require.NoError(t, other.Update(t.Context(), changing))
				})
				gone, err := b.Purge(t.Context(), store.Purge{Company: "acme", IDs: ids, Filter: filter.Search("secretname"), Keep: 1})
				require.NoError(t, err)
				require.False(t, breaker.unarm())
				require.Equal(t, len(ids), gone, "statement %d", statement)
				_, err = b.Get(t.Context(), "acme", changing.ID)
				require.ErrorIs(t, err, store.ErrNotFound, "statement %d", statement)
				require.NoError(t, b.Verify(t.Context(), "acme"))
			}
		})
	}
}

// TestPurgeBetweenStatements requires that Changes does not miss a purge, and a write after it,
// that come between its statements.
func TestPurgeBetweenStatements(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			b, breaker, plain := breakable(t, e)
			other := sqlstore.New(plain, dialects[e])
			require.NoError(t, b.Insert(t.Context(), persons(5)...))
			now, err := b.Changes(t.Context(), "acme", "", 1)
			require.NoError(t, err)
			require.NoError(t, b.Insert(t.Context(), person(5), person(6)))
			breaker.arm(".changed_seq > ", 0, func(driver.Conn) {
				_, err := other.Purge(t.Context(), store.Purge{Company: "acme", IDs: []string{person(1).ID}})
				require.NoError(t, err)
				require.NoError(t, other.Insert(t.Context(), person(7)))
			})
			changes, err := b.Changes(t.Context(), "acme", now.Next, 10)
			require.NoError(t, err)
			require.Len(t, changes.Sessions, 2)
			require.False(t, changes.More)
			_, err = b.Changes(t.Context(), "acme", changes.Next, 10)
			require.ErrorIs(t, err, store.ErrWatermark)
		})
	}
}

// TestErasure requires that Backends report a setting of SQLite that leaves data on the disk.
func TestErasure(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		if e != sqlite {
			require.NoError(t, b.CheckErasure(t.Context()))
			return
		}
		file := databaseOf(t, e, db)
		for value, ok := range map[string]bool{"on": true, "off": false, "fast": false} {
			one := connect(t, connector(t, e, "file:"+file+"?_pragma=busy_timeout(60000)&_pragma=secure_delete("+value+")", ""))
			err := sqlstore.New(one, dialects[e]).CheckErasure(t.Context())
			if ok {
				require.NoError(t, err)
				continue
			}
			var wrong *sqlstore.ConnectionError
			require.ErrorAs(t, err, &wrong, value)
			require.Equal(t, "secure_delete", wrong.Setting)
		}
	})
}

func clones(list []*sessions.Session) []*sessions.Session {
	all := make([]*sessions.Session, len(list))
	for i, s := range list {
		all[i] = s.Clone()
	}
	return all
}
