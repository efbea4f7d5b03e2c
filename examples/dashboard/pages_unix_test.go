//go:build unix

package main

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	openPages = 100
	tickEvery = 4 * time.Second // as in page.js
)

// TestOpenPages keeps a hundred pages open with live updates on while nothing changes, and reports
// how many cores that uses in this process, which contains the page, the API, the storage unless
// that is a server, and the clients. DASHBOARD_LOAD is the duration:
//
//	DASHBOARD_LOAD=30s go -C examples test ./dashboard -run TestOpenPages -v
func TestOpenPages(t *testing.T) {
	text := os.Getenv("DASHBOARD_LOAD")
	if text == "" {
		t.Skip("DASHBOARD_LOAD states no duration")
	}
	lasts, err := time.ParseDuration(text)
	require.NoError(t, err)
	from, err := openStorage(t.Context(), os.Getenv("DASHBOARD_LOAD_DSN"))
	require.NoError(t, err)
	t.Cleanup(from.close)
	require.NoError(t, from.fill(t.Context(), 50_000, 1, time.Now()))
	s := serveFrom(t, from)
	asOf := regexp.MustCompile(`name="as_of" value="([^"]+)"`)
	var pages sync.WaitGroup
	var took timings
	measure := make(chan bool)
	end := make(chan bool)
	for i := range openPages {
		c := signedIn(t, s, companies()[i%len(companies())].Key+"-agent")
		search := []string{"", "gio", "ma", "0"}[i%4]
		list := c.send(http.MethodPost, "/sessions", "search="+search, "HX-Request", "true", "HX-Target", "results")
		require.Equal(t, http.StatusOK, list.status)
		watermark := asOf.FindStringSubmatch(list.body)
		require.NotNil(t, watermark)
		form := url.Values{"search": {search}, "as_of": {html.UnescapeString(watermark[1])}}.Encode()
		pages.Go(func() {
			<-measure
			select { // people do not open their pages at once
			case <-time.After(tickEvery * time.Duration(i) / openPages):
			case <-end:
			}
			ticks := time.NewTicker(tickEvery)
			defer ticks.Stop()
			for {
				begun := time.Now()
				answer := c.send(http.MethodPost, "/sessions/changes", form, "HX-Request", "true", "HX-Target", "live")
				assert.Equal(t, http.StatusOK, answer.status)
				took.add(time.Since(begun))
				select {
				case <-ticks.C:
				case <-end:
					return
				}
			}
		})
	}
	begun, before := time.Now(), spent(t)
	close(measure)
	time.Sleep(lasts)
	cores := float64(spent(t)-before) / float64(time.Since(begun))
	close(end)
	pages.Wait()
	t.Logf("%d open pages, a tick every %v, %v: %.3f cores\n  ticks %v", openPages, tickEvery, lasts, cores, &took)
}

// spent returns the processor time of this process.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
