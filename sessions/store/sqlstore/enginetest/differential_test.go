package enginetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// presentEngines returns the engines that can be reached. It logs the missing ones.
func presentEngines(t *testing.T) []engine {
	present := []engine{sqlite}
	for _, e := range []engine{postgres, mariadb} {
		t.Run("with "+string(e), func(t *testing.T) {
			need(t, e)
			present = append(present, e)
		})
	}
	return present
}

// oracle keeps a company's sessions, newest first. With Match it says which a list has to contain.
type oracle struct{ list []*sessions.Session }

func (o *oracle) put(s *sessions.Session) {
	i, found := slices.BinarySearchFunc(o.list, s, (*sessions.Session).Compare)
	s = s.Clone()
	s.Normalize()
	if found {
		o.list[i] = s
	} else {
		o.list = slices.Insert(o.list, i, s)
	}
}

func (o *oracle) match(f filter.Filter) []*sessions.Session {
	var matches []*sessions.Session
	for _, s := range o.list {
		if f.Match(s) {
			matches = append(matches, s)
		}
	}
	return matches
}

// check requires that a batch has the matches of its selection.
func check(t require.TestingT, matches []*sessions.Session, sel store.Selection, batch store.Batch, who string) {
	var want []*sessions.Session
	others := false // after the batch
	for _, s := range matches {
		p := store.PositionOf(s)
		switch {
		case p.Compare(sel.After) <= 0:
		case !batch.Reached.IsZero() && p.Compare(batch.Reached) > 0:
			others = true
		default:
			want = append(want, s)
		}
	}
	require.Equal(t, described(want), described(batch.Sessions), "%s: %s after %v limit %d budget %d reached %v",
		who, sel.Filter.Text(), sel.After, sel.Limit, sel.Budget, batch.Reached)
	require.LessOrEqual(t, len(batch.Sessions), sel.Limit)
	if sel.Budget == 0 && !batch.Reached.IsZero() {
		require.True(t, others, "%s: %s: not the end, although nothing follows", who, sel.Filter.Text())
	}
	if !batch.Reached.IsZero() {
		require.Positive(t, batch.Reached.Compare(sel.After), "%s: no progress", who)
	}
}

func described(list []*sessions.Session) []string {
	texts := make([]string, len(list))
	for i, s := range list {
		type plain sessions.Session
		p := plain(*s)
		var known string
		for _, x := range []sessions.Text{p.FirstName, p.LastName, p.PersonalNumber, p.DocumentNumber, p.Nationality} {
			known += x.State().String() + " " + x.Value() + "|"
		}
		texts[i] = fmt.Sprintf("%s %+v %s", known, p, p.Extra.AppendJSON(nil))
	}
	return texts
}

// TestEveryEngineListsWhatMatchSays compares random lists of random sessions, page by page, while
// sessions change between two pages. SESSIONKIT_CASES raises the number of queries.
func TestEveryEngineListsWhatMatchSays(t *testing.T) {
	t.Parallel()
	backends := map[string]interface {
		store.Backend
		store.Counter
		store.Streamer
		store.Writer
	}{"memory": memstore.New()}
	order := []string{"memory"}
	for _, e := range presentEngines(t) {
		backends[string(e)] = newBackend(t, e, open(t, e))
		// Every other write packs, so that most sessions are in segments, which are many, small and
		// overlapping.
		backends[string(e)+" packed"] = newBackend(t, e, open(t, e)).WithPacking(tiny)
		order = append(order, string(e), string(e)+" packed")
	}
	queries, pages := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		company := uuid.NewString()
		var all oracle
		var fresh []*sessions.Session
		for i := range rapid.IntRange(0, 40).Draw(t, "sessions") {
			fresh = append(fresh, drawSession(t, company, i))
		}
		for _, name := range order {
			var copies []*sessions.Session
			for _, s := range fresh {
				copies = append(copies, s.Clone())
			}
			// Each Backend gets them in another order and in other parts.
			random := rand.New(rand.NewPCG(uint64(len(name)), uint64(len(copies))))
			random.Shuffle(len(copies), func(i, j int) { copies[i], copies[j] = copies[j], copies[i] })
			for part := range slices.Chunk(copies, 7) {
				require.NoError(t, backends[name].Insert(t.Context(), part...))
			}
			for _, s := range copies {
				if name == "memory" {
					all.put(s)
				}
			}
		}
		for range 12 {
			queries++
			sel := store.Selection{
				Company: company,
				Filter:  drawAny(t, fresh),
				Limit:   rapid.SampledFrom([]int{1, 2, 5, 50}).Draw(t, "limit"),
				Budget:  rapid.SampledFrom([]int{0, 0, 1, 7, 40, 100, 300, 50000}).Draw(t, "budget"),
			}
			require.NoError(t, sel.Filter.Err())
			matches := all.match(sel.Filter)
			for _, name := range order {
				count, err := backends[name].Count(t.Context(), sel)
				require.NoError(t, err)
				require.LessOrEqual(t, count.N, len(matches), "%s: %s", name, sel.Filter.Text())
				if count.Exact {
					require.Equal(t, len(matches), count.N, "%s: %s", name, sel.Filter.Text())
				} else if sel.Budget == 0 {
					require.Greater(t, len(matches), sel.Limit, "%s: %s", name, sel.Filter.Text())
				}
				var streamed []*sessions.Session
				require.NoError(t, backends[name].Stream(t.Context(), sel, func(s *sessions.Session) error {
					streamed = append(streamed, s.Clone())
					return nil
				}))
				require.Equal(t, described(matches), described(streamed), "%s: stream %s", name, sel.Filter.Text())
			}
			after := map[string]store.Position{}
			left := slices.Clone(order)
			for page := 0; len(left) > 0; page++ {
				require.Less(t, page, 1000, "the pages of %s do not end on %v", sel.Filter.Text(), left)
				pages++
				for _, name := range slices.Clone(left) {
					sel.After = after[name]
					batch, err := backends[name].List(t.Context(), sel)
					require.NoError(t, err)
					check(t, matches, sel, batch, name)
					after[name] = batch.Reached
					if batch.Reached.IsZero() {
						left = slices.DeleteFunc(left, func(n string) bool { return n == name })
					}
				}
				if page < 2 && len(all.list) > 0 && rapid.IntRange(0, 3).Draw(t, "change") == 0 {
					s := rapid.SampledFrom(all.list).Draw(t, "changed").Clone()
					verdict(t, s)
					for _, name := range order {
						require.NoError(t, backends[name].Update(t.Context(), s.Clone()))
					}
					s.Revision++
					all.put(s)
					matches = all.match(sel.Filter)
				}
			}
		}
	})
	t.Logf("%d queries, %d pages on each of %v", queries, pages, order)
}
