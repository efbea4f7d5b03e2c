package main

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// site is the page and all that belongs to it.
type site struct {
	log      *slog.Logger
	pages    map[string]*template.Template // by language
	sessions signIns
	api      http.Handler
	handler  http.Handler
}

// newSite mounts the API over a storage, and the page over the API.
func newSite(from *storage, log *slog.Logger) (*site, error) {
	s := &site{log: log, pages: map[string]*template.Template{}}
	for _, l := range languages() {
		pages, err := template.New("").Funcs(l.functions()).ParseFS(templateFiles, "templates/*.html")
		if err != nil {
			return nil, err
		}
		s.pages[l.Code] = pages
	}
	st := store.New(from.backend, store.Options{Settings: from.settings, Trail: from.trail, Audit: s.audit})
	s.api = httpapi.New(st, httpapi.Options{
		Viewer:      s.sessions.viewer,
		Selfie:      selfie,
		CompanyName: func(v store.Viewer) string { return companyName(v.Company) },
		Failed: func(r *http.Request, err error) {
			s.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		},
	})

	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/sessions", http.StatusSeeOther) })
	pages.HandleFunc("GET /sessions", s.asked(s.list))
	pages.HandleFunc("POST /sessions", s.asked(s.list))
	pages.HandleFunc("POST /sessions/more", s.asked(s.more))
	pages.HandleFunc("POST /sessions/changes", s.asked(s.changes))
	pages.HandleFunc("POST /sessions/counts", s.asked(s.counts))
	pages.HandleFunc("GET /sessions/{id}", s.asked(s.details))
	pages.HandleFunc("GET /settings", s.asked(s.settings))
	pages.HandleFunc("POST /settings", s.asked(s.settings))
	pages.HandleFunc("POST /settings/save", s.asked(s.saveSettings))
	pages.HandleFunc("GET /sign-in", s.signInPage)
	pages.HandleFunc("POST /sign-in", s.signIn)
	pages.HandleFunc("POST /sign-out", s.signOut)
	pages.HandleFunc("POST /preferences", s.setPreferences)
	pages.Handle("GET /static/", static())

	all := http.NewServeMux()
	all.Handle("/api/", http.StripPrefix("/api", s.api))
	all.Handle("/", protected(pages))
	s.handler = http.NewCrossOriginProtection().Handler(all) // against forged requests: no other site may send any that changes something
	return s, nil
}

// ServeHTTP answers a request.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// policy lets the browser load what comes from here, and run no script that stands in a page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, httpapi.DefaultMaxBody)
		next.ServeHTTP(w, r)
	})
}

func static() http.Handler {
	files := http.FileServerFS(staticFiles)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, max-age=300")
		files.ServeHTTP(w, r)
	})
}

// audit is told of everything; a host would keep it. This one notes what lasts: files and settings.
func (s *site) audit(_ context.Context, e store.Event) error {
	if e.Action == store.ActionExport || e.Action == store.ActionSettings {
		s.log.Info("audit", "event", e)
	}
	return nil
}

// frame is what every page needs.
type frame struct {
	*language
	Preferences preferences
	Account     *account
	Path        string // of the navigation
	Title       string
	Whole       bool // a whole page, not a part of one
	Drawer      bool // the page opens details and settings beside the list
}

// request is one of somebody who has signed in.
type request struct {
	*http.Request
	w http.ResponseWriter
	frame
}

// asked lets those in who have signed in, and leads the others to the sign-in.
func (s *site) asked(do func(*request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		account := s.sessions.account(r)
		if account == nil {
			if isPart(r) {
				w.Header().Set("HX-Redirect", "/sign-in")
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
			return
		}
		// A body of another kind would be read as a form without a criterion, which is everything.
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err := r.ParseForm(); err != nil || r.ContentLength != 0 && kind != "application/x-www-form-urlencoded" {
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		}
		if r.Method == http.MethodPost {
			r.Form = r.PostForm // what stands in a URL is no personal data
		}
		p := preferencesOf(r)
		do(&request{r, w, frame{language: p.language(), Preferences: p, Account: account, Whole: !isPart(r)}})
	}
}

// isPart reports whether htmx asks for a part of a page.
func isPart(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// show sends a template in the viewer's language.
func (s *site) show(w http.ResponseWriter, l *language, status int, name string, data any) {
	var page bytes.Buffer
	if err := s.pages[l.Code].ExecuteTemplate(&page, name, data); err != nil {
		s.log.Error("page", "template", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Add("Vary", "HX-Request, Accept-Language, Cookie")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w)
}

// preferences are how somebody wants to see the page.
type preferences struct {
	Language string
	Theme    string // "light", "dark", or "" for what the system has
}

const yearSeconds = 365 * 24 * 60 * 60

func preferencesOf(r *http.Request) preferences {
	p := preferences{Language: "en"}
	if c, err := r.Cookie("language"); err == nil {
		p.Language = c.Value
	} else if strings.HasPrefix(r.Header.Get("Accept-Language"), "ka") {
		p.Language = "ka"
	}
	if c, err := r.Cookie("theme"); err == nil && (c.Value == "light" || c.Value == "dark") {
		p.Theme = c.Value
	}
	return p
}

func (p preferences) language() *language {
	all := languages()
	for _, l := range all {
		if l.Code == p.Language {
			return l
		}
	}
	return all[0]
}

// setPreferences keeps them in cookies. The page reloads itself, for the list's search text is in
// its history alone.
func (s *site) setPreferences(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{"language", "theme"} {
		if value := r.PostFormValue(name); value == "en" || value == "ka" || value == "light" || value == "dark" || value == "system" {
			http.SetCookie(w, &http.Cookie{ //nolint:gosec // plain HTTP on the loopback address
				Name: name, Value: value, Path: "/", MaxAge: yearSeconds, HttpOnly: true, SameSite: http.SameSiteLaxMode,
			})
		}
	}
	if isPart(r) {
		w.Header().Set("HX-Refresh", "true")
		return
	}
	http.Redirect(w, r, "/sessions", http.StatusSeeOther)
}
