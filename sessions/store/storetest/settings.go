package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// rule is one numbered sentence about an S, and the case that proves it.
type rule[S any] struct {
	number  int
	title   string
	applies func(S) bool // nil: to every S
	check   func(testing.TB, S)
}

func (r rule[S]) name() string { return fmt.Sprintf("%02d %s", r.number, r.title) }

func runRules[S any](t *testing.T, rules []rule[S], fresh func(t *testing.T) S) {
	t.Helper()
	for _, r := range rules {
		t.Run(r.name(), func(t *testing.T) {
			s := fresh(t)
			if r.applies != nil && !r.applies(s) {
				t.Skip("the storage does not do this")
			}
			r.check(t, s)
		})
	}
}

// RunSettings proves that a [store.Settings] keeps its promises, and those of [store.SettingsHistory]
// and [store.SettingsPurger] if it is these, too. Each case is a subtest with settings of its own,
// of which fresh returns empty ones.
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

// settingsWith returns settings with an acceptance level, and extra fields with odd keys.
func settingsWith(t testing.TB, level far.Level, revision int64) store.CompanySettings {
	t.Helper()
	policy, err := far.NewPolicy(far.Kvalifika, level)
	require.NoError(t, err)
	strict, err := far.NewPolicy(far.Kvalifika, 7)
	require.NoError(t, err)
	acceptance, err := sessions.NewAcceptance(policy)
	require.NoError(t, err)
	keys, err := sessions.NewExtraKeys("phone", "Phone", `a"b'c\`, "ფილიალი 🏦", "100%_", "'; DROP TABLE x; --", "blank ")
	require.NoError(t, err)
	kept, err := sessions.NewExtraKeys("ფილიალი 🏦")
	require.NoError(t, err)
	acceptance = acceptance.With(sessions.Passport, strict).With("odd \"type\"", policy)
	return store.CompanySettings{Acceptance: acceptance, ExtraKeys: keys, KeptKeys: kept, Revision: revision}
}

// requireSettings requires that a company has settings, of which each part is equal.
func requireSettings(t testing.TB, s store.Settings, company string, want store.CompanySettings, why string) {
	t.Helper()
	got, err := s.CompanySettings(t.Context(), company)
	require.NoError(t, err, why)
	require.True(t, want.Equal(got), "%s: want %v, have %v", why, want, got)
}

func settingsOfOneCompany(t testing.TB, s store.Settings) {
	ctx := t.Context()
	_, err := s.CompanySettings(ctx, "")
	require.ErrorIs(t, err, store.ErrNoCompany, "read")
	require.ErrorIs(t, s.SaveCompanySettings(ctx, "", settingsWith(t, 5, 0), "m"), store.ErrNoCompany, "save")
	if h, ok := s.(store.SettingsHistory); ok {
		_, err := h.CompanySettingsHistory(ctx, "", 0, 10)
		require.ErrorIs(t, err, store.ErrNoCompany, "history")
	}
	if p, ok := s.(store.SettingsPurger); ok {
		require.ErrorIs(t, p.PurgeCompanySettings(ctx, ""), store.ErrNoCompany, "purge")
	}
	for i, company := range []string{acme, "ACME", "acme ", "აკმე"} { // companies differ bytewise
		requireSettings(t, s, company, store.CompanySettings{}, company)
		require.NoError(t, s.SaveCompanySettings(ctx, company, settingsWith(t, far.Level(i+1), 0), "m"), company)
	}
	for i, company := range []string{acme, "ACME", "acme ", "აკმე"} {
		requireSettings(t, s, company, settingsWith(t, far.Level(i+1), 1), company)
	}
}

func settingsComeBack(t testing.TB, s store.Settings) {
	ctx := t.Context()
	requireSettings(t, s, acme, store.CompanySettings{}, "nothing was saved")
	full := settingsWith(t, 5, 0)
	require.NoError(t, s.SaveCompanySettings(ctx, acme, full, "m"))
	full.Revision = 1
	requireSettings(t, s, acme, full, "everything")
	plain, err := sessions.NewAcceptance(full.Acceptance.Default())
	require.NoError(t, err)
	require.NoError(t, s.SaveCompanySettings(ctx, acme, store.CompanySettings{Acceptance: plain, Revision: 1}, "m"))
	requireSettings(t, s, acme, store.CompanySettings{Acceptance: plain, Revision: 2}, "no extra fields any more")
	require.NoError(t, s.SaveCompanySettings(ctx, acme, store.CompanySettings{Revision: 2}, "m"))
	requireSettings(t, s, acme, store.CompanySettings{Revision: 3}, "nothing, of revision 3")
}

func settingsAreCompared(t testing.TB, s store.Settings) {
	ctx := t.Context()
	require.ErrorIs(t, s.SaveCompanySettings(ctx, acme, settingsWith(t, 5, 1), "m"), store.ErrConflict, "nothing is stored")
	require.NoError(t, s.SaveCompanySettings(ctx, acme, settingsWith(t, 5, 0), "m"))
	require.NoError(t, s.SaveCompanySettings(ctx, acme, settingsWith(t, 6, 1), "m"))
	for _, revision := range []int64{0, 1, 3, 4, -1, 1 << 62} {
		require.ErrorIs(t, s.SaveCompanySettings(ctx, acme, settingsWith(t, 2, revision), "m"), store.ErrConflict, "revision %d of 2", revision)
		requireSettings(t, s, acme, settingsWith(t, 6, 2), "a conflict changes nothing")
	}
	require.NoError(t, s.SaveCompanySettings(ctx, acme, settingsWith(t, 3, 2), "m"))
	requireSettings(t, s, acme, settingsWith(t, 3, 3), "who reads again may save")
}

func settingsAtOnce(t testing.TB, s store.Settings) {
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
				require.Equal(t, -1, winner, "two saved revision %d", round)
				winner = i
				continue
			}
			require.ErrorIs(t, err, store.ErrConflict, "who was too late")
		}
		require.NotEqual(t, -1, winner, "nobody saved")
		requireSettings(t, s, acme, settingsWith(t, far.Level(winner+1), round+1), "those of who saved")
	}
}

func settingsCancelled(t testing.TB, s store.Settings) {
	require.NoError(t, s.SaveCompanySettings(t.Context(), acme, settingsWith(t, 5, 0), "m"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.CompanySettings(ctx, acme)
	require.ErrorIs(t, err, context.Canceled, "read")
	require.ErrorIs(t, s.SaveCompanySettings(ctx, acme, settingsWith(t, 6, 1), "m"), context.Canceled, "save")
	if h, ok := s.(store.SettingsHistory); ok {
		_, err := h.CompanySettingsHistory(ctx, acme, 0, 10)
		require.ErrorIs(t, err, context.Canceled, "history")
	}
	if p, ok := s.(store.SettingsPurger); ok {
		require.ErrorIs(t, p.PurgeCompanySettings(ctx, acme), context.Canceled, "purge")
	}
	requireSettings(t, s, acme, settingsWith(t, 5, 1), "nothing was saved")
}

func settingsHistory(t testing.TB, s store.Settings) {
	history := s.(store.SettingsHistory) //nolint:errcheck // promised
	ctx := t.Context()
	read := func(before int64, limit int) []store.SettingsRevision {
		t.Helper()
		list, err := history.CompanySettingsHistory(ctx, acme, before, limit)
		require.NoError(t, err)
		return list
	}
	require.Empty(t, read(0, 10), "nothing was saved")
	began := time.Now().Add(-time.Second)
	const saves = 7
	subjects := []string{"master-1", "მასტერი 🏦", `o'brien "; --\`, "master-1 ", "", "MASTER-1", strings.Repeat("m", 100)}
	for i := range int64(saves) {
		require.NoError(t, s.SaveCompanySettings(ctx, acme, settingsWith(t, far.Level(i+1), i), subjects[i]))
	}
	require.NoError(t, s.SaveCompanySettings(ctx, "globex", settingsWith(t, 2, 0), "another"))
	require.ErrorIs(t, s.SaveCompanySettings(ctx, acme, settingsWith(t, 2, 3), "too late"), store.ErrConflict)
	check := func(list []store.SettingsRevision, newest int64, n int) {
		t.Helper()
		require.Len(t, list, n)
		for i, r := range list {
			revision := newest - int64(i)
			require.True(t, settingsWith(t, far.Level(revision), revision).Equal(r.CompanySettings), "revision %d", revision)
			require.Equal(t, subjects[revision-1], r.Subject, "revision %d", revision)
			require.True(t, r.At.After(began) && r.At.Before(time.Now().Add(time.Second)), "revision %d: the time %v", revision, r.At)
			require.Equal(t, time.UTC, r.At.Location())
			require.Zero(t, r.At.Nanosecond()%1000, "microseconds")
		}
	}
	check(read(0, 100), saves, saves)
	check(read(0, 3), saves, 3)
	check(read(5, 3), 4, 3)
	check(read(2, 3), 1, 1)
	require.Empty(t, read(1, 3))
	check(read(1<<62, 1), saves, 1)
}

func settingsPurge(t testing.TB, s store.Settings) {
	purger := s.(store.SettingsPurger) //nolint:errcheck // promised
	ctx := t.Context()
	require.NoError(t, purger.PurgeCompanySettings(ctx, acme), "a company without settings")
	for i := range int64(3) {
		require.NoError(t, errors.Join(s.SaveCompanySettings(ctx, acme, settingsWith(t, 5, i), "m"), s.SaveCompanySettings(ctx, "globex", settingsWith(t, 5, i), "m")))
	}
	require.NoError(t, purger.PurgeCompanySettings(ctx, acme))
	requireSettings(t, s, acme, store.CompanySettings{}, "purged")
	requireSettings(t, s, "globex", settingsWith(t, 5, 3), "another company")
	if h, ok := s.(store.SettingsHistory); ok {
		list, err := h.CompanySettingsHistory(ctx, acme, 0, 10)
		require.NoError(t, err)
		require.Empty(t, list, "the history, too")
		list, err = h.CompanySettingsHistory(ctx, "globex", 0, 10)
		require.NoError(t, err)
		require.Len(t, list, 3, "another company's")
	}
	require.ErrorIs(t, s.SaveCompanySettings(ctx, acme, settingsWith(t, 5, 3), "m"), store.ErrConflict, "somebody who read before the purge")
	require.NoError(t, s.SaveCompanySettings(ctx, acme, settingsWith(t, 6, 0), "m"))
	requireSettings(t, s, acme, settingsWith(t, 6, 1), "the company is back")
}
