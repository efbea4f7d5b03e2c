package sqlstore

import (
	"context"

	"github.com/kvalifika/sessionkit/sessions/store"
)

// Count implements [store.Counter]. The sessions of the whole company are counted already.
func (b *Backend) Count(ctx context.Context, sel store.Selection) (n store.Count, err error) {
	if err := b.ready(ctx, sel.Company); err != nil {
		return store.Count{}, err
	}
	const op = "count"
	err = b.pool.use(ctx, op, func(q session) error {
		n, err = b.count(ctx, b.on(q, op), sel)
		return err
	})
	return n, err
}

func (b *Backend) count(ctx context.Context, c conn, sel store.Selection) (store.Count, error) {
	w, err := b.newWalk(c, sel)
	if err != nil {
		return store.Count{}, err
	}
	// The company's row has the total, which writers keep.
	if sel.Filter.IsZero() && sel.After.IsZero() {
		now, err := w.state(ctx, w.engine.State, sel.Company)
		return store.Count{N: int(min(now.total, int64(sel.Limit))), Exact: err == nil && now.total <= int64(sel.Limit)}, err
	}
	if _, err := w.begin(ctx); err != nil {
		return store.Count{}, err
	}
	// One more than the limit says that the count is not exact.
	w.count, w.want = true, sel.Limit+1
	if w.exact && w.most == mostMost {
		w.most = mostCount
	}
	if err := w.run(ctx); err != nil {
		return store.Count{}, err
	}
	return store.Count{N: min(w.found, sel.Limit), Exact: w.end && w.found <= sel.Limit}, nil
}
