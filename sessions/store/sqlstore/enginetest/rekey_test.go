package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/keys"
)

// The keys of an SDK with another version of search keys. A search that trusts them does not find
// the sessions that match, but others.
var (
	olderKeys = &keys.Keys{Version: searchkey.Version - 1, Respell: respell("")}
	newerKeys = &keys.Keys{Version: searchkey.Version + 1, Respell: respell("q")}
)

// respell reverses the texts of search, and puts another text before them.
func respell(with string) func(*sessions.Session) *sessions.Session {
	return func(s *sessions.Session) *sessions.Session {
		s = s.Clone()
		for _, text := range []*sessions.Text{&s.FirstName, &s.LastName, &s.PersonalNumber, &s.DocumentNumber} {
			if text.State() == sessions.Known {
				runes := []rune(strings.ToValidUTF8(text.Value(), ""))
				slices.Reverse(runes)
				*text = sessions.TextOf(with + string(runes))
			}
		}
		return s
	}
}

var keysMu sync.Mutex

// backendOf returns a Backend of an SDK with other keys, whose searches are not to be checked, or
// one of this SDK if k is nil. A test that needs both makes both with this function, since they are
// used at the same time.
func backendOf(db *sql.DB, e engine, k *keys.Keys, p sqlstore.Packing) *sqlstore.Backend {
	keysMu.Lock()
	defer keysMu.Unlock()
	keys.Other.Store(k)
	defer keys.Other.Store(nil)
	return sqlstore.New(db, dialects[e]).WithPacking(p)
}

// versionsOf returns the version of the search keys that a company states, and those of its
// segments.
func versionsOf(t require.TestingT, db *sql.DB, company string) (stated int64, segments []int64) {
	company = "'" + strings.ReplaceAll(company, "'", "''") + "'"
	require.NoError(t, db.QueryRow("SELECT search_key FROM sessionkit_companies WHERE company = "+company).Scan(&stated))
	rows, err := db.Query("SELECT search_key FROM sessionkit_segments WHERE company = " + company)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int64
		require.NoError(t, rows.Scan(&n))
		segments = append(segments, n)
	}
	require.NoError(t, rows.Err())
	return stated, segments
}

// TestRekeyModel is TestModel with two versions of search keys that write at the same time: that of
// this package, and an earlier or a later one. This package finds every session, whichever version
// wrote it, and no others. After each commit everything that is stored has to agree with the
// version that it states.
func TestRekeyModel(t *testing.T) {
	for _, e := range presentEngines(t) {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			db := open(t, e)
			ours := newBackend(t, e, db).WithPacking(tiny)
			mixed := 0
			rapid.Check(t, func(t *rapid.T) {
				otherKeys := rapid.SampledFrom([]*keys.Keys{olderKeys, newerKeys}).Draw(t, "other keys")
				other := backendOf(db, e, otherKeys, tiny)
				company := uuid.NewString()
				var all oracle
				number := 0
				for range rapid.IntRange(1, 20).Draw(t, "steps") {
					b := rapid.SampledFrom([]*sqlstore.Backend{ours, other}).Draw(t, "who")
					switch step := rapid.IntRange(0, 9).Draw(t, "step"); step {
					case 0, 1, 2, 3, 4, 5:
						all.change(t, b, company, &number, step)
					case 6:
						require.NoError(t, b.Maintain(t.Context(), company))
					default:
						sel := store.Selection{
							Company: company, Filter: filters().Draw(t, "filter"), Limit: rapid.SampledFrom([]int{1, 2, 5, 50}).Draw(t, "limit"),
							Budget: rapid.SampledFrom([]int{0, 0, 1, 7, 40, 50000}).Draw(t, "budget"),
						}
						requireAnswers(t, ours, &all, sel)
						continue
					}
					// Each verifies the words that it understands.
					require.NoError(t, ours.Verify(t.Context(), company))
					require.NoError(t, other.Verify(t.Context(), company))
					if len(all.list) > 0 {
						if stated, _ := versionsOf(t, db, company); stated == 0 {
							mixed++
						}
					}
				}
				if len(all.list) == 0 {
					return
				}
				// The newer version rebuilds everything, and no word or key of the other is left.
				newest, version := ours, int64(searchkey.Version)
				if otherKeys == newerKeys {
					newest, version = other, newerKeys.Version
				}
				require.NoError(t, newest.Maintain(t.Context(), company))
				stated, segments := versionsOf(t, db, company)
				require.Equal(t, version, stated)
				for _, n := range segments {
					require.Equal(t, version, n)
				}
				require.NoError(t, newest.Verify(t.Context(), company))
				sel := store.Selection{Company: company, Filter: filter.Search("a"), Limit: 50}
				requireAnswers(t, ours, &all, sel)
				batch, err := ours.List(t.Context(), sel)
				require.NoError(t, err)
				require.Equal(t, newest != ours, batch.Rekeying)
				count, err := ours.Count(t.Context(), sel)
				require.NoError(t, err)
				require.Equal(t, newest != ours, count.Rekeying)
			})
			t.Logf("%d times a company had keys of two versions", mixed)
			require.Positive(t, mixed)
		})
	}
}

// TestRekeyIsKilled repeatedly kills a process that rebuilds search keys, with SIGKILL, while
// processes of this version and of the one before search and write. Every session is found each
// time, everything that is stored agrees, and in the end all keys are of this version. With
// SESSIONKIT_FULL_SIZE it has more sessions.
func TestRekeyIsKilled(t *testing.T) {
	packing := sqlstore.Packing{Tail: 100, Segment: 300}
	if db, e := toBeKilled(t); db != nil {
		b := sqlstore.New(db, dialects[e]).WithPacking(packing)
		require.NoError(t, b.Check(t.Context()))
		fmt.Println(atWork)
		require.NoError(t, b.Maintain(t.Context(), "acme"))
		return
	}
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		newBackend(t, e, db) // makes the tables
		ours := backendOf(db, e, nil, packing)
		older := backendOf(db, e, olderKeys, packing)
		// As many as the budget of requireWhole suffices for.
		all := loaded(t, older, dense(size(900, 6_000)))
		random := rand.New(rand.NewPCG(9, 9))
		isOurs := func() bool {
			stated, _ := versionsOf(t, db, "acme")
			return stated == searchkey.Version
		}
		write := func(b *sqlstore.Backend) {
			s := person(10_000 + len(all.list))
			if random.IntN(2) == 0 {
				s = all.list[random.IntN(len(all.list))].Clone()
				s.LastName = sessions.TextOf(names[random.IntN(len(names))])
				require.NoError(t, b.Update(t.Context(), s))
			} else {
				require.NoError(t, b.Insert(t.Context(), s))
			}
			all.put(s)
		}
		killed := 0
		within := 5 * time.Millisecond
		for round := 0; !isOurs(); round++ {
			wasKilled := killedWithin(t, e, db, within, func() {
				write(ours)
				if round < 4 { // the last process of the version before has not ended
					write(older)
					require.NoError(t, older.Maintain(t.Context(), "acme"))
				}
				requireWhole(t, ours, all, filter.Search("n g 0"))
			})
			if wasKilled {
				killed++
			}
			// Each process gets more time, so that the last one completes.
			within = within * 3 / 2
			require.Eventually(t, func() bool { return ours.Verify(t.Context(), "acme") == nil }, time.Minute, 10*time.Millisecond)
			require.NoError(t, older.Verify(t.Context(), "acme"))
			requireWhole(t, ours, all, filter.Search("g"))
		}
		t.Logf("killed %d times", killed)
		require.Positive(t, killed)
		_, segments := versionsOf(t, db, "acme")
		for _, n := range segments {
			require.EqualValues(t, searchkey.Version, n)
		}
		require.NoError(t, ours.Verify(t.Context(), "acme"))
		count, err := ours.Count(t.Context(), store.Selection{Company: "acme", Filter: filter.Search("g"), Limit: 1})
		require.NoError(t, err)
		require.False(t, count.Rekeying)
	})
}

// TestRekeyAgainstEachOther lets the version before rebuild the keys of the same rows between two
// parts of this one's work, and end in the middle. Neither version takes a key of the other for its
// own.
func TestRekeyAgainstEachOther(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, _ *sql.DB) {
		c := newDatabase(t, e)
		between, end := &breaker{Connector: c}, &breaker{Connector: c}
		packing := sqlstore.Packing{Tail: -1}
		newBackend(t, e, connect(t, c))
		ours := backendOf(connect(t, between), e, nil, packing)
		older := backendOf(connect(t, end), e, olderKeys, packing)
		all := loaded(t, older, dense(300))
		fresh := person(1000)
		require.NoError(t, ours.Insert(t.Context(), fresh))
		all.put(fresh)
		hold := "search_key\nFROM sessionkit_companies\nWHERE company"
		if e == sqlite { // SQLite needs to write to hold
			hold = "SET seq = seq"
		}
		ended := false
		between.arm(hold, 1, func(driver.Conn) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			end.arm("INSERT INTO sessionkit_blocks", 0, func(driver.Conn) { cancel() })
			ended = older.Maintain(ctx, "acme") != nil
		})
		require.NoError(t, ours.Maintain(t.Context(), "acme"))
		require.True(t, ended)
		stated, segments := versionsOf(t, connect(t, c), "acme")
		require.EqualValues(t, searchkey.Version, stated)
		for _, n := range segments {
			require.EqualValues(t, searchkey.Version, n)
		}
		require.NoError(t, ours.Verify(t.Context(), "acme"))
		requireWhole(t, ours, all, filter.Search("n g 0"))
	})
}

// TestRekeyLongTail searches a company whose sessions have keys of another version. They were never
// packed, as after the migrations from the first version, or only one half of them was. The budget
// bounds a page and a count, each page makes progress, and together the pages are those of Match.
func TestRekeyLongTail(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		newBackend(t, e, db) // makes the tables
		list := dense(2*walkedTailChanges + 500)
		older := backendOf(db, e, olderKeys, sqlstore.Packing{Tail: -1})
		ours := backendOf(db, e, nil, sqlstore.Packing{Tail: -1})
		all := new(oracle)
		// Each part is of all times.
		for _, part := range [][]*sessions.Session{list[:len(list)/2], list[len(list)/2:]} {
			require.NoError(t, ours.Maintain(t.Context(), "acme"))
			require.NoError(t, older.Insert(t.Context(), clones(part)...))
			all.list = append(all.list, part...)
			slices.SortFunc(all.list, (*sessions.Session).Compare)
			const budget = 2_000
			for _, f := range []filter.Filter{filter.Search("nino ber 0"), filter.Search("zz"), filter.And(filter.MatchLevel(0, 1), filter.Search("g"))} {
				matches := all.match(f)
				var got []string
				sel := store.Selection{Company: "acme", Filter: f, Limit: 50, Budget: budget}
				for page := 0; ; page++ {
					require.LessOrEqual(t, page, len(all.list)/50+len(all.list)*4/budget+1, "pages get on")
					batch, err := ours.List(t.Context(), sel)
					require.NoError(t, err)
					require.True(t, batch.Rekeying)
					got = append(got, ids(batch.Sessions)...)
					if sel.After = batch.Reached; sel.After.IsZero() {
						break
					}
				}
				require.Equal(t, ids(matches), got, "%d sessions: %s", len(all.list), f.Text())
				count, err := ours.Count(t.Context(), store.Selection{Company: "acme", Filter: f, Budget: budget})
				require.NoError(t, err)
				require.False(t, count.Exact)
				require.LessOrEqual(t, count.N, len(matches))
				count, err = ours.Count(t.Context(), store.Selection{Company: "acme", Filter: f})
				require.NoError(t, err)
				require.Equal(t, store.Count{N: len(matches), Exact: true, Rekeying: true}, count)
				for _, most := range []int{budget, 0} {
					rows, exact, err := ours.Tally(t.Context(), store.Selection{Company: "acme", Filter: f, Budget: most})
					require.NoError(t, err)
					require.True(t, exact || most > 0)
					n := 0
					for _, r := range rows {
						n += r.N
					}
					require.LessOrEqual(t, n, len(matches))
					require.True(t, !exact || n == len(matches), "%d of %d", n, len(matches))
				}
			}
		}
	})
}

// walkedTailChanges is the length beyond which sqlstore reads such a tail in the order of the
// list.
const walkedTailChanges = 4_000

// TestRekeyBehindASnapshot lets another version rebuild the keys of the same rows after a snapshot
// of them was read, and before they are claimed or packed, and end in the middle. The keys that
// were read are out of date then.
func TestRekeyBehindASnapshot(t *testing.T) {
	const claims, packs = "search_key\nFROM sessionkit_companies\nWHERE company", "INSERT INTO sessionkit_blocks"
	eachEngine(t, func(t *testing.T, e engine, _ *sql.DB) {
		c := newDatabase(t, e)
		between, end := &breaker{Connector: c}, &breaker{Connector: c}
		plain := connect(t, c)
		newBackend(t, e, plain)
		ours := backendOf(connect(t, between), e, nil, sqlstore.Packing{Tail: 200})
		writer := backendOf(plain, e, nil, sqlstore.Packing{Tail: -1})
		packer := backendOf(plain, e, nil, sqlstore.Packing{Tail: 20, Segment: 35})
		others := connect(t, end)
		for _, test := range []struct {
			company string
			other   *keys.Keys
			before  string // the statement of ours
			load    func(b, other *sqlstore.Backend, all []*sessions.Session) error
			write   bool // the other one writes then
		}{
			{"a tail of two versions", olderKeys, claims, func(b, other *sqlstore.Backend, all []*sessions.Session) error {
				return errors.Join(other.Insert(t.Context(), all[:120]...), b.Insert(t.Context(), all[120:]...))
			}, false},
			{"a tail of this version", olderKeys, packs, func(b, _ *sqlstore.Backend, all []*sessions.Session) error {
				return b.Insert(t.Context(), all...)
			}, true},
			{"segments of this version", newerKeys, packs, func(_, _ *sqlstore.Backend, all []*sessions.Session) error {
				for part := range slices.Chunk(all, 35) {
					if err := errors.Join(packer.Insert(t.Context(), part...), packer.Maintain(t.Context(), part[0].Company)); err != nil {
						return err
					}
				}
				return nil
			}, false},
		} {
			other := backendOf(others, e, test.other, sqlstore.Packing{Tail: -1})
			all := dense(141)
			for _, s := range all {
				s.Company = test.company
			}
			require.NoError(t, test.load(writer, other, all[:140]), test.company)
			before := test.before
			if e == sqlite && before == claims { // SQLite needs to write to hold
				before = "SET seq = seq"
			}
			ended := false
			between.arm(before, 0, func(driver.Conn) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.write {
					require.NoError(t, other.Insert(ctx, all[140]))
				}
				end.arm(packs, 0, func(driver.Conn) { cancel() })
				ended = other.Maintain(ctx, test.company) != nil
			})
			require.NoError(t, ours.Maintain(t.Context(), test.company), test.company)
			require.True(t, ended, test.company)
			require.NoError(t, ours.Verify(t.Context(), test.company), test.company)
			require.NoError(t, other.Verify(t.Context(), test.company), test.company)
		}
	})
}
