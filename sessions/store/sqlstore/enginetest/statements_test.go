package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// The company of these tests has two buckets that are dense in the words "dense" and "thick", which never meet, and years of
// sessions behind them, a few of whom are called "rare".
const (
	crowded    = "crowded"
	denseRows  = 7200
	sparseRows = 400
)

func crowd() []*sessions.Session {
	var all []*sessions.Session
	add := func(at time.Time, first, last string) *sessions.Session {
		s := &sessions.Session{
			ID: fmt.Sprintf("id-%05d", len(all)), Company: crowded, CreatedAt: at, Status: sessions.Success, DocumentType: sessions.Passport,
			FirstName: sessions.TextOf(first), LastName: sessions.TextOf(last), PersonalNumber: sessions.TextOf(fmt.Sprintf("01%09d", len(all))),
		}
		all = append(all, s)
		return s
	}
	for i := range denseRows {
		add(start.Add(-time.Duration(i)*10*time.Second), []string{"dense", "thick"}[i%2], fmt.Sprintf("person%d", i%100))
	}
	for i := range sparseRows {
		s := add(start.AddDate(0, 0, -10-5*i), "quiet", "quill")
		if i%100 == 99 {
			s.LastName = sessions.TextOf("rare")
			s.Status, s.Reasons = sessions.Failed, []sessions.Reason{sessions.DigitalSpoof}
			s.DocumentType, s.Subject = sessions.DriverLicence, "person"
			s.Match = sessions.Match{Compared: true, Level: 1, Scale: far.Kvalifika.Name()}
		}
	}
	return all
}

// recordedBackend returns a Backend on a new database, and what notes its statements.
func recordedBackend(t *testing.T, e engine) (*sqlstore.Backend, *recorder, *sql.DB) {
	t.Helper()
	c := newDatabase(t, e)
	r := &recorder{Connector: c}
	return newBackend(t, e, connect(t, r)), r, connect(t, c)
}

var forms = []struct {
	name string
	f    filter.Filter
}{
	{"everything", filter.Filter{}},
	{"range", filter.CreatedBetween(start.AddDate(-1, 0, 0), start.AddDate(0, 0, -3))},
	{"dense criterion", filter.Status(sessions.Success)},
	{"no match", filter.And(filter.Status(sessions.Failed), filter.DocumentType(sessions.Passport))},
	{"common word", filter.Search("d")},
	{"rare word", filter.Search("rare")},
	{"absent word", filter.Search("zz")},
	{"two dense words", filter.Search("dense thick")},
	{"rare flag", filter.FailedFor(sessions.DigitalSpoof, sessions.LowFAR)},
	{"rare type", filter.DocumentType(sessions.DriverLicence)},
	{"rare level", filter.MatchLevel(0, 1, 2)},
	{"pending", filter.Status(sessions.Pending)},
	{"subject", filter.Subject("person", "nobody")},
	{"personal number", filter.PersonalNumber("01000007599")},
	{"extra field", filter.Extra("phone", "1")},
	{"nested search", filter.Or(filter.Search("rare"), filter.Status(sessions.Pending))},
	{"search and range", filter.And(filter.Search("quill"), filter.CreatedBetween(start.AddDate(-2, 0, 0), start.AddDate(-1, 0, 0)))},
}

var tableOf = regexp.MustCompile(`(?:FROM|JOIN|INTO|UPDATE|LATERAL \(SELECT \* FROM) (sessionkit_\w+)(?: (\w))?\b`)

// TestStatements looks at every statement that a Backend issues: each states the company for each table that it touches,
// and each goes by the index that it is meant for.
func TestStatements(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			b, r, plain := recordedBackend(t, e)
			r.statements() // those of the schema
			all := crowd()
			require.NoError(t, b.Insert(t.Context(), all...))
			switch e {
			case mariadb:
				explain(t, plain, "ANALYZE TABLE sessionkit_sessions, sessionkit_terms, sessionkit_companies", nil)
			case postgres:
				explain(t, plain, "VACUUM ANALYZE", nil)
			case sqlite:
				explain(t, plain, "ANALYZE", nil)
			}
			writes, _ := r.statements()
			for _, form := range forms {
				t.Run(form.name, func(t *testing.T) {
					sel := store.Selection{Company: crowded, Filter: form.f, Limit: 50, Budget: 50000}
					for range 3 {
						batch, err := b.List(t.Context(), sel)
						require.NoError(t, err)
						sel.After = batch.Reached
						if batch.Reached.IsZero() {
							break
						}
					}
					sel.After = store.Position{}
					_, err := b.Count(t.Context(), sel)
					require.NoError(t, err)
					require.NoError(t, b.Stream(t.Context(), sel, func(*sessions.Session) error { return nil }))
					reads, args := r.statements()
					for _, text := range reads {
						requireCompany(t, text)
						requirePlan(t, e, plain, text, args[text])
					}
				})
			}
			decided := all[0].Clone()
			decided.Status, decided.Reasons = sessions.Failed, []sessions.Reason{sessions.LowFAR}
			require.NoError(t, b.Update(t.Context(), decided))
			require.NoError(t, b.Redact(t.Context(), crowded, decided.ID))
			require.NoError(t, b.Insert(t.Context(), all[1]))
			_, err := b.Get(t.Context(), crowded, decided.ID)
			require.NoError(t, err)
			ch, err := b.Changes(t.Context(), crowded, "", 10)
			require.NoError(t, err)
			_, err = b.Changes(t.Context(), crowded, ch.Next, 10)
			require.NoError(t, err)
			rest, args := r.statements()
			for _, text := range append(writes, rest...) {
				requireCompany(t, text)
			}
			for _, text := range rest {
				requirePlan(t, e, plain, text, args[text])
			}
		})
	}
}

// requireCompany requires an equality with the company for each table of a statement.
func requireCompany(t *testing.T, text string) {
	t.Helper()
	switch strings.Fields(text)[0] {
	case "SAVEPOINT", "RELEASE", "ROLLBACK":
		return
	}
	if strings.Contains(text, "sessionkit_schema") {
		return
	}
	tables := tableOf.FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, tables, text)
	require.Len(t, tables, strings.Count(text, "sessionkit_")-strings.Count(text, "sessionkit_companies."), text)
	for _, table := range tables {
		want := table[2] + ".company = "
		switch {
		case strings.HasPrefix(text, "INSERT INTO "+table[1]):
			want = table[1] + " (company, "
		case table[2] == "" || strings.HasPrefix(text, "UPDATE "):
			want = " company = "
		}
		require.Contains(t, text, want)
	}
}

// requirePlan requires that the engine reads nothing but ranges of an index that begin with the company.
func requirePlan(t *testing.T, e engine, db *sql.DB, text string, args []driver.NamedValue) {
	t.Helper()
	if !strings.HasPrefix(text, "SELECT") || strings.Contains(text, "sessionkit_schema") {
		return
	}
	switch e {
	case sqlite:
		requireSQLitePlan(t, db, text, args)
	case postgres:
		requirePostgresPlan(t, db, text, args)
	case mariadb:
		requireMariaDBPlan(t, db, text, args)
	}
}

// explain runs a statement and returns its answer as texts, by the names of the columns.
func explain(t *testing.T, db querier, text string, args []driver.NamedValue) []map[string]string {
	t.Helper()
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a.Value
	}
	rows, err := db.QueryContext(t.Context(), text, values...)
	require.NoError(t, err, text)
	defer func() { require.NoError(t, rows.Close()) }()
	names, err := rows.Columns()
	require.NoError(t, err)
	var table []map[string]string
	for rows.Next() {
		cells := make([]sql.NullString, len(names))
		dest := make([]any, len(names))
		for i := range cells {
			dest[i] = &cells[i]
		}
		require.NoError(t, rows.Scan(dest...))
		line := make(map[string]string, len(names))
		for i, c := range cells {
			line[names[i]] = c.String
		}
		table = append(table, line)
	}
	require.NoError(t, rows.Err())
	return table
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// What each engine says of the two reads that everything is made of.
var (
	sqliteList     = "SEARCH s USING COVERING INDEX sessionkit_sessions_list (company=? AND (created_us,id)>(?,?) AND (created_us,id)<(?,?))"
	sqlitePostings = regexp.MustCompile(`SEARCH t USING PRIMARY KEY \(company=\? AND bucket=\? AND term(=\?|>\? AND term<\?)`)
	pgAccess       = regexp.MustCompile(`(Index Only Scan|Index Only Scan Backward|Index Scan|Index Scan Backward|Bitmap Index Scan) (using|on) (sessionkit_\w+)`)
	pgPostings     = regexp.MustCompile(`\(company = [^)]*\) AND \(bucket = [^)]*\) AND \(term >= [^)]*\) AND \(term < `)
)

func isListRead(text string) bool {
	return strings.Contains(text, "OFFSET ") && strings.Contains(text, "LIMIT 1 OFFSET ")
}
func isPostingsRead(text string) bool { return strings.Contains(text, "sessionkit_terms") }

func requireSQLitePlan(t *testing.T, db *sql.DB, text string, args []driver.NamedValue) {
	t.Helper()
	var plan []string
	for _, line := range explain(t, db, "EXPLAIN QUERY PLAN "+text, args) {
		detail := line["detail"]
		plan = append(plan, detail)
		switch words := strings.Fields(detail); words[0] {
		case "SEARCH":
			require.Contains(t, detail, "(company=?", text)
		case "SCAN":
			require.Regexp(t, `^(k|o|s|p\d|CONSTANT|sk_extra)$`, words[1], "%s\n%s", text, detail)
		}
	}
	all := strings.Join(plan, "\n")
	if slices.Contains(plan, "SCAN s") { // of a subquery, not of the table
		require.Contains(t, all, "CO-ROUTINE s\nSEARCH s USING INDEX sessionkit_sessions_list (company=? AND (created_us,id)>(?,?) AND (created_us,id)<(?,?))", text)
	}
	if isListRead(text) {
		require.Contains(t, all, sqliteList, text)
	}
	if isPostingsRead(text) {
		require.Regexp(t, sqlitePostings, all, text)
	}
}

// requirePostgresPlan looks at the plan for these arguments and at the generic one that a driver's cache leads to. In a
// table of a few pages reading all of it is cheapest, so that is switched off.
func requirePostgresPlan(t *testing.T, db *sql.DB, text string, args []driver.NamedValue) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	literals := make([]string, len(args))
	for i, a := range args {
		switch v := a.Value.(type) {
		case string:
			literals[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
		default:
			literals[i] = fmt.Sprint(v)
		}
	}
	call := "p"
	if len(args) > 0 {
		call += "(" + strings.Join(literals, ", ") + ")"
	}
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		var plan []string
		for _, step := range []string{"SET enable_seqscan = off", "SET plan_cache_mode = " + mode, "PREPARE p AS " + text, "EXPLAIN EXECUTE " + call, "DEALLOCATE p"} {
			for _, line := range explain(t, conn, step, nil) {
				plan = append(plan, line["QUERY PLAN"])
			}
		}
		all := strings.Join(plan, "\n")
		require.NotRegexp(t, "Seq Scan|Hash Join|Merge Join", all, "%s: %s", mode, text)
		for i, line := range plan {
			if access := pgAccess.FindString(line); access != "" {
				require.Contains(t, plan[i+1], "company = ", "%s: %s\n%s", mode, text, all)
			}
		}
		if isListRead(text) {
			require.Contains(t, all, "sessionkit_sessions_list", text)
		}
		if isPostingsRead(text) {
			require.Contains(t, all, "sessionkit_terms_pkey", text)
			require.Regexp(t, pgPostings, all, "%s: %s", mode, text)
		}
	}
}

func requireMariaDBPlan(t *testing.T, db *sql.DB, text string, args []driver.NamedValue) {
	t.Helper()
	for _, line := range explain(t, db, "EXPLAIN FORMAT=TRADITIONAL "+text, args) {
		switch line["table"] {
		case "s", "r":
			require.Contains(t, []string{"range", "eq_ref", "const", "ref"}, line["type"], "%s\n%v", text, line)
			if line["table"] == "s" {
				require.Equal(t, "PRIMARY", line["key"], text)
				require.Equal(t, "268", line["key_len"], "all of company, created_us, id: %s", text)
			}
			require.NotContains(t, line["Extra"], "filesort", "%s\n%v", text, line)
		case "t":
			require.Contains(t, []string{"range", "ref"}, line["type"], text) // ref: one bucket, one term
			require.Equal(t, "PRIMARY", line["key"], text)
			require.GreaterOrEqual(t, line["key_len"], "300", "company, bucket and term: %s", text)
			require.Contains(t, line["Extra"], "Using index", text)
		}
	}
}
