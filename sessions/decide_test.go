package sessions_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

func policy(t testing.TB, scale far.Scale, level far.Level) far.Policy {
	t.Helper()
	p, err := far.NewPolicy(scale, level)
	require.NoError(t, err)
	return p
}

func acceptance(t testing.TB, level far.Level) sessions.Acceptance {
	t.Helper()
	a, err := sessions.NewAcceptance(policy(t, far.Kvalifika, level))
	require.NoError(t, err)
	return a
}

// TestDecideEveryCombination compares Decide with the opposite formulation of its rule: first the
// evidence known to be bad, even of skipped steps, then the evidence that is known to be good or
// was skipped.
func TestDecideEveryCombination(t *testing.T) {
	const acceptanceLevel = 5
	a := acceptance(t, acceptanceLevel)
	outcomes := []sessions.Validity{sessions.NotChecked, sessions.Valid, sessions.Invalid, 7}
	counts := map[sessions.Status]int{}
	for _, liveness := range []sessions.Liveness{sessions.LivenessUnknown, sessions.LivenessPassed, sessions.LivenessNotPassed, 7} {
		for _, document := range outcomes {
			for _, corners := range outcomes {
				for _, uncovered := range outcomes {
					for _, authentic := range outcomes {
						for level := far.Level(-1); level <= 7; level++ { // -1: not compared
							for skipped := range sessions.Step(8) {
								e := sessions.Evidence{
									Liveness: liveness, DocumentValidity: document, Corners: corners, Uncovered: uncovered, Authentic: authentic,
									Compared: level >= 0, Level: max(level, 0), Skipped: skipped,
								}
								live, doc, match := skipped&1 == 0, skipped&2 == 0, skipped&4 == 0
								want := map[sessions.Reason]bool{
									"liveness_failed":  liveness == 2,
									"invalid_document": document == 2,
									"not_full_id":      corners == 2 || uncovered == 2,
									"digital_spoof":    authentic == 2,
									"low_far":          level >= 0 && level < acceptanceLevel,
								}
								var reasons []sessions.Reason
								for r, wrong := range want {
									if wrong {
										reasons = append(reasons, r)
									}
								}
								slices.Sort(reasons)
								right := (!live || liveness == 1) && (!match || level >= acceptanceLevel) &&
									(!doc || document == 1 && corners == 1 && uncovered == 1 && authentic == 1)
								status := sessions.Pending
								switch {
								case len(reasons) > 0:
									status = sessions.Failed
								case right:
									status = sessions.Success
								}
								wantMatch := sessions.Match{Compared: level >= 0, Level: max(level, 0), Scale: "kvalifika-3d2d"}
								if match || level >= 0 {
									wantMatch.Acceptance = acceptanceLevel
								}

								v, err := sessions.Decide(e, a)
								if err != nil || v.Status != status || !slices.Equal(v.Reasons, reasons) || v.Match != wantMatch {
									require.Failf(t, "another verdict", "%+v: %+v %v, want %v %v %+v", e, v, err, status, reasons, wantMatch)
								}
								counts[v.Status]++
							}
						}
					}
				}
			}
		}
	}
	require.Len(t, counts, 3)
	require.Equal(t, 4*4*4*4*4*9*8, counts[sessions.Success]+counts[sessions.Failed]+counts[sessions.Pending])
}

func TestDecide(t *testing.T) {
	a := acceptance(t, 5)
	good := sessions.Evidence{
		Liveness: sessions.LivenessPassed, DocumentValidity: sessions.Valid, Corners: sessions.Valid, Uncovered: sessions.Valid,
		Authentic: sessions.Valid, Compared: true, Level: 5,
	}
	v, err := sessions.Decide(sessions.Evidence{}, a)
	require.NoError(t, err)
	require.Equal(t, sessions.Pending, v.Status, "the zero Evidence never succeeds")
	v, err = sessions.Decide(sessions.Evidence{Skipped: sessions.LivenessStep | sessions.DocumentStep}, a)
	require.NoError(t, err)
	require.Equal(t, sessions.Pending, v.Status)

	everything := sessions.LivenessStep | sessions.DocumentStep | sessions.MatchStep
	v, err = sessions.Decide(sessions.Evidence{Skipped: everything, Liveness: sessions.LivenessNotPassed}, a)
	require.NoError(t, err)
	require.Equal(t, sessions.Verdict{
		Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LivenessFailed}, Match: sessions.Match{Scale: "kvalifika-3d2d"},
	}, v, "what is known counts, though its step was skipped")
	v, err = sessions.Decide(sessions.Evidence{Skipped: everything}, a)
	require.NoError(t, err)
	require.Equal(t, sessions.Success, v.Status, "what was skipped is exempt")

	_, err = sessions.Decide(good, sessions.Acceptance{})
	require.ErrorIs(t, err, sessions.ErrNoAcceptance)
	_, err = sessions.Decide(sessions.Evidence{Skipped: sessions.MatchStep}, sessions.Acceptance{})
	require.ErrorIs(t, err, sessions.ErrNoAcceptance, "even where no level is compared")

	strict := a.With(sessions.Passport, policy(t, far.Kvalifika, 7))
	for documentType, want := range map[sessions.DocumentType]sessions.Status{
		sessions.Passport: sessions.Failed, sessions.IDCard: sessions.Success, "": sessions.Success, "visa": sessions.Success,
	} {
		e := good
		e.DocumentType = documentType
		v, err := sessions.Decide(e, strict)
		require.NoError(t, err)
		require.Equal(t, want, v.Status, documentType)
		require.Equal(t, strict.For(documentType).Level(), v.Match.Acceptance)
	}

	for name, change := range map[string]func(*sessions.Evidence){
		"above the scale":        func(e *sessions.Evidence) { e.Level = 8 },
		"below 0":                func(e *sessions.Evidence) { e.Level = -1 },
		"another scale":          func(e *sessions.Evidence) { e.Scale = "other" },
		"level not compared":     func(e *sessions.Evidence) { e.Compared = false },
		"without one, skipped":   func(e *sessions.Evidence) { e.Compared, e.Skipped = false, sessions.MatchStep },
		"below 0, skipped":       func(e *sessions.Evidence) { e.Level, e.Skipped = -7, sessions.MatchStep },
		"above, skipped":         func(e *sessions.Evidence) { e.Level, e.Skipped = 8, sessions.MatchStep },
		"another scale, skipped": func(e *sessions.Evidence) { e.Scale, e.Skipped = "other", sessions.MatchStep },
	} {
		e := good
		change(&e)
		v, err := sessions.Decide(e, a)
		var fieldErr *sessions.FieldError
		require.ErrorAs(t, err, &fieldErr, name)
		require.Equal(t, sessions.FieldMatchLevel, fieldErr.Field)
		require.ErrorIs(t, err, sessions.ErrInvalid, name)
		require.Zero(t, v, name)
	}
	nothing := sessions.Evidence{Scale: "other"}
	v, err = sessions.Decide(nothing, a)
	require.NoError(t, err)
	require.Equal(t, sessions.Match{Scale: "kvalifika-3d2d", Acceptance: 5}, v.Match, "the acceptance level is not on the scale of no comparison")
	good.Level = 8
	_, err = sessions.Decide(good, a)
	require.ErrorIs(t, err, far.ErrUnknownLevel)
	good.Level, good.Scale = 6, "kvalifika-3d2d"
	v, err = sessions.Decide(good, a)
	require.NoError(t, err)
	require.Equal(t, sessions.Success, v.Status)
	require.Empty(t, v.Reasons)
}

func TestAcceptance(t *testing.T) {
	_, err := sessions.NewAcceptance(far.Policy{})
	require.ErrorIs(t, err, sessions.ErrNoAcceptance)
	var none sessions.Acceptance
	require.True(t, none.IsZero())
	require.ErrorIs(t, none.Check(7, sessions.Passport), sessions.ErrNoAcceptance)
	require.True(t, none.With(sessions.Passport, policy(t, far.Kvalifika, 1)).IsZero())
	require.Empty(t, none.Overrides())

	a := acceptance(t, 5)
	b := a.With(sessions.Passport, policy(t, far.Kvalifika, 7)).With(sessions.IDCard, policy(t, far.Kvalifika, 3))
	c := b.With(sessions.Passport, policy(t, far.Kvalifika, 1)).With("visa", policy(t, far.Kvalifika, 6))
	d := b.With(sessions.Passport, far.Policy{})
	require.Empty(t, a.Overrides())
	require.Equal(t, []sessions.DocumentType{sessions.IDCard, sessions.Passport}, b.Overrides())
	require.Equal(t, far.Level(7), b.For(sessions.Passport).Level(), "a copy was changed, not b")
	require.Equal(t, far.Level(1), c.For(sessions.Passport).Level())
	require.Equal(t, []sessions.DocumentType{sessions.IDCard}, d.Overrides())
	require.Equal(t, far.Level(5), d.For(sessions.Passport).Level())
	require.Equal(t, far.Level(5), c.Default().Level())
	require.True(t, d.With(sessions.IDCard, far.Policy{}).Equal(a))
	require.False(t, a.Equal(b))
	require.False(t, b.Equal(c))
	require.False(t, a.Equal(acceptance(t, 4)))
	require.False(t, a.Equal(none))
	require.True(t, none.Equal(sessions.Acceptance{}))

	require.NoError(t, b.Check(7, sessions.Passport))
	require.NoError(t, b.Check(3, sessions.IDCard))
	var low *far.LowError
	require.ErrorAs(t, b.Check(6, sessions.Passport), &low)
	require.Equal(t, far.Level(7), low.Acceptance)
	require.ErrorIs(t, b.Check(8, sessions.Passport), far.ErrUnknownLevel)
	require.NotErrorIs(t, b.Check(8, sessions.Passport), far.ErrLow)
}

func TestAcceptanceJSON(t *testing.T) {
	custom, err := far.NewScale("vendor-3d3d", far.Step{Level: 1, Rate: far.OneIn(10)}, far.Step{Level: 15, Rate: far.OneIn(1_000_000)})
	require.NoError(t, err)
	a := acceptance(t, 5)
	b := a.With(sessions.Passport, policy(t, custom, 15)).With(sessions.IDCard, policy(t, far.Kvalifika, 3))
	for want, acceptance := range map[string]sessions.Acceptance{
		`null`:                           {},
		`{"default":"kvalifika-3d2d:5"}`: a,
		`{"default":"kvalifika-3d2d:5","by_document_type":{"id_card":"kvalifika-3d2d:3","passport":"vendor-3d3d:15"}}`: b,
	} {
		text, err := acceptance.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, want, string(text))
		back, err := sessions.ParseAcceptance(text, custom)
		require.NoError(t, err)
		require.True(t, acceptance.Equal(back))
	}
	text, err := b.MarshalJSON()
	require.NoError(t, err)
	back := a
	require.ErrorIs(t, back.UnmarshalJSON(text), far.ErrUnknownScale)
	require.True(t, back.Equal(a), "left alone")
	require.NoError(t, back.UnmarshalJSON([]byte(` {"default":"kvalifika-3d2d:7"} `)))
	require.Equal(t, far.Level(7), back.Default().Level())

	for text, want := range map[string]error{
		``: sessions.ErrSyntax, `{`: sessions.ErrSyntax, `5`: sessions.ErrSyntax, `[]`: sessions.ErrSyntax, `{"default":5}`: sessions.ErrSyntax,
		`{"default":"kvalifika-3d2d:5"}x`: sessions.ErrSyntax, `{"default":"kvalifika-3d2d:5"} null`: sessions.ErrSyntax,
		`{"default":"kvalifika-3d2d:5","by_documenttype":{}}`: sessions.ErrSyntax,
		`{}`: far.ErrSyntax, `{"default":""}`: far.ErrSyntax, `{"default":"5"}`: far.ErrSyntax,
		`{"default":"kvalifika-3d2d:0"}`: far.ErrUnknownLevel, `{"default":"kvalifika-3d2d:8"}`: far.ErrUnknownLevel, `{"default":"other:5"}`: far.ErrUnknownScale,
		`{"default":"kvalifika-3d2d:5","by_document_type":{"passport":""}}`:                 far.ErrSyntax,
		`{"default":"kvalifika-3d2d:5","by_document_type":{"passport":"kvalifika-3d2d:0"}}`: far.ErrUnknownLevel,
	} {
		parsed, err := sessions.ParseAcceptance([]byte(text))
		require.ErrorIs(t, err, want, text)
		require.True(t, parsed.IsZero(), text)
	}
}

func BenchmarkDecide(b *testing.B) {
	a := acceptance(b, 5)
	e := sessions.Evidence{
		Liveness: sessions.LivenessPassed, DocumentValidity: sessions.Valid, Corners: sessions.Valid, Uncovered: sessions.Valid,
		Authentic: sessions.Valid, Compared: true, Level: 6,
	}
	b.ReportAllocs()
	for b.Loop() {
		if v, err := sessions.Decide(e, a); err != nil || v.Status != sessions.Success {
			b.Fatal("not verified")
		}
	}
}
