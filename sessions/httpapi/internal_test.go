package httpapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestUTF16Offset(t *testing.T) {
	for _, c := range []struct {
		text     string
		n, units int
	}{{"", 0, 0}, {"abc", 2, 2}, {"ნინო", 6, 2}, {"𝒵x", 4, 2}, {"𝒵x", 5, 3}, {"a\xffb", 2, 2}, {"ab", 9, 2}} {
		require.Equal(t, c.units, utf16Offset(c.text, c.n), c.text)
	}
}

func FuzzUTF16Offset(f *testing.F) {
	f.Add("ნი𝒵", 6)
	f.Fuzz(func(t *testing.T, text string, n int) {
		if n < 0 || n > len(text) || n < len(text) && !utf8.RuneStart(text[n]) || !utf8.ValidString(text) {
			t.Skip()
		}
		require.Len(t, utf16.Encode([]rune(text[:n])), utf16Offset(text, n))
	})
}

// FuzzParameters checks that any body gives parameters in UTF-8, or a problem that repeats nothing
// of the body.
func FuzzParameters(f *testing.F) {
	for _, body := range []string{
		`{}`, `{"q":"x","limit":50,"status":["failed","pending"],"exact":true}`, `{"a":[[]]}`, `{"a":{"b":{"b":1}}}`, `[`, `{"a":1,"a":2}`,
		`q=x&limit=50`, `a=%ff`, `a;b`, "{\"a\":\"\xff\"}", `{"\ud800":"\ud800"}`,
	} {
		f.Add(body, true)
		f.Add(body, false)
	}
	f.Fuzz(func(t *testing.T, body string, form bool) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", typeJSON)
		if form {
			r.Header.Set("Content-Type", typeForm)
		}
		values, err := readParameters(r)
		if err != nil {
			p := problemOf(err)
			require.Equal(t, http.StatusBadRequest, statusOf(p.Code))
			require.True(t, p.Parameter == "" || identifier(p.Parameter))
			return
		}
		for name, list := range values {
			require.True(t, utf8.ValidString(name))
			require.NotEmpty(t, list)
			for _, v := range list {
				require.True(t, utf8.ValidString(v))
			}
		}
		// Both encodings give the same parameters.
		text, err := json.Marshal(values)
		require.NoError(t, err)
		again, err := parseObject(text)
		require.NoError(t, err)
		require.Equal(t, values, again)
		back, err := parseQuery(values.Encode())
		require.NoError(t, err)
		require.Equal(t, values, back)
	})
}

func FuzzDisposition(f *testing.F) {
	f.Add("შპს „ბანკი“ sessions.csv")
	f.Add("a\"\\\r\n.csv")
	f.Fuzz(func(t *testing.T, company string) {
		header := disposition(fileName(company, time.Time{}))
		for i := range len(header) {
			require.True(t, header[i] >= ' ' && header[i] < 0x7F, "%q", header)
		}
		require.True(t, strings.HasPrefix(header, "attachment; filename="), "%q", header)
	})
}

func TestIdentifier(t *testing.T) {
	for name, plain := range map[string]bool{
		"q": true, "far_level": true, "extra.phone": true, "": false, "extra.branchCode": true, "ნინო": false, "a b": false, "<x>": false, strings.Repeat("x", 65): false,
	} {
		require.Equal(t, plain, identifier(name), name)
	}
}

// TestDescriptionNamesEveryRoute checks that the description has exactly the paths and methods of
// the handler.
func TestDescriptionNamesEveryRoute(t *testing.T) {
	var described struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(description, &described))
	require.Len(t, described.Paths, len(routes()))
	for path, of := range routes() {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH"} {
			_, handled := of[method]
			require.Equal(t, handled, described.Paths[path][strings.ToLower(method)] != nil, "%s %s", method, path)
		}
	}
}
