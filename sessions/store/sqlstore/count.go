package sqlstore

import (
	"context"
	"math"
	"slices"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// Count implements [store.Counter]. If postings decide, it counts all sessions, whatever the Limit.
func (b *Backend) Count(ctx context.Context, sel store.Selection) (store.Count, error) {
	if !sel.After.IsZero() {
		return b.countBehind(ctx, sel)
	}
	counts, err := b.CountEach(ctx, sel, []filter.Filter{sel.Filter})
	if err != nil {
		return store.Count{}, err
	}
	return counts[0], nil
}

// countBehind counts the sessions that a list has after a position.
func (b *Backend) countBehind(ctx context.Context, sel store.Selection) (count store.Count, err error) {
	ctx, w := b.watch(ctx, "count", sel.Company)
	defer w.End(&err)
	if err := b.ready(ctx, sel.Company); err != nil {
		return count, err
	}
	err = again(ctx, func() (err error) {
		count, err = b.countFrom(ctx, sel)
		return err
	})
	w.Partial(!count.Exact)
	return count, err
}

// countFrom is countBehind without its checks and retries.
func (b *Backend) countFrom(ctx context.Context, sel store.Selection) (count store.Count, err error) {
	s, err := b.compile(sel)
	if err != nil {
		return count, err
	}
	err = b.inSnapshot(ctx, "count", func(c conn) error {
		r, err := c.search(ctx, &s, sel.Budget)
		if err != nil {
			return err
		}
		// One session more than asked for shows that there are others.
		_, end, err := r.run(ctx, sel.Limit+1, func(*sessions.Session) error {
			count.N++
			return nil
		})
		count = store.Count{N: min(count.N, sel.Limit), Exact: end && count.N <= sel.Limit, Rekeying: s.distrusts}
		return err
	})
	return count, err
}

// CountEach implements [store.EachCounter]: each segment is read once, for all of the filters.
func (b *Backend) CountEach(ctx context.Context, sel store.Selection, filters []filter.Filter) (counts []store.Count, err error) {
	ctx, w := b.watch(ctx, "count", sel.Company)
	defer w.End(&err)
	if err := b.ready(ctx, sel.Company); err != nil {
		return nil, err
	}
	err = again(ctx, func() (err error) {
		counts, err = b.countEach(ctx, sel, filters)
		return err
	})
	w.Partial(slices.ContainsFunc(counts, func(n store.Count) bool { return !n.Exact }))
	return counts, err
}

// countEach is CountEach without its checks and retries.
func (b *Backend) countEach(ctx context.Context, sel store.Selection, filters []filter.Filter) ([]store.Count, error) {
	c := &counter{company: sel.Company, budget: budgetOf(sel.Budget), limit: sel.Limit,
		counts: make([]store.Count, len(filters)), oldest: math.MaxInt64, newest: math.MinInt64}
	for _, f := range filters {
		part := sel
		// A count has all sessions, whatever position a list has reached.
		part.Filter, part.After = f, store.Position{}
		s, err := b.compile(part)
		if err != nil {
			return nil, err
		}
		c.selections = append(c.selections, s)
		c.oldest, c.newest = min(c.oldest, s.low), max(c.newest, s.newest())
	}
	for i := range c.counts {
		c.counts[i].Exact = true
	}
	err := b.inSnapshot(ctx, "count", func(at conn) error {
		c.conn = at
		d, err := c.directory(ctx, sel.Company)
		if err != nil {
			return err
		}
		// The company's row has the number of all its sessions: read nothing else for it.
		if !slices.ContainsFunc(filters, func(f filter.Filter) bool { return !f.IsZero() }) {
			for i := range c.counts {
				c.counts[i].N = int(d.total)
			}
			return nil
		}
		for i := range c.selections {
			if err := c.selections[i].distrust(at, &d); err != nil {
				return err
			}
			c.counts[i].Rekeying = c.selections[i].distrusts
		}
		if err := c.tail(ctx, d); err != nil {
			return err
		}
		return c.segments(ctx, d, compileQueries(filters...))
	})
	return c.counts, err
}

// counter counts the sessions of some filters.
type counter struct {
	conn
	company        string
	selections     []selection
	oldest, newest int64 // creation times of all selections
	counts         []store.Count
	limit          int
	budget         budget
}

// tail counts the sessions of the tail. One statement does so for all selections that SQL decides.
func (c *counter) tail(ctx context.Context, d directory) error {
	if d.packed == d.seq {
		return nil
	}
	var counts engine.Part
	var dest []any
	numbers := make([]int, len(c.selections))
	for i, s := range c.selections {
		// If the rows' search keys are of another version, readTail compares in Go.
		if s.distrusts {
			continue
		}
		if len(dest) > 0 {
			counts.Text += ",\n\t"
		}
		counts.Text += "count(CASE WHEN " + s.condition.Text + " AND s.created_us >= ? AND s.created_us <= ? THEN 1 END)"
		counts.Args = append(append(counts.Args, s.condition.Args...), s.low, s.newest())
		dest = append(dest, &numbers[i])
	}
	if len(dest) > 0 {
		err := c.first(ctx, c.engine.CountTail, engine.Args{"company": c.company, "packed": d.packed, "seq": d.seq, "counts": counts}, dest...)
		if err != nil {
			return err
		}
	}
	for i, n := range numbers {
		if !c.selections[i].end {
			c.counts[i].N += n
		}
	}
	if len(dest) == len(c.selections) {
		return nil
	}
	return c.readTail(ctx, d)
}

// readTail counts the sessions of the tail that are compared in Go, as far as the budget goes. It
// takes nothing from the budget for the segments.
func (c *counter) readTail(ctx context.Context, d directory) error {
	whole, left := true, c.budget.doubtful()
	err := c.eachOfTail(ctx, c.company, d.packed, d.seq, func(changes []int64) (bool, error) {
		if whole = left > 0; !whole {
			return false, nil
		}
		left -= len(changes)
		c.spend(ctx, doubtfulCostRows*len(changes))
		return true, c.eachOf(ctx, c.company, changes, anyOf(c.company), func(f found) {
			for i := range c.selections {
				if s := &c.selections[i]; s.distrusts && s.isWithin(f.position().us) && s.filter.Match(f.session) {
					c.counts[i].N++
				}
			}
		})
	})
	for i, s := range c.selections {
		c.counts[i].Exact = c.counts[i].Exact && (whole || !s.distrusts)
	}
	return err
}

// isWithin reports whether the selection may have a session that was created at an instant.
func (sel *selection) isWithin(us int64) bool {
	return !sel.end && us >= sel.low && us <= sel.newest()
}

// segments counts the sessions of the segments, some segments at a time.
func (c *counter) segments(ctx context.Context, d directory, q queries) error {
	list := d.between(c.oldest, c.newest)
	for len(list) > 0 && !c.budget.isSpent() {
		var group []*segment.Segment
		group, list = upTo(mostCountedSessions, list)
		// The queries include the range of each filter. One is added to newest, which must not
		// overflow.
		r, results, err := c.evaluate(ctx, c.company, &d, q, group, math.MinInt64, math.MaxInt64-1)
		if err != nil {
			return err
		}
		for i := range c.counts {
			for k := range group {
				c.counts[i].N += results[k][i].Sure.Count()
			}
			if err := c.doubtful(ctx, r, i, group, results); err != nil {
				return err
			}
		}
	}
	// If the budget was spent before these segments, no count is exact.
	if len(list) > 0 {
		for i := range c.counts {
			c.counts[i].Exact = false
		}
	}
	return nil
}

// doubtful counts the sessions of one filter whose rows decide.
func (c *counter) doubtful(ctx context.Context, r *reader, i int, group []*segment.Segment, results [][]segment.Result) error {
	s := c.selections[i]
	all, err := r.eachDoubtful(ctx, i, group, results, c.budget.doubtful(), func(changes []int64) (more bool, err error) {
		// Without a budget the limit bounds the work: counting further would not change the answer.
		if !c.budget.bounded && c.limit > 0 && c.counts[i].N > c.limit {
			return false, nil
		}
		c.budget.pay(ctx, c.conn, len(changes))
		n, err := c.countOf(ctx, &s, changes)
		c.counts[i].N += n
		return true, err
	})
	c.counts[i].Exact = c.counts[i].Exact && all
	return err
}

// eachDoubtful calls do with the change numbers of the sessions of one filter whose rows decide,
// some at a time and no more than most in total, until do returns false. It reports whether those
// were all. It reads the places of no other sessions.
func (r *reader) eachDoubtful(ctx context.Context, i int, group []*segment.Segment, results [][]segment.Result, most int, do func(changes []int64) (more bool, err error)) (all bool, err error) {
	type place struct {
		*segment.Segment
		at int
	}
	// The previous group may have overdrawn the budget.
	most = max(most, 0)
	var some []place
	all = true
	for k, g := range group {
		for at := range results[k][i].Doubtful.All() {
			if all = len(some) < most; !all {
				break
			}
			some = append(some, place{g, at})
		}
		if !all {
			break
		}
	}
	for part := range slices.Chunk(some, mostLookedUpSessions) {
		var missing []engine.Block
		for _, p := range part {
			missing = missingPlaces(missing, p.Segment, func(yield func(int) bool) { yield(p.at) })
		}
		// Neighbours are in one block, which is read once.
		if err := r.exactly(ctx, slices.Compact(missing)); err != nil {
			return false, err
		}
		changes := make([]int64, len(part))
		for n, p := range part {
			found, err := p.Place(p.at)
			if err != nil {
				return false, err
			}
			changes[n] = found.Change
		}
		if more, err := do(changes); err != nil || !more {
			return false, err
		}
	}
	return all, nil
}

// countOf counts the sessions of a selection among those whose last changes have the given numbers.
func (c *counter) countOf(ctx context.Context, s *selection, changes []int64) (n int, err error) {
	if s.distrusts {
		err := c.eachOf(ctx, c.company, changes, s.condition, func(f found) {
			if s.isWithin(f.position().us) && s.filter.Match(f.session) {
				n++
			}
		})
		return n, err
	}
	args := engine.Args{"condition": s.condition, "oldest_us": s.low, "newest_us": s.newest()}
	err = c.first(ctx, c.engine.CountOf, c.engine.Changed(args, c.company, changes), &n)
	return n, err
}
