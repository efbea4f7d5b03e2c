// Package tablestore lists sessions from a table that a host already has, with the host's own
// columns, joins and scan:
//
//	backend := tablestore.New(db, filter.Postgres, tablestore.Table{
//		From:   "kyc_checks k",
//		Select: "k.uid, k.started, k.state, k.given_name, k.family_name",
//		Scan:   scanCheck, // makes a sessions.Session of a row
//		Columns: filter.Columns{
//			Company: filter.Col("k.tenant"),
//			Fields: map[sessions.Field]filter.Column{
//				sessions.FieldID:        filter.Col("k.uid"),
//				sessions.FieldCreatedAt: filter.Col("k.started"),
//				sessions.FieldStatus:    filter.Col("k.state"),
//			},
//		},
//	})
//	st := store.New(backend, store.Options{})
//
// # Work
//
// The answers are the same as those of package sqlstore; the work differs. The part of a filter
// that Columns can express becomes SQL. The rest is matched in Go, row by row, within the work
// budget, so that searches are exact without a search key. Rows are read newest first, in parts of
// at most 4,096 rows of the company. A page of a common word is cheap. A rare or absent word costs
// the whole budget on every page, and every row that may match is sent to the host. The budget
// counts all rows that are passed, whether they are sent or the database skips them. A search key
// of package searchkey, kept in a column and named in Columns, moves searches into the database.
//
// The table needs an index on company and creation time, which makes lists, pages, ranges and
// exports as cheap as those of package sqlstore, and one on the ID. Declare columns of uuid and
// integer types with [filter.Column.UUID] and [filter.Column.Integer]: otherwise the column is
// compared as text, and no index can be used. Unless the creation time has the engine's own type
// for instants, declare its form, for instance with [filter.Column.UnixMilli] or
// [filter.Column.UTCText]; SQLite has no such type. With the wrong unit all rows may lie outside
// the years of the next section, and the list is empty.
//
// These columns of times are errors that wrap [ErrTable]: one that has fractions of its declared
// unit; one whose type does not compare as its form states, such as numbers in a column of texts,
// for which use Expr("CAST(k.started AS INTEGER)"), or AS SIGNED on MariaDB; and one of PostgreSQL's
// type date, for which use Expr("CAST(k.day AS timestamp) AT TIME ZONE 'UTC'"). In SQLite, where
// values have types of their own, those of the first hundred rows are looked at.
//
// Sessions of one instant are sorted in Go and read together. If creation times are rounded to the
// hour or day, at least that much is read at a time.
//
// # Rows
//
// A row is a session if its creation time lies in the years 1000 to 9998. Rows with another
// creation time, with NULL or with a zero date have no place in the list, and every method leaves
// them out. To leave out rows that are marked as deleted, use a subquery in From:
//
//	From: "(SELECT * FROM kyc_checks WHERE deleted_at IS NULL) k"
//
// From must give one row for each session. A join that gives two is an error, as is a Scan whose
// creation time differs from that of Columns: both wrap [ErrTable]. A count that SQL alone answers
// does not read the rows, so it counts such rows without an error. Two rows of one session with
// different creation times are two sessions of a list: only Get notices them.
//
// [Table.Changes] needs a record of changes that the host keeps.
//
// # Observability
//
// [Backend.WithObserver] reports each call as a [store.Operation], like sqlstore: how long it took,
// how many statements it sent and rows they returned, how much of the budget it spent, and the
// SQLSTATE of a failure. Many rows for each session that is returned are the mark of a search that
// a search key would answer, or of columns that are not described. examples/observe turns it into
// spans, a metric and a log.
package tablestore
