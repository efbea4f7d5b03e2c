// Package row describes the columns of the table sessionkit_sessions: the name of each, the field
// of a session that it holds, and how it is written and read. Each column has one entry in the
// table of columns.go.
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
// A row may also come packed, as one text of all columns with [Separator] between them. That text
// is one value for the driver and one allocation, instead of some thirty; [Reader.Unpack] splits
// it. Package engine says how an engine packs columns.
package row
