package export

import (
	"fmt"
	"io"
	"log/slog"
	"unicode/utf16"

	"github.com/kvalifika/sessionkit/sessions"
)

// Sheet turns sessions into values with types, for writers of further formats, such as workbooks.
// It is for one file and one goroutine.
type Sheet struct {
	Columns []FileColumn
	TooLong int64 // cells that were written as [TooLongMark] so far

	plan *plan
	view *sight
	row  []any
}

// Sheet returns the columns and cells that a sheet with these options has for a viewer, or the
// error that [Write] returns for them. [Options.Open] yields the sessions.
func (o *Options) Sheet(d sessions.Disclosure) (*Sheet, error) {
	p, err := o.plan(d)
	if err != nil {
		return nil, err
	}
	return &Sheet{Columns: p.fileColumns(), plan: p, view: &sight{of: d}, row: make([]any, len(p.columns))}, nil
}

// String says how many columns there are.
func (s Sheet) String() string { return fmt.Sprintf("sheet(%d columns)", len(s.Columns)) }

// Format prints what String returns, whatever the verb. It never prints a cell.
func (s Sheet) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, s.String()) }

// LogValue returns what String returns.
func (s Sheet) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText refuses with [sessions.ErrNoJSON], and so do encoding/json and encoding/xml.
func (s Sheet) MarshalText() ([]byte, error) { return nil, sessions.ErrNoJSON }

// Values returns the cells of a session, valid until the next call. A cell is nil if it is empty,
// or a string, bool, int, sessions.Date or time.Time; a zero date or time is an empty cell, too. A
// field that the viewer may not see, whether or not the session hides it, is the string
// [sessions.MaskedMark]. No string is longer than [MaxExcelCellUnits].
func (s *Sheet) Values(of *sessions.Session) []any {
	of = s.view.session(of)
	hidden := of.Hidden()
	for i := range s.plan.columns {
		c := &s.plan.columns[i]
		var v any
		switch {
		case hidden.Intersect(c.fields) != 0:
			v = sessions.MaskedMark
		case c.text != nil:
			v = c.text(of)
		default:
			v = table[c.Column].value(of)
		}
		if text, ok := v.(string); ok {
			switch {
			case text == "":
				v = nil
			// The length in bytes is cheap and is never less than that in UTF-16.
			case len(text) > MaxExcelCellUnits && len(utf16.Encode([]rune(text))) > MaxExcelCellUnits:
				s.TooLong++
				v = TooLongMark
			}
		}
		s.row[i] = v
	}
	return s.row
}
