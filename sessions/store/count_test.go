package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

func TestCount(t *testing.T) {
	everyone := many(2345)
	both(t, everyone, func(t *testing.T, b store.Backend) {
		for _, tt := range []struct {
			options store.Options
			filter  filter.Filter
			want    string
		}{
			{store.Options{}, filter.Filter{}, "2,345"},
			{store.Options{CountLimit: 2000}, filter.Filter{}, "2,000+"},
			{store.Options{CountLimit: 2345}, filter.Filter{}, "2,345"},
			{store.Options{CountLimit: 7}, filter.Filter{}, "7+"},
			{store.Options{Budget: 1500}, filter.Filter{}, "1,500+"},
			{store.Options{Budget: 1}, filter.Is(sessions.FieldPersonalNumber, "00000002000"), "0+"},
			{store.Options{Budget: -1}, filter.Is(sessions.FieldPersonalNumber, "00000002000"), "1"},
			{store.Options{}, filter.Nothing(), "0"},
		} {
			n, err := store.New(b, tt.options).Count(t.Context(), agent, tt.filter)
			require.NoError(t, err)
			require.Equal(t, tt.want, n.String())
		}
	})
}

func TestCountString(t *testing.T) {
	for want, n := range map[string]store.Count{
		"0": {Exact: true}, "0+": {}, "999": {N: 999, Exact: true}, "1,000": {N: 1000, Exact: true}, "12,345,678+": {N: 12345678},
	} {
		require.Equal(t, want, n.String())
	}
}

func TestFacets(t *testing.T) {
	everyone := mixed()
	both(t, everyone, func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{})
		base := filter.And(filter.Search("nino"), filter.Status(sessions.Failed), filter.DocumentType(sessions.Passport, sessions.IDCard))
		facets, err := st.Facets(t.Context(), agent, base)
		require.NoError(t, err)
		var fields []sessions.Field
		for _, facet := range facets {
			fields = append(fields, facet.Field)
			for _, o := range facet.Options {
				require.Equal(t, len(matching(everyone, o.Filter)), o.Count.N, "%v=%q", facet.Field, o.Value)
				require.True(t, o.Count.Exact)
			}
		}
		require.Equal(t, []sessions.Field{sessions.FieldDocumentType, sessions.FieldStatus, sessions.FieldReasons, sessions.FieldMatchLevel}, fields)
		others := filter.And(filter.Search("nino"), filter.DocumentType(sessions.Passport, sessions.IDCard))
		status := facets[1].Options
		require.Equal(t, "success", status[0].Value)
		require.Equal(t, len(matching(everyone, filter.And(others, filter.Status(sessions.Success)))), status[0].Count.N, "in place of the chosen status")
		require.Equal(t, len(matching(everyone, base)), status[1].Count.N, "the chosen one counts what is listed")
		require.Positive(t, status[0].Count.N)
		levels := facets[3].Options
		require.Len(t, levels, 9)
		require.Equal(t, []string{"", "0", "1", "7"}, []string{levels[0].Value, levels[1].Value, levels[2].Value, levels[8].Value})

		hidden := with(agent, func(v *store.Viewer) {
			v.Disclosure.Drop = sessions.FieldsOf(sessions.FieldMatchLevel, sessions.FieldStatus)
		})
		facets, err = st.Facets(t.Context(), hidden, filter.Filter{})
		require.NoError(t, err)
		require.Len(t, facets, 1, "hidden fields have no numbers")
		require.Equal(t, sessions.FieldDocumentType, facets[0].Field)

		facets, err = store.New(b, store.Options{CountLimit: 2}).Facets(t.Context(), agent, filter.Filter{})
		require.NoError(t, err)
		require.Equal(t, "2+", facets[0].Options[0].Count.String())
	})
}

func policy(t testing.TB, level far.Level) far.Policy {
	t.Helper()
	p, err := far.NewPolicy(far.Kvalifika, level)
	require.NoError(t, err)
	return p
}

func acceptance(t testing.TB, level far.Level) sessions.Acceptance {
	t.Helper()
	a, err := sessions.NewAcceptance(policy(t, level))
	require.NoError(t, err)
	return a
}

// TestTallyIf decides all combinations of evidence under one acceptance level and tallies them.
// Tally.If of the other levels must be the same as deciding again.
func TestTallyIf(t *testing.T) {
	var evidence []sessions.Evidence
	for _, live := range []sessions.Liveness{sessions.LivenessPassed, sessions.LivenessNotPassed} {
		for _, doc := range []sessions.Validity{sessions.Valid, sessions.Invalid} {
			for _, corners := range []sessions.Validity{sessions.Valid, sessions.Invalid} {
				for _, authentic := range []sessions.Validity{sessions.Valid, sessions.Invalid} {
					for level := far.Level(0); level <= 7; level++ {
						evidence = append(evidence, sessions.Evidence{
							DocumentType: []sessions.DocumentType{sessions.Passport, sessions.IDCard}[level%2], Liveness: live, DocumentValidity: doc,
							Corners: corners, Uncovered: sessions.Valid, Authentic: authentic, Compared: true, Level: level,
						})
					}
				}
			}
		}
	}
	var all []*sessions.Session
	for i, e := range evidence {
		v, err := sessions.Decide(e, acceptance(t, 5))
		require.NoError(t, err)
		all = append(all, session(i, func(s *sessions.Session) {
			s.Status, s.Reasons, s.Match, s.DocumentType = v.Status, v.Reasons, v.Match, e.DocumentType
			s.Liveness, s.DocumentValidity = e.Liveness, e.DocumentValidity
		}))
	}
	both(t, all, func(t *testing.T, b store.Backend) {
		tally, err := store.New(b, store.Options{}).Tally(t.Context(), agent, filter.Filter{})
		require.NoError(t, err)
		require.True(t, tally.Exact)
		for level := far.Level(1); level <= 7; level++ {
			for _, a := range []sessions.Acceptance{acceptance(t, level), acceptance(t, level).With(sessions.Passport, policy(t, 7))} {
				want := store.Outlook{Exact: true}
				for _, e := range evidence {
					v, err := sessions.Decide(e, a)
					require.NoError(t, err)
					if v.Status == sessions.Success {
						want.Pass++
					} else {
						want.Fail++
					}
				}
				got, err := tally.Under(a)
				require.NoError(t, err)
				require.Equal(t, want, got, "level %d", level)
			}
		}
	})
}

func TestTally(t *testing.T) {
	scale := far.Kvalifika.Name()
	failed := func(level far.Level, reasons ...sessions.Reason) func(*sessions.Session) {
		return func(s *sessions.Session) { s.Status, s.Reasons, s.Match.Level = sessions.Failed, reasons, level }
	}
	for _, tt := range []struct {
		name   string
		change func(*sessions.Session)
		want   store.TallyKey
		at     map[far.Level]store.OtherChecks // outcome by acceptance level
	}{
		{"success", func(*sessions.Session) {}, store.TallyKey{Scale: scale, Compared: true, Level: 6, OtherChecks: store.OtherChecksPassed},
			map[far.Level]store.OtherChecks{1: store.OtherChecksPassed, 6: store.OtherChecksPassed, 7: store.OtherChecksFailed}},
		{"low FAR alone", failed(4, sessions.LowFAR), store.TallyKey{Scale: scale, Compared: true, Level: 4, OtherChecks: store.OtherChecksPassed},
			map[far.Level]store.OtherChecks{4: store.OtherChecksPassed, 5: store.OtherChecksFailed}},
		{"low FAR and a spoof", failed(4, sessions.DigitalSpoof, sessions.LowFAR), store.TallyKey{Scale: scale, Compared: true, Level: 4, OtherChecks: store.OtherChecksFailed},
			map[far.Level]store.OtherChecks{1: store.OtherChecksFailed, 7: store.OtherChecksFailed}},
		{"a reason of the host's", failed(7, "odd"), store.TallyKey{Scale: scale, Compared: true, Level: 7, OtherChecks: store.OtherChecksFailed},
			map[far.Level]store.OtherChecks{1: store.OtherChecksFailed}},
		{"failed, nobody knows why", failed(5), store.TallyKey{Scale: scale, Compared: true, Level: 5, OtherChecks: store.OtherChecksUnknown},
			map[far.Level]store.OtherChecks{5: store.OtherChecksUnknown, 6: store.OtherChecksFailed}},
		{"low FAR, liveness unknown", func(s *sessions.Session) { failed(4, sessions.LowFAR)(s); s.Liveness = sessions.LivenessUnknown },
			store.TallyKey{Scale: scale, Compared: true, Level: 4, OtherChecks: store.OtherChecksUnknown},
			map[far.Level]store.OtherChecks{4: store.OtherChecksUnknown, 5: store.OtherChecksFailed}},
		{
			"low FAR, and nobody alive", func(s *sessions.Session) {
				failed(4, sessions.LowFAR)(s)
				s.Liveness = sessions.LivenessNotPassed
			},
			store.TallyKey{Scale: scale, Compared: true, Level: 4, OtherChecks: store.OtherChecksFailed}, nil,
		},
		{"low FAR, document not checked", func(s *sessions.Session) { failed(4, sessions.LowFAR)(s); s.DocumentValidity = sessions.NotChecked },
			store.TallyKey{Scale: scale, Compared: true, Level: 4, OtherChecks: store.OtherChecksUnknown}, nil},
		{"low FAR, and a document that is invalid", func(s *sessions.Session) { failed(4, sessions.LowFAR)(s); s.DocumentValidity = sessions.Invalid },
			store.TallyKey{Scale: scale, Compared: true, Level: 4, OtherChecks: store.OtherChecksFailed}, nil},
		{"pending and compared", func(s *sessions.Session) { s.Status = sessions.Pending },
			store.TallyKey{Scale: scale, Compared: true, Level: 6, OtherChecks: store.OtherChecksUnknown},
			map[far.Level]store.OtherChecks{6: store.OtherChecksUnknown, 7: store.OtherChecksFailed}},
		{"success without a comparison", func(s *sessions.Session) { s.Match = sessions.Match{} }, store.TallyKey{OtherChecks: store.OtherChecksPassed},
			map[far.Level]store.OtherChecks{7: store.OtherChecksPassed}},
		{"low FAR without a comparison", func(s *sessions.Session) { failed(0, sessions.LowFAR)(s); s.Match = sessions.Match{} },
			store.TallyKey{OtherChecks: store.OtherChecksUnknown}, map[far.Level]store.OtherChecks{1: store.OtherChecksUnknown}},
		{"another scale", func(s *sessions.Session) { s.Match.Scale = "vendor-3d3d" },
			store.TallyKey{Scale: "vendor-3d3d", Compared: true, Level: 6, OtherChecks: store.OtherChecksPassed},
			map[far.Level]store.OtherChecks{1: store.OtherChecksUnknown}},
		{"a level beyond the scale", func(s *sessions.Session) { s.Match.Level = 9 },
			store.TallyKey{Scale: scale, Compared: true, Level: 9, OtherChecks: store.OtherChecksPassed},
			map[far.Level]store.OtherChecks{1: store.OtherChecksUnknown, 7: store.OtherChecksUnknown}},
		{"an open status", func(s *sessions.Session) { s.Status = "archived" },
			store.TallyKey{Scale: scale, Compared: true, Level: 6, OtherChecks: store.OtherChecksUnknown}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tally, err := store.New(backend(t, session(1, tt.change)), store.Options{}).Tally(t.Context(), agent, filter.Filter{})
			require.NoError(t, err)
			tt.want.DocumentType = sessions.IDCard
			require.Equal(t, store.Tally{Rows: []store.TallyRow{{TallyKey: tt.want, N: 1}}, Exact: true}, tally)
			for level, want := range tt.at {
				got, err := tally.Under(acceptance(t, level))
				require.NoError(t, err)
				outlook := store.Outlook{Exact: true}
				switch want {
				case store.OtherChecksPassed:
					outlook.Pass = 1
				case store.OtherChecksFailed:
					outlook.Fail = 1
				default:
					outlook.Unknown = 1
				}
				require.Equal(t, outlook, got, "acceptance level %d", level)
			}
		})
	}
	_, err := store.Tally{}.Under(sessions.Acceptance{})
	require.ErrorIs(t, err, sessions.ErrNoAcceptance)
}

func TestTallyIsCapped(t *testing.T) {
	both(t, many(1500), func(t *testing.T, b store.Backend) {
		for _, options := range []store.Options{{CountLimit: 1200}, {Budget: 1200}} {
			if _, all := b.(store.Tallier); all && options.Budget == 0 {
				tally, err := store.New(b, options).Tally(t.Context(), agent, filter.Filter{})
				require.NoError(t, err)
				require.True(t, tally.Exact, "no limit bounds one that is exact")
				continue
			}
			tally, err := store.New(b, options).Tally(t.Context(), agent, filter.Filter{})
			require.NoError(t, err)
			require.False(t, tally.Exact)
			outlook, err := tally.Under(acceptance(t, 7))
			require.NoError(t, err)
			require.Equal(t, store.Outlook{Fail: 1200}, outlook)
		}
	})
	for _, f := range []sessions.Field{sessions.FieldStatus, sessions.FieldReasons, sessions.FieldMatchLevel, sessions.FieldLiveness} {
		hidden := with(agent, func(v *store.Viewer) { v.Disclosure.Mask = sessions.FieldsOf(f) })
		_, err := store.New(backend(t), store.Options{}).Tally(t.Context(), hidden, filter.Filter{})
		require.ErrorIs(t, err, store.ErrHidden)
	}
}
