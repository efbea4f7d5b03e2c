package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// loaded says how long a load took.
type loaded struct {
	rows, terms   int
	copied, ended time.Duration // until the rows were there; until indexes and statistics were, too
}

// load fills empty tables.
func (e *engine) load(ctx context.Context, list iter.Seq[*sessions.Session]) (loaded, error) {
	start := time.Now()
	if err := sqlstore.CreateSchema(ctx, e.db, e.dialect); err != nil {
		return loaded{}, err
	}
	var n loaded
	var err error
	switch e.dialect {
	case sqlstore.Postgres:
		n, err = e.loadPostgres(ctx, list, start)
	case sqlstore.MariaDB:
		n, err = e.loadMariaDB(ctx, list)
	default:
		n, err = e.loadSQLite(ctx, list)
	}
	if n.ended = time.Since(start); n.copied == 0 {
		n.copied = n.ended
	}
	return n, err
}

// sink takes the rows of a table.
type sink func(row []any) error

// feed makes the rows of the sessions. Terms come sorted within each bucket of time, as the table lies.
func feed(list iter.Seq[*sessions.Session], toSessions, toTerms sink) (n loaded, bulk *sqlstore.Bulk, err error) {
	bulk = new(sqlstore.Bulk)
	var held [][]any
	flush := func() error {
		slices.SortFunc(held, func(x, y []any) int {
			return cmp.Or(compare[string](x[0], y[0]), compare[int64](x[1], y[1]), compare[string](x[2], y[2]), compare[int64](x[3], y[3]), compare[string](x[4], y[4]))
		})
		for _, row := range held {
			if err := toTerms(row); err != nil {
				return err
			}
		}
		n.terms += len(held)
		held = held[:0]
		return nil
	}
	for s := range list {
		row, terms, err := bulk.Add(s)
		if err != nil {
			return n, bulk, err
		}
		if err := toSessions(row); err != nil {
			return n, bulk, err
		}
		n.rows++
		if len(held) > 0 && len(terms) > 0 && held[0][1] != terms[0][1] {
			if err := flush(); err != nil {
				return n, bulk, err
			}
		}
		held = append(held, terms...)
	}
	return n, bulk, flush()
}

func compare[T cmp.Ordered](x, y any) int { return cmp.Compare(x.(T), y.(T)) } //nolint:errcheck // of known types

// tabbed writes rows as COPY and LOAD DATA read them by default: fields between tabs, backslashes before what is special, \N for
// NULL.
type tabbed struct {
	w    *bufio.Writer
	pipe *io.PipeWriter
	line []byte
}

func newTabbed() (*tabbed, *io.PipeReader) {
	r, w := io.Pipe()
	return &tabbed{w: bufio.NewWriterSize(w, 1<<20), pipe: w}, r
}

func (t *tabbed) row(row []any) error {
	t.line = t.line[:0]
	for i, v := range row {
		if i > 0 {
			t.line = append(t.line, '\t')
		}
		t.line = appendField(t.line, v)
	}
	_, err := t.w.Write(append(t.line, '\n'))
	return err
}

func appendField(line []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(line, `\N`...)
	case int64:
		return strconv.AppendInt(line, v, 10)
	default:
		for _, c := range []byte(v.(string)) { //nolint:errcheck // as sqlstore.Bulk promises
			switch c {
			case '\\':
				line = append(line, `\\`...)
			case '\t':
				line = append(line, `\t`...)
			case '\n':
				line = append(line, `\n`...)
			case '\r':
				line = append(line, `\r`...)
			default:
				line = append(line, c)
			}
		}
		return line
	}
}

func (t *tabbed) end(err error) {
	if err == nil {
		err = t.w.Flush()
	}
	_ = t.pipe.CloseWithError(err) // nil is the end of the file
}

// through feeds two readers at once, each of which stores its table.
func through(list iter.Seq[*sessions.Session], storeSessions, storeTerms func(io.Reader) error) (loaded, *sqlstore.Bulk, error) {
	rows, rowsOut := newTabbed()
	terms, termsOut := newTabbed()
	var failed [2]error
	var wait sync.WaitGroup
	wait.Go(func() {
		failed[0] = storeSessions(rowsOut)
		_ = rowsOut.CloseWithError(errors.Join(failed[0], io.ErrClosedPipe))
	})
	wait.Go(func() {
		failed[1] = storeTerms(termsOut)
		_ = termsOut.CloseWithError(errors.Join(failed[1], io.ErrClosedPipe))
	})
	n, bulk, err := feed(list, rows.row, terms.row)
	rows.end(err)
	terms.end(err)
	wait.Wait()
	return n, bulk, errors.Join(failed[0], failed[1], err)
}

// loadPostgres copies into tables without indexes, which are built afterwards as the schema has them.
func (e *engine) loadPostgres(ctx context.Context, list iter.Seq[*sessions.Session], start time.Time) (n loaded, err error) {
	rebuild, err := e.dropIndexes(ctx)
	if err != nil {
		return n, err
	}
	n, bulk, err := through(list,
		func(r io.Reader) error { return e.copyIn(ctx, r, "sessionkit_sessions", sqlstore.SessionColumns()) },
		func(r io.Reader) error { return e.copyIn(ctx, r, "sessionkit_terms", sqlstore.TermColumns()) })
	if err != nil {
		return n, err
	}
	n.copied = time.Since(start)
	if err := e.exec(ctx, rebuild...); err != nil {
		return n, err
	}
	if err := e.insert(ctx, "sessionkit_companies", sqlstore.CompanyColumns(), bulk.Companies()); err != nil {
		return n, err
	}
	return n, e.exec(ctx, "VACUUM ANALYZE sessionkit_sessions", "VACUUM ANALYZE sessionkit_terms", "ANALYZE sessionkit_companies", "CHECKPOINT")
}

// dropIndexes returns the statements that make them again.
func (e *engine) dropIndexes(ctx context.Context) (rebuild []string, err error) {
	rows, err := e.db.QueryContext(ctx, `SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname,
			'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid)
		FROM pg_constraint WHERE contype = 'p' AND conrelid IN ('sessionkit_sessions'::regclass, 'sessionkit_terms'::regclass)
		UNION ALL SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid)
		FROM pg_index WHERE NOT indisprimary AND indrelid IN ('sessionkit_sessions'::regclass, 'sessionkit_terms'::regclass)`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var drop []string
	for rows.Next() {
		var d, r string
		if err := rows.Scan(&d, &r); err != nil {
			return nil, err
		}
		drop, rebuild = append(drop, d), append(rebuild, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return rebuild, e.exec(ctx, drop...)
}

func (e *engine) copyIn(ctx context.Context, r io.Reader, table string, columns []string) error {
	conn, err := pgx.Connect(ctx, e.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	// A table that was emptied in the same transaction needs no log, and its rows need no VACUUM.
	if _, err := conn.Exec(ctx, "BEGIN; TRUNCATE "+table); err != nil {
		return err
	}
	if _, err := conn.PgConn().CopyFrom(ctx, r, "COPY "+table+" ("+strings.Join(columns, ", ")+") FROM STDIN (FREEZE)"); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "COMMIT")
	return err
}

func (e *engine) loadMariaDB(ctx context.Context, list iter.Seq[*sessions.Session]) (n loaded, err error) {
	n, bulk, err := through(list,
		func(r io.Reader) error { return e.loadData(ctx, r, "sessionkit_sessions", sqlstore.SessionColumns()) },
		func(r io.Reader) error { return e.loadData(ctx, r, "sessionkit_terms", sqlstore.TermColumns()) })
	if err != nil {
		return n, err
	}
	if err := e.insert(ctx, "sessionkit_companies", sqlstore.CompanyColumns(), bulk.Companies()); err != nil {
		return n, err
	}
	return n, e.exec(ctx, "ANALYZE TABLE sessionkit_sessions, sessionkit_terms, sessionkit_companies")
}

func (e *engine) loadData(ctx context.Context, r io.Reader, table string, columns []string) error {
	mysql.RegisterReaderHandler(table, func() io.Reader { return r })
	defer mysql.DeregisterReaderHandler(table)
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	for _, s := range []string{
		"SET unique_checks = 0",
		"LOAD DATA LOCAL INFILE 'Reader::" + table + "' INTO TABLE " + table + " CHARACTER SET utf8mb4 (" + strings.Join(columns, ", ") + ")",
		"SET unique_checks = 1",
	} {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// loadSQLite inserts many rows at a time in one transaction.
func (e *engine) loadSQLite(ctx context.Context, list iter.Seq[*sessions.Session]) (n loaded, err error) {
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return n, err
	}
	defer func() { _ = conn.Close() }()
	run := func(statement string) error { _, err := conn.ExecContext(ctx, statement); return err }
	if err := run("PRAGMA synchronous = OFF"); err != nil {
		return n, err
	}
	if err := run("PRAGMA journal_mode = OFF"); err != nil {
		return n, err
	}
	if err := run("BEGIN"); err != nil {
		return n, err
	}
	batched := func(table string, columns []string) (take sink, end func() error, err error) {
		const size = 100
		many, err := conn.PrepareContext(ctx, insertText(table, columns, size)) //nolint:sqlclosecheck // end closes it
		if err != nil {
			return nil, nil, err
		}
		args := make([]any, 0, size*len(columns))
		take = func(row []any) error {
			if args = append(args, row...); len(args) < cap(args) {
				return nil
			}
			_, err := many.ExecContext(ctx, args...)
			args = args[:0]
			return err
		}
		end = func() error {
			defer func() { _ = many.Close() }()
			if len(args) == 0 {
				return nil
			}
			_, err := conn.ExecContext(ctx, insertText(table, columns, len(args)/len(columns)), args...)
			return err
		}
		return take, end, nil
	}
	toSessions, endSessions, err := batched("sessionkit_sessions", sqlstore.SessionColumns())
	if err != nil {
		return n, err
	}
	toTerms, endTerms, err := batched("sessionkit_terms", sqlstore.TermColumns())
	if err != nil {
		return n, err
	}
	n, bulk, err := feed(list, toSessions, toTerms)
	if err = errors.Join(err, endSessions(), endTerms()); err != nil {
		return n, err
	}
	for _, row := range bulk.Companies() {
		if _, err := conn.ExecContext(ctx, insertText("sessionkit_companies", sqlstore.CompanyColumns(), 1), row...); err != nil {
			return n, err
		}
	}
	for _, s := range []string{"COMMIT", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "ANALYZE"} {
		if err := run(s); err != nil {
			return n, fmt.Errorf("%s: %w", s, err)
		}
	}
	return n, nil
}

// insert writes a few rows.
func (e *engine) insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	for _, row := range rows {
		text, err := e.dialect.ReplacePlaceholders(insertText(table, columns, 1))
		if err != nil {
			return err
		}
		if _, err := e.db.ExecContext(ctx, text, row...); err != nil {
			return err
		}
	}
	return nil
}

func insertText(table string, columns []string, rows int) string {
	row := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + row + strings.Repeat(", "+row, rows-1)
}
