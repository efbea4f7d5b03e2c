package store

import (
	"context"
	"fmt"
	"iter"

	"github.com/kvalifika/sessionkit/sessions"
)

// All yields the sessions of a selection of any Backend, newest first, however many there are: from
// a [Streamer] as one snapshot, from any other Backend page by page. It exists to move and compare
// storages, and has no Viewer: for people use [Store.Select]. It ignores Limit and Budget of the
// selection.
//
// Each session is valid only until the next one. An error comes once and last: that of the Backend,
// or [ErrBackend] if it breaks its contract. The iterator reads again each time that it is ranged
// over, and may be left early.
func All(ctx context.Context, b Backend, sel Selection) iter.Seq2[*sessions.Session, error] {
	sel.Limit, sel.Budget = 0, 0
	return func(yield func(*sessions.Session, error) bool) {
		stopped := false
		err := New(b, Options{}).stream(ctx, sel, func(found *sessions.Session) error {
			switch {
			case stopped: // the Streamer ignored the error and went on
				return errStopped
			case found.Company != sel.Company:
				return ErrBackend
			}
			if stopped = !yield(found, nil); stopped {
				return errStopped
			}
			return nil
		})
		// yield must not be called again after it has returned false.
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

// stream calls do with the sessions of a selection until the first error.
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
