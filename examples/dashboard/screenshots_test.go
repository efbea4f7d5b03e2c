package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

// TestScreenshots makes the pictures of the README. It writes them only if DASHBOARD_SCREENSHOTS
// names a directory:
//
//	DASHBOARD_SCREENSHOTS=screenshots go -C examples test ./dashboard -run TestScreenshots
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("DASHBOARD_SCREENSHOTS")
	if dir == "" {
		t.Skip("DASHBOARD_SCREENSHOTS names no directory")
	}
	require.NoError(t, os.MkdirAll(dir, 0o755))
	browser := chromium(t)
	s := serve(t, 20_000)
	take := func(b *tab, name string) {
		b.t.Helper()
		picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		require.NoError(b.t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), smaller(t, picture), 0o644))
	}
	shoot := func(b *tab, name string) {
		b.t.Helper()
		b.wait("[...document.images].every(i => i.complete || i.getBoundingClientRect().top > innerHeight)")
		b.settled()
		take(b, name)
	}
	counted := func(b *tab) {
		time.Sleep(300 * time.Millisecond) // the count begins a little after the list
		b.wait("document.getElementById('total').dataset.n && document.querySelector('#count-status-failed').textContent !== '' && !document.querySelector('#counts.htmx-request')")
	}
	failed := `[...document.querySelectorAll('.session:has(.badge.no) .more')][0].click(), true`

	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-master_user")
	counted(b)
	shoot(b, "list")
	b.click("#q")
	for _, key := range "gior ber" {
		b.keys(string(key))
	}
	b.wait("document.querySelector('mark')")
	counted(b)
	shoot(b, "search")
	turns := make(chan struct{})
	go func() {
		for t.Context().Err() == nil {
			select {
			case turns <- struct{}{}:
				time.Sleep(40 * time.Millisecond) // a slow storage
			case <-t.Context().Done():
			}
		}
	}()
	slow := serveFrom(t, &storage{backend: frugal{s.backend, s.backend, turns}, settings: s.settings, trail: s.trail, close: func() {}})
	partial := slow.open(t, browser, desk, deskHeight)
	partial.signIn("acme-agent")
	partial.click("#q")
	partial.keys("maisuradze luka")
	partial.wait("document.querySelectorAll('#sessions .session').length > 2 && document.querySelector('#more .under-way')")
	take(partial, "search-under-way")
	b.do(chromedp.Navigate(s.url + "/sessions?failed_for=low_far"))
	b.settled()
	counted(b)
	eval[bool](b, failed)
	b.wait("document.getElementById('drawer').open")
	shoot(b, "details")
	b.do(chromedp.Navigate(s.url + "/sessions?document_type=passport&document_type=id_card"))
	b.settled()
	counted(b)
	b.click(".to-settings")
	b.wait("document.getElementById('drawer').open")
	b.click(".levels tbody tr:first-child input")
	b.wait("document.getElementById('consequence').innerText !== ''")
	shoot(b, "settings")
	b.do(chromedp.Navigate(s.url + "/audit"))
	b.wait("document.readyState === 'complete' && document.querySelector('.audit')")
	shoot(b, "audit")
	b.do(chromedp.Navigate(s.url + "/sessions?status=failed"))
	b.settled()
	counted(b)
	b.click("#open-export")
	shoot(b, "export")

	b = s.open(t, browser, 1280, 800)
	b.prefer("dark")
	b.do(chromedp.Navigate(s.url + "/sign-in"))
	shoot(b, "sign-in-dark")
	b.signIn("lomi-agent")
	counted(b)
	shoot(b, "list-dark")
	eval[bool](b, failed)
	b.wait("document.getElementById('drawer').open")
	shoot(b, "details-dark")

	b = s.open(t, browser, 1280, 800)
	b.signIn("lomi-master_user")
	b.click(".menu summary")
	shoot(b, "menu")
	b.click("button[value=ka]")
	b.wait("document.documentElement.lang === 'ka'")
	b.settled()
	counted(b)
	shoot(b, "list-ka")
	b.click(".to-settings")
	b.wait("document.getElementById('drawer').open")
	shoot(b, "settings-ka")

	require.NoError(t, s.backend.Insert(t.Context(), &sessions.Session{
		ID: "arabic", Company: "orbi", CreatedAt: time.Now(), Status: sessions.Pending, DocumentPresented: true, DocumentType: sessions.Passport,
		FirstName: sessions.TextOf("محمد"), LastName: sessions.TextOf("العلي"), PersonalNumber: sessions.TextOf("0100"),
	}))
	b = s.open(t, browser, 1280, 800)
	b.signIn("orbi-agent")
	counted(b)
	shoot(b, "list-arabic")

	b = s.open(t, browser, 390, 844)
	b.signIn("acme-agent")
	counted(b)
	shoot(b, "phone")
	b.click("#toggle-filters")
	shoot(b, "phone-filters")
	b.click("#toggle-filters")
	eval[bool](b, failed)
	b.wait("document.getElementById('drawer').open")
	shoot(b, "phone-details")
}

// smaller reduces a picture to 256 of its colours, to keep the repository small.
func smaller(t *testing.T, picture []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(picture))
	require.NoError(t, err)
	at := func(x, y int) color.RGBA {
		r, g, b, a := full.At(x, y).RGBA()
		return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), uint8(a >> 8)}
	}
	box := full.Bounds()
	count := map[color.RGBA]int{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	most := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	palette := color.Palette{}
	near := map[[3]uint8]bool{} // of colours that hardly differ, one is enough
	for _, c := range most {
		if about := [3]uint8{c.R / 16, c.G / 16, c.B / 16}; len(palette) < 256 && (len(palette) < 64 || !near[about]) {
			near[about] = true
			palette = append(palette, c)
		}
	}
	index := map[color.RGBA]uint8{}
	for c := range count {
		index[c] = uint8(palette.Index(c))
	}
	reduced := image.NewPaletted(box, palette)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			reduced.SetColorIndex(x, y, index[at(x, y)])
		}
	}
	var out bytes.Buffer
	require.NoError(t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, reduced))
	return out.Bytes()
}
