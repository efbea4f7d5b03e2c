package main

import (
	"context"
	_ "embed"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/axe.min.js
var axe string

// rules are all of WCAG 2.2 A and AA, and axe's best practices; colours are those of them that
// another theme may break.
const (
	rules   = `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`
	colours = `{type: 'rule', values: ['color-contrast', 'link-in-text-block']}`
)

// checked runs axe-core on the page in the tab.
func (b *tab) checked(what, by string) {
	b.t.Helper()
	if !eval[bool](b, "'axe' in window") {
		require.NoError(b.t, chromedp.Do(b.ctx, chromedp.Evaluate[chromedp.Void](axe)))
	}
	findings, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](fmt.Sprintf(
		`Promise.all(document.getAnimations().map(a => a.finished.catch(() => 0))).then(() => axe.run(document, {resultTypes: ['violations'], runOnly: %s})).then(
			r => r.violations.map(v => v.impact + ': ' + v.id + ' (' + v.help + '): ' +
				v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.failureSummary).join('; ')))`, by),
		chromedp.EvalAwaitPromise))
	require.NoError(b.t, err)
	require.Empty(b.t, findings, what)
}

func testAccessibility(t *testing.T, browser context.Context) {
	s := serve(t, 700)
	for theme, by := range map[string]string{"light": rules, "dark": colours} {
		b := s.open(t, browser, desk, deskHeight)
		b.prefer(theme)
		b.do(chromedp.Navigate(s.url + "/sign-in"))
		b.checked("sign-in, "+theme, by)
		b.signIn("acme-master_user")
		b.click("#q")
		b.relisted(func() { b.keys("a") })
		b.relisted(func() { b.click("input[value=low_far]") })
		b.wait("document.querySelector('.session') && document.getElementById('count-failed_for-level-3').innerText !== ''")
		b.checked("search, "+theme, by)
		eval[bool](b, "document.querySelector('.session .more').click(), true")
		b.wait("document.getElementById('drawer').open")
		b.checked("details, "+theme, by)
		b.keys(kb.Escape)
		b.wait("!document.getElementById('drawer').open && location.pathname === '/sessions'")
		b.click(".to-settings")
		b.wait("document.getElementById('drawer').open")
		b.checked("settings, "+theme, by)
		b.keys(kb.Escape)
		b.wait("!document.getElementById('drawer').open && location.pathname === '/sessions'")
		b.click("#open-export")
		b.checked("export, "+theme, by)
	}
	b := s.open(t, browser, 375, 812)
	b.signIn("lomi-master_user")
	b.click(".menu summary")
	b.checked("list and menu on a phone", rules)
	b.click("button[value=ka]")
	b.wait("document.documentElement.lang === 'ka' && document.querySelector('#sessions .session')")
	b.settled()
	b.click("#toggle-filters")
	b.checked("list in Georgian, on a phone", rules)
	b.do(chromedp.Navigate(s.url + "/settings"))
	b.wait("document.readyState === 'complete' && document.querySelector('.settings')")
	b.checked("settings in Georgian, on a phone", rules)
}
