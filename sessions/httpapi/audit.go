package httpapi

import (
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// auditPage is the document of a page of the company's audit trail.
type auditPage struct {
	Entries []auditEntry `json:"entries"`
	Next    *string      `json:"next"`
}

type auditEntry struct {
	At      string         `json:"at"`
	ID      string         `json:"id"`
	Subject string         `json:"subject"` // the person who did it
	Role    sessions.Role  `json:"role"`
	Action  store.Action   `json:"action"`
	Outcome store.Outcome  `json:"outcome"`
	Session *string        `json:"session"`
	Query   *string        `json:"query"`
	Old     *auditSettings `json:"old_settings"`
	New     *auditSettings `json:"new_settings"`
	Rows    int            `json:"rows"`
	Bytes   int64          `json:"bytes"`
	SHA256  *string        `json:"sha256"`
	Reason  *string        `json:"reason"`
}

// auditSettings are the settings before or after a change.
type auditSettings struct {
	Acceptance      sessions.Acceptance `json:"acceptance"`
	ExtraKeys       []string            `json:"extra_keys"`
	KeptOnRedaction []string            `json:"kept_on_redaction"`
}

// auditSettingsOf parses the settings of an entry. It returns nil if the entry has none, or if they
// are on a scale of the host's own.
func auditSettingsOf(text string) *auditSettings {
	s, err := store.ParseCompanySettings([]byte(text))
	if err != nil {
		return nil
	}
	return &auditSettings{s.Acceptance, append([]string{}, s.ExtraKeys.All()...), append([]string{}, s.KeptOnRedaction.All()...)}
}

func (c *call) audit() (any, error) {
	q := store.AuditQuery{
		Subject: c.text("subject"), Session: c.text("session"), From: c.instant("since"), Until: c.instant("before"),
		Limit: c.number("limit", 1), After: store.Cursor(c.text("after")),
	}
	for i, action := range c.take("action") {
		if !slices.Contains(store.Actions(), store.Action(action)) {
			c.fail(refuseValue("action", i+1, actionNames()...))
		}
		q.Actions = append(q.Actions, store.Action(action))
	}
	if err := c.none(); err != nil {
		return nil, err
	}
	page, err := c.store.AuditTrail(c.ctx, c.viewer, q)
	if err != nil {
		return nil, err
	}
	answer := auditPage{Entries: []auditEntry{}, Next: orNull(string(page.Next))}
	for i := range page.Entries {
		e := &page.Entries[i]
		answer.Entries = append(answer.Entries, auditEntry{
			At: timeText(e.At), ID: e.ID, Subject: e.Subject, Role: e.Role, Action: e.Action, Outcome: e.Outcome, Session: orNull(e.Session),
			Query: orNull(e.Query), Old: auditSettingsOf(e.Old), New: auditSettingsOf(e.New), Rows: e.Rows, Bytes: e.Bytes,
			SHA256: orNull(e.SHA256), Reason: orNull(e.Reason),
		})
	}
	return answer, nil
}

func actionNames() (names []string) {
	for _, action := range store.Actions() {
		names = append(names, string(action))
	}
	return names
}

// instant takes an instant in RFC 3339, the zero time if it is not given.
func (p *parameters) instant(name string) time.Time {
	text := p.text(name)
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		p.fail(refuseAt(name, 1, "not an instant of RFC 3339, such as 2026-03-14T00:00:00Z"))
	}
	return at
}
