package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
)

// Operation reports one method call, with all of its statements. The names in brackets are those of
// OpenTelemetry's semantic conventions for databases (stable since version 1.33, except for the
// returned rows, which are in development). Attributes without such a name have names of this
// package. Printing an Operation shows nothing about a person.
type Operation struct {
	System string // [db.system.name] "postgresql", "mariadb", also for MySQL, or "sqlite"
	// Name is [db.operation.name]: "get", "list", "count", "tally", "stream", "changes", "insert",
	// "update", "redact", "put", "purge", "import", "maintain", "repair", "verify", "settings" or
	// "audit".
	Name    string
	Company string // [sessionkit.company] "" if the call may have several

	Began time.Time
	// Duration is [db.client.operation.duration], in seconds. For a stream it includes the time of
	// the callback.
	Duration time.Duration

	// Statements is [sessionkit.statements]: those that were sent, without those that only begin or
	// end transactions, set savepoints, or look at the connection, as a Backend's first call does
	// and each call in a transaction of the host's on MariaDB.
	Statements int
	// RowsRead is [sessionkit.rows_read]: rows of any table that the statements read, such as
	// sessions, blocks of segments and companies.
	RowsRead     int
	RowsReturned int // [db.response.returned_rows] sessions that a read returned
	// BudgetSpent is [sessionkit.budget_spent]: what was spent of [store.Selection].Budget, or
	// would have been without a bound.
	BudgetSpent int
	// Partial is [sessionkit.partial]: the budget or a limit has ended a count, or the budget has
	// ended a page.
	Partial bool
	// SQLState is [db.response.status_code] of a failure if the driver reports it, or "".
	SQLState string
	// Err is the error of the method. If the method has panicked, it says only that.
	Err error
}

// errPanicked is the error of an operation whose method does not return: probably a function of the
// host's has panicked. The panic may contain anything, so only the caller sees it.
var errPanicked = errors.New("sqlstore: a panic")

// ErrorType returns the [error.type] of a failure, or "" if nothing has failed. It is "canceled" or
// "timeout" if the caller's context has ended; else the SQLSTATE; else "not_found", "conflict"
// (also for sessions that exist or were purged), "watermark" or "invalid", which answer the
// request; else "_OTHER".
func (o *Operation) ErrorType() string {
	switch {
	case o.Err == nil:
		return ""
	case errors.Is(o.Err, context.Canceled):
		return "canceled"
	case errors.Is(o.Err, context.DeadlineExceeded):
		return "timeout"
	case o.SQLState != "":
		return o.SQLState
	}
	for _, answer := range answers {
		if errors.Is(o.Err, answer.err) {
			return answer.name
		}
	}
	return "_OTHER"
}

// answers are the errors that answer the request, and do not report a failure of the database.
var answers = [...]struct {
	err  error
	name string
}{
	{store.ErrNotFound, "not_found"},
	{store.ErrConflict, "conflict"},
	{store.ErrExists, "conflict"},
	{store.ErrPurged, "conflict"},
	{store.ErrWatermark, "watermark"},
	{sessions.ErrInvalid, "invalid"},
}

// String returns system, name, duration and type of error.
func (o Operation) String() string { //nolint:gocritic // a value method serves values and pointers
	text := fmt.Sprintf("%s %s: %v", o.System, o.Name, o.Duration)
	if failure := o.ErrorType(); failure != "" {
		text += ": " + failure
	}
	return text
}

// Format prints what String returns, whatever the verb.
func (o Operation) Format(s fmt.State, _ rune) { //nolint:gocritic // a value method serves values and pointers
	_, _ = io.WriteString(s, o.String())
}

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (o Operation) MarshalText() ([]byte, error) { //nolint:gocritic // a value method serves values and pointers
	return nil, sessions.ErrNoJSON
}

// LogValue returns a group of the attributes that apply, under the names of the conventions.
func (o Operation) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	attributes := []slog.Attr{
		slog.String("db.system.name", o.System), slog.String("db.operation.name", o.Name),
		slog.Float64("db.client.operation.duration", o.Duration.Seconds()),
		slog.Int("sessionkit.statements", o.Statements), slog.Int("sessionkit.rows_read", o.RowsRead),
		slog.Int("db.response.returned_rows", o.RowsReturned),
	}
	if o.Company != "" {
		attributes = append(attributes, slog.String("sessionkit.company", o.Company))
	}
	if o.BudgetSpent > 0 {
		attributes = append(attributes, slog.Int("sessionkit.budget_spent", o.BudgetSpent))
	}
	if o.Partial {
		attributes = append(attributes, slog.Bool("sessionkit.partial", true))
	}
	if o.SQLState != "" {
		attributes = append(attributes, slog.String("db.response.status_code", o.SQLState))
	}
	if failure := o.ErrorType(); failure != "" {
		attributes = append(attributes, slog.String("error.type", failure))
	}
	return slog.GroupValue(attributes...)
}

// WithObserver returns a Backend over the same tables that calls a function at the end of each
// operation, before the method returns, with the context of the method. The function must be quick,
// and may be called from many goroutines at once. If it is nil, no function is called, which costs
// nothing.
//
// If one method uses another, that is one operation, such as an insert with the packing after it.
// Operations in a transaction of the host's ([Backend.Tx]) are reported like all others.
func (b *Backend) WithObserver(observe func(context.Context, Operation)) *Backend {
	c := b.copied()
	c.observe = observe
	return c
}

// watching is an operation in progress, stored in its context. It is nil if nobody observes it.
type watching struct {
	Operation
	ctx     context.Context //nolint:containedctx // of the one call that is watched
	observe func(context.Context, Operation)

	statements, rows, spent atomic.Int64 // atomic, since a stream reads in a second goroutine
}

// watchingKey is the key of the operation in a context.
type watchingKey struct{}

// watch begins an operation. Within another operation it returns nil, and its work counts for the
// other.
func (b *Backend) watch(ctx context.Context, name, company string) (context.Context, *watching) {
	if b.observe == nil || watched(ctx) != nil {
		return ctx, nil
	}
	w := &watching{ctx: ctx, observe: b.observe, Operation: Operation{Name: name, Company: company, Began: time.Now()}}
	if w.System = b.dialect.String(); b.dialect == Postgres {
		w.System = "postgresql"
	}
	return context.WithValue(ctx, watchingKey{}, w), w
}

// watched returns the operation of a context, or nil.
func watched(ctx context.Context) *watching {
	w, _ := ctx.Value(watchingKey{}).(*watching)
	return w
}

// end reports the operation. It is deferred with the error that the method returns.
func (w *watching) end(err *error) {
	if w == nil {
		return
	}
	w.Duration, w.Err = time.Since(w.Began), *err
	// Panic again once the operation is reported.
	if panicked := recover(); panicked != nil {
		w.Err = errPanicked
		defer panic(panicked)
	}
	w.Statements, w.RowsRead, w.BudgetSpent = int(w.statements.Load()), int(w.rows.Load()), int(w.spent.Load())
	var failure *database.Error
	if errors.As(w.Err, &failure) {
		w.SQLState = failure.SQLState()
	}
	w.observe(w.ctx, w.Operation)
}

// returned records how many sessions a method returns, and whether there may be more that it has
// not looked at.
func (w *watching) returned(sessions int, partial bool) {
	if w != nil {
		w.RowsReturned, w.Partial = sessions, partial
	}
}

// sent counts a statement, and returns the operation if it is observed, or nil.
func (c conn) sent(ctx context.Context) *watching {
	if !c.watched {
		return nil
	}
	w := watched(ctx)
	if w != nil {
		w.statements.Add(1)
	}
	return w
}

// spend counts rows of the budget.
func (c conn) spend(ctx context.Context, rows int) {
	if !c.watched {
		return
	}
	if w := watched(ctx); w != nil {
		w.spent.Add(int64(rows))
	}
}
