// Endtoend times the export of a whole company from a database to a file: with the Store and
// package export, and with the database's own client, which writes the same 24 columns in the same
// order, as they are stored. They take turns. Each turn is a process of its own, timed from its
// start to the end of the file. The Store has turns with GOGC=400 as well, which suits a process
// that only exports: little of its memory is in use at any time.
//
//	go -C examples run ./benchmarks/export/endtoend -dsn DSN -load 1000000   # fill an empty database
//	go -C examples run ./benchmarks/export/endtoend -dsn DSN -turns 5
//
// The client, psql or sqlite3, must be on the PATH. For other engines there is none to compare
// with.
package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

const company = "bench"

// columns are the database's columns of the file, in its order.
const columns = "personal_number, first_name, last_name, document_number, birth_date, nationality, sex, expiration_date, status, " +
	"document_validity, liveness, match_level, created_us, completed_us, partner, id, extra, document_type, client_ip, device, " +
	"browser, os, model, attempt"

const query = "SELECT " + columns + " FROM sessionkit_sessions WHERE company = '" + company + "' ORDER BY created_us DESC, id DESC"

type config struct {
	dsn     string
	load    int
	turns   int
	dir     string
	child   string // file to write, in the process that is timed
	profile string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var c config
	flag.StringVar(&c.dsn, "dsn", "", engine.Usage)
	flag.IntVar(&c.load, "load", 0, "make the tables and fill them with so many sessions")
	flag.IntVar(&c.turns, "turns", 5, "how often each is timed")
	flag.StringVar(&c.dir, "dir", os.TempDir(), "`directory` of the files, which are removed")
	flag.StringVar(&c.child, "child", "", "export once, to this `file`")
	flag.StringVar(&c.profile, "profile", "", "write a profile of the processor's time to this `file`")
	flag.Parse()
	if err := run(ctx, c); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "endtoend:", engine.Explain(err))
		os.Exit(1)
	}
}

func run(ctx context.Context, c config) error {
	db, dialect, err := engine.Open(c.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	switch {
	case c.load > 0:
		return load(ctx, db, dialect, c.load)
	case c.child != "":
		return child(ctx, db, dialect, c)
	default:
		return compare(ctx, dialect, c)
	}
}

// generatedSessions is the number of sessions that are stored one by one. Further ones are copied
// from them within the database, with other IDs and times.
const generatedSessions = 50_000

// load makes the tables and stores n sessions.
func load(ctx context.Context, db *sql.DB, dialect filter.Dialect, n int) error {
	if err := sqlstore.Migrate(ctx, db, dialect); err != nil {
		return err
	}
	first := min(n, generatedSessions)
	stream, err := generate.Sessions(generate.Options{N: first, Seed: 1})
	if err != nil {
		return err
	}
	backend := sqlstore.New(db, dialect)
	var batch []*sessions.Session
	var newest, oldest int64
	stored := 0
	for s := range stream {
		s.Company = company
		us := s.CreatedAt.UnixMicro()
		if stored == 0 && len(batch) == 0 {
			newest, oldest = us, us
		}
		newest, oldest = max(newest, us), min(oldest, us)
		if batch = append(batch, s); len(batch) < 1000 && stored+len(batch) < first {
			continue
		}
		if err := backend.Insert(ctx, batch...); err != nil {
			return err
		}
		stored += len(batch)
		batch = batch[:0]
	}
	const all = "company, id, changed_seq, revision, subject, decided_us, reasons, states, document_presented, match_scale, acceptance_level, selfie, " +
		"digital_spoof, not_full_id, low_far, search_key, personal_number, first_name, last_name, document_number, birth_date, nationality, sex, " +
		"expiration_date, status, document_validity, liveness, match_level, created_us, completed_us, partner, extra, document_type, client_ip, " +
		"device, browser, os, model, attempt"
	for turn := 1; stored < n; turn++ {
		more := min(n-stored, first)
		id := fmt.Sprintf("substr(id, 1, 33) || 'z%02x'", turn)
		if dialect == sqlstore.MariaDB {
			id = fmt.Sprintf("concat(left(id, 33), 'z%02x')", turn)
		}
		selected := strings.Replace(all, " id, changed_seq,", fmt.Sprintf(" %s, changed_seq + %d,", id, turn*first), 1)
		selected = strings.Replace(selected, " created_us, completed_us,", fmt.Sprintf(" created_us - %d, completed_us - %d,",
			int64(turn)*(newest-oldest+1), int64(turn)*(newest-oldest+1)), 1)
		//nolint:gosec // constants and numbers of this program
		text := fmt.Sprintf("INSERT INTO sessionkit_sessions (%s) SELECT %s FROM sessionkit_sessions WHERE company = '%s' AND created_us >= %d ORDER BY created_us LIMIT %d",
			all, selected, company, oldest, more)
		if _, err := db.ExecContext(ctx, text); err != nil {
			return err
		}
		stored += more
	}
	// The copies were inserted without the Backend, which keeps these numbers.
	if _, err := db.ExecContext(ctx, fmt.Sprintf("UPDATE sessionkit_companies SET total = %d, seq = (SELECT max(changed_seq) FROM sessionkit_sessions WHERE company = '%s') WHERE company = '%[2]s'",
		stored, company)); err != nil {
		return err
	}
	vacuum := map[filter.Dialect]string{sqlstore.Postgres: "VACUUM ANALYZE sessionkit_sessions", sqlstore.SQLite: "ANALYZE", sqlstore.MariaDB: "ANALYZE TABLE sessionkit_sessions"}
	_, err = db.ExecContext(ctx, vacuum[dialect])
	return err
}

// child exports once, in the process that is timed.
func child(ctx context.Context, db *sql.DB, dialect filter.Dialect, c config) (err error) {
	if c.profile != "" {
		file, err := os.Create(c.profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	st := store.New(sqlstore.New(db, dialect), store.Options{})
	viewer := store.Viewer{Company: company, Role: sessions.Agent, Subject: "benchmark"}
	file, err := os.Create(c.child)
	if err != nil {
		return err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	done, err := export.Write(ctx, file, st.Select(viewer, filter.Filter{}), export.Options{})
	runtime.ReadMemStats(&after)
	fmt.Printf("%d rows, %d bytes, %.1f allocations a row\n", done.Rows, done.Bytes, float64(after.Mallocs-before.Mallocs)/float64(max(1, done.Rows)))
	return errors.Join(err, file.Close())
}

// timing has the measurements of one process.
type timing struct {
	took time.Duration
	cpu  time.Duration
	rss  int64 // peak, in bytes
	size int64
	said string
}

// compare runs the export and the client in turn, and prints the medians.
func compare(ctx context.Context, dialect filter.Dialect, c config) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	file := filepath.Join(c.dir, fmt.Sprintf("endtoend-%d.csv", os.Getpid()))
	defer func() { _ = os.Remove(file) }()
	type way struct {
		name string
		args []string
		env  []string
		into bool // its output is the file
	}
	args := []string{self, "-dsn", c.dsn, "-child", file}
	ways := []way{{name: "export.Write", args: args}, {name: "with GOGC=400", args: args, env: []string{"GOGC=400"}}}
	switch dialect {
	case sqlstore.Postgres:
		ways = append(ways, way{name: `psql \copy`, args: []string{"psql", c.dsn, "-X", "-q", "-c", `\copy (` + query + ") to '" + file + "' csv header"}})
	case sqlstore.SQLite:
		ways = append(ways, way{name: "sqlite3 -csv", args: []string{"sqlite3", "-csv", "-header", strings.TrimPrefix(c.dsn, "sqlite:"), query}, into: true})
	}
	all := make([][]timing, len(ways))
	for range c.turns {
		for i, way := range ways {
			var output *os.File
			if way.into {
				if output, err = os.Create(file); err != nil { //nolint:gosec // the directory that was asked for
					return err
				}
			}
			t, err := timed(ctx, way.args, way.env, output)
			if err != nil {
				return fmt.Errorf("%s: %w", way.name, err)
			}
			info, err := os.Stat(file)
			if err != nil {
				return err
			}
			t.size = info.Size()
			all[i] = append(all[i], t)
		}
	}
	for i, way := range ways {
		slices.SortFunc(all[i], func(a, b timing) int { return int(a.took - b.took) })
		m := all[i][len(all[i])/2]
		fmt.Printf("%-14s median %6.2f s (best %.2f, worst %.2f), %5.2f s of its own processor time, %4d MB/s, peak RSS %3d MB  %s\n", way.name, m.took.Seconds(),
			all[i][0].took.Seconds(), all[i][len(all[i])-1].took.Seconds(), m.cpu.Seconds(), int64(float64(m.size)/1e6/m.took.Seconds()), m.rss>>20, m.said)
	}
	return nil
}

// timed runs a process, and returns its measurements.
func timed(ctx context.Context, args, env []string, output *os.File) (timing, error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the program itself, or a client of the database
	cmd.Stdout, cmd.Stderr = io.Writer(&said), os.Stderr
	cmd.Env = append(os.Environ(), env...)
	if output != nil {
		defer func() { _ = output.Close() }()
		cmd.Stdout = output
	}
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return timing{}, err
	}
	t := timing{took: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), said: strings.TrimSpace(said.String())}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		// On Linux the unit is KiB.
		t.rss = usage.Maxrss << 10
	}
	return t, nil
}
