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
			for _, list := range generation {
				bytes += len(list) + listEntryBytes
			}
		}
		return bytes
	}
	segments := []int64{-1, 2, 3}
	get := func(name string) (lists [][]byte, all bool) {
		lists = make([][]byte, len(segments))
		all = l.get(segments, l.hash(name), func(i int, list []byte) { lists[i] = list })
		return lists, all
	}
	_, all := get("Lnino")
	require.False(t, all)
	want := [][]byte{[]byte("first"), nil, []byte("third")}
	l.put(segments, l.hash("Lnino"), func(i int) []byte { return want[i] })
	lists, all := get("Lnino")
	require.True(t, all, "that there is none is known, too")
	require.Equal(t, want, lists)

	var others sync.WaitGroup
	for worker := range 4 {
		others.Go(func() {
			for n := range 5_000 {
				list := make([]byte, 8_000)
				l.put([]int64{int64(worker)}, l.hash(fmt.Sprint(n)), func(int) []byte { return list })
				if n%1_000 == 0 {
					get("Lnino")
				}
			}
		})
	}
	others.Wait()
	require.LessOrEqual(t, held(), keptListsBytes)
	require.Greater(t, held(), keptListsBytes/4)
	lists, all = get("Lnino")
	require.True(t, all, "used all the time")
	require.Equal(t, want, lists)
	_, all = get("0")
	require.False(t, all)
}
