package store

import (
	"context"
	"fmt"

	"github.com/kvalifika/sessionkit/sessions"
)

// CompanySettings are what a company's Master User sets. The zero CompanySettings accept no level
// and have no extra fields.
type CompanySettings struct {
	Acceptance sessions.Acceptance
	ExtraKeys  sessions.ExtraKeys // the company's extra fields, in the order of their columns
	// KeptKeys are those extra fields that say nothing of a person, such as the branch: a redaction
	// keeps them ([Store.Redact]), so that a restriction by them goes on to hold.
	KeptKeys sessions.ExtraKeys

	// Revision counts the changes. Settings sets it; a save needs the one that was read.
	Revision int64
}

// Settings is where a host keeps the settings of companies. It may be used by many goroutines.
type Settings interface {
	// CompanySettings returns the settings of a company: the zero ones if none were saved.
	CompanySettings(ctx context.Context, company string) (CompanySettings, error)
	// SaveCompanySettings replaces the stored settings if their revision is that of s, which they
	// raise by one. Otherwise nothing changes and the error wraps ErrConflict.
	SaveCompanySettings(ctx context.Context, company string, s CompanySettings) error
}

// SettingsPurger is a Settings that can forget a company for good, for [Store.PurgeCompany].
type SettingsPurger interface {
	// PurgeCompanySettings deletes the settings of a company. Without any it does nothing.
	PurgeCompanySettings(ctx context.Context, company string) error
}

// Settings returns the settings of the viewer's company. Both roles may read them. Without
// [Options.Settings] the error is [ErrNoSettings].
func (s *Store) Settings(ctx context.Context, v Viewer) (CompanySettings, error) {
	if err := v.check(); err != nil {
		return CompanySettings{}, err
	}
	return s.companySettings(ctx, v.Company)
}

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

// SaveSettings replaces the settings of the viewer's company, of which changed has the revision
// that was read, and returns them as saved. Only a Master User may: to others the error is
// [ErrForbidden]. A revision that is not the stored one is [ErrConflict], and no acceptance level
// sessions.ErrNoAcceptance. The audit hook is told of old and new before they are saved, and of the
// outcome after.
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
	if err := s.options.Settings.SaveCompanySettings(ctx, v.Company, changed); err != nil {
		return CompanySettings{}, fmt.Errorf("store: settings: %w", err)
	}
	changed.Revision++
	return changed, nil
}
