package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
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
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/keys"
)

// The names of TestCacheAmongWriters, in groups of those that begin alike. So a session whose name
// is replaced by another one of the group loses its place in a segment, and still matches.
//
// The names of the first groups are common, and have several words, so that their initial has a
// list in a segment of a few hundred sessions. The others have none.
var (
	cacheFirst  = [][]string{{"Nino Nana", "Natia Nino", "Nana Nika", "Nika Natia"}, {"Giorgi", "Gela", "Gocha"}, {"Zurab", "Zura", "Zuriko"}}
	cacheLast   = [][]string{{"Nozadze Natadze", "Natadze Nikolaishvili", "Nikolaishvili Nozadze"}, {"Beridze", "Berishvili", "Beradze"}, {"Tsiklauri", "Tsereteli", "Tsintsadze"}}
	cacheAbsent = []string{"Qetino", "Natela", "Zaza", "Berika", "Zurabi", "99", "00000000099"}
	cacheSexes  = []sessions.Sex{sessions.Female, sessions.Male}
	cacheFields = []sessions.Field{sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldPersonalNumber, sessions.FieldDocumentNumber}
)

func pick[T any](r *rand.Rand, pool []T) T { return pool[r.IntN(len(pool))] }

// cacheNumbers returns the personal numbers that a session has in turn.
func cacheNumbers(n int) []string {
	return []string{fmt.Sprintf("%09d01", 7919*n), fmt.Sprintf("%09d02", 7919*n)}
}

// cacheSession makes a session.
func cacheSession(r *rand.Rand, company string, n int) *sessions.Session {
	name := func(groups [][]string, rare int) sessions.Text {
		group := groups[0]
		if r.IntN(rare) == 0 {
			group = pick(r, groups[1:])
		}
		return sessions.TextOf(pick(r, group))
	}
	s := person(n)
	s.Company, s.Subject, s.CreatedAt = company, fmt.Sprint("subject-", n%40), start.Add(-time.Duration(n/3)*time.Minute)
	s.FirstName, s.LastName = name(cacheFirst, 10), name(cacheLast, 4)
	s.PersonalNumber, s.DocumentNumber = sessions.TextOf(pick(r, cacheNumbers(n))), sessions.TextOf(fmt.Sprintf("AB%05d", n))
	s.DocumentType, s.Status, s.Sex = pick(r, types[1:5]), pick(r, statuses), pick(r, cacheSexes)
	return s
}

// cacheChange changes a session, in most cases so that it still matches what it did.
func cacheChange(r *rand.Rand, s *sessions.Session) {
	alike := func(text *sessions.Text, groups [][]string) {
		of := func(g []string) bool { return slices.Contains(g, text.Value()) }
		if i := slices.IndexFunc(groups, of); i >= 0 && r.IntN(3) > 0 {
			*text = sessions.TextOf(pick(r, groups[i]))
		}
	}
	alike(&s.FirstName, cacheFirst)
	alike(&s.LastName, cacheLast)
	switch s.Attempt++; r.IntN(4) {
	case 0:
		s.FirstName, s.LastName = sessions.TextOf(pick(r, pick(r, cacheFirst))), sessions.TextOf(pick(r, pick(r, cacheLast)))
	case 1:
		s.Status = pick(r, statuses)
	case 2:
		s.Sex = pick(r, cacheSexes)
	default:
		if number, known := strings.CutSuffix(s.PersonalNumber.Value(), "1"); known {
			s.PersonalNumber = sessions.TextOf(number + "2")
		}
	}
}

// cacheWord draws a name or a number, which may be nobody's.
func cacheWord(r *rand.Rand) string {
	common := [][]string{cacheFirst[0], cacheLast[0], cacheNumbers(r.IntN(1000))}
	return pick(r, pick(r, slices.Concat(common, common, cacheFirst, cacheLast, [][]string{cacheAbsent})))
}

// cacheText draws one to four words, or rather their beginnings.
func cacheText(r *rand.Rand) string {
	var words []string
	for range 1 + r.IntN(1+r.IntN(4)) {
		word := cacheWord(r)
		words = append(words, word[:1+r.IntN(min(len(word), 1+r.IntN(12)))])
	}
	return strings.Join(words, " ")
}

// cacheFilter draws a filter.
func cacheFilter(r *rand.Rand, depth int) filter.Filter {
	part := func() filter.Filter { return cacheFilter(r, depth-1) }
	if depth > 0 {
		switch r.IntN(6) {
		case 0:
			return filter.And(part(), part())
		case 1:
			return filter.Or(part(), part())
		case 2:
			return filter.And(part(), filter.Not(part()))
		}
	}
	switch r.IntN(10) {
	case 0:
		return filter.Is(sessions.FieldFirstName, slices.Concat(pick(r, cacheFirst), cacheAbsent)...)
	case 1:
		return filter.Is(sessions.FieldLastName, pick(r, cacheLast)...)
	case 2:
		return filter.Is(sessions.FieldPersonalNumber, slices.Concat(cacheNumbers(r.IntN(1000)), cacheNumbers(r.IntN(1000)), cacheAbsent)...)
	case 3:
		return filter.Status(pick(r, statuses), pick(r, statuses))
	case 4:
		return pick(r, []filter.Filter{filter.DocumentType(pick(r, types)), filter.Is(sessions.FieldSex, string(pick(r, cacheSexes)), "other")})
	case 5:
		from := start.Add(-time.Duration(r.IntN(350)) * time.Minute)
		return filter.And(filter.Between(sessions.FieldCreatedAt, from, from.Add(time.Duration(r.IntN(200))*time.Minute)), filter.Search(cacheText(r)))
	case 6, 7: // as of somebody who may not see all fields
		return filter.SearchIn(sessions.FieldsOf(pick(r, cacheFields), pick(r, cacheFields)), cacheText(r))
	default:
		return filter.Search(cacheText(r))
	}
}

// history has all states of the sessions of a company, on a clock that counts the beginnings and
// ends of writes. So it knows which states a search may see that begins at one time and ends at
// another.
type history struct {
	mu     sync.Mutex
	clock  int
	ids    []string
	states map[string][]pastState
	busy   map[string]bool // being written
}

// pastState is a state of a session, which a search may see if it ends at from or later, and begins
// before until.
type pastState struct {
	session     *sessions.Session // nil: none is stored
	from, until int
}

// write records the next states of some sessions, which are claimed or new, while do writes them.
func (h *history) write(next map[string]*sessions.Session, do func() error) error {
	h.mu.Lock()
	h.clock++
	for id, s := range next {
		if h.states[id] == nil {
			h.ids = append(h.ids, id)
			h.states[id] = []pastState{{nil, 0, math.MaxInt}}
		}
		h.states[id], h.busy[id] = append(h.states[id], pastState{s, h.clock, math.MaxInt}), true
	}
	h.mu.Unlock()
	err := do()
	// MariaDB may end a write to solve a deadlock with others. Nothing of it is stored then.
	for failure := (*sqlstore.Error)(nil); errors.As(err, &failure) && strings.HasPrefix(failure.SQLState(), "40"); failure = nil {
		err = do()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock++
	for id := range next {
		h.states[id][len(h.states[id])-2].until = h.clock
		delete(h.busy, id)
	}
	return err
}

// claim returns copies of some sessions that match and that nobody else is writing, for a write of
// all of them.
func (h *history) claim(r *rand.Rand, n int, f filter.Filter) (list []*sessions.Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	first := r.IntN(1 + r.IntN(len(h.ids))) // more often a newer one, which short pages have
	for i := range h.ids {
		id := h.ids[(first+i)%len(h.ids)]
		s := h.states[id][len(h.states[id])-1].session
		if len(list) < n && s != nil && !h.busy[id] && f.Match(s) {
			list = append(list, s.Clone())
			h.busy[id] = true
		}
	}
	return list
}

// now returns the time.
func (h *history) now() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

// seen is what a search may have seen.
type seen struct {
	matches map[string][]*sessions.Session // states that match, by ID
	sure    map[string]bool                // all states of the session match
}

// seen returns what a search for a filter may have seen that began at some time and has ended.
func (h *history) seen(f filter.Filter, from int) seen {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := seen{map[string][]*sessions.Session{}, map[string]bool{}}
	for _, id := range h.ids {
		all := true
		for _, p := range h.states[id] {
			switch {
			case p.until <= from:
			case p.session != nil && f.Match(p.session):
				w.matches[id] = append(w.matches[id], p.session)
			default:
				all = false
			}
		}
		if all {
			w.sure[id] = true
		}
	}
	return w
}

// check compares a list with what may have been seen. The list ends after reached, or with the last
// match if that is zero.
func (w seen) check(list []*sessions.Session, reached store.Position) error {
	found := map[string]bool{}
	for i, s := range list {
		found[s.ID] = true
		if i > 0 && list[i-1].Compare(s) >= 0 {
			return fmt.Errorf("%s is not in its place", s.ID)
		}
		if !slices.ContainsFunc(w.matches[s.ID], s.Equal) {
			return fmt.Errorf("%s does not match, or is not what it was", s.ID)
		}
	}
	for id := range w.sure {
		if p := store.PositionOf(w.matches[id][0]); !found[id] && (reached.IsZero() || p.Compare(reached) <= 0) {
			return fmt.Errorf("%s is missing", id)
		}
	}
	return nil
}

// checkCount compares a count with what may have been seen.
func (w seen) checkCount(n store.Count) error {
	if !n.Exact || n.N < len(w.sure) || n.N > len(w.matches) {
		return fmt.Errorf("%v counted, of %d to %d", n, len(w.sure), len(w.matches))
	}
	return nil
}

// cacheWorld is the company of TestCacheAmongWriters.
type cacheWorld struct {
	t         *testing.T
	company   string
	b         *sqlstore.Backend                  // of all searches
	uncached  *sqlstore.Backend                  // the same without a cache
	newWriter func(older bool) *sqlstore.Backend // perhaps one of an older version
	between   *breaker                           // of the searches
	random    func(numbers ...int) *rand.Rand    // one for each goroutine
	sessions  int                                // at first
	history   history

	mu    sync.Mutex
	fresh int // sessions that were inserted later
	errs  []error
}

// note keeps an error. It reports whether there was none yet.
func (w *cacheWorld) note(err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.errs = append(w.errs, err)
	}
	return len(w.errs) == 0
}

// write changes the company at random: in most cases one session, which matches.
func (w *cacheWorld) write(r *rand.Rand, b *sqlstore.Backend, f filter.Filter) error {
	ctx := w.t.Context()
	next := map[string]*sessions.Session{}
	switch n := r.IntN(20); {
	case n < 3:
		var list []*sessions.Session
		for range 1 + r.IntN(5) {
			s := cacheSession(r, w.company, r.IntN(w.sessions))
			w.mu.Lock()
			w.fresh++
			s.ID, s.Subject = fmt.Sprint("fresh-", w.fresh), ""
			w.mu.Unlock()
			list, next[s.ID] = append(list, s), s.Clone()
			next[s.ID].Revision = 1
		}
		return w.history.write(next, func() error { return b.Insert(ctx, list...) })
	case n == 3:
		return b.Maintain(ctx, w.company)
	case n == 4:
		p := store.Purge{Company: w.company}
		for _, s := range w.history.claim(r, 1+r.IntN(3), f) {
			p.IDs, next[s.ID] = append(p.IDs, s.ID), nil
		}
		if len(next) == 0 {
			return nil
		}
		return w.history.write(next, func() error {
			_, err := b.Purge(ctx, p)
			return err
		})
	}
	list := w.history.claim(r, 1, f)
	if len(list) == 0 {
		return nil
	}
	s := list[0]
	if r.IntN(10) == 0 {
		next[s.ID] = s.Clone()
		if next[s.ID].RedactPerson(); !next[s.ID].Equal(s) {
			next[s.ID].Revision++
		}
		return w.history.write(next, func() error { return b.Redact(ctx, w.company, s.ID) })
	}
	cacheChange(r, s)
	next[s.ID] = s.Clone()
	next[s.ID].Revision++
	return w.history.write(next, func() error { return b.Update(ctx, s) })
}

// read searches and compares the answer.
func (w *cacheWorld) read(r *rand.Rand, f filter.Filter) (err error) {
	ctx, from := w.t.Context(), w.history.now()
	sel := store.Selection{Company: w.company, Filter: f, Limit: pick(r, []int{1, 20, 100, 10_000})}
	kind := r.IntN(8)
	switch {
	case kind < 4:
		var batch store.Batch
		if batch, err = w.b.List(ctx, sel); err == nil {
			err = w.history.seen(f, from).check(batch.Sessions, batch.Reached)
		}
	case kind == 4:
		var list []*sessions.Session
		err = w.b.Stream(ctx, sel, func(s *sessions.Session) error {
			list = append(list, s.Clone())
			return nil
		})
		if err == nil {
			err = w.history.seen(f, from).check(list, store.Position{})
		}
	default:
		fs := []filter.Filter{f}
		if kind == 5 {
			fs = append(fs, filter.Not(f), cacheFilter(r, 0))
		}
		var counts []store.Count
		counts, err = w.b.CountEach(ctx, store.Selection{Company: w.company, Limit: 10_000}, fs)
		for i, n := range counts {
			err = errors.Join(err, w.history.seen(fs[i], from).checkCount(n))
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.Text(), err)
	}
	return nil
}

// typed searches for a name letter by letter, perhaps behind another word.
func (w *cacheWorld) typed(r *rand.Rand) error {
	before, word := pick(r, []string{"", "", "n ", "ber "}), cacheWord(r)
	for i := range word {
		if err := w.read(r, filter.Search(before+word[:i+1])); err != nil {
			return err
		}
	}
	return nil
}

// readRows is the key of a context under which its operations leave how many rows they have read.
type readRows struct{}

func observeRows(ctx context.Context, o store.Operation) {
	if n, ok := ctx.Value(readRows{}).(*int); ok {
		*n = o.RowsRead
	}
}

// saves requires that the cache does not lead to more reading than there is without one. An answer
// can be right although the cache is wrong: if blocks do not agree, a search clears it and begins
// again.
func (w *cacheWorld) saves(f filter.Filter) (err error) {
	var rows [2]int
	for i, b := range []*sqlstore.Backend{w.b, w.uncached} {
		ctx := context.WithValue(w.t.Context(), readRows{}, &rows[i])
		_, failure := b.Count(ctx, store.Selection{Company: w.company, Filter: f, Limit: 10_000})
		err = errors.Join(err, failure)
	}
	if err == nil && rows[0] > rows[1] {
		err = fmt.Errorf("%s: %d rows were read, and %d without a cache", f.Text(), rows[0], rows[1])
	}
	return err
}

// quiet searches while nobody writes.
func (w *cacheWorld) quiet(round int, filters []filter.Filter) {
	var reading sync.WaitGroup
	for n := range 3 {
		r := w.random(round, n)
		reading.Go(func() {
			w.note(w.typed(r))
			for i, f := range filters {
				if w.note(w.read(r, f)); i%3 == n {
					w.note(w.saves(f))
				}
			}
			for range size(3, 40) {
				w.note(w.read(r, cacheFilter(r, 2)))
			}
		})
	}
	reading.Wait()
	require.NoError(w.t, errors.Join(w.errs...), "while nobody writes, round %d", round)
}

// burst searches while others write. Some searches stop before one of their statements, until
// others have written and searched.
func (w *cacheWorld) burst(round int, filters []filter.Filter) {
	const writers, readers, writes = 2, 2, 10
	stops, most := 0, size(8, 100)
	r, b := w.random(round, 10), w.newWriter(false)
	var stop func(driver.Conn)
	stop = func(driver.Conn) {
		f := pick(r, filters)
		for range 1 + r.IntN(3) {
			w.note(w.write(r, b, f))
		}
		for _, f := range filters {
			w.note(w.read(r, f))
		}
		if stops++; stops < most {
			w.between.arm(pick(r, []string{"changed_seq >", "sessionkit_blocks"}), r.IntN(3), stop)
		}
	}
	w.between.arm("sessionkit_", 0, stop)
	var writing, reading sync.WaitGroup
	for n := range writers {
		r, b := w.random(round, 20, n), w.newWriter(round == 1 && n == 0)
		writing.Go(func() {
			for range writes {
				if !w.note(w.write(r, b, pick(r, append(slices.Clip(filters), filter.Filter{})))) {
					return
				}
			}
		})
	}
	for n := range readers {
		r := w.random(round, 30, n)
		reading.Go(func() {
			for range size(12, 200) {
				if !w.note(w.read(r, pick(r, filters))) {
					return
				}
			}
		})
	}
	writing.Wait()
	reading.Wait()
	w.between.arm("", 0, nil)
	require.NoError(w.t, errors.Join(w.errs...), "round %d", round)
	require.Positive(w.t, stops)
	w.t.Logf("%d searches stopped", stops)
}

// filters draws the filters of a round. All but one have matches, which writers change.
func (w *cacheWorld) filters(r *rand.Rand) (list []filter.Filter) {
	draws := []func() filter.Filter{
		func() filter.Filter { return filter.Search(cacheText(r)) },
		func() filter.Filter { return filter.SearchIn(sessions.FieldsOf(pick(r, cacheFields)), cacheText(r)) },
		func() filter.Filter { return cacheFilter(r, 0) },
	}
	for _, draw := range draws {
		f := draw()
		for len(w.history.seen(f, w.history.now()).matches) == 0 {
			f = draw()
		}
		list = append(list, f)
	}
	return append(list, cacheFilter(r, 2))
}

// fill stores the first sessions, in two segments.
func (w *cacheWorld) fill() {
	r, b := w.random(), w.newWriter(false)
	var list []*sessions.Session
	next := map[string]*sessions.Session{}
	for n := range w.sessions {
		s := cacheSession(r, w.company, n)
		list, next[s.ID] = append(list, s), s.Clone()
		next[s.ID].Revision = 1
	}
	require.NoError(w.t, w.history.write(next, func() error {
		return b.WithPacking(sqlstore.Packing{Tail: -1}).Insert(w.t.Context(), list...)
	}))
	slices.Sort(w.history.ids) // the order of a map is another one each time
	require.NoError(w.t, b.Maintain(w.t.Context(), w.company))
}

// TestCacheAmongWriters searches with one Backend, which caches what it has read of segments, while
// several others write, pack, purge, and have keys of another version. Some searches stop before
// one of their statements, until others have written and searched. Each answer is what Match says
// of the states that the search may have seen. While nobody writes that is one answer.
//
// The test of a seed has its name. With SESSIONKIT_FULL_SIZE there are more, and more sessions.
func TestCacheAmongWriters(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			between, db, plain := stoppableDatabase(t, e)
			newBackend(t, e, plain) // makes the tables
			b := backendOf(db, e, nil, sqlstore.Packing{}).WithObserver(observeRows)
			uncached := b.WithCache(0)
			require.NoError(t, errors.Join(b.Check(t.Context()), uncached.Check(t.Context())))
			for seed := range size(1, 20) {
				t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
					w := &cacheWorld{
						t: t, company: t.Name(), b: b, uncached: uncached, between: between, sessions: size(900, 3600),
						history: history{states: map[string][]pastState{}, busy: map[string]bool{}},
						random: func(numbers ...int) *rand.Rand {
							n := 1
							for _, number := range numbers {
								n = 100*n + number
							}
							return rand.New(rand.NewPCG(uint64(seed), uint64(n)))
						},
					}
					w.newWriter = func(older bool) *sqlstore.Backend {
						var k *keys.Keys
						if older {
							k = olderKeys
						}
						return backendOf(plain, e, k, sqlstore.Packing{Tail: 40, Segment: w.sessions / 2})
					}
					w.fill()
					lists := countRows(t, plain, "sessionkit_blocks WHERE name = 'Ln' AND company = ", w.company)
					require.Equal(t, 2, lists, "segments with a list of the initial")
					r := w.random(0)
					var filters []filter.Filter
					for round := range size(2, 5) {
						if round > 0 {
							w.burst(round, filters)
							require.NoError(t, w.newWriter(false).Maintain(t.Context(), w.company)) // rebuilds keys
						}
						filters = w.filters(r)
						w.quiet(round, filters)
					}
					require.NoError(t, b.Verify(t.Context(), w.company))
				})
			}
		})
	}
}

// TestCacheOfAnOlderSnapshotOfFew stops a search before each of its statements, while the only
// session of a segment that matches gets other words, and another search has the same Backend cache
// that the segment has no such words any more. The session matches before and after, and is found.
func TestCacheOfAnOlderSnapshotOfFew(t *testing.T) {
	const few = 6
	first := func(name string) func(*sessions.Session) {
		return func(s *sessions.Session) { s.FirstName = sessions.TextOf(name) }
	}
	number := func(s *sessions.Session) { s.PersonalNumber = sessions.TextOf("7770002") }
	cases := []struct {
		f      filter.Filter
		change func(*sessions.Session)
	}{
		{filter.Search("zur"), first("Zuriko")},
		{filter.SearchIn(sessions.FieldsOf(sessions.FieldFirstName), "zura"), first("Zuraba")},
		{filter.And(filter.Search("b"), filter.Not(filter.Search("secret"))), first("Zuriko")},
		{filter.Is(sessions.FieldFirstName, "Zurab", "Zuriko"), first("Zuriko")},
		{filter.Is(sessions.FieldPersonalNumber, "7770001", "7770002"), number},
		{filter.Is(sessions.FieldSex, string(sessions.Male), "other"), func(s *sessions.Session) { s.Sex = "other" }},
	}
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			between, db, plain := stoppableDatabase(t, e)
			packs := newBackend(t, e, plain).WithPacking(sqlstore.Packing{Tail: 1, Segment: few})
			writes := packs.WithPacking(sqlstore.Packing{Tail: -1})
			stops := 0
			for n, test := range cases {
				for after := 0; ; after++ {
					company := fmt.Sprintf("company-%d-%d", n, after)
					list := persons(2 * few)
					for _, s := range list {
						s.Company = company
					}
					s := list[2]
					s.FirstName, s.PersonalNumber, s.Sex = sessions.TextOf("Zurab"), sessions.TextOf("7770001"), sessions.Male
					require.NoError(t, writes.Insert(t.Context(), list[1:]...))
					require.NoError(t, packs.Maintain(t.Context(), company))
					require.NoError(t, writes.Insert(t.Context(), list[0])) // so that there is a tail to read
					if after%2 == 1 {                                       // another place of the segment is dead
						list[1].Attempt++
						require.NoError(t, writes.Update(t.Context(), list[1]))
					}
					b := sqlstore.New(db, dialects[e]) // caches nothing yet
					require.NoError(t, b.Check(t.Context()))
					requireFound := func() {
						t.Helper()
						batch, err := b.List(t.Context(), store.Selection{Company: company, Filter: test.f, Limit: 50})
						require.NoError(t, err)
						require.Equal(t, []string{s.ID}, ids(batch.Sessions), "%s at statement %d", test.f.Text(), after)
					}
					hit := false
					between.arm("sessionkit_", after, func(driver.Conn) {
						hit = true
						changed := s.Clone()
						test.change(changed)
						require.NoError(t, writes.Update(t.Context(), changed))
						_, err := b.List(t.Context(), store.Selection{Company: company, Filter: filter.Search("z"), Limit: 50})
						require.NoError(t, err)
						requireFound()
					})
					requireFound()
					between.arm("", 0, nil)
					if !hit {
						break
					}
					stops++
					requireFound()
				}
			}
			require.Greater(t, stops, 3*len(cases))
		})
	}
}

// TestCacheAndFields searches in all fields and in one field, as a viewer does who may not see the
// others, in any order, and again after the only session with the prefix in one of the fields was
// redacted. The list of the prefix states that field until then. Each answer is right, and the
// cache does not lead to more reading.
func TestCacheAndFields(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		list := persons(450)
		for i, s := range list {
			s.FirstName, s.LastName = sessions.TextOf(cacheFirst[0][i%4]+" "+cacheFirst[0][(i+1)%4]), sessions.TextOf("Beridze")
		}
		list[7].LastName = sessions.TextOf("Nozadze")
		writer := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 100, Segment: 450})
		var all oracle
		fill := func(company string) {
			all = oracle{}
			for _, s := range list {
				s.Company, s.Revision = company, 0
				all.put(s)
			}
			require.NoError(t, writer.WithPacking(sqlstore.Packing{Tail: -1}).Insert(t.Context(), clones(list)...))
			require.NoError(t, writer.Maintain(t.Context(), company))
			require.Equal(t, 1, countRows(t, db, "sessionkit_blocks WHERE name = 'Fn' AND company = ", company), "postings by field")
		}
		in := func(fields ...sessions.Field) filter.Filter {
			return filter.SearchIn(sessions.FieldsOf(fields...), "n")
		}
		fs := []filter.Filter{filter.Search("n"), in(sessions.FieldFirstName), in(sessions.FieldLastName), in(sessions.FieldLastName, sessions.FieldFirstName)}
		for first := range fs {
			company := fmt.Sprint("company-", first)
			fill(company)
			w := &cacheWorld{t: t, company: company, b: sqlstore.New(db, dialects[e]).WithObserver(observeRows)}
			w.uncached = w.b.WithCache(0)
			require.NoError(t, errors.Join(w.b.Check(t.Context()), w.uncached.Check(t.Context())))
			requireAll := func(fs []filter.Filter) {
				t.Helper()
				for _, f := range fs {
					require.NoError(t, w.saves(f), "after %s", fs[0].Text())
					requireWhole(t, w.b, &all, f)
				}
			}
			requireAll(slices.Concat(fs[first:], fs[:first]))
			gone := list[7].Clone()
			require.NoError(t, writer.Redact(t.Context(), company, gone.ID))
			gone.RedactPerson()
			all.put(gone)
			require.Zero(t, countRows(t, db, "sessionkit_blocks WHERE name = 'Fn' AND company = ", company), "postings by field")
			// The next filter finds what the others have cached.
			requireAll(slices.Concat(fs[first+1:], fs[:first+1]))
		}
	})
}

// called returns sessions with first names, a second apart.
func called(n int, name func(i int) string) (list []*sessions.Session) {
	for i := range n {
		list = append(list, &sessions.Session{ID: fmt.Sprintf("s-%06d", i), Company: "acme", CreatedAt: start.Add(time.Duration(i) * time.Second),
			Status: sessions.Pending, FirstName: sessions.TextOf(name(i)), LastName: sessions.TextOf("Beridze")})
	}
	return list
}

// lose deletes a block.
func lose(t *testing.T, db *sql.DB, where string) {
	t.Helper()
	r, err := db.ExecContext(t.Context(), "DELETE FROM sessionkit_blocks WHERE "+where)
	require.NoError(t, err)
	n, err := r.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}

// TestCacheOfLostHashes loses the hashes of a segment that other conditions rule out. The next
// search needs them.
func TestCacheOfLostHashes(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 100, Segment: 100})
		list := called(1200, func(i int) string { return []string{"Nino", "Giorgi"}[i%2] })
		list[1150].PersonalNumber, list[1150].DocumentNumber = sessions.TextOf("55555"), sessions.TextOf("77777")
		loaded(t, b, list)
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		lose(t, db, "name LIKE 'H%' AND segment = (SELECT segment FROM sessionkit_segments ORDER BY oldest_us LIMIT 1)")
		nino := filter.Is(sessions.FieldFirstName, "Nino")
		_, _ = b.Count(t.Context(), store.Selection{Company: "acme", Filter: filter.And(filter.Search("55555"), filter.Search("77777"), filter.Search("beridze"), nino)})
		n, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: nino})
		require.ErrorIs(t, err, sqlstore.ErrDamaged, "%d of 600", n.N)
	})
}

// TestCacheOfDamageNotFoundYet stops a search that has read that hashes are missing, before it
// returns the error.
func TestCacheOfDamageNotFoundYet(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			between, db, plain := stoppableDatabase(t, e)
			other := newBackend(t, e, plain).WithPacking(sqlstore.Packing{Tail: 100})
			loaded(t, other, called(300, func(i int) string { return "Nino" }))
			require.NoError(t, other.Maintain(t.Context(), "acme"))
			lose(t, plain, "name LIKE 'H%'")
			for after, hit := 0, true; hit; after++ {
				b := sqlstore.New(db, dialects[e]) // has cached nothing yet
				require.NoError(t, b.Check(t.Context()))
				sel := store.Selection{Company: "acme", Filter: filter.Is(sessions.FieldFirstName, "Nino"), Limit: 5000}
				hit = false
				var n store.Count
				var errMeanwhile error
				between.arm("sessionkit_", after, func(driver.Conn) {
					hit = true
					n, errMeanwhile = b.Count(t.Context(), sel)
				})
				_, err := b.List(t.Context(), sel)
				between.arm("", 0, nil)
				require.ErrorIs(t, err, sqlstore.ErrDamaged)
				if hit {
					require.ErrorIs(t, errMeanwhile, sqlstore.ErrDamaged, "%d of 300, before statement %d of the other", n.N, after)
				}
			}
		})
	}
}

// TestCacheOfACancelledSearch cancels searches of a database without the block of dead positions, and
// restores a backup from before they were dead.
func TestCacheOfACancelledSearch(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			between, db, plain := stoppableDatabase(t, e)
			other := newBackend(t, e, plain).WithPacking(sqlstore.Packing{Tail: 1000, Segment: 6000})
			all := loaded(t, other, dense(3600))
			require.NoError(t, other.Maintain(t.Context(), "acme"))
			restore := backup(t, plain)
			f := filter.Search("n")
			for after, hit := 0, true; hit; after++ {
				require.NoError(t, other.Redact(t.Context(), "acme", all.match(f)[3].ID))
				lose(t, plain, "name = 'D'")
				b := sqlstore.New(db, dialects[e]) // has cached nothing yet
				require.NoError(t, b.Check(t.Context()))
				ctx, cancel := context.WithCancel(t.Context())
				hit = false
				between.arm("sessionkit_", after, func(driver.Conn) { hit = true; cancel() })
				_, err := b.Count(ctx, store.Selection{Company: "acme", Filter: filter.And(f, filter.Not(filter.Search("zzz"))), Limit: 5000})
				between.arm("", 0, nil)
				cancel()
				require.Error(t, err)
				restore()
				requireWhole(t, b, all, f)
			}
		})
	}
}

// TestCacheReadsNewHashesOnly packs sessions, and searches again for a number that nobody has: only
// the hashes of the new segment are read.
func TestCacheReadsNewHashesOnly(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		var last store.Operation
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 100, Segment: 100}).WithObserver(func(_ context.Context, o store.Operation) { last = o })
		list := called(700, func(i int) string { return "Nino" })
		loaded(t, b, list[:600])
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		rows := func() int {
			n, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: filter.Is(sessions.FieldPersonalNumber, "0"), Limit: 10})
			require.NoError(t, err)
			require.Zero(t, n.N)
			return last.RowsRead
		}
		rows()
		again := rows()
		require.NoError(t, b.Insert(t.Context(), list[600:]...))
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		require.LessOrEqual(t, rows(), again+2, "the row of the new segment, and its hashes")
	})
}

// TestCacheAfterDamageOfRows finds a session that is not what the postings say.
func TestCacheAfterDamageOfRows(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		var last store.Operation
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 1000}).WithObserver(func(_ context.Context, o store.Operation) { last = o })
		all := loaded(t, b, dense(3000))
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		f := filter.Search("n")
		rows := func() int {
			_, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: f, Limit: 10})
			require.NoError(t, err)
			return last.RowsRead
		}
		rows()
		first := rows()
		_, err := db.ExecContext(t.Context(), "DELETE FROM sessionkit_sessions WHERE id = '"+all.match(f)[2].ID+"'")
		require.NoError(t, err)
		_, err = b.List(t.Context(), store.Selection{Company: "acme", Filter: f, Limit: 10})
		require.ErrorIs(t, err, sqlstore.ErrDamaged)
		require.Greater(t, rows(), first, "something is still cached")
	})
}

// TestPrefixesOfManyChunks searches for a prefix and a longer one, whose words end a chunk of the
// dictionary, and for a prefix whose list is lost and whose words are in three chunks. That it is
// lost is noticed, and nothing of it is cached.
func TestPrefixesOfManyChunks(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: -1, Segment: 6000})
		var names []string
		add := func(prefix string, n int) {
			for i := range n {
				names = append(names, fmt.Sprintf("%s%04d", prefix, 7919*i%10_000))
			}
		}
		add("da", 200)
		add("dz", 150)
		names = append(names, slices.Repeat([]string{"e"}, 1400)...)
		add("ma", 270)
		add("na", 110)
		names = append(names, slices.Repeat([]string{"nz"}, 1470)...)
		list := called(len(names), func(i int) string { return names[i] })
		for _, s := range list {
			s.LastName = sessions.Text{}
		}
		all := loaded(t, b, list)
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		restore := backup(t, db)
		for _, bytes := range []int{0, sqlstore.DefaultCacheBytes} {
			b := b.WithCache(bytes)
			requireWhole(t, b, all, filter.Or(filter.Search("dz"), filter.Search("dz9")))
			lose(t, db, "name = 'Ln'")
			_, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: filter.Search("n"), Limit: 10})
			require.ErrorIs(t, err, sqlstore.ErrDamaged)
			restore()
			requireWhole(t, b, all, filter.Search("n"))
		}
	})
}
