package enginetest

import (
	"bufio"
	"cmp"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// TestSideBySide deploys the next version of the SDK while processes of this one continue, as the
// package documentation describes. The next version is this one with one more migration, which adds
// a column, and with writers that fill it. Each is a process of its own, built from its own
// sources.
//
//  1. The old process writes.
//  2. The next version migrates, while it does.
//  3. Both write, and each finds all that both wrote.
//  4. The old process ends. A later migration ends its time: had it not ended, it would write
//     nothing any more.
func TestSideBySide(t *testing.T) {
	dir := t.TempDir()
	oldVersion := filepath.Join(dir, "old")
	build(t, ".", oldVersion)
	newVersion := filepath.Join(dir, "new")
	build(t, nextVersion(t, dir), newVersion)
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		require.NoError(t, sqlstore.Migrate(t.Context(), db, dialects[e]))
		last := statusOf(t, e, db)
		name := dsnOf(t, e, db)
		before, after := startProcess(t, oldVersion, e, name, "old"), startProcess(t, newVersion, e, name, "new")
		const n = 60
		require.Equal(t, "ok", before.ask("write %d", n))
		require.Equal(t, "schema", after.ask("write 1"), "it asks for the migration first")

		before.send("write %d", n)
		require.Equal(t, "ok", after.ask("migrate"))
		require.Equal(t, "ok", before.answer())
		require.Equal(t, last+1, statusOf(t, e, db))

		before.send("write %d", 2*n)
		after.send("write %d", 2*n)
		require.Equal(t, "ok", before.answer())
		require.Equal(t, "ok", after.answer())
		// One of each five is redacted, and one of each three decided.
		of := func(n, share int) int { return n / share }
		want := fmt.Sprintf("%d %d %d %d", 6*n, 4*n-of(4*n, 5), 2*n-of(2*n, 5), of(4*n, 3)+of(2*n, 3))
		for _, p := range []*process{before, after} {
			require.Equal(t, want, p.ask("count"))
			require.Equal(t, "ok", p.ask("verify"))
		}
		var filled int
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM sessionkit_sessions WHERE side = 'new'").Scan(&filled))
		require.Equal(t, 2*n, filled)

		_, err := db.ExecContext(t.Context(), "UPDATE sessionkit_schema SET oldest = version")
		require.NoError(t, err)
		require.Equal(t, "schema", before.ask("write 1"))
		require.Equal(t, "schema", before.ask("count"))
		require.Equal(t, "ok", after.ask("write 1"))
		require.Contains(t, after.ask("count"), fmt.Sprint(6*n+1))
	})
}

// build builds the program sidebyside of a copy of this module.
func build(t *testing.T, module, file string) {
	t.Helper()
	args := []string{"build", "-o", file}
	if raced { // with it, the packages that both need are compiled already
		args = append(args, "-race")
	}
	cmd := exec.CommandContext(t.Context(), "go", append(args, "./sidebyside")...)
	cmd.Dir = module
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// nextVersion copies the SDK to a directory, adds a migration and a column that its writers fill,
// and returns the copy of this module.
func nextVersion(t *testing.T, dir string) (module string) {
	t.Helper()
	const root = "../../../.."
	to := filepath.Join(dir, "sdk")
	for _, part := range []string{"go.mod", "go.sum", "far", "filter", "sessions", "export"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, part), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.Name() == "testdata" && d.IsDir() {
				return cmp.Or(err, fs.SkipDir)
			}
			name, err := filepath.Rel(root, path)
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755); err != nil {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(to, name), text, 0o600)
		}))
	}
	at := filepath.Join(to, "sessions/store/sqlstore")
	edit := func(file string, change func(string) string) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(at, file))
		require.NoError(t, err)
		changed := change(string(text))
		require.NotEqual(t, string(text), changed, file)
		require.NoError(t, os.WriteFile(filepath.Join(at, file), []byte(changed), 0o600))
	}
	all, err := sqlstore.Migrations(sqlstore.SQLite)
	require.NoError(t, err)
	last := len(all)
	edit("schema.go", func(text string) string {
		return strings.Replace(text, fmt.Sprintf("const schemaVersion = %d\n", last), fmt.Sprintf("const schemaVersion = %d\n", last+1), 1)
	})
	edit("internal/row/columns.go", func(text string) string {
		return strings.Replace(text, "\tsearchKey(\"search_key\"", "\tderived(\"side\", sessions.FieldNone, func(*sessions.Session) any { return \"new\" }),\n\tsearchKey(\"search_key\"", 1)
	})
	for e, column := range map[engine][2]string{
		sqlite:   {"TEXT NOT NULL DEFAULT 'old'", "text not null"},
		postgres: {`text COLLATE "C" NOT NULL DEFAULT 'old'`, "text collate C not null"},
		mariadb:  {"VARBINARY(20) NOT NULL DEFAULT 'old'", "varbinary(20) not null"},
	} {
		text := fmt.Sprintf("-- A migration beside which the version before goes on.\n-- oldest: %d\n", last)
		if e == postgres {
			text += "LOCK TABLE sessionkit_companies IN SHARE ROW EXCLUSIVE MODE;\n"
		}
		text += "-- unless column sessionkit_sessions.side\nALTER TABLE sessionkit_sessions ADD COLUMN side " + column[0] + ";\n"
		file := filepath.Join(at, "migrations", string(e), fmt.Sprintf("%04d_side.sql", last+1))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		edit("migrations/"+string(e)+"/schema.txt", func(text string) string { return text + "column sessionkit_sessions.side: " + column[1] + "\n" })
	}
	return filepath.Join(at, "enginetest")
}

// process is a running sidebyside.
type process struct {
	t       *testing.T
	in      io.Writer
	answers *bufio.Scanner
	stderr  strings.Builder
}

// startProcess starts a process, which ends with the test.
func startProcess(t *testing.T, program string, e engine, dsn, name string) *process {
	t.Helper()
	p := &process{t: t}
	cmd := exec.CommandContext(t.Context(), program, string(e), dsn, name)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = &p.stderr
	p.in, p.answers = in, bufio.NewScanner(out)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return p
}

func (p *process) send(command string, args ...any) {
	p.t.Helper()
	_, err := fmt.Fprintf(p.in, command+"\n", args...)
	require.NoError(p.t, err, p.stderr.String())
}

func (p *process) answer() string {
	p.t.Helper()
	require.True(p.t, p.answers.Scan(), "the process ended: %s", &p.stderr)
	return p.answers.Text()
}

func (p *process) ask(command string, args ...any) string {
	p.t.Helper()
	p.send(command, args...)
	return p.answer()
}

// dsnOf returns the data source name of a database, in the form that a process takes.
func dsnOf(t *testing.T, e engine, db *sql.DB) string {
	t.Helper()
	dsn, name := need(t, e), databaseOf(t, e, db)
	switch e {
	case sqlite:
		return "file:" + name + "?_pragma=busy_timeout(60000)&_pragma=synchronous(off)"
	case postgres:
		u, err := url.Parse(dsn)
		require.NoError(t, err)
		u.Path = "/" + name
		return u.String()
	default:
		config, err := mysql.ParseDSN(dsn)
		require.NoError(t, err)
		config.DBName = name
		return config.FormatDSN()
	}
}
