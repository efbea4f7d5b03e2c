package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// host is the host's table with generated sessions, on one engine.
type host struct {
	db    *sql.DB
	d     filter.Dialect
	table tablestore.Table
	all   []*sessions.Session
}

// eachHost runs test on SQLite and on PostgreSQL.
func eachHost(t *testing.T, test func(t *testing.T, h host)) {
	t.Helper()
	dsns := map[string]func(t *testing.T) string{
		"sqlite": func(t *testing.T) string { t.Helper(); return "sqlite:" + filepath.Join(t.TempDir(), "host.db") },
		"postgres": func(t *testing.T) string {
			t.Helper()
			dsn := os.Getenv("SESSIONKIT_POSTGRES_DSN")
			if dsn == "" {
				t.Skip("no postgres: SESSIONKIT_POSTGRES_DSN is not set")
			}
			return ownSchema(t, dsn)
		},
	}
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			db, d, err := engine.Open(dsns[name](t))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			seq, err := generate.Sessions(generate.Options{N: 3000})
			require.NoError(t, err)
			table, err := tableOf(d)
			require.NoError(t, err)
			require.NoError(t, fill(t.Context(), db, d, seq))
			all := slices.DeleteFunc(slices.Collect(seq), func(s *sessions.Session) bool { return !keeps(s) })
			h := host{db, d, table, all}
			test(t, h)
		})
	}
}

// ownSchema makes a schema in the database of a DSN, and returns a DSN with that schema.
func ownSchema(t *testing.T, dsn string) string {
	t.Helper()
	db, _, err := engine.Open(dsn)
	require.NoError(t, err)
	name := "ownstore_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	_, err = db.ExecContext(t.Context(), "CREATE SCHEMA "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := db.ExecContext(context.Background(), "DROP SCHEMA "+name+" CASCADE")
		require.NoError(t, err)
		require.NoError(t, db.Close())
	})
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func TestListsAreThoseOfMatch(t *testing.T) {
	day := sessions.DateOf(generate.DefaultTo)
	eachHost(t, func(t *testing.T, h host) {
		st := store.New(tablestore.New(h.db, h.d, h.table), store.Options{Budget: 700})
		for i, f := range []filter.Filter{
			{},
			filter.Status(sessions.Failed),
			filter.Not(filter.DocumentType(sessions.Passport, sessions.IDCard)),
			filter.FailedFor(sessions.SpoofReasons()...),
			filter.MatchLevel(3, 7, filter.NotCompared),
			filter.CreatedOn(day.AddDays(-90), day.AddDays(-30), time.UTC),
			filter.Search("gi"),
			filter.Search("ბერიძე"),
			filter.Search("0"),
			filter.And(filter.Search("m"), filter.Status(sessions.Success)),
			filter.Or(filter.Search("lomidze"), filter.FailedFor(sessions.LowFAR)),
			filter.Search("******"),
		} {
			for _, company := range generate.Georgia.Companies()[:2] {
				var want, got []string
				for _, s := range slices.Backward(h.all) {
					if s.Company == company.Key && f.Match(s) {
						want = append(want, s.ID)
					}
				}
				query := store.Query{Filter: f}
				for pages := 0; pages == 0 || query.After != ""; pages++ {
					page, err := st.List(t.Context(), store.Viewer{Company: company.Key, Role: sessions.Agent}, query)
					require.NoError(t, err)
					for _, s := range page.Sessions {
						got = append(got, s.ID)
					}
					query.After = page.Next
				}
				require.Equal(t, want, got, "filter %d of company %q", i, company.Key)
			}
		}
	})
}

func TestTheHostsCookieDecides(t *testing.T) {
	eachHost(t, func(t *testing.T, h host) {
		key := []byte("a key of the test")
		host, err := handler(h.db, h.d, h.table, key)
		require.NoError(t, err)
		server := httptest.NewServer(host)
		defer server.Close()
		company := generate.Georgia.Companies()[0].Key
		get := func(cookie string) (int, []string) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/kyc/api/sessions?status=pending&status=failed&limit=20", nil)
			require.NoError(t, err)
			if cookie != "" {
				r.AddCookie(&http.Cookie{Name: "kyc", Value: cookie})
			}
			res, err := server.Client().Do(r)
			require.NoError(t, err)
			defer func() { require.NoError(t, res.Body.Close()) }()
			var page struct {
				Sessions []struct{ ID string }
			}
			require.NoError(t, json.NewDecoder(res.Body).Decode(&page))
			var ids []string
			for _, s := range page.Sessions {
				ids = append(ids, s.ID)
			}
			return res.StatusCode, ids
		}
		var want []string
		for _, s := range slices.Backward(h.all) {
			if s.Company == company && s.Status != sessions.Success && len(want) < 20 {
				want = append(want, s.ID)
			}
		}
		status, ids := get(sign(key, company, "agent-7"))
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, want, ids)
		for _, cookie := range []string{"", "x", sign([]byte("another key"), company, "agent-7"), company + "|agent-7|"} {
			status, ids = get(cookie)
			require.Equal(t, http.StatusUnauthorized, status, "cookie %q", cookie)
			require.Empty(t, ids)
		}
	})
}

// TestThePage uses the page with the host's table, which has no settings, no attempts and no
// selfies.
func TestThePage(t *testing.T) {
	eachHost(t, func(t *testing.T, h host) {
		key := []byte("a key of the test")
		host, err := handler(h.db, h.d, h.table, key)
		require.NoError(t, err)
		send := func(method, target, form string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, target, strings.NewReader(form))
			if form != "" {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			r.AddCookie(&http.Cookie{Name: "kyc", Value: sign(key, generate.Georgia.Companies()[0].Key, "agent-7")})
			w := httptest.NewRecorder()
			host.ServeHTTP(w, r)
			return w
		}
		list := send(http.MethodPost, "/kyc/sessions", "search=b&status=failed")
		require.Equal(t, http.StatusOK, list.Code)
		require.Contains(t, list.Body.String(), "<mark>")
		_, link, ok := strings.Cut(list.Body.String(), `class="more" href="`)
		require.True(t, ok)
		link, _, _ = strings.Cut(link, `"`)
		details := send(http.MethodGet, link, "")
		require.Equal(t, http.StatusOK, details.Code, details.Body)
		require.Contains(t, details.Body.String(), "Session details")
		require.NotContains(t, list.Body.String(), "/kyc/settings", "there are none")
		counts := send(http.MethodPost, "/kyc/sessions/counts", "search=b")
		require.Equal(t, http.StatusOK, counts.Code, counts.Body)
		require.Contains(t, counts.Body.String(), `id="count-status-failed"`)
		require.NotContains(t, list.Body.String(), "as_of", "the table cannot tell changes")
		require.Equal(t, http.StatusNotImplemented, send(http.MethodPost, "/kyc/sessions/changes", "search=b&as_of=").Code)
	})
}

func TestRun(t *testing.T) {
	require.NoError(t, run(t.Context(), []string{"-n", "500"}))
	require.ErrorIs(t, run(t.Context(), []string{"-dsn", "nowhere"}), engine.ErrDSN)
	require.ErrorContains(t, run(t.Context(), []string{"-dsn", "mariadb:u@tcp(127.0.0.1:1)/x"}), "PostgreSQL or SQLite")
}
