package sessions

import "time"

// Role is what a viewer is in their company. The zero Role is none: stores refuse it.
type Role string

// The roles of the product. Both list, search, filter, read details, refresh and export.
const (
	MasterUser Role = "master_user" // also changes the company's settings
	Agent      Role = "agent"
)

// Known tells whether the role is one of the product's.
func (r Role) Known() bool { return r == MasterUser || r == Agent }

// ChangesSettings tells whether the role may change the company's settings.
func (r Role) ChangesSettings() bool { return r == MasterUser }

// Disclosure says which fields a viewer may see. The zero Disclosure shows everything. Both sets are of fields whose
// content is hidden: a hidden field can not be searched or filtered by either. Drop wins over mask.
type Disclosure struct {
	Mask Fields // shown as MaskedMark, or as absent where the field is not a text
	Drop Fields // left out: files do not have the column
}

// neverHidden are the fields that lists, pages and authorization need.
var neverHidden = FieldsOf(FieldID, FieldCompany, FieldCreatedAt)

// Hidden returns the fields whose content the viewer may not see. With the status go the reasons and the decision time,
// which tell it; with the match level goes the acceptance level. [FieldID], [FieldCompany] and [FieldCreatedAt] are never
// hidden: order and identity of a list rest on them.
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

// Shows tells whether the viewer may see the field's content.
func (d Disclosure) Shows(f Field) bool { return !d.Hidden().Has(f) }

// Apply hides in place what the viewer may not see. Texts become [Masked], whatever their state was; every other hidden
// field becomes its zero value.
func (d Disclosure) Apply(s *Session) {
	for f := range d.Hidden().All() {
		s.hide(f)
	}
}

func (s *Session) hide(f Field) {
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
		s.Match = Match{}
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
