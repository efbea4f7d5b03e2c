package far

import (
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
		require.Equal(t, OneIn(c.limit), c.requirement.Limit())
		require.Equal(t, c.strict, c.requirement.Strict())
		require.Equal(t, c.text, c.requirement.String())
		require.NotEmpty(t, c.requirement.Name())
		level, err := Kvalifika.LevelFor(c.requirement)
		require.NoError(t, err)
		require.Equal(t, c.lowest, level, c.text)

		require.True(t, c.requirement.MetBy(OneIn(c.limit+1)))
		require.Equal(t, !c.strict, c.requirement.MetBy(OneIn(c.limit)), "the limit itself: %s", c.text)
		require.False(t, c.requirement.MetBy(OneIn(c.limit-1)))
		require.False(t, c.requirement.MetBy(Rate{}))
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
	var unmet *UnmetError
	require.ErrorAs(t, err, &unmet)
	require.Equal(t, UnmetError{"kvalifika-3d2d", Below(OneIn(500_000))}, *unmet)
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
