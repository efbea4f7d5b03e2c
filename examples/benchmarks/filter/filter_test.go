// Package filter_test compares the cost of a filter of six parts as SQL with that of common query
// builders.
//
//	go -C examples test -run ^$ -bench . ./benchmarks/filter
package filter_test

import (
	"testing"
	"time"

	sq "github.com/Masterminds/squirrel"
	"github.com/doug-martin/goqu/v9"
	_ "github.com/doug-martin/goqu/v9/dialect/postgres"
	"github.com/huandu/go-sqlbuilder"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

var (
	from = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	to   = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)

	columns = filter.Columns{
		BinaryCollation: true,
		Company:         filter.Col("company").NotNull(),
		Fields: map[sessions.Field]filter.Column{
			sessions.FieldStatus:       filter.Col("status").NotNull(),
			sessions.FieldDocumentType: filter.Col("document_type").NotNull(),
			sessions.FieldMatchLevel:   filter.Col("match_level").NotNull(),
			sessions.FieldCreatedAt:    filter.Col("created_at").NotNull().UnixMicro(),
			sessions.FieldSubject:      filter.Col("subject").NotNull(),
		},
		Reasons: map[sessions.Reason]filter.Column{
			sessions.DigitalSpoof: filter.Col("digital_spoof").NotNull(), sessions.LowFAR: filter.Col("low_far").NotNull(),
		},
		SearchKey: filter.Col("search_key").NotNull(),
	}

	six = filter.And(
		filter.Search("gior 0100"), filter.DocumentType(sessions.IDCard, sessions.Passport), filter.Status(sessions.Failed),
		filter.FailedForAt([]far.Level{3, 4}, sessions.DigitalSpoof, sessions.LowFAR), filter.Is(sessions.FieldSubject, "s-1"), filter.Between(sessions.FieldCreatedAt, from, to),
	)
)

// ways are the ways of making the same statement: its SQL and its arguments.
var ways = []struct {
	name  string
	build func() (string, []any, error)
}{
	{"sessionkit", func() (string, []any, error) { return filter.SQL("acme", six, filter.Postgres, columns).ToSql() }},
	{"sessionkit in squirrel.Select", func() (string, []any, error) {
		return sq.Select("id").From("sessions").Where(filter.SQL("acme", six, filter.Postgres, columns)).PlaceholderFormat(filter.Postgres).ToSql()
	}},
	{"by hand", byHand},
	{"squirrel", fluent},
	{"goqu", withGoqu},
	{"go-sqlbuilder", withSQLBuilder},
}

func byHand() (string, []any, error) {
	b := make([]byte, 0, 512)
	args := make([]any, 0, 16)
	add := func(sql string, values ...any) {
		b = append(b, sql...)
		args = append(args, values...)
	}
	add("SELECT id FROM sessions WHERE company = ?", "acme")
	add(" AND status = ?", "failed")
	add(" AND document_type IN (?, ?)", "id_card", "passport")
	add(" AND created_at >= ? AND created_at < ?", from.UnixMicro(), to.UnixMicro())
	add(" AND (status = ? AND (digital_spoof OR (low_far AND match_level IN (?, ?))))", "failed", int64(3), int64(4))
	add(" AND subject = ?", "s-1")
	add(" AND strpos(search_key, ?) > 0 AND (strpos(search_key, ?) > 0 OR strpos(search_key, ?) > 0)", " gior", " 0100", " gior0100")
	return string(b), args, nil
}

func fluent() (string, []any, error) {
	return sq.Select("id").From("sessions").
		Where(sq.Eq{"company": "acme"}).Where(sq.Eq{"status": "failed"}).Where(sq.Eq{"document_type": []string{"id_card", "passport"}}).
		Where(sq.GtOrEq{"created_at": from.UnixMicro()}).Where(sq.Lt{"created_at": to.UnixMicro()}).
		Where(sq.And{sq.Eq{"status": "failed"}, sq.Or{sq.Expr("digital_spoof"), sq.And{sq.Expr("low_far"), sq.Eq{"match_level": []int64{3, 4}}}}}).
		Where(sq.Eq{"subject": "s-1"}).
		Where(sq.Expr("strpos(search_key, ?) > 0", " gior")).
		Where(sq.Or{sq.Expr("strpos(search_key, ?) > 0", " 0100"), sq.Expr("strpos(search_key, ?) > 0", " gior0100")}).
		PlaceholderFormat(sq.Dollar).ToSql()
}

func withGoqu() (string, []any, error) {
	contains := func(word string) goqu.Expression { return goqu.Func("strpos", goqu.C("search_key"), word).Gt(0) }
	return goqu.Dialect("postgres").From("sessions").Prepared(true).Select("id").Where(
		goqu.C("company").Eq("acme"), goqu.C("status").Eq("failed"), goqu.C("document_type").In("id_card", "passport"),
		goqu.C("created_at").Gte(from.UnixMicro()), goqu.C("created_at").Lt(to.UnixMicro()),
		goqu.And(goqu.C("status").Eq("failed"), goqu.Or(goqu.C("digital_spoof").IsTrue(), goqu.And(goqu.C("low_far").IsTrue(), goqu.C("match_level").In(3, 4)))),
		goqu.C("subject").Eq("s-1"), contains(" gior"), goqu.Or(contains(" 0100"), contains(" gior0100")),
	).ToSQL()
}

func withSQLBuilder() (string, []any, error) {
	b := sqlbuilder.PostgreSQL.NewSelectBuilder()
	b.Select("id").From("sessions").Where(
		b.Equal("company", "acme"), b.Equal("status", "failed"), b.In("document_type", "id_card", "passport"),
		b.GreaterEqualThan("created_at", from.UnixMicro()), b.LessThan("created_at", to.UnixMicro()),
		b.And(b.Equal("status", "failed"), b.Or("digital_spoof", b.And("low_far", b.In("match_level", 3, 4)))),
		b.Equal("subject", "s-1"),
		"strpos(search_key, "+b.Var(" gior")+") > 0",
		b.Or("strpos(search_key, "+b.Var(" 0100")+") > 0", "strpos(search_key, "+b.Var(" gior0100")+") > 0"),
	)
	sql, args := b.Build()
	return sql, args, nil
}

// TestWays shows that all ways make the same query: they have the same arguments, except for the
// constants of goqu.
func TestWays(t *testing.T) {
	require.NoError(t, six.Err())
	_, want, err := byHand()
	require.NoError(t, err)
	for _, way := range ways {
		sql, args, err := way.build()
		require.NoError(t, err, way.name)
		if way.name != "goqu" {
			require.Len(t, args, len(want), "%s: %s", way.name, sql)
		}
		require.Contains(t, sql, "search_key", way.name)
	}
}

func BenchmarkSixParts(b *testing.B) {
	for _, way := range ways {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := way.build(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	s := &sessions.Session{
		Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LowFAR}, DocumentType: sessions.Passport, Subject: "s-1", CreatedAt: from,
		Match: sessions.Match{Compared: true, Level: 4}, FirstName: sessions.TextOf("გიორგი"), LastName: sessions.TextOf("Beridze"),
		PersonalNumber: sessions.TextOf("01001012345"), DocumentNumber: sessions.TextOf("23AB12345"),
	}
	require.True(b, six.Match(s))
	b.ReportAllocs()
	for b.Loop() {
		six.Match(s)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Msessions/s")
}
