package sessions

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

// Hidden returns the fields whose content the viewer may not see. [FieldID], [FieldCompany] and [FieldCreatedAt]
// are never hidden: order and identity of a list rest on them.
func (d Disclosure) Hidden() Fields { return d.Mask.Union(d.Drop).Minus(neverHidden) }

// Shows tells whether the viewer may see the field's content.
func (d Disclosure) Shows(f Field) bool { return !d.Hidden().Has(f) }

// Apply hides in place what the viewer may not see. Texts become [Masked], whatever their state was; every other hidden
// field becomes its zero value. FieldStatus hides the reasons and the decision as well.
func (d Disclosure) Apply(s *Session) {
	hidden := d.Hidden()
	if hidden == 0 {
		return
	}
	for f := range hidden.All() {
		s.hide(f)
	}
}

func (s *Session) hide(f Field) {
	if t := s.text(f); t != nil {
		*t = TextIn(Masked)
		return
	}
	clean := Session{}
	switch f {
	case FieldPartner:
		s.Partner = clean.Partner
	case FieldSubject:
		s.Subject = clean.Subject
	case FieldAttempt:
		s.Attempt = clean.Attempt
	case FieldCompletedAt:
		s.CompletedAt = clean.CompletedAt
	case FieldDecidedAt:
		s.DecidedAt = clean.DecidedAt
	case FieldStatus:
		s.Status, s.Reasons, s.DecidedAt = clean.Status, clean.Reasons, clean.DecidedAt
	case FieldReasons:
		s.Reasons = clean.Reasons
	case FieldBirthDate:
		s.BirthDate = clean.BirthDate
	case FieldExpirationDate:
		s.ExpirationDate = clean.ExpirationDate
	case FieldSex:
		s.Sex = clean.Sex
	case FieldDocumentType:
		s.DocumentType = clean.DocumentType
	case FieldDocumentPresented:
		s.DocumentPresented = clean.DocumentPresented
	case FieldDocumentValidity:
		s.DocumentValidity = clean.DocumentValidity
	case FieldLiveness:
		s.Liveness = clean.Liveness
	case FieldMatchLevel:
		s.Match = clean.Match
	case FieldAcceptanceLevel:
		s.Match.Acceptance = clean.Match.Acceptance
	case FieldSelfie:
		s.Selfie = clean.Selfie
	case FieldExtra:
		s.Extra = clean.Extra
	case FieldClientIP:
		s.ClientIP = clean.ClientIP
	case FieldDevice:
		s.Device = clean.Device
	case FieldBrowser:
		s.Browser = clean.Browser
	case FieldOS:
		s.OS = clean.OS
	case FieldModel:
		s.Model = clean.Model
	}
}
