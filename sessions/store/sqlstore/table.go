package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// Table describes a host's own table of sessions, for [Over]. Its SQL is the host's and is written
// into statements as it is: never build it of text from outside.
type Table struct {
	From    string         // what stands behind FROM: a table with its alias, or joins that give one row per session
	Columns filter.Columns // what filters may ask of it; Company and the field of the creation time are needed
	ID      filter.Column  // the session's ID, compared with a text
	Select  string         // the select list that Scan reads

	// Scan makes a session of the current row. Times are brought to microseconds in UTC. It has to
	// agree with Columns: what it returns decides, SQL only narrows down. An empty Company is
	// filled in.
	Scan func(rows *sql.Rows) (*sessions.Session, error)

	// Changes answers Backend.Changes, if the host records what has changed. nil:
	// errors.ErrUnsupported.
	Changes func(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error)
}

// TableBackend reads sessions from a host's own table. It writes nothing. It may be used by many
// goroutines at once.
type TableBackend struct {
	pool    pool
	dialect filter.Dialect
	table   Table
	created string // the column of creation times, and its arguments
	args    []any
	err     error // what is wrong with the description
}

var (
	_ store.Backend  = (*TableBackend)(nil)
	_ store.Streamer = (*TableBackend)(nil)
	_ store.Counter  = (*TableBackend)(nil)
	_ store.Pooled   = (*TableBackend)(nil)
)

// Connections implements [store.Pooled].
func (b *TableBackend) Connections() int { return b.pool.db.Stats().MaxOpenConnections }

// Over returns a Backend over a host's own table, which stays as it is. An incomplete description
// is an error of the methods that wraps [ErrTable].
//
// What Columns can say of a filter is said in SQL, the rest is matched in Go, row by row, under the
// work budget: searches are exact without a search key. That is slower than the tables of this
// package: a rare search reads the company's rows, newest first, until the page is full or the
// budget is spent, at some microseconds a row. The budget counts all rows of the company that are
// passed, those that SQL skips too. An index on the columns of company and creation time makes
// lists, pages and ranges as cheap as those of this package, and exports too.
//
// Sessions of one instant are put in order in Go and are read together: a table with creation times
// of a day or an hour reads that much at least.
func Over(db *sql.DB, d filter.Dialect, t Table) *TableBackend {
	e, _ := engine.Of(d) // the dialect says itself what is wrong, in each statement
	b := &TableBackend{pool: pool{db: db, engine: e}, dialect: d, table: t}
	var companyErr, idErr error
	b.created, b.args, b.err = t.Columns.Fields[sessions.FieldCreatedAt].ToSql()
	_, _, companyErr = t.Columns.Company.ToSql()
	_, _, idErr = t.ID.ToSql()
	b.err = errors.Join(b.err, companyErr, idErr)
	if t.From == "" || t.Select == "" || t.Scan == nil {
		b.err = errors.Join(b.err, errors.New("needs From, Select and Scan"))
	}
	if b.err != nil {
		b.err = fmt.Errorf("%w: %w", ErrTable, b.err)
	}
	return b
}

func (b *TableBackend) ready(company string) error {
	if company == "" {
		return store.ErrNoCompany
	}
	return b.err
}

// where writes FROM and WHERE.
func (b *TableBackend) where(company string, f filter.Filter) (string, []any, error) {
	cond, args, err := filter.SQL(company, f, b.dialect, b.table.Columns).ToSql()
	return " FROM " + b.table.From + " WHERE " + cond, args, err
}

// each calls visit with the session of every row. An error of visit comes back as it is.
func (b *TableBackend) each(ctx context.Context, op, company, text string, args []any, visit func(*sessions.Session) error) error {
	text, err := b.dialect.ReplacePlaceholders(text)
	if err != nil {
		return err
	}
	return b.pool.use(ctx, op, func(q session) error { return b.scan(ctx, q, op, company, text, args, visit) })
}

func (b *TableBackend) scan(ctx context.Context, q querier, op, company, text string, args []any, visit func(*sessions.Session) error) error {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return failed(ctx, op, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		s, err := b.table.Scan(rows)
		if err != nil {
			return failed(ctx, op, err)
		}
		if s == nil || s.Company != "" && s.Company != company {
			return fmt.Errorf("%w: Scan made no session, or one of another company", ErrTable)
		}
		s.Company = company
		s.Normalize()
		if err := visit(s); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return failed(ctx, op, err)
	}
	return nil
}

// read calls visit with the rows that a filter's SQL selects, newest first, those of one instant in
// any order.
func (b *TableBackend) read(ctx context.Context, op, company string, f filter.Filter, visit func(*sessions.Session) error) error {
	where, args, err := b.where(company, f)
	if err != nil {
		return err
	}
	text := "SELECT " + b.table.Select + where + " ORDER BY " + b.created + " DESC"
	return b.each(ctx, op, company, text, append(args, b.args...), visit)
}

// created selects creation times from an instant until before another. The last day of the year
// 9999 ends behind all instants that a filter takes, and no session is there: an open end says it.
func created(from, to time.Time) filter.Filter {
	if to.UTC().Year() > 9999 {
		to = time.Time{}
	}
	if from.UTC().Year() < 1 {
		from = time.Time{}
	}
	return filter.Between(sessions.FieldCreatedAt, from, to)
}

// behind returns the instant before which all sessions after a position were created; some created
// then may stand before it.
func behind(p store.Position) time.Time {
	if p.ID == "" {
		return p.CreatedAt
	}
	return p.CreatedAt.Add(time.Microsecond)
}

const (
	fewRows  = 16   // read beyond what is wanted: that others follow is known at once
	mostRows = 4096 // of one statement, and those of the last one's instant
)

// floor returns the creation time of the nth session after a position, whatever it is like; last,
// if there are fewer.
func (b *TableBackend) floor(ctx context.Context, op string, sel store.Selection, pos store.Position, n int) (floor time.Time, last bool, err error) {
	from, to := sel.Filter.Range()
	// Sessions of the position's own instant are not counted: those before it would be taken for
	// progress.
	if before := pos.CreatedAt; to.IsZero() || !before.IsZero() && before.Before(to) {
		to = before
	}
	if !to.IsZero() && !to.After(from) {
		return floor, true, nil
	}
	where, args, err := b.where(sel.Company, created(from, to))
	if err != nil {
		return floor, false, err
	}
	last = true
	text := fmt.Sprint("SELECT ", b.table.Select, where, " ORDER BY ", b.created, " DESC LIMIT 1 OFFSET ", n-1)
	err = b.each(ctx, op, sel.Company, text, append(args, b.args...), func(s *sessions.Session) error {
		floor, last = s.CreatedAt, false
		return nil
	})
	return floor, last, err
}

// walk visits the matches of a selection, newest first, until visit returns false, the budget is
// spent or the end is reached. reached is where it went on to, zero at the end.
func (b *TableBackend) walk(ctx context.Context, op string, sel store.Selection, visit func(*sessions.Session) bool) (reached store.Position, err error) {
	inSQL, _ := sel.Filter.Split(b.table.Columns)
	pos, budget := sel.After, sel.Budget
	for n := min(sel.Limit, mostRows) + fewRows; ; n = min(n*4, mostRows) {
		if sel.Budget > 0 {
			n = min(n, budget)
		}
		floor, last, err := b.floor(ctx, op, sel, pos, n)
		if err != nil {
			return store.Position{}, err
		}
		var part []*sessions.Session
		err = b.read(ctx, op, sel.Company, filter.And(inSQL, created(floor, behind(pos))), func(s *sessions.Session) error {
			if (pos.IsZero() || store.PositionOf(s).Before(pos)) && sel.Filter.Match(s) {
				part = append(part, s)
			}
			return nil
		})
		if err != nil {
			return store.Position{}, err
		}
		slices.SortFunc(part, inOrder)
		for _, s := range part {
			if !visit(s) {
				return store.PositionOf(s), nil
			}
		}
		if last {
			return store.Position{}, nil
		}
		pos = store.Position{CreatedAt: floor}
		if budget -= n; sel.Budget > 0 && budget <= 0 {
			return pos, nil
		}
	}
}

func inOrder(s, t *sessions.Session) int {
	if s.Newer(t) {
		return -1
	}
	return 1
}

// List implements [store.Backend].
func (b *TableBackend) List(ctx context.Context, sel store.Selection) (batch store.Batch, err error) {
	if err := errors.Join(b.ready(sel.Company), sel.Filter.Err()); err != nil {
		return store.Batch{}, err
	}
	if b.table.Changes != nil {
		now, err := b.table.Changes(ctx, sel.Company, "", 1)
		if err != nil {
			return store.Batch{}, err
		}
		batch.AsOf = now.Next
	}
	batch.Reached, err = b.walk(ctx, "list", sel, func(s *sessions.Session) bool {
		if len(batch.Sessions) == sel.Limit { // one more tells that others follow
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
	return batch, nil
}

// Count implements [store.Counter]: in SQL what the columns can say, and otherwise row by row.
func (b *TableBackend) Count(ctx context.Context, sel store.Selection) (store.Count, error) {
	if err := errors.Join(b.ready(sel.Company), sel.Filter.Err()); err != nil {
		return store.Count{}, err
	}
	const op = "count"
	n := 0
	if inSQL, rest := sel.Filter.Split(b.table.Columns); rest.IsZero() && sel.After.IsZero() {
		var floor time.Time
		last := true
		var err error
		if sel.Budget > 0 {
			if floor, last, err = b.floor(ctx, op, sel, store.Position{}, sel.Budget); err != nil {
				return store.Count{}, err
			}
		}
		where, args, err := b.where(sel.Company, filter.And(inSQL, created(floor, time.Time{})))
		if err != nil {
			return store.Count{}, err
		}
		text, err := b.dialect.ReplacePlaceholders(fmt.Sprint("SELECT count(*) FROM (SELECT 1 AS one", where, " LIMIT ", sel.Limit+1, ") t"))
		if err != nil {
			return store.Count{}, err
		}
		err = b.pool.use(ctx, op, func(q session) error {
			if err := q.QueryRowContext(ctx, text, args...).Scan(&n); err != nil {
				return failed(ctx, op, err)
			}
			return nil
		})
		if err != nil {
			return store.Count{}, err
		}
		return store.Count{N: min(n, sel.Limit), Exact: last && n <= sel.Limit}, nil
	}
	reached, err := b.walk(ctx, op, sel, func(*sessions.Session) bool {
		if n == sel.Limit {
			return false
		}
		n++
		return true
	})
	return store.Count{N: n, Exact: reached.IsZero()}, err
}

// Stream implements [store.Streamer]: one statement, which is one snapshot on each engine.
func (b *TableBackend) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	if err := errors.Join(b.ready(sel.Company), sel.Filter.Err()); err != nil {
		return err
	}
	var tied []*sessions.Session // of one instant
	flush := func() error {
		slices.SortFunc(tied, inOrder)
		for _, s := range tied {
			if err := each(s); err != nil {
				return err
			}
		}
		tied = tied[:0]
		return nil
	}
	inSQL, _ := sel.Filter.Split(b.table.Columns)
	err := b.read(ctx, "stream", sel.Company, filter.And(inSQL, created(time.Time{}, behind(sel.After))), func(s *sessions.Session) error {
		if len(tied) > 0 && !tied[0].CreatedAt.Equal(s.CreatedAt) {
			if err := flush(); err != nil {
				return err
			}
		}
		if (sel.After.IsZero() || store.PositionOf(s).Before(sel.After)) && sel.Filter.Match(s) {
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
func (b *TableBackend) Get(ctx context.Context, company, id string) (found *sessions.Session, err error) {
	if err := b.ready(company); err != nil {
		return nil, err
	}
	where, args, err := b.where(company, filter.Filter{})
	if err != nil {
		return nil, err
	}
	column, columnArgs, err := b.table.ID.ToSql()
	if err != nil {
		return nil, err
	}
	args = append(append(args, columnArgs...), id)
	err = b.each(ctx, "get", company, "SELECT "+b.table.Select+where+" AND "+column+" = ?", args, func(s *sessions.Session) error {
		if s.ID == id { // the column may compare less strictly
			found = s
		}
		return nil
	})
	if err == nil && found == nil {
		err = store.ErrNotFound
	}
	return found, err
}

// Changes implements [store.Backend], by the host's function.
func (b *TableBackend) Changes(ctx context.Context, company string, since store.Watermark, limit int) (store.Changes, error) {
	if err := b.ready(company); err != nil {
		return store.Changes{}, err
	}
	if b.table.Changes == nil {
		return store.Changes{}, errors.ErrUnsupported
	}
	return b.table.Changes(ctx, company, since, limit)
}
