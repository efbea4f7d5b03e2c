package generate

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// Shape is a set of people, numbers and companies. The two shapes have no family name in common, so
// that a system that was tuned with one can be tried with the other.
type Shape uint8

// The shapes.
const (
	// Georgia has Georgian names, a fifth of all sessions in Georgian script, and a quarter of
	// people from other countries; names as skewed as in Zipf's law; one company with 60 % of the
	// sessions.
	Georgia Shape = iota
	// Abroad has only Latin names, much less skewed, many with two family names; numbers with
	// letters and separators; IDs that are not UUIDs; seven companies of similar size.
	Abroad
)

// Company is one of the companies that own the sessions.
type Company struct {
	Key, Partner string
	Weight       float64 // its share is Weight over the sum of all weights
}

// Companies returns the companies of the shape, the largest first.
func (s Shape) Companies() []Company {
	if s == Abroad {
		return []Company{
			{"baltic", "Baltic Lending", 25}, {"cordoba", "Córdoba Seguros", 20}, {"delta", "Delta Post", 15}, {"ebro", "Ebro Cars", 14},
			{"fjord", "Fjord Games", 12}, {"gamma", "Gamma Rent", 9}, {"hansa", "Hansa Pay", 5},
		}
	}
	return []Company{
		{"acme", "Acme Bank", 60}, {"lomi", "ლომი დაზღვევა", 22}, {"orbi", "Orbi Exchange", 12}, {"kari", "Kari Mobility", 5.9},
		{"nest", "Nest & Sons, Ltd.", 0.1},
	}
}

// OldNames returns the family names that occur only in the first seventh of the sessions.
func (s Shape) OldNames() []string {
	var all []string
	for _, p := range s.populations() {
		for _, name := range p.old {
			all = append(all, name)
			if p.georgian {
				all = append(all, latin(name))
			}
		}
	}
	return all
}

// populations returns the populations of the shape.
func (s Shape) populations() []population {
	if s == Abroad {
		return []population{abroadNames()}
	}
	return []population{georgianNames(), internationalNames()}
}

// population has the names of a group of people. Frequent names come first.
type population struct {
	georgian           bool
	male, female, last []string
	suffixes           []string // make rarer family names from first names
	particles          []string // may be between family names
	old                []string // family names of the oldest sessions
	home               string   // nationality of nearly all people; "" for one of nationality
	nationality        []string
	pickMale           picker
	pickFemale         picker
	pickLast           picker
}

// prepare makes the pickers.
func (p *population) prepare(flat bool) {
	p.pickMale = zipf(len(p.male), flat)
	p.pickFemale = zipf(len(p.female), flat)
	p.pickLast = zipf(len(p.last), flat)
}

// firstName draws one to three first names.
func (p *population) firstName(r *rand.Rand, female bool) string {
	list, pick := p.male, p.pickMale
	if female {
		list, pick = p.female, p.pickFemale
	}
	name := list[pick.draw(r)]
	if p.georgian {
		return name
	}
	for n := 0; n < 2 && r.IntN(6) == 0; n++ {
		name += " " + list[pick.draw(r)]
	}
	return name
}

// lastName draws a family name: in most cases one of the list, sometimes a rarer one made from a
// first name, now and then one that hardly anybody else has, two with a hyphen, or up to three
// words.
func (p *population) lastName(r *rand.Rand, flat bool) string {
	name := p.last[p.pickLast.draw(r)]
	switch n := r.IntN(1000); {
	case n < 5:
		name = p.rareName(r)
	case n < 120:
		root, suffix := p.male[r.IntN(len(p.male))], p.suffixes[r.IntN(len(p.suffixes))]
		name = strings.TrimRight(root, "აეიოუaeio") + suffix
	case n < 140:
		name += "-" + p.last[p.pickLast.draw(r)]
	case len(p.particles) > 0 && n < 170:
		name = p.particles[r.IntN(len(p.particles))] + " " + name
	case len(p.particles) > 0 && (n < 240 || flat && n < 500):
		name += " " + p.particles[r.IntN(len(p.particles))] + " " + p.last[p.pickLast.draw(r)]
	}
	return name
}

// rareName makes a name of random syllables, which is one in many thousands.
func (p *population) rareName(r *rand.Rand) string {
	consonants, vowels := []string{"b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z"}, []string{"a", "e", "i", "o", "u"}
	if p.georgian {
		consonants, vowels = names("ბ გ დ ვ ზ თ კ ლ მ ნ რ ს ტ ფ ქ ღ ყ შ ჩ ც ძ წ ჭ ხ ჯ"), names("ა ე ი ო უ")
	}
	var b strings.Builder
	for range 3 {
		b.WriteString(consonants[r.IntN(len(consonants))])
		b.WriteString(vowels[r.IntN(len(vowels))])
	}
	b.WriteString(p.suffixes[r.IntN(len(p.suffixes))])
	if p.georgian {
		return b.String()
	}
	return strings.ToUpper(b.String()[:1]) + b.String()[1:]
}

// picker draws indices with given weights.
type picker struct{ upTo []float64 } // cumulative shares; the last is 1

// pickerOf returns a picker with these weights.
func pickerOf(weights []float64) picker {
	upTo := make([]float64, len(weights))
	sum := 0.0
	for i, w := range weights {
		sum += w
		upTo[i] = sum
	}
	for i := range upTo {
		upTo[i] /= sum
	}
	return picker{upTo}
}

// zipf weighs rank k (from 1) with 1/(k+2), which is the usual skew of names; if flat, with its
// square root. Division and square root are exact to the last bit on every machine; powers are not.
func zipf(n int, flat bool) picker {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = 1 / float64(i+3)
		if flat {
			weights[i] = math.Sqrt(weights[i])
		}
	}
	return pickerOf(weights)
}

// draw draws an index.
func (p picker) draw(r *rand.Rand) int {
	i, _ := slices.BinarySearch(p.upTo, r.Float64())
	return min(i, len(p.upTo)-1)
}

// pattern draws a number: # becomes a digit, @ a capital letter, every other character stays.
func pattern(r *rand.Rand, form string) string {
	b := []byte(form)
	for i, c := range b {
		switch c {
		case '#':
			b[i] = '0' + byte(r.IntN(10))
		case '@':
			b[i] = 'A' + byte(r.IntN(26))
		}
	}
	return string(b)
}

// personalNumber draws 11 digits for citizens of Georgia, half of them with a leading zero, and a
// number in a foreign form for others.
func (s Shape) personalNumber(r *rand.Rand, citizen bool) string {
	forms := []string{"#########", "@@#######", "######-####", "##.###.###-#", "@######", "### ## ####"}
	switch {
	case citizen:
		return pattern(r, [...]string{"01#########", "01#########", "0##########", "1##########", "3##########", "6##########"}[r.IntN(6)])
	case s == Abroad:
		forms = []string{"3##########", "######-#####", "@@ ## ## ## @", "########@", "@@@@######@@@@@@##"}
	}
	return pattern(r, forms[r.IntN(len(forms))])
}

// documentNumber draws a number in the form of Georgia's documents, or in a foreign form.
func (s Shape) documentNumber(r *rand.Rand, citizen bool) string {
	forms := []string{"@#######", "#########", "@@@######", "@##@##@##", "@@ ######"}
	switch {
	case citizen:
		return pattern(r, [...]string{"1#@@#####", "2#@@#####"}[r.IntN(2)])
	case s == Abroad:
		forms = []string{"@@@@####", "########-@", "@@#######", "@-###-###"}
	}
	return pattern(r, forms[r.IntN(len(forms))])
}
