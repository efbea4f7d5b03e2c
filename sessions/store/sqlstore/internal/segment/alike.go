package segment

import (
	"errors"
	"strconv"
	"strings"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// Alike is how many sessions agree in status, reasons, liveness, validity, document type and match.
type Alike struct {
	Session sessions.Session // has those, and nothing else; of several reasons one, and not Low FAR
	N       int
}

// alikeLetters are the properties that sessions are told apart by.
const alikeLetters = "SRAVGTL"

// alikeLists returns the keys of the lists of those properties.
func (s *Segment) alikeLists() (keys []string) {
	for _, p := range s.properties {
		if isProperty(p) && strings.Contains(alikeLetters, p[:1]) {
			keys = append(keys, keyList+p)
		}
	}
	return keys
}

// alike tells the sessions of a set apart.
func (e *Evaluation) alike(set Bits) (list []Alike) {
	lists := map[byte][]valueSet{} // by letter
	lowFAR := valueSet{value: string(sessions.LowFAR)}
	for _, key := range e.s.alikeLists() {
		p := valueSet{key[2:], e.set()}
		e.orLeaf(p.of, &leaf{properties: []string{key[1:]}})
		if letter := key[1]; letter == 'R' && p.value == lowFAR.value {
			lowFAR.of = p.of
		} else {
			lists[letter] = append(lists[letter], p)
		}
	}
	if lowFAR.of != nil { // behind all others
		lists['R'] = append(lists['R'], lowFAR)
	}
	var s sessions.Session
	var split func(set Bits, letters string)
	split = func(set Bits, letters string) {
		n := set.Count()
		switch {
		case n == 0:
			return
		case letters == "":
			list = append(list, Alike{s, n})
			return
		}
		before := s
		rest := set.clone()
		for _, p := range lists[letters[0]] {
			// Of several reasons the first one stands for all: the rest does not have it.
			of := rest.clone()
			of.and(p.of)
			rest = rest.Minus(of)
			if err := setProperty(&s, letters[0], p.value); err != nil {
				e.fail(keyList + letters[:1] + p.value)
			}
			split(of, letters[1:])
			s = before
		}
		split(rest, letters[1:])
	}
	split(set, alikeLetters)
	return list
}

// valueSet is a value of a property and the sessions that have it.
type valueSet struct {
	value string
	of    Bits
}

var errProperty = errors.New("segment: no value of a property")

// setProperty sets the property that a list is of.
func setProperty(s *sessions.Session, letter byte, value string) error {
	switch letter {
	case 'S':
		s.Status = sessions.Status(value)
	case 'R':
		s.Reasons = []sessions.Reason{sessions.Reason(value)}
	case 'A':
		return s.Liveness.UnmarshalText([]byte(value))
	case 'V':
		return s.DocumentValidity.UnmarshalText([]byte(value))
	case 'G':
		s.Match.Compared, s.Match.Scale = true, value
	case 'T':
		s.DocumentType = sessions.DocumentType(value)
	case 'L':
		if value == "" { // not compared
			return nil
		}
		level, err := strconv.Atoi(value)
		if err != nil || level < 0 || level > int(far.MaxLevel) {
			return errProperty
		}
		s.Match.Level = far.Level(level)
	}
	return nil
}
