package enginetest

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// size returns the number of sessions of a test: few, or all of them if SESSIONKIT_FULL_SIZE is
// set.
func size(few, all int) int {
	if os.Getenv("SESSIONKIT_FULL_SIZE") != "" {
		return all
	}
	return few
}

// TestOneInstant stores sessions of one microsecond in random order, so that segments overlap. It
// reads all pages while the sessions are packed, merged, changed and rebuilt, also by a process
// that is killed with SIGKILL. Each session is seen once.
func TestOneInstant(t *testing.T) {
	if db, e := toBeKilled(t); db != nil {
		b := sqlstore.New(db, dialects[e]).WithPacking(sqlstore.Packing{Tail: 100, Segment: 300})
		require.NoError(t, b.Check(t.Context()))
		fmt.Println(atWork)
		for {
			require.NoError(t, b.Repair(t.Context(), "acme"))
		}
	}
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		n := size(1500, 100_000)
		killed := 0
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: n / 10, Segment: n / 4})
		random := rand.New(rand.NewPCG(7, 7))
		list := dense(n)
		for _, s := range list {
			s.CreatedAt = start
		}
		random.Shuffle(n, func(i, j int) { list[i], list[j] = list[j], list[i] })
		all := loaded(t, b, list)
		for _, f := range []filter.Filter{{}, filter.Search("n"), filter.Not(filter.Status("none"))} {
			matches := all.match(f)
			require.NotEmpty(t, matches)
			sel := store.Selection{Company: "acme", Filter: f, Limit: n / 30, Budget: store.DefaultBudget}
			var got []string
			for page := 0; ; page++ {
				batch, err := b.List(t.Context(), sel)
				require.NoError(t, err)
				got = append(got, ids(batch.Sessions)...)
				if sel.After = batch.Reached; sel.After.IsZero() {
					break
				}
				require.Len(t, batch.Sessions, sel.Limit, "page %d", page)
				switch page % 8 {
				// A changed session leaves its segment for the tail, and keeps its place in the
				// list.
				case 1, 4:
					s := all.list[random.IntN(n)].Clone()
					s.Model = fmt.Sprint("model ", page)
					require.NoError(t, b.Update(t.Context(), s))
					all.put(s)
				case 2:
					require.NoError(t, b.Maintain(t.Context(), "acme"))
				case 6:
					require.NoError(t, b.Repair(t.Context(), "acme"))
				case 7:
					if killedWithin(t, e, db, time.Duration(page)*3*time.Millisecond, func() { time.Sleep(time.Millisecond) }) {
						killed++
					}
				}
			}
			require.Equal(t, ids(matches), got)
		}
		require.Positive(t, killed)
		require.NoError(t, b.Verify(t.Context(), "acme"))
	})
}

// TestLongTail searches sessions that were never packed, as those of a host that writes in its own
// transactions and does not call Maintain, and then packs them.
func TestLongTail(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		n := size(1500, 100_000)
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: -1})
		list := dense(n)
		list[n/2].CreatedAt = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
		all := loaded(t, b, list)
		fs := []filter.Filter{filter.Search("n g 0"), filter.And(filter.MatchLevel(0, 1), filter.Search("b")), filter.Search("zz")}
		for _, f := range fs {
			requireWhole(t, b, all, f)
		}
		require.Zero(t, countRows(t, db, "sessionkit_segments WHERE company = ", "acme"))
		require.NoError(t, b.WithPacking(sqlstore.Packing{}).Maintain(t.Context(), "acme"))
		require.NoError(t, b.Verify(t.Context(), "acme"))
		for _, f := range fs {
			requireWhole(t, b, all, f)
		}
	})
}
