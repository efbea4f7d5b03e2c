package segment

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// propertyLetters are the fields whose values have lists, with the letter that begins the keys of
// those. They have few values. A folded word never begins with an upper-case letter.
var propertyLetters = [sessionsFields]byte{
	sessions.FieldStatus: 'S', sessions.FieldDocumentType: 'T', sessions.FieldMatchLevel: 'L', sessions.FieldReasons: 'R',
	sessions.FieldDocumentPresented: 'P', sessions.FieldDocumentValidity: 'V', sessions.FieldLiveness: 'A', sessions.FieldSex: 'X',
	sessions.FieldDevice: 'D', sessions.FieldAcceptanceLevel: 'C',
}

const (
	sessionsFields = 64 // of which a set has room
	subjectLetter  = "U"
	scaleLetter    = 'G' // the scale of a match level, which is no field of its own
)

func isProperty(term string) bool {
	return term != "" && term[0] >= 'A' && term[0] <= 'Z' && term[:1] != subjectLetter
}

// property is a value of a field that has lists. The zero property is none.
type property struct {
	letter byte
	value  string
}

// String returns the key of the property's list.
func (p property) String() string {
	if p.letter == 0 {
		return ""
	}
	return string(rune(p.letter)) + p.value
}

// propertyOf returns the property that a term is.
func propertyOf(t *filter.Term) property {
	if letter := propertyLetters[t.Field]; letter != 0 && !t.Word {
		return property{letter, t.Value}
	}
	return property{}
}

// levels are the terms of all match and acceptance levels, and of none.
func levels() (terms []filter.Term) {
	for l := range far.MaxLevel + 1 {
		for _, compared := range []bool{false, true} {
			s := sessions.Session{Match: sessions.Match{Compared: compared, Level: l, Acceptance: l}}
			for _, t := range filter.AppendTerms(nil, &s) {
				if (t.Field == sessions.FieldMatchLevel || t.Field == sessions.FieldAcceptanceLevel) && !slices.Contains(terms, t) {
					terms = append(terms, t)
				}
			}
		}
	}
	return terms
}

// tag is the number of a field in lists and dictionaries.
type tag uint8

const (
	tagSubject tag = 4
	tagBoth    tag = 5 // a word that is joined of both names
	tagEnd     tag = 6
)

// searched are the fields of search by their tags.
var searched = [...]sessions.Field{
	sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldPersonalNumber, sessions.FieldDocumentNumber,
}

func tagOf(f sessions.Field) (tag, bool) {
	if f == sessions.FieldNone {
		return tagBoth, true
	}
	for t, s := range searched {
		if s == f {
			return tag(t), true
		}
	}
	return 0, false
}

// tags is a set of tags.
type tags uint8

func (s tags) has(t tag) bool { return s>>t&1 == 1 }

// several reports whether there are two or more.
func (s tags) several() bool { return s&(s-1) != 0 }

// Word is a word of a session with its field, or its subject.
type Word struct {
	text string
	tag  tag
}

// termsOf calls word with the words of a session, and prop with its properties, some of them
// possibly twice. It returns the buffer, for the next call.
func termsOf(s *sessions.Session, buffer []filter.Term, word func(Word), prop func(property)) []filter.Term {
	buffer = filter.AppendTerms(buffer[:0], s)
	for i := range buffer {
		t := &buffer[i]
		if t.Word {
			if tag, ok := tagOf(t.Field); ok {
				word(Word{t.Value, tag})
			}
		} else if t.Field == sessions.FieldSubject && t.Value != "" {
			word(Word{subjectTerm(t.Value), tagSubject})
		} else if p := propertyOf(t); p.letter != 0 {
			prop(p)
		}
	}
	if s.Match.Compared {
		prop(property{scaleLetter, s.Match.Scale})
	}
	return buffer
}

// sexLetter begins the one property that is a person's. It is forgotten as words are: as a word
// that has a list, whose only section has tag 0.
var sexLetter = string(rune(propertyLetters[sessions.FieldSex]))

func sexWord(property string) (w Word, ok bool) {
	return Word{text: property}, strings.HasPrefix(property, sexLetter) && property != sexLetter
}

// LostWords returns the words that a session had and does not have any more, and its sex likewise.
func LostWords(had, has *sessions.Session) (lost []Word) {
	kept := map[Word]bool{}
	keep := func(w Word) { kept[w] = true }
	lose := func(w Word) {
		if !kept[w] {
			lost = append(lost, w)
		}
	}
	sexOf := func(do func(Word)) func(property) {
		return func(p property) {
			if w, ok := sexWord(p.String()); ok {
				do(w)
			}
		}
	}
	buffer := termsOf(has, nil, keep, sexOf(keep))
	termsOf(had, buffer, lose, sexOf(lose))
	return lost
}

// SameTexts reports whether two states of a session are alike in all that words are made of, in
// whatever version, and in their sex.
func SameTexts(s, t *sessions.Session) bool {
	return s.FirstName == t.FirstName && s.LastName == t.LastName && s.PersonalNumber == t.PersonalNumber &&
		s.DocumentNumber == t.DocumentNumber && s.Subject == t.Subject && s.Sex == t.Sex
}

// subjectTerm is a hash of a subject, which is a key of a person's and takes many bytes. Two may
// have the same.
func subjectTerm(subject string) string {
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.Checksum([]byte(subject), castagnoli))
	return subjectLetter + base64.RawURLEncoding.EncodeToString(sum[:])
}

// prefixes yields the beginnings of a word that are whole characters, the word itself last.
func prefixes(word string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for end := 0; end < len(word); {
			_, size := utf8.DecodeRuneInString(word[end:])
			end += size
			if !yield(word[:end]) {
				return
			}
		}
	}
}
