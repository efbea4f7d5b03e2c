package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/kvalifika/sessionkit/sessions"
)

// Action is what a viewer does.
type Action string

// The actions that are audited.
const (
	ActionList     Action = "list"     // a page of sessions, without a search
	ActionSearch   Action = "search"   // a page of sessions found by a search
	ActionDetails  Action = "details"  // one session
	ActionSelfie   Action = "selfie"   // the image of one session's selfie, also in a list
	ActionAttempts Action = "attempts" // a page of a person's sessions
	ActionChanges  Action = "changes"
	ActionCount    Action = "count"
	ActionFacets   Action = "facets"
	ActionTally    Action = "tally"
	ActionExport   Action = "export"   // a whole selection
	ActionSettings Action = "settings" // a change of the company's settings
	ActionRedact   Action = "redact"   // the person is removed from one session
	ActionPurge    Action = "purge"    // sessions are removed
	ActionAudit    Action = "audit"    // a page of the audit trail itself

	// ActionPurgeCompany removes a company. Once it is [Done], a host may delete its own trail of
	// the company. The trail of [Options.Trail] is then deleted already, and does not have this
	// event.
	ActionPurgeCompany Action = "purge_company"
)

// Actions returns all actions that are audited.
func Actions() []Action {
	return []Action{
		ActionList, ActionSearch, ActionDetails, ActionSelfie, ActionAttempts, ActionChanges, ActionCount, ActionFacets, ActionTally,
		ActionExport, ActionSettings, ActionRedact, ActionPurge, ActionAudit, ActionPurgeCompany,
	}
}

// Outcome is how far an operation got.
type Outcome string

// The outcomes. An operation that streams, or changes something, has two events: Started before the
// first row or the change, and one of the others at the end. A writer of a file reports Written
// after that ([Selected.Written]). Every other operation has one event, before its result is
// returned.
const (
	Started Outcome = "started"
	Done    Outcome = "done"
	// Written means that a file of an export was sent, or broke off. The event has Bytes and
	// SHA256, and Err says why it broke off.
	Written Outcome = "written"
	Stopped Outcome = "stopped" // the reader of an export left before its end
	Failed  Outcome = "failed"  // Event.Err says why; also if the viewer may not do the action
)

// Event is the argument of an audit hook. Printing one shows neither query nor settings, and
// encoding/json refuses it ([sessions.ErrNoJSON]): the host decides which parts its own trail
// keeps.
type Event struct {
	Company string
	Subject string // Viewer.Subject
	Role    sessions.Role
	Action  Action
	Outcome Outcome

	// Query is the canonical text of the viewer's filter (filter.Filter.Text), as it was asked; ""
	// selects everything. The text of a search is personal data: keep it as carefully as the
	// sessions, and never log it.
	Query string
	// Session is the session's ID, for details, selfies, attempts and redactions, and for reading
	// the trail of a session.
	Session string
	Change  *SettingsChange // for settings, nil otherwise
	Purge   *Purge          // for purges, as it was asked, nil otherwise; Query has its filter
	// Rows is the number of sessions that were returned, counted or removed. For changes it
	// includes the IDs, for the trail it is the number of entries, for facets it is 0.
	Rows   int
	Bytes  int64  // bytes of a file that was written
	SHA256 string // SHA-256 of these bytes, in hexadecimal; "" if it was not computed
	Err    error  // why it failed
}

// SettingsChange is a change of a company's settings.
type SettingsChange struct{ Old, New CompanySettings }

// String returns action, company, subject and outcome.
func (e Event) String() string { //nolint:gocritic // a value method serves values and pointers
	return fmt.Sprintf("event(%q, company %q, subject %q, %q)", string(e.Action), e.Company, e.Subject, string(e.Outcome))
}

// Format prints the text of String, whatever the verb.
func (e Event) Format(s fmt.State, _ rune) { //nolint:gocritic // a value method serves values and pointers
	_, _ = io.WriteString(s, e.String())
}

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (e Event) MarshalText() ([]byte, error) { //nolint:gocritic // a value method serves values and pointers
	return nil, sessions.ErrNoJSON
}

// LogValue returns a group of company, subject, action, outcome and rows.
func (e Event) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	return slog.GroupValue(slog.String("company", e.Company), slog.String("subject", e.Subject),
		slog.String("action", string(e.Action)), slog.String("outcome", string(e.Outcome)), slog.Int("rows", e.Rows))
}

func (v Viewer) event(a Action) Event {
	return Event{Company: v.Company, Subject: v.Subject, Role: v.Role, Action: a}
}

// tell passes an event to the hook, and then to the trail. It returns the refusal of either. The
// trail also records a refusal by the hook.
func (s *Store) tell(ctx context.Context, e Event) error {
	var refusal error
	if s.options.Audit != nil {
		if err := s.options.Audit(ctx, e); err != nil {
			refusal = fmt.Errorf("%w: %w", ErrRefused, err)
		}
	}
	switch {
	case s.options.Trail == nil:
		return refusal
	case errors.Is(e.Err, ErrRefused): // the trail already has the refused event
		return refusal
	case e.Action == ActionPurgeCompany && e.Outcome == Done: // the trail has been deleted
		return refusal
	}
	if refusal != nil {
		e.Outcome, e.Err = Failed, refusal
	}
	if err := s.appendAudit(ctx, &e); err != nil {
		refusal = errors.Join(refusal, fmt.Errorf("%w: %w: %w", ErrRefused, ErrTrail, err))
	}
	return refusal
}

// conclude passes the event of an ended operation to the hook, and returns the result of the
// operation unless the hook refuses.
func conclude[T any](ctx context.Context, s *Store, e Event, result T, err error) (T, error) {
	if e.Outcome = Done; err != nil {
		e.Outcome, e.Err = Failed, err
		// The failure is audited even if it comes from a cancelled context.
		ctx = context.WithoutCancel(ctx)
	}
	if refusal := s.tell(ctx, e); refusal != nil {
		err = errors.Join(err, refusal)
	}
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}
