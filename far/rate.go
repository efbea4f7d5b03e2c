package far

import (
	"cmp"
	"database/sql/driver"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Rate is a false acceptance rate of exactly 1/N: of N comparisons of two
// different people, one is expected to be accepted wrongly.
//
// Rates are comparable with ==. The zero Rate means no rate. No scale and no requirement accepts
// it. As text it is empty, in SQL it is NULL.
type Rate struct{ n uint64 }

// OneIn returns the rate 1/n. OneIn(1) accepts everybody. OneIn(0) is the zero
// Rate.
func OneIn(n uint64) Rate { return Rate{n} }

// ParseRate reads a rate such as 1/500 or 1/10,000. The digits of N are either all plain or all
// grouped by threes; there are no leading zeros, no spaces and no signs. So 1/70,00,000 is refused.
// Anything but a rate from 1/1 to 1/18,446,744,073,709,551,615 wraps [ErrSyntax].
func ParseRate(text string) (Rate, error) {
	digits, ok := strings.CutPrefix(text, "1/")
	if !ok || digits == "" || digits[0] == '0' || digits[0] == ',' {
		return Rate{}, errRateSyntax()
	}
	var n uint64
	grouped := strings.Contains(digits, ",")
	for i, c := range []byte(digits) {
		// Counted from the end, every fourth byte is a comma.
		if grouped && (len(digits)-i)%4 == 0 {
			if c != ',' {
				return Rate{}, errRateSyntax()
			}
			continue
		}
		if c < '0' || c > '9' {
			return Rate{}, errRateSyntax()
		}
		d := uint64(c - '0')
		if n > (math.MaxUint64-d)/10 {
			return Rate{}, errRateSyntax()
		}
		n = n*10 + d
	}
	return Rate{n}, nil
}

// N returns the N of 1/N, or 0 for the zero Rate.
func (r Rate) N() uint64 { return r.n }

// IsZero reports whether r is the zero Rate, which means no rate.
func (r Rate) IsZero() bool { return r.n == 0 }

// String returns the rate with its digits grouped, such as 1/10,000. For the zero Rate it is "no
// rate".
func (r Rate) String() string {
	if r.IsZero() {
		return "no rate"
	}
	// The longest rate has 20 digits, 6 commas and the prefix 1/.
	var buf [28]byte
	return string(r.append(buf[:0]))
}

// append appends 1/N with grouped digits.
func (r Rate) append(b []byte) []byte {
	var buf [20]byte
	digits := strconv.AppendUint(buf[:0], r.n, 10)
	b = append(b, "1/"...)
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, c)
	}
	return b
}

// Percent returns the rate in percent, computed from N: 1/250 is 0.4%. If 100/N has a finite
// decimal expansion, all of it is returned. Otherwise the number is rounded half up to as many
// decimals as N has digits, which is three significant digits, and is marked as rounded: 1/300 is
// ≈0.333%. For the zero Rate it is "no rate".
func (r Rate) Percent() string {
	if r.IsZero() {
		return r.String()
	}
	percent := new(big.Rat).SetFrac(big.NewInt(100), new(big.Int).SetUint64(r.n))
	if decimals, exact := percent.FloatPrec(); exact {
		return percent.FloatString(decimals) + "%"
	}
	return "≈" + percent.FloatString(len(strconv.FormatUint(r.n, 10))) + "%"
}

// Float64 returns the rate as a probability, correctly rounded for N up to 2^53 and within one unit
// in the last place above. For the zero Rate it is NaN, so that no comparison with it is true.
func (r Rate) Float64() float64 {
	if r.IsZero() {
		return math.NaN()
	}
	return 1 / float64(r.n)
}

// Compare returns -1 if r is the lower (stricter) rate, +1 if it is the higher, and 0 if both are
// equal. The zero Rate, which promises nothing, is higher than every other.
func (r Rate) Compare(s Rate) int { return cmp.Compare(s.n, r.n) }

// AppendText implements [encoding.TextAppender]. The zero Rate appends nothing.
func (r Rate) AppendText(b []byte) ([]byte, error) {
	if r.IsZero() {
		return b, nil
	}
	return r.append(b), nil
}

// MarshalText implements [encoding.TextMarshaler]: the text of [Rate.String],
// empty for the zero Rate.
func (r Rate) MarshalText() ([]byte, error) { return r.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler] by [ParseRate]. Empty
// text is the zero Rate.
func (r *Rate) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*r = Rate{}
		return nil
	}
	parsed, err := ParseRate(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// Value implements [driver.Valuer]: the text of the rate, NULL for the zero
// Rate.
func (r Rate) Value() (driver.Value, error) {
	if r.IsZero() {
		return nil, nil
	}
	return r.String(), nil
}

// Scan implements [database/sql.Scanner] for text columns. NULL is the zero
// Rate. A number is refused: it may be an N, a percentage or a probability.
func (r *Rate) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		*r = Rate{}
		return nil
	case string:
		return r.UnmarshalText([]byte(src))
	case []byte:
		return r.UnmarshalText(src)
	default:
		return errRateSyntax()
	}
}

func errRateSyntax() error {
	return failf(ErrSyntax, "not a false acceptance rate: want 1/N, such as 1/500 or 1/10,000")
}
