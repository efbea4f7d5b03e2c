package page

import (
	"cmp"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// masterPage returns the page for acme's Master User, over ten sessions of level 5 and two of level
// 7, all successful.
func masterPage(t *testing.T) http.Handler {
	t.Helper()
	backend, settings := memstore.New(), &memstore.Settings{}
	for i := range 12 {
		level := far.Level(5)
		if i < 2 {
			level = 7
		}
		require.NoError(t, backend.Insert(t.Context(), &sessions.Session{
			ID: "s-" + string(rune('a'+i)), Company: "acme", CreatedAt: time.Date(2026, 3, 14, 12, i, 0, 0, time.UTC), Status: sessions.Success,
			DocumentType: sessions.Passport, DocumentPresented: true, DocumentValidity: sessions.Valid, Liveness: sessions.LivenessPassed,
			Match: sessions.Match{Compared: true, Level: level, Scale: far.Kvalifika.Name(), Acceptance: 5},
		}))
	}
	policy, err := far.NewPolicy(far.Kvalifika, 5)
	require.NoError(t, err)
	acceptance, err := sessions.NewAcceptance(policy)
	require.NoError(t, err)
	require.NoError(t, settings.SaveCompanySettings(t.Context(), "acme", store.CompanySettings{Acceptance: acceptance}, "the setup"))
	st := store.New(backend, store.Options{Settings: settings, Trail: &memstore.Trail{}})
	all, err := New(st, Options{Viewer: func(r *http.Request) (store.Viewer, error) {
		v := store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "master-1"}
		if r.Header.Get("Role") != "" {
			v.Role, v.Subject = sessions.Agent, cmp.Or(r.Header.Get("Subject"), "agent-7")
		}
		return v, nil
	}})
	require.NoError(t, err)
	return all
}

// TestConsequence requests the consequence of levels, saves them, and checks who changed them last.
func TestConsequence(t *testing.T) {
	all := masterPage(t)
	page := send(t, all, http.MethodGet, "/settings", "").body
	require.Contains(t, page, "Last changed by the setup on ")
	require.Equal(t, 2, strings.Count(page, "10 fewer would pass"), "levels 6 and 7")
	require.Equal(t, 4, strings.Count(page, "the same number would pass"), "levels 1 to 4")
	ask := func(form string) string { return send(t, all, http.MethodPost, "/settings/consequence", form).body }
	require.Equal(t, "5 to 7: 10 fewer would pass", ask("set.acceptance=kvalifika-3d2d:7"))
	require.Equal(t, "Passport as above to 6: 10 fewer would pass", ask("set.acceptance=kvalifika-3d2d:5&set.type.passport=kvalifika-3d2d:6"))
	require.Equal(t, "5 to 7, Passport as above to 5: the same number would pass", ask("set.acceptance=kvalifika-3d2d:7&set.type.passport=kvalifika-3d2d:5"))
	require.Equal(t, "5 to 7: the same number would pass", ask("set.acceptance=kvalifika-3d2d:7&status=failed"), "none is failed")
	require.Empty(t, ask("set.acceptance=kvalifika-3d2d:5"))
	require.Equal(t, http.StatusBadRequest, send(t, all, http.MethodPost, "/settings/consequence", "set.acceptance=x").status)

	etag := regexp.MustCompile(`name="set.etag" value="([^"]*)"`).FindStringSubmatch(page)
	require.NotNil(t, etag)
	form := "set.etag=" + strings.ReplaceAll(etag[1], "&#34;", "%22") + "&set.acceptance=kvalifika-3d2d:7&set.extra_keys=phone"
	saved := send(t, all, http.MethodPost, "/settings/save", form)
	require.Equal(t, http.StatusOK, saved.status)
	require.Contains(t, saved.body, "Last changed by master-1 on ")
	require.Contains(t, saved.body, "10 more would pass")
	own := send(t, all, http.MethodPost, "/settings/save", "set.etag=*&set.extra_keys=phone&set.acceptance=kvalifika-3d2d:7&set.type.passport=kvalifika-3d2d:6").body
	require.Equal(t, 6, strings.Count(own, "the same number would pass"))
	require.Equal(t, 7, strings.Count(own, "</meter> 2</td>"), "numbers and changes are those beside the own level of passports")
	require.NotContains(t, send(t, all, http.MethodGet, "/settings", "", "Role", "agent").body, "Changed last", "only a Master User may know")

	// A refused form keeps its values, and the message names the key. A conflict names the changes
	// that were not saved.
	bad := send(t, all, http.MethodPost, "/settings/save", "set.etag=*&set.acceptance=kvalifika-3d2d:7&set.extra_keys=phone%0Aemail%0A%3Cb%3E%0A%3Cb%3E")
	require.Equal(t, http.StatusBadRequest, bad.status)
	require.Contains(t, bad.body, "because of the extra field “&lt;b&gt;”")
	require.Contains(t, bad.body, `aria-invalid="true">phone`+"\nemail\n&lt;b&gt;\n&lt;b&gt;<")
	late := send(t, all, http.MethodPost, "/settings/save", strings.Replace(form, "=phone", "=phone%0Amine", 1))
	require.Equal(t, http.StatusPreconditionFailed, late.status)
	require.Contains(t, late.body, `<p class="note bad" role="status">Somebody has changed this in the meantime.`)
	require.Contains(t, late.body, "Your form was not saved. It would have changed: Passport 6 to as above; Extra fields: phone to phone, mine.")
	require.Contains(t, late.body, ">phone</textarea>")

	// A form of a page of another viewer changes nothing: the revisions of two companies may be equal.
	for _, of := range []string{"", "x", "x&set.viewer=y"} {
		other := send(t, all, http.MethodPost, "/settings/save", "set.etag=*&set.acceptance=kvalifika-3d2d:1&set.viewer="+of)
		require.Equal(t, http.StatusSeeOther, other.status, of)
		require.Equal(t, "/settings", other.header.Get("Location"))
	}
	kept := send(t, all, http.MethodGet, "/settings", "").body
	require.Contains(t, kept, `value="kvalifika-3d2d:7" checked`)
	viewer := regexp.MustCompile(`name="set.viewer" value="(\w+)"`).FindStringSubmatch(kept)
	require.NotNil(t, viewer)
	require.Equal(t, http.StatusPreconditionFailed, send(t, all, http.MethodPost, "/settings/save", form+"&set.viewer="+viewer[1]).status)

	trail := send(t, all, http.MethodGet, "/audit?action=settings", "").body
	require.Equal(t, 2, strings.Count(trail, "<span>5 to 7</span>"), "begun and done")
	require.Contains(t, trail, "Extra fields: – to phone")
}

func TestAuditTrail(t *testing.T) { synctest.Test(t, testAuditTrail) } // on one day

func testAuditTrail(t *testing.T) {
	all := masterPage(t)
	send(t, all, http.MethodPost, "/sessions", "search=gio&status=failed", "Role", "agent")
	details := send(t, all, http.MethodGet, "/sessions/s-a", "").body
	require.Contains(t, details, `href="/audit?session=s-a"`)
	entries := func(form string) []string {
		body := send(t, all, http.MethodGet, "/audit?"+form, "").body
		rows := regexp.MustCompile(`(?s)<tr role="row">\n<td role="cell">.*?</tr>`).FindAllString(body, -1)
		if len(rows) == 0 {
			require.Contains(t, body, "No entries match.")
		}
		return rows
	}
	found := entries("action=search")
	require.Len(t, found, 1)
	for _, part := range []string{`href="/audit?subject=agent-7"`, "Search", "Selected by: Final status, Search", "done"} {
		require.Contains(t, found[0], part)
	}
	require.NotContains(t, found[0], "gio")
	require.Len(t, entries("subject=agent-7"), 1)

	// Actions of an open page itself are shown only on request.
	send(t, all, http.MethodPost, "/sessions/counts", "status=failed", "Role", "agent")
	require.Len(t, entries("subject=agent-7"), 1)
	require.Len(t, entries("subject=agent-7&action=count"), 1)
	require.Len(t, entries("subject=agent-7&action=any"), 3)
	require.Len(t, entries("session=s-a&action=details"), 1)
	require.Contains(t, send(t, all, http.MethodGet, "/audit?session=s-a", "").body, "Details read")
	today := time.Now().UTC().Format(time.DateOnly)
	yesterday := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	require.Len(t, entries("action=search&zone=UTC&from="+today+"&to="+today), 1)
	require.Empty(t, entries("action=search&zone=UTC&to="+yesterday))
	reversed := send(t, all, http.MethodGet, "/audit?zone=UTC&from="+today+"&to="+yesterday, "")
	require.Equal(t, http.StatusBadRequest, reversed.status)
	require.Contains(t, reversed.body, "ends before it begins")
	require.Contains(t, reversed.body, `name="from" value="`+today+`"`, "what was typed is gone")
	require.Equal(t, http.StatusBadRequest, send(t, all, http.MethodGet, "/audit?from=2026-13-01", "").status)

	for _, odd := range []string{"subjekt=agent-7", "search=gio", "action=export&action=list", "zone=Mars%2FOlympus", "subject=&subject=x"} {
		answer := send(t, all, http.MethodGet, "/audit?"+odd, "")
		require.Equal(t, http.StatusBadRequest, answer.status, odd)
		require.NotContains(t, answer.body, "<tbody", odd)
	}

	for range 60 {
		send(t, all, http.MethodGet, "/sessions/s-b", "")
	}
	first := send(t, all, http.MethodGet, "/audit?session=s-b&action=details", "").body
	require.Equal(t, 50, strings.Count(first, `cell">Details read`))
	next := regexp.MustCompile(`name="after" value="([^"]+)"`).FindStringSubmatch(first)
	require.NotNil(t, next)
	rest := send(t, all, http.MethodGet, "/audit?session=s-b&action=details&after="+url.QueryEscape(next[1]), "", "HX-Request", "true", "HX-Target", "audit-more").body
	require.Equal(t, 10, strings.Count(rest, `cell">Details read`))
	require.NotContains(t, rest, "<html")

	denied := send(t, all, http.MethodGet, "/audit", "", "Role", "agent")
	require.Equal(t, http.StatusForbidden, denied.status)
	require.NotContains(t, denied.body, `href="/audit"`)
}

// TestHostileTrail checks that hostile text is escaped, in the entries and in the form.
func TestHostileTrail(t *testing.T) {
	all := masterPage(t)
	const hostile = `"'><script>window.hurt=1</script>`
	agent := []string{"Role", "agent", "Subject", hostile}
	send(t, all, http.MethodGet, "/sessions/"+url.PathEscape(hostile), "", agent...)
	for _, form := range []string{"", "subject=" + url.QueryEscape(hostile), "session=" + url.QueryEscape(hostile)} {
		body := send(t, all, http.MethodGet, "/audit?"+form, "").body
		require.Contains(t, body, "<bdi>"+html.EscapeString(hostile)+"</bdi></a> <small", "who")
		require.Contains(t, body, "<bdi>"+html.EscapeString(hostile)+"</bdi></a>", "the session")
		require.NotContains(t, body, "<script>")
		require.NotContains(t, body, `"'>`)
	}
}

// TestOptionNumbers checks that the counts of options are left out if they would mislead.
func TestOptionNumbers(t *testing.T) {
	en, err := newLanguage(English())
	require.NoError(t, err)
	for _, one := range []struct {
		n, total countDocument
		want     string
	}{
		{countDocument{2434, true}, countDocument{5000, true}, "2,434"},
		{countDocument{2434, true}, countDocument{5000, false}, "2,434"},
		{countDocument{2434, false}, countDocument{5000, true}, ""},
		{countDocument{2434, false}, countDocument{5000, false}, "2,434+"},
		{countDocument{0, false}, countDocument{0, false}, ""},
		{countDocument{0, true}, countDocument{5, true}, "0"},
	} {
		require.Equal(t, one.want, en.optionNumber(one.n, one.total))
	}
}

func TestSelectedBy(t *testing.T) {
	en, err := newLanguage(English())
	require.NoError(t, err)
	for query, want := range map[string]string{
		"filter(everything)":                         "All sessions",
		"filter(failed_for, created_at, id, search)": "Selected by: Possible spoof, Date range, Session ID, Search",
		"filter(document_type, new)":                 "Selected by: Document type, new",
		`all(status(failed),search("gio"))`:          `all(status(failed),search("gio"))`,
	} {
		require.Equal(t, want, en.selectedBy(query))
	}
}
