package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// Insert implements [store.Writer], in a transaction of its own.
func (b *Backend) Insert(ctx context.Context, given ...*sessions.Session) error {
	batch, err := newBatch(given)
	if err != nil {
		return err
	}
	return b.inTx(ctx, "insert", batch.companies, func(w *write) error { return w.insert(ctx, batch) }, batch.done)
}

// Update implements [store.Writer], in a transaction of its own.
func (b *Backend) Update(ctx context.Context, given *sessions.Session) error {
	e, err := newUpdate(given)
	if err != nil {
		return err
	}
	return b.edit(ctx, e)
}

// Redact implements [store.Writer], in a transaction of its own.
func (b *Backend) Redact(ctx context.Context, company, id string, keep ...string) error {
	return b.edit(ctx, redaction(company, id, keep))
}

// hold raises the company's number by n, counts the sessions added, and holds the company until the
// transaction ends. It returns the number before. It writes nothing if the schema is not that of
// this package: what was checked once may have moved on.
func (w *write) hold(ctx context.Context, company string, n, added int) (int64, error) {
	args := ofSchema(engine.Args{"company": company, "n": n, "added": added})
	var seq int64
	var err error
	ours := true
	if w.engine.BumpReturns {
		err = w.first(ctx, w.engine.Bump, args, &seq)
		if errors.Is(err, sql.ErrNoRows) {
			ours, err = false, nil
		}
	} else {
		var result sql.Result
		if result, err = w.affect(ctx, w.engine.Bump, args); err == nil {
			ours, seq, err = inserted(result)
		}
	}
	switch {
	case err != nil:
		return 0, err
	case !ours:
		return 0, w.otherSchema(ctx)
	}
	if w.packs(seq-int64(n), seq) {
		w.long = append(w.long, company)
	}
	if end := w.turn[company]; end != nil { // the next one may wait for the company in the database
		end()
	}
	return seq - int64(n), nil
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

// batch is what one call inserts.
type batch struct {
	given     []*sessions.Session
	companies []string            // in the order in which everybody holds them
	of        map[string][]*fresh // by company
}

// fresh is a session to insert and the places at which the call has it.
type fresh struct {
	session *sessions.Session
	places  []int
}

func newBatch(given []*sessions.Session) (*batch, error) {
	type key struct{ company, id string }
	byKey := make(map[key]*fresh, len(given))
	b := &batch{given: given, of: map[string][]*fresh{}}
	for i, s := range given {
		if err := s.Validate(); err != nil {
			return nil, fmt.Errorf("sqlstore: session %d: %w", i+1, err)
		}
		k := key{s.Company, s.ID}
		f := byKey[k]
		if f == nil {
			c := s.Clone()
			c.Normalize()
			c.Revision = 1
			f = &fresh{session: c}
			byKey[k] = f
			if b.of[s.Company] == nil {
				b.companies = append(b.companies, s.Company)
			}
			b.of[s.Company] = append(b.of[s.Company], f)
		} else if c := s.Clone(); !same(c, f.session) {
			return nil, fmt.Errorf("sqlstore: session %d: %w", i+1, store.ErrExists)
		}
		f.places = append(f.places, i)
	}
	slices.Sort(b.companies)
	// In the order of the list, so that the tables grow at their ends.
	for _, list := range b.of {
		slices.SortFunc(list, func(x, y *fresh) int {
			if y.session.Newer(x.session) {
				return -1
			}
			return 1
		})
	}
	return b, nil
}

// done sets what a caller is promised of the sessions given.
func (b *batch) done() {
	for _, list := range b.of {
		for _, f := range list {
			for _, i := range f.places {
				b.given[i].Normalize()
				b.given[i].Revision = f.session.Revision
			}
		}
	}
}

// same reports whether two sessions are equal in all but the revision, which s gets from t.
func same(s, t *sessions.Session) bool {
	s.Revision = t.Revision
	return s.Equal(t)
}

func (w *write) insert(ctx context.Context, b *batch) error {
	written := false
	for _, company := range b.companies {
		switch err := w.insertInto(ctx, company, b.of[company]); {
		case errors.Is(err, errNothing) && len(b.companies) > 1: // the other companies' sessions may be new
		case err != nil:
			return err
		default:
			written = true
		}
	}
	if !written {
		return errNothing
	}
	return nil
}

func (w *write) insertInto(ctx context.Context, company string, list []*fresh) error {
	seq, err := w.hold(ctx, company, len(list), len(list))
	if err != nil {
		return err
	}
	statement := w.engine.InsertNew // it counts, and so notices, sessions that are stored
	if w.look {
		statement = w.engine.InsertSessions
		all := len(list)
		if list, err = w.notStored(ctx, company, list); err != nil {
			return err
		}
		if known := int64(all - len(list)); known > 0 {
			if err := w.exec(ctx, w.engine.GiveBack, engine.Args{"company": company, "known": known}); err != nil {
				return err
			}
		}
		if len(list) == 0 {
			return errNothing
		}
	}
	rows := make([][]any, 0, len(list))
	for i, f := range list {
		rows = append(rows, row.All().Values(nil, f.session, seq+1+int64(i)))
	}
	switch n, err := w.insertRows(ctx, statement, rows); {
	case err != nil:
		return err
	case n != int64(len(rows)):
		return errLook
	}
	return nil
}

// notStored returns the sessions that the company does not have. One that it has and that differs
// is an error. What it reads is locked: a transaction of the host's may have a snapshot that is
// older than the company's latest change.
func (w *write) notStored(ctx context.Context, company string, list []*fresh) ([]*fresh, error) {
	byID := make(map[string]*fresh, len(list))
	for _, f := range list {
		byID[f.session.ID] = f
	}
	stored := map[string]bool{}
	for part := range slices.Chunk(list, batchRows) {
		ids := make([]any, batchSize(len(part)))
		for i := range ids {
			ids[i] = part[min(i, len(part)-1)].session.ID
		}
		args := engine.Args{"company": company, "ids": engine.List(ids...)}
		err := w.sessions(ctx, w.engine.Stored, args, company, func(s *sessions.Session, _ int64) error {
			f := byID[s.ID]
			stored[s.ID] = true
			if !same(f.session, s) {
				return fmt.Errorf("sqlstore: session %d: %w", f.places[0]+1, store.ErrExists)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	left := make([]*fresh, 0, len(list))
	for _, f := range list {
		if !stored[f.session.ID] {
			left = append(left, f)
		}
	}
	return left, nil
}

const (
	batchRows  = 256 // rows of one statement
	batchWords = 16  // rows up to which a statement may have any number of them
)

// batchSize rounds up to a power of two, so that the texts of the statements are few.
func batchSize(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

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

// insertRows writes rows, and returns how many rows the engine says that it wrote. The words of one
// session go into one statement; longer ones have 16, 32, ... batchRows rows, so that the texts are
// few.
func (c conn) insertRows(ctx context.Context, s engine.Statement, rows [][]any) (written int64, err error) {
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
		if size := batchSize(n); n > batchWords && size > n {
			n = size / 2
		}
		result, err := c.affect(ctx, s, engine.Args{"rows": engine.Rows(rows[:n])})
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

// edit replaces one session by another state of it.
type edit struct {
	op, company, id string

	// change makes the new state of what is stored. The error errNothing says that it is the new
	// state already.
	change func(old *sessions.Session) (*sessions.Session, error)
	done   func()
}

func newUpdate(given *sessions.Session) (edit, error) {
	if err := given.Validate(); err != nil {
		return edit{}, fmt.Errorf("sqlstore: %w", err)
	}
	s := given.Clone()
	s.Normalize()
	s.Revision++
	e := edit{op: "update", company: s.Company, id: s.ID}
	e.change = func(old *sessions.Session) (*sessions.Session, error) {
		switch {
		case s.Revision == old.Revision && s.Equal(old):
			return nil, errNothing
		case s.Revision != old.Revision+1 || !s.CreatedAt.Equal(old.CreatedAt):
			return nil, store.ErrConflict
		}
		return s, nil
	}
	e.done = func() {
		given.Normalize()
		given.Revision = s.Revision
	}
	return e, nil
}

func redaction(company, id string, keep []string) edit {
	change := func(old *sessions.Session) (*sessions.Session, error) {
		s := old.Clone()
		if s.RedactPerson(keep...); s.Equal(old) {
			return nil, errNothing
		}
		s.Revision++
		return s, nil
	}
	return edit{op: "redact", company: company, id: id, change: change, done: func() {}}
}

// edit reads the session before it holds the company, and goes by that if the session has not
// changed since. What cannot be done, or is done, holds nothing.
func (b *Backend) edit(ctx context.Context, e edit) error {
	old, err := b.get(ctx, e.company, e.id)
	if err == nil {
		_, err = e.change(old.session)
	}
	switch {
	case errors.Is(err, errNothing):
		e.done()
		return nil
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrConflict):
		return fmt.Errorf("sqlstore: %s: %w", e.op, err)
	case err != nil:
		return err
	}
	return b.inTx(ctx, e.op, []string{e.company}, func(w *write) error {
		if w.look {
			return w.edit(ctx, e, nil)
		}
		return w.edit(ctx, e, &old)
	}, e.done)
}

// edit replaces the session, of which old is known to have been stored; nil: it is read once the
// company is held.
func (w *write) edit(ctx context.Context, e edit, old *found) error {
	seq, err := w.hold(ctx, e.company, 1, 0)
	if err != nil {
		return err
	}
	if old == nil {
		held, err := w.session(ctx, w.engine.Hold, engine.Args{"company": e.company, "id": e.id}, e.company)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("sqlstore: %s: %w", e.op, err)
		} else if err != nil {
			return err
		}
		old = &held
	}
	s, err := e.change(old.session)
	switch {
	case errors.Is(err, store.ErrConflict):
		return fmt.Errorf("sqlstore: %s: %w", e.op, err)
	case err != nil:
		return err
	}
	return w.replace(ctx, *old, s, seq+1)
}

// replace writes what differs between two states of a session. If the first is not the one stored,
// the error is errLook.
func (w *write) replace(ctx context.Context, old found, s *sessions.Session, seq int64) error {
	result, err := w.affect(ctx, w.engine.UpdateSession, engine.Args{
		"company": s.Company, "created_us": s.CreatedAt.UnixMicro(), "id": s.ID, "revision": old.session.Revision,
		"assignments": engine.Assignments(row.Mutable(), s, seq),
	})
	if err != nil {
		return err
	}
	switch n, err := result.RowsAffected(); {
	case err != nil:
		return failed(ctx, w.op, err)
	case n == 0:
		return errLook
	}
	return w.leave(ctx, s.Company, []departure{newDeparture(old, s)}, seq)
}
