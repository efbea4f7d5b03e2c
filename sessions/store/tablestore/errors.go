package tablestore

import (
	"errors"

	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
)

// ErrTable says that the description of a host's table is incomplete, or does not fit the table:
// Scan and Columns disagree, or From gives a session twice. The message says which of these it is,
// and contains nothing of a row.
var ErrTable = errors.New("tablestore: table")

// Error is a failure of the database or of the connection to it. A driver's text can hold values of
// a row, so the only parts of its cause that Error prints are the SQLSTATE and the end of a
// context. errors.Is and errors.As see the cause.
type Error = database.Error
