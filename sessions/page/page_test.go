package page

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// oneID is an ID that needs every kind of escaping.
const oneID = "a/b c?d#e%2F"

// newStore is a store with one session of acme's.
func newStore(t *testing.T) *store.Store {
	t.Helper()
	backend := memstore.New()
	require.NoError(t, backend.Insert(t.Context(), &sessions.Session{
		ID: oneID, Company: "acme", CreatedAt: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), Status: sessions.Success,
		FirstName: sessions.TextOf("Giorgi"), LastName: sessions.TextOf("Beridze"), Selfie: "face-1",
	}))
	return store.New(backend, store.Options{Settings: &memstore.Settings{}})
}

// agent returns an agent of the company that the header Company names.
func agent(r *http.Request) (store.Viewer, error) {
	return store.Viewer{Company: r.Header.Get("Company"), Role: sessions.Agent, Subject: "agent-7"}, nil
}

// reply is an answer that was read completely.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request as acme's agent, unless the headers say otherwise.
func send(t *testing.T, h http.Handler, method, target, form string, headers ...string) reply {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(form))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Company", "acme")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return reply{w.Code, w.Header(), w.Body.String()}
}

func newPage(t *testing.T, options Options) http.Handler {
	t.Helper()
	if options.Viewer == nil {
		options.Viewer = agent
	}
	h, err := New(newStore(t), options)
	require.NoError(t, err)
	return h
}

// TestMounts mounts the page in every way that a host may, and follows the links in its documents.
func TestMounts(t *testing.T) {
	selfie := func(w http.ResponseWriter, _ *http.Request, _ store.Viewer, reference string) {
		_, _ = io.WriteString(w, reference)
	}
	all := newPage(t, Options{Selfie: selfie, Colours: map[string]string{"accent": "#7a1f3d"}, SignOut: "/bye"})
	mux := func(pattern string, h http.Handler) http.Handler {
		m := http.NewServeMux()
		m.Handle(pattern, h)
		return m
	}
	for name, one := range map[string]struct {
		base string
		host http.Handler
	}{
		"alone":                          {"", all},
		"at the root":                    {"", mux("/", all)},
		"a pattern":                      {"/kyc", mux("/kyc/", all)},
		"a pattern with host":            {"/kyc", mux("example.com/kyc/", all)},
		"a pattern with a wildcard":      {"/t/acme/kyc", mux("/t/{tenant}/kyc/", all)},
		"a pattern with a rest":          {"/kyc", mux("/kyc/{rest...}", all)},
		"a page's own name":              {"/sessions", mux("/sessions/", all)},
		"stripped":                       {"/kyc", mux("/kyc/", http.StripPrefix("/kyc", all))},
		"stripped with its slash":        {"/kyc", mux("/kyc/", http.StripPrefix("/kyc/", all))},
		"stripped, a page's own name":    {"/sessions", mux("/sessions/", http.StripPrefix("/sessions", all))},
		"a mux in a mux":                 {"/a/kyc", mux("/a/", http.StripPrefix("/a", mux("/kyc/", http.StripPrefix("/kyc", all))))},
		"a mux in a mux, not stripped":   {"/a/kyc", mux("/", mux("/a/kyc/", all))},
		"a prefix that is percent-coded": {"/" + url.PathEscape("ქyc"), mux("/ქyc/", all)},
	} {
		get := func(target string) reply { return send(t, one.host, http.MethodGet, target, "") }
		require.Equal(t, one.base+"/sessions", get(one.base+"/").header.Get("Location"), name)
		list := get(one.base + "/sessions")
		require.Equal(t, http.StatusOK, list.status, name)
		require.Contains(t, list.body, "Giorgi", name)
		details := one.base + "/sessions/" + url.PathEscape(oneID)
		require.Contains(t, list.body, `href="`+details+`"`, name)
		require.Contains(t, get(details).body, "Beridze", name)
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?:href|src|hx-get)="([^"#][^"]*)"`).FindAllStringSubmatch(list.body+get(details).body+get(one.base+"/settings").body, -1) {
			if !seen[m[1]] {
				seen[m[1]] = true
				require.Equal(t, http.StatusOK, get(m[1]).status, "%s: %s", name, m[1])
			}
		}
		require.Greater(t, len(seen), 8, name)
		for _, m := range regexp.MustCompile(`(?:hx-post|action)="([^"]*)"`).FindAllStringSubmatch(list.body, -1) {
			require.True(t, m[1] == "/bye" || strings.HasPrefix(m[1], one.base+"/"), "%s: %s", name, m[1])
			if m[1] != "/bye" {
				status := send(t, one.host, http.MethodPost, m[1], "").status
				require.NotEqual(t, http.StatusNotFound, status, "%s: %s", name, m[1])
				require.NotEqual(t, http.StatusMethodNotAllowed, status, "%s: %s", name, m[1])
			}
		}
		chosen := send(t, one.host, http.MethodPost, one.base+"/preferences", "language=ka")
		require.Equal(t, one.base+"/sessions", chosen.header.Get("Location"), name)
		require.Contains(t, chosen.header.Get("Set-Cookie"), "sessions-language=ka; Path="+one.base+"/"[min(len(one.base), 1):], name)
		require.Equal(t, http.StatusNotFound, get(one.base+"/none").status, name)
	}
	proxied := newPage(t, Options{BasePath: "/outside/kyc/"})
	require.Contains(t, send(t, proxied, http.MethodGet, "/sessions", "").body, `hx-post="/outside/kyc/sessions"`)
}

// TestTab checks that a search names its open page, so that the API ends it when the next one
// comes, and that the page's other requests do not.
func TestTab(t *testing.T) {
	all := newPage(t, Options{})
	var asked url.Values
	own, ok := all.(*site)
	require.True(t, ok)
	api := own.api
	own.api = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body []byte
		var err error
		if r.Body != nil {
			body, err = io.ReadAll(r.Body)
			assert.NoError(t, err)
		}
		asked, err = url.ParseQuery(string(body))
		assert.NoError(t, err)
		if asked.Get("search") == "old" {
			w.WriteHeader(http.StatusConflict)
			_, err = io.WriteString(w, `{"status": 409, "code": "superseded"}`)
			assert.NoError(t, err)
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		api.ServeHTTP(w, r)
	})
	tabOf := func() string {
		tab := regexp.MustCompile(`hx-vals='\{"tab": "(\w{20,})"\}'`).FindStringSubmatch(send(t, all, http.MethodGet, "/sessions", "").body)
		require.NotNil(t, tab)
		return tab[1]
	}
	one, other := tabOf(), tabOf()
	require.NotEqual(t, one, other)
	search := func(path, text string) int {
		return send(t, all, http.MethodPost, path, "search="+text+"&tab="+one, "HX-Request", "true", "HX-Target", "results").status
	}
	require.Equal(t, http.StatusOK, search("/sessions", "g"))
	require.Equal(t, one, asked.Get("tab"))
	require.Equal(t, http.StatusOK, search("/sessions/counts", "g"))
	require.False(t, asked.Has("tab"))
	require.Equal(t, http.StatusNoContent, search("/sessions", "old"), "the page goes on to show what it shows")
}

func TestNobody(t *testing.T) {
	all := newPage(t, Options{})
	nobody := func(h http.Handler, headers ...string) reply {
		return send(t, h, http.MethodGet, "/sessions", "", append(headers, "Company", "")...)
	}
	answer := nobody(all)
	require.Equal(t, http.StatusUnauthorized, answer.status)
	require.Contains(t, answer.body, "You are not signed in.")
	require.NotContains(t, answer.body, "Giorgi")
	all = newPage(t, Options{SignIn: "/in"})
	back := func(to string) string { return "/in?" + url.Values{"return": {to}}.Encode() }
	require.Equal(t, back("/sessions"), nobody(all).header.Get("Location"))
	part := func(at string) string {
		return nobody(all, "HX-Request", "true", "HX-Current-URL", "https://host.example"+at).header.Get("HX-Redirect")
	}
	require.Equal(t, back("/a/sessions?status=failed"), part("/a/sessions?status=failed"))
	require.Equal(t, "/in", part("/a/sessions?search=giorgi"), "personal data in one more address")
	for _, personal := range []string{"search=gio;", "search=gio%zz", "%73earch=gio", "personal_number=1", "extra.phone=1", "birth_date.from=1990-01-01", "filter=search(%22gio%22)", "q=gio"} {
		require.Equal(t, "/in", send(t, all, http.MethodGet, "/sessions?"+personal, "", "Company", "").header.Get("Location"), personal)
		from := send(t, all, http.MethodGet, "/settings", "", "Referer", "http://example.com/sessions?"+personal)
		require.Contains(t, from.body, `class="back"><a href="/sessions" `, personal)
	}
	for _, elsewhere := range []string{"//evil.example/x", "", "?x", "//evil.example%2fx"} {
		require.Equal(t, "/in", part(elsewhere), elsewhere)
	}
	below := http.StripPrefix("/base", all)
	require.Equal(t, back("/base/sessions/a%2Fb?status=failed"), send(t, below, http.MethodGet, "/base/sessions/a%2Fb?status=failed", "", "Company", "").header.Get("Location"))
	require.Equal(t, "/in", send(t, all, http.MethodPost, "/sessions", "status=failed", "Company", "").header.Get("Location"))
	down := newPage(t, Options{SignIn: "/in", Viewer: func(*http.Request) (store.Viewer, error) { return store.Viewer{}, httpapi.ErrUnavailable }})
	require.Equal(t, http.StatusServiceUnavailable, nobody(down).status, "an outage signs nobody out")
	none, err := New(newStore(t), Options{})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, send(t, none, http.MethodGet, "/sessions", "").status)
	require.Equal(t, http.StatusUnauthorized, send(t, none, http.MethodGet, "/api/sessions", "").status)
}

// TestAnotherViewer signs in as another viewer in another tab. The open page must get none of that
// viewer's data, and must be reloaded.
func TestAnotherViewer(t *testing.T) {
	all := newPage(t, Options{SignIn: "/in"})
	was := regexp.MustCompile(`"Page-Viewer": "(\w+)"`).FindStringSubmatch(send(t, all, http.MethodGet, "/sessions", "", "Company", "lomi").body)
	require.Len(t, was, 2)
	part := send(t, all, http.MethodPost, "/sessions", "", "HX-Request", "true", "Page-Viewer", was[1])
	require.Equal(t, http.StatusConflict, part.status)
	require.Equal(t, "true", part.header.Get("HX-Refresh"))
	require.Empty(t, part.header.Get("HX-Redirect"))
	require.Empty(t, part.body)
	file := send(t, all, http.MethodPost, "/api/export", "", "Page-Viewer", was[1])
	require.Equal(t, http.StatusUnauthorized, file.status)
	require.NotContains(t, file.body, "Giorgi")
	require.Equal(t, http.StatusOK, send(t, all, http.MethodPost, "/sessions", "", "Company", "lomi", "HX-Request", "true", "Page-Viewer", was[1]).status)
}

// TestOtherViewerByEveryWay names the viewer of an open page in every way that a page or a proxy
// may.
func TestOtherViewerByEveryWay(t *testing.T) {
	image := func(w http.ResponseWriter, _ *http.Request, v store.Viewer, _ string) {
		_, _ = io.WriteString(w, v.Company)
	}
	all := newPage(t, Options{Selfie: image})
	src := regexp.MustCompile(`src="([^"]*/selfie[^"]*)"`).FindStringSubmatch(send(t, all, http.MethodGet, "/sessions", "").body)
	require.NotNil(t, src)
	require.Equal(t, "acme", send(t, all, http.MethodGet, src[1], "").body)
	tag := src[1][strings.Index(src[1], "=")+1:]
	bare := strings.TrimSuffix(src[1], "?viewer="+tag)
	for _, wrong := range []string{"?viewer=", "?viewer=x", "?viewer=x&viewer=" + tag, "?viewer=" + tag + "&viewer=x"} {
		answer := send(t, all, http.MethodGet, bare+wrong, "")
		require.Equal(t, http.StatusUnauthorized, answer.status, wrong)
		require.NotContains(t, answer.body, "acme", wrong)
	}
	for _, wrong := range [][]string{{""}, {" "}, {"x", tag}, {tag, "x"}, {tag + ", x"}} {
		for _, path := range []string{"/sessions", "/settings", "/api/sessions", bare, src[1]} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header = http.Header{"Company": {"acme"}, "Page-Viewer": wrong}
			w := httptest.NewRecorder()
			all.ServeHTTP(w, r)
			require.GreaterOrEqual(t, w.Code, 400, "%q %s", wrong, path)
			require.NotContains(t, w.Body.String(), "Giorgi", "%q %s", wrong, path)
		}
	}
}

// TestNeverMoreThanAsked checks that requests that could be read as asking for less than they say
// are refused.
func TestNeverMoreThanAsked(t *testing.T) {
	all := newPage(t, Options{})
	for _, path := range []string{"/sessions", "/sessions/more", "/sessions/changes", "/sessions/counts", "/settings", "/settings/consequence"} {
		for _, form := range []string{"search=&search=x", "created_at.from=&created_at.from=2030-01-01&created_at.zone=UTC", "created_at.zone=&created_at.zone=UTC&created_at.from=2030-01-01"} {
			answer := send(t, all, http.MethodPost, path, form)
			require.Equal(t, http.StatusBadRequest, answer.status, "%s %s", path, form)
			require.NotContains(t, answer.body, "Giorgi")
		}
	}
	for _, path := range []string{"/sessions?set.status=failed", "/sessions?created_at.from=&created_at.from=2030-01-01"} {
		require.Equal(t, http.StatusBadRequest, send(t, all, http.MethodGet, path, "").status, path)
	}
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	require.Equal(t, http.StatusBadRequest, send(t, all, http.MethodGet, "/sessions", "search=x", form...).status, "the body of a GET")
	mux := http.NewServeMux()
	mux.Handle("/kyc/", all)
	api := send(t, mux, http.MethodGet, "/kyc/api?search=gio", "")
	require.Equal(t, http.StatusNotFound, api.status)
	require.Empty(t, api.header.Get("Location"), "a search in a redirect")
}

// TestImagesOfSteps checks that there is no image for IDs that browsers take for steps in a path.
func TestImagesOfSteps(t *testing.T) {
	backend := memstore.New()
	for _, id := range []string{".", "..", "..."} {
		require.NoError(t, backend.Insert(t.Context(), &sessions.Session{ID: id, Company: "acme", CreatedAt: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), Status: sessions.Success, Selfie: "face"}))
	}
	all, err := New(store.New(backend, store.Options{}), Options{Viewer: agent, Selfie: func(http.ResponseWriter, *http.Request, store.Viewer, string) {}})
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(send(t, all, http.MethodGet, "/sessions", "").body, "/selfie?"))
}

// TestSearchInURL checks that a search in the URL is refused on every path.
func TestSearchInURL(t *testing.T) {
	all := newPage(t, Options{})
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, path := range []string{"/sessions", "/settings"} {
			require.Equal(t, http.StatusOK, send(t, all, method, path+"?status=success", "").status, path)
			require.Equal(t, http.StatusBadRequest, send(t, all, method, path+"?search=giorgi", "").status, "%s %s", method, path)
		}
	}
}

func TestPolicies(t *testing.T) {
	all := newPage(t, Options{
		Images: []string{"https://faces.example.com"}, Frames: []string{"'self'", "https://desk.example.com"},
		Nonce: func(r *http.Request) string { return r.Header.Get("Test-Nonce") },
	})
	host := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "script-src 'nonce-abc'")
		all.ServeHTTP(w, r)
	})
	answer := send(t, host, http.MethodGet, "/sessions", "", "Test-Nonce", "abc")
	policies := answer.header.Values("Content-Security-Policy")
	require.Len(t, policies, 2)
	require.Equal(t, "script-src 'nonce-abc'", policies[0])
	require.Contains(t, policies[1], "img-src 'self' https://faces.example.com;")
	require.Contains(t, policies[1], "frame-ancestors 'self' https://desk.example.com")
	require.NotContains(t, policies[1], "unsafe")
	scripts := regexp.MustCompile(`<(?:script|link rel="stylesheet")[^>]*>`).FindAllString(answer.body, -1)
	require.Len(t, scripts, 4)
	for _, tag := range scripts {
		require.Contains(t, tag, ` nonce="abc"`)
	}
	for _, site := range []string{"cross-site", "same-site"} {
		require.Equal(t, http.StatusForbidden, send(t, all, http.MethodPost, "/sessions", "", "Sec-Fetch-Site", site).status)
		require.Equal(t, http.StatusForbidden, send(t, all, http.MethodPost, "/api/export", "", "Sec-Fetch-Site", site).status)
	}
}

func TestStaticFiles(t *testing.T) {
	all := newPage(t, Options{Colours: map[string]string{"accent": "light-dark(#7a1f3d, #f2a0b8)"}})
	document := send(t, all, http.MethodGet, "/sessions", "").body
	for _, name := range []string{"page.css", "page.js", "list.js", "htmx.min.js", "htmx.LICENSE", "icon.svg"} {
		one := send(t, all, http.MethodGet, "/static/"+name, "")
		require.Equal(t, http.StatusOK, one.status, name)
		if name != "htmx.LICENSE" {
			require.Contains(t, document, `/static/`+name+`?v=`+one.header.Get("ETag")[1:13]+`"`, "a cached file of another release")
		}
		require.Equal(t, http.StatusNotModified, send(t, all, http.MethodGet, "/static/"+name, "", "If-None-Match", one.header.Get("ETag")).status)
	}
	require.Contains(t, send(t, all, http.MethodGet, "/static/colours.css", "").body, "--accent: light-dark(#7a1f3d, #f2a0b8);")
	for _, name := range []string{"", "none", "%2e%2e/templates/list.html", "..%2ftemplates%2flist.html"} {
		require.Equal(t, http.StatusNotFound, send(t, all, http.MethodGet, "/static/"+name, "").status, name)
	}
	require.Equal(t, http.StatusNotFound, send(t, newPage(t, Options{}), http.MethodGet, "/static/colours.css", "").status)
}

func TestOptions(t *testing.T) {
	all := newPage(t, Options{
		Title: "Checks", Logo: "/logo.svg", Account: func(*http.Request) string { return "Nino" }, CompanyName: func(store.Viewer) string { return "Acme Bank" },
		API:     httpapi.Options{Formats: []httpapi.Format{{Name: "xlsx"}, {Name: "ours"}}},
		Columns: []sessions.Field{sessions.FieldStatus, sessions.FieldFirstName}, Zones: []string{"Asia/Dubai", "UTC"},
		Languages: []Language{English(), {Tag: "de", Name: "Deutsch", Texts: map[string]string{"first_name": "Vorname", "one_session": "1 Sitzung"}}},
	})
	answer := send(t, all, http.MethodGet, "/sessions", "", "Accept-Language", "fr, de-AT;q=0.8, en;q=0.5")
	for _, part := range []string{
		`<html lang="de">`, "Vorname", "1 Sitzung", "Verified", "Checks", `src="/logo.svg"`, "Nino", "Acme Bank", `data-usual="Asia/Dubai"`, "Excel workbook", `value="ours"><span><strong>ours<`, `colspan="3"`,
	} {
		require.Contains(t, answer.body, part)
	}
	require.NotContains(t, answer.body, "Beridze</bdi>", "a column that was not asked for")
	require.Less(t, strings.Index(answer.body, `class="c-verified"`), strings.Index(answer.body, `class="c-first"`))

	for want, wrong := range map[string]Options{
		"SearchInURL":            {API: httpapi.Options{SearchInURL: true}},
		"fields of":              {API: httpapi.Options{Viewer: agent}},
		"has no text":            {Languages: []Language{{Tag: "de", Name: "Deutsch", Texts: map[string]string{"frist_name": "x"}}}},
		"other verbs":            {Languages: []Language{{Tag: "de", Name: "Deutsch", Texts: map[string]string{"n_sessions": "viele"}}}},
		"no tag":                 {Languages: []Language{{}}},
		"twice":                  {Languages: []Language{English(), English()}},
		"cannot be":              {Zones: []string{"Mars/Olympus"}},
		"no column":              {Columns: []sessions.Field{sessions.FieldClientIP}},
		"has it twice":           {Columns: []sessions.Field{sessions.FieldStatus, sessions.FieldStatus}},
		"no colour \"x":          {Colours: map[string]string{"x": "red"}},
		"there are ground, ":     {Colours: map[string]string{"acent": "red"}},
		"is not a colour":        {Colours: map[string]string{"accent": "red; } * { display: none"}},
		"is not a colour: \"url": {Colours: map[string]string{"accent": "url(https://example.com)"}},
		"colour: \"rgb":          {Colours: map[string]string{"accent": "rgb(0,0,0) url(//evil.example/x)"}},
		"one slash":              {BasePath: "//evil.example"},
		"one slash: \"/\\":       {BasePath: `/\evil.example`},
		"Images: not an orig":    {Images: []string{"https://a.example; script-src *"}},
		"Frames: not an orig":    {Frames: []string{"self"}},
		"BasePath":               {BasePath: "kyc"},
	} {
		_, err := New(newStore(t), wrong)
		require.ErrorContains(t, err, want)
	}
}

func TestDatesThatAreKnownInPart(t *testing.T) {
	en, err := newLanguage(English())
	require.NoError(t, err)
	for text, want := range map[string]string{
		"1965-03-04": "4\u00a0Mar\u00a01965", "1965-03-00": "Mar\u00a01965", "1965-00-00": "1965", "1965-00-04": "1965-00-04", "": "", "x": "x",
	} {
		require.Equal(t, want, en.date(text), text)
	}
}

// rekeyed is a storage whose search keys are being rebuilt.
type rekeyed struct{ store.Backend }

func (b rekeyed) List(ctx context.Context, s store.Selection) (store.Batch, error) {
	batch, err := b.Backend.List(ctx, s)
	batch.Rekeying = true
	return batch, err
}

func TestRekeying(t *testing.T) {
	quick := newPage(t, Options{})
	slow, err := New(store.New(rekeyed{memstore.New()}, store.Options{}), Options{Viewer: agent})
	require.NoError(t, err)
	for tag, l := range map[string]Language{"en": English(), "ka": Georgian()} {
		asked := []string{"Accept-Language", tag, "HX-Request", "true", "HX-Target", "results"}
		require.Contains(t, send(t, slow, http.MethodPost, "/sessions", "search=gio", asked...).body, l.Texts["rekeying"])
		require.NotContains(t, send(t, quick, http.MethodPost, "/sessions", "search=gio", asked...).body, l.Texts["rekeying"])
	}
}

// TestTextsAreText checks that the texts of a catalogue are escaped, although they are put into the
// templates before parsing.
func TestTextsAreText(t *testing.T) {
	const hostile = `"><script>{{ .Viewer }}{{ nobody }}</script>`
	all := newPage(t, Options{Languages: []Language{{Tag: "xx", Name: "X", Texts: map[string]string{"first_name": hostile, "refresh": hostile}}}})
	body := send(t, all, http.MethodGet, "/sessions", "").body
	require.Contains(t, body, `data-label="`+html.EscapeString(hostile)+`"`)
	require.Contains(t, body, "</svg>"+html.EscapeString(hostile)+"</button>")
	require.NotContains(t, body, "<script>")
	for _, brace := range []string{"x{", "{{", "{{{", "}}", "{{-"} {
		texts := map[string]string{}
		for key, text := range English().Texts {
			if !strings.ContainsAny(text, "%{") {
				texts[key] = brace
			}
		}
		all := newPage(t, Options{Languages: []Language{{Tag: "xx", Name: "X", Texts: texts}}})
		require.Contains(t, send(t, all, http.MethodGet, "/sessions", "").body, `data-label="`+brace+`"`)
	}
}
