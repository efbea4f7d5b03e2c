package export

import (
	"fmt"
	"strings"
)

// Format is a dialect of CSV. The zero Format is [RFC4180].
type Format uint8

// The formats. The package comment says what they look like.
const (
	RFC4180  Format = iota // for machines: "CSV for import"
	ExcelCSV               // for people who open the file in a spreadsheet: "CSV for Excel"
)

// The limits of Excel, which are kept by files in its format.
const (
	MaxExcelRows      = 1_048_575 // rows of a sheet, the header not counted
	MaxExcelCellUnits = 32_767    // UTF-16 code units of a cell
)

// TooLongMark replaces a cell of more than [MaxExcelCellUnits] in Excel's format and in workbooks,
// so that a session with long extra fields does not keep the others out of the file. Texts are
// never cut. With one column for each key (Options.ExtraKeys), and in RFC 4180, every field fits.
const TooLongMark = "[too long]"

var formatNames = [...]string{"rfc4180", "excel_csv"}

// String returns "rfc4180" or "excel_csv".
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("Format(%d)", uint8(f))
}

// MarshalText returns the text of String; a number that is not a format is an error that wraps
// [ErrOptions].
func (f Format) MarshalText() ([]byte, error) {
	if int(f) >= len(formatNames) {
		return nil, fmt.Errorf("%w: %v", ErrOptions, f)
	}
	return []byte(f.String()), nil
}

// UnmarshalText reads exactly the texts of String; anything else is an error that wraps
// [ErrOptions].
func (f *Format) UnmarshalText(text []byte) error {
	for i, name := range formatNames {
		if name == string(text) {
			*f = Format(i)
			return nil
		}
	}
	return fmt.Errorf("%w: a format is one of %s", ErrOptions, strings.Join(formatNames[:], ", "))
}
