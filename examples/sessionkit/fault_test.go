//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// One million sessions, in an existing database, and fifty faults:
//
//	go -C examples test ./sessionkit -run Faults -timeout 60m \
//		-args -fault.dsn DSN -fault.company bench -fault.n 50
var (
	faultN        = flag.Int("fault.n", 6, "exports that are disturbed")
	faultSessions = flag.Int("fault.sessions", 20_000, "sessions of the database")
	faultDSN      = flag.String("fault.dsn", "", "a database that is there, instead of new ones")
	faultCompany  = flag.String("fault.company", acme, "its company")
)

const acme = "acme"

// childLimit, in the environment, makes the test run as the program itself, which cannot write a
// file of more than that number of bytes, as on a full disk.
const childLimit = "SESSIONKIT_TEST_LIMIT"

func TestMain(m *testing.M) {
	text, child := os.LookupEnv(childLimit)
	if !child {
		os.Exit(m.Run())
	}
	if limit, err := strconv.ParseUint(text, 10, 64); err == nil {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			panic(err)
		}
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// fill makes a database with n sessions of the company, in the order of their age.
func fill(t testing.TB, dsn string, n int) {
	t.Helper()
	db, dialect, err := engine.Open(dsn)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	require.NoError(t, sqlstore.Migrate(t.Context(), db, dialect))
	stream, err := generate.Sessions(generate.Options{N: n, Seed: 7})
	require.NoError(t, err)
	var all []*sessions.Session
	for s := range stream {
		s.Company = acme
		all = append(all, s)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	for from := 0; from < n; from += 500 {
		require.NoError(t, sqlstore.New(db, dialect).Tx(tx).Insert(t.Context(), all[from:min(from+500, n)]...))
	}
	require.NoError(t, tx.Commit())
}

// newPostgres makes a database that is dropped after the test.
func newPostgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv("SESSIONKIT_POSTGRES_DSN")
	if server == "" {
		t.Skip("no postgres: SESSIONKIT_POSTGRES_DSN is not set")
	}
	db, err := sql.Open("pgx", server)
	require.NoError(t, err)
	name := fmt.Sprintf("test_sessionkit_%d_%d", os.Getpid(), rand.Uint32())
	_, err = db.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := db.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		require.NoError(t, errors.Join(err, db.Close()))
	})
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

// newMariaDB makes a database that is dropped after the test.
func newMariaDB(t testing.TB) string {
	t.Helper()
	server := os.Getenv("SESSIONKIT_MARIADB_DSN")
	if server == "" {
		t.Skip("no mariadb: SESSIONKIT_MARIADB_DSN is not set")
	}
	config, err := mysql.ParseDSN(server)
	require.NoError(t, err)
	db, err := sql.Open("mysql", server)
	require.NoError(t, err)
	config.DBName = fmt.Sprintf("test_sessionkit_%d_%d", os.Getpid(), rand.Uint32())
	_, err = db.ExecContext(t.Context(), "CREATE DATABASE "+config.DBName)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := db.Exec("DROP DATABASE " + config.DBName)
		require.NoError(t, errors.Join(err, db.Close()))
	})
	return "mariadb:" + config.FormatDSN()
}

func TestFaultsSQLite(t *testing.T) {
	if *faultDSN != "" {
		t.Skip("-fault.dsn is another database")
	}
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "kyc.db")
	fill(t, dsn, *faultSessions)
	faults(t, dsn, nil)
}

func TestFaultsPostgres(t *testing.T) {
	dsn := *faultDSN
	if dsn == "" {
		dsn = newPostgres(t)
		fill(t, dsn, *faultSessions)
	}
	db, dialect, err := engine.Open(dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	if dialect != sqlstore.Postgres {
		faults(t, dsn, nil)
		return
	}
	const others = " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
	faults(t, dsn, func() {
		_, err := db.ExecContext(context.WithoutCancel(t.Context()), "SELECT pg_terminate_backend(pid)"+others)
		require.NoError(t, err)
	})
	require.Eventually(t, func() bool {
		n := -1
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*)"+others).Scan(&n))
		return n == 0
	}, time.Minute, 50*time.Millisecond, "a connection is left behind")
}

// faults disturbs exports until each is complete, and compares them with an undisturbed one.
func faults(t *testing.T, dsn string, cut func()) {
	r := rand.New(rand.NewPCG(5, 6))
	whole := t.TempDir()
	args := func(dir string, more ...string) []string {
		return append([]string{"export", "-dsn", dsn, "-company", *faultCompany, "-out", filepath.Join(dir, "s.csv"), "-block", "200000"}, more...)
	}
	start := time.Now()
	code, said := program(t, "", nil, args(whole)...)
	require.Zero(t, code, said)
	took := time.Since(start)
	size := int64(len(content(t, whole)))
	var killed, cuts, full, resumed, again int
	for range *faultN {
		dir := t.TempDir()
		mode := []string(nil)
		code := -1
		for tries := 0; code != cli.ExitOK; tries++ {
			limit := ""
			var disturb *disturbance
			at := func(do func(*os.Process)) *disturbance {
				return &disturbance{time.Duration(r.Int64N(int64(took))), do}
			}
			switch kind := r.IntN(4); {
			case tries > 4: // undisturbed
			case kind == 0:
				limit, full = strconv.FormatInt(r.Int64N(size), 10), full+1
			case kind == 1 && cut != nil:
				disturb, cuts = at(func(*os.Process) { cut() }), cuts+1
			default:
				disturb, killed = at(kill), killed+1
			}
			code, said = program(t, limit, disturb, args(dir, mode...)...)
			// The process was killed just before its end.
			if _, err := os.Stat(filepath.Join(dir, "s.csv")); err == nil && code != cli.ExitOK {
				require.True(t, bytes.Equal(content(t, whole), content(t, dir)), "half a file under the final name")
				left, err := os.ReadDir(dir)
				require.NoError(t, err)
				if len(left) == 2 {
					break
				}
				mode = []string{"-resume"}
				continue
			}
			switch {
			case code == exitRestart:
				require.Contains(t, said, "nothing was begun")
				mode, again = nil, again+1
			case mode == nil:
				mode = []string{"-resume"}
			case code == cli.ExitOK:
				resumed++
			}
		}
		require.True(t, bytes.Equal(content(t, whole), content(t, dir)))
		require.Equal(t, manifest(t, whole), manifest(t, dir))
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, left, 2, "the file and its manifest")
		require.NoError(t, os.RemoveAll(dir)) // fifty large files would fill a disk
	}
	t.Logf("%d files of %d bytes are the same; killed %d times, %d connections cut, %d full disks; %d ended with -resume, %d times there was nothing to resume",
		*faultN, size, killed, cuts, full, resumed, again)
}

func content(t *testing.T, dir string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "s.csv"))
	require.NoError(t, err)
	return text
}

// manifest returns the manifest of a file, without the time of its snapshot.
func manifest(t *testing.T, dir string) (m file.Manifest) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "s.csv"+file.ManifestSuffix))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &m))
	m.Snapshot = time.Time{}
	return m
}

// disturbance is what happens to a process some time after its start, unless it has ended.
type disturbance struct {
	after time.Duration
	do    func(*os.Process)
}

func kill(p *os.Process) { _ = p.Kill() }

// program runs the program in another process. A disturbance has ended when it returns.
func program(t *testing.T, limit string, disturb *disturbance, args ...string) (code int, said string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), childLimit+"="+limit)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	if disturb == nil {
		_ = cmd.Wait() // the exit code says how it ended
		return cmd.ProcessState.ExitCode(), out.String()
	}
	done := make(chan struct{})
	timer := time.AfterFunc(disturb.after, func() {
		defer close(done)
		disturb.do(cmd.Process)
	})
	_ = cmd.Wait()
	if !timer.Stop() {
		<-done
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// TestFaultsWithin requires that an export that breaks off within the process leaves neither a
// goroutine nor a connection behind.
func TestFaultsWithin(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "kyc.db")
	fill(t, dsn, 3000)
	dir := t.TempDir()
	var out bytes.Buffer
	args := []string{"export", "-dsn", dsn, "-company", acme, "-out", filepath.Join(dir, "s.csv"), "-block", "50000"}
	require.Zero(t, run(t.Context(), args, &out, &out), out.String())
	before := runtime.NumGoroutine()
	for i := range 10 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*7*time.Millisecond)
		code := run(ctx, append(args, "-force"), &out, &out)
		cancel()
		if code != cli.ExitOK {
			require.Equal(t, cli.ExitFailure, code, out.String())
			code = run(t.Context(), append(args, "-resume", "-force"), &out, &out)
			require.Contains(t, []int{cli.ExitOK, exitRestart}, code, out.String())
		}
	}
	settled(t, func() bool { return runtime.NumGoroutine() <= before })
}

func TestProgram(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "kyc.db")
	fill(t, dsn, 2000)
	dir := t.TempDir()
	path := filepath.Join(dir, "s.csv")
	do := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		require.Equal(t, want, run(t.Context(), args, &out, &out), out.String())
		return out.String()
	}
	base := []string{"export", "-dsn", dsn, "-company", acme, "-out", path}
	with := func(more ...string) []string { return append(slices.Clip(base), more...) }
	do(cli.ExitOK, with("-status", "failed", "-failed-for", "all", "-from", "2000-01-01", "-columns", "Session ID,First Name=Name,Extra,Status",
		"-extra", "phone,email", "-format", "rfc4180", "-separator", ";", "-mask", "first_name", "-asked-by", "me")...)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.Split(string(text), "\r\n")
	require.Equal(t, "Session ID;Name;phone;email;Status", lines[0])
	require.Greater(t, len(lines), 10)
	for _, line := range lines[1 : len(lines)-1] {
		require.Contains(t, line, ";[masked];")
		require.True(t, strings.HasSuffix(line, ";failed"))
	}
	require.Contains(t, do(cli.ExitOK, "check", "-file", path), "is as its manifest says")
	m := manifest(t, dir)
	require.Equal(t, "me", m.AskedBy)
	require.NotEmpty(t, m.Query)
	require.Contains(t, do(cli.ExitUsage, with()...), "-force replaces it")
	require.Contains(t, do(exitRestart, with("-resume")...), "nothing was begun")
	do(cli.ExitOK, with("-force", "-filter", m.Query, "-split", "5")...)
	require.FileExists(t, filepath.Join(dir, "s-2.csv"))
	require.NoError(t, os.WriteFile(path, bytes.Replace(text, []byte("\n"), []byte("\nx"), 1), 0o600))
	require.Contains(t, do(exitDiffers, "check", "-file", path), "not the one of the manifest")
	require.Contains(t, do(cli.ExitOK, "export", "-help"), "-resume")
	require.Contains(t, do(cli.ExitUsage, with("-force", "-status", "failed,succes")...), "success, failed, pending")
	require.Contains(t, do(cli.ExitUsage, with("-force", "-document-type", "pasport")...), "passport")
	require.Contains(t, do(cli.ExitUsage, with("-force", "-failed-for", "low")...), "low_far")
	do(cli.ExitOK, "export", "-dsn", dsn, "-company", acme, "-gzip", "-out", path+".gz")
	require.Contains(t, do(cli.ExitOK, "check", "-file", path+".gz"), "2000 rows")
	book := filepath.Join(dir, "s.xlsx")
	require.Contains(t, do(cli.ExitOK, "export", "-dsn", dsn, "-company", acme, "-format", "xlsx", "-out", book), "2000 rows")
	_, err = zip.OpenReader(book)
	require.NoError(t, err)
	require.Contains(t, do(cli.ExitUsage, with("-force", "-format", "xlsx")...), "manifest", "which would describe the workbook")

	var out, said bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"export", "-dsn", dsn, "-company", acme, "-format", "rfc4180", "-out", "-"}, &out, &said), said.String())
	rows := 0
	for _, err := range export.Read(&out, export.ReadOptions{}) {
		require.NoError(t, err)
		rows++
	}
	require.Equal(t, 2000, rows)
	require.Contains(t, said.String(), "-: 2000 rows")
	require.NoFileExists(t, "-")

	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, format := range []string{"rfc4180", "xlsx"} {
		require.Contains(t, do(cli.ExitUsage, "export", "-dsn", dsn, "-company", acme, "-force", "-format", format, "-out", pipe), "-out - writes")
	}
	info, err := os.Lstat(pipe)
	require.NoError(t, err)
	require.Equal(t, os.ModeNamedPipe, info.Mode().Type())
	for _, bad := range [][]string{
		nil, {"exports"}, {"export", "-dsn", dsn}, {"export", "-dsn", "oracle:x", "-company", "a", "-out", "x.csv"}, with("-force", "-zone", "Mars"), with("-force", "-match-level", "x"), with("-force", "-match-level", "8"), with("-force", "-status", ""+","),
		with("-resume", "-format", "xlsx"), {"export", "-dsn", dsn, "-company", acme, "-out", "-", "-split", "3"},
		with("-force", "-columns", "Nothing"), with("-force", "-drop", "x"), with("-force", "-format", "xls"), with("-force", "-separator", "::"), with("-force", "more"),
	} {
		do(cli.ExitUsage, bad...)
	}
}

// TestResumeReplacesNothing requires that -resume does not replace a file that came to the name
// after the export was cut off, without -force.
func TestResumeReplacesNothing(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "kyc.db")
	fill(t, dsn, 100)
	dir := t.TempDir()
	path := filepath.Join(dir, "s.csv")
	args := []string{"export", "-dsn", dsn, "-company", acme, "-out", path, "-split", "30"}
	do := func(want int, more ...string) string {
		t.Helper()
		var out bytes.Buffer
		require.Equal(t, want, run(t.Context(), append(slices.Clip(args), more...), &out, &out), out.String())
		return out.String()
	}
	// A foreign third file stops the export when everything is written.
	third := filepath.Join(dir, "s-3.csv")
	require.NoError(t, os.Mkdir(third, 0o700))
	require.Contains(t, do(cli.ExitFailure), "-resume goes on")
	require.NoError(t, os.Remove(third))
	require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
	require.Contains(t, do(cli.ExitUsage), "-force replaces it")
	require.Contains(t, do(cli.ExitFailure, "-resume"), "-resume -force replaces it")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))
	require.Contains(t, do(cli.ExitOK, "-resume", "-force"), "s-4.csv: 10 rows")
}

// TestReadingChangesNothing requires that reading does not change a database, and does not make
// one.
func TestReadingChangesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "kyc.db")
	fill(t, "sqlite:"+path, 100)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "PRAGMA journal_mode = DELETE")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	var out bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"export", "-dsn", "sqlite:" + path, "-company", acme, "-out", filepath.Join(t.TempDir(), "s.csv")}, &out, &out), out.String())
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
	missing := filepath.Join(dir, "none.db")
	require.Equal(t, cli.ExitUsage, run(t.Context(), []string{"export", "-dsn", "sqlite:" + missing, "-company", acme, "-out", filepath.Join(t.TempDir(), "s.csv")}, &out, &out))
	require.Contains(t, out.String(), "no such file")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
}
