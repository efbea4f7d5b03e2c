package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// opponent looks for the slowest filter and the slowest write, for half of the time each.
func (b *bench) opponent(ctx context.Context) error {
	drawn, err := draw(ctx, b.engine, b.companies[0], 400, b.generated.From, b.generated.To)
	if err != nil {
		return err
	}
	o := &opponent{bench: b, rand: rand.New(rand.NewPCG(b.seed, 11)), people: drawn} //nolint:gosec // a repeatable choice
	b.line("\n## The slowest that an opponent found in %s\n", b.duration)
	if err := o.filters(ctx, time.Now().Add(b.duration/2)); err != nil {
		return err
	}
	return o.writes(ctx, time.Now().Add(b.duration/2))
}

// opponent makes random filters and writes.
type opponent struct {
	*bench
	people
	rand *rand.Rand
}

// attack is a filter with the times of the calls that a page makes with it.
type attack struct {
	parts []filter.Filter // a conjunction of these
	calls [4]time.Duration
	whole bool // the first page is complete
}

// calls are the calls that a page makes.
var calls = [4]string{"page", "count", "options", "tally"}

// worst returns the longest time.
func (a *attack) worst() time.Duration { return slices.Max(a.calls[:]) }

// part returns a random criterion, in most cases one that sessions meet.
func (o *opponent) part() filter.Filter {
	s := o.drawn[o.rand.IntN(len(o.drawn))]
	texts := []string{s.FirstName.Value(), s.LastName.Value(), s.PersonalNumber.Value(), s.DocumentNumber.Value()}
	many := func(value func(*sessions.Session) string) (values []string) {
		for range 1 + o.rand.IntN(500) {
			if v := value(o.drawn[o.rand.IntN(len(o.drawn))]); v != "" {
				values = append(values, v+strings.Repeat("7", o.rand.IntN(2)))
			}
		}
		return append(values, "none")
	}
	var f filter.Filter
	switch o.rand.IntN(12) {
	case 0, 1, 2, 3:
		var words []string
		for range 1 + o.rand.IntN(4) {
			words = append(words, prefix(texts[o.rand.IntN(len(texts))], 1+o.rand.IntN(4)))
		}
		f = filter.Search(strings.Join(words, " "))
	case 4:
		f = filter.Is(sessions.FieldPersonalNumber, many(func(s *sessions.Session) string { return s.PersonalNumber.Value() })...)
	case 5:
		f = filter.Is(sessions.FieldFirstName, many(func(s *sessions.Session) string { return s.FirstName.Value() })...)
	case 6:
		f = filter.Status(s.Status)
	case 7:
		f = filter.DocumentType(s.DocumentType)
	case 8:
		f = filter.MatchLevel(far.Level(o.rand.IntN(8)), s.Match.Level)
	case 9:
		f = filter.Extra("phone", "absent")
	case 10:
		f = filter.Is(sessions.FieldOS, s.OS+"x")
	default:
		f = filter.Between(sessions.FieldCreatedAt, s.CreatedAt, s.CreatedAt.AddDate(0, o.rand.IntN(30), 1))
	}
	switch o.rand.IntN(6) {
	case 0:
		return filter.Not(f)
	case 1:
		return filter.Or(f, o.part())
	}
	return f
}

// neighbour returns the parts with one of them changed, added or removed.
func (o *opponent) neighbour(of []filter.Filter) []filter.Filter {
	parts := slices.Clone(of)
	at := o.rand.IntN(len(parts) + 1)
	switch {
	case at == len(parts):
		return append(parts, o.part())
	case len(parts) > 1 && o.rand.IntN(3) == 0:
		return slices.Delete(parts, at, at+1)
	}
	parts[at] = o.part()
	return parts
}

// filters climbs: each step changes a part of the slowest filter of the ascent, which ends if some
// steps have found nothing slower.
func (o *opponent) filters(ctx context.Context, until time.Time) error {
	const patienceSteps = 12
	var tops []attack
	tried := 0
	for time.Now().Before(until) {
		best, err := o.try(ctx, []filter.Filter{o.part()})
		if err != nil {
			return err
		}
		for failed := 0; failed < patienceSteps && time.Now().Before(until); failed++ {
			next, err := o.try(ctx, o.neighbour(best.parts))
			if err != nil {
				return err
			}
			if tried++; next.worst() > best.worst() {
				best, failed = next, 0
			}
		}
		tops = append(tops, best)
	}
	slices.SortFunc(tops, func(x, y attack) int { return cmp.Compare(y.worst(), x.worst()) })
	o.line("%d filters of %d ascents; the slowest of each of the first ones:\n\n| page | count | options | tally | first page | filter |\n|---:|---:|---:|---:|---|---|", tried, len(tops))
	for _, a := range tops[:min(8, len(tops))] {
		var row strings.Builder
		for _, d := range a.calls {
			fmt.Fprintf(&row, "| %.1f ms ", float64(d.Microseconds())/1000)
		}
		o.line("%s| %s | `%.150s` |", row.String(), map[bool]string{true: "whole", false: "partial"}[a.whole], filter.And(a.parts...).Text())
	}
	return nil
}

// try measures each call twice and takes the shorter time, since the machine does other work too.
func (o *opponent) try(ctx context.Context, parts []filter.Filter) (attack, error) {
	a := attack{parts: parts}
	f, viewer := filter.And(parts...), viewerOf(o.company)
	if errors.Is(f.Err(), filter.ErrTooMany) {
		return a, nil
	}
	for i, call := range [4]func() error{
		func() error {
			page, err := o.store.List(ctx, viewer, store.Query{Filter: f, Limit: pageSessions})
			a.whole = page.Next == "" || len(page.Sessions) == pageSessions
			return err
		},
		func() error { _, err := o.store.Count(ctx, viewer, f); return err },
		func() error { _, err := o.store.Facets(ctx, viewer, f); return err },
		func() error { _, err := o.store.Tally(ctx, viewer, f); return err },
	} {
		for range 2 {
			began := time.Now()
			if err := call(); err != nil {
				return a, fmt.Errorf("%s: %w", calls[i], err)
			}
			if took := time.Since(began); a.calls[i] == 0 || took < a.calls[i] {
				a.calls[i] = took
			}
		}
	}
	return a, nil
}

// writes writes to the company in random ways, and prints the slowest time of each kind. The writes
// that pack are among them.
func (o *opponent) writes(ctx context.Context, until time.Time) error {
	backend := sqlstore.New(o.engine.db, o.engine.dialect)
	slowest, count := map[string]time.Duration{}, map[string]int{}
	run := fmt.Sprint("opponent-", time.Now().UnixNano(), "-")
	for n := 0; time.Now().Before(until); n++ {
		s := o.drawn[o.rand.IntN(len(o.drawn))]
		var kind string
		var do func() error
		switch o.rand.IntN(4) {
		case 0:
			size := []int{1, 10, 500}[o.rand.IntN(3)]
			var list []*sessions.Session
			for i := range size {
				one := o.drawn[o.rand.IntN(len(o.drawn))].Clone()
				one.ID = fmt.Sprint(run, n, "-", i)
				one.CreatedAt = time.Now().Add(-time.Duration(o.rand.Int64N(int64(time.Hour) * 24)))
				list = append(list, one)
			}
			kind, do = fmt.Sprint("insert of ", size), func() error { return backend.Insert(ctx, list...) }
		case 1:
			one := s.Clone()
			one.ID, one.CreatedAt = fmt.Sprint(run, n), s.CreatedAt.Add(time.Duration(o.rand.Int64N(int64(time.Hour))))
			if err := backend.Insert(ctx, one); err != nil {
				return err
			}
			kind, do = "redact", func() error { return backend.Redact(ctx, o.company, one.ID) }
		default:
			fresh, err := backend.Get(ctx, o.company, s.ID)
			if err != nil {
				return err
			}
			kind = "update"
			if fresh.Model = fmt.Sprint("model ", n); o.rand.IntN(2) == 0 {
				kind = "rename"
				fresh.LastName = sessions.TextOf(fmt.Sprint(prefix(fresh.LastName.Value(), 6), "x"))
			}
			do = func() error { return backend.Update(ctx, fresh) }
		}
		began := time.Now()
		if err := do(); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		slowest[kind] = max(slowest[kind], time.Since(began))
		count[kind]++
	}
	o.line("\n| write | times | slowest |\n|---|---:|---:|")
	for _, kind := range []string{"insert of 1", "insert of 10", "insert of 500", "update", "rename", "redact"} {
		o.line("| %s | %d | %.1f ms |", kind, count[kind], float64(slowest[kind].Microseconds())/1000)
	}
	return nil
}
