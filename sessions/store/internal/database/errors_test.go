package database_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/store/internal/database"
)

// none is an error of a host's own that wraps others, of which there are none.
type none struct{ error }

func (none) Unwrap() []error { return nil }

func TestSQLStateOfAnErrorOfNone(t *testing.T) {
	require.Empty(t, (&database.Error{Op: "list", Err: none{errors.New("secret")}}).SQLState())
}
