package enginetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// TestFewTexts counts the texts of statements for one filter, for any size of the page, budget and
// position: drivers and poolers keep prepared statements by their text, a few hundred of them.
func TestFewTexts(t *testing.T) {
	// On PostgreSQL the texts depend on the number of wanted rows, in powers of four. MariaDB takes
	// lists of numbers and names value by value: their lengths are powers of two.
	most := map[engine]int{sqlite: 10, mariadb: 40, postgres: 18}
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			w, b := watch(t, e)
			require.NoError(t, b.Insert(t.Context(), crowd()[:3000]...))
			for name, f := range map[string]filter.Filter{
				"everything": {}, "dense criterion": filter.Status(sessions.Success), "absent criterion": filter.Extra("phone", "1"),
			} {
				w.r.statements()
				for limit := 1; limit < 300; limit += 17 {
					sel := store.Selection{Company: crowded, Filter: f, Limit: limit, Budget: []int{0, 40 * limit, 3000 + limit}[limit%3]}
					for range 2 {
						batch, err := b.List(t.Context(), sel)
						require.NoError(t, err)
						_, err = b.Count(t.Context(), sel)
						require.NoError(t, err)
						sel.After = batch.Reached
					}
				}
				texts, _ := w.r.statements()
				require.LessOrEqual(t, len(texts), most[e], "%s: %q", name, texts)
			}
		})
	}
}
