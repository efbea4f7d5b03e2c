package store

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var bound = fingerprintOf("acme", "restriction", "filter")

func TestCursorRoundTrip(t *testing.T) {
	for _, p := range []Position{
		{CreatedAt: time.Date(2026, 3, 14, 12, 0, 0, 123456000, time.UTC), ID: "s-1"},
		{CreatedAt: time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC), ID: "🙂 '%_\\"},
		{CreatedAt: time.Date(9998, 12, 31, 23, 59, 59, 999999000, time.UTC), ID: ""},
		{CreatedAt: time.Unix(0, 0).UTC(), ID: "x"},
	} {
		c := cursorAt(p, bound)
		require.Regexp(t, `^[A-Za-z0-9_-]+$`, string(c))
		got, err := c.position(bound)
		require.NoError(t, err)
		require.Equal(t, p, got)
		_, err = c.position(fingerprintOf("globex", "restriction", "filter"))
		require.ErrorIs(t, err, ErrCursorQuery)
		require.ErrorIs(t, err, ErrCursor)
	}
	got, err := Cursor("").position(bound)
	require.NoError(t, err)
	require.True(t, got.IsZero())
}

// TestCursorDamage checks that a damaged cursor is refused, and never taken for the cursor of
// another query.
func TestCursorDamage(t *testing.T) {
	good := string(cursorAt(Position{CreatedAt: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), ID: "0195946c-0000-7000-8000-000000000001"}, bound))
	refused := func(text, how string) {
		t.Helper()
		_, err := Cursor(text).position(bound)
		require.Equal(t, ErrCursor, err, "%s: %q", how, text)
	}
	for n := 1; n < len(good); n++ {
		refused(good[:n], "torn")
		refused(good[n:], "torn")
	}
	for i := range len(good) {
		for bit := range 8 {
			b := []byte(good)
			b[i] ^= 1 << bit
			refused(string(b), "a bit of the text flipped")
		}
	}
	raw, err := base64.RawURLEncoding.DecodeString(good)
	require.NoError(t, err)
	for i := range raw {
		for bit := range 8 {
			raw[i] ^= 1 << bit
			refused(base64.RawURLEncoding.EncodeToString(raw), "a bit of the content flipped")
			raw[i] ^= 1 << bit
		}
	}
	for _, text := range []string{
		good + "A", good + "=", good + "\n", good[:5] + "\r\n" + good[5:], " " + good, good + good, "null", "0", "%", "\x00", "გიორგი",
		base64.StdEncoding.EncodeToString(raw), string(Viewer{Company: "acme"}.watermark("m1")),
		seal(cursorV1, bound, []byte("short")), seal(cursorV1+1, bound, make([]byte, 9)),
	} {
		refused(text, "not a cursor")
	}
}

func TestFingerprint(t *testing.T) {
	seen := map[fingerprint]bool{}
	for _, texts := range [][]string{{}, {""}, {"", ""}, {"a", "b"}, {"ab"}, {"ab", ""}, {"", "ab"}, {"a", "", "b"}} {
		f := fingerprintOf(texts...)
		require.False(t, seen[f], "texts %q", texts)
		seen[f] = true
	}
}

func TestWatermarkBinding(t *testing.T) {
	acme, globex := Viewer{Company: "acme"}, Viewer{Company: "globex"}
	w := acme.watermark("m17")
	got, err := acme.backendWatermark(w)
	require.NoError(t, err)
	require.Equal(t, Watermark("m17"), got)
	for _, bad := range []Watermark{"m17", w[1:], w[:len(w)-1], w + "A", Watermark(cursorAt(Position{CreatedAt: time.Unix(1, 0), ID: "x"}, bound))} {
		_, err := acme.backendWatermark(bad)
		require.ErrorIs(t, err, ErrWatermark)
	}
	_, err = globex.backendWatermark(w)
	require.ErrorIs(t, err, ErrWatermark)
	require.Empty(t, acme.watermark(""))
	got, err = acme.backendWatermark("")
	require.NoError(t, err)
	require.Empty(t, got)
}

// FuzzCursor parses any text as a cursor, and checks that any position comes back from its cursor.
func FuzzCursor(f *testing.F) {
	f.Add("", int64(0), "")
	f.Add(string(cursorAt(Position{CreatedAt: time.Unix(1_700_000_000, 0), ID: "s-1"}, bound)), int64(1_700_000_000_000_000), "s-1")
	f.Add("EQ", int64(-1), "\xff\x00")
	f.Fuzz(func(t *testing.T, text string, micros int64, id string) {
		p, err := Cursor(text).position(bound)
		if err == nil && text != "" {
			require.Equal(t, Cursor(text), cursorAt(p, bound), "two texts for one cursor")
		}
		want := Position{CreatedAt: time.UnixMicro(micros).UTC(), ID: id}
		got, err := cursorAt(want, bound).position(bound)
		require.NoError(t, err)
		require.Equal(t, want, got)
		_, err = cursorAt(want, fingerprintOf(text)).position(bound)
		require.ErrorIs(t, err, ErrCursorQuery)
	})
}
