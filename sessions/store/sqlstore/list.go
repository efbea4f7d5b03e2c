package sqlstore

import (
	"context"
	"math"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// position is a place in the order of the list, as the tables hold it.
type position struct {
	us int64
	id string
}

// newest is before all sessions.
var newest = position{us: math.MaxInt64}

// bucket is that of the sessions right behind p.
func (p position) bucket() int64 {
	if p.id == "" {
		return (p.us - 1) >> bucketBits
	}
	return p.us >> bucketBits
}

// before reports whether p comes after q in the list, that is, further back.
func (p position) before(q position) bool { return p.us < q.us || p.us == q.us && p.id < q.id }

// positionOf returns the place after which a list goes on.
func positionOf(p store.Position) position {
	if p.IsZero() {
		return newest
	}
	us := p.CreatedAt.UnixMicro()
	if p.CreatedAt.Nanosecond()%1000 != 0 { // between two microseconds
		return position{us: us + 1}
	}
	return position{us, p.ID}
}

func (p position) store() store.Position {
	return store.Position{CreatedAt: time.UnixMicro(p.us).UTC(), ID: p.id}
}

// List implements [store.Backend].
func (b *Backend) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
	const op = "list"
	if err := b.ready(ctx, sel.Company); err != nil {
		return store.Batch{}, err
	}
	w, err := b.newWalk(b.db, op, sel)
	if err != nil {
		return store.Batch{}, err
	}
	seq, err := w.begin(ctx)
	if err != nil {
		return store.Batch{}, err
	}
	batch := store.Batch{AsOf: watermark(sel.Company, seq)}
	limit := sel.Limit
	if sel.Budget > 0 {
		limit = min(limit, sel.Budget)
	}
	w.want = limit + 1 // one more tells whether others follow
	w.each = func(s *sessions.Session) error {
		batch.Sessions = append(batch.Sessions, s)
		return nil
	}
	if err := w.run(ctx); err != nil {
		return store.Batch{}, err
	}
	switch {
	case len(batch.Sessions) > limit, len(batch.Sessions) == limit && !w.end:
		batch.Sessions = batch.Sessions[:limit]
		batch.Reached = store.PositionOf(batch.Sessions[limit-1])
	case !w.end:
		batch.Reached = w.pos.store()
	}
	return batch, nil
}

// newWalk compiles a selection.
func (b *Backend) newWalk(q querier, op string, sel store.Selection) (*walk, error) {
	w := &walk{b: b, q: q, op: op, company: sel.Company, pos: positionOf(sel.After), low: math.MinInt64, rows: firstRead, most: mostMost}
	if sel.Budget > 0 {
		w.bounded, w.budget = true, sel.Budget
		step := max(1, w.budget/leastSteps)
		w.rows, w.most = min(w.rows, step), min(w.most, step)
	}
	if err := sel.Filter.Err(); err != nil {
		return nil, err
	}
	from, to := sel.Filter.Range()
	if !from.IsZero() {
		w.low = ceilMicro(from)
	}
	if !to.IsZero() {
		if end := (position{us: ceilMicro(to)}); end.us < w.pos.us || end.us == w.pos.us && w.pos.id != "" {
			w.pos = end
		}
	}
	w.end = w.low > w.pos.us
	// The range is in the bounds of every read.
	rest := sel.Filter.Without(filter.KindCreated)
	w.plain = rest.IsZero()
	w.drivers = driversOf(rest)
	w.exact = isExact(rest)
	w.weight = 1
	if rest.Fields().Minus(listed) != 0 {
		w.weight = dearRow
	}
	for _, c := range rest.Criteria() {
		w.end = w.end || c.Kind() == filter.KindSearch && c.Query().Nothing()
	}
	var err error
	if w.cond, w.condArgs, err = filter.SQL(sel.Company, rest, b.dialect, b.grammar.columns).ToSql(); err == nil {
		unknown := b.grammar.columns
		unknown.Company = filter.Expr(b.grammar.opaque).NotNull()
		w.again, _, err = filter.SQL(sel.Company, rest, b.dialect, unknown).ToSql()
	}
	return w, err
}

// listed are the fields that the list index answers for. Reasons are: those that it does not hold are rare.
var listed = sessions.SearchFields().Union(sessions.FieldsOf(sessions.FieldCreatedAt, sessions.FieldStatus, sessions.FieldReasons,
	sessions.FieldDocumentType, sessions.FieldMatchLevel))

// ceilMicro rounds up to microseconds: no session lies between them.
func ceilMicro(t time.Time) int64 {
	us := t.UnixMicro()
	if t.Nanosecond()%1000 != 0 {
		us++
	}
	return us
}
