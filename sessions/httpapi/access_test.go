package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// operations are all operations of the API, on sessions of acme.
var operations = []struct{ method, path, body string }{
	{http.MethodGet, "/sessions", ""},
	{http.MethodPost, "/sessions", `{"search": "nin"}`},
	{http.MethodGet, "/sessions/s1", ""},
	{http.MethodGet, "/sessions/s1/attempts", ""},
	{http.MethodGet, "/sessions/s1/selfie", ""},
	{http.MethodGet, "/changes", ""},
	{http.MethodPost, "/changes", `{"search": "nin"}`},
	{http.MethodGet, "/count", ""},
	{http.MethodPost, "/count", `{"search": "nin"}`},
	{http.MethodGet, "/facets", ""},
	{http.MethodPost, "/facets", `{"search": "nin"}`},
	{http.MethodGet, "/tally", ""},
	{http.MethodPost, "/tally", `{"search": "nin"}`},
	{http.MethodPost, "/export", `{"search": "nin"}`},
	{http.MethodGet, "/settings", ""},
	{http.MethodPut, "/settings", changed},
	{http.MethodGet, "/audit", ""},
	{http.MethodGet, "/openapi.json", ""},
}

// secrets are values of acme's sessions, which no answer to a stranger may contain.
var secrets = []string{
	"ნინო", "Beridze", "01001012345", "23AB12345", "GEO", "1990-02-28", "02-28", "2031-12-01", "12-01-31", "female", "selfie-nino", "+995",
	"nino@example.org", "192.0.2.7", "Chrome 130", "Android 15", "Pixel 9", "subject-nino", "Acme ტესტი",
}

func TestEveryRouteByEveryRole(t *testing.T) {
	for _, op := range operations {
		ask := func(as string) answer {
			h := newHost(t)
			h.viewers["roleless"] = store.Viewer{Company: "acme", Subject: "x"}
			h.viewers["auditor"] = store.Viewer{Company: "acme", Role: "auditor"}
			h.viewers["homeless"] = store.Viewer{Role: sessions.MasterUser}
			revision := `"1"`
			if as == "foreign" {
				revision = `"0"`
			}
			return h.do(as, op.method, op.path, op.body, "If-Match", revision)
		}
		t.Run(op.method+" "+op.path, func(t *testing.T) {
			if op.path == "/openapi.json" { // the description is public
				require.Equal(t, http.StatusOK, ask("").Code)
				return
			}
			for _, nobody := range []string{"", "stranger", "homeless"} {
				ask(nobody).problem(http.StatusUnauthorized, "unauthenticated")
			}
			for _, as := range []string{"roleless", "auditor"} {
				ask(as).problem(http.StatusForbidden, "forbidden")
			}
			require.Equal(t, http.StatusOK, ask("master").Code)
			if op.method == http.MethodPut || op.path == "/audit" {
				ask("agent").problem(http.StatusForbidden, "forbidden")
			} else {
				require.Equal(t, http.StatusOK, ask("agent").Code)
			}

			foreign := ask("foreign")
			for _, secret := range append(secrets, `"s1"`, "acme", "Acme") {
				require.NotContains(t, foreign.Body.String(), secret)
			}
			if strings.HasPrefix(op.path, "/sessions/") {
				foreign.problem(http.StatusNotFound, "not_found")
			} else {
				require.Equal(t, http.StatusOK, foreign.Code)
			}
		})
	}
}

// TestForeignIsMissing checks that the answer for another company's session is the same, byte for
// byte and header for header, as for a missing one.
func TestForeignIsMissing(t *testing.T) {
	h := newHost(t)
	v := h.viewers["agent"]
	v.Restriction = filter.Status(sessions.Success)
	h.viewers["restricted"] = v
	for _, tail := range []string{"", "/attempts", "/selfie"} {
		missing := h.get("agent", "/sessions/nothing"+tail)
		missing.problem(http.StatusNotFound, "not_found")
		for _, other := range []answer{h.get("agent", "/sessions/g1"+tail), h.get("foreign", "/sessions/s1"+tail), h.get("restricted", "/sessions/s1"+tail)} {
			require.Equal(t, missing.Body.String(), other.Body.String())
			require.Equal(t, missing.Header(), other.Header())
		}
	}
	require.Equal(t, http.StatusOK, h.get("restricted", "/sessions/s2").Code)
}

// TestCompanyAndRoleAreNoParameters checks that only the host identifies the viewer.
func TestCompanyAndRoleAreNoParameters(t *testing.T) {
	h := newHost(t)
	for _, name := range []string{"company", "role", "viewer", "disclosure", "restriction", "partners"} {
		for _, op := range operations {
			if op.method == http.MethodPut || op.body == "" {
				sign := h.do("foreign", op.method, op.path+"?"+name+"=acme", op.body, "If-Match", `"0"`)
				p := sign.problem(http.StatusBadRequest, "unknown_parameter")
				require.Equal(t, name, p["parameter"])
			} else {
				p := h.post("foreign", op.path, `{"`+name+`": "acme"}`).problem(http.StatusBadRequest, "unknown_parameter")
				require.Equal(t, name, p["parameter"])
				h.post("foreign", op.path+"?"+name+"=acme", `{}`).problem(http.StatusBadRequest, "unknown_parameter")
			}
		}
	}
}

func TestWhatViewerSays(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{errors.New("no session"), http.StatusUnauthorized, "unauthenticated"},
		{fmt.Errorf("locked out: %w", store.ErrForbidden), http.StatusForbidden, "forbidden"},
		{fmt.Errorf("sign-in database: %w", httpapi.ErrUnavailable), http.StatusServiceUnavailable, "unavailable"},
		{context.DeadlineExceeded, http.StatusServiceUnavailable, "unavailable"},
		{fmt.Errorf("sign-in: %w", &net.OpError{Op: "dial", Err: errors.New("refused")}), http.StatusServiceUnavailable, "unavailable"},
	} {
		h := newHost(t, func(h *host) {
			h.options.Viewer = func(*http.Request) (store.Viewer, error) { return h.viewers["master"], c.err }
		})
		a := h.get("master", "/sessions")
		a.problem(c.status, c.code)
		// An outage does not sign people out, and is reported to the host.
		if c.status == http.StatusServiceUnavailable {
			require.Equal(t, "5", a.Header().Get("Retry-After"))
			require.ErrorIs(t, heard(h, &h.failures)[0], c.err)
		}
		require.Empty(t, h.backend.taken())
	}
	newHost(t, func(h *host) { h.options.Viewer = nil }).get("master", "/sessions").problem(http.StatusUnauthorized, "unauthenticated")

	// An invalid restriction is a mistake of the host, not of the client.
	h := newHost(t)
	v := h.viewers["agent"]
	v.Restriction = filter.Status()
	h.viewers["agent"] = v
	h.get("agent", "/sessions").problem(http.StatusInternalServerError, "internal")
	require.ErrorIs(t, heard(h, &h.failures)[0], filter.ErrEmpty)
}

// TestDisclosureOnEveryRoute checks that no route reveals a hidden field, neither by its value nor
// by a filter.
func TestDisclosureOnEveryRoute(t *testing.T) {
	for name, d := range map[string]sessions.Disclosure{"mask": {Mask: sessions.AllFields()}, "drop": {Drop: sessions.AllFields()}} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			open := h.get("agent", "/sessions").object(http.StatusOK)
			v := h.viewers["agent"]
			v.Disclosure = d
			h.viewers["agent"] = v
			asOf, _ := open["as_of"].(string)
			require.NoError(t, h.backend.Redact(t.Context(), "acme", "s5"))

			list := h.get("agent", "/sessions").object(http.StatusOK)
			require.Equal(t, open.ids(), list.ids(), "the order tells nothing")
			for _, one := range list.list("sessions") {
				for name, value := range one {
					switch name {
					case "id", "created_at", "matches":
					case "first_name", "last_name", "personal_number":
						require.Equal(t, map[string]any{"state": "masked", "value": nil}, value, name)
					default:
						require.Nil(t, value, name)
					}
				}
			}
			require.Len(t, list["hidden"], 28)
			require.Nil(t, h.get("agent", "/sessions/s1").object(http.StatusOK)["match"])
			require.Empty(t, h.get("agent", "/facets").object(http.StatusOK)["facets"])
			require.Equal(t, object{"n": 5.0, "exact": true, "rekeying": false}, h.get("agent", "/count").object(http.StatusOK))
			h.get("agent", "/tally").problem(http.StatusForbidden, "hidden_field")
			h.get("agent", "/sessions/s1/attempts").problem(http.StatusForbidden, "hidden_field")

			for _, op := range operations {
				path, body := op.path, op.body
				if body != "" && op.method != http.MethodPut {
					body = `{}`
				}
				if path == "/changes" && body == "" {
					path += "?as_of=" + asOf
				} else if path == "/changes" {
					body = `{"as_of": "` + asOf + `"}`
				}
				if path == "/openapi.json" {
					continue // the description has words that are values elsewhere
				}
				a := h.do("agent", op.method, path, body)
				for _, secret := range secrets {
					require.NotContains(t, a.Body.String(), secret, path)
				}
			}

			for _, f := range []filter.Filter{
				filter.Search("nino"),
				filter.SearchIn(sessions.FieldsOf(sessions.FieldPersonalNumber), "01"),
				filter.Status(sessions.Success),
				filter.DocumentType(sessions.Passport),
				filter.FailedFor(sessions.LowFAR),
				filter.MatchLevel(4),
				filter.Is(sessions.FieldPersonalNumber, "01001012345"),
				filter.Is(sessions.FieldSubject, "subject-nino"),
				filter.Extra("phone", "+995 555 12 34 56"),
				filter.Not(filter.Status(sessions.Success)),
				filter.Or(filter.DocumentType(sessions.Passport), filter.Between(sessions.FieldCreatedAt, noon, noon)),
			} {
				for _, path := range []string{"/sessions", "/changes", "/count", "/facets", "/tally", "/export"} {
					h.post("agent", path, body(f)).problem(http.StatusForbidden, "hidden_field")
				}
			}
		})
	}
}

// TestSearchLooksAtWhatIsShown checks that a search looks only at the fields that are not hidden.
func TestSearchLooksAtWhatIsShown(t *testing.T) {
	h := newHost(t)
	v := h.viewers["agent"]
	v.Disclosure.Mask = sessions.FieldsOf(sessions.FieldLastName)
	v.Disclosure.Drop = sessions.FieldsOf(sessions.FieldPersonalNumber)
	h.viewers["agent"] = v
	found := h.post("agent", "/sessions", `{"search": "nin"}`).object(http.StatusOK)
	require.Equal(t, []string{"s2", "s1"}, found.ids())
	require.Equal(t, []any{"first_name", "document_number"}, found["searched"])
	require.Equal(t, []any{"last_name", "personal_number"}, found["hidden"])
	for _, secret := range []string{"Beridze", "01001012345"} {
		q := `{"search": "` + secret[:4] + `"}`
		require.Empty(t, h.post("agent", "/sessions", q).object(http.StatusOK).ids())
		require.InDelta(t, 0, h.post("agent", "/count", q).object(http.StatusOK)["n"], 0)
		require.NotContains(t, h.post("agent", "/facets", q).Body.String(), `"n":1`)
		require.Empty(t, h.post("agent", "/tally", q).object(http.StatusOK)["rows"])
		require.Equal(t, 1, strings.Count(h.post("agent", "/export", q).Body.String(), "\n"), "a header alone")
	}
	for path, more := range map[string]string{
		"/sessions": "", "/count": "", "/facets": "", "/tally": "", "/export": "", "/changes": `, "as_of": "` + found["as_of"].(string) + `"`,
	} {
		res := h.post("agent", path, `{"search": "0100"`+more+`}`)
		require.Equal(t, http.StatusOK, res.Code, path)
		require.Equal(t, "first_name,document_number", res.Header().Get("Searched"), path)
		res = h.post("agent", path, `{"search": "0100", "search.in": "document_number"`+more+`}`)
		require.Equal(t, "document_number", res.Header().Get("Searched"), path)
		require.NotContains(t, h.post("agent", path, `{"status": "failed"`+more+`}`).Header(), "Searched", path)
	}
	file := h.post("agent", "/export", `{}`).Body.String()
	require.NotContains(t, file, "Personal Number")
	require.Contains(t, file, "Last Name")
	require.Contains(t, file, sessions.MaskedMark)
	require.NotContains(t, file, "Beridze")
}

const script = `<script>alert("1")</script>&'` + "\u2028\u2029" + `--><img src=x onerror=alert(1)>`

// evil is a session with a script in every field.
func evil(t *testing.T, text string) *sessions.Session {
	t.Helper()
	extra, err := sessions.NewExtra(sessions.ExtraPair{Key: text[:20], Value: text}, sessions.ExtraPair{Key: "phone", Value: text})
	require.NoError(t, err)
	return &sessions.Session{
		ID: text, Company: "acme", Partner: text, Subject: text, Attempt: 1, CreatedAt: noon.Add(-1),
		Status: sessions.Failed, Reasons: []sessions.Reason{sessions.Reason(text)},
		FirstName: sessions.TextOf(text), LastName: sessions.TextOf(text), PersonalNumber: sessions.TextOf(text),
		DocumentNumber: sessions.TextOf(text), Nationality: sessions.TextOf(text), Sex: sessions.Sex(text),
		DocumentType: sessions.DocumentType(text), DocumentPresented: true,
		Match:  sessions.Match{Compared: true, Level: 1, Scale: text, Acceptance: 2},
		Selfie: text, Extra: extra, ClientIP: text, Device: sessions.Device(text), Browser: text, OS: text, Model: text,
	}
}

func TestScriptInEveryFieldIsText(t *testing.T) {
	h := newHost(t)
	asOf := h.get("agent", "/changes").object(http.StatusOK).text("as_of")
	h.insert(evil(t, script))
	answers := map[string]answer{
		"list":     h.post("agent", "/sessions", `{"search": "script"}`),
		"details":  h.get("agent", "/sessions/"+url.PathEscape(script)),
		"attempts": h.get("agent", "/sessions/"+url.PathEscape(script)+"/attempts"),
		"changes":  h.get("agent", "/changes?as_of="+asOf),
		"tally":    h.post("agent", "/tally", `{"search": "script"}`),
		"facets":   h.post("agent", "/facets", body(filter.DocumentType(script))),
		"link":     h.get("agent", "/sessions?"+filter.DocumentType(script).Values().Encode()),
		"problem":  h.get("agent", "/sessions?"+url.Values{script: {script}}.Encode()),
		"path":     h.get("agent", "/"+url.PathEscape(script)),
	}
	for name, a := range answers {
		raw := a.Body.String()
		for _, bad := range []string{"<", ">", "&", "\u2028", "\u2029"} {
			require.NotContains(t, raw, bad, name)
		}
		require.Equal(t, "nosniff", a.Header().Get("X-Content-Type-Options"))
		require.Contains(t, []string{"application/json", "application/problem+json"}, a.Header().Get("Content-Type"))
	}
	require.Equal(t, []string{script}, answers["list"].object(http.StatusOK).ids())
	require.Len(t, answers["list"].object(http.StatusOK).at("sessions", 0, "matches"), 4)
	details := answers["details"].object(http.StatusOK)
	text := map[string]any{"state": "known", "value": script}
	for _, field := range []string{"first_name", "last_name", "personal_number", "document_number", "nationality"} {
		require.Equal(t, text, details[field])
	}
	for _, field := range []string{"id", "partner", "subject", "sex", "document_type", "selfie", "client_ip", "device", "browser", "os", "model"} {
		require.Equal(t, script, details[field])
	}
	require.Equal(t, script, details.at("extra", "phone"))
	require.Equal(t, []any{script}, details["reasons"])

	file := h.post("agent", "/export", `{"search": "script"}`)
	require.Equal(t, http.StatusOK, file.Code)
	require.Equal(t, "text/csv; charset=utf-8", file.Header().Get("Content-Type"))
	require.True(t, strings.HasPrefix(file.Header().Get("Content-Disposition"), "attachment; "))
	require.Equal(t, "nosniff", file.Header().Get("X-Content-Type-Options"))

	h.insert(evil(t, "=cmd|' /C calc'!A0 formula"))
	file = h.post("agent", "/export", `{"search": "formula", "format": "excel_csv", "zone": "UTC"}`)
	require.NotContains(t, file.Body.String(), ",=cmd")
	require.Contains(t, file.Body.String(), "'=cmd")
}
