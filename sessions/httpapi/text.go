package httpapi

import "unicode/utf8"

// utf16Offset is how many UTF-16 code units the first n bytes of a text make: what JavaScript
// counts by. A byte that is not UTF-8 is one replacement character, as in the JSON.
func utf16Offset(text string, n int) int {
	units := 0
	for i, r := range text {
		if i >= n {
			break
		}
		units++
		if r > 0xFFFF {
			units++
		}
	}
	return units
}

// identifier reports whether a parameter's name is short and plain enough to be repeated in an
// answer: what a person typed into the wrong place is not.
func identifier(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if c >= utf8.RuneSelf || (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '_' && c != '.' {
			return false
		}
	}
	return true
}
