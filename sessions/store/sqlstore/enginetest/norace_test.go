//go:build !race

package enginetest

// defaultChecks is how many random cases each property gets.
const defaultChecks = "100"

// raced reports that the tests run with the race detector.
const raced = false
