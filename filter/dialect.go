package filter

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Masterminds/squirrel"
)

// Dialect is an SQL dialect. It is also the placeholder format of squirrel statements in that
// dialect. The zero Dialect is not a dialect: its use is an error that wraps [ErrDialect].
type Dialect uint8

// The dialects.
const (
	Postgres Dialect = iota + 1 // PostgreSQL 15 and newer
	MariaDB                     // MariaDB 10.11 and newer, and MySQL 8.0.21 and newer
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

// ReplacePlaceholders replaces the question marks of squirrel with the placeholders of the dialect:
// $1, $2, ... for PostgreSQL. Unlike squirrel.Dollar it does not change quotes and comments. As in
// squirrel, an operator that is a question mark is written as two.
func (d Dialect) ReplacePlaceholders(sql string) (string, error) {
	switch d {
	case MariaDB, SQLite:
		return sql, nil
	case Postgres:
		return dollars(sql), nil
	}
	return "", fmt.Errorf("%w: %s", ErrDialect, d)
}

// dollars replaces question marks with $1, $2 and so on.
func dollars(sql string) string {
	b := make([]byte, 0, len(sql)+16)
	n, after := 0, false
	scan(sql, Postgres, func(token string, isPlaceholder bool) {
		// A question mark needs no space next to a word, as in "LIKE?", but a number would become a
		// part of the word.
		if len(b) > 0 && (isPlaceholder || after && isWord(token[0])) && isWord(b[len(b)-1]) {
			b = append(b, ' ')
		}
		switch after = isPlaceholder; {
		case isPlaceholder:
			n++
			b = strconv.AppendInt(append(b, '$'), int64(n), 10)
		case token == "??":
			b = append(b, '?')
		default:
			b = append(b, token...)
		}
	})
	return string(b)
}

// placeholders counts the placeholders of an expression in the dialect. It returns -1 if the
// expression has others: a parameter with a number or a name, which may belong to the rest of the
// statement, or a comment of MariaDB whose content is SQL to some versions of the server.
func placeholders(sql string, d Dialect) (n int) {
	// mark is the token before, if that is a single byte; word says whether it ends with a byte of
	// a word.
	others, mark, word := false, byte(0), false
	scan(sql, d, func(token string, isPlaceholder bool) {
		others = others || isParameter(mark, token[0], d) || d == MariaDB && (strings.HasPrefix(token, "/*!") || strings.HasPrefix(token, "/*M!"))
		mark = 0
		if len(token) == 1 && (token != "$" || !word) {
			mark = token[0]
		}
		word = isWord(token[len(token)-1])
		n += bit(isPlaceholder)
	})
	if others {
		return -1
	}
	return n
}

// isParameter reports whether the bytes begin a parameter with a number or a name.
func isParameter(mark, next byte, d Dialect) bool {
	digit := next >= '0' && next <= '9'
	switch {
	case d == Postgres:
		return mark == '$' && digit
	case d == SQLite && mark == '?':
		return digit
	case d == SQLite:
		return mark != 0 && strings.IndexByte("$:@#", mark) >= 0 && isWord(next)
	}
	return false
}

// scan visits the parts of the SQL: placeholders, "??", and everything else in pieces.
func scan(sql string, d Dialect, visit func(token string, isPlaceholder bool)) {
	for at := 0; at < len(sql); {
		// Nothing else begins a placeholder, another parameter, a quote or a comment.
		i := strings.IndexAny(sql[at:], "?'\"`[#-/$:@")
		if i < 0 {
			visit(sql[at:], false)
			return
		}
		if i > 0 {
			visit(sql[at:at+i], false)
			at += i
		}
		size := 1
		switch {
		case strings.HasPrefix(sql[at:], "??"):
			size = 2
		case sql[at] != '?':
			size = verbatim(sql, at, d)
		}
		visit(sql[at:at+size], size == 1 && sql[at] == '?')
		at += size
	}
}

// verbatim returns the length of the quoted text, the comment or the single byte that begins in the
// SQL at the position.
func verbatim(sql string, at int, d Dialect) int {
	rest := sql[at:]
	switch c := rest[0]; {
	case (c == '\'' || c == '"') && d == MariaDB:
		return escaped(rest)
	case c == '\'' && d == Postgres && at > 0 && (sql[at-1] == 'E' || sql[at-1] == 'e') && !inWord(sql, at-1):
		return escapedParts(rest)
	case c == '\'' || c == '"' || c == '`' && d != Postgres:
		return until(rest, 1, rest[:1])
	case c == '[' && d == SQLite:
		return until(rest, 1, "]")
	case c == '#' && d == MariaDB, strings.HasPrefix(rest, "--") && (d != MariaDB || endsWord(rest[2:])):
		return line(rest, d)
	case strings.HasPrefix(rest, "/*"):
		if d == Postgres {
			return comment(rest)
		}
		return until(rest, 2, "*/")
	case c == '$' && d == Postgres && !inWord(sql, at):
		if tag := dollarTag(rest); tag != "" {
			return until(rest, len(tag), tag)
		}
	}
	return 1
}

// endsWord reports whether the SQL begins with white space or a control character, or is empty. Two
// hyphens that are followed by anything else are not a comment in MariaDB.
func endsWord(sql string) bool { return sql == "" || sql[0] <= ' ' || sql[0] == 0x7f }

// line returns the length of the SQL up to the end of its first line. A carriage return ends a line
// in PostgreSQL only.
func line(sql string, d Dialect) int {
	ends := "\n"
	if d == Postgres {
		ends = "\r\n"
	}
	if i := strings.IndexAny(sql, ends); i >= 0 {
		return i
	}
	return len(sql)
}

// until returns the length of the SQL up to and including the text end, which is searched from a
// position on.
func until(sql string, from int, end string) int {
	if i := strings.Index(sql[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(sql)
}

// inWord reports whether the byte before the position belongs to a word. A letter or a dollar sign
// at the position then belongs to the word too.
func inWord(sql string, at int) bool { return at > 0 && isWord(sql[at-1]) }

func isWord(c byte) bool {
	return c >= 0x80 || c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// dollarTag returns the opening quote "$tag$" with which the SQL begins, or "" if it begins with
// none.
func dollarTag(sql string) string {
	for i := 1; i < len(sql); i++ {
		switch c := sql[i]; {
		case c == '$':
			return sql[:i+1]
		case !isWord(c), i == 1 && c >= '0' && c <= '9':
			return ""
		}
	}
	return ""
}

// escaped returns the length of a string in which a backslash escapes the next byte.
func escaped(sql string) int {
	for i := 1; i < len(sql); i++ {
		switch sql[i] {
		case '\\':
			i++
		case sql[0]:
			return i + 1
		}
	}
	return len(sql)
}

// escapedParts returns the length of such a string in PostgreSQL, where quoted text on a later line
// continues it.
func escapedParts(sql string) int {
	end := escaped(sql)
	for at, lines := end, 0; at < len(sql); {
		switch c := sql[at]; {
		case c == '\n' || c == '\r':
			lines++
			at++
		case strings.IndexByte(" \t\f\v", c) >= 0:
			at++
		case strings.HasPrefix(sql[at:], "--"):
			at += line(sql[at:], Postgres)
		case c == '\'' && (lines > 0 || at == end): // two adjacent quotes are one
			end = at + escaped(sql[at:])
			at, lines = end, 0
		default:
			return end
		}
	}
	return end
}

// comment returns the length of a comment that may contain others.
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
