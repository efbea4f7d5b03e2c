package database

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// Observer is a host's function that is called at the end of each operation, or nil.
type Observer func(context.Context, store.Operation)

// Watched is an operation in progress, stored in its context. It is nil if nobody observes it, and
// its methods then do nothing.
type Watched struct {
	operation store.Operation
	ctx       context.Context //nolint:containedctx // of the one call that is watched
	observe   Observer

	// Atomic, since a stream reads in a second goroutine.
	statements, read, returned, spent atomic.Int64
}

// watchedKey is the key of the operation in a context.
type watchedKey struct{}

// Watch begins an operation. Within another operation it returns nil, and its work counts for the
// other.
func (observe Observer) Watch(ctx context.Context, d filter.Dialect, name, company string) (context.Context, *Watched) {
	if observe == nil || WatchedIn(ctx) != nil {
		return ctx, nil
	}
	w := &Watched{ctx: ctx, observe: observe, operation: store.Operation{System: d.String(), Name: name, Company: company, Began: time.Now()}}
	if d == filter.Postgres {
		w.operation.System = "postgresql" // the conventions' name
	}
	return context.WithValue(ctx, watchedKey{}, w), w
}

// WatchedIn returns the operation of a context, or nil.
func WatchedIn(ctx context.Context) *Watched {
	w, _ := ctx.Value(watchedKey{}).(*Watched)
	return w
}

// ErrPanicked is the error of an operation whose method does not return: probably a function of the
// host's has panicked. The panic may contain anything, so only the caller sees it.
var ErrPanicked = errors.New("store: a panic")

// End reports the operation. It is deferred with the error that the method returns.
func (w *Watched) End(err *error) {
	if w == nil {
		return
	}
	o := &w.operation
	o.Duration, o.Err = time.Since(o.Began), *err
	// Panic again once the operation is reported.
	if panicked := recover(); panicked != nil {
		o.Err = ErrPanicked
		defer panic(panicked)
	}
	o.Statements, o.RowsRead = int(w.statements.Load()), int(w.read.Load())
	o.RowsReturned, o.BudgetSpent = int(w.returned.Load()), int(w.spent.Load())
	// A method that fails answers nothing, and so no part of anything.
	o.Partial = o.Partial && o.Err == nil
	var failure *Error
	if errors.As(o.Err, &failure) {
		o.SQLState = failure.SQLState()
	}
	w.observe(w.ctx, *o)
}

// Sent counts a statement.
func (w *Watched) Sent() {
	if w != nil {
		w.statements.Add(1)
	}
}

// Read counts a row that a statement returned.
func (w *Watched) Read() {
	if w != nil {
		w.read.Add(1)
	}
}

// Returned counts sessions that the method returns.
func (w *Watched) Returned(sessions int) {
	if w != nil {
		w.returned.Add(int64(sessions))
	}
}

// Spend counts rows of the budget.
func (w *Watched) Spend(rows int) {
	if w != nil {
		w.spent.Add(int64(rows))
	}
}

// Partial records whether there may be more that the method has not looked at.
func (w *Watched) Partial(partial bool) {
	if w != nil {
		w.operation.Partial = partial
	}
}
