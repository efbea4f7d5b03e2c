package far

import (
	"errors"
	"fmt"
)

// The errors of this package, for errors.Is. Each error wraps exactly one of them, and its text
// says what is wrong. A [*LowError] and a [*MismatchError] also have fields with the details.
var (
	ErrSyntax       = errors.New("far: malformed text or value")
	ErrScale        = errors.New("far: invalid scale")
	ErrUnknownScale = errors.New("far: unknown scale")
	ErrUnknownLevel = errors.New("far: level is not on the scale")
	ErrUnknownRate  = errors.New("far: rate is not on the scale")
	ErrMismatch     = errors.New("far: level and rate disagree")
	ErrNoPolicy     = errors.New("far: no acceptance level")
	ErrLow          = errors.New("far: level is below the acceptance level")
	ErrUnmet        = errors.New("far: no level of the scale meets the requirement")
)

// failure is an error that wraps one of these. Its text leaves out the input, which may be a
// person's data in the wrong column.
type failure struct {
	kind error
	text string
}

func (f *failure) Error() string { return f.text }

func (f *failure) Unwrap() error { return f.kind }

// failf returns a failure of this kind.
func failf(kind error, format string, args ...any) error {
	return &failure{kind, fmt.Sprintf(format, args...)}
}

// errLevel returns the error for a level that has no rate on the scale, although a rate is needed.
func errLevel(s Scale, l Level) error {
	if l == 0 {
		return failf(ErrUnknownLevel, "match level 0 is a comparison without a match and has no rate")
	}
	return failf(ErrUnknownLevel, "scale %s has no level %d", s.Name(), l)
}

// MismatchError reports a label whose rate is not the one that its level has on
// the scale: the label was written with another scale. It wraps [ErrMismatch].
type MismatchError struct {
	Scale     string // the scale's name
	Level     Level  // the level of the label
	Rate      Rate   // the rate of the label
	ScaleRate Rate   // the rate of that level on the scale, zero for level 0
}

// Error names the level and both rates.
func (e *MismatchError) Error() string {
	return fmt.Sprintf("label gives match level %d as %s, scale %s has %s", e.Level, e.Rate, e.Scale, e.ScaleRate)
}

// Unwrap returns [ErrMismatch].
func (e *MismatchError) Unwrap() error { return ErrMismatch }

// LowError reports a match level below the acceptance level. It wraps [ErrLow].
type LowError struct {
	Scale          string // the scale's name
	Level          Level  // the level that was reached
	Rate           Rate   // its rate, zero for level 0
	Acceptance     Level  // the level that is required
	AcceptanceRate Rate   // its rate
}

// Error names both levels and their rates.
func (e *LowError) Error() string {
	rate := "no match"
	if !e.Rate.IsZero() {
		rate = e.Rate.String()
	}
	return fmt.Sprintf("match level %d (%s) is below the acceptance level %d (%s)",
		e.Level, rate, e.Acceptance, e.AcceptanceRate)
}

// Unwrap returns [ErrLow].
func (e *LowError) Unwrap() error { return ErrLow }
