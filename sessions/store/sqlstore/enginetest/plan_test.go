package enginetest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// TestDefaultCosts asks a PostgreSQL whose costs are those that it comes with (random_page_cost is
// 4) for its plans of streams. None may sort, be parallel or read the whole table: the first
// session would come when all of them have been read.
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
