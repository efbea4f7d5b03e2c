package sqlstore

import (
	"context"

	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// Tally implements [store.Tallier]. If postings decide, it reads only those.
func (b *Backend) Tally(ctx context.Context, sel store.Selection) (rows []store.TallyRow, exact bool, err error) {
	ctx, w := b.watch(ctx, "tally", sel.Company)
	defer w.End(&err)
	if err := b.ready(ctx, sel.Company); err != nil {
		return nil, false, err
	}
	err = again(ctx, func() (err error) {
		rows, exact, err = b.tally(ctx, sel)
		return err
	})
	w.Partial(!exact)
	return rows, exact, err
}

func (b *Backend) tally(ctx context.Context, sel store.Selection) (rows []store.TallyRow, exact bool, err error) {
	sel.After = store.Position{} // a tally has all sessions, whatever position a list has reached
	s, err := b.compile(sel)
	if err != nil {
		return nil, false, err
	}
	numbers := map[store.TallyKey]int{}
	err = b.inSnapshot(ctx, "tally", func(c conn) error {
		r, err := c.search(ctx, &s, sel.Budget)
		if err != nil {
			return err
		}
		for !r.tail.end {
			if err := r.fillTail(ctx, mostLookedUpSessions); err != nil {
				return err
			}
			if len(r.tail.rows) == 0 { // the end, or that of the budget
				break
			}
			for _, f := range r.tail.rows {
				numbers[store.TallyKeyOf(f.session)]++
			}
			r.tail.rows = nil
		}
		r.queries.ours.Query().Tell()
		r.queries.others.Query().Tell()
		exact, err = r.tally(ctx, numbers)
		exact = exact && r.tail.end
		return err
	})
	if err != nil {
		return nil, false, err
	}
	for k, n := range numbers {
		rows = append(rows, store.TallyRow{TallyKey: k, N: n})
	}
	return rows, exact, nil
}

// tally tallies the sessions of the segments, some segments at a time. It reports whether it
// has tallied all of them.
func (r *search) tally(ctx context.Context, numbers map[store.TallyKey]int) (all bool, err error) {
	for all = true; len(r.unread) > 0 && all; {
		var group []*segment.Segment
		group, r.unread = upTo(mostCountedSessions, r.unread)
		reader, results, err := r.evaluate(ctx, r.company, &r.directory, r.queries, group, r.low, r.newest())
		if err != nil {
			return false, err
		}
		for i := range group {
			for _, a := range results[i][0].Alike {
				numbers[store.TallyKeyOf(&a.Session)] += a.N
			}
		}
		// Read the rows of the sessions in doubt, within the budget.
		all, err = reader.eachDoubtful(ctx, 0, group, results, r.budget.doubtful(), func(changes []int64) (more bool, err error) {
			r.budget.pay(ctx, r.conn, len(changes))
			return true, r.eachOf(ctx, r.company, changes, r.condition, func(f found) {
				if r.has(f.session) {
					numbers[store.TallyKeyOf(f.session)]++
				}
			})
		})
		if err != nil {
			return false, err
		}
	}
	return all, nil
}
