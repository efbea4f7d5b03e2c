package far

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPublishedRequirements(t *testing.T) {
	for _, c := range []struct {
		requirement Requirement
		limit       uint64
		strict      bool
		lowest      Level
		text        string
	}{
		{NIST80063B3, 1_000, false, 4, "NIST SP 800-63B section 5.2.3: FMR <= 1/1,000"},
		{NIST80063B4, 10_000, false, 5, "NIST SP 800-63B-4: FMR <= 1/10,000"},
		{NIST80063A4, 10_000, false, 5, "NIST SP 800-63A-4: FMR <= 1/10,000"},
		{AndroidCDD, 50_000, true, 6, "Android CDD Biometric Sensors: FMR < 1/50,000"},
	} {
		require.Equal(t, OneIn(c.limit), c.requirement.limit)
		require.Equal(t, c.strict, c.requirement.strict)
		require.Equal(t, c.text, c.requirement.String())
		level, err := Kvalifika.LevelFor(c.requirement)
		require.NoError(t, err)
		require.Equal(t, c.lowest, level, c.text)

		require.True(t, c.requirement.MetBy(OneIn(c.limit+1)))
		require.Equal(t, !c.strict, c.requirement.MetBy(OneIn(c.limit)), "the limit itself: %s", c.text)
		require.False(t, c.requirement.MetBy(OneIn(c.limit-1)))
		require.False(t, c.requirement.MetBy(Rate{}))
	}
}

func TestRequirementText(t *testing.T) {
	for text, r := range map[string]Requirement{
		"FMR <= 1/10,000": AtMost(OneIn(10_000)), "FMR < 1/50,000": Below(OneIn(50_000)), NIST80063B3.String(): NIST80063B3,
		NIST80063B4.String(): NIST80063B4, NIST80063A4.String(): NIST80063A4, AndroidCDD.String(): AndroidCDD,
	} {
		encoded, err := json.Marshal(map[string]Requirement{"r": r})
		require.NoError(t, err)
		var back map[string]Requirement
		require.NoError(t, json.Unmarshal(encoded, &back))
		require.Equal(t, r, back["r"])
		require.NoError(t, r.UnmarshalText([]byte(text)))
		require.Equal(t, back["r"], r)
	}
	for _, r := range []Requirement{{}, AtMost(Rate{}), Below(Rate{})} {
		_, err := json.Marshal(r)
		require.ErrorIs(t, err, ErrSyntax, "nothing is written that could be read as a requirement")
	}
	for _, text := range []string{
		`null`, `{}`, `""`, `5`, `[]`, `"FMR <= no rate"`, `"FMR <= 1/1,00"`, `"FMR <= "`, `"1/10,000"`, `"FMR > 1/10,000"`, `"fmr <= 1/10,000"`,
		`"NIST SP 800-63B-4: FMR <= 1/1,000"`, `"Own: FMR <= 1/1,000"`,
	} {
		r := AndroidCDD
		require.ErrorIs(t, json.Unmarshal([]byte(text), &r), ErrSyntax, text)
		require.Equal(t, AndroidCDD, r, "left alone")
	}
}

func TestLevelFor(t *testing.T) {
	for _, c := range []struct {
		requirement Requirement
		level       Level
	}{
		{AtMost(OneIn(1)), 1}, {AtMost(OneIn(100)), 1}, {AtMost(OneIn(101)), 2}, {AtMost(OneIn(500_000)), 7},
		{Below(OneIn(99)), 1}, {Below(OneIn(100)), 2}, {Below(OneIn(499_999)), 7},
	} {
		level, err := Kvalifika.LevelFor(c.requirement)
		require.NoError(t, err)
		require.Equal(t, c.level, level, c.requirement.String())
	}
	for _, r := range []Requirement{AtMost(OneIn(500_001)), Below(OneIn(500_000)), {}, AtMost(Rate{}), Below(Rate{})} {
		level, err := Kvalifika.LevelFor(r)
		require.ErrorIs(t, err, ErrUnmet)
		require.Zero(t, level)
	}
	_, err := Kvalifika.LevelFor(Below(OneIn(500_000)))
	require.ErrorIs(t, err, ErrUnmet)
	require.EqualError(t, err, "scale kvalifika-3d2d has no level that meets FMR < 1/500,000")
}

func TestLevelAcrossScales(t *testing.T) {
	// Level 3 of the other scale is 1/20,000: level 6 here, not level 3.
	rate, err := vendor(t).Rate(3)
	require.NoError(t, err)
	level, err := Kvalifika.LevelFor(AtMost(rate))
	require.NoError(t, err)
	require.Equal(t, Level(6), level)
}
