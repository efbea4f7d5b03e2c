package enginetest

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// tiny packs nearly everything into segments.
var tiny = sqlstore.Packing{Tail: 3, Segment: 5}

// TestModel compares random writes and reads, in any order, with a sorted slice: tails of 3,
// segments of 5, a handful of microseconds. After each commit everything that is stored has to
// agree.
func TestModel(t *testing.T) {
	for _, e := range presentEngines(t) {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			db := open(t, e)
			b := newBackend(t, e, db).WithPacking(tiny)
			segments, overlaps := 0, 0
			rapid.Check(t, func(t *rapid.T) {
				company := uuid.NewString()
				var all oracle
				versions := map[string]int64{}
				number := 0
				steps := rapid.IntRange(1, 30).Draw(t, "steps")
				for range steps {
					switch step := rapid.IntRange(0, 11).Draw(t, "step"); step {
					case 10, 11:
						var states []store.Versioned
						changed := map[string]*store.Versioned{}
						var want []store.PutResult
						for range rapid.IntRange(1, 6).Draw(t, "states") {
							v := store.Versioned{Session: drawSession(t, company, number), Version: rapid.Int64Range(0, 4).Draw(t, "version")}
							number++
							var old *store.Versioned
							if len(all.list) > 0 && rapid.IntRange(0, 3).Draw(t, "known") > 0 {
								known := rapid.SampledFrom(all.list).Draw(t, "put")
								v.Session.ID, v.Session.CreatedAt = known.ID, known.CreatedAt
								if old = changed[known.ID]; old == nil {
									old = &store.Versioned{Session: known, Version: versions[known.ID]}
								}
							}
							if rapid.IntRange(0, 5).Draw(t, "redacted") == 0 {
								v.Session.RedactPerson()
							}
							next, result := v.Over(old)
							states, want = append(states, v), append(want, result)
							if next == nil {
								continue
							}
							if before := changed[v.Session.ID]; before != nil {
								next.Session.Revision = before.Session.Revision
							}
							changed[v.Session.ID] = next
						}
						results, err := b.Put(t.Context(), states...)
						require.NoError(t, err)
						require.Equal(t, want, results)
						for id, v := range changed {
							versions[id] = v.Version
							all.put(v.Session)
						}
					case 0, 1, 2, 3, 4, 5:
						all.change(t, b, company, &number, step)
					case 6:
						require.NoError(t, b.Maintain(t.Context(), company))
					case 7:
						f := filters().Draw(t, "purged")
						p := store.Purge{Company: company, Filter: f}
						if len(all.list) > 0 && rapid.Bool().Draw(t, "by ID") {
							p.IDs = []string{rapid.SampledFrom(all.list).Draw(t, "ID").ID}
						}
						gone := all.purge(p)
						n, err := b.Purge(t.Context(), p)
						if p.Err() != nil {
							require.ErrorIs(t, err, store.ErrPurge)
							gone = 0
						} else {
							require.NoError(t, err)
						}
						require.Equal(t, gone, n)
					default:
						sel := store.Selection{
							Company: company, Filter: filters().Draw(t, "filter"), Limit: rapid.SampledFrom([]int{1, 2, 5, 50}).Draw(t, "limit"),
							Budget: rapid.SampledFrom([]int{0, 0, 1, 7, 40, 50000}).Draw(t, "budget"),
						}
						requireAnswers(t, b, &all, sel)
					}
					require.NoError(t, b.Verify(t.Context(), company))
				}
				segments += countRows(t, db, "sessionkit_segments g WHERE g.company = ", company)
				overlaps += countRows(t, db, "sessionkit_segments g, sessionkit_segments h WHERE g.company = h.company AND g.segment < h.segment AND g.oldest_us < h.newest_us AND h.oldest_us < g.newest_us AND g.company = ", company)
			})
			t.Logf("%d segments, %d pairs that overlap", segments, overlaps)
			require.Positive(t, overlaps)
		})
	}
}

func countRows(t require.TestingT, db *sql.DB, from, company string) (n int) {
	require.NoError(t, db.QueryRow("SELECT count(*) FROM "+from+"'"+company+"'").Scan(&n))
	return n
}

// requireAnswers compares all pages, the count and the stream of a selection with the oracle.
func requireAnswers(t *rapid.T, b *sqlstore.Backend, all *oracle, sel store.Selection) {
	require.NoError(t, sel.Filter.Err())
	matches := all.match(sel.Filter)
	count, err := b.Count(t.Context(), sel)
	require.NoError(t, err)
	if count.Exact {
		require.Equal(t, len(matches), count.N, sel.Filter.Text())
	}
	counts, err := b.CountEach(t.Context(), store.Selection{Company: sel.Company}, []filter.Filter{sel.Filter, filter.Not(sel.Filter), {}})
	require.NoError(t, err)
	// The tests of search keys check Rekeying themselves.
	for i := range counts {
		counts[i].Rekeying = false
	}
	require.Equal(t, []store.Count{{N: len(matches), Exact: true}, {N: len(all.list) - len(matches), Exact: true}, {N: len(all.list), Exact: true}}, counts, sel.Filter.Text())
	tallied := map[store.TallyKey]int{}
	rows, exact, err := b.Tally(t.Context(), store.Selection{Company: sel.Company, Filter: sel.Filter})
	require.NoError(t, err)
	require.True(t, exact)
	for _, r := range rows {
		tallied[r.TallyKey] = r.N
	}
	for _, s := range matches {
		tallied[store.TallyKeyOf(s)]--
	}
	for k, n := range tallied {
		require.Zero(t, n, "%v of %s", k, sel.Filter.Text())
	}
	var streamed []*sessions.Session
	require.NoError(t, b.Stream(t.Context(), sel, func(s *sessions.Session) error {
		streamed = append(streamed, s.Clone())
		return nil
	}))
	require.Equal(t, described(matches), described(streamed), "stream %s", sel.Filter.Text())
	for page := 0; ; page++ {
		require.Less(t, page, 1000, "the pages of %s do not end", sel.Filter.Text())
		batch, err := b.List(t.Context(), sel)
		require.NoError(t, err)
		check(t, matches, sel, batch, fmt.Sprint("page ", page))
		if sel.After = batch.Reached; sel.After.IsZero() {
			return
		}
	}
}

// loaded stores sessions in parts, and returns an oracle of them.
func loaded(t *testing.T, b *sqlstore.Backend, list []*sessions.Session) *oracle {
	t.Helper()
	var all oracle
	for part := range slices.Chunk(list, 500) {
		require.NoError(t, b.Insert(t.Context(), part...))
	}
	all.list = append(all.list, list...)
	slices.SortFunc(all.list, (*sessions.Session).Compare)
	return &all
}

// change inserts sessions (steps 0 to 2), updates one (3 and 4) or redacts one (5), in a Backend
// and in the oracle. number is that of the next session.
func (o *oracle) change(t *rapid.T, b *sqlstore.Backend, company string, number *int, step int) {
	switch {
	case step < 3:
		var fresh []*sessions.Session
		for range rapid.IntRange(1, 6).Draw(t, "new") {
			s := drawSession(t, company, *number)
			if *number++; rapid.Bool().Draw(t, "tied") {
				s.CreatedAt = start
			}
			fresh = append(fresh, s)
		}
		require.NoError(t, b.Insert(t.Context(), fresh...))
		for _, s := range fresh {
			o.put(s)
		}
	case len(o.list) == 0:
	case step < 5:
		s := rapid.SampledFrom(o.list).Draw(t, "changed").Clone()
		verdict(t, s)
		if rapid.IntRange(0, 2).Draw(t, "rename") == 0 {
			s.LastName = texts(names).Draw(t, "last name")
		}
		require.NoError(t, b.Update(t.Context(), s))
		o.put(s)
	default:
		s := rapid.SampledFrom(o.list).Draw(t, "redacted").Clone()
		require.NoError(t, b.Redact(t.Context(), company, s.ID))
		had := s.Clone()
		if s.RedactPerson(); !s.Equal(had) {
			s.Revision++
		}
		o.put(s)
	}
}

// requireWhole requires that every page of a search is full, except the last one, and that the
// pages are those of Match.
func requireWhole(t *testing.T, b *sqlstore.Backend, all *oracle, f filter.Filter) {
	t.Helper()
	matches := all.match(f)
	sel := store.Selection{Company: all.list[0].Company, Filter: f, Limit: 50, Budget: store.DefaultBudget}
	for page := 0; ; page++ {
		batch, err := b.List(t.Context(), sel)
		require.NoError(t, err)
		want := matches[min(len(matches), 50*page):min(len(matches), 50*page+50)]
		require.Len(t, batch.Sessions, len(want), "page %d of %.60s", page, f.Text())
		for i, s := range want {
			require.Equal(t, s.ID, batch.Sessions[i].ID, "page %d of %.60s", page, f.Text())
		}
		if sel.After = batch.Reached; sel.After.IsZero() {
			require.GreaterOrEqual(t, 50*page+50, len(matches))
			break
		}
	}
	count, err := b.Count(t.Context(), store.Selection{Company: sel.Company, Filter: f, Limit: 10, Budget: sel.Budget})
	require.NoError(t, err)
	// The tests of search keys check Rekeying themselves.
	count.Rekeying = false
	require.Equal(t, store.Count{N: len(matches), Exact: true}, count, "%.60s", f.Text())
}

// dense returns sessions within a minute, a third of them within one microsecond, whose words begin
// with common letters and digits.
func dense(n int) (list []*sessions.Session) {
	first := []string{"Nino", "Giorgi", "Ana", "Lasha", "Natia", "Gela"}
	last := []string{"Beridze", "Lomidze", "Gelashvili", "Nozadze", "Abashidze"}
	for i := range n {
		s := person(i)
		s.ID = fmt.Sprintf("s-%06d", i*7919%n)
		s.FirstName, s.LastName = sessions.TextOf(first[i%6]), sessions.TextOf(last[i%5])
		s.PersonalNumber, s.DocumentNumber = sessions.TextOf(fmt.Sprintf("%d%010d", i%10, i)), sessions.TextOf(fmt.Sprintf("%dAB%05d", i%7, i))
		s.CreatedAt = start
		if i%3 > 0 {
			s.CreatedAt = start.Add(time.Duration(i*int(time.Minute/time.Duration(n))) + time.Duration(i%2)*time.Microsecond)
		}
		s.DocumentType = types[1+i%4]
		if i%97 == 0 {
			s.Match = sessions.Match{Compared: true, Level: far.Level(i % 3), Scale: far.Kvalifika.Name()}
		}
		list = append(list, s)
	}
	return list
}

// TestBurst searches many sessions of one minute, many of them of one microsecond, for words that
// most of them have and few have together. No page ends early, whatever the search.
func TestBurst(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		n := size(5000, 100_000)
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 900})
		all := loaded(t, b, dense(n))
		require.NoError(t, b.Verify(t.Context(), "acme"))
		for _, f := range []filter.Filter{
			filter.Search("n g 0 1"), filter.Search("an be lo"), filter.Search("g n 1"), filter.Search("a b 00000 3"), filter.Search("zz g"),
			filter.And(filter.Status(sessions.Pending), filter.DocumentType(sessions.ResidenceCard), filter.MatchLevel(0, 1)),
			filter.And(filter.Search("n"), filter.Not(filter.Search("g b"))),
		} {
			requireWhole(t, b, all, f)
		}
		tail := countRows(t, db, "sessionkit_companies c, sessionkit_sessions s WHERE s.company = c.company AND s.changed_seq > c.packed_seq AND c.company = ", "acme")
		require.LessOrEqual(t, tail, 900*3/2+500, "the tail")
	})
}

// TestManyValues asks for as many values as a filter may have, for every indexed field: each page
// is whole, and each count exact. For any other field, pages make progress.
func TestManyValues(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 100, Segment: 300})
		list := dense(1200)
		for i, s := range list {
			if i%2 == 0 {
				s.Subject = fmt.Sprint("subject-", i%900)
			}
		}
		all := loaded(t, b, list)
		for f, value := range map[sessions.Field]func(s *sessions.Session) string{
			sessions.FieldPersonalNumber: func(s *sessions.Session) string { return s.PersonalNumber.Value() },
			sessions.FieldDocumentNumber: func(s *sessions.Session) string { return s.DocumentNumber.Value() },
			sessions.FieldSubject:        func(s *sessions.Session) string { return s.Subject },
			sessions.FieldStatus:         func(s *sessions.Session) string { return string(s.Status) },
			sessions.FieldDocumentType:   func(s *sessions.Session) string { return string(s.DocumentType) },
			sessions.FieldSex:            func(s *sessions.Session) string { return string(s.Sex) },
			sessions.FieldDevice:         func(s *sessions.Session) string { return string(s.Device) },
		} {
			present, absent := map[string]bool{}, []string{}
			for i, s := range all.list {
				if v := value(s); v != "" && len(present) < 400 {
					present[v] = true
				}
				absent = append(absent, fmt.Sprint("none", i))
			}
			values := slices.Sorted(maps.Keys(present))
			values = append(values, absent[:512-len(values)]...)
			requireWhole(t, b, all, filter.And(filter.Is(f, values[:500]...), filter.Search("n"), filter.Not(filter.Search("g b"))))
			requireWhole(t, b, all, filter.And(filter.Not(filter.Is(f, values[:500]...)), filter.Search("g b")))
			requireWhole(t, b, all, filter.Is(f, absent[:512]...))
		}
		// Each word of a search is a value too.
		var words []filter.Filter
		for i := range 512 {
			words = append(words, filter.Search(fmt.Sprintf("%06d", i*1999)))
		}
		requireWhole(t, b, all, filter.Or(words...))
		var reasons []sessions.Reason
		for i := range 510 { // with the two words of the search, as many as a filter may have
			reasons = append(reasons, sessions.Reason(fmt.Sprint("reason-", i)))
		}
		requireWhole(t, b, all, filter.And(filter.Not(filter.FailedFor(reasons...)), filter.Search("g b")))
		requireWhole(t, b, all, filter.FailedFor(append(reasons, sessions.LowFAR, sessions.DigitalSpoof)...))
		// Other fields are decided by rows: pages make progress.
		for f, value := range map[sessions.Field]func(s *sessions.Session) string{
			sessions.FieldID:          func(s *sessions.Session) string { return s.ID },
			sessions.FieldPartner:     func(s *sessions.Session) string { return s.Partner },
			sessions.FieldFirstName:   func(s *sessions.Session) string { return s.FirstName.Value() },
			sessions.FieldLastName:    func(s *sessions.Session) string { return s.LastName.Value() },
			sessions.FieldNationality: func(s *sessions.Session) string { return s.Nationality.Value() },
			sessions.FieldClientIP:    func(s *sessions.Session) string { return s.ClientIP },
			sessions.FieldBrowser:     func(s *sessions.Session) string { return s.Browser },
			sessions.FieldOS:          func(s *sessions.Session) string { return s.OS },
			sessions.FieldModel:       func(s *sessions.Session) string { return s.Model },
		} {
			var values []string
			for i := range 256 {
				values = append(values, cmp.Or(value(all.list[4*i]), "none"), fmt.Sprint("none", i))
			}
			requireBounded(t, b, all, filter.Is(f, values...))
			requireBounded(t, b, all, filter.Is(f, slices.DeleteFunc(values, func(v string) bool { return !strings.HasPrefix(v, "none") })...))
		}
		requireBounded(t, b, all, filter.Extra("phone", slices.Repeat([]string{"1"}, 500)...))
	})
}

// requireBounded lists a selection with a small budget: each page is full, or has advanced by a
// quarter of the budget.
func requireBounded(t *testing.T, b *sqlstore.Backend, all *oracle, f filter.Filter) {
	t.Helper()
	var want, got []string
	for _, s := range all.match(f) {
		want = append(want, s.ID)
	}
	sel := store.Selection{Company: "acme", Filter: f, Limit: 50, Budget: 500}
	for pages := 0; pages == 0 || !sel.After.IsZero(); pages++ {
		require.LessOrEqual(t, pages, len(want)/50+4*len(all.list)/sel.Budget+1, "%.60s", f.Text())
		batch, err := b.List(t.Context(), sel)
		require.NoError(t, err)
		for _, s := range batch.Sessions {
			got = append(got, s.ID)
		}
		sel.After = batch.Reached
	}
	require.Equal(t, want, got, "%.60s", f.Text())
}

// TestAnyOrder stores sessions of ten years, and one of the year 1000, in random order. Maintain
// keeps segments from overlapping.
func TestAnyOrder(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 60, Segment: 200})
		random := rand.New(rand.NewPCG(4, 4))
		list := dense(2400)
		for i, s := range list {
			s.CreatedAt = start.Add(-time.Duration(random.Int64N(int64(10 * 365 * 24 * time.Hour)))).Truncate(time.Microsecond)
			if i == 1000 {
				s.CreatedAt = time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
			}
		}
		all := loaded(t, b, list)
		fs := []filter.Filter{
			filter.Search("n g 0"), filter.Status(sessions.Failed), filter.Search("000001"),
			// Few segments have all words that are read first, and some of these have none of the
			// rest.
			filter.Search("500000001 lasha b 5"), filter.Search("50000000 lasha gel 5"), filter.And(filter.Search("50000000 l 51"), filter.DocumentType(types[1], types[2])),
			filter.SearchIn(sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldPersonalNumber), "500000001 l 5 la"),
		}
		for _, f := range fs {
			requireWhole(t, b, all, f)
		}
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		require.NoError(t, b.Verify(t.Context(), "acme"))
		for _, f := range fs {
			requireWhole(t, b, all, f)
		}
		deepest := 0
		for _, line := range explain(t, db, "SELECT (SELECT count(*) FROM sessionkit_segments h WHERE h.company = g.company AND h.oldest_us < g.newest_us"+
			" AND h.newest_us >= g.newest_us) AS depth FROM sessionkit_segments g", nil) {
			depth, err := strconv.Atoi(line["depth"])
			require.NoError(t, err)
			deepest = max(deepest, depth)
		}
		require.LessOrEqual(t, deepest, 9, "segments over one instant")
		for _, year := range []int{1, 999, 1000, 1900, 9998, 9999} {
			at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
			sel := store.Selection{Company: "acme", Filter: filter.Search("n"), Limit: 50, After: sessions.Position{CreatedAt: at, ID: "x"}}
			batch, err := b.List(t.Context(), sel)
			require.NoError(t, err)
			check(t, all.match(sel.Filter), sel, batch, fmt.Sprint("behind the year ", year))
			sel.After = sessions.Position{}
			sel.Filter = filter.And(sel.Filter, filter.Between(sessions.FieldCreatedAt, at, at.AddDate(0, 11, 0)))
			batch, err = b.List(t.Context(), sel)
			require.NoError(t, err)
			check(t, all.match(sel.Filter), sel, batch, fmt.Sprint("in the year ", year))
		}
	})
}

// TestCache searches again and again with a Backend that caches postings, after everything that
// changes segments: the answers are those of Match, as they are after another database of the same
// sessions with other names has taken the place of the first.
func TestCache(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 1000, Segment: 6000})
		list := dense(4000)
		all := loaded(t, b, list)
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		fs := []filter.Filter{
			filter.Search("n g"), filter.Search("n"), filter.Search("be"), filter.Search("zu"),
			filter.SearchIn(sessions.FieldsOf(sessions.FieldFirstName), "n"), filter.Status(sessions.Success),
			filter.And(filter.Search("gi"), filter.DocumentType(types[1], types[2]), filter.Status(sessions.Failed)),
			filter.And(filter.Search("b"), filter.Not(filter.Search("nat"))),
			filter.Search("gi nobody"), filter.Search(list[7].PersonalNumber.Value()[:7]),
			filter.Is(sessions.FieldPersonalNumber, list[1].PersonalNumber.Value(), list[30].PersonalNumber.Value(), "0"),
		}
		requireAll := func() {
			t.Helper()
			for _, f := range fs {
				requireWhole(t, b, all, f)
			}
		}
		requireAll()
		requireAll()

		for i, s := range list[:300] {
			switch i % 10 {
			case 0:
				require.NoError(t, b.Redact(t.Context(), "acme", s.ID))
				s = s.Clone()
				s.RedactPerson()
			case 1:
				s = s.Clone()
				s.FirstName, s.Status = sessions.TextOf("Zurabi"), sessions.Success
				require.NoError(t, b.Update(t.Context(), s))
			default:
				continue
			}
			all.put(s)
		}
		requireAll()
		purge := store.Purge{Company: "acme", Filter: filter.SearchIn(sessions.FieldsOf(sessions.FieldFirstName), "natia")}
		n, err := b.Purge(t.Context(), purge)
		require.NoError(t, err)
		require.Equal(t, all.purge(purge), n)
		requireAll()
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		requireAll()

		for _, table := range []string{"blocks", "segments", "sessions", "companies"} {
			_, err := db.ExecContext(t.Context(), "DELETE FROM sessionkit_"+table)
			require.NoError(t, err)
		}
		for i, s := range list {
			s.FirstName, s.LastName = list[(i+1)%len(list)].LastName, list[(i+2)%len(list)].FirstName
			s.Status = []sessions.Status{sessions.Success, sessions.Failed, sessions.Pending}[i%3]
		}
		all = loaded(t, b, list)
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		requireAll()
		requireAll()
	})
}

// TestCacheSavesReading shows that a count reads fewer rows if it is asked again, and for a longer
// text than one that nobody has. Without a cache it reads as many each time. The answers are the
// same, also if the cache has room for little.
func TestCacheSavesReading(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		plain := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 1000, Segment: 6000})
		list := dense(4000)
		all := loaded(t, plain, list)
		require.NoError(t, plain.Maintain(t.Context(), "acme"))
		// This leaves a dead place.
		changed := list[40].Clone()
		changed.Attempt++
		require.NoError(t, plain.Update(t.Context(), changed))
		all.put(changed)
		for name, fs := range map[string][2]filter.Filter{
			"a prefix with a list":        {filter.Search("n")},
			"a property":                  {filter.Status(sessions.Pending)},
			"a prefix without a list":     {filter.Search(list[7].PersonalNumber.Value()[:7])},
			"a prefix that nobody has":    {filter.Search("zzz"), filter.Search("zzza")},
			"two words, one is of nobody": {filter.Search("n zzz"), filter.Search("n zzza")},
			"whole words":                 {filter.Is(sessions.FieldPersonalNumber, list[1].PersonalNumber.Value(), "0")},
			"a whole word of nobody":      {filter.Is(sessions.FieldPersonalNumber, "01")},
		} {
			again, longer := fs[0], fs[1]
			for bytes, saves := range map[int]bool{0: false, -1: false, 500: false, 10_000: true, sqlstore.DefaultCacheBytes: true} {
				var last store.Operation
				b := plain.WithCache(bytes).WithObserver(func(_ context.Context, o store.Operation) { last = o })
				require.NoError(t, b.Check(t.Context())) // of which the first count would read rows
				rows := func(f filter.Filter) int {
					n, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: f, Limit: 5000})
					require.NoError(t, err)
					require.Equal(t, len(all.match(f)), n.N, name)
					return last.RowsRead
				}
				first := rows(again)
				if bytes <= 0 {
					require.Equal(t, first, rows(again), "%s, %d", name, bytes)
				}
				if !saves {
					require.LessOrEqual(t, rows(again), first, "%s, %d", name, bytes)
					continue
				}
				require.Less(t, rows(again), first, "%s, %d", name, bytes)
				if !longer.IsZero() {
					require.Less(t, rows(longer), first, "%s, %d", name, bytes)
				}
			}
			b := plain.WithCache(0)
			requireWhole(t, b, all, again)
		}
	})
}

// backup copies all sessions and segments of a database. It returns a function that restores them.
func backup(t *testing.T, db *sql.DB) (restore func()) {
	t.Helper()
	each := func(format string) {
		t.Helper()
		for _, table := range []string{"companies", "sessions", "segments", "blocks"} {
			_, err := db.ExecContext(t.Context(), fmt.Sprintf(format, table))
			require.NoError(t, err)
		}
	}
	each("CREATE TABLE backup_%[1]s AS SELECT * FROM sessionkit_%[1]s")
	return func() {
		t.Helper()
		each("DELETE FROM sessionkit_%s")
		each("INSERT INTO sessionkit_%[1]s SELECT * FROM backup_%[1]s")
	}
}

// TestCacheOfABackup restores a backup behind a Backend that has cached postings since, and redacts
// another session than before: as many positions are dead, but not the same ones. A database that
// was damaged before the backup is restored leaves nothing wrong behind either.
func TestCacheOfABackup(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		packing := sqlstore.Packing{Tail: 1000, Segment: 6000}
		b, other := newBackend(t, e, db).WithPacking(packing), newBackend(t, e, db).WithPacking(packing)
		all := loaded(t, other, dense(3600))
		require.NoError(t, other.Maintain(t.Context(), "acme"))
		restore := backup(t, db)
		f := filter.Search("n g")
		matches := all.match(f)
		require.NoError(t, other.Redact(t.Context(), "acme", matches[3].ID))
		n, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: f, Limit: 5000})
		require.NoError(t, err)
		require.Equal(t, len(matches)-1, n.N)

		restore()
		require.NoError(t, other.Redact(t.Context(), "acme", matches[9].ID))
		gone := matches[9].Clone()
		gone.RedactPerson()
		all.put(gone)
		requireWhole(t, b, all, f)
		restore()
		all.put(matches[9])
		requireWhole(t, b, all, f)

		// Blocks are lost, and searches have noticed that or not, before the backup is restored again.
		restore()
		all = &oracle{}
		for _, s := range dense(3600) {
			all.put(s)
		}
		// It does not look at the list of "n", since nobody is left by then.
		nobody := filter.Or(filter.And(filter.Search("bb"), filter.Search("cc"), filter.Search("n")), filter.Search("dd"))
		for _, damage := range []struct {
			lost    string
			f       filter.Filter
			noticed bool
		}{{"Ln", filter.Search("n"), true}, {"Ln", nobody, false}, {"LSpending", filter.Status(sessions.Pending), true}, {"D", f, true}} {
			if damage.lost == "D" {
				require.NoError(t, other.Redact(t.Context(), "acme", matches[3].ID))
			}
			_, err := db.ExecContext(t.Context(), "DELETE FROM sessionkit_blocks WHERE name = '"+damage.lost+"'")
			require.NoError(t, err)
			b := sqlstore.New(db, dialects[e]) // has cached nothing yet
			_, err = b.Count(t.Context(), store.Selection{Company: "acme", Filter: damage.f, Limit: 5000})
			if damage.noticed {
				require.ErrorIs(t, err, sqlstore.ErrDamaged, damage.lost)
			} else {
				require.NoError(t, err, damage.lost)
			}
			restore()
			for _, f := range []filter.Filter{filter.Search("n"), filter.Status(sessions.Pending), f} {
				requireWhole(t, b, all, f)
			}
		}
	})
}

// withDead returns a company with several segments, one of which has a dead position.
func withDead(t *testing.T, e engine, db *sql.DB) (*sqlstore.Backend, *oracle) {
	t.Helper()
	b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 100, Segment: 400})
	all := loaded(t, b, dense(700))
	s := all.list[300].Clone()
	s.Status = sessions.Success
	require.NoError(t, b.Update(t.Context(), s))
	all.put(s)
	return b, all
}

// TestDamage damages one block after the other: each time a search ends with an error that names
// the block, or its answer is right, and Verify notices the damage. Repair repairs it.
func TestDamage(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b, all := withDead(t, e, db)
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		require.NoError(t, b.Verify(t.Context(), "acme"))
		damages := 0
		for i, line := range explain(t, db, "SELECT segment, name FROM sessionkit_blocks ORDER BY segment, name", nil) {
			// There are many blocks of lists and words: one in seven is damaged.
			if i%7 > 0 && strings.ContainsAny(line["name"][:1], "LW") {
				continue
			}
			damages++
			number, err := strconv.ParseInt(line["segment"], 10, 64)
			require.NoError(t, err)
			where := fmt.Sprintf(" WHERE segment = %d AND name = '%s'", number, line["name"])
			var data []byte
			require.NoError(t, db.QueryRowContext(t.Context(), "SELECT data FROM sessionkit_blocks"+where).Scan(&data))
			store := func(data []byte) {
				text, err := dialects[e].ReplacePlaceholders("UPDATE sessionkit_blocks SET data = ?" + where)
				require.NoError(t, err)
				_, err = db.ExecContext(t.Context(), text, data)
				require.NoError(t, err)
			}
			bad := slices.Clone(data)
			bad[i%len(bad)] ^= 1 << (i % 8)
			store(bad)
			var damage *sqlstore.DamageError
			require.ErrorAs(t, b.Verify(t.Context(), "acme"), &damage, line["name"])
			require.Equal(t, number, damage.Segment)
			requireNoPerson(t, damage)
			for _, f := range []filter.Filter{filter.Search("n g 0"), filter.Search("giorgi"), filter.Status(sessions.Pending)} {
				requireRightOrDamaged(t, b, all, f)
			}
			store(data)
		}
		require.Greater(t, damages, 10)
		_, err := db.ExecContext(t.Context(), "UPDATE sessionkit_blocks SET data = 'x' WHERE name LIKE 'P%'")
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), "UPDATE sessionkit_companies SET total = total + 3")
		require.NoError(t, err)
		require.ErrorIs(t, b.Verify(t.Context(), "acme"), sqlstore.ErrDamaged)
		require.NoError(t, b.Repair(t.Context(), "acme"))
		require.NoError(t, b.Verify(t.Context(), "acme"))
		requireWhole(t, b, all, filter.Search("n g 0"))

		// The company's row is older than its sessions, or missing, as after a restore table by
		// table.
		for _, damage := range []string{"UPDATE sessionkit_companies SET seq = seq - 1", "DELETE FROM sessionkit_companies"} {
			s := all.list[0].Clone()
			s.Attempt++
			require.NoError(t, b.Update(t.Context(), s))
			all.put(s)
			_, err := db.ExecContext(t.Context(), damage)
			require.NoError(t, err)
			require.ErrorIs(t, b.Verify(t.Context(), "acme"), sqlstore.ErrDamaged, damage)
			require.NoError(t, b.Repair(t.Context(), "acme"))
			require.NoError(t, b.Verify(t.Context(), "acme"), damage)
			requireWhole(t, b, all, filter.Search("n g 0"))
		}
	})
}

func requireRightOrDamaged(t *testing.T, b *sqlstore.Backend, all *oracle, f filter.Filter) {
	t.Helper()
	sel := store.Selection{Company: "acme", Filter: f, Limit: 1000}
	batch, err := b.List(t.Context(), sel)
	if err != nil {
		require.ErrorIs(t, err, sqlstore.ErrDamaged)
		requireNoPerson(t, err)
	} else {
		check(t, all.match(f), sel, batch, "damaged")
	}
	count, err := b.Count(t.Context(), sel)
	if err != nil {
		require.ErrorIs(t, err, sqlstore.ErrDamaged)
	} else {
		require.Equal(t, len(all.match(f)), count.N)
	}
}

// TestMissingDead removes the block of dead positions: no page and no count takes dead places for
// living ones.
func TestMissingDead(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b, all := withDead(t, e, db)
		_, err := db.ExecContext(t.Context(), "DELETE FROM sessionkit_blocks WHERE name = 'D'")
		require.NoError(t, err)
		require.ErrorIs(t, b.Verify(t.Context(), "acme"), sqlstore.ErrDamaged)
		for _, f := range []filter.Filter{filter.Search("n g 0"), filter.Search("giorgi"), filter.Status(sessions.Pending), filter.Not(filter.Search("zzz"))} {
			requireRightOrDamaged(t, b, all, f)
		}
		require.NoError(t, b.Repair(t.Context(), "acme"))
		require.NoError(t, b.Verify(t.Context(), "acme"))
	})
}

// TestForgottenSex redacts people whose places are dead, living, and in several segments: nothing
// states their sex any more.
func TestForgottenSex(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(tiny)
		list := persons(7)
		for i, s := range list {
			s.Sex = []sessions.Sex{sessions.Female, sessions.Male, "other"}[i%3]
			require.NoError(t, b.Insert(t.Context(), s))
		}
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		require.Positive(t, countRows(t, db, "sessionkit_blocks WHERE name LIKE 'LX_%' AND company = ", "acme"))
		list[1].Status = sessions.Success
		require.NoError(t, b.Update(t.Context(), list[1]))
		for _, s := range list {
			require.NoError(t, b.WithPacking(sqlstore.Packing{Tail: -1}).Redact(t.Context(), "acme", s.ID))
			require.NoError(t, b.Verify(t.Context(), "acme"))
		}
		require.Zero(t, countRows(t, db, "sessionkit_blocks WHERE name LIKE 'LX_%' AND company = ", "acme"))
	})
}

// TestEverybodyForgotten takes a name from everybody who has it, which has a list of its own or
// shares one with a name that they keep. Nothing looks damaged after that.
func TestEverybodyForgotten(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		for _, c := range []struct{ before, after func(i int) string }{
			{func(int) string { return "Nino" }, func(int) string { return "Zaza" }},
			{func(i int) string { return fmt.Sprintf("Giorgi Gela%04d", i) }, func(i int) string { return fmt.Sprintf("George Gela%04d", i) }},
		} {
			b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: -1}).WithCache(0)
			list := called(1550, c.before)
			for _, s := range list {
				s.Company = "acme-" + c.after(0)
			}
			all := loaded(t, b, list)
			company := list[0].Company
			require.NoError(t, b.Maintain(t.Context(), company))
			var states []store.Versioned
			for i, s := range list[20:] {
				s.FirstName = sessions.TextOf(c.after(i))
				states = append(states, store.Versioned{Session: s, Version: 1})
				all.put(s)
			}
			results, err := b.Put(t.Context(), states...)
			require.NoError(t, err)
			for _, r := range results {
				require.NoError(t, r.Err)
			}
			for _, f := range []filter.Filter{filter.Search("n"), filter.Search("nino"), filter.Search("g"), filter.Is(sessions.FieldFirstName, "Nino"), filter.Search("gi")} {
				n, err := b.Count(t.Context(), store.Selection{Company: company, Filter: f})
				require.NoError(t, err, f.Text())
				require.Equal(t, len(all.match(f)), n.N, f.Text())
			}
			require.NoError(t, b.Verify(t.Context(), company))
			require.NoError(t, b.Maintain(t.Context(), company))
			require.NoError(t, b.Verify(t.Context(), company))
		}
	})
}

// TestDoubtfulTies reads the pages of a filter that only rows can decide, with segments that
// overlap and have sessions of the same instants. Wherever a budget ends between these, none is
// skipped.
func TestDoubtfulTies(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		const n, segments = 500, 3
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: n})
		var all oracle
		for k := range segments {
			list := persons(n)
			for i, s := range list {
				s.ID = fmt.Sprintf("%d-%04d", (i+k)%segments, i)
				if (i+k)%7 == 0 || i == 5 {
					var err error
					s.Extra, err = sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: "5"})
					require.NoError(t, err)
				}
				all.put(s)
			}
			require.NoError(t, b.Insert(t.Context(), list...))
		}
		require.Equal(t, segments, countRows(t, db, "sessionkit_segments WHERE company = ", "acme"))
		for _, budget := range []int{1, 2, 7, 100, 1030} {
			sel := store.Selection{Company: "acme", Filter: filter.Extra("phone", "5"), Limit: 50, Budget: budget}
			var got []*sessions.Session
			for page := 0; ; page++ {
				require.Less(t, page, n*segments, "budget %d", budget)
				batch, err := b.List(t.Context(), sel)
				require.NoError(t, err)
				got = append(got, batch.Sessions...)
				if sel.After = batch.Reached; sel.After.IsZero() {
					break
				}
			}
			require.Equal(t, ids(all.match(sel.Filter)), ids(got), "budget %d", budget)
		}
	})
}

func ids(list []*sessions.Session) (all []string) {
	for _, s := range list {
		all = append(all, s.ID)
	}
	return all
}

// TestExchanged exchanges the blocks of two segments that are alike: each block is whole, and in
// the wrong place.
func TestExchanged(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 1000, Segment: 1000})
		all := loaded(t, b, dense(2000))
		for _, names := range []string{"P%", "L%", "W%"} {
			numbers := explain(t, db, "SELECT segment FROM sessionkit_segments ORDER BY segment", nil)
			require.Len(t, numbers, 2)
			one, other := numbers[0]["segment"], numbers[1]["segment"]
			for _, move := range [][2]string{{one, "0"}, {other, one}, {"0", other}} {
				_, err := db.ExecContext(t.Context(), "UPDATE sessionkit_blocks SET segment = "+move[1]+" WHERE segment = "+move[0]+" AND name LIKE '"+names+"'")
				require.NoError(t, err)
			}
			var damage *sqlstore.DamageError
			require.ErrorAs(t, b.Verify(t.Context(), "acme"), &damage)
			for _, f := range []filter.Filter{filter.Search("n g 0"), filter.Search("giorgi"), filter.Status(sessions.Pending)} {
				requireRightOrDamaged(t, b, all, f)
			}
			require.NoError(t, b.Repair(t.Context(), "acme"))
			require.NoError(t, b.Verify(t.Context(), "acme"))
		}
	})
}

// TestWritersPackInParts requires that a writer that finds a tail that was never packed packs a
// part of it, so that its caller does not wait for the rest, and nothing while its keys are being
// rebuilt.
func TestWritersPackInParts(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		newBackend(t, e, db) // makes the tables
		unpacked := func() int {
			return countRows(t, db, "sessionkit_companies c, sessionkit_sessions s WHERE s.company = c.company AND s.changed_seq > c.packed_seq AND c.company = ", "acme")
		}
		ours := backendOf(db, e, nil, sqlstore.Packing{Tail: 10})
		require.NoError(t, backendOf(db, e, nil, sqlstore.Packing{Tail: -1}).Insert(t.Context(), dense(199)...))
		fresh := persons(302)[300:]
		require.NoError(t, ours.Insert(t.Context(), fresh[0]))
		require.Equal(t, 200-8*10, unpacked())

		// A version below 0 is a claim: another process is rebuilding the keys.
		claim := -(int64(searchkey.Version)<<32 | 7)
		_, err := db.ExecContext(t.Context(), fmt.Sprint("UPDATE sessionkit_companies SET packed_seq = 0, seq = 209, search_key = ", claim))
		require.NoError(t, err)
		require.NoError(t, ours.Insert(t.Context(), fresh[1]))
		require.Equal(t, 201, unpacked())
		require.NoError(t, ours.Repair(t.Context(), "acme"))
		require.NoError(t, ours.Verify(t.Context(), "acme"))
		require.Less(t, unpacked(), 10)
	})
}
