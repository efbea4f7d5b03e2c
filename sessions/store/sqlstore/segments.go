package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// directory is a company's row, and what its segments are.
type directory struct {
	state
	segments []*segment.Segment // the one with the newest session first
	dead     map[int64]int      // dead positions of each, by its number
}

// directory reads a company's state and its segments. It is one statement, and so of one moment.
// Like [conn.state] it notices another schema.
func (c conn) directory(ctx context.Context, company string) (directory, error) {
	d := directory{dead: map[int64]int{}}
	var found Version
	err := c.rows(ctx, c.engine.Directory, engine.Args{"company": company}, func(rows *sql.Rows) error {
		var seq, total, packed, forgot, purged, keys, number, n, dead, oldest, newest, words sql.NullInt64
		err := rows.Scan(&found.Schema, &found.Oldest, &d.history, &seq, &total, &packed, &forgot, &purged, &keys, &number, &n, &dead, &oldest, &newest, &words)
		if err != nil {
			return failed(ctx, c.op, err)
		}
		d.seq, d.total, d.packed, d.forgot, d.purged, d.keys = seq.Int64, total.Int64, packed.Int64, forgot.Int64, purged.Int64, keys.Int64
		if !number.Valid {
			return nil
		}
		s, err := segment.Open(number.Int64, int(n.Int64), oldest.Int64, newest.Int64)
		if err != nil {
			return err
		}
		s.SearchKey = words.Int64
		d.segments = append(d.segments, s)
		d.dead[number.Int64] = int(dead.Int64)
		return nil
	})
	switch {
	case err != nil:
		return d, err
	case found == Version{}:
		return d, c.otherSchema(ctx)
	case !found.serves():
		return d, &SchemaError{Found: found, Needed: neededVersion()}
	}
	slices.SortFunc(d.segments, func(x, y *segment.Segment) int {
		return cmp.Or(cmp.Compare(y.Newest, x.Newest), cmp.Compare(x.Number, y.Number))
	})
	return d, nil
}

// between returns the segments that may have sessions created within the instants, both included.
func (d *directory) between(oldest, newest int64) []*segment.Segment {
	return slices.DeleteFunc(slices.Clone(d.segments), func(s *segment.Segment) bool { return s.Newest < oldest || s.Oldest > newest })
}

// segment returns the segment with a number, nil if there is none.
func (d *directory) segment(number int64) *segment.Segment {
	i := slices.IndexFunc(d.segments, func(s *segment.Segment) bool { return s.Number == number })
	if i < 0 {
		return nil
	}
	return d.segments[i]
}

// checkDead compares the dead positions that were read of segments with how many there should be: a
// segment without any has no block of them.
func (d *directory) checkDead(segments []*segment.Segment) error {
	for _, s := range segments {
		if s.DeadCount() != d.dead[s.Number] {
			return s.Damaged(segment.DeadKey)
		}
	}
	return nil
}

// reader reads blocks of segments.
type reader struct {
	conn
	company string
	lock    string // ends its statements
	all     int    // segments of the company, where they may be read together
	byID    map[int64]*segment.Segment
}

func (c conn) reader(company string, segments ...*segment.Segment) *reader {
	r := &reader{conn: c, company: company, byID: make(map[int64]*segment.Segment, len(segments))}
	for _, s := range segments {
		r.byID[s.Number] = s
	}
	return r
}

// put hands the blocks of a statement to their segments.
func (r *reader) put(ctx context.Context, s engine.Statement, args engine.Args) error {
	return r.rows(ctx, s, args, func(rows *sql.Rows) error {
		var number int64
		var name string
		var data []byte
		if err := rows.Scan(&number, &name, &data); err != nil {
			return failed(ctx, r.op, err)
		}
		return r.byID[number].Put(name, data)
	})
}

// mostProbes is how many products of a segment and a name one statement asks for, at most.
const mostProbes = 4096

// named reads the blocks with some names, of each of the segments that has them.
func (r *reader) named(ctx context.Context, segments []*segment.Segment, names []string) error {
	for part := range slices.Chunk(names, mostProbes/4) {
		for some := range slices.Chunk(segments, max(1, mostProbes/len(part))) {
			read := r.engine.NamedBlocks
			// To pass by one that is not wanted costs about an eighth of looking one up.
			if r.all > 0 && 4*len(some) >= r.all {
				read = r.engine.ListBlocks
			}
			s, args := read(r.company, numbersOf(some), part, r.lock)
			if err := r.put(ctx, s, args); err != nil {
				return err
			}
		}
	}
	return nil
}

func numbersOf(segments []*segment.Segment) []int64 {
	numbers := make([]int64, len(segments))
	for i, s := range segments {
		numbers[i] = s.Number
	}
	return numbers
}

// exactly reads single blocks.
func (r *reader) exactly(ctx context.Context, blocks []engine.Block) error {
	for part := range slices.Chunk(blocks, engine.MostBlocks) {
		s, args := r.engine.ExactBlocks(r.company, part, r.lock)
		if err := r.put(ctx, s, args); err != nil {
			return err
		}
	}
	return nil
}

// following reads one block for each name: the first one whose name is not less. It is the chunk of
// a dictionary in which the first word of a prefix is that has no list.
func (r *reader) following(ctx context.Context, blocks []engine.Block) error {
	for part := range slices.Chunk(blocks, r.engine.MostNext) {
		s, args := r.engine.NextBlocks(r.company, part, r.lock)
		if err := r.put(ctx, s, args); err != nil {
			return err
		}
	}
	return nil
}

// upTo divides segments into the first ones, which have a number of sessions or are all that there
// are, and the others. The first is always among the former.
func upTo(sessions int, segments []*segment.Segment) (first, rest []*segment.Segment) {
	n := 0
	for size := 0; n < len(segments) && (n == 0 || size < sessions); n++ {
		size += segments[n].N
	}
	return segments[:n:n], segments[n:]
}

// blocksOf names blocks of one segment.
func blocksOf(s *segment.Segment, names []string) []engine.Block {
	blocks := make([]engine.Block, len(names))
	for i, name := range names {
		blocks[i] = engine.Block{Segment: s.Number, Name: name}
	}
	return blocks
}

// missingPlaces adds the blocks that hold the places of some positions of a segment, as far as they
// were not read.
func missingPlaces(blocks []engine.Block, s *segment.Segment, positions func(yield func(int) bool)) []engine.Block {
	last := ""
	for i := range positions {
		if name, read := s.PartKey(i); !read && name != last {
			blocks = append(blocks, engine.Block{Segment: s.Number, Name: name})
			last = name
		}
	}
	return blocks
}

// queries are some filters, as they are asked of segments with our words and with those of another
// version, which are not trusted.
type queries struct{ ours, others *segment.Query }

func compileQueries(filters ...filter.Filter) queries {
	return queries{segment.Compile(filters...), segment.CompileWordless(filters...)}
}

// evaluate returns the results of queries over some segments of a company, see [reader.evaluate],
// and the reader that has read them.
func (c conn) evaluate(ctx context.Context, company string, d *directory, q queries, segments []*segment.Segment, oldest, newest int64) (*reader, [][]segment.Result, error) {
	r := c.reader(company, segments...)
	r.all = len(d.segments)
	results, err := r.evaluate(ctx, q, segments, oldest, newest)
	return r, results, cmp.Or(err, d.checkDead(segments))
}

// evaluate reads what queries ask of the segments, and returns the results: of each segment one for
// each filter. The segments keep their places and what is dead.
func (r *reader) evaluate(ctx context.Context, q queries, segments []*segment.Segment, oldest, newest int64) ([][]segment.Result, error) {
	results := make([][]segment.Result, len(segments))
	for _, query := range []*segment.Query{q.ours, q.others} {
		var some []*segment.Segment
		var at []int // where they are among all
		for i, s := range segments {
			if isOurs(r.keys, s) == (query == q.ours) {
				some, at = append(some, s), append(at, i)
			}
		}
		list, err := r.ask(ctx, query, some, oldest, newest)
		if err != nil {
			return nil, err
		}
		for i, result := range list {
			results[at[i]] = result
		}
	}
	return results, nil
}

// ask evaluates one query.
func (r *reader) ask(ctx context.Context, query *segment.Query, segments []*segment.Segment, oldest, newest int64) ([][]segment.Result, error) {
	results := make([][]segment.Result, 0, len(segments))
	evaluation := query.Evaluation()
	// Many values take many blocks, which are not held of all segments at once.
	for some := range slices.Chunk(segments, max(1, 2*mostProbes/(1+query.Probes()))) {
		indexed := slices.ContainsFunc(some, func(s *segment.Segment) bool { return s.Oldest < oldest || s.Newest > newest })
		if err := r.named(ctx, some, query.Keys(some, indexed)); err != nil {
			return nil, err
		}
		var next, blocks []engine.Block
		for _, s := range some {
			rest, err := query.Rest(s, oldest, newest)
			if err != nil {
				return nil, err
			}
			next = append(next, blocksOf(s, rest.Next)...)
			blocks = append(blocks, blocksOf(s, rest.Blocks)...)
		}
		if err := r.following(ctx, next); err != nil {
			return nil, err
		}
		next = nil
		for _, s := range some {
			next = append(next, blocksOf(s, query.More(s))...)
		}
		if err := r.following(ctx, next); err != nil {
			return nil, err
		}
		if err := r.exactly(ctx, blocks); err != nil {
			return nil, err
		}
		for _, s := range some {
			result, err := evaluation.Evaluate(s, oldest, newest)
			if err != nil {
				return nil, err
			}
			results = append(results, result)
			s.Release()
		}
	}
	return results, nil
}

// placesAt reads the places of the sessions of segments that were created at some instants, so that
// [segment.Segment.Between] knows their positions.
func (r *reader) placesAt(ctx context.Context, segments []*segment.Segment, instants func(*segment.Segment) []int64) error {
	for range 4 { // the index, the parts at both ends, those between
		var missing []engine.Block
		for _, s := range segments {
			for _, us := range instants(s) {
				low, high, names := s.Between(us, us)
				if len(names) > 0 {
					missing = append(missing, blocksOf(s, names)...)
					continue
				}
				missing = missingPlaces(missing, s, func(yield func(int) bool) {
					for i := low; i < high && yield(i); i++ {
					}
				})
			}
		}
		if len(missing) == 0 {
			return nil
		}
		slices.SortFunc(missing, func(x, y engine.Block) int {
			return cmp.Or(cmp.Compare(x.Segment, y.Segment), cmp.Compare(x.Name, y.Name))
		})
		if err := r.exactly(ctx, slices.Compact(missing)); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: places", ErrDamaged)
}
