package enginetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// observer keeps the operations that it observes.
type observer struct {
	mu  sync.Mutex
	all []store.Operation
}

func (o *observer) observe(_ context.Context, op store.Operation) { //nolint:gocritic // the signature is that of the hook
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, op)
}

// one returns the only operation that was observed since the last call.
func (o *observer) one(t *testing.T, name string) store.Operation {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	require.Len(t, o.all, 1, "one operation for one call: %v", o.all)
	op := o.all[0]
	o.all = nil
	require.Equal(t, name, op.Name)
	require.Positive(t, op.Duration)
	require.WithinDuration(t, time.Now(), op.Began, time.Minute)
	return op
}

// systems are the engines under the names of OpenTelemetry's conventions.
var systems = map[engine]string{sqlite: "sqlite", postgres: "postgresql", mariadb: "mariadb"}

// TestObserver checks the observed operations, on every engine.
func TestObserver(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		ctx := t.Context()
		var o observer
		b := newBackend(t, e, db).WithPacking(sqlstore.Packing{Tail: 30}).WithObserver(o.observe)
		var all []*sessions.Session
		for n := range 700 {
			s := person(n)
			if s.Model = "X1"; n%350 == 349 {
				s.Model = "X2"
			}
			all = append(all, s)
		}
		require.NoError(t, b.Insert(ctx, all...))
		op := o.one(t, "insert")
		require.Equal(t, systems[e], op.System)
		require.Equal(t, all[0].Company, op.Company)
		require.Greater(t, op.Statements, 5, "packing is part of it")

		sel := store.Selection{Company: all[0].Company, Limit: 10}
		batch, err := b.List(ctx, sel)
		require.NoError(t, err)
		op = o.one(t, "list")
		require.Equal(t, len(batch.Sessions), op.RowsReturned)
		require.GreaterOrEqual(t, op.RowsRead, op.RowsReturned)
		require.GreaterOrEqual(t, op.Statements, 2)
		require.False(t, op.Partial)
		require.Zero(t, op.BudgetSpent)

		sel.Filter, sel.Budget = filter.Is(sessions.FieldModel, "X2"), 8
		_, err = b.List(ctx, sel)
		require.NoError(t, err)
		op = o.one(t, "list")
		require.True(t, op.Partial, "the budget ended it: %v", op.LogValue())
		require.Positive(t, op.BudgetSpent)

		n := 0
		require.NoError(t, b.Stream(ctx, store.Selection{Company: sel.Company}, func(*sessions.Session) error { n++; return nil }))
		op = o.one(t, "stream")
		require.Equal(t, n, op.RowsReturned)
		require.GreaterOrEqual(t, op.RowsRead, n)

		for name, do := range map[string]func() error{
			"get": func() error { _, err := b.Get(ctx, all[0].Company, all[0].ID); return err },
			"count": func() error {
				_, err := b.Count(ctx, store.Selection{Company: sel.Company, Filter: filter.Search("x")})
				return err
			},
			"tally":   func() error { _, _, err := b.Tally(ctx, store.Selection{Company: sel.Company}); return err },
			"changes": func() error { _, err := b.Changes(ctx, sel.Company, "", 1); return err },
			"put":     func() error { _, err := b.Put(ctx, store.Versioned{Session: person(2000), Version: 1}); return err },
			"redact":  func() error { return b.Redact(ctx, all[1].Company, all[1].ID) },
			"purge": func() error {
				_, err := b.Purge(ctx, store.Purge{Company: all[2].Company, IDs: []string{all[2].ID}})
				return err
			},
			"maintain": func() error { return b.Maintain(ctx, sel.Company) },
			"verify":   func() error { return b.Verify(ctx, sel.Company) },
			"repair":   func() error { return b.Repair(ctx, sel.Company) },
			"settings": func() error {
				return b.Settings().SaveCompanySettings(ctx, sel.Company, accepting(t, far.Kvalifika, 5, 0), "m")
			},
			"audit": func() error {
				return b.Trail().AppendAudit(ctx, store.AuditEntry{Company: sel.Company, ID: "x", At: start})
			},
		} {
			require.NoError(t, do(), name)
			op := o.one(t, name)
			require.Equal(t, sel.Company, op.Company, name)
			require.Positive(t, op.Statements, name)
			require.Empty(t, op.ErrorType(), name)
		}
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		require.NoError(t, b.Tx(tx).Insert(ctx, person(3000)))
		require.Positive(t, o.one(t, "insert").Statements)
		require.NoError(t, tx.Commit())

		// A call that is refused before anything is sent, and one that panics, is observed once as
		// well.
		tx, err = db.BeginTx(ctx, nil)
		require.NoError(t, err)
		for name, do := range map[string]func() error{
			"insert":   func() error { return b.Insert(ctx, nil) },
			"update":   func() error { return b.Update(ctx, nil) },
			"redact":   func() error { return b.Redact(ctx, "", all[0].ID) },
			"settings": func() error { _, err := b.Settings().CompanySettings(ctx, ""); return err },
			"audit":    func() error { _, err := b.Trail().DeleteAudit(ctx, "", time.Time{}, 0); return err },
		} {
			err := do()
			require.Error(t, err, name)
			require.Equal(t, err, o.one(t, name).Err)
		}
		require.ErrorIs(t, b.Tx(tx).Insert(ctx, all[1], nil), sessions.ErrInvalid)
		require.ErrorIs(t, o.one(t, "insert").Err, sessions.ErrInvalid)
		require.ErrorIs(t, b.Tx(tx).Trail().AppendAudit(ctx, store.AuditEntry{}), store.ErrNoCompany)
		require.ErrorIs(t, o.one(t, "audit").Err, store.ErrNoCompany)
		require.NoError(t, tx.Rollback())
		require.PanicsWithValue(t, "Secretname", func() {
			_ = b.Stream(ctx, store.Selection{Company: sel.Company}, func(*sessions.Session) error { panic("Secretname") })
		})
		requireNoPerson(t, o.one(t, "stream").Err)
		require.PanicsWithValue(t, "Secretname", func() {
			_, _ = b.Import(ctx, func(func(*sessions.Session, error) bool) { panic("Secretname") }, sqlstore.ImportOptions{})
		})
		requireNoPerson(t, o.one(t, "import").Err)

		// More entries than fit in one transaction are one operation.
		rows := make([]string, 2500)
		for i := range rows {
			rows[i] = fmt.Sprintf("('many', %d, 'x', '', '', 'list', 'done', '', '', '', '', 1, 0, '', '')", i)
		}
		_, err = db.ExecContext(ctx, "INSERT INTO sessionkit_audit VALUES "+strings.Join(rows, ", "))
		require.NoError(t, err)
		n, err = b.Trail().DeleteAudit(ctx, "many", time.Time{}, 0)
		require.NoError(t, err)
		require.Equal(t, len(rows), n)
		require.Equal(t, "many", o.one(t, "audit").Company)

		// Failures have the error of the method, and the SQLSTATE of the engines that have one.
		_, err = b.Get(ctx, sel.Company, "nobody")
		require.Equal(t, err, o.one(t, "get").Err)
		over, cancel := context.WithCancel(ctx)
		cancel()
		_, err = b.List(over, sel)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, "canceled", func() string { op := o.one(t, "list"); return op.ErrorType() }())
		_, err = db.ExecContext(ctx, "DROP TABLE sessionkit_audit")
		require.NoError(t, err)
		require.Error(t, b.Trail().AppendAudit(ctx, store.AuditEntry{Company: sel.Company, ID: "secret", At: start}))
		op = o.one(t, "audit")
		require.Error(t, op.Err)
		if e != sqlite && !errors.Is(op.Err, sqlstore.ErrSchema) {
			require.Len(t, op.SQLState, 5)
			require.Equal(t, op.SQLState, op.ErrorType())
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("sqlstore", "operation", op)
		require.Contains(t, log.String(), "operation.db.system.name="+systems[e])
		require.Contains(t, log.String(), "operation.error.type=")
		require.NotContains(t, log.String(), "secret")
	})
}

// TestTableObserver checks the observed operations over a host's table, on every engine.
func TestTableObserver(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		ctx := t.Context()
		h := newKYCTable(t, e, db)
		var all []*sessions.Session
		for n := range 100 {
			s := person(n)
			s.Company = "acme"
			s.CreatedAt = start.Add(time.Duration(n) * time.Minute)
			all = append(all, s)
		}
		require.NoError(t, h.put(ctx, all...))
		var o observer
		b := h.backend().WithObserver(o.observe)
		sel := store.Selection{Company: "acme", Limit: 10}

		// A page reads some rows more than it returns, after a statement that finds where they end.
		batch, err := b.List(ctx, sel)
		require.NoError(t, err)
		require.Len(t, batch.Sessions, 10)
		op := o.one(t, "list")
		require.Equal(t, systems[e], op.System)
		require.Equal(t, "acme", op.Company)
		require.Equal(t, [4]int{2, 27, 10, 26}, [4]int{op.Statements, op.RowsRead, op.RowsReturned, op.BudgetSpent})
		require.False(t, op.Partial)

		absent := store.Selection{Company: "acme", Limit: 10, Budget: 50, Filter: filter.Search("absent")}
		_, err = b.List(ctx, absent)
		require.NoError(t, err)
		op = o.one(t, "list")
		require.Equal(t, [4]int{4, 52, 0, 50}, [4]int{op.Statements, op.RowsRead, op.RowsReturned, op.BudgetSpent})
		require.True(t, op.Partial)
		absent.Budget = 5000
		_, err = b.List(ctx, absent)
		require.NoError(t, err)
		op = o.one(t, "list")
		require.Equal(t, 100, op.BudgetSpent)
		require.False(t, op.Partial, "the end is not partial")

		_, err = b.Count(ctx, store.Selection{Company: "acme", Limit: 1000, Budget: 1000})
		require.NoError(t, err)
		op = o.one(t, "count")
		require.Equal(t, [3]int{2, 1, 100}, [3]int{op.Statements, op.RowsRead, op.BudgetSpent}, "no session is so far back")
		require.False(t, op.Partial)
		for _, part := range []store.Selection{sel, {Company: "acme", Limit: 1000, Budget: 40}, {Company: "acme", Limit: 1000, Budget: 40, Filter: filter.Search("secretname")}} {
			_, err = b.Count(ctx, part)
			require.NoError(t, err)
			require.True(t, o.one(t, "count").Partial)
		}

		require.NoError(t, b.Stream(ctx, store.Selection{Company: "acme"}, func(*sessions.Session) error { return nil }))
		op = o.one(t, "stream")
		require.Equal(t, [3]int{1, 100, 100}, [3]int{op.Statements, op.RowsRead, op.RowsReturned})
		require.PanicsWithValue(t, "Secretname", func() {
			_ = b.Stream(ctx, store.Selection{Company: "acme"}, func(*sessions.Session) error { panic("Secretname") })
		})
		requireNoPerson(t, o.one(t, "stream").Err)

		_, err = b.Get(ctx, "acme", all[0].ID)
		require.NoError(t, err)
		op = o.one(t, "get")
		require.Equal(t, [3]int{1, 1, 1}, [3]int{op.Statements, op.RowsRead, op.RowsReturned})
		_, err = b.Get(ctx, "acme", "nobody")
		require.Equal(t, err, o.one(t, "get").Err)

		// Changes are the host's: what it observes itself is not part of the operation.
		var host observer
		table := h.table()
		table.Changes = func(ctx context.Context, company string, _ store.Watermark, _ int) (store.Changes, error) {
			s, err := h.backend().WithObserver(host.observe).Get(ctx, company, all[0].ID)
			return store.Changes{Sessions: []*sessions.Session{s}, Next: "1"}, err
		}
		b = tablestore.New(db, dialects[e], table).WithObserver(o.observe)
		_, err = b.Changes(ctx, "acme", "0", 10)
		require.NoError(t, err)
		require.Equal(t, 1, o.one(t, "changes").RowsReturned)
		host.one(t, "get")
		_, err = b.List(ctx, sel)
		require.NoError(t, err)
		require.Equal(t, 2, o.one(t, "list").Statements)
		host.one(t, "get")

		_, err = db.ExecContext(ctx, "DROP TABLE kyc_checks")
		require.NoError(t, err)
		_, err = b.Get(ctx, "acme", "Secretname")
		op = o.one(t, "get")
		require.Equal(t, err, op.Err)
		require.Len(t, op.SQLState, 5)
		require.Equal(t, op.SQLState, op.ErrorType())
		requireNoPerson(t, op.Err)
	})
}

// BenchmarkObserver measures the cost of an observer, and the cost if there is none: lists,
// searches and details of as many goroutines as there are processors, while another one writes.
//
//	go test -run - -bench BenchmarkObserver -benchmem -count 5 .
func BenchmarkObserver(b *testing.B) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		b.Run(string(e), func(b *testing.B) {
			plain := newBackend(b, e, open(b, e))
			require.NoError(b, plain.Insert(b.Context(), persons(2000)...))
			require.NoError(b, plain.Maintain(b.Context(), "acme"))
			log := slog.New(slog.DiscardHandler)
			backends := []struct {
				name string
				*sqlstore.Backend
			}{
				{"not set", plain},
				{"set", plain.WithObserver(func(context.Context, store.Operation) {})},
				{"slog", plain.WithObserver(func(ctx context.Context, o store.Operation) { //nolint:gocritic // the signature is that of the hook
					log.LogAttrs(ctx, slog.LevelInfo, "sqlstore", slog.Any("operation", o))
				})},
			}
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			var writer sync.WaitGroup
			writer.Go(func() {
				for n := 10_000; ctx.Err() == nil; n++ {
					s := person(n)
					s.Company = "globex"
					_ = plain.Insert(ctx, s)
					time.Sleep(time.Millisecond)
				}
			})
			defer writer.Wait()
			defer cancel()
			list := store.Selection{Company: "acme", Limit: 50}
			search := store.Selection{Company: "acme", Limit: 50, Filter: filter.Search("secretname")}
			for _, work := range []struct {
				name string
				do   func(*sqlstore.Backend) error
			}{
				{"get", func(w *sqlstore.Backend) error { _, err := w.Get(ctx, "acme", person(1).ID); return err }},
				{"list", func(w *sqlstore.Backend) error { _, err := w.List(ctx, list); return err }},
				{"search", func(w *sqlstore.Backend) error { _, err := w.List(ctx, search); return err }},
			} {
				for _, w := range backends {
					b.Run(work.name+"/"+w.name, func(b *testing.B) {
						b.ReportAllocs()
						b.RunParallel(func(pb *testing.PB) {
							for pb.Next() {
								if err := work.do(w.Backend); err != nil {
									b.Error(err)
								}
							}
						})
					})
				}
			}
		})
	}
}
