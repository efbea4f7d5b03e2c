package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/page"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// TestPage uses the page in a real browser, as people do. The sessions on the page are compared
// with the store's lists.
func TestPage(t *testing.T) {
	browser := chromium(t)
	s := serve(t, 2000)
	t.Run("search letter by letter", func(t *testing.T) { testTyping(t, browser, s) })
	t.Run("an older answer", func(t *testing.T) { testOlderAnswer(t, browser) })
	t.Run("filters", func(t *testing.T) { testFilters(t, browser, s) })
	t.Run("date range", func(t *testing.T) { testRange(t, browser, s) })
	t.Run("further pages", func(t *testing.T) { testPaging(t, browser, s) })
	t.Run("back, forward, reload and shared links", func(t *testing.T) { testHistory(t, browser, s) })
	t.Run("live updates", func(t *testing.T) { testLive(t, browser) })
	t.Run("details", func(t *testing.T) { testDetails(t, browser, s) })
	t.Run("export", func(t *testing.T) { testExport(t, browser, s) })
	t.Run("failed export", func(t *testing.T) { testFailedExport(t, browser) })
	t.Run("masked", func(t *testing.T) { testMasked(t, browser, s) })
	t.Run("settings", func(t *testing.T) { testSettings(t, browser) })
	t.Run("a page that was left", func(t *testing.T) { testLeft(t, browser, s) })
	t.Run("another company", func(t *testing.T) { testOtherCompany(t, browser, s) })
	t.Run("keyboard alone", func(t *testing.T) { testKeyboard(t, browser, s) })
	t.Run("phone", func(t *testing.T) { testPhone(t, browser, s) })
	t.Run("language and theme", func(t *testing.T) { testPreferences(t, browser, s) })
	t.Run("rows", func(t *testing.T) { testRows(t, browser, s) })
	t.Run("keys", func(t *testing.T) { testKeys(t, browser, s) })
	t.Run("a search that goes on", func(t *testing.T) { testPartial(t, browser) })
	t.Run("updates of what is open", func(t *testing.T) { testFollow(t, browser) })
	t.Run("without JavaScript", func(t *testing.T) { testWithoutScripts(t, browser, s) })
	t.Run("zoom, print, forced colours, reduced motion", func(t *testing.T) { testMedia(t, browser, s) })
	t.Run("hostile texts", func(t *testing.T) { testHostile(t, browser) })
	t.Run("behind other policies, in a frame", func(t *testing.T) { testEmbedded(t, browser, s) })
	t.Run("accessibility", func(t *testing.T) { testAccessibility(t, browser) })
}

const desk, deskHeight = 1440, 900

func (s *served) filtered(t *testing.T, company string, parts ...filter.Filter) []string {
	t.Helper()
	return keysOf(s.listing(t, company, store.Query{Filter: filter.And(parts...)}))
}

func testTyping(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	all := b.ids()
	require.Equal(t, s.filtered(t, "acme"), all)
	b.click("#q")
	typed := ""
	for _, key := range "beri g" {
		typed += string(key)
		if strings.HasSuffix(typed, " ") {
			b.keys(string(key))
			continue
		}
		b.relisted(func() { b.keys(string(key)) })
		want := s.filtered(t, "acme", filter.Search(typed))
		require.NotEmpty(t, want)
		require.Equal(t, want, b.ids(), "after %q", typed)
		require.True(t, eval[bool](b, "document.activeElement.id === 'q'"), "the focus left the search")
		require.Equal(t, len(typed), eval[int](b, "document.activeElement.selectionStart"))
		require.Equal(t, "/sessions", b.path())
		require.Equal(t, len(want), eval[int](b, "[...document.querySelectorAll('#sessions .session')].filter(r => r.querySelector('mark')).length"))
	}
	require.Contains(t, eval[[]string](b, "[...document.querySelectorAll('mark')].map(m => m.innerText.toLowerCase())"), "beri")

	// In the middle of the text, too, the caret stays in its place.
	b.keys(kb.Home)
	b.relisted(func() { b.keys("g") })
	require.Equal(t, "gberi g", eval[string](b, "document.getElementById('q').value"))
	require.Equal(t, 1, eval[int](b, "document.activeElement.selectionStart"))
	b.wait("document.querySelector('.empty strong')")

	eval[bool](b, "document.getElementById('q').select(), true")
	b.relisted(func() { b.keys("*") })
	require.Contains(t, b.text("#results"), "no letter or digit")
	b.relisted(func() { b.keys(kb.Backspace) })
	require.Equal(t, all, b.ids())
}

// testOlderAnswer delays the answer to the first letter until its request is cancelled: that must
// happen, and the answer must not appear. Then it breaks the connection: the list and the numbers
// on the page are not those of the new selection, and are marked as such until they are.
func testOlderAnswer(t *testing.T, browser context.Context) {
	givenUp := make(chan struct{}, 1)
	var lost, counting, slow atomic.Bool
	updating := make(chan struct{}, 100)
	counted := make(chan struct{})
	s := serve(t, 800, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if lost.Load() && strings.HasPrefix(r.URL.Path, "/sessions") {
				panic(http.ErrAbortHandler)
			}
			if slow.Load() && r.URL.Path == "/sessions/changes" && r.ParseForm() == nil {
				updating <- struct{}{}
				<-r.Context().Done()
			}
			if counting.Load() && r.URL.Path == "/sessions/counts" && r.ParseForm() == nil {
				select {
				case <-counted:
				case <-r.Context().Done():
				}
			}
			if r.Method == http.MethodPost && r.URL.Path == "/sessions" && r.ParseForm() == nil && r.PostForm.Get("search") == "t" {
				assert.NotEmpty(t, r.PostForm.Get("tab"))
				<-r.Context().Done()
				givenUp <- struct{}{}
			}
			next.ServeHTTP(w, r)
		})
	})
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	b.click("#q")
	b.keys("t")
	b.wait("document.querySelector('.progress.htmx-request')")
	progress := "getComputedStyle(document.querySelector('#main .progress'))"
	require.Equal(t, "0.15s", eval[string](b, progress+".transitionDelay"))
	b.wait(progress + ".visibility === 'visible'")
	b.relisted(func() { b.keys("a") })
	<-givenUp
	b.wait(progress + ".visibility === 'hidden'")
	require.Equal(t, s.filtered(t, "acme", filter.Search("ta")), b.ids())

	const old = "document.getElementById('total').dataset.old === '' && document.getElementById('counts').dataset.old === ''"
	counting.Store(true)
	b.relisted(func() { b.click(".bar nav a") })
	require.Equal(t, s.filtered(t, "acme"), b.ids(), "all sessions are without the search")
	require.True(t, eval[bool](b, old), "a number of another list beside this one")
	b.click("#open-export")
	require.Equal(t, "Counting …", b.text("#export-total"))
	close(counted)
	b.wait("document.getElementById('total').dataset.old === undefined && document.getElementById('counts').dataset.old === undefined")
	require.Equal(t, b.text("#total"), b.text("#export-total"))
	b.keys(kb.Escape)
	b.click("#q")
	lost.Store(true)
	b.keys("m")
	b.wait("document.getElementById('results').dataset.old === '' && !document.getElementById('alert').hidden && " + old)
	require.Equal(t, s.filtered(t, "acme"), b.ids())
	b.relisted(func() {
		lost.Store(false)
		b.news("document.getElementById('results').dataset.old === undefined")
	})
	require.Equal(t, s.filtered(t, "acme", filter.Search("m")), b.ids())
	require.True(t, eval[bool](b, "document.getElementById('alert').hidden"))

	// A slow live update does not delay a further page.
	b.relisted(func() { b.click(".brand") })
	require.NotEmpty(t, eval[int](b, "document.querySelectorAll('#show-more').length"))
	slow.Store(true)
	b.wait("document.dispatchEvent(new Event('visibilitychange')) && document.querySelector('#live.htmx-request')")
	<-updating
	eval[bool](b, "document.getElementById('more').scrollIntoView(), true")
	b.wait("document.querySelectorAll('#sessions .session').length >= 100")
}

func testFilters(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	choose := func(name, value string) {
		b.relisted(func() { b.click(fmt.Sprintf("input[name='%s'][value=%s]", name, quote(value))) })
	}
	for _, one := range []struct {
		name, value string
		want        filter.Filter
	}{
		{"status", "success", filter.Status(sessions.Success)},
		{"status", "failed", filter.Status(sessions.Failed)},
		{"status", "pending", filter.Status(sessions.Pending)},
		{"document_type", "passport", filter.DocumentType(sessions.Passport)},
		{"document_type", "id_card", filter.DocumentType(sessions.IDCard)},
		{"document_type", "none", filter.DocumentType("")},
		{"failed_for", "digital_spoof", filter.FailedFor(sessions.DigitalSpoof)},
		{"failed_for", "not_full_id", filter.FailedFor(sessions.NotFullID)},
		{"failed_for", "low_far", filter.FailedFor(sessions.LowFAR)},
	} {
		choose(one.name, one.value)
		require.Equal(t, s.filtered(t, "acme", one.want), b.ids(), one.value)
		require.Equal(t, "/sessions?"+one.want.Values().Encode(), b.path())
		n, err := store.New(s.backend, store.Options{}).Count(t.Context(), store.Viewer{Company: "acme", Role: sessions.Agent}, one.want)
		require.NoError(t, err)
		b.wait(fmt.Sprintf("document.getElementById('total').innerText.startsWith(%s)", quote(n.String()+" session")))
		b.wait(fmt.Sprintf("document.getElementById('count-%s-%s').innerText === %s", one.name, one.value, quote(n.String())))
		b.relisted(func() { b.click(".chip:not(.clear)") }) // off again
		require.Equal(t, "/sessions", b.path())
		require.False(t, eval[bool](b, "Boolean(document.querySelector('#query input:checked'))"))
	}

	choose("document_type", "passport")
	choose("status", "failed")
	choose("failed_for", "low_far")
	require.Equal(t, s.filtered(t, "acme", filter.DocumentType(sessions.Passport), filter.Status(sessions.Failed),
		filter.FailedFor(sessions.LowFAR)), b.ids())
	choose("failed_for.level", "3")
	want := []filter.Filter{
		filter.DocumentType(sessions.Passport), filter.Status(sessions.Failed), filter.FailedForAt([]far.Level{3}, sessions.LowFAR),
	}
	require.Equal(t, s.filtered(t, "acme", want...), b.ids())
	require.Equal(t, "/sessions?"+filter.And(want...).Values().Encode(), b.path())
	choose("document_type", "id_card")
	require.Equal(t, 5, eval[int](b, "document.querySelectorAll('.chip:not(.clear)').length"))
	b.click("#q")
	b.relisted(func() { b.keys("b") })
	b.relisted(func() { b.click(".chip.clear") })
	require.Equal(t, s.filtered(t, "acme", filter.Search("b")), b.ids(), "the name that was typed went with the filters")
	b.click("#q")
	b.relisted(func() { b.keys(kb.Backspace) })
	require.Equal(t, s.filtered(t, "acme"), b.ids())

	b.relisted(func() { b.click("[data-all=failed_for]") })
	require.Equal(t, s.filtered(t, "acme", filter.FailedFor(sessions.SpoofReasons()...)), b.ids(), "all together")
	require.Equal(t, "/sessions?"+filter.FailedFor(sessions.SpoofReasons()...).Values().Encode(), b.path())
	b.relisted(func() { b.click("input[value=low_far]") })
	require.False(t, eval[bool](b, "document.querySelector('[data-all=failed_for]').checked"))
	b.relisted(func() { b.click("input[value=low_far]") })
	require.True(t, eval[bool](b, "document.querySelector('[data-all=failed_for]').checked"))
	b.relisted(func() { b.click("[data-all=failed_for]") })
	require.Equal(t, "/sessions", b.path())

	b.click("details.fold summary")
	choose("match_level", "5")
	require.Equal(t, s.filtered(t, "acme", filter.MatchLevel(5)), b.ids())
}

func testRange(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	listed := s.listing(t, "acme", store.Query{Limit: 200})
	tbilisi, err := time.LoadLocation("Asia/Tbilisi")
	require.NoError(t, err)
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	day := func(i int, zone *time.Location) sessions.Date { return sessions.DateOf(listed[i].CreatedAt.In(zone)) }
	from, to := day(150, tbilisi), day(90, tbilisi)
	set := func(name, value string) {
		b.relisted(func() {
			eval[bool](b, fmt.Sprintf(`((c) => { c.value = %s; return c.dispatchEvent(new Event('change', {bubbles: true})) })(document.querySelector('#query [name="%s"]'))`, quote(value), name))
		})
	}
	set("created_at.from", from.String())
	require.Equal(t, s.filtered(t, "acme", filter.CreatedOn(from, sessions.Date{}, tbilisi)), b.ids())
	set("created_at.to", to.String())
	require.Equal(t, s.filtered(t, "acme", filter.CreatedOn(from, to, tbilisi)), b.ids())
	require.Contains(t, b.text(".chip"), "Asia/Tbilisi")
	require.Contains(t, b.text("thead"), "Asia/Tbilisi")
	set("created_at.zone", "America/New_York")
	require.Equal(t, s.filtered(t, "acme", filter.CreatedOn(from, to, newYork)), b.ids())
	require.Contains(t, b.text("thead"), "America/New_York")
	first := listed[slices.IndexFunc(listed, func(x *sessions.Session) bool { return rowKey(x.ID) == b.ids()[0] })]
	require.Contains(t, b.text("#sessions .session time"), first.CreatedAt.In(newYork).Format("15:04"))
	set("created_at.from", to.AddDays(1).String())
	require.Contains(t, b.text("#results"), "ends before it begins")
	require.Empty(t, b.text("#total"))
	b.click("#open-export")
	b.click("#export-form button.primary")
	b.wait("document.getElementById('export-status').innerText.includes('ends before it begins')")
	b.keys(kb.Escape)
	// Today is the day in the chosen zone, and not in that of the page or of the machine.
	eval[bool](b, `window.Date = class extends Date { constructor(...at) { super(...(at.length ? at : ["2026-03-15T02:30:00Z"])); } }, true`)
	for preset, first := range []string{"2026-03-14", "2026-03-08", "2026-02-13"} {
		b.relisted(func() { b.click(fmt.Sprintf(".presets button:nth-child(%d)", preset+1)) })
		require.Equal(t, []string{first, "2026-03-14"}, eval[[]string](b, `[...document.querySelectorAll('#query [type=date]')].map(d => d.value)`))
	}
	day1 := sessions.Date{Year: 2026, Month: time.February, Day: 13}
	require.Equal(t, s.filtered(t, "acme", filter.CreatedOn(day1, day1.AddDays(29), newYork)), b.ids())
}

func testPaging(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	all := keysOf(s.listing(t, "acme", store.Query{Limit: 500}))
	require.Equal(t, all[:50], b.ids())
	for n := 100; n <= 200; n += 50 {
		if n == 150 {
			eval[bool](b, "document.getElementById('show-more').click(), true")
		} else {
			eval[bool](b, "document.getElementById('more').scrollIntoView(), true")
		}
		b.wait(fmt.Sprintf("document.querySelectorAll('#sessions .session').length >= %d", n))
		b.settled()
	}
	ids := b.ids()
	require.Equal(t, all[:len(ids)], ids)

	b.do(chromedp.Navigate(s.url + "/sessions?status=pending"))
	b.wait("document.querySelector('.end')")
	require.Equal(t, s.filtered(t, "acme", filter.Status(sessions.Pending)), b.ids())
}

func testHistory(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	failed, passport := filter.Status(sessions.Failed), filter.DocumentType(sessions.Passport)
	b.relisted(func() { b.click("input[name=status][value=failed]") })
	b.click("#q")
	b.relisted(func() { b.keys("b") })
	b.relisted(func() { b.click("input[name=document_type][value=passport]") })
	both := "/sessions?" + filter.And(failed, passport).Values().Encode()
	require.Equal(t, both, b.path())
	last := b.ids()
	require.Equal(t, s.filtered(t, "acme", failed, passport, filter.Search("b")), last)

	at := func(path string, checked []string, q string, ids []string) {
		t.Helper()
		require.Equal(t, path, b.path())
		require.Equal(t, q, eval[string](b, "document.getElementById('q').value"))
		require.ElementsMatch(t, checked, eval[[]string](b, "[...document.querySelectorAll('#query :checked[type=checkbox]')].map(c => c.value)"))
		require.Equal(t, ids, b.ids())
	}
	b.relisted(func() { b.leaves("history.back()") })
	at("/sessions?status=failed", []string{"failed"}, "b", s.filtered(t, "acme", failed, filter.Search("b")))
	b.relisted(func() { b.leaves("history.back()") })
	at("/sessions", nil, "", s.filtered(t, "acme"))
	b.relisted(func() { b.leaves("history.forward()") })
	b.relisted(func() { b.leaves("history.forward()") })
	at(both, []string{"failed", "passport"}, "b", last)

	eval[bool](b, "document.body.dataset.before = 'reload', true")
	b.do(chromedp.Reload())
	b.wait("!document.body.dataset.before && document.querySelector('#sessions .session') && document.getElementById('q').value === 'b'")
	b.settled()
	at(both, []string{"failed", "passport"}, "b", last)

	// A link that was shared has everything except the search.
	other := s.open(t, browser, desk, deskHeight)
	other.signIn("acme-master_user")
	other.do(chromedp.Navigate(s.url + both))
	other.settled()
	require.Equal(t, s.filtered(t, "acme", failed, passport), other.ids())
	require.Empty(t, eval[string](other, "document.getElementById('q').value"))
	other.do(chromedp.Navigate(s.url + "/sessions?search=gio"))
	require.Contains(t, other.text("main"), "personal data")

	testSignOut(t, b, s)
}

// testSignOut signs out in a tab whose history has searches, and signs in with another account:
// nothing of the searches is left.
func testSignOut(t *testing.T, b *tab, s *served) {
	t.Helper()
	require.Contains(t, eval[string](b, "JSON.stringify(sessionStorage)"), `\"b\"`)
	require.NotContains(t, eval[string](b, "JSON.stringify(history.state) + JSON.stringify(localStorage) + document.cookie"), `"b"`)
	before := eval[int](b, "history.length")
	b.click(".menu summary")
	b.click("#sign-out button")
	b.wait("location.pathname === '/sign-in'")
	require.NotContains(t, eval[string](b, "JSON.stringify(sessionStorage)"), `\"b\"`)
	b.signIn("lomi-agent")
	// travel goes to another document of the history. A document may come back with its variables.
	travels := 0
	travel := func(by int, there string) {
		t.Helper()
		travels++
		b.leaves(fmt.Sprintf("window.travels = %d; history.go(%d)", travels, by))
		b.wait(fmt.Sprintf("window.travels !== %d && document.readyState === 'complete' && (%s)", travels, there))
		b.settled()
	}
	for back := 1; back < before; back++ {
		travel(-back, "location.pathname === '/sign-in' || document.querySelector('#sessions .session, .empty')")
		if strings.HasPrefix(b.path(), "/sessions") {
			require.Empty(t, eval[string](b, "document.getElementById('q').value"), b.path())
			require.Zero(t, eval[int](b, "document.querySelectorAll('mark').length"))
		}
		travel(back, "location.pathname === '/sessions' && !location.search && document.querySelector('#sessions .session')")
	}
	require.Equal(t, s.filtered(t, "lomi"), b.ids())
}

// testLeft signs out between the moments at which a list is on the page and is complete there, with
// the sign-out held up: nothing goes on in what is left of the page.
func testLeft(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	b.click("#sessions a.more")
	b.wait("document.getElementById('drawer').open")
	b.settled()
	eval[bool](b, `(() => {
		addEventListener("submit", (event) => { if (event.target.id === "sign-out") event.preventDefault(); });
		document.addEventListener("htmx:afterSwap", () => document.getElementById("sign-out").requestSubmit(), { once: true });
		htmx.trigger("#query", "submit");
		return true;
	})()`)
	b.wait("!document.querySelector('main').hasChildNodes() && !document.querySelector('dialog').hasChildNodes()")
	eval[bool](b, `(() => {
		for (const key of ["j", "k", "/", "?", "Escape", "Enter"]) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
		for (const type of ["mouseover", "focusin", "click", "auxclick"]) document.querySelector("main").dispatchEvent(new MouseEvent(type, { bubbles: true }));
		document.getElementById("open-keys").click();
		document.getElementById("drawer").close();
		dispatchEvent(new Event("online"));
		tick();
		return true;
	})()`)
	time.Sleep(100 * time.Millisecond) // an answer is complete 20 ms after it is on the page
	require.Empty(t, b.text("main"))
	require.False(t, eval[bool](b, "document.getElementById('keys').open"))
}

func testLive(t *testing.T, browser context.Context) {
	s := serve(t, 900)
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	pending := s.listing(t, "acme", store.Query{Filter: filter.Status(sessions.Pending)})
	require.NotEmpty(t, pending)
	one := pending[0].Clone()
	row := fmt.Sprintf("document.getElementById(%s)", quote(rowKey(one.ID)))
	require.Equal(t, "Pending", eval[string](b, row+".querySelector('.badge').innerText.trim()"))
	before := b.ids()

	one.Status, one.Liveness, one.DocumentValidity = sessions.Success, sessions.LivenessPassed, sessions.Valid
	one.CompletedAt, one.DecidedAt = time.Now(), time.Now()
	require.NoError(t, s.backend.Update(t.Context(), one))
	b.wait(row + ".querySelector('.badge').innerText.trim() === 'Yes'")
	require.Equal(t, before, b.ids(), "rows moved")
	b.wait("document.getElementById('status').innerText.includes('1 session has changed')")

	fresh := func() *sessions.Session {
		id, err := sessions.NewID()
		require.NoError(t, err)
		return &sessions.Session{ID: id, Company: "acme", CreatedAt: time.Now(), Status: sessions.Pending, FirstName: sessions.TextOf("Nino")}
	}
	first, foreign := fresh(), fresh()
	foreign.Company = "lomi"
	require.NoError(t, s.backend.Insert(t.Context(), first, foreign))
	b.news("!document.getElementById('news').hidden")
	require.Equal(t, "1 new session. Show it", b.text("#news"))
	require.NoError(t, s.backend.Insert(t.Context(), fresh()))
	b.news("document.getElementById('news').innerText.startsWith('2 new')")
	require.Equal(t, before, b.ids(), "new ones were pushed under the reader's eyes")
	b.relisted(func() { b.click("#news") })
	require.Equal(t, rowKey(first.ID), b.ids()[1])
	require.Equal(t, s.filtered(t, "acme"), b.ids())
	require.False(t, eval[bool](b, "document.getElementById('news').checkVisibility()"))

	// A session that leaves the selection keeps its place, and is marked.
	b.relisted(func() { b.click("input[name=status][value=pending]") })
	row = fmt.Sprintf("document.getElementById(%s)", quote(rowKey(first.ID)))
	first.Status, first.DecidedAt = sessions.Success, time.Now()
	require.NoError(t, s.backend.Update(t.Context(), first))
	b.news(row + ".innerText.includes('No longer in this selection')")

	// With updates off, nothing changes until somebody asks for it.
	b.click("#live")
	require.Equal(t, "false", eval[string](b, "document.getElementById('live').getAttribute('aria-pressed')"))
	require.NoError(t, s.backend.Insert(t.Context(), fresh()))
	b.relisted(func() { b.click("#refresh") })
	require.Equal(t, s.filtered(t, "acme", filter.Status(sessions.Pending)), b.ids())
}

func testDetails(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	low := s.listing(t, "acme", store.Query{Filter: filter.And(filter.FailedForAt([]far.Level{4}, sessions.LowFAR))})
	require.NotEmpty(t, low)
	one := low[slices.IndexFunc(low, func(x *sessions.Session) bool { return x.Match.Acceptance == 5 && x.LastName.State() == sessions.Known })]
	b.do(chromedp.Navigate(s.url + "/sessions?failed_for=low_far&failed_for.level=4"))
	b.settled()
	b.click("#" + rowKey(one.ID) + " .more")
	b.wait("document.getElementById('drawer').open")
	require.Equal(t, "drawer-title", eval[string](b, "document.activeElement.id"))
	text := b.text("#drawer")
	for _, want := range []string{
		"The match level 4 (1/1,000) is below the acceptance level 5 (1/10,000) in force on ", "What would be needed: A match of level 5 (1/10,000) or better",
		one.LastName.Value(), one.PersonalNumber.Value(), one.DocumentNumber.Value(), one.Subject, one.ClientIP, one.Browser, one.OS, one.ID, one.Partner,
	} {
		require.Contains(t, text, want)
	}
	require.Equal(t, "/sessions/"+one.ID, b.path())
	require.Equal(t, "manual", eval[string](b, "history.scrollRestoration"), "reloaded, it would begin where the list was")

	b.keys(kb.Escape)
	b.wait("!document.getElementById('drawer').open && location.pathname === '/sessions'")
	require.Equal(t, "/sessions?failed_for=low_far&failed_for.level=4", b.path())
	require.Equal(t, "auto", eval[string](b, "history.scrollRestoration"))
	require.Equal(t, rowKey(one.ID), eval[string](b, "document.activeElement.closest('tr').id"), "the focus did not come back")
	b.leaves("history.forward()")
	b.wait("document.getElementById('drawer').open")
	b.leaves("history.back()")
	b.wait("!document.getElementById('drawer').open")

	// After a reload the details are a document. From there the list returns as it was left.
	b.click("#q")
	b.relisted(func() { b.keys("a") })
	left := b.ids()
	b.click("#" + left[0] + " .more")
	b.wait("document.getElementById('drawer').open && location.pathname !== '/sessions'")
	b.do(chromedp.Reload())
	b.wait("document.readyState === 'complete' && document.querySelector('.back a')")
	b.click(".back a")
	b.wait("document.querySelector('#sessions .session') && document.getElementById('q').value === 'a'")
	b.settled()
	require.Equal(t, "/sessions?failed_for=low_far&failed_for.level=4", b.path())
	require.Equal(t, left, b.ids())
	b.click(".to-settings")
	b.wait("document.getElementById('drawer').open && location.pathname === '/settings'")
	b.do(chromedp.Navigate(s.url + "/sessions?status=failed"))
	b.settled()
	// As without JavaScript.
	eval[bool](b, "location.href = document.querySelector('a.more').href, true")
	b.wait("document.readyState === 'complete' && document.querySelector('.back a')")
	require.Equal(t, "/sessions?status=failed", eval[string](b, "document.querySelector('.back a').getAttribute('href')"))

	// The attempts of one person, and a page of its own.
	var again *sessions.Session
	for _, x := range s.listing(t, "acme", store.Query{Limit: 500}) {
		if x.Attempt > 1 {
			again = x
			break
		}
	}
	require.NotNil(t, again)
	attempts, err := store.New(s.backend, store.Options{}).Attempts(t.Context(), store.Viewer{Company: "acme", Role: sessions.Agent}, again.ID, store.Query{})
	require.NoError(t, err)
	b.do(chromedp.Navigate(s.url + "/sessions/" + again.ID))
	b.wait("document.querySelector('.attempts')")
	require.Equal(t, len(attempts.Sessions), eval[int](b, "document.querySelectorAll('.attempts li').length"))
	b.click(".attempts li:not([aria-current]) a")
	b.wait(fmt.Sprintf("document.readyState === 'complete' && location.pathname !== %s && document.querySelector('.details')", quote("/sessions/"+again.ID)))
	b.click(".to-settings")
	b.wait("location.pathname === '/settings' && document.querySelector('.settings')")
}

// downloads makes the tab keep downloads in a directory of their own.
func (b *tab) downloads() (dir string) {
	b.t.Helper()
	dir = directory(b.t)
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
			Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
		})
		return err
	}))
	return dir
}

// download starts the export that is set up, and moves its file out of the directory.
func (b *tab) download(dir string) []byte {
	b.t.Helper()
	b.click("#export-form button.primary")
	b.wait("document.getElementById('export-status').innerText.startsWith('Done')")
	var found []string
	require.Eventually(b.t, func() bool {
		found, _ = filepath.Glob(filepath.Join(dir, "*.csv"))
		if len(found) != 1 {
			return false
		}
		info, err := os.Stat(found[0])
		return err == nil && info.Size() > 0 // the browser creates the name first, and writes later
	}, patience, 20*time.Millisecond)
	require.Contains(b.t, found[0], "Acme Bank sessions ")
	file, err := os.ReadFile(found[0])
	require.NoError(b.t, err)
	require.NoError(b.t, os.Remove(found[0]))
	return file
}

func testExport(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	dir := b.downloads()
	b.signIn("acme-agent")
	b.relisted(func() { b.click("input[name=status][value=failed]") })
	b.click("#q")
	b.relisted(func() { b.keys("b") })
	for !eval[bool](b, "Boolean(document.querySelector('.end'))") {
		n := len(b.ids())
		eval[bool](b, "document.getElementById('more').scrollIntoView(), true")
		b.wait(fmt.Sprintf("document.querySelectorAll('#sessions .session').length > %d || document.querySelector('.end')", n))
		b.settled()
	}
	shown := b.ids()
	names := eval[[][]string](b, "[...document.querySelectorAll('#sessions .session')].map(r => [r.querySelector('.c-first').innerText, r.querySelector('.c-last bdi, .c-last .absent').innerText])")
	download := func() []byte {
		file := b.download(dir)
		require.Contains(t, b.text("#export-status"), fmt.Sprintf("%d sessions", len(shown)))
		b.wait("!document.getElementById('export-digest').hidden")
		require.Equal(t, fmt.Sprintf("SHA-256 %x", sha256.Sum256(file)), b.text("#export-digest"))
		return file
	}
	b.click("#open-export")
	require.True(t, eval[bool](b, `(() => {
		const zone = document.getElementById("export-zone"), at = zone.getBoundingClientRect();
		return zone.innerText !== "" && [at.top + 1, at.bottom - 1].every((y) => document.elementFromPoint(at.left + 5, y) === zone);
	})()`), "the zone is covered")
	tbilisi, err := time.LoadLocation(defaultZone)
	require.NoError(t, err)
	for name, format := range map[string]export.Format{"rfc4180": export.RFC4180, "excel_csv": export.ExcelCSV} {
		b.click("input[value=" + name + "]")
		var found []string
		for row, err := range export.Read(strings.NewReader(string(download())), export.ReadOptions{Format: format, Zone: tbilisi}) {
			require.NoError(t, err)
			i := len(found)
			found = append(found, rowKey(row.SessionID))
			for j, cell := range []string{row.FirstName, row.LastName} {
				if cell != "" && cell != sessions.RedactedMark {
					require.Equal(t, strings.TrimSpace(names[i][j]), cell)
				}
			}
		}
		require.Equal(t, shown, found, name)
	}
	b.click("input[value=rfc4180]")
	b.click("[data-columns=none]")
	b.click("#export-form button.primary")
	require.Contains(t, b.text("#export-status"), "at least one column")
	b.click("input[name=column][value='Session ID']")
	b.click("input[name=column][value=Status]")
	lines := strings.Split(strings.TrimSpace(string(download())), "\n")
	require.Equal(t, "Session ID,Status", strings.TrimSpace(lines[0]))
	require.Len(t, lines, len(shown)+1)
	for i, line := range lines[1:] {
		id, status, _ := strings.Cut(strings.TrimSpace(line), ",")
		require.Equal(t, shown[i], rowKey(id))
		require.Equal(t, "failed", status)
	}
}

// testFailedExport makes exports fail in every way.
func testFailedExport(t *testing.T, browser context.Context) {
	var mode atomic.Value
	s := serve(t, 300, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/export" {
				next.ServeHTTP(w, r)
				return
			}
			switch mode.Load() {
			case "refused":
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = io.WriteString(w, `{"status": 422, "code": "too_many_rows"}`)
			case "torn":
				_, _ = io.Copy(io.Discard, r.Body) // with a part unread, a reset might overtake the answer
				_, _ = io.WriteString(w, "a\r\n"+strings.Repeat("1\r\n", 40_000))
				panic(http.ErrAbortHandler)
			case "slow":
				_, _ = io.WriteString(w, "a\r\n"+strings.Repeat("1\r\n", 40))
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			}
		})
	})
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	b.wait("document.getElementById('total').dataset.n")
	b.click("#open-export")
	require.Contains(t, b.text("#export"), b.text("#total"), "how many there will be")
	for how, want := range map[string]string{"refused": "more sessions than this file may have", "torn": "broke off after "} {
		mode.Store(how)
		b.click("#export-form button.primary")
		b.wait(fmt.Sprintf("document.getElementById('export-status').innerText.includes(%s)", quote(want)))
	}

	mode.Store("slow")
	b.click("#export-form button.primary")
	total, _, _ := strings.Cut(b.text("#total"), " ")
	b.wait(fmt.Sprintf("document.getElementById('export-status').innerText === %s", quote("40 of "+total+" sessions written")))
	b.click("#cancel-export")
	b.wait("document.getElementById('export-status').innerText.startsWith('Cancelled')")
}

// testMasked signs in with an account that may not see everything: the list, the details, the
// settings and the file say so.
func testMasked(t *testing.T, browser context.Context, s *served) {
	const masked = "hidden from you"
	b := s.open(t, browser, desk, deskHeight)
	dir := b.downloads()
	b.signIn("acme-masked_agent")
	all := s.listing(t, "acme", store.Query{})
	require.Equal(t, keysOf(all), b.ids())
	texts := func(cell string) []string {
		return eval[[]string](b, "[...document.querySelectorAll('#sessions .session "+cell+"')].map(c => c.innerText)")
	}
	for _, cell := range []string{".c-last", ".c-liveness", ".c-extra"} {
		shown := texts(cell)
		require.Len(t, shown, len(all))
		for _, text := range shown {
			require.Contains(t, text, masked, cell)
			require.Contains(t, text, "•••", cell)
		}
	}
	for _, cell := range []string{".c-first", ".c-document", ".c-verified"} {
		require.NotContains(t, strings.Join(texts(cell), " "), masked, cell)
	}
	require.Equal(t, "First Name", eval[string](b, "document.getElementById('q').placeholder"))
	require.Zero(t, eval[int](b, "document.querySelectorAll('#sessions img').length"))
	require.Equal(t, "Selfie: "+masked, eval[string](b, "document.querySelector('#sessions .no-selfie').getAttribute('aria-label')"))
	b.checked("masked list", rules)

	// A search uses only the visible fields, and reveals nothing of the others.
	search := func(text string) {
		b.relisted(func() {
			eval[bool](b, fmt.Sprintf("document.getElementById('q').value = %s, document.getElementById('q').dispatchEvent(new Event('input', {bubbles: true}))", quote(text)))
		})
	}
	first := all[slices.IndexFunc(all, func(s *sessions.Session) bool {
		return s.FirstName.Value() != "" && s.LastName.Value() != "" && s.PersonalNumber.Value() != ""
	})]
	for _, text := range []string{first.LastName.Value(), first.PersonalNumber.Value()} {
		search(text)
		require.NotContains(t, b.ids(), rowKey(first.ID))
		// The answer does not deny the existence of people who were not searched for.
		results := b.text("#results")
		require.Contains(t, results, "Not searched, because you may not see it: Last Name, Personal Number, Document Number")
		require.NotContains(t, results, "No sessions match.")
	}
	search(first.FirstName.Value())
	require.Contains(t, b.ids(), rowKey(first.ID))

	b.do(chromedp.Navigate(s.url + "/sessions/" + first.ID))
	b.wait("document.readyState === 'complete' && document.querySelector('.details')")
	facts := eval[map[string]string](b, "Object.fromEntries([...document.querySelectorAll('.facts dl div')].map(d => [d.querySelector('dt').textContent, d.querySelector('dd').textContent]))")
	fact := func(field string) string {
		text, ok := facts[page.English().Texts[field]]
		require.True(t, ok, "%s of %v", field, facts)
		return text
	}
	for _, field := range []string{"last_name", "personal_number", "document_number", "birth_date", "liveness", "document_validity", "extra", "client_ip"} {
		require.Equal(t, "•••"+masked, fact(field), field)
	}
	for _, field := range []string{"first_name", "status", "document_type"} {
		require.NotContains(t, fact(field), masked, field)
	}
	shown := b.text("body")
	for _, secret := range []string{first.LastName.Value(), first.PersonalNumber.Value(), first.DocumentNumber.Value(), first.BirthDate.String(), first.ClientIP} {
		if secret != "" {
			require.NotContains(t, shown, secret)
		}
	}
	b.checked("masked details", rules)

	b.click(".to-settings")
	b.wait("document.readyState === 'complete' && location.pathname === '/settings' && document.querySelector('.levels tbody tr')")
	require.Contains(t, b.text(".levels tbody tr td.num"), masked)
	b.checked("masked settings", rules)

	b.do(chromedp.Navigate(s.url + "/sessions"))
	b.wait("document.querySelector('#sessions .session')")
	b.settled()
	b.click("#open-export")
	require.Equal(t, []string{"Personal Number", "Last Name", "Document Number", "Birth Date", "Document Valid", "Liveness Status", "Extra", "Client IP"},
		eval[[]string](b, "[...document.querySelectorAll('#export .columns .choice-label:has(small)')].filter(l => l.innerText.includes('"+masked+"')).map(l => l.firstChild.textContent.trim())"))
	zone, err := time.LoadLocation(defaultZone)
	require.NoError(t, err)
	for name, format := range map[string]export.Format{"rfc4180": export.RFC4180, "excel_csv": export.ExcelCSV} {
		b.click("input[value=" + name + "]")
		rows := 0
		for row, err := range export.Read(strings.NewReader(string(b.download(dir))), export.ReadOptions{Format: format, Zone: zone}) {
			require.NoError(t, err)
			if rows < len(all) {
				require.Equal(t, all[rows].ID, row.SessionID)
				require.Equal(t, all[rows].FirstName.Cell(), row.FirstName)
			}
			rows++
			for _, cell := range []string{
				row.LastName, row.PersonalNumber, row.DocumentNumber, row.BirthDate, row.LivenessStatus, row.DocumentValid, row.Extra, row.ClientIP,
			} {
				require.Equal(t, sessions.MaskedMark, cell)
			}
		}
		require.GreaterOrEqual(t, rows, len(all))
	}
}

func testSettings(t *testing.T, browser context.Context) {
	s := serve(t, 900)
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-master_user")
	b.click("#q")
	b.relisted(func() { b.keys("a") })
	b.relisted(func() { b.click("input[name=document_type][value=id_card]") })
	b.click(".to-settings")
	b.wait("document.getElementById('drawer').open")
	require.Contains(t, b.text(".levels caption"), "the search, ID card")
	require.Equal(t, "/settings?document_type=id_card", b.path())

	tally, err := store.New(s.backend, store.Options{}).Tally(t.Context(), store.Viewer{Company: "acme", Role: sessions.Agent},
		filter.And(filter.Search("a"), filter.DocumentType(sessions.IDCard)))
	require.NoError(t, err)
	current := must(s.settings.CompanySettings(t.Context(), "acme")).Acceptance
	seven := must(sessions.NewAcceptance(must(far.NewPolicy(far.Kvalifika, 7))))
	for _, documentType := range current.Overrides() {
		seven = seven.With(documentType, current.For(documentType))
	}
	outlook, err := tally.Under(seven)
	require.NoError(t, err)
	require.NotZero(t, outlook.Fail)
	row := eval[[]string](b, "[...document.querySelectorAll('.levels tbody tr')[0].querySelectorAll('td.num')].map(c => c.innerText.trim())")
	require.Equal(t, []string{fmt.Sprint(outlook.Pass), fmt.Sprint(outlook.Fail), fmt.Sprint(outlook.Unknown)}, row, "beside the document types' own levels")

	in, err := tally.Under(current)
	require.NoError(t, err)
	b.click(".levels tbody tr:first-child input")
	b.wait("document.getElementById('consequence').innerText !== ''")
	require.Equal(t, fmt.Sprintf("5 to 7: %d fewer would pass", in.Pass-outlook.Pass), b.text("#consequence"))
	eval[bool](b, "document.getElementById('extra-keys').value = 'phone\\nloyalty card', true")
	b.click(".settings button.primary")
	b.wait("document.querySelector('.settings .note.good')")
	saved, err := s.settings.CompanySettings(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, far.Level(7), saved.Acceptance.Default().Level())
	require.Equal(t, far.Level(6), saved.Acceptance.For(sessions.ResidenceCard).Level(), "the document type's own level")
	require.Equal(t, []string{"phone", "loyalty card"}, saved.ExtraKeys.All())
	require.Contains(t, b.text(".levels tr.in-force"), "Level 7")
	require.Contains(t, b.text(".settings"), "Last changed by acme-master_user on ")

	eval[bool](b, "document.getElementById('extra-keys').value = 'phone\\nphone', true")
	b.click(".settings button.primary")
	b.wait("document.querySelector('.settings .note.bad')")
	require.Equal(t, "phone\nphone", eval[string](b, "document.getElementById('extra-keys').value"), "what was typed is gone")
	again, err := s.settings.CompanySettings(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, saved.Revision, again.Revision)

	// Another person has changed them meanwhile.
	eval[bool](b, "document.getElementById('extra-keys').value = 'email', true")
	require.NoError(t, s.settings.SaveCompanySettings(t.Context(), "acme", saved, ""))
	b.click(".settings button.primary")
	b.wait("document.querySelector('.settings .note').innerText.includes('in the meantime')")
	require.Equal(t, "phone\nloyalty card", eval[string](b, "document.getElementById('extra-keys').value"))

	// The trail has the change.
	b.do(chromedp.Navigate(s.url + "/audit"))
	b.wait("document.readyState === 'complete' && document.querySelector('.audit tbody tr')")
	b.do(chromedp.SetValue(chromedp.CSS(".audit [name=action]"), "settings"))
	eval[bool](b, "document.body.dataset.before = 'asked', true")
	b.click(".audit button.primary")
	b.wait("!document.body.dataset.before && document.readyState === 'complete'")
	require.Contains(t, b.text(".audit tbody"), "5 to 7")
	require.Contains(t, b.text(".audit tbody"), "acme-master_user")
	b.checked("audit", rules)

	// Back from a session, the filters are still set.
	b.do(chromedp.SetValue(chromedp.CSS(".audit [name=action]"), "selfie"))
	b.click(".audit button.primary")
	b.wait("location.search.includes('action=selfie') && document.readyState === 'complete'")
	b.click(".audit tbody td:nth-child(4) a")
	b.wait("document.readyState === 'complete' && document.querySelector('.details')")
	b.leaves("history.back()")
	b.wait("document.readyState === 'complete' && document.querySelector('.audit tbody td:nth-child(4) a') && document.querySelector('.audit [name=action]').value === 'selfie'")

	agent := s.open(t, browser, desk, deskHeight)
	agent.signIn("acme-agent")
	require.Zero(t, eval[int](agent, "document.querySelectorAll('a[href=\"/audit\"]').length"))
	agent.click(".to-settings")
	agent.wait("document.getElementById('drawer').open")
	require.Contains(t, agent.text("#drawer"), "Only a Master User changes")
	require.True(t, eval[bool](agent, "[...document.querySelectorAll('.settings fieldset')].every(f => f.disabled) && !document.querySelector('.settings button.primary')"))
}

func testOtherCompany(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	acme := b.ids()
	b.click(".menu summary")
	b.click("form[action='/sign-out'] button")
	b.wait("location.pathname === '/sign-in'")
	b.signIn("lomi-agent")
	require.Equal(t, s.filtered(t, "lomi"), b.ids())
	for _, id := range b.ids() {
		require.NotContains(t, acme, id)
	}
	b.do(chromedp.Navigate(s.url + "/sessions/" + url.PathEscape(s.listing(t, "acme", store.Query{})[0].ID)))
	require.Contains(t, b.text("main"), "There is no such session.")

	// Another person signs in in another tab.
	b.do(chromedp.Navigate(s.url + "/sessions"))
	b.settled()
	eval[bool](b, "fetch('/sign-in', {method: 'POST', body: new URLSearchParams({account: 'acme-agent'})}), true")
	b.wait("document.querySelector('.brand-name').innerText === 'Acme Bank'")
	b.settled()
	require.Equal(t, s.filtered(t, "acme"), b.ids())
}

// testKeyboard uses the page without the mouse.
func testKeyboard(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.do(chromedp.Navigate(s.url + "/sign-in"))
	to := func(selector string) {
		t.Helper()
		for range 120 {
			b.keys(kb.Tab)
			if eval[bool](b, fmt.Sprintf("document.activeElement.matches(%s)", quote(selector))) {
				require.True(t, eval[bool](b, "getComputedStyle(document.activeElement).outlineStyle !== 'none'"), "the focus on %s cannot be seen", selector)
				return
			}
		}
		require.FailNow(t, "the keyboard does not get there", selector)
	}
	to("button[value=acme-agent]")
	b.keys(kb.Enter)
	b.wait("document.querySelector('#sessions .session')")
	b.settled()
	to("#q")
	b.relisted(func() { b.keys("g") })
	to("input[value=failed]")
	b.relisted(func() { b.keys(" ") })
	require.Equal(t, s.filtered(t, "acme", filter.Search("g"), filter.Status(sessions.Failed)), b.ids())
	require.Equal(t, "failed", eval[string](b, "document.activeElement.value"), "the focus left the filter")
	to(".chip:not(.clear)")
	b.relisted(func() { b.keys(kb.Enter) })
	require.Equal(t, s.filtered(t, "acme", filter.Search("g")), b.ids())
	require.Equal(t, "q", eval[string](b, "document.activeElement.id"), "where a chip vanished the focus goes on to what is left")
	to("a.more")
	b.keys(kb.Enter)
	b.wait("document.getElementById('drawer').open")
	to("#drawer form button")
	b.keys(kb.Enter)
	b.wait("!document.getElementById('drawer').open && location.pathname === '/sessions'")
	require.True(t, eval[bool](b, "document.activeElement.matches('a.more')"))
	eval[bool](b, "document.body.focus(), document.activeElement.blur(), true")
	b.do(chromedp.Reload())
	b.wait("document.querySelector('#sessions .session')")
	b.settled()
	to("#open-export")
	b.keys(kb.Enter)
	b.wait("document.getElementById('export').open")
	b.keys(kb.Escape)
	b.wait("!document.getElementById('export').open")
	require.Equal(t, "open-export", eval[string](b, "document.activeElement.id"))
}

func testPhone(t *testing.T, browser context.Context, s *served) {
	for _, language := range []string{"en", "ka"} {
		b := s.open(t, browser, 375, 812)
		b.signIn("lomi-master_user")
		b.click(".menu summary")
		eval[bool](b, "document.body.dataset.before = 'reload', true")
		b.click("button[value=" + language + "]")
		b.wait("!document.body.dataset.before && document.readyState === 'complete' && document.documentElement.lang === " + quote(language))
		b.testPhone(t, s)
	}
}

func (b *tab) testPhone(t *testing.T, s *served) {
	t.Helper()
	b.wait("document.querySelector('#sessions .session')")
	b.settled()
	fits := func() {
		t.Helper()
		require.Empty(t, eval[[]string](b, "[...document.querySelectorAll('button, a, input, td, p, h2, dd')].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > 376).map(e => e.outerHTML)"))
		require.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), 375)
	}
	fits()
	require.False(t, eval[bool](b, "document.getElementById('filters').checkVisibility()"))
	b.click("#toggle-filters")
	fits()
	b.relisted(func() { b.click("input[value=failed]") })
	b.click("#toggle-filters")
	require.Equal(t, s.filtered(t, "lomi", filter.Status(sessions.Failed)), b.ids())
	fits()
	b.click("a.more")
	b.wait("document.getElementById('drawer').open")
	fits()
	b.click("#drawer form button")
	b.wait("!document.getElementById('drawer').open")
	b.click("#open-export")
	b.wait("document.getElementById('export').open")
	fits()
	require.LessOrEqual(t, eval[float64](b, "document.querySelector('#export-form button.primary').getBoundingClientRect().bottom"), 812.0, "it is out of sight")
}

func testPreferences(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("orbi-master_user")
	b.click("#q")
	b.relisted(func() { b.keys("a") })
	ids := b.ids()
	b.click(".menu summary")
	b.click("button[value=ka]")
	b.wait("document.documentElement.lang === 'ka' && document.querySelector('#sessions .session') && document.getElementById('q').value === 'a'")
	b.settled()
	require.Equal(t, ids, b.ids(), "the search was lost")
	require.Contains(t, b.text("nav"), "ყველა სესია")
	require.Equal(t, []string{"none"}, eval[[]string](b, "[...new Set([...document.querySelectorAll('*')].map(e => getComputedStyle(e).textTransform))]"))
	b.click(".menu summary")
	b.click("button[value=dark]")
	b.wait("document.documentElement.dataset.theme === 'dark'")
	require.Equal(t, "dark", eval[string](b, "getComputedStyle(document.documentElement).colorScheme"))
}
