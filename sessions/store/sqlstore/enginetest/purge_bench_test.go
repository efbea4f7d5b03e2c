package enginetest

import (
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// eachUpkeep runs a benchmark of upkeep of a whole company beside its writers. SQLite is in WAL
// mode, as the package documentation advises: in other modes a writer waits for readers.
func eachUpkeep(b *testing.B, run func(b *testing.B, e engine, db *sql.DB)) {
	b.Helper()
	for _, e := range []engine{sqlite, postgres, mariadb} {
		b.Run(string(e), func(b *testing.B) {
			c := newDatabase(b, e)
			if e == sqlite {
				c = tuned(b, e, c, "_pragma=journal_mode(wal)")
			}
			run(b, e, connect(b, c))
		})
	}
}

// filled stores as many sessions as SESSIONKIT_UPKEEP says, by default 20,000, a second apart, and
// returns their number.
func filled(b *testing.B, be *sqlstore.Backend) int {
	b.Helper()
	n, err := strconv.Atoi(os.Getenv("SESSIONKIT_UPKEEP"))
	if err != nil {
		n = 20_000
	}
	for i := 0; i < n; i += 5000 {
		list := dense(min(5000, n-i))
		for k, s := range list {
			s.ID, s.CreatedAt = fmt.Sprintf("s-%08d", i+k), filledAt(i+k)
			s.PersonalNumber = sessions.TextOf(fmt.Sprintf("%011d", i+k))
		}
		require.NoError(b, be.Insert(b.Context(), list...))
	}
	return n
}

func filledAt(i int) time.Time { return start.AddDate(0, -6, 0).Add(time.Duration(i) * time.Second) }

// beside runs do while another writer and a search are at work. It reports the time for each of n
// sessions, and how long the others waited at most, before and meanwhile.
func beside(b *testing.B, be *sqlstore.Backend, n int, do func() error) {
	b.Helper()
	others := newOthers(be, "acme", filledAt(0), filledAt(n))
	report := func(when string) {
		for what, waits := range map[string][]time.Duration{"write": others.writes, "search": others.searches} {
			p99, longest := waited(waits)
			b.ReportMetric(p99, what+"-"+when+"-p99-ms")
			b.ReportMetric(longest, what+"-"+when+"-max-ms")
		}
		others.writes, others.searches = nil, nil
	}
	b.ResetTimer()
	for range 500 {
		others.work(b)
	}
	report("alone")
	took := others.until(b, do)
	report("beside")
	b.ReportMetric(float64(took.Microseconds())/float64(n), "us/session")
	b.ReportMetric(took.Seconds(), "s")
	require.NoError(b, be.Verify(b.Context(), "acme"))
}

// BenchmarkPurge purges the older half of a company, beside a writer and a search.
func BenchmarkPurge(b *testing.B) {
	eachUpkeep(b, func(b *testing.B, e engine, db *sql.DB) {
		be := newBackend(b, e, db)
		n := filled(b, be)
		beside(b, be, n/2, func() error {
			half := filter.Between(sessions.FieldCreatedAt, time.Time{}, filledAt(n/2))
			gone, err := be.Purge(b.Context(), store.Purge{Company: "acme", Filter: half})
			if err == nil && gone != n/2 {
				err = fmt.Errorf("%d sessions were purged", gone)
			}
			return err
		})
	})
}

// BenchmarkRekey rebuilds the search keys of a company, beside a writer and a search.
func BenchmarkRekey(b *testing.B) {
	eachUpkeep(b, func(b *testing.B, e engine, db *sql.DB) {
		newBackend(b, e, db) // makes the tables
		n := filled(b, backendOf(db, e, olderKeys, sqlstore.Packing{}))
		be := backendOf(db, e, nil, sqlstore.Packing{})
		beside(b, be, n, func() error { return be.Maintain(b.Context(), "acme") })
		stated, _ := versionsOf(b, db, "acme")
		require.Positive(b, stated)
	})
}
