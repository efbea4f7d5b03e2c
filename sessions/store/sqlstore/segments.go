package sqlstore

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// directory has a company's row and its segments.
type directory struct {
	state
	segments []*segment.Segment // the one with the newest session first
	dead     map[int64]int      // number of dead positions, by segment number
}

// directory reads a company's state and its segments in one statement, and so at one moment. Like
// [conn.state] it notices another schema.
func (c conn) directory(ctx context.Context, company string) (directory, error) {
	d := directory{dead: map[int64]int{}}
	var found Version
	// Declared once for all rows: each search reads a hundred of them.
	var seq, total, packed, forgot, purged, keys, number, n, dead, oldest, newest, words sql.NullInt64
	err := c.rows(ctx, c.engine.Directory, engine.Args{"company": company}, func(rows *sql.Rows) error {
		err := rows.Scan(&found.Schema, &found.Oldest, &d.history, &seq, &total, &packed, &forgot, &purged, &keys, &number, &n, &dead, &oldest, &newest, &words)
		if err != nil {
			return failed(ctx, c.op, err)
		}
		d.seq, d.total, d.packed, d.forgot, d.purged, d.keys = seq.Int64, total.Int64, packed.Int64, forgot.Int64, purged.Int64, keys.Int64
		// Without segments there is one row, of the company alone.
		if !number.Valid {
			return nil
		}
		s, err := openSegment(number, n, oldest, newest, words)
		if err != nil {
			return err
		}
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

// openSegment returns the segment that the columns of its row describe.
func openSegment(number, n, oldest, newest, words sql.NullInt64) (*segment.Segment, error) {
	s, err := segment.Open(number.Int64, int(n.Int64), oldest.Int64, newest.Int64)
	if err == nil {
		s.SearchKey = words.Int64
	}
	return s, err
}

// between returns the segments that may have sessions created from oldest to newest, both included.
func (d *directory) between(oldest, newest int64) []*segment.Segment {
	return slices.DeleteFunc(slices.Clone(d.segments), func(s *segment.Segment) bool { return s.Newest < oldest || s.Oldest > newest })
}

// segment returns the segment with a number, or nil if there is none.
func (d *directory) segment(number int64) *segment.Segment {
	i := slices.IndexFunc(d.segments, func(s *segment.Segment) bool { return s.Number == number })
	if i < 0 {
		return nil
	}
	return d.segments[i]
}

// checkDead compares the number of dead positions that were read of segments with the number in
// their rows: a segment without dead positions has no block of them, so a lost block would not be
// noticed.
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
	company   string
	lock      string     // clause at the end of its statements
	directory *directory // of the company, if its segments may be read together
	memory    *arena     // holds the blocks; nil: each block is allocated
	cache     *cache     // nil, also without a directory: nothing is cached
	byID      map[int64]*segment.Segment
	// What deadHash has returned.
	dead map[*segment.Segment]uint64
}

func (c conn) reader(company string, segments ...*segment.Segment) *reader {
	r := &reader{conn: c, company: company, byID: make(map[int64]*segment.Segment, len(segments))}
	for _, s := range segments {
		r.byID[s.Number] = s
	}
	return r
}

// arena is memory for an evaluation: for the blocks that it reads, and the sets that it makes. It
// is used again once none of them is needed: an evaluation may read megabytes, and takes only a
// moment.
type arena struct {
	chunks [][]byte
	used   int // chunks in use; the last one of them has room
	sets   segment.Sets
}

// Sizes of arenas.
const (
	arenaChunkBytes = 256 << 10
	keptArenas      = 4  // for later readers
	keptChunks      = 20 // of each of those: a slow search reads five megabytes
	keptSets        = 64 // of each of those: half a megabyte
)

// arenas has the arenas that no reader uses. It is not a sync.Pool: a driver allocates each block
// once more, so a slow search makes garbage enough to have a pool emptied before the next search.
var arenas = make(chan *arena, keptArenas)

// newArena returns an arena that is kept, or a new one.
func newArena() *arena {
	select {
	case a := <-arenas:
		return a
	default:
		return new(arena)
	}
}

// copy returns a copy of data that stays valid until the arena is released.
func (a *arena) copy(data []byte) []byte {
	if a == nil || len(data) > arenaChunkBytes {
		return bytes.Clone(data)
	}
	if a.used == 0 || cap(a.chunks[a.used-1])-len(a.chunks[a.used-1]) < len(data) {
		if a.used++; a.used > len(a.chunks) {
			a.chunks = append(a.chunks, make([]byte, 0, arenaChunkBytes))
		}
		a.chunks[a.used-1] = a.chunks[a.used-1][:0]
	}
	chunk := &a.chunks[a.used-1]
	begin := len(*chunk)
	*chunk = append(*chunk, data...)
	return (*chunk)[begin:len(*chunk):len(*chunk)]
}

// release keeps the arena for other readers, unless enough are kept.
func (a *arena) release() {
	a.used = 0
	if len(a.chunks) > keptChunks {
		a.chunks = slices.Clone(a.chunks[:keptChunks])
	}
	if len(a.sets) > keptSets {
		a.sets = slices.Clone(a.sets[:keptSets])
	}
	select {
	case arenas <- a:
	default:
	}
}

// put passes the blocks that a statement returns to their segments. It does not copy blocks that a
// segment only looks at.
func (r *reader) put(ctx context.Context, s engine.Statement, args engine.Args) error {
	// Declared once for all rows: a search may read a thousand of them.
	var number int64
	var name string
	var lent sql.RawBytes
	return r.rows(ctx, s, args, func(rows *sql.Rows) error {
		if err := rows.Scan(&number, &name, &lent); err != nil {
			return failed(ctx, r.op, err)
		}
		to, data := r.byID[number], []byte(lent)
		switch {
		case r.cache != nil && segment.IsList(name): // cached for longer than the arena is used
			data = bytes.Clone(lent)
		case to.Keeps(name):
			data = r.memory.copy(lent)
		}
		return to.Put(name, data)
	})
}

// mostNames is how many names one statement asks for at most.
const mostNames = 1024

// named reads the blocks with some names, of each segment that has them.
func (r *reader) named(ctx context.Context, segments []*segment.Segment, names []string) error {
	for part := range slices.Chunk(names, mostNames) {
		for some := range slices.Chunk(segments, max(1, r.engine.MostNamed/len(part))) {
			read := r.engine.NamedBlocks
			// Skipping an unwanted block in a range costs about an eighth of looking one up.
			if r.directory != nil && 4*len(some) >= len(r.directory.segments) {
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
	for part := range slices.Chunk(blocks, r.engine.MostExact) {
		s, args := r.engine.ExactBlocks(r.company, part, r.lock)
		if err := r.put(ctx, s, args); err != nil {
			return err
		}
	}
	return nil
}

// following reads one block for each name: the first one whose name is not less. For a prefix
// without a list, this is the chunk of the dictionary with the first word that has the prefix.
func (r *reader) following(ctx context.Context, blocks []engine.Block) error {
	for part := range slices.Chunk(blocks, r.engine.MostNext) {
		s, args := r.engine.NextBlocks(r.company, part, r.lock)
		if err := r.put(ctx, s, args); err != nil {
			return err
		}
	}
	return nil
}

// upTo divides segments into the first ones, enough to have the given number of sessions, and the
// rest. first has one segment at least, if there are any.
func upTo(sessions int, segments []*segment.Segment) (first, rest []*segment.Segment) {
	n := 0
	for size := 0; n < len(segments) && (n == 0 || size < sessions); n++ {
		size += segments[n].N
	}
	return segments[:n:n], segments[n:]
}

// blocksOf returns blocks of one segment, by their names.
func blocksOf(s *segment.Segment, names []string) []engine.Block {
	blocks := make([]engine.Block, len(names))
	for i, name := range names {
		blocks[i] = engine.Block{Segment: s.Number, Name: name}
	}
	return blocks
}

// missingPlaces appends the blocks with the places of some positions of a segment, unless they were
// read.
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

// queries has an evaluation of some filters over segments with words of this version, and one over
// segments with words of another version, which are not trusted.
type queries struct{ ours, others *segment.Evaluation }

// compileQueries compiles some filters.
func compileQueries(filters ...filter.Filter) queries {
	return queries{segment.Compile(filters...).Evaluation(), segment.CompileWordless(filters...).Evaluation()}
}

// evaluate returns the results of queries over some segments of a company, and the reader that has
// read them. See [reader.evaluate].
func (c conn) evaluate(ctx context.Context, company string, d *directory, q queries, segments []*segment.Segment, oldest, newest int64) (*reader, [][]segment.Result, error) {
	r := c.reader(company, segments...)
	r.directory, r.cache = d, c.cache
	results, err := r.evaluate(ctx, q, segments, oldest, newest)
	err = cmp.Or(err, d.checkDead(segments))
	// The damage may be in what is cached, of a database that was damaged and has been restored since.
	if r.cache != nil && errors.Is(err, ErrDamaged) {
		r.cache.clear()
		r.cache = nil
		for _, s := range segments {
			s.Release()
		}
		results, err = r.evaluate(ctx, q, segments, oldest, newest)
		err = cmp.Or(err, d.checkDead(segments))
	}
	return r, results, err
}

// evaluate reads the blocks that queries need of the segments, and returns the results: for each
// segment, one for each filter. The segments keep their places and dead positions.
func (r *reader) evaluate(ctx context.Context, q queries, segments []*segment.Segment, oldest, newest int64) ([][]segment.Result, error) {
	results := make([][]segment.Result, len(segments))
	for _, evaluation := range []*segment.Evaluation{q.ours, q.others} {
		var some []*segment.Segment
		var at []int // their indexes in segments
		for i, s := range segments {
			if isOurs(r.keys, s) == (evaluation == q.ours) {
				some, at = append(some, s), append(at, i)
			}
		}
		list, err := r.ask(ctx, evaluation, some, oldest, newest)
		if err != nil {
			return nil, err
		}
		for i, result := range list {
			results[at[i]] = result
		}
	}
	return results, nil
}

// leastNarrowedSegments is the number of segments from which it is faster to read the rarest
// conditions first, and the rest in another statement.
const leastNarrowedSegments = 8

// mostHeldBlocks is about how many blocks of several segments are held at once.
const mostHeldBlocks = 8192

// ask evaluates one query.
func (r *reader) ask(ctx context.Context, evaluation *segment.Evaluation, segments []*segment.Segment, oldest, newest int64) ([][]segment.Result, error) {
	results := make([][]segment.Result, 0, len(segments))
	query := evaluation.Query()
	r.memory = newArena()
	evaluation.Use(&r.memory.sets)
	defer func() { r.memory.release(); r.memory = nil }()
	if err := r.lookUpWords(ctx, query, segments); err != nil {
		return nil, err
	}
	for len(segments) > 0 {
		// Many values take many blocks: do not hold those of all segments at once.
		n := 0
		for blocks := 0; n < len(segments) && (n == 0 || blocks <= mostHeldBlocks); n++ {
			blocks += 1 + query.Probes(segments[n])
		}
		// The first segment shows which conditions few sessions meet. That narrows the others.
		some := segments[:n]
		if len(segments) > leastNarrowedSegments && evaluation.Learns() {
			some = segments[:1]
		}
		segments = segments[len(some):]
		found, err := r.askSome(ctx, evaluation, some, oldest, newest)
		if err != nil {
			return nil, err
		}
		results = append(results, found...)
		for _, s := range some {
			s.Release()
		}
		r.memory.used = 0
	}
	return results, nil
}

// askSome evaluates over some segments. If there are several conditions, it first reads those that
// few sessions meet, and then the others, only of the segments that have such sessions.
func (r *reader) askSome(ctx context.Context, evaluation *segment.Evaluation, segments []*segment.Segment, oldest, newest int64) ([][]segment.Result, error) {
	results := make([][]segment.Result, len(segments))
	left, read := segments, []string(nil)
	largest := slices.MaxFunc(segments, func(x, y *segment.Segment) int { return cmp.Compare(x.N, y.N) })
	if narrower := evaluation.Narrower(largest.N); narrower != nil && len(segments) >= leastNarrowedSegments {
		var err error
		if read, err = r.load(ctx, narrower.Query(), segments, nil, oldest, newest); err != nil {
			return nil, err
		}
		left = nil
		for _, s := range segments {
			some, err := narrower.Meets(s, oldest, newest)
			if err != nil {
				return nil, err
			}
			// A segment without a session that meets these needs no more blocks.
			if some {
				left = append(left, s)
			}
		}
	}
	if _, err := r.load(ctx, evaluation.Query(), left, read, oldest, newest); err != nil {
		return nil, err
	}
	for i, s := range segments {
		if !slices.Contains(left, s) {
			results[i] = make([]segment.Result, 1) // only a query of one filter has a narrower one
			continue
		}
		var err error
		if results[i], err = evaluation.Evaluate(s, oldest, newest); err != nil {
			return nil, err
		}
	}
	if r.cache != nil {
		for _, s := range segments {
			r.cachePostings([]*segment.Segment{s}, s.Collected())
		}
	}
	return results, nil
}

// load reads the blocks that a query needs of the segments, except those with the names in read. It
// returns the names of the blocks that it has read of all segments.
func (r *reader) load(ctx context.Context, query *segment.Query, segments []*segment.Segment, read []string, oldest, newest int64) ([]string, error) {
	indexed := slices.ContainsFunc(segments, func(s *segment.Segment) bool { return s.Oldest < oldest || s.Newest > newest })
	names := slices.DeleteFunc(query.Keys(indexed), func(name string) bool { return slices.Contains(read, name) })
	if err := r.namedOrCached(ctx, query, segments, names); err != nil {
		return nil, err
	}
	var next, blocks []engine.Block
	for _, s := range segments {
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
	for range segment.MoreRounds {
		next = nil
		for _, s := range segments {
			next = append(next, blocksOf(s, query.More(s))...)
		}
		if err := r.following(ctx, next); err != nil {
			return nil, err
		}
	}
	return names, r.exactly(ctx, blocks)
}

// namedOrCached reads the blocks with some names as named does, except lists whose postings are
// cached. It caches those that it reads.
func (r *reader) namedOrCached(ctx context.Context, query *segment.Query, segments []*segment.Segment, names []string) error {
	if r.cache == nil {
		return r.named(ctx, segments, names)
	}
	type cachedTerm struct {
		name   string
		values []cacheValue // of each segment
	}
	var cached []cachedTerm // of one segment at least
	var uncached []string
	for _, name := range names {
		if values, some := r.cache.get(segments, name); some {
			cached = append(cached, cachedTerm{name, values})
		} else {
			uncached = append(uncached, name)
		}
	}
	// Unless an earlier call did, this also reads which positions are dead. That decides what of the
	// cache may be used.
	if err := r.named(ctx, segments, uncached); err != nil {
		return err
	}
	// Postings that were read while a position was dead must not be cached as if none was, even if
	// something else ends the search before the caller checks this.
	if err := r.directory.checkDead(segments); err != nil {
		return err
	}
	r.cachePostings(segments, uncached)
	// The names that still have to be read, and the segments for which one of them has to be.
	var missing []string
	lacking := map[*segment.Segment]bool{}
	for _, term := range cached {
		complete := true
		for i, s := range segments {
			v := term.values[i]
			// A list's postings by field are not cached, and have to be of the same moment as it.
			if !v.isValid(r.deadHash(s)) || query.NeedsFields(term.name, v.postings) || !s.PutPostings(term.name, v.postings) {
				lacking[s], complete = true, false
			}
		}
		if !complete {
			missing = append(missing, term.name)
		}
	}
	if missing == nil {
		return nil
	}
	some := slices.DeleteFunc(slices.Clone(segments), func(s *segment.Segment) bool { return !lacking[s] })
	if err := r.named(ctx, some, missing); err != nil {
		return err
	}
	r.cachePostings(some, missing)
	return nil
}

// cachePostings caches the postings of terms in some segments, as far as they are known. It leaves
// out the names of other blocks than lists.
func (r *reader) cachePostings(segments []*segment.Segment, names []string) {
	for _, name := range names {
		if !segment.IsList(name) {
			continue
		}
		hash := r.cache.hash(name)
		for _, s := range segments {
			if postings := s.Postings(name); postings != nil {
				r.cache.put(s.Number, hash, cacheValue{postings, r.deadHash(s)})
			}
		}
	}
}

// deadHash returns what [cache.hashDead] does, which it calls only once for each segment. The dead
// positions have to be read before.
func (r *reader) deadHash(s *segment.Segment) uint64 {
	hash, known := r.dead[s]
	if !known {
		if r.dead == nil {
			r.dead = map[*segment.Segment]uint64{}
		}
		hash = r.cache.hashDead(s)
		r.dead[s] = hash
	}
	return hash
}

// lookUpWords reads which of the whole words of a query the segments may have, unless that is
// cached.
func (r *reader) lookUpWords(ctx context.Context, query *segment.Query, segments []*segment.Segment) error {
	words := query.Words()
	if len(words) == 0 {
		return nil
	}
	if r.cache == nil {
		return r.named(ctx, segments, query.Hashes(segments, words))
	}
	// These decide what of the cache may be used.
	if err := r.named(ctx, segments, []string{segment.DeadKey}); err != nil {
		return err
	}
	if err := r.directory.checkDead(segments); err != nil {
		return err
	}
	var missing []string
	lacking := map[*segment.Segment]bool{}
	for _, word := range words {
		values, _ := r.cache.get(segments, word)
		complete := true
		for i, s := range segments {
			if v := values[i]; v.isValid(r.deadHash(s)) {
				s.PutWord(word, v.postings[0] == 1)
			} else {
				lacking[s], complete = true, false
			}
		}
		if !complete {
			missing = append(missing, word)
		}
	}
	query.Hashes(segments, nil) // asks for none, of segments that lack none
	some := slices.DeleteFunc(slices.Clone(segments), func(s *segment.Segment) bool { return !lacking[s] })
	if err := r.named(ctx, some, query.Hashes(some, missing)); err != nil {
		return err
	}
	for _, s := range some {
		// A lost block must not be cached as one without the words: Rest looks for it only in the
		// segments that no other condition has ruled out.
		if err := s.CheckHashes(); err != nil {
			return err
		}
	}
	for _, word := range missing {
		hash := r.cache.hash(word)
		for _, s := range some {
			r.cache.put(s.Number, hash, cacheValue{wordPostings[s.HasWord(word)], r.deadHash(s)})
		}
	}
	return nil
}

// wordPostings has what is cached of a whole word in place of postings: whether the segment may
// have it.
var wordPostings = map[bool][]byte{false: {0}, true: {1}}

// placesAt reads the places of the sessions of segments that were created at some instants, so that
// [segment.Segment.Between] knows their positions.
func (r *reader) placesAt(ctx context.Context, segments []*segment.Segment, instants func(*segment.Segment) []int64) error {
	// Four rounds suffice: the index, the parts at both ends, those between, and a last one in
	// which nothing is missing.
	for range 4 {
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
