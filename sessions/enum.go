package sessions

import "fmt"

// Status is the outcome of a session. It is open: an unknown status is kept unchanged and never
// counts as verified. The zero Status means no status; a stored session must have one.
type Status string

// The statuses of the product.
const (
	Success Status = "success"
	Failed  Status = "failed"
	Pending Status = "pending" // running, or ended and not yet decided
)

// Reason is why a session failed. It is open.
type Reason string

// The reasons of the product. Its page calls the first three possible spoof.
const (
	DigitalSpoof    Reason = "digital_spoof"    // a screen, a print or a manipulated image was presented
	NotFullID       Reason = "not_full_id"      // a corner of the document cannot be seen, or it is covered
	LowFAR          Reason = "low_far"          // the match level was below the acceptance level in force
	LivenessFailed  Reason = "liveness_failed"  // no live human was seen
	InvalidDocument Reason = "invalid_document" // the document was checked and is not valid
)

// SpoofReasons returns the reasons that the page calls possible spoof, in the page's order.
func SpoofReasons() []Reason { return []Reason{DigitalSpoof, NotFullID, LowFAR} }

// DocumentType is the kind of the document that was presented. It is open; "" means that none was.
type DocumentType string

// The document types of the product.
const (
	Passport      DocumentType = "passport"
	IDCard        DocumentType = "id_card"
	ResidenceCard DocumentType = "residence_card"
	DriverLicence DocumentType = "driver_licence"
)

// Sex is the sex that the document states. It is open; "" means unknown.
type Sex string

// The values that the export has words for.
const (
	Male   Sex = "male"
	Female Sex = "female"
)

// Device is the kind of device the session ran on. It is open; "" means unknown.
type Device string

// The devices of the product.
const (
	PC     Device = "pc"
	Mobile Device = "mobile"
)

// Liveness is the outcome of the liveness check. The zero Liveness is unknown.
type Liveness uint8

// The outcomes of the liveness check. They are stored by number: the order never changes.
const (
	LivenessUnknown Liveness = iota
	LivenessPassed
	LivenessNotPassed
)

var livenessNames = [...]string{"unknown", "passed", "not_passed"}

// String returns "unknown", "passed" or "not_passed".
func (l Liveness) String() string { return enumName(livenessNames[:], l, "Liveness") }

// MarshalText returns the text of String; a value outside the enumeration is an error that wraps
// [ErrSyntax].
func (l Liveness) MarshalText() ([]byte, error) { return marshalEnum(livenessNames[:], l, "liveness") }

// UnmarshalText reads exactly the texts of String; anything else is an error that wraps
// [ErrSyntax].
func (l *Liveness) UnmarshalText(text []byte) error {
	return unmarshalEnum(livenessNames[:], text, l, "liveness")
}

// VendorCode returns the code of the vendor's SDK and of the export: 0 for passed, 1 for everything
// else (the vendor's SDK reports a live human if and only if livenessStatus is 0).
func (l Liveness) VendorCode() int {
	if l == LivenessPassed {
		return 0
	}
	return 1
}

// Validity is the outcome of one check of a document. The zero Validity is NotChecked.
type Validity uint8

// The outcomes of a check. They are stored by number: the order never changes.
const (
	NotChecked Validity = iota
	Valid
	Invalid
)

var validityNames = [...]string{"not_checked", "valid", "invalid"}

// String returns "not_checked", "valid" or "invalid".
func (v Validity) String() string { return enumName(validityNames[:], v, "Validity") }

// MarshalText returns the text of String; a value outside the enumeration is an error that wraps
// [ErrSyntax].
func (v Validity) MarshalText() ([]byte, error) { return marshalEnum(validityNames[:], v, "validity") }

// UnmarshalText reads exactly the texts of String; anything else is an error that wraps
// [ErrSyntax].
func (v *Validity) UnmarshalText(text []byte) error {
	return unmarshalEnum(validityNames[:], text, v, "validity")
}

// enumName returns the name of an enumeration's value, or its kind and number if it has no name.
func enumName[T ~uint8](names []string, v T, kind string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("%s(%d)", kind, v)
}

// marshalEnum returns the name of an enumeration's value, and an error that wraps ErrSyntax if it
// has no name.
func marshalEnum[T ~uint8](names []string, v T, kind string) ([]byte, error) {
	if int(v) < len(names) {
		return []byte(names[v]), nil
	}
	return nil, fmt.Errorf("%w: %s %d", ErrSyntax, kind, v)
}

// unmarshalEnum sets v to the value with exactly the name text.
func unmarshalEnum[T ~uint8](names []string, text []byte, v *T, kind string) error {
	for i, name := range names {
		if string(text) == name {
			*v = T(i)
			return nil
		}
	}
	return fmt.Errorf("%w: not a %s", ErrSyntax, kind)
}
