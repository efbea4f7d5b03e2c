package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store"
)

const changed = `{"acceptance": {"default": "kvalifika-3d2d:6", "by_document_type": {"passport": "kvalifika-3d2d:7"}}, "extra_keys": ["email"]}`

func TestSettingsAreReadByBothRoles(t *testing.T) {
	h := newHost(t)
	for as, mayChange := range map[string]bool{"master": true, "agent": false} {
		a := h.get(as, "/settings")
		o := a.object(http.StatusOK)
		require.Equal(t, `"1"`, a.Header().Get("ETag"))
		require.Equal(t, map[string]any{"default": "kvalifika-3d2d:5"}, o["acceptance"])
		require.Equal(t, []any{"phone", "email"}, o["extra_keys"])
		require.Equal(t, mayChange, o["may_change"])
		require.Len(t, o["levels"], 7)
		require.Equal(t, map[string]any{
			"level": 7.0, "policy": "kvalifika-3d2d:7", "rate": "1/500,000", "percent": "0.0002%", "label": "Match Level 7 - 1/500,000 FAR",
		}, o.at("levels", 0))
	}
	o := h.get("foreign", "/settings").object(http.StatusOK)
	require.Nil(t, o["acceptance"])
	require.Equal(t, []any{}, o["extra_keys"])
}

func TestSettingsAreChangedByTheMasterUser(t *testing.T) {
	h := newHost(t)
	before := h.get("agent", "/sessions/s1").object(http.StatusOK)
	a := h.do("master", http.MethodPut, "/settings", changed, "If-Match", `"1"`)
	o := a.object(http.StatusOK)
	require.Equal(t, `"2"`, a.Header().Get("ETag"))
	require.Equal(t, map[string]any{"default": "kvalifika-3d2d:6", "by_document_type": map[string]any{"passport": "kvalifika-3d2d:7"}}, o["acceptance"])
	require.Equal(t, o, h.get("master", "/settings").object(http.StatusOK))
	require.Equal(t, before, h.get("agent", "/sessions/s1").object(http.StatusOK), "no old session changes")
	require.Equal(t, []any{}, o["kept_on_redaction"])

	outcomes := []store.Outcome{}
	for _, e := range heard(h, &h.events) {
		if e.Action == store.ActionSettings {
			outcomes = append(outcomes, e.Outcome)
			require.True(t, acceptance(t, 5).Equal(e.Change.Old.Acceptance))
		}
	}
	require.Equal(t, []store.Outcome{store.Started, store.Done}, outcomes)

	// A client that read the settings before the change cannot overwrite it.
	h.do("master", http.MethodPut, "/settings", changed, "If-Match", `"1"`).problem(http.StatusPreconditionFailed, "conflict")
	h.do("master", http.MethodPut, "/settings", changed).problem(http.StatusPreconditionRequired, "precondition_required")
	h.do("master", http.MethodPut, "/settings", changed, "If-Match", `*`).object(http.StatusOK)
	for _, tag := range []string{`2`, `W/"2"`, `"02"`, `"2", "3"`, `"x"`} {
		h.do("master", http.MethodPut, "/settings", changed, "If-Match", tag).problem(http.StatusPreconditionFailed, "conflict")
	}
	h.do("agent", http.MethodPut, "/settings", changed, "If-Match", `"2"`).problem(http.StatusForbidden, "forbidden")
	require.Equal(t, o, h.get("master", "/settings").object(http.StatusOK))
}

func TestSettingsAreStrict(t *testing.T) {
	h := newHost(t)
	const accept = `"acceptance": {"default": "kvalifika-3d2d:5"}`
	for _, c := range []struct{ body, code, parameter string }{
		{`{`, "malformed_request", ""},
		{`[]`, "malformed_request", ""},
		{`{} {}`, "malformed_request", ""},
		{`{"extra_keys": []}`, "missing_parameter", "acceptance"},
		{`{` + accept + `}`, "missing_parameter", "extra_keys"},
		{`{` + accept + `, "extra_keys": null}`, "invalid_parameter", "extra_keys"},
		{`{` + accept + `, "extra_keys": [], "kept_on_redaction": null}`, "invalid_parameter", "kept_on_redaction"},
		{`{` + accept + `, "extra_keys": [], "kept_on_redaction": ["a", "a"]}`, "invalid_parameter", "kept_on_redaction"},
		{`{` + accept + `, "extra_keys": ["a", "a"]}`, "invalid_parameter", "extra_keys"},
		{`{` + accept + `, "extra_keys": [""]}`, "invalid_parameter", "extra_keys"},
		{`{` + accept + `, "extra_keys": ["a\u0000"]}`, "invalid_parameter", "extra_keys"},
		{`{` + accept + `, "extra_keys": [1]}`, "invalid_parameter", "extra_keys"},
		{`{` + accept + `, "extra_keys": [], "revision": 1}`, "unknown_parameter", "revision"},
		{`{` + accept + `, ` + accept + `, "extra_keys": []}`, "invalid_parameter", "acceptance"},
		{`{"acceptance": null, "extra_keys": []}`, "invalid_parameter", "acceptance"},
		{`{"acceptance": {}, "extra_keys": []}`, "invalid_parameter", "acceptance"},
		{`{"acceptance": {"default": "kvalifika-3d2d:0"}, "extra_keys": []}`, "invalid_parameter", "acceptance"},
		{`{"acceptance": {"default": "kvalifika-3d2d:8"}, "extra_keys": []}`, "invalid_parameter", "acceptance"},
		{`{"acceptance": {"default": "kvalifika-3d2d:5", "default": "kvalifika-3d2d:1"}, "extra_keys": []}`, "invalid_parameter", "default"},
		{`{"acceptance": {"default": "kvalifika-3d2d:5", "by_type": {}}, "extra_keys": []}`, "invalid_parameter", "acceptance"},
		{`{"acceptance": {"default": "kvalifika-3d2d:5", "by_document_type": {"passport": "kvalifika-3d2d:5", "passport": "kvalifika-3d2d:1"}}, "extra_keys": []}`, "invalid_parameter", "passport"},
	} {
		p := h.do("master", http.MethodPut, "/settings", c.body, "If-Match", `"1"`).problem(http.StatusBadRequest, c.code)
		if c.parameter != "" {
			require.Equal(t, c.parameter, p["parameter"], c.body)
		}
	}
	h.do("master", http.MethodPut, "/settings", changed, "If-Match", `"1"`, "Content-Type", "text/plain").
		problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	h.do("master", http.MethodPut, "/settings?x=1", changed, "If-Match", `"1"`).problem(http.StatusBadRequest, "unknown_parameter")
	require.Equal(t, `"1"`, h.get("master", "/settings").Header().Get("ETag"), "nothing was saved")

	none := newHost(t, func(h *host) { h.store.Settings = nil })
	none.get("master", "/settings").problem(http.StatusNotImplemented, "not_supported")
}

// TestKeptOnRedaction checks that the keys can be set, and that a client that does not know them
// leaves them unchanged.
func TestKeptOnRedaction(t *testing.T) {
	h := newHost(t)
	const base = `{"acceptance": {"default": "kvalifika-3d2d:6"}, "extra_keys": ["email", "branch"]`
	o := h.do("master", http.MethodPut, "/settings", base+`, "kept_on_redaction": ["branch"]}`, "If-Match", `"1"`).object(http.StatusOK)
	require.Equal(t, []any{"branch"}, o["kept_on_redaction"])
	o = h.do("master", http.MethodPut, "/settings", base+`}`, "If-Match", `"2"`).object(http.StatusOK)
	require.Equal(t, []any{"branch"}, o["kept_on_redaction"])
	o = h.do("master", http.MethodPut, "/settings", base+`}`, "If-Match", "*").object(http.StatusOK)
	require.Equal(t, []any{"branch"}, o["kept_on_redaction"])
	o = h.do("master", http.MethodPut, "/settings", base+`, "kept_on_redaction": []}`, "If-Match", "*").object(http.StatusOK)
	require.Equal(t, []any{}, o["kept_on_redaction"])
	require.Equal(t, []any{}, h.get("agent", "/settings").object(http.StatusOK)["kept_on_redaction"])
}
