package generate

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// Both scripts of a Georgian name are found by the same search: the Latin line is what a passport
// has.
func TestLatinNamesFoldAsTheGeorgianOnesDo(t *testing.T) {
	words := func(name string) []string {
		var all []string
		for _, word := range searchkey.Of(&sessions.Session{LastName: sessions.TextOf(name)}).Words() {
			all = append(all, word)
		}
		return all
	}
	p := georgianNames()
	require.Greater(t, len(p.male)+len(p.female)+len(p.last), 400)
	for _, name := range slices.Concat(p.male, p.female, p.last, p.old, []string{"ბერიძე-კაპანაძე"}) {
		require.NotEmpty(t, words(name), name)
		require.Subset(t, words(name), words(latin(name)), name) // which are spelt in other ways, too
	}
	require.Equal(t, "Beridze-Kapanadze", latin("ბერიძე-კაპანაძე"))
}

func TestNoNameIsListedTwice(t *testing.T) {
	for _, p := range []population{georgianNames(), internationalNames(), abroadNames()} {
		for _, list := range [][]string{p.male, p.female, p.last, p.old} {
			seen := map[string]bool{}
			for _, name := range list {
				require.False(t, seen[name], name)
				seen[name] = true
			}
		}
	}
}
