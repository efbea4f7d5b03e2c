package engine

import (
	"slices"
	"strconv"
	"strings"
)

// Setting is a setting of a connection or of the server that the statements depend on.
type Setting struct {
	Name   string
	Needed string // in words
	For    Use
	OK     func(value string) bool // reports whether a value will do
}

// Use is what a setting is needed for.
type Use int

// The uses.
const (
	Everything Use = iota
	Writing        // in whatever transaction
	Beginning      // of transactions that write. One that the host has begun may do without
	Erasing        // of what was there from the disk. Everything else does without
)

// is returns a function that reports whether a value is one of those given, in whatever case.
func is(values ...string) func(string) bool {
	return func(value string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, value) })
	}
}

// has returns a function that reports whether a list with commas has one of the words.
func has(words ...string) func(string) bool {
	return func(value string) bool {
		return slices.ContainsFunc(strings.Split(value, ","), func(v string) bool { return slices.Contains(words, v) })
	}
}

func not(ok func(string) bool) func(string) bool {
	return func(value string) bool { return !ok(value) }
}

// atLeast returns a function that reports whether a value is a version, such as 3.45.1, or a
// number, that is not less.
func atLeast(least ...int) func(string) bool {
	return func(value string) bool {
		var version []int
		for part := range strings.SplitSeq(value, ".") {
			n, err := strconv.Atoi(part)
			if err != nil {
				return false
			}
			version = append(version, n)
		}
		return slices.Compare(version, least) >= 0
	}
}
