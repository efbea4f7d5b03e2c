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
	c, results := put(states, nil)
	if err := b.write(ctx, c, nil); err != nil {
		return nil, err
	}
	return results, nil
}

// call is what one call of a writer does.
type call struct {
	op        string
	companies []string           // in the order in which everybody holds them
	edits     map[string][]*edit // by company, one for each session
	fresh     bool               // the sessions are new, most likely: nobody looks before they are inserted
	unpacked  bool               // whoever called packs what was written
	load      Load               // stores many rows that are new, unless the call looks first; nil: nobody does
	before    func() error       // if not nil, before a transaction begins; an error ends the call
	done      func()             // after all is stored

	written []*decision // what the last attempt wrote
	loaded  error       // of load
}

// edit is what a call does to one session.
type edit struct {
	id     string
	places []int // at which the call has it
	// next returns the state that the session gets: of the one that is stored, nil if none is. nil:
	// it stays as it is. An error ends the call. It is asked again where what it was told has
	// changed meanwhile.
	next func(old *store.Versioned) (*store.Versioned, error)
	// purged is asked in place of next where the session is not stored, and must not be: it was
	// purged. nil: next is.
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

func newCall(op string) *call { return &call{op: op, edits: map[string][]*edit{}, done: func() {}} }

func (c *call) add(company string, e *edit) {
	if c.edits[company] == nil {
		c.companies = append(c.companies, company)
		slices.Sort(c.companies)
	}
	c.edits[company] = append(c.edits[company], e)
}

// sessionKey names a session.
type sessionKey struct{ company, id string }

func insertion(given []*sessions.Session) (*call, error) {
	c := newCall("insert")
	c.fresh = true
	stored := make([]*sessions.Session, len(given)) // normalised copies, one for each session
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
	c.done = func() {
		for i, s := range given {
			s.Normalize()
			s.Revision = stored[i].Revision
		}
	}
	return c, nil
}

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

func redaction(company, id string, keep []string) (*call, error) {
	c := newCall("redact")
	switch {
	case company == "":
		return c, store.ErrNoCompany
	case checkKey(company, id) != nil: // no session can have it, and not every engine can look for it
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

// put returns the results, too, which are there when the call is done. equal, if not nil, is called
// for each state that was passed over as equal, and of what is stored; it may be told more than
// once.
func put(states []store.Versioned, equal func(i int, old *sessions.Session)) (*call, []store.PutResult) {
	c := newCall("put")
	results := make([]store.PutResult, len(states))
	alone := make([]*store.Versioned, len(states)) // the states, put over nothing
	edits := make(map[sessionKey]*edit, len(states))
	for i, v := range states {
		if alone[i], results[i] = v.Over(nil); results[i].Err != nil {
			continue
		}
		key := sessionKey{v.Session.Company, v.Session.ID}
		if e := edits[key]; e != nil {
			e.places = append(e.places, i)
			continue
		}
		e := &edit{id: key.id, places: []int{i}}
		e.next = func(old *store.Versioned) (next *store.Versioned, err error) {
			revision := int64(1) // one change, of however many states
			if old != nil {
				revision = old.Session.Revision + 1
			}
			for _, i := range e.places {
				var state *store.Versioned
				if old == nil {
					state, results[i] = alone[i], store.PutResult{Outcome: store.PutCreated}
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
	return c, results
}

// known is what is stored of a session.
type known struct {
	store.Versioned
	change int64 // number of its last change
}

// decision is what becomes of the sessions of a company.
type decision struct {
	company string
	added   []*store.Versioned // new, in the order of the list, so that the tables grow at their ends
	changed []replacement
	rows    [][]any // of added, and then of changed, without their change numbers
	seq     int64   // the change numbers follow it, once they are known
}

// replacement is a session that is stored, and the state that it gets.
type replacement struct {
	old  known
	next *store.Versioned
}

// decideAll decides what becomes of the companies that something is to be written to, of which some
// sessions are known to be stored.
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

// decide decides what becomes of a company's sessions, of which some are stored, and others have
// tombstones. It makes their rows, with these search keys: whoever holds the company has no time.
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
	slices.SortFunc(d.added, func(x, y *store.Versioned) int {
		if y.Session.Newer(x.Session) {
			return -1
		}
		return 1
	})
	d.rows = make([][]any, 0, d.size())
	values := make([]any, 0, d.size()*len(writable)) // all rows are one piece of memory
	for v := range d.states() {
		begin := len(values)
		values = writable.Values(values, v.Session, 0, v.Version, k.Of(v.Session))
		d.rows = append(d.rows, values[begin:])
	}
	return d, nil
}

func (d *decision) size() int { return len(d.added) + len(d.changed) }

// states yields what is to be stored, in the order of the change numbers.
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

// write does a call in a transaction of its own. It reads what is stored before it holds the
// companies, and goes by that if nothing has changed since. What cannot be done, or is done, holds
// nothing.
func (b *Backend) write(ctx context.Context, c *call, err error) error {
	ctx, w := b.watch(ctx, c.op, c.company())
	defer w.end(&err)
	if err == nil {
		err = b.doCall(ctx, c)
	}
	return err
}

// company returns the company of a call, "" if it is about several.
func (c *call) company() string {
	if len(c.companies) == 1 {
		return c.companies[0]
	}
	return ""
}

func (b *Backend) doCall(ctx context.Context, c *call) error {
	if err := b.Check(ctx); err != nil {
		return err
	}
	stored, err := b.stored(ctx, c)
	if err != nil {
		return err
	}
	decisions, err := c.decideAll(b.keys, stored)
	if errors.Is(err, store.ErrNotFound) { // or the schema has moved on
		errState := b.using(ctx, c.op, func(conn conn) error {
			_, err := conn.state(ctx, c.companies[0])
			return err
		})
		return cmp.Or(errState, err)
	}
	if err != nil {
		return err
	}
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

// stored reads what is stored at the moment. Of what is new, most likely, it reads nothing.
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

// write does a call, as it was decided or by what is stored.
func (w *write) write(ctx context.Context, c *call, decisions []*decision) error {
	if c.unpacked {
		w.packs = func(int64, int64) bool { return false }
	}
	c.written = nil
	if w.look {
		return w.lookAndStore(ctx, c)
	}
	for _, d := range decisions {
		seq, buried, err := w.hold(ctx, d.company, d.size(), len(d.added))
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

// lookAndStore does a call by what is stored once its companies are held.
func (w *write) lookAndStore(ctx context.Context, c *call) error {
	written := 0
	for _, company := range c.companies {
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

// stored reads what is stored of the sessions of some edits, by a statement that selects those with
// some IDs.
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

// store writes what was decided; the numbers of its changes follow seq. The company is held. If
// what it was decided by is not what is stored, the error is errLook.
func (w *write) store(ctx context.Context, c *call, d *decision, seq int64) error {
	d.seq = seq
	for i := range d.rows {
		d.rows[i][changeColumn] = seq + int64(i) + 1
	}
	added := len(d.added)
	if err := w.add(ctx, c, d.rows[:added]); err != nil {
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

// add writes rows of sessions that are new. If one is not, the error is errLook, or that of load.
func (w *write) add(ctx context.Context, c *call, rows [][]any) error {
	if c.load == nil || w.look || len(rows) <= fewRows {
		return w.storeRows(ctx, w.engine.InsertSessions, rows, 1)
	}
	w.sent(ctx)
	n, err := c.load(ctx, w.alone, "sessionkit_sessions", writable.Names(), rows)
	if err != nil {
		c.loaded = failed(ctx, w.op, err)
		return c.loaded
	}
	if n != int64(len(rows)) {
		return errLook
	}
	return nil
}

// storeRows writes rows of sessions. If the engine says of one that it is not affected as it should
// be, the error is errLook. Where the write has looked already, an index or a trigger of the host's
// is in the way.
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

// hold raises the company's number by n, counts the sessions added, and holds the company until the
// transaction ends. It returns the number before, and whether the company may have tombstones. It
// writes nothing if the schema is not that of this package: what was checked once may have moved
// on.
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
			seq, buried = seq/2, seq%2 == 1
		}
	}
	switch {
	case err != nil:
		return 0, false, err
	case !ours:
		return 0, false, w.otherSchema(ctx)
	case seq < int64(n): // of MariaDB, where a trigger has set LAST_INSERT_ID
		return 0, false, failed(ctx, w.op, errInTheWay)
	}
	if w.packs(seq-int64(n), seq) {
		w.long = append(w.long, company)
	}
	if end := w.turn[company]; end != nil { // the next one may wait for the company in the database
		end()
	}
	return seq - int64(n), buried, nil
}

// inserted reports whether a statement wrote a row, and the number that it returned by
// LAST_INSERT_ID.
func inserted(result sql.Result) (ok bool, id int64, err error) {
	n, err := result.RowsAffected()
	if err == nil && n > 0 {
		id, err = result.LastInsertId()
	}
	return n > 0, id, err
}

const (
	batchRows = 256 // rows of one statement
	fewRows   = 16  // rows up to which a statement may have any number of them
)

// rowBytes returns how many bytes a row is in a statement, about: texts as they are, and some bytes
// for each value.
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
// engine says that it wrote. A statement has any number of rows up to fewRows, and beyond that a
// power of two, so that the texts are few.
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
