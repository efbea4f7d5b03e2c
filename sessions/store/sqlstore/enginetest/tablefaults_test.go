package enginetest

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// oddTable is a host's table whose columns have types that differ from ours.
type oddTable struct {
	db *sql.DB
	e  engine
}

// newOddTable makes the table: company and subject have one type, and the ID has another.
func newOddTable(t *testing.T, e engine, company, id, created string) oddTable {
	t.Helper()
	need(t, e)
	o := oddTable{open(t, e), e}
	if e == mariadb { // as on servers that hold zero dates
		o.db.SetMaxOpenConns(1)
		o.exec(t, "SET sql_mode = ''")
	}
	if company == "citext" {
		o.exec(t, "CREATE EXTENSION citext")
	}
	o.exec(t, fmt.Sprintf("CREATE TABLE odd (tenant %s, person %[1]s, uid %s, started %s)", company, id, created))
	return o
}

func (o oddTable) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	text, err := dialects[o.e].ReplacePlaceholders(statement)
	require.NoError(t, err)
	_, err = o.db.ExecContext(t.Context(), text, args...)
	require.NoError(t, err)
}

func (o oddTable) insert(t *testing.T, company, id, created any) {
	t.Helper()
	o.exec(t, "INSERT INTO odd VALUES (?, ?, ?, ?)", company, company, id, created)
}

// table describes the table: of states the type of columns with keys, clock the form of instants,
// and read converts a scanned value to an instant.
func (o oddTable) table(of, clock func(filter.Column) filter.Column, read func(any) time.Time) tablestore.Table {
	text := map[engine]string{postgres: "CAST(%s AS text)", mariadb: "CAST(%s AS CHAR)", sqlite: "CAST(%s AS TEXT)"}[o.e]
	return tablestore.Table{
		From: "odd", Select: fmt.Sprintf(text+", "+text+", started", "uid", "person"),
		Columns: filter.Columns{Company: of(filter.Col("tenant")), Fields: map[sessions.Field]filter.Column{
			sessions.FieldID: of(filter.Col("uid")), sessions.FieldSubject: of(filter.Col("person")), sessions.FieldCreatedAt: clock(filter.Col("started")),
		}},
		Scan: func(rows *sql.Rows) (*sessions.Session, error) {
			s := sessions.Session{Status: sessions.Pending}
			var started any
			err := rows.Scan(&s.ID, &s.Subject, &started)
			s.CreatedAt = read(started)
			return &s, err
		},
	}
}

func asIs(c filter.Column) filter.Column { return c }

func unixMilli(v any) time.Time { return time.UnixMilli(v.(int64)).UTC() }

func ofDriver(v any) time.Time { return v.(time.Time).UTC() }

// walkIDs reads all pages of a selection, with few sessions each and a small budget.
func walkIDs(t *testing.T, b *tablestore.Backend, company string, f filter.Filter) []string {
	t.Helper()
	var ids []string
	sel := store.Selection{Company: company, Filter: f, Limit: 3, Budget: 7}
	for pages := 0; ; pages++ {
		require.Less(t, pages, 200, "the list does not end")
		batch, err := b.List(t.Context(), sel)
		require.NoError(t, err)
		for _, s := range batch.Sessions {
			ids = append(ids, s.ID)
		}
		if sel.After = batch.Reached; sel.After.IsZero() {
			return ids
		}
	}
}

// requireSame checks that list, count and stream have the same sessions, and returns their IDs.
func requireSame(t *testing.T, b *tablestore.Backend, company string, f filter.Filter) []string {
	t.Helper()
	ids := walkIDs(t, b, company, f)
	count, err := b.Count(t.Context(), store.Selection{Company: company, Filter: f, Limit: 1000})
	require.NoError(t, err)
	require.Equal(t, store.Count{N: len(ids), Exact: true}, count)
	var streamed []string
	require.NoError(t, b.Stream(t.Context(), store.Selection{Company: company, Filter: f}, func(s *sessions.Session) error {
		streamed = append(streamed, s.ID)
		return nil
	}))
	require.Equal(t, ids, streamed)
	return ids
}

// TestTableWithoutTimes shows that rows without a creation time, with a zero date or with one of
// the year 1 are in no answer, and that the others are in each, once.
func TestTableWithoutTimes(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			typ, clock, read := "bigint", filter.Column.UnixMilli, unixMilli
			at := func(i int) any { return noon.Add(time.Duration(i/2) * time.Minute).UnixMilli() }
			none := []any{nil, time.Time{}.UnixMilli()}
			if e != sqlite {
				typ, clock, read = map[engine]string{postgres: "timestamptz", mariadb: "datetime(6)"}[e], asIs, ofDriver
				at = func(i int) any { return noon.Add(time.Duration(i/2) * time.Minute) }
				none = []any{nil, map[engine]any{postgres: "0001-01-01T00:00:00Z", mariadb: "0000-00-00"}[e]}
			}
			o := newOddTable(t, e, "varchar(20)", "varchar(20)", typ)
			var want []string
			for i := range 20 {
				o.insert(t, "acme", fmt.Sprint("s", 100-i), at(20-i))
				o.insert(t, "acme", fmt.Sprint("n", i), none[i%2])
				want = append(want, fmt.Sprint("s", 100-i))
			}
			b := tablestore.New(o.db, dialects[e], o.table(asIs, clock, read))
			for _, f := range []filter.Filter{{}, filter.Is(sessions.FieldSubject, "acme")} {
				require.Equal(t, want, walkIDs(t, b, "acme", f))
			}
			require.Len(t, requireSame(t, b, "acme", filter.Filter{}), 20)
			_, err := b.Get(t.Context(), "acme", "n0")
			require.ErrorIs(t, err, store.ErrNotFound)
		})
	}
}

// TestTableTypes shows that a text that a column's type cannot hold matches no row and is not an
// error of the database, and that no engine's own comparison lets one through: the integer 7 is not
// "007", and the company acme is not "ACME ".
func TestTableTypes(t *testing.T) {
	const uuid = "0b9ae3f2-3b5e-4d0c-9f0a-2b6d1f0c7a11"
	moment := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMilli()
	// No filter may ask for these.
	impossible := []string{"acme\x00", "\xff", "7\x00", strings.Repeat("9", 5000)}
	hostile := []string{"", "x", "7 ", " 7", "007", "7.0", "7e0", "+7", "-7", "7abc", "99999999999999999999", "70000", "3000000000", "-9223372036854775808", "ACME", "acme ", "acmé", strings.ToUpper(uuid), "{" + uuid + "}", uuid[:35], "0x7", "''", "\x01"}
	uuidColumn, integerColumn := filter.Column.UUID, filter.Column.Integer
	for _, c := range []struct {
		e         engine
		typ, held string
		of        func(filter.Column) filter.Column
	}{
		{postgres, "uuid", uuid, asIs}, {postgres, "uuid", uuid, uuidColumn}, {mariadb, "uuid", uuid, uuidColumn}, {mariadb, "uuid", uuid, asIs},
		{postgres, "bigint", "7", asIs}, {postgres, "bigint", "7", integerColumn}, {postgres, "smallint", "7", integerColumn}, {postgres, "numeric", "7", asIs},
		{mariadb, "bigint", "7", asIs}, {mariadb, "bigint", "7", integerColumn}, {postgres, "integer", "7", integerColumn},
		{mariadb, "bigint unsigned", "18446744073709551615", integerColumn}, {mariadb, "smallint", "7", integerColumn},
		{sqlite, "INTEGER", "7", asIs}, {sqlite, "INTEGER", "7", integerColumn}, {sqlite, "NUMERIC", "7", asIs},
		{postgres, "citext", "acme", asIs}, {postgres, "char(20)", "acme", asIs}, {postgres, "varchar(20)", "acme", asIs}, {mariadb, "char(20)", "acme", asIs}, {mariadb, "varchar(20)", "acme", asIs},
		{sqlite, "TEXT COLLATE NOCASE", "acme", asIs}, {sqlite, "TEXT COLLATE RTRIM", "acme", asIs},
	} {
		t.Run(fmt.Sprint(c.e, " ", c.typ), func(t *testing.T) {
			o := newOddTable(t, c.e, c.typ, c.typ, "bigint")
			o.insert(t, c.held, c.held, moment)
			b := tablestore.New(o.db, dialects[c.e], o.table(c.of, filter.Column.UnixMilli, unixMilli))
			s, err := b.Get(t.Context(), c.held, c.held)
			require.NoError(t, err)
			require.Equal(t, c.held, s.ID)
			require.Equal(t, []string{c.held}, requireSame(t, b, c.held, filter.Is(sessions.FieldSubject, c.held)))
			for _, text := range impossible {
				_, err := b.Get(t.Context(), c.held, text)
				require.ErrorIs(t, err, store.ErrNotFound, "%.20q", text)
				require.Empty(t, requireSame(t, b, text, filter.Filter{}), "%.20q", text)
			}
			for _, text := range hostile {
				_, err := b.Get(t.Context(), c.held, text)
				require.ErrorIs(t, err, store.ErrNotFound, "%q", text)
				subject := filter.Is(sessions.FieldSubject, text)
				require.Empty(t, requireSame(t, b, c.held, subject), "%q", text)
				require.Len(t, requireSame(t, b, c.held, filter.Not(subject)), 1, "%q", text)
				require.Len(t, requireSame(t, b, c.held, filter.Is(sessions.FieldSubject, text, c.held)), 1, "%q", text)
				if text != "" {
					require.Empty(t, requireSame(t, b, text, filter.Filter{}), "%q", text)
				}
			}
		})
	}
}

// TestTableCollations shows that a collation of PostgreSQL under which two texts are equal lets no
// row of another company through, and no other subject.
func TestTableCollations(t *testing.T) {
	o := newOddTable(t, postgres, "text", "text", "bigint")
	o.exec(t, "CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level1', deterministic = false)")
	o.exec(t, "ALTER TABLE odd ALTER tenant TYPE text COLLATE folded, ALTER person TYPE varchar(20) COLLATE folded, ALTER uid TYPE text COLLATE folded")
	table := o.table(asIs, filter.Column.UnixMilli, unixMilli)
	table.Columns.SearchKey = filter.Col("person")
	b := tablestore.New(o.db, dialects[postgres], table)
	same := []string{"acme", "ACME", "acmé", "A\u0301cme"}
	for i, text := range same {
		o.insert(t, text, text, i)
	}
	for _, text := range same {
		is := filter.Is(sessions.FieldSubject, text)
		require.Equal(t, []string{text}, requireSame(t, b, text, filter.Filter{}))
		require.Equal(t, []string{text}, requireSame(t, b, text, is))
		require.Empty(t, requireSame(t, b, text, filter.Not(is)))
		s, err := b.Get(t.Context(), text, text)
		require.NoError(t, err)
		require.Equal(t, text, s.ID)
	}
	_, err := b.Count(t.Context(), store.Selection{Company: "acme", Filter: filter.Search("acme"), Limit: 9})
	require.NoError(t, err, "such a collation has no substrings")
}

// TestTableClocks shows that clocks of milliseconds and seconds select the same rows as Match, for
// bounds between the instants that they can hold.
func TestTableClocks(t *testing.T) {
	second := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, e := range []engine{sqlite, postgres, mariadb} {
		for name, c := range map[string]struct {
			clock func(filter.Column) filter.Column
			unit  time.Duration
			typ   string
		}{"milliseconds": {filter.Column.UnixMilli, time.Millisecond, "bigint"}, "seconds": {filter.Column.Unix, time.Second, "integer"}} {
			t.Run(string(e)+" "+name, func(t *testing.T) {
				o := newOddTable(t, e, "varchar(20)", "varchar(20)", c.typ)
				of := func(v any) time.Time { return time.Unix(0, v.(int64)*int64(c.unit)).UTC() }
				for i := range 9 {
					o.insert(t, "acme", fmt.Sprint("s", i), (second.UnixNano()+int64(i/2)*int64(c.unit))/int64(c.unit))
				}
				b := tablestore.New(o.db, dialects[e], o.table(asIs, c.clock, of))
				all, err := b.List(t.Context(), store.Selection{Company: "acme", Limit: 20})
				require.NoError(t, err)
				require.Len(t, all.Sessions, 9)
				for from := range 5 {
					for _, past := range []time.Duration{-time.Microsecond, 0, time.Microsecond} {
						f := filter.Between(sessions.FieldCreatedAt, second.Add(time.Duration(from)*c.unit+past), second.Add(3*c.unit/2))
						if f.Err() != nil {
							continue
						}
						var want []string
						for _, s := range all.Sessions {
							if f.Match(s) {
								want = append(want, s.ID)
							}
						}
						require.Equal(t, want, requireSame(t, b, "acme", f))
					}
				}
			})
		}
	}
}

// TestTableClockIndex shows that an index on company and creation time bounds the rows that the
// engine reads for a range, whatever the clock.
func TestTableClockIndex(t *testing.T) {
	need(t, postgres)
	need(t, mariadb)
	moment := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	index := map[engine]*regexp.Regexp{
		sqlite:   regexp.MustCompile(`USING (COVERING )?INDEX odd_list \(tenant=\? AND started>\? AND started<\?\)`),
		postgres: regexp.MustCompile(`Index Cond: \(.*tenant.* = .* AND \(started >= .* AND \(started < `),
	}
	for _, e := range []engine{sqlite, postgres, mariadb} {
		for name, c := range map[string]struct {
			typ   string
			clock func(filter.Column) filter.Column
			of    func(time.Time) any
			read  func(any) time.Time
		}{
			"microseconds": {"bigint", filter.Column.UnixMicro, func(t time.Time) any { return t.UnixMicro() }, func(v any) time.Time { return time.UnixMicro(v.(int64)).UTC() }},
			"milliseconds": {"bigint", filter.Column.UnixMilli, func(t time.Time) any { return t.UnixMilli() }, unixMilli},
			"seconds":      {"integer", filter.Column.Unix, func(t time.Time) any { return t.Unix() }, func(v any) time.Time { return time.Unix(v.(int64), 0).UTC() }},
			"an instant":   {map[engine]string{postgres: "timestamptz", mariadb: "datetime(6)"}[e], asIs, func(t time.Time) any { return t }, ofDriver},
		} {
			if c.typ == "" {
				continue
			}
			t.Run(string(e)+" "+name, func(t *testing.T) {
				t.Parallel()
				from := newDatabase(t, e)
				r := &recorder{Connector: from}
				o := oddTable{connect(t, r), e}
				key := map[engine]string{sqlite: "TEXT", postgres: "text", mariadb: "varchar(20) COLLATE utf8mb4_bin"}[e]
				o.exec(t, fmt.Sprintf("CREATE TABLE odd (tenant %s NOT NULL, person %[1]s, uid %[1]s NOT NULL, started %s NOT NULL)", key, c.typ))
				o.exec(t, "CREATE INDEX odd_list ON odd (tenant, started)")
				tx, err := o.db.BeginTx(t.Context(), nil)
				require.NoError(t, err)
				insert, err := dialects[e].ReplacePlaceholders("INSERT INTO odd VALUES ('acme', 'x', ?, ?)")
				require.NoError(t, err)
				for i := range 400 {
					_, err := tx.ExecContext(t.Context(), insert, fmt.Sprint("s", i), c.of(moment.Add(time.Duration(i)*time.Minute)))
					require.NoError(t, err)
				}
				require.NoError(t, tx.Commit())
				table := o.table(func(c filter.Column) filter.Column { return c.NotNull() }, c.clock, c.read)
				table.Columns.Fields[sessions.FieldCreatedAt] = table.Columns.Fields[sessions.FieldCreatedAt].NotNull()
				b := tablestore.New(o.db, dialects[e], table)
				r.statements()
				day := filter.Between(sessions.FieldCreatedAt, moment.Add(10*time.Minute), moment.Add(20*time.Minute))
				_, err = b.List(t.Context(), store.Selection{Company: "acme", Limit: 5, Filter: day})
				require.NoError(t, err)
				_, err = b.Count(t.Context(), store.Selection{Company: "acme", Limit: 100, Filter: day})
				require.NoError(t, err)
				texts, args := r.statements()
				explained := 0
				for _, text := range texts {
					if !strings.Contains(text, "FROM odd\nWHERE") || strings.Contains(text, "1 = 0") {
						continue
					}
					explained++
					switch e {
					case mariadb:
						for _, line := range explain(t, o.db, "EXPLAIN FORMAT=TRADITIONAL "+text, args[text]) {
							if line["table"] == "odd" {
								require.Equal(t, "range odd_list", line["type"]+" "+line["key"], text)
							}
						}
					case postgres:
						plan := strings.Join(postgresPlan(t, o.db, []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off"}, text, literals(args[text])), "\n")
						require.Regexp(t, index[e], plan, text)
					default:
						var plan []string
						for _, line := range explain(t, o.db, "EXPLAIN QUERY PLAN "+text, args[text]) {
							plan = append(plan, line["detail"])
						}
						require.Regexp(t, index[e], strings.Join(plan, "\n"), text)
					}
				}
				require.GreaterOrEqual(t, explained, 3)
			})
		}
	}
}

// literals returns arguments in the form that postgresPlan writes.
func literals(args []driver.NamedValue) []driver.NamedValue {
	args = slices.Clone(args)
	for i := range args {
		if at, ok := args[i].Value.(time.Time); ok {
			args[i].Value = at.Format(time.RFC3339Nano)
		}
	}
	return args
}

// TestTableDays shows that a column of type date works as a creation time or is an error, and never
// a list with missing rows: the driver of PostgreSQL shortens a value that is compared with a date
// to its day.
func TestTableDays(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		e     engine
		typ   string
		as    string // the form that the table states for it
		wrong bool
	}{
		{postgres, "date", "", true}, {postgres, "day", "", true}, {postgres, "date", "CAST(started AS timestamp) AT TIME ZONE 'UTC'", false},
		{postgres, "timestamptz", "CAST(started AS date)", true}, {postgres, "timestamp", "", false}, {mariadb, "date", "", false},
	} {
		t.Run(fmt.Sprint(c.e, " ", c.typ, " ", c.as), func(t *testing.T) {
			o := newOddTable(t, c.e, "varchar(20)", "varchar(20)", "varchar(20)")
			if c.typ == "day" {
				o.exec(t, "CREATE DOMAIN day AS date")
			}
			o.exec(t, "ALTER TABLE odd DROP COLUMN started")
			o.exec(t, "ALTER TABLE odd ADD COLUMN started "+c.typ)
			var want []string
			for i := range 40 {
				o.insert(t, "acme", fmt.Sprint("s", 100+i), day.AddDate(0, 0, i/4))
				want = append([]string{fmt.Sprint("s", 100+i)}, want...)
			}
			table := o.table(asIs, asIs, ofDriver)
			created := filter.Col("started")
			if c.as != "" {
				created = filter.Expr(c.as)
			}
			table.Columns.Fields[sessions.FieldCreatedAt] = created
			b := tablestore.New(o.db, dialects[c.e], table)
			if c.wrong {
				for range 2 {
					_, err := b.List(t.Context(), store.Selection{Company: "acme", Limit: 3})
					require.ErrorIs(t, err, tablestore.ErrTable)
					require.ErrorContains(t, err, "created_at is of type date")
				}
				_, err := b.Count(t.Context(), store.Selection{Company: "acme", Limit: 3})
				require.ErrorIs(t, err, tablestore.ErrTable)
				_, err = b.Get(t.Context(), "acme", "s100")
				require.ErrorIs(t, err, tablestore.ErrTable)
				return
			}
			require.Equal(t, want, requireSame(t, b, "acme", filter.Filter{}))
			noon := filter.Between(sessions.FieldCreatedAt, day.Add(12*time.Hour), day.Add(60*time.Hour))
			require.Equal(t, want[28:36], requireSame(t, b, "acme", noon))
			require.Len(t, requireSame(t, b, "acme", filter.Not(noon)), 32)

			table.Columns.Fields[sessions.FieldCompletedAt] = filter.Expr("CAST(started AS date)")
			_, err := tablestore.New(o.db, dialects[c.e], table).Get(t.Context(), "acme", "s100")
			if c.e == postgres {
				require.ErrorContains(t, err, "completed_at is of type date")
			} else {
				require.NoError(t, err)
			}
		})
	}
}

// TestTableTexts shows that instants as numbers in a column of texts, which sort otherwise, are an
// error and never a list with missing rows; and that a cast, or a column without a type, are right.
func TestTableTexts(t *testing.T) {
	moments := []int64{1, 999, 10_000, 999_999_999, 1_000_000_000, 10_000_000_000}
	units := map[string]func(filter.Column) filter.Column{"Unix": filter.Column.Unix, "UnixMilli": filter.Column.UnixMilli, "UnixMicro": filter.Column.UnixMicro}
	for _, c := range []struct {
		e     engine
		typ   string
		as    string // an expression in place of the column
		wrong bool
	}{
		{sqlite, "TEXT", "", true}, {sqlite, "varchar(20)", "", true}, {sqlite, "CLOB", "", true}, {sqlite, "NCHAR(9)", "", true},
		{sqlite, "TEXT", "CAST(started AS INTEGER)", false}, {sqlite, "", "", false}, {sqlite, "BIGINT", "", false}, {sqlite, "NUMERIC", "", false},
		{mariadb, "VARCHAR(20)", "", true}, {mariadb, "TEXT", "", true}, {mariadb, "CHAR(20)", "", true},
		{mariadb, "VARCHAR(20)", "CAST(started AS SIGNED)", false}, {mariadb, "BIGINT", "", false},
		{postgres, "text", "", true}, {postgres, "varchar(20)", "", true}, {postgres, "text", "CAST(started AS bigint)", false},
	} {
		t.Run(fmt.Sprint(c.e, " ", c.typ, " ", c.as), func(t *testing.T) {
			t.Parallel()
			o := newOddTable(t, c.e, "varchar(20)", "varchar(20)", c.typ)
			var want []string
			for i, at := range moments {
				if c.typ == "" { // it keeps integers if it gets integers
					o.insert(t, "acme", fmt.Sprint("s", i), at)
				} else {
					o.insert(t, "acme", fmt.Sprint("s", i), fmt.Sprint(at))
				}
				want = append([]string{fmt.Sprint("s", i)}, want...)
			}
			for name, unit := range units {
				read := func(v any) time.Time {
					n, err := strconv.ParseInt(asText(v), 10, 64)
					require.NoError(t, err)
					return map[string]time.Time{"Unix": time.Unix(n, 0), "UnixMilli": time.UnixMilli(n), "UnixMicro": time.UnixMicro(n)}[name].UTC()
				}
				table := o.table(asIs, unit, read)
				if c.as != "" {
					table.Columns.Fields[sessions.FieldCreatedAt] = unit(filter.Expr(c.as))
				}
				b := tablestore.New(o.db, dialects[c.e], table)
				if c.wrong {
					_, err := b.List(t.Context(), store.Selection{Company: "acme", Limit: 3})
					require.ErrorIs(t, err, tablestore.ErrTable, name)
					require.ErrorContains(t, err, "created_at is of type")
					continue
				}
				require.Equal(t, want, requireSame(t, b, "acme", filter.Filter{}), name)
			}
		})
	}
}

// TestTableForms shows that a column whose values compare otherwise than its description states is
// an error and never a list with missing rows, also where no type is declared, and that the same
// values under the right description are listed.
func TestTableForms(t *testing.T) {
	const layout, digits = "2006-01-02T15:04:05.000000Z", "20060102150405"
	moment := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	milli, text, number := fmt.Sprint(moment.UnixMilli()), moment.Format(layout), moment.Format(digits)
	utc := func(layout string) func(filter.Column) filter.Column {
		return func(c filter.Column) filter.Column { return c.UTCText(layout) }
	}
	for _, c := range []struct {
		e     engine
		typ   string
		value any
		form  func(filter.Column) filter.Column
		from  string // in place of the table
		wrong bool
	}{
		{sqlite, "", milli, filter.Column.UnixMilli, "", true}, {sqlite, "BLOB", []byte(milli), filter.Column.UnixMilli, "", true},
		{sqlite, "INTEGER", milli, filter.Column.UnixMilli, "(SELECT tenant, person, uid, CAST(started AS TEXT) AS started FROM odd) odd", true},
		{sqlite, "INTEGER", milli, filter.Column.UnixMilli, "(SELECT tenant, person, uid, started || '' AS started FROM odd) odd", true},
		{sqlite, "INTEGER", milli, filter.Column.UnixMilli, "(SELECT tenant, person, uid, started + 0 AS started FROM odd) odd -- sum", false},
		{sqlite, "INTEGER", milli, utc(layout), "", true}, {sqlite, "", []byte(text), utc(layout), "", true}, {sqlite, "REAL", milli, utc(layout), "", true},
		{sqlite, "INTEGER", number, utc(digits), "", false}, {sqlite, "STRING", number, utc(digits), "", false},
		{sqlite, "INTEGER", text, utc(layout), "", false}, {sqlite, "STRING", text, utc(layout), "", false}, {sqlite, "", text, utc(layout), "", false},
		{sqlite, "STRING", milli, filter.Column.UnixMilli, "", false}, {sqlite, "REAL", milli, filter.Column.UnixMilli, "", false},
		{mariadb, "BIGINT", milli, asIs, "", true}, {mariadb, "BIGINT", milli, utc(layout), "", true}, {mariadb, "DECIMAL(20)", milli, asIs, "", true},
		{mariadb, "DATETIME(6)", moment, filter.Column.UnixMilli, "", true}, {mariadb, "TIMESTAMP(6) NULL", moment, filter.Column.Unix, "", true},
		{mariadb, "VARBINARY(20)", milli, filter.Column.UnixMilli, "", true}, {mariadb, "BLOB", milli, filter.Column.UnixMilli, "", true},
		{mariadb, "ENUM('" + milli + "')", milli, filter.Column.UnixMilli, "", true}, {mariadb, "TIME", "12:00:00", asIs, "", true},
		{mariadb, "DECIMAL(20)", milli, filter.Column.UnixMilli, "", false}, {mariadb, "DOUBLE", milli, filter.Column.UnixMilli, "", false},
		{mariadb, "BIGINT UNSIGNED", milli, filter.Column.UnixMilli, "", false}, {mariadb, "BIGINT", number, utc(digits), "", false},
		{mariadb, "VARBINARY(40)", text, utc(layout), "", false}, {mariadb, "DATETIME(6)", moment, utc("2006-01-02 15:04:05.000000"), "", false},
		{mariadb, "BIGINT", milli, asIs, "(SELECT tenant, person, uid, FROM_UNIXTIME(started / 1000) AS started FROM odd) odd", false},
		{mariadb, "DATETIME(6)", moment, asIs, "(SELECT tenant, person, uid, COALESCE(started, NOW(6)) AS started FROM odd) odd", false},
		{mariadb, "DATETIME(6)", moment, filter.Column.Unix, "(SELECT tenant, person, uid, UNIX_TIMESTAMP(started) AS started FROM odd) odd", false},
	} {
		t.Run(fmt.Sprint(c.e, " ", c.typ, " ", c.from), func(t *testing.T) {
			t.Parallel()
			o := newOddTable(t, c.e, "varchar(20)", "varchar(20)", c.typ)
			if c.e == mariadb {
				o.exec(t, "SET time_zone = '+00:00'")
			}
			table := o.table(asIs, c.form, func(any) time.Time { return moment })
			if c.from != "" {
				table.From = c.from
			}
			o.insert(t, "acme", "none", nil)
			o.insert(t, "acme", "s", c.value)
			b := tablestore.New(o.db, dialects[c.e], table)
			if c.wrong {
				_, err := b.List(t.Context(), store.Selection{Company: "acme", Limit: 3})
				require.ErrorIs(t, err, tablestore.ErrTable)
				require.ErrorContains(t, err, "created_at is of type")
				return
			}
			day := filter.Between(sessions.FieldCreatedAt, moment.Add(-time.Hour), moment.Add(time.Hour))
			require.Equal(t, []string{"s"}, requireSame(t, b, "acme", day))
			require.Empty(t, requireSame(t, b, "acme", filter.Between(sessions.FieldCreatedAt, moment.Add(time.Hour), moment.Add(2*time.Hour))))
		})
	}
}

// asText returns a scanned value as a text.
func asText(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(v)
}

// TestTableDisagrees shows that a table that does not agree with its description is an error, and
// never a wrong page.
func TestTableDisagrees(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			tableDisagrees(t, e)
		})
	}
}

func tableDisagrees(t *testing.T, e engine) {
	moment := time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC)
	o := newOddTable(t, e, "varchar(20)", "varchar(20)", "bigint")
	for i := range 5 {
		o.insert(t, "acme", fmt.Sprint("s", i), moment.Add(time.Duration(i)*time.Hour).UnixMilli())
	}
	whole := o.table(asIs, filter.Column.UnixMilli, unixMilli)
	for name, spoil := range map[string]func(*tablestore.Table){
		"a join that multiplies": func(t *tablestore.Table) { t.From = "odd CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2) twice" },
		"seconds cut off": func(t *tablestore.Table) {
			*t = o.table(asIs, filter.Column.UnixMilli, func(v any) time.Time { return unixMilli(v).Truncate(24 * time.Hour) })
		},
		"another zone": func(t *tablestore.Table) {
			*t = o.table(asIs, filter.Column.UnixMilli, func(v any) time.Time { return unixMilli(v).Add(4 * time.Hour) })
		},
		"no ID": func(t *tablestore.Table) {
			t.Scan = func(rows *sql.Rows) (*sessions.Session, error) {
				s, err := whole.Scan(rows)
				s.ID = ""
				return s, err
			}
		},
		"no time": func(t *tablestore.Table) {
			*t = o.table(asIs, filter.Column.UnixMilli, func(any) time.Time { return time.Time{} })
		},
	} {
		t.Run(name, func(t *testing.T) {
			table := whole
			spoil(&table)
			b := tablestore.New(o.db, dialects[e], table)
			first := filter.Between(sessions.FieldCreatedAt, moment, moment.Add(3*time.Hour))
			_, err := b.List(t.Context(), store.Selection{Company: "acme", Filter: first, Limit: 10})
			require.ErrorIs(t, err, tablestore.ErrTable)
			require.NotContains(t, err.Error(), "s0")
			_, err = b.Get(t.Context(), "acme", "s0")
			if name == "a join that multiplies" || name == "no time" || name == "no ID" {
				require.ErrorIs(t, err, tablestore.ErrTable)
			}
			if name != "a join that multiplies" {
				return
			}
			err = b.Stream(t.Context(), store.Selection{Company: "acme"}, func(*sessions.Session) error { return nil })
			require.ErrorIs(t, err, tablestore.ErrTable)
		})
	}
	// Of a second, in a clock that is described without them.
	t.Run("fractions", func(t *testing.T) {
		const layout = "2006-01-02 15:04:05"
		at, err := time.Parse(layout, "2026-03-01 12:00:00.5") // Go reads this
		require.NoError(t, err)
		for name, column := range map[string]filter.Column{
			"numbers": filter.Expr("1772366400.5 + (started - started)").Unix(),
			"texts":   filter.Expr("substr('2026-03-01 12:00:00.5', 1)").UTCText(layout),
		} {
			table := o.table(asIs, asIs, func(any) time.Time { return at })
			table.Columns.Fields[sessions.FieldCreatedAt] = column
			_, err := tablestore.New(o.db, dialects[e], table).List(t.Context(), store.Selection{Company: "acme", Limit: 10})
			require.ErrorIs(t, err, tablestore.ErrTable, name)
			require.ErrorContains(t, err, "fractions", name)
		}
	})
	t.Run("deleted rows", func(t *testing.T) {
		table := whole
		table.From = "(SELECT * FROM odd WHERE uid <> 's3') odd"
		require.Equal(t, []string{"s4", "s2", "s1", "s0"}, requireSame(t, tablestore.New(o.db, dialects[e], table), "acme", filter.Filter{}))
	})
	t.Run("comments", func(t *testing.T) {
		table := whole
		table.Select += " -- three"
		table.From += " -- of all companies"
		b := tablestore.New(o.db, dialects[e], table)
		require.Len(t, requireSame(t, b, "acme", filter.Filter{}), 5)
		require.Empty(t, requireSame(t, b, "other", filter.Filter{}))
		_, err := b.Get(t.Context(), "other", "s0")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
	t.Run("a view", func(t *testing.T) {
		o.exec(t, "CREATE VIEW checked AS SELECT * FROM odd WHERE uid <> 's0'")
		table := whole
		table.From = "checked"
		require.Equal(t, []string{"s4", "s3", "s2", "s1"}, requireSame(t, tablestore.New(o.db, dialects[e], table), "acme", filter.Filter{}))
	})
}
