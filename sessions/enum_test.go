package sessions_test

import (
	"encoding"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

// TestEnumerations has the numbers that are stored: its rows never change, new ones may be added.
func TestEnumerations(t *testing.T) {
	type enum interface {
		encoding.TextMarshaler
		fmt.Stringer
	}
	for _, c := range []struct {
		value  enum
		number int
		text   string
		into   interface {
			encoding.TextUnmarshaler
			enum
		}
	}{
		{sessions.LivenessUnknown, 0, "unknown", new(sessions.Liveness)},
		{sessions.LivenessPassed, 1, "passed", new(sessions.Liveness)},
		{sessions.LivenessNotPassed, 2, "not_passed", new(sessions.Liveness)},
		{sessions.NotChecked, 0, "not_checked", new(sessions.Validity)},
		{sessions.Valid, 1, "valid", new(sessions.Validity)},
		{sessions.Invalid, 2, "invalid", new(sessions.Validity)},
		{sessions.NotCollected, 0, "not_collected", new(sessions.TextState)},
		{sessions.Known, 1, "known", new(sessions.TextState)},
		{sessions.NotRecognised, 2, "not_recognised", new(sessions.TextState)},
		{sessions.Redacted, 3, "redacted", new(sessions.TextState)},
		{sessions.Masked, 4, "masked", new(sessions.TextState)},
	} {
		require.Equal(t, fmt.Sprint(c.number), fmt.Sprintf("%d", c.value))
		require.Equal(t, c.text, c.value.String())
		text, err := c.value.MarshalText()
		require.NoError(t, err)
		require.Equal(t, c.text, string(text))
		require.NoError(t, c.into.UnmarshalText(text))
		require.Equal(t, c.value.String(), c.into.String())
		for _, bad := range []string{"", c.text + " ", "Passed", "VALID", "0", "secret"} {
			err := c.into.UnmarshalText([]byte(bad))
			require.ErrorIs(t, err, sessions.ErrSyntax, bad)
			require.NotContains(t, err.Error(), "secret")
			require.Equal(t, c.text, c.into.String(), "left alone")
		}
	}
	for _, bad := range []enum{sessions.Liveness(3), sessions.Validity(3), sessions.TextState(5), sessions.Liveness(255)} {
		_, err := bad.MarshalText()
		require.ErrorIs(t, err, sessions.ErrSyntax)
		require.Contains(t, bad.String(), fmt.Sprintf("(%d)", bad))
	}
}

func TestVendorCode(t *testing.T) {
	for l, want := range map[sessions.Liveness]int{sessions.LivenessUnknown: 1, sessions.LivenessPassed: 0, sessions.LivenessNotPassed: 1, 77: 1} {
		require.Equal(t, want, l.VendorCode(), l)
	}
}

func TestSpoofReasons(t *testing.T) {
	want := []sessions.Reason{"digital_spoof", "not_full_id", "low_far"}
	require.Equal(t, want, sessions.SpoofReasons())
	sessions.SpoofReasons()[0] = "changed"
	require.Equal(t, want, sessions.SpoofReasons())
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		text                 sessions.Text
		state                sessions.TextState
		value, display, cell string
	}{
		{sessions.Text{}, sessions.NotCollected, "", "******", ""},
		{sessions.TextIn(sessions.NotCollected), sessions.NotCollected, "", "******", ""},
		{sessions.TextIn(sessions.NotRecognised), sessions.NotRecognised, "", "******", ""},
		{sessions.TextIn(sessions.Redacted), sessions.Redacted, "", "[redacted]", "[redacted]"},
		{sessions.TextIn(sessions.Masked), sessions.Masked, "", "[masked]", "[masked]"},
		{sessions.TextIn(sessions.Known), sessions.Known, "", "", ""},
		{sessions.TextOf(""), sessions.Known, "", "", ""},
		{sessions.TextOf("გიორგი"), sessions.Known, "გიორგი", "გიორგი", "გიორგი"},
		{sessions.TextOf(" =x "), sessions.Known, " =x ", " =x ", " =x "},
	} {
		require.Equal(t, c.state, c.text.State())
		require.Equal(t, c.value, c.text.Value())
		require.Equal(t, c.display, c.text.Display())
		require.Equal(t, c.cell, c.text.Cell())
	}
	require.Equal(t, sessions.TextIn(sessions.Known), sessions.TextOf(""))
	require.NotEqual(t, sessions.Text{}, sessions.TextOf(""), "not collected and empty are kept apart")
}

func TestRow(t *testing.T) {
	s := full(t)
	s.LastName = sessions.TextIn(sessions.NotRecognised)
	require.Equal(t, sessions.Row{
		ID: "s-1", Selfie: "secret-selfie", FirstName: "secret-first", LastName: "******", Date: s.CreatedAt, Document: sessions.Yes,
		Liveness: sessions.Yes, Verified: sessions.No, Extra: s.Extra,
	}, s.Row())
	for status, want := range map[sessions.Status]sessions.Answer{
		sessions.Success: sessions.Yes, sessions.Failed: sessions.No, sessions.Pending: sessions.StillPending, "expired": sessions.No, "": "",
	} {
		s.Status = status
		require.Equal(t, want, s.Row().Verified, status)
	}
	for liveness, want := range map[sessions.Liveness]sessions.Answer{
		sessions.LivenessUnknown: "", sessions.LivenessPassed: sessions.Yes, sessions.LivenessNotPassed: sessions.No, 9: "",
	} {
		s.Liveness = liveness
		require.Equal(t, want, s.Row().Liveness, liveness)
	}
	s.DocumentPresented = false
	require.Equal(t, sessions.No, s.Row().Document, "whatever its type says")
}
