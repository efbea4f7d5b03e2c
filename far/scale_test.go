package far

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// kvalifika is the published table, highest level first, typed independently of the package's own.
var kvalifika = []Step{
	{7, OneIn(500_000)}, {6, OneIn(100_000)}, {5, OneIn(10_000)}, {4, OneIn(1_000)},
	{3, OneIn(500)}, {2, OneIn(250)}, {1, OneIn(100)},
}

// vendor is a scale of another vendor, with levels 1 to 5 and a gap.
func vendor(t testing.TB) Scale {
	s, err := NewScale("vendor.v2", Step{5, OneIn(1_000_000)}, Step{1, OneIn(50)}, Step{3, OneIn(20_000)})
	require.NoError(t, err)
	return s
}

func TestKvalifika(t *testing.T) {
	made, err := NewScale("kvalifika-3d2d", kvalifika...)
	require.NoError(t, err)
	require.True(t, Kvalifika.Equal(made), "the built-in scale is what NewScale accepts")
	require.Equal(t, "kvalifika-3d2d", Kvalifika.Name())

	labels := map[Level]string{
		7: "Match Level 7 - 1/500,000 FAR",
		6: "Match Level 6 - 1/100,000 FAR",
		5: "Match Level 5 - 1/10,000 FAR",
		4: "Match Level 4 - 1/1,000 FAR",
		3: "Match Level 3 - 1/500 FAR",
		2: "Match Level 2 - 1/250 FAR",
		1: "Match Level 1 - 1/100 FAR",
	}
	for _, step := range kvalifika {
		rate, err := Kvalifika.Rate(step.Level)
		require.NoError(t, err)
		require.Equal(t, step.Rate, rate)
		level, err := Kvalifika.LevelOf(step.Rate)
		require.NoError(t, err)
		require.Equal(t, step.Level, level)

		require.Equal(t, labels[step.Level], Kvalifika.Label(step.Level))
		number := step.Level.String()
		for _, text := range []string{labels[step.Level], "Match Level " + number, number, step.Rate.String(), fmt.Sprintf("1/%d", step.Rate.N())} {
			level, err := Kvalifika.Parse(text)
			require.NoError(t, err, text)
			require.Equal(t, step.Level, level, text)
		}
	}

	var levels []Level
	for level, rate := range Kvalifika.Levels() {
		levels = append(levels, level)
		require.Equal(t, kvalifika[7-level].Rate, rate)
	}
	require.Equal(t, []Level{1, 2, 3, 4, 5, 6, 7}, levels)
	for level := range Kvalifika.Levels() {
		require.Equal(t, Level(1), level)
		break
	}
}

func TestParse(t *testing.T) {
	for _, text := range []string{"0", "Match Level 0"} {
		level, err := Kvalifika.Parse(text)
		require.NoError(t, err)
		require.Zero(t, level)
	}
	for text, want := range map[string]error{
		"":                                    ErrSyntax,
		"Match Level":                         ErrSyntax,
		"Match Level ":                        ErrSyntax,
		"match level 5":                       ErrSyntax,
		"Match Level 05":                      ErrSyntax,
		"Match Level five":                    ErrSyntax,
		"Match Level 5 ":                      ErrSyntax,
		" 5":                                  ErrSyntax,
		"5 - 1/10,000 FAR":                    ErrSyntax,
		"Match Level 5 - 1/10,000":            ErrSyntax,
		"Match Level 5 - 1/10,000 FAR ":       ErrSyntax,
		"Match Level 5 -- 1/10,000 FAR":       ErrSyntax,
		"Match Level 5 – 1/10,000 FAR":        ErrSyntax,
		"Match Level 5 - FAR":                 ErrSyntax,
		"Match Level 5 - 1/10,00 FAR":         ErrSyntax,
		"Match Level 13 - 1/70,00,000 FAR":    ErrSyntax,
		"Match Level 1/500":                   ErrSyntax,
		"1/10,000 FAR":                        ErrSyntax,
		"0.01%":                               ErrSyntax,
		"Match Level 5 - 1/1,000 FAR":         ErrMismatch,
		"Match Level 7 - 1/500,001 FAR":       ErrMismatch,
		"Match Level 0 - 1/100 FAR":           ErrMismatch,
		"8":                                   ErrUnknownLevel,
		"15":                                  ErrUnknownLevel,
		"999":                                 ErrUnknownLevel,
		"Match Level 8":                       ErrUnknownLevel,
		"Match Level 8 - 1/500,000 FAR":       ErrUnknownLevel,
		"Match Level 10 - 1/12,800,000 FAR":   ErrUnknownLevel,
		"1/70":                                ErrUnknownRate,
		"1/50,000":                            ErrUnknownRate,
		"1/18,446,744,073,709,551,615":        ErrUnknownRate,
		"1000":                                ErrSyntax,
		"01001012345":                         ErrSyntax,
		"Match Level 99999999999999999999":    ErrSyntax,
		"Match Level 7 - 1/500,000 FAR\x00":   ErrSyntax,
		"Match Level 7 - 1/500,000 FAR FAR":   ErrSyntax,
		"Match Level 7 - 1/500,000 - 1/5 FAR": ErrSyntax,
	} {
		level, err := Kvalifika.Parse(text)
		require.ErrorIs(t, err, want, "%q", text)
		require.Zero(t, level, "nothing is clamped: %q", text)
	}
}

func TestParseErrors(t *testing.T) {
	_, err := Kvalifika.Parse("Match Level 5 - 1/1,000 FAR")
	var mismatch *MismatchError
	require.ErrorAs(t, err, &mismatch)
	require.Equal(t, MismatchError{"kvalifika-3d2d", 5, OneIn(1_000), OneIn(10_000)}, *mismatch)
	require.EqualError(t, err, "label gives match level 5 as 1/1,000, scale kvalifika-3d2d has 1/10,000")

	_, err = Kvalifika.Parse("8")
	require.ErrorIs(t, err, ErrUnknownLevel)
	require.EqualError(t, err, "scale kvalifika-3d2d has no level 8")

	_, err = Kvalifika.Parse("1/70")
	require.ErrorIs(t, err, ErrUnknownRate)
	require.EqualError(t, err, "scale kvalifika-3d2d has no level of 1/70")
}

func TestErrorsKeepInputOut(t *testing.T) {
	const personal = "01001012345"
	for _, text := range []string{personal, "Match Level " + personal, "1/0" + personal, "Match Level 5 - " + personal + " FAR", personal + ":5", "a:" + personal, personal + "x:5"} {
		_, err := Kvalifika.Parse(text)
		require.NotContains(t, err.Error(), personal)
		_, err = ParsePolicy(text)
		require.NotContains(t, err.Error(), personal)
	}
}

func TestRateOfUnknownLevel(t *testing.T) {
	for _, level := range []Level{-1, 0, 8, MaxLevel} {
		rate, err := Kvalifika.Rate(level)
		require.ErrorIs(t, err, ErrUnknownLevel)
		require.True(t, rate.IsZero())
	}
	_, err := Kvalifika.Rate(0)
	require.EqualError(t, err, "match level 0 is a comparison without a match and has no rate")
	_, err = Kvalifika.LevelOf(Rate{})
	require.ErrorIs(t, err, ErrUnknownRate)
	require.Equal(t, "Match Level 0", Kvalifika.Label(0))
	require.Equal(t, "Match Level 8", Kvalifika.Label(8), "no rate is made up")
	require.Equal(t, "Match Level -1", Kvalifika.Label(-1))
}

func TestNewScaleRefuses(t *testing.T) {
	ok := []Step{{1, OneIn(100)}, {2, OneIn(250)}}
	for name, c := range map[string]struct {
		scale string
		steps []Step
		level Level
	}{
		"no name":                    {"", ok, 0},
		"a colon in the name":        {"a:b", ok, 0},
		"a space in the name":        {"a b", ok, 0},
		"a capital in the name":      {"A", ok, 0},
		"a long name":                {fmt.Sprintf("%065d", 1), ok, 0},
		"no levels":                  {"s", nil, 0},
		"level 0":                    {"s", []Step{{0, OneIn(100)}, {1, OneIn(250)}}, 0},
		"a negative level":           {"s", []Step{{-1, OneIn(100)}}, 0},
		"a level above the greatest": {"s", []Step{{MaxLevel + 1, OneIn(100)}}, 0},
		"no rate":                    {"s", []Step{{1, OneIn(100)}, {2, Rate{}}}, 2},
		"no rate at the lowest":      {"s", []Step{{1, Rate{}}, {2, OneIn(100)}}, 1},
		"a level twice":              {"s", []Step{{1, OneIn(100)}, {1, OneIn(250)}}, 1},
		"a step twice":               {"s", []Step{{1, OneIn(100)}, {1, OneIn(100)}}, 1},
		"a rate twice":               {"s", []Step{{1, OneIn(100)}, {2, OneIn(100)}}, 2},
		"a higher rate":              {"s", []Step{{1, OneIn(100)}, {2, OneIn(99)}}, 2},
		// 1/70,00,000 with its commas dropped is 1/7,000,000; a list that has 8,000,000 below it is
		// broken.
		"a misprint": {"s", []Step{{12, OneIn(8_000_000)}, {13, OneIn(7_000_000)}}, 13},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := NewScale(c.scale, c.steps...)
			require.ErrorIs(t, err, ErrScale)
			if c.level != 0 {
				require.Contains(t, err.Error(), fmt.Sprintf("level %d ", c.level), "it names the level at fault")
			}
			require.True(t, s.IsZero())
		})
	}
	_, err := NewScale("s", Step{1, OneIn(100)}, Step{2, OneIn(50)})
	require.EqualError(t, err, "invalid scale: level 2 has the rate 1/50, which is not below the 1/100 of level 1")
	_, err = NewScale("s", Step{1000, OneIn(100)})
	require.EqualError(t, err, "invalid scale: level 1000 is not within 1 to 999")
}

func TestScaleText(t *testing.T) {
	const text = "kvalifika-3d2d 1=1/100 2=1/250 3=1/500 4=1/1,000 5=1/10,000 6=1/100,000 7=1/500,000"
	require.Equal(t, text, fmt.Sprint(Kvalifika))
	for _, s := range []Scale{Kvalifika, vendor(t)} {
		encoded, err := json.Marshal(s)
		require.NoError(t, err)
		require.Equal(t, strconv.Quote(fmt.Sprint(s)), string(encoded))
		var back Scale
		require.NoError(t, json.Unmarshal(encoded, &back))
		require.True(t, s.Equal(back))
	}
	require.Equal(t, "no scale", fmt.Sprint(Scale{}))
	_, err := json.Marshal(Scale{})
	require.ErrorIs(t, err, ErrSyntax, "nothing is written that could be read as a scale")
	for text, want := range map[string]error{
		`null`: ErrSyntax, `{}`: ErrSyntax, `""`: ErrSyntax, `[]`: ErrSyntax, `5`: ErrSyntax, `"kvalifika-3d2d"`: ErrSyntax, `"no scale"`: ErrSyntax,
		`"a 1=1/100 "`: ErrSyntax, `" 1=1/100"`: ErrSyntax, `"a 1="`: ErrSyntax, `"a =1/100"`: ErrSyntax, `"a 1=1/1,00"`: ErrSyntax, `"A 1=1/100"`: ErrSyntax,
		`"a 1=1/100 2=1/100"`: ErrScale, `"a 0=1/100"`: ErrScale, `"a 1=1/100 1=1/100"`: ErrScale,
		`"kvalifika-3d2d 1=1/100 2=1/500"`: ErrScale, // remapped
	} {
		s := Kvalifika
		require.ErrorIs(t, json.Unmarshal([]byte(text), &s), want, text)
		require.True(t, s.Equal(Kvalifika), "left alone")
	}
}

func FuzzScaleText(f *testing.F) {
	for _, text := range []string{fmt.Sprint(Kvalifika), "a 1=1/1", "a 999=1/18,446,744,073,709,551,615", "a 2=1/250 1=1/100", "a 1=1/70,00,000", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s Scale
		if err := s.UnmarshalText([]byte(text)); err != nil {
			require.True(t, errors.Is(err, ErrSyntax) || errors.Is(err, ErrScale))
			require.True(t, s.IsZero())
			return
		}
		require.False(t, s.IsZero())
		var back Scale
		require.NoError(t, back.UnmarshalText([]byte(fmt.Sprint(s))))
		require.True(t, s.Equal(back))
		require.Equal(t, fmt.Sprint(s), fmt.Sprint(back))
	})
}

func TestScaleIsImmutable(t *testing.T) {
	steps := []Step{{2, OneIn(250)}, {1, OneIn(100)}}
	s, err := NewScale("s", steps...)
	require.NoError(t, err)
	require.Equal(t, []Step{{2, OneIn(250)}, {1, OneIn(100)}}, steps, "the caller's steps stay in their order")
	steps[0].Rate = OneIn(7)
	rate, err := s.Rate(2)
	require.NoError(t, err)
	require.Equal(t, OneIn(250), rate)
}

func TestCustomScale(t *testing.T) {
	s := vendor(t)
	level, err := s.Parse("Match Level 3 - 1/20,000 FAR")
	require.NoError(t, err)
	require.Equal(t, Level(3), level)
	_, err = s.Parse("Match Level 3 - 1/500 FAR")
	require.ErrorIs(t, err, ErrMismatch, "a label of the product's scale")
	_, err = s.Parse("2")
	require.ErrorIs(t, err, ErrUnknownLevel, "a gap in the scale")
}

func TestScaleEqual(t *testing.T) {
	a, b := vendor(t), vendor(t)
	require.True(t, a.Equal(b))
	require.False(t, a.Equal(Kvalifika))
	require.False(t, a.Equal(Scale{}))
	require.True(t, Scale{}.Equal(Scale{}))
	other, err := NewScale(a.Name(), Step{1, OneIn(50)})
	require.NoError(t, err)
	require.False(t, a.Equal(other), "same name, other table")
}

func TestZeroScale(t *testing.T) {
	var s Scale
	require.True(t, s.IsZero())
	require.Empty(t, s.Name())
	require.Equal(t, "Match Level 5", s.Label(5))
	for range s.Levels() {
		t.Fatal("the zero Scale has no level")
	}
	for _, text := range []string{"5", "Match Level 5 - 1/10,000 FAR", "1/10,000"} {
		_, err := s.Parse(text)
		require.Error(t, err)
	}
	_, err := s.LevelFor(AtMost(OneIn(1)))
	require.ErrorIs(t, err, ErrUnmet)
}

func FuzzParse(f *testing.F) {
	for _, step := range kvalifika {
		f.Add(Kvalifika.Label(step.Level))
		f.Add(step.Level.String())
		f.Add(step.Rate.String())
	}
	for _, seed := range []string{"", "0", "8", "Match Level 0", "Match Level 5", "Match Level 13 - 1/70,00,000 FAR", "Match Level 5 - 1/1,000 FAR"} {
		f.Add(seed)
	}
	sentinels := []error{ErrSyntax, ErrUnknownLevel, ErrUnknownRate, ErrMismatch}
	f.Fuzz(func(t *testing.T, text string) {
		level, err := Kvalifika.Parse(text)
		if err != nil {
			require.Zero(t, level)
			var n int
			for _, s := range sentinels {
				if errors.Is(err, s) {
					n++
				}
			}
			require.Equal(t, 1, n, "%v", err)
			return
		}
		// A level has six spellings and no other.
		rate := Kvalifika.rate(level)
		plain := fmt.Sprintf("1/%d", rate.N())
		require.Contains(t, []string{
			level.String(), rate.String(), plain, "Match Level " + level.String(),
			Kvalifika.Label(level), "Match Level " + level.String() + " - " + plain + " FAR",
		}, text)
		again, err := Kvalifika.Parse(Kvalifika.Label(level))
		require.NoError(t, err)
		require.Equal(t, level, again)
	})
}
