// Package searchkey folds the names and numbers of a session into the words that search compares,
// and reports whether and where the words of a search text meet them.
//
//	q, err := searchkey.ParseQuery("mueller 12 34")
//	q.Match(&session, sessions.SearchFields())   // in Go
//	q.MatchKey(key, sessions.SearchFields())     // by what a database keeps
//	q.Spans(&session, sessions.SearchFields())   // what to mark
//
// Everything happens in Go: a database keeps a [Key] and compares bytes, so that every engine gives
// the same answers.
//
// # Search
//
// Four fields are searched: first name, last name, personal number and document number. A session
// matches if every word of the search text begins some word of one of the fields, in any order. One
// letter is enough. A text that is not known (not collected, not recognised, redacted, masked) has
// no words. Three laws hold for every text, and are tested:
//
//   - What is seen is found: the text of a field, typed as it is on the page, finds its
//     session.
//   - Typing is monotone: where a text finds a session, so does every beginning of it. A beginning
//     ends behind a character and the marks that combine with it.
//   - Nothing else: no word is met in its middle, a text that folds to nothing finds nothing, and
//     no spelling is made by leaving letters out.
//
// The first two speak of texts that fold to anything and are within the limits.
//
// # One mechanism
//
// A word of a search text stands for a few beginnings of words of keys ([Query.Words]), any one of
// which will do. That takes care of all that is written in several ways:
//
//   - Names are joined and parted. A key has, for each word of a field, that word joined with those
//     behind it: de la Cruz is delacruz, lacruz and cruz, so that delacruz, de la and cruz find it.
//     A search text stands for its words by themselves and joined with those before them, at most
//     three in all, so that van kirk finds Vankirk. Hyphens, apostrophes, blanks, fillers (<) and
//     other signs are alike in this.
//   - Numbers are, too, and groups of digits are joined without that limit. In a key, a word of a
//     number also begins where letters meet digits: 23AB12345 is found by ab12 and by 123.
//   - A letter with two spellings is spelt in both, wherever it is: on the document, in the key; in
//     the search text, among its beginnings. ü is u and ue, so that Müller is found by muller,
//     mueller and müller, and finds MUELLER. What is plain or a digraph already is not respelt:
//     MUELLER is not muller, and Muller is not mueller.
//   - Cyrillic is written in Latin in a few ways, each throughout a word.
//   - Names in Han, Kana and Hangul begin a word at every character, and a key has both names
//     joined, the surname first and last. Such a word belongs to both names: it is hidden where
//     either is.
//
// The key pays for what is on the document, since a search text cannot know what a plain letter
// stands for; the search text pays for what is typed, since a key cannot know how a word would be
// parted. What costs neither is folded alike on both sides: accents, case, x and kh, the letters of
// Arabic. A name of ASCII letters is in a key once, and a search text of one such word stands for
// one beginning.
//
// # Scripts and spellings
//
//	script     written as                     by
//	Latin      without accents                Unicode
//	           ä a, ae   ö ø o, oe   ü u, ue  ICAO Doc 9303-3, section 6, table A
//	           å a, aa   đ d, dj
//	           æ ae  œ oe  ß ss  þ th  ð d    the same
//	           ł l  ħ h  ı i  ŧ t  ŋ n  ĸ q
//	           ɓ b  ɖ ɗ d  ɛ e  ƙ k       CLDR, Latin-ASCII
//	           ɲ n  ɔ o  ƴ y
//	           ə e, a                         the passports of Azerbaijan
//	           x kh, in names                 Georgian habit; kh is what else it is written as
//	Georgian   national romanization, 2002    and, if it is stored in Georgian, by the letters that
//	           without apostrophes            Georgians type: ქ k, q  ყ q, k  ც ts, c  წ ts, w
//	                                          ჟ zh, j  ღ gh, g
//	Cyrillic   ICAO Doc 9303-3, table B       Russian, and letters of other languages; also by
//	                                          GOST R 52535.1-2006: ц tc, ъ left out
//	           its exceptions                 Ukrainian with Belarusian, Serbian, Macedonian
//	           BGN/PCGN                       Russian 1947, Ukrainian 1965, Belarusian 1979, Kazakh
//	                                          1979, Tajik 1994; also as passports before GOST have
//	                                          it: е e for ye, ё yo, ия ia, ий at the end y
//	           Transliteration Act, 2009      Bulgarian: щ sht, ъ a, х h; a ъ that begins a
//	                                          word is left out, as in every way
//	Greek      ELOT 743, type 2               μπ is b at the beginning of a word alone
//	Armenian   BGN/PCGN, 1981                 without apostrophes; ռ also r, ե behind a vowel also e
//	Arabic     itself                         ی ى ے as ي, ک as ك, ة ۃ ہ ھ ە as ه, ٱ as ا; no tatweel,
//	                                          no vowel signs, no hamza on a letter; a zero width
//	                                          non-joiner is a blank, as in Persian
//	Hebrew     itself                         without points; a final letter as the other
//	Han, Kana  itself                         full and half width alike
//	Hangul     itself, by its letters         so that a syllable is found while it is typed: 초 on
//	                                          the way to 최, 간 on the way to 가나
//	others     themselves                     without accents; the vowels of Devanagari, Thai and
//	                                          others that are written as marks are letters
//
// In numbers, letters have one form: Cyrillic АВЕКМНОРСТХ and Greek ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ are the Latin
// capitals that they look like, other Cyrillic and Georgian letters are written in their first way,
// x is x, and Armenian and the rest of Greek stay. Decimal digits of every script are ASCII digits.
//
// Not met, since nobody's documents write it so or since it would find other people: spellings by
// sound (Catherine, Katherine; Алексей, Alexey), German, French and Western Armenian spellings of
// other scripts (Tschechow, Krikor), readings of Han, Arabic and Hebrew (王 wang, محمد muhammad),
// traditional for simplified characters (陳, 陈), Hiragana for Katakana, look-alike letters in names.
// The English spellings in the passports of Azerbaijan (Cəfərov, Jafarov) are not met, since a
// plain c or q is written by everybody else, and neither is the Chinese yu for ü.
//
// # Folding, version 2
//
//   - Compatibility decomposition (what Unicode calls NFKD, so that texts that NFKC makes equal are
//     equal here), Hangul syllables included. The numero sign is a sign and not the letters No.
//   - Combining marks and invisible format characters are dropped, unless the mark is a vowel or
//     the table above or one of its standards knows the letter with its mark.
//   - Lower case. Georgian goes down to Mkhedruli, never up; its obsolete letters stay. A final
//     sigma is a sigma.
//   - Letters, numbers and spacing marks are kept. Everything else separates words, also invalid
//     UTF-8 and whatever Unicode 15.0 has not assigned. The tables are part of this package and do
//     not move with those of Go or x/text: for the code points assigned in 15.0, Unicode guarantees
//     that decompositions and case pairs never change.
//
// A folded word therefore holds lower-case letters and ASCII digits alone, never a space and never
// A to Z.
//
// Where a romanization depends on the next letter (Greek μπ, αυ, γγ, Armenian ու, Russian ий), the
// last letter of a search text stands for all that it may become.
//
// A word of a search text that others imply is dropped: gi in "giorgi gi".
//
// # Limits
//
// A word counts by its first [MaxWordBytes] bytes, cut between runes, in a key as in a search text.
// It has at most eight spellings, in each way of writing Cyrillic: letters with two are spelt
// independently of each other up to three. Where there are more, and in Cyrillic words that a key
// joins, they are spelt alike. A field has at most [MaxWords] words, none of which begins another
// one, and which take at most [MaxFieldBytes] in the key. Where that does not suffice, words are
// not joined, and where that does not suffice either, each is there in its first spelling; the
// words after that are not found. A search text has at most [MaxQueryBytes] and [MaxQueryWords].
//
// # Concurrency
//
// All types are immutable values, safe for concurrent use.
package searchkey
