// Package far says what the level of a face comparison is worth: its false acceptance rate, and
// whether that is good enough.
//
//	level, err := far.Kvalifika.Parse("Match Level 4 - 1/1,000 FAR")
//	if err != nil {
//		return err
//	}
//	policy, err := far.NewPolicy(far.Kvalifika, 5)
//	if err != nil {
//		return err
//	}
//	err = policy.Check(level) // match level 4 (1/1,000) is below the acceptance level 5 (1/10,000)
//	rate, err := far.Kvalifika.Rate(level)
//	risk := far.Risk(rate, 3) // of an impostor who tries three times
//
// # Levels, rates and scales
//
// A [Level] is the outcome of comparing two faces. A [Rate] is a false
// acceptance rate of exactly 1/N. A [Scale] is a named table that gives every
// level its rate. [Kvalifika] is the scale of the product:
//
//	level   7          6          5         4        3      2      1
//	rate    1/500,000  1/100,000  1/10,000  1/1,000  1/500  1/250  1/100
//
// A level has no rate without its scale. Vendors use the same numbers for other rates, and have
// changed the rate of a level between versions. So a scale never changes, a table with other rates
// is another scale with another name ([NewScale]), and levels of different scales are compared by
// their rates ([Scale.LevelFor]).
//
// Level 0 is a comparison without a match. It has no rate. If nothing was compared there is no
// level: model that as an absent value. A level that is not on the scale is an error. It is never
// clamped, and it is not "low".
//
// # Labels
//
// The product prints a level as a label, "Match Level 7 - 1/500,000 FAR" ([Scale.Label]).
// [Scale.Parse] reads exactly this syntax:
//
//	label   = "Match Level " level [ " - " rate " FAR" ] | level | rate
//	level   = "0" to "999", no leading zeros
//	rate    = "1/" N, with plain or grouped digits: 1/10000, 1/10,000
//
// A label whose level and rate disagree is a [*MismatchError]. It shows that the label was written
// with another scale. Spaces are not trimmed, and digits that are not grouped by three are refused.
//
// # Policies and requirements
//
// A [Policy] is an acceptance level on a scale. It accepts that level and every
// higher one. Its zero value accepts nothing. [Policy.Check] explains a level
// that is too low with a [*LowError].
//
// A [Requirement] is an upper limit on the rate of one attempt. The published requirements that
// state a number are variables of this package. [Scale.LevelFor] returns the lowest level that
// meets one. [Risk] and [AllowedAttempts] compute the effect of retries.
//
// # What a level is not
//
//   - It is not the probability that this customer is an impostor. 1/10,000 says how often two
//     different people are taken for one. It does not say how many customers are impostors.
//   - It says nothing about false rejections: how often the right person fails.
//   - It says nothing about spoofing. A photo of the right face matches well.
//   - It is about one attempt. Ten attempts have about ten times the rate.
//
// # Text, JSON and SQL
//
// These types implement the interfaces of encoding and, where the table has it, database/sql:
//
//	              text                   JSON                     SQL
//	Level         5                      5                        5
//	Rate          1/10,000               "1/10,000"               '1/10,000'
//	Policy        kvalifika-3d2d:5       "kvalifika-3d2d:5"       'kvalifika-3d2d:5'
//	Requirement   FMR <= 1/10,000        "FMR <= 1/10,000"
//	Scale         name 1=1/50 2=1/500    "name 1=1/50 2=1/500"
//
// A zero Rate or Policy is empty text, "" in JSON and NULL in SQL. It accepts nothing. A Level has
// no such value: null and NULL are refused, because 0 would mean a failed comparison. Neither have
// a Requirement and a Scale. [ParsePolicy] reads a policy on a scale other than Kvalifika.
//
// # Errors
//
// Each error wraps one of the sentinels of this package. No error repeats the
// text that it refuses, which may be a person's data in the wrong column. All
// values are immutable and safe for concurrent use. Nothing panics.
package far
