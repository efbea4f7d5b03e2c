package searchkey

import (
	"bytes"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
)

// Version is the version of the folding and of [Key]. A store keeps it beside its keys and refuses another one.
const Version = 1

// The bounds of a key. See the package comment for what happens beyond.
const (
	MaxWordBytes  = 64                // of a word
	MaxWords      = 32                // distinct words of one field
	MaxFieldBytes = 512               // of one field's entries
	MaxKeyBytes   = 4 * MaxFieldBytes // of a key
)

// Key is the stored form of a session's words: for each word the field's [Tag], a space and the word, with nothing
// between. "F giorgiL beridzeP 01001012345D 23ab12345D ab12345D 12345" is one. Since words have neither spaces
// nor A to Z, a session has a word that begins with q if and only if the bytes " q" are in the key, and in its first
// name if and only if "F q" is. Entries stand in the order of the fields, then of the text; each is there once. The
// empty Key has no words.
type Key string

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

// Tag returns the letter that marks the field's words in a key, and false for a field that is not searched.
func Tag(f sessions.Field) (byte, bool) {
	for i := range searched {
		if searched[i].field == f {
			return searched[i].tag, true
		}
	}
	return 0, false
}

// Of returns the session's key.
func Of(s *sessions.Session) Key { return Key(Append(nil, s)) }

// Append appends the session's key to dst.
func Append(dst []byte, s *sessions.Session) []byte {
	var buffer [sessions.MaxTextBytes]byte
	for i := range searched {
		flat := appendFolded(buffer[:0], value(s, i))
		dst = appendField(dst, i, flat, nil)
	}
	return dst
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

// Words yields each word with its field, in the order of the key. What is not a key yields what can be read of it.
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

// appendField appends the entries of the field's folded text. Where visit is not nil, it gets each word with the place in
// flat where it begins, doubles included.
func appendField(dst []byte, field int, flat []byte, visit func(word []byte, start int)) []byte {
	begin, count := len(dst), 0
	add := func(start, end int) bool {
		entry := len(dst)
		dst = appendWord(append(dst, searched[field].tag, ' '), flat[start:end])
		known := hasEntry(dst[begin:entry], dst[entry:])
		if !known && (count == MaxWords || len(dst)-begin > MaxFieldBytes) {
			dst = dst[:entry]
			return false
		}
		if visit != nil {
			visit(dst[entry+2:], start)
		}
		if known {
			dst = dst[:entry]
		} else {
			count++
		}
		return true
	}
	if searched[field].number {
		numberWords(flat, add)
	} else {
		nameWords(flat, add)
	}
	return dst
}

// hasEntry tells whether one of the entries, which all have the same tag, is the one given.
func hasEntry(entries, entry []byte) bool {
	for {
		i := bytes.Index(entries, entry)
		if i < 0 {
			return false
		}
		entries = entries[i+len(entry):]
		if len(entries) == 0 || entries[0] == entry[0] {
			return true
		}
	}
}

// appendWord appends the letters and digits of a part of a folded text, as many as count.
func appendWord(dst, part []byte) []byte {
	begin := len(dst)
	for _, c := range part {
		if isSeparator(c) {
			continue
		}
		if len(dst)-begin == MaxWordBytes {
			if !utf8.RuneStart(c) {
				dst = dst[:begin+lastRune(dst[begin:])]
			}
			break
		}
		dst = append(dst, c)
	}
	return dst
}

// lastRune returns where the last, possibly torn, rune begins.
func lastRune(word []byte) int {
	i := len(word) - 1
	for i > 0 && !utf8.RuneStart(word[i]) {
		i--
	}
	return i
}

func isSeparator(c byte) bool { return c == space || c == hyphen || c == joiner }

// nameWords gives the parts of a folded text that are the words of a name, until add refuses one.
func nameWords(flat []byte, add func(start, end int) bool) {
	for i := 0; i < len(flat); {
		if isSeparator(flat[i]) {
			i++
			continue
		}
		chain, parts := i, 0 // what hyphens join
		for i < len(flat) && !isSeparator(flat[i]) {
			start := i
			for i < len(flat) && !isSeparator(flat[i]) {
				i++
			}
			if !add(start, i) {
				return
			}
			parts++
			if i+1 < len(flat) && flat[i] == hyphen && !isSeparator(flat[i+1]) {
				i++
			}
		}
		if parts > 1 && !add(chain, i) {
			return
		}
	}
}

// numberWords gives the parts of a folded text that are the words of a number, until add refuses one.
func numberWords(flat []byte, add func(start, end int) bool) {
	last := byte(0)
	for i, c := range flat {
		if isSeparator(c) {
			continue
		}
		if (last == 0 || isDigit(c) != isDigit(last)) && !add(i, len(flat)) {
			return
		}
		last = c
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
