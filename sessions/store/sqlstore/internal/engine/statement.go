package engine

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Statement is the text of a statement, with names for the parts that differ from call to call:
//
//   - :name is an argument;
//   - {name} is a part of the text, with arguments of its own: a condition, a list of columns,
//     rows;
//   - {name rounded up} is the argument called name as a number in the text, raised to the next
//     power of four. It shows the planner how many rows are wanted, which an argument would hide.
//     Rounding keeps the number of different texts small.
//
// Two colons are a cast of PostgreSQL. No statement has other colons or braces.
type Statement string

// Args are the values of the names in a statement: a [Part] for each {name}, and a value that the
// driver takes for each :name.
type Args map[string]any

// Part is a part of a statement. Each question mark in it is one of its arguments.
type Part struct {
	Text string
	Args []any
}

// List returns values with commas between them.
func List(values ...any) Part {
	return Part{"?" + strings.Repeat(", ?", len(values)-1), values}
}

// Padded returns values, at least one, with commas between them. It repeats the last one until
// their number is a power of two.
func Padded[T any](list []T) Part {
	values := make([]any, powerOfTwo(len(list)))
	for i := range values {
		values[i] = list[min(i, len(list)-1)]
	}
	return List(values...)
}

// Rows returns rows in parentheses. All rows have the same number of values.
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

// Cases returns a CASE that maps the values of a column by a list of pairs. It repeats the last
// pair until their number is a power of two.
func Cases(column string, pairs []any) Part {
	for n := 2 * powerOfTwo(len(pairs)/2); len(pairs) < n; {
		pairs = append(pairs, pairs[len(pairs)-2:]...)
	}
	return Part{"CASE " + column + strings.Repeat(" WHEN ? THEN ?", len(pairs)/2) + " END", pairs}
}

// Bind returns the text of a statement for the engine, and its arguments in order. A name without a
// value, or a value without a name, is a mistake in the calling code, and an error.
func (e *Engine) Bind(s Statement, args Args) (text string, values []any, err error) {
	b := binding{args: args, asked: make(map[string]bool, len(args))}
	// Conditions and columns make a statement longer than its constant, typically twice as long.
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
	// Each value asked for was given, or there is an error already. So comparing the numbers finds
	// values that no name asks for.
	if b.err == nil && len(b.asked) < len(args) {
		b.err = fmt.Errorf("sqlstore: a statement asks for %d of %d values", len(b.asked), len(args))
	}
	if b.err != nil {
		return "", nil, b.err
	}
	// Question marks become $1, $2, ... only now: when parts are written, it is not known yet how
	// many arguments come before theirs.
	text, err = e.Dialect.ReplacePlaceholders(b.text.String())
	return text, b.values, err
}

// binding is a statement whose names are being filled in.
type binding struct {
	args   Args
	asked  map[string]bool // names of args that the statement asks for
	text   strings.Builder
	values []any
	err    error // the first
}

// fail records the first error.
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

// argument writes a :name. An argument that is named twice is sent twice, since not every driver
// can refer to an argument by its number.
func (b *binding) argument(name string) {
	b.text.WriteByte('?')
	value := b.value(name)
	if key, isText := value.(string); isText && (name == "company" || name == "id") && !possible(key) {
		value = "" // finds nothing, as the key would
	}
	b.values = append(b.values, value)
}

// possible reports whether a company or the ID of a session can be such a text. PostgreSQL refuses
// to compare other texts.
func possible(key string) bool { return strings.IndexByte(key, 0) < 0 && utf8.ValidString(key) }

// part writes a {name}.
func (b *binding) part(name string) {
	if number, ok := strings.CutSuffix(name, " rounded up"); ok {
		b.text.WriteString(roundedUp(b.value(number)))
		return
	}
	part, ok := b.value(name).(Part)
	if !ok {
		b.fail(fmt.Errorf("sqlstore: a statement that has no part %q", name))
	}
	b.text.WriteString(part.Text)
	b.values = append(b.values, part.Args...)
}

// roundedUp returns the least power of four from 64 on that is greater than n, or ALL if n is so
// large that a limit would not help the planner.
func roundedUp(n any) string {
	number, ok := n.(int)
	if !ok || number >= 1<<20 {
		// With so many rows, plan for the whole range.
		return "ALL"
	}
	// Pages of the usual sizes, up to 62, share one text, and others share a few.
	power := 64
	for power <= number {
		power *= 4
	}
	return strconv.Itoa(power)
}
