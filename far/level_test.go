package far

import (
	"database/sql"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseLevel(t *testing.T) {
	for text, want := range map[string]Level{"0": 0, "1": 1, "7": 7, "15": 15, "999": MaxLevel} {
		got, err := ParseLevel(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		require.Equal(t, text, got.String())
	}
	for _, text := range []string{"", " ", "05", "00", "-1", "+5", "5 ", " 5", "5.0", "5e0", "1000", "01001012345", "five", "٥", "5\x00", "0x5"} {
		_, err := ParseLevel(text)
		require.ErrorIs(t, err, ErrSyntax, "%q", text)
	}
}

func TestLevelJSON(t *testing.T) {
	type session struct {
		Required Level  `json:"required"`
		Optional *Level `json:"optional"`
	}
	five := Level(5)
	text, err := json.Marshal(session{7, &five})
	require.NoError(t, err)
	require.Equal(t, `{"required":7,"optional":5}`, string(text))

	var got session
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, session{7, &five}, got)

	got = session{Optional: &five}
	require.NoError(t, json.Unmarshal([]byte(`{"required":0,"optional":null}`), &got))
	require.Nil(t, got.Optional, "absent is not level 0")

	for _, bad := range []string{"null", `"5"`, "5.0", "-1", "1e0", "1000", "true", "[]"} {
		var l Level
		require.ErrorIs(t, json.Unmarshal([]byte(bad), &l), ErrSyntax, bad)
	}

	_, err = json.Marshal(Level(-1))
	require.ErrorIs(t, err, ErrSyntax)
	_, err = json.Marshal(MaxLevel + 1)
	require.ErrorIs(t, err, ErrSyntax)

	keys, err := json.Marshal(map[Level]int{7: 1, 5: 2})
	require.NoError(t, err)
	require.Equal(t, `{"5":2,"7":1}`, string(keys))
	list, err := json.Marshal([]Level{0, 5, 7})
	require.NoError(t, err)
	require.Equal(t, `[0,5,7]`, string(list))
}

func TestLevelSQL(t *testing.T) {
	for _, src := range []any{int64(5), "5", []byte("5")} {
		var l Level
		require.NoError(t, l.Scan(src))
		require.Equal(t, Level(5), l)
	}
	for _, src := range []any{nil, int64(-1), int64(1000), int64(1 << 40), "", "x", []byte("05"), 5.0, true} {
		l := Level(3)
		require.ErrorIs(t, l.Scan(src), ErrSyntax, "%v", src)
		require.Equal(t, Level(3), l, "a refused value changes nothing")
	}
	value, err := Level(5).Value()
	require.NoError(t, err)
	require.Equal(t, int64(5), value)
	for _, l := range []Level{-1, MaxLevel + 1} {
		_, err = l.Value()
		require.ErrorIs(t, err, ErrSyntax)
	}

	var n sql.Null[Level]
	require.NoError(t, n.Scan(nil))
	require.False(t, n.Valid, "NULL is absence")
	require.NoError(t, n.Scan(int64(0)))
	require.Equal(t, sql.Null[Level]{V: 0, Valid: true}, n)
}
