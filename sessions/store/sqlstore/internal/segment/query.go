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

// Query has some filters, compiled to be evaluated over many segments. It may be used by many
// goroutines at once.
type Query struct {
	roots      []node
	leaves     []leaf
	properties []string
	prefixes   []string // of words
	words      []string // whole words
	// Index of the leaf with a text.
	byText   map[string]int
	telling  bool // evaluations return Alike, too
	timed    bool // a filter has a range of creation times
	doubtful bool
	wordless bool // words are not looked for
}

// node is a part of a compiled filter.
type node interface {
	evaluate(e *Evaluation) pair
	leaves(list []leafNode) []leafNode // appends the leaves below the node
}

// The kinds of nodes. A leafNode is the index of a leaf.
type (
	allNode  []node
	someNode []node
	notNode  struct{ part node }
	mayNode  struct{ part node } // all sessions of the part are doubtful
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
	word       string   // or a word with this prefix
	// Only this word itself; if a list answers the leaf, other words with the prefix, too.
	whole  bool
	fields tags // in one of these fields

	shared bool // several nodes are this leaf

	created        bool // or the creation time
	oldest, newest int64
}

// isApart reports whether a list with postings of some fields has those of a field of the leaf and
// those of another field. Then the leaf needs the block with the postings by field.
func (l *leaf) isApart(fields tags) bool { return fields&l.fields != 0 && fields&^l.fields != 0 }

// Compile compiles filters, none of which has an error.
func Compile(filters ...filter.Filter) *Query { return (&Query{}).compile(filters) }

// CompileWordless compiles filters for segments whose words are not trusted: a session that is
// selected by a word is doubtful.
func CompileWordless(filters ...filter.Filter) *Query {
	return (&Query{wordless: true}).compile(filters)
}

// compile compiles filters into an empty query.
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

// index lists the terms that the leaves of the roots need.
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

// Tell makes evaluations count the sessions that match for sure, by what [Alike] has of them.
func (q *Query) Tell() { q.telling = true }

// sortedSet sorts a list and removes duplicates.
func sortedSet(l []string) []string {
	slices.Sort(l)
	return slices.Compact(l)
}

// Exact reports whether no evaluation has doubtful sessions.
func (q *Query) Exact() bool { return !q.doubtful }

// Probes returns about how many blocks of a segment are looked for at most, once the blocks of
// Hashes were put.
func (q *Query) Probes(s *Segment) int {
	return len(q.properties) + 3*len(q.prefixes) + 3*len(s.words)
}

// node compiles a node of a filter. If the kind of the node is not known, all sessions are
// doubtful.
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

// maybe makes all sessions of a node doubtful.
func (q *Query) maybe(n node) node {
	q.doubtful = true
	return mayNode{n}
}

// leaf returns the node of a leaf, which the text identifies.
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

// criterion returns the node of a criterion: the sessions that have a term of each group. Sessions
// are doubtful if lists and dictionary cannot decide.
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

// group returns the node of the sessions that have a term in one of the ranges, or nil if segments
// do not have all of those terms. sure reports whether the node selects no other sessions.
func (q *Query) group(ranges []filter.TermRange) (n node, sure bool) {
	type text struct {
		word  string
		whole bool
	}
	var properties []string
	words := map[text]tags{}
	sure = true
	for _, r := range ranges {
		// The range of one value ends at the next possible text: the value and a zero byte.
		value, one := strings.CutSuffix(r.To, "\x00")
		one = one && value == r.From
		tag, isWord := tagOf(r.Field)
		switch {
		case r.Word && isWord && (r.Prefix || one) && !q.wordless:
			words[text{r.From, !r.Prefix}] |= 1 << tag
			// A list does not separate a whole word from other words with that prefix.
			sure = sure && r.Prefix
		case r.Word:
			return nil, false
		case r.Field == sessions.FieldSubject && one && value != "":
			words[text{subjectTerm(value), true}] |= 1 << tagSubject
			sure = false // two subjects may have the same hash
		case propertyLetters[r.Field] != 0 && one:
			properties = append(properties, propertyOf(&filter.Term{Field: r.Field, Value: value}).String())
		case r.Field == sessions.FieldMatchLevel || r.Field == sessions.FieldAcceptanceLevel:
			// The levels are few, so a range of levels is a list for each.
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

// createdBetween returns the node of a range of creation times, without its end.
func (q *Query) createdBetween(c *filter.Criterion) node {
	from, to := c.Range()
	// One is added to newest, which must not overflow.
	l := leaf{created: true, oldest: math.MinInt64, newest: math.MaxInt64 - 1}
	if !from.IsZero() {
		l.oldest = Micros(from)
	}
	if !to.IsZero() {
		l.newest = Micros(to) - 1
	}
	return q.leaf("created "+from.String()+" "+to.String(), l)
}

// Micros returns an instant in microseconds since 1970, rounded up. No session is created between
// the two.
func Micros(t time.Time) int64 {
	us := t.UnixMicro()
	if t.Nanosecond()%1000 != 0 {
		us++
	}
	return us
}

// mostPropertyLists is how many lists of properties are asked for without looking at the catalogue
// first.
const mostPropertyLists = 64

// Words returns the whole words that the query looks for.
func (q *Query) Words() []string { return q.words }

// Hashes returns the keys of the blocks that an evaluation over some segments reads first, which
// say which whole words a segment may have. words are those of [Query.Words] for which
// [Segment.PutWord] does not say it. A segment has the keys for its size. Put looks the words up in
// these blocks, and does not keep the blocks.
func (q *Query) Hashes(segments []*Segment, words []string) (keys []string) {
	sizes := map[int][]hashBlock{}
	for _, s := range segments {
		parts := hashParts(s.N)
		if sizes[parts] == nil {
			sizes[parts] = hashBlocks(words, s.N)
			for _, b := range sizes[parts] {
				keys = append(keys, b.key)
			}
		}
		s.asked = sizes[parts]
	}
	return keys
}

// Keys returns the keys of the blocks that an evaluation reads after those of Hashes. A segment has
// some of them. indexed has to be true if a segment is partly outside of the range of creation
// times that the query is to be evaluated over.
func (q *Query) Keys(indexed bool) []string {
	keys := []string{keyDead}
	if len(q.properties) > 0 || q.telling {
		keys = append(keys, keyCatalogue)
	}
	if indexed || q.timed {
		keys = append(keys, keyIndex)
	}
	if len(q.properties) <= mostPropertyLists {
		for _, p := range q.properties {
			keys = append(keys, keyList+p)
		}
	}
	for _, p := range q.prefixes {
		keys = append(keys, keyList+p)
	}
	return keys
}

// Rest says which blocks of a segment have to be read after those of Keys.
type Rest struct {
	Blocks []string // their keys
	Next   []string // for each key, the first block whose key is not less
}

// Rest returns the blocks of a segment that have to be read after those of Keys. The query is to be
// evaluated over the sessions created from oldest to newest.
func (q *Query) Rest(s *Segment, oldest, newest int64) (rest Rest, err error) {
	if len(q.words) > 0 {
		if s.asked == nil {
			return rest, s.damaged(keyHashes)
		}
		if err := s.CheckHashes(); err != nil {
			return rest, err
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
		// A word with a list has no postings in its chunk.
		rest.Blocks = append(rest.Blocks, keyList+w)
		// A subject has only one field.
		if w[:1] != subjectLetter {
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
	// Keys did not name so many lists. The catalogue says now which of them the segment has.
	if len(q.properties) > mostPropertyLists {
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

// NeedsFields reports whether the query needs the postings by field of a term, which are in another
// block than its list. Those that were collected from the dictionary have their fields.
func (q *Query) NeedsFields(key string, postings []byte) bool {
	fields, _, _ := openList(postings)
	return slices.ContainsFunc(q.leaves, func(l leaf) bool { return l.word != "" && keyList+l.word == key && l.isApart(fields) })
}

// MoreRounds is how often More may return keys.
const MoreRounds = mostChunks

// More returns keys that have to be read like those of Next after the blocks of Rest, until there
// are none: the words of a prefix without a list are in two chunks at most, and the second one may
// end with one of them.
func (q *Query) More(s *Segment) (next []string) {
	q.eachUnlisted(s, func(prefix string) {
		i, _ := s.chunk(prefix)
		for n := 0; n < mostChunks && i < len(s.chunks) && strings.HasPrefix(s.chunks[i].last, prefix); n++ {
			last := s.chunks[i].last
			if i++; i == len(s.chunks) || s.chunks[i].before != last {
				next = append(next, keyDictionary+last+"\x01") // no word has that character
				return
			}
		}
	})
	return sortedSet(next)
}

// eachUnlisted calls do with the prefixes whose words have to be looked for in the dictionary:
// those without a list, whose postings are not known. It leaves out a prefix that begins with
// another one of them: the chunks of the other have its words, too.
func (q *Query) eachUnlisted(s *Segment, do func(prefix string)) {
	last := ""
	for _, p := range q.prefixes {
		if s.Postings(keyList+p) == nil && (last == "" || !strings.HasPrefix(p, last)) {
			last = p
			do(p)
		}
	}
}
