package xlsx

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/internal/libreoffice"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

var tbilisi = time.FixedZone("Tbilisi", 4*60*60)

var naughty = []string{
	"=1+1", "+1-1", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0", "01001012345", "12345678901234567890", "1E5", "MAR1", "TRUE", "#N/A", "'x", `"`, "<b>&amp;</b>",
	"_x0041_", "_x005F_x0041_", "გიორგი", "ᲒᲘᲝᲠᲒᲘ", "بسم الله", "田中さん", "\U0001F600", "a\nb", " lead", "trail ", "\t=1", "\u200b", "\ufeff", "]]>", "null", "a\r\nb",
}

func session(i int, text string) *sessions.Session {
	x, err := sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: text})
	if err != nil {
		panic(err)
	}
	return &sessions.Session{
		ID: fmt.Sprintf("s-%d", i), Company: "acme", Partner: "Acme", CreatedAt: time.Date(2024, 5, 1, 21, 4, 5, 999_000, time.UTC), Status: sessions.Success,
		FirstName: sessions.TextOf(text), LastName: sessions.TextIn(sessions.Redacted), PersonalNumber: sessions.TextOf("01001012345"),
		BirthDate: sessions.Date{Year: 1990, Month: 2, Day: 3}, ExpirationDate: sessions.Date{Year: 2031, Month: 12, Day: 24},
		DocumentType: sessions.IDCard, DocumentValidity: sessions.Valid, Liveness: sessions.LivenessPassed, Attempt: 2,
		Match: sessions.Match{Compared: true, Level: 7, Scale: far.Kvalifika.Name()}, Extra: x, Model: text,
	}
}

func seqOf(all ...*sessions.Session) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		for _, s := range all {
			if !yield(s, nil) {
				return
			}
		}
	}
}

func selectionOf(all ...*sessions.Session) export.Selection {
	return seen(sessions.Disclosure{}, all...)
}

// seen returns a selection for a viewer.
func seen(d sessions.Disclosure, all ...*sessions.Session) export.Selection {
	return export.FromIterator(sessions.Request{Disclosure: d}, seqOf(all...))
}

func naughtySessions() (all []*sessions.Session) {
	for i, text := range naughty {
		all = append(all, session(i, text))
	}
	return all
}

func TestWriteCellsWithTypes(t *testing.T) {
	all := naughtySessions()
	all = append(all, &sessions.Session{ID: "old", BirthDate: sessions.Date{Year: 1899, Month: 12, Day: 31}},
		&sessions.Session{ID: "in part", BirthDate: sessions.Date{Year: 1965}, ExpirationDate: sessions.Date{Year: 2031, Month: 2}})
	var b bytes.Buffer
	opts := export.Options{Zone: tbilisi, SHA256: true, Columns: append(export.Columns(), export.ColumnStatus, export.ColumnReasons)}
	res, err := Write(t.Context(), &b, selectionOf(all...), opts)
	require.NoError(t, err)
	sum := sha256.Sum256(b.Bytes())
	require.Equal(t, export.Result{Rows: int64(len(all)), Bytes: int64(b.Len()), SHA256: hex.EncodeToString(sum[:])}, res)

	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows(sheetName)
	require.NoError(t, err)
	for i, c := range opts.Columns {
		require.Equal(t, c.String(), rows[0][i])
	}
	for i, s := range all[:len(naughty)] {
		row := rows[i+1]
		require.Equal(t, s.Model, row[export.ColumnModel])
		require.Equal(t, s.FirstName.Value(), row[export.ColumnFirstName])
		require.Equal(t, []string{"01001012345", "[redacted]", "1990-02-03", "12-24-31", "TRUE", "TRUE", "0", "7", "2024-05-02 01:04:05", "2", "success"}, []string{
			row[export.ColumnPersonalNumber], row[export.ColumnLastName], row[export.ColumnBirthDate], row[export.ColumnExpirationDate], row[export.ColumnVerified],
			row[export.ColumnDocumentValid], row[export.ColumnLivenessStatus], row[export.ColumnMatchLevel], row[export.ColumnCreationTime], row[export.ColumnAttempts],
			row[export.ColumnStatus]})
	}
	for i, text := range naughty { // a cell of several lines shows one unless it wraps
		cell, err := excelize.CoordinatesToCellName(int(export.ColumnModel)+1, i+2)
		require.NoError(t, err)
		id, err := f.GetCellStyle(sheetName, cell)
		require.NoError(t, err)
		of, err := f.GetStyle(id)
		require.NoError(t, err)
		require.Equal(t, 49, of.NumFmt)
		height, err := f.GetRowHeight(sheetName, i+2)
		require.NoError(t, err)
		require.Equal(t, float64(linePoints*(1+strings.Count(text, "\n"))), height, text)
		require.Equal(t, strings.ContainsAny(text, "\r\n"), of.Alignment != nil && of.Alignment.WrapText, text)
	}
	require.Equal(t, "1899-12-31", rows[len(all)-1][export.ColumnBirthDate])
	require.Equal(t, []string{"1965-00-00", "2031-02-00"}, []string{rows[len(all)][export.ColumnBirthDate], rows[len(all)][export.ColumnExpirationDate]})
}

// TestHeaderFilterAndAuthor requires that the header stays in sight and has a filter over all rows,
// and that no author is named.
func TestHeaderFilterAndAuthor(t *testing.T) {
	for n, area := range map[int]string{0: "$A$1:$B$1", 3: "$A$1:$B$4"} {
		all := naughtySessions()[:n]
		var b bytes.Buffer
		_, err := Write(t.Context(), &b, selectionOf(all...), export.Options{Zone: tbilisi, Columns: []export.Column{export.ColumnSessionID, export.ColumnModel}})
		require.NoError(t, err)
		f, err := excelize.OpenReader(&b)
		require.NoError(t, err)
		panes, err := f.GetPanes(sheetName)
		require.NoError(t, err)
		require.True(t, panes.Freeze)
		require.Equal(t, 1, panes.YSplit)
		names := f.GetDefinedName()
		require.Len(t, names, 1)
		require.Equal(t, []string{"_xlnm._FilterDatabase", sheetName + "!" + area}, []string{names[0].Name, names[0].RefersTo})
		_, there := f.Pkg.Load("docProps/core.xml")
		require.False(t, there, "which would name an author")
		require.NoError(t, f.Close())
	}
}

// TestHostileColumns requires that the cells and headers of a host's own columns are texts,
// whatever they contain.
func TestHostileColumns(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "=1+1", "_x0041_": "_x0041_", `<f>1+1</f>"&'`: `<f>1+1</f>"&'`, "a\x00\x0b\xff\ufffe\U0001F600": "a\uFFFD\uFFFD\uFFFD\uFFFD\U0001F600",
	} {
		opts := export.Options{
			Zone: tbilisi, Columns: []export.Column{export.ColumnSessionID},
			Custom: []export.CustomColumn{{Header: "own", Cell: func(*sessions.Session) string { return text }}},
		}
		header := "Session ID"
		if utf8.ValidString(text) && !strings.ContainsRune(text, 0) {
			header = want
			opts.Headers = map[export.Column]string{export.ColumnSessionID: text}
		}
		var b bytes.Buffer
		_, err := Write(t.Context(), &b, selectionOf(session(1, "x")), opts)
		require.NoError(t, err)
		f, err := excelize.OpenReader(&b)
		require.NoError(t, err)
		rows, err := f.GetRows(sheetName)
		require.NoError(t, err)
		require.Equal(t, [][]string{{header, "own"}, {"s-1", want}}, rows)
		formula, err := f.GetCellFormula(sheetName, "B2")
		require.NoError(t, err)
		require.Empty(t, formula)
		require.NoError(t, f.Close())
	}
}

func TestColumnsAndDisclosure(t *testing.T) {
	keys, err := sessions.NewExtraKeys("phone", "fax")
	require.NoError(t, err)
	var b bytes.Buffer
	d := sessions.Disclosure{Mask: sessions.FieldsOf(sessions.FieldFirstName), Drop: sessions.FieldsOf(sessions.FieldLastName)}
	_, err = Write(t.Context(), &b, seen(d, session(1, "x")), export.Options{
		Zone: tbilisi, Columns: []export.Column{export.ColumnExtra, export.ColumnFirstName, export.ColumnLastName, export.ColumnSessionID}, ExtraKeys: keys,
		Headers: map[export.Column]string{export.ColumnSessionID: "ნომერი"},
	})
	require.NoError(t, err)
	f, err := excelize.OpenReader(&b)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows(sheetName)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"phone", "fax", "First Name", "ნომერი"}, {"x", "", "[masked]", "s-1"}}, rows)
}

// TestMaskedCells requires that every cell that the viewer may not see is the text [masked],
// whatever the type of its column.
func TestMaskedCells(t *testing.T) {
	var b bytes.Buffer
	columns := append(export.Columns(), export.ColumnStatus, export.ColumnReasons)
	_, err := Write(t.Context(), &b, seen(sessions.Disclosure{Mask: sessions.AllFields()}, session(1, "x"), &sessions.Session{ID: "empty"}), export.Options{Zone: tbilisi, Columns: columns})
	require.NoError(t, err)
	f, err := excelize.OpenReader(&b)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	for i, c := range columns {
		if c == export.ColumnCreationTime || c == export.ColumnSessionID {
			continue
		}
		for row := 2; row <= 3; row++ {
			name, err := excelize.CoordinatesToCellName(i+1, row)
			require.NoError(t, err)
			text, err := f.GetCellValue(sheetName, name)
			require.NoError(t, err)
			require.Equal(t, sessions.MaskedMark, text, c)
			kind, err := f.GetCellType(sheetName, name)
			require.NoError(t, err)
			require.Equal(t, excelize.CellTypeInlineString, kind, c)
		}
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestErrors(t *testing.T) {
	ok := export.Options{Zone: tbilisi}
	_, err := Write(t.Context(), io.Discard, selectionOf(), export.Options{})
	require.ErrorIs(t, err, export.ErrOptions)
	_, err = Write(t.Context(), io.Discard, selectionOf(), export.Options{Zone: tbilisi, Comma: ';'})
	require.ErrorIs(t, err, export.ErrOptions)
	_, err = Write(t.Context(), io.Discard, selectionOf(), export.Options{Zone: tbilisi, Count: export.MaxExcelRows + 1})
	require.ErrorIs(t, err, export.ErrTooManyRows)
	_, err = Write(t.Context(), io.Discard, selectionOf(nil), ok)
	require.ErrorIs(t, err, export.ErrNoSession)
	_, err = Write(t.Context(), full{}, selectionOf(session(1, "x")), ok)
	require.ErrorIs(t, err, errFull)
	_, err = Write(t.Context(), io.Discard, export.FromIterator(sessions.Request{}, func(yield func(*sessions.Session, error) bool) { yield(nil, errFull) }), ok)
	require.ErrorIs(t, err, errFull)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Write(ctx, io.Discard, selectionOf(), ok)
	require.ErrorIs(t, err, context.Canceled)
	res, err := Write(t.Context(), io.Discard, selectionOf(&sessions.Session{Model: strings.Repeat("ა", export.MaxExcelCellUnits+1)}), ok)
	require.NoError(t, err)
	require.Equal(t, int64(1), res.TooLong)
	_, err = Write(t.Context(), io.Discard, selectionOf(&sessions.Session{Model: strings.Repeat("ა", export.MaxExcelCellUnits)}), ok)
	require.NoError(t, err)
}

func TestLibreOfficeReadsTypes(t *testing.T) {
	all := naughtySessions()
	var b bytes.Buffer
	opts := export.Options{Zone: tbilisi, Custom: []export.CustomColumn{
		{Header: "=1+1", Fields: sessions.FieldsOf(sessions.FieldModel), Cell: func(s *sessions.Session) string { return s.Model }},
		{Header: "რისკი", Cell: func(*sessions.Session) string { return "03-05-36" }},
	}}
	_, err := Write(t.Context(), &b, selectionOf(all...), opts)
	require.NoError(t, err)
	rows := libreoffice.Open(t, "sessions.xlsx", b.Bytes())
	own := int(export.ColumnAttempts) + 1
	require.Equal(t, []libreoffice.Cell{{Type: "string", Text: "=1+1"}, {Type: "string", Text: "რისკი"}}, rows[0][own:own+2])
	for i, s := range all {
		row := rows[i+1]
		require.Equal(t, []libreoffice.Cell{row[export.ColumnModel], {Type: "string", Text: "03-05-36"}}, row[own:own+2])
		for _, c := range row {
			// LibreOffice writes a truth value as this formula.
			require.Contains(t, []string{"", "of:=TRUE()"}, c.Formula)
		}
		require.Equal(t, libreoffice.Cell{Type: "string", Text: "01001012345"}, row[export.ColumnPersonalNumber])
		require.Equal(t, "string", row[export.ColumnModel].Type, s.Model)
		// The document has elements for white space.
		if s.Model == strings.TrimSpace(s.Model) && !strings.ContainsAny(s.Model, "\t\r\ufeff") {
			require.Equal(t, s.Model, row[export.ColumnModel].Text)
		}
		for column, date := range map[export.Column]string{
			export.ColumnBirthDate: "1990-02-03", export.ColumnExpirationDate: "2031-12-24", export.ColumnCreationTime: "2024-05-02T01:04:05",
		} {
			require.Equal(t, []string{"date", date}, []string{row[column].Type, row[column].Date})
		}
		require.Equal(t, libreoffice.Cell{Type: "float", Text: "7"}, row[export.ColumnMatchLevel])
		require.Equal(t, libreoffice.Cell{Type: "float", Text: "2"}, row[export.ColumnAttempts])
		require.Equal(t, "TRUE", row[export.ColumnVerified].Text)
	}
}
