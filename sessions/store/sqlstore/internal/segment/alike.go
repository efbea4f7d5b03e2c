package segment

import (
	"errors"
	"strconv"
	"strings"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// Alike counts sessions that agree in status, reasons, liveness, validity, document type and match.
type Alike struct {
	// Session has these fields only. Of several reasons it has one, which is not Low FAR.
	Session sessions.Session
	N       int
}

// alikeLetters are the letters of the properties by which sessions are counted.
const alikeLetters = "SRAVGTL"

// alikeLists returns the keys of the lists of these properties.
func (s *Segment) alikeLists() (keys []string) {
	for _, p := range s.properties {
		if isProperty(p) && strings.Contains(alikeLetters, p[:1]) {
			keys = append(keys, keyList+p)
		}
	}
	return keys
}

// alike counts the sessions of a set by their properties.
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
	// Low FAR comes last, so that it counts only where it is the only reason.
	if lowFAR.of != nil {
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
			// A session with several reasons counts for the first one only: it is not in rest then.
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

// valueSet is a value of a property, and the sessions that have it.
type valueSet struct {
	value string
	of    Bits
}

var errProperty = errors.New("segment: no value of a property")

// setProperty sets a property of a session from the value of a list.
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
