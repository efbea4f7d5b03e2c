package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

var _ export.Source = store.Source{}

func TestSource(t *testing.T) {
	everyone := many(2345)
	both(t, everyone, func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{MaxLimit: 10, Budget: 1})
		viewer := with(agent, func(v *store.Viewer) { v.Disclosure.Mask = sessions.FieldsOf(sessions.FieldLastName) })
		src := st.Source(viewer, filter.Filter{}, 0)
		got, err := collect(src.Sessions(t.Context(), time.Time{}, ""))
		require.NoError(t, err)
		require.Equal(t, ids(everyone), ids(got.sessions))
		got, err = collect(src.Sessions(t.Context(), everyone[1000].CreatedAt, everyone[1000].ID))
		require.NoError(t, err)
		require.Equal(t, ids(everyone[1001:]), ids(got.sessions))
		require.Equal(t, sessions.Masked, got.sessions[0].LastName.State())

		mark, err := src.Watermark(t.Context())
		require.NoError(t, err)
		changed := func(src store.Source, behind int) bool {
			t.Helper()
			yes, err := src.Changed(t.Context(), mark, everyone[behind].CreatedAt, everyone[behind].ID)
			require.NoError(t, err)
			return yes
		}
		require.False(t, changed(src, 0))
		s, err := b.Get(t.Context(), "acme", everyone[1500].ID)
		require.NoError(t, err)
		s.Partner = "Another"
		require.NoError(t, writerOf(b).Update(t.Context(), s))
		require.True(t, changed(src, 0))
		require.True(t, changed(src, 1499))
		require.False(t, changed(src, 1500), "it stands where it was written")
		later := filter.CreatedBetween(everyone[1000].CreatedAt, time.Time{})
		require.False(t, changed(st.Source(viewer, later, 0), 0), "it never was in that selection")
		require.True(t, changed(st.Source(viewer, filter.Status("odd"), 0), 0), "it may have been")

		_, err = src.Changed(t.Context(), "", time.Time{}, "")
		require.ErrorIs(t, err, store.ErrWatermark)
		other := st.Source(with(agent, func(v *store.Viewer) { v.Company = "other" }), filter.Filter{}, 0)
		_, err = other.Changed(t.Context(), mark, time.Time{}, "")
		require.ErrorIs(t, err, store.ErrWatermark)

		for _, v := range []store.Viewer{{}, with(agent, func(v *store.Viewer) { v.NoExport = true })} {
			got, err := collect(st.Source(v, filter.Filter{}, 0).Sessions(t.Context(), time.Time{}, ""))
			require.Error(t, err)
			require.Empty(t, got.sessions)
			_, err = st.Source(store.Viewer{}, filter.Filter{}, 0).Watermark(t.Context())
			require.ErrorIs(t, err, store.ErrNoCompany)
		}
	})
}
