package main

import (
	"context"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// pageSessions is the number of sessions on a page.
const pageSessions = 50

// viewerOf returns a viewer of a company.
func viewerOf(company string) store.Viewer {
	return store.Viewer{Company: company, Role: sessions.Agent, Subject: "benchmark"}
}

// replay asks for the first page at each keystroke.
func replay(ctx context.Context, st *store.Store, w stopwatch, list []keystroke) ([]sample, error) {
	samples := make([]sample, 0, len(list))
	for _, k := range list {
		f := k.selection()
		stop := w.start()
		page, err := st.List(ctx, viewerOf(k.company), store.Query{Filter: f, Limit: pageSessions})
		took, processor := stop()
		if err != nil {
			return nil, err
		}
		samples = append(samples, sample{keystroke: k, took: took, processor: processor, rows: len(page.Sessions), partial: page.Partial})
	}
	return samples, nil
}

// again repeats the slowest of the samples and returns them before, and after with the median of
// the repeated times. The difference shows how much of a time was due to other load on the machine.
func again(ctx context.Context, st *store.Store, w stopwatch, samples []sample, slowest, times int) (before, after []sample, err error) {
	before = slices.Clone(samples)
	slices.SortStableFunc(before, func(x, y sample) int { return int(y.took - x.took) })
	before = before[:min(slowest, len(before))]
	list := make([]keystroke, len(before))
	for i, s := range before {
		list[i] = s.keystroke
	}
	runs := make([][]sample, times)
	for i := range runs {
		if runs[i], err = replay(ctx, st, w, list); err != nil {
			return nil, nil, err
		}
	}
	after = slices.Clone(before)
	for i := range after {
		after[i].took, after[i].processor = median(runs, i)
	}
	return before, after, nil
}

// median returns the median times of the sample with index i.
func median(runs [][]sample, i int) (took, processor time.Duration) {
	var t, p times
	for _, run := range runs {
		t, p = append(t, run[i].took), append(p, run[i].processor)
	}
	return t.percentile(50), p.percentile(50)
}

// withRepeats returns the samples. Those that were repeated have the repeated time if it is
// shorter.
func withRepeats(samples, before, after []sample) []sample {
	calm := slices.Clone(samples)
	for i := range calm {
		for j := range before {
			if calm[i].class == before[j].class && calm[i].typed == before[j].typed && calm[i].company == before[j].company && calm[i].took == before[j].took {
				calm[i].took = min(calm[i].took, after[j].took)
			}
		}
	}
	return calm
}

// counted counts each selection as the page does beside its list.
func counted(ctx context.Context, st *store.Store, w stopwatch, list []keystroke) ([]sample, error) {
	samples := make([]sample, 0, len(list))
	for _, k := range list {
		f := k.selection()
		stop := w.start()
		n, err := st.Count(ctx, viewerOf(k.company), f)
		took, processor := stop()
		if err != nil {
			return nil, err
		}
		samples = append(samples, sample{keystroke: k, took: took, processor: processor, rows: n.N, partial: !n.Exact && n.N < store.DefaultCountLimit})
	}
	return samples, nil
}

// depth has the times of pages of a selection, at the front and further back.
type depth struct {
	name string
	// The times of page 1, repeated, of the pages after it, and of those after skipped sessions.
	first, front, deep times
	skipped, partials  int
}

// pages walks through a selection: n pages of the usual size, then skips large pages that are not
// timed, then n pages again.
func pages(ctx context.Context, st *store.Store, company, name string, f filter.Filter, n, skips int) (depth, error) {
	d := depth{name: name}
	next := func(after store.Cursor, limit int, into *times) (store.Cursor, error) {
		start := time.Now()
		page, err := st.List(ctx, viewerOf(company), store.Query{Filter: f, Limit: limit, After: after})
		if err != nil {
			return "", err
		}
		if into != nil {
			*into = append(*into, time.Since(start))
			if page.Partial {
				d.partials++
			}
		} else {
			d.skipped += len(page.Sessions)
		}
		return page.Next, nil
	}
	var after store.Cursor
	var err error
	for range n {
		if after, err = next("", pageSessions, &d.first); err != nil {
			return d, err
		}
	}
	for i := 0; i < n && after != ""; i++ {
		if after, err = next(after, pageSessions, &d.front); err != nil {
			return d, err
		}
	}
	for i := 0; i < skips && after != ""; i++ {
		if after, err = next(after, store.DefaultMaxLimit, nil); err != nil {
			return d, err
		}
	}
	d.skipped += (len(d.front) + 1) * pageSessions
	for i := 0; i < n && after != ""; i++ {
		if after, err = next(after, pageSessions, &d.deep); err != nil {
			return d, err
		}
	}
	return d, nil
}

// checked is the result of comparing pages with an exhaustive search.
type checked struct {
	keystrokes, sessions, differ int
	read                         int // sessions of the company that were compared in Go
	firstDifference              string
}

// check compares pages with the result of filter.Filter.Match for every session of the company,
// which are read once, newest first. If the budget ended a page, the next ones are read until the
// page is full or the end is reached.
func check(ctx context.Context, st *store.Store, company string, list []keystroke) (checked, error) {
	type wanted struct {
		k      keystroke
		filter filter.Filter
		ids    []string
	}
	var all, open []*wanted
	for _, k := range list {
		if k.company == company {
			all = append(all, &wanted{k: k, filter: k.selection()})
		}
	}
	open = slices.Clone(all)
	var c checked
	everything, err := st.Select(viewerOf(company), filter.Filter{}).Open(ctx, sessions.Reading{Fields: sessions.AllFields()})
	if err != nil {
		return c, err
	}
	for s, err := range everything {
		if err != nil {
			return c, err
		}
		c.read++
		open = slices.DeleteFunc(open, func(w *wanted) bool {
			if w.filter.Match(s) {
				w.ids = append(w.ids, s.ID)
			}
			return len(w.ids) == pageSessions
		})
		if len(open) == 0 {
			break
		}
	}
	for _, w := range all {
		var got []string
		var after store.Cursor
		for {
			page, err := st.List(ctx, viewerOf(company), store.Query{Filter: w.filter, Limit: pageSessions - len(got), After: after})
			if err != nil {
				return c, err
			}
			for _, s := range page.Sessions {
				got = append(got, s.ID)
			}
			if after = page.Next; after == "" || len(got) == pageSessions {
				break
			}
		}
		c.keystrokes++
		c.sessions += len(w.ids)
		if !slices.Equal(got, w.ids) {
			c.differ++
			if c.firstDifference == "" {
				c.firstDifference = w.k.class + ": " + w.filter.Text()
			}
		}
	}
	return c, nil
}

// draw reads n sessions of a company, evenly spread over the time span.
func draw(ctx context.Context, e *engine, c company, n int, from, to time.Time) (people, error) {
	b := sqlstore.New(e.db, e.dialect)
	p := people{company: c.key}
	step := to.Sub(from) / time.Duration(n)
	for i := range n {
		batch, err := b.List(ctx, store.Selection{Company: c.key, Limit: 1, After: store.Position{CreatedAt: from.Add(time.Duration(i+1) * step), ID: ""}})
		if err != nil {
			return p, err
		}
		p.drawn = append(p.drawn, batch.Sessions...)
	}
	return p, nil
}
