package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// leave keeps the segments right when a session gets another state, and with it a change number of
// the tail: the place that it had is dead from now on, and words that it lost are taken off every
// dead place that may be its own. The company has to be held, and old.change is the number that the
// old state had.
//
// A dead place keeps the words that its session still has. Which session a dead place was of,
// nobody knows; its creation time says that it may be this one, and taking a word off a dead place
// does no harm.
func (c conn) leave(ctx context.Context, old found, s *sessions.Session, seq int64) error {
	us, company := s.CreatedAt.UnixMicro(), s.Company
	packed, segments, err := c.segmentsAt(ctx, company, us)
	if err != nil {
		return err
	}
	lost := segment.LostWords(old.session, s)
	lives := old.change <= packed
	if !lives && len(lost) == 0 {
		return nil
	}
	r := c.reader(company, segments...)
	r.lock = c.engine.LockRead
	lists, chunks := segment.ForgetKeys(lost)
	if err := r.named(ctx, segments, append(lists, segment.DeadKey)); err != nil {
		return err
	}
	for _, g := range segments {
		low, high, err := r.createdAt(ctx, g, us)
		if err != nil {
			return err
		}
		for i := low; i < high && lives; i++ {
			p, err := g.Place(i)
			if err != nil {
				return err
			}
			if p.Change == old.change {
				lives = false
				if err := c.bury(ctx, company, g, i); err != nil {
					return err
				}
			}
		}
		if len(lost) > 0 {
			if err := r.forget(ctx, g, lost, chunks, low, high); err != nil {
				return err
			}
		}
	}
	if lives {
		return fmt.Errorf("%w: a packed session without a place", ErrDamaged)
	}
	if len(lost) == 0 {
		return nil
	}
	return c.exec(ctx, c.engine.SetForgot, engine.Args{"company": company, "seq": seq})
}

// segmentsAt reads packed_seq of a company, and which of its segments may have sessions created at
// an instant.
func (c conn) segmentsAt(ctx context.Context, company string, us int64) (packed int64, list []*segment.Segment, err error) {
	args := engine.Args{"company": company, "created_us": us, "lock": engine.Part{Text: c.engine.LockRead}}
	err = c.rows(ctx, c.engine.SegmentsAt, args, func(rows *sql.Rows) error {
		var number, n, oldest, newest sql.NullInt64
		if err := rows.Scan(&packed, &number, &n, &oldest, &newest); err != nil {
			return failed(ctx, c.op, err)
		}
		if !number.Valid {
			return nil
		}
		s, err := segment.Open(number.Int64, int(n.Int64), oldest.Int64, newest.Int64)
		list = append(list, s)
		return err
	})
	return packed, list, err
}

// bury makes a position dead.
func (c conn) bury(ctx context.Context, company string, g *segment.Segment, position int) error {
	known := g.HasDead()
	block := g.Bury(position)
	if err := c.exec(ctx, c.engine.AddDead, engine.Args{"company": company, "segment": g.Number}); err != nil {
		return err
	}
	if !known {
		return c.insertBlocks(ctx, company, g.Number, []segment.Block{block})
	}
	return c.updateBlock(ctx, company, g.Number, block)
}

// forget takes words off the dead positions from low until before high.
func (r *reader) forget(ctx context.Context, g *segment.Segment, lost []segment.Word, chunks []string, low, high int) error {
	positions := g.DeadBetween(low, high)
	if positions == nil {
		return nil
	}
	if err := r.following(ctx, blocksOf(g, chunks)); err != nil {
		return err
	}
	edits, err := g.Forget(lost, positions)
	if err != nil {
		return err
	}
	for _, e := range edits {
		if e.Key == e.Block.Key {
			err = r.updateBlock(ctx, r.company, g.Number, e.Block)
		} else {
			err = r.exec(ctx, r.engine.DeleteBlock, engine.Args{"company": r.company, "segment": g.Number, "name": e.Key})
			if err == nil && e.Block.Key != "" {
				err = r.insertBlocks(ctx, r.company, g.Number, []segment.Block{e.Block})
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c conn) updateBlock(ctx context.Context, company string, number int64, block segment.Block) error {
	return c.exec(ctx, c.engine.UpdateBlock, engine.Args{"company": company, "segment": number, "name": block.Key, "data": block.Data})
}

func (c conn) insertBlocks(ctx context.Context, company string, number int64, blocks []segment.Block) error {
	rows := make([][]any, len(blocks))
	for i, block := range blocks {
		rows[i] = []any{company, number, block.Key, block.Data}
	}
	_, err := c.insertRows(ctx, c.engine.InsertBlocks, rows)
	return err
}
