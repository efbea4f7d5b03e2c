package far

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseRate(t *testing.T) {
	for text, n := range map[string]uint64{
		"1/1":                          1,
		"1/500":                        500,
		"1/1000":                       1_000,
		"1/1,000":                      1_000,
		"1/10000":                      10_000,
		"1/10,000":                     10_000,
		"1/500,000":                    500_000,
		"1/4,200,000":                  4_200_000,
		"1/18446744073709551615":       math.MaxUint64,
		"1/18,446,744,073,709,551,615": math.MaxUint64,
	} {
		r, err := ParseRate(text)
		require.NoError(t, err, text)
		require.Equal(t, OneIn(n), r, text)
	}
	for _, text := range []string{
		"", "1", "1/", "1/0", "1/00", "1/010", "1/0,100", "2/100", "1/-5", "1/+5", "1/ 500", " 1/500", "1/500 ",
		"1/70,00,000", "1/10,00", "1/1,0000", "1/1000,000", "1/,100", "1/100,", "1/100,,000", "1/1,000000", "1/1,000,",
		"1/10.000", "1/10 000", "1/10_000", "1/1e4", "1/10,000 FAR", "0.01", "1%", "1/٥٠٠", "1/500\x00",
		"1/18446744073709551616", "1/18,446,744,073,709,551,616", "1/99,999,999,999,999,999,999", "1/100000000000000000000",
	} {
		r, err := ParseRate(text)
		require.ErrorIs(t, err, ErrSyntax, "%q", text)
		require.True(t, r.IsZero())
	}
}

func TestRateString(t *testing.T) {
	for n, want := range map[uint64]string{
		1: "1/1", 12: "1/12", 100: "1/100", 999: "1/999", 1_000: "1/1,000", 10_000: "1/10,000",
		125_000_000:    "1/125,000,000",
		math.MaxUint64: "1/18,446,744,073,709,551,615",
		0:              "no rate",
	} {
		require.Equal(t, want, OneIn(n).String())
	}
}

func TestRatePercent(t *testing.T) {
	for n, want := range map[uint64]string{
		500_000: "0.0002%", 100_000: "0.001%", 10_000: "0.01%", 1_000: "0.1%", 500: "0.2%", 250: "0.4%", 100: "1%",
		1: "100%", 2: "50%", 8: "12.5%", 16: "6.25%", 50_000: "0.002%", 12_800_000: "0.0000078125%",
		3: "≈33.3%", 7: "≈14.3%", 300: "≈0.333%", 70_000: "≈0.00143%", 4_200_000: "≈0.0000238%", 101: "≈0.990%",
		1_001: "≈0.0999%", 10_001: "≈0.01000%", math.MaxUint64: "≈0.00000000000000000542%",
		0: "no rate",
	} {
		require.Equal(t, want, OneIn(n).Percent(), n)
	}
	// Without ≈ the decimal is exactly the rate.
	for n := uint64(1); n <= 2_000; n++ {
		text := OneIn(n).Percent()
		number, exact := new(big.Rat).SetString(text[:len(text)-1])
		odd := n
		for _, p := range []uint64{2, 5} {
			for odd%p == 0 {
				odd /= p
			}
		}
		require.Equal(t, odd == 1, exact, "1/%d: %s", n, text)
		if exact {
			require.Zero(t, number.Cmp(big.NewRat(100, int64(n))), "1/%d: %s", n, text)
		}
	}
}

func TestRateFloat64(t *testing.T) {
	require.Equal(t, 0.004, OneIn(250).Float64())
	require.Equal(t, 1.0, OneIn(1).Float64())
	require.True(t, math.IsNaN(Rate{}.Float64()))
}

func TestRateCompare(t *testing.T) {
	rates := []Rate{{}, OneIn(100), OneIn(500_000), OneIn(1), OneIn(math.MaxUint64)}
	slices.SortFunc(rates, Rate.Compare)
	require.Equal(t, []Rate{OneIn(math.MaxUint64), OneIn(500_000), OneIn(100), OneIn(1), {}}, rates, "strictest first, no rate last")
	require.Zero(t, OneIn(100).Compare(OneIn(100)))
	require.Equal(t, -1, OneIn(1_000).Compare(OneIn(100)))
}

func TestRateJSON(t *testing.T) {
	type limits struct {
		Rate Rate `json:"rate"`
		Max  Rate `json:"max,omitzero"`
	}
	text, err := json.Marshal(limits{Rate: OneIn(10_000)})
	require.NoError(t, err)
	require.Equal(t, `{"rate":"1/10,000"}`, string(text))
	var got limits
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, limits{Rate: OneIn(10_000)}, got)

	text, err = json.Marshal(Rate{})
	require.NoError(t, err)
	require.Equal(t, `""`, string(text))
	r := OneIn(5)
	require.NoError(t, json.Unmarshal(text, &r))
	require.True(t, r.IsZero())

	require.ErrorIs(t, json.Unmarshal([]byte(`"1/70,00,000"`), &r), ErrSyntax)
	require.Error(t, json.Unmarshal([]byte(`0.01`), &r), "a number is no rate")
}

func TestRateSQL(t *testing.T) {
	for _, src := range []any{"1/10,000", []byte("1/10000")} {
		var r Rate
		require.NoError(t, r.Scan(src))
		require.Equal(t, OneIn(10_000), r)
	}
	value, err := OneIn(10_000).Value()
	require.NoError(t, err)
	require.Equal(t, "1/10,000", value)

	value, err = Rate{}.Value()
	require.NoError(t, err)
	require.Nil(t, value)
	r := OneIn(5)
	require.NoError(t, r.Scan(nil))
	require.True(t, r.IsZero())

	for _, src := range []any{int64(10_000), 0.01, "10000", []byte("1/0"), true} {
		r := OneIn(5)
		require.ErrorIs(t, r.Scan(src), ErrSyntax, "%v", src)
		require.Equal(t, OneIn(5), r, "a refused value changes nothing")
	}
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"1/500", "1/10,000", "1/70,00,000", "1/18446744073709551615", "1/0", "1/1,", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRate(text)
		if err != nil {
			require.ErrorIs(t, err, ErrSyntax)
			require.True(t, r.IsZero())
			return
		}
		require.False(t, r.IsZero())
		// A rate has two spellings and no other.
		require.Contains(t, []string{r.String(), "1/" + strconv.FormatUint(r.N(), 10)}, text)
		again, err := ParseRate(r.String())
		require.NoError(t, err)
		require.Equal(t, r, again)
	})
}
