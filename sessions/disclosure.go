package sessions

import (
	"database/sql/driver"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// Role is the role of a viewer in their company. The zero Role is not valid: stores refuse it.
type Role string

// The roles of the product. Both list, search, filter, read details, refresh and export.
const (
	MasterUser Role = "master_user" // also changes the company's settings
	Agent      Role = "agent"
)

// Known reports whether the role is one of the product's.
func (r Role) Known() bool { return r == MasterUser || r == Agent }

// ChangesSettings reports whether the role may change the company's settings.
func (r Role) ChangesSettings() bool { return r == MasterUser }

// Disclosure says which fields a viewer may see. The zero Disclosure shows everything. The fields
// of both sets are hidden, and cannot be searched or filtered by. Drop wins over Mask.
//
// With a field, everything that is derived from it is hidden:
//
//	status                the reasons, the decision time
//	match level           the acceptance level, the reason LowFAR
//	liveness              the reason LivenessFailed
//	document validity     the reason InvalidDocument
//	document completeness the reason NotFullID
//
// This table is complete. The other reasons of a failed session stay visible, and so does
// everything that follows from its status alone. A session with hidden fields has no revision,
// since that counts the changes of all fields.
//
// In text, JSON and SQL a Disclosure is written as its two sets, such as
// mask=first_name,last_name;drop=none, so that a host can store those of its roles. Both sets are
// always written: the zero Disclosure is mask=none;drop=none. An empty text, null, NULL and {} are
// errors, after which everything is hidden.
type Disclosure struct {
	Mask Fields // shown as MaskedMark, or as absent if the field is not a text
	Drop Fields // left out: files do not have the column
}

// String returns the text of the disclosure.
func (d Disclosure) String() string { return "mask=" + d.Mask.String() + ";drop=" + d.Drop.String() }

// MarshalText returns the text of String. A set with a bit that is not a field is an error that
// wraps [ErrSyntax].
func (d Disclosure) MarshalText() ([]byte, error) {
	if _, err := d.Mask.Union(d.Drop).MarshalText(); err != nil {
		return nil, err
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads the text of a disclosure. Anything else is an error that wraps [ErrSyntax],
// and the Disclosure then hides everything, in case the error is ignored.
func (d *Disclosure) UnmarshalText(text []byte) error {
	*d = Disclosure{Drop: AllFields()}
	mask, drop, both := strings.Cut(string(text), ";")
	mask, hasMask := strings.CutPrefix(mask, "mask=")
	drop, hasDrop := strings.CutPrefix(drop, "drop=")
	if !both || !hasMask || !hasDrop {
		return fmt.Errorf("%w: not a disclosure of the form mask=first_name,last_name;drop=none", ErrSyntax)
	}
	var read Disclosure
	if err := read.Mask.UnmarshalText([]byte(mask)); err != nil {
		return err
	}
	if err := read.Drop.UnmarshalText([]byte(drop)); err != nil {
		return err
	}
	*d = read
	return nil
}

// UnmarshalJSON reads the text of a disclosure as a JSON string. null and {} are errors that wrap
// [ErrSyntax].
func (d *Disclosure) UnmarshalJSON(data []byte) error {
	// Hide everything, also if the JSON is not a string: see UnmarshalText.
	*d = Disclosure{Drop: AllFields()}
	return unmarshalJSONText(data, d)
}

// Value stores the text of the disclosure.
func (d Disclosure) Value() (driver.Value, error) { return textValue(d) }

// Scan reads the text of a disclosure. NULL is an error that wraps [ErrSyntax].
func (d *Disclosure) Scan(src any) error {
	*d = Disclosure{Drop: AllFields()}
	return scanText(src, d)
}

// neverHidden are the fields that lists, pages and authorization need.
var neverHidden = FieldsOf(FieldID, FieldCompany, FieldCreatedAt)

// toldByReasons are the fields about which some reason reveals something.
var toldByReasons = FieldsOf(FieldLiveness, FieldDocumentValidity, FieldDocumentCompleteness, FieldMatchLevel)

// Field returns the field about which the reason reveals something, by the table of [Disclosure]: a
// viewer who may not see the field may not see the reason. It is [FieldReasons] for every other
// reason.
func (r Reason) Field() Field {
	switch r {
	case LivenessFailed:
		return FieldLiveness
	case InvalidDocument:
		return FieldDocumentValidity
	case NotFullID:
		return FieldDocumentCompleteness
	case LowFAR:
		return FieldMatchLevel
	default:
		return FieldReasons
	}
}

// Hidden returns the fields that the viewer may not see, including those of the table of
// [Disclosure]. [FieldID], [FieldCompany] and [FieldCreatedAt] are never hidden: lists need them.
func (d Disclosure) Hidden() Fields {
	hidden := d.Mask.Union(d.Drop)
	if hidden.Has(FieldStatus) {
		hidden |= FieldsOf(FieldReasons, FieldDecidedAt)
	}
	if hidden.Has(FieldMatchLevel) {
		hidden |= FieldsOf(FieldAcceptanceLevel)
	}
	return hidden.Minus(neverHidden)
}

// Shows reports whether the viewer may see the field's content.
func (d Disclosure) Shows(f Field) bool { return !d.Hidden().Has(f) }

// ReasonFields returns the fields about which a filter by these reasons reveals something. Without
// reasons it returns those of all reasons, for a filter by any reason or by the absence of reasons.
func ReasonFields(reasons ...Reason) Fields {
	fields := FieldsOf(FieldReasons)
	if len(reasons) == 0 {
		return fields.Union(toldByReasons)
	}
	for _, r := range reasons {
		if fields |= FieldsOf(r.Field()); r == "" {
			fields |= toldByReasons
		}
	}
	return fields
}

// Apply hides in place the fields that the viewer may not see. Texts become [Masked], whatever
// their state was; every other hidden field becomes its zero value, and reasons that reveal a
// hidden field are removed. The session remembers which fields are hidden ([Session.Hidden]).
func (d Disclosure) Apply(s *Session) {
	hidden := d.Hidden()
	s.hide(hidden)
	if hidden&toldByReasons == 0 {
		return
	}
	tells := func(r Reason) bool { return hidden.Has(r.Field()) }
	if !slices.ContainsFunc(s.Reasons, tells) {
		return
	}
	s.Reasons = slices.DeleteFunc(slices.Clone(s.Reasons), tells) // the backing array may be shared
	if len(s.Reasons) == 0 {
		s.Reasons = nil // as if there had been none
	}
}

// Retain hides in place every field except those given, [FieldID], [FieldCompany] and
// [FieldCreatedAt], so that a field that was not read does not look like an absent one. Unlike
// [Disclosure.Apply] it hides nothing that is derived from these fields.
func (s *Session) Retain(fields Fields) {
	s.hide(AllFields().Minus(fields).Minus(neverHidden))
}

// Hidden returns the fields that the session does not show, because the viewer may not see them or
// because they were not read. Their values mean nothing. A session with hidden fields cannot be
// stored ([Session.Validate]).
func (s *Session) Hidden() Fields { return s.hidden }

// hide hides the fields and records them in s.hidden. It also removes the revision, which counts
// the changes of hidden fields, too.
func (s *Session) hide(fields Fields) {
	if fields != 0 {
		s.Revision = 0
	}
	s.hidden |= fields
	for rest := uint64(fields); rest != 0; rest &= rest - 1 {
		s.hideField(Field(bits.TrailingZeros64(rest)))
	}
}

// hideField sets the field to its hidden value: Masked for a text, the zero value for others.
func (s *Session) hideField(f Field) {
	if t := s.text(f); t != nil {
		*t = TextIn(Masked)
		return
	}
	switch f {
	case FieldPartner:
		s.Partner = ""
	case FieldSubject:
		s.Subject = ""
	case FieldAttempt:
		s.Attempt = 0
	case FieldCompletedAt:
		s.CompletedAt = time.Time{}
	case FieldDecidedAt:
		s.DecidedAt = time.Time{}
	case FieldStatus:
		s.Status = ""
	case FieldReasons:
		s.Reasons = nil
	case FieldBirthDate:
		s.BirthDate = Date{}
	case FieldExpirationDate:
		s.ExpirationDate = Date{}
	case FieldSex:
		s.Sex = ""
	case FieldDocumentType:
		s.DocumentType = ""
	case FieldDocumentPresented:
		s.DocumentPresented = false
	case FieldDocumentValidity:
		s.DocumentValidity = NotChecked
	case FieldLiveness:
		s.Liveness = LivenessUnknown
	case FieldMatchLevel:
		s.Match = Match{Acceptance: s.Match.Acceptance} // a field of its own
	case FieldAcceptanceLevel:
		s.Match.Acceptance = 0
	case FieldSelfie:
		s.Selfie = ""
	case FieldExtra:
		s.Extra = Extra{}
	case FieldClientIP:
		s.ClientIP = ""
	case FieldDevice:
		s.Device = ""
	case FieldBrowser:
		s.Browser = ""
	case FieldOS:
		s.OS = ""
	case FieldModel:
		s.Model = ""
	}
}
