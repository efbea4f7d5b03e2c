package filter

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Masterminds/squirrel"
)

// Dialect is an SQL dialect. It is also the placeholder format of squirrel statements in that dialect. The zero Dialect is
// none: an error that wraps [ErrDialect].
type Dialect uint8

// The dialects.
const (
	Postgres Dialect = iota + 1 // PostgreSQL 15 and newer
	MariaDB                     // MariaDB 10.11 and newer, and MySQL 8.0.19 and newer
	SQLite                      // SQLite 3.38 and newer
)

var _ squirrel.PlaceholderFormat = Postgres

// String returns the dialect's name.
func (d Dialect) String() string {
	switch d {
	case Postgres:
		return "postgres"
	case MariaDB:
		return "mariadb"
	case SQLite:
		return "sqlite"
	}
	return fmt.Sprintf("Dialect(%d)", uint8(d))
}

// ReplacePlaceholders writes the placeholders of squirrel, which are question marks, as the dialect wants them:
// $1, $2, ... for PostgreSQL. Unlike squirrel.Dollar it leaves alone what stands in quotes and comments. A question mark that
// is an operator is written twice, as with squirrel.
func (d Dialect) ReplacePlaceholders(sql string) (string, error) {
	switch d {
	case MariaDB, SQLite:
		return sql, nil
	case Postgres:
		return dollars(sql), nil
	}
	return "", fmt.Errorf("%w: %s", ErrDialect, d)
}

func dollars(sql string) string {
	b := make([]byte, 0, len(sql)+16)
	for n := 0; ; {
		i := strings.IndexAny(sql, `?'"-/$`)
		if i < 0 {
			return string(append(b, sql...))
		}
		escapes := sql[i] == '\'' && i > 0 && (sql[i-1] == 'E' || sql[i-1] == 'e')
		b, sql = append(b, sql[:i]...), sql[i:]
		size := verbatim(sql, escapes)
		switch {
		case strings.HasPrefix(sql, "??"):
			b, size = append(b, '?'), 2
		case sql[0] == '?':
			n++
			b, size = strconv.AppendInt(append(b, '$'), int64(n), 10), 1
		default:
			b = append(b, sql[:size]...)
		}
		sql = sql[size:]
	}
}

// verbatim returns how long the quoted text, the comment or the single byte is that the SQL begins with.
func verbatim(sql string, escapes bool) int {
	var end string
	switch {
	case sql[0] == '\'' && escapes:
		return escaped(sql)
	case sql[0] == '\'' || sql[0] == '"':
		end = sql[:1]
	case strings.HasPrefix(sql, "--"):
		end = "\n"
	case strings.HasPrefix(sql, "/*"):
		return comment(sql)
	case sql[0] == '$':
		tag := strings.IndexByte(sql[1:], '$')
		if tag < 0 || strings.ContainsFunc(sql[1:1+tag], func(r rune) bool { return r < 0x80 && r != '_' && !isBare(byte(r)) }) ||
			tag > 0 && sql[1] >= '0' && sql[1] <= '9' {
			return 1
		}
		end = sql[:tag+2]
	default:
		return 1
	}
	if i := strings.Index(sql[len(end):], end); i >= 0 && end != "\n" {
		return len(end) + i + len(end)
	} else if i >= 0 {
		return len(end) + i
	}
	return len(sql)
}

// escaped returns the length of a string in which a backslash escapes a quote.
func escaped(sql string) int {
	for i := 1; i < len(sql); i++ {
		switch sql[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return len(sql)
}

// comment returns the length of a comment, in which others may be nested.
func comment(sql string) int {
	for i, depth := 2, 1; i < len(sql); i++ {
		switch {
		case strings.HasPrefix(sql[i:], "/*"):
			depth++
			i++
		case strings.HasPrefix(sql[i:], "*/"):
			i++
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(sql)
}
