package engine

import (
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

func engines(t *testing.T) []*Engine {
	t.Helper()
	var all []*Engine
	for _, d := range []filter.Dialect{filter.Postgres, filter.MariaDB, filter.SQLite} {
		e, err := Of(d)
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

func TestBind(t *testing.T) {
	e, err := Of(filter.Postgres)
	require.NoError(t, err)
	text, values, err := e.Bind("SELECT x::text WHERE a = :a AND {part} AND b = :a LIMIT {limit rounded up} OFFSET :limit", Args{
		"a": "A", "limit": 51, "part": Part{"c IN (?, ?)", []any{1, 2}},
	})
	require.NoError(t, err)
	require.Equal(t, "SELECT x::text WHERE a = $1 AND c IN ($2, $3) AND b = $4 LIMIT 64 OFFSET $5", text)
	require.Equal(t, []any{"A", 1, 2, "A", 51}, values)
	for s, args := range map[Statement]Args{
		"a = :b":              {"a": 1},         // the value has another name
		"a = :a, b = :b":      {"a": 1},         // a name has no value
		"a = :a":              {"a": 1, "b": 1}, // a value has no name
		"{a}":                 {"a": 1},         // the value is not a Part
		"SELECT 1":            {"a": 1},
		"LIMIT {a rounded up": {},
	} {
		_, _, err := e.Bind(s, args)
		require.Error(t, err, s)
	}
}

func TestRoundedUp(t *testing.T) {
	for n, want := range map[any]string{
		0: "64", 63: "64", 64: "256", 500: "1024", 10001: "16384", 1<<20 - 1: "1048576", 1 << 20: "ALL", math.MaxInt: "ALL", "x": "ALL",
	} {
		require.Equal(t, want, roundedUp(n))
	}
}

// TestSessionRows shows that, if the engine has arrays, many rows have the same number of arguments
// as few.
func TestSessionRows(t *testing.T) {
	n := len(row.All())
	rows := slices.Repeat([][]any{make([]any, n)}, fewRows+1)
	rows[1] = make([]any, n)
	rows[1][0], rows[1][1] = `a"b\c`, int64(-7)
	for _, e := range engines(t) {
		require.Len(t, e.SessionRows(rows[:fewRows]).Args, fewRows*n, e.Name)
		p := e.SessionRows(rows)
		require.Equal(t, len(p.Args), strings.Count(p.Text, "?"), e.Name)
		if !e.arrays {
			require.Len(t, p.Args, len(rows)*n)
			continue
		}
		require.Len(t, p.Args, n)
		nulls := strings.Repeat(",NULL", fewRows-1)
		require.Equal(t, `{NULL,"a\"b\\c"`+nulls+"}", p.Args[0])
		require.Equal(t, "{NULL,-7"+nulls+"}", p.Args[1])
	}
}

func TestParts(t *testing.T) {
	require.Equal(t, Part{"?, ?", []any{"a", "b"}}, List("a", "b"))
	require.Equal(t, Part{"(?, ?),\n\t(?, ?)", []any{1, 2, 3, 4}}, Rows([][]any{{1, 2}, {3, 4}}))
}

// TestColumnsOfTheSchema shows that the tables of every engine have exactly the columns of package
// row.
func TestColumnsOfTheSchema(t *testing.T) {
	column := regexp.MustCompile(`(?m)^column sessionkit_sessions\.([a-z_]+): .*$`)
	for _, e := range engines(t) {
		text, err := os.ReadFile("../../migrations/" + e.Name + "/schema.txt")
		require.NoError(t, err)
		nullable := map[string]bool{}
		for _, m := range column.FindAllStringSubmatch(string(text), -1) {
			nullable[m[1]] = !strings.Contains(m[0], " not null")
		}
		require.Len(t, nullable, len(row.All()), e.Name)
		for _, c := range row.All() {
			null, ok := nullable[c.Name]
			require.True(t, ok, "%s has no column %s", e.Name, c.Name)
			require.Equal(t, null, c.Nullable, "%s: %s", e.Name, c.Name)
		}
	}
}

func TestUnknownDialect(t *testing.T) {
	_, err := Of(0)
	require.ErrorIs(t, err, filter.ErrDialect)
}
