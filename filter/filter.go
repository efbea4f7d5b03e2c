package filter

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// Filter is an immutable selection of a company's sessions. The zero Filter selects all of them. See the package
// comment.
type Filter struct {
	root Node // nil: everything
	err  error
}

// everything and nothing are the canonical texts of the filters without a criterion, invalid that of one with an error.
const (
	everything = "everything"
	nothing    = "nothing"
	invalid    = "invalid"
)

// And selects what every filter selects: of none, everything.
func And(filters ...Filter) Filter { return combine(filters, all) }

// Or selects what some filter selects: of none, nothing.
func Or(filters ...Filter) Filter { return combine(filters, some) }

// None selects nothing.
func None() Filter { return Or() }

// Not selects what the filter does not select.
func Not(f Filter) Filter {
	if f.err != nil {
		return f
	}
	return checked(negate(f.root))
}

func combine(filters []Filter, build func([]Node) Node) Filter {
	nodes := make([]Node, 0, len(filters))
	for _, f := range filters {
		if f.err != nil {
			return f
		}
		nodes = append(nodes, f.root)
	}
	return checked(build(nodes))
}

// checked makes a filter of a tree, within the bounds.
func checked(root Node) Filter {
	if root == nil {
		return Filter{}
	}
	switch facts := root.node(); {
	case facts.depth > MaxDepth:
		return Filter{err: ErrTooDeep}
	case facts.terms > MaxTerms:
		return Filter{err: ErrTooMany}
	case len(facts.text) > MaxTextBytes:
		return Filter{err: ErrTooLong}
	}
	return Filter{root: root}
}

// Err returns what is wrong with the filter: of the first bad criterion, an [*Error], or a limit. A filter with an
// error matches nothing, has no SQL, and passes the error on to every filter that is made of it, so that neither Not
// nor Or turns a mistake into everything.
func (f Filter) Err() error { return f.err }

// IsZero tells whether the filter has no criterion and no error: it selects everything.
func (f Filter) IsZero() bool { return f.root == nil && f.err == nil }

// Root returns the tree, for Backends that translate it. It is nil where there is no criterion: look at Err first.
func (f Filter) Root() Node { return f.root }

// top returns the parts of the conjunction that the filter is.
func (f Filter) top() []Node {
	switch n := f.root.(type) {
	case nil:
		return nil
	case *AllOf:
		return n.parts
	default:
		return []Node{n}
	}
}

// Parts returns the parts of the conjunction that the filter is: And of them is the filter again. A page
// shows each as a chip, and And of the others is the filter without it. A filter with an error is its own only part.
func (f Filter) Parts() []Filter {
	if f.err != nil {
		return []Filter{f}
	}
	var parts []Filter
	for _, n := range f.top() {
		parts = append(parts, Filter{root: n})
	}
	return parts
}

// Criteria returns the criteria that stand in that conjunction, neither nested nor negated.
func (f Filter) Criteria() []*Criterion {
	var found []*Criterion
	for _, n := range f.top() {
		if c, ok := n.(*Criterion); ok {
			found = append(found, c)
		}
	}
	return found
}

// Without returns the filter without those of its [Filter.Criteria] that are of the kinds given: what the counts
// per option of one control are taken of. Nested and negated criteria stay.
func (f Filter) Without(kinds ...Kind) Filter {
	return f.keep(func(n Node) bool {
		c, ok := n.(*Criterion)
		return !ok || !slices.Contains(kinds, c.kind)
	})
}

func (f Filter) keep(keep func(Node) bool) Filter {
	if f.err != nil {
		return f
	}
	var kept []Node
	for _, n := range f.top() {
		if keep(n) {
			kept = append(kept, n)
		}
	}
	return Filter{root: all(kept)}
}

// SplitSearch returns the searches among the filter's [Filter.Criteria], and the filter without them. A session is
// selected if and only if all of the searches and the rest select it.
func (f Filter) SplitSearch() (searches []*Criterion, rest Filter) {
	for _, c := range f.Criteria() {
		if c.kind == KindSearch {
			searches = append(searches, c)
		}
	}
	return searches, f.Without(KindSearch)
}

// Range returns the instants between which the filter's [Filter.Criteria] allow creation times: from the first,
// until before the second. A zero time is an open end. The range may be empty, the end then not after the beginning.
func (f Filter) Range() (from, to time.Time) {
	for _, c := range f.Criteria() {
		if c.kind != KindCreated {
			continue
		}
		if c.from.After(from) {
			from = c.from
		}
		if !c.to.IsZero() && (to.IsZero() || c.to.Before(to)) {
			to = c.to
		}
	}
	return from, to
}

// Fields returns the fields that the filter looks at, wherever they stand in it. Who may not see one of them may not use
// the filter.
func (f Filter) Fields() sessions.Fields {
	var fields sessions.Fields
	for c := range f.leaves() {
		fields = fields.Union(c.Fields())
	}
	return fields
}

// SearchesNothing tells whether the filter has a search, anywhere, whose text is not blank and has no letter or digit
// (`******`): it matches nothing, and the page should say so.
func (f Filter) SearchesNothing() bool {
	for c := range f.leaves() {
		if c.kind == KindSearch && c.query.Nothing() {
			return true
		}
	}
	return false
}

// leaves yields all criteria of the tree.
func (f Filter) leaves() func(yield func(*Criterion) bool) {
	var walk func(n Node, yield func(*Criterion) bool) bool
	walk = func(n Node, yield func(*Criterion) bool) bool {
		switch n := n.(type) {
		case *Criterion:
			return yield(n)
		case *Negation:
			return walk(n.part, yield)
		case *AllOf:
			return !slices.ContainsFunc(n.parts, func(p Node) bool { return !walk(p, yield) })
		case *AnyOf:
			return !slices.ContainsFunc(n.parts, func(p Node) bool { return !walk(p, yield) })
		}
		return true
	}
	return func(yield func(*Criterion) bool) { walk(f.root, yield) }
}

// WithSearchFields returns the filter with every search, wherever it stands, restricted to those of its fields that
// are among the fields given. A search that is left without a field is an error that wraps [ErrField].
func (f Filter) WithSearchFields(fields sessions.Fields) Filter {
	if f.err != nil {
		return f
	}
	var narrow func(n Node) Filter
	narrow = func(n Node) Filter {
		switch n := n.(type) {
		case *Criterion:
			if kept := n.fields.Intersect(fields); n.kind == KindSearch && kept != n.fields {
				if kept == 0 {
					return bad(KindSearch, ErrField)
				}
				c := *n
				c.fields = kept
				return c.filter()
			}
		case *Negation:
			return Not(narrow(n.part))
		case *AllOf:
			return And(each(n.parts, narrow)...)
		case *AnyOf:
			return Or(each(n.parts, narrow)...)
		}
		return Filter{root: n}
	}
	return narrow(f.root)
}

func each(nodes []Node, f func(Node) Filter) []Filter {
	filters := make([]Filter, len(nodes))
	for i, n := range nodes {
		filters[i] = f(n)
	}
	return filters
}

// Format prints which kinds of criteria the filter has, whatever the verb: never their values, which may be a
// person's. Ask [Filter.Text] for those.
func (f Filter) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.summary()) }

// LogValue is what Format prints.
func (f Filter) LogValue() slog.Value { return slog.StringValue(f.summary()) }

func (f Filter) summary() string {
	switch {
	case f.err != nil:
		return "filter(" + invalid + ")"
	case f.root == nil:
		return "filter(" + everything + ")"
	}
	var kinds []string
	for c := range f.leaves() {
		if kind := c.kind.String(); !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		return "filter(" + nothing + ")"
	}
	return "filter(" + strings.Join(kinds, ", ") + ")"
}
