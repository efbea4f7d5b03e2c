package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

func TestRenamedColumns(t *testing.T) {
	all := generate(300)
	headers := map[Column]string{ColumnFirstName: "სახელი", ColumnLastName: "=Last, Name", ColumnSessionID: "2024"}
	for _, o := range []Options{{Headers: headers}, {Headers: headers, Format: ExcelCSV, Zone: tbilisi(t)}} {
		file := write(t, all, o)
		rows := read(t, file, ReadOptions{Headers: headers, Format: o.Format, Zone: o.Zone})
		for i, s := range all {
			require.Equal(t, RecordOf(s).FirstName, rows[i].FirstName)
			require.Equal(t, RecordOf(s).LastName, rows[i].LastName)
			require.Equal(t, s.ID, rows[i].SessionID)
		}
		for _, err := range Read(bytes.NewReader(file), ReadOptions{Format: o.Format, Zone: o.Zone}) {
			require.ErrorIs(t, err, ErrUnknownColumn)
		}
	}
	for name, o := range map[string]Options{
		"unknown": {Headers: map[Column]string{99: "x"}},
		"empty":   {Headers: map[Column]string{ColumnSex: ""}},
		"bytes":   {Headers: map[Column]string{ColumnSex: "\xff"}},
		"doubled": {Headers: map[Column]string{ColumnSex: "Verified"}},
		"key":     {Headers: map[Column]string{ColumnSex: "phone"}, ExtraKeys: extraKeys(t, "phone")},
	} {
		_, err := Write(t.Context(), io.Discard, selectionOf(nil), o)
		require.Error(t, err, name)
		for _, err := range Read(bytes.NewReader(nil), ReadOptions{Headers: o.Headers, ExtraKeys: o.ExtraKeys}) {
			require.NotErrorIs(t, err, ErrEmpty, name)
			require.Error(t, err, name)
		}
	}
	swapped := Options{Headers: map[Column]string{ColumnFirstName: "Last Name", ColumnLastName: "First Name"}}
	require.Equal(t, RecordOf(all[1]).LastName, read(t, write(t, all[:2], swapped), ReadOptions{})[1].FirstName)
}

func TestLayouts(t *testing.T) {
	all := generate(500)
	o := Options{
		Zone: tbilisi(t), TimeLayout: "02.01.2006, 15:04:05.000000", BirthLayout: "2 January 2006", ExpirationLayout: "02/01/2006",
	}
	rows := read(t, write(t, all, o), ReadOptions{
		Zone: o.Zone, TimeLayout: o.TimeLayout, BirthLayout: o.BirthLayout, ExpirationLayout: o.ExpirationLayout,
	})
	requireRecords(t, recordsOf(all), rows)
	line := csvRow(t, string(write(t, []*sessions.Session{{CreatedAt: time.Date(2024, 5, 1, 21, 0, 0, 1999, time.UTC)}},
		Options{Zone: o.Zone, TimeLayout: time.RFC1123Z, Columns: []Column{ColumnCreationTime, ColumnBirthDate}})[len("Creation time,Birth Date\r\n"):]))
	require.Equal(t, []string{"Thu, 02 May 2024 01:00:00 +0400", ""}, line)

	_, err := Write(t.Context(), io.Discard, selectionOf(nil), Options{TimeLayout: time.DateTime})
	require.ErrorIs(t, err, ErrOptions)
	_, err = Write(t.Context(), io.Discard, selectionOf(nil), Options{TimeLayout: time.RFC3339, Format: ExcelCSV})
	require.NoError(t, err)
}

func TestMaskedColumns(t *testing.T) {
	all := generate(200)
	d := sessions.Disclosure{
		Mask: sessions.FieldsOf(sessions.FieldLastName, sessions.FieldStatus, sessions.FieldExtra, sessions.FieldBirthDate, sessions.FieldLiveness),
		Drop: sessions.FieldsOf(sessions.FieldPersonalNumber),
	}
	columns := append(Columns(), ColumnStatus, ColumnReasons)
	opts := Options{Columns: columns, BirthLayout: "2006"}
	unmasked := write(t, all, opts, d)
	for i := range all {
		all[i] = all[i].Clone()
		d.Apply(all[i])
	}
	require.Equal(t, string(write(t, all, opts, d)), string(unmasked), "whoever masks them")
	require.NotContains(t, string(unmasked), "low_far", "the reasons tell the status")
}

// TestMaskedCells requires that a field that the viewer may not see is masked in every column, is
// read as masked, and does not make a session.
func TestMaskedCells(t *testing.T) {
	all := append(generate(300), &sessions.Session{ID: "empty", CreatedAt: time.Unix(0, 0)})
	columns, keys := append(Columns(), ColumnStatus, ColumnReasons), extraKeys(t, "phone", "e-mail")
	hidden := sessions.Disclosure{Mask: sessions.AllFields()}
	for _, o := range []Options{{}, {ExtraKeys: keys}, {Format: ExcelCSV, Zone: tbilisi(t)}, {Format: ExcelCSV, Zone: tbilisi(t), ExtraKeys: keys}} {
		o.Columns = columns
		for i, row := range read(t, write(t, all, o, hidden), ReadOptions{Format: o.Format, Zone: o.Zone, ExtraKeys: o.ExtraKeys, LevelZeroIsNoData: true, LivenessOneIsPassed: true}) {
			for c, cell := range row.cells() {
				if c := Column(c); c != ColumnCreationTime && c != ColumnSessionID {
					require.Equal(t, sessions.MaskedMark, *cell, "%v: row %d, %v", o.Format, i+1, c)
				}
			}
			require.Equal(t, all[i].ID, row.SessionID)

			_, _, err := row.Session(SessionOptions{Company: "acme"})
			require.ErrorIs(t, err, ErrCell)
		}
	}

	// A field that is always visible cannot be masked, and [masked] is a value in an extra field
	// beside one that is not masked.
	require.Equal(t, "Creation time", readError(t, file(map[string]string{"Creation time": "[masked]"}), ReadOptions{}).Column)
	row := read(t, []byte("phone,e-mail\n[masked],a@b\n"), ReadOptions{AllowMissing: true, ExtraKeys: keys})[0]
	require.Equal(t, `{"phone":"[masked]","e-mail":"a@b"}`, row.Extra)
	require.Equal(t, "[masked]", read(t, []byte("e-mail\n[masked]\n"), ReadOptions{AllowMissing: true, ExtraKeys: keys})[0].Extra)
}

// TestFields requires that a file shows the fields of its options, and no others.
func TestFields(t *testing.T) {
	require.Equal(t, sessions.FieldsOf(sessions.FieldID, sessions.FieldCreatedAt, sessions.FieldStatus),
		(&Options{Columns: []Column{ColumnVerified}}).Fields())
	all := generate(300)
	for _, o := range []Options{
		{}, {Format: ExcelCSV, Zone: tbilisi(t)},
		{Columns: append(Columns(), ColumnStatus, ColumnReasons)}, {ExtraKeys: extraKeys(t, "phone")},
	} {
		var read []*sessions.Session
		for _, s := range all {
			s = s.Clone()
			s.Retain(o.Fields())
			read = append(read, s)
		}
		require.Equal(t, string(write(t, all, o)), string(write(t, read, o)))
	}
	for c := range columnEnd {
		o := Options{Columns: []Column{c}}
		s := all[0].Clone()
		s.Retain(o.Fields())
		require.Equal(t, string(write(t, all[:1], o)), string(write(t, []*sessions.Session{s}, o)), c.String())
	}
}

func TestDigestAndProgress(t *testing.T) {
	all := generate(3000)
	var b bytes.Buffer
	var last Progress
	calls := 0
	res, err := Write(t.Context(), &b, selectionOf(all), Options{SHA256: true, Count: 5000, Progress: func(p Progress) {
		require.Equal(t, int64(5000), p.Count)
		require.GreaterOrEqual(t, p.Rows, last.Rows)
		require.Greater(t, p.Bytes, last.Bytes)
		last, calls = p, calls+1
	}})
	require.NoError(t, err)
	sum := sha256.Sum256(b.Bytes())
	require.Equal(t, Result{Rows: 3000, Bytes: int64(b.Len()), SHA256: hex.EncodeToString(sum[:])}, res)
	require.Equal(t, Progress{3000, res.Bytes, 5000}, last)
	require.Greater(t, calls, 5)

	full := &failAfter{left: 100_000}
	res, err = Write(t.Context(), full, selectionOf(all), Options{SHA256: true})
	require.ErrorIs(t, err, errFull)
	sum = sha256.Sum256(b.Bytes()[:100_000])
	require.Equal(t, hex.EncodeToString(sum[:]), res.SHA256, "of what the writer has")
}

// TestNothingIsLeftBehind requires that the second goroutine ends, however a writer, an iterator or
// the context ends.
func TestNothingIsLeftBehind(t *testing.T) {
	all := generate(5000)
	before := runtime.NumGoroutine()
	for i := range 20 {
		_, err := Write(t.Context(), &failAfter{left: i * 50_000}, selectionOf(all), Options{})
		require.ErrorIs(t, err, errFull)
		ctx, cancel := context.WithCancel(t.Context())
		_, err = Write(ctx, writerFunc(func(b []byte) (int, error) { cancel(); return len(b), nil }), selectionOf(all), Options{})
		require.ErrorIs(t, err, context.Canceled)
		for _, w := range []io.Writer{writerFunc(func([]byte) (int, error) { panic("writer") }), io.Discard} {
			require.Panics(t, func() {
				_, _ = Write(t.Context(), w, from(func(yield func(*sessions.Session, error) bool) {
					for _, s := range all {
						if !yield(s, nil) {
							return
						}
					}
					panic("iterator")
				}), Options{})
			})
		}
	}
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before && time.Now().Before(end); {
		time.Sleep(time.Millisecond) // one that has done its work is about to end
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// BenchmarkOverlap has a source that takes as long as a database for its rows, and a writer that
// takes as long as a digest and a disk.
func BenchmarkOverlap(b *testing.B) {
	all := ordinary(20_000)
	busy := func(d time.Duration) {
		for start := time.Now(); time.Since(start) < d; {
		}
	}
	var slow iter.Seq2[*sessions.Session, error] = func(yield func(*sessions.Session, error) bool) {
		for i, s := range all {
			if i%100 == 0 {
				busy(150 * time.Microsecond)
			}
			if !yield(s, nil) {
				return
			}
		}
	}
	b.Run("together", func(b *testing.B) {
		for b.Loop() {
			_, err := Write(b.Context(), writerFunc(func(t []byte) (int, error) { busy(100 * time.Microsecond); return len(t), nil }), from(slow), Options{SHA256: true})
			require.NoError(b, err)
		}
	})
	b.Run("in turns", func(b *testing.B) {
		for b.Loop() {
			opts := Options{}
			p, err := opts.plan(sessions.Disclosure{})
			require.NoError(b, err)
			sum := sha256.New()
			text := newBuffer()
			for s, err := range slow {
				require.NoError(b, err)
				if text = p.row(text, s); len(text) >= flushBytes {
					sum.Write(text)
					busy(100 * time.Microsecond)
					text = text[:0]
				}
			}
		}
	})
}
