package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// position is a place in the order of the list, as the tables store it.
type position struct {
	us int64
	id string
}

// newest comes before all sessions in the list.
var newest = position{us: math.MaxInt64}

// positionOf returns the position after which a list continues.
func positionOf(p store.Position) position {
	if p.IsZero() {
		return newest
	}
	us := p.CreatedAt.UnixMicro()
	if p.CreatedAt.Nanosecond()%1000 != 0 {
		// No session is between two microseconds: the list continues with all sessions of the
		// earlier one, whatever their IDs.
		return position{us: us + 1}
	}
	return position{us, p.ID}
}

// compare compares positions in the order of the list, as [store.Position.Compare] does.
func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(q.us, p.us), strings.Compare(q.id, p.id))
}

// after reports whether p comes after q in the list, that is, further back.
func (p position) after(q position) bool { return p.us < q.us || p.us == q.us && p.id < q.id }

// store returns the position as package store has it.
func (p position) store() store.Position {
	return store.Position{CreatedAt: time.UnixMicro(p.us).UTC(), ID: p.id}
}

// between adds a range to the arguments of a statement. The range begins after one position, and
// ends with another, which is included.
func between(after, floor position, args engine.Args) engine.Args {
	args["after_us"], args["after_id"] = after.us, after.id
	args["floor_us"], args["floor_id"] = floor.us, floor.id
	return args
}

// selection is a [store.Selection] in the terms of statements.
type selection struct {
	company   string
	filter    filter.Filter // without the parts in pos and low
	condition engine.Part   // the filter on sessionkit_sessions s, always with the company
	distrusts bool          // condition selects more than filter, which decides for each row
	pos       position      // the selection is what comes after it
	low       int64         // no session of the selection was created earlier
	end       bool          // nothing is left
}

// compile turns the range of creation times and the position into bounds of the read, and the rest
// of the filter into a condition.
func (b *Backend) compile(sel store.Selection) (selection, error) {
	if err := sel.Filter.Err(); err != nil {
		return selection{}, err
	}
	s := selection{company: sel.Company, filter: sel.Filter.Without(sessions.FieldsOf(sessions.FieldCreatedAt)), pos: positionOf(sel.After), low: math.MinInt64}
	from, to := sel.Filter.Range()
	if !from.IsZero() {
		s.low = segment.Micros(from)
	}
	if !to.IsZero() {
		// A position without an ID comes after all sessions of its microsecond and of later ones,
		// which are outside of the range.
		if end := (position{us: segment.Micros(to)}); end.us < s.pos.us || end.us == s.pos.us && s.pos.id != "" {
			s.pos = end
		}
	}
	s.end = s.low > s.pos.us
	for _, part := range s.filter.Parts() {
		c, ok := part.Root().(*filter.Criterion)
		if !ok {
			continue
		}
		query, _ := c.Search()
		// A search for nothing selects nothing, whatever the other parts are.
		s.end = s.end || query.Nothing()
	}
	var err error
	s.condition.Text, s.condition.Args, err = filter.SQL(s.company, s.filter, b.dialect, b.engine.Columns).ToSql()
	return s, err
}

// newest returns the latest instant at which a session of the selection may have been created.
func (sel *selection) newest() int64 {
	if sel.pos.id == "" {
		return sel.pos.us - 1
	}
	return sel.pos.us
}

// List implements [store.Backend].
func (b *Backend) List(ctx context.Context, sel store.Selection) (batch store.Batch, err error) {
	ctx, w := b.watch(ctx, "list", sel.Company)
	defer w.End(&err)
	if err := b.ready(ctx, sel.Company); err != nil {
		return store.Batch{}, err
	}
	err = again(ctx, func() (err error) {
		batch, err = b.list(ctx, sel)
		return err
	})
	w.Returned(len(batch.Sessions))
	w.Partial(!batch.Reached.IsZero() && len(batch.Sessions) < sel.Limit)
	return batch, err
}

// list is List without its checks and retries.
func (b *Backend) list(ctx context.Context, sel store.Selection) (batch store.Batch, err error) {
	s, err := b.compile(sel)
	if err != nil {
		return store.Batch{}, err
	}
	limit := sel.Limit
	if sel.Budget > 0 {
		limit = min(limit, sel.Budget)
	}
	var reached position
	end := false
	take := func(s *sessions.Session) error { //nolint:unparam // it is what a search calls
		batch.Sessions = append(batch.Sessions, s)
		return nil
	}
	err = b.inSnapshot(ctx, "list", func(c conn) error {
		r, err := c.search(ctx, &s, sel.Budget)
		if err != nil {
			return err
		}
		batch.AsOf, batch.Rekeying = r.watermark(sel.Company), s.distrusts
		// Read one session more than is returned: it shows that there are others.
		if s.filter.IsZero() {
			end, err = c.page(ctx, &s, limit+1, take)
		} else {
			reached, end, err = r.run(ctx, limit+1, take)
		}
		return err
	})
	if err != nil {
		return store.Batch{}, err
	}
	switch {
	case len(batch.Sessions) > limit, len(batch.Sessions) == limit && !end:
		batch.Sessions = batch.Sessions[:limit]
		batch.Reached = store.PositionOf(batch.Sessions[limit-1])
	case !end:
		batch.Reached = reached.store()
	}
	return batch, nil
}

// inSnapshot calls do within a transaction that reads one state of the database.
func (b *Backend) inSnapshot(ctx context.Context, op string, do func(conn) error) error {
	return b.pool.Use(ctx, op, func(q session) error {
		tx, err := q.BeginTx(ctx, &sql.TxOptions{Isolation: b.engine.SnapshotIsolation, ReadOnly: true})
		if err != nil {
			return failed(ctx, op, err)
		}
		// The transaction has written nothing, so there is nothing to commit.
		defer func() { _ = tx.Rollback() }()
		c := b.on(tx, op)
		c.cache = b.cache
		if err = do(c); err != nil {
			// After an error PostgreSQL refuses all further statements of a transaction, so end it
			// before explain sends one.
			_ = tx.Rollback()
			// Rows may show that what is cached is wrong.
			if b.cache != nil && errors.Is(err, ErrDamaged) {
				b.cache.clear()
			}
			return b.on(q, op).explain(ctx, err)
		}
		return nil
	})
}

// page calls each with the next n sessions of a selection whose filter is only a range. end reports
// whether there are no others.
func (c conn) page(ctx context.Context, sel *selection, n int, each func(*sessions.Session) error) (end bool, err error) {
	if sel.end {
		return true, nil
	}
	args := between(sel.pos, position{us: sel.low}, engine.Args{"company": sel.company, "condition": sel.condition, "limit": n})
	list, err := c.found(ctx, c.engine.Page, args, sel.company)
	if err != nil {
		return false, err
	}
	for _, f := range list {
		if err := each(f.session); err != nil {
			return false, err
		}
	}
	return len(list) < n, nil
}
