package generate

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// TestLatinNamesFoldAsTheGeorgianOnesDo requires that the same search finds both scripts of a
// Georgian name. The Latin form is that of a passport.
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
		// Georgian names have further spellings.
		require.Subset(t, words(name), words(latin(name)), name)
	}
	require.Equal(t, "Beridze-Kapanadze", latin("ბერიძე-კაპანაძე"))
}

// TestFullNamesFindHardlyMore requires that further spellings find hardly anybody else: the full
// name of one of these people finds at most 1.05 times as many as have the name, begin with it, or
// have the same Latin form.
func TestFullNamesFindHardlyMore(t *testing.T) {
	type person struct {
		first, last string
		session     sessions.Session
	}
	var people []person
	p := georgianNames()
	for i, first := range slices.Concat(p.male, p.female) {
		for k := range 12 {
			last := p.last[(i*37+k*101)%len(p.last)]
			people = append(people, person{latin(first), latin(last), sessions.Session{FirstName: sessions.TextOf(first), LastName: sessions.TextOf(last)}})
		}
	}
	exactly, found := 0, 0
	for i := 0; i < len(people); i += 31 {
		asked := &people[i]
		for _, typed := range []string{asked.session.FirstName.Value() + " " + asked.session.LastName.Value(), asked.first + " " + asked.last} {
			q, err := searchkey.ParseQuery(typed)
			require.NoError(t, err)
			for k := range people {
				if strings.HasPrefix(people[k].first, asked.first) && strings.HasPrefix(people[k].last, asked.last) {
					exactly++
				}
				if q.Match(&people[k].session, sessions.SearchFields()) {
					found++
				}
			}
		}
	}
	require.Greater(t, exactly, 150)
	require.GreaterOrEqual(t, found, exactly)
	require.LessOrEqual(t, float64(found), 1.05*float64(exactly))
	t.Logf("%d people: %d have the names that were asked for, %d are found", len(people), exactly, found)
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
