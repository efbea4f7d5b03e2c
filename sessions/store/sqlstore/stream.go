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

// Stream implements [store.Streamer]. A selection of few sessions is read from the segments, like a
// list. Any other selection is read by one statement, which reads only the fields of the selection.
func (b *Backend) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) (err error) {
	ctx, w := b.watch(ctx, "stream", sel.Company)
	defer w.End(&err)
	if err := b.ready(ctx, sel.Company); err != nil {
		return err
	}
	began := false
	read := func() error {
		return b.stream(ctx, sel, func(s *sessions.Session) error {
			began = true
			w.Returned(1)
			return each(s)
		})
	}
	// A stream that has yielded a session cannot be repeated.
	if err = read(); !began && isRolledBack(ctx, err) {
		err = read()
	}
	return err
}

// stream is Stream without its checks and retries.
func (b *Backend) stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	s, err := b.compile(sel)
	if err != nil || s.end {
		return err
	}
	return b.inSnapshot(ctx, "stream", func(c conn) error {
		r, err := c.search(ctx, &s, 0)
		if err != nil {
			return err
		}
		if !s.filter.IsZero() {
			if few, err := r.isFew(ctx); err != nil {
				return err
			} else if few {
				_, _, err := r.run(ctx, math.MaxInt, each)
				return err
			}
		}
		return c.stream(ctx, &s, sel.Fields, each)
	})
}

const (
	longTailChanges = 10_000 // a longer tail is not read in parts
	// manyDivisor divides the number of all sessions: that part of them is many. Looking each of
	// them up takes longer than reading all.
	manyDivisor = 8
)

// isFew reports whether the selection has few sessions, by the newest segments, which it asks.
func (r *search) isFew(ctx context.Context) (bool, error) {
	if r.seq-r.packed > longTailChanges {
		return false, nil
	}
	if len(r.unread) > 0 {
		if err := r.ask(ctx, math.MaxInt); err != nil {
			return false, err
		}
	}
	return r.hits*manyDivisor < r.sessions || r.sessions == 0, nil
}

// stream reads a selection with one statement, in a transaction of its own. Rows come packed. From
// the first row on that cannot be unpacked, they come column by column.
func (c conn) stream(ctx context.Context, sel *selection, fields sessions.Fields, each func(*sessions.Session) error) error {
	if c.engine.SetSnapshot != "" {
		if err := c.exec(ctx, c.engine.SetSnapshot, nil); err != nil {
			return err
		}
	}
	// An export needs half of the columns: do not pack, send and unpack the others.
	columns := readable
	if fields != 0 {
		// Comparing in Go needs the fields of the filter, too.
		if sel.distrusts {
			fields = fields.Union(sel.filter.Fields())
		}
		columns = row.Of(fields)
	}
	if err := c.streamPacked(ctx, sel, columns, each); !errors.Is(err, errSeparator) {
		return err
	}
	// Continue after the last session that was handed over, in the same snapshot: no session is
	// skipped, and none comes twice.
	selected := engine.Selected("s", readable)
	return c.sessions(ctx, c.engine.Stream, sel.rest(selected), sel.company, func(s *sessions.Session, _ int64) error {
		if !sel.has(s) {
			return nil
		}
		return each(s)
	})
}

// rest returns the arguments of a statement that selects the rest of a selection.
func (sel *selection) rest(selected string) engine.Args {
	return between(sel.pos, position{us: sel.low}, engine.Args{"condition": sel.condition, "selected": engine.Part{Text: selected}})
}

// errSeparator says that a text contains the separator of packed rows. The position of the
// selection is before that row.
var errSeparator = errors.New("sqlstore: a text contains a separator")

// Rows are handed over in batches of a number of bytes, and several batches wait. With fewer, each
// side waits for the other more often, which takes a twentieth of the processor time of a stream of
// a million sessions. Batches are measured in bytes, since one row may be a thousand times as long
// as another.
const (
	packedBatchBytes = 256 << 10
	batchesAhead     = 6
)

// streamPacked reads rows that come as one text each, which takes a tenth of the allocations, while
// a second goroutine fetches the next ones. That goroutine ends before streamPacked returns.
func (c conn) streamPacked(ctx context.Context, sel *selection, columns row.Columns, each func(*sessions.Session) error) error {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan []string, batchesAhead)
	// The goroutine sends until the context ends, and then closes the channel: so this waits for
	// its end, even if the callback panics.
	defer func() {
		cancel()
		for range batches {
		}
	}()
	var fetched error       // by the goroutine; read it only after batches is closed
	var ignored atomic.Bool // the remaining rows
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
				// The transaction has to continue, and drivers end a transaction whose statement is
				// cancelled. So let this statement come to its end.
				ignored.Store(true)
				for range batches {
				}
				return cmp.Or(fetched, errSeparator)
			}
			if _, err := r.Session(sel.company, &s); err != nil {
				return err
			}
			// Before the callback, which may change the session.
			sel.pos = position{s.CreatedAt.UnixMicro(), s.ID}
			if !sel.has(&s) {
				continue
			}
			if err := each(&s); err != nil {
				return err
			}
		}
	}
	return fetched
}

// fetchPacked sends the rows of a stream in batches, until there are no more, the rest is ignored,
// or the context ends.
func (c conn) fetchPacked(ctx context.Context, args engine.Args, batches chan<- []string, ignored *atomic.Bool) error {
	var batch []string
	size := 0
	send := func() error {
		select {
		case batches <- batch:
			batch, size = make([]string, 0, len(batch)), 0 // the other goroutine has the old batch
			return nil
		case <-ctx.Done():
			return failed(ctx, c.op, ctx.Err())
		}
	}
	// One destination for all rows: a scan of a string then only allocates the copy.
	var packed string
	dest := []any{&packed}
	err := c.rows(ctx, c.engine.Stream, args, func(rows *sql.Rows) error {
		if ignored.Load() {
			return nil
		}
		if err := rows.Scan(dest...); err != nil {
			return failed(ctx, c.op, err)
		}
		batch = append(batch, packed)
		if size += len(packed); size < packedBatchBytes {
			return nil
		}
		return send()
	})
	if err != nil {
		return err
	}
	return send() // the rest, which may be empty
}
