package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// Packing says when sessions are packed into segments. The zero Packing is the default.
type Packing struct {
	// Tail is how many changes of a company are packed at once. A writer packs them after its commit
	// when its own transaction has passed a multiple of that number, so that the tail has at most half
	// as many again; [Backend.Maintain] packs what is more than half. A greater Tail makes searches
	// slower, a lesser one makes writing slower. 0: 2,000. Negative: writers never pack, only Maintain
	// does.
	Tail int
	// Segment is how many sessions a segment may have, from 1 to 65,536. Anything else, such as 0,
	// means 64,000, whose longest lists PostgreSQL keeps in its rows.
	Segment int
}

// WithPacking returns a Backend over the same tables with another packing.
func (b *Backend) WithPacking(p Packing) *Backend {
	c := b.copied()
	c.packing = p
	return c
}

// packsAt reports whether a writer that raised a company's number from one to another packs what is
// due after its commit: whenever a multiple of the tail's bound is passed. It needs no look at the
// company.
func (b *Backend) packsAt(from, to int64) bool {
	return b.packing.Tail >= 0 && from/b.tailMost() != to/b.tailMost()
}

// tailMost is how long the tail may be.
func (b *Backend) tailMost() int64 {
	if b.packing.Tail > 0 {
		return int64(b.packing.Tail)
	}
	return 2000
}

func (b *Backend) segmentMost() int {
	if n := b.packing.Segment; n > 0 && n <= segment.MaxSessions {
		return n
	}
	return 64_000
}

// What makes segments be merged.
const (
	fanIn      = 4 // segments of about the same size are merged
	mostDepth  = 8 // segments may overlap at one instant
	deadShare  = 4 // one dead position in so many is too many
	optimistic = 3 // attempts without holding the company while the segments are built
)

// Maintain packs a company's tail, merges segments that have become small, overlapping or full of
// dead places, rebuilds search keys of an older version, deletes expired tombstones, and returns
// when there is nothing left to do. Writers pack what they have written; call Maintain now and then
// if you write only by [Backend.Tx], or have imported many sessions in no particular order, and
// after an upgrade. Many may call it at once. It locks the company while it swaps blocks, and reads
// up to four times Packing.Segment sessions at once.
func (b *Backend) Maintain(ctx context.Context, company string) error {
	return b.maintain(ctx, company, nil, b.due)
}

// maintain does what choose says until it says nothing. Of the sessions, those that are known need
// not be read.
func (b *Backend) maintain(ctx context.Context, company string, known *recent, choose func(*directory) (task, bool)) (err error) {
	ctx, w := b.watch(ctx, "maintain", company)
	defer w.end(&err)
	if err := b.ready(ctx, company); err != nil {
		return err
	}
	if err := b.expireTombstones(ctx, company); err != nil {
		return err
	}
	for {
		done, err := b.replace(ctx, company, known, choose, true)
		if err != nil {
			return err
		}
		if !done {
			return b.settle(ctx, company)
		}
	}
}

func (b *Backend) maintainAll(ctx context.Context, companies []string, known *recent) error {
	for _, company := range companies {
		if err := b.maintain(ctx, company, known, b.due); err != nil {
			return err
		}
	}
	return nil
}

// Repair rebuilds a company's segments from its sessions, and counts those. It restores a company's
// row that is missing, or older than its sessions. It repairs everything that [Backend.Verify] or
// an [ErrDamaged] names, except a purged session that older software has brought back: purge that
// again. Until Repair is done, searches read unpacked sessions row by row.
func (b *Backend) Repair(ctx context.Context, company string) (err error) {
	ctx, w := b.watch(ctx, "repair", company)
	defer w.end(&err)
	if err := b.ready(ctx, company); err != nil {
		return err
	}
	unpack := func(c conn) error {
		_, err := c.holdCompany(ctx, c.engine.HoldCompany, company)
		if errors.Is(err, store.ErrNotFound) {
			err = c.remakeCompany(ctx, company)
		}
		if err != nil {
			return err
		}
		for _, s := range []engine.Statement{c.engine.DeleteAllSegments, c.engine.DeleteAllBlocks, c.engine.ResetPacked} {
			if err := c.exec(ctx, s, engine.Args{"company": company}); err != nil {
				return err
			}
		}
		return nil
	}
	// An engine may choose this transaction as the victim of a deadlock, and it is the one to yield.
	err = b.inUpkeep(ctx, "repair", company, true, unpack)
	for n := 1; n < optimistic && b.mayBeVictim(ctx, err); n++ { // of others that pack
		err = b.inUpkeep(ctx, "repair", company, true, unpack)
	}
	return cmp.Or(err, b.Maintain(ctx, company))
}

// remakeCompany makes the row of a company that has sessions and lost it, and holds the company.
func (c conn) remakeCompany(ctx context.Context, company string) error {
	var total, packed, ahead int64
	err := c.first(ctx, c.engine.Totals, engine.Args{"company": company, "packed": 0, "seq": 0}, &total, &packed, &ahead)
	if err != nil || total == 0 {
		return err
	}
	w := &write{conn: c, packs: func(int64, int64) bool { return false }}
	_, _, err = w.hold(ctx, company, 1, 0)
	return err
}

// packAfter packs what a writer's own transaction has made too much. What it wrote is stored: that
// this fails is not an error of the write.
func (b *Backend) packAfter(ctx context.Context, companies []string) {
	for _, company := range companies {
		choose := b.dueOfWriter
		for range fanIn { // the tail, and what small segments have become too many by that
			if done, err := b.replace(ctx, company, nil, choose, false); err != nil || !done {
				break
			}
			choose = b.small
		}
	}
}

// task is what is to be replaced.
type task struct {
	inputs []*segment.Segment
	tail   bool
	most   int            // sessions of the tail; 0: as many as a segment may have
	apart  map[int64]bool // change numbers of sessions that get segments of their own, which may go as a whole
}

// dueOfWriter returns what a writer does, whose caller waits for it: nothing that takes more
// sessions than one segment may have. Of a tail that is far longer than writers leave it packs a
// part. While keys of it are made anew it does nothing: whoever does that packs it, and starts
// again where others are faster.
func (b *Backend) dueOfWriter(d *directory) (task, bool) {
	most := importTail * b.tailMost()
	if d.seq-d.packed > most && claimant(d.keys) != 0 {
		return task{}, false
	}
	t, ok := b.dueSoon(d)
	t.most = int(most)
	return t, ok
}

// dueSoon returns what Maintain does before all else: what is searched most.
func (b *Backend) dueSoon(d *directory) (task, bool) {
	if d.seq-d.packed > b.tailMost()/2 {
		return task{tail: true}, true
	}
	return b.small(d)
}

// due returns what Maintain does.
func (b *Backend) due(d *directory) (task, bool) {
	if t, ok := b.dueSoon(d); ok {
		return t, true
	}
	for _, s := range d.segments { // the newest first: those are searched most
		if s.SearchKey < b.keys.Version && claimant(s.SearchKey) <= b.keys.Version {
			return task{inputs: []*segment.Segment{s}}, true
		}
	}
	if d.keys != b.keys.Version && d.seq-d.packed > rekeyedRows { // leave little to settle
		return task{tail: true}, true
	}
	for _, s := range d.segments {
		if d.dead[s.Number]*deadShare > s.N && isOurs(b.keys, s) {
			return task{inputs: []*segment.Segment{s}}, true
		}
	}
	return b.overlapping(d)
}

// small returns neighbours of about the same size that fit one segment: fanIn of them, or fewer
// where as many do not fit.
func (b *Backend) small(d *directory) (task, bool) {
	most := int64(b.segmentMost())
	type class struct {
		need int
		list []*segment.Segment // in the order of their newest sessions
	}
	classes := map[int64]*class{} // by the size that its segments are about
	for _, s := range d.segments {
		if !isOurs(b.keys, s) { // older ones are rekeyed first, and newer ones are left to who made them
			continue
		}
		// The sizes are those of a tail that is merged fanIn by fanIn, so that a session is written
		// again but a few times until its segment is as large as one may be.
		size := b.tailMost()
		for size*fanIn <= most && int64(s.N) > size*2 {
			size *= fanIn
		}
		if classes[size] == nil {
			classes[size] = &class{need: int(min(fanIn, max(2, most/size)))}
		}
		classes[size].list = append(classes[size].list, s)
	}
	var best []*segment.Segment
	var bestSpan int64
	for _, size := range slices.Sorted(maps.Keys(classes)) {
		c := classes[size]
		for i := 0; i+c.need <= len(c.list); i++ {
			some := c.list[i : i+c.need]
			oldest, n := some[0].Oldest, 0
			for _, s := range some {
				oldest, n = min(oldest, s.Oldest), n+s.N
			}
			// Those that span the least time: what is merged then overlaps the fewest others, and a
			// search of a time reads the fewest segments.
			if span := some[0].Newest - oldest; int64(n) <= most && (best == nil || span < bestSpan) {
				best, bestSpan = some, span
			}
		}
	}
	return task{inputs: best}, best != nil
}

// overlapping returns segments that have one instant in common, where too many do.
func (b *Backend) overlapping(d *directory) (task, bool) {
	for _, at := range d.segments {
		var some []*segment.Segment
		for _, s := range d.segments {
			if s.Oldest < at.Newest && s.Newest >= at.Newest && isOurs(b.keys, s) {
				some = append(some, s)
			}
		}
		if len(some) > mostDepth {
			// The widest first: merging them leaves segments that overlap less.
			slices.SortFunc(some, func(x, y *segment.Segment) int {
				return cmp.Or(cmp.Compare(y.Newest-y.Oldest, x.Newest-x.Oldest), cmp.Compare(x.Number, y.Number))
			})
			return task{inputs: some[:fanIn]}, true
		}
	}
	return task{}, false
}

// key is a session that is packed.
type key struct {
	position
	change int64
}

// changesOf returns the numbers of the last changes of some sessions.
func changesOf(keys []key) []int64 {
	changes := make([]int64, len(keys))
	for i, k := range keys {
		changes[i] = k.change
	}
	return changes
}

// plan is what a replacement is about to do: (segments, the tail up to a change number) become
// segments.
type plan struct {
	directory
	task
	packed int64 // becomes packed_seq
	keys   []key // the oldest first
	built  []built

	mixed bool       // rows may have search keys of another version
	claim int64      // to those rows; the version that they all have, unless mixed
	rekey []rekeying // the keys that they should have, where mixed
}

// built is a new segment, with the keys of its sessions.
type built struct {
	segment.Built
	number int64
	keys   []key
}

// Why nothing was replaced.
var (
	errRace = errors.New("sqlstore: others were faster")
	errHeld = errors.New("sqlstore: the company is held by another writer")
)

// replace does what choose says, and reports whether there was anything to do. It is the only way
// in which segments come and go.
//
// The sessions' rows are read in a snapshot, which is closed, and the segments built in memory;
// nobody is kept waiting. Then, in a transaction, their blocks are inserted under numbers that
// nobody knows, and only then is the company held: what has changed since the snapshot is made
// dead, the segments change places, and packed_seq with them. If others have packed, or taken words
// out, since the snapshot, all is done again; after some attempts while the company is held. Unless
// it should wait, a company that is held by others is errHeld.
func (b *Backend) replace(ctx context.Context, company string, known *recent, choose func(*directory) (task, bool), wait bool) (done bool, err error) {
	const op = "pack"
	var p *plan
	for range optimistic {
		err := b.inSnapshot(ctx, op, func(c conn) (err error) {
			p, err = c.plan(ctx, company, known, choose, b.segmentMost())
			return err
		})
		if err != nil || p == nil {
			return false, err
		}
		err = b.rekey(ctx, op, company, p, wait)
		if err == nil {
			err = b.inUpkeep(ctx, op, company, wait, func(c conn) error {
				if err := c.insertBuilt(ctx, company, p); err != nil {
					return err
				}
				now, err := c.holdFree(ctx, company, wait)
				if err != nil {
					return err
				}
				return c.swap(ctx, company, p, now)
			})
		}
		if !errors.Is(err, errRace) && !b.mayBeVictim(ctx, err) {
			return err == nil, err
		}
	}
	if p.apart != nil { // a purge can wait, and others cannot
		return false, errRace
	}
	err = b.inUpkeep(ctx, op, company, true, func(c conn) error {
		now, err := c.holdCompany(ctx, c.engine.HoldCompany, company)
		if err != nil {
			return err
		}
		p, err := c.plan(ctx, company, known, choose, b.segmentMost())
		if err != nil || p == nil {
			return err
		}
		if p.mixed {
			if err := c.claim(ctx, company, p, &now); err != nil {
				return err
			}
			other, err := c.otherKeys(ctx, company, p.rekey)
			if err != nil {
				return err
			}
			if err := c.setKeys(ctx, company, other); err != nil {
				return err
			}
		}
		if err := c.insertBuilt(ctx, company, p); err != nil {
			return err
		}
		done = true
		return c.swap(ctx, company, p, now)
	})
	return done && err == nil, err
}

// mayBeVictim reports whether the engine may have ended a transaction to solve a deadlock. Nothing
// of it is stored then, and it may be tried again; what is wrong for good fails again.
func (b *Backend) mayBeVictim(ctx context.Context, err error) bool {
	var failure *Error
	return errors.As(err, &failure) && ctx.Err() == nil && !b.engine.OneWriter
}

// inUpkeep calls do within a transaction that writes what is kept of a company's sessions. At its
// end, once others would have to wait for what it has written, it asks for the schema: nothing is
// written if that has moved on.
//
// It may wait for the company. Like writers, those that do take turns, but among themselves: a
// writer need not wait for what they do before they hold the company. Where the database has one
// writer at a time, they take turns with writers: else a writer might find one part after the other
// at work.
func (b *Backend) inUpkeep(ctx context.Context, op, company string, waits bool, do func(conn) error) error {
	if waits || b.engine.OneWriter {
		queue := &b.upkeep
		if b.engine.OneWriter {
			queue = &b.turns
		}
		end, err := queue.take(ctx, b.queueOf(company))
		if err != nil {
			return failed(ctx, op, err)
		}
		defer end()
	}
	return b.inOwnTx(ctx, op, func(c conn) error {
		err := do(c)
		if err == nil {
			_, err = c.state(ctx, company)
		}
		return err
	})
}

// inOwnTx calls do within a transaction that writes.
func (b *Backend) inOwnTx(ctx context.Context, op string, do func(conn) error) error {
	return b.pool.Use(ctx, op, func(q session) error { return b.inTxOn(ctx, q, op, do) })
}

// inTxOn is inOwnTx on a connection, or on any of the database.
func (b *Backend) inTxOn(ctx context.Context, q session, op string, do func(conn) error) error {
	tx, err := q.BeginTx(ctx, &sql.TxOptions{Isolation: b.engine.WriteIsolation})
	if err != nil {
		return failed(ctx, op, err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := do(b.on(tx, op)); err != nil {
		_ = tx.Rollback() // PostgreSQL answers nothing more in it
		return b.on(q, op).explain(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return failed(ctx, op, err)
	}
	return nil
}

// holdCompany reads a company's row and keeps others from writing to the company until the
// transaction ends. None is [store.ErrNotFound].
func (c conn) holdCompany(ctx context.Context, s engine.Statement, company string) (state, error) {
	if c.engine.OneWriter { // only a write keeps others out
		if err := c.exec(ctx, c.engine.TouchCompany, engine.Args{"company": company}); err != nil {
			return state{}, err
		}
	}
	var now state
	err := c.first(ctx, s, engine.Args{"company": company}, &now.seq, &now.total, &now.packed, &now.forgot, &now.keys)
	if errors.Is(err, sql.ErrNoRows) {
		err = store.ErrNotFound
	}
	return now, err
}

// holdFree holds a company as soon as no other writer does. Unless it should wait for that, a
// company that others hold is an errHeld.
func (c conn) holdFree(ctx context.Context, company string, wait bool) (state, error) {
	hold := c.engine.TryHoldCompany
	if wait {
		hold = c.engine.HoldCompany
	}
	now, err := c.holdCompany(ctx, hold, company)
	if errors.Is(err, store.ErrNotFound) {
		err = errHeld
	}
	return now, err
}

// insertBuilt inserts the blocks of what was built.
func (c conn) insertBuilt(ctx context.Context, company string, p *plan) error {
	w := rewriting{conn: c, company: company}
	for _, n := range p.built {
		for _, b := range n.Blocks {
			w.block(n.number, b)
		}
	}
	return w.store(ctx)
}

// plan reads what is to be replaced, and builds what replaces it. It returns nil if there is
// nothing to do.
func (c conn) plan(ctx context.Context, company string, known *recent, choose func(*directory) (task, bool), most int) (*plan, error) {
	d, err := c.directory(ctx, company)
	if err != nil {
		return nil, err
	}
	t, ok := choose(&d)
	if !ok {
		return nil, nil //nolint:nilnil // nothing is to be done
	}
	p := &plan{directory: d, task: t, packed: d.packed, claim: c.keys.Version}
	if t.tail {
		// No more than one segment may have.
		if t.most > 0 {
			most = min(most, t.most)
		}
		if p.keys, err = c.tailKeys(ctx, company, d.packed, d.seq, most); err != nil {
			return nil, err
		}
		if p.packed = p.seq; len(p.keys) == most {
			p.packed = p.keys[most-1].change
		}
	}
	for _, s := range t.inputs {
		keys, err := c.livingKeys(ctx, company, s)
		if err != nil {
			return nil, err
		}
		p.keys = append(p.keys, keys...)
	}
	if err := c.sortKeys(ctx, company, p); err != nil {
		return nil, err
	}
	return p, c.build(ctx, company, known, p, most)
}

// tailKeys reads the first sessions whose last change is behind a number, up to the company's last
// one, at most so many, in the order of their changes.
func (c conn) tailKeys(ctx context.Context, company string, change, last int64, most int) (keys []key, err error) {
	args := engine.Args{"company": company, "packed": change, "seq": last, "limit": most}
	err = c.rows(ctx, c.engine.TailKeys, args, func(rows *sql.Rows) error {
		var k key
		if err := rows.Scan(&k.us, &k.id, &k.change); err != nil {
			return failed(ctx, c.op, err)
		}
		keys = append(keys, k)
		return nil
	})
	return keys, err
}

// readPlaces reads all places of a segment, and which of them are dead.
func (c conn) readPlaces(ctx context.Context, company string, s *segment.Segment) error {
	names := []string{segment.DeadKey}
	for i := 0; i < s.N; i += segment.PartSize {
		name, _ := s.PartKey(i)
		names = append(names, name)
	}
	return c.reader(company, s).named(ctx, []*segment.Segment{s}, names)
}

// livingKeys reads the places of a segment's living sessions, the oldest first.
func (c conn) livingKeys(ctx context.Context, company string, s *segment.Segment) (keys []key, err error) {
	if err := c.readPlaces(ctx, company, s); err != nil {
		return nil, err
	}
	dead := s.Dead()
	for i := range s.N {
		place, err := s.Place(i)
		if err != nil {
			return nil, err
		}
		if !dead.Has(i) {
			keys = append(keys, key{position{place.Created, place.ID}, place.Change})
		}
	}
	return keys, nil
}

// sortKeys puts the keys in the order of the list, from its oldest end. Places without an ID get
// theirs where it matters.
func (c conn) sortKeys(ctx context.Context, company string, p *plan) error {
	byPlace := func(x, y key) int { return x.compare(y.position) }
	slices.SortFunc(p.keys, byPlace)
	var unknown []int64
	for i, k := range p.keys {
		tied := i > 0 && p.keys[i-1].us == k.us || i+1 < len(p.keys) && p.keys[i+1].us == k.us
		if k.id == "" && tied {
			unknown = append(unknown, k.change)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	ids, err := c.idsOf(ctx, company, unknown)
	if err != nil {
		return err
	}
	for i := range p.keys {
		if p.keys[i].id == "" {
			p.keys[i].id = ids[p.keys[i].change]
		}
	}
	slices.SortFunc(p.keys, byPlace)
	return nil
}

// idsOf returns the IDs of the sessions whose last changes have some numbers, by those.
func (c conn) idsOf(ctx context.Context, company string, changes []int64) (map[int64]string, error) {
	ids := make(map[int64]string, len(changes))
	for part := range slices.Chunk(changes, mostLookedUp) {
		args := c.engine.Changed(engine.Args{"company": company}, company, part)
		err := c.rows(ctx, c.engine.IDsOf, args, func(rows *sql.Rows) error {
			var change int64
			var id string
			if err := rows.Scan(&change, &id); err != nil {
				return failed(ctx, c.op, err)
			}
			ids[change] = id
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// build builds the segments of the keys, in parts of their sessions, of which it reads those that
// are not known. It fills in the keys' IDs.
func (c conn) build(ctx context.Context, company string, known *recent, p *plan, most int) error {
	// The rows of segments of this version have keys of this version.
	p.mixed = p.tail && p.directory.keys != c.keys.Version ||
		slices.ContainsFunc(p.inputs, func(s *segment.Segment) bool { return !isOurs(c.keys, s) })
	for _, keys := range p.parts(most) {
		number := rand.Int64() //nolint:gosec // a number that is not used yet, no secret
		builder := segment.NewBuilder(number)
		for part := range slices.Chunk(keys, mostLookedUp) {
			read := map[int64]*sessions.Session{}
			if !p.mixed {
				read = known.take(company, part)
			}
			unread := slices.DeleteFunc(changesOf(part), func(change int64) bool { return read[change] != nil })
			list, err := c.sessionsOf(ctx, company, unread, anyOf(company))
			if err != nil {
				return err
			}
			maps.Copy(read, byChange(list))
			for i, k := range part {
				s := read[k.change]
				if s == nil || s.CreatedAt.UnixMicro() != k.us {
					return fmt.Errorf("sqlstore: %w: a place without its session", ErrDamaged)
				}
				part[i].id = s.ID
				builder.Add(c.keys.As(s), k.change)
			}
			if p.mixed {
				p.rekey = append(p.rekey, c.keysFor(list)...)
			}
		}
		p.built = append(p.built, built{builder.Build(), number, keys})
	}
	return nil
}

// parts divides the keys into those of each new segment.
func (p *plan) parts(most int) [][]key {
	var keys, apart []key
	for _, k := range p.keys {
		if p.apart[k.change] {
			apart = append(apart, k)
		} else {
			keys = append(keys, k)
		}
	}
	return append(divided(keys, most, p.tail), divided(apart, min(most, purgedAtOnce), false)...)
}

// aloneFactor is how many times longer than a segment the time before it has to be empty for the
// sessions before that to be stragglers.
const aloneFactor = 16

// divided divides keys into parts of no more than most sessions, and about the same number. Of a
// tail, stragglers, a few sessions that are much older than the others, get a part of their own: a
// segment that spans years is asked by every search. Of segments they do not, so that merging makes
// fewer.
func divided(keys []key, most int, stragglers bool) (parts [][]key) {
	for i := len(keys) / 4; i > 0 && stragglers; i-- {
		if gap, span := keys[i].us-keys[i-1].us, keys[len(keys)-1].us-keys[i].us; gap > aloneFactor*(span+1) {
			parts, keys = append(parts, keys[:i]), keys[i:]
			break
		}
	}
	n := len(keys)
	count := (n + most - 1) / most
	for i := range count {
		parts = append(parts, keys[n*i/count:n*(i+1)/count])
	}
	return parts
}

// swap puts what was built in the place of what it was built of. The company is held, and now is
// its row.
func (c conn) swap(ctx context.Context, company string, p *plan, now state) error {
	if err := c.requireInputs(ctx, company, p, &now, true); err != nil {
		return err
	}
	dead, err := c.changedSince(ctx, company, p, now.seq)
	if err != nil {
		return err
	}
	w := rewriting{conn: c, company: company}
	for i, n := range p.built {
		s, err := segment.Open(n.number, n.N, n.Oldest, n.Newest)
		if err != nil {
			return err
		}
		s.SearchKey = c.keys.Version
		if len(dead[i]) > 0 {
			w.block(n.number, s.Bury(dead[i]...))
		}
		w.segment(s)
	}
	if err := w.store(ctx); err != nil {
		return err
	}
	if len(p.inputs) > 0 {
		for _, s := range []engine.Statement{c.engine.DeleteSegments, c.engine.DeleteBlocks} {
			if err := c.exec(ctx, s, engine.Args{"company": company, "segments": c.inputs(p)}); err != nil {
				return err
			}
		}
	}
	// The row is written even where nothing changes in it: a transaction that began before must not
	// go by the segments that are gone.
	return c.exec(ctx, c.engine.SetPacked, engine.Args{"company": company, "packed": p.packed})
}

func (c conn) inputs(p *plan) engine.Part {
	return c.engine.Numbers("segment", append(numbersOf(p.inputs), -1))
}

// requireInputs requires that what a plan was made of is there still, and, unless the plan is about
// to claim it, that no other version has claimed it since. The company is held, and now is its row.
func (c conn) requireInputs(ctx context.Context, company string, p *plan, now *state, claimed bool) error {
	var present, ours int
	err := c.first(ctx, c.engine.Present, engine.Args{"company": company, "segments": c.inputs(p), "search_key": p.claim}, &present, &ours)
	switch {
	case err != nil:
		return err
	case now.packed != p.directory.packed, now.forgot != p.forgot, present != len(p.inputs):
		return errRace
	case claimed && (ours != len(p.inputs) || p.tail && now.keys != p.claim):
		return errRace
	}
	return nil
}

// changedSince returns the positions of the sessions that have changed since the plan was made, for
// each of the new segments. The company's last change has the number seq.
func (c conn) changedSince(ctx context.Context, company string, p *plan, seq int64) ([][]int, error) {
	dead := make([][]int, len(p.built))
	err := c.rows(ctx, c.engine.ChangedSince, engine.Args{"company": company, "since": p.seq, "seq": seq}, func(rows *sql.Rows) error {
		var changed position
		if err := rows.Scan(&changed.us, &changed.id); err != nil {
			return failed(ctx, c.op, err)
		}
		for n, one := range p.built {
			if i, ok := slices.BinarySearchFunc(one.keys, changed, func(k key, p position) int { return k.compare(p) }); ok {
				dead[n] = append(dead[n], i)
				break
			}
		}
		return nil
	})
	return dead, err
}
