package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gocarina/gocsv"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

func TestRoundTrip(t *testing.T) {
	all := generate(3_000)
	zone := tbilisi(t)
	for _, comma := range []rune{0, ';', '\t', '|'} {
		requireRecords(t, recordsOf(all), read(t, write(t, all, Options{Comma: comma}), ReadOptions{Comma: comma}))
		requireRecords(t, recordsOf(all), read(t, write(t, all, Options{Zone: zone}), ReadOptions{Comma: ','}))

		seconds := make([]Record, len(all)) // all that Excel's format keeps
		for i, s := range all {
			s = s.Clone()
			s.CreatedAt, s.CompletedAt = s.CreatedAt.Truncate(time.Second), s.CompletedAt.Truncate(time.Second)
			seconds[i] = RecordOf(s)
		}
		file := write(t, all, Options{Format: ExcelCSV, Comma: comma, Zone: zone})
		requireRecords(t, seconds, read(t, file, ReadOptions{Format: ExcelCSV, Comma: comma, Zone: zone}))
	}
}

func TestRoundTripOfChosenColumns(t *testing.T) {
	all := generate(500)
	keys := extraKeys(t, "phone", "e-mail", "=1+1")
	columns := append(Columns(), ColumnStatus, ColumnReasons)
	slices.Reverse(columns)
	for _, o := range []Options{
		{Columns: columns, ExtraKeys: keys},
		{Columns: columns, ExtraKeys: keys, Format: ExcelCSV, Zone: time.UTC},
	} {
		rows := read(t, write(t, all, o), ReadOptions{Format: o.Format, Zone: o.Zone, ExtraKeys: keys})
		for i, s := range all {
			require.Equal(t, string(s.Status), rows[i].Status)
			require.Equal(t, reasonsCell(s.Reasons), rows[i].Reasons)
			require.Equal(t, s.LastName.Cell(), rows[i].LastName)
			x, err := sessions.ParseExtra(rows[i].Extra)
			require.NoError(t, err)
			for _, key := range keys.All() {
				want, _ := s.Extra.Get(key)
				got, ok := x.Get(key)
				require.Equal(t, want, got)
				require.Equal(t, want != "", ok)
			}
		}
	}
}

func TestGocsvReadsRecords(t *testing.T) {
	all := generate(300)
	for _, s := range all { // gocsv reads through encoding/csv, which changes CR LF within a cell
		if strings.Contains(s.Browser+s.OS+s.Model+s.Partner, "\r") {
			s.Browser, s.OS, s.Model, s.Partner = "", "", "", ""
		}
	}
	want := recordsOf(all)
	for i := range want {
		for c := range recordColumns {
			row := Row{Record: want[i]}
			*row.cells()[c] = strings.ReplaceAll(*row.cells()[c], "\r\n", "\n")
			want[i] = row.Record
		}
	}
	var got []Record
	require.NoError(t, gocsv.UnmarshalBytes(write(t, all, Options{}), &got))
	for i := range want {
		require.Equal(t, want[i], got[i], "row %d", i+1)
	}
}

func TestProtection(t *testing.T) {
	for v, want := range map[string]string{
		"":                       "",
		"Nino":                   "Nino",
		"გიორგი":                 "გიორგი",
		"01001012345":            `="01001012345"`,
		"12345678901234567890":   `="12345678901234567890"`,
		"1E5":                    `="1E5"`,
		"MAR1":                   `="MAR1"`,
		"True":                   `="True"`,
		"#N/A":                   `="#N/A"`,
		"１２３":                    `="１２３"`,
		`7"`:                     `="7"""`,
		"+995 555 12-34-56":      `="+995 555 12-34-56"`,
		"+1-1":                   `="+1-1"`,
		"-2":                     `="-2"`,
		"-2x":                    "'-2x",
		"=1+1":                   "'=1+1",
		"@SUM(A1)":               "'@SUM(A1)",
		"\t1":                    "'\t'1",
		"\rx":                    "'\rx",
		"\nx":                    "'\nx",
		"＝1":                     "'＝1",
		"+":                      "'+",
		"'x":                     "''x",
		"1\n":                    "'1\n'",
		"Wahr":                   `="Wahr"`,
		"doğru":                  `="doğru"`,
		"yanlış":                 `="yanlış"`,
		"ИСТИНА":                 `="ИСТИНА"`,
		" TRUE":                  `=" TRUE"`,
		"\u00a0vero ":            "=\"\u00a0vero \"",
		"ＴＲＵＥ":                   `="ＴＲＵＥ"`,
		"03-05-36":               `="03-05-36"`,
		"x;=1+1;y":               "x;'=1+1;y",
		"x;y|z":                  "x;y|z",
		"x;":                     "x;'",
		";":                      "';'",
		"x;'y":                   "x;''y",
		"a, b":                   "a, b",
		"iPhone12,1":             `="iPhone12,1"`,
		"a;5":                    "a;'5",
		`a;"b`:                   `a;'"b`,
		"a\n=1":                  "a\n'=1",
		"a\r\r=1":                "a\r'\r'=1",
		"a|ложь":                 "a|'ложь",
		"&A1":                    "'&A1",
		" &A1":                   "' &A1",
		"[too long]":             "'[too long]",
		`="01"`:                  `'="01"`,
		strings.Repeat("1", 255): `="` + strings.Repeat("1", 255) + `"`,
		strings.Repeat("1", 256): "'" + strings.Repeat("1", 256),
		"a=b":                    "a=b",
		"me@example.com":         "me@example.com",
	} {
		p := Options{Format: ExcelCSV, Zone: time.UTC}
		rows, err := csv.NewReader(bytes.NewReader(write(t, []*sessions.Session{{Browser: v}}, p))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, want, rows[1][ColumnBrowser])
		require.Equal(t, v, unprotect(want, ','))
	}
	// Texts that Write does not produce remain unchanged.
	for _, v := range []string{`="a"b"`, `="`, "=1", `="a""`} {
		require.Equal(t, v, unprotect(v, ','))
	}
}

// file makes a file with the given cells, by header, and valid ones elsewhere.
func file(cells map[string]string) string {
	row := Row{Record: RecordOf(generate(2)[1])}
	var header, line []string
	for _, c := range Columns() {
		v, ok := cells[c.String()]
		if !ok {
			v = *row.cells()[c]
		}
		header, line = append(header, c.String()), append(line, `"`+strings.ReplaceAll(v, `"`, `""`)+`"`)
	}
	return strings.Join(header, ",") + "\n" + strings.Join(line, ",") + "\n"
}

func readError(t *testing.T, text string, opts ReadOptions) *ReadError {
	t.Helper()
	var last error
	for row, err := range Read(strings.NewReader(text), opts) {
		require.NoError(t, last, "an error comes last")
		if last = err; err != nil {
			require.Zero(t, row.Number)
		}
	}
	var at *ReadError
	require.ErrorAs(t, last, &at)
	return at
}

func TestCellsRefused(t *testing.T) {
	excel := ReadOptions{Format: ExcelCSV, Zone: tbilisi(t)}
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	for _, test := range []struct {
		column, cell string
		opts         ReadOptions
	}{
		{"Expiration Date", "02-30-26", ReadOptions{}},
		{"Expiration Date", "13-01-26", ReadOptions{}},
		{"Expiration Date", "2026-01-01", ReadOptions{}},
		{"Expiration Date", "9999-12-31", ReadOptions{ExpirationLayout: time.DateOnly}},
		{"Expiration Date", "1999-12-31", ReadOptions{ExpirationLayout: time.DateOnly}},
		{"Birth Date", "2025-02-29", ReadOptions{}},
		{"Birth Date", "1990-1-1", ReadOptions{}},
		{"Birth Date", "0000-01-01", ReadOptions{}},
		{"Birth Date", "1990-13-00", ReadOptions{}},
		{"Birth Date", "1990-00-00x", ReadOptions{}},
		{"Birth Date", "00.00.1990", ReadOptions{BirthLayout: "02.01.2006"}},
		{"Expiration Date", "13-00-26", ReadOptions{}},
		{"Expiration Date", "2026-00-00", ReadOptions{}},
		{"Expiration Date", "1999-00-00", ReadOptions{ExpirationLayout: time.DateOnly}},
		{"Match Level", "8", ReadOptions{}},
		{"Match Level", "-1", ReadOptions{}},
		{"Match Level", "Match Level 5 - 1/1,000 FAR", ReadOptions{}},
		{"Creation time", "2024-05-01 10:00:00", ReadOptions{}},
		{"Creation time", "0999-12-31T23:59:59Z", ReadOptions{}},
		{"Completion time", "2024-05-01T10:00:00Z", excel},
		// The clocks of New York skipped this time.
		{"Completion time", "2024-03-10 02:30:00", ReadOptions{Format: ExcelCSV, Zone: newYork}},
		{"Sex", "M", ReadOptions{}},
		{"Verified", "Yes", ReadOptions{}},
		{"Document Valid", "1", ReadOptions{}},
		{"Liveness Status", "2", ReadOptions{}},
		{"Attempts", "0", ReadOptions{}},
		{"Attempts", "01", ReadOptions{}},
		{"Attempts", "99999999999", ReadOptions{}},
		{"Extra", "[]", ReadOptions{}},
		{"Extra", `{"a":1}`, ReadOptions{}},
	} {
		t.Run(test.column+" "+test.cell, func(t *testing.T) {
			cells := map[string]string{test.column: test.cell}
			if test.opts.Format == ExcelCSV {
				for _, c := range []Column{ColumnCreationTime, ColumnCompletionTime} {
					if c.String() != test.column {
						cells[c.String()] = ""
					}
				}
			}
			at := readError(t, file(cells), test.opts)
			require.ErrorIs(t, at, ErrCell)
			require.Equal(t, int64(1), at.Row)
			require.Equal(t, test.column, at.Column)
			if len(test.cell) > 2 && test.cell[:2] != "20" {
				require.NotContains(t, at.Error(), test.cell)
			}
		})
	}
}

// TestErrorsNameNoForeignHeader reads a file without a header, whose first row holds the name of a
// column by chance.
func TestErrorsNameNoForeignHeader(t *testing.T) {
	n := 0
	for _, err := range Read(strings.NewReader("Sex,Beridze,01001012345\nGia,\"x\"y,5\n"), ReadOptions{AllowMissing: true, AllowUnknown: true}) {
		var at *ReadError
		require.ErrorAs(t, err, &at)
		require.Equal(t, "#2", at.Column)
		n++
	}
	require.Equal(t, 1, n)
}

func TestVendorFiles(t *testing.T) {
	var row Row
	one := func(cells map[string]string, opts ReadOptions) Row {
		t.Helper()
		rows := read(t, []byte(file(cells)), opts)
		require.Len(t, rows, 1)
		return rows[0]
	}
	row = one(map[string]string{
		"Birth Date": "24.12.1955", "Expiration Date": "1/2/2031", "Creation time": "05/01/2024 09:08 PM", "Completion time": "",
		"Match Level": "Match Level 5 - 1/10,000 FAR", "Verified": "true", "Sex": "Female", "First Name": "******", "Liveness Status": "1",
	}, ReadOptions{
		BirthLayout: "02.01.2006", ExpirationLayout: "1/2/2006", TimeLayout: "01/02/2006 03:04 PM", Zone: tbilisi(t),
		LivenessOneIsPassed: true,
	})
	require.Equal(t, []string{"1955-12-24", "01-02-31", "2024-05-01T17:08:00Z", "", "5", "TRUE", "female", "", "0"}, []string{
		row.BirthDate, row.ExpirationDate, row.CreationTime, row.CompletionTime, row.MatchLevel, row.Verified, row.Sex, row.FirstName, row.LivenessStatus,
	})
	require.Equal(t, "12-31-99", one(map[string]string{"Expiration Date": "12-31-99"}, ReadOptions{}).ExpirationDate)
	require.Equal(t, "02-29-72", one(map[string]string{"Expiration Date": "02-29-72"}, ReadOptions{}).ExpirationDate)
	for _, c := range []struct {
		birth, expiration         string
		opts                      ReadOptions
		wantBirth, wantExpiration string
	}{
		{"1965-00-00", "00-00-31", ReadOptions{}, "1965-00-00", "00-00-31"},
		{"1965-<<-<<", "03-<<-31", ReadOptions{}, "1965-00-00", "03-00-31"},
		{"0000-00-00", "", ReadOptions{}, "", ""},
		{"1965-03-00", "2031-00-00", ReadOptions{BirthLayout: "02.01.2006", ExpirationLayout: "1/2/2006"}, "1965-03-00", "00-00-31"},
		{"<<<<-<<-<<", "0000-00-00", ReadOptions{ExpirationLayout: "1/2/2006"}, "", ""},
	} {
		row := one(map[string]string{"Birth Date": c.birth, "Expiration Date": c.expiration}, c.opts)
		require.Equal(t, []string{c.wantBirth, c.wantExpiration}, []string{row.BirthDate, row.ExpirationDate})
	}
	require.Equal(t, "0", one(map[string]string{"Match Level": "0"}, ReadOptions{}).MatchLevel)
	require.Empty(t, one(map[string]string{"Match Level": "0"}, ReadOptions{LevelZeroIsNoData: true}).MatchLevel)
	require.Equal(t, "1", one(map[string]string{"Liveness Status": "0"}, ReadOptions{LivenessOneIsPassed: true}).LivenessStatus)
	require.Empty(t, one(map[string]string{"Liveness Status": ""}, ReadOptions{LivenessOneIsPassed: true}).LivenessStatus)

	wide, err := far.NewScale("wide", far.Step{Level: 15, Rate: far.OneIn(10)})
	require.NoError(t, err)
	require.Equal(t, "15", one(map[string]string{"Match Level": "15"}, ReadOptions{Scale: wide}).MatchLevel)
}

func TestHeadersRefused(t *testing.T) {
	good := file(nil)
	for name, test := range map[string]struct {
		text   string
		opts   ReadOptions
		column string
		want   error
	}{
		"empty":         {"", ReadOptions{}, "", ErrEmpty},
		"empty lines":   {"\n\r\n\n", ReadOptions{}, "", ErrEmpty},
		"missing":       {strings.Replace(good, "Last Name,", "", 1), ReadOptions{}, "Last Name", ErrMissingColumn},
		"missing key":   {strings.Replace(good, "Extra,", "phone,", 1), ReadOptions{ExtraKeys: extraKeys(t, "phone", "fax")}, "fax", ErrMissingColumn},
		"doubled":       {strings.Replace(good, "Last Name,", "First Name,", 1), ReadOptions{AllowMissing: true}, "First Name", ErrDoubledColumn},
		"doubled key":   {strings.Replace(good, "Extra,", "phone,phone,", 1), ReadOptions{ExtraKeys: extraKeys(t, "phone")}, "phone", ErrDoubledColumn},
		"key and Extra": {strings.Replace(good, "Extra,", "Extra,phone,", 1), ReadOptions{ExtraKeys: extraKeys(t, "phone")}, "Extra", ErrDoubledColumn},
		"unknown":       {strings.Replace(good, "Last Name,", "Nino Beridze,", 1), ReadOptions{}, "#3", ErrUnknownColumn},
		"case":          {strings.Replace(good, "Last Name,", "last name,", 1), ReadOptions{}, "#3", ErrUnknownColumn},
		"torn":          {"Personal Number,First", ReadOptions{}, "", ErrTorn},
		"other comma":   {good, ReadOptions{Comma: ';'}, "", ErrSeparator},
	} {
		t.Run(name, func(t *testing.T) {
			at := readError(t, test.text, test.opts)
			require.ErrorIs(t, at, test.want)
			require.Equal(t, test.column, at.Column)
			require.Zero(t, at.Row)
			require.NotContains(t, at.Error(), "Nino")
		})
	}
	rows := read(t, []byte(strings.Replace(good, "Last Name,", "Surname,", 1)), ReadOptions{AllowMissing: true, AllowUnknown: true})
	require.Empty(t, rows[0].LastName)
	require.NotEmpty(t, rows[0].SessionID)
}

func TestRowsRefused(t *testing.T) {
	all := generate(2)
	good := string(write(t, []*sessions.Session{all[1], all[1]}, Options{}))
	header, line, _ := strings.Cut(good, "\r\n")
	header += "\r\n"
	line, _, _ = strings.Cut(line, "\r\n")
	line += "\r\n"
	for name, test := range map[string]struct {
		text   string
		opts   ReadOptions
		row    int64
		column string
		want   error
	}{
		"few":            {header + line + "a,b\r\n", ReadOptions{}, 2, "", ErrCellCount},
		"many":           {header + strings.Replace(line, "\r", ",x\r", 1), ReadOptions{}, 1, "", ErrCellCount},
		"torn":           {strings.TrimSuffix(good, "\r\n"), ReadOptions{}, 2, "Attempts", ErrTorn},
		"torn CR":        {strings.TrimSuffix(good, "\n"), ReadOptions{}, 2, "Attempts", ErrTorn},
		"torn early":     {header + line + "a", ReadOptions{}, 2, "Personal Number", ErrTorn},
		"torn, open":     {header + line + "a", ReadOptions{AllowOpenEnd: true}, 2, "", ErrCellCount},
		"torn in quotes": {header + line + `a,"b`, ReadOptions{AllowOpenEnd: true}, 2, "First Name", ErrTorn},
		"bare quote":     {header + line + `a,b"c,d` + "\r\n", ReadOptions{}, 2, "First Name", ErrSyntax},
		"after quotes":   {header + line + `a,"b"c,d` + "\r\n", ReadOptions{}, 2, "First Name", ErrSyntax},
		"NUL":            {header + line + "a\x00" + line, ReadOptions{}, 2, "", ErrEncoding},
		"Latin 1":        {header + line + "Ren\xe9" + line, ReadOptions{}, 2, "", ErrEncoding},
		"half a letter":  {header + line + "\xca,\x93" + line, ReadOptions{}, 2, "", ErrEncoding},
		"long cell":      {header + line + strings.Repeat("a", MaxRowBytes+1), ReadOptions{}, 2, "Personal Number", ErrTooLong},
		"long quoted":    {header + line + `,"` + strings.Repeat("a", MaxRowBytes+1), ReadOptions{}, 2, "First Name", ErrTooLong},
		"long row":       {header + line + strings.Repeat(",", MaxRowBytes+1), ReadOptions{}, 2, "", ErrCellCount},
	} {
		t.Run(name, func(t *testing.T) {
			at := readError(t, test.text, test.opts)
			require.ErrorIs(t, at, test.want)
			require.Equal(t, test.row, at.Row)
			require.Equal(t, test.column, at.Column)
		})
	}
	require.Len(t, read(t, []byte(strings.TrimSuffix(good, "\r\n")), ReadOptions{AllowOpenEnd: true}), 2)
	require.Len(t, read(t, []byte(strings.ReplaceAll(good, "\r\n", "\n\n")+"\r\n"), ReadOptions{}), 2)
}

// TestReadErrorsNameLines requires the line that a text editor shows, where rows have several lines
// and others are blank.
func TestReadErrorsNameLines(t *testing.T) {
	const rows = "First Name,Session ID\r\n" + "\"a\nb\r\n\",\"1\"\r\n" + "\n" + ",\n" + "c,2\n"
	opts := ReadOptions{AllowMissing: true}
	read := read(t, []byte(rows), opts)
	require.Equal(t, []int64{2, 7}, []int64{read[0].Line, read[1].Line})
	at := readError(t, rows+"d\n", opts)
	require.EqualError(t, at, "row 3, line 8: export: wrong number of cells: 1 instead of 2")
	require.Equal(t, int64(8), readError(t, rows+"\"d\n\n\"e,3\n", opts).Line)
	_, _, err := read[0].Session(SessionOptions{})
	require.ErrorContains(t, err, "row 1, line 2: ")
}

func TestReadOptionsRefused(t *testing.T) {
	for name, o := range map[string]ReadOptions{
		"format":                 {Format: 9},
		"comma":                  {Comma: '"'},
		"zone":                   {Format: ExcelCSV},
		"zone of a layout":       {TimeLayout: "02.01.2006 15:04"},
		"a zone's name is none":  {TimeLayout: "02.01.2006 15:04 MST"},
		"century of a birth":     {BirthLayout: "02-01-06"},
		"no year":                {ExpirationLayout: "01-02"},
		"twelve hours, no AM/PM": {TimeLayout: "2006-01-02 03:04", Zone: time.UTC},
	} {
		t.Run(name, func(t *testing.T) {
			for _, err := range Read(strings.NewReader(file(nil)), o) {
				require.ErrorIs(t, err, ErrOptions)
			}
		})
	}
	for _, err := range Read(strings.NewReader(file(nil)), ReadOptions{ExtraKeys: extraKeys(t, "Sex")}) {
		require.ErrorIs(t, err, ErrDoubledColumn)
	}
}

func TestEncodings(t *testing.T) {
	all := generate(200)
	text := string(write(t, all, Options{}))
	units := utf16.Encode([]rune(text))
	wide := func(mark string, high, low int) string {
		b := []byte(mark)
		for _, u := range units {
			two := [2]byte{}
			two[high], two[low] = byte(u>>8), byte(u)
			b = append(b, two[:]...)
		}
		return string(b)
	}
	little := wide("\xFF\xFE", 1, 0)
	for name, file := range map[string]string{
		"UTF-8": text, "byte order mark": "\uFEFF" + text, "little endian": little, "big endian": wide("\xFE\xFF", 0, 1),
	} {
		t.Run(name, func(t *testing.T) {
			requireRecords(t, recordsOf(all), read(t, []byte(file), ReadOptions{}))
			var n int
			for _, err := range Read(iotest.OneByteReader(strings.NewReader(file)), ReadOptions{}) {
				require.NoError(t, err)
				n++
			}
			require.Len(t, all, n)
		})
	}
	require.ErrorIs(t, readError(t, little[2:], ReadOptions{}), ErrEncoding)
	require.ErrorIs(t, readError(t, little[:len(little)-4]+"\x00\xD8\n\x00", ReadOptions{AllowOpenEnd: true}), ErrEncoding)
	require.ErrorIs(t, readError(t, little[:len(little)-1], ReadOptions{}), ErrTorn)
}

func TestReaderFails(t *testing.T) {
	broken := fmt.Errorf("broken, and not ended: %w", io.EOF)
	text := string(write(t, generate(100), Options{}))
	for _, n := range []int{0, 2, 100, len(text) / 2, len(text) - 1, len(text)} {
		var last error
		for _, err := range Read(io.MultiReader(strings.NewReader(text[:n]), iotest.ErrReader(broken)), ReadOptions{AllowOpenEnd: true}) {
			last = err
		}
		require.ErrorIs(t, last, broken, n)
	}
}

func TestReadStopsWhenTold(t *testing.T) {
	n := 0
	for _, err := range Read(bytes.NewReader(write(t, generate(10), Options{})), ReadOptions{}) {
		require.NoError(t, err)
		if n++; n == 3 {
			break
		}
	}
	require.Equal(t, 3, n)
}

// FuzzScan compares the splitting of a file with that of encoding/csv, which changes CR LF within
// cells to LF.
func FuzzScan(f *testing.F) {
	for _, v := range nasty {
		f.Add(v + ",\"" + strings.ReplaceAll(v, `"`, `""`) + "\"\r\n")
	}
	f.Add("a,b\n\n\"\"\n\"a\r\nb\",\r\n\ra\r")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.Contains(text, "\x00") || strings.HasPrefix(text, "\uFEFF") {
			return
		}
		std := csv.NewReader(strings.NewReader(text))
		std.FieldsPerRecord = -1
		ours := newScanner(iotest.OneByteReader(strings.NewReader(text)), ',', true)
		for {
			want, wantErr := std.Read()
			err := ours.scan()
			if wantErr != nil {
				require.Error(t, err)
				require.Equal(t, errors.Is(wantErr, io.EOF), errors.Is(err, io.EOF))
				return
			}
			require.NoError(t, err)
			var got []string
			from := 0
			for _, end := range ours.ends {
				got = append(got, strings.ReplaceAll(string(ours.row[from:end]), "\r\n", "\n"))
				from = end
			}
			require.Equal(t, want, got)
		}
	})
}

// FuzzRead reads anything, and reads again the file that gocsv makes from the rows.
func FuzzRead(f *testing.F) {
	all := generate(6)
	f.Add(write(f, all, Options{}), false)
	f.Add(write(f, all, Options{Format: ExcelCSV, Zone: time.UTC}), true)
	f.Add([]byte("\xff\xfea\x00"), false)
	for _, seed := range []string{
		"Session ID,Creation time\ns,2024-05-01T10:00:00.5+04:00\n", "Creation time\n2024-05-01 10:00:00\n", "Match Level,Sex\n7,male\n",
		"Verified,Status,Reasons\nFALSE,failed,a;b\n", "Extra\n\"{\"\"a\"\":\"\"b\"\"}\"\n", "First Name\n\"=\"\"01\"\"\"\n'=1\n", "Birth Date,Attempts\n1990-01-02,3", "Session ID,Creation time,Birth Date,Liveness Status,Extra\ns,2024-05-01T10:00:00Z,[masked],[masked],[masked]\n",
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Add([]byte(",,,\n,,,"), false)
	f.Add([]byte(file(map[string]string{"Birth Date": "0001-01-01", "Expiration Date": "02-29-00"})), false)
	f.Fuzz(func(t *testing.T, data []byte, excel bool) {
		opts := ReadOptions{AllowMissing: true, AllowUnknown: true, AllowOpenEnd: true}
		if excel {
			opts.Format, opts.Zone = ExcelCSV, time.FixedZone("", 4*3600)
		}
		var records []Record
		for row, err := range Read(bytes.NewReader(data), opts) {
			if err != nil {
				var at *ReadError
				require.ErrorAs(t, err, &at)
				return
			}
			// The file has only unknown columns; read back it is a blank row.
			if row.Record == (Record{}) {
				continue
			}
			records = append(records, row.Record)
			if s, _, err := row.Session(SessionOptions{Company: "acme"}); err == nil {
				again := RecordOf(s)
				require.Equal(t, row.CreationTime, again.CreationTime)
				require.Equal(t, row.ExpirationDate, again.ExpirationDate)
				require.Equal(t, row.BirthDate, again.BirthDate)
				if row.Extra != sessions.MaskedMark {
					require.Equal(t, row.Extra, again.Extra)
				}
			}
		}
		requireRecords(t, records, read(t, judge(t, records), ReadOptions{}))
	})
}

// FuzzRoundTrip writes any texts and reads them back.
func FuzzRoundTrip(f *testing.F) {
	for i, v := range nasty {
		f.Add(v, nasty[(i+7)%len(nasty)], nasty[(i*5)%len(nasty)])
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		x, err := sessions.NewExtra(sessions.ExtraPair{Key: "key", Value: c})
		if err != nil || !utf8.ValidString(a) || !utf8.ValidString(b) || strings.Contains(a+b, "\x00") || a == sessions.UnrecognisedMark || b == sessions.UnrecognisedMark {
			return
		}
		s := &sessions.Session{
			ID: b, FirstName: sessions.TextOf(a), PersonalNumber: sessions.TextOf(b), Model: a, Extra: x,
			CreatedAt: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
		}
		for _, format := range []Format{RFC4180, ExcelCSV} {
			file := write(t, []*sessions.Session{s, s}, Options{Format: format, Zone: time.UTC})
			requireRecords(t, []Record{RecordOf(s), RecordOf(s)}, read(t, file, ReadOptions{Format: format, Zone: time.UTC}))
			keys, err := sessions.NewExtraKeys("key")
			require.NoError(t, err)
			file = write(t, []*sessions.Session{s}, Options{Format: format, Zone: time.UTC, ExtraKeys: keys})
			row := read(t, file, ReadOptions{Format: format, Zone: time.UTC, ExtraKeys: keys})[0]
			if c != "" && c != sessions.UnrecognisedMark && c != sessions.MaskedMark {
				require.Equal(t, RecordOf(s).Extra, row.Extra)
			}
		}
	})
}

// TestHints requires that an error about the file as a whole is reported, and not its consequences.
func TestHints(t *testing.T) {
	header := strings.Join(strings.Split(strings.TrimSuffix(file(nil), "\n"), "\n")[:1], "")
	require.Contains(t, header, "Session ID,")
	first := func(text string, o ReadOptions) error {
		for _, err := range Read(strings.NewReader(text), o) {
			return err
		}
		return nil
	}
	for _, other := range []string{";", "\t", "|"} {
		for _, text := range []string{
			strings.ReplaceAll(header, ",", other) + "\r\n",
			`"` + strings.ReplaceAll(strings.TrimSpace(header), ",", `"`+other+`"`) + "\"\r\n",
		} {
			err := first(text, ReadOptions{})
			require.ErrorIs(t, err, ErrSeparator, text)
			require.ErrorIs(t, err, ErrColumn)
			require.ErrorContains(t, err, fmt.Sprintf("%q", rune(other[0])))
		}
	}
	for _, text := range []string{
		strings.TrimSpace(header) + "\r" + strings.Repeat(",", 23) + "\r", strings.TrimSpace(header) + "\r" + strings.Repeat(strings.Repeat("x,", 23)+"\r", 1000),
		`"` + strings.ReplaceAll(strings.TrimSpace(header), ",", `","`) + "\"\r\"x\"\r",
	} {
		require.ErrorIs(t, first(text, ReadOptions{}), ErrLineBreak)
	}
	at := func(column, cell string) error {
		return first(file(map[string]string{"Session ID": "s-1", column: cell}), ReadOptions{})
	}
	for _, cell := range []string{"5/2/1990", "02.05.1990", "1990/5/2", "2-May-90", "02-05-90"} {
		require.ErrorIs(t, at("Birth Date", cell), ErrSaved, cell)
		require.ErrorIs(t, at("Creation time", cell+" 10:04"), ErrSaved, cell)
		require.ErrorIs(t, at("Creation time", cell+" 10:04 AM"), ErrSaved, cell)
	}
	for _, cell := range []string{"WAHR", "Faux", "ЛОЖЬ", "ჭეშმარიტი"} {
		require.ErrorIs(t, at("Verified", cell), ErrSaved, cell)
	}
	require.NotErrorIs(t, at("Verified", "x"), ErrSaved)
	require.ErrorIs(t, at("Personal Number", "1.00101E+09"), ErrSaved)
	require.ErrorIs(t, at("Document Number", "2,3E+11"), ErrSaved)
	for column, cell := range map[string]string{"Birth Date": "x", "Creation time": "yesterday", "Expiration Date": "99"} {
		err := at(column, cell)
		require.ErrorIs(t, err, ErrCell)
		require.NotErrorIs(t, err, ErrSaved)
	}
	require.NoError(t, at("Document Number", "12E+34"))

	for _, c := range Columns() {
		if c == ColumnMatchLevel || c == ColumnAttempts || strings.Contains(c.String(), "ime") || strings.Contains(c.String(), "Date") {
			require.ErrorIs(t, at(c.String(), "########"), ErrSaved, "%v", c)
		}
	}
	require.NoError(t, at("Model", "########"), "a text may be that")
	for _, text := range []string{"sep=,\r\n" + header, "sep=;\r\n" + header, "\"SEP=\t\"\r\n" + header} {
		for _, o := range []ReadOptions{{}, {AllowMissing: true}, {AllowUnknown: true}} {
			require.ErrorContains(t, first(text, o), "a line sep= before the header", text)
		}
	}
	for _, o := range []ReadOptions{{}, {Format: ExcelCSV, Zone: time.UTC}, {AllowMissing: true, AllowUnknown: true}} {
		err := first(byteOrderMark+byteOrderMark+header+"\r\n", o)
		require.ErrorIs(t, err, ErrUnknownColumn)
		require.ErrorContains(t, err, "a second byte order mark")
	}
	bare := strings.Join(strings.Split(file(map[string]string{"Session ID": "s-1"}), ""), "\x00")
	for _, text := range []string{bare + "\x00", "\x00" + bare} {
		err := first(text, ReadOptions{})
		require.ErrorIs(t, err, ErrEncoding)
		require.ErrorContains(t, err, "UTF-16 without a byte order mark")
	}
	require.NotContains(t, first("a\x00b"+header, ReadOptions{}).Error(), "UTF-16")
}

// TestBlankRows requires that rows without a text, which spreadsheets leave, are skipped if a
// session would have a text.
func TestBlankRows(t *testing.T) {
	blank := strings.Repeat(",", 23) + "\r\n"
	one := file(map[string]string{"Session ID": "s-1"})
	head, row, _ := strings.Cut(one, "\n")
	rows := read(t, []byte(head+"\n"+blank+row+blank+",,\r\n"+row+blank), ReadOptions{})
	require.Len(t, rows, 2)
	require.Equal(t, []string{"s-1", "s-1"}, []string{rows[0].SessionID, rows[1].SessionID})

	all := []*sessions.Session{{ID: "a"}, {ID: "b"}}
	names := write(t, all, Options{Columns: []Column{ColumnFirstName, ColumnLastName}})
	require.Len(t, read(t, names, ReadOptions{AllowMissing: true}), 2, "a file without IDs may have nothing to say of a session")
}

// TestLongRowsAreBoundedInMemory requires that a row takes a small multiple of its length, whatever
// its content.
func TestLongRowsAreBoundedInMemory(t *testing.T) {
	const length = MaxRowBytes - 100
	header := file(nil)
	header = header[:strings.Index(header, "\n")+1]
	for name, text := range map[string]string{
		"cells":         header + strings.Repeat(",", length),
		"columns":       strings.Repeat(",", length),
		"a cell":        header + strings.Repeat("x", length),
		"quotes":        header + `"` + strings.Repeat(`""`, length/2),
		"an extra cell": header + strings.Repeat(",", 16) + `"{""a"":""` + strings.Repeat("x", length) + `""}"` + strings.Repeat(",", 7) + "\r\n",
		"a whole row":   header + strings.Repeat("x", length) + strings.Repeat(",", 23) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			input := strings.NewReader(text)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range Read(input, ReadOptions{}) {
			}
			runtime.ReadMemStats(&after)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10*MaxRowBytes), "in all, garbage included")
		})
	}
}

// TestReadGoesOn reads a file with bad rows of every kind to its end.
func TestReadGoesOn(t *testing.T) {
	const file = "Session ID,Attempts\ns-1,1\ns-2,x\ns-3\ns-4,4,4\n\xff,5\ns-6,6\n\"s-7,7\n"
	var refused []int64
	opts := ReadOptions{AllowMissing: true, Refused: func(err error) error {
		var at *ReadError
		require.ErrorAs(t, err, &at)
		refused = append(refused, at.Row)
		return nil
	}}
	var ids []string
	var last error
	for row, err := range Read(strings.NewReader(file), opts) {
		if last = err; err == nil {
			ids = append(ids, row.SessionID)
		}
	}
	require.Equal(t, []string{"s-1", "s-6"}, ids)
	require.Equal(t, []int64{2, 3, 4, 5}, refused)
	require.ErrorIs(t, last, ErrTorn, "an open quote has no end")

	errEnough := errors.New("enough")
	opts.Refused = func(error) error { return errEnough }
	for _, err := range Read(strings.NewReader(file), opts) {
		last = err
	}
	require.Equal(t, errEnough, last)
}

// TestNoHeader requires that a first row with data is not taken for a header, whose columns
// AllowUnknown would skip.
func TestNoHeader(t *testing.T) {
	lax := ReadOptions{AllowMissing: true, AllowUnknown: true}
	for _, rows := range []string{"1,2024-01-05T12:00:00Z,Nino\r\n", "1\r\n", "Nino,x\r\n2,y\r\n"} {
		err := readError(t, rows, lax)
		require.ErrorIs(t, err, ErrEmpty)
		require.NotContains(t, err.Error(), "Nino")
	}
	require.ErrorIs(t, readError(t, "Session ID;Creation time\r\n1;2024-01-05T12:00:00Z\r\n", lax), ErrSeparator)
	require.Len(t, read(t, []byte("Nino,Session ID\r\nx,1\r\n"), lax), 1)
}

// TestZoneNames requires that a time with the name of a time zone is read as that zone has it, or
// refused: package time takes a name that it does not know for UTC.
func TestZoneNames(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	opts := ReadOptions{AllowMissing: true, TimeLayout: "2006-01-02 15:04 MST", Zone: berlin}
	for text, want := range map[string]string{
		"2024-01-05 12:00 CET": "2024-01-05T11:00:00Z", "2024-07-05 12:00 CEST": "2024-07-05T10:00:00Z", "2024-01-05 12:00 UTC": "2024-01-05T12:00:00Z",
		"2024-01-05 12:00 GMT": "2024-01-05T12:00:00Z", "2024-01-05 12:00 EST": "", "2024-01-05 12:00 +04": "", "2024-01-05 12:00 WIB": "",
	} {
		csv := "Session ID,Creation time\r\n1," + text + "\r\n"
		if want == "" {
			require.ErrorIs(t, readError(t, csv, opts), ErrCell, text)
			continue
		}
		require.Equal(t, want, read(t, []byte(csv), opts)[0].CreationTime, text)
	}
	opts.Zone, opts.TimeLayout = time.UTC, "2006-01-02 15:04 -0700 MST"
	read := read(t, []byte("Session ID,Creation time\r\n1,2024-01-05 12:00 -0500 EST\r\n2,2024-01-05 12:00 +0000 UTC\r\n"), opts)
	require.Equal(t, []string{"2024-01-05T17:00:00Z", "2024-01-05T12:00:00Z"}, []string{read[0].CreationTime, read[1].CreationTime})
}
