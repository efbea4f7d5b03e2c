package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// attack returns a text that runs if it is not escaped: in HTML, in an attribute, in a script, in
// an SVG.
func attack(field string) string {
	return fmt.Sprintf(`"'></script></style></title><img src=x onerror="window.hurt=1"><script>window.hurt='%s'</script><svg onload=window.hurt=1>{{7*7}}`, field)
}

// hostileKey is the key of an extra field.
const hostileKey = "<script>window.hurt='key'</script>"

// hostileSession returns a session with script in every field that may contain it.
func hostileSession(t *testing.T) *sessions.Session {
	t.Helper()
	extra, err := sessions.NewExtra(sessions.ExtraPair{Key: hostileKey, Value: attack("value")})
	require.NoError(t, err)
	now := time.Now()
	short := func(field string) string {
		return `"'><img src=x onerror="window.hurt=1"><script>window.hurt='` + field + `'</script>`
	}
	s := &sessions.Session{
		ID: short("id") + " /?#%2F", Company: "acme", Partner: attack("partner"), Subject: short("subject"), Attempt: 1,
		CreatedAt: now, CompletedAt: now, DecidedAt: now, Status: sessions.Failed,
		Reasons:   []sessions.Reason{sessions.Reason(short("reason")), sessions.LowFAR},
		FirstName: sessions.TextOf(attack("first")), LastName: sessions.TextOf(attack("last") + "\u202e"),
		PersonalNumber: sessions.TextOf(attack("personal")), DocumentNumber: sessions.TextOf(attack("document")),
		Nationality: sessions.TextOf(attack("nationality")), Sex: sessions.Sex(short("sex")), DocumentType: sessions.DocumentType(short("type")),
		DocumentPresented: true, DocumentValidity: sessions.Invalid, Liveness: sessions.LivenessPassed,
		Match:  sessions.Match{Compared: true, Level: 3, Scale: far.Kvalifika.Name(), Acceptance: 5},
		Selfie: attack("selfie"), Extra: extra, ClientIP: attack("ip"), Device: sessions.Device(short("device")),
		Browser: attack("browser"), OS: attack("os"), Model: attack("model"),
	}
	require.NoError(t, s.Validate())
	return s
}

func testHostile(t *testing.T, browser context.Context) {
	s := serve(t, 200)
	hostile := hostileSession(t)
	b := s.open(t, browser, desk, deskHeight)
	b.signIn("acme-agent")
	harmless := func() {
		t.Helper()
		b.harmless()
	}
	require.NoError(t, s.backend.Insert(t.Context(), hostile))
	b.news("!document.getElementById('news').hidden") // by a live update
	harmless()
	b.relisted(func() { b.click("#news") })
	row := fmt.Sprintf("document.getElementById(%s)", quote(rowKey(hostile.ID)))
	require.Contains(t, eval[string](b, row+".innerText"), attack("first"))
	harmless()
	b.click("#q")
	b.relisted(func() { b.keys("hurt") })
	require.Positive(t, eval[int](b, row+".querySelectorAll('mark').length"))
	harmless()
	hostile.Attempt = 2
	require.NoError(t, s.backend.Update(t.Context(), hostile))
	b.news(row + ".classList.contains('changed')")
	harmless()
	eval[bool](b, row+".querySelector('.more').click(), true")
	b.wait("document.getElementById('drawer').open")
	text := b.text("#drawer")
	for _, field := range []string{"first", "last", "personal", "document", "nationality", "partner", "ip", "browser", "os", "model", "value"} {
		require.Contains(t, text, attack(field))
	}
	harmless()
	b.do(chromedp.Navigate(s.url + "/sessions/" + url.PathEscape(hostile.ID)))
	b.wait("document.querySelector('.details')")
	require.Contains(t, b.text("#main"), hostile.ID)
	harmless()
	b.media("print", "prefers-color-scheme", "light")
	for _, field := range []string{"first", "last", "personal", "document", "value"} {
		require.Contains(t, b.text("#main"), attack(field), "on paper")
	}
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		printed, err := chromedp.Call(ctx, cdppage.PrintToPDF, cdppage.PrintToPDFParams{})
		if err == nil && len(printed.Data) == 0 {
			err = errors.New("an empty sheet")
		}
		return err
	}))
	harmless()

	// A Master User adds fields with such names, and reads who has read the session.
	m := s.open(t, browser, desk, deskHeight)
	m.signIn("acme-master_user")
	m.do(chromedp.Navigate(s.url + "/settings"))
	m.wait("document.readyState === 'complete' && document.getElementById('extra-keys')")
	eval[bool](m, "document.getElementById('extra-keys').value = "+quote("phone\n"+hostileKey)+", true")
	m.click(".settings button.primary")
	m.wait("document.readyState === 'complete' && document.querySelector('.settings .note.good')")
	require.Contains(t, eval[string](m, "document.getElementById('extra-keys').value"), hostileKey)
	m.harmless()
	m.do(chromedp.Navigate(s.url + "/audit"))
	m.wait("document.readyState === 'complete' && document.querySelector('.audit tbody tr')")
	for _, part := range []string{hostile.ID, hostileKey} {
		require.Contains(t, m.text(".audit tbody"), part)
	}
	m.harmless()

	// JSON and files contain it as data, and state their types.
	c := signedIn(t, s, "acme-agent")
	for path, form := range map[string]string{"/api/sessions": "search=hurt", "/api/export": "format=rfc4180&search=hurt&created_at.zone=UTC"} {
		answer := c.post(path, form)
		require.Equal(t, http.StatusOK, answer.status)
		require.Equal(t, "nosniff", answer.header.Get("X-Content-Type-Options"))
		require.NotContains(t, answer.header.Get("Content-Type"), "html")
		if path == "/api/sessions" {
			require.NotContains(t, answer.body, "<script")
		} else {
			require.True(t, strings.HasPrefix(answer.header.Get("Content-Disposition"), "attachment"))
			require.Contains(t, answer.body, strings.ReplaceAll(attack("first"), `"`, `""`))
		}
	}
}

// harmless requires that no text has been taken for markup.
func (b *tab) harmless() {
	b.t.Helper()
	require.False(b.t, eval[bool](b, "'hurt' in window"), "a script ran")
	require.Zero(b.t, eval[int](b, "document.querySelectorAll('img[onerror], svg[onload], script:not([src])').length"))
}
