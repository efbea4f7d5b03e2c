package export

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// TestSessionsOfRows requires that the session of a row has the same record.
func TestSessionsOfRows(t *testing.T) {
	all := generate(2_000)
	opts := Options{Columns: append(Columns(), ColumnStatus, ColumnReasons)}
	for i, row := range read(t, write(t, all, opts), ReadOptions{}) {
		s, lost, err := row.Session(SessionOptions{Company: "acme"})
		require.NoError(t, err, "row %d", i+1)
		want := all[i]
		require.Equal(t, RecordOf(want), RecordOf(s))
		require.Equal(t, want.Status, s.Status)
		require.ElementsMatch(t, want.Reasons, s.Reasons)
		require.True(t, want.CreatedAt.Equal(s.CreatedAt))
		require.Equal(t, want.DocumentType, s.DocumentType)
		require.Equal(t, want.Device, s.Device)
		require.False(t, lost.Has(sessions.FieldStatus))
		require.Equal(t, len(want.Reasons) == 0 && want.Status != sessions.Success, lost.Has(sessions.FieldReasons))
		require.Equal(t, want.Liveness != sessions.LivenessPassed, lost.Has(sessions.FieldLiveness))
		require.Equal(t, want.DocumentValidity != sessions.Valid, lost.Has(sessions.FieldDocumentValidity))
		require.Equal(t, want.FirstName.Cell() == "", lost.Has(sessions.FieldFirstName))
		require.Equal(t, want.FirstName.State() == sessions.Redacted, s.FirstName.State() == sessions.Redacted)
		require.True(t, lost.Has(sessions.FieldSubject))
	}
}

func TestSessionOfRow(t *testing.T) {
	good := Row{Number: 5, Record: Record{SessionID: "a", CreationTime: "2024-05-01T10:00:00Z", Verified: "FALSE", MatchLevel: "0"}}
	s, lost, err := good.Session(SessionOptions{Company: "acme"})
	require.NoError(t, err)
	require.Equal(t, sessions.Failed, s.Status)
	require.True(t, lost.Has(sessions.FieldStatus))
	require.Equal(t, sessions.Match{Compared: true, Scale: far.Kvalifika.Name()}, s.Match)
	s, _, err = good.Session(SessionOptions{Company: "acme", Scale: "other", NotVerified: sessions.Pending})
	require.NoError(t, err)
	require.Equal(t, sessions.Pending, s.Status)
	require.Equal(t, "other", s.Match.Scale)

	for name, test := range map[string]struct {
		change func(*Row)
		column string
	}{
		"ID":            {func(r *Row) { r.SessionID = "" }, "Session ID"},
		"creation":      {func(r *Row) { r.CreationTime = "" }, "Creation time"},
		"not a time":    {func(r *Row) { r.CompletionTime = "noon" }, "Completion time"},
		"birth":         {func(r *Row) { r.BirthDate = "1990-02-30" }, "Birth Date"},
		"expiration":    {func(r *Row) { r.ExpirationDate = "02-30-26" }, "Expiration Date"},
		"level":         {func(r *Row) { r.MatchLevel = "x" }, "Match Level"},
		"attempts":      {func(r *Row) { r.Attempts = "x" }, "Attempts"},
		"attempts < 0":  {func(r *Row) { r.Attempts = "-1" }, "Attempts"},
		"masked":        {func(r *Row) { r.LastName = "[masked]" }, "Last Name"},
		"masked time":   {func(r *Row) { r.CreationTime = "[masked]" }, "Creation time"},
		"extra":         {func(r *Row) { r.Extra = "{" }, "Extra"},
		"liveness":      {func(r *Row) { r.LivenessStatus = "2" }, "Liveness Status"},
		"valid":         {func(r *Row) { r.DocumentValid = "yes" }, "Document Valid"},
		"verified":      {func(r *Row) { r.Verified = "yes" }, "Verified"},
		"contradiction": {func(r *Row) { r.Status = "success" }, "Status"},
		"the other way": {func(r *Row) { r.Verified, r.Status = "TRUE", "failed" }, "Status"},
		"reasons":       {func(r *Row) { r.Status, r.Reasons = "pending", "low_far" }, "Reasons"},
		"doubled":       {func(r *Row) { r.Reasons = "low_far;low_far" }, "Reasons"},
		"long":          {func(r *Row) { r.FirstName = strings.Repeat("x", 600) }, "First Name"},
	} {
		t.Run(name, func(t *testing.T) {
			row := good
			test.change(&row)
			s, _, err := row.Session(SessionOptions{Company: "acme"})
			require.Nil(t, s)
			var at *ReadError
			require.ErrorAs(t, err, &at)
			require.ErrorIs(t, err, ErrCell)
			require.Equal(t, int64(5), at.Row)
			require.Equal(t, test.column, at.Column)
		})
	}
	for c, cell := range good.cells() {
		t.Run("masked "+Column(c).String(), func(t *testing.T) {
			said := *cell
			*cell = sessions.MaskedMark
			defer func() { *cell = said }()
			s, lost, err := good.Session(SessionOptions{Company: "acme"})
			switch Column(c) {
			case ColumnSessionID:
				require.Equal(t, sessions.MaskedMark, s.ID)
			case ColumnPartner, ColumnExtra, ColumnDocumentType, ColumnClientIP, ColumnDevice, ColumnBrowser, ColumnOS, ColumnModel:
				require.NoError(t, err)
				require.True(t, lost.Has(Column(c).Field()))
				require.Equal(t, &sessions.Session{ID: "a", Company: "acme", CreatedAt: s.CreatedAt, Status: sessions.Failed, Match: s.Match}, s)
				require.Equal(t, sessions.MaskedMark, *cell, "the row stays as it was read")
			default:
				var at *ReadError
				require.ErrorAs(t, err, &at)
				require.Equal(t, Column(c).String(), at.Column)
			}
		})
	}
	_, _, err = good.Session(SessionOptions{})
	var field *sessions.FieldError
	require.ErrorAs(t, err, &field)
	require.Equal(t, sessions.FieldCompany, field.Field)
}

func TestRecordsPrintNoPerson(t *testing.T) {
	r := Row{Record: Record{SessionID: "id", FirstName: "Nino", PersonalNumber: "01001"}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		require.Equal(t, `record("id")`, fmt.Sprintf(verb, r))
		require.Equal(t, `record("id")`, fmt.Sprintf(verb, &r.Record))
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("read", "row", r)
	require.NotContains(t, log.String(), "Nino")
}

func TestColumns(t *testing.T) {
	require.Len(t, Columns(), 24)
	for c := range columnEnd {
		require.NotEqual(t, sessions.FieldNone, c.Field())
		text, err := c.MarshalText()
		require.NoError(t, err)
		var back Column
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, c, back)
	}
	_, err := columnEnd.MarshalText()
	require.ErrorIs(t, err, ErrColumn)
	require.Equal(t, sessions.FieldNone, columnEnd.Field())
	require.Equal(t, "Column(26)", columnEnd.String())
	var c Column
	require.ErrorIs(t, c.UnmarshalText([]byte("first name")), ErrUnknownColumn)

	for _, f := range []Format{RFC4180, ExcelCSV} {
		text, err := f.MarshalText()
		require.NoError(t, err)
		var back Format
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, f, back)
	}
	_, err = Format(2).MarshalText()
	require.ErrorIs(t, err, ErrOptions)
	var f Format
	require.ErrorIs(t, f.UnmarshalText([]byte("xlsx")), ErrOptions)
}
