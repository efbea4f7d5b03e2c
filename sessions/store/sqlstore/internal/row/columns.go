package row

import (
	"math"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// texts are the columns of the texts of a document. A text without a value is NULL, and states says
// why.
var texts = Columns{
	document("first_name", sessions.FieldFirstName, func(s *sessions.Session) *sessions.Text { return &s.FirstName }),
	document("last_name", sessions.FieldLastName, func(s *sessions.Session) *sessions.Text { return &s.LastName }),
	document("personal_number", sessions.FieldPersonalNumber, func(s *sessions.Session) *sessions.Text { return &s.PersonalNumber }),
	document("document_number", sessions.FieldDocumentNumber, func(s *sessions.Session) *sessions.Text { return &s.DocumentNumber }),
	document("nationality", sessions.FieldNationality, func(s *sessions.Session) *sessions.Text { return &s.Nationality }),
}

// table has all columns, in the order in which statements have them. The texts come before their
// states.
var table = slices.Concat(Columns{
	derived("company", sessions.FieldCompany, func(s *sessions.Session) any { return s.Company }).fixed(),
	instant("created_us", sessions.FieldCreatedAt, func(s *sessions.Session) *time.Time { return &s.CreatedAt }).fixed(),
	text("id", sessions.FieldID, func(s *sessions.Session) *string { return &s.ID }).fixed(),
	changedSeq("changed_seq"),
	version("version"),
	number("revision", sessions.FieldNone, math.MinInt64, math.MaxInt64, func(s *sessions.Session) *int64 { return &s.Revision }),
	text("partner", sessions.FieldPartner, func(s *sessions.Session) *string { return &s.Partner }),
	text("subject", sessions.FieldSubject, func(s *sessions.Session) *string { return &s.Subject }),
	number("attempt", sessions.FieldAttempt, 0, math.MaxInt32, func(s *sessions.Session) *int { return &s.Attempt }),
	instant("completed_us", sessions.FieldCompletedAt, func(s *sessions.Session) *time.Time { return &s.CompletedAt }).nullable(),
	instant("decided_us", sessions.FieldDecidedAt, func(s *sessions.Session) *time.Time { return &s.DecidedAt }).nullable(),
	text("status", sessions.FieldStatus, func(s *sessions.Session) *sessions.Status { return &s.Status }),
	reasons("reasons"),
}, texts, Columns{
	states("states", texts),
	date("birth_date", sessions.FieldBirthDate, func(s *sessions.Session) *sessions.Date { return &s.BirthDate }),
	date("expiration_date", sessions.FieldExpirationDate, func(s *sessions.Session) *sessions.Date { return &s.ExpirationDate }),
	text("sex", sessions.FieldSex, func(s *sessions.Session) *sessions.Sex { return &s.Sex }),
	text("document_type", sessions.FieldDocumentType, func(s *sessions.Session) *sessions.DocumentType { return &s.DocumentType }),
	flag("document_presented", sessions.FieldDocumentPresented, func(s *sessions.Session) *bool { return &s.DocumentPresented }),
	number("document_validity", sessions.FieldDocumentValidity, 0, int64(sessions.Invalid),
		func(s *sessions.Session) *sessions.Validity { return &s.DocumentValidity }),
	number("liveness", sessions.FieldLiveness, 0, int64(sessions.LivenessNotPassed),
		func(s *sessions.Session) *sessions.Liveness { return &s.Liveness }),
	matchLevel("match_level").nullable(),
	text("match_scale", sessions.FieldMatchLevel, func(s *sessions.Session) *string { return &s.Match.Scale }),
	number("acceptance_level", sessions.FieldAcceptanceLevel, math.MinInt16, math.MaxInt16,
		func(s *sessions.Session) *far.Level { return &s.Match.Acceptance }),
	text("selfie", sessions.FieldSelfie, func(s *sessions.Session) *string { return &s.Selfie }),
	extra("extra").nullable(),
	text("client_ip", sessions.FieldClientIP, func(s *sessions.Session) *string { return &s.ClientIP }),
	text("device", sessions.FieldDevice, func(s *sessions.Session) *sessions.Device { return &s.Device }),
	text("browser", sessions.FieldBrowser, func(s *sessions.Session) *string { return &s.Browser }),
	text("os", sessions.FieldOS, func(s *sessions.Session) *string { return &s.OS }),
	text("model", sessions.FieldModel, func(s *sessions.Session) *string { return &s.Model }),
	// Columns for filters, computed from those above.
	failedFor("digital_spoof", sessions.DigitalSpoof),
	failedFor("not_full_id", sessions.NotFullID),
	failedFor("low_far", sessions.LowFAR),
	searchKey("search_key"),
})
