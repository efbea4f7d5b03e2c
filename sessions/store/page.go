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
	Limit  int    // sessions, at most; 0: Options.DefaultLimit; over Options.MaxLimit or negative: ErrLimit
	After  Cursor // Page.Next of the page before; empty: the newest page

	// Tab identifies where the query is typed, such as a browser's tab. List cancels an older query of
	// the same tab and viewer that is still running, which fails with ErrSuperseded. If viewers have
	// no Subject, make the keys unique. Empty: it cancels nothing.
	Tab string
}

// Page is a part of a selection, newest first, ties by ID, the bytewise greater one first.
//
// It ends for one of three reasons. At the end of the selection, Complete is true and Next is
// empty. If the page is full, neither Complete nor Partial is true. If the work budget was spent
// before it was full, Partial is true: the page has what was found, perhaps nothing, and Next
// continues where the search stopped.
type Page struct {
	Sessions []*sessions.Session // the caller's; what the viewer may not see is hidden
	Next     Cursor              // of the page that follows; empty only at the end

	Complete     bool      // the selection was searched to its end
	Partial      bool      // the budget ended the page before it was full
	SearchedBack time.Time // everything created later has been searched, UTC; zero if Complete

	AsOf     Watermark       // from before the page was read: ask Changes since that of the first page
	Searched sessions.Fields // the fields that a search looked at; none without a search
	Rekeying bool            // search keys are being rebuilt, as in a [Batch]: the page is right, but took longer

	// From and To are the instants between which the filter selects creation times, in UTC, To not
	// inclusive. Zero is open.
	From, To time.Time
	// FoldsToNothing reports whether a search is not blank and has no letter or digit, so that it
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

// listFor lists for a viewer. Reached of a batch that the budget ended may be a session outside the
// viewer's restriction, of which neither the cursor nor SearchedBack may state the ID or the
// moment.
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
		sel.After = batch.Reached // and on, to the end of a second of more sessions than the budget
	}
	return batch, err
}

// visible returns the position furthest back, of those that a viewer may know, that a partial batch
// has searched: that of its last session, or a whole second behind after. Going on from there reads
// again what lies between it and Reached, which has no session of the selection.
func visible(batch Batch, after Position) (at Position, ok bool) {
	if n := len(batch.Sessions); n > 0 {
		after, ok = PositionOf(batch.Sessions[n-1]), true
	}
	// No ID is before the empty one: the position is behind all sessions of its time.
	at = Position{CreatedAt: batch.Reached.CreatedAt.Truncate(time.Second).Add(time.Second)}
	if after.IsZero() || at.Before(after) {
		return at, true
	}
	return after, ok
}

// Attempts returns a page of the attempts of one person: the sessions with the same subject as the
// session given, itself among them, that the viewer may see and the query's filter selects. A
// session without a subject is the only one. The filter uses [sessions.FieldSubject]: if that is
// hidden, the error is a [*HiddenError]. Other errors are those of [Store.Get] and [Store.List].
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
	before, err := s.changesSince(ctx, v.Company, "", 1)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) { // a Backend without changes has no watermark either
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
