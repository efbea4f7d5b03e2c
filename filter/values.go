package filter

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
)

// The parameters of a filter in a URL.
const (
	ParamSearch         = "q"               // search text, as it was typed
	ParamSearchIn       = "in"              // fields that are searched, repeated; all four without it
	ParamDocumentType   = "type"            // repeated; none: no document
	ParamStatus         = "status"          // repeated
	ParamReason         = "spoof"           // reason of a failure, repeated
	ParamReasonLevel    = "far_level"       // levels that Low FAR is narrowed to, repeated
	ParamLevel          = "level"           // match level, repeated; none: not compared
	ParamFrom           = "from"            // first civil day, yyyy-mm-dd
	ParamTo             = "to"              // last civil day, yyyy-mm-dd
	ParamZone           = "tz"              // their time zone
	ParamSince          = "since"           // first instant, RFC 3339
	ParamBefore         = "before"          // instant after the last, RFC 3339
	ParamPersonalNumber = "personal_number" // repeated
	ParamSubject        = "subject"         // repeated
	ParamExtraPrefix    = "extra."          // and the key of an extra field; repeated
	ParamFilter         = "filter"          // canonical text of whatever has no parameters of its own
)

// noDocument stands among document types for sessions without one.
const noDocument = "none"

// Values returns the filter as URL parameters. A conjunction of criteria, one of a kind (of extra fields, one of a key), has readable
// ones; any other filter is one parameter with its canonical text. The zero Filter has none. Search texts and personal
// numbers are personal data, which URLs spread: [Filter.Without] takes them out. [FromValues] reads them.
func (f Filter) Values() url.Values {
	v := url.Values{}
	for _, n := range f.top() {
		c, ok := n.(*Criterion)
		if !ok || !c.addTo(v) {
			return url.Values{ParamFilter: {f.Text()}}
		}
	}
	if f.err != nil {
		v.Set(ParamFilter, f.Text())
	}
	return v
}

// addTo adds the parameters of the criterion, and tells whether it has any of its own.
func (c *Criterion) addTo(v url.Values) bool {
	free := true
	add := func(name string, values ...string) {
		if len(values) > 0 {
			free = free && !v.Has(name)
			v[name] = values
		}
	}
	switch c.kind {
	case KindSearch:
		add(ParamSearch, c.typed)
		if c.fields != sessions.SearchFields() {
			for f := range c.fields.All() {
				v.Add(ParamSearchIn, f.String())
			}
		}
	case KindDocumentType:
		types := c.Values()
		if types[0] == "" && !slices.Contains(types, noDocument) {
			types[0] = noDocument
		} else if slices.Contains(types, noDocument) {
			return false
		}
		add(ParamDocumentType, types...)
	case KindStatus:
		add(ParamStatus, c.values...)
	case KindFailedFor:
		add(ParamReason, c.values...)
		add(ParamReasonLevel, levelTexts(c)...)
	case KindMatchLevel:
		add(ParamLevel, levelTexts(c)...)
	case KindCreated:
		free = !v.Has(ParamZone) && !v.Has(ParamSince) && !v.Has(ParamBefore)
		if c.zone != nil {
			add(ParamZone, c.zone.String())
		}
		if !c.fromDay.IsZero() {
			add(ParamFrom, c.fromDay.String())
		}
		if !c.lastDay.IsZero() {
			add(ParamTo, c.lastDay.String())
		}
		if c.zone == nil && !c.from.IsZero() {
			add(ParamSince, instant(c.from))
		}
		if c.zone == nil && !c.to.IsZero() {
			add(ParamBefore, instant(c.to))
		}
	case KindSubject:
		add(ParamSubject, c.values...)
	case KindPersonalNumber:
		add(ParamPersonalNumber, c.values...)
	case KindExtra:
		add(ParamExtraPrefix+c.key, c.values...)
	}
	return free
}

func levelTexts(c *Criterion) []string {
	var texts []string
	for _, l := range c.levels {
		if l == NotCompared {
			texts = append(texts, notCompared)
		} else {
			texts = append(texts, l.String())
		}
	}
	return texts
}

// FromValues reads a filter from URL parameters: And of what each of them says. An unknown parameter, one that is
// repeated and may not be, days without a zone, and instants beside days are errors that wrap [ErrParameter]. A search, a
// day or an instant that is empty is no criterion, as in a form that was left blank, and so is a zone without days. The
// error is a [*ParameterError]; the filter then has it too.
func FromValues(v url.Values) (Filter, error) {
	var parts []Filter
	for _, name := range slices.Sorted(maps.Keys(v)) {
		f, err := fromParameter(name, v)
		if err == nil {
			err = f.err
		}
		if err != nil {
			err = &ParameterError{name, err}
			return Filter{err: err}, err
		}
		parts = append(parts, f)
	}
	f := And(parts...)
	return f, f.err
}

// fromParameter reads one parameter, with those that belong to it.
func fromParameter(name string, v url.Values) (Filter, error) {
	values := v[name]
	switch name {
	case ParamDocumentType:
		types := typed[sessions.DocumentType](values)
		if slices.Contains(types, "") {
			return Filter{}, ErrEmpty
		}
		for i := range types {
			if types[i] == noDocument {
				types[i] = ""
			}
		}
		return DocumentType(types...), nil
	case ParamStatus:
		return Status(typed[sessions.Status](values)...), nil
	case ParamReason:
		return parseFailedFor(values, v[ParamReasonLevel])
	case ParamReasonLevel:
		if !v.Has(ParamReason) {
			return Filter{}, fmt.Errorf("%w: without %s", ErrParameter, ParamReason)
		}
		return Filter{}, nil
	case ParamLevel:
		levels, err := parseLevels(values)
		return MatchLevel(levels...), err
	case ParamPersonalNumber:
		return PersonalNumber(values...), nil
	case ParamSubject:
		return Subject(values...), nil
	case ParamSearchIn: // read with the search, and checked without one
		f, err := parseSearch(foldsToNothing, values)
		return Filter{err: f.err}, err
	}
	if key, ok := strings.CutPrefix(name, ParamExtraPrefix); ok {
		return Extra(key, values...), nil
	}
	if len(values) != 1 {
		return Filter{}, fmt.Errorf("%w: repeated", ErrParameter)
	}
	return fromSingle(name, v)
}

// fromSingle reads a parameter that stands there once.
func fromSingle(name string, v url.Values) (Filter, error) {
	switch name {
	case ParamSearch:
		if strings.TrimSpace(v.Get(name)) == "" {
			return Filter{}, nil
		}
		return parseSearch(v.Get(name), v[ParamSearchIn])
	case ParamFilter:
		return Parse(v.Get(name))
	case ParamFrom, ParamTo:
		if v.Get(name) != "" && v.Get(ParamZone) == "" {
			return Filter{}, fmt.Errorf("%w: without %s", ErrParameter, ParamZone)
		}
		return Filter{}, nil
	case ParamZone:
		if v.Get(ParamFrom) == "" && v.Get(ParamTo) == "" {
			return Filter{}, nil
		}
		return parseDays(v.Get(ParamFrom), v.Get(ParamTo), v.Get(ParamZone))
	case ParamSince, ParamBefore:
		if v.Get(name) != "" && (v.Get(ParamFrom) != "" || v.Get(ParamTo) != "") {
			return Filter{}, fmt.Errorf("%w: beside civil days", ErrParameter)
		}
		if name == ParamBefore && v.Has(ParamSince) {
			return Filter{}, nil // read with it
		}
		return parseInstants(v.Get(ParamSince), v.Get(ParamBefore))
	}
	return Filter{}, fmt.Errorf("%w: unknown", ErrParameter)
}
