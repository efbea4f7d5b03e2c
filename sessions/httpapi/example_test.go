package httpapi_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/export"
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

// A custom column, the viewer's own headers, and limits for slow clients.
func ExampleOptions() {
	backend := memstore.New()
	err := backend.Insert(context.Background(), &sessions.Session{ID: "s-1", Company: "acme", CreatedAt: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), Status: sessions.Pending})
	if err != nil {
		fmt.Println(err)
		return
	}
	api := httpapi.New(store.New(backend, store.Options{}), httpapi.Options{
		Viewer: func(*http.Request) (store.Viewer, error) {
			return store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"}, nil
		},
		Columns: []export.CustomColumn{{
			Header: "Link", Fields: sessions.FieldsOf(sessions.FieldID),
			Cell: func(s *sessions.Session) string { return "https://kyc.example.com/sessions/" + s.ID },
		}},
		Headers: func(*http.Request) map[export.Column]string {
			return map[export.Column]string{export.ColumnSessionID: "ნომერი"}
		},
		Timeout: 5 * time.Second, MinBytesPerSecond: 64 << 10,
		Failed: func(r *http.Request, err error) { fmt.Println(r.URL.Path, err) },
	})
	server := httptest.NewServer(api)
	defer server.Close()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL+"/export", strings.NewReader(`{"column": ["Session ID", "Link"]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := io.ReadAll(answer.Body)
	fmt.Print(strings.ReplaceAll(string(file), "\r\n", "\n"))
	fmt.Println(answer.Trailer.Get("Export-Rows"), "rows", err, answer.Body.Close())
	// Output:
	// ნომერი,Link
	// s-1,https://kyc.example.com/sessions/s-1
	// 1 rows <nil> <nil>
}
