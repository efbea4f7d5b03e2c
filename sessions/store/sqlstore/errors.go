package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// The errors of this package, beside those of package store. Typed errors wrap them; ask errors.Is.
var (
	// ErrSchema: the database has no schema of this package, or one of another version. The error is a [*SchemaError].
	ErrSchema = errors.New("sqlstore: schema")
	// ErrStored: a row holds what no session can have. The error names the column.
	ErrStored = row.ErrStored
	// ErrTable: the description of a host's table is incomplete.
	ErrTable = errors.New("sqlstore: table")
)

// Error is a failure of the database or of the connection to it. A driver's text can hold values of the row that it
// refused, so Error does not print its cause, except for the end of a context. errors.Is and errors.As see the cause.
type Error struct {
	Op  string // what was being done: "list", "insert", ...
	Err error
}

// Error names what was being done.
func (e *Error) Error() string {
	for _, known := range [...]error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(e.Err, known) {
			return "sqlstore: " + e.Op + ": " + known.Error()
		}
	}
	return "sqlstore: " + e.Op + ": the database reports an error"
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Format prints the message, whatever the verb: never the cause.
func (e Error) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// MarshalText returns the message.
func (e Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// failed wraps a driver's error. A driver may report a cancelled query in its own words: the context's error is added.
func failed(ctx context.Context, op string, err error) error {
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = errors.Join(cause, err)
	}
	return &Error{op, err}
}

// SchemaError tells which versions a database has and which this package needs. It wraps [ErrSchema].
type SchemaError struct {
	Found, Needed Version
}

// Version is what the tables were written by. The zero Version is that of a database without the tables.
type Version struct {
	Schema     int64 // of the tables
	SearchKey  int64 // of the folding of names and numbers
	BucketBits int64 // width of the buckets of time
}

// Error names both versions.
func (e *SchemaError) Error() string {
	if e.Found == (Version{}) {
		return ErrSchema.Error() + ": the tables are missing: apply them with CreateSchema"
	}
	return fmt.Sprintf("%s: found version %s, needed %s", ErrSchema.Error(), e.Found, e.Needed)
}

// Unwrap returns [ErrSchema].
func (e *SchemaError) Unwrap() error { return ErrSchema }

// String lists the parts of the version.
func (v Version) String() string {
	return fmt.Sprintf("%d (search key %d, buckets of 2^%d microseconds)", v.Schema, v.SearchKey, v.BucketBits)
}
