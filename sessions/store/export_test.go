package store_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

func many(n int) []*sessions.Session {
	all := make([]*sessions.Session, n)
	for i := range all {
		all[i] = session(i)
	}
	return all
}

func TestAll(t *testing.T) {
	everyone := many(2345)
	both(t, everyone, func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{MaxLimit: 10, Budget: 1, CountLimit: 1}) // none of which an export heeds
		seq := st.All(t.Context(), agent, filter.Filter{})
		for range 2 {
			var got []*sessions.Session
			for s, err := range seq {
				require.NoError(t, err)
				got = append(got, s) // they are ours
			}
			requireSame(t, everyone, got)
			got[0].LastName = sessions.TextOf("Changed")
		}
		odd := filter.Search("0000000001 nino")
		got, err := collect(st.All(t.Context(), agent, odd))
		require.NoError(t, err)
		require.Equal(t, matching(everyone, odd), ids(got.sessions))
	})
}

func TestExport(t *testing.T) {
	everyone := many(1234)
	both(t, everyone, func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{MaxLimit: 10, Budget: 1})
		viewer := with(agent, func(v *store.Viewer) { v.Disclosure.Mask = sessions.FieldsOf(sessions.FieldLastName) })
		seq, err := st.Export(t.Context(), viewer, filter.Filter{}, 0)
		require.NoError(t, err)
		for range 2 {
			got, err := collect(seq)
			require.NoError(t, err)
			require.Equal(t, ids(everyone), ids(got.sessions))
			for _, s := range got.sessions {
				require.Equal(t, sessions.Masked, s.LastName.State())
			}
		}
		plain, err := b.Get(t.Context(), "acme", "s-0000")
		require.NoError(t, err)
		require.Equal(t, "Beridze", plain.LastName.Value(), "what is stored stays as it is")
	})
}

func TestLeavingEarly(t *testing.T) {
	both(t, many(1500), func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{})
		before := runtime.NumGoroutine()
		for range 10 {
			n := 0
			for _, err := range st.All(t.Context(), agent, filter.Filter{}) {
				require.NoError(t, err)
				if n++; n == 3 {
					break
				}
			}
		}
		require.Equal(t, before, runtime.NumGoroutine())
		require.NoError(t, writerOf(b).Insert(t.Context(), session(9000)), "nothing is held")
	})
}

func TestErrorInTheMiddle(t *testing.T) {
	both(t, many(2500), func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		rows, errs := 0, 0
		for s, err := range st.All(ctx, agent, filter.Filter{}) {
			if err != nil {
				require.Nil(t, s)
				require.ErrorIs(t, err, context.Canceled)
				errs++
				continue
			}
			require.Zero(t, errs, "an error comes last")
			if rows++; rows == 100 {
				cancel()
			}
		}
		require.Equal(t, 1, errs, "an error comes once")
		require.Less(t, rows, 2500)
	})
}

func TestRightToExport(t *testing.T) {
	everyone := mixed()
	failed := filter.Status(sessions.Failed)
	n := len(matching(everyone, failed))
	both(t, everyone, func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{})
		for _, take := range []call{calls()[3], calls()[4]} {
			t.Run(take.name, func(t *testing.T) {
				got, err := take.do(t.Context(), st, with(agent, func(v *store.Viewer) { v.NoExport = true }), failed)
				require.ErrorIs(t, err, store.ErrNoExport)
				require.ErrorIs(t, err, store.ErrForbidden)
				require.Empty(t, got.sessions)
				_, err = take.do(t.Context(), st, with(agent, func(v *store.Viewer) { v.ExportLimit = -1 }), failed)
				require.ErrorIs(t, err, store.ErrNoExport)

				got, err = take.do(t.Context(), st, with(agent, func(v *store.Viewer) { v.ExportLimit = n }), failed)
				require.NoError(t, err, "as many as are allowed")
				require.Len(t, got.sessions, n)
				got, err = take.do(t.Context(), st, with(agent, func(v *store.Viewer) { v.ExportLimit = n - 1 }), failed)
				var limit *store.ExportLimitError
				require.ErrorAs(t, err, &limit)
				require.ErrorIs(t, err, store.ErrExportLimit)
				require.Equal(t, n-1, limit.Limit)
				require.Empty(t, got.sessions, "refused before the first row")
			})
		}
		page, err := st.List(t.Context(), with(agent, func(v *store.Viewer) { v.NoExport = true }), store.Query{})
		require.NoError(t, err)
		require.NotEmpty(t, page.Sessions)
	})
}

// TestExportGrows: what comes in after the count does not lift the limit.
func TestExportGrows(t *testing.T) {
	both(t, many(20), func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{})
		seq, err := st.Export(t.Context(), with(agent, func(v *store.Viewer) { v.ExportLimit = 20 }), filter.Filter{}, 0)
		require.NoError(t, err)
		require.NoError(t, writerOf(b).Insert(t.Context(), session(21), session(22)))
		got, err := collect(seq)
		require.ErrorIs(t, err, store.ErrExportLimit)
		require.Len(t, got.sessions, 20)
	})
}

// failing is a Backend that fails after some sessions.
type failing struct {
	store.Backend
	after int
}

var errDisk = errors.New("disk on fire")

func (f failing) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	n := 0
	return f.Backend.(store.Streamer).Stream(ctx, sel, func(s *sessions.Session) error {
		if n++; n > f.after {
			return errDisk
		}
		return each(s)
	})
}

func TestFailingStream(t *testing.T) {
	st := store.New(failing{backend(t, many(20)...), 7}, store.Options{})
	got, err := collect(st.All(t.Context(), agent, filter.Filter{}))
	require.ErrorIs(t, err, errDisk)
	require.Len(t, got.sessions, 7)
}
