package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
)

// vocabulary has the SDK's own values of the open enumerations.
var vocabulary = map[sessions.Field][]string{
	sessions.FieldStatus: {string(sessions.Success), string(sessions.Failed), string(sessions.Pending)},
	sessions.FieldDocumentType: {
		string(sessions.Passport), string(sessions.IDCard), string(sessions.ResidenceCard), string(sessions.DriverLicence),
	},
	sessions.FieldReasons: {
		string(sessions.DigitalSpoof), string(sessions.NotFullID), string(sessions.LowFAR),
		string(sessions.LivenessFailed), string(sessions.InvalidDocument),
	},
	sessions.FieldSex:             {string(sessions.Male), string(sessions.Female)},
	sessions.FieldDevice:          {string(sessions.PC), string(sessions.Mobile)},
	sessions.FieldMatchLevel:      {"0", "1", "2", "3", "4", "5", "6", "7"},
	sessions.FieldAcceptanceLevel: {"1", "2", "3", "4", "5", "6", "7"},
}

// Check returns an [*Error] that wraps [ErrValue], and lists the permitted values, if the filter
// asks for a value that neither the SDK nor the host has. In Go, enumerations are open; a filter
// from outside should be checked, so that a typing error does not look like an empty list. The map
// also has the host's own values, by field; nil means none. Check checks statuses, document types,
// reasons, sexes, devices, match levels (0 to 7 on far.Kvalifika), and acceptance levels (1 to 7).
func (f Filter) Check(also map[sessions.Field][]string) error {
	if f.err != nil {
		return f.err
	}
	// Kinds whose values are open have a method check.
	var err error
	walk(f.root(), false, func(l *leaf, _ bool) bool {
		if c, ok := l.criterion.(interface {
			check(also map[sessions.Field][]string) error
		}); ok {
			err = c.check(also)
		}
		return err == nil
	})
	return err
}

// checkKnown checks the values of an argument, or of the criterion itself if argument is "". An
// absent value is always known.
func checkKnown(name, argument string, f sessions.Field, values []string, also map[sessions.Field][]string) error {
	known, open := vocabulary[f]
	if !open {
		return nil
	}
	known = slices.Concat(known, also[f])
	if f == sessions.FieldAcceptanceLevel { // both are levels of one scale
		known = append(known, also[sessions.FieldMatchLevel]...)
	}
	// The values are sorted, so their order does not say which of the given values is wrong.
	for _, v := range values {
		if v != "" && !slices.Contains(known, v) {
			return &Error{Criterion: name, Argument: argument, Known: known, Err: fmt.Errorf("%w: there are %s", ErrValue, strings.Join(known, ", "))}
		}
	}
	return nil
}
