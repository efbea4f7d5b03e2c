package enginetest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
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

// TestRetention runs the playbook of retention and erasure, line by line as in the package
// documentation.
func TestRetention(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, _ *sql.DB) {
		c := newDatabase(t, e)
		if e == sqlite {
			c = tuned(t, e, c, "_pragma=secure_delete(on)")
		}
		backend := newBackend(t, e, connect(t, c))
		list := persons(6)
		list[0].CreatedAt = start.AddDate(-6, 0, 0)
		list[1].Subject, list[1].PersonalNumber = "one person", sessions.TextOf("")
		list[2].PersonalNumber = sessions.TextOf("00000000017")
		require.NoError(t, backend.Insert(t.Context(), list...))
		got, err := retention(t.Context(), backend, start.AddDate(-5, 0, 0), "one person", "00000000017", list[3].ID)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2, 3}, got)
	})
	requireDocumented(t, "Erasure", "playbook_test.go", 9)
}

// requireDocumented requires that a section of the package documentation has lines of code, and
// that each Go line of them is in a file of the tests.
func requireDocumented(t *testing.T, section, file string, least int) {
	t.Helper()
	documentation, err := os.ReadFile("../doc.go")
	require.NoError(t, err)
	code, err := os.ReadFile(file)
	require.NoError(t, err)
	plain := func(line string) string {
		line, _, _ = strings.Cut(line, " // ")
		return strings.TrimSpace(line)
	}
	run := map[string]bool{}
	for line := range strings.Lines(string(code)) {
		run[plain(line)] = true
	}
	_, text, _ := strings.Cut(string(documentation), "// # "+section+"\n")
	text, _, _ = strings.Cut(text, "\n// # ")
	lines := 0
	for line := range strings.Lines(text) {
		line, isCode := strings.CutPrefix(line, "//\t")
		if !isCode || !goLine.MatchString(line) {
			continue
		}
		require.True(t, run[plain(line)], "%s: %q", section, line)
		lines++
	}
	require.GreaterOrEqual(t, lines, least, section)
}

// goLine matches lines of Go, and no line of a table or of SQL.
var goLine = regexp.MustCompile(`:= |[^=]= |^\t*(return|for|if|var|type|func|}|\*)|^\t+\w+ +\*\w`)

// retention runs purges and returns the number of sessions that each removed.
func retention(ctx context.Context, backend *sqlstore.Backend, fiveYearsAgo time.Time, subject, number, id string) (purged []int, err error) {
	st := store.New(backend, store.Options{})
	note := func(n int, err error) error {
		purged = append(purged, n)
		return err
	}

	job := store.Viewer{
		Company: "acme", Role: sessions.MasterUser, Subject: "retention job", MayErase: true,
	}
	err = backend.CheckErasure(ctx)
	if err != nil {
		return nil, err
	}
	old := filter.Between(sessions.FieldCreatedAt, time.Time{}, fiveYearsAgo)
	n, err := st.Purge(ctx, job, store.Purge{Filter: old, Keep: 90 * 24 * time.Hour})
	if note(n, err) != nil {
		return nil, err
	}
	person := filter.Or(
		filter.Is(sessions.FieldSubject, subject), filter.Is(sessions.FieldPersonalNumber, number),
	)
	n, err = st.Purge(ctx, job, store.Purge{Filter: person})
	if note(n, err) != nil {
		return nil, err
	}
	err = st.Redact(ctx, job, id)
	if err != nil {
		return nil, err
	}
	n, err = st.PurgeCompany(ctx, job, 0)
	if note(n, err) != nil {
		return nil, err
	}
	err = backend.Maintain(ctx, "acme")
	if err != nil {
		return nil, err
	}
	err = backend.Verify(ctx, "acme")
	return purged, err
}

// firstDay makes the tables and checks them before anything is served.
func firstDay(ctx context.Context, db *sql.DB, e engine) error {
	if err := sqlstore.Migrate(ctx, db, dialects[e]); err != nil {
		return err
	}
	backend := sqlstore.New(db, dialects[e])
	if err := backend.Check(ctx); err != nil { // checks the settings of the connections, too
		return err
	}
	return backend.Insert(ctx, &sessions.Session{ID: "s-1", Company: "acme", CreatedAt: time.Now(), Status: sessions.Pending, FirstName: sessions.TextOf("Nino")})
}

// deploy runs the steps of a deployment before its first new process starts.
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

// TestRestore restores a backup over a database that has been used further: the watermarks from
// after the backup are refused once NewHistory is called, and not before it.
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

// restore is called after the database is restored, and before anything writes to it.
func restore(ctx context.Context, db *sql.DB, e engine, companies ...string) error {
	// The backup may be older than the package.
	if err := sqlstore.Migrate(ctx, db, dialects[e]); err != nil {
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
