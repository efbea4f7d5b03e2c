package page

import (
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// The documents of the API, with the members that the page shows. The page reads them like any
// client, and shares no types with package httpapi.

type textDocument struct {
	State string  `json:"state"`
	Value *string `json:"value"`
}

type rowDocument struct {
	ID                string            `json:"id"`
	CreatedAt         string            `json:"created_at"`
	Selfie            *string           `json:"selfie"`
	FirstName         textDocument      `json:"first_name"`
	LastName          textDocument      `json:"last_name"`
	DocumentPresented *bool             `json:"document_presented"`
	DocumentType      *string           `json:"document_type"`
	Liveness          *string           `json:"liveness"`
	Status            *string           `json:"status"`
	Verified          *bool             `json:"verified"`
	Reasons           []string          `json:"reasons"`
	Extra             *sessions.Extra   `json:"extra"`
	Matches           []matchesDocument `json:"matches"`
}

type matchesDocument struct {
	Field string `json:"field"`
	Text  string `json:"text"`
	Spans []struct {
		Start int `json:"start"`
		End   int `json:"end"`
	} `json:"spans"`
}

type pageDocument struct {
	Sessions       []rowDocument `json:"sessions"`
	Next           *string       `json:"next"`
	Complete       bool          `json:"complete"`
	Partial        bool          `json:"partial"`
	SearchedBackTo *string       `json:"searched_back_to"`
	AsOf           string        `json:"as_of"`
	Searched       []string      `json:"searched"`
	FoldsToNothing bool          `json:"folds_to_nothing"`
	Rekeying       bool          `json:"rekeying"`
	Hidden         []string      `json:"hidden"`
	Link           *string       `json:"link"`
}

type deltaDocument struct {
	Sessions []rowDocument `json:"sessions"`
	Left     []string      `json:"left"`
	AsOf     string        `json:"as_of"`
	More     bool          `json:"more"`
	Hidden   []string      `json:"hidden"`
}

type countDocument struct {
	N     int  `json:"n"`
	Exact bool `json:"exact"`
}

type facetsDocument struct {
	Facets []facetDocument `json:"facets"`
}

type facetDocument struct {
	Parameter string `json:"parameter"`
	Options   []struct {
		Value string        `json:"value"`
		Count countDocument `json:"count"`
	} `json:"options"`
}

type detailDocument struct {
	rowDocument
	Partner          *string      `json:"partner"`
	Subject          *string      `json:"subject"`
	Attempt          *int         `json:"attempt"`
	CompletedAt      *string      `json:"completed_at"`
	DecidedAt        *string      `json:"decided_at"`
	PersonalNumber   textDocument `json:"personal_number"`
	DocumentNumber   textDocument `json:"document_number"`
	Nationality      textDocument `json:"nationality"`
	BirthDate        *string      `json:"birth_date"`
	ExpirationDate   *string      `json:"expiration_date"`
	Sex              *string      `json:"sex"`
	DocumentValidity *string      `json:"document_validity"`
	Match            *struct {
		Level           *int    `json:"level"`
		Rate            *string `json:"rate"`
		Scale           *string `json:"scale"`
		AcceptanceLevel *int    `json:"acceptance_level"`
		AcceptanceRate  *string `json:"acceptance_rate"`
	} `json:"match"`
	ClientIP *string  `json:"client_ip"`
	Device   *string  `json:"device"`
	Browser  *string  `json:"browser"`
	OS       *string  `json:"os"`
	Model    *string  `json:"model"`
	Hidden   []string `json:"hidden"`
}

type acceptanceDocument struct {
	Default string            `json:"default"`
	ByType  map[string]string `json:"by_document_type,omitempty"`
}

type levelDocument struct {
	Level   int    `json:"level"`
	Policy  string `json:"policy"`
	Rate    string `json:"rate"`
	Percent string `json:"percent"`
}

type settingsDocument struct {
	Acceptance *acceptanceDocument `json:"acceptance"`
	ExtraKeys  []string            `json:"extra_keys"`
	MayChange  bool                `json:"may_change"`
	Levels     []levelDocument     `json:"levels"`
}

type tallyDocument struct {
	Rows     []tallyRowDocument `json:"rows"`
	Exact    bool               `json:"exact"`
	Outlooks []outlookDocument  `json:"outlooks"`
}

type outlookDocument struct {
	levelDocument
	Pass    int `json:"pass"`
	Fail    int `json:"fail"`
	Unknown int `json:"unknown"`
}

type tallyRowDocument struct {
	Scale        *string           `json:"scale"`
	DocumentType *string           `json:"document_type"`
	Compared     bool              `json:"compared"`
	Level        *int              `json:"level"`
	OtherChecks  store.OtherChecks `json:"other_checks"`
	N            int               `json:"n"`
}

type auditDocument struct {
	Entries []entryDocument `json:"entries"`
	Next    *string         `json:"next"`
}

type entryDocument struct {
	At      string            `json:"at"`
	Subject string            `json:"subject"`
	Role    string            `json:"role"`
	Action  string            `json:"action"`
	Outcome string            `json:"outcome"`
	Session *string           `json:"session"`
	Query   *string           `json:"query"`
	Old     *settingsDocument `json:"old_settings"`
	New     *settingsDocument `json:"new_settings"`
	Rows    int               `json:"rows"`
	SHA256  *string           `json:"sha256"`
	Reason  *string           `json:"reason"`
}
