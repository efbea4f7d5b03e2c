package export

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// Options say how a file is written. The zero Options write the 24 columns as RFC 4180.
type Options struct {
	Format Format

	// Comma separates the cells: comma, semicolon, tab or bar. 0 is a comma. Excel splits a file that it opens at the list
	// separator of the system's region, which is a semicolon where the decimal separator is a comma.
	Comma rune

	// Zone is the time zone of Creation time and Completion time. nil is UTC in RFC 4180, whose times state their offset;
	// in Excel's format, whose times state none, it is an error.
	Zone *time.Location

	// Columns are the columns in their order. nil is [Columns].
	Columns []Column

	// ExtraKeys, if there are any, puts one column for each of these extra fields, with the key as its header, where the
	// Extra column would stand. A session without the field has an empty cell there.
	ExtraKeys sessions.ExtraKeys

	// Drop leaves out the columns that show one of these fields, as [sessions.Disclosure] asks for with its Drop. Its Mask
	// is not for this package: who yields the sessions has masked them.
	Drop sessions.Fields
}

// Result counts what the writer has accepted, header and byte order mark included in Bytes.
type Result struct {
	Rows  int64 // without the header
	Bytes int64
}

// flushSize is how much of a file is kept before it goes to the writer.
const flushSize = 64 << 10

// Write writes the sessions to w, in the order in which they come, after a header that is there even without sessions.
// It keeps one buffer of some 64 KiB however many sessions there are, keeps no session, and writes whole rows only.
//
// The first error stops it: one of the options ([ErrOptions], [ErrColumn]) before anything is written; after that a
// [*WriteError] that wraps the error of the iterator, of the context, of the writer, or one of this package
// ([ErrNoSession], [ErrTooManyRows], [ErrTooLong]). The Result then says how much of the file w has: a part that nothing
// in it shows to be one.
//
// Nothing in the values can break the file: bytes are written as they are, NUL and invalid UTF-8 included, which no stored
// session has and [Read] refuses.
func Write(ctx context.Context, w io.Writer, seq iter.Seq2[*sessions.Session, error], opts Options) (Result, error) {
	p, err := opts.plan()
	if err != nil {
		return Result{}, err
	}
	out := writer{w: w, buf: make([]byte, 0, flushSize+flushSize/8)}
	if p.excel {
		out.buf = append(out.buf, byteOrderMark...)
	}
	out.buf = p.header(out.buf)
	var rows int64
	for s, err := range seq {
		rows++
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return out.done, &WriteError{Row: rows, Err: err}
		}
		if s == nil {
			return out.done, &WriteError{Row: rows, Err: ErrNoSession}
		}
		start := len(out.buf)
		out.buf = p.row(out.buf, s)
		if p.excel {
			if err := p.fits(rows, len(out.buf)-start, s); err != nil {
				return out.done, err
			}
		}
		if len(out.buf) >= flushSize {
			if err := out.flush(rows); err != nil {
				return out.done, err
			}
		}
	}
	if err := ctx.Err(); err != nil { // an iterator that stopped for it may not have said so
		return out.done, &WriteError{Row: rows + 1, Err: err}
	}
	err = out.flush(rows)
	return out.done, err
}

// fits refuses a row that Excel would cut or leave out.
func (p *plan) fits(row int64, size int, s *sessions.Session) error {
	if row > MaxExcelRows {
		return &WriteError{Row: row, Err: ErrTooManyRows}
	}
	if size > MaxExcelCell {
		if header, found := p.tooLong(s); found {
			return &WriteError{Row: row, Column: header, Err: ErrTooLong}
		}
	}
	return nil
}

type writer struct {
	w    io.Writer
	buf  []byte
	done Result
}

// flush hands over the buffer, which ends with the row given.
func (o *writer) flush(row int64) error {
	n, err := o.w.Write(o.buf)
	o.done.Bytes += int64(n)
	if err == nil && n < len(o.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return &WriteError{Row: row, Err: err}
	}
	o.done.Rows = row
	o.buf = o.buf[:0]
	return nil
}

const byteOrderMark = "\uFEFF"

// plan checks the options and chooses the encoders.
func (o *Options) plan() (*plan, error) {
	comma, err := checkComma(o.Comma)
	if err != nil {
		return nil, err
	}
	if o.Format > Excel {
		return nil, fmt.Errorf("%w: %v", ErrOptions, o.Format)
	}
	zone := o.Zone
	if zone == nil {
		if o.Format == Excel {
			return nil, fmt.Errorf("%w: Excel's format needs a time zone", ErrOptions)
		}
		zone = time.UTC
	}
	p := &plan{comma: comma, excel: o.Format == Excel, clock: newClock(zone, o.Format == Excel)}
	p.eightCommas = uint64(comma) * eightOnes
	for _, c := range []byte{comma, '"', '\r', '\n'} {
		p.quoted[c] = true
	}
	return p, p.choose(o)
}

func checkComma(comma rune) (byte, error) {
	switch comma {
	case 0:
		return ',', nil
	case ',', ';', '\t', '|':
		return byte(comma), nil
	default:
		return 0, fmt.Errorf("%w: %q separates no cells", ErrOptions, comma)
	}
}

// choose adds the columns of the options.
func (p *plan) choose(o *Options) error {
	chosen := o.Columns
	if chosen == nil {
		chosen = Columns()
	}
	keys := o.ExtraKeys.All()
	if err := checkExtraKeys(keys); err != nil {
		return err
	}
	if len(keys) > 0 && !slices.Contains(chosen, ColumnExtra) {
		return fmt.Errorf("%w: keys for a column that was not chosen: %v", ErrOptions, ColumnExtra)
	}
	for i, c := range chosen {
		switch {
		case c >= columnEnd:
			return fmt.Errorf("%w: %v", ErrUnknownColumn, c)
		case slices.Contains(chosen[:i], c):
			return fmt.Errorf("%w: %v", ErrDoubledColumn, c)
		case o.Drop.Has(c.Field()):
		case c == ColumnExtra && len(keys) > 0:
			for _, key := range keys {
				p.add(c, key, extraCell(key))
			}
		default:
			p.add(c, c.String(), encoders[c])
		}
	}
	if len(p.cells) == 0 {
		return fmt.Errorf("%w: none is left", ErrColumn)
	}
	return nil
}

// checkExtraKeys refuses a key that is the header of a column.
func checkExtraKeys(keys []string) error {
	for i, key := range keys {
		var c Column
		if c.UnmarshalText([]byte(key)) == nil {
			return fmt.Errorf("%w: extra key %d is the header %q", ErrDoubledColumn, i+1, key)
		}
	}
	return nil
}
