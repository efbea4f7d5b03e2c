package segment

import (
	"slices"
	"strings"
)

// DeadKey is the key of the block of dead positions.
const DeadKey = keyDead

// Bury marks positions as dead, in addition to those that are dead already, and returns the new
// block of dead positions. The block [DeadKey] has to have been read if there is one.
func (s *Segment) Bury(positions ...int) Block {
	if s.dead == nil {
		s.dead = newBits(s.N)
	}
	for _, p := range positions {
		s.dead.Set(p)
	}
	return sealed(s.Number, keyDead, appendPostings(nil, s.dead, s.N))
}

// ForgetKeys returns the keys of the blocks that may have positions of the words in some segments.
// A segment has some of the blocks with the keys in keys. For each key in chunks, the first chunk
// of the dictionary whose key is not less has to be read, and the chunk [Segment.Behind] it.
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

// AllWords returns the words, and the sex, that any of the positions has. All blocks of the segment
// have to have been put in.
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
		// A word with a long list has no postings in a chunk. So treat each prefix with a list as a
		// word: Forget then removes the positions from its list.
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

// Edit is a change of a block.
type Edit struct {
	Key string // of the block that is replaced or deleted
	// The block that replaces it, perhaps under another key. If its key is empty, the block is
	// deleted.
	Block Block
}

// forgetting removes words from positions of a segment.
type forgetting struct {
	*Segment
	lost      map[Word]bool
	begun     map[string]tags // fields of the lost words, by each of their prefixes
	positions Bits
	edits     []Edit
}

// Forget removes the words from positions, which have to be dead, and returns the changes of the
// blocks that have them. The blocks of [ForgetKeys] have to have been put in.
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

// fromLists removes the words from the lists, and lists without positions from the catalogue.
func (f *forgetting) fromLists() error {
	listed := f.properties
	for key, list := range f.lists {
		term, isList := strings.CutPrefix(key, keyList)
		// A list that cannot be opened has no fields: sections reports the damage.
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
		switch {
		case len(blocks) > 0:
		case !isProperty(term):
			// Words of the prefix may still have postings of other dead positions, and a word with a
			// list has none in its chunk: without a list, either would look like damage.
			blocks = append(blocks, sealed(f.Number, keyList+term, []byte{byte(had.fields() & -had.fields()), formGaps}))
		default:
			listed = slices.DeleteFunc(slices.Clone(listed), func(p string) bool { return p == term })
		}
		f.edit(keyList+term, blocks)
		// Only a list of several fields has a second block, which separates them.
		if had.fields().several() {
			f.edit(keyFields+term, blocks)
		}
	}
	if len(listed) < len(f.properties) {
		f.edits = append(f.edits, Edit{keyCatalogue, sealed(f.Number, keyCatalogue, appendTexts(nil, listed))})
	}
	return nil
}

// edit replaces the block under a key with the one of blocks that has the same key, or deletes it
// if none has.
func (f *forgetting) edit(key string, blocks []Block) {
	e := Edit{Key: key}
	for _, b := range blocks {
		if b.Key == key {
			e.Block = b
		}
	}
	f.edits = append(f.edits, e)
}

// fromChunks removes the words from the dictionary, and returns the words that are gone from it
// altogether, once for each field.
func (f *forgetting) fromChunks() (gone []string, err error) {
	// The last words of the previous chunk, before and after; they differ if it has another one
	// now.
	was, is := "", ""
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
		// If nothing is left of the chunk, last is the last word of the previous one.
		if len(left) == 0 && last != endWord {
			f.edits = append(f.edits, Edit{Key: key})
		} else {
			f.edits = append(f.edits, Edit{key, sealed(f.Number, next, appendChunk(nil, before, left))})
		}
	}
	return gone, nil
}

// fromHashes removes one hash for each word.
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
		// Each of the words has to have had a hash.
		if !read || !ok || len(off) > 0 {
			return f.damaged(key)
		}
		f.edits = append(f.edits, Edit{key, sealed(f.Number, key, appendHashes(left))})
	}
	return nil
}

// withoutEntries returns the entries of a chunk without the lost words at the positions, to be
// written after a chunk whose last word is before. It also returns the last word that is left, or
// before, and the words that are gone altogether. A word that has a list keeps its entry: many
// sessions have it.
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
// have been read, or nil if there are none.
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
