//go:build mattn || (race && !modernc && !ncruces)

package enginetest

import (
	"database/sql/driver"
	"net/url"
	"strings"

	mattn "github.com/mattn/go-sqlite3"
)

func sqliteDriver() driver.Driver { return mattnDriver{} }

// mattnDriver accepts the pragmas of a data source name in the form of the other drivers.
type mattnDriver struct{}

func (mattnDriver) Open(dsn string) (driver.Conn, error) {
	path, query, _ := strings.Cut(dsn, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, err
	}
	pragmas := values["_pragma"]
	values.Del("_pragma")
	d := &mattn.SQLiteDriver{ConnectHook: func(c *mattn.SQLiteConn) error {
		for _, p := range pragmas {
			if _, err := c.Exec("PRAGMA "+p, nil); err != nil {
				return err
			}
		}
		return nil
	}}
	return d.Open(path + "?" + values.Encode())
}
