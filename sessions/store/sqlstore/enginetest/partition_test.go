package enginetest

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/storetest"
)

const partitions = 8

// companyTable matches a table of the schema that has a company, with its statement up to the
// closing parenthesis.
var companyTable = regexp.MustCompile(`(?s)CREATE TABLE IF NOT EXISTS (sessionkit_\w+) \(\n    company .*?\n\);`)

// newPartitioned makes the tables of PostgreSQL in partitions by a hash of the company, as a host
// may.
func newPartitioned(t testing.TB, db *sql.DB) *sqlstore.Backend {
	t.Helper()
	all, err := sqlstore.Migrations(sqlstore.Postgres)
	require.NoError(t, err)
	for _, m := range all {
		_, err = db.ExecContext(t.Context(), partitioned(t, m.SQL))
		require.NoError(t, err)
	}
	return sqlstore.New(db, sqlstore.Postgres)
}

// partitioned returns the statements of a migration with partitions for the tables that have a
// company.
func partitioned(t testing.TB, text string) string {
	t.Helper()
	tables := 0
	text = companyTable.ReplaceAllStringFunc(text, func(table string) string {
		tables++
		name := companyTable.FindStringSubmatch(table)[1]
		table = strings.TrimSuffix(table, ";") + " PARTITION BY HASH (company);"
		for i := range partitions {
			table += fmt.Sprintf("\nCREATE TABLE %s_p%d PARTITION OF %s FOR VALUES WITH (MODULUS %d, REMAINDER %d);", name, i, name, partitions, i)
		}
		return table
	})
	// A partitioned table does not have this parameter.
	text = strings.Replace(text, "ALTER TABLE sessionkit_blocks SET (toast_tuple_target = 8160);", "", 1)
	require.Equal(t, strings.Count(text, "CREATE TABLE IF NOT EXISTS")-strings.Count(text, "(\n    version"), tables, "all but those with a version")
	return text
}

// TestPartitionedConformance tests the promises of store.Backend with partitioned tables.
func TestPartitionedConformance(t *testing.T) {
	t.Parallel()
	need(t, postgres)
	storetest.Run(t, func(t *testing.T) storetest.Fixture {
		return storetest.Fixture{Backend: newPartitioned(t, open(t, postgres))}
	})
}

// TestOnePartition shows that no statement scans a partition other than that of its company.
func TestOnePartition(t *testing.T) {
	c := newDatabase(t, postgres)
	r := &recorder{Connector: c}
	w := &watched{postgres, connect(t, r), connect(t, c), r, map[string]*sent{}}
	b := newPartitioned(t, w.recorded).WithPacking(sqlstore.Packing{Tail: 400})
	all := crowd()[:1000]
	require.NoError(t, b.Insert(t.Context(), all...))
	explain(t, w.plain, "ANALYZE", nil)
	r.statements()
	for _, form := range forms {
		sel := store.Selection{Company: crowded, Filter: form.f, Limit: 50, Budget: 50000}
		_, err := b.List(t.Context(), sel)
		require.NoError(t, err)
		_, err = b.Count(t.Context(), sel)
		require.NoError(t, err)
		require.NoError(t, b.Stream(t.Context(), sel, func(*sessions.Session) error { return nil }))
	}
	_, err := b.Get(t.Context(), crowded, all[0].ID)
	require.NoError(t, err)
	now, err := b.Changes(t.Context(), crowded, "", 10)
	require.NoError(t, err)
	require.NoError(t, b.Redact(t.Context(), crowded, all[0].ID))
	_, err = b.Changes(t.Context(), crowded, now.Next, 10)
	require.NoError(t, err)
	decided := all[1].Clone()
	decided.Status = sessions.Pending
	require.NoError(t, b.Update(t.Context(), decided))
	_, err = b.Purge(t.Context(), store.Purge{Company: crowded, IDs: []string{all[2].ID}})
	require.NoError(t, err)
	texts, args := r.statements()
	planned := 0
	for _, text := range texts {
		switch strings.Fields(text)[0] {
		case "SELECT", "WITH", "UPDATE", "DELETE":
			if strings.Contains(text, "sessionkit_") && !strings.Contains(text, "sessionkit_schema") {
				planned++
				requireOnePartition(t, w.plain, text, args[text])
			}
		}
	}
	require.Greater(t, planned, 15)
}

// partition matches the scan of a partition. Updates name all partitions and then scan one.
var partition = regexp.MustCompile(`Scan .*\bon sessionkit_[a-z]+_p(\d)`)

func requireOnePartition(t *testing.T, db *sql.DB, text string, args []driver.NamedValue) {
	t.Helper()
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		plan := strings.Join(postgresPlan(t, db, []string{"SET LOCAL plan_cache_mode = " + mode}, text, args), "\n")
		found := map[string]bool{}
		for _, m := range partition.FindAllStringSubmatch(plan, -1) {
			found[m[1]] = true
		}
		require.Len(t, found, 1, "%s: %s\n%s", mode, text, plan)
	}
}
