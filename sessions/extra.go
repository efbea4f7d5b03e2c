package sessions

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of Extra.
const (
	MaxExtraPairs      = 64   // pairs of one session, keys of one company
	MaxExtraKeyBytes   = 64   // of a key
	MaxExtraValueBytes = 4096 // of a value
)

// ExtraPair is one field that the company defines, such as a phone number. Printing one shows
// neither its key nor its value.
type ExtraPair struct{ Key, Value string }

// String returns a placeholder.
func (p ExtraPair) String() string { return "extra pair" }

// Format prints the text of String, whatever the verb.
func (p ExtraPair) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, p.String()) }

// LogValue returns the text of String: keys and values are never logged.
func (p ExtraPair) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText refuses with [ErrNoJSON], and so do encoding/json and encoding/xml.
func (p ExtraPair) MarshalText() ([]byte, error) { return nil, ErrNoJSON }

// Extra holds the fields that the company defines, as an ordered list of text pairs with distinct
// keys. It is immutable; the zero Extra has none. [Extra.AppendJSON] writes it as one JSON object,
// in that order, and [ParseExtra] and encoding/json read it. Printing an Extra shows how many pairs
// it has, never keys or values.
type Extra struct{ pairs []ExtraPair }

// NewExtra returns the pairs in their order. It refuses, with a [*FieldError], more pairs and
// longer texts than the bounds allow ([ErrLimit]), an empty or doubled key, a key with control
// characters, a NUL or invalid UTF-8 ([ErrInvalid]).
func NewExtra(pairs ...ExtraPair) (Extra, error) { return extraOf(slices.Clone(pairs)) }

// extraOf checks the pairs and returns an Extra that keeps the slice.
func extraOf(pairs []ExtraPair) (Extra, error) {
	if len(pairs) == 0 {
		return Extra{}, nil
	}
	if len(pairs) > MaxExtraPairs {
		return Extra{}, extraError(fmt.Errorf("%w: %d pairs, at most %d", ErrLimit, len(pairs), MaxExtraPairs))
	}
	for i, p := range pairs {
		if err := checkExtraKey(p.Key); err != nil {
			return Extra{}, extraError(fmt.Errorf("pair %d: %w", i+1, err))
		}
		if err := checkText(p.Value, MaxExtraValueBytes); err != nil {
			return Extra{}, extraError(fmt.Errorf("pair %d: %w", i+1, err))
		}
		if slices.ContainsFunc(pairs[:i], func(q ExtraPair) bool { return q.Key == p.Key }) {
			return Extra{}, extraError(fmt.Errorf("pair %d: %w: doubled key", i+1, ErrInvalid))
		}
	}
	return Extra{pairs}, nil
}

func extraError(err error) error { return &FieldError{FieldExtra, err} }

func checkExtraKey(key string) error {
	if key == "" {
		return fmt.Errorf("%w: empty key", ErrInvalid)
	}
	if strings.ContainsFunc(key, unicode.IsControl) {
		return fmt.Errorf("%w: control character in a key", ErrInvalid)
	}
	return checkText(key, MaxExtraKeyBytes)
}

// checkText returns an error for a text that is too long, has a NUL or is not UTF-8: not every
// engine can keep those.
func checkText(text string, maxBytes int) error {
	switch {
	case len(text) > maxBytes:
		return fmt.Errorf("%w: %d bytes, at most %d", ErrLimit, len(text), maxBytes)
	case strings.IndexByte(text, 0) >= 0:
		return fmt.Errorf("%w: NUL", ErrInvalid)
	case !utf8.ValidString(text):
		return fmt.Errorf("%w: not UTF-8", ErrInvalid)
	}
	return nil
}

// Len returns the number of pairs.
func (x Extra) Len() int { return len(x.pairs) }

// All yields keys and values in their order.
func (x Extra) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, p := range x.pairs {
			if !yield(p.Key, p.Value) {
				return
			}
		}
	}
}

// Get returns the value of a key and whether there is one.
func (x Extra) Get(key string) (string, bool) {
	for _, p := range x.pairs {
		if p.Key == key {
			return p.Value, true
		}
	}
	return "", false
}

// Equal reports whether both hold the same pairs in the same order.
func (x Extra) Equal(y Extra) bool { return slices.Equal(x.pairs, y.pairs) }

// only returns the pairs whose keys are in the list, in their order.
func (x Extra) only(keys []string) Extra {
	var kept []ExtraPair
	for _, p := range x.pairs {
		if slices.Contains(keys, p.Key) {
			kept = append(kept, p)
		}
	}
	return Extra{kept}
}

// AppendJSON appends the pairs to b as one JSON object, whose members are in their order. To embed
// it in a larger document, convert the bytes to a json.RawMessage: encoding/json does not call
// AppendJSON.
func (x Extra) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	for i, p := range x.pairs {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSONString(b, p.Key)
		b = append(b, ':')
		b = appendJSONString(b, p.Value)
	}
	return append(b, '}')
}

// appendJSONString appends a JSON string. It escapes only the characters that RFC 8259 section 7
// requires.
func appendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch short := strings.IndexByte("\b\t\n\f\r", c); {
		case short >= 0: // a short escape has two bytes instead of six
			b = append(b, '\\', "btnfr"[short])
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, '\\', c)
		}
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

// MarshalText returns [ErrNoJSON], and so do encoding/json and encoding/xml: use
// [Extra.AppendJSON].
func (x Extra) MarshalText() ([]byte, error) { return nil, ErrNoJSON }

// UnmarshalJSON reads an object of strings; null is an Extra without pairs. It refuses the same
// pairs as [NewExtra]. Values that are not strings are errors that wrap [ErrSyntax].
func (x *Extra) UnmarshalJSON(data []byte) error {
	parsed, err := ParseExtra(string(data))
	if err == nil {
		*x = parsed
	}
	return err
}

// ParseExtra reads the JSON of an Extra: an object of strings. null and the empty text are an Extra
// without pairs. Errors are [*FieldError]s that wrap [ErrSyntax], [ErrLimit] or [ErrInvalid].
func ParseExtra(text string) (Extra, error) {
	text = strings.TrimSpace(text)
	if text == "" || text == "null" || text == "{}" {
		return Extra{}, nil
	}
	if pairs, ok := plainPairs(text); ok {
		return extraOf(pairs)
	}
	if !utf8.ValidString(text) { // a decoder would replace the invalid bytes
		return Extra{}, extraError(fmt.Errorf("%w: not UTF-8", ErrInvalid))
	}
	bad := extraError(fmt.Errorf("%w: not a JSON object of strings", ErrSyntax))
	// Token by token, since a map would lose the order of the pairs and doubled keys.
	d := json.NewDecoder(strings.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return Extra{}, bad
	}
	var pairs []ExtraPair
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return Extra{}, bad
		}
		value, err := d.Token()
		if err != nil {
			return Extra{}, bad
		}
		k, isKey := key.(string)
		v, isText := value.(string)
		if !isKey || !isText {
			return Extra{}, bad
		}
		pairs = append(pairs, ExtraPair{k, v})
	}
	if _, err := d.Token(); err != nil {
		return Extra{}, bad
	}
	if _, err := d.Token(); err != io.EOF {
		return Extra{}, bad
	}
	return extraOf(pairs)
}

// plainPairs reads the object without a decoder, which takes a tenth of the time. It returns false
// if the object has escapes or white space.
func plainPairs(text string) (pairs []ExtraPair, ok bool) {
	text, ok = strings.CutPrefix(text, "{")
	for end := ","; ok && end == ","; {
		var p ExtraPair
		if p.Key, text, ok = plainString(text); !ok || !strings.HasPrefix(text, ":") {
			return nil, false
		}
		if p.Value, text, ok = plainString(text[1:]); !ok || text == "" {
			return nil, false
		}
		pairs = append(pairs, p)
		end, text = text[:1], text[1:]
		ok = end == "," || end == "}" && text == ""
	}
	return pairs, ok
}

// plainString splits a JSON string without escapes off the beginning of the text.
func plainString(text string) (v, rest string, ok bool) {
	if text, ok = strings.CutPrefix(text, `"`); !ok {
		return "", "", false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			return text[:i], text[i+1:], true
		case c == '\\' || c < ' ':
			return "", "", false
		}
	}
	return "", "", false
}

// String returns how many pairs there are.
func (x Extra) String() string { return fmt.Sprintf("extra(%d)", len(x.pairs)) }

// Format prints the text of String, whatever the verb.
func (x Extra) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, x.String()) }

// LogValue returns the text of String: keys and values are never logged.
func (x Extra) LogValue() slog.Value { return slog.StringValue(x.String()) }

// ExtraKeys is a company's allow-list of extra fields, in the order in which they are shown. It is
// immutable; the zero ExtraKeys allows none. As text it is one key per line.
type ExtraKeys struct{ keys []string }

// NewExtraKeys returns the allow-list of the keys given. It refuses the same keys as [NewExtra].
func NewExtraKeys(keys ...string) (ExtraKeys, error) {
	pairs := make([]ExtraPair, len(keys))
	for i, k := range keys {
		pairs[i].Key = k
	}
	if _, err := NewExtra(pairs...); err != nil {
		return ExtraKeys{}, err
	}
	return ExtraKeys{slices.Clone(keys)}, nil
}

// All returns a copy of the keys in their order.
func (k ExtraKeys) All() []string { return slices.Clone(k.keys) }

// Select returns the pairs whose keys are allowed, in the order of the allow-list.
func (k ExtraKeys) Select(x Extra) Extra {
	var kept []ExtraPair
	for _, key := range k.keys {
		if v, ok := x.Get(key); ok {
			kept = append(kept, ExtraPair{key, v})
		}
	}
	return Extra{kept}
}

// MarshalText returns the keys, one per line.
func (k ExtraKeys) MarshalText() ([]byte, error) { return []byte(strings.Join(k.keys, "\n")), nil }

// UnmarshalText reads one key per line. It refuses the same keys as [NewExtraKeys]; an empty text
// has no keys.
func (k *ExtraKeys) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*k = ExtraKeys{}
		return nil
	}
	parsed, err := NewExtraKeys(strings.Split(string(text), "\n")...)
	if err == nil {
		*k = parsed
	}
	return err
}
