package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gocarina/gocsv"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// nasty are values that are known to break files, spreadsheets or readers.
var nasty = []string{
	"", " ", "გიორგი", "ბერიძე-მაისურაძე", "O'Neill", "'", "''x", `"`, `""`, `a"b`, ",", ";", "\t", "|", "a,b", " lead", "trail ",
	"\n", "a\nb", "a\r\nb", "a\rb", "\r", "\r\n", "\r\r\n", `\.`, `\`, "=1+1", "+1-1", "-2", "+995 555 12-34-56", "-x", "@SUM(A1)", "\t=1", "\r=1",
	"＝1", "＠x", `="0123"`, `="a"b"`, "=", `="`, `=""`, "01001012345", "12345678901234567890", "1E5", "MAR1", "TRUE", "false", "#N/A",
	"\u00a0nbsp", "\u2028", "\ufeffbom", "\u200b", "\U0001F600", "١٢٣", "NULL", "null", "a1\nb", strings.Repeat("9", 300), "=cmd|' /C calc'!A0",
}

func tbilisi(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Tbilisi")
	require.NoError(t, err)
	return zone
}

func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// random makes a valid session. Every third one has nasty texts.
func random(r *rand.Rand, i int) *sessions.Session {
	text := func(plain string) string {
		if i%3 == 0 {
			return pick(r, nasty...)
		}
		return plain
	}
	maybe := func(plain string) sessions.Text {
		switch r.IntN(12) {
		case 0:
			return sessions.TextIn(sessions.NotRecognised)
		case 1:
			return sessions.TextIn(sessions.Redacted)
		case 2:
			return sessions.Text{}
		}
		return sessions.TextOf(text(plain))
	}
	date := func(from int) sessions.Date {
		if r.IntN(9) == 0 {
			return sessions.Date{}
		}
		d := sessions.Date{Year: from, Month: 1, Day: 1}.AddDays(r.IntN(25000))
		switch r.IntN(12) {
		case 0:
			d.Month, d.Day = 0, 0
		case 1:
			d.Day = 0
		}
		return d
	}
	s := &sessions.Session{
		ID: fmt.Sprintf("018f3e1c-7c3e-7000-8000-%012d", i), Company: "acme", Partner: text("Acme, Inc."), Attempt: r.IntN(4),
		CreatedAt: time.Date(2024, 5, 1, 0, 0, 0, r.IntN(1e6)*1000, time.UTC).Add(-time.Duration(r.IntN(1e9)) * time.Second),
		Status:    pick(r, sessions.Success, sessions.Failed, sessions.Pending, "expired"),
		FirstName: maybe("ნინო"), LastName: maybe("Beridze"),
		PersonalNumber: maybe(fmt.Sprintf("%011d", r.IntN(1e9))), DocumentNumber: maybe(fmt.Sprintf("23AB%05d", r.IntN(1e5))),
		Nationality: maybe("GEO"), BirthDate: date(1930), ExpirationDate: date(2000),
		Sex:              pick[sessions.Sex](r, "", sessions.Male, sessions.Female),
		DocumentType:     pick[sessions.DocumentType](r, "", sessions.Passport, sessions.IDCard, sessions.ResidenceCard, "visa"),
		DocumentValidity: pick(r, sessions.NotChecked, sessions.Valid, sessions.Invalid),
		Liveness:         pick(r, sessions.LivenessUnknown, sessions.LivenessPassed, sessions.LivenessNotPassed),
		ClientIP:         "10.0.0.1", Device: pick[sessions.Device](r, "", sessions.PC, sessions.Mobile, "kiosk"),
		Browser: text("Chrome 126.0"), OS: text("Android 14"), Model: text("SM-G991B"),
	}
	if r.IntN(3) > 0 {
		s.CompletedAt = s.CreatedAt.Add(time.Duration(r.IntN(600_000_000)) * time.Microsecond)
	}
	if r.IntN(4) > 0 {
		s.Match = sessions.Match{Compared: true, Level: far.Level(r.IntN(8)), Scale: far.Kvalifika.Name()}
	}
	if s.Status == sessions.Failed {
		s.Reasons = pick(r, nil, []sessions.Reason{sessions.LowFAR}, []sessions.Reason{sessions.DigitalSpoof, sessions.LowFAR})
	}
	if r.IntN(3) > 0 {
		x, err := sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: text("+995 555 123 456")}, sessions.ExtraPair{Key: "e-mail", Value: text("n@example.com")})
		if err != nil {
			panic(err)
		}
		s.Extra = x
	}
	return s
}

func generate(n int) []*sessions.Session {
	r := rand.New(rand.NewPCG(1, 2))
	all := make([]*sessions.Session, n)
	for i := range all {
		all[i] = random(r, i)
	}
	return all
}

func seqOf(all []*sessions.Session) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		for _, s := range all {
			if !yield(s, nil) {
				return
			}
		}
	}
}

func recordsOf(all []*sessions.Session) []Record {
	records := make([]Record, len(all))
	for i, s := range all {
		records[i] = RecordOf(s)
	}
	return records
}

// from makes a selection from an iterator, for a viewer who may see everything or what the
// disclosure shows.
func from(all iter.Seq2[*sessions.Session, error], d ...sessions.Disclosure) Selection {
	var r sessions.Request
	for _, r.Disclosure = range d {
	}
	return FromIterator(r, all)
}

func selectionOf(all []*sessions.Session, d ...sessions.Disclosure) Selection {
	return from(seqOf(all), d...)
}

func write(t testing.TB, all []*sessions.Session, opts Options, d ...sessions.Disclosure) []byte {
	t.Helper()
	var b bytes.Buffer
	res, err := Write(context.Background(), &b, selectionOf(all, d...), opts)
	require.NoError(t, err)
	require.Equal(t, Result{Rows: int64(len(all)), Bytes: int64(b.Len()), TooLong: res.TooLong}, res)
	return b.Bytes()
}

// crlf ends gocsv's rows as RFC 4180 requires. UseCRLF of encoding/csv would also change the line
// breaks within cells.
type crlf struct{ out *bytes.Buffer }

func (c crlf) Write(row []string) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(row); err != nil {
		return err
	}
	w.Flush()
	c.out.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	c.out.WriteString("\r\n")
	return w.Error()
}
func (crlf) Flush()       {}
func (crlf) Error() error { return nil }

// judge returns the file that gocsv makes from the records.
func judge(t testing.TB, records []Record) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, gocsv.MarshalCSV(records, crlf{&b}))
	return b.Bytes()
}

func read(t testing.TB, file []byte, opts ReadOptions) []Row {
	t.Helper()
	var rows []Row
	for row, err := range Read(bytes.NewReader(file), opts) {
		require.NoError(t, err)
		rows = append(rows, row)
		require.Equal(t, int64(len(rows)), row.Number)
	}
	return rows
}

func requireRecords(t testing.TB, want []Record, rows []Row) {
	t.Helper()
	require.Len(t, rows, len(want))
	for i := range want {
		if rows[i].Record != want[i] {
			for c := range recordColumns {
				w := Row{Record: want[i]}
				require.Equal(t, *w.cells()[c], *rows[i].cells()[c], "row %d, %v", i+1, c)
			}
		}
	}
}
