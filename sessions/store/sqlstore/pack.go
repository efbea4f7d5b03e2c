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
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// Packing says when sessions are packed into segments. The zero Packing is the default.
type Packing struct {
	// Tail is how many changes of a company are packed at once. A writer packs them after its
	// commit if its own transaction has passed a multiple of that number, so that the tail has at
	// most half as many again; [Backend.Maintain] packs a tail of more than half. A larger Tail
	// makes searches slower, a smaller one makes writing slower. 0 means 2,000. Negative: writers
	// never pack, only Maintain does.
	Tail int
	// Segment is how many sessions a segment may have, from 1 to 65,536. Any other value, such as
	// 0, means 64,000, whose longest lists PostgreSQL keeps in its rows.
	Segment int
}

// What the zero Packing means.
const (
	defaultTailChanges     = 2_000
	defaultSegmentSessions = 64_000
)

// WithPacking returns a Backend over the same tables with another packing.
func (b *Backend) WithPacking(p Packing) *Backend {
	c := b.copied()
	c.packing = p
	return c
}

// packsAt reports whether a writer that raised a company's number from one value to another packs
// the tail after its commit: it does whenever it passes a multiple of the tail's bound. It need not
// read the company's row.
func (b *Backend) packsAt(from, to int64) bool {
	return b.packing.Tail >= 0 && from/b.tailMost() != to/b.tailMost()
}

// tailMost returns how long a tail may be.
func (b *Backend) tailMost() int64 {
	if b.packing.Tail > 0 {
		return int64(b.packing.Tail)
	}
	return defaultTailChanges
}

// segmentMost returns how many sessions a segment may have.
func (b *Backend) segmentMost() int {
	if n := b.packing.Segment; n > 0 && n <= segment.MaxSessions {
		return n
	}
	return defaultSegmentSessions
}

// Bounds of merging and of retries.
const (
	fanInSegments           = 4 // segments of about the same size are merged
	mostOverlappingSegments = 8 // at one instant
	// deadDivisor divides the positions of a segment: it is rebuilt when more than that part of
	// them are dead.
	deadDivisor        = 4
	optimisticAttempts = 3 // attempts that build the segments without holding the company
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

// maintain does what choose returns until that is nothing. It need not read the sessions in known.
func (b *Backend) maintain(ctx context.Context, company string, known *recent, choose func(*directory) (task, bool)) (err error) {
	ctx, w := b.watch(ctx, "maintain", company)
	defer w.End(&err)
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

// maintainAll maintains some companies, one after the other.
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
	defer w.End(&err)
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
	// The engine may choose this transaction as the victim of a deadlock with others that pack.
	// Nothing of it is stored then, so try it again.
	err = b.inUpkeep(ctx, "repair", company, true, unpack)
	for n := 1; n < optimisticAttempts && b.mayBeVictim(ctx, err); n++ {
		err = b.inUpkeep(ctx, "repair", company, true, unpack)
	}
	if err != nil {
		return err
	}
	return b.Maintain(ctx, company)
}

// remakeCompany inserts the missing row of a company that has sessions, and holds the company.
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

// packAfter packs what a writer's own transaction has made too much. It returns no error: what the
// writer wrote is stored, even if packing fails.
func (b *Backend) packAfter(ctx context.Context, companies []string) {
	for _, company := range companies {
		choose := b.dueOfWriter
		// Pack the tail, then merge the small segments of which there are too many now. One merge
		// may make another one due.
		for range fanInSegments {
			if done, err := b.replace(ctx, company, nil, choose, false); err != nil || !done {
				break
			}
			choose = b.small
		}
	}
}

// task describes a replacement.
type task struct {
	inputs []*segment.Segment
	tail   bool
	most   int // sessions of the tail; 0: as many as a segment may have
	// apart has the change numbers of sessions that get segments of their own, which a purge can
	// drop as a whole.
	apart map[int64]bool
}

// dueOfWriter returns what a writer does while its caller waits: nothing that takes more sessions
// than one segment may have. It packs a part of a tail that is far longer than writers leave. While
// another process rebuilds the keys of such a tail it does nothing: that process packs the tail,
// and has to start again if others are faster.
func (b *Backend) dueOfWriter(d *directory) (task, bool) {
	most := importTails * b.tailMost()
	if d.seq-d.packed > most && claimant(d.keys) != 0 {
		return task{}, false
	}
	t, ok := b.dueSoon(d)
	t.most = int(most)
	return t, ok
}

// dueSoon returns what Maintain does first, which is what searches read most.
func (b *Backend) dueSoon(d *directory) (task, bool) {
	if d.seq-d.packed > b.tailMost()/2 {
		return task{tail: true}, true
	}
	return b.small(d)
}

// due returns what Maintain does next.
func (b *Backend) due(d *directory) (task, bool) {
	if t, ok := b.dueSoon(d); ok {
		return t, true
	}
	// The newest first: they are searched most.
	for _, s := range d.segments {
		// Claims are negative, so this includes segments that this version or an older one has
		// claimed, but not those that a newer one has.
		if s.SearchKey < b.keys.Version && claimant(s.SearchKey) <= b.keys.Version {
			return task{inputs: []*segment.Segment{s}}, true
		}
	}
	// settle holds the company while it rebuilds the keys of a tail, so pack a long one first.
	if d.keys != b.keys.Version && d.seq-d.packed > rekeyedRows {
		return task{tail: true}, true
	}
	for _, s := range d.segments {
		if d.dead[s.Number]*deadDivisor > s.N && isOurs(b.keys, s) {
			return task{inputs: []*segment.Segment{s}}, true
		}
	}
	return b.overlapping(d)
}

// small returns neighbours of about the same size that fit into one segment: fanInSegments of them,
// or fewer if that many do not fit.
func (b *Backend) small(d *directory) (task, bool) {
	most := int64(b.segmentMost())
	type class struct {
		need int
		list []*segment.Segment // by their newest sessions
	}
	// By the approximate size of their segments.
	classes := map[int64]*class{}
	for _, s := range d.segments {
		// Older segments are rekeyed first, and newer ones are left to the release that made them.
		if !isOurs(b.keys, s) {
			continue
		}
		// A class is the size of the tail times a power of fanInSegments. Merging within classes
		// rewrites a session only a few times until its segment has its full size.
		size := b.tailMost()
		for size*fanInSegments <= most && int64(s.N) > size*2 {
			size *= fanInSegments
		}
		if classes[size] == nil {
			classes[size] = &class{need: int(min(fanInSegments, max(2, most/size)))}
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
			// Choose those that span the least time: the merged segment then overlaps the fewest
			// others, and a search of a range of time reads the fewest segments.
			if span := some[0].Newest - oldest; int64(n) <= most && (best == nil || span < bestSpan) {
				best, bestSpan = some, span
			}
		}
	}
	return task{inputs: best}, best != nil
}

// overlapping returns segments that have one instant in common, if too many have.
func (b *Backend) overlapping(d *directory) (task, bool) {
	for _, at := range d.segments {
		var some []*segment.Segment
		for _, s := range d.segments {
			if s.Oldest < at.Newest && s.Newest >= at.Newest && isOurs(b.keys, s) {
				some = append(some, s)
			}
		}
		if len(some) > mostOverlappingSegments {
			// The widest first: merging them leaves segments that overlap less.
			slices.SortFunc(some, func(x, y *segment.Segment) int {
				return cmp.Or(cmp.Compare(y.Newest-y.Oldest, x.Newest-x.Oldest), cmp.Compare(x.Number, y.Number))
			})
			return task{inputs: some[:fanInSegments]}, true
		}
	}
	return task{}, false
}

// key identifies a session that is packed, by its place in the list and its last change.
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

// plan is a replacement that is to be made: some segments, and perhaps the tail up to a change
// number, become new segments.
type plan struct {
	directory
	task
	packed int64 // the new packed_seq
	keys   []key // the oldest first
	built  []built

	mixed bool       // rows may have search keys of another version
	claim int64      // on those rows if mixed; else the version that all of them have
	rekey []rekeying // the keys that the rows should have, if mixed
}

// built is a new segment, with the keys of its sessions.
type built struct {
	segment.Built
	number int64
	keys   []key
}

// Reasons why nothing was replaced.
var (
	errRace = errors.New("sqlstore: others were faster")
	errHeld = errors.New("sqlstore: the company is held by another writer")
)

// replace does what choose returns, and reports whether there was anything to do. Segments are made
// nowhere else.
//
// It reads the sessions' rows in a snapshot, closes that, and builds the segments in memory; nobody
// waits meanwhile. Then, in one transaction, it inserts their blocks under numbers that nobody
// knows, and only after that holds the company: it marks sessions that have changed since the
// snapshot as dead, replaces the segments, and sets packed_seq. If others have packed, or have
// removed words, since the snapshot, it starts again; after some attempts it does everything while
// it holds the company. If wait is false and others hold the company, it returns errHeld.
func (b *Backend) replace(ctx context.Context, company string, known *recent, choose func(*directory) (task, bool), wait bool) (done bool, err error) {
	const op = "pack"
	var p *plan
	for range optimisticAttempts {
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
	// Only a purge sets sessions apart. It can try again, but writers cannot wait until it has
	// built its segments.
	if p.apart != nil {
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

// insertBuilt inserts the blocks of the segments that were built.
func (c conn) insertBuilt(ctx context.Context, company string, p *plan) error {
	w := rewriting{conn: c, company: company}
	for _, n := range p.built {
		for _, b := range n.Blocks {
			w.block(n.number, b)
		}
	}
	return w.store(ctx)
}

// plan reads what is to be replaced, and builds the segments that replace it. It returns nil if
// there is nothing to do.
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
		// Pack no more sessions than one segment may have.
		if t.most > 0 {
			most = min(most, t.most)
		}
		if p.keys, err = c.tailKeys(ctx, company, d.packed, d.seq, most); err != nil {
			return nil, err
		}
		// If there may be more, the tail is packed up to the last change that was read.
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

// tailKeys reads up to most sessions whose last change comes after the number change and not after
// last, in the order of their changes.
func (c conn) tailKeys(ctx context.Context, company string, change, last int64, most int) (keys []key, err error) {
	args := engine.Args{"company": company, "packed": change, "seq": last, "limit": most}
	keys = make([]key, 0, max(0, min(int64(most), last-change)))
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

// readPlaces reads all places of a segment, and its dead positions.
func (c conn) readPlaces(ctx context.Context, company string, s *segment.Segment) error {
	names := []string{segment.DeadKey}
	for i := 0; i < s.N; i += segment.PartPlaces {
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

// sortKeys sorts the keys from the oldest to the newest. A place has no ID if no other of its
// segment has its creation time; sortKeys reads the IDs that decide between equal times.
func (c conn) sortKeys(ctx context.Context, company string, p *plan) error {
	byPlace := func(x, y key) int { return y.compare(x.position) }
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
	ids, err := c.textsOf(ctx, c.engine.IDsOf, company, unknown)
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

// textsOf returns one text of each session whose last change has one of the given numbers, by
// number: with IDsOf its ID, with KeysOf its search key.
func (c conn) textsOf(ctx context.Context, s engine.Statement, company string, changes []int64) (map[int64]string, error) {
	texts := make(map[int64]string, len(changes))
	for part := range slices.Chunk(changes, mostLookedUpSessions) {
		args := c.engine.Changed(engine.Args{"company": company}, company, part)
		err := c.rows(ctx, s, args, func(rows *sql.Rows) error {
			var change int64
			var text string
			if err := rows.Scan(&change, &text); err != nil {
				return failed(ctx, c.op, err)
			}
			texts[change] = text
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// build builds the segments of the keys, part by part. It reads the sessions that are not known,
// and fills in the keys' IDs.
func (c conn) build(ctx context.Context, company string, known *recent, p *plan, most int) error {
	// The rows of a segment of this version have keys of this version.
	p.mixed = p.tail && p.directory.keys != c.keys.Version ||
		slices.ContainsFunc(p.inputs, func(s *segment.Segment) bool { return !isOurs(c.keys, s) })
	digestOf := known.of(company)
	// If keys may be of another version, read every session: each of them has to get into p.rekey.
	if p.mixed {
		digestOf = (*recent)(nil).of(company)
	}
	for _, keys := range p.parts(most) {
		number := rand.Int64() //nolint:gosec // a number that is not used yet, no secret
		builder, atOnce := segment.NewBuilder(number, len(keys)), mostLookedUpSessions
		for part := range slices.Chunk(keys, mostLookedUpSessions) {
			var unread []int64
			for _, k := range part {
				if digestOf(k) == nil {
					unread = append(unread, k.change)
				}
			}
			read := map[int64]*sessions.Session{}
			for i, k := range part {
				if digest := digestOf(k); digest != nil {
					builder.AddDigest(segment.Place{Created: k.us, Change: k.change, ID: k.id}, digest)
					continue
				}
				if read[k.change] == nil && len(unread) > 0 {
					list, n, err := c.firstOf(ctx, company, unread, anyOf(company), &atOnce)
					if err != nil {
						return err
					}
					maps.Copy(read, byChange(list))
					unread = unread[n:]
					if p.mixed {
						p.rekey = append(p.rekey, c.keysFor(list)...)
					}
				}
				s := read[k.change]
				if s == nil || s.CreatedAt.UnixMicro() != k.us {
					return fmt.Errorf("sqlstore: %w: a place without its session", ErrDamaged)
				}
				delete(read, k.change)
				// The ID stays, and would keep the memory of the whole row.
				s.ID = strings.Clone(s.ID)
				part[i].id = s.ID
				builder.Add(c.keys.As(s), k.change)
			}
		}
		p.built = append(p.built, built{builder.Build(), number, keys})
	}
	known.forget(company, p.packed)
	return nil
}

// parts divides the keys into those of each new segment. Sessions that are set apart share none
// with others.
func (p *plan) parts(most int) [][]key {
	if len(p.apart) == 0 {
		return divided(p.keys, most, p.tail)
	}
	var keys, apart []key
	for _, k := range p.keys {
		if p.apart[k.change] {
			apart = append(apart, k)
		} else {
			keys = append(keys, k)
		}
	}
	return append(divided(keys, most, p.tail), divided(apart, min(most, purgePartSessions), false)...)
}

// stragglerSpans says when old sessions of a tail are stragglers: when the gap after them is longer
// than so many times the span of the sessions that follow.
const stragglerSpans = 16

// divided divides keys into parts of about the same size, and of no more than most sessions.
// Stragglers, a few sessions of a tail that are much older than the others, get a part of their
// own: every search would ask a segment that spans years. Stragglers of segments do not, so that
// merging makes fewer.
func divided(keys []key, most int, stragglers bool) (parts [][]key) {
	// Stragglers are a quarter of the sessions at most.
	for i := len(keys) / 4; i > 0 && stragglers; i-- {
		if gap, span := keys[i].us-keys[i-1].us, keys[len(keys)-1].us-keys[i].us; gap > stragglerSpans*(span+1) {
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

// swap replaces the inputs of a plan with the segments that were built. The company is held, and
// now is its row.
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
	// Write the row even if nothing changes in it: a transaction that began before must not use the
	// segments that are gone.
	return c.exec(ctx, c.engine.SetPacked, engine.Args{"company": company, "packed": p.packed})
}

// inputs returns the condition for the segments that a plan replaces. No segment has the number -1;
// it keeps the list from being empty.
func (c conn) inputs(p *plan) engine.Part {
	return c.engine.Numbers("segment", append(numbersOf(p.inputs), -1))
}

// requireInputs returns errRace unless all inputs of a plan are still there and, if claimed is
// true, no other version has claimed them since. The company is held, and now is its row.
func (c conn) requireInputs(ctx context.Context, company string, p *plan, now *state, claimed bool) error {
	var present, ours int
	err := c.first(ctx, c.engine.Present, engine.Args{"company": company, "segments": c.inputs(p), "search_key": p.claim}, &present, &ours)
	switch {
	case err != nil:
		return err
	case now.packed != p.directory.packed, now.forgot != p.forgot, present != len(p.inputs):
		// After a forgetting, new segments might have words that were to be removed.
		return errRace
	case claimed && (ours != len(p.inputs) || p.tail && now.keys != p.claim):
		return errRace
	}
	return nil
}

// changedSince returns, for each new segment, the positions of the sessions that have changed since
// the plan was made. The company's last change has the number seq.
func (c conn) changedSince(ctx context.Context, company string, p *plan, seq int64) ([][]int, error) {
	dead := make([][]int, len(p.built))
	err := c.rows(ctx, c.engine.ChangedSince, engine.Args{"company": company, "since": p.seq, "seq": seq}, func(rows *sql.Rows) error {
		var changed position
		if err := rows.Scan(&changed.us, &changed.id); err != nil {
			return failed(ctx, c.op, err)
		}
		// A change keeps the creation time and the ID of a session, and so its place.
		for n, one := range p.built {
			if i, ok := slices.BinarySearchFunc(one.keys, changed, func(k key, p position) int { return p.compare(k.position) }); ok {
				dead[n] = append(dead[n], i)
				break
			}
		}
		return nil
	})
	return dead, err
}
