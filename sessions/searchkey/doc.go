// Package searchkey folds the names and numbers of a session into the words that search compares,
// and reports whether, and where, the words of a search text match them.
//
//	q, err := searchkey.ParseQuery("mueller 12 34")
//	q.Match(&session, sessions.SearchFields())   // in Go
//	q.MatchKey(key, sessions.SearchFields())     // by what a database keeps
//	q.Spans(&session, sessions.SearchFields())   // what to mark
//
// All folding is done in Go. A database keeps a [Key] and compares bytes, so that every engine
// gives the same answers.
//
// # Search
//
// Four fields are searched: first name, last name, personal number and document number. A session
// matches if every word of the search text begins some word of one of the fields, in any order. One
// letter is enough. A text without a value (not collected, not recognised, redacted, masked) has no
// words. Three laws hold for every text, and tests check them:
//
//   - Visible text is found: the text of a field, typed as the page shows it, finds its session.
//   - Typing is monotone: if a text finds a session, so does every prefix of it. A prefix ends
//     after a character and its combining marks.
//   - Nothing else is found: no word matches in its middle, a text that folds to nothing finds
//     nothing, and no spelling leaves letters out.
//
// The first two hold for texts that fold to something and are within the limits.
//
// # One mechanism
//
// A word of a search text expands to a few prefixes of words of keys ([Query.Words]), and matches
// if any of them does. This handles everything that is written in several ways:
//
//   - Names may be joined or split. A key has, for each word of a field, that word joined with the
//     words after it: de la Cruz is delacruz, lacruz and cruz, so that delacruz, de la and cruz
//     find it. Each word of a search text is looked for by itself and joined with the words before
//     it, at most three in all, so that van kirk finds Vankirk. Hyphens, apostrophes, blanks,
//     fillers (<) and other signs all separate words in this way.
//   - Numbers may be joined or split too, and groups of digits are joined without that limit. In a
//     key, a word of a number also begins where letters meet digits: 23AB12345 is found by ab12 and
//     by 123.
//   - A letter with two spellings has both of them: in the key if the letter is on the document,
//     and among the prefixes if it is in the search text. ü is u and ue, so that Müller is found by
//     muller, mueller and müller, and finds MUELLER. Plain letters and digraphs are not respelt:
//     MUELLER is not muller, and Muller is not mueller.
//   - Cyrillic has a few romanizations. Each spelling of a word uses one of them throughout.
//   - Names in Han, Kana and Hangul begin a word at every character, and a key has both names
//     joined, the surname first and last. Such a word belongs to both names, and is hidden if
//     either of them is.
//
// The spellings of a letter on the document are in the key, since a search text cannot know which
// letter a plain one replaces. The ways to split and join the typed words are in the query, since a
// key cannot know them. Everything else is folded alike on both sides: accents, case, x and kh, the
// letters of Arabic. A name of ASCII letters is in a key once, and a search text of one such word
// has one prefix.
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
//	           x kh, in names                 Georgian habit; its other spelling is kh
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
//	Greek      ELOT 743, type 2               μπ is b only at the beginning of a word
//	Armenian   BGN/PCGN, 1981                 without apostrophes; ռ also r, ե after a vowel also e
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
// In numbers, each letter has one form: Cyrillic АВЕКМНОРСТХ and Greek ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ become the
// Latin capitals that they look like, other Cyrillic and Georgian letters take their first
// spelling, x stays x, and Armenian and the rest of Greek stay as they are. Decimal digits of every
// script are ASCII digits.
//
// These do not match, because documents are not written that way or because other people would be
// found: spellings by sound (Catherine, Katherine; Алексей, Alexey), German, French and Western
// Armenian spellings of other scripts (Tschechow, Krikor), readings of Han, Arabic and Hebrew (王
// wang, محمد muhammad), traditional for simplified characters (陳, 陈), Hiragana for Katakana,
// look-alike letters in names. The English spellings in the passports of Azerbaijan (Cəfərov,
// Jafarov) do not match either, since others write a plain c or q. Neither does the Chinese yu for
// ü.
//
// # Folding, version 2
//
//   - Compatibility decomposition (what Unicode calls NFKD, so that texts that NFKC makes equal are
//     equal here), Hangul syllables included. The numero sign is a sign and not the letters No.
//   - Combining marks and invisible format characters are dropped. A mark is kept if it is a vowel,
//     or if the table above or one of its standards has the letter with its mark.
//   - Lower case. Georgian becomes Mkhedruli; its obsolete letters stay. A final sigma is a sigma.
//   - Letters, numbers and spacing marks are kept. Everything else separates words, including
//     invalid UTF-8 and code points that Unicode 15.0 has not assigned. The tables are part of this
//     package and do not change with those of Go or x/text. For the code points assigned in 15.0,
//     Unicode guarantees that decompositions and case pairs never change.
//
// A folded word therefore has only lower-case letters and ASCII digits, never a space and never A
// to Z.
//
// Where a romanization depends on the next letter (Greek μπ, αυ, γγ, Armenian ու, Russian ий), the
// last letter of a search text is tried as everything that it may become.
//
// A word of a search text is dropped if another word implies it: gi in "giorgi gi".
//
// # Limits
//
// Only the first [MaxWordBytes] bytes of a word count, cut between runes, in keys and in search
// texts. A word has at most eight spellings for each romanization of Cyrillic: up to three letters
// with two spellings vary independently. If there are more, and in Cyrillic words that a key joins,
// they vary together. A field has at most [MaxWords] words, which take at most [MaxFieldBytes] in
// the key. No word is a prefix of another. If a field does not fit, its words are not joined; if it
// still does not fit, each word has its first spelling only, and words beyond the limit are not
// found. A search text has at most [MaxQueryBytes] and [MaxQueryWords].
//
// # Concurrency
//
// All types are immutable values, safe for concurrent use.
package searchkey
