package main

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/axe.min.js
var axe string

// axeOptions ask for all rules of WCAG 2.2 A and AA, and axe's best practices.
const axeOptions = `{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}`

// checked has axe-core judge what the tab shows.
func (b *tab) checked(what string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](axe+"; true"))
	require.NoError(b.t, err)
	findings, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](fmt.Sprintf(
		`Promise.all(document.getAnimations().map(a => a.finished)).then(() => axe.run(document, %s)).then(r => r.violations.map(v =>
			v.impact + ': ' + v.id + ' (' + v.help + '): ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.failureSummary).join('; ')))`, axeOptions),
		chromedp.EvalAwaitPromise))
	require.NoError(b.t, err)
	for _, finding := range findings {
		if strings.HasPrefix(finding, "serious") || strings.HasPrefix(finding, "critical") {
			require.Empty(b.t, findings, what)
		}
		b.t.Log(what, finding)
	}
}

func testAccessibility(t *testing.T, browser context.Context, s *served) {
	for _, theme := range []string{"light", "dark"} {
		b := s.open(t, browser, desk, deskHeight)
		b.prefer(theme)
		b.do(chromedp.Navigate(s.url + "/sign-in"))
		b.checked("sign-in, " + theme)
		b.signIn("acme-master_user")
		b.click("#q")
		b.relisted(func() { b.keys("b") })
		b.relisted(func() { b.click("input[value=low_far]") })
		b.wait("document.getElementById('count-far_level-3').innerText !== ''")
		b.checked("search, " + theme)
		eval[bool](b, "document.querySelector('.session .more').click(), true")
		b.wait("document.getElementById('drawer').open")
		b.checked("details, " + theme)
		b.keys(kb.Escape)
		b.wait("!document.getElementById('drawer').open && location.pathname === '/sessions'")
		b.click(".to-settings")
		b.wait("document.getElementById('drawer').open")
		b.checked("settings, " + theme)
		b.keys(kb.Escape)
		b.wait("!document.getElementById('drawer').open && location.pathname === '/sessions'")
		b.click("#open-export")
		b.checked("export, " + theme)
	}
	b := s.open(t, browser, 375, 812)
	b.signIn("lomi-master_user")
	b.checked("list on a phone")
	b.click(".menu summary")
	b.checked("menu on a phone")
	b.click("button[value=ka]")
	b.wait("document.documentElement.lang === 'ka' && document.querySelector('#sessions .session')")
	b.settled()
	b.click("#toggle-filters")
	b.checked("list in Georgian, on a phone")
	b.do(chromedp.Navigate(s.url + "/settings"))
	b.wait("document.readyState === 'complete' && document.querySelector('.settings')")
	b.checked("settings in Georgian, on a phone")
}
