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
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// Stream implements [store.Streamer]. Without words or rare values to go by it is one statement,
// which reads the fields of the selection only; else the walk of a list in one read-only
// transaction.
func (b *Backend) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	const op = "stream"
	if err := b.ready(ctx, sel.Company); err != nil {
		return err
	}
	return b.pool.use(ctx, op, func(q session) error { return b.stream(ctx, q, op, sel, each) })
}

func (b *Backend) stream(ctx context.Context, q session, op string, sel store.Selection, each func(*sessions.Session) error) error {
	sel.Budget = 0
	w, err := b.newWalk(b.on(q, op), sel)
	if err != nil || w.end {
		return err
	}
	tx, err := q.BeginTx(ctx, &sql.TxOptions{Isolation: b.engine.SnapshotIsolation, ReadOnly: true})
	if err != nil {
		return failed(ctx, op, err)
	}
	// It has written nothing: there is nothing to commit.
	defer func() { _ = tx.Rollback() }()
	w.conn = b.on(tx, op)
	if _, err := w.begin(ctx); err != nil {
		_ = tx.Rollback() // the database may have no other connection
		return b.on(q, op).explain(ctx, err)
	}
	switch {
	case w.end:
		return nil
	case len(w.drivers) == 0:
		return w.stream(ctx, &w.selection, sel.Fields, each)
	}
	w.want, w.each = math.MaxInt, each
	return w.run(ctx)
}

// stream reads a selection in one statement, in a transaction of its own. Rows come packed; from
// the first one on that cannot be taken apart they come column by column.
func (c conn) stream(ctx context.Context, sel *selection, fields sessions.Fields, each func(*sessions.Session) error) error {
	if c.engine.SetSnapshot != "" {
		if err := c.exec(ctx, c.engine.SetSnapshot, nil); err != nil {
			return err
		}
	}
	// An export looks at half of the columns: the others need not be packed, sent and taken apart.
	columns := readable
	if fields != 0 {
		columns = row.Of(fields)
	}
	if err := c.streamPacked(ctx, sel, columns, each); !errors.Is(err, errSeparator) {
		return err
	}
	// Behind the last session that was handed over, in the same snapshot: none is skipped, and none
	// comes twice.
	selected := engine.Selected("s", readable)
	return c.sessions(ctx, c.engine.Stream, sel.rest(selected), sel.company, func(s *sessions.Session, _ int64) error { return each(s) })
}

// rest returns the arguments of a statement that selects what is left of a selection.
func (sel *selection) rest(selected string) engine.Args {
	return between(sel.pos, position{us: sel.low}, engine.Args{"condition": sel.condition, "selected": engine.Part{Text: selected}})
}

// errSeparator says that a text contains the separator of packed rows. The selection is left before
// that row.
var errSeparator = errors.New("sqlstore: a text contains a separator")

// packedBatch is how many rows are handed over at once.
const packedBatch = 256

// streamPacked reads rows that come as one text each, a tenth of the allocations, while a second
// goroutine fetches the next ones. That ends before it returns.
func (c conn) streamPacked(ctx context.Context, sel *selection, columns row.Columns, each func(*sessions.Session) error) error {
	ctx, cancel := context.WithCancel(ctx)
	// Two batches wait while a third is used and a fourth is filled: enough to keep both sides busy,
	// and some hundred kilobytes.
	batches := make(chan []string, 2)
	// The goroutine sends until the context ends, and then closes the channel: that it did is what
	// says that it is gone. A callback that panics must not leave it behind either.
	defer func() {
		cancel()
		for range batches {
		}
	}()
	var fetched error       // of the goroutine, to be read once batches is closed
	var ignored atomic.Bool // the rows that are left
	args := sel.rest(c.engine.Packed("s", columns))
	go func() {
		defer close(batches)
		fetched = c.fetchPacked(ctx, args, batches, &ignored)
	}()
	r := row.NewReader(columns)
	var s sessions.Session
	for batch := range batches {
		for _, packed := range batch {
			if !r.Unpack(packed) {
				// The transaction goes on, and drivers end one whose statement is cancelled: this
				// one must come to its end.
				ignored.Store(true)
				for range batches {
				}
				return cmp.Or(fetched, errSeparator)
			}
			if _, err := r.Session(sel.company, &s); err != nil {
				return err
			}
			// Before the callback has it: the session is lent, and may be changed.
			sel.pos = position{s.CreatedAt.UnixMicro(), s.ID}
			if err := each(&s); err != nil {
				return err
			}
		}
	}
	return fetched
}

// fetchPacked sends the rows of a stream in batches, until there are no more, they are ignored or
// the context ends.
func (c conn) fetchPacked(ctx context.Context, args engine.Args, batches chan<- []string, ignored *atomic.Bool) error {
	var batch []string
	send := func() error {
		select {
		case batches <- batch:
			batch = make([]string, 0, packedBatch) // the other goroutine has the last one
			return nil
		case <-ctx.Done():
			return failed(ctx, c.op, ctx.Err())
		}
	}
	// One destination for all rows: a scan of a string costs its copy and nothing else.
	var packed string
	dest := []any{&packed}
	err := c.rows(ctx, c.engine.Stream, args, func(rows *sql.Rows) error {
		if ignored.Load() {
			return nil
		}
		if err := rows.Scan(dest...); err != nil {
			return failed(ctx, c.op, err)
		}
		if batch = append(batch, packed); len(batch) < packedBatch {
			return nil
		}
		return send()
	})
	if err != nil {
		return err
	}
	return send() // what is left, possibly nothing
}
