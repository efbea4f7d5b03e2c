package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
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

// The company of these tests has a day that is dense in the words "dense" and "thick", which never
// occur together, and years of sessions before it, a few of which are called "rare". Some are in
// segments, some in the tail.
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

var forms = []struct {
	name string
	f    filter.Filter
}{
	{"everything", filter.Filter{}},
	{"range", filter.Between(sessions.FieldCreatedAt, start.AddDate(-1, 0, 0), start.AddDate(0, 0, -3))},
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
	{"subject", filter.Is(sessions.FieldSubject, "person", "nobody")},
	{"personal number", filter.Is(sessions.FieldPersonalNumber, "01000007599")},
	{"extra field", filter.Extra("phone", "1")},
	{"nested search", filter.Or(filter.Search("rare"), filter.Status(sessions.Pending))},
	{"search and range", filter.And(filter.Search("quill"), filter.Between(sessions.FieldCreatedAt, start.AddDate(-2, 0, 0), start.AddDate(-1, 0, 0)))},
}

var tableOf = regexp.MustCompile(`(?:FROM|JOIN|INTO|UPDATE|LATERAL \(SELECT \* FROM) (sessionkit_\w+)(?: (\w))?\b`)

// sent has the statements of one method, each once, in the order in which they first came, and the
// calls that sent them.
type sent struct {
	texts []string
	calls map[string][]string
}

func (s *sent) add(call string, texts []string) {
	for _, text := range texts {
		if _, ok := s.calls[text]; !ok {
			s.texts = append(s.texts, text)
		}
		s.calls[text] = append(s.calls[text], call)
	}
}

// golden returns the statements for a reader: whole, below the calls that send them.
func (s *sent) golden() string {
	var parts []string
	for _, text := range s.texts {
		part, line := "", "--"
		for _, call := range s.calls[text] {
			if len(line)+len(call) > 100 {
				part, line = part+line+"\n", "--"
			}
			line += " " + call + ";"
		}
		part += strings.TrimSuffix(line, ";") + "\n" + text
		if !strings.HasPrefix(text, "--") {
			part += ";"
		}
		parts = append(parts, part+"\n")
	}
	return strings.Join(parts, "\n")
}

// watched is a Backend on a new database whose statements are recorded by the method that sent
// them.
type watched struct {
	e        engine
	recorded *sql.DB // that of the Backend
	plain    *sql.DB
	r        *recorder
	methods  map[string]*sent
}

func watch(t *testing.T, e engine) (*watched, *sqlstore.Backend) {
	t.Helper()
	c := newDatabase(t, e)
	r := &recorder{Connector: c}
	w := &watched{e, connect(t, r), connect(t, c), r, map[string]*sent{}}
	b := newBackend(t, e, w.recorded)
	// Forget the statements that made the tables.
	r.statements()
	return w, b
}

// call calls a method and records its statements. Each statement states the company, and reads use
// the indexes that are meant for them.
func (w *watched) call(t *testing.T, method, form string, do func() error) {
	t.Helper()
	texts, args := w.note(t, method, form, do)
	var settings []string
	for _, text := range texts {
		if strings.Contains(text, "set_config(") {
			settings = append(settings, text)
			continue
		}
		requirePlan(t, w.e, w.plain, settings, text, args[text])
	}
}

// note is like call, for a method that reads all of a company with any plan.
func (w *watched) note(t *testing.T, method, form string, do func() error) (texts []string, args map[string][]driver.NamedValue) {
	t.Helper()
	require.NoError(t, do())
	texts, args = w.r.statements()
	for _, text := range texts {
		if !strings.Contains(text, "set_config(") {
			requireCompany(t, text)
			requireRoutable(t, text)
		}
	}
	s := w.methods[method]
	if s == nil {
		s = &sent{calls: map[string][]string{}}
		w.methods[method] = s
	}
	s.add(form, texts)
	return texts, args
}

// TestStatements checks every statement that a Backend issues. They are in testdata/statements, by
// engine and method.
func TestStatements(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			w, b := watch(t, e)
			w.call(t, "schema", "Migrate, made already", func() error { return sqlstore.Migrate(t.Context(), w.recorded, dialects[e]) })
			w.call(t, "schema", "Check", func() error { return b.Check(t.Context()) })
			all := crowd()
			require.NoError(t, b.Insert(t.Context(), all...))
			many, _ := w.r.statements() // statements of hundreds of rows are not worth reading
			for _, text := range many {
				requireCompany(t, text)
			}
			switch e {
			case mariadb:
				explain(t, w.plain, "ANALYZE TABLE sessionkit_sessions, sessionkit_blocks, sessionkit_segments, sessionkit_companies", nil)
			case postgres:
				explain(t, w.plain, "VACUUM ANALYZE", nil)
			case sqlite:
				explain(t, w.plain, "ANALYZE", nil)
			}
			watchReads(t, w, b)
			watchWrites(t, w, b, all)
			watchSettings(t, w, b)
			watchUpkeep(t, w, b)
			for method, s := range w.methods {
				requireGolden(t, fmt.Sprintf("testdata/statements/%s/%s.sql", e, method), s.golden())
			}
		})
	}
}

func watchReads(t *testing.T, w *watched, b *sqlstore.Backend) {
	t.Helper()
	// fresh returns a Backend that has cached nothing of earlier calls.
	fresh := func() *sqlstore.Backend {
		b := sqlstore.New(w.recorded, dialects[w.e])
		require.NoError(t, b.Check(t.Context()))
		w.r.statements()
		return b
	}
	for _, form := range forms {
		sel := store.Selection{Company: crowded, Filter: form.f, Limit: 50, Budget: 50000}
		for page := range 3 {
			b := fresh()
			w.call(t, "list", fmt.Sprintf("%s, page %d", form.name, page+1), func() error {
				batch, err := b.List(t.Context(), sel)
				sel.After = batch.Reached
				return err
			})
			if sel.After.IsZero() {
				break
			}
		}
		sel.After = store.Position{}
		counting := fresh()
		w.call(t, "count", form.name, func() error {
			_, err := counting.Count(t.Context(), sel)
			return err
		})
		streaming := fresh()
		stream := func() error {
			return streaming.Stream(t.Context(), sel, func(*sessions.Session) error { return nil })
		}
		w.call(t, "stream", form.name, stream)
		if form.f.IsZero() {
			sel.Fields = sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldMatchLevel)
			w.call(t, "stream", form.name+", two fields", stream)
		}
	}
	w.call(t, "get", "any", func() error {
		_, err := b.Get(t.Context(), crowded, "id-00001")
		return err
	})
	var since store.Watermark
	for _, form := range []string{"since nothing", "since a watermark"} {
		w.call(t, "changes", form, func() error {
			changes, err := b.Changes(t.Context(), crowded, since, 10)
			since = changes.Next
			return err
		})
	}
}

func watchWrites(t *testing.T, w *watched, b *sqlstore.Backend, all []*sessions.Session) {
	t.Helper()
	fresh := func(n int) (list []*sessions.Session) {
		for i := range n {
			s := all[i].Clone()
			s.ID = fmt.Sprintf("fresh-%d-%d", n, i)
			list = append(list, s)
		}
		return list
	}
	w.call(t, "insert", "one session", func() error { return b.Insert(t.Context(), fresh(1)...) })
	w.call(t, "insert", "one that is stored", func() error { return b.Insert(t.Context(), all[1]) })
	w.call(t, "insert", "three sessions", func() error { return b.Insert(t.Context(), fresh(3)...) })
	decided := all[0].Clone()
	decided.Status, decided.Reasons = sessions.Failed, []sessions.Reason{sessions.LowFAR}
	w.call(t, "update", "verdict", func() error { return b.Update(t.Context(), decided) })
	w.call(t, "redact", "any", func() error { return b.Redact(t.Context(), crowded, decided.ID) })
	versions := func(version int64, list ...*sessions.Session) (states []store.Versioned) {
		for _, s := range list {
			states = append(states, store.Versioned{Session: s, Version: version})
		}
		return states
	}
	states := versions(3, append(fresh(2), all[3], all[4])...)
	putting := func() error {
		_, err := b.Put(t.Context(), states...)
		return err
	}
	w.call(t, "put", "two new sessions, and newer states of two that are stored", putting)
	w.call(t, "put", "the same states again", putting)
	w.call(t, "tx", "put, get and list in the host's transaction", func() error {
		tx, err := w.recorded.BeginTx(t.Context(), nil)
		if err != nil {
			return err
		}
		within := b.Tx(tx)
		_, errPut := within.Put(t.Context(), versions(4, all[3])...)
		_, errGet := within.Get(t.Context(), crowded, all[3].ID)
		_, errList := within.List(t.Context(), store.Selection{Company: crowded, Filter: filter.Search("nino"), Limit: 5})
		return errors.Join(errPut, errGet, errList, tx.Commit())
	})
	w.call(t, "tx", "insert, update and redact in the host's transaction", func() error {
		tx, err := w.recorded.BeginTx(t.Context(), nil)
		if err != nil {
			return err
		}
		writer, s := b.Tx(tx), fresh(2)[1]
		err = errors.Join(writer.Insert(t.Context(), s), writer.Update(t.Context(), s), writer.Redact(t.Context(), crowded, s.ID))
		return errors.Join(err, tx.Commit())
	})
	w.call(t, "import", "a Load that stores nothing", func() error {
		load := func(_ context.Context, _ *sql.Conn, _ string, _ []string, rows [][]any) (int64, error) {
			return int64(len(rows)), nil
		}
		_, err := b.Import(t.Context(), lending(fresh(17), nil), sqlstore.ImportOptions{Load: load})
		require.ErrorIs(t, err, sqlstore.ErrLoad)
		return nil
	})
	w.call(t, "purge", "a few sessions by ID", func() error {
		_, err := b.Purge(t.Context(), store.Purge{Company: crowded, IDs: []string{all[4].ID, all[5].ID}})
		return err
	})
	w.call(t, "purge", "an insert afterwards", func() error { return b.Insert(t.Context(), fresh(5)[4]) })
	w.call(t, "tx", "failed insert in the host's transaction", func() error {
		tx, err := w.recorded.BeginTx(t.Context(), nil)
		if err != nil {
			return err
		}
		other := all[2].Clone()
		other.Model = "another"
		require.ErrorIs(t, b.Tx(tx).Insert(t.Context(), other), store.ErrExists)
		return tx.Rollback()
	})
}

func watchSettings(t *testing.T, w *watched, b *sqlstore.Backend) {
	t.Helper()
	settings, trail := b.Settings(), b.Trail()
	w.call(t, "settings", "save", func() error { return settings.SaveCompanySettings(t.Context(), crowded, store.CompanySettings{}, "m") })
	w.call(t, "settings", "save again", func() error {
		return settings.SaveCompanySettings(t.Context(), crowded, store.CompanySettings{Revision: 1}, "m")
	})
	w.call(t, "settings", "read", func() error {
		_, err := settings.CompanySettings(t.Context(), crowded)
		return err
	})
	w.call(t, "settings", "history", func() error {
		_, err := settings.CompanySettingsHistory(t.Context(), crowded, 2, 10)
		return err
	})
	w.call(t, "settings", "purge", func() error { return settings.PurgeCompanySettings(t.Context(), crowded) })
	w.call(t, "audit", "append", func() error {
		return trail.AppendAudit(t.Context(), store.AuditEntry{Company: crowded, At: start, ID: "x", Subject: "agent-7", Session: "id-00001"})
	})
	for _, sel := range []store.AuditSelection{{}, {Subject: "agent-7"}, {Session: "id-00001"}} {
		sel.Company, sel.Limit = crowded, 50
		w.call(t, "audit", fmt.Sprintf("page, subject %q, session %q", sel.Subject, sel.Session), func() error {
			_, err := trail.AuditEntries(t.Context(), sel)
			return err
		})
	}
	w.call(t, "audit", "delete", func() error {
		_, err := trail.DeleteAudit(t.Context(), crowded, start, 0)
		return err
	})
}

// watchUpkeep calls the methods that a host calls now and then, for a company of a few sessions
// with few words.
func watchUpkeep(t *testing.T, w *watched, b *sqlstore.Backend) {
	t.Helper()
	const small = "small"
	ctx := t.Context()
	packing := b.WithPacking(sqlstore.Packing{Tail: 30, Segment: 1000})
	for n := range 90 { // some are packed, 30 at a time
		s := person(n)
		if s.Company, s.Subject = small, []string{"gone", "kept"}[n/60]; n == 65 {
			s.FirstName = sessions.TextOf("Aaron")
		}
		require.NoError(t, packing.Insert(ctx, s))
	}
	ghost := person(70)
	ghost.Company, ghost.Subject, ghost.Revision, ghost.Attempt = small, "kept", 1, 2
	require.NoError(t, b.Update(ctx, ghost))
	// Forget the statements of the preparation.
	w.r.statements()
	for _, form := range []filter.Filter{filter.Search("secretname"), filter.Extra("phone", "1")} {
		w.note(t, "tally", "a search; an extra field", func() error {
			_, _, err := b.Tally(ctx, store.Selection{Company: small, Filter: form, Budget: 50000})
			return err
		})
	}
	w.note(t, "verify", "a segment with a dead place", func() error { return b.Verify(ctx, small) })
	w.note(t, "maintain", "small segments", func() error { return b.WithPacking(sqlstore.Packing{Tail: 30, Segment: 100}).Maintain(ctx, small) })
	w.note(t, "redact", "one whose words nobody else has", func() error {
		one := person(65)
		return b.Redact(ctx, small, one.ID)
	})
	w.note(t, "purge", "60 sessions by a filter", func() error {
		_, err := packing.Purge(ctx, store.Purge{Company: small, Filter: filter.Is(sessions.FieldSubject, "gone")})
		return err
	})
	w.note(t, "update", "of a company with purges", func() error {
		ghost.Attempt++
		return b.Update(ctx, ghost)
	})
	w.note(t, "repair", "30 sessions", func() error { return packing.Repair(ctx, small) })
	w.note(t, "history", "NewHistory", func() error { return b.NewHistory(ctx) })
	for _, statement := range []string{
		"UPDATE sessionkit_companies SET search_key = 0", "UPDATE sessionkit_segments SET search_key = 1", "UPDATE sessionkit_sessions SET search_key = ''",
	} {
		_, err := w.plain.ExecContext(ctx, statement)
		require.NoError(t, err)
	}
	sel := store.Selection{Company: small, Filter: filter.Search("secretname"), Limit: 5, Budget: 50000}
	w.note(t, "list", "a word, among other search keys", func() error {
		_, err := b.List(ctx, sel)
		return err
	})
	w.note(t, "count", "a word, among other search keys", func() error {
		_, err := b.Count(ctx, sel)
		return err
	})
	w.note(t, "maintain", "other search keys", func() error { return packing.Maintain(ctx, small) })
}

// schemaOf matches the places of a statement that name a table without a company.
var schemaOf = regexp.MustCompile(`sessionkit_(schema|migrations)( \w)?\b|'sessionkit_schema'`)

// ofAll matches statements about all companies: those that read the catalog, and those of Migrate.
var ofAll = regexp.MustCompile(`FROM (information_schema\.|pg_class|sqlite_master)|c\.seq - c\.packed_seq > |WHERE company > `)

var indexHint = regexp.MustCompile(` (FORCE INDEX \(\w+\)|INDEXED BY \w+)`)

// requireCompany requires an equality with the company for each table of a statement.
func requireCompany(t *testing.T, text string) {
	t.Helper()
	switch strings.Fields(text)[0] {
	case "--", "BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK":
		return
	}
	if strings.Contains(text, "_LOCK(") || strings.Contains(text, "_lock(") || ofAll.MatchString(text) {
		return
	}
	text = schemaOf.ReplaceAllString(text, "") // these tables have no company
	text = indexHint.ReplaceAllString(text, "")
	if !strings.Contains(text, "sessionkit_") {
		return
	}
	tables := tableOf.FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, tables, text)
	require.Len(t, tables, strings.Count(text, "sessionkit_")-strings.Count(text, "sessionkit_companies.")-strings.Count(text, "sessionkit_sessions."), text)
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

// requireRoutable requires a form that engines that distribute tables need, such as Vitess: a WITH
// is first in its statement, and a count over an IN of a subquery has no LIMIT.
func requireRoutable(t *testing.T, text string) {
	t.Helper()
	require.NotRegexp(t, `\(\s*WITH\b`, text)
	for _, counted := range subqueries(text, "count(*) FROM (") {
		if strings.Contains(counted, " IN (SELECT") {
			require.NotContains(t, counted, "LIMIT", text)
		}
	}
}

// subqueries returns the texts between the parentheses that open at the end of each occurrence of
// begin.
func subqueries(text, begin string) (found []string) {
	text = strings.Join(strings.Fields(text), " ")
	for {
		_, rest, ok := strings.Cut(text, begin)
		if !ok {
			return found
		}
		end := 0
		for depth := 1; depth > 0; end++ {
			switch rest[end] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
		found = append(found, rest[:end-1])
		text = rest
	}
}

// requirePlan requires that the engine reads only ranges of an index that begin with the company.
// settings are the statements that were sent before it in its transaction.
func requirePlan(t *testing.T, e engine, db *sql.DB, settings []string, text string, args []driver.NamedValue) {
	t.Helper()
	if !strings.HasPrefix(text, "SELECT") && !strings.HasPrefix(text, "WITH") || !strings.Contains(schemaOf.ReplaceAllString(text, ""), "sessionkit_") ||
		ofAll.MatchString(text) {
		return
	}
	switch e {
	case sqlite:
		requireSQLitePlan(t, db, text, args)
	case postgres:
		requirePostgresPlan(t, db, settings, text, args)
	case mariadb:
		requireMariaDBPlan(t, db, text, args)
	}
}

// explain runs a statement and returns the rows of its answer as texts, by the names of the
// columns.
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

// The parts of the engines' plans for the reads of which everything consists.
var (
	sqliteChanges = "SEARCH s USING INDEX sessionkit_sessions_changes (company=? AND changed_seq"
	// Each is bounded at both ends.
	sqliteSubqueries = regexp.MustCompile(`CO-ROUTINE s\nSEARCH s USING (INDEX sessionkit_sessions_list \(company=\? AND \(created_us,id\)>\(\?,\?\) AND \(created_us,id\)<\(\?,\?\)\)` +
		`|COVERING INDEX sessionkit_sessions_changes \(company=\? AND changed_seq>\? AND changed_seq<\?\))`)
	sqliteBlocks = regexp.MustCompile(`SEARCH b USING INDEX sqlite_autoindex_sessionkit_blocks_1 \(company=\? AND segment=\?`)
	pgAccess     = regexp.MustCompile(`(Index Only Scan|Index Only Scan Backward|Index Scan|Index Scan Backward|Bitmap Index Scan) (using|on) (sessionkit_\w+)`)
	sqliteLists  = "SEARCH b USING INDEX sessionkit_blocks_lists (company=? AND name=?)"
	pgBlocks     = regexp.MustCompile(`sessionkit_blocks_pkey (?s:.*)\(company = [^)]*\)+ AND \(segment = `)
	pgLists      = regexp.MustCompile(`sessionkit_blocks_lists (?s:.*)\(company = [^)]*\)+ AND \(name = `)
)

func isTailRead(text string) bool {
	return strings.Contains(text, "s.changed_seq > ") && !strings.Contains(text, "count(*)")
}
func isBlocksRead(text string) bool { return strings.Contains(text, "sessionkit_blocks") }
func isListsRead(text string) bool  { return strings.Contains(text, "b.name < 'M'") }

func requireSQLitePlan(t *testing.T, db *sql.DB, text string, args []driver.NamedValue) {
	t.Helper()
	var plan []string
	for _, line := range explain(t, db, "EXPLAIN QUERY PLAN "+text, args) {
		detail := line["detail"]
		plan = append(plan, detail)
		switch words := strings.Fields(detail); {
		// v and n are the schema, y is a subquery.
		case words[0] == "SEARCH" && !slices.Contains([]string{"v", "n", "y"}, words[1]):
			require.Contains(t, detail, "(company=?", text)
		case words[0] == "SCAN":
			require.Regexp(t, `^(k|s|v|j|u|n|y|json_each|CONSTANT|sk_extra)$`, words[1], "%s\n%s", text, detail)
		}
	}
	all := strings.Join(plan, "\n")
	if slices.Contains(plan, "SCAN s") { // of a subquery, not of the table
		require.Regexp(t, sqliteSubqueries, all, text)
	}
	if isTailRead(text) {
		require.Contains(t, all, sqliteChanges, text)
	}
	switch {
	case isListsRead(text):
		require.Contains(t, all, sqliteLists, text)
	case isBlocksRead(text):
		require.Regexp(t, sqliteBlocks, all, text)
	}
}

// requirePostgresPlan checks the plan for these arguments and the generic one, which a driver's
// cache leads to. Reading all of a table of a few pages is cheapest, so that is switched off.
func requirePostgresPlan(t *testing.T, db *sql.DB, settings []string, text string, args []driver.NamedValue) {
	t.Helper()
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		plan := postgresPlan(t, db, append([]string{"SET LOCAL enable_seqscan = off", "SET LOCAL plan_cache_mode = " + mode}, settings...), text, args)
		all := strings.Join(plan, "\n")
		require.NotRegexp(t, "Seq Scan|Hash Join|Merge Join", all, "%s: %s", mode, text)
		for i, line := range plan {
			if access := pgAccess.FindString(line); access != "" && !strings.Contains(access, "sessionkit_schema") {
				require.Contains(t, plan[i+1], "company = ", "%s: %s\n%s", mode, text, all)
			}
		}
		if isTailRead(text) {
			require.Contains(t, all, "sessionkit_sessions_changes", text)
		}
		switch {
		case isListsRead(text):
			require.Regexp(t, pgLists, all, "%s: %s", mode, text)
		case isBlocksRead(text):
			require.Regexp(t, pgBlocks, all, "%s: %s", mode, text)
		}
	}
}

// postgresPlan returns the lines of the plan of a statement in a transaction that begins with
// settings.
func postgresPlan(t *testing.T, db *sql.DB, settings []string, text string, args []driver.NamedValue) (plan []string) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, tx.Rollback()) }()
	literals := make([]string, len(args))
	for i, a := range args {
		switch v := a.Value.(type) {
		case nil:
			literals[i] = "NULL"
		case []byte:
			literals[i] = fmt.Sprintf(`'\x%x'`, v)
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
	for _, step := range slices.Concat(settings, []string{"PREPARE p AS " + text, "EXPLAIN EXECUTE " + call, "DEALLOCATE p"}) {
		for _, line := range explain(t, tx, step, nil) {
			if line["QUERY PLAN"] != "" {
				plan = append(plan, line["QUERY PLAN"])
			}
		}
	}
	return plan
}

func requireMariaDBPlan(t *testing.T, db *sql.DB, text string, args []driver.NamedValue) {
	t.Helper()
	for _, line := range explain(t, db, "EXPLAIN FORMAT=TRADITIONAL "+text, args) {
		switch line["table"] {
		case "s", "r", "b", "g":
			require.Contains(t, []string{"range", "eq_ref", "const", "ref"}, line["type"], "%s\n%v", text, line)
			if line["table"] == "b" {
				require.Equal(t, "PRIMARY", line["key"], text)
				require.GreaterOrEqual(t, line["key_len"], "138", "company and segment: %s", text)
			}
		}
	}
}
