package page

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// TestWords checks that whatever the page says is there in both languages, takes the same
// arguments, and that nothing is left over.
func TestWords(t *testing.T) {
	used := map[string]bool{}
	key := regexp.MustCompile(`(?:say |Say\(|fact\()"([a-z0-9_]+)"`)
	read := func(files fs.FS, pattern string) {
		names, err := fs.Glob(files, pattern)
		require.NoError(t, err)
		for _, name := range names {
			text, err := fs.ReadFile(files, name)
			require.NoError(t, err)
			for _, m := range key.FindAllStringSubmatch(string(text), -1) {
				used[m[1]] = true
			}
		}
	}
	read(templateFiles, "templates/*.html")
	read(os.DirFS("."), "*.go")
	for name := range used {
		if !strings.HasSuffix(name, "_") { // the rest of it is a value
			require.Contains(t, words, name)
		}
	}
	made := regexp.MustCompile(`^(status|document_type|failed_for|sex|liveness|validity|extra|role|text|why|need|month|problem|action|outcome|format)_|^(yes|no|pending|first_name|last_name|personal_number|document_number)$`)
	verb := regexp.MustCompile(`%(?:\[\d\])?[sd]|\{\w+\}`)
	for name, text := range words {
		require.True(t, used[name] || made.MatchString(name), "nobody says %s", name)
		require.Len(t, verb.FindAllString(text[1], -1), len(verb.FindAllString(text[0], -1)), name)
		for i, said := range text {
			require.NotEmpty(t, said, name)
			for _, r := range said {
				require.False(t, r >= 0x1C90 && r <= 0x1CBF, "%s: a Georgian capital", name)
				require.False(t, i == 0 && unicode.Is(unicode.Georgian, r), name)
			}
		}
		require.True(t, strings.ContainsFunc(text[1], func(r rune) bool { return unicode.Is(unicode.Georgian, r) }), "%s is not Georgian", name)
	}
}
