package xlsx

import (
	"compress/gzip"
	"fmt"
	"io"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/sessions"
)

// many yields n sessions, and keeps none of them.
func many(n int) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		for i := range n {
			s := session(i, "+995 555 "+fmt.Sprint(100_000+i))
			s.ID = fmt.Sprintf("018f3e1c-7c3e-7000-8000-%012x", i*7919)
			s.FirstName, s.LastName = sessions.TextOf("Giorgi"), sessions.TextOf("ბერიძე")
			s.PersonalNumber = sessions.TextOf(fmt.Sprintf("%011d", i*104_729))
			s.DocumentNumber = sessions.TextOf(fmt.Sprintf("23AB%05d", i%100_000))
			s.CreatedAt = s.CreatedAt.Add(-time.Duration(i) * 37 * time.Second)
			s.CompletedAt = s.CreatedAt.Add(93 * time.Second)
			s.ClientIP, s.Browser, s.OS, s.Model = fmt.Sprintf("10.1.%d.%d", i/256%256, i%256), "Chrome 126.0", "Android 14", "SM-G991B"
			if !yield(s, nil) {
				return
			}
		}
	}
}

// BenchmarkWrite compares 100,000 rows as a workbook with the same rows as compressed CSV. "held"
// is the memory that the process got from the system meanwhile, in total.
//
//	go -C export/xlsx test -run '^$' -bench Write -benchtime 3x
func BenchmarkWrite(b *testing.B) {
	const rows = 100_000
	opts := export.Options{Zone: tbilisi}
	held := func() float64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.Sys) / (1 << 20)
	}
	b.Run("sessions alone", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for range many(rows) {
				n++
			}
			require.Equal(b, rows, n)
		}
	})
	b.Run("CSV compressed", func(b *testing.B) {
		for b.Loop() {
			z := gzip.NewWriter(io.Discard)
			_, err := export.Write(b.Context(), z, export.FromIterator(sessions.Request{}, many(rows)), export.Options{Format: export.ExcelCSV, Zone: tbilisi})
			require.NoError(b, err)
			require.NoError(b, z.Close())
		}
		b.ReportMetric(held(), "held-MB")
	})
	b.Run("workbook", func(b *testing.B) {
		for b.Loop() {
			r, err := Write(b.Context(), io.Discard, export.FromIterator(sessions.Request{}, many(rows)), opts)
			require.NoError(b, err)
			b.ReportMetric(float64(r.Bytes)/(1<<20), "MB")
		}
		b.ReportMetric(held(), "held-MB")
	})
}
