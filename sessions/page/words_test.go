package page

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store"
)

func textsOf[T ~string](values []T) (texts []string) {
	for _, value := range values {
		texts = append(texts, string(value))
	}
	return texts
}

// TestWords checks that every text of the page exists in both languages and takes the same
// arguments, and that every text is used.
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
		if strings.HasSuffix(name, "_") { // the rest of the key is a value
			delete(used, name)
		}
	}
	spoofs := []string{"digital_spoof", "not_full_id"}
	others := []string{"liveness_failed", "invalid_document"}
	for name, values := range map[string][]string{
		"status": {"success", "failed", "pending"}, "document_type": append(documentTypes(), "none"),
		"failed_for": slices.Concat(spoofs, others, []string{"low_far"}), "why": slices.Concat(spoofs, others), "need": slices.Concat(spoofs, others),
		"sex": {"male", "female"}, "liveness": {"passed", "not_passed", "unknown"}, "validity": {"valid", "invalid", "not_checked"},
		"extra": {"phone", "email", "branch"}, "role": {"master_user", "agent"}, "text": {"not_recognised", "not_collected", "redacted", "masked"},
		"month": {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}, "action": textsOf(store.Actions()),
		"outcome": textsOf([]store.Outcome{store.Started, store.Done, store.Written, store.Stopped, store.Failed}),
		"problem": {"too_many_rows", "too_long", "too_many_exports"}, "format": {"xlsx"},
	} {
		for _, value := range values {
			used[name+"_"+value] = true
		}
	}
	used["pending"] = true // a value of Verified
	for name := range used {
		require.Contains(t, words, name)
	}
	verb := regexp.MustCompile(`%(?:\[\d\])?[sd]|\{\w+\}`)
	for name, text := range words {
		require.True(t, used[name], "nobody says %s", name)
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
