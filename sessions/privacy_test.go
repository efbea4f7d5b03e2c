package sessions_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

// values returns all types that must not show a person, by themselves and inside values that a host
// may print.
func values(t *testing.T) map[string]any {
	s := full(t)
	row, pair := s.Row(), sessions.ExtraPair{Key: "secret", Value: "secret"}
	var verdict error = &sessions.FieldError{Field: sessions.FieldExtra, Err: sessions.ErrInvalid}
	return map[string]any{
		"session": s, "pointer": &s, "list": []sessions.Session{s}, "pointers": []*sessions.Session{&s}, "array": [1]sessions.Session{s},
		"map": map[string]sessions.Session{"k": s}, "struct": struct{ S sessions.Session }{s}, "embedded": struct{ sessions.Session }{s},
		"any": []any{s, &s, row}, "deep": map[string][]struct{ P *sessions.Session }{"k": {{&s}}},
		"text": s.FirstName, "text pointer": &s.FirstName, "texts": []sessions.Text{s.FirstName}, "text keys": map[sessions.Text]int{s.FirstName: 1},
		"struct of text": struct{ First, Last sessions.Text }{s.FirstName, s.LastName},
		"extra":          s.Extra, "extra pointer": &s.Extra, "extras": []sessions.Extra{s.Extra}, "struct of extra": struct{ X sessions.Extra }{s.Extra},
		"pair": pair, "pairs": []sessions.ExtraPair{pair},
		"row": row, "row pointer": &row, "rows": []sessions.Row{row}, "struct of row": struct{ R sessions.Row }{row},
		"error": verdict,
	}
}

func TestPrintingShowsNoPerson(t *testing.T) {
	for name, v := range values(t) {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%c", "%g", "%U", "%20v", "%-20s", "%!", "%z"} {
			out := fmt.Sprintf(format, v)
			require.NotContains(t, out, "secret", "%s of %s", format, name)
			require.NotContains(t, out, "736563726574", "hexadecimal: %s of %s", format, name)
			require.NotContains(t, out, "1983", "%s of %s", format, name)
		}
		require.NotContains(t, fmt.Sprint(v)+fmt.Sprintln(v)+fmt.Errorf("failed: %v", v).Error(), "secret", name)
	}
	s := full(t)
	require.Equal(t, `session("s-1", company "acme", "failed")`, fmt.Sprint(s))
	require.Equal(t, fmt.Sprint(s), fmt.Sprintf("%+v", &s))
	require.Equal(t, `row("s-1")`, fmt.Sprint(s.Row()))
	require.Equal(t, "[text(known) text(not_collected) text(masked)]",
		fmt.Sprint([]sessions.Text{s.FirstName, {}, sessions.TextIn(sessions.Masked)}))
	require.Equal(t, "extra(1)", fmt.Sprintf("%#v", s.Extra))
	require.Equal(t, "<nil>", fmt.Sprint((*sessions.Session)(nil)))
	s.ID = "a\nb"
	require.NotContains(t, fmt.Sprint(s)+fmt.Sprint(s.Row()), "\n", "an ID cannot forge a line of a log")
}

// timeless keeps the time out of a log, because its digits are arbitrary.
var timeless = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}}

func TestLoggingShowsNoPerson(t *testing.T) {
	for name, v := range values(t) {
		var text, lines bytes.Buffer
		for _, h := range []slog.Handler{slog.NewTextHandler(&text, timeless), slog.NewJSONHandler(&lines, timeless)} {
			log := slog.New(h)
			log.Info("m", "v", v)
			log.With("v", v).WithGroup("g").Info("m", slog.Group("h", slog.Any("v", v)))
		}
		require.NotContains(t, text.String(), "secret", name)
		require.NotContains(t, text.String(), "1983", name)
		require.NotContains(t, lines.String(), "secret", name)
		require.NotContains(t, lines.String(), "1983", name)
	}
	var out bytes.Buffer
	s := full(t)
	slog.New(slog.NewJSONHandler(&out, timeless)).Info("m", "session", &s, "row", s.Row(), "name", s.FirstName, "extra", s.Extra)
	require.JSONEq(t, `{"level":"INFO","msg":"m","session":{"id":"s-1","company":"acme","status":"failed"},"row":"row(\"s-1\")",
		"name":"text(known)","extra":"extra(1)"}`, out.String())
}

func TestSessionsHaveNoJSON(t *testing.T) {
	s := full(t)
	for _, v := range []any{s, &s, []sessions.Session{s}, struct{ S *sessions.Session }{&s}, s.FirstName, map[string]sessions.Text{"k": s.LastName}, s.Row(), s.Extra, sessions.ExtraPair{Key: "secret"}} {
		text, err := json.Marshal(v)
		require.ErrorIs(t, err, sessions.ErrNoJSON)
		require.Empty(t, text)
		require.NotContains(t, err.Error(), "secret")
	}
	require.ErrorIs(t, json.Unmarshal([]byte(`{"ID":"x"}`), &s), sessions.ErrNoJSON)
	require.ErrorIs(t, json.Unmarshal([]byte(`"x"`), &s.FirstName), sessions.ErrNoJSON)
	require.Equal(t, full(t), s)
}
