package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
)

// recorder is a connector whose connections record every statement.
type recorder struct {
	driver.Connector
	mu   sync.Mutex
	list []string
	args map[string][]driver.NamedValue // of the last call
}

func (r *recorder) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &recorded{c, r}, nil
}

func (r *recorder) note(query string, args []driver.NamedValue) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.args == nil {
		r.args = map[string][]driver.NamedValue{}
	}
	if _, ok := r.args[query]; !ok {
		r.list = append(r.list, query)
	}
	r.args[query] = args
}

// statements returns the distinct texts in the order in which they first came, and the arguments of
// the last call of each. It forgets them.
func (r *recorder) statements() ([]string, map[string][]driver.NamedValue) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list, args := r.list, r.args
	r.list, r.args = nil, nil
	return list, args
}

// recorded records and passes on the calls to a connection. Its driver must have the methods with a
// context.
type recorded struct {
	driver.Conn
	r *recorder
}

func (c *recorded) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	q, ok := c.Conn.(driver.QueryerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	rows, err := q.QueryContext(ctx, query, args)
	if !errors.Is(err, driver.ErrSkip) {
		c.r.note(query, args)
	}
	return rows, err
}

func (c *recorded) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	q, ok := c.Conn.(driver.ExecerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	result, err := q.ExecContext(ctx, query, args)
	if !errors.Is(err, driver.ErrSkip) {
		c.r.note(query, args)
	}
	return result, err
}

func (c *recorded) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	p, ok := c.Conn.(driver.ConnPrepareContext)
	if !ok {
		return nil, errors.New("the driver prepares without a context")
	}
	s, err := p.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &recordedStmt{s, c.r, query}, nil
}

// BeginTx records a comment, since drivers have different statements for it and for the end of a
// transaction.
func (c *recorded) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	b, ok := c.Conn.(driver.ConnBeginTx)
	if !ok {
		return nil, errors.New("the driver begins without a context")
	}
	text := "-- BeginTx, " + sql.IsolationLevel(opts.Isolation).String()
	if opts.ReadOnly {
		text += ", read only"
	}
	c.r.note(text, nil)
	tx, err := b.BeginTx(ctx, opts)
	return recordedTx{tx, c.r}, err
}

type recordedTx struct {
	driver.Tx
	r *recorder
}

func (tx recordedTx) Commit() error {
	tx.r.note("-- Commit", nil)
	return tx.Tx.Commit()
}

func (tx recordedTx) Rollback() error {
	tx.r.note("-- Rollback", nil)
	return tx.Tx.Rollback()
}

func (c *recorded) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *recorded) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !ok || v.IsValid()
}

func (c *recorded) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := c.Conn.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

type recordedStmt struct {
	driver.Stmt
	r     *recorder
	query string
}

func (s *recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.r.note(s.query, args)
	q, ok := s.Stmt.(driver.StmtQueryContext)
	if !ok {
		return nil, errors.New("the driver queries without a context")
	}
	return q.QueryContext(ctx, args)
}

func (s *recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.r.note(s.query, args)
	q, ok := s.Stmt.(driver.StmtExecContext)
	if !ok {
		return nil, errors.New("the driver executes without a context")
	}
	return q.ExecContext(ctx, args)
}
