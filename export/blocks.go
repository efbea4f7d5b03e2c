package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// Block is a part of a file that is being written: whole rows, after the header if a file begins
// with the block.
type Block struct {
	Text []byte            // valid until the function that takes it returns
	Rows int64             // of the whole export, up to the end of the block
	Last sessions.Position // of the last of these rows; zero before the first
	Ends bool              // a file ends with this block
	Kept bool              // the block is the row that Start names, which is written already
}

// String says how many rows there are.
func (b Block) String() string { return fmt.Sprintf("block(%d rows)", b.Rows) }

// Format prints what String returns, whatever the verb. It never prints the rows.
func (b Block) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, b.String()) }

// LogValue returns what String returns.
func (b Block) LogValue() slog.Value { return slog.StringValue(b.String()) }

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (b Block) MarshalText() ([]byte, error) { return nil, sessions.ErrNoJSON }

// Start says where an export in blocks begins. The zero Start begins one file.
type Start struct {
	// RowsPerFile is the number of rows after which a further file begins, with its header; 0 means
	// one file. In Excel's format it is at most [MaxExcelRows].
	RowsPerFile int64

	// The state of an export that continues: its rows in all, those of the last file, and the
	// position of the last row. Without rows it is a new export.
	Rows, InFile int64
	Last         sessions.Position
}

// ErrStart is wrapped if the selection no longer has the session that [Start] names.
var ErrStart = errors.New("export: the session to go on from is gone")

// WriteBlocks writes as [Write] does, and passes the file to a function block by block. It serves
// to write files that can be resumed, as package export/file does, or to upload a file in parts. A
// second goroutine calls the function, for one block at a time, and has ended when WriteBlocks
// returns. Progress and SHA256 of the options are ignored.
//
// An export that continues first passes the last row that is written already, as a block of its
// own, so that it can be compared. If its session is no longer in the selection, the error wraps
// [ErrStart]. If the rest of the selection is unchanged, the following blocks are, byte for byte,
// those of an undisturbed call.
func WriteBlocks(ctx context.Context, selected Selection, opts Options, at Start, take func(Block) error) error {
	p, err := opts.plan(selected.Request().Disclosure)
	switch {
	case err != nil:
		return err
	case at.RowsPerFile < 0:
		return fmt.Errorf("%w: RowsPerFile is negative", ErrOptions)
	case p.excel && at.RowsPerFile > MaxExcelRows:
		return fmt.Errorf("%w: files of more than %d rows", ErrOptions, MaxExcelRows)
	}
	r := sessions.Reading{}
	if p.excel && at.RowsPerFile == 0 {
		r.Limit = MaxExcelRows
	}
	if at.Rows > 0 {
		// Reading begins a microsecond earlier, so that the session of the last row is read again.
		r.After.CreatedAt = at.Last.CreatedAt.Add(time.Microsecond)
	}
	seq, err := opts.Open(ctx, selected, r)
	if err != nil {
		return err
	}
	if at.Rows > 0 {
		seq = startingAt(seq, at.Last)
	}
	p.perFile = at.RowsPerFile
	return p.encode(ctx, seq, at, take)
}

// startingAt yields the sessions from a position on. The first of them must be the one at the
// position.
func startingAt(seq iter.Seq2[*sessions.Session, error], first sessions.Position) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		found := false
		for s, err := range seq {
			if !found && err == nil && s != nil {
				c := first.Compare(positionOf(s))
				// Sessions of the same microsecond may come before it.
				if c > 0 {
					continue
				}
				if found = c == 0; !found {
					yield(nil, ErrStart)
					return
				}
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
		if !found {
			yield(nil, ErrStart)
		}
	}
}

// Resumable reports whether an export with these options can be resumed: it needs the column
// Session ID.
func (o *Options) Resumable() bool { return slices.Contains(o.columns(), ColumnSessionID) }

// FileColumn is a column of a file.
type FileColumn struct {
	Header string `json:"header"`
	Column Column `json:"column"`        // under its own header
	Key    string `json:"key,omitempty"` // set for a column of one extra field: its key
}

// FileColumns returns the columns that a file with these options has for a viewer, or the error
// that [Write] returns for them.
func (o *Options) FileColumns(d sessions.Disclosure) ([]FileColumn, error) {
	p, err := o.plan(d)
	if err != nil {
		return nil, err
	}
	return p.fileColumns(), nil
}

// fileColumns returns the columns of the plan.
func (p *plan) fileColumns() (columns []FileColumn) {
	for i := range p.columns {
		columns = append(columns, p.columns[i].FileColumn)
	}
	return columns
}

// Unguard removes from a cell the protection against spreadsheets that the format adds, in a file
// with that separator. The zero Format adds none.
func (f Format) Unguard(cell string, comma rune) string {
	if f == ExcelCSV {
		return unprotect(cell, byte(comma))
	}
	return cell
}
