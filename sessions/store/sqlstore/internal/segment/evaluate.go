package segment

import "cmp"

// Result is what a filter selects of a segment, without the dead positions.
type Result struct {
	Sure     Bits    // match
	Doubtful Bits    // may match: their rows have the last word
	Alike    []Alike // those that match, told apart, if the query does
}

// Any returns the positions that match, or may.
func (r Result) Any() Bits {
	set := r.Sure.clone()
	set.or(r.Doubtful)
	return set
}

// Evaluate evaluates the filters of the query, in their order, over the sessions of a segment that
// were created within the instants given, both included. The blocks of Keys and Rest have to have
// been put in. Damage is a [*DamageError].
func (q *Query) Evaluate(s *Segment, oldest, newest int64) ([]Result, error) {
	e := &evaluation{q: q, s: s, known: make([]pair, len(q.leaves)), all: newBits(s.N)}
	low, high := e.between(oldest, newest)
	e.all.fill(low, high)
	if s.dead != nil {
		e.all = e.all.Minus(s.dead)
	}
	results := make([]Result, len(q.roots))
	for i, root := range q.roots {
		p := root.evaluate(e)
		results[i] = Result{Sure: p.sure, Doubtful: p.maybe.Minus(p.sure)}
		if q.telling {
			results[i].Alike = e.alike(p.sure)
		}
	}
	return results, e.err
}

// pair is what matches for sure, and what may match: a superset, or the same slice where nothing is
// in doubt. Neither is changed once it is in a pair.
type pair struct{ sure, maybe Bits }

type evaluation struct {
	q     *Query
	s     *Segment
	all   Bits   // what the evaluation is over
	known []pair // of the leaves
	err   error
}

func (e *evaluation) fail(key string) {
	if e.err == nil {
		e.err = e.s.damaged(key)
	}
}

func (e *evaluation) between(oldest, newest int64) (low, high int) {
	low, high, missing := e.s.Between(oldest, newest)
	for _, key := range missing {
		e.fail(key)
	}
	return low, high
}

func (n allNode) evaluate(e *evaluation) pair {
	return combined(e, n, pair{e.all, e.all}, Bits.and)
}

func (n someNode) evaluate(e *evaluation) pair {
	none := newBits(e.s.N)
	return combined(e, n, pair{none, none}, Bits.or)
}

// combined evaluates the parts, of none of which the result is empty.
func combined(e *evaluation, parts []node, empty pair, combine func(b, c Bits)) pair {
	if len(parts) == 0 {
		return empty
	}
	p := parts[0].evaluate(e)
	if len(parts) == 1 {
		return p
	}
	p = p.clone()
	for _, part := range parts[1:] {
		next := part.evaluate(e)
		if next.isSure() && p.isSure() {
			combine(p.sure, next.sure)
			continue
		}
		if p.isSure() {
			p.maybe = p.sure.clone()
		}
		combine(p.sure, next.sure)
		combine(p.maybe, next.maybe)
	}
	return p
}

// isSure reports whether nothing is in doubt.
func (p pair) isSure() bool { return len(p.sure) == 0 || &p.sure[0] == &p.maybe[0] }

func (p pair) clone() pair {
	sure := p.sure.clone()
	if p.isSure() {
		return pair{sure, sure}
	}
	return pair{sure, p.maybe.clone()}
}

func (n notNode) evaluate(e *evaluation) pair {
	p := n.part.evaluate(e)
	sure := e.all.Minus(p.maybe)
	if p.isSure() {
		return pair{sure, sure}
	}
	return pair{sure, e.all.Minus(p.sure)}
}

func (n mayNode) evaluate(e *evaluation) pair {
	return pair{newBits(e.s.N), n.part.evaluate(e).maybe}
}

func (n leafNode) evaluate(e *evaluation) pair {
	if e.known[n].sure == nil {
		e.known[n] = e.leaf(&e.q.leaves[n])
	}
	return e.known[n]
}

func (e *evaluation) leaf(l *leaf) pair {
	set := newBits(e.s.N)
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
		} else if ok && !orList(set, e.s.N, list, 1) {
			e.fail(keyList + p)
		}
	}
	set.and(e.all)
	return pair{set, set}
}

// orWord adds the sessions that have a word of a leaf.
func (e *evaluation) orWord(set Bits, l *leaf) {
	if l.whole && !e.s.words[l.word] {
		return
	}
	if list, ok := e.s.lists[keyList+l.word]; ok {
		if !orList(set, e.s.N, list, l.fields) {
			e.fail(keyList + l.word)
		}
	} else if !e.s.orWords(set, l.word, l.whole, l.fields) {
		e.fail(keyDictionary + l.word)
	}
}
