package sessions

import (
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kvalifika/sessionkit/far"
)

// The bounds of a session's texts, in bytes of UTF-8.
const (
	MaxKeyBytes  = 128  // ID, company, subject and the open enumerations
	MaxTextBytes = 512  // each name, number and nationality
	MaxMetaBytes = 1024 // partner, selfie, client IP, browser, OS and model
	MaxReasons   = 16   // reasons of one session
)

// Session is one identity verification. See the package comment for its rules.
type Session struct {
	ID      string // opaque, unique within the company
	Company string // opaque key of the company that owns the session
	Partner string // the company's display name
	Subject string // opaque key that groups the attempts of one person; "" for none
	Attempt int    // sequence number of the attempt, from 1, supplied by the host; 0 for none

	CreatedAt   time.Time // start of the session; never changes
	CompletedAt time.Time // end of the session, possibly before its verdict; zero while it runs
	DecidedAt   time.Time // when status and reasons were set; zero before that

	Status  Status
	Reasons []Reason // why it failed: in any order, no duplicates; only Failed sessions have any

	FirstName, LastName            Text
	PersonalNumber, DocumentNumber Text
	Nationality                    Text
	BirthDate                      Date
	ExpirationDate                 Date
	Sex                            Sex

	DocumentType      DocumentType
	DocumentPresented bool // a document was captured, even if it is invalid
	DocumentValidity  Validity
	Liveness          Liveness
	Match             Match

	// Selfie is an opaque reference that the host resolves to an authorised, expiring image; "" for
	// none.
	Selfie string
	Extra  Extra

	ClientIP           string
	Device             Device
	Browser, OS, Model string

	// Revision counts the changes of the stored session. The Backend sets it; an update needs the
	// revision that was read. It is 0 if fields are hidden, since it counts their changes, too.
	Revision int64

	hidden Fields // fields that the session does not show: see the method Hidden
}

// Match is the result of comparing the selfie with the document's portrait. The zero Match means
// that they were not compared.
type Match struct {
	Compared   bool      // false: no comparison was made, and the session is never Low FAR
	Level      far.Level // 0: compared without a match
	Scale      string    // name of the scale of Level and Acceptance, such as that of far.Kvalifika
	Acceptance far.Level // acceptance level in force when the session was decided; 0: none recorded
}

// NewID returns a new session ID: a UUID of version 7 (RFC 9562 section 5.7), whose text sorts by
// creation time. It fails if the system's source of randomness does.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("sessions: new ID: %w", err)
	}
	return id.String(), nil
}

// Verified reports whether the session ended with success. No other status counts, known or not.
func (s *Session) Verified() bool { return s.Status == Success }

// FailedFor reports whether the session failed for the reason.
func (s *Session) FailedFor(r Reason) bool {
	return s.Status == Failed && slices.Contains(s.Reasons, r)
}

// Compare compares two sessions by their positions in a list ([Position.Compare]), for
// slices.SortFunc: a negative number means that s comes before t, since it is newer. Neither may be nil.
func (s *Session) Compare(t *Session) int { return PositionOf(s).Compare(PositionOf(t)) }

// Clone returns a deep copy.
func (s *Session) Clone() *Session {
	c := *s
	c.Reasons = slices.Clone(s.Reasons)
	return &c
}

// Equal reports whether both sessions are the same in every field, the revision included, as a
// store keeps them ([Session.Normalize]).
func (s *Session) Equal(t *Session) bool {
	a, b := s.Clone(), t.Clone()
	a.Normalize()
	b.Normalize()
	if !slices.Equal(a.Reasons, b.Reasons) || !a.Extra.Equal(b.Extra) {
		return false
	}
	// Already compared. DeepEqual would distinguish an empty slice from nil.
	a.Reasons, a.Extra, b.Reasons, b.Extra = nil, Extra{}, nil, Extra{}
	return reflect.DeepEqual(a, b)
}

// Text returns the field's text, for the five fields that are a [Text]. For any other field it
// returns the zero Text.
func (s *Session) Text(f Field) Text {
	if t := s.text(f); t != nil {
		return *t
	}
	return Text{}
}

func (s *Session) text(f Field) *Text {
	switch f {
	case FieldFirstName:
		return &s.FirstName
	case FieldLastName:
		return &s.LastName
	case FieldPersonalNumber:
		return &s.PersonalNumber
	case FieldDocumentNumber:
		return &s.DocumentNumber
	case FieldNationality:
		return &s.Nationality
	default:
		return nil
	}
}

var textFields = FieldsOf(FieldFirstName, FieldLastName, FieldPersonalNumber, FieldDocumentNumber, FieldNationality)

// Normalize converts the session to the form in which a store keeps it: it truncates the instants
// to microseconds in UTC ([Truncate]) and sorts the reasons.
func (s *Session) Normalize() {
	s.CreatedAt, s.CompletedAt, s.DecidedAt = Truncate(s.CreatedAt), Truncate(s.CompletedAt), Truncate(s.DecidedAt)
	if !slices.IsSorted(s.Reasons) {
		s.Reasons = slices.Sorted(slices.Values(s.Reasons))
	}
}

// The times that every engine can keep: from minTime until before maxTime.
var (
	minTime = time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
	maxTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Validate reports whether a store can keep the session. The error is a [*FieldError] for the first
// field that is missing, too long, holds a NUL or invalid UTF-8, lies outside the years 1000 to
// 9998 or its enumeration, is the mark of an absent text instead of a [Text] without a value, is
// hidden, or contradicts another: reasons without a failure, a level without a comparison or a
// scale. A nil Session is [ErrInvalid].
func (s *Session) Validate() error {
	if s == nil {
		return fmt.Errorf("%w: no session", ErrInvalid)
	}
	// The error is about the first hidden field.
	for f := range s.hidden.All() {
		return &FieldError{f, fmt.Errorf("%w: hidden, so that this is not the whole session", ErrInvalid)}
	}
	for _, t := range []struct {
		field    Field
		text     string
		max      int
		required bool
	}{
		{FieldID, s.ID, MaxKeyBytes, true},
		{FieldCompany, s.Company, MaxKeyBytes, true},
		{FieldPartner, s.Partner, MaxMetaBytes, false},
		{FieldSubject, s.Subject, MaxKeyBytes, false},
		{FieldStatus, string(s.Status), MaxKeyBytes, true},
		{FieldFirstName, s.FirstName.value, MaxTextBytes, false},
		{FieldLastName, s.LastName.value, MaxTextBytes, false},
		{FieldPersonalNumber, s.PersonalNumber.value, MaxTextBytes, false},
		{FieldDocumentNumber, s.DocumentNumber.value, MaxTextBytes, false},
		{FieldNationality, s.Nationality.value, MaxTextBytes, false},
		{FieldSex, string(s.Sex), MaxKeyBytes, false},
		{FieldDocumentType, string(s.DocumentType), MaxKeyBytes, false},
		{FieldSelfie, s.Selfie, MaxMetaBytes, false},
		{FieldClientIP, s.ClientIP, MaxMetaBytes, false},
		{FieldDevice, string(s.Device), MaxKeyBytes, false},
		{FieldBrowser, s.Browser, MaxMetaBytes, false},
		{FieldOS, s.OS, MaxMetaBytes, false},
		{FieldModel, s.Model, MaxMetaBytes, false},
	} {
		if t.required && t.text == "" {
			return &FieldError{t.field, fmt.Errorf("%w: missing", ErrInvalid)}
		}
		if err := checkText(t.text, t.max); err != nil {
			return &FieldError{t.field, err}
		}
	}
	if err := s.Match.validateScale(); err != nil {
		return err
	}
	return s.validateRest()
}

// validateScale checks the name of the scale. The error names the field whose level needs it.
func (m *Match) validateScale() error {
	field := FieldMatchLevel
	if !m.Compared && m.Acceptance != 0 {
		field = FieldAcceptanceLevel
	}
	if m.Scale == "" && (m.Compared || m.Acceptance != 0) {
		return &FieldError{field, fmt.Errorf("%w: a level without the name of its scale", ErrInvalid)}
	}
	if err := checkText(m.Scale, MaxKeyBytes); err != nil {
		return &FieldError{field, fmt.Errorf("name of the scale: %w", err)}
	}
	return nil
}

func (s *Session) validateRest() error {
	for f := range textFields.All() {
		switch t := s.Text(f); {
		// Masked, or a number that is not a state.
		case t.state > Redacted:
			return &FieldError{f, fmt.Errorf("%w: a state that is not stored", ErrInvalid)}
		case t.value == UnrecognisedMark || t.value == RedactedMark || t.value == MaskedMark:
			return &FieldError{f, fmt.Errorf("%w: the mark of an absent text", ErrInvalid)}
		}
	}
	for _, t := range []struct {
		field    Field
		time     time.Time
		required bool
	}{{FieldCreatedAt, s.CreatedAt, true}, {FieldCompletedAt, s.CompletedAt, false}, {FieldDecidedAt, s.DecidedAt, false}} {
		if (t.required || !t.time.IsZero()) && (t.time.Before(minTime) || !t.time.Before(maxTime)) {
			return &FieldError{t.field, fmt.Errorf("%w: outside the years 1000 to 9998", ErrInvalid)}
		}
	}
	if err := validateDate(FieldBirthDate, s.BirthDate); err != nil {
		return err
	}
	if err := validateDate(FieldExpirationDate, s.ExpirationDate); err != nil {
		return err
	}
	if s.Match.Level < 0 || s.Match.Level > far.MaxLevel {
		return &FieldError{FieldMatchLevel, fmt.Errorf("%w: outside 0 to %d", ErrInvalid, far.MaxLevel)}
	}
	if s.Match.Acceptance < 0 || s.Match.Acceptance > far.MaxLevel {
		return &FieldError{FieldAcceptanceLevel, fmt.Errorf("%w: outside 0 to %d", ErrInvalid, far.MaxLevel)}
	}
	if s.Attempt < 0 || s.Attempt > 1<<31-1 {
		return &FieldError{FieldAttempt, fmt.Errorf("%w: outside 0 to 2147483647", ErrInvalid)}
	}
	if s.Liveness > LivenessNotPassed {
		return &FieldError{FieldLiveness, fmt.Errorf("%w: no such outcome", ErrInvalid)}
	}
	if s.DocumentValidity > Invalid {
		return &FieldError{FieldDocumentValidity, fmt.Errorf("%w: no such outcome", ErrInvalid)}
	}
	if !s.Match.Compared && s.Match.Level != 0 {
		return &FieldError{FieldMatchLevel, fmt.Errorf("%w: a level without a comparison", ErrInvalid)}
	}
	return s.validateReasons()
}

func validateDate(f Field, d Date) error {
	if !d.IsZero() && d.Earliest().IsZero() {
		return &FieldError{f, fmt.Errorf("%w: not a date of the calendar", ErrInvalid)}
	}
	return nil
}

func (s *Session) validateReasons() error {
	if len(s.Reasons) > MaxReasons {
		return &FieldError{FieldReasons, fmt.Errorf("%w: %d reasons, at most %d", ErrLimit, len(s.Reasons), MaxReasons)}
	}
	if len(s.Reasons) > 0 && s.Status != Failed {
		return &FieldError{FieldReasons, fmt.Errorf("%w: reasons without a failure", ErrInvalid)}
	}
	for i, r := range s.Reasons {
		if r == "" || slices.Contains(s.Reasons[:i], r) {
			return &FieldError{FieldReasons, fmt.Errorf("%w: empty or doubled reason", ErrInvalid)}
		}
		if err := checkText(string(r), MaxKeyBytes); err != nil {
			return &FieldError{FieldReasons, err}
		}
	}
	return nil
}

// RedactPerson removes the data that identifies the person: names, numbers, nationality, dates,
// sex, selfie, client IP, subject, and extra fields except those with the keys given. Texts that
// had a value become [Redacted]. If no text had one, the first name does, so that the redaction
// shows. The session can still be counted by its verdict, document type, match level and times.
// Calling it twice changes nothing more.
func (s *Session) RedactPerson(keep ...string) {
	for f := range textFields.All() {
		if t := s.text(f); t.state == Known {
			*t = TextIn(Redacted)
		}
	}
	if !s.hasRedacted() {
		s.FirstName = TextIn(Redacted)
	}
	s.BirthDate, s.ExpirationDate, s.Sex = Date{}, Date{}, ""
	s.Selfie, s.ClientIP, s.Subject = "", "", ""
	s.Extra = s.Extra.only(keep)
}

// Redacted reports whether the person was removed: a text is [Redacted], and nothing is left that
// [Session.RedactPerson] removes. Extra fields do not count, since some may say nothing about a
// person.
func (s *Session) Redacted() bool {
	left := *s
	left.Extra = Extra{}
	redacted := left
	redacted.RedactPerson()
	return s.hasRedacted() && redacted.Equal(&left)
}

// hasRedacted reports whether a text is [Redacted].
func (s *Session) hasRedacted() bool {
	for f := range textFields.All() {
		if s.text(f).state == Redacted {
			return true
		}
	}
	return false
}

// MarshalText refuses with [ErrNoJSON], and so do encoding/json and encoding/xml.
func (s Session) MarshalText() ([]byte, error) { return nil, ErrNoJSON } //nolint:gocritic // a value method serves values and pointers

// UnmarshalJSON refuses with [ErrNoJSON].
func (s *Session) UnmarshalJSON([]byte) error { return ErrNoJSON }

// String returns the session's ID, company and status: never the person.
func (s Session) String() string { //nolint:gocritic // a value method serves values and pointers
	return fmt.Sprintf("session(%q, company %q, %q)", s.ID, s.Company, string(s.Status))
}

// Format prints the text of String, whatever the verb.
func (s Session) Format(state fmt.State, _ rune) { //nolint:gocritic // a value method serves values and pointers
	_, _ = io.WriteString(state, s.String())
}

// LogValue returns a group of the session's ID, company and status: never the person.
func (s Session) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	return slog.GroupValue(slog.String("id", s.ID), slog.String("company", s.Company), slog.String("status", string(s.Status)))
}
