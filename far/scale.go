package far

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Kvalifika is the scale of the product, on which a selfie is compared with the
// photo of a document. Its name is kvalifika-3d2d.
//
//	level   7          6          5         4        3      2      1
//	rate    1/500,000  1/100,000  1/10,000  1/1,000  1/500  1/250  1/100
var Kvalifika = Scale{&table{
	name: "kvalifika-3d2d",
	steps: []Step{
		{1, Rate{100}}, {2, Rate{250}}, {3, Rate{500}}, {4, Rate{1_000}},
		{5, Rate{10_000}}, {6, Rate{100_000}}, {7, Rate{500_000}},
	},
}}

// Scale is a named table of levels and the rates that they stand for. Every
// higher level has a lower rate. A Scale never changes, and it is safe for
// concurrent use. The zero Scale has no name and no level.
//
// As text and in JSON a Scale is its name and its table, lowest level first:
//
//	kvalifika-3d2d 1=1/100 2=1/250 3=1/500 4=1/1,000 5=1/10,000 6=1/100,000 7=1/500,000
//
// The zero Scale has no text, and neither empty text nor JSON null is read as
// one.
//
// Compare scales with [Scale.Equal], not with ==.
type Scale struct{ t *table }

// table is the content of a Scale.
type table struct {
	name  string
	steps []Step // by level, lowest first
}

// Step is one level of a scale and its rate.
type Step struct {
	Level Level
	Rate  Rate
}

// NewScale makes a scale of the steps, given in any order.
//
// The name is in the text form of policies. It has 1 to 64 bytes, each a lower-case ASCII letter, a
// digit, a dot, a hyphen or an underscore. If a vendor changes the rate of a level, that is another
// scale, and needs another name.
//
// There must be at least one step. Levels are from 1 to [MaxLevel], each given
// once, and every higher level must have a lower rate. Anything else is an
// [ErrScale].
func NewScale(name string, steps ...Step) (Scale, error) {
	if !validName(name) {
		return Scale{}, failf(ErrScale, "invalid scale: the name must have 1 to 64 of a-z, 0-9, dot, hyphen and underscore")
	}
	if len(steps) == 0 {
		return Scale{}, failf(ErrScale, "invalid scale: no levels")
	}
	steps = slices.Clone(steps)
	slices.SortFunc(steps, func(a, b Step) int { return cmp.Compare(a.Level, b.Level) })
	for i, s := range steps {
		switch {
		case s.Level < 1 || s.Level > MaxLevel:
			return Scale{}, failf(ErrScale, "invalid scale: level %d is not within 1 to %d", s.Level, MaxLevel)
		case s.Rate.IsZero():
			return Scale{}, failf(ErrScale, "invalid scale: level %d has no rate", s.Level)
		case i > 0 && s.Level == steps[i-1].Level:
			return Scale{}, failf(ErrScale, "invalid scale: level %d is given twice", s.Level)
		case i > 0 && s.Rate.Compare(steps[i-1].Rate) >= 0:
			return Scale{}, failf(ErrScale, "invalid scale: level %d has the rate %s, which is not below the %s of level %d",
				s.Level, s.Rate, steps[i-1].Rate, steps[i-1].Level)
		}
	}
	return Scale{&table{name, steps}}, nil
}

// validName reports whether a scale may have the name.
func validName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// steps returns the table, nil for the zero Scale. Callers must not change it.
func (s Scale) steps() []Step {
	if s.t == nil {
		return nil
	}
	return s.t.steps
}

// Name returns the scale's name, empty for the zero Scale.
func (s Scale) Name() string {
	if s.t == nil {
		return ""
	}
	return s.t.name
}

// IsZero reports whether s is the zero Scale.
func (s Scale) IsZero() bool { return s.t == nil }

// Equal reports whether both scales have the same name and the same table.
func (s Scale) Equal(other Scale) bool {
	return s.t == other.t || s.Name() == other.Name() && slices.Equal(s.steps(), other.steps())
}

// Format prints the name and the table, whatever the verb. The zero Scale prints
// "no scale".
//
// There is no String method, because go-spew panics when it calls one on a struct of one pointer.
func (s Scale) Format(state fmt.State, _ rune) {
	if s.IsZero() {
		_, _ = io.WriteString(state, "no scale")
		return
	}
	_, _ = state.Write(s.text())
}

// text returns the name and the table, as MarshalText does.
func (s Scale) text() []byte {
	b := []byte(s.t.name)
	for _, step := range s.t.steps {
		b = strconv.AppendInt(append(b, ' '), int64(step.Level), 10)
		b = step.Rate.append(append(b, '='))
	}
	return b
}

// MarshalText implements [encoding.TextMarshaler]: the name and the table.
// The zero Scale is an [ErrSyntax].
func (s Scale) MarshalText() ([]byte, error) {
	if s.IsZero() {
		return nil, errScaleSyntax()
	}
	return s.text(), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler]. Text of another form is an
// [ErrSyntax]. A table that [NewScale] refuses is an [ErrScale], and so is
// one that has the name of [Kvalifika] and other rates.
func (s *Scale) UnmarshalText(text []byte) error {
	words := strings.Split(string(text), " ")
	steps := make([]Step, len(words)-1)
	for i, word := range words[1:] {
		level, rate, _ := strings.Cut(word, "=")
		if steps[i].Level.UnmarshalText([]byte(level)) != nil || rate == "" || steps[i].Rate.UnmarshalText([]byte(rate)) != nil {
			return errScaleSyntax()
		}
	}
	if !validName(words[0]) || len(steps) == 0 {
		return errScaleSyntax()
	}
	read, err := NewScale(words[0], steps...)
	if err != nil {
		return err
	}
	if read.Name() == Kvalifika.Name() && !read.Equal(Kvalifika) {
		return failf(ErrScale, "invalid scale: two scales have the name %s", read.Name())
	}
	*s = read
	return nil
}

// UnmarshalJSON reads the text as a JSON string. It refuses null.
func (s *Scale) UnmarshalJSON(data []byte) error { return unmarshalJSONText(data, s, errScaleSyntax()) }

func errScaleSyntax() error {
	return failf(ErrSyntax, "not a scale: want a name and its levels, such as vendor.v2 1=1/50 2=1/20,000")
}

// unmarshalJSONText reads a JSON string. Package json itself leaves the value unchanged for null.
func unmarshalJSONText(data []byte, into encoding.TextUnmarshaler, malformed error) error {
	var text *string
	if json.Unmarshal(data, &text) != nil || text == nil {
		return malformed
	}
	return into.UnmarshalText([]byte(*text))
}

// Levels yields the levels and their rates, lowest level first. Level 0 is not
// among them: it has no rate.
func (s Scale) Levels() iter.Seq2[Level, Rate] {
	return func(yield func(Level, Rate) bool) {
		for _, step := range s.steps() {
			if !yield(step.Level, step.Rate) {
				return
			}
		}
	}
}

// rate returns the rate of the level, or the zero Rate.
func (s Scale) rate(level Level) Rate {
	for _, step := range s.steps() {
		if step.Level == level {
			return step.Rate
		}
	}
	return Rate{}
}

// Rate returns the rate of the level. A level that the scale does not have is an
// [ErrUnknownLevel], and so is level 0, which has no rate. Nothing is clamped.
func (s Scale) Rate(level Level) (Rate, error) {
	rate := s.rate(level)
	if rate.IsZero() {
		return Rate{}, errLevel(s, level)
	}
	return rate, nil
}

// LevelOf returns the level whose rate is exactly this one. If there is none the error is an
// [ErrUnknownRate]. See [Scale.LevelFor] for limits.
func (s Scale) LevelOf(rate Rate) (Level, error) {
	for _, step := range s.steps() {
		if step.Rate == rate {
			return step.Level, nil
		}
	}
	return 0, failf(ErrUnknownRate, "scale %s has no level of %s", s.Name(), rate)
}

// Label returns the text that the product prints for a level, such as
//
//	Match Level 7 - 1/500,000 FAR
//
// A level without a rate on this scale has the text without the rate: Match Level 0 for a
// comparison without a match, Match Level 8 for a level of some other scale.
func (s Scale) Label(level Level) string {
	var buf [64]byte
	b := append(buf[:0], labelLevel...)
	b = strconv.AppendInt(b, int64(level), 10)
	if rate := s.rate(level); !rate.IsZero() {
		b = append(b, labelRate...)
		b = rate.append(b)
		b = append(b, labelEnd...)
	}
	return string(b)
}

const (
	labelLevel = "Match Level "
	labelRate  = " - "
	labelEnd   = " FAR"
)

// Parse reads a level of this scale from a text in exactly one of these forms:
//
//	Match Level 5 - 1/10,000 FAR
//	Match Level 5
//	5
//	1/10,000
//
// Rates are read as [ParseRate] does. Level 0 is read from the texts without a
// rate. A label whose level and rate disagree is a [*MismatchError], a level
// above (or missing in) the scale an [ErrUnknownLevel], a rate that the scale does
// not have an [ErrUnknownRate], and any other text an [ErrSyntax].
func (s Scale) Parse(text string) (Level, error) {
	if strings.HasPrefix(text, "1/") {
		rate, err := ParseRate(text)
		if err != nil {
			return 0, err
		}
		return s.LevelOf(rate)
	}
	number, labelled := strings.CutPrefix(text, labelLevel)
	var stated string
	var rated bool
	if labelled {
		number, stated, rated = strings.Cut(number, labelRate)
	}
	level, err := ParseLevel(number)
	if err != nil {
		return 0, failf(ErrSyntax, "not a match level: want a label such as %s, a level or a rate", Kvalifika.Label(5))
	}
	if !rated {
		if err := s.check(level); err != nil {
			return 0, err
		}
		return level, nil
	}
	stated, ok := strings.CutSuffix(stated, labelEnd)
	if !ok {
		return 0, failf(ErrSyntax, "not a match level: want a label such as %s", Kvalifika.Label(5))
	}
	rate, err := ParseRate(stated)
	if err != nil {
		return 0, err
	}
	if err := s.check(level); err != nil {
		return 0, err
	}
	if have := s.rate(level); have != rate {
		return 0, &MismatchError{s.Name(), level, rate, have}
	}
	return level, nil
}

// check refuses levels that no comparison on this scale can have. Level 0 is permitted.
func (s Scale) check(level Level) error {
	if level != 0 && s.rate(level).IsZero() {
		return errLevel(s, level)
	}
	return nil
}

// LevelFor returns the lowest level of the scale that meets the requirement in one attempt. Use it
// to compare levels of different scales: pass [AtMost] of the rate that a level has on its own
// scale. If no level is strict enough the error wraps [ErrUnmet].
func (s Scale) LevelFor(r Requirement) (Level, error) {
	for _, step := range s.steps() {
		if r.MetBy(step.Rate) {
			return step.Level, nil
		}
	}
	return 0, failf(ErrUnmet, "scale %s has no level that meets %s", s.Name(), r)
}
