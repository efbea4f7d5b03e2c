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
//     4, the subject). Its key is (company, bucket, term, created_us, id); a bucket is 6.4 days of creation time.
//   - sessionkit_companies counts the changes and the sessions of each company.
//   - sessionkit_schema has the versions of the tables and of the folding. Others than this package's are refused.
//
// All texts are compared byte by byte, whatever the server's defaults.
//
// # MySQL
//
// MySQL is spoken to as MariaDB: one dialect, one schema. It has to be 8.0.31 or newer, the first that has INTERSECT. The tests ran on
// MySQL 8.0.46 and 9.7.4, the plans of the statements included. They are not part of what is run for every change, which is
// MariaDB 10.11.
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
//
// # Performance
//
// Measured by the program examples/benchmarks/search, which generates realistic sessions, loads them and replays queries of
// many kinds character by character through store.Store, each keystroke asking for the newest 50 matches with the default budget:
//
//	go -C examples run ./benchmarks/search -dsn postgres://...                   -n 10000000
//	go -C examples run ./benchmarks/search -dsn /var/tmp/sessions.db             -n 2000000
//	go -C examples run ./benchmarks/search -dsn 'user:password@tcp(host)/name'   -n 2000000
//
// On two cores of an Intel Xeon with 25 GB, PostgreSQL 15.18 with 5 GB of shared buffers, SQLite 3.54 through modernc.org/sqlite,
// MariaDB 10.11.19 with a buffer pool of 4 GB, neither server waiting for the disk; the largest company has 60 % of the sessions. The
// machine was shared with other programs (load averages of 11 to 17); the program and its connection ran before them (SCHED_FIFO),
// but shared caches with them. Milliseconds, and pages that the budget ended before they were full:
//
//	                              PostgreSQL, 10 million    SQLite, 2 million         MariaDB, 2 million
//	                                  p50    p99    max part    p50    p99    max part    p50    p99    max part
//	common names                     3.41   5.40   5.67    0   2.85   4.25   4.85    0   4.76   6.51   6.71    0
//	rare names                       3.21   53.7   58.5    5   3.01   30.4   31.6    0   5.84   63.5   67.4    0
//	absent names                     5.46   15.9   18.0    0   3.04   4.80   5.81    0   8.73   14.0   14.4    0
//	one and two letters              2.32   4.82   5.03    0   2.25   4.34   4.82    0   4.17   7.85   8.15    0
//	personal numbers                 6.41   52.7   64.8    5   3.73   27.6   34.8    1   11.1   60.0   80.2    1
//	document numbers                 6.37   14.6   15.0    0   3.66   7.11   7.36    0   10.4   16.4   16.5    0
//	document middles                 4.69   13.4   14.0    0   3.78   7.67   8.47    0   10.7   18.6   18.8    0
//	two words                        8.74   61.3   63.3   14   7.35   23.3   37.7    1   15.5   53.5   84.5    1
//	dense words that hardly meet     7.59   56.1   61.6  258   5.86   40.8   50.4   65   12.0   96.6    415   65
//	search and filters               9.15   54.1   56.8   13   6.40   25.6   32.8    2   12.7   54.2   74.5    2
//	filters alone                    2.04   58.2   58.2    1   1.44   45.1   45.1    1   2.88    111    111    1
//	search in a month                3.78   6.32   6.77    0   2.50   4.08   4.20    0   5.72   9.22   9.43    0
//	rare flags                       23.3   63.2   70.9   15   12.8   30.5   30.5    0   31.7   84.5   84.5    0
//	names of old sessions            5.98   11.5   17.3    0   5.23   9.40   10.9    0   13.1   17.0   17.8    0
//	company of middling size         2.97   6.64   8.78    0   2.46   20.9   21.1    0   5.02   32.7   35.5    0
//	tiny company                     4.39   11.1   11.3    0   3.11   5.19   5.83    0   8.21   11.9   12.5    0
//	all                              4.25   55.9   70.9  311   3.48   38.9   50.4   70   7.33   86.1    415   70
//
// By the number of characters typed (0: filters alone):
//
//	                              PostgreSQL, 10 million    SQLite, 2 million         MariaDB, 2 million
//	                                  p50    p99    max part    p50    p99    max part    p50    p99    max part
//	0                                3.10   58.2   58.2    1   2.42   45.1   45.1    1   5.43    111    111    1
//	1                                1.46   15.0   51.5    1   1.45   12.0   27.7    0   2.62   24.0   66.2    0
//	2                                3.36   24.1   59.9    1   3.05   17.4   30.5    0   5.39   45.5   71.2    0
//	3                                3.56   36.0   56.4    1   3.18   22.1   28.8    0   5.73   52.7   61.4    0
//	4                                3.97   35.4   70.9    0   3.29   21.8   26.4    0   6.61   60.6   84.5    0
//	5                                4.58   45.1   61.4    2   3.40   20.9   27.3    0   8.37   52.3   84.3    0
//	6                                5.91   43.2   64.8    3   3.65   25.4   27.6    0   9.97   52.5   80.3    0
//	7                                6.03   48.5   61.3    6   3.67   30.7   37.1    0   10.1   80.3    101    0
//	8                                6.27   62.3   63.3   13   3.90   33.4   38.8    2   10.6   80.7    124    2
//	9                                6.40   52.7   63.2   21   4.63   38.8   40.6    5   11.7   90.1    167    5
//	10                               7.34   60.1   61.2   29   7.49   39.5   40.6    3   16.4   89.1   89.2    3
//	11                               9.73   54.0   62.4   25   12.3   40.6   41.7    8   28.3   90.5    415    8
//	12 or more                       22.4   60.2   62.2  208   17.2   47.8   50.4   51   39.4    103    196   51
//	all                              4.25   55.9   70.9  311   3.48   38.9   50.4   70   7.33   86.1    415   70
//
// The slowest fortieth was asked three times again; with the median of that in place of a slower first time, the slowest
// keystroke took 61 ms on PostgreSQL, 45 ms on SQLite and 93 ms on MariaDB, the 99th percentile 53, 38 and 83 ms. What is slow is what
// the budget ends, or nearly: two words that are both frequent and hardly anybody has together, and a rare property with a
// filter that contradicts it. A page that was cut says so and its cursor goes on.
//
// The pages of 40 keystrokes were compared with an exhaustive search in Go among 5,998,222 sessions of the largest company: none
// differs.
//
// Two more runs on PostgreSQL: a second data set, of other names, numbers and companies, on which nothing was tuned (-workload second
// -seed 7 -n 2000000); and the first one while another connection inserted and decided sessions (-churn 200):
//
//	                              second set, 2 million             while written to, 10 million
//	                                   p50     p99      max  part        p50     p99      max  part
//	common names                      2.46    3.68     4.64     0       3.20    4.98     9.51     0
//	rare names                        4.82    60.2     64.5    47       2.83    57.5     97.1     5
//	absent names                      5.26    39.3     41.8     0       5.46    43.7     57.7     0
//	one and two letters               1.46    10.2     16.1     0       2.54    6.56     8.69     0
//	personal numbers                  6.37    43.2     46.5     0       6.45    73.7      134     5
//	document numbers                  6.32    18.2     19.4     0       6.58    45.4     49.4     0
//	document middles                  4.61    16.6     16.9     0       6.20    38.5     48.0     0
//	two words                         14.2    58.3     70.1    79       9.53    93.5      137    14
//	dense words that hardly meet      6.50    34.2     46.4     0       8.72    59.6      139   262
//	search and filters                10.5    58.6      174    52       9.92    56.4     60.9    13
//	filters alone                     2.00    51.6     51.6     0       3.20    70.4     70.4     1
//	search in a month                 3.21    13.9     15.3     0       3.53    9.51     9.78     0
//	rare flags                        20.7    89.2     89.2    15       24.8    92.1      104    15
//	names of old sessions             8.00    22.9     22.9     0       7.14    17.7     43.2     0
//	company of middling size          2.39    96.1      158    11       3.50    13.1     36.0     0
//	tiny company                      2.35    69.9      101     0       4.48    17.3     18.8     0
//	all                               5.48    56.7      174   204       4.61    62.2      139   315
//
// In the second set, 117 keystrokes asked again took 60 ms at the most, and the pages of 60 keystrokes did not differ from an
// exhaustive search either. Beside 200 writes a second, 12,482 in all, each a transaction of 2.5 ms at the median and 23 ms at the 99th
// percentile, the slowest keystrokes asked again took 65 ms at the most. The server had autovacuum off for the terms.
//
// LIKE on four columns, in the same tables, for 60 of the keystrokes: on PostgreSQL (ILIKE) 81 ms at the median, and 16 of the 60 were
// given up after 10 s; on SQLite 10 ms and 1,626 ms at the most, on MariaDB 16 ms and 1,571 ms. It is faster than the walk for what is found
// among the newest sessions at once, and has no bound for what is not.
// With a trigram index (pg_trgm, GIN on the four columns, 283 MB) over the second set, where plain ILIKE took 6 ms at the median,
// 784 ms at the 90th percentile and once more than 10 s, it took 10 ms, 639 ms and at the most 9.4 s.
//
// Pages further back: the median page of 50 takes 0.5 ms at the front of the list and 0.7 ms behind 52,050 sessions on PostgreSQL, that of
// a one-letter search 1.0 and 1.1 ms, that of the failed sessions 1.5 and 1.1 ms. On SQLite 0.9 and 0.9, 1.2 and 1.3, 1.2 and 1.2 ms.
//
// Counting up to 10,000 beside the list: 19 ms at the median, 54 ms at the 90th and 83 ms at the 99th percentile on PostgreSQL; 11, 34 and 42
// ms on SQLite; 25, 73 and 93 ms on MariaDB. The budget ended 155 of 600 counts on PostgreSQL, nearly all of them of several words or of
// filters.
//
// Inserting 10,000 sessions in transactions of 500 takes 2.4 to 3.0 times as long as inserting the same rows into a table that
// has its list index alone on PostgreSQL, 3.6 times on SQLite, 3.0 times on MariaDB.
//
// Ten million sessions with 73 million terms take 22.8 GB on PostgreSQL: terms 7.7 GB and their key 7.3, sessions 5.1, list index
// 1.7, the other two indexes 1.0. Two million take 2.5 GB on SQLite and 2.7 GB on MariaDB. Loading by [Bulk] took 24 minutes on PostgreSQL (5 of
// them for the indexes), 7 on MariaDB and 9 on SQLite, on a machine that did other work as well.
package sqlstore
