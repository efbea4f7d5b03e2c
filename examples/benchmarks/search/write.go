package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// inserted compares inserting with the Backend and inserting the same rows into a table that has
// only its list index.
type inserted struct {
	rows, batch  int
	ours, barely time.Duration
}

// plainTable is the table that has only its list index.
const plainTable = "benchmark_plain"

// insertion measures both in turn, batch by batch, and removes the rows that it wrote.
func (e *engine) insertion(ctx context.Context, rows, batch int) (n inserted, err error) {
	// The names of real companies begin otherwise.
	own := "~" + strconv.FormatInt(time.Now().UnixNano(), 36)
	list, err := generate.Sessions(generate.Options{N: rows, Seed: 9, Companies: []generate.Company{{Key: own, Weight: 1}}})
	if err != nil {
		return n, err
	}
	if err := e.createPlain(ctx); err != nil {
		return n, err
	}
	defer func() {
		clean := context.WithoutCancel(ctx)
		_ = e.exec(clean, "DROP TABLE "+plainTable)
		e.forget(clean, own)
	}()
	b := sqlstore.New(e.db, e.dialect)
	n = inserted{rows: rows, batch: batch}
	for part := range slices.Chunk(slices.Collect(list), batch) {
		var bulk sqlstore.Bulk
		values := [][]any{}
		for _, s := range part {
			row, err := bulk.Add(s)
			if err != nil {
				return n, err
			}
			values = append(values, row)
		}
		start := time.Now()
		if err := e.insertPlain(ctx, values); err != nil {
			return n, err
		}
		n.barely += time.Since(start)
		start = time.Now()
		if err := b.Insert(ctx, part...); err != nil {
			return n, err
		}
		n.ours += time.Since(start)
	}
	return n, nil
}

// createPlain makes the table that has only its list index.
func (e *engine) createPlain(ctx context.Context) error {
	create := []string{
		"CREATE TABLE " + plainTable + " AS SELECT * FROM sessionkit_sessions WHERE 1 = 0",
		"CREATE UNIQUE INDEX " + plainTable + "_list ON " + plainTable + " (company, created_us, id)",
	}
	if e.is(sqlstore.MariaDB) {
		create = []string{
			"CREATE TABLE " + plainTable + " LIKE sessionkit_sessions",
			"ALTER TABLE " + plainTable + " DROP INDEX sessionkit_sessions_id, DROP INDEX sessionkit_sessions_changes",
		}
	}
	return e.exec(ctx, append([]string{"DROP TABLE IF EXISTS " + plainTable}, create...)...)
}

// forget removes a company that was made for a measurement.
func (e *engine) forget(ctx context.Context, company string) {
	for _, table := range []string{"blocks", "segments", "sessions", "companies"} {
		text, _ := e.dialect.ReplacePlaceholders("DELETE FROM sessionkit_" + table + " WHERE company = ?")
		_, _ = e.db.ExecContext(ctx, text, company)
	}
}

// insertPlain writes rows in one transaction, with as many rows in a statement as the Backend has.
func (e *engine) insertPlain(ctx context.Context, rows [][]any) error {
	tx, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for part := range slices.Chunk(rows, 256) {
		text, err := e.dialect.ReplacePlaceholders(insertText(plainTable, sqlstore.SessionColumns(), len(part)))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, text, slices.Concat(part...)...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// churn inserts pending sessions and decides them a second later, until its context ends. It makes
// perSecond writes in all, each in its own transaction, on one connection beside those that read.
type churn struct {
	writes, late int // late: begun more than a second after its time
	took         times
	lasted       time.Duration
	err          error
}

// churn writes until ctx ends, and returns the measurements.
func (e *engine) churn(ctx context.Context, perSecond int, o generate.Options) *churn {
	c := &churn{}
	// The sessions are newer than all stored ones.
	o.From, o.To, o.N = o.To, o.To.Add(1000*time.Hour), 10_000_000
	list, err := generate.Sessions(o)
	if err != nil {
		c.err = err
		return c
	}
	b := sqlstore.New(e.db, e.dialect)
	start := time.Now()
	defer func() { c.lasted = time.Since(start) }()
	write := func(do func() error) bool {
		// Each write has a due time, so that a slow one does not delay the schedule.
		due := start.Add(time.Duration(c.writes) * time.Second / time.Duration(perSecond))
		if wait := time.Until(due); wait > 0 {
			select {
			case <-ctx.Done():
				return false
			case <-time.After(wait):
			}
		} else if wait < -time.Second {
			c.late++
		}
		begin := time.Now()
		if err := do(); err != nil {
			if ctx.Err() == nil {
				c.err = fmt.Errorf("churn: %w", err)
			}
			return false
		}
		c.took = append(c.took, time.Since(begin))
		c.writes++
		return true
	}
	var waiting []*sessions.Session
	for s := range list {
		pending := s.Clone()
		pending.Status, pending.Reasons, pending.Match = sessions.Pending, nil, sessions.Match{}
		pending.DecidedAt, pending.CompletedAt = time.Time{}, time.Time{}
		if !write(func() error { return b.Insert(ctx, pending) }) {
			break
		}
		waiting = append(waiting, s)
		if len(waiting) > max(1, perSecond/2) {
			decided := waiting[0]
			waiting = waiting[1:]
			decided.Revision = 1
			if !write(func() error { return b.Update(ctx, decided) }) {
				break
			}
		}
	}
	return c
}
