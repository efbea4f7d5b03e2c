package filter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/squirrel"

	"github.com/kvalifika/sessionkit/sessions"
)

// Condition is a filter as an SQL condition: a [squirrel.Sqlizer] for Where of any squirrel statement.
type Condition struct {
	company string
	filter  Filter
	dialect Dialect
	columns *Columns
}

var _ squirrel.Sqlizer = Condition{}

// SQL returns the condition that selects what the filter selects of one company. It is one parenthesised expression, with
// question marks for its arguments, that states the company by an equality, is never empty and never NULL. The same filter
// gives the same text, byte by byte. What is wrong comes with ToSql: the filter's error, [ErrNoCompany], [ErrDialect]
// or a [*ColumnError].
func SQL(company string, f Filter, d Dialect, c Columns) Condition {
	return Condition{company, f, d, &c}
}

// ToSql returns the SQL with question marks, and its arguments.
//
//nolint:revive // the name is squirrel's
func (c Condition) ToSql() (string, []any, error) {
	sql, args, err := c.AppendSQL(make([]byte, 0, 512), make([]any, 0, 16))
	if err != nil {
		return "", nil, err
	}
	return string(sql), args, nil
}

// AppendSQL appends the SQL to dst and its arguments to args, for statements that are written into one buffer. With an
// error it appends nothing.
func (c Condition) AppendSQL(dst []byte, args []any) ([]byte, []any, error) {
	switch {
	case c.filter.err != nil:
		return dst, args, c.filter.err
	case c.company == "":
		return dst, args, ErrNoCompany
	case c.dialect < Postgres || c.dialect > SQLite:
		return dst, args, fmt.Errorf("%w: %s", ErrDialect, c.dialect)
	case c.columns == nil:
		return dst, args, &ColumnError{sessions.FieldCompany, ErrNoColumn}
	}
	w := writer{sql: dst, args: args, dialect: c.dialect, columns: c.columns}
	w.write("(")
	w.in(sessions.FieldCompany, c.columns.Company, []any{c.company}, false, false)
	for _, n := range c.filter.top() {
		w.write(" AND ")
		w.node(n, false)
	}
	w.write(")")
	if w.err != nil {
		return dst, args, w.err
	}
	return w.sql, w.args, nil
}

// writer writes SQL. Every method that takes negated writes the condition or its negation, neither of which is
// ever NULL, so that NOT is never needed around either.
type writer struct {
	sql     []byte
	args    []any
	dialect Dialect
	columns *Columns
	err     error // the first
}

func (w *writer) write(s string) { w.sql = append(w.sql, s...) }

func (w *writer) fail(f sessions.Field, err error) {
	if w.err == nil {
		w.err = &ColumnError{f, err}
	}
}

// usable tells whether the field has a column, and fails where not.
func (w *writer) usable(f sessions.Field, c Column) bool {
	switch {
	case c.err != nil:
		w.fail(f, c.err)
	case c.isZero():
		w.fail(f, ErrNoColumn)
	default:
		return true
	}
	return false
}

func (w *writer) column(before string, c Column, after string) {
	w.sql = append(append(append(w.sql, before...), c.sql...), after...)
	w.args = append(w.args, c.args...)
}

// either returns the first of the two, or the second where the condition is negated.
func either(positive, negative string, negated bool) string {
	if negated {
		return negative
	}
	return positive
}

func (w *writer) node(n Node, negated bool) {
	switch n := n.(type) {
	case *Criterion:
		w.criterion(n, negated)
	case *Negation:
		w.node(n.part, !negated)
	case *AllOf:
		w.group(n.parts, " AND ", " OR ", negated)
	case *AnyOf:
		if len(n.parts) == 0 {
			w.constant(negated)
			return
		}
		w.group(n.parts, " OR ", " AND ", negated)
	}
}

func (w *writer) group(parts []Node, join, negatedJoin string, negated bool) {
	w.write("(")
	for i, p := range parts {
		if i > 0 {
			w.write(either(join, negatedJoin, negated))
		}
		w.node(p, negated)
	}
	w.write(")")
}

func (w *writer) constant(truth bool) { w.write(either("(1 = 1)", "(1 = 0)", !truth)) }

func (w *writer) criterion(c *Criterion, negated bool) {
	switch c.kind {
	case KindStatus:
		w.status(c.values, c.valueArgs, negated)
	case KindDocumentType:
		args, null := enumArgs(w, sessions.FieldDocumentType, w.columns.DocumentType, c.values, c.valueArgs)
		w.in(sessions.FieldDocumentType, w.columns.DocumentType.Column, args, null, negated)
	case KindMatchLevel:
		w.levels(c, negated)
	case KindCreated:
		w.created(c, negated)
	case KindFailedFor:
		w.failedFor(c, negated)
	case KindSubject:
		w.in(sessions.FieldSubject, w.columns.Subject, c.valueArgs, false, negated)
	case KindPersonalNumber:
		w.in(sessions.FieldPersonalNumber, w.columns.PersonalNumber, c.valueArgs, false, negated)
	case KindExtra:
		w.in(sessions.FieldExtra, w.extra(c.key), c.valueArgs, false, negated)
	case KindSearch:
		w.search(c, negated)
	}
}

func (w *writer) status(values []string, args []any, negated bool) {
	args, null := enumArgs(w, sessions.FieldStatus, w.columns.Status, values, args)
	w.in(sessions.FieldStatus, w.columns.Status.Column, args, null, negated)
}

// enumArgs returns the stored values, and whether NULL is one of them.
func enumArgs[T ~string](w *writer, f sessions.Field, e Enum[T], values []string, args []any) (stored []any, null bool) {
	null = slices.Contains(values, "")
	if e.Values == nil {
		return args, null
	}
	for _, v := range values {
		these, ok := e.Values[T(v)]
		if !ok && v != "" {
			w.fail(f, ErrNoValue)
		}
		for _, s := range these {
			if s == nil {
				null = true
			} else {
				stored = append(stored, s)
			}
		}
	}
	return stored, null
}

// levels writes that the session was compared, or not, with one of the criterion's levels.
func (w *writer) levels(c *Criterion, negated bool) {
	w.in(sessions.FieldMatchLevel, w.columns.MatchLevel, c.levelArgs, c.levels[0] == NotCompared, negated)
}

// in writes that the column has one of the values, or is NULL where that counts as one.
func (w *writer) in(f sessions.Field, c Column, values []any, null, negated bool) {
	if !w.usable(f, c) {
		return
	}
	null = null && !c.notNull
	switch {
	case len(values) == 0 && null:
		w.column("(", c, either(" IS NULL)", " IS NOT NULL)", negated))
		return
	case len(values) == 0:
		w.constant(negated)
		return
	}
	guarded := !c.notNull
	if guarded {
		w.column("(", c, either(" IS NULL OR ", " IS NOT NULL AND ", null == negated))
	}
	w.member(c, values, negated)
	if guarded {
		w.write(")")
	}
}

// member writes that a column which is not NULL has one of the values, byte by byte if they are texts.
func (w *writer) member(c Column, values []any, negated bool) {
	_, text := values[0].(string)
	switch {
	case !text || c.bytewise || w.columns.Binary || w.dialect == Postgres:
		w.column("", c, "")
	case w.dialect == SQLite:
		w.column("", c, " COLLATE BINARY")
	default:
		if !negated { // an index serves this one, which may find too much
			w.column("(", c, "")
			w.list(values, false)
			w.write(" AND ")
		}
		w.column("CAST(CONVERT(", c, " USING utf8mb4) AS BINARY)")
		w.list(values, negated)
		if !negated {
			w.write(")")
		}
		return
	}
	w.list(values, negated)
}

func (w *writer) list(values []any, negated bool) {
	w.args = append(w.args, values...)
	if len(values) == 1 {
		w.write(either(" = ?", " <> ?", negated))
		return
	}
	w.write(either(" IN (?", " NOT IN (?", negated))
	for range values[1:] {
		w.write(", ?")
	}
	w.write(")")
}

func (w *writer) created(c *Criterion, negated bool) {
	column := w.columns.CreatedAt.Column
	if !w.usable(sessions.FieldCreatedAt, column) {
		return
	}
	if c.from.IsZero() && c.to.IsZero() { // from the first of all days
		w.constant(!negated)
		return
	}
	w.write("(")
	if !column.notNull {
		w.column("", column, either(" IS NOT NULL AND ", " IS NULL OR ", negated))
	}
	if !c.from.IsZero() {
		w.column("", column, either(" >= ?", " < ?", negated))
		w.instant(c.from)
	}
	if !c.from.IsZero() && !c.to.IsZero() {
		w.write(either(" AND ", " OR ", negated))
	}
	if !c.to.IsZero() {
		w.column("", column, either(" < ?", " >= ?", negated))
		w.instant(c.to)
	}
	w.write(")")
}

func (w *writer) instant(at time.Time) {
	arg, err := w.columns.CreatedAt.instant(w.dialect, at)
	if err != nil {
		w.fail(sessions.FieldCreatedAt, err)
	}
	w.args = append(w.args, arg)
}

// failedFor writes that the session failed, and for one of the reasons.
func (w *writer) failedFor(c *Criterion, negated bool) {
	w.write("(")
	w.status(failed, failedArgs, negated)
	w.write(either(" AND (", " OR (", negated))
	for i, v := range c.values {
		if i > 0 {
			w.write(either(" OR ", " AND ", negated))
		}
		reason := sessions.Reason(v)
		narrowed := reason == sessions.LowFAR && len(c.levels) > 0
		if narrowed {
			w.write("(")
		}
		w.condition(w.reason(reason), negated)
		if narrowed {
			w.write(either(" AND ", " OR ", negated))
			w.levels(c, negated)
			w.write(")")
		}
	}
	w.write("))")
}

var (
	failed     = []string{string(sessions.Failed)}
	failedArgs = []any{string(sessions.Failed)}
)

func (w *writer) reason(r sessions.Reason) Column {
	if c, ok := w.columns.Reasons[r]; ok {
		return c
	}
	if w.columns.OtherReason != nil {
		return w.columns.OtherReason(r)
	}
	return Column{}
}

// condition writes a host's own condition.
func (w *writer) condition(c Column, negated bool) {
	switch {
	case !w.usable(sessions.FieldReasons, c):
	case c.notNull:
		w.column(either("", "NOT ", negated), c, "")
	default:
		w.column("(", c, either(" IS TRUE)", " IS NOT TRUE)", negated))
	}
}

// extra returns the column of an extra field.
func (w *writer) extra(key string) Column {
	if c, ok := w.columns.Extra[key]; ok {
		return c
	}
	c := w.columns.ExtraJSON
	if c.isZero() || c.err != nil {
		return c
	}
	var before, after string
	var arg any = key
	switch w.dialect {
	case Postgres:
		before, after = "(CAST(", " AS jsonb) ->> CAST(? AS text))"
	case SQLite:
		before, after = "(SELECT sk_extra.value FROM json_each(", ") AS sk_extra WHERE sk_extra.key = ?)"
	default: // the member as bytes, whatever the collation
		before, after = "CAST(JSON_UNQUOTE(JSON_EXTRACT(", ", ?)) AS BINARY)"
		arg = `$."` + pathEscaper.Replace(key) + `"`
	}
	return Column{sql: before + c.sql + after, args: append(slices.Clone(c.args), arg), bytewise: true}
}

// pathEscaper escapes a key for a JSON path. Keys have no control characters.
var pathEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// search writes that every word begins some word of the search key.
func (w *writer) search(c *Criterion, negated bool) {
	column := w.columns.SearchKey
	switch {
	case column.isZero():
		w.fail(sessions.FieldNone, ErrNoSearchKey)
		return
	case !w.usable(sessions.FieldNone, column):
		return
	case c.query.Nothing():
		w.constant(negated)
		return
	}
	w.write("(")
	if !column.notNull {
		w.column("", column, either(" IS NOT NULL AND ", " IS NULL OR ", negated))
	}
	for i := range c.query.Len() {
		if i > 0 {
			w.write(either(" AND ", " OR ", negated))
		}
		if c.fields == sessions.SearchFields() {
			w.contains(column, c.needleArgs[i], negated)
			continue
		}
		w.write("(")
		join := ""
		for f := range c.fields.All() {
			w.write(join)
			w.contains(column, c.query.Needle(i, f), negated)
			join = either(" OR ", " AND ", negated)
		}
		w.write(")")
	}
	w.write(")")
}

// contains writes that the bytes of a column which is not NULL have the needle among them.
func (w *writer) contains(c Column, needle any, negated bool) {
	switch w.dialect {
	case Postgres:
		w.column("strpos(", c, ", ?)")
		w.args = append(w.args, needle)
	case SQLite:
		w.column("instr(", c, ", ?)")
		w.args = append(w.args, needle)
	default:
		w.args = append(w.args, needle)
		if w.columns.Binary {
			w.column("LOCATE(?, ", c, ")")
		} else {
			w.column("LOCATE(?, CAST(", c, " AS BINARY))")
		}
	}
	w.write(either(" > 0", " = 0", negated))
}

// Split returns a filter whose SQL the columns can say, and the rest: a session is selected if and only if both select
// it. What is not in the columns goes to the rest, which is matched in Go; the zero Filter is no rest.
func (f Filter) Split(c Columns) (inSQL, rest Filter) {
	if f.err != nil {
		return f, f
	}
	var said, left []Filter
	for _, n := range f.top() {
		said = append(said, superset(n, false, &c))
		if !sayable(n, &c) {
			left = append(left, Filter{root: n})
		}
	}
	return And(said...), And(left...)
}

// sayable tells whether the columns have all that the node asks for. Other mistakes are left for the statement.
func sayable(n Node, c *Columns) bool {
	w := writer{dialect: Postgres, columns: c}
	w.node(n, false)
	return !errors.Is(w.err, ErrNoColumn)
}

// superset returns what can be said of a node or its negation, and selects no less.
func superset(n Node, negated bool, c *Columns) Filter {
	if sayable(n, c) {
		if negated {
			return Not(Filter{root: n})
		}
		return Filter{root: n}
	}
	part := func(p Node) Filter { return superset(p, negated, c) }
	switch n := n.(type) {
	case *Negation:
		return superset(n.part, !negated, c)
	case *AllOf:
		if negated {
			return Or(each(n.parts, part)...)
		}
		return And(each(n.parts, part)...)
	case *AnyOf:
		if negated {
			return And(each(n.parts, part)...)
		}
		return Or(each(n.parts, part)...)
	}
	return Filter{}
}
