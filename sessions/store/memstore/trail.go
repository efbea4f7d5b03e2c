package memstore

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/kvalifika/sessionkit/sessions/store"
)

// Trail keeps the audit trails of companies in memory. The zero Trail is empty. It
// may be used by many goroutines at once, and must not be copied.
type Trail struct {
	mu        sync.Mutex
	companies map[string][]store.AuditEntry // oldest first
}

var _ store.AuditTrail = (*Trail)(nil)

// String returns the name of the type, since the texts of a trail are as private as the sessions.
func (t *Trail) String() string { return "memstore.Trail" }

// Format prints the text of String, whatever the verb.
func (t *Trail) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// place returns how many entries are further back than a position.
func place(all []store.AuditEntry, p store.Position) int {
	return sort.Search(len(all), func(i int) bool { return all[i].Position().Compare(p) <= 0 })
}

// AppendAudit implements [store.AuditTrail].
func (t *Trail) AppendAudit(ctx context.Context, e store.AuditEntry) error {
	if err := ready(ctx, e.Company); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.companies == nil {
		t.companies = map[string][]store.AuditEntry{}
	}
	all := t.companies[e.Company]
	t.companies[e.Company] = slices.Insert(all, place(all, e.Position()), e)
	return nil
}

// AuditEntries implements [store.AuditTrail].
func (t *Trail) AuditEntries(ctx context.Context, sel store.AuditSelection) (batch store.AuditBatch, err error) {
	if err := ready(ctx, sel.Company); err != nil {
		return batch, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.companies[sel.Company]
	all = all[:place(all, sel.After)] // all of them, if After is zero
	for _, e := range slices.Backward(all) {
		switch {
		case !sel.Selects(&e):
		case len(batch.Entries) == sel.Limit:
			batch.Reached = batch.Entries[sel.Limit-1].Position()
			return batch, nil
		default:
			batch.Entries = append(batch.Entries, e)
		}
	}
	return batch, nil
}

// DeleteAudit implements [store.AuditTrail].
func (t *Trail) DeleteAudit(ctx context.Context, company string, before time.Time, most int) (int, error) {
	if err := ready(ctx, company); err != nil {
		return 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.companies[company]
	n := len(all)
	if !before.IsZero() {
		n = place(all, store.Position{CreatedAt: before})
	}
	if most > 0 {
		n = min(n, most)
	}
	t.companies[company] = slices.Delete(all, 0, n)
	if n == len(all) {
		delete(t.companies, company)
	}
	return n, nil
}
