package generate_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/sessions"
)

var shapes = map[string]generate.Shape{"Georgia": generate.Georgia, "Abroad": generate.Abroad}

func collect(t testing.TB, o generate.Options) []*sessions.Session {
	t.Helper()
	stream, err := generate.Sessions(o)
	require.NoError(t, err)
	return slices.Collect(stream)
}

func TestSameOptionsGiveTheSameSessions(t *testing.T) {
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			stream, err := generate.Sessions(generate.Options{N: 3000, Seed: 7, Shape: shape})
			require.NoError(t, err)
			first := slices.Collect(stream)
			require.Len(t, first, 3000)
			require.True(t, equal(first, slices.Collect(stream)), "a second range over the same stream differs")
			require.True(t, equal(first, collect(t, generate.Options{N: 3000, Seed: 7, Shape: shape})), "another stream differs")
			require.False(t, equal(first, collect(t, generate.Options{N: 3000, Seed: 8, Shape: shape})), "another seed gives the same")
		})
	}
}

func equal(a, b []*sessions.Session) bool {
	return slices.EqualFunc(a, b, func(s, t *sessions.Session) bool {
		x, y := *s, *t
		same := slices.Equal(x.Reasons, y.Reasons) && x.Extra.Equal(y.Extra)
		x.Reasons, y.Reasons, x.Extra, y.Extra = nil, nil, sessions.Extra{}, sessions.Extra{}
		return same && reflect.DeepEqual(x, y)
	})
}

// TestSessionsStayTheSameFromVersionToVersion compares one session of a seed with fixed values,
// since tables of measurements state their seed.
func TestSessionsStayTheSameFromVersionToVersion(t *testing.T) {
	s := collect(t, generate.Options{N: 1, Seed: 2})[0]
	require.Equal(t, []string{
		"019c3701-d543-7dc9-bffb-cf4c33eaa5d0", "acme", "2026-02-07T07:29:52.963375Z", "LEVAN", "KURDADZE", "37980542715",
	}, []string{
		s.ID, s.Company, s.CreatedAt.Format(time.RFC3339Nano), s.FirstName.Value(), s.LastName.Value(), s.PersonalNumber.Value(),
	})
}

func TestSessionsAreValidAndInOrder(t *testing.T) {
	keys := generate.ExtraKeys()
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			ids := map[string]bool{}
			ties := 0
			var before *sessions.Session
			from, to := generate.DefaultTo.AddDate(-3, 0, 0), generate.DefaultTo
			for _, s := range collect(t, generate.Options{N: 30_000, Seed: 3, Shape: shape}) {
				require.NoError(t, s.Validate())
				require.Equal(t, s.Extra.Len(), keys.Select(s.Extra).Len(), "a key that the company has not")
				require.False(t, ids[s.ID], "an ID comes twice")
				ids[s.ID] = true
				require.False(t, s.CreatedAt.Before(from) || !s.CreatedAt.Before(to), "outside the time span")
				require.Equal(t, sessions.Truncate(s.CreatedAt), s.CreatedAt)
				if before != nil {
					require.False(t, s.CreatedAt.Before(before.CreatedAt), "not in order")
					if s.CreatedAt.Equal(before.CreatedAt) {
						ties++
					}
				}
				before = s
				require.Equal(t, s.Status == sessions.Pending, s.DecidedAt.IsZero())
				require.False(t, s.DecidedAt.After(to), "decided in the future")
				require.False(t, s.CompletedAt.After(to), "completed in the future")
				if s.Match.Compared && s.Status == sessions.Success {
					require.GreaterOrEqual(t, s.Match.Level, s.Match.Acceptance)
				}
				if s.FailedFor(sessions.LowFAR) {
					require.Less(t, s.Match.Level, s.Match.Acceptance)
				}
			}
			require.Greater(t, ties, 20)
		})
	}
}

func TestSessionsAreWhatAPageMustCopeWith(t *testing.T) {
	const n = 60_000
	all := collect(t, generate.Options{N: n, Seed: 5})
	count := func(is func(*sessions.Session) bool) (c int) {
		for _, s := range all {
			if is(s) {
				c++
			}
		}
		return c
	}
	status := func(want sessions.Status) func(*sessions.Session) bool {
		return func(s *sessions.Session) bool { return s.Status == want }
	}
	failedFor := func(want sessions.Reason) func(*sessions.Session) bool {
		return func(s *sessions.Session) bool { return s.FailedFor(want) }
	}
	presented := func(want sessions.DocumentType) func(*sessions.Session) bool {
		return func(s *sessions.Session) bool { return s.DocumentType == want }
	}
	company := func(want string) func(*sessions.Session) bool {
		return func(s *sessions.Session) bool { return s.Company == want }
	}
	name := func(has func(string) bool) func(*sessions.Session) bool {
		return func(s *sessions.Session) bool { return has(s.FirstName.Value() + " " + s.LastName.Value()) }
	}
	words := func(n int) func(string) bool { return func(s string) bool { return len(strings.Fields(s)) == n } }
	in := func(table *unicode.RangeTable) func(string) bool {
		return func(s string) bool { return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(table, r) }) }
	}
	accented := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f && unicode.Is(unicode.Latin, r) })
	}
	old := generate.Georgia.OldNames()
	for what, c := range map[string]struct {
		is        func(*sessions.Session) bool
		low, high float64 // share of all sessions, percent
	}{
		"the largest company":      {company("acme"), 59, 61},
		"the second company":       {company("lomi"), 21, 23},
		"a tiny company":           {company("nest"), 0.05, 0.15},
		"success":                  {status(sessions.Success), 72, 84},
		"failed":                   {status(sessions.Failed), 14, 25},
		"pending":                  {status(sessions.Pending), 0.3, 1.5},
		"an unknown status":        {status("expired"), 0.01, 0.2},
		"digital spoof":            {failedFor(sessions.DigitalSpoof), 0.3, 1.5},
		"not full ID":              {failedFor(sessions.NotFullID), 1.5, 4},
		"low FAR":                  {failedFor(sessions.LowFAR), 4, 9},
		"liveness failed":          {failedFor(sessions.LivenessFailed), 4, 9},
		"invalid document":         {failedFor(sessions.InvalidDocument), 1.5, 4},
		"an unknown reason":        {failedFor("underage"), 0.02, 0.3},
		"more than one reason":     {func(s *sessions.Session) bool { return len(s.Reasons) > 1 }, 0.3, 3},
		"passport":                 {presented(sessions.Passport), 31, 37},
		"ID card":                  {presented(sessions.IDCard), 52, 60},
		"residence card":           {presented(sessions.ResidenceCard), 3, 6},
		"driver licence":           {presented(sessions.DriverLicence), 1.5, 3},
		"an unknown document type": {presented("military_card"), 0.1, 0.3},
		"no document":              {presented(""), 2, 5},
		"not compared":             {func(s *sessions.Session) bool { return !s.Match.Compared }, 3, 8},
		"compared without a match": {func(s *sessions.Session) bool { return s.Match.Compared && s.Match.Level == 0 }, 0.5, 3},
		"level 7":                  {func(s *sessions.Session) bool { return s.Match.Level == 7 }, 45, 65},
		"liveness unknown":         {func(s *sessions.Session) bool { return s.Liveness == sessions.LivenessUnknown }, 0.5, 3},
		"Georgian script":          {name(in(unicode.Georgian)), 17, 21},
		"accents":                  {name(accented), 4, 15},
		"hyphens":                  {name(func(s string) bool { return strings.Contains(s, "-") }), 1, 6},
		"apostrophes":              {name(func(s string) bool { return strings.Contains(s, "'") }), 0.2, 3},
		"six names":                {name(words(6)), 0.005, 1},
		"more than six names":      {name(func(s string) bool { return len(strings.Fields(s)) > 6 }), 0, 0},
		"hostile names":            {name(func(s string) bool { return strings.ContainsAny(s, "=<@%;\n\"") }), 0.005, 0.1},
		"old names": {func(s *sessions.Session) bool {
			return slices.ContainsFunc(old, func(o string) bool { return strings.EqualFold(o, s.LastName.Value()) })
		}, 0.01, 0.2},
		"first name not recognised": {func(s *sessions.Session) bool { return s.FirstName.State() == sessions.NotRecognised }, 0.7, 4},
		"last name alone not recognised": {func(s *sessions.Session) bool {
			return s.LastName.State() == sessions.NotRecognised && s.FirstName.State() == sessions.Known
		}, 0.5, 4},
		"name not collected": {func(s *sessions.Session) bool { return s.FirstName.State() == sessions.NotCollected }, 2, 5},
		"redacted":           {func(s *sessions.Session) bool { return s.PersonalNumber.State() == sessions.Redacted }, 0.1, 0.3},
		"leading zero":       {func(s *sessions.Session) bool { return strings.HasPrefix(s.PersonalNumber.Value(), "0") }, 25, 45},
		"number with letters": {func(s *sessions.Session) bool {
			return strings.ContainsFunc(s.PersonalNumber.Value(), unicode.IsLetter)
		}, 3, 15},
		"a further attempt": {func(s *sessions.Session) bool { return s.Attempt > 1 }, 5, 15},
		"no subject":        {func(s *sessions.Session) bool { return s.Subject == "" && s.Attempt == 0 }, 1, 4},
		"extra fields":      {func(s *sessions.Session) bool { return s.Extra.Len() > 0 }, 80, 97},
		"on a phone":        {func(s *sessions.Session) bool { return s.Device == sessions.Mobile }, 55, 90},
		"on a PC":           {func(s *sessions.Session) bool { return s.Device == sessions.PC }, 10, 40},
		"still running":     {func(s *sessions.Session) bool { return s.CompletedAt.IsZero() }, 0.1, 1},
	} {
		share := 100 * float64(count(c.is)) / n
		require.True(t, c.low <= share && share <= c.high, "%s: %.3f %%, want %v to %v", what, share, c.low, c.high)
	}
	for i, s := range all {
		if slices.ContainsFunc(old, func(o string) bool { return strings.EqualFold(o, s.LastName.Value()) }) {
			// A later attempt may be a little newer.
			require.LessOrEqual(t, i, n/3, "an old name among the newer sessions")
		}
	}
}

func TestNamesAreAsSkewedAsTheShapeSays(t *testing.T) {
	top := func(shape generate.Shape) (share float64, distinct int) {
		counts := map[string]int{}
		known := 0
		for _, s := range collect(t, generate.Options{N: 30_000, Shape: shape}) {
			if s.LastName.State() == sessions.Known {
				known++
				counts[strings.ToLower(s.LastName.Value())]++
			}
		}
		most := 0
		for _, c := range counts {
			most = max(most, c)
		}
		return float64(most) / float64(known), len(counts)
	}
	georgia, names := top(generate.Georgia)
	abroad, others := top(generate.Abroad)
	require.Greater(t, georgia, 0.02)
	require.Less(t, abroad, georgia)
	require.Greater(t, names, 1500)
	require.Greater(t, others, 1500)
}

func TestShapesShareNoFamilyName(t *testing.T) {
	lastNames := func(shape generate.Shape) map[string]bool {
		all := map[string]bool{}
		for _, s := range collect(t, generate.Options{N: 30_000, Shape: shape}) {
			all[strings.ToLower(s.LastName.Value())] = true
		}
		delete(all, "")
		return all
	}
	georgia := lastNames(generate.Georgia)
	for name := range lastNames(generate.Abroad) {
		if !strings.ContainsAny(name, "=+@<%;,\n\"\u202e") { // the hostile ones are the same
			require.NotContains(t, georgia, name)
		}
	}
}

func TestShortSpansAndFewSessions(t *testing.T) {
	from := time.Date(2026, 3, 1, 23, 0, 0, 999, time.UTC)
	for _, span := range []time.Duration{time.Millisecond, time.Minute, 30 * 24 * time.Hour} {
		for _, n := range []int{0, 1, 2, 250} {
			for _, s := range collect(t, generate.Options{N: n, From: from, To: from.Add(span)}) {
				require.NoError(t, s.Validate())
				require.False(t, s.CreatedAt.Before(from) || !s.CreatedAt.Before(from.Add(span)), s.CreatedAt)
			}
		}
	}
}

func TestStreamEndsWhenTheCallerHasEnough(t *testing.T) {
	stream, err := generate.Sessions(generate.Options{N: 1 << 40})
	require.NoError(t, err)
	seen := 0
	for range stream {
		if seen++; seen == 10 {
			break
		}
	}
	require.Equal(t, 10, seen)
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	now := generate.DefaultTo
	for what, o := range map[string]generate.Options{
		"negative number":   {N: -1},
		"unknown shape":     {Shape: 9},
		"empty span":        {From: now, To: now},
		"reversed span":     {From: now, To: now.Add(-1)},
		"no companies":      {Companies: []generate.Company{}},
		"company's key":     {Companies: []generate.Company{{Weight: 1}}},
		"company's weight":  {Companies: []generate.Company{{Key: "a"}}},
		"weights that fall": {Companies: []generate.Company{{Key: "a", Weight: -1}}},
	} {
		_, err := generate.Sessions(o)
		require.Error(t, err, what)
	}
}

func BenchmarkSessions(b *testing.B) {
	stream, err := generate.Sessions(generate.Options{N: b.N})
	require.NoError(b, err)
	b.ReportAllocs()
	for range stream {
	}
}
