package enginetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// oldTable is a host's table that states when each of its rows has last changed.
type oldTable struct {
	db     *sql.DB
	engine engine
}

// changedSince reads the rows that have changed since an instant, in microseconds.
func (o oldTable) changedSince(us int64) *tablestore.Backend {
	return tablestore.New(o.db, dialects[o.engine], tablestore.Table{
		From:   "(SELECT * FROM kyc WHERE changed_us >= " + strconv.FormatInt(us, 10) + ") k",
		Select: "k.uid, k.started_us, k.changed_us, k.state, k.name",
		Columns: filter.Columns{Company: filter.Col("k.tenant").NotNull(), Fields: map[sessions.Field]filter.Column{
			sessions.FieldID: filter.Col("k.uid").NotNull(), sessions.FieldCreatedAt: filter.Col("k.started_us").NotNull().UnixMicro(),
		}},
		Scan: func(rows *sql.Rows) (*sessions.Session, error) {
			s := &sessions.Session{}
			var started int64
			var name string
			err := rows.Scan(&s.ID, &started, &s.Revision, &s.Status, &name)
			s.CreatedAt, s.FirstName = time.UnixMicro(started), sessions.TextOf(name)
			return s, err
		},
	})
}

// write inserts a row or changes it, as the host's service does.
func (o oldTable) write(ctx context.Context, n int, state sessions.Status) error {
	text := "INSERT INTO kyc (tenant, uid, started_us, changed_us, state, name) VALUES (?, ?, ?, ?, ?, ?)"
	s := person(n)
	args := []any{s.Company, s.ID, s.CreatedAt.UnixMicro(), time.Now().UnixMicro(), string(state), fmt.Sprint("Name", n)}
	if state != sessions.Pending {
		text, args = "UPDATE kyc SET state = ?, changed_us = ? WHERE uid = ?", []any{string(state), time.Now().UnixMicro(), s.ID}
	}
	text, err := dialects[o.engine].ReplacePlaceholders(text)
	if err == nil {
		_, err = o.db.ExecContext(ctx, text, args...)
	}
	return err
}

// move is the playbook of the package documentation: it moves a company out of a table that is
// written to until stop has returned.
func move(ctx context.Context, o oldTable, b *sqlstore.Backend, company string, stop func() error) error {
	const (
		few = 20 // this number of changes is not worth another round
		// A transaction of the old table may commit later than the instants that it wrote.
		overlap = time.Minute
	)
	// When the row has last changed.
	version := func(s *sessions.Session) int64 { return s.Revision }
	opts := sqlstore.ImportOptions{Version: version}
	from := int64(0)
	catchUp := func() (changed int64, err error) {
		began := time.Now().Add(-overlap).UnixMicro()
		list := store.All(ctx, o.changedSince(from), store.Selection{Company: company})
		p, err := b.Import(ctx, list, opts)
		from = began
		return p.Created + p.Updated, err
	}
	for changed := int64(few); changed >= few; {
		var err error
		if changed, err = catchUp(); err != nil {
			return err
		}
	}
	if err := stop(); err != nil {
		return err
	}
	if _, err := catchUp(); err != nil {
		return err
	}
	c, err := store.Compare(ctx, o.changedSince(0), b, company, filter.Filter{})
	if err == nil && !c.Equal() {
		err = fmt.Errorf("not the same: %s", c.First)
	}
	return err
}

// TestMove moves a company while its table is written to.
func TestMove(t *testing.T) {
	requireDocumented(t, "Import", "move_test.go", 11)
	const before, meanwhile = 2500, 200
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		old, b := oldTable{db, e}, newBackend(t, e, open(t, e))
		key := map[engine]string{sqlite: "TEXT", postgres: "text", mariadb: "VARCHAR(128) COLLATE utf8mb4_bin"}[e]
		_, err := db.ExecContext(t.Context(), "CREATE TABLE kyc (tenant "+key+" NOT NULL, uid "+key+" PRIMARY KEY, started_us BIGINT NOT NULL,"+
			" changed_us BIGINT NOT NULL, state "+key+" NOT NULL, name "+key+" NOT NULL)")
		require.NoError(t, err)
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		insert, err := dialects[e].ReplacePlaceholders("INSERT INTO kyc VALUES ('acme', ?, ?, ?, 'pending', 'Nino')")
		require.NoError(t, err)
		for n := range before {
			_, err := tx.ExecContext(t.Context(), insert, person(n).ID, person(n).CreatedAt.UnixMicro(), n+1)
			require.NoError(t, err)
		}
		require.NoError(t, tx.Commit())

		var stopped sync.Once
		end, ended := make(chan struct{}), make(chan error, 1)
		go func() {
			for n := range meanwhile {
				select {
				case <-end:
					ended <- nil
					return
				default:
				}
				if err := errors.Join(old.write(t.Context(), before+n, sessions.Pending), old.write(t.Context(), n*7, sessions.Success)); err != nil {
					ended <- err
					return
				}
			}
			ended <- nil
		}()
		stop := func() (err error) {
			stopped.Do(func() {
				close(end)
				err = <-ended
			})
			return err
		}
		defer func() { _ = stop() }()
		require.NoError(t, move(t.Context(), old, b, "acme", stop))
		require.NoError(t, b.Verify(t.Context(), "acme"))

		// A row that changes after the switch is reported.
		require.NoError(t, old.write(t.Context(), 3, sessions.Failed))
		c, err := store.Compare(t.Context(), old.changedSince(0), b, "acme", filter.Filter{})
		require.NoError(t, err)
		require.Contains(t, c.First.String(), `"session-0003" of`)
		require.Contains(t, c.First.String(), "differs in status")
	})
}
