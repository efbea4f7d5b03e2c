package store

import (
	"context"

	"github.com/kvalifika/sessionkit/sessions"
)

// Delta has the changes of a selection since a watermark: enough to update pages that were read at
// that time.
type Delta struct {
	// Sessions entered the selection or changed in it. They come in the order in which the changes
	// became visible.
	Sessions []*sessions.Session
	// Left are the IDs of changed sessions that are not, or no longer, in the selection.
	Left []string
	Next Watermark // watermark to ask for the changes after these
	More bool      // there are more changes now: ask again from Next
}

// Changes returns the changes of the query's selection since a watermark, which comes from a page
// or from Delta.Next. The empty Watermark asks only for a watermark. The query's Limit is how many
// changed sessions of the company are examined, so that a Delta may be empty and still have More.
// Its After is ignored.
//
// A change may be reported twice, but is never missed. Sessions outside the viewer's restriction
// are not reported, whether they were in it before or not. That a session has changed is not
// hidden: it is reported also if only fields that the viewer may not see have changed.
//
// Errors are those of [Store.List], and wrap [ErrWatermark] for a watermark that is truncated,
// altered, of another company, or from before a restore or a purge: read the list again.
func (s *Store) Changes(ctx context.Context, v Viewer, q Query, since Watermark) (Delta, error) {
	if err := v.check(); err != nil {
		return Delta{}, err
	}
	e := v.event(ActionChanges)
	e.Query = q.Filter.Text()
	delta, err := s.changes(ctx, v, q, since)
	e.Rows = len(delta.Sessions) + len(delta.Left)
	return conclude(ctx, s, e, delta, err)
}

func (s *Store) changes(ctx context.Context, v Viewer, q Query, since Watermark) (Delta, error) {
	sc, err := v.scope(q.Filter)
	if err != nil {
		return Delta{}, err
	}
	limit, err := s.limit(q.Limit)
	if err != nil {
		return Delta{}, err
	}
	mark, err := v.backendWatermark(since)
	if err != nil {
		return Delta{}, err
	}
	changed, err := s.changesSince(ctx, v.Company, mark, limit)
	if err != nil {
		return Delta{}, err
	}
	delta := Delta{Next: v.watermark(changed.Next), More: changed.More}
	for _, found := range changed.Sessions {
		switch {
		case found.Company != v.Company:
			return Delta{}, ErrBackend
		// Not even the ID is reported.
		case !v.Restriction.Match(found):
		case !sc.asked.Match(found):
			delta.Left = append(delta.Left, found.ID)
		default:
			v.Disclosure.Apply(found)
			delta.Sessions = append(delta.Sessions, found)
		}
	}
	return delta, nil
}
