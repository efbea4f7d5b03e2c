package sqlstore

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLists keeps what is used, and no more bytes than it may, while many goroutines use it.
func TestLists(t *testing.T) {
	t.Parallel()
	l := newLists()
	held := func() (bytes int) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, generation := range l.generations {
			for _, kept := range generation {
				bytes += cap(kept.list) + listEntryBytes
			}
		}
		return bytes
	}
	get := func(name string) bool {
		_, known := l.get(7, l.hash(name))
		return known
	}
	require.False(t, get("Lnino"))
	l.put(7, l.hash("Lnino"), keptList{[]byte("nino"), 3})
	l.put(8, l.hash("Lnino"), keptList{})
	kept, known := l.get(7, l.hash("Lnino"))
	require.True(t, known)
	require.Equal(t, keptList{[]byte("nino"), 3}, kept)
	kept, known = l.get(8, l.hash("Lnino"))
	require.True(t, known, "that there is none is known, too")
	require.Zero(t, kept)

	var others sync.WaitGroup
	for worker := range 4 {
		others.Go(func() {
			for n := range 5_000 {
				l.put(int64(worker), l.hash(fmt.Sprint(n)), keptList{list: make([]byte, 8_000)})
				if n%1_000 == 0 {
					get("Lnino")
				}
			}
		})
	}
	others.Wait()
	require.LessOrEqual(t, held(), keptListsBytes)
	require.Greater(t, held(), keptListsBytes/4)
	require.True(t, get("Lnino"), "used all the time")
	require.False(t, get("0"))
}
