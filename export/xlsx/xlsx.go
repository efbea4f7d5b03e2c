package xlsx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

// MediaType is the media type of a workbook.
const MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// sheetName is the name of the only sheet.
const sheetName = "Sessions"

// progressRows is the number of rows after which Progress is called.
const progressRows = 1000

// Write writes the sessions of a selection as a workbook to w, in their order, after a header. It
// opens the selection as [export.Write] does.
//
// Of the options it uses Zone, which must be given, Columns, Headers, ExtraKeys, Count, Progress
// and SHA256, as [export.Write] does in Excel's format; a Comma or layouts are an error that wraps
// [export.ErrOptions]. After an error w has a part of a workbook, which no program opens.
//
// A cell that is too long for a sheet is [export.TooLongMark]. Errors are those of [export.Write],
// among them [export.ErrTooManyRows].
func Write(ctx context.Context, w io.Writer, selected export.Selection, opts export.Options) (done export.Result, err error) {
	if opts.Comma != 0 || opts.BirthLayout+opts.ExpirationLayout+opts.TimeLayout != "" {
		return export.Result{}, fmt.Errorf("%w: a workbook has neither separators nor layouts", export.ErrOptions)
	}
	// In Excel's format the options must give a zone.
	opts.Format = export.ExcelCSV
	values, err := opts.Sheet(selected.Request().Disclosure)
	if err != nil {
		return export.Result{}, err
	}
	seq, err := opts.Open(ctx, selected, sessions.Reading{Limit: export.MaxExcelRows})
	if err != nil {
		return export.Result{}, err
	}
	out := &counter{w: w}
	if opts.SHA256 {
		out.sum = sha256.New()
	}
	b := newBook(out, values, &opts)
	if err := b.header(); err != nil {
		return out.result(0), &export.WriteError{Err: err}
	}
	var rows int64
	for s, err := range seq {
		rows++
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case err != nil:
		case s == nil:
			err = export.ErrNoSession
		case rows > export.MaxExcelRows:
			err = export.ErrTooManyRows
		}
		if err != nil {
			return out.result(rows - 1), &export.WriteError{Row: rows, Err: err}
		}
		if err := b.row(rows, s); err != nil {
			return out.result(rows - 1), err
		}
		if opts.Progress != nil && rows%progressRows == 0 {
			opts.Progress(export.Progress{Rows: rows, Bytes: out.n, Count: opts.Count})
		}
	}
	// An iterator that stopped because the context ended may have yielded no error.
	if err := ctx.Err(); err != nil {
		return out.result(rows), &export.WriteError{Row: rows + 1, Err: err}
	}
	if err := b.sheet.finish(sheetName); err != nil {
		return out.result(rows), &export.WriteError{Row: rows, Err: err}
	}
	if opts.Progress != nil {
		opts.Progress(export.Progress{Rows: rows, Bytes: out.n, Count: opts.Count})
	}
	done = out.result(rows)
	done.TooLong = values.TooLong
	return done, nil
}

type counter struct {
	w   io.Writer
	n   int64
	sum hash.Hash
}

// Write writes to w and counts what it has accepted.
func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	if c.sum != nil {
		_, _ = c.sum.Write(b[:n])
	}
	return n, err
}

// result returns the counts so far.
func (c *counter) result(rows int64) export.Result {
	r := export.Result{Rows: rows, Bytes: c.n}
	if c.sum != nil {
		r.SHA256 = hex.EncodeToString(c.sum.Sum(nil))
	}
	return r
}

// book is a workbook that is being written.
type book struct {
	sheet  *sheet
	values *export.Sheet
	zone   *time.Location
}

func newBook(w io.Writer, values *export.Sheet, opts *export.Options) *book {
	b := &book{values: values, zone: opts.Zone}
	var widths []int
	for _, c := range values.Columns {
		widths = append(widths, width(c))
	}
	b.sheet = newSheet(w, widths)
	return b
}

// width returns the width of a column, which has to be known before its cells.
func width(c export.FileColumn) int {
	header := utf8.RuneCountInString(c.Header) + 3 // the button of the filter
	switch c.Column {
	case export.ColumnBirthDate, export.ColumnExpirationDate:
		return max(header, dateWidthChars)
	case export.ColumnCreationTime, export.ColumnCompletionTime:
		return max(header, momentWidthChars)
	default:
		return min(max(header, leastWidthChars), mostWidthChars)
	}
}

// header writes the row of headers.
func (b *book) header() error {
	b.sheet.beginRow(1)
	for _, c := range b.values.Columns {
		b.sheet.text(c.Header, bold)
	}
	return b.sheet.endRow()
}

// row writes the row of a session. The number is for an error.
func (b *book) row(number int64, s *sessions.Session) error {
	values := b.values.Values(s)
	lines := 1
	for _, v := range values {
		if v, ok := v.(string); ok {
			lines = max(lines, 1+strings.Count(v, "\n"))
		}
	}
	b.sheet.beginRow(min(lines, mostLines))
	for i, v := range values {
		b.cell(b.values.Columns[i].Column, v)
	}
	if err := b.sheet.endRow(); err != nil {
		return &export.WriteError{Row: number, Err: err}
	}
	return nil
}

func (b *book) cell(c export.Column, v any) {
	switch v := v.(type) {
	case string:
		b.sheet.text(v, text)
	case bool:
		b.sheet.truth(v)
	case int:
		b.sheet.number(v)
	case sessions.Date:
		of := birth
		if c == export.ColumnExpirationDate {
			of = expiration
		}
		b.sheet.date(v, of)
	case time.Time:
		b.sheet.instant(v, b.zone)
	default:
		b.sheet.empty()
	}
}
