package enginetest

import (
	"database/sql"
	goflag "flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"
)

func TestMain(m *testing.M) {
	goflag.Parse()
	if err := goflag.Set("rapid.nofailfile", "true"); err != nil { // a test leaves no files behind
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// engine is a database engine as .ci/test and SESSIONKIT_REQUIRE call it.
type engine string

const (
	sqlite   engine = "sqlite"
	postgres engine = "postgres"
	mariadb  engine = "mariadb"
)

// eachEngine runs test once for each engine, on an empty database of its own. An engine that is absent is skipped.
func eachEngine(t *testing.T, test func(t *testing.T, e engine, db *sql.DB)) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) { test(t, e, open(t, e)) })
	}
}

// open returns an empty database, which is gone when the test ends.
func open(t *testing.T, e engine) *sql.DB {
	t.Helper()
	if e == sqlite {
		file := url.URL{Scheme: "file", Path: filepath.Join(t.TempDir(), "sessions.db"), RawQuery: "_pragma=busy_timeout(10000)&_pragma=synchronous(off)"}
		return connect(t, e, file.String(), "")
	}
	dsn := need(t, e)
	name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	server := connect(t, e, dsn, "")
	_, err := server.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := server.Exec("DROP DATABASE " + name)
		require.NoError(t, err)
	})
	return connect(t, e, dsn, name)
}

// need returns the DSN of a server, and skips the test where none is named.
func need(t *testing.T, e engine) (dsn string) {
	t.Helper()
	variable := "SESSIONKIT_" + strings.ToUpper(string(e)) + "_DSN"
	if dsn = os.Getenv(variable); dsn == "" && e != sqlite {
		t.Skipf("no %s: %s is not set", e, variable)
	}
	return dsn
}

// connect opens the DSN, in the database called name where one is given, and closes it when the test ends.
func connect(t *testing.T, e engine, dsn, name string) *sql.DB {
	t.Helper()
	var db *sql.DB
	switch e {
	case sqlite:
		var err error
		db, err = sql.Open("sqlite", dsn)
		require.NoError(t, err)
	case postgres:
		config, err := pgx.ParseConfig(dsn)
		require.NoError(t, err)
		if name != "" {
			config.Database = name
		}
		db = stdlib.OpenDB(*config)
	case mariadb:
		config, err := mysql.ParseDSN(dsn)
		require.NoError(t, err)
		if name != "" {
			config.DBName = name
		}
		connector, err := mysql.NewConnector(config)
		require.NoError(t, err)
		db = sql.OpenDB(connector)
	default:
		panic(fmt.Sprintf("unknown engine %q", e))
	}
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.PingContext(t.Context()))
	return db
}

// TestDatabasesAreApart shows that two tests on one server do not see each other's tables, and leave none behind.
func TestDatabasesAreApart(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		for range 2 {
			t.Run("", func(t *testing.T) {
				_, err := open(t, e).ExecContext(t.Context(), "CREATE TABLE sessions (id INTEGER)")
				require.NoError(t, err)
			})
		}
		_, err := db.ExecContext(t.Context(), "SELECT id FROM sessions")
		require.Error(t, err, "a table of another database is visible")
	})
}
