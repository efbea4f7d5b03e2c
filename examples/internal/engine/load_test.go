package engine

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/url"
	"os"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// TestLoad imports sessions with COPY and LOAD DATA, with texts that mean something else if they
// are not escaped, and then twice as many: those that are stored already are skipped.
func TestLoad(t *testing.T) {
	odd := []string{"", "NULL", `\N`, `"`, `\"`, `\\`, `\`, `{a,"b"}`, ",", "a\tb\r\nc", " ", "'", "$1 ? :a", "\x1f", "ლომი", "\U0001F600"}
	made, err := generate.Sessions(generate.Options{N: 3000, Seed: 4, Companies: []generate.Company{{Key: "acme", Weight: 1}}})
	require.NoError(t, err)
	var all []*sessions.Session
	for s := range made {
		i := len(all)
		s.Browser, s.Nationality = odd[i%len(odd)], sessions.TextOf(odd[(i+1)%len(odd)])
		all = append(all, s.Clone())
	}
	for name, fresh := range map[string]func(*testing.T) string{"postgres": newPostgres, "mariadb": newMariaDB} {
		t.Run(name, func(t *testing.T) {
			db, dialect, err := Open(fresh(t))
			require.NoError(t, err)
			defer func() { require.NoError(t, db.Close()) }()
			require.NoError(t, sqlstore.Migrate(t.Context(), db, dialect))
			b := sqlstore.New(db, dialect)
			var loaded, failed int64
			load := func(ctx context.Context, conn *sql.Conn, table string, columns []string, rows [][]any) (int64, error) {
				n, err := Load(dialect)(ctx, conn, table, columns, rows)
				if loaded += n; err != nil || n < int64(len(rows)) {
					failed++
				}
				return n, err
			}
			opts := sqlstore.ImportOptions{Load: load}
			p, err := b.Import(t.Context(), listed(all[:1000]), opts)
			require.NoError(t, err)
			require.Equal(t, []int64{1000, 1000, 0}, []int64{p.Created, loaded, failed})
			p, err = b.Import(t.Context(), listed(all), opts)
			require.NoError(t, err)
			require.Equal(t, []int64{3000, 2000, 1000, 1}, []int64{p.Done, p.Created, p.Equal, failed})
			byID := map[string]*sessions.Session{}
			for _, s := range all {
				byID[s.ID] = s
			}
			require.NoError(t, b.Stream(t.Context(), store.Selection{Company: "acme"}, func(s *sessions.Session) error {
				want := byID[s.ID].Clone()
				if want.Revision = s.Revision; !want.Equal(s) {
					return fmt.Errorf("another session of the ID %s", s.ID)
				}
				delete(byID, s.ID)
				return nil
			}))
			require.Empty(t, byID)
			require.NoError(t, b.Verify(t.Context(), "acme"))
		})
	}
}

func TestAppendField(t *testing.T) {
	require.Equal(t, `\N`, string(appendField(nil, nil)))
	require.Equal(t, "-7", string(appendField(nil, int64(-7))))
	require.Equal(t, `a\tb\nc\\d\re`, string(appendField(nil, "a\tb\nc\\d\re")))
	require.Equal(t, "გიორგი", string(appendField(nil, "გიორგი")))
}

func listed(list []*sessions.Session) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		for _, s := range list {
			if !yield(s, nil) {
				return
			}
		}
	}
}

func newPostgres(t *testing.T) string {
	server, name := newDatabase(t, "postgres", "pgx", "SESSIONKIT_POSTGRES_DSN")
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

func newMariaDB(t *testing.T) string {
	server, name := newDatabase(t, "mariadb", "mysql", "SESSIONKIT_MARIADB_DSN")
	config, err := mysql.ParseDSN(server)
	require.NoError(t, err)
	config.DBName = name
	return "mariadb:" + config.FormatDSN()
}

// newDatabase makes a database that is dropped after the test, and returns the DSN of its server,
// and its name.
func newDatabase(t *testing.T, engine, driver, variable string) (server, name string) {
	t.Helper()
	if server = os.Getenv(variable); server == "" {
		t.Skipf("no %s: %s is not set", engine, variable)
	}
	db, err := sql.Open(driver, server)
	require.NoError(t, err)
	name = fmt.Sprintf("test_load_%d_%d", os.Getpid(), rand.Uint32())
	_, err = db.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := db.Exec("DROP DATABASE " + name)
		require.NoError(t, err)
		require.NoError(t, db.Close())
	})
	return server, name
}
