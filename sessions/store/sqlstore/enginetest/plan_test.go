package enginetest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// TestDefaultCosts asks a PostgreSQL with its default costs (random_page_cost is 4) for its plans
// of streams. None may sort, be parallel or read the whole table: then the first session would come
// only after all of them have been read.
func TestDefaultCosts(t *testing.T) {
	w, b := watch(t, postgres)
	require.NoError(t, b.Insert(t.Context(), crowd()...))
	explain(t, w.plain, "VACUUM ANALYZE", nil)
	w.r.statements()
	sorts := false
	for name, f := range map[string]filter.Filter{
		"everything":      {},
		"range":           filter.Between(sessions.FieldCreatedAt, start.AddDate(-1, 0, 0), start.AddDate(0, 0, -3)),
		"dense criterion": filter.Status(sessions.Success),
		"extra field":     filter.Extra("phone", "1"),
	} {
		t.Run(name, func(t *testing.T) {
			sel := store.Selection{Company: crowded, Filter: f}
			each := func(*sessions.Session) error { return nil }
			require.NoError(t, b.Stream(t.Context(), sel, each))
			sel.Fields = sessions.FieldsOf(sessions.FieldFirstName)
			require.NoError(t, b.Stream(t.Context(), sel, each))
			texts, args := w.r.statements()
			var settings []string
			var streams []string
			for _, text := range texts {
				switch {
				case strings.Contains(text, "set_config("):
					settings = append(settings, text)
				case strings.Contains(text, "ORDER BY s.created_us DESC"):
					streams = append(streams, text)
					for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
						plan := strings.Join(postgresPlan(t, w.plain, append([]string{"SET LOCAL plan_cache_mode = " + mode}, settings...), text, args[text]), "\n")
						require.NotRegexp(t, "Sort|Gather|Bitmap|Seq Scan", plan, text)
						require.Contains(t, plan, "using sessionkit_sessions_list on sessionkit_sessions", text)
					}
				}
			}
			require.Len(t, streams, 2, "all fields, and some")
			for _, text := range streams {
				plan := strings.Join(postgresPlan(t, w.plain, nil, text, args[text]), "\n")
				sorts = sorts || strings.Contains(plan, "Sort")
			}
		})
	}
	require.True(t, sorts, "left to itself it would sort, else this test shows nothing")
}

// TestNoStatistics asks a PostgreSQL without statistics of the tables, as after a first load, for
// its plans of statements that name many sessions. It assumes that there are millions. No plan may
// read a whole company. The same is true if it has statistics of another company, and none yet of
// the one in the statement: it assumes that this company has no sessions, and that any index that
// begins with it will do.
func TestNoStatistics(t *testing.T) {
	withoutVacuum := func(w *watched) {
		for _, table := range []string{"sessions", "tombstones"} {
			explain(t, w.plain, "ALTER TABLE sessionkit_"+table+" SET (autovacuum_enabled = off)", nil)
		}
	}
	t.Run("none", func(t *testing.T) {
		w, b := watch(t, postgres)
		withoutVacuum(w)
		all := crowd()
		require.NoError(t, b.Insert(t.Context(), all...))
		explain(t, w.plain, "DELETE FROM pg_statistic", nil)
		explain(t, w.plain, "UPDATE pg_class SET relpages = 1, reltuples = 10000 WHERE starts_with(relname, 'sessionkit_')", nil)
		noStatistics(t, w, b, all, true)
	})
	t.Run("of another company", func(t *testing.T) {
		w, b := watch(t, postgres)
		withoutVacuum(w)
		all := crowd()
		for _, s := range all {
			s.Company = "before"
		}
		require.NoError(t, b.Insert(t.Context(), all...))
		explain(t, w.plain, "VACUUM ANALYZE", nil)
		for _, s := range all {
			s.Company, s.Revision = crowded, 0
		}
		require.NoError(t, b.Insert(t.Context(), all...))
		noStatistics(t, w, b, all, false)
	})
}

func noStatistics(t *testing.T, w *watched, b *sqlstore.Backend, all []*sessions.Session, writes bool) {
	for _, s := range all[:300] {
		s.Model = "changed"
	}
	ids := func(from, to int) (list []string) {
		for _, s := range all[from:to] {
			list = append(list, s.ID)
		}
		return list
	}
	w.r.statements()
	for _, call := range []struct {
		name string
		do   func() error
	}{
		{"Put", func() error {
			states := make([]store.Versioned, 300)
			for i := range states {
				states[i] = store.Versioned{Session: all[i], Version: 1}
			}
			_, err := b.Put(t.Context(), states...)
			return err
		}},
		{"Purge", func() error {
			_, err := b.Purge(t.Context(), store.Purge{Company: crowded, IDs: ids(1000, 2000)})
			return err
		}},
		{"Purge of a few", func() error {
			_, err := b.Purge(t.Context(), store.Purge{Company: crowded, IDs: ids(3000, 3020)})
			return err
		}},
		{"Insert over tombstones", func() error {
			err := b.Insert(t.Context(), all[1000:1300]...)
			require.ErrorIs(t, err, store.ErrPurged)
			return nil
		}},
		{"Maintain", func() error {
			return backendOf(w.recorded, postgres, newerKeys, sqlstore.Packing{}).Maintain(t.Context(), crowded)
		}},
	} {
		require.NoError(t, call.do(), call.name)
		texts, args := w.r.statements()
		for _, text := range texts {
			if !strings.Contains(text, "sessionkit_sessions") && !strings.Contains(text, "FROM sessionkit_tombstones t") {
				continue
			}
			// An UPDATE or a DELETE reads the company once.
			if !writes && !strings.HasPrefix(text, "SELECT") {
				continue
			}
			plan := strings.Join(postgresPlan(t, w.plain, []string{"SET LOCAL plan_cache_mode = force_custom_plan"}, text, args[text]), "\n")
			require.NotRegexp(t, `(sessions|tombstones)_\w+ .*\n *Index Cond: \(company = '\w+'::text\)(\n|$)|`+
				`sessions_list on .*\n *Index Cond: \(\(company = '\w+'::text\) AND \(id|Seq Scan on sessionkit_(sessions|tombstones)`,
				plan, "%s: %s", call.name, text)
		}
	}
	require.NoError(t, b.Verify(t.Context(), crowded))
}

// TestTailOfASmallerCompany asks PostgreSQL for its plans of statements that read the tail of a
// company whose change numbers are in the middle of another one's. Statistics are of all companies
// together: by them, a large part of the table is after such a number.
func TestTailOfASmallerCompany(t *testing.T) {
	w, b := watch(t, postgres)
	all := crowd()
	require.NoError(t, b.Insert(t.Context(), all...))
	smaller := make([]*sessions.Session, len(all)/3)
	for i := range smaller {
		smaller[i] = all[i].Clone()
		smaller[i].Company = "smaller"
	}
	packed, tail := smaller[:len(smaller)-50], smaller[len(smaller)-50:]
	require.NoError(t, b.Insert(t.Context(), packed...))
	require.NoError(t, b.Maintain(t.Context(), "smaller"))
	explain(t, w.plain, "VACUUM ANALYZE", nil)
	require.NoError(t, b.Insert(t.Context(), tail...))
	w.r.statements()

	sel := store.Selection{Company: "smaller", Filter: filter.Not(filter.Status(sessions.Pending)), Limit: 10}
	_, err := b.List(t.Context(), sel)
	require.NoError(t, err)
	_, err = b.Count(t.Context(), sel)
	require.NoError(t, err)
	require.NoError(t, b.Repair(t.Context(), "smaller"))
	read := 0
	texts, args := w.r.statements()
	for _, text := range texts {
		if !strings.Contains(text, "s.changed_seq > ") || strings.HasPrefix(text, "UPDATE") {
			continue // Repair's UPDATE counts all sessions of the company
		}
		read++
		for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
			plan := strings.Join(postgresPlan(t, w.plain, []string{"SET LOCAL plan_cache_mode = " + mode}, text, args[text]), "\n")
			require.NotRegexp(t, "Gather|Bitmap|Seq Scan", plan, "%s: %s", mode, text)
			require.Contains(t, plan, "using sessionkit_sessions_changes on sessionkit_sessions", text)
		}
	}
	require.GreaterOrEqual(t, read, 3, "a list, a count, and what is packed anew")
}
