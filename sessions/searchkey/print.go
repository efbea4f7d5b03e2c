package searchkey

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/kvalifika/sessionkit/sessions"
)

// A key, a query, its prefixes and a span hold names and numbers of people. They print as
// placeholders, and encoding/json refuses them. To get the content, use string(key), [Prefix].Text,
// [Query.Typed] and [Span].Word.

// String returns the length of the key.
func (k Key) String() string { return fmt.Sprintf("key(%d bytes)", len(k)) }

// Format prints the text of String, whatever the verb: never a word.
func (k Key) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, k.String()) }

// LogValue returns the text of String.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (k Key) MarshalText() ([]byte, error) { return nil, sessions.ErrNoJSON }

// String returns how many words the query has.
func (q Query) String() string { return fmt.Sprintf("query(%d words)", q.Len()) }

// Format prints the text of String, whatever the verb: never a word.
func (q Query) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, q.String()) }

// LogValue returns the text of String.
func (q Query) LogValue() slog.Value { return slog.StringValue(q.String()) }

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml: keep the
// text of a search, and read it with [ParseQuery].
func (q Query) MarshalText() ([]byte, error) { return nil, sessions.ErrNoJSON }

// UnmarshalJSON refuses with [sessions.ErrNoJSON], so that {} is not read as a query that matches
// every session.
func (q *Query) UnmarshalJSON([]byte) error { return sessions.ErrNoJSON }

// String returns the field and the place of the span.
func (s Span) String() string { return fmt.Sprintf("span(%v, %d to %d)", s.Field, s.Start, s.End) }

// Format prints the text of String, whatever the verb: never the word.
func (s Span) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, s.String()) }

// LogValue returns the text of String.
func (s Span) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (s Span) MarshalText() ([]byte, error) { return nil, sessions.ErrNoJSON }

// String returns how long the prefix is.
func (p Prefix) String() string { return fmt.Sprintf("prefix(%d bytes)", len(p.Text)) }

// Format prints the text of String, whatever the verb: never the text.
func (p Prefix) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, p.String()) }

// LogValue returns the text of String.
func (p Prefix) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (p Prefix) MarshalText() ([]byte, error) { return nil, sessions.ErrNoJSON }
