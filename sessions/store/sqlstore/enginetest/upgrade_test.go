package enginetest

import (
	"database/sql"
	"database/sql/driver"
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
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/keys"
)

// upgraded returns one of the sessions that fillFirst makes.
func upgraded(company string, i int) *sessions.Session {
	s := person(i)
	s.Company, s.FirstName, s.Status = company, sessions.TextOf(fmt.Sprintf("name%d", i%1000)), sessions.Success
	if i%10 == 0 {
		s.Status, s.Reasons = sessions.Failed, []sessions.Reason{sessions.LowFAR}
	}
	return s
}

// fillFirst makes the tables of schema version 1 with n sessions of each of some companies. Each
// session has three words, where version 1 had about ten.
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
	late := slices.Index(columns, "version") // the columns of migration 5
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

// TestUpgrade upgrades a database of schema version 1: the migrations, while nothing else uses it;
// search keys of this version and segments, the purge of its older half, and search keys of another
// version, each while another process writes and searches. After each step, everything that is
// stored agrees, and pages and counts are those of Match. It has a few thousand sessions, or as
// many as SESSIONKIT_UPGRADE says. It logs the duration of each step, and how long a writer and a
// search waited at most.
func TestUpgrade(t *testing.T) {
	n := 2500 // enough to be packed
	if text := os.Getenv("SESSIONKIT_UPGRADE"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	eachEngine(t, func(t *testing.T, e engine, _ *sql.DB) {
		c := newDatabase(t, e)
		// As the package documentation advises: otherwise a writer waits for readers.
		if e == sqlite {
			c = tuned(t, e, c, "_pragma=journal_mode(wal)")
		}
		db := connect(t, c)
		fillFirst(t, e, db, n, "acme")
		upgrade(t, e, c, "acme", func(when string) {
			if when != "upgraded" {
				return
			}
			b := sqlstore.New(db, dialects[e])
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
	})
}

// longerKeys are the keys of a later version, with one more letter in each number, which no search
// contains: searches find the same sessions as with this version.
var longerKeys = &keys.Keys{Version: searchkey.Version + 1, Respell: func(s *sessions.Session) *sessions.Session {
	s = s.Clone()
	for _, number := range []*sessions.Text{&s.PersonalNumber, &s.DocumentNumber} {
		if number.State() == sessions.Known {
			*number = sessions.TextOf(number.Value() + "水")
		}
	}
	return s
}}

// upgrade upgrades a database as TestUpgrade describes, and calls then after each step.
func upgrade(t *testing.T, e engine, c driver.Connector, company string, then func(when string)) {
	t.Helper()
	db := connect(t, c)
	last := time.Now()
	took := func(what string) {
		t.Logf("%8.1f s  %.80s", time.Since(last).Seconds(), strings.ReplaceAll(what, "\n", " "))
		last = time.Now()
	}
	all, err := sqlstore.Migrations(dialects[e])
	require.NoError(t, err)
	for _, m := range all[statusOf(t, e, db):] {
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
	then("migrated")

	b := sqlstore.New(db, dialects[e])
	oldest, middle, newest := span(t, db, company)
	agrees := func(b *sqlstore.Backend, when string) {
		t.Helper()
		last = time.Now()
		for _, company := range companiesOf(t, db) {
			require.NoError(t, b.Verify(t.Context(), company))
		}
		took("Verify")
		requireExhaustive(t, b, company)
		took("pages and counts compared")
		then(when)
	}
	rows := func() int { return countRows(t, db, "sessionkit_sessions WHERE company = ", company) }
	total := rows()

	others := newOthers(sqlstore.New(connect(t, c), dialects[e]), company, oldest, newest)
	d := others.until(t, func() error { return sqlstore.Migrate(t.Context(), db, dialects[e]) })
	others.said(t, "keys and segments", total, d)
	// Packs what the others have written meanwhile.
	require.NoError(t, b.Maintain(t.Context(), company))
	var tail int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT max(seq - packed_seq) FROM sessionkit_companies").Scan(&tail))
	require.Less(t, tail, 2000, "it is packed")
	agrees(b, "upgraded")

	older := filter.Between(sessions.FieldCreatedAt, time.Time{}, middle)
	gone := 0
	d = others.until(t, func() (err error) {
		gone, err = b.Purge(t.Context(), store.Purge{Company: company, Filter: older})
		return err
	})
	others.said(t, "purge of half", gone, d)
	require.Equal(t, total/2, gone)
	left, err := b.Count(t.Context(), store.Selection{Company: company, Filter: older})
	require.NoError(t, err)
	require.Equal(t, store.Count{Exact: true}, left)
	agrees(b, "purged")

	total = rows()
	newer := backendOf(db, e, longerKeys, sqlstore.Packing{})
	d = others.until(t, func() error { return newer.Maintain(t.Context(), company) })
	others.said(t, "keys of another version", total, d)
	// Packs what the others have written meanwhile.
	require.NoError(t, newer.Maintain(t.Context(), company))
	stated, segments := versionsOf(t, db, company)
	for _, version := range append(segments, stated) {
		require.Equal(t, longerKeys.Version, version)
	}
	agrees(newer, "rekeyed")
}

// span returns the creation times of the oldest and the newest session of a company, and of the one
// in the middle.
func span(t *testing.T, db *sql.DB, company string) (oldest, middle, newest time.Time) {
	t.Helper()
	n := countRows(t, db, "sessionkit_sessions WHERE company = ", company)
	at := func(i int) time.Time {
		var us int64
		text := "SELECT created_us FROM sessionkit_sessions WHERE company = '" + company + "' ORDER BY created_us LIMIT 1 OFFSET "
		require.NoError(t, db.QueryRowContext(t.Context(), text+strconv.Itoa(i)).Scan(&us))
		return time.UnixMicro(us)
	}
	return at(0), at(n / 2), at(n - 1)
}

func companiesOf(t *testing.T, db *sql.DB) (list []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT company FROM sessionkit_companies")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var company string
		require.NoError(t, rows.Scan(&company))
		list = append(list, company)
	}
	require.NoError(t, rows.Err())
	return list
}

// requireExhaustive draws a few sessions and searches for each in five ways: the first page and the
// count have to be those of Match for every session.
func requireExhaustive(t *testing.T, b *sqlstore.Backend, company string) {
	t.Helper()
	const page = 50
	everything := store.Selection{Company: company}
	n, err := b.Count(t.Context(), everything)
	require.NoError(t, err)
	require.True(t, n.Exact)
	drawn := 3
	if n.N > 10_000 {
		drawn = 12
	}
	type expected struct {
		f     filter.Filter
		ids   []string
		count int
	}
	var searches []*expected
	search := func(f filter.Filter) { searches = append(searches, &expected{f: f}) }
	i := 0
	require.NoError(t, b.Stream(t.Context(), everything, func(s *sessions.Session) error {
		if i++; i%(n.N/drawn+1) == 0 {
			search(filter.Search(beginning(s.FirstName, 1) + " " + beginning(s.LastName, 1)))
			search(filter.Search(beginning(s.LastName, 3) + " " + beginning(s.PersonalNumber, 2)))
			search(filter.Search(s.FirstName.Value() + " " + s.LastName.Value()))
			search(filter.And(filter.Status(s.Status), filter.Search(beginning(s.FirstName, 2))))
			search(filter.Search(s.PersonalNumber.Value()))
		}
		return nil
	}))
	require.Equal(t, n.N, i)
	require.NoError(t, b.Stream(t.Context(), everything, func(s *sessions.Session) error {
		for _, w := range searches {
			if w.f.Match(s) {
				if w.count++; len(w.ids) < page {
					w.ids = append(w.ids, s.ID)
				}
			}
		}
		return nil
	}))
	for _, w := range searches {
		batch, err := b.List(t.Context(), store.Selection{Company: company, Filter: w.f, Limit: page, Budget: store.DefaultBudget})
		require.NoError(t, err)
		require.Equal(t, w.ids, append([]string(nil), ids(batch.Sessions)...))
		count, err := b.Count(t.Context(), store.Selection{Company: company, Filter: w.f, Budget: store.DefaultBudget})
		require.NoError(t, err)
		require.Equal(t, store.Count{N: w.count, Exact: true}, count)
	}
}
