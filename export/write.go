package export

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/sessions"
)

// Options say how a file is written. The zero Options write the 24 columns in RFC 4180.
type Options struct {
	Format Format

	// Comma separates the cells: comma, semicolon, tab or bar. 0 is a comma. Excel splits a file at
	// the list separator of the system's region, which is a semicolon if the decimal separator is a
	// comma.
	Comma rune

	// Zone is the time zone of Creation time and Completion time. nil is UTC in RFC 4180, whose
	// times have an offset. For times without an offset, as in Excel's format, it is an error.
	Zone *time.Location

	// Layouts of dates and times, as in package time. "": the format's own.
	BirthLayout, ExpirationLayout, TimeLayout string

	// Columns are the columns in their order. nil is [Columns].
	Columns []Column

	// Custom are further columns, of the host. Columns refers to them with [ColumnCustom]; those
	// that are not in Columns come last.
	Custom []CustomColumn

	// Headers renames columns. A column that is not in it keeps its header; two columns with the
	// same header are an error.
	Headers map[Column]string

	// ExtraKeys, if not empty, replaces the column Extra with one column for each of these extra
	// fields, with the key as its header. A session without the field has an empty cell.
	ExtraKeys sessions.ExtraKeys

	// Count is the number of sessions, counted or estimated; 0 if it is not known. It is passed on
	// to Progress. In Excel's format a Count over [MaxExcelRows] is refused before the first row;
	// without a Count, the error comes at the first row beyond that limit.
	Count int64

	// Progress, if it is not nil, is called after each part of the file, and at the end, never by
	// two goroutines at once and never after the call returns. The export waits for it to return.
	Progress func(Progress)

	// SHA256 asks for the digest of the file.
	SHA256 bool
}

// Fields returns the fields that a file with these options shows, and those that it needs to be
// resumed.
func (o *Options) Fields() sessions.Fields {
	shown := sessions.FieldsOf(sessions.FieldID, sessions.FieldCreatedAt)
	for _, c := range o.columns() {
		if c < columnEnd {
			shown = shown.Union(sessions.FieldsOf(c.Field()))
		}
	}
	for _, custom := range o.Custom {
		shown = shown.Union(custom.Fields)
	}
	return shown
}

// Progress says how far an export has come.
type Progress struct {
	Rows, Bytes int64 // written so far, as in Result
	Count       int64 // of Options: the expected number of rows, 0 if it is not known
}

// Result counts what the writer has accepted. Bytes includes the header and the byte order mark.
type Result struct {
	Rows   int64 // without the header
	Bytes  int64
	SHA256 string // of these bytes, in hexadecimal; "" if Options do not ask for it

	// TooLong is the number of cells that were written as [TooLongMark], because a sheet has
	// no room for their text.
	TooLong int64
}

// Write writes the sessions of a selection to w, in their order, after a header, which is written
// even if there are no sessions. It opens the selection first: the viewer's permission, limit and
// hidden fields, and in Excel's format the number of rows, are checked before the first byte.
//
// The file never contains what the viewer may not see, whatever the options: a column of a dropped
// field is left out, and each cell of another hidden field, or of one that was not read
// ([sessions.Session.Hidden]), is [sessions.MaskedMark].
//
// Write holds a few buffers of some 64 KiB, however many sessions there are, and writes whole rows
// only. A file of more than one buffer is written by a second goroutine while the next rows are
// fetched and encoded. Write returns when that goroutine has ended, so it waits for w. A panic in w
// or Progress becomes a panic of Write.
//
// The first error stops it: one of the options ([ErrOptions], [ErrColumn]), of the selection, or
// [ErrTooManyRows] before anything is written; after that a [*WriteError] that wraps the error of
// the selection, of the context, of the writer, or one of this package ([ErrNoSession],
// [ErrTooManyRows]). The Result then says how much of the file w has accepted. Nothing in that part
// shows that it is incomplete.
//
// No value can break the file. Bytes are written unchanged, including NUL and invalid UTF-8, which
// no stored session has and which [Read] refuses.
func Write(ctx context.Context, w io.Writer, selected Selection, opts Options) (Result, error) {
	p, err := opts.plan(selected.Request().Disclosure)
	if err != nil {
		return Result{}, err
	}
	limit := 0
	if p.excel {
		limit = MaxExcelRows
	}
	seq, err := opts.Open(ctx, selected, sessions.Reading{Limit: limit})
	if err != nil {
		return Result{}, err
	}
	out := newOutput(w, &opts)
	err = p.encode(ctx, seq, Start{}, out.take)
	done := out.result()
	done.TooLong = p.tooLong
	return done, err
}

// Open opens a selection for the columns of the options, for a writer of a further format. The
// sessions hide the fields that the viewer may not see, and those that no column shows. The error
// is that of [Write] before its first byte.
func (o *Options) Open(ctx context.Context, selected Selection, r sessions.Reading) (iter.Seq2[*sessions.Session, error], error) {
	if r.Limit > 0 && o.Count > int64(r.Limit) {
		return nil, &WriteError{Row: int64(r.Limit) + 1, Err: ErrTooManyRows}
	}
	r.Fields = o.Fields()
	seq, err := selected.Open(ctx, r)
	if errors.Is(err, sessions.ErrTooMany) {
		err = &WriteError{Row: int64(r.Limit) + 1, Err: ErrTooManyRows}
	}
	if err != nil {
		return nil, err
	}
	return disclosed(seq, selected.Request().Disclosure), nil
}

// output writes the blocks of a file to w and counts them.
type output struct {
	w    io.Writer
	opts *Options
	sum  hash.Hash // nil if Options do not ask for it
	done Result
}

func newOutput(w io.Writer, opts *Options) *output {
	o := &output{w: w, opts: opts}
	if opts.SHA256 {
		o.sum = sha256.New()
	}
	return o
}

// take writes a block. Rows counts whole blocks only, Bytes every byte that w has accepted.
func (o *output) take(b Block) error {
	n, err := o.w.Write(b.Text)
	o.done.Bytes += int64(n)
	if o.sum != nil {
		_, _ = o.sum.Write(b.Text[:n])
	}
	if err == nil && n < len(b.Text) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return err
	}
	o.done.Rows = b.Rows
	if o.opts.Progress != nil {
		o.opts.Progress(Progress{o.done.Rows, o.done.Bytes, o.opts.Count})
	}
	return nil
}

// result returns the counts so far.
func (o *output) result() Result {
	if o.sum != nil {
		o.done.SHA256 = hex.EncodeToString(o.sum.Sum(nil))
	}
	return o.done
}

// encode writes sessions in blocks. An export that is resumed begins at a row that is in the file
// already (Start): it is encoded for comparison, and not counted.
func (p *plan) encode(ctx context.Context, seq iter.Seq2[*sessions.Session, error], at Start, take func(Block) error) error {
	out := pipe{take: take}
	defer func() { _ = out.close() }() // after an error that is returned already
	b := Block{Text: newBuffer(), Rows: at.Rows, Last: at.Last}
	// The first session is the last one that the file has already.
	kept := at.Rows > 0
	full := kept && at.InFile == p.perFile
	if !kept {
		b.Text = p.header(b.Text)
	}
	var last lastRow
	for s, err := range seq {
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case err != nil:
		case s == nil:
			err = ErrNoSession
		// If files are split at this number, the session begins the next file.
		case p.excel && at.InFile == MaxExcelRows && !full && !kept:
			err = ErrTooManyRows
		}
		if err != nil {
			return &WriteError{Row: b.Rows + 1, Err: err}
		}
		if kept {
			b.Text, b.Kept = p.row(b.Text, s), true
			if err := out.put(&b); err != nil {
				return err
			}
			kept = false
			continue
		}
		// The header of a further file waits for its first session, so that no file is empty.
		if full {
			b.Text, at.InFile = p.header(b.Text), 0
		}
		b.Rows++
		at.InFile++
		b.Text = p.row(b.Text, s)
		last.keep(s)
		if full = at.InFile == p.perFile; full || len(b.Text) >= flushBytes {
			b.Last, b.Ends = last.position(), full
			if err := out.put(&b); err != nil {
				return err
			}
		}
	}
	// An iterator that stopped because the context ended may have yielded no error.
	if err := ctx.Err(); err != nil {
		return &WriteError{Row: b.Rows + 1, Err: err}
	}
	if full { // the last block has ended the file
		return out.close()
	}
	if last.id != nil {
		b.Last = last.position()
	}
	b.Ends = true
	return out.finish(&b)
}

// lastRow keeps the position of the last row without keeping its session, which is valid only until
// the next one.
type lastRow struct {
	at time.Time
	id []byte
}

func (l *lastRow) keep(s *sessions.Session) { l.at, l.id = s.CreatedAt, append(l.id[:0], s.ID...) }

func (l *lastRow) position() sessions.Position {
	return sessions.Position{CreatedAt: sessions.Truncate(l.at), ID: string(l.id)}
}

// byteOrderMark is U+FEFF in UTF-8: the bytes EF BB BF.
const byteOrderMark = "\uFEFF"

// plan checks the options and chooses the encoders for what the viewer may see.
func (o *Options) plan(d sessions.Disclosure) (*plan, error) {
	comma, err := checkComma(o.Comma)
	if err != nil {
		return nil, err
	}
	if o.Format > ExcelCSV {
		return nil, fmt.Errorf("%w: %v", ErrOptions, o.Format)
	}
	excel := o.Format == ExcelCSV
	zone := o.Zone
	if zone == nil {
		if excel && o.TimeLayout == "" || o.TimeLayout != "" && (layout{text: o.TimeLayout}).local() {
			return nil, fmt.Errorf("%w: Zone is missing: times without an offset need it", ErrOptions)
		}
		zone = time.UTC
	}
	p := &plan{comma: comma, excel: excel, clock: newClock(zone, excel)}
	p.eightCommas = uint64(comma) * eightOnes
	for _, c := range []byte{comma, '"', '\r', '\n'} {
		p.quoted[c] = true
	}
	for _, c := range []byte(openers) {
		p.opens[c] = true
	}
	p.splits = splits(comma)
	if err := p.choose(o, d); err != nil {
		return nil, err
	}
	return p, nil
}

// checkComma returns the separator as a byte, or an error if cells cannot be separated by it.
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

// columns returns the columns chosen, followed by the custom ones that were not chosen.
func (o *Options) columns() []Column {
	chosen := o.Columns
	if chosen == nil {
		chosen = Columns()
	}
	for i := range o.Custom {
		if !slices.Contains(chosen, ColumnCustom(i)) {
			chosen = append(slices.Clip(chosen), ColumnCustom(i))
		}
	}
	return chosen
}

// choose adds the columns of the options, without those that the viewer's disclosure drops.
func (p *plan) choose(o *Options, hidden sessions.Disclosure) error {
	chosen := o.columns()
	keys := o.ExtraKeys.All()
	if err := checkExtraKeys(keys); err != nil {
		return err
	}
	if len(keys) > 0 && !slices.Contains(chosen, ColumnExtra) {
		return fmt.Errorf("%w: keys for a column that was not chosen: %v", ErrOptions, ColumnExtra)
	}
	if err := checkHeaders(o.Headers); err != nil {
		return err
	}
	for i, custom := range o.Custom {
		if custom.Cell == nil {
			return fmt.Errorf("%w: custom column %d has no Cell", ErrOptions, i+1)
		}
		if err := checkHeader(custom.Header); err != nil {
			return fmt.Errorf("%w: custom column %d: %w", ErrOptions, i+1, err)
		}
	}
	// ID and creation time are never dropped.
	dropped := sessions.Disclosure{Drop: hidden.Drop}.Hidden()
	for i, c := range chosen {
		custom := int(c) - int(firstCustom)
		switch {
		case c >= columnEnd && (custom < 0 || custom >= len(o.Custom)):
			return fmt.Errorf("%w: %v", ErrUnknownColumn, c)
		case slices.Contains(chosen[:i], c):
			return fmt.Errorf("%w: %v", ErrDoubledColumn, c)
		case custom >= 0:
			if of := o.Custom[custom]; of.Fields.Intersect(dropped) == 0 {
				p.columns = append(p.columns, planned{
					FileColumn: FileColumn{Header: of.Header, Column: c}, fields: of.Fields,
					// The host's function gets only the fields that it has declared, since the
					// others are not checked against the disclosure.
					text: func(s *sessions.Session) string {
						p.custom = *s
						p.custom.Retain(of.Fields)
						return of.Cell(&p.custom)
					},
				})
			}
		case hidden.Drop.Has(c.Field()) && dropped.Has(c.Field()): // a dropped field: no column
		case c == ColumnExtra && len(keys) > 0:
			for _, key := range keys {
				p.columns = append(p.columns, planned{
					FileColumn: FileColumn{Header: key, Column: c, Key: key}, fields: sessions.FieldsOf(sessions.FieldExtra),
					text: func(s *sessions.Session) string {
						v, _ := s.Extra.Get(key)
						return v
					},
				})
			}
		default:
			p.columns = append(p.columns, planned{
				FileColumn: FileColumn{Header: cmp.Or(o.Headers[c], c.String()), Column: c}, fields: sessions.FieldsOf(c.Field()),
				text: table[c].text, cell: o.encoder(c),
			})
		}
	}
	if len(p.columns) == 0 {
		return fmt.Errorf("%w: none is left", ErrColumn)
	}
	// An extra key may begin with a mark, but a reader takes one at the beginning of a file away.
	if strings.HasPrefix(p.columns[0].Header, byteOrderMark) {
		return fmt.Errorf("%w: the first column has a header that begins with a byte order mark", ErrOptions)
	}
	for i := range p.columns {
		p.fields = p.fields.Union(p.columns[i].fields)
		if slices.ContainsFunc(p.columns[:i], func(c planned) bool { return c.Header == p.columns[i].Header }) {
			return fmt.Errorf("%w: two columns of one header", ErrDoubledColumn)
		}
	}
	return nil
}

// encoder returns the function that writes the cells of a column.
func (o *Options) encoder(c Column) encoder {
	switch {
	case c == ColumnBirthDate && o.BirthLayout != "":
		return dateCell(o.BirthLayout, func(s *sessions.Session) sessions.Date { return s.BirthDate })
	case c == ColumnExpirationDate && o.ExpirationLayout != "":
		return dateCell(o.ExpirationLayout, func(s *sessions.Session) sessions.Date { return s.ExpirationDate })
	case c == ColumnCreationTime && o.TimeLayout != "":
		return instantCell(o.TimeLayout, func(s *sessions.Session) time.Time { return s.CreatedAt })
	case c == ColumnCompletionTime && o.TimeLayout != "":
		return instantCell(o.TimeLayout, func(s *sessions.Session) time.Time { return s.CompletedAt })
	default:
		return table[c].cell
	}
}

// checkHeaders refuses headers of columns that do not exist, and headers that no file can have.
func checkHeaders(headers map[Column]string) error {
	for c, h := range headers {
		if c >= columnEnd {
			return fmt.Errorf("%w: Headers has a column that does not exist", ErrUnknownColumn)
		}
		if err := checkHeader(h); err != nil {
			return fmt.Errorf("%w: %v: %w", ErrOptions, c, err)
		}
	}
	return nil
}

// checkHeader refuses a header that no file can have, or that would not be read as it was written.
func checkHeader(h string) error {
	switch {
	case h == "" || !utf8.ValidString(h) || strings.ContainsRune(h, 0):
		return errors.New("a header that is empty or not UTF-8")
	case strings.HasPrefix(h, byteOrderMark):
		return errors.New("a header that begins with a byte order mark")
	case len(h) >= MaxExcelCellUnits: // an apostrophe may be added
		return fmt.Errorf("a header of %d bytes or more", MaxExcelCellUnits)
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
