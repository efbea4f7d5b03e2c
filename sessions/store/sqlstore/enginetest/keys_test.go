package enginetest

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// TestImpossibleCompanies shows that a company that no session can have has no sessions, on every
// engine. PostgreSQL would refuse to compare such texts.
func TestImpossibleCompanies(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		ctx := t.Context()
		b := newBackend(t, e, db)
		require.NoError(t, b.Insert(ctx, persons(3)...))
		for _, company := range []string{"acme\x00", "\xff", "\x00"} {
			for _, f := range []filter.Filter{{}, filter.Search("secretname"), filter.Is(sessions.FieldModel, ""), filter.Not(filter.Status(sessions.Failed))} {
				sel := store.Selection{Company: company, Filter: f, Limit: 5}
				batch, err := b.List(ctx, sel)
				require.NoError(t, err, "%q", company)
				require.Empty(t, batch.Sessions)
				count, err := b.Count(ctx, sel)
				require.NoError(t, err)
				require.Equal(t, store.Count{Exact: true}, count)
				_, _, err = b.Tally(ctx, sel)
				require.NoError(t, err)
				require.NoError(t, b.Stream(ctx, sel, func(*sessions.Session) error { return sessions.ErrInvalid }))
			}
			_, err := b.Get(ctx, company, person(1).ID)
			require.ErrorIs(t, err, store.ErrNotFound)
			changes, err := b.Changes(ctx, company, "", 5)
			require.NoError(t, err)
			require.Empty(t, changes.Sessions)
			n, err := b.Purge(ctx, store.Purge{Company: company, Filter: filter.Search("secretname")})
			require.NoError(t, err)
			require.Zero(t, n)
		}
		var companies int
		require.NoError(t, db.QueryRowContext(ctx, "SELECT count(*) FROM sessionkit_companies").Scan(&companies))
		require.Equal(t, 1, companies)
	})
}
