package searchkey

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:generate go run gen.go

// Folding has two steps. The first, in this file, takes the letters and digits out of a text, one
// by one, by the tables of Unicode. The second, in latin.go, writes them in Latin. It depends on
// whether the text is a name or a number, and whether it is stored or typed.

// unit is a letter or a digit of a text in lower case, or a blank in place of everything that
// separates words.
type unit struct {
	r  rune
	at int32 // byte offset of the character that the unit comes from
}

const space = ' '

// appendUnits appends the units of a text. There are no consecutive blanks and no leading one.
func appendUnits(dst []unit, text string) []unit {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		dst = appendCharacter(dst, r, text[i:], int32(i))
		i += size
	}
	return dst
}

// appendCharacter appends the units of r, the first character of rest.
func appendCharacter(dst []unit, r rune, rest string, at int32) []unit {
	switch {
	case r < utf8.RuneSelf || mkhedruli(r) != r || r == numero:
		return appendUnit(dst, r, at)
	case r >= hangulBase && r < hangulBase+hangulCount:
		r -= hangulBase
		dst = appendUnit(dst, leadBase+r/(vowels*tails), at)
		dst = appendUnit(dst, vowelBase+r/tails%vowels, at)
		if tail := r % tails; tail != 0 {
			dst = appendUnit(dst, tailBase+tail, at)
		}
		return dst
	}
	if c := lookup(r).class; c == letter || c == ideograph || c == sign {
		// Each rune is decomposed by itself, because the table of Unicode 15.0 must first say that
		// it is assigned.
		for d := norm.NFKD.PropertiesString(rest).Decomposition(); len(d) > 0; {
			part, size := utf8.DecodeRune(d)
			dst = appendUnit(dst, part, at)
			if d = d[size:]; len(d) == 0 {
				return dst
			}
		}
	}
	return appendUnit(dst, r, at)
}

// Characters that people use differently from what their Unicode properties say.
const (
	numero  = '№' // decomposes to the letters No, but is used as a sign
	tatweel = 'ـ' // a letter that only stretches the one before it

	// Invisible, but after an Arabic letter it separates the parts of a Persian word.
	zeroWidthNonJoiner = '\u200C'
)

// appendUnit appends the unit of a rune that has no decomposition.
func appendUnit(dst []unit, r rune, at int32) []unit {
	if r < utf8.RuneSelf {
		if c := ascii[r]; c != space {
			return append(dst, unit{rune(c), at})
		}
		return appendSpace(dst, at)
	}
	switch r {
	// Letters by their properties, apostrophes by their use.
	case 'ʹ', 'ʺ', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', 'ˈ', 'ˊ', 'ˋ', 'ˮ', 'Ꞌ', 'ꞌ':
		return appendSpace(dst, at)
	case zeroWidthNonJoiner:
		if len(dst) > 0 && isArabic(dst[len(dst)-1].r) {
			return appendSpace(dst, at)
		}
		return dst
	case tatweel:
		return dst
	}
	switch span := lookup(r); span.class {
	case letter, ideograph:
		r = mkhedruli(r)
		// A lower-case letter that came after Unicode 15.0 is not used.
		if l := unicode.ToLower(r); lookup(l).class == letter {
			r = l
		}
		return append(dst, unit{canonical(r), at})
	case digit:
		return append(dst, unit{'0' + (r-span.lo)%10, at})
	case dropped:
		if len(dst) > 0 {
			last := &dst[len(dst)-1]
			last.r = withMark(last.r, r)
		}
		return dst
	default:
		return appendSpace(dst, at)
	}
}

func appendSpace(dst []unit, at int32) []unit {
	if len(dst) == 0 || dst[len(dst)-1].r == space {
		return dst
	}
	return append(dst, unit{space, at})
}

// withMark returns a letter with a mark if a table of this package has it as a letter of its own.
// Other marks are dropped.
func withMark(r, mark rune) rune {
	if l, ok := marked[[2]rune{r, mark}]; ok {
		return l
	}
	return r
}

var marked = map[[2]rune]rune{
	{'a', '\u0308'}: 'ä', {'o', '\u0308'}: 'ö', {'u', '\u0308'}: 'ü', {'a', '\u030A'}: 'å',
	{'и', '\u0306'}: 'й', {'у', '\u0306'}: 'ў', {'е', '\u0308'}: 'ё', {'і', '\u0308'}: 'ї', {'г', '\u0301'}: 'ѓ', {'к', '\u0301'}: 'ќ',
	{'α', '\u0301'}: 'ά', {'ε', '\u0301'}: 'έ', {'η', '\u0301'}: 'ή', {'ο', '\u0301'}: 'ό', {'υ', '\u0308'}: 'ϋ',
}

// canonical returns the letter that represents all letters that people take for the same one.
func canonical(r rune) rune {
	switch r {
	case 'ς':
		return 'σ'
	// The turned e of other alphabets and the Cyrillic schwa, typed instead of the Azerbaijani
	// schwa.
	case 'ǝ', 'ә':
		return 'ə'
	case 'ی', 'ى', 'ے': // Persian yeh, alef maksura, Urdu yeh barree
		return 'ي'
	case 'ک': // Persian kaf
		return 'ك'
	case 'ة', 'ۃ', 'ہ', 'ھ', 'ە': // the two forms of marbuta, and the letters for h of Urdu and Kurdish
		return 'ه'
	case 'ٱ': // alef wasla
		return 'ا'
	// The final letters of Hebrew, each one code point before its ordinary form.
	case 'ך', 'ם', 'ן', 'ף', 'ץ':
		return r + 1
	}
	return r
}

// mkhedruli converts the letters of the other Georgian scripts to Mkhedruli, and returns every
// other rune unchanged.
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

// finals are the final consonants of Hangul from U+11A8 on. Each is written as the consonant that
// stays (- for none) and the one that begins the next syllable when a vowel is typed after it: 한
// becomes 하나.
const finals = "-ㄱ -ㄲ ㄱㅅ -ㄴ ㄴㅈ ㄴㅎ -ㄷ -ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ -ㅁ -ㅂ ㅂㅅ -ㅅ -ㅆ -ㅇ -ㅈ -ㅊ -ㅋ -ㅌ -ㅍ -ㅎ"

// becomes maps a vowel or a final consonant of Hangul to everything that the next key may make of
// it: 초 becomes 최, 갑 becomes 값, and 한 becomes 하나.
var becomes = func() map[rune][]string {
	table := map[rune][]string{
		'\u1169': {"\u116A", "\u116B", "\u116C"}, // ㅗ: ㅘ ㅙ ㅚ
		'\u116E': {"\u116F", "\u1170", "\u1171"}, // ㅜ: ㅝ ㅞ ㅟ
		'\u1173': {"\u1174"},                     // ㅡ: ㅢ
	}
	final := map[rune]rune{'-': 0} // the final consonant of each letter
	for i, field := range strings.Fields(finals) {
		if letters := []rune(field); letters[0] == '-' {
			final[letters[1]] = tailBase + 1 + rune(i)
		}
	}
	for i, field := range strings.Fields(finals) {
		letters, whole := []rune(field), tailBase+1+rune(i)
		stays, begins := final[letters[0]], norm.NFKD.String(string(letters[1]))
		if stays == 0 {
			table[whole] = append(table[whole], begins)
		} else {
			table[whole] = append(table[whole], string(stays)+begins)
			table[stays] = append(table[stays], string(whole))
		}
	}
	return table
}()

// whileTyped returns everything that the last letter of a search text may become with the next key,
// if it is a Hangul letter.
func whileTyped(last unit) (all [][]unit) {
	for _, text := range becomes[last.r] {
		var units []unit
		for _, r := range text {
			units = append(units, unit{r, last.at})
		}
		all = append(all, units)
	}
	return all
}

// continuesSyllable reports whether a rune is a vowel or a final consonant of Hangul.
func continuesSyllable(r rune) bool {
	return r >= vowelBase-1 && r <= 0x11FF || r >= 0xD7B0 && r <= 0xD7FB
}

// beginsAnywhere reports whether a rune of a folded text begins a word at any position: a Han or
// Kana character, or the consonant that begins a Hangul syllable.
func beginsAnywhere(r rune) bool {
	return r >= leadBase && (r < vowelBase-1 || r >= 0xA960 && r <= 0xA97C || lookup(r).class == ideograph)
}

func isArabic(r rune) bool { return r >= 0x0620 && r <= 0x06FF }

// class is the part that a code point plays in a word.
type class uint8

const (
	separator class = iota // also every code point that Unicode 15.0 has not assigned
	letter                 // L, Nl, No, Mc, and the vowels among Mn
	ideograph              // the letters that are Han, Hiragana or Katakana
	digit                  // Nd; each range begins with a zero
	dropped                // other Mn, Me, Cf
	sign                   // any other code point that decomposes, possibly to letters
)

// span is a range of code points of one class. Both ends are inclusive.
type span struct {
	lo, hi rune
	class  class
}

// lookup returns the range of unicode15 that has the rune, or the zero span, a separator.
func lookup(r rune) span {
	i := sort.Search(len(unicode15), func(i int) bool { return unicode15[i].hi >= r })
	if i < len(unicode15) && unicode15[i].lo <= r {
		return unicode15[i]
	}
	return span{}
}
