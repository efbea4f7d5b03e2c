package store

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
)

// The errors of stores and Backends. Typed errors wrap them; ask errors.Is. None contains a
// person's data.
var (
	// ErrNoCompany: no company was given. It is never taken for "all".
	ErrNoCompany = errors.New("store: no company")
	// ErrNotFound: the company has no session with that ID, or the viewer may not see it.
	ErrNotFound = errors.New("store: session not found")
	// ErrExists: another session with that ID is stored already.
	ErrExists = errors.New("store: session exists and differs")
	// ErrPurged: a session with that ID was purged, and its tombstone is kept: it does not come back.
	ErrPurged = errors.New("store: session was purged")
	// ErrConflict: what is to be replaced has changed since it was read.
	ErrConflict = errors.New("store: changed since it was read")
	// ErrVersion: a version to put is negative.
	ErrVersion = errors.New("store: negative version")
	// ErrWatermark: the watermark is not one of this Backend's, is of another company, or is older
	// than a restore of the storage or than a purge: read the page anew.
	ErrWatermark = errors.New("store: invalid watermark")
	// ErrBackend: a Backend broke its contract: it returned a session of another company, or did
	// not get on.
	ErrBackend = errors.New("store: the backend broke its contract")

	// ErrPurge: the purge does not say what is to go, or says it in a way that must be a mistake.
	ErrPurge = errors.New("store: invalid purge")
	// ErrLimit: the limit of a query is negative or over [Options.MaxLimit].
	ErrLimit = errors.New("store: limit out of range")
	// ErrCursor: the cursor is not one that a Store made: torn, changed, or of another version.
	ErrCursor = errors.New("store: invalid cursor")
	// ErrCursorQuery: the cursor belongs to another query: of another company, filter, restriction
	// or set of searched fields. It is an ErrCursor.
	ErrCursorQuery = fmt.Errorf("%w: of another query", ErrCursor)

	// ErrForbidden: the viewer may not do that.
	ErrForbidden = errors.New("store: not allowed")
	// ErrNoRole: the viewer has no role that the product knows. It is an ErrForbidden.
	ErrNoRole = fmt.Errorf("%w: unknown role", ErrForbidden)
	// ErrNoExport: the viewer may not export. It is an ErrForbidden.
	ErrNoExport = fmt.Errorf("%w: export", ErrForbidden)
	// ErrNoErase: the viewer may neither redact nor purge. It is an ErrForbidden.
	ErrNoErase = fmt.Errorf("%w: erasure", ErrForbidden)
	// ErrHidden: the viewer searches or filters by what they may not see; a [*HiddenError] says by
	// what. It is an ErrForbidden.
	ErrHidden = fmt.Errorf("%w: hidden field", ErrForbidden)
	// ErrExportLimit: the selection has more sessions than the viewer may export; an
	// [*ExportLimitError] says how many those are.
	ErrExportLimit = errors.New("store: over the export limit")
	// ErrBusy: as many exports are being read as may be; a [*BusyError] says whose. Try again later.
	ErrBusy = errors.New("store: too many exports at once")
	// ErrSuperseded: a newer search of the same [Query.Tab] has taken the place of this one.
	ErrSuperseded = errors.New("store: superseded by a newer search")
	// ErrRefused: the audit hook refused. The hook's own error is wrapped as well.
	ErrRefused = errors.New("store: refused by audit")
	// ErrNoSettings: the Store was made without [Options.Settings].
	ErrNoSettings = errors.New("store: no settings")
	// ErrNoTrail: the Store was made without [Options.Trail].
	ErrNoTrail = errors.New("store: no audit trail")
	// ErrTrail: an event cannot be kept in the audit trail, and so the operation is refused. The
	// error wraps ErrRefused and the reason, too.
	ErrTrail = errors.New("store: the audit trail cannot be kept")
	// ErrAuditQuery: the query of the audit trail is one that must be a mistake.
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

// Scope is whose exports a limit counts.
type Scope string

// The scopes.
const (
	OfViewer  Scope = "viewer"
	OfCompany Scope = "company"
	OfProcess Scope = "process"
)

// BusyError says which of the [ExportLimits] an export would have exceeded.
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
