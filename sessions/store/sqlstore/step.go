package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
)

// chunks are how many buckets one step takes, so that the texts of the statements are few.
var chunks = [...]int{1, 4, 16, 64, 256}

// bucket is that of the sessions right behind p.
func (p position) bucket() int64 {
	if p.id == "" {
		return (p.us - 1) >> bucketBits
	}
	return p.us >> bucketBits
}

// buckets walks the postings of the drivers, newest buckets first. A bucket that is dense for every driver is read in order. start
// is where the search began.
func (w *walk) buckets(ctx context.Context, start position) error {
	densities := make([]float64, len(w.drivers))
	size, most := 2, min(w.most, firstMost)
	enough := func(found int, buckets float64) bool { // if so many were found in so many buckets
		next := float64(chunks[size]-1) + float64(w.pos.us-w.pos.bucket()<<bucketBits)/(1<<bucketBits)
		return float64(found)*next >= 1.5*float64(w.want)*buckets
	}
	if w.counts() {
		size, most = 0, w.most
	} else if found := w.page - w.want; found > 0 {
		searched := float64(start.us-w.pos.us) / (1 << bucketBits)
		for size = 0; size+1 < len(chunks) && !enough(found, searched); size++ {
		}
	}
	for w.goesOn() {
		wanted := w.want
		s := w.plan(densities, chunks[size], most)
		if s.sparse {
			if err := w.step(ctx, &s, densities); err != nil {
				return err
			}
		}
		switch {
		case s.over: // now it is known by how much
		case s.sparse:
			most = min(most*2, w.most)
			found := wanted - w.want
			for range 2 {
				if size+1 < len(chunks) && s.postings*chunks[size+1] <= s.most/2*s.n && !enough(found, float64(s.n)) {
					size++
				}
			}
		case size > 0:
			size--
		case most < w.most:
			most = w.most
		default:
			if err := w.inOrder(ctx, max(w.low, s.high<<bucketBits)); err != nil {
				return err
			}
			clear(densities)
		}
	}
	return nil
}

// step is a look at the postings of some buckets.
type step struct {
	high    int64 // the newest bucket
	n       int   // buckets
	drivers []int // whose postings are intersected: the sparsest, and those that cost less to read than the look-ups that they spare
	most    int   // postings of each that are allowed
	sparse  bool  // so many are not expected
	lookUp  bool  // postings alone do not decide

	postings int  // of all drivers
	over     bool // one has more than most: nothing was searched
}

// plan plans a step through the next n buckets. densities are the postings per bucket of each driver, as far as they are known.
func (w *walk) plan(densities []float64, n, most int) step {
	s := step{high: w.pos.bucket(), most: most}
	s.n = min(n, int(s.high-w.low>>bucketBits)+1)
	order := make([]int, len(densities))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(densities[i], densities[j]) })
	sparsest := densities[order[0]] * float64(s.n)
	for _, i := range order {
		if c := densities[i] * float64(s.n); len(s.drivers) == 0 || c <= float64(most) && c <= max(1, sparsest)*lookUpCost {
			s.drivers = append(s.drivers, i)
		}
	}
	s.lookUp = !w.exact || len(s.drivers) < len(w.drivers)
	if s.lookUp && len(s.drivers) == 1 {
		s.most = most / lookUpCost
		if s.n == 1 {
			s.most = max(s.most, mostLookUp)
		}
		s.most = max(1, s.most/w.weight)
	}
	s.sparse = sparsest <= float64(s.most)
	return s
}

// step searches some buckets, in one statement where the engine reads the postings once although they are named twice.
func (w *walk) step(ctx context.Context, s *step, densities []float64) error {
	counts := make([]int, len(s.drivers))
	var next sql.NullInt64
	found := []any{&next}
	for i := range counts {
		found = append(found, &counts[i])
	}
	st := &statement{fragments: w.fragments}
	w.postings(st, s)
	var err error
	switch {
	case !w.fragments.merged:
		w.survey(st, s)
		err = w.first(ctx, whole, st.part(), found...)
	case w.count:
		var n int
		w.survey(st.add(", o"+w.fragments.with+" ("), s)
		w.keys(st.add(") SELECT o.*, (SELECT count(*) FROM ("), s)
		err = w.first(ctx, whole, st.add(") k) FROM o").part(), append(found, &n)...)
		w.counted(n)
	default:
		w.survey(st.add(", o"+w.fragments.with+" ("), s)
		w.keys(st.add(") SELECT o.*, r.id, ").add(w.engine.Packed("r", readable)).add(" FROM o LEFT JOIN ("), s)
		st.add(") k ON 1 = 1").lookUp(" LEFT JOIN ", "sessionkit_sessions r", rowOfKey, w.company)
		err = w.takeRows(ctx, whole, st.add(byKey).part(), found...)
	}
	if err != nil {
		return err
	}
	w.learn(s, counts, densities)
	if s.over {
		return nil
	}
	if !w.fragments.merged && slices.Min(counts) > 0 {
		again := *s
		again.most *= 2 // others may have come in
		if err := w.takeStep(ctx, &again); err != nil {
			return err
		}
	}
	if w.want > 0 {
		w.pos = position{us: math.MinInt64}
		if next.Valid { // empty buckets are skipped
			w.pos.us = (next.Int64 + 1) << bucketBits
		}
		w.end = w.pos.us <= w.low
	}
	return nil
}

// takeStep reads, or counts, what the postings of a step name. The common table expressions come first in the statement: inside of
// others, not every engine takes them.
func (w *walk) takeStep(ctx context.Context, s *step) error {
	st := &statement{fragments: w.fragments}
	w.postings(st, s)
	if w.count {
		w.keys(st.add(" SELECT count(*) FROM ("), s)
		return w.takeCount(ctx, whole, st.add(") k").part())
	}
	w.keys(st.add(" SELECT r.id, "+w.engine.Packed("r", readable)+" FROM ("), s)
	st.add(") k").lookUp(w.fragments.nested, "sessionkit_sessions r", rowOfKey, w.company)
	return w.takeRows(ctx, whole, st.add(byKey).part())
}

const (
	rowOfKey = "r.company = ? AND r.created_us = k.created_us AND r.id = k.id"
	byKey    = " ORDER BY k.created_us DESC, k.id DESC"
)

// learn charges what a step has cost, and remembers how dense the drivers are. What it knows of the others fades.
func (w *walk) learn(s *step, counts []int, densities []float64) {
	for i := range densities {
		densities[i] /= 2
	}
	for i, c := range counts {
		densities[s.drivers[i]] = float64(c) / float64(s.n)
		s.postings += c
		s.over = s.over || c > s.most
	}
	for _, d := range s.drivers {
		w.budget -= s.n * probeCost * max(1, len(w.drivers[d].ranges))
	}
	w.budget -= s.postings
	switch {
	case !s.lookUp || s.over:
	case len(counts) == 1:
		w.budget -= counts[0] * lookUpCost * w.weight
	default: // few have all of several words
		w.budget -= slices.Min(counts) * w.weight
	}
}

// postings writes the common table expressions p0, p1, ... with the postings of each driver, one more than most if there are more.
func (w *walk) postings(st *statement, s *step) {
	with := "WITH p"
	for i, d := range s.drivers {
		st.add(with).int(i).add(w.fragments.with + " (")
		if d := w.drivers[d]; d.values != nil {
			w.postingsOf(st, s).add(" AND t.term IN (").list(len(d.values), w.fragments.term).add(")")
			for _, v := range d.values {
				st.args = append(st.args, v)
			}
		} else {
			// One part for each range: with OR, an engine would read the whole bucket.
			for k, r := range d.ranges {
				if k > 0 {
					st.add(" UNION ALL ")
				}
				w.postingsOf(st, s).add(" AND t.term >= "+w.fragments.term+" AND t.term < "+w.fragments.term, r.from, r.to)
			}
		}
		st.limit(s.most + 1).add(")")
		with = ", p"
	}
}

// postingsOf writes the beginning of a statement that reads postings in the buckets of a step.
func (w *walk) postingsOf(st *statement, s *step) *statement {
	st.add("SELECT t.created_us, t.id FROM sessionkit_terms t WHERE t.company = ? AND t.bucket ", w.company)
	oldest := s.high - int64(s.n) + 1
	if w.fragments.series != "" {
		return st.add(w.fragments.series, oldest, s.high)
	}
	buckets := make([]any, s.n)
	for i := range buckets {
		buckets[i] = oldest + int64(i)
	}
	return st.add("IN (").list(s.n, "?").add(")", buckets...)
}

// survey writes which bucket is the next and how many postings there are.
func (w *walk) survey(st *statement, s *step) {
	st.add(" SELECT (SELECT max(t.bucket) FROM sessionkit_terms t WHERE t.company = ? AND t.bucket <= ?) AS bucket", w.company, s.high-int64(s.n))
	for i := range s.drivers {
		st.add(", (SELECT count(*) FROM p").int(i).add(") AS n").int(i)
	}
}

// keys writes the keys of the matches among the sessions that all drivers name; none if there are more postings than the step
// allows. A session can have two words of one driver.
func (w *walk) keys(st *statement, s *step) {
	if s.lookUp {
		st.add(" SELECT k.created_us, k.id FROM (")
	}
	st.add(" SELECT p0.created_us, p0.id FROM p0 WHERE ").before("p0", w.pos).add(" AND p0.created_us >= ?", w.low)
	if w.fragments.merged {
		st.add(" AND (SELECT o.n0 <= ").int(s.most)
		for i := range s.drivers[1:] {
			st.add(" AND o.n").int(i + 1).add(" <= ").int(s.most)
		}
		st.add(" FROM o)")
	}
	for i := range s.drivers[1:] {
		st.add(" AND (p0.id IN (SELECT p").int(i + 1).add(".id FROM p").int(i + 1).add(")) IS TRUE")
	}
	st.add(" GROUP BY p0.created_us, p0.id")
	if !w.count { // where sessions are looked up, too, they are looked up in order, and no more than are wanted
		st.add(" ORDER BY p0.created_us DESC, p0.id DESC")
	}
	if s.lookUp {
		st.add(") k").lookUp(w.fragments.nested, "sessionkit_sessions s", w.condition.Text+" AND s.created_us = k.created_us AND s.id = k.id", w.condition.Args...)
		if !w.count {
			st.add(byKey)
		}
	}
	if !w.count { // what is counted is bounded by the postings
		st.limit(w.page)
	}
}
