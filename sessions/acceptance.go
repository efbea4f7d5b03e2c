package sessions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/kvalifika/sessionkit/far"
)

// Acceptance is a company's FAR acceptance: a default policy, and other policies for some document
// types. It is immutable. The zero Acceptance accepts nothing.
type Acceptance struct {
	base   far.Policy
	byType map[DocumentType]far.Policy // never changed once set
}

// NewAcceptance returns an Acceptance with one policy for every document type. For the zero policy
// the error wraps [ErrNoAcceptance].
func NewAcceptance(base far.Policy) (Acceptance, error) {
	if base.IsZero() {
		return Acceptance{}, ErrNoAcceptance
	}
	return Acceptance{base: base}, nil
}

// With returns a copy in which the document type has a policy of its own; the zero policy removes
// it. With returns the zero Acceptance unchanged, since it has no default to deviate from.
func (a Acceptance) With(t DocumentType, p far.Policy) Acceptance {
	if a.IsZero() {
		return a
	}
	byType := maps.Clone(a.byType)
	if byType == nil {
		byType = map[DocumentType]far.Policy{}
	}
	if p.IsZero() {
		delete(byType, t)
	} else {
		byType[t] = p
	}
	return Acceptance{a.base, byType}
}

// IsZero reports whether no acceptance level is set.
func (a Acceptance) IsZero() bool { return a.base.IsZero() }

// Default returns the policy for document types that have none of their own.
func (a Acceptance) Default() far.Policy { return a.base }

// Overrides returns the document types that have a policy of their own, sorted.
func (a Acceptance) Overrides() []DocumentType { return slices.Sorted(maps.Keys(a.byType)) }

// For returns the policy for a document type.
func (a Acceptance) For(t DocumentType) far.Policy {
	if p, ok := a.byType[t]; ok {
		return p
	}
	return a.base
}

// Check returns nil if the level is accepted for the document type, a [*far.LowError] if it is too
// low, an error that wraps far.ErrUnknownLevel if it is not on the policy's scale, and
// [ErrNoAcceptance] for the zero Acceptance.
func (a Acceptance) Check(level far.Level, t DocumentType) error {
	if a.IsZero() {
		return ErrNoAcceptance
	}
	return a.For(t).Check(level)
}

// Equal reports whether both have the same policies.
func (a Acceptance) Equal(b Acceptance) bool {
	return a.base.Equal(b.base) && maps.EqualFunc(a.byType, b.byType, far.Policy.Equal)
}

// acceptanceJSON is the JSON form of an Acceptance. Policies are texts of far.Policy.
type acceptanceJSON struct {
	Default string                  `json:"default"`
	ByType  map[DocumentType]string `json:"by_document_type,omitempty"`
}

// MarshalJSON returns {"default": "kvalifika-3d2d:5", "by_document_type": {"passport": "..."}}, and
// null for the zero Acceptance. [ParseAcceptance] reads it, on custom scales too.
func (a Acceptance) MarshalJSON() ([]byte, error) {
	if a.IsZero() {
		return []byte("null"), nil
	}
	j := acceptanceJSON{Default: a.base.String()}
	if len(a.byType) > 0 {
		j.ByType = map[DocumentType]string{}
		for t, p := range a.byType {
			j.ByType[t] = p.String()
		}
	}
	return json.Marshal(j) // sorts map keys
}

// UnmarshalJSON reads the JSON of MarshalJSON, on the scale [far.Kvalifika] only.
func (a *Acceptance) UnmarshalJSON(data []byte) error {
	parsed, err := ParseAcceptance(data)
	if err == nil {
		*a = parsed
	}
	return err
}

// ParseAcceptance reads the JSON of an Acceptance whose policies are on far.Kvalifika or on one of
// the scales given. null is the zero Acceptance. Errors wrap [ErrSyntax], also for an unknown
// member, or the error of far.ParsePolicy.
func ParseAcceptance(data []byte, scales ...far.Scale) (Acceptance, error) {
	var j *acceptanceJSON
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields() // a misspelt member would be an override that is not in force
	if d.Decode(&j) != nil || !errors.Is(d.Decode(&struct{}{}), io.EOF) {
		return Acceptance{}, fmt.Errorf("%w: acceptance: not its JSON", ErrSyntax)
	}
	if j == nil {
		return Acceptance{}, nil
	}
	base, err := far.ParsePolicy(j.Default, scales...)
	if err != nil {
		return Acceptance{}, fmt.Errorf("acceptance: default: %w", err)
	}
	a := Acceptance{base: base}
	for _, t := range slices.Sorted(maps.Keys(j.ByType)) {
		p, err := far.ParsePolicy(j.ByType[t], scales...)
		if err != nil {
			return Acceptance{}, fmt.Errorf("acceptance: document type %q: %w", string(t), err)
		}
		a = a.With(t, p)
	}
	return a, nil
}
