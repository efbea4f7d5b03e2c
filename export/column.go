package export

import (
	"fmt"
	"reflect"

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

	recordColumns // how many columns a Record has
)

// The further columns, for those who ask.
const (
	ColumnStatus  = recordColumns + iota // the status itself: success, failed, pending or another
	ColumnReasons                        // why it failed: codes separated by semicolons

	columnEnd
)

// columnFields gives the field of a session that each column shows.
var columnFields = [columnEnd]sessions.Field{
	sessions.FieldPersonalNumber, sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldDocumentNumber,
	sessions.FieldBirthDate, sessions.FieldNationality, sessions.FieldSex, sessions.FieldExpirationDate,
	sessions.FieldStatus, sessions.FieldDocumentValidity, sessions.FieldLiveness, sessions.FieldMatchLevel,
	sessions.FieldCreatedAt, sessions.FieldCompletedAt, sessions.FieldPartner, sessions.FieldID,
	sessions.FieldExtra, sessions.FieldDocumentType, sessions.FieldClientIP, sessions.FieldDevice,
	sessions.FieldBrowser, sessions.FieldOS, sessions.FieldModel, sessions.FieldAttempt,
	sessions.FieldStatus, sessions.FieldReasons,
}

// Columns returns the 24 columns of a [Record], in their order.
func Columns() []Column {
	all := make([]Column, recordColumns)
	for i := range all {
		all[i] = Column(i)
	}
	return all
}

// Field returns the field of a session that the column shows, [sessions.FieldNone] for a number that is no column.
func (c Column) Field() sessions.Field {
	if c >= columnEnd {
		return sessions.FieldNone
	}
	return columnFields[c]
}

// masks tells whether the cell says that the viewer may not see the column's field, which of some fields cannot be.
func (c Column) masks(cell string) bool {
	return cell == sessions.MaskedMark && !sessions.Disclosure{Mask: sessions.FieldsOf(c.Field())}.Shows(c.Field())
}

// String returns the column's header.
func (c Column) String() string {
	switch {
	case c < recordColumns:
		return reflect.TypeFor[Record]().Field(int(c)).Tag.Get("csv")
	case c == ColumnStatus:
		return "Status"
	case c == ColumnReasons:
		return "Reasons"
	}
	return fmt.Sprintf("Column(%d)", uint8(c))
}

// MarshalText returns the column's header; a number that is no column is an error that wraps [ErrColumn].
func (c Column) MarshalText() ([]byte, error) {
	if c >= columnEnd {
		return nil, fmt.Errorf("%w: %v", ErrColumn, c)
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads exactly a column's header; anything else is an error that wraps [ErrUnknownColumn].
func (c *Column) UnmarshalText(text []byte) error {
	for known := range columnEnd {
		if known.String() == string(text) {
			*c = known
			return nil
		}
	}
	return ErrUnknownColumn
}
