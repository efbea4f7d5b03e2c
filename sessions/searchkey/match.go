package searchkey

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
)

// Match reports whether the session has every word of the query in the given fields. Fields that
// are not searched are ignored; without any field only an empty query matches. Match does not
// allocate for ASCII and Georgian texts.
func (q Query) Match(s *sessions.Session, fields sessions.Fields) bool {
	if q.nothing {
		return false
	}
	// MaxQueryWords is 16, so the words fit the 32 bits of pending.
	m := matching{q: &q, pending: 1<<q.Len() - 1}
	for i := range searched {
		if m.pending == 0 {
			return true
		}
		if fields.Has(searched[i].field) && !m.quickly(i, value(s, i)) {
			m.slowly(i, value(s, i))
		}
	}
	if m.pending != 0 && fields.Intersect(names) == names && mayBeJoined(s) {
		// Only the key has the words that join both names.
		return q.MatchKey(Of(s), fields)
	}
	return m.pending == 0
}

// matching looks for the words of a query in one field after the other.
type matching struct {
	q       *Query
	pending uint32 // one bit for each word that has not been found yet
}

// shortTextBytes is the length of the longest folded text, in bytes, whose words stay within the
// bounds of a key however it is split: a text of n bytes has at most n words of n(n+1)/2 bytes in
// all.
const shortTextBytes = 29

// quickly searches a short text of ASCII and Georgian letters without making its words. It returns
// false, having searched nothing, if the text is longer or has other letters or too many spellings.
func (m *matching) quickly(field int, text string) bool {
	var buffer [shortTextBytes + 3]byte
	var starts [shortTextBytes]uint8
	number := searched[field].number
	folded, chosen, ok := appendQuickly(buffer[:0], text, number)
	if !ok {
		return false
	}
	n := 0
	last := byte(space)
	for i, c := range folded {
		if c != space && (last == space || number && isDigit(c) != isDigit(last)) {
			starts[n] = uint8(i)
			n++
		}
		last = c
	}
	// With all spellings there are at most n<<chosen words, of no more bytes than the last product.
	// Beyond the bounds a key has fewer spellings, which only the slow path makes.
	if chosen > 0 && (chosen > maxChoices || n<<chosen > MaxWords || n<<chosen*(2+len(folded)+chosen) > MaxFieldBytes) {
		return false
	}
	for i := range m.q.prefixes {
		p := &m.q.prefixes[i]
		if m.pending>>p.word&1 == 0 || !p.fields.Has(searched[field].field) {
			continue
		}
		for _, start := range starts[:n] {
			if c := folded[start]; (c == p.needle[1] || isChoice(c)) && begins(folded[start:], p.needle[1:]) {
				m.pending &^= 1 << p.word
				break
			}
		}
	}
	return true
}

// appendQuickly is style.appendLatin for a short text of ASCII and Georgian. chosen is the number
// of letters with two spellings; ok is false for any other text.
func appendQuickly(dst []byte, text string, number bool) (folded []byte, chosen int, ok bool) {
	// A Georgian letter has three bytes in UTF-8.
	if len(text) > 3*shortTextBytes {
		return dst, 0, false
	}
	georgian := &georgian[1]
	if number {
		georgian = &georgianInNumbers
	}
	for i := 0; i < len(text); {
		if len(dst) > shortTextBytes {
			return dst, 0, false
		}
		if c := text[i]; c < utf8.RuneSelf {
			i++
			switch c = ascii[c]; {
			case c == 'x' && !number:
				dst = append(dst, "kh"...)
			case c != space || len(dst) > 0 && dst[len(dst)-1] != space:
				dst = append(dst, c)
			}
			continue
		}
		// Georgian letters from U+10D0 on are 0xE1 0x83 0x90 and so on in UTF-8.
		if len(text)-i < 3 || text[i] != 0xE1 || text[i+1] != 0x83 || int(text[i+2]-0x90) >= len(georgian) {
			return dst, 0, false
		}
		latin := georgian[text[i+2]-0x90]
		dst = append(dst, latin...)
		if isChoice(latin[0]) {
			chosen++
		}
		i += 3
	}
	return dst, chosen, len(dst) <= shortTextBytes
}

// ascii maps each ASCII character to its unit.
var ascii = func() (table [utf8.RuneSelf]byte) {
	for c := range table {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z':
			table[c] = byte(c)
		case c >= 'A' && c <= 'Z':
			table[c] = byte(c) + 'a' - 'A'
		default:
			table[c] = space
		}
	}
	return table
}()

var georgianInNumbers = georgian[0]

// begins reports whether word is a prefix of one of the spellings of a folded text without its
// blanks.
func begins(folded []byte, word string) bool {
	for len(word) > 0 {
		if len(folded) == 0 {
			return false
		}
		c := folded[0]
		folded = folded[1:]
		switch {
		case c == word[0]:
			word = word[1:]
		case c == space:
		case isChoice(c):
			for _, text := range spellings[c] {
				if strings.HasPrefix(text, word) || strings.HasPrefix(word, text) && begins(folded, word[len(text):]) {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
	return true
}

// slowly searches the words of any text.
func (m *matching) slowly(field int, text string) {
	var l wordList
	l.read(field, text)
	for i := range m.q.prefixes {
		p := &m.q.prefixes[i]
		for k := 0; k < l.n && m.pending>>p.word&1 == 1 && p.fields.Has(searched[field].field); k++ {
			if bytes.HasPrefix(l.word(k), []byte(p.needle[1:])) {
				m.pending &^= 1 << p.word
			}
		}
	}
}

// MatchKey reports what Match reports for the session of the key.
func (q Query) MatchKey(key Key, fields sessions.Fields) bool {
	pending := uint32(1)<<q.Len() - 1
	for i := range q.prefixes {
		if p := &q.prefixes[i]; pending>>p.word&1 == 1 && key.has(p.needle, p.fields.Intersect(fields)) {
			pending &^= 1 << p.word
		}
	}
	return pending == 0 && !q.nothing
}

// has reports whether the key has the needle, a space and a prefix, in a word of one of the fields.
func (k Key) has(needle string, fields sessions.Fields) bool {
	for at := 0; ; at++ {
		i := strings.Index(string(k[at:]), needle)
		if i < 0 {
			return false
		}
		// An entry begins with its tag, so a space at 0 belongs to no entry.
		if at += i; at == 0 {
			continue
		}
		for f := range searched {
			if searched[f].tag == k[at-1] && fields.Has(searched[f].field) {
				return true
			}
		}
		if k[at-1] == tagBoth && fields.Intersect(names) == names {
			return true
		}
	}
}
