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
				bytes += len(kept.list) + listEntryBytes
			}
		}
		return bytes
	}
	get := func(name string) bool {
		_, known := l.get(7, l.hash(name), 0)
		return known
	}
	require.False(t, get("Lnino"))
	l.put(7, l.hash("Lnino"), 0, []byte("nino"))
	l.put(8, l.hash("Lnino"), 3, nil)
	list, known := l.get(7, l.hash("Lnino"), 2)
	require.True(t, known)
	require.Equal(t, "nino", string(list))
	list, known = l.get(8, l.hash("Lnino"), 3)
	require.True(t, known, "that there is none is known, too")
	require.Nil(t, list)
	_, known = l.get(8, l.hash("Lnino"), 2)
	require.False(t, known, "a snapshot from before may need it")

	var others sync.WaitGroup
	for worker := range 4 {
		others.Go(func() {
			for n := range 5_000 {
				l.put(int64(worker), l.hash(fmt.Sprint(n)), 0, make([]byte, 8_000))
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
