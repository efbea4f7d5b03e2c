// Package tablestore lists sessions from a table that a host has already, by the host's own columns,
// joins and scan:
//
//	backend := tablestore.New(db, filter.Postgres, tablestore.Table{
//		From:   "kyc_checks k",
//		Select: "k.uid, k.started, k.state, k.given_name, k.family_name",
//		Scan:   scanCheck, // makes a sessions.Session of a row
//		Columns: filter.Columns{Company: filter.Col("k.tenant"), Fields: map[sessions.Field]filter.Column{
//			sessions.FieldID: filter.Col("k.uid"), sessions.FieldCreatedAt: filter.Col("k.started"), sessions.FieldStatus: filter.Col("k.state"),
//		}},
//	})
//	st := store.New(backend, store.Options{})
//
// # Work
//
// Answers are those of every Backend; what differs from package sqlstore is the work. What Columns
// can say of a filter is said in SQL, and the rest is matched in Go, row by row, under the work
// budget: searches are exact without a search key. Rows are read newest first, in parts of at most
// 4,096 rows of the company. A page of a common word is cheap. A rare or absent word costs the whole
// budget on every page, and every row that may match travels to the host. The budget counts the rows
// that are passed, whether they travel or the database skips them. A search key of package
// searchkey, kept in a column and named in Columns, moves searches into the database.
//
// The table needs an index on company and creation time, which makes lists, pages, ranges and
// exports as cheap as those of package sqlstore, and one on the ID. On columns of uuid or integer
// types say so with [filter.Column.UUID] and [filter.Column.Integer]: without that a text is
// compared with the column's text, for which no index serves. Say in which form the column of the
// creation time has it, as [filter.Column.UnixMilli] or [filter.Column.UTCText] do, unless it is of
// the engine's own type for instants; SQLite has no such type. With the wrong unit all rows may lie
// outside the years of the next section, and the list is empty. PostgreSQL's type date is an error
// that wraps [ErrTable]: use Expr("CAST(k.day AS timestamp) AT TIME ZONE 'UTC'").
//
// Sessions of one instant are put in order in Go and are read together: a table with creation times
// of a day or an hour reads that much at least.
//
// # Rows
//
// A row is a session if its creation time lies in the years 1000 to 9998. Rows with another one, with
// NULL or with a zero date have no place in the list: every method leaves them out. Rows that the
// host has marked as deleted are left out by From, which may be a subquery:
//
//	From: "(SELECT * FROM kyc_checks WHERE deleted_at IS NULL) k"
//
// From has to give one row for each session. A join that gives two is an error, as is a Scan that
// reads another creation time than Columns name: both wrap [ErrTable]. A count that SQL can say
// does not look at rows, and counts both.
//
// Changes need the host's own record of them.
package tablestore
