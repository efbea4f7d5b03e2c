package enginetest

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/storetest"
)

// dialects are the dialects of the engines.
var dialects = map[engine]filter.Dialect{sqlite: sqlstore.SQLite, postgres: sqlstore.Postgres, mariadb: sqlstore.MariaDB}

// newBackend makes the tables in an empty database.
func newBackend(t testing.TB, e engine, db *sql.DB) *sqlstore.Backend {
	t.Helper()
	require.NoError(t, sqlstore.Migrate(t.Context(), db, dialects[e]))
	return sqlstore.New(db, dialects[e])
}

// TestConformance tests the promises of store.Backend on every engine.
func TestConformance(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			need(t, e)
			storetest.Run(t, func(t *testing.T) storetest.Fixture {
				return storetest.Fixture{Backend: newBackend(t, e, open(t, e))}
			})
		})
	}
}

// TestSettingsConformance tests the promises of store.Settings and store.AuditTrail on every
// engine. The tables are emptied between cases: making them takes longer than most cases.
func TestSettingsConformance(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		storetest.RunSettings(t, func(t *testing.T) store.Settings {
			_, err := db.ExecContext(t.Context(), "DELETE FROM sessionkit_settings")
			require.NoError(t, err)
			return b.Settings()
		})
		storetest.RunAuditTrail(t, func(t *testing.T) store.AuditTrail {
			_, err := db.ExecContext(t.Context(), "DELETE FROM sessionkit_audit")
			require.NoError(t, err)
			return b.Trail()
		})
	})
}
