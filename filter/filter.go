package filter

import (
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// Filter is an immutable selection of a company's sessions. The zero Filter selects all of them.
// See the package comment.
type Filter struct {
	// tree returns the root, nil for everything. It is a function because printers that use
	// reflection, as fmt does where it cannot call methods, do not look into functions.
	tree    func() node
	err     error
	derived bool // made from another filter, as by Split: may exceed the bounds
}

// everything and nothing are the canonical texts of the filters without a criterion; invalid is the
// text of a filter with an error.
const (
	everything = "everything"
	nothing    = "nothing"
	invalid    = "invalid"
)

// filterOf makes a filter of a tree. It does not check the bounds.
func filterOf(root node) Filter {
	if root == nil {
		return Filter{}
	}
	return Filter{tree: func() node { return root }}
}

// part makes a filter of a part of the filter's tree. It may exceed the bounds if the filter may.
func (f Filter) part(n node) Filter {
	g := filterOf(n)
	g.derived = f.derived && n != nil
	return g
}

// checked makes a filter of a tree, or one with an error if the tree exceeds the bounds.
func checked(root node) Filter {
	if root == nil {
		return Filter{}
	}
	switch facts := root.info(); {
	case facts.depth > MaxDepth:
		return Filter{err: ErrTooDeep}
	case facts.size > MaxTerms:
		return Filter{err: ErrTooMany}
	case len(facts.text) > MaxTextBytes:
		return Filter{err: ErrTooLong}
	}
	return filterOf(root)
}

// root returns the tree, nil for everything, and a leaf that selects nothing if there is an error.
func (f Filter) root() node {
	switch {
	case f.err != nil:
		return poison(f.err)
	case f.tree == nil:
		return nil
	}
	return f.tree()
}

// And selects the sessions that all of the filters select. Without filters it selects everything.
func And(filters ...Filter) Filter { return combine(filters, all) }

// Or selects the sessions that any of the filters selects. Without filters it selects nothing. A
// blank search, like every filter without a criterion, selects everything, and so does Or of it and
// others: check [Filter.IsZero] before a text that somebody typed becomes one of several
// alternatives.
func Or(filters ...Filter) Filter { return combine(filters, some) }

// Nothing selects nothing.
func Nothing() Filter { return Or() }

// Not selects the sessions that the filter does not select.
func Not(f Filter) Filter {
	return combine([]Filter{f}, func(nodes []node) node { return negate(nodes[0]) })
}

// Of returns the filter of a part of another filter's tree. nil and the zero values of the node
// types, which no filter has, are errors that wrap [ErrSyntax].
func Of(n Node) Filter {
	none := Filter{err: fmt.Errorf("%w: no part of a filter", ErrSyntax)}
	if n == nil || n == (*AllOf)(nil) || n == (*AnyOf)(nil) {
		return none
	}
	root := n.node()
	switch n := root.(type) {
	case nil:
		return none
	case *leaf:
		// The leaf of a filter with an error stays an error, so that Not of it does not select
		// everything.
		if p, ok := n.criterion.(*poisoned); ok {
			return Filter{err: p.err}
		}
	case *group:
		// The conjunction of nothing is the root of the zero Filter, which has no node.
		if !n.any && len(n.parts) == 0 {
			return Filter{}
		}
	}
	return filterOf(root)
}

// combine builds a filter from others. The result has the first error among them.
func combine(filters []Filter, build func([]node) node) Filter {
	nodes := make([]node, 0, len(filters))
	derived := false
	for _, f := range filters {
		// The first error is the error of the whole, even if the other parts decide the result,
		// such as Nothing among the parts of And.
		if f.err != nil {
			return f
		}
		nodes = append(nodes, f.root())
		derived = derived || f.derived
	}
	root := build(nodes)
	// A filter that was made from one within the bounds, for SQL or for a viewer who sees less, may
	// be longer than any that can be built. Refusing it would refuse a filter that is valid.
	if derived {
		f := filterOf(root)
		f.derived = true
		return f
	}
	return checked(root)
}

// Err returns what is wrong with the filter: the [*Error] of the first bad criterion, or an error
// that wraps [ErrLimit]. A filter with an error matches nothing and has no SQL. Every filter that
// is built from it has the same error, so that neither [Not] nor [Or] turns a mistake into
// everything.
func (f Filter) Err() error { return f.err }

// IsZero reports whether the filter has no criterion and no error: it selects everything.
func (f Filter) IsZero() bool { return f.tree == nil && f.err == nil }

// Equal reports whether both filters have the same canonical text. A filter with an error equals no
// filter.
func (f Filter) Equal(g Filter) bool { return f.err == nil && g.err == nil && f.Text() == g.Text() }

// Root returns the tree, for Backends that translate it. It is never nil: the root of a filter
// without a criterion is an [*AllOf] without parts, and that of a filter with an error is a
// [*Criterion] with the same error, which selects nothing.
func (f Filter) Root() Node { return handle(f.root()) }

// All yields all criteria of the tree, in the order of its text.
func (f Filter) All() iter.Seq[*Criterion] {
	return func(yield func(*Criterion) bool) {
		walk(f.root(), false, func(l *leaf, _ bool) bool { return yield(&Criterion{func() *leaf { return l }}) })
	}
}

// top returns the parts of the filter as a conjunction: its only part, unless it is one.
func (f Filter) top() []node {
	switch n := f.root().(type) {
	case nil:
		return nil
	case *group:
		if !n.any {
			return n.parts
		}
		return []node{n}
	default:
		return []node{n}
	}
}

// Parts returns the parts of the filter as a conjunction: [And] of them is the filter again. A page
// can show each as a chip, and And of the others is the filter without it. The only part of a
// filter with an error is the filter itself.
func (f Filter) Parts() []Filter {
	if f.err != nil {
		return []Filter{f}
	}
	var parts []Filter
	for _, n := range f.top() {
		parts = append(parts, f.part(n))
	}
	return parts
}

// Without returns the filter without those criteria of the conjunction that look at one of the
// fields. Nested and negated criteria stay. A page uses it to count the options of one control, and
// to remove a chip.
func (f Filter) Without(fields sessions.Fields) Filter {
	if f.err != nil {
		return f
	}
	kept := slices.DeleteFunc(slices.Clone(f.top()), func(n node) bool {
		l, ok := n.(*leaf)
		return ok && l.about().Intersect(fields) != 0
	})
	return f.part(all(kept))
}

// about returns the fields whose control shows the criterion: those that it looks at, except that a
// criterion on reasons belongs to the reasons alone.
func (l *leaf) about() sessions.Fields {
	if fields := l.fields(); fields.Has(sessions.FieldReasons) {
		return sessions.FieldsOf(sessions.FieldReasons)
	}
	return l.fields()
}

// Range returns the instants between which the filter's conjunction allows creation times: from the
// first, until before the second. A zero time is an open end. If the range is empty, as for a
// filter with an error, the end is not after the beginning.
func (f Filter) Range() (from, to time.Time) {
	// An empty range, since two zero times would mean all times.
	if f.err != nil {
		return latest, earliest
	}
	for _, n := range f.top() {
		l, ok := n.(*leaf)
		if !ok {
			continue
		}
		r, ok := l.criterion.(*timeRange)
		if !ok || r.field != sessions.FieldCreatedAt {
			continue
		}
		if r.from.After(from) {
			from = r.from
		}
		if !r.to.IsZero() && (to.IsZero() || r.to.Before(to)) {
			to = r.to
		}
	}
	return from, to
}

// Fields returns all fields that the filter looks at, or every field if the filter has an error. A
// viewer who may not see one of them may not use the filter.
func (f Filter) Fields() sessions.Fields {
	var fields sessions.Fields
	for c := range f.All() {
		fields = fields.Union(c.Fields())
	}
	return fields
}

// SearchesNothing reports whether the filter has a search, not under a negation, whose text is not
// blank and has no letter or digit (`******`): it matches nothing, and the page should say so.
func (f Filter) SearchesNothing() bool {
	return !walk(f.root(), false, func(l *leaf, negated bool) bool {
		s, ok := l.criterion.(*search)
		return !ok || negated || !s.query.Nothing()
	})
}

// WithSearchFields returns the filter with every search in it restricted to those of its fields
// that are among the fields given. A search that is left without a field is an error that wraps
// [ErrField].
func (f Filter) WithSearchFields(fields sessions.Fields) Filter {
	if f.err != nil || f.tree == nil {
		return f
	}
	return narrowed(f.root(), fields)
}

// narrowed returns the tree with narrowed searches. The filter may exceed the bounds, since it is
// longer than the one that was built.
func narrowed(n node, fields sessions.Fields) Filter {
	switch n := n.(type) {
	case *leaf:
		if s, ok := n.criterion.(*search); ok && s.in.Minus(fields) != 0 {
			return s.within(fields)
		}
	case *negation:
		return Not(narrowed(n.part, fields))
	case *group:
		parts := make([]Filter, len(n.parts))
		for i, p := range n.parts {
			parts[i] = narrowed(p, fields)
		}
		if n.any {
			return Or(parts...)
		}
		return And(parts...)
	}
	f := filterOf(n)
	f.derived = true
	return f
}

// Match reports whether the filter selects the session. It does not look at the company. Match
// defines the meaning of a filter: SQL selects the same rows on every engine. It does not allocate
// if names are ASCII or Georgian.
func (f Filter) Match(s *sessions.Session) bool {
	return f.err == nil && (f.tree == nil || f.tree().match(s))
}

// Format prints the kinds of criteria that the filter has, whatever the verb, and never their
// values, which may be a person's. [Filter.Text] returns those.
func (f Filter) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, summary(f.root())) }

// LogValue returns what Format prints.
func (f Filter) LogValue() slog.Value { return slog.StringValue(summary(f.root())) }
