package segment

import (
	"slices"
	"strings"
)

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

// ForgetKeys returns the keys of the blocks that may name positions by the words in some segments:
// those of the first kind, which a segment has some of, and for each word a key whose chunk of the
// dictionary is the first one that is not less; the chunk [Segment.Behind] it has to be read, too.
func ForgetKeys(segments []*Segment, words []Word) (keys, chunks []string) {
	for _, w := range words {
		keys = append(keys, keyCatalogue)
		for p := range prefixes(w.text) {
			keys = append(keys, keyList+p, keyFields+p)
		}
		for _, s := range segments {
			key, _ := s.hashOf(w.text)
			keys = append(keys, key)
		}
		chunks = append(chunks, keyDictionary+w.text)
	}
	return sortedSet(keys), sortedSet(chunks)
}

// AllWords returns the words that some positions have, and their sex likewise. All blocks of the
// segment have to have been put in.
func (s *Segment) AllWords(positions Bits) (words []Word, err error) {
	add := func(w Word, set Bits) {
		if set.and(positions); set.Count() > 0 {
			words = append(words, w)
		}
	}
	for key := range s.lists {
		term, isList := strings.CutPrefix(key, keyList)
		if _, isSex := sexWord(term); !isList || isProperty(term) && !isSex {
			continue
		}
		// The words of a long list are in no chunk: taken for a word, the prefix is taken off it.
		f, damaged := s.sections(term)
		if damaged != "" {
			return nil, s.damaged(damaged)
		}
		for t, set := range f {
			if set != nil {
				add(Word{term, tag(t)}, set)
			}
		}
	}
	for i := range s.chunks {
		c := &s.chunks[i]
		if !eachEntry(c, s.N, func(e *entry) bool {
			set := newBits(s.N)
			if _, ok := orGaps(set, s.N, e.gaps, e.count); !ok {
				return false
			}
			add(Word{string(e.word), e.tag}, set)
			return true
		}) {
			return nil, s.damaged(keyDictionary + c.last)
		}
	}
	return words, nil
}

// Edit is what becomes of a block.
type Edit struct {
	Key   string // of the block
	Block Block  // takes its place, perhaps under another key; without a key: nothing does
}

// forgetting takes words off positions of a segment.
type forgetting struct {
	*Segment
	lost      map[Word]bool
	begun     map[string]tags // by what they begin with
	positions Bits
	edits     []Edit
}

// Forget takes the words off positions, which have to be dead, and returns what becomes of the
// blocks that named them. The blocks of [ForgetKeys] have to have been put in.
func (s *Segment) Forget(words []Word, positions Bits) ([]Edit, error) {
	f := forgetting{s, map[Word]bool{}, map[string]tags{}, positions, nil}
	for _, w := range words {
		f.lost[w] = true
		for p := range prefixes(w.text) {
			f.begun[p] |= 1 << w.tag
		}
	}
	if err := f.fromLists(); err != nil {
		return nil, err
	}
	gone, err := f.fromChunks()
	if err == nil {
		err = f.fromHashes(gone)
	}
	return f.edits, err
}

// fromLists edits the lists, and the catalogue.
func (f *forgetting) fromLists() error {
	listed := f.properties
	for key, list := range f.lists {
		term, isList := strings.CutPrefix(key, keyList)
		if fields, _, _ := openList(list); !isList || f.begun[term] == 0 || fields != 0 && fields&f.begun[term] == 0 {
			continue
		}
		had, damaged := f.sections(term)
		if damaged != "" {
			return f.damaged(damaged)
		}
		has := had
		changed := false
		for t, set := range had {
			if set == nil || !f.begun[term].has(tag(t)) {
				continue
			}
			kept := set.Minus(f.positions)
			changed = changed || kept.Count() < set.Count()
			if has[t] = kept; kept.Count() == 0 {
				has[t] = nil
			}
		}
		if !changed {
			continue
		}
		blocks, _ := has.blocks(f.Number, term, f.N, nil)
		if len(blocks) == 0 {
			listed = slices.DeleteFunc(slices.Clone(listed), func(p string) bool { return p == term })
		}
		f.edit(keyList+term, blocks)
		if had.fields().several() {
			f.edit(keyFields+term, blocks)
		}
	}
	if len(listed) < len(f.properties) {
		f.edits = append(f.edits, Edit{keyCatalogue, sealed(f.Number, keyCatalogue, appendTexts(nil, listed))})
	}
	return nil
}

// edit puts the one of some blocks that has a key in the place of that block. None of them takes it
// away.
func (f *forgetting) edit(key string, blocks []Block) {
	e := Edit{Key: key}
	for _, b := range blocks {
		if b.Key == key {
			e.Block = b
		}
	}
	f.edits = append(f.edits, e)
}

// fromChunks edits the dictionary, and returns the words that it had and does not have any more,
// one for each field.
func (f *forgetting) fromChunks() (gone []string, err error) {
	was, is := "", "" // last words of the chunk before, if it has another one than it had
	for i := range f.chunks {
		c := &f.chunks[i]
		before := c.before
		if before == was {
			before = is
		}
		left, last, words, changed, ok := f.withoutEntries(c, before)
		if !ok {
			return nil, f.damaged(keyDictionary + c.last)
		}
		gone = append(gone, words...)
		if c.last == endWord {
			last = endWord
		}
		if was, is = c.last, last; !changed && before == c.before {
			continue
		}
		key, next := keyDictionary+c.last, keyDictionary+last
		if len(left) == 0 && last != endWord { // last is that of the chunk before
			f.edits = append(f.edits, Edit{Key: key})
		} else {
			f.edits = append(f.edits, Edit{key, sealed(f.Number, next, appendChunk(nil, before, left))})
		}
	}
	return gone, nil
}

// fromHashes takes one hash for each word off the hashes.
func (f *forgetting) fromHashes(words []string) error {
	rests := map[string][]uint32{} // by block
	for _, w := range words {
		key, rest := f.hashOf(w)
		rests[key] = append(rests[key], rest)
	}
	for key, off := range rests {
		data, read := f.hashes[key]
		left, ok := decodeHashes(data)
		left = slices.DeleteFunc(left, func(rest uint32) bool {
			i := slices.Index(off, rest)
			if i >= 0 {
				off = slices.Delete(off, i, i+1)
			}
			return i >= 0
		})
		if !read || !ok || len(off) > 0 {
			return f.damaged(key)
		}
		f.edits = append(f.edits, Edit{key, sealed(f.Number, key, appendHashes(left))})
	}
	return nil
}

// withoutEntries returns the entries of a chunk, behind another chunk with some last word, without
// the lost words at the positions; the last word that is left of both, and the words that it has
// lost altogether. A word that has a list keeps its entry: many have it.
func (f *forgetting) withoutEntries(c *chunk, before string) (left []byte, last string, gone []string, changed, ok bool) {
	last = before
	decoded := true
	ok = eachEntry(c, f.N, func(e *entry) bool {
		word, count, gaps := string(e.word), e.count, e.gaps
		if f.lost[Word{word, e.tag}] && count > 0 {
			set := newBits(f.N)
			if _, decoded = orGaps(set, f.N, e.gaps, e.count); !decoded {
				return false
			}
			set = set.Minus(f.positions)
			if kept := set.Count(); kept != count {
				changed = true
				var list []uint16
				for p := range set.All() {
					list = append(list, uint16(p))
				}
				if count, gaps = kept, appendGaps(nil, list); kept == 0 {
					if isHashed(e.tag) {
						gone = append(gone, word)
					}
					return true
				}
			}
		}
		left = appendEntry(left, last, word, e.tag, count, gaps)
		last = word
		return true
	})
	return left, last, gone, changed, ok && decoded
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
