package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// none means an absent value in texts and URLs. A value that is this word is quoted in a text.
const none = "none"

// arguments are the arguments of a criterion in a text, or its parameters in a URL.
type arguments struct {
	key    string // of kinds that have a key
	values []argument
	named  []namedArgument
	unfit  bool // cannot be written as parameters of a URL
}

type argument struct {
	text string
	none bool // an absent value
}

type namedArgument struct{ name, value string }

// withAbsent returns the values as arguments. An empty one is absent, unless literal is set.
func withAbsent(values []string, literal bool) []argument {
	args := make([]argument, len(values))
	for i, v := range values {
		args[i] = argument{v, v == "" && !literal}
	}
	return args
}

// name adds a named argument, unless its value is empty.
func (a *arguments) name(name, value string) {
	if value != "" {
		a.named = append(a.named, namedArgument{name, value})
	}
}

// text writes the arguments in the form that Parse reads.
func (a *arguments) text() string {
	var b strings.Builder
	add := func(name, value string) {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(name)
		b.WriteString(value)
	}
	if a.key != "" {
		add("", quoted(a.key))
	}
	for _, v := range a.values {
		if v.none {
			add("", none)
		} else {
			add("", quoted(v.text))
		}
	}
	for _, n := range a.named {
		add(n.name+"=", quoted(n.value))
	}
	return b.String()
}

// quoted returns a value in the form that it has in a text: without quotes if possible.
func quoted(v string) string {
	for i := range len(v) {
		if !isBare(v[i]) {
			return strconv.Quote(v)
		}
	}
	if v == "" || v == none {
		return `"` + v + `"`
	}
	return v
}

func isBare(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_.:/+-", c) >= 0
}

// reading has the arguments of a criterion that is being read.
type reading struct {
	key    string
	values []argument
	named  map[string][]string
	url    bool
}

// texts returns the values. An absent one is "" if absent is set, and otherwise the word none.
func (r *reading) texts(absent bool) []string {
	texts := make([]string, len(r.values))
	for i, v := range r.values {
		if texts[i] = v.text; v.none {
			texts[i] = none
			if absent {
				texts[i] = ""
			}
		}
	}
	return texts
}

// one returns the value of an argument that may not be repeated, "" if it is missing.
func (r *reading) one(name string) string {
	if len(r.named[name]) == 0 {
		return ""
	}
	return r.named[name][0]
}

// filter returns the filter of the criterion.
func (r *reading) filter(k *kind) Filter {
	if k == nil {
		return Filter{err: fmt.Errorf("%w: expected a criterion", ErrSyntax)}
	}
	// An argument that the kind does not have must not be skipped: the filter would select more.
	for name, values := range r.named {
		switch many, known := k.named[name]; {
		case !known:
			return bad(k.name, "", fmt.Errorf("%w: no such argument: %s", ErrSyntax, k.argumentNames()))
		case !many && len(values) > 1:
			return bad(k.name, name, fmt.Errorf("%w: given more than once", ErrConflict))
		}
	}
	return k.read(r)
}

// Text returns the canonical text, as the package comment describes it: filters have the same text
// if they differ only in order, repeated values or the spelling of the same search. It contains
// search words and numbers of persons, and is as private as they are. [Parse] reads it. The text of
// a filter with an error is "invalid", which Parse refuses.
func (f Filter) Text() string {
	root := f.root()
	if root == nil {
		return everything
	}
	return root.info().text
}

// Parse reads a filter from its text, canonical or with spaces, another order or needless quotes.
// It reads the text of every filter that has no error. The error is a [*SyntaxError] that wraps
// [ErrSyntax], the [*Error] of a criterion or a limit; the filter then has it too.
func Parse(text string) (Filter, error) {
	if len(text) > MaxTextBytes {
		return Filter{err: ErrTooLong}, ErrTooLong
	}
	p := parser{text: text}
	f := p.filter(1)
	if p.space(); p.err == nil && p.at < len(text) {
		p.fail(fmt.Errorf("%w: text after the end", ErrSyntax))
	}
	if p.err != nil {
		return Filter{err: p.err}, p.err
	}
	return f, nil
}

// parser reads a text by recursive descent. After the first error it does not move on.
type parser struct {
	text string
	at   int
	err  error
}

// fail keeps the first error, with the position of the parser.
func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = &SyntaxError{p.at, err}
	}
}

// space skips white space.
func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take skips the byte if it comes next, and reports whether it did.
func (p *parser) take(c byte) bool {
	p.space()
	if p.err == nil && p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// expect skips the byte, or fails if it does not come next.
func (p *parser) expect(c byte) {
	if !p.take(c) {
		p.fail(fmt.Errorf("%w: expected %q", ErrSyntax, c))
	}
}

// bare reads a value without quotes, "" if there is none.
func (p *parser) bare() string {
	p.space()
	begin := p.at
	for p.at < len(p.text) && isBare(p.text[p.at]) {
		p.at++
	}
	return p.text[begin:p.at]
}

// list reads items in parentheses, separated by commas.
func (p *parser) list(item func()) {
	p.expect('(')
	if p.take(')') {
		return
	}
	for p.err == nil {
		if item(); p.take(')') {
			return
		}
		if !p.take(',') {
			p.fail(fmt.Errorf("%w: expected ',' or ')'", ErrSyntax))
		}
	}
}

// filter reads a filter that is nested in depth-1 others.
func (p *parser) filter(depth int) Filter {
	if depth > MaxDepth {
		p.fail(ErrTooDeep)
		return Filter{}
	}
	p.space()
	begin := p.at
	switch name := p.bare(); name {
	case everything:
		return Filter{}
	case nothing:
		return Nothing()
	case "all":
		return p.finish(And(p.filters(depth)...))
	case "any":
		return p.finish(Or(p.filters(depth)...))
	case "not":
		p.expect('(')
		part := p.filter(depth + 1)
		p.expect(')')
		return p.finish(Not(part))
	default:
		k, ok := kinds[name]
		if !ok {
			p.at = begin // report the beginning of the unknown name
			p.fail(fmt.Errorf("%w: expected a criterion: there are %s", ErrSyntax, kindNames()))
			return Filter{}
		}
		r := p.arguments(k)
		if p.err != nil {
			return Filter{}
		}
		return p.finish(r.filter(k))
	}
}

// filters reads the parts of "all" or "any".
func (p *parser) filters(depth int) (parts []Filter) {
	p.list(func() { parts = append(parts, p.filter(depth+1)) })
	return parts
}

// finish reports an error of a filter as an error at this position of the text.
func (p *parser) finish(f Filter) Filter {
	if f.err != nil && !errors.As(f.err, new(*SyntaxError)) {
		p.fail(f.err)
	}
	return f
}

// arguments reads the arguments of a criterion.
func (p *parser) arguments(k *kind) *reading {
	r := reading{named: map[string][]string{}}
	p.list(func() {
		value, bare := p.value()
		if bare && p.take('=') {
			named, _ := p.value()
			r.named[value] = append(r.named[value], named)
			return
		}
		// Only the bare word is an absent value: in quotes it is a text.
		r.values = append(r.values, argument{value, bare && value == none})
	})
	// The first argument of a kind with a key is the key, whether it is quoted or not.
	if k.keyed && len(r.values) > 0 {
		r.key, r.values = r.values[0].text, r.values[1:]
	}
	return &r
}

// value reads a bare or quoted value, and reports whether it was bare.
func (p *parser) value() (v string, bare bool) {
	if v = p.bare(); v != "" {
		return v, true
	}
	if p.at >= len(p.text) || p.text[p.at] != '"' {
		p.fail(fmt.Errorf("%w: expected a value", ErrSyntax))
		return "", false
	}
	quoted, err := strconv.QuotedPrefix(p.text[p.at:])
	if err == nil {
		v, err = strconv.Unquote(quoted)
	}
	if err != nil {
		p.fail(fmt.Errorf("%w: expected a quoted value", ErrSyntax))
		return "", false
	}
	p.at += len(quoted)
	return v, false
}

// MarshalText returns the canonical text. For a filter with an error it returns the error.
func (f Filter) MarshalText() ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	return []byte(f.Text()), nil
}

// UnmarshalText reads what [Parse] reads. The filter has the error that is returned, so that code
// that ignores the error does not select everything, or what the filter selected before.
func (f *Filter) UnmarshalText(text []byte) error {
	var err error
	*f, err = Parse(string(text))
	return err
}

// MarshalJSON returns the canonical text as a JSON string, for saved searches. It is as private as
// the text. For a filter with an error it returns the error.
func (f Filter) MarshalJSON() ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	return json.Marshal(f.Text())
}

// UnmarshalJSON reads a JSON string with a text that [Parse] reads. Anything else, including null
// and objects, is an error that wraps [ErrSyntax]; the filter then has it too. Package json does
// not call it for a missing member, so the Filter of a struct stays the zero Filter, which selects
// everything. Use a *Filter if a member may be missing.
func (f *Filter) UnmarshalJSON(data []byte) error {
	var text string
	// Package json itself accepts null.
	if len(data) == 0 || data[0] != '"' || json.Unmarshal(data, &text) != nil {
		*f = Filter{err: fmt.Errorf("%w: not a JSON string", ErrSyntax)}
		return f.err
	}
	return f.UnmarshalText([]byte(text))
}
