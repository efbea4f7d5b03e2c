package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

const (
	// purgePartSessions is how many sessions are purged in one transaction, which holds the
	// company. A segment whose sessions are all purged is dropped as a whole.
	purgePartSessions = 2_000
	// singlyPurgedSessions is how many sessions of one segment, or of the tail, are removed from it
	// in place. Finding the words of more would take longer than rebuilding the segment.
	singlyPurgedSessions = 50
	// purgeRetries is how many times in a row a purge tries again because others were faster.
	purgeRetries = 20
)

// Purge implements [store.Purger].
//
// It works in parts of up to 2,000 sessions, each a transaction that locks the company. If more
// than a few sessions of a segment are purged, they are first packed into a segment of their own,
// while nobody waits; then their rows, words and places are deleted at once. So the stored data
// agrees after each part, wherever the purge ends. After a part all older watermarks are refused.
//
// The package documentation says under Erasure what is left on the disk.
func (b *Backend) Purge(ctx context.Context, p store.Purge) (_ int, err error) {
	ctx, w := b.watch(ctx, opPurge, p.Company)
	defer w.End(&err)
	if err := p.Err(); err != nil {
		return 0, err
	}
	if err := b.ready(ctx, p.Company); err != nil {
		return 0, err
	}
	if err := b.canWrite(true); err != nil {
		return 0, err
	}
	u := &purging{Backend: b, Purge: p}
	if p.Keep > 0 {
		u.until = time.Now().Add(p.Keep).UnixMicro()
	}
	err = b.expireTombstones(ctx, p.Company)
	if err == nil && p.IDs != nil {
		err = u.ids(ctx)
	} else if err == nil {
		err = u.filter(ctx)
	}
	// Others were faster each time, or a trigger of the host's keeps the rows.
	if errors.Is(err, errRace) {
		err = failed(ctx, opPurge, err)
	}
	return u.purged, err
}

// purging is the state of a purge.
type purging struct {
	*Backend
	store.Purge
	until int64 // of the tombstones, in microseconds since 1970; 0: for ever

	selection selection
	queries   queries
	// Numbers of the last changes of the sessions to purge; nil: the selection decides.
	changes map[int64]bool

	clean  map[int64]bool // segments that have none to purge, by number
	purged int
}

// filter purges by the filter alone.
func (u *purging) filter(ctx context.Context) (err error) {
	u.selection, err = u.compile(store.Selection{Company: u.Company, Filter: u.Filter})
	if err != nil || u.selection.end {
		return err
	}
	u.queries = compileQueries(u.selection.filter)
	return u.run(ctx)
}

// ids purges by IDs, some at a time.
func (u *purging) ids(ctx context.Context) error {
	ids := slices.DeleteFunc(slices.Clone(u.IDs), func(id string) bool {
		// No session can have it, and not every engine can store it.
		return checkKey(u.Company, id) != nil
	})
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), purgePartSessions) {
		for races := 0; ; races++ {
			err := u.part(ctx, part)
			if err == nil {
				break
			}
			if !u.again(ctx, err, races) {
				return err
			}
		}
	}
	return nil
}

// part purges the sessions with some IDs. If there is no filter, it leaves tombstones for the IDs
// without a session, too.
func (u *purging) part(ctx context.Context, ids []string) error {
	edits := make([]*edit, len(ids))
	for i, id := range ids {
		edits[i] = &edit{id: id}
	}
	var list []found
	err := u.inSnapshot(ctx, opPurge, func(c conn) error {
		// The schema may have moved on.
		if _, err := c.directory(ctx, u.Company); err != nil {
			return err
		}
		stored := map[sessionKey]known{}
		if err := c.stored(ctx, c.engine.Stored, ofSchema(engine.Args{}), u.Company, edits, stored); err != nil {
			return err
		}
		for _, k := range stored {
			if u.Filter.Match(k.Session) {
				list = append(list, found{k.Session, k.change})
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case len(list) > singlyPurgedSessions:
		// So many are packed into segments of their own first.
		u.changes = map[int64]bool{}
		for _, f := range list {
			u.changes[f.change] = true
		}
		before := u.purged
		// If fewer were purged, the others have changed meanwhile.
		if err = u.run(ctx); err == nil && u.purged-before < len(list) {
			err = errRace
		}
	case len(list) > 0:
		err = u.takeOut(ctx, list)
	}
	if err != nil {
		return err
	}
	if !u.Filter.IsZero() {
		return nil
	}
	// Without a filter every ID gets a tombstone, whether or not it has a session.
	return u.inTx(ctx, opPurge, []string{u.Company}, false, func(w *write) error {
		if _, _, err := w.hold(ctx, u.Company, 1, 0); err != nil {
			return err
		}
		stored := map[sessionKey]known{}
		if err := w.stored(ctx, w.engine.Held, engine.Args{}, u.Company, edits, stored); err != nil {
			return err
		}
		// If there are any, they were changed or inserted meanwhile.
		if len(stored) > 0 {
			return errRace
		}
		rows := make([][]any, len(ids))
		for i, id := range ids {
			rows[i] = []any{u.Company, id, int64(0), u.until}
		}
		if _, err := w.insertRows(ctx, w.engine.PutTombstones, rows, engine.Rows); err != nil {
			return err
		}
		return w.exec(ctx, w.engine.SetTombstones, engine.Args{"company": u.Company})
	}, nil)
}

// run purges until it finds nothing more.
func (u *purging) run(ctx context.Context) error {
	u.clean = map[int64]bool{}
	for races := 0; ; {
		next, err := u.next(ctx)
		if err != nil || next == nil {
			return err
		}
		switch err := next(ctx); {
		case err == nil:
			races = 0
		case !u.again(ctx, err, races):
			return err
		default:
			races++
		}
	}
}

// again reports whether to try again after an error: others were faster, or the engine may have
// ended the transaction to solve a deadlock. In both cases nothing of it is stored.
func (u *purging) again(ctx context.Context, err error, races int) bool {
	lost := errors.Is(err, errRace) || races < optimisticAttempts && u.mayBeVictim(ctx, err)
	return lost && ctx.Err() == nil && races < purgeRetries
}

// opPurge is the name of the operation, also in that of errors.
const opPurge = "purge"

// next returns what has to be done next, or nil if nothing is left. It reads a snapshot, and closes
// it before anything is done.
func (u *purging) next(ctx context.Context) (do func(context.Context) error, err error) {
	err = u.inSnapshot(ctx, opPurge, func(c conn) error {
		d, err := c.directory(ctx, u.Company)
		if err != nil {
			return err
		}
		if u.changes == nil {
			if err := u.selection.distrust(c, &d); err != nil {
				return err
			}
		}
		tail, err := u.ofTail(ctx, c, &d)
		switch {
		case err != nil:
			return err
		case len(tail) > singlyPurgedSessions, len(tail) > 0 && u.selection.distrusts:
			// Pack these first: they get places in segments, and keys of this version.
			do = u.replacing(func(d *directory) (task, bool) { return task{tail: true}, d.seq > d.packed })
			return nil
		case len(tail) > 0:
			do = func(ctx context.Context) error { return u.takeOut(ctx, tail) }
			return nil
		}
		for _, s := range d.segments {
			if u.clean[s.Number] || u.changes == nil && (s.Newest < u.selection.low || s.Oldest > u.selection.newest()) {
				continue
			}
			if do, err = u.ofSegment(ctx, c, s, &d); err != nil || do != nil {
				return err
			}
			// A segment never gets more places, and its places only die: it stays clean.
			u.clean[s.Number] = true
		}
		return nil
	})
	return do, err
}

// replacing returns a function that replaces segments.
func (u *purging) replacing(choose func(*directory) (task, bool)) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := u.replace(ctx, u.Company, nil, choose, true)
		return err
	}
}

// ofTail returns the sessions of the tail to purge, up to one more than are purged singly.
func (u *purging) ofTail(ctx context.Context, c conn, d *directory) ([]found, error) {
	if d.packed == d.seq {
		return nil, nil
	}
	if u.changes == nil {
		return c.found(ctx, c.engine.TailPage, between(u.selection.pos, position{us: u.selection.low}, engine.Args{
			"company": u.Company, "packed": d.packed, "seq": d.seq, "condition": u.selection.condition, "limit": singlyPurgedSessions + 1,
		}), u.Company)
	}
	var changes []int64
	for change := range u.changes {
		// The others have places in segments.
		if change > d.packed {
			changes = append(changes, change)
		}
	}
	slices.Sort(changes)
	return c.sessionsOf(ctx, u.Company, changes[:min(len(changes), singlyPurgedSessions+1)], anyOf(u.Company))
}

// ofSegment returns what has to be done about a segment, or nil if none of its sessions is purged.
func (u *purging) ofSegment(ctx context.Context, c conn, s *segment.Segment, d *directory) (func(context.Context) error, error) {
	changes, err := u.selected(ctx, c, s, d)
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	// Nothing of the segment stays: drop it, and rewrite no block.
	if living := s.N - d.dead[s.Number]; len(changes) == living && living <= purgePartSessions {
		keys, err := c.livingKeys(ctx, u.Company, s)
		return func(ctx context.Context) error { return u.drop(ctx, s, keys) }, err
	}
	if len(changes) <= singlyPurgedSessions {
		list, err := c.sessionsOf(ctx, u.Company, changes, anyOf(u.Company))
		return func(ctx context.Context) error { return u.takeOut(ctx, list) }, err
	}
	// Move so many into segments of their own first, which are then dropped as a whole.
	apart := make(map[int64]bool, len(changes))
	for _, change := range changes {
		apart[change] = true
	}
	return u.remaking(s.Number, apart), nil
}

// remaking returns a function that rebuilds a segment, and puts some of its sessions into segments
// of their own. If the segment is gone, the function does nothing.
func (u *purging) remaking(number int64, apart map[int64]bool) func(context.Context) error {
	return u.replacing(func(d *directory) (task, bool) {
		s := d.segment(number)
		return task{inputs: []*segment.Segment{s}, apart: apart}, s != nil
	})
}

// selected returns the change numbers of a segment's sessions to purge.
func (u *purging) selected(ctx context.Context, c conn, s *segment.Segment, d *directory) (changes []int64, err error) {
	// Their rows were read already, so no filter has to be evaluated.
	if u.changes != nil {
		keys, err := c.livingKeys(ctx, u.Company, s)
		for _, k := range keys {
			if u.changes[k.change] {
				changes = append(changes, k.change)
			}
		}
		return changes, cmp.Or(err, d.checkDead([]*segment.Segment{s}))
	}
	r := c.reader(u.Company, s)
	results, err := r.evaluate(ctx, u.queries, []*segment.Segment{s}, u.selection.low, u.selection.newest())
	if err := cmp.Or(err, d.checkDead([]*segment.Segment{s})); err != nil {
		return nil, err
	}
	result := results[0][0]
	if result.Any().Count() == 0 {
		return nil, nil
	}
	if err := c.readPlaces(ctx, u.Company, s); err != nil {
		return nil, err
	}
	var doubtful []int64
	for i := range result.Any().All() {
		p, err := s.Place(i)
		switch {
		case err != nil:
			return nil, err
		case result.Sure.Has(i):
			changes = append(changes, p.Change)
		default:
			doubtful = append(doubtful, p.Change)
		}
	}
	// The rows of these decide.
	err = c.eachOf(ctx, u.Company, doubtful, u.selection.condition, func(f found) {
		if u.selection.has(f.session) {
			changes = append(changes, f.change)
		}
	})
	return changes, err
}

// takeOut purges a few sessions in place: it marks their places as dead, and removes their words.
func (u *purging) takeOut(ctx context.Context, list []found) error {
	changes := make([]int64, len(list))
	for i, f := range list {
		changes[i] = f.change
	}
	return u.inPart(ctx, len(list), func(w *write, seq int64) error {
		if err := u.bury(ctx, w, changes); err != nil {
			return err
		}
		return w.leave(ctx, u.Company, w.departuresForGood(list), seq)
	})
}

// departuresForGood returns the departures of sessions that keep nothing.
func (c conn) departuresForGood(list []found) []departure {
	gone := make([]departure, len(list))
	for i, f := range list {
		gone[i] = c.departure(f, &sessions.Session{Company: f.session.Company, ID: f.session.ID, CreatedAt: f.session.CreatedAt})
	}
	return gone
}

// drop purges all living sessions of a segment, and the segment itself.
func (u *purging) drop(ctx context.Context, s *segment.Segment, keys []key) error {
	var crowded *segment.Segment
	err := u.inPart(ctx, len(keys), func(w *write, seq int64) error {
		d, err := w.directory(ctx, u.Company)
		if err != nil {
			return err
		}
		if d.segment(s.Number) == nil || d.dead[s.Number] != s.DeadCount() {
			return errRace
		}
		// A session that has changed since it was first packed has left a dead place in another
		// segment, and that place has the words that the session still has.
		var haunting []int64
		for _, other := range d.between(s.Oldest, s.Newest) {
			if other.Number == s.Number || d.dead[other.Number] == 0 {
				continue
			}
			more, err := w.haunting(ctx, u.Company, other, keys)
			if err != nil {
				return err
			}
			// Too many to remove in place: rebuild that segment without its dead places, and try
			// again.
			if len(more) > singlyPurgedSessions {
				crowded = other
				return errRace
			}
			haunting = append(haunting, more...)
		}
		list, err := w.sessionsOf(ctx, u.Company, haunting, anyOf(u.Company))
		if err != nil {
			return err
		}
		if err := u.bury(ctx, w, changesOf(keys)); err != nil {
			return err
		}
		args := engine.Args{"company": u.Company, "segments": w.engine.Numbers("segment", []int64{s.Number})}
		for _, statement := range []engine.Statement{w.engine.DeleteSegments, w.engine.DeleteBlocks} {
			if err := w.exec(ctx, statement, args); err != nil {
				return err
			}
		}
		if len(list) == 0 {
			return nil
		}
		for i := range list {
			// Their living places are gone already, so leave has to look for dead ones only.
			list[i].change = math.MaxInt64
		}
		return w.leave(ctx, u.Company, w.departuresForGood(list), seq)
	})
	if crowded != nil && errors.Is(err, errRace) {
		return u.remaking(crowded.Number, nil)(ctx)
	}
	return err
}

// haunting returns the change numbers of those sessions with whose creation times a segment has
// dead places.
func (c conn) haunting(ctx context.Context, company string, s *segment.Segment, keys []key) (changes []int64, err error) {
	if err := c.readPlaces(ctx, company, s); err != nil {
		return nil, err
	}
	dead := map[int64]bool{}
	for i := range s.Dead().All() {
		p, err := s.Place(i)
		if err != nil {
			return nil, err
		}
		dead[p.Created] = true
	}
	for _, k := range keys {
		if dead[k.us] {
			changes = append(changes, k.change)
		}
	}
	return changes, nil
}

// inPart calls do in a transaction that holds the company, to remove n sessions, and records the
// purge in the company's row. seq is the number of the change.
func (u *purging) inPart(ctx context.Context, n int, do func(w *write, seq int64) error) error {
	err := u.inTx(ctx, opPurge, []string{u.Company}, false, func(w *write) error {
		seq, _, err := w.hold(ctx, u.Company, 1, -n)
		if err != nil {
			return err
		}
		if err := do(w, seq+1); err != nil {
			return err
		}
		return w.exec(ctx, w.engine.SetPurged, engine.Args{"company": u.Company})
	}, nil)
	if err == nil {
		u.purged += n
	}
	return err
}

// bury deletes the rows of sessions, and leaves their tombstones. If one has changed meanwhile, it
// returns errRace.
func (u *purging) bury(ctx context.Context, w *write, changes []int64) error {
	args := engine.Args{"company": u.Company, "until_us": u.until}
	err := w.exec(ctx, w.engine.Entomb, w.engine.Changed(args, u.Company, changes))
	if err != nil {
		return err
	}
	result, err := w.affect(ctx, w.engine.DeleteSessions, w.engine.Deleted(u.Company, changes))
	if err != nil {
		return err
	}
	switch n, err := result.RowsAffected(); {
	case err != nil:
		return failed(ctx, w.op, err)
	case n != int64(len(changes)):
		return errRace
	}
	return nil
}

// CheckErasure returns a [*ConnectionError] for SQLite without secure_delete: free pages then keep
// purged and redacted data on the disk until they are used again. Nothing else depends on that
// setting. A nil error promises nothing about logs, replicas and backups, or about data that
// PostgreSQL and MariaDB keep for a while: see Erasure in the package documentation.
func (b *Backend) CheckErasure(ctx context.Context) (err error) {
	ctx, w := b.watch(ctx, "check", "")
	defer w.End(&err)
	// Read the settings again: they may have been corrected.
	b.checked.Store(false)
	if err := b.Check(ctx); err != nil {
		return err
	}
	if wrong := b.settings.erasing.Load(); wrong != nil {
		return wrong
	}
	return nil
}

// requireUnpurged returns errLook if one of the sessions that seem new was purged, or if one that
// seemed stored has been purged since it was read. Then the call has to look at the stored state.
func (w *write) requireUnpurged(ctx context.Context, d *decision) error {
	ids := make([]string, len(d.added))
	for i, v := range d.added {
		ids[i] = v.Session.ID
	}
	purged, err := w.tombstones(ctx, d.company, ids)
	if err != nil {
		return err
	}
	if len(purged) > 0 {
		return errLook
	}
	changes := make([]int64, len(d.changed))
	for i, r := range d.changed {
		changes[i] = r.old.change
	}
	stored, err := w.textsOf(ctx, w.engine.IDsOf, d.company, changes)
	if err == nil && len(stored) < len(changes) {
		err = errLook
	}
	return err
}

// tombstones returns those of the IDs that a company refuses, in the newest state, even if the
// transaction has an older snapshot.
func (c conn) tombstones(ctx context.Context, company string, ids []string) (map[string]bool, error) {
	purged := map[string]bool{}
	for part := range slices.Chunk(ids, batchRows) {
		args := engine.Args{"company": company, "ids": c.engine.IDs(part), "now_us": time.Now().UnixMicro(), "lock": engine.Part{Text: c.engine.LockRead}}
		err := c.rows(ctx, c.engine.TombstonesOf, args, func(rows *sql.Rows) error {
			var id string
			if err := rows.Scan(&id); err != nil {
				return failed(ctx, c.op, err)
			}
			purged[id] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return purged, nil
}

// expireTombstones deletes the tombstones whose time is over.
func (b *Backend) expireTombstones(ctx context.Context, company string) error {
	return b.inUpkeep(ctx, opPurge, company, true, func(c conn) error {
		return c.exec(ctx, c.engine.ExpireTombstones, engine.Args{"company": company, "now_us": time.Now().UnixMicro()})
	})
}
