package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// Insert implements [store.Writer], in a transaction of its own.
func (b *Backend) Insert(ctx context.Context, s ...*sessions.Session) error {
	return b.inTx(ctx, "insert", func(q querier) (func(), error) { return b.insert(ctx, q, s) })
}

// Update implements [store.Writer], in a transaction of its own.
func (b *Backend) Update(ctx context.Context, s *sessions.Session) error {
	return b.inTx(ctx, "update", func(q querier) (func(), error) { return b.update(ctx, q, s) })
}

// Redact implements [store.Writer], in a transaction of its own.
func (b *Backend) Redact(ctx context.Context, company, id string) error {
	return b.inTx(ctx, "redact", func(q querier) (func(), error) { return nil, b.redact(ctx, q, company, id) })
}

// Tx returns a Writer that takes part in the caller's transaction: what it writes is there when the caller commits. A
// method that fails undoes what it did itself and leaves the transaction usable, as far as the connection lives. The
// transaction holds each company that it wrote to until it ends: write late, commit soon, and touch companies in one order
// everywhere. Revisions that the Writer sets on sessions hold only if the caller commits.
func (b *Backend) Tx(tx *sql.Tx) store.Writer { return txWriter{b, tx} }

type txWriter struct {
	b  *Backend
	tx *sql.Tx
}

// Insert implements [store.Writer].
func (w txWriter) Insert(ctx context.Context, s ...*sessions.Session) error {
	return w.inSavepoint(ctx, "insert", func() (func(), error) { return w.b.insert(ctx, w.tx, s) })
}

// Update implements [store.Writer].
func (w txWriter) Update(ctx context.Context, s *sessions.Session) error {
	return w.inSavepoint(ctx, "update", func() (func(), error) { return w.b.update(ctx, w.tx, s) })
}

// Redact implements [store.Writer].
func (w txWriter) Redact(ctx context.Context, company, id string) error {
	return w.inSavepoint(ctx, "redact", func() (func(), error) { return nil, w.b.redact(ctx, w.tx, company, id) })
}

// inTx calls do in a transaction, and after its commit what do returned.
func (b *Backend) inTx(ctx context.Context, op string, do func(querier) (func(), error)) error {
	if err := b.Check(ctx); err != nil {
		return err
	}
	tx, err := b.db.BeginTx(ctx, &sql.TxOptions{Isolation: b.engine.WriteIsolation})
	if err != nil {
		return failed(ctx, op, err)
	}
	defer func() { _ = tx.Rollback() }()
	done, err := do(tx)
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return failed(ctx, op, err)
	}
	if done != nil {
		done()
	}
	return nil
}

func (w txWriter) inSavepoint(ctx context.Context, op string, do func() (func(), error)) error {
	if w.b.engine == nil {
		return w.b.Check(ctx)
	}
	if !w.b.checked.Load() { // in the transaction: the database may have no other connection
		if err := w.b.check(ctx, w.tx); err != nil {
			return err
		}
	}
	if _, err := w.tx.ExecContext(ctx, "SAVEPOINT sessionkit"); err != nil {
		return failed(ctx, op, err)
	}
	done, err := do()
	end := "RELEASE SAVEPOINT sessionkit"
	if err != nil {
		end = "ROLLBACK TO SAVEPOINT sessionkit"
	}
	if _, endErr := w.tx.ExecContext(context.WithoutCancel(ctx), end); err == nil && endErr != nil {
		return failed(ctx, op, endErr)
	}
	if err == nil && done != nil {
		done()
	}
	return err
}

// bump raises the company's seq by n and holds the company until the transaction ends. It returns the seq before.
func (b *Backend) bump(ctx context.Context, q querier, op, company string, n, added int) (int64, error) {
	c := b.on(q, op)
	if err := c.exec(ctx, c.engine.Bump, engine.Args{"company": company, "n": n, "added": added}); err != nil {
		return 0, err
	}
	state, err := c.companyState(ctx, company)
	return state.seq - int64(n), err
}

// given is a session to insert and the places at which the call has it.
type given struct {
	session *sessions.Session
	places  []int
}

// insert returns what sets the sessions' revisions.
func (b *Backend) insert(ctx context.Context, q querier, list []*sessions.Session) (func(), error) {
	type key struct{ company, id string }
	byKey := make(map[key]*given, len(list))
	companies := map[string][]*given{}
	for i, s := range list {
		if err := s.Validate(); err != nil {
			return nil, fmt.Errorf("sqlstore: session %d: %w", i+1, err)
		}
		k := key{s.Company, s.ID}
		g := byKey[k]
		if g == nil {
			c := s.Clone()
			c.Normalize()
			c.Revision = 1
			g = &given{session: c}
			byKey[k] = g
			companies[s.Company] = append(companies[s.Company], g)
		} else if c := s.Clone(); !same(c, g.session) {
			return nil, fmt.Errorf("sqlstore: session %d: %w", i+1, store.ErrExists)
		}
		g.places = append(g.places, i)
	}
	names := make([]string, 0, len(companies))
	for name := range companies {
		names = append(names, name)
	}
	slices.Sort(names) // everybody holds companies in one order
	for _, name := range names {
		if err := b.insertInto(ctx, q, name, companies[name]); err != nil {
			return nil, err
		}
	}
	return func() {
		for _, g := range byKey {
			for _, i := range g.places {
				list[i].Normalize()
				list[i].Revision = g.session.Revision
			}
		}
	}, nil
}

// same tells whether two sessions are equal but for the revision, which s gets from t.
func same(s, t *sessions.Session) bool {
	s.Revision = t.Revision
	return s.Equal(t)
}

func (b *Backend) insertInto(ctx context.Context, q querier, company string, list []*given) error {
	const op = "insert"
	seq, err := b.bump(ctx, q, op, company, len(list), len(list))
	if err != nil {
		return err
	}
	fresh, err := b.notStored(ctx, q, company, list)
	if err != nil {
		return err
	}
	if known := len(list) - len(fresh); known > 0 {
		if err := b.on(q, op).exec(ctx, b.engine.LowerTotal, engine.Args{"company": company, "known": known}); err != nil {
			return err
		}
	}
	// In the order of the list, so that the tables grow at their ends.
	slices.SortFunc(fresh, func(x, y *given) int {
		if y.session.Newer(x.session) {
			return -1
		}
		return 1
	})
	rows := make([][]any, 0, len(fresh))
	var terms [][]any
	for i, g := range fresh {
		rows = append(rows, row.All().Values(nil, g.session, seq+1+int64(i)))
		terms = appendTerms(terms, g.session, termsOf(g.session))
	}
	slices.SortFunc(terms, func(x, y []any) int { // by bucket and term, as the table lies
		if c := x[1].(int64) - y[1].(int64); c != 0 { //nolint:errcheck // appendTerms writes int64
			return int(c)
		}
		return strings.Compare(x[2].(string), y[2].(string)) //nolint:errcheck // appendTerms writes string
	})
	c := b.on(q, op)
	if err := c.insertRows(ctx, c.engine.InsertSessions, rows); err != nil {
		return err
	}
	return c.insertRows(ctx, c.engine.InsertTerms, terms)
}

func appendTerms(rows [][]any, s *sessions.Session, terms []string) [][]any {
	us := s.CreatedAt.UnixMicro()
	for _, t := range terms {
		rows = append(rows, []any{s.Company, us >> bucketBits, t, us, s.ID})
	}
	return rows
}

// notStored returns the sessions that the company does not have. One that it has and that differs is an error.
func (b *Backend) notStored(ctx context.Context, q querier, company string, list []*given) ([]*given, error) {
	byID := make(map[string]*given, len(list))
	for _, g := range list {
		byID[g.session.ID] = g
	}
	stored := map[string]bool{}
	for part := range slices.Chunk(list, batchRows) {
		n := batchSize(len(part))
		ids := make([]any, n)
		for i := range ids {
			ids[i] = part[min(i, len(part)-1)].session.ID
		}
		args := engine.Args{"company": company, "ids": engine.List(ids...)}
		err := b.on(q, "insert").sessions(ctx, b.engine.Stored, args, company, func(s *sessions.Session, _ int64) error {
			g := byID[s.ID]
			stored[s.ID] = true
			if !same(g.session, s) {
				return fmt.Errorf("sqlstore: session %d: %w", g.places[0]+1, store.ErrExists)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	fresh := make([]*given, 0, len(list))
	for _, g := range list {
		if !stored[g.session.ID] {
			fresh = append(fresh, g)
		}
	}
	return fresh, nil
}

const (
	batchRows  = 256     // rows of one statement
	batchBytes = 4 << 20 // and bytes of their texts, about: servers bound what they take
)

// batchSize rounds up to a power of two, so that the texts of the statements are few.
func batchSize(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

// insertRows writes rows in statements of 1, 2, 4, ... batchRows rows.
func (c conn) insertRows(ctx context.Context, s engine.Statement, rows [][]any) error {
	for len(rows) > 0 {
		n, bytes := 0, 0
		for n < min(len(rows), batchRows) && bytes < batchBytes {
			for _, v := range rows[n] {
				if text, ok := v.(string); ok {
					bytes += len(text)
				}
			}
			n++
		}
		if size := batchSize(n); size > n {
			n = size / 2
		}
		if err := c.exec(ctx, s, engine.Args{"rows": engine.Rows(rows[:n])}); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// update returns what sets the session's revision.
func (b *Backend) update(ctx context.Context, q querier, given *sessions.Session) (func(), error) {
	const op = "update"
	if err := given.Validate(); err != nil {
		return nil, fmt.Errorf("sqlstore: %w", err)
	}
	s := given.Clone()
	s.Normalize()
	s.Revision++
	done := func() {
		given.Normalize()
		given.Revision = s.Revision
	}
	seq, err := b.bump(ctx, q, op, s.Company, 1, 0)
	if err != nil {
		return nil, err
	}
	old, err := b.on(q, op).session(ctx, b.engine.Hold, s.Company, s.ID)
	switch {
	case err != nil:
		return nil, fmt.Errorf("sqlstore: %s: %w", op, err)
	case s.Revision == old.Revision && s.Equal(old): // done already
		return done, nil
	case s.Revision != old.Revision+1 || !s.CreatedAt.Equal(old.CreatedAt):
		return nil, fmt.Errorf("sqlstore: %s: %w", op, store.ErrConflict)
	}
	return done, b.replace(ctx, q, op, old, s, seq+1)
}

func (b *Backend) redact(ctx context.Context, q querier, company, id string) error {
	const op = "redact"
	if company == "" {
		return store.ErrNoCompany
	}
	seq, err := b.bump(ctx, q, op, company, 1, 0)
	if err != nil {
		return err
	}
	old, err := b.on(q, op).session(ctx, b.engine.Hold, company, id)
	if err != nil {
		return fmt.Errorf("sqlstore: %s: %w", op, err)
	}
	s := old.Clone()
	if s.RedactPerson(); s.Equal(old) {
		return nil
	}
	s.Revision++
	return b.replace(ctx, q, op, old, s, seq+1)
}

// replace writes what differs between two states of a session.
func (b *Backend) replace(ctx context.Context, q querier, op string, old, s *sessions.Session, seq int64) error {
	c := b.on(q, op)
	us := s.CreatedAt.UnixMicro()
	err := c.exec(ctx, c.engine.UpdateSession, engine.Args{
		"company": s.Company, "created_us": us, "id": s.ID, "revision": old.Revision,
		"assignments": engine.Assignments(row.Mutable(), s, seq),
	})
	if err != nil {
		return err
	}
	had, has := termsOf(old), termsOf(s)
	gone := slices.DeleteFunc(slices.Clone(had), func(t string) bool { return slices.Contains(has, t) })
	added := slices.DeleteFunc(has, func(t string) bool { return slices.Contains(had, t) })
	for part := range slices.Chunk(gone, batchRows) {
		terms := make([]any, batchSize(len(part)))
		for i := range terms {
			terms[i] = part[min(i, len(part)-1)]
		}
		args := engine.Args{"company": s.Company, "bucket": us >> bucketBits, "created_us": us, "id": s.ID, "terms": engine.List(terms...)}
		if err := c.exec(ctx, c.engine.DeleteTerms, args); err != nil {
			return err
		}
	}
	return c.insertRows(ctx, c.engine.InsertTerms, appendTerms(nil, s, added))
}
