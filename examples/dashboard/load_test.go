package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

const (
	loadAgents    = 100
	loadExporters = 10
	loadHolders   = 40 // clients that begin exports and do not read them
	loadArrivals  = 100 * time.Millisecond
)

// TestLoad simulates on this machine a hundred agents who type, ten exporters, forty clients that
// begin exports and do not read them, and new sessions: first with the Store alone, where no export
// is held, then through the HTTP API and its sockets, then with the rendered page. Exports may be
// refused because of those that are being read; nothing else may. It reports latencies, does not
// judge them, and fails on any error or if the heap grows. DASHBOARD_LOAD is the duration of each
// part:
//
//	DASHBOARD_LOAD=30s go -C examples test ./dashboard -run TestLoad -v
func TestLoad(t *testing.T) {
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
	names := s.lastNames(t)

	bare := store.New(s.backend, store.Options{})
	viewer := func(company string) store.Viewer { return store.Viewer{Company: company, Role: sessions.Agent} }
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * loadAgents}
	t.Cleanup(transport.CloseIdleConnections)
	people := map[string]string{}
	for _, c := range companies() {
		people[c.Key] = s.cookie(t, c.Key+"-agent")
	}
	var refused atomic.Int64 // exports, because of others that are read
	send := func(ctx context.Context, company, path string, form url.Values) (int64, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
		if err != nil {
			return 0, err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Cookie", people[company])
		if path == "/sessions" {
			r.Header.Set("HX-Request", "true")
			r.Header.Set("HX-Target", "results")
		}
		answer, err := transport.RoundTrip(r)
		if err != nil {
			return 0, err
		}
		defer func() { _ = answer.Body.Close() }()
		n, err := io.Copy(io.Discard, answer.Body)
		if path == "/api/export" && answer.StatusCode == http.StatusTooManyRequests {
			refused.Add(1)
			return 0, nil
		}
		if err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", path, answer.Status)
		}
		return n, err
	}
	hold := func(ctx context.Context, company string) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/export", strings.NewReader("format=rfc4180"))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Cookie", people[company])
		answer, err := transport.RoundTrip(r)
		if err != nil {
			return err
		}
		defer func() { _ = answer.Body.Close() }()
		switch answer.StatusCode {
		case http.StatusOK:
			<-ctx.Done()
		case http.StatusTooManyRequests:
			refused.Add(1)
		default:
			return fmt.Errorf("export: %s", answer.Status)
		}
		return nil
	}
	exported := func(ctx context.Context, company string) (int64, error) {
		return send(ctx, company, "/api/export", url.Values{"format": {"excel_csv"}, "created_at.zone": {defaultZone}, "status": {"failed"}})
	}
	for _, part := range []work{
		{
			"the Store alone", func(ctx context.Context, company, q string) error {
				_, err := bare.List(ctx, viewer(company), store.Query{Filter: filter.Search(q)})
				return err
			}, func(ctx context.Context, company string) (int64, error) {
				selected := bare.Select(viewer(company), filter.Status(sessions.Failed))
				result, err := export.Write(ctx, io.Discard, selected, export.Options{Format: export.ExcelCSV, Zone: time.UTC})
				if errors.Is(err, store.ErrBusy) {
					refused.Add(1)
					return 0, nil
				}
				return result.Bytes, err
			}, nil,
		},
		{
			"the HTTP API", func(ctx context.Context, company, q string) error {
				_, err := send(ctx, company, "/api/sessions", url.Values{"search": {q}})
				return err
			}, exported, hold,
		},
		{
			"the page", func(ctx context.Context, company, q string) error {
				_, err := send(ctx, company, "/sessions", url.Values{"search": {q}})
				return err
			}, exported, hold,
		},
	} {
		part.run(t, s, names, lasts)
		t.Logf("  refused    %d exports", refused.Swap(0))
	}
}

// work is one way of doing the page's work.
type work struct {
	name   string
	list   func(ctx context.Context, company, q string) error
	export func(ctx context.Context, company string) (int64, error)
	// hold begins an export and does not read it; nil: there are no such clients.
	hold func(ctx context.Context, company string) error
}

// timings are the times of one kind of work.
type timings struct {
	mu  sync.Mutex
	all []time.Duration
}

func (l *timings) add(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, d)
}

func (l *timings) String() string {
	if len(l.all) == 0 {
		return "none"
	}
	slices.Sort(l.all)
	at := func(p float64) time.Duration {
		return l.all[int(p*float64(len(l.all)-1))].Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("%6d   p50 %8v   p90 %8v   p99 %8v   max %8v", len(l.all), at(.5), at(.9), at(.99), at(1))
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (p work) run(t *testing.T, s *served, names map[string][]string, lasts time.Duration) {
	t.Helper()
	before := heap()
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()
	var keystrokes, exports timings
	var superseded, bytes atomic.Int64
	var all sync.WaitGroup
	failed := make(chan error, loadAgents+loadExporters+loadHolders+1)
	start := func(do func(r *rand.Rand) error) {
		seed := rand.Uint64()
		all.Go(func() {
			if err := do(rand.New(rand.NewPCG(seed, 0))); err != nil && ctx.Err() == nil {
				failed <- err
			}
		})
	}
	company := func(i int) string { return companies()[i%len(companies())].Key }
	for i := range loadAgents {
		start(func(r *rand.Rand) error {
			return p.agent(ctx, r, company(i), names[company(i)], &keystrokes, &superseded)
		})
	}
	for i := range loadExporters {
		start(func(r *rand.Rand) error {
			for pause(ctx, time.Duration(r.IntN(5000))*time.Millisecond) {
				begun := time.Now()
				n, err := p.export(ctx, company(i))
				if err != nil {
					return err
				}
				if n > 0 { // it was not refused
					exports.add(time.Since(begun))
				}
				bytes.Add(n)
			}
			return nil
		})
	}
	for i := range loadHolders {
		if p.hold == nil {
			break
		}
		start(func(r *rand.Rand) error {
			for pause(ctx, time.Duration(r.IntN(5000))*time.Millisecond) {
				if err := p.hold(ctx, company(i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	start(func(r *rand.Rand) error { return s.arrive(ctx, loadArrivals, r.Uint64()) })
	all.Wait()
	close(failed)
	for err := range failed {
		require.NoError(t, err, p.name)
	}
	after := heap()
	t.Logf("%s, %d agents, %d exporters, a session every %v, %v\n  keystrokes %v   (and %d superseded)\n  exports    %v   (%.1f MB)\n  heap       %.1f MB before, %.1f MB after",
		p.name, loadAgents, loadExporters, loadArrivals, lasts, &keystrokes, superseded.Load(), &exports, float64(bytes.Load())/1e6,
		float64(before)/1e6, float64(after)/1e6)
	require.Less(t, after, before+64<<20, "the heap grows")
}

// pause waits, and reports whether to continue.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// agent types names, a key every 120 to 300 milliseconds. A request without an answer by the next
// key is cancelled, as the page does.
func (p work) agent(ctx context.Context, r *rand.Rand, company string, names []string, took *timings, superseded *atomic.Int64) error {
	for pause(ctx, time.Duration(2000+r.IntN(6000))*time.Millisecond) { // the agent reads
		name := []rune(names[r.IntN(len(names))])
		for i := range name {
			next := time.Duration(120+r.IntN(180)) * time.Millisecond
			if i == len(name)-1 {
				next = time.Minute // waits for the last answer
			}
			begun := time.Now()
			key, cancel := context.WithTimeout(ctx, next)
			err := p.list(key, company, string(name[:i+1]))
			late := key.Err() != nil
			cancel()
			switch {
			case ctx.Err() != nil:
				return nil //nolint:nilerr // the end
			case err == nil:
				took.add(time.Since(begun))
			case late && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)):
				superseded.Add(1)
			default:
				return err
			}
			if i < len(name)-1 && !pause(ctx, next-time.Since(begun)) {
				return nil
			}
		}
	}
	return nil
}

// lastNames returns some last names of each company.
func (s *served) lastNames(t *testing.T) map[string][]string {
	t.Helper()
	names := map[string][]string{}
	for _, c := range companies() {
		for _, x := range s.listing(t, c.Key, store.Query{Limit: 500}) {
			if x.LastName.State() == sessions.Known {
				names[c.Key] = append(names[c.Key], x.LastName.Value())
			}
		}
	}
	return names
}

// cookie signs in and returns the cookie.
func (s *served) cookie(t *testing.T, account string) string {
	t.Helper()
	answer := newClient(t, s).post("/sign-in", "account="+account)
	cookie, _, ok := strings.Cut(answer.header.Get("Set-Cookie"), ";")
	require.True(t, ok)
	return cookie
}
