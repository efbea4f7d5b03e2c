package filter

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

const (
	notCompared    = "none" // among levels
	foldsToNothing = "*"    // a search text that is not blank and has no words
)

// Text returns the canonical text, as the package comment describes it: filters that say the same in another order, with
// doubled values or with another spelling of the same search have the same text. It holds search words and numbers of
// persons: it is as private as they are. [Parse] reads it. The text of a filter with an error is "invalid", which Parse
// refuses.
func (f Filter) Text() string {
	switch {
	case f.err != nil:
		return invalid
	case f.root == nil:
		return everything
	}
	return f.root.node().text
}

// Parse reads a filter from its text: the canonical one, or one with spaces, another order, quotes where none are
// needed. The error is a [*SyntaxError] that wraps [ErrSyntax], the [*Error] of a criterion or a limit; the filter then has it
// too.
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

// parser reads a text by descent. After the first error it reads on without moving.
type parser struct {
	text  string
	at    int
	terms int
	err   error
}

func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = &SyntaxError{p.at, err}
	}
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take reads the byte if it comes next.
func (p *parser) take(c byte) bool {
	p.space()
	if p.err == nil && p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(c byte) {
	if !p.take(c) {
		p.fail(fmt.Errorf("%w: expected %q", ErrSyntax, c))
	}
}

func (p *parser) bare() string {
	p.space()
	begin := p.at
	for p.at < len(p.text) && isBare(p.text[p.at]) {
		p.at++
	}
	return p.text[begin:p.at]
}

// list reads what stands in parentheses, with commas between.
func (p *parser) list(item func()) {
	p.expect('(')
	if p.take(')') {
		return
	}
	for p.err == nil {
		if item(); p.take(')') {
			return
		}
		p.expect(',')
	}
}

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
		return None()
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
		for k := KindStatus; k < kindEnd; k++ {
			if name == kindNames[k] {
				return p.finish(p.criterion(k))
			}
		}
		p.at = begin
		p.fail(fmt.Errorf("%w: expected a criterion", ErrSyntax))
		return Filter{}
	}
}

func (p *parser) filters(depth int) (parts []Filter) {
	p.list(func() { parts = append(parts, p.filter(depth+1)) })
	return parts
}

// finish makes the error of a filter that has been read one of the text.
func (p *parser) finish(f Filter) Filter {
	if f.err != nil {
		p.fail(f.err)
	}
	return f
}

// arguments are what stands in the parentheses of a criterion.
type arguments struct {
	values []string
	named  map[string][]string
}

func (p *parser) arguments() arguments {
	args := arguments{named: map[string][]string{}}
	p.list(func() {
		if p.terms++; p.terms > 2*MaxTerms {
			p.fail(ErrTooMany)
			return
		}
		value, isName := p.value()
		if isName && p.take('=') {
			named, _ := p.value()
			args.named[value] = append(args.named[value], named)
			return
		}
		args.values = append(args.values, value)
	})
	return args
}

// value reads a bare or quoted value, and tells whether it was bare.
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

func (p *parser) criterion(k Kind) Filter {
	args := p.arguments()
	if p.err != nil {
		return Filter{}
	}
	f, err := args.filter(k)
	if err == nil && len(args.named) > 0 {
		err = fmt.Errorf("%w: unknown or repeated argument", ErrSyntax)
	}
	if err != nil {
		return bad(k, err)
	}
	return f
}

// one takes an argument that stands there once at most.
func (a *arguments) one(name string) string {
	v := a.named[name]
	if len(v) != 1 {
		return ""
	}
	delete(a.named, name)
	return v[0]
}

func (a *arguments) many(name string) []string {
	v := a.named[name]
	delete(a.named, name)
	return v
}

func (a *arguments) filter(k Kind) (Filter, error) {
	switch k {
	case KindStatus:
		return Status(typed[sessions.Status](a.values)...), nil
	case KindDocumentType:
		return DocumentType(typed[sessions.DocumentType](a.values)...), nil
	case KindSubject:
		return Subject(a.values...), nil
	case KindPersonalNumber:
		return PersonalNumber(a.values...), nil
	case KindExtra:
		if len(a.values) == 0 {
			return Filter{}, ErrEmpty
		}
		return Extra(a.values[0], a.values[1:]...), nil
	case KindMatchLevel:
		levels, err := parseLevels(a.values)
		return MatchLevel(levels...), err
	case KindFailedFor:
		return parseFailedFor(a.values, a.many("level"))
	case KindSearch:
		return parseSearch(strings.Join(a.values, " "), a.many("in"))
	default:
		return a.created()
	}
}

func typed[T ~string](values []string) []T {
	converted := make([]T, len(values))
	for i, v := range values {
		converted[i] = T(v)
	}
	return converted
}

func parseLevels(texts []string) ([]far.Level, error) {
	var levels []far.Level
	for i, text := range texts {
		l := NotCompared
		if text != notCompared {
			var err error
			if l, err = far.ParseLevel(text); err != nil {
				return nil, fmt.Errorf("%w: level %d", ErrValue, i+1)
			}
		}
		levels = append(levels, l)
	}
	return levels, nil
}

func parseFailedFor(reasons, levels []string) (Filter, error) {
	if len(levels) == 0 {
		return FailedFor(typed[sessions.Reason](reasons)...), nil
	}
	parsed, err := parseLevels(levels)
	return FailedForAt(parsed, typed[sessions.Reason](reasons)...), err
}

func parseSearch(text string, in []string) (Filter, error) {
	fields := sessions.SearchFields()
	if len(in) > 0 {
		fields = 0
	}
	for _, name := range in {
		var f sessions.Field
		if err := f.UnmarshalText([]byte(name)); err != nil {
			return Filter{}, ErrField
		}
		fields = fields.Union(sessions.FieldsOf(f))
	}
	if text == "" {
		text = foldsToNothing
	}
	return SearchIn(fields, text), nil
}

func (a *arguments) created() (Filter, error) {
	if len(a.values) > 0 {
		return Filter{}, fmt.Errorf("%w: unnamed argument", ErrSyntax)
	}
	if zone := a.one("zone"); zone != "" {
		return parseDays(a.one("from"), a.one("to"), zone)
	}
	return parseInstants(a.one("since"), a.one("before"))
}

func parseDays(from, to, zone string) (Filter, error) {
	var first, last sessions.Date
	if first.UnmarshalText([]byte(from)) != nil || last.UnmarshalText([]byte(to)) != nil {
		return Filter{}, fmt.Errorf("%w: not a date of the form yyyy-mm-dd", ErrValue)
	}
	loaded, err := time.LoadLocation(zone)
	if err != nil {
		return Filter{}, ErrZone
	}
	return CreatedOn(first, last, loaded), nil
}

func parseInstants(since, before string) (Filter, error) {
	var from, to time.Time
	for _, t := range []struct {
		text string
		time *time.Time
	}{{since, &from}, {before, &to}} {
		if t.text == "" {
			continue
		}
		var err error
		if *t.time, err = time.Parse(time.RFC3339Nano, t.text); err != nil {
			return Filter{}, fmt.Errorf("%w: not an instant by RFC 3339", ErrValue)
		}
	}
	return CreatedBetween(from, to), nil
}
