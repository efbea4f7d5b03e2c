package sqlstore

import (
	"context"

	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
)

// WithObserver returns a Backend over the same tables that calls a function at the end of each
// operation, before the method returns, with the context of the method. The function must be quick,
// and may be called from many goroutines at once. If it is nil, no function is called, which costs
// nothing.
//
// If one method uses another, that is one operation, such as an insert with the packing after it.
// Operations in a transaction of the host's ([Backend.Tx]) are reported like all others.
func (b *Backend) WithObserver(observe func(context.Context, store.Operation)) *Backend {
	c := b.copied()
	c.observe = observe
	return c
}

// watch begins an operation.
func (b *Backend) watch(ctx context.Context, name, company string) (context.Context, *database.Watched) {
	return b.observe.Watch(ctx, b.dialect, name, company)
}

// sent counts a statement, and returns the operation if it is observed, or nil.
func (c conn) sent(ctx context.Context) *database.Watched {
	if !c.watched {
		return nil
	}
	w := database.WatchedIn(ctx)
	w.Sent()
	return w
}

// spend counts rows of the budget.
func (c conn) spend(ctx context.Context, rows int) {
	if c.watched {
		database.WatchedIn(ctx).Spend(rows)
	}
}
