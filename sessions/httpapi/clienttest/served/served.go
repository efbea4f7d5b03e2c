// Package served serves the API that the generated clients call.
package served

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// New serves an API with two sessions: the first is of Nino, and the name of the second was not
// recognised. Every object of the answers has a member, and the sessions have a status, that the
// description does not name.
func New(t *testing.T) (url string) {
	t.Helper()
	backend, settings := memstore.New(), &memstore.Settings{}
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	extra, err := sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: "555"})
	require.NoError(t, err)
	require.NoError(t, backend.Insert(t.Context(),
		&sessions.Session{
			ID: "a/b", Company: "acme", Subject: "nino", CreatedAt: at, Status: "under_review", FirstName: sessions.TextOf("Nino"), Selfie: "face", Extra: extra,
			DocumentType: sessions.Passport, Match: sessions.Match{Compared: true, Level: 4, Scale: far.Kvalifika.Name(), Acceptance: 5},
		},
		&sessions.Session{ID: "s2", Company: "acme", CreatedAt: at.Add(time.Hour), Status: sessions.Pending, FirstName: sessions.TextIn(sessions.NotRecognised)},
	))
	api := httpapi.New(store.New(backend, store.Options{Settings: settings, Trail: &memstore.Trail{}}), httpapi.Options{
		Viewer: func(*http.Request) (store.Viewer, error) {
			return store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "m-1"}, nil
		},
		Values: map[sessions.Field][]string{sessions.FieldStatus: {"under_review"}},
		Selfie: func(w http.ResponseWriter, _ *http.Request, _ store.Viewer, reference string) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = io.WriteString(w, "image of "+reference)
		},
	})
	server := httptest.NewServer(later(api))
	t.Cleanup(server.Close)
	return server.URL
}

// later answers like a later version of the API: with further members.
func later(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/export" || strings.HasSuffix(r.URL.Path, "/selfie") {
			api.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		api.ServeHTTP(answer, r)
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		var document any
		if json.Unmarshal(answer.Body.Bytes(), &document) == nil {
			further(document)
			_ = json.NewEncoder(w).Encode(document)
			return
		}
		_, _ = bytes.NewReader(answer.Body.Bytes()).WriteTo(w)
	})
}

// further adds a member to every object, except those whose members are a company's keys.
func further(document any) {
	switch v := document.(type) {
	case map[string]any:
		for name, member := range v {
			if name != "extra" && name != "by_document_type" {
				further(member)
			}
		}
		v["added_later"] = map[string]any{"x": 1}
	case []any:
		for _, item := range v {
			further(item)
		}
	}
}
