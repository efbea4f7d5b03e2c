package main

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"maps"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/tablestore"
)

// sqliteTime is the layout of the host's instants on SQLite, which has no type for them.
const sqliteTime = "2006-01-02T15:04:05.000000Z"

// tableOf returns the description of the table on an engine.
func tableOf(d filter.Dialect) (tablestore.Table, error) {
	t := checks
	switch d {
	case filter.Postgres:
	case filter.SQLite:
		t.Columns.Fields = maps.Clone(t.Columns.Fields)
		t.Columns.Fields[sessions.FieldCreatedAt] = t.Columns.Fields[sessions.FieldCreatedAt].UTCText(sqliteTime)
	default:
		return t, fmt.Errorf("this host's table is on PostgreSQL or SQLite, not on %s", d)
	}
	return t, nil
}

// fill makes the host's table and inserts the sessions in the host's form.
func fill(ctx context.Context, db *sql.DB, d filter.Dialect, all iter.Seq[*sessions.Session]) (err error) {
	instant := "timestamptz"
	if d == filter.SQLite {
		instant = "text"
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range []string{
		`CREATE TABLE kyc_checks (
			uid text NOT NULL, tenant text NOT NULL, started ` + instant + ` NOT NULL, state text NOT NULL, given_name text, family_name text,
			personal_no text, document_no text, doc_kind smallint, spoof boolean, cut_off boolean, weak boolean, level smallint,
			PRIMARY KEY (tenant, uid))`,
		"CREATE INDEX kyc_checks_started ON kyc_checks (tenant, started)",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	text, err := d.ReplacePlaceholders("INSERT INTO kyc_checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for s := range all {
		if !keeps(s) {
			continue
		}
		if _, err := insert.ExecContext(ctx, rowOf(s, d)...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// keeps reports whether the host has codes for the session's status and document type.
func keeps(s *sessions.Session) bool {
	_, state := states[s.Status]
	_, kind := kinds[s.DocumentType]
	return state && (kind || s.DocumentType == "")
}

// rowOf returns the row of a session.
func rowOf(s *sessions.Session, d filter.Dialect) []any {
	var started any = s.CreatedAt
	if d == filter.SQLite {
		started = s.CreatedAt.UTC().Format(sqliteTime)
	}
	var kind, level any
	if codes := kinds[s.DocumentType]; codes != nil {
		kind = codes[0]
	}
	if s.Match.Compared {
		level = int(s.Match.Level)
	}
	return []any{
		s.ID, s.Company, started, states[s.Status][0], known(s.FirstName), known(s.LastName), known(s.PersonalNumber),
		known(s.DocumentNumber), kind, s.FailedFor(sessions.DigitalSpoof), s.FailedFor(sessions.NotFullID), s.FailedFor(sessions.LowFAR), level,
	}
}

// known returns a text that was recognised, or NULL.
func known(t sessions.Text) any {
	if t.State() != sessions.Known {
		return nil
	}
	return t.Value()
}
