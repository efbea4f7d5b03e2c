package store

import (
	"context"
	"fmt"
	"iter"

	"github.com/kvalifika/sessionkit/sessions"
)

// All yields the sessions of a selection of any Backend, newest first, however many there are: those
// of a [Streamer] as one snapshot, any other's by position. It is for whoever moves and compares
// storages, and asks no [Viewer]: what people see goes through [Store.Select]. Limit and Budget of
// the selection do not count.
//
// Each session is lent until the next one. An error comes once and last: that of the Backend, or
// [ErrBackend] where it breaks its contract. The iterator reads anew every time that it is ranged
// over, and leaving it early leaves nothing behind.
func All(ctx context.Context, b Backend, sel Selection) iter.Seq2[*sessions.Session, error] {
	sel.Limit, sel.Budget = 0, 0
	return func(yield func(*sessions.Session, error) bool) {
		stopped := false
		err := New(b, Options{}).stream(ctx, sel, func(found *sessions.Session) error {
			switch {
			case stopped: // a Streamer that goes on all the same
				return errStopped
			case found.Company != sel.Company:
				return ErrBackend
			}
			if stopped = !yield(found, nil); stopped {
				return errStopped
			}
			return nil
		})
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

// stream hands over the sessions of a selection until the first error.
func (s *Store) stream(ctx context.Context, sel Selection, do func(*sessions.Session) error) error {
	if streamer, ok := s.backend.(Streamer); ok {
		_, err := inTurn(ctx, s, func() (struct{}, error) { return struct{}{}, streamer.Stream(ctx, sel, do) })
		if err != nil {
			return fmt.Errorf("store: stream: %w", err)
		}
		return nil
	}
	for batch, err := range s.batches(ctx, sel) {
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
