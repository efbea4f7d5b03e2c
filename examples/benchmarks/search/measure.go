package main

import (
	"cmp"
	"slices"
	"time"
)

// times are durations of the same operation.
type times []time.Duration

// percentile returns the least of the times that at least p per cent of them do not exceed (the
// nearest rank), or 0 if there are none.
func (t times) percentile(p float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	rank := int(p * float64(len(t)) / 100)
	if float64(rank)*100 < p*float64(len(t)) {
		rank++
	}
	return sorted[min(max(rank, 1), len(t))-1]
}

// sample is one keystroke and its measurements.
type sample struct {
	keystroke
	took      time.Duration
	processor time.Duration // of this program and the server together; 0 if it is not known
	rows      int
	partial   bool
	stopped   bool // the query was stopped at the limit, which took is
}

// group has the samples of one class, or of one length.
type group struct {
	name            string
	took, processor times
	partial         int
	stopped         int
	keystrokes      int
}

// add adds a sample.
func (g *group) add(s sample) {
	g.took = append(g.took, s.took)
	g.processor = append(g.processor, s.processor)
	g.keystrokes++
	if s.partial {
		g.partial++
	}
	if s.stopped {
		g.stopped++
	}
}

// groupsBy groups the samples by name, in the order in which the names first occur.
func groupsBy(samples []sample, name func(sample) string) []*group {
	var list []*group
	byName := map[string]*group{}
	for _, s := range samples {
		n := name(s)
		if byName[n] == nil {
			byName[n] = &group{name: n}
			list = append(list, byName[n])
		}
		byName[n].add(s)
	}
	return list
}

// groupsByLength returns the groups of 0, 1, ... longest-1 characters typed, and of longest or
// more. Lengths without samples are left out.
func groupsByLength(samples []sample, longest int) []lengthGroup {
	var list []lengthGroup
	for _, s := range samples {
		n := min(s.length(), longest)
		i := slices.IndexFunc(list, func(g lengthGroup) bool { return g.length == n })
		if i < 0 {
			i = len(list)
			list = append(list, lengthGroup{length: n})
		}
		list[i].add(s)
	}
	slices.SortFunc(list, func(x, y lengthGroup) int { return cmp.Compare(x.length, y.length) })
	return list
}

// lengthGroup is the group of a typed length.
type lengthGroup struct {
	length int
	group
}

// every returns n of the samples, evenly spread.
func every[T any](list []T, n int) []T {
	if n >= len(list) {
		return list
	}
	part := make([]T, n)
	for i := range part {
		part[i] = list[i*len(list)/n]
	}
	return part
}
