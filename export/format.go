package export

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Format is a dialect of CSV. The zero Format is [RFC4180].
type Format uint8

// The formats. The package comment says what they look like.
const (
	RFC4180 Format = iota // for machines
	Excel                 // for people who open the file in a spreadsheet
)

// The limits of Excel, of which files in its format stay clear.
const (
	MaxExcelRows = 1_048_575 // rows of a sheet, the header not counted
	MaxExcelCell = 32_767    // UTF-16 code units of a cell
)

var formatNames = [...]string{"rfc4180", "excel"}

// String returns "rfc4180" or "excel".
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("Format(%d)", uint8(f))
}

// MarshalText returns the text of String; a number that is no format is an error that wraps [ErrOptions].
func (f Format) MarshalText() ([]byte, error) {
	if int(f) >= len(formatNames) {
		return nil, fmt.Errorf("%w: %v", ErrOptions, f)
	}
	return []byte(f.String()), nil
}

// UnmarshalText reads exactly the texts of String; anything else is an error that wraps [ErrOptions].
func (f *Format) UnmarshalText(text []byte) error {
	for i, name := range formatNames {
		if name == string(text) {
			*f = Format(i)
			return nil
		}
	}
	return fmt.Errorf("%w: a format is one of %s", ErrOptions, strings.Join(formatNames[:], ", "))
}

// protection is what keeps a spreadsheet from changing or running a text.
type protection uint8

const (
	none    protection = iota
	prefix             // an apostrophe before it
	formula            // a formula that gives the text
)

// maxLiteral is the length of the longest text in a formula of Excel's, in UTF-16 code units, which are never more
// than bytes of UTF-8.
const maxLiteral = 255

// protect decides how a text is written in Excel's format.
func protect(v string) protection {
	number, control, phone, ascii := false, false, true, true
	for i := range len(v) {
		switch c := v[i]; {
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
	switch first, _ := utf8.DecodeRuneInString(v); first {
	case '+', '-':
		if !phone || !number {
			return prefix
		}
	case '=', '@', '\t', '\r', '\n', '\'', '＝', '＋', '－', '＠':
		return prefix
	case '#':
		number = true // #N/A and its like
	}
	number = number || !ascii && strings.ContainsFunc(v, unicode.IsNumber) ||
		strings.EqualFold(v, trueCell) || strings.EqualFold(v, falseCell)
	switch {
	case !number:
		return none
	case control || len(v) > maxLiteral:
		return prefix
	default:
		return formula
	}
}

// unprotect takes away what protect asked for. Text without a protection stays as it is.
func unprotect(v string) string {
	if inner, ok := strings.CutPrefix(v, `'`); ok {
		return inner
	}
	if len(v) < len(`=""`) || v[:2] != `="` || v[len(v)-1] != '"' {
		return v
	}
	inner := v[2 : len(v)-1]
	if strings.IndexByte(inner, '"') < 0 {
		return inner
	}
	if strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
		return v // a formula of somebody else's
	}
	return strings.ReplaceAll(inner, `""`, `"`)
}
