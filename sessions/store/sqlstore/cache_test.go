package sqlstore

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// TestCache shows that a cache holds what is used, and no more bytes than it may, while many
// goroutines use it.
func TestCache(t *testing.T) {
	t.Parallel()
	c := newCache(2 << 20)
	held := func() (bytes int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		for i, e := range c.entries {
			require.Equal(t, i, c.at[e.key])
			bytes += cap(e.postings) + cacheEntryBytes
		}
		require.Len(t, c.at, len(c.entries))
		require.Equal(t, bytes, c.bytes)
		return bytes
	}
	get := func(number int64, term string, dead uint64) []byte {
		values, some := c.get([]*segment.Segment{{Number: number}}, term)
		require.Equal(t, values[0].postings != nil, some)
		if !values[0].isValid(dead) {
			return nil
		}
		return values[0].postings
	}
	put := func(number int64, term string, postings string, dead uint64) {
		c.put(number, c.hash(term), cacheValue{[]byte(postings), dead})
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
	put(8, "nino", "\x00", 0)
	require.Nil(t, get(8, "ninotsminda", 0), "nor is a whole word")

	var others sync.WaitGroup
	for worker := range 4 {
		others.Go(func() {
			for n := range 5_000 {
				put(int64(worker), fmt.Sprint("L", n), string(make([]byte, 8_000)), 0)
				if n%50 == 0 {
					get(7, "Lnino", 3)
				}
			}
		})
	}
	others.Wait()
	require.LessOrEqual(t, held(), 2<<20)
	require.Greater(t, held(), 1<<20)
	require.NotNil(t, get(7, "Lnino", 3), "used all the time")
	require.Nil(t, get(0, "L0", 0))
}

// TestCacheGivesBack fills a cache with small entries, and then with large ones: it does not hold
// the room of all the small ones any more. A look-up of a long prefix looks up few shorter ones.
func TestCacheGivesBack(t *testing.T) {
	t.Parallel()
	c := newCache(4 << 20)
	for n := range 40_000 {
		c.put(int64(n%100), uint64(n), cacheValue{[]byte{0}, 0})
	}
	require.Greater(t, cap(c.entries), 20_000)
	for n := range 3_000 {
		c.put(1, uint64(100_000+n), cacheValue{make([]byte, 8_000), 0})
	}
	require.Less(t, len(c.entries), 1_000)
	require.LessOrEqual(t, cap(c.entries), 4_000)

	c.put(1, c.hash("L"+strings.Repeat("a", 20)), cacheValue{[]byte{0}, 0})
	for longer, known := range map[int]bool{1: true, mostShorterPrefixes: true, mostShorterPrefixes + 1: false} {
		_, some := c.get([]*segment.Segment{{Number: 1}}, "L"+strings.Repeat("a", 20+longer))
		require.Equal(t, known, some, longer)
	}
}
