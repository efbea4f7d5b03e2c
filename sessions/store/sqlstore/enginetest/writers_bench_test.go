package enginetest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkWriters inserts sessions one by one, with sixteen writers, into one company and into
// sixteen. It shows the throughput of one company, and what its writers lose because they take
// turns.
//
//	go test -run '^$' -bench Writers .
func BenchmarkWriters(b *testing.B) {
	for _, e := range []engine{postgres, mariadb} {
		for _, companies := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d", e, companies), func(b *testing.B) {
				db := open(b, e)
				db.SetMaxOpenConns(20)
				db.SetMaxIdleConns(20)
				backend := newBackend(b, e, db)
				var n atomic.Int64
				b.SetParallelism(8)
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						i := int(n.Add(1))
						s := person(i)
						s.ID, s.Company = fmt.Sprint(i), fmt.Sprint("company-", i%companies)
						require.NoError(b, backend.Insert(b.Context(), s))
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
			})
		}
	}
}
