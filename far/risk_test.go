package far

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const epsilon = 1e-15 // the relative error that Risk states

func TestRisk(t *testing.T) {
	for _, c := range []struct {
		level Level
		want  map[uint64]float64
	}{
		{7, map[uint64]float64{1: 2e-6, 3: 5.999988000008e-6, 10: 1.99998200009599970e-5, 100: 1.9998020129353726e-4}},
		{6, map[uint64]float64{1: 1e-5, 3: 2.9999700001e-5, 10: 9.99955001199979e-5, 100: 9.9950516166079528e-4}},
		{5, map[uint64]float64{1: 1e-4, 3: 2.99970001e-4, 10: 9.9955011997900252e-4, 100: 9.9506613086291847e-3}},
		{4, map[uint64]float64{1: .001, 3: .002997001, 10: .0099551197902517901, 100: .095207852886290958}},
		{1, map[uint64]float64{1: .01, 3: .029701, 10: .09561792499119551, 100: .6339676587267705}},
	} {
		rate, err := Kvalifika.Rate(c.level)
		require.NoError(t, err)
		for k, want := range c.want {
			require.InEpsilon(t, want, Risk(rate, k), epsilon, "level %d, %d attempts", c.level, k)
			require.GreaterOrEqual(t, RiskBound(rate, k)*(1+epsilon), want)
			require.Equal(t, min(1, float64(k)*rate.Float64()), RiskBound(rate, k))
		}
	}
}

func TestRiskEdges(t *testing.T) {
	for _, n := range []uint64{1, 2, 100, math.MaxUint64} {
		require.Zero(t, Risk(OneIn(n), 0), n)
		require.Zero(t, RiskBound(OneIn(n), 0), n)
		require.LessOrEqual(t, Risk(OneIn(n), math.MaxUint64), 1.0)
	}
	require.Equal(t, 1.0, Risk(OneIn(1), 1))
	require.Equal(t, 1.0, RiskBound(OneIn(2), 3), "a probability is never above 1")
	require.True(t, math.IsNaN(Risk(Rate{}, 1)))
	require.True(t, math.IsNaN(Risk(Rate{}, 0)))
	require.True(t, math.IsNaN(RiskBound(Rate{}, 1)))
}

// survival returns (1-1/n)^k to 400 bits, or 0 if one of its factors is below 2^-1000: subtracting
// such numbers would need more bits than these.
func survival(n, k uint64) *big.Float {
	num := func(n uint64) *big.Float { return new(big.Float).SetPrec(400).SetUint64(n) }
	base, power := new(big.Float).Quo(num(n-1), num(n)), num(1)
	for ; k > 0; k >>= 1 {
		if k&1 == 1 {
			power.Mul(power, base)
		}
		base.Mul(base, base)
		if base.MantExp(nil) < -1000 {
			base.SetUint64(0)
		}
	}
	return power
}

func TestRiskAgainstBigFloat(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2_000 {
		n := 2 + random.Uint64()>>(random.IntN(62)+1)
		k := 1 + random.Uint64()>>(random.IntN(53)+11)
		exact := new(big.Float).Sub(big.NewFloat(1).SetPrec(400), survival(n, k))
		want, _ := exact.Float64()
		require.InEpsilon(t, want, Risk(OneIn(n), k), epsilon, "1/%d, %d attempts", n, k)
	}

	// The plain formula is wrong in the ninth digit here.
	const n, k = 125_000_000, 3
	exact, _ := new(big.Float).Sub(big.NewFloat(1).SetPrec(400), survival(n, k)).Float64()
	require.InEpsilon(t, exact, Risk(OneIn(n), k), epsilon)
	require.Greater(t, math.Abs(1-math.Pow(1-1.0/n, k)-exact)/exact, 1e-10)
}

func TestAllowedAttempts(t *testing.T) {
	limits := []Rate{OneIn(100), OneIn(1_000), OneIn(10_000)}
	for level, want := range map[Level][]uint64{
		7: {5025, 500, 50}, 6: {1005, 100, 10}, 5: {100, 10, 1}, 4: {10, 1, 0}, 3: {5, 0, 0}, 2: {2, 0, 0}, 1: {1, 0, 0},
	} {
		rate, err := Kvalifika.Rate(level)
		require.NoError(t, err)
		for i, limit := range limits {
			require.Equal(t, want[i], AllowedAttempts(rate, limit), "level %d, limit %s", level, limit)
		}
	}
}

func TestAllowedAttemptsEdges(t *testing.T) {
	require.Zero(t, AllowedAttempts(Rate{}, OneIn(100)))
	require.Zero(t, AllowedAttempts(OneIn(100), Rate{}))
	require.Zero(t, AllowedAttempts(Rate{}, Rate{}))
	require.Zero(t, AllowedAttempts(Rate{}, OneIn(1)))
	require.Zero(t, AllowedAttempts(OneIn(1), OneIn(2)))
	require.Equal(t, uint64(math.MaxUint64), AllowedAttempts(OneIn(1), OneIn(1)), "certainty is allowed")
	require.Equal(t, uint64(math.MaxUint64), AllowedAttempts(OneIn(100), OneIn(1)))
	for _, n := range []uint64{2, 3, 7, 100, 1 << 53, math.MaxUint64 - 1, math.MaxUint64} {
		require.Equal(t, uint64(1), AllowedAttempts(OneIn(n), OneIn(n)), "the limit itself: 1/%d", n)
	}
	require.Zero(t, AllowedAttempts(OneIn(math.MaxUint64-1), OneIn(math.MaxUint64)))
	// If the limit is tiny, independence changes nothing and whole numbers decide.
	require.Equal(t, uint64(1_000), AllowedAttempts(OneIn(1_000_000_000_000_000_000), OneIn(1_000_000_000_000_000)))
}

// TestAllowedAttemptsAgainstBigFloat requires that the attempts allowed are few enough, and that
// one more would be too many.
func TestAllowedAttemptsAgainstBigFloat(t *testing.T) {
	allowed := func(n, k, limit uint64) bool { // 1-(1-1/n)^k <= 1/limit
		// The only equality is k = 1 and n = limit.
		if k <= 1 {
			return k == 0 || n >= limit
		}
		return survival(n, k).Cmp(survival(limit, 1)) >= 0
	}
	check := func(n, limit uint64) {
		k := AllowedAttempts(OneIn(n), OneIn(limit))
		name := fmt.Sprintf("1/%d, limit 1/%d, %d attempts", n, limit, k)
		require.True(t, allowed(n, k, limit), name)
		slack := uint64(0)
		if k > 1e12 { // the stated error
			slack = 1 + k/1e14
		}
		require.False(t, allowed(n, k+1+slack, limit), name)
	}
	for n := uint64(2); n <= 60; n++ {
		for limit := uint64(2); limit <= 60; limit++ {
			check(n, limit)
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 3_000 {
		check(2+random.Uint64()>>(random.IntN(62)+1), 2+random.Uint64()>>(random.IntN(62)+1))
	}
}
