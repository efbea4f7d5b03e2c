package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gocarina/gocsv"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

func TestCustomColumns(t *testing.T) {
	s := ordinary(1)[0]
	s.Liveness = sessions.LivenessPassed
	risk := CustomColumn{Header: "რისკი", Fields: sessions.FieldsOf(sessions.FieldLiveness), Cell: func(s *sessions.Session) string {
		require.Empty(t, s.FirstName.Value(), "a column sees the fields that it names")
		require.Equal(t, sessions.FieldLiveness, onlyField(sessions.AllFields().Minus(s.Hidden()).Minus(sessions.FieldsOf(sessions.FieldID, sessions.FieldCompany, sessions.FieldCreatedAt))))
		if s.Liveness == sessions.LivenessPassed {
			return "=low"
		}
		return "high"
	}}
	id := CustomColumn{Header: "Link", Cell: func(s *sessions.Session) string { return "https://kyc/" + s.ID }}
	opts := Options{Columns: []Column{ColumnSessionID, ColumnCustom(0), ColumnSex}, Custom: []CustomColumn{risk, id}, Headers: map[Column]string{ColumnSex: "სქესი"}}
	require.Equal(t, "Session ID,რისკი,სქესი,Link\r\n"+s.ID+",=low,female,https://kyc/"+s.ID+"\r\n", string(write(t, []*sessions.Session{s}, opts)))
	require.True(t, opts.Fields().Has(sessions.FieldLiveness))

	masked := sessions.Disclosure{Mask: sessions.FieldsOf(sessions.FieldLiveness)}
	require.Contains(t, string(write(t, []*sessions.Session{s}, opts, masked)), ",[masked],female,https")
	dropped := sessions.Disclosure{Drop: sessions.FieldsOf(sessions.FieldLiveness)}
	require.Contains(t, string(write(t, []*sessions.Session{s}, opts, dropped)), "Session ID,სქესი,Link\r\n")

	opts.Columns, opts.Format, opts.Zone = []Column{ColumnCustom(0)}, ExcelCSV, time.UTC
	require.Contains(t, string(write(t, []*sessions.Session{s}, opts)), "\r\n'=low,", "guarded like all texts")
	sheet, err := opts.Sheet(masked)
	require.NoError(t, err)
	masked.Apply(s)
	require.Equal(t, []any{"[masked]", "https://kyc/" + s.ID}, sheet.Values(s))

	for name, bad := range map[string]Options{
		"number":  {Columns: []Column{ColumnCustom(1)}, Custom: []CustomColumn{id}},
		"none":    {Columns: []Column{ColumnCustom(-1)}},
		"header":  {Custom: []CustomColumn{{Cell: id.Cell}}},
		"mark":    {Custom: []CustomColumn{{Header: "\uFEFFx", Cell: id.Cell}}}, // would be read as that of the file
		"long":    {Custom: []CustomColumn{{Header: strings.Repeat("x", MaxExcelCellUnits), Cell: id.Cell}}},
		"key":     {Columns: []Column{ColumnExtra, ColumnSex}, ExtraKeys: extraKeys(t, "\uFEFFx")},
		"renamed": {Headers: map[Column]string{ColumnSex: "\uFEFFSex"}},
		"cell":    {Custom: []CustomColumn{{Header: "x"}}},
		"doubled": {Custom: []CustomColumn{{Header: "Sex", Cell: id.Cell}}},
	} {
		_, err := Write(t.Context(), io.Discard, selectionOf(nil), bad)
		require.Error(t, err, name)
	}
	text, err := ColumnCustom(3).MarshalText()
	require.NoError(t, err)
	var back Column
	require.NoError(t, back.UnmarshalText(text))
	require.Equal(t, ColumnCustom(3), back)
}

// TestCellsAreMadeOnce requires that the function of a column is called once for each row, also if
// the first cell may not be a formula because the row ends in a quote.
func TestCellsAreMadeOnce(t *testing.T) {
	calls := 0
	opts := Options{Format: ExcelCSV, Zone: time.UTC, Columns: []Column{ColumnCustom(0), ColumnAttempts, ColumnCustom(1), ColumnExtra}, Custom: []CustomColumn{
		{Header: "No.", Cell: func(s *sessions.Session) string {
			require.Zero(t, s.Revision, "it counts the changes of fields that the column does not name")
			calls++
			return fmt.Sprintf(`%d "x"`, calls)
		}},
		{Header: "Note", Cell: func(*sessions.Session) string { return strings.Repeat("x", MaxExcelCellUnits+1) }},
	}}
	s := ordinary(1)[0]
	s.Revision = 7
	extra, err := sessions.NewExtra(sessions.ExtraPair{Key: "a", Value: "b"})
	require.NoError(t, err)
	s.Extra = extra
	want := [][]string{{"No.", "Attempts", "Note", "Extra"}, {`'1 "x"`, "1", TooLongMark, `{"a":"b"}`}, {`'2 "x"`, "1", TooLongMark, `{"a":"b"}`}}
	var b bytes.Buffer
	res, err := Write(t.Context(), &b, selectionOf([]*sessions.Session{s, s}), opts)
	require.NoError(t, err)
	require.Equal(t, int64(2), res.TooLong)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), byteOrderMark))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, want, rows)

	b.Reset()
	calls = 0
	res, err = WriteGocsv(t.Context(), csv.NewWriter(&b), selectionOf([]*sessions.Session{s, s}), opts)
	require.NoError(t, err)
	require.Equal(t, int64(2), res.TooLong)
	rows, err = csv.NewReader(&b).ReadAll()
	require.NoError(t, err)
	require.Equal(t, want, rows)
}

func onlyField(fields sessions.Fields) (one sessions.Field) {
	for f := range fields.All() {
		one = f
	}
	return one
}

// TestTableIsRecord requires that the table's headers are the tags of Record, which gocsv uses.
func TestTableIsRecord(t *testing.T) {
	var header strings.Builder
	require.NoError(t, gocsv.Marshal([]Record{}, &header))
	names := make([]string, 0, recordColumns)
	for _, c := range Columns() {
		names = append(names, c.String())
	}
	require.Equal(t, strings.Join(names, ",")+"\n", header.String())
}

// TestSheetIsRecord compares the values of a sheet with the cells of a file.
func TestSheetIsRecord(t *testing.T) {
	opts := Options{Columns: append(Columns(), ColumnStatus, ColumnReasons)}
	sheet, err := opts.Sheet(sessions.Disclosure{})
	require.NoError(t, err)
	for _, s := range generate(500) {
		want := (&Row{Record: RecordOf(s), Status: string(s.Status), Reasons: reasonsCell(s.Reasons)}).cells()
		for i, v := range sheet.Values(s) {
			c := sheet.Columns[i].Column
			cell := ""
			switch v := v.(type) {
			case string:
				cell = v
			case bool:
				cell = boolCell(v)
			case int:
				cell = string(rune('0' + v))
			case sessions.Date:
				cell = string(appendDateIn(nil, v, map[bool]string{true: expirationLayout, false: time.DateOnly}[c == ColumnExpirationDate]))
			case time.Time:
				cell = timeCell(v)
			}
			require.Equal(t, *want[c], cell, c)
		}
	}
}

// TestGocsv compares the rows of a host's own gocsv writer with those of Write, and reads them back
// with a host's own reader.
func TestGocsv(t *testing.T) {
	all := generate(2000)
	for _, o := range []Options{
		{Comma: ';'}, {Format: ExcelCSV, Zone: tbilisi(t), Comma: ';'}, {ExtraKeys: extraKeys(t, "phone"), Comma: '|'},
		{Format: ExcelCSV, Zone: tbilisi(t), Comma: '\t', Columns: []Column{ColumnPersonalNumber, ColumnExtra, ColumnModel}},
	} {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma, w.UseCRLF = o.Comma, false
		res, err := WriteGocsv(t.Context(), gocsv.NewSafeCSVWriter(w), selectionOf(all), o)
		require.NoError(t, err)
		require.Equal(t, int64(len(all)), res.Rows)
		parse := func(text []byte) [][]string {
			r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte(byteOrderMark))))
			r.Comma = o.Comma
			rows, err := r.ReadAll()
			require.NoError(t, err)
			return rows
		}
		require.Equal(t, parse(write(t, all, o)), parse(b.Bytes()))

		r := csv.NewReader(&b)
		r.Comma = o.Comma
		n := 0
		for row, err := range ReadGocsv(r, ReadOptions{Format: o.Format, Zone: o.Zone, Comma: o.Comma, ExtraKeys: o.ExtraKeys, AllowMissing: true}) {
			require.NoError(t, err)
			require.Equal(t, strings.ReplaceAll(all[n].Model, "\r\n", "\n"), row.Model)
			n++
		}
		require.Equal(t, len(all), n)
	}
}

// sink is a gocsv writer that fails after some rows.
type sink struct {
	rows, left int
	flushed    bool
	end        error
}

var errSink = errors.New("sink")

func (s *sink) Write([]string) error {
	if s.rows++; s.left > 0 && s.rows > s.left {
		return errSink
	}
	return nil
}
func (s *sink) Flush()       { s.flushed = true }
func (s *sink) Error() error { return s.end }

func TestGocsvErrors(t *testing.T) {
	all := generate(10)
	failing := &sink{left: 4}
	res, err := WriteGocsv(t.Context(), failing, selectionOf(all), Options{})
	var at *WriteError
	require.ErrorAs(t, err, &at)
	require.ErrorIs(t, err, errSink)
	require.Equal(t, int64(4), at.Row)
	require.Equal(t, int64(3), res.Rows)
	require.True(t, failing.flushed)

	_, err = WriteGocsv(t.Context(), &sink{end: errSink}, selectionOf(all), Options{})
	require.ErrorIs(t, err, errSink, "what a flush finds")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = WriteGocsv(ctx, &sink{}, selectionOf(all), Options{})
	require.ErrorIs(t, err, context.Canceled)
	untouched := &sink{}
	_, err = WriteGocsv(t.Context(), untouched, selectionOf(all), Options{Format: ExcelCSV})
	require.ErrorIs(t, err, ErrOptions)
	require.Zero(t, untouched.rows, "nothing is written before the options are checked")
	_, err = WriteGocsv(t.Context(), &sink{}, from(func(yield func(*sessions.Session, error) bool) { yield(nil, nil) }), Options{})
	require.ErrorIs(t, err, ErrNoSession)

	for _, err := range ReadGocsv(csv.NewReader(strings.NewReader("Session ID,Attempts\ns-1,x\n")), ReadOptions{AllowMissing: true}) {
		require.ErrorIs(t, err, ErrCell)
	}
}

// TestGocsvSeparators requires that writer and options have the same separator, since the guard
// depends on it.
func TestGocsvSeparators(t *testing.T) {
	hostile := ordinary(1)[0]
	for _, used := range separators {
		for _, stated := range "\x00" + separators {
			for _, between := range separators {
				hostile.Model = "x" + string(between) + "=1+1" + string(between) + "y"
				var b bytes.Buffer
				w := csv.NewWriter(&b)
				w.Comma = used
				opts := Options{Format: ExcelCSV, Zone: time.UTC, Comma: stated}
				_, err := WriteGocsv(t.Context(), gocsv.NewSafeCSVWriter(w), selectionOf([]*sessions.Session{hostile}), opts)
				if stated != 0 && stated != used {
					require.ErrorIs(t, err, ErrOptions)
					require.Zero(t, b.Len())
					continue
				}
				require.NoError(t, err)
				_, err = WriteGocsv(t.Context(), w, selectionOf(nil), opts)
				require.NoError(t, err, "a writer of encoding/csv itself")
				file := write(t, []*sessions.Session{hostile}, Options{Format: ExcelCSV, Zone: time.UTC, Comma: used})
				r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte(byteOrderMark))))
				r.Comma = used
				want, err := r.ReadAll()
				require.NoError(t, err)
				r = csv.NewReader(bytes.NewReader(b.Bytes()))
				r.Comma = used
				got, err := r.ReadAll()
				require.NoError(t, err)
				require.Equal(t, want, got[:2], "guarded as a file of that separator")

				r = csv.NewReader(&b)
				r.Comma = used
				for row, err := range ReadGocsv(r, ReadOptions{Format: ExcelCSV, Zone: time.UTC, Comma: stated}) {
					require.NoError(t, err)
					require.Equal(t, hostile.Model, row.Model)
					break
				}
			}
		}
	}
	r := csv.NewReader(strings.NewReader("Session ID;Sex\n"))
	r.Comma = ';'
	for _, err := range ReadGocsv(r, ReadOptions{Format: ExcelCSV, Zone: time.UTC, Comma: ','}) {
		require.ErrorIs(t, err, ErrOptions)
	}
	_, err := WriteGocsv(t.Context(), func() *csv.Writer { w := csv.NewWriter(io.Discard); w.Comma = ':'; return w }(), selectionOf(nil), Options{Format: ExcelCSV, Zone: time.UTC})
	require.ErrorIs(t, err, ErrOptions, "no separator of a spreadsheet")
}

// TestGocsvCellsFitASheet requires that quotes at the beginning of a cell for a gocsv writer are
// counted, since the cell has no quotes of CSV yet.
func TestGocsvCellsFitASheet(t *testing.T) {
	for text, tooLong := range map[string]int64{
		strings.Repeat(`"`, MaxExcelCellUnits): 0, strings.Repeat(`"`, MaxExcelCellUnits+1): 1, `"` + strings.Repeat("x", MaxExcelCellUnits): 1,
	} {
		var b bytes.Buffer
		own := CustomColumn{Header: "Own", Cell: func(*sessions.Session) string { return text }}
		opts := Options{Format: ExcelCSV, Zone: time.UTC, Columns: []Column{ColumnSessionID}, Custom: []CustomColumn{own}}
		res, err := WriteGocsv(t.Context(), gocsv.NewSafeCSVWriter(csv.NewWriter(&b)), selectionOf([]*sessions.Session{{ID: "s"}}), opts)
		require.NoError(t, err)
		require.Equal(t, tooLong, res.TooLong)
		require.Equal(t, tooLong == 1, strings.Contains(b.String(), TooLongMark))
	}
}
