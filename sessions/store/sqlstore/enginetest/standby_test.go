package enginetest

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/storetest"
)

// withReplica is a Backend of two servers: lists, counts and exports come from the replica, and
// everything else from the primary.
type withReplica struct {
	*sqlstore.Backend // over the primary: writes, details and changes
	replica           *sqlstore.Backend
}

func (b withReplica) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
	return b.replica.List(ctx, sel)
}

func (b withReplica) Count(ctx context.Context, sel store.Selection) (store.Count, error) {
	return b.replica.Count(ctx, sel)
}

func (b withReplica) CountEach(ctx context.Context, sel store.Selection, filters []filter.Filter) ([]store.Count, error) {
	return b.replica.CountEach(ctx, sel, filters)
}

func (b withReplica) Tally(ctx context.Context, sel store.Selection) ([]store.TallyRow, bool, error) {
	return b.replica.Tally(ctx, sel)
}

func (b withReplica) Stream(ctx context.Context, sel store.Selection, each func(*sessions.Session) error) error {
	return b.replica.Stream(ctx, sel, each)
}

func (b withReplica) Connections() int { return b.replica.Connections() }

// pair is a database on a primary and on its hot standby.
type pair struct {
	// Commits on the primary return when they are on the standby (remote_apply).
	applied *sql.DB
	primary *sql.DB // the same database, whose commits do not wait
	standby *sql.DB
}

func newPair(t *testing.T) pair {
	t.Helper()
	name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	opens := func(server, database, commit string) *sql.DB {
		variable := "SESSIONKIT_" + server + "_DSN"
		dsn := os.Getenv(variable)
		if dsn == "" {
			t.Skipf("no standby: %s is not set", variable)
		}
		config, err := pgx.ParseConfig(dsn)
		require.NoError(t, err)
		if database != "" {
			config.Database = database
		}
		config.RuntimeParams["synchronous_commit"] = commit
		config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, address)
			// A server waits for a reader after a few megabytes.
			if tcp, ok := c.(*net.TCPConn); ok {
				err = errors.Join(err, tcp.SetReadBuffer(64<<10))
			}
			return c, err
		}
		return connect(t, stdlib.GetConnector(*config))
	}
	server := opens("PRIMARY", "", "remote_apply")
	_, err := server.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := server.Exec("DROP DATABASE " + name)
		require.NoError(t, err)
	})
	return pair{opens("PRIMARY", name, "remote_apply"), opens("PRIMARY", name, "local"), opens("STANDBY", name, "local")}
}

// TestReplicaConformance tests the promises of store.Backend with a primary and a replica, where
// commits wait for the replica.
func TestReplicaConformance(t *testing.T) {
	if size(0, 1) == 0 {
		t.Skip("takes a minute: SESSIONKIT_FULL_SIZE is not set")
	}
	storetest.Run(t, func(t *testing.T) storetest.Fixture {
		p := newPair(t)
		return storetest.Fixture{Backend: withReplica{newBackend(t, postgres, p.applied), sqlstore.New(p.standby, sqlstore.Postgres)}}
	})
}

// TestReadReplica runs the playbook of a replica, with one that lags behind, one that commits wait
// for, and one that ends reads of data that it has to remove.
func TestReadReplica(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p := newPair(t)
	waiting := newBackend(t, postgres, p.applied).WithPacking(sqlstore.Packing{Tail: 50})
	all := persons(300)
	require.NoError(t, waiting.Insert(ctx, all...))
	primary := sqlstore.New(p.primary, sqlstore.Postgres)
	replica := sqlstore.New(p.standby, sqlstore.Postgres)
	p.standby.SetMaxOpenConns(3)

	backend := withReplica{primary, replica}
	st := store.New(backend, store.Options{Settings: primary.Settings(), Trail: primary.Trail()})

	list := func() store.Page {
		t.Helper()
		page, err := st.List(ctx, master, store.Query{Filter: filter.Search("secretname"), Limit: 10})
		require.NoError(t, err)
		return page
	}
	page := list()
	require.Equal(t, all[0].ID, page.Sessions[0].ID)
	count, err := st.Count(ctx, master, filter.Filter{})
	require.NoError(t, err)
	require.Equal(t, store.Count{N: 300, Exact: true}, count)
	require.Equal(t, 3, backend.Connections())
	saved, err := st.SaveSettings(ctx, master, accepting(t, far.Kvalifika, 5, 0))
	require.NoError(t, err)
	again, err := st.Settings(ctx, master)
	require.NoError(t, err)
	require.True(t, saved.Equal(again), "the primary's, at once")
	trail, err := st.AuditTrail(ctx, master, store.AuditQuery{})
	require.NoError(t, err)
	require.NotEmpty(t, trail.Entries)

	// It lags behind: the list is of an earlier moment, and the changes since then come from the
	// primary.
	sync := func(do string) {
		t.Helper()
		_, err := p.standby.ExecContext(ctx, "SELECT pg_wal_replay_"+do+"()")
		require.NoError(t, err)
	}
	t.Cleanup(func() { // otherwise the primary would wait for ever
		_, err := p.standby.Exec("SELECT pg_wal_replay_resume()")
		require.NoError(t, err)
	})
	sync("pause")
	require.Eventually(t, func() bool { // it pauses at its next check
		var state string
		err := p.standby.QueryRowContext(ctx, "SELECT pg_get_wal_replay_pause_state()").Scan(&state)
		return err == nil && state == "paused"
	}, time.Minute, 5*time.Millisecond)
	late := person(300)
	late.CreatedAt = all[0].CreatedAt.Add(time.Minute)
	require.NoError(t, primary.Insert(ctx, late))
	page = list()
	require.Equal(t, all[0].ID, page.Sessions[0].ID)
	changes, err := st.Changes(ctx, master, store.Query{Filter: filter.Search("secretname")}, page.AsOf)
	require.NoError(t, err)
	require.Len(t, changes.Sessions, 1)
	require.Equal(t, late.ID, changes.Sessions[0].ID)
	known, err := primary.Changes(ctx, "acme", "", 10)
	require.NoError(t, err)
	_, err = replica.Changes(ctx, "acme", known.Next, 10)
	require.ErrorIs(t, err, store.ErrWatermark, "a moment that the replica does not know yet")
	found, err := st.Get(ctx, master, late.ID)
	require.NoError(t, err)
	require.Equal(t, late.ID, found.ID)
	sync("resume")
	require.NoError(t, waiting.Insert(ctx, person(301)), "and waits for the replica")
	require.Equal(t, late.ID, list().Sessions[0].ID)
	_, err = replica.Changes(ctx, "acme", known.Next, 10)
	require.NoError(t, err)

	// A write to the replica by mistake is an error.
	for name, write := range map[string]func() error{
		"insert":   func() error { return replica.Insert(ctx, person(302)) },
		"put":      func() error { _, err := replica.Put(ctx, store.Versioned{Session: person(1), Version: 9}); return err },
		"redact":   func() error { return replica.Redact(ctx, "acme", all[1].ID) },
		"maintain": func() error { return replica.Maintain(ctx, "acme") },
		"settings": func() error {
			return replica.Settings().SaveCompanySettings(ctx, "acme", accepting(t, far.Kvalifika, 5, 1), "m")
		},
		"audit": func() error {
			return replica.Trail().AppendAudit(ctx, store.AuditEntry{Company: "acme", ID: "x", At: start})
		},
		"history": func() error { return replica.NewHistory(ctx) },
		"migrate": func() error { return sqlstore.Migrate(ctx, p.standby, sqlstore.Postgres) },
	} {
		if err := write(); name == "migrate" { // nothing is to be done
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, "SQLSTATE 25006", name)
		}
	}
	require.NoError(t, replica.Verify(ctx, "acme"))
	requireDocumented(t, "A read replica", "standby_test.go", 9)
}

// TestReplicaEndsReads has a standby remove data that a stream of it still reads: the stream fails,
// or is whole, and lists are right.
func TestReplicaEndsReads(t *testing.T) {
	ctx := t.Context()
	p := newPair(t)
	waiting := newBackend(t, postgres, p.applied)
	all := persons(4000)
	for _, s := range all {
		s.Browser, s.OS, s.Model = strings.Repeat(s.ID, 80), strings.Repeat(s.ID, 80), strings.Repeat(s.ID, 80)
	}
	require.NoError(t, waiting.Insert(ctx, all...))
	set := func(statement string) {
		t.Helper()
		for _, text := range []string{"ALTER SYSTEM " + statement, "SELECT pg_reload_conf()"} {
			_, err := p.standby.ExecContext(ctx, text)
			require.NoError(t, err)
		}
	}
	set("SET max_standby_streaming_delay = 0")
	defer set("RESET max_standby_streaming_delay")
	replica := sqlstore.New(p.standby, sqlstore.Postgres)
	primary := sqlstore.New(p.primary, sqlstore.Postgres)
	n := 0
	err := replica.Stream(ctx, store.Selection{Company: "acme"}, func(*sessions.Session) error {
		if n++; n > 1 {
			return nil
		}
		for _, s := range all[:50] {
			s.Status = sessions.Success
			if err := primary.Update(ctx, s); err != nil {
				return err
			}
		}
		_, err := p.primary.ExecContext(ctx, "VACUUM sessionkit_sessions")
		time.Sleep(300 * time.Millisecond) // until the stream is in the standby's way
		return err
	})
	t.Logf("%d of %d sessions: %v", n, len(all), err)
	if err == nil {
		require.Len(t, all, n)
	} else {
		var failure *sqlstore.Error
		require.ErrorAs(t, err, &failure)
		require.Equal(t, "40001", failure.SQLState())
		require.Less(t, n, len(all))
	}
	require.NoError(t, waiting.Insert(ctx, person(5000)), "and waits for the standby")
	batch, err := replica.List(ctx, store.Selection{Company: "acme", Filter: filter.Status(sessions.Success), Limit: 100})
	require.NoError(t, err)
	require.Len(t, batch.Sessions, 50)
}
