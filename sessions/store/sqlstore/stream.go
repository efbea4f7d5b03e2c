package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"sync/atomic"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// Stream implements [store.Streamer]. Without words or rare values to go by it is one statement, which reads the fields of the
// selection only; else the walk of a list in one read-only transaction.
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
	w.want, w.each = math.MaxInt, each
	tx, err := b.db.BeginTx(ctx, &sql.TxOptions{Isolation: b.grammar.snapshot, ReadOnly: true})
	if err != nil {
		return failed(ctx, op, err)
	}
	defer func() { _ = tx.Rollback() }()
	w.q = tx
	if len(w.drivers) > 0 {
		if _, err := w.begin(ctx); err != nil {
			return err
		}
		return w.run(ctx)
	}
	columns := readable
	if sel.Fields != 0 {
		columns = row.Of(sel.Fields)
	}
	if err := w.streamPacked(ctx, columns); !errors.Is(err, errSeparator) {
		return err
	}
	return w.stream(ctx)
}

// stream reads what is left in one statement.
func (w *walk) stream(ctx context.Context) error {
	st := w.whole(w.b.statement().add("SELECT ").columns("s", readable))
	return st.each(ctx, w.q, w.op, w.company, func(s *sessions.Session, _ int64) error { return w.each(s) })
}

// whole completes a statement that reads what is left, in order.
func (w *walk) whole(st *statement) *statement {
	w.from(st, position{us: w.low}, w.cond, w.condArgs...)
	return st.add(byPosition)
}

// packedWhole is whole with packed rows. PostgreSQL would sort those rather than read the index, for it does not know how long they
// are, unless a subquery sorts the rows that they are made of.
func (w *walk) packedWhole(columns row.Columns) *statement {
	st := w.b.statement().add("SELECT ").packed("s", columns)
	if !w.b.grammar.lateral {
		return w.whole(st)
	}
	return w.whole(st.add(" FROM (SELECT ").columns("s", columns)).add(" OFFSET 0) s" + byPosition)
}

// errSeparator says that a text contains the separator of packed rows. The walk stands before that row.
var errSeparator = errors.New("sqlstore: a text contains a separator")

// packedBatch is how many rows are handed over at once.
const packedBatch = 256

// streamPacked does what stream does with rows that come as one text each, a tenth of the allocations, while a second
// goroutine fetches the next ones. That ends before it returns.
func (w *walk) streamPacked(ctx context.Context, columns row.Columns) error {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan []string, 2)
	defer func() { // also after a panic of the callback
		cancel()
		for range batches {
		}
	}()
	var fetched error // once batches is closed
	var ignored atomic.Bool
	go func() {
		defer close(batches)
		var batch []string
		send := func() error {
			select {
			case batches <- batch:
				batch = make([]string, 0, packedBatch)
				return nil
			case <-ctx.Done():
				return failed(ctx, w.op, ctx.Err())
			}
		}
		var packed string
		dest := []any{&packed}
		fetched = w.packedWhole(columns).rows(ctx, w.q, w.op, func(rows *sql.Rows) error {
			if ignored.Load() {
				return nil
			}
			if err := rows.Scan(dest...); err != nil {
				return failed(ctx, w.op, err)
			}
			if batch = append(batch, packed); len(batch) < packedBatch {
				return nil
			}
			return send()
		})
		if fetched == nil {
			fetched = send()
		}
	}()
	r := row.NewReader(columns)
	var s sessions.Session
	for batch := range batches {
		for _, packed := range batch {
			if !r.Unpack(packed) {
				// The transaction goes on: the statement must come to its end, and not be cancelled.
				ignored.Store(true)
				for range batches {
				}
				return cmp.Or(fetched, errSeparator)
			}
			if _, err := r.Session(w.company, &s); err != nil {
				return err
			}
			w.pos = position{s.CreatedAt.UnixMicro(), s.ID}
			if err := w.each(&s); err != nil {
				return err
			}
		}
	}
	return fetched
}
