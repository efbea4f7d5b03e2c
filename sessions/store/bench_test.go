package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// BenchmarkList reads pages of 50 from memory. The Store adds scope, cursor and disclosure.
func BenchmarkList(b *testing.B) {
	st := store.New(backend(b, many(10_000)...), store.Options{})
	q := store.Query{Filter: filter.And(filter.Search("nino"), filter.Status(sessions.Success))}
	page, err := st.List(b.Context(), agent, q)
	require.NoError(b, err)
	q.After = page.Next
	b.ReportAllocs()
	for b.Loop() {
		if _, err := st.List(b.Context(), agent, q); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkExport reads 10,000 sessions per iteration.
func BenchmarkExport(b *testing.B) {
	st := store.New(backend(b, many(10_000)...), store.Options{})
	b.ReportAllocs()
	for b.Loop() {
		seq, err := st.Select(agent, filter.Filter{}).Open(b.Context(), everyField)
		require.NoError(b, err)
		for _, err := range seq {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
