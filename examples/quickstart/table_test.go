package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

func TestTableIsAlignedByWhatATerminalShows(t *testing.T) {
	out := table([]string{"Name", "N"}, [][]string{
		{"გიორგი", "1"}, {"e\u0301", "2"}, {"田中", "3"}, {"\x1b[31mred\n", "4"}, {"a\u202eb", "5"}, {strings.Repeat("x", 60), "6"},
	})
	require.Equal(t, ""+
		"  Name                                              N\n"+
		"  გიორგი                                            1\n"+
		"  e\u0301                                                 2\n"+
		"  田中                                              3\n"+
		"  \uFFFD[31mred\uFFFD                                         4\n"+
		"  a\uFFFDb                                               5\n"+
		"  "+strings.Repeat("x", 47)+"…  6\n", out)
}

func TestMatchesAreMarkedOnTheOriginalText(t *testing.T) {
	s := &sessions.Session{
		FirstName: sessions.TextOf("გიორგი"), LastName: sessions.TextOf("O'Brien-Jones"), DocumentNumber: sessions.TextOf("23AB12345"),
	}
	for query, want := range map[string]string{
		"gior":     "[გიორ]გი O'Brien-Jones",
		"obr jon":  "გიორგი [O'Br]ien-[Jon]es",
		"o ob obr": "გიორგი [O'Br]ien-Jones",
		"ab1":      "გიორგი O'Brien-Jones, 23[AB1]2345",
		"zzz":      "გიორგი O'Brien-Jones",
	} {
		q, err := searchkey.ParseQuery(query)
		require.NoError(t, err)
		require.Equal(t, want, matches(s, q), query)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		require.Equal(t, want, thousands(n))
	}
}
