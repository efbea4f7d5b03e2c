package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// Sizes of what a search reads at once.
const (
	firstAskedSessions   = 60_000    // of the segments that are asked first
	mostAskedSessions    = 6_400_000 // of the segments asked at once later: a hundred segments
	mostCountedSessions  = 3_000_000 // of the segments that a count of many filters asks at once
	mostLookedUpSessions = 1_000     // looked up by one statement
	// walkedTailChanges is longer than any tail that writers leave. A longer tail whose sessions
	// are compared in Go is read in the order of the list.
	walkedTailChanges = 4_000
	// leastDoubtfulSessions is how many sessions the first statement looks up if their rows decide.
	// Each further statement looks up twice as many as the one before.
	leastDoubtfulSessions = 256
	// heldBytes is how many bytes of rows a search holds at once, and so do packing and verifying.
	// The rows of a thousand of the longest sessions are more than a hundred times as long.
	heldBytes = 2 << 20
	// firstHeldSessions is how many sessions a search reads before it knows how long their rows are.
	firstHeldSessions = 256
)

// doubtfulCostRows is the cost of a session whose row decides whether it matches, in rows of a
// budget. If postings decide there is no limit: the size of the postings bounds the work.
const doubtfulCostRows = 4

// budget is a work budget. It bounds the reading of sessions whose rows decide.
type budget struct {
	bounded bool
	rows    int // that may still be read, if bounded
}

// budgetOf returns the budget of a [store.Selection]. 0 is no bound.
func budgetOf(rows int) budget { return budget{rows > 0, rows} }

// isSpent reports whether the budget is spent.
func (b *budget) isSpent() bool { return b.bounded && b.rows <= 0 }

// doubtful returns how many sessions may still be read because their rows decide.
func (b *budget) doubtful() int {
	if !b.bounded {
		return math.MaxInt
	}
	return b.rows / doubtfulCostRows
}

// pay takes the cost of sessions whose rows decide.
func (b *budget) pay(ctx context.Context, c conn, sessions int) {
	b.rows -= doubtfulCostRows * sessions
	c.spend(ctx, doubtfulCostRows*sessions)
}

// found is a session and the number of its last change.
type found struct {
	session *sessions.Session
	change  int64
}

// position returns the session's place in the list.
func (f found) position() position { return position{f.session.CreatedAt.UnixMicro(), f.session.ID} }

// found reads the sessions that a statement selects as an ID and a packed row.
func (c conn) found(ctx context.Context, s engine.Statement, args engine.Args, company string) ([]found, error) {
	list, _, err := c.foundWithin(ctx, s, args, company, math.MaxInt)
	return list, err
}

// errEnough ends the reading of rows, since the caller has what it needs.
var errEnough = errors.New("sqlstore: enough")

// foundWithin does what found does, but reads only rows of that many bytes in all, or one row. It
// returns how many bytes were left; they are negative if there are more rows.
func (c conn) foundWithin(ctx context.Context, s engine.Statement, args engine.Args, company string, bytes int) ([]found, int, error) {
	type packedRow struct{ id, columns string }
	var packed []packedRow
	err := c.rows(ctx, s, args, func(rows *sql.Rows) error {
		var p packedRow
		if err := rows.Scan(&p.id, &p.columns); err != nil {
			return failed(ctx, c.op, err)
		}
		if bytes -= len(p.columns); bytes < 0 && len(packed) > 0 {
			return errEnough
		}
		packed = append(packed, p)
		bytes = max(bytes, 0)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, 0, err
	}
	r := row.NewReader(readable)
	list := make([]found, len(packed))
	for i, p := range packed {
		f := found{session: new(sessions.Session)}
		if r.Unpack(p.columns) {
			f.change, err = r.Session(company, f.session)
		} else {
			// A text contains the separator, so read this session column by column.
			f, err = c.byID(ctx, company, p.id)
		}
		if err != nil {
			return nil, 0, err
		}
		list[i] = f
	}
	return list, bytes, nil
}

// sessionsOf reads the sessions whose last changes have the given numbers, newest first. It leaves
// out those that a condition on sessionkit_sessions s does not select.
func (c conn) sessionsOf(ctx context.Context, company string, changes []int64, condition engine.Part) ([]found, error) {
	var all []found
	for part := range slices.Chunk(changes, mostLookedUpSessions) {
		list, err := c.found(ctx, c.engine.SessionsOf, c.engine.Changed(engine.Args{"condition": condition}, company, part), company)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortFunc(all, func(x, y found) int { return x.position().compare(y.position()) })
	return all, nil
}

// firstOf reads the sessions of the first of some changes, in no order: of as many as atOnce says,
// or of fewer if the rows are longer than heldBytes. It returns how many changes those are, and
// sets atOnce for the next call.
func (c conn) firstOf(ctx context.Context, company string, changes []int64, condition engine.Part, atOnce *int) ([]found, int, error) {
	for {
		n := min(*atOnce, len(changes))
		list, left, err := c.foundWithin(ctx, c.engine.SessionsOf, c.engine.Changed(engine.Args{"condition": condition}, company, changes[:n]), company, heldBytes)
		switch {
		case err != nil:
			return nil, 0, err
		case left < 0:
			// The rows come in no order, so that any of them may be missing: read fewer.
			*atOnce = n / 2
			continue
		case left > heldBytes/2:
			*atOnce = min(2**atOnce, mostLookedUpSessions)
		}
		return list, n, nil
	}
}

// eachOf calls do with the sessions that sessionsOf returns, in no order, as each does.
func (c conn) eachOf(ctx context.Context, company string, changes []int64, condition engine.Part, do func(found)) error {
	for part := range slices.Chunk(changes, mostLookedUpSessions) {
		if err := c.each(ctx, c.engine.SessionsOf, c.engine.Changed(engine.Args{"condition": condition}, company, part), company, do); err != nil {
			return err
		}
	}
	return nil
}

// each calls do with the sessions that a statement selects as an ID and a packed row, in no order,
// and holds one at a time. A session is valid only during the call, and its texts share the memory
// of the whole row.
func (c conn) each(ctx context.Context, s engine.Statement, args engine.Args, company string, do func(found)) error {
	r := row.NewReader(readable)
	var one sessions.Session
	var separated []string // IDs of sessions with a text that contains the separator
	err := c.rows(ctx, s, args, func(rows *sql.Rows) error {
		var id, packed string
		if err := rows.Scan(&id, &packed); err != nil {
			return failed(ctx, c.op, err)
		}
		if !r.Unpack(packed) {
			separated = append(separated, id)
			return nil
		}
		change, err := r.Session(company, &one)
		if err == nil {
			do(found{&one, change})
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range separated {
		f, err := c.byID(ctx, company, id)
		if err != nil {
			return err
		}
		do(f)
	}
	return nil
}

// byChange returns a map from the numbers of the last changes to the sessions.
func byChange(list []found) map[int64]*sessions.Session {
	m := make(map[int64]*sessions.Session, len(list))
	for _, f := range list {
		m[f.change] = f.session
	}
	return m
}

// anyOf returns the condition that selects all sessions of a company.
func anyOf(company string) engine.Part {
	return engine.Part{Text: "s.company = ?", Args: []any{company}}
}

// search finds the sessions of a selection in the order of the list, within one snapshot. It merges
// the sessions of the tail with those of the segments.
type search struct {
	conn
	*selection
	directory
	queries queries
	budget  budget
	least   int // sessions that have to be passed before the budget may end the search

	unread  []*segment.Segment // not asked yet, the one with the newest session first
	asked   []*segment.Segment
	sources []*source // asked, and have more matches
	waiting []hit     // taken from the sources, and their rows not read yet, newest first
	rows    []found   // of segments, read and not handed over yet, newest first
	tail    tail
	atOnce  int // sessions whose rows one statement reads, by the lengths of those before

	last       position // all sessions up to here were looked at, if any was
	lastChange int64    // of the session at last, if its ID is not known
	doubtful   int      // sessions that the last statement looked up because their rows decide
	looked     int      // sessions that were looked at
	hits       int      // sessions of the segments asked that match, or may match
	sessions   int      // all sessions of those segments
}

// source has the matches of one segment.
type source struct {
	*segment.Segment
	result segment.Result
	any    segment.Bits
	at     int // position of the next match; -1 if there is none
	// The next match. Until its place was read, all that is known is that it is not newer than
	// this.
	head   hit
	placed bool
}

// hit is a session that a segment returns as a match.
type hit struct {
	position // the ID is anyID if no other of the segment has the same creation time
	change   int64
	sure     bool
	source   *source
}

// anyID stands for an ID that is not known. It is greater than any ID, so that the search waits for
// every session that may be newer.
const anyID = "\xff"

// tail is the state of reading the tail, in parts.
type tail struct {
	rows   []found // not handed over yet
	pos    position
	end    bool // all rows were read
	passed int  // sessions that were read to be compared in Go
}

// search begins the search of a selection, with a budget of rows; 0 is no bound.
func (c conn) search(ctx context.Context, sel *selection, rows int) (*search, error) {
	d, err := c.directory(ctx, sel.company)
	if err != nil {
		return nil, err
	}
	if err := sel.distrust(c, &d); err != nil {
		return nil, err
	}
	r := &search{conn: c, selection: sel, directory: d, queries: compileQueries(sel.filter), budget: budgetOf(rows), last: sel.pos, atOnce: firstHeldSessions}
	r.least = (rows + progressDivisor - 1) / progressDivisor
	r.tail = tail{pos: sel.pos, end: sel.end || d.packed == d.seq}
	if !sel.end {
		r.unread = d.between(sel.low, sel.newest())
	}
	return r, nil
}

// progressDivisor divides a budget: a page advances by at least that part of its rows.
const progressDivisor = 4

// run calls each with sessions until it has done so want times, the end is reached, or the budget
// is spent. reached is the place where the budget ended the search before the end.
func (r *search) run(ctx context.Context, want int, each func(*sessions.Session) error) (reached position, end bool, err error) {
	for want > 0 {
		if err := r.fillTail(ctx, want); err != nil {
			return reached, false, err
		}
		bar, waits := r.bar()
		// If cut, fillTail has stopped within the tail, and no unread match of the segments is
		// newer than its position. Nothing older may be handed over: the tail may have newer
		// sessions.
		cut := !r.tail.end && len(r.tail.rows) == 0 && (!waits || bar.after(r.tail.pos))
		if cut {
			bar, waits = r.tail.pos, true
		}
		from := r.next()
		switch {
		case from != nil && (!waits || bar.after((*from)[0].position()) || cut && bar == (*from)[0].position()):
			f := (*from)[0]
			(*from)[0] = found{} // the rest of the list must not keep it
			*from = (*from)[1:]
			if p := f.position(); p.after(r.last) {
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
		case cut:
			// The budget ended the tail, and nothing up to there is left.
			return bar, false, nil
		case r.isSpent(bar):
			reached, err := r.reached(ctx, bar)
			return reached, false, err
		case len(r.unread) > 0 && bar == newestOf(r.unread[0]):
			// The next match may be in a segment that was not asked yet.
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

// newestOf returns the place of a segment's newest session, or one just before it in the list.
func newestOf(s *segment.Segment) position { return position{s.Newest, anyID} }

// next returns the list whose first session is the newest one that was read, or nil.
func (r *search) next() *[]found {
	switch {
	case len(r.rows) == 0 && len(r.tail.rows) == 0:
		return nil
	case len(r.rows) == 0 || len(r.tail.rows) > 0 && r.rows[0].position().after(r.tail.rows[0].position()):
		return &r.tail.rows
	}
	return &r.rows
}

// bar returns the place of the newest match that was not read, of a segment that was asked, or
// perhaps of one that was not. waits is false if there is none.
func (r *search) bar() (bar position, waits bool) {
	bar.us = math.MinInt64
	for _, s := range r.sources {
		if waits = true; bar.after(s.head.position) {
			bar = s.head.position
		}
	}
	// Those that wait are newer than what the sources have.
	if len(r.waiting) > 0 {
		bar, waits = r.waiting[0].position, true
	}
	if len(r.unread) > 0 {
		if p := newestOf(r.unread[0]); !p.after(bar) {
			bar = p
		}
		waits = true
	}
	return bar, waits
}

// fillTail reads more of the tail, once everything that was read of it has been handed over. If
// rows are compared in Go, it stops when the budget is spent: while keys are rebuilt, the tail may
// be the whole company.
func (r *search) fillTail(ctx context.Context, want int) error {
	if r.tail.end || len(r.tail.rows) > 0 {
		return nil
	}
	n := min(want, mostLookedUpSessions)
	if r.distrusts {
		n = mostLookedUpSessions
	}
	for len(r.tail.rows) == 0 && !r.tail.end {
		if r.distrusts && r.budget.isSpent() && r.tail.passed >= r.least {
			return nil
		}
		args := between(r.tail.pos, position{us: r.low}, engine.Args{"company": r.company, "condition": r.condition, "limit": n})
		statement := r.engine.Page
		if !r.walksTail() {
			statement = r.engine.TailPage
			args["packed"], args["seq"] = r.packed, r.seq
		}
		list, left, err := r.foundWithin(ctx, statement, args, r.company, heldBytes)
		if err != nil {
			return err
		}
		if r.tail.end = len(list) < n && left >= 0; len(list) > 0 {
			r.tail.pos = list[len(list)-1].position()
		}
		if r.distrusts {
			r.tail.passed += len(list)
			r.budget.pay(ctx, r.conn, len(list))
		}
		// A walk of the list also reads packed sessions, which the segments have.
		r.tail.rows = slices.DeleteFunc(list, func(f found) bool { return f.change <= r.packed || !r.has(f.session) })
	}
	return nil
}

// walksTail reports whether to read the tail as a part of the list, skipping the packed sessions.
// Selecting by change numbers, the statement for each part reads the whole tail. That is too often
// if the tail is long and its rows are compared in Go.
func (r *search) walksTail() bool { return r.distrusts && r.seq-r.packed > walkedTailChanges }

// isSpent reports whether the budget ends the search here, with bar as the next match.
func (r *search) isSpent(bar position) bool {
	if !r.budget.isSpent() || len(r.rows) > 0 {
		return false
	}
	// If the ID of one is not known, the other may be before or behind it.
	if r.last.us == bar.us && (r.last.id == anyID || bar.id == anyID) {
		return false
	}
	// Sessions of the segments asked count as passed, even if they did not match.
	passed := r.looked
	for _, s := range r.asked {
		if s.Newest <= r.newest() && s.Oldest > bar.us {
			passed += s.N - s.DeadCount()
		}
	}
	// A page has to reach a place after the one where it began, or the next one would repeat it.
	return passed >= r.least && (r.last.after(r.pos) || bar.us+1 < r.pos.us)
}

// reached returns the place up to which everything was searched.
func (r *search) reached(ctx context.Context, bar position) (position, error) {
	// If nothing was looked at, the segments asked have no match.
	if !r.last.after(r.pos) {
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

// ask asks the next segments: as many as should have the sessions wanted, judging by the share of
// matches in those asked before.
func (r *search) ask(ctx context.Context, want int) error {
	sessions := float64(mostAskedSessions)
	if r.sessions == 0 {
		sessions = firstAskedSessions
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

// cut returns how many positions of a segment may come after the place where the search began.
// Sessions with the creation time of that place may be before it; if there are several, cut looks
// for the place among them.
func (r *search) cut(ctx context.Context, g *segment.Segment) (int, error) {
	if r.pos.id == "" || r.pos.us < g.Oldest || r.pos.us > g.Newest {
		return g.N, nil
	}
	reader := r.reader(r.company, g)
	low, high, missing := g.Between(r.pos.us, r.pos.us)
	for n := 0; len(missing) > 0; n++ {
		// Two rounds suffice: the index, and then the parts.
		if n == 2 {
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
		if (position{p.Created, p.ID}).after(r.pos) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

// heads reads the places of the next matches, of the segments with the newest sessions, until they
// have as many sessions as are wanted.
func (r *search) heads(ctx context.Context, want int) error {
	slices.SortStableFunc(r.sources, func(x, y *source) int { return x.head.compare(y.head.position) })
	var missing []engine.Block
	var segments []*segment.Segment
	for _, s := range r.sources {
		if want <= 0 {
			break
		}
		s.Pass(s.at)
		segments = append(segments, s.Segment)
		missing = missingPlaces(missing, s.Segment, func(yield func(int) bool) {
			for at, n := s.at, 0; at >= 0 && want > 0 && n < segment.PartPlaces && yield(at); at, n = s.any.Before(at), n+1 {
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

// place sets the head to the place of the next match, which was read.
func (s *source) place() error {
	p, err := s.Place(s.at)
	s.head = hit{position{p.Created, cmp.Or(p.ID, anyID)}, p.Change, s.result.Sure.Has(s.at), s}
	s.placed = true
	return err
}

// lookUp reads the sessions of the next matches. It reads no further than the newest session of the
// segments that were not asked.
func (r *search) lookUp(ctx context.Context, want int) error {
	if len(r.waiting) > 0 {
		return r.read(ctx)
	}
	n := min(max(want-len(r.rows), 1), mostLookedUpSessions)
	if r.distrusts || !r.queries.ours.Query().Exact() {
		r.doubtful = min(max(leastDoubtfulSessions, 2*r.doubtful), mostLookedUpSessions)
		n = max(n, r.doubtful)
	}
	floor := position{us: math.MinInt64}
	if len(r.unread) > 0 {
		floor = newestOf(r.unread[0])
	}
	missing := false
	for len(r.waiting) < n && len(r.sources) > 0 && !missing {
		s := slices.MinFunc(r.sources, func(x, y *source) int { return x.head.compare(y.head.position) })
		if !floor.after(s.head.position) {
			break
		}
		if missing = !s.placed; missing {
			break
		}
		if h := s.head; h.id == anyID || h.after(r.pos) {
			r.waiting = append(r.waiting, h)
		}
		if s.at = s.any.Before(s.at); s.at < 0 {
			r.sources = slices.DeleteFunc(r.sources, func(x *source) bool { return x == s })
		} else if _, read := s.PartKey(s.at); !read {
			missing, s.placed = true, false
			// Without an ID, no other session of the segment has its creation time.
			if s.head.id == anyID {
				s.head.us--
			}
		} else if err := s.place(); err != nil {
			return err
		}
	}
	taken := len(r.waiting)
	if err := r.read(ctx); err != nil {
		return err
	}
	if missing && taken < n {
		return r.heads(ctx, want)
	}
	return nil
}

// read reads the rows of the matches that wait, as many as one statement reads, and checks that
// they are what the segments say.
func (r *search) read(ctx context.Context) error {
	n := min(r.atOnce, len(r.waiting))
	if n == 0 {
		return nil
	}
	changes := make([]int64, n)
	condition := anyOf(r.company)
	for i, h := range r.waiting[:n] {
		if changes[i] = h.change; !h.sure {
			condition = r.condition
		}
	}
	list, n, err := r.firstOf(ctx, r.company, changes, condition, &r.atOnce)
	if err != nil {
		return err
	}
	hits := r.waiting[:n]
	r.waiting = r.waiting[n:]
	for _, h := range hits {
		if !h.sure {
			r.budget.pay(ctx, r.conn, 1)
		}
	}
	read := byChange(list)
	for _, h := range hits {
		found := read[h.change]
		if found == nil && h.sure || found != nil && (h.sure || !r.distrusts) && !r.filter.Match(found) {
			return h.source.Damaged("postings")
		}
		if h.after(r.last) {
			r.last, r.lastChange = h.position, h.change
		}
	}
	r.looked += len(hits)
	kept := list[:0]
	// At the edges of the selection several sessions may have one creation time.
	for _, f := range list {
		if p := f.position(); p.after(r.pos) && r.has(f.session) {
			kept = append(kept, f)
		}
	}
	r.rows = append(r.rows, kept...)
	slices.SortFunc(r.rows, func(x, y found) int { return x.position().compare(y.position()) })
	return nil
}
