package store_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// unchanging is a Backend that does not record changes, as promise 16 allows.
type unchanging struct{ store.Backend }

func (b unchanging) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
	batch, err := b.Backend.List(ctx, sel)
	batch.AsOf = ""
	return batch, err
}

func (b unchanging) Changes(context.Context, string, store.Watermark, int) (store.Changes, error) {
	return store.Changes{}, fmt.Errorf("unchanging: %w", errors.ErrUnsupported)
}

// lacking returns Backends over full with every combination of the optional interfaces. The keys
// name the interfaces.
func lacking(full *memstore.Backend) map[string]store.Backend {
	all := map[string]store.Backend{}
	for name, base := range map[string]store.Backend{"changes": struct{ store.Backend }{full}, "no changes": unchanging{full}} {
		all[name] = base
		all[name+", streamer"] = struct {
			store.Backend
			store.Streamer
		}{base, full}
		all[name+", counter"] = struct {
			store.Backend
			store.Counter
		}{base, full}
		all[name+", writer"] = struct {
			store.Backend
			store.Writer
		}{base, full}
		all[name+", streamer, counter"] = struct {
			store.Backend
			store.Streamer
			store.Counter
		}{base, full, full}
		all[name+", streamer, writer"] = struct {
			store.Backend
			store.Streamer
			store.Writer
		}{base, full, full}
		all[name+", counter, writer"] = struct {
			store.Backend
			store.Counter
			store.Writer
		}{base, full, full}
		all[name+", streamer, counter, writer"] = struct {
			store.Backend
			store.Streamer
			store.Counter
			store.Writer
		}{base, full, full, full}
	}
	return all
}

// answers calls every method of a Store that reads, and returns the results without watermarks.
func answers(t *testing.T, st *store.Store, v store.Viewer) map[string]any {
	t.Helper()
	f := filter.Status(sessions.Success)
	got := map[string]any{}
	page := func(name string, p store.Page, err error) {
		require.NoError(t, err, name)
		p.AsOf = ""
		got[name] = p
	}
	drained := func(name string, seq iter.Seq2[*sessions.Session, error]) {
		var ids []string
		for s, err := range seq {
			require.NoError(t, err, name)
			ids = append(ids, s.ID)
		}
		got[name] = ids
	}
	p, err := st.List(t.Context(), v, store.Query{Filter: f, Limit: 2})
	page("List", p, err)
	p, err = st.Attempts(t.Context(), v, "s-1", store.Query{})
	page("Attempts", p, err)
	p, err = st.Attempts(t.Context(), v, "alone", store.Query{})
	page("Attempts of a session without a subject", p, err)
	one, err := st.Get(t.Context(), v, "s-1")
	require.NoError(t, err)
	got["Get"] = one
	n, err := st.Count(t.Context(), v, f)
	require.NoError(t, err)
	got["Count"] = n
	facets, err := st.Facets(t.Context(), v, f)
	require.NoError(t, err)
	var counts []store.Count
	for _, facet := range facets {
		for _, o := range facet.Options {
			counts = append(counts, o.Count)
		}
	}
	got["Facets"] = counts
	tally, err := st.Tally(t.Context(), v, f)
	require.NoError(t, err)
	got["Tally"] = tally
	selected := st.Select(v, f)
	drained("All", selected.All(t.Context()))
	opened, err := selected.Open(t.Context(), sessions.Reading{Fields: sessions.AllFields()})
	require.NoError(t, err)
	drained("Open", opened)
	return got
}

// TestLackingBackends calls every method of a Store over every combination of optional features of
// a Backend. Only changes may be unsupported.
func TestLackingBackends(t *testing.T) {
	full := memstore.New()
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for i := range 9 {
		s := &sessions.Session{
			ID: fmt.Sprintf("s-%d", i), Company: "acme", CreatedAt: at.Add(time.Duration(i) * time.Minute),
			Status: []sessions.Status{sessions.Success, sessions.Pending}[i%2], Subject: fmt.Sprintf("person-%d", i%3),
		}
		require.NoError(t, full.Insert(t.Context(), s))
	}
	require.NoError(t, full.Insert(t.Context(), &sessions.Session{ID: "alone", Company: "acme", CreatedAt: at, Status: sessions.Pending}))
	for _, limit := range []int{0, 100} {
		v := store.Viewer{Company: "acme", Role: sessions.Agent, ExportLimit: limit}
		want := answers(t, store.New(full, store.Options{}), v)
		for name, b := range lacking(full) {
			t.Run(fmt.Sprintf("%s, export limit %d", name, limit), func(t *testing.T) {
				st := store.New(b, store.Options{})
				require.Equal(t, want, answers(t, st, v))

				selected := st.Select(v, filter.Filter{})
				delta, err := st.Changes(t.Context(), v, store.Query{}, "")
				mark, errMark := selected.Watermark(t.Context())
				page, errList := st.List(t.Context(), v, store.Query{})
				require.NoError(t, errList)
				if strings.HasPrefix(name, "no changes") {
					require.ErrorIs(t, err, errors.ErrUnsupported)
					require.ErrorIs(t, errMark, errors.ErrUnsupported)
					require.Empty(t, page.AsOf)
					return
				}
				require.NoError(t, errors.Join(err, errMark))
				require.NotEmpty(t, delta.Next)
				require.NotEmpty(t, page.AsOf)
				changed, err := selected.Changed(t.Context(), mark, sessions.Position{})
				require.NoError(t, err)
				require.False(t, changed)
			})
		}
	}
}
