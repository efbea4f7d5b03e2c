package httpapi

import (
	"encoding/json"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// text is the JSON of a [sessions.Text]: its value, or the reason why it has none.
type text struct {
	State sessions.TextState `json:"state"`
	Value *string            `json:"value"` // null unless the state is known
}

func textOf(t sessions.Text) text {
	if t.State() != sessions.Known {
		return text{State: t.State()}
	}
	value := t.Value()
	return text{t.State(), &value}
}

// row is a session in a list. Its members have the same names and forms in detail.
type row struct {
	ID                string             `json:"id"`
	CreatedAt         string             `json:"created_at"`
	Selfie            *string            `json:"selfie"`
	FirstName         text               `json:"first_name"`
	LastName          text               `json:"last_name"`
	DocumentPresented *bool              `json:"document_presented"`
	DocumentType      *string            `json:"document_type"`
	Liveness          *sessions.Liveness `json:"liveness"`
	Status            *sessions.Status   `json:"status"`
	Verified          *bool              `json:"verified"`
	Reasons           []sessions.Reason  `json:"reasons"`
	PersonalNumber    text               `json:"personal_number"`
	Match             *comparison        `json:"match"`
	Extra             json.RawMessage    `json:"extra"` // an object of strings, in their order
	Matches           []match            `json:"matches"`
}

// match is a field in which the search text was found.
type match struct {
	Field sessions.Field `json:"field"`
	Text  string         `json:"text"`  // the field's whole value
	Spans []span         `json:"spans"` // in order
}

// span is a part of a text, in UTF-16 code units. The end is exclusive.
type span struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Word  string `json:"word"` // prefix of the folded search text that matched
}

// detail is a session with all its fields.
type detail struct {
	row
	Company          string             `json:"company"`
	Partner          *string            `json:"partner"`
	Subject          *string            `json:"subject"`
	Attempt          *int               `json:"attempt"`
	CompletedAt      *string            `json:"completed_at"`
	DecidedAt        *string            `json:"decided_at"`
	DocumentNumber   text               `json:"document_number"`
	Nationality      text               `json:"nationality"`
	BirthDate        *string            `json:"birth_date"`
	ExpirationDate   *string            `json:"expiration_date"`
	Sex              *string            `json:"sex"`
	DocumentValidity *sessions.Validity `json:"document_validity"`
	ClientIP         *string            `json:"client_ip"`
	Device           *string            `json:"device"`
	Browser          *string            `json:"browser"`
	OS               *string            `json:"os"`
	Model            *string            `json:"model"`
	Hidden           []sessions.Field   `json:"hidden"`
}

// comparison is the match of the selfie with the document's portrait.
type comparison struct {
	Compared        bool       `json:"compared"`
	Level           *far.Level `json:"level"`
	Rate            *far.Rate  `json:"rate"`
	Scale           *string    `json:"scale"`
	AcceptanceLevel *far.Level `json:"acceptance_level"`
	AcceptanceRate  *far.Rate  `json:"acceptance_rate"`
}

// view turns sessions into documents for one viewer, who may not see the hidden fields. The store
// has already emptied these fields; the view makes them null, so that they are not taken for
// values.
type view struct {
	hidden   sessions.Fields
	searches []*filter.Criterion
}

// shown returns the value, or nil if the field is hidden.
func shown[T any](v *view, f sessions.Field, value T) *T {
	if v.hidden.Has(f) {
		return nil
	}
	return &value
}

// given returns the value, or nil if the field is hidden or absent.
func given[T comparable](v *view, f sessions.Field, value T) *T {
	var absent T
	if value == absent {
		return nil
	}
	return shown(v, f, value)
}

// timeLayout is RFC 3339 in UTC, always with microseconds.
const timeLayout = "2006-01-02T15:04:05.000000Z07:00"

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}

func (v *view) row(s *sessions.Session) row {
	shows := row{
		ID:                s.ID,
		CreatedAt:         timeText(s.CreatedAt),
		Selfie:            given(v, sessions.FieldSelfie, s.Selfie),
		FirstName:         textOf(s.FirstName),
		LastName:          textOf(s.LastName),
		DocumentPresented: shown(v, sessions.FieldDocumentPresented, s.DocumentPresented),
		DocumentType:      given(v, sessions.FieldDocumentType, string(s.DocumentType)),
		Liveness:          shown(v, sessions.FieldLiveness, s.Liveness),
		Status:            given(v, sessions.FieldStatus, s.Status),
		Verified:          shown(v, sessions.FieldStatus, s.Verified()),
		PersonalNumber:    textOf(s.PersonalNumber),
		Extra:             v.extra(s),
		Matches:           v.matches(s),
	}
	if !v.hidden.Has(sessions.FieldReasons) {
		shows.Reasons = append([]sessions.Reason{}, s.Reasons...)
	}
	if !v.hidden.Has(sessions.FieldMatchLevel) {
		shows.Match = v.comparison(&s.Match)
	}
	return shows
}

// extra returns the extra fields as a JSON object, or nil if they are hidden.
func (v *view) extra(s *sessions.Session) json.RawMessage {
	if v.hidden.Has(sessions.FieldExtra) {
		return nil
	}
	return s.Extra.AppendJSON(nil)
}

func (v *view) rows(list []*sessions.Session) []row {
	rows := make([]row, len(list))
	for i, s := range list {
		rows[i] = v.row(s)
	}
	return rows
}

func (v *view) detail(s *sessions.Session) detail {
	d := detail{
		row:              v.row(s),
		Company:          s.Company,
		Partner:          given(v, sessions.FieldPartner, s.Partner),
		Subject:          given(v, sessions.FieldSubject, s.Subject),
		Attempt:          given(v, sessions.FieldAttempt, s.Attempt),
		CompletedAt:      given(v, sessions.FieldCompletedAt, timeText(s.CompletedAt)),
		DecidedAt:        given(v, sessions.FieldDecidedAt, timeText(s.DecidedAt)),
		DocumentNumber:   textOf(s.DocumentNumber),
		Nationality:      textOf(s.Nationality),
		BirthDate:        given(v, sessions.FieldBirthDate, s.BirthDate.String()),
		ExpirationDate:   given(v, sessions.FieldExpirationDate, s.ExpirationDate.String()),
		Sex:              given(v, sessions.FieldSex, string(s.Sex)),
		DocumentValidity: shown(v, sessions.FieldDocumentValidity, s.DocumentValidity),
		ClientIP:         given(v, sessions.FieldClientIP, s.ClientIP),
		Device:           given(v, sessions.FieldDevice, string(s.Device)),
		Browser:          given(v, sessions.FieldBrowser, s.Browser),
		OS:               given(v, sessions.FieldOS, s.OS),
		Model:            given(v, sessions.FieldModel, s.Model),
		Hidden:           fieldList(v.hidden),
	}
	return d
}

func (v *view) comparison(m *sessions.Match) *comparison {
	c := &comparison{
		Compared:        m.Compared,
		Scale:           given(v, sessions.FieldMatchLevel, m.Scale),
		AcceptanceLevel: given(v, sessions.FieldAcceptanceLevel, m.Acceptance),
	}
	if m.Compared {
		c.Level = &m.Level
		c.Rate = rateOf(m.Scale, m.Level)
	}
	if c.AcceptanceLevel != nil {
		c.AcceptanceRate = rateOf(m.Scale, m.Acceptance)
	}
	return c
}

// rateOf returns the rate of a level, or nil for level 0 and for a scale other than the product's.
func rateOf(scale string, level far.Level) *far.Rate {
	if scale != far.Kvalifika.Name() {
		return nil
	}
	rate, err := far.Kvalifika.Rate(level)
	if err != nil || rate.IsZero() {
		return nil
	}
	return &rate
}

func fieldList(fields sessions.Fields) []sessions.Field {
	list := []sessions.Field{}
	for f := range fields.All() {
		list = append(list, f)
	}
	return list
}

// matches returns the places at which the search texts were found in the session, by field.
func (v *view) matches(s *sessions.Session) []match {
	found := []match{}
	for _, c := range v.searches {
		query, _ := c.Search()
		for _, at := range query.Spans(s, c.Fields()) {
			value := s.Text(at.Field).Value()
			i := 0
			for i < len(found) && found[i].Field != at.Field {
				i++
			}
			if i == len(found) {
				found = append(found, match{Field: at.Field, Text: value, Spans: []span{}})
			}
			found[i].Spans = append(found[i].Spans, span{utf16Offset(value, at.Start), utf16Offset(value, at.End), at.Word})
		}
	}
	return found
}
