package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Source is a selection as a source of files that can be resumed: an export.Source. Each part of the selection that is read is an
// export of its own to the audit hook.
type Source struct {
	store  *Store
	viewer Viewer
	filter filter.Filter
	fields sessions.Fields
}

// Source returns the selection of a filter that the viewer may see, with fields as [Store.Export] takes them. What the viewer may
// not do, the methods say.
func (s *Store) Source(v Viewer, f filter.Filter, fields sessions.Fields) Source {
	return Source{s, v, f, fields}
}

// Watermark returns the newest watermark of the viewer's company. Without one the error wraps [errors.ErrUnsupported].
func (x Source) Watermark(ctx context.Context) (string, error) {
	if err := x.viewer.check(); err != nil {
		return "", err
	}
	changes, err := x.store.backend.Changes(ctx, x.viewer.Company, "", 1)
	if err != nil {
		return "", fmt.Errorf("store: export: %w", err)
	}
	if changes.Next == "" {
		return "", fmt.Errorf("store: export: watermark: %w", errors.ErrUnsupported)
	}
	return string(x.viewer.watermark(changes.Next)), nil
}

// Sessions yields what [Store.Export] yields, but for the sessions up to the position given, in whose place need not be a
// session; the zero time is before all. The limit of the viewer is that of the whole selection. An error, of permission too, comes once,
// last.
func (x Source) Sessions(ctx context.Context, createdAt time.Time, id string) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		e, err := x.store.export(ctx, x.viewer, x.filter, x.fields)
		if err != nil {
			yield(nil, err)
			return
		}
		e.sel.After = Position{createdAt, id}
		e.run(yield, lend)
	}
}

// changesRead is how many changes are read at once.
const changesRead = 1000

// Changed tells whether a session behind the position, that is in the selection or may have been in it, has changed since the
// watermark. Those that are out of the selection by their creation time never were in it.
func (x Source) Changed(ctx context.Context, since string, createdAt time.Time, id string) (bool, error) {
	if err := x.viewer.check(); err != nil {
		return false, err
	}
	sc, err := x.viewer.scope(x.filter)
	if err != nil {
		return false, err
	}
	mark, err := x.viewer.backendWatermark(Watermark(since))
	if err != nil {
		return false, err
	}
	if mark == "" {
		return false, ErrWatermark
	}
	from, to := sc.selected.Range()
	after := Position{createdAt, id}
	for {
		changed, err := x.store.backend.Changes(ctx, x.viewer.Company, mark, changesRead)
		if err != nil {
			return false, fmt.Errorf("store: export: %w", err)
		}
		for _, found := range changed.Sessions {
			at := found.CreatedAt
			switch {
			case found.Company != x.viewer.Company:
				return false, ErrBackend
			case !after.IsZero() && !PositionOf(found).Before(after):
			case !from.IsZero() && at.Before(from), !to.IsZero() && !at.Before(to):
			default:
				return true, nil
			}
		}
		if !changed.More {
			return false, nil
		}
		mark = changed.Next
	}
}
