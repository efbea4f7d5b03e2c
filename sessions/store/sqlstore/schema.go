package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

//go:embed schema/*.sql
var schemas embed.FS

const (
	schemaVersion = 1
	bucketBits    = 39 // a bucket holds 2^39 microseconds, 6.4 days
)

func neededVersion() Version {
	return Version{Schema: schemaVersion, SearchKey: searchkey.Version, BucketBits: bucketBits}
}

// Schema returns the statements that make the tables, for a host's own migrations. Each ends with a semicolon and a
// line break; there are comments, and no semicolon at the end of a line otherwise. Running them again changes nothing.
// An unknown dialect is an error that wraps filter.ErrDialect.
func Schema(d filter.Dialect) (string, error) {
	e, err := engine.Of(d)
	if err != nil {
		return "", err
	}
	text, err := schemas.ReadFile("schema/" + e.Name + ".sql")
	return string(text), err
}

// CreateSchema makes the tables if the database has none. Tables of another version are a [*SchemaError], and nothing is
// changed. It may be called by several processes at once.
func CreateSchema(ctx context.Context, db *sql.DB, d filter.Dialect) error {
	const op = "create the schema"
	text, err := Schema(d)
	if err != nil {
		return err
	}
	e, _ := engine.Of(d)
	conn, err := db.Conn(ctx)
	if err != nil {
		return failed(ctx, op, err)
	}
	defer func() { _ = conn.Close() }()
	for _, statement := range e.LockSchema {
		if _, err := conn.ExecContext(ctx, string(statement)); err != nil {
			return failed(ctx, op, err)
		}
	}
	err = createSchema(ctx, conn, e, text)
	end := e.KeepSchema
	if err != nil {
		end = e.DropSchema
	}
	if _, endErr := conn.ExecContext(context.WithoutCancel(ctx), string(end)); err == nil && endErr != nil {
		return failed(ctx, op, endErr)
	}
	return err
}

func createSchema(ctx context.Context, q querier, e *engine.Engine, text string) error {
	found, err := readVersion(ctx, q, e)
	if err != nil || found == neededVersion() {
		return err
	}
	if found != (Version{}) {
		return &SchemaError{found, neededVersion()}
	}
	for statement := range strings.SplitSeq(text, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := q.ExecContext(ctx, statement); err != nil {
			return failed(ctx, "create the schema", err)
		}
	}
	return nil
}

// readVersion returns the version of the tables, zero if there are none.
func readVersion(ctx context.Context, q querier, e *engine.Engine) (v Version, err error) {
	const op = "read the schema's version"
	var tables int
	if err := q.QueryRowContext(ctx, string(e.HasSchema)).Scan(&tables); err != nil {
		return v, failed(ctx, op, err)
	}
	if tables == 0 {
		return v, nil
	}
	err = q.QueryRowContext(ctx, string(e.Version)).
		Scan(&v.Schema, &v.SearchKey, &v.BucketBits)
	if err != nil {
		return v, failed(ctx, op, err)
	}
	return v, nil
}

// Check compares the database's schema with what this package needs. A difference is a [*SchemaError]. Every method
// checks by itself until the check has passed once; a host may do so when it starts.
func (b *Backend) Check(ctx context.Context) error {
	if b.checked.Load() {
		return nil
	}
	if b.engine == nil {
		_, err := engine.Of(b.dialect)
		return err
	}
	return b.check(ctx, b.db)
}

func (b *Backend) check(ctx context.Context, q querier) error {
	found, err := readVersion(ctx, q, b.engine)
	if err != nil {
		return err
	}
	if found != neededVersion() {
		return &SchemaError{found, neededVersion()}
	}
	b.checked.Store(true)
	return nil
}
