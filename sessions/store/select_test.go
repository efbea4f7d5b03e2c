package store_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
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

var _ export.Selection = store.Selected{}

var everyField = sessions.Reading{Fields: sessions.AllFields()}

func TestAll(t *testing.T) {
	everyone := many(2345)
	both(t, everyone, func(t *testing.T, b store.Backend) {
		// An export ignores all of these.
		st := store.New(b, store.Options{MaxLimit: 10, Budget: 1, CountLimit: 1})
		seq := st.Select(agent, filter.Filter{}).All(t.Context())
		for range 2 {
			var got []*sessions.Session
			for s, err := range seq {
				require.NoError(t, err)
				got = append(got, s) // sessions of All belong to the caller
			}
			requireSame(t, everyone, got)
			got[0].LastName = sessions.TextOf("Changed")
		}
		odd := filter.Search("0000000001 nino")
		got, err := collect(st.Select(agent, odd).All(t.Context()))
		require.NoError(t, err)
		require.Equal(t, matching(everyone, odd), ids(got.sessions))
	})
}

func TestOpen(t *testing.T) {
	everyone := many(1234)
	both(t, everyone, func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{MaxLimit: 10, Budget: 1})
		viewer := with(agent, func(v *store.Viewer) { v.Disclosure.Mask = sessions.FieldsOf(sessions.FieldLastName) })
		seq, err := st.Select(viewer, filter.Filter{}).Open(t.Context(), everyField)
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
			for _, err := range st.Select(agent, filter.Filter{}).All(t.Context()) {
				require.NoError(t, err)
				if n++; n == 3 {
					break
				}
			}
		}
		for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before && time.Now().Before(end); {
			time.Sleep(time.Millisecond) // one that has done its work is about to end
		}
		require.LessOrEqual(t, runtime.NumGoroutine(), before)
		require.NoError(t, writerOf(b).Insert(t.Context(), session(9000)), "nothing is held")
	})
}

func TestErrorInTheMiddle(t *testing.T) {
	both(t, many(2500), func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		rows, errs := 0, 0
		for s, err := range st.Select(agent, filter.Filter{}).All(ctx) {
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

// TestExportGrows checks that sessions that arrive after the count do not exceed the limit.
func TestExportGrows(t *testing.T) {
	both(t, many(20), func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{})
		seq, err := st.Select(with(agent, func(v *store.Viewer) { v.ExportLimit = 20 }), filter.Filter{}).Open(t.Context(), everyField)
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
	got, err := collect(st.Select(agent, filter.Filter{}).All(t.Context()))
	require.ErrorIs(t, err, errDisk)
	require.Len(t, got.sessions, 7)
}

func TestSelected(t *testing.T) {
	everyone := many(2345)
	both(t, everyone, func(t *testing.T, b store.Backend) {
		st := store.New(b, store.Options{MaxLimit: 10, Budget: 1})
		viewer := with(agent, func(v *store.Viewer) { v.Disclosure.Mask = sessions.FieldsOf(sessions.FieldLastName) })
		src := st.Select(viewer, filter.Filter{})
		got, err := collect(opened(t, src, sessions.Position{}))
		require.NoError(t, err)
		require.Equal(t, ids(everyone), ids(got.sessions))
		got, err = collect(opened(t, src, sessions.PositionOf(everyone[1000])))
		require.NoError(t, err)
		require.Equal(t, ids(everyone[1001:]), ids(got.sessions))
		require.Equal(t, sessions.Masked, got.sessions[0].LastName.State())

		mark, err := src.Watermark(t.Context())
		require.NoError(t, err)
		changed := func(src store.Selected, behind int) bool {
			t.Helper()
			yes, err := src.Changed(t.Context(), mark, sessions.PositionOf(everyone[behind]))
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
		later := filter.Between(sessions.FieldCreatedAt, everyone[1000].CreatedAt, time.Time{})
		require.False(t, changed(st.Select(viewer, later), 0), "it never was in that selection")
		require.True(t, changed(st.Select(viewer, filter.Status("odd")), 0), "it may have been")

		_, err = src.Changed(t.Context(), "", sessions.Position{})
		require.ErrorIs(t, err, store.ErrWatermark)
		other := st.Select(with(agent, func(v *store.Viewer) { v.Company = "other" }), filter.Filter{})
		_, err = other.Changed(t.Context(), mark, sessions.Position{})
		require.ErrorIs(t, err, store.ErrWatermark)

		for _, v := range []store.Viewer{{}, with(agent, func(v *store.Viewer) { v.NoExport = true })} {
			seq, err := st.Select(v, filter.Filter{}).Open(t.Context(), everyField)
			require.Error(t, err)
			require.Nil(t, seq)
		}

		// The zero Selected has no company.
		_, err = store.Selected{}.Open(t.Context(), everyField)
		require.ErrorIs(t, err, store.ErrNoCompany)
		_, err = store.Selected{}.Watermark(t.Context())
		require.ErrorIs(t, err, store.ErrNoCompany)
		_, err = store.Selected{}.Changed(t.Context(), mark, sessions.Position{})
		require.ErrorIs(t, err, store.ErrNoCompany)
	})
}

func opened(t *testing.T, x store.Selected, after sessions.Position) iter.Seq2[*sessions.Session, error] {
	t.Helper()
	seq, err := x.Open(t.Context(), sessions.Reading{Fields: sessions.AllFields(), After: after})
	require.NoError(t, err)
	return seq
}

// TestReading checks that a reading has its fields, and that no other field looks like a fact.
func TestReading(t *testing.T) {
	everyone := many(30)
	both(t, everyone, func(t *testing.T, b store.Backend) {
		seq, err := store.New(b, store.Options{}).Select(agent, filter.Filter{}).Open(t.Context(), sessions.Reading{
			Fields: sessions.FieldsOf(sessions.FieldFirstName), Limit: 30,
		})
		require.NoError(t, err)
		i := 0
		for s, err := range seq {
			require.NoError(t, err)
			require.Equal(t, everyone[i].FirstName, s.FirstName)
			require.Equal(t, sessions.Masked, s.LastName.State())
			require.Empty(t, s.Status)
			i++
		}
		require.Equal(t, 30, i)
		_, err = store.New(b, store.Options{}).Select(agent, filter.Filter{}).Open(t.Context(), sessions.Reading{Limit: 29})
		require.ErrorIs(t, err, sessions.ErrTooMany)
	})
}

func TestSelectedKeepsTheQuery(t *testing.T) {
	x := store.New(backend(t), store.Options{}).Select(agent, filter.Search("gelashvili"))
	require.Equal(t, filter.Search("gelashvili").Text(), x.Request().Query)
	for _, text := range []string{fmt.Sprint(x), fmt.Sprintf("%+v %#v %s", x, &x, x.Request()), fmt.Sprintf("%d %v", x.Request(), x.LogValue())} {
		require.NotContains(t, text, "gelashvili")
		require.Contains(t, text, "acme")
	}
}
