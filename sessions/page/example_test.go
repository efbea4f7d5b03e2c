package page_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/page"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// The page at /kyc/ behind a host's own cookie.
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
	viewerFromMyCookie := func(r *http.Request) (store.Viewer, error) {
		cookie, err := r.Cookie("session")
		if err != nil {
			return store.Viewer{}, err
		}
		return signedIn[cookie.Value], nil // the zero Viewer is sent to the sign-in
	}
	all, err := page.New(store.New(backend, store.Options{}), page.Options{
		Viewer: viewerFromMyCookie, SignIn: "/sign-in", Colours: map[string]string{"accent": "light-dark(#7a1f3d, #f2a0b8)"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/kyc/", all)

	for _, cookie := range []string{"secret-of-agent-7", "guess"} {
		r := httptest.NewRequest(http.MethodPost, "/kyc/sessions", strings.NewReader("search=gio"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: "session", Value: cookie})
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Header().Get("Location"), strings.Contains(w.Body.String(), "<mark>გიო</mark>რგი"))
	}
	// Output:
	// 200  true
	// 303 /sign-in false
}

// The page in the host's look and languages, behind a proxy that removes the prefix /kyc.
func ExampleOptions() {
	german := page.Language{Tag: "de", Name: "Deutsch", Texts: map[string]string{"search": "Suche"}} // the rest is in English
	_, err := page.New(store.New(memstore.New(), store.Options{}), page.Options{
		Viewer: func(*http.Request) (store.Viewer, error) { return store.Viewer{}, nil },
		Title:  "Checks", Logo: "https://static.example.com/logo.svg", Images: []string{"https://static.example.com"},
		Colours:   map[string]string{"accent": "#0f5c77"},
		Languages: []page.Language{page.English(), german}, Zones: []string{"Europe/Berlin"},
		Columns:  []sessions.Field{sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldCreatedAt, sessions.FieldStatus},
		BasePath: "/kyc", Frames: []string{"'self'"},
		API: httpapi.Options{Values: map[sessions.Field][]string{sessions.FieldDocumentType: {"health_card"}}},
	})
	fmt.Println(err)

	german.Texts["greeting"] = "Hallo"
	_, err = page.New(store.New(memstore.New(), store.Options{}), page.Options{Languages: []page.Language{german}})
	fmt.Println(err)
	// Output:
	// <nil>
	// page: options: Languages: "de": the page has no text "greeting"
}
