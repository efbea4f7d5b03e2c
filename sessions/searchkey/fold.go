package searchkey

import (
	"sort"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:generate go run gen.go

// A folded text holds the letters and digits of its words, and between them these.
const (
	space  = ' ' // every sign that separates words
	hyphen = '-' // also all of its kin
	joiner = '.' // a full stop or a slash, which separate words but not the parts of a number
)

// ascii is what becomes of an ASCII character; 0 is dropped.
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
	table['-'], table['.'], table['/'] = hyphen, joiner, joiner
	table['\''], table['`'] = 0, 0
	return table
}()

// georgian is the national romanization of 2002 without apostrophes, from U+10D0 on.
var georgian = [33][2]byte{
	{'a'}, {'b'}, {'g'}, {'d'}, {'e'}, {'v'}, {'z'}, {'t'}, {'i'}, {'k'}, {'l'},
	{'m'}, {'n'}, {'o'}, {'p'}, {'z', 'h'}, {'r'}, {'s'}, {'t'}, {'u'}, {'p'}, {'k'},
	{'g', 'h'}, {'q'}, {'s', 'h'}, {'c', 'h'}, {'t', 's'}, {'d', 'z'}, {'t', 's'}, {'c', 'h'}, {'k', 'h'}, {'j'}, {'h'},
}

// appendFolded appends the folded text.
func appendFolded(dst []byte, text string) []byte {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			i++
			if c = ascii[c]; c != 0 {
				dst = append(dst, c)
			}
			continue
		}
		if rest := text[i:]; len(rest) >= 3 && rest[0] == 0xE1 && rest[1] == 0x83 { // Mkhedruli, without the detour
			if letter := rest[2] - 0x90; int(letter) < len(georgian) {
				dst = appendGeorgian(dst, &georgian[letter])
				i += 3
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		dst = appendRune(dst, r, text[i:])
		i += size
	}
	return dst
}

// appendRune appends what becomes of the rune that the text begins with. No rune depends on its neighbours.
func appendRune(dst []byte, r rune, text string) []byte {
	switch {
	case r < utf8.RuneSelf || isGeorgian(r) || r == '´':
	case r >= hangulBase && r < hangulBase+hangulCount:
		return appendHangul(dst, r-hangulBase)
	default:
		if c := lookup(r).class; c != letter && c != sign {
			break
		}
		d := norm.NFKD.PropertiesString(text).Decomposition()
		if d == nil {
			break
		}
		for len(d) > 0 {
			part, size := utf8.DecodeRune(d)
			dst, d = appendBase(dst, part), d[size:]
		}
		return dst
	}
	return appendBase(dst, r)
}

// appendBase appends what becomes of a rune that has no decomposition.
func appendBase(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if c := ascii[r]; c != 0 {
			dst = append(dst, c)
		}
		return dst
	}
	if isGeorgian(r) {
		return appendGeorgian(dst, &georgian[mkhedruli(r)-'ა'])
	}
	switch r {
	case '´', 'ʹ', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', 'ˈ', 'ˊ', 'ˋ', '՚', '׳', '‘', '’', '‛', '′', '‵', 'Ꞌ', 'ꞌ':
		return dst
	case '֊', '־', '‐', '‑', '‒', '–', '—', '―', '−':
		return append(dst, hyphen)
	}
	switch span := lookup(r); span.class {
	case letter:
		return appendLower(dst, r)
	case digit:
		return append(dst, '0'+byte((r-span.lo)%10))
	case dropped:
		return dst
	default:
		return append(dst, space)
	}
}

func appendGeorgian(dst []byte, latin *[2]byte) []byte {
	dst = append(dst, latin[0])
	if latin[1] != 0 {
		dst = append(dst, latin[1])
	}
	return dst
}

// isGeorgian tells whether a letter of any Georgian script is one of the 33 that the romanization knows.
func isGeorgian(r rune) bool {
	i := mkhedruli(r) - 'ა'
	return i >= 0 && int(i) < len(georgian)
}

// appendLower appends the lower case of a letter that has no decomposition.
func appendLower(dst []byte, r rune) []byte {
	r = mkhedruli(r)
	if l := unicode.ToLower(r); lookup(l).class == letter { // not one that came after Unicode 15.0
		r = l
	}
	switch r {
	case 'ß':
		return append(dst, "ss"...)
	case 'æ':
		return append(dst, "ae"...)
	case 'œ':
		return append(dst, "oe"...)
	case 'þ':
		return append(dst, "th"...)
	case 'ð', 'đ':
		return append(dst, 'd')
	case 'ħ':
		return append(dst, 'h')
	case 'ı':
		return append(dst, 'i')
	case 'ł':
		return append(dst, 'l')
	case 'ø':
		return append(dst, 'o')
	case 'ŧ':
		return append(dst, 't')
	case 'ς':
		r = 'σ'
	}
	return utf8.AppendRune(dst, r)
}

// mkhedruli brings the letters of the other Georgian scripts down to Mkhedruli, and leaves every other rune alone.
func mkhedruli(r rune) rune {
	switch {
	case r >= 0x10A0 && r <= 0x10CD: // Asomtavruli
		return r + 0x30
	case r >= 0x1C90 && r <= 0x1CBF: // Mtavruli
		return r - 0x1C90 + 0x10D0
	case r >= 0x2D00 && r <= 0x2D2D: // Nuskhuri
		return r - 0x2D00 + 0x10D0
	}
	return r
}

// The Hangul syllables and how they decompose (The Unicode Standard, section 3.12).
const (
	hangulBase, hangulCount       = 0xAC00, 11172
	leadBase, vowelBase, tailBase = 0x1100, 0x1161, 0x11A7
	vowels, tails                 = 21, 28
)

func appendHangul(dst []byte, i rune) []byte {
	dst = utf8.AppendRune(dst, leadBase+i/(vowels*tails))
	dst = utf8.AppendRune(dst, vowelBase+i/tails%vowels)
	if tail := i % tails; tail != 0 {
		dst = utf8.AppendRune(dst, tailBase+tail)
	}
	return dst
}

// class is what a code point is to a word.
type class uint8

const (
	separator class = iota // also every code point that Unicode 15.0 has not assigned
	letter                 // L, Nl, No, Mc
	digit                  // Nd: ranges begin with a zero
	dropped                // Mn, Me, Cf
	sign                   // any other that decomposes, possibly to letters
)

type span struct {
	lo, hi rune
	class  class
}

func lookup(r rune) span {
	i := sort.Search(len(unicode15), func(i int) bool { return unicode15[i].hi >= r })
	if i < len(unicode15) && unicode15[i].lo <= r {
		return unicode15[i]
	}
	return span{}
}
