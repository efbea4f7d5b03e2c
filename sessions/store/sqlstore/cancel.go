package sqlstore

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// session is a database, or one connection to it, on which transactions can begin.
type session interface {
	querier
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

// pool is a host's database, on which work ends with its context.
//
// The drivers of PostgreSQL and SQLite see to that. That of MariaDB closes the connection, which
// the server does not notice before it has something to send: it reads on, or waits on for a lock,
// and nobody's bound counts what it does. So the server is told, on another connection, which of
// its connections is to end. For that it has to be known under which number the server keeps each.
type pool struct {
	db     *sql.DB
	engine *engine.Engine

	mu      sync.Mutex
	numbers map[any]int64 // of the server's, by the driver's connection
}

const (
	mostNumbers = 256             // connections that are remembered, those that are closed among them
	endWithin   = 2 * time.Second // the time that telling the server may take
)

// use lets do work on a connection of its own, where the engine asks for that, and otherwise on
// any. do must not ask the pool for another connection: it may have no other.
func (p *pool) use(ctx context.Context, op string, do func(session) error) error {
	if p.engine.End == "" {
		return do(p.db)
	}
	return p.onConn(ctx, op, func(c *sql.Conn) error { return do(c) })
}

// onConn lets do work on a connection of its own.
func (p *pool) onConn(ctx context.Context, op string, do func(*sql.Conn) error) error {
	c, err := p.db.Conn(ctx)
	if err != nil {
		return failed(ctx, op, err)
	}
	defer func() { _ = c.Close() }()
	if p.engine.End == "" {
		return do(c)
	}
	number, err := p.number(ctx, c)
	if err != nil {
		return failed(ctx, op, err)
	}
	err = do(c)
	if err != nil && over(ctx) != nil {
		// Take it out of the pool first: who gets it next must not be the one that is ended.
		_ = c.Raw(func(any) error { return sqldriver.ErrBadConn })
		p.end(ctx, number)
	}
	return err
}

// number returns the number under which the server keeps a connection.
func (p *pool) number(ctx context.Context, c *sql.Conn) (number int64, err error) {
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
	if err := c.QueryRowContext(ctx, string(p.engine.Number)).Scan(&number); err != nil || key == nil {
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

// end ends what the server does for a connection. If that fails, the work ends when the server has
// something to send.
func (p *pool) end(ctx context.Context, number int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	_, _ = p.db.ExecContext(ctx, string(p.engine.End)+strconv.FormatInt(number, 10))
}
