package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// CompanySettings are the settings that a company's Master User may change. The zero
// CompanySettings accept no level and have no extra fields.
//
// encoding/json reads and writes them. [ParseCompanySettings] reads settings with scales of the
// host's own.
type CompanySettings struct {
	Acceptance sessions.Acceptance `json:"acceptance"`
	// ExtraKeys are the company's extra fields, in the order of their columns.
	ExtraKeys sessions.ExtraKeys `json:"extra_keys"`
	// KeptOnRedaction are the extra fields that say nothing about a person, such as the branch. A
	// redaction keeps them ([Store.Redact]), so that restrictions by them still hold.
	KeptOnRedaction sessions.ExtraKeys `json:"kept_on_redaction"`

	// Revision counts the changes. Settings sets it; a save needs the revision that was read.
	Revision int64 `json:"revision"`
}

// ParseCompanySettings reads the JSON of CompanySettings whose policies are on far.Kvalifika or on
// one of the scales given. Errors wrap [sessions.ErrSyntax], also for an unknown member, or the
// error of far.ParsePolicy.
func ParseCompanySettings(data []byte, scales ...far.Scale) (CompanySettings, error) {
	var j struct {
		Acceptance      json.RawMessage    `json:"acceptance"`
		ExtraKeys       sessions.ExtraKeys `json:"extra_keys"`
		KeptOnRedaction sessions.ExtraKeys `json:"kept_on_redaction"`
		Revision        int64              `json:"revision"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if d.Decode(&j) != nil || !errors.Is(d.Decode(&struct{}{}), io.EOF) {
		return CompanySettings{}, fmt.Errorf("%w: company settings: not their JSON", sessions.ErrSyntax)
	}
	acceptance, err := sessions.ParseAcceptance(j.Acceptance, scales...)
	if err != nil {
		return CompanySettings{}, err
	}
	return CompanySettings{acceptance, j.ExtraKeys, j.KeptOnRedaction, j.Revision}, nil
}

// Equal reports whether both are the same settings, of the same revision.
func (c CompanySettings) Equal(d CompanySettings) bool {
	return c.Acceptance.Equal(d.Acceptance) && slices.Equal(c.ExtraKeys.All(), d.ExtraKeys.All()) &&
		slices.Equal(c.KeptOnRedaction.All(), d.KeptOnRedaction.All()) && c.Revision == d.Revision
}

// Settings keeps the settings of companies. Package storetest tests an implementation: each promise
// here, and those of [SettingsHistory] and [SettingsPurger], has a case there with its number.
//
//  1. Each method concerns one company. An empty one is [ErrNoCompany].
//  2. CompanySettings returns all of the settings saved last, or the zero settings if none were
//     saved.
//  3. SaveCompanySettings replaces the stored settings if their revision is that of s, and raises
//     it by one. Otherwise nothing changes, and the error wraps [ErrConflict].
//  4. If many calls replace the same revision at once, one succeeds.
//  5. A cancelled context ends a method with an error that wraps the context's, and saves nothing.
type Settings interface {
	CompanySettings(ctx context.Context, company string) (CompanySettings, error)
	// SaveCompanySettings saves the settings; subject is the Viewer.Subject of the person who saves
	// them.
	SaveCompanySettings(ctx context.Context, company string, s CompanySettings, subject string) error
}

// SettingsHistory is a Settings that keeps all settings that were saved.
//
//  6. CompanySettingsHistory returns the saved settings of a company, newest first, each with the
//     person and the time: at most limit of them, and if before is not zero, only revisions below
//     it. No revision is missing.
type SettingsHistory interface {
	CompanySettingsHistory(ctx context.Context, company string, before int64, limit int) ([]SettingsRevision, error)
}

// SettingsRevision is one saved version of a company's settings.
type SettingsRevision struct {
	CompanySettings
	Subject string    // Viewer.Subject of the person who saved them
	At      time.Time // when they were saved: UTC, microseconds, by the clock of that process
}

// SettingsPurger is a Settings that can forget a company for good, for [Store.PurgeCompany].
//
//  7. PurgeCompanySettings deletes the settings of a company and their history, and no others. If
//     there are none it does nothing. Afterwards the company has the zero settings, of revision 0.
type SettingsPurger interface {
	PurgeCompanySettings(ctx context.Context, company string) error
}

// SettingsHistory returns the saved settings of the viewer's company, newest first: at most limit
// of them, as in [Query], and only revisions below before, if before is not 0. Only a Master User
// may read the history: for others the error is [ErrForbidden]. If [Options.Settings] keeps no
// history, the error wraps [errors.ErrUnsupported].
func (s *Store) SettingsHistory(ctx context.Context, v Viewer, before int64, limit int) ([]SettingsRevision, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	history, ok := s.options.Settings.(SettingsHistory)
	switch {
	case !v.Role.ChangesSettings():
		return nil, fmt.Errorf("%w: history of settings", ErrForbidden)
	case s.options.Settings == nil:
		return nil, ErrNoSettings
	case !ok:
		return nil, fmt.Errorf("store: settings: no history: %w", errors.ErrUnsupported)
	}
	limit, err := s.limit(limit)
	if err != nil {
		return nil, err
	}
	revisions, err := history.CompanySettingsHistory(ctx, v.Company, before, limit)
	if err != nil {
		return nil, fmt.Errorf("store: settings: %w", err)
	}
	return revisions, nil
}

// Settings returns the settings of the viewer's company. Both roles may read them. Without
// [Options.Settings] the error is [ErrNoSettings].
func (s *Store) Settings(ctx context.Context, v Viewer) (CompanySettings, error) {
	if err := v.check(); err != nil {
		return CompanySettings{}, err
	}
	return s.companySettings(ctx, v.Company)
}

// HasSettings reports whether the Store has [Options.Settings].
func (s *Store) HasSettings() bool { return s.options.Settings != nil }

func (s *Store) companySettings(ctx context.Context, company string) (CompanySettings, error) {
	if s.options.Settings == nil {
		return CompanySettings{}, ErrNoSettings
	}
	c, err := s.options.Settings.CompanySettings(ctx, company)
	if err != nil {
		return CompanySettings{}, fmt.Errorf("store: settings: %w", err)
	}
	return c, nil
}

// SaveSettings replaces the settings of the viewer's company, and returns them as saved. changed
// must have the revision that was read: if another revision is stored, the error is [ErrConflict].
// It must have an acceptance level: otherwise the error is [sessions.ErrNoAcceptance]. Only a
// Master User may save settings: for others the error is [ErrForbidden]. The audit hook is called
// with the old and new settings before they are saved, and with the outcome after.
func (s *Store) SaveSettings(ctx context.Context, v Viewer, changed CompanySettings) (CompanySettings, error) {
	if err := v.check(); err != nil {
		return CompanySettings{}, err
	}
	e := v.event(ActionSettings)
	saved, err := s.saveSettings(ctx, v, changed, &e)
	e.Outcome = Done
	if err != nil {
		e.Outcome, e.Err, saved = Failed, err, CompanySettings{}
	}
	if refusal := s.tell(context.WithoutCancel(ctx), e); refusal != nil && err == nil {
		err = refusal
	}
	return saved, err
}

func (s *Store) saveSettings(ctx context.Context, v Viewer, changed CompanySettings, e *Event) (CompanySettings, error) {
	if !v.Role.ChangesSettings() {
		return CompanySettings{}, fmt.Errorf("%w: change of settings", ErrForbidden)
	}
	if changed.Acceptance.IsZero() {
		return CompanySettings{}, fmt.Errorf("store: settings: %w", sessions.ErrNoAcceptance)
	}
	old, err := s.companySettings(ctx, v.Company)
	if err != nil {
		return CompanySettings{}, err
	}
	if changed.Revision != old.Revision {
		return CompanySettings{}, fmt.Errorf("store: settings: %w", ErrConflict)
	}
	e.Change = &SettingsChange{Old: old, New: changed}
	e.Outcome = Started
	if err := s.tell(ctx, *e); err != nil {
		return CompanySettings{}, err
	}
	if err := s.options.Settings.SaveCompanySettings(ctx, v.Company, changed, v.Subject); err != nil {
		return CompanySettings{}, fmt.Errorf("store: settings: %w", err)
	}
	changed.Revision++
	return changed, nil
}
