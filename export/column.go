package export

import (
	"fmt"
	"strconv"

	"github.com/kvalifika/sessionkit/sessions"
)

// Column names a column of a file. As text it is the column's header, such as "Personal Number".
type Column uint8

// The columns of every file, in the order of [Record], whose tags give their headers.
const (
	ColumnPersonalNumber Column = iota
	ColumnFirstName
	ColumnLastName
	ColumnDocumentNumber
	ColumnBirthDate
	ColumnNationality
	ColumnSex
	ColumnExpirationDate
	ColumnVerified
	ColumnDocumentValid
	ColumnLivenessStatus
	ColumnMatchLevel
	ColumnCreationTime
	ColumnCompletionTime
	ColumnPartner
	ColumnSessionID
	ColumnExtra
	ColumnDocumentType
	ColumnClientIP
	ColumnDevice
	ColumnBrowser
	ColumnOS
	ColumnModel
	ColumnAttempts

	recordColumns // number of columns of a Record
)

// Further columns, which are written only if Options.Columns has them.
const (
	ColumnStatus  = recordColumns + iota // the status itself: success, failed, pending or another
	ColumnReasons                        // reasons for the status: codes separated by semicolons

	columnEnd
)

// column is everything about a column. Adding a column means adding an entry to the table.
type column struct {
	header string
	field  sessions.Field     // the field that it shows
	at     func(*Row) *string // the destination of its cells in a row that is read
	// text returns the cell of a column of texts. It is nil for other columns, which have cell and
	// value.
	text  func(*sessions.Session) string
	cell  encoder                                // appends a cell of CSV
	value func(*sessions.Session) any            // value in a sheet; see [Sheet.Values]
	parse func(*decoder, string) (string, error) // converts a cell to the form of Record
}

// table has the columns, by their numbers.
var table = [columnEnd]column{
	ColumnPersonalNumber: {header: "Personal Number", field: sessions.FieldPersonalNumber, parse: parseNumber, at: func(r *Row) *string { return &r.PersonalNumber },
		text: func(s *sessions.Session) string { return s.PersonalNumber.Cell() }},
	ColumnFirstName: {header: "First Name", field: sessions.FieldFirstName, parse: parseText, at: func(r *Row) *string { return &r.FirstName },
		text: func(s *sessions.Session) string { return s.FirstName.Cell() }},
	ColumnLastName: {header: "Last Name", field: sessions.FieldLastName, parse: parseText, at: func(r *Row) *string { return &r.LastName },
		text: func(s *sessions.Session) string { return s.LastName.Cell() }},
	ColumnDocumentNumber: {header: "Document Number", field: sessions.FieldDocumentNumber, parse: parseNumber, at: func(r *Row) *string { return &r.DocumentNumber },
		text: func(s *sessions.Session) string { return s.DocumentNumber.Cell() }},
	ColumnBirthDate: {header: "Birth Date", field: sessions.FieldBirthDate, parse: parseBirth, at: func(r *Row) *string { return &r.BirthDate },
		cell: func(_ *plan, b []byte, s *sessions.Session) []byte {
			return appendDate(b, s.BirthDate)
		},
		value: func(s *sessions.Session) any { return s.BirthDate }},
	ColumnNationality: {header: "Nationality", field: sessions.FieldNationality, parse: parseText, at: func(r *Row) *string { return &r.Nationality },
		text: func(s *sessions.Session) string { return s.Nationality.Cell() }},
	ColumnSex: {header: "Sex", field: sessions.FieldSex, parse: parseSex, at: func(r *Row) *string { return &r.Sex }, text: sexCell},
	ColumnExpirationDate: {header: "Expiration Date", field: sessions.FieldExpirationDate, parse: parseExpiration, at: func(r *Row) *string { return &r.ExpirationDate },
		cell: expirationCell, value: func(s *sessions.Session) any { return s.ExpirationDate }},
	ColumnVerified: {header: "Verified", field: sessions.FieldStatus, parse: parseTruth, at: func(r *Row) *string { return &r.Verified },
		cell: func(_ *plan, b []byte, s *sessions.Session) []byte {
			if s.Status == "" {
				return b
			}
			return append(b, boolCell(s.Verified())...)
		}, value: func(s *sessions.Session) any {
			if s.Status == "" {
				return nil
			}
			return s.Verified()
		}},
	ColumnDocumentValid: {header: "Document Valid", field: sessions.FieldDocumentValidity, parse: parseTruth, at: func(r *Row) *string { return &r.DocumentValid },
		cell: func(_ *plan, b []byte, s *sessions.Session) []byte {
			return append(b, boolCell(s.DocumentValidity == sessions.Valid)...)
		}, value: func(s *sessions.Session) any { return s.DocumentValidity == sessions.Valid }},
	ColumnLivenessStatus: {header: "Liveness Status", field: sessions.FieldLiveness, parse: (*decoder).liveness, at: func(r *Row) *string { return &r.LivenessStatus },
		cell: func(_ *plan, b []byte, s *sessions.Session) []byte {
			return append(b, byte('0'+s.Liveness.VendorCode()))
		}, value: func(s *sessions.Session) any { return s.Liveness.VendorCode() }},
	ColumnMatchLevel: {header: "Match Level", field: sessions.FieldMatchLevel, parse: (*decoder).level, at: func(r *Row) *string { return &r.MatchLevel },
		cell: func(_ *plan, b []byte, s *sessions.Session) []byte {
			if s.Match.Compared {
				b = strconv.AppendInt(b, int64(s.Match.Level), 10)
			}
			return b
		}, value: func(s *sessions.Session) any {
			if !s.Match.Compared {
				return nil
			}
			return int(s.Match.Level)
		}},
	ColumnCreationTime: {header: "Creation time", field: sessions.FieldCreatedAt, parse: parseMoment, at: func(r *Row) *string { return &r.CreationTime },
		cell:  func(p *plan, b []byte, s *sessions.Session) []byte { return p.clock.append(b, s.CreatedAt) },
		value: func(s *sessions.Session) any { return s.CreatedAt }},
	ColumnCompletionTime: {header: "Completion time", field: sessions.FieldCompletedAt, parse: parseMoment, at: func(r *Row) *string { return &r.CompletionTime },
		cell:  func(p *plan, b []byte, s *sessions.Session) []byte { return p.clock.append(b, s.CompletedAt) },
		value: func(s *sessions.Session) any { return s.CompletedAt }},
	ColumnPartner: {header: "Partner", field: sessions.FieldPartner, parse: parseText, at: func(r *Row) *string { return &r.Partner },
		text: func(s *sessions.Session) string { return s.Partner }},
	ColumnSessionID: {header: "Session ID", field: sessions.FieldID, parse: parseNumber, at: func(r *Row) *string { return &r.SessionID },
		text: func(s *sessions.Session) string { return s.ID }},
	ColumnExtra: {header: "Extra", field: sessions.FieldExtra, parse: parseExtra, at: func(r *Row) *string { return &r.Extra },
		cell: extraJSON, value: func(s *sessions.Session) any { return extraText(s) }},
	ColumnDocumentType: {header: "Document type", field: sessions.FieldDocumentType, parse: parseText, at: func(r *Row) *string { return &r.DocumentType },
		text: func(s *sessions.Session) string { return documentTypeCell(s.DocumentType) }},
	ColumnClientIP: {header: "Client IP", field: sessions.FieldClientIP, parse: parseText, at: func(r *Row) *string { return &r.ClientIP },
		text: func(s *sessions.Session) string { return s.ClientIP }},
	ColumnDevice: {header: "Device", field: sessions.FieldDevice, parse: parseText, at: func(r *Row) *string { return &r.Device },
		text: func(s *sessions.Session) string { return deviceCell(s.Device) }},
	ColumnBrowser: {header: "Browser", field: sessions.FieldBrowser, parse: parseText, at: func(r *Row) *string { return &r.Browser },
		text: func(s *sessions.Session) string { return s.Browser }},
	ColumnOS: {header: "OS", field: sessions.FieldOS, parse: parseText, at: func(r *Row) *string { return &r.OS },
		text: func(s *sessions.Session) string { return s.OS }},
	ColumnModel: {header: "Model", field: sessions.FieldModel, parse: parseText, at: func(r *Row) *string { return &r.Model },
		text: func(s *sessions.Session) string { return s.Model }},
	ColumnAttempts: {header: "Attempts", field: sessions.FieldAttempt, parse: parseAttempts, at: func(r *Row) *string { return &r.Attempts },
		cell: func(_ *plan, b []byte, s *sessions.Session) []byte {
			if s.Attempt != 0 {
				b = strconv.AppendInt(b, int64(s.Attempt), 10)
			}
			return b
		}, value: func(s *sessions.Session) any {
			if s.Attempt == 0 {
				return nil
			}
			return s.Attempt
		}},
	ColumnStatus: {header: "Status", field: sessions.FieldStatus, parse: parseText, at: func(r *Row) *string { return &r.Status },
		text: func(s *sessions.Session) string { return string(s.Status) }},
	ColumnReasons: {header: "Reasons", field: sessions.FieldReasons, parse: parseText, at: func(r *Row) *string { return &r.Reasons },
		text: func(s *sessions.Session) string { return reasonsCell(s.Reasons) }},
}

// Columns returns the 24 columns of a [Record], in their order.
func Columns() []Column {
	all := make([]Column, recordColumns)
	for i := range all {
		all[i] = Column(i)
	}
	return all
}

// Field returns the field of a session that the column shows, or [sessions.FieldNone] for a custom
// column and for a number that is not a column.
func (c Column) Field() sessions.Field {
	if c >= columnEnd {
		return sessions.FieldNone
	}
	return table[c].field
}

// masks reports whether the cell says that the viewer may not see the column's field. Some fields
// cannot be hidden.
func (c Column) masks(cell string) bool {
	return cell == sessions.MaskedMark && !sessions.Disclosure{Mask: sessions.FieldsOf(c.Field())}.Shows(c.Field())
}

// CustomColumn is a column that the host adds. Its cells are texts, protected like all others.
// [Read] skips such a column if ReadOptions.AllowUnknown is set.
type CustomColumn struct {
	Header string // in the language of the reader

	// Fields are the fields that Cell uses. Its argument has only these, ID, company and creation
	// time. If the viewer may not see one of them, Cell is not called, and the cell is
	// [sessions.MaskedMark]; if one is dropped, so is the column.
	Fields sessions.Fields

	// Cell returns the text of a session's cell. It must neither change nor keep the session. One
	// call of Write calls it from one goroutine.
	Cell func(s *sessions.Session) string
}

// firstCustom is the number of the first custom column.
const firstCustom Column = 128

// ColumnCustom returns the Column of Options.Custom[i], for use in Options.Columns. i is at most
// 127; for any other number Write returns an error that wraps [ErrUnknownColumn].
func ColumnCustom(i int) Column {
	if i < 0 || i >= 256-int(firstCustom) {
		return firstCustom - 1 // a number that no column has
	}
	return firstCustom + Column(i)
}

// String returns the column's header. For a custom column, whose header only the Options have, it
// returns "custom column 1" and so on.
func (c Column) String() string {
	if c < columnEnd {
		return table[c].header
	}
	if c >= firstCustom {
		return fmt.Sprintf("custom column %d", c-firstCustom+1)
	}
	return fmt.Sprintf("Column(%d)", uint8(c))
}

// MarshalText returns the column's header; a number that is not a column is an error that wraps
// [ErrColumn].
func (c Column) MarshalText() ([]byte, error) {
	if c >= columnEnd && c < firstCustom {
		return nil, fmt.Errorf("%w: %v", ErrColumn, c)
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads exactly a column's header; anything else is an error that wraps
// [ErrUnknownColumn].
func (c *Column) UnmarshalText(text []byte) error {
	var number int
	if _, err := fmt.Sscanf(string(text), "custom column %d", &number); err == nil && number > 0 && ColumnCustom(number-1).String() == string(text) {
		*c = ColumnCustom(number - 1)
		return nil
	}
	for known := range columnEnd {
		if known.String() == string(text) {
			*c = known
			return nil
		}
	}
	return ErrUnknownColumn
}
