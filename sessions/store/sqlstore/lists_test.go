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
				bytes += cap(kept.postings) + listEntryBytes
			}
		}
		return bytes
	}
	get := func(number int64, name string, dead uint64) []byte { return l.get(number, l.hashes(name), dead) }
	put := func(number int64, name string, postings string, dead uint64) {
		l.put(number, l.hash(name), keptPostings{[]byte(postings), dead})
	}
	require.Nil(t, get(7, "Lnino", 3))
	put(7, "Lnino", "nino", 3)
	put(8, "Lnino", "\x00", 0)
	require.Equal(t, []byte("nino"), get(7, "Lnino", 3))
	require.Nil(t, get(7, "Lnino", 0), "other positions are dead")
	require.Nil(t, get(7, "Lninotsminda", 3), "some have a word that begins so")
	require.Equal(t, []byte{0}, get(8, "Lnino", 5), "no position was dead")
	require.Equal(t, []byte{0}, get(8, "Lninotsminda", 5), "none has a word that begins so")
	require.Nil(t, get(8, "Lnin", 0))
	put(8, "LSfailed", "\x00", 0)
	require.Nil(t, get(8, "LSfailedagain", 0), "a property is no prefix")

	var others sync.WaitGroup
	for worker := range 4 {
		others.Go(func() {
			for n := range 5_000 {
				put(int64(worker), fmt.Sprint("L", n), string(make([]byte, 8_000)), 0)
				if n%1_000 == 0 {
					get(7, "Lnino", 3)
				}
			}
		})
	}
	others.Wait()
	require.LessOrEqual(t, held(), keptListsBytes)
	require.Greater(t, held(), keptListsBytes/4)
	require.NotNil(t, get(7, "Lnino", 3), "used all the time")
	require.Nil(t, get(0, "L0", 0))
}
