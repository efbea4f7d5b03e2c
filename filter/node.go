package filter

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
)

// node is a part of the tree of a filter: *group, *negation or *leaf. Exported types hold nodes
// only in functions, since printers that use reflection follow pointers but do not look into
// functions.
type node interface {
	info() *facts
	match(s *sessions.Session) bool
	// sql writes the condition or its negation. Neither is ever NULL, and neither needs NOT around
	// it.
	sql(w *writer, negated bool)
}

// facts are the properties that every node has.
type facts struct {
	text  string // canonical
	rank  int    // of the most expensive criterion in it
	depth int
	size  int // terms
}

func (f *facts) info() *facts { return f }

// group is a conjunction or a disjunction. It has two or more parts, none of which is a group of
// the same kind, or no parts.
type group struct {
	facts
	any   bool
	parts []node
}

// negation is the negation of a node.
type negation struct {
	facts
	part node
}

// leaf is a criterion in the tree.
type leaf struct {
	facts
	criterion
}

func (g *group) match(s *sessions.Session) bool {
	// The first part that matches decides a disjunction, the first that does not match a
	// conjunction.
	for _, p := range g.parts {
		if p.match(s) == g.any {
			return g.any
		}
	}
	return !g.any
}

func (g *group) sql(w *writer, negated bool) {
	if len(g.parts) == 0 {
		w.constant(g.any == negated)
		return
	}
	// De Morgan: the parts are negated, and joined by the other connective.
	join := " AND "
	if g.any != negated {
		join = " OR "
	}
	w.write("(")
	w.chain(g.parts, join, negated)
	w.write(")")
}

// chain writes conditions with a connective between them.
func (w *writer) chain(parts []node, join string, negated bool) {
	// To SQLite a chain is as deep as it is long, and its limit is a depth of 1000. The restriction
	// of a viewer and a filter may together be longer.
	if half := len(parts) / 2; half > MaxTerms/2 {
		w.write("(")
		w.chain(parts[:half], join, negated)
		w.write(")" + join + "(")
		w.chain(parts[half:], join, negated)
		w.write(")")
		return
	}
	for i, p := range parts {
		if i > 0 {
			w.write(join)
		}
		p.sql(w, negated)
	}
}

func (n *negation) match(s *sessions.Session) bool { return !n.part.match(s) }

func (n *negation) sql(w *writer, negated bool) { n.part.sql(w, !negated) }

// nobody returns the disjunction of nothing.
func nobody() node { return &group{facts: facts{text: nothing, depth: 1}, any: true} }

// everybody returns the conjunction of nothing. A filter without criteria has nil instead.
func everybody() node { return &group{facts: facts{text: everything, depth: 1}} }

// isNobody reports whether the node is the disjunction of nothing.
func isNobody(n node) bool {
	g, ok := n.(*group)
	return ok && g.any && len(g.parts) == 0
}

// all returns the conjunction of the nodes, of which those that are nil are no criterion.
func all(nodes []node) node {
	var parts []node
	for _, n := range nodes {
		switch g, ok := n.(*group); {
		case ok && !g.any: // a conjunction within a conjunction is superfluous
			parts = append(parts, g.parts...)
		case isNobody(n): // nothing, in a conjunction with anything, is nothing
			return n
		case n != nil:
			parts = append(parts, n)
		}
	}
	return grouped("all", false, parts)
}

// some returns the disjunction of the nodes. A node that is nil makes it everything.
func some(nodes []node) node {
	var parts []node
	for _, n := range nodes {
		switch g, ok := n.(*group); {
		case ok && g.any:
			parts = append(parts, g.parts...)
		case n == nil:
			return nil
		default:
			parts = append(parts, n)
		}
	}
	return grouped("any", true, parts)
}

// grouped sorts the parts, cheap ones first, and removes those that repeat another.
func grouped(name string, either bool, parts []node) node {
	// Match then decides early, and the text does not depend on the order in which a filter was
	// built.
	slices.SortStableFunc(parts, func(a, b node) int {
		return cmp.Or(cmp.Compare(a.info().rank, b.info().rank), cmp.Compare(a.info().text, b.info().text))
	})
	parts = slices.CompactFunc(parts, func(a, b node) bool { return a.info().text == b.info().text })
	switch {
	case len(parts) == 0 && either:
		return nobody()
	case len(parts) == 0:
		return nil
	case len(parts) == 1:
		return parts[0]
	}
	return &group{factsOf(name, parts), either, parts}
}

// negate returns the negation of a node.
func negate(n node) node {
	switch n := n.(type) {
	case nil:
		return nobody()
	case *negation: // a double negation cancels out
		return n.part
	}
	if isNobody(n) { // the negation of nothing is everything
		return nil
	}
	return &negation{factsOf("not", []node{n}), n}
}

// factsOf returns the facts of a node with parts.
func factsOf(name string, parts []node) facts {
	f := facts{}
	texts := make([]string, len(parts))
	for i, p := range parts {
		n := p.info()
		texts[i] = n.text
		f.rank, f.depth, f.size = max(f.rank, n.rank), max(f.depth, n.depth), f.size+n.size
	}
	f.text = name + "(" + strings.Join(texts, ",") + ")"
	f.depth++
	return f
}

// walk yields the leaves of the tree, and whether each is under an odd number of negations. It
// returns false if yield did.
func walk(n node, negated bool, yield func(l *leaf, negated bool) bool) bool {
	switch n := n.(type) {
	case *leaf:
		return yield(n, negated)
	case *negation:
		return walk(n.part, !negated, yield)
	case *group:
		return !slices.ContainsFunc(n.parts, func(p node) bool { return !walk(p, negated, yield) })
	}
	return true
}

// Node is a part of a filter's tree: an [*AllOf], an [*AnyOf], a [*Negation] or a [*Criterion], and
// nothing else. It prints like a [Filter]. [Of] turns it into one.
type Node interface {
	fmt.Formatter
	slog.LogValuer
	node() node // nil for a zero value, which is not a part of any filter
}

// handle returns the node as an exported type.
func handle(n node) Node {
	switch n := n.(type) {
	case *leaf:
		return &Criterion{func() *leaf { return n }}
	case *negation:
		return &Negation{func() *negation { return n }}
	case *group:
		if n.any {
			return &AnyOf{parts{func() *group { return n }}}
		}
		return &AllOf{parts{func() *group { return n }}}
	}
	return &AllOf{parts{func() *group { return everybody().(*group) }}} //nolint:errcheck // it is one
}

// parts is the implementation of AllOf and AnyOf.
type parts struct{ get func() *group }

func (p *parts) node() node {
	if p == nil || p.get == nil {
		return nil
	}
	return p.get()
}

// Parts yields the parts in their canonical order: cheap ones first, searches last.
func (p *parts) Parts() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if p.node() == nil {
			return
		}
		for _, n := range p.get().parts {
			if !yield(handle(n)) {
				return
			}
		}
	}
}

// Format prints the names of the kinds of criteria, whatever the verb.
func (p *parts) Format(s fmt.State, _ rune) { printNode(s, p.node()) }

// LogValue returns what Format prints.
func (p *parts) LogValue() slog.Value { return slog.StringValue(summary(p.node())) }

// AllOf is a conjunction of two or more parts, none of which is an AllOf, or of no parts, which
// selects everything.
type AllOf struct{ parts }

// AnyOf is a disjunction of two or more parts, none of which is an AnyOf, or of no parts, which
// selects nothing.
type AnyOf struct{ parts }

// Negation selects the sessions that its part does not select. The part is not a Negation.
type Negation struct{ get func() *negation }

func (n *Negation) node() node {
	if n == nil || n.get == nil {
		return nil
	}
	return n.get()
}

// Part returns the node that is negated.
func (n *Negation) Part() Node {
	if n.node() == nil {
		return n
	}
	return handle(n.get().part)
}

// Format prints the names of the kinds of criteria, whatever the verb.
func (n *Negation) Format(s fmt.State, _ rune) { printNode(s, n.node()) }

// LogValue returns what Format prints.
func (n *Negation) LogValue() slog.Value { return slog.StringValue(summary(n.node())) }

// printNode prints the summary of a node.
func printNode(s fmt.State, n node) { _, _ = io.WriteString(s, summary(n)) }

// summary names the kinds of criteria. It does not have their values, which may be a person's.
func summary(n node) string {
	var names []string
	walk(n, false, func(l *leaf, _ bool) bool {
		if name := l.kind().name; !slices.Contains(names, name) {
			names = append(names, name)
		}
		return true
	})
	switch {
	case n == nil:
		names = []string{everything}
	case len(names) == 0:
		names = []string{n.info().text}
	}
	return "filter(" + strings.Join(names, ", ") + ")"
}
