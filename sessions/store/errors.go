package store

import "errors"

// The errors of stores and Backends. Typed errors wrap them; ask errors.Is.
var (
	// ErrNoCompany: no company was given. It is never taken for "all".
	ErrNoCompany = errors.New("store: no company")
	// ErrNotFound: the company has no session with that ID, or the viewer may not see it.
	ErrNotFound = errors.New("store: session not found")
	// ErrExists: another session with that ID is stored already.
	ErrExists = errors.New("store: session exists and differs")
	// ErrConflict: the session has changed since it was read.
	ErrConflict = errors.New("store: session has changed since it was read")
	// ErrWatermark: the watermark is not one of this Backend's.
	ErrWatermark = errors.New("store: invalid watermark")
)
