package engine

import (
	"slices"
	"strconv"
	"strings"
)

// Setting is a setting of the connection or of the server that the statements depend on.
type Setting struct {
	Name   string
	Needed string // in words
	For    Use
	OK     func(value string) bool // reports whether a value is acceptable
}

// Use says what a setting is needed for.
type Use int

// The uses of settings.
const (
	Everything Use = iota
	Writing        // in any transaction
	// Beginning a transaction that writes. A transaction that the host has begun may do without.
	Beginning
	// Erasing deleted data from the disk. Everything else works without it.
	Erasing
)

// is returns a function that reports whether a value is one of those given, ignoring case.
func is(values ...string) func(string) bool {
	return func(value string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, value) })
	}
}

// has returns a function that reports whether a comma-separated list has one of the words.
func has(words ...string) func(string) bool {
	return func(value string) bool {
		return slices.ContainsFunc(strings.Split(value, ","), func(v string) bool { return slices.Contains(words, v) })
	}
}

// not negates a function.
func not(ok func(string) bool) func(string) bool {
	return func(value string) bool { return !ok(value) }
}

// atLeast returns a function that reports whether a value is a number, or a version such as 3.45.1,
// that is not less than least.
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
