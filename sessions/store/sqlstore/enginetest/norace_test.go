//go:build !race

package enginetest

// defaultChecks is how many random cases each property gets.
const defaultChecks = "100"
