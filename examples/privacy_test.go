package examples_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	htmltemplate "html/template"
	"io"
	"io/fs"
	"log"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
	"github.com/kvalifika/sessionkit/sessions/page"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/memstore"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
	"github.com/kvalifika/sessionkit/sessions/store/storetest"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// The tests print every exported type of the SDK in every way in which a host may print it. No
// output shows a person.
//
// Each type has a specimen here whose texts of a person all contain "secret", and whose birth date
// is in 1983. A type without a specimen fails, so that a new one cannot be forgotten, and so does a
// specimen with an empty field.

// encoded are the types that encoders may show, because that is their purpose. No other printer
// shows their content.
var encoded = map[string]string{
	"sessions.Request":  "a manifest keeps it",
	"file.Manifest":     "stands beside the file, and is as private as it",
	"filter.Filter":     "is saved as its text",
	"store.Viewer":      "holds a Filter",
	"store.Query":       "holds a Filter",
	"store.Purge":       "holds a Filter",
	"store.Selection":   "holds a Filter",
	"store.Facet":       "holds a Filter",
	"store.FacetOption": "holds a Filter",
}

// pending are the types that still show a person, and the ways in which they do.
var pending = map[string][]string{}

// boom is an error of a database or a host, with a person's data in it.
type boom struct{ Detail string }

func (b *boom) Error() string { return "boom" }

// specimens returns one or several values of every exported type.
func specimens(t *testing.T) []any {
	policy, err := far.NewPolicy(far.Kvalifika, 5)
	require.NoError(t, err)
	acceptance, err := sessions.NewAcceptance(policy)
	require.NoError(t, err)
	acceptance = acceptance.With(sessions.Passport, policy)
	keys, err := sessions.NewExtraKeys("phone")
	require.NoError(t, err)
	extra, err := sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: "secret-value"})
	require.NoError(t, err)
	at := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	cause := &boom{"secret-detail"}

	s := &sessions.Session{
		ID: "s-1", Company: "acme", Partner: "Acme Bank", Subject: "secret-subject", Attempt: 2,
		CreatedAt: at, CompletedAt: at.Add(time.Minute), DecidedAt: at.Add(2 * time.Minute),
		Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LowFAR},
		FirstName: sessions.TextOf("nino secret-first"), LastName: sessions.TextOf("secret-last"),
		PersonalNumber: sessions.TextOf("secret-personal"), DocumentNumber: sessions.TextOf("secret-document"),
		Nationality: sessions.TextOf("secret-nationality"),
		BirthDate:   sessions.Date{Year: 1983, Month: 1, Day: 2}, ExpirationDate: sessions.Date{Year: 1983, Month: 1, Day: 3}, Sex: "secret-sex",
		DocumentType: sessions.Passport, DocumentPresented: true, DocumentValidity: sessions.Valid, Liveness: sessions.LivenessPassed,
		Match:  sessions.Match{Compared: true, Level: 4, Scale: far.Kvalifika.Name(), Acceptance: 5},
		Selfie: "secret-selfie", Extra: extra, ClientIP: "secret-ip", Device: sessions.PC,
		Browser: "Firefox", OS: "Linux", Model: "X1", Revision: 3,
	}
	require.NoError(t, s.Validate())
	query, err := searchkey.ParseQuery("secret")
	require.NoError(t, err)
	spans := query.Spans(s, sessions.SearchFields())
	require.NotEmpty(t, spans)
	prefixes := slices.Concat(slices.Collect(query.Words())...)
	require.NotEmpty(t, prefixes)

	f := filter.And(
		filter.Search("secret"), filter.Or(filter.Is(sessions.FieldPersonalNumber, "secret-1"), filter.Not(filter.Is(sessions.FieldSubject, "secret-2"))),
		filter.Extra("phone", "secret-3"), filter.Status(sessions.Failed), filter.Not(filter.Search("secret five")),
	)
	require.NoError(t, f.Err())
	columns := filter.Columns{
		Company: filter.Col("company"),
		Fields: map[sessions.Field]filter.Column{
			sessions.FieldCreatedAt: filter.Col("created").UnixMicro(),
			sessions.FieldStatus:    filter.Enum(filter.Col("status"), map[sessions.Status][]any{sessions.Failed: {3}}),
		},
	}
	terms := filter.AppendTerms(nil, s)
	termRanges, _ := onlyCriterion(t, filter.Search("secret")).Terms()

	settings := store.CompanySettings{Acceptance: acceptance, ExtraKeys: keys, KeptOnRedaction: keys, Revision: 2}
	change := &store.SettingsChange{Old: store.CompanySettings{Acceptance: acceptance, ExtraKeys: keys, KeptOnRedaction: keys, Revision: 1}, New: settings}
	purge := store.Purge{Company: "acme", IDs: []string{"s-1"}, Filter: f, All: true, Keep: time.Hour}
	disclosure := sessions.Disclosure{Mask: sessions.FieldsOf(sessions.FieldLastName), Drop: sessions.FieldsOf(sessions.FieldExtra)}
	viewer := store.Viewer{
		Company: "acme", Role: sessions.Agent, Subject: "agent-7", Disclosure: disclosure, Restriction: f, NoExport: true, ExportLimit: 5,
		MayErase: true,
	}
	position := sessions.PositionOf(s)
	memory := memstore.New()
	require.NoError(t, memory.Insert(t.Context(), s.Clone()))
	saved := &memstore.Settings{}
	require.NoError(t, saved.SaveCompanySettings(t.Context(), "acme", store.CompanySettings{Acceptance: acceptance, ExtraKeys: keys}, "master-1"))
	db, err := sql.Open("sqlite", "file:secret-dsn?mode=memory")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	table := tablestore.Table{
		From: "t", Columns: columns, Select: "id",
		Scan: func(*sql.Rows) (*sessions.Session, error) { return s, nil },
		Changes: func(context.Context, string, store.Watermark, int) (store.Changes, error) {
			return store.Changes{}, nil
		},
	}
	count := store.Count{N: 3, Exact: true, Rekeying: true}
	option := store.FacetOption{Value: "failed", Filter: f, Count: count}
	tallyKey := store.TallyKey{Scale: "kvalifika-3d2d", DocumentType: sessions.Passport, Compared: true, Level: 4, OtherChecks: store.OtherChecksPassed}
	options := store.Options{
		DefaultLimit: 1, MaxLimit: 2, Budget: 3, CountLimit: 4, Connections: 5, Exports: store.ExportLimits{Process: 1, Company: 2, Viewer: 3}, Settings: saved,
		Audit: func(context.Context, store.Event) error { return nil }, Trail: &memstore.Trail{}, AuditRetention: time.Hour, AuditTexts: true,
	}
	entry := store.AuditEntry{
		Company: "acme", At: at, ID: "E1", Subject: "agent-7", Role: sessions.Agent, Action: store.ActionSearch, Outcome: store.Failed, Query: f.Text(),
		Session: "s-1", Old: "{}", New: "{}", Rows: 3, Bytes: 4, SHA256: "00", Reason: "failed",
	}
	trail := &memstore.Trail{}
	require.NoError(t, trail.AppendAudit(t.Context(), entry))
	revision := store.SettingsRevision{CompanySettings: settings, Subject: "master-1", At: at}
	st := store.New(memory, options)

	migration := sqlstore.Migration{Version: 1, Name: "first", Oldest: 1, SQL: "SELECT 1;\n"}
	var bulk sqlstore.Bulk
	_, err = bulk.Add(s.Clone())
	require.NoError(t, err)

	record := export.RecordOf(s)
	record.Sex = "secret-sex"
	request := sessions.Request{Company: "acme", AskedBy: "agent-7", Query: f.Text(), From: at, To: at, Disclosure: disclosure}
	comparison := store.Comparison{
		Months: []store.MonthComparison{{
			Month: sessions.Date{Year: 2026, Month: 3}, Left: store.Contents{Sessions: 1, SHA256: "00"}, Right: store.Contents{Sessions: 2, SHA256: "01"},
			Differing: 1,
		}},
		First: &store.Difference{ID: "s-1", CreatedAt: at, Left: true, Right: true, Fields: disclosure.Mask},
	}
	own := export.CustomColumn{Header: "Link", Fields: disclosure.Mask, Cell: func(s *sessions.Session) string { return s.ID }}
	writing := export.Options{
		Format: export.ExcelCSV, Comma: ';', Zone: time.UTC, BirthLayout: "2006", ExpirationLayout: "2006-01", TimeLayout: "2006",
		Columns: export.Columns(), Headers: map[export.Column]string{export.ColumnSex: "Sex"}, ExtraKeys: keys,
		Count: 2, SHA256: true, Progress: func(export.Progress) {}, Custom: []export.CustomColumn{own},
	}
	sheet, err := (&export.Options{}).Sheet(sessions.Disclosure{})
	require.NoError(t, err)
	sheet.Values(s)
	sheet.TooLong = 1
	column := export.FileColumn{Header: "phone", Column: export.ColumnExtra, Key: "phone"}
	block := file.Block{Rows: 1, Bytes: 2, SHA256: "00"}
	manifest := file.Manifest{
		Version: 1, Request: request, File: "f.csv", Part: 1, Parts: 1, FileFormat: export.ExcelCSV, Separator: ",", Columns: []export.FileColumn{column},
		Gzip: true, FormulaGuard: true, Zone: "UTC", TimeLayout: "2006", BirthLayout: "2006", ExpirationLayout: "2006", Masked: []sessions.Field{sessions.FieldLastName},
		Dropped: []sessions.Field{sessions.FieldExtra}, RowsPerFile: 5, Snapshot: at, Rows: 1, Bytes: 2, SHA256: "00", BlockBytes: 3, Blocks: []file.Block{block},
	}

	format := httpapi.Format{
		Name: "xlsx", MediaType: "application/x", Extension: ".xlsx", NeedsZone: true,
		Write: func(context.Context, io.Writer, export.Selection, export.Options) (export.Result, error) {
			return export.Result{}, nil
		},
	}

	all := []any{
		// far
		far.Level(5), policy, far.OneIn(500), far.NIST80063B4, far.Kvalifika, far.Step{Level: 1, Rate: far.OneIn(50)},
		&far.MismatchError{Scale: "a", Level: 3, Rate: far.OneIn(3), ScaleRate: far.OneIn(5)},
		&far.LowError{Scale: "a", Level: 3, Rate: far.OneIn(3), Acceptance: 4, AcceptanceRate: far.OneIn(5)},
		// sessions
		acceptance, sessions.Date{Year: 2001, Month: 2, Day: 3}, sessions.MatchStep, s.Match, disclosure, sessions.Agent, s.Status, sessions.LowFAR,
		s.DocumentType, sessions.Male, s.Device, s.Liveness, s.DocumentValidity, sessions.ExtraPair{Key: "secret-key", Value: "secret-value"}, extra,
		keys, sessions.FieldSex, disclosure.Mask, sessions.Yes, *s, sessions.Known, s.FirstName,
		sessions.Row{
			ID: "s-1", Selfie: s.Selfie, FirstName: "secret-first", LastName: "secret-last", Date: at, Document: sessions.Yes, Liveness: sessions.Yes,
			Verified: sessions.No, Extra: extra,
		},
		sessions.Evidence{
			DocumentType: sessions.Passport, Liveness: 1, DocumentValidity: 1, Corners: 1, Uncovered: 1, Authentic: 1, Compared: true, Level: 5, Scale: "a",
			Skipped: sessions.MatchStep,
		},
		sessions.Verdict{Status: sessions.Failed, Reasons: s.Reasons, Match: s.Match}, &sessions.FieldError{Field: sessions.FieldSex, Err: cause},
		request, position, sessions.Reading{Fields: disclosure.Mask, After: position, Limit: 3},
		// searchkey
		searchkey.Of(s), query, prefixes[0], spans[0],
		// filter
		f, filter.SQL("acme", f, filter.Postgres, columns), columns, filter.Expr("a = ?", "x"), filter.Postgres,
		filter.Term{Field: terms[0].Field, Word: true, Value: "secret"}, filter.TermRange{Field: termRanges[0][0].Field, Word: true, From: "secret", To: "secreu", Prefix: true},
		&filter.Error{Criterion: "status", Argument: "from", Err: cause, Place: 2, Known: []string{"success"}}, &filter.SyntaxError{Offset: 3, Err: cause},
		&filter.ParameterError{Parameter: "search", Err: cause}, &filter.ColumnError{Field: sessions.FieldSex, Err: cause},
		// store
		store.ActionList, store.Done, store.Cursor("x"), store.Watermark("x"), settings, *change, viewer, count, option, tallyKey,
		store.Event{
			Company: "acme", Subject: "agent-7", Role: sessions.Agent, Action: store.ActionSearch, Outcome: store.Done, Query: f.Text(), Session: "s-1",
			Change: change, Purge: &purge, Rows: 3, Bytes: 4, SHA256: "00", Err: cause,
		},
		store.Selection{Company: "acme", Filter: f, After: position, Limit: 3, Budget: 4, Fields: disclosure.Mask},
		store.Batch{Sessions: []*sessions.Session{s}, Reached: position, AsOf: "x", Rekeying: true},
		store.Changes{Sessions: []*sessions.Session{s}, Next: "x", More: true},
		store.Versioned{Session: s, Version: 7}, store.PutUpdated, store.PutResult{Outcome: store.PutUpdated, Err: store.ErrConflict},
		store.Delta{Sessions: []*sessions.Session{s}, Left: []string{"s-2"}, Next: "x", More: true},
		store.Facet{Field: sessions.FieldStatus, Options: []store.FacetOption{option}},
		store.Query{Filter: f, Limit: 3, After: "x", Tab: "x"}, purge,
		store.Page{
			Sessions: []*sessions.Session{s}, Next: "x", Complete: true, Partial: true, SearchedBack: at, AsOf: "x", Searched: disclosure.Mask, From: at, To: at,
			FoldsToNothing: true, Rekeying: true,
		},
		comparison, comparison.Months[0], comparison.Months[0].Left, *comparison.First,
		&store.HiddenError{Fields: disclosure.Mask}, &store.ExportLimitError{Limit: 3}, &store.BusyError{Scope: store.ScopeViewer, Limit: 3}, store.ScopeViewer, options.Exports, st.Select(viewer, f), options, st,
		store.OtherChecksPassed, store.TallyRow{TallyKey: tallyKey, N: 3}, store.Tally{Rows: []store.TallyRow{{TallyKey: tallyKey, N: 3}}, Exact: true},
		store.Outlook{Pass: 1, Fail: 2, Unknown: 3, Exact: true},
		entry, store.AuditBatch{Entries: []store.AuditEntry{entry}, Reached: position}, store.AuditPage{Entries: []store.AuditEntry{entry}, Next: "x"}, revision,
		store.AuditQuery{Subject: "agent-7", Session: "s-1", Actions: store.Actions(), From: at, Until: at, Limit: 3, After: "x"},
		store.AuditSelection{Company: "acme", Subject: "agent-7", Session: "s-1", Actions: store.Actions(), From: at, Until: at, After: position, Limit: 3},
		// storages
		trail, sqlstore.New(db, filter.SQLite).Settings(far.Kvalifika), sqlstore.New(db, filter.SQLite).Trail(),
		memory, saved, sqlstore.New(db, filter.SQLite), sqlstore.New(db, filter.SQLite).Tx(new(sql.Tx)), table, tablestore.New(db, filter.SQLite, table), bulk, sqlstore.Version{Schema: 1, Oldest: 1}, sqlstore.Packing{Tail: 1, Segment: 2},
		store.Operation{
			System: "sqlite", Name: "list", Company: "acme", Began: at, Duration: 1, Statements: 2, RowsRead: 3, RowsReturned: 4, BudgetSpent: 5, Partial: true,
			SQLState: "57014", Err: cause,
		},
		&sqlstore.Error{Op: "list", Err: cause}, &sqlstore.ConnectionError{Setting: "autocommit", Value: "0", Needed: "1"},
		migration, sqlstore.MigrationStatus{Migration: migration, Applied: true, AppliedAt: at}, sqlstore.Difference{Object: "table t", Found: "a", Needed: "b"},
		&sqlstore.MigrationError{Version: 1, Name: "first", Statement: 1, Denied: "CREATE", Err: &sqlstore.Error{Op: "migrate", Err: cause}},
		sqlstore.ImportOptions{
			Version: func(*sessions.Session) int64 { return 1 }, Skip: 1, Progress: func(sqlstore.ImportProgress) error { return nil },
			Refused: func(int64, error) error { return nil }, Load: noLoad,
		}, noLoad, sqlstore.ImportProgress{
			Done: 1, Reached: position, Skipped: 1, Created: 1, Updated: 1, Older: 1, Equal: 1, Kept: 1, Purged: 1, Refused: 1, Elapsed: time.Second,
		}, &sqlstore.ImportError{Row: 1, Err: cause},
		&sqlstore.SchemaError{
			Found: sqlstore.Version{Schema: 1, Oldest: 1}, Needed: sqlstore.Version{Schema: 2, Oldest: 1}, Empty: true,
			Differences: []sqlstore.Difference{{Object: "table sessionkit_blocks", Found: "myisam", Needed: "innodb"}},
		},
		storetest.Fixture{Backend: memory, Put: memory.Insert, Lacks: storetest.Lacks{Changes: true}},
		storetest.Lacks{Fields: disclosure.Mask, TextStates: true, OddKeys: true, DateParts: true, Changes: true},
		// export
		export.ColumnSex, export.ExcelCSV, &export.WriteError{Row: 3, Column: "Sex", Err: cause}, &export.ReadError{Row: 3, Line: 5, Column: "Sex", Err: cause},
		record, export.Row{Record: record, Number: 3, Line: 5, Status: "failed", Reasons: "low_far"}, manifest, column, block, writing, own, sheet,
		&file.DifferenceError{What: "header", Column: "Sex", Number: 7, FirstRow: 1, LastRow: 2, Want: 3, Got: 4}, export.Progress{Rows: 1, Bytes: 2, Count: 3}, export.Result{Rows: 1, Bytes: 2, SHA256: "00", TooLong: 4},
		file.Options{Options: writing, Manifest: true, RowsPerFile: 3, BlockBytes: 4, Gzip: true, NoReplace: true},
		export.Block{Text: []byte("secret-row"), Rows: 1, Last: position, Ends: true, Kept: true}, export.Start{RowsPerFile: 1, Rows: 2, InFile: 3, Last: position},
		export.ReadOptions{
			Format: export.ExcelCSV, Comma: ';', Zone: time.UTC, BirthLayout: "2006", ExpirationLayout: "2006", TimeLayout: "2006",
			Headers: map[export.Column]string{export.ColumnSex: "Sex"}, ExtraKeys: keys, AllowMissing: true, AllowUnknown: true, AllowOpenEnd: true,
			LivenessOneIsPassed: true, LevelZeroIsNoData: true, Scale: far.Kvalifika, Refused: func(err error) error { return err },
		},
		export.SessionOptions{Company: "acme", Scale: "a", NotVerified: sessions.Failed},
		// httpapi
		format,
		httpapi.Options{
			Columns: []export.CustomColumn{own}, Headers: func(*http.Request) map[export.Column]string { return nil },
			Viewer: func(*http.Request) (store.Viewer, error) { return viewer, nil }, SearchInURL: true, Timeout: 1, MinBytesPerSecond: 2, Values: map[sessions.Field][]string{sessions.FieldStatus: {"expired"}}, MaxBodyBytes: 3, Formats: []httpapi.Format{format},
			Selfie:      func(http.ResponseWriter, *http.Request, store.Viewer, string) {},
			CompanyName: func(store.Viewer) string { return "" }, Failed: func(*http.Request, error) {},
		},

		// page
		page.English(),
		page.Options{
			Viewer: func(*http.Request) (store.Viewer, error) { return viewer, nil }, SignIn: "/in", SignOut: "/out", BasePath: "/kyc",
			Account: func(*http.Request) string { return "" }, CompanyName: func(store.Viewer) string { return "" }, Nonce: func(*http.Request) string { return "" },
			Selfie: func(http.ResponseWriter, *http.Request, store.Viewer, string) {}, Failed: func(*http.Request, error) {},
			API: httpapi.Options{Timeout: 1}, Title: "Checks", Logo: "/logo.svg", Colours: map[string]string{"accent": "red"}, Languages: []page.Language{page.English()},
			Zones: []string{"UTC"}, Columns: []sessions.Field{sessions.FieldStatus}, Images: []string{"https://example.com"}, Frames: []string{"'self'"},
		},
	}
	for n := range nodes(f.Root()) {
		all = append(all, n)
	}
	return all
}

// onlyCriterion returns the one criterion of a filter.
func onlyCriterion(t *testing.T, f filter.Filter) *filter.Criterion {
	c, ok := f.Root().(*filter.Criterion)
	require.True(t, ok)
	return c
}

// nodes yields a node and all nodes below it.
func nodes(n filter.Node) func(func(filter.Node) bool) {
	return func(yield func(filter.Node) bool) {
		var walk func(filter.Node) bool
		walk = func(n filter.Node) bool {
			if !yield(n) {
				return false
			}
			switch n := n.(type) {
			case *filter.AllOf:
				for p := range n.Parts() {
					if !walk(p) {
						return false
					}
				}
			case *filter.AnyOf:
				for p := range n.Parts() {
					if !walk(p) {
						return false
					}
				}
			case *filter.Negation:
				return walk(n.Part())
			}
			return true
		}
		walk(n)
	}
}

// noLoad stores nothing.
var noLoad sqlstore.Load = func(context.Context, *sql.Conn, string, []string, [][]any) (int64, error) { return 0, nil }

// nameOf returns the name of a specimen's type in the form of the tables above.
func nameOf(v any) string {
	typ := reflect.TypeOf(v)
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	name, _, _ := strings.Cut(typ.Name(), "[")
	return path.Base(typ.PkgPath()) + "." + name
}

func TestEveryExportedTypeHasASpecimen(t *testing.T) {
	have := map[string]bool{}
	for _, v := range specimens(t) {
		have[nameOf(v)] = true
		if s := reflect.Indirect(reflect.ValueOf(v)); s.Kind() == reflect.Struct && nameOf(v) != "filter.Columns" {
			for i := range s.NumField() {
				if f := s.Type().Field(i); f.IsExported() {
					require.False(t, s.Field(i).IsZero(), "%s.%s: give it a value", nameOf(v), f.Name)
				}
			}
		}
	}
	for name := range exportedTypes(t) {
		require.True(t, have[name], "%s: no specimen", name)
		delete(have, name)
	}
	// The type is internal, and has an exported alias in each package that uses SQL.
	delete(have, "database.Error")
	require.Empty(t, have, "specimens of what is no exported type")
}

// exportedTypes reads the types from the SDK's source that are neither interfaces nor aliases.
func exportedTypes(t *testing.T) map[string]bool {
	found := map[string]bool{}
	for _, top := range []string{"far", "sessions", "filter", "export"} {
		require.NoError(t, filepath.WalkDir(filepath.Join("..", top), func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "internal" || d.Name() == "testdata"):
				return filepath.SkipDir
			case d.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go"):
				return nil
			}
			syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil || syntax.Name.Name == "main" {
				return err
			}
			ast.Inspect(syntax, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					return false
				case *ast.TypeSpec:
					if _, isInterface := n.Type.(*ast.InterfaceType); !isInterface && !n.Assign.IsValid() && n.Name.IsExported() {
						found[syntax.Name.Name+"."+n.Name.Name] = true
					}
				}
				return true
			})
			return nil
		}))
	}
	require.Greater(t, len(found), 90)
	return found
}

// inside returns the value alone and inside every kind of value in which a host may keep it.
func inside(v any) map[string]any {
	value := reflect.ValueOf(v)
	places := map[string]any{"itself": v, "any": []any{v}, "pairs": map[string]any{"v": v}}
	add := func(name string, value reflect.Value) {
		typ := value.Type()
		s := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "V", Type: typ}}))
		s.Elem().Field(0).Set(value)
		list := reflect.MakeSlice(reflect.SliceOf(typ), 1, 1)
		list.Index(0).Set(value)
		array := reflect.New(reflect.ArrayOf(1, typ)).Elem()
		array.Index(0).Set(value)
		byName := reflect.MakeMap(reflect.MapOf(reflect.TypeFor[string](), typ))
		byName.SetMapIndex(reflect.ValueOf("k"), value)
		pointer := reflect.New(typ)
		pointer.Elem().Set(value)
		maps.Copy(places, map[string]any{
			name: value.Interface(), "struct of " + name: s.Elem().Interface(), "pointer to struct of " + name: s.Interface(),
			"slice of " + name: list.Interface(), "array of " + name: array.Interface(), "map to " + name: byName.Interface(),
			"pointer to " + name: pointer.Interface(),
		})
		if typ.Comparable() {
			byKey := reflect.MakeMap(reflect.MapOf(typ, reflect.TypeFor[int]()))
			byKey.SetMapIndex(value, reflect.ValueOf(1))
			places["map by "+name] = byKey.Interface()
		}
	}
	add("value", value)
	if value.Kind() != reflect.Pointer {
		pointer := reflect.New(value.Type())
		pointer.Elem().Set(value)
		add("pointer", pointer)
	}
	return places
}

// shows returns a secret that the text shows, in letters or in the bytes of some encoding.
func shows(text string) string {
	lower := strings.ToLower(text)
	for _, secret := range []string{
		"secret", "736563726574", "73 65 63 72 65 74", "c2vjcmv0", "115 101 99 114 101 116", "115, 101, 99", "0x73, 0x65, 0x63",
		"163 145 143 162", "1110011 1100101", "u+0073 u+0065", "'s' 'e' 'c'",
	} {
		if strings.Contains(lower, secret) {
			return secret
		}
	}
	if birth := birthYear.FindString(text); birth != "" {
		return birth
	}
	return ""
}

// birthYear matches the year unless it is a part of an address, a time or a rate.
var birthYear = regexp.MustCompile(`(^|[^0-9a-zA-Z.,])1983([^0-9a-zA-Z,]|$)`)

// printers are the ways of printing a value.
var printers = map[string]func(t *testing.T, v any) string{
	"fmt": func(_ *testing.T, v any) string {
		var b strings.Builder
		for _, verb := range []string{
			"%v", "%+v", "%#v", "%s", "%+s", "%#s", "%.90s", "%-20s", "%q", "%+q", "%#q", "%x", "%X", "% x", "%#x", "%d", "%+d", "%08d", "%o", "%O", "%b",
			"%c", "%U", "%#U", "%e", "%f", "%g", "%t", "%z", "%!",
		} {
			fmt.Fprintf(&b, verb+"\n", v)
		}
		return b.String() + fmt.Sprint(v) + fmt.Sprintln(v) + fmt.Errorf("failed: %v", v).Error() + errors.Join(fmt.Errorf("%s", v)).Error()
	},
	"log": func(_ *testing.T, v any) string {
		var b bytes.Buffer
		l := log.New(&b, "", 0)
		l.Print(v)
		l.Printf("%s %+v", v, v)
		func() {
			defer func() { fmt.Fprint(&b, recover()) }()
			l.Panic(v)
		}()
		return b.String()
	},
	"slog text": func(_ *testing.T, v any) string {
		var b bytes.Buffer
		logTo(slog.NewTextHandler(&b, timeless), v)
		return b.String()
	},
	"slog JSON": func(_ *testing.T, v any) string {
		var b bytes.Buffer
		logTo(slog.NewJSONHandler(&b, timeless), v)
		return b.String()
	},
	"json": func(_ *testing.T, v any) string {
		a, err := json.Marshal(v)
		b, _ := json.MarshalIndent(v, "", " ")
		return string(a) + string(b) + fmt.Sprint(err)
	},
	"xml": func(_ *testing.T, v any) string {
		a, err := xml.Marshal(v)
		return string(a) + fmt.Sprint(err)
	},
	"template": func(_ *testing.T, v any) string {
		var b strings.Builder
		for _, text := range []string{`{{.}}`, `{{printf "%s %v %q" . . .}}`, `{{print .}}{{println .}}`, `{{html .}}`, `{{js .}}`, `{{urlquery .}}`} {
			if err := template.Must(template.New("").Parse(text)).Execute(&b, v); err != nil {
				b.WriteString(err.Error())
			}
		}
		for _, text := range []string{`{{.}}`, `<a href="/?q={{.}}" title="{{.}}" style="color: {{.}}">`, `<script>var v = {{.}}</script>`} {
			if err := htmltemplate.Must(htmltemplate.New("").Parse(text)).Execute(&b, v); err != nil {
				b.WriteString(err.Error())
			}
		}
		return b.String()
	},
	// The text above the difference. TestWhatNoMethodPrevents is about the difference.
	"testify": func(_ *testing.T, v any) string {
		var r recorder
		assert.Equal(&r, 1, v)
		assert.Empty(&r, v)
		assert.Nil(&r, v)
		assert.Contains(&r, []int{}, v)
		assert.Failf(&r, "failed", "%v %s", v, v)
		return string(r)
	},
	"spew": func(_ *testing.T, v any) string {
		return spew.Sdump(v) + spew.Sprintf("%v %+v %#v %#+v", v, v, v, v)
	},
}

// timeless removes the time from a log, since its digits are arbitrary.
var timeless = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}

func logTo(h slog.Handler, v any) {
	l := slog.New(h)
	l.Info("m", "v", v)
	l.Info("m", slog.Any("v", v), slog.Group("g", "v", v))
	l.With("v", v).WithGroup("g").Info("m")
	l.Error("m", "err", fmt.Errorf("failed: %v", v))
}

// recorder is a TestingT that keeps the messages.
type recorder string

func (r *recorder) Errorf(format string, args ...any) { *r += recorder(fmt.Sprintf(format, args...)) }

func TestPrintsShowNoPerson(t *testing.T) {
	failing := map[string][]string{}
	for _, v := range specimens(t) {
		name := nameOf(v)
		for place, held := range inside(v) {
			for way, printed := range printers {
				switch {
				case encoded[name] != "" && slices.Contains([]string{"json", "xml", "template"}, way):
					continue
				case encoded[name] != "" && way == "slog JSON" && !slices.Contains([]string{"itself", "value", "pointer"}, place):
					continue // log/slog hands these to encoding/json
				case name == "searchkey.Key" && strings.HasPrefix(place, "map by"):
					// encoding/json writes string keys of a map without calling their methods.
					continue
				}
				if secret := shows(printed(t, held)); secret != "" && !slices.Contains(failing[name], way) {
					failing[name] = append(failing[name], way)
					if !slices.Contains(pending[name], way) {
						assert.Failf(t, "shows a person", "%s in %s, %s: %q in %.3000s", name, way, place, secret, printed(t, held))
					}
				}
			}
		}
	}
	for name, ways := range pending {
		for _, way := range ways {
			assert.Contains(t, failing[name], way, "%s shows no person in %s any more: it is pending no longer", name, way)
		}
	}
}

// TestWhatNoMethodPrevents tests the warning in the documentation of package sessions: some
// printers read a value's memory without calling its methods. If one of them calls them some day,
// the warning can be removed.
func TestWhatNoMethodPrevents(t *testing.T) {
	all := specimens(t)
	specimen := func(name string) any {
		i := slices.IndexFunc(all, func(v any) bool { return nameOf(v) == name })
		require.GreaterOrEqual(t, i, 0, name)
		return all[i]
	}
	s := specimen("sessions.Session").(sessions.Session)
	type host struct{ s sessions.Session }
	type pointing struct{ s *sessions.Session }
	require.NotEmpty(t, shows(fmt.Sprintf("%v", host{s})), "fmt asks no value in an unexported field")
	require.Empty(t, shows(fmt.Sprintf("%v %+v %#v", pointing{&s}, pointing{&s}, pointing{&s})), "and does not follow a pointer there")
	wrong := "%s"
	require.NotEmpty(t, shows(fmt.Sprintf(wrong, pointing{&s})), "unless the verb is wrong")
	for _, verb := range []string{"%p", "%w"} {
		require.NotEmpty(t, shows(fmt.Sprintf(verb, s)), "go vet refuses these for what is neither a pointer nor an error")
	}
	var r recorder
	assert.Equal(&r, sessions.Session{}, s)
	asked, difference, ok := strings.Cut(string(r), "Diff:")
	require.True(t, ok)
	require.Empty(t, shows(asked))
	require.NotEmpty(t, shows(difference), "testify and spew.Config.DisableMethods ask nobody")

	// A storage holds its sessions in a place that fmt does not reach, whatever the verb.
	type holding struct {
		m *memstore.Backend
		s *store.Store
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%t", "%p"} {
		require.Empty(t, shows(fmt.Sprintf(verb, holding{specimen("memstore.Backend").(*memstore.Backend), specimen("store.Store").(*store.Store)})), verb)
	}
}

// TestPanicsShowNoPerson has other processes panic with the values.
func TestPanicsShowNoPerson(t *testing.T) {
	const variable = "SESSIONKIT_PANIC_WITH"
	all := specimens(t)
	if name := os.Getenv(variable); name != "" {
		for _, v := range all {
			if fmt.Sprintf("%T", v) == name {
				panic(v)
			}
		}
	}
	for _, v := range all {
		name := fmt.Sprintf("%T", v)
		if k := reflect.TypeOf(v).Kind(); k == reflect.Struct {
			if _, isError := v.(error); !isError {
				if _, isStringer := v.(fmt.Stringer); !isStringer {
					continue // the runtime prints its type and its address
				}
			}
		}
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestPanicsShowNoPerson$")
		command.Env = append(os.Environ(), variable+"="+name)
		out, err := command.CombinedOutput()
		require.Error(t, err, name)
		require.Contains(t, string(out), "panic:", name)
		require.Empty(t, shows(string(out)), "%s: %s", name, out)
	}
}
