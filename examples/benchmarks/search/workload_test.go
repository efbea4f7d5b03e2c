package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// somebody returns the generated sessions of the companies, in place of people who were drawn from
// a database.
func somebody(t *testing.T, shape generate.Shape) [3]people {
	t.Helper()
	list, err := generate.Sessions(generate.Options{N: 5000, Seed: 3, Shape: shape})
	require.NoError(t, err)
	companies := shape.Companies()
	drawn := [3]people{{company: companies[0].Key}, {company: companies[2].Key}, {company: companies[len(companies)-1].Key}}
	for s := range list {
		for i := range drawn {
			if drawn[i].company == s.Company {
				drawn[i].drawn = append(drawn[i].drawn, s)
			}
		}
	}
	return drawn
}

func TestWorkload(t *testing.T) {
	for _, shape := range []generate.Shape{generate.Georgia, generate.Abroad} {
		p := somebody(t, shape)
		build := func(seed uint64) []keystroke { return keystrokes(workload(p[0], p[1], p[2], shape.OldNames(), seed)) }
		list := build(1)
		require.Equal(t, texts(list), texts(build(1)), "the same arguments, the same keystrokes")
		require.NotEqual(t, texts(list), texts(build(2)), "another seed, other ones")

		byClass := map[string]int{}
		for _, k := range list {
			byClass[k.class]++
			require.NoError(t, k.selection().Err(), "%s: %q", k.class, k.typed)
		}
		for _, class := range []string{
			common, rare, absent, short, numbers, documents, middles, twoWords, densePairs, filtered, ranges, rareFlags, filtersOnly, oldOnly, middling, tiny,
		} {
			require.Positive(t, byClass[class], class)
		}
	}
}

func texts(list []keystroke) []string {
	all := make([]string, len(list))
	for i, k := range list {
		all[i] = k.class + "/" + k.company + "/" + k.selection().Text()
	}
	return all
}

// TestWorkloadMeansWhatItSays compares classes with the sessions from which they are made.
func TestWorkloadMeansWhatItSays(t *testing.T) {
	p := somebody(t, generate.Georgia)
	for _, q := range workload(p[0], p[1], p[2], generate.Georgia.OldNames(), 1) {
		f := keystroke{q, q.text}.selection()
		found := slices.ContainsFunc(slices.Concat(p[0].drawn, p[1].drawn, p[2].drawn), func(s *sessions.Session) bool { return f.Match(s) })
		switch q.class {
		case absent:
			require.False(t, found, q.text)
		case common, rare, numbers, documents, middles, twoWords:
			// A blank ends a word, wherever the document has it.
			printed := strings.Contains(q.text, " ") && q.class == numbers
			require.True(t, found || printed, "%s: %q", q.class, q.text)
		}
	}
}

func TestKeystrokes(t *testing.T) {
	q := query{class: "c", company: "acme", text: "ნინო b", filter: filter.Status(sessions.Failed)}
	var typed []string
	var lengths []int
	for _, k := range keystrokes([]query{q, {class: "d"}}) {
		typed, lengths = append(typed, k.typed), append(lengths, k.length())
	}
	require.Equal(t, []string{"ნ", "ნი", "ნინ", "ნინო", "ნინო b", ""}, typed)
	require.Equal(t, []int{1, 2, 3, 4, 6, 0}, lengths)
}

func TestPercentile(t *testing.T) {
	var hundred times
	for i := range 100 {
		hundred = append(hundred, time.Duration(100-i))
	}
	for _, test := range []struct {
		of   times
		p    float64
		want time.Duration
	}{
		{nil, 50, 0}, {times{7}, 1, 7}, {times{7}, 100, 7}, {times{3, 1, 2}, 50, 2}, {times{4, 3, 2, 1}, 50, 2}, {times{1, 2, 3}, 99, 3},
		{hundred, 0, 1}, {hundred, 50, 50}, {hundred, 90, 90}, {hundred, 99, 99}, {hundred, 99.5, 100}, {hundred, 100, 100},
	} {
		before := slices.Clone(test.of)
		require.Equal(t, test.want, test.of.percentile(test.p), "%v of %v", test.p, test.of)
		require.Equal(t, before, test.of, "the times stay in their order")
	}
}

func TestGroupsByLength(t *testing.T) {
	var list []sample
	for _, typed := range []string{"gio", "g", "giorgi", "giorgi beridze", "b"} {
		list = append(list, sample{keystroke: keystroke{typed: typed}, took: time.Second, partial: typed == "b"})
	}
	groups := groupsByLength(list, 6)
	require.Len(t, groups, 3)
	require.Equal(t, []int{1, 3, 6}, []int{groups[0].length, groups[1].length, groups[2].length})
	require.Equal(t, []int{2, 1, 2}, []int{groups[0].keystrokes, groups[1].keystrokes, groups[2].keystrokes})
	require.Equal(t, 1, groups[0].partial)
}

func TestEvery(t *testing.T) {
	require.Equal(t, []int{0, 3, 6}, every([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 3))
	require.Equal(t, []int{1, 2}, every([]int{1, 2}, 3))
	require.Empty(t, every([]int{}, 3))
}
