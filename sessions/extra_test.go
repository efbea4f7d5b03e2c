package sessions_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
)

func pairs(kv ...string) []sessions.ExtraPair {
	var list []sessions.ExtraPair
	for i := 0; i < len(kv); i += 2 {
		list = append(list, sessions.ExtraPair{Key: kv[i], Value: kv[i+1]})
	}
	return list
}

func extra(t testing.TB, kv ...string) sessions.Extra {
	t.Helper()
	x, err := sessions.NewExtra(pairs(kv...)...)
	require.NoError(t, err)
	return x
}

// flat returns the keys and values in their order.
func flat(x sessions.Extra) []string {
	var kv []string
	for k, v := range x.All() {
		kv = append(kv, k, v)
	}
	return kv
}

func TestNewExtra(t *testing.T) {
	many := make([]sessions.ExtraPair, sessions.MaxExtraPairs+1)
	for i := range many {
		many[i].Key = fmt.Sprint(i)
	}
	for name, c := range map[string]struct {
		pairs []sessions.ExtraPair
		want  error
	}{
		"none":                {nil, nil},
		"most":                {many[1:], nil},
		"one more":            {many, sessions.ErrLimit},
		"longest key":         {pairs(strings.Repeat("k", sessions.MaxExtraKeyBytes), ""), nil},
		"longer key":          {pairs(strings.Repeat("k", sessions.MaxExtraKeyBytes+1), ""), sessions.ErrLimit},
		"longest value":       {pairs("k", strings.Repeat("v", sessions.MaxExtraValueBytes)), nil},
		"longer value":        {pairs("k", strings.Repeat("v", sessions.MaxExtraValueBytes+1)), sessions.ErrLimit},
		"empty key":           {pairs("", "secret"), sessions.ErrInvalid},
		"doubled key":         {pairs("secret", "1", "b", "2", "secret", "1"), sessions.ErrInvalid},
		"keys differ in case": {pairs("k", "1", "K", "2"), nil},
		"line in a key":       {pairs("secret\n", "1"), sessions.ErrInvalid},
		"DEL in a key":        {pairs("secret\x7f", "1"), sessions.ErrInvalid},
		"NUL in a key":        {pairs("secret\x00", "1"), sessions.ErrInvalid},
		"NUL in a value":      {pairs("k", "secret\x00"), sessions.ErrInvalid},
		"key not UTF-8":       {pairs("secret\xff", "1"), sessions.ErrInvalid},
		"value not UTF-8":     {pairs("k", "secret\xff"), sessions.ErrInvalid},
		"lines in a value":    {pairs("k", "a\r\n\tb"), nil},
	} {
		x, err := sessions.NewExtra(c.pairs...)
		require.ErrorIs(t, err, c.want, name)
		if c.want == nil {
			require.Equal(t, len(c.pairs), x.Len(), name)
			continue
		}
		var fieldErr *sessions.FieldError
		require.ErrorAs(t, err, &fieldErr, name)
		require.Equal(t, sessions.FieldExtra, fieldErr.Field)
		require.NotContains(t, err.Error(), "secret", name)
		require.True(t, x.Equal(sessions.Extra{}), name)
	}
}

func TestExtraKeepsOrderAndIsImmutable(t *testing.T) {
	given := pairs("z", "1", "a", "", "m", "3")
	x, err := sessions.NewExtra(given...)
	require.NoError(t, err)
	given[0].Value = "changed"
	require.Equal(t, []string{"z", "1", "a", "", "m", "3"}, flat(x))
	v, ok := x.Get("a")
	require.True(t, ok)
	require.Empty(t, v)
	_, ok = x.Get("b")
	require.False(t, ok)
	require.True(t, x.Equal(extra(t, "z", "1", "a", "", "m", "3")))
	require.False(t, x.Equal(extra(t, "a", "", "z", "1", "m", "3")), "order counts")
	for k := range x.All() {
		require.Equal(t, "z", k, "stops when told")
		break
	}
}

func TestExtraJSON(t *testing.T) {
	for _, x := range []sessions.Extra{
		{}, extra(t, "z", "1", "a", "2"), extra(t, "ტელეფონი", "+995 555 12-34-56"), extra(t, `q"\/`, "\"\\\x01\x1f\b\f\n\r\t\u2028\u007f<&>"), extra(t, "😀", "🏳️‍🌈"),
	} {
		text := x.AppendJSON(nil)
		require.True(t, json.Valid(text), "%s", text)
		require.Equal(t, "x"+string(text), string(x.AppendJSON([]byte("x"))))
		byStdlib := map[string]string{}
		require.NoError(t, json.Unmarshal(text, &byStdlib))
		require.Len(t, byStdlib, x.Len())
		for k, v := range x.All() {
			require.Equal(t, v, byStdlib[k])
		}
		_, err := json.Marshal(struct{ X sessions.Extra }{x})
		require.ErrorIs(t, err, sessions.ErrNoJSON)
		nested, err := json.Marshal(struct{ X json.RawMessage }{text})
		require.NoError(t, err)
		require.NotContains(t, string(nested), "<", "json.Marshal makes it safe for HTML")
		var back struct{ X sessions.Extra }
		require.NoError(t, json.Unmarshal(nested, &back))
		require.Equal(t, flat(x), flat(back.X))
	}
	require.Equal(t, `{"z":"1","a":"2"}`, string(extra(t, "z", "1", "a", "2").AppendJSON(nil)))
}

func TestParseExtra(t *testing.T) {
	for _, text := range []string{"", " ", "null", "{}", " { } ", "\n"} {
		x, err := sessions.ParseExtra(text)
		require.NoError(t, err, "%q", text)
		require.Zero(t, x.Len())
	}
	x, err := sessions.ParseExtra(" {\"b\" : \"\\u10d0\\n\", \"a\":\"\"} \n")
	require.NoError(t, err)
	require.Equal(t, []string{"b", "ა\n", "a", ""}, flat(x))

	for text, want := range map[string]error{
		`{"secret":1}`: sessions.ErrSyntax, `{"secret":null}`: sessions.ErrSyntax, `{"secret":true}`: sessions.ErrSyntax,
		`{"secret":{}}`: sessions.ErrSyntax, `{"secret":["a"]}`: sessions.ErrSyntax, `["secret"]`: sessions.ErrSyntax, `"secret"`: sessions.ErrSyntax,
		`{"secret"`: sessions.ErrSyntax, `{"secret":`: sessions.ErrSyntax, `{"secret":"a"`: sessions.ErrSyntax, `{"secret":"a",}`: sessions.ErrSyntax,
		`{"secret":"a"}{}`: sessions.ErrSyntax, `{"secret":"a"} x`: sessions.ErrSyntax, `{secret:"a"}`: sessions.ErrSyntax, `{"a" "secret"}`: sessions.ErrSyntax,
		"{\"a\":\"secret\n\"}": sessions.ErrSyntax, `nullx`: sessions.ErrSyntax, `{"a":"secret","a":"b"}`: sessions.ErrInvalid, `{"":"secret"}`: sessions.ErrInvalid,
		`{"a":"secret\u0000"}`: sessions.ErrInvalid, "{\"a\":\"secret\xff\"}": sessions.ErrInvalid,
		`{"a":"` + strings.Repeat("secret", 1000) + `"}`: sessions.ErrLimit,
	} {
		before := extra(t, "k", "v")
		err := before.UnmarshalJSON([]byte(text))
		require.ErrorIs(t, err, want, text)
		require.ErrorIs(t, err, sessions.ErrInvalid, text)
		require.NotContains(t, err.Error(), "secret")
		require.Equal(t, []string{"k", "v"}, flat(before), "left alone")
	}
}

func FuzzParseExtra(f *testing.F) {
	for _, text := range []string{"", "null", `{"a":"b","c":"\u00e9\ud83d\ude00"}`, `{"a":1}`, `{"a":"b",}`, `{"a":"b"}{}`, `{"a":{"b":"c"}}`, "{\"\\ud800\":\"\x7f\"}", `{"a":"b","a":"c"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := sessions.ParseExtra(string(data))
		var judge map[string]string
		judgeErr := json.Unmarshal(data, &judge)
		if err != nil {
			require.ErrorIs(t, err, sessions.ErrInvalid)
			// JSON that encoding/json reads may only be refused for a stated rule, not for its
			// syntax. The exception is null, which is not a text for ParseExtra.
			if judgeErr == nil && utf8.Valid(data) && !strings.Contains(string(data), "null") {
				require.NotErrorIs(t, err, sessions.ErrSyntax)
			}
			return
		}
		if strings.TrimSpace(string(data)) != "" {
			require.NoError(t, judgeErr)
		}
		require.Len(t, judge, x.Len())
		for k, v := range x.All() {
			require.Equal(t, judge[k], v)
		}
		back, err := sessions.ParseExtra(string(x.AppendJSON(nil)))
		require.NoError(t, err)
		require.True(t, x.Equal(back))
	})
}

func TestExtraKeys(t *testing.T) {
	given := []string{"phone", "e-mail"}
	keys, err := sessions.NewExtraKeys(given...)
	require.NoError(t, err)
	given[0] = "changed"
	keys.All()[0] = "changed"
	require.Equal(t, []string{"phone", "e-mail"}, keys.All())

	x := extra(t, "e-mail", "a@b", "secret", "x", "phone", "1")
	require.Equal(t, []string{"phone", "1", "e-mail", "a@b"}, flat(keys.Select(x)), "in the order of the list")
	require.Zero(t, sessions.ExtraKeys{}.Select(x).Len())

	text, err := json.Marshal(keys)
	require.NoError(t, err)
	require.JSONEq(t, `"phone\ne-mail"`, string(text))
	var back sessions.ExtraKeys
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, keys, back)
	for _, bad := range []string{"phone\n", "\n", "a\nb\na", strings.Repeat("k", 65), "a\r\nb", strings.Repeat("k\n", 65)} {
		require.ErrorIs(t, back.UnmarshalText([]byte(bad)), sessions.ErrInvalid, "%q", bad)
		require.Equal(t, keys, back, "left alone")
	}
	require.NoError(t, back.UnmarshalText(nil))
	require.Empty(t, back.All())
	text, err = back.MarshalText()
	require.NoError(t, err)
	require.Empty(t, text)
}

func BenchmarkExtraAppendJSON(b *testing.B) {
	x := extra(b, "phone", "+995 555 12-34-56", "e-mail", "nino@example.com")
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		buf = x.AppendJSON(buf[:0])
	}
}

// TestExtraWithAndWithoutWhiteSpace checks that plainPairs agrees with the decoder, which reads
// texts with white space.
func TestExtraWithAndWithoutWhiteSpace(t *testing.T) {
	for _, text := range []string{
		`{"a":"b"}`, `{"a":"b","c":""}`, `{"":"b"}`, `{"a":"b","a":"c"}`, `{"a":"b",}`, `{"a":"b"}}`, `{"a":"b"`, `{"a":"b"} {}`, `{"a" :"b"}`, `{"a":1}`,
		`{"a":"\n"}`, "{\"a\":\"\n\"}", `{"a":"\u10d0"}`, `{"ა":"ბ"}`, `{"a":"b""c":"d"}`, `{"a"}`, `{a}`, `{"a":"b`, `{"a":"b","`, `[]`, `{"a":{}}`, `{"a":"b"},`,
	} {
		quick, err := sessions.ParseExtra(text)
		slow, err2 := sessions.ParseExtra("{ " + strings.TrimPrefix(text, "{"))
		if !strings.HasPrefix(text, "{") {
			slow, err2 = sessions.ParseExtra(text + " ")
		}
		require.Equal(t, err2 == nil, err == nil, text)
		require.True(t, quick.Equal(slow), text)
	}
}
