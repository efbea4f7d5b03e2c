package xlsx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

// MediaType is that of a workbook.
const MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

const sheetName = "Sessions"

// progressRows is how often Progress is called.
const progressRows = 1000

// Write writes the sessions of a selection as a workbook to w, in their order, after a header. It opens the selection as [export.Write] does.
//
// Of the options it takes Zone, which must be given, Columns, Headers, ExtraKeys, Count, Progress and SHA256, as
// [export.Write] does in Excel's format; a Comma or layouts are an error that wraps [export.ErrOptions]. A part of a workbook, which w has
// after an error, opens nowhere.
//
// A cell for which a sheet has no room is [export.TooLongMark]. Errors are those of [export.Write], among them [export.ErrTooManyRows].
func Write(ctx context.Context, w io.Writer, selected export.Selection, opts export.Options) (done export.Result, err error) {
	if opts.Comma != 0 || opts.BirthLayout+opts.ExpirationLayout+opts.TimeLayout != "" {
		return export.Result{}, fmt.Errorf("%w: a workbook has neither separators nor layouts", export.ErrOptions)
	}
	opts.Format = export.ExcelCSV
	columns, err := opts.FileColumns(selected.Request().Disclosure)
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
	b := newBook(out, columns, &opts)
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
	done.TooLong = b.tooLong
	return done, nil
}

// counter counts and digests what is written.
type counter struct {
	w   io.Writer
	n   int64
	sum hash.Hash
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	if c.sum != nil {
		_, _ = c.sum.Write(b[:n])
	}
	return n, err
}

func (c *counter) result(rows int64) export.Result {
	r := export.Result{Rows: rows, Bytes: c.n}
	if c.sum != nil {
		r.SHA256 = hex.EncodeToString(c.sum.Sum(nil))
	}
	return r
}

// book is a workbook that is being written.
type book struct {
	sheet   *sheet
	columns []export.FileColumn
	zone    *time.Location
	tooLong int64 // cells
}

func newBook(w io.Writer, columns []export.FileColumn, opts *export.Options) *book {
	b := &book{columns: columns, zone: opts.Zone}
	var widths []int
	for _, c := range columns {
		widths = append(widths, width(c))
	}
	b.sheet = newSheet(w, widths)
	return b
}

// width is that of a column, which has to be known before its cells are.
func width(c export.FileColumn) int {
	header := utf8.RuneCountInString(c.Header) + 3 // the button of the filter
	switch c.Column {
	case export.ColumnBirthDate, export.ColumnExpirationDate:
		return max(header, dateWidth)
	case export.ColumnCreationTime, export.ColumnCompletionTime:
		return max(header, momentWidth)
	default:
		return min(max(header, leastWidth), mostWidth)
	}
}

func (b *book) header() error {
	b.sheet.beginRow()
	for _, c := range b.columns {
		b.sheet.text(c.Header, bold)
	}
	return b.sheet.endRow()
}

func (b *book) row(number int64, s *sessions.Session) error {
	r := export.RecordOf(s)
	b.sheet.beginRow()
	for _, c := range b.columns {
		if s.Hidden().Has(c.Column.Field()) {
			b.sheet.text(sessions.MaskedMark, text)
		} else {
			b.cell(c, s, &r)
		}
	}
	if err := b.sheet.endRow(); err != nil {
		return &export.WriteError{Row: number, Err: err}
	}
	return nil
}

// cell writes the session's value with its type.
func (b *book) cell(c export.FileColumn, s *sessions.Session, r *export.Record) {
	switch c.Column {
	case export.ColumnBirthDate:
		b.sheet.date(s.BirthDate, birth)
	case export.ColumnExpirationDate:
		b.sheet.date(s.ExpirationDate, expiration)
	case export.ColumnCreationTime:
		b.sheet.instant(s.CreatedAt, b.zone)
	case export.ColumnCompletionTime:
		b.sheet.instant(s.CompletedAt, b.zone)
	case export.ColumnVerified:
		if s.Status == "" {
			b.sheet.empty()
		} else {
			b.sheet.truth(s.Verified())
		}
	case export.ColumnDocumentValid:
		b.sheet.truth(s.DocumentValidity == sessions.Valid)
	case export.ColumnLivenessStatus:
		b.sheet.number(s.Liveness.VendorCode())
	case export.ColumnMatchLevel:
		if s.Match.Compared {
			b.sheet.number(int(s.Match.Level))
		} else {
			b.sheet.empty()
		}
	case export.ColumnAttempts:
		if s.Attempt != 0 {
			b.sheet.number(s.Attempt)
		} else {
			b.sheet.empty()
		}
	default:
		v := b.record(c, s, r)
		if len(v) > export.MaxExcelCell && len(utf16.Encode([]rune(v))) > export.MaxExcelCell {
			v = export.TooLongMark
			b.tooLong++
		}
		b.sheet.text(v, text)
	}
}

// record is the text of a column that has texts.
func (b *book) record(c export.FileColumn, s *sessions.Session, r *export.Record) string {
	switch c.Column {
	case export.ColumnExtra:
		if c.Key != "" {
			v, _ := s.Extra.Get(c.Key)
			return v
		}
		return r.Extra
	case export.ColumnPersonalNumber:
		return r.PersonalNumber
	case export.ColumnFirstName:
		return r.FirstName
	case export.ColumnLastName:
		return r.LastName
	case export.ColumnDocumentNumber:
		return r.DocumentNumber
	case export.ColumnNationality:
		return r.Nationality
	case export.ColumnSex:
		return r.Sex
	case export.ColumnPartner:
		return r.Partner
	case export.ColumnSessionID:
		return r.SessionID
	case export.ColumnDocumentType:
		return r.DocumentType
	case export.ColumnClientIP:
		return r.ClientIP
	case export.ColumnDevice:
		return r.Device
	case export.ColumnBrowser:
		return r.Browser
	case export.ColumnOS:
		return r.OS
	case export.ColumnModel:
		return r.Model
	case export.ColumnStatus:
		return string(s.Status)
	case export.ColumnReasons:
		return export.ReasonsOf(s)
	default:
		return ""
	}
}
