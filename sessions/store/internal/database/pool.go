package database

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/kvalifika/sessionkit/filter"
)

// Querier is a database, or a transaction in it.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Session is a database, or one connection to it, on which transactions can begin.
type Session interface {
	Querier
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

// Pool is a host's database, on which work ends with its context.
//
// The drivers of PostgreSQL and SQLite see to that. That of MariaDB closes the connection, which
// the server does not notice before it has something to send: it reads on, or waits on for a lock,
// and nobody's bound counts what it does. So the server learns, on another connection, which of its
// connections is to end. For that it has to be known under which number the server keeps each.
type Pool struct {
	db    *sql.DB
	name  string // of the package, for errors
	tells bool

	mu      sync.Mutex
	numbers map[any]int64 // of the server's, by the driver's connection
}

const (
	mostNumbers = 256             // connections that are remembered, those that are closed among them
	endWithin   = 2 * time.Second // the time that telling the server may take
)

// NewPool returns the pool of a database, for the package of that name.
func NewPool(db *sql.DB, d filter.Dialect, name string) *Pool {
	return &Pool{db: db, name: name, tells: d == filter.MariaDB}
}

// Connections returns how many connections the database may have at once, 0 for any number.
func (p *Pool) Connections() int { return p.db.Stats().MaxOpenConnections }

// Tells reports whether the server has to be told that work is to end.
func (p *Pool) Tells() bool { return p.tells }

// NumberOf returns the server's number of a connection, or of that of a transaction.
// sql_select_limit could hide it.
func NumberOf(ctx context.Context, q Querier) (number int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT CONNECTION_ID() LIMIT 1").Scan(&number)
	return number, err
}

// Use lets do work on a connection of its own, where the engine asks for that, and otherwise on
// any. do must not ask the pool for another connection: it may have no other.
func (p *Pool) Use(ctx context.Context, op string, do func(Session) error) error {
	if !p.Tells() {
		return do(p.db)
	}
	return p.OnConn(ctx, op, func(c *sql.Conn) error { return do(c) })
}

// OnConn lets do work on a connection of its own.
func (p *Pool) OnConn(ctx context.Context, op string, do func(*sql.Conn) error) error {
	c, err := p.db.Conn(ctx)
	if err != nil {
		return Failed(ctx, p.name+": "+op, err)
	}
	defer func() { _ = c.Close() }()
	if !p.Tells() {
		return do(c)
	}
	number, err := p.number(ctx, c)
	if err != nil {
		return Failed(ctx, p.name+": "+op, err)
	}
	err = do(c)
	var failure *Error
	if errors.As(err, &failure) && failure.SQLState() == "" && Over(ctx) == nil {
		p.blame(ctx, c, failure)
	}
	if err != nil && Over(ctx) != nil {
		// Take it out of the pool first: who gets it next must not be the one that is ended.
		_ = c.Raw(func(any) error { return sqldriver.ErrBadConn })
		p.End(ctx, number)
	}
	return err
}

// blame adds driver.ErrBadConn to a failure that no server reported, if the connection is lost. The
// driver of MariaDB has an error of its own for that, which only its text tells from others.
func (p *Pool) blame(ctx context.Context, c *sql.Conn, failure *Error) {
	ctx, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	if _, err := NumberOf(ctx, c); err != nil { // what wraps a driver may pass no Ping on
		failure.Err = errors.Join(failure.Err, sqldriver.ErrBadConn)
	}
}

// number returns the number under which the server keeps a connection.
func (p *Pool) number(ctx context.Context, c *sql.Conn) (number int64, err error) {
	var key any
	if err := c.Raw(func(driverConn any) error {
		if reflect.TypeOf(driverConn).Comparable() {
			key = driverConn
		}
		return nil
	}); err != nil {
		return 0, err
	}
	p.mu.Lock()
	number, known := p.numbers[key]
	p.mu.Unlock()
	if known {
		return number, nil
	}
	if number, err = NumberOf(ctx, c); err != nil || key == nil {
		return number, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.numbers == nil || len(p.numbers) >= mostNumbers {
		p.numbers = map[any]int64{}
	}
	p.numbers[key] = number
	return number, nil
}

// End ends what the server does for a connection. If that fails, the work ends when the server has
// something to send.
func (p *Pool) End(ctx context.Context, number int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	_, _ = p.db.ExecContext(ctx, "KILL "+strconv.FormatInt(number, 10))
}
