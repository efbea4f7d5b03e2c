package filter

import (
	"errors"
	"fmt"
	"io"

	"github.com/kvalifika/sessionkit/sessions"
)

// The bounds of a filter. A filter that exceeds one has an error that wraps the sentinel beside it.
const (
	MaxDepth = 16 // And, Or and Not within each other: ErrTooDeep
	// MaxTerms limits the values and words of all criteria, each of which counts as at least one:
	// ErrTooMany.
	MaxTerms     = 512
	MaxTextBytes = 64 << 10 // of the canonical text: ErrTooLong
)

// The errors of a filter.
var (
	ErrEmpty     = errors.New("filter: no value")
	ErrValue     = errors.New("filter: a value that no session can have")
	ErrField     = errors.New("filter: not a field that this criterion can be about")
	ErrRange     = errors.New("filter: the range ends before it begins")
	ErrZone      = errors.New("filter: not a time zone that can be loaded by its name")
	ErrSyntax    = errors.New("filter: malformed text")
	ErrParameter = errors.New("filter: no such parameter")
	ErrConflict  = errors.New("filter: arguments that are repeated or contradict each other")
	ErrLimit     = errors.New("filter: over the limit")
	ErrTooDeep   = fmt.Errorf("%w: nested more than %d deep", ErrLimit, MaxDepth)
	ErrTooMany   = fmt.Errorf("%w: more than %d terms", ErrLimit, MaxTerms)
	ErrTooLong   = fmt.Errorf("%w: longer than %d bytes", ErrLimit, MaxTextBytes)
)

// The errors of a filter's SQL, in addition to those of the filter itself.
var (
	ErrNoCompany   = errors.New("filter: no company")
	ErrDialect     = errors.New("filter: unknown dialect")
	ErrColumn      = errors.New("filter: unusable column")
	ErrNoColumn    = errors.New("filter: no column for this field")
	ErrNoSearchKey = fmt.Errorf("%w: Columns.SearchKey is not set", ErrNoColumn)
	ErrNoValue     = errors.New("filter: no stored value for this value")
)

// Error says which criterion is wrong. It never contains a value.
type Error struct {
	Criterion string // its name if it has one, such as "from": see the package comment
	Argument  string // "from", say, if it has a name: see the package comment
	Err       error  // wraps one of the errors above or of searchkey

	// Place is the number of the wrong value among those given, from 1. It is 0 if no value is
	// wrong, or if it is not known which one.
	Place int
	Known []string // the permitted values if there is a list of them, otherwise nil
}

// Error names the criterion, the argument and the cause.
func (e *Error) Error() string {
	if e.Argument != "" {
		return e.Criterion + "." + e.Argument + ": " + e.Err.Error()
	}
	return e.Criterion + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Format prints the message, whatever the verb. It never prints the cause's other fields.
func (e Error) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// MarshalText returns the message.
func (e Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// SyntaxError says where a text is malformed.
type SyntaxError struct {
	Offset int   // bytes before the mistake
	Err    error // wraps ErrSyntax or the error of the criterion that ends here
}

// Error names the place and the cause.
func (e *SyntaxError) Error() string { return fmt.Sprintf("at byte %d: %v", e.Offset, e.Err) }

// Unwrap returns the cause.
func (e *SyntaxError) Unwrap() error { return e.Err }

// Format prints the message, whatever the verb. It never prints the cause's other fields.
func (e SyntaxError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// MarshalText returns the message.
func (e SyntaxError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// ParameterError says which URL parameter is wrong. It never contains a value of it.
type ParameterError struct {
	Parameter string // as it was given
	Err       error
}

// Error names the parameter and the cause.
func (e *ParameterError) Error() string { return fmt.Sprintf("parameter %q: %v", e.Parameter, e.Err) }

// Unwrap returns the cause.
func (e *ParameterError) Unwrap() error { return e.Err }

// Format prints the message, whatever the verb. It never prints the cause's other fields.
func (e ParameterError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// MarshalText returns the message.
func (e ParameterError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// ColumnError says for which field [Columns] has no usable column.
type ColumnError struct {
	Field sessions.Field // FieldNone: the search key
	Err   error          // wraps ErrColumn, ErrNoColumn, ErrNoSearchKey or ErrNoValue
}

// Error names the field, if there is one, and the cause.
func (e *ColumnError) Error() string {
	if e.Field == sessions.FieldNone {
		return e.Err.Error()
	}
	return e.Field.String() + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *ColumnError) Unwrap() error { return e.Err }

// Format prints the message, whatever the verb. It never prints the cause's other fields.
func (e ColumnError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// MarshalText returns the message.
func (e ColumnError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }
