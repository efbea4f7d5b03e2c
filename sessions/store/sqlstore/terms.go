package sqlstore

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// The first letters of the terms that are no words: properties that are rare by nature. A folded word never begins with
// an upper-case letter.
const (
	termReason   = "R"
	termStatus   = "S"
	termType     = "T"
	termLevel    = "L"
	termSubject  = "U"
	maxRareLevel = 4
)

func rareStatus(s sessions.Status) bool { return s != sessions.Success && s != sessions.Failed }

func rareType(t sessions.DocumentType) bool {
	return t != "" && t != sessions.Passport && t != sessions.IDCard
}

// termsOf returns the terms under which a session is found, sorted, each once.
func termsOf(s *sessions.Session) []string {
	terms := make([]string, 0, 16)
	for _, word := range searchkey.Of(s).Words() {
		terms = append(terms, word)
	}
	for _, r := range s.Reasons {
		terms = append(terms, termReason+string(r))
	}
	if rareStatus(s.Status) {
		terms = append(terms, termStatus+string(s.Status))
	}
	if rareType(s.DocumentType) {
		terms = append(terms, termType+string(s.DocumentType))
	}
	if l := s.Match.Level; s.Match.Compared && l >= 0 && l <= maxRareLevel {
		terms = append(terms, termLevel+strconv.Itoa(int(l)))
	}
	if s.Subject != "" {
		terms = append(terms, termSubject+s.Subject)
	}
	slices.Sort(terms)
	return slices.Compact(terms)
}

// driver is a part of a filter's top conjunction whose sessions the terms name: one of its values, or the words of a
// range, belong to each session that the filter matches.
type driver struct {
	values []string // either
	ranges []words  // or
}

// words are the terms from the first one on that are less than the second.
type words struct{ from, to string }

// shortest returns the length of the shortest beginning of its words: the shorter, the more sessions have one.
func (d driver) shortest() int {
	return len(slices.MinFunc(d.ranges, func(a, b words) int { return cmp.Compare(len(a.from), len(b.from)) }).from)
}

// maxDrivers bounds how many are counted to find the sparsest.
const maxDrivers = 6

// driversOf returns a filter's drivers, those first that promise to be sparse.
func driversOf(f filter.Filter) []driver {
	var exact, searched []driver
	for _, part := range f.Parts() {
		c, ok := part.Root().(*filter.Criterion)
		if !ok {
			continue
		}
		groups, _ := c.Terms()
		for _, group := range groups {
			switch d, _ := driverOf(group); {
			case len(d.values) > 0:
				exact = append(exact, d)
			case len(d.ranges) > 0:
				searched = append(searched, d)
			}
		}
	}
	slices.SortStableFunc(searched, func(a, b driver) int { return cmp.Compare(b.shortest(), a.shortest()) })
	drivers := append(exact, searched...)
	return drivers[:min(len(drivers), maxDrivers)]
}

// isExact reports whether a filter selects the sessions that all its drivers name, no more and no less.
func isExact(f filter.Filter) bool {
	drivers := 0
	for _, part := range f.Parts() {
		c, ok := part.Root().(*filter.Criterion)
		if !ok {
			return false
		}
		groups, exact := c.Terms()
		for _, group := range groups {
			_, whole := driverOf(group)
			exact = exact && whole
			drivers++
		}
		if !exact {
			return false
		}
	}
	return drivers > 0 && drivers <= maxDrivers
}

// driverOf returns the driver that names the sessions with a term in one of the ranges, the zero one if there is none, and whether
// it names no other session.
func driverOf(group []filter.TermRange) (d driver, whole bool) {
	fields := map[words]sessions.Fields{}
	for _, r := range group {
		if r.Word && r.Prefix {
			w := words{r.From, r.To}
			if _, ok := fields[w]; !ok {
				d.ranges = append(d.ranges, w)
			}
			fields[w] = fields[w].Union(sessions.FieldsOf(r.Field))
			continue
		}
		term := rareTerm(r)
		if term == "" {
			return driver{}, false
		}
		d.values = append(d.values, term)
	}
	whole = len(group) > 0
	for _, f := range fields { // terms do not say which field a word is of
		whole = whole && sessions.SearchFields().Minus(f) == 0
	}
	return d, whole
}

// rareTerm returns the term of a range that is one value which is rare by nature, or a word.
func rareTerm(r filter.TermRange) string {
	v := r.From
	switch {
	case r.To != v+"\x00":
		return ""
	case r.Word:
		return v
	}
	switch r.Field {
	case sessions.FieldReasons:
		return termReason + v
	case sessions.FieldStatus:
		if rareStatus(sessions.Status(v)) {
			return termStatus + v
		}
	case sessions.FieldDocumentType:
		if rareType(sessions.DocumentType(v)) {
			return termType + v
		}
	case sessions.FieldMatchLevel:
		if l, err := strconv.Atoi(v); err == nil && l <= maxRareLevel {
			return termLevel + strconv.Itoa(l)
		}
	case sessions.FieldSubject:
		if v != "" {
			return termSubject + v
		}
	}
	return ""
}
