package sessions

import (
	"errors"
	"fmt"
	"io"
)

// The errors of this package. Typed errors wrap them: errors.Is finds the kind, errors.As the
// field.
var (
	// ErrInvalid is wrapped by every error about a value that a session cannot hold.
	ErrInvalid = errors.New("sessions: invalid value")
	// ErrSyntax is wrapped if a text is not in the form that a codec reads. It is an [ErrInvalid].
	ErrSyntax = fmt.Errorf("%w: unknown text", ErrInvalid)
	// ErrLimit is wrapped if a value is longer, or has more parts, than a session may hold. It is
	// an [ErrInvalid].
	ErrLimit = fmt.Errorf("%w: over the limit", ErrInvalid)
	// ErrNoJSON is wrapped if a [Session], a [Text] or another value that holds a person's data is
	// passed to encoding/json or another encoder of text. Use a type of your own that says which
	// fields the receiver may see, and how absent ones are written.
	ErrNoJSON = errors.New("sessions: a value that holds a person's data has no JSON and no text form")
	// ErrNoAcceptance is wrapped if a verdict is requested but no acceptance level is set.
	ErrNoAcceptance = errors.New("sessions: no acceptance level")
)

// FieldError says which field of a session an error is about. It never contains the field's value.
type FieldError struct {
	Field Field
	Err   error // wraps ErrInvalid
}

// Error names the field and the cause.
func (e *FieldError) Error() string { return e.Field.String() + ": " + e.Err.Error() }

// Format prints the message, whatever the verb, and nothing else that the cause holds.
func (e FieldError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// MarshalText returns the message.
func (e FieldError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Unwrap returns the cause.
func (e *FieldError) Unwrap() error { return e.Err }
