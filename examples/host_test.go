package examples_test

// This file is the Go of the README, step by step and line by line. readme_test.go runs it.

import (
	"context"
	"database/sql"
	"io"
	"iter"
	"net/http"
	"time"

	sq "github.com/Masterminds/squirrel"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/page"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	_ "modernc.org/sqlite" // the driver is yours to choose
)

func open(ctx context.Context, path string) (*sqlstore.Backend, error) {
	db, err := sql.Open("sqlite", path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil { // makes the tables, or upgrades them
		return nil, err
	}
	return sqlstore.New(db, sqlstore.SQLite), nil
}

func keep(ctx context.Context, backend *sqlstore.Backend, id string, started time.Time) error {
	return backend.Insert(ctx, &sessions.Session{
		ID: id, Company: "acme", CreatedAt: started, Status: sessions.Failed, // required; the rest is optional
		FirstName: sessions.TextOf("გიორგი"), LastName: sessions.TextOf("Beridze"),
		PersonalNumber: sessions.TextOf("01001012345"),
		DocumentType:   sessions.IDCard, DocumentPresented: true,
		Reasons: []sessions.Reason{sessions.LowFAR},
		Match:   sessions.Match{Compared: true, Level: 4, Scale: far.Kvalifika.Name()},
	})
}

func keepWithYours(ctx context.Context, db *sql.DB, backend *sqlstore.Backend, s *sessions.Session, event int64) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	// your own statements
	results, err := backend.Tx(tx).Put(ctx, store.Versioned{Session: s, Version: event})
	if err != nil {
		return err
	}
	if err := results[0].Err; err != nil { // one for each session
		return err
	}
	return tx.Commit()
}

func newStore(backend *sqlstore.Backend) *store.Store {
	return store.New(backend, store.Options{Settings: backend.Settings(), Trail: backend.Trail()})
}

func list(ctx context.Context, st *store.Store, tbilisi *time.Location) (store.Page, error) {
	today := sessions.DateOf(time.Now().In(tbilisi))
	f := filter.And(
		filter.Search("gior 0100"), // every word begins a word of a name or number, in any script
		filter.DocumentType(sessions.Passport, sessions.IDCard),
		filter.FailedFor(sessions.DigitalSpoof, sessions.LowFAR),
		filter.CreatedOn(today.AddDays(-30), today, tbilisi), // days, both included
	)
	agent := store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"} // from your sign-in
	query := store.Query{Filter: f, Limit: 50}
	first, err := st.List(ctx, agent, query) // first.Sessions, the newest first
	if err != nil || first.Next == "" {
		return first, err // an empty Next is the end
	}
	query.After = first.Next
	return st.List(ctx, agent, query)
}

func ownTable(f filter.Filter) sq.SelectBuilder {
	table := filter.Columns{
		Company: filter.Col("s.company_id").NotNull(),
		Fields: map[sessions.Field]filter.Column{
			sessions.FieldCreatedAt: filter.Col("s.started").NotNull(), // SQLite: .UTCText, .UnixMilli or another form
			sessions.FieldStatus: filter.Enum(filter.Col("s.state").NotNull(), map[sessions.Status][]any{
				sessions.Success: {"approved", "auto_approved"},
				sessions.Failed:  {"declined"},
				sessions.Pending: {"running"},
			}),
		},
		Reasons: map[sessions.Reason]filter.Column{sessions.DigitalSpoof: filter.Col("s.is_spoof").NotNull()},
	}
	return sq.Select("s.id").From("kyc_sessions s").
		Where(filter.SQL("acme", f, filter.Postgres, table)).
		OrderBy("s.started DESC").PlaceholderFormat(filter.Postgres)
}

func save(ctx context.Context, w io.Writer, st *store.Store, agent store.Viewer, f filter.Filter, tbilisi *time.Location) (export.Result, error) {
	opts := export.Options{Format: export.ExcelCSV, Zone: tbilisi}
	return export.Write(ctx, w, st.Select(agent, f), opts) // a refusal comes before the first byte
}

func load(ctx context.Context, r io.Reader, backend *sqlstore.Backend, tbilisi *time.Location) (sqlstore.ImportProgress, error) {
	rows := export.Read(r, export.ReadOptions{Format: export.ExcelCSV, Zone: tbilisi})
	return backend.Import(ctx, sessionsOf(rows), sqlstore.ImportOptions{}) // repeat it after a crash: nothing comes twice
}

func sessionsOf(rows iter.Seq2[export.Row, error]) iter.Seq2[*sessions.Session, error] {
	return func(yield func(*sessions.Session, error) bool) {
		for row, err := range rows {
			var s *sessions.Session
			if err == nil { // the second result lists the fields that a file cannot say
				s, _, err = row.Session(export.SessionOptions{Company: "acme"})
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

func viewer(r *http.Request) (store.Viewer, error) {
	user, err := signedIn(r) // your own cookie or token
	if err != nil {
		return store.Viewer{}, err // 401
	}
	return store.Viewer{Company: user.Company, Role: sessions.Agent, Subject: user.ID}, nil
}

func mountAPI(mux *http.ServeMux, st *store.Store) {
	mux.Handle("/kyc/v1/", http.StripPrefix("/kyc/v1", httpapi.New(st, httpapi.Options{Viewer: viewer})))
}

func mountPage(mux *http.ServeMux, st *store.Store) error {
	all, err := page.New(st, page.Options{
		Viewer: viewer, SignIn: "/sign-in", SignOut: "/sign-out",
		Colours: map[string]string{"accent": "light-dark(#7a1f3d, #f2a0b8)"},
	})
	if err != nil {
		return err
	}
	mux.Handle("/kyc/", all) // the API is at /kyc/api/
	return nil
}

func configure(ctx context.Context, st *store.Store) (store.AuditPage, error) {
	master := store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "master-1"}
	settings, err := st.Settings(ctx, master)
	if err != nil {
		return store.AuditPage{}, err
	}
	level5, err := far.NewPolicy(far.Kvalifika, 5) // 1 false acceptance in 10,000
	if err != nil {
		return store.AuditPage{}, err
	}
	if settings.Acceptance, err = sessions.NewAcceptance(level5); err != nil {
		return store.AuditPage{}, err
	}
	if settings.ExtraKeys, err = sessions.NewExtraKeys("branch", "phone"); err != nil {
		return store.AuditPage{}, err
	}
	if _, err := st.SaveSettings(ctx, master, settings); err != nil { // store.ErrConflict: somebody else saved meanwhile
		return store.AuditPage{}, err
	}
	return st.AuditTrail(ctx, master, store.AuditQuery{}) // or of one session: who has seen it?
}

func restricted() store.Viewer {
	return store.Viewer{
		Company: "acme", Role: sessions.Agent, Subject: "agent-7",
		Disclosure: sessions.Disclosure{
			Mask: sessions.FieldsOf(sessions.FieldPersonalNumber), // [masked] in files
			Drop: sessions.FieldsOf(sessions.FieldBirthDate),      // no column in files
		},
		Restriction: filter.Extra("branch", "Batumi"), // nothing else exists for them
		ExportLimit: 10_000,                           // or NoExport
	}
}

func upgrade(ctx context.Context, db *sql.DB, companies []string) error {
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil { // before the first new process
		return err
	}
	for _, company := range companies { // after the last old one
		if err := sqlstore.New(db, sqlstore.SQLite).Maintain(ctx, company); err != nil {
			return err
		}
	}
	return nil
}

func endRetention(ctx context.Context, st *store.Store, fiveYearsAgo time.Time) (int, error) {
	job := store.Viewer{Company: "acme", Role: sessions.MasterUser, Subject: "retention job", MayErase: true}
	old := filter.Between(sessions.FieldCreatedAt, time.Time{}, fiveYearsAgo)
	return st.Purge(ctx, job, store.Purge{Filter: old, Keep: 90 * 24 * time.Hour})
}
