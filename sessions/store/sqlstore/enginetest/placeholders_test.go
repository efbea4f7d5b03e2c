package enginetest

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// TestPlaceholders writes statements of literals, comments, names and placeholders whose meaning it
// knows, with question marks, quotes and the beginnings of comments everywhere. The engine has to
// accept them with the same number of arguments, and answer with the same texts. PLACEHOLDERS sets
// the number of statements; the default is 300.
func TestPlaceholders(t *testing.T) {
	rounds := 300
	if text := os.Getenv("PLACEHOLDERS"); text != "" {
		var err error
		rounds, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		w := sqlWriter{rand.New(rand.NewPCG(1, uint64(rounds))), e}
		for range rounds {
			var columns, want []string
			var args []any
			for range 1 + w.IntN(4) {
				x := w.expression()
				columns = append(columns, w.space()+x.sql+" "+w.space()+"AS"+w.space()+w.name()+w.space())
				args, want = append(args, x.args...), append(want, x.value)
				requireArguments(t, e, x)
			}
			text := "SELECT " + w.space() + strings.Join(columns, ",")
			replaced, err := dialectOf(e).ReplacePlaceholders(text)
			require.NoError(t, err)
			got, pointers := make([]string, len(want)), make([]any, len(want))
			for i := range got {
				pointers[i] = &got[i]
			}
			require.NoError(t, db.QueryRowContext(t.Context(), replaced, args...).Scan(pointers...), "%q as %q", text, replaced)
			require.Equal(t, want, got, "%q as %q", text, replaced)
		}
	})
}

// expression is SQL with question marks, its arguments, and its value.
type expression struct {
	sql   string
	args  []any
	value string
}

// requireArguments passes the expression to Expr with the right number of arguments, and with a
// wrong one.
func requireArguments(t *testing.T, e engine, x expression) {
	t.Helper()
	for more := range 2 {
		c := filter.Columns{Company: filter.Col("c"), Fields: map[sessions.Field]filter.Column{
			sessions.FieldOS: filter.Expr(x.sql, append(x.args, make([]any, more)...)...),
		}}
		_, _, err := filter.SQL("acme", filter.Is(sessions.FieldOS, "x"), dialectOf(e), c).ToSql()
		if more == 0 {
			require.NoError(t, err, "%q", x.sql)
		} else {
			require.ErrorIs(t, err, filter.ErrColumn, "%q", x.sql)
		}
	}
}

// sqlWriter writes SQL of an engine at random.
type sqlWriter struct {
	*rand.Rand
	e engine
}

func (w sqlWriter) of(texts ...string) string { return texts[w.IntN(len(texts))] }

// soup returns a text of pieces with a meaning in SQL, without those that contain one of the bytes.
func (w sqlWriter) soup(without string) (text string) {
	for range w.IntN(7) {
		piece := w.of("?", "??", "'", `"`, `\`, "$", "$a$", "$$", "-", "--", "/*", "*/", "#", "`", "[", "]", "a", "E", "1", "\n", "\r", " ", "გ", "@", ":a", ";", "(", ")", ",")
		if !strings.ContainsAny(piece, without) {
			text += piece
		}
	}
	return text
}

// space returns white space and comments, or nothing.
func (w sqlWriter) space() string {
	if w.IntN(3) == 0 {
		return ""
	}
	common := []string{" ", "\n", "\t", "\r\n", "\f", " /**/ ", "/* ? ' \" */", "/*'*/", "/*\n--*/", " -- ?' \"\n", " --\n", " -- $$ /* \r\n"}
	return w.of(append(common, map[engine][]string{
		postgres: {"/* /* ? */ ' */", " --?\n", " --'\r", "/*/**/*/", "/*?/*/**/*/?*/"},
		mariadb:  {"#?\n", "#'\n", " --\t?\n", " -- \r ? '\n", "/*/*/", "/*?/* */", "# \r?\n"},
		sqlite:   {" --?\n", " --'\r?\n", "/*/*?*/", "/*/**/"},
	}[w.e]...)...)
}

func quotedBy(quote, text string) string {
	return quote + strings.ReplaceAll(text, quote, quote+quote) + quote
}

// name returns the name of a column.
func (w sqlWriter) name() string {
	text := "c" + w.soup(";:@%\n\r ")
	switch quote := w.of(`"`, "`", "["); {
	case w.e == postgres:
		return quotedBy(`"`, text)
	case w.e == mariadb || quote == "`":
		return quotedBy("`", text)
	case quote == "[":
		return "[" + strings.ReplaceAll(text, "]", "") + "]"
	default:
		return quotedBy(quote, text)
	}
}

// expression returns a literal or a placeholder.
func (w sqlWriter) expression() expression {
	text := w.soup("")
	escaped := strings.NewReplacer(`\`, `\\`, "'", `\'`, `"`, `\"`).Replace(text)
	argument := func(sql string) expression { return expression{sql, []any{text}, text} }
	literal := func(sql string) expression { return expression{sql, nil, text} }
	all := map[engine][]func() expression{
		postgres: {
			func() expression { return literal(quotedBy("'", text)) },
			func() expression { return literal(w.of("E", "e") + "'" + escaped + "'") },
			func() expression { return literal("E" + quotedBy("'", strings.ReplaceAll(text, `\`, `\\`))) },
			func() expression {
				return literal("E''" + w.of("\n", " \n ", "\r", " -- ? '\n", " --\r\n\t", "\n--'\n\n") + "'" + escaped + "'")
			},
			func() expression {
				tag := w.of("$$", "$b$", "$_1$", "$გ$", "$A_b9$")
				text := w.soup("$")
				return expression{tag + text + tag, nil, text}
			},
			func() expression { return expression{"$x$$y$?$$'$x$", nil, "$y$?$$'"} },
			func() expression { return argument("CAST(?" + w.space() + "AS text)") },
			func() expression { return argument("?" + w.space() + "::text") },
			func() expression {
				return expression{`'{"a?":1}'::jsonb` + w.space() + "??" + w.space() + "'a?'", nil, "true"}
			},
			func() expression { return expression{`'{"a":1}'::jsonb??|ARRAY[?::text]`, []any{"a"}, "true"} },
			func() expression { return expression{"1-?::int", []any{3}, "-2"} },
			func() expression { return expression{"'a'LIKE?", []any{"a"}, "true"} },
		},
		mariadb: {
			func() expression { return literal(quotedBy(w.of("'", `"`), strings.ReplaceAll(text, `\`, `\\`))) },
			func() expression { return literal("'" + escaped + "'") },
			func() expression { return literal("''" + " " + w.space() + `"` + escaped + `"`) },
			func() expression { return literal(w.of("N", "_utf8mb4 ") + "'" + escaped + "'") },
			func() expression { return argument("CONCAT(?" + w.space() + ",'')") },
			func() expression { return expression{"5--?", []any{3}, "8"} },
			func() expression { return expression{"'a'LIKE?", []any{"a"}, "1"} },
		},
		sqlite: {
			func() expression { return literal(quotedBy("'", text)) },
			func() expression { return expression{"X'3f27'", nil, "?'"} },
			func() expression { return argument("CAST(?" + w.space() + "AS TEXT)") },
			func() expression { return expression{"5- " + w.space() + "?", []any{3}, "2"} },
			func() expression { return expression{"'a'LIKE?", []any{"a"}, "1"} },
			func() expression {
				return argument(fmt.Sprintf("(SELECT %s FROM(SELECT ? AS[a?`'])AS`?[`)", quotedBy(`"`, "a?`'")))
			},
		},
	}[w.e]
	return all[w.IntN(len(all))]()
}
