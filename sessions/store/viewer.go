package store

import (
	"fmt"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Viewer is the person who makes a call, and says what they may see. The host fills it in after
// authorization. Every call checks it: without a Company the error is [ErrNoCompany], without one
// of the product's roles it is [ErrNoRole]. The zero values of the other fields restrict nothing.
type Viewer struct {
	Company string // company whose sessions are asked for; opaque
	Role    sessions.Role
	Subject string // key of the person who asks, for the audit trail; opaque

	// Disclosure says which fields the viewer may see. Hidden fields can be neither searched nor
	// filtered by.
	Disclosure sessions.Disclosure
	// Restriction is the part of the company that the viewer may see, in lists, details, attempts,
	// changes, counts and exports alike. It may use fields that are hidden. A session that leaves
	// the part disappears without notice, so restrict by fields that do not change. Redaction
	// removes the subject, and extra fields except [CompanySettings.KeptOnRedaction], so that a
	// restriction by them then excludes the session.
	Restriction filter.Filter

	NoExport bool // may not export: Selected.Open and All return ErrNoExport
	// ExportLimit is how many sessions Selected.Open and All yield at most. 0: no limit. Negative:
	// as NoExport.
	ExportLimit int
	MayErase    bool // may erase: Store.Redact, Purge and PurgeCompany
}

// check returns an error if the viewer has no company or no role of the product.
func (v Viewer) check() error {
	switch {
	case v.Company == "":
		return ErrNoCompany
	case !v.Role.Known():
		return ErrNoRole
	}
	return nil
}

// key returns the key that identifies the viewer in limits and searches.
func (v Viewer) key() viewerKey { return viewerKey{v.Company, v.Subject} }

// scope is a viewer's filter, applied to what the viewer may see.
type scope struct {
	// The viewer's filter. Its searches look only at fields that the viewer may see.
	asked    filter.Filter
	selected filter.Filter   // asked, within the restriction
	searched sessions.Fields // fields that the filter's searches look at
}

// scope narrows a filter to the sessions and fields that the viewer may see. If the filter uses a
// hidden field, the error is a [*HiddenError].
func (v Viewer) scope(f filter.Filter) (scope, error) {
	if err := v.Restriction.Err(); err != nil {
		return scope{}, fmt.Errorf("store: restriction: %w", err)
	}
	if err := f.Err(); err != nil {
		return scope{}, fmt.Errorf("store: filter: %w", err)
	}
	hidden := v.Disclosure.Hidden()
	var searched sessions.Fields
	for c := range f.All() {
		used := c.Fields()
		// A filter by a reason reveals the same field as the reason.
		if used.Has(sessions.FieldReasons) {
			var reasons []sessions.Reason
			for _, r := range c.Values() {
				reasons = append(reasons, sessions.Reason(r))
			}
			used = used.Union(sessions.ReasonFields(reasons...))
		}
		if _, ok := c.Search(); ok {
			// A search is narrowed to the visible fields. It is refused only if none is left.
			if used.Minus(hidden) == 0 {
				return scope{}, &HiddenError{used}
			}
			searched = searched.Union(used.Minus(hidden))
		} else if h := used.Intersect(hidden); h != 0 {
			return scope{}, &HiddenError{h}
		}
	}
	f = f.WithSearchFields(sessions.SearchFields().Minus(hidden))
	return scope{f, filter.And(v.Restriction, f), searched}, nil
}
