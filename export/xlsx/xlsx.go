package xlsx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

const sheet = "Sessions"

// progressRows is how often Progress is called.
const progressRows = 1000

// Write writes the sessions of a selection as a workbook to w, in their order, after a header. It opens the selection as [export.Write] does.
//
// Of the options it takes Zone, which must be given, Columns, Headers, ExtraKeys, Count, Progress and SHA256, as
// [export.Write] does in Excel's format; a Comma or layouts are an error that wraps [export.ErrOptions]. Bytes of
// Progress is 0: a workbook is compressed at the end. Until then rows are kept in a temporary file of the system's directory,
// which is removed before Write returns and holds the sessions until then; w gets nothing before the last row is there.
//
// Errors are those of [export.Write], among them [export.ErrTooManyRows] and [export.ErrTooLong].
func Write(ctx context.Context, w io.Writer, selected export.Selection, opts export.Options) (done export.Result, err error) {
	if opts.Comma != 0 || opts.BirthLayout+opts.ExpirationLayout+opts.TimeLayout != "" {
		return export.Result{}, fmt.Errorf("%w: a workbook has neither separators nor layouts", export.ErrOptions)
	}
	opts.Format = export.Excel
	hidden := selected.Request().Disclosure
	columns, err := opts.FileColumns(hidden)
	if err != nil {
		return export.Result{}, err
	}
	if opts.Count > export.MaxExcelRows {
		return export.Result{}, &export.WriteError{Row: export.MaxExcelRows + 1, Err: export.ErrTooManyRows}
	}
	seq, err := selected.Open(ctx, sessions.Reading{Fields: opts.Fields(), Limit: export.MaxExcelRows})
	if errors.Is(err, sessions.ErrTooMany) {
		err = &export.WriteError{Row: export.MaxExcelRows + 1, Err: export.ErrTooManyRows}
	}
	if err != nil {
		return export.Result{}, err
	}
	file := excelize.NewFile()
	defer func() {
		if e := file.Close(); err == nil {
			err = e
		}
	}()
	b, err := newBook(file, columns, &opts, hidden)
	if err != nil {
		return export.Result{}, err
	}
	if err := b.header(); err != nil {
		return export.Result{}, err
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
			return export.Result{}, &export.WriteError{Row: rows, Err: err}
		}
		if err := b.row(rows, s); err != nil {
			return export.Result{}, err
		}
		if opts.Progress != nil && rows%progressRows == 0 {
			opts.Progress(export.Progress{Rows: rows, Count: opts.Count})
		}
	}
	if err := ctx.Err(); err != nil {
		return export.Result{}, &export.WriteError{Row: rows + 1, Err: err}
	}
	if err := b.stream.Flush(); err != nil {
		return export.Result{}, err
	}
	out := &counter{w: w}
	if opts.SHA256 {
		out.sum = sha256.New()
	}
	if err := file.Write(out); err != nil {
		return export.Result{Bytes: out.n}, &export.WriteError{Row: rows, Err: err}
	}
	done = export.Result{Rows: rows, Bytes: out.n}
	if out.sum != nil {
		done.SHA256 = hex.EncodeToString(out.sum.Sum(nil))
	}
	if opts.Progress != nil {
		opts.Progress(export.Progress{Rows: rows, Bytes: done.Bytes, Count: opts.Count})
	}
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

// book is a workbook that is being written.
type book struct {
	stream  *excelize.StreamWriter
	columns []export.ManifestColumn
	zone    *time.Location
	masked  []bool // of each column
	cells   []any

	text, birth, expiration, moment, bold int // styles
}

func newBook(file *excelize.File, columns []export.ManifestColumn, opts *export.Options, seen sessions.Disclosure) (*book, error) {
	if err := file.SetSheetName("Sheet1", sheet); err != nil {
		return nil, err
	}
	b := &book{columns: columns, zone: opts.Zone, cells: make([]any, len(columns))}
	for _, c := range columns {
		b.masked = append(b.masked, !seen.Shows(c.Column.Field()))
	}
	for _, style := range []struct {
		id     *int
		format string
		font   *excelize.Font
	}{
		{&b.text, "@", nil},
		{&b.birth, "yyyy-mm-dd", nil},
		{&b.expiration, "mm-dd-yy", nil},
		{&b.moment, "yyyy-mm-dd hh:mm:ss", nil},
		{&b.bold, "@", &excelize.Font{Bold: true}},
	} {
		id, err := file.NewStyle(&excelize.Style{CustomNumFmt: &style.format, Font: style.font})
		if err != nil {
			return nil, err
		}
		*style.id = id
	}
	var err error
	if b.stream, err = file.NewStreamWriter(sheet); err != nil {
		return nil, err
	}
	// The header stays in sight.
	return b, b.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func (b *book) header() error {
	for i, c := range b.columns {
		b.cells[i] = excelize.Cell{StyleID: b.bold, Value: c.Header}
	}
	return b.stream.SetRow("A1", b.cells)
}

func (b *book) row(number int64, s *sessions.Session) error {
	r := export.RecordOf(s)
	for i, c := range b.columns {
		if b.masked[i] {
			b.cells[i] = b.string(sessions.MaskedMark)
			continue
		}
		b.cells[i] = b.cell(c, s, &r)
		if cell, ok := b.cells[i].(excelize.Cell); ok {
			if v, ok := cell.Value.(string); ok && len(v) > export.MaxExcelCell && len(utf16.Encode([]rune(v))) > export.MaxExcelCell {
				return &export.WriteError{Row: number, Column: c.Header, Err: export.ErrTooLong}
			}
		}
	}
	if err := b.stream.SetRow("A"+strconv.FormatInt(number+1, 10), b.cells); err != nil {
		return &export.WriteError{Row: number, Err: err}
	}
	return nil
}

// cell is the session's value with its type.
func (b *book) cell(c export.ManifestColumn, s *sessions.Session, r *export.Record) any {
	switch c.Column {
	case export.ColumnBirthDate:
		return b.date(s.BirthDate, b.birth)
	case export.ColumnExpirationDate:
		return b.date(s.ExpirationDate, b.expiration)
	case export.ColumnCreationTime:
		return b.instant(s.CreatedAt)
	case export.ColumnCompletionTime:
		return b.instant(s.CompletedAt)
	case export.ColumnVerified:
		if s.Status == "" {
			return nil
		}
		return s.Verified()
	case export.ColumnDocumentValid:
		return s.DocumentValidity == sessions.Valid
	case export.ColumnLivenessStatus:
		return s.Liveness.VendorCode()
	case export.ColumnMatchLevel:
		if !s.Match.Compared {
			return nil
		}
		return int(s.Match.Level)
	case export.ColumnAttempts:
		if s.Attempt == 0 {
			return nil
		}
		return s.Attempt
	case export.ColumnExtra:
		if c.Key != "" {
			v, _ := s.Extra.Get(c.Key)
			return b.string(v)
		}
		return b.string(r.Extra)
	}
	return b.string(b.record(c.Column, s, r))
}

// record is the text of a column that has texts.
func (b *book) record(c export.Column, s *sessions.Session, r *export.Record) string {
	switch c {
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

func (b *book) string(v string) any {
	if v == "" {
		return nil
	}
	return excelize.Cell{StyleID: b.text, Value: v}
}

// firstYear is the first that sheets know.
const firstYear = 1900

func (b *book) date(d sessions.Date, style int) any {
	switch {
	case d.IsZero():
		return nil
	case d.Year < firstYear || !d.IsValid(): // unknown parts
		return b.string(d.String())
	}
	return excelize.Cell{StyleID: style, Value: time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)}
}

func (b *book) instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	t = t.In(b.zone)
	if t.Year() < firstYear {
		return b.string(t.Format(time.DateTime))
	}
	return excelize.Cell{StyleID: b.moment, Value: time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)}
}
