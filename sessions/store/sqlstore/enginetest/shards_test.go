package enginetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// moveCompany is the playbook of several servers: it moves a company to another server while the
// company is written to, until stop has returned.
func moveCompany(ctx context.Context, from, to *sqlstore.Backend, company string, stop func() error) error {
	version := func(s *sessions.Session) int64 { return s.Revision }
	changes, err := from.Changes(ctx, company, "", 1) // this moment
	if err != nil {
		return err
	}
	all := store.All(ctx, from, store.Selection{Company: company})
	_, err = to.Import(ctx, all, sqlstore.ImportOptions{Version: version})
	if err != nil {
		return err
	}
	n := 0 // sessions of a round
	catchUp := func() (err error) {
		n = 0
		for changes.More = true; changes.More; {
			if changes, err = from.Changes(ctx, company, changes.Next, 1000); err != nil {
				return err
			}
			var states []store.Versioned
			for _, s := range changes.Sessions {
				states = append(states, store.Versioned{Session: s, Version: version(s)})
			}
			results, err := to.Put(ctx, states...)
			if err != nil {
				return err
			}
			for _, r := range results {
				if r.Err != nil {
					return r.Err
				}
			}
			n += len(results)
		}
		return nil
	}
	for n = 100; n >= 100; { // fewer are not worth another round
		if err := catchUp(); err != nil {
			return err
		}
	}
	if err := stop(); err != nil {
		return err
	}
	if err := catchUp(); err != nil {
		return err
	}
	settings, err := from.Settings().CompanySettings(ctx, company)
	if err != nil {
		return err
	}
	if settings.Revision > 0 {
		settings.Revision = 0
		if err := to.Settings().SaveCompanySettings(ctx, company, settings, "moved"); err != nil {
			return err
		}
	}
	compared, err := store.Compare(ctx, from, to, company, filter.Filter{})
	if err == nil && !compared.Equal() {
		err = fmt.Errorf("not the same: %s", compared.First)
	}
	return err
}

// TestSeveralServers has companies on two servers, with different engines, and moves one while it
// is written to.
func TestSeveralServers(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	need(t, postgres)
	need(t, mariadb)
	servers := []*sqlstore.Backend{newBackend(t, mariadb, open(t, mariadb)), newBackend(t, postgres, open(t, postgres))}
	for i, b := range servers {
		servers[i] = b.WithPacking(sqlstore.Packing{Tail: 300, Segment: 1000})
	}

	shards := map[string]int{"acme": 0, "globex": 1} // kept where all processes see it
	var stores []*store.Store
	for _, b := range servers {
		stores = append(stores, store.New(b, store.Options{Settings: b.Settings(), Trail: b.Trail()}))
	}
	at := func(v store.Viewer) *store.Store { return stores[shards[v.Company]] }

	viewers := map[string]store.Viewer{}
	for company, i := range shards {
		all := persons(1500)
		for _, s := range all {
			s.Company = company
		}
		require.NoError(t, servers[i].Insert(ctx, all...))
		viewers[company] = store.Viewer{Company: company, Role: sessions.MasterUser, Subject: "master", MayErase: true}
	}
	requireCounts := func(acme, globex int) {
		t.Helper()
		for company, n := range map[string]int{"acme": acme, "globex": globex} {
			count, err := at(viewers[company]).Count(ctx, viewers[company], filter.Search("secretname"))
			require.NoError(t, err)
			require.Equal(t, store.Count{N: n, Exact: true}, count, company)
		}
	}
	requireCounts(1500, 1500)
	saved, err := at(viewers["acme"]).SaveSettings(ctx, viewers["acme"], accepting(t, far.Kvalifika, 5, 0))
	require.NoError(t, err)
	page, err := at(viewers["acme"]).List(ctx, viewers["acme"], store.Query{Limit: 5})
	require.NoError(t, err)

	end, ended := make(chan struct{}), make(chan error, 1)
	go func() { // a writer, until it is told to stop
		for n := 0; ; n++ {
			s, err := servers[0].Get(ctx, "acme", person(n%1500).ID)
			if err == nil {
				s.Attempt++
				err = errors.Join(servers[0].Update(ctx, s), servers[0].Insert(ctx, person(2000+n)))
			}
			select {
			case <-end:
				ended <- err
				return
			default:
				if err != nil {
					ended <- err
					return
				}
			}
		}
	}()
	stop := sync.OnceValue(func() error {
		close(end)
		return <-ended
	})
	defer func() { _ = stop() }()
	require.NoError(t, moveCompany(ctx, servers[0], servers[1], "acme", stop))

	there, err := servers[0].Count(ctx, store.Selection{Company: "acme", Limit: 1e6})
	require.NoError(t, err)
	shards["acme"] = 1
	requireCounts(there.N, 1500)
	settings, err := at(viewers["acme"]).Settings(ctx, viewers["acme"])
	require.NoError(t, err)
	require.True(t, saved.Equal(settings))
	_, err = at(viewers["acme"]).Changes(ctx, viewers["acme"], store.Query{}, page.AsOf)
	require.ErrorIs(t, err, store.ErrWatermark, "of the other server: the page reads its list anew")
	_, err = at(viewers["acme"]).List(ctx, viewers["acme"], store.Query{Limit: 5, After: page.Next})
	require.NoError(t, err, "positions are the same on every server")
	n, err := stores[0].PurgeCompany(ctx, viewers["acme"], 0)
	require.NoError(t, err)
	require.Equal(t, there.N, n)
	requireCounts(there.N, 1500)
	require.NoError(t, servers[1].Verify(ctx, "acme"))
	requireDocumented(t, "More than one machine", "shards_test.go", 13)
}
