package export

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The guard keeps a spreadsheet from taking a text for anything else, whatever its list separator
// is. A file that is opened with another one than its own is split within cells, and the quotes of
// CSV do not hold: they count at the beginning of a field only. So each part of a text behind a
// separator that is not the file's own, and behind a line break, is guarded as if it were a cell.

// protection is what keeps a spreadsheet from changing or running a text.
type protection uint8

const (
	none    protection = iota
	prefix             // an apostrophe before it
	formula            // a formula that gives the text
	parts              // an apostrophe before each part that needs one
)

// maxLiteral is the length of the longest text in a formula of Excel's, in UTF-16 code units, which
// are never more than bytes of UTF-8.
const maxLiteral = 255

// separators are what spreadsheets split a line at, whatever the file's own separator is.
const separators = ",;\t|"

// splits returns the bytes that end a part of a text in a file with the separator given.
func splits(own byte) (at [256]bool) {
	for _, c := range []byte(separators + "\r\n") {
		at[c] = c != own
	}
	return at
}

// protect decides how a text is written in Excel's format.
func (p *plan) protect(v string) protection {
	if v == "" {
		return none
	}
	number, control, phone, ascii, split := false, false, true, true, false
	for i := range len(v) {
		c := v[i]
		split = split || p.splits[c]
		switch {
		case c-'0' < 10:
			number = true
		case c < ' ':
			control, phone = true, false
		case c >= utf8.RuneSelf:
			ascii, phone = false, false
		case i > 0 && (c > '/' || strings.IndexByte(" ()+-./", c) < 0):
			phone = false
		}
	}
	if split {
		return parts
	}
	first, _ := utf8.DecodeRuneInString(v)
	if first <= ' ' || first >= utf8.RuneSelf && ignored(first) { // spreadsheets pass over it
		if first == '\t' || first == '\r' || first == '\n' {
			return prefix
		}
		trimmed := strings.TrimLeftFunc(v, ignored)
		first, _ = utf8.DecodeRuneInString(trimmed)
		phone = false
	}
	switch first {
	case '+', '-':
		if !phone || !number {
			return prefix
		}
	case '=', '@', '\'', '＝', '＋', '－', '＠', '&', '*', '/', '^', '<', '>', '%', '!', '~', ':':
		return prefix // an operator goes on with a formula that stands before it in a row that is not split
	case '#':
		number = true // #N/A and its like
	}
	number = number || !ascii && strings.ContainsFunc(v, unicode.IsNumber) || isTruth(v)
	switch {
	case v == TooLongMark:
		return prefix
	case !number:
		return none
	case control || len(v) > maxLiteral:
		return prefix
	default:
		return formula
	}
}

// appendParts appends a text with an apostrophe before each part that a spreadsheet might take for
// something else. JSON begins with {, which it does not.
func (p *plan) appendParts(b []byte, v string, json bool) []byte {
	for first := true; ; first = false {
		end := 0
		for end < len(v) && !p.splits[v[end]] {
			end++
		}
		if part := v[:end]; !(first && json) && !harmless(part) {
			b = append(b, '\'')
		}
		if end == len(v) {
			return append(b, v...)
		}
		if v[end] == '\r' && end+1 < len(v) && v[end+1] == '\n' {
			end++
		}
		b = append(b, v[:end+1]...)
		v = v[end+1:]
	}
}

// harmless reports whether a part of a text is one to a spreadsheet too. What is empty is not: a
// quote may follow it.
func harmless(part string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(part, ignored))
	return unicode.IsLetter(first) && !strings.ContainsFunc(part, unicode.IsNumber) && !isTruth(part)
}

// unprotect takes away what protect asked for, in a file with the separator given. Text without a
// protection stays as it is.
func unprotect(v string, own byte) string {
	if inner, ok := strings.CutPrefix(v, `="`); ok && strings.HasSuffix(inner, `"`) {
		inner = inner[:len(inner)-1]
		if strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
			return v // a formula of somebody else's
		}
		return strings.ReplaceAll(inner, `""`, `"`)
	}
	v = strings.TrimPrefix(v, `'`)
	if !strings.Contains(v, `'`) {
		return v
	}
	at := splits(own)
	b := make([]byte, 0, len(v))
	for i := range len(v) {
		if v[i] != '\'' || i == 0 || !at[v[i-1]] {
			b = append(b, v[i])
		}
	}
	return string(b)
}

// fit writes a cell of Excel's format, or [TooLongMark] if a sheet has no room for it.
func (p *plan) fit(b []byte, start int) []byte {
	if len(b)-start <= MaxExcelCell || cellUnits(b[start:], p.raw) <= MaxExcelCell {
		return b
	}
	p.tooLong++
	return append(b[:start], TooLongMark...)
}

// cellUnits is how many UTF-16 code units the content of a cell has. A raw one is its own content.
func cellUnits(cell []byte, raw bool) (units int) {
	quotes := 0
	for _, c := range string(cell) {
		switch {
		case c == '"' && cell[0] == '"' && !raw:
			quotes++
		case c > 0xFFFF:
			units += 2
		default:
			units++
		}
	}
	return units + max(0, quotes/2-1) // two are around it, the others are doubled
}
