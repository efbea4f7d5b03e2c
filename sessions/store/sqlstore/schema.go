package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

//go:embed schema/*.sql
var schemas embed.FS

const schemaVersion = 3

func neededVersion() Version {
	return Version{Schema: schemaVersion, SearchKey: searchkey.Version}
}

// ofSchema adds the version of this package to the arguments of a statement that asks for it.
func ofSchema(args engine.Args) engine.Args {
	v := neededVersion()
	args["version"], args["search_key"] = v.Schema, v.SearchKey
	return args
}

// Schema returns the statements that make the tables, for a host's own migrations. Each ends with a
// semicolon and a line break; there are comments, and no semicolon at the end of a line otherwise.
// Running them again changes nothing. An unknown dialect is an error that wraps filter.ErrDialect.
func Schema(d filter.Dialect) (string, error) {
	e, err := engine.Of(d)
	if err != nil {
		return "", err
	}
	text, err := schemas.ReadFile("schema/" + e.Name + ".sql")
	return string(text), err
}

// CreateSchema makes the tables that the database does not have. Tables of another version are a
// [*SchemaError], and nothing is changed. It may be called by several processes at once.
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
	err := checkSchema(ctx, q, e)
	if other := (*SchemaError)(nil); !errors.As(err, &other) || other.Empty || other.Found != (Version{}) && !other.Incomplete {
		return err
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

// checkSchema reads the version of the tables. Another than this package's is a [*SchemaError].
func checkSchema(ctx context.Context, q querier, e *engine.Engine) error {
	const op = "read the schema's version"
	other := &SchemaError{Needed: neededVersion()}
	c := conn{querier: q, engine: e, op: op}
	has := func(names ...any) (all bool, err error) {
		var n int
		err = c.first(ctx, e.HasTables, engine.Args{"names": engine.List(names...)}, &n)
		return n == len(names), err
	}
	if ok, err := has("sessionkit_schema"); err != nil || !ok {
		return cmp.Or(err, error(other))
	}
	v := &other.Found
	err := q.QueryRowContext(ctx, string(e.Version)).Scan(&v.Schema, &v.SearchKey)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		other.Empty = true
	case err != nil:
		return failed(ctx, op, err)
	case *v == other.Needed:
		// DDL commits at once in MariaDB: who was interrupted has made some of the tables.
		ok, err := has("sessionkit_companies", "sessionkit_sessions", "sessionkit_segments", "sessionkit_blocks")
		if err != nil || ok {
			return err
		}
		other.Incomplete = true
	}
	return other
}

// otherSchema says in what the schema, which a statement has found not to be this package's,
// differs.
func (c conn) otherSchema(ctx context.Context) error {
	if err := checkSchema(ctx, c, c.engine); err != nil {
		return err
	}
	return fmt.Errorf("%w: it has changed meanwhile", ErrSchema)
}

// explain returns a [*SchemaError] in place of an error of the database whose reason is that the
// schema has moved on.
func (c conn) explain(ctx context.Context, err error) error {
	if failure := (*Error)(nil); !errors.As(err, &failure) || ctx.Err() != nil {
		return err
	}
	if other := (*SchemaError)(nil); errors.As(checkSchema(ctx, c, c.engine), &other) {
		return other
	}
	return err
}

// Check compares the database's schema with what this package needs, and the settings of a
// connection. A difference is a [*SchemaError] or a [*ConnectionError]. Every method checks by
// itself; a host may do so when it starts.
//
// The schema is looked at by each method. The settings are looked at once, on one connection, and
// again after each refusal: that shows what the data source name, the account and the server say,
// which is the same for all connections of a pool, and not what the host sets on single connections
// later on.
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
	if err := b.checkSettings(ctx, q); err != nil {
		return err
	}
	if err := checkSchema(ctx, q, b.engine); err != nil {
		return err
	}
	b.checked.Store(true)
	return nil
}
