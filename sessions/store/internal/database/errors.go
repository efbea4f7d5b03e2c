package database

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"time"
)

// ErrTxEnded is the error of package sqlstore.
var ErrTxEnded = errors.New("sqlstore: the caller's transaction has ended")

// Error is a failure of the database or of the connection to it. A driver's text may contain values
// of the row that the database refused. So Error prints only [ErrTxEnded], the end of a context and
// the SQLSTATE of its cause. errors.Is and errors.As see the cause.
type Error struct {
	Op  string // package and operation: "sqlstore: list", "sqlstore: insert", ...
	Err error
}

// Error returns the operation, and the SQLSTATE, which contains nothing of a row.
func (e *Error) Error() string {
	text := e.Op
	if errors.Is(e.Err, ErrTxEnded) {
		text += ": the caller's transaction has ended"
	}
	for _, known := range [...]error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(e.Err, known) {
			return text + ": " + known.Error()
		}
	}
	text += ": the database reports an error"
	if state := e.SQLState(); sqlState.MatchString(state) {
		text += ", SQLSTATE " + state
	}
	return text
}

// sqlState matches a SQLSTATE. A type that wraps a driver might return another text.
var sqlState = regexp.MustCompile(`^[0-9A-Z]{5}$`)

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// SQLState returns the five characters that identify a failure in the SQL standard, such as 57014
// for a statement timeout, or "" if the driver does not report them. If the engine's own state is
// too general, such as MariaDB's HY000, or if there is none, as in SQLite, it is that of PostgreSQL
// for the same failure, if that is an outage. It contains nothing of a row.
func (e *Error) SQLState() string {
	var told interface{ SQLState() string } // of pgx and pq
	if errors.As(e.Err, &told) {
		return told.SQLState()
	}
	for err := e.Err; err != nil; err = unwrapped(err) {
		v := reflect.ValueOf(err)
		if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
			continue
		}
		if field := v.Elem().FieldByName("SQLState"); field.IsValid() {
			if state, ok := reflect.TypeAssert[[5]byte](field); ok { // of go-sql-driver
				return mysqlState(string(state[:]), v.Elem().FieldByName("Number"))
			}
		}
	}
	return sqliteState(e.Err)
}

// mysqlStates has SQLSTATEs of PostgreSQL for numbers of errors to which MariaDB and MySQL give the
// general state HY000 (https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html).
var mysqlStates = map[uint64]string{
	1021: "53100", // ER_DISK_FULL
	1114: "53100", // ER_RECORD_FILE_FULL
	1205: "55P03", // ER_LOCK_WAIT_TIMEOUT
	3024: "57014", // ER_QUERY_TIMEOUT, of MySQL's max_execution_time
}

// mysqlState returns the SQLSTATE of an error with a state and a number of MariaDB or MySQL.
func mysqlState(state string, number reflect.Value) string {
	if state != general || !number.IsValid() || !number.CanUint() {
		return state
	}
	return cmp.Or(mysqlStates[number.Uint()], state)
}

// general is the SQLSTATE of an error without a state of its own.
const general = "HY000"

// sqliteStates has SQLSTATEs by the primary result codes of SQLite
// (https://sqlite.org/rescode.html).
var sqliteStates = map[int64]string{
	5:  "55P03", // BUSY: another connection has the lock
	6:  "55P03", // LOCKED: another connection of this process has the lock
	7:  "53200", // NOMEM
	9:  "57014", // INTERRUPT
	13: "53100", // FULL
	14: "08001", // CANTOPEN
	19: "23000", // CONSTRAINT
}

// sqliteState returns the SQLSTATE of an error of SQLite, or "" for any other error. The drivers
// (modernc, mattn, ncruces) have no method in common, but each has the result code in a type Error.
func sqliteState(err error) string {
	for ; err != nil; err = unwrapped(err) {
		v := reflect.Indirect(reflect.ValueOf(err))
		if v.Kind() != reflect.Struct || v.Type().Name() != "Error" || !strings.Contains(v.Type().PkgPath(), "sqlite") {
			continue
		}
		code := v.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, "code") })
		var n int64
		switch {
		case code.CanInt():
			n = code.Int()
		case code.CanUint():
			n = int64(code.Uint())
		default:
			continue
		}
		return cmp.Or(sqliteStates[n&0xff], general) // without the bits of the extended code
	}
	return ""
}

// unwrapped returns the error within another, or the last one if there are several.
func unwrapped(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		if list := joined.Unwrap(); len(list) > 0 {
			return list[len(list)-1]
		}
	}
	return errors.Unwrap(err)
}

// Format prints the message, whatever the verb, and never the cause.
func (e Error) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }

// MarshalText returns the message.
func (e Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Failed wraps a driver's error. It adds the context's error if the context has ended: a driver may
// report a cancelled query in its own words, or notice the deadline before the context does.
func Failed(ctx context.Context, op string, err error) error {
	if cause := Over(ctx); cause != nil && !errors.Is(err, cause) {
		err = errors.Join(cause, err)
	}
	return &Error{op, err}
}

// Over returns the context's error if it has ended, or if its deadline has passed and its timer has
// not fired yet.
func Over(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}
