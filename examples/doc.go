// Package examples and the programs below it show the SDK at work. They are a module of their own,
// so that their database drivers and peers stay out of every host's build.
package examples
