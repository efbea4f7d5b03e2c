package httpapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

func TestListNewestFirst(t *testing.T) {
	h := newHost(t)
	a := h.get("agent", "/sessions")
	require.Equal(t, []string{"s5", "s4", "s3", "s2", "s1"}, a.object(http.StatusOK).ids())
	require.Equal(t, "application/json", a.Header().Get("Content-Type"))
	require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	require.Equal(t, "nosniff", a.Header().Get("X-Content-Type-Options"))
}

func TestListDocument(t *testing.T) {
	h := newHost(t)
	o := h.post("agent", "/sessions", `{"search": "nin 0100", "status": "failed", "created_at.zone": "Asia/Tbilisi", "created_at.from": "2026-03-14", "limit": 1}`)
	page := o.object(http.StatusOK)
	require.NotEmpty(t, page["as_of"])
	delete(page, "as_of")
	require.Equal(t, object{
		"sessions": []any{map[string]any{
			"id": "s1", "created_at": "2026-03-14T12:00:00.123456Z", "selfie": "selfie-nino",
			"first_name":         map[string]any{"state": "known", "value": "ნინო"},
			"last_name":          map[string]any{"state": "known", "value": "Beridze"},
			"document_presented": true, "document_type": "passport", "liveness": "passed", "status": "failed", "verified": false,
			"reasons": []any{"low_far"}, "personal_number": map[string]any{"state": "known", "value": "01001012345"},
			"match": map[string]any{
				"compared": true, "level": 4.0, "rate": "1/1,000", "scale": "kvalifika-3d2d", "acceptance_level": 5.0, "acceptance_rate": "1/10,000",
			},
			"extra": map[string]any{"phone": "+995 555 12 34 56", "email": "nino@example.org"},
			"matches": []any{
				map[string]any{"field": "first_name", "text": "ნინო", "spans": []any{map[string]any{"start": 0.0, "end": 3.0, "word": "nin"}}},
				map[string]any{"field": "personal_number", "text": "01001012345", "spans": []any{map[string]any{"start": 0.0, "end": 4.0, "word": "0100"}}},
			},
		}},
		"next": nil, "complete": true, "partial": false, "searched_back_to": nil,
		"created_from": "2026-03-13T20:00:00.000000Z", "created_before": nil,
		"searched":         []any{"first_name", "last_name", "personal_number", "document_number"},
		"folds_to_nothing": false, "rekeying": false, "hidden": []any{}, "total": nil, "facets": nil,
		"link": "created_at.from=2026-03-14&created_at.zone=Asia%2FTbilisi&status=failed",
	}, page)
}

func TestListPages(t *testing.T) {
	h := newHost(t)
	var seen []string
	after := ""
	for range 3 {
		page := h.get("agent", "/sessions?limit=2&after="+after).object(http.StatusOK)
		seen = append(seen, page.ids()...)
		after, _ = page["next"].(string)
	}
	require.Equal(t, []string{"s5", "s4", "s3", "s2", "s1"}, seen)
	require.Empty(t, after)

	after, _ = h.get("agent", "/sessions?limit=2").object(http.StatusOK)["next"].(string)
	h.get("agent", "/sessions?status=failed&limit=2&after="+after).problem(http.StatusBadRequest, "invalid_cursor")
	h.get("foreign", "/sessions?limit=2&after="+after).problem(http.StatusBadRequest, "invalid_cursor")
}

func TestListSaysHowFarItSearched(t *testing.T) {
	h := newHost(t, func(h *host) { h.store.Budget = 2 })
	page := h.get("agent", "/sessions?document_type=passport").object(http.StatusOK)
	require.Empty(t, page.ids())
	require.Equal(t, true, page["partial"])
	require.Equal(t, false, page["complete"])
	require.Equal(t, noon.Add(3*time.Hour).Format("2006-01-02T15:04:05.000000Z"), page["searched_back_to"])
}

func TestSelectionIsTheSameInEveryForm(t *testing.T) {
	h := newHost(t)
	f := filter.And(filter.DocumentType(sessions.Passport, sessions.IDCard), filter.FailedFor(sessions.SpoofReasons()...))
	want := h.get("agent", "/sessions?"+f.Values().Encode()).object(http.StatusOK)
	require.Equal(t, []string{"s3", "s1"}, want.ids())
	require.Equal(t, f.Values().Encode(), want["link"])
	require.Equal(t, want, h.post("agent", "/sessions", body(f)).object(http.StatusOK))
	form := h.do("agent", http.MethodPost, "/sessions", f.Values().Encode(), "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, want, form.object(http.StatusOK))
	text := url.Values{"filter": {f.Text()}}
	require.Equal(t, want, h.get("agent", "/sessions?"+text.Encode()).object(http.StatusOK))
	require.Equal(t, want, h.get("agent", "/sessions?"+want.text("link")).object(http.StatusOK))
}

func TestPersonalDataStaysOutOfURLs(t *testing.T) {
	personal := []filter.Filter{
		filter.Search("nino"),
		filter.Is(sessions.FieldPersonalNumber, "01001012345"),
		filter.Extra("phone", "+995 555 12 34 56"),
		filter.Not(filter.Search("nino")),
		filter.Or(filter.Status(sessions.Success), filter.And(filter.Status(sessions.Failed), filter.Is(sessions.FieldPersonalNumber, "01001012345"))),
	}
	h := newHost(t)
	open := newHost(t, func(h *host) { h.options.SearchInURL = true })
	for _, f := range personal {
		for _, path := range []string{"/sessions", "/changes", "/count", "/facets", "/tally"} {
			a := h.get("agent", path+"?"+f.Values().Encode())
			a.problem(http.StatusBadRequest, "personal_data_in_url")
			require.NotContains(t, a.Body.String(), "nino")
			require.NotContains(t, a.Body.String(), "0100")
			want := h.post("agent", path, body(f)).object(http.StatusOK)
			got := open.get("agent", path+"?"+f.Values().Encode()).object(http.StatusOK)
			// Each storage has a history of its own, so these differ.
			for _, mark := range []string{"as_of", "next"} {
				require.Equal(t, want[mark] == nil, got[mark] == nil)
				delete(want, mark)
				delete(got, mark)
			}
			require.Equal(t, want, got)
		}
	}

	link := func(f filter.Filter) any { return h.post("agent", "/sessions", body(f)).object(http.StatusOK)["link"] }
	require.Equal(t, "status=failed", link(filter.And(filter.Search("nino"), filter.Status(sessions.Failed), filter.Extra("phone", "1"))))
	require.Nil(t, link(filter.Not(filter.Search("nino"))), "what cannot be taken out is not linked")
}

func TestSearchThatFoldsToNothing(t *testing.T) {
	h := newHost(t)
	page := h.post("agent", "/sessions", `{"search": "******"}`).object(http.StatusOK)
	require.Empty(t, page.ids())
	require.Equal(t, true, page["folds_to_nothing"])
	page = h.post("agent", "/sessions", `{"search": "  "}`).object(http.StatusOK)
	require.Len(t, page.ids(), 5)
}

func TestSpansCountUTF16(t *testing.T) {
	h := newHost(t)
	page := h.post("agent", "/sessions", `{"search": "oneill z"}`).object(http.StatusOK)
	require.Equal(t, []string{"s4"}, page.ids())
	require.Len(t, page.at("sessions", 0, "matches"), 1)
	spans := page.list("sessions", 0, "matches", 0, "spans")
	last := spans[len(spans)-1]
	require.Equal(t, "z", last["word"])
	require.InEpsilon(t, 8.0, last["start"], 0)
	require.InEpsilon(t, 10.0, last["end"], 0, "𝒵 is two UTF-16 code units")
}

func TestRefreshWithoutNewsIsOneCheapQuery(t *testing.T) {
	h := newHost(t)
	first := h.get("agent", "/sessions?limit=2")
	first.object(http.StatusOK)
	tag := first.Header().Get("ETag")
	require.NotEmpty(t, tag)
	h.backend.taken()

	again := func(as, target string) answer { return h.do(as, http.MethodGet, target, "", "If-None-Match", tag) }
	same := again("agent", "/sessions?limit=2")
	require.Equal(t, http.StatusNotModified, same.Code)
	require.Empty(t, same.Body.String())
	require.Equal(t, tag, same.Header().Get("ETag"))
	require.Equal(t, []string{"changes"}, h.backend.taken())
	require.Equal(t, http.StatusNotModified, h.do("agent", http.MethodGet, "/sessions?limit=2", "", "If-None-Match", `"x", W/`+tag).Code)

	// Another page, viewer or disclosure has another tag.
	again("agent", "/sessions?limit=3").object(http.StatusOK)
	again("agent", "/sessions?status=failed&limit=2").object(http.StatusOK)
	again("foreign", "/sessions?limit=2").object(http.StatusOK)
	v := h.viewers["agent"]
	v.Disclosure.Mask = sessions.FieldsOf(sessions.FieldLastName)
	h.viewers["agent"] = v
	again("agent", "/sessions?limit=2").object(http.StatusOK)
	v.Disclosure, v.Restriction = sessions.Disclosure{}, filter.Status(sessions.Failed)
	h.viewers["agent"] = v
	again("agent", "/sessions?limit=2").object(http.StatusOK)
	delete(h.viewers, "agent")
	again("agent", "/sessions?limit=2").problem(http.StatusUnauthorized, "unauthenticated")
	v.Restriction = filter.Filter{}
	h.viewers["agent"] = v

	// A change makes another tag.
	require.NoError(t, h.backend.Redact(t.Context(), "acme", "s1"))
	news := again("agent", "/sessions?limit=2")
	news.object(http.StatusOK)
	require.NotEqual(t, tag, news.Header().Get("ETag"))

	// A tag that this API has not made never matches.
	h.do("agent", http.MethodGet, "/sessions", "", "If-None-Match", `*`).object(http.StatusOK)
	h.do("agent", http.MethodGet, "/sessions", "", "If-None-Match", `"x.y"`).object(http.StatusOK)
}

func TestRefreshSeesWhatLeavesTheRestriction(t *testing.T) {
	h := newHost(t)
	v := h.viewers["agent"]
	v.Restriction = filter.Is(sessions.FieldSubject, "subject-nino")
	h.viewers["agent"] = v
	first := h.get("agent", "/sessions")
	require.Equal(t, []string{"s2", "s1"}, first.object(http.StatusOK).ids())
	same := h.do("agent", http.MethodGet, "/sessions", "", "If-None-Match", first.Header().Get("ETag"))
	require.Equal(t, http.StatusNotModified, same.Code)
	require.NoError(t, h.backend.Redact(t.Context(), "acme", "s1"))
	next := h.do("agent", http.MethodGet, "/sessions", "", "If-None-Match", first.Header().Get("ETag"))
	require.Equal(t, []string{"s2"}, next.object(http.StatusOK).ids())
}

func TestDetails(t *testing.T) {
	h := newHost(t)
	o := h.get("agent", "/sessions/s1").object(http.StatusOK)
	known := func(v string) any { return map[string]any{"state": "known", "value": v} }
	require.Equal(t, object{
		"id": "s1", "company": "acme", "partner": "Acme ტესტი", "subject": "subject-nino", "attempt": 1.0,
		"created_at": "2026-03-14T12:00:00.123456Z", "completed_at": "2026-03-14T12:01:00.123456Z", "decided_at": "2026-03-14T12:02:00.123456Z",
		"status": "failed", "verified": false, "reasons": []any{"low_far"},
		"first_name": known("ნინო"), "last_name": known("Beridze"), "personal_number": known("01001012345"),
		"document_number": known("23AB12345"), "nationality": known("GEO"),
		"birth_date": "1990-02-28", "expiration_date": "2031-12-01", "sex": "female",
		"document_type": "passport", "document_presented": true, "document_validity": "valid", "liveness": "passed",
		"match": map[string]any{
			"compared": true, "level": 4.0, "rate": "1/1,000", "scale": "kvalifika-3d2d", "acceptance_level": 5.0, "acceptance_rate": "1/10,000",
		},
		"selfie": "selfie-nino", "extra": map[string]any{"phone": "+995 555 12 34 56", "email": "nino@example.org"},
		"client_ip": "192.0.2.7", "device": "mobile", "browser": "Chrome 130", "os": "Android 15", "model": "Pixel 9",
		"matches": []any{}, "hidden": []any{},
	}, o)

	o = h.get("agent", "/sessions/s3").object(http.StatusOK)
	require.Equal(t, map[string]any{"state": "not_recognised", "value": nil}, o["first_name"])
	require.Equal(t, map[string]any{"state": "not_collected", "value": nil}, o["last_name"])
	require.Nil(t, o["completed_at"])
	require.Nil(t, o["birth_date"])
	require.Equal(t, map[string]any{
		"compared": false, "level": nil, "rate": nil, "scale": nil, "acceptance_level": nil, "acceptance_rate": nil,
	}, o["match"])
	require.Equal(t, []any{"digital_spoof", "not_full_id"}, o["reasons"])
	require.Equal(t, map[string]any{}, o["extra"])
}

func TestDetailsOfAnyID(t *testing.T) {
	h := newHost(t)
	for _, id := range []string{"a/b", "..", ".", "100%", "a?b#c", "ნინო", "a b+c", "attempts", "a//b", `<script>`, `"'\`} {
		h.insert(&sessions.Session{ID: id, Company: "acme", CreatedAt: noon, Status: sessions.Pending})
		escaped := url.PathEscape(id)
		if id == "." || id == ".." {
			escaped = strings.ReplaceAll(id, ".", "%2E")
		}
		require.Equal(t, id, h.get("agent", "/sessions/"+escaped).object(http.StatusOK)["id"])
		require.Equal(t, []string{id}, h.get("agent", "/sessions/"+escaped+"/attempts").object(http.StatusOK).ids())
		require.Equal(t, id, h.mounted("agent", "/kyc", "/sessions/"+escaped).object(http.StatusOK)["id"])
	}
}

func TestAttempts(t *testing.T) {
	h := newHost(t)
	require.Equal(t, []string{"s2", "s1"}, h.get("agent", "/sessions/s1/attempts").object(http.StatusOK).ids())
	require.Equal(t, []string{"s1"}, h.get("agent", "/sessions/s2/attempts?status=failed").object(http.StatusOK).ids())
	page := h.get("agent", "/sessions/s2/attempts?limit=1").object(http.StatusOK)
	require.Equal(t, []string{"s2"}, page.ids())
	next := h.get("agent", "/sessions/s2/attempts?limit=1&after="+page.text("next")).object(http.StatusOK)
	require.Equal(t, []string{"s1"}, next.ids())
	require.Equal(t, []string{"s3"}, h.get("agent", "/sessions/s3/attempts").object(http.StatusOK).ids())
}

func TestChanges(t *testing.T) {
	h := newHost(t)
	asOf := h.post("agent", "/sessions", `{"status": "pending"}`).object(http.StatusOK).text("as_of")
	quiet := h.get("agent", "/changes?status=pending&as_of="+asOf).object(http.StatusOK)
	require.Equal(t, object{"sessions": []any{}, "left": []any{}, "as_of": asOf, "more": false, "hidden": []any{}}, quiet)

	finished, err := h.backend.Get(t.Context(), "acme", "s4")
	require.NoError(t, err)
	finished.Status = sessions.Success
	require.NoError(t, h.backend.Update(t.Context(), finished))
	h.insert(&sessions.Session{ID: "s6", Company: "acme", CreatedAt: noon, Status: sessions.Pending, FirstName: sessions.TextOf("Tamar")})
	news := h.post("agent", "/changes", `{"status": "pending", "as_of": "`+asOf+`"}`).object(http.StatusOK)
	require.Equal(t, []string{"s6"}, news.ids())
	require.Equal(t, []any{"s4"}, news["left"])
	require.NotEqual(t, asOf, news["as_of"])

	part := h.get("agent", "/changes?limit=1&as_of="+asOf).object(http.StatusOK)
	require.Equal(t, []string{"s4"}, part.ids())
	require.Equal(t, true, part["more"])
	found := h.post("agent", "/changes", `{"search": "tam", "as_of": "`+asOf+`"}`).object(http.StatusOK)
	require.Len(t, found.at("sessions", 0, "matches"), 1)

	start := h.get("agent", "/changes").object(http.StatusOK)
	require.Empty(t, start.ids())
	require.Equal(t, news["as_of"], start["as_of"])
	h.get("foreign", "/changes?as_of="+asOf).problem(http.StatusBadRequest, "invalid_watermark")
	p := h.get("agent", "/changes?as_of=yesterday").problem(http.StatusBadRequest, "invalid_watermark")
	require.Equal(t, "as_of", p["parameter"])
}

func TestLimit(t *testing.T) {
	h := newHost(t, func(h *host) { h.store.MaxLimit = 3 })
	require.Len(t, h.get("agent", "/sessions?limit=3").object(http.StatusOK).ids(), 3)
	for _, limit := range []string{"4", "0", "-1", "1.5", "x", "99999999999999999999"} {
		p := h.get("agent", "/sessions?limit="+limit).problem(http.StatusBadRequest, "invalid_parameter")
		require.Equal(t, "limit", p["parameter"])
		if limit == "4" {
			require.Equal(t, "4 is not within 1 to 3", p["detail"], "the host's limit")
		}
	}
}

func TestUnchangedDetails(t *testing.T) {
	h := newHost(t)
	a := h.get("agent", "/sessions/s1")
	tag := a.Header().Get("ETag")
	require.NotEmpty(t, tag)
	same := h.do("agent", http.MethodGet, "/sessions/s1", "", "If-None-Match", `"x", W/`+tag)
	require.Equal(t, http.StatusNotModified, same.Code)
	require.Empty(t, same.Body.String())
	v := h.viewers["agent"]
	v.Disclosure = sessions.Disclosure{Mask: sessions.FieldsOf(sessions.FieldSelfie)}
	h.viewers["agent"] = v
	require.Equal(t, http.StatusOK, h.do("agent", http.MethodGet, "/sessions/s1", "", "If-None-Match", tag).Code, "another view of it")
}
