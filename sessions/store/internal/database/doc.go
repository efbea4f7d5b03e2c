// Package database is shared by the Backends over SQL. It has work on a host's database that ends
// with its context, on every engine, and errors that print no values of rows.
package database
