package contracttest

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	chimiddleware "github.com/go-chi/chi/v5/middleware"
	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v4"
	echomiddleware "github.com/labstack/echo/v4/middleware"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export/xlsx"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

const crowd = 20_000 // number of sessions: a file of several megabytes

// breaking is a storage that fails at the session with the number after, or never if that is 0.
type breaking struct {
	*memstore.Backend
	after int
}

var errBroken = errors.New("the storage broke")

func (b *breaking) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	n := 0
	return b.Backend.Stream(ctx, sel, func(s *sessions.Session) error {
		if n++; n == b.after {
			return errBroken
		}
		return each(s)
	})
}

// exporter returns an API whose exports fail at that row, or never for 0, and the errors that
// Options.Failed gets.
func exporter(t *testing.T, after int) (http.Handler, chan error) {
	t.Helper()
	backend := &breaking{memstore.New(), after}
	var all []*sessions.Session
	for i := range crowd {
		all = append(all, &sessions.Session{
			ID: fmt.Sprintf("s-%06d", i), Company: "acme", CreatedAt: time.Unix(int64(i), 0), Status: sessions.Success, Browser: strings.Repeat("b", 300),
		})
	}
	require.NoError(t, backend.Insert(t.Context(), all...))
	failed := make(chan error, 10)
	return httpapi.New(store.New(backend, store.Options{}), httpapi.Options{
		Viewer: func(*http.Request) (store.Viewer, error) {
			return store.Viewer{Company: "acme", Role: sessions.Agent}, nil
		},
		Failed: func(_ *http.Request, err error) { failed <- err },
		Formats: []httpapi.Format{
			{Name: "xlsx", MediaType: xlsx.MediaType, Extension: ".xlsx", NeedsZone: true, Write: xlsx.Write},
		},
	}), failed
}

// logging is a wrapper of the kind that most servers have. It hides the other methods of the
// ResponseWriter.
type logging struct {
	http.ResponseWriter
	status int
}

func (l *logging) WriteHeader(status int) {
	l.status = status
	l.ResponseWriter.WriteHeader(status)
}

// unwrapping is a wrapper with Unwrap and without Flush.
type unwrapping struct{ logging }

func (u *unwrapping) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// hijacking is a wrapper from before http.ResponseController.
type hijacking struct{ logging }

func (h *hijacking) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	hijacker, ok := h.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, http.ErrNotSupported
	}
	return hijacker.Hijack()
}

// swallow recovers from every panic and answers, as careless middlewares do.
func swallow(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, "\r\nsorry\r\n")
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// wrap returns a middleware that wraps the ResponseWriter.
func wrap(w func(http.ResponseWriter) http.ResponseWriter) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return swallow(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { next.ServeHTTP(w(rw), r) }))
	}
}

// servers have the middlewares that hosts use around the handler.
var servers = map[string]func(http.Handler) http.Handler{
	"net/http":        func(api http.Handler) http.Handler { return api },
	"a recovery":      swallow,
	"without a Flush": wrap(func(w http.ResponseWriter) http.ResponseWriter { return &unwrapping{logging{ResponseWriter: w}} }),
	"a Hijack":        wrap(func(w http.ResponseWriter) http.ResponseWriter { return &hijacking{logging{ResponseWriter: w}} }),
	// For the next request of the connection, a middleware removes the deadline that it has set.
	"a deadline": func(api http.Handler) http.Handler {
		return swallow(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			control := http.NewResponseController(w)
			_ = control.SetWriteDeadline(time.Now().Add(time.Minute))
			defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
			api.ServeHTTP(w, r)
		}))
	},
	"gzip": func(api http.Handler) http.Handler { return swallow(gzhttp.GzipHandler(api)) },
	"gin": func(api http.Handler) http.Handler {
		gin.SetMode(gin.ReleaseMode)
		g := gin.New()
		g.Use(gin.LoggerWithWriter(io.Discard), gin.RecoveryWithWriter(io.Discard))
		g.Any("/*path", gin.WrapH(api))
		return g
	},
	"echo": func(api http.Handler) http.Handler {
		e := echo.New()
		e.Use(echomiddleware.RequestLoggerWithConfig(echomiddleware.RequestLoggerConfig{LogValuesFunc: func(echo.Context, echomiddleware.RequestLoggerValues) error { return nil }}),
			echomiddleware.Recover(), echomiddleware.Gzip())
		e.Any("/*", echo.WrapHandler(api))
		return e
	},
	"chi": func(api http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(chimiddleware.NewWrapResponseWriter(w, r.ProtoMajor), r)
			})
		}, chimiddleware.Recoverer, chimiddleware.Compress(5))
		r.Handle("/*", api)
		return r
	},
}

// download requests a file and returns as much of it as arrives. The client accepts gzip and
// decompresses it.
func download(t *testing.T, client *http.Client, url, body string) (*http.Response, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/export", strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	res, err := client.Do(r)
	if err != nil {
		return nil, "", err
	}
	content, err := io.ReadAll(res.Body)
	require.NoError(t, res.Body.Close())
	return res, string(content), err
}

// over tests a handler over HTTP/1.1 and over HTTP/2.
func over(t *testing.T, h http.Handler, test func(t *testing.T, client *http.Client, url string)) {
	for _, version := range []string{"HTTP/1.1", "HTTP/2"} {
		t.Run(version, func(t *testing.T) {
			server := httptest.NewUnstartedServer(h)
			if server.EnableHTTP2 = version == "HTTP/2"; server.EnableHTTP2 {
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			test(t, server.Client(), server.URL)
		})
	}
}

func TestWholeFilesThroughMiddlewares(t *testing.T) {
	api, failed := exporter(t, 0)
	for name, server := range servers {
		t.Run(name, func(t *testing.T) {
			over(t, server(api), func(t *testing.T, client *http.Client, url string) {
				if name == "a Hijack" && strings.HasPrefix(url, "https") {
					return // HTTP/2 has no Hijack: see TestServersThatCannotTear
				}
				res, content, err := download(t, client, url, "{}")
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, res.StatusCode, content)
				require.Equal(t, crowd+1, strings.Count(content, "\r\n"))
				require.Equal(t, strconv.Itoa(crowd), res.Trailer.Get("Export-Rows"))
				require.Equal(t, "no", res.Header.Get("X-Accel-Buffering"))
			})
		})
	}
	require.Empty(t, failed)
}

// TestTornFilesThroughMiddlewares requires that a client sees that the file is torn, however the
// server recovers: the body has no end.
func TestTornFilesThroughMiddlewares(t *testing.T) {
	api, failed := exporter(t, crowd/2)
	for name, server := range servers {
		t.Run(name, func(t *testing.T) {
			over(t, server(api), func(t *testing.T, client *http.Client, url string) {
				if name == "a Hijack" && strings.HasPrefix(url, "https") {
					return // HTTP/2 has no Hijack: see TestServersThatCannotTear
				}
				_, content, err := download(t, client, url, "{}")
				require.Error(t, err)
				require.NotContains(t, content, "sorry")
				require.Less(t, strings.Count(content, "\r\n"), crowd/2+2)
				require.ErrorIs(t, <-failed, errBroken)
			})
		})
	}
}

// TestServersThatCannotTear requires that a download does not begin if it could not be torn, and
// that the server's owner learns the reason.
func TestServersThatCannotTear(t *testing.T) {
	api, failed := exporter(t, 0)
	for name, server := range map[string]http.Handler{
		"logging":        wrap(func(w http.ResponseWriter) http.ResponseWriter { return &logging{ResponseWriter: w} })(api),
		"a Hijack":       servers["a Hijack"](api),
		"TimeoutHandler": http.TimeoutHandler(api, time.Minute, ""),
	} {
		t.Run(name, func(t *testing.T) {
			over(t, server, func(t *testing.T, client *http.Client, url string) {
				if name == "a Hijack" && !strings.HasPrefix(url, "https") {
					return // see TestTornFilesThroughMiddlewares
				}
				res, content, err := download(t, client, url, "{}")
				require.NoError(t, err)
				require.Equal(t, http.StatusNotImplemented, res.StatusCode)
				require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
				require.Contains(t, content, "middleware hides the connection")
				require.ErrorContains(t, <-failed, "Unwrap")
			})
		})
	}
}

// TestWorkbook requires that a workbook arrives in parts, as it is written.
func TestWorkbook(t *testing.T) {
	api, _ := exporter(t, 0)
	over(t, api, func(t *testing.T, client *http.Client, url string) {
		res, content, err := download(t, client, url, `{"format": "xlsx", "zone": "Asia/Tbilisi"}`)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.StatusCode, content)
		require.Equal(t, xlsx.MediaType, res.Header.Get("Content-Type"))
		require.Contains(t, res.Header.Get("Content-Disposition"), `.xlsx"`)
		book, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
		require.NoError(t, err)
		sheet, err := book.Open("xl/worksheets/sheet1.xml")
		require.NoError(t, err)
		text, err := io.ReadAll(sheet)
		require.NoError(t, err)
		require.Equal(t, crowd+1, strings.Count(string(text), "<row "))
	})
}

const nginxConfig = `
daemon off;
master_process off;
pid DIR/pid;
error_log DIR/error.log;
events {}
http {
	access_log off;
	proxy_temp_path DIR/spool;
	client_body_temp_path DIR/body;
	fastcgi_temp_path DIR/f; uwsgi_temp_path DIR/u; scgi_temp_path DIR/s;
	gzip on; gzip_types text/csv;
	server {
		listen ADDRESS;
		location / { proxy_pass http://UPSTREAM; proxy_http_version 1.1; }
		DOCUMENTED
	}
}
`

// documentedProxy returns the configuration of nginx for /kyc/ from the package comment of httpapi.
func documentedProxy(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../doc.go")
	require.NoError(t, err)
	lines := regexp.MustCompile(`(?s)\n//\t(location /kyc/ \{.*?\n//\t\})\n`).FindSubmatch(text)
	require.NotNil(t, lines)
	require.Contains(t, string(lines[1]), "http://127.0.0.1:8080;")
	return strings.NewReplacer("\n//", "\n", "127.0.0.1:8080", "UPSTREAM").Replace(string(lines[1]))
}

// nginx starts a proxy in front of a server, with its default buffering. It returns its URL, and a
// function that returns the number of bytes of answers on its disk.
func nginx(t *testing.T, upstream string) (url string, spooled func() int64) {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("no nginx: it would stand in front of the server")
	}
	dir := t.TempDir()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	config := strings.Replace(nginxConfig, "DOCUMENTED", documentedProxy(t), 1)
	config = strings.NewReplacer("DIR", dir, "ADDRESS", address, "UPSTREAM", strings.TrimPrefix(upstream, "http://")).Replace(config)
	path := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(path, []byte(config), 0o600))
	cmd := exec.CommandContext(t.Context(), program, "-c", path)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	require.Eventually(t, func() bool {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		return err == nil && conn.Close() == nil
	}, time.Minute, 10*time.Millisecond)
	return "http://" + address, func() (bytes int64) {
		// The files have been unlinked, and are only open.
		open, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", cmd.Process.Pid))
		require.NoError(t, err)
		for _, link := range open {
			if name, err := os.Readlink(link); err == nil && strings.HasPrefix(name, filepath.Join(dir, "spool")) {
				if info, err := os.Stat(link); err == nil { // it is still open
					bytes += info.Size()
				}
			}
		}
		return bytes
	}
}

func TestNginx(t *testing.T) {
	t.Run("whole", func(t *testing.T) {
		api, _ := exporter(t, 0)
		server := httptest.NewServer(api)
		defer server.Close()
		url, _ := nginx(t, server.URL)
		_, content, err := download(t, http.DefaultClient, url, "{}")
		require.NoError(t, err)
		require.Equal(t, crowd+1, strings.Count(content, "\r\n"))
	})
	t.Run("torn", func(t *testing.T) {
		api, failed := exporter(t, crowd/2)
		server := httptest.NewServer(swallow(api))
		defer server.Close()
		url, _ := nginx(t, server.URL)
		_, _, err := download(t, http.DefaultClient, url, "{}")
		require.Error(t, err)
		require.ErrorIs(t, <-failed, errBroken)
	})
	t.Run("nothing on its disk", func(t *testing.T) {
		api, _ := exporter(t, 0)
		unmarked := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { api.ServeHTTP(unmarking{w}, r) })
		for name, handler := range map[string]http.Handler{"as it is": api, "without the header": unmarked} {
			server := httptest.NewServer(handler)
			defer server.Close()
			url, spooled := nginx(t, server.URL)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/export", strings.NewReader("{}"))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/json")
			client := &http.Client{Transport: &http.Transport{DisableCompression: true, DialContext: smallBuffer}}
			res, err := client.Do(r)
			require.NoError(t, err)
			// The client reads nothing meanwhile.
			if name == "as it is" {
				time.Sleep(500 * time.Millisecond)
				require.Zero(t, spooled())
			} else {
				require.Eventually(t, func() bool { return spooled() > 0 }, time.Minute, 10*time.Millisecond, "the test sees what nginx spools")
			}
			require.NoError(t, res.Body.Close())
		}
	})
}

// TestDocumentedProxy tests the configuration of the package comment: a file arrives whole or torn,
// nothing of it is kept on the proxy's disk even if the answer does not ask for that, a client that
// disconnects ends the read, and the answer of a list is unchanged.
func TestDocumentedProxy(t *testing.T) {
	behind := func(t *testing.T, api http.Handler) (url string, spooled func() int64) {
		mux := http.NewServeMux()
		mux.Handle("/kyc/", http.StripPrefix("/kyc", api))
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)
		url, spooled = nginx(t, server.URL)
		return url + "/kyc", spooled
	}
	t.Run("whole", func(t *testing.T) {
		api, _ := exporter(t, 0)
		url, _ := behind(t, api)
		_, content, err := download(t, http.DefaultClient, url, "{}")
		require.NoError(t, err)
		require.Equal(t, crowd+1, strings.Count(content, "\r\n"))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/sessions?limit=1", http.NoBody)
		require.NoError(t, err)
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.Regexp(t, `^"[^"]+"$`, res.Header.Get("ETag"), "not weakened, as compression would")
		require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	})
	t.Run("torn", func(t *testing.T) {
		api, failed := exporter(t, crowd/2)
		url, _ := behind(t, swallow(api))
		_, _, err := download(t, http.DefaultClient, url, "{}")
		require.Error(t, err)
		require.ErrorIs(t, <-failed, errBroken)
	})
	t.Run("nothing on its disk", func(t *testing.T) {
		api, _ := exporter(t, 0)
		url, spooled := behind(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { api.ServeHTTP(unmarking{w}, r) }))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/export", strings.NewReader("{}"))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		client := &http.Client{Transport: &http.Transport{DisableCompression: true, DialContext: smallBuffer}}
		res, err := client.Do(r)
		require.NoError(t, err)
		time.Sleep(500 * time.Millisecond) // the client reads nothing meanwhile
		require.Zero(t, spooled())
		require.NoError(t, res.Body.Close())
	})
	t.Run("a search ends with its client", func(t *testing.T) {
		begun, ended := make(chan bool), make(chan error, 1)
		url, _ := behind(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // net/http notices a disconnect only after this
			close(begun)
			select {
			case <-r.Context().Done():
			case <-time.After(time.Minute):
			}
			ended <- r.Context().Err()
		}))
		ctx, leave := context.WithCancel(t.Context())
		go func() {
			<-begun
			leave()
		}()
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/sessions", strings.NewReader(`{"search": "g"}`))
		require.NoError(t, err)
		res, err := http.DefaultClient.Do(r)
		if err == nil {
			err = res.Body.Close()
		}
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

// unmarking removes the header that tells nginx not to buffer.
type unmarking struct{ http.ResponseWriter }

func (u unmarking) Unwrap() http.ResponseWriter { return u.ResponseWriter }

func (u unmarking) Write(b []byte) (int, error) {
	u.Header().Del("X-Accel-Buffering")
	return u.ResponseWriter.Write(b)
}

// smallBuffer dials with a small kernel buffer, which is soon full.
func smallBuffer(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return conn, conn.(*net.TCPConn).SetReadBuffer(32 << 10)
}
