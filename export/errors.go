package export

import (
	"errors"
	"fmt"
	"io"
)

// The errors of this package, for errors.Is. Errors about a row or a column are a [*WriteError] or
// a [*ReadError]. None contains a person's data: no cell, and no header of an unknown column.
var (
	// ErrOptions is wrapped if options are invalid or contradict each other. Nothing was written or
	// read.
	ErrOptions = errors.New("export: invalid options")

	// ErrColumn is wrapped by every error about the set of columns.
	ErrColumn = errors.New("export: invalid columns")
	// ErrMissingColumn is wrapped if a file lacks a column. It is an [ErrColumn].
	ErrMissingColumn = fmt.Errorf("%w: missing", ErrColumn)
	// ErrDoubledColumn is wrapped if a column appears twice. It is an [ErrColumn].
	ErrDoubledColumn = fmt.Errorf("%w: doubled", ErrColumn)
	// ErrUnknownColumn is wrapped if a column is not one of ours. It is an [ErrColumn].
	ErrUnknownColumn = fmt.Errorf("%w: unknown", ErrColumn)

	// ErrSeparator is wrapped if the header has our columns, separated by something else. It is an
	// [ErrColumn].
	ErrSeparator = fmt.Errorf("%w: another separator", ErrColumn)

	// ErrNoSession is wrapped if an iterator yields nil without an error.
	ErrNoSession = errors.New("export: no session")
	// ErrTooManyRows is wrapped if a file would get more than [MaxExcelRows].
	ErrTooManyRows = errors.New("export: more rows than Excel opens")
	// ErrTooLong is wrapped if a row is longer than [MaxRowBytes], and if a cell that is read is
	// [TooLongMark].
	ErrTooLong = errors.New("export: too long")

	// ErrEmpty is wrapped if a file has no header.
	ErrEmpty = errors.New("export: no header")
	// ErrSyntax is wrapped if quotes or line breaks are in places where they are not allowed.
	ErrSyntax = errors.New("export: malformed quotes or line breaks")
	// ErrLineBreak is wrapped if rows end with CR alone, as old Macintosh programs write them. It
	// is an [ErrSyntax].
	ErrLineBreak = fmt.Errorf("%w: rows that end with CR alone", ErrSyntax)
	// ErrCellCount is wrapped if a row has more or fewer cells than the header.
	ErrCellCount = errors.New("export: wrong number of cells")
	// ErrTorn is wrapped if a file ends in the middle of a row.
	ErrTorn = errors.New("export: the last row is torn")
	// ErrEncoding is wrapped if a file is neither UTF-8 nor UTF-16 with a byte order mark, or
	// contains a NUL.
	ErrEncoding = errors.New("export: not UTF-8")
	// ErrCell is wrapped if a cell does not have the form of its column.
	ErrCell = errors.New("export: invalid cell")
	// ErrSaved is wrapped if a cell has the form that a spreadsheet gives it when it saves a file.
	// It is an [ErrCell]: dates and times can be read with layouts of [ReadOptions], but lost
	// digits cannot be restored.
	ErrSaved = fmt.Errorf("%w: as a spreadsheet has saved it", ErrCell)
)

// errNoLineBreak is for a file that may be whole, such as one that was typed by hand.
var errNoLineBreak = fmt.Errorf("%w: it has no line break: see AllowOpenEnd of ReadOptions", ErrTorn)

// WriteError says at which row an export stopped.
type WriteError struct {
	Row    int64  // the row that was being made, from 1, the header not counted; 0 for the header
	Column string // header of the column at fault, "" for none
	Err    error  // the error of the iterator, the context or the writer, or one of this package
}

// Error names the row, the column and the cause.
func (e *WriteError) Error() string { return place(e.Row, 0, e.Column) + e.Err.Error() }

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// Format prints the message, whatever the verb. It never prints the cause's other fields.
func (e WriteError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// MarshalText returns the message.
func (e WriteError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// ReadError says where in a file reading stopped.
type ReadError struct {
	Row int64 // the row at fault, from 1, the header not counted; 0 for the header
	// Line is the line of the file on which the row begins, from 1; 0 if it is not known. Rows may
	// have several lines, and blank lines are not rows.
	Line int64
	// Column is the header of the column at fault, or its number, such as "#3", if the header is
	// not known; "" for none.
	Column string
	Err    error // the error of the reader, or one of this package
}

// Error names the row, its line, the column and the cause.
func (e *ReadError) Error() string { return place(e.Row, e.Line, e.Column) + e.Err.Error() }

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Err }

// Format prints the message, whatever the verb. It never prints the cause's other fields.
func (e ReadError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// MarshalText returns the message.
func (e ReadError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// place says where an error is: the beginning of its message.
func place(row, line int64, column string) string {
	at := "header: "
	if row > 0 {
		at = fmt.Sprintf("row %d: ", row)
		if line > 0 {
			at = fmt.Sprintf("row %d, line %d: ", row, line)
		}
	}
	if column != "" {
		at += fmt.Sprintf("column %q: ", column)
	}
	return at
}
