package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// naiveText returns the statement that most people write first, and its arguments: every word
// anywhere in one of the four columns, newest first. Its results differ from those of Search: it
// also finds words in the middle of others, and nothing in another script.
func (e *engine) naiveText(k keystroke, limit time.Duration) (string, []any) {
	like := map[string]string{}
	columns := []string{"first_name", "last_name", "personal_number", "document_number"}
	for _, c := range columns {
		switch e.dialect {
		case sqlstore.Postgres:
			like[c] = c + " ILIKE ?"
		case sqlstore.MariaDB:
			like[c] = "CONVERT(" + c + " USING utf8mb4) COLLATE utf8mb4_general_ci LIKE ?"
		default:
			like[c] = c + ` LIKE ? ESCAPE '\'`
		}
	}
	var b strings.Builder
	if e.is(sqlstore.MariaDB) {
		fmt.Fprintf(&b, "SET STATEMENT max_statement_time = %g FOR ", limit.Seconds())
	}
	b.WriteString("SELECT id, created_us, first_name, last_name, status, document_type, liveness, selfie, extra FROM sessionkit_sessions WHERE company = ?")
	args := []any{k.company}
	for word := range strings.FieldsSeq(k.typed) {
		word = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word) + "%"
		for i, c := range columns {
			if i == 0 {
				b.WriteString(" AND (")
			} else {
				b.WriteString(" OR ")
			}
			b.WriteString(like[c])
			args = append(args, word)
		}
		b.WriteString(")")
	}
	fmt.Fprintf(&b, " ORDER BY created_us DESC, id DESC LIMIT %d", pageSessions)
	return b.String(), args
}

// naive asks for the first page of searches without filters in the naive way. A query that takes
// longer than limit is stopped.
func (e *engine) naive(ctx context.Context, list []keystroke, limit time.Duration) ([]sample, error) {
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if e.is(sqlstore.Postgres) {
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("SET statement_timeout = %d", limit.Milliseconds())); err != nil {
			return nil, err
		}
		defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "RESET statement_timeout") }()
	}
	var samples []sample
	for _, k := range list {
		text, args := e.naiveText(k, limit)
		if text, err = e.dialect.ReplacePlaceholders(text); err != nil {
			return nil, err
		}
		s := sample{keystroke: k}
		start := time.Now()
		s.rows, err = func() (n int, err error) {
			query := ctx
			if e.is(sqlstore.SQLite) { // SQLite has no limit of its own
				var cancel context.CancelFunc
				query, cancel = context.WithTimeout(ctx, limit)
				defer cancel()
			}
			rows, err := conn.QueryContext(query, text, args...)
			if err != nil {
				return 0, err
			}
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				n++
			}
			return n, rows.Err()
		}()
		s.took = time.Since(start)
		if err != nil {
			// An error long before the limit is not the limit's.
			if s.took < limit*9/10 || ctx.Err() != nil {
				return nil, errors.Join(ctx.Err(), err)
			}
			s.stopped = true
		}
		samples = append(samples, s)
	}
	return samples, nil
}

// plain returns the keystrokes without filters, which the naive form is compared with.
func plain(list []keystroke) []keystroke {
	var part []keystroke
	for _, k := range list {
		if k.typed != "" && k.filter.IsZero() {
			part = append(part, k)
		}
	}
	return part
}

// trigram builds the index that is usually recommended. drop removes it.
func (e *engine) trigram(ctx context.Context) (bytes int64, took time.Duration, drop func() error, err error) {
	start := time.Now()
	drop = func() error { return e.exec(ctx, "DROP INDEX IF EXISTS benchmark_trigram") }
	err = e.exec(ctx, "CREATE EXTENSION IF NOT EXISTS pg_trgm", "DROP INDEX IF EXISTS benchmark_trigram",
		`CREATE INDEX benchmark_trigram ON sessionkit_sessions USING gin
			(first_name gin_trgm_ops, last_name gin_trgm_ops, personal_number gin_trgm_ops, document_number gin_trgm_ops)`)
	if err == nil {
		err = e.db.QueryRowContext(ctx, "SELECT pg_relation_size('benchmark_trigram')").Scan(&bytes)
	}
	return bytes, time.Since(start), drop, err
}
