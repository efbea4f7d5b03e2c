package row

import (
	"math"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// The kinds of columns. Most are made from one function that returns a pointer to a field, so that
// a column cannot be read into another field than it is written from.

// text returns a column of texts that are never NULL.
func text[T ~string](name string, field sessions.Field, at func(*sessions.Session) *T) *Column {
	return &Column{
		Name: name, Field: field,
		write: func(r *stored) any { return string(*at(r.Session)) },
		read:  func(c *cell, r *stored) { *at(r.Session) = T(c.text) },
	}
}

// number returns a column of integers from least to most.
func number[T ~int | ~int16 | ~int64 | ~uint8](name string, field sessions.Field, least, most int64, at func(*sessions.Session) *T) *Column {
	return &Column{
		Name: name, Field: field, Number: true,
		write: func(r *stored) any { return int64(*at(r.Session)) },
		read:  func(c *cell, r *stored) { *at(r.Session) = T(c.integer(least, most)) },
	}
}

// flag returns a column of 0 and 1.
func flag(name string, field sessions.Field, at func(*sessions.Session) *bool) *Column {
	return &Column{
		Name: name, Field: field, Number: true,
		write: func(r *stored) any { return bit(*at(r.Session)) },
		read:  func(c *cell, r *stored) { *at(r.Session) = c.integer(0, 1) == 1 },
	}
}

// bit returns 1 for true.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// instant returns a column of microseconds since 1970. The zero time is NULL, if the column may be
// NULL.
func instant(name string, field sessions.Field, at func(*sessions.Session) *time.Time) *Column {
	return &Column{
		Name: name, Field: field, Number: true,
		write: func(r *stored) any {
			if at(r.Session).IsZero() {
				// NULL says that there is no time; year 1 would be a number like any other.
				return nil
			}
			return at(r.Session).UnixMicro()
		},
		read: func(c *cell, r *stored) { *at(r.Session) = time.UnixMicro(c.integer(anything())).UTC() },
	}
}

// date returns a column of days, as sessions.Date writes them. The zero Date is an empty text.
func date(name string, field sessions.Field, at func(*sessions.Session) *sessions.Date) *Column {
	return &Column{
		Name: name, Field: field,
		write: func(r *stored) any { return at(r.Session).String() },
		read: func(c *cell, r *stored) {
			if c.text == "" {
				return
			}
			d, err := sessions.ParseDate(c.text)
			c.bad = c.bad || err != nil
			*at(r.Session) = d
		},
	}
}

// document returns a column of a text from a document, NULL if there is none.
func document(name string, field sessions.Field, at func(*sessions.Session) *sessions.Text) *Column {
	return &Column{
		Name: name, Field: field, Nullable: true, document: at,
		write: func(r *stored) any {
			if t := at(r.Session); t.State() == sessions.Known {
				return t.Value()
			}
			// Store no mark for an absent text: a filter that compares the column must not find it.
			return nil
		},
		read: func(c *cell, r *stored) { *at(r.Session) = sessions.TextOf(c.text) },
	}
}

// states returns the column of the states of texts, with one digit for each. The state says why a
// text has no value, and that an empty text is known to be empty.
func states(name string, texts Columns) *Column {
	return &Column{
		Name: name, ofTexts: true,
		write: func(r *stored) any {
			digits := make([]byte, len(texts))
			for i, t := range texts {
				digits[i] = '0' + byte(t.document(r.Session).State())
			}
			return string(digits)
		},
		read: func(c *cell, r *stored) {
			if len(c.text) != len(texts) {
				c.bad = true
				return
			}
			for i, t := range texts {
				switch state, at := sessions.TextState(c.text[i]-'0'), t.document(r.Session); {
				case state == sessions.Known:
					// A packed row has NULL for an empty text, so it was not read.
					*at = sessions.TextOf(at.Value())
				case state <= sessions.Redacted:
					// Whatever the column contains, a text without a value shows none.
					*at = sessions.TextIn(state)
				default:
					// Viewers see masked texts, but they are never stored.
					c.bad = true
				}
			}
		},
	}
}

// matchLevel returns the column of the match level, NULL if nothing was compared.
func matchLevel(name string) *Column {
	return &Column{
		Name: name, Field: sessions.FieldMatchLevel, Number: true, Nullable: true,
		write: func(r *stored) any {
			if !r.Match.Compared {
				return nil
			}
			return int64(r.Match.Level)
		},
		read: func(c *cell, r *stored) {
			r.Match.Compared, r.Match.Level = true, far.Level(c.integer(math.MinInt16, math.MaxInt16))
		},
	}
}

// extra returns a column with a JSON object of texts, in the order of the pairs, NULL if there are
// none.
func extra(name string) *Column {
	return &Column{
		Name: name, Field: sessions.FieldExtra, Nullable: true,
		write: func(r *stored) any {
			if r.Extra.Len() == 0 {
				return nil
			}
			return string(r.Extra.AppendJSON(nil))
		},
		read: func(c *cell, r *stored) {
			var err error
			r.Extra, err = sessions.ParseExtra(c.text)
			c.bad = c.bad || err != nil
		},
	}
}

// reasons returns a column with a text of all reasons, in which [Reasons] of one reason finds it.
func reasons(name string) *Column {
	return &Column{
		Name: name, Field: sessions.FieldReasons,
		write: func(r *stored) any { return Reasons(r.Reasons...) },
		read:  func(c *cell, r *stored) { r.Reasons = splitReasons(c.text) },
	}
}

// changedSeq returns the column of the number of the last change, which is not a field of the
// session.
func changedSeq(name string) *Column {
	return &Column{
		Name: name, Number: true,
		write: func(r *stored) any { return r.changedSeq },
		read:  func(c *cell, r *stored) { r.changedSeq = c.integer(anything()) },
	}
}

// version returns the column of the host's version of the stored state, which is not a field of the
// session.
func version(name string) *Column {
	return &Column{
		Name: name, Number: true, ofPut: true,
		write: func(r *stored) any { return r.version },
		read:  func(c *cell, r *stored) { r.version = c.integer(anything()) },
	}
}

// searchKey returns the column of the search key, which is given together with the session.
func searchKey(name string) *Column {
	return &Column{Name: name, write: func(r *stored) any { return r.searchKey }}
}

// derived returns a column that is never read: it follows from others, or is known before.
func derived(name string, field sessions.Field, of func(*sessions.Session) any) *Column {
	return &Column{Name: name, Field: field, write: func(r *stored) any { return of(r.Session) }}
}

// failedFor returns a column that is 1 if the session has failed for a reason.
func failedFor(name string, reason sessions.Reason) *Column {
	c := derived(name, sessions.FieldNone, func(s *sessions.Session) any { return bit(s.FailedFor(reason)) })
	c.Number = true
	return c
}

// fixed marks a column that never changes.
func (c *Column) fixed() *Column {
	c.isFixed = true
	return c
}

// nullable marks a column that may be NULL.
func (c *Column) nullable() *Column {
	c.Nullable = true
	return c
}

// Each reason is between bars, so that it can be found by its text.
var (
	escapeReason   = strings.NewReplacer(`\`, `\\`, `|`, `\p`)
	unescapeReason = strings.NewReplacer(`\\`, `\`, `\p`, `|`)
)

// Reasons returns the text of the column reasons: "" for none, else each reason between bars. The
// text of one reason is part of the text of several if and only if it is one of them.
func Reasons(reasons ...sessions.Reason) string {
	if len(reasons) == 0 {
		return ""
	}
	var b strings.Builder
	for _, r := range reasons {
		b.WriteByte('|')
		_, _ = escapeReason.WriteString(&b, string(r))
	}
	b.WriteByte('|')
	return b.String()
}

// splitReasons returns the reasons in a text that Reasons has made.
func splitReasons(text string) []sessions.Reason {
	if len(text) < 2 {
		return nil
	}
	text = text[1 : len(text)-1]
	reasons := make([]sessions.Reason, 0, 1+strings.Count(text, "|"))
	for r := range strings.SplitSeq(text, "|") {
		reasons = append(reasons, sessions.Reason(unescapeReason.Replace(r)))
	}
	return reasons
}
