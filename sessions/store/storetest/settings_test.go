package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// brokenSettings is a memstore.Settings with some methods replaced.
type brokenSettings struct {
	*memstore.Settings
	read    func(ctx context.Context, company string) (store.CompanySettings, error)
	save    func(ctx context.Context, company string, s store.CompanySettings, subject string) error
	history func(ctx context.Context, company string, before int64, limit int) ([]store.SettingsRevision, error)
	purge   func(ctx context.Context, company string) error
}

func (b *brokenSettings) CompanySettings(ctx context.Context, company string) (store.CompanySettings, error) {
	if b.read != nil {
		return b.read(ctx, company)
	}
	return b.Settings.CompanySettings(ctx, company)
}

func (b *brokenSettings) SaveCompanySettings(ctx context.Context, company string, s store.CompanySettings, subject string) error {
	if b.save != nil {
		return b.save(ctx, company, s, subject)
	}
	return b.Settings.SaveCompanySettings(ctx, company, s, subject)
}

func (b *brokenSettings) CompanySettingsHistory(ctx context.Context, company string, before int64, limit int) ([]store.SettingsRevision, error) {
	if b.history != nil {
		return b.history(ctx, company, before, limit)
	}
	return b.Settings.CompanySettingsHistory(ctx, company, before, limit)
}

func (b *brokenSettings) PurgeCompanySettings(ctx context.Context, company string) error {
	if b.purge != nil {
		return b.purge(ctx, company)
	}
	return b.Settings.PurgeCompanySettings(ctx, company)
}

// saves changes the settings before they are saved.
func (b *brokenSettings) saves(change func(s *store.CompanySettings, subject *string)) {
	b.save = func(ctx context.Context, company string, s store.CompanySettings, subject string) error {
		change(&s, &subject)
		return b.Settings.SaveCompanySettings(ctx, company, s, subject)
	}
}

// histories changes the results of the history.
func (b *brokenSettings) histories(change func(before int64, limit int, list []store.SettingsRevision) []store.SettingsRevision) {
	b.history = func(ctx context.Context, company string, before int64, limit int) ([]store.SettingsRevision, error) {
		list, err := b.Settings.CompanySettingsHistory(ctx, company, before, limit)
		return change(before, limit, list), err
	}
}

// brokenTrail is a memstore.Trail with some methods replaced.
type brokenTrail struct {
	*memstore.Trail
	add     func(ctx context.Context, e store.AuditEntry) error
	entries func(ctx context.Context, sel store.AuditSelection) (store.AuditBatch, error)
	del     func(ctx context.Context, company string, before time.Time, most int) (int, error)
}

func (b *brokenTrail) AppendAudit(ctx context.Context, e store.AuditEntry) error {
	if b.add != nil {
		return b.add(ctx, e)
	}
	return b.Trail.AppendAudit(ctx, e)
}

func (b *brokenTrail) AuditEntries(ctx context.Context, sel store.AuditSelection) (store.AuditBatch, error) {
	if b.entries != nil {
		return b.entries(ctx, sel)
	}
	return b.Trail.AuditEntries(ctx, sel)
}

func (b *brokenTrail) DeleteAudit(ctx context.Context, company string, before time.Time, most int) (int, error) {
	if b.del != nil {
		return b.del(ctx, company, before, most)
	}
	return b.Trail.DeleteAudit(ctx, company, before, most)
}

// appends changes the appended entries, selects the selections, and batches the returned batches.
func (b *brokenTrail) appends(change func(e *store.AuditEntry)) {
	b.add = func(ctx context.Context, e store.AuditEntry) error {
		change(&e)
		return b.Trail.AppendAudit(ctx, e)
	}
}

func (b *brokenTrail) selects(change func(sel *store.AuditSelection)) {
	b.entries = func(ctx context.Context, sel store.AuditSelection) (store.AuditBatch, error) {
		change(&sel)
		return b.Trail.AuditEntries(ctx, sel)
	}
}

func (b *brokenTrail) batches(change func(sel store.AuditSelection, batch *store.AuditBatch)) {
	b.entries = func(ctx context.Context, sel store.AuditSelection) (store.AuditBatch, error) {
		batch, err := b.Trail.AuditEntries(ctx, sel)
		change(sel, &batch)
		return batch, err
	}
}

type mistake[B any] struct {
	number int
	what   string
	do     func(b *B)
}

func settingsMistakes() []mistake[brokenSettings] {
	return []mistake[brokenSettings]{
		{1, "no company is some company", func(b *brokenSettings) {
			b.save = func(ctx context.Context, company string, s store.CompanySettings, subject string) error {
				return b.Settings.SaveCompanySettings(ctx, company+"x", s, subject)
			}
		}},
		{1, "companies differ by case alone", func(b *brokenSettings) {
			b.read = func(ctx context.Context, company string) (store.CompanySettings, error) {
				return b.Settings.CompanySettings(ctx, strings.ToLower(company))
			}
		}},
		{2, "kept keys are left out", func(b *brokenSettings) {
			b.saves(func(s *store.CompanySettings, _ *string) { s.KeptOnRedaction = store.CompanySettings{}.KeptOnRedaction })
		}},
		{2, "only the default level is kept", func(b *brokenSettings) {
			b.saves(func(s *store.CompanySettings, _ *string) {
				for _, t := range s.Acceptance.Overrides() {
					s.Acceptance = s.Acceptance.With(t, store.CompanySettings{}.Acceptance.Default())
				}
			})
		}},
		{3, "the last one wins", func(b *brokenSettings) {
			b.save = func(ctx context.Context, company string, s store.CompanySettings, subject string) error {
				now, err := b.Settings.CompanySettings(ctx, company)
				s.Revision = now.Revision
				return errors.Join(err, b.Settings.SaveCompanySettings(ctx, company, s, subject))
			}
		}},
		{4, "look, and then save", func(b *brokenSettings) {
			b.save = func(ctx context.Context, company string, s store.CompanySettings, subject string) error {
				now, err := b.Settings.CompanySettings(ctx, company)
				if err != nil || now.Revision != s.Revision {
					return store.ErrConflict
				}
				time.Sleep(5 * time.Millisecond)
				now, _ = b.Settings.CompanySettings(ctx, company)
				s.Revision = now.Revision
				return b.Settings.SaveCompanySettings(ctx, company, s, subject)
			}
		}},
		{5, "it saves although nobody waits", func(b *brokenSettings) {
			b.save = func(ctx context.Context, company string, s store.CompanySettings, subject string) error {
				return errors.Join(b.Settings.SaveCompanySettings(context.WithoutCancel(ctx), company, s, subject), ctx.Err())
			}
		}},
		{6, "the oldest first", func(b *brokenSettings) {
			b.histories(func(_ int64, _ int, list []store.SettingsRevision) []store.SettingsRevision {
				slices.Reverse(list)
				return list
			})
		}},
		{6, "the person is lost", func(b *brokenSettings) {
			b.saves(func(_ *store.CompanySettings, subject *string) { *subject = strings.TrimSpace(*subject) })
		}},
		{6, "local times", func(b *brokenSettings) {
			b.histories(func(_ int64, _ int, list []store.SettingsRevision) []store.SettingsRevision {
				for i := range list {
					list[i].At = list[i].At.In(time.FixedZone("here", 3600))
				}
				return list
			})
		}},
		{6, "before is included", func(b *brokenSettings) {
			b.history = func(ctx context.Context, company string, before int64, limit int) ([]store.SettingsRevision, error) {
				if before > 0 {
					before++
				}
				return b.Settings.CompanySettingsHistory(ctx, company, before, limit)
			}
		}},
		{7, "the history stays", func(b *brokenSettings) {
			var purged sync.Map
			b.purge = func(_ context.Context, company string) error { purged.Store(company, true); return nil }
			b.read = func(ctx context.Context, company string) (store.CompanySettings, error) {
				if _, ok := purged.Load(company); ok {
					return store.CompanySettings{}, nil
				}
				return b.Settings.CompanySettings(ctx, company)
			}
		}},
		{7, "all companies are purged", func(b *brokenSettings) {
			b.purge = func(ctx context.Context, company string) error {
				return errors.Join(b.Settings.PurgeCompanySettings(ctx, company), b.Settings.PurgeCompanySettings(ctx, "globex"))
			}
		}},
	}
}

func trailMistakes() []mistake[brokenTrail] {
	return []mistake[brokenTrail]{
		{1, "no company is all of them", func(b *brokenTrail) {
			b.selects(func(sel *store.AuditSelection) {
				if sel.Company == "" {
					sel.Company = acme
				}
			})
		}},
		{2, "what failed is left out", func(b *brokenTrail) { b.appends(func(e *store.AuditEntry) { e.Reason = "" }) }},
		{2, "texts are trimmed", func(b *brokenTrail) { b.appends(func(e *store.AuditEntry) { e.Query = strings.TrimSpace(e.Query) }) }},
		{2, "texts are composed", func(b *brokenTrail) {
			b.appends(func(e *store.AuditEntry) { e.Subject = strings.ReplaceAll(e.Subject, "e\u0301", "é") })
		}},
		{2, "sizes of 32 bits", func(b *brokenTrail) { b.appends(func(e *store.AuditEntry) { e.Bytes = int64(int32(e.Bytes)) }) }},
		{3, "ties in the order of writing", func(b *brokenTrail) {
			var n atomic.Int64
			b.appends(func(e *store.AuditEntry) { e.ID = fmt.Sprintf("%06d", n.Add(1)) })
		}},
		{4, "case does not matter", func(b *brokenTrail) {
			b.selects(func(sel *store.AuditSelection) { sel.Subject = strings.ToLower(sel.Subject) })
		}},
		{4, "one action only", func(b *brokenTrail) {
			b.selects(func(sel *store.AuditSelection) { sel.Actions = sel.Actions[:min(1, len(sel.Actions))] })
		}},
		{4, "the end is included", func(b *brokenTrail) {
			b.selects(func(sel *store.AuditSelection) {
				if !sel.Until.IsZero() {
					sel.Until = sel.Until.Add(time.Microsecond)
				}
			})
		}},
		{4, "no action is none of them", func(b *brokenTrail) {
			b.selects(func(sel *store.AuditSelection) {
				if len(sel.Actions) == 0 {
					sel.Actions = []store.Action{"none"}
				}
			})
		}},
		{5, "one more than the limit", func(b *brokenTrail) { b.selects(func(sel *store.AuditSelection) { sel.Limit++ }) }},
		{5, "it goes on from the time alone", func(b *brokenTrail) {
			b.selects(func(sel *store.AuditSelection) {
				if !sel.After.IsZero() {
					sel.After.ID = ""
				}
			})
		}},
		{5, "a full part is the end", func(b *brokenTrail) {
			b.batches(func(_ store.AuditSelection, batch *store.AuditBatch) { batch.Reached = store.Position{} })
		}},
		{6, "offsets", func(b *brokenTrail) {
			var read atomic.Int64
			b.entries = func(ctx context.Context, sel store.AuditSelection) (store.AuditBatch, error) {
				if sel.After.IsZero() {
					read.Store(0)
				}
				limit := sel.Limit
				sel.After, sel.Limit = store.Position{}, 1<<30
				time.Sleep(time.Millisecond)
				batch, err := b.Trail.AuditEntries(ctx, sel)
				rest := batch.Entries[min(int(read.Load()), len(batch.Entries)):]
				if len(rest) > limit {
					rest = rest[:limit]
					batch.Reached = rest[limit-1].Position()
				}
				read.Add(int64(len(rest)))
				batch.Entries = rest
				return batch, err
			}
		}},
		{7, "no time is before everything", func(b *brokenTrail) {
			b.del = func(ctx context.Context, company string, before time.Time, most int) (int, error) {
				if before.IsZero() {
					before = time.Unix(0, 0)
				}
				return b.Trail.DeleteAudit(ctx, company, before, most)
			}
		}},
		{7, "the time itself is deleted", func(b *brokenTrail) {
			b.del = func(ctx context.Context, company string, before time.Time, most int) (int, error) {
				if !before.IsZero() {
					before = before.Add(time.Microsecond)
				}
				return b.Trail.DeleteAudit(ctx, company, before, most)
			}
		}},
		{7, "one says nothing of how many", func(b *brokenTrail) {
			b.del = func(ctx context.Context, company string, before time.Time, most int) (int, error) {
				_, err := b.Trail.DeleteAudit(ctx, company, before, most)
				return 0, err
			}
		}},
		{8, "it appends although nobody waits", func(b *brokenTrail) {
			b.add = func(ctx context.Context, e store.AuditEntry) error {
				return errors.Join(b.Trail.AppendAudit(context.WithoutCancel(ctx), e), ctx.Err())
			}
		}},
		{8, "the cause is lost", func(b *brokenTrail) {
			b.entries = func(ctx context.Context, sel store.AuditSelection) (store.AuditBatch, error) {
				if ctx.Err() != nil {
					return store.AuditBatch{}, errors.New("failed")
				}
				return b.Trail.AuditEntries(ctx, sel)
			}
		}},
		{9, "one entry for all", func(b *brokenTrail) {
			var shared atomic.Pointer[store.AuditEntry]
			b.add = func(ctx context.Context, e store.AuditEntry) error {
				shared.Store(&e)
				time.Sleep(100 * time.Microsecond)
				return b.Trail.AppendAudit(ctx, *shared.Load())
			}
		}},
	}
}

// requireNoticed requires that each mistake fails the case with its number, and that each number
// has a mistake.
func requireNoticed[S, B any](t *testing.T, rules []rule[S], mistakes []mistake[B], fresh func() (*B, S)) {
	t.Helper()
	made := map[int]bool{}
	for _, m := range mistakes {
		r := rules[m.number-1]
		require.Equal(t, m.number, r.number)
		made[m.number] = true
		t.Run(fmt.Sprintf("%02d %s", m.number, m.what), func(t *testing.T) {
			b, s := fresh()
			m.do(b)
			texts := said(t, func(tb testing.TB) { r.prove(tb, s) })
			require.NotEmpty(t, texts, "the case %q does not notice", r.title)
			for _, text := range texts {
				t.Log(text)
			}
		})
	}
	for _, r := range rules {
		require.True(t, made[r.number], "nothing breaks %q", r.title)
	}
}

func TestBrokenSettings(t *testing.T) {
	requireNoticed(t, settingsRules(), settingsMistakes(), func() (*brokenSettings, store.Settings) {
		b := &brokenSettings{Settings: &memstore.Settings{}}
		return b, b
	})
}

func TestBrokenTrails(t *testing.T) {
	requireNoticed(t, auditRules(), trailMistakes(), func() (*brokenTrail, store.AuditTrail) {
		b := &brokenTrail{Trail: &memstore.Trail{}}
		return b, b
	})
}
