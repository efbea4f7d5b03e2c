package enginetest

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	sqlengine "github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// TestCatalog compares the result of all migrations, as the engine's catalog describes it, with
// files that Check uses too. Run it with -update after you have added a migration.
func TestCatalog(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		if *updateGoldens {
			// Without the file Migrate finds every object missing. It has made them all the same.
			_ = sqlstore.Migrate(t.Context(), db, dialects[e])
		} else {
			require.NoError(t, sqlstore.Migrate(t.Context(), db, dialects[e]))
		}
		requireGolden(t, "../migrations/"+string(e)+"/schema.txt", strings.Join(catalog(t, e, db), "\n")+"\n")
	})
}

// catalog describes the tables in the form of the package.
func catalog(t testing.TB, e engine, db *sql.DB) []string {
	t.Helper()
	en, err := sqlengine.Of(dialects[e])
	require.NoError(t, err)
	rows, err := db.QueryContext(t.Context(), string(en.Objects))
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var lines []string
	for rows.Next() {
		var object, is string
		require.NoError(t, rows.Scan(&object, &is))
		lines = append(lines, object+": "+is)
	}
	require.NoError(t, rows.Err())
	// Tables come first: the content of a missing table need not be named.
	slices.SortFunc(lines, func(x, y string) int {
		return cmp.Or(cmp.Compare(y[:1], x[:1]), strings.Compare(x, y))
	})
	return lines
}

// requireMigrated requires that a database has what the migrations make from an empty one, and
// search keys of this package's version.
func requireMigrated(t testing.TB, e engine, db *sql.DB) {
	t.Helper()
	want, err := os.ReadFile("../migrations/" + string(e) + "/schema.txt")
	require.NoError(t, err)
	require.Equal(t, strings.TrimSpace(string(want)), strings.Join(catalog(t, e, db), "\n"))
	b := sqlstore.New(db, dialects[e])
	require.NoError(t, b.Check(t.Context()))
	rows, err := db.QueryContext(t.Context(), "SELECT company, id, search_key FROM sessionkit_sessions")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var company, id, key string
		require.NoError(t, rows.Scan(&company, &id, &key))
		s, err := b.Get(t.Context(), company, id)
		require.NoError(t, err)
		require.Equal(t, string(searchkey.Of(s)), key)
	}
	require.NoError(t, rows.Err())
}

// statusOf returns the number of the last applied migration.
func statusOf(t testing.TB, e engine, db *sql.DB) (last int64) {
	t.Helper()
	list, err := sqlstore.Status(t.Context(), db, dialects[e])
	if err != nil { // the search keys may still be those of the first version
		require.ErrorContains(t, err, "search key 1")
	}
	for _, m := range list {
		if m.Applied {
			last = m.Version
		}
	}
	return last
}

// TestStatus shows the status of a database before, between and after its migrations.
func TestStatus(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		require.Zero(t, statusOf(t, e, db))
		for _, statement := range statementsOf(t, "testdata/v1/"+string(e)+".sql") {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		require.EqualValues(t, 1, statusOf(t, e, db))
		before := time.Now().Add(-time.Minute)
		require.NoError(t, sqlstore.Migrate(t.Context(), db, dialects[e]))
		list, err := sqlstore.Status(t.Context(), db, dialects[e])
		require.NoError(t, err)
		all, err := sqlstore.Migrations(dialects[e])
		require.NoError(t, err)
		require.Len(t, list, len(all))
		for i, m := range list {
			require.Equal(t, all[i], m.Migration)
			require.EqualValues(t, i+1, m.Version)
			require.True(t, m.Applied)
			require.WithinRange(t, m.AppliedAt, before, before.Add(time.Hour))
		}
	})
}

// TestFirstMigration shows that the first migration makes the tables of the first version, with the
// statements of that version: only comments and line breaks may differ.
func TestFirstMigration(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		all, err := sqlstore.Migrations(dialects[e])
		require.NoError(t, err)
		plain := func(list []string) (texts []string) {
			for _, text := range list {
				var words []string
				for line := range strings.Lines(text) {
					code, _, _ := strings.Cut(line, "--")
					words = append(words, strings.Fields(code)...)
				}
				texts = append(texts, strings.Join(words, " "))
			}
			slices.Sort(texts)
			return texts
		}
		require.Equal(t, plain(statementsOf(t, "testdata/v1/"+string(e)+".sql")), plain(strings.Split(strings.TrimSuffix(all[0].SQL, ";\n"), ";\n")))
	}
}

// TestMigrateInterrupted ends Migrate before each of its statements: in turn together with its
// connection, as if the process were killed, and by the context alone. The next call continues.
func TestMigrateInterrupted(t *testing.T) {
	for _, filled := range []bool{false, true} {
		for _, e := range []engine{sqlite, postgres, mariadb} {
			t.Run(fmt.Sprintf("filled=%t/%s", filled, e), func(t *testing.T) {
				c := newDatabase(t, e)
				admin, b := connect(t, c), &breaker{Connector: c}
				if filled {
					fillFirst(t, e, admin, 300, "acme", "globex")
				}
				db := connect(t, b)
				last, attempts := statusOf(t, e, admin), 0
				for k := 0; ; k++ {
					attempts++
					ctx, cancel := context.WithCancel(t.Context())
					hit := false
					b.arm("", k, func(c driver.Conn) {
						if hit = true; k%2 == 0 && e != sqlite { // the driver of SQLite panics then
							_ = c.Close()
						}
						cancel() // otherwise it would continue on another connection
					})
					err := sqlstore.Migrate(ctx, db, dialects[e])
					cancel()
					if !hit {
						require.NoError(t, err)
						break
					}
					if err != nil { // or the statement could not be cancelled any more
						require.ErrorIs(t, err, context.Canceled, "%d", k)
					}
					if now := statusOf(t, e, admin); now > last {
						last, k = now, -1
					}
				}
				t.Logf("%d attempts", attempts)
				requireMigrated(t, e, admin)
				if filled {
					for _, company := range []string{"acme", "globex"} {
						count, err := sqlstore.New(admin, dialects[e]).Count(t.Context(), store.Selection{Company: company, Filter: filter.Search("name29")})
						require.NoError(t, err)
						require.Equal(t, store.Count{N: 11, Exact: true}, count)
					}
				}
			})
		}
	}
}

// TestMigrateAtOnce calls Migrate many times at once on a filled database of the first version,
// each with its own connections.
func TestMigrateAtOnce(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			c := newDatabase(t, e)
			db := connect(t, c)
			fillFirst(t, e, db, 300, "acme", "globex")
			// The lock of PostgreSQL is taken in a transaction, which may have an older snapshot.
			if e == postgres {
				c = tuned(t, e, c, "default_transaction_isolation=serializable")
			}
			var wait sync.WaitGroup
			errs := make([]error, 4)
			for i := range errs {
				other := connect(t, c)
				wait.Go(func() { errs[i] = sqlstore.Migrate(t.Context(), other, dialects[e]) })
			}
			wait.Wait()
			require.NoError(t, errors.Join(errs...))
			requireMigrated(t, e, db)
		})
	}
}

// TestMigrateWaits shows that Migrate waits for another process no longer than its context.
func TestMigrateWaits(t *testing.T) {
	for _, e := range []engine{postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			db := open(t, e)
			en, err := sqlengine.Of(dialects[e])
			require.NoError(t, err)
			other, err := db.Conn(t.Context())
			require.NoError(t, err)
			for _, s := range []sqlengine.Statement{en.BeginSchema, en.LockSchema} {
				if s != "" {
					_, err = other.ExecContext(t.Context(), string(s))
					require.NoError(t, err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			require.ErrorIs(t, sqlstore.Migrate(ctx, db, dialects[e]), context.DeadlineExceeded)
			require.Zero(t, statusOf(t, e, db))
			_, err = other.ExecContext(t.Context(), string(en.DropSchema))
			require.NoError(t, err)
			require.NoError(t, other.Close())
			require.NoError(t, sqlstore.Migrate(t.Context(), db, dialects[e]))
		})
	}
}

// TestChangedByHand changes the tables by hand. Migrate, Status, Check and the first call of a new
// Backend name each change. An addition is not a difference.
func TestChangedByHand(t *testing.T) {
	const sessionsTable = "ALTER TABLE sessionkit_sessions "
	type change struct{ statement, names string }
	shared := []change{
		{sessionsTable + "DROP COLUMN browser", "column sessionkit_sessions.browser is missing"},
		{"ALTER TABLE sessionkit_companies DROP COLUMN forgot_seq", "column sessionkit_companies.forgot_seq is missing"},
		{"DROP TABLE sessionkit_blocks", "table sessionkit_blocks is missing"},
		{"UPDATE sessionkit_migrations SET checksum = 'another' WHERE version = 3", `migration 3_segments is "another"`},
		{"DELETE FROM sessionkit_migrations WHERE version = 2", "migration 2_history is missing"},
		{sessionsTable + "ADD COLUMN hosts INTEGER", ""},
		{"CREATE INDEX hosts ON sessionkit_sessions (company, subject)", ""},
	}
	own := map[engine][]change{
		sqlite: {{"DROP INDEX sessionkit_sessions_list", "index sessionkit_sessions.sessionkit_sessions_list is missing"}},
		postgres: {
			{"DROP INDEX sessionkit_sessions_changes", "index sessionkit_sessions.sessionkit_sessions_changes is missing"},
			{sessionsTable + "ALTER COLUMN status TYPE text COLLATE \"default\"", `column sessionkit_sessions.status is "text collate default not null"`},
			{sessionsTable + "ALTER COLUMN subject DROP NOT NULL", "column sessionkit_sessions.subject"},
			{sessionsTable + "DROP CONSTRAINT sessionkit_sessions_pkey", "index sessionkit_sessions.primary is missing"},
		},
		mariadb: {
			{sessionsTable + "DROP INDEX sessionkit_sessions_changes", "index sessionkit_sessions.sessionkit_sessions_changes is missing"},
			{sessionsTable + "MODIFY status VARBINARY(20) NOT NULL", `column sessionkit_sessions.status is "varbinary(20) not null"`},
			{sessionsTable + "MODIFY model TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL", "column sessionkit_sessions.model"},
			{"ALTER TABLE sessionkit_companies ENGINE=MyISAM", `table sessionkit_companies is "myisam", needed "innodb"`},
		},
	}
	for _, e := range []engine{sqlite, postgres, mariadb} {
		for _, c := range append(slices.Clone(shared), own[e]...) {
			t.Run(string(e), func(t *testing.T) {
				db := open(t, e)
				b := newBackend(t, e, db)
				_, err := db.ExecContext(t.Context(), c.statement)
				require.NoError(t, err)
				_, errStatus := sqlstore.Status(t.Context(), db, dialects[e])
				errs := []error{sqlstore.Migrate(t.Context(), db, dialects[e]), errStatus}
				// Backends do not read that table.
				if !strings.Contains(c.statement, "sessionkit_migrations") {
					_, errGet := sqlstore.New(db, dialects[e]).Get(t.Context(), "acme", "x")
					if errors.Is(errGet, store.ErrNotFound) {
						errGet = nil
					}
					errs = append(errs, sqlstore.New(db, dialects[e]).Check(t.Context()), errGet)
				}
				for _, err := range errs {
					if c.names == "" {
						require.NoError(t, err)
						continue
					}
					var typed *sqlstore.SchemaError
					require.ErrorAs(t, err, &typed, c.statement)
					require.Len(t, typed.Differences, 1)
					require.ErrorContains(t, err, c.names)
				}
				if c.names == "" {
					require.NoError(t, b.Insert(t.Context(), person(1)))
				}
			})
		}
	}
}

// TestMigrateDenied calls Migrate with an account that may not define tables: the error says so. If
// there is nothing to do, the account suffices.
func TestMigrateDenied(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		account := restricted(t, e, db)
		for _, from := range []string{"an empty database", "the first version"} {
			if from == "the first version" {
				fillFirst(t, e, db, 3, "acme")
				grant(t, e, db)
			}
			err := sqlstore.Migrate(t.Context(), account, dialects[e])
			require.ErrorIs(t, err, sqlstore.ErrDenied, from)
			var typed *sqlstore.MigrationError
			require.ErrorAs(t, err, &typed)
			require.Positive(t, typed.Statement)
			t.Log(err)
		}
		require.EqualValues(t, 1, statusOf(t, e, account))
		require.NoError(t, sqlstore.Migrate(t.Context(), db, dialects[e]))
		grant(t, e, db)
		require.NoError(t, sqlstore.Migrate(t.Context(), account, dialects[e]))
	})
}

// restricted returns a database with an account that may not define tables.
func restricted(t *testing.T, e engine, db *sql.DB) *sql.DB {
	t.Helper()
	dsn := need(t, e)
	var name string
	switch e {
	case sqlite:
		var file string
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT file FROM pragma_database_list").Scan(&file))
		_, err := db.ExecContext(t.Context(), "PRAGMA user_version = 1") // makes the file
		require.NoError(t, err)
		return connect(t, connector(t, e, "file:"+file+"?mode=ro", ""))
	case postgres:
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name))
		config, err := pgx.ParseConfig(dsn)
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), "CREATE ROLE "+name+" LOGIN PASSWORD 'restricted'")
		require.NoError(t, err)
		t.Cleanup(func() {
			_, err := db.Exec("DROP OWNED BY " + name + "; DROP ROLE " + name)
			require.NoError(t, err)
		})
		config.Database, config.User, config.Password = name, name, "restricted"
		return connect(t, stdlib.GetConnector(*config))
	default:
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT DATABASE()").Scan(&name))
		config, err := mysql.ParseDSN(dsn)
		require.NoError(t, err)
		user := name[:30]
		_, err = db.ExecContext(t.Context(), "CREATE USER "+user+"@'%' IDENTIFIED BY 'restricted'")
		require.NoError(t, err)
		t.Cleanup(func() {
			_, err := db.Exec("DROP USER " + user + "@'%'")
			require.NoError(t, err)
		})
		_, err = db.ExecContext(t.Context(), "GRANT SELECT, INSERT, UPDATE, DELETE ON "+name+".* TO "+user+"@'%'")
		require.NoError(t, err)
		config.DBName, config.User, config.Passwd, config.Logger = name, user, "restricted", &mysql.NopLogger{}
		c, err := mysql.NewConnector(config)
		require.NoError(t, err)
		return connect(t, c)
	}
}

// grant permits the restricted account of a database to read and write its tables.
func grant(t *testing.T, e engine, db *sql.DB) {
	t.Helper()
	if e == postgres {
		var name string
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name))
		_, err := db.ExecContext(t.Context(), "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "+name)
		require.NoError(t, err)
	}
}
