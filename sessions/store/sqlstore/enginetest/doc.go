// Package enginetest tests the SDK's storage on real database engines: always on SQLite, and on
// PostgreSQL and MariaDB if a DSN names a server. MySQL is tested with the DSN of MariaDB.
//
// It is a module of its own because it needs drivers, and a driver in the SDK's own module would
// raise the Go version and the dependencies of every host. It has tests, and a program that one of
// them runs. SESSIONKIT_POSTGRES_DSN and SESSIONKIT_MARIADB_DSN name the servers, with an account
// that may create databases: every test creates its own and drops it.
package enginetest
