package far

import "math"

// Risk returns the probability of at least one false acceptance in that number of independent
// attempts of an impostor at this rate: 1-(1-1/N)^attempts, computed without cancellation to a
// relative error of about 1e-15. Without attempts it is 0. For the zero Rate it is NaN.
//
// Attempts with the same face are not independent. [RiskBound] holds for dependent attempts, too.
func Risk(rate Rate, attempts uint64) float64 {
	if rate.IsZero() {
		return math.NaN()
	}
	if attempts == 0 {
		return 0 // at N = 1 the product below would be 0 * -Inf
	}
	return -math.Expm1(float64(attempts) * math.Log1p(-rate.Float64()))
}

// RiskBound returns attempts/N, at most 1. The probability of a false acceptance is never higher,
// however the attempts depend on each other. For the zero Rate it is NaN.
func RiskBound(rate Rate, attempts uint64) float64 {
	return min(1, float64(attempts)*rate.Float64())
}

// AllowedAttempts returns the largest number of attempts whose [Risk] at this rate is limit or
// lower. It is 0 if one attempt is too risky or if either rate is zero, and math.MaxUint64 if the
// limit is 1/1.
//
// It never allows too many. It is computed in floating point, so it may allow too few by a relative
// 1e-14: by at most one below 10^14 attempts, and there only if the exact quotient is very close to
// the next whole number.
func AllowedAttempts(rate, limit Rate) uint64 {
	switch {
	case rate.IsZero() || limit.IsZero():
		return 0
	case limit.n == 1:
		return math.MaxUint64
	}
	// The attempts that RiskBound allows are safe, and with whole numbers equality is exact.
	bound := rate.n / limit.n
	// Independent attempts are allowed more often. The factor exceeds the error of the quotient.
	attempts := math.Log1p(-limit.Float64()) / math.Log1p(-rate.Float64()) * (1 - 0x1p-49)
	return max(bound, uint64(attempts))
}
