package sqlstore

import (
	"context"
	"database/sql"
	"math"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// Stream implements [store.Streamer]. Without words or rare values to go by it is one statement; else the walk of a list
// in one read-only transaction.
func (b *Backend) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	const op = "stream"
	if err := b.ready(ctx, sel.Company); err != nil {
		return err
	}
	sel.Budget = 0
	w, err := b.newWalk(b.db, op, sel)
	if err != nil || w.end {
		return err
	}
	if len(w.drivers) == 0 {
		st := b.statement().add("SELECT ").columns("s")
		w.from(st, position{us: w.low}, w.cond, w.condArgs...)
		st.add(" ORDER BY s.created_us DESC, s.id DESC")
		return st.each(ctx, b.db, op, sel.Company, func(s *sessions.Session, _ int64) error { return each(s) })
	}
	tx, err := b.db.BeginTx(ctx, &sql.TxOptions{Isolation: b.grammar.snapshot, ReadOnly: true})
	if err != nil {
		return failed(ctx, op, err)
	}
	defer func() { _ = tx.Rollback() }()
	w.q, w.want, w.each = tx, math.MaxInt, each
	return w.run(ctx)
}
