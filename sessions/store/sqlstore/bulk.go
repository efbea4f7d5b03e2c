package sqlstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// Bulk makes the rows that [Backend.Insert] would write, to fill new tables with an engine's own
// means: COPY, LOAD DATA, a transaction without indexes. The tables must not have sessions of these
// companies yet, and each session may be added only once. Nobody else may write until the rows of
// [Bulk.Companies] are stored, which come last. The zero Bulk is ready to use. It is not safe for
// concurrent use.
//
// Values are nil, int64 or string (valid UTF-8, without NUL), in the order of [SessionColumns] and
// [CompanyColumns]. Nothing is packed: call [Backend.Maintain] for each company at the end.
type Bulk struct{ seqs map[string]int64 }

// SessionColumns returns the columns of sessionkit_sessions, in the order of the rows of a [Bulk].
func SessionColumns() []string { return writable.Names() }

// CompanyColumns returns the columns of sessionkit_companies, in the order of the rows of a [Bulk].
func CompanyColumns() []string { return []string{"company", "seq", "total", "search_key"} }

// Add returns the row of a session. The session is normalised and its Revision becomes 1. For an
// invalid session Add returns an error that wraps that of [sessions.Session.Validate], and adds
// nothing.
func (b *Bulk) Add(s *sessions.Session) ([]any, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("sqlstore: %w", err)
	}
	s.Normalize()
	s.Revision = 1
	if b.seqs == nil {
		b.seqs = map[string]int64{}
	}
	b.seqs[s.Company]++
	return writable.Values(make([]any, 0, len(writable)), s, b.seqs[s.Company], 0, string(searchkey.Of(s))), nil
}

// Companies returns the rows of the companies whose sessions were added, in the order of their
// keys.
func (b *Bulk) Companies() [][]any {
	rows := make([][]any, 0, len(b.seqs))
	for company, n := range b.seqs {
		rows = append(rows, []any{company, n, n, int64(searchkey.Version)})
	}
	slices.SortFunc(rows, func(x, y []any) int {
		return strings.Compare(x[0].(string), y[0].(string)) //nolint:errcheck // written above
	})
	return rows
}
