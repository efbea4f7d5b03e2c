// Quickstart is an All Sessions page in one file: it keeps generated sessions in SQLite, lists,
// searches and filters them, and exports what it shows.
package main

import (
	"context"
	"database/sql"
	"flag"
	"log"
	"os"
	"slices"
	"time"

	_ "modernc.org/sqlite" // the driver is yours to choose

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

func main() {
	db := flag.String("db", os.TempDir()+"/sessionkit.db", "SQLite `file`, created if it is missing")
	out := flag.String("out", os.TempDir()+"/sessionkit.csv", "CSV `file` to write")
	flag.Parse()
	if err := run(context.Background(), log.New(os.Stdout, "", 0), *db, *out); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, page *log.Logger, path, out string) error {
	db, err := sql.Open("sqlite", path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil { // makes the tables, or upgrades them
		return err
	}
	backend := sqlstore.New(db, sqlstore.SQLite)
	people, err := generate.Sessions(generate.Options{N: 10_000})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(slices.Collect(people), 2_500) { // a second run passes them over
		if err := backend.Insert(ctx, part...); err != nil {
			return err
		}
		log.Printf("%d sessions stored", len(part))
	}
	st := store.New(backend, store.Options{})
	agent := store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"} // from your sign-in
	spoofs := filter.And(filter.DocumentType(sessions.Passport), filter.FailedFor(sessions.SpoofReasons()...))
	for _, f := range []filter.Filter{{}, filter.Search("gio"), spoofs} {
		count, err := st.Count(ctx, agent, f)
		if err != nil {
			return err
		}
		page.Printf("\n%s sessions of %s", count, f.Text())
		for query, pages := (store.Query{Filter: f, Limit: 5}), 0; pages == 0 || pages < 2 && query.After != ""; pages++ {
			list, err := st.List(ctx, agent, query)
			if err != nil {
				return err
			}
			for _, s := range list.Sessions {
				r := s.Row()
				page.Printf("%s  %-13s %s %s", r.Date.Format(time.DateTime), r.Verified, r.FirstName, r.LastName)
			}
			query.After = list.Next // where the next page begins, "" at the end
		}
	}
	page.Printf("\nAll of these go to %s", out)
	_, err = file.Write(ctx, out, st.Select(agent, spoofs), file.Options{Options: export.Options{Format: export.ExcelCSV, Zone: time.UTC}})
	return err
}
