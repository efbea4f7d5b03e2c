package sessions

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/far"
)

// Step is a check that a company's configuration may leave out, or a set of several (s | t). The
// zero Step is the empty set. As text and in JSON a set is the names of its steps, such as
// liveness,match, or none.
type Step uint8

// The steps of a verification, as bits.
const (
	LivenessStep Step = 1 << iota
	DocumentStep      // validity, completeness and spoofing of the document
	MatchStep         // comparison of the selfie with the document's portrait
)

var stepNames = [...]string{"liveness", "document", "match"}

// String returns the names of the steps, with commas between, or "none".
func (s Step) String() string {
	var names []string
	for i := range 8 {
		switch bit := Step(1) << i; {
		case s&bit == 0:
		case i < len(stepNames):
			names = append(names, stepNames[i])
		default:
			names = append(names, fmt.Sprintf("Step(%d)", bit))
		}
	}
	return cmp.Or(strings.Join(names, ","), "none")
}

// MarshalText returns the text of String. A bit that is not a step is an error that wraps
// [ErrSyntax].
func (s Step) MarshalText() ([]byte, error) {
	if s>>len(stepNames) != 0 {
		return nil, fmt.Errorf("%w: not a set of steps", ErrSyntax)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads names in any order, each once, or "none"; anything else is an error that
// wraps [ErrSyntax].
func (s *Step) UnmarshalText(text []byte) error {
	var set Step
	if string(text) != "none" {
		for name := range strings.SplitSeq(string(text), ",") {
			i := slices.Index(stepNames[:], name)
			if i < 0 || set&(1<<i) != 0 {
				return fmt.Errorf("%w: not a set of steps", ErrSyntax)
			}
			set |= 1 << i
		}
	}
	*s = set
	return nil
}

// Evidence holds the known facts about a session before it has a verdict. The zero Evidence holds
// none, and its verdict is [Pending].
type Evidence struct {
	DocumentType DocumentType // chooses the policy of the Acceptance

	Liveness         Liveness
	DocumentValidity Validity // Valid: the document was checked and is valid
	Corners          Validity // Valid: all corners can be seen
	Uncovered        Validity // Valid: nothing covers the document
	Authentic        Validity // Valid: no screen, print or manipulated image (digital spoof)

	Compared bool      // the selfie was compared with the portrait
	Level    far.Level // level of the comparison; 0: compared without a match
	Scale    string    // name of the scale of Level; "" means the scale of the policy

	// Skipped are the steps that the configuration left out. Their evidence may be missing, but
	// counts if it is known.
	Skipped Step
}

// Verdict is the result of [Decide]. [Pending] means that evidence is missing and that nothing
// known prevents success.
type Verdict struct {
	Status  Status
	Reasons []Reason // why it failed, sorted
	// Match is the comparison with the acceptance level in force. It has no acceptance level if the
	// step was skipped and nothing was compared.
	Match Match
}

// Decide derives the verdict from the evidence under the acceptance in force. Success needs every
// step that was not skipped: liveness passed; the document valid, complete and not spoofed; and a
// level that the acceptance accepts. Any evidence that is known to be bad makes the verdict
// [Failed], with all known reasons; otherwise missing evidence leaves it [Pending].
//
// The evidence of a skipped step may be missing. Known evidence of it still counts, so that a face
// known not to be alive is never a [Success].
//
// The zero Acceptance is an error that wraps [ErrNoAcceptance]. A level that is not on the policy's
// scale, is on another scale, or comes without a comparison is a [*FieldError] for
// [FieldMatchLevel], even if the step was skipped. It is never treated as low, and never passed on.
// An outcome outside its enumeration is missing evidence.
func Decide(e Evidence, a Acceptance) (Verdict, error) {
	if a.IsZero() {
		return Verdict{}, ErrNoAcceptance
	}
	policy := a.For(e.DocumentType)
	matched, err := e.compare(policy)
	if err != nil {
		return Verdict{}, &FieldError{FieldMatchLevel, err}
	}
	// The policy's scale is that of both levels: if there was a comparison, compare has checked
	// that the evidence is on the same scale.
	v := Verdict{Match: Match{Compared: e.Compared, Level: e.Level, Scale: policy.Scale().Name()}}
	if e.Compared || e.Skipped&MatchStep == 0 {
		v.Match.Acceptance = policy.Level()
	}
	missing := false
	for _, found := range [...]struct {
		step    Step
		wrong   Reason
		outcome Validity
	}{
		// Liveness and Validity both count unknown, good, bad.
		{LivenessStep, LivenessFailed, Validity(e.Liveness)},
		{DocumentStep, InvalidDocument, e.DocumentValidity},
		{DocumentStep, NotFullID, e.Corners},
		{DocumentStep, NotFullID, e.Uncovered},
		{DocumentStep, DigitalSpoof, e.Authentic},
		{MatchStep, LowFAR, matched},
	} {
		switch {
		case found.outcome == Invalid && !slices.Contains(v.Reasons, found.wrong):
			v.Reasons = append(v.Reasons, found.wrong)
		case found.outcome != Valid && found.outcome != Invalid && e.Skipped&found.step == 0:
			missing = true
		}
	}
	switch {
	case len(v.Reasons) > 0:
		v.Status = Failed
		slices.Sort(v.Reasons)
	case missing:
		v.Status = Pending
	default:
		v.Status = Success
	}
	return v, nil
}

// compare checks the level against the policy: Valid if it is accepted, Invalid if it is too low,
// NotChecked without a comparison. A level that the policy cannot judge is an error.
func (e *Evidence) compare(p far.Policy) (Validity, error) {
	if !e.Compared {
		if e.Level != 0 {
			return NotChecked, fmt.Errorf("%w: a level without a comparison", ErrInvalid)
		}
		return NotChecked, nil
	}
	if e.Scale != "" && e.Scale != p.Scale().Name() {
		return NotChecked, fmt.Errorf("%w: level and acceptance level are on different scales", ErrInvalid)
	}
	switch err := p.Check(e.Level); {
	case err == nil:
		return Valid, nil
	case errors.Is(err, far.ErrLow):
		return Invalid, nil
	default:
		return NotChecked, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
}
