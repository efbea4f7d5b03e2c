// Package sqlstore keeps sessions in PostgreSQL, MariaDB or MySQL, or SQLite, over a *sql.DB that the host owns. It
// imports no driver, starts no goroutine and closes nothing.
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
// properties, the walk begins: in 1 to 128 buckets at a time, newest first, it counts the entries of each word, up to 400 and later up
// to 3,000, goes by the word that has the fewest, and asks the list index whether those sessions match the whole filter. One word or
// one property alone needs no asking. A bucket in which every word has more than 3,000 is read in order. Filters without such words
// are read in order to the end.
//
// Each row and entry that may be read is charged to the selection's Budget, a row four times if the list index does not
// answer the filter (extra fields, exact personal numbers, subjects). When that is spent, Batch.Reached tells how
// far the search came. Positions only move back in time and creation times never change: going on from there skips and
// repeats nothing, whatever is written meanwhile.
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
// # Errors
//
// A driver's error may hold a row's values. It is wrapped in an [*Error], which prints what was being done and not
// the cause; errors.Is and errors.As reach the cause.
package sqlstore
