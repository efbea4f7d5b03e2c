package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// isField is a field whose values are texts, or are written as texts.
type isField struct {
	kind
	field    sessions.Field
	value    func(s *sessions.Session) string // "": absent
	maxBytes int
	never    bool     // the field is never absent
	only     []string // all values that exist, the zero value first; nil: any text
	index    indexing
}

// indexing says which terms a session has for a field. If the value is absent, there is always one.
type indexing uint8

const (
	byValue indexing = iota
	byWords          // the words of the search key
	unindexed
)

var isFields = []isField{
	{field: sessions.FieldID, value: func(s *sessions.Session) string { return s.ID }, maxBytes: sessions.MaxKeyBytes, never: true, index: unindexed},
	{field: sessions.FieldPartner, value: func(s *sessions.Session) string { return s.Partner }, maxBytes: sessions.MaxMetaBytes},
	{field: sessions.FieldSubject, value: func(s *sessions.Session) string { return s.Subject }, maxBytes: sessions.MaxKeyBytes},
	{field: sessions.FieldStatus, value: func(s *sessions.Session) string { return string(s.Status) }, maxBytes: sessions.MaxKeyBytes, never: true},
	{field: sessions.FieldFirstName, value: func(s *sessions.Session) string { return s.FirstName.Value() }, maxBytes: sessions.MaxTextBytes, index: byWords},
	{field: sessions.FieldLastName, value: func(s *sessions.Session) string { return s.LastName.Value() }, maxBytes: sessions.MaxTextBytes, index: byWords},
	{field: sessions.FieldPersonalNumber, value: func(s *sessions.Session) string { return s.PersonalNumber.Value() }, maxBytes: sessions.MaxTextBytes, index: byWords},
	{field: sessions.FieldDocumentNumber, value: func(s *sessions.Session) string { return s.DocumentNumber.Value() }, maxBytes: sessions.MaxTextBytes, index: byWords},
	{field: sessions.FieldNationality, value: func(s *sessions.Session) string { return s.Nationality.Value() }, maxBytes: sessions.MaxTextBytes},
	{field: sessions.FieldSex, value: func(s *sessions.Session) string { return string(s.Sex) }, maxBytes: sessions.MaxKeyBytes},
	{field: sessions.FieldDocumentType, value: func(s *sessions.Session) string { return string(s.DocumentType) }, maxBytes: sessions.MaxKeyBytes},
	{
		field: sessions.FieldDocumentPresented, value: func(s *sessions.Session) string { return truths[bit(s.DocumentPresented)] },
		never: true, only: truths,
	},
	{
		field: sessions.FieldDocumentValidity, value: func(s *sessions.Session) string { return s.DocumentValidity.String() },
		never: true, only: []string{sessions.NotChecked.String(), sessions.Valid.String(), sessions.Invalid.String()},
	},
	{
		field: sessions.FieldLiveness, value: func(s *sessions.Session) string { return s.Liveness.String() },
		never: true, only: []string{sessions.LivenessUnknown.String(), sessions.LivenessPassed.String(), sessions.LivenessNotPassed.String()},
	},
	{field: sessions.FieldSelfie, value: func(s *sessions.Session) string { return s.Selfie }, maxBytes: sessions.MaxMetaBytes, index: unindexed},
	{field: sessions.FieldClientIP, value: func(s *sessions.Session) string { return s.ClientIP }, maxBytes: sessions.MaxMetaBytes},
	{field: sessions.FieldDevice, value: func(s *sessions.Session) string { return string(s.Device) }, maxBytes: sessions.MaxKeyBytes},
	{field: sessions.FieldBrowser, value: func(s *sessions.Session) string { return s.Browser }, maxBytes: sessions.MaxMetaBytes},
	{field: sessions.FieldOS, value: func(s *sessions.Session) string { return s.OS }, maxBytes: sessions.MaxMetaBytes},
	{field: sessions.FieldModel, value: func(s *sessions.Session) string { return s.Model }, maxBytes: sessions.MaxMetaBytes},
}

var truths = []string{"false", "true"}

// bit returns 1 for true and 0 for false.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// isFieldOf returns the field of texts, or nil if the field is not one.
func isFieldOf(f sessions.Field) *isField {
	i := slices.IndexFunc(isFields, func(t isField) bool { return t.field == f })
	if i < 0 {
		return nil
	}
	return &isFields[i]
}

func isKinds(fields ...sessions.Field) []*kind {
	kinds := make([]*kind, len(fields))
	for i, field := range fields {
		f := isFieldOf(field)
		f.kind = kind{name: field.String(), none: !f.never, read: func(r *reading) Filter { return newIs(f, r.texts(!f.never)) }}
		kinds[i] = &f.kind
	}
	return kinds
}

// is is the condition that a field has one of the values.
type is struct {
	of     *isField
	values []string // sorted; "" is an absent one
	boxed  []any    // the values as SQL compares them, for every statement
}

// Is selects the sessions whose field has any of the values, compared byte by byte. Values are
// written as the text of their type: "passed", "not_checked", "true", "3". For a field that a
// session may lack, "" selects the sessions without it; for times and dates "" is the only value,
// since ranges have their own criteria. Reasons and extra fields have their own criteria too, and
// filters do not select by company: these fields are errors that wrap [ErrField].
func Is(f sessions.Field, values ...string) Filter {
	if of := isFieldOf(f); of != nil {
		return newIs(of, values)
	}
	if of := numberFieldOf(f); of != nil {
		return of.parse(values)
	}
	if of := dateFieldOf(f); of != nil {
		return onlyAbsent(f, values, &dateRange{of: of, absent: true})
	}
	if of := timeFieldOf(f); of != nil && f != sessions.FieldCreatedAt {
		return onlyAbsent(f, values, &timeRange{timeField: of, absent: true})
	}
	return bad(f.String(), "", ErrField)
}

// onlyAbsent returns the filter of c, which selects absent values, if all values are "".
func onlyAbsent(f sessions.Field, values []string, c criterion) Filter {
	if err := checkCount(f.String(), len(values)); err != nil {
		return Filter{err: err}
	}
	if i := slices.IndexFunc(values, func(v string) bool { return v != "" }); i >= 0 {
		return badValue(f.String(), i, "no value but an absent one, since it has ranges")
	}
	return newFilter(c)
}

// DocumentType selects the sessions with any of the document types. The empty one selects those
// without a document.
func DocumentType(types ...sessions.DocumentType) Filter {
	return newIs(isFieldOf(sessions.FieldDocumentType), types)
}

// Status selects the sessions with any of the statuses.
func Status(statuses ...sessions.Status) Filter {
	return newIs(isFieldOf(sessions.FieldStatus), statuses)
}

func newIs[T ~string](of *isField, values []T) Filter {
	if err := checkCount(of.name, len(values)); err != nil {
		return Filter{err: err}
	}
	c := is{of: of, values: make([]string, len(values))}
	for i, v := range values {
		c.values[i] = string(v)
		switch {
		case v == "" && of.never:
			return badValue(of.name, i, "it is never absent")
		case v != "" && of.only != nil && !slices.Contains(of.only, string(v)):
			return Filter{err: &Error{
				Criterion: of.name, Place: i + 1, Known: slices.Clone(of.only),
				Err: fmt.Errorf("%w: there are %s (value number %d)", ErrValue, strings.Join(of.only, ", "), i+1),
			}}
		case of.only == nil:
			if why := checkValue(string(v), of.maxBytes); why != "" {
				return badValue(of.name, i, why)
			}
		}
	}
	// The values are sorted, each once, so that the text is canonical. They are a copy of what the
	// caller gave, so that no change is visible outside.
	slices.Sort(c.values)
	c.values = slices.Compact(c.values)
	c.boxed = boxed(c.values)
	switch {
	// Columns hold a boolean, which no engine compares with a text.
	case of.field == sessions.FieldDocumentPresented:
		for i, v := range c.values {
			c.boxed[i] = v == truths[1]
		}
	// Columns may hold an empty text in place of the zero value.
	case of.only != nil && slices.Contains(c.values, of.only[0]):
		c.boxed = append(c.boxed, "")
	}
	return newFilter(&c)
}

func (c *is) kind() *kind             { return &c.of.kind }
func (c *is) fields() sessions.Fields { return sessions.FieldsOf(c.of.field) }
func (c *is) size() int               { return len(c.values) }

func (c *is) match(s *sessions.Session) bool { return slices.Contains(c.values, c.of.value(s)) }

func (c *is) sql(w *writer, negated bool) {
	w.isAny(c.of.field, c.values, c.boxed, negated)
}

func (c *is) arguments(bool) arguments { return arguments{values: withAbsent(c.values, c.of.never)} }

func (c *is) terms() (groups [][]TermRange, exact bool) {
	group := make([]TermRange, 0, len(c.values))
	exact = true
	for _, v := range c.values {
		switch {
		case v == "" || c.of.index == byValue:
			group = append(group, termIs(c.of.field, v))
		// The words are in the index for searches already. Terms of values would double it.
		case c.of.index == byWords:
			word := firstWord(c.of.field, v)
			if word == "" {
				return nil, false
			}
			group = append(group, TermRange{Field: c.of.field, Word: true, From: word, To: word + "\x00"})
			exact = false
		default:
			return nil, false
		}
	}
	return [][]TermRange{group}, exact
}

// firstWord returns a word that every session with this value in the field has, or "" if there is
// none.
func firstWord(f sessions.Field, value string) string {
	// Only package searchkey knows which words a text has, and it takes sessions.
	var s sessions.Session
	text := sessions.TextOf(value)
	switch f {
	case sessions.FieldFirstName:
		s.FirstName = text
	case sessions.FieldLastName:
		s.LastName = text
	case sessions.FieldPersonalNumber:
		s.PersonalNumber = text
	case sessions.FieldDocumentNumber:
		s.DocumentNumber = text
	}
	for _, word := range searchkey.Of(&s).Words() {
		return word
	}
	return ""
}

func (c *is) check(also map[sessions.Field][]string) error {
	return checkKnown(c.of.name, "", c.of.field, c.values, also)
}
