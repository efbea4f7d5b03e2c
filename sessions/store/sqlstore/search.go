package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// What a search reads at once.
const (
	firstSessions = 60_000    // of the segments that are asked first
	mostSessions  = 6_400_000 // and at once, later: a hundred segments
	mostCounted   = 3_000_000 // and at once by a count, which may be of many filters
	mostLookedUp  = 1_000     // looked up by one statement
	// walkedTail, in changes, is more than writers leave: beyond it a tail is read in the order of
	// the list where it is compared in Go.
	walkedTail    = 4_000
	leastDoubtful = 256 // looked up by the first statement where the rows have the last word, and twice as many by each further one
)

// doubtfulCost is what a session costs whose row has the last word, in rows of a budget. Where
// lists decide there is no limit: what they cost is bounded by what they are.
const doubtfulCost = 4

// found is a session with the number of its last change.
type found struct {
	session *sessions.Session
	change  int64
}

func (f found) position() position { return position{f.session.CreatedAt.UnixMicro(), f.session.ID} }

// found reads the sessions of a statement that selects an ID and a packed row.
func (c conn) found(ctx context.Context, s engine.Statement, args engine.Args, company string) ([]found, error) {
	type packedRow struct{ id, columns string }
	var packed []packedRow
	err := c.rows(ctx, s, args, func(rows *sql.Rows) error {
		var p packedRow
		if err := rows.Scan(&p.id, &p.columns); err != nil {
			return failed(ctx, c.op, err)
		}
		packed = append(packed, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	r := row.NewReader(readable)
	list := make([]found, len(packed))
	for i, p := range packed {
		f := found{session: new(sessions.Session)}
		if r.Unpack(p.columns) {
			f.change, err = r.Session(company, f.session)
		} else {
			f, err = c.session(ctx, c.engine.Get, ofSchema(engine.Args{"company": company, "id": p.id}), company)
		}
		if err != nil {
			return nil, err
		}
		list[i] = f
	}
	return list, nil
}

// sessionsOf reads the sessions whose last changes have some numbers, newest first; those that a
// condition on sessionkit_sessions s selects.
func (c conn) sessionsOf(ctx context.Context, company string, changes []int64, condition engine.Part) ([]found, error) {
	var all []found
	for part := range slices.Chunk(changes, mostLookedUp) {
		list, err := c.found(ctx, c.engine.SessionsOf, c.engine.Changed(engine.Args{"condition": condition}, company, part), company)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortFunc(all, func(x, y found) int { return y.position().compare(x.position()) })
	return all, nil
}

// byChange returns sessions by the numbers of their last changes.
func byChange(list []found) map[int64]*sessions.Session {
	m := make(map[int64]*sessions.Session, len(list))
	for _, f := range list {
		m[f.change] = f.session
	}
	return m
}

// anyOf is the condition of a company's sessions.
func anyOf(company string) engine.Part {
	return engine.Part{Text: "s.company = ?", Args: []any{company}}
}

// search finds the sessions of a selection in the order of the list, within one snapshot: those of
// the tail, and those of the segments, merged.
type search struct {
	conn
	*selection
	directory
	queries queries
	bounded bool
	budget  int // of rows that may still be read, where bounded
	least   int // sessions that have to be passed before the budget ends the search

	unread  []*segment.Segment // were not asked yet; the one with the newest session first
	asked   []*segment.Segment
	sources []*source // were asked, and have more
	rows    []found   // of segments, read and not yet handed over, newest first
	tail    tail

	last       position // up to here all were looked at, if anything was
	lastChange int64    // of the session at last, where its ID is not known
	doubtful   int      // sessions that the last statement looked up, where rows have the last word
	looked     int      // sessions that were looked at
	hits       int      // that the segments asked have, or may have
	sessions   int      // of those segments
}

// source is the matches of one segment.
type source struct {
	*segment.Segment
	result segment.Result
	any    segment.Bits
	at     int // position of the match that comes next; -1: there is none
	head   hit // that match; until its place was read, all that is known is that it is not newer than this
	placed bool
}

// hit is a session that a segment names.
type hit struct {
	position // its ID is anyID where no neighbour has the same creation time
	change   int64
	sure     bool
	source   *source
}

// anyID stands for an ID that is not known: it is greater than any, so that all that may be newer
// waits for it.
const anyID = "\xff"

// tail is what the search reads of the tail, in parts.
type tail struct {
	rows   []found // not yet handed over
	pos    position
	end    bool // all were read
	passed int  // sessions that were read, where each is compared in Go
}

func (c conn) search(ctx context.Context, sel *selection, budget int) (*search, error) {
	d, err := c.directory(ctx, sel.company)
	if err != nil {
		return nil, err
	}
	if err := sel.distrust(c, &d); err != nil {
		return nil, err
	}
	r := &search{conn: c, selection: sel, directory: d, queries: compileQueries(sel.filter), bounded: budget > 0, budget: budget, last: sel.pos}
	r.least = (budget + progressShare - 1) / progressShare
	r.tail = tail{pos: sel.pos, end: sel.end || d.packed == d.seq}
	if !sel.end {
		r.unread = d.between(sel.low, sel.newest())
	}
	return r, nil
}

// progressShare is the part of a budget, one in so many, that a page gets on by at least.
const progressShare = 4

// run hands over sessions until as many as are wanted were, the end is reached, or the budget is
// spent. reached is where the budget ended it, unless that is the end.
func (r *search) run(ctx context.Context, want int, each func(*sessions.Session) error) (reached position, end bool, err error) {
	for want > 0 {
		if err := r.fillTail(ctx, want); err != nil {
			return reached, false, err
		}
		bar, waits := r.bar()
		cut := !r.tail.end && len(r.tail.rows) == 0 && (!waits || bar.before(r.tail.pos))
		if cut {
			bar, waits = r.tail.pos, true
		}
		from := r.next()
		switch {
		case from != nil && (!waits || bar.before((*from)[0].position()) || cut && bar == (*from)[0].position()):
			f := (*from)[0]
			*from = (*from)[1:]
			if p := f.position(); p.before(r.last) {
				r.last = p
			}
			if from == &r.tail.rows {
				r.looked++
			}
			want--
			if err := each(f.session); err != nil {
				return reached, false, err
			}
		case !waits:
			return reached, true, nil
		case cut: // the budget ends it, and there is nothing more up to there
			return bar, false, nil
		case r.isSpent(bar):
			reached, err := r.reached(ctx, bar)
			return reached, false, err
		case len(r.unread) > 0 && bar == newestOf(r.unread[0]):
			if err := r.ask(ctx, want); err != nil {
				return reached, false, err
			}
		default:
			if err := r.lookUp(ctx, want); err != nil {
				return reached, false, err
			}
		}
	}
	return reached, false, nil
}

func newestOf(s *segment.Segment) position { return position{s.Newest, anyID} }

// next returns the list whose first session is the newest of those that were read.
func (r *search) next() *[]found {
	switch {
	case len(r.rows) == 0 && len(r.tail.rows) == 0:
		return nil
	case len(r.rows) == 0 || len(r.tail.rows) > 0 && r.rows[0].position().before(r.tail.rows[0].position()):
		return &r.tail.rows
	}
	return &r.rows
}

// bar returns the place of the newest match that was not read: of a segment that was asked, or
// perhaps of one that was not.
func (r *search) bar() (bar position, waits bool) {
	bar.us = math.MinInt64
	for _, s := range r.sources {
		if waits = true; bar.before(s.head.position) {
			bar = s.head.position
		}
	}
	if len(r.unread) > 0 {
		if p := newestOf(r.unread[0]); !p.before(bar) {
			bar = p
		}
		waits = true
	}
	return bar, waits
}

// fillTail reads on in the tail, if all that was read of it has been handed over. Where rows are
// compared in Go, it stops when the budget is spent: the tail of a database whose keys are made
// anew may be all of a company.
func (r *search) fillTail(ctx context.Context, want int) error {
	if r.tail.end || len(r.tail.rows) > 0 {
		return nil
	}
	n := min(want, mostLookedUp)
	if r.distrusts {
		n = mostLookedUp
	}
	for len(r.tail.rows) == 0 && !r.tail.end {
		if r.distrusts && r.bounded && r.budget <= 0 && r.tail.passed >= r.least {
			return nil
		}
		args := between(r.tail.pos, position{us: r.low}, engine.Args{"company": r.company, "condition": r.condition, "limit": n})
		statement := r.engine.Page
		if !r.walksTail() {
			statement = r.engine.TailPage
			args["packed"], args["seq"] = r.packed, r.seq
		}
		list, err := r.found(ctx, statement, args, r.company)
		if err != nil {
			return err
		}
		if r.tail.end = len(list) < n; len(list) > 0 {
			r.tail.pos = list[len(list)-1].position()
		}
		if r.distrusts {
			r.tail.passed += len(list)
			r.budget -= doubtfulCost * len(list)
			r.spend(ctx, doubtfulCost*len(list))
		}
		r.tail.rows = slices.DeleteFunc(list, func(f found) bool { return f.change <= r.packed || !r.has(f.session) })
	}
	return nil
}

// walksTail reports whether to read the tail as a part of the list, past what is packed. By change
// numbers each part takes a statement that reads all of the tail: where that is long, and rows are
// compared in Go, it would be read again and again.
func (r *search) walksTail() bool { return r.distrusts && r.seq-r.packed > walkedTail }

// isSpent reports whether the budget ends the search here, behind bar.
func (r *search) isSpent(bar position) bool {
	if !r.bounded || r.budget > 0 || len(r.rows) > 0 {
		return false
	}
	// Where the ID of one is not known, the other may be on either side of it.
	if r.last.us == bar.us && (r.last.id == anyID || bar.id == anyID) {
		return false
	}
	passed := r.looked
	for _, s := range r.asked {
		if s.Newest <= r.newest() && s.Oldest > bar.us {
			passed += s.N - s.DeadCount()
		}
	}
	return passed >= r.least && (r.last.before(r.pos) || bar.us+1 < r.pos.us)
}

// reached returns the place up to which all has been searched.
func (r *search) reached(ctx context.Context, bar position) (position, error) {
	if !r.last.before(r.pos) { // nothing was looked at: the segments asked have no match
		return position{us: bar.us + 1}, nil
	}
	if r.last.id == anyID {
		list, err := r.sessionsOf(ctx, r.company, []int64{r.lastChange}, anyOf(r.company))
		if err != nil || len(list) != 1 {
			return position{}, cmp.Or(err, store.ErrBackend)
		}
		r.last = list[0].position()
	}
	return r.last, nil
}

// ask asks the next segments: as many as the sessions that are wanted should take, by what the ones
// before had.
func (r *search) ask(ctx context.Context, want int) error {
	sessions := float64(mostSessions)
	if r.sessions == 0 {
		sessions = firstSessions
	} else if r.hits > 0 {
		sessions = min(sessions, 1.5*float64(want)*float64(r.sessions)/float64(r.hits))
	}
	var group []*segment.Segment
	group, r.unread = upTo(int(math.Ceil(sessions)), r.unread)
	_, results, err := r.evaluate(ctx, r.company, &r.directory, r.queries, group, r.low, r.newest())
	if err != nil {
		return err
	}
	for i, g := range group {
		s := &source{Segment: g, result: results[i][0], any: results[i][0].Any()}
		r.asked = append(r.asked, g)
		r.sessions += g.N
		r.hits += s.any.Count()
		end, err := r.cut(ctx, g)
		if err != nil {
			return err
		}
		if s.at = s.any.Before(end); s.at >= 0 {
			s.head.position = newestOf(g)
			r.sources = append(r.sources, s)
		}
	}
	return r.heads(ctx, want)
}

// cut returns how many positions of a segment may be behind the place where the search began. Those
// of its own instant may be before it; where they are many, it looks for the place among them.
func (r *search) cut(ctx context.Context, g *segment.Segment) (int, error) {
	if r.pos.id == "" || r.pos.us < g.Oldest || r.pos.us > g.Newest {
		return g.N, nil
	}
	reader := r.reader(r.company, g)
	low, high, missing := g.Between(r.pos.us, r.pos.us)
	for n := 0; len(missing) > 0; n++ {
		if n == 2 { // the index, the parts
			return 0, g.Damaged("places")
		}
		if err := reader.exactly(ctx, blocksOf(g, missing)); err != nil {
			return 0, err
		}
		low, high, missing = g.Between(r.pos.us, r.pos.us)
	}
	if high-low <= 1 {
		return g.N, nil
	}
	for low < high {
		middle := (low + high) / 2
		if name, read := g.PartKey(middle); !read {
			if err := reader.exactly(ctx, blocksOf(g, []string{name})); err != nil {
				return 0, err
			}
		}
		p, err := g.Place(middle)
		if err != nil {
			return 0, err
		}
		if (position{p.Created, p.ID}).before(r.pos) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

// heads reads the places of the matches that come next: those of the segments with the newest
// sessions, as far as they have the sessions that are wanted.
func (r *search) heads(ctx context.Context, want int) error {
	slices.SortStableFunc(r.sources, func(x, y *source) int { return y.head.compare(x.head.position) })
	var missing []engine.Block
	var segments []*segment.Segment
	for _, s := range r.sources {
		if want <= 0 {
			break
		}
		s.Pass(s.at)
		segments = append(segments, s.Segment)
		missing = missingPlaces(missing, s.Segment, func(yield func(int) bool) {
			for at, n := s.at, 0; at >= 0 && want > 0 && n < segment.PartSize && yield(at); at, n = s.any.Before(at), n+1 {
				want--
			}
		})
	}
	if err := r.reader(r.company, segments...).exactly(ctx, missing); err != nil {
		return err
	}
	for _, s := range r.sources[:len(segments)] {
		if err := s.place(); err != nil {
			return err
		}
	}
	return nil
}

// place sets the head.
func (s *source) place() error {
	p, err := s.Place(s.at)
	s.head = hit{position{p.Created, cmp.Or(p.ID, anyID)}, p.Change, s.result.Sure.Has(s.at), s}
	s.placed = true
	return err
}

// lookUp reads the sessions of the next matches.
func (r *search) lookUp(ctx context.Context, want int) error {
	n := min(max(want-len(r.rows), 1), mostLookedUp)
	if r.distrusts || !r.queries.ours.Query().Exact() {
		r.doubtful = min(max(leastDoubtful, 2*r.doubtful), mostLookedUp)
		n = max(n, r.doubtful)
	}
	var hits []hit
	floor := position{us: math.MinInt64}
	if len(r.unread) > 0 {
		floor = newestOf(r.unread[0])
	}
	missing := false
	for len(hits) < n && len(r.sources) > 0 && !missing {
		s := slices.MaxFunc(r.sources, func(x, y *source) int { return x.head.compare(y.head.position) })
		if !floor.before(s.head.position) {
			break
		}
		if missing = !s.placed; missing {
			break
		}
		if h := s.head; h.id == anyID || h.before(r.pos) {
			hits = append(hits, h)
		}
		if s.at = s.any.Before(s.at); s.at < 0 {
			r.sources = slices.DeleteFunc(r.sources, func(x *source) bool { return x == s })
		} else if _, read := s.PartKey(s.at); !read {
			missing, s.placed = true, false
			if s.head.id == anyID { // no other of the segment has its creation time
				s.head.us--
			}
		} else if err := s.place(); err != nil {
			return err
		}
	}
	if err := r.read(ctx, hits); err != nil {
		return err
	}
	if missing && len(hits) < n {
		return r.heads(ctx, want)
	}
	return nil
}

// read reads the rows of some matches, and checks that they are what the segments say.
func (r *search) read(ctx context.Context, hits []hit) error {
	changes := make([]int64, len(hits))
	condition := anyOf(r.company)
	for i, h := range hits {
		if changes[i] = h.change; !h.sure {
			condition = r.condition
			r.budget -= doubtfulCost
			r.spend(ctx, doubtfulCost)
		}
	}
	list, err := r.sessionsOf(ctx, r.company, changes, condition)
	if err != nil {
		return err
	}
	read := byChange(list)
	for _, h := range hits {
		found := read[h.change]
		if found == nil && h.sure || found != nil && (h.sure || !r.distrusts) && !r.filter.Match(found) {
			return h.source.Damaged("postings")
		}
		if h.before(r.last) {
			r.last, r.lastChange = h.position, h.change
		}
	}
	r.looked += len(hits)
	kept := list[:0]
	for _, f := range list { // at the edges of the selection several may have one creation time
		if p := f.position(); p.before(r.pos) && r.has(f.session) {
			kept = append(kept, f)
		}
	}
	r.rows = append(r.rows, kept...)
	slices.SortFunc(r.rows, func(x, y found) int { return y.position().compare(x.position()) })
	return nil
}
