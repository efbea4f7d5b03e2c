package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// parameters are the parameters of a request by name: the query of a GET, or the members of a
// POST's body. An operation takes its own. The rest are those of the filter, which refuses unknown
// ones.
type parameters struct {
	values url.Values
	inURL  bool     // they are in a URL, in which personal data is refused
	taken  []string // names of the parameters that the operation takes
	err    error    // first mistake of the client
}

// readParameters reads the parameters of a request.
func readParameters(r *http.Request) (url.Values, error) {
	if r.Method != http.MethodPost {
		return parseQuery(r.URL.RawQuery)
	}
	if r.URL.RawQuery != "" {
		return nil, refuse(codeUnknownParameter, "", "a POST takes its parameters from its body alone")
	}
	form := false
	switch mediaType(r) {
	case typeJSON:
	case typeForm:
		form = true
	default:
		return nil, unsupported(typeJSON, typeForm)
	}
	body, err := readBody(r)
	switch {
	case err != nil:
		return nil, err
	case form && bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")): // curl -d says that it is a form
		return nil, refuse(codeMalformed, "", "the body looks like JSON: its Content-Type has to be "+typeJSON)
	case form:
		return parseQuery(string(body))
	default:
		return parseObject(body)
	}
}

const (
	typeJSON = "application/json"
	typeForm = "application/x-www-form-urlencoded"
)

func mediaType(r *http.Request) string {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}

// readBody reads the whole body. net/http notices only then that a client goes away.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, &problem{Code: codeTooLarge, Detail: fmt.Sprintf("a body has at most %d bytes", tooLarge.Limit)}
		}
		return nil, refuse(codeMalformed, "", "the body cannot be read")
	}
	return body, nil
}

func parseQuery(text string) (url.Values, error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, refuse(codeMalformed, "", "the parameters are not URL-encoded")
	}
	for name, list := range values {
		if !utf8.ValidString(name) || slices.ContainsFunc(list, func(v string) bool { return !utf8.ValidString(v) }) {
			return nil, refuse(codeMalformed, "", "the parameters are not UTF-8")
		}
	}
	return values, nil
}

// parseObject reads a JSON object of parameters: strings, numbers, booleans, and arrays of these
// for parameters that may be repeated.
func parseObject(body []byte) (url.Values, error) {
	object, err := members(body)
	if err != nil {
		return nil, err
	}
	values := make(url.Values, len(object))
	if err := flatten(object); err != nil {
		return nil, err
	}
	// Sorted, so that the first mistake is always the same.
	for _, name := range slices.Sorted(maps.Keys(object)) {
		raw := object[name]
		list := []json.RawMessage{raw}
		if raw[0] == '[' {
			if json.Unmarshal(raw, &list) != nil {
				return nil, errNotParameter(name, 1)
			}
		}
		for i, item := range list {
			text, ok := scalar(item)
			if !ok {
				return nil, errNotParameter(name, i+1)
			}
			values[name] = append(values[name], text)
		}
		if len(list) == 0 {
			return nil, refuse(codeInvalidParameter, name, "an empty list selects nothing: leave the parameter out")
		}
	}
	return values, nil
}

// flatten turns {"extra": {"phone": "..."}}, which generated clients can send, into {"extra.phone":
// "..."}.
func flatten(object map[string]json.RawMessage) error {
	for _, group := range []string{"extra", "extra_prefix"} {
		raw, ok := object[group]
		if !ok || raw[0] != '{' {
			continue
		}
		keys, err := members(raw)
		if err != nil {
			return err
		}
		delete(object, group)
		for key, value := range keys {
			if _, twice := object[group+"."+key]; twice {
				return refuse(codeInvalidParameter, group, "given twice")
			}
			object[group+"."+key] = value
		}
	}
	return nil
}

func errNotParameter(name string, place int) error {
	return refuseAt(name, place, "not a string, a number, a boolean or a list of these")
}

// scalar returns the text of a JSON string, number or boolean.
func scalar(raw json.RawMessage) (string, bool) {
	switch raw[0] {
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err == nil
	case '{', '[', 'n':
		return "", false
	default:
		return string(raw), true
	}
}

// members parses one JSON object strictly: it must be UTF-8, no object in it may repeat a member,
// and nothing may follow it.
func members(body []byte) (map[string]json.RawMessage, error) {
	malformed := refuse(codeMalformed, "", "the body is not one JSON object in UTF-8")
	var object map[string]json.RawMessage
	if !utf8.Valid(body) || json.Unmarshal(body, &object) != nil || object == nil {
		return nil, malformed
	}
	return object, distinct(json.NewDecoder(bytes.NewReader(body)))
}

// distinct reads the next value of valid JSON. It returns an error if an object in it repeats a
// member.
func distinct(d *json.Decoder) error {
	opening, err := d.Token()
	if err != nil || opening != json.Delim('{') && opening != json.Delim('[') {
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		if opening == json.Delim('{') {
			t, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := t.(string)
			if seen[name] {
				return refuse(codeInvalidParameter, name, "given twice")
			}
			seen[name] = true
		}
		if err := distinct(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// take removes a parameter and returns its values.
func (p *parameters) take(name string) []string {
	p.taken = append(p.taken, name)
	list := p.values[name]
	delete(p.values, name)
	return list
}

// fail records a mistake if it is the first. filter and none return it.
func (p *parameters) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// text takes a parameter that may be given once. It returns "" if the parameter is missing.
func (p *parameters) text(name string) string {
	switch list := p.take(name); len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	default:
		p.fail(refuseAt(name, 2, "given more than once"))
		return ""
	}
}

// number takes a whole number that is at least low. It returns 0 if the parameter is missing.
func (p *parameters) number(name string, low int) int {
	text := p.text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || int(n) < low {
		p.fail(refuseAt(name, 1, fmt.Sprintf("not a whole number from %d on", low)))
	}
	return int(n)
}

const (
	paramZone        = "zone"
	paramCreatedZone = "created_at.zone"
)

// zone takes the time zone of a file's times. Without it the zone is that of the filter's days of
// creation, and nil without either. Local is refused, since it would reveal the server's zone.
func (p *parameters) zone() *time.Location {
	parameter, name := paramZone, p.text(paramZone)
	if name == "" {
		parameter, name = paramCreatedZone, p.values.Get(paramCreatedZone)
	}
	if name == "" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || zone == time.Local {
		p.fail(refuseAt(parameter, 1, "not a time zone of the IANA database"))
	}
	return zone
}

// none returns the first mistake. A parameter that has not been taken is a mistake.
func (p *parameters) none() error {
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		p.fail(refuse(codeUnknownParameter, name, "there is no such parameter here"))
	}
	return p.err
}

// filter returns the filter of the parameters that have not been taken, or the first mistake. known
// has the host's own values of enumerations, by field.
func (p *parameters) filter(known map[sessions.Field][]string) (filter.Filter, error) {
	if p.err != nil {
		return filter.Filter{}, p.err
	}
	f, err := filter.FromValues(p.values)
	if err == nil {
		err = f.Check(known)
	}
	if err != nil {
		return filter.Filter{}, p.badFilter(err)
	}
	if p.inURL && personal(f) {
		return filter.Filter{}, &problem{Code: codePersonalInURL,
			Detail: "search text, names, numbers, birth dates, addresses and extra fields are personal data: send them in the body of a POST"}
	}
	return f, nil
}

// badFilter returns the problem of an invalid filter: the parameter, and the place of the wrong
// value. The errors of package filter hold no value.
func (p *parameters) badFilter(err error) error {
	bad := problem{Code: codeInvalidParameter, Detail: err.Error()}
	if errors.Is(err, filter.ErrParameter) {
		bad.Code = codeUnknownParameter
	}
	var criterion *filter.Error
	if errors.As(err, &criterion) {
		bad.Parameter, bad.Place, bad.Values, bad.Detail = criterion.Criterion, criterion.Place, criterion.Known, criterion.Err.Error()
		if criterion.Argument != "" {
			bad.Parameter += "." + criterion.Argument
		}
	}
	var parameter *filter.ParameterError
	if errors.As(err, &parameter) {
		bad.Parameter, bad.Detail = parameter.Parameter, parameter.Err.Error()
	}
	if bad.Code == codeUnknownParameter && !strings.Contains(bad.Parameter, ".") && len(p.taken) > 0 {
		bad.Detail += "; and besides the filter " + strings.Join(slices.Sorted(slices.Values(p.taken)), ", ")
	}
	switch given := p.values[bad.Parameter]; {
	case bad.Code == codeUnknownParameter || bad.Parameter == paramFilter || len(given) == 0:
		// The wrong value is inside a text, or the parameter is missing.
		bad.Place = 0
	case bad.Place != 0:
	case len(given) == 1:
		bad.Place = 1
	// Package filter checks values in another order, so the place is found here.
	case bad.Values != nil:
		bad.Place = 1 + slices.IndexFunc(given, func(v string) bool { return v != absent && !slices.Contains(bad.Values, v) })
		if bad.Place == 0 {
			bad.Place = 1 + slices.Index(given, absent)
		}
	case errors.Is(err, filter.ErrConflict): // one value too many
		bad.Place = 2
	default:
		bad.Place = 1 + slices.Index(given, "")
	}
	if !identifier(bad.Parameter) {
		bad.Parameter, bad.Place = "", 0
	}
	return &bad
}

// The parameter that has a filter as text, and the word for an absent value, as in package filter.
const (
	paramFilter = "filter"
	absent      = "none"
)

// PersonalFields returns the fields whose values are personal data. The API refuses filters by them
// in a URL, see [Options].SearchInURL.
func PersonalFields() sessions.Fields {
	return sessions.SearchFields().Union(sessions.FieldsOf(
		sessions.FieldBirthDate, sessions.FieldSelfie, sessions.FieldExtra, sessions.FieldClientIP))
}

// personal reports whether a filter may have values that are personal data.
func personal(f filter.Filter) bool { return f.Fields().Intersect(PersonalFields()) != 0 }
