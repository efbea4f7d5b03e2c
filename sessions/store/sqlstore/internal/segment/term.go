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
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// propertyLetters has the fields whose values have lists, because they have few values. The letter
// begins the keys of the lists. A folded word never begins with an upper-case letter.
var propertyLetters = [mostFields]byte{
	sessions.FieldStatus: 'S', sessions.FieldDocumentType: 'T', sessions.FieldMatchLevel: 'L', sessions.FieldReasons: 'R',
	sessions.FieldDocumentPresented: 'P', sessions.FieldDocumentValidity: 'V', sessions.FieldLiveness: 'A', sessions.FieldSex: 'X',
	sessions.FieldDevice: 'D', sessions.FieldAcceptanceLevel: 'C',
}

const (
	mostFields    = 64 // as many fields as a set has room for
	subjectLetter = "U"
	scaleLetter   = 'G' // the scale of a match level, which has no field of its own
)

// isProperty reports whether a term is a property, and not a word or a subject.
func isProperty(term string) bool {
	return term != "" && term[0] >= 'A' && term[0] <= 'Z' && term[:1] != subjectLetter
}

// property is a value of a field that has lists. The zero property means none.
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

// propertyOf returns the property of a term, or the zero property.
func propertyOf(t *filter.Term) property {
	if letter := propertyLetters[t.Field]; letter != 0 && !t.Word {
		return property{letter, t.Value}
	}
	return property{}
}

// levels returns the terms of all match and acceptance levels, and those of sessions without a
// comparison.
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
	tagBoth    tag = 5 // a word joined from both names
	tagEnd     tag = 6
)

// searched has the fields of search, by tag.
var searched = [...]sessions.Field{
	sessions.FieldFirstName, sessions.FieldLastName, sessions.FieldPersonalNumber, sessions.FieldDocumentNumber,
}

// tagOf returns the tag of a field whose words are searched.
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

// several reports whether the set has two or more tags.
func (s tags) several() bool { return s&(s-1) != 0 }

// Word is a word of a session and its field, or the hash of the session's subject.
type Word struct {
	text string
	tag  tag
}

// served has the fields whose terms are in segments, besides words.
var served = func() sessions.Fields {
	fields := sessions.FieldsOf(sessions.FieldSubject)
	for f, letter := range propertyLetters {
		if letter != 0 {
			fields = fields.Union(sessions.FieldsOf(sessions.Field(f)))
		}
	}
	return fields
}()

// termsOf calls word with the words of a session, which are those of its key, and prop with its
// properties. It may call them twice with the same one. It returns the buffer, for the next call.
func termsOf(s *sessions.Session, key searchkey.Key, buffer []filter.Term, word func(Word), prop func(property)) []filter.Term {
	buffer = filter.AppendTermsOf(buffer[:0], s, served, key)
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

// sexLetter begins the one property that is personal. It is forgotten like a word that has a list,
// whose only section has tag 0.
var sexLetter = string(rune(propertyLetters[sessions.FieldSex]))

// sexWord returns the word for a property that is a sex.
func sexWord(property string) (w Word, ok bool) {
	return Word{text: property}, strings.HasPrefix(property, sexLetter) && property != sexLetter
}

// LostWords returns the words, and the sex, that a session had and does not have any more.
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
	buffer := termsOf(has, searchkey.Of(has), nil, keep, sexOf(keep))
	termsOf(had, searchkey.Of(had), buffer, lose, sexOf(lose))
	return lost
}

// SameTexts reports whether two states of a session have the same texts that words of any version
// are made from, and the same sex.
func SameTexts(s, t *sessions.Session) bool {
	return s.FirstName == t.FirstName && s.LastName == t.LastName && s.PersonalNumber == t.PersonalNumber &&
		s.DocumentNumber == t.DocumentNumber && s.Subject == t.Subject && s.Sex == t.Sex
}

// Texts returns a session that has only what SameTexts compares, in memory of its own.
func Texts(s *sessions.Session) *sessions.Session {
	text := func(t sessions.Text) sessions.Text {
		if t.State() == sessions.Known {
			t = sessions.TextOf(strings.Clone(t.Value()))
		}
		return t
	}
	return &sessions.Session{
		FirstName: text(s.FirstName), LastName: text(s.LastName), PersonalNumber: text(s.PersonalNumber), DocumentNumber: text(s.DocumentNumber),
		Subject: strings.Clone(s.Subject), Sex: sessions.Sex(strings.Clone(string(s.Sex))),
	}
}

// subjectTerm returns a hash of a subject. The subject itself identifies a person, and takes many
// bytes. Two subjects may have the same hash.
func subjectTerm(subject string) string {
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.Checksum([]byte(subject), castagnoli))
	return subjectLetter + base64.RawURLEncoding.EncodeToString(sum[:])
}

// prefixes yields the prefixes of a word that end with a whole character. The word itself comes
// last.
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
