package store

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
)

// The errors of stores and Backends. Typed errors wrap them; use errors.Is. None contains a
// person's data.
var (
	// ErrNoCompany: no company was given. That never means "all".
	ErrNoCompany = errors.New("store: no company")
	// ErrNotFound: the company has no session with that ID, or the viewer may not see it.
	ErrNotFound = errors.New("store: session not found")
	// ErrExists: another session with that ID is stored already.
	ErrExists = errors.New("store: session exists and differs")
	// ErrPurged: a session with that ID was purged, and cannot be stored while its tombstone is
	// kept.
	ErrPurged = errors.New("store: session was purged")
	// ErrConflict: the stored session or settings have changed since they were read.
	ErrConflict = errors.New("store: changed since it was read")
	// ErrVersion: a version passed to Put is negative.
	ErrVersion = errors.New("store: negative version")
	// ErrWatermark: the watermark is not from this Backend, is of another company, or is older than
	// a restore of the storage or a purge. Read the page again.
	ErrWatermark = errors.New("store: invalid watermark")
	// ErrBackend: a Backend broke its contract. It returned a session of another company, or made
	// no progress.
	ErrBackend = errors.New("store: the backend broke its contract")

	// ErrPurge: the purge does not say which sessions to remove, or is an obvious mistake.
	ErrPurge = errors.New("store: invalid purge")
	// ErrLimit: the limit of a query is negative or over [Options.MaxLimit].
	ErrLimit = errors.New("store: limit out of range")
	// ErrCursor: the cursor is not one that a Store made: it is truncated, altered, or of another
	// version.
	ErrCursor = errors.New("store: invalid cursor")
	// ErrCursorQuery: the cursor belongs to another query: of another company, filter, restriction
	// or set of searched fields. It is an ErrCursor.
	ErrCursorQuery = fmt.Errorf("%w: of another query", ErrCursor)

	// ErrForbidden: the viewer may not perform the operation.
	ErrForbidden = errors.New("store: not allowed")
	// ErrNoRole: the viewer has no role, or not one of the product's. It is an ErrForbidden.
	ErrNoRole = fmt.Errorf("%w: unknown role", ErrForbidden)
	// ErrNoExport: the viewer may not export. It is an ErrForbidden.
	ErrNoExport = fmt.Errorf("%w: export", ErrForbidden)
	// ErrNoErase: the viewer may neither redact nor purge. It is an ErrForbidden.
	ErrNoErase = fmt.Errorf("%w: erasure", ErrForbidden)
	// ErrHidden: the viewer searches or filters by fields that they may not see; a [*HiddenError]
	// names them. It is an ErrForbidden.
	ErrHidden = fmt.Errorf("%w: hidden field", ErrForbidden)
	// ErrExportLimit: the selection has more sessions than the viewer may export; an
	// [*ExportLimitError] has the limit.
	ErrExportLimit = errors.New("store: over the export limit")
	// ErrBusy: the limit of exports at once is reached; a [*BusyError] says which limit. Try again
	// later.
	ErrBusy = errors.New("store: too many exports at once")
	// ErrSuperseded: a newer search of the same [Query.Tab] has replaced this one.
	ErrSuperseded = errors.New("store: superseded by a newer search")
	// ErrRefused: the audit hook refused. The hook's own error is wrapped as well.
	ErrRefused = errors.New("store: refused by audit")
	// ErrNoSettings: the Store was made without [Options.Settings].
	ErrNoSettings = errors.New("store: no settings: Options.Settings is nil")
	// ErrNoTrail: the Store was made without [Options.Trail].
	ErrNoTrail = errors.New("store: no audit trail: Options.Trail is nil")
	// ErrTrail: the operation is refused because its event cannot be kept in the audit trail. The
	// error also wraps ErrRefused and the reason.
	ErrTrail = errors.New("store: the audit trail cannot be kept")
	// ErrAuditQuery: the query of the audit trail is invalid.
	ErrAuditQuery = errors.New("store: invalid query of the audit trail")
)

// HiddenError names the hidden fields that a viewer searched or filtered by.
type HiddenError struct{ Fields sessions.Fields }

// Error names the fields.
func (e *HiddenError) Error() string {
	var names []string
	for f := range e.Fields.All() {
		names = append(names, f.String())
	}
	return ErrHidden.Error() + ": " + strings.Join(names, ", ")
}

// Unwrap returns [ErrHidden].
func (e *HiddenError) Unwrap() error { return ErrHidden }

// ExportLimitError says how many sessions a viewer may export at most.
type ExportLimitError struct{ Limit int }

// Error names the limit.
func (e *ExportLimitError) Error() string { return fmt.Sprintf("%v of %d", ErrExportLimit, e.Limit) }

// Unwrap returns [ErrExportLimit].
func (e *ExportLimitError) Unwrap() error { return ErrExportLimit }

// Scope says whose exports a limit counts.
type Scope string

// The scopes.
const (
	ScopeViewer  Scope = "viewer"  // of one subject in one company
	ScopeCompany Scope = "company" // of everybody in one company
	ScopeProcess Scope = "process" // of the Store, whatever the company
)

// BusyError says which of the [ExportLimits] is reached.
type BusyError struct {
	Scope Scope
	Limit int // exports at once
}

// Error names scope and limit.
func (e *BusyError) Error() string {
	return fmt.Sprintf("%v: a %s may read %d", ErrBusy, string(e.Scope), e.Limit)
}

// Unwrap returns [ErrBusy].
func (e *BusyError) Unwrap() error { return ErrBusy }
