package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"

	engines "github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// loaded has the times of a load.
type loaded struct {
	rows int
	// The times until the rows were copied, until indexes and statistics were made too, and until
	// everything was packed.
	copied, indexed, ended time.Duration
}

// load fills empty tables.
func (e *engine) load(ctx context.Context, list iter.Seq[*sessions.Session]) (loaded, error) {
	start := time.Now()
	if err := sqlstore.Migrate(ctx, e.db, e.dialect); err != nil {
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
	if n.indexed = time.Since(start); n.copied == 0 {
		n.copied = n.indexed
	}
	if err != nil {
		return n, err
	}
	companies, err := e.companies(ctx)
	if err != nil {
		return n, err
	}
	b := sqlstore.New(e.db, e.dialect)
	for _, c := range companies {
		if err := b.Maintain(ctx, c.key); err != nil {
			return n, err
		}
	}
	if e.is(sqlstore.Postgres) {
		err = e.exec(ctx, "VACUUM ANALYZE sessionkit_blocks", "VACUUM ANALYZE sessionkit_segments", "VACUUM ANALYZE sessionkit_companies", "CHECKPOINT")
	}
	n.ended = time.Since(start)
	return n, err
}

// sink takes the rows of a table.
type sink func(row []any) error

// feed passes the rows of the sessions to a sink.
func feed(list iter.Seq[*sessions.Session], to sink) (n loaded, bulk *sqlstore.Bulk, err error) {
	bulk = new(sqlstore.Bulk)
	for s := range list {
		row, err := bulk.Add(s)
		if err != nil {
			return n, bulk, err
		}
		if err := to(row); err != nil {
			return n, bulk, err
		}
		n.rows++
	}
	return n, bulk, nil
}

// tabbed writes rows in the default form of COPY and LOAD DATA.
type tabbed struct {
	w    *bufio.Writer
	pipe *io.PipeWriter
	line []byte
}

// newTabbed returns a writer, and the reader of its rows.
func newTabbed() (*tabbed, *io.PipeReader) {
	r, w := io.Pipe()
	return &tabbed{w: bufio.NewWriterSize(w, 1<<20), pipe: w}, r
}

// row writes a row.
func (t *tabbed) row(row []any) error {
	t.line = engines.AppendRow(t.line[:0], row)
	_, err := t.w.Write(t.line)
	return err
}

// end ends the rows, with an error if there was one.
func (t *tabbed) end(err error) {
	if err == nil {
		err = t.w.Flush()
	}
	_ = t.pipe.CloseWithError(err) // without an error it is the end of the file
}

// through passes the rows through a reader to store, which reads them at the same time.
func through(list iter.Seq[*sessions.Session], store func(io.Reader) error) (loaded, *sqlstore.Bulk, error) {
	rows, out := newTabbed()
	var failed error
	var wait sync.WaitGroup
	// If store fails, the writer must not wait for a reader for ever.
	wait.Go(func() {
		failed = store(out)
		_ = out.CloseWithError(errors.Join(failed, io.ErrClosedPipe))
	})
	n, bulk, err := feed(list, rows.row)
	rows.end(err)
	wait.Wait()
	return n, bulk, errors.Join(failed, err)
}

// loadPostgres copies into a table without indexes, and then builds the indexes of the schema.
func (e *engine) loadPostgres(ctx context.Context, list iter.Seq[*sessions.Session], start time.Time) (n loaded, err error) {
	rebuild, err := e.dropIndexes(ctx)
	if err != nil {
		return n, err
	}
	n, bulk, err := through(list, func(r io.Reader) error { return e.copyIn(ctx, r, "sessionkit_sessions", sqlstore.SessionColumns()) })
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
	return n, e.exec(ctx, "VACUUM ANALYZE sessionkit_sessions", "ANALYZE sessionkit_companies", "CHECKPOINT")
}

// dropIndexes drops the indexes and returns the statements that build them again.
func (e *engine) dropIndexes(ctx context.Context) (rebuild []string, err error) {
	rows, err := e.db.QueryContext(ctx, `SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname,
			'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid)
		FROM pg_constraint WHERE contype = 'p' AND conrelid IN ('sessionkit_sessions'::regclass)
		UNION ALL SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid)
		FROM pg_index WHERE NOT indisprimary AND indrelid IN ('sessionkit_sessions'::regclass)`)
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

// copyIn copies rows into a table, which it empties first.
func (e *engine) copyIn(ctx context.Context, r io.Reader, table string, columns []string) error {
	conn, err := pgx.Connect(ctx, e.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	// A table that was emptied in the same transaction needs no log, and FREEZE spares its rows a
	// VACUUM.
	if _, err := conn.Exec(ctx, "BEGIN; TRUNCATE "+table); err != nil {
		return err
	}
	if _, err := conn.PgConn().CopyFrom(ctx, r, "COPY "+table+" ("+strings.Join(columns, ", ")+") FROM STDIN (FREEZE)"); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "COMMIT")
	return err
}

// loadMariaDB loads the rows with LOAD DATA.
func (e *engine) loadMariaDB(ctx context.Context, list iter.Seq[*sessions.Session]) (n loaded, err error) {
	n, bulk, err := through(list, func(r io.Reader) error { return e.loadData(ctx, r, "sessionkit_sessions", sqlstore.SessionColumns()) })
	if err != nil {
		return n, err
	}
	if err := e.insert(ctx, "sessionkit_companies", sqlstore.CompanyColumns(), bulk.Companies()); err != nil {
		return n, err
	}
	return n, e.exec(ctx, "ANALYZE TABLE sessionkit_sessions, sessionkit_companies")
}

// loadData loads the rows of a reader into a table.
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
	// Without a journal a failed load leaves a broken file, which can be made again.
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
		const batchRows = 100
		many, err := conn.PrepareContext(ctx, insertText(table, columns, batchRows)) //nolint:sqlclosecheck // end closes it
		if err != nil {
			return nil, nil, err
		}
		args := make([]any, 0, batchRows*len(columns))
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
	n, bulk, err := feed(list, toSessions)
	if err = errors.Join(err, endSessions()); err != nil {
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

// insertText returns the statement that inserts a number of rows.
func insertText(table string, columns []string, rows int) string {
	row := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + row + strings.Repeat(", "+row, rows-1)
}
