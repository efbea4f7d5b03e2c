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

// outage returns the code of the answer if the error means that a service of the host's is down or
// too slow, and "" for any other error. It depends on no driver: SQL drivers have a method for
// their SQLSTATE, and connection failures are errors of package net.
func outage(err error) (code string) {
	var state interface{ SQLState() string }
	var network net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return codeTimeout
	case errors.Is(err, context.Canceled), errors.Is(err, ErrUnavailable), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, sql.ErrConnDone), errors.Is(err, io.ErrUnexpectedEOF):
		return codeUnavailable
	// Before net.Error, which all errors of a driver of SQLite implement.
	case errors.As(err, &state) && state.SQLState() != "":
		return outageOf(state.SQLState())
	case errors.As(err, &network):
		return codeUnavailable
	}
	return ""
}

// outageOf returns the code of the answer for a SQLSTATE, "" if it does not mean an outage.
func outageOf(state string) (code string) {
	switch state {
	case "57014", "70100", // statement timeout: PostgreSQL, MariaDB
		"55P03", "25P04": // lock timeout, transaction timeout
		return codeTimeout
	}
	for _, class := range []string{
		"08",  // connection exception
		"53",  // insufficient resources, such as connections
		"57P", // the server is shutting down or starting up
		"40",  // rolled back because of another transaction
	} {
		if strings.HasPrefix(state, class) {
			return codeUnavailable
		}
	}
	return ""
}
