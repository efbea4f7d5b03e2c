package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// exportTo writes the sessions of a filter to a file and checks it by reading it back.
func (a *app) exportTo(ctx context.Context, path string, f filter.Filter) error {
	count, err := a.store.Count(ctx, a.viewer, f)
	if err != nil {
		return err
	}
	total := int64(-1)
	if count.Exact {
		total = int64(count.N)
	}
	start := time.Now()
	var done export.Result
	err = writeBeside(path, func(w io.Writer) error {
		bar := cli.NewBar(a.stderr, "exporting", total)
		defer bar.Done()
		opts := a.writing
		opts.Progress = func(p export.Progress) { bar.Set(p.Rows) }
		var err error
		done, err = export.Write(ctx, w, a.store.Select(a.viewer, f), opts)
		return err
	})
	if err != nil {
		return fmt.Errorf("export stopped after %s rows, nothing stands under %s: %w", thousands(done.Rows), filepath.Base(path), err)
	}
	took := time.Since(start)
	a.printf("%s: %s rows, %s bytes, %s, written in %s\n", filepath.Base(path), thousands(done.Rows), thousands(done.Bytes),
		a.writing.Format, duration(took))
	start = time.Now()
	values, err := a.compare(ctx, path, f, done.Rows)
	if err != nil {
		return fmt.Errorf("%s is written; reading it back: %w", filepath.Base(path), err)
	}
	a.printf("%s: read back in %s; all %s values of %s rows are equal\n", filepath.Base(path), duration(time.Since(start)),
		thousands(values), thousands(done.Rows))
	return nil
}

// writeBeside writes a file under another name in the same directory, brings it to the disk, and
// renames it. Whatever goes wrong, nothing or what stood there before stands under the final name.
// Only its owner can read it.
func writeBeside(path string, write func(io.Writer) error) (err error) {
	part, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = part.Close()
			_ = os.Remove(part.Name())
		}
	}()
	if err := write(part); err != nil {
		return err
	}
	if err := part.Sync(); err != nil {
		return err
	}
	if err := part.Close(); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil // the file is there; only the name's way to the disk cannot be hurried
	}
	_ = dir.Sync()
	return dir.Close()
}

// compare reads the file and compares each value with that of the session in the database. It
// returns how many there were.
func (a *app) compare(ctx context.Context, path string, f filter.Filter, rows int64) (values int64, err error) {
	file, err := os.Open(path) //nolint:gosec // the file that was just written
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	opts := export.ReadOptions{
		Format: a.writing.Format, Zone: a.zone, ExtraKeys: a.writing.ExtraKeys, AllowMissing: a.writing.Columns != nil,
	}
	bar := cli.NewBar(a.stderr, "checking", rows)
	defer bar.Done()
	next, stop := iter.Pull2(counted(bar, a.store.Select(a.viewer, f).All(ctx)))
	defer stop()
	for row, err := range export.Read(bufio.NewReader(file), opts) {
		if err != nil {
			return values, err
		}
		s, err, more := next()
		if err != nil {
			return values, err
		}
		if !more {
			return values, fmt.Errorf("row %d: there is no such session", row.Number)
		}
		want, err := a.expected(s)
		if err != nil {
			return values, err
		}
		for column, equal := range a.compareRow(row.Record, want) {
			if !equal {
				return values, fmt.Errorf("row %d: column %q differs from the session", row.Number, column)
			}
			values++
		}
	}
	if _, err, more := next(); more {
		if err != nil {
			return values, err
		}
		return values, fmt.Errorf("the sessions after row %d are missing", rows)
	}
	return values, nil
}

// compareRow yields for each column of the file whether it is equal.
func (a *app) compareRow(got, want export.Record) iter.Seq2[export.Column, bool] {
	return func(yield func(export.Column, bool) bool) {
		g, w := reflect.ValueOf(got), reflect.ValueOf(want)
		for i, column := range export.Columns() { // the fields of a Record, in its order
			if a.writing.Columns != nil && !slices.Contains(a.writing.Columns, column) {
				continue
			}
			if !yield(column, g.Field(i).String() == w.Field(i).String()) {
				return
			}
		}
	}
}

// expected is the session's record as the file can hold it: Excel's format has whole seconds of the
// zone's wall clock, and in columns for extra fields an empty one is the same as none.
func (a *app) expected(s *sessions.Session) (export.Record, error) {
	if a.writing.Format == export.ExcelCSV {
		s.CreatedAt, s.CompletedAt = wallClock(s.CreatedAt, a.zone), wallClock(s.CompletedAt, a.zone)
	}
	if keys := a.writing.ExtraKeys; len(keys.All()) > 0 {
		var kept []sessions.ExtraPair
		for key, value := range keys.Select(s.Extra).All() {
			if value != "" {
				kept = append(kept, sessions.ExtraPair{Key: key, Value: value})
			}
		}
		var err error
		if s.Extra, err = sessions.NewExtra(kept...); err != nil {
			return export.Record{}, err
		}
	}
	return export.RecordOf(s), nil
}

func wallClock(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	local := t.In(zone)
	return time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, zone)
}

// counted passes sessions on and moves the bar.
func counted(bar *cli.Bar, seq iter.Seq2[*sessions.Session, error]) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		n := int64(0)
		for s, err := range seq {
			if !yield(s, err) {
				return
			}
			if n++; n%256 == 0 {
				bar.Set(n)
			}
		}
	}
}
