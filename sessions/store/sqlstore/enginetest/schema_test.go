package enginetest

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// TestSchema applies the schema by the call, again, by many calls at once, and by the statements of
// the file.
func TestSchema(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		missing := sqlstore.New(db, dialects[e])
		var typed *sqlstore.SchemaError
		_, err := missing.List(t.Context(), store.Selection{Company: "acme", Limit: 1})
		require.ErrorAs(t, err, &typed)
		require.ErrorIs(t, err, sqlstore.ErrSchema)
		require.Zero(t, typed.Found)

		var wait sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wait.Go(func() { errs[i] = sqlstore.Migrate(t.Context(), db, dialects[e]) })
		}
		wait.Wait()
		require.NoError(t, errors.Join(errs...))
		require.NoError(t, missing.Check(t.Context()))

		all, err := sqlstore.Migrations(dialects[e])
		require.NoError(t, err)
		byHand := open(t, e)
		for _, m := range all {
			tx, err := byHand.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			for statement := range strings.SplitSeq(strings.TrimSuffix(m.SQL, ";\n"), ";\n") {
				_, err := tx.ExecContext(t.Context(), statement)
				require.NoError(t, err, statement)
			}
			require.NoError(t, tx.Commit())
		}
		require.Equal(t, catalog(t, e, db), catalog(t, e, byHand))
		require.NoError(t, sqlstore.Migrate(t.Context(), byHand, dialects[e]))
		b := sqlstore.New(byHand, dialects[e])
		require.NoError(t, b.Insert(t.Context(), person(1)))
	})
}

// TestOtherSchema requires that tables of another version are refused, with both versions in the
// error.
func TestOtherSchema(t *testing.T) {
	for _, change := range []string{"version = 10, oldest = 9"} {
		t.Run(change, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
				newBackend(t, e, db)
				_, err := db.ExecContext(t.Context(), "UPDATE sessionkit_schema SET "+change)
				require.NoError(t, err)
				b := sqlstore.New(db, dialects[e])
				var typed *sqlstore.SchemaError
				require.ErrorAs(t, sqlstore.Migrate(t.Context(), db, dialects[e]), &typed)
				require.ErrorAs(t, b.Insert(t.Context(), person(1)), &typed)
				_, err = b.Get(t.Context(), "acme", "x")
				require.ErrorAs(t, err, &typed)
				require.Equal(t, sqlstore.Version{Schema: 8}, typed.Needed)
				require.NotEqual(t, typed.Needed, typed.Found)
				require.Contains(t, err.Error(), typed.Found.String())
				require.Contains(t, err.Error(), typed.Needed.String())
			})
		})
	}
}

// TestUnknownDialect requires that every method returns an error, and does not panic.
func TestUnknownDialect(t *testing.T) {
	db := open(t, sqlite)
	b := sqlstore.New(db, 0)
	require.ErrorIs(t, b.Check(t.Context()), filter.ErrDialect)
	require.ErrorIs(t, b.Insert(t.Context(), person(1)), filter.ErrDialect)
	_, err := b.List(t.Context(), store.Selection{Company: "acme", Limit: 1})
	require.ErrorIs(t, err, filter.ErrDialect)
	require.ErrorIs(t, sqlstore.Migrate(t.Context(), db, 9), filter.ErrDialect)
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	require.ErrorIs(t, b.Tx(tx).Redact(t.Context(), "acme", "x"), filter.ErrDialect)
	require.NoError(t, tx.Rollback())
}
