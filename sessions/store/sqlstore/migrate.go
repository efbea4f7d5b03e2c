package sqlstore

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	sqldriver "database/sql/driver"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

//go:embed migrations
var migrationFiles embed.FS

// Migration is one step of the schema, from the previous version to its own.
type Migration struct {
	Version int64  // 1, 2, 3, ...
	Name    string // one word or a few: "history"
	// Oldest is the oldest version of the schema for which a package was made that works on the
	// tables after the migration. If it is below Version, processes with the package of the version
	// before can go on meanwhile. Otherwise stop them first.
	Oldest int64
	// SQL has the statements. Each statement ends with a semicolon and a line break. No line ends
	// with any other semicolon. The last statements record the migration.
	SQL string

	checksum string // of what essence returns
}

// firstRecordedVersion is the version of the first migration that is recorded. That migration also
// records those before it, with its own time.
const firstRecordedVersion = 4

// Migrations returns all migrations of a dialect, the oldest first, for a host's own migration
// tool: goose, Flyway, golang-migrate. [Migrate] does not need them. For an unknown dialect the
// error wraps [filter.ErrDialect].
//
// Apply each migration once, in order, and one at a time. Then call [Migrate], which does what SQL
// cannot (it rebuilds the search keys of a database of version 1 or 2), and checks what was
// applied. Migrate is harmless if there is nothing to do.
func Migrations(d filter.Dialect) ([]Migration, error) {
	e, err := engine.Of(d)
	if err != nil {
		return nil, err
	}
	return migrationsOf(e)
}

// migrationsOf returns the migrations of an engine.
func migrationsOf(e *engine.Engine) ([]Migration, error) {
	folder := "migrations/" + e.Name
	files, err := migrationFiles.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	all := make([]Migration, 0, len(files))
	for _, f := range files {
		number, name, ok := strings.Cut(strings.TrimSuffix(f.Name(), ".sql"), "_")
		// The file schema.txt has the schema that they make.
		if !ok {
			continue
		}
		text, err := migrationFile(path.Join(folder, f.Name()))
		if err != nil {
			return nil, err
		}
		m := Migration{Name: name, SQL: text}
		sum := sha256.Sum256([]byte(essence(text)))
		m.checksum = hex.EncodeToString(sum[:8])
		if m.Version, err = strconv.ParseInt(number, 10, 64); err != nil {
			return nil, err
		}
		m.Oldest = m.Version
		if _, oldest, ok := strings.Cut(m.SQL, "\n-- oldest: "); ok {
			oldest, _, _ = strings.Cut(oldest, "\n")
			if m.Oldest, err = strconv.ParseInt(oldest, 10, 64); err != nil {
				return nil, err
			}
		}
		all = append(all, m)
	}
	for i := range all {
		all[i].SQL += recording(e, all[:i+1])
	}
	return all, nil
}

// migrationFile returns the text of an embedded file. Its lines end with a line feed, even if a host
// keeps the package in a vendor folder and git has changed them there, as it does on Windows.
func migrationFile(name string) (string, error) {
	text, err := migrationFiles.ReadFile(name)
	return strings.ReplaceAll(string(text), "\r\n", "\n"), err
}

// essence returns the part of a migration that its checksum covers: the statements and the comments
// that this package obeys. Other comments, indentation and empty lines may change after a release.
func essence(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		before, comment, ok := strings.Cut(line, "-- ")
		obeyed := before == "" &&
			(strings.HasPrefix(comment, "oldest: ") || strings.HasPrefix(comment, "if column ") || strings.HasPrefix(comment, "unless column "))
		// After an odd number of quotes it is no comment, but part of a text.
		if ok && !obeyed && strings.Count(before, "'")%2 == 0 {
			line = strings.TrimSpace(before)
		}
		if line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// recording returns the statements at the end of the last of some migrations. They record which
// migrations are applied.
func recording(e *engine.Engine, applied []Migration) string {
	m := applied[len(applied)-1]
	// The first migration creates the table of the version, with its own number.
	if m.Version == 1 {
		return ""
	}
	if m.Version < firstRecordedVersion {
		return fmt.Sprintf("UPDATE sessionkit_schema SET version = %d WHERE version < %[1]d;\n", m.Version)
	}
	if m.Version > firstRecordedVersion {
		applied = applied[len(applied)-1:]
	}
	var b strings.Builder
	b.WriteString("-- What was applied.\n")
	for _, one := range applied {
		fmt.Fprintf(&b, "INSERT INTO sessionkit_migrations (version, name, checksum, applied_us) SELECT %d, '%s', '%s', %s%s"+
			" WHERE NOT EXISTS (SELECT 1 FROM sessionkit_migrations n WHERE n.version = %[1]d);\n", one.Version, one.Name, one.checksum, e.NowMicros, e.FromDual)
	}
	fmt.Fprintf(&b, "UPDATE sessionkit_schema SET oldest = %d, version = %d WHERE version < %[2]d;\n", m.Oldest, m.Version)
	return b.String()
}

// statements returns the statements of a migration, each with the comments before it.
func (m Migration) statements() []string {
	list := strings.Split(m.SQL, ";\n")
	return slices.DeleteFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" })
}

// Migrate creates the tables of this package, or upgrades them: it applies the missing migrations
// in order, and does what SQL cannot. When it returns nil, Backends of this package work on the
// tables. Call it when you deploy, or each time that a process starts: if there is nothing to do,
// it only checks the version.
//
// Many processes may call it at once: one of them applies a migration, under a lock, while the
// others wait. It may be interrupted at any point, and continues from there when it is called
// again. On PostgreSQL and SQLite each migration is one transaction. MariaDB and MySQL commit each
// statement that defines tables, and the next call skips those that were done.
//
// Tables of a newer version are not changed. If this package does not work on them, Migrate returns
// a [*SchemaError]. It also returns one for tables that were changed by hand, see
// SchemaError.Differences.
func Migrate(ctx context.Context, db *sql.DB, d filter.Dialect) error {
	e, err := engine.Of(d)
	if err != nil {
		return err
	}
	all, err := migrationsOf(e)
	if err != nil {
		return err
	}
	b := New(db, d)
	for {
		if done, err := b.applyNext(ctx, all); err != nil {
			return err
		} else if done {
			break
		}
	}
	if err := b.checkMigrated(ctx, all); err != nil {
		return err
	}
	return b.packAll(ctx)
}

// applyNext applies the first migration that the database lacks, and reports whether there was
// none.
func (b *Backend) applyNext(ctx context.Context, all []Migration) (done bool, err error) {
	const op = "migrate"
	var found int64
	err = b.using(ctx, op, func(c conn) (err error) {
		found, err = c.applied(ctx)
		return err
	})
	if err != nil || found >= int64(len(all)) {
		return true, err
	}
	err = b.locked(ctx, op, func(c conn) error {
		// Others may have been faster.
		found, err := c.applied(ctx)
		if err == nil && found < int64(len(all)) {
			err = c.apply(ctx, all[found])
		}
		return err
	})
	if failure := (*MigrationError)(nil); errors.As(err, &failure) && database.Over(ctx) == nil {
		failure.Denied = b.denied(ctx, failure)
	}
	return false, err
}

// denied asks the database what the account may not do, after a migration has failed. It returns ""
// if the database does not know, or does not answer.
func (b *Backend) denied(ctx context.Context, failure error) string {
	if b.engine.Denied != "" {
		var text sql.NullString
		_ = b.db.QueryRowContext(ctx, string(b.engine.Denied)).Scan(&text)
		return text.String
	}
	// SQLite has no accounts. Its drivers share no type of error, and pass on the text of SQLite.
	var e *Error
	if errors.As(failure, &e) && strings.Contains(e.Err.Error(), "readonly database") {
		return "write to the file"
	}
	return ""
}

// locked calls do with a connection that keeps others from migrating. It is in a transaction if the
// engine allows definitions of tables in transactions.
func (b *Backend) locked(ctx context.Context, op string, do func(conn) error) error {
	return b.pool.OnConn(ctx, op, func(q *sql.Conn) error {
		unlock, err := b.lockSchema(ctx, q)
		if err != nil {
			return err
		}
		return unlock(do(b.on(q, op)))
	})
}

// lockSchema keeps others from migrating until unlock is called with the result.
func (b *Backend) lockSchema(ctx context.Context, q *sql.Conn) (unlock func(error) error, err error) {
	const op = "lock the schema"
	unlock = func(err error) error {
		end := b.engine.KeepSchema
		if err != nil {
			end = b.engine.DropSchema
		}
		// Unlock even if the context has ended.
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoWithin)
		defer cancel()
		if _, endErr := q.ExecContext(within, string(end)); endErr != nil {
			// The lock may still be held, or the transaction be open: take the connection out of
			// the pool.
			_ = q.Raw(func(any) error { return sqldriver.ErrBadConn })
			err = cmp.Or(err, failed(ctx, op, endErr))
		}
		return err
	}
	if b.engine.BeginSchema != "" {
		if _, err := q.ExecContext(ctx, string(b.engine.BeginSchema)); err != nil {
			return nil, failed(ctx, op, err)
		}
	}
	for held := b.engine.LockSchema == ""; !held; {
		var n sql.NullInt64
		if err := q.QueryRowContext(ctx, string(b.engine.LockSchema)).Scan(&n); err != nil {
			return nil, unlock(failed(ctx, op, err))
		}
		// Otherwise another migration has held the lock for as long as one call waits.
		held = n.Int64 == 1
	}
	return unlock, nil
}

// applied returns the version of the last migration that was applied, or 0.
func (c conn) applied(ctx context.Context) (int64, error) {
	found, err := c.version(ctx)
	if other := (*SchemaError)(nil); errors.As(err, &other) && other.Empty {
		// Either the first migration was interrupted before its last statement, or somebody has
		// emptied the table: then there are companies.
		var company string
		switch err := c.first(ctx, c.engine.NextCompany, engine.Args{"after": ""}, &company); {
		case errors.Is(err, sql.ErrNoRows):
			return 0, nil
		case err != nil:
			return 0, err
		}
	}
	return found.Schema, err
}

// apply applies a migration.
func (c conn) apply(ctx context.Context, m Migration) error {
	for i, statement := range m.statements() {
		if ok, err := c.wanted(ctx, statement); err != nil {
			return err
		} else if !ok {
			continue
		}
		if _, err := c.ExecContext(ctx, statement); err != nil {
			return &MigrationError{Version: m.Version, Name: m.Name, Statement: i + 1, Err: failed(ctx, c.op, err)}
		}
	}
	return nil
}

// wanted reports whether a statement has to run. A comment before it may have a condition: "if
// column table.name", or "unless column table.name".
func (c conn) wanted(ctx context.Context, statement string) (bool, error) {
	for line := range strings.Lines(statement) {
		comment, ok := strings.CutPrefix(line, "-- ")
		if !ok {
			continue
		}
		for _, condition := range []string{"if ", "unless "} {
			object, ok := strings.CutPrefix(comment, condition+"column ")
			if !ok {
				continue
			}
			found, err := c.objects(ctx)
			if err != nil {
				return false, err
			}
			_, there := found["column "+strings.TrimSpace(object)]
			return there == (condition == "if "), nil
		}
	}
	return true, nil
}

// checkMigrated checks the result of the migrations.
func (b *Backend) checkMigrated(ctx context.Context, all []Migration) error {
	return b.using(ctx, "migrate", func(c conn) error {
		if err := checkSchema(ctx, c, b.engine); err != nil {
			return err
		}
		_, err := c.recorded(ctx, all)
		return err
	})
}

// MigrationStatus says whether a database has a migration.
type MigrationStatus struct {
	Migration // of a newer package: only Version and Name

	Applied bool
	// AppliedAt is when the migration was recorded, in UTC, or zero. The first three migrations are
	// recorded with the fourth.
	AppliedAt time.Time
}

// Status returns the migrations that this package knows or the database has, the oldest first, and
// changes nothing. If this package cannot work on the database, even after Migrate, it also returns
// a [*SchemaError]. Migrations that are still to be applied are not an error.
func Status(ctx context.Context, db *sql.DB, d filter.Dialect) (list []MigrationStatus, err error) {
	e, err := engine.Of(d)
	if err != nil {
		return nil, err
	}
	all, err := migrationsOf(e)
	if err != nil {
		return nil, err
	}
	err = New(db, d).using(ctx, "read the status of migrations", func(c conn) (err error) {
		list, err = c.status(ctx, all)
		return err
	})
	return list, err
}

// status is Status on a connection.
func (c conn) status(ctx context.Context, all []Migration) ([]MigrationStatus, error) {
	found, err := c.applied(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]MigrationStatus, 0, len(all))
	for _, m := range all {
		list = append(list, MigrationStatus{Migration: m, Applied: m.Version <= found})
	}
	if found >= firstRecordedVersion {
		records, err := c.recorded(ctx, all)
		if err != nil && !errors.Is(err, ErrSchema) {
			return nil, err
		}
		for _, r := range records {
			// The versions are 1, 2, 3 and so on. Further ones are of a newer package.
			if i := r.Version - 1; i < int64(len(list)) {
				list[i].AppliedAt = r.AppliedAt
			} else {
				list = append(list, r)
			}
		}
		if err != nil {
			return list, err
		}
	}
	if found < int64(len(all)) {
		return list, nil
	}
	return list, checkSchema(ctx, c, c.engine)
}

// recorded returns the migrations that are recorded. If one is missing, or was applied with another
// text, it also returns a [*SchemaError].
func (c conn) recorded(ctx context.Context, all []Migration) ([]MigrationStatus, error) {
	var list []MigrationStatus
	var wrong []Difference
	sums := map[int64]string{}
	err := c.rows(ctx, c.engine.Recorded, nil, func(rows *sql.Rows) error {
		var m MigrationStatus
		var us int64
		if err := rows.Scan(&m.Version, &m.Name, &m.checksum, &us); err != nil {
			return failed(ctx, c.op, err)
		}
		m.Applied, m.AppliedAt = true, time.UnixMicro(us).UTC()
		sums[m.Version] = m.checksum
		list = append(list, m)
		return nil
	})
	if err != nil {
		return nil, err
	}
	found, err := c.version(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.Version <= found.Schema && sums[m.Version] != m.checksum {
			wrong = append(wrong, Difference{Object: fmt.Sprintf("migration %d_%s", m.Version, m.Name), Found: sums[m.Version], Needed: m.checksum})
		}
	}
	if wrong != nil {
		return list, &SchemaError{Found: found, Needed: neededVersion(), Differences: wrong}
	}
	return list, nil
}
