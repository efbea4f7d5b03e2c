package segment

// DeadKey is the key of the block of dead positions.
const DeadKey = keyDead

// Bury makes positions dead, beside those that are already, and returns the block that says so. The
// block [DeadKey] has to have been read if there is one.
func (s *Segment) Bury(positions ...int) Block {
	if s.dead == nil {
		s.dead = newBits(s.N)
	}
	for _, p := range positions {
		s.dead.Set(p)
	}
	return sealed(s.Number, keyDead, appendPostings(nil, s.dead, s.N))
}

// ForgetKeys returns the keys of the blocks that may name positions by the words: those of lists,
// and for each word a key whose chunk of the dictionary is the first one that is not less.
func ForgetKeys(words []Word) (lists, chunks []string) {
	for _, w := range words {
		for p := range prefixes(w.text) {
			lists = append(lists, keyList+p)
		}
		chunks = append(chunks, keyDictionary+w.text)
	}
	return sortedSet(lists), sortedSet(chunks)
}

// Edit is what becomes of a block.
type Edit struct {
	Key   string // of the block
	Block Block  // takes its place, perhaps under another key; without a key: nothing does
}

// Forget takes the words off positions, which have to be dead, and returns what becomes of the
// blocks that named them. The blocks of [ForgetKeys] have to have been put in.
func (s *Segment) Forget(words []Word, positions Bits) ([]Edit, error) {
	lost := map[Word]bool{}
	begun := map[string]tags{} // by prefix
	for _, w := range words {
		lost[w] = true
		for p := range prefixes(w.text) {
			begun[keyList+p] |= 1 << w.tag
		}
	}
	var edits []Edit
	for key, list := range s.lists {
		if fields := begun[key]; fields != 0 {
			left, changed, ok := s.withoutSections(list, fields, positions)
			if !ok {
				return nil, s.damaged(key)
			}
			if changed {
				edits = append(edits, s.edit(key, key, left))
			}
		}
	}
	for _, c := range s.chunks {
		left, last, changed, ok := s.withoutEntries(c.Data, lost, positions)
		if !ok {
			return nil, s.damaged(c.Key)
		}
		if changed {
			edits = append(edits, s.edit(c.Key, keyDictionary+last, left))
		}
	}
	return edits, nil
}

func (s *Segment) edit(key, next string, payload []byte) Edit {
	if len(payload) == 0 {
		return Edit{Key: key}
	}
	return Edit{key, sealed(s.Number, next, payload)}
}

// withoutSections returns a list without some positions in some fields.
func (s *Segment) withoutSections(list []byte, fields tags, positions Bits) (left []byte, changed, ok bool) {
	ok = eachSection(list, func(t tag, postings []byte) bool {
		set := newBits(s.N)
		if !orPostings(set, s.N, postings) {
			return false
		}
		if fields.has(t) {
			kept := set.Minus(positions)
			changed = changed || kept.Count() != set.Count()
			set = kept
		}
		if set.Count() > 0 {
			left, _ = appendSection(left, t, set, s.N, nil)
		}
		return true
	})
	return left, changed, ok
}

// withoutEntries returns a chunk without some words at some positions, and the last word that it
// still has.
func (s *Segment) withoutEntries(chunk []byte, lost map[Word]bool, positions Bits) (left []byte, last string, changed, ok bool) {
	decoded := true
	ok = eachEntry(chunk, s.N, func(e *entry) bool {
		word, count, gaps := string(e.word), e.count, e.gaps
		if lost[Word{word, e.tag}] {
			set := newBits(s.N)
			if _, decoded = orGaps(set, s.N, e.gaps, e.count); !decoded {
				return false
			}
			set = set.Minus(positions)
			if kept := set.Count(); kept != count {
				changed = true
				var list []uint16
				for p := range set.All() {
					list = append(list, uint16(p))
				}
				count, gaps = kept, appendGaps(nil, list)
			}
		}
		if count > 0 {
			left = appendEntry(left, last, word, e.tag, count, gaps)
			last = word
		}
		return true
	})
	return left, last, changed, ok && decoded
}

// DeadAt returns the dead positions of sessions that were created at some instants, whose places
// have been read; nil if there are none.
func (s *Segment) DeadAt(instants []int64) Bits {
	if s.dead == nil {
		return nil
	}
	set := newBits(s.N)
	for _, us := range instants {
		low, high, _ := s.Between(us, us)
		set.fill(low, high)
	}
	set.and(s.dead)
	if set.Count() == 0 {
		return nil
	}
	return set
}
