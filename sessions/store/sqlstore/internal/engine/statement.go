package engine

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// Statement is the text of a statement with names for what differs from call to call:
//
//   - :name is an argument;
//   - {name} is a part of the text, with arguments of its own: a condition, a list of columns,
//     rows;
//   - {name rounded up} is the argument called name as a number in the text, raised to the next
//     power of four. It shows a planner the size of what is wanted, where an argument would hide
//     it, and keeps the texts few, where the number itself would make one for each.
//
// Two colons are a cast of PostgreSQL. No statement has other colons or braces.
type Statement string

// Args are what the names of a statement stand for: a [Part] for a {name}, and what the driver
// takes for a :name.
type Args map[string]any

// Part is a part of a statement. Each question mark is one of its arguments.
type Part struct {
	Text string
	Args []any
}

// List returns values with commas between them.
func List(values ...any) Part {
	return Part{"?" + strings.Repeat(", ?", len(values)-1), values}
}

// Rows returns rows of as many values each, in parentheses.
func Rows(rows [][]any) Part {
	p := Part{Args: make([]any, 0, len(rows)*len(rows[0]))}
	one := "(?" + strings.Repeat(", ?", len(rows[0])-1) + ")"
	p.Text = one + strings.Repeat(",\n\t"+one, len(rows)-1)
	for _, r := range rows {
		p.Args = append(p.Args, r...)
	}
	return p
}

// Assignments returns what sets columns to the values of a session whose last change has a number.
func Assignments(cs row.Columns, s *sessions.Session, changedSeq int64) Part {
	texts := cs.Names()
	for i := range texts {
		texts[i] += " = ?"
	}
	return Part{lines(texts, ", "), cs.Values(nil, s, changedSeq)}
}

// Bind returns a statement's text as the engine takes it, and its arguments in order. A name
// without a value, or a value that no name asks for, is a mistake in the calling code, and an
// error.
func (e *Engine) Bind(s Statement, args Args) (text string, values []any, err error) {
	var b strings.Builder
	b.Grow(2 * len(s))
	used := 0
	seen := make(map[string]bool, len(args))
	value := func(name string) any {
		v, ok := args[name]
		if !ok && err == nil {
			err = fmt.Errorf("sqlstore: a statement without a value for %s", name)
		}
		if ok && !seen[name] {
			seen[name] = true
			used++
		}
		return v
	}
	rest := string(s)
	for {
		i := strings.IndexAny(rest, ":{")
		if i < 0 {
			break
		}
		b.WriteString(rest[:i])
		rest = rest[i:]
		switch {
		case strings.HasPrefix(rest, "::"):
			b.WriteString("::")
			rest = rest[2:]
		case rest[0] == ':':
			name := rest[1:]
			name = name[:len(name)-len(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz_"))]
			rest = rest[1+len(name):]
			b.WriteByte('?')
			values = append(values, value(name))
		default:
			hole, after, _ := strings.Cut(rest[1:], "}")
			rest = after
			if name, ok := strings.CutSuffix(hole, " rounded up"); ok {
				b.WriteString(roundedUp(value(name)))
				break
			}
			part, ok := value(hole).(Part)
			if !ok && err == nil {
				err = fmt.Errorf("sqlstore: a statement whose %s is no part", hole)
			}
			b.WriteString(part.Text)
			values = append(values, part.Args...)
		}
	}
	b.WriteString(rest)
	if err == nil && used < len(args) {
		err = fmt.Errorf("sqlstore: a statement with %d values, of which it asks for %d", len(args), used)
	}
	if err != nil {
		return "", nil, err
	}
	text, err = e.Dialect.ReplacePlaceholders(b.String())
	return text, values, err
}

// roundedUp returns the least power of four from 64 on that is greater than n, and ALL where there
// is no point in one.
func roundedUp(n any) string {
	number, ok := n.(int)
	if !ok || number >= 1<<20 {
		return "ALL"
	}
	power := 64
	for power <= number {
		power *= 4
	}
	return strconv.Itoa(power)
}
