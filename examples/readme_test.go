package examples_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// TestReadmeShowsCodeThatRuns compares the README's Go with host_test.go, line by line. The tests
// below run that file.

func TestReadmeShowsCodeThatRuns(t *testing.T) {
	squeeze := func(code string) string {
		var lines []string
		for line := range strings.Lines(code) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "\n")
	}
	var sources []string
	for _, path := range []string{"host_test.go", "readme_test.go", "mystore/mystore_test.go", "ownstore/host.go", "../sessions/store/backend.go"} {
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		sources = append(sources, squeeze(string(source)))
	}
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(string(readme), -1)
	require.GreaterOrEqual(t, len(blocks), 5)
	for _, block := range blocks {
		found := false
		for _, source := range sources {
			found = found || strings.Contains(source, squeeze(block[1]))
		}
		require.True(t, found, "not in any source:\n%s", block[1])
	}
}

// TestReadmeLinks requires that every file and folder that the README links to exists.
func TestReadmeLinks(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, link := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(string(readme), -1) {
		_, err := os.Stat(filepath.Join("..", link[1]))
		require.NoError(t, err)
	}
}

type user struct{ Company, ID string }

var errNoCookie = errors.New("no cookie")

// signedIn reads the cookie of a host's sign-in, without a signature.
func signedIn(r *http.Request) (user, error) {
	cookie, err := r.Cookie("session")
	if err != nil {
		return user{}, errNoCookie
	}
	company, id, _ := strings.Cut(cookie.Value, "/")
	return user{company, id}, nil
}

// TestFirstHour runs every step of the README, in its order, on one database.
func TestFirstHour(t *testing.T) {
	ctx := t.Context()
	tbilisi, err := time.LoadLocation("Asia/Tbilisi")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "kyc.db")
	backend, err := open(ctx, path)
	require.NoError(t, err)
	db, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(10000)")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	now := time.Now().UTC().Truncate(time.Second)
	require.NoError(t, keep(ctx, backend, "s-1", now))
	extra, err := sessions.NewExtra(sessions.ExtraPair{Key: "branch", Value: "Batumi"})
	require.NoError(t, err)
	batumi := &sessions.Session{
		ID: "s-2", Company: "acme", CreatedAt: now.AddDate(-6, 0, 0), Extra: extra, Status: sessions.Success,
		PersonalNumber: sessions.TextOf("01001012346"), BirthDate: sessions.Date{Year: 1990, Month: 1, Day: 1},
	}
	require.NoError(t, keepWithYours(ctx, db, backend, batumi, 7))
	require.NoError(t, keepWithYours(ctx, db, backend, batumi, 7), "an event that comes twice")

	st := newStore(backend)
	agent := store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"}
	found, err := list(ctx, st, tbilisi)
	require.NoError(t, err)
	require.Len(t, found.Sessions, 1)
	require.True(t, found.Complete)

	text, args, err := ownTable(filter.FailedFor(sessions.DigitalSpoof)).ToSql()
	require.NoError(t, err)
	require.Contains(t, text, "s.state = $3 AND (s.is_spoof)")
	require.Equal(t, []any{"acme", "acme", "declined"}, args)

	var file strings.Builder
	done, err := save(ctx, &file, st, agent, filter.Filter{}, tbilisi)
	require.NoError(t, err)
	require.EqualValues(t, 2, done.Rows)
	empty, err := open(ctx, filepath.Join(t.TempDir(), "copy.db"))
	require.NoError(t, err)
	imported, err := load(ctx, strings.NewReader(file.String()), empty, tbilisi)
	require.NoError(t, err)
	require.EqualValues(t, 2, imported.Created)

	mux := http.NewServeMux()
	mountAPI(mux, st)
	require.NoError(t, mountPage(mux, st))
	ask := func(method, path, body string, signedIn bool) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if signedIn {
			r.AddCookie(&http.Cookie{Name: "session", Value: "acme/agent-7"})
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	require.Equal(t, http.StatusUnauthorized, ask(http.MethodPost, "/kyc/v1/sessions", "{}", false).Code)
	answer := ask(http.MethodPost, "/kyc/v1/sessions", `{"search": "gior", "status": ["failed"], "limit": 20}`, true)
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	require.Contains(t, answer.Body.String(), "s-1")
	require.Contains(t, ask(http.MethodGet, "/kyc/sessions", "", true).Body.String(), "Beridze")

	trail, err := configure(ctx, st)
	require.NoError(t, err)
	require.NotEmpty(t, trail.Entries)

	file.Reset()
	_, err = save(ctx, &file, st, restricted(), filter.Filter{}, tbilisi)
	require.NoError(t, err)
	require.Contains(t, file.String(), "[masked]")
	require.NotContains(t, file.String(), "0100101234")
	require.NotContains(t, file.String(), "Birth Date")
	require.NotContains(t, file.String(), "s-1", "of another branch")
	_, err = st.List(ctx, restricted(), store.Query{Filter: filter.Is(sessions.FieldPersonalNumber, "01001012346")})
	require.ErrorIs(t, err, store.ErrHidden)

	require.NoError(t, upgrade(ctx, db, []string{"acme"}))
	n, err := endRetention(ctx, st, now.AddDate(-5, 0, 0))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.ErrorIs(t, backend.Insert(ctx, batumi), store.ErrPurged)
}

func Example_levels() {
	policy, err := far.NewPolicy(far.Kvalifika, 5)
	if err != nil {
		log.Fatal(err)
	}

	level, err := far.Kvalifika.Parse("Match Level 4 - 1/1,000 FAR")
	if err != nil {
		log.Fatal(err)
	}
	err = policy.Check(level)
	fmt.Println(err) // match level 4 (1/1,000) is below the acceptance level 5 (1/10,000): a *far.LowError
	// Output: match level 4 (1/1,000) is below the acceptance level 5 (1/10,000)
}

func Example_import() {
	ctx := context.Background()
	at := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	old := memstore.New()
	err := old.Insert(ctx, &sessions.Session{ID: "s-1", Company: "acme", CreatedAt: at, Status: sessions.Success},
		&sessions.Session{ID: "s-2", Company: "acme", CreatedAt: at.AddDate(0, 1, 0), Status: sessions.Pending})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "kyc.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil {
		log.Fatal(err)
	}
	backend, total := sqlstore.New(db, sqlstore.SQLite), int64(2)
	report := func(done int64, _ float64, left time.Duration) error {
		fmt.Println(done, "done,", left, "left")
		return nil
	}

	all := store.All(ctx, old, store.Selection{Company: "acme"}) // or the rows of a file, or any other iter.Seq2
	done, err := backend.Import(ctx, all, sqlstore.ImportOptions{
		Version:  func(s *sessions.Session) int64 { return s.Revision }, // set by your Scan: when the row has changed last
		Progress: func(p sqlstore.ImportProgress) error { return report(p.Done, p.Rate(), p.Left(total)) },
	})
	if err != nil {
		log.Fatal(err)
	}
	compared, err := store.Compare(ctx, old, backend, "acme", filter.Filter{}) // by month, with counts and digests
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Created, "new, the same:", compared.Equal())
	for _, m := range compared.Months {
		fmt.Println(m.Month, m.Left.Sessions, m.Right.Sessions, m.Left.SHA256[:8])
	}
	// Output:
	// 2 done, 0s left
	// 2 new, the same: true
	// 2026-06-00 1 1 3e9ca325
	// 2026-05-00 1 1 de563f60
}
