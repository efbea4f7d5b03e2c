package enginetest

import (
	"database/sql"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// further is a column of both tables: with a type that compares bytewise in the first one, and with
// the type that a host may use in the second.
type further struct {
	field          sessions.Field
	bytewise, host string // types; $ is the table's type of texts
	value          func(s *sessions.Session) any
	column         func(c filter.Column) filter.Column // the column of the first table
	// The column of the second table; nil: the same.
	hostColumn func(c filter.Column) filter.Column
	hostValue  func(s *sessions.Session) any // nil: value, and NULL for an empty one
}

// code is a host's own type of codes.
type code string

// furtherColumns are the columns of fields for which the tables have no column otherwise.
func furtherColumns(e engine) []further {
	plain := func(c filter.Column) filter.Column { return c }
	micros := func(t time.Time) any { return nullable(t.UnixMicro(), !t.IsZero()) }
	known := func(t sessions.Text) any { return nullable(t.Value(), t.State() == sessions.Known) }
	number := map[string][]any{"unknown": {0}, "not_checked": {0}, "passed": {1}, "valid": {1}, "not_passed": {2}, "invalid": {2}, "false": {0}, "true": {1}}
	numbered := func(c filter.Column) filter.Column { return filter.Enum(c.NotNull(), number) }
	latin, narrow, folding, whole := "$", "$", "$", "$"
	switch e {
	case mariadb:
		latin, narrow = "VARCHAR(400) CHARACTER SET latin1", "VARCHAR(400) CHARACTER SET utf8mb3"
		folding, whole = "VARCHAR(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", "BIGINT"
	case sqlite:
		folding, whole = "TEXT COLLATE NOCASE", "INTEGER"
	case postgres:
		whole = "BIGINT"
	}
	wholeOf := func(name string) func(filter.Column) filter.Column {
		if e == postgres { // PostgreSQL refuses to compare numbers with texts
			return func(filter.Column) filter.Column { return filter.Expr("CAST(t." + name + " AS text)") }
		}
		return plain
	}
	const layout = "2006-01-02T15:04:05.000000Z"
	written := func(c filter.Column) filter.Column { return c.UTCText(layout) }
	decided := func(s *sessions.Session) any {
		if s.DecidedAt.IsZero() {
			return ""
		}
		return s.DecidedAt.Format(layout)
	}
	codes := func(c filter.Column) filter.Column {
		return filter.Enum(c, map[string][]any{
			"unknown": {(*string)(nil)}, "passed": {sql.NullString{String: "y", Valid: true}, "yes"}, "not_passed": {code("Y ")},
		})
	}
	return []further{
		{sessions.FieldID, "", "", nil, plain, nil, nil},
		{sessions.FieldPartner, "$", folding, func(s *sessions.Session) any { return s.Partner }, plain, nil, nil},
		{sessions.FieldAttempt, "INT", "INT", func(s *sessions.Session) any { return s.Attempt }, plain, nil, func(s *sessions.Session) any { return nullable(s.Attempt, s.Attempt > 0) }},
		{sessions.FieldCompletedAt, "BIGINT", "BIGINT", func(s *sessions.Session) any { return micros(s.CompletedAt) }, filter.Column.UnixMicro, nil, nil},
		{sessions.FieldDecidedAt, "BIGINT", "$", func(s *sessions.Session) any { return micros(s.DecidedAt) }, filter.Column.UnixMicro, written, decided},
		{sessions.FieldFirstName, "$", "$", func(s *sessions.Session) any { return known(s.FirstName) }, plain, nil, nil},
		{sessions.FieldLastName, "$", folding, func(s *sessions.Session) any { return known(s.LastName) }, plain, nil, nil},
		{sessions.FieldDocumentNumber, "$", "$", func(s *sessions.Session) any { return known(s.DocumentNumber) }, plain, nil, nil},
		{sessions.FieldNationality, "$", folding, func(s *sessions.Session) any { return known(s.Nationality) }, plain, nil, nil},
		{sessions.FieldBirthDate, "$", "$", func(s *sessions.Session) any { return s.BirthDate.String() }, filter.Column.NotNull, plain, nil},
		{sessions.FieldExpirationDate, "$", "$", func(s *sessions.Session) any { return s.ExpirationDate.String() }, filter.Column.NotNull, plain, nil},
		{sessions.FieldSex, "$", "$", func(s *sessions.Session) any { return string(s.Sex) }, plain, nil, nil},
		{sessions.FieldDocumentPresented, "SMALLINT", "BOOLEAN", func(s *sessions.Session) any { return map[bool]int{true: 1}[s.DocumentPresented] }, numbered, plain, func(s *sessions.Session) any { return nullable(true, s.DocumentPresented) }},
		{sessions.FieldDocumentValidity, "SMALLINT", "$", func(s *sessions.Session) any { return int(s.DocumentValidity) }, numbered, plain, func(s *sessions.Session) any {
			return []any{[]any{nil, "", "not_checked"}[s.Attempt%3], "valid", "invalid"}[s.DocumentValidity]
		}},
		{sessions.FieldLiveness, "SMALLINT", folding, func(s *sessions.Session) any { return int(s.Liveness) }, numbered, codes, func(s *sessions.Session) any {
			return []any{nil, "y", "Y "}[s.Liveness]
		}},
		{sessions.FieldAcceptanceLevel, "SMALLINT", "SMALLINT", func(s *sessions.Session) any { return int(s.Match.Acceptance) }, plain, nil, nil},
		{sessions.FieldSelfie, "$", "$", func(s *sessions.Session) any { return s.Selfie }, plain, nil, nil},
		{sessions.FieldClientIP, "$", whole, func(s *sessions.Session) any { return s.ClientIP }, plain, wholeOf("client_ip"), nil},
		{sessions.FieldDevice, "$", whole, func(s *sessions.Session) any { return string(s.Device) }, plain, wholeOf("device"), nil},
		{sessions.FieldBrowser, "$", folding, func(s *sessions.Session) any { return s.Browser }, plain, nil, nil},
		{sessions.FieldOS, "$", narrow, func(s *sessions.Session) any { return s.OS }, plain, nil, nil},
		{sessions.FieldModel, "$", latin, func(s *sessions.Session) any { return s.Model }, plain, nil, nil},
	}
}

// withFurther returns the table with the further columns.
func withFurther(e engine, table filterTable) filterTable {
	host := table.name == "host"
	all := furtherColumns(e)
	row := table.row
	for _, f := range all {
		name := f.field.String()
		of := f.column
		if host && f.hostColumn != nil {
			of = f.hostColumn
		}
		table.columns.Fields[f.field] = of(filter.Col("t." + name))
		switch {
		case f.value == nil:
		case host:
			table.create += ", " + name + " " + f.host
		default:
			table.create += ", " + name + " " + f.bytewise
		}
	}
	table.create += ")"
	table.row = func(s *sessions.Session) []any {
		cells := row(s)
		for _, f := range all {
			switch {
			case f.value == nil:
			case host && f.hostValue != nil:
				cells = append(cells, f.hostValue(s))
			case host && f.value(s) == "":
				cells = append(cells, nil)
			default:
				cells = append(cells, f.value(s))
			}
		}
		return cells
	}
	return table
}
