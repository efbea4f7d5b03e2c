package sessions

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
)

// ErrTooMany is wrapped if a selection has more sessions than its reader accepts ([Reading].Limit).
var ErrTooMany = errors.New("sessions: more sessions than the reader takes")

// Request describes a request for sessions: the company, the person who asks, the filter, and the
// fields that the person may see. A store fills it in; a manifest of a file keeps it as JSON,
// without the disclosure. Printing one does not show the query.
type Request struct {
	Company string `json:"company"` // whose sessions; opaque
	// AskedBy is the key of the person who asks: opaque, "" if it is not known.
	AskedBy string `json:"asked_by,omitempty"`

	// Query is the canonical text of the filter; "" selects everything. The text of a search is
	// personal data: keep it as carefully as the sessions.
	Query string `json:"query"`

	// From and To are the instants at which the query's days begin and end. From is inclusive, To
	// is exclusive. The zero time is an open end.
	From time.Time `json:"created_from,omitzero"`
	To   time.Time `json:"created_before,omitzero"`

	Disclosure Disclosure `json:"-"` // which fields the viewer may see
}

// String returns the company and the key of the person who asks.
func (r Request) String() string { //nolint:gocritic // a value method serves values and pointers
	return fmt.Sprintf("request(company %q, asked by %q)", r.Company, r.AskedBy)
}

// Format prints the text of String, whatever the verb: never the query.
func (r Request) Format(s fmt.State, _ rune) { //nolint:gocritic // a value method serves values and pointers
	_, _ = io.WriteString(s, r.String())
}

// LogValue returns a group of the company and the key of the person who asks: never the query.
func (r Request) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	return slog.GroupValue(slog.String("company", r.Company), slog.String("asked_by", r.AskedBy))
}

// Reading says which part of a selection is read.
type Reading struct {
	// Fields are the fields that the reader uses. The others may be left out of the sessions,
	// except ID, Company and CreatedAt.
	Fields Fields

	After Position // only sessions further back than this position; zero: from the newest on

	// Limit is how many sessions the reader accepts of the whole selection. If there are more when
	// reading begins, the error comes before the first session; it wraps [ErrTooMany]. 0 is no
	// limit.
	Limit int
}

// Position is a place in the order of all lists: newest first, ties by ID, the bytewise greater
// first. The zero Position is before the newest session.
type Position struct {
	CreatedAt time.Time `json:"created_at"` // UTC, microseconds
	ID        string    `json:"id"`         // "" is after every session of that instant
}

// PositionOf returns the position of a session.
func PositionOf(s *Session) Position { return Position{s.CreatedAt, s.ID} }

// IsZero reports whether p is the zero Position.
func (p Position) IsZero() bool { return p.CreatedAt.IsZero() && p.ID == "" }

// Compare returns a negative number if p comes before q in the order of all lists, a positive one
// if it comes after q, further back, and 0 if they are the same position. It uses only the
// instant of CreatedAt, whatever its time zone. The zero Position comes before all others.
func (p Position) Compare(q Position) int {
	if zero := p.IsZero(); zero != q.IsZero() { // the zero Position is before the newest session
		if zero {
			return -1
		}
		return 1
	}
	return cmp.Or(q.CreatedAt.Compare(p.CreatedAt), strings.Compare(q.ID, p.ID))
}
