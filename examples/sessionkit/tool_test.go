//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/sessions"
)

// Imports that are killed, many times:
//
//	go -C examples test ./sessionkit -run ImportKilled -timeout 60m \
//		-args -kill.n 50 -kill.sessions 100000
var (
	killN        = flag.Int("kill.n", 2, "imports that are killed until they are complete")
	killSessions = flag.Int("kill.sessions", 4500, "sessions of each")
)

// tool runs a command, requires its exit code, and returns its output.
func tool(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, said bytes.Buffer
	require.Equal(t, code, run(t.Context(), args, &out, &said), "%s%s", out.String(), said.String())
	return out.String(), said.String()
}

func newSQLite(t *testing.T) string {
	t.Helper()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "kyc.db")
	tool(t, cli.ExitOK, "migrate", "-dsn", dsn)
	return dsn
}

// object reads one line of JSON.
func object(t *testing.T, line string) (o map[string]any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(line), &o), line)
	return o
}

// TestLife uses all commands on one database.
func TestLife(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kyc.db")
	dsn, whole := "sqlite:"+path, newSQLite(t)
	// None of these makes a file.
	for _, command := range []string{"status", "import", "list", "purge", "check"} {
		args := []string{command, "-dsn", dsn}
		if command != "status" {
			args = append(args, "-company", acme)
		}
		switch command {
		case "import":
			args = append(args, "-generate", "10")
		case "purge":
			args = append(args, "-ids", "x", "-yes")
		}
		_, said := tool(t, cli.ExitUsage, args...)
		require.Contains(t, said, "no such file")
		require.NoFileExists(t, path)
	}
	out, _ := tool(t, cli.ExitOK, "migrate", "-dsn", dsn, "-json")
	require.Equal(t, true, object(t, strings.Split(out, "\n")[0])["applied"])
	out, _ = tool(t, cli.ExitOK, "status", "-dsn", dsn)
	require.Contains(t, out, "applied ")
	out, _ = tool(t, cli.ExitOK, "import", "-dsn", dsn, "-company", acme, "-generate", "2500", "-json")
	require.EqualValues(t, 2500, object(t, out)["created"])
	out, _ = tool(t, cli.ExitOK, "import", "-dsn", whole, "-company", acme, "-from", dsn, "-state", filepath.Join(t.TempDir(), "state"))
	require.Contains(t, out, "2500 sessions done: 2500 new, 0 changed, 0 passed over")
	out, _ = tool(t, cli.ExitOK, "check", "-dsn", dsn, "-company", acme, "-against", whole)
	require.Contains(t, out, "the same, SHA-256 ")
	out, _ = tool(t, cli.ExitOK, "check", "-dsn", dsn, "-company", acme)
	require.Equal(t, "no differences: 2500 sessions\n", out)
	out, _ = tool(t, cli.ExitOK, "check", "-dsn", dsn, "-company", "nobody", "-json")
	require.EqualValues(t, 0, object(t, out)["sessions"])
	_, said := tool(t, cli.ExitOK, "check", "-dsn", dsn, "-company", "nobody", "-against", whole)
	require.Equal(t, "neither has a session\n", said)
	for _, wrong := range [][]string{{"-limit", "-1"}, {"-after", "x"}} {
		tool(t, cli.ExitUsage, append([]string{"list", "-dsn", dsn, "-company", acme}, wrong...)...)
	}

	out, said = tool(t, cli.ExitOK, "list", "-dsn", dsn, "-company", acme, "-status", "success", "-limit", "3", "-json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 3)
	first := object(t, lines[0])
	require.Equal(t, "success", first["status"])
	id := first["id"].(string)
	_, after, _ := strings.Cut(said, "-after ")
	after, _, _ = strings.Cut(after, " ")
	next, _ := tool(t, cli.ExitOK, "list", "-dsn", dsn, "-company", acme, "-status", "success", "-limit", "3", "-json", "-after", after)
	require.NotContains(t, next, id)
	out, said = tool(t, cli.ExitOK, "list", "-dsn", dsn, "-company", acme, "-pages", "0", "-limit", "700")
	require.Equal(t, 2500, strings.Count(out, "\n"))
	require.Empty(t, said)
	out, _ = tool(t, cli.ExitOK, "get", "-dsn", dsn, "-company", acme, "-id", id)
	require.Contains(t, out, "status               success\n")
	require.Contains(t, out, id)
	out, _ = tool(t, cli.ExitOK, "get", "-dsn", dsn, "-company", acme, "-id", id, "-json")
	require.Equal(t, lines[0]+"\n", out)

	_, said = tool(t, cli.ExitUsage, "redact", "-dsn", dsn, "-company", acme, "-id", id)
	require.Contains(t, said, "-yes")
	tool(t, cli.ExitOK, "redact", "-dsn", dsn, "-company", acme, "-id", id, "-yes")
	out, _ = tool(t, cli.ExitOK, "get", "-dsn", dsn, "-company", acme, "-id", id)
	require.Contains(t, out, "[redacted]")
	_, said = tool(t, exitDiffers, "check", "-dsn", dsn, "-company", acme, "-against", whole)
	require.Contains(t, said, "the first is session \""+id)
	require.NotContains(t, said, first["first_name"])

	tool(t, cli.ExitUsage, "purge", "-dsn", dsn, "-company", acme, "-yes") // without a selection
	out, _ = tool(t, cli.ExitOK, "purge", "-dsn", dsn, "-company", acme, "-ids", id+",x")
	require.Contains(t, out, "1 sessions would be purged")
	out, _ = tool(t, cli.ExitOK, "purge", "-dsn", dsn, "-company", acme, "-ids", id, "-yes", "-json")
	require.EqualValues(t, 1, object(t, out)["purged"])
	tool(t, cli.ExitFailure, "get", "-dsn", dsn, "-company", acme, "-id", id)
	out, _ = tool(t, cli.ExitOK, "import", "-dsn", dsn, "-company", acme, "-from", whole, "-json")
	require.EqualValues(t, 1, object(t, out)["purged"], "it does not come back")

	db, _, err := engine.Open(dsn)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "DELETE FROM sessionkit_blocks WHERE rowid IN (SELECT max(rowid) FROM sessionkit_blocks)")
	require.NoError(t, errors.Join(err, db.Close()))
	_, said = tool(t, exitDiffers, "check", "-dsn", dsn, "-company", acme)
	require.Contains(t, said, "-repair")
	tool(t, cli.ExitOK, "check", "-dsn", dsn, "-company", acme, "-repair")
	tool(t, cli.ExitOK, "check", "-dsn", dsn, "-company", acme)

	for _, c := range commands() {
		out, _ := tool(t, cli.ExitOK, c.name, "-help")
		require.Contains(t, out, "-json")
		if c.name != "check" {
			tool(t, cli.ExitUsage, c.name)
		}
	}
	out, _ = tool(t, cli.ExitOK, "help")
	require.Contains(t, out, "sessionkit redact")
	tool(t, cli.ExitUsage)
}

// TestMistakes requires that each mistake is told, without the value, which may be a name, and that
// an empty value, such as of a script's variable that is not set, does not select more.
func TestMistakes(t *testing.T) {
	dsn := newSQLite(t)
	tool(t, cli.ExitOK, "import", "-dsn", dsn, "-company", acme, "-generate", "10")
	journal := strings.TrimPrefix(dsn, "sqlite:") + "-journal"
	require.NoError(t, os.WriteFile(journal, nil, 0o600)) // of a writer that has just begun
	for _, c := range []struct {
		said string
		args []string
	}{
		{"-limit: there is no value", []string{"list", "-limit", "Beridze"}},
		{"-limit: there is no value", []string{"list", "-limit=Beridze"}},
		{"-json: there is no value", []string{"list", "-json=Beridze"}},
		{"-limit: there is no value", []string{"list", "-limit", "-Beridze"}},
		{"-limit: there is no value", []string{"list", "-limit", "-json"}},
		{"argument 1: there is no such flag", []string{"list", "-Beridze"}},
		{"argument 2: there is no such flag", []string{"list", "-json", "-Beridze"}},
		{"-status: an empty value", []string{"purge", "-status", "", "-to", "2026-01-01", "-yes"}},
		{"-ids: an empty value", []string{"purge", "-ids", " ", "-to", "2026-01-01", "-yes"}},
		{"-search: an empty value", []string{"export", "-search=", "-out", "x.csv"}},
		{"the file is the database", []string{"export", "-out", strings.TrimPrefix(dsn, "sqlite:"), "-force"}},
		{"the file is the database", []string{"export", "-out", journal, "-force"}},
		{"-limit: negative", []string{"export", "-limit", "-1", "-out", "x.csv"}},
		{"doubled", []string{"export", "-columns", "Session ID,Session ID", "-out", "x.csv"}},
		{"RowsPerFile", []string{"export", "-split", "-1", "-out", "x.csv"}},
		{"-repair and -against", []string{"check", "-repair", "-against", dsn}},
		{"only -against", []string{"check", "-status", "failed"}},
	} {
		_, said := tool(t, cli.ExitUsage, append(c.args, "-dsn", dsn, "-company", acme)...)
		require.Contains(t, said, c.said, c.args)
		require.NotContains(t, said, "Beridze")
	}
	_, said := tool(t, cli.ExitUsage, "list", "-search")
	require.Contains(t, said, "-search: there is no value")
}

// closedPipe is standard output that was closed, as head does.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestPrintingFails(t *testing.T) {
	dsn := newSQLite(t)
	tool(t, cli.ExitOK, "import", "-dsn", dsn, "-company", acme, "-generate", "100")
	for _, args := range [][]string{{"help"}, {"list", "-dsn", dsn, "-company", acme, "-pages", "0"}, {"status", "-dsn", dsn}, {"check", "-dsn", dsn, "-company", acme, "-json"}} {
		require.Equal(t, cli.ExitFailure, run(t.Context(), args, closedPipe{}, io.Discard), args[0])
	}
}

// TestImportFiles imports a file of an export, and files that are torn, have duplicates, or are
// wrong in a late row.
func TestImportFiles(t *testing.T) {
	dsn, dir := newSQLite(t), t.TempDir()
	tool(t, cli.ExitOK, "import", "-dsn", dsn, "-company", acme, "-generate", "3000")
	path := filepath.Join(dir, "s.csv")
	tool(t, cli.ExitOK, "export", "-dsn", dsn, "-company", acme, "-format", "rfc4180", "-out", path)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	rows := bytes.SplitAfter(text, []byte("\r\n"))
	file := func(name string, parts ...[]byte) string {
		name = filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(name, bytes.Join(parts, nil), 0o600))
		return name
	}
	created := func(text string) int { return int(object(t, text)["created"].(float64)) }

	torn := file("torn.csv", text[:len(text)-40])
	to := newSQLite(t)
	state := filepath.Join(dir, "state")
	out, said := tool(t, cli.ExitFailure, "import", "-dsn", to, "-company", acme, "-in", torn, "-json", "-state", state)
	require.Equal(t, 2999, created(out))
	require.Contains(t, said, "row 3000")
	require.FileExists(t, state)
	_, said = tool(t, exitRestart, "import", "-dsn", to, "-company", acme, "-in", path, "-state", state)
	require.Contains(t, said, "another import")
	// What is stored in one database, and of one content of the file, is not skipped in another.
	_, said = tool(t, exitRestart, "import", "-dsn", newSQLite(t), "-company", acme, "-in", torn, "-state", state)
	require.Contains(t, said, "another import")
	require.NoError(t, os.WriteFile(torn, text[40:], 0o600))
	_, said = tool(t, exitRestart, "import", "-dsn", to, "-company", acme, "-in", torn, "-state", state)
	require.Contains(t, said, "another import")
	require.NoError(t, os.Remove(state))
	out, _ = tool(t, cli.ExitFailure, "import", "-dsn", to, "-company", acme, "-in", path, "-state", filepath.Join(dir, "none", "state"))
	require.Empty(t, out, "nothing was stored whose state could not be kept")
	out, said = tool(t, cli.ExitOK, "import", "-dsn", to, "-company", acme, "-in", path, "-json")
	require.Equal(t, 1, created(out))
	require.Contains(t, said, "the file does not say")

	bad := bytes.Replace(rows[2900], []byte(",FALSE,"), []byte(",MAYBE,"), 1)
	bad = bytes.Replace(bad, []byte(",TRUE,"), []byte(",MAYBE,"), 1)
	late := file("late.csv", bytes.Join(rows[:2900], nil), bad, bytes.Join(rows[2901:], nil))
	to = newSQLite(t)
	_, said = tool(t, exitDiffers, "import", "-dsn", to, "-company", acme, "-in", file("twice.csv", text, rows[5]), "-dry-run")
	require.Contains(t, said, "row 3001: the session of row 5 again")
	_, said = tool(t, exitDiffers, "import", "-dsn", to, "-company", acme, "-in", late, "-dry-run")
	require.Contains(t, said, "row 2900")
	many := file("many.csv", rows[0], rows[1], bytes.Repeat(bad, 99), []byte("1,2\r\n"), rows[1], []byte("\xff"), rows[2], rows[3], rows[4][:20])
	out, said = tool(t, cli.ExitFailure, "import", "-dsn", to, "-company", acme, "-in", many, "-dry-run", "-json")
	require.JSONEq(t, `{"read": 104, "refused": 102, "unreadable": 101, "invalid": 0, "again": 1, "complete": false}`, out)
	require.Contains(t, said, "row 100: ")
	require.NotContains(t, said, "row 102: the session of row 1 again", "a limited number of rows is named")
	require.Contains(t, said, "and 2 other rows")
	require.Contains(t, said, "row 105")
	out, said = tool(t, cli.ExitFailure, "import", "-dsn", to, "-company", acme, "-in", late, "-json")
	require.Equal(t, 2899, created(out))
	require.Contains(t, said, "row 2900")
	require.Contains(t, said, "the same command passes over what is stored")
	out, _ = tool(t, cli.ExitOK, "import", "-dsn", to, "-company", acme, "-in", file("twice.csv", text, rows[5]))
	require.Contains(t, out, "3001 sessions done: 101 new, 0 changed, 2900 passed over, 0 of them with another content, 0 refused")
	for _, args := range [][]string{
		{"-in", path, "-generate", "1"}, {}, {"-in", path, "-separator", "::"}, {"-in", path, "-zone", "Mars"}, {"-in", path, "-format", "xls"},
		{"-from", "oracle:x"}, {"-in", path, "more"}, {"-in", "-", "-state", state}, {"-in", os.DevNull, "-state", state},
		{"-in", path, "-time-layout", "garbage"},
	} {
		tool(t, cli.ExitUsage, append([]string{"import", "-dsn", to, "-company", acme}, args...)...)
	}
	tool(t, cli.ExitUsage, "import", "-dsn", to, "-in", path)
}

// TestRepeats finds sessions that come again among the first ones only.
func TestRepeats(t *testing.T) {
	r := repeats{most: 2}
	for i, test := range []struct {
		company, id string
		first       int64
	}{{"a", "bc", 0}, {"ab", "c", 0}, {"a", "bc", 1}, {"a", "d", 0}, {"a", "d", 0}, {"ab", "c", 2}} {
		require.Equal(t, test.first, r.first(&sessions.Session{Company: test.company, ID: test.id}, int64(i+1)), i)
	}
	require.Len(t, r.seen, 2)
}

// TestTimeLayouts refuses layouts whose times could not be read.
func TestTimeLayouts(t *testing.T) {
	for _, good := range []string{"", time.RFC3339Nano, time.DateTime, "02.01.2006 15:04", "1/2/06 3:04 PM", time.RFC1123Z} {
		require.NoError(t, checkTimeLayout(good), good)
	}
	for _, bad := range []string{"garbage", "yyyy-MM-dd HH:mm:ss", "02.01.2006", "01.2006 15:04", "02.01. 15:04", "2006-01-02 03:04", "2006-01-02 15"} {
		require.ErrorContains(t, checkTimeLayout(bad), "-time-layout", bad)
	}
	dsn := newSQLite(t)
	_, said := tool(t, cli.ExitUsage, "export", "-dsn", dsn, "-company", acme, "-out", "-", "-time-layout", "garbage")
	require.Contains(t, said, "-time-layout")
}

// TestImportKilled kills imports with kill -9 at random moments, and fills the disk of some, until
// each is complete: nothing is lost, and nothing is stored twice.
func TestImportKilled(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { importKilled(t, newSQLite, true) })
	t.Run("postgres", func(t *testing.T) {
		importKilled(t, func(t *testing.T) string {
			dsn := newPostgres(t)
			tool(t, cli.ExitOK, "migrate", "-dsn", dsn)
			return dsn
		}, false)
	})
	t.Run("mariadb", func(t *testing.T) {
		importKilled(t, func(t *testing.T) string {
			dsn := newMariaDB(t)
			tool(t, cli.ExitOK, "migrate", "-dsn", dsn)
			return dsn
		}, false)
	})
}

func importKilled(t *testing.T, fresh func(*testing.T) string, isFile bool) {
	random := rand.New(rand.NewPCG(3, 4))
	source, sessions := newSQLite(t), strconv.Itoa(*killSessions)
	tool(t, cli.ExitOK, "import", "-dsn", source, "-company", acme, "-generate", sessions)
	whole := fresh(t)
	start := time.Now()
	code, said := program(t, "", nil, "import", "-dsn", whole, "-company", acme, "-from", source)
	took := time.Since(start) // what an import takes that nothing interrupts
	require.Zero(t, code, said)
	var killed, full, parts int
	for i := range *killN {
		// The database is dropped at once: fifty would fill a disk.
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			dsn := fresh(t)
			args := []string{"import", "-dsn", dsn, "-company", acme, "-from", source}
			if i%2 == 0 {
				args = append(args, "-state", filepath.Join(t.TempDir(), "state"))
			}
			code = -1
			for tries := 0; code != cli.ExitOK; tries++ {
				moment := time.Duration(random.Int64N(int64(took)))
				switch {
				case tries == 0 && isFile:
					code, said = program(t, strconv.Itoa(1<<20), nil, args...)
					require.Equal(t, cli.ExitFailure, code, said)
					full++
				case tries < 4:
					code, said = program(t, "", &disturbance{moment, kill}, args...)
					if code < 0 { // otherwise the import was faster
						killed++
					}
				default:
					code, said = program(t, "", nil, args...)
					require.Zero(t, code, said)
				}
			}
			if !strings.Contains(said, " "+sessions+" new") {
				parts++
			}
			tool(t, cli.ExitOK, "check", "-dsn", source, "-company", acme, "-against", dsn)
			tool(t, cli.ExitOK, "check", "-dsn", dsn, "-company", acme)
		})
	}
	t.Logf("%d imports of %s sessions, which take %s, are complete; killed %d times, %d full disks; the last run of %d found a part stored",
		*killN, sessions, took.Round(time.Millisecond), killed, full, parts)
}

// TestImportInterrupted ends imports within the process, as Ctrl-C does.
func TestImportInterrupted(t *testing.T) {
	dsn := newSQLite(t)
	for i := range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*20)*time.Millisecond)
		code := run(ctx, []string{"import", "-dsn", dsn, "-company", acme, "-generate", "5000"}, io.Discard, io.Discard)
		cancel()
		require.Contains(t, []int{cli.ExitOK, cli.ExitFailure}, code)
	}
	tool(t, cli.ExitOK, "import", "-dsn", dsn, "-company", acme, "-generate", "5000")
	out, _ := tool(t, cli.ExitOK, "list", "-dsn", dsn, "-company", acme, "-pages", "0", "-limit", "1000", "-json")
	require.Equal(t, 5000, strings.Count(out, "\n"))
}
