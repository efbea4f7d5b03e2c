package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"time"

	engines "github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// cutDivisor divides the sessions of an import: it is cut off after that part of them.
const cutDivisor = 3

var (
	errCut    = errors.New("cut off")           // ends an import on purpose
	errNoLoad = errors.New("no way of loading") // the engine has no Load
)

// imports imports new sessions into the existing tables: in the engine's own way into a table that
// has only its list index, with Backend.Import, with an Import that loads in the engine's own way,
// and with one that is cut off and resumed. Making the sessions is a part of each, and is also
// measured alone.
func (b *bench) imports(ctx context.Context) (err error) {
	e := b.engine
	// The names of real companies begin otherwise.
	own := "~" + strconv.FormatInt(time.Now().UnixNano(), 36)
	defer func() {
		clean := context.WithoutCancel(ctx)
		_ = e.exec(clean, "DROP TABLE IF EXISTS "+plainTable)
		e.forget(clean, own)
		e.forget(clean, own+"again")
		e.forget(clean, own+"loaded")
	}()
	if err := e.createPlain(ctx); err != nil {
		return err
	}
	made := func(company string) (iter.Seq[*sessions.Session], error) {
		o := b.generated
		o.Companies = []generate.Company{{Key: company, Weight: 1}}
		return generate.Sessions(o)
	}
	means := engines.Load(e.dialect)
	backend, server := sqlstore.New(e.db, e.dialect), e.whole(ctx)
	var rows [][]string
	var base, plain time.Duration
	for _, way := range []struct {
		name, company string
		do            func(iter.Seq[*sessions.Session]) error
	}{
		{"making the sessions", own, func(list iter.Seq[*sessions.Session]) error {
			for range list {
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			return nil
		}},
		{"the row and its list index, by the engine's own means", own, func(list iter.Seq[*sessions.Session]) error { return e.copyPlain(ctx, list) }},
		{"Import", own, func(list iter.Seq[*sessions.Session]) error {
			p, err := backend.Import(ctx, withoutErrors(list), sqlstore.ImportOptions{})
			if err == nil && p.Created != int64(b.n) {
				err = fmt.Errorf("%d sessions imported", p.Created)
			}
			return err
		}},
		{"Import with Load", own + "loaded", func(list iter.Seq[*sessions.Session]) error {
			if means == nil {
				return errNoLoad
			}
			_, err := backend.Import(ctx, withoutErrors(list), sqlstore.ImportOptions{Load: means})
			return err
		}},
		{"Import, cut off after a third and resumed", own + "again", func(list iter.Seq[*sessions.Session]) error {
			p, err := backend.Import(ctx, withoutErrors(list), sqlstore.ImportOptions{Progress: func(p sqlstore.ImportProgress) error {
				if p.Done >= int64(b.n/cutDivisor) {
					return errCut
				}
				return nil
			}})
			if !errors.Is(err, errCut) {
				return errors.Join(errors.New("not cut off"), err)
			}
			_, err = backend.Import(ctx, withoutErrors(list), sqlstore.ImportOptions{Skip: p.Done})
			return err
		}},
	} {
		list, err := made(way.company)
		if err != nil {
			return err
		}
		forgetPeak()
		processor, servers, start := ownTime(), server.used(), time.Now()
		err = way.do(list)
		if errors.Is(err, errNoLoad) {
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", way.name, err)
		}
		took := time.Since(start)
		ratio := ""
		switch {
		case base == 0:
			base = took
		case plain == 0:
			plain = took
			fallthrough
		default:
			ratio = fmt.Sprintf("%.1f", (took-base).Seconds()/(plain-base).Seconds())
		}
		rows = append(rows, []string{
			way.name, took.Round(time.Millisecond).String(), fmt.Sprintf("%.0f", float64(b.n)/took.Seconds()), ratio,
			(ownTime() - processor).Round(time.Millisecond).String(), (server.used() - servers).String(), peak(), load(),
		})
	}
	b.table(fmt.Sprintf("%d sessions into tables that are in use", b.n),
		[]string{"way", "time", "a second", "times the second line, without making them", "CPU of this process", "CPU of the server", "its peak memory", "load of the machine"}, rows)
	for _, company := range []string{own, own + "loaded", own + "again"} {
		if err := backend.Verify(ctx, company); err != nil {
			return err
		}
	}
	b.line("Verify finds nothing wrong.")
	return nil
}

// withoutErrors returns the list in the form that Import takes.
func withoutErrors(list iter.Seq[*sessions.Session]) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		for s := range list {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// copyPlain writes the rows of the sessions with COPY, LOAD DATA, or statements of many rows in one
// transaction.
func (e *engine) copyPlain(ctx context.Context, list iter.Seq[*sessions.Session]) (err error) {
	columns := sqlstore.SessionColumns()
	switch e.dialect {
	case sqlstore.Postgres:
		_, _, err = through(list, func(r io.Reader) error { return e.copyIn(ctx, r, plainTable, columns) })
		return err
	case sqlstore.MariaDB:
		_, _, err = through(list, func(r io.Reader) error { return e.loadData(ctx, r, plainTable, columns) })
		return err
	}
	tx, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	const batchRows = 100
	args := make([]any, 0, batchRows*len(columns))
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		_, err := tx.ExecContext(ctx, insertText(plainTable, columns, len(args)/len(columns)), args...)
		args = args[:0]
		return err
	}
	_, _, err = feed(list, func(row []any) error {
		if args = append(args, row...); len(args) < cap(args) {
			return nil
		}
		return flush()
	})
	if err = errors.Join(err, flush()); err != nil {
		return err
	}
	return tx.Commit()
}

// forgetPeak resets the peak of this process's memory, on Linux.
func forgetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600) }

// peak returns the most memory that this process has used since then.
func peak() string {
	if kilobytes := entry("/proc/self/status", "VmHWM"); kilobytes != "" {
		return kilobytes
	}
	return "unknown"
}
