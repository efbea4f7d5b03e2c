package enginetest

import (
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store/storetest"
)

// TestPgBouncer tests the promises through a PgBouncer that pools transactions, in the modes of pgx
// that keep no prepared statement on the connection. It needs a PgBouncer whose databases are those
// of SESSIONKIT_POSTGRES_DSN ("* = host=... port=..."):
//
//	SESSIONKIT_PGBOUNCER_DSN="postgres://user:password@127.0.0.1:6432/postgres?sslmode=disable" \
//		go test -run TestPgBouncer .
func TestPgBouncer(t *testing.T) {
	dsn := os.Getenv("SESSIONKIT_PGBOUNCER_DSN")
	if dsn == "" {
		t.Skip("no pgbouncer: SESSIONKIT_PGBOUNCER_DSN is not set")
	}
	for _, mode := range []string{"exec", "simple_protocol", "cache_describe"} {
		t.Run(mode, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) storetest.Fixture {
				var name string
				server := connect(t, connector(t, postgres, need(t, postgres), ""))
				direct := newDatabase(t, postgres)
				require.NoError(t, connect(t, direct).QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name))
				config, err := pgx.ParseConfig(dsn + "&" + url.Values{"default_query_exec_mode": {mode}}.Encode())
				require.NoError(t, err)
				config.Database = name
				t.Cleanup(func() { // pgbouncer keeps its connections to the database for a while
					_, err := server.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
					require.NoError(t, err)
				})
				return storetest.Fixture{Backend: newBackend(t, postgres, connect(t, stdlib.GetConnector(*config)))}
			})
		})
	}
}
