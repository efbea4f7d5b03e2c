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
// The drivers of PostgreSQL and SQLite do this. The driver of MariaDB only closes the connection.
// The server does not notice that before it has something to send: it continues to read or to wait
// for a lock, and no limit of the pool counts this work. So Pool ends the server's connection with
// a statement on another one. For that it has to know the server's number of each connection.
type Pool struct {
	db    *sql.DB
	name  string // name of the package, for errors
	tells bool

	mu      sync.Mutex
	numbers map[any]int64 // the server's numbers, by connection of the driver
}

const (
	mostKnownConnections = 256             // connections that are remembered, including closed ones
	endWithin            = 2 * time.Second // bound of the time to end work on the server
)

// NewPool returns the pool of a database, for the package with that name.
func NewPool(db *sql.DB, d filter.Dialect, name string) *Pool {
	return &Pool{db: db, name: name, tells: d == filter.MariaDB}
}

// Connections returns how many connections the database may have at once, or 0 if there is no
// limit.
func (p *Pool) Connections() int { return p.db.Stats().MaxOpenConnections }

// Tells reports whether work on the server has to be ended by a statement.
func (p *Pool) Tells() bool { return p.tells }

// NumberOf returns the server's number of a connection, or of the connection of a transaction. Its
// LIMIT is needed since sql_select_limit could hide the row.
func NumberOf(ctx context.Context, q Querier) (number int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT CONNECTION_ID() LIMIT 1").Scan(&number)
	return number, err
}

// Use calls do with a connection of its own if the engine needs that, and otherwise with the
// database. do must not ask the pool for another connection: there may be none.
func (p *Pool) Use(ctx context.Context, op string, do func(Session) error) error {
	if !p.Tells() {
		return do(p.db)
	}
	return p.OnConn(ctx, op, func(c *sql.Conn) error { return do(c) })
}

// OnConn calls do with a connection of its own.
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
		// Take it out of the pool first: its next user must not be ended instead.
		_ = c.Raw(func(any) error { return sqldriver.ErrBadConn })
		p.End(ctx, number)
	}
	return err
}

// blame adds driver.ErrBadConn to a failure that no server reported, if the connection is lost. The
// driver of MariaDB has an error of its own for that, which can only be recognised by its text.
func (p *Pool) blame(ctx context.Context, c *sql.Conn, failure *Error) {
	ctx, cancel := context.WithTimeout(ctx, endWithin)
	defer cancel()
	// Do not use Ping: a type that wraps a driver may not pass it on.
	if _, err := NumberOf(ctx, c); err != nil {
		failure.Err = errors.Join(failure.Err, sqldriver.ErrBadConn)
	}
}

// number returns the server's number of a connection.
func (p *Pool) number(ctx context.Context, c *sql.Conn) (number int64, err error) {
	var key any
	if err := c.Raw(func(driverConn any) error {
		// A connection of another type would panic as the key of a map.
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
	// It is not known which connections were closed, so forget all of them now and then.
	if p.numbers == nil || len(p.numbers) >= mostKnownConnections {
		p.numbers = map[any]int64{}
	}
	p.numbers[key] = number
	return number, nil
}

// End ends the server's work for a connection. If that fails, the work ends when the server has
// something to send.
func (p *Pool) End(ctx context.Context, number int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	_, _ = p.db.ExecContext(ctx, "KILL "+strconv.FormatInt(number, 10))
}
