package httpapi_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// The whole API behind a host's own cookie.
func Example() {
	backend := memstore.New()
	err := backend.Insert(context.Background(), &sessions.Session{
		ID: "s-1", Company: "acme", CreatedAt: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), Status: sessions.Success,
		FirstName: sessions.TextOf("გიორგი"), LastName: sessions.TextOf("Beridze"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	signedIn := map[string]store.Viewer{"secret-of-agent-7": {Company: "acme", Role: sessions.Agent, Subject: "agent-7"}}
	api := httpapi.New(store.New(backend, store.Options{}), httpapi.Options{
		Viewer: func(r *http.Request) (store.Viewer, error) {
			cookie, err := r.Cookie("session")
			if err != nil {
				return store.Viewer{}, err
			}
			return signedIn[cookie.Value], nil // the zero Viewer is answered 401
		},
	})
	mux := http.NewServeMux()
	mux.Handle("/kyc/", http.StripPrefix("/kyc", api))

	for _, cookie := range []string{"secret-of-agent-7", "guess"} {
		r := httptest.NewRequest(http.MethodPost, "/kyc/count", strings.NewReader(`{"search": "gio"}`))
		r.Header.Set("Content-Type", "application/json")
		r.AddCookie(&http.Cookie{Name: "session", Value: cookie})
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 {"n":1,"exact":true,"rekeying":false}
	// 401 {"type":"about:blank","title":"Unauthorized","status":401,"code":"unauthenticated"}
}
