package filter

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

const atLevel = "level" // the argument that restricts Low FAR to levels

var theFailedFor kind

func failedForKind() *kind {
	theFailedFor = kind{name: "failed_for", named: map[string]bool{atLevel: true}, read: readFailedFor}
	return &theFailedFor
}

// failedFor is the condition that a session failed for one of the reasons.
type failedFor struct {
	reasons []string
	levels  []int64 // the levels to which Low FAR is restricted; nil: any level
	boxed   []any   // the levels
}

// FailedFor selects the failed sessions that have any of the reasons.
func FailedFor(reasons ...sessions.Reason) Filter { return newFailedFor(nil, reasons) }

// FailedForAt is [FailedFor] with [sessions.LowFAR] restricted to the given match levels. Other
// reasons match at any level. Without LowFAR among the reasons it is an error that wraps
// [ErrValue].
func FailedForAt(levels []far.Level, reasons ...sessions.Reason) Filter {
	if err := checkCount("failed_for", len(levels)); err != nil {
		return Filter{err: err}
	}
	return newFailedFor(levels, reasons)
}

func newFailedFor(levels []far.Level, reasons []sessions.Reason) Filter {
	if err := checkCount("failed_for", len(reasons)); err != nil {
		return Filter{err: err}
	}
	var c failedFor
	for i, r := range reasons {
		switch why := checkValue(string(r), sessions.MaxKeyBytes); {
		case r == "":
			return badValue("failed_for", i, "a reason is never empty")
		case why != "":
			return badValue("failed_for", i, why)
		}
		c.reasons = append(c.reasons, string(r))
	}
	if len(levels) > 0 && !slices.Contains(reasons, sessions.LowFAR) {
		return bad("failed_for", atLevel, fmt.Errorf("%w: levels without the reason %s", ErrValue, sessions.LowFAR))
	}
	for _, l := range levels {
		if l < 0 || l > far.MaxLevel {
			return bad("failed_for", atLevel, fmt.Errorf("%w: not a whole number from 0 to %d", ErrValue, far.MaxLevel))
		}
		c.levels = append(c.levels, int64(l))
	}
	slices.Sort(c.reasons)
	slices.Sort(c.levels)
	c.reasons, c.levels = slices.Compact(c.reasons), slices.Compact(c.levels)
	c.boxed = boxed(c.levels)
	return newFilter(&c)
}

func readFailedFor(r *reading) Filter {
	var levels []far.Level
	for _, text := range r.named[atLevel] {
		l, err := far.ParseLevel(text)
		if err != nil {
			return bad("failed_for", atLevel, fmt.Errorf("%w: not a whole number from 0 to %d", ErrValue, far.MaxLevel))
		}
		levels = append(levels, l)
	}
	var reasons []sessions.Reason
	for _, text := range r.texts(false) {
		reasons = append(reasons, sessions.Reason(text))
	}
	if len(reasons) == 0 && len(levels) > 0 {
		return bad("failed_for", atLevel, fmt.Errorf("%w: levels without the reason %s", ErrValue, sessions.LowFAR))
	}
	return newFailedFor(levels, reasons)
}

func (c *failedFor) kind() *kind { return &theFailedFor }
func (c *failedFor) size() int   { return len(c.reasons) + len(c.levels) }

func (c *failedFor) fields() sessions.Fields {
	fields := sessions.FieldsOf(sessions.FieldStatus, sessions.FieldReasons)
	if c.levels != nil {
		fields = fields.Union(sessions.FieldsOf(sessions.FieldMatchLevel))
	}
	return fields
}

// narrows reports whether a reason counts only at some levels.
func (c *failedFor) narrows(r sessions.Reason) bool { return r == sessions.LowFAR && c.levels != nil }

func (c *failedFor) match(s *sessions.Session) bool {
	// Reasons count only for failed sessions, whatever a source has for others.
	if s.Status != sessions.Failed {
		return false
	}
	for _, r := range s.Reasons {
		if slices.Contains(c.reasons, string(r)) &&
			(!c.narrows(r) || s.Match.Compared && slices.Contains(c.levels, int64(s.Match.Level))) {
			return true
		}
	}
	return false
}

var (
	failed      = []string{string(sessions.Failed)}
	failedBoxed = []any{string(sessions.Failed)}
)

func (c *failedFor) sql(w *writer, negated bool) {
	w.write("(")
	w.isAny(sessions.FieldStatus, failed, failedBoxed, negated)
	w.write(either(" AND (", " OR (", negated))
	for i, v := range c.reasons {
		if i > 0 {
			w.write(either(" OR ", " AND ", negated))
		}
		reason := sessions.Reason(v)
		if c.narrows(reason) {
			w.write("(")
		}
		w.condition(w.reason(reason), negated)
		if c.narrows(reason) {
			w.write(either(" AND ", " OR ", negated))
			if level, ok := w.field(sessions.FieldMatchLevel); ok {
				w.in(sessions.FieldMatchLevel, level, c.boxed, false, negated)
			}
			w.write(")")
		}
	}
	w.write("))")
}

func (c *failedFor) arguments(bool) arguments {
	a := arguments{values: withAbsent(c.reasons, true)}
	for _, l := range c.levels {
		a.name(atLevel, far.Level(l).String())
	}
	return a
}

// terms returns a group with the reasons. If Low FAR is restricted, a second group has the other
// reasons and the levels.
func (c *failedFor) terms() (groups [][]TermRange, exact bool) {
	var reasons, others []TermRange
	for _, r := range c.reasons {
		reasons = append(reasons, termIs(sessions.FieldReasons, r))
		if !c.narrows(sessions.Reason(r)) {
			others = append(others, termIs(sessions.FieldReasons, r))
		}
	}
	if c.levels == nil {
		return [][]TermRange{reasons}, true
	}
	// (low_far AND level) OR others, as a conjunction: (low_far OR others) AND (level OR others).
	level := numberFieldOf(sessions.FieldMatchLevel)
	for _, l := range c.levels {
		others = append(others, termIs(sessions.FieldMatchLevel, level.term(l)))
	}
	return [][]TermRange{reasons, others}, true
}

func (c *failedFor) check(also map[sessions.Field][]string) error {
	var levels []string
	for _, l := range c.levels {
		levels = append(levels, far.Level(l).String())
	}
	return cmp.Or(
		checkKnown(theFailedFor.name, "", sessions.FieldReasons, c.reasons, also),
		checkKnown(theFailedFor.name, atLevel, sessions.FieldMatchLevel, levels, also),
	)
}
