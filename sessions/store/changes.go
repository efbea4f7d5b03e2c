package store

import (
	"context"

	"github.com/kvalifika/sessionkit/sessions"
)

// Delta is what has changed in a selection since a watermark: enough to bring pages that were read
// then up to date.
type Delta struct {
	Sessions []*sessions.Session // entered the selection or changed in it, in the order in which that became visible
	Left     []string            // IDs of changed sessions that are not, or no longer, in the selection
	Next     Watermark           // asks for what comes after these
	More     bool                // there is more now: ask again from Next
}

// Changes returns what has changed in the query's selection since a watermark: that of a page, or
// Delta.Next. The empty Watermark asks only for a watermark. The query's Limit is how many changed
// sessions of the company are looked at, so that a Delta may be empty and still have more. Its
// After is ignored.
//
// A change may be reported twice, but is never missed. Sessions outside the viewer's restriction
// are not reported, whether they were in it before or not.
//
// Errors are those of [Store.List], and wrap [ErrWatermark] for a watermark that is cut off,
// changed, of another company, or from before a restore or a purge: read the list again.
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
