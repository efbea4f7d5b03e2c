package httpapi_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// entries returns the entries of a page of the trail.
func (h *host) entries(target string) (list []object, next any) {
	h.Helper()
	o := h.get("master", target).object(http.StatusOK)
	for _, e := range o["entries"].([]any) {
		list = append(list, e.(map[string]any))
	}
	return list, o["next"]
}

func TestAuditTrail(t *testing.T) {
	h := newHost(t)
	h.post("agent", "/sessions", `{"search": "nin", "status": "success"}`).object(http.StatusOK)
	h.get("agent", "/sessions/s1").object(http.StatusOK)
	h.get("agent", "/sessions/nobody").problem(http.StatusNotFound, "not_found")
	h.do("master", http.MethodPut, "/settings", changed, "If-Match", `"1"`).object(http.StatusOK)
	h.get("foreign", "/sessions").object(http.StatusOK)

	all, next := h.entries("/audit")
	require.Nil(t, next)
	require.Len(t, all, 5, "of acme alone")
	done := all[0]
	require.Equal(t, "settings", done["action"])
	require.Equal(t, "m-1", done["subject"])
	require.Equal(t, "master_user", done["role"])
	require.Equal(t, map[string]any{"acceptance": map[string]any{"default": "kvalifika-3d2d:5"}, "extra_keys": []any{"phone", "email"}, "kept_on_redaction": []any{}}, done["old_settings"])
	require.Equal(t, []any{"email"}, done.at("new_settings", "extra_keys"))
	require.Equal(t, "store: session not found", all[2]["reason"])
	require.Equal(t, "filter(status, search)", all[4]["query"], "by what was searched, not with what")
	require.Nil(t, all[4]["session"])

	read, _ := h.entries("/audit?session=s1&subject=a-1&action=details&action=attempts")
	require.Len(t, read, 1)
	require.Equal(t, all[3], read[0])
	since, _ := all[3]["at"].(string)
	read, _ = h.entries("/audit?since=" + since + "&before=2100-01-01T00:00:00Z&action=details")
	require.Len(t, read, 2)
	first, next := h.entries("/audit?action=details&limit=1")
	require.Equal(t, all[2], first[0])
	second, next := h.entries("/audit?action=details&limit=1&after=" + next.(string))
	require.Equal(t, all[3], second[0])
	require.Nil(t, next)
}

// full is a trail whose disk is full.
type full struct{ store.AuditTrail }

func (full) AppendAudit(context.Context, store.AuditEntry) error { return errStorage }

// TestAuditTrailFails checks that an event that cannot be kept is a failure, which is reported to
// the host, and not a refusal.
func TestAuditTrailFails(t *testing.T) {
	h := newHost(t, func(h *host) { h.store.Trail = full{&h.trail} })
	h.get("agent", "/sessions/s1").problem(http.StatusInternalServerError, "internal")
	require.Len(t, heard(h, &h.failures), 1)
	require.ErrorIs(t, heard(h, &h.failures)[0], errStorage)
}

func TestAuditTrailIsStrict(t *testing.T) {
	h := newHost(t)
	for target, code := range map[string]string{
		"/audit?action=List": "invalid_parameter", "/audit?since=yesterday": "invalid_parameter", "/audit?limit=0": "invalid_parameter",
		"/audit?limit=501": "invalid_parameter", "/audit?after=x": "invalid_cursor", "/audit?subject=a&subject=b": "invalid_parameter",
		"/audit?search=nino": "unknown_parameter", "/audit?since=2026-01-02T00:00:00Z&before=2026-01-01T00:00:00Z": "invalid_parameter",
	} {
		h.get("master", target).problem(http.StatusBadRequest, code)
	}
	h.get("agent", "/audit").problem(http.StatusForbidden, "forbidden")
	h.viewers["branch"] = store.Viewer{Company: "acme", Role: sessions.MasterUser, Restriction: filter.Status(sessions.Success)}
	h.get("branch", "/audit").problem(http.StatusForbidden, "forbidden")
	h.post("master", "/audit", `{}`).problem(http.StatusMethodNotAllowed, "method_not_allowed")
	newHost(t, func(h *host) { h.store.Trail = nil }).get("master", "/audit").problem(http.StatusNotImplemented, "not_supported")
}
