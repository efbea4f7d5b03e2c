package segment

import (
	"cmp"
	"slices"
)

// Result has the positions of a segment that a filter selects, without the dead ones.
type Result struct {
	Sure     Bits    // match
	Doubtful Bits    // may match: their rows decide
	Alike    []Alike // counts of those that match, if the query asks for them
}

// Any returns the positions that match or may match. The caller must not change them.
func (r Result) Any() Bits {
	if r.Doubtful == nil {
		return r.Sure
	}
	set := r.Sure.clone()
	set.or(r.Doubtful)
	return set
}

// Evaluation evaluates a query over one segment after another. It reuses its memory, and is not
// safe for concurrent use.
type Evaluation struct {
	q     *Query
	s     *Segment
	all   Bits   // the positions to evaluate
	known []pair // of the leaves that were evaluated by themselves
	sets  *Sets
	used  int // number of sets in use
	err   error

	// The parts of a filter that is a conjunction; once learned, the rarest first.
	conditions allNode
	met        []int // how many sessions meet each condition
	of         int   // out of how many sessions
}

// Sets is memory for the sets that an Evaluation makes. The zero Sets has none yet.
type Sets []Bits // each of MaxSessions

// Use makes the evaluation use some memory, which no other one may use at the same time. Without
// it, the evaluation uses memory of its own.
func (e *Evaluation) Use(sets *Sets) { e.sets = sets }

// Evaluation returns an evaluation of the query.
func (q *Query) Evaluation() *Evaluation {
	e := &Evaluation{q: q, known: make([]pair, len(q.leaves)), sets: new(Sets)}
	if len(q.roots) == 1 {
		e.conditions, _ = q.roots[0].(allNode)
		e.met = make([]int, len(e.conditions))
	}
	return e
}

// Query returns the query of the evaluation.
func (e *Evaluation) Query() *Query { return e.q }

// Bounds of learning which conditions are rare.
const (
	leastConditions     = 3
	mostLearnedSessions = 16_384 // sessions that are enough to learn from
)

// Learns reports whether the filter is a conjunction of several conditions about which nothing was
// learned yet. Evaluate learns how many sessions of a segment meet each.
func (e *Evaluation) Learns() bool { return len(e.conditions) >= leastConditions && e.of == 0 }

// learn counts the sessions that meet each condition, and sorts the conditions by that.
func (e *Evaluation) learn() {
	e.of += e.all.Count()
	for i, c := range e.conditions {
		set := e.copy(c.evaluate(e).maybe)
		set.and(e.all)
		e.met[i] += set.Count()
	}
	order := make([]int, len(e.conditions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(e.met[i], e.met[j]) })
	conditions, met := make(allNode, len(order)), make([]int, len(order))
	for i, k := range order {
		conditions[i], met[i] = e.conditions[k], e.met[k]
	}
	e.conditions, e.met = conditions, met
}

// Narrower returns an evaluation of the rarest conditions, which needs fewer blocks. Most segments
// of n sessions should have no session that meets all of those, and so none that the filter
// selects. Narrower returns nil if there are no such conditions, or if nothing was learned. The two
// evaluations share their memory.
func (e *Evaluation) Narrower(n int) *Evaluation {
	if len(e.conditions) < leastConditions || e.of == 0 {
		return nil
	}
	meet := float64(n)
	for i, met := range e.met[:len(e.met)-1] {
		// Add one: another segment may have sessions that meet a condition even if none did so far.
		if meet *= float64(met+1) / float64(e.of+1); meet < 1./4 {
			narrow := *e.q
			narrow.roots, narrow.telling = []node{e.conditions[:i+1]}, false
			narrow.index()
			return &Evaluation{q: &narrow, known: make([]pair, len(narrow.leaves)), sets: e.sets}
		}
	}
	return nil
}

// Evaluate evaluates the filters of the query, in their order, over the sessions of a segment that
// were created from oldest to newest, both included. The blocks of Hashes, Keys, Rest and More have
// to have been put in. If one is damaged, Evaluate returns a [*DamageError].
func (e *Evaluation) Evaluate(s *Segment, oldest, newest int64) ([]Result, error) {
	e.begin(s, oldest, newest)
	if len(e.conditions) >= leastConditions && e.of < mostLearnedSessions {
		e.learn()
	}
	results := make([]Result, len(e.q.roots))
	for i, root := range e.q.roots {
		// The rarest condition comes first, so that often no other has to be evaluated.
		if e.of > 0 {
			root = e.conditions
		}
		results[i] = e.result(root.evaluate(e))
		if e.q.telling && results[i].Sure != nil {
			results[i].Alike = e.alike(results[i].Sure)
		}
	}
	return results, e.err
}

// Meets reports whether any session matches, or may match, the only filter of the query. Its
// arguments and its error are those of Evaluate.
func (e *Evaluation) Meets(s *Segment, oldest, newest int64) (bool, error) {
	e.begin(s, oldest, newest)
	some := e.copy(e.q.roots[0].evaluate(e).maybe).and(e.all)
	return some, e.err
}

// begin prepares the evaluation over a segment.
func (e *Evaluation) begin(s *Segment, oldest, newest int64) {
	e.s, e.used, e.err = s, 0, nil
	clear(e.known)
	s.collect(e.q.prefixes)
	e.all = e.set()
	low, high := e.between(oldest, newest)
	e.all.fill(low, high)
	if s.dead != nil {
		e.all.subtract(s.dead)
	}
}

// result returns the positions of a pair in memory of its own, or a zero Result if there are none.
func (e *Evaluation) result(p pair) (r Result) {
	doubtful := e.set()
	if !p.isSure() {
		doubtful.or(p.maybe)
		doubtful.subtract(p.sure)
	}
	sure := e.copy(p.sure)
	if in, doubt := sure.and(e.all), doubtful.and(e.all); in || doubt {
		r.Sure = sure.clone()
		if doubt {
			r.Doubtful = doubtful.clone()
		}
	}
	return r
}

// set returns an empty set that is valid during this evaluation.
func (e *Evaluation) set() Bits {
	if e.used == len(*e.sets) {
		// The next segment may be longer, and uses the same memory.
		*e.sets = append(*e.sets, newBits(MaxSessions))
	}
	set := (*e.sets)[e.used][:(e.s.N+63)/64]
	e.used++
	clear(set)
	return set
}

// copy returns a copy that is valid during this evaluation.
func (e *Evaluation) copy(b Bits) Bits {
	set := e.set()
	copy(set, b)
	return set
}

// pair has the positions that match for sure, and those that may match: a superset, or the same
// slice if none is doubtful. It may have positions outside of those to evaluate.
type pair struct{ sure, maybe Bits }

// isSure reports whether no position is doubtful.
func (p pair) isSure() bool { return &p.sure[0] == &p.maybe[0] }

// fail records the first damaged block.
func (e *Evaluation) fail(key string) {
	if e.err == nil {
		e.err = e.s.damaged(key)
	}
}

// between returns the positions of the sessions created from oldest to newest.
func (e *Evaluation) between(oldest, newest int64) (low, high int) {
	low, high, missing := e.s.Between(oldest, newest)
	for _, key := range missing {
		e.fail(key)
	}
	return low, high
}

func (n allNode) evaluate(e *Evaluation) pair {
	if len(n) == 0 {
		return pair{e.all, e.all}
	}
	p := n[0].evaluate(e)
	if len(n) == 1 {
		return p
	}
	p = e.copies(p)
	for _, part := range n[1:] {
		next := part.evaluate(e)
		if p.isSure() && !next.isSure() {
			p.maybe = e.copy(p.sure)
		}
		some := p.sure.and(next.sure)
		if !p.isSure() {
			some = p.maybe.and(next.maybe)
		}
		if !some {
			// Nothing is left that other parts could remove.
			break
		}
	}
	return p
}

func (n someNode) evaluate(e *Evaluation) pair {
	sure := e.set()
	p := pair{sure, sure}

	for _, part := range n {
		// A leaf of one node needs no set of its own.
		if leaf, ok := part.(leafNode); ok && !e.q.leaves[leaf].shared {
			e.orLeaf(p.sure, &e.q.leaves[leaf])
			if !p.isSure() {
				e.orLeaf(p.maybe, &e.q.leaves[leaf])
			}
			continue
		}
		next := part.evaluate(e)
		if p.isSure() && !next.isSure() {
			p.maybe = e.copy(p.sure)
		}
		p.sure.or(next.sure)
		if !p.isSure() {
			p.maybe.or(next.maybe)
		}
	}
	return p
}

// copies returns a copy of a pair.
func (e *Evaluation) copies(p pair) pair {
	sure := e.copy(p.sure)
	if p.isSure() {
		return pair{sure, sure}
	}
	return pair{sure, e.copy(p.maybe)}
}

func (n notNode) evaluate(e *Evaluation) pair {
	p := n.part.evaluate(e)
	sure := e.copy(e.all)
	// A session that may match may also not match: only the others are sure.
	sure.subtract(p.maybe)
	if p.isSure() {
		return pair{sure, sure}
	}
	maybe := e.copy(e.all)
	maybe.subtract(p.sure)
	return pair{sure, maybe}
}

func (n mayNode) evaluate(e *Evaluation) pair {
	return pair{e.set(), n.part.evaluate(e).maybe}
}

func (n leafNode) evaluate(e *Evaluation) pair {
	// Several nodes may share the leaf.
	if e.known[n].sure != nil {
		return e.known[n]
	}
	set := e.set()
	e.orLeaf(set, &e.q.leaves[n])
	e.known[n] = pair{set, set}
	return e.known[n]
}

// orLeaf adds the positions of a leaf.
func (e *Evaluation) orLeaf(set Bits, l *leaf) {
	switch {
	case l.created:
		low, high := e.between(l.oldest, l.newest)
		set.fill(low, high)
	case l.word != "":
		e.orWord(set, l)
	}
	for _, p := range l.properties {
		list, ok, err := e.s.list(p)
		if err != nil {
			e.err = cmp.Or(e.err, err)
		} else if ok {
			_, postings, ok := openList(list)
			if !ok || !orPostings(set, e.s.N, postings) {
				e.fail(keyList + p)
			}
		}
	}
}

// orWord adds the positions that have a word of a leaf.
func (e *Evaluation) orWord(set Bits, l *leaf) {
	// The hashes say that no session has the word.
	if l.whole && !e.s.words[l.word] {
		return
	}
	list, ok := e.s.lists[keyList+l.word]
	if !ok {
		postings, ok := e.s.unlisted[l.word]
		if l.whole {
			postings, ok = e.s.appendCollected(nil, l.word, true)
		}
		if !ok || !orCollected(set, e.s.N, postings, l.fields) {
			e.fail(keyDictionary + l.word)
		}
		return
	}
	fields, postings, ok := openList(list)
	switch {
	case !ok:
		e.fail(keyList + l.word)
	case l.isApart(fields):
		if apart, ok := e.s.lists[keyFields+l.word]; !ok || !orSections(set, e.s.N, apart, l.fields) {
			e.fail(keyFields + l.word)
		}
	case fields&l.fields != 0 && !orPostings(set, e.s.N, postings):
		e.fail(keyList + l.word)
	}
}
