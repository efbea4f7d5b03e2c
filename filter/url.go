package filter

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// paramFilter is the URL parameter with the canonical text of a filter that cannot be written as
// parameters of its criteria. All others are named as in the canonical text: see the package
// comment.
const paramFilter = "filter"

// Values returns the filter as URL parameters. A conjunction with at most one criterion of each
// kind (of extra fields, one of each key) has readable ones; any other filter is one parameter with
// its canonical text. The zero Filter has none. Search texts and personal numbers are personal
// data, and URLs end up in logs and histories: remove them with [Filter.Without]. [FromValues]
// reads the parameters.
func (f Filter) Values() url.Values {
	v := url.Values{}
	seen := map[string]bool{}
	for _, n := range f.top() {
		l, ok := n.(*leaf)
		if !ok || !l.addTo(v, seen) {
			return url.Values{paramFilter: {f.Text()}}
		}
	}
	return v
}

// addTo adds the parameters of the criterion, and reports whether they express all of it.
func (l *leaf) addTo(v url.Values, seen map[string]bool) bool {
	k, a := l.kind(), l.arguments(true)
	name := k.name
	if k.keyed {
		name += "." + a.key
	}
	// Parameters of two criteria of the same kind would be read as one criterion.
	if k == &poisonedKind || a.unfit || seen[name] {
		return false
	}
	seen[name] = true
	for _, value := range a.values {
		if value.none {
			value.text = none
		} else if value.text == none && k.none {
			return false // the word itself, which the parameter would say is absent
		}
		v.Add(name, value.text)
	}
	for _, n := range a.named {
		v.Add(name+"."+n.name, n.value)
	}
	return true
}

// FromValues reads a filter from URL parameters, as [And] of their criteria. Errors are an unknown
// parameter, one that is repeated and may not be, days without a zone, and instants together with
// days. An empty search, day or instant is not a criterion, as in a form that was left blank, and
// neither is a zone without days. The error is a [*ParameterError]; the filter then has it too.
// Values are open, as in Go: check a filter from outside with [Filter.Check].
func FromValues(v url.Values) (Filter, error) {
	// A criterion may have several parameters, in any order: they are collected first.
	// By the name of the parameter that has the values.
	readings := map[string]*reading{}
	var parts []Filter
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if err := readParameter(name, v[name], readings, &parts); err != nil {
			err = &ParameterError{name, err}
			return Filter{err: err}, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(readings)) {
		k, _ := kindOfParameter(name)
		f := readings[name].filter(k)
		if f.err != nil {
			// The error names the argument, and so the parameter that is wrong.
			var at *Error
			if errors.As(f.err, &at) && at.Argument != "" {
				name += "." + at.Argument
			}
			err := &ParameterError{name, f.err}
			return Filter{err: err}, err
		}
		parts = append(parts, f)
	}
	f := And(parts...)
	return f, f.err
}

// kindOfParameter returns the kind whose values a parameter has, and the key of an extra field.
func kindOfParameter(name string) (k *kind, key string) {
	name, key, hasKey := strings.Cut(name, ".")
	if k = kinds[name]; k == nil || k.keyed != hasKey {
		return nil, ""
	}
	return k, key
}

// readParameter adds a parameter to the reading that it belongs to, or to parts if it is a whole
// filter.
func readParameter(name string, values []string, readings map[string]*reading, parts *[]Filter) error {
	if name == paramFilter {
		if len(values) != 1 {
			return fmt.Errorf("%w: given more than once", ErrConflict)
		}
		f, err := Parse(values[0])
		*parts = append(*parts, f)
		return err
	}
	named := ""
	k, key := kindOfParameter(name)
	if k == nil {
		// The parameter does not have values: it is that of an argument, or unknown.
		base, rest, _ := strings.Cut(name, ".")
		if k = kinds[base]; k == nil {
			return fmt.Errorf("%w: there are %s", ErrParameter, kindNames())
		}
		many, known := k.named[rest]
		if !known {
			return fmt.Errorf("%w: %s", ErrParameter, k.argumentNames())
		}
		if !many && len(values) > 1 {
			return fmt.Errorf("%w: given more than once", ErrConflict)
		}
		name, named = base, rest
	}
	r := readings[name]
	if r == nil {
		r = &reading{key: key, named: map[string][]string{}, url: true}
		readings[name] = r
	}
	if named != "" {
		r.named[named] = append(r.named[named], values...)
		return nil
	}
	if len(values) == 0 {
		return ErrEmpty
	}
	for _, v := range values {
		if v == "" && k.none {
			return ErrEmpty // a form that was left blank does not ask for absent values
		}
		r.values = append(r.values, argument{v, k.none && v == none})
	}
	return nil
}
