package main

import (
	"context"
	"embed"
	"html/template"
	"log/slog"
	"net/http"

	"github.com/kvalifika/sessionkit/sessions/page"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// site serves the page behind a sign-in.
type site struct {
	log      *slog.Logger
	sessions signIns
}

// newSite mounts the page with a storage.
func newSite(from *storage, log *slog.Logger) (http.Handler, error) {
	s := &site{log: log}
	st := store.New(from.backend, store.Options{Settings: from.settings, Trail: from.trail, Audit: s.audit})
	all, err := page.New(st, page.Options{
		Viewer: s.sessions.viewer, Account: s.sessions.name, SignIn: "/sign-in", SignOut: "/sign-out",
		CompanyName: func(v store.Viewer) string { return companyName(v.Company) },
		Selfie:      selfie,
		Zones:       []string{"Asia/Tbilisi", "UTC", "Europe/London", "Europe/Berlin", "Europe/Kyiv", "Europe/Istanbul", "Asia/Dubai", "America/New_York"},
		Failed: func(r *http.Request, err error) {
			s.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", all)
	mux.HandleFunc("GET /sign-in", s.signInPage)
	mux.HandleFunc("GET /sign-in.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, signInFiles, "signin.css") })
	mux.HandleFunc("POST /sign-in", s.signIn)
	mux.HandleFunc("POST /sign-out", s.signOut)
	return http.NewCrossOriginProtection().Handler(mux), nil
}

// audit logs exports and changes of settings. The trail keeps all events.
func (s *site) audit(_ context.Context, e store.Event) error {
	if e.Action == store.ActionExport || e.Action == store.ActionSettings {
		s.log.Info("audit", "event", e)
	}
	return nil
}

//go:embed signin.html signin.css
var signInFiles embed.FS

var signInTemplate = template.Must(template.ParseFS(signInFiles, "signin.html"))

// signInPolicy is the Content-Security-Policy of the sign-in.
const signInPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
