package enginetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// smallBuffers is the size of a connection's buffers, in bytes. With small ones a server soon
// notices that nothing is read.
const smallBuffers = 8 << 10

// served serves an API of a Store, to the viewer that a header names.
func served(t *testing.T, st *store.Store, failed func(error)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(httpapi.New(st, httpapi.Options{
		Viewer: func(r *http.Request) (store.Viewer, error) {
			return store.Viewer{Company: "acme", Role: sessions.Agent, Subject: r.Header.Get("As")}, nil
		},
		Failed: func(_ *http.Request, err error) { failed(err) },
	}))
	server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if tcp, ok := c.(*net.TCPConn); ok && state == http.StateNew {
			_ = tcp.SetWriteBuffer(smallBuffers)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// TestExportsThatNobodyReads begins forty exports and does not read them. Whatever the pool, other
// clients that type are answered with the connections that are left, and an export for which there
// is no room is refused before its first byte.
func TestExportsThatNobodyReads(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine, db *sql.DB) {
		const connections, many = 4, 1500
		b := newBackend(t, e, db)
		var all []*sessions.Session
		for i := range many {
			all = append(all, &sessions.Session{
				ID: fmt.Sprintf("s-%05d", i), Company: "acme", CreatedAt: time.Unix(int64(i), 0), Status: sessions.Success, Browser: strings.Repeat("b", 200),
			})
		}
		require.NoError(t, b.Insert(t.Context(), all...))
		db.SetMaxOpenConns(connections)
		// The pool is the limit here.
		st := store.New(b, store.Options{Exports: store.ExportLimits{Process: 100, Company: 100}})
		server := served(t, st, func(err error) { t.Errorf("told of %v", err) })

		ctx, cancel := context.WithCancel(t.Context())
		client := &http.Client{Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				c, err := new(net.Dialer).DialContext(ctx, network, addr)
				if tcp, ok := c.(*net.TCPConn); ok {
					_ = tcp.SetReadBuffer(smallBuffers)
				}
				return c, err
			},
		}}
		defer client.CloseIdleConnections()
		send := func(ctx context.Context, as, path, body string) *http.Response {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+path, strings.NewReader(body))
			if err != nil {
				panic(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("As", as)
			res, err := client.Do(r)
			if err != nil {
				panic(err)
			}
			return res
		}
		var begun []*http.Response
		var mu sync.Mutex
		var forty sync.WaitGroup
		for i := range 40 {
			forty.Go(func() {
				res := send(ctx, fmt.Sprint("reader-", i), "/export", "{}")
				mu.Lock()
				defer mu.Unlock()
				if res.StatusCode == http.StatusOK {
					begun = append(begun, res)
					return
				}
				problem, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				require.Equal(t, http.StatusTooManyRequests, res.StatusCode, string(problem))
				require.Equal(t, "10", res.Header.Get("Retry-After"))
				require.Contains(t, string(problem), `"too_many_exports"`)
				require.Contains(t, string(problem), fmt.Sprintf("may read %d exports", connections-1))
			})
		}
		forty.Wait()
		require.Len(t, begun, connections-1)
		require.Equal(t, connections-1, db.Stats().InUse, "each of them holds a connection")

		for range 2 { // agents, who type
			var agents sync.WaitGroup
			for i := range 10 {
				agents.Go(func() {
					res := send(t.Context(), fmt.Sprint("agent-", i), "/sessions", `{"status": "success", "limit": 5}`)
					page, err := io.ReadAll(res.Body)
					require.NoError(t, err)
					require.NoError(t, res.Body.Close())
					require.Equal(t, http.StatusOK, res.StatusCode, string(page))
				})
			}
			agents.Wait()
		}
		require.Equal(t, connections-1, db.Stats().InUse)

		file, err := io.ReadAll(begun[0].Body) // one of them is read in the end
		require.NoError(t, err)
		require.Equal(t, many+1, strings.Count(string(file), "\r\n"))
		cancel()
		for _, res := range begun {
			_ = res.Body.Close()
		}
		require.Eventually(t, func() bool { return db.Stats().InUse == 0 }, time.Minute, 10*time.Millisecond)
	})
}

// TestOutagesAreToldApart requires that a database that is down, and a statement that exceeds its
// time limit, are reported neither as the client's fault nor as a bug: the client may try again.
func TestOutagesAreToldApart(t *testing.T) {
	for _, c := range []struct {
		engine  engine
		dsn     string // of a port without a listener
		timeout string // of statements
	}{
		{postgres, "postgres://nobody@127.0.0.1:1/none", "SET statement_timeout = '1ms'"},
		{mariadb, "nobody@tcp(127.0.0.1:1)/none", "SET max_statement_time = 0.001"},
	} {
		t.Run(string(c.engine), func(t *testing.T) {
			ask := func(b store.Backend, code string) {
				var told error
				server := served(t, store.New(b, store.Options{}), func(err error) { told = err })
				res, err := http.Get(server.URL + "/sessions?browser=b")
				require.NoError(t, err)
				problem, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				require.Equal(t, http.StatusServiceUnavailable, res.StatusCode, "%s %+v", problem, told)
				require.Equal(t, "5", res.Header.Get("Retry-After"))
				require.Contains(t, string(problem), `"`+code+`"`)
				require.Error(t, told)
			}
			down := sql.OpenDB(connector(t, c.engine, c.dsn, ""))
			defer func() { require.NoError(t, down.Close()) }()
			ask(sqlstore.New(down, dialects[c.engine]), "unavailable")

			db := open(t, c.engine)
			slow := newBackend(t, c.engine, db)
			require.NoError(t, slow.Check(t.Context()))
			db.SetMaxOpenConns(1)
			ask(slowBackend{slow, db, c.timeout, map[engine]string{
				postgres: "SELECT pg_sleep(5)", mariadb: "SELECT count(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c",
			}[c.engine]}, "timeout")
		})
	}
}

// TestLostAndBusyConnections requires that a connection that is lost before one of a list's
// statements is an outage too, and so is an SQLite database that another connection has locked. An
// error of a statement itself is not.
func TestLostAndBusyConnections(t *testing.T) {
	get := func(t *testing.T, url string) (status int, problem, retry string) {
		res, err := http.Get(url + "/sessions?browser=b")
		require.NoError(t, err)
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode, string(text), res.Header.Get("Retry-After")
	}
	for _, e := range []engine{postgres, mariadb} {
		t.Run(string(e), func(t *testing.T) {
			b, breaker, admin := breakable(t, e)
			require.NoError(t, b.Insert(t.Context(), persons(3)...))
			var told error
			server := served(t, store.New(b, store.Options{}), func(err error) { told = err })
			outages := 0
			for after := range 4 {
				breaker.arm("sessionkit_", after, killer(t, e, admin))
				// database/sql may have retried.
				if status, problem, retry := get(t, server.URL); status != http.StatusOK {
					outages++
					require.Equal(t, http.StatusServiceUnavailable, status, "%s %v", problem, told)
					require.Equal(t, "5", retry)
					require.Contains(t, problem, `"unavailable"`)
				}
				breaker.arm("", 0, nil)
			}
			require.Positive(t, outages)
			_, err := admin.Exec("DROP TABLE sessionkit_blocks, sessionkit_sessions")
			require.NoError(t, err)
			status, problem, _ := get(t, server.URL)
			require.Equal(t, http.StatusInternalServerError, status, problem)
		})
	}
	t.Run(string(sqlite), func(t *testing.T) {
		file := (&url.URL{Scheme: "file", Path: filepath.Join(t.TempDir(), "sessions.db")}).String()
		db := connect(t, connector(t, sqlite, file, ""))
		server := served(t, store.New(newBackend(t, sqlite, db), store.Options{}), func(error) {})
		other, err := connect(t, connector(t, sqlite, file, "")).Conn(t.Context())
		require.NoError(t, err)
		_, err = other.ExecContext(t.Context(), "BEGIN EXCLUSIVE")
		require.NoError(t, err)
		status, problem, retry := get(t, server.URL)
		require.Equal(t, http.StatusServiceUnavailable, status, problem)
		require.Equal(t, "5", retry)
		require.Contains(t, problem, `"timeout"`)
		_, err = other.ExecContext(t.Context(), "ROLLBACK")
		require.NoError(t, err)
		_, err = other.ExecContext(t.Context(), "DROP TABLE sessionkit_blocks; DROP TABLE sessionkit_sessions")
		require.NoError(t, err)
		require.NoError(t, other.Close())
		status, problem, _ = get(t, server.URL)
		require.Equal(t, http.StatusInternalServerError, status, problem)
	})
}

// TestStatesOfNumbers requires SQLSTATEs for errors of an engine that has none for them.
func TestStatesOfNumbers(t *testing.T) {
	for number, state := range map[uint16]string{1205: "55P03", 3024: "57014", 1021: "53100", 1105: "HY000"} {
		err := &sqlstore.Error{Op: "list", Err: fmt.Errorf("x: %w", &mysql.MySQLError{Number: number, SQLState: [5]byte([]byte("HY000"))})}
		require.Equal(t, state, err.SQLState(), number)
	}
	err := &sqlstore.Error{Op: "list", Err: errors.Join(context.Canceled, &mysql.MySQLError{Number: 1205, SQLState: [5]byte([]byte("70100"))})}
	require.Equal(t, "70100", err.SQLState())
	require.Empty(t, (&sqlstore.Error{Op: "list", Err: errors.New("x")}).SQLState())
}

// slowBackend runs a statement that exceeds its time limit.
type slowBackend struct {
	*sqlstore.Backend
	db            *sql.DB
	setting, slow string
}

func (b slowBackend) List(ctx context.Context, _ store.Selection) (store.Batch, error) {
	if _, err := b.db.ExecContext(ctx, b.setting); err != nil {
		return store.Batch{}, err
	}
	_, err := b.db.ExecContext(ctx, b.slow)
	return store.Batch{}, &sqlstore.Error{Op: "list", Err: err}
}
