package engine

import (
	"fmt"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// columnsOf maps filters to sessionkit_sessions, called s. hasReason is the condition that
// s.reasons contains a text. text returns a column that is shown, and whose type may not compare
// byte by byte, unlike those of keys.
func columnsOf(hasReason string, text func(name string) filter.Column) filter.Columns {
	col := func(name string) filter.Column { return filter.Col("s." + name).NotNull() }
	number := func(name string, values ...fmt.Stringer) filter.Column {
		stored := map[string][]any{}
		for i, v := range values {
			stored[v.String()] = []any{i}
		}
		return filter.Enum(col(name), stored)
	}
	fields := map[sessions.Field]filter.Column{
		sessions.FieldCreatedAt:         col("created_us").UnixMicro(),
		sessions.FieldCompletedAt:       filter.Col("s.completed_us").UnixMicro(),
		sessions.FieldDecidedAt:         filter.Col("s.decided_us").UnixMicro(),
		sessions.FieldMatchLevel:        filter.Col("s.match_level"),
		sessions.FieldDocumentPresented: filter.Enum(col("document_presented"), map[string][]any{"false": {0}, "true": {1}}),
		sessions.FieldDocumentValidity:  number("document_validity", sessions.NotChecked, sessions.Valid, sessions.Invalid),
		sessions.FieldLiveness:          number("liveness", sessions.LivenessUnknown, sessions.LivenessPassed, sessions.LivenessNotPassed),
	}
	for _, f := range []sessions.Field{
		sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldDocumentNumber, sessions.FieldNationality,
	} {
		fields[f] = text("s." + f.String()) // NULL if there is no value
	}
	for _, f := range []sessions.Field{
		sessions.FieldPartner, sessions.FieldSelfie, sessions.FieldClientIP, sessions.FieldBrowser, sessions.FieldOS, sessions.FieldModel,
	} {
		fields[f] = text("s." + f.String()).NotNull()
	}
	for _, f := range []sessions.Field{
		sessions.FieldID, sessions.FieldSubject, sessions.FieldAttempt, sessions.FieldStatus, sessions.FieldBirthDate, sessions.FieldExpirationDate,
		sessions.FieldSex, sessions.FieldDocumentType, sessions.FieldAcceptanceLevel, sessions.FieldDevice,
	} {
		fields[f] = col(f.String())
	}
	fields[sessions.FieldPersonalNumber] = filter.Col("s.personal_number")
	return filter.Columns{
		Company: col("company"),
		Fields:  fields,
		Reasons: map[sessions.Reason]filter.Column{ // those in the list index
			sessions.DigitalSpoof: filter.Expr("s.digital_spoof <> 0").NotNull(),
			sessions.NotFullID:    filter.Expr("s.not_full_id <> 0").NotNull(),
			sessions.LowFAR:       filter.Expr("s.low_far <> 0").NotNull(),
		},
		OtherReason: func(r sessions.Reason) filter.Column {
			return filter.Expr(hasReason, row.Reasons(r)).NotNull()
		},
		ExtraJSON:       filter.Col("s.extra"),
		SearchKey:       col("search_key"),
		BinaryCollation: true,
	}
}
