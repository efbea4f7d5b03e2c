package page

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// site is the handler of the page, the API and the static files.
type site struct {
	store     *store.Store // for data that the API lacks
	options   Options
	languages []*language
	zones     []string
	files     files
	templates map[string]*template.Template // by language
	policy    string                        // Content-Security-Policy
	api       http.Handler
	handler   http.Handler
}

// New returns the page over a store. It starts no goroutine, keeps nothing between requests, and
// may be used by many goroutines. The error says which option is invalid.
//
// The page may be mounted at any path, which it learns from each request: below a prefix of
// http.ServeMux with or without http.StripPrefix, or below a prefix of another router with
// http.StripPrefix.
func New(st *store.Store, options Options) (http.Handler, error) {
	s := &site{store: st, options: options, templates: map[string]*template.Template{}}
	if err := s.set(); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	own := options.API
	own.Viewer, own.Selfie, own.CompanyName, own.Failed = s.viewer, options.Selfie, options.CompanyName, options.Failed
	s.api = httpapi.New(st, own)

	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, baseOf(r)+"/sessions", http.StatusSeeOther) //nolint:gosec // a path of this origin: func below sees to it
	})
	pages.HandleFunc("GET /sessions", s.admitted(s.list))
	pages.HandleFunc("POST /sessions", s.admitted(s.list))
	pages.HandleFunc("POST /sessions/more", s.admitted(s.more))
	pages.HandleFunc("POST /sessions/changes", s.admitted(s.changes))
	pages.HandleFunc("POST /sessions/counts", s.admitted(s.counts))
	pages.HandleFunc("GET /sessions/{id}", s.admitted(s.details))
	pages.HandleFunc("GET /settings", s.admitted(s.settings))
	pages.HandleFunc("POST /settings", s.admitted(s.settings))
	pages.HandleFunc("POST /settings/save", s.admitted(s.saveSettings))
	pages.HandleFunc("POST /settings/consequence", s.admitted(s.consequence))
	pages.HandleFunc("GET /audit", s.admitted(s.audit))
	pages.HandleFunc("POST /preferences", s.setPreferences)
	pages.Handle("GET /static/{file}", s.files)

	all := http.NewServeMux()
	api := http.StripPrefix("/api", s.api)
	all.Handle("/api/", api)
	all.Handle("GET /api/sessions/{id}/selfie", forViewer(api))
	all.HandleFunc("/api", http.NotFound) // ServeMux would redirect, with the parameters
	all.Handle("/", s.protected(pages))
	// Other sites may not send requests that change something.
	s.handler = http.NewCrossOriginProtection().Handler(all)
	return s, nil
}

// ServeHTTP answers a request.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	base, here := below(r)
	// ServeMux would redirect to the cleaned path.
	if cleaned := path.Clean(here); here != cleaned && here != cleaned+"/" {
		http.NotFound(w, r)
		return
	}
	if s.options.BasePath != "" {
		base = strings.TrimSuffix(s.options.BasePath, "/")
	}
	r = r.WithContext(context.WithValue(r.Context(), baseKey{}, base))
	at := *r.URL
	at.Path, _ = url.PathUnescape(here) // valid: net/http has unescaped it before
	at.RawPath = here
	r.URL = &at
	s.handler.ServeHTTP(w, r)
}

// below returns the path at which the page is mounted, without a slash at its end, and the path of
// the request below it, both escaped as they were sent.
func below(r *http.Request) (base, here string) {
	here = r.URL.EscapedPath()
	sent, err := url.ParseRequestURI(r.RequestURI)
	switch {
	case err != nil: // a request that was made in this process
	case sent.EscapedPath() != here:
		if stripped, ok := strings.CutSuffix(sent.EscapedPath(), here); ok { // by http.StripPrefix
			base = stripped
		}
	case strings.Contains(r.Pattern, "/"): // pattern of the ServeMux that routed to the page
		pattern := r.Pattern[strings.Index(r.Pattern, "/"):]
		at := 0
		for range strings.Count(pattern, "/") - 1 {
			at += 1 + max(strings.Index(here[min(at+1, len(here)):], "/"), 0)
		}
		base, here = here[:at], here[at:]
	}
	if !strings.HasPrefix(here, "/") {
		here = "/" + here
	}
	if base = strings.Trim(base, "/"); base != "" { // two slashes would begin a host name
		base = "/" + base
	}
	return base, here
}

type (
	baseKey   struct{} // key of the path at which the page is mounted
	viewerKey struct{} // key of the viewer of a request
)

func baseOf(r *http.Request) string {
	base, _ := r.Context().Value(baseKey{}).(string)
	return base
}

// identity is the result of Options.Viewer for a request.
type identity struct {
	viewer store.Viewer
	err    error
}

// viewer is the Viewer of the API. For a call by the page itself, the context has the viewer
// already.
func (s *site) viewer(r *http.Request) (store.Viewer, error) {
	if by, ok := r.Context().Value(viewerKey{}).(identity); ok {
		return by.viewer, by.err
	}
	if s.options.Viewer == nil {
		return store.Viewer{}, nil // no viewer: the API refuses the request
	}
	v, err := s.options.Viewer(r)
	if page, open := r.Header[viewerHeader]; err == nil && open && !slices.Equal(page, []string{viewerTag(v)}) {
		return store.Viewer{}, errOtherViewer
	}
	return v, err
}

// viewerHeader is the header in which an open page names the viewer for whom it was made. Tabs
// share the cookie of the sign-in: if a person signs in as somebody else in another tab, the open
// page would otherwise list that viewer's sessions under the name and the company of the first.
const viewerHeader = "Page-Viewer"

// viewerParameter has the value of viewerHeader in the URL of an image, for which browsers send no
// header of the page. IDs are unique within a company only, so that the image could be that of
// another company's session.
const viewerParameter = "viewer"

func forViewer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if query := r.URL.Query(); query.Has(viewerParameter) {
			r = r.Clone(r.Context())
			r.Header[viewerHeader] = append(r.Header[viewerHeader], query[viewerParameter]...)
			query.Del(viewerParameter)
			r.URL.RawQuery = query.Encode()
		}
		next.ServeHTTP(w, r)
	})
}

var errOtherViewer = errors.New("the page was made for another viewer")

// protected sets the security headers, so that browsers load only files of this origin and run no
// inline script. It also limits the body of requests.
func (s *site) protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Content-Security-Policy", s.policy) // added to a host's own: browsers apply both
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, cmp.Or(max(s.options.API.MaxBodyBytes, 0), httpapi.DefaultMaxBodyBytes))
		next.ServeHTTP(w, r)
	})
}

// frame is the data that every page needs.
type frame struct {
	*language
	Base        string // path at which the page is mounted
	Languages   []*language
	Theme       string // "light", "dark", or "" for the system's theme
	Brand       string
	Logo        string
	Colours     bool
	Nonce       string
	Viewer      string // viewerTag of the viewer
	Company     string // display name
	Back        string // URL of the list
	Role        string
	Account     string // name of the signed-in person
	SignOut     string
	HasSettings bool
	MayAudit    bool   // may read the audit trail
	Path        string // entry of the navigation
	Title       string
	Whole       bool // a whole page, not a part of one
	Drawer      bool // the page opens details and settings beside the list

	zones     []string // to choose from
	usualZone string   // until another is chosen
	columns   []sessions.Field
}

// request is a request of a viewer.
type request struct {
	*http.Request
	w      http.ResponseWriter
	viewer store.Viewer
	zone   *time.Location // zone in which the page shows and reads dates
	frame
}

// admitted returns a handler that calls do for the viewers whom the API admits, and refuses all
// others as the API does.
func (s *site) admitted(do func(*request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var by identity
		by.viewer, by.err = s.viewer(r)
		call := &request{Request: r.WithContext(context.WithValue(r.Context(), viewerKey{}, by)), w: w, viewer: by.viewer, frame: s.frame(r)}
		call.Back = call.back()
		if errors.Is(by.err, errOtherViewer) {
			w.Header().Set("HX-Refresh", "true")
			w.WriteHeader(http.StatusConflict)
			return
		}
		if by.err != nil || by.viewer.Company == "" || !by.viewer.Role.Known() {
			var nothing any
			_, err := s.get(call, "/settings", nil, &nothing) // for the API's problem
			s.refuse(call, err)
			return
		}
		// The body of a GET, or one of another type, would be an empty form, which selects
		// everything.
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err := call.ParseForm(); err != nil || r.ContentLength != 0 && (r.Method != http.MethodPost || kind != "application/x-www-form-urlencoded") {
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		}
		if r.Method == http.MethodPost {
			// Without the values of the URL: in the body of a call, the API could not refuse
			// personal data among them.
			call.Form = call.PostForm
		}
		call.zone = call.chosenZone()
		call.Viewer = viewerTag(by.viewer)
		call.Company = by.viewer.Company
		if s.options.CompanyName != nil {
			call.Company = s.options.CompanyName(by.viewer)
		}
		call.Brand = cmp.Or(s.options.Title, call.Company)
		call.HasSettings = s.store.HasSettings()
		call.MayAudit = s.store.HasTrail() && by.viewer.Role.ChangesSettings() && by.viewer.Restriction.IsZero()
		call.Role, call.SignOut = string(by.viewer.Role), s.options.SignOut
		if s.options.Account != nil {
			call.Account = s.options.Account(r)
		}
		do(call)
	}
}

// viewerTag returns a digest that identifies a viewer, so that a browser shows the text that one
// viewer has typed to no other.
func viewerTag(v store.Viewer) string { //nolint:gocritic // a copy of a request's viewer is cheap
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", v.Company, v.Subject, v.Role))
	return hex.EncodeToString(sum[:8])
}

// frame returns the frame of a request before its viewer is known.
func (s *site) frame(r *http.Request) frame {
	f := frame{
		language: s.language(r), Base: baseOf(r), Languages: s.languages, Theme: themeOf(r),
		Brand: s.options.Title, Logo: s.options.Logo, Colours: len(s.options.Colours) > 0, Whole: !isPart(r),
		zones: s.zones, usualZone: s.zones[0], columns: s.options.Columns,
	}
	if s.options.Nonce != nil {
		f.Nonce = s.options.Nonce(r)
	}
	return f
}

// back returns the URL of the list, with its filters if the request came from the list.
func (r *request) back() string {
	list := r.Base + "/sessions"
	if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host && from.EscapedPath() == list && from.RawQuery != "" && shareable(from.RawQuery) {
		return list + "?" + from.RawQuery
	}
	return list
}

// isPart reports whether htmx requests a part of a page.
func isPart(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// show sends a template in the viewer's language.
func (s *site) show(r *request, status int, name string, data any) {
	var body bytes.Buffer
	if err := s.templates[r.Tag].ExecuteTemplate(&body, name, data); err != nil {
		s.failed(r.Request, err)
		http.Error(r.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	r.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	r.w.Header().Add("Vary", "HX-Request, Accept-Language, Cookie")
	r.w.WriteHeader(status)
	_, _ = body.WriteTo(r.w)
}

func (s *site) failed(r *http.Request, err error) {
	if s.options.Failed != nil {
		s.options.Failed(r, err)
	}
}

// The cookies of a person's preferences.
const (
	languageCookie = "sessions-language"
	themeCookie    = "sessions-theme"
	yearSeconds    = 365 * 24 * 60 * 60
)

// language returns the language that the viewer has chosen, or that their browser prefers.
func (s *site) language(r *http.Request) *language {
	if c, err := r.Cookie(languageCookie); err == nil {
		for _, l := range s.languages {
			if l.Tag == c.Value {
				return l
			}
		}
	}
	for wanted := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, quality, _ := strings.Cut(strings.TrimSpace(wanted), ";")
		if strings.TrimSpace(quality) == "q=0" {
			continue
		}
		for _, l := range s.languages {
			if base, _, _ := strings.Cut(tag, "-"); strings.EqualFold(l.Tag, tag) || strings.EqualFold(l.Tag, base) {
				return l
			}
		}
	}
	return s.languages[0]
}

func themeOf(r *http.Request) string {
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

// setPreferences stores the preferences in cookies. The browser reloads the page itself, since only
// the browser has the search text of the list.
func (s *site) setPreferences(w http.ResponseWriter, r *http.Request) {
	keep := func(name, value string) {
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // it holds no secret, and hosts are developed over plain HTTP
			Name: name, Value: value, Path: cmp.Or(baseOf(r), "/"), MaxAge: yearSeconds, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
	}
	for _, l := range s.languages {
		if r.PostFormValue("language") == l.Tag {
			keep(languageCookie, l.Tag)
		}
	}
	if theme := r.PostFormValue("theme"); theme == "light" || theme == "dark" || theme == "system" {
		keep(themeCookie, theme)
	}
	if isPart(r) {
		w.Header().Set("HX-Refresh", "true")
		return
	}
	http.Redirect(w, r, baseOf(r)+"/sessions", http.StatusSeeOther) //nolint:gosec // a path of this origin: func below sees to it
}
