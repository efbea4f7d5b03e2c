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
	ActionSelfie   Action = "selfie"   // the image of one session's selfie, in a list as well
	ActionAttempts Action = "attempts" // a page of a person's sessions
	ActionChanges  Action = "changes"
	ActionCount    Action = "count"
	ActionFacets   Action = "facets"
	ActionTally    Action = "tally"
	ActionExport   Action = "export"   // a whole selection
	ActionSettings Action = "settings" // a change of the company's settings
	ActionRedact   Action = "redact"   // a person is taken out of one session
	ActionPurge    Action = "purge"    // sessions are taken out for good
	ActionAudit    Action = "audit"    // a page of the audit trail itself

	// ActionPurgeCompany is a company that is taken out for good. Once it is Done, the trail of the
	// company may go as well: that of [Options.Trail] has gone, and this event is not in it.
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

// The outcomes. What sends as it reads, or changes something, is told twice: Started before the
// first row or the change, and one of the others at the end; and Written after that, by who has
// made a file of it and says so ([Selected.Written]). Everything else is told once, before its
// result is handed out.
const (
	Started Outcome = "started"
	Done    Outcome = "done"
	Written Outcome = "written" // a file of an export was handed over, or broke off: it has Bytes, and SHA256
	Stopped Outcome = "stopped" // the reader of an export left before its end
	Failed  Outcome = "failed"  // Event.Err says why: what the viewer may not do, too
)

// Event is what an audit hook is told. Printing one shows neither query nor settings, and
// encoding/json refuses it ([sessions.ErrNoJSON]): what of it a trail keeps is for the host to say.
type Event struct {
	Company string
	Subject string // Viewer.Subject
	Role    sessions.Role
	Action  Action
	Outcome Outcome

	// Query is the canonical text of the viewer's filter (filter.Filter.Text), as they asked it; ""
	// selects everything. The text of a search is personal data: keep it as carefully as the
	// sessions, and never log it.
	Query   string
	Session string          // ID, for details, selfies, attempts and redactions, and for reading the trail of a session
	Change  *SettingsChange // for settings, nil otherwise
	Purge   *Purge          // for purges, as they were asked, nil otherwise; Query has its filter
	Rows    int             // sessions that are handed out, were counted or are gone; of changes, the IDs as well; 0 for facets; of the trail, entries
	Bytes   int64           // of a file that was written
	SHA256  string          // of these bytes, in hexadecimal; "" where nobody asked for it
	Err     error           // why it failed
}

// SettingsChange is a change of a company's settings.
type SettingsChange struct{ Old, New CompanySettings }

// String returns action, company, subject and outcome.
func (e Event) String() string { //nolint:gocritic // a value method serves values and pointers
	return fmt.Sprintf("event(%q, company %q, subject %q, %q)", string(e.Action), e.Company, e.Subject, string(e.Outcome))
}

// Format prints what String returns, whatever the verb.
func (e Event) Format(s fmt.State, _ rune) { //nolint:gocritic // a value method serves values and pointers
	_, _ = io.WriteString(s, e.String())
}

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (e Event) MarshalText() ([]byte, error) { //nolint:gocritic // a value method serves values and pointers
	return nil, sessions.ErrNoJSON
}

// LogValue is a group of company, subject, action, outcome and rows.
func (e Event) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	return slog.GroupValue(slog.String("company", e.Company), slog.String("subject", e.Subject),
		slog.String("action", string(e.Action)), slog.String("outcome", string(e.Outcome)), slog.Int("rows", e.Rows))
}

func (v Viewer) event(a Action) Event {
	return Event{Company: v.Company, Subject: v.Subject, Role: v.Role, Action: a}
}

// tell tells the hook of an event, and then the trail. It returns the refusal of either; that of
// the hook is in the trail.
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
	case errors.Is(e.Err, ErrRefused): // the trail has it already
		return refusal
	case e.Action == ActionPurgeCompany && e.Outcome == Done: // the trail has gone
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

// conclude tells the hook how an operation ended and hands its result out unless the hook refuses.
func conclude[T any](ctx context.Context, s *Store, e Event, result T, err error) (T, error) {
	if e.Outcome = Done; err != nil {
		e.Outcome, e.Err = Failed, err
		ctx = context.WithoutCancel(ctx) // that it failed is told even if a cancelled context is why
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
