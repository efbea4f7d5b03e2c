package filter

import (
	"errors"
	"fmt"
	"maps"
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
	// The company comes first and as an equality, so that no part can reach other companies, and
	// every index that begins with the company can be used.
	w.write("(")
	company, none := c.company, ""
	// PostgreSQL does not accept a text that no session can have as its company.
	if checkValue(company, len(company)) != "" {
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
	// err is the first error, except that one that wraps ErrNoColumn replaces others: Split can do
	// without a column.
	err error
}

func (w *writer) write(s string) { w.sql = append(w.sql, s...) }

// fail keeps an error about a field.
func (w *writer) fail(f sessions.Field, err error) {
	if w.err == nil || errors.Is(err, ErrNoColumn) && !errors.Is(w.err, ErrNoColumn) {
		w.err = &ColumnError{f, err}
	}
}

// usable reports whether the field has a column that can be used, and otherwise keeps an error.
func (w *writer) usable(f sessions.Field, c Column) bool {
	switch {
	case c.err != nil:
		w.fail(f, c.err)
	case c.isZero():
		w.fail(f, ErrNoColumn)
	case c.unfit>>w.dialect&1 == 1:
		w.fail(f, errExpression)
	// The column's values would be compared without their codes.
	case c.stored != nil && isFieldOf(f) == nil:
		w.fail(f, errEnum)
	default:
		return true
	}
	return false
}

// column writes the column between two texts, and adds the arguments of its expression.
func (w *writer) column(before string, c Column, after string) {
	w.sql = append(append(append(w.sql, before...), c.sql...), after...)
	w.args = append(w.args, c.args...)
}

// either returns the first text, or the second if the condition is negated.
func either(positive, negative string, negated bool) string {
	if negated {
		return negative
	}
	return positive
}

// constant writes a condition that is always true, or never.
func (w *writer) constant(truth bool) { w.write(either("(1 = 1)", "(1 = 0)", !truth)) }

// field returns the column of a field, and whether it can be used.
func (w *writer) field(f sessions.Field) (Column, bool) {
	c := w.columns.Fields[f]
	return c, w.usable(f, c)
}

// isAny writes that a field has one of the values, of which the empty one is an absent one. NULL is
// an absent value too. For a field that is never absent it is the zero value.
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
			w.fail(f, fmt.Errorf("%w: Enum has %s", ErrNoValue, strings.Join(slices.Sorted(maps.Keys(c.stored)), ", ")))
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

// in writes that the column has one of the values. With null, NULL is one of them.
func (w *writer) in(f sessions.Field, c Column, values []any, null, negated bool) {
	if !w.usable(f, c) {
		return
	}
	if c.value != nil {
		values = c.typed(values, w.dialect)
	}
	null = null && !c.notNull
	// SQL never gets an empty list of values, which an engine may refuse.
	switch {
	case len(values) == 0 && null:
		w.column("(", c, either(" IS NULL)", " IS NOT NULL)", negated))
		return
	case len(values) == 0:
		w.constant(negated)
		return
	}
	// A comparison with NULL is NULL, and so is its negation. So NULL is decided before the
	// comparison.
	guarded := !c.notNull
	if guarded {
		w.column("(", c, either(" IS NULL OR ", " IS NOT NULL AND ", null == negated))
	}
	w.member(f, c, values, negated)
	if guarded {
		w.write(")")
	}
}

// typed returns the values that a column of a special type can hold.
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

// member writes that a column that is not NULL has one of the values. Texts are compared byte by
// byte.
func (w *writer) member(f sessions.Field, c Column, values []any, negated bool) {
	texts, ascii := 0, true
	for _, v := range values {
		if text, ok := v.(string); ok {
			texts++
			ascii = ascii && isASCII(text)
		}
	}
	switch {
	// The engines compare them by different rules.
	case texts > 0 && texts < len(values):
		w.fail(f, fmt.Errorf("%w: texts and other values of one enumeration", ErrColumn))
	case texts == 0 || c.bytewise || w.columns.BinaryCollation || c.value != nil,
		// The host's codes, which may be of an enumerated type.
		w.dialect == Postgres && c.stored != nil:
		w.column("", c, "")
		w.list(c, values, negated)
	case negated:
		w.bytes(c)
		w.list(c, values, true)
	// A column of another character set refuses characters that it cannot hold.
	case w.dialect == MariaDB && !ascii:
		w.bytes(c)
		w.list(c, values, false)
	default:
		// An index serves the first of the two conditions, which may select too much.
		w.write("(")
		if w.dialect == Postgres {
			w.text(c)
			w.list(c, values, false)
			// PostgreSQL's planner would multiply the selectivities of both conditions, expect too
			// few rows, and sort rows that an index has in order. It does not look into COALESCE.
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

// bytes writes a text column in a form that is compared byte by byte, whatever its type, collation
// and character set.
func (w *writer) bytes(c Column) {
	switch w.dialect {
	// A column of numbers would convert the text that it is compared with to a number.
	case SQLite:
		w.column("CAST(", c, " AS TEXT) COLLATE BINARY")
	case Postgres: // the cast keeps a nondeterministic collation
		w.text(c)
		w.write(` COLLATE "C"`)
	default:
		w.column("CAST(CONVERT(", c, " USING utf8mb4) AS BINARY)")
	}
}

// text writes a column of PostgreSQL as text. For text and varchar that is the column itself, also
// to indexes.
func (w *writer) text(c Column) { w.column("CAST(", c, " AS text)") }

// mark returns the placeholder of a value that is compared with the column. PostgreSQL gives a
// parameter the type of the column, and its drivers refuse values that the type cannot hold.
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

// list writes the comparison with one value or several.
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

// interval writes the condition of within or between.
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

// outside writes that a column that is not NULL is less than low or greater than high.
func (w *writer) outside(c Column, low, high any, negated bool) {
	w.column("(", c, either(" < ?", " >= ?", negated))
	w.args = append(w.args, low)
	w.column(either(" OR ", " AND ", negated), c, either(" > ?)", " <= ?)", negated))
	w.args = append(w.args, high)
}

// instant returns the value that a column of instants is compared with, nil for an open end. It is
// micros if the column holds microseconds.
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

// reason returns the host's condition for a reason.
func (w *writer) reason(r sessions.Reason) Column {
	if c, ok := w.columns.Reasons[r]; ok {
		return c
	}
	if w.columns.OtherReason != nil {
		return w.columns.OtherReason(r)
	}
	return Column{}
}

// condition writes a condition of the host's own.
func (w *writer) condition(c Column, negated bool) {
	switch {
	case c.isZero():
		w.fail(sessions.FieldReasons, errNoReason)
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
	// MariaDB takes a leading hyphen for a minus, even in quotes.
	if rest, ok := strings.CutPrefix(path, "-"); ok {
		path = `\u002d` + rest
	}
	path = `$."` + path + `"`
	switch {
	case w.dialect == Postgres:
		add("(CAST(", " AS jsonb) ->> CAST(? AS text))", key)
	case w.dialect == SQLite:
		add("(SELECT sk_extra.value FROM json_each(", ") AS sk_extra WHERE sk_extra.key = ?)", key)
	// The member as bytes, whatever the collation and the character set.
	case isPlainKey(key):
		add("CAST(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(", " USING utf8mb4), ?)) AS BINARY)", path)
	// MariaDB's JSON_EXTRACT does not find a member whose name is escaped, and MySQL's JSON_VALUE
	// cuts long texts.
	default:
		add("CAST(COALESCE(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(", " USING utf8mb4), ?)), ", path)
		add("JSON_VALUE(CONVERT(", " USING utf8mb4), ?)) AS BINARY)", path)
	}
	return json
}

// isPlainKey reports whether the key needs no escapes, neither in JSON nor in a path.
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

// contains writes that the bytes of a column that is not NULL contain the needle.
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

// position writes the position of the needle in the bytes of a column, from 1; 0 if it is not
// there.
func (w *writer) position(c Column, needle any) {
	haystack := func() {
		// SQLite's instr takes a number as text.
		if w.columns.BinaryCollation || c.bytewise || w.dialect == SQLite {
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
// to be matched in Go: a session is selected if and only if both select it. If the rest is the zero
// Filter, SQL answers all of it. Both may exceed the bounds of filters, and so may And of one and
// others: do not store or parse their texts.
func (f Filter) Split(c Columns) (inSQL, rest Filter) {
	if f.err != nil {
		return f, f
	}
	// SQL gets each part of the conjunction as well as it can be expressed. A part that it
	// expresses in full is not matched again.
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

// sayable reports whether the columns have everything that the node asks for. Other errors are left
// to the statement.
func sayable(n node, c *Columns) bool {
	// The dialect is zero, since the one that the columns are for is not known here.
	w := writer{columns: c}
	n.sql(&w, false)
	return !errors.Is(w.err, ErrNoColumn)
}

// superset returns the part of a node, or of its negation, that SQL can express. It selects no
// fewer sessions than the node. It is nil if it selects everything.
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
		// One part that cannot be expressed makes a disjunction everything: see some.
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
