// Package sqlstore keeps sessions in PostgreSQL, MariaDB or MySQL, or SQLite, over a *sql.DB that the host owns. It
// imports no driver, leaves no goroutine behind and closes nothing.
//
// # Tables
//
// [CreateSchema] makes four tables; [Schema] gives the same statements to a host that has migrations of its own.
//
//   - sessionkit_sessions has one row per session, with its search key (package searchkey). Creation times are
//     microseconds since 1970. Its list index (MariaDB: the table itself) is (company, created_us, id), with the columns that
//     the page's filters and searches ask for.
//   - sessionkit_terms has one row for each distinct word of a session, and one for each property that is rare by nature
//     (why it failed, a status other than success and failed, a document type other than passport and ID card, a match level up to
//     4, the subject). Its key is (company, bucket, term, created_us, id); a bucket is 3.2 days of creation time.
//   - sessionkit_companies counts the changes and the sessions of each company.
//   - sessionkit_schema has the versions of the tables and of the folding. Others than this package's are refused.
//
// All texts are compared byte by byte, whatever the server's defaults.
//
// # The bounded search
//
// A list without criteria, or with a range of creation times only, reads what it returns. Any other first reads the
// newest 1,000 sessions in order: that ends most lists. Then, if the filter's top conjunction has words to search or rare
// properties, the walk begins: in 1 to 128 buckets at a time, newest first, it counts the entries of each word, goes by the word that has
// the fewest, together with those whose entries cost less to read than the sessions that they rule out, and asks the list index for
// what entries alone do not decide. A bucket that is dense for every word is read in order. Filters without such words
// are read in order to the end.
//
// The selection's Budget counts rows that are read in order. An entry counts for half of one, a session that is looked up for
// four, and a row four times as much if the list index does not answer the filter (extra fields, exact personal numbers,
// subjects). When it is spent, Batch.Reached tells how far the search came. Positions only move back in time and creation times
// never change: going on from there skips and repeats nothing, whatever is written meanwhile. Each statement of a list sees what is
// committed when it begins: a session that is decided meanwhile is listed as it was or as it is, and its change is
// named since Batch.AsOf. A stream is one snapshot.
//
// # What operations cost
//
//   - Get, and a page without criteria: index entries and rows of what is returned, at any depth.
//   - Any other page, and a count: the budget at most, give or take one step.
//   - Changes: index entries and rows of the changes that are returned.
//   - Count of the whole company: one row.
//   - Stream: the whole selection; with words or rare properties the walk without a budget, else one statement over the range.
//   - Insert: per session one row in three indexes (MariaDB: two beside the table), and one entry per term, usually 5 to 10, in the
//     statements of up to 256 rows. Update and Redact write the row, and the entries that differ.
//
// # Snapshots
//
// Stream reads one state of the database in one read-only transaction, and holds one connection until its callback has taken the last
// session. A session that is decided meanwhile is seen once, as it was; one that comes in is not seen. What it costs to hold
// the snapshot open, for as long as the callback takes:
//
//   - PostgreSQL (REPEATABLE READ): nobody waits, but vacuum keeps every row version that has died since. The server sends as it is read; a
//     statement_timeout, or idle_in_transaction_session_timeout, ends it with an error.
//   - MariaDB and MySQL (InnoDB, REPEATABLE READ): nobody waits, but the undo log grows. A reader that takes nothing for
//     net_write_timeout, 60 s by default, loses its connection: an error, never an end.
//   - SQLite in WAL mode: nobody waits, but the log is not reset and grows. In the other journal modes writers wait for the reader, and fail
//     when their busy timeout is over: use WAL.
//
// Bound it by the context, and by deadlines on whatever the callback writes to. The callback must not ask the same *sql.DB for
// more if that may have no other connection.
//
// A row comes as one text of all columns, which is a tenth of the work of many, and is fetched by a second goroutine while the one
// before is used; the goroutine ends before Stream does. A text that contains the separator, U+001F, is noticed: the rest is then
// read column by column in the same transaction.
//
// # Changes
//
// Whoever writes to a company raises its change number first and so holds its row until the transaction ends. Changes
// therefore become visible in the order of their numbers, none can appear late below a number that was read, and a watermark is
// simply that number. The price: the writers of one company take turns. Ask the same server for changes that gave
// the watermark: a replica that lags behind does not know it yet and refuses it.
//
// # Writing
//
// A session, its words and its company's row are written in one transaction, or in the host's own, see [Backend.Tx].
// SQLite has one writer at a time: give its driver a busy timeout.
//
// # A host's own table
//
// [Over] lists a table that this package did not make, by the host's own columns, joins and scan. Answers are the same; what
// differs is the work. There are no words to go by: rows are read newest first, at most 4,096 in a statement, and what the columns
// cannot say, such as a search without a search key, is matched in Go. A page of a common word is cheap. A rare or
// absent word costs the whole budget on every page, and every row that may match travels to the host. The budget counts
// the rows that arrive, not those that the database skips for the criteria that it can say. A search key of package searchkey, kept in a
// column and named in the table's Columns, moves searches into the database. The table needs an index on company and creation
// time. Changes need the host's own record of them.
//
// # More than one machine
//
// Every primary key and index begins with the company, and every statement states it in an equality for each table that it
// touches, so the tables distribute by company. A company's request, its transaction and its change number then stay on
// one shard. sessionkit_schema is one row that every shard may hold. None of the following is part of this package's tests.
//
// Citus, after [CreateSchema] on the coordinator:
//
//	SELECT create_distributed_table('sessionkit_companies', 'company');
//	SELECT create_distributed_table('sessionkit_sessions', 'company', colocate_with => 'sessionkit_companies');
//	SELECT create_distributed_table('sessionkit_terms', 'company', colocate_with => 'sessionkit_companies');
//	SELECT create_reference_table('sessionkit_schema');
//
// Vitess: a keyspace that is sharded by company, with one binary vindex (such as xxhash) on the column company of the three
// tables, and sessionkit_schema as a reference table; apply the statements of [Schema] with the tools of Vitess. TiDB: nothing
// to say; its regions split by key, so by company first. An Insert or a host's transaction over several companies becomes a transaction
// over several shards: write one company at a time.
//
// A company too big for one shard has to become several: keys such as "acme/0" to "acme/15", chosen by a hash of the session's
// ID. Each part keeps all that is said here. A list then asks every part for the same page, merges newest first, and has reached the newest
// of the places that the parts reached; counts add up; there is a watermark for each part. This package does not do that.
//
// # Errors
//
// A driver's error may hold a row's values. It is wrapped in an [*Error], which prints what was being done and not
// the cause; errors.Is and errors.As reach the cause.
package sqlstore
