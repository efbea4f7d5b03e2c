package examples_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	sq "github.com/Masterminds/squirrel"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/page"
	"github.com/kvalifika/sessionkit/sessions/store"
	mystore "github.com/kvalifika/sessionkit/sessions/store/memstore"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/storetest"
)

// The README's Go is that of the functions below and of the SDK, line by line: so it compiles, and
// does what it says.

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
	for _, path := range []string{"readme_test.go", "ownstore/host.go", "../sessions/store/backend.go"} {
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

// Every file and folder that the README links to is there.
func TestReadmeLinks(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, link := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(string(readme), -1) {
		_, err := os.Stat(filepath.Join("..", link[1]))
		require.NoError(t, err)
	}
}

func Example_filter() {
	from, to := sessions.Date{Year: 2026, Month: time.May, Day: 1}, sessions.Date{Year: 2026, Month: time.May, Day: 31}
	tbilisi, err := time.LoadLocation("Asia/Tbilisi")
	if err != nil {
		log.Fatal(err)
	}

	f := filter.And(
		filter.Search("gior 0100"), // every word begins a word of a name or number, however it is spelt
		filter.DocumentType(sessions.Passport, sessions.IDCard),
		filter.FailedFor(sessions.DigitalSpoof, sessions.LowFAR),
		filter.CreatedOn(from, to, tbilisi), // civil days, both included
	)

	s := sessions.Session{
		FirstName: sessions.TextOf("გიორგი"), PersonalNumber: sessions.TextOf("01001012345"), DocumentType: sessions.IDCard,
		Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LowFAR},
		CreatedAt: time.Date(2026, 5, 31, 19, 59, 0, 0, time.UTC),
	}
	fmt.Println(f.Match(&s))
	again, err := filter.Parse(f.Text())
	fmt.Println(again.Equal(f), err)
	fmt.Println(f.Without(sessions.SearchFields()).Values().Encode())
	// Output:
	// true
	// true <nil>
	// created_at.from=2026-05-01&created_at.to=2026-05-31&created_at.zone=Asia%2FTbilisi&document_type=id_card&document_type=passport&failed_for=digital_spoof&failed_for=low_far
}

func Example_store() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:readme?mode=memory&cache=shared")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	for i, name := range []string{"Giorgi", "გიორგი", "Nino", "Gia"} {
		if err := keep(ctx, db, &sessions.Session{
			ID: fmt.Sprint(i), Company: "acme", Status: sessions.Success, FirstName: sessions.TextOf(name),
			CreatedAt: time.Date(2026, 5, 1, 10, i, 0, 0, time.UTC),
		}); err != nil {
			log.Fatal(err)
		}
	}
	next, err := list(ctx, db)
	fmt.Println(len(next.Sessions), next.Complete, err)
	// Output:
	// 1 true
	// 1 true <nil>
}

func keep(ctx context.Context, db *sql.DB, s *sessions.Session) error {
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil { // makes the tables, or brings them up to date
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // your own statements can go into the same transaction
	if err := sqlstore.New(db, sqlstore.SQLite).Tx(tx).Insert(ctx, s); err != nil {
		return err
	}
	return tx.Commit()
}

func list(ctx context.Context, db *sql.DB) (store.Page, error) {
	st := store.New(sqlstore.New(db, sqlstore.SQLite), store.Options{})
	viewer := store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"} // from your sign-in

	query := store.Query{Filter: filter.Search("gio"), Limit: 1}
	page, err := st.List(ctx, viewer, query)
	if err != nil {
		return page, err
	}
	fmt.Println(len(page.Sessions), page.Next != "")

	query.After = page.Next
	return st.List(ctx, viewer, query)
}

func Example_life() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:life?mode=memory&cache=shared")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	if err := upgrade(ctx, db); err != nil {
		log.Fatal(err)
	}
	backend := sqlstore.New(db, sqlstore.SQLite)
	first := time.Date(2019, 5, 1, 10, 0, 0, 0, time.UTC)
	for i := range 8 {
		if err := backend.Insert(ctx, &sessions.Session{
			ID: fmt.Sprint(i), Company: "acme", Status: sessions.Success, CreatedAt: first.AddDate(i, 0, 0),
		}); err != nil {
			log.Fatal(err)
		}
	}
	trail, err := whoHasRead(ctx, backend, "7")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(trail.Entries[0].Subject, trail.Entries[0].Action)
	fmt.Println(endRetention(ctx, store.New(backend, store.Options{}), first.AddDate(5, 0, 0)))
	err = backend.Insert(ctx, &sessions.Session{ID: "0", Company: "acme", Status: sessions.Success, CreatedAt: first})
	fmt.Println(errors.Is(err, store.ErrPurged))
	// Output:
	// agent-7 details
	// 5 <nil>
	// true
}

func whoHasRead(ctx context.Context, backend *sqlstore.Backend, id string) (store.AuditPage, error) {
	st := store.New(backend, store.Options{Settings: backend.Settings(), Trail: backend.Trail()})
	if _, err := st.Get(ctx, store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"}, id); err != nil {
		return store.AuditPage{}, err
	}

	master := store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "master-1"}
	return st.AuditTrail(ctx, master, store.AuditQuery{Session: id}) // who has seen this session?
}

func upgrade(ctx context.Context, db *sql.DB) error {
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil { // before the first new process
		return err
	}
	return sqlstore.New(db, sqlstore.SQLite).Maintain(ctx, "acme") // after the last old one
}

func endRetention(ctx context.Context, st *store.Store, fiveYearsAgo time.Time) (int, error) {
	job := store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "retention job", MayErase: true}
	old := filter.Between(sessions.FieldCreatedAt, time.Time{}, fiveYearsAgo)
	n, err := st.Purge(ctx, job, store.Purge{Filter: old, Keep: 90 * 24 * time.Hour})
	return n, err
}

func Example_export() {
	ctx := context.Background()
	st := store.New(mystore.New(), store.Options{})
	viewer := store.Viewer{Company: "acme", Role: sessions.Agent}
	if err := save(ctx, io.Discard, st, viewer, filter.Status(sessions.Failed)); err != nil {
		log.Fatal(err)
	}
	// Output: 0 rows, 264 bytes
}

func save(ctx context.Context, w io.Writer, st *store.Store, viewer store.Viewer, f filter.Filter) error {
	tbilisi, err := time.LoadLocation("Asia/Tbilisi")
	if err != nil {
		return err
	}
	opts := export.Options{Format: export.ExcelCSV, Zone: tbilisi}
	res, err := export.Write(ctx, w, st.Select(viewer, f), opts) // a refusal comes before the first byte
	fmt.Printf("%d rows, %d bytes\n", res.Rows, res.Bytes)
	return err
}

func TestMountThePage(t *testing.T) {
	mux := http.NewServeMux()
	viewer := func(*http.Request) (store.Viewer, error) {
		return store.Viewer{Company: "acme", Role: sessions.Agent}, nil
	}
	require.NoError(t, mount(mux, store.New(mystore.New(), store.Options{}), viewer))
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/kyc/sessions", nil))
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), "There are no sessions yet.")
}

func mount(mux *http.ServeMux, st *store.Store, viewerFromMyCookie func(*http.Request) (store.Viewer, error)) error {
	all, err := page.New(st, page.Options{
		Viewer: viewerFromMyCookie, // company, role, and what they may see
		SignIn: "/sign-in", SignOut: "/sign-out",
		Colours: map[string]string{"accent": "light-dark(#7a1f3d, #f2a0b8)"},
	})
	if err != nil {
		return err
	}
	mux.Handle("/kyc/", all)
	return nil
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
	fmt.Println(err) // a *far.LowError, with both levels and rates
	// Output: match level 4 (1/1,000) is below the acceptance level 5 (1/10,000)
}

func Example_ownTable() {
	f := filter.FailedFor(sessions.DigitalSpoof)

	table := filter.Columns{
		Company: filter.Col("s.company_id").NotNull(),
		Fields: map[sessions.Field]filter.Column{
			sessions.FieldStatus: filter.Enum(filter.Col("s.state").NotNull(), map[sessions.Status][]any{
				sessions.Success: {"approved", "auto_approved"}, sessions.Failed: {"declined"}, sessions.Pending: {"running"},
			}),
		},
		Reasons: map[sessions.Reason]filter.Column{sessions.DigitalSpoof: filter.Col("s.is_spoof").NotNull()},
	}
	rows := sq.Select("s.id").From("kyc_sessions s").
		Where(filter.SQL("acme", f, filter.Postgres, table)).
		OrderBy("s.id").PlaceholderFormat(filter.Postgres)

	text, args, err := rows.ToSql()
	fmt.Println(text, args, err)
	// Output: SELECT s.id FROM kyc_sessions s WHERE ((CAST(s.company_id AS text) = $1 AND COALESCE(CAST(s.company_id AS text) COLLATE "C" = $2, FALSE)) AND (s.state = $3 AND (s.is_spoof))) ORDER BY s.id [acme acme declined] <nil>
}

func TestMyStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Fixture {
		return storetest.Fixture{Backend: mystore.New()}
	})
}

func Example_import() {
	ctx := context.Background()
	at := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	old := mystore.New()
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
	keep := func(done int64, _ float64, left time.Duration) error {
		fmt.Println(done, "done,", left, "left")
		return nil
	}

	all := store.All(ctx, old, store.Selection{Company: "acme"}) // or the rows of a file, or any other iter.Seq2
	done, err := backend.Import(ctx, all, sqlstore.ImportOptions{
		Version:  func(s *sessions.Session) int64 { return s.Revision }, // set by your Scan: when the row has changed last
		Progress: func(p sqlstore.ImportProgress) error { return keep(p.Done, p.Rate(), p.Left(total)) },
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
