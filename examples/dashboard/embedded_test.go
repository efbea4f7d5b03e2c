package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/page"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// testEmbedded mounts the page in different hosts: with a policy that runs only scripts with the
// request's nonce, in a frame, and where frames are refused.
func testEmbedded(t *testing.T, browser context.Context, s *served) {
	type nonceKey struct{}
	mount := func(o page.Options) http.Handler { //nolint:gocritic // options are few
		o.Viewer = func(*http.Request) (store.Viewer, error) {
			return store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"}, nil
		}
		all, err := page.New(store.New(s.backend, store.Options{}), o)
		require.NoError(t, err)
		return all
	}
	nonce := func(r *http.Request) string { return r.Context().Value(nonceKey{}).(string) }
	strict := mount(page.Options{Nonce: nonce, Colours: map[string]string{"accent": "light-dark(#7a1f3d, #f2a0b8)"}})
	mux := http.NewServeMux()
	mux.HandleFunc("/strict/", func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(context.WithValue(r.Context(), nonceKey{}, rand.Text()))
		w.Header().Set("Content-Security-Policy", fmt.Sprintf(
			"default-src 'none'; script-src 'nonce-%[1]s'; style-src 'nonce-%[1]s'; img-src 'self'; connect-src 'self'; form-action 'self'", nonce(r)))
		strict.ServeHTTP(w, r)
	})
	mux.Handle("/framed/", mount(page.Options{Frames: []string{"'self'"}}))
	mux.Handle("/closed/", mount(page.Options{}))
	mux.HandleFunc("/host/{page}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!doctype html><title>host</title><link rel="icon" href="data:,"><iframe src="/%s/sessions" width="1400" height="800"></iframe>`, r.PathValue("page"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	host := &served{s.storage, server.URL}

	want := rowKey(s.listing(t, "acme", store.Query{})[0].ID)
	// use searches, opens the page in a window, and closes it again.
	use := func(b *tab, window string) {
		t.Helper()
		document := window + ".document"
		b.wait(document + ".readyState === 'complete' && " + document + ".querySelector('#sessions .session')")
		eval[bool](b, document+".getElementById(\""+want+"\").querySelector('.more').click(), true")
		b.wait(document + ".getElementById('drawer').open && " + window + ".location.pathname.includes('/sessions/')")
		eval[bool](b, document+".getElementById('drawer').close(), true")
		b.wait(window + ".location.pathname.endsWith('/sessions')")
		eval[bool](b, "((box) => { box.value = 'ber'; return box.dispatchEvent(new Event('input', {bubbles: true})) })("+document+".getElementById('q'))")
		b.wait(document + ".querySelector('#sessions mark')")
	}
	b := host.open(t, browser, desk, deskHeight) // it fails if a policy is violated
	b.do(chromedp.Navigate(host.url + "/strict/sessions"))
	use(b, "window")
	require.Equal(t, "rgb(122, 31, 61)", eval[string](b, "getComputedStyle(document.getElementById('open-export')).backgroundColor"), "the host's colours")
	b.do(chromedp.Navigate(host.url + "/host/framed"))
	use(b, "frames[0]")

	b.do(chromedp.Navigate(host.url + "/host/closed"))
	b.wait("document.readyState === 'complete' && !document.querySelector('iframe').contentDocument")
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Len(t, b.errors, 1)
	require.Contains(t, b.errors[0], "frame-ancestors 'none'")
	b.errors = nil
}
