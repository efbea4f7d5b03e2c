package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// printPages prints the pages that the flags ask for.
func (a *app) printPages(ctx context.Context) error {
	count, err := a.store.Count(ctx, a.viewer, a.filter)
	if err != nil {
		return err
	}
	a.printf("%s: %s sessions\n", a.viewer.Company, count)
	query := store.Query{Filter: a.filter, Limit: a.limit, After: a.after}
	for range a.pages {
		page, took, err := a.list(ctx, query)
		if err != nil {
			return err
		}
		a.printPage(page, took)
		if query.After = page.Next; page.Complete {
			break
		}
	}
	if query.After != "" {
		a.printf("  -after %s goes on\n", query.After)
	}
	return nil
}

// list asks for a page and takes the time.
func (a *app) list(ctx context.Context, q store.Query) (store.Page, time.Duration, error) {
	start := time.Now()
	page, err := a.store.List(ctx, a.viewer, q)
	if errors.Is(err, store.ErrCursor) || errors.Is(err, store.ErrCursorQuery) {
		err = cli.Usagef("-after: %w", err)
	}
	return page, time.Since(start), err
}

// printPage prints a page as the product shows it.
func (a *app) printPage(page store.Page, took time.Duration) {
	q, err := searchkey.ParseQuery(a.query)
	if err != nil { // the filter has refused it already
		q = searchkey.Query{}
	}
	rows := make([][]string, len(page.Sessions))
	for i, s := range page.Sessions {
		rows[i] = pageRow(s, q, a.zone)
	}
	a.printf("%s", table(pageHeader, rows))
	switch {
	case page.FoldsToNothing:
		a.printf("  The text has no letter or digit to search for: it finds nothing.\n")
	case page.Partial:
		a.printf("  %d rows in %s; the work for one page was spent: searched back to %s\n", len(rows), duration(took),
			page.SearchedBack.In(a.zone).Format(time.DateTime))
	default:
		a.printf("  %d rows in %s\n", len(rows), duration(took))
	}
}

// printDetails prints everything about one session.
func (a *app) printDetails(ctx context.Context, id string) error {
	s, err := a.store.Get(ctx, a.viewer, id)
	if err != nil {
		return err
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(a.zone).Format("2006-01-02 15:04:05 -07:00")
	}
	var reasons []string
	for _, r := range s.Reasons {
		reasons = append(reasons, string(r))
	}
	level := "not compared"
	if s.Match.Compared {
		level = far.Kvalifika.Label(s.Match.Level)
	}
	lines := [][2]string{
		{"Session ID", s.ID}, {"Partner", s.Partner}, {"Created", at(s.CreatedAt)}, {"Completed", at(s.CompletedAt)},
		{"Decided", at(s.DecidedAt)}, {"Status", string(s.Status)}, {"Failed for", strings.Join(reasons, ", ")},
		{"First name", s.FirstName.Display()}, {"Last name", s.LastName.Display()},
		{"Personal number", s.PersonalNumber.Display()}, {"Document number", s.DocumentNumber.Display()},
		{"Nationality", s.Nationality.Display()}, {"Birth date", s.BirthDate.String()}, {"Expiration date", s.ExpirationDate.String()},
		{"Sex", string(s.Sex)}, {"Document type", string(s.DocumentType)}, {"Document presented", tick(s.DocumentPresented)},
		{"Document validity", s.DocumentValidity.String()}, {"Liveness", s.Liveness.String()},
		{"Match level", level}, {"Low FAR", a.whyLow(s)}, {"Selfie", s.Selfie}, {"Client IP", s.ClientIP}, {"Device", string(s.Device)},
		{"Browser", s.Browser}, {"OS", s.OS}, {"Model", s.Model}, {"Attempt", fmt.Sprint(s.Attempt)}, {"Subject", s.Subject},
	}
	for key, value := range s.Extra.All() {
		lines = append(lines, [2]string{"Extra: " + key, value})
	}
	for _, line := range lines {
		if line[1] != "" {
			a.printf("  %-20s %s\n", cli.Visible(line[0]), cli.Visible(line[1]))
		}
	}
	return a.printAttempts(ctx, s)
}

// whyLow says which acceptance level was missed.
func (a *app) whyLow(s *sessions.Session) string {
	if !s.FailedFor(sessions.LowFAR) || s.Match.Scale != far.Kvalifika.Name() {
		return ""
	}
	policy, err := far.NewPolicy(far.Kvalifika, s.Match.Acceptance)
	if err != nil {
		return ""
	}
	if low, is := errors.AsType[*far.LowError](policy.Check(s.Match.Level)); is {
		return low.Error()
	}
	return ""
}

func (a *app) printAttempts(ctx context.Context, s *sessions.Session) error {
	page, err := a.store.Attempts(ctx, a.viewer, s.ID, store.Query{})
	if err != nil || len(page.Sessions) < 2 {
		return err
	}
	a.printf("  All attempts of this person:\n")
	for _, other := range page.Sessions {
		a.printf("    %d  %s  %-8s  %s\n", other.Attempt, other.CreatedAt.In(a.zone).Format("2006-01-02 15:04"), cli.Visible(string(other.Status)), cli.Visible(other.ID))
	}
	return nil
}

// timed lists and counts a filter, and takes the time of the page alone.
func (a *app) timed(ctx context.Context, f filter.Filter) (store.Page, store.Count, time.Duration, error) {
	page, took, err := a.list(ctx, store.Query{Filter: f, Limit: a.limit})
	if err != nil {
		return page, store.Count{}, took, err
	}
	count, err := a.store.Count(ctx, a.viewer, f)
	return page, count, took, err
}
