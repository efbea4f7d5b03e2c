package segment

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

var (
	names    = []string{"გიორგი", "Giorgi", "Nino", "ბერიძე", "José", "Anna-Maria", "O'Neill", "Li", "李小龙", "Дмитрий", "ჱ", ""}
	statuses = []sessions.Status{sessions.Success, sessions.Failed, sessions.Pending, "expired"}
	types    = []sessions.DocumentType{"", sessions.Passport, sessions.IDCard, "Weird type"}
	reasons  = []sessions.Reason{sessions.DigitalSpoof, sessions.NotFullID, sessions.LowFAR, `odd|\reason`}
	start    = time.Date(2026, 3, 14, 21, 30, 0, 0, time.UTC)
)

func pick[T any](r *rand.Rand, pool []T) T { return pool[r.IntN(len(pool))] }

func randomSession(r *rand.Rand, n int) *sessions.Session {
	s := &sessions.Session{
		ID: fmt.Sprintf("id-%05d", n), Company: "acme", Status: pick(r, statuses), DocumentType: pick(r, types),
		CreatedAt: start.Add(time.Duration(r.IntN(1+n)) * time.Millisecond),
		FirstName: sessions.TextOf(pick(r, names)), LastName: sessions.TextOf(pick(r, names) + fmt.Sprint(" x", r.IntN(500))),
	}
	if r.IntN(4) > 0 {
		s.PersonalNumber = sessions.TextOf(fmt.Sprintf("%011d", r.IntN(1_000_000)))
		s.DocumentNumber = sessions.TextOf(fmt.Sprintf("%02dAB-%05d", r.IntN(100), r.IntN(100_000)))
	}
	if r.IntN(3) == 0 {
		s.Subject = fmt.Sprint("person-", r.IntN(50))
	}
	if s.Status == sessions.Failed {
		s.Reasons = []sessions.Reason{pick(r, reasons)}
		if other := pick(r, reasons); other != s.Reasons[0] {
			s.Reasons = append(s.Reasons, other)
		}
	}
	if r.IntN(2) == 0 {
		s.Match = sessions.Match{Compared: true, Level: far.Level(r.IntN(8)), Scale: far.Kvalifika.Name()}
	}
	s.Liveness, s.DocumentPresented = pick(r, []sessions.Liveness{0, 1, 2}), r.IntN(2) == 0
	if r.IntN(3) == 0 {
		s.Match.Acceptance = far.Level(r.IntN(8))
	}
	s.Normalize()
	return s
}

// world is a segment, its sessions from the oldest to the newest, and a table of its blocks.
type world struct {
	list  []*sessions.Session
	built Built
	table []Block
}

func newWorld(r *rand.Rand, n int) *world {
	w := &world{}
	for i := range n {
		w.list = append(w.list, randomSession(r, i))
	}
	w.build()
	return w
}

// build builds the segment.
func (w *world) build() {
	slices.SortFunc(w.list, func(a, b *sessions.Session) int { return b.Compare(a) })
	b := NewBuilder(7, len(w.list))
	for i, s := range w.list {
		b.Add(s, int64(i*3))
	}
	w.built = b.Build()
	w.table = w.built.Blocks
}

func compareKey(b Block, key string) int { return strings.Compare(b.Key, key) }

func (w *world) open(t testing.TB) *Segment {
	s, err := Open(7, w.built.N, w.built.Oldest, w.built.Newest)
	require.NoError(t, err)
	return s
}

func (w *world) put(t testing.TB, s *Segment, keys ...string) {
	for _, key := range keys {
		if i, ok := slices.BinarySearchFunc(w.table, key, compareKey); ok {
			require.NoError(t, s.Put(key, w.table[i].Data))
		}
	}
}

// putNext puts, for each key, the first block whose key is not less, as an index finds it.
func (w *world) putNext(t testing.TB, s *Segment, keys ...string) {
	for _, key := range keys {
		i, _ := slices.BinarySearchFunc(w.table, key, compareKey)
		for _, b := range w.table[i:min(i+1, len(w.table))] {
			require.NoError(t, s.Put(b.Key, b.Data))
		}
	}
}

// load puts the blocks that the query asks for.
func (w *world) load(t testing.TB, s *Segment, q *Query, oldest, newest int64) error {
	w.put(t, s, q.Hashes([]*Segment{s}, q.Words())...)
	w.put(t, s, q.Keys(oldest > s.Oldest || newest < s.Newest)...)
	rest, err := q.Rest(s, oldest, newest)
	if err != nil {
		return err
	}
	w.put(t, s, rest.Blocks...)
	w.putNext(t, s, rest.Next...)
	for range MoreRounds {
		w.putNext(t, s, q.More(s)...)
	}
	return nil
}

func (w *world) evaluate(t testing.TB, q *Query, oldest, newest int64) ([]Result, *Segment, error) {
	s := w.open(t)
	if err := w.load(t, s, q, oldest, newest); err != nil {
		return nil, s, err
	}
	results, err := q.Evaluation().Evaluate(s, oldest, newest)
	return results, s, err
}

func randomFilter(r *rand.Rand, depth int) filter.Filter {
	parts := func() (list []filter.Filter) {
		for range r.IntN(4) {
			list = append(list, randomFilter(r, depth+1))
		}
		return list
	}
	if depth < 3 {
		switch r.IntN(8) {
		case 0:
			return filter.Not(randomFilter(r, depth+1))
		case 1:
			return filter.Or(parts()...)
		case 2, 3:
			return filter.And(parts()...)
		}
	}
	switch r.IntN(10) {
	case 0:
		return filter.Status(pick(r, statuses), pick(r, statuses))
	case 1:
		return filter.DocumentType(pick(r, types))
	case 2:
		return filter.FailedFor(pick(r, reasons), pick(r, reasons))
	case 3:
		return filter.FailedForAt([]far.Level{0, far.Level(r.IntN(8))}, sessions.LowFAR, pick(r, reasons))
	case 4:
		return filter.MatchLevel(filter.NotCompared+far.Level(r.IntN(9)), far.Level(r.IntN(8)))
	case 5:
		return filter.Is(sessions.FieldSubject, fmt.Sprint("person-", r.IntN(50)), "nobody")
	case 6:
		return filter.Is(sessions.FieldPersonalNumber, fmt.Sprintf("%011d", r.IntN(1_000_000)), "---")
	case 7:
		from := start.Add(time.Duration(r.IntN(3000)) * time.Millisecond)
		return filter.Between(sessions.FieldCreatedAt, from, from.Add(time.Duration(r.IntN(2000))*time.Millisecond))
	case 8:
		return pick(r, []filter.Filter{
			filter.Extra("phone", "1"), filter.Is(sessions.FieldSubject, "person-1", ""), filter.AtLeast(sessions.FieldMatchLevel, 3),
			filter.Is(sessions.FieldLiveness, "passed"), filter.Is(sessions.FieldFirstName, "Giorgi", "გიორგი"), filter.Is(sessions.FieldDocumentPresented, "true"),
			filter.AtMost(sessions.FieldAcceptanceLevel, 5), filter.Is(sessions.FieldOS, "iOS"), filter.Is(sessions.FieldAcceptanceLevel, ""),
		})
	}
	var words []string
	for range 1 + r.IntN(2) {
		word := []rune(pick(r, append(names[:len(names)-1:len(names)-1], "01", "0000", "x", "x1", "ab", fmt.Sprintf("%05d", r.IntN(100_000)))))
		words = append(words, string(word[:1+r.IntN(len(word))]))
	}
	if r.IntN(2) == 0 {
		return filter.SearchIn(sessions.FieldsOf(pick(r, searched[:]), pick(r, searched[:])), strings.Join(words, " "))
	}
	return filter.Search(strings.Join(words, " "))
}

func requireEvaluates(t testing.TB, w *world, filters []filter.Filter, oldest, newest int64) {
	q := Compile(filters...)
	results, s, err := w.evaluate(t, q, oldest, newest)
	require.NoError(t, err)
	requireMatches(t, w, q, filters, results, s, oldest, newest)
}

func requireMatches(t testing.TB, w *world, q *Query, filters []filter.Filter, results []Result, s *Segment, oldest, newest int64) {
	for k, f := range filters {
		for i, session := range w.list {
			us := session.CreatedAt.UnixMicro()
			want := f.Match(session) && us >= oldest && us <= newest && !s.Dead().Has(i)
			sure, doubtful := results[k].Sure.Has(i), results[k].Doubtful.Has(i)
			require.False(t, sure && !want || want && !sure && !doubtful || sure && doubtful || doubtful && q.Exact(),
				"%s at %d: want %v, sure %v, doubtful %v", f.Text(), i, want, sure, doubtful)
		}
	}
}

// TestEvaluate compares random filters over random segments with Match. A few positions are dead.
func TestEvaluate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 63, 64, 65, 511, 513, 3000} {
		w := newWorld(r, n)
		if n > 100 {
			block := w.open(t).Bury(0, 17, n-1)
			i, _ := slices.BinarySearchFunc(w.table, block.Key, compareKey)
			w.table = slices.Insert(w.table, i, block)
		}
		for range 60 {
			var filters []filter.Filter
			for range 1 + r.IntN(3) {
				filters = append(filters, randomFilter(r, 0))
			}
			oldest, newest := w.built.Oldest-1, w.built.Newest
			if r.IntN(2) == 0 {
				oldest += r.Int64N(1 + newest - oldest)
				newest -= r.Int64N(1 + newest - oldest)
			}
			requireEvaluates(t, w, filters, oldest, newest)
		}
	}
}

// findings has what evaluations have found out about the terms and words of one segment.
type findings struct {
	postings map[string][]byte // by key
	words    map[string]bool
}

// add adds what an evaluation of a query has found out over a segment of which the blocks were put.
func (f *findings) add(t testing.TB, s *Segment, q *Query) {
	collected := s.Collected()
	for _, key := range q.Keys(true) {
		if !IsList(key) {
			continue
		}
		_, listed := s.lists[key]
		require.Equal(t, !listed && !isProperty(key[1:]), slices.Contains(collected, key), key)
		f.postings[key] = s.Postings(key)
		require.NotNil(t, f.postings[key], key)
	}
	for _, w := range q.Words() {
		f.words[w] = s.HasWord(w)
	}
}

// find returns the postings of a term: its own, or those of a shorter prefix that no session has.
func (f *findings) find(key string) (postings []byte, inferred bool) {
	if postings, ok := f.postings[key]; ok {
		return postings, false
	}
	for shorter := range ShorterPrefixes(key) {
		if postings := f.postings[shorter]; postings != nil && IsEmpty(postings) {
			return postings, true
		}
	}
	return nil, false
}

// load puts what was found, and only those blocks that the query needs besides.
func (f *findings) load(t testing.TB, w *world, s *Segment, q *Query, oldest, newest int64) (put, inferred int) {
	requireNothingKnown(t, s, q)
	var unknown []string
	for _, word := range q.Words() {
		if has, ok := f.words[word]; ok {
			s.PutWord(word, has)
			require.Equal(t, has, s.HasWord(word))
		} else {
			unknown = append(unknown, word)
		}
	}
	w.put(t, s, q.Hashes([]*Segment{s}, unknown)...)
	// Whether all prefixes were found, and the terms whose postings by field are of the same moment.
	all, fields := true, slices.Clone(q.Words())
	for _, key := range q.Keys(oldest > s.Oldest || newest < s.Newest) {
		postings, isInferred := f.find(key)
		all = all && (postings != nil || !IsList(key) || isProperty(key[1:]))
		if postings == nil || q.NeedsFields(key, postings) {
			w.put(t, s, key)
			fields = append(fields, key[1:])
			continue
		}
		s.PutPostings(key, postings)
		if put++; isInferred {
			inferred++
		}
	}
	rest, err := q.Rest(s, oldest, newest)
	require.NoError(t, err)
	for _, key := range rest.Blocks {
		require.True(t, key[:1] != keyFields || slices.Contains(fields, key[1:]), "NeedsFields has not said so")
	}
	w.put(t, s, rest.Blocks...)
	w.putNext(t, s, rest.Next...)
	if all {
		require.LessOrEqual(t, len(rest.Next), len(q.Words()), "only whole words need the dictionary")
		require.Empty(t, q.More(s))
	}
	for range MoreRounds {
		w.putNext(t, s, q.More(s)...)
	}
	return put, inferred
}

// requireNothingKnown shows that the segment knows none of the terms and words of a query.
func requireNothingKnown(t testing.TB, s *Segment, q *Query) {
	t.Helper()
	for _, key := range q.Keys(true) {
		require.True(t, !IsList(key) || s.Postings(key) == nil, key)
	}
	require.False(t, slices.ContainsFunc(q.Words(), s.HasWord))
}

// TestPutPostings evaluates random filters over a segment of which the blocks were put, and over one
// of which only that was put that earlier evaluations have found out. Both give the same.
func TestPutPostings(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 2))
	put, inferred, words := 0, 0, map[bool]int{}
	for _, n := range []int{1, 65, 700, 3000} {
		w := newWorld(r, n)
		if n > 100 {
			w.apply(Edit{DeadKey, w.open(t).Bury(0, 17, n-1)})
		}
		f := findings{map[string][]byte{}, map[string]bool{}}
		for range 150 {
			filters := []filter.Filter{randomFilter(r, 0), randomFilter(r, 2)}
			// Nobody may have the last of these letters, or one person.
			person := pick(r, w.list[:min(n, 20)])
			for _, text := range []string{pick(r, []string{"ginza", "7733", "ბეტა", "李白", "nq"}), person.LastName.Value()} {
				if typed := []rune(text); r.IntN(2) == 0 {
					filters = append(filters, filter.Search(string(typed[:1+r.IntN(len(typed))])+" g"))
				}
			}
			oldest, newest := w.built.Oldest-int64(r.IntN(2)), w.built.Newest-r.Int64N(2)
			if newest < oldest {
				continue
			}
			q := Compile(filters...)
			want, s, err := w.evaluate(t, q, oldest, newest)
			require.NoError(t, err)
			for _, word := range q.Words() {
				words[s.HasWord(word)]++
			}
			// First with what the ones before have found, then with all that this one has.
			for round := range 2 {
				again := w.open(t)
				p, i := f.load(t, w, again, q, oldest, newest)
				put, inferred = put+p, inferred+i
				got, err := q.Evaluation().Evaluate(again, oldest, newest)
				require.NoError(t, err)
				require.Equal(t, want, got)
				require.True(t, round == 0 || again.Collected() == nil, "all were put")
				again.Release()
				requireNothingKnown(t, again, q)
				f.add(t, s, q)
			}
		}
	}
	require.Greater(t, put, 1000)
	require.Greater(t, inferred, 20)
	require.Greater(t, words[true], 20)
	require.Greater(t, words[false], 20)
}

// TestOrCollected shows that data are refused that are not postings of a segment of eight sessions:
// positions outside of it, too many of them, and data that end too early, also those of a field
// that is not looked at.
func TestOrCollected(t *testing.T) {
	for _, data := range [][]byte{{1 << 3, 8}, {2 << 3, 0, 7}, {9<<3 | 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {2 << 3, 1}, {2<<3 | 1, 1}, {0x80}, {1 << 3, 0x80}} {
		require.False(t, orCollected(newBits(8), 8, append([]byte{0}, data...), 1), "%v", data)
	}
	set := newBits(8)
	require.True(t, orCollected(set, 8, []byte{0, 1 << 3, 7, 1<<3 | 1, 4, 2 << 3, 0, 1}, 1))
	require.Equal(t, []int{0, 2, 7}, slices.Collect(set.All()))
}

// TestShorterPrefixes cuts keys of prefixes after each character.
func TestShorterPrefixes(t *testing.T) {
	for key, want := range map[string][]string{
		"Lnino": {"Lnin", "Lni", "Ln"}, "Lგი7": {"Lგი", "Lგ"}, "Lg": nil, "L": nil,
		"LSfailed": nil, "LLab": nil, "nino": nil, "Fnino": nil, "Wnino": nil, "": nil,
	} {
		require.Equal(t, want, slices.Collect(ShorterPrefixes(key)), key)
	}
}

// TestNarrower shows that a session that matches a filter also matches the conditions that are read
// first, and that reading the rest later gives the same sessions as reading everything at once.
func TestNarrower(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	w, other := newWorld(r, 1500), newWorld(r, 1200)
	narrowed, stopped := 0, 0
	for range 300 {
		f := filter.And(randomFilter(r, 3), randomFilter(r, 3), randomFilter(r, 2), randomFilter(r, 3))
		if f.Root() == nil {
			continue
		}
		q := Compile(f)
		e := q.Evaluation()
		s := w.open(t)
		require.NoError(t, w.load(t, s, q, w.built.Oldest, w.built.Newest))
		_, err := e.Evaluate(s, w.built.Oldest, w.built.Newest)
		require.NoError(t, err)
		narrower := e.Narrower(w.built.N)
		if narrower == nil {
			continue
		}
		narrowed++
		oldest := other.built.Oldest + r.Int64N(2)*500_000
		s = other.open(t)
		require.NoError(t, other.load(t, s, narrower.Query(), oldest, other.built.Newest))
		few := []Result{{}}
		meets, err := narrower.Meets(s, oldest, other.built.Newest)
		require.NoError(t, err)
		if !meets {
			stopped++
		} else {
			require.NoError(t, other.load(t, s, q, oldest, other.built.Newest))
			few, err = e.Evaluate(s, oldest, other.built.Newest)
			require.NoError(t, err)
		}
		requireMatches(t, other, q, []filter.Filter{f}, few, s, oldest, other.built.Newest)
	}
	require.Greater(t, narrowed, 50)
	require.Greater(t, stopped, 10)
	require.Less(t, stopped, narrowed)
}

// numbered appends names that end with numbers, which are not in order.
func numbered(names []string, prefix string, n int) []string {
	for i := range n {
		names = append(names, fmt.Sprintf("%s%04d", prefix, 7919*i%10_000))
	}
	return names
}

// TestChunkEndsWithPrefix searches for a prefix whose words begin in one chunk of the dictionary
// and are all words of the next one, since the word after them does not fit in there. So does a
// longer prefix, whose words are all in that one.
func TestChunkEndsWithPrefix(t *testing.T) {
	ends := 0
	for before := range 30 {
		names := numbered(numbered(nil, "da", 200+3*before), "dz", 150)
		names = append(names, slices.Repeat([]string{"e"}, 1400)...)
		w := called(len(names), func(i int) string { return names[i] })
		for i, b := range w.table {
			if strings.HasPrefix(b.Key, "Wdz") && strings.HasPrefix(w.table[i-1].Key, "Wdz") {
				ends++
			}
		}
		for _, f := range []filter.Filter{filter.Search("dz"), filter.Search("dz9"), filter.Or(filter.Search("dz"), filter.Search("dz9"))} {
			requireEvaluates(t, w, []filter.Filter{f}, w.built.Oldest, w.built.Newest)
		}
	}
	require.Positive(t, ends)
}

// TestLostList loses the list of a prefix whose words are in three chunks, and take few bytes in the
// first two.
func TestLostList(t *testing.T) {
	for before := range 60 {
		names := numbered(numbered(nil, "ma", 180+2*before), "na", 110)
		names = append(names, slices.Repeat([]string{"nz"}, 1470)...)
		w := called(len(names), func(i int) string { return names[i] })
		q := Compile(filter.Search("n"))
		requireEvaluates(t, w, []filter.Filter{filter.Search("n")}, w.built.Oldest, w.built.Newest)
		w.table = slices.DeleteFunc(slices.Clone(w.table), func(b Block) bool { return b.Key == "Ln" })
		require.Less(t, len(w.table), len(w.built.Blocks))
		_, s, err := w.evaluate(t, q, w.built.Oldest, w.built.Newest)
		require.ErrorIs(t, err, ErrDamaged, before)
		require.Nil(t, s.Postings("Ln"))
	}
}

// TestOlderCatalogue evaluates a segment as it was before a person was forgotten, with the finding
// that nobody has that person's sex. The place was dead already.
func TestOlderCatalogue(t *testing.T) {
	w := called(5, func(int) string { return "Nino" })
	w.list[2].Sex = sessions.Female
	w.build()
	w.apply(Edit{DeadKey, w.open(t).Bury(2)})
	q := Compile(filter.Is(sessions.FieldSex, string(sessions.Female)))
	older := world{w.list, w.built, slices.Clone(w.table)}
	w.forget(t, 2)
	_, s, err := w.evaluate(t, q, w.built.Oldest, w.built.Newest)
	require.NoError(t, err)
	key := keyList + sexLetter + string(sessions.Female)
	nobody := s.Postings(key)
	require.True(t, IsEmpty(nobody))
	s = older.open(t)
	older.put(t, s, q.Keys(false)[:2]...)
	require.False(t, s.PutPostings(key, nobody))
	require.NoError(t, older.load(t, s, q, w.built.Oldest, w.built.Newest))
	_, err = q.Evaluation().Evaluate(s, w.built.Oldest, w.built.Newest)
	require.NoError(t, err)
}

// TestHiddenFields shows that only the list of all fields is read unless it has words of a field
// that is not searched. A session whose only such word is in that field is not found.
func TestHiddenFields(t *testing.T) {
	w := newWorld(rand.New(rand.NewPCG(3, 3)), 3000)
	told := func(f filter.Filter) (n int) {
		s := w.open(t)
		q := Compile(f)
		w.put(t, s, q.Keys(false)...)
		rest, err := q.Rest(s, w.built.Oldest, w.built.Newest)
		require.NoError(t, err)
		for _, key := range rest.Blocks {
			if key[:1] == keyFields {
				n++
			}
		}
		return n
	}
	first, numbers := sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName), sessions.FieldsOf(sessions.FieldPersonalNumber, sessions.FieldDocumentNumber)
	require.Zero(t, told(filter.Search("g 0 x 01")))
	require.Zero(t, told(filter.SearchIn(first, "g")), "numbers do not begin so")
	require.Equal(t, 1, told(filter.SearchIn(sessions.FieldsOf(sessions.FieldLastName), "g 9")))
	require.Equal(t, 1, told(filter.SearchIn(sessions.FieldsOf(sessions.FieldDocumentNumber), "0")))
	for _, f := range []filter.Filter{filter.SearchIn(first, "0"), filter.SearchIn(numbers, "g"), filter.SearchIn(numbers, "0 9")} {
		requireEvaluates(t, w, []filter.Filter{f}, w.built.Oldest, w.built.Newest)
	}
}

func FuzzEvaluate(f *testing.F) {
	for i := range uint64(3) {
		f.Add(i, uint16(i*700))
	}
	f.Fuzz(func(t *testing.T, seed uint64, n uint16) {
		r := rand.New(rand.NewPCG(seed, 3))
		w := newWorld(r, 1+int(n)%3000)
		requireEvaluates(t, w, []filter.Filter{randomFilter(r, 0), randomFilter(r, 0)}, w.built.Oldest, w.built.Newest-int64(n))
	})
}

func TestPlaces(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	// In microseconds: all creation times are equal, many are, hardly any are.
	for _, spread := range []int{1, 3, 1_000_000_000} {
		b := NewBuilder(7, 1500)
		var list []*sessions.Session
		for i := range 1500 {
			list = append(list, &sessions.Session{ID: fmt.Sprint("s-", i), Status: sessions.Success, CreatedAt: start.Add(time.Duration(r.IntN(spread)) * time.Microsecond)})
		}
		slices.SortFunc(list, func(a, b *sessions.Session) int { return b.Compare(a) })
		changes := r.Perm(1500)
		for i, s := range list {
			b.Add(s, int64(changes[i]))
		}
		w := &world{list: list, built: b.Build()}
		w.table = w.built.Blocks
		s := w.open(t)
		w.put(t, s, keyIndex)
		for i, session := range list {
			key, _ := s.PartKey(i)
			w.put(t, s, key)
			p, err := s.Place(i)
			require.NoError(t, err)
			at := session.CreatedAt
			tied := i > 0 && list[i-1].CreatedAt.Equal(at) || i+1 < len(list) && list[i+1].CreatedAt.Equal(at)
			want := Place{Created: at.UnixMicro(), Change: int64(changes[i])}
			if tied {
				want.ID = session.ID
			}
			require.Equal(t, want, p)
		}
		for range 200 {
			us := list[0].CreatedAt.UnixMicro() - 1 + r.Int64N(int64(spread)+2)
			want := 0
			for want < len(list) && list[want].CreatedAt.UnixMicro() < us {
				want++
			}
			low, high, missing := s.Between(us, us-1)
			require.Empty(t, missing)
			require.Equal(t, [2]int{want, want}, [2]int{low, high})
		}
	}
}

// whole returns the segment with all of its blocks.
func (w *world) whole(t testing.TB) *Segment {
	s := w.open(t)
	for _, b := range w.table {
		require.NoError(t, s.Put(b.Key, b.Data))
	}
	return s
}

// TestForget redacts people, one by one, and looks for words that are left of them.
func TestForget(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	w := newWorld(r, 2500)
	at := func(i int) []*sessions.Session { return w.list[i : i+1] }
	require.NoError(t, w.whole(t).Verify(at))
	w.forget(t, r.Perm(len(w.list))[:60]...)
	require.NoError(t, w.whole(t).Verify(at))
	// Verify notices a person who was not removed, and one who is missing.
	for i, change := range []func(s *sessions.Session){
		func(s *sessions.Session) { s.FirstName = sessions.TextOf("Zurab") },
		func(s *sessions.Session) { s.RedactPerson() },
		func(s *sessions.Session) { s.Status = "other" },
	} {
		k := slices.IndexFunc(w.list, func(s *sessions.Session) bool { return s.LastName.State() == sessions.Known && s.Subject != "" })
		kept := w.list[k]
		w.list[k] = kept.Clone()
		change(w.list[k])
		require.ErrorIs(t, w.whole(t).Verify(at), ErrDamaged, "change %d", i)
		w.list[k] = kept
	}
}

// TestForgottenHalf removes a person whose words stay in the dictionary. Verify reports it,
// whichever person it is: the one with the last word, too.
func TestForgottenHalf(t *testing.T) {
	w := newWorld(rand.New(rand.NewPCG(8, 9)), 40)
	w.list = append(w.list, &sessions.Session{
		ID: "last", Company: "acme", CreatedAt: time.Unix(1, 0).UTC(), Status: sessions.Success, FirstName: sessions.TextOf("龥"),
	})
	w.build()
	named := 0
	for gone, person := range w.list {
		if len(LostWords(person, &sessions.Session{})) == 0 {
			continue
		}
		named++
		s := w.whole(t)
		require.NoError(t, s.Put(DeadKey, s.Bury(gone).Data))
		require.ErrorIs(t, s.Verify(func(i int) []*sessions.Session {
			if i == gone {
				return nil
			}
			return w.list[i : i+1]
		}), ErrDamaged, "position %d", gone)
	}
	require.Greater(t, named, 30)
}

// forget takes the person out of some sessions, one after the other.
func (w *world) forget(t testing.TB, positions ...int) {
	for _, i := range positions {
		had, has := w.list[i], w.list[i].Clone()
		has.RedactPerson()
		words := LostWords(had, has)
		s := w.open(t)
		keys, chunks := ForgetKeys([]*Segment{s}, words)
		w.put(t, s, append(keys, DeadKey)...)
		w.putNext(t, s, chunks...)
		w.putNext(t, s, s.Behind(chunks)...)
		w.apply(Edit{DeadKey, s.Bury(i)})
		one := newBits(s.N)
		one.Set(i)
		edits, err := s.Forget(words, one)
		require.NoError(t, err)
		require.NotEmpty(t, edits)
		for _, e := range edits {
			w.apply(e)
		}
		w.list[i] = has
	}
}

// called returns the segment of sessions with first names.
func called(n int, name func(i int) string) *world {
	w := &world{}
	for i := range n {
		w.list = append(w.list, &sessions.Session{
			ID: fmt.Sprintf("id-%05d", i), Company: "acme", Status: sessions.Success, FirstName: sessions.TextOf(name(i)),
			CreatedAt: start.Add(time.Duration(i) * time.Second),
		})
	}
	w.build()
	return w
}

// TestForgottenByAll forgets a word of everybody who has it. It has a list, of which nothing is
// left.
func TestForgottenByAll(t *testing.T) {
	w := called(1600, func(i int) string { return []string{"Nino", "Zaza"}[min(1, i/1590)] })
	all := make([]int, 1590)
	for i := range all {
		all[i] = i
	}
	w.forget(t, all...)
	for _, f := range []filter.Filter{filter.Search("n"), filter.Search("nino"), filter.Search("ninoo"), filter.Is(sessions.FieldFirstName, "Nino")} {
		q := Compile(f)
		results, s, err := w.evaluate(t, q, w.built.Oldest, w.built.Newest)
		require.NoError(t, err)
		requireMatches(t, w, q, []filter.Filter{f}, results, s, w.built.Oldest, w.built.Newest)
	}
	require.NoError(t, w.whole(t).Verify(func(i int) []*sessions.Session { return w.list[i : i+1] }))
}

// TestForgottenBefore forgets the word before those of a prefix, which share bytes with it. Their
// first one takes more after that, and with it those of the prefix, which has no list.
func TestForgottenBefore(t *testing.T) {
	const prefix = "aaaaaaaaaac"
	unlisted, most := 0, 0
	for size := 175; size < 260; size += 3 {
		for extra := range 8 {
			w := called(size, func(i int) string {
				switch i {
				case 0:
					return "0"
				case 1:
					return "aaaaaaaaaab"
				case 2:
					return prefix + "0000" + strings.Repeat("x", extra)
				}
				return fmt.Sprint(prefix, 1000+i*37)
			})
			f := filter.Search(prefix)
			q := Compile(f)
			w.forget(t, 1)
			results, s, err := w.evaluate(t, q, w.built.Oldest, w.built.Newest)
			require.NoError(t, err, "%d, %d", size, extra)
			requireMatches(t, w, q, []filter.Filter{f}, results, s, w.built.Oldest, w.built.Newest)
			require.NoError(t, w.whole(t).Verify(func(i int) []*sessions.Session { return w.list[i : i+1] }))
			if s.lists[keyList+prefix] == nil {
				unlisted++
				most = max(most, size)
			}
		}
	}
	require.Positive(t, unlisted)
	require.Less(t, most, 250, "the larger ones have a list")
}

// apply applies an edit to the table.
func (w *world) apply(e Edit) {
	if i, ok := slices.BinarySearchFunc(w.table, e.Key, compareKey); ok {
		w.table = slices.Delete(w.table, i, i+1)
	}
	if e.Block.Key != "" {
		i, _ := slices.BinarySearchFunc(w.table, e.Block.Key, compareKey)
		w.table = slices.Insert(w.table, i, e.Block)
	}
}

// TestDamage changes each bit of some blocks. Each change gives an error that names the segment and
// the block, and no person.
func TestDamage(t *testing.T) {
	w := newWorld(rand.New(rand.NewPCG(8, 9)), 700)
	for _, b := range w.table {
		if len(b.Data) > 300 {
			continue
		}
		for bit := range 8 * len(b.Data) {
			data := slices.Clone(b.Data)
			data[bit/8] ^= 1 << (bit % 8)
			err := w.open(t).Put(b.Key, data)
			require.ErrorIs(t, err, ErrDamaged)
			var damage *DamageError
			require.ErrorAs(t, err, &damage)
			require.Equal(t, int64(7), damage.Segment)
			require.NotContains(t, err.Error(), "giorgi")
		}
		require.ErrorIs(t, w.open(t).Put(b.Key+"x", b.Data), ErrDamaged)
	}
	_, err := Open(7, MaxSessions+1, 0, 1)
	require.ErrorIs(t, err, ErrDamaged)
}

// TestMissing removes one block after another. An evaluation that needs the block returns an error,
// and any other is correct. Verify notices it in any case.
func TestMissing(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	w := newWorld(r, 1000)
	filters := []filter.Filter{
		filter.Search("gi"), filter.Search("0"), filter.Search("x"), filter.SearchIn(sessions.FieldsOf(sessions.FieldPersonalNumber), "0"), filter.Search("ber x1"), filter.Not(filter.Search("nino 01")),
		filter.Status(sessions.Failed, "none"), filter.FailedFor(sessions.LowFAR), filter.Not(filter.MatchLevel(3)),
	}
	for _, s := range w.list[:12] {
		filters = append(filters, filter.Search(s.PersonalNumber.Value()), filter.Is(sessions.FieldPersonalNumber, s.PersonalNumber.Value()+"0"),
			filter.Is(sessions.FieldDocumentNumber, s.DocumentNumber.Value(), "none"), filter.Is(sessions.FieldSubject, s.Subject, "nobody"))
	}
	seen, noticed := map[string]int{}, map[string]int{}
	all := w.table
	for i, b := range all {
		kind := b.Key[:1]
		if seen[kind]++; seen[kind]%9 != 1 && (kind == keyDictionary || kind == keyList && !isProperty(b.Key[1:])) {
			continue
		}
		w.table = slices.Concat(all[:i], all[i+1:])
		if i%5 == 0 && kind != keyPart && kind != keyIndex {
			require.ErrorIs(t, w.whole(t).Verify(func(i int) []*sessions.Session { return w.list[i : i+1] }), ErrDamaged, "%q", b.Key)
		}
		for _, f := range append(filters, filter.Search(b.Key[1:])) {
			q := Compile(f)
			results, s, err := w.evaluate(t, q, w.built.Oldest, w.built.Newest)
			if err != nil {
				require.ErrorIs(t, err, ErrDamaged)
				noticed[kind]++
				continue
			}
			requireMatches(t, w, q, []filter.Filter{f}, results, s, w.built.Oldest, w.built.Newest)
		}
	}
	for _, kind := range []string{keyCatalogue, keyDictionary, keyFields, keyHashes, keyList} {
		require.Positive(t, noticed[kind], kind)
	}
}

// FuzzDecode shows that no input makes a decoder panic, or use more memory than its length allows,
// and that what an evaluation has found out gives the same again.
func FuzzDecode(f *testing.F) {
	w := newWorld(rand.New(rand.NewPCG(8, 9)), 700)
	for i, b := range w.table {
		payload, _ := unsealed(7, b.Key, b.Data)
		after := w.table[(i+1)%len(w.table)]
		next, _ := unsealed(7, after.Key, after.Data)
		f.Add(b.Key, payload, after.Key, next, uint16(699))
	}
	f.Add("Lgi", []byte{1}, "La", []byte{1, 0}, uint16(699)) // a list without postings
	number := w.list[len(w.list)-1].PersonalNumber.Value()
	f.Fuzz(func(t *testing.T, key string, payload []byte, nextKey string, next []byte, n uint16) {
		open := func() *Segment {
			s, err := Open(1, 1+int(n), 0, 1<<50)
			require.NoError(t, err)
			return s
		}
		blocks := []Block{sealed(1, key, payload), sealed(1, nextKey, next)}
		put := func(s *Segment) bool {
			for _, b := range blocks {
				if b.Key == "" || s.Put(b.Key, b.Data) != nil {
					return false
				}
			}
			return true
		}
		q := Compile(filter.Search("gi 0 ab"), filter.SearchIn(sessions.FieldsOf(sessions.FieldLastName), "g b"), filter.Status(sessions.Success),
			filter.FailedFor(sessions.LowFAR), filter.Is(sessions.FieldPersonalNumber, number, "01"), filter.Is(sessions.FieldSubject, "person-1"))
		s := open()
		q.Hashes([]*Segment{s}, q.Words())
		if !put(s) {
			return
		}
		results, err := q.Evaluation().Evaluate(s, 0, 1<<50)
		_, _, _ = s.Between(10, 1<<49)

		again := open()
		q.Hashes([]*Segment{again}, nil)
		for _, w := range q.Words() {
			again.PutWord(w, s.HasWord(w))
		}
		for _, key := range q.Keys(true) {
			if postings := s.Postings(key); IsList(key) && postings != nil {
				_, isList := s.lists[key]
				require.False(t, isList && IsEmpty(postings), "a list has sessions")
				again.PutPostings(key, postings)
			}
		}
		for _, b := range blocks {
			if _, known := again.lists[b.Key]; !known {
				require.NoError(t, again.Put(b.Key, b.Data))
			}
		}
		same, sameErr := q.Evaluation().Evaluate(again, 0, 1<<50)
		require.Equal(t, err, sameErr)
		if err == nil {
			require.Equal(t, results, same)
		}

		s = open() // it has the hashes, too
		put(s)
		everywhere := newBits(s.N)
		everywhere.fill(0, s.N)
		_, _ = s.Forget([]Word{{"giorgi", 0}, {"0", 2}}, everywhere)
		_ = s.Verify(func(int) []*sessions.Session { return nil })
	})
}

// FuzzPostings shows that postings are decoded as they were encoded, and that no other data that
// take the place of collected ones make their decoder panic, or go on for ever.
func FuzzPostings(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0xff}, uint16(40))
	f.Add([]byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, raw []byte, size uint16) {
		n := 1 + int(size)
		set := newBits(n)
		for i, c := range raw {
			set.Set((i*257 + int(c)) % n)
		}
		data := appendPostings(nil, set, n)
		require.LessOrEqual(t, len(data), 1+(n+7)/8)
		got := newBits(n)
		require.True(t, orPostings(got, n, data))
		require.Equal(t, set, got)
		orCollected(got, n, append([]byte{0}, raw...), tags(size))
	})
}

// TestBlocksStay compares a digest of all blocks with a golden one: a Builder may become faster,
// but other blocks are another version of them.
func TestBlocksStay(t *testing.T) {
	digest := sha256.New()
	r := rand.New(rand.NewPCG(5, 8))
	for _, n := range []int{1, 2, 130, 700, 8_000} {
		for _, b := range newWorld(r, n).table {
			fmt.Fprintf(digest, "%q %x\n", b.Key, b.Data)
		}
	}
	require.Equal(t, "c99def320942e41d76b56be6d6f95b75e463042d756c1c7c417903b80c9aecdf", hex.EncodeToString(digest.Sum(nil)))
}

// BenchmarkBuild reports time and bytes for each session.
func BenchmarkBuild(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	w := newWorld(r, 60_000)
	bytes := 0
	for b.Loop() {
		builder := NewBuilder(7, len(w.list))
		for i, s := range w.list {
			builder.Add(s, int64(i))
		}
		bytes = 0
		for _, block := range builder.Build().Blocks {
			bytes += len(block.Data)
		}
	}
	b.ReportMetric(float64(bytes)/60_000, "bytes/session")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/60_000, "ns/session")
}

// BenchmarkVerify reports the time for each session.
func BenchmarkVerify(b *testing.B) {
	w := newWorld(rand.New(rand.NewPCG(1, 1)), 60_000)
	for b.Loop() {
		if err := w.whole(b).Verify(func(i int) []*sessions.Session { return w.list[i : i+1] }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/60_000, "ns/session")
}

// TestLookUp compares the words found in blocks of hashes with the hashes: many and few, so that
// their differences have one, two and three bytes. Some of them are equal.
func TestLookUp(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	for i := range 300 {
		rests := make([]uint32, r.IntN(1+[]int{3, 40, 3000}[i%3]))
		for k := range rests {
			rests[k] = r.Uint32N(1 << []int{hashBits, hashBits, 9}[i/3%3])
		}
		slices.Sort(rests)
		b := hashBlock{key: hashKey(0, 0)}
		want := map[string]bool{}
		for k := range 50 {
			w := hashedWord{r.Uint32N(1 << hashBits), fmt.Sprint(k)}
			if len(rests) > 0 && k%2 == 0 {
				w.rest = rests[r.IntN(len(rests))]
			}
			b.words = append(b.words, w)
			if slices.Contains(rests, w.rest) {
				want[w.word] = true
			}
		}
		slices.SortFunc(b.words, func(x, y hashedWord) int { return cmp.Compare(x.rest, y.rest) })
		data := appendHashes(rests)
		s := &Segment{N: 1, asked: []hashBlock{b}, words: map[string]bool{}}
		require.True(t, s.lookUp(b.key, data))
		require.Equal(t, want, s.words)
		for cut := range min(len(data), 20) { // other words, or not a block; nothing panics
			s.lookUp(b.key, append(data[:cut:cut], 0xff))
		}
		s.asked[0].words = []hashedWord{{1 << hashBits, "more than any"}}
		require.False(t, s.lookUp(b.key, append(data, 0x80)))
	}
}

// TestGaps compares gaps decoded eight at a time with gaps decoded one by one: dense and sparse,
// whole and cut off, within and outside of the segment.
func TestGaps(t *testing.T) {
	oneByOne := func(set Bits, n int, data []byte, count int) (rest []byte, ok bool) {
		next := uint64(0)
		for ; count != 0 && (count > 0 || len(data) > 0); count-- {
			gap, size := binary.Uvarint(data)
			if size <= 0 || gap >= uint64(n)-next {
				return nil, false
			}
			set.Set(int(next + gap))
			next += gap + 1
			data = data[size:]
		}
		return data, true
	}
	r := rand.New(rand.NewPCG(6, 6))
	for range 3000 {
		var data []byte
		gaps, largest := r.IntN(60), []uint64{3, 100, 140, 400, 40_000}[r.IntN(5)]
		for range gaps {
			data = binary.AppendUvarint(data, r.Uint64N(largest))
		}
		data = data[:len(data)-r.IntN(min(len(data), 2)+1)]
		n, count := 1+r.IntN(MaxSessions), []int{-1, gaps, r.IntN(gaps + 1)}[r.IntN(3)]
		want, got := newBits(n), newBits(n)
		rest, ok := oneByOne(want, n, data, count)
		gotRest, gotOK := orGaps(got, n, data, count)
		require.Equal(t, ok, gotOK)
		end, whole := skipGaps(data, max(count, 0))
		if ok {
			require.Equal(t, rest, gotRest)
			require.Equal(t, want, got)
			require.True(t, whole)
			require.True(t, count < 0 || end == len(data)-len(rest))
		}
	}
}

// TestWords compares the postings of prefixes and whole words that have no list with those of all
// entries of the dictionary.
func TestWords(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 6))
	s := newWorld(r, 1500).whole(t)
	positions, texts := map[Word]Bits{}, map[string]bool{}
	for i := range s.chunks {
		require.True(t, eachEntry(&s.chunks[i], s.N, func(e *entry) bool {
			set := newBits(s.N)
			_, ok := orGaps(set, s.N, e.gaps, e.count)
			require.True(t, ok)
			positions[Word{string(e.word), e.tag}] = set
			for p := range prefixes(string(e.word)) {
				texts[p], texts[p+"0"] = true, true // the second is perhaps of no word
			}
			return true
		}))
	}
	compared, found := 0, 0
	for i, text := range slices.Sorted(maps.Keys(texts)) {
		// Subjects are only looked for whole.
		if _, listed := s.lists[keyList+text]; listed || text[:1] == subjectLetter || i%40 != 0 {
			continue
		}
		compared++
		for _, whole := range []bool{false, true} {
			fields := tags(1 + r.UintN(1<<tagEnd-1))
			want, got := newBits(s.N), newBits(s.N)
			for w, set := range positions {
				if fields.has(w.tag) && (w.text == text || !whole && strings.HasPrefix(w.text, text)) {
					want.or(set)
				}
			}
			collected, ok := s.appendCollected(nil, text, whole)
			require.True(t, ok && orCollected(got, s.N, collected, fields), text)
			require.Equal(t, want, got, text)
			found += got.Count()
		}
	}
	require.Greater(t, compared, 100)
	require.Greater(t, found, 300)
}
