// Package far tells what the level of a face comparison is worth: the false
// acceptance rate that it stands for, and whether that is good enough.
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
// A level without its scale is no rate. Vendors use the same numbers for other
// rates, and have changed the rate of a level between versions. So scales never
// change, a table with other rates is another scale with another name
// ([NewScale]), and across scales one compares rates ([Scale.LevelFor]).
//
// Level 0 is a comparison without a match. It has no rate. That nothing was
// compared is not a level: model it as the absence of one. A level that is not
// on the scale is an error; it is never clamped, and it is not "low".
//
// # Labels
//
// The product prints a level as a label, "Match Level 7 - 1/500,000 FAR"
// ([Scale.Label]). [Scale.Parse] reads it, exactly so written:
//
//	label   = "Match Level " level [ " - " rate " FAR" ] | level | rate
//	level   = "0" to "999", no leading zeros
//	rate    = "1/" N, with plain or grouped digits: 1/10000, 1/10,000
//
// A label whose level and rate disagree is a [*MismatchError]. It is the only
// way to notice that a label was written with another scale. Spaces are not
// trimmed, and a number whose digits are oddly grouped is refused.
//
// # Policies and requirements
//
// A [Policy] is an acceptance level on a scale. It accepts that level and every
// higher one. Its zero value accepts nothing. [Policy.Check] explains a level
// that is too low with a [*LowError].
//
// A [Requirement] is an upper limit on the rate of one attempt. The published
// ones that give a number are here. [Scale.LevelFor] gives the lowest level that
// meets one. [Risk] and [AllowedAttempts] tell what retries do to the rate.
//
// # What a level is not
//
//   - It is not the probability that this customer is an impostor. 1/10,000 says
//     how often two different people are taken for one. How many of those who
//     come are impostors, it does not know.
//   - It says nothing of false rejections: how often the right person fails.
//   - It says nothing of spoofing. A photo of the right face matches well.
//   - It is about one attempt. Who may try ten times has about ten times the
//     rate.
//
// # Text, JSON and SQL
//
// All of these read and write themselves:
//
//	              text                   JSON                     SQL
//	Level         5                      5                        5
//	Rate          1/10,000               "1/10,000"               '1/10,000'
//	Policy        kvalifika-3d2d:5       "kvalifika-3d2d:5"       'kvalifika-3d2d:5'
//	Requirement   FMR <= 1/10,000        "FMR <= 1/10,000"
//	Scale         name 1=1/50 2=1/500    "name 1=1/50 2=1/500"
//
// A zero Rate or Policy is empty text, "" in JSON and NULL in SQL; it accepts
// nothing. A Level has no such value: null and NULL are refused, because 0 would
// mean a failed comparison. A Requirement and a Scale have none either. A policy
// on another scale than Kvalifika is read by [ParsePolicy].
//
// # Errors
//
// Each error wraps one of the sentinels of this package. No error repeats the
// text that it refuses, which may be a person's data in the wrong column. All
// values are immutable and safe for concurrent use. Nothing panics.
package far
