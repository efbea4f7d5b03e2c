package far

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func policy(t testing.TB, scale Scale, level Level) Policy {
	p, err := NewPolicy(scale, level)
	require.NoError(t, err)
	return p
}

func TestPolicy(t *testing.T) {
	p := policy(t, Kvalifika, 5)
	require.Equal(t, Level(5), p.Level())
	require.Equal(t, OneIn(10_000), p.Rate())
	require.True(t, p.Scale().Equal(Kvalifika))
	require.False(t, p.IsZero())

	for level, want := range map[Level]error{
		7: nil, 6: nil, 5: nil,
		4: ErrLow, 3: ErrLow, 2: ErrLow, 1: ErrLow, 0: ErrLow,
		8: ErrUnknownLevel, 15: ErrUnknownLevel, MaxLevel: ErrUnknownLevel, -1: ErrUnknownLevel,
	} {
		err := p.Check(level)
		if want == nil {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, want, level)
		}
		require.Equal(t, want == nil, p.Accepts(level), level)
	}
}

func TestPolicyOnScaleWithGaps(t *testing.T) {
	p := policy(t, vendor(t), 3)
	require.True(t, p.Accepts(5))
	require.False(t, p.Accepts(4), "no such level, though 4 > 3")
	require.ErrorIs(t, p.Check(4), ErrUnknownLevel)
	require.ErrorIs(t, p.Check(1), ErrLow)
}

func TestNewPolicyRefuses(t *testing.T) {
	for _, level := range []Level{-1, 0, 8} {
		p, err := NewPolicy(Kvalifika, level)
		require.ErrorIs(t, err, ErrUnknownLevel)
		require.True(t, p.IsZero())
	}
	_, err := NewPolicy(Scale{}, 5)
	require.ErrorIs(t, err, ErrUnknownLevel)
}

func TestZeroPolicy(t *testing.T) {
	var p Policy
	for level := Level(-1); level <= 20; level++ {
		require.False(t, p.Accepts(level))
		require.ErrorIs(t, p.Check(level), ErrNoPolicy)
	}
	require.True(t, p.IsZero())
	require.True(t, p.Rate().IsZero())
	require.True(t, p.Scale().IsZero())
	require.Equal(t, "no policy", p.String())
}

func TestLowError(t *testing.T) {
	p := policy(t, Kvalifika, 5)
	err := p.Check(4)
	var low *LowError
	require.ErrorAs(t, err, &low)
	require.Equal(t, LowError{"kvalifika-3d2d", 4, OneIn(1_000), 5, OneIn(10_000)}, *low)
	require.EqualError(t, err, "match level 4 (1/1,000) is below the acceptance level 5 (1/10,000)")
	require.EqualError(t, p.Check(0), "match level 0 (no match) is below the acceptance level 5 (1/10,000)")
	require.EqualError(t, p.Check(8), "scale kvalifika-3d2d has no level 8")
}

func TestParsePolicy(t *testing.T) {
	for level := range Kvalifika.Levels() {
		p := policy(t, Kvalifika, level)
		require.Equal(t, "kvalifika-3d2d:"+level.String(), p.String())
		got, err := ParsePolicy(p.String())
		require.NoError(t, err)
		require.True(t, p.Equal(got))
	}

	custom := policy(t, vendor(t), 3)
	require.Equal(t, "vendor.v2:3", custom.String())
	got, err := ParsePolicy("vendor.v2:3", vendor(t), vendor(t))
	require.NoError(t, err)
	require.True(t, custom.Equal(got))
	require.False(t, custom.Equal(policy(t, Kvalifika, 3)))
	require.False(t, custom.Equal(policy(t, vendor(t), 5)))

	_, err = ParsePolicy("vendor.v2:3")
	require.ErrorIs(t, err, ErrUnknownScale)
	require.EqualError(t, err, "unknown scale: want one of kvalifika-3d2d")
	_, err = ParsePolicy("other:3", vendor(t), vendor(t), Scale{})
	require.EqualError(t, err, "unknown scale: want one of kvalifika-3d2d, vendor.v2")

	remapped, err := NewScale("kvalifika-3d2d", Step{5, OneIn(2)})
	require.NoError(t, err)
	_, err = ParsePolicy("kvalifika-3d2d:5", remapped)
	require.ErrorIs(t, err, ErrScale, "one name, two tables")

	for text, want := range map[string]error{
		"": ErrSyntax, ":": ErrSyntax, "5": ErrSyntax, ":5": ErrSyntax, "kvalifika-3d2d": ErrSyntax,
		"kvalifika-3d2d:": ErrSyntax, "kvalifika-3d2d:05": ErrSyntax, "kvalifika-3d2d: 5": ErrSyntax,
		"Kvalifika-3D2D:5": ErrSyntax, "kvalifika-3d2d:5:5": ErrSyntax, "no policy": ErrSyntax,
		"kvalifika-3d2d:0": ErrUnknownLevel, "kvalifika-3d2d:8": ErrUnknownLevel,
		"kvalifika-3d3d:5": ErrUnknownScale,
	} {
		p, err := ParsePolicy(text)
		require.ErrorIs(t, err, want, "%q", text)
		require.True(t, p.IsZero())
	}
}

func TestPolicyJSON(t *testing.T) {
	type settings struct {
		Acceptance Policy `json:"acceptance"`
	}
	text, err := json.Marshal(settings{policy(t, Kvalifika, 5)})
	require.NoError(t, err)
	require.Equal(t, `{"acceptance":"kvalifika-3d2d:5"}`, string(text))
	var got settings
	require.NoError(t, json.Unmarshal(text, &got))
	require.True(t, got.Acceptance.Equal(policy(t, Kvalifika, 5)))

	text, err = json.Marshal(settings{})
	require.NoError(t, err)
	require.Equal(t, `{"acceptance":""}`, string(text))
	require.NoError(t, json.Unmarshal(text, &got))
	require.True(t, got.Acceptance.IsZero())

	require.ErrorIs(t, json.Unmarshal([]byte(`{"acceptance":"kvalifika-3d2d:0"}`), &got), ErrUnknownLevel)
	require.ErrorIs(t, json.Unmarshal([]byte(`{"acceptance":"vendor.v2:3"}`), &got), ErrUnknownScale)
	require.Error(t, json.Unmarshal([]byte(`{"acceptance":5}`), &got), "a level without its scale")
}

func TestPolicySQL(t *testing.T) {
	want := policy(t, Kvalifika, 5)
	value, err := want.Value()
	require.NoError(t, err)
	require.Equal(t, "kvalifika-3d2d:5", value)
	for _, src := range []any{value, []byte("kvalifika-3d2d:5")} {
		var p Policy
		require.NoError(t, p.Scan(src))
		require.True(t, want.Equal(p))
	}

	value, err = Policy{}.Value()
	require.NoError(t, err)
	require.Nil(t, value)
	p := want
	require.NoError(t, p.Scan(nil))
	require.True(t, p.IsZero())

	for _, src := range []any{int64(5), 5.0, "5", []byte("kvalifika-3d2d:8"), true} {
		p := want
		require.Error(t, p.Scan(src), "%v", src)
		require.True(t, want.Equal(p), "a refused value changes nothing")
	}
}

func FuzzParsePolicy(f *testing.F) {
	for _, seed := range []string{"kvalifika-3d2d:5", "vendor.v2:3", "kvalifika-3d2d:0", ":", "", "x:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePolicy(text, vendor(t))
		if err != nil {
			require.True(t, p.IsZero())
			return
		}
		require.Equal(t, text, p.String())
		require.True(t, p.Accepts(p.Level()))
	})
}
