package filter_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// builder makes filters of arbitrary bytes, each of which is one choice.
type builder struct {
	data []byte
	t    testing.TB
}

func (b *builder) next(n int) int {
	if len(b.data) == 0 {
		return 0
	}
	c := int(b.data[0])
	b.data = b.data[1:]
	return c % n
}

func pick[T any](b *builder, from ...T) T { return from[b.next(len(from))] }

func some[T any](b *builder, from ...T) []T {
	list := make([]T, b.next(4))
	for i := range list {
		list[i] = pick(b, from...)
	}
	return list
}

func (b *builder) filter(depth int) filter.Filter {
	if depth > 0 {
		var parts []filter.Filter
		switch n := b.next(12); n {
		case 0, 1:
			for range b.next(4) {
				parts = append(parts, b.filter(depth-1))
			}
			if n == 0 {
				return filter.And(parts...)
			}
			return filter.Or(parts...)
		case 2:
			return filter.Not(b.filter(depth - 1))
		}
	}
	levels := some(b, far.Level(0), 3, 4, 7)
	dates := []sessions.Date{{}, {Year: 2026, Month: 1, Day: 1}, {Year: 2026, Month: 1, Day: 31}, {Year: 2026, Month: 2, Day: 1}}
	texts := []string{"", "s-1", "none", "+995 555", "გ\"'\\%_?", "010", "everything"}
	switch b.next(11) {
	case 0:
		return filter.Search(pick(b, "", "g", "gior 0100", "******", "ანნა", "Anna-M", "12345", "\xff", "%"))
	case 1:
		return filter.SearchIn(sessions.Fields(b.next(256))<<10, pick(b, "g", "beridze", "010", "-"))
	case 2:
		return filter.DocumentType(some(b, sessions.Passport, sessions.IDCard, "", "none", "visa")...)
	case 3:
		return filter.Status(some(b, sessions.Failed, sessions.Success, sessions.Pending, "expired")...)
	case 4:
		return filter.FailedFor(some(b, append(sessions.SpoofReasons(), sessions.LivenessFailed)...)...)
	case 5:
		return filter.FailedForAt(levels, some(b, sessions.SpoofReasons()...)...)
	case 6:
		return filter.MatchLevel(append(levels, some(b, filter.NotCompared)...)...)
	case 7:
		return filter.CreatedOn(pick(b, dates...), pick(b, dates...), pick(b, time.UTC, zone(b.t, "Asia/Tbilisi"), nil))
	case 8:
		at := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
		return filter.Between(sessions.FieldCreatedAt, pick(b, time.Time{}, at, at.Add(-1)), pick(b, time.Time{}, at, at.Add(time.Hour)))
	case 9:
		return filter.Extra(pick(b, "phone", "e\"mail", "q", "a.b"), some(b, texts...)...)
	default:
		return pick(b, filter.Is(sessions.FieldPersonalNumber, some(b, texts...)...), filter.Is(sessions.FieldSubject, some(b, texts...)...))
	}
}

// checkForms tells whether a valid filter and its other forms are the same.
func checkForms(t testing.TB, f filter.Filter) {
	list := sample(t)
	same := func(name string, g filter.Filter, err error) {
		if err != nil || g.Text() != f.Text() {
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
	same("parts", filter.And(f.Parts()...), nil)
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
	for _, d := range []filter.Dialect{filter.Postgres, filter.MariaDB, filter.SQLite} {
		sql, args, err := filter.SQL("acme", f, d, ownColumns()).ToSql()
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
	f.Add([]byte{0, 3, 3, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	f.Add([]byte{2, 1, 2, 5, 9, 2, 3, 0, 0, 1, 1, 2, 2, 3, 3, 9, 0, 200})
	f.Fuzz(func(t *testing.T, data []byte) {
		b := builder{data, t}
		built := b.filter(4)
		if built.Err() != nil {
			for _, s := range sample(t) {
				if built.Match(s) || filter.Not(built).Match(s) {
					t.Fatal("a filter with an error matches")
				}
			}
			if _, err := filter.Parse(built.Text()); err == nil {
				t.Fatal("a filter with an error has a text")
			}
			return
		}
		checkForms(t, built)
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
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := filter.Parse(text)
		if err != nil {
			if parsed.Err() == nil {
				t.Fatal("an error, and a filter without one")
			}
			return
		}
		checkForms(t, parsed)
	})
}

func FuzzFromValues(f *testing.F) {
	for _, query := range []string{
		"", "q=gior&in=first_name", "type=passport&type=none&status=failed&spoof=low_far&far_level=4&from=2026-01-01&to=&tz=Asia/Tbilisi",
		"since=2026-01-01T00:00:00Z&before=", "filter=not(status(failed))&level=none", "extra.phone=1&personal_number=010&subject=a", "x=1",
	} {
		f.Add(query)
	}
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
		checkForms(t, parsed)
	})
}
