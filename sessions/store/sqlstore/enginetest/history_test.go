package enginetest

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// TestNewHistory sets a database back, as a restore does, writes the same number of changes again,
// and asks for the changes since a page that was read before: the numbers are the same, but the
// history is not.
func TestNewHistory(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		require.NoError(t, b.Insert(t.Context(), persons(5)...))
		fifth, err := b.Changes(t.Context(), "acme", "", 1)
		require.NoError(t, err)
		require.NoError(t, b.Insert(t.Context(), persons(7)[5:]...))
		page, err := b.List(t.Context(), store.Selection{Company: "acme", Limit: 10})
		require.NoError(t, err)

		for _, statement := range []string{ // the backup was taken after the fifth change
			"DELETE FROM sessionkit_sessions WHERE id IN ('session-0005', 'session-0006')",
			"UPDATE sessionkit_companies SET seq = 5, total = 5",
		} {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		_, err = b.Changes(t.Context(), "acme", page.AsOf, 10)
		require.ErrorIs(t, err, store.ErrWatermark, "ahead of the counter")
		other := sqlstore.New(db, dialects[e]) // a process that is running meanwhile
		_, err = other.List(t.Context(), store.Selection{Company: "acme", Limit: 1})
		require.NoError(t, err)
		require.NoError(t, b.NewHistory(t.Context()))
		require.NoError(t, b.Insert(t.Context(), persons(9)[7:]...))
		for _, b := range []*sqlstore.Backend{b, other} {
			for _, old := range []store.Watermark{page.AsOf, fifth.Next} {
				_, err = b.Changes(t.Context(), "acme", old, 10)
				require.ErrorIs(t, err, store.ErrWatermark, "of the history before")
			}
			now, err := b.List(t.Context(), store.Selection{Company: "acme", Limit: 10})
			require.NoError(t, err)
			require.Len(t, now.Sessions, 7)
			changes, err := b.Changes(t.Context(), "acme", now.AsOf, 10)
			require.NoError(t, err)
			require.Empty(t, changes.Sessions)
		}
	})
}

// TestNothingToWrite requires that a write that changes nothing uses no number, in its own
// transaction and in the host's.
func TestNothingToWrite(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		b := newBackend(t, e, db)
		require.NoError(t, b.Insert(t.Context(), persons(4)...))
		require.NoError(t, b.Redact(t.Context(), "acme", person(0).ID))
		decided := person(1)
		decided.Revision, decided.Attempt = 1, 5
		require.NoError(t, b.Update(t.Context(), decided.Clone()))
		state := func() (seq, total int) {
			require.NoError(t, db.QueryRowContext(t.Context(), "SELECT seq, total FROM sessionkit_companies WHERE company = 'acme'").Scan(&seq, &total))
			return seq, total
		}
		seq, total := state()
		require.Equal(t, []int{6, 4}, []int{seq, total})
		nothing := func(w store.Writer) {
			require.NoError(t, w.Redact(t.Context(), "acme", person(0).ID))
			require.ErrorIs(t, w.Redact(t.Context(), "acme", "absent"), store.ErrNotFound)
			require.NoError(t, w.Insert(t.Context(), persons(4)[2:]...))
			require.NoError(t, w.Insert(t.Context()))
			require.NoError(t, w.Update(t.Context(), decided.Clone()), "again")
			stale := decided.Clone()
			stale.Attempt = 6
			require.ErrorIs(t, w.Update(t.Context(), stale), store.ErrConflict)
			differs := person(3)
			differs.Attempt = 9
			require.ErrorIs(t, w.Insert(t.Context(), differs), store.ErrExists)
			absent := person(9)
			absent.Revision = 1
			require.ErrorIs(t, w.Update(t.Context(), absent), store.ErrNotFound)
		}
		nothing(b)
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		nothing(b.Tx(tx))
		require.NoError(t, tx.Commit())
		seq, total = state()
		require.Equal(t, []int{6, 4}, []int{seq, total}, "numbers that nothing bears")

		other := person(20)
		other.Company = "globex"
		require.NoError(t, b.Insert(t.Context(), append(persons(6)[2:], other)...), "two of acme are new, and one of another company")
		require.NoError(t, b.Insert(t.Context(), person(6), other.Clone()), "one is new")
		seq, total = state()
		require.Equal(t, []int{9, 7}, []int{seq, total})
		count, err := b.Count(t.Context(), store.Selection{Company: "globex", Limit: 5})
		require.NoError(t, err)
		require.Equal(t, store.Count{N: 1, Exact: true}, count)
	})
}

// TestSchemaMovesOn requires that a Backend that has worked for a long time notices in every method
// that the schema has changed.
func TestSchemaMovesOn(t *testing.T) {
	for name, c := range map[string]struct {
		statements []string
		says       string
	}{
		"newer": {[]string{"UPDATE sessionkit_schema SET version = version + 1, oldest = version + 1"}, "a newer version of this package"},
		"beside": {[]string{"INSERT INTO sessionkit_schema (version, oldest, search_key, history) SELECT version + 1, version + 1, search_key, history FROM sessionkit_schema"},
			"a newer version"},
		"empty":   {[]string{"DELETE FROM sessionkit_schema"}, "no row"},
		"half":    {[]string{"DROP TABLE sessionkit_sessions"}, "table sessionkit_sessions is missing"},
		"missing": {[]string{"DROP TABLE sessionkit_schema"}, "missing"},
		"gone": {[]string{"DROP TABLE sessionkit_schema", "DROP TABLE sessionkit_blocks", "DROP TABLE sessionkit_segments", "DROP TABLE sessionkit_sessions",
			"DROP TABLE sessionkit_companies"}, "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
				h := newHost(t, e, db)
				b := h.b
				require.NoError(t, b.Insert(t.Context(), person(1)))
				decided := person(1)
				decided.Revision, decided.Attempt = 1, 5
				for _, statement := range c.statements {
					h.exec(statement)
				}
				// Not all methods need that table, but one that begins now does.
				if name == "half" {
					b = sqlstore.New(db, dialects[e])
				}
				sel := store.Selection{Company: "acme", Limit: 5}
				_, errList := b.List(t.Context(), sel)
				_, errCount := b.Count(t.Context(), sel)
				_, errGet := b.Get(t.Context(), "acme", person(1).ID)
				_, errAbsent := b.Get(t.Context(), "acme", "absent")
				_, errChanges := b.Changes(t.Context(), "acme", "", 1)
				errs := map[string]error{
					"List": errList, "Count": errCount, "Get": errGet, "Get of nothing": errAbsent, "Changes": errChanges,
					"Stream": b.Stream(t.Context(), sel, nil), "Insert": b.Insert(t.Context(), person(2)), "Update": b.Update(t.Context(), decided.Clone()),
					"Redact": b.Redact(t.Context(), "acme", person(1).ID), "NewHistory": b.NewHistory(t.Context()), "Migrate": nil,
				}
				if c.says != "missing" {
					errs["Migrate"] = sqlstore.Migrate(t.Context(), db, dialects[e])
				} else {
					delete(errs, "Migrate")
				}
				purge := store.Purge{Company: "acme", IDs: []string{person(1).ID}}
				_, errs["Put"] = b.Put(t.Context(), event(2, 1))
				_, errs["Purge"] = b.Purge(t.Context(), purge)
				_, _, errs["Tally"] = b.Tally(t.Context(), sel)
				errs["Verify"], errs["Maintain"], errs["Repair"] = b.Verify(t.Context(), "acme"), b.Maintain(t.Context(), "acme"), b.Repair(t.Context(), "acme")
				tx := h.begin(sql.LevelDefault, 1)
				_, errs["Tx.Put"] = b.Tx(tx).Put(t.Context(), event(2, 1))
				_, errs["Tx.Get"] = b.Tx(tx).Get(t.Context(), "acme", person(1).ID)
				_, errs["Tx.List"] = b.Tx(tx).List(t.Context(), sel)
				errs["Tx.Insert"] = b.Tx(tx).Insert(t.Context(), person(2))
				errs["Tx.Update"] = b.Tx(tx).Update(t.Context(), decided.Clone())
				errs["Tx.Redact"] = b.Tx(tx).Redact(t.Context(), "acme", person(1).ID)
				require.NoError(t, tx.Commit(), "the host's transaction goes on")
				require.Equal(t, 1, h.logged())
				for method, err := range errs {
					var other *sqlstore.SchemaError
					require.ErrorAs(t, err, &other, method)
					require.ErrorIs(t, err, sqlstore.ErrSchema, method)
					require.Contains(t, err.Error(), c.says, method)
				}
				if name != "gone" && name != "half" {
					var n, attempt int
					require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*), max(attempt) FROM sessionkit_sessions").Scan(&n, &attempt))
					require.Equal(t, []int{1, 0}, []int{n, attempt}, "nothing was written")
				}
			})
		})
	}
}
