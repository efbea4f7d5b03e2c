package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// rule is one numbered promise of an S, and the case that tests it.
type rule[S any] struct {
	number  int
	title   string
	applies func(S) bool // nil: applies to every S
	check   func(*judge, S)
}

func (r rule[S]) prove(t testing.TB, s S) {
	t.Helper()
	prove(t, r.number, r.title, patience, func(j *judge) { r.check(j, s) })
}

func runRules[S any](t *testing.T, rules []rule[S], fresh func(t *testing.T) S) {
	t.Helper()
	for _, r := range rules {
		t.Run(caseName(r.number, r.title), func(t *testing.T) {
			s := fresh(t)
			if r.applies != nil && !r.applies(s) {
				t.Skip("the storage does not do this")
			}
			r.prove(t, s)
		})
	}
}

// RunSettings tests that a [store.Settings] keeps its promises, and those of
// [store.SettingsHistory] and [store.SettingsPurger] if it implements them. Each case is a subtest
// that gets empty settings of its own from fresh.
func RunSettings(t *testing.T, fresh func(t *testing.T) store.Settings) {
	t.Helper()
	runRules(t, settingsRules(), fresh)
}

func settingsRules() []rule[store.Settings] {
	return []rule[store.Settings]{
		{1, "each method is about one company", nil, settingsOfOneCompany},
		{2, "what was saved comes back", nil, settingsComeBack},
		{3, "only the revision that was read is replaced", nil, settingsAreCompared},
		{4, "of many at once one saves", nil, settingsAtOnce},
		{5, "a cancelled context ends a method", nil, settingsCancelled},
		{6, "the history has what was saved", func(s store.Settings) bool { _, ok := s.(store.SettingsHistory); return ok }, settingsHistory},
		{7, "a purge forgets a company", func(s store.Settings) bool { _, ok := s.(store.SettingsPurger); return ok }, settingsPurge},
	}
}

// settingsWith returns settings with an acceptance level, and extra fields with unusual keys.
func settingsWith(t *judge, level far.Level, revision int64) store.CompanySettings {
	t.Helper()
	policy, err := far.NewPolicy(far.Kvalifika, level)
	t.ok(err)
	strict, err := far.NewPolicy(far.Kvalifika, 7)
	t.ok(err)
	acceptance, err := sessions.NewAcceptance(policy)
	t.ok(err)
	keys, err := sessions.NewExtraKeys("phone", "Phone", `a"b'c\`, "ფილიალი 🏦", "100%_", "'; DROP TABLE x; --", "blank ")
	t.ok(err)
	kept, err := sessions.NewExtraKeys("ფილიალი 🏦")
	t.ok(err)
	acceptance = acceptance.With(sessions.Passport, strict).With("odd \"type\"", policy)
	return store.CompanySettings{Acceptance: acceptance, ExtraKeys: keys, KeptOnRedaction: kept, Revision: revision}
}

// requireSettings requires that the settings of a company are equal to want in each field.
func requireSettings(t *judge, s store.Settings, company string, want store.CompanySettings, why string) {
	t.Helper()
	got, err := s.CompanySettings(t.Context(), company)
	t.ok(err, why)
	if d := differenceOf(want, got); d != "" {
		t.fail("the settings of %q, %s:\n%s", company, why, d)
	}
}

func settingsOfOneCompany(t *judge, s store.Settings) {
	ctx := t.Context()
	_, err := s.CompanySettings(ctx, "")
	t.wraps(err, store.ErrNoCompany, "read")
	t.wraps(s.SaveCompanySettings(ctx, "", settingsWith(t, 5, 0), "m"), store.ErrNoCompany, "save")
	if h, ok := s.(store.SettingsHistory); ok {
		_, err := h.CompanySettingsHistory(ctx, "", 0, 10)
		t.wraps(err, store.ErrNoCompany, "history")
	}
	if p, ok := s.(store.SettingsPurger); ok {
		t.wraps(p.PurgeCompanySettings(ctx, ""), store.ErrNoCompany, "purge")
	}
	for i, company := range []string{acme, "ACME", "acme ", "აკმე"} { // companies differ bytewise
		requireSettings(t, s, company, store.CompanySettings{}, company)
		t.ok(s.SaveCompanySettings(ctx, company, settingsWith(t, far.Level(i+1), 0), "m"), company)
	}
	for i, company := range []string{acme, "ACME", "acme ", "აკმე"} {
		requireSettings(t, s, company, settingsWith(t, far.Level(i+1), 1), company)
	}
}

func settingsComeBack(t *judge, s store.Settings) {
	ctx := t.Context()
	requireSettings(t, s, acme, store.CompanySettings{}, "nothing was saved")
	full := settingsWith(t, 5, 0)
	t.ok(s.SaveCompanySettings(ctx, acme, full, "m"))
	full.Revision = 1
	requireSettings(t, s, acme, full, "everything")
	plain, err := sessions.NewAcceptance(full.Acceptance.Default())
	t.ok(err)
	t.ok(s.SaveCompanySettings(ctx, acme, store.CompanySettings{Acceptance: plain, Revision: 1}, "m"))
	requireSettings(t, s, acme, store.CompanySettings{Acceptance: plain, Revision: 2}, "no extra fields any more")
	t.ok(s.SaveCompanySettings(ctx, acme, store.CompanySettings{Revision: 2}, "m"))
	requireSettings(t, s, acme, store.CompanySettings{Revision: 3}, "nothing, of revision 3")
}

func settingsAreCompared(t *judge, s store.Settings) {
	ctx := t.Context()
	t.wraps(s.SaveCompanySettings(ctx, acme, settingsWith(t, 5, 1), "m"), store.ErrConflict, "nothing is stored")
	t.ok(s.SaveCompanySettings(ctx, acme, settingsWith(t, 5, 0), "m"))
	t.ok(s.SaveCompanySettings(ctx, acme, settingsWith(t, 6, 1), "m"))
	for _, revision := range []int64{0, 1, 3, 4, -1, 1 << 62} {
		t.wraps(s.SaveCompanySettings(ctx, acme, settingsWith(t, 2, revision), "m"), store.ErrConflict, "revision %d of 2", revision)
		requireSettings(t, s, acme, settingsWith(t, 6, 2), "a conflict changes nothing")
	}
	t.ok(s.SaveCompanySettings(ctx, acme, settingsWith(t, 3, 2), "m"))
	requireSettings(t, s, acme, settingsWith(t, 3, 3), "who reads again may save")
}

func settingsAtOnce(t *judge, s store.Settings) {
	const masters, rounds = 6, 4
	for round := range int64(rounds) {
		var wait sync.WaitGroup
		errs := make([]error, masters)
		for i := range masters {
			change := settingsWith(t, far.Level(i+1), round)
			wait.Go(func() { errs[i] = s.SaveCompanySettings(t.Context(), acme, change, fmt.Sprint("m-", i)) })
		}
		wait.Wait()
		winner := -1
		for i, err := range errs {
			if err == nil {
				is(t, -1, winner, "of many that save at once, another that saved revision %d", round)
				winner = i
				continue
			}
			t.wraps(err, store.ErrConflict, "who was too late")
		}
		t.that(winner >= 0, "of many that save at once, one saves")
		requireSettings(t, s, acme, settingsWith(t, far.Level(winner+1), round+1), "those of who saved")
	}
}

func settingsCancelled(t *judge, s store.Settings) {
	t.ok(s.SaveCompanySettings(t.Context(), acme, settingsWith(t, 5, 0), "m"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.CompanySettings(ctx, acme)
	t.wraps(err, context.Canceled, "read")
	t.wraps(s.SaveCompanySettings(ctx, acme, settingsWith(t, 6, 1), "m"), context.Canceled, "save")
	if h, ok := s.(store.SettingsHistory); ok {
		_, err := h.CompanySettingsHistory(ctx, acme, 0, 10)
		t.wraps(err, context.Canceled, "history")
	}
	if p, ok := s.(store.SettingsPurger); ok {
		t.wraps(p.PurgeCompanySettings(ctx, acme), context.Canceled, "purge")
	}
	requireSettings(t, s, acme, settingsWith(t, 5, 1), "nothing was saved")
}

func settingsHistory(t *judge, s store.Settings) {
	history := s.(store.SettingsHistory) //nolint:errcheck // promised
	ctx := t.Context()
	read := func(before int64, limit int) []store.SettingsRevision {
		t.Helper()
		list, err := history.CompanySettingsHistory(ctx, acme, before, limit)
		t.ok(err)
		return list
	}
	is(t, 0, len(read(0, 10)), "revisions before anything was saved")
	began := time.Now().Add(-time.Second)
	const saves = 7
	subjects := []string{"master-1", "მასტერი 🏦", `o'brien "; --\`, "master-1 ", "", "MASTER-1", strings.Repeat("m", 100)}
	for i := range int64(saves) {
		t.ok(s.SaveCompanySettings(ctx, acme, settingsWith(t, far.Level(i+1), i), subjects[i]))
	}
	t.ok(s.SaveCompanySettings(ctx, "globex", settingsWith(t, 2, 0), "another"))
	t.wraps(s.SaveCompanySettings(ctx, acme, settingsWith(t, 2, 3), "too late"), store.ErrConflict)
	check := func(list []store.SettingsRevision, newest int64, n int) {
		t.Helper()
		is(t, n, len(list), "revisions")
		for i, r := range list {
			revision := newest - int64(i)
			if d := differenceOf(settingsWith(t, far.Level(revision), revision), r.CompanySettings); d != "" {
				t.fail("revision %d:\n%s", revision, d)
			}
			is(t, subjects[revision-1], r.Subject, "the subject of revision %d", revision)
			t.that(r.At.After(began) && r.At.Before(time.Now().Add(time.Second)), "revision %d: the time %v", revision, r.At)
			t.that(r.At.Location() == time.UTC, "revision %d: its time is in UTC", revision)
			is(t, 0, r.At.Nanosecond()%1000, "revision %d: nanoseconds of its time", revision)
		}
	}
	check(read(0, 100), saves, saves)
	check(read(0, 3), saves, 3)
	check(read(5, 3), 4, 3)
	check(read(2, 3), 1, 1)
	is(t, 0, len(read(1, 3)), "revisions before the first")
	check(read(1<<62, 1), saves, 1)
}

func settingsPurge(t *judge, s store.Settings) {
	purger := s.(store.SettingsPurger) //nolint:errcheck // promised
	ctx := t.Context()
	t.ok(purger.PurgeCompanySettings(ctx, acme), "a company without settings")
	for i := range int64(3) {
		t.ok(errors.Join(s.SaveCompanySettings(ctx, acme, settingsWith(t, 5, i), "m"), s.SaveCompanySettings(ctx, "globex", settingsWith(t, 5, i), "m")))
	}
	t.ok(purger.PurgeCompanySettings(ctx, acme))
	requireSettings(t, s, acme, store.CompanySettings{}, "purged")
	requireSettings(t, s, "globex", settingsWith(t, 5, 3), "another company")
	if h, ok := s.(store.SettingsHistory); ok {
		list, err := h.CompanySettingsHistory(ctx, acme, 0, 10)
		t.ok(err)
		is(t, 0, len(list), "revisions of a company that was purged")
		list, err = h.CompanySettingsHistory(ctx, "globex", 0, 10)
		t.ok(err)
		is(t, 3, len(list), "revisions of another company")
	}
	t.wraps(s.SaveCompanySettings(ctx, acme, settingsWith(t, 5, 3), "m"), store.ErrConflict, "somebody who read before the purge")
	t.ok(s.SaveCompanySettings(ctx, acme, settingsWith(t, 6, 0), "m"))
	requireSettings(t, s, acme, settingsWith(t, 6, 1), "the company is back")
}
