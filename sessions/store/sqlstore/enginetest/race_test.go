//go:build race

package enginetest

// defaultChecks is how many random cases each property gets: fewer with the race detector, which
// makes Go code some ten times slower.
const defaultChecks = "20"

// raced reports that the tests run with the race detector.
const raced = true
