package tablestore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// A table with UUIDs as IDs, and creation times in milliseconds. The example examples/ownstore
// fills and serves such a table.
func ExampleNew() {
	checks := tablestore.Table{
		From:   "kyc_checks k",
		Select: "k.uid, k.started_ms, k.state",
		Columns: filter.Columns{
			Company: filter.Col("k.tenant"),
			Fields: map[sessions.Field]filter.Column{
				sessions.FieldID:        filter.Col("k.uid").UUID(),
				sessions.FieldCreatedAt: filter.Col("k.started_ms").UnixMilli(),
				sessions.FieldStatus:    filter.Col("k.state"),
			},
		},
		Scan: func(rows *sql.Rows) (*sessions.Session, error) {
			var s sessions.Session
			var started int64
			err := rows.Scan(&s.ID, &started, &s.Status)
			s.CreatedAt = time.UnixMilli(started)
			return &s, err
		},
	}
	var db *sql.DB // the host's own
	fmt.Println(tablestore.New(db, filter.Postgres, checks))

	// Every method reports an incomplete description.
	checks.Columns.Company = filter.Column{}
	_, err := tablestore.New(db, filter.Postgres, checks).Get(context.Background(), "acme", "1")
	fmt.Println(errors.Is(err, tablestore.ErrTable))
	// Output:
	// tablestore(postgres)
	// true
}

// The function gets every operation, also one that needs no statement, as this one: no session can
// have an empty ID.
func ExampleBackend_WithObserver() {
	var db *sql.DB // the host's own
	backend := tablestore.New(db, filter.SQLite, tablestore.Table{
		From: "kyc_checks", Select: "uid, started_ms", Scan: func(*sql.Rows) (*sessions.Session, error) { panic("not called") },
		Columns: filter.Columns{Company: filter.Col("tenant"), Fields: map[sessions.Field]filter.Column{
			sessions.FieldID: filter.Col("uid"), sessions.FieldCreatedAt: filter.Col("started_ms").UnixMilli(),
		}},
	})
	watched := backend.WithObserver(func(_ context.Context, o store.Operation) { //nolint:gocritic // the signature is that of the hook
		fmt.Println(o.System, o.Name, o.Company, o.Statements, o.RowsRead, o.ErrorType())
	})
	_, err := watched.Get(context.Background(), "", "7")
	fmt.Println(errors.Is(err, store.ErrNoCompany))
	// Output:
	// sqlite get  0 0 _OTHER
	// true
}
