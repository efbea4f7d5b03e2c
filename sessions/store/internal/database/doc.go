// Package database has what the Backends over SQL share: work on a host's database that ends with
// its context, on every engine, and errors that print no values of rows.
package database
