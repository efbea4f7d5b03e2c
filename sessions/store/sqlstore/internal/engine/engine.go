// Package engine has the SQL statements of sqlstore, each whole, and whatever else differs between
// the engines.
//
// A statement is a constant with names in it, see [Statement]. Those that every engine takes alike
// are in portable.go, the others in the file of their engine, with the reason why they differ.
// [Engine] lists them all and says what each returns.
//
// In every statement sessionkit_sessions is called s where it is searched and r where rows are
// looked up by their keys. Each table that a statement names has its company in an equality, so
// that an engine that distributes or partitions the tables by company can tell where to go.
package engine

import (
	"database/sql"
	"fmt"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// Engine is a database engine: its statements, and what else differs. It does not change once it is
// made.
type Engine struct {
	Name    string // of its files, such as those of the schema
	Dialect filter.Dialect
	Columns filter.Columns // sessionkit_sessions, called s, as filters see it

	WriteIsolation    sql.IsolationLevel // of a transaction that writes
	SnapshotIsolation sql.IsolationLevel // of a transaction that reads one state of the database

	// The schema.
	HasSchema   Statement // 1 if there is the table sessionkit_schema, or else 0
	Version     Statement // of the schema
	Oldest      Statement // the oldest version whose package works on the tables, from schema 4 on
	NextCompany Statement // the key of the first company that comes after :after
	// Unpacked: the keys of the companies whose tail has more than :tail changes, or has search
	// keys of a version other than :search_key that no segment has
	Unpacked Statement
	Objects  Statement // name and description of each table, column and index of this package
	Recorded Statement // version, name, checksum and applied_us of the migrations, in order

	// Migrations. Begin begins a transaction that has to be one on its own; "": definitions of
	// tables are in none. Lock selects 1 once the caller has the lock; "": the transaction is it.
	// Keep and Drop end both.
	BeginSchema Statement
	LockSchema  Statement
	KeepSchema  Statement
	DropSchema  Statement
	Denied      Statement // in words, what the account may not do of what migrations do; "": there are no accounts
	NowMicros   string    // an expression: microseconds since 1970
	FromDual    string    // what a SELECT without a table needs before a WHERE; "": nothing

	// Settings select name and value of the settings of the connection that Needs asks for, as far
	// as the server has them, and of those that this package reads.
	Settings []Statement
	Needs    []Setting

	// Reads. Sessions are selected as the columns of row.Readable; packed ones as one text of them,
	// see [Engine.Packed]. The range is from behind (:after_us, :after_id) down to (:floor_us,
	// :floor_id), the latter included; a match is a session of the range that {condition} selects.

	// version, oldest and history of the schema, and seq, total and purged_seq of :company, NULL if
	// nothing was ever written.
	State Statement
	// The session :id of :company, if the schema serves :version.
	Get Statement
	// At most :limit sessions of :company changed after :since, in the order of their changes.
	Changes Statement
	// id and packed session of at most :limit matches, newest first.
	Page Statement
	// What is {selected} of each match, newest first.
	Stream Statement
	// Sent before Stream in its transaction; "" for nothing.
	SetSnapshot Statement

	// Writes. Bump adds :n to seq and :added to total of :company, and holds its row until the
	// transaction ends, if the schema serves :version, and writes nothing otherwise. The company's
	// search_key becomes 0 unless it is :search_key or below 0. It returns the new seq and whether
	// the company may have tombstones, 0 or 1: in a row, or in one number, twice the seq plus that,
	// as what drivers call the last insert ID.
	Bump        Statement
	BumpReturns bool // a row
	// Takes :unused from seq of :company, and adds :added to total.
	Settle Statement
	// The sessions of :company with one of {ids}, as row.Whole, if the schema serves :version.
	Stored Statement
	// As Stored, in their newest state, held until the transaction ends, whatever the schema.
	Held Statement
	// Inserts {rows}, of [Engine.SessionRows]. If one of them is stored already, the rows affected
	// are not as many as those given.
	InsertSessions Statement
	// Writes {rows}, of [Engine.SessionRows], in the place of those that are stored and have a
	// revision that is lower by one. Only then the rows affected are Replaced times as many as
	// those given.
	ReplaceSessions Statement
	Replaced        int64
	// Sets the schema's history to :history.
	NewHistory Statement

	// Transactions.
	OneWriter       bool // the database has one writer at a time
	SavepointBegins bool // a savepoint outside a transaction begins one
	SavepointFades  bool // a savepoint outside a transaction is forgotten at once

	// Segments. Blocks are selected as segment, name and data; see also NamedBlocks, ExactBlocks
	// and NextBlocks. Directory: as State, but packed_seq, forgot_seq, purged_seq and search_key of
	// :company after its total, and segment, sessions, dead, oldest_us, newest_us and search_key of
	// each of its segments, NULL if it has none
	Directory Statement
	// SegmentsAt: packed_seq of :company, and segment, sessions, oldest_us, newest_us and
	// search_key of those that have a part of the time from :oldest_us to :newest_us, NULL if none
	SegmentsAt Statement
	AllBlocks  Statement // of one :segment
	// PutSegments: {rows}, of company, segment, sessions, dead, oldest_us, newest_us, search_key. Of
	// one that is there, dead is set.
	PutSegments      Statement
	PutBlocks        Statement // {rows}, of company, segment, name, data: in the place of those that are there
	DeleteSomeBlocks Statement // {blocks}, see [OneOf]
	Present          Statement // how many of {segments} there are, and how many of those with :search_key
	DeleteSegments   Statement // {segments}, without their blocks
	DeleteBlocks     Statement // of {segments}
	SetPacked        Statement // sets packed_seq of :company to :packed, and writes its row even if that is what it was
	SetForgot        Statement // sets forgot_seq of :company to :seq
	Orphans          Statement // how many blocks of :company are of no segment

	DeleteAllSegments, DeleteAllBlocks, ResetPacked Statement // what a repair begins with

	// The tail, and rows by their change numbers.
	TailPage     Statement // as Page, of the sessions changed after :packed
	CountTail    Statement // {counts} of those
	TailKeys     Statement // created_us, id and changed_seq of those, in the order of their changes, at most :limit
	ChangedSince Statement // created_us and id of the sessions changed after :seq
	IDsOf        Statement // changed_seq and id of the sessions with {changes}
	SessionsOf   Statement // id and packed session of the matches with {changes}
	CountOf      Statement // how many matches created from :oldest_us to :newest_us, both included, have {changes}
	SessionsAt   Statement // id and packed session of those created at {instants}
	Totals       Statement // how many sessions there are, and how many of them changed last up to :packed, and behind :seq

	KeysOf       Statement // changed_seq and search_key of the sessions with {changes}
	SetKeys      Statement // sets the search_key of the sessions of :company with {changes} to {key}
	SetSearchKey Statement // sets search_key of :company

	UnsetSearchKey Statement // the same, where it is a version
	ClaimSegments  Statement // sets search_key of {segments}

	// Purges.
	TombstonesOf     Statement // id of those that :company has of {ids}, and that are kept at :now_us, in their newest state
	PutTombstones    Statement // {rows}, of company, id, version, until_us: of one that is there, until_us is set
	Entomb           Statement // tombstones until :until_us for the sessions of :company with {changes}
	ExpireTombstones Statement // deletes those of :company that are not kept any more at :now_us
	Undead           Statement // how many sessions of :company have a tombstone that is kept at :now_us
	SetTombstones    Statement // says that :company may have tombstones
	SetPurged        Statement // the same, and sets purged_seq and forgot_seq of :company to its seq
	DeleteSessions   Statement // of :company with {changes}

	// Settings and the audit trail.
	SettingsHistory Statement // revision, subject, saved_us and settings of at most :limit that :company has saved below :before, newest first
	SaveSettings    Statement // inserts a revision of :company. One row is affected if there was none of that number
	SettingsOf      Statement // revision :revision of :company, in the newest state, if there is one
	DeleteSettings  Statement // of :company
	AppendAudit     Statement // inserts an entry, if the schema serves :version
	// AuditPage: at most :limit entries of :company {of} somebody, behind (:after_us, :after_id)
	// and of :from_us or later, newest first
	AuditPage   Statement
	AuditAfter  Statement // at_us of the entry of :company, oldest first, that :skip others come before, of those before :before_us
	DeleteAudit Statement // the entries of :company before :before_us

	TouchCompany Statement // writes the row of :company as it is
	// HoldCompany: seq, total, packed_seq, forgot_seq and search_key of :company, the newest state,
	// held until the transaction ends.
	HoldCompany    Statement
	TryHoldCompany Statement // the same, or no row if another transaction holds it
	LockRead       string    // ends a read of the newest state in a transaction that may have an older snapshot

	MostNamed int // products of a segment and a name that NamedBlocks and ListBlocks take at once
	MostExact int // blocks that ExactBlocks takes at once
	MostNext  int // blocks that NextBlocks takes at once

	byChange string // index hint of reads by change numbers
	replace  string // assignment of a column in ReplaceSessions
	arrays   bool   // many rows are sent as an array for each column
	lookUps  bool   // reads by change numbers are look-ups, one for each

	// pack returns an expression that makes one text of texts, with [row.Separator] between them.
	pack      func(texts []string) string
	packsNull bool   // pack takes NULL for an empty text
	asText    string // casts a number that may be NULL to what coalesce takes beside a text
}

// Of returns the engine of a dialect. One that is unknown is an error that wraps filter.ErrDialect.
func Of(d filter.Dialect) (*Engine, error) {
	switch d {
	case filter.Postgres:
		return postgres(), nil
	case filter.MariaDB:
		return mariadb(), nil
	case filter.SQLite:
		return sqlite(), nil
	default:
		return nil, fmt.Errorf("sqlstore: %w", filter.ErrDialect)
	}
}

// Packed returns the expression of columns packed into one text, as [row.Reader.Unpack] takes it.
// NULL packs as an empty text.
func (e *Engine) Packed(alias string, cs row.Columns) string {
	texts := make([]string, len(cs))
	for i, c := range cs {
		texts[i] = alias + "." + c.Name
		switch {
		case !c.Nullable || e.packsNull:
		case c.Number:
			// Some engines give both branches of a coalesce one type, which a number and '' do not
			// have.
			texts[i] = "coalesce(" + texts[i] + e.asText + ", '')"
		default:
			texts[i] = "coalesce(" + texts[i] + ", '')"
		}
	}
	return e.pack(texts)
}

// concatenated packs by concat_ws, which leaves NULL out altogether.
func concatenated(separator string) func([]string) string {
	return func(texts []string) string {
		return "concat_ws(" + separator + ", " + lines(texts) + ")"
	}
}

// Selected returns columns as a select list.
func Selected(alias string, cs row.Columns) string {
	texts := make([]string, len(cs))
	for i, c := range cs {
		texts[i] = alias + "." + c.Name
	}
	return lines(texts)
}

// lines joins texts by commas, and breaks lines that become too long for a reader.
func lines(texts []string) string {
	const most = 100 // bytes of a line
	var b strings.Builder
	line := 0
	for i, text := range texts {
		switch {
		case i == 0:
		case line+len(", ")+len(text) > most:
			b.WriteString(",\n\t")
			line = 0
		default:
			b.WriteString(", ")
			line += len(", ")
		}
		b.WriteString(text)
		line += len(text)
	}
	return b.String()
}
