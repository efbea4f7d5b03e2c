package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/keys"
)

// The dialects of package filter.
const (
	Postgres = filter.Postgres // PostgreSQL 15 and newer
	MariaDB  = filter.MariaDB  // MariaDB 10.11 and newer, and MySQL 8.0.21 and newer
	SQLite   = filter.SQLite   // SQLite 3.38 and newer
)

// Backend stores sessions in the tables of this package. It may be used by many goroutines at once.
// It has no Close: the database belongs to the caller.
type Backend struct {
	db       *sql.DB
	dialect  filter.Dialect
	engine   *engine.Engine // nil if the dialect is unknown; Check returns the error
	packing  Packing
	keys     *keys.Keys
	checked  atomic.Bool
	settings settings // of the connections, once checked
	pool     *database.Pool
	turns    turns  // of writers, and of upkeep if the database has one writer
	upkeep   turns  // of packing, repairs and purges otherwise
	cache    *cache // nil: nothing is cached

	observe database.Observer
}

var (
	_ store.Backend     = (*Backend)(nil)
	_ store.Streamer    = (*Backend)(nil)
	_ store.Counter     = (*Backend)(nil)
	_ store.EachCounter = (*Backend)(nil)
	_ store.Tallier     = (*Backend)(nil)
	_ store.Writer      = (*Backend)(nil)
	_ store.Putter      = (*Backend)(nil)
	_ store.Pooled      = (*Backend)(nil)
	_ store.Purger      = (*Backend)(nil)
)

// New returns a Backend over a database with the schema of this package, see [Migrate]. It does not
// connect yet: the methods and [Backend.Check] return an error if the schema or the dialect is
// wrong.
func New(db *sql.DB, d filter.Dialect) *Backend {
	e, _ := engine.Of(d) // Check returns the error
	return &Backend{db: db, dialect: d, engine: e, keys: keys.Current(), pool: database.NewPool(db, d, "sqlstore"), cache: newCache(DefaultCacheBytes)}
}

// Connections implements [store.Pooled]. It returns the limit that the host has set with
// sql.DB.SetMaxOpenConns.
func (b *Backend) Connections() int { return b.pool.Connections() }

// copied returns a Backend over the same tables with the same options.
func (b *Backend) copied() *Backend {
	c := New(b.db, b.dialect)
	c.packing, c.keys, c.observe, c.cache = b.packing, b.keys, b.observe, b.cache
	return c
}

// ready checks the preconditions of every method.
func (b *Backend) ready(ctx context.Context, company string) error {
	if company == "" {
		return store.ErrNoCompany
	}
	return b.Check(ctx)
}

// on returns a conn for the statements of an operation.
func (b *Backend) on(q querier, op string) conn {
	return conn{q, b.engine, op, &b.settings, b.keys, b.observe != nil, nil}
}

// using calls do with a connection. The work on it ends with the context, see [database.Pool.Use].
func (b *Backend) using(ctx context.Context, op string, do func(conn) error) error {
	return b.pool.Use(ctx, op, func(q session) error { return do(b.on(q, op)) })
}

// again calls read, and calls it once more if the server has ended it for reasons of its own. A
// standby ends reads of rows that it has to remove because the primary did (PostgreSQL's manual,
// "Handling Query Conflicts"). Soon after, nothing is in the way.
func again(ctx context.Context, read func() error) error {
	err := read()
	if isRolledBack(ctx, err) {
		err = read()
	}
	return err
}

// isRolledBack reports whether the server has rolled back a transaction that may succeed when it is
// repeated: class 40 of the SQL standard.
func isRolledBack(ctx context.Context, err error) bool {
	var failure *Error
	return errors.As(err, &failure) && strings.HasPrefix(failure.SQLState(), "40") && ctx.Err() == nil
}

// Get implements [store.Backend].
func (b *Backend) Get(ctx context.Context, company, id string) (s *sessions.Session, err error) {
	const op = "get"
	ctx, w := b.watch(ctx, op, company)
	defer w.End(&err)
	if err := b.ready(ctx, company); err != nil {
		return nil, err
	}
	err = again(ctx, func() error {
		return b.using(ctx, op, func(c conn) error {
			f, err := c.get(ctx, company, id)
			if s = f.session; s != nil {
				w.Returned(1)
			}
			return err
		})
	})
	return s, err
}

// get reads a session, for Get of a Backend or a transaction.
func (c conn) get(ctx context.Context, company, id string) (found, error) {
	f, err := c.byID(ctx, company, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		// Either there is no such session, or the schema has moved on.
		_, errState := c.state(ctx, company)
		return found{}, cmp.Or(errState, err)
	case err != nil:
		return found{}, c.explain(ctx, err)
	}
	return f, nil
}

// byID reads the session with an ID. If there is none, or the schema has moved on, the error is
// [store.ErrNotFound].
func (c conn) byID(ctx context.Context, company, id string) (found, error) {
	return c.session(ctx, c.engine.Get, ofSchema(engine.Args{"company": company, "id": id}), company)
}

// session reads one session by a statement that selects it. If there is none, the error is
// [store.ErrNotFound].
func (c conn) session(ctx context.Context, s engine.Statement, args engine.Args, company string) (f found, err error) {
	err = c.sessions(ctx, s, args, company, func(s *sessions.Session, seq int64) error {
		f = found{s.Clone(), seq}
		return nil
	})
	if err == nil && f.session == nil {
		err = store.ErrNotFound
	}
	return f, err
}
