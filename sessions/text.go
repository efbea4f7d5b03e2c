package sessions

import (
	"fmt"
	"io"
	"log/slog"
)

// TextState says whether a [Text] has a value and, if not, why.
type TextState uint8

// The states of a text. They are stored by number: the order never changes.
const (
	NotCollected  TextState = iota // it was not asked for: the zero state
	Known                          // it has a value, possibly the empty one
	NotRecognised                  // it was looked for and could not be read
	Redacted                       // it was removed for good
	Masked                         // it is kept, but this viewer may not see it; never stored
)

var textStateNames = [...]string{"not_collected", "known", "not_recognised", "redacted", "masked"}

// String returns "not_collected", "known", "not_recognised", "redacted" or "masked".
func (s TextState) String() string { return enumName(textStateNames[:], s, "TextState") }

// MarshalText returns the text of String; a value outside the enumeration is an error that wraps
// [ErrSyntax].
func (s TextState) MarshalText() ([]byte, error) {
	return marshalEnum(textStateNames[:], s, "state of a text")
}

// UnmarshalText reads exactly the texts of String; anything else is an error that wraps
// [ErrSyntax].
func (s *TextState) UnmarshalText(text []byte) error {
	return unmarshalEnum(textStateNames[:], text, s, "state of a text")
}

// The marks for texts without a value. They are never stored as values: [Session.Validate] refuses
// them.
const (
	// UnrecognisedMark is shown on the page for a name that was not recognised or not collected.
	// It is never exported.
	UnrecognisedMark = "******"
	// RedactedMark is shown on the page and in files for a text that was removed.
	RedactedMark = "[redacted]"
	// MaskedMark is shown on the page and in files for a text that the viewer may not see.
	MaskedMark = "[masked]"
)

// Text is a text that was read from a document, or the reason why there is none. The zero Text was
// not collected. Texts are comparable with ==. Printing one shows its state, never its value: use
// [Text.Value].
type Text struct {
	value string
	state TextState
}

// TextOf returns a known text; an empty value means that it is known to be empty.
func TextOf(value string) Text { return Text{value, Known} }

// TextIn returns a text without a value, in the given state. For [Known] it is the empty known
// text.
func TextIn(state TextState) Text { return Text{state: state} }

// State returns the state of the text: whether it has a value and, if not, why.
func (t Text) State() TextState { return t.state }

// Value returns the text's value, or "" if it has none. Only a [Known] text has one.
func (t Text) Value() string { return t.value }

// Display returns the text as lists show it: the value, [UnrecognisedMark] if it was not recognised
// or not collected, [RedactedMark] or [MaskedMark].
func (t Text) Display() string {
	if t.state == NotCollected || t.state == NotRecognised {
		return UnrecognisedMark
	}
	return t.Cell()
}

// Cell returns the text as files show it: the value, "" if it was not recognised or not collected,
// [RedactedMark] or [MaskedMark].
func (t Text) Cell() string {
	switch t.state {
	case Redacted:
		return RedactedMark
	case Masked:
		return MaskedMark
	default:
		return t.value
	}
}

// String returns the text's state: never its value.
func (t Text) String() string { return "text(" + t.state.String() + ")" }

// Format prints the text of String, whatever the verb.
func (t Text) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// LogValue returns the text of String: a text's value is never logged.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText refuses with [ErrNoJSON], and so do encoding/json and encoding/xml.
func (t Text) MarshalText() ([]byte, error) { return nil, ErrNoJSON }

// UnmarshalJSON refuses with [ErrNoJSON].
func (t *Text) UnmarshalJSON([]byte) error { return ErrNoJSON }
