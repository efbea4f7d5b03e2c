package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// TestAuthorizationMatrix requests every route as every role of both companies, under every kind of
// disclosure. The status follows only from these four. No answer may have another company's data or
// a hidden value, and the audit hook must get the viewer.
func TestAuthorizationMatrix(t *testing.T) {
	roles := map[string]sessions.Role{"master": sessions.MasterUser, "agent": sessions.Agent, "unknown": "auditor", "none": ""}
	selfie := sessions.FieldsOf(sessions.FieldSelfie)
	disclosures := map[string]sessions.Disclosure{
		"open": {}, "masked": {Mask: sessions.AllFields()}, "dropped": {Drop: sessions.AllFields()}, "faceless": {Mask: selfie},
	}
	for _, op := range operations {
		t.Run(op.method+" "+op.path, func(t *testing.T) {
			for role, is := range roles {
				for _, company := range []string{"acme", "globex", ""} {
					for disclosure, sees := range disclosures {
						h := newHost(t)
						h.viewers["asker"] = store.Viewer{Company: company, Role: is, Subject: "asker", Disclosure: sees}
						revision := `"1"`
						if company == "globex" {
							revision = `"0"`
						}
						a := h.do("asker", op.method, op.path, op.body, "If-Match", revision)
						what := strings.Join([]string{role, company, disclosure}, ", ")
						require.Equal(t, wanted(op.method, op.path, op.body, is, company, disclosure), a.Code, what)
						if op.path == "/openapi.json" {
							continue // the description has words that are values elsewhere
						}
						for _, secret := range secrets {
							hidden := company != "acme" || !is.Known() || disclosure == "masked" || disclosure == "dropped" ||
								disclosure == "faceless" && secret == "selfie-nino"
							if hidden {
								require.NotContains(t, a.Body.String(), secret, what)
							}
						}
						for _, e := range heard(h, &h.events) {
							require.Equal(t, company, e.Company, what)
							require.Equal(t, "asker", e.Subject, what)
						}
					}
				}
			}
		})
	}
}

// wanted returns the expected status of a request by role, company and disclosure.
func wanted(method, path, body string, role sessions.Role, company, disclosure string) int {
	closed := disclosure == "masked" || disclosure == "dropped"
	session := strings.HasPrefix(path, "/sessions/") // the session is acme's
	switch {
	case path == "/openapi.json":
		return http.StatusOK
	case company == "":
		return http.StatusUnauthorized
	case !role.Known():
		return http.StatusForbidden
	case (method == http.MethodPut || path == "/audit") && role != sessions.MasterUser:
		return http.StatusForbidden
	case closed && (strings.Contains(body, "search") || path == "/tally" || strings.HasSuffix(path, "/attempts")):
		return http.StatusForbidden // a search, tally or subject uses hidden fields
	case session && company != "acme":
		return http.StatusNotFound
	case strings.HasSuffix(path, "/selfie") && disclosure != "open":
		return http.StatusForbidden
	}
	return http.StatusOK
}

// TestSelfies checks the answers for a session with a selfie, for one without, and for a host
// without images. TestAuthorizationMatrix checks the permissions.
func TestSelfies(t *testing.T) {
	h := newHost(t)
	a := h.get("agent", "/sessions/s1/selfie")
	require.Equal(t, http.StatusOK, a.Code)
	require.Equal(t, "<svg>acme selfie-nino</svg>", a.Body.String())
	require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	h.get("agent", "/sessions/s4/selfie").problem(http.StatusNotFound, "not_found")
	h.get("agent", "/sessions/s1/selfie?size=2").problem(http.StatusBadRequest, "unknown_parameter")
	newHost(t, func(h *host) { h.options.Selfie = nil }).get("agent", "/sessions/s1/selfie").problem(http.StatusNotImplemented, "not_supported")
}
