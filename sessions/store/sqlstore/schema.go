package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
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
	grammar, err := grammarOf(d)
	if err != nil {
		return "", err
	}
	text, err := schemas.ReadFile("schema/" + grammar.name + ".sql")
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
	grammar, _ := grammarOf(d)
	conn, err := db.Conn(ctx)
	if err != nil {
		return failed(ctx, op, err)
	}
	defer func() { _ = conn.Close() }()
	for _, statement := range grammar.lockSchema {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return failed(ctx, op, err)
		}
	}
	err = createSchema(ctx, conn, grammar, text)
	end := grammar.keepSchema
	if err != nil {
		end = grammar.dropSchema
	}
	if _, endErr := conn.ExecContext(context.WithoutCancel(ctx), end); err == nil && endErr != nil {
		return failed(ctx, op, endErr)
	}
	return err
}

func createSchema(ctx context.Context, q querier, g *grammar, text string) error {
	found, err := readVersion(ctx, q, g)
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
func readVersion(ctx context.Context, q querier, g *grammar) (v Version, err error) {
	const op = "read the schema's version"
	var tables int
	if err := q.QueryRowContext(ctx, g.hasSchema).Scan(&tables); err != nil {
		return v, failed(ctx, op, err)
	}
	if tables == 0 {
		return v, nil
	}
	err = q.QueryRowContext(ctx, "SELECT version, search_key, bucket_bits FROM sessionkit_schema ORDER BY version DESC LIMIT 1").
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
	if b.grammar == nil {
		_, err := grammarOf(b.dialect)
		return err
	}
	return b.check(ctx, b.db)
}

func (b *Backend) check(ctx context.Context, q querier) error {
	found, err := readVersion(ctx, q, b.grammar)
	if err != nil {
		return err
	}
	if found != neededVersion() {
		return &SchemaError{found, neededVersion()}
	}
	b.checked.Store(true)
	return nil
}

func grammarOf(d filter.Dialect) (*grammar, error) {
	switch d {
	case filter.Postgres:
		return postgres(), nil
	case filter.MariaDB:
		return mariadb(), nil
	case filter.SQLite:
		return sqlite(), nil
	default:
		return nil, fmt.Errorf("sqlstore: %w", filter.ErrDialect)
	}
}
