package filter_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/filter/filtertest"
	"github.com/kvalifika/sessionkit/sessions"
)

// choices makes each choice from two arbitrary bytes.
type choices struct{ data []byte }

func (c *choices) IntN(n int) int {
	if len(c.data) < 2 {
		return 0
	}
	v := int(c.data[0])<<8 | int(c.data[1])
	c.data = c.data[2:]
	return v % n
}

// checkForms compares a valid filter with its other forms, and with its SQL.
func checkForms(t testing.TB, f filter.Filter, list []*sessions.Session) {
	same := func(name string, g filter.Filter, err error) {
		if err != nil || !g.Equal(f) {
			t.Fatalf("%s of %s: %s, %v", name, f.Text(), g.Text(), err)
		}
		for _, s := range list {
			if f.Match(s) != g.Match(s) {
				t.Fatalf("%s of %s selects otherwise", name, f.Text())
			}
		}
	}
	parsed, err := filter.Parse(f.Text())
	same("text", parsed, err)
	fromURL, err := filter.FromValues(f.Values())
	same("URL", fromURL, err)
	query, err := url.ParseQuery(f.Values().Encode())
	require.NoError(t, err)
	fromURL, err = filter.FromValues(query)
	same("encoded URL", fromURL, err)
	data, err := json.Marshal(f)
	require.NoError(t, err)
	var decoded filter.Filter
	err = json.Unmarshal(data, &decoded)
	same("JSON", decoded, err)
	same("parts", filter.And(f.Parts()...), nil)
	same("root", filter.Of(f.Root()), nil)
	from, to := f.Range()
	inSQL, left := f.Split(hostColumns())
	for _, s := range list {
		m := f.Match(s)
		if n := filter.Not(f); n.Err() == nil && n.Match(s) == m {
			t.Fatalf("%s and its negation agree", f.Text())
		}
		if (inSQL.Match(s) && left.Match(s)) != m {
			t.Fatalf("%s is split otherwise", f.Text())
		}
		if m && (s.CreatedAt.Before(from) || !to.IsZero() && !s.CreatedAt.Before(to)) {
			t.Fatalf("%s selects outside its range", f.Text())
		}
	}
	own := ownColumns()
	for _, d := range []filter.Dialect{filter.Postgres, filter.MariaDB, filter.SQLite} {
		sql, args, err := filter.SQL("acme", f, d, own).ToSql()
		if err != nil || balance(sql) != 0 || placeholders(sql) != len(args) {
			t.Fatalf("%s: %s with %d arguments: %v", f.Text(), sql, len(args), err)
		}
	}
}

func balance(sql string) (n int) {
	for _, c := range sql {
		switch c {
		case '(':
			n++
		case ')':
			n--
		}
	}
	return n
}

func placeholders(sql string) (n int) {
	for _, c := range sql {
		if c == '?' {
			n++
		}
	}
	return n
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"", "filters", strings.Repeat("a filter of many parts and depths", 20), strings.Repeat("\x00\x01\x02\x03\x04\x05\xff", 30)} {
		f.Add([]byte(seed))
	}
	list := crowd(f, 20)
	f.Fuzz(func(t *testing.T, data []byte) {
		checkForms(t, filtertest.Filter(&choices{data}, list, filter.MaxDepth), list)
	})
}

// FuzzLimits builds filters around the bounds. A filter that can be built can be read in every
// form, and so can its parts and the filters that stores make from it.
func FuzzLimits(f *testing.F) {
	f.Add(400, 1, "2026-01-01", []byte("days"))
	f.Add(512, 2, "x", []byte("values"))
	f.Add(1, 16, "㌖㌖㌖a", []byte("folding"))
	f.Add(459, 3, "none", []byte("subjects"))
	f.Add(20, 1, strings.Repeat("გ", 1300), []byte("long"))
	list := crowd(f, 5)
	f.Fuzz(func(t *testing.T, n, depth int, text string, data []byte) {
		c := &choices{data}
		var parts []filter.Filter
		for i := range min(max(n, 1), 600) {
			word := text + string(rune('a'+i%26)) + string(rune('a'+i/26))
			day := date(t, "2026-01-01").AddDays(i)
			part := []func() filter.Filter{
				func() filter.Filter { return filter.On(sessions.FieldDecidedAt, day, day, zone(t, "Asia/Tbilisi")) },
				func() filter.Filter { return filter.Search(text) },
				func() filter.Filter { return filter.Is(sessions.FieldSubject, word) },
				func() filter.Filter { return filter.Extra("k", word) },
				func() filter.Filter { return filter.FailedFor(sessions.Reason(word)) },
				func() filter.Filter { return filtertest.Criterion(c, list) },
			}[c.IntN(6)]()
			if part.Err() == nil {
				parts = append(parts, part)
			}
		}
		built := filter.Or(parts...)
		for range min(max(depth, 0), 20) {
			built = filter.Not(filter.Or(built, filter.And(filter.Status("x"), filter.Not(built))))
		}
		if built.Err() != nil {
			require.ErrorIs(t, built.Err(), filter.ErrLimit)
			return
		}
		checkForms(t, built, list)
		narrow := built.WithSearchFields(sessions.FieldsOf(sessions.FieldFirstName))
		require.NoError(t, narrow.Err(), "a viewer who sees less can ask as much")
		require.NoError(t, filter.And(narrow, filter.Extra("branch", "x")).Err(), "and be restricted")
		inSQL, rest := built.Split(filter.Columns{Company: filter.Col("c")})
		require.NoError(t, inSQL.Err())
		require.NoError(t, filter.And(rest, filter.Status("x")).Err())
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"everything", "nothing", "not(nothing)", `all(status(failed),any(document_type(none,passport),not(search(0100,in=last_name))))`,
		"failed_for(low_far,level=4)", "match_level(none,0)", "created_at(from=2026-01-01,to=2026-01-31,zone=Asia/Tbilisi)",
		"created_at(since=2026-01-01T00:00:00.000001Z)", `extra("a b",x)`, "subject(a) x", "all(", `subject("\u10d0")`, "search()",
	} {
		f.Add(text)
	}
	list := crowd(f, 10)
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := filter.Parse(text)
		if err != nil {
			if parsed.Err() == nil {
				t.Fatal("an error, and a filter without one")
			}
			return
		}
		checkForms(t, parsed, list)
	})
}

func FuzzFromValues(f *testing.F) {
	for _, query := range []string{
		"", "search=gior&search.in=first_name", "document_type=passport&document_type=none&status=failed&failed_for=low_far&failed_for.level=4&created_at.from=2026-01-01&created_at.to=&created_at.zone=Asia/Tbilisi",
		"created_at.since=2026-01-01T00:00:00Z&created_at.before=", "filter=not(status(failed))&match_level=none", "attempt.at_least=2&expiration_date.to=2026-01-31&extra_prefix.k=v", "extra.phone=1&personal_number=010&subject=a", "x=1",
	} {
		f.Add(query)
	}
	list := crowd(f, 10)
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		parsed, err := filter.FromValues(values)
		if err != nil {
			if parsed.Err() == nil {
				t.Fatal("an error, and a filter without one")
			}
			return
		}
		checkForms(t, parsed, list)
	})
}
