// Package sqlstore stores sessions in PostgreSQL, MariaDB, MySQL or SQLite, through a *sql.DB that
// the host owns. It imports no driver, leaves no goroutine behind and closes nothing.
//
//	db, err := sql.Open("pgx", dsn) // the driver is the host's choice
//	if err != nil {
//		return err
//	}
//	// Make the tables, or upgrade them.
//	if err := sqlstore.Migrate(ctx, db, sqlstore.Postgres); err != nil {
//		return err
//	}
//	backend := sqlstore.New(db, sqlstore.Postgres)
//	err = backend.Insert(ctx, session)
//	st := store.New(backend, store.Options{})
//	page, err := st.List(ctx, viewer, store.Query{Filter: filter.Search("nino"), Limit: 50})
//
// # Tables
//
// [Migrate] makes nine tables, and brings older ones up to date. [Migrations] returns the same
// statements for a host's own migration tool.
//
//   - sessionkit_sessions has one row per session, with its search key (package searchkey).
//     Creation times are microseconds since 1970. Its list index (MariaDB: the table itself) is
//     (company, created_us, id).
//   - sessionkit_segments and sessionkit_blocks have the words and properties of all sessions
//     except those that changed last, packed: see below.
//   - sessionkit_companies counts the changes and the sessions of each company, and says up to
//     which change they are packed, and which version its search keys have.
//   - sessionkit_migrations records which migrations were applied, and when.
//   - sessionkit_tombstones has the IDs that were purged and do not come back.
//   - sessionkit_settings has the settings of companies, one row for each time that they were
//     saved.
//   - sessionkit_audit has the audit trail of companies, if the host keeps it here.
//   - sessionkit_schema has the version of the tables, and the history of the changes. Versions on
//     which this package does not work are refused, even if they change while it runs.
//
// All texts are compared byte by byte, whatever the server's defaults.
//
// The files under enginetest/testdata/statements have every statement in full, by engine and
// method. Its text depends on the shape of the filter and not on values, positions or the size of a
// page, so that drivers and poolers keep few prepared statements. On PostgreSQL statements also
// depend on the number of rows wanted, in powers of four.
//
// # Migrations
//
// The schema is a series of numbered migrations: embedded SQL files, one folder for each engine,
// applied in order and forward only. [Migrate] applies those that a database lacks, under a lock,
// and [Status] says which it has. [Migrations] returns them as text for goose, Flyway,
// golang-migrate and similar tools; call Migrate afterwards to do what SQL cannot, and to check the
// rest. On PostgreSQL and SQLite apply each file in one transaction.
//
// [Backend.Check], and so each new Backend, compares the tables, columns, indexes, types and
// collations with those that the migrations make, and returns a [*SchemaError] with the differences
// if somebody has changed them by hand. Columns and indexes that a host has added are accepted, as
// long as a row can be inserted without them.
//
// On the first day, and whenever a process starts:
//
//	err := sqlstore.Migrate(ctx, db, sqlstore.Postgres)
//	backend := sqlstore.New(db, sqlstore.Postgres)
//	err = backend.Check(ctx) // the settings of the connections, too
//
// To deploy a newer version of this package:
//
//  1. Make a backup: there is no other way back.
//  2. Call [Status]. If Oldest of each migration to be applied is not above the version that the
//     database has, the old processes can go on meanwhile. Otherwise stop them.
//  3. Call Migrate, from one place or from every new process: only one runs at a time.
//  4. Start the new processes, then stop the old ones. Meanwhile both write, and each finds what
//     the other has written. Use new features of the package only when the last old process has
//     ended.
//
// New processes refuse tables that were not migrated. Old processes refuse tables that no longer
// support them: Oldest is stored beside the version, and every transaction that writes reads both.
//
// To upgrade from version 1, 2 or 3 of the schema, stop everything and call Migrate: it rebuilds
// the search keys, and packs all companies. It works in batches, and continues if it was
// interrupted. Once the statements have been applied, new processes may serve: their searches
// compare in Go the sessions whose keys are not rebuilt yet. A million sessions of version 1 took
// about three minutes on PostgreSQL and on SQLite, and thirteen on MariaDB with a buffer pool of
// 128 MiB, on two cores that were busy otherwise. The statements, which lock the table of sessions
// as a whole, took six, thirteen and one seconds of that. Rebuilding keys locks a company for 128
// sessions at a time.
//
// PostgreSQL grants a migration its lock when the running statements have ended, and starts no
// others meanwhile: end long streams first, or bound the wait by lock_timeout on the connection. On
// MariaDB and MySQL the same holds for lock_wait_timeout.
//
// After a restore from a backup, before anything is written:
//
//	err := sqlstore.Migrate(ctx, db, sqlstore.Postgres) // the backup may be older than the package
//	err = backend.NewHistory(ctx)                       // refuses watermarks from after the backup
//	err = backend.Verify(ctx, company)                  // for each company; Repair mends
//
// # MySQL
//
// For MySQL use [MariaDB]: the dialect and the schema are the same. The tests passed on MySQL
// 8.0.28, 8.0.46 and 9.7.4, including those of query plans; older versions were not tried. Only
// MariaDB 10.11 is tested for every change.
//
// # Search
//
// A list without criteria, or with a range of creation times only, reads just what it returns. All
// other lists use segments. A segment is up to 64,000 sessions that are neighbours in the list. Its
// blocks hold, compressed, which of them have each status, document type, match level, reason of
// failure and a few more properties, and which have a word with each prefix, by field. Filters are
// evaluated on these as bit sets, in memory, and only the sessions that are returned are looked up.
// The newest segments are read first, and only as many as are needed. Sessions that have changed
// since the company was packed are its tail: their rows are read, and merged. All of that is one
// snapshot, of the same moment as Batch.AsOf.
//
// A Backend caches what it has read of segments, up to 128 MiB of it: which of their sessions have
// a prefix or one of the properties above. That saves the next letter of a search most of its
// reading. No text is cached, and no answer differs from what the database has at that moment:
// which segments there are, and which of their sessions have changed since, is read each time. Use
// one Backend for all requests. Those that its methods return share its cache; only
// [Backend.WithCache] gives one another, of any size.
//
// Searches, and filters by status, document type, reason, match and acceptance level, liveness,
// validity, presence of a document, sex and device are answered whole, however they are combined
// and however many values they have, and counted exactly, whatever the selection's Budget and Limit
// are. Other fields are compared on the rows of the sessions that the rest of the filter leaves.
// Each of those rows costs four of the Budget. When the Budget is spent, Batch.Reached says how far
// the search came, which is at least a quarter of the Budget further, and a count is not exact. A
// selection without a Budget is searched to the end.
//
// Hashes of subjects and exact numbers find the segments of their sessions, and hardly any other
// rows are left. So with up to 512 values their pages are whole, and their counts are exact as long
// as they have no more sessions than a quarter of the Budget. The same holds for exact names if few
// sessions have the word. For common names, and for extra fields, partner, nationality, address,
// browser, operating system, model, attempt and dates, the Budget bounds pages and counts.
//
// # Packing
//
// A session whose last change has a number up to packed_seq has one living place in one segment.
// All others have none, and are called the tail. Inserting touches no segment. Updating a packed
// session marks its place as dead, and at once removes from the segments the words that the session
// has lost. Redacting does the same. No goroutine is started: a writer whose own transaction has
// brought the company's change number past a multiple of 2,000 (see [Packing]) packs the tail after
// its commit. If there are four small segments of one size it merges them, which reads 64,000
// sessions at most. It locks the company only while it replaces the old segments with the new one,
// and packs nothing while others hold the lock. If packing fails, the write does not.
// [Backend.Maintain] does the same, and also tidies up after imports in no particular order. A host
// that writes only by [Backend.Tx] has to call it, since nothing is packed in a host's transaction.
// A long tail makes searches slow, but never wrong. A writer that finds one packs some 16,000
// sessions of it.
//
// A damaged block gives an [ErrDamaged], and never a wrong page. [Backend.Verify] looks for damage,
// and [Backend.Repair] rebuilds all segments of a company.
//
// # Other search keys
//
// A release of this package may fold names and numbers differently, see searchkey.Version. Nothing
// has to stop for that, and processes of both releases may write side by side. A segment states the
// version of its words, and a company states the version of all of its rows and segments if they
// have the same one. Words of another version are not used: until they are rebuilt, searches
// compare those sessions in Go, and each of them costs as much of the Budget as a row that has to
// be compared. So searches are slower, and a page of a rare word that was whole before may be
// partial. They still find the same people. Batch.Rekeying and Count.Rekeying report this state.
// Filters without a search are as fast as before. Redacting a session, or changing a text, removes
// all of its words from segments of another version.
//
// [Backend.Maintain] rebuilds the keys of a company: call it for each company when the last process
// of the older release has ended. It works one segment at a time, the newest first, locks the
// company for some 128 rows at a time, and continues where it was interrupted. Only the newer
// release does this, for what the older one wrote.
//
// A host's own table, see package tablestore, has no such state. While its column is being
// refilled, leave SearchKey out of Columns: searches give the same answers without it.
//
// # What operations cost
//
//   - Get, and a page without criteria: index entries and rows of what is returned, at any depth.
//   - Any other page: about 10 statements; the rows of the tail, those blocks of each segment that
//     is searched that are not cached, and the rows of what is returned.
//   - Count, counts of many filters at once ([Backend.CountEach]), and [Backend.Tally]: the tail's
//     rows, some blocks of each segment of the range.
//   - Changes: index entries and rows of the changes that are returned.
//   - Count of the whole company: one row.
//   - Stream: for few sessions the same as a list; for many, one statement over the range.
//   - Insert: for each session one row in three indexes (MariaDB: two beside the table), in
//     statements of up to 256 rows, and later the packing of about four times as many rows. Update,
//     Redact, and Put of a stored session write the row, and a few blocks if it is packed.
//   - Purge: see Erasure.
//
// # Snapshots
//
// Stream reads one state of the database in one read-only transaction, and uses one connection
// until its callback has taken the last session. A session that is decided meanwhile is seen once,
// as it was. A new session is not seen. While the snapshot is open, as long as the callback takes,
// it has these costs:
//
//   - PostgreSQL (REPEATABLE READ): nobody waits, but vacuum keeps every row version that has died
//     since. The server sends rows as they are read. A statement_timeout, or
//     idle_in_transaction_session_timeout, ends the stream with an error. The transaction switches
//     off sorting, parallel workers and JIT for itself, so that the rows come from the list index,
//     and the first one at once, whatever the server's cost settings are.
//   - MariaDB and MySQL (InnoDB, REPEATABLE READ): nobody waits, but the undo log grows. A reader
//     that reads nothing for net_write_timeout, 60 s by default, loses its connection. That is an
//     error, and never looks like the end.
//   - SQLite in WAL mode: nobody waits, but the log is not reset and grows. In the other journal
//     modes writers wait for the reader, and fail after their busy timeout: use WAL.
//
// Bound it by the context, and by deadlines on whatever the callback writes to. The callback must
// not use the same *sql.DB if that may have only one connection.
//
// A row comes as one text of all columns that were selected, which is a tenth of the work of
// separate columns. A second goroutine fetches it while the previous row is used, and ends before
// Stream does. If a text contains the separator, U+001F, the rest is read column by column in the
// same transaction.
//
// # A read replica
//
// A hot standby of PostgreSQL answers every read. To use it beside the primary, write a Backend
// that sends lists, counts and exports to the replica, and everything else to the primary:
//
//	type withReplica struct {
//		*sqlstore.Backend // over the primary: writes, details and changes
//		replica           *sqlstore.Backend
//	}
//
//	func (b withReplica) List(ctx context.Context, sel store.Selection) (store.Batch, error) {
//		return b.replica.List(ctx, sel)
//	}
//
// and the same for Count, CountEach, Tally, Stream and Connections. Settings and the trail stay
// with the primary, since only that can write:
//
//	primary := sqlstore.New(p.primary, sqlstore.Postgres)
//	replica := sqlstore.New(p.standby, sqlstore.Postgres)
//	backend := withReplica{primary, replica}
//	st := store.New(backend, store.Options{Settings: primary.Settings(), Trail: primary.Trail()})
//
// Lists lag behind as much as the replica does. Changes come from the primary, which knows the
// replica's watermarks, so that the next call of Changes brings a page up to date, and no change is
// missed. A replica that lags behind would refuse the primary's watermarks. Writers that set
// synchronous_commit=remote_apply wait until the replica shows what they wrote: then all promises
// of package store hold as on one server.
//
// When a standby has to remove rows that the primary removed, it cancels queries that read them
// (after max_standby_streaming_delay). Reads are then repeated once, and so is a stream that has
// not yielded a session yet. Any other stream fails with an error, and never ends early. For long
// exports set hot_standby_feedback=on. After a failover to a standby that lacks commits, see
// Changes.
//
// # Changes
//
// Every writer first raises the company's change number, and so locks the company's row until the
// transaction ends. Therefore changes become visible in the order of their numbers, and none can
// appear later below a number that was read. The price is that the writers of one company take
// turns.
//
// A watermark is such a number and the history that it belongs to, a random value in
// sessionkit_schema. After a restore, or a failover to a server that lacks commits, the numbers
// continue from an older state and mean other changes. Call [Backend.NewHistory] once, before
// anything is written, and all older watermarks are refused. A watermark that is ahead of its
// company's number is refused in any case. Ask for changes on the server that gave the watermark,
// or on one that is ahead of it: a replica that lags behind does not know it yet, and refuses it.
//
// # Import
//
// [Backend.Import] stores sessions from any source: another table ([store.All] reads any Backend),
// a file, another vendor. It writes parts of 2,048 sessions, each in one transaction, so that
// others can read and write meanwhile, and packs at the same time. It may be killed at any moment
// and repeated. This moves a table that is still written to. The version is the time of a row's
// last change, and changedSince reads the rows that have changed since an instant:
//
//	// Here the revision is the time of the row's last change.
//	version := func(s *sessions.Session) int64 { return s.Revision }
//	opts := sqlstore.ImportOptions{Version: version}
//	from := int64(0)
//	catchUp := func() (changed int64, err error) {
//		began := time.Now().Add(-overlap).UnixMicro()
//		list := store.All(ctx, o.changedSince(from), store.Selection{Company: company})
//		p, err := b.Import(ctx, list, opts)
//		from = began
//		return p.Created + p.Updated, err
//	}
//
// Call catchUp until it changes few; stop the writers of the old table, and call it once more. Then
// both sides have to hold the same, and the writers and the page may go on with the Backend:
//
//	c, err := store.Compare(ctx, o.changedSince(0), b, company, filter.Filter{})
//	if err == nil && !c.Equal() {
//		err = fmt.Errorf("not the same: %s", c.First)
//	}
//
// The overlap is the time that the longest transaction of the old table takes: it may commit later
// than the instants that it wrote. A session that the old table has deleted meanwhile is the first
// difference.
//
// For millions of sessions use [ImportOptions].Load: COPY takes the server less than half the time
// of INSERT, and LOAD DATA about a third.
//
// # Keeping in step
//
// [Backend.Put] stores the states of a host's events in any order, see [store.Putter]. The stored
// version is a column of sessionkit_sessions, and not part of a session. In the host's own
// transaction, together with the record that an event was read, it is backend.Tx(tx).Put.
//
// # Erasure
//
// The host runs a job that ends retention, erases people, and checks the result. It goes through
// the Store, which checks permission and calls the audit hook:
//
//	job := store.Viewer{
//		Company: "acme", Role: sessions.MasterUser, Subject: "retention job", MayErase: true,
//	}
//	err = backend.CheckErasure(ctx) // once, where deleted data has to leave the disk of SQLite
//	old := filter.Between(sessions.FieldCreatedAt, time.Time{}, fiveYearsAgo)
//	n, err := st.Purge(ctx, job, store.Purge{Filter: old, Keep: 90 * 24 * time.Hour})
//	person := filter.Or(
//		filter.Is(sessions.FieldSubject, subject), filter.Is(sessions.FieldPersonalNumber, number),
//	)
//	n, err = st.Purge(ctx, job, store.Purge{Filter: person})
//	err = st.Redact(ctx, job, id)            // the session is to be counted on, the person is not
//	n, err = st.PurgeCompany(ctx, job, 0)    // a company that leaves
//	err = backend.Maintain(ctx, "acme")      // deletes tombstones whose time is over, too
//	err = backend.Verify(ctx, "acme")        // and Repair, should it name a difference
//
// [Backend.Purge] works in parts of up to 2,000 sessions, each a transaction that locks the
// company. If a job is killed, start it again. BenchmarkPurge of enginetest measures how long it
// takes, and how long a writer waits meanwhile. Use SQLite in WAL mode for that: in other journal
// modes a writer waits while a segment is read. A stream that began before sees its snapshot to the
// end. Purge nothing until all processes have a package with tombstones (schema version 6): older
// ones would bring sessions back.
//
// A purge leaves the tombstones, for as long as Purge.Keep says; the row of the company; and what
// the engine and its environment keep of rows that were deleted, or changed by a redaction:
//
//   - PostgreSQL: dead row versions until VACUUM runs (autovacuum does, once a fifth of a table is
//     dead, but not while a transaction or a replication slot is older), and then, on the disk,
//     until the free space is used again; VACUUM FULL rewrites the table. The write-ahead log until
//     it is recycled (max_wal_size, wal_keep_size), and for as long as it is archived.
//   - MariaDB and MySQL: deleted records until the purge thread runs (not while an older snapshot
//     is open), their bytes until the page is used again (OPTIMIZE TABLE rewrites the table;
//     innodb_immediate_scrub_data_uncompressed of MariaDB overwrites them); the undo log until it
//     is truncated, the redo log until it is overwritten, the doublewrite buffer. Binary logs in
//     the format ROW hold the whole row: binlog_expire_logs_seconds, or expire_logs_days.
//   - SQLite: free pages keep what they held until they are used again, unless secure_delete is on,
//     a setting of each connection: [Backend.CheckErasure]. The write-ahead log until it is
//     truncated: PRAGMA wal_checkpoint(TRUNCATE). VACUUM rewrites the file.
//   - Replicas follow with their delay. Backups and dumps keep everything. After restoring one,
//     repeat the purges since, and the erasures that people have asked for. Keep a list of those:
//     the audit trail says how many sessions were purged by their IDs, but not which.
//   - The audit trail ([Backend.Trail]) is deleted with the company. Of a session that was redacted
//     or purged it keeps the ID, and who did what with it and when, until the retention ends
//     (AuditRetention of [store.Options]). With AuditTexts it also keeps what was typed to find it,
//     which names people. A trail that the host keeps itself ([store.Options].Audit) always has
//     that, and the host has to delete it ([store.ActionPurgeCompany]).
//
// [Backend.Verify] compares rows, postings, places, counts and tombstones in one snapshot, and
// names differences by segment and block, never by person. [Backend.Repair] rebuilds everything
// that is derived from the rows: segments, the words in them, the count of sessions, and a
// company's row that is missing or older than they are.
//
// # Settings and the audit trail
//
//	st := store.New(backend, store.Options{Settings: backend.Settings(), Trail: backend.Trail()})
//
// [Backend.Settings] keeps acceptance levels and extra fields, and who set them when. A save
// inserts the next revision; of two saves at once only one succeeds. In the host's own transaction
// use backend.Tx(tx).Settings() and backend.Tx(tx).Trail().
//
// [Backend.Trail] writes one row in three indexes for each operation, in one statement that locks
// nothing else. Entries older than the retention are deleted as new ones come, some 1,000 at a time
// for each company, so that nobody waits and no job is needed. A company in which nothing happens
// keeps its old entries, but they are not shown. DeleteAudit of [Trail] deletes them at once.
//
// # Writing
//
// A session and its company's row are written in one transaction, or in the host's own, see
// [Backend.Tx]. SQLite has one writer at a time: give its driver a busy timeout.
//
// A writer locks its company for as few round trips as it can: two for an Insert of up to 256 new
// sessions (rows, commit), three for an Update of a session that is not packed, some ten for one
// that is, and none for a session that is stored already or cannot be stored. A Put of many
// sessions takes as many as an Update, and a few more for each further 256 sessions. So one company
// takes about 1 / (3 round trips and the time of a commit) commits a second: BenchmarkWriters of
// enginetest saw 480 on PostgreSQL and 1,030 on MariaDB, on the loopback address of two cores that
// were busy otherwise. Many sessions in one Insert share one commit. go-sql-driver/mysql sends a
// statement in two round trips, unless interpolateParams=true is in the data source name.
//
// Of the writers of one company in one Backend, one at a time waits for the company in the
// database, on a connection; the others wait in the process, without one. So a company that is
// locked for long, by another process or by a transaction of the host's, takes one connection from
// the pool, and one more for the writer that holds the lock. A Writer in the host's transaction
// does not wait in the process: it has its connection already.
//
// # Cancelling
//
// When its context ends, a call ends its work on the server, and returns an error that wraps the
// context's, even if the driver notices the deadline before the context does. The drivers of
// PostgreSQL and SQLite end the work. The driver of MariaDB and MySQL only closes the connection,
// which the server does not notice while it reads or waits for a lock. So the call sends KILL for
// that connection on another one of the pool, for which it waits two seconds at most. An account
// may always kill its own connections. In the host's transaction, see [Backend.Tx], it can do so as
// long as the context of BeginTx goes on. Behind a proxy that shares connections, the server's
// connection IDs are not those of the clients, and the work ends only when it has something to
// send.
//
// # Connections
//
// Every Backend checks once, on one connection, the settings that it depends on (and again after it
// has refused them). It refuses wrong ones with a [*ConnectionError], which names the setting, its
// value and the one that is needed. This covers the settings of the data source name, the account
// and the server, which all connections of a pool share, but not those that a host sets on single
// connections.
//
//	engine      setting                         needed
//	MariaDB     character_set_client            utf8mb4: with latin1 names are stored doubly encoded
//	            character_set_connection        utf8mb4
//	            character_set_results           utf8mb4, or none
//	            sql_mode                        no EMPTY_STRING_IS_NULL
//	            sql_mode, to write              STRICT_TRANS_TABLES or STRICT_ALL_TABLES
//	            autocommit                      ON: else each connection keeps its first snapshot
//	            completion_type                 NO_CHAIN
//	            transaction_isolation,          READ-COMMITTED or higher: else a change that is
//	            or tx_isolation                 rolled back hides the next one from watermarks
//	            sql_select_limit                18446744073709551615: else streams end early
//	            sql_big_selects                 ON
//	            max_sort_length                 256 or more: else long IDs are not in their order
//	            tx_read_only, to write          OFF; the host's own transaction may be READ WRITE
//	            binlog_format, to write         ROW or MIXED, if log_bin is on
//	            max_allowed_packet              statements keep to a quarter of it; a session that is
//	                                            longer than it is an error
//	PostgreSQL  server_encoding                 UTF8
//	            client_encoding                 UTF8
//	            standard_conforming_strings     on
//	            default_transaction_read_only,
//	            to write                        off; the host's own transaction may be READ WRITE
//	SQLite      encoding                        UTF-8: texts compare by their bytes in the file
//	            sqlite_version                  3.38 or newer
//	            read_uncommitted                0
//	            full_column_names               0
//	            query_only, to write            0
//	            journal_mode, to write          any but off, which cannot roll back
//
// Other isolation levels, deferrable transactions, other modes of sql_mode, collations,
// clientFoundRows, interpolateParams, forced generic plans, _txlock=immediate and the other journal
// modes of SQLite make no difference; the tests list them.
//
// With SQLite in memory each connection has its own database: use SetMaxOpenConns(1), or a shared
// cache. A transaction of the host's that reads before it writes fails if another writer comes
// between (SQLITE_BUSY_SNAPSHOT): begin it with _txlock=immediate.
//
// Tested with all promises of package store:
//
//	driver or pooler                    version
//	github.com/jackc/pgx/v5/stdlib      5.12    default_query_exec_mode: all but cache_statement also
//	                                            where statements cannot be kept
//	PgBouncer, pool_mode=transaction    1.18    pgx in the modes exec, simple_protocol and
//	                                            cache_describe. The default mode fails: it prepares
//	                                            statements on a connection that the next transaction
//	                                            does not have
//	github.com/go-sql-driver/mysql      1.10
//	modernc.org/sqlite                  1.61
//	github.com/mattn/go-sqlite3         1.14
//	github.com/ncruces/go-sqlite3       0.37
//
// Package tablestore lists a host's own table.
//
// # More than one machine
//
// Seven tables have a company. Each of their primary keys and indexes begins with it, and every
// statement states it in an equality for each of them that it touches, except for two with which
// [Migrate] looks for companies. So they distribute by company: a company's request, its
// transaction and its change number then stay on one machine. The other two, sessionkit_schema and
// sessionkit_migrations, are a few rows that every machine may hold. An Insert, or a transaction of
// the host's, over several companies would be one over several machines: write one company at a
// time.
//
// Several independent servers need no support by the engine. Each company is on one of them, and
// each server has a Store, or a handler of the HTTP API:
//
//	at := func(v store.Viewer) *store.Store { return stores[shards[v.Company]] }
//
// A company can be moved to another server while it is written to, even to another engine: take a
// watermark, import everything, and put the changes since then until they are few. Then stop its
// writers, put the last changes, save its settings, compare, and send its requests to the other
// server:
//
//	version := func(s *sessions.Session) int64 { return s.Revision }
//	changes, err := from.Changes(ctx, company, "", 1) // this moment
//	all := store.All(ctx, from, store.Selection{Company: company})
//	_, err = to.Import(ctx, all, sqlstore.ImportOptions{Version: version})
//	for changes.More = true; changes.More; {
//		if changes, err = from.Changes(ctx, company, changes.Next, 1000); err != nil {
//			return err
//		}
//		var states []store.Versioned
//		for _, s := range changes.Sessions {
//			states = append(states, store.Versioned{Session: s, Version: version(s)})
//		}
//		results, err := to.Put(ctx, states...) // each has an error of its own, too
//	}
//	settings, err := from.Settings().CompanySettings(ctx, company)
//	compared, err := store.Compare(ctx, from, to, company, filter.Filter{})
//
// Cursors stay valid. The other server refuses watermarks, so that pages are read again. The
// versions of the sessions are now their revisions ([Backend.Put]). The history of the settings,
// the audit trail and the tombstones do not move, so that a late event could bring back a purged
// session. After a purge during the move the watermark is refused: begin again. At the end purge
// the company on the old server.
//
// The tests run the code of this section, and these, for each change:
//
//	several servers             PostgreSQL and MariaDB, and the move of a company between them
//	hot standby of PostgreSQL   see A read replica
//	partitions of PostgreSQL    by a hash of the company: all that package store promises holds,
//	                            and each statement looks at one partition, with custom and with
//	                            generic plans
//
// For partitions add PARTITION BY HASH (company) to the tables that have a company in the text of
// [Migrations], leave out the ALTER TABLE that sets toast_tuple_target, and make the partitions of
// each:
//
//	CREATE TABLE sessionkit_sessions_p0 PARTITION OF sessionkit_sessions
//		FOR VALUES WITH (MODULUS 8, REMAINDER 0);
//
// These were run once with the promises of package store, of which there were 28, and with an
// earlier schema, on one machine that played several. Run storetest over yours before you rely on
// it:
//
//	engine                        promises   keystroke   what it needs
//	Citus 13.2, PostgreSQL 15,    28 of 28   x 3 to 7    no plan_cache_mode=force_generic_plan,
//	a coordinator, 2 workers                             under which it plans no statement. Writes
//	                                                     at a fifth of the rate. A stream is kept on
//	                                                     the coordinator's disk before it is sent:
//	                                                     export on the worker that has the company
//	PostgreSQL, 8 partitions      28 of 28   x 1.4       x 1.0 with generic plans
//	Galera 26.4, 3 nodes          28 of 28   x 1.0       one node at a time to write a company to:
//	                                                     five deadlocks a commit otherwise.
//	                                                     wsrep_sync_wait=7 to read on another node
//	Vitess 24, 2 shards of        25 of 28   x 1.9       workload=olap for streams of more than
//	MariaDB                                              10,000 sessions. It refused a WITH within a
//	                                                     derived table, and counted wrongly with a
//	                                                     LIMIT over an IN subquery
//	MariaDB Spider                18 of 28   -           do not use it: it answers wrongly, and does
//	                                                     not say so
//
// For Citus call these after [Migrate] on the coordinator, and the like of the second one for the
// other tables that have a company:
//
//	SELECT create_distributed_table('sessionkit_companies', 'company');
//	SELECT create_distributed_table('sessionkit_sessions', 'company',
//		colocate_with => 'sessionkit_companies');
//	SELECT create_reference_table('sessionkit_schema');
//	SELECT create_reference_table('sessionkit_migrations');
//
// For Vitess: a keyspace that is sharded by company, with one binary vindex (such as xxhash) on the
// column company, and the other two as reference tables; apply the statements of [Migrations] with
// the tools of Vitess.
//
// Split a company that is too big for one machine into several: keys such as "acme/0" to "acme/15",
// chosen by a hash of the session's ID, behind a Backend of the host's. This package has no such
// Backend. Each part keeps all promises. A list asks every part for the same page, and merges them
// newest first; it has reached the newest of the positions that the parts have reached. Counts add
// up. The watermark is made of those of the parts. The cost: a trial of 45 lines gave the same 480
// lists in 5.6 times the time, on one machine; a Budget has to leave each part enough to get on;
// and a stream is a snapshot of each part, and not of all of them at one moment.
//
// # Observability
//
// [Backend.WithObserver] calls a function of the host's at the end of each call, and reports how
// long it took, how many statements it sent and rows it read, how much of the budget it used,
// whether the answer is partial, and the SQLSTATE of a failure. [store.Operation] uses the names of
// OpenTelemetry's semantic conventions for databases, and is a value of log/slog. examples/observe
// turns it into spans, a metric and a log.
//
// Without a function an operation of ten statements takes 0.2 to 0.4 microseconds longer, and
// allocates nothing more; with one it takes 1.3 to 3.7 microseconds and three allocations of 264
// bytes (BenchmarkWatch of store/internal/database). An operation itself takes 120 microseconds and
// 120 allocations at the least, so that under load neither can be told from noise
// (BenchmarkObserver and RESULTS.md of enginetest).
//
// # Errors
//
// A driver's error may contain values of a row. It is wrapped in an [*Error], which prints the
// operation and the SQLSTATE, and nothing else of the cause; errors.Is and errors.As reach the
// cause.
//
// # Performance
//
// The program examples/benchmarks/search measures keystrokes, pages, counts, loading and sizes; its
// results are in RESULTS.md beside it. examples/benchmarks/export/endtoend measures streams.
package sqlstore
