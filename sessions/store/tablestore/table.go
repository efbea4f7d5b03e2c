package tablestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
)

// Table describes a host's own table of sessions. Its SQL is inserted into statements unchanged:
// never build it from untrusted text.
type Table struct {
	// From is the text after FROM: a table with its alias, a subquery, or joins that give one row
	// per session.
	From string
	// Columns are the columns of From. Company and the fields FieldID and FieldCreatedAt are
	// required.
	Columns filter.Columns
	Select  string // the select list that Scan reads

	// Scan makes a session from the current row. Times are truncated to microseconds in UTC, and an
	// empty Company is filled in. Scan must agree with Columns: SQL only narrows down the rows;
	// whether a session is selected is decided from the session that Scan returns.
	Scan func(rows *sql.Rows) (*sessions.Session, error)

	// Changes implements Backend.Changes, if the host records changes. nil: errors.ErrUnsupported.
	Changes func(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error)
}

// Backend reads sessions from a host's own table. It writes nothing. It may be used by many
// goroutines at once. It has nothing to close: the database belongs to the caller.
type Backend struct {
	pool    *database.Pool
	dialect filter.Dialect
	table   Table
	created string // SQL of the creation time, whose arguments are args
	args    []any
	err     error // error of the description, nil if it is complete
	checked *atomic.Bool
	observe database.Observer
}

var (
	_ store.Backend  = (*Backend)(nil)
	_ store.Streamer = (*Backend)(nil)
	_ store.Counter  = (*Backend)(nil)
	_ store.Pooled   = (*Backend)(nil)
)

// Connections implements [store.Pooled].
func (b *Backend) Connections() int { return b.pool.Connections() }

// New returns a Backend over a host's own table, which it does not change. It does not connect yet.
// If the description is incomplete, the methods return an error that wraps [ErrTable].
func New(db *sql.DB, d filter.Dialect, t Table) *Backend {
	b := &Backend{pool: database.NewPool(db, d, "tablestore"), dialect: d, table: t, checked: new(atomic.Bool)}
	var companyErr, idErr error
	b.created, b.args, b.err = t.Columns.Fields[sessions.FieldCreatedAt].ToSql()
	_, _, companyErr = t.Columns.Company.ToSql()
	_, _, idErr = t.Columns.Fields[sessions.FieldID].ToSql()
	b.err = errors.Join(b.err, companyErr, idErr)
	if t.From == "" || t.Select == "" || t.Scan == nil {
		b.err = errors.Join(b.err, errors.New("needs From, Select and Scan"))
	}
	if b.err != nil {
		b.err = fmt.Errorf("%w: %w", ErrTable, b.err)
	}
	return b
}

// WithObserver returns a Backend over the same table that calls a function at the end of each
// operation, before the method returns, with the context of the method. The function must be quick,
// and may be called from many goroutines at once. If it is nil, no function is called, which costs
// nothing.
func (b *Backend) WithObserver(observe func(context.Context, store.Operation)) *Backend {
	c := *b
	c.observe = observe
	return &c
}

// String returns the dialect only: the other fields lead to the database's DSN, and so to a
// password.
func (b *Backend) String() string { return "tablestore(" + b.dialect.String() + ")" }

// Format prints the text of String, whatever the verb.
func (b *Backend) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, b.String()) }

// ready returns the error of a call that must not read any row: an empty company, an incomplete
// description, or columns that check refuses. check runs until it succeeds once.
func (b *Backend) ready(ctx context.Context, company string) error {
	switch {
	case company == "":
		return store.ErrNoCompany
	case b.err != nil:
		return b.err
	case b.checked.Load():
		return nil
	}
	err := b.check(ctx)
	// A failed check is repeated: the database may have been unreachable.
	b.checked.Store(err == nil)
	return err
}

// clocks are the fields that are instants.
var clocks = [...]sessions.Field{sessions.FieldCreatedAt, sessions.FieldCompletedAt, sessions.FieldDecidedAt}

// check refuses columns whose type does not compare as the instants do, with which rows would be
// missing. For PostgreSQL's date the driver silently cuts an instant to its day. In a column of
// texts SQLite and MariaDB sort numbers as texts, and MariaDB compares any two types: an instant
// with the number 2026, and a number with no instant at all.
func (b *Backend) check(ctx context.Context) error {
	var names []string
	var args []any
	fields := slices.DeleteFunc(slices.Clone(clocks[:]), func(f sessions.Field) bool {
		column, columnArgs, err := b.table.Columns.Fields[f].ToSql()
		if err == nil {
			names, args = append(names, column), append(args, columnArgs...)
		}
		return err != nil
	})
	// No rows: only the types of the columns are needed.
	text, err := b.dialect.ReplacePlaceholders("SELECT " + strings.Join(names, ", ") + "\nFROM " + b.table.From + "\nWHERE 1 = 0")
	if err != nil {
		return err
	}
	const op = "check"
	return b.pool.Use(ctx, op, func(q database.Session) error {
		rows, err := q.QueryContext(ctx, text, args...)
		if err != nil {
			return database.Failed(ctx, "tablestore: "+op, err)
		}
		defer func() { _ = rows.Close() }()
		types, err := rows.ColumnTypes()
		if err != nil {
			return database.Failed(ctx, "tablestore: "+op, err)
		}
		for i, f := range fields {
			switch kind := types[i].DatabaseTypeName(); {
			case b.dialect == filter.Postgres && kind == "DATE":
				return fmt.Errorf("%w: the column of %s is of type date, which holds no instant", ErrTable, f)
			case isText(kind) && !b.table.Columns.Fields[f].IsText():
				return fmt.Errorf("%w: the column of %s is of type %s, which sorts numbers as texts: cast it in an Expr", ErrTable, f, kind)
			case b.dialect == filter.MariaDB && !fits(kind, b.table.Columns.Fields[f]):
				return fmt.Errorf("%w: the column of %s is of type %s, which has another form than Columns states", ErrTable, f, kind)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || b.dialect != filter.SQLite {
			return err
		}
		return b.checkValues(ctx, op, q, fields, names, args)
	})
}

// fits reports whether MariaDB compares a column of a type, as the driver names it, with instants
// in the form of its description as it should.
func fits(kind string, c filter.Column) bool {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(kind, part) })
	}
	switch {
	case has("INT", "DECIMAL", "DOUBLE", "FLOAT"):
		return c.IsNumber()
	case has("BINARY", "BLOB"):
		return c.IsText()
	case has("DATE", "TIMESTAMP"):
		return c.IsText() || !c.IsNumber()
	}
	return !has("TIME", "YEAR", "ENUM", "SET", "JSON", "BIT")
}

// checkedRows is how many rows' values are looked at.
const checkedRows = 100

// checkValues refuses columns of SQLite with values that never compare with an instant of the
// stated form. There each value has a type of its own, and the expressions of views and subqueries
// have none: a text is greater than all numbers, and a BLOB greater than all texts. A column that
// has at least one right value among the first rows passes: others may say that there is no
// instant.
func (b *Backend) checkValues(ctx context.Context, op string, q database.Session, fields []sessions.Field, names []string, args []any) error {
	text, err := b.dialect.ReplacePlaceholders("SELECT typeof(" + strings.Join(names, "), typeof(") + ")\nFROM " + b.table.From + fmt.Sprint("\nLIMIT ", checkedRows))
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return database.Failed(ctx, "tablestore: "+op, err)
	}
	defer func() { _ = rows.Close() }()
	kinds, into := make([]string, len(fields)), make([]any, len(fields))
	right, wrong := make([]bool, len(fields)), make([]string, len(fields))
	for i := range kinds {
		into[i] = &kinds[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return database.Failed(ctx, "tablestore: "+op, err)
		}
		for i, kind := range kinds {
			c := b.table.Columns.Fields[fields[i]]
			switch {
			case kind == "null":
			case kind == "text" && c.IsText(), (kind == "integer" || kind == "real") && c.IsNumber():
				right[i] = true
			default:
				wrong[i] = kind
			}
		}
	}
	if err := rows.Err(); err != nil {
		return database.Failed(ctx, "tablestore: "+op, err)
	}
	for i, f := range fields {
		if !right[i] && wrong[i] != "" {
			return fmt.Errorf("%w: the column of %s is of type %s, at least in its first rows, which has another form than Columns states", ErrTable, f, wrong[i])
		}
	}
	return nil
}

// isText reports whether a column of a declared type keeps texts. These are the rules by which
// SQLite gives a column an affinity ("Datatypes In SQLite", 3.1), and other engines have no type
// with these letters for anything else.
func isText(kind string) bool {
	has := func(part string) bool { return strings.Contains(strings.ToUpper(kind), part) }
	return !has("INT") && (has("CHAR") || has("CLOB") || has("TEXT"))
}

// where returns the FROM and WHERE clauses of the rows that a filter's SQL selects, with their
// arguments.
func (b *Backend) where(company string, f filter.Filter) (string, []any, error) {
	cond, args, err := filter.SQL(company, f, b.dialect, b.table.Columns).ToSql()
	// Each clause begins a line, because the host's SQL may end with a comment.
	return "\nFROM " + b.table.From + "\nWHERE " + cond, args, err
}

// each calls visit with the session of every row. A session that was created outside the bounds is
// an error. An error of visit is returned as it is.
func (b *Backend) each(ctx context.Context, op, company, text string, args []any, within bounds, visit func(*sessions.Session) error) error {
	text, err := b.dialect.ReplacePlaceholders(text)
	if err != nil {
		return err
	}
	return b.pool.Use(ctx, op, func(q database.Session) error { return b.scan(ctx, q, op, company, text, args, within, visit) })
}

func (b *Backend) scan(ctx context.Context, q database.Querier, op, company, text string, args []any, within bounds, visit func(*sessions.Session) error) error {
	w := database.WatchedIn(ctx)
	w.Sent()
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return database.Failed(ctx, "tablestore: "+op, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		w.Read()
		s, err := b.table.Scan(rows)
		if err != nil {
			return database.Failed(ctx, "tablestore: "+op, err)
		}
		if s == nil || s.ID == "" || s.Company != "" && s.Company != company {
			return fmt.Errorf("%w: Scan made no session, or one without an ID or of another company", ErrTable)
		}
		s.Company = company
		s.Normalize()
		// A creation time that Scan reads in another zone, or cuts to seconds, would make pages
		// skip or repeat sessions.
		if !within.has(s.CreatedAt) {
			return fmt.Errorf("%w: Scan and Columns do not agree on the creation time", ErrTable)
		}
		// A range would miss times between the units of the declared form.
		for i, at := range [...]time.Time{s.CreatedAt, s.CompletedAt, s.DecidedAt} {
			if !at.IsZero() && !b.table.Columns.Fields[clocks[i]].Holds(at) {
				return fmt.Errorf("%w: the column of %s holds fractions of its unit", ErrTable, clocks[i])
			}
		}
		if err := visit(s); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return database.Failed(ctx, "tablestore: "+op, err)
	}
	return nil
}

// read calls visit with the rows that a filter's SQL selects, newest first. Rows of one instant
// come in any order.
func (b *Backend) read(ctx context.Context, op, company string, f filter.Filter, within bounds, visit func(*sessions.Session) error) error {
	where, args, err := b.where(company, filter.And(f, within.filter()))
	if err != nil {
		return err
	}
	text := "SELECT " + b.table.Select + where + " ORDER BY " + b.created + " DESC"
	return b.each(ctx, op, company, text, append(args, b.args...), within, visit)
}

// bounds are the creation times that a statement reads: from is inclusive, to is exclusive.
type bounds struct{ from, to time.Time }

// Sessions are created in the years 1000 to 9998. A row with another creation time, with NULL or
// with a zero date, has no place in the order of the list: no statement reads it.
var (
	earliest = time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	always   = bounds{earliest, latest}
)

// between returns the intersection with a range. A zero time is an open end.
func (b bounds) between(from, to time.Time) bounds {
	if from.After(b.from) {
		b.from = from
	}
	if !to.IsZero() && to.Before(b.to) {
		b.to = to
	}
	return b
}

func (b bounds) isEmpty() bool { return !b.from.Before(b.to) }

func (b bounds) has(t time.Time) bool { return !t.Before(b.from) && t.Before(b.to) }

func (b bounds) filter() filter.Filter {
	if b.isEmpty() {
		return filter.Or()
	}
	return filter.Between(sessions.FieldCreatedAt, b.from, b.to)
}

// behind returns the earliest instant such that all sessions after a position were created before
// it. Some sessions created before it may be ahead of the position.
func behind(p store.Position) time.Time {
	if p.ID == "" {
		return p.CreatedAt
	}
	return p.CreatedAt.Add(time.Microsecond)
}

const (
	fewRows  = 16   // rows read beyond the limit, to know whether others follow
	mostRows = 4096 // rows of one statement, besides the others of the last row's instant
)

// floor returns the creation time of the nth session after a position, whether or not the filter
// matches it. last reports that there are fewer; floor is then the beginning of the range.
func (b *Backend) floor(ctx context.Context, op string, sel store.Selection, pos store.Position, n int) (floor time.Time, last bool, err error) {
	// Sessions of the position's own instant are not counted: those ahead of it would count as
	// progress.
	within := always.between(sel.Filter.Range()).between(time.Time{}, pos.CreatedAt)
	if within.isEmpty() {
		return within.from, true, nil
	}
	where, args, err := b.where(sel.Company, within.filter())
	if err != nil {
		return floor, false, err
	}
	floor, last = within.from, true
	text := fmt.Sprint("SELECT ", b.table.Select, where, " ORDER BY ", b.created, " DESC LIMIT 1 OFFSET ", n-1)
	err = b.each(ctx, op, sel.Company, text, append(args, b.args...), within, func(s *sessions.Session) error {
		floor, last = s.CreatedAt, false
		return nil
	})
	return floor, last, err
}

// walk visits the matches of a selection, newest first, until visit returns false, the budget is
// spent or the end is reached. reached is the position that it got to, zero at the end.
func (b *Backend) walk(ctx context.Context, op string, sel store.Selection, visit func(*sessions.Session) bool) (reached store.Position, err error) {
	w := database.WatchedIn(ctx)
	inSQL, _ := sel.Filter.Split(b.table.Columns)
	all, pos, budget := always.between(sel.Filter.Range()), sel.After, sel.Budget
	// Begin with about a page. Where matches are rare, ever larger parts save statements.
	for n := min(sel.Limit, mostRows) + fewRows; ; n = min(n*4, mostRows) {
		if sel.Budget > 0 {
			n = min(n, budget)
		}
		floor, last, err := b.floor(ctx, op, sel, pos, n)
		if err != nil {
			return store.Position{}, err
		}
		if !last {
			w.Spend(n)
		}
		var part []*sessions.Session
		err = b.read(ctx, op, sel.Company, inSQL, all.between(floor, behind(pos)), func(s *sessions.Session) error {
			if last { // fewer than n rows are left
				w.Spend(1)
			}
			if store.PositionOf(s).Compare(pos) > 0 && sel.Filter.Match(s) {
				part = append(part, s)
			}
			return nil
		})
		if err != nil {
			return store.Position{}, err
		}
		if err := order(part); err != nil {
			return store.Position{}, err
		}
		for _, s := range part {
			if !visit(s) {
				return store.PositionOf(s), nil
			}
		}
		if last {
			return store.Position{}, nil
		}
		// The empty ID puts the position after all sessions of that instant, which have been
		// visited.
		pos = store.Position{CreatedAt: floor}
		if budget -= n; sel.Budget > 0 && budget <= 0 {
			return pos, nil
		}
	}
}

var errTwice = fmt.Errorf("%w: From gives two rows of one session", ErrTable)

// order sorts sessions into the order of the list. It returns errTwice if two are the same session.
func order(part []*sessions.Session) error {
	slices.SortFunc(part, (*sessions.Session).Compare)
	for i := 1; i < len(part); i++ {
		if part[i-1].Compare(part[i]) == 0 {
			return errTwice
		}
	}
	return nil
}

// List implements [store.Backend].
func (b *Backend) List(ctx context.Context, sel store.Selection) (batch store.Batch, err error) {
	outer := ctx // of the host's function: a Backend that it uses has operations of its own
	ctx, w := b.observe.Watch(ctx, b.dialect, "list", sel.Company)
	defer w.End(&err)
	if err := errors.Join(b.ready(ctx, sel.Company), sel.Filter.Err()); err != nil {
		return store.Batch{}, err
	}
	if b.table.Changes != nil {
		now, err := b.table.Changes(outer, sel.Company, "", 1)
		if err != nil {
			return store.Batch{}, err
		}
		batch.AsOf = now.Next
	}
	batch.Reached, err = b.walk(ctx, "list", sel, func(s *sessions.Session) bool {
		if len(batch.Sessions) == sel.Limit { // one more shows that others follow
			return false
		}
		batch.Sessions = append(batch.Sessions, s)
		return true
	})
	if err != nil {
		return store.Batch{}, err
	}
	if n := len(batch.Sessions); n == sel.Limit && !batch.Reached.IsZero() {
		batch.Reached = store.PositionOf(batch.Sessions[n-1])
	}
	w.Returned(len(batch.Sessions))
	w.Partial(!batch.Reached.IsZero() && len(batch.Sessions) < sel.Limit)
	return batch, nil
}

// Count implements [store.Counter]: in SQL if the columns can express all of the filter, otherwise
// row by row.
func (b *Backend) Count(ctx context.Context, sel store.Selection) (count store.Count, err error) {
	const op = "count"
	ctx, w := b.observe.Watch(ctx, b.dialect, op, sel.Company)
	defer w.End(&err)
	if err := errors.Join(b.ready(ctx, sel.Company), sel.Filter.Err()); err != nil {
		return store.Count{}, err
	}
	if inSQL, rest := sel.Filter.Split(b.table.Columns); rest.IsZero() && sel.After.IsZero() {
		count, err = b.countInSQL(ctx, op, sel, inSQL)
	} else {
		var reached store.Position
		reached, err = b.walk(ctx, op, sel, func(*sessions.Session) bool {
			if count.N == sel.Limit {
				return false
			}
			count.N++
			return true
		})
		count.Exact = reached.IsZero()
	}
	w.Partial(!count.Exact)
	return count, err
}

// countInSQL counts the matches of a filter that the columns can express.
func (b *Backend) countInSQL(ctx context.Context, op string, sel store.Selection, inSQL filter.Filter) (store.Count, error) {
	// Without a budget all rows may be counted.
	floor, last := earliest, true
	var err error
	if sel.Budget > 0 {
		if floor, last, err = b.floor(ctx, op, sel, store.Position{}, sel.Budget); err != nil {
			return store.Count{}, err
		}
	}
	where, args, err := b.where(sel.Company, filter.And(inSQL, always.between(floor, time.Time{}).filter()))
	if err != nil {
		return store.Count{}, err
	}
	// One more than the limit, so that the count is known to be exact or not.
	text, err := b.dialect.ReplacePlaceholders(fmt.Sprint("SELECT count(*) FROM (SELECT 1 AS one", where, " LIMIT ", sel.Limit+1, ") t"))
	if err != nil {
		return store.Count{}, err
	}
	n := 0
	w := database.WatchedIn(ctx)
	err = b.pool.Use(ctx, op, func(q database.Session) error {
		w.Sent()
		if err := q.QueryRowContext(ctx, text, args...).Scan(&n); err != nil {
			return database.Failed(ctx, "tablestore: "+op, err)
		}
		w.Read()
		return nil
	})
	if err != nil {
		return store.Count{}, err
	}
	if last {
		w.Spend(n)
	} else {
		w.Spend(sel.Budget)
	}
	return store.Count{N: min(n, sel.Limit), Exact: last && n <= sel.Limit}, nil
}

// Stream implements [store.Streamer]: one statement, which is one snapshot on each engine.
func (b *Backend) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) (err error) {
	const op = "stream"
	ctx, w := b.observe.Watch(ctx, b.dialect, op, sel.Company)
	defer w.End(&err)
	if err := errors.Join(b.ready(ctx, sel.Company), sel.Filter.Err()); err != nil {
		return err
	}
	// Sessions of one instant, not sorted yet.
	var tied []*sessions.Session
	flush := func() error {
		if err := order(tied); err != nil {
			return err
		}
		for _, s := range tied {
			w.Returned(1)
			if err := each(s); err != nil {
				return err
			}
		}
		tied = tied[:0]
		return nil
	}
	// SQL selects by what the columns can express. Match decides on each row.
	inSQL, _ := sel.Filter.Split(b.table.Columns)
	err = b.read(ctx, op, sel.Company, inSQL, always.between(sel.Filter.Range()).between(time.Time{}, behind(sel.After)), func(s *sessions.Session) error {
		if len(tied) > 0 && !tied[0].CreatedAt.Equal(s.CreatedAt) {
			if err := flush(); err != nil {
				return err
			}
		}
		if store.PositionOf(s).Compare(sel.After) > 0 && sel.Filter.Match(s) {
			tied = append(tied, s)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// Get implements [store.Backend].
func (b *Backend) Get(ctx context.Context, company, id string) (found *sessions.Session, err error) {
	const op = "get"
	ctx, w := b.observe.Watch(ctx, b.dialect, op, company)
	defer w.End(&err)
	if err := b.ready(ctx, company); err != nil {
		return nil, err
	}
	is := filter.Is(sessions.FieldID, id)
	if is.Err() != nil { // no session has such an ID
		return nil, store.ErrNotFound
	}
	where, args, err := b.where(company, filter.And(is, always.filter()))
	if err != nil {
		return nil, err
	}
	err = b.each(ctx, op, company, "SELECT "+b.table.Select+where, args, always, func(s *sessions.Session) error {
		if s.ID != id { // the column may compare less strictly
			return nil
		}
		if found != nil {
			return errTwice
		}
		found = s
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case found == nil:
		return nil, store.ErrNotFound
	}
	w.Returned(1)
	return found, nil
}

// Changes implements [store.Backend], by the host's function.
func (b *Backend) Changes(ctx context.Context, company string, since store.Watermark, limit int) (changes store.Changes, err error) {
	outer := ctx // of the host's function: a Backend that it uses has operations of its own
	ctx, w := b.observe.Watch(ctx, b.dialect, "changes", company)
	defer w.End(&err)
	if err := b.ready(ctx, company); err != nil {
		return store.Changes{}, err
	}
	if b.table.Changes == nil {
		return store.Changes{}, errors.ErrUnsupported
	}
	changes, err = b.table.Changes(outer, company, since, limit)
	w.Returned(len(changes.Sessions))
	return changes, err
}
