package export

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// ReadOptions say how a file was written. The zero ReadOptions read files that the zero [Options]
// write.
type ReadOptions struct {
	Format Format // Excel: the protection of texts is removed, and times have no offset
	Comma  rune   // as in Options

	// Zone is the time zone of times without an offset. nil is an error if the file has such times.
	Zone *time.Location

	// Layouts of dates and times, as in package time. "": the format's own.
	BirthLayout, ExpirationLayout, TimeLayout string

	// Headers are the headers of columns that were renamed.
	Headers map[Column]string

	// ExtraKeys are the extra fields that have a column of their own, in any order. An empty cell
	// is an absent field.
	ExtraKeys sessions.ExtraKeys

	AllowMissing bool // a missing column has empty cells
	AllowUnknown bool // an unknown column is skipped; without any known one the file has no header
	// Refused, if it is not nil, is called with the [*ReadError] of a row that was read to its end,
	// but has a bad cell, bytes that are not UTF-8, or the wrong number of cells. If it returns nil,
	// reading continues with the next row; its error ends it. A fault after which nobody knows where
	// the next row begins, such as an open quote, always ends it.
	Refused func(err error) error
	// AllowOpenEnd means that the last row may lack its line break. A row that was cut off in its
	// last cell is then not noticed.
	AllowOpenEnd bool

	LivenessOneIsPassed bool // Liveness Status is inverted: 1 is passed, 0 is not
	LevelZeroIsNoData   bool // Match Level 0 means that nothing was compared, or nothing is known

	// Scale is the scale of the match levels. The zero Scale is [far.Kvalifika].
	Scale far.Scale
}

// Row is a row of a file: the record, and the columns beyond it. Printing one shows only its
// session ID.
type Row struct {
	Record
	Number  int64  // from 1, the header not counted; 0 for a row that was not read
	Line    int64  // of the file on which the row begins, from 1; 0 for a row that was not read
	Status  string // of the column Status, "" if the file has none
	Reasons string // of the column Reasons, "" if the file has none
}

// Read yields the rows of a file, in their order. It can be ranged over once, and holds one row at
// a time, of at most [MaxRowBytes]. Empty rows, which spreadsheets leave, are skipped if the file
// has a column Session ID or Creation time, which no session lacks. An error comes once, last, with
// the zero Row: one that wraps [ErrOptions] for invalid options, otherwise a [*ReadError].
//
// Every cell is checked and converted to the form of [Record], whatever the form of the file. UTF-8
// with and without a byte order mark, and UTF-16 with one, are read.
func Read(r io.Reader, opts ReadOptions) iter.Seq2[Row, error] {
	return readRows(r, opts, (*scanner).scan)
}

// readRows yields the rows that next puts into the scanner, one at a time.
func readRows(r io.Reader, opts ReadOptions, next func(*scanner) error) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		d, err := opts.decoder(r)
		if err != nil {
			yield(Row{}, err)
			return
		}
		d.next = next
		if err := d.header(); err != nil {
			yield(Row{}, err)
			return
		}
		for number := int64(1); ; number++ {
			row, err := d.row(number)
			if err == io.EOF { //nolint:errorlint // the end, and not an error that wraps it
				return
			}
			if err != nil && d.scan.whole && opts.Refused != nil {
				if err = opts.Refused(err); err == nil {
					continue
				}
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// decoder reads rows. Its cells are in the order of the file's columns.
type decoder struct {
	opts  *ReadOptions
	scan  *scanner
	next  func(*scanner) error
	keys  []string
	cells []target

	columns map[string]Column // by the headers of the file

	identified bool // there is a column that no session leaves empty

	birth, expiration, moment layout
	pairs                     []sessions.ExtraPair // of the row, one for each key
}

// target is the destination of a column's cells.
type target struct {
	header string
	key    int // index of the extra key, -1 for a column
	column Column
	known  bool
}

// decoder checks the options and returns a decoder of r. The header is not read yet.
func (o *ReadOptions) decoder(r io.Reader) (*decoder, error) {
	comma, err := checkComma(o.Comma)
	if err != nil {
		return nil, err
	}
	if o.Format > ExcelCSV {
		return nil, fmt.Errorf("%w: %v", ErrOptions, o.Format)
	}
	if o.Scale.IsZero() {
		o.Scale = far.Kvalifika
	}
	d := &decoder{opts: o, scan: newScanner(r, comma, o.AllowOpenEnd), keys: o.ExtraKeys.All()}
	if err := checkExtraKeys(d.keys); err != nil {
		return nil, err
	}
	if err := checkHeaders(o.Headers); err != nil {
		return nil, err
	}
	d.columns = make(map[string]Column, columnEnd)
	for c := range columnEnd {
		header := cmp.Or(o.Headers[c], c.String())
		if _, doubled := d.columns[header]; doubled || slices.Contains(d.keys, header) {
			return nil, fmt.Errorf("%w: two columns of one header", ErrDoubledColumn)
		}
		d.columns[header] = c
	}
	d.pairs = make([]sessions.ExtraPair, len(d.keys))
	ownTime := time.RFC3339Nano
	if o.Format == ExcelCSV {
		ownTime = time.DateTime
	}
	for _, l := range []struct {
		is    *layout
		text  string
		probe time.Time // an instant that the layout must be able to express
	}{
		// Birth dates need four digits of the year: of two, 31 would mean 2031. The others may have
		// two.
		{&d.birth, cmp.Or(o.BirthLayout, time.DateOnly), time.Date(1931, 11, 22, 0, 0, 0, 0, time.UTC)},
		{&d.expiration, cmp.Or(o.ExpirationLayout, expirationLayout), time.Date(2034, 11, 22, 0, 0, 0, 0, time.UTC)},
		{&d.moment, cmp.Or(o.TimeLayout, ownTime), time.Date(2034, 11, 22, 17, 38, 0, 0, time.UTC)},
	} {
		*l.is = layout{text: l.text, zone: time.UTC}
		if got, err := time.Parse(l.text, l.probe.Format(l.text)); err != nil || !got.Equal(l.probe) {
			return nil, fmt.Errorf("%w: the layout %q cannot tell one date or time from another", ErrOptions, l.text)
		}
	}
	if o.Zone != nil {
		d.moment.zone = o.Zone
	} else if d.moment.local() {
		return nil, fmt.Errorf("%w: Zone is missing: times without an offset need it", ErrOptions)
	}
	return d, nil
}

// header reads the header and finds out what each column is.
func (d *decoder) header() error {
	switch err := d.next(d.scan); {
	case err == io.EOF: //nolint:errorlint // the end, and not an error that wraps it
		return &ReadError{Err: ErrEmpty}
	case err != nil:
		return d.hint(&ReadError{Err: err})
	}
	if err := d.take(); err != nil {
		return d.hint(err)
	}
	d.scan.most = len(d.cells) + 1 // one more, so that the error says that there are too many
	return nil
}

// take finds out what each column of the header is.
func (d *decoder) take() *ReadError {
	seenColumns, seenKeys := [columnEnd]bool{}, make([]bool, len(d.keys))
	from := 0
	// AllowUnknown must not skip the first column because of a second mark.
	if strings.HasPrefix(string(d.scan.row), byteOrderMark) {
		return &ReadError{Column: "#1", Err: fmt.Errorf("%w: it begins with a second byte order mark", ErrUnknownColumn)}
	}
	for i, end := range d.scan.ends {
		t := d.target(string(d.scan.row[from:end]))
		from = end
		if !t.known {
			t.header = "#" + strconv.Itoa(i+1) // it may be a person's data, if the file has no header
		}
		d.cells = append(d.cells, t)
		var seen *bool
		switch {
		case t.key >= 0:
			seen = &seenKeys[t.key]
		case t.known:
			seen = &seenColumns[t.column]
		case d.opts.AllowUnknown:
			continue
		default:
			return &ReadError{Column: t.header, Err: fmt.Errorf("%w: see AllowUnknown and Headers of ReadOptions", ErrUnknownColumn)}
		}
		if *seen {
			return &ReadError{Column: t.header, Err: ErrDoubledColumn}
		}
		*seen = true
	}
	// With AllowUnknown all columns could be skipped, and a first row that is no header with them.
	if !slices.ContainsFunc(d.cells, func(t target) bool { return t.known }) {
		return &ReadError{Err: fmt.Errorf("%w: the first row has no known column", ErrEmpty)}
	}
	d.identified = seenColumns[ColumnSessionID] || seenColumns[ColumnCreationTime]
	if len(d.keys) > 0 && seenColumns[ColumnExtra] {
		return &ReadError{Column: ColumnExtra.String(), Err: fmt.Errorf("%w: beside its keys", ErrDoubledColumn)}
	}
	if d.opts.AllowMissing {
		return nil
	}
	for _, c := range Columns() {
		if !seenColumns[c] && (c != ColumnExtra || len(d.keys) == 0) {
			return &ReadError{Column: cmp.Or(d.opts.Headers[c], c.String()), Err: fmt.Errorf("%w: see AllowMissing and Headers of ReadOptions", ErrMissingColumn)}
		}
	}
	if i := slices.Index(seenKeys, false); i >= 0 {
		return &ReadError{Column: d.keys[i], Err: ErrMissingColumn}
	}
	return nil
}

// hint returns an error about the file as a whole, if that is why its header cannot be read, and
// otherwise err.
func (d *decoder) hint(err *ReadError) error {
	const separators = ",;\t|"
	text := string(d.scan.row)
	if rest, ok := strings.CutPrefix(strings.ToLower(text), "sep="); ok && len(rest) < 2 {
		return &ReadError{Err: fmt.Errorf("%w: a line sep= before the header, which is for Excel alone", ErrUnknownColumn)}
	}
	// In UTF-16, every second byte of a header in ASCII is NUL.
	if errors.Is(err, ErrEncoding) && strings.Count(text, "\x00") > len(text)/3 {
		return &ReadError{Err: fmt.Errorf("%w: UTF-16 without a byte order mark", ErrEncoding)}
	}
	if errors.Is(err, ErrSyntax) && d.scan.after > 0 && strings.IndexByte(separators, byte(d.scan.after)) >= 0 {
		return &ReadError{Err: fmt.Errorf("%w: %q: see Comma of ReadOptions", ErrSeparator, rune(d.scan.after))}
	}
	if len(d.scan.ends) == 1 {
		for _, other := range separators {
			ours := 0
			for name := range strings.SplitSeq(text, string(other)) {
				if d.target(name).known {
					ours++
				}
			}
			if ours > 1 {
				return &ReadError{Err: fmt.Errorf("%w: %q: see Comma of ReadOptions", ErrSeparator, other)}
			}
		}
	}
	if (strings.Contains(text, "\r") || d.scan.after == '\r') && !strings.Contains(text, "\n") && !errors.Is(err, ErrEncoding) {
		return &ReadError{Err: ErrLineBreak}
	}
	return err
}

// target returns the destination of the column with a given header.
func (d *decoder) target(header string) target {
	if d.opts.Format == ExcelCSV {
		header = unprotect(header, d.scan.comma)
	}
	t := target{header: header, key: slices.Index(d.keys, header)}
	var known bool
	t.column, known = d.columns[header]
	t.known = known || t.key >= 0
	return t
}

// row reads one row. At the end of the file the error is io.EOF.
func (d *decoder) row(number int64) (Row, error) {
	d.scan.whole = false
	err := d.next(d.scan)
	// Spreadsheets leave blank rows. A session always has an ID and a creation time.
	for err == nil && d.identified && len(d.scan.row) == 0 {
		err = d.next(d.scan)
	}
	switch {
	case err == io.EOF: //nolint:errorlint // the end, and not an error that wraps it
		return Row{}, io.EOF
	case err != nil:
		column := ""
		if n := len(d.scan.ends); n < len(d.cells) && !errors.Is(err, ErrEncoding) {
			column = d.cells[n].header
		}
		return Row{}, &ReadError{number, d.scan.line, column, err}
	}
	d.scan.whole = true
	if len(d.scan.ends) != len(d.cells) {
		return Row{}, &ReadError{Row: number, Line: d.scan.line, Err: fmt.Errorf("%w: %d instead of %d", ErrCellCount, len(d.scan.ends), len(d.cells))}
	}
	row := Row{Number: number, Line: d.scan.line}
	cells := row.cells()
	clear(d.pairs)
	text, from := string(d.scan.row), 0 // one allocation for all cells
	for i, t := range d.cells {
		cell := text[from:d.scan.ends[i]]
		from = d.scan.ends[i]
		if !t.known {
			continue
		}
		if err := d.cell(cells[t.column], t, cell); err != nil {
			return Row{}, &ReadError{number, row.Line, t.header, err}
		}
	}
	if err := d.gather(&row); err != nil {
		return Row{}, &ReadError{number, row.Line, ColumnExtra.String(), err}
	}
	return row, nil
}

// gather makes one Extra of the columns that hold its fields. It is masked if all of them are.
func (d *decoder) gather(row *Row) error {
	if len(d.pairs) == 0 {
		return nil
	}
	pairs, masked := make([]sessions.ExtraPair, 0, len(d.pairs)), true
	for _, p := range d.pairs {
		masked = masked && (p.Key == "" || p.Value == sessions.MaskedMark)
		if p.Value != "" {
			pairs = append(pairs, p)
		}
	}
	switch {
	case len(pairs) == 0:
		return nil
	case masked:
		row.Extra = sessions.MaskedMark
		return nil
	}
	x, err := sessions.NewExtra(pairs...)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCell, err)
	}
	row.Extra = string(x.AppendJSON(nil))
	return nil
}

// cell converts a cell to the form that Record states, and stores it there or among the extra
// fields.
func (d *decoder) cell(to *string, t target, v string) (err error) {
	masked := t.key < 0 && t.column.masks(v)
	if d.opts.Format == ExcelCSV {
		if v == TooLongMark {
			if t.key >= 0 || t.column != ColumnExtra {
				return ErrTooLong
			}
			*to = v
			return nil
		}
		v = unprotect(v, d.scan.comma)
	}
	if t.key >= 0 {
		d.pairs[t.key] = sessions.ExtraPair{Key: t.header, Value: d.text(v)}
		return nil
	}
	if masked {
		*to = v
		return nil
	}
	*to, err = table[t.column].parse(d, v)
	// A spreadsheet that saves as shown writes these instead of the value.
	if errors.Is(err, ErrCell) && strings.HasPrefix(v, "##") && strings.Trim(v, "#") == "" {
		err = fmt.Errorf("%w: a spreadsheet shows ### if a column is too narrow", ErrSaved)
	}
	return err
}

// cells returns pointers to the cells of the row, by column.
func (r *Row) cells() (cells [columnEnd]*string) {
	for c := range table {
		cells[c] = table[c].at(r)
	}
	return cells
}

func parseText(d *decoder, v string) (string, error) { return d.text(v), nil }

// parseNumber refuses a number whose last digits a spreadsheet has removed, such as 1.00101E+10.
func parseNumber(d *decoder, v string) (string, error) {
	v = d.text(v)
	digits, exponent, ok := strings.Cut(v, "E+")
	if ok && len(digits) > 2 && (digits[1] == '.' || digits[1] == ',') && strings.Trim(digits[:1]+digits[2:]+exponent, "0123456789") == "" {
		return "", fmt.Errorf("%w: a number that has lost digits", ErrSaved)
	}
	return v, nil
}

func parseBirth(d *decoder, v string) (string, error) { return d.birth.date(v, time.DateOnly, 1, 9999) }

func parseExpiration(d *decoder, v string) (string, error) {
	return d.expiration.date(v, expirationLayout, 2000, 2099)
}

func parseMoment(d *decoder, v string) (string, error) { return d.moment.instant(v) }

func parseSex(_ *decoder, v string) (string, error) {
	return oneOf(v, string(sessions.Male), string(sessions.Female))
}

// parseTruth parses TRUE and FALSE. The truth values of other languages, as spreadsheets save them,
// are an [ErrSaved].
func parseTruth(_ *decoder, v string) (string, error) {
	cell, err := oneOf(v, trueCell, falseCell)
	if err != nil && isTruth(v) {
		err = fmt.Errorf("%w: not %s or %s", ErrSaved, trueCell, falseCell)
	}
	return cell, err
}

// text returns a cell of text: the mark of a text that was not recognised becomes an empty cell.
func (d *decoder) text(v string) string {
	if v == sessions.UnrecognisedMark {
		return ""
	}
	return v
}

// oneOf returns the value that v is, in any case of its letters, or "" for "".
func oneOf(v string, values ...string) (string, error) {
	if v == "" {
		return "", nil
	}
	for _, known := range values {
		if strings.EqualFold(v, known) {
			return known, nil
		}
	}
	return "", fmt.Errorf("%w: not one of %s", ErrCell, strings.Join(values, ", "))
}

// liveness returns 0 or 1, with 0 for passed.
func (d *decoder) liveness(v string) (string, error) {
	if d.opts.LivenessOneIsPassed {
		switch v {
		case "0":
			return "1", nil
		case "1":
			return "0", nil
		}
	}
	return oneOf(v, "0", "1")
}

// level parses a level of the scale.
func (d *decoder) level(v string) (string, error) {
	if v == "" {
		return "", nil
	}
	level, err := d.opts.Scale.Parse(v)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrCell, err)
	}
	if level == 0 && d.opts.LevelZeroIsNoData {
		return "", nil
	}
	return level.String(), nil
}

// parseAttempts parses a number from 1, without a sign or leading zeros.
func parseAttempts(_ *decoder, v string) (string, error) {
	if n, err := strconv.ParseInt(v, 10, 32); v != "" && (err != nil || n < 1 || v[0] == '+' || v[0] == '0') {
		return "", fmt.Errorf("%w: not a whole number from 1", ErrCell)
	}
	return v, nil
}

// parseExtra parses the extra fields and writes them in the form of Record.
func parseExtra(_ *decoder, v string) (string, error) {
	x, err := sessions.ParseExtra(v)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrCell, err)
	}
	if x.Len() == 0 {
		return "", nil
	}
	return string(x.AppendJSON(nil)), nil
}
