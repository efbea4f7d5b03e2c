package searchkey

import (
	"unicode/utf8"
)

// maxChoices is how many letters of a word may vary independently. If there are more, all have
// their first spelling or all have their second, so that a word has at most eight spellings.
const maxChoices = 3

// speller writes out spellings of words. It holds the room for one.
type speller struct {
	word [MaxWordBytes + utf8.UTFMax]byte
	at   [MaxWordBytes + utf8.UTFMax]int32
}

// forms returns the number of spellings of a word with the given number of choices.
func forms(choices int) int {
	if choices > maxChoices {
		return 2
	}
	return 1 << choices
}

// spell returns a spelling of folded[start:end], without its blanks, and for each byte of it the
// offset in folded that it comes from. choices is the number of letters with two spellings in that
// part, and form, from 0, says which spelling. Both results are valid until the next call.
func (s *speller) spell(folded []byte, start, end, choices, form int) (word []byte, at []int32) {
	size, chosen := 0, form
	for i := start; i < end && size <= MaxWordBytes; i++ {
		switch c := folded[i]; {
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
		// Cut between runes. word[MaxWordBytes] is the first byte beyond the limit.
		for size = MaxWordBytes; !utf8.RuneStart(s.word[size]); size-- {
		}
	}
	return s.word[:size], s.at[:size]
}

// choices returns the number of letters with two spellings in a part of a folded text. Letters that
// are beyond MaxWordBytes of a word do not count.
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

// beginsInside reports whether a word begins at the i-th byte, inside a part of a folded text: in a
// number where letters meet digits, in a name at every character of Han, Kana and Hangul.
func beginsInside(folded []byte, i int, number bool) bool {
	c := folded[i]
	if number {
		return isDigit(c) != isDigit(folded[i-1]) && utf8.RuneStart(c)
	}
	if c < utf8.RuneSelf || !utf8.RuneStart(c) {
		return false
	}
	r, _ := utf8.DecodeRune(folded[i:])
	return beginsAnywhere(r)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// mayBeCJK reports whether a text may have a character of Han, Kana or Hangul. It is a cheap test
// that may be wrong only when it returns true.
func mayBeCJK(text string) bool {
	for i := len(text) - 1; i >= 0; i-- {
		// In UTF-8 their characters begin with 0xE1 0x84 or more. Georgian letters begin with 0xE1
		// 0x82 or 0xE1 0x83.
		if text[i] > 0xE1 || text[i] == 0xE1 && i+1 < len(text) && text[i+1] >= 0x84 {
			return true
		}
	}
	return false
}

// isCJK reports whether a folded text begins and ends with a character of Han, Kana or Hangul.
func isCJK(folded []byte) bool {
	first, _ := utf8.DecodeRune(folded)
	last, _ := utf8.DecodeLastRune(folded)
	return beginsAnywhere(first) && (beginsAnywhere(last) || last == 'ー' || continuesSyllable(last))
}
