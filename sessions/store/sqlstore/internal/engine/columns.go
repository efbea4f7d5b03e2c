package engine

import (
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/row"
)

// columnsOf maps filters to sessionkit_sessions, called s. hasReason says that s.reasons contains a text.
func columnsOf(hasReason string) filter.Columns {
	col := func(name string) filter.Column { return filter.Col("s." + name).NotNull() }
	return filter.Columns{
		Company:      col("company"),
		CreatedAt:    filter.TimeColumn{Column: col("created_us"), Clock: filter.UnixMicro},
		Status:       filter.Enum[sessions.Status]{Column: col("status")},
		DocumentType: filter.Enum[sessions.DocumentType]{Column: col("document_type")},
		MatchLevel:   filter.Col("s.match_level"),
		Reasons: map[sessions.Reason]filter.Column{ // those that the list index has
			sessions.DigitalSpoof: filter.Expr("s.digital_spoof <> 0").NotNull(),
			sessions.NotFullID:    filter.Expr("s.not_full_id <> 0").NotNull(),
			sessions.LowFAR:       filter.Expr("s.low_far <> 0").NotNull(),
		},
		OtherReason: func(r sessions.Reason) filter.Column {
			return filter.Expr(hasReason, row.Reasons(r)).NotNull()
		},
		PersonalNumber: filter.Col("s.personal_number"),
		Subject:        col("subject"),
		ExtraJSON:      filter.Col("s.extra"),
		SearchKey:      col("search_key"),
		Binary:         true,
	}
}
