// Package row knows the columns of the table sessionkit_sessions: what each is called, which field
// of a session it holds, and how it is written and read. One entry of one table says all of that,
// in columns.go.
//
// Whoever writes takes the names and the values from the same [Columns]:
//
//	cols := row.All()
//	names, args := cols.Names(), cols.Values(nil, session, number, version, key)
//
// Whoever reads makes a [Reader] of the columns that a statement selects, and asks it for each row:
//
//	r := row.NewReader(row.Readable())
//	for rows.Next() {
//		if err := rows.Scan(r.Dest()...); err != nil { ... }
//		number, err := r.Session(company, &s)
//	}
//
// A row may also come packed, as one text of all columns with [Separator] between them. That text
// is one value for the driver and one allocation, in place of some thirty: [Reader.Unpack] takes it
// apart. How an engine packs columns is in package engine.
package row
