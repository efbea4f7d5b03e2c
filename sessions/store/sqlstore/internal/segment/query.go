package segment

import (
	"fmt"
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
	roots      []node
	leaves     []leaf
	properties []string
	prefixes   []string // of words
	words      []string // whole ones
	byText     map[string]int
	telling    bool // the sessions found are told apart
	timed      bool // a filter has an instant
	doubtful   bool
	wordless   bool // no word is asked for
}

// node is a part of a compiled filter.
type node interface {
	evaluate(e *Evaluation) pair
	leaves(list []leafNode) []leafNode // appends those below it
}

// The nodes. A leafNode is the number of a leaf.
type (
	allNode  []node
	someNode []node
	notNode  struct{ part node }
	mayNode  struct{ part node } // whoever the part selects is in doubt
	leafNode int
)

func (n allNode) leaves(list []leafNode) []leafNode {
	for _, part := range n {
		list = part.leaves(list)
	}
	return list
}

func (n someNode) leaves(list []leafNode) []leafNode { return allNode(n).leaves(list) }
func (n notNode) leaves(list []leafNode) []leafNode  { return n.part.leaves(list) }
func (n mayNode) leaves(list []leafNode) []leafNode  { return n.part.leaves(list) }
func (n leafNode) leaves(list []leafNode) []leafNode { return append(list, n) }

// with adds a part to a conjunction, whose parts are never conjunctions.
func (n allNode) with(part node) allNode {
	if parts, ok := part.(allNode); ok {
		return append(n, parts...)
	}
	return append(n, part)
}

// leaf is a condition that the blocks of a segment answer.
type leaf struct {
	properties []string // any of these properties
	word       string   // or a word that begins so
	whole      bool     // and has nothing more, or at least those words
	fields     tags     // in one of these fields

	shared bool // several nodes are this leaf

	created        bool // or the creation time
	oldest, newest int64
}

// isApart reports whether of a list with words of some fields not all are the leaf's, so that it
// takes the block that tells them apart.
func (l *leaf) isApart(fields tags) bool { return fields&l.fields != 0 && fields&^l.fields != 0 }

// Compile compiles filters, none of which has an error.
func Compile(filters ...filter.Filter) *Query { return (&Query{}).compile(filters) }

// CompileWordless compiles filters for segments whose words are not trusted: who is selected by a
// word is in doubt.
func CompileWordless(filters ...filter.Filter) *Query {
	return (&Query{wordless: true}).compile(filters)
}

func (q *Query) compile(filters []filter.Filter) *Query {
	q.byText = map[string]int{}
	for _, f := range filters {
		var root node = allNode{}
		if f.Root() != nil {
			root = q.node(f.Root())
		}
		q.roots = append(q.roots, root)
	}
	q.index()
	return q
}

// index lists what the leaves of the roots are read of.
func (q *Query) index() {
	q.properties, q.prefixes = nil, nil
	var words []string
	for _, n := range allNode(q.roots).leaves(nil) {
		l := &q.leaves[n]
		q.properties = append(q.properties, l.properties...)
		if l.whole {
			words = append(words, l.word)
		} else if l.word != "" {
			q.prefixes = append(q.prefixes, l.word)
		}
	}
	q.properties = sortedSet(q.properties)
	q.prefixes = sortedSet(q.prefixes)
	q.words = sortedSet(words)
}

// Tell makes evaluations tell the sessions that match for sure apart.
func (q *Query) Tell() { q.telling = true }

func sortedSet(l []string) []string {
	slices.Sort(l)
	return slices.Compact(l)
}

// Exact reports whether no evaluation leaves a session in doubt.
func (q *Query) Exact() bool { return !q.doubtful }

// Probes returns how many blocks are looked for in a segment at most, about, once the blocks of
// Hashes were put.
func (q *Query) Probes(s *Segment) int {
	return len(q.properties) + 3*len(q.prefixes) + 3*len(s.words)
}

func (q *Query) node(n filter.Node) node {
	switch n := n.(type) {
	case *filter.AllOf:
		var all allNode
		for p := range n.Parts() {
			all = all.with(q.node(p))
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
	q.leaves[i].shared = known
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
	type text struct {
		word  string
		whole bool
	}
	var properties []string
	words := map[text]tags{}
	sure = true
	for _, r := range ranges {
		value, one := strings.CutSuffix(r.To, "\x00")
		one = one && value == r.From
		tag, isWord := tagOf(r.Field)
		switch {
		case r.Word && isWord && (r.Prefix || one) && !q.wordless:
			words[text{r.From, !r.Prefix}] |= 1 << tag
			sure = sure && r.Prefix // a list has those of one word among those that begin so
		case r.Word:
			return nil, false
		case r.Field == sessions.FieldSubject && one && value != "":
			words[text{subjectTerm(value), true}] |= 1 << tagSubject
			sure = false // two subjects may have one hash
		case propertyLetters[r.Field] != 0 && one:
			properties = append(properties, propertyOf(&filter.Term{Field: r.Field, Value: value}).String())
		case r.Field == sessions.FieldMatchLevel || r.Field == sessions.FieldAcceptanceLevel:
			for _, t := range levels() {
				if r.Has(t) {
					properties = append(properties, propertyOf(&t).String())
				}
			}
		default:
			return nil, false
		}
	}
	var some someNode
	if properties != nil {
		properties = sortedSet(properties)
		some = append(some, q.leaf("property "+strings.Join(properties, "\x00"), leaf{properties: properties}))
	}
	for w, fields := range words {
		some = append(some, q.leaf(fmt.Sprint("word ", fields, w), leaf{word: w.word, whole: w.whole, fields: fields}))
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

// mostProperties is how many lists of properties are read without a look at what there is.
const mostProperties = 64

// Hashes returns the keys of the blocks that an evaluation over some segments reads first: those
// that say which of the whole words a segment may have. A segment has those for its size. They are
// looked up as they are put, and not kept.
func (q *Query) Hashes(segments []*Segment) (keys []string) {
	if len(q.words) == 0 {
		return nil
	}
	sizes := map[int][]hashBlock{}
	for _, s := range segments {
		parts := hashParts(s.N)
		if sizes[parts] == nil {
			sizes[parts] = hashBlocks(q.words, s.N)
			for _, b := range sizes[parts] {
				keys = append(keys, b.key)
			}
		}
		s.asked = sizes[parts]
	}
	return keys
}

// Keys returns the keys of the blocks that an evaluation reads after those of Hashes; a segment has
// some of them. indexed has to be true if the query is to be evaluated within instants that some of
// the segments lie partly outside of.
func (q *Query) Keys(indexed bool) []string {
	keys := []string{keyDead}
	if len(q.properties) > 0 || q.telling {
		keys = append(keys, keyCatalogue)
	}
	if indexed || q.timed {
		keys = append(keys, keyIndex)
	}
	if len(q.properties) <= mostProperties {
		for _, p := range q.properties {
			keys = append(keys, keyList+p)
		}
	}
	for _, p := range q.prefixes {
		keys = append(keys, keyList+p)
	}
	return keys
}

// Rest is what has to be read of a segment once the blocks of Keys were.
type Rest struct {
	Blocks []string // by their keys
	Next   []string // of each of these keys, the first block whose key is not less
}

// Rest returns what has to be read of a segment once the blocks of Keys were. oldest and newest are
// the instants within which the query is to be evaluated.
func (q *Query) Rest(s *Segment, oldest, newest int64) (rest Rest, err error) {
	if len(q.words) > 0 {
		if s.asked == nil {
			return rest, s.damaged(keyHashes)
		}
		for _, b := range s.asked {
			if _, ok := s.hashes[b.key]; !ok {
				return rest, s.damaged(b.key)
			}
		}
	}
	next := func(word string) {
		if !s.hasChunk(word) {
			rest.Next = append(rest.Next, keyDictionary+word)
		}
	}
	for _, w := range q.words {
		if !s.words[w] {
			continue
		}
		next(w)
		rest.Blocks = append(rest.Blocks, keyList+w)
		if w[:1] != subjectLetter { // which is of one field
			rest.Blocks = append(rest.Blocks, keyFields+w)
		}
	}
	for i := range q.leaves {
		l := &q.leaves[i]
		if list, ok := s.lists[keyList+l.word]; ok && !l.whole {
			if fields, _, _ := openList(list); l.isApart(fields) {
				rest.Blocks = append(rest.Blocks, keyFields+l.word)
			}
		}
	}
	q.eachUnlisted(s, next)
	if len(q.properties) > mostProperties {
		for _, p := range q.properties {
			_, has := slices.BinarySearch(s.properties, p)
			if _, read := s.lists[keyList+p]; has && !read {
				rest.Blocks = append(rest.Blocks, keyList+p)
			}
		}
	}
	if q.telling {
		rest.Blocks = append(rest.Blocks, s.alikeLists()...)
	}
	_, _, places := s.Between(oldest, newest)
	for _, l := range q.leaves {
		if l.created {
			_, _, missing := s.Between(l.oldest, l.newest)
			places = append(places, missing...)
		}
	}
	rest.Next, rest.Blocks = sortedSet(rest.Next), sortedSet(append(rest.Blocks, places...))
	return rest, nil
}

// More returns which blocks have to be read once those of Rest were, as those of Next: the words of
// a prefix that has no list are in two chunks at most.
func (q *Query) More(s *Segment) (next []string) {
	q.eachUnlisted(s, func(prefix string) {
		if i, _ := s.chunk(prefix); i < len(s.chunks) && strings.HasPrefix(s.chunks[i].last, prefix) {
			next = append(next, keyDictionary+prefix)
		}
	})
	return s.Behind(next)
}

// eachUnlisted calls do with the prefixes whose words are to be looked for in the dictionary: those
// without a list, unless they begin with another one, whose words theirs are among.
func (q *Query) eachUnlisted(s *Segment, do func(prefix string)) {
	last := ""
	for _, p := range q.prefixes {
		if _, ok := s.lists[keyList+p]; !ok && (last == "" || !strings.HasPrefix(p, last)) {
			last = p
			do(p)
		}
	}
}
