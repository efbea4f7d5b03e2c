package sqlstore

import (
	"math"
	"strconv"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// fragments are what differs between the engines in the statements of a step, which are put
// together in step.go.
type fragments struct {
	nested    string // a join whose right side is looked up for each row of the left side
	lateral   bool   // nested joins are lateral subqueries, which keep the planner from any other plan
	with      string // between the name and the query of a common table expression
	merged    bool   // which is read once, however often it is named, and that pays
	term      string // a value that terms are compared with. PostgreSQL plans anew for each, unless a subquery hides it
	opaque    string // a session's company, without what statistics say of it
	series    string // that a column is one of the numbers from ? to ?; otherwise they are listed
	rowValues bool   // (a, b) < (?, ?) is a range of an index; otherwise its expansion is
}

func fragmentsOf(d filter.Dialect) fragments {
	switch d {
	case filter.Postgres:
		return fragments{
			nested: " JOIN ", lateral: true, with: " AS MATERIALIZED", merged: true, term: "(SELECT ?::text)", opaque: "greatest(s.company)",
			series: "= ANY (ARRAY(SELECT generate_series(?::bigint, ?::bigint)))", rowValues: true,
		}
	case filter.MariaDB:
		return fragments{nested: " STRAIGHT_JOIN ", with: " AS", term: "?", opaque: "s.company"}
	default:
		return fragments{nested: " CROSS JOIN ", with: " AS", term: "?", opaque: "s.company", rowValues: true}
	}
}

// statement is a statement of a step as it is put together: text with question marks, and as many
// arguments.
type statement struct {
	fragments *fragments
	text      []byte
	args      []any
}

// whole is a statement that is put together elsewhere.
const whole = engine.Statement("{statement}")

func (st *statement) part() engine.Args {
	return engine.Args{"statement": engine.Part{Text: string(st.text), Args: st.args}}
}

func (st *statement) add(text string, args ...any) *statement {
	st.text = append(st.text, text...)
	st.args = append(st.args, args...)
	return st
}

// int writes a number of ours into the text.
func (st *statement) int(n int) *statement {
	st.text = strconv.AppendInt(st.text, int64(n), 10)
	return st
}

// limit bounds how many rows are selected; [math.MaxInt] is no bound. The planner that weighs a
// generic plan has to see how few they are.
func (st *statement) limit(n int) *statement {
	switch {
	case n == math.MaxInt:
		return st
	case st.fragments.merged:
		return st.add(" LIMIT ").int(n)
	default:
		return st.add(" LIMIT ?", n)
	}
}

// list writes n copies of a placeholder, separated by commas.
func (st *statement) list(n int, placeholder string) *statement {
	for i := range n {
		if i > 0 {
			st.text = append(st.text, ", "...)
		}
		st.text = append(st.text, placeholder...)
	}
	return st
}

// before writes that alias stands further back than p.
func (st *statement) before(alias string, p position) *statement {
	if st.fragments.rowValues {
		return st.add("("+alias+".created_us, "+alias+".id) < (?, ?)", p.us, p.id)
	}
	return st.add("("+alias+".created_us < ? OR "+alias+".created_us = ? AND "+alias+".id < ?)", p.us, p.us, p.id)
}

// lookUp joins a table whose rows are to be looked up one by one: no estimate may turn that into
// reading all of them.
func (st *statement) lookUp(join, table, on string, args ...any) {
	if st.fragments.lateral {
		st.add(join+"LATERAL (SELECT * FROM "+table+" WHERE "+on+" OFFSET 0) "+table[len(table)-1:]+" ON true", args...)
		return
	}
	st.add(join+table+" ON "+on, args...)
}
