package sessions_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

func TestFieldNames(t *testing.T) {
	seen := map[string]bool{}
	for f := range sessions.AllFields().Union(sessions.FieldsOf(sessions.FieldDocumentCompleteness)).All() {
		text, err := f.MarshalText()
		require.NoError(t, err)
		require.Equal(t, f.String(), string(text))
		require.Regexp(t, `^[a-z]+(_[a-z]+)*$`, string(text))
		require.False(t, seen[string(text)], "%s twice", text)
		seen[string(text)] = true
		var back sessions.Field
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, f, back)
	}
	require.Len(t, seen, 32)
	require.True(t, seen["first_name"] && seen["acceptance_level"] && seen["client_ip"] && seen["model"])

	for _, f := range []sessions.Field{sessions.FieldNone, 33, 255} {
		_, err := f.MarshalText()
		require.ErrorIs(t, err, sessions.ErrSyntax)
	}
	for _, text := range []string{"", "none", "First_Name", "first_name ", "Field(3)"} {
		f := sessions.FieldSex
		require.ErrorIs(t, f.UnmarshalText([]byte(text)), sessions.ErrSyntax, text)
		require.Equal(t, sessions.FieldSex, f)
	}
	require.Equal(t, "none", sessions.FieldNone.String())
	require.Equal(t, "Field(200)", sessions.Field(200).String())
}

func TestFieldsAreASet(t *testing.T) {
	a := sessions.FieldsOf(sessions.FieldModel, sessions.FieldID, sessions.FieldSex)
	b := sessions.FieldsOf(sessions.FieldSex, sessions.FieldOS)
	require.Equal(t, []sessions.Field{sessions.FieldID, sessions.FieldSex, sessions.FieldModel}, slices.Collect(a.All()))
	require.Equal(t, sessions.FieldsOf(sessions.FieldID, sessions.FieldSex, sessions.FieldOS, sessions.FieldModel), a.Union(b))
	require.Equal(t, sessions.FieldsOf(sessions.FieldSex), a.Intersect(b))
	require.Equal(t, sessions.FieldsOf(sessions.FieldID, sessions.FieldModel), a.Minus(b))
	require.True(t, a.Has(sessions.FieldID))
	require.False(t, a.Has(sessions.FieldOS))
	require.False(t, a.Has(200))
	require.Empty(t, slices.Collect(sessions.Fields(0).All()))
	require.Equal(t, sessions.Fields(0), sessions.FieldsOf())
	require.False(t, sessions.AllFields().Has(sessions.FieldNone))
	require.Equal(t, sessions.AllFields(), sessions.FieldsOf(slices.Collect(sessions.AllFields().All())...))
	require.Equal(t, []sessions.Field{sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldPersonalNumber, sessions.FieldDocumentNumber},
		slices.Collect(sessions.SearchFields().All()))
	for f := range a.All() {
		require.Equal(t, sessions.FieldID, f, "stops when told")
		break
	}
}
