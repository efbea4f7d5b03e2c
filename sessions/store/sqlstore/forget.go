package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// departure is a change of a session from one state to another.
type departure struct {
	found                // the former state, with the number of its change
	us    int64          // creation time
	lost  []segment.Word // the words that only the former state has
	// renamed reports whether the texts differ. Which words of another version are lost with them,
	// only that version knows.
	renamed bool
}

// departure returns the departure of a session from its old state.
func (c conn) departure(old found, next *sessions.Session) departure {
	lost := segment.LostWords(c.keys.As(old.session), c.keys.As(next))
	return departure{old, next.CreatedAt.UnixMicro(), lost, !segment.SameTexts(old.session, next)}
}

// leave updates the segments when sessions of a company change, and thereby get change numbers of
// the tail, the greatest of which is seq. It marks their former places as dead, and removes the
// words that they lost from every dead place that may be theirs. The company has to be held. It
// takes about the same number of statements however many the sessions are.
//
// A dead place keeps the words that its session still has. It does not say which session it
// belonged to. Its creation time says that it may be one of these, and removing a word from a dead
// place does no harm. So leave removes all lost words from all dead places with those creation
// times.
func (c conn) leave(ctx context.Context, company string, list []departure, seq int64) error {
	byTime := func(x, y departure) int { return cmp.Compare(x.us, y.us) }
	slices.SortFunc(list, byTime)
	packed, segments, err := c.segmentsAt(ctx, company, list[0].us, list[len(list)-1].us)
	if err != nil {
		return err
	}
	// A session of the tail has no living place. If its texts are the same, the segments need not
	// change for it at all.
	list = slices.DeleteFunc(list, func(d departure) bool { return d.change > packed && !d.renamed })
	within := func(g *segment.Segment) []departure {
		from, _ := slices.BinarySearchFunc(list, departure{us: g.Oldest}, byTime)
		to, _ := slices.BinarySearchFunc(list, departure{us: g.Newest + 1}, byTime)
		return list[from:to]
	}
	segments = slices.DeleteFunc(segments, func(g *segment.Segment) bool { return len(within(g)) == 0 })
	var lost []segment.Word
	living, renamed := 0, false
	for _, d := range list {
		lost = append(lost, d.lost...)
		renamed = renamed || d.renamed
		if d.change <= packed {
			living++
		}
	}
	keys, chunks := segment.ForgetKeys(segments, lost)
	r := c.reader(company, segments...)
	// Blocks that are rewritten have to be read as they are now. In a transaction of the host, a
	// plain read may be from a snapshot that is older than the hold of the company.
	r.lock = c.engine.LockRead
	if err := r.named(ctx, segments, append(keys, segment.DeadKey)); err != nil {
		return err
	}
	instants := func(g *segment.Segment) (at []int64) {
		for _, d := range within(g) {
			at = append(at, d.us)
		}
		return at
	}
	if err := r.placesAt(ctx, segments, instants); err != nil {
		return err
	}
	w := rewriting{conn: c, company: company}
	for _, g := range segments {
		buried, err := bury(g, within(g), packed)
		if err != nil {
			return err
		}
		if living -= len(buried); len(buried) > 0 {
			w.block(g.Number, g.Bury(buried...))
			w.segment(g)
		}
	}
	// Each of the packed sessions had one living place.
	if living != 0 {
		return fmt.Errorf("%w: a packed session without a place", ErrDamaged)
	}
	if renamed {
		if err := r.forget(ctx, &w, segments, lost, chunks, instants); err != nil {
			return err
		}
	}
	if err := w.store(ctx); err != nil || !renamed {
		return err
	}
	return c.exec(ctx, c.engine.SetForgot, engine.Args{"company": company, "seq": seq})
}

// forget removes words from the dead positions of sessions that were created at some instants.
func (r *reader) forget(ctx context.Context, w *rewriting, segments []*segment.Segment, lost []segment.Word, chunks []string, instants func(*segment.Segment) []int64) error {
	var first, behind []engine.Block
	dead := make([]segment.Bits, len(segments))
	for i, g := range segments {
		if dead[i] = g.DeadAt(instants(g)); dead[i] != nil && isOurs(r.keys, g) {
			first = append(first, blocksOf(g, chunks)...)
		}
	}
	if err := r.following(ctx, first); err != nil {
		return err
	}
	// The keys of the chunks behind these are known only now that these are read.
	for i, g := range segments {
		if dead[i] != nil && isOurs(r.keys, g) {
			behind = append(behind, blocksOf(g, g.Behind(chunks))...)
		}
	}
	if err := r.following(ctx, behind); err != nil {
		return err
	}
	for i, g := range segments {
		if dead[i] == nil {
			continue
		}
		words := lost
		// Which words of another folding were lost is not known, so remove all of them.
		if !isOurs(r.keys, g) {
			args := engine.Args{"company": r.company, "segment": g.Number, "lock": engine.Part{Text: r.lock}}
			if err := r.put(ctx, r.engine.AllBlocks, args); err != nil {
				return err
			}
			var err error
			if words, err = g.AllWords(dead[i]); err != nil {
				return err
			}
		}
		edits, err := g.Forget(words, dead[i])
		if err != nil {
			return err
		}
		for _, e := range edits {
			// The key of a chunk is its last word, and that may be another one now.
			if e.Key != e.Block.Key {
				w.gone = append(w.gone, engine.Block{Segment: g.Number, Name: e.Key})
			}
			if e.Block.Key != "" {
				w.block(g.Number, e.Block)
			}
		}
	}
	return nil
}

// bury returns the positions of the sessions' living places in a segment, whose places were read.
func bury(g *segment.Segment, list []departure, packed int64) (positions []int, err error) {
	for _, d := range list {
		low, high, _ := g.Between(d.us, d.us)
		for i := low; i < high && d.change <= packed; i++ {
			p, err := g.Place(i)
			if err != nil {
				return nil, err
			}
			if p.Change == d.change {
				positions = append(positions, i)
				break
			}
		}
	}
	return positions, nil
}

// segmentsAt reads packed_seq of a company, and those of its segments that may have sessions
// created from oldest to newest, both included.
func (c conn) segmentsAt(ctx context.Context, company string, oldest, newest int64) (packed int64, list []*segment.Segment, err error) {
	args := engine.Args{"company": company, "oldest_us": oldest, "newest_us": newest, "lock": engine.Part{Text: c.engine.LockRead}}
	err = c.rows(ctx, c.engine.SegmentsAt, args, func(rows *sql.Rows) error {
		var number, n, oldest, newest, words sql.NullInt64
		if err := rows.Scan(&packed, &number, &n, &oldest, &newest, &words); err != nil {
			return failed(ctx, c.op, err)
		}
		if !number.Valid {
			return nil
		}
		s, err := openSegment(number, n, oldest, newest, words)
		if err != nil {
			return err
		}
		list = append(list, s)
		return nil
	})
	return packed, list, err
}

// rewriting collects what has to be written of a company's segments.
type rewriting struct {
	conn
	company          string
	segments, blocks [][]any
	gone             []engine.Block
}

// segment adds the row of a segment, in place of its former row if there is one.
func (w *rewriting) segment(g *segment.Segment) {
	w.segments = append(w.segments, []any{w.company, g.Number, int64(g.N), int64(g.Dead().Count()), g.Oldest, g.Newest, g.SearchKey})
}

// block adds a block, in place of the block of the same name if there is one.
func (w *rewriting) block(number int64, b segment.Block) {
	w.blocks = append(w.blocks, []any{w.company, number, b.Key, b.Data})
}

// store writes everything that was added.
func (w *rewriting) store(ctx context.Context) error {
	for part := range slices.Chunk(w.gone, engine.MostBlocks) {
		if err := w.exec(ctx, w.engine.DeleteSomeBlocks, engine.Args{"company": w.company, "blocks": engine.OneOf(part)}); err != nil {
			return err
		}
	}
	if _, err := w.insertRows(ctx, w.engine.PutBlocks, w.blocks, engine.Rows); err != nil {
		return err
	}
	_, err := w.insertRows(ctx, w.engine.PutSegments, w.segments, engine.Rows)
	return err
}
