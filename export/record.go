package export

import (
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
)

// Record is one row: the 24 columns in their order, as text. Its tags define headers and order for
// this package, and for hosts that call gocsv themselves. Each cell has the form that the zero
// [Options] give it, whatever file it was read from; the package comment describes it. Any cell
// except Creation time and Session ID may be [sessions.MaskedMark]. Records are comparable with ==.
// Printing one shows only its session ID.
type Record struct {
	PersonalNumber string `csv:"Personal Number"`
	FirstName      string `csv:"First Name"`
	LastName       string `csv:"Last Name"`
	DocumentNumber string `csv:"Document Number"`
	BirthDate      string `csv:"Birth Date"` // yyyy-mm-dd
	Nationality    string `csv:"Nationality"`
	Sex            string `csv:"Sex"`             // male, female or empty
	ExpirationDate string `csv:"Expiration Date"` // mm-dd-yy
	Verified       string `csv:"Verified"`        // TRUE or FALSE; empty if there is no status
	DocumentValid  string `csv:"Document Valid"`  // TRUE or FALSE
	LivenessStatus string `csv:"Liveness Status"` // 0 for passed, 1 for everything else
	MatchLevel     string `csv:"Match Level"`     // 0: compared, no match; empty: not compared
	CreationTime   string `csv:"Creation time"`   // RFC 3339, UTC, up to microseconds
	CompletionTime string `csv:"Completion time"` // as CreationTime
	Partner        string `csv:"Partner"`
	SessionID      string `csv:"Session ID"`
	Extra          string `csv:"Extra"`         // one JSON object, empty for no fields
	DocumentType   string `csv:"Document type"` // passport, ID, or another code
	ClientIP       string `csv:"Client IP"`
	Device         string `csv:"Device"` // PC, Mobile, or as stored
	Browser        string `csv:"Browser"`
	OS             string `csv:"OS"`
	Model          string `csv:"Model"`
	Attempts       string `csv:"Attempts"` // from 1, empty for none
}

// RecordOf returns the session's record. Hidden fields ([sessions.Session.Hidden]) are
// [sessions.MaskedMark].
func RecordOf(s *sessions.Session) Record {
	r := Record{
		PersonalNumber: s.PersonalNumber.Cell(),
		FirstName:      s.FirstName.Cell(),
		LastName:       s.LastName.Cell(),
		DocumentNumber: s.DocumentNumber.Cell(),
		BirthDate:      s.BirthDate.String(),
		Nationality:    s.Nationality.Cell(),
		DocumentValid:  boolCell(s.DocumentValidity == sessions.Valid),
		LivenessStatus: strconv.Itoa(s.Liveness.VendorCode()),
		CreationTime:   timeCell(s.CreatedAt),
		CompletionTime: timeCell(s.CompletedAt),
		Partner:        s.Partner,
		SessionID:      s.ID,
		DocumentType:   documentTypeCell(s.DocumentType),
		ClientIP:       s.ClientIP,
		Device:         deviceCell(s.Device),
		Browser:        s.Browser,
		OS:             s.OS,
		Model:          s.Model,
	}
	r.Sex = sexCell(s)
	if d := s.ExpirationDate; !d.IsZero() {
		r.ExpirationDate = fmt.Sprintf("%02d-%02d-%02d", d.Month, d.Day, d.Year%100)
	}
	if s.Status != "" {
		r.Verified = boolCell(s.Verified())
	}
	if s.Match.Compared {
		r.MatchLevel = s.Match.Level.String()
	}
	r.Extra = extraText(s)
	if s.Attempt != 0 {
		r.Attempts = strconv.Itoa(s.Attempt)
	}
	if hidden := s.Hidden(); hidden != 0 {
		row := Row{Record: r}
		for i, cell := range row.cells() {
			if hidden.Has(table[i].field) {
				*cell = sessions.MaskedMark
			}
		}
		r = row.Record
	}
	return r
}

// The cells of truth values.
const (
	trueCell  = "TRUE"
	falseCell = "FALSE"
)

// boolCell returns the cell of a truth value.
func boolCell(b bool) string {
	if b {
		return trueCell
	}
	return falseCell
}

// timeCell returns the cell of an instant, empty for the zero time.
func timeCell(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return sessions.Truncate(t).Format(time.RFC3339Nano)
}

// sexCell returns the cell of a sex, empty if it is neither male nor female.
func sexCell(s *sessions.Session) string {
	if s.Sex == sessions.Male || s.Sex == sessions.Female {
		return string(s.Sex)
	}
	return ""
}

// extraText returns the cell of the extra fields, empty if there are none.
func extraText(s *sessions.Session) string {
	if s.Extra.Len() == 0 {
		return ""
	}
	return string(s.Extra.AppendJSON(nil))
}

// idCell is the cell of an identity card.
const idCell = "ID"

// documentTypeCell returns the cell of a document type.
func documentTypeCell(t sessions.DocumentType) string {
	if t == sessions.IDCard {
		return idCell
	}
	return string(t)
}

// The cells of devices that have a name in files.
const (
	pcCell     = "PC"
	mobileCell = "Mobile"
)

// deviceCell returns the cell of a device.
func deviceCell(d sessions.Device) string {
	switch d {
	case sessions.PC:
		return pcCell
	case sessions.Mobile:
		return mobileCell
	default:
		return string(d)
	}
}

// reasonSeparator separates the codes in a cell of reasons.
const reasonSeparator = ";"

// reasonsCell returns the cell of reasons.
func reasonsCell(reasons []sessions.Reason) string {
	switch len(reasons) {
	case 0:
		return ""
	case 1:
		return string(reasons[0])
	}
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = string(r)
	}
	return strings.Join(codes, reasonSeparator)
}

// String returns the record's session ID and nothing about the person.
func (r Record) String() string { //nolint:gocritic // a value method serves values and pointers
	return fmt.Sprintf("record(%q)", r.SessionID)
}

// Format prints what String returns, whatever the verb.
func (r Record) Format(s fmt.State, _ rune) { //nolint:gocritic // a value method serves values and pointers
	_, _ = io.WriteString(s, r.String())
}

// LogValue returns what String returns.
func (r Record) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	return slog.StringValue(r.String())
}

// MarshalJSON refuses with [sessions.ErrNoJSON].
func (r Record) MarshalJSON() ([]byte, error) { //nolint:gocritic // a value method serves values and pointers
	return nil, sessions.ErrNoJSON
}

// MarshalXML refuses with [sessions.ErrNoJSON].
func (r Record) MarshalXML(*xml.Encoder, xml.StartElement) error { //nolint:gocritic // a value method serves values and pointers
	return sessions.ErrNoJSON
}
