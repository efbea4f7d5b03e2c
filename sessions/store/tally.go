package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// OtherChecks says whether a session passed all checks other than that of its match level, so that
// it would succeed if the level were accepted.
type OtherChecks string

// The values of OtherChecks.
const (
	// OtherChecksPassed: the session succeeded, or it was compared and failed for Low FAR alone,
	// with liveness passed and a valid document.
	OtherChecksPassed OtherChecks = "passed"
	// OtherChecksFailed: the session failed for another reason, alone or beside Low FAR; or its
	// liveness check was not passed, or its document was invalid.
	OtherChecksFailed OtherChecks = "failed"
	// OtherChecksUnknown: the session is pending, its status is not one of the product's, it failed
	// for no stored reason, or evidence is missing beside its Low FAR.
	OtherChecksUnknown OtherChecks = "unknown"
)

// otherChecks returns the result of a session's other checks.
func otherChecks(s *sessions.Session) OtherChecks {
	if s.Status == sessions.Success {
		return OtherChecksPassed
	}
	if s.Status != sessions.Failed || len(s.Reasons) == 0 {
		return OtherChecksUnknown
	}
	alone := !slices.ContainsFunc(s.Reasons, func(r sessions.Reason) bool { return r != sessions.LowFAR })
	switch {
	case !alone || s.Liveness == sessions.LivenessNotPassed || s.DocumentValidity == sessions.Invalid:
		return OtherChecksFailed
	case s.Match.Compared && s.Liveness == sessions.LivenessPassed && s.DocumentValidity == sessions.Valid:
		return OtherChecksPassed
	default:
		return OtherChecksUnknown
	}
}

// TallyKey is the key by which a tally counts sessions.
type TallyKey struct {
	Scale        string // scale of Level; "" if not compared
	DocumentType sessions.DocumentType
	Compared     bool
	Level        far.Level // 0 if not compared, or compared without a match
	OtherChecks  OtherChecks
}

// TallyKeyOf returns the key of a session. It depends only on DocumentType, Status, Reasons,
// Liveness, DocumentValidity and Match.
func TallyKeyOf(s *sessions.Session) TallyKey {
	k := TallyKey{DocumentType: s.DocumentType, Compared: s.Match.Compared, OtherChecks: otherChecks(s)}
	if k.Compared {
		k.Scale, k.Level = s.Match.Scale, s.Match.Level
	}
	return k
}

// TallyRow is a key and the number of sessions that have it.
type TallyRow struct {
	TallyKey
	N int
}

// Tally counts the sessions of a selection by scale, document type and level.
type Tally struct {
	Rows  []TallyRow // by scale, document type, comparison, level and OtherChecks
	Exact bool       // false: the count limit or the budget ended it, after the newest sessions
}

// Tally tallies the sessions of a filter that the viewer may see, within [Options.Budget]: all of
// them if the Backend is a [Tallier], otherwise the newest [Options.CountLimit]. It reveals status,
// reasons, document type, validity and completeness, liveness and match level: if one of these is
// hidden, the error is a [*HiddenError]. Other errors are those of [Store.List].
func (s *Store) Tally(ctx context.Context, v Viewer, f filter.Filter) (Tally, error) {
	if err := v.check(); err != nil {
		return Tally{}, err
	}
	e := v.event(ActionTally)
	e.Query = f.Text()
	tally, err := s.tally(ctx, v, f)
	for _, r := range tally.Rows {
		e.Rows += r.N
	}
	return conclude(ctx, s, e, tally, err)
}

func (s *Store) tally(ctx context.Context, v Viewer, f filter.Filter) (Tally, error) {
	told := sessions.FieldsOf(sessions.FieldStatus, sessions.FieldReasons, sessions.FieldDocumentType, sessions.FieldDocumentValidity,
		sessions.FieldLiveness, sessions.FieldMatchLevel, sessions.FieldDocumentCompleteness)
	if h := told.Intersect(v.Disclosure.Hidden()); h != 0 {
		return Tally{}, &HiddenError{h}
	}
	sc, err := v.scope(f)
	if err != nil {
		return Tally{}, err
	}
	tally, sel := Tally{}, s.counted(v, sc.selected)
	if tallier, ok := s.backend.(Tallier); ok {
		tally, err = inTurn(ctx, s, func() (t Tally, err error) {
			t.Rows, t.Exact, err = tallier.Tally(ctx, sel)
			return t, err
		})
		if err != nil {
			return Tally{}, fmt.Errorf("store: tally: %w", err)
		}
		// A Tallier returns its rows in any order.
		slices.SortFunc(tally.Rows, func(x, y TallyRow) int { return x.compare(y.TallyKey) })
		return tally, nil
	}
	rows := map[TallyKey]int{}
	for batch, err := range s.batches(ctx, sel) {
		if err != nil {
			return Tally{}, err
		}
		for _, found := range batch.Sessions {
			rows[TallyKeyOf(found)]++
		}
		tally.Exact = batch.Reached.IsZero()
	}
	for _, k := range slices.SortedFunc(maps.Keys(rows), TallyKey.compare) {
		tally.Rows = append(tally.Rows, TallyRow{k, rows[k]})
	}
	return tally, nil
}

// compare orders keys as the rows of a Tally: bytewise by scale and document type, sessions without
// a comparison before compared ones.
func (k TallyKey) compare(o TallyKey) int {
	compared := func(k TallyKey) int {
		if k.Compared {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(k.Scale, o.Scale), cmp.Compare(k.DocumentType, o.DocumentType), cmp.Compare(compared(k), compared(o)),
		cmp.Compare(k.Level, o.Level), cmp.Compare(k.OtherChecks, o.OtherChecks))
}

// Outlook says how the sessions of a tally would end under an acceptance ([Tally.Under]).
type Outlook struct {
	Pass, Fail int // sessions
	// Unknown counts sessions whose other checks are unknown, and those with a level of another
	// scale or one that the scale lacks.
	Unknown int
	Exact   bool // whether the tally is exact
}

// Under returns how the tally's sessions would have ended under another acceptance. It changes none
// of them. A session fails if its level is below that of the document type's policy. All others
// count by their [OtherChecks]. For the zero Acceptance the error is [sessions.ErrNoAcceptance].
func (t Tally) Under(a sessions.Acceptance) (Outlook, error) {
	if a.IsZero() {
		return Outlook{}, sessions.ErrNoAcceptance
	}
	o := Outlook{Exact: t.Exact}
	for _, r := range t.Rows {
		*o.counter(r.TallyKey, a) += r.N
	}
	return o, nil
}

// counter returns the counter of the sessions with a key.
func (o *Outlook) counter(k TallyKey, a sessions.Acceptance) *int {
	if k.Compared && k.OtherChecks != OtherChecksFailed {
		policy := a.For(k.DocumentType)
		if k.Scale != policy.Scale().Name() {
			return &o.Unknown
		}
		switch err := policy.Check(k.Level); {
		case errors.Is(err, far.ErrLow):
			return &o.Fail
		case err != nil:
			return &o.Unknown
		}
	}
	switch k.OtherChecks {
	case OtherChecksPassed:
		return &o.Pass
	case OtherChecksFailed:
		return &o.Fail
	default:
		return &o.Unknown
	}
}
