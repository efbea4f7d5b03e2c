// Package examples and the programs below it show how to use the SDK. They are a module of their
// own, so that their database drivers and peers are not in every host's build.
package examples
