// Package row describes the columns of the table sessionkit_sessions: the name of each column, the
// field of a session that it stores, and how it is written and read. Each column has one entry in
// the table of columns.go.
//
// Writers take names and values from the same [Columns]:
//
//	cols := row.All()
//	names, args := cols.Names(), cols.Values(nil, session, number, version, key)
//
// Readers make a [Reader] for the columns that a statement selects, and call it for each row:
//
//	r := row.NewReader(row.Readable())
//	for rows.Next() {
//		if err := rows.Scan(r.Dest()...); err != nil { ... }
//		number, err := r.Session(company, &s)
//	}
//
// A row may also be packed: one text of all columns with [Separator] between them. That text is one
// value for the driver, and one allocation instead of about thirty. [Reader.Unpack] splits it. An
// engine packs columns with Engine.Packed of package engine.
package row
