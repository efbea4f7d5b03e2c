package searchkey

import (
	"unicode/utf8"
)

// maxChoices is how many letters of a word are spelt independently of each other. Where there are
// more, all are spelt in their first spelling, or all in their second: a word has at most eight
// spellings.
const maxChoices = 3

// speller spells words out.
type speller struct {
	word [MaxWordBytes + utf8.UTFMax]byte
	at   [MaxWordBytes + utf8.UTFMax]int32
}

// forms returns how many spellings a word with so many choices has.
func forms(choices int) int {
	if choices > maxChoices {
		return 2
	}
	return 1 << choices
}

// spell returns one of the spellings of a part of a folded text that has so many choices, without
// its blanks, and the place in flat of what each byte of it comes from. Both are lent until the
// next call.
func (s *speller) spell(flat []byte, start, end, choices, form int) (word []byte, at []int32) {
	size, chosen := 0, form
	for i := start; i < end && size <= MaxWordBytes; i++ {
		switch c := flat[i]; {
		case c == space:
		case isChoice(c):
			text := spellings[c][chosen&1]
			if choices <= maxChoices {
				chosen >>= 1
			}
			for k := range len(text) {
				s.word[size], s.at[size] = text[k], int32(i)
				size++
			}
		default:
			s.word[size], s.at[size] = c, int32(i)
			size++
		}
	}
	if size > MaxWordBytes {
		for size = MaxWordBytes; !utf8.RuneStart(s.word[size]); size-- {
		}
	}
	return s.word[:size], s.at[:size]
}

// choices returns how many letters with two spellings are in a part of a folded text, as far as a
// word of it counts.
func choices(part []byte) (n int) {
	letters := 0
	for _, c := range part {
		if c != space {
			if letters++; letters > MaxWordBytes {
				break
			}
			if isChoice(c) {
				n++
			}
		}
	}
	return n
}

// beginsInside reports whether a word begins in the middle of a part of a folded text: where
// letters meet digits in a number, at every character of Han, Kana and Hangul in a name.
func beginsInside(flat []byte, i int, number bool) bool {
	c := flat[i]
	if number {
		return isDigit(c) != isDigit(flat[i-1]) && utf8.RuneStart(c)
	}
	if c < utf8.RuneSelf || !utf8.RuneStart(c) {
		return false
	}
	r, _ := utf8.DecodeRune(flat[i:])
	return beginsAnywhere(r)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// mayBeCJK reports, cheaply, whether a text may end in a character of Han, Kana or Hangul.
func mayBeCJK(text string) bool {
	for i := len(text) - 1; i >= 0; i-- {
		// The first byte of their characters is 0xE1 or above, and so is that of Georgian ones.
		if text[i] > 0xE1 || text[i] == 0xE1 && i+1 < len(text) && text[i+1] >= 0x84 {
			return true
		}
	}
	return false
}

// isCJK reports whether a folded text begins and ends with a character of Han, Kana or Hangul.
func isCJK(flat []byte) bool {
	first, _ := utf8.DecodeRune(flat)
	last, _ := utf8.DecodeLastRune(flat)
	return beginsAnywhere(first) && (beginsAnywhere(last) || last == 'ー' || continuesSyllable(last))
}
