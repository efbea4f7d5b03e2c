package enginetest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// TestPlaybooks runs the playbooks of the package documentation.
func TestPlaybooks(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		ctx := t.Context()
		require.NoError(t, firstDay(ctx, db, e))
		require.NoError(t, deploy(ctx, db, e))
	})
}

// firstDay makes the tables and looks whether all is well, before anything is served.
func firstDay(ctx context.Context, db *sql.DB, e engine) error {
	if err := sqlstore.Migrate(ctx, db, dialects[e]); err != nil {
		return err
	}
	backend := sqlstore.New(db, dialects[e])
	if err := backend.Check(ctx); err != nil { // the settings of the connections, too
		return err
	}
	return backend.Insert(ctx, &sessions.Session{ID: "s-1", Company: "acme", CreatedAt: time.Now(), Status: sessions.Pending, FirstName: sessions.TextOf("Nino")})
}

// deploy is what a deployment does before its first new process starts.
func deploy(ctx context.Context, db *sql.DB, e engine) error {
	list, err := sqlstore.Status(ctx, db, dialects[e])
	if err != nil {
		return err
	}
	for i, m := range list {
		if !m.Applied && i > 0 && m.Oldest > list[i-1].Version {
			return fmt.Errorf("stop the old processes before migration %d (%s)", m.Version, m.Name)
		}
	}
	return sqlstore.Migrate(ctx, db, dialects[e])
}

// TestDeploymentAsks shows that deploy notices a migration that the old processes do not survive.
func TestDeploymentAsks(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		fillFirst(t, e, db, 3, "acme")
		require.ErrorContains(t, deploy(t.Context(), db, e), "migration 2 (history)")
		require.EqualValues(t, 1, statusOf(t, e, db), "nothing was done")
	})
}

// TestRestore restores a backup over a database that has gone on: the watermarks from after the
// backup are refused once NewHistory is called, and not before it.
func TestRestore(t *testing.T) {
	dir := t.TempDir()
	live, backup := filepath.Join(dir, "live.db"), filepath.Join(dir, "backup.db")
	db := connect(t, connector(t, sqlite, "file:"+live, ""))
	require.NoError(t, firstDay(t.Context(), db, sqlite))
	_, err := db.ExecContext(t.Context(), "VACUUM INTO '"+backup+"'")
	require.NoError(t, err)
	b := sqlstore.New(db, sqlstore.SQLite)
	require.NoError(t, b.Insert(t.Context(), person(1), person(2)))
	lost, err := b.Changes(t.Context(), "acme", "", 10)
	require.NoError(t, err)

	restored := connect(t, connector(t, sqlite, "file:"+backup, ""))
	require.NoError(t, restore(t.Context(), restored, sqlite, "acme"))
	b = sqlstore.New(restored, sqlstore.SQLite)
	require.NoError(t, b.Insert(t.Context(), person(3), person(4)))
	_, err = b.Changes(t.Context(), "acme", lost.Next, 10)
	require.ErrorIs(t, err, store.ErrWatermark, "its number is that of other changes by now")
}

// restore is called once the database is back, and before anything writes to it.
func restore(ctx context.Context, db *sql.DB, e engine, companies ...string) error {
	if err := sqlstore.Migrate(ctx, db, dialects[e]); err != nil { // the backup may be older than the package
		return err
	}
	backend := sqlstore.New(db, dialects[e])
	if err := backend.NewHistory(ctx); err != nil {
		return err
	}
	for _, company := range companies {
		if err := backend.Verify(ctx, company); err != nil {
			return err
		}
	}
	return nil
}
