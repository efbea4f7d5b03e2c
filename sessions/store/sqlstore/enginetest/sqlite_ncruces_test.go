//go:build ncruces

package enginetest

import (
	"database/sql/driver"

	ncruces "github.com/ncruces/go-sqlite3/driver"
)

func sqliteDriver() driver.Driver { return &ncruces.SQLite{} }
