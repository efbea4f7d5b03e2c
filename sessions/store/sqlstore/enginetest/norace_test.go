//go:build !race

package enginetest

// defaultChecks is the number of random cases for each property.
const defaultChecks = "100"

// raced reports that the tests run with the race detector.
const raced = false
