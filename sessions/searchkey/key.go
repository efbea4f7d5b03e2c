package searchkey

import (
	"bytes"
	"iter"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
)

// Version is the version of the folding and of [Key]. A store keeps it beside its keys and refuses
// keys of another version.
const Version = 2

// The bounds of a key. The package comment says what happens to words beyond them.
const (
	MaxWordBytes  = 64                // of a word
	MaxWords      = 32                // of one field
	MaxFieldBytes = 512               // of one field's entries
	MaxKeyBytes   = 4 * MaxFieldBytes // of a key
)

// Key is the stored form of a session's words: for each word a tag, a space and the word, with
// nothing between the entries. The tag is a letter for the field, or N for a word that joins both
// names. "F giorgiL beridzeP 01001012345D 23ab12345D ab12345D 12345" is a Key. Since words have
// neither spaces nor A to Z, a session has a word that begins with q if and only if the bytes " q"
// are in the key, and in its first name if and only if "F q" is. Entries are in the order of the
// fields, and words that join both names come last. No word of a field is a prefix of another. The
// empty Key has no words.
type Key string

// tagBoth marks the words that join both names.
const tagBoth = 'N'

// searched are the fields of search in the order of a key, with their tags.
var searched = [...]struct {
	field  sessions.Field
	tag    byte
	number bool
}{
	{sessions.FieldFirstName, 'F', false},
	{sessions.FieldLastName, 'L', false},
	{sessions.FieldPersonalNumber, 'P', true},
	{sessions.FieldDocumentNumber, 'D', true},
}

var (
	names   = sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName)
	numbers = sessions.FieldsOf(sessions.FieldPersonalNumber, sessions.FieldDocumentNumber)
)

// tagOf returns the tag of a searched field. For [sessions.FieldNone] it returns tagBoth.
func tagOf(f sessions.Field) byte {
	for i := range searched {
		if searched[i].field == f {
			return searched[i].tag
		}
	}
	return tagBoth
}

// Of returns the session's key.
func Of(s *sessions.Session) Key {
	var key []byte
	var l wordList
	for i := range searched {
		l.read(i, value(s, i))
		key = l.appendTo(key, searched[i].tag)
	}
	if mayBeJoined(s) && l.readBoth(s) && l.size <= MaxKeyBytes-len(key) {
		key = l.appendTo(key, tagBoth)
	}
	return Key(key)
}

// value returns the text of the i-th of the searched fields.
func value(s *sessions.Session, i int) string {
	switch i {
	case 0:
		return s.FirstName.Value()
	case 1:
		return s.LastName.Value()
	case 2:
		return s.PersonalNumber.Value()
	default:
		return s.DocumentNumber.Value()
	}
}

// Words yields each word with its field, in the order of the key. A word that joins both names
// belongs to neither field alone: it comes with [sessions.FieldNone], and is hidden if either name
// is. From a text that is not a key, Words yields whatever it can read.
func (k Key) Words() iter.Seq2[sessions.Field, string] {
	return func(yield func(sessions.Field, string) bool) {
		rest := string(k)
		for len(rest) > 2 {
			end := len(rest)
			if i := strings.IndexByte(rest[2:], ' '); i >= 0 {
				end = 2 + i - 1
			}
			field := sessions.FieldNone
			for i := range searched {
				if searched[i].tag == rest[0] {
					field = searched[i].field
				}
			}
			if !yield(field, rest[2:end]) {
				return
			}
			rest = rest[end:]
		}
	}
}

// wordList collects the words of a field within the bounds of a key. No word in it is a prefix of
// another: every search that finds the prefix finds the longer word too.
type wordList struct {
	text [MaxFieldBytes]byte // the words, without anything between them
	ends [MaxWords]int
	n    int
	size int // bytes of the words' entries

	// alike reports whether joined words have all their letters in the first spelling or all in the
	// second. Cyrillic has many letters with two spellings, and joined names are written by one
	// standard.
	alike bool

	marking *marking // if it is not nil, it sees each word that is added
}

func (l *wordList) reset() { l.n, l.size = 0, 0 }

func (l *wordList) word(i int) []byte {
	if i == 0 {
		return l.text[:l.ends[0]]
	}
	return l.text[l.ends[i-1]:l.ends[i]]
}

// add adds a word. It reports whether the word is now in the list, by itself or as a prefix of
// another word; false means that the list is full.
func (l *wordList) add(word []byte) bool {
	count, size := l.n+1, l.size+entryBytes(word)
	for i := range l.n {
		w := l.word(i)
		if bytes.HasPrefix(w, word) {
			return true
		}
		if bytes.HasPrefix(word, w) {
			count--
			size -= entryBytes(w)
		}
	}
	if count > MaxWords || size > MaxFieldBytes {
		return false
	}
	end := 0
	if count <= l.n { // remove the words that are prefixes of this one
		kept := 0
		for i := range l.n {
			if w := l.word(i); !bytes.HasPrefix(word, w) {
				end += copy(l.text[end:], w)
				l.ends[kept] = end // kept <= i, and the i-th word has been read
				kept++
			}
		}
		l.n = kept
	} else if l.n > 0 {
		end = l.ends[l.n-1]
	}
	l.ends[l.n] = end + copy(l.text[end:], word)
	l.n++
	l.size = size
	return true
}

// entryBytes returns how many bytes the word takes in a key: its tag, a space and itself.
func entryBytes(word []byte) int { return 2 + len(word) }

func (l *wordList) appendTo(dst []byte, tag byte) []byte {
	for i := range l.n {
		dst = append(append(dst, tag, ' '), l.word(i)...)
	}
	return dst
}

// read fills the list with the words of a field's text. If they do not fit, it tries again with
// less detail.
func (l *wordList) read(field int, text string) {
	var foldedRoom [256]byte
	number := searched[field].number
	l.alike = false
	if l.marking == nil { // a marking needs the offsets, which appendQuickly does not keep
		if folded, _, ok := appendQuickly(foldedRoom[:0], text, number); ok {
			for d := joined; d <= plain; d++ {
				if l.reset(); l.addWords(folded, len(folded), number, d) {
					return
				}
			}
			return
		}
	}
	var unitRoom [64]unit
	units := appendUnits(unitRoom[:0], text)
	ways := 1
	if !number {
		ways = waysOf(units)
	}
	l.alike = ways > 1
	for d := joined; d <= plain; d++ {
		l.reset()
		whole := true
		for way := 0; way < ways && whole; way++ {
			st, folded := style{number: number, way: way}, foldedRoom[:0]
			if l.marking == nil {
				folded = st.appendLatin(folded, units, nil)
			} else {
				l.marking.begin(way == 0)
				folded = l.marking.appendPart(folded, st, field, text)
			}
			whole = l.addWords(folded, len(folded), number, d)
		}
		if whole {
			return
		}
	}
}

// waysOf returns the number of ways to write a text. Without Cyrillic letters there is one, way 0.
func waysOf(units []unit) int {
	for _, u := range units {
		if isCyrillic(u.r) {
			return cyrillicWays
		}
	}
	return 1
}

// mayBeJoined reports whether a session may have words that join both names. It is a cheap test
// that may be wrong only when it returns true.
func mayBeJoined(s *sessions.Session) bool {
	return mayBeCJK(s.FirstName.Value()) && mayBeCJK(s.LastName.Value())
}

// readBoth fills the list with the words that join both names. Only names in Han, Kana and Hangul
// have such words, since they are written without a blank between them. The surname comes first, as
// is usual there, or last. A key has all of these words or none: readBoth returns false if there
// are too many.
func (l *wordList) readBoth(s *sessions.Session) bool {
	l.reset()
	for _, first := range [...]int{1, 0} { // of searched: the surname is the second
		if l.marking != nil {
			l.marking.begin(first == 1)
		}
		var folded []byte
		within := 0
		for k, field := range [...]int{first, 1 - first} {
			if k == 1 {
				within = len(folded)
				folded = append(folded, space)
			}
			begin := len(folded)
			if l.marking == nil {
				folded = style{}.appendLatin(folded, appendUnits(nil, value(s, field)), nil)
			} else {
				folded = l.marking.appendPart(folded, style{}, field, value(s, field))
			}
			if !isCJK(folded[begin:]) {
				return false
			}
		}
		if !l.addWords(folded, within, false, joined) {
			return false
		}
	}
	return true
}

// detail is how much of a text a key holds.
type detail int

const (
	joined detail = iota // every word, joined with the words after it
	parted               // every word by itself
	plain                // every word between separators, in its first spelling only
)

// addWords adds the words that begin in the first within bytes of a folded text. It returns false
// if the list is full.
func (l *wordList) addWords(folded []byte, within int, number bool, d detail) bool {
	for i := 0; i < within; {
		end := i + 1
		for end < len(folded) && folded[end] != space {
			end++
		}
		if folded[i] == unwritable || folded[i] == space {
			i = end + 1
			continue
		}
		chain := end // end of the words that can be written in this way
		if d == joined && end < len(folded) {
			if chain = bytes.IndexByte(folded[end:], unwritable); chain < 0 {
				chain = len(folded)
			} else {
				chain += end - 1
			}
		}
		for start := i; start < end; start++ {
			if start > i && (d == plain || !beginsInside(folded, start, number)) {
				continue
			}
			n := choices(folded[start:chain])
			if l.alike && chain > end && n > 0 {
				n = maxChoices + 1
			}
			if !l.addForms(folded, start, chain, n, d) ||
				// A chain with many choices has two spellings only, so its first word alone is
				// added with more.
				n > maxChoices && chain > end && !l.addForms(folded, start, end, choices(folded[start:end]), d) {
				return false
			}
		}
		i = end + 1
	}
	return true
}

// addForms adds the spellings of folded[start:end], which has the given number of choices. It
// returns false if the list is full.
func (l *wordList) addForms(folded []byte, start, end, choices int, d detail) bool {
	var s speller
	n := forms(choices)
	if d == plain {
		n = 1
	}
	for form := range n {
		word, at := s.spell(folded, start, end, choices, form)
		if !l.add(word) {
			return false
		}
		if l.marking != nil {
			l.marking.mark(word, at)
		}
	}
	return true
}
