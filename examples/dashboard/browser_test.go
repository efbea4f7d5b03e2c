package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// chromium starts a headless browser that runs as long as the test, or skips the test.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium: it is not on the PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(directory(t)),
		chromedp.Env("LANGUAGE=en_US", "LC_ALL=C.UTF-8", "TZ=UTC"), // dates are typed in the order of the browser's language
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("no-first-run", true),
		chromedp.Flag("disable-dev-shm-usage", true),
	)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	browser, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(browser))
	return browser
}

// directory returns an empty directory for files of the browser. One of its processes may write to
// it for a moment after the browser has ended, and t.TempDir does not wait for that.
func directory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sessionkit-browser-") //nolint:usetesting // see above
	require.NoError(t, err)
	t.Cleanup(func() {
		for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
			if err := os.RemoveAll(dir); err == nil {
				return
			} else if time.Now().After(end) {
				t.Logf("left behind: %v", err)
				return
			}
		}
	})
	return dir
}

// served is a page on the loopback address.
type served struct {
	*storage
	url string
}

func serve(t *testing.T, n int, around ...func(http.Handler) http.Handler) *served {
	t.Helper()
	from, err := openStorage(t.Context(), "memory")
	require.NoError(t, err)
	t.Cleanup(from.close)
	require.NoError(t, from.fill(t.Context(), n, 1, generate.DefaultTo)) // the same sessions on every day
	return serveFrom(t, from, around...)
}

// serveFrom serves a storage. around, if it is given, wraps the page's handler.
func serveFrom(t *testing.T, from *storage, around ...func(http.Handler) http.Handler) *served {
	t.Helper()
	handler, err := newSite(from, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	for _, wrap := range around {
		handler = wrap(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &served{from, server.URL}
}

// tab is one tab of a browser, with its own cookies.
type tab struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // chromedp knows a tab by its context
	url string

	mu     sync.Mutex
	errors []string // errors of the page's console
}

func (s *served) open(t *testing.T, browser context.Context, width, height int) *tab {
	t.Helper()
	b := &tab{t: t, url: s.url}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.listen))
	t.Cleanup(cancel)
	b.ctx = ctx
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
		return err
	}), chromedp.EmulateViewport(int64(width), int64(height)))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		require.Empty(t, b.errors)
	})
	return b
}

// listen records events that no page of ours may cause: an exception, a violation of its policy, a
// request to another host.
func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *cdpruntime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		b.errors = append(b.errors, text)
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == "error" && e.Entry.Source != "network" {
			b.errors = append(b.errors, string(e.Entry.Source)+": "+e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, b.url) && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") {
			b.errors = append(b.errors, "asked elsewhere: "+u)
		}
	}
}

// patience is the time for which a tab waits for an expected change. Only a test that fails waits
// so long.
const patience = 3 * time.Minute

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, actions...))
}

// wait waits until a JavaScript expression is true.
func (b *tab) wait(expression string) {
	b.t.Helper()
	b.waitFor("Boolean(" + expression + ")")
}

// waitFor waits until an expression has the value true, as it is or, with an option, as a promise.
func (b *tab) waitFor(expression string, options ...chromedp.EvaluateOption) {
	b.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		// Between two pages there is an error.
		is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression, options...))
		if err == nil && is {
			return
		}
		if time.Now().After(end) {
			require.FailNow(b.t, "waited in vain", "%s: %v\n%s", expression, err, b.text("body"))
		}
	}
}

// news waits until a live update has made an expression true. The page requests updates every few
// seconds, and at once when it becomes visible, which this function simulates.
func (b *tab) news(expression string) {
	b.t.Helper()
	b.wait("document.dispatchEvent(new Event('visibilitychange')) && (" + expression + ")")
}

// eval returns the value of a JavaScript expression.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err, expression)
	return value
}

// leaves runs statements that may leave the document. They run once the evaluation has ended: one
// whose document goes away is an error, though what it did is done.
func (b *tab) leaves(statements string) {
	b.t.Helper()
	eval[int](b, fmt.Sprintf("setTimeout(() => { %s })", statements))
}

func (b *tab) text(selector string) string {
	return eval[string](b, fmt.Sprintf("(document.querySelector(%s) || {innerText: ''}).innerText", quote(selector)))
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

func (b *tab) keys(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

func quote(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}

// signIn signs in and waits for the list.
func (b *tab) signIn(account string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url + "/sign-in"))
	b.click(fmt.Sprintf("button[value=%s]", quote(account)))
	b.wait("document.querySelector('#sessions .session')")
	b.settled()
}

// settled waits until no request is running, except for the counts, which come later, and none is
// about to: a page that was loaded sends its first one in a timer.
func (b *tab) settled() {
	b.t.Helper()
	const idle = "!document.querySelector('.htmx-request:not(#counts), .htmx-swapping, .htmx-settling')"
	b.waitFor("document.readyState === 'complete' && new Promise((done) => setTimeout(() => done("+idle+")))", chromedp.EvalAwaitPromise)
}

// relisted calls do and waits for the list that follows.
func (b *tab) relisted(do func()) {
	b.t.Helper()
	eval[bool](b, "document.getElementById('results').dataset.old = 'yes', true")
	do()
	b.wait("document.getElementById('results') && !document.getElementById('results').dataset.old")
	b.settled()
}

// ids returns the sessions of the list, in its order.
func (b *tab) ids() []string {
	b.t.Helper()
	return eval[[]string](b, "[...document.querySelectorAll('#sessions .session')].map(r => r.id)")
}

func (b *tab) path() string { return eval[string](b, "location.pathname + location.search") }

// prefer makes the tab's system prefer a theme.
func (b *tab) prefer(theme string) {
	b.t.Helper()
	b.media("screen", "prefers-color-scheme", theme)
}

// media shows the tab on a medium with a feature.
func (b *tab) media(medium, feature, value string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: medium, Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
		})
		return err
	}))
}

// defaultZone is the page's zone until another one is chosen.
const defaultZone = "Asia/Tbilisi"

// rowKey returns the page's ID for the row of a session.
func rowKey(id string) string { return "s-" + base64.RawURLEncoding.EncodeToString([]byte(id)) }

// keysOf returns the page's IDs of sessions.
func keysOf(list []*sessions.Session) []string {
	keys := []string{}
	for _, s := range list {
		keys = append(keys, rowKey(s.ID))
	}
	return keys
}

// listing returns the store's own list for a company, with which the page is compared.
func (s *served) listing(t *testing.T, company string, q store.Query) []*sessions.Session {
	t.Helper()
	page, err := store.New(s.backend, store.Options{}).List(t.Context(), store.Viewer{Company: company, Role: sessions.Agent}, q)
	require.NoError(t, err)
	return page.Sessions
}
