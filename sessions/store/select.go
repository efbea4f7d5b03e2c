package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Selected is the selection of a filter as a viewer may see it, to be read as a whole. It is an
// export.Selection, from which files are written. It has the company, the viewer, the query and the
// hidden fields, so that callers do not repeat them.
//
// It is immutable and holds no resources; [Store.Select] makes it. The zero Selected selects
// nothing: its methods return [ErrNoCompany]. Printing one shows company and subject only.
type Selected struct {
	store  *Store
	viewer Viewer
	filter filter.Filter
}

// Select returns the selection of a filter for a viewer. It reads nothing and checks nothing: if
// the viewer may not have the selection, or the filter has an error, the methods of [Selected]
// return the error.
func (s *Store) Select(v Viewer, f filter.Filter) Selected { return Selected{s, v, f} }

// String returns company and subject.
func (x Selected) String() string { //nolint:gocritic // a value method serves values and pointers
	return fmt.Sprintf("selected(company %q, subject %q)", x.viewer.Company, x.viewer.Subject)
}

// Format prints the text of String, whatever the verb: never the query.
func (x Selected) Format(s fmt.State, _ rune) { //nolint:gocritic // a value method serves values and pointers
	_, _ = io.WriteString(s, x.String())
}

// LogValue returns a group of company and subject: never the query.
func (x Selected) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	return slog.GroupValue(slog.String("company", x.viewer.Company), slog.String("subject", x.viewer.Subject))
}

// Request returns the request: the company, the person who asks, the filter, and the fields that
// the person may see.
func (x Selected) Request() sessions.Request {
	from, to := x.filter.Range()
	return sessions.Request{
		Company: x.viewer.Company, AskedBy: x.viewer.Subject, Query: x.filter.Text(), From: from, To: to,
		Disclosure: x.viewer.Disclosure,
	}
}

// Open checks whether the viewer may export the selection, calls the audit hook for its beginning,
// and returns the sessions, newest first, without the limits and budgets of pages. So a refusal
// comes before the first byte of a file is written.
//
// Each session is valid only until the next, so that memory does not grow. It has its ID, company
// and creation time, and those fields of the reading that the viewer may see. A [Streamer] is read
// as one snapshot; any other Backend page by page, so that a session that changes meanwhile comes
// at most once, as it was when it was reached. The iterator reads again each time that it is ranged
// over, and may be left early. An error comes once and last. At the end the iterator calls the
// audit hook with the outcome and the number of rows.
//
// An export counts towards [Options.Exports] while its iterator is ranged over. Beyond these limits
// Open fails with a [*BusyError]. So does an iterator, before its first session, if other exports
// began after Open.
//
// Errors wrap [ErrNoCompany], [ErrNoRole], [ErrNoExport], the filter's own error, [ErrHidden],
// [ErrBusy] and [ErrRefused]. If the viewer or the reading has a limit, the whole selection is
// counted first: if it is over the limit, the error wraps [ErrExportLimit] or
// [sessions.ErrTooMany]. If sessions that arrive later exceed the limit, the iterator ends with
// that error.
func (x Selected) Open(ctx context.Context, r sessions.Reading) (iter.Seq2[*sessions.Session, error], error) {
	o, err := x.open(ctx, r)
	if err != nil {
		return nil, err
	}
	return o.sessions, nil
}

// All yields the sessions as the viewer may see them. Each belongs to the caller. All opens the
// selection each time that it is ranged over, as [Selected.Open] does, with the same errors and
// events.
func (x Selected) All(ctx context.Context) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		o, err := x.open(ctx, sessions.Reading{Fields: sessions.AllFields()})
		if err != nil {
			yield(nil, err)
			return
		}
		for s, err := range o.sessions {
			if err == nil {
				s = s.Clone()
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// opened is a selection that may be read.
type opened struct {
	ctx   context.Context //nolint:containedctx // of the one call that the iterator belongs to
	store *Store
	sel   Selection
	asks  viewerKey
	seen  sessions.Disclosure
	event Event

	limit     int   // how many sessions may be read; 0: any number
	overLimit error // error if there are more than limit
}

func (x Selected) open(ctx context.Context, r sessions.Reading) (*opened, error) {
	if err := x.viewer.check(); err != nil {
		return nil, err
	}
	o := &opened{ctx: ctx, store: x.store, asks: x.viewer.key(), seen: x.viewer.Disclosure, event: x.viewer.event(ActionExport)}
	o.event.Query = x.filter.Text()
	if err := o.permit(x.viewer, x.filter, r); err != nil {
		return conclude(ctx, x.store, o.event, o, err)
	}
	e := o.event
	e.Outcome = Started
	if err := x.store.tell(ctx, e); err != nil {
		return nil, err
	}
	return o, nil
}

// permit returns an error if the viewer may not export the selection. Otherwise it fills in the
// fields that reading needs.
func (o *opened) permit(v Viewer, f filter.Filter, r sessions.Reading) error {
	if v.NoExport || v.ExportLimit < 0 {
		return ErrNoExport
	}
	sc, err := v.scope(f)
	if err == nil {
		err = o.store.room(o.asks)
	}
	if err != nil {
		return err
	}
	// ID, company and creation time are always read. They also keep the set from being empty, which
	// means all fields to a Backend.
	read := r.Fields.Union(sessions.FieldsOf(sessions.FieldID, sessions.FieldCompany, sessions.FieldCreatedAt))
	o.sel = Selection{Company: v.Company, Filter: sc.selected, Fields: read.Minus(v.Disclosure.Hidden())}
	if o.limit = v.ExportLimit; o.limit > 0 {
		o.overLimit = &ExportLimitError{o.limit}
	}
	if r.Limit > 0 && (o.limit == 0 || r.Limit < o.limit) {
		o.limit, o.overLimit = r.Limit, fmt.Errorf("store: export: %w: over %d", sessions.ErrTooMany, r.Limit)
	}
	if o.limit > 0 {
		counted := o.sel
		counted.Limit = o.limit + 1
		n, err := o.store.count(o.ctx, counted)
		if err != nil {
			return err
		}
		if n.N > o.limit {
			return o.overLimit
		}
	}
	// After the count, which is of the whole selection.
	o.sel.After = r.After
	return nil
}

var errStopped = errors.New("store: the reader has left")

// sessions yields the sessions of the selection, and then calls the audit hook with the outcome.
func (o *opened) sessions(yield func(*sessions.Session, error) bool) {
	e := o.event
	stopped := false
	err := o.each(func(found *sessions.Session) error {
		switch {
		case stopped:
			return errStopped
		case found.Company != o.sel.Company:
			return ErrBackend
		// Sessions have come in since the selection was counted.
		case o.limit > 0 && e.Rows == o.limit:
			return o.overLimit
		}
		o.seen.Apply(found)
		// A field that was not read must not look absent.
		found.Retain(o.sel.Fields)
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
	if refusal := o.store.tell(context.WithoutCancel(o.ctx), e); err == nil {
		err = refusal
	}
	if err != nil && !stopped {
		yield(nil, err)
	}
}

// each calls do with the sessions of the selection until the first error.
func (o *opened) each(do func(*sessions.Session) error) error {
	end, err := o.store.export(o.asks)
	if err != nil {
		return err
	}
	defer end()
	return o.store.stream(o.ctx, o.sel, do)
}

// Written calls the audit hook for a file of the selection that was sent, with its rows, its bytes
// and their SHA-256 in hexadecimal. failed is not nil if the file broke off after these bytes.
// Package httpapi calls Written. The error is that of the hook.
func (x Selected) Written(ctx context.Context, rows, bytes int64, sha256 string, failed error) error {
	e := x.viewer.event(ActionExport)
	e.Query, e.Outcome, e.Rows, e.Bytes, e.SHA256, e.Err = x.filter.Text(), Written, int(rows), bytes, sha256, failed
	if x.store == nil {
		return ErrNoCompany
	}
	// A broken export is audited even if the client is gone.
	return x.store.tell(context.WithoutCancel(ctx), e)
}

// Watermark returns the newest watermark for this viewer, for use with [Selected.Changed] only. If
// the Backend has no watermarks, the error wraps [errors.ErrUnsupported].
func (x Selected) Watermark(ctx context.Context) (string, error) {
	if err := x.viewer.check(); err != nil {
		return "", err
	}
	changes, err := x.store.changesSince(ctx, x.viewer.Company, "", 1)
	if err != nil {
		return "", err
	}
	if changes.Next == "" {
		return "", fmt.Errorf("store: export: watermark: %w", errors.ErrUnsupported)
	}
	return string(x.viewer.watermark(Watermark(x.part()) + changes.Next)), nil
}

// part returns a fingerprint of the part of the company that the viewer may see. An export that
// began with one part cannot continue with another.
func (x Selected) part() string {
	of := fingerprintOf(x.viewer.Restriction.Text())
	return string(of[:])
}

// changesRead is how many changes Changed reads at once.
const changesRead = 1000

// Changed reports whether a session further back than the position has changed since the watermark,
// if it is in the selection or may have been in it. A session whose creation time is outside the
// selection was never in it. For a viewer whose restriction is not that of the watermark, Changed
// always returns true.
func (x Selected) Changed(ctx context.Context, since string, after sessions.Position) (bool, error) {
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
	// The empty watermark would ask for a new one, and find no changes.
	if mark == "" {
		return false, ErrWatermark
	}
	of, ok := strings.CutPrefix(string(mark), x.part())
	if !ok {
		return true, nil
	}
	mark = Watermark(of)
	from, to := sc.selected.Range()
	for {
		changed, err := x.store.changesSince(ctx, x.viewer.Company, mark, changesRead)
		if err != nil {
			return false, err
		}
		for _, found := range changed.Sessions {
			at := found.CreatedAt
			switch {
			case found.Company != x.viewer.Company:
				return false, ErrBackend
			// These are not further back, or were never in the selection: creation times never
			// change.
			case PositionOf(found).Compare(after) <= 0:
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
