package store

import (
	"fmt"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Viewer says who asks, and what they may see. The host fills it in after authorization. Every call
// checks it: without a Company the error is [ErrNoCompany], without a Role of the product's
// [ErrNoRole]. The zero values of the other fields restrict nothing.
type Viewer struct {
	Company string // whose sessions; opaque
	Role    sessions.Role
	Subject string // key of the person who asks, for the audit trail; opaque

	// Disclosure says which fields the viewer may see. Hidden fields can be neither searched nor
	// filtered by.
	Disclosure sessions.Disclosure
	// Restriction is the part of the company that the viewer may see, in lists, details, attempts,
	// changes, counts and exports alike. It may use fields that are hidden. A session that leaves it
	// disappears without notice, so restrict by fields that do not change. Redaction removes the
	// subject, and extra fields except [CompanySettings.KeptKeys], so that a restriction by them then
	// excludes the session.
	Restriction filter.Filter

	NoExport    bool // may not export: Selected.Open and All return ErrNoExport
	ExportLimit int  // sessions that Selected.Open and All yield at most; 0: no limit; negative: as NoExport
	MayErase    bool // may erase: Store.Redact, Purge and PurgeCompany
}

func (v Viewer) check() error {
	switch {
	case v.Company == "":
		return ErrNoCompany
	case !v.Role.Known():
		return ErrNoRole
	}
	return nil
}

// key tells viewers apart.
func (v Viewer) key() viewerKey { return viewerKey{v.Company, v.Subject} }

// scope is what a viewer's filter means for that viewer.
type scope struct {
	asked    filter.Filter   // the viewer's filter; its searches look at fields that the viewer may see only
	selected filter.Filter   // asked, within the restriction
	searched sessions.Fields // by the filter's searches
}

// scope narrows a filter to what the viewer may see, or says by which field they may not filter.
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
		if used.Has(sessions.FieldReasons) { // a filter by a reason tells what the reason tells
			var reasons []sessions.Reason
			for _, r := range c.Values() {
				reasons = append(reasons, sessions.Reason(r))
			}
			used = used.Union(sessions.ReasonFields(reasons...))
		}
		if _, ok := c.Search(); ok {
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
