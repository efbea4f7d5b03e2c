package far

import (
	"errors"
	"fmt"
	"strings"
)

// What can go wrong, for [errors.Is]. Each typed error of this package wraps
// exactly one of them.
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

// SyntaxError reports text or a value that is not of the wanted form. It leaves
// the input out, which may be a person's data in the wrong column. It wraps
// [ErrSyntax].
type SyntaxError struct {
	What string // what was read, such as "match level"
	Want string // the form that is accepted
}

func (e *SyntaxError) Error() string { return "not a " + e.What + ": want " + e.Want }

// Unwrap returns [ErrSyntax].
func (e *SyntaxError) Unwrap() error { return ErrSyntax }

// ScaleError reports why a scale was refused. It wraps [ErrScale].
type ScaleError struct {
	Level  Level  // the level at fault, 0 where it is the scale as a whole
	Reason string // what is wrong
}

func (e *ScaleError) Error() string {
	if e.Level == 0 {
		return "invalid scale: " + e.Reason
	}
	return fmt.Sprintf("invalid scale: level %d %s", e.Level, e.Reason)
}

// Unwrap returns [ErrScale].
func (e *ScaleError) Unwrap() error { return ErrScale }

// LevelError reports a level that has no place on the scale, where one is
// needed. It wraps [ErrUnknownLevel].
type LevelError struct {
	Scale string // the scale's name
	Level Level
}

func (e *LevelError) Error() string {
	if e.Level == 0 {
		return "match level 0 is a comparison without a match and has no rate"
	}
	return fmt.Sprintf("scale %s has no level %d", e.Scale, e.Level)
}

// Unwrap returns [ErrUnknownLevel].
func (e *LevelError) Unwrap() error { return ErrUnknownLevel }

// RateError reports a rate that no level of the scale has. It wraps
// [ErrUnknownRate].
type RateError struct {
	Scale string // the scale's name
	Rate  Rate
}

func (e *RateError) Error() string {
	return fmt.Sprintf("scale %s has no level of %s", e.Scale, e.Rate)
}

// Unwrap returns [ErrUnknownRate].
func (e *RateError) Unwrap() error { return ErrUnknownRate }

// MismatchError reports a label whose rate is not the one that its level has on
// the scale: the label was written with another scale. It wraps [ErrMismatch].
type MismatchError struct {
	Scale     string // the scale's name
	Level     Level  // the level of the label
	Rate      Rate   // the rate of the label
	ScaleRate Rate   // the rate of that level on the scale, zero for level 0
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("label gives match level %d as %s, scale %s has %s", e.Level, e.Rate, e.Scale, e.ScaleRate)
}

// Unwrap returns [ErrMismatch].
func (e *MismatchError) Unwrap() error { return ErrMismatch }

// LowError reports a match level below the acceptance level. It wraps
// [ErrLow].
type LowError struct {
	Scale          string // the scale's name
	Level          Level  // the level that was reached
	Rate           Rate   // its rate, zero for level 0
	Acceptance     Level  // the level that is asked for
	AcceptanceRate Rate   // its rate
}

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

// UnmetError reports a requirement that no level of the scale meets. It wraps
// [ErrUnmet].
type UnmetError struct {
	Scale       string // the scale's name
	Requirement Requirement
}

func (e *UnmetError) Error() string {
	return fmt.Sprintf("scale %s has no level that meets %s", e.Scale, e.Requirement)
}

// Unwrap returns [ErrUnmet].
func (e *UnmetError) Unwrap() error { return ErrUnmet }

// UnknownScaleError reports a policy whose scale is not among those that the
// reader knows. It wraps [ErrUnknownScale].
type UnknownScaleError struct {
	Known []string // the names of the scales that are known
}

func (e *UnknownScaleError) Error() string {
	return "unknown scale: want one of " + strings.Join(e.Known, ", ")
}

// Unwrap returns [ErrUnknownScale].
func (e *UnknownScaleError) Unwrap() error { return ErrUnknownScale }
