package database_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
)

// none is an error of a host that wraps a list of no errors.
type none struct{ error }

func (none) Unwrap() []error { return nil }

func TestSQLStateOfAnErrorOfNone(t *testing.T) {
	require.Empty(t, (&database.Error{Op: "list", Err: none{errors.New("secret")}}).SQLState())
}

// state is an error of a driver with a SQLSTATE in some form.
type state string

func (s state) Error() string    { return "secret" }
func (s state) SQLState() string { return string(s) }

func TestErrorPrintsTheSQLState(t *testing.T) {
	for told, printed := range map[state]string{
		"25006": "list: the database reports an error, SQLSTATE 25006", "": "list: the database reports an error",
		"name='Nino'": "list: the database reports an error", "25006 Nino": "list: the database reports an error",
	} {
		require.EqualError(t, &database.Error{Op: "list", Err: told}, printed)
	}
}
