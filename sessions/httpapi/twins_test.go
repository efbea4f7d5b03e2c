package httpapi_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// watermark is the only member that depends on the history of a company's sessions.
var watermark = regexp.MustCompile(`"as_of":"[^"]*"`)

// TestNoAnswerTellsWhatIsHidden sends every request to two hosts. Their sessions differ in fields
// that the viewer may not see, or only in how often they have changed. The answers must be the
// same, ETags of details included.
func TestNoAnswerTellsWhatIsHidden(t *testing.T) {
	for name, c := range map[string]struct {
		hidden sessions.Fields
		change func(*sessions.Session)
	}{
		"history": {0, func(*sessions.Session) {}},
		"match": {sessions.FieldsOf(sessions.FieldMatchLevel), func(s *sessions.Session) {
			s.Match = sessions.Match{Compared: true, Level: 1, Scale: far.Kvalifika.Name(), Acceptance: 2}
		}},
		"completeness": {sessions.FieldsOf(sessions.FieldDocumentCompleteness), func(s *sessions.Session) {
			if s.Status == sessions.Failed && !s.FailedFor(sessions.NotFullID) {
				s.Reasons = append(s.Reasons, sessions.NotFullID)
			}
		}},
		"status": {sessions.FieldsOf(sessions.FieldStatus), func(s *sessions.Session) { s.Status, s.Reasons = sessions.Pending, nil }},
		"extra":  {sessions.FieldsOf(sessions.FieldExtra), func(s *sessions.Session) { s.Extra = sessions.Extra{} }},
		"selfie": {sessions.FieldsOf(sessions.FieldSelfie), func(s *sessions.Session) { s.Selfie = "another" }},
	} {
		t.Run(name, func(t *testing.T) {
			var hosts [2]*host
			var asOf [2]string
			for i := range hosts {
				h := newHost(t)
				v := h.viewers["agent"]
				v.Disclosure.Mask = c.hidden
				h.viewers["agent"], hosts[i] = v, h
				asOf[i] = h.get("agent", "/sessions").object(http.StatusOK).text("as_of")
				for _, s := range people()[:5] {
					s.Revision = 1
					// Each session changes in both, so that it is in the changes of both. In the
					// second it changes once more, and the change remains unless it is visible.
					for turn := range 2 + 2*i {
						s.Browser = []string{"x", "y"}[turn%2]
						if i == 1 && turn == 1 {
							c.change(s)
							s.Normalize()
						}
						require.NoError(t, h.backend.Update(t.Context(), s))
					}
				}
			}
			ask := func(i int, method, path, body string) (int, string, http.Header) {
				if path == "/changes" && method == http.MethodGet {
					path += "?as_of=" + asOf[i]
				}
				a := hosts[i].do("agent", method, path, body)
				header := a.Header()
				if path == "/sessions" {
					header.Del("ETag") // made of the watermark
				}
				return a.Code, watermark.ReplaceAllString(a.Body.String(), ""), header
			}
			type operation = struct{ method, path, body string }
			all := append([]operation{
				{http.MethodGet, "/sessions/s2", ""},
				{http.MethodGet, "/sessions/s3", ""},
				{http.MethodPost, "/export", `{}`},
				{http.MethodPost, "/export", `{"format": "excel_csv", "zone": "UTC", "column": ["Session ID", "Reasons", "Match Level", "Extra"]}`},
			}, operations...)
			for _, op := range all {
				status, body, header := ask(0, op.method, op.path, op.body)
				otherStatus, otherBody, otherHeader := ask(1, op.method, op.path, op.body)
				require.Equal(t, status, otherStatus, op.path)
				if c.hidden == 0 && op.method != http.MethodPut && op.path != "/audit" {
					require.Equal(t, http.StatusOK, status, op.path)
				}
				require.Equal(t, body, otherBody, op.path)
				require.Equal(t, header, otherHeader, op.path)
			}
		})
	}
}
