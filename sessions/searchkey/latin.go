package searchkey

import (
	"strings"
	"unicode/utf8"
)

// A folded text is a sequence of words of a to z, 0 to 9 and the letters of scripts that are not
// written in Latin here, with single blanks between them. An upper-case letter in it represents a
// letter with two spellings: see spellings.

// unwritable replaces, in a folded text, a word with a letter that the way of writing lacks.
const unwritable = '!'

// A style says how the letters of a text are written in Latin.
type style struct {
	number bool // the text is a number: each letter has one form, the one that it looks like
	typed  bool // the text is a search text: Georgian letters have one form
	raw    bool // letters are not written in Latin, except Georgian ones
	way    int  // way of writing Cyrillic
	behind rune // letter that may follow the last one; 0 for none
}

// spellings has both spellings of a letter, by the upper-case letter that represents it in a folded
// text.
//
// The Latin letters have two spellings both on a document and in a search text. The spellings are
// those of ICAO Doc 9303-3 (section 6, table A), which allows either; the one without a mark comes
// first. E is the schwa of Azerbaijani.
//
// The Georgian letters have two spellings in stored texts only. First comes the national
// romanization of 2002, then the letter that Georgians use for it when they type Latin.
var spellings = [utf8.RuneSelf][2]string{
	'A': {"a", "ae"},  // ä
	'O': {"o", "oe"},  // ö ø
	'U': {"u", "ue"},  // ü
	'R': {"a", "aa"},  // å
	'D': {"d", "dj"},  // đ ђ
	'E': {"e", "a"},   // ə
	'K': {"k", "q"},   // ქ
	'Q': {"q", "k"},   // ყ
	'C': {"ts", "c"},  // ც
	'W': {"ts", "w"},  // წ
	'J': {"zh", "j"},  // ჟ
	'G': {"gh", "g"},  // ღ
	'X': {"rr", "r"},  // ռ: BGN/PCGN writes rr, the passports of Armenia r
	'V': {"ye", "e"},  // Cyrillic е, Armenian ե: BGN/PCGN has ye after a vowel, passports also e
	'F': {"e", "yo"},  // ё, after a consonant
	'H': {"ye", "yo"}, // ё, elsewhere
	'I': {"iy", "y"},  // ий at the end of a word
	'Y': {"ya", "a"},  // я after и
	'T': {"ts", "tc"}, // ц: ICAO writes ts, GOST R 52535.1-2006 tc
	'B': {"ie", ""},   // ъ: ICAO writes ie, GOST R 52535.1-2006 nothing
	// The beginning of Ukrainian єйюя if it is not known whether they begin a word.
	'Z': {"y", "i"},
	// Ukrainian ї in the same case.
	'N': {"yi", "i"},
}

func isChoice(c byte) bool { return c >= 'A' && c <= 'Z' }

// georgian has the spellings of the 33 letters from U+10D0 on: first by the national romanization
// of 2002 without its apostrophes, then as stored, with the letters that have two spellings.
var georgian = func() (tables [2][33]string) {
	const (
		national = "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h"
		stored   = "a b g d e v z t i k l m n o p J r s t u p K G Q sh ch C dz W ch kh j h"
	)
	copy(tables[0][:], strings.Fields(national))
	copy(tables[1][:], strings.Fields(stored))
	return tables
}()

func isGeorgian(r rune) bool { return r >= 'ა' && int(r-'ა') < len(georgian[0]) }

// appendLatin appends the folded text of the units. If from is not nil, it receives, for each byte,
// the offset of the character that the byte comes from. Words that fold to nothing, like a soft
// sign alone, are left out. They are the same ones in every style, so that words keep their
// positions.
func (st style) appendLatin(dst []byte, units []unit, from *[]int32) []byte {
	begin, word, foreign := len(dst), len(dst), false
	end := func() {
		if foreign && len(dst) > word {
			dst = append(dst[:word], unwritable)
		}
		foreign = false
	}
	for i, u := range units {
		if u.r == space {
			if end(); len(dst) > word {
				dst = append(dst, space)
			}
			word = len(dst)
		} else {
			dst = st.appendLetter(dst, units, i, len(dst) == word)
			// A sign that is dropped at the beginning of a word does not make the word unwritable.
			foreign = foreign || len(dst) > word && !st.writes(u.r)
		}
		if from != nil {
			*from = (*from)[:min(len(*from), len(dst)-begin)]
			for len(*from) < len(dst)-begin {
				*from = append(*from, u.at)
			}
		}
	}
	if end(); len(dst) > begin && dst[len(dst)-1] == space {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendLetter appends the spelling of the i-th unit, a letter or digit; first reports whether
// nothing of its word has been written yet.
func (st style) appendLetter(dst []byte, units []unit, i int, first bool) []byte {
	r := units[i].r
	switch {
	case isGeorgian(r):
		if st.number || st.typed {
			return append(dst, georgian[0][r-'ა']...)
		}
		return append(dst, georgian[1][r-'ა']...)
	case st.raw:
		if first && silent(r) {
			return dst // dropped in every style, so that all have the same words
		}
		return utf8.AppendRune(dst, r)
	case r < utf8.RuneSelf:
		if r == 'x' && !st.number {
			return append(dst, "kh"...)
		}
		return append(dst, byte(r))
	}
	latin, ok := latinLetters[r]
	if !ok {
		return st.appendOther(dst, units, i, first)
	}
	if st.number {
		latin = spelt(latin)
	}
	return append(dst, latin...)
}

// latinLetters has the spellings of table A of ICAO Doc 9303-3 and, from ɓ on, those of the CLDR's
// Latin-ASCII. An upper-case letter represents two spellings.
var latinLetters = pairs("ä A ö O ø O ü U å R đ D ə E ß ss æ ae œ oe þ th ð d ħ h ı i ĸ q ł l ŋ n ŧ t " +
	"ɓ b ɖ d ɗ d ɛ e ƙ k ɲ n ɔ o ƴ y")

// spelt returns the first spelling of a text that is one letter with two spellings, and any other
// text unchanged.
func spelt(text string) string {
	if len(text) == 1 && isChoice(text[0]) {
		return spellings[text[0]][0]
	}
	return text
}

// appendOther appends the spelling of a letter of another script: the letter itself if no table has
// it.
func (st style) appendOther(dst []byte, units []unit, i int, first bool) []byte {
	r := units[i].r
	before, behind := rune(space), st.behind
	if !first {
		before = units[i-1].r
	}
	if i+1 < len(units) {
		behind = units[i+1].r
	}
	latin, ok := "", false
	switch {
	case r >= cyrillicFirst && r <= cyrillicLast:
		latin, ok = st.cyrillic(units, i, before)
	case st.number:
		latin, ok = lookAlikes[r]
	case r == 'π' && before == 'μ' && (i == 1 || units[i-2].r == space): // written with the μ, as b
		return dst
	case r >= 'ά' && r <= 'ώ':
		latin, ok = greek(r, before, behind)
	case r >= 'ա' && r <= 'ֆ':
		latin, ok = armenian(r, before, behind)
	}
	if ok {
		return append(dst, latin...)
	}
	return utf8.AppendRune(dst, r)
}

// The letters that may follow the last letter of a search text and change its spelling.
var (
	behindGreek    = []rune{'α', 'σ', 'π', 'γ'}
	behindArmenian = []rune{'ւ', 'վ'}
	behindCyrillic = []rune{'й'}
)

// mayFollow returns letters that, put after the last letter of a search text, produce every
// spelling that it may still get.
func mayFollow(r rune) []rune {
	switch {
	case strings.ContainsRune("γμυ", r):
		return behindGreek
	case r == 'ո':
		return behindArmenian
	case r == 'и':
		return behindCyrillic
	}
	return nil
}

// greek returns the spelling of a Greek letter by ELOT 743, type 2, as in the passports of Greece
// and Cyprus.
func greek(r, before, behind rune) (string, bool) {
	switch r {
	case 'γ':
		if strings.ContainsRune("γξχ", behind) {
			return "n", true
		}
	case 'μ':
		if before == space && behind == 'π' {
			return "b", true
		}
	case 'υ':
		switch before {
		case 'α', 'ε', 'η':
			if strings.ContainsRune("αάβγδεέζηήιλμνοόρυϋω", behind) {
				return "v", true
			}
			return "f", true
		case 'ο':
			return "u", true
		}
	}
	latin, ok := greekLetters[r]
	return latin, ok
}

var greekLetters = pairs("α a ά a β v γ g δ d ε e έ e ζ z η i ή i θ th ι i κ k λ l μ m ν n ξ kh ο o ό o π p ρ r σ s τ t υ y ϋ y φ f χ ch ψ ps ω o")

// armenian returns the spelling of an Armenian letter by BGN/PCGN 1981, which is for Eastern
// Armenian, without its apostrophes.
func armenian(r, before, behind rune) (string, bool) {
	switch r {
	case 'ե':
		switch {
		case before == space:
			return "ye", true
		case strings.ContainsRune("աեէըիոօւ", before): // also after ու
			return "V", true
		}
	case 'ո':
		switch {
		case behind == 'ւ':
			return "u", true
		case before == space && behind != 'վ':
			return "vo", true
		}
	case 'ւ':
		if before == 'ո' {
			// Written with the ո, as u.
			return "", true
		}
	}
	latin, ok := armenianLetters[r]
	return latin, ok
}

var armenianLetters = pairs("ա a բ b գ g դ d ե e զ z է e ը y թ t ժ zh ի i լ l խ kh ծ ts կ k հ h ձ dz ղ gh ճ ch մ m յ y ն n շ sh ո o չ ch պ p ջ j ռ X ս s վ v տ t ր r ց ts ւ v փ p ք k օ o ֆ f")

// pairs parses letters and their spellings, in turn, into a map.
func pairs(text string) map[rune]string {
	table := map[rune]string{}
	for fields := strings.Fields(text); len(fields) > 0; fields = fields[2:] {
		r, _ := utf8.DecodeRuneInString(fields[0])
		table[r] = fields[1]
	}
	return table
}
