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
