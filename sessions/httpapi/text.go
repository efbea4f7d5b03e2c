package httpapi

import "unicode/utf8"

// utf16Offset returns the number of UTF-16 code units of the first n bytes of a text, by which
// JavaScript counts. A byte that is not UTF-8 counts as one replacement character, as in the JSON.
func utf16Offset(text string, n int) int {
	units := 0
	for i, r := range text {
		if i >= n {
			break
		}
		units++
		// A surrogate pair.
		if r > 0xFFFF {
			units++
		}
	}
	return units
}

// maxDigits is how many digits the name of a parameter may have. Numbers of persons and documents
// have more.
const maxDigits = 4

// identifier reports whether a parameter's name is short and plain enough to be repeated in an
// answer. It excludes texts that a person may have typed into the wrong place.
func identifier(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	digits := 0
	for i := range len(name) {
		switch c := name[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= utf8.RuneSelf || (c|0x20 < 'a' || c|0x20 > 'z') && c != '_' && c != '.':
			return false
		}
	}
	return digits <= maxDigits
}
