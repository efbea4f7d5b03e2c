package filter

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Node is a part of a filter's tree: an [*AllOf], an [*AnyOf], a [*Negation] or a [*Criterion], and nothing else.
type Node interface {
	node() *facts
}

// facts is what is known of every node.
type facts struct {
	text  string // canonical
	cost  Kind   // of the dearest criterion in it
	depth int
	terms int
}

func (f *facts) node() *facts { return f }

// AllOf is a conjunction of two parts or more, none of which is one itself.
type AllOf struct {
	facts
	parts []Node
}

// Parts yields the parts in their canonical order: cheap ones first, searches last.
func (n *AllOf) Parts() iter.Seq[Node] { return slices.Values(n.parts) }

// AnyOf is a disjunction of two parts or more, none of which is one itself, or of none: that selects nothing.
type AnyOf struct {
	facts
	parts []Node
}

// Parts yields the parts in their canonical order.
func (n *AnyOf) Parts() iter.Seq[Node] { return slices.Values(n.parts) }

// Negation selects what its part does not. The part is no Negation.
type Negation struct {
	facts
	part Node
}

// Part returns what is negated.
func (n *Negation) Part() Node { return n.part }

// none is the disjunction of nothing.
func none() Node { return &AnyOf{facts: facts{text: nothing, depth: 1}} }

func isNone(n Node) bool {
	a, ok := n.(*AnyOf)
	return ok && len(a.parts) == 0
}

// all returns the conjunction of the nodes, some of which may be nil: no criterion.
func all(nodes []Node) Node {
	var parts []Node
	for _, n := range nodes {
		switch a, ok := n.(*AllOf); {
		case ok:
			parts = append(parts, a.parts...)
		case isNone(n):
			return n
		case n != nil:
			parts = append(parts, n)
		}
	}
	switch parts = canonical(parts); len(parts) {
	case 0:
		return nil
	case 1:
		return parts[0]
	}
	return &AllOf{groupFacts("all", parts), parts}
}

// some returns the disjunction of the nodes. One that is nil makes it everything.
func some(nodes []Node) Node {
	var parts []Node
	for _, n := range nodes {
		switch a, ok := n.(*AnyOf); {
		case ok:
			parts = append(parts, a.parts...)
		case n == nil:
			return nil
		default:
			parts = append(parts, n)
		}
	}
	switch parts = canonical(parts); len(parts) {
	case 0:
		return none()
	case 1:
		return parts[0]
	}
	return &AnyOf{groupFacts("any", parts), parts}
}

func negate(n Node) Node {
	switch n := n.(type) {
	case nil:
		return none()
	case *Negation:
		return n.part
	default:
		if isNone(n) {
			return nil
		}
		return &Negation{groupFacts("not", []Node{n}), n}
	}
}

// canonical sorts the parts, cheap ones first, and drops those that say the same as another.
func canonical(parts []Node) []Node {
	slices.SortStableFunc(parts, func(a, b Node) int {
		return cmp.Or(cmp.Compare(a.node().cost, b.node().cost), cmp.Compare(a.node().text, b.node().text))
	})
	return slices.CompactFunc(parts, func(a, b Node) bool { return a.node().text == b.node().text })
}

func groupFacts(name string, parts []Node) facts {
	f := facts{}
	texts := make([]string, len(parts))
	for i, p := range parts {
		n := p.node()
		texts[i] = n.text
		f.cost, f.depth, f.terms = max(f.cost, n.cost), max(f.depth, n.depth), f.terms+n.terms
	}
	f.text = name + "(" + strings.Join(texts, ",") + ")"
	f.depth++
	return f
}
