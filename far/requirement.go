package far

import "strings"

// Requirement is an upper limit on the false acceptance rate of one attempt. The standards call it
// the false match rate, FMR. Requirements are comparable with ==. Nothing meets the zero
// Requirement.
//
// As text and in JSON a Requirement is what [Requirement.String] returns. One without a limit, such
// as the zero Requirement, has no text, and neither empty text nor JSON null is read as one.
type Requirement struct {
	name   string
	limit  Rate
	strict bool
}

// The published requirements that state a number.
var (
	// NIST80063B3 is from NIST SP 800-63B (revision 3), section 5.2.3 Use of
	// Biometrics: an FMR of 1 in 1,000 or better.
	// Source: https://pages.nist.gov/800-63-3/sp800-63b.html
	NIST80063B3 = Requirement{"NIST SP 800-63B section 5.2.3", Rate{1_000}, false}

	// NIST80063B4 is from NIST SP 800-63B-4 (revision 4), Use of Biometrics: an
	// FMR of 1 in 10,000 or better.
	// Source: https://pages.nist.gov/800-63-4/sp800-63b.html
	NIST80063B4 = Requirement{"NIST SP 800-63B-4", Rate{10_000}, false}

	// NIST80063A4 is from NIST SP 800-63A-4 (revision 4), on biometrics in
	// identity proofing: an FMR of 1 in 10,000 or better. It also asks for a
	// false non-match rate of 1 in 100 or better, which no level can show.
	// Source: https://pages.nist.gov/800-63-4/sp800-63a.html
	NIST80063A4 = Requirement{"NIST SP 800-63A-4", Rate{10_000}, false}

	// AndroidCDD is from the Android Compatibility Definition Document, Biometric Sensors (section
	// 7.3.10 in the text for Android 11), [C-1-1]: a false acceptance rate of less than 0.002%,
	// which is 1/50,000. A rate of exactly that is too high. It applies to class 1 and, through
	// [C-2-1] and [C-3-1], to classes 2 and 3; no level can show the difference between the
	// classes.
	// Source: https://source.android.com/docs/compatibility/cdd
	AndroidCDD = Requirement{"Android CDD Biometric Sensors", Rate{50_000}, true}
)

// AtMost returns the requirement of a rate of limit or lower. For the zero Rate it is the zero
// Requirement.
func AtMost(limit Rate) Requirement { return Requirement{limit: limit} }

// Below returns the requirement of a rate lower than limit. For the zero Rate nothing meets it.
func Below(limit Rate) Requirement { return Requirement{limit: limit, strict: true} }

// MetBy reports whether one attempt at this rate meets the requirement. The
// zero Rate meets none.
func (r Requirement) MetBy(rate Rate) bool {
	c := rate.Compare(r.limit)
	return !r.limit.IsZero() && (c < 0 || c == 0 && !r.strict)
}

// String returns the limit, after the name if there is one, such as "NIST SP 800-63B-4: FMR <=
// 1/10,000".
func (r Requirement) String() string {
	sign := "<= "
	if r.strict {
		sign = "< "
	}
	text := "FMR " + sign + r.limit.String()
	if r.name != "" {
		text = r.name + ": " + text
	}
	return text
}

// MarshalText implements [encoding.TextMarshaler]: the text of
// [Requirement.String]. A requirement without a limit is an [ErrSyntax].
func (r Requirement) MarshalText() ([]byte, error) {
	if r.limit.IsZero() {
		return nil, errRequirementSyntax()
	}
	return []byte(r.String()), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler]. A name must be that of a
// published requirement of this package, and the limit its own. Anything else is
// an [ErrSyntax].
func (r *Requirement) UnmarshalText(text []byte) error {
	for _, known := range [...]Requirement{NIST80063B3, NIST80063B4, NIST80063A4, AndroidCDD} {
		if string(text) == known.String() {
			*r = known
			return nil
		}
	}
	limit, atMost := strings.CutPrefix(string(text), "FMR <= ")
	if !atMost {
		var below bool
		if limit, below = strings.CutPrefix(string(text), "FMR < "); !below {
			return errRequirementSyntax()
		}
	}
	rate, err := ParseRate(limit)
	if err != nil {
		return errRequirementSyntax()
	}
	*r = Requirement{limit: rate, strict: !atMost}
	return nil
}

// UnmarshalJSON reads the text as a JSON string. It refuses null.
func (r *Requirement) UnmarshalJSON(data []byte) error {
	return unmarshalJSONText(data, r, errRequirementSyntax())
}

func errRequirementSyntax() error {
	return failf(ErrSyntax, "not a requirement: want %s, or a published one: %s", AtMost(OneIn(10_000)), NIST80063B4)
}
