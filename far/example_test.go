package far_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kvalifika/sessionkit/far"
)

func Example() {
	level, err := far.Kvalifika.Parse("Match Level 4 - 1/1,000 FAR")
	if err != nil {
		fmt.Println(err)
		return
	}
	policy, err := far.NewPolicy(far.Kvalifika, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = policy.Check(level)
	fmt.Println(err)

	var low *far.LowError
	if errors.As(err, &low) {
		fmt.Println(low.Rate.Percent(), "instead of", low.AcceptanceRate.Percent())
	}
	// Output:
	// match level 4 (1/1,000) is below the acceptance level 5 (1/10,000)
	// 0.1% instead of 0.01%
}

func ExampleScale_Levels() {
	for level, rate := range far.Kvalifika.Levels() {
		fmt.Println(level, rate, rate.Percent())
	}
	// Output:
	// 1 1/100 1%
	// 2 1/250 0.4%
	// 3 1/500 0.2%
	// 4 1/1,000 0.1%
	// 5 1/10,000 0.01%
	// 6 1/100,000 0.001%
	// 7 1/500,000 0.0002%
}

func ExampleScale_Parse() {
	for _, text := range []string{
		"Match Level 5 - 1/10,000 FAR", "5", "1/10,000",
		"Match Level 5 - 1/4,000 FAR", "8", "1/70,00,000",
	} {
		level, err := far.Kvalifika.Parse(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(far.Kvalifika.Label(level))
	}
	// Output:
	// Match Level 5 - 1/10,000 FAR
	// Match Level 5 - 1/10,000 FAR
	// Match Level 5 - 1/10,000 FAR
	// label gives match level 5 as 1/4,000, scale kvalifika-3d2d has 1/10,000
	// scale kvalifika-3d2d has no level 8
	// not a false acceptance rate: want 1/N, such as 1/500 or 1/10,000
}

func ExampleNewScale() {
	vendor, err := far.NewScale("vendor.v2",
		far.Step{Level: 1, Rate: far.OneIn(50)},
		far.Step{Level: 2, Rate: far.OneIn(20_000)},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	policy, err := far.ParsePolicy("vendor.v2:2", vendor)
	fmt.Println(policy, policy.Rate(), err)

	// Which level of the product is as strict?
	level, err := far.Kvalifika.LevelFor(far.AtMost(policy.Rate()))
	fmt.Println(level, err)
	// Output:
	// vendor.v2:2 1/20,000 <nil>
	// 6 <nil>
}

func ExampleScale_LevelFor() {
	for _, r := range []far.Requirement{
		far.NIST80063B3, far.NIST80063B4, far.NIST80063A4, far.AndroidCDD, far.Below(far.OneIn(500_000)),
	} {
		level, err := far.Kvalifika.LevelFor(r)
		if errors.Is(err, far.ErrUnmet) {
			fmt.Println(err)
			continue
		}
		fmt.Println(level, r)
	}
	// Output:
	// 4 NIST SP 800-63B section 5.2.3: FMR <= 1/1,000
	// 5 NIST SP 800-63B-4: FMR <= 1/10,000
	// 5 NIST SP 800-63A-4: FMR <= 1/10,000
	// 6 Android CDD Biometric Sensors: FMR < 1/50,000
	// scale kvalifika-3d2d has no level that meets FMR < 1/500,000
}

// The scale of a label can be recognised only by its rate.
func ExampleMismatchError() {
	_, err := far.Kvalifika.Parse("Match Level 5 - 1/4,000 FAR")
	var mismatch *far.MismatchError
	if errors.As(err, &mismatch) && errors.Is(err, far.ErrMismatch) {
		fmt.Println(mismatch.Level, mismatch.Rate, mismatch.ScaleRate)
	}
	// Output: 5 1/4,000 1/10,000
}

// The errors of texts and scales, by the sentinel that each wraps.
func ExampleErrSyntax() {
	fails := func(err error) {
		for _, kind := range []error{
			far.ErrSyntax, far.ErrScale, far.ErrUnknownScale, far.ErrUnknownLevel, far.ErrUnknownRate, far.ErrNoPolicy, far.ErrLow,
		} {
			if errors.Is(err, kind) {
				fmt.Println(kind)
			}
		}
	}
	_, err := far.Kvalifika.Parse("high")
	fails(err)
	_, err = far.NewScale("vendor", far.Step{Level: 1, Rate: far.OneIn(50)}, far.Step{Level: 2, Rate: far.OneIn(20)})
	fails(err)
	_, err = far.ParsePolicy("vendor:1")
	fails(err)
	_, err = far.Kvalifika.Rate(8)
	fails(err)
	_, err = far.Kvalifika.LevelOf(far.OneIn(200))
	fails(err)
	fails(far.Policy{}.Check(7))
	five, _ := far.ParsePolicy("kvalifika-3d2d:5")
	fails(five.Check(0))
	// Output:
	// far: malformed text or value
	// far: invalid scale
	// far: unknown scale
	// far: level is not on the scale
	// far: rate is not on the scale
	// far: no acceptance level
	// far: level is below the acceptance level
}

func ExampleParseLevel() {
	for _, text := range []string{"0", "7", "-1", "007", "1000"} {
		level, err := far.ParseLevel(text)
		fmt.Println(level, err)
	}
	fmt.Println(far.MaxLevel)
	// Output:
	// 0 <nil>
	// 7 <nil>
	// 0 not a match level: want a whole number from 0 to 999
	// 0 not a match level: want a whole number from 0 to 999
	// 0 not a match level: want a whole number from 0 to 999
	// 999
}

// A level has a rate only on its scale: compare the rates of different scales, never the levels.
func ExampleLevel() {
	var level far.Level = 5
	rate, err := far.Kvalifika.Rate(level)
	fmt.Println(level, rate, err)
	vendor, err := far.NewScale("vendor", far.Step{Level: 5, Rate: far.OneIn(1_000)})
	if err != nil {
		fmt.Println(err)
		return
	}
	theirs, err := vendor.Rate(level)
	fmt.Println(level, theirs, err, "lower:", theirs.Compare(rate) < 0)
	// Output:
	// 5 1/10,000 <nil>
	// 5 1/1,000 <nil> lower: false
}

func ExampleRate() {
	var none far.Rate
	rate, err := far.ParseRate("1/10,000")
	fmt.Println(rate, rate.N(), rate.Percent(), rate.Float64(), rate == far.OneIn(10_000), err)
	fmt.Println(none, none.IsZero())
	_, err = far.ParseRate("1/70,00,000")
	fmt.Println(err)
	// Output:
	// 1/10,000 10000 0.01% 0.0001 true <nil>
	// no rate true
	// not a false acceptance rate: want 1/N, such as 1/500 or 1/10,000
}

// Scales, requirements and policies are stored as text.
func ExampleScale() {
	vendor, err := far.NewScale("vendor.v2", far.Step{Level: 1, Rate: far.OneIn(50)}, far.Step{Level: 2, Rate: far.OneIn(20_000)})
	if err != nil {
		fmt.Println(err)
		return
	}
	kept, err := json.Marshal(vendor)
	fmt.Println(string(kept), err)
	var back far.Scale
	err = json.Unmarshal(kept, &back)
	fmt.Println(back.Name(), back.Equal(vendor), err)
	fmt.Println(json.Unmarshal([]byte("null"), &back))
	// Output:
	// "vendor.v2 1=1/50 2=1/20,000" <nil>
	// vendor.v2 true <nil>
	// not a scale: want a name and its levels, such as vendor.v2 1=1/50 2=1/20,000
}

func ExampleRequirement() {
	var r far.Requirement
	err := json.Unmarshal([]byte(`"FMR < 1/50,000"`), &r)
	fmt.Println(r, err, r == far.Below(far.OneIn(50_000)))
	fmt.Println(r.MetBy(far.OneIn(50_000)), far.AtMost(far.OneIn(50_000)).MetBy(far.OneIn(50_000)))
	// Output:
	// FMR < 1/50,000 <nil> true
	// false true
}

func ExamplePolicy() {
	five, err := far.NewPolicy(far.Kvalifika, 5)
	fmt.Println(five, five.Scale().Name(), five.Level(), five.Rate(), err)
	fmt.Println(five.Accepts(4), five.Accepts(5), five.Accepts(8), five.Equal(far.Policy{}), far.Policy{}.IsZero())
	// Output:
	// kvalifika-3d2d:5 kvalifika-3d2d 5 1/10,000 <nil>
	// false true false false true
}

// The effect of three attempts, and of a hundred, on the rate of one.
func ExampleRisk() {
	rate := far.OneIn(10_000)
	fmt.Printf("%.9g %.14g\n", far.Risk(rate, 3), far.Risk(rate, 100))
	fmt.Println(far.RiskBound(rate, 100))
	// Output:
	// 0.000299970001 0.0099506613086292
	// 0.01
}

func ExampleAllowedAttempts() {
	for level, rate := range far.Kvalifika.Levels() {
		fmt.Println(level, far.AllowedAttempts(rate, far.OneIn(100)), far.AllowedAttempts(rate, far.OneIn(1_000)), far.AllowedAttempts(rate, far.OneIn(10_000)))
	}
	// Output:
	// 1 1 0 0
	// 2 2 0 0
	// 3 5 0 0
	// 4 10 1 0
	// 5 100 10 1
	// 6 1005 100 10
	// 7 5025 500 50
}
