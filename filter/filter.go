// Package filter selects sessions: one immutable value for Match in Go, SQL, text and URL.
package filter

import (
	"errors"
	"fmt"
	"iter"
	"net/url"
	"time"

	"github.com/Masterminds/squirrel"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

var (
	ErrEmpty       = errors.New("filter: no value")
	ErrValue       = errors.New("filter: a value that no session can have")
	ErrRange       = errors.New("filter: the range ends before it begins")
	ErrZone        = errors.New("filter: no time zone that can be loaded by name")
	ErrSyntax      = errors.New("filter: malformed text")
	ErrParameter   = errors.New("filter: unknown or repeated parameter")
	ErrLimit       = errors.New("filter: over the limit")
	ErrTooDeep     = fmt.Errorf("%w: nested too deeply", ErrLimit)
	ErrTooMany     = fmt.Errorf("%w: too many values", ErrLimit)
	ErrTooLong     = fmt.Errorf("%w: too long", ErrLimit)
	ErrNoCompany   = errors.New("filter: no company")
	ErrDialect     = errors.New("filter: unknown dialect")
	ErrColumn      = errors.New("filter: bad column")
	ErrNoColumn    = errors.New("filter: no column for the field")
	ErrNoSearchKey = fmt.Errorf("%w: no search key", ErrNoColumn)
	ErrNoValue     = errors.New("filter: no stored value")
)

var errUnbuilt = errors.New("filter: not built yet")

// Error says which criterion a mistake is in. It never contains the criterion's values.
type Error struct {
	Criterion Kind
	Err       error
}

func (e *Error) Error() string { return e.Criterion.String() + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// ColumnError says which field's column SQL needs and does not have.
type ColumnError struct {
	Field sessions.Field
	Err   error
}

func (e *ColumnError) Error() string { return e.Field.String() + ": " + e.Err.Error() }
func (e *ColumnError) Unwrap() error { return e.Err }

// ParameterError says which URL parameter a mistake is in.
type ParameterError struct {
	Parameter string
	Err       error
}

func (e *ParameterError) Error() string { return "parameter " + e.Parameter + ": " + e.Err.Error() }
func (e *ParameterError) Unwrap() error { return e.Err }

// Filter is an immutable selection of a company's sessions. The zero Filter selects all.
type Filter struct {
	root Node
	err  error
}

// Node is a node of a filter: *AllOf, *AnyOf, *Negation or *Criterion.
type Node interface{ sealed() }

type (
	AllOf    struct{ parts []Node }
	AnyOf    struct{ parts []Node }
	Negation struct{ part Node }
)

func (n *AllOf) sealed()     {}
func (n *AnyOf) sealed()     {}
func (n *Negation) sealed()  {}
func (n *Criterion) sealed() {}

func (n *AllOf) Parts() iter.Seq[Node] { return nil }
func (n *AnyOf) Parts() iter.Seq[Node] { return nil }
func (n *Negation) Part() Node         { return n.part }

// Kind is what a criterion is about.
type Kind uint8

const (
	KindNone Kind = iota
	KindStatus
	KindDocumentType
	KindMatchLevel
	KindFailedFor
	KindCreated
	KindSubject
	KindPersonalNumber
	KindExtra
	KindSearch
)

func (k Kind) String() string { return "" }

// Criterion is one condition, a leaf of the tree.
type Criterion struct{ kind Kind }

func (c *Criterion) Kind() Kind                     { return c.kind }
func (c *Criterion) Fields() sessions.Fields        { return 0 }
func (c *Criterion) Values() []string               { return nil }
func (c *Criterion) Levels() []far.Level            { return nil }
func (c *Criterion) Key() string                    { return "" }
func (c *Criterion) Query() searchkey.Query         { return searchkey.Query{} }
func (c *Criterion) Range() (from, to time.Time)    { return }
func (c *Criterion) Days() (from, to sessions.Date) { return }
func (c *Criterion) Zone() *time.Location           { return nil }
func (c *Criterion) Match(s *sessions.Session) bool { return false }

// NotCompared stands among the levels of MatchLevel for sessions without a comparison.
const NotCompared far.Level = -1

func unbuilt() Filter { return Filter{err: errUnbuilt} }

func And(...Filter) Filter                                              { return unbuilt() }
func Or(...Filter) Filter                                               { return unbuilt() }
func Not(Filter) Filter                                                 { return unbuilt() }
func None() Filter                                                      { return unbuilt() }
func Search(text string) Filter                                         { return unbuilt() }
func SearchIn(fields sessions.Fields, text string) Filter               { return unbuilt() }
func DocumentType(types ...sessions.DocumentType) Filter                { return unbuilt() }
func Status(statuses ...sessions.Status) Filter                         { return unbuilt() }
func FailedFor(reasons ...sessions.Reason) Filter                       { return unbuilt() }
func FailedForAt(levels []far.Level, reasons ...sessions.Reason) Filter { return unbuilt() }
func MatchLevel(levels ...far.Level) Filter                             { return unbuilt() }
func CreatedOn(from, to sessions.Date, zone *time.Location) Filter      { return unbuilt() }
func CreatedBetween(from, to time.Time) Filter                          { return unbuilt() }
func Extra(key string, values ...string) Filter                         { return unbuilt() }
func PersonalNumber(numbers ...string) Filter                           { return unbuilt() }
func Subject(keys ...string) Filter                                     { return unbuilt() }

func (f Filter) Err() error                              { return f.err }
func (f Filter) Match(s *sessions.Session) bool          { return false }
func (f Filter) Root() Node                              { return f.root } // nil: everything
func (f Filter) IsZero() bool                            { return false }
func (f Filter) Fields() sessions.Fields                 { return 0 }
func (f Filter) Range() (from, to time.Time)             { return }     // of the top conjunction; zero is open
func (f Filter) Criteria() []*Criterion                  { return nil } // of the top conjunction
func (f Filter) Parts() []Filter                         { return nil } // of the top conjunction: And(f.Parts()...) is f
func (f Filter) Without(kinds ...Kind) Filter            { return f }
func (f Filter) SplitSearch() ([]*Criterion, Filter)     { return nil, f } // top searches, the rest
func (f Filter) SearchesNothing() bool                   { return false }
func (f Filter) WithSearchFields(sessions.Fields) Filter { return f }
func (f Filter) Text() string                            { return "" }
func (f Filter) Values() url.Values                      { return nil }

func Parse(text string) (Filter, error)       { return unbuilt(), errUnbuilt }
func FromValues(v url.Values) (Filter, error) { return unbuilt(), errUnbuilt }

// Dialect is an SQL dialect, and a squirrel.PlaceholderFormat that knows quotes.
type Dialect uint8

const (
	Postgres Dialect = iota + 1
	MariaDB          // and MySQL 8
	SQLite
)

func (d Dialect) ReplacePlaceholders(sql string) (string, error) { return sql, errUnbuilt }

var _ squirrel.PlaceholderFormat = Postgres

// Column is a column of a host's table, or an expression over its columns.
type Column struct {
	sql     string
	args    []any
	notNull bool
	err     error
}

func Col(name string) Column              { return Column{sql: name} }            // simple or qualified identifier, checked
func Expr(sql string, args ...any) Column { return Column{sql: sql, args: args} } // the host's own, verbatim
func (c Column) NotNull() Column          { c.notNull = true; return c }

// Enum is a column with an enumeration: nil Values means that the values are stored as they are.
type Enum[T ~string] struct {
	Column Column
	Values map[T][]any
}

// Clock says how a column holds instants.
type Clock uint8

const (
	Native    Clock = iota // timestamptz, DATETIME(6): compared with a time.Time in UTC; not SQLite
	UnixMicro              // integer microseconds since 1970
	UTCText                // fixed-width text in UTC, by TimeColumn.Layout
)

type TimeColumn struct {
	Column Column
	Clock  Clock
	Layout string
}

// Columns is the allow-list of what a filter may ask of a table.
type Columns struct {
	Company        Column
	CreatedAt      TimeColumn
	Status         Enum[sessions.Status]
	DocumentType   Enum[sessions.DocumentType]
	MatchLevel     Column                       // NULL: not compared
	Reasons        map[sessions.Reason]Column   // flags: true, or a number that is not 0
	OtherReason    func(sessions.Reason) Column // a boolean expression for reasons that have no flag
	PersonalNumber Column
	Subject        Column
	Extra          map[string]Column // text columns by key
	ExtraJSON      Column            // JSON object of strings, or NULL: for keys that are not in Extra
	SearchKey      Column            // searchkey.Key
	Binary         bool              // texts compare bytewise already (MariaDB, SQLite): no second comparison is written
}

// Condition is a filter compiled to SQL, a squirrel.Sqlizer.
type Condition struct{ err error }

func SQL(company string, f Filter, d Dialect, c Columns) Condition { return Condition{errUnbuilt} }

func (c Condition) ToSql() (string, []any, error) { return "", nil, c.err }

// AppendSQL appends the condition to sql and its arguments to args.
func (c Condition) AppendSQL(sql []byte, args []any) ([]byte, []any, error) { return sql, args, c.err }

// Split returns what SQL can say over the columns, and the rest: f is exactly And(inSQL, rest).
func (f Filter) Split(c Columns) (inSQL, rest Filter) { return Filter{}, f }
