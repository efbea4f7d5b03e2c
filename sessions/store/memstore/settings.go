package memstore

import (
	"context"
	"fmt"
	"sync"

	"github.com/kvalifika/sessionkit/sessions/store"
)

// Settings keeps the settings of companies in memory. The zero Settings has none.
type Settings struct {
	mu        sync.Mutex
	companies map[string]store.CompanySettings
}

var (
	_ store.Settings       = (*Settings)(nil)
	_ store.SettingsPurger = (*Settings)(nil)
)

// CompanySettings returns the settings of a company: the zero ones if none were saved.
func (s *Settings) CompanySettings(_ context.Context, company string) (store.CompanySettings, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.companies[company], nil
}

// SaveCompanySettings replaces the settings of the revision that was read.
func (s *Settings) SaveCompanySettings(_ context.Context, company string, c store.CompanySettings) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Revision != s.companies[company].Revision {
		return fmt.Errorf("memstore: settings: %w", store.ErrConflict)
	}
	if s.companies == nil {
		s.companies = map[string]store.CompanySettings{}
	}
	c.Revision++
	s.companies[company] = c
	return nil
}

// PurgeCompanySettings forgets the settings of a company.
func (s *Settings) PurgeCompanySettings(_ context.Context, company string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.companies, company)
	return nil
}
