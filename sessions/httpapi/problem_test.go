package httpapi_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
)

func TestProblemDocument(t *testing.T) {
	h := newHost(t)
	a := h.get("agent", "/sessions?match_level.min=red")
	a.problem(http.StatusBadRequest, "unknown_parameter")
	require.JSONEq(t, `{
		"type": "about:blank", "title": "Bad Request", "status": 400, "code": "unknown_parameter", "parameter": "match_level.min",
		"detail": "filter: no such parameter: there are at_least, at_most"
	}`, a.Body.String())
	require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	require.Equal(t, "nosniff", a.Header().Get("X-Content-Type-Options"))
	require.Empty(t, heard(h, &h.failures))
}

// TestProblemOfAValue checks that the problem of a wrong value has its place and the permitted
// values.
func TestProblemOfAValue(t *testing.T) {
	h := newHost(t, func(h *host) {
		h.options.Values = map[sessions.Field][]string{sessions.FieldStatus: {"archived"}}
	})
	statuses := []any{"success", "failed", "pending", "archived"}
	for _, c := range []struct {
		query, parameter string
		place            any
		values           []any
	}{
		{"status=success&status=archived&status=aaa", "status", 3.0, statuses},
		{"status=zzz&status=success", "status", 1.0, statuses},
		{"document_type=none&document_type=passprt", "document_type", 2.0, []any{"passport", "id_card", "residence_card", "driver_licence"}},
		{"liveness=passed&liveness=dead", "liveness", 2.0, []any{"unknown", "passed", "not_passed"}},
		{"document_presented=yes", "document_presented", 1.0, []any{"false", "true"}},
		{"failed_for=low_far&failed_for.level=8", "failed_for.level", 1.0, []any{"0", "1", "2", "3", "4", "5", "6", "7"}},
		{"match_level.at_least=9", "match_level.at_least", 1.0, []any{"0", "1", "2", "3", "4", "5", "6", "7"}},
		{"match_level=3&match_level=high", "match_level", 2.0, nil},
		{"subject=s&subject=" + strings.Repeat("s", 1000), "subject", 2.0, nil},
		{"include=total&include=sum", "include", 2.0, []any{"total", "facets"}},
		{"filter=status(aaa)", "status", nil, statuses},
		{"filter=liveness(dead)", "filter", nil, []any{"unknown", "passed", "not_passed"}},
		{"status=", "status", 1.0, nil},
		{"match_level=", "match_level", 1.0, nil},
		{"status=none", "status", 1.0, statuses},
		{"status=success&status=none", "status", 2.0, statuses},
		{"created_at.zone=x&created_at.from=2026-01-01", "created_at.zone", 1.0, nil},
		{"created_at.zone=UTC&created_at.from=2026-01-01&created_at.from=2026-01-01", "created_at.from", 2.0, nil},
		{"created_at.from=2026-01-01", "created_at.zone", nil, nil},
	} {
		p := h.get("agent", "/sessions?"+c.query).problem(http.StatusBadRequest, "invalid_parameter")
		require.Equal(t, c.parameter, p["parameter"], c.query)
		require.Equal(t, c.place, p["place"], c.query)
		if c.values == nil {
			require.NotContains(t, p, "values", c.query)
		} else {
			require.Equal(t, c.values, p["values"], c.query)
		}
	}
	p := h.post("agent", "/sessions", `{"search": "x", "search.in": ["first_name", "subject"]}`).problem(http.StatusBadRequest, "invalid_parameter")
	require.Equal(t, []any{"search.in", 2.0, []any{"first_name", "last_name", "personal_number", "document_number"}}, []any{p["parameter"], p["place"], p["values"]})
	bad := func(a answer, parameter string, place float64, values ...any) {
		p := a.problem(http.StatusBadRequest, "invalid_parameter")
		require.Equal(t, []any{parameter, place}, []any{p["parameter"], p["place"]}, p)
		if values == nil {
			require.NotContains(t, p, "values")
		} else {
			require.Subset(t, p["values"], values)
		}
	}
	for _, c := range []struct {
		body, parameter string
		place           float64
		values          []any
	}{
		{`{"format": "xlsx"}`, "format", 1, []any{"rfc4180", "excel_csv"}},
		{`{"column": ["Session ID", "session id"]}`, "column", 2, []any{"Session ID", "Personal Number", "Status", "Reasons"}},
		{`{"extra_columns": "yes"}`, "extra_columns", 1, []any{"true", "false"}},
		{`{"separator": ":"}`, "separator", 1, nil},
		{`{"zone": "Nowhere"}`, "zone", 1, nil},
		{`{"zone": ["UTC", "UTC"]}`, "zone", 2, nil},
		{`{"status": ["failed", null]}`, "status", 2, nil},
	} {
		bad(h.post("agent", "/export", c.body), c.parameter, c.place, c.values...)
	}
	for _, typed := range []string{"01001012345", "AB123456", "extra.01001012345"} {
		require.NotContains(t, h.get("agent", "/sessions?"+typed+"=1").Body.String(), typed)
		require.NotContains(t, h.post("agent", "/sessions", `{"`+typed+`": {}}`).Body.String(), typed)
	}
	bad(h.get("agent", "/sessions?limit=501"), "limit", 1)
	bad(h.get("agent", "/sessions?limit=x"), "limit", 1)
	bad(h.get("master", "/audit?action=list&action=List"), "action", 2, "list", "export")
	bad(h.get("master", "/audit?since=yesterday"), "since", 1)
	bad(h.get("master", "/audit?since=2026-01-02T00:00:00Z&before=2026-01-01T00:00:00Z"), "before", 1)
}

func TestMalformedRequests(t *testing.T) {
	h := newHost(t)
	for _, c := range []struct{ query, code, parameter string }{
		{"status=", "invalid_parameter", "status"},
		{"status=failed&limit=1&limit=2", "invalid_parameter", "limit"},
		{"created_at.zone=Asia/Tbilisi&created_at.zone=UTC&created_at.from=2026-01-01", "invalid_parameter", "created_at.zone"},
		{"created_at.from=2026-01-01", "invalid_parameter", "created_at.zone"},
		{"created_at.from=2026-02-30&created_at.zone=UTC", "invalid_parameter", "created_at.from"},
		{"created_at.from=2026-01-01&created_at.zone=Nowhere", "invalid_parameter", "created_at.zone"},
		{"created_at.from=2026-01-02&created_at.to=2026-01-01&created_at.zone=UTC", "invalid_parameter", "created_at.to"},
		{"match_level=12345", "invalid_parameter", "match_level"},
		{"match_level=9", "invalid_parameter", "match_level"},
		{"match_level.at_least=high", "invalid_parameter", "match_level.at_least"},
		{"status=succes", "invalid_parameter", "status"},
		{"document_type=passprt", "invalid_parameter", "document_type"},
		{"failed_for=low_far&failed_for.level=8", "invalid_parameter", "failed_for.level"},
		{"liveness=dead", "invalid_parameter", "liveness"},
		{"filter=status(succes)", "invalid_parameter", "status"},
		{"failed_for.level=3", "invalid_parameter", "failed_for.level"},
		{"filter=all(status(failed", "invalid_parameter", "filter"},
		{"filter=" + strings.Repeat("not(", 40) + "everything" + strings.Repeat(")", 40), "invalid_parameter", "filter"},
		{"after=x", "invalid_cursor", "after"},
		{"Status=failed", "unknown_parameter", ""},
		{"limit=1;after=2", "malformed_request", ""},
		{"status=%zz", "malformed_request", ""},
		{"status=%ff", "malformed_request", ""},
		{"%ff=1", "malformed_request", ""},
		{url.QueryEscape("Nino Beridze 01001012345") + "=1", "unknown_parameter", ""},
	} {
		a := h.get("agent", "/sessions?"+c.query)
		p := a.problem(http.StatusBadRequest, c.code)
		if c.parameter != "" {
			require.Equal(t, c.parameter, p["parameter"], c.query)
		}
		require.NotContains(t, a.Body.String(), "Beridze")
	}
	h.get("agent", "/sessions?status="+strings.Repeat("x", 9000)).problem(http.StatusRequestURITooLong, "uri_too_long")

	for _, c := range []struct{ body, code, parameter string }{
		{``, "malformed_request", ""},
		{`null`, "malformed_request", ""},
		{`[]`, "malformed_request", ""},
		{`"q"`, "malformed_request", ""},
		{`{"search": "x"`, "malformed_request", ""},
		{`{"search": "x"} {}`, "malformed_request", ""},
		{`{"search": "` + "\xff" + `"}`, "malformed_request", ""},
		{`{"search": "x", "search": "y"}`, "invalid_parameter", "search"},
		{`{"search": null}`, "invalid_parameter", "search"},
		{`{"search": {"a": 1}}`, "invalid_parameter", "search"},
		{`{"search": ["x", "y"]}`, "invalid_parameter", "search"},
		{`{"status": []}`, "invalid_parameter", "status"},
		{`{"status": [["failed"]]}`, "invalid_parameter", "status"},
		{`{"status": [null]}`, "invalid_parameter", "status"},
		{`{"limit": 1e2}`, "invalid_parameter", "limit"},
		{`{"limit": true}`, "invalid_parameter", "limit"},
		{`{"search": "` + strings.Repeat("ა", 100) + `"}`, "invalid_parameter", "search"},
		{`{"Q": "x"}`, "unknown_parameter", ""},
	} {
		a := h.do("agent", http.MethodPost, "/sessions", c.body, "Content-Type", "application/json")
		p := a.problem(http.StatusBadRequest, c.code)
		if c.parameter != "" {
			require.Equal(t, c.parameter, p["parameter"], c.body)
		}
	}
	require.Empty(t, h.backend.taken(), "nothing reached the storage")
}

// TestDetailsSayWhatToDo sends the mistakes of a client's first day.
func TestDetailsSayWhatToDo(t *testing.T) {
	h := newHost(t)
	const typeForm = "application/x-www-form-urlencoded" // as curl -d sends it
	for _, c := range []struct{ method, path, body, kind, detail string }{
		{http.MethodPost, "/sessions", ` {"search": "gior"}`, typeForm, "has to be application/json"},
		{http.MethodPost, "/sessions", `{}`, "text/plain", "application/json or " + typeForm},
		{http.MethodGet, "/sessions?statuz=failed", "", "", "besides the filter after, include, limit, tab"},
		{http.MethodGet, "/sessions?limit=501", "", "", "501 is not within 1 to 500"},
		{http.MethodGet, "/sessions?created_at.from=2026-01-01", "", "", "such as Asia/Tbilisi"},
		{http.MethodGet, "/sessions?created_at=2026-01-01", "", "", "there are before, from, since, to, zone"},
		{http.MethodPut, "/settings", `{"acceptance": {"default": "5"}, "extra_keys": []}`, "application/json", "kvalifika-3d2d:5"},
	} {
		var headers []string
		if c.kind != "" {
			headers = []string{"Content-Type", c.kind, "If-Match", "*"}
		}
		a := h.do("master", c.method, c.path, c.body, headers...)
		require.Contains(t, a.problem(a.Code, a.object(a.Code)["code"].(string))["detail"], c.detail, c.path)
	}
}

func TestLimitsOfBodies(t *testing.T) {
	h := newHost(t)
	h.post("agent", "/sessions", `{"search": "`+strings.Repeat("x", httpapi.DefaultMaxBodyBytes)+`"}`).problem(http.StatusRequestEntityTooLarge, "too_large")
	h.do("master", http.MethodPut, "/settings", strings.Repeat(" ", httpapi.DefaultMaxBodyBytes+1), "If-Match", `"1"`).
		problem(http.StatusRequestEntityTooLarge, "too_large")
	// The longest filter may be sent, in any escaping.
	longest := filter.Extra("phone", strings.Repeat("x", 4000))
	for i := range 14 {
		longest = filter.And(longest, filter.Extra("phone", fmt.Sprint(i), strings.Repeat("x", 4000)))
	}
	require.NoError(t, longest.Err())
	require.Greater(t, len(longest.Text()), filter.MaxTextBytes*9/10)
	var escaped strings.Builder
	for _, c := range longest.Text() {
		fmt.Fprintf(&escaped, `\u%04x`, c)
	}
	h.post("agent", "/sessions", `{"filter": "`+escaped.String()+`"}`).object(http.StatusOK)
	small := newHost(t, func(h *host) { h.options.MaxBodyBytes = 4 })
	small.post("agent", "/count", `{  }`).object(http.StatusOK)
	small.post("agent", "/count", `{   }`).problem(http.StatusRequestEntityTooLarge, "too_large")
}

func TestMediaTypes(t *testing.T) {
	h := newHost(t)
	for _, kind := range []string{"", "text/plain", "application/xml", "multipart/form-data; boundary=x", ";", "application/jsonp"} {
		a := h.do("agent", http.MethodPost, "/count", `{}`, "Content-Type", kind)
		a.problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
		require.Equal(t, []string{"application/json", "application/x-www-form-urlencoded"}, a.Header().Values("Accept"))
	}
	for _, kind := range []string{"application/json", "Application/JSON; charset=utf-8"} {
		h.do("agent", http.MethodPost, "/count", `{}`, "Content-Type", kind).object(http.StatusOK)
	}
	for accept, admitted := range map[string]bool{
		"*/*": true, "application/*": true, "application/json": true, "text/html, */*;q=0.1": true, "application/json; q=0.5": true,
		"text/html": false, "application/json;q=0": false, "*/*, application/json;q=0": false, "application/problem+json": false,
		"application/json;q=x": false, "": false, "application/*;q=0, */*": false,
	} {
		a := h.do("agent", http.MethodGet, "/count", "", "Accept", accept)
		if admitted {
			a.object(http.StatusOK)
		} else {
			a.problem(http.StatusNotAcceptable, "not_acceptable")
		}
	}
}

func TestMethodsAndPaths(t *testing.T) {
	h := newHost(t)
	allowed := map[string]string{
		"/sessions": "GET, POST, HEAD", "/sessions/s1": "GET, HEAD", "/sessions/s1/attempts": "GET, HEAD", "/changes": "GET, POST, HEAD",
		"/count": "GET, POST, HEAD", "/facets": "GET, POST, HEAD", "/tally": "GET, POST, HEAD", "/export": "POST",
		"/settings": "GET, PUT, HEAD", "/audit": "GET, HEAD", "/openapi.json": "GET, HEAD",
	}
	for path, allow := range allowed {
		for _, method := range []string{http.MethodDelete, http.MethodPatch, http.MethodOptions, "BREW"} {
			a := h.do("agent", method, path, "")
			a.problem(http.StatusMethodNotAllowed, "method_not_allowed")
			require.Equal(t, allow, a.Header().Get("Allow"), path)
		}
	}
	for _, path := range []string{"/", "/session", "/sessions/", "//sessions", "/sessions//", "/sessions/s1/", "/sessions/s1/more", "/count/", "/kyc/sessions"} {
		h.get("agent", path).problem(http.StatusNotFound, "no_such_route")
	}
	require.Equal(t, []string{"s5", "s4", "s3", "s2", "s1"}, h.mounted("agent", "/kyc", "/sessions").object(http.StatusOK).ids())
	head := h.do("agent", http.MethodHead, "/sessions", "")
	require.Equal(t, http.StatusOK, head.Code)
}

func TestFailuresAreForTheHostAlone(t *testing.T) {
	for _, op := range operations {
		h := newHost(t)
		h.backend.before = func(context.Context, string) error { return fmt.Errorf("connect: %w", errStorage) }
		a := h.do("master", op.method, op.path, op.body, "If-Match", `"1"`)
		if slices.Contains([]string{"/settings", "/audit", "/openapi.json"}, op.path) {
			continue // not from the Backend
		}
		a.problem(http.StatusInternalServerError, "internal")
		require.NotContains(t, a.Body.String(), "storage")
		require.NotContains(t, a.Body.String(), "0100")
		require.Len(t, heard(h, &h.failures), 1)
		require.ErrorIs(t, heard(h, &h.failures)[0], errStorage)
	}
	h := newHost(t, func(h *host) { h.options.Failed = nil })
	h.backend.before = func(context.Context, string) error { return errStorage }
	h.get("agent", "/sessions").problem(http.StatusInternalServerError, "internal")
	h.backend.before = func(context.Context, string) error { return filter.ErrNoSearchKey }
	h.post("agent", "/sessions", `{"search": "x"}`).problem(http.StatusNotImplemented, "not_supported")
}

func TestAuditRefusesEverywhere(t *testing.T) {
	for _, op := range operations {
		if strings.HasSuffix(op.path, "json") || op.method == http.MethodGet && op.path == "/settings" {
			continue
		}
		h := newHost(t, func(h *host) { h.store.Audit = func(context.Context, store.Event) error { return errStorage } })
		a := h.do("master", op.method, op.path, op.body, "If-Match", `"1"`)
		a.problem(http.StatusForbidden, "refused_by_audit")
		require.NotContains(t, a.Body.String(), "0100")
	}
}

func TestTimeout(t *testing.T) {
	h := newHost(t, func(h *host) { h.options.Timeout = time.Millisecond })
	h.backend.before = func(ctx context.Context, call string) error {
		if call == "stream" || call == "row" {
			require.NoError(t, ctx.Err())
			return nil
		}
		<-ctx.Done()
		return fmt.Errorf("storage: %w", ctx.Err())
	}
	h.get("agent", "/sessions").problem(http.StatusServiceUnavailable, "timeout")
	h.get("agent", "/sessions/s1/selfie").problem(http.StatusServiceUnavailable, "timeout")
	time.Sleep(2 * time.Millisecond)
	require.Equal(t, http.StatusOK, h.post("agent", "/export", `{}`).Code, "an export takes as long as it takes")

	for timeout, limited := range map[time.Duration]bool{0: true, -1: false} {
		h = newHost(t, func(h *host) { h.options.Timeout = timeout })
		h.backend.before = func(ctx context.Context, _ string) error {
			_, ok := ctx.Deadline()
			require.Equal(t, limited, ok)
			return nil
		}
		h.get("agent", "/sessions").object(http.StatusOK)
	}
}

// TestSupersededKeystrokeIsCancelled checks that the storage's query ends when the next keystroke
// replaces a search: the page aborts the request, the connection or stream closes, and the
// request's context is cancelled.
func TestSupersededKeystrokeIsCancelled(t *testing.T) {
	h := newHost(t)
	started, ended := make(chan bool), make(chan error, 1)
	h.backend.before = func(ctx context.Context, _ string) error {
		close(started)
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
		}
		ended <- ctx.Err()
		return ctx.Err()
	}
	h.options.Timeout = -1
	h.handler = httpapi.New(store.New(h.backend, h.store), h.options)
	server := h.serve()
	ctx, abort := context.WithCancel(t.Context())
	go func() {
		<-started
		abort()
	}()
	_, err := h.send(ctx, server, "/sessions", typeJSON, `{"search": "g"}`)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, <-ended, context.Canceled)
	server.Close()
	require.Empty(t, heard(h, &h.failures))
}
