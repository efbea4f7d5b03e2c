package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// giveTour shows each feature of the page.
func (a *app) giveTour(ctx context.Context, scratch string) error {
	page, count, took, err := a.timed(ctx, filter.Filter{})
	if err != nil {
		return err
	}
	a.heading("The newest of %s's %s sessions", a.viewer.Company, count)
	a.printPage(page, took)
	if len(page.Sessions) == 0 {
		return nil
	}
	for _, step := range []func(context.Context, store.Page) error{
		a.typeName, a.applyFilters, a.pageOn, a.showDetails, a.whatIf, a.refresh,
	} {
		if err := step(ctx, page); err != nil {
			return err
		}
	}
	a.heading("Export of all sessions of %s", a.viewer.Company)
	return a.exportTo(ctx, filepath.Join(scratch, "sessions.csv"), filter.Filter{})
}

func (a *app) heading(format string, args ...any) { a.printf("\n"+format+"\n\n", args...) }

// typeName searches as somebody who types a name: after each letter.
func (a *app) typeName(ctx context.Context, newest store.Page) error {
	person, text := somebody(newest.Sessions)
	if person == nil {
		return nil
	}
	a.heading("Somebody types %q (found in Georgian script too)", text)
	var rows [][]string
	search := func(text string) error {
		q, err := searchkey.ParseQuery(text)
		if err != nil {
			return err
		}
		page, count, took, err := a.timed(ctx, filter.Search(text))
		if err != nil {
			return err
		}
		found := ""
		if len(page.Sessions) > 0 {
			found = matches(page.Sessions[0], q)
		}
		rows = append(rows, []string{text, duration(took), count.String(), found})
		return nil
	}
	for end := range text {
		if end > 0 && text[end-1] != ' ' {
			if err := search(text[:end]); err != nil {
				return err
			}
		}
	}
	for _, whole := range []string{text, person.LastName.Value(), person.PersonalNumber.Value()} {
		if whole == "" {
			continue
		}
		if err := search(whole); err != nil {
			return err
		}
	}
	a.printf("%s", table([]string{"Typed", "Page", "Sessions", "Newest match"}, rows))
	return nil
}

// somebody chooses a person with both names known, in Georgian script if there is one, and what to
// type for them: the last name and the beginning of the first, in Latin letters.
func somebody(list []*sessions.Session) (person *sessions.Session, text string) {
	for _, s := range list {
		words := map[sessions.Field]string{}
		for field, word := range searchkey.Of(s).Words() {
			if words[field] == "" {
				words[field] = word
			}
		}
		first, last := words[sessions.FieldFirstName], words[sessions.FieldLastName]
		georgian := strings.ContainsFunc(s.LastName.Value(), func(r rune) bool { return unicode.Is(unicode.Georgian, r) })
		if len(first) >= 2 && last != "" && (person == nil || georgian) {
			if person, text = s, last+" "+first[:2]; georgian {
				break
			}
		}
	}
	return person, text
}

// applyFilters applies each filter of the page.
func (a *app) applyFilters(ctx context.Context, newest store.Page) error {
	a.heading("The filters")
	to := sessions.DateOf(newest.Sessions[0].CreatedAt.In(a.zone))
	passports := filter.DocumentType(sessions.Passport)
	cards := filter.DocumentType(sessions.IDCard)
	failed := filter.Status(sessions.Failed)
	month := filter.CreatedOn(to.AddDays(-29), to, a.zone)
	var rows [][]string
	for _, f := range []struct {
		what   string
		filter filter.Filter
	}{
		{"Passport", passports},
		{"ID card", cards},
		{"Passport or ID card", filter.DocumentType(sessions.Passport, sessions.IDCard)},
		{"No document", filter.DocumentType("")},
		{"Success", filter.Status(sessions.Success)},
		{"Failed", failed},
		{"Success or Failed", filter.Status(sessions.Success, sessions.Failed)},
		{"Pending", filter.Status(sessions.Pending)},
		{"Digital Spoof Detected", filter.FailedFor(sessions.DigitalSpoof)},
		{"Is not Full ID", filter.FailedFor(sessions.NotFullID)},
		{"Low FAR rate", filter.FailedFor(sessions.LowFAR)},
		{"Low FAR rate, levels 0 to 2", filter.FailedForAt([]far.Level{0, 1, 2}, sessions.LowFAR)},
		{"All possible spoof", filter.FailedFor(sessions.SpoofReasons()...)},
		{"Match level 7", filter.MatchLevel(7)},
		{"The last 30 days", month},
		{"Failed passports of these days", filter.And(passports, failed, month)},
		{"Neither passport nor ID card", filter.And(filter.Not(passports), filter.Not(cards))},
	} {
		page, count, took, err := a.timed(ctx, f.filter)
		if err != nil {
			return fmt.Errorf("%s: %w", f.what, err)
		}
		for _, s := range page.Sessions {
			if !f.filter.Match(s) {
				return fmt.Errorf("%s: session %q is not of the selection", f.what, s.ID)
			}
		}
		rows = append(rows, []string{f.what, duration(took), count.String()})
	}
	a.printf("%s", table([]string{"Filter", "Page", "Sessions"}, rows))
	return nil
}

// pageOn reads the pages after the first.
func (a *app) pageOn(ctx context.Context, newest store.Page) error {
	a.heading("Further pages")
	seen := map[string]bool{}
	page := newest
	for number := 1; number <= 6; number++ {
		for _, s := range page.Sessions {
			if seen[s.ID] {
				return fmt.Errorf("session %q is on two pages", s.ID)
			}
			seen[s.ID] = true
		}
		if page.Complete {
			break
		}
		next, took, err := a.list(ctx, store.Query{Limit: a.limit, After: page.Next})
		if err != nil {
			return err
		}
		if page = next; len(page.Sessions) > 0 {
			a.printf("  page %d in %s, from %s on\n", number+1, duration(took),
				page.Sessions[0].CreatedAt.In(a.zone).Format("2006-01-02 15:04"))
		}
	}
	return nil
}

// showDetails shows a session that failed for its match level.
func (a *app) showDetails(ctx context.Context, newest store.Page) error {
	page, _, err := a.list(ctx, store.Query{Filter: filter.FailedFor(sessions.LowFAR), Limit: 1})
	if err != nil {
		return err
	}
	s := newest.Sessions[0]
	if len(page.Sessions) > 0 {
		s = page.Sessions[0]
	}
	a.heading("Details of a session")
	return a.printDetails(ctx, s.ID)
}

// whatIf shows how the sessions would have ended under each acceptance level.
func (a *app) whatIf(ctx context.Context, _ store.Page) error {
	tally, err := a.store.Tally(ctx, a.viewer, filter.Filter{})
	if err != nil {
		return err
	}
	a.heading("What if the acceptance level were another")
	var rows [][]string
	for level := range far.Kvalifika.Levels() {
		policy, err := far.NewPolicy(far.Kvalifika, level)
		if err != nil {
			return err
		}
		acceptance, err := sessions.NewAcceptance(policy)
		if err != nil {
			return err
		}
		o, err := tally.If(acceptance)
		if err != nil {
			return err
		}
		rows = append(rows, []string{far.Kvalifika.Label(level), thousands(int64(o.Pass)), thousands(int64(o.Fail)), thousands(int64(o.Unknown))})
	}
	a.printf("%s", table([]string{"Acceptance", "Pass", "Fail", "Undecided"}, rows))
	if !tally.Exact {
		a.printf("  (of the newest sessions alone)\n")
	}
	return nil
}

// refresh decides a pending session and asks what has changed since the page was read. It leaves a
// database that is kept as it is.
func (a *app) refresh(ctx context.Context, newest store.Page) error {
	if a.db != "" {
		return nil
	}
	pending := filter.Status(sessions.Pending)
	page, _, err := a.list(ctx, store.Query{Filter: pending, Limit: 1})
	if err != nil || len(page.Sessions) == 0 {
		return err
	}
	s := page.Sessions[0]
	verdict, err := sessions.Decide(sessions.Evidence{
		DocumentType: s.DocumentType, Liveness: sessions.LivenessPassed, DocumentValidity: sessions.Valid, Corners: sessions.Valid,
		Uncovered: sessions.Valid, Authentic: sessions.Valid, Compared: true, Level: 7,
	}, generate.Acceptance())
	if err != nil {
		return err
	}
	s.Status, s.Reasons, s.Match = verdict.Status, verdict.Reasons, verdict.Match
	s.Liveness, s.DocumentValidity = sessions.LivenessPassed, sessions.Valid
	s.DecidedAt = s.CreatedAt.Add(3 * time.Minute)
	s.CompletedAt = s.DecidedAt
	if err := a.backend.Update(ctx, s); err != nil {
		return err
	}
	a.heading("Refresh after a pending session has ended")
	for _, view := range []struct {
		what   string
		filter filter.Filter
	}{{"all sessions", filter.Filter{}}, {"pending ones", pending}} {
		delta, err := a.store.Changes(ctx, a.viewer, store.Query{Filter: view.filter}, newest.AsOf)
		if err != nil {
			return err
		}
		a.printf("  among %s: %d new or changed, %d left\n", view.what, len(delta.Sessions), len(delta.Left))
	}
	return nil
}
