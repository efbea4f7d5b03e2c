package enginetest

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// BenchmarkPurge purges the older half of a company, of SESSIONKIT_PURGE sessions (20,000), while
// another writer inserts one session after the other. It reports how long the purge took for each
// session, and how long the writer waited at the most, before and during the purge. SQLite is in
// WAL mode, as the package documentation advises: in others a writer waits for whoever reads.
func BenchmarkPurge(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("SESSIONKIT_PURGE"))
	if err != nil {
		n = 20_000
	}
	for _, e := range []engine{sqlite, postgres, mariadb} {
		b.Run(string(e), func(b *testing.B) {
			c := newDatabase(b, e)
			if e == sqlite {
				c = tuned(b, e, c, "_pragma=journal_mode(wal)")
			}
			be := newBackend(b, e, connect(b, c))
			for i := 0; i < n; i += 5000 {
				list := dense(min(5000, n-i))
				for k, s := range list {
					s.ID = fmt.Sprintf("s-%08d", i+k)
					s.CreatedAt = start.AddDate(0, -6, 0).Add(time.Duration(i+k) * time.Second)
					s.PersonalNumber = sessions.TextOf(fmt.Sprintf("%011d", i+k))
				}
				require.NoError(b, be.Insert(b.Context(), list...))
			}
			half := start.AddDate(0, -6, 0).Add(time.Duration(n/2) * time.Second)
			var waits []time.Duration
			fresh := 0
			insert := func() {
				s := person(fresh)
				s.ID, s.CreatedAt = fmt.Sprintf("fresh-%d", fresh), start.Add(time.Duration(fresh)*time.Second)
				fresh++
				begin := time.Now()
				if err := be.Insert(b.Context(), s); err != nil {
					b.Error(err)
				}
				waits = append(waits, time.Since(begin))
			}
			longest := func() float64 {
				most := slices.Max(waits)
				waits = nil
				return float64(most.Microseconds()) / 1000
			}
			for range 500 {
				insert()
			}
			alone := longest()
			b.ResetTimer()
			done := make(chan error, 1)
			var took time.Duration
			go func() {
				begin := time.Now()
				gone, err := be.Purge(b.Context(), store.Purge{Company: "acme", Filter: filter.Between(sessions.FieldCreatedAt, time.Time{}, half)})
				took = time.Since(begin)
				if err == nil && gone != n/2 {
					err = fmt.Errorf("%d sessions were purged", gone)
				}
				done <- err
			}()
			for purging := true; purging; {
				select {
				case err := <-done:
					require.NoError(b, err)
					purging = false
				case <-time.After(3 * time.Millisecond):
					insert()
				}
			}
			b.ReportMetric(alone, "alone-max-ms")
			slices.Sort(waits)
			b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "beside-p99-ms")
			b.ReportMetric(longest(), "beside-max-ms")
			b.ReportMetric(float64(took.Microseconds())/float64(n/2), "us/session")
			b.ReportMetric(took.Seconds(), "s")
			require.NoError(b, be.Verify(b.Context(), "acme"))
		})
	}
}
