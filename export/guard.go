package export

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The guard keeps a spreadsheet from taking a text for anything else, whatever its list separator
// is. A spreadsheet whose list separator is not the file's splits the file within cells, and the
// quotes of CSV do not prevent that: they count only at the beginning of a field. So each part of a
// text after a separator that is not the file's own, and after a line break, is guarded as if it
// were a cell.

// protection is a way to keep a spreadsheet from changing or evaluating a text.
type protection uint8

const (
	none    protection = iota
	prefix             // an apostrophe before it
	formula            // a formula that gives the text
	parts              // an apostrophe before each part that needs one
)

// maxLiteralUnits is the length of the longest text in a formula of Excel, in UTF-16 code units. A
// text has at least as many bytes of UTF-8.
const maxLiteralUnits = 255

// separators are the characters at which spreadsheets split a line, whatever the file's own
// separator is.
const separators = ",;\t|"

// splits returns the bytes that end a part of a text in a file with the given separator.
func splits(own byte) (at [256]bool) {
	for _, c := range []byte(separators + "\r\n") {
		at[c] = c != own
	}
	return at
}

// protect decides how to write a text in Excel's format.
func (p *plan) protect(v string) protection {
	if v == "" {
		return none
	}
	// phone means that only digits and the punctuation of phone numbers follow the first character.
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
	// Spreadsheets pass over white space before a value.
	if first <= ' ' || first >= utf8.RuneSelf && ignored(first) {
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
	// In a row that is not split, an operator continues a formula of the cell before it.
	case '=', '@', '\'', '＝', '＋', '－', '＠', '&', '*', '/', '^', '<', '>', '%', '!', '~', ':':
		return prefix
	// Errors of spreadsheets, such as #N/A, begin with #. A formula shows them as text.
	case '#':
		number = true
	}
	number = number || !ascii && strings.ContainsFunc(v, unicode.IsNumber) || isTruth(v)
	switch {
	case v == TooLongMark:
		return prefix
	case !number:
		return none
	case control || len(v) > maxLiteralUnits:
		return prefix
	default:
		return formula
	}
}

// appendParts appends a text with an apostrophe before each part that a spreadsheet might take for
// something else. The first part of JSON needs none, since it begins with {.
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
		if v[end] == '\r' && end+1 < len(v) && v[end+1] == '\n' { // CR LF is one line break
			end++
		}
		b = append(b, v[:end+1]...)
		v = v[end+1:]
	}
}

// harmless reports whether a spreadsheet takes a part of a text for text. An empty part is not
// harmless, since a quote may follow it.
func harmless(part string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(part, ignored))
	return unicode.IsLetter(first) && !strings.ContainsFunc(part, unicode.IsNumber) && !isTruth(part)
}

// unprotect removes the protection that protect chooses, in a file with the given separator. Text
// without protection stays as it is.
func unprotect(v string, own byte) string {
	if inner, ok := strings.CutPrefix(v, `="`); ok && strings.HasSuffix(inner, `"`) {
		inner = inner[:len(inner)-1]
		if strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
			return v // a formula of another program's
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

// fit checks the cell that begins at start, in Excel's format, and replaces it with [TooLongMark]
// if a sheet has no room for it.
func (p *plan) fit(b []byte, start int) []byte {
	// No cell has more UTF-16 code units than bytes, so few are counted.
	if len(b)-start <= MaxExcelCellUnits || cellUnits(b[start:], p.raw) <= MaxExcelCellUnits {
		return b
	}
	p.tooLong++
	return append(b[:start], TooLongMark...)
}

// cellUnits returns the number of UTF-16 code units of a cell's content. A raw cell has no quotes
// of CSV around it.
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
	// Two of the quotes are around the cell, and the others are doubled.
	return units + max(0, quotes/2-1)
}
