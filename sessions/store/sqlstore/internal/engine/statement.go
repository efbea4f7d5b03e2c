package engine

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
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

// Padded returns values, of which there has to be one, with commas between them: the last one again
// until their number is a power of two.
func Padded[T any](list []T) Part {
	values := make([]any, powerOfTwo(len(list)))
	for i := range values {
		values[i] = list[min(i, len(list)-1)]
	}
	return List(values...)
}

// Rows returns rows of as many values each, in parentheses.
func Rows(rows [][]any) Part {
	// A row has dozens of values, and a statement hundreds of rows: grow once.
	p := Part{Args: make([]any, 0, len(rows)*len(rows[0]))}
	one := "(?" + strings.Repeat(", ?", len(rows[0])-1) + ")"
	p.Text = one + strings.Repeat(",\n\t"+one, len(rows)-1)
	for _, r := range rows {
		p.Args = append(p.Args, r...)
	}
	return p
}

// Cases returns the value that a column has in a list of pairs: the last one again until their
// number is a power of two.
func Cases(column string, pairs []any) Part {
	for n := 2 * powerOfTwo(len(pairs)/2); len(pairs) < n; {
		pairs = append(pairs, pairs[len(pairs)-2:]...)
	}
	return Part{"CASE " + column + strings.Repeat(" WHEN ? THEN ?", len(pairs)/2) + " END", pairs}
}

// Bind returns a statement's text as the engine takes it, and its arguments in order. A name
// without a value, or a value that no name asks for, is a mistake in the calling code, and an
// error.
func (e *Engine) Bind(s Statement, args Args) (text string, values []any, err error) {
	b := binding{args: args, asked: make(map[string]bool, len(args))}
	// Conditions and columns make a statement longer than its constant, twice as long as a rule.
	b.text.Grow(2 * len(s))
	rest := string(s)
	for {
		i := strings.IndexAny(rest, ":{")
		if i < 0 {
			break
		}
		b.text.WriteString(rest[:i])
		rest = rest[i:]
		switch {
		case strings.HasPrefix(rest, "::"):
			b.text.WriteString("::")
			rest = rest[2:]
		case rest[0] == ':':
			// The name ends before the first character that no name has.
			size := len(rest) - len(strings.TrimLeft(rest[1:], "abcdefghijklmnopqrstuvwxyz_"))
			b.argument(rest[1:size])
			rest = rest[size:]
		default:
			name, after, _ := strings.Cut(rest[1:], "}")
			b.part(name)
			rest = after
		}
	}
	b.text.WriteString(rest)
	// Each value that is asked for was given, or there is an error already: so it is enough to
	// compare how many there are.
	if b.err == nil && len(b.asked) < len(args) {
		b.err = fmt.Errorf("sqlstore: a statement asks for %d of %d values", len(b.asked), len(args))
	}
	if b.err != nil {
		return "", nil, b.err
	}
	// Question marks become $1, $2, ... only now: parts have been written without knowing how many
	// arguments stand before theirs.
	text, err = e.Dialect.ReplacePlaceholders(b.text.String())
	return text, b.values, err
}

// binding is a statement while its names are filled in.
type binding struct {
	args   Args
	asked  map[string]bool // the names of args that were found in the statement
	text   strings.Builder
	values []any
	err    error // the first
}

func (b *binding) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// value returns the value of a name.
func (b *binding) value(name string) any {
	v, ok := b.args[name]
	if !ok {
		b.fail(fmt.Errorf("sqlstore: a statement without a value for %q", name))
		return nil
	}
	b.asked[name] = true
	return v
}

// argument writes a :name. One that is named twice is sent twice: not every driver can refer to an
// argument by its number.
func (b *binding) argument(name string) {
	b.text.WriteByte('?')
	value := b.value(name)
	if key, isText := value.(string); isText && (name == "company" || name == "id") && !possible(key) {
		value = "" // finds nothing either
	}
	b.values = append(b.values, value)
}

// possible reports whether the company or the ID of a session can be such a text. PostgreSQL
// refuses to compare others.
func possible(key string) bool { return strings.IndexByte(key, 0) < 0 && utf8.ValidString(key) }

// part writes a {name}.
func (b *binding) part(name string) {
	if number, ok := strings.CutSuffix(name, " rounded up"); ok {
		b.text.WriteString(roundedUp(b.value(number)))
		return
	}
	part, ok := b.value(name).(Part)
	if !ok {
		b.fail(fmt.Errorf("sqlstore: a statement in which %q is no part", name))
	}
	b.text.WriteString(part.Text)
	b.values = append(b.values, part.Args...)
}

// roundedUp returns the least power of four from 64 on that is greater than n, and ALL where there
// is no point in one.
func roundedUp(n any) string {
	number, ok := n.(int)
	if !ok || number >= 1<<20 {
		// So many rows are wanted that the whole range is what the planner should think of.
		return "ALL"
	}
	// Pages of the usual sizes, up to 62, have one text, and others share a few.
	power := 64
	for power <= number {
		power *= 4
	}
	return strconv.Itoa(power)
}
