package enginetest

import (
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// upgraded returns a session of those that fillFirst makes.
func upgraded(company string, i int) *sessions.Session {
	s := person(i)
	s.Company, s.FirstName, s.Status = company, sessions.TextOf(fmt.Sprintf("name%d", i%1000)), sessions.Success
	if i%10 == 0 {
		s.Status, s.Reasons = sessions.Failed, []sessions.Reason{sessions.LowFAR}
	}
	return s
}

// fillFirst makes the tables of schema version 1 with n sessions of each of some companies, and
// three words of each, where version 1 had some ten.
func fillFirst(t *testing.T, e engine, db *sql.DB, n int, companies ...string) {
	t.Helper()
	exec := func(text string, args ...any) {
		t.Helper()
		text, err := dialects[e].ReplacePlaceholders(text)
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), text, args...)
		require.NoError(t, err)
	}
	for _, statement := range statementsOf(t, "testdata/v1/"+string(e)+".sql") {
		exec(statement)
	}
	var bulk sqlstore.Bulk
	columns := sqlstore.SessionColumns()
	late := slices.Index(columns, "version") // of migration 5
	columns = slices.Delete(columns, late, late+1)
	key := slices.Index(columns, "search_key")
	insert := func(table string, columns []string, rows [][]any) {
		one := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
		exec("INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES "+one+strings.Repeat(", "+one, len(rows)-1), slices.Concat(rows...)...)
	}
	for _, company := range companies {
		var rows [][]any
		for i := range n {
			row, err := bulk.Add(upgraded(company, i))
			require.NoError(t, err)
			row = slices.Delete(row, late, late+1)
			row[key] = "the words of version 1"
			if rows = append(rows, row[:len(columns):len(columns)]); len(rows) == 256 || i == n-1 {
				insert("sessionkit_sessions", columns, rows)
				rows = nil
			}
		}
	}
	var rows [][]any
	for _, row := range bulk.Companies() {
		rows = append(rows, row[:3:3]) // version 1 did not state the search keys
	}
	insert("sessionkit_companies", sqlstore.CompanyColumns()[:3], rows)
	for _, word := range []string{"secretname", "beridze", "01999888777"} {
		exec("INSERT INTO sessionkit_terms (company, bucket, term, created_us, id) SELECT company, 0, '" + word + "', created_us, id FROM sessionkit_sessions")
	}
}

// TestUpgrade migrates the tables of version 1 with some thousand sessions, or as many as
// SESSIONKIT_UPGRADE says, of which it says how long what took.
func TestUpgrade(t *testing.T) {
	n := 2500 // enough to be packed
	if text := os.Getenv("SESSIONKIT_UPGRADE"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		fillFirst(t, e, db, n, "acme")
		last := time.Now()
		took := func(what string) {
			t.Logf("%8.1f s  %.80s", time.Since(last).Seconds(), strings.ReplaceAll(what, "\n", " "))
			last = time.Now()
		}
		all, err := sqlstore.Migrations(dialects[e])
		require.NoError(t, err)
		for _, m := range all[1:] {
			tx, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			for statement := range strings.SplitSeq(strings.TrimSuffix(m.SQL, ";\n"), ";\n") {
				_, err := tx.ExecContext(t.Context(), statement)
				require.NoError(t, err, statement)
				if time.Since(last) > time.Second {
					took(statement)
				}
			}
			require.NoError(t, tx.Commit())
			took(fmt.Sprintf("migration %d", m.Version))
		}
		require.NoError(t, sqlstore.Migrate(t.Context(), db, dialects[e]))
		took("Migrate: keys and segments")
		b := sqlstore.New(db, dialects[e])
		require.NoError(t, b.Verify(t.Context(), "acme"))
		took("Verify")
		var tail int
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT seq - packed_seq FROM sessionkit_companies").Scan(&tail))
		require.Less(t, tail, 2000, "it is packed")
		for _, f := range []filter.Filter{filter.Search("berid"), filter.Search("name7"), filter.Status(sessions.Failed), filter.FailedFor(sessions.LowFAR)} {
			count, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: f})
			require.NoError(t, err)
			want := 0
			for i := range n {
				if f.Match(upgraded("acme", i)) {
					want++
				}
			}
			require.Equal(t, store.Count{N: want, Exact: true}, count, f.Text())
		}
		if n < 10000 {
			requireMigrated(t, e, db)
		}
	})
}
