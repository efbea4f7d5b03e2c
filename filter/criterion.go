package filter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

// Kind is what a criterion is about. The zero Kind is none.
type Kind uint8

// The kinds of criteria, from the cheapest to match to the dearest. Their numbers may change, their names do not.
const (
	KindNone Kind = iota
	KindStatus
	KindDocumentType
	KindMatchLevel
	KindCreated
	KindFailedFor
	KindSubject
	KindPersonalNumber
	KindExtra
	KindSearch
	kindEnd
)

var kindNames = [kindEnd]string{
	"none", "status", "type", "level", "created", "failed_for", "subject", "personal_number", "extra", "search",
}

// String returns the kind's name, as it stands in the canonical text.
func (k Kind) String() string {
	if k < kindEnd {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// NotCompared stands among the levels of [MatchLevel] for the sessions without a comparison.
const NotCompared far.Level = -1

// Criterion is one condition, a leaf of a filter's tree. What its kind has no use for is zero.
type Criterion struct {
	facts
	kind   Kind
	values []string
	levels []far.Level
	key    string

	query  searchkey.Query
	typed  string
	fields sessions.Fields

	from, to         time.Time
	fromDay, lastDay sessions.Date
	zone             *time.Location

	valueArgs, levelArgs, needleArgs []any // boxed once, for every statement
}

// Kind returns what the criterion is about.
func (c *Criterion) Kind() Kind { return c.kind }

// Values returns the statuses, document types, reasons, numbers, subjects or extra values, sorted, any one of which is asked
// for; for a search the text as it was given, without the space around it.
func (c *Criterion) Values() []string {
	if c.kind == KindSearch {
		return []string{c.typed}
	}
	return slices.Clone(c.values)
}

// Levels returns the match levels of [MatchLevel], [NotCompared] first, or those to which [FailedForAt] narrows Low FAR.
func (c *Criterion) Levels() []far.Level { return slices.Clone(c.levels) }

// Key returns the key of an extra field.
func (c *Criterion) Key() string { return c.key }

// Query returns the folded search text. A session must match it in the criterion's Fields.
func (c *Criterion) Query() searchkey.Query { return c.query }

// Range returns the instants of creation, in UTC: from the first, until before the second. A zero time is an open end.
func (c *Criterion) Range() (from, to time.Time) { return c.from, c.to }

// Days returns the civil days of [CreatedOn], both included, and their zone. A zero date is an open end; the zone is nil
// where instants were given.
func (c *Criterion) Days() (from, to sessions.Date, zone *time.Location) {
	return c.fromDay, c.lastDay, c.zone
}

// Fields returns the fields that the criterion looks at.
func (c *Criterion) Fields() sessions.Fields {
	switch c.kind {
	case KindStatus:
		return sessions.FieldsOf(sessions.FieldStatus)
	case KindDocumentType:
		return sessions.FieldsOf(sessions.FieldDocumentType)
	case KindMatchLevel:
		return sessions.FieldsOf(sessions.FieldMatchLevel)
	case KindCreated:
		return sessions.FieldsOf(sessions.FieldCreatedAt)
	case KindFailedFor:
		if len(c.levels) > 0 {
			return sessions.FieldsOf(sessions.FieldStatus, sessions.FieldReasons, sessions.FieldMatchLevel)
		}
		return sessions.FieldsOf(sessions.FieldStatus, sessions.FieldReasons)
	case KindSubject:
		return sessions.FieldsOf(sessions.FieldSubject)
	case KindPersonalNumber:
		return sessions.FieldsOf(sessions.FieldPersonalNumber)
	case KindExtra:
		return sessions.FieldsOf(sessions.FieldExtra)
	default:
		return c.fields
	}
}

func bad(k Kind, err error) Filter { return Filter{err: &Error{k, err}} }

// Search selects the sessions in which every word of the text begins some word of first name, last name, personal number
// or document number, as package searchkey folds and compares them. A blank text is no criterion. One that is not blank
// but has no letter or digit selects nothing: see [Filter.SearchesNothing]. The errors are those of
// [searchkey.ParseQuery].
func Search(text string) Filter { return SearchIn(sessions.SearchFields(), text) }

// SearchIn is Search in some of the four fields: what a viewer may see who does not see all. No field, or another one, is
// an error that wraps [ErrField].
func SearchIn(fields sessions.Fields, text string) Filter {
	if fields == 0 || fields.Minus(sessions.SearchFields()) != 0 {
		return bad(KindSearch, ErrField)
	}
	query, err := searchkey.ParseQuery(text)
	if err != nil {
		return bad(KindSearch, err)
	}
	if query.Empty() {
		return Filter{}
	}
	c := Criterion{kind: KindSearch, query: query, fields: fields, typed: strings.TrimSpace(strings.ToValidUTF8(text, " "))}
	if c.typed == "" { // nothing but invalid UTF-8, which is not blank
		c.typed = foldsToNothing
	}
	for i := range query.Len() {
		c.needleArgs = append(c.needleArgs, query.Needle(i, sessions.FieldNone))
	}
	return c.filter()
}

// DocumentType selects the sessions with any of the document types. The empty one stands for those without a document.
func DocumentType(types ...sessions.DocumentType) Filter {
	return among(Criterion{kind: KindDocumentType}, types, sessions.MaxKeyBytes, true)
}

// Status selects the sessions with any of the statuses.
func Status(statuses ...sessions.Status) Filter {
	return among(Criterion{kind: KindStatus}, statuses, sessions.MaxKeyBytes, false)
}

// FailedFor selects the failed sessions that have any of the reasons.
func FailedFor(reasons ...sessions.Reason) Filter {
	return among(Criterion{kind: KindFailedFor}, reasons, sessions.MaxKeyBytes, false)
}

// FailedForAt is FailedFor with [sessions.LowFAR] narrowed to the match levels given: the other reasons count at any
// level. Without LowFAR among the reasons it is an error that wraps [ErrValue].
func FailedForAt(levels []far.Level, reasons ...sessions.Reason) Filter {
	if !slices.Contains(reasons, sessions.LowFAR) {
		return bad(KindFailedFor, fmt.Errorf("%w: levels without the reason %s", ErrValue, sessions.LowFAR))
	}
	c, err := withLevels(KindFailedFor, levels, 0)
	if err != nil {
		return Filter{err: err}
	}
	return among(c, reasons, sessions.MaxKeyBytes, false)
}

// MatchLevel selects the sessions that were compared with any of the levels, whatever the scale, or were not compared
// where [NotCompared] is among them.
func MatchLevel(levels ...far.Level) Filter {
	c, err := withLevels(KindMatchLevel, levels, NotCompared)
	if err != nil {
		return Filter{err: err}
	}
	return c.filter()
}

func withLevels(k Kind, levels []far.Level, lowest far.Level) (Criterion, error) {
	if len(levels) == 0 {
		return Criterion{}, &Error{k, ErrEmpty}
	}
	if len(levels) > MaxTerms {
		return Criterion{}, &Error{k, ErrTooMany}
	}
	levels = slices.Compact(slices.Sorted(slices.Values(levels)))
	if levels[0] < lowest || levels[len(levels)-1] > far.MaxLevel {
		return Criterion{}, &Error{k, fmt.Errorf("%w: not a level", ErrValue)}
	}
	return Criterion{kind: k, levels: levels}, nil
}

// Extra selects the sessions whose extra field of that key has any of the values.
func Extra(key string, values ...string) Filter {
	if _, err := sessions.NewExtraKeys(key); err != nil {
		return bad(KindExtra, fmt.Errorf("%w: the key", ErrValue))
	}
	return among(Criterion{kind: KindExtra, key: key}, values, sessions.MaxExtraValueBytes, true)
}

// PersonalNumber selects the sessions with exactly one of the personal numbers, byte by byte.
func PersonalNumber(numbers ...string) Filter {
	return among(Criterion{kind: KindPersonalNumber}, numbers, sessions.MaxTextBytes, false)
}

// Subject selects the sessions with any of the subject keys: the attempts of one person.
func Subject(keys ...string) Filter {
	return among(Criterion{kind: KindSubject}, keys, sessions.MaxKeyBytes, false)
}

func among[T ~string](c Criterion, values []T, maxBytes int, empty bool) Filter {
	if len(values) == 0 {
		return bad(c.kind, ErrEmpty)
	}
	if len(values) > MaxTerms {
		return bad(c.kind, ErrTooMany)
	}
	for i, v := range values {
		if (v == "" && !empty) || len(v) > maxBytes || strings.IndexByte(string(v), 0) >= 0 || !utf8.ValidString(string(v)) {
			return bad(c.kind, fmt.Errorf("%w: value %d", ErrValue, i+1))
		}
		c.values = append(c.values, string(v))
	}
	slices.Sort(c.values)
	c.values = slices.Compact(c.values)
	return c.filter()
}

// CreatedOn selects the sessions that were created on the civil days from the first to the last, both included, in
// the zone. A zero date is an open end; two of them are no criterion. The zone must be one that
// [time.LoadLocation] gives for its name, so that the filter means the same elsewhere: nil, [time.Local] and most fixed
// zones are errors that wrap [ErrZone]. A last day before the first wraps [ErrRange].
func CreatedOn(from, to sessions.Date, zone *time.Location) Filter {
	if zone == nil || zone.String() == "" || zone.String() == "Local" {
		return bad(KindCreated, ErrZone)
	}
	loaded, err := time.LoadLocation(zone.String())
	if err != nil {
		return bad(KindCreated, ErrZone)
	}
	if (!from.IsZero() && !from.IsValid()) || (!to.IsZero() && !to.IsValid()) {
		return bad(KindCreated, fmt.Errorf("%w: not a date of the calendar", ErrValue))
	}
	if from.IsZero() && to.IsZero() {
		return Filter{}
	}
	if !from.IsZero() && !to.IsZero() && to.Compare(from) < 0 {
		return bad(KindCreated, ErrRange)
	}
	c := Criterion{kind: KindCreated, fromDay: from, lastDay: to, zone: loaded}
	c.from, c.to = days(from, to, loaded)
	if given, until := days(from, to, zone); !given.Equal(c.from) || !until.Equal(c.to) {
		return bad(KindCreated, ErrZone)
	}
	return c.filter()
}

func days(from, to sessions.Date, zone *time.Location) (start, end time.Time) {
	if !from.IsZero() {
		start = from.In(zone).UTC()
	}
	if !to.IsZero() {
		end = to.AddDays(1).In(zone).UTC()
	}
	return start, end
}

// CreatedBetween selects the sessions that were created at the first instant or later, and before the second. A
// zero time is an open end; two of them are no criterion. Instants count up to the next microsecond, since a
// session has no finer ones. An end before the beginning is an error that wraps [ErrRange], a time outside the years 1 to
// 9999 one that wraps [ErrValue].
func CreatedBetween(from, to time.Time) Filter {
	if from.IsZero() && to.IsZero() {
		return Filter{}
	}
	c := Criterion{kind: KindCreated, from: ceil(from, time.Microsecond), to: ceil(to, time.Microsecond)}
	for _, t := range []time.Time{c.from, c.to} {
		if t.Year() < 1 || t.Year() > 9999 {
			return bad(KindCreated, fmt.Errorf("%w: outside the years 1 to 9999", ErrValue))
		}
	}
	if !to.IsZero() && to.Before(from) {
		return bad(KindCreated, ErrRange)
	}
	return c.filter()
}

// ceil returns the time in UTC, rounded up. Zero stays zero.
func ceil(t time.Time, unit time.Duration) time.Time {
	t = t.UTC().Round(0)
	if down := t.Truncate(unit); down.Before(t) {
		return down.Add(unit)
	}
	return t
}

// filter completes the criterion and makes a filter of it.
func (c Criterion) filter() Filter {
	c.text = c.canonicalText()
	c.cost, c.depth = c.kind, 1
	c.terms = max(1, len(c.values)+len(c.levels)+c.query.Len())
	c.valueArgs, c.levelArgs = nil, nil
	for _, v := range c.values {
		c.valueArgs = append(c.valueArgs, v)
	}
	for _, l := range c.levels {
		if l != NotCompared {
			c.levelArgs = append(c.levelArgs, int64(l))
		}
	}
	return checked(&c)
}

// canonicalText writes the criterion as Parse reads it.
func (c *Criterion) canonicalText() string {
	var args []string
	for _, w := range c.query.Words() {
		args = append(args, quoted(w))
	}
	if c.kind == KindExtra {
		args = append(args, quoted(c.key))
	}
	for _, v := range c.values {
		args = append(args, quoted(v))
	}
	for _, l := range c.levels {
		switch {
		case c.kind == KindFailedFor:
			args = append(args, "level="+l.String())
		case l == NotCompared:
			args = append(args, notCompared)
		default:
			args = append(args, l.String())
		}
	}
	if c.kind == KindSearch && c.fields != sessions.SearchFields() {
		for f := range c.fields.All() {
			args = append(args, "in="+f.String())
		}
	}
	if c.zone != nil {
		args = appendNonEmpty(args, "from=", c.fromDay.String())
		args = appendNonEmpty(args, "to=", c.lastDay.String())
		args = append(args, "zone="+quoted(c.zone.String()))
	} else {
		args = appendNonEmpty(args, "since=", instant(c.from))
		args = appendNonEmpty(args, "before=", instant(c.to))
	}
	return c.kind.String() + "(" + strings.Join(args, ",") + ")"
}

func appendNonEmpty(args []string, name, value string) []string {
	if value == "" {
		return args
	}
	return append(args, name+value)
}

// instant writes a time of a range, "" for an open end.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// quoted returns a value as it stands in a text: bare where it can be.
func quoted(v string) string {
	for i := range len(v) {
		if !isBare(v[i]) {
			return strconv.Quote(v)
		}
	}
	if v == "" {
		return `""`
	}
	return v
}

func isBare(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_.:/+-", c) >= 0
}
