package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"

	"github.com/kvalifika/sessionkit/sessions"
)

// What work costs, in halves of a row that is read in order, as measured on PostgreSQL. A row that has to be fetched because its
// list entry does not answer the filter costs dearRow times as much.
const (
	postingCost = 1
	rowCost     = 2
	lookUpCost  = 8 // of a session that a posting names
	dearRow     = 4
)

// The work of one step. A small budget makes smaller steps, so that it is not spent before the walk begins.
const (
	firstRead  = 1000  // rows of the first ordered read
	mostRead   = 16000 // rows of the longest
	firstWork  = 2000  // cost of the first step of the walk: most pages are full soon
	mostWork   = 12000 // cost of a later step
	mostCount  = 20000 // postings of a step that only counts them
	bucketCost = 30000 // about, of reading a bucket of a large company in order
	leastSteps = 8     // that a budget lasts for
)

// chunks are how many buckets one step takes, so that the texts of the statements are few.
var chunks = [...]int{1, 2, 8, 32, 128}

// walk searches a selection from its newest end to its oldest in steps of bounded work.
type walk struct {
	b        *Backend
	q        querier
	op       string
	company  string
	cond     string // on sessionkit_sessions s, always with the company
	condArgs []any
	drivers  []driver
	plain    bool // the selection has no other condition than its range
	exact    bool // the sessions that all drivers name are the selection
	weight   int  // 1, or dearRow

	pos     position // all up to here has been searched
	low     int64    // no session of the selection was created earlier
	end     bool     // all has been searched
	bounded bool
	budget  int // of costs
	rows    int // of the first ordered read
	most    int // cost of one step

	want  int                             // sessions still wanted
	each  func(s *sessions.Session) error // takes them; the session is lent
	count bool                            // or they are counted only
	found int
}

func (w *walk) goesOn() bool { return !w.end && w.want > 0 && !(w.bounded && w.budget <= 0) }

// counts tells whether nothing but postings is counted.
func (w *walk) counts() bool { return w.count && w.exact }

// run walks until enough is found, the end is reached or the budget is spent.
func (w *walk) run(ctx context.Context) error {
	if w.plain {
		return w.all(ctx)
	}
	for size := w.rows; w.goesOn(); size = min(size*4, mostRead) {
		if !w.counts() {
			if err := w.ordered(ctx, size, w.low); err != nil {
				return err
			}
		}
		if len(w.drivers) > 0 && w.goesOn() {
			if err := w.buckets(ctx); err != nil {
				return err
			}
		}
	}
	if w.end || w.want == 0 {
		return nil
	}
	return w.lookAhead(ctx)
}

// all takes what is wanted where nothing is filtered.
func (w *walk) all(ctx context.Context) error {
	if w.end {
		return nil
	}
	if w.bounded && w.count {
		w.want = min(w.want, w.budget/rowCost+1)
	}
	n, err := w.take(ctx, func(st *statement) { w.keysBetween(st, position{us: w.low}) })
	if err != nil {
		return err
	}
	w.end = n < w.want
	w.want -= n
	return nil
}

// lookAhead finds out whether the end is reached when the budget is spent: a page that says that it is partial should be.
func (w *walk) lookAhead(ctx context.Context) error {
	st := w.b.statement().add("SELECT s.id")
	w.from(st, position{us: w.low}, "s.company = ?", w.company)
	var id string
	err := st.add(" LIMIT 1").first(ctx, w.q, w.op, &id)
	if errors.Is(err, sql.ErrNoRows) {
		w.end = true
		return nil
	}
	return err
}

// from writes the part of the list from behind w.pos down to floor.
func (w *walk) from(st *statement, floor position, where string, args ...any) {
	st.add(" FROM sessionkit_sessions s"+w.b.grammar.list+" WHERE "+where+" AND ", args...).
		before("s", w.pos).add(" AND ").notBehind("s", floor)
}

// ordered searches the next n rows in the order of the list, none created before low.
func (w *walk) ordered(ctx context.Context, n int, low int64) error {
	if w.bounded {
		n = max(1, min(n, w.budget/(rowCost*w.weight)))
	}
	w.budget -= n * rowCost * w.weight
	floor := position{us: low}
	st := w.b.statement().add("SELECT s.created_us, s.id")
	w.from(st, floor, "s.company = ?", w.company)
	st.add(" ORDER BY s.created_us DESC, s.id DESC LIMIT 1 OFFSET ").int(n - 1)
	err := st.first(ctx, w.q, w.op, &floor.us, &floor.id)
	last := errors.Is(err, sql.ErrNoRows)
	if err != nil && !last {
		return err
	}
	found, err := w.take(ctx, func(st *statement) { w.keysBetween(st, floor) })
	if err != nil {
		return err
	}
	w.want -= found
	w.pos = floor
	w.end = last && low == w.low
	return nil
}

// keysBetween writes the keys of the matches from behind w.pos down to floor.
func (w *walk) keysBetween(st *statement, floor position) {
	st.add("SELECT s.created_us, s.id")
	w.from(st, floor, w.cond, w.condArgs...)
	st.add(" ORDER BY s.created_us DESC, s.id DESC") // a count too goes by the index
	if w.want < math.MaxInt {
		st.add(" LIMIT ").int(w.want)
	}
}

// take reads, or counts, the sessions whose keys a subquery selects, and returns how many they are.
func (w *walk) take(ctx context.Context, keys func(*statement)) (n int, err error) {
	st := w.b.statement()
	if w.count {
		keys(st.add("SELECT count(*) FROM ("))
		err = st.add(") k").first(ctx, w.q, w.op, &n)
		w.found += n
		return n, err
	}
	keys(st.add("SELECT ").columns("r").add(" FROM ("))
	st.add(") k")
	w.b.lookUp(st, "sessionkit_sessions r", "r.company = ? AND r.created_us = k.created_us AND r.id = k.id", w.company)
	st.add(" ORDER BY k.created_us DESC, k.id DESC")
	err = st.each(ctx, w.q, w.op, w.company, func(s *sessions.Session, _ int64) error {
		n++
		return w.each(s)
	})
	return n, err
}

// lookUp joins a table whose rows are to be looked up one by one: no estimate may turn that into reading all of them.
func (b *Backend) lookUp(st *statement, table, on string, args ...any) {
	alias := table[len(table)-1:]
	if b.grammar.lateral {
		st.add(b.grammar.nested+"(SELECT * FROM "+table+" WHERE "+on+" OFFSET 0) "+alias, args...)
		return
	}
	st.add(b.grammar.nested+table+" WHERE "+on, args...)
}

// buckets walks the postings of the drivers, newest buckets first. A bucket that is dense for every driver is read in order.
func (w *walk) buckets(ctx context.Context) error {
	size, most := 2, min(w.most, firstWork)
	if w.counts() {
		size, most = 0, w.most
	}
	for w.goesOn() {
		high := (w.pos.us - 1) >> bucketBits
		if w.pos.id != "" {
			high = w.pos.us >> bucketBits
		}
		n := chunks[size]
		v, err := w.survey(ctx, high, n, most)
		if err != nil {
			return err
		}
		switch {
		case v.sparsest <= most && (v.work <= most || n == 1 && v.work <= bucketCost):
			if v.sparsest > 0 {
				found, err := w.take(ctx, func(st *statement) { w.keysOf(st, v, high, n, most) })
				if err != nil {
					return err
				}
				if w.want -= found; w.want == 0 {
					return nil
				}
			}
			w.pos, w.end = v.next, v.next.us <= w.low
			if v.work*4 <= most {
				size = min(size+1, len(chunks)-1)
			}
			most = min(most*2, w.most)
		case n > 1:
			size--
		case most < w.most:
			most = w.most
		default:
			bottom := position{us: max(w.low, high<<bucketBits)}
			for rows := w.rows; w.goesOn() && w.pos != bottom; rows = min(rows*4, mostRead) {
				if err := w.ordered(ctx, rows, bottom.us); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// view is what a survey of some buckets found.
type view struct {
	common   []driver // whose postings are intersected, the sparsest first
	sparsest int      // postings of the sparsest
	work     int      // what it costs to read them all, and to look sessions up
	lookUp   bool     // the sessions named must be looked at
	next     position // from which the walk goes on after these buckets, skipping those that are empty
}

// survey counts the postings of each driver in n buckets, up to one more than most, and chooses those to go by: the sparsest,
// and with it those that cost less to read than the look-ups that they spare.
func (w *walk) survey(ctx context.Context, high int64, n, most int) (v view, err error) {
	st := w.b.statement().add("SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?)", w.company, high-int64(n))
	for _, d := range w.drivers {
		st.add(", (SELECT count(*) FROM (SELECT 1 AS one")
		w.postings(st, d, high, n, most, false)
		st.add(" LIMIT ").int(most + 1).add(") p)")
	}
	var bucket sql.NullInt64
	counts := make([]int, len(w.drivers))
	dest := []any{&bucket}
	for i := range counts {
		dest = append(dest, &counts[i])
	}
	if err := st.first(ctx, w.q, w.op, dest...); err != nil {
		return v, err
	}
	w.budget -= n
	v.next = position{us: math.MinInt64}
	if bucket.Valid {
		v.next.us = (bucket.Int64 + 1) << bucketBits
	}
	order := make([]int, len(counts))
	for i := range order {
		w.budget -= counts[i] * postingCost
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(counts[i], counts[j]) })
	v.sparsest = counts[order[0]]
	for _, i := range order {
		if c := counts[i]; len(v.common) == 0 || c <= most && c <= v.sparsest*lookUpCost {
			v.common = append(v.common, w.drivers[i])
			v.work += c * postingCost
		}
	}
	v.lookUp = !w.exact || len(v.common) < len(w.drivers)
	switch {
	case !v.lookUp:
	case len(v.common) == 1:
		v.work = v.sparsest * lookUpCost * w.weight
	default: // few have all the words
		v.work += v.sparsest * postingCost * w.weight
	}
	if v.sparsest <= most {
		w.budget -= v.work
	}
	return v, nil
}

// keysOf writes the keys of the matches among the sessions that the drivers name. A session can have two words of one driver.
func (w *walk) keysOf(st *statement, v view, high int64, n, most int) {
	st.add("SELECT k.created_us, k.id FROM (SELECT ")
	if len(v.common) == 1 {
		st.add("DISTINCT ")
	}
	for i, d := range v.common {
		if i > 0 {
			st.add(" INTERSECT SELECT ")
		}
		st.add("t.created_us, t.id")
		w.postings(st, d, high, n, most, true)
	}
	st.add(") k")
	if v.lookUp {
		w.b.lookUp(st, "sessionkit_sessions s", w.cond+" AND s.created_us = k.created_us AND s.id = k.id", w.condArgs...)
	}
	if !w.count {
		st.add(" ORDER BY k.created_us DESC, k.id DESC")
	}
	if w.want < math.MaxInt {
		st.add(" LIMIT ").int(w.want)
	}
}

// postings writes FROM and WHERE for a driver's postings, called t, in the buckets from high down, at most so many of a bucket and
// one more; with left, for those only that are left to search.
func (w *walk) postings(st *statement, d driver, high int64, n, most int, left bool) {
	lateral := w.b.grammar.lateral
	buckets := make([]any, n)
	for i := range buckets {
		buckets[i] = high - int64(i)
	}
	if lateral {
		st.add(" FROM (VALUES ").list(n, "(?::bigint)").add(") b(bucket) CROSS JOIN (VALUES ", buckets...)
		for i, v := range d.values { // each is a range of its own: no text has a byte 0
			if i > 0 {
				st.add(", ")
			}
			st.add("(?::text, ?::text)", v, v+"\x01")
		}
		if d.values == nil {
			st.add("(?::text, ?::text)", d.from, d.to)
		}
		st.add(") w(low, high) CROSS JOIN LATERAL (SELECT t.created_us, t.id FROM sessionkit_terms t"+
			" WHERE t.company = ? AND t.bucket = b.bucket AND t.term >= w.low AND t.term < w.high", w.company)
	} else {
		st.add(" FROM sessionkit_terms t WHERE t.company = ? AND t.bucket IN (", w.company).list(n, "?").add(") AND t.term ", buckets...)
		if d.values == nil {
			st.add(">= ? AND t.term < ?", d.from, d.to)
		} else {
			st.add("IN (").list(len(d.values), "?").add(")")
			for _, v := range d.values {
				st.args = append(st.args, v)
			}
		}
	}
	if left {
		st.add(" AND ").before("t", w.pos).add(" AND t.created_us >= ?", w.low)
	}
	if lateral {
		st.add(" ORDER BY t.term LIMIT ").int(most + 1).add(") t")
	}
}
