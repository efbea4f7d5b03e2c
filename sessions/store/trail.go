package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// DefaultAuditRetention is how long a trail keeps an entry if [Options.AuditRetention] is 0: two
// years.
const DefaultAuditRetention = 2 * 365 * 24 * time.Hour

// The bounds of an [AuditEntry], in bytes. Longer texts are cut, and end in "…".
const (
	MaxAuditKeyBytes  = 128       // of Subject, Session, SHA256 and Reason
	MaxAuditTextBytes = 16 * 1024 // of Query, Old and New
)

// Expired entries are deleted in parts. A call deletes at most one part, so that no viewer waits
// long.
const (
	auditPartEntries = 1000             // entries of a part
	auditPause       = 10 * time.Minute // pause after a part that was not full
)

// AuditEntry is an [Event] as a trail keeps it. The Store makes it. Each of its texts is within the
// bounds, and valid UTF-8 without NUL; U+FFFD replaces anything else. Printing an entry shows
// neither query nor settings, and encoding/json refuses it ([sessions.ErrNoJSON]).
type AuditEntry struct {
	Company string
	// At is when it happened: in UTC, in microseconds. Events of one Store have increasing times.
	At      time.Time
	ID      string // letters and digits; distinguishes entries of one time
	Subject string // Viewer.Subject of the person who did it
	Role    sessions.Role
	Action  Action
	Outcome Outcome

	// Query names the criteria of the search, filter or purge, such as "filter(status, search)",
	// but holds nothing about a person. With [Options.AuditTexts] it is Event.Query.
	Query string
	// Session is the session's ID, for details, selfies, attempts and redactions, and for reading
	// the trail of a session.
	Session  string
	Old, New string // for a change of settings, before and after, as JSON
	Rows     int    // as in Event; the IDs of a purge by IDs are not kept
	Bytes    int64
	SHA256   string
	// Reason says why it failed, in the words of an error of this SDK, never in those of a driver
	// or a host.
	Reason string
}

// String returns action, company, subject and outcome.
func (e AuditEntry) String() string { //nolint:gocritic // a value method serves values and pointers
	return fmt.Sprintf("audit entry(%q, company %q, subject %q, %q)", string(e.Action), e.Company, e.Subject, string(e.Outcome))
}

// Format prints the text of String, whatever the verb.
func (e AuditEntry) Format(s fmt.State, _ rune) { //nolint:gocritic // a value method serves values and pointers
	_, _ = io.WriteString(s, e.String())
}

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (e AuditEntry) MarshalText() ([]byte, error) { //nolint:gocritic // a value method serves values and pointers
	return nil, sessions.ErrNoJSON
}

// LogValue returns a group of company, subject, action, outcome and rows.
func (e AuditEntry) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	return slog.GroupValue(slog.String("company", e.Company), slog.String("subject", e.Subject),
		slog.String("action", string(e.Action)), slog.String("outcome", string(e.Outcome)), slog.Int("rows", e.Rows))
}

// Position returns the entry's place in the trail.
func (e *AuditEntry) Position() Position { return Position{CreatedAt: e.At, ID: e.ID} }

// AuditTrail stores the audit trails of companies. Package storetest tests an implementation: each
// promise of this list has a case there with its number.
//
//  1. Each method concerns one company. An empty one is [ErrNoCompany].
//  2. An appended entry is readable when AppendAudit returns, and comes back with all its fields
//     unchanged.
//  3. AuditEntries returns the company's entries newest first: by At, ties by ID, the bytewise
//     greater ID first.
//  4. Subject and Session select the entries with exactly that value, Actions those with one of the
//     actions, From those of that time and later, Until those before that time. An entry is
//     selected if it satisfies all of them.
//  5. AuditEntries returns at most Limit entries, all of them further back than After.
//     AuditBatch.Reached is the zero Position if the end was reached. Otherwise it is the place up
//     to which the trail was searched, and the batch may hold fewer entries than Limit, even none.
//     Continuing from Reached finds the rest.
//  6. A reader that continues in this way sees each entry that existed when it began, once, while
//     others append.
//  7. DeleteAudit deletes the entries of the company before a time, the oldest first, and returns
//     how many; a zero time means all entries. If most is not 0, it may stop once it has deleted
//     that many.
//  8. A cancelled context ends a method with an error that wraps the context's.
//  9. All methods may be called from many goroutines at once.
type AuditTrail interface {
	AppendAudit(ctx context.Context, e AuditEntry) error
	AuditEntries(ctx context.Context, sel AuditSelection) (AuditBatch, error)
	DeleteAudit(ctx context.Context, company string, before time.Time, most int) (int, error)
}

// AuditSelection selects entries of an [AuditTrail].
type AuditSelection struct {
	Company     string
	Subject     string    // of the person who did it; "": any person
	Session     string    // session that it was about; "": any
	Actions     []Action  // any of these; none: all actions
	From, Until time.Time // From inclusive, Until not; zero: open
	After       Position  // entries further back than this; zero: from the newest on
	Limit       int       // entries, at least 1
}

// Selects reports whether an entry is selected. It does not look at After.
func (s *AuditSelection) Selects(e *AuditEntry) bool {
	return e.Company == s.Company && (s.Subject == "" || e.Subject == s.Subject) && (s.Session == "" || e.Session == s.Session) &&
		(len(s.Actions) == 0 || slices.Contains(s.Actions, e.Action)) &&
		(s.From.IsZero() || !e.At.Before(s.From)) && (s.Until.IsZero() || e.At.Before(s.Until))
}

// AuditBatch is a part of a trail.
type AuditBatch struct {
	Entries []AuditEntry // newest first
	Reached Position     // all entries up to here have been searched; zero: all entries
}

// Format prints how many entries there are, whatever the verb.
func (b AuditBatch) Format(s fmt.State, _ rune) { printEntries(s, b.Entries) }

// AuditQuery selects the entries of the trail that a viewer wants to see. The zero AuditQuery
// selects all of them.
type AuditQuery struct {
	Subject     string    // of the person who did it; "": any person
	Session     string    // session that it was about; "": any
	Actions     []Action  // any of these; none: all actions
	From, Until time.Time // From inclusive, Until not; zero: open
	Limit       int       // entries, at most [Options.MaxLimit]; 0: [Options.DefaultLimit]
	After       Cursor    // of the page before
}

// AuditPage is a page of the trail.
type AuditPage struct {
	Entries []AuditEntry // newest first; there may be fewer than Limit, even none, before the end
	Next    Cursor       // of the next page; "": this is the end
}

// Format prints how many entries there are, whatever the verb.
func (p AuditPage) Format(s fmt.State, _ rune) { printEntries(s, p.Entries) }

func printEntries(w io.Writer, entries []AuditEntry) {
	_, _ = fmt.Fprintf(w, "audit entries(%d)", len(entries))
}

// err returns an error for an invalid query.
func (q *AuditQuery) err() error {
	if !q.From.IsZero() && !q.Until.IsZero() && !q.From.Before(q.Until) {
		return fmt.Errorf("%w: its time ends before it begins", ErrAuditQuery)
	}
	for i, a := range q.Actions {
		if !slices.Contains(Actions(), a) {
			return fmt.Errorf("%w: action %d is unknown", ErrAuditQuery, i+1)
		}
	}
	return nil
}

// AuditTrail returns a page of the company's audit trail, newest first. Only a Master User without
// a restriction may read it: for others the error is [ErrForbidden]. Without [Options.Trail] it is
// [ErrNoTrail]. For an unknown action, or a range of times that ends before it begins, it is
// [ErrAuditQuery]. For a viewer with hidden fields AuditEntry.Query is empty, and other people's
// entries have neither Bytes nor SHA256, which would confirm a guess at the content of their files.
// Entries older than [Options.AuditRetention] are not shown, even if they have not been deleted
// yet. Reading the trail is itself audited.
func (s *Store) AuditTrail(ctx context.Context, v Viewer, q AuditQuery) (AuditPage, error) {
	if err := v.check(); err != nil {
		return AuditPage{}, err
	}
	q.Subject, q.Session = AuditText(q.Subject, MaxAuditKeyBytes), AuditText(q.Session, MaxAuditKeyBytes)
	page, err := s.auditPage(ctx, v, q)
	e := v.event(ActionAudit)
	e.Session, e.Rows = q.Session, len(page.Entries)
	return conclude(ctx, s, e, page, err)
}

// HasTrail reports whether the Store has [Options.Trail].
func (s *Store) HasTrail() bool { return s.options.Trail != nil }

func (s *Store) auditPage(ctx context.Context, v Viewer, q AuditQuery) (page AuditPage, err error) {
	switch {
	case v.Role != sessions.MasterUser:
		return page, fmt.Errorf("%w: audit trail", ErrForbidden)
	// The trail names sessions of the whole company.
	case !v.Restriction.IsZero():
		return page, fmt.Errorf("%w: audit trail, for a part of the company", ErrForbidden)
	case s.options.Trail == nil:
		return page, ErrNoTrail
	}
	if err := q.err(); err != nil {
		return page, err
	}
	sel := AuditSelection{Company: v.Company, Subject: q.Subject, Session: q.Session, Actions: q.Actions, From: q.From, Until: q.Until}
	// Before From is raised to the retention, which moves with the clock between two pages.
	binding := sel.binding()
	if sel.Limit, err = s.limit(q.Limit); err != nil {
		return page, err
	}
	if sel.After, err = q.After.position(binding); err != nil {
		return page, err
	}
	if oldest, ok := s.auditKeptFrom(time.Now()); ok && sel.From.Before(oldest) {
		sel.From = oldest
	}
	batch, err := s.options.Trail.AuditEntries(ctx, sel)
	if err != nil {
		return page, fmt.Errorf("store: audit trail: %w", err)
	}
	own := AuditText(v.Subject, MaxAuditKeyBytes)
	for i := range batch.Entries {
		e := &batch.Entries[i]
		if e.Company != v.Company {
			return page, ErrBackend
		}
		if v.Disclosure.Hidden() == 0 {
			continue
		}
		// With AuditTexts the query may have values of hidden fields.
		e.Query = ""
		// A person's own files have only what that person was allowed to see.
		if own == "" || e.Subject != own {
			e.Bytes, e.SHA256 = 0, ""
		}
	}
	page.Entries = batch.Entries
	if !batch.Reached.IsZero() {
		if batch.Reached.Compare(sel.After) <= 0 {
			return AuditPage{}, ErrBackend
		}
		page.Next = cursorAt(batch.Reached, binding)
	}
	return page, nil
}

// binding returns the fingerprint of the cursors of a query of the trail.
func (s *AuditSelection) binding() fingerprint {
	texts := []string{"audit trail\x00", s.Company, s.Subject, s.Session, s.From.UTC().String(), s.Until.UTC().String()}
	for _, a := range s.Actions {
		texts = append(texts, string(a))
	}
	return fingerprintOf(texts...)
}

// auditKeptFrom returns the time of the oldest entry to keep; ok is false if all entries are kept.
func (s *Store) auditKeptFrom(now time.Time) (from time.Time, ok bool) {
	retention := cmp.Or(s.options.AuditRetention, DefaultAuditRetention)
	return now.Add(-retention), retention > 0
}

// appendAudit appends an event to the trail, and may delete some expired entries.
func (s *Store) appendAudit(ctx context.Context, e *Event) error {
	entry := s.auditEntry(e)
	if err := s.options.Trail.AppendAudit(ctx, entry); err != nil {
		return err
	}
	before, ok := s.auditKeptFrom(entry.At)
	if !ok || !s.auditDue(e.Company, entry.At) {
		return nil
	}
	// A failure to delete is ignored: expired entries are not shown, and a later event tries again.
	if n, err := s.options.Trail.DeleteAudit(ctx, e.Company, before, auditPartEntries); err == nil && n >= auditPartEntries {
		s.auditMu.Lock()
		// A full part: there may be more, so the next event deletes again.
		delete(s.auditPaused, e.Company)
		s.auditMu.Unlock()
	}
	return nil
}

// auditDue reports whether it is time to look for expired entries of the company. If so, it starts
// the next pause.
func (s *Store) auditDue(company string, now time.Time) bool {
	s.auditMu.Lock()
	defer s.auditMu.Unlock()
	if now.Before(s.auditPaused[company]) {
		return false
	}
	if s.auditPaused == nil {
		s.auditPaused = map[string]time.Time{}
	}
	s.auditPaused[company] = now.Add(auditPause)
	return true
}

// auditEntry returns an event as the trail keeps it.
func (s *Store) auditEntry(e *Event) AuditEntry {
	entry := AuditEntry{
		Company: e.Company, At: s.auditNow(), ID: rand.Text(), Subject: AuditText(e.Subject, MaxAuditKeyBytes),
		Role: e.Role, Action: e.Action, Outcome: e.Outcome,
		Session: AuditText(e.Session, MaxAuditKeyBytes), Rows: e.Rows, Bytes: e.Bytes, SHA256: AuditText(e.SHA256, MaxAuditKeyBytes),
		Query: e.Query,
	}
	if !s.options.AuditTexts && e.Query != "" {
		// A text that is not a filter is an invalid filter, which prints without its text.
		f, _ := filter.Parse(e.Query)
		entry.Query = fmt.Sprint(f)
	}
	entry.Query = AuditText(entry.Query, MaxAuditTextBytes)
	if e.Change != nil {
		entry.Old, entry.New = AuditText(settingsText(e.Change.Old), MaxAuditTextBytes), AuditText(settingsText(e.Change.New), MaxAuditTextBytes)
	}
	if e.Err != nil {
		entry.Reason = auditReason(e.Err)
	}
	return entry
}

// auditNow returns the time in microseconds, later than all times that it has returned before,
// unless the clock was set back by a second or more.
func (s *Store) auditNow() time.Time {
	for {
		now, last := time.Now().UnixMicro(), s.audited.Load()
		if now <= last && last-now < time.Second.Microseconds() {
			now = last + 1
		}
		if s.audited.CompareAndSwap(last, now) {
			return time.UnixMicro(now).UTC()
		}
	}
}

// AuditText returns the text in the form of an [AuditEntry], which every storage can keep: valid
// UTF-8 without NUL, no longer than most bytes, where most is at least 4. Hosts that append entries
// of their own need AuditText, since clients and documents may contain anything.
func AuditText(text string, most int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	if len(text) <= most {
		return text
	}
	const ellipsis = "…"
	end := most - len(ellipsis)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + ellipsis
}

func settingsText(c CompanySettings) string {
	text, err := json.Marshal(c)
	if err != nil { // cannot happen: a zero Acceptance is null, and keys are valid texts
		return ""
	}
	return string(text)
}

// auditReason returns the text of the first error of the list that err wraps. The texts of other
// errors may hold personal data: they come from drivers and hosts.
func auditReason(err error) string {
	for _, known := range [...]error{
		ErrNoExport, ErrNoErase, ErrHidden, ErrForbidden, ErrRefused, ErrNotFound, ErrConflict, ErrExportLimit, sessions.ErrTooMany, ErrBusy, ErrSuperseded,
		ErrLimit, ErrCursor, ErrWatermark, ErrPurge, ErrAuditQuery, ErrNoSettings, ErrNoTrail, ErrBackend, sessions.ErrNoAcceptance,
		filter.ErrEmpty, filter.ErrValue, filter.ErrField, filter.ErrRange, filter.ErrZone, filter.ErrLimit, filter.ErrNoColumn,
		context.Canceled, context.DeadlineExceeded, errors.ErrUnsupported,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "failed"
}
