package filter

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// Columns maps the fields of filters to the columns of a table. It is an allow-list: a filter by a
// field that is not in it is an error, a [*ColumnError]. It is only read, so one value can serve
// all statements.
//
// Texts are compared byte by byte. NULL and the empty text are an absent value, and nothing else
// may represent one. For a field that is never absent they are its zero value: liveness "unknown",
// validity "not_checked", and no document presented. In SQLite a value that is stored as a BLOB, or
// as a number in a column without a type, is not a text, and matches no value.
type Columns struct {
	Company Column

	// Fields has the columns of all fields except reasons and extra fields.
	// Texts and enumerations are texts, unless [Enum] says otherwise; FieldDocumentPresented is a
	// boolean. Levels and attempts are integers. NULL is an absent one, and so is 0 for attempts
	// and acceptance levels. Instants have the engine's own type unless [Column.UnixMicro],
	// [Column.UnixMilli], [Column.Unix] or [Column.UTCText] says otherwise. Dates are texts of the
	// form yyyy-mm-dd, in which 00 is an unknown part; NULL and the empty text are an absent date.
	// For PostgreSQL's type date use Expr("to_char(t.birth_date, 'YYYY-MM-DD')"). IDs and companies
	// that are not text need [Column.UUID] or [Column.Integer].
	Fields map[sessions.Field]Column

	// Reasons has, for each reason, a condition that is true if the session failed for it: a
	// boolean column, or an expression such as Expr("s.low_far <> 0"). NULL is false. Only failed
	// sessions are tested.
	Reasons map[sessions.Reason]Column
	// OtherReason returns such a condition for a reason that is not in Reasons. nil means that
	// there are no others.
	OtherReason func(sessions.Reason) Column

	// Texts, by the key of the extra field. Only NULL is an absent field: the empty text is a value.
	Extra map[string]Column
	// A JSON object of strings, or NULL, with the keys that are not in Extra.
	ExtraJSON Column

	// SearchKey is a column of texts that the host fills with searchkey.Of(session) whenever it
	// stores a session, and again when searchkey.Version changes. Without it a search is a
	// [*ColumnError] that wraps [ErrNoSearchKey], and has to be matched in Go: see [Filter.Split].
	SearchKey Column

	// BinaryCollation promises that the database compares the text columns byte by byte. MariaDB
	// and MySQL do so under binary collations that do not pad (VARBINARY, utf8mb4_nopad_bin,
	// utf8mb4_0900_bin), SQLite unless a column is declared otherwise, PostgreSQL in text and
	// varchar under all deterministic collations. Without BinaryCollation, company "acme" is still
	// not "ACME" on any engine, whatever the column's type and collation: the SQL has a second,
	// bytewise comparison, and on PostgreSQL it casts columns to text, which costs nothing if they
	// are text or varchar. An index on a column of another type, such as citext, is then not used,
	// unless [Column.UUID] or [Column.Integer] states the type. The result of the cast is compared:
	// for inet that is "10.0.0.1/32", so use Expr("host(t.ip)").
	BinaryCollation bool
}

// Column is a column of a host's table, or an expression over its columns. The zero Column means
// that there is no column.
type Column struct {
	sql     string
	args    []any
	notNull bool
	err     error
	// unfit has a bit for each dialect in which the number of arguments is not that of question
	// marks.
	unfit uint8

	bytewise bool // is compared byte by byte on every engine
	integer  bool // is compared with integers for which its type may be too small

	// value returns the value that a column of another type is compared with for a text, nil if no
	// value of the type is that text.
	value  func(text string, d Dialect) any
	stored map[string][]any // codes of an enumeration's values; nil: the values themselves
	unit   time.Duration    // instants are integers that count this unit
	layout string           // instants are texts of this layout
}

// Col returns the column of that name: one to three identifiers of ASCII letters, digits and
// underscores with dots between, such as "s.company_id". They are not quoted. Any other name is an
// error that wraps [ErrColumn], returned when the statement is built.
func Col(name string) Column {
	for i, part := range strings.Split(name, ".") {
		if i == 3 || !isIdentifier(part) {
			return Column{err: fmt.Errorf("%w: not an identifier: an expression needs Expr", ErrColumn)}
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

// Expr returns the host's own expression: SQL that is inserted unchanged, in parentheses, possibly
// several times in one statement. Never build it from untrusted text. Each question mark in it is a
// placeholder for one of the args, except in quotes and comments of the statement's dialect. Write
// an operator that is a question mark as two. A wrong number of args is an error that wraps
// [ErrColumn], returned when the statement is built, and so are placeholders of another form, such
// as $1 and :a, and MariaDB's comments that contain SQL.
func Expr(sql string, args ...any) Column {
	c := Column{sql: "(" + sql + ")", args: slices.Clone(args)}
	// An expression does not state its dialect, and each dialect has its own quotes and comments.
	fits := false
	for d := Postgres; d <= SQLite; d++ {
		// A quote or a comment that is not closed would include the parenthesis after the
		// expression, and the text after that.
		if placeholders(sql+")?", d) == len(args)+1 {
			fits = true
		} else {
			c.unfit |= 1 << d
		}
	}
	if strings.TrimSpace(sql) == "" || !fits {
		return Column{err: errExpression}
	}
	return c
}

var errExpression = fmt.Errorf("%w: an empty or unfinished expression, or not one argument for each parameter, all of which are question marks", ErrColumn)

var errNoReason = fmt.Errorf("%w: Columns.Reasons lacks a reason of the filter", ErrNoColumn)

var errEnum = fmt.Errorf("%w: Enum of a field that is not an enumeration", ErrColumn)

// NotNull returns the column with the promise that it is never NULL, which makes the SQL shorter.
func (c Column) NotNull() Column {
	c.notNull = true
	return c
}

func (c Column) isZero() bool { return c.sql == "" && c.err == nil }

// Enum returns the column of an enumeration that the table stores in its own codes: values maps
// each value of the SDK to the codes that the table has for it. Codes are texts, integers,
// booleans, values of named types and [driver.Valuer]s of these, all of one type; nil, and what
// database/sql takes for nil, is NULL. A value that is not in the map is an error that wraps
// [ErrNoValue], returned when the statement is built; a value without codes selects no row. NULL
// needs no entry: it has the meaning that [Columns] states, unless it is a code of another value.
// Enum of a column of numbers, instants, dates, reasons, extra fields or the company is an error
// that wraps [ErrColumn].
func Enum[T ~string](c Column, values map[T][]any) Column {
	// The codes are converted as database/sql would convert them. A value of a named type or a
	// Valuer is then compared as a text, and a nil pointer is NULL, and not a parameter that makes
	// the condition NULL.
	c.stored = make(map[string][]any, len(values))
	for ours, theirs := range values {
		stored := make([]any, len(theirs))
		for i, v := range theirs {
			normal, err := driver.DefaultParameterConverter.ConvertValue(v)
			if err != nil {
				c.err = fmt.Errorf("%w: a value of an enumeration that no column can hold", ErrColumn)
			}
			stored[i] = normal
		}
		c.stored[string(ours)] = stored
	}
	return c
}

// hasNull reports whether NULL is one of the values of an enumeration.
func (c *Column) hasNull() bool {
	for _, stored := range c.stored {
		if slices.Contains(stored, nil) {
			return true
		}
	}
	return false
}

// UUID returns the column with the promise that its type is PostgreSQL's or MariaDB's uuid. Values
// are compared as UUIDs, so that an index can be used. A text that is not a UUID as the engine
// prints it, in lower case with hyphens, matches no row; it is not a database error. UUIDs in a
// text column, as in SQLite, do not need it.
func (c Column) UUID() Column {
	c.value = uuidValue
	return c
}

// uuidValue returns the text if it is a UUID as engines print it.
func uuidValue(text string, _ Dialect) any {
	if len(text) != 36 {
		return nil
	}
	for i := range len(text) {
		switch c := text[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return nil
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return nil
		}
	}
	return text
}

// Integer returns the column with the promise that its type is an integer of at most 64 bits.
// Values are compared as numbers, so that an index can be used. A text that is not a number as
// strconv.FormatInt writes it, such as "007", matches no row.
func (c Column) Integer() Column {
	c.value, c.integer = integerValue, true
	return c
}

// integerValue returns the number of a text.
func integerValue(text string, d Dialect) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) == text {
		return n
	}
	// Only MariaDB has unsigned integers.
	if n, err := strconv.ParseUint(text, 10, 64); d == MariaDB && err == nil && strconv.FormatUint(n, 10) == text {
		return n
	}
	return nil
}

// UnixMicro returns the column with its instants as integers: microseconds since the Unix epoch. A
// column without UnixMicro, [Column.UnixMilli], [Column.Unix] or [Column.UTCText] has the engine's
// type for instants, and is compared with a time.Time in UTC: PostgreSQL's timestamptz, and
// MariaDB's DATETIME(6) or TIMESTAMP(6) with driver and session in UTC. SQLite has no such type, so
// the column is an error that wraps [ErrColumn].
//
// The column must have a type for integers. SQLite and MariaDB accept one of texts as well, and
// sort its numbers as texts, so that rows are missing: use an [Expr] that casts it. Package
// tablestore refuses such a column.
func (c Column) UnixMicro() Column {
	c.unit = time.Microsecond
	return c
}

// UnixMilli returns the column with its instants as integers: milliseconds since the Unix epoch.
// Its type must be one for integers, see [Column.UnixMicro].
func (c Column) UnixMilli() Column {
	c.unit = time.Millisecond
	return c
}

// Unix returns the column with its instants as integers: seconds since the Unix epoch. Its type
// must be one for integers, see [Column.UnixMicro].
func (c Column) Unix() Column {
	c.unit, c.integer = time.Second, true
	return c
}

// UTCText returns the column with its instants as texts in UTC, by a layout of [time.Time.Format]
// whose texts are of one width and sort byte by byte as the instants do, such as
// "2006-01-02T15:04:05.000000Z". With another layout statements are errors that wrap [ErrColumn].
func (c Column) UTCText(layout string) Column {
	c.layout = layout
	if !sorts(layout) {
		c.err = fmt.Errorf("%w: a layout whose texts do not sort as instants do", ErrColumn)
	}
	return c
}

// sorts reports whether the texts of a layout have one width, and sort as the instants do.
func sorts(layout string) bool {
	// Of each pair, the later instant is greater in one part and less in all parts after it, or the
	// part's name is longer or sorts earlier.
	last := ""
	for _, at := range [...]time.Time{
		time.Date(1000, 1, 2, 3, 4, 5, 6000, time.UTC),
		// The year.
		time.Date(1999, 9, 30, 23, 59, 59, 999999000, time.UTC), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		// The month, and its name.
		time.Date(2001, 2, 28, 23, 0, 0, 0, time.UTC), time.Date(2001, 4, 3, 1, 0, 0, 0, time.UTC),
		// The day.
		time.Date(2001, 8, 30, 23, 59, 59, 999999000, time.UTC), time.Date(2001, 8, 31, 0, 0, 0, 0, time.UTC),
		// The hour.
		time.Date(2001, 8, 31, 9, 59, 59, 999999000, time.UTC), time.Date(2001, 8, 31, 10, 0, 0, 0, time.UTC),
		// The hour of twelve, and the minute.
		time.Date(2001, 8, 31, 13, 9, 59, 999999000, time.UTC), time.Date(2001, 8, 31, 13, 10, 0, 0, time.UTC),
		// The second.
		time.Date(2001, 8, 31, 13, 10, 9, 999999000, time.UTC), time.Date(2001, 8, 31, 13, 10, 10, 0, time.UTC),
		time.Date(2001, 8, 31, 13, 10, 11, 500000000, time.UTC),
		time.Date(2001, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(9998, 12, 31, 23, 59, 59, 999999000, time.UTC),
	} {
		text := at.Format(layout)
		if last != "" && (len(text) != len(last) || text < last) {
			return false
		}
		last = text
	}
	return layout != ""
}

// The times of sessions are between these. A range that goes beyond them means the same as one that
// ends here, and every engine has these times.
var (
	earliest = time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

// within returns the instant, or the nearer of these two if it is not between them.
func within(at time.Time) time.Time {
	switch {
	case at.Before(earliest):
		return earliest
	case at.After(latest):
		return latest
	}
	return at
}

// instant returns the value that a column is compared with that does not hold microseconds. Times
// are rounded up to the column's precision, since it holds nothing between.
func (c *Column) instant(d Dialect, at time.Time) (any, error) {
	at = within(at)
	switch {
	case c.unit == time.Second:
		return ceil(at, time.Second).Unix(), nil
	case c.unit == time.Millisecond:
		return ceil(at, time.Millisecond).UnixMilli(), nil
	case c.layout == "" && d == SQLite:
		return nil, fmt.Errorf("%w: SQLite has no type for instants: use Column.UTCText or Column.UnixMilli", ErrColumn)
	case c.layout == "":
		return at, nil
	}
	// The layout does not state its precision: the first unit that it can express is used.
	for _, unit := range []time.Duration{time.Microsecond, time.Millisecond, time.Second} {
		up := ceil(at, unit)
		text := up.Format(c.layout)
		if back, err := time.Parse(c.layout, text); err == nil && back.Equal(up) {
			return text, nil
		}
	}
	return nil, fmt.Errorf("%w: a layout that cannot say the instant", ErrColumn)
}

// IsText reports whether the column has its instants as texts, see [Column.UTCText].
func (c Column) IsText() bool { return c.layout != "" }

// IsNumber reports whether the column may have its instants as numbers, see [Column.UnixMicro]. Texts
// of digits alone compare as numbers in a column of numbers.
func (c Column) IsNumber() bool {
	return c.unit != 0 || c.layout != "" && strings.Trim(latest.Format(c.layout), "0123456789") == ""
}

// Holds reports whether the column can hold an instant: a column of whole seconds cannot hold a
// fraction of a second. If it holds others, ranges skip rows.
func (c Column) Holds(at time.Time) bool {
	if c.layout != "" {
		back, err := time.Parse(c.layout, at.UTC().Format(c.layout))
		return err == nil && back.Equal(at)
	}
	return c.unit <= time.Microsecond || at.Equal(ceil(at, c.unit))
}

// ToSql returns the column as statements have it, with the arguments of an expression, so that a
// column is a squirrel.Sqlizer for the rest of a host's query. For the zero Column the error is
// [ErrNoColumn].
//
//nolint:revive // the name is squirrel's
func (c Column) ToSql() (string, []any, error) {
	if c.isZero() {
		return "", nil, ErrNoColumn
	}
	return c.sql, c.args, c.err
}
