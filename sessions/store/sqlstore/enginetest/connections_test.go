package enginetest

import (
	"database/sql"
	"database/sql/driver"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/storetest"
)

// tuned returns a connector to the database of another connector, with more parameters in the data
// source name.
func tuned(t testing.TB, e engine, c driver.Connector, parameters string) driver.Connector {
	t.Helper()
	var name string
	if e == sqlite {
		file, ok := c.(fileConnector)
		require.True(t, ok)
		return connector(t, e, file.dsn+"&"+parameters, "")
	}
	ask := map[engine]string{postgres: "SELECT current_database()", mariadb: "SELECT DATABASE()"}[e]
	require.NoError(t, connect(t, c).QueryRowContext(t.Context(), ask).Scan(&name))
	dsn := need(t, e) + "&" + parameters
	if e == postgres {
		config, err := pgx.ParseConfig(dsn)
		require.NoError(t, err)
		config.Database = name
		return stdlib.GetConnector(*config)
	}
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	config.DBName = name
	config.Logger = &mysql.NopLogger{}
	changed, err := mysql.NewConnector(config)
	require.NoError(t, err)
	return changed
}

// TestRefusedConnections uses settings with which texts or transactions would be wrong. Each is
// named, with its value and the one that is needed, before anything is written or read.
func TestRefusedConnections(t *testing.T) {
	for _, c := range []struct {
		e                       engine
		parameters              string
		setting, value, needed  string
		reads, writes, hostsOwn bool // the operations that are permitted
	}{
		{mariadb, "charset=latin1", "character_set_client", "latin1", "utf8mb4", false, false, false},
		{mariadb, "charset=utf8", "character_set_client", "utf8mb3", "utf8mb4", false, false, false},
		{mariadb, "character_set_results=latin1", "character_set_results", "latin1", "utf8mb4", false, false, false},
		{mariadb, "character_set_connection=latin1", "character_set_connection", "latin1", "utf8mb4", false, false, false},
		{mariadb, "sql_mode=''", "sql_mode", "", "STRICT_TRANS_TABLES or STRICT_ALL_TABLES in it", true, false, false},
		{mariadb, "sql_mode='STRICT_ALL_TABLES,EMPTY_STRING_IS_NULL'", "sql_mode", "STRICT_ALL_TABLES,EMPTY_STRING_IS_NULL", "no EMPTY_STRING_IS_NULL in it", false, false, false},
		{mariadb, "autocommit=0", "autocommit", "OFF", "ON", false, false, false},
		{mariadb, "completion_type=1", "completion_type", "CHAIN", "NO_CHAIN", false, false, false},
		{mariadb, "completion_type=2", "completion_type", "RELEASE", "NO_CHAIN", false, false, false},
		{mariadb, "tx_isolation='READ-UNCOMMITTED'", "tx_isolation", "READ-UNCOMMITTED", "READ-COMMITTED or higher", false, false, false},
		{mariadb, "sql_select_limit=0", "sql_select_limit", "0", "18446744073709551615, which is no limit", false, false, false},
		{mariadb, "sql_big_selects=0&max_join_size=10000", "sql_big_selects", "OFF", "ON", false, false, false},
		{mariadb, "max_sort_length=64", "max_sort_length", "64", "256 or more", false, false, false},
		{mariadb, "tx_read_only=1", "tx_read_only", "ON", "OFF", true, false, true},
		{postgres, "client_encoding=LATIN1", "client_encoding", "LATIN1", "UTF8", false, false, false},
		{postgres, "standard_conforming_strings=off", "standard_conforming_strings", "off", "on", false, false, false},
		{postgres, "default_transaction_read_only=on", "default_transaction_read_only", "on", "off", true, false, true},
		{sqlite, "_pragma=read_uncommitted(1)", "read_uncommitted", "1", "0", false, false, false},
		{sqlite, "_pragma=full_column_names(1)&_pragma=short_column_names(0)", "full_column_names", "1", "0", false, false, false},
		{sqlite, "_pragma=journal_mode(off)", "journal_mode", "off", "any but off", true, false, false},
		{sqlite, "_pragma=query_only(1)", "query_only", "1", "0", true, false, false},
	} {
		t.Run(string(c.e)+" "+c.parameters, func(t *testing.T) {
			t.Parallel()
			need(t, c.e)
			database := newDatabase(t, c.e)
			plain := connect(t, database)
			require.NoError(t, newBackend(t, c.e, plain).Insert(t.Context(), person(1)))
			db := connect(t, tuned(t, c.e, database, strings.ReplaceAll(c.parameters, "'", url.QueryEscape("'"))))
			b := sqlstore.New(db, dialects[c.e])
			requireRefused := func(refused bool, err error) {
				t.Helper()
				if !refused {
					require.NoError(t, err)
					return
				}
				var wrong *sqlstore.ConnectionError
				require.ErrorAs(t, err, &wrong)
				require.ErrorIs(t, err, sqlstore.ErrConnection)
				require.Equal(t, sqlstore.ConnectionError{Setting: c.setting, Value: c.value, Needed: c.needed}, *wrong)
				require.Contains(t, err.Error(), c.setting)
			}
			for range 2 {
				_, err := b.Get(t.Context(), "acme", person(1).ID)
				requireRefused(!c.reads, err)
				requireRefused(!c.writes, b.Insert(t.Context(), person(2)))
			}
			tx, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			if c.hostsOwn { // the host has its reasons, and its ways
				// MariaDB does not change the mode of a transaction that has begun.
				_, err := tx.ExecContext(t.Context(), map[engine]string{postgres: "SET TRANSACTION READ WRITE"}[c.e]+map[engine]string{mariadb: "COMMIT"}[c.e])
				require.NoError(t, err)
				if c.e == mariadb {
					_, err := tx.ExecContext(t.Context(), "START TRANSACTION READ WRITE")
					require.NoError(t, err)
				}
			}
			_, err = b.Tx(tx).Get(t.Context(), "acme", person(1).ID)
			requireRefused(!c.reads, err)
			requireRefused(!c.hostsOwn, b.Tx(tx).Insert(t.Context(), person(3)))
			require.NoError(t, tx.Rollback())
			count, err := sqlstore.New(plain, dialects[c.e]).Count(t.Context(), store.Selection{Company: "acme", Limit: 5})
			require.NoError(t, err)
			require.Equal(t, 1, count.N)
		})
	}
	t.Run("sqlite UTF-16", func(t *testing.T) {
		file := url.URL{Scheme: "file", Path: filepath.Join(t.TempDir(), "sessions.db"), RawQuery: "_pragma=encoding('UTF-16le')"}
		db := connect(t, connector(t, sqlite, file.String(), ""))
		require.NoError(t, sqlstore.Migrate(t.Context(), db, sqlstore.SQLite))
		var wrong *sqlstore.ConnectionError
		require.ErrorAs(t, sqlstore.New(db, sqlstore.SQLite).Check(t.Context()), &wrong)
		require.Equal(t, sqlstore.ConnectionError{Setting: "encoding", Value: "UTF-16le", Needed: "UTF-8"}, *wrong)
	})
	t.Run("postgres SQL_ASCII", func(t *testing.T) {
		t.Parallel()
		server := connect(t, connector(t, postgres, need(t, postgres), ""))
		name := "test_ascii_" + strings.ReplaceAll(filepath.Base(t.TempDir()), "-", "") + strings.ToLower(t.Name()[len(t.Name())-5:])
		_, err := server.ExecContext(t.Context(), "CREATE DATABASE "+name+" ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
		require.NoError(t, err)
		t.Cleanup(func() { _, _ = server.Exec("DROP DATABASE " + name + " WITH (FORCE)") })
		db := connect(t, connector(t, postgres, need(t, postgres), name))
		require.NoError(t, sqlstore.Migrate(t.Context(), db, sqlstore.Postgres))
		var wrong *sqlstore.ConnectionError
		require.ErrorAs(t, sqlstore.New(db, sqlstore.Postgres).Check(t.Context()), &wrong)
		require.Equal(t, "server_encoding", wrong.Setting)
	})
}

// TestRefusalEnds requires that a Backend that has refused to write accepts writes after the
// setting is corrected.
func TestRefusalEnds(t *testing.T) {
	db := open(t, postgres)
	b := newBackend(t, postgres, db)
	db.SetMaxIdleConns(0) // the next call gets a new connection
	for _, mode := range []string{"on", "off"} {
		// The transaction states its mode, since the default may already be read-only.
		_, err := db.ExecContext(t.Context(), "BEGIN READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = "+mode+
			"', current_database()); END $$; COMMIT")
		require.NoError(t, err)
		err = b.Insert(t.Context(), person(1))
		if mode == "on" {
			require.ErrorIs(t, err, sqlstore.ErrConnection)
			err = b.Insert(t.Context(), person(1))
			require.ErrorIs(t, err, sqlstore.ErrConnection)
			continue
		}
		require.NoError(t, b.Insert(t.Context(), person(1)))
	}
}

// acceptedConnections are settings that make no difference, by engine: parameters of the data
// source name.
var acceptedConnections = map[engine][]string{
	sqlite: {
		"_txlock=immediate", "_pragma=journal_mode(delete)", "_pragma=reverse_unordered_selects(1)&_pragma=case_sensitive_like(1)&_pragma=foreign_keys(1)",
		"_pragma=locking_mode(normal)&_pragma=auto_vacuum(full)&_pragma=page_size(512)",
	},
	postgres: {
		"default_query_exec_mode=exec", "default_query_exec_mode=simple_protocol", "default_query_exec_mode=cache_describe",
		"default_query_exec_mode=describe_exec", "default_transaction_isolation=serializable&default_transaction_deferrable=on",
		"default_transaction_isolation=repeatable%20read", "plan_cache_mode=force_generic_plan&jit=off",
		"quote_all_identifiers=on&timezone=Asia/Tbilisi&datestyle=German&lc_messages=C&extra_float_digits=0&bytea_output=escape",
	},
	mariadb: {
		"interpolateParams=true", "clientFoundRows=true", "multiStatements=true&columnsWithAlias=true", "collation=utf8mb4_unicode_ci",
		"sql_mode='ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_TRANS_TABLES'", "sql_mode='NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES'&interpolateParams=true",
		"sql_mode='HIGH_NOT_PRECEDENCE,IGNORE_SPACE,PAD_CHAR_TO_FULL_LENGTH,NO_ZERO_DATE,ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES'",
		"tx_isolation='SERIALIZABLE'", "innodb_snapshot_isolation=1", "tx_isolation='READ-COMMITTED'",
		"sql_mode='ORACLE,STRICT_ALL_TABLES'", "unique_checks=0&foreign_key_checks=0", "sql_safe_updates=1&sql_auto_is_null=1&compress=true",
		"innodb_lock_wait_timeout=1&max_statement_time=30",
	},
}

// TestAcceptedConnections writes and reads values that a wrong setting would damage. With
// SESSIONKIT_CONNECTIONS=all in the environment it also tests the promises with each setting, which
// takes a quarter of an hour.
func TestAcceptedConnections(t *testing.T) {
	for e, list := range acceptedConnections {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			need(t, e)
			for _, parameters := range list {
				parameters = strings.ReplaceAll(parameters, "'", url.QueryEscape("'"))
				t.Run(parameters, func(t *testing.T) {
					requireWorks(t, e, connect(t, tuned(t, e, newDatabase(t, e), parameters)))
					if os.Getenv("SESSIONKIT_CONNECTIONS") != "all" {
						return
					}
					storetest.Run(t, func(t *testing.T) storetest.Fixture {
						return storetest.Fixture{Backend: newBackend(t, e, connect(t, tuned(t, e, newDatabase(t, e), parameters)))}
					})
				})
			}
		})
	}
}

// TestSnapshotIsolation uses the default of MariaDB 11.6: writers that wait for each other
// continue.
func TestSnapshotIsolation(t *testing.T) {
	need(t, mariadb)
	h := newHost(t, mariadb, connect(t, tuned(t, mariadb, newDatabase(t, mariadb), "innodb_snapshot_isolation=1")))
	require.NoError(t, h.b.Insert(t.Context(), person(1)))
	for n, level := range []sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelReadCommitted, sql.LevelRepeatableRead} {
		holder := h.begin(level, n)
		require.NoError(t, h.b.Tx(holder).Insert(t.Context(), person(10+n)))
		var wait sync.WaitGroup
		for i := range 4 {
			wait.Go(func() {
				s := person(100*n + 50 + i)
				assert.NoError(t, h.b.Insert(t.Context(), s))
				s.Attempt = 7
				assert.NoError(t, h.b.Update(t.Context(), s))
			})
		}
		time.Sleep(50 * time.Millisecond) // until they wait
		require.NoError(t, holder.Commit())
		wait.Wait()
	}
}

// requireWorks writes, changes, reads, searches and counts in an empty database, with a pool of one
// connection, and of several.
func requireWorks(t *testing.T, e engine, db *sql.DB) {
	t.Helper()
	b := newBackend(t, e, db)
	for i, most := range []int{1, 4} {
		db.SetMaxOpenConns(most)
		var all []*sessions.Session
		for n := range 70 {
			s := person(100*i + n)
			s.LastName, s.Model = sessions.TextOf("ბერიძე 😀 \\ ' \" ? ::"), "é"
			all = append(all, s)
		}
		require.NoError(t, b.Insert(t.Context(), all...))
		require.NoError(t, b.Insert(t.Context(), all[:3]...), "again")
		got, err := b.Get(t.Context(), "acme", all[5].ID)
		require.NoError(t, err)
		require.True(t, got.Equal(all[5]))
		got.Status = sessions.Success
		require.NoError(t, b.Update(t.Context(), got))
		require.NoError(t, b.Redact(t.Context(), "acme", all[6].ID))
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		one := person(100*i + 80)
		require.NoError(t, b.Tx(tx).Insert(t.Context(), one, all[7]))
		require.NoError(t, tx.Commit())
		batch, err := b.List(t.Context(), store.Selection{Company: "acme", Filter: filter.Search("ბერიძე secretname"), Limit: 500})
		require.NoError(t, err)
		require.Len(t, batch.Sessions, 70*(i+1))
		count, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: filter.Status(sessions.Success), Limit: 500})
		require.NoError(t, err)
		require.Equal(t, store.Count{N: i + 1, Exact: true}, count)
		streamed := 0
		require.NoError(t, b.Stream(t.Context(), store.Selection{Company: "acme"}, func(s *sessions.Session) error { streamed++; return nil }))
		require.Equal(t, 71*(i+1), streamed)
		changes, err := b.Changes(t.Context(), "acme", batch.AsOf, 10)
		require.NoError(t, err)
		require.Empty(t, changes.Sessions)
	}
}

// TestSmallPackets requires that statements keep to the server's limit, and that a session that
// exceeds it is an error that says so.
func TestSmallPackets(t *testing.T) {
	database := newDatabase(t, mariadb)
	admin := connect(t, database)
	var before int
	require.NoError(t, admin.QueryRowContext(t.Context(), "SELECT @@global.max_allowed_packet").Scan(&before))
	newBackend(t, mariadb, admin)
	// The setting is the server's. Others that connect meanwhile make smaller statements, and are
	// not affected.
	_, err := admin.ExecContext(t.Context(), "SET GLOBAL max_allowed_packet = 65536")
	require.NoError(t, err)
	db := connect(t, tuned(t, mariadb, database, "interpolateParams=true"))
	require.NoError(t, db.PingContext(t.Context()))
	_, err = admin.ExecContext(t.Context(), "SET GLOBAL max_allowed_packet = ?", before)
	require.NoError(t, err)
	db.SetMaxOpenConns(1) // the one that was opened meanwhile
	var packet int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT @@max_allowed_packet").Scan(&packet))
	require.Equal(t, 65536, packet)

	b := sqlstore.New(db, sqlstore.MariaDB)
	all := persons(300)
	for _, s := range all {
		s.Model, s.Browser = strings.Repeat("'", sessions.MaxMetaBytes), strings.Repeat("\\", sessions.MaxMetaBytes)
	}
	require.NoError(t, b.Insert(t.Context(), all...))
	long := person(400)
	var pairs []sessions.ExtraPair
	for i := range 20 {
		pairs = append(pairs, sessions.ExtraPair{Key: strings.Repeat("k", i+1), Value: strings.Repeat("v", sessions.MaxExtraValueBytes)})
	}
	long.Extra, err = sessions.NewExtra(pairs...)
	require.NoError(t, err)
	var wrong *sqlstore.ConnectionError
	require.ErrorAs(t, b.Insert(t.Context(), long), &wrong)
	require.Equal(t, "max_allowed_packet", wrong.Setting)
	require.Equal(t, "65536", wrong.Value)
	count, err := b.Count(t.Context(), store.Selection{Company: "acme", Limit: 500})
	require.NoError(t, err)
	require.Equal(t, 300, count.N)
}
