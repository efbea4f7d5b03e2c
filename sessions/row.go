package sessions

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Answer is a cell of the list's columns Document, Liveness and Verified.
type Answer string

// The answers of the list.
const (
	Yes          Answer = "Yes"
	No           Answer = "No"
	StillPending Answer = "Pending"
)

// Row is a session as the list shows it. Printing one shows its ID only, and encoding/json refuses
// it ([ErrNoJSON]): copy the fields that a page shows into a type of the page.
//
// A hidden field ([Session.Hidden]) looks like a field without a value, never like a [No].
type Row struct {
	ID        string
	Selfie    string    // opaque reference, "" for none
	FirstName string    // UnrecognisedMark, RedactedMark or MaskedMark if it has no value
	LastName  string    // as FirstName
	Date      time.Time // start of the session, UTC
	Document  Answer    // Yes if a document was captured, even if it is invalid; "" if hidden
	Liveness  Answer    // Yes only for passed, No for not passed, "" if unknown or hidden
	Verified  Answer    // Yes for Success, StillPending for Pending, "" for no status, else No
	Extra     Extra
}

// Row returns the session as the list shows it.
func (s *Session) Row() Row {
	r := Row{
		ID: s.ID, Selfie: s.Selfie, FirstName: s.FirstName.Display(), LastName: s.LastName.Display(),
		Date: s.CreatedAt, Document: No, Verified: No, Extra: s.Extra,
	}
	switch {
	case s.hidden.Has(FieldDocumentPresented):
		r.Document = ""
	case s.DocumentPresented:
		r.Document = Yes
	}
	switch s.Liveness {
	case LivenessPassed:
		r.Liveness = Yes
	case LivenessNotPassed:
		r.Liveness = No
	}
	switch s.Status {
	case Success:
		r.Verified = Yes
	case Pending:
		r.Verified = StillPending
	case "":
		r.Verified = ""
	}
	return r
}

// String returns the row's session ID.
func (r Row) String() string { return fmt.Sprintf("row(%q)", r.ID) }

// Format prints the text of String, whatever the verb.
func (r Row) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, r.String()) }

// LogValue returns the text of String.
func (r Row) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalText refuses with [ErrNoJSON], and so do encoding/json and encoding/xml.
func (r Row) MarshalText() ([]byte, error) { return nil, ErrNoJSON }
