package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCount(t *testing.T) {
	h := newHost(t)
	require.Equal(t, object{"n": 5.0, "exact": true, "rekeying": false}, h.get("agent", "/count").object(http.StatusOK))
	require.Equal(t, object{"n": 2.0, "exact": true, "rekeying": false}, h.post("agent", "/count", `{"search": "giorgi"}`).object(http.StatusOK))
	require.Equal(t, object{"n": 1.0, "exact": true, "rekeying": false}, h.get("foreign", "/count").object(http.StatusOK))

	capped := newHost(t, func(h *host) { h.store.CountLimit = 2 })
	require.Equal(t, object{"n": 2.0, "exact": false, "rekeying": false}, capped.get("agent", "/count").object(http.StatusOK))
}

func TestFacets(t *testing.T) {
	h := newHost(t)
	o := h.post("agent", "/facets", `{"status": "failed", "document_type": "passport"}`).object(http.StatusOK)
	got := map[string]map[string]any{}
	links, parameters := object{}, object{}
	for _, f := range o.list("facets") {
		numbers := map[string]any{}
		for _, one := range f.list("options") {
			require.Equal(t, true, one.at("count", "exact"))
			numbers[one.text("value")] = one.at("count", "n")
			links[one.text("value")] = one["link"]
		}
		got[f.text("field")] = numbers
		parameters[f.text("field")] = f["parameter"]
	}
	require.Equal(t, map[string]map[string]any{
		"document_type": {"passport": 1.0, "id_card": 1.0, "residence_card": 0.0, "driver_licence": 0.0, "none": 0.0},
		"status":        {"success": 1.0, "failed": 1.0, "pending": 0.0},
		"reasons":       {"digital_spoof": 0.0, "not_full_id": 0.0, "low_far": 1.0},
		"match_level":   {"7": 0.0, "6": 0.0, "5": 0.0, "4": 1.0, "3": 0.0, "2": 0.0, "1": 0.0, "0": 0.0, "none": 0.0},
	}, got)
	require.Equal(t, object{"document_type": "document_type", "status": "status", "reasons": "failed_for", "match_level": "match_level"}, parameters)
	require.Equal(t, "document_type=id_card&status=failed", links["id_card"])
	require.Equal(t, []string{"s3"}, h.get("agent", "/sessions?"+links.text("id_card")).object(http.StatusOK).ids())

	found := h.post("agent", "/facets", `{"search": "giorgi"}`)
	require.Contains(t, found.object(http.StatusOK), "facets")
	require.NotContains(t, found.Body.String(), "giorgi", "links are without the search")
}

func TestTally(t *testing.T) {
	h := newHost(t)
	o := h.get("agent", "/tally?document_type=passport").object(http.StatusOK)
	require.Equal(t, true, o["exact"])
	row := func(level float64) any {
		return map[string]any{
			"scale": "kvalifika-3d2d", "document_type": "passport", "compared": true, "level": level, "other_checks": "passed", "n": 1.0,
		}
	}
	require.Equal(t, []any{row(4), row(6)}, o["rows"])
	var pass []any
	for _, at := range o.list("outlooks") {
		pass = append(pass, at["pass"])
	}
	require.Equal(t, []any{0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0}, pass, "at the levels 7 to 1")
	require.Equal(t, map[string]any{
		"level": 5.0, "policy": "kvalifika-3d2d:5", "rate": "1/10,000", "percent": "0.01%", "label": "Match Level 5 - 1/10,000 FAR",
		"pass": 1.0, "fail": 1.0, "unknown": 0.0,
	}, o.at("outlooks", 2))

	capped := newHost(t, func(h *host) { h.store.Budget = 1 })
	require.Equal(t, false, capped.get("agent", "/tally").object(http.StatusOK)["exact"])

	o = h.get("agent", "/tally?status=pending").object(http.StatusOK)
	require.Equal(t, []any{map[string]any{
		"scale": nil, "document_type": "id_card", "compared": false, "level": nil, "other_checks": "unknown", "n": 1.0,
	}}, o["rows"])
}

// TestOneCall checks that one call returns a list, its total and its facets, and that its body is
// accepted by the routes of each.
func TestOneCall(t *testing.T) {
	h := newHost(t)
	const body = `{"search": "nino", "limit": 1, "tab": "t", "include": ["total", "facets"]}`
	page := h.post("agent", "/sessions", body).object(http.StatusOK)
	require.Len(t, page.ids(), 1)
	require.Equal(t, map[string]any{"n": 2.0, "exact": true, "rekeying": false}, page["total"])
	require.Equal(t, map[string]any(h.post("agent", "/count", body).object(http.StatusOK)), page["total"])
	require.Equal(t, h.post("agent", "/facets", body).object(http.StatusOK)["facets"], page["facets"])
	h.post("agent", "/tally", body).object(http.StatusOK)
	h.post("agent", "/sessions", `{"include": "sum"}`).problem(http.StatusBadRequest, "invalid_parameter")
	for _, option := range page.list("facets") { // the parameter and value can be sent as they are
		for _, one := range option.list("options") {
			h.get("agent", "/sessions?"+option.text("parameter")+"="+one.text("value")).object(http.StatusOK)
		}
	}
}

// TestRekeying checks that answers say that the storage is rebuilding search keys, which makes
// searches slow.
func TestRekeying(t *testing.T) {
	h := newHost(t, func(h *host) { h.backend.rekeying = true })
	page := h.post("agent", "/sessions", `{"search": "nino", "include": ["total", "facets"]}`).object(http.StatusOK)
	require.Equal(t, true, page["rekeying"])
	require.Equal(t, map[string]any{"n": 2.0, "exact": true, "rekeying": true}, page["total"])
	for _, one := range page.list("facets")[0].list("options") {
		require.Equal(t, true, one.at("count", "rekeying"))
	}
	require.Equal(t, object{"n": 2.0, "exact": true, "rekeying": true}, h.post("agent", "/count", `{"search": "nino"}`).object(http.StatusOK))
	require.Empty(t, h.get("agent", "/sessions").Header().Get("ETag"), "a 304 would repeat it after its end")
	h.backend.rekeying = false
	require.NotEmpty(t, h.get("agent", "/sessions").Header().Get("ETag"))
}
