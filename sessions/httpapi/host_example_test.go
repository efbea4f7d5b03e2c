package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// fromOrigin lets the pages of one other origin call an API with their cookies, and read the
// headers of answers that a client needs. The preflight request has no cookies and does not reach
// the API.
func fromOrigin(origin string, api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if r.Header.Get("Origin") == origin {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Allow-Credentials", "true")
			h.Set("Access-Control-Expose-Headers", "Content-Disposition, ETag, Retry-After")
			if r.Method == http.MethodOptions {
				h.Set("Access-Control-Allow-Methods", "GET, POST, PUT")
				h.Set("Access-Control-Allow-Headers", "Content-Type, If-Match, If-None-Match")
				h.Set("Access-Control-Max-Age", "600")
				w.WriteHeader(http.StatusNoContent)
				return
			}
		}
		api.ServeHTTP(w, r)
	})
}

// An API for the pages of another origin. The cookie of the sign-in has to be SameSite=None and
// Secure.
func ExampleNew_cors() {
	api := httpapi.New(store.New(memstore.New(), store.Options{}), httpapi.Options{
		Viewer: func(*http.Request) (store.Viewer, error) {
			return store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"}, nil
		},
	})
	host := fromOrigin("https://app.example", api)
	for _, c := range []struct{ method, origin string }{
		{http.MethodOptions, "https://app.example"}, {http.MethodGet, "https://app.example"},
		{http.MethodOptions, "https://other.example"}, {http.MethodGet, "https://other.example"},
	} {
		r := httptest.NewRequest(c.method, "/count", http.NoBody)
		r.Header.Set("Origin", c.origin)
		w := httptest.NewRecorder()
		host.ServeHTTP(w, r)
		fmt.Printf("%s %d, open to %q, with %q\n", c.method, w.Code, w.Header().Get("Access-Control-Allow-Origin"), w.Header().Get("Access-Control-Expose-Headers"))
	}
	// Output:
	// OPTIONS 204, open to "https://app.example", with "Content-Disposition, ETag, Retry-After"
	// GET 200, open to "https://app.example", with "Content-Disposition, ETag, Retry-After"
	// OPTIONS 405, open to "", with ""
	// GET 200, open to "", with ""
}
