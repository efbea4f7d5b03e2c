package enginetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// others write to a company and search it, like another process during upkeep. They pack none of
// their sessions: the time of a write is the time that it waits for others.
type others struct {
	b              *sqlstore.Backend
	company        string
	oldest, newest time.Time // the stored sessions are between these; the inserted ones are newer
	inserts        int
	random         *rand.Rand

	writes, searches []time.Duration // their durations
}

func newOthers(b *sqlstore.Backend, company string, oldest, newest time.Time) *others {
	return &others{b: b.WithPacking(sqlstore.Packing{Tail: -1}), company: company, oldest: oldest, newest: newest, random: rand.New(rand.NewPCG(3, 3))}
}

// work inserts a session, changes another one, and searches for a third.
func (o *others) work(t testing.TB) {
	write := func(do func() error) {
		begin := time.Now()
		require.NoError(t, do())
		o.writes = append(o.writes, time.Since(begin))
	}
	s := person(0)
	s.Company, s.CreatedAt = o.company, o.newest.Add(time.Duration(o.inserts+1)*time.Second)
	s.ID = fmt.Sprintf("fresh-%d", s.CreatedAt.UnixMicro())
	s.FirstName, s.LastName, s.PersonalNumber = sessions.TextOf("Fresh"), sessions.TextOf("Arrival"), sessions.TextOf(fmt.Sprint(o.inserts))
	o.inserts++
	write(func() error { return o.b.Insert(t.Context(), s) })
	at := store.Position{CreatedAt: o.oldest.Add(time.Duration(o.random.Int64N(int64(o.newest.Sub(o.oldest)))))}
	batch, err := o.b.List(t.Context(), store.Selection{Company: o.company, Limit: 1, After: at})
	require.NoError(t, err)
	for _, s := range batch.Sessions {
		s.Model = fmt.Sprint("model ", o.inserts)
		write(func() error {
			// A purge was faster.
			if err := o.b.Update(t.Context(), s); !errors.Is(err, store.ErrNotFound) {
				return err
			}
			return nil
		})
		text := beginning(s.FirstName, 1+o.random.IntN(4)) + " " + beginning(s.LastName, o.random.IntN(4))
		begin := time.Now()
		_, err := o.b.List(t.Context(), store.Selection{Company: o.company, Filter: filter.Search(text), Limit: 50, Budget: store.DefaultBudget})
		require.NoError(t, err)
		o.searches = append(o.searches, time.Since(begin))
	}
}

// beginning returns the first runes of a text.
func beginning(text sessions.Text, n int) string {
	runes := []rune(text.Value())
	return string(runes[:min(n, len(runes))])
}

// until works until do has returned, and returns its duration.
func (o *others) until(t testing.TB, do func() error) time.Duration {
	t.Helper()
	done := make(chan error, 1)
	begin := time.Now()
	var took time.Duration
	go func() {
		err := do()
		took = time.Since(begin)
		done <- err
	}()
	for {
		select {
		case err := <-done:
			require.NoError(t, err)
			return took
		case <-time.After(3 * time.Millisecond):
			o.work(t)
		}
	}
}

// waited returns a percentile of some durations, and the longest, in milliseconds.
func waited(list []time.Duration) (p99, longest float64) {
	if len(list) == 0 {
		return 0, 0
	}
	slices.Sort(list)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return ms(list[len(list)*99/100]), ms(list[len(list)-1])
}

// said logs the duration of an operation on n sessions, and how long the others waited, and forgets
// these times.
func (o *others) said(t testing.TB, what string, n int, took time.Duration) {
	t.Helper()
	write99, write := waited(o.writes)
	search99, search := waited(o.searches)
	t.Logf("%-24s %7.1f s, %6.0f sessions/s; %d writes: p99 %.0f ms, max %.0f ms; %d searches: p99 %.0f ms, max %.0f ms", what, took.Seconds(),
		float64(n)/took.Seconds(), len(o.writes), write99, write, len(o.searches), search99, search)
	o.writes, o.searches = nil, nil
}
