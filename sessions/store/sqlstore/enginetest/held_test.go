package enginetest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store"
)

// TestRoundTripsWhileHeld counts the statements that a writer sends while it holds its company.
func TestRoundTripsWhileHeld(t *testing.T) {
	for _, e := range []engine{sqlite, postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			w, b := watch(t, e)
			held := func(write func() error) (sent []string) {
				t.Helper()
				w.r.statements()
				require.NoError(t, write())
				all, _ := w.r.statements()
				for i, text := range all {
					if strings.HasPrefix(text, "INSERT INTO sessionkit_companies") {
						for _, text := range all[i+1:] {
							sent = append(sent, strings.Join(strings.Fields(text)[:min(3, len(strings.Fields(text)))], " "))
						}
					}
				}
				return sent
			}
			const commit = "-- Commit"
			rows, where := "INSERT INTO sessionkit_sessions", "SELECT c.packed_seq, g.segment,"
			require.NoError(t, b.Insert(t.Context(), person(0)))
			one := person(1)
			require.Equal(t, []string{rows, commit}, held(func() error { return b.Insert(t.Context(), one) }))
			require.Equal(t, []string{rows, commit}, held(func() error { return b.Insert(t.Context(), persons(5)[2:]...) }))
			one.Attempt = 3
			require.Equal(t, []string{rows, where, commit}, held(func() error { return b.Update(t.Context(), one) }))
			again := one.Clone()
			again.Revision--
			require.Empty(t, held(func() error { return b.Update(t.Context(), again) }), "what is stored already")
			put := func(states ...store.Versioned) func() error {
				return func() error {
					_, err := b.Put(t.Context(), states...)
					return err
				}
			}
			var states []store.Versioned
			for _, s := range persons(21)[2:] { // 3 are stored
				states = append(states, store.Versioned{Session: s, Version: 1})
			}
			require.Equal(t, []string{rows, rows, where, commit}, held(put(states...)), "however many")
			require.Empty(t, held(put(states...)), "what is passed over")
			require.NotEmpty(t, held(func() error { return b.Redact(t.Context(), "acme", one.ID) }))
			require.Empty(t, held(func() error { return b.Redact(t.Context(), "acme", one.ID) }), "what is redacted already")
		})
	}
}
