package sqlstore

import (
	"context"
	"math"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// position is a place in the order of the list, as the tables hold it.
type position struct {
	us int64
	id string
}

// newest is before all sessions.
var newest = position{us: math.MaxInt64}

// positionOf returns the place after which a list goes on.
func positionOf(p store.Position) position {
	if p.IsZero() {
		return newest
	}
	us := p.CreatedAt.UnixMicro()
	if p.CreatedAt.Nanosecond()%1000 != 0 {
		// Between two microseconds, where no session is: behind all of the later one, whatever
		// their IDs.
		return position{us: us + 1}
	}
	return position{us, p.ID}
}

// before reports whether p comes after q in the list, that is, further back.
func (p position) before(q position) bool { return p.us < q.us || p.us == q.us && p.id < q.id }

func (p position) store() store.Position {
	return store.Position{CreatedAt: time.UnixMicro(p.us).UTC(), ID: p.id}
}

// ceilMicro rounds up to microseconds: no session lies between them.
func ceilMicro(t time.Time) int64 {
	us := t.UnixMicro()
	if t.Nanosecond()%1000 != 0 {
		us++
	}
	return us
}

// between adds to the arguments of a statement the range from behind one position down to another,
// which is included.
func between(after, floor position, args engine.Args) engine.Args {
	args["after_us"], args["after_id"] = after.us, after.id
	args["floor_us"], args["floor_id"] = floor.us, floor.id
	return args
}

// selection is what a store.Selection selects, as statements say it.
type selection struct {
	company   string
	filter    filter.Filter // what is not said by pos and low
	condition engine.Part   // the same on sessionkit_sessions s, always with the company
	pos       position      // all up to here is left out, or has been searched
	low       int64         // no session of the selection was created earlier
	end       bool          // nothing is left
}

// compile turns the range of creation times, of the filter and of the position, into bounds of the
// read, and the rest into a condition.
func (b *Backend) compile(sel store.Selection) (selection, error) {
	if err := sel.Filter.Err(); err != nil {
		return selection{}, err
	}
	s := selection{company: sel.Company, filter: sel.Filter.Without(sessions.FieldsOf(sessions.FieldCreatedAt)), pos: positionOf(sel.After), low: math.MinInt64}
	from, to := sel.Filter.Range()
	if !from.IsZero() {
		s.low = ceilMicro(from)
	}
	if !to.IsZero() {
		// A position without an ID is behind the whole microsecond before it, as the end of a range
		// is.
		if end := (position{us: ceilMicro(to)}); end.us < s.pos.us || end.us == s.pos.us && s.pos.id != "" {
			s.pos = end
		}
	}
	// The range may end before it begins, once the position has cut it.
	s.end = s.low > s.pos.us
	for _, part := range s.filter.Parts() {
		c, ok := part.Root().(*filter.Criterion)
		if !ok {
			continue
		}
		query, _ := c.Search()
		// A search of nothing selects nothing, on whatever else it depends.
		s.end = s.end || query.Nothing()
	}
	var err error
	s.condition.Text, s.condition.Args, err = filter.SQL(s.company, s.filter, b.dialect, b.engine.Columns).ToSql()
	return s, err
}

// List implements [store.Backend].
func (b *Backend) List(ctx context.Context, sel store.Selection) (batch store.Batch, err error) {
	if err := b.ready(ctx, sel.Company); err != nil {
		return store.Batch{}, err
	}
	const op = "list"
	err = b.pool.use(ctx, op, func(q session) error {
		batch, err = b.list(ctx, b.on(q, op), sel)
		return err
	})
	return batch, err
}

func (b *Backend) list(ctx context.Context, c conn, sel store.Selection) (store.Batch, error) {
	w, err := b.newWalk(c, sel)
	if err != nil {
		return store.Batch{}, err
	}
	// The number is read before the sessions are: what changes meanwhile is read again, rather than
	// missed.
	now, err := w.begin(ctx)
	if err != nil {
		return store.Batch{}, err
	}
	batch := store.Batch{AsOf: now.watermark(sel.Company)}
	limit := sel.Limit
	if sel.Budget > 0 {
		limit = min(limit, sel.Budget)
	}
	w.want = limit + 1 // with the first session that is not returned, it is known that others follow
	w.each = func(s *sessions.Session) error {
		batch.Sessions = append(batch.Sessions, s)
		return nil
	}
	if err := w.run(ctx); err != nil {
		return store.Batch{}, err
	}
	// Reached is zero at the end only.
	switch {
	case len(batch.Sessions) > limit, len(batch.Sessions) == limit && !w.end:
		batch.Sessions = batch.Sessions[:limit]
		batch.Reached = store.PositionOf(batch.Sessions[limit-1])
	case !w.end:
		batch.Reached = w.pos.store()
	}
	return batch, nil
}
