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

// Otherwise says whether a session would pass if its match level were accepted.
type Otherwise string

// The values of Otherwise.
const (
	// OtherwisePasses: the session succeeded, or it was compared and failed for Low FAR alone, with
	// liveness passed and a valid document.
	OtherwisePasses Otherwise = "passes"
	// OtherwiseFails: the session failed for another reason, alone or beside Low FAR; or its
	// liveness check was not passed, or its document was invalid.
	OtherwiseFails Otherwise = "fails"
	// OtherwiseUnknown: the session is pending, its status is not one of the product's, it failed
	// for no stored reason, or evidence is missing beside its Low FAR.
	OtherwiseUnknown Otherwise = "unknown"
)

// otherwise returns the Otherwise of a session.
func otherwise(s *sessions.Session) Otherwise {
	if s.Status == sessions.Success {
		return OtherwisePasses
	}
	if s.Status != sessions.Failed || len(s.Reasons) == 0 {
		return OtherwiseUnknown
	}
	alone := !slices.ContainsFunc(s.Reasons, func(r sessions.Reason) bool { return r != sessions.LowFAR })
	switch {
	case !alone || s.Liveness == sessions.LivenessNotPassed || s.DocumentValidity == sessions.Invalid:
		return OtherwiseFails
	case s.Match.Compared && s.Liveness == sessions.LivenessPassed && s.DocumentValidity == sessions.Valid:
		return OtherwisePasses
	default:
		return OtherwiseUnknown
	}
}

// TallyKey is the key by which a tally counts sessions.
type TallyKey struct {
	Scale        string // scale of Level; "" if not compared
	DocumentType sessions.DocumentType
	Compared     bool
	Level        far.Level // 0 if not compared, or compared without a match
	Otherwise    Otherwise
}

// TallyKeyOf returns the key of a session. It depends only on DocumentType, Status, Reasons,
// Liveness, DocumentValidity and Match.
func TallyKeyOf(s *sessions.Session) TallyKey {
	k := TallyKey{DocumentType: s.DocumentType, Compared: s.Match.Compared, Otherwise: otherwise(s)}
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
	Rows  []TallyRow // by scale, document type, comparison, level and Otherwise
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
		cmp.Compare(k.Level, o.Level), cmp.Compare(k.Otherwise, o.Otherwise))
}

// Outlook is the result of [Tally.If]: how many sessions would pass and fail under an acceptance.
type Outlook struct {
	Pass, Fail int
	// Unknown counts sessions that are undecided otherwise, on another scale, or of a level that
	// the scale lacks.
	Unknown int
	Exact   bool // whether the tally is exact
}

// If returns how the tally's sessions would have ended under another acceptance. It changes none of
// them. A session fails if its level is below that of the document type's policy. All others count
// by their [Otherwise]. For the zero Acceptance the error is [sessions.ErrNoAcceptance].
func (t Tally) If(a sessions.Acceptance) (Outlook, error) {
	if a.IsZero() {
		return Outlook{}, sessions.ErrNoAcceptance
	}
	o := Outlook{Exact: t.Exact}
	for _, r := range t.Rows {
		switch r.under(a) {
		case OtherwisePasses:
			o.Pass += r.N
		case OtherwiseFails:
			o.Fail += r.N
		default:
			o.Unknown += r.N
		}
	}
	return o, nil
}

// under returns the outcome of sessions with this key under an acceptance.
func (k TallyKey) under(a sessions.Acceptance) Otherwise {
	policy := a.For(k.DocumentType)
	if !k.Compared || k.Otherwise == OtherwiseFails {
		return k.Otherwise
	}
	if k.Scale != policy.Scale().Name() {
		return OtherwiseUnknown
	}
	switch err := policy.Check(k.Level); {
	case err == nil:
		return k.Otherwise
	case errors.Is(err, far.ErrLow):
		return OtherwiseFails
	default:
		return OtherwiseUnknown
	}
}
