// Package engine opens the database that a DSN names, on any of the three engines.
package engine

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "github.com/go-sql-driver/mysql" // the drivers are the programs' choice, not the SDK's
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// Usage describes DSNs for the help of a program.
const Usage = "postgres://user:password@host/database, mariadb:user:password@tcp(host)/database, or sqlite:file" //nolint:gosec // no password

// ErrDSN is wrapped if a DSN names none of the engines.
var ErrDSN = errors.New("a DSN is " + Usage)

// writable are the parameters for an SQLite file that is written.
const writable = "&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"

// Open opens the database of a DSN. It does not connect, unless the driver does so itself. Errors
// do not repeat the DSN, which may contain a password.
func Open(dsn string) (*sql.DB, filter.Dialect, error) {
	return open(dsn, writable)
}

// OpenServer opens the database of a DSN as [Open] does, for a server with many readers at once:
// SQLite maps the file into memory.
func OpenServer(dsn string) (*sql.DB, filter.Dialect, error) {
	return open(dsn, writable+"&_pragma=mmap_size(1073741824)")
}

// OpenExisting opens the database of a DSN for reading. It does not create a file, and does not
// change an existing one.
func OpenExisting(dsn string) (*sql.DB, filter.Dialect, error) {
	if err := exists(dsn); err != nil {
		return nil, 0, err
	}
	return open(dsn, "&mode=rw&_pragma=query_only(1)")
}

// OpenToWrite opens the database of a DSN as [Open] does, but does not create a file.
func OpenToWrite(dsn string) (*sql.DB, filter.Dialect, error) {
	if err := exists(dsn); err != nil {
		return nil, 0, err
	}
	return Open(dsn)
}

// Fingerprint returns a short text that differs between databases, for programs that have to notice
// another database. It is too short to reveal a password of the DSN.
func Fingerprint(dsn string) string {
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		if whole, err := filepath.Abs(path); err == nil {
			dsn = whole
		}
	}
	sum := sha256.Sum256([]byte(dsn))
	return hex.EncodeToString(sum[:4])
}

// Is reports whether a file is the database of a DSN, or one that SQLite keeps beside it: its log
// has what was committed last.
func Is(dsn string, file os.FileInfo) bool {
	path, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok {
		return false
	}
	return slices.ContainsFunc([]string{"", "-wal", "-shm", "-journal"}, func(suffix string) bool {
		info, err := os.Stat(path + suffix)
		return err == nil && os.SameFile(info, file)
	})
}

// exists returns an error if a DSN names a file that does not exist.
func exists(dsn string) error {
	path, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok || path == "" {
		return nil
	}
	_, err := os.Stat(path)
	return err
}

// open opens the database of a DSN. The parameters are added for an SQLite file.
func open(dsn, sqlite string) (*sql.DB, filter.Dialect, error) {
	kind, rest, ok := strings.Cut(dsn, ":")
	if !ok || rest == "" {
		return nil, 0, ErrDSN
	}
	var driver string
	var dialect filter.Dialect
	switch kind {
	case "postgres", "postgresql":
		driver, dialect = "pgx", sqlstore.Postgres
	case "mariadb", "mysql":
		driver, dialect, dsn = "mysql", sqlstore.MariaDB, rest
	case "sqlite":
		path, err := filepath.Abs(rest)
		if err != nil {
			return nil, 0, err
		}
		file := url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=busy_timeout(10000)" + sqlite}
		driver, dialect, dsn = "sqlite", sqlstore.SQLite, file.String()
	default:
		return nil, 0, ErrDSN
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, 0, fmt.Errorf("the %s driver refuses the DSN", kind)
	}
	return db, dialect, nil
}

// Explain adds the database's message to an error of package sqlstore, which hides it. It is for
// programs that show their messages only to the owner of the database.
func Explain(err error) error {
	var failed *sqlstore.Error
	if errors.As(err, &failed) && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: %w", err, failed.Err)
	}
	return err
}
