package export

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/kvalifika/sessionkit/sessions"
)

// Selection is the source of a file: sessions, newest first, ties by ID, the bytewise greater ID
// first. Creation times and IDs never change. Store.Select of package store returns one;
// [FromIterator] makes one from a host's own iterator.
type Selection interface {
	// Request says who asks for which sessions, and which fields they may see. It reads nothing,
	// and its result never changes.
	Request() sessions.Request

	// Open checks whether the sessions may be read, and returns an iterator whose sessions are
	// valid only until the next one. An error of the iterator comes once and last. Only the fields
	// that the reading asks for are used.
	Open(ctx context.Context, r sessions.Reading) (iter.Seq2[*sessions.Session, error], error)

	// Watermark returns a moment in the history of the selection, not later than any that Open
	// reads afterwards. An error that wraps [errors.ErrUnsupported] says that there is none: a file
	// cannot be resumed then.
	Watermark(ctx context.Context) (string, error)

	// Changed reports whether a session further back than the position, which is in the selection
	// or may have been, has changed or been added since the watermark. If in doubt it returns true.
	Changed(ctx context.Context, since string, after sessions.Position) (bool, error)
}

// disclosed yields the sessions of a selection without what the viewer may not see, whether or not
// the selection has hidden it.
func disclosed(all iter.Seq2[*sessions.Session, error], d sessions.Disclosure) iter.Seq2[*sessions.Session, error] {
	if d.Hidden() == 0 {
		return all
	}
	return func(yield func(*sessions.Session, error) bool) {
		seen := sight{of: d}
		for s, err := range all {
			if !yield(seen.session(s), err) {
				return
			}
		}
	}
}

// sight shows a viewer's view of one session at a time.
type sight struct {
	of   sessions.Disclosure
	seen sessions.Session // a copy, since the session itself belongs to the selection
}

// session returns the session without what the viewer may not see. The result is valid until the
// next call.
func (v *sight) session(s *sessions.Session) *sessions.Session {
	// A session may hide the fields already, because they were not read, and still have reasons
	// from which their values could be inferred.
	if s == nil || v.of.Hidden().Minus(s.Hidden()) == 0 && len(s.Reasons) == 0 {
		return s
	}
	v.seen = *s
	v.of.Apply(&v.seen)
	return &v.seen
}

// FromIterator makes a [Selection] from a host's own iterator, for sessions that do not come from a
// store. Files hide what the request's disclosure hides, whether or not the iterator has hidden it.
// The zero Request shows everything, and a manifest then has no company. A session need be valid
// only until the next one. All sessions are written, in the order of the iterator. It is read only
// from its beginning, and has no watermark, so that a file of it cannot be resumed.
func FromIterator(r sessions.Request, all iter.Seq2[*sessions.Session, error]) Selection {
	return &iterated{r, all}
}

// iterated is a Selection of a host's own iterator.
type iterated struct {
	request sessions.Request
	all     iter.Seq2[*sessions.Session, error]
}

// Request returns the request that the host gave.
func (x *iterated) Request() sessions.Request { return x.request }

// Open returns the iterator. It refuses a reading that begins at a position, since an iterator has
// none.
func (x *iterated) Open(_ context.Context, r sessions.Reading) (iter.Seq2[*sessions.Session, error], error) {
	if !r.After.IsZero() {
		return nil, fmt.Errorf("export: an iterator has no positions: %w", errors.ErrUnsupported)
	}
	return x.all, nil
}

// Watermark returns an error, since an iterator has no history.
func (x *iterated) Watermark(context.Context) (string, error) {
	return "", fmt.Errorf("export: an iterator has no watermark: %w", errors.ErrUnsupported)
}

// Changed returns true, since an iterator cannot answer.
func (x *iterated) Changed(context.Context, string, sessions.Position) (bool, error) {
	return true, nil
}
