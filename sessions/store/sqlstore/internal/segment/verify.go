package segment

import (
	"bytes"
	"maps"
	"slices"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// Verify compares the whole segment with the sessions. All of its blocks have to have been put in.
// sessionsAt returns the session of a living position. For a dead position it returns the sessions
// that are still stored with its creation time: the position may have no word, and no sex, that
// none of them has.
func (s *Segment) Verify(sessionsAt func(position int) []*sessions.Session) error {
	v := verifier{s: s, words: make([]map[Word]bool, s.N), lists: map[string]*sections{}}
	for key := range s.lists {
		if key[:1] == keyList {
			v.lists[key[1:]] = new(sections)
		}
	}
	dead := s.Dead()
	var buffer []filter.Term
	missing := ""
	for i := range s.N {
		v.words[i] = map[Word]bool{}
		for _, found := range sessionsAt(i) {
			buffer = termsOf(found, searchkey.Of(found), buffer, func(w Word) {
				if v.words[i][w] {
					return
				}
				v.words[i][w] = true
				for p := range prefixes(w.text) {
					v.has(p, w.tag, i)
				}
			}, func(p property) {
				// Every property has a list.
				if term := p.String(); !v.has(term, 0, i) && !dead.Has(i) {
					missing = term
				}
			})
		}
		if missing != "" {
			return s.damaged(keyList + missing)
		}
	}
	if properties := slices.DeleteFunc(slices.Sorted(maps.Keys(s.lists)), func(key string) bool { return key[:1] != keyList || !isProperty(key[1:]) }); !s.catalogued ||
		!slices.EqualFunc(properties, s.properties, func(key, p string) bool { return key == keyList+p }) {
		return s.damaged(keyCatalogue)
	}
	for key := range s.lists {
		term := key[1:]
		if key[:1] == keyFields {
			if _, ok := s.lists[keyList+term]; !ok {
				return s.damaged(key)
			}
			continue
		}
		verify := v.prefix
		if isProperty(term) {
			verify = v.property
		}
		f, damaged := s.sections(term)
		if damaged != "" {
			return s.damaged(damaged)
		}
		if !verify(term, &f) {
			return s.damaged(key)
		}
	}
	return v.dictionary()
}

// verifier has the terms that the sessions have.
type verifier struct {
	s     *Segment
	words []map[Word]bool
	lists map[string]*sections // the positions that the list of each term should have
}

// has records that a position has a property, or a word with a prefix, and reports whether that has
// a list.
func (v *verifier) has(term string, t tag, position int) bool {
	f := v.lists[term]
	if f == nil {
		return false
	}
	if f[t] == nil {
		f[t] = newBits(v.s.N)
	}
	f[t].Set(position)
	return true
}

// property reports whether the living positions of a list are those of the sessions with the
// property. If the property is personal, dead positions have to be among those of the sessions,
// too.
func (v *verifier) property(term string, f *sections) bool {
	dead, needed := v.s.Dead(), v.lists[term][0]
	spared := dead
	if _, forgotten := sexWord(term); forgotten {
		spared = nil
	}
	return f.fields() == 1 && f[0].within(needed, spared) && needed.within(f[0], dead)
}

// prefix reports whether the living positions of a list are those of the sessions that have a word
// with the prefix in each field, and whether the dead positions are among those.
func (v *verifier) prefix(prefix string, f *sections) bool {
	dead, needed := v.s.Dead(), v.lists[prefix]
	for t, set := range f {
		if !set.within(needed[t], nil) || !needed[t].within(set, dead) {
			return false
		}
	}
	return true
}

// dictionary compares the chunks, the hashes and the words with lists, and looks for words that are
// in no list and no chunk.
func (v *verifier) dictionary() error {
	s := v.s
	found := make([]map[Word]bool, s.N)
	listed := map[Word]bool{}
	taken := map[string]int{} // bytes of the words with each prefix that has no list
	hashes := map[string][]uint32{}
	last, before := "", "" // last words of the previous entry and of the previous chunk
	for i := range s.chunks {
		c := &s.chunks[i]
		sound := true
		whole := eachEntry(c, s.N, func(e *entry) bool {
			set := newBits(s.N)
			_, ok := orGaps(set, s.N, e.gaps, e.count)
			w := Word{string(e.word), e.tag}
			// A word has an entry for each of its fields, so words may repeat.
			ok = ok && w.text >= last
			for i := range set.All() {
				if ok = ok && v.words[i][w]; !ok {
					break
				}
				if found[i] == nil {
					found[i] = map[Word]bool{}
				}
				found[i][w] = true
			}
			if isHashed(e.tag) {
				key, rest := s.hashOf(w.text)
				hashes[key] = append(hashes[key], rest)
			}
			// The entry of a word that has a list has no postings. It only says that the word
			// exists.
			if _, ok := s.lists[keyList+w.text]; ok && e.count == 0 {
				listed[w] = true
			}
			for p := range prefixes(w.text) {
				if _, ok := s.lists[keyList+p]; !ok {
					taken[p] += e.size
				}
			}
			last = w.text
			sound = ok && (e.count > 0 || listed[w])
			return sound
		})
		if !whole || !sound || c.before != before || c.last != last && c.last != endWord {
			return s.damaged(keyDictionary + c.last)
		}
		before = c.last
	}
	// The last chunk reaches to the end of all words. Otherwise a chunk is missing behind it.
	if before != endWord {
		return s.damaged(keyDictionary + endWord)
	}
	for p, size := range taken {
		// Subjects are only looked for whole, so their prefixes have no lists.
		if size > listBytes+len(p) && p[:1] != subjectLetter {
			return s.damaged(keyList + p)
		}
	}
	for part, parts := 0, hashParts(s.N); part < 1<<parts; part++ {
		key := hashKey(part, parts)
		slices.Sort(hashes[key])
		if data, ok := s.hashes[key]; !ok || !bytes.Equal(data, appendHashes(hashes[key])) {
			return s.damaged(key)
		}
	}
	for i, words := range v.words {
		// A dead place may have lost words.
		if s.Dead().Has(i) {
			continue
		}
		for w := range words {
			if !listed[w] && !found[i][w] {
				return s.damaged(keyDictionary + w.text)
			}
		}
	}
	return nil
}
