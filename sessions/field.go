package sessions

import (
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"fmt"
	"iter"
	"math/bits"
	"strings"
)

// Field names a part of a session, in columns, masks, spans and errors. The zero Field is
// FieldNone.
type Field uint8

// The fields of a session. Their numbers may change; their names ([Field.String]) do not.
const (
	FieldNone Field = iota
	FieldID
	FieldCompany
	FieldPartner
	FieldSubject
	FieldAttempt
	FieldCreatedAt
	FieldCompletedAt
	FieldDecidedAt
	FieldStatus
	FieldReasons
	FieldFirstName
	FieldLastName
	FieldPersonalNumber
	FieldDocumentNumber
	FieldNationality
	FieldBirthDate
	FieldExpirationDate
	FieldSex
	FieldDocumentType
	FieldDocumentPresented
	FieldDocumentValidity
	FieldLiveness
	FieldMatchLevel
	FieldAcceptanceLevel
	FieldSelfie
	FieldExtra
	FieldClientIP
	FieldDevice
	FieldBrowser
	FieldOS
	FieldModel

	// FieldDocumentCompleteness is whether all of the document can be seen. Only the reason
	// [NotFullID] of a session says so. The field exists to hide that reason, and is not one of
	// [AllFields].
	FieldDocumentCompleteness

	fieldEnd
)

var fieldNames = [fieldEnd]string{
	"none", "id", "company", "partner", "subject", "attempt", "created_at", "completed_at", "decided_at", "status", "reasons",
	"first_name", "last_name", "personal_number", "document_number", "nationality", "birth_date", "expiration_date", "sex",
	"document_type", "document_presented", "document_validity", "liveness", "match_level", "acceptance_level", "selfie",
	"extra", "client_ip", "device", "browser", "os", "model",
	"document_completeness",
}

// String returns the field's name in snake case, as MarshalText writes it.
func (f Field) String() string { return enumName(fieldNames[:], f, "Field") }

// MarshalText returns the field's name. [FieldNone] and a number that is not a field are errors
// that wrap [ErrSyntax].
func (f Field) MarshalText() ([]byte, error) {
	if f == FieldNone {
		return nil, fmt.Errorf("%w: no field", ErrSyntax)
	}
	return marshalEnum(fieldNames[:], f, "field")
}

// UnmarshalText reads exactly a field's name; anything else is an error that wraps [ErrSyntax].
func (f *Field) UnmarshalText(text []byte) error {
	if string(text) == fieldNames[FieldNone] {
		return fmt.Errorf("%w: not a field", ErrSyntax)
	}
	return unmarshalEnum(fieldNames[:], text, f, "field")
}

// UnmarshalJSON reads the name as a JSON string. null is an error that wraps [ErrSyntax].
func (f *Field) UnmarshalJSON(data []byte) error { return unmarshalJSONText(data, f) }

// Value stores the field's name, since its number may change.
func (f Field) Value() (driver.Value, error) { return textValue(f) }

// Scan reads the name. NULL is an error that wraps [ErrSyntax].
func (f *Field) Scan(src any) error { return scanText(src, f) }

// GobEncode returns the field's name.
func (f Field) GobEncode() ([]byte, error) { return f.MarshalText() }

// GobDecode reads the name.
func (f *Field) GobDecode(text []byte) error { return f.UnmarshalText(text) }

// Fields is a set of fields. The zero Fields is empty. Sets are comparable with ==.
//
// In text, JSON, SQL and gob a set is written as the names of its fields, such as
// first_name,last_name, or as none if it is empty. Anything else is an error. That includes an
// empty text, null and NULL: they must not mean that nothing is hidden.
type Fields uint64

// FieldsOf returns the set of the fields given.
func FieldsOf(fields ...Field) Fields {
	var s Fields
	for _, f := range fields {
		s |= 1 << f
	}
	return s
}

// AllFields returns the set of all fields that a session holds.
func AllFields() Fields { return 1<<FieldDocumentCompleteness - 2 }

// SearchFields returns the four fields that search looks at.
func SearchFields() Fields {
	return FieldsOf(FieldFirstName, FieldLastName, FieldPersonalNumber, FieldDocumentNumber)
}

// Has reports whether the field is in the set.
func (s Fields) Has(f Field) bool { return s>>f&1 == 1 }

// Union returns the fields of either set.
func (s Fields) Union(t Fields) Fields { return s | t }

// Intersect returns the fields of both sets.
func (s Fields) Intersect(t Fields) Fields { return s & t }

// Minus returns the fields of s that are not in t.
func (s Fields) Minus(t Fields) Fields { return s &^ t }

// All yields the fields of the set in their order.
func (s Fields) All() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for rest := uint64(s); rest != 0; rest &= rest - 1 {
			if !yield(Field(bits.TrailingZeros64(rest))) {
				return
			}
		}
	}
}

// String returns the names of the fields in their order, with commas between, or "none".
func (s Fields) String() string {
	if s == 0 {
		return fieldNames[FieldNone]
	}
	var names []string
	for f := range s.All() {
		names = append(names, f.String())
	}
	return strings.Join(names, ",")
}

// MarshalText returns the text of String. A set with a bit that is not a field is an error that
// wraps [ErrSyntax].
func (s Fields) MarshalText() ([]byte, error) {
	if s.Minus(AllFields()) != 0 {
		return nil, fmt.Errorf("%w: not a set of fields", ErrSyntax)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads names in any order, each once, or "none"; anything else is an error that
// wraps [ErrSyntax].
func (s *Fields) UnmarshalText(text []byte) error {
	var set Fields
	if string(text) != fieldNames[FieldNone] {
		for name := range strings.SplitSeq(string(text), ",") {
			var f Field
			if err := f.UnmarshalText([]byte(name)); err != nil {
				return err
			}
			if set.Has(f) {
				return fmt.Errorf("%w: %s twice", ErrSyntax, f)
			}
			set |= FieldsOf(f)
		}
	}
	*s = set
	return nil
}

// UnmarshalJSON reads the text of a set as a JSON string. null is an error that wraps [ErrSyntax].
func (s *Fields) UnmarshalJSON(data []byte) error { return unmarshalJSONText(data, s) }

// Value stores the text of the set, since the numbers of its fields may change.
func (s Fields) Value() (driver.Value, error) { return textValue(s) }

// Scan reads the text of a set. NULL is an error that wraps [ErrSyntax].
func (s *Fields) Scan(src any) error { return scanText(src, s) }

// GobEncode returns the text of the set.
func (s Fields) GobEncode() ([]byte, error) { return s.MarshalText() }

// GobDecode reads the text of a set.
func (s *Fields) GobDecode(text []byte) error { return s.UnmarshalText(text) }

// unmarshalJSONText reads a JSON string. Without it, encoding/json would ignore null and leave the
// value as it is.
func unmarshalJSONText(data []byte, into encoding.TextUnmarshaler) error {
	var text *string
	if json.Unmarshal(data, &text) != nil || text == nil {
		return fmt.Errorf("%w: not a JSON string", ErrSyntax)
	}
	return into.UnmarshalText([]byte(*text))
}

// textValue stores a value as its text. Without it, database/sql would store the number.
func textValue(v encoding.TextMarshaler) (driver.Value, error) {
	text, err := v.MarshalText()
	if err != nil {
		return nil, err
	}
	return string(text), nil
}

// scanText reads a text column; NULL is an error that wraps ErrSyntax.
func scanText(src any, into encoding.TextUnmarshaler) error {
	switch src := src.(type) {
	case string:
		return into.UnmarshalText([]byte(src))
	case []byte:
		return into.UnmarshalText(src)
	default:
		return fmt.Errorf("%w: cannot read a text from %T", ErrSyntax, src)
	}
}
