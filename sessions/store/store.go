package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// The defaults of [Options]: sessions, except DefaultBudget, which is rows or index entries.
const (
	DefaultLimit      = 50
	DefaultMaxLimit   = 500
	DefaultBudget     = 30_000
	DefaultCountLimit = 10_000
)

// Options are the options of a [Store]. The zero Options are the defaults.
type Options struct {
	DefaultLimit int // sessions of a page if its query states no limit; 0: 50
	MaxLimit     int // sessions that a query may ask for; 0: 500

	// Budget is how many rows or index entries a Backend may read for one page, count or facet
	// option; 0: 30,000; negative: no bound. If it ends the page of a viewer with a restriction,
	// the page continues to the end of a second, however many sessions were created within that
	// second.
	Budget int

	CountLimit int // sessions at which Count, Facets and Tally may stop; 0: 10,000

	// Connections is how many of the Backend's connections the Store uses at once, including those
	// of exports; 0: the number that the Backend states ([Pooled]), or 32. Further calls wait.
	Connections int
	Exports     ExportLimits // exports at once; more are refused with ErrBusy

	// Settings keeps the settings of companies. nil: Store.Settings and Store.SaveSettings return
	// ErrNoSettings.
	Settings Settings

	// Audit is called for every operation before its result leaves the Store, on the goroutine of
	// the caller. If it returns an error, the operation is refused. nil: it is not called.
	Audit func(ctx context.Context, e Event) error

	// Trail keeps the events that Audit gets, including those that it refuses. If an event cannot
	// be kept, the operation is refused ([ErrTrail]). nil: nothing is kept, and Store.AuditTrail
	// returns ErrNoTrail.
	Trail AuditTrail
	// AuditRetention is how long the trail keeps an entry; 0: [DefaultAuditRetention]; negative: as
	// long as the company exists. Older entries are not shown, and are deleted as new ones are
	// added.
	AuditRetention time.Duration
	// AuditTexts keeps the canonical text of filters in the trail, with the names and numbers of
	// searches. They are personal data that no redaction or purge of a session removes.
	AuditTexts bool
}

// Store lists, searches, reads, counts, exports and erases sessions for viewers. See the package
// comment. It starts no goroutine and holds no resources, so that it has no Close. It may be used
// by many goroutines at once. A process should have one Store for each pool of connections, since a
// Store limits only its own work.
type Store struct {
	backend Backend
	options Options
	work    work

	// audited is the time of the last entry of the trail, in microseconds since 1970.
	audited     atomic.Int64
	auditMu     sync.Mutex
	auditPaused map[string]time.Time // by company: when to look for expired entries again
}

// New returns a Store over a Backend, which stays the caller's.
func New(backend Backend, options Options) *Store {
	o := &options
	o.MaxLimit = cmp.Or(max(o.MaxLimit, 0), DefaultMaxLimit)
	o.DefaultLimit = min(cmp.Or(max(o.DefaultLimit, 0), DefaultLimit), o.MaxLimit)
	o.CountLimit = cmp.Or(max(o.CountLimit, 0), DefaultCountLimit)
	// A negative Budget means no bound, which is 0 to a Backend.
	o.Budget = max(cmp.Or(o.Budget, DefaultBudget), 0)
	return &Store{backend: backend, options: options}
}

// limit resolves the limit of a query.
func (s *Store) limit(asked int) (int, error) {
	if asked < 0 || asked > s.options.MaxLimit {
		return 0, fmt.Errorf("%w: %d is not within 1 to %d", ErrLimit, asked, s.options.MaxLimit)
	}
	return cmp.Or(asked, s.options.DefaultLimit), nil
}

// Get returns one session with all fields that the viewer may see. Whether a session is missing,
// another company's or outside the viewer's restriction, the error is the same [ErrNotFound].
func (s *Store) Get(ctx context.Context, v Viewer, id string) (*sessions.Session, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	found, err := s.get(ctx, v, id)
	e := v.event(ActionDetails)
	if e.Session = id; err == nil {
		e.Rows = 1
		v.Disclosure.Apply(found)
	}
	return conclude(ctx, s, e, found, err)
}

// Selfie returns the reference of one session's selfie, for a viewer who is to see the image: "" if
// it has none. If the selfie is hidden from the viewer, the error is a [*HiddenError]. Sessions are
// [ErrNotFound] as in [Store.Get]. The audit hook gets an action of its own, since a list that
// shows selfies asks for many.
func (s *Store) Selfie(ctx context.Context, v Viewer, id string) (string, error) {
	if err := v.check(); err != nil {
		return "", err
	}
	found, err := s.get(ctx, v, id)
	e := v.event(ActionSelfie)
	e.Session = id
	switch {
	case err != nil:
		return conclude(ctx, s, e, "", err)
	case !v.Disclosure.Shows(sessions.FieldSelfie):
		return conclude(ctx, s, e, "", error(&HiddenError{Fields: sessions.FieldsOf(sessions.FieldSelfie)}))
	}
	e.Rows = 1
	return conclude(ctx, s, e, found.Selfie, nil)
}

// get returns a session before the viewer's Disclosure is applied.
func (s *Store) get(ctx context.Context, v Viewer, id string) (*sessions.Session, error) {
	if err := v.Restriction.Err(); err != nil {
		return nil, fmt.Errorf("store: restriction: %w", err)
	}
	found, err := inTurn(ctx, s, func() (*sessions.Session, error) { return s.backend.Get(ctx, v.Company, id) })
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, ErrNotFound
	case err != nil:
		return nil, fmt.Errorf("store: get: %w", err)
	case found.Company != v.Company:
		return nil, ErrBackend
	// A storage may compare IDs less strictly than bytewise.
	case found.ID != id || !v.Restriction.Match(found):
		return nil, ErrNotFound
	}
	return found, nil
}

// list asks the Backend for one batch and checks that it keeps the contract.
func (s *Store) list(ctx context.Context, sel Selection) (Batch, error) {
	batch, err := inTurn(ctx, s, func() (Batch, error) { return s.backend.List(ctx, sel) })
	if err != nil {
		return Batch{}, fmt.Errorf("store: list: %w", err)
	}
	for _, found := range batch.Sessions {
		if found.Company != sel.Company {
			return Batch{}, ErrBackend
		}
	}
	stuck := !batch.Reached.IsZero() && batch.Reached.Compare(sel.After) <= 0
	if stuck || len(batch.Sessions) > sel.Limit {
		return Batch{}, ErrBackend
	}
	return batch, nil
}

// changesSince asks the Backend for changes.
func (s *Store) changesSince(ctx context.Context, company string, since Watermark, limit int) (Changes, error) {
	changed, err := inTurn(ctx, s, func() (Changes, error) { return s.backend.Changes(ctx, company, since, limit) })
	if err != nil {
		return Changes{}, fmt.Errorf("store: changes: %w", err)
	}
	return changed, nil
}

// batchSessions is how many sessions are read at once when they are not read for a page.
const batchSessions = 1000

// batches lists a selection in parts, up to its Limit (0: none) and Budget (0: none). After the
// last part the selection has been read to its end only if Reached of that part is zero. The Store
// knows only that a part costs at least its sessions, so each of the parts may cost up to the
// Budget.
func (s *Store) batches(ctx context.Context, sel Selection) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		part, left := sel, sel.Limit
		for {
			if part.Limit = batchSessions; sel.Limit > 0 {
				part.Limit = min(batchSessions, left)
			}
			batch, err := s.list(ctx, part)
			if !yield(batch, err) || err != nil || batch.Reached.IsZero() {
				return
			}
			n := len(batch.Sessions)
			part.After = batch.Reached
			if left -= n; sel.Limit > 0 && left <= 0 {
				return
			}
			if sel.Budget > 0 {
				if part.Budget -= n; n < part.Limit || part.Budget <= 0 {
					return
				}
			}
		}
	}
}
