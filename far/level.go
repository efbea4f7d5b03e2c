package far

import (
	"database/sql/driver"
	"strconv"
)

// MaxLevel is the highest number that a level can have on any scale. Greater numbers are never
// levels.
const MaxLevel Level = 999

// Level is the outcome of one face comparison: how similar the two faces were. A higher level is
// stricter. Level 0, the zero value, means compared without a match. If nothing was compared, there
// is no level: use a pointer or database/sql.Null.
//
// A Level does not know its scale, and so has no rate. See [Scale.Rate].
//
// As text and in SQL a Level is its decimal number, in JSON a number. Reading
// refuses JSON null and SQL NULL, which mean "not compared" and not 0.
type Level int16

// ParseLevel reads a level as [Level.String] writes it: decimal digits without
// sign or leading zeros, 0 to [MaxLevel]. Anything else is an [ErrSyntax].
func ParseLevel(text string) (Level, error) {
	if len(text) == 0 || len(text) > 3 || text[0] == '0' && len(text) > 1 {
		return 0, errLevelSyntax()
	}
	var l Level
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, errLevelSyntax()
		}
		l = l*10 + Level(c-'0')
	}
	return l, nil
}

// String returns the number in decimal.
func (l Level) String() string { return strconv.Itoa(int(l)) }

// AppendText implements [encoding.TextAppender]. A level that is not within 0
// to [MaxLevel] is an [ErrSyntax].
func (l Level) AppendText(b []byte) ([]byte, error) {
	if l < 0 || l > MaxLevel {
		return b, errLevelSyntax()
	}
	return strconv.AppendInt(b, int64(l), 10), nil
}

// MarshalText implements [encoding.TextMarshaler], as [Level.AppendText] does.
func (l Level) MarshalText() ([]byte, error) { return l.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler] by [ParseLevel].
func (l *Level) UnmarshalText(text []byte) error {
	parsed, err := ParseLevel(string(text))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}

// MarshalJSON writes the level as a number.
func (l Level) MarshalJSON() ([]byte, error) { return l.AppendText(nil) }

// UnmarshalJSON reads a number. It refuses null: use a *Level for a session
// that may not have been compared.
func (l *Level) UnmarshalJSON(text []byte) error { return l.UnmarshalText(text) }

// Value implements [driver.Valuer]: an int64.
func (l Level) Value() (driver.Value, error) {
	if l < 0 || l > MaxLevel {
		return nil, errLevelSyntax()
	}
	return int64(l), nil
}

// Scan implements [database/sql.Scanner] for integer and text columns. It
// refuses NULL: use sql.Null[Level] for a session that may not have been
// compared.
func (l *Level) Scan(src any) error {
	switch src := src.(type) {
	case int64:
		if src < 0 || src > int64(MaxLevel) {
			return errLevelSyntax()
		}
		*l = Level(src)
		return nil
	case string:
		return l.UnmarshalText([]byte(src))
	case []byte:
		return l.UnmarshalText(src)
	default:
		return errLevelSyntax()
	}
}

// errLevelSyntax returns the error for a text or a value that is not a level.
func errLevelSyntax() error {
	return failf(ErrSyntax, "not a match level: want a whole number from 0 to %d", MaxLevel)
}
