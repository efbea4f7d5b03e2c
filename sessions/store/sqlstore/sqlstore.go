package sqlstore

import (
	"context"
	"database/sql"
	"sync/atomic"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// The dialects, as package filter has them.
const (
	Postgres = filter.Postgres // PostgreSQL 15 and newer
	MariaDB  = filter.MariaDB  // MariaDB 10.11 and newer, and MySQL 8.0.19 and newer
	SQLite   = filter.SQLite   // SQLite 3.38 and newer
)

// Backend keeps sessions in the tables of this package. It may be used by many goroutines at once. It has nothing to close:
// the database belongs to the caller.
type Backend struct {
	db      *sql.DB
	dialect filter.Dialect
	grammar *grammar // nil: the dialect is unknown, as Check says
	checked atomic.Bool
}

var (
	_ store.Backend  = (*Backend)(nil)
	_ store.Streamer = (*Backend)(nil)
	_ store.Counter  = (*Backend)(nil)
	_ store.Writer   = (*Backend)(nil)
)

// New returns a Backend over a database with the schema of this package, see [CreateSchema]. It does not connect yet:
// a wrong schema or dialect is an error of the methods, and of [Backend.Check].
func New(db *sql.DB, d filter.Dialect) *Backend {
	g, _ := grammarOf(d)
	return &Backend{db: db, dialect: d, grammar: g}
}

// querier is a database, or a transaction in it.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// ready checks what every method needs.
func (b *Backend) ready(ctx context.Context, company string) error {
	if company == "" {
		return store.ErrNoCompany
	}
	return b.Check(ctx)
}

// Get implements [store.Backend].
func (b *Backend) Get(ctx context.Context, company, id string) (*sessions.Session, error) {
	if err := b.ready(ctx, company); err != nil {
		return nil, err
	}
	return b.get(ctx, b.db, company, id, "")
}

func (b *Backend) get(ctx context.Context, q querier, company, id, lock string) (found *sessions.Session, err error) {
	st := b.statement().add("SELECT ").columns("r", readable).add(
		" FROM sessionkit_sessions r WHERE r.company = ? AND r.id = ?"+lock, company, id)
	err = st.each(ctx, q, "get", company, func(s *sessions.Session, _ int64) error {
		found = s.Clone()
		return nil
	})
	if err == nil && found == nil {
		err = store.ErrNotFound
	}
	return found, err
}
