package far

import (
	"database/sql/driver"
	"slices"
	"strings"
)

// Policy is an acceptance level on a scale: it says which match levels are good enough. The zero
// Policy accepts nothing. A Policy never changes, and it is safe for concurrent use. Compare
// policies with [Policy.Equal], not with ==.
//
// As text, in JSON and in SQL a Policy is "scale:level", such as
// kvalifika-3d2d:5. The zero Policy is empty text and NULL.
type Policy struct {
	scale Scale
	level Level
}

// NewPolicy returns the policy that accepts level and every higher one on the scale. A level that
// the scale does not have, such as level 0 and every level of the zero Scale, is an
// [ErrUnknownLevel].
func NewPolicy(scale Scale, level Level) (Policy, error) {
	if _, err := scale.Rate(level); err != nil {
		return Policy{}, err
	}
	return Policy{scale, level}, nil
}

// ParsePolicy reads what [Policy.String] writes, for [Kvalifika] and the given scales. Text of
// another form is an [ErrSyntax], a scale that is not known an [ErrUnknownScale], a level that the
// scale does not have (0 among them) an [ErrUnknownLevel], and two scales of one name with
// different tables an [ErrScale].
func ParsePolicy(text string, scales ...Scale) (Policy, error) {
	name, number, ok := strings.Cut(text, ":")
	if !ok || !validName(name) {
		return Policy{}, errPolicySyntax()
	}
	level, err := ParseLevel(number)
	if err != nil {
		return Policy{}, errPolicySyntax()
	}
	var found Scale
	var known []string
	for _, s := range append([]Scale{Kvalifika}, scales...) {
		if !s.IsZero() && !slices.Contains(known, s.Name()) {
			known = append(known, s.Name())
		}
		if s.Name() != name {
			continue
		}
		if !found.IsZero() && !found.Equal(s) {
			return Policy{}, failf(ErrScale, "invalid scale: two scales have the name %s", name)
		}
		found = s
	}
	if found.IsZero() {
		return Policy{}, failf(ErrUnknownScale, "unknown scale: want one of %s", strings.Join(known, ", "))
	}
	return NewPolicy(found, level)
}

func errPolicySyntax() error {
	return failf(ErrSyntax, "not a policy: want scale:level, such as %s:5", Kvalifika.Name())
}

// Scale returns the scale, zero for the zero Policy.
func (p Policy) Scale() Scale { return p.scale }

// Level returns the acceptance level, 0 for the zero Policy.
func (p Policy) Level() Level { return p.level }

// Rate returns the rate of the acceptance level, the zero Rate for the zero
// Policy.
func (p Policy) Rate() Rate { return p.scale.rate(p.level) }

// IsZero reports whether p is the zero Policy.
func (p Policy) IsZero() bool { return p.level == 0 }

// Equal reports whether both policies have the same level on equal scales.
func (p Policy) Equal(other Policy) bool {
	return p.level == other.level && p.scale.Equal(other.scale)
}

// Accepts reports whether the level is good enough. It is false for a level that the scale does not
// have, however high.
func (p Policy) Accepts(level Level) bool {
	return level >= p.level && !p.scale.rate(level).IsZero()
}

// Check returns nil for a level that p accepts. Otherwise it says why not: a
// level below the acceptance level, 0 among them, is a [*LowError], a level that
// the scale does not have an [ErrUnknownLevel], and for the zero Policy the error is
// [ErrNoPolicy].
func (p Policy) Check(level Level) error {
	if p.Accepts(level) {
		return nil
	}
	if p.IsZero() {
		return ErrNoPolicy
	}
	if err := p.scale.check(level); err != nil {
		return err
	}
	return &LowError{p.scale.Name(), level, p.scale.rate(level), p.level, p.Rate()}
}

// String returns the scale's name and the level, such as kvalifika-3d2d:5. For the zero Policy it
// is "no policy".
func (p Policy) String() string {
	if p.IsZero() {
		return "no policy"
	}
	return p.scale.Name() + ":" + p.level.String()
}

// MarshalText implements [encoding.TextMarshaler]: the text of [Policy.String],
// empty for the zero Policy.
func (p Policy) MarshalText() ([]byte, error) {
	if p.IsZero() {
		return nil, nil
	}
	return []byte(p.String()), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler] for policies on
// [Kvalifika]; read those on other scales with [ParsePolicy]. Empty text is the
// zero Policy.
func (p *Policy) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Policy{}
		return nil
	}
	parsed, err := ParsePolicy(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}

// Value implements [driver.Valuer]: the text of the policy, NULL for the zero
// Policy.
func (p Policy) Value() (driver.Value, error) {
	if p.IsZero() {
		return nil, nil
	}
	return p.String(), nil
}

// Scan implements [database/sql.Scanner] for text columns, with policies on
// [Kvalifika] only, as [Policy.UnmarshalText]. NULL is the zero Policy.
func (p *Policy) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*p = Policy{}
		return nil
	case string:
		return p.UnmarshalText([]byte(src))
	case []byte:
		return p.UnmarshalText(src)
	default:
		return errPolicySyntax()
	}
}
