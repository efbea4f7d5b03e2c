package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver is the program's choice, not the SDK's

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// app is a run of the program.
type app struct {
	*config
	stdout, stderr io.Writer
	unprinted      error
	backend        *sqlstore.Backend
	store          *store.Store
	lost           sessions.Fields // what the file does not say
}

// printf prints what the program is for. The first failure to do so is the program's.
func (a *app) printf(format string, args ...any) {
	if a.unprinted == nil {
		_, a.unprinted = fmt.Fprintf(a.stdout, format, args...)
	}
}

// tell prints a message beside it.
func (a *app) tell(format string, args ...any) { _, _ = fmt.Fprintf(a.stderr, format, args...) }

// run does what the flags ask for.
func (a *app) run(ctx context.Context) (err error) {
	if a.in != "" {
		if err := a.checkFile(ctx); err != nil {
			return err
		}
	}
	scratch, err := os.MkdirTemp("", "sessionkit-quickstart-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	db, err := a.open(ctx, scratch)
	if err != nil {
		return explain(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	a.backend = sqlstore.New(db, sqlstore.SQLite)
	a.store = store.New(a.backend, store.Options{MaxLimit: max(a.limit, store.DefaultMaxLimit)})
	if a.tour() {
		return explain(a.giveTour(ctx, scratch))
	}
	if a.details != "" {
		return explain(a.printDetails(ctx, a.details))
	}
	if err := a.printPages(ctx); err != nil || a.target == "" {
		return explain(err)
	}
	return explain(a.exportTo(ctx, a.target, a.filter))
}

// explain adds what the database said to an error that hides it: this program shows its messages to
// nobody but the owner of the database.
func explain(err error) error {
	var failed *sqlstore.Error
	if errors.As(err, &failed) && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: %w", err, failed.Err)
	}
	return err
}

// connect opens a database file.
func connect(path string) (*sql.DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	file := url.URL{Scheme: "file", Path: absolute, RawQuery: "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"}
	return sql.Open("sqlite", file.String())
}

// open opens the database of the flags. A new one gets its name when it is complete.
func (a *app) open(ctx context.Context, scratch string) (*sql.DB, error) {
	path := a.db
	switch {
	case path == "":
		path = filepath.Join(scratch, "sessions.db")
	case exists(path):
		return a.openExisting(ctx)
	}
	part := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".part")
	defer func() {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(part + suffix)
		}
	}()
	if exists(part) {
		return nil, fmt.Errorf("%s is there: another quickstart is making this database, or one was killed and it can be removed", part)
	}
	if err := a.make(ctx, part); err != nil {
		return nil, fmt.Errorf("making %s: %w", path, err)
	}
	if err := os.Rename(part, path); err != nil {
		return nil, err
	}
	return connect(path)
}

func (a *app) openExisting(ctx context.Context) (*sql.DB, error) {
	db, err := connect(a.db)
	if err != nil {
		return nil, err
	}
	if err = sqlstore.New(db, sqlstore.SQLite).Check(ctx); err == nil && a.in != "" {
		err = a.fill(ctx, db)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", a.db, err), db.Close())
	}
	return db, nil
}

// make makes a database and fills it.
func (a *app) make(ctx context.Context, path string) (err error) {
	db, err := connect(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil {
		return err
	}
	return a.fill(ctx, db)
}

// batch is how many sessions are stored at once.
const batch = 500

// fill stores the sessions of the file, or generated ones, all or none.
func (a *app) fill(ctx context.Context, db *sql.DB) error {
	source, total, what := a.generated, int64(a.n), "generated"
	if a.in != "" {
		source, total, what = a.fileSessions, -1, "read from "+filepath.Base(a.in)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	writer := sqlstore.New(db, sqlstore.SQLite).Tx(tx)
	bar := cli.NewBar(a.stderr, "filling", total)
	defer bar.Done()
	start := time.Now()
	var n int64
	pending := make([]*sessions.Session, 0, batch)
	flush := func() error {
		if len(pending) == 0 {
			return nil
		}
		if err := writer.Insert(ctx, pending...); err != nil {
			if a.in != "" {
				err = fmt.Errorf("%s: in the rows from %d on: %w", a.in, n+1, err)
			}
			return err
		}
		n += int64(len(pending))
		bar.Set(n)
		pending = pending[:0]
		return nil
	}
	for s, err := range source() {
		if err != nil {
			return err
		}
		if pending = append(pending, s); len(pending) == batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	bar.Done()
	took := time.Since(start)
	a.printf("%s sessions %s and stored in %s (%s per second)\n", thousands(n), what, duration(took),
		thousands(int64(float64(n)/max(took.Seconds(), 1e-9))))
	return nil
}

func (a *app) generated() iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		stream, err := generate.Sessions(generate.Options{N: a.n, Seed: a.seed})
		if err != nil {
			yield(nil, err)
			return
		}
		for s := range stream {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// checkFile reads the whole file before anything is stored, and tells what it does not say.
func (a *app) checkFile(ctx context.Context) error {
	rows := int64(0)
	ids := map[string]int64{}
	for s, err := range a.fileSessions() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		rows++
		if first, doubled := ids[s.ID]; doubled {
			return fmt.Errorf("%s: row %d: the Session ID of row %d stands there again", a.in, rows, first)
		}
		ids[s.ID] = rows
	}
	var lost []string
	for f := range a.lost.All() {
		lost = append(lost, f.String())
	}
	if len(lost) > 0 {
		a.tell("%s: %s rows. It does not say, at least not in every row: %s. "+
			"A row that is not verified and has no Status is taken for failed.\n", a.in, thousands(rows), strings.Join(lost, ", "))
	}
	return nil
}

// fileSessions reads the sessions of the file.
func (a *app) fileSessions() iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		fail := func(err error) { yield(nil, fmt.Errorf("%s: %w", a.in, err)) }
		file, err := os.Open(a.in)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = file.Close() }()
		opts := a.reading
		if opts.Format, err = a.formatOf(file); err != nil {
			fail(err)
			return
		}
		for row, err := range export.Read(file, opts) {
			if err != nil {
				fail(err)
				return
			}
			s, lost, err := row.Session(export.SessionOptions{Company: a.viewer.Company})
			if err != nil {
				fail(err)
				return
			}
			a.lost = a.lost.Union(lost)
			if !yield(s, nil) {
				return
			}
		}
	}
}

// formatOf returns the format of a file: the one given, or Excel's if it begins with a byte order
// mark.
func (a *app) formatOf(file io.ReadSeeker) (format export.Format, err error) {
	if a.inFormat != "" {
		return a.reading.Format, nil
	}
	mark := make([]byte, 3)
	n, err := io.ReadFull(file, mark)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if bytes.HasPrefix(mark[:n], []byte("\xEF\xBB\xBF")) || bytes.HasPrefix(mark[:n], []byte("\xFF\xFE")) {
		format = export.ExcelCSV
	}
	_, err = file.Seek(0, io.SeekStart)
	return format, err
}
