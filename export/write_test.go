package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gocarina/gocsv"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

func TestHeader(t *testing.T) {
	const header = "Personal Number,First Name,Last Name,Document Number,Birth Date,Nationality,Sex,Expiration Date,Verified," +
		"Document Valid,Liveness Status,Match Level,Creation time,Completion time,Partner,Session ID,Extra,Document type," +
		"Client IP,Device,Browser,OS,Model,Attempts\r\n"
	require.Equal(t, header, string(write(t, nil, Options{})))
	require.Equal(t, "\uFEFF"+header, string(write(t, nil, Options{Format: ExcelCSV, Zone: time.UTC})))
	require.Equal(t, header, string(judge(t, []Record{})))
}

func TestGolden(t *testing.T) {
	extra, err := sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: "+995 555 12 34 56"}, sessions.ExtraPair{Key: "note", Value: `a "b"`})
	require.NoError(t, err)
	full := &sessions.Session{
		ID: "018f3e1c-7c3e-7000-8000-000000000001", Company: "acme", Partner: "Acme, Inc.", Attempt: 2,
		CreatedAt: time.Date(2024, 5, 1, 21, 4, 5, 60_000, time.UTC), CompletedAt: time.Date(2024, 5, 1, 21, 6, 0, 0, time.UTC),
		Status: sessions.Success, FirstName: sessions.TextOf("ნინო"), LastName: sessions.TextIn(sessions.Redacted),
		PersonalNumber: sessions.TextOf("01001012345"), DocumentNumber: sessions.TextOf("=1+1"),
		Nationality: sessions.TextIn(sessions.Masked), BirthDate: sessions.Date{Year: 1990, Month: 2, Day: 3},
		ExpirationDate: sessions.Date{Year: 2031, Month: 12, Day: 24}, Sex: sessions.Female, DocumentType: sessions.IDCard,
		DocumentValidity: sessions.Valid, Liveness: sessions.LivenessPassed,
		Match: sessions.Match{Compared: true, Level: 7, Scale: "kvalifika-3d2d"}, Extra: extra,
		ClientIP: "10.0.0.1", Device: sessions.Mobile, Browser: "Chrome", OS: "Android", Model: "TRUE",
	}
	empty := &sessions.Session{CreatedAt: time.Date(999, 1, 1, 0, 0, 0, 0, time.UTC), Sex: "other", DocumentType: sessions.Passport}
	all := []*sessions.Session{full, empty}
	lines := func(o Options) []string { return strings.Split(string(write(t, all, o)), "\r\n")[1:3] }
	require.Equal(t, []string{
		`01001012345,ნინო,[redacted],=1+1,1990-02-03,[masked],female,12-24-31,TRUE,TRUE,0,7,` +
			`2024-05-01T21:04:05.00006Z,2024-05-01T21:06:00Z,"Acme, Inc.",018f3e1c-7c3e-7000-8000-000000000001,` +
			`"{""phone"":""+995 555 12 34 56"",""note"":""a \""b\""""}",ID,10.0.0.1,Mobile,Chrome,Android,TRUE,2`,
		`,,,,,,,,,FALSE,1,,0999-01-01T00:00:00Z,,,,,passport,,,,,,`,
	}, lines(Options{}))
	require.Equal(t, []string{
		`"=""01001012345""",ნინო,[redacted],'=1+1,1990-02-03,[masked],female,"=""12-24-31""",TRUE,TRUE,0,7,` +
			`2024-05-02 01:04:05,2024-05-02 01:06:00,"Acme, Inc.","=""018f3e1c-7c3e-7000-8000-000000000001""",` +
			`"{""phone"":""+995 555 12 34 56"",""note"":""a \""b\""""}",ID,"=""10.0.0.1""",Mobile,Chrome,Android,"=""TRUE""",2`,
		// Tbilisi's local mean time was two hours, 59 minutes and 11 seconds ahead of UTC.
		`,,,,,,,,,FALSE,1,,0999-01-01 02:59:11,,,,,passport,,,,,,""`,
	}, lines(Options{Format: ExcelCSV, Zone: tbilisi(t)}))
	require.Equal(t, "2024-05-02T01:04:05.00006+04:00,+995 555 12 34 56,,Acme, Inc.,success",
		strings.Join(csvRow(t, lines(Options{Zone: tbilisi(t), ExtraKeys: extraKeys(t, "phone", "fax"),
			Columns: []Column{ColumnCreationTime, ColumnExtra, ColumnPartner, ColumnStatus}})[0]), ","))
}

func csvRow(t *testing.T, line string) []string {
	t.Helper()
	row, err := csv.NewReader(strings.NewReader(line)).Read()
	require.NoError(t, err)
	return row
}

func extraKeys(t *testing.T, keys ...string) sessions.ExtraKeys {
	t.Helper()
	k, err := sessions.NewExtraKeys(keys...)
	require.NoError(t, err)
	return k
}

func TestWriteAsGocsv(t *testing.T) {
	all := generate(20_000)
	require.Equal(t, judge(t, recordsOf(all)), write(t, all, Options{}))
}

func TestWriteExcelAsGocsv(t *testing.T) {
	all := generate(3_000)
	zone := tbilisi(t)
	p, err := (&Options{Format: ExcelCSV, Zone: zone}).plan(sessions.Disclosure{})
	require.NoError(t, err)
	records := recordsOf(all)
	for i := range records {
		row := &Row{Record: records[i]}
		for c := range recordColumns {
			cell := row.cells()[c]
			switch c {
			case ColumnCreationTime, ColumnCompletionTime:
				if at, err := time.Parse(time.RFC3339, *cell); err == nil {
					*cell = at.In(zone).Format("2006-01-02 15:04:05")
				}
			case ColumnExtra:
				*cell = string(p.appendParts(nil, *cell, true))
			case ColumnBirthDate, ColumnSex, ColumnVerified, ColumnDocumentValid, ColumnLivenessStatus,
				ColumnMatchLevel, ColumnAttempts:
			default:
				switch p.protect(*cell) {
				case prefix:
					*cell = "'" + *cell
				case formula:
					*cell = `="` + strings.ReplaceAll(*cell, `"`, `""`) + `"`
				case parts:
					*cell = string(p.appendParts(nil, *cell, false))
				}
			}
		}
		records[i] = row.Record
	}
	// Cells with the separator of another file are in quotes, which gocsv does not need.
	want, err := csv.NewReader(bytes.NewReader(judge(t, records))).ReadAll()
	require.NoError(t, err)
	got, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(write(t, all, Options{Format: ExcelCSV, Zone: zone}), []byte(byteOrderMark)))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestGocsvGlobalsChangeNothing(t *testing.T) {
	all := generate(200)
	want := write(t, all, Options{})
	tag, separator, combiner := gocsv.TagName, gocsv.TagSeparator, gocsv.FieldsCombiner
	t.Cleanup(func() {
		gocsv.TagName, gocsv.TagSeparator, gocsv.FieldsCombiner = tag, separator, combiner
		gocsv.FailIfUnmatchedStructTags, gocsv.FailIfDoubleHeaderNames = false, false
		gocsv.ShouldAlignDuplicateHeadersWithStructFieldOrder = false
		gocsv.SetCSVWriter(gocsv.DefaultCSVWriter)
		gocsv.SetCSVReader(gocsv.DefaultCSVReader)
		gocsv.SetHeaderNormalizer(gocsv.DefaultNameNormalizer())
	})
	gocsv.TagName, gocsv.TagSeparator, gocsv.FieldsCombiner = "json", ";", "/"
	gocsv.FailIfUnmatchedStructTags, gocsv.FailIfDoubleHeaderNames = true, true
	gocsv.ShouldAlignDuplicateHeadersWithStructFieldOrder = true
	gocsv.SetHeaderNormalizer(strings.ToUpper)
	gocsv.SetCSVReader(gocsv.LazyCSVReader)
	gocsv.SetCSVWriter(func(w io.Writer) *gocsv.SafeCSVWriter {
		c := csv.NewWriter(w)
		c.Comma = '|'
		return gocsv.NewSafeCSVWriter(c)
	})
	require.NotEqual(t, string(want), gocsvDefault(t, all), "the globals do change gocsv")
	require.Equal(t, want, write(t, all, Options{}))
	requireRecords(t, recordsOf(all), read(t, want, ReadOptions{}))
}

func gocsvDefault(t *testing.T, all []*sessions.Session) string {
	t.Helper()
	text, err := gocsv.MarshalString(recordsOf(all))
	require.NoError(t, err)
	return strings.ReplaceAll(text, "\n", "\r\n")
}

func TestPythonReadsTheSame(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3: its csv module would read the file as a judge")
	}
	all := generate(20_000)
	path := filepath.Join(t.TempDir(), "sessions.csv")
	require.NoError(t, os.WriteFile(path, write(t, all, Options{}), 0o600))
	out, err := exec.CommandContext(t.Context(), python, "-c", `
import csv, json, sys
with open(sys.argv[1], encoding="utf-8", newline="") as f:
    json.dump(list(csv.reader(f, strict=True)), sys.stdout)
`, path).Output()
	require.NoError(t, err)
	var rows [][]string
	require.NoError(t, json.Unmarshal(out, &rows))
	require.Len(t, rows, len(all)+1)
	for i, s := range all {
		want := Row{Record: RecordOf(s)}
		for c := range recordColumns {
			require.Equal(t, *want.cells()[c], rows[i+1][c], "row %d, %v", i+1, c)
		}
	}
}

func TestColumnsChosen(t *testing.T) {
	all := generate(50)
	opts := Options{Columns: []Column{ColumnSessionID, ColumnReasons, ColumnFirstName}}
	rows := read(t, write(t, all, opts), ReadOptions{AllowMissing: true})
	for i, s := range all {
		require.Equal(t, s.ID, rows[i].SessionID)
		require.Equal(t, s.FirstName.Cell(), rows[i].FirstName)
		require.Equal(t, reasonsCell(s.Reasons), rows[i].Reasons)
		require.Empty(t, rows[i].LastName)
	}
	require.Equal(t, "Session ID,Reasons\r\n", string(write(t, nil, Options{Columns: opts.Columns}, sessions.Disclosure{Drop: sessions.FieldsOf(sessions.FieldFirstName)})))
	require.NotContains(t, string(write(t, nil, Options{}, sessions.Disclosure{Drop: sessions.FieldsOf(sessions.FieldStatus)})), "Verified")

	// A row whose only cell is empty is not an empty line.
	one := write(t, []*sessions.Session{{}}, Options{Columns: []Column{ColumnFirstName}})
	require.Equal(t, "First Name\r\n\"\"\r\n", string(one))
	require.Len(t, read(t, one, ReadOptions{AllowMissing: true}), 1)
}

func TestOptionsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		opts Options
		want error
	}{
		"format":         {Options{Format: 7}, ErrOptions},
		"comma":          {Options{Comma: 'x'}, ErrOptions},
		"zone":           {Options{Format: ExcelCSV}, ErrOptions},
		"unknown":        {Options{Columns: []Column{99}}, ErrUnknownColumn},
		"doubled":        {Options{Columns: []Column{ColumnSex, ColumnSex}}, ErrDoubledColumn},
		"none":           {Options{Columns: []Column{}}, ErrColumn},
		"key is header":  {Options{ExtraKeys: extraKeys(t, "First Name")}, ErrDoubledColumn},
		"key is status":  {Options{ExtraKeys: extraKeys(t, "Status")}, ErrDoubledColumn},
		"keys, no Extra": {Options{ExtraKeys: extraKeys(t, "phone"), Columns: []Column{ColumnSex}}, ErrOptions},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			res, err := Write(t.Context(), &b, selectionOf(nil), test.opts)
			require.ErrorIs(t, err, test.want)
			require.Zero(t, res)
			require.Zero(t, b.Len())
		})
	}
}

// failAfter accepts a number of bytes.
type failAfter struct{ left int }

var errFull = errors.New("full")

func (f *failAfter) Write(b []byte) (int, error) {
	if len(b) > f.left {
		n := f.left
		f.left = 0
		return n, errFull
	}
	f.left -= len(b)
	return len(b), nil
}

type shortWriter struct{}

func (shortWriter) Write([]byte) (int, error) { return 1, nil }

func TestWriteStops(t *testing.T) {
	all := generate(5_000)
	broken := errors.New("broken")
	after := func(n int, s *sessions.Session, err error) iter.Seq2[*sessions.Session, error] {
		return func(yield func(*sessions.Session, error) bool) {
			for _, s := range all[:n] {
				if !yield(s, nil) {
					return
				}
			}
			if yield(s, err) {
				t.Error("ranged on after an error")
			}
		}
	}
	stopped := func(res Result, err error, row int64, cause error) {
		t.Helper()
		var at *WriteError
		require.ErrorAs(t, err, &at)
		require.ErrorIs(t, err, cause)
		require.Equal(t, row, at.Row)
		require.Less(t, res.Rows, row)
	}
	res, err := Write(t.Context(), io.Discard, from(after(4000, nil, broken)), Options{})
	stopped(res, err, 4001, broken)
	require.Positive(t, res.Rows)
	res, err = Write(t.Context(), io.Discard, from(after(3, nil, nil)), Options{})
	stopped(res, err, 4, ErrNoSession)

	ctx, cancel := context.WithCancel(t.Context())
	res, err = Write(ctx, io.Discard, from(func(yield func(*sessions.Session, error) bool) {
		for i, s := range all {
			if i == 2500 {
				cancel()
			}
			if !yield(s, nil) {
				require.Equal(t, 2500, i)
				return
			}
		}
	}), Options{})
	stopped(res, err, 2501, context.Canceled)

	res, err = Write(ctx, io.Discard, selectionOf(nil), Options{})
	stopped(res, err, 1, context.Canceled)

	full := &failAfter{left: 100_000}
	res, err = Write(t.Context(), full, selectionOf(all), Options{})
	var at *WriteError
	require.ErrorAs(t, err, &at)
	require.ErrorIs(t, err, errFull)
	require.Equal(t, int64(100_000), res.Bytes)
	require.Less(t, res.Rows, at.Row)

	res, err = Write(t.Context(), shortWriter{}, selectionOf(nil), Options{})
	require.ErrorIs(t, err, io.ErrShortWrite)
	require.Equal(t, Result{Bytes: 1}, res)
}

func TestWholeRowsOnly(t *testing.T) {
	var pieces int
	res, err := Write(t.Context(), writerFunc(func(b []byte) (int, error) {
		require.True(t, bytes.HasSuffix(b, []byte("\r\n")))
		require.Less(t, len(b), 2*flushBytes)
		pieces++
		return len(b), nil
	}), selectionOf(generate(5_000)), Options{})
	require.NoError(t, err)
	require.Equal(t, int64(5_000), res.Rows)
	require.Greater(t, pieces, 10)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestExcelLimits(t *testing.T) {
	s := generate(1)[0]
	tooMany := func(yield func(*sessions.Session, error) bool) {
		for yield(s, nil) {
		}
	}
	opts := Options{Format: ExcelCSV, Zone: time.UTC, Columns: []Column{ColumnSex}}
	_, err := Write(t.Context(), io.Discard, from(tooMany), opts)
	require.ErrorIs(t, err, ErrTooManyRows)
	var at *WriteError
	require.ErrorAs(t, err, &at)
	require.Equal(t, int64(MaxExcelRows+1), at.Row)

	for _, test := range []struct {
		text string
		fits bool
	}{
		{strings.Repeat("ა", MaxExcelCellUnits), true},
		{strings.Repeat("ა", MaxExcelCellUnits+1), false},
		{strings.Repeat("\U0001F600", MaxExcelCellUnits/2), true},
		{strings.Repeat("\U0001F600", MaxExcelCellUnits/2+1), false},
		{strings.Repeat(`"`, MaxExcelCellUnits), true},
		{strings.Repeat(`"`, MaxExcelCellUnits+1), false},
	} {
		var b bytes.Buffer
		opts := Options{Format: ExcelCSV, Zone: time.UTC, Columns: []Column{ColumnBrowser, ColumnSex}}
		res, err := Write(t.Context(), &b, selectionOf([]*sessions.Session{{Browser: test.text, Sex: sessions.Male}}), opts)
		require.NoError(t, err)
		if test.fits {
			require.Zero(t, res.TooLong)
			require.Equal(t, test.text, read(t, b.Bytes(), ReadOptions{Format: ExcelCSV, Zone: time.UTC, AllowMissing: true})[0].Browser)
			continue
		}
		require.Equal(t, int64(1), res.TooLong)
		require.Equal(t, "\uFEFFBrowser,Sex\r\n[too long],male\r\n", b.String())
		require.ErrorIs(t, readError(t, b.String(), ReadOptions{Format: ExcelCSV, Zone: time.UTC, AllowMissing: true}), ErrTooLong)
	}
}

// TestLongExtraFields requires that a session with all the extra fields that it may have, of
// characters that JSON escapes, does not keep others out of the file.
func TestLongExtraFields(t *testing.T) {
	var pairs []sessions.ExtraPair
	var names []string
	for i := range sessions.MaxExtraPairs {
		names = append(names, fmt.Sprintf("note %d", i))
		pairs = append(pairs, sessions.ExtraPair{Key: names[i], Value: strings.Repeat("\n", sessions.MaxExtraValueBytes)})
	}
	x, err := sessions.NewExtra(pairs...)
	require.NoError(t, err)
	two, err := sessions.NewExtra(sessions.ExtraPair{Key: "a", Value: strings.Repeat("\n", 3000)}, sessions.ExtraPair{Key: "b", Value: strings.Repeat("\n", 3000)})
	require.NoError(t, err)
	all := generate(4)
	all[1].Extra, all[2].Extra = x, two
	opts := Options{Format: ExcelCSV, Zone: time.UTC}
	rows := read(t, write(t, all, opts), ReadOptions{Format: ExcelCSV, Zone: time.UTC})
	require.Equal(t, TooLongMark, rows[1].Extra)
	require.Equal(t, RecordOf(all[2]).Extra, rows[2].Extra, "two notes of 3,000 line feeds fit")
	_, lost, err := rows[1].Session(SessionOptions{Company: "acme"})
	require.NoError(t, err)
	require.True(t, lost.Has(sessions.FieldExtra), "it is not taken for a session without extra fields")
	keys, err := sessions.NewExtraKeys(names...)
	require.NoError(t, err)
	opts.ExtraKeys = keys
	rows = read(t, write(t, all, opts), ReadOptions{Format: ExcelCSV, Zone: time.UTC, ExtraKeys: keys})
	require.Equal(t, RecordOf(all[1]).Extra, rows[1].Extra, "columns of their own have room for all of them")
}

// TestInvalidSessions requires that even sessions that no store contains make a file with valid
// rows and cells.
func TestInvalidSessions(t *testing.T) {
	s := &sessions.Session{
		ID: "\xff\xfe", FirstName: sessions.TextOf("a\x00b"), LastName: sessions.TextOf("\xe1\x83"), PersonalNumber: sessions.TextOf("1\xff"),
		BirthDate: sessions.Date{Year: -5, Month: -4, Day: 400}, ExpirationDate: sessions.Date{Year: -1, Month: 99, Day: -4},
		CreatedAt: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), CompletedAt: time.Date(-30, 1, 1, 0, 0, 0, 0, time.UTC),
		Attempt: -1, Match: sessions.Match{Compared: true, Level: -1}, Liveness: 99,
	}
	for _, o := range []Options{{}, {Format: ExcelCSV, Zone: tbilisi(t)}} {
		rows, err := csv.NewReader(bytes.NewReader(write(t, []*sessions.Session{s, s}, o))).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 3)
		require.Len(t, rows[1], 24)
		require.Equal(t, "a\x00b", rows[1][1])
	}
}

func TestTimesOfAllZones(t *testing.T) {
	start := time.Date(1915, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, name := range []string{"UTC", "Asia/Tbilisi", "America/New_York", "Africa/Monrovia", "Asia/Kathmandu", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		c, e := newClock(zone, false), newClock(zone, true)
		for i := range 40_000 {
			at := start.Add(time.Duration(i)*24*time.Hour + time.Duration(i*i)*time.Second + time.Duration(i%3)*1500*time.Microsecond)
			read, err := time.Parse(time.RFC3339Nano, string(c.append(nil, at)))
			require.NoError(t, err)
			require.True(t, read.Equal(at))
			require.Equal(t, at.In(zone).Format("2006-01-02 15:04:05"), string(e.append(nil, at)))
			// RFC 3339 has no seconds in an offset.
			if _, offset := at.In(zone).Zone(); offset%60 == 0 {
				require.Equal(t, at.In(zone).Format(time.RFC3339Nano), string(c.append(nil, at)))
			}
		}
	}
}

// FuzzQuoting compares one cell and its line with encoding/csv.
func FuzzQuoting(f *testing.F) {
	for _, v := range nasty {
		f.Add(v, "x")
		f.Add("x", v)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		s := &sessions.Session{Browser: a, OS: b}
		for _, comma := range ",;\t|" {
			var want bytes.Buffer
			w := csv.NewWriter(&want)
			w.Comma = comma
			require.NoError(t, w.Write([]string{a, "1", b}))
			w.Flush()
			got := write(t, []*sessions.Session{s}, Options{Comma: comma, Columns: []Column{ColumnBrowser, ColumnLivenessStatus, ColumnOS}})
			_, line, _ := bytes.Cut(got, []byte("\r\n"))
			require.Equal(t, want.String(), string(bytes.TrimSuffix(line, []byte("\r\n")))+"\n")
		}
	})
}

func TestSpecialBytesAnywhere(t *testing.T) {
	for _, comma := range ",;\t|" {
		o := Options{Comma: comma}
		p, err := o.plan(sessions.Disclosure{})
		require.NoError(t, err)
		for size := range 28 {
			require.False(t, p.special(strings.Repeat("ა", size)))
			for at := range size {
				for c := range 256 {
					v := []byte(strings.Repeat("x", size))
					v[at] = byte(c)
					if want := strings.ContainsRune("\r\n\""+string(comma), rune(c)); p.special(string(v)) != want {
						t.Fatalf("byte %#x at %d of %d: want %v", c, at, size, want)
					}
				}
			}
		}
	}
}
