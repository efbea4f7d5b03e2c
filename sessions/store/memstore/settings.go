package memstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/kvalifika/sessionkit/sessions/store"
)

// Settings keeps the settings of companies in memory, with their history. The zero Settings is
// empty. It may be used by many goroutines at once, and must not be copied.
type Settings struct {
	mu        sync.Mutex
	companies map[string][]store.SettingsRevision // oldest first; the revision of the i-th is i+1
}

var (
	_ store.Settings        = (*Settings)(nil)
	_ store.SettingsHistory = (*Settings)(nil)
	_ store.SettingsPurger  = (*Settings)(nil)
)

// in calls do with the lock held, unless the company is empty or the context is over.
func (s *Settings) in(ctx context.Context, company string, do func() error) error {
	if err := ready(ctx, company); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return do()
}

// ready returns an error if the company is empty or the context is over.
func ready(ctx context.Context, company string) error {
	if company == "" {
		return store.ErrNoCompany
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memstore: %w", err)
	}
	return nil
}

// CompanySettings implements [store.Settings].
func (s *Settings) CompanySettings(ctx context.Context, company string) (found store.CompanySettings, err error) {
	err = s.in(ctx, company, func() error {
		if all := s.companies[company]; len(all) > 0 {
			found = all[len(all)-1].CompanySettings
		}
		return nil
	})
	return found, err
}

// SaveCompanySettings implements [store.Settings].
func (s *Settings) SaveCompanySettings(ctx context.Context, company string, c store.CompanySettings, subject string) error {
	return s.in(ctx, company, func() error {
		all := s.companies[company]
		if c.Revision != int64(len(all)) {
			return fmt.Errorf("memstore: settings: %w", store.ErrConflict)
		}
		c.Revision++
		if s.companies == nil {
			s.companies = map[string][]store.SettingsRevision{}
		}
		s.companies[company] = append(all, store.SettingsRevision{CompanySettings: c, Subject: subject, At: time.Now().UTC().Truncate(time.Microsecond)})
		return nil
	})
}

// CompanySettingsHistory implements [store.SettingsHistory].
func (s *Settings) CompanySettingsHistory(ctx context.Context, company string, before int64, limit int) (found []store.SettingsRevision, err error) {
	err = s.in(ctx, company, func() error {
		all := s.companies[company]
		from := len(all)
		if before > 0 {
			from = int(min(before-1, int64(from)))
		}
		for i := from - 1; i >= 0 && len(found) < limit; i-- {
			found = append(found, all[i])
		}
		return nil
	})
	return found, err
}

// PurgeCompanySettings implements [store.SettingsPurger].
func (s *Settings) PurgeCompanySettings(ctx context.Context, company string) error {
	return s.in(ctx, company, func() error {
		delete(s.companies, company)
		return nil
	})
}
