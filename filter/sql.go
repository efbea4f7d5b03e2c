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

// Condition is a filter as an SQL condition: a [squirrel.Sqlizer] for Where of any squirrel
// statement.
type Condition struct {
	company string
	filter  Filter
	dialect Dialect
	columns *Columns
}

var _ squirrel.Sqlizer = Condition{}

// SQL returns the condition that selects the sessions of one company that the filter matches. It is
// one parenthesised expression, with question marks for its arguments. It states the company by an
// equality, and is never empty and never NULL. The same filter gives the same text, byte by byte.
// Errors are returned by ToSql: the filter's error, [ErrNoCompany], [ErrDialect] or a
// [*ColumnError].
func SQL(company string, f Filter, d Dialect, c Columns) Condition {
	return Condition{company, f, d, &c}
}

// ToSql returns the SQL with question marks, and its arguments.
//
//nolint:revive // the name is squirrel's
func (c Condition) ToSql() (string, []any, error) {
	switch {
	case c.filter.err != nil:
		return "", nil, c.filter.err
	case c.company == "":
		return "", nil, ErrNoCompany
	case c.dialect < Postgres || c.dialect > SQLite:
		return "", nil, fmt.Errorf("%w: %s", ErrDialect, c.dialect)
	case c.columns == nil:
		return "", nil, &ColumnError{sessions.FieldCompany, ErrNoColumn}
	}
	// Room for the SQL of most filters, so that it is not copied while it grows.
	w := writer{sql: make([]byte, 0, 512), args: make([]any, 0, 16), dialect: c.dialect, columns: c.columns}
	// The company comes first and by an equality, so that no part can reach beyond it and every
	// index that begins with it serves.
	w.write("(")
	company, none := c.company, ""
	if checkValue(company, len(company)) != "" { // no session can have it, and PostgreSQL compares no such text
		company, none = "", " AND 1 = 0"
	}
	w.in(sessions.FieldCompany, c.columns.Company, []any{company}, false, false)
	w.write(none)
	if parts := c.filter.top(); len(parts) > 0 {
		w.write(" AND ")
		w.chain(parts, " AND ", false)
	}
	w.write(")")
	if w.err != nil {
		return "", nil, w.err
	}
	return string(w.sql), w.args, nil
}

// writer writes SQL. Every method that takes negated writes the condition or its negation.
type writer struct {
	sql     []byte
	args    []any
	dialect Dialect
	columns *Columns
	err     error // the first, but one that wraps ErrNoColumn before others: Split can do without a column
}

func (w *writer) write(s string) { w.sql = append(w.sql, s...) }

func (w *writer) fail(f sessions.Field, err error) {
	if w.err == nil || errors.Is(err, ErrNoColumn) && !errors.Is(w.err, ErrNoColumn) {
		w.err = &ColumnError{f, err}
	}
}

// usable reports whether the field has a column, and fails where not.
func (w *writer) usable(f sessions.Field, c Column) bool {
	switch {
	case c.err != nil:
		w.fail(f, c.err)
	case c.isZero():
		w.fail(f, ErrNoColumn)
	case c.unfit>>w.dialect&1 == 1:
		w.fail(f, errExpression)
	case c.stored != nil && isFieldOf(f) == nil: // its values would be compared as they are
		w.fail(f, errEnum)
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

func (w *writer) constant(truth bool) { w.write(either("(1 = 1)", "(1 = 0)", !truth)) }

// field returns the column of a field, and fails where there is none.
func (w *writer) field(f sessions.Field) (Column, bool) {
	c := w.columns.Fields[f]
	return c, w.usable(f, c)
}

// isAny writes that a field has one of the values, the empty one of which is an absent one. NULL is
// that value, and of a field that is never absent the one that it has by itself.
func (w *writer) isAny(f sessions.Field, values []string, args []any, negated bool) {
	c, ok := w.field(f)
	if !ok {
		return
	}
	null := slices.Contains(values, "")
	if only := isFieldOf(f).only; only != nil && !c.hasNull() {
		null = slices.Contains(values, only[0])
	}
	if c.stored == nil {
		w.in(f, c, args, null, negated)
		return
	}
	var stored []any
	for _, v := range values {
		these, ok := c.stored[v]
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
	w.in(f, c, stored, null, negated)
}

// in writes that the column has one of the values, or is NULL where that counts as one.
func (w *writer) in(f sessions.Field, c Column, values []any, null, negated bool) {
	if !w.usable(f, c) {
		return
	}
	if c.value != nil {
		values = c.typed(values, w.dialect)
	}
	null = null && !c.notNull
	// No list of values is ever empty in SQL: an engine may refuse it.
	switch {
	case len(values) == 0 && null:
		w.column("(", c, either(" IS NULL)", " IS NOT NULL)", negated))
		return
	case len(values) == 0:
		w.constant(negated)
		return
	}
	// A comparison with NULL is NULL, and so is its negation: both are decided before it is made.
	guarded := !c.notNull
	if guarded {
		w.column("(", c, either(" IS NULL OR ", " IS NOT NULL AND ", null == negated))
	}
	w.member(f, c, values, negated)
	if guarded {
		w.write(")")
	}
}

// typed returns the values that a column of a type of its own can hold.
func (c *Column) typed(values []any, d Dialect) []any {
	var of []any
	for _, v := range values {
		if text, ok := v.(string); ok {
			v = c.value(text, d)
		}
		if v != nil {
			of = append(of, v)
		}
	}
	return of
}

// member writes that a column which is not NULL has one of the values, byte by byte if they are
// texts.
func (w *writer) member(f sessions.Field, c Column, values []any, negated bool) {
	texts, ascii := 0, true
	for _, v := range values {
		if text, ok := v.(string); ok {
			texts++
			ascii = ascii && isASCII(text)
		}
	}
	switch {
	case texts > 0 && texts < len(values): // which the engines compare by rules of their own
		w.fail(f, fmt.Errorf("%w: texts and other values of one enumeration", ErrColumn))
	case texts == 0 || c.bytewise || w.columns.Binary || c.value != nil,
		w.dialect == Postgres && c.stored != nil: // the host's codes, which may be of an enumerated type
		w.column("", c, "")
		w.list(c, values, negated)
	case negated:
		w.bytes(c)
		w.list(c, values, true)
	case w.dialect == MariaDB && !ascii: // a column of another character set refuses what it cannot hold
		w.bytes(c)
		w.list(c, values, false)
	default: // an index serves the first of the two, which may find too much
		w.write("(")
		if w.dialect == Postgres {
			w.text(c)
			w.list(c, values, false)
			// The planner would multiply how rare both are, and sort what an index has in order: it
			// does not look into this one.
			w.write(" AND COALESCE(")
			w.bytes(c)
			w.list(c, values, false)
			w.write(", FALSE))")
			return
		}
		w.column("", c, "")
		w.list(c, values, false)
		w.write(" AND ")
		w.bytes(c)
		w.list(c, values, false)
		w.write(")")
	}
}

// bytes writes a text column as what compares byte by byte, whatever its type, collation and
// character set.
func (w *writer) bytes(c Column) {
	switch w.dialect {
	case SQLite: // a column of numbers would make a number of the text that it is compared with
		w.column("CAST(", c, " AS TEXT) COLLATE BINARY")
	case Postgres: // a nondeterministic collation is kept by the cast
		w.text(c)
		w.write(` COLLATE "C"`)
	default:
		w.column("CAST(CONVERT(", c, " USING utf8mb4) AS BINARY)")
	}
}

// text writes a column of PostgreSQL as text: of text and varchar that is the column itself, for
// indexes too.
func (w *writer) text(c Column) { w.column("CAST(", c, " AS text)") }

// mark is the placeholder of a value that the column is compared with. PostgreSQL gives a parameter
// the type of the column, and its drivers refuse what that cannot hold.
func (w *writer) mark(c Column) string {
	if c.integer && w.dialect == Postgres {
		return "CAST(? AS bigint)"
	}
	return "?"
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func (w *writer) list(c Column, values []any, negated bool) {
	w.args = append(w.args, values...)
	mark := w.mark(c)
	if len(values) == 1 {
		w.write(either(" = ", " <> ", negated))
		w.write(mark)
		return
	}
	w.write(either(" IN (", " NOT IN (", negated))
	for i := range values {
		if i > 0 {
			w.write(", ")
		}
		w.write(mark)
	}
	w.write(")")
}

// within writes that a column is from low until before high, nil for an open end.
func (w *writer) within(c Column, low, high any, negated bool) {
	w.interval(c, low, high, " < ", " >= ", negated)
}

// between writes that a column is from low to high, both included, nil for an open end.
func (w *writer) between(c Column, low, high any, negated bool) {
	w.interval(c, low, high, " <= ", " > ", negated)
}

func (w *writer) interval(c Column, low, high any, until, beyond string, negated bool) {
	if low == nil && high == nil && c.notNull {
		w.constant(!negated)
		return
	}
	w.write("(")
	join := ""
	if !c.notNull {
		w.column("", c, either(" IS NOT NULL", " IS NULL", negated))
		join = either(" AND ", " OR ", negated)
	}
	if low != nil {
		w.write(join)
		w.column("", c, either(" >= ", " < ", negated))
		w.write(w.mark(c))
		w.args = append(w.args, low)
		join = either(" AND ", " OR ", negated)
	}
	if high != nil {
		w.write(join)
		w.column("", c, either(until, beyond, negated))
		w.write(w.mark(c))
		w.args = append(w.args, high)
	}
	w.write(")")
}

// outside writes that a column which is not NULL is less than low or greater than high.
func (w *writer) outside(c Column, low, high any, negated bool) {
	w.column("(", c, either(" < ?", " >= ?", negated))
	w.args = append(w.args, low)
	w.column(either(" OR ", " AND ", negated), c, either(" > ?)", " <= ?)", negated))
	w.args = append(w.args, high)
}

// instant returns what a column of instants is compared with, nil for an open end: micros if it
// holds microseconds.
func (w *writer) instant(f sessions.Field, c *Column, at time.Time, micros any) any {
	switch {
	case at.IsZero():
		return nil
	case c.unit == time.Microsecond:
		return micros
	}
	arg, err := c.instant(w.dialect, at)
	if err != nil {
		w.fail(f, err)
	}
	return arg
}

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
	json := Column{bytewise: true, unfit: c.unfit}
	add := func(before, after string, arg string) {
		json.sql += before + c.sql + after
		json.args = append(append(json.args, c.args...), arg)
	}
	path := pathEscaper.Replace(key)
	if rest, ok := strings.CutPrefix(path, "-"); ok { // which MariaDB takes for a minus, in quotes too
		path = `\u002d` + rest
	}
	path = `$."` + path + `"`
	switch {
	case w.dialect == Postgres:
		add("(CAST(", " AS jsonb) ->> CAST(? AS text))", key)
	case w.dialect == SQLite:
		add("(SELECT sk_extra.value FROM json_each(", ") AS sk_extra WHERE sk_extra.key = ?)", key)
	case isPlainKey(key): // the member as bytes, whatever the collation and the character set
		add("CAST(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(", " USING utf8mb4), ?)) AS BINARY)", path)
	default: // MariaDB's JSON_EXTRACT does not find a member whose name is escaped; MySQL's JSON_VALUE cuts long texts off
		add("CAST(COALESCE(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(", " USING utf8mb4), ?)), ", path)
		add("JSON_VALUE(CONVERT(", " USING utf8mb4), ?)) AS BINARY)", path)
	}
	return json
}

// isPlainKey reports whether no encoder escapes the key, and no path has to.
func isPlainKey(key string) bool {
	if strings.HasPrefix(key, "-") {
		return false
	}
	for i := range len(key) {
		if !isBare(key[i]) && key[i] != ' ' || key[i] == '/' || key[i] == '+' {
			return false
		}
	}
	return true
}

// pathEscaper escapes a key for a JSON path. Keys have no control characters.
var pathEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// contains writes that the bytes of a column which is not NULL have the needle among them.
func (w *writer) contains(c Column, needle any, negated bool) {
	w.position(c, needle)
	w.write(either(" > 0", " = 0", negated))
}

// beginsWith writes that the bytes of a column begin with one of the texts.
func (w *writer) beginsWith(f sessions.Field, c Column, texts []string, negated bool) {
	if !w.usable(f, c) {
		return
	}
	w.write("(")
	if !c.notNull {
		w.column("", c, either(" IS NOT NULL AND (", " IS NULL OR (", negated))
	}
	for i, text := range texts {
		if i > 0 {
			w.write(either(" OR ", " AND ", negated))
		}
		w.position(c, text)
		w.write(either(" = 1", " <> 1", negated))
	}
	if !c.notNull {
		w.write(")")
	}
	w.write(")")
}

// position writes where the needle is in the bytes of a column, from 1.
func (w *writer) position(c Column, needle any) {
	haystack := func() {
		if w.columns.Binary || c.bytewise || w.dialect == SQLite { // which makes a text of a number
			w.column("", c, "")
		} else {
			w.bytes(c)
		}
	}
	switch w.dialect {
	case Postgres:
		w.write("strpos(")
		haystack()
		w.write(", ?)")
		w.args = append(w.args, needle)
	case SQLite:
		w.write("instr(")
		haystack()
		w.write(", ?)")
		w.args = append(w.args, needle)
	default:
		w.args = append(w.args, needle)
		w.write("LOCATE(?, ")
		haystack()
		w.write(")")
	}
}

// Split divides the filter into one that SQL can answer with these columns, and the rest, which has
// to be matched in Go: a session is selected if and only if both select it. The zero Filter as the
// rest means that SQL answers all of it. Both may exceed the bounds of filters, and so may And of
// one and others: do not store or parse their texts.
func (f Filter) Split(c Columns) (inSQL, rest Filter) {
	if f.err != nil {
		return f, f
	}
	// Each part of the conjunction is said as well as can be. What was said in full is not asked
	// again.
	var said, left []node
	for _, n := range f.top() {
		said = append(said, superset(n, false, &c))
		if !sayable(n, &c) {
			left = append(left, n)
		}
	}
	inSQL, rest = filterOf(all(said)), filterOf(all(left))
	inSQL.derived, rest.derived = !inSQL.IsZero(), !rest.IsZero()
	return inSQL, rest
}

// sayable reports whether the columns have all that the node asks for. Other mistakes are left for
// the statement.
func sayable(n node, c *Columns) bool {
	w := writer{columns: c} // in no dialect, since the columns are of one that is not known here
	n.sql(&w, false)
	return !errors.Is(w.err, ErrNoColumn)
}

// superset returns what can be said of a node or its negation, and selects no less: nil if that is
// everything.
func superset(n node, negated bool, c *Columns) node {
	if sayable(n, c) {
		if negated {
			return negate(n)
		}
		return n
	}
	switch n := n.(type) {
	case *negation:
		return superset(n.part, !negated, c)
	case *group:
		// Of a disjunction, one part that cannot be said makes it everything: see some.
		parts := make([]node, len(n.parts))
		for i, p := range n.parts {
			parts[i] = superset(p, negated, c)
		}
		if n.any != negated {
			return some(parts)
		}
		return all(parts)
	}
	return nil
}
