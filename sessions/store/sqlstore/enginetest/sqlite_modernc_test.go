//go:build modernc || (!race && !mattn && !ncruces)

package enginetest

import (
	"database/sql/driver"

	modernc "modernc.org/sqlite"
)

// sqliteDriver is the driver of SQLite that the tests use. Two others take its place by a build
// tag, since they have one name and cannot be linked together. Under the race detector it is the
// one in C: in Go, SQLite itself is watched for races, and takes some ten times longer.
//
//	go test -race -tags modernc .
//	go test -tags mattn -run '/sqlite|SQLite' .      github.com/mattn/go-sqlite3, C
//	go test -tags ncruces -run '/sqlite|SQLite' .    github.com/ncruces/go-sqlite3, WebAssembly
func sqliteDriver() driver.Driver { return &modernc.Driver{} }
