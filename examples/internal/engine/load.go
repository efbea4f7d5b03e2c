package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// Load returns the function that imports rows in the fastest way of an engine: COPY of PostgreSQL,
// LOAD DATA of MariaDB. SQLite has none, and Load returns nil.
func Load(d filter.Dialect) sqlstore.Load {
	switch d {
	case sqlstore.Postgres:
		return copyFrom
	case sqlstore.MariaDB:
		return loadData
	}
	return nil
}

// copyFrom stores rows with COPY. pgx's own CopyFrom writes the binary form, which takes the program
// and the server more time.
func copyFrom(ctx context.Context, conn *sql.Conn, table string, columns []string, rows [][]any) (n int64, err error) {
	err = conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("a connection of %T", driver)
		}
		to := pgx.Identifier{table}.Sanitize() + " (" + strings.Join(columns, ", ") + ")"
		tag, err := c.Conn().PgConn().CopyFrom(ctx, &rowReader{rows: rows}, "COPY "+to+" FROM STDIN")
		n = tag.RowsAffected()
		return err
	})
	return n, err
}

// loads counts the readers, which the driver of MariaDB finds by their names.
var loads atomic.Int64

// errWarnings means that LOAD DATA LOCAL has changed values to fit the columns, or has left rows
// out.
var errWarnings = errors.New("LOAD DATA has warnings")

// loadData stores rows with LOAD DATA LOCAL, which reports bad values as warnings only.
func loadData(ctx context.Context, conn *sql.Conn, table string, columns []string, rows [][]any) (int64, error) {
	name := "sessionkit-" + strconv.FormatInt(loads.Add(1), 10)
	mysql.RegisterReaderHandler(name, func() io.Reader { return &rowReader{rows: rows} })
	defer mysql.DeregisterReaderHandler(name)
	result, err := conn.ExecContext(ctx, "LOAD DATA LOCAL INFILE 'Reader::"+name+"' INTO TABLE "+table+
		" CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' ("+strings.Join(columns, ", ")+")")
	if err != nil {
		return 0, err
	}
	var warnings int
	if err := conn.QueryRowContext(ctx, "SELECT @@warning_count").Scan(&warnings); err != nil {
		return 0, err
	}
	if warnings > 0 {
		return 0, errWarnings
	}
	return result.RowsAffected()
}

// rowReader reads rows as AppendRow writes them, with one row in memory at a time.
type rowReader struct {
	rows [][]any
	room []byte
	line []byte // what is left of a row, in room
}

// Read implements io.Reader. It fills p, unless there are no more rows.
func (r *rowReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(r.line) == 0 {
			if len(r.rows) == 0 {
				return n, io.EOF
			}
			r.room = AppendRow(r.room[:0], r.rows[0])
			r.line, r.rows = r.room, r.rows[1:]
		}
		copied := copy(p[n:], r.line)
		n, r.line = n+copied, r.line[copied:]
	}
	return n, nil
}

// AppendRow appends a row in the default form of COPY and LOAD DATA: fields are separated by tabs,
// special characters follow a backslash, and \N is NULL. Values are those of a [sqlstore.Bulk].
func AppendRow(line []byte, row []any) []byte {
	for i, v := range row {
		if i > 0 {
			line = append(line, '\t')
		}
		line = appendField(line, v)
	}
	return append(line, '\n')
}

// appendField appends one field.
func appendField(line []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(line, `\N`...)
	case int64:
		return strconv.AppendInt(line, v, 10)
	default:
		text := v.(string) //nolint:errcheck // as sqlstore.Bulk promises
		begin := 0
		for i := range len(text) {
			if letter := escaped[text[i]]; letter != 0 {
				line = append(append(line, text[begin:i]...), '\\', letter)
				begin = i + 1
			}
		}
		return append(line, text[begin:]...)
	}
}

// escaped has the letters that follow a backslash for the special characters.
var escaped = [256]byte{'\\': '\\', '\t': 't', '\n': 'n', '\r': 'r'}
