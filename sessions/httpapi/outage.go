package httpapi

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
)

// outage says whether an error means that a service the host relies on is down, or too slow, and
// with which code that is answered; "" for any other error. It knows no driver: those of SQL tell
// their SQLSTATE by a method, and what is wrong with a connection is an error of net.
func outage(err error) (code string) {
	var state interface{ SQLState() string }
	var network net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return codeTimeout
	case errors.Is(err, context.Canceled), errors.Is(err, ErrUnavailable), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, sql.ErrConnDone), errors.Is(err, io.ErrUnexpectedEOF):
		return codeUnavailable
	case errors.As(err, &state) && state.SQLState() != "": // before net.Error, which a driver of SQLite has for all
		return outageOf(state.SQLState())
	case errors.As(err, &network):
		return codeUnavailable
	}
	return ""
}

// outageOf knows the SQLSTATEs that say so.
func outageOf(state string) (code string) {
	switch state {
	case "57014", "70100", // the statement's time was over: PostgreSQL, MariaDB
		"55P03", "25P04": // a lock's, a transaction's
		return codeTimeout
	}
	for _, class := range []string{
		"08",  // connection exception
		"53",  // insufficient resources, connections among them
		"57P", // the server ends, or has not begun yet
		"40",  // rolled back, for another's sake
	} {
		if strings.HasPrefix(state, class) {
			return codeUnavailable
		}
	}
	return ""
}
