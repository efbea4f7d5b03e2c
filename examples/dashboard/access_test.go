package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// client is a client without a browser.
type client struct {
	t    *testing.T
	http *http.Client
	url  string
}

func newClient(t *testing.T, s *served) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &client{t, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, s.url}
}

func signedIn(t *testing.T, s *served, account string) *client {
	t.Helper()
	c := newClient(t, s)
	answer := c.post("/sign-in", "account="+account)
	require.Equal(t, "/sessions", answer.header.Get("Location"))
	return c
}

// reply is a response that was read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

func (c *client) send(method, path, form string, headers ...string) reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(form))
	require.NoError(c.t, err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := c.http.Do(r)
	require.NoError(c.t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(c.t, err)
	return reply{answer.StatusCode, answer.Header, string(body)}
}

func (c *client) post(path, form string) reply { return c.send(http.MethodPost, path, form) }
func (c *client) get(path string) reply        { return c.send(http.MethodGet, path, "") }

// TestAccess requests every page without a sign-in, and as both roles of the company and of another
// one.
func TestAccess(t *testing.T) {
	s := serve(t, 600)
	own := s.listing(t, "acme", store.Query{})[0]
	watermark := func(company string) string {
		page, err := store.New(s.backend, store.Options{}).List(t.Context(), store.Viewer{Company: company, Role: sessions.Agent}, store.Query{Limit: 1})
		require.NoError(t, err)
		return url.QueryEscape(string(page.AsOf))
	}
	for _, route := range []struct {
		method, path, form string
		// The status for the Master User and the Agent of the company, and for people of another
		// company.
		own, agent, other int
	}{
		{"GET", "/sessions", "", 200, 200, 200},
		{"GET", "/sessions?status=failed", "", 200, 200, 200},
		{"POST", "/sessions", "search=ber", 200, 200, 200},
		{"POST", "/sessions/more", "search=ber", 200, 200, 200},
		{"POST", "/sessions/changes", "as_of=" + watermark("acme"), 200, 200, 400},
		{"POST", "/sessions/counts", "search=ber", 200, 200, 200},
		{"GET", "/sessions/" + own.ID, "", 200, 200, 404},
		{"GET", "/sessions/none", "", 404, 404, 404},
		{"GET", "/settings", "", 200, 200, 200},
		{"POST", "/settings", "search=ber", 200, 200, 200},
		{"POST", "/settings/save", "set.etag=%221%22&set.acceptance=kvalifika-3d2d:5", 200, 403, 200},
		{"GET", "/api/sessions/" + own.ID + "/selfie", "", 200, 200, 404},
		{"GET", "/api/sessions", "", 200, 200, 200},
		{"GET", "/api/sessions/" + own.ID, "", 200, 200, 404},
		{"POST", "/api/export", "format=rfc4180", 200, 200, 200},
		{"GET", "/no/such/page", "", 404, 404, 404},
	} {
		for account, want := range map[string]int{
			"": http.StatusSeeOther, "acme-master_user": route.own, "acme-agent": route.agent, "acme-masked_agent": route.agent,
			"lomi-master_user": route.other, "lomi-agent": route.other,
		} {
			name := fmt.Sprintf("%s %s as %s", route.method, route.path, account)
			c := newClient(t, s)
			switch {
			case account != "":
				c = signedIn(t, s, account)
			case strings.HasPrefix(route.path, "/api/"):
				want = http.StatusUnauthorized
			case strings.HasPrefix(route.path, "/no/"):
				want = http.StatusNotFound
			}
			if account == "acme-masked_agent" && strings.HasSuffix(route.path, "/selfie") {
				want = http.StatusForbidden // they may not see faces, at any address
			}
			if route.path == "/settings/save" && account == "lomi-agent" {
				want = http.StatusForbidden
			}
			if route.path == "/settings/save" && account != "" { // with the current revision
				settings, err := s.settings.CompanySettings(t.Context(), strings.Split(account, "-")[0])
				require.NoError(t, err)
				route.form = fmt.Sprintf("set.etag=%%22%d%%22&set.acceptance=kvalifika-3d2d:5", settings.Revision)
			}
			answer := c.send(route.method, route.path, route.form)
			require.Equal(t, want, answer.status, name)
			body := answer.body
			if account == "" {
				require.NotContains(t, body, "acme", name)
			}
			if strings.HasPrefix(account, "lomi") {
				for _, x := range s.listing(t, "acme", store.Query{Limit: 500}) {
					require.NotContains(t, body, x.ID, name)
					require.NotContains(t, body, rowKey(x.ID), name)
				}
			}
		}
	}
	missing, foreign := signedIn(t, s, "lomi-agent"), signedIn(t, s, "lomi-agent")
	require.Equal(t, missing.get("/sessions/none").body, foreign.get("/sessions/"+own.ID).body, "another company's session can be told from none")
}

func TestSelfiesAreServedWithAuthorization(t *testing.T) {
	s := serve(t, 300)
	c := signedIn(t, s, "acme-agent")
	page := c.get("/sessions?status=success").body
	_, rest, ok := strings.Cut(page, `<img src="`)
	require.True(t, ok)
	address, _, _ := strings.Cut(rest, `"`)
	answer := c.get(address)
	require.Equal(t, http.StatusOK, answer.status)
	require.Equal(t, "image/svg+xml", answer.header.Get("Content-Type"))
	require.Equal(t, answer.body, c.get(address).body, "another face")

	require.Equal(t, http.StatusUnauthorized, newClient(t, s).get(address).status)
	bare, _, _ := strings.Cut(address, "?") // without the viewer of the open page
	require.Equal(t, http.StatusNotFound, c.get(bare+"x").status)
	for account, status := range map[string]int{"lomi-agent": http.StatusNotFound, "acme-masked_agent": http.StatusForbidden} {
		other := signedIn(t, s, account)
		require.Equal(t, http.StatusUnauthorized, other.get(address).status, account)
		require.Equal(t, status, other.get(bare).status, account)
	}
}

// TestUnreadBodies requires that a body that cannot be read asks for nothing, and not for
// everything.
func TestUnreadBodies(t *testing.T) {
	c := signedIn(t, serve(t, 100), "acme-agent")
	for _, kind := range []string{"text/plain", "multipart/form-data; boundary=x", "application/json"} {
		require.Equal(t, http.StatusBadRequest, c.send("POST", "/sessions", "search=nobody", "Content-Type", kind).status, kind)
	}
}

func TestOtherSitesCanDoNothing(t *testing.T) {
	s := serve(t, 100)
	c := signedIn(t, s, "acme-master_user")
	for _, path := range []string{"/sessions", "/settings/save", "/sign-out", "/sign-in", "/preferences", "/api/sessions", "/api/export"} {
		for _, site := range []string{"cross-site", "same-site"} {
			require.Equal(t, http.StatusForbidden, c.send("POST", path, "", "Sec-Fetch-Site", site).status, path)
		}
		require.Equal(t, http.StatusForbidden, c.send("POST", path, "", "Origin", "https://elsewhere.example").status, path)
	}
	require.Equal(t, http.StatusOK, c.send("POST", "/sessions", "", "Sec-Fetch-Site", "same-origin").status)
	for _, cookie := range c.http.Jar.Cookies(must(url.Parse(s.url))) {
		require.NotEmpty(t, cookie.Value)
	}
	answer := newClient(t, s).post("/sign-in", "account=acme-agent")
	require.Contains(t, answer.header.Get("Set-Cookie"), "HttpOnly")
	require.Contains(t, answer.header.Get("Set-Cookie"), "SameSite=Lax")
	require.Equal(t, "/sign-in", newClient(t, s).post("/sign-in", "account=nobody").header.Get("Location"))
	for asked, to := range map[string]string{
		"/sessions?status=failed": "/sessions?status=failed", "/sessions/a%2Fb": "/sessions/a%2Fb", "": "/sessions", "https://evil.example/sessions": "/sessions",
		"//evil.example/x": "/x", `/\evil.example`: "/%5Cevil.example", "/x/../..//evil.example": "/evil.example", "javascript:alert(1)": "/sessions",
	} {
		require.Equal(t, to, newClient(t, s).post("/sign-in", url.Values{"account": {"acme-agent"}, "return": {asked}}.Encode()).header.Get("Location"), asked)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestPagesLetNothingElseIn(t *testing.T) {
	s := serve(t, 100)
	c := signedIn(t, s, "acme-master_user")
	for _, path := range []string{"/sign-in", "/sessions", "/settings", "/sessions/" + s.listing(t, "acme", store.Query{})[0].ID, "/static/page.js"} {
		answer := c.get(path)
		policy := answer.header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", path)
		require.NotContains(t, policy, "unsafe")
		body := answer.body
		require.NotRegexp(t, `(?i)<script(?: [^>]*)?>[^<]`, body)
		require.NotRegexp(t, `(?i) (style|on[a-z]+)="`, body)
		if !strings.HasPrefix(path, "/static/") {
			require.Equal(t, "no-store", answer.header.Get("Cache-Control"))
		}
	}
}

// TestWithoutScript requests the list with a plain form, as a browser without JavaScript sends it.
func TestWithoutScript(t *testing.T) {
	s := serve(t, 500)
	c := signedIn(t, s, "acme-agent")
	page := c.post("/sessions", "search=a&status=failed&created_at.zone=Asia%2FTbilisi&created_at.from=&created_at.to=").body
	want := s.filtered(t, "acme", filter.Search("a"), filter.Status(sessions.Failed))
	require.NotEmpty(t, want)
	require.Equal(t, len(want), strings.Count(page, `class="session"`))
	for _, id := range want {
		require.Contains(t, page, `id="`+id+`"`)
	}
	require.Contains(t, page, "<!doctype html>")
}

// TestStorages starts the page as the command does, with its default, an SQLite file.
func TestStorages(t *testing.T) {
	from, err := openStorage(t.Context(), "")
	require.NoError(t, err)
	t.Cleanup(from.close)
	now := time.Now()
	require.NoError(t, from.fill(t.Context(), 400, 1, now))
	require.NoError(t, from.fill(t.Context(), 400, 1, now), "a database that has sessions is left alone")
	s := serveFrom(t, from)
	c := signedIn(t, s, "acme-agent")
	want := s.filtered(t, "acme", filter.Search("b"))
	page := c.post("/sessions", "search=b").body
	for _, id := range want {
		require.Contains(t, page, `id="`+id+`"`)
	}
	require.Contains(t, c.post("/sessions/counts", "search=b").body, fmt.Sprintf(">%d sessions<", len(want)))

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- from.arrive(ctx, 20*time.Millisecond, 2) }()
	newest := func() *sessions.Session { return s.listing(t, "acme", store.Query{Limit: 1})[0] }
	require.Eventually(t, func() bool { return newest().CreatedAt.After(now) }, patience, 10*time.Millisecond)
	arrived := newest()
	require.Eventually(t, func() bool {
		found, err := from.backend.Get(t.Context(), "acme", arrived.ID)
		return err == nil && found.Status != sessions.Pending
	}, patience, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
}

// TestSavedLevelsDecide saves an acceptance level as a Master User, and lets a session end.
func TestSavedLevelsDecide(t *testing.T) {
	s := serve(t, 60)
	master := signedIn(t, s, "acme-master_user")
	for i, one := range []struct {
		form   string
		status sessions.Status
		why    []sessions.Reason
	}{
		{"set.acceptance=kvalifika-3d2d:4", sessions.Success, nil},
		{"set.acceptance=kvalifika-3d2d:6", sessions.Failed, []sessions.Reason{sessions.LowFAR}},
		{"set.acceptance=kvalifika-3d2d:6&set.type.passport=kvalifika-3d2d:5", sessions.Success, nil},
	} {
		settings, err := s.settings.CompanySettings(t.Context(), "acme")
		require.NoError(t, err)
		saved := master.post("/settings/save", fmt.Sprintf("set.etag=%%22%d%%22&%s", settings.Revision, one.form))
		require.Equal(t, http.StatusOK, saved.status)
		ends := &sessions.Session{
			ID: fmt.Sprint("arrived-", i), Company: "acme", CreatedAt: time.Now(), CompletedAt: time.Now(), DecidedAt: time.Now(), Status: sessions.Success,
			DocumentType: sessions.Passport, DocumentPresented: true, DocumentValidity: sessions.Valid, Liveness: sessions.LivenessPassed,
			Match: sessions.Match{Compared: true, Level: 5, Scale: far.Kvalifika.Name(), Acceptance: 5},
		}
		require.NoError(t, s.backend.Insert(t.Context(), begun(ends)))
		require.NoError(t, s.finish(t.Context(), ends))
		found, err := s.backend.Get(t.Context(), "acme", ends.ID)
		require.NoError(t, err)
		require.Equal(t, one.status, found.Status, one.form)
		require.Equal(t, one.why, found.Reasons, one.form)
	}
}
