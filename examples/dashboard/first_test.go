package main

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// painted records when the frame with the first row has been shown.
const painted = `(function look() {
	if (!document.querySelector || !document.querySelector("#sessions .session")) return requestAnimationFrame(look);
	requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now(); }));
})();`

// TestFirstList reports the time that a browser takes from the click to the first list, and the
// time of the API's answer with the same sessions to the same browser, as medians in milliseconds,
// with an SQLite file of the demo's data. It does not judge them. DASHBOARD_FIRST_LIST is the
// number of lists:
//
//	DASHBOARD_FIRST_LIST=30 go -C examples test ./dashboard -run TestFirstList -v
func TestFirstList(t *testing.T) {
	text := os.Getenv("DASHBOARD_FIRST_LIST")
	if text == "" {
		t.Skip("DASHBOARD_FIRST_LIST states no number")
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	browser := chromium(t)
	from, err := openStorage(t.Context(), "")
	require.NoError(t, err)
	t.Cleanup(from.close)
	require.NoError(t, from.fill(t.Context(), 50_000, 1, time.Now()))
	b := serveFrom(t, from).open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: painted})
		return err
	}))
	times := map[string][]float64{}
	for range n {
		b.do(chromedp.Navigate(b.url + "/sessions"))
		b.wait("window.painted && document.getElementById('total').dataset.n && [...document.images].every(i => i.complete || i.getBoundingClientRect().top > innerHeight)")
		b.settled() // nothing else is requested during the API's answer
		for name, took := range eval[map[string]float64](b, `(() => {
			const at = performance.getEntriesByType("navigation")[0];
			return {answer: at.responseEnd - at.requestStart, read: at.domInteractive - at.requestStart, painted: painted - at.requestStart};
		})()`) {
			times[name] = append(times[name], took)
		}
		took, err := chromedp.Run(b.ctx, chromedp.Evaluate[float64](`(async () => {
			const begun = performance.now();
			await (await fetch("/api/sessions?limit=50", {cache: "no-store"})).json();
			return performance.now() - begun;
		})()`, chromedp.EvalAwaitPromise))
		require.NoError(t, err)
		times["API"] = append(times["API"], took)
	}
	median := func(name string) float64 {
		slices.Sort(times[name])
		return times[name][n/2]
	}
	api := median("API")
	t.Logf("the API's answer: %.1f ms", api)
	for _, name := range []string{"answer", "read", "painted"} {
		t.Logf("the page, %-8s %.1f ms, %.2f times the API's", name+":", median(name), median(name)/api)
	}
}
