package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math/bits"
	"slices"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/keys"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// Insert implements [store.Writer], in a transaction of its own.
func (b *Backend) Insert(ctx context.Context, given ...*sessions.Session) error {
	c, err := insertion(given)
	return b.write(ctx, c, err)
}

// Update implements [store.Writer], in a transaction of its own.
func (b *Backend) Update(ctx context.Context, given *sessions.Session) error {
	c, err := update(given)
	return b.write(ctx, c, err)
}

// Redact implements [store.Writer], in a transaction of its own.
func (b *Backend) Redact(ctx context.Context, company, id string, keep ...string) error {
	c, err := redaction(company, id, keep)
	return b.write(ctx, c, err)
}

// Put implements [store.Putter], in a transaction of its own.
func (b *Backend) Put(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
	c, results := put(states)
	if err := b.write(ctx, c, nil); err != nil {
		return nil, err
	}
	return results, nil
}

// call is one call of a writer.
type call struct {
	op        string
	companies []string           // in the order in which every writer holds them
	edits     map[string][]*edit // by company, one for each session
	// The sessions are probably new: the call does not look for them before it inserts them.
	fresh    bool
	unpacked bool // the caller packs what was written
	digests  bool // and keeps the digests of the sessions until then
	// Stores many rows that are new, unless the call looks for them first; nil: INSERT does.
	load   Load
	before func() error // if not nil, called before a transaction begins; an error ends the call
	done   func()       // called after everything is stored

	written []*decision // by the last attempt
	loaded  error       // error of load
}

// edit is what a call does to one session.
type edit struct {
	id     string
	places []int // the indexes in the call that have the session
	// next returns the next state of the session, given the stored one, or nil if none is stored.
	// It returns nil if the session stays as it is. An error ends the call. It is called again if
	// the stored state has changed meanwhile.
	next func(old *store.Versioned) (*store.Versioned, error)
	// purged, if not nil, is called in place of next if the session is not stored, and must not be
	// because it was purged.
	purged func() error
}

// idsOf returns the IDs of the sessions of some edits.
func idsOf(edits []*edit) []string {
	ids := make([]string, len(edits))
	for i, e := range edits {
		ids[i] = e.id
	}
	return ids
}

// newCall returns a call without edits.
func newCall(op string) *call { return &call{op: op, edits: map[string][]*edit{}, done: func() {}} }

// add adds an edit of one of a company's sessions.
func (c *call) add(company string, e *edit) {
	if c.edits[company] == nil {
		c.companies = append(c.companies, company)
		slices.Sort(c.companies)
	}
	c.edits[company] = append(c.edits[company], e)
}

// sessionKey identifies a session.
type sessionKey struct{ company, id string }

// insertion returns the call of Insert.
func insertion(given []*sessions.Session) (*call, error) {
	c := newCall("insert")
	c.fresh = true
	stored := make([]*sessions.Session, len(given)) // normalised copies; equal sessions share one
	edits := make(map[sessionKey]*edit, len(given))
	for i, s := range given {
		if err := s.Validate(); err != nil {
			return c, fmt.Errorf("sqlstore: session %d: %w", i+1, err)
		}
		key, s := sessionKey{s.Company, s.ID}, s.Clone()
		s.Normalize()
		s.Revision = 1
		stored[i] = s
		if e := edits[key]; e != nil {
			first := e.places[0]
			if stored[i] = stored[first]; !s.Equal(stored[first]) {
				return nil, fmt.Errorf("sqlstore: session %d: %w", i+1, store.ErrExists)
			}
			// Several states of a session are one edit, since it is written only once.
			e.places = append(e.places, i)
			continue
		}
		e := &edit{id: s.ID, places: []int{i}}
		e.next = func(old *store.Versioned) (*store.Versioned, error) {
			if s.Revision = 1; old == nil {
				return &store.Versioned{Session: s}, nil
			}
			if s.Revision = old.Session.Revision; !s.Equal(old.Session) {
				return nil, fmt.Errorf("sqlstore: session %d: %w", i+1, store.ErrExists)
			}
			return nil, nil //nolint:nilnil // it stays as it is
		}
		e.purged = func() error { return fmt.Errorf("sqlstore: session %d: %w", i+1, store.ErrPurged) }
		edits[key] = e
		c.add(s.Company, e)
	}
	// The caller's sessions change only now: a failed call leaves them as they are.
	c.done = func() {
		for i, s := range given {
			s.Normalize()
			s.Revision = stored[i].Revision
		}
	}
	return c, nil
}

// update returns the call of Update.
func update(given *sessions.Session) (*call, error) {
	c := newCall("update")
	if err := given.Validate(); err != nil {
		return c, fmt.Errorf("sqlstore: %w", err)
	}
	s := given.Clone()
	s.Normalize()
	s.Revision++
	c.add(s.Company, &edit{id: s.ID, places: []int{0}, next: func(old *store.Versioned) (*store.Versioned, error) {
		switch {
		case old == nil:
			return nil, store.ErrNotFound
		case s.Revision == old.Session.Revision && s.Equal(old.Session):
			return nil, nil //nolint:nilnil // done already
		case s.Revision != old.Session.Revision+1 || !s.CreatedAt.Equal(old.Session.CreatedAt):
			return nil, store.ErrConflict
		}
		return &store.Versioned{Session: s, Version: old.Version}, nil
	}})
	c.done = func() {
		given.Normalize()
		given.Revision = s.Revision
	}
	return c, nil
}

// redaction returns the call of Redact.
func redaction(company, id string, keep []string) (*call, error) {
	c := newCall("redact")
	switch {
	case company == "":
		return c, store.ErrNoCompany
	case checkKey(company, id) != nil:
		// No session can have such an ID, and not every engine can look for it.
		return c, fmt.Errorf("sqlstore: redact: %w", store.ErrNotFound)
	}
	c.add(company, &edit{id: id, places: []int{0}, next: func(old *store.Versioned) (*store.Versioned, error) {
		if old == nil {
			return nil, store.ErrNotFound
		}
		s := old.Session.Clone()
		if s.RedactPerson(keep...); s.Equal(old.Session) {
			return nil, nil //nolint:nilnil // done already
		}
		s.Revision++
		return &store.Versioned{Session: s, Version: old.Version}, nil
	}})
	return c, nil
}

// put returns the call of Put, and the results, which are complete when the call is done.
func put(states []store.Versioned) (*call, []store.PutResult) {
	alone, results := make([]store.Versioned, len(states)), make([]store.PutResult, len(states))
	for i, v := range states {
		alone[i], results[i] = stateAlone(v)
	}
	return putAlone(alone, results, nil), results
}

// stateAlone returns a state as it is stored if no other is stored already, and the result then. A
// state that is refused stays as it is.
func stateAlone(v store.Versioned) (store.Versioned, store.PutResult) {
	state, result := v.Over(nil)
	if state == nil {
		return v, result
	}
	return *state, result
}

// putAlone returns the call that puts the states that stateAlone has returned with their results.
// The call sets the revisions of the states, and the results. equal, if not nil, is called with each
// state that is skipped because it equals the stored one, and with that one. It may be called
// several times for the same state.
func putAlone(states []store.Versioned, results []store.PutResult, equal func(i int, old *sessions.Session)) *call {
	c := newCall("put")
	edits := make(map[sessionKey]*edit, len(states))
	for i, v := range states {
		if results[i].Err != nil {
			continue
		}
		key := sessionKey{v.Session.Company, v.Session.ID}
		if e := edits[key]; e != nil {
			e.places = append(e.places, i)
			continue
		}
		e := &edit{id: key.id, places: []int{i}}
		e.next = func(old *store.Versioned) (next *store.Versioned, err error) {
			revision := int64(1) // one change, whatever the number of states
			if old != nil {
				revision = old.Session.Revision + 1
			}
			for _, i := range e.places {
				var state *store.Versioned
				if old == nil {
					state, results[i] = &states[i], store.PutResult{Outcome: store.PutCreated}
				} else if state, results[i] = states[i].Over(old); results[i].Outcome == store.PutEqual && equal != nil {
					equal(i, old.Session)
				}
				if state != nil {
					state.Session.Revision = revision
					old, next = state, state
				}
			}
			return next, nil
		}
		e.purged = func() error {
			for _, i := range e.places {
				results[i] = store.PutResult{Outcome: store.PutPurged}
			}
			return nil
		}
		edits[key] = e
		c.add(key.company, e)
	}
	return c
}

// known is the stored state of a session.
type known struct {
	store.Versioned
	change int64 // the number of its last change
}

// decision is what a call writes for one company.
type decision struct {
	company string
	// New, the oldest first, so that the tables grow at their ends.
	added   []*store.Versioned
	changed []replacement
	rows    [][]any  // of added and then of changed, without change numbers
	digests *digests // of the same sessions; nil if the call does not keep them
	seq     int64    // the change numbers follow it, once they are known
}

// replacement is the stored state of a session, and the next one.
type replacement struct {
	old  known
	next *store.Versioned
}

// decideAll decides for each company of the call, given the sessions that are known to be stored.
// It leaves out companies without anything to write.
func (c *call) decideAll(k *keys.Keys, stored map[sessionKey]known) ([]*decision, error) {
	var decisions []*decision
	for _, company := range c.companies {
		d, err := c.decide(k, company, stored, nil)
		if err != nil {
			return nil, err
		}
		if d.size() > 0 {
			decisions = append(decisions, d)
		}
	}
	return decisions, nil
}

// decide decides what is written for a company, given the sessions that are stored and the IDs that
// have tombstones. It also makes the rows, with search keys: there is no time for that while the
// company is held.
func (c *call) decide(k *keys.Keys, company string, stored map[sessionKey]known, purged map[string]bool) (*decision, error) {
	d := &decision{company: company}
	for _, e := range c.edits[company] {
		old, ok := stored[sessionKey{company, e.id}]
		var state *store.Versioned
		if ok {
			state = &old.Versioned
		} else if purged[e.id] && e.purged != nil {
			if err := e.purged(); err != nil {
				return nil, err
			}
			continue
		}
		next, err := e.next(state)
		switch {
		case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrConflict):
			return nil, fmt.Errorf("sqlstore: %s: %w", c.op, err)
		case err != nil:
			return nil, err
		case next == nil:
		case ok:
			d.changed = append(d.changed, replacement{old, next})
		default:
			d.added = append(d.added, next)
		}
	}
	slices.SortFunc(d.added, func(x, y *store.Versioned) int { return y.Session.Compare(x.Session) })
	d.rows = make([][]any, 0, d.size())
	values := make([]any, 0, d.size()*len(writable)) // one allocation for all rows
	var digester segment.Digester
	if c.digests {
		d.digests = new(digests)
	}
	for v := range d.states() {
		begin, key := len(values), k.Of(v.Session)
		values = writable.Values(values, v.Session, 0, v.Version, string(key))
		// Clip, so that a Load that appends to a row does not write into the next one.
		d.rows = append(d.rows, slices.Clip(values[begin:]))
		if d.digests != nil {
			d.digests.add(&digester, k.As(v.Session), key)
		}
	}
	return d, nil
}

func (d *decision) size() int { return len(d.added) + len(d.changed) }

// states yields the states to be stored, in the order of their change numbers.
func (d *decision) states() iter.Seq[*store.Versioned] {
	return func(yield func(*store.Versioned) bool) {
		for _, v := range d.added {
			if !yield(v) {
				return
			}
		}
		for i := range d.changed {
			if !yield(d.changed[i].next) {
				return
			}
		}
	}
}

// write does a call in a transaction of its own. It reads the stored states before it holds the
// companies, and relies on them if nothing has changed since. A call that cannot be done, or has
// nothing to do, holds nothing.
func (b *Backend) write(ctx context.Context, c *call, err error) error {
	ctx, w := b.watch(ctx, c.op, c.company())
	defer w.End(&err)
	if err == nil {
		err = b.doCall(ctx, c)
	}
	return err
}

// company returns the company of a call, or "" if it has several.
func (c *call) company() string {
	if len(c.companies) == 1 {
		return c.companies[0]
	}
	return ""
}

// doCall does a call, see [Backend.write].
func (b *Backend) doCall(ctx context.Context, c *call) error {
	if err := b.Check(ctx); err != nil {
		return err
	}
	stored, err := b.stored(ctx, c)
	if err != nil {
		return err
	}
	decisions, err := c.decideAll(b.keys, stored)
	// Either none is stored, or the schema has moved on: the statement then returns nothing either.
	if errors.Is(err, store.ErrNotFound) {
		errState := b.using(ctx, c.op, func(conn conn) error {
			_, err := conn.state(ctx, c.companies[0])
			return err
		})
		return cmp.Or(errState, err)
	}
	if err != nil {
		return err
	}
	// An import waits here, with its rows made, until the part before is stored.
	if c.before != nil {
		if err := c.before(); err != nil {
			return err
		}
	}
	if len(decisions) == 0 {
		c.done()
		return nil
	}
	return b.inTx(ctx, c.op, c.companies, c.load != nil, func(w *write) error { return w.write(ctx, c, decisions) }, c.done)
}

// stored reads the stored states of the sessions. If they are probably new, it reads nothing.
func (b *Backend) stored(ctx context.Context, c *call) (map[sessionKey]known, error) {
	if c.fresh {
		return nil, nil //nolint:nilnil // nothing is known
	}
	stored := map[sessionKey]known{}
	err := b.using(ctx, c.op, func(conn conn) error {
		for _, company := range c.companies {
			if err := conn.stored(ctx, conn.engine.Stored, ofSchema(engine.Args{}), company, c.edits[company], stored); err != nil {
				return conn.explain(ctx, err)
			}
		}
		return nil
	})
	return stored, err
}

// write does a call, as it was decided or, if w.look is true, by the state that is stored now.
func (w *write) write(ctx context.Context, c *call, decisions []*decision) error {
	if c.unpacked {
		// An import packs by itself, while it writes the next part.
		w.packs = func(int64, int64) bool { return false }
	}
	c.written = nil
	if w.look {
		return w.lookAndStore(ctx, c)
	}
	for _, d := range decisions {
		seq, buried, err := w.hold(ctx, d.company, d.size(), len(d.added))
		// Only a company with tombstones is asked for them.
		if err == nil && buried {
			err = w.requireUnpurged(ctx, d)
		}
		if err == nil {
			err = w.store(ctx, c, d, seq)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lookAndStore does a call by the states that are stored once its companies are held.
func (w *write) lookAndStore(ctx context.Context, c *call) error {
	written := 0
	for _, company := range c.companies {
		// How many will change is known only later, so reserve a number for each edit.
		most := len(c.edits[company])
		seq, buried, err := w.hold(ctx, company, most, 0)
		if err != nil {
			return err
		}
		stored := map[sessionKey]known{}
		if err := w.stored(ctx, w.engine.Held, engine.Args{}, company, c.edits[company], stored); err != nil {
			return err
		}
		var purged map[string]bool
		if buried {
			if purged, err = w.tombstones(ctx, company, idsOf(c.edits[company])); err != nil {
				return err
			}
		}
		d, err := c.decide(w.keys, company, stored, purged)
		if err != nil {
			return err
		}
		// Give back the numbers that were not used.
		if unused, added := most-d.size(), len(d.added); unused > 0 || added > 0 {
			if err := w.exec(ctx, w.engine.Settle, engine.Args{"company": company, "unused": unused, "added": added}); err != nil {
				return err
			}
		}
		if err := w.store(ctx, c, d, seq); err != nil {
			return err
		}
		written += d.size()
	}
	if written == 0 {
		return errNothing
	}
	return nil
}

// stored reads the stored states of the sessions of some edits into a map. The statement selects
// sessions by their IDs.
func (c conn) stored(ctx context.Context, s engine.Statement, args engine.Args, company string, edits []*edit, stored map[sessionKey]known) error {
	for part := range slices.Chunk(edits, batchRows) {
		args["company"], args["ids"] = company, c.engine.IDs(idsOf(part))
		r := row.NewReader(whole)
		err := c.rows(ctx, s, args, func(rows *sql.Rows) error {
			k := known{Versioned: store.Versioned{Session: new(sessions.Session)}}
			if err := c.scan(ctx, rows, r); err != nil {
				return err
			}
			var err error
			k.change, err = r.Session(company, k.Session)
			k.Version = r.Version()
			stored[sessionKey{company, k.Session.ID}] = k
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// store writes what was decided. The numbers of the changes follow seq. The company is held. If the
// decision is based on a state that is not the stored one, the error is errLook.
func (w *write) store(ctx context.Context, c *call, d *decision, seq int64) error {
	d.seq = seq
	for i := range d.rows {
		d.rows[i][changeColumn] = seq + int64(i) + 1
	}
	added := len(d.added)
	if err := w.add(ctx, c, d, d.rows[:added]); err != nil {
		return err
	}
	gone := make([]departure, len(d.changed))
	for i, r := range d.changed {
		gone[i] = w.departure(found{r.old.Session, r.old.change}, r.next.Session)
	}
	if err := w.storeRows(ctx, w.engine.ReplaceSessions, d.rows[added:], w.engine.Replaced); err != nil {
		return err
	}
	c.written = append(c.written, d)
	if len(gone) == 0 {
		return nil
	}
	return w.leave(ctx, d.company, gone, seq+int64(len(d.rows)))
}

// add writes the rows of a decision's new sessions. If one is not new, the error is errLook, or
// that of load.
func (w *write) add(ctx context.Context, c *call, d *decision, rows [][]any) error {
	if c.load == nil || w.look || len(rows) <= fewRows {
		return w.storeRows(ctx, w.engine.InsertSessions, rows, 1)
	}
	w.sent(ctx)
	n, err := c.load(ctx, w.alone, "sessionkit_sessions", writable.Names(), rows)
	if err != nil {
		c.loaded = failed(ctx, w.op, err)
		return c.loaded
	}
	// Load is the host's: count the rows that are there.
	var stored int64
	args := engine.Args{"company": d.company, "since": d.seq, "seq": d.seq + int64(len(rows)), "limit": 2 * len(rows)}
	if err := w.first(ctx, w.engine.CountChanged, args, &stored); err != nil {
		return err
	}
	switch most := int64(len(rows)); {
	case n != stored || n > most:
		return fmt.Errorf("%w was given %d rows, returned %d, and has stored %d", ErrLoad, most, n, stored)
	case n < most:
		c.loaded = fmt.Errorf("%w was given %d rows, and has stored %d", ErrLoad, most, n)
		return c.loaded
	}
	return nil
}

// storeRows writes rows of sessions. If the engine does not report the number of affected rows that
// they should have, the error is errLook. If the write has looked already, an index or a trigger of
// the host's is in the way.
func (w *write) storeRows(ctx context.Context, s engine.Statement, rows [][]any, affected int64) error {
	n, err := w.insertRows(ctx, s, rows, w.engine.SessionRows)
	switch {
	case err != nil || n == affected*int64(len(rows)):
		return err
	case w.look:
		return failed(ctx, w.op, errInTheWay)
	}
	return errLook
}

// hold raises the company's number by n, adds to its count of sessions, and holds the company until
// the transaction ends. It returns the number before, and whether the company may have tombstones.
// It writes nothing if the schema is not that of this package: it may have moved on since it was
// checked.
func (w *write) hold(ctx context.Context, company string, n, added int) (before int64, buried bool, err error) {
	args := ofSchema(engine.Args{"company": company, "n": n, "added": added, "search_key": w.keys.Version})
	var seq int64
	ours := true
	if w.engine.BumpReturns {
		err = w.first(ctx, w.engine.Bump, args, &seq, &buried)
		if errors.Is(err, sql.ErrNoRows) {
			ours, err = false, nil
		}
	} else {
		var result sql.Result
		if result, err = w.affect(ctx, w.engine.Bump, args); err == nil {
			ours, seq, err = inserted(result)
			// MariaDB returns one number only, so the statement has packed both into it.
			seq, buried = seq/2, seq%2 == 1
		}
	}
	switch {
	case err != nil:
		return 0, false, err
	case !ours:
		return 0, false, w.otherSchema(ctx)
	case seq < int64(n):
		// On MariaDB, if a trigger has set LAST_INSERT_ID.
		return 0, false, failed(ctx, w.op, errInTheWay)
	}
	if w.packs(seq-int64(n), seq) {
		w.long = append(w.long, company)
	}
	// The lock is held: the next writer may wait for the company in the database.
	if end := w.turn[company]; end != nil {
		end()
	}
	return seq - int64(n), buried, nil
}

// inserted reports whether a statement wrote a row, and returns the number that the statement set
// with LAST_INSERT_ID.
func inserted(result sql.Result) (ok bool, id int64, err error) {
	n, err := result.RowsAffected()
	if err == nil && n > 0 {
		id, err = result.LastInsertId()
	}
	return n > 0, id, err
}

const (
	batchRows = 256 // rows of one statement at most
	fewRows   = 16  // up to so many rows a statement may have any number of them
)

// rowBytes returns about how many bytes a row takes in a statement: those of its texts, and some
// bytes for each value.
func rowBytes(values []any) int {
	n := 0
	for _, v := range values {
		n += 16
		switch v := v.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		}
	}
	return n
}

// insertRows writes rows, in the form that the statement takes, and returns how many rows the
// engine reports as written. A statement has any number of rows up to fewRows, and beyond that a
// power of two, so that there are few different texts.
func (c conn) insertRows(ctx context.Context, s engine.Statement, rows [][]any, as func([][]any) engine.Part) (written int64, err error) {
	for len(rows) > 0 {
		n, bytes := 0, 0
		for n < min(len(rows), batchRows) {
			size := rowBytes(rows[n])
			if err := c.settings.fits(size); err != nil {
				return 0, err
			}
			if n > 0 && bytes+size > c.settings.batchBytes() {
				break
			}
			bytes += size
			n++
		}
		if n > fewRows {
			n = 1 << (bits.Len(uint(n)) - 1) // rounded down
		}
		result, err := c.affect(ctx, s, engine.Args{"rows": as(rows[:n])})
		if err != nil {
			return 0, err
		}
		affected, err := result.RowsAffected()
		if err != nil {
			return 0, failed(ctx, c.op, err)
		}
		written += affected
		rows = rows[n:]
	}
	return written, nil
}
