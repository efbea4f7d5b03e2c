package sqlstore

import (
	"fmt"
	"io"
)

// Backends, settings and trails print as their dialect: their fields lead to the DSN of the
// database, and so to a password.

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

// printed returns the text of settings or of a trail.
func printed(what string, in tables) string {
	if b, ok := in.(*Backend); ok {
		return b.String() + " " + what
	}
	return "sqlstore " + what // of a transaction, or of a zero value
}
