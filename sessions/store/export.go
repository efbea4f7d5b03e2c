package store

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// All yields every session of a filter that the viewer may see, newest first, whatever the limits and budgets of pages. Each is
// the caller's. It reads when it is ranged over, every time anew; an error comes once and last, and leaving early leaves
// nothing behind. A [Streamer] is read as one snapshot, any other Backend by position, so that a session that
// changes meanwhile comes once at most, as it was when it was reached.
//
// It takes the whole selection away, as [Store.Export] does, with the same checks, errors and events.
func (s *Store) All(ctx context.Context, v Viewer, f filter.Filter) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		x, err := s.export(ctx, v, f, 0)
		if err != nil {
			yield(nil, err)
			return
		}
		x.run(yield, (*sessions.Session).Clone)
	}
}

// Export checks whether the viewer may export a filter's sessions, tells the audit hook that it begins, and returns them as an
// iterator: a refusal comes before the first byte of a file is written. The iterator yields what [Store.All] does, except that it
// lends each session until the next, so that a million cost no memory; it tells the hook how it ended, and with how
// many rows, each time it was ranged over.
//
// Fields are those that the reader looks at, for a file those of export.Options.Fields; others may be left out of the sessions,
// which spares the storage their reading. No fields are all.
//
// Errors wrap [ErrNoCompany], [ErrNoRole], [ErrNoExport], the filter's own error, [ErrHidden], [ErrRefused], and
// [ErrExportLimit] if the selection has more sessions than the viewer may export, which are counted first. Sessions that come in
// later do not lift that limit: the iterator then ends with that error.
func (s *Store) Export(ctx context.Context, v Viewer, f filter.Filter, fields sessions.Fields) (iter.Seq2[*sessions.Session, error], error) {
	x, err := s.export(ctx, v, f, fields)
	if err != nil {
		return nil, err
	}
	return func(yield func(*sessions.Session, error) bool) { x.run(yield, lend) }, nil
}

func lend(s *sessions.Session) *sessions.Session { return s }

// export is an export that may begin.
type export struct {
	ctx    context.Context //nolint:containedctx // of the one call that the iterator belongs to
	store  *Store
	viewer Viewer
	sel    Selection
	event  Event
}

func (s *Store) export(ctx context.Context, v Viewer, f filter.Filter, fields sessions.Fields) (export, error) {
	if err := v.check(); err != nil {
		return export{}, err
	}
	x := export{ctx: ctx, store: s, viewer: v, event: v.event(ActionExport)}
	x.event.Query = f.Text()
	if err := x.permit(f, fields); err != nil {
		return conclude(ctx, s, x.event, x, err)
	}
	e := x.event
	e.Outcome = Started
	return x, s.tell(ctx, e)
}

// permit says why the viewer may not export the selection.
func (x *export) permit(f filter.Filter, fields sessions.Fields) error {
	v := x.viewer
	if v.NoExport || v.ExportLimit < 0 {
		return ErrNoExport
	}
	sc, err := v.scope(f)
	if err != nil {
		return err
	}
	x.sel = Selection{Company: v.Company, Filter: sc.selected, Fields: fields}
	if v.ExportLimit == 0 {
		return nil
	}
	sel := x.sel
	sel.Limit = v.ExportLimit + 1
	n, err := x.store.count(x.ctx, sel)
	if err == nil && n.N > v.ExportLimit {
		err = &ExportLimitError{v.ExportLimit}
	}
	return err
}

var errStopped = errors.New("store: the reader has left")

func (x *export) run(yield func(*sessions.Session, error) bool, own func(*sessions.Session) *sessions.Session) {
	e := x.event
	stopped := false
	err := x.each(func(found *sessions.Session) error {
		switch limit := x.viewer.ExportLimit; {
		case stopped:
			return errStopped
		case found.Company != x.sel.Company:
			return ErrBackend
		case limit > 0 && e.Rows == limit:
			return &ExportLimitError{limit}
		}
		found = own(found)
		x.viewer.Disclosure.Apply(found)
		e.Rows++
		if stopped = !yield(found, nil); stopped {
			return errStopped
		}
		return nil
	})
	switch {
	case stopped:
		e.Outcome = Stopped
	case err != nil:
		e.Outcome, e.Err = Failed, err
	default:
		e.Outcome = Done
	}
	if refusal := x.store.tell(context.WithoutCancel(x.ctx), e); err == nil {
		err = refusal
	}
	if err != nil && !stopped {
		yield(nil, err)
	}
}

// each hands over the sessions of the selection until the first error.
func (x *export) each(do func(*sessions.Session) error) error {
	if streamer, ok := x.store.backend.(Streamer); ok {
		if err := streamer.Stream(x.ctx, x.sel, do); err != nil {
			return fmt.Errorf("store: export: %w", err)
		}
		return nil
	}
	for batch, err := range x.store.batches(x.ctx, x.sel) {
		if err != nil {
			return err
		}
		for _, found := range batch.Sessions {
			if err := do(found); err != nil {
				return err
			}
		}
	}
	return nil
}
