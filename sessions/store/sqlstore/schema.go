package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// schemaVersion is the number of the last migration.
const schemaVersion = 8

// neededVersion returns the version of the schema that this package needs.
func neededVersion() Version {
	return Version{Schema: schemaVersion}
}

// serves reports whether this package works on tables of a version.
func (v Version) serves() bool {
	needed := neededVersion()
	return v.Schema >= needed.Schema && v.Oldest <= needed.Schema
}

// ofSchema adds the version of this package to the arguments of a statement that needs it.
func ofSchema(args engine.Args) engine.Args {
	args["version"] = neededVersion().Schema
	return args
}

// version reads the version of the tables, or zero if there are no tables.
func (c conn) version(ctx context.Context) (v Version, err error) {
	var n int
	if err := c.first(ctx, c.engine.HasSchema, nil, &n); err != nil || n == 0 {
		return v, err
	}
	err = c.first(ctx, c.engine.Version, nil, &v.Schema)
	if errors.Is(err, sql.ErrNoRows) {
		return v, &SchemaError{Needed: neededVersion(), Empty: true}
	}
	if err == nil && v.Schema >= firstRecordedVersion {
		err = c.first(ctx, c.engine.Oldest, nil, &v.Oldest)
	}
	return v, err
}

// checkSchema reads the version of the tables, and what they consist of. If this package does not
// work on them, it returns a [*SchemaError].
func checkSchema(ctx context.Context, q querier, e *engine.Engine) error {
	c := conn{querier: q, engine: e, op: "read the schema"}
	v, err := c.version(ctx)
	if err != nil {
		return err
	}
	if !v.serves() {
		return &SchemaError{Found: v, Needed: neededVersion()}
	}
	found, err := c.objects(ctx)
	if err != nil {
		return err
	}
	if d := differences(e, found); d != nil {
		return &SchemaError{Found: v, Needed: neededVersion(), Differences: d}
	}
	return nil
}

// Difference is a table, column, index or migration that is not as it should be.
type Difference struct {
	Object string // such as "column sessionkit_sessions.status"
	Found  string // empty if it is missing
	Needed string
}

// String returns what is missing or different.
func (d Difference) String() string {
	if d.Found == "" {
		return d.Object + " is missing"
	}
	return fmt.Sprintf("%s is %q, needed %q", d.Object, d.Found, d.Needed)
}

// objects returns the parts of this package's tables from the engine's catalog, by name: "table t",
// "column t.c", "index t.i", "index t.primary".
func (c conn) objects(ctx context.Context) (map[string]string, error) {
	found := map[string]string{}
	err := c.rows(ctx, c.engine.Objects, nil, func(rows *sql.Rows) error {
		var object, is string
		if err := rows.Scan(&object, &is); err != nil {
			return failed(ctx, c.op, err)
		}
		found[object] = is
		return nil
	})
	return found, err
}

// differences compares the parts that were found with those that the migrations make. Additional
// parts are not a difference: a newer package has added them, or the host for queries of its own.
func differences(e *engine.Engine, found map[string]string) []Difference {
	var list []Difference
	missing := map[string]bool{} // the tables come first in the file
	text, _ := migrationFile("migrations/" + e.Name + "/schema.txt")
	for line := range strings.Lines(text) {
		object, needed, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		is, there := found[object]
		kind, name, _ := strings.Cut(object, " ")
		switch table, _, _ := strings.Cut(name, "."); {
		case there && is == needed, missing[table]:
			// Report a missing table once, and not its columns and indexes, too.
		case kind == "table":
			missing[name] = true
			fallthrough
		default:
			list = append(list, Difference{Object: object, Found: is, Needed: needed})
		}
	}
	return list
}

// otherSchema returns the difference of the schema, after a statement has found that it is not the
// one of this package.
func (c conn) otherSchema(ctx context.Context) error {
	if err := checkSchema(ctx, c, c.engine); err != nil {
		return err
	}
	return failed(ctx, c.op, fmt.Errorf("%w: it was changed meanwhile, or %w", ErrSchema, errInTheWay))
}

// explain returns a [*SchemaError] in place of an error of the database if the schema has moved on,
// and otherwise the error.
func (c conn) explain(ctx context.Context, err error) error {
	if failure := (*Error)(nil); !errors.As(err, &failure) || ctx.Err() != nil {
		return err
	}
	if other := (*SchemaError)(nil); errors.As(checkSchema(ctx, c, c.engine), &other) {
		return other
	}
	return err
}

// Check compares the schema of the database, and the settings of a connection, with what this
// package needs. It returns a [*SchemaError] or a [*ConnectionError] if they differ. Every method
// checks them, too; call Check to fail early, when a process starts.
//
// Each method checks the version of the schema. Everything else is checked once, on one connection,
// and again after each failure. This covers the tables, and the settings of the data source name,
// the account and the server, which all connections of a pool share. It does not cover settings
// that the host changes on single connections later.
func (b *Backend) Check(ctx context.Context) (err error) {
	ctx, w := b.watch(ctx, "check", "")
	defer w.End(&err)
	if b.checked.Load() {
		return nil
	}
	if b.engine == nil {
		_, err := engine.Of(b.dialect)
		return err
	}
	return b.using(ctx, "check the connection", func(c conn) error { return b.check(ctx, c.querier) })
}

// check is Check on a connection.
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
