//go:build modernc || (!race && !mattn && !ncruces)

package enginetest

import (
	"database/sql/driver"

	modernc "modernc.org/sqlite"
)

// sqliteDriver returns the driver of SQLite that the tests use. Build tags replace it with two
// others, which have one name and cannot be linked together. With the race detector it is the one
// in C: in Go, SQLite itself is watched for races, and takes about ten times longer.
//
//	go test -race -tags modernc .
//	go test -tags mattn -run '/sqlite|SQLite' .      github.com/mattn/go-sqlite3, C
//	go test -tags ncruces -run '/sqlite|SQLite' .    github.com/ncruces/go-sqlite3, WebAssembly
func sqliteDriver() driver.Driver { return &modernc.Driver{} }
