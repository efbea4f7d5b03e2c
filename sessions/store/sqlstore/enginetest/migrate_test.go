package enginetest

import (
	"cmp"
	"database/sql"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	sqlengine "github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// TestCatalog keeps what all migrations make as the engine's catalog describes it. Check compares
// with these files: run it with -update after you have added a migration.
func TestCatalog(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		if *updateGoldens {
			// Without the file every object is missing, which is no reason not to make them.
			_ = sqlstore.Migrate(t.Context(), db, dialects[e])
		} else {
			require.NoError(t, sqlstore.Migrate(t.Context(), db, dialects[e]))
		}
		requireGolden(t, "../migrations/"+string(e)+"/schema.txt", strings.Join(catalog(t, e, db), "\n")+"\n")
	})
}

// catalog describes the tables as the package does.
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
	// Tables first: what is in a table that is missing need not be named.
	slices.SortFunc(lines, func(x, y string) int {
		return cmp.Or(cmp.Compare(y[:1], x[:1]), strings.Compare(x, y))
	})
	return lines
}

// requireMigrated requires that a database has what the migrations make of an empty one, and
// search keys as this package makes them.
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
