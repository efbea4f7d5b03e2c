package sessions

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Answer is what the list shows for Verified.
type Answer string

// The answers of the list.
const (
	Yes          Answer = "Yes"
	No           Answer = "No"
	StillPending Answer = "Pending"
)

// Row is the list's projection of a session. Printing one shows its ID alone.
type Row struct {
	ID                  string
	Selfie              string    // opaque reference, "" for none
	FirstName, LastName string    // UnrecognisedMark, RedactedMark or MaskedMark where there is no value
	Date                time.Time // start of the session, UTC
	Document            bool      // a document was captured, even if it is invalid
	Liveness            Answer    // Yes only for passed, No otherwise
	Verified            Answer    // Yes only for Success, StillPending for Pending, No otherwise
	Extra               Extra
}

// Row returns the list's projection of the session.
func (s *Session) Row() Row {
	r := Row{
		ID: s.ID, Selfie: s.Selfie, FirstName: s.FirstName.Display(), LastName: s.LastName.Display(),
		Date: s.CreatedAt, Document: s.DocumentPresented, Liveness: No, Verified: No, Extra: s.Extra,
	}
	if s.Liveness == LivenessPassed {
		r.Liveness = Yes
	}
	switch s.Status {
	case Success:
		r.Verified = Yes
	case Pending:
		r.Verified = StillPending
	}
	return r
}

// Format prints the row's session ID, whatever the verb.
func (r Row) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, fmt.Sprintf("row(%q)", r.ID)) }

// LogValue is the row's session ID.
func (r Row) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }
