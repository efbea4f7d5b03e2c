package segment

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Query is some filters, compiled to be evaluated over many segments. It may be used by many
// goroutines at once.
type Query struct {
	roots    []node
	leaves   []leaf
	lists    []string // keys
	prefixes []string // of words
	byText   map[string]int
	timed    bool // an instant stands in a filter
	doubtful bool
}

// node is a part of a compiled filter.
type node interface {
	evaluate(e *evaluation) pair
}

// The nodes. A leafNode is the number of a leaf.
type (
	allNode  []node
	someNode []node
	notNode  struct{ part node }
	mayNode  struct{ part node } // whoever the part selects is in doubt
	leafNode int
)

// leaf is a condition that the blocks of a segment answer.
type leaf struct {
	lists  []string // any of these properties, by the keys of their lists
	prefix string   // or a word that begins so
	fields tags     // in one of these fields

	created        bool // or the creation time
	oldest, newest int64
}

// Compile compiles filters, none of which has an error.
func Compile(filters ...filter.Filter) *Query {
	q := &Query{byText: map[string]int{}}
	for _, f := range filters {
		var root node = allNode{}
		if f.Root() != nil {
			root = q.node(f.Root())
		}
		q.roots = append(q.roots, root)
	}
	for _, l := range q.leaves {
		q.lists = append(q.lists, l.lists...)
		if l.prefix != "" {
			q.prefixes = append(q.prefixes, l.prefix)
			q.lists = append(q.lists, keyList+l.prefix)
		}
	}
	q.lists = sortedSet(q.lists)
	q.prefixes = sortedSet(q.prefixes)
	return q
}

func sortedSet(l []string) []string {
	slices.Sort(l)
	return slices.Compact(l)
}

// Exact reports whether no evaluation leaves a session in doubt.
func (q *Query) Exact() bool { return !q.doubtful }

// Probes returns how many blocks are looked for in a segment, about.
func (q *Query) Probes() int { return len(q.lists) + len(q.prefixes) }

func (q *Query) node(n filter.Node) node {
	switch n := n.(type) {
	case *filter.AllOf:
		var all allNode
		for p := range n.Parts() {
			all = append(all, q.node(p))
		}
		return all
	case *filter.AnyOf:
		var some someNode
		for p := range n.Parts() {
			some = append(some, q.node(p))
		}
		return some
	case *filter.Negation:
		return notNode{q.node(n.Part())}
	case *filter.Criterion:
		return q.criterion(n)
	}
	return q.maybe(allNode{})
}

// maybe makes all that a node selects doubtful.
func (q *Query) maybe(n node) node {
	q.doubtful = true
	return mayNode{n}
}

// leaf returns the node of a leaf, which its text identifies.
func (q *Query) leaf(text string, l leaf) node {
	i, known := q.byText[text]
	if !known {
		i = len(q.leaves)
		q.leaves = append(q.leaves, l)
		q.byText[text] = i
		q.timed = q.timed || l.created
	}
	return leafNode(i)
}

// criterion returns the node of a criterion: the sessions that have a term of each group. What no
// list or dictionary knows is in doubt.
func (q *Query) criterion(c *filter.Criterion) node {
	if c.Fields() == sessions.FieldsOf(sessions.FieldCreatedAt) {
		return q.createdBetween(c)
	}
	groups, exact := c.Terms()
	var all allNode
	for _, group := range groups {
		n, sure := q.group(group)
		exact = exact && sure
		if n != nil {
			all = append(all, n)
		}
	}
	if !exact {
		return q.maybe(all)
	}
	return all
}

// group returns the node of the sessions that have a term in one of the ranges, or nil where
// segments do not have all of those terms. It is sure where it selects no other sessions.
func (q *Query) group(ranges []filter.TermRange) (n node, sure bool) {
	var lists []string
	words := map[string]tags{} // by prefix
	sure = true
	for _, r := range ranges {
		value, one := strings.CutSuffix(r.To, "\x00")
		one = one && value == r.From
		tag, isWord := tagOf(r.Field)
		switch {
		case r.Word && isWord && (r.Prefix || one):
			words[r.From] |= 1 << tag
			sure = sure && r.Prefix // those of one word are among those of its prefix
		case r.Word:
			return nil, false
		case r.Field == sessions.FieldSubject && one && value != "":
			words[subjectTerm(value)] |= 1 << tagSubject
			sure = false // two subjects may have one hash
		case properties[r.Field] != 0 && one:
			lists = append(lists, keyList+property(&filter.Term{Field: r.Field, Value: value}))
		case r.Field == sessions.FieldMatchLevel || r.Field == sessions.FieldAcceptanceLevel:
			for _, t := range levels() {
				if r.Has(t) {
					lists = append(lists, keyList+property(&t))
				}
			}
		default:
			return nil, false
		}
	}
	var some someNode
	if lists != nil {
		lists = sortedSet(lists)
		some = append(some, q.leaf("property "+strings.Join(lists, "\x00"), leaf{lists: lists}))
	}
	for _, prefix := range slices.Sorted(maps.Keys(words)) {
		some = append(some, q.leaf("word "+string(rune('a'+words[prefix]))+prefix, leaf{prefix: prefix, fields: words[prefix]}))
	}
	return some, sure
}

func (q *Query) createdBetween(c *filter.Criterion) node {
	from, to := c.Range()
	l := leaf{created: true, oldest: math.MinInt64, newest: math.MaxInt64 - 1}
	if !from.IsZero() {
		l.oldest = Micros(from)
	}
	if !to.IsZero() {
		l.newest = Micros(to) - 1
	}
	return q.leaf("created "+from.String()+" "+to.String(), l)
}

// Micros returns an instant in microseconds since 1970, rounded up: no session lies between them.
func Micros(t time.Time) int64 {
	us := t.UnixMicro()
	if t.Nanosecond()%1000 != 0 {
		us++
	}
	return us
}

// Keys returns the keys of the blocks that an evaluation reads first, the same ones in every
// segment; a segment has some of them. indexed has to be true if the query is to be evaluated
// within instants that some of the segments lie partly outside of.
func (q *Query) Keys(indexed bool) []string {
	keys := slices.Concat([]string{keyDead}, q.lists)
	if indexed || q.timed {
		keys = append(keys, keyIndex)
	}
	return keys
}

// Rest returns what has to be read of a segment once the blocks of Keys were: two chunks of the
// dictionary for each of some keys, the first one that is not less and the next; and places. oldest
// and newest are the instants within which the query is to be evaluated.
func (q *Query) Rest(s *Segment, oldest, newest int64) (chunks, places []string) {
	for _, p := range q.prefixes {
		if _, ok := s.lists[keyList+p]; !ok {
			chunks = append(chunks, keyDictionary+p)
		}
	}
	_, _, places = s.Between(oldest, newest)
	for _, l := range q.leaves {
		if l.created {
			_, _, missing := s.Between(l.oldest, l.newest)
			places = append(places, missing...)
		}
	}
	return chunks, sortedSet(places)
}
