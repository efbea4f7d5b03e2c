// Package searchkey folds the names and numbers of a session into the words that search compares, and tells whether
// and where the words of a search text meet them.
//
// Everything happens in Go: a database keeps a [Key] and compares bytes, so that every engine gives the same answers.
//
// # Search
//
// Four fields are searched: first name, last name, personal number and document number. A session matches if every
// word of the search text begins some word of one of the fields, in any order. One letter is enough. A text that is
// not known (not collected, not recognised, redacted, masked) has no words.
//
// # Folding, version 1
//
// Rune by rune, whatever stands beside it:
//
//   - Compatibility decomposition (what Unicode calls NFKD, so that texts that NFKC makes equal are equal here), Hangul
//     syllables included.
//   - Combining marks and invisible format characters are dropped: accents vanish.
//   - Lower case. Georgian goes down to Mkhedruli, never up. A final sigma is a sigma.
//   - The 33 letters of modern Georgian become Latin by the national romanization of 2002 without its apostrophes. The
//     obsolete ones stay Mkhedruli.
//   - Latin letters that do not decompose lose their stroke or dot or are spelt out: ł l, đ ð d, ø o, ħ h, ŧ t, ı i,
//     ß ss, æ ae, œ oe, þ th.
//   - Decimal digits of every script become ASCII digits.
//   - Apostrophes, and what is typed for them, vanish.
//   - Letters, numbers and spacing marks are kept. Everything else separates words, also invalid UTF-8 and whatever
//     Unicode 15.0 has not assigned. The tables are part of this package and do not move with those of Go or x/text:
//     for the code points assigned in 15.0, Unicode guarantees that decompositions and case pairs never change.
//
// A folded word therefore holds lower-case letters and ASCII digits alone, never a space and never A to Z.
//
// The words of a name are what the separators leave. Parts that a hyphen joins are words, and so is the whole without
// its hyphens. The words of a number are the whole without any separator, and what begins where letters meet digits:
// 23AB-12345 has 23ab12345, ab12345 and 12345.
//
// The words of a search text are what the separators leave; hyphens separate too, since each part is a word of the
// name. A word with a digit in it keeps together over hyphens, full stops and slashes, as numbers are printed: AB-12/3
// is ab123. It is not split where letters meet digits. A word that begins another word of the text is dropped: the
// other one implies it.
//
// # Limits
//
// A word counts by its first [MaxWordBytes] bytes, cut between runes, in a key as in a search text. A field has at most
// [MaxWords] distinct words, which take at most [MaxFieldBytes] in the key; the words after that are not found. A search
// text has at most [MaxQueryBytes] and [MaxQueryWords].
//
// # Concurrency
//
// All types are immutable values, safe for concurrent use.
package searchkey
