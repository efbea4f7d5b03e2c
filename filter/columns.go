package filter

import (
	"fmt"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// Columns says where a table keeps what filters ask for. It is an allow-list: what is not in it can not be asked, and a
// filter that does is an error, a [*ColumnError]. It is read, never changed: one value serves all statements.
//
// Texts are compared byte by byte. A NULL is a value that the session does not have; a document type that is NULL
// is the empty one, a match level that is NULL was not compared. Nothing that a text column holds may stand for
// an absent value, but NULL and the empty text.
type Columns struct {
	Company        Column
	Status         Enum[sessions.Status]
	DocumentType   Enum[sessions.DocumentType]
	MatchLevel     Column // an integer; NULL: not compared
	CreatedAt      TimeColumn
	Subject        Column
	PersonalNumber Column // NULL or empty where it is not known

	// Reasons has, for each reason, a condition that tells whether the session failed for it: a boolean column, or an
	// expression such as Expr("s.low_far <> 0"). NULL is false. It is asked of failed sessions only.
	Reasons map[sessions.Reason]Column
	// OtherReason returns that condition for the reasons that are not in Reasons. nil: there are no others.
	OtherReason func(sessions.Reason) Column

	Extra     map[string]Column // texts, by the key of the extra field
	ExtraJSON Column            // a JSON object of strings, or NULL: has the keys that are not in Extra

	SearchKey Column // a [searchkey.Key], whose words are of the version of that package

	// Binary says that the database compares the text columns byte by byte as they are. MariaDB and MySQL do so under
	// binary collations that do not pad (VARBINARY, utf8mb4_nopad_bin, utf8mb4_0900_bin), SQLite unless a column is
	// declared otherwise. Without it a second, bytewise comparison is written on those engines, so that company
	// "acme" is not "ACME". PostgreSQL compares bytewise under all deterministic collations, but not the type citext: use
	// Expr("s.company::text").
	Binary bool
}

// Column is a column of a host's table, or an expression over its columns. The zero Column is none.
type Column struct {
	sql     string
	args    []any
	notNull bool
	err     error

	bytewise bool // compares byte by byte on every engine
}

// Col returns the column of that name: one to three identifiers of ASCII letters, digits and underscores with dots
// between, such as "s.company_id". They are written as they are. Any other name is an error that wraps [ErrColumn] and
// comes with the statement.
func Col(name string) Column {
	for i, part := range strings.Split(name, ".") {
		if i == 3 || !isIdentifier(part) {
			return Column{err: fmt.Errorf("%w: not an identifier", ErrColumn)}
		}
	}
	return Column{sql: name}
}

func isIdentifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// Expr returns the host's own expression: SQL that is written as it is, in parentheses, wherever it is needed, possibly several
// times in one statement. Never build it of text from outside: each question mark in it stands for one of the args. Another
// number of them is an error that wraps [ErrColumn] and comes with the statement.
func Expr(sql string, args ...any) Column {
	if strings.TrimSpace(sql) == "" || strings.Count(sql, "?") != len(args) {
		return Column{err: fmt.Errorf("%w: an empty expression, or not one argument for each question mark", ErrColumn)}
	}
	return Column{sql: "(" + sql + ")", args: args}
}

// NotNull returns the column with the promise that it is never NULL, which makes shorter SQL.
func (c Column) NotNull() Column {
	c.notNull = true
	return c
}

func (c Column) isZero() bool { return c.sql == "" && c.err == nil }

// Enum is a column that holds an open enumeration.
type Enum[T ~string] struct {
	Column Column
	// Values has, for each of our values, those that the table stores for it: texts, integers, booleans. nil: values are
	// stored as they are. A value that is not in a map which is not nil is an error that wraps [ErrNoValue].
	Values map[T][]any
}

// TimeColumn is a column that holds instants.
type TimeColumn struct {
	Column Column
	Clock  Clock
	Layout string // of UTCText, for [time.Time.Format]; of one width, such as "2006-01-02T15:04:05.000000Z"
}

// Clock is how a column holds instants.
type Clock uint8

// The clocks.
const (
	// Native is PostgreSQL's timestamptz, and MariaDB's DATETIME(6) or TIMESTAMP(6) where driver and session are in UTC.
	// They are compared with a time.Time in UTC. SQLite has no such type: an error that wraps ErrColumn.
	Native Clock = iota
	// UnixMicro is an integer: microseconds since the Unix epoch.
	UnixMicro
	// UTCText is text of one width, in UTC, that sorts as the instants do.
	UTCText
)

// Sessions lie between these. A range that goes beyond means the same as one that ends here, and every engine can say that.
var (
	earliest = time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

// instant returns what the column is compared with. Times are rounded up to what the layout can say, since the column
// holds nothing between.
func (t TimeColumn) instant(d Dialect, at time.Time) (any, error) {
	if at.Before(earliest) {
		at = earliest
	}
	if at.After(latest) {
		at = latest
	}
	switch t.Clock {
	case Native:
		if d == SQLite {
			return nil, fmt.Errorf("%w: SQLite has no type for instants", ErrColumn)
		}
		return at, nil
	case UnixMicro:
		return at.UnixMicro(), nil
	case UTCText:
		if strings.Contains(t.Layout, ".9") || strings.Contains(t.Layout, ",9") {
			return nil, fmt.Errorf("%w: a layout of varying width", ErrColumn)
		}
		for _, unit := range []time.Duration{time.Microsecond, time.Millisecond, time.Second} {
			up := ceil(at, unit)
			text := up.Format(t.Layout)
			if back, err := time.Parse(t.Layout, text); err == nil && back.Equal(up) {
				return text, nil
			}
		}
		return nil, fmt.Errorf("%w: a layout that cannot say the instant", ErrColumn)
	}
	return nil, fmt.Errorf("%w: unknown clock", ErrColumn)
}

// ToSql returns the column as it stands in statements, with the arguments of an expression: a column is a
// [squirrel.Sqlizer], for the rest of a host's query. The zero Column is [ErrNoColumn].
//
//nolint:revive // the name is squirrel's
func (c Column) ToSql() (string, []any, error) {
	if c.isZero() {
		return "", nil, ErrNoColumn
	}
	return c.sql, c.args, c.err
}
