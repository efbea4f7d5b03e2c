package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/page"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// focused returns the ID of the row that has the keyboard's focus.
func (b *tab) focused() string {
	b.t.Helper()
	return eval[string](b, "(document.activeElement.closest('#sessions .session') || {id: ''}).id")
}

// press presses a key. It types a letter only if the page permits it.
func (b *tab) press(key string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key})
		if err == nil {
			_, err = chromedp.Call(ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key})
		}
		return err
	}))
}

// opened waits until the drawer shows the details of a row.
func (b *tab) opened(row string) {
	b.t.Helper()
	b.wait(fmt.Sprintf("document.getElementById('drawer').open && document.querySelector('#drawer article').dataset.key === %s && document.activeElement.id === 'drawer-title'", quote(row)))
}

func (b *tab) closed() {
	b.t.Helper()
	b.wait("!document.getElementById('drawer').open && location.pathname === '/sessions'")
}

// shifted is the amount by which the layout has moved without the reader's doing.
const shifted = `new Promise((done) => {
	let sum = 0;
	const observer = new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) sum += e.value; }));
	observer.observe({type: 'layout-shift', buffered: true});
	setTimeout(() => done(sum), 60);
})`

func (b *tab) unmoved() {
	b.t.Helper()
	sum, err := chromedp.Run(b.ctx, chromedp.Evaluate[float64](shifted, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err)
	// What moves within a cell, such as a badge that makes room for the reason below it, counts about
	// 0.001. A list that moves by a row counts some 0.03: most of the view, by 48 of 1440 pixels.
	require.Less(b.t, sum, 0.01, "the layout shifted")
}

// testRows checks the rows, and the parts that stay in sight above them.
func testRows(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	b.wait("document.getElementById('count-status-success').innerText !== ''")
	b.unmoved()
	heights := eval[[]float64](b, "[...new Set([...document.querySelectorAll('#sessions .session')].map(r => r.getBoundingClientRect().height))]")
	require.Len(t, heights, 1, "rows are of several heights")
	require.Empty(t, eval[[]string](b, "[...document.querySelectorAll('#sessions time')].filter(t => t.getClientRects().length > 1 || t.offsetHeight > 22 || t.getBoundingClientRect().right > t.closest('td').getBoundingClientRect().right).map(t => t.innerText)"))
	const whole = "[...document.querySelectorAll('#sessions .session')].filter(r => r.getBoundingClientRect().bottom <= innerHeight).length"
	require.GreaterOrEqual(t, eval[int](b, whole), 14)
	require.Equal(t, []string{""}, eval[[]string](b, "[...new Set([...document.querySelectorAll('#sessions .more')].map(m => m.innerText))]"))
	require.Equal(t, 3, eval[int](b, "document.querySelectorAll('#sessions .session .more')[0].querySelectorAll('circle').length"))

	english := page.English().Texts
	failed := 0
	reasons := eval[map[string]string](b, "Object.fromEntries([...document.querySelectorAll('#sessions .session')].map(r => [r.id, (r.querySelector('.c-verified .second') || {innerText: ''}).innerText]))")
	for _, one := range s.listing(t, "acme", store.Query{}) {
		var want []string
		for _, reason := range one.Reasons {
			want = append(want, english["failed_for_"+string(reason)])
			failed++
		}
		require.Equal(t, strings.Join(want, ", "), reasons[rowKey(one.ID)])
	}
	require.Positive(t, failed)

	// Text that is cut off has a tooltip.
	const cut = "document.querySelector('#sessions .c-extra:has(.further)')"
	require.GreaterOrEqual(t, eval[int](b, cut+".querySelectorAll('.pair').length"), 3)
	tip := eval[string](b, cut+".dispatchEvent(new MouseEvent('mouseover', {bubbles: true})), "+cut+".title")
	require.Equal(t, eval[[]string](b, "[..."+cut+".querySelectorAll('.pair')].map(p => p.textContent)"), strings.Split(tip, "\n"))

	// After scrolling, the search and the headings are in sight. Another selection begins at its
	// top.
	const inSight = `[document.getElementById('q'), document.querySelector('#sessions th.c-date'), document.getElementById('total')].every((e) => {
		const at = e.getBoundingClientRect();
		return at.top >= 0 && at.bottom < 240 && e.contains(document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2));
	})`
	eval[bool](b, "window.scrollTo(0, 1200), true")
	b.wait("scrollY > 600")
	require.True(t, eval[bool](b, inSight))
	b.relisted(func() { eval[bool](b, "document.querySelector('input[value=failed]').click(), true") })
	require.Zero(t, eval[int](b, "scrollY"))
	eval[bool](b, "window.scrollTo(0, 1200), true")
	b.relisted(func() { eval[bool](b, "document.getElementById('refresh').click(), true") })
	require.Positive(t, eval[int](b, "scrollY"), "the same selection again is no reason to move")

	// The page waits while a year is being typed.
	eval[bool](b, "window.asked = [], document.addEventListener('htmx:configRequest', e => { if (e.detail.path.endsWith('/sessions')) asked.push(e.detail.formData.get('created_at.from')) }), true")
	eval[bool](b, "document.querySelector('[name=\"created_at.from\"]').focus(), true")
	year := time.Now().Year() - 1
	b.relisted(func() {
		for _, key := range fmt.Sprintf("0315%d", year) {
			b.keys(string(key))
		}
	})
	require.Equal(t, []string{fmt.Sprintf("%d-03-15", year)}, eval[[]string](b, "asked"))
	// A date that is left incomplete is reported as left out, also of the export.
	eval[bool](b, "document.querySelector('[name=\"created_at.to\"]').focus(), true")
	b.keys("0315202")
	b.keys(kb.Tab)
	b.keys(kb.Tab)
	b.wait("document.getElementById('no-day').checkVisibility()")
	require.Equal(t, []string{"0202-03-15", "false"}, eval[[]string](b, "[document.querySelector('[name=\"created_at.to\"]').value, String(new FormData(document.getElementById('query')).has('created_at.to'))]"))
}

// testKeys moves, opens, steps, copies and closes with keys.
func testKeys(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	all := keysOf(s.listing(t, "acme", store.Query{Limit: 51}))
	for _, one := range []struct {
		key  string
		want int
	}{{"j", 0}, {"j", 1}, {kb.ArrowDown, 2}, {"k", 1}, {kb.ArrowUp, 0}, {"j", 1}} {
		b.keys(one.key)
		require.Equal(t, all[one.want], b.focused(), one.key)
	}
	b.press("/")
	require.Equal(t, "q", eval[string](b, "document.activeElement.id"))
	b.relisted(func() { b.keys("j") }) // a letter, here
	require.Equal(t, "j", eval[string](b, "document.getElementById('q').value"))
	require.Equal(t, "q", eval[string](b, "document.activeElement.id"))
	b.relisted(func() { b.keys(kb.Backspace) })
	b.keys(kb.ArrowDown)
	require.Equal(t, all[0], b.focused())
	b.keys(kb.ArrowUp)
	require.Equal(t, "q", eval[string](b, "document.activeElement.id"))
	b.keys(kb.ArrowDown)
	b.keys(kb.Enter)
	b.opened(all[0])
	b.keys("j")
	b.opened(all[1])
	require.Equal(t, s.listing(t, "acme", store.Query{})[1].ID, strings.TrimPrefix(b.path(), "/sessions/"))
	n, err := store.New(s.backend, store.Options{}).Count(t.Context(), store.Viewer{Company: "acme", Role: sessions.Agent}, filter.And())
	require.NoError(t, err)
	b.wait(fmt.Sprintf("document.getElementById('drawer-place').innerText === '2 / %s'", n))
	b.keys("k")
	b.opened(all[0])
	b.wait("document.getElementById('previous').disabled")
	b.click("#next")
	b.opened(all[1])
	b.keys(kb.Escape)
	b.closed()
	require.Equal(t, all[1], b.focused(), "the focus is where the reader was")
	b.keys("j")
	require.Equal(t, all[2], b.focused())

	b.press("?")
	b.wait("document.getElementById('keys').open")
	require.Contains(t, b.text("#keys"), "Next session")
	b.checked("keyboard shortcuts", rules)
	b.keys("j") // the list behind the dialog does not move
	b.keys(kb.Escape)
	b.wait("!document.getElementById('keys').open")
	require.Equal(t, all[2], b.focused(), "the focus is where the reader was")

	// A click anywhere in a row opens it. From the last row, the next session is on the next page.
	require.Equal(t, s.listing(t, "acme", store.Query{})[4].ID, eval[string](b, `((row) => {
		window.open = (url) => { window.tab = new URL(url).pathname };
		row.querySelector(".c-date").dispatchEvent(new MouseEvent("auxclick", {button: 1, bubbles: true}));
		return tab.replace("/sessions/", "");
	})(document.getElementById(`+quote(all[4])+`))`), "the middle button opens another tab")
	b.click("#" + all[4] + " .c-date")
	b.opened(all[4])
	b.press("/")
	b.wait("!document.getElementById('drawer').open && document.activeElement.id === 'q'")
	eval[bool](b, fmt.Sprintf("document.getElementById(%s).querySelector('.c-verified').click(), true", quote(all[49])))
	b.opened(all[49])
	b.click("#next")
	b.opened(all[50])

	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
			Permission: &cdpbrowser.PermissionDescriptor{Name: "clipboard-read"}, Setting: cdpbrowser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
		})
		return err
	}))
	for _, label := range eval[[]string](b, "[...document.querySelectorAll('#drawer .copy')].map(c => c.getAttribute('aria-label'))") {
		at := "document.querySelector('#drawer .copy[title=' + CSS.escape(" + quote(label) + ") + ']')"
		// It says so for two seconds only.
		eval[bool](b, "((button) => new MutationObserver(() => { window.toldCopied ||= button.getAttribute('aria-label').startsWith('Copied: ') })"+
			".observe(button, {attributes: true}))("+at+"), window.toldCopied = false, true")
		value := eval[string](b, at+".click(), "+at+".closest('dd').querySelector('bdi').textContent")
		b.wait("window.toldCopied")
		found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("navigator.clipboard.readText()", chromedp.EvalAwaitPromise))
		require.NoError(t, err)
		require.Equal(t, value, found, label)
	}
}

// frugal is a storage whose lists end after a few rows. A list that goes on takes a turn first.
type frugal struct {
	store.Backend
	store.Writer
	turns <-chan struct{}
}

func (f frugal) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
	if !sel.After.IsZero() {
		select {
		case <-f.turns:
		case <-ctx.Done():
			return store.Batch{}, ctx.Err()
		}
	}
	sel.Budget = 30
	return f.Backend.List(ctx, sel)
}

// testPartial searches for the oldest session: the search continues by itself, says how far back it
// is, stops when it is told to, and continues again.
func testPartial(t *testing.T, browser context.Context) {
	from, err := openStorage(t.Context(), "memory")
	require.NoError(t, err)
	require.NoError(t, from.fill(t.Context(), 3000, 1, generate.DefaultTo))
	s := &served{storage: from}
	all := s.listing(t, "lomi", store.Query{Limit: 500})
	oldest := all[len(all)-1]
	require.NoError(t, from.backend.Insert(t.Context(), &sessions.Session{
		ID: "sought", Company: "lomi", CreatedAt: oldest.CreatedAt.Add(-time.Hour), Status: sessions.Pending, FirstName: sessions.TextOf("Qwxyz"),
	}))
	turns := make(chan struct{})
	from.backend = frugal{from.backend, from.backend, turns}
	s = serveFrom(t, from)
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("lomi-agent")
	// One event, one request: no list of a shorter text is on its way.
	eval[bool](b, "((q) => { q.value = 'qwx'; return q.dispatchEvent(new Event('input', {bubbles: true})) })(document.getElementById('q'))")
	const back = "document.querySelector('#more .under-way')"
	b.wait(back + "?.checkVisibility() && " + back + ".innerText.includes('Searching. Back to ')")
	first := b.text("#more .under-way")
	for range 3 { // further parts may be of the same day
		turns <- struct{}{}
	}
	b.wait(back + "?.innerText !== undefined && " + back + ".innerText !== " + quote(first))
	eval[bool](b, "document.getElementById('stop-search').click(), true")
	b.settled()
	after := eval[string](b, "document.querySelector('#more [name=after]').value")
	select {
	case turns <- struct{}{}:
		require.Fail(t, "it went on")
	case <-time.After(300 * time.Millisecond):
	}
	require.Equal(t, after, eval[string](b, "document.querySelector('#more [name=after]').value"), "it went on")
	require.Contains(t, b.text("#more"), "There may be older matches.")
	require.False(t, eval[bool](b, "document.getElementById('stop-search').checkVisibility()"))
	require.Equal(t, "show-more", eval[string](b, "document.activeElement.id"))
	close(turns)
	b.click("#show-more")
	b.wait("document.querySelector('.end')")
	require.Equal(t, []string{rowKey("sought")}, b.ids())
}

// testFollow changes sessions that are focused, or open, or have names of another direction.
func testFollow(t *testing.T, browser context.Context) {
	s := serve(t, 600)
	now := time.Now()
	arabic := &sessions.Session{
		ID: "arabic", Company: "acme", CreatedAt: now, Status: sessions.Pending,
		FirstName: sessions.TextOf("محمد"), LastName: sessions.TextOf("العلي"), PersonalNumber: sessions.TextOf("0100"), ClientIP: "192.0.2.1",
	}
	require.NoError(t, s.backend.Insert(t.Context(), arabic))
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	row := "document.getElementById(" + quote(rowKey(arabic.ID)) + ")"
	require.Equal(t, []string{"rtl", "rtl", "ltr"}, eval[[]string](b, "[..."+row+".querySelectorAll('.c-first bdi, .c-last bdi, .c-date')].map(e => getComputedStyle(e).direction)"))
	require.Contains(t, b.text("#"+rowKey(arabic.ID)+" .c-liveness"), "–")

	// The row keeps its focus, and the cells that did not change.
	eval[bool](b, row+".querySelector('.more').focus(), "+row+".querySelectorAll('td').forEach(c => { c.old = true }), true")
	change := func(do func()) {
		do()
		require.NoError(t, s.backend.Update(t.Context(), arabic))
	}
	change(func() {
		arabic.Status, arabic.Reasons, arabic.Liveness, arabic.DecidedAt = sessions.Failed, []sessions.Reason{sessions.LivenessFailed}, sessions.LivenessNotPassed, now
	})
	b.news(row + ".querySelector('.badge').innerText.trim() === 'No'")
	require.Equal(t, rowKey(arabic.ID), b.focused())
	require.Equal(t, []bool{true}, eval[[]bool](b, "[...new Set([..."+row+".querySelectorAll('td')].map(c => c.old))]"), "cells were replaced")
	require.Contains(t, eval[string](b, row+".querySelector('.c-verified').innerText"), "Liveness not passed")
	b.unmoved()

	// The details of the row.
	b.keys(kb.Enter)
	b.opened(rowKey(arabic.ID))
	require.Contains(t, b.text("#drawer"), "Why it failed")
	const copyIP = "[...document.querySelectorAll('#drawer .copy')].at(-1)"
	eval[bool](b, copyIP+".focus(), "+copyIP+".old = true")
	change(func() {
		arabic.Status, arabic.Reasons, arabic.Liveness = sessions.Success, nil, sessions.LivenessPassed
	})
	b.news("document.querySelector('#drawer .badge').innerText.trim() === 'Success'")
	require.NotContains(t, b.text("#drawer"), "Why it failed")
	require.True(t, eval[bool](b, "document.activeElement.old"), "the focus was taken")
	require.Equal(t, "1 session has changed", b.text("#drawer-status"))

	// An update does not move the list.
	b.keys(kb.Escape)
	b.closed()
	require.NoError(t, s.backend.Insert(t.Context(), &sessions.Session{ID: "new", Company: "acme", CreatedAt: time.Now(), Status: sessions.Pending}))
	time.Sleep(600 * time.Millisecond) // a movement soon after a key counts as the reader's doing
	b.news("!document.getElementById('news').hidden")
	b.unmoved()
}

// testWithoutScripts reads, searches, filters, pages and opens sessions without JavaScript.
func testWithoutScripts(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, desk, deskHeight)
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	b.do(chromedp.Navigate(s.url + "/sign-in"))
	b.click("button[value=acme-agent]")
	b.wait("document.readyState === 'complete' && document.querySelector('#sessions .session')")
	want := s.listing(t, "acme", store.Query{Filter: filter.And(filter.Search("g"), filter.Status(sessions.Success)), Limit: 100})
	require.Greater(t, len(want), 50)
	b.click("input[value=success]")
	b.click("#q")
	b.keys("g")
	b.click(".searchbar noscript button")
	b.wait("document.readyState === 'complete' && document.querySelector('.chip')")
	require.Equal(t, keysOf(want[:50]), b.ids())
	require.Empty(t, eval[[]string](b, "['#live', '#refresh', '#open-export', '#show-more', '#total .counting'].filter(s => { const e = document.querySelector(s); return e && e.checkVisibility() })"))
	b.click("#more noscript button")
	b.wait("document.readyState === 'complete' && document.querySelector('#sessions .session').id === " + quote(rowKey(want[50].ID)))
	require.Equal(t, keysOf(want[50:]), b.ids())
	require.Equal(t, "g", eval[string](b, "document.getElementById('q').value"))
	b.click("#" + rowKey(want[50].ID) + " .more")
	b.wait("document.readyState === 'complete' && document.querySelector('main .details')")
	require.Contains(t, b.text("main"), want[50].ID)
}

// testMedia shows the page at 400 % zoom, printed, in forced colours, and without motion.
func testMedia(t *testing.T, browser context.Context, s *served) {
	b := s.open(t, browser, 320, 256) // 1280 by 1024 at 400 %
	b.signIn("acme-agent")
	require.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), 320)
	eval[bool](b, "window.scrollTo(0, 700), true")
	require.Empty(t, eval[[]string](b, "[...document.querySelectorAll('body *')].filter(e => ['sticky', 'fixed'].includes(getComputedStyle(e).position) && e.checkVisibility() && e.offsetHeight > 60).map(e => e.className)"), "it covers what is read")
	b.checked("list at 400 %", rules)
	eval[bool](b, "document.querySelector('#sessions .more').click(), true")
	b.wait("document.getElementById('drawer').open")
	require.LessOrEqual(t, eval[int](b, "document.querySelector('#drawer').scrollWidth"), 320)

	b.do(chromedp.EmulateViewport(desk, deskHeight))
	b.media("print", "prefers-color-scheme", "dark")
	require.Empty(t, eval[[]string](b, "['.bar', '#sessions', '.drawer-tools', '.copy'].filter(s => document.querySelector(s).checkVisibility())"))
	require.True(t, eval[bool](b, "document.querySelector('#drawer .details').checkVisibility()"))
	require.Equal(t, "rgb(255, 255, 255)", eval[string](b, "getComputedStyle(document.querySelector('#drawer')).backgroundColor"))
	require.Equal(t, "visible", eval[string](b, "getComputedStyle(document.querySelector('#drawer')).overflowY"), "what is beyond the screen is not printed")
	b.media("screen", "prefers-reduced-motion", "reduce")
	require.Equal(t, []string{"none"}, eval[[]string](b, "[...new Set([...document.querySelectorAll('*')].flatMap(e => [getComputedStyle(e).animationName, getComputedStyle(e, '::before').animationName]))]"))
	b.keys(kb.Escape)
	b.closed()
	b.media("screen", "forced-colors", "active")
	b.keys("j")
	require.Equal(t, "solid", eval[string](b, "getComputedStyle(document.activeElement.closest('tr')).outlineStyle"))
	require.NotEqual(t, eval[string](b, "getComputedStyle(document.querySelector('#live .pulse')).backgroundColor"), eval[string](b, "getComputedStyle(document.getElementById('live')).backgroundColor"))
	require.True(t, slices.Contains(eval[[]string](b, "[...document.querySelectorAll('#sessions .badge')].map(e => getComputedStyle(e).borderTopStyle)"), "solid"))
}
