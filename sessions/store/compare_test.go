package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
)

// monthly returns sessions of acme, newest first, five per month.
func monthly(n int) []*sessions.Session {
	var all []*sessions.Session
	at := time.Date(2026, 4, 20, 23, 0, 0, 0, time.UTC)
	for i := range n {
		all = append(all, &sessions.Session{
			ID: "s-" + string(rune('a'+i)), Company: "acme", CreatedAt: at.AddDate(0, -(i / 5), -(i % 5)), Status: sessions.Success,
			FirstName: sessions.TextOf("secret-name"),
		})
	}
	return all
}

func holding(t *testing.T, all ...*sessions.Session) *memstore.Backend {
	t.Helper()
	b := memstore.New()
	require.NoError(t, b.Insert(t.Context(), all...))
	return b
}

func TestCompare(t *testing.T) {
	all := monthly(15)
	left := holding(t, all...)
	cases := map[string]struct {
		change func([]*sessions.Session) []*sessions.Session // changes the right side
		differ []int                                         // expected differences by month
		first  string
	}{
		"the same": {func(list []*sessions.Session) []*sessions.Session { return list }, []int{0, 0, 0}, ""},
		"one lacks": {
			func(list []*sessions.Session) []*sessions.Session { return slices.Delete(list, 7, 8) },
			[]int{0, 1, 0}, `session "s-h" of 2026-03-18T23:00:00Z is on the left alone`,
		},
		"the last ones lack": {
			func(list []*sessions.Session) []*sessions.Session { return list[:13] },
			[]int{0, 0, 2}, `session "s-n" of 2026-02-17T23:00:00Z is on the left alone`,
		},
		"one too many": {
			func(list []*sessions.Session) []*sessions.Session {
				more := list[0].Clone()
				more.ID, more.CreatedAt = "s-0", more.CreatedAt.Add(time.Minute)
				return append(list, more)
			},
			[]int{1, 0, 0}, `session "s-0" of 2026-04-20T23:01:00Z is on the right alone`,
		},
		"another name and status": {
			func(list []*sessions.Session) []*sessions.Session {
				list[12].FirstName, list[12].Status = sessions.TextOf("secret-other"), sessions.Failed
				list[14].OS = "x"
				return list
			},
			[]int{0, 0, 2}, `session "s-m" of 2026-02-18T23:00:00Z differs in status,first_name`,
		},
		"another time": {
			func(list []*sessions.Session) []*sessions.Session {
				list[5].CreatedAt = list[5].CreatedAt.Add(time.Microsecond)
				return list
			},
			[]int{0, 2, 0}, `session "s-f" of 2026-03-20T23:00:00.000001Z is on the right alone`,
		},
		"none": {
			func([]*sessions.Session) []*sessions.Session { return nil },
			[]int{5, 5, 5}, `session "s-a" of 2026-04-20T23:00:00Z is on the left alone`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			right := holding(t, c.change(monthly(15))...)
			for _, r := range []store.Backend{right, bare{right}} { // bare has no streams
				got, err := store.Compare(t.Context(), left, r, "acme", filter.Filter{})
				require.NoError(t, err)
				var differ []int
				for _, m := range got.Months {
					differ = append(differ, m.Differing)
					require.Equal(t, m.Differing == 0, m.Left == m.Right)
					require.Equal(t, m.Right.Sessions > 0, m.Right.SHA256 != "")
				}
				require.Equal(t, c.differ, differ)
				require.Equal(t, c.first == "", got.Equal())
				if !got.Equal() {
					require.Equal(t, c.first, got.First.String())
				}
				require.Equal(t, sessions.Date{Year: 2026, Month: 3}, got.Months[1].Month)
			}
		})
	}
}

// TestCompareFails checks that a side that fails is not taken for an empty one, and that the error
// says which side it is.
func TestCompareFails(t *testing.T) {
	b := holding(t, monthly(7)...)
	_, err := store.Compare(t.Context(), b, torn{b}, "acme", filter.Filter{})
	require.ErrorIs(t, err, errTorn)
	require.ErrorContains(t, err, "right")
	_, err = store.Compare(t.Context(), torn{b}, b, "acme", filter.Filter{})
	require.ErrorContains(t, err, "left")
	_, err = store.Compare(t.Context(), b, b, "", filter.Filter{})
	require.ErrorIs(t, err, store.ErrNoCompany)
	_, err = store.Compare(t.Context(), b, b, "acme", filter.Status())
	require.Error(t, err)
	c, err := store.Compare(t.Context(), b, b, "acme", filter.Search("nobody"))
	require.NoError(t, err)
	require.Equal(t, store.Comparison{}, c)
}

var errTorn = errors.New("fails")

// torn is a Backend whose stream breaks off after three sessions.
type torn struct{ *memstore.Backend }

func (f torn) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	n := 0
	return f.Backend.Stream(ctx, sel, func(s *sessions.Session) error {
		if n++; n > 3 {
			return errTorn
		}
		return each(s)
	})
}

func TestAllCanBeLeft(t *testing.T) {
	b := holding(t, monthly(7)...)
	for _, from := range []store.Backend{b, bare{b}, eager{b}} {
		all := store.All(t.Context(), from, store.Selection{Company: "acme", Limit: 1, Budget: 1})
		for range 2 {
			n := 0
			for s, err := range all {
				require.NoError(t, err)
				require.NotEmpty(t, s.ID)
				if n++; n == 5 {
					break
				}
			}
			require.Equal(t, 5, n)
		}
	}
}

// eager is a Backend whose stream goes on after an error.
type eager struct{ *memstore.Backend }

func (e eager) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	return e.Backend.Stream(ctx, sel, func(s *sessions.Session) error {
		_ = each(s)
		return nil
	})
}
