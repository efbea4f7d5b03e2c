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
	values   []string // either
	from, to string   // or bytewise, to not inclusive
}

// maxDrivers bounds how many are counted to find the sparsest.
const maxDrivers = 6

// driversOf returns a filter's drivers, those first that promise to be sparse.
func driversOf(f filter.Filter) []driver {
	var exact, words []driver
	for _, c := range f.Criteria() {
		switch c.Kind() {
		case filter.KindSearch:
			for _, word := range c.Query().Words() {
				words = append(words, driver{from: word, to: after(word)})
			}
		default:
			if values := rareValues(c); len(values) > 0 {
				exact = append(exact, driver{values: values})
			}
		}
	}
	slices.SortStableFunc(words, func(a, b driver) int { return cmp.Compare(len(b.from), len(a.from)) })
	drivers := append(exact, words...)
	return drivers[:min(len(drivers), maxDrivers)]
}

// isExact tells whether a filter selects the sessions that all its drivers name, no more and no less.
func isExact(f filter.Filter) bool {
	criteria := f.Criteria()
	if len(f.Parts()) != len(criteria) {
		return false
	}
	drivers := 0
	for _, c := range criteria {
		switch c.Kind() {
		case filter.KindSearch:
			if c.Fields() != sessions.SearchFields() {
				return false
			}
			drivers += c.Query().Len()
			continue
		case filter.KindPersonalNumber: // its words are those of other numbers too
			return false
		case filter.KindFailedFor:
			if len(c.Levels()) > 0 {
				return false
			}
		default:
			if len(rareValues(c)) == 0 {
				return false
			}
		}
		drivers++
	}
	return drivers > 0 && drivers <= maxDrivers
}

// rareValues returns the terms of a criterion all of whose values have one, else none.
func rareValues(c *filter.Criterion) []string {
	var terms []string
	switch c.Kind() {
	case filter.KindStatus:
		for _, v := range c.Values() {
			if !rareStatus(sessions.Status(v)) {
				return nil
			}
			terms = append(terms, termStatus+v)
		}
	case filter.KindDocumentType:
		for _, v := range c.Values() {
			if !rareType(sessions.DocumentType(v)) {
				return nil
			}
			terms = append(terms, termType+v)
		}
	case filter.KindFailedFor:
		for _, v := range c.Values() {
			terms = append(terms, termReason+v)
		}
	case filter.KindMatchLevel:
		for _, l := range c.Levels() {
			if l < 0 || l > maxRareLevel {
				return nil
			}
			terms = append(terms, termLevel+strconv.Itoa(int(l)))
		}
	case filter.KindSubject:
		for _, v := range c.Values() {
			terms = append(terms, termSubject+v)
		}
	case filter.KindPersonalNumber:
		for _, v := range c.Values() {
			word := firstWord(v)
			if word == "" {
				return nil
			}
			terms = append(terms, word)
		}
	default:
	}
	return terms
}

// firstWord returns a word that every session with this personal number has, or "".
func firstWord(personalNumber string) string {
	for _, word := range searchkey.Of(&sessions.Session{PersonalNumber: sessions.TextOf(personalNumber)}).Words() {
		return word
	}
	return ""
}

// after returns a text that is bytewise greater than every text that begins with the prefix, and not greater than any
// other that follows them: the last rune is raised by one.
func after(prefix string) string {
	runes := []rune(prefix)
	for i, next := range slices.Backward(runes) {
		next++
		if next == 0xd800 { // the surrogates are no characters
			next = 0xe000
		}
		if next <= 0x10ffff {
			return string(runes[:i]) + string(next)
		}
	}
	return prefix + "\U0010ffff" // no word has that character
}
