package sqlstore

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// write is one attempt to write, within a transaction.
type write struct {
	conn
	look bool              // see errLook
	turn map[string]func() // by company: ends the write's turn

	alone *sql.Conn // the connection of the transaction, if it was asked for

	// packs reports whether to pack a company whose number the write has raised.
	packs func(from, to int64) bool
	long  []string // companies to pack after the commit
}

// Results of a write for the code that owns its transaction. Both undo the write.
var (
	// errLook says that the write relied on an assumption about the stored state that is wrong: try
	// again, and look at that state first. Most writes need not look, which saves a statement while
	// they hold their company.
	errLook = errors.New("sqlstore: look at what is stored")
	// errNothing says that everything is stored already.
	errNothing = errors.New("sqlstore: nothing to write")
)

// errInTheWay says that the number of affected rows does not agree with the stored state.
var errInTheWay = errors.New("sqlstore: an index or a trigger that is not of this package")

// inTx calls do in a transaction of its own, and calls done after the commit. do writes to the
// companies, which are in the order in which every writer holds them. If alone is true, w.alone is
// the connection of the transaction, which do may use directly.
func (b *Backend) inTx(ctx context.Context, op string, companies []string, alone bool, do func(*write) error, done func()) error {
	if err := b.Check(ctx); err != nil {
		return err
	}
	if err := b.canWrite(true); err != nil {
		return err
	}
	w := &write{conn: b.on(nil, op), packs: b.packsAt}
	err := b.tryTx(ctx, w, companies, alone, do)
	if errors.Is(err, errLook) {
		w = &write{conn: b.on(nil, op), look: true, packs: b.packsAt}
		err = b.tryTx(ctx, w, companies, alone, do)
	}
	if err != nil && !errors.Is(err, errNothing) {
		return err
	}
	if done != nil {
		done()
	}
	if err == nil {
		b.packAfter(ctx, w.long)
	}
	return nil
}

// tryTx calls do once the write has its turn for each company.
func (b *Backend) tryTx(ctx context.Context, w *write, companies []string, alone bool, do func(*write) error) error {
	w.turn = map[string]func(){}
	defer func() {
		for _, end := range w.turn {
			end()
		}
	}()
	// All writers take their turns in the same order, so that no two wait for each other.
	for _, company := range companies {
		company = b.queueOf(company)
		// An engine with one writer has one queue for all companies.
		if w.turn[company] != nil {
			continue
		}
		end, err := b.turns.take(ctx, company)
		if err != nil {
			return failed(ctx, w.op, err)
		}
		w.turn[company] = end
	}
	within := func(q session) error {
		return b.inTxOn(ctx, q, w.op, func(c conn) error {
			w.conn = c
			return do(w)
		})
	}
	if !alone {
		return b.pool.Use(ctx, w.op, within)
	}
	return b.pool.OnConn(ctx, w.op, func(q *sql.Conn) error {
		w.alone = q
		return within(q)
	})
}

// queueOf returns the key of the queue of writers to a company.
func (b *Backend) queueOf(company string) string {
	if b.engine.OneWriter {
		return "" // one queue for all of them
	}
	return company
}

// mayBeVictim reports whether the engine may have ended a transaction to solve a deadlock. Nothing
// of it is stored then, and it may be tried again. A permanent error just comes again.
func (b *Backend) mayBeVictim(ctx context.Context, err error) bool {
	var failure *Error
	return errors.As(err, &failure) && ctx.Err() == nil && !b.engine.OneWriter
}

// inUpkeep calls do within a transaction that writes data derived from a company's sessions. After
// do, when others have to wait for what it has written, it reads the state again: nothing is
// written if the schema has moved on.
//
// If waits is true, do may wait for the company. Such calls take turns, like writers, but in a
// queue of their own: a writer need not wait for what they do before they hold the company. If the
// database has one writer at a time, all calls take turns with the writers: otherwise a writer
// might find one part after another at work.
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

// inTxOn is inOwnTx on one connection, or on any connection of the database.
func (b *Backend) inTxOn(ctx context.Context, q session, op string, do func(conn) error) error {
	tx, err := q.BeginTx(ctx, &sql.TxOptions{Isolation: b.engine.WriteIsolation})
	if err != nil {
		return failed(ctx, op, err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := do(b.on(tx, op)); err != nil {
		// After an error PostgreSQL refuses all further statements of a transaction, so end it
		// before explain sends one.
		_ = tx.Rollback()
		return b.on(q, op).explain(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return failed(ctx, op, err)
	}
	return nil
}

// holdCompany reads a company's row, and keeps others from writing to the company until the
// transaction ends. It returns [store.ErrNotFound] if there is no row.
func (c conn) holdCompany(ctx context.Context, s engine.Statement, company string) (state, error) {
	// An engine with one writer locks no rows: only a write keeps others out.
	if c.engine.OneWriter {
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

// holdFree holds a company as soon as no other writer does. If wait is false and another writer
// holds it, holdFree returns errHeld.
func (c conn) holdFree(ctx context.Context, company string, wait bool) (state, error) {
	hold := c.engine.TryHoldCompany
	if wait {
		hold = c.engine.HoldCompany
	}
	now, err := c.holdCompany(ctx, hold, company)
	// TryHoldCompany skips a row that is locked.
	if errors.Is(err, store.ErrNotFound) {
		err = errHeld
	}
	return now, err
}

// HostTx is a transaction that the host has begun: a *sql.Tx, a *sql.Conn on which the host has
// sent BEGIN, or a type of the host's that wraps one of these.
type HostTx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

var (
	_ HostTx = (*sql.Tx)(nil)
	_ HostTx = (*sql.Conn)(nil)
)

// Tx returns a Backend that takes part in the caller's transaction. What it writes is stored when
// the caller commits. The transaction locks each company that it has written to until it ends:
// write late, commit soon, and use the same order of companies everywhere. The revisions that it
// sets on sessions are valid only if the caller commits.
//
// A method that fails undoes its own work, and the caller can continue the transaction, unless the
// error wraps [ErrTxEnded]. Then the engine has ended the transaction, and everything that the
// caller wrote in it is lost: begin again. MariaDB and SQLite would now commit each further
// statement on its own. To prevent that, the method has called Rollback or, for a *sql.Conn, has
// closed the connection. If the caller's type has neither method, the caller has to do so. Nothing
// is written outside of a transaction: for a connection without one, and for a pool such as a
// *sql.DB, the methods return this error, too.
//
// Savepoints of the caller's may have any name except sessionkit_writer.
//
// On SQLite the transaction should begin with a write (BEGIN IMMEDIATE, which drivers offer as a
// parameter of the connection, such as _txlock=immediate). A transaction that reads first fails if
// another writer writes before it does.
//
// Get and List see what the transaction has written, and otherwise what its isolation level shows.
// List is one statement over the rows, without the segments, since others may be replacing them:
// use a range of times. Its batch has no watermark, since its sessions may be rolled back.
func (b *Backend) Tx(tx HostTx) *Tx { return &Tx{b, tx} }

// Tx is a Backend in a transaction of the host's, see [Backend.Tx]. It is as safe for concurrent
// use as the transaction is.
type Tx struct {
	b  *Backend
	tx HostTx
}

var (
	_ store.Backend = (*Tx)(nil)
	_ store.Writer  = (*Tx)(nil)
	_ store.Putter  = (*Tx)(nil)
)

// Insert implements [store.Writer].
func (t *Tx) Insert(ctx context.Context, given ...*sessions.Session) error {
	c, err := insertion(given)
	return t.write(ctx, c, err)
}

// Update implements [store.Writer].
func (t *Tx) Update(ctx context.Context, given *sessions.Session) error {
	c, err := update(given)
	return t.write(ctx, c, err)
}

// Redact implements [store.Writer].
func (t *Tx) Redact(ctx context.Context, company, id string, keep ...string) error {
	c, err := redaction(company, id, keep)
	return t.write(ctx, c, err)
}

// Put implements [store.Putter].
func (t *Tx) Put(ctx context.Context, states ...store.Versioned) ([]store.PutResult, error) {
	c, results := put(states)
	if err := t.write(ctx, c, nil); err != nil {
		return nil, err
	}
	return results, nil
}

// write does a call. The transaction may have an old snapshot, so every call looks at the stored
// state first, unless its sessions are probably new.
func (t *Tx) write(ctx context.Context, c *call, err error) error {
	ctx, w := t.b.watch(ctx, c.op, c.company())
	defer w.End(&err)
	if err == nil {
		err = t.doCall(ctx, c)
	}
	return err
}

// doCall does a call, see [Tx.write].
func (t *Tx) doCall(ctx context.Context, c *call) (err error) {
	var decisions []*decision
	if c.fresh {
		if decisions, err = c.decideAll(t.b.keys, nil); err != nil {
			return err
		}
	}
	return t.inSavepoint(ctx, c.op, !c.fresh, func(w *write) error {
		if err := t.b.canWrite(false); err != nil {
			return err
		}
		return w.write(ctx, c, decisions)
	}, c.done)
}

// Get implements [store.Backend].
func (t *Tx) Get(ctx context.Context, company, id string) (s *sessions.Session, err error) {
	ctx, watched := t.b.watch(ctx, "get", company)
	defer watched.End(&err)
	if company == "" {
		return nil, store.ErrNoCompany
	}
	err = t.inSavepoint(ctx, "get", false, func(w *write) error {
		f, err := w.get(ctx, company, id)
		if s = f.session; s != nil {
			watched.Returned(1)
		}
		return err
	}, func() {})
	return s, err
}

// List implements [store.Backend]. The Budget does not bound it.
func (t *Tx) List(ctx context.Context, sel store.Selection) (batch store.Batch, err error) {
	ctx, watched := t.b.watch(ctx, "list", sel.Company)
	defer watched.End(&err)
	if sel.Company == "" {
		return store.Batch{}, store.ErrNoCompany
	}
	if t.b.engine == nil {
		return store.Batch{}, t.b.Check(ctx)
	}
	s, err := t.b.compile(sel)
	if err != nil {
		return store.Batch{}, err
	}
	end := false
	err = t.inSavepoint(ctx, "list", false, func(w *write) (err error) {
		end, err = w.page(ctx, &s, sel.Limit+1, func(s *sessions.Session) error {
			batch.Sessions = append(batch.Sessions, s)
			return nil
		})
		if err != nil {
			return err
		}
		// The schema may have moved on.
		_, err = w.state(ctx, sel.Company)
		return err
	}, func() {})
	if err != nil {
		return store.Batch{}, err
	}
	if !end {
		batch.Sessions = batch.Sessions[:sel.Limit]
		batch.Reached = store.PositionOf(batch.Sessions[sel.Limit-1])
	}
	watched.Returned(len(batch.Sessions))
	return batch, nil
}

// Changes returns an error that wraps [errors.ErrUnsupported]: the transaction's changes are not
// visible until it commits.
func (t *Tx) Changes(context.Context, string, store.Watermark, int) (store.Changes, error) {
	return store.Changes{}, fmt.Errorf("sqlstore: changes in a transaction: %w", errors.ErrUnsupported)
}

const (
	// MariaDB forgets an older savepoint of the same name, so the host must not use this name.
	setSavepoint     = "SAVEPOINT sessionkit_writer"
	undoSavepoint    = "ROLLBACK TO SAVEPOINT sessionkit_writer"
	releaseSavepoint = "RELEASE SAVEPOINT sessionkit_writer"

	// undoWithin bounds undoing after the context has ended.
	undoWithin = 10 * time.Second
)

// inSavepoint calls do in the caller's transaction, and then done if do has succeeded. It sends
// nothing that writes before it knows that the transaction exists.
func (t *Tx) inSavepoint(ctx context.Context, op string, look bool, do func(*write) error, done func()) error {
	if t.b.engine == nil {
		return t.b.Check(ctx)
	}
	if err := ctx.Err(); err != nil {
		return failed(ctx, op, err)
	}
	// A pool may send each statement to another connection, and would leave a transaction open
	// there.
	if _, isPool := t.tx.(interface{ Stats() sql.DBStats }); isPool || t.tx == nil {
		return fmt.Errorf("sqlstore: %s: Tx was given no transaction: %w", op, ErrTxEnded)
	}
	w := &write{conn: t.b.on(t.tx, op), look: look, packs: func(int64, int64) bool { return false }}
	err := t.enter(ctx)
	if err != nil {
		if ctx.Err() != nil && t.there(ctx) {
			return failed(ctx, op, err)
		}
		return t.ended(ctx, op, err)
	}
	// Check within the transaction: the database may have no other connection.
	if !t.b.checked.Load() {
		err = t.b.check(ctx, t.tx)
	}
	var number int64 // the server's number for the connection of the transaction
	if err == nil && t.b.pool.Tells() {
		if number, err = database.NumberOf(ctx, t.tx); err != nil {
			err = failed(ctx, op, err)
		}
	}
	if err == nil {
		err = do(w)
	}
	if errors.Is(err, errLook) {
		if err = t.leave(ctx, op, nil, undoSavepoint); err == nil {
			w.look = true
			err = do(w)
		}
	}
	if failure := (*Error)(nil); errors.As(err, &failure) && !errors.Is(err, ErrTxEnded) {
		// Looking for the reason may fail, too, and end the transaction: undo the work first, and
		// look within the savepoint.
		if err = t.leave(ctx, op, err, undoSavepoint); !errors.Is(err, ErrTxEnded) {
			err = w.explain(ctx, err)
		}
	}
	switch {
	case err == nil:
		err = t.leave(ctx, op, nil, releaseSavepoint)
	case !errors.Is(err, ErrTxEnded):
		err = t.leave(ctx, op, err, undoSavepoint, releaseSavepoint)
	}
	switch {
	case errors.Is(err, ErrTxEnded):
		// ErrBadConn says that the driver has closed the connection: no one else can get it from
		// the pool.
		if number != 0 && database.Over(ctx) != nil && errors.Is(err, sqldriver.ErrBadConn) {
			t.b.pool.End(ctx, number)
		}
		return err
	case err != nil && !errors.Is(err, errNothing):
		return err
	}
	done()
	return nil
}

// enter sets the savepoint if the transaction still exists, and fails otherwise. No engine has a
// plain question for that:
//
//   - PostgreSQL refuses a savepoint outside a transaction, and in one that has failed.
//   - MariaDB and MySQL accept a savepoint outside a transaction, but forget it at once: going back
//     to it fails.
//   - SQLite takes it for the beginning of a transaction, which releasing it would commit. But it
//     refuses to begin one transaction within another.
func (t *Tx) enter(ctx context.Context) error {
	if t.b.engine.SavepointBegins {
		// This takes no time, and interrupting it could end the transaction.
		ctx = context.WithoutCancel(ctx)
		_, err := t.tx.ExecContext(ctx, "BEGIN")
		switch {
		case err == nil:
			_, err = t.tx.ExecContext(ctx, "ROLLBACK")
			return errors.Join(errors.New("sqlstore: no transaction is active"), err)
		case !strings.Contains(err.Error(), "within a transaction"):
			// Any other error does not show whether there is a transaction.
			return err
		}
	}
	_, err := t.tx.ExecContext(ctx, setSavepoint)
	if err == nil && t.b.engine.SavepointFades {
		_, err = t.tx.ExecContext(ctx, undoSavepoint)
	}
	return err
}

// ended returns the error of a transaction that does not exist any more, and prevents further
// statements on its connection.
func (t *Tx) ended(ctx context.Context, op string, errs ...error) error {
	// There is nothing to undo, and the error of this would say nothing new.
	switch tx := t.tx.(type) {
	case interface{ Rollback() error }:
		_ = tx.Rollback()
	case interface {
		Raw(do func(any) error) error
	}:
		_ = tx.Raw(func(any) error { return sqldriver.ErrBadConn })
	}
	return failed(ctx, op, errors.Join(append(errs, ErrTxEnded)...))
}

// there reports whether the transaction still exists, after the context has ended.
func (t *Tx) there(ctx context.Context) bool {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoWithin)
	defer cancel()
	return t.enter(within) == nil && t.leave(ctx, "", nil, releaseSavepoint) == nil
}

// leave ends the savepoint with statements, which it also sends after the context has ended. If one
// of them fails, the savepoint does not exist any more, and so neither does the transaction: leave
// adds that to the error.
func (t *Tx) leave(ctx context.Context, op string, err error, statements ...string) error {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoWithin)
	defer cancel()
	for _, statement := range statements {
		if _, gone := t.tx.ExecContext(within, statement); gone != nil {
			return t.ended(ctx, op, err, gone)
		}
	}
	return err
}
