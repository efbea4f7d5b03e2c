package store

import (
	"context"
	"iter"

	"github.com/kvalifika/sessionkit/sessions"
)

// All yields the sessions of a selection of any Backend, newest first, however many there are: those
// of a [Streamer] as one snapshot, any other's by position. It is for whoever moves and compares
// storages, and asks no [Viewer]: what people see goes through [Store.Select]. Limit and Budget of
// the selection do not count.
//
// Each session is lent until the next one. An error comes once and last. The iterator reads anew
// every time that it is ranged over, and leaving it early leaves nothing behind.
func All(ctx context.Context, b Backend, sel Selection) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		stopped := false
		err := readAll(ctx, b, sel, func(s *sessions.Session) error {
			if stopped = !yield(s, nil); stopped {
				return errStopped
			}
			return nil
		})
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

func readAll(ctx context.Context, b Backend, sel Selection, each func(*sessions.Session) error) error {
	sel.Limit, sel.Budget = 0, 0
	if streamer, ok := b.(Streamer); ok {
		return streamer.Stream(ctx, sel, each)
	}
	sel.Limit = batchSize
	for {
		batch, err := b.List(ctx, sel)
		if err != nil {
			return err
		}
		for _, s := range batch.Sessions {
			if err := each(s); err != nil {
				return err
			}
		}
		if batch.Reached.IsZero() {
			return nil
		}
		sel.After = batch.Reached
	}
}
