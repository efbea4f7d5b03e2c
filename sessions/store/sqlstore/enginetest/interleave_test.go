package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// patience is the time for which a statement waits while others work. They may have to wait for it.
const patience = 60 * time.Millisecond

// meanwhile is an operation of others. It may fail if the engine lets only one proceed, and must
// then have changed nothing.
type meanwhile struct {
	name   string
	before func(t *testing.T, w *interleaved) // before the packing begins
	do     func(ctx context.Context, w *interleaved) error
}

// interleaved is a company that one Backend packs while others write to it.
type interleaved struct {
	company string
	other   *sqlstore.Backend
	db      *sql.DB
	tx      *sql.Tx // a host's transaction that has begun before
}

func (w *interleaved) session(n int) *sessions.Session {
	s := person(n)
	s.Company, s.Subject, s.Status = w.company, fmt.Sprint("person-", n), sessions.Pending
	return s
}

// update reads a session and changes it.
func (w *interleaved) update(ctx context.Context, n int, change func(s *sessions.Session)) error {
	s, err := w.other.Get(ctx, w.company, w.session(n).ID)
	if err != nil {
		return err
	}
	change(s)
	return w.other.Update(ctx, s)
}

func meanwhiles() []meanwhile {
	rename := func(s *sessions.Session) { s.FirstName = sessions.TextOf("Zurabi") }
	list := []meanwhile{
		{"redacts a packed one", nil, func(ctx context.Context, w *interleaved) error {
			return w.other.Redact(ctx, w.company, w.session(2).ID)
		}},
		{"redacts one of the tail", nil, func(ctx context.Context, w *interleaved) error {
			return w.other.Redact(ctx, w.company, w.session(9).ID)
		}},
		{"renames and redacts", nil, func(ctx context.Context, w *interleaved) error {
			return errors.Join(w.update(ctx, 9, rename), w.update(ctx, 3, rename), w.other.Redact(ctx, w.company, w.session(9).ID), w.other.Redact(ctx, w.company, w.session(3).ID))
		}},
		{"inserts late and decides", nil, func(ctx context.Context, w *interleaved) error {
			late := w.session(50)
			late.CreatedAt = w.session(4).CreatedAt
			return errors.Join(w.other.Insert(ctx, late), w.update(ctx, 8, func(s *sessions.Session) { s.Status = sessions.Success }),
				w.update(ctx, 1, func(s *sessions.Session) { s.Status = sessions.Success }))
		}},
		{"packs, too", nil, func(ctx context.Context, w *interleaved) error { return w.other.Maintain(ctx, w.company) }},
		{"repairs", nil, func(ctx context.Context, w *interleaved) error { return w.other.Repair(ctx, w.company) }},
	}
	for _, level := range []sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead} {
		for _, end := range []string{"commits", "rolls back"} {
			list = append(list, meanwhile{
				name: fmt.Sprintf("redacts in a host's transaction, %s, and %s", level, end),
				before: func(t *testing.T, w *interleaved) {
					var err error
					w.tx, err = w.db.BeginTx(context.WithoutCancel(t.Context()), &sql.TxOptions{Isolation: level})
					require.NoError(t, err)
					var n int // takes the snapshot of this moment
					require.NoError(t, w.tx.QueryRowContext(t.Context(), "SELECT count(*) FROM sessionkit_segments").Scan(&n))
				},
				do: func(ctx context.Context, w *interleaved) error {
					err := errors.Join(w.other.Tx(w.tx).Redact(ctx, w.company, w.session(2).ID), w.other.Tx(w.tx).Redact(ctx, w.company, w.session(9).ID))
					if err != nil || end == "rolls back" {
						return errors.Join(err, w.tx.Rollback())
					}
					return w.tx.Commit()
				},
			})
		}
	}
	return list
}

// stoppable is like breakable, for a database to which others write while a statement waits.
func stoppable(t *testing.T, e engine) (*sqlstore.Backend, *breaker, *sql.DB) {
	t.Helper()
	breaker, db, plain := stoppableDatabase(t, e)
	return newBackend(t, e, db), breaker, plain
}

// stoppableDatabase returns a new database whose statements a breaker can stop, and the same one
// without the breaker.
func stoppableDatabase(t *testing.T, e engine) (between *breaker, db, plain *sql.DB) {
	t.Helper()
	c := newDatabase(t, e)
	between = &breaker{Connector: c}
	db, plain = connect(t, between), connect(t, c)
	if e == sqlite {
		_, err := plain.ExecContext(t.Context(), "PRAGMA journal_mode = WAL")
		require.NoError(t, err)
	}
	return between, db, plain
}

// TestPackingAmongOthers stops the packing of a company before each of its statements, while others
// redact, rename, insert late, pack and repair, in their own transactions and in those of hosts,
// which commit or roll back. Afterwards everything that is stored agrees, and no place has a word
// that its session does not have any more.
func TestPackingAmongOthers(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			b, breaker, plain := stoppable(t, e)
			never := sqlstore.Packing{Tail: -1}
			packs := sqlstore.Packing{Tail: 3, Segment: 6}
			stops, failed := 0, 0
			for m, others := range meanwhiles() {
				if e == sqlite && others.before != nil && m%4 > 0 {
					continue // SQLite has no isolation levels
				}
				for after := 0; ; after++ {
					w := &interleaved{company: fmt.Sprintf("company-%d-%d", m, after), other: sqlstore.New(plain, dialects[e]).WithPacking(never), db: plain}
					var list []*sessions.Session
					for n := range 12 {
						list = append(list, w.session(n))
					}
					require.NoError(t, w.other.Insert(t.Context(), list[:7]...))
					require.NoError(t, w.other.WithPacking(packs).Maintain(t.Context(), w.company))
					// This leaves a dead place.
					require.NoError(t, w.update(t.Context(), 2, func(s *sessions.Session) { s.Status = sessions.Success }))
					require.NoError(t, w.other.Insert(t.Context(), list[7:]...))
					if others.before != nil {
						others.before(t, w)
					}
					var done chan error
					breaker.arm("sessionkit_", after, func(driver.Conn) {
						done = make(chan error, 1)
						go func(done chan error) { done <- others.do(context.WithoutCancel(t.Context()), w) }(done)
						select {
						case err := <-done:
							done <- err
						case <-time.After(patience):
						}
					})
					err := b.WithPacking(packs).Maintain(t.Context(), w.company)
					breaker.arm("", 0, nil)
					if done == nil {
						require.NoError(t, err)
						if w.tx != nil {
							require.NoError(t, w.tx.Rollback())
						}
						break // it has no further statements
					}
					stops++
					if err := <-done; err != nil {
						failed++
						t.Logf("%s at statement %d: %v", others.name, after, err)
					}
					if e != sqlite { // SQLite may be busy
						require.NoError(t, err, "%s at statement %d", others.name, after)
					}
					require.NoError(t, b.Verify(t.Context(), w.company), "%s at statement %d", others.name, after)
					requireAsListed(t, b, w.company)
				}
			}
			require.Greater(t, stops, 60)
			t.Logf("%d stops; %d times the others were refused", stops, failed)
		})
	}
}

// requireAsListed compares searches with the list of all sessions.
func requireAsListed(t *testing.T, b *sqlstore.Backend, company string) {
	t.Helper()
	batch, err := b.List(t.Context(), store.Selection{Company: company, Limit: 1000})
	require.NoError(t, err)
	all := &oracle{list: batch.Sessions}
	for _, f := range []filter.Filter{filter.Search("secretname"), filter.Search("zurabi"), filter.Status(sessions.Success), filter.Not(filter.Search("beridze")), filter.Is(sessions.FieldSubject, "person-2")} {
		requireWhole(t, b, all, f)
	}
}

// TestSearchAmongWriters stops a search before each of its statements, while others insert
// sessions, some of them older than those that it has read, and update, redact, pack and merge. Its
// pages, counts and streams are of one moment: that of their watermark.
func TestSearchAmongWriters(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			b, breaker, plain := stoppable(t, e)
			other := sqlstore.New(plain, dialects[e]).WithPacking(sqlstore.Packing{Tail: 40, Segment: 150})
			list := dense(300)
			all := loaded(t, other, list[:200])
			f := filter.And(filter.Search("n"), filter.Not(filter.Search("0 b")))
			round := 0
			write := func() {
				round++
				next := list[200+round]
				next.CreatedAt = start.Add(time.Duration(round%7-3)*time.Hour).AddDate(0, -round%3, 0)
				require.NoError(t, other.Insert(t.Context(), next))
				all.put(next)
				changed := all.list[(round*37)%len(all.list)].Clone()
				changed.FirstName = sessions.TextOf("Nana")
				require.NoError(t, other.Update(t.Context(), changed))
				all.put(changed)
				gone := all.list[(round*53)%len(all.list)].Clone()
				require.NoError(t, other.Redact(t.Context(), "acme", gone.ID))
				stored, err := other.Get(t.Context(), "acme", gone.ID)
				require.NoError(t, err)
				all.list[(round*53)%len(all.list)] = stored
				require.NoError(t, other.Maintain(t.Context(), "acme"))
			}
			for _, ask := range []string{"list", "count", "stream"} {
				for after := 0; ; after++ {
					before := all.match(f)
					hit := false
					breaker.arm("sessionkit_", after, func(driver.Conn) { hit = true; write() })
					sel := store.Selection{Company: "acme", Filter: f, Limit: 1000}
					var got []*sessions.Session
					counted := 0
					var err error
					switch ask {
					case "list":
						var batch store.Batch
						batch, err = b.List(t.Context(), sel)
						got = batch.Sessions
					case "count":
						var n store.Count
						n, err = b.Count(t.Context(), sel)
						counted = n.N
					default:
						err = b.Stream(t.Context(), sel, func(s *sessions.Session) error {
							got = append(got, s.Clone())
							return nil
						})
					}
					require.NoError(t, err)
					breaker.arm("", 0, nil)
					if !hit {
						break
					}
					now := all.match(f)
					if ask == "count" {
						require.Contains(t, []int{len(before), len(now)}, counted, "count at statement %d", after)
					} else {
						require.Contains(t, [][]string{described(before), described(now)}, described(got), "%s at statement %d", ask, after)
					}
				}
			}
			require.Greater(t, round, 8)
			require.NoError(t, b.Verify(t.Context(), "acme"))
		})
	}
}

// TestCacheOfAnOlderSnapshot stops a search before each of its statements, while others insert,
// redact and rename sessions that match, and another search has the same Backend cache postings
// that the last two are no longer in. The first search sees all of these changes, or none.
func TestCacheOfAnOlderSnapshot(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			between, db, plain := stoppableDatabase(t, e)
			other := newBackend(t, e, plain).WithPacking(sqlstore.Packing{Tail: -1, Segment: 6000})
			all := loaded(t, other, dense(3600)) // enough for a list of each initial
			require.NoError(t, other.Maintain(t.Context(), "acme"))
			stops := 0
			for _, f := range []filter.Filter{
				filter.Search("n g"), filter.And(filter.Search("n"), filter.Not(filter.Status(sessions.Failed))),
				filter.SearchIn(sessions.FieldsOf(sessions.FieldFirstName), "n"),
			} {
				for after := 0; ; after++ {
					b := sqlstore.New(db, dialects[e]) // has cached nothing yet
					require.NoError(t, b.Check(t.Context()))
					sel := store.Selection{Company: "acme", Filter: f, Limit: 5000}
					before := all.match(f)
					require.NotEmpty(t, before)
					hit := false
					between.arm("sessionkit_", after, func(driver.Conn) {
						hit = true
						gone, renamed := before[stops%len(before)], before[(stops+7)%len(before)].Clone()
						require.NoError(t, other.Redact(t.Context(), "acme", gone.ID))
						renamed.FirstName, renamed.LastName = sessions.TextOf("Zurabi"), sessions.TextOf("Tsiklauri")
						require.NoError(t, other.Update(t.Context(), renamed))
						gone, err := other.Get(t.Context(), "acme", gone.ID)
						require.NoError(t, err)
						fresh := before[0].Clone()
						fresh.ID, fresh.Revision = fmt.Sprint("fresh-", stops), 0
						require.NoError(t, other.Insert(t.Context(), fresh))
						all.put(gone)
						all.put(renamed)
						all.put(fresh)
						n, err := b.Count(t.Context(), sel)
						require.NoError(t, err)
						require.Equal(t, len(all.match(f)), n.N)
					})
					batch, err := b.List(t.Context(), sel)
					between.arm("", 0, nil)
					require.NoError(t, err)
					if !hit {
						break
					}
					stops++
					require.Contains(t, [][]string{ids(before), ids(all.match(f))}, ids(batch.Sessions), "statement %d", after)
				}
			}
			require.Greater(t, stops, 9)
		})
	}
}

// TestSearchAmongImports stops a search before each of its statements, while an import commits
// older sessions, more of them than a statement reads. The sessions that were stored all the time
// are all found, and the page says that there are no more.
func TestSearchAmongImports(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			b, breaker, plain := stoppable(t, e)
			const there = 60
			list := dense(there + size(300, 4100))
			for i, s := range list[there:] {
				s.CreatedAt = start.AddDate(-1, 0, 0).Add(time.Duration(i) * time.Second)
				s.FirstName, s.LastName = sessions.TextOf("Olga"), sessions.TextOf("Petrova")
			}
			f := filter.And(filter.Search("n"), filter.Not(filter.Search("zzz")))
			for _, tail := range []int{-1, 10} { // with nothing packed, and with everything packed
				for after := 0; ; after++ {
					company := fmt.Sprintf("company%d-%d", tail, after)
					for _, s := range list {
						s.Company = company
					}
					other := sqlstore.New(plain, dialects[e]).WithPacking(sqlstore.Packing{Tail: tail})
					require.NoError(t, other.Insert(t.Context(), list[:there]...))
					all := &oracle{}
					for _, s := range list[:there] {
						all.put(s)
					}
					hit := false
					breaker.arm("sessionkit_", after, func(driver.Conn) {
						hit = true
						require.NoError(t, other.Insert(t.Context(), list[there:]...))
					})
					batch, err := b.List(t.Context(), store.Selection{Company: company, Filter: f, Limit: there, Budget: store.DefaultBudget})
					breaker.arm("", 0, nil)
					require.NoError(t, err)
					require.Equal(t, ids(all.match(f)), ids(batch.Sessions), "at statement %d", after)
					require.True(t, batch.Reached.IsZero(), "at statement %d", after)
					if !hit {
						require.GreaterOrEqual(t, after, 2)
						break
					}
				}
			}
		})
	}
}
