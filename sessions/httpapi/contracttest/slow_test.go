package contracttest

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// Slow clients at the rates of real ones, which takes minutes:
//
//	go -C sessions/httpapi/contracttest test -run SlowClients -v -parallel 9 -timeout 30m \
//		-args -slow.least 32768 -slow.steady 400000 -slow.bytes 40000000
var (
	slowLeast  = flag.Int64("slow.least", 2<<20, "bytes a second that a client has to take")
	slowSteady = flag.Int64("slow.steady", 8<<20, "bytes a second that a steady client takes")
	slowBytes  = flag.Int64("slow.bytes", 16<<20, "bytes of its file")
)

// long is a storage whose exports have that number of rows, and that reports the end of an export.
type long struct {
	*memstore.Backend
	rows  int64
	ended chan error
	took  time.Duration // duration of the export
}

const longRow = 1 << 10 // approximate bytes of a row

func (l *long) Stream(ctx context.Context, _ store.Selection, each func(*sessions.Session) error) (err error) {
	began := time.Now()
	defer func() {
		l.took = time.Since(began)
		l.ended <- err
	}()
	s := sessions.Session{Company: "acme", CreatedAt: time.Unix(1<<30, 0), Status: sessions.Success, Browser: strings.Repeat("b", longRow)}
	for i := range l.rows {
		s.ID, s.CreatedAt = fmt.Sprintf("s-%012d", i), s.CreatedAt.Add(-time.Second)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := each(&s); err != nil {
			return err
		}
	}
	return nil
}

// TestSlowClients requires that a client that reads nothing, or next to nothing, does not hold the
// storage's snapshot for longer than the least rate permits, and sees no end of its file. A client
// that reads steadily, and not much faster than the least rate, gets the whole file, unless the
// machine is so busy that it was slower than the least rate.
func TestSlowClients(t *testing.T) {
	clients := map[string]struct {
		whole bool
		read  func(body io.Reader) (int64, error)
	}{
		"steady": {true, func(body io.Reader) (n int64, err error) {
			full := float64(window())
			credit, least, last := full, full, time.Now()
			for began, part := last, make([]byte, 16<<10); err == nil; {
				var got int
				got, err = body.Read(part)
				n += int64(got)
				credit = min(credit+float64(got)/float64(*slowLeast)-time.Since(last).Seconds(), full)
				least, last = min(least, credit), time.Now()
				time.Sleep(time.Until(began.Add(time.Duration(float64(n) / float64(*slowSteady) * float64(time.Second)))))
			}
			if !errors.Is(err, io.EOF) && least < full/2 {
				err = errBusy
			}
			return n, err
		}},
		"a byte a second": {false, func(body io.Reader) (n int64, err error) {
			for part := make([]byte, 1); err == nil && n < 2*window(); n++ {
				_, err = body.Read(part)
				time.Sleep(time.Second)
			}
			return n, err
		}},
		"none after the headers": {false, func(io.Reader) (int64, error) { return 0, nil }},
	}
	ways := map[string]func(t *testing.T, api http.Handler) (client *http.Client, url string){
		"HTTP/1.1": func(t *testing.T, api http.Handler) (*http.Client, string) {
			server := httptest.NewServer(api)
			t.Cleanup(server.Close)
			return &http.Client{Transport: &http.Transport{DialContext: smallBuffer, DisableCompression: true}}, server.URL
		},
		"HTTP/2": func(t *testing.T, api http.Handler) (*http.Client, string) {
			server := httptest.NewUnstartedServer(api)
			server.EnableHTTP2 = true
			server.StartTLS()
			t.Cleanup(server.Close)
			return &http.Client{Transport: &http.Transport{DialContext: smallBuffer, DisableCompression: true, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}, server.URL
		},
		"nginx": func(t *testing.T, api http.Handler) (*http.Client, string) {
			server := httptest.NewServer(api)
			t.Cleanup(server.Close)
			url, _ := nginx(t, server.URL)
			return &http.Client{Transport: &http.Transport{DialContext: smallBuffer, DisableCompression: true}}, url
		},
	}
	for way, open := range ways {
		for name, c := range clients {
			t.Run(way+" "+name, func(t *testing.T) {
				t.Parallel()
				storage := &long{Backend: memstore.New(), rows: 1 << 40, ended: make(chan error, 1)}
				if c.whole {
					storage.rows = *slowBytes / longRow
				}
				exported := make(chan error, 1)
				audit := func(_ context.Context, e store.Event) error {
					if e.Outcome == store.Written {
						exported <- e.Err
					}
					return nil
				}
				client, url := open(t, httpapi.New(store.New(storage, store.Options{Audit: audit}), httpapi.Options{
					Viewer: func(*http.Request) (store.Viewer, error) {
						return store.Viewer{Company: "acme", Role: sessions.Agent}, nil
					},
					MinBytesPerSecond: *slowLeast,
				}))
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/export", strings.NewReader("{}"))
				require.NoError(t, err)
				r.Header.Set("Content-Type", "application/json")
				began := time.Now()
				res, err := client.Do(r)
				require.NoError(t, err)
				defer func() { _ = res.Body.Close() }()
				require.Equal(t, http.StatusOK, res.StatusCode)
				n, err := c.read(res.Body)
				if errors.Is(err, errBusy) {
					t.Logf("%v: %d bytes in %s", err, n, time.Since(began))
					return
				}
				if c.whole {
					require.ErrorIs(t, err, io.EOF)
					require.Greater(t, n, storage.rows*longRow)
					require.NoError(t, <-storage.ended)
					t.Logf("%d bytes in %s", n, time.Since(began))
					return
				}
				require.Error(t, <-storage.ended)
				err = <-exported
				// nginx has its own time limit (send_timeout).
				if !errors.Is(err, context.Canceled) || way != "nginx" {
					require.ErrorIs(t, err, os.ErrDeadlineExceeded)
				}
				t.Logf("let go after %s; the window is %d s", storage.took, window())
				_, err = io.Copy(io.Discard, res.Body) // the bytes that are on their way
				require.Error(t, err, "the file has no end")
			})
		}
	}
}

// errBusy is the error of a client that could not read steadily.
var errBusy = errors.New("the machine is too busy for a steady client")

// window returns the number of seconds for which a client may read nothing.
func window() int64 { return max(1, 4<<20 / *slowLeast) }
