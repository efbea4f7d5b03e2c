package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// Errors of this package, in addition to those of package store. Typed errors wrap them; use
// errors.Is.
var (
	// ErrSchema says that the database has no tables of this package, or tables of another version.
	// The error is a [*SchemaError].
	ErrSchema = errors.New("sqlstore: schema")
	// ErrConnection says that a setting of the connections or of the server would damage texts or
	// transactions. The error is a [*ConnectionError].
	ErrConnection = errors.New("sqlstore: connection")
	// ErrDenied says that the account of the database may not define tables. The error is a
	// [*MigrationError].
	ErrDenied = errors.New("sqlstore: the account may not define tables")
	// ErrTxEnded says that the caller's transaction has ended, or can only be rolled back. The
	// engine has ended it (a deadlock, a full disk, an interrupted statement, a lost connection),
	// or an earlier failure of a statement was ignored. Nothing that was written in it is stored,
	// and the transaction is rolled back. See [Backend.Tx].
	ErrTxEnded = database.ErrTxEnded
	// ErrLoad says that a [Load] does not work: it has returned another number of rows than it has
	// stored, or has stored only some of them although none was in its way.
	ErrLoad = errors.New("sqlstore: Load")
	// ErrStored says that a row has a value that no session can have. The error names the column.
	ErrStored = row.ErrStored
	// ErrDamaged says that the search structures of a company do not agree with its sessions. If a
	// segment is damaged, the error is a [*DamageError]. [Backend.Repair] rebuilds the structures.
	ErrDamaged = segment.ErrDamaged
)

// DamageError names a damaged block of a segment. It wraps [ErrDamaged], and contains nothing about
// a person.
type DamageError = segment.DamageError

// Error is a failure of the database or of the connection to it. A driver's text may contain values
// of the row that the database refused. So Error prints only the SQLSTATE of its cause,
// [ErrTxEnded], and the end of a context. errors.Is and errors.As see the cause.
type Error = database.Error

// failed wraps a driver's error.
func failed(ctx context.Context, op string, err error) error {
	return database.Failed(ctx, "sqlstore: "+op, err)
}

// ConnectionError names a setting that this package cannot work with. It wraps [ErrConnection]. The
// package documentation has a table of the settings.
type ConnectionError struct {
	Setting string // as the engine calls it
	Value   string // as the connection has it
	Needed  string // in words
}

// Error names the setting, its value and the one that is needed.
func (e *ConnectionError) Error() string {
	return fmt.Sprintf("%s: %s is %q: needed is %s", ErrConnection.Error(), e.Setting, e.Value, e.Needed)
}

// Unwrap returns [ErrConnection].
func (e *ConnectionError) Unwrap() error { return ErrConnection }

// MigrationError names the statement of a migration that failed. It wraps the failure, and
// [ErrDenied] if the account may not do what the statement does. The statements before it are
// undone or, on MariaDB and MySQL, skipped when [Migrate] is called again.
type MigrationError struct {
	Version   int64 // of the migration
	Name      string
	Statement int // of [Migration.SQL], from 1
	// What the account may not do, if the database reports that, or "".
	Denied string
	Err    error // an [*Error]
}

// Error names the migration, the statement, and what the account may not do.
func (e *MigrationError) Error() string {
	text := fmt.Sprintf("sqlstore: migration %d (%s), statement %d: ", e.Version, e.Name, e.Statement)
	if e.Denied != "" {
		return text + "the account may not " + e.Denied
	}
	return text + "the database reports an error"
}

// Unwrap returns the failure, and [ErrDenied] if the account may not do what the statement does.
func (e *MigrationError) Unwrap() []error {
	if e.Denied != "" {
		return []error{e.Err, ErrDenied}
	}
	return []error{e.Err}
}

// SchemaError says which version a database has, and which one this package needs. It wraps
// [ErrSchema].
type SchemaError struct {
	Found, Needed Version
	// The table sessionkit_schema exists and has no row, so that the version of the others is not
	// known.
	Empty bool
	// Differences lists what was changed by hand, if the version is right. Each difference has to
	// be undone by hand.
	Differences []Difference
}

// Version is the version of the tables. A database without the tables has the zero Version.
type Version struct {
	Schema int64 // number of the last migration
	// The oldest version of the schema for which a package was made that works on the tables; 0
	// means Schema itself.
	Oldest int64
}

// Error names both versions.
func (e *SchemaError) Error() string {
	switch {
	case e.Empty:
		return ErrSchema.Error() + ": the table sessionkit_schema has no row: restore it, for nobody knows what the other tables hold"
	case e.Found == (Version{}):
		return ErrSchema.Error() + ": the tables are missing: Migrate makes them"
	case e.Differences != nil:
		texts := make([]string, len(e.Differences))
		for i, d := range e.Differences {
			texts[i] = d.String()
		}
		return ErrSchema.Error() + ": the tables of version " + e.Found.String() + " were changed by hand: " + strings.Join(texts, "; ")
	}
	text := fmt.Sprintf("%s: found version %s, needed %s", ErrSchema.Error(), e.Found, e.Needed)
	switch {
	case e.Found.Schema > e.Needed.Schema:
		text += ": a newer version of this package has migrated the tables"
	case e.Found.Schema < e.Needed.Schema:
		text += ": Migrate brings them up to date"
	}
	return text
}

// Unwrap returns [ErrSchema].
func (e *SchemaError) Unwrap() error { return ErrSchema }

// String returns the version of the schema.
func (v Version) String() string { return strconv.FormatInt(v.Schema, 10) }
