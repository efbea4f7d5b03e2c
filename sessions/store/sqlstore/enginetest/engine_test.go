package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	goflag "flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if err := goflag.Set("rapid.checks", defaultChecks); err != nil { // flags override it
		panic(err)
	}
	goflag.Parse()
	if err := goflag.Set("rapid.nofailfile", "true"); err != nil { // a test leaves no files behind
		panic(err)
	}
	goleak.VerifyTestMain(patiently{m})
}

// patiently runs tests, and then waits for goroutines that are about to end. goleak waits for a
// second, which a busy machine may need.
type patiently struct{ *testing.M }

func (m patiently) Run() int {
	code := m.M.Run()
	for end := time.Now().Add(time.Minute); code == 0 && goleak.Find() != nil && time.Now().Before(end); {
	}
	return code
}

// engine is a database engine, under its name in .ci/test and SESSIONKIT_REQUIRE.
type engine string

const (
	sqlite   engine = "sqlite"
	postgres engine = "postgres"
	mariadb  engine = "mariadb"
)

// eachEngine runs test once for each engine, on an empty database of its own. The engines run in
// parallel, since one waits for its server while another computes. They end after the caller
// returns. An engine that is absent is skipped.
func eachEngine(t *testing.T, test func(t *testing.T, e engine, db *sql.DB)) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			test(t, e, open(t, e))
		})
	}
}

// open returns an empty database, which is removed when the test ends.
func open(t testing.TB, e engine) *sql.DB {
	t.Helper()
	return connect(t, newDatabase(t, e))
}

// newDatabase makes an empty database, which is removed when the test ends, and returns a connector
// to it.
func newDatabase(t testing.TB, e engine) driver.Connector {
	t.Helper()
	if e == sqlite {
		file := url.URL{Scheme: "file", Path: filepath.Join(t.TempDir(), "sessions.db"), RawQuery: "_pragma=busy_timeout(60000)&_pragma=synchronous(off)"}
		return connector(t, e, file.String(), "")
	}
	dsn := need(t, e)
	name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	server := connect(t, connector(t, e, dsn, ""))
	_, err := server.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		// The server may take a while to notice that a client is gone, such as one that was killed.
		for end := time.Now().Add(time.Minute); ; {
			_, err := server.Exec("DROP DATABASE IF EXISTS " + name)
			if err == nil {
				return
			}
			require.True(t, time.Now().Before(end), "a connection is left behind: %v", err)
			time.Sleep(100 * time.Millisecond)
		}
	})
	return connector(t, e, dsn, name)
}

// need returns the DSN of a server, and skips the test if none is named.
func need(t testing.TB, e engine) (dsn string) {
	t.Helper()
	variable := "SESSIONKIT_" + strings.ToUpper(string(e)) + "_DSN"
	if dsn = os.Getenv(variable); dsn == "" && e != sqlite {
		t.Skipf("no %s: %s is not set", e, variable)
	}
	return dsn
}

// noPad returns the collation of MariaDB, or of MySQL, that compares bytewise and does not ignore
// trailing spaces. The two servers have no such collation in common.
func noPad(t testing.TB, db *sql.DB) (name string) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT collation_name FROM information_schema.collations"+
		" WHERE collation_name IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin') ORDER BY 1 DESC LIMIT 1").Scan(&name))
	return name
}

// connect opens a database, and closes it when the test ends.
func connect(t testing.TB, c driver.Connector) *sql.DB {
	t.Helper()
	db := sql.OpenDB(c)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.PingContext(t.Context()))
	return db
}

// connector returns a connector to the DSN, and to the database called name if there is a name.
func connector(t testing.TB, e engine, dsn, name string) driver.Connector {
	t.Helper()
	switch e {
	case sqlite:
		return fileConnector{sqliteDriver(), dsn}
	case postgres:
		config, err := pgx.ParseConfig(dsn)
		require.NoError(t, err)
		if name != "" {
			config.Database = name
		}
		return stdlib.GetConnector(*config)
	case mariadb:
		config, err := mysql.ParseDSN(dsn)
		require.NoError(t, err)
		if name != "" {
			config.DBName = name
		}
		config.Logger = &mysql.NopLogger{} // some tests end connections
		c, err := mysql.NewConnector(config)
		require.NoError(t, err)
		return c
	default:
		panic(fmt.Sprintf("unknown engine %q", e))
	}
}

// fileConnector is a connector of SQLite, whose driver has none.
type fileConnector struct {
	driver driver.Driver
	dsn    string
}

func (c fileConnector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c fileConnector) Driver() driver.Driver                        { return c.driver }

// TestDatabasesAreApart shows that two tests on one server do not see each other's tables, and
// leave none behind.
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
