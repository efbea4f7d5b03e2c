// Package export_test compares the encoding of sessions to CSV with its peers, in memory, on one
// core:
//
//	go -C examples test -run '^$' -bench . ./benchmarks/export
//
// All start from sessions. Those that write records or strings make them with export.RecordOf,
// except the peers with ready-made cells, which are made before the clock starts. The sessions are
// so few that they stay in the processor's cache.
package export_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/gocarina/gocsv"
	"github.com/jszwec/csvutil"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

const (
	corpusSize = 1_000
	turns      = 20 // the number of times that they are written to one file
	rows       = corpusSize * turns
)

func newSessions(tb testing.TB) []*sessions.Session {
	tb.Helper()
	seq, err := generate.Sessions(generate.Options{
		N: corpusSize, Seed: 1, From: generate.DefaultTo.AddDate(0, 0, -5), To: generate.DefaultTo,
	})
	require.NoError(tb, err)
	all := slices.Collect(seq)
	slices.Reverse(all) // newest first
	return slices.Repeat(all, turns)
}

func recordsOf(all []*sessions.Session) []export.Record {
	records := make([]export.Record, len(all))
	for i, s := range all {
		records[i] = export.RecordOf(s)
	}
	return records
}

// peer writes a file. prepare runs before the clock starts.
type peer struct {
	name    string
	prepare func(testing.TB, []*sessions.Session) func(io.Writer) error
}

const ours = 0 // in the list of peers

func peers() []peer {
	return []peer{
		{"export.Write", func(tb testing.TB, all []*sessions.Session) func(io.Writer) error {
			return func(w io.Writer) error {
				_, err := export.Write(tb.Context(), w, export.FromIterator(sessions.Request{}, func(yield func(*sessions.Session, error) bool) {
					for _, s := range all {
						if !yield(s, nil) {
							return
						}
					}
				}), export.Options{})
				return err
			}
		}},
		{"hand-written", func(_ testing.TB, all []*sessions.Session) func(io.Writer) error {
			return func(w io.Writer) error { return writeByHand(w, all) }
		}},
		{"encoding-csv", func(_ testing.TB, all []*sessions.Session) func(io.Writer) error {
			return func(w io.Writer) error {
				return writeStrings(w, len(all), func(i int) export.Record { return export.RecordOf(all[i]) })
			}
		}},
		{"csvutil", func(_ testing.TB, all []*sessions.Session) func(io.Writer) error {
			return func(w io.Writer) error {
				return writeCsvutil(w, len(all), func(i int) export.Record { return export.RecordOf(all[i]) })
			}
		}},
		{"gocsv.Marshal", func(_ testing.TB, all []*sessions.Session) func(io.Writer) error {
			return func(w io.Writer) error { return gocsv.Marshal(recordsOf(all), w) }
		}},
		{"gocsv.MarshalChan", func(_ testing.TB, all []*sessions.Session) func(io.Writer) error {
			return func(w io.Writer) error {
				records := make(chan any, 256)
				go func() {
					defer close(records)
					for _, s := range all {
						records <- export.RecordOf(s)
					}
				}()
				return gocsv.MarshalChan(records, gocsv.DefaultCSVWriter(w))
			}
		}},
		{"encoding-csv-ready-made", func(_ testing.TB, all []*sessions.Session) func(io.Writer) error {
			records := recordsOf(all)
			return func(w io.Writer) error {
				return writeStrings(w, len(all), func(i int) export.Record { return records[i] })
			}
		}},
		{"csvutil-ready-made", func(_ testing.TB, all []*sessions.Session) func(io.Writer) error {
			records := recordsOf(all)
			return func(w io.Writer) error {
				return writeCsvutil(w, len(all), func(i int) export.Record { return records[i] })
			}
		}},
		{"gocsv.Marshal-ready-made", func(_ testing.TB, all []*sessions.Session) func(io.Writer) error {
			records := recordsOf(all)
			return func(w io.Writer) error { return gocsv.Marshal(records, w) }
		}},
	}
}

func writeStrings(w io.Writer, n int, record func(int) export.Record) error {
	out := csv.NewWriter(w)
	row := make([]string, 0, 24)
	for _, column := range export.Columns() {
		row = append(row, column.String())
	}
	for i := 0; ; i++ {
		if err := out.Write(row); err != nil {
			return err
		}
		if i == n {
			out.Flush()
			return out.Error()
		}
		r := record(i)
		row = append(row[:0], r.PersonalNumber, r.FirstName, r.LastName, r.DocumentNumber, r.BirthDate, r.Nationality, r.Sex,
			r.ExpirationDate, r.Verified, r.DocumentValid, r.LivenessStatus, r.MatchLevel, r.CreationTime, r.CompletionTime,
			r.Partner, r.SessionID, r.Extra, r.DocumentType, r.ClientIP, r.Device, r.Browser, r.OS, r.Model, r.Attempts)
	}
}

func writeCsvutil(w io.Writer, n int, record func(int) export.Record) error {
	out := csv.NewWriter(w)
	encoder := csvutil.NewEncoder(out)
	for i := range n {
		if err := encoder.Encode(record(i)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func TestPeersWriteTheSame(t *testing.T) {
	all := newSessions(t)
	var want []byte
	for _, p := range peers() {
		var got bytes.Buffer
		require.NoError(t, p.prepare(t, all)(&got))
		lines := bytes.ReplaceAll(got.Bytes(), []byte("\r\n"), []byte("\n"))
		if want == nil {
			want = lines
		}
		require.True(t, bytes.Equal(want, lines), p.name)
	}
}

func BenchmarkEncode(b *testing.B) {
	all := newSessions(b)
	for _, p := range peers() {
		b.Run(p.name, func(b *testing.B) {
			write := p.prepare(b, all)
			var file bytes.Buffer
			require.NoError(b, write(&file))
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if err := write(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkRatio measures in turn, so that other load on the machine affects all peers alike. It
// reports the ratios of medians: how many times as fast as the peer export.Write is.
func BenchmarkRatio(b *testing.B) {
	all := newSessions(b)
	var writes []func(io.Writer) error
	for _, p := range peers() {
		writes = append(writes, p.prepare(b, all))
	}
	times := make([][]time.Duration, len(writes))
	for b.Loop() {
		for i, write := range writes {
			start := time.Now()
			if err := write(io.Discard); err != nil {
				b.Fatal(err)
			}
			times[i] = append(times[i], time.Since(start))
		}
	}
	for i := range times {
		slices.Sort(times[i])
	}
	median := func(i int) float64 { return times[i][len(times[i])/2].Seconds() }
	b.ReportMetric(0, "ns/op") // the time of all together means nothing
	b.ReportMetric(rows/median(ours), "rows/s")
	for i, p := range peers() {
		if i != ours {
			b.ReportMetric(median(i)/median(ours), "x/"+p.name)
		}
	}
}
