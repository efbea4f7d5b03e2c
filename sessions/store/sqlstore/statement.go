package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/keys"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

type (
	querier = database.Querier
	session = database.Session
)

// conn sends the statements of an operation.
type conn struct {
	querier
	engine *engine.Engine
	op     string // for [Error]

	settings *settings
	keys     *keys.Keys // that are written
	watched  bool       // the Backend has an observer
	// nil: nothing is cached, as outside of a snapshot, where a segment may vanish between two
	// statements.
	cache *cache
}

// exec runs a statement that returns no rows.
func (c conn) exec(ctx context.Context, s engine.Statement, args engine.Args) error {
	_, err := c.affect(ctx, s, args)
	return err
}

// affect runs a statement that returns no rows, and returns the driver's result.
func (c conn) affect(ctx context.Context, s engine.Statement, args engine.Args) (sql.Result, error) {
	text, values, err := c.engine.Bind(s, args)
	if err != nil {
		return nil, err
	}
	c.sent(ctx)
	result, err := c.ExecContext(ctx, text, values...)
	if err != nil {
		return nil, failed(ctx, c.op, err)
	}
	return result, nil
}

// first scans the first row. If there is none, the error is sql.ErrNoRows, not wrapped.
func (c conn) first(ctx context.Context, s engine.Statement, args engine.Args, dest ...any) error {
	text, values, err := c.engine.Bind(s, args)
	if err != nil {
		return err
	}
	w := c.sent(ctx)
	err = c.QueryRowContext(ctx, text, values...).Scan(dest...)
	if err == nil {
		w.Read()
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return failed(ctx, c.op, err)
	}
	return err
}

// rows calls each for every row. It returns an error of each unchanged.
func (c conn) rows(ctx context.Context, s engine.Statement, args engine.Args, each func(*sql.Rows) error) error {
	text, values, err := c.engine.Bind(s, args)
	if err != nil {
		return err
	}
	w := c.sent(ctx)
	rows, err := c.QueryContext(ctx, text, values...)
	if err != nil {
		return failed(ctx, c.op, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		w.Read()
		if err := each(rows); err != nil {
			return err
		}
	}
	// A lost connection, or the end of the context, looks like the last row until Err is called.
	if err := rows.Err(); err != nil {
		return failed(ctx, c.op, err)
	}
	return nil
}

// sessions calls each for every session of a statement that selects the columns in readable. The
// session is valid only during the call, since the next row overwrites it. seq is the number of its
// last change.
func (c conn) sessions(ctx context.Context, s engine.Statement, args engine.Args, company string, each func(s *sessions.Session, seq int64) error) error {
	r := row.NewReader(readable)
	var session sessions.Session
	return c.rows(ctx, s, args, func(rows *sql.Rows) error {
		if err := c.scan(ctx, rows, r); err != nil {
			return err
		}
		seq, err := r.Session(company, &session)
		if err != nil {
			return err
		}
		return each(&session, seq)
	})
}

// scan scans a row into a reader.
func (c conn) scan(ctx context.Context, rows *sql.Rows, r *row.Reader) error {
	// An ErrStored is about the data, and contains no values. Any other error is the driver's, and
	// its text may contain something about a person.
	err := rows.Scan(r.Dest()...)
	if err != nil && !errors.Is(err, ErrStored) {
		return failed(ctx, c.op, err)
	}
	return err
}

var (
	readable = row.Readable() // columns of a whole session
	whole    = row.Whole()    // those and the version
	writable = row.All()      // columns that are written

	changeColumn = slices.Index(writable.Names(), "changed_seq") // in writable
)
