package export

import (
	"context"
	"encoding/csv"
	"fmt"
	"iter"
	"strings"

	"github.com/gocarina/gocsv"

	"github.com/kvalifika/sessionkit/sessions"
)

// WriteGocsv writes the sessions of a selection to a host's own gocsv writer, with the separator
// and quotes that the host has set up. The rows, the checks before the first of them, the
// protection of [ExcelCSV] and the errors are those of [Write]. The writer decides about quotes, so
// a spreadsheet with another separator may read a row of numbers as one number. In Excel's format
// the protection depends on the separator. Options.Comma must be that of the writer; for a writer
// of encoding/csv or gocsv, 0 means its separator, and another Comma is an error that wraps
// [ErrOptions]. No byte order mark is written. Bytes and SHA256 of the Result stay empty.
//
// The writer may change texts: that of encoding/csv, with UseCRLF, removes carriage returns.
//
// WriteGocsv holds one row at a time and starts no goroutine. The writer is flushed at the end and
// after an error.
func WriteGocsv(ctx context.Context, w gocsv.CSVWriter, selected Selection, opts Options) (done Result, err error) {
	if opts.Comma, err = separator(opts.Format, opts.Comma, w); err != nil {
		return Result{}, err
	}
	p, err := opts.plan(selected.Request().Disclosure)
	if err != nil {
		return Result{}, err
	}
	r := sessions.Reading{}
	if p.excel {
		r.Limit = MaxExcelRows
	}
	seq, err := opts.Open(ctx, selected, r)
	if err != nil {
		return Result{}, err
	}
	p.raw = true
	defer func() {
		w.Flush()
		if flushed := w.Error(); err == nil && flushed != nil {
			err = &WriteError{Row: done.Rows, Err: flushed}
		}
	}()
	row := make([]string, len(p.columns))
	p.strings(row, func(c *planned) []byte { return p.text(nil, c.Header) })
	if err := w.Write(row); err != nil {
		return done, &WriteError{Err: err}
	}
	for s, err := range seq {
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case err != nil:
		case s == nil:
			err = ErrNoSession
		case p.excel && done.Rows == MaxExcelRows:
			err = ErrTooManyRows
		default:
			hidden := s.Hidden()
			p.strings(row, func(c *planned) []byte { return p.cell(nil, s, hidden, c) })
			err = w.Write(row)
		}
		if err != nil {
			return done, &WriteError{Row: done.Rows + 1, Err: err}
		}
		done.Rows++
		done.TooLong = p.tooLong
		if opts.Progress != nil {
			opts.Progress(Progress{Rows: done.Rows, Count: opts.Count})
		}
	}
	// An iterator that stopped because the context ended may have yielded no error.
	if err := ctx.Err(); err != nil {
		return done, &WriteError{Row: done.Rows + 1, Err: err}
	}
	return done, nil
}

// separator returns the separator of the options, or that of the host's writer or reader. The guard
// of Excel's format has to know it.
func separator(format Format, stated rune, of any) (rune, error) {
	var used rune
	switch of := of.(type) {
	case *csv.Writer:
		used = of.Comma
	case *gocsv.SafeCSVWriter:
		used = of.Comma
	case *csv.Reader:
		used = of.Comma
	}
	switch {
	case format != ExcelCSV || used == 0:
		return stated, nil
	case stated != 0 && stated != used:
		return 0, fmt.Errorf("%w: cells are separated by %q, and not by %q", ErrOptions, used, stated)
	}
	return used, nil
}

// strings fills row with the cells of a row. The writer adds quotes later, so the first cell is
// guarded here against those that the last cell will get.
func (p *plan) strings(row []string, cell func(*planned) []byte) {
	for i := range p.columns {
		row[i] = string(cell(&p.columns[i]))
	}
	last := row[len(row)-1]
	// The separator of an unknown writer may be any of these, and a cell that contains it gets
	// quotes.
	quoted := p.needsQuotes(last) || strings.ContainsAny(last, separators)
	if p.excel && len(row) > 1 && quoted && strings.HasPrefix(row[0], `="`) {
		row[0] = "'" + unprotect(row[0], p.comma) // as unsplit does
	}
}

// ReadGocsv reads rows from a host's own gocsv reader, as [Read] does from a file: every cell is
// checked, and converted to the form of [Record]. ReadOptions.Comma must be the separator of the
// reader, as in [WriteGocsv]. Cells are used as the reader returns them: a last row that was cut
// off is not noticed, and line breaks within cells are those of the reader, which encoding/csv
// changes.
func ReadGocsv(r gocsv.CSVReader, opts ReadOptions) iter.Seq2[Row, error] {
	var err error
	if opts.Comma, err = separator(opts.Format, opts.Comma, r); err != nil {
		return func(yield func(Row, error) bool) { yield(Row{}, err) }
	}
	first := true
	return readRows(strings.NewReader(""), opts, func(s *scanner) error {
		cells, err := r.Read()
		if err != nil {
			return err
		}
		s.row, s.ends = s.row[:0], s.ends[:0]
		for i, cell := range cells {
			if first && i == 0 {
				cell = strings.TrimPrefix(cell, byteOrderMark)
			}
			s.row = append(s.row, cell...)
			s.ends = append(s.ends, len(s.row))
		}
		// The limit is that of scanner.cells: the text, and one byte for each cell.
		if first = false; len(s.row)+len(s.ends) > MaxRowBytes {
			return ErrTooLong
		}
		return s.check()
	})
}
