package memstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
	"github.com/kvalifika/sessionkit/sessions/store/storetest"
)

func TestBackend(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Fixture { return storetest.Fixture{Backend: memstore.New()} })
}

func session(n int) *sessions.Session {
	return &sessions.Session{
		ID: fmt.Sprintf("s-%d", n%100), Company: "acme", Status: sessions.Pending,
		CreatedAt: time.Date(2026, 3, 14, 12, 0, n%7, 0, time.UTC),
	}
}

// TestInsertOrder inserts batches in any order and compares the list with a sorted slice.
func TestInsertOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		b := memstore.New()
		var want []*sessions.Session
		for _, n := range random.Perm(100) {
			want = append(want, session(n))
		}
		for rest := want; len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(10))
			require.NoError(t, b.Insert(t.Context(), rest[:n]...))
			rest = rest[n:]
		}
		slices.SortFunc(want, (*sessions.Session).Compare)
		batch, err := b.List(t.Context(), store.Selection{Company: "acme", Limit: 1000})
		require.NoError(t, err)
		require.Len(t, batch.Sessions, len(want))
		for i, s := range batch.Sessions {
			require.Equal(t, want[i].ID, s.ID)
		}
	}
}

// TestManyChanges checks that, however often sessions change, only the newest change of each is
// reported.
func TestManyChanges(t *testing.T) {
	b := memstore.New()
	for n := range 100 {
		require.NoError(t, b.Insert(t.Context(), session(n)))
	}
	first, err := b.Changes(t.Context(), "acme", "", 1)
	require.NoError(t, err)
	for n := range 5000 {
		s, err := b.Get(t.Context(), "acme", fmt.Sprintf("s-%d", n%10))
		require.NoError(t, err)
		s.Attempt = n
		require.NoError(t, b.Update(t.Context(), s))
	}
	changed, err := b.Changes(t.Context(), "acme", first.Next, 1000)
	require.NoError(t, err)
	require.Len(t, changed.Sessions, 10)
	for i, s := range changed.Sessions {
		require.Equal(t, 4990+i, s.Attempt)
	}
}

func Example() {
	ctx := context.Background()
	b := memstore.New()
	s := &sessions.Session{ID: "s-1", Company: "acme", CreatedAt: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC), Status: sessions.Pending}
	fmt.Println(b.Insert(ctx, s), s.Revision)
	s.Status = sessions.Success
	fmt.Println(b.Update(ctx, s), s.Revision)

	st := store.New(b, store.Options{})
	n, err := st.Count(ctx, store.Viewer{Company: "acme", Role: sessions.Agent}, filter.Status(sessions.Success))
	fmt.Println(n, err)
	// Output:
	// <nil> 1
	// <nil> 2
	// 1 <nil>
}

func BenchmarkInsertNewest(b *testing.B) {
	m := memstore.New()
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		s := &sessions.Session{ID: fmt.Sprint(n), Company: "acme", Status: sessions.Pending, CreatedAt: at.Add(time.Duration(n) * time.Microsecond)}
		if err := m.Insert(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSettingsAndTrail(t *testing.T) {
	storetest.RunSettings(t, func(*testing.T) store.Settings { return &memstore.Settings{} })
	storetest.RunAuditTrail(t, func(*testing.T) store.AuditTrail { return &memstore.Trail{} })
}
