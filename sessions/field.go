package sessions

import (
	"fmt"
	"iter"
	"math/bits"
)

// Field names a part of a session: in columns, masks, spans and errors. The zero Field is none.
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

	// FieldDocumentCompleteness is whether all of the document can be seen. A session says so by the reason [NotFullID] alone: this
	// field names what hides it, and is not one of [AllFields].
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

// MarshalText returns the field's name. [FieldNone] and a number that is no field are errors that wrap [ErrSyntax].
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

// Fields is a set of fields. The zero Fields is empty. Sets are comparable with ==.
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

// Has tells whether the field is in the set.
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
