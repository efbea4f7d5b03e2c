// Package database is shared by the Backends over SQL. It has work on a host's database that ends
// with its context, on every engine, errors that print no values of rows, and the report of each
// operation to a host's function.
package database
