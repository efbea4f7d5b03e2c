package sqlstore

import (
	"fmt"
	"io"
)

// A storage prints as its dialect: what it holds leads to the database's DSN, and so to a password.

// String returns the dialect.
func (b *Backend) String() string { return "sqlstore(" + b.dialect.String() + ")" }

// Format prints what String returns, whatever the verb.
func (b *Backend) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, b.String()) }

// String returns the dialect.
func (s *Settings) String() string { return printed("settings", s.in) }

// Format prints what String returns, whatever the verb.
func (s *Settings) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// String returns the dialect.
func (t *Trail) String() string { return printed("audit trail", t.in) }

// Format prints what String returns, whatever the verb.
func (t *Trail) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

func printed(what string, in tables) string {
	if b, ok := in.(*Backend); ok {
		return b.String() + " " + what
	}
	return "sqlstore " + what // of a transaction, or of nothing
}
