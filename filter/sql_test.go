package filter_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	sq "github.com/Masterminds/squirrel"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// ownColumns describes a table with a search key, texts that compare bytewise, and flags as small
// integers.
func ownColumns() filter.Columns {
	flag := func(name string) filter.Column { return filter.Expr(name + " <> 0").NotNull() }
	fields := map[sessions.Field]filter.Column{
		sessions.FieldPersonalNumber: filter.Col("personal_number"), sessions.FieldMatchLevel: filter.Col("match_level"),
		sessions.FieldCreatedAt:   filter.Col("created_at").NotNull().UnixMicro(),
		sessions.FieldCompletedAt: filter.Col("completed_at").UnixMicro(), sessions.FieldDecidedAt: filter.Col("decided_at").UnixMicro(),
		sessions.FieldLiveness: filter.Enum(filter.Col("liveness").NotNull(), map[string][]any{"unknown": {0}, "passed": {1}, "not_passed": {2}}),
	}
	for f := range sessions.AllFields().Minus(sessions.FieldsOf(sessions.FieldCompany, sessions.FieldReasons, sessions.FieldExtra)).All() {
		if _, ok := fields[f]; !ok {
			fields[f] = filter.Col(f.String()).NotNull()
		}
	}
	return filter.Columns{
		Company: filter.Col("company").NotNull(),
		Fields:  fields,
		Reasons: map[sessions.Reason]filter.Column{
			sessions.DigitalSpoof: flag("digital_spoof"), sessions.NotFullID: flag("not_full_id"), sessions.LowFAR: flag("low_far"),
		},
		OtherReason: func(r sessions.Reason) filter.Column {
			return filter.Expr("reasons LIKE ?", "%,"+string(r)+",%").NotNull()
		},
		ExtraJSON:       filter.Col("extra"),
		SearchKey:       filter.Col("search_key").NotNull(),
		BinaryCollation: true,
	}
}

// hostColumns describes a table of another form: nullable, with its own codes, and without a search
// key.
func hostColumns() filter.Columns {
	return filter.Columns{
		Company: filter.Col("k.tenant"),
		Fields: map[sessions.Field]filter.Column{
			sessions.FieldStatus: filter.Enum(filter.Col("k.state"), map[sessions.Status][]any{
				sessions.Success: {1, 2}, sessions.Failed: {3}, sessions.Pending: {0, nil},
			}),
			sessions.FieldDocumentType: filter.Enum(filter.Col("k.doc"), map[sessions.DocumentType][]any{
				sessions.Passport: {"P"}, sessions.IDCard: {"ID", "I"},
			}),
			sessions.FieldCreatedAt:      filter.Col("k.created"),
			sessions.FieldPersonalNumber: filter.Expr("trim(k.pn)"),
			sessions.FieldMatchLevel:     filter.Col("k.level"),
			sessions.FieldBirthDate:      filter.Col("k.born"),
			sessions.FieldDevice:         filter.Col("k.device"),
		},
		Reasons: map[sessions.Reason]filter.Column{sessions.LowFAR: filter.Col("k.low")},
		Extra:   map[string]filter.Column{"phone": filter.Col("k.phone")},
	}
}

func TestSQLGolden(t *testing.T) {
	t.Parallel()
	micro := func(text string) int64 {
		at, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return at.UnixMicro()
	}
	for _, c := range []struct {
		text   string
		negate bool
		own    string // PostgreSQL, own columns
		args   []any  // after the company
	}{
		{text: "everything", own: ""},
		{text: "nothing", own: " AND (1 = 0)"},
		{text: "search()", own: " AND (1 = 0)"},
		{text: "not(search())", own: " AND (1 = 1)"},
		{text: "status(failed)", own: " AND status = ?", args: []any{"failed"}},
		{text: "not(status(failed))", own: " AND status <> ?", args: []any{"failed"}},
		{text: "status(failed,success)", own: " AND status IN (?, ?)", args: []any{"failed", "success"}},
		{text: `document_type(none,passport)`, own: " AND document_type IN (?, ?)", args: []any{"", "passport"}},
		{text: "match_level(4)", own: " AND (match_level IS NOT NULL AND match_level = ?)", args: []any{int64(4)}},
		{text: "not(match_level(4,5))", own: " AND (match_level IS NULL OR match_level NOT IN (?, ?))", args: []any{int64(4), int64(5)}},
		{text: "match_level(none)", own: " AND (match_level IS NULL)"},
		{text: "not(match_level(none,0))", own: " AND (match_level IS NOT NULL AND match_level <> ?)", args: []any{int64(0)}},
		{
			text: "failed_for(digital_spoof,liveness_failed,low_far,level=4)",
			own:  " AND (status = ? AND ((digital_spoof <> 0) OR (reasons LIKE ?) OR ((low_far <> 0) AND (match_level IS NOT NULL AND match_level = ?))))",
			args: []any{"failed", "%,liveness_failed,%", int64(4)},
		},
		{
			text: "not(failed_for(low_far,not_full_id))",
			own:  " AND (status <> ? OR (NOT (low_far <> 0) AND NOT (not_full_id <> 0)))", args: []any{"failed"},
		},
		{
			text: "created_at(from=2026-01-01,to=2026-01-31,zone=Asia/Tbilisi)",
			own:  " AND (created_at >= ? AND created_at < ?)", args: []any{micro("2026-01-01T00:00:00+04:00"), micro("2026-02-01T00:00:00+04:00")},
		},
		{text: "not(created_at(to=2026-03-29,zone=Europe/Berlin))", own: " AND (created_at >= ?)", args: []any{micro("2026-03-30T00:00:00+02:00")}},
		{
			text: "created_at(from=0001-01-02,to=9999-12-31,zone=UTC)", own: " AND (created_at >= ? AND created_at < ?)",
			args: []any{micro("1000-01-01T00:00:00Z"), micro("9999-01-01T00:00:00Z")},
		},
		{text: "created_at(from=0001-01-01,zone=UTC)", own: " AND (1 = 1)"},
		{text: "subject(a)", own: " AND subject = ?", args: []any{"a"}},
		{text: "not(personal_number(010))", own: " AND (personal_number IS NULL OR personal_number <> ?)", args: []any{"010"}},
		{
			text: `extra(phone,"1 2")`,
			own:  " AND ((CAST(extra AS jsonb) ->> CAST(? AS text)) IS NOT NULL AND (CAST(extra AS jsonb) ->> CAST(? AS text)) = ?)",
			args: []any{"phone", "phone", "1 2"},
		},
		{text: "search(gior,0100)", own: " AND (strpos(search_key, ?) > 0 AND (strpos(search_key, ?) > 0 OR strpos(search_key, ?) > 0))", args: []any{" gior", " 0100", " gior0100"}},
		{
			text: `search("müller")`,
			own:  " AND ((strpos(search_key, ?) > 0 OR strpos(search_key, ?) > 0 OR strpos(search_key, ?) > 0))",
			args: []any{"F mueller", "L mueller", " muller"},
		},
		{
			text: "not(search(gior,in=first_name,in=last_name))",
			own:  " AND ((strpos(search_key, ?) = 0 AND strpos(search_key, ?) = 0))", args: []any{"F gior", "L gior"},
		},
		{
			text: "all(status(failed),any(subject(a),not(all(document_type(passport),search(y)))))",
			own:  " AND status = ? AND (subject = ? OR (document_type <> ? OR (strpos(search_key, ?) = 0)))",
			args: []any{"failed", "a", "passport", " y"},
		},
	} {
		f, err := filter.Parse(c.text)
		require.NoError(t, err, c.text)
		sql, args, err := filter.SQL("acme", f, filter.Postgres, ownColumns()).ToSql()
		require.NoError(t, err, c.text)
		require.Equal(t, "(company = ?"+c.own+")", sql, c.text)
		require.Equal(t, append([]any{"acme"}, c.args...), args, c.text)
	}
}

func TestSQLOfDialects(t *testing.T) {
	t.Parallel()
	own, host, loose := ownColumns(), hostColumns(), ownColumns()
	loose.BinaryCollation = false
	for _, c := range []struct {
		why     string
		text    string
		dialect filter.Dialect
		columns filter.Columns
		sql     string
		args    []any
	}{
		{"search", "search(y)", filter.MariaDB, own, "(company = ? AND (LOCATE(?, search_key) > 0))", []any{"acme", " y"}},
		{"search", "search(y)", filter.SQLite, own, "(company = ? AND (instr(search_key, ?) > 0))", []any{"acme", " y"}},
		{
			"JSON", `extra("a\"\\b",v)`, filter.MariaDB, own,
			"(company = ? AND (CAST(COALESCE(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(extra USING utf8mb4), ?)), JSON_VALUE(CONVERT(extra USING utf8mb4), ?)) AS BINARY) IS NOT NULL" +
				" AND CAST(COALESCE(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(extra USING utf8mb4), ?)), JSON_VALUE(CONVERT(extra USING utf8mb4), ?)) AS BINARY) = ?))",
			[]any{"acme", `$."a\"\\b"`, `$."a\"\\b"`, `$."a\"\\b"`, `$."a\"\\b"`, "v"},
		},
		{
			"JSON", "not(extra(a,v))", filter.SQLite, own,
			"(company = ? AND ((SELECT sk_extra.value FROM json_each(extra) AS sk_extra WHERE sk_extra.key = ?) IS NULL OR (SELECT sk_extra.value FROM json_each(extra) AS sk_extra WHERE sk_extra.key = ?) <> ?))",
			[]any{"acme", "a", "a", "v"},
		},
		{
			"texts that may not compare bytewise", "all(not(status(failed)),search(y))", filter.MariaDB, loose,
			"((company = ? AND CAST(CONVERT(company USING utf8mb4) AS BINARY) = ?) AND CAST(CONVERT(status USING utf8mb4) AS BINARY) <> ? AND (LOCATE(?, CAST(CONVERT(search_key USING utf8mb4) AS BINARY)) > 0))",
			[]any{"acme", "acme", "failed", " y"},
		},
		{
			"texts that may not compare bytewise", "not(status(failed))", filter.SQLite, loose,
			"((company = ? AND CAST(company AS TEXT) COLLATE BINARY = ?) AND CAST(status AS TEXT) COLLATE BINARY <> ?)", []any{"acme", "acme", "failed"},
		},
		{
			"a host's codes, one of which is NULL", "status(pending,success)", filter.Postgres, host,
			"((k.tenant IS NOT NULL AND (CAST(k.tenant AS text) = ? AND COALESCE(CAST(k.tenant AS text) COLLATE \"C\" = ?, FALSE))) AND (k.state IS NULL OR k.state IN (?, ?, ?)))", []any{"acme", "acme", int64(0), int64(1), int64(2)},
		},
		{
			"a host's codes, no document", `not(document_type(none,passport))`, filter.Postgres, host,
			"((k.tenant IS NOT NULL AND (CAST(k.tenant AS text) = ? AND COALESCE(CAST(k.tenant AS text) COLLATE \"C\" = ?, FALSE))) AND (k.doc IS NOT NULL AND k.doc <> ?))", []any{"acme", "acme", "P"},
		},
		{
			"a nullable flag", "not(failed_for(low_far,level=4))", filter.Postgres, host,
			"((k.tenant IS NOT NULL AND (CAST(k.tenant AS text) = ? AND COALESCE(CAST(k.tenant AS text) COLLATE \"C\" = ?, FALSE))) AND ((k.state IS NULL OR k.state <> ?) OR (((k.low IS NOT TRUE) OR (k.level IS NULL OR k.level <> ?)))))",
			nil,
		},
		{
			"a nullable flag", "failed_for(low_far)", filter.MariaDB, host,
			"((k.tenant IS NOT NULL AND (k.tenant = ? AND CAST(CONVERT(k.tenant USING utf8mb4) AS BINARY) = ?)) AND ((k.state IS NOT NULL AND k.state = ?) AND ((k.low IS TRUE))))",
			[]any{"acme", "acme", int64(3)},
		},
		{
			"instants", "not(created_at(since=2026-01-01T00:00:00Z,before=2026-01-02T00:00:00Z))", filter.Postgres, host,
			"((k.tenant IS NOT NULL AND (CAST(k.tenant AS text) = ? AND COALESCE(CAST(k.tenant AS text) COLLATE \"C\" = ?, FALSE))) AND (k.created IS NULL OR k.created < ? OR k.created >= ?))",
			[]any{"acme", "acme", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)},
		},
		{
			"a host's expression, a host's column for a key", "all(extra(phone,1),personal_number(010))", filter.Postgres, host,
			"((k.tenant IS NOT NULL AND (CAST(k.tenant AS text) = ? AND COALESCE(CAST(k.tenant AS text) COLLATE \"C\" = ?, FALSE))) AND ((trim(k.pn)) IS NOT NULL AND (CAST((trim(k.pn)) AS text) = ? AND COALESCE(CAST((trim(k.pn)) AS text) COLLATE \"C\" = ?, FALSE))) AND (k.phone IS NOT NULL AND (CAST(k.phone AS text) = ? AND COALESCE(CAST(k.phone AS text) COLLATE \"C\" = ?, FALSE))))",
			[]any{"acme", "acme", "010", "010", "1", "1"},
		},
	} {
		f, err := filter.Parse(c.text)
		require.NoError(t, err, c.text)
		sql, args, err := filter.SQL("acme", f, c.dialect, c.columns).ToSql()
		require.NoError(t, err, c.why)
		require.Equal(t, c.sql, sql, c.why)
		require.Len(t, args, strings.Count(sql, "?"), c.why)
		if c.args != nil {
			require.Equal(t, c.args, args, c.why)
		}
	}
}

func TestUTCText(t *testing.T) {
	t.Parallel()
	columns := ownColumns()
	at := filter.Between(sessions.FieldCreatedAt, time.Date(2026, 1, 1, 12, 0, 0, 1000, zone(t, "Asia/Tbilisi")), time.Time{})
	for layout, want := range map[string]any{
		"2006-01-02T15:04:05.000000Z": "2026-01-01T08:00:00.000001Z",
		"2006-01-02 15:04:05.000":     "2026-01-01 08:00:00.001",
		"2006-01-02 15:04:05":         "2026-01-01 08:00:01",
		"2006-01-02 15:04":            nil,
		"2006-01-02 15:04:05.999999":  nil,
		"":                            nil,
		// Texts that do not sort as instants do.
		"02.01.2006 15:04:05": nil, "2006-02-01 15:04:05": nil, "2006-1-2 15:04:05": nil, "2006-Jan-02 15:04:05": nil,
		"06-01-02 15:04:05": nil, "2006-01-02 03:04:05 PM": nil, "15:04:05 2006-01-02": nil, time.RFC1123: nil, time.RFC3339Nano: nil,
		"2006-01-02 05:04:15": nil, "2006-01-02 15:05:04": nil, "2006-01 15:04:05": nil, "2006-01-02 04:05": nil, "2006-02 15:04:05": nil,
		time.RFC3339: "2026-01-01T08:00:01Z", "20060102150405": "20260101080001",
	} {
		columns.Fields[sessions.FieldCreatedAt] = filter.Col("created_at").UTCText(layout)
		_, args, err := filter.SQL("acme", at, filter.SQLite, columns).ToSql()
		if want == nil {
			require.ErrorIs(t, err, filter.ErrColumn, layout)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, []any{"acme", want}, args, layout)
	}
}

func TestHolds(t *testing.T) {
	t.Parallel()
	second := time.Date(1969, 12, 31, 23, 59, 58, 0, time.UTC)
	col := filter.Col("at")
	for name, c := range map[string]struct {
		column filter.Column
		holds  []time.Duration
		not    []time.Duration
	}{
		"seconds":           {col.Unix(), []time.Duration{0, time.Minute}, []time.Duration{time.Microsecond, time.Second / 2}},
		"milliseconds":      {col.UnixMilli(), []time.Duration{0, time.Millisecond}, []time.Duration{time.Microsecond}},
		"microseconds":      {col.UnixMicro(), []time.Duration{0, time.Microsecond}, nil},
		"the engine's type": {col, []time.Duration{0, time.Microsecond}, nil},
		"texts of seconds":  {col.UTCText("2006-01-02 15:04:05"), []time.Duration{0, time.Hour}, []time.Duration{time.Microsecond, time.Millisecond}},
		"longer texts":      {col.UTCText("2006-01-02 15:04:05.000"), []time.Duration{0, time.Millisecond}, []time.Duration{time.Microsecond}},
		"no column":         {filter.Column{}, []time.Duration{0, time.Microsecond}, nil},
	} {
		for _, d := range c.holds {
			require.True(t, c.column.Holds(second.Add(d).In(zone(t, "Asia/Tbilisi"))), "%s: %s", name, d)
		}
		for _, d := range c.not {
			require.False(t, c.column.Holds(second.Add(d)), "%s: %s", name, d)
		}
	}
}

func TestSQLErrors(t *testing.T) {
	t.Parallel()
	host := hostColumns()
	withCompany := func(c filter.Column) filter.Columns {
		columns := hostColumns()
		columns.Company = c
		return columns
	}
	native := ownColumns()
	native.Fields[sessions.FieldCreatedAt] = filter.Col("created_at")
	// A field that is not an enumeration cannot have codes: its values would be compared without
	// them.
	coded := func(name string) filter.Column {
		return filter.Enum(filter.Col(name), map[string][]any{"3": {"c"}, "acme": {"a"}})
	}
	everyCode := hostColumns()
	for _, f := range []sessions.Field{sessions.FieldMatchLevel, sessions.FieldBirthDate, sessions.FieldCreatedAt} {
		everyCode.Fields[f] = coded("k.code")
	}
	everyCode.Reasons[sessions.LowFAR], everyCode.Extra["phone"], everyCode.SearchKey = coded("k.low"), coded("k.phone"), coded("k.words")
	for _, c := range []struct {
		why     string
		company string
		text    string
		dialect filter.Dialect
		columns filter.Columns
		err     error
		field   sessions.Field
	}{
		{"no company", "", "everything", filter.Postgres, host, filter.ErrNoCompany, 0},
		{"no dialect", "acme", "everything", 0, host, filter.ErrDialect, 0},
		{"no such dialect", "acme", "everything", 9, host, filter.ErrDialect, 0},
		{"no columns", "acme", "everything", filter.Postgres, filter.Columns{}, filter.ErrNoColumn, sessions.FieldCompany},
		{"no search key", "acme", "search(y)", filter.Postgres, host, filter.ErrNoSearchKey, sessions.FieldNone},
		{"no search key, deep down", "acme", "not(any(status(failed),not(search(y))))", filter.Postgres, host, filter.ErrNoSearchKey, sessions.FieldNone},
		{"no column", "acme", "subject(s)", filter.Postgres, host, filter.ErrNoColumn, sessions.FieldSubject},
		{"no key", "acme", "extra(email,x)", filter.Postgres, host, filter.ErrNoColumn, sessions.FieldExtra},
		{"no flag", "acme", "failed_for(digital_spoof)", filter.Postgres, host, filter.ErrNoColumn, sessions.FieldReasons},
		{"no code", "acme", "not(document_type(visa))", filter.Postgres, host, filter.ErrNoValue, sessions.FieldDocumentType},
		{"no identifier", "acme", "everything", filter.Postgres, withCompany(filter.Col("a; drop table b")), filter.ErrColumn, sessions.FieldCompany},
		{"an empty part", "acme", "everything", filter.Postgres, withCompany(filter.Col("a..b")), filter.ErrColumn, sessions.FieldCompany},
		{"four parts", "acme", "everything", filter.Postgres, withCompany(filter.Col("a.b.c.d")), filter.ErrColumn, sessions.FieldCompany},
		{"no name", "acme", "everything", filter.Postgres, withCompany(filter.Col("")), filter.ErrColumn, sessions.FieldCompany},
		{"a question mark", "acme", "everything", filter.Postgres, withCompany(filter.Expr("a ? 'x'")), filter.ErrColumn, sessions.FieldCompany},
		{"no expression", "acme", "everything", filter.Postgres, withCompany(filter.Expr(" ")), filter.ErrColumn, sessions.FieldCompany},
		{"a code of a company", "acme", "everything", filter.MariaDB, withCompany(coded("k.tenant")), filter.ErrColumn, sessions.FieldCompany},
		{"a code of a level", "acme", "match_level(none,3)", filter.MariaDB, everyCode, filter.ErrColumn, sessions.FieldMatchLevel},
		{"a code of levels", "acme", "match_level(at_least=3)", filter.MariaDB, everyCode, filter.ErrColumn, sessions.FieldMatchLevel},
		{"a code of a date", "acme", "birth_date(none)", filter.MariaDB, everyCode, filter.ErrColumn, sessions.FieldBirthDate},
		{"a code of an instant", "acme", "created_at(since=2026-01-01T00:00:00Z)", filter.MariaDB, everyCode, filter.ErrColumn, sessions.FieldCreatedAt},
		{"a code of a reason", "acme", "failed_for(low_far)", filter.MariaDB, everyCode, filter.ErrColumn, sessions.FieldReasons},
		{"a code of an extra field", "acme", "not(extra(phone,x))", filter.MariaDB, everyCode, filter.ErrColumn, sessions.FieldExtra},
		{"a code of a beginning", "acme", "extra_prefix(phone,x)", filter.MariaDB, everyCode, filter.ErrColumn, sessions.FieldExtra},
		{"a code of words", "acme", "search(y)", filter.MariaDB, everyCode, filter.ErrColumn, sessions.FieldNone},
		{"SQLite has no instants", "acme", "created_at(since=2026-01-01T00:00:00Z)", filter.SQLite, native, filter.ErrColumn, sessions.FieldCreatedAt},
	} {
		f, err := filter.Parse(c.text)
		require.NoError(t, err, c.why)
		sql, args, err := filter.SQL(c.company, f, c.dialect, c.columns).ToSql()
		require.ErrorIs(t, err, c.err, c.why)
		require.Empty(t, sql, c.why)
		require.Empty(t, args, c.why)
		var typed *filter.ColumnError
		if !errors.Is(err, filter.ErrNoCompany) && !errors.Is(err, filter.ErrDialect) {
			require.ErrorAs(t, err, &typed, c.why)
			require.Equal(t, c.field, typed.Field, c.why)
		}
	}
	_, _, err := filter.Condition{}.ToSql()
	require.Error(t, err)
}

// TestSQLMeansWhatSquirrelMeans compares a condition with the same one made of squirrel's own
// parts, which write the same comparisons of columns that are never NULL, with more parentheses.
func TestSQLMeansWhatSquirrelMeans(t *testing.T) {
	t.Parallel()
	from, to := time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC).UnixMicro(), time.Date(2026, 2, 28, 20, 0, 0, 0, time.UTC).UnixMicro()
	parts := sq.And{
		sq.Eq{"company": "acme"}, sq.Eq{"status": "failed"}, sq.Eq{"document_type": []string{"id_card", "passport"}},
		sq.And{sq.GtOrEq{"created_at": from}, sq.Lt{"created_at": to}},
		sq.And{
			sq.Eq{"status": "failed"},
			sq.Or{sq.Expr("(digital_spoof <> 0)"), sq.And{sq.Expr("(low_far <> 0)"), sq.And{sq.NotEq{"match_level": nil}, sq.Eq{"match_level": []int64{3, 4}}}}},
		},
		sq.Eq{"subject": "s-1"},
		sq.And{
			sq.Expr("strpos(search_key, ?) > 0", " gior"),
			sq.Or{sq.Expr("strpos(search_key, ?) > 0", " 0100"), sq.Expr("strpos(search_key, ?) > 0", " gior0100")},
		},
	}
	want, wantArgs, err := parts.ToSql()
	require.NoError(t, err)
	sql, args, err := filter.SQL("acme", sixParts(t), filter.Postgres, ownColumns()).ToSql()
	require.NoError(t, err)
	bare := strings.NewReplacer("(", "", ")", "", "IN ?,?", "IN ?, ?")
	require.Equal(t, bare.Replace(strings.ReplaceAll(want, "?,?", "?, ?")), bare.Replace(sql))
	require.Equal(t, wantArgs, args)
}

func TestSQLInsideSquirrel(t *testing.T) {
	t.Parallel()
	f := filter.Or(filter.Status(sessions.Failed), filter.Is(sessions.FieldSubject, "s"))
	sql, args, err := sq.Select("id").From("t").Where("a = '?' OR b = ??").Where(filter.SQL("acme", f, filter.Postgres, ownColumns())).
		Where(sq.Eq{"c": 1}).PlaceholderFormat(filter.Postgres).ToSql()
	require.NoError(t, err)
	require.Equal(t, "SELECT id FROM t WHERE a = '?' OR b = ? AND (company = $1 AND (status = $2 OR subject = $3)) AND c = $4", sql)
	require.Equal(t, []any{"acme", "failed", "s", 1}, args)

	_, _, err = sq.Select("id").From("t").Where(filter.SQL("", f, filter.Postgres, ownColumns())).ToSql()
	require.ErrorIs(t, err, filter.ErrNoCompany)
}

func TestReplacePlaceholders(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                         "",
		"a = ? AND b = ?":          "a = $1 AND b = $2",
		"a = '?' AND b = ?":        "a = '?' AND b = $1",
		`a LIKE'\' AND b = ?`:      `a LIKE'\' AND b = $1`,
		"a$b$c = ? AND d$$ = ?":    "a$b$c = $1 AND d$$ = $2",
		"? -- ?\r ?":               "$1 -- ?\r $2",
		"გ$1$ ? $1$":               "გ$1$ $1 $1$",
		"a = 'it''s ?' AND b = ?":  "a = 'it''s ?' AND b = $1",
		`a = E'\'?' AND b = ?`:     `a = E'\'?' AND b = $1`,
		`a = '\' AND b = ?`:        `a = '\' AND b = $1`,
		`"?" = ?`:                  `"?" = $1`,
		"a ?? 'k' AND b = ?":       "a ? 'k' AND b = $1",
		"? -- ?\n, ?":              "$1 -- ?\n, $2",
		"? /* ? /* ? */ ? */ ?":    "$1 /* ? /* ? */ ? */ $2",
		"$$ ? $$ ?":                "$$ ? $$ $1",
		"$tag$ ? $$ ? $tag$ ?":     "$tag$ ? $$ ? $tag$ $1",
		"a - ? / ?":                "a - $1 / $2",
		"'open ?":                  "'open ?",
		"/* open ?":                "/* open ?",
		"$1 + ? $":                 "$1 + $1 $",
		"გ = ? AND 'გ?' = ?":       "გ = $1 AND 'გ?' = $2",
		`a = E'a''b\'?' AND b = ?`: `a = E'a''b\'?' AND b = $1`,
		"E'a'\n 'b\\'?' = ?":       "E'a'\n 'b\\'?' = $1",
		"E'a' -- ?\n'b\\'?' = ?":   "E'a' -- ?\n'b\\'?' = $1",
		"E'a' 'b\\' = ?":           "E'a' 'b\\' = $1",
		"'a'\n'b\\' = ?":           "'a'\n'b\\' = $1",
		"E'a'/* \n */'b\\' = ?":    "E'a'/* \n */'b\\' = $1",
	} {
		got, err := filter.Postgres.ReplacePlaceholders(in)
		require.NoError(t, err)
		require.Equal(t, want, got)
		for _, d := range []filter.Dialect{filter.MariaDB, filter.SQLite} {
			got, err = d.ReplacePlaceholders(in)
			require.NoError(t, err)
			require.Equal(t, in, got)
		}
	}
	_, err := filter.Dialect(0).ReplacePlaceholders("?")
	require.ErrorIs(t, err, filter.ErrDialect)
}

// TestExprCountsByDialect passes one argument. The statement's dialect decides which characters are
// placeholders.
func TestExprCountsByDialect(t *testing.T) {
	t.Parallel()
	postgres, mariadb, sqlite := filter.Postgres, filter.MariaDB, filter.SQLite
	for sql, fits := range map[string][]filter.Dialect{
		"a = ?":              {postgres, mariadb, sqlite},
		`"a?" = ?`:           {postgres, mariadb, sqlite},
		"`a?` = ?":           {mariadb, sqlite},
		"[a?] = ?":           {sqlite},
		"a[?] = 1":           {postgres, mariadb},
		"a -- ?\n = ?":       {postgres, mariadb, sqlite},
		"a --?\n = ?":        {postgres, sqlite},
		"a - --?":            {mariadb},
		"a # ?\n = ?":        {mariadb},
		"a # ?":              {postgres, sqlite},
		`a = '\' OR b = ?`:   {postgres, sqlite},
		"/* /* ? */ ? /* */": {mariadb, sqlite},
		"$$?$$ = ?":          {postgres},
		"a = ?1":             {postgres, mariadb}, // others report an error themselves
		"a$1 = ?":            {postgres, mariadb, sqlite},
		"'$1:a@a' = ?":       {postgres, mariadb, sqlite},
		"a = ? OR b = $1":    {mariadb},
		"a = ? OR b = $a":    {postgres, mariadb},
		"a = ? OR b = :a":    {postgres, mariadb},
		"a = ? OR b = @a":    {postgres, mariadb},
		"a = ? OR b = #a":    {postgres},
		"a::text = ?":        {postgres, mariadb},
		"a -- \r? \n = ?":    {mariadb, sqlite},
		"a # \r? \n = ?":     {mariadb},
		"a --\x7f? \n = ?":   {postgres, mariadb, sqlite},
		"a /*! = ? */":       {},
		"a = ? /*M!1 + 1 */": {postgres, sqlite},
		"a = ? /*+ ? */":     {postgres, mariadb, sqlite},
		"a ?? 'k' = ?":       {postgres, mariadb, sqlite},
		"a = ? -- the host":  {},
		"a = ? --\n":         {postgres, mariadb, sqlite},
		"a = ? AND b = 'x":   {},
		`a = ? AND b = "x`:   {},
		"a = ? /* the host":  {},
		"a = ? AND b = $$x":  {mariadb},
		"a = ? AND b = [x":   {postgres, mariadb},
	} {
		for _, d := range []filter.Dialect{postgres, mariadb, sqlite} {
			columns := ownColumns()
			columns.Fields[sessions.FieldOS] = filter.Expr(sql, 1)
			_, _, err := filter.SQL("acme", filter.Is(sessions.FieldOS, "x"), d, columns).ToSql()
			if slices.Contains(fits, d) {
				require.NoError(t, err, "%s: %s", d, sql)
			} else {
				require.ErrorIs(t, err, filter.ErrColumn, "%s: %s", d, sql)
			}
		}
	}
}

func TestSQLIsDeterministic(t *testing.T) {
	t.Parallel()
	want := ""
	for range 1000 {
		f := filter.Or(filter.Not(sixParts(t)), filter.Extra("b", "x"), filter.Extra("a", "y", "x"), filter.FailedFor(sessions.SpoofReasons()...))
		sql, _, err := filter.SQL("acme", f, filter.MariaDB, hostWithKey()).ToSql()
		require.NoError(t, err)
		if want == "" {
			want = sql + f.Text() + f.Values().Encode()
		}
		require.Equal(t, want, sql+f.Text()+f.Values().Encode())
	}
}

func hostWithKey() filter.Columns {
	c := ownColumns()
	c.BinaryCollation = false
	return c
}

func TestSplit(t *testing.T) {
	t.Parallel()
	host := hostColumns()
	for text, want := range map[string][2]string{
		"everything":                                        {"everything", "everything"},
		"status(failed)":                                    {"status(failed)", "everything"},
		"search(gio)":                                       {"everything", "search(gio)"},
		"all(status(failed),search(gio))":                   {"status(failed)", "search(gio)"},
		"not(search(gio))":                                  {"everything", "not(search(gio))"},
		"any(status(failed),search(gio))":                   {"everything", "any(status(failed),search(gio))"},
		"not(any(status(failed),search(gio)))":              {"not(status(failed))", "not(any(status(failed),search(gio)))"},
		"any(all(status(failed),search(a)),match_level(1))": {"any(status(failed),match_level(1))", "any(match_level(1),all(status(failed),search(a)))"},
		"all(subject(x),document_type(passport))":           {"document_type(passport)", "subject(x)"},
	} {
		f, err := filter.Parse(text)
		require.NoError(t, err, text)
		inSQL, rest := f.Split(host)
		require.Equal(t, want, [2]string{inSQL.Text(), rest.Text()}, text)
		_, _, err = filter.SQL("acme", inSQL, filter.Postgres, host).ToSql()
		require.NoError(t, err, text)
	}
	inSQL, rest := filter.Status().Split(host)
	require.Error(t, inSQL.Err())
	require.Error(t, rest.Err())

	// A criterion without a column goes to the rest, whatever else is wrong with it.
	mistaken := host
	mistaken.Fields = maps.Clone(host.Fields)
	mistaken.Fields[sessions.FieldMatchLevel] = filter.Expr("?")
	for _, f := range []filter.Filter{
		filter.Or(filter.Status("of no code"), filter.Is(sessions.FieldSubject, "x")), filter.Or(filter.MatchLevel(1), filter.Is(sessions.FieldSubject, "x")),
	} {
		inSQL, rest = f.Split(mistaken)
		require.True(t, inSQL.IsZero(), f.Text())
		require.True(t, rest.Equal(f))
	}
}

func BenchmarkSQL(b *testing.B) {
	f, columns := sixParts(b), ownColumns()
	b.Run("alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := filter.SQL("acme", f, filter.Postgres, columns).ToSql(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("in squirrel.Select", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _, err := sq.Select("id").From("s").Where(filter.SQL("acme", f, filter.Postgres, columns)).PlaceholderFormat(filter.Postgres).ToSql()
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
