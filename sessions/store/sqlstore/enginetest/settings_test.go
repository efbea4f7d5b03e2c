package enginetest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

var master = store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "master-1", MayErase: true}

// accepting returns settings with an acceptance level.
func accepting(t testing.TB, scale far.Scale, level far.Level, revision int64) store.CompanySettings {
	t.Helper()
	policy, err := far.NewPolicy(scale, level)
	require.NoError(t, err)
	acceptance, err := sessions.NewAcceptance(policy)
	require.NoError(t, err)
	return store.CompanySettings{Acceptance: acceptance, Revision: revision}
}

// rowsOf returns the number of rows of a company in a table.
func rowsOf(t testing.TB, db *sql.DB, table, company string) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+" WHERE company = '"+company+"'").Scan(&n))
	return n
}

// TestSettingsLast shows that settings outlive the process: other Backends on the same database
// find them.
func TestSettingsLast(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		ctx := t.Context()
		open := func() *store.Store {
			b := sqlstore.New(db, dialects[e])
			return store.New(b, store.Options{Settings: b.Settings(), Trail: b.Trail()})
		}
		_, err := open().Settings(ctx, master)
		require.ErrorIs(t, err, sqlstore.ErrSchema, "no tables")
		_, err = open().AuditTrail(ctx, master, store.AuditQuery{})
		require.ErrorIs(t, err, sqlstore.ErrSchema)
		b := newBackend(t, e, db)
		require.NoError(t, b.Insert(ctx, person(1)))

		saved, err := open().SaveSettings(ctx, master, accepting(t, far.Kvalifika, 5, 0))
		require.NoError(t, err)
		_, err = open().SaveSettings(ctx, master, accepting(t, far.Kvalifika, 6, 0))
		require.ErrorIs(t, err, store.ErrConflict)
		again, err := open().Settings(ctx, master)
		require.NoError(t, err)
		require.True(t, saved.Equal(again))
		_, err = open().List(ctx, master, store.Query{Filter: filter.Search("nino")})
		require.NoError(t, err)
		page, err := open().AuditTrail(ctx, master, store.AuditQuery{})
		require.NoError(t, err)
		var told []string
		for _, one := range page.Entries {
			told = append(told, fmt.Sprint(one.Action, " ", one.Outcome, " ", one.Query))
		}
		require.Equal(t, []string{"search done filter(search)", "settings failed ", "settings done ", "settings started "}, told[:4])
		require.Equal(t, store.ErrConflict.Error(), page.Entries[1].Reason)
		require.Contains(t, page.Entries[2].New, "kvalifika-3d2d:5")

		other := store.Viewer{Company: "globex", Role: sessions.MasterUser, Subject: "master-2"}
		_, err = open().SaveSettings(ctx, other, accepting(t, far.Kvalifika, 4, 0))
		require.NoError(t, err)
		_, err = open().PurgeCompany(ctx, master, time.Nanosecond)
		require.NoError(t, err)
		for _, table := range []string{"sessionkit_sessions", "sessionkit_settings", "sessionkit_audit"} {
			require.Zero(t, rowsOf(t, db, table, "acme"), "%s, of a company that was purged", table)
		}
		require.Equal(t, 1, rowsOf(t, db, "sessionkit_settings", "globex"))
		require.Equal(t, 2, rowsOf(t, db, "sessionkit_audit", "globex"))
	})
}

// TestSettingsRefuse refuses settings that could not be read back, and companies that cannot exist.
func TestSettingsRefuse(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		ctx := t.Context()
		b := newBackend(t, e, db)
		own, err := far.NewScale("own", far.Step{Level: 1, Rate: far.OneIn(10)}, far.Step{Level: 2, Rate: far.OneIn(100)})
		require.NoError(t, err)
		another, err := far.NewScale("own", far.Step{Level: 1, Rate: far.OneIn(10)}, far.Step{Level: 2, Rate: far.OneIn(1000)})
		require.NoError(t, err)
		require.Error(t, b.Settings().SaveCompanySettings(ctx, "acme", accepting(t, own, 2, 0), "m"), "a scale that nobody could read")
		require.ErrorIs(t, b.Settings(another).SaveCompanySettings(ctx, "acme", accepting(t, own, 2, 0), "m"), sessions.ErrInvalid, "another scale of that name")
		odd := accepting(t, own, 2, 0)
		odd.Acceptance = odd.Acceptance.With("\xff", odd.Acceptance.Default())
		require.ErrorIs(t, b.Settings(own).SaveCompanySettings(ctx, "acme", odd, "m"), sessions.ErrInvalid, "no UTF-8")
		require.NoError(t, b.Settings(own).SaveCompanySettings(ctx, "acme", accepting(t, own, 2, 0), "m\x00\xff"+strings.Repeat("m", 1<<16)))
		found, err := b.Settings(own).CompanySettings(ctx, "acme")
		require.NoError(t, err)
		require.True(t, accepting(t, own, 2, 1).Equal(found))
		_, err = b.Settings().CompanySettings(ctx, "acme")
		require.Error(t, err, "the scale is not known any more: never another level")
		for _, company := range []string{"nul\x00", "\xff", strings.Repeat("x", 200)} {
			var field *sessions.FieldError
			_, err := b.Settings().CompanySettings(ctx, company)
			require.ErrorAs(t, err, &field, "%q", company)
			require.ErrorAs(t, b.Trail().AppendAudit(ctx, store.AuditEntry{Company: company}), &field)
		}
	})
}

// TestSettingsInTx writes settings and entries in the host's transaction. They are stored if the
// host commits.
func TestSettingsInTx(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		ctx := t.Context()
		b := newBackend(t, e, db)
		require.NoError(t, b.Settings().SaveCompanySettings(ctx, "acme", accepting(t, far.Kvalifika, 3, 0), "m"))
		for i, commit := range []bool{false, true} {
			tx, err := db.BeginTx(ctx, nil)
			require.NoError(t, err)
			within := b.Tx(tx)
			require.NoError(t, within.Settings().SaveCompanySettings(ctx, "acme", accepting(t, far.Kvalifika, 4, 1), "m"))
			require.ErrorIs(t, within.Settings().SaveCompanySettings(ctx, "acme", accepting(t, far.Kvalifika, 5, 1), "m"), store.ErrConflict, "the transaction goes on")
			entry := store.AuditEntry{Company: "acme", At: start, ID: fmt.Sprint(i), Role: sessions.Agent, Action: store.ActionList, Outcome: store.Done}
			require.NoError(t, within.Trail().AppendAudit(ctx, entry))
			require.Error(t, within.Trail().AppendAudit(ctx, entry), "twice")
			inside, err := within.Trail().AuditEntries(ctx, store.AuditSelection{Company: "acme", Limit: 5})
			require.NoError(t, err)
			require.Len(t, inside.Entries, 1)
			if commit {
				require.NoError(t, tx.Commit())
			} else {
				require.NoError(t, tx.Rollback())
			}
			found, err := b.Settings().CompanySettings(ctx, "acme")
			require.NoError(t, err)
			require.True(t, accepting(t, far.Kvalifika, far.Level(3+i), int64(1+i)).Equal(found), "committed: %v", commit)
			require.Equal(t, i, rowsOf(t, db, "sessionkit_audit", "acme"))
		}
	})
}

// TestManyEntries reads ten thousand entries page by page while others append, and deletes them
// when their retention ends.
func TestManyEntries(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		const entries = 10_000
		ctx := t.Context()
		b := newBackend(t, e, db)
		var rows []string
		now := time.Now()
		for i := range entries {
			action := "list"
			if i%5000 == 4999 { // too few for one read
				action = "settings"
			}
			rows = append(rows, fmt.Sprintf("('acme', %d, '%06d', 'agent-%d', 'agent', '%s', 'done', '', '', '', '', 1, 0, '', '')",
				now.Add(-time.Duration(i)*time.Minute).UnixMicro(), i, i%3, action))
			if len(rows) == 1000 {
				_, err := db.ExecContext(ctx, "INSERT INTO sessionkit_audit VALUES "+strings.Join(rows, ", "))
				require.NoError(t, err)
				rows = nil
			}
		}
		st := store.New(b, store.Options{Trail: b.Trail(), AuditRetention: -1})
		walk := func(q store.AuditQuery) (seen map[string]int, pages int) {
			seen = map[string]int{}
			for q.Limit = 500; ; pages++ {
				page, err := st.AuditTrail(ctx, master, q)
				require.NoError(t, err)
				for _, one := range page.Entries {
					seen[one.ID]++
				}
				if q.After = page.Next; q.After == "" {
					return seen, pages
				}
			}
		}
		stop := make(chan struct{})
		var wait sync.WaitGroup
		var appended error
		wait.Go(func() {
			for appended == nil {
				select {
				case <-stop:
					return
				default:
					_, appended = st.List(context.WithoutCancel(ctx), master, store.Query{})
				}
			}
		})
		seen, pages := walk(store.AuditQuery{})
		close(stop)
		wait.Wait()
		require.NoError(t, appended)
		require.GreaterOrEqual(t, pages, 19)
		for i := range entries {
			require.Equal(t, 1, seen[fmt.Sprintf("%06d", i)], "entry %d", i)
		}
		seen, pages = walk(store.AuditQuery{Actions: []store.Action{store.ActionSettings}})
		require.Equal(t, map[string]int{"004999": 1, "009999": 1}, seen)
		require.Less(t, pages, 20, "a page looks at 2,000")
		seen, _ = walk(store.AuditQuery{Subject: "agent-1"})
		require.Len(t, seen, entries/3)

		// The Store shows no entry that is too old, and deletes such entries in parts.
		bounded := store.New(b, store.Options{Trail: b.Trail(), AuditRetention: 1000 * time.Minute})
		page, err := bounded.AuditTrail(ctx, master, store.AuditQuery{Until: now.Add(-1000 * time.Minute)})
		require.NoError(t, err)
		require.Empty(t, page.Entries)
		for range 12 {
			_, err := bounded.List(ctx, master, store.Query{})
			require.NoError(t, err)
		}
		var left int
		require.NoError(t, db.QueryRowContext(ctx, "SELECT count(*) FROM sessionkit_audit WHERE company = 'acme' AND id < 'A'").Scan(&left))
		require.InDelta(t, 1000, left, 100)
	})
}

// TestTrailRefuses requires that nothing is disclosed if the trail cannot record it.
func TestTrailRefuses(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		ctx := t.Context()
		b := newBackend(t, e, db)
		st := store.New(b, store.Options{Trail: b.Trail()})
		require.NoError(t, b.Insert(ctx, person(1)))
		for _, id := range []string{"nul\x00", "\xff", strings.Repeat("🏦", 1<<16), "'; DROP TABLE sessionkit_audit; --"} {
			_, err := st.Get(ctx, master, id)
			require.ErrorIs(t, err, store.ErrNotFound, "%.20q", id)
			require.NotErrorIs(t, err, store.ErrRefused, "%.20q", id)
			require.ErrorIs(t, b.Redact(ctx, "acme", id), store.ErrNotFound, "%.20q", id)
		}
		page, err := st.AuditTrail(ctx, master, store.AuditQuery{Session: strings.Repeat("🏦", 1<<16)})
		require.NoError(t, err)
		require.Len(t, page.Entries, 1, "found by what was cut")
		_, err = db.ExecContext(ctx, "DROP TABLE sessionkit_audit")
		require.NoError(t, err)
		found, err := st.Get(ctx, master, person(1).ID)
		require.ErrorIs(t, err, store.ErrRefused)
		require.Nil(t, found)
	})
}
