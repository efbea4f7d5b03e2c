package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRequest checks that any request is answered with a document or a problem, never with a
// failure or another company's data.
func FuzzRequest(f *testing.F) {
	for _, op := range operations {
		f.Add(op.method, op.path, "", op.body, "application/json")
		f.Add(op.method, op.path, "status=failed&limit=2", op.body, "application/x-www-form-urlencoded")
	}
	f.Add(http.MethodGet, "/sessions", "filter=any(status(failed),not(type(passport)))", "", "")
	f.Add(http.MethodPost, "/export", "", `{"format": "excel_csv","zone":"Asia/Tbilisi","column":["Sex"],"extra_columns":true}`, "application/json")
	f.Fuzz(func(t *testing.T, method, path, query, body, kind string) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://host/", strings.NewReader(body))
		if err != nil {
			t.Skip() // no server accepts such a request
		}
		r.URL.Path, r.URL.RawQuery = path, query
		r.ProtoMajor, r.ProtoMinor = 1, 1
		r.Header.Set("As", "foreign")
		r.Header.Set("If-Match", `"0"`)
		r.Header.Set("Content-Type", kind)
		h := newHost(t)
		a := answer{httptest.NewRecorder(), t}
		h.handler.ServeHTTP(a, r)
		require.Less(t, a.Code, 500, a.Body.String())
		if a.Code >= 400 {
			require.Equal(t, "application/problem+json", a.Header().Get("Content-Type"))
		}
		for _, secret := range []string{"Beridze", "01001012345", "subject-nino"} {
			if !strings.Contains(query+body+path, secret) {
				require.NotContains(t, a.Body.String(), secret)
			}
		}
	})
}
