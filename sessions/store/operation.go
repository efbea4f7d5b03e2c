package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// Operation reports one method call of a Backend over SQL, with all of its statements: sqlstore and
// tablestore give it to the function of their WithObserver. The names in brackets are those of
// OpenTelemetry's semantic conventions for databases (stable since version 1.33, except for the
// returned rows, which are in development). Attributes without such a name have names of this SDK.
// Printing an Operation shows nothing about a person.
type Operation struct {
	System string // [db.system.name] "postgresql", "mariadb", also for MySQL, or "sqlite"
	// Name is [db.operation.name]: "get", "list", "count", "stream", "changes" or "check"; of
	// sqlstore also "tally", "insert", "update", "redact", "put", "purge", "import", "maintain",
	// "repair", "verify", "history", "settings" or "audit".
	Name    string
	Company string // [sessionkit.company] "" if the call may have several

	Began time.Time
	// Duration is [db.client.operation.duration], in seconds. For a stream it includes the time of
	// the callback.
	Duration time.Duration

	// Statements is [sessionkit.statements]: those that were sent, without those that only begin or
	// end transactions, set savepoints, or look at the connection, as a Backend's first call does
	// and each call in a transaction of the host's on MariaDB. A function of the host's that sends
	// statements does not count, except for the Load of an import, which counts as one.
	Statements int
	// RowsRead is [sessionkit.rows_read]: rows of any table that the statements returned, such as
	// sessions, blocks of segments and companies.
	RowsRead     int
	RowsReturned int // [db.response.returned_rows] sessions that a read returned
	// BudgetSpent is [sessionkit.budget_spent]: what was spent of [Selection].Budget, or would have
	// been without a bound.
	BudgetSpent int
	// Partial is [sessionkit.partial]: the budget or a limit has ended a count, or the budget has
	// ended a page.
	Partial bool
	// SQLState is [db.response.status_code] of a failure if the driver reports it, or "".
	SQLState string
	// Err is the error of the method. If the method has panicked, it says only that.
	Err error
}

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
	{ErrNotFound, "not_found"},
	{ErrConflict, "conflict"},
	{ErrExists, "conflict"},
	{ErrPurged, "conflict"},
	{ErrWatermark, "watermark"},
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
