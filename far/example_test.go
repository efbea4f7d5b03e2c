package far_test

import (
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
	for _, r := range []far.Requirement{far.NIST80063B3, far.NIST80063B4, far.NIST80063A4, far.AndroidCDD} {
		level, err := far.Kvalifika.LevelFor(r)
		if err != nil {
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
}

func ExampleRisk() {
	rate := far.OneIn(10_000)
	fmt.Printf("%.6g\n", far.Risk(rate, 100))
	fmt.Println(far.AllowedAttempts(rate, far.OneIn(1_000)))
	// Output:
	// 0.00995066
	// 10
}
