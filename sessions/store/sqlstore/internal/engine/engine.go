// Package engine has the SQL statements of sqlstore, each one whole, and everything else that
// differs between the engines.
//
// A statement is a constant with names in it, see [Statement]. Statements that are the same for all
// engines are in portable.go. The others are in the file of their engine, with the reason why they
// differ. [Engine] lists all statements, and says what each returns.
//
// In every statement sessionkit_sessions is called s where it is searched, and r where rows are
// looked up by their keys. A statement states the company of each table in an equality, so that an
// engine that distributes or partitions the tables by company knows where to look.
package engine

import (
	"database/sql"
	"fmt"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// Engine is a database engine: its statements, and its other properties. It does not change once it
// is made.
type Engine struct {
	Name    string // of the folder of its files, such as those of the schema
	Dialect filter.Dialect
	Columns filter.Columns // sessionkit_sessions, called s, for filters

	WriteIsolation    sql.IsolationLevel // of transactions that write
	SnapshotIsolation sql.IsolationLevel // of transactions that read one state of the database

	// The schema.
	HasSchema Statement // 1 if the table sessionkit_schema exists, or else 0
	Version   Statement // version of the schema
	// Oldest selects the oldest version whose package works on the tables, from schema 4 on.
	Oldest      Statement
	NextCompany Statement // key of the first company after :after
	// Unpacked selects the keys of the companies whose tail has more than :tail changes, or whose
	// search_key is not :search_key although that of all of their segments is.
	Unpacked Statement
	Objects  Statement // name and description of each table, column and index of this package
	Recorded Statement // version, name, checksum and applied_us of the migrations, in order

	// Migrations. BeginSchema begins a transaction; "" if transactions cannot contain definitions
	// of tables. LockSchema selects 1 once the caller has the lock; "" if the transaction is the
	// lock. KeepSchema and DropSchema end both.
	BeginSchema Statement
	LockSchema  Statement
	KeepSchema  Statement
	DropSchema  Statement
	// Denied selects what a migration needs and the account may not do, in words. It is "" if the
	// engine has no accounts.
	Denied    Statement
	NowMicros string // expression: microseconds since 1970
	FromDual  string // what a SELECT without a table needs before WHERE, if anything

	// Settings select names and values of settings of the connection: those in Needs, if the server
	// has them, and others that this package reads.
	Settings []Statement
	Needs    []Setting

	// Reads. Sessions are selected as the columns of row.Readable; packed sessions as one text of
	// them, see [Engine.Packed]. The range of a list begins after (:after_us, :after_id), and ends
	// with (:floor_us, :floor_id), included. A match is a session of the range that {condition}
	// selects.

	// State selects version, oldest and history of the schema, and seq, total and purged_seq of
	// :company, or NULL if nothing was ever written.
	State Statement
	// Get selects the session :id of :company, if the schema serves :version.
	Get Statement
	// Changes selects up to :limit sessions of :company changed after :since, in the order of their
	// changes.
	Changes Statement
	// Page selects id and packed session of up to :limit matches, newest first.
	Page Statement
	// Stream selects {selected} of each match, newest first.
	Stream Statement
	// SetSnapshot is sent before Stream in its transaction, unless it is "".
	SetSnapshot Statement

	// Writes.
	//
	// Bump adds :n to seq and :added to total of :company, and holds the company's row until the
	// transaction ends, if the schema serves :version. Otherwise it writes nothing. The company's
	// search_key becomes 0 unless it is :search_key or below 0. Bump returns the new seq, and 1 if
	// the company may have tombstones, else 0: either in a row (BumpReturns), or in one number,
	// twice the seq plus that, as the last insert ID of the driver.
	Bump        Statement
	BumpReturns bool
	// Settle subtracts :unused from seq of :company, and adds :added to total.
	Settle Statement
	// Stored selects the sessions of :company with one of {ids}, as row.Whole, if the schema serves
	// :version.
	Stored Statement
	// Held is like Stored, but selects the newest state, holds it until the transaction ends, and
	// does not check the schema.
	Held Statement
	// InsertSessions inserts {rows}, of [Engine.SessionRows]. If one of them is stored already,
	// fewer or more rows are affected than were given.
	InsertSessions Statement
	// ReplaceSessions writes {rows}, of [Engine.SessionRows], over the stored rows whose revision
	// is lower by one. Replaced times as many rows are affected as were given, unless a row was not
	// replaced.
	ReplaceSessions Statement
	Replaced        int64
	// NewHistory sets the schema's history to :history.
	NewHistory Statement

	// Transactions.
	OneWriter       bool // the database has one writer at a time
	SavepointBegins bool // a savepoint outside a transaction begins one
	SavepointFades  bool // a savepoint outside a transaction is forgotten at once

	// Segments. Blocks are selected as segment, name and data; see also NamedBlocks, ExactBlocks
	// and NextBlocks.
	//
	// Directory selects the columns of State up to total, then packed_seq, forgot_seq, purged_seq
	// and search_key of :company, and then segment, sessions, dead, oldest_us, newest_us and
	// search_key of each of its segments, or NULL if it has none.
	Directory Statement
	// SegmentsAt selects packed_seq of :company, and segment, sessions, oldest_us, newest_us and
	// search_key of the segments that overlap the time from :oldest_us to :newest_us, or NULL if
	// none do.
	SegmentsAt Statement
	AllBlocks  Statement // selects all blocks of :segment
	// PutSegments inserts {rows}, of company, segment, sessions, dead, oldest_us, newest_us and
	// search_key. If a segment exists, it sets dead.
	PutSegments Statement
	// PutBlocks inserts {rows}, of company, segment, name and data, or replaces existing ones.
	PutBlocks        Statement
	DeleteSomeBlocks Statement // deletes {blocks}, see [OneOf]
	// Present selects how many of {segments} exist, and how many of those have :search_key.
	Present        Statement
	DeleteSegments Statement // deletes {segments}, without their blocks
	DeleteBlocks   Statement // deletes all blocks of {segments}
	// SetPacked sets packed_seq of :company to :packed, and writes the row even if it is the same.
	SetPacked Statement
	SetForgot Statement // sets forgot_seq of :company to :seq
	Orphans   Statement // selects the number of blocks of :company without a segment

	// A repair begins with these statements.
	DeleteAllSegments, DeleteAllBlocks, ResetPacked Statement

	// The tail, and rows by their change numbers. Sessions of the tail have changed after :packed,
	// and up to :seq.
	TailPage  Statement // as Page, of the tail
	CountTail Statement // selects {counts} of the tail
	// TailKeys selects created_us, id and changed_seq of up to :limit sessions of the tail, in the
	// order of their changes.
	TailKeys Statement
	// ChangedSince selects created_us and id of the sessions changed after :since, and up to :seq.
	ChangedSince Statement
	CountChanged Statement // counts those sessions, up to :limit
	IDsOf        Statement // selects changed_seq and id of the sessions with {changes}
	SessionsOf   Statement // selects id and packed session of the matches with {changes}
	// CountOf counts the matches with {changes} created from :oldest_us to :newest_us, both
	// included.
	CountOf    Statement
	SessionsAt Statement // selects id and packed session of the sessions created at {instants}
	// Totals counts the sessions, those whose last change is up to :packed, and those whose last
	// change is after :seq.
	Totals Statement

	KeysOf Statement // selects changed_seq and search_key of the sessions with {changes}
	// SetKeys sets the search_key of the sessions of :company with {changes} to {key}.
	SetKeys      Statement
	SetSearchKey Statement // sets search_key of :company

	UnsetSearchKey Statement // does so if the search_key is a version, and not a claim
	ClaimSegments  Statement // sets search_key of {segments}

	// Purges.
	//
	// TombstonesOf selects the IDs out of {ids} for which :company has tombstones that are kept at
	// :now_us, in the newest state.
	TombstonesOf Statement
	// PutTombstones inserts {rows}, of company, id, version and until_us. If a tombstone exists, it
	// sets until_us.
	PutTombstones Statement
	// Entomb writes tombstones until :until_us for the sessions of :company with {changes}.
	Entomb Statement
	// ExpireTombstones deletes the tombstones of :company that are not kept any more at :now_us.
	ExpireTombstones Statement
	// Undead counts the sessions of :company that have a tombstone that is kept at :now_us.
	Undead         Statement
	SetTombstones  Statement // records that :company may have tombstones
	SetPurged      Statement // does so, and sets purged_seq and forgot_seq of :company to its seq
	DeleteSessions Statement // deletes the sessions of :company with {changes}

	// Settings and the audit trail.
	//
	// SettingsHistory selects revision, subject, saved_us and settings of up to :limit revisions of
	// :company below :before, newest first.
	SettingsHistory Statement
	// SaveSettings inserts a revision of :company. One row is affected if that number is new.
	SaveSettings Statement
	// SettingsOf selects the number of revision :revision of :company, in the newest state, if it
	// exists.
	SettingsOf     Statement
	DeleteSettings Statement // deletes the settings of :company
	AppendAudit    Statement // inserts an entry, if the schema serves :version
	// AuditPage selects up to :limit entries of :company, with the condition {of}, after
	// (:after_us, :after_id) and of :from_us or later, newest first.
	AuditPage Statement
	// AuditAfter selects at_us of one entry of :company: of those before :before_us, oldest first,
	// the one after the first :skip.
	AuditAfter  Statement
	DeleteAudit Statement // deletes the entries of :company before :before_us

	TouchCompany Statement // writes the row of :company without a change
	// HoldCompany selects seq, total, packed_seq, forgot_seq and search_key of :company, in the
	// newest state, and holds the row until the transaction ends.
	HoldCompany    Statement
	TryHoldCompany Statement // as HoldCompany, but no row if another transaction holds it
	// LockRead ends a statement that has to read the newest state, although the transaction may
	// have an older snapshot.
	LockRead string

	// How many combinations of a segment and a name NamedBlocks and ListBlocks take at once.
	MostNamed int
	MostExact int // how many blocks ExactBlocks takes at once
	MostNext  int // how many blocks NextBlocks takes at once

	byChange string // index hint of reads by change numbers
	replace  string // assignment of a column in ReplaceSessions
	arrays   bool   // many rows are sent as an array for each column
	lookUps  bool   // reads by change numbers look up each number

	// pack returns an expression that joins texts to one text, with [row.Separator] between them.
	pack      func(texts []string) string
	packsNull bool // pack packs NULL as an empty text
	// Casts a number that may be NULL to a type that coalesce accepts together with a text.
	asText string
}

// Of returns the engine of a dialect. For an unknown one the error wraps filter.ErrDialect.
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

// Packed returns the expression that packs columns into one text for [row.Reader.Unpack]. It packs
// NULL as an empty text.
func (e *Engine) Packed(alias string, cs row.Columns) string {
	texts := make([]string, len(cs))
	for i, c := range cs {
		texts[i] = alias + "." + c.Name
		switch {
		case !c.Nullable || e.packsNull:
		case c.Number:
			// Some engines require both branches of a coalesce to have one type, which a number and
			// '' do not share.
			texts[i] = "coalesce(" + texts[i] + e.asText + ", '')"
		default:
			texts[i] = "coalesce(" + texts[i] + ", '')"
		}
	}
	return e.pack(texts)
}

// concatenated packs by concat_ws, which would leave out NULL.
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

// lines joins texts by commas, and breaks the line before it becomes too long to read.
func lines(texts []string) string {
	const mostLineBytes = 100
	var b strings.Builder
	line := 0
	for i, text := range texts {
		switch {
		case i == 0:
		case line+len(", ")+len(text) > mostLineBytes:
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
