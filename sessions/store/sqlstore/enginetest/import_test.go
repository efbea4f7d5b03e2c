package enginetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// imported returns more sessions than two parts of an import have, every third one of another
// company, with texts that mean something else without quotes.
func imported() []*sessions.Session {
	all := persons(5000)
	odd := []string{"", "NULL", `\N`, `"`, `\"`, `\\`, `{a,"b"}`, ",", "a\tb\r\nc", " ", "'", "$1 ? :a", "\x1f", "ლომი", "\U0001F600"}
	for i, s := range all {
		s.Browser, s.Nationality = odd[i%len(odd)], sessions.TextOf(odd[(i+1)%len(odd)])
		if i%5 == 0 {
			s.Nationality, s.CompletedAt = sessions.TextIn(sessions.NotCollected), s.CreatedAt.Add(time.Minute)
		}
		if i%3 == 0 {
			s.Company = "lomi"
		}
	}
	return all
}

// lending yields sessions in the same memory again and again, as a stream does, and then an error
// if there is one.
func lending(all []*sessions.Session, err error) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		var lent sessions.Session
		for _, s := range all {
			if lent = *s.Clone(); !yield(&lent, nil) {
				return
			}
			lent = sessions.Session{}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// requireImported requires that the companies have exactly these sessions, and that nothing is left
// to pack.
func requireImported(t *testing.T, b *sqlstore.Backend, all []*sessions.Session) {
	t.Helper()
	want := map[string]map[string]*sessions.Session{}
	for _, s := range all {
		if want[s.Company] == nil {
			want[s.Company] = map[string]*sessions.Session{}
		}
		want[s.Company][s.ID] = s
	}
	for company, list := range want {
		n := 0
		require.NoError(t, b.Stream(t.Context(), store.Selection{Company: company}, func(s *sessions.Session) error {
			n++
			w := list[s.ID].Clone()
			if w.Revision = s.Revision; !w.Equal(s) {
				return fmt.Errorf("another session of the ID %s", s.ID)
			}
			return nil
		}))
		require.Len(t, list, n)
		count, err := b.Count(t.Context(), store.Selection{Company: company, Limit: 10_000, Filter: filter.Status(sessions.Pending, sessions.Success)})
		require.NoError(t, err)
		require.Equal(t, store.Count{N: n, Exact: true}, count)
		require.NoError(t, b.Verify(t.Context(), company))
	}
}

// TestImport imports into a company that has sessions already and into one that does not exist,
// from a source that names a session twice and breaks off. Then it continues, and at last it
// repeats everything.
func TestImport(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		all := imported()
		require.NoError(t, b.Insert(t.Context(), all[1], all[2], all[4000]))
		torn := errors.New("torn")
		var told []sqlstore.ImportProgress
		opts := sqlstore.ImportOptions{Progress: func(p sqlstore.ImportProgress) error {
			told = append(told, p)
			return nil
		}}
		p, err := b.Import(t.Context(), lending(append(all[:4500:4500], all[7]), torn), opts)
		var failed *sqlstore.ImportError
		require.ErrorAs(t, err, &failed)
		require.ErrorIs(t, err, torn)
		require.EqualValues(t, 4502, failed.Row)
		require.Equal(t, told[len(told)-1].Done, p.Done)
		require.Equal(t, []int64{4501, 4497, 4, 0, 0}, []int64{p.Done, p.Created, p.Equal, p.Kept, p.Skipped})
		require.Equal(t, store.PositionOf(all[7]), p.Reached)
		require.EqualValues(t, 2048, told[0].Done, "the first part")

		opts.Skip = 4500
		p, err = b.Import(t.Context(), lending(all, nil), opts)
		require.NoError(t, err)
		require.Equal(t, []int64{5000, 500, 0, 4500}, []int64{p.Done, p.Created, p.Equal, p.Skipped})
		require.Positive(t, p.Rate())
		require.Positive(t, p.Left(6000))
		require.Zero(t, p.Left(5000))
		requireImported(t, b, all)

		p, err = b.Import(t.Context(), lending(all, nil), sqlstore.ImportOptions{})
		require.NoError(t, err)
		require.Equal(t, []int64{5000, 0, 5000}, []int64{p.Done, p.Created, p.Equal})
		requireImported(t, b, all)
	})
}

// TestImportOutcomes imports sessions that cannot be stored, that are stored with other content,
// that are newer, and that were purged.
func TestImportOutcomes(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		all := persons(9)
		_, err := b.Put(t.Context(), store.Versioned{Session: all[0], Version: 5}, store.Versioned{Session: all[1], Version: 7})
		require.NoError(t, err)
		require.NoError(t, b.Insert(t.Context(), all[2], all[3]))
		_, err = b.Purge(t.Context(), store.Purge{Company: "acme", IDs: []string{all[3].ID}, Keep: time.Hour})
		require.NoError(t, err)
		all[0].Model, all[2].Model = "changed", "otherwise"
		all[1].CreatedAt = all[1].CreatedAt.Add(time.Second) // must never change
		all[5].Status = ""                                   // is required
		opts := sqlstore.ImportOptions{Version: func(s *sessions.Session) int64 {
			if s.ID == all[2].ID {
				return 0
			}
			return 6
		}}
		p, err := b.Import(t.Context(), lending(all, nil), opts)
		var failed *sqlstore.ImportError
		require.ErrorAs(t, err, &failed)
		require.EqualValues(t, 2, failed.Row)
		require.ErrorIs(t, err, store.ErrConflict)
		require.EqualValues(t, 1, p.Done, "so that going on meets it again")

		var rows []int64
		opts.Refused = func(row int64, err error) error {
			rows = append(rows, row)
			requireNoPerson(t, err)
			return nil
		}
		p, err = b.Import(t.Context(), lending(all, nil), opts)
		require.NoError(t, err)
		require.Equal(t, []int64{2, 6}, rows)
		p.Elapsed, p.Reached = 0, store.Position{}
		require.Equal(t, sqlstore.ImportProgress{Done: 9, Equal: 5, Kept: 1, Purged: 1, Refused: 2}, p)
		s, err := b.Get(t.Context(), "acme", all[0].ID)
		require.NoError(t, err)
		require.Equal(t, "changed", s.Model)

		stop := errors.New("no more")
		opts.Refused = func(int64, error) error { return stop }
		_, err = b.Import(t.Context(), lending(all, nil), opts)
		require.ErrorIs(t, err, stop)
		none := func(yield func(*sessions.Session, error) bool) { yield(nil, nil) }
		_, err = b.Import(t.Context(), none, sqlstore.ImportOptions{})
		require.ErrorIs(t, err, sessions.ErrInvalid)
	})
}

// TestImportResumedSegments cuts an import off after a third. When it is resumed, it leaves hardly
// more segments than if it had not been cut off.
func TestImportResumedSegments(t *testing.T) {
	t.Parallel()
	all, cut := persons(20_000), errors.New("cut off")
	segments := func(t *testing.T, at int64) int {
		db := open(t, sqlite)
		b := newBackend(t, sqlite, db).WithPacking(sqlstore.Packing{Tail: 64, Segment: 4096})
		p, err := b.Import(t.Context(), lending(all, nil), sqlstore.ImportOptions{Progress: func(p sqlstore.ImportProgress) error {
			if p.Done >= at {
				return cut
			}
			return nil
		}})
		if errors.Is(err, cut) {
			_, err = b.Import(t.Context(), lending(all, nil), sqlstore.ImportOptions{Skip: p.Done, Progress: func(sqlstore.ImportProgress) error {
				// Until the packing at work has ended: each part might be packed by itself.
				synctest.Wait()
				return nil
			}})
		}
		require.NoError(t, err)
		return countRows(t, db, "sessionkit_segments WHERE company = ", "acme")
	}
	synctest.Test(t, func(t *testing.T) {
		whole := segments(t, math.MaxInt64)
		require.LessOrEqual(t, segments(t, 6000), whole+2)
	})
}

// TestImportAmongWriters cuts an import off at random moments, and continues from the reported
// progress, while others insert and update sessions of the same company, which is packed all the
// time.
func TestImportAmongWriters(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 100, Segment: 1000})
		all := persons(5300)
		own, source := all[5000:], all[:5000]
		var writers sync.WaitGroup
		errs := make([]error, 2)
		for w := range errs {
			writers.Go(func() {
				for i := w; i < len(own) && errs[w] == nil; i += len(errs) {
					if errs[w] = b.Insert(t.Context(), own[i]); errs[w] == nil && i%5 == 0 {
						own[i].Status = sessions.Success
						errs[w] = b.Update(t.Context(), own[i])
					}
				}
			})
		}
		random := rand.New(rand.NewPCG(1, 2))
		var done int64
		cut := errors.New("cut")
		for tries := 0; ; tries++ {
			ctx, cancel := context.WithCancel(t.Context())
			opts := sqlstore.ImportOptions{Skip: done, Progress: func(p sqlstore.ImportProgress) error {
				switch done = p.Done; {
				case tries < 2:
					return cut
				case tries < 4:
					time.AfterFunc(time.Duration(random.IntN(30))*time.Millisecond, cancel)
				}
				return nil
			}}
			_, err := b.Import(ctx, lending(source, nil), opts)
			cancel()
			if err == nil {
				break
			}
			require.True(t, errors.Is(err, cut) || errors.Is(err, context.Canceled), "%v", err)
		}
		writers.Wait()
		require.NoError(t, errors.Join(errs...))
		requireImported(t, b, all)
	})
}

// TestImportPanics requires that a panic of a function of the host's ends the import. The next
// part, which waits meanwhile, must end without being stored: TestMain finds goroutines that are
// left.
func TestImportPanics(t *testing.T) {
	b := newBackend(t, sqlite, open(t, sqlite))
	all := persons(5000)
	require.PanicsWithValue(t, "host", func() {
		_, _ = b.Import(t.Context(), lending(all, nil), sqlstore.ImportOptions{Progress: func(sqlstore.ImportProgress) error { panic("host") }})
	})
	p, err := b.Import(t.Context(), lending(all, nil), sqlstore.ImportOptions{})
	require.NoError(t, err)
	require.Equal(t, []int64{5000, 2048}, []int64{p.Done, p.Equal})
	requireImported(t, b, all)
}

// TestImportLoadMiscounts imports with Loads that store other rows than those that they are given,
// or return another number. Nothing of the part is stored, except where the rows may have been
// stored already.
func TestImportLoadMiscounts(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		all := persons(40)
		insert := func(ctx context.Context, conn *sql.Conn, table string, columns []string, rows [][]any) (n int64, err error) {
			text, err := dialectOf(e).ReplacePlaceholders("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (?" +
				strings.Repeat(", ?", len(columns)-1) + ")")
			for _, row := range rows {
				if err == nil {
					_, err = conn.ExecContext(ctx, text, row...)
					n++
				}
			}
			return n, err
		}
		id := slices.Index(sqlstore.SessionColumns(), "id")
		// Each takes the rows, and returns those to store and the number to return.
		for name, one := range map[string]struct {
			do     func(rows [][]any) ([][]any, int64)
			said   string
			stored int64
		}{
			"too few":              {func(rows [][]any) ([][]any, int64) { return rows[1:], 40 }, "given 40 rows, returned 40, and has stored 39", 0},
			"none":                 {func([][]any) ([][]any, int64) { return nil, 40 }, "given 40 rows, returned 40, and has stored 0", 0},
			"returns too few":      {func(rows [][]any) ([][]any, int64) { return rows, 39 }, "given 40 rows, returned 39, and has stored 40", 0},
			"returns too many":     {func(rows [][]any) ([][]any, int64) { return rows, 80 }, "given 40 rows, returned 80, and has stored 40", 0},
			"too few, and says so": {func(rows [][]any) ([][]any, int64) { return rows[1:], 39 }, "given 40 rows, and has stored 39", 40},
			"twice": {func(rows [][]any) ([][]any, int64) {
				for _, row := range rows[:40] {
					row = slices.Clone(row)
					row[id] = fmt.Sprint(row[id], "+")
					rows = append(rows, row)
				}
				return rows, 80
			}, "the database reports an error", 40},
		} {
			for _, s := range all {
				s.Company = strings.ReplaceAll(name, " ", "")
			}
			load := func(ctx context.Context, conn *sql.Conn, table string, columns []string, rows [][]any) (int64, error) {
				rows, n := one.do(slices.Clone(rows))
				_, err := insert(ctx, conn, table, columns, rows)
				return n, err
			}
			p, err := b.Import(t.Context(), lending(all, nil), sqlstore.ImportOptions{Load: load})
			require.ErrorContains(t, err, one.said, name)
			require.Equal(t, name != "twice", errors.Is(err, sqlstore.ErrLoad), name)
			requireNoPerson(t, err)
			require.Equal(t, []int64{one.stored, one.stored}, []int64{p.Done, p.Created}, name)
			p, err = b.Import(t.Context(), lending(all, nil), sqlstore.ImportOptions{Load: insert})
			require.NoError(t, err, name)
			require.Equal(t, 40-one.stored, p.Created, name)
			requireImported(t, b, all)
		}
	})
}

// TestImportLoad imports with a Load of the host's own. The rows that it stores are a part of the
// transaction. If it fails, or leaves out a session that is stored already, the part is stored
// without it. A Load that never works is an error.
func TestImportLoad(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		all := imported()
		require.NoError(t, b.Insert(t.Context(), all[1], all[4000]))
		broken, calls := errors.New("broken"), 0
		id := slices.Index(sqlstore.SessionColumns(), "id")
		insert := func(ctx context.Context, conn *sql.Conn, table string, columns []string, rows [][]any) (int64, error) {
			calls++
			if calls == 2 { // as LOAD DATA LOCAL does
				rows = slices.DeleteFunc(slices.Clone(rows), func(row []any) bool { return row[id] == all[4000].ID })
			}
			for _, row := range rows {
				row = append(row, "the host's own") // must not touch the next row
				text, err := dialectOf(e).ReplacePlaceholders("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (?" +
					strings.Repeat(", ?", len(columns)-1) + ")")
				if err != nil {
					return 0, err
				}
				if _, err := conn.ExecContext(ctx, text, row[:len(columns)]...); err != nil {
					return 0, err
				}
			}
			if calls > 100 {
				return 0, broken
			}
			return int64(len(rows)), nil
		}
		opts := sqlstore.ImportOptions{Load: insert}
		p, err := b.Import(t.Context(), lending(all[:4200], nil), opts)
		require.NoError(t, err)
		require.Equal(t, []int64{4200, 4198, 2}, []int64{p.Done, p.Created, p.Equal})
		require.GreaterOrEqual(t, calls, 3)
		requireImported(t, b, all[:4200])

		// A part that Load cannot store, and a caller that has gone.
		over, cancel := context.WithCancel(t.Context())
		opts.Load = func(context.Context, *sql.Conn, string, []string, [][]any) (int64, error) {
			cancel()
			return 0, broken
		}
		p, err = b.Import(over, lending(all[4200:], nil), opts)
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, broken)
		require.Zero(t, p.Done)

		calls, opts.Load = 100, insert
		p, err = b.Import(t.Context(), lending(all[4200:], nil), opts)
		require.ErrorIs(t, err, broken)
		require.Equal(t, []int64{800, 800}, []int64{p.Done, p.Created}, "without it")
		p, err = b.Import(t.Context(), lending(all, nil), opts)
		require.NoError(t, err)
		require.EqualValues(t, 5000, p.Equal)
		requireImported(t, b, all)
	})
}
