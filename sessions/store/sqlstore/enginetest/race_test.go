//go:build race

package enginetest

// defaultChecks is the number of random cases for each property. With the race detector, which
// makes Go code about ten times slower, there are fewer.
const defaultChecks = "20"

// raced reports that the tests run with the race detector.
const raced = true
