package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Query asks for a page of a selection. The zero Query asks for the newest page of everything.
type Query struct {
	Filter filter.Filter
	// Limit is how many sessions the page has at most. 0: Options.DefaultLimit. Over
	// Options.MaxLimit or negative: ErrLimit.
	Limit int
	After Cursor // Page.Next of the page before; empty: the newest page

	// Tab identifies the place where the query is typed, such as a browser's tab. List cancels an
	// older query of the same tab and viewer that is still running, which fails with ErrSuperseded.
	// If viewers have no Subject, make the keys unique. Empty: it cancels nothing.
	Tab string
}

// Page is a part of a selection, newest first, ties by ID, the bytewise greater one first.
//
// It ends for one of three reasons. At the end of the selection, Complete is true and Next is
// empty. If the page is full, neither Complete nor Partial is true. If the work budget was spent
// before it was full, Partial is true: the page has the sessions found so far, perhaps none, and
// Next continues where the search stopped.
type Page struct {
	Sessions []*sessions.Session // the caller's own, without the fields hidden from the viewer
	Next     Cursor              // cursor of the next page; empty only at the end

	Complete     bool      // the selection was searched to its end
	Partial      bool      // the budget ended the page before it was full
	SearchedBack time.Time // everything created later has been searched, UTC; zero if Complete

	// AsOf is from before the page was read. Pass the AsOf of the first page to Changes.
	AsOf     Watermark
	Searched sessions.Fields // the fields that a search looked at; none without a search
	// Rekeying reports that search keys are being rebuilt, as in a [Batch]: the page is right, but
	// took longer.
	Rekeying bool

	// From and To are the instants between which the filter selects creation times, in UTC. To is
	// exclusive. A zero time is an open end.
	From, To time.Time
	// FoldsToNothing reports whether a search is not blank but has no letter or digit, so that it
	// finds nothing.
	FoldsToNothing bool
}

// Rows returns the sessions as the list shows them.
func (p Page) Rows() []sessions.Row { //nolint:gocritic // a value method serves values and pointers
	rows := make([]sessions.Row, len(p.Sessions))
	for i, s := range p.Sessions {
		rows[i] = s.Row()
	}
	return rows
}

// List returns a page of the sessions that the viewer may see and the query selects.
//
// Errors wrap [ErrNoCompany], [ErrNoRole], the filter's own error, [ErrHidden], [ErrLimit],
// [ErrCursor], [ErrSuperseded], [ErrRefused], the context's or the Backend's.
func (s *Store) List(ctx context.Context, v Viewer, q Query) (Page, error) {
	if err := v.check(); err != nil {
		return Page{}, err
	}
	e := v.event(ActionList)
	e.Query = q.Filter.Text()
	within := ctx
	if q.Tab != "" {
		var end func()
		within, end = s.work.supersede(ctx, tabKey{v.key(), q.Tab})
		defer end()
	}
	page, err := s.page(within, v, q)
	if err != nil && errors.Is(context.Cause(within), ErrSuperseded) && !errors.Is(err, ErrSuperseded) {
		err = fmt.Errorf("%w: %w", ErrSuperseded, err)
	}
	if e.Rows = len(page.Sessions); page.Searched != 0 {
		e.Action = ActionSearch
	}
	return conclude(ctx, s, e, page, err)
}

func (s *Store) page(ctx context.Context, v Viewer, q Query) (Page, error) {
	sc, err := v.scope(q.Filter)
	if err != nil {
		return Page{}, err
	}
	// Returned with every error below, so that a failed search is audited as a search.
	page := Page{Searched: sc.searched, FoldsToNothing: sc.asked.SearchesNothing()}
	page.From, page.To = sc.asked.Range()
	sel := Selection{Company: v.Company, Filter: sc.selected, Budget: s.options.Budget}
	if sel.Limit, err = s.limit(q.Limit); err != nil {
		return page, err
	}
	binding := v.binding(sc)
	if sel.After, err = q.After.position(binding); err != nil {
		return page, err
	}
	batch, err := s.listFor(ctx, v, sel)
	if err != nil {
		return page, err
	}
	for _, found := range batch.Sessions {
		v.Disclosure.Apply(found)
	}
	page.Sessions = batch.Sessions
	page.AsOf, page.Rekeying = v.watermark(batch.AsOf), batch.Rekeying
	if page.Complete = batch.Reached.IsZero(); !page.Complete {
		page.Next = cursorAt(batch.Reached, binding)
		page.Partial = len(batch.Sessions) < sel.Limit
		page.SearchedBack = batch.Reached.CreatedAt
	}
	return page, nil
}

// listFor lists for a viewer. If the budget ended a batch, its Reached may be the position of a
// session outside the viewer's restriction. Neither the cursor nor SearchedBack may reveal that
// session's ID or creation time.
func (s *Store) listFor(ctx context.Context, v Viewer, sel Selection) (Batch, error) {
	batch, err := s.list(ctx, sel)
	for asOf, after := batch.AsOf, sel.After; err == nil && !v.Restriction.IsZero(); batch, err = s.list(ctx, sel) {
		batch.AsOf = asOf
		if batch.Reached.IsZero() || len(batch.Sessions) == sel.Limit {
			return batch, nil
		}
		if at, ok := visible(batch, after); ok {
			batch.Reached = at
			return batch, nil
		}
		// The second has more sessions than the budget: go on to its end.
		sel.After = batch.Reached
	}
	return batch, err
}

// visible returns the furthest position of a partial batch that a viewer may know: the position of
// its last session, or a whole second further back than after. ok is false if there is none.
// Continuing from there reads the part up to Reached again, which has no session of the selection.
func visible(batch Batch, after Position) (at Position, ok bool) {
	if n := len(batch.Sessions); n > 0 {
		after, ok = PositionOf(batch.Sessions[n-1]), true
	}
	// The empty ID sorts last within an instant, so the position is after all sessions of its time.
	at = Position{CreatedAt: batch.Reached.CreatedAt.Truncate(time.Second).Add(time.Second)}
	if at.Compare(after) > 0 {
		return at, true
	}
	return after, ok
}

// Attempts returns a page of the attempts of one person: the sessions with the same subject as the
// session given, itself among them, that the viewer may see and the query's filter selects. A
// session without a subject is its only attempt. The filter uses [sessions.FieldSubject]: if that
// is hidden, the error is a [*HiddenError]. Other errors are those of [Store.Get] and [Store.List].
func (s *Store) Attempts(ctx context.Context, v Viewer, id string, q Query) (Page, error) {
	if err := v.check(); err != nil {
		return Page{}, err
	}
	e := v.event(ActionAttempts)
	e.Query, e.Session = q.Filter.Text(), id
	page, err := s.attempts(ctx, v, id, q)
	e.Rows = len(page.Sessions)
	return conclude(ctx, s, e, page, err)
}

func (s *Store) attempts(ctx context.Context, v Viewer, id string, q Query) (Page, error) {
	if !v.Disclosure.Shows(sessions.FieldSubject) {
		return Page{}, &HiddenError{sessions.FieldsOf(sessions.FieldSubject)}
	}
	// The watermark is taken before the session is read, so that no change is missed.
	before, err := s.changesSince(ctx, v.Company, "", 1)
	// A Backend without changes has no watermark either.
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return Page{}, err
	}
	one, err := s.get(ctx, v, id)
	if err != nil {
		return Page{}, err
	}
	if one.Subject != "" {
		q.Filter = filter.And(q.Filter, filter.Is(sessions.FieldSubject, one.Subject))
		return s.page(ctx, v, q)
	}
	sc, err := v.scope(q.Filter)
	if err != nil {
		return Page{}, err
	}
	page := Page{Complete: true, AsOf: v.watermark(before.Next), Searched: sc.searched}
	if sc.selected.Match(one) {
		v.Disclosure.Apply(one)
		page.Sessions = []*sessions.Session{one}
	}
	return page, nil
}
