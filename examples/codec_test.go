package examples_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lossy are the types of which JSON keeps less than they hold, with the reason why nothing more is
// shown, selected or accepted because of that.
var lossy = map[string]string{
	"filter.AllOf":       "the zero value is part of no filter",
	"filter.AnyOf":       "the zero value is part of no filter",
	"filter.Negation":    "the zero value is part of no filter",
	"filter.Criterion":   "the zero value is part of no filter",
	"filter.Condition":   "the zero value states no company: ToSql fails",
	"filter.Column":      "the zero value is no column",
	"store.Selected":     "the zero value selects nothing",
	"store.Store":        "has no Backend",
	"memstore.Backend":   "is empty",
	"memstore.Settings":  "is empty: no acceptance level, no extra fields",
	"memstore.Trail":     "is empty",
	"sqlstore.Backend":   "has no database",
	"sqlstore.Settings":  "has no database",
	"sqlstore.Trail":     "has no database",
	"tablestore.Backend": "has no database",
	"sqlstore.Bulk":      "is empty",
	"sqlstore.Tx":        "has no transaction",
	"sessions.Request":   "only says who asked; a manifest has the masked and the dropped fields beside it",
	"file.Manifest":      "holds a Request",
	"export.ReadOptions": "a *time.Location has no JSON",
}

// TestJSONComesBackOrIsRefused requires that a value that encoding/json accepts is decoded
// unchanged, or not at all. A value that says what is hidden, selected or accepted must not be
// stored as {} and decoded as everything. The types that are lossy are listed, each with its
// reason.
func TestJSONComesBackOrIsRefused(t *testing.T) {
	kept := map[string]bool{}
	for _, v := range specimens(t) {
		text, err := json.Marshal(v)
		if err != nil {
			continue
		}
		value := reflect.Indirect(reflect.ValueOf(v))
		back := reflect.New(value.Type())
		if json.Unmarshal(text, back.Interface()) != nil {
			continue
		}
		name := nameOf(v)
		same := reflect.DeepEqual(value.Interface(), back.Elem().Interface())
		// The value holds a filter, whose functions are never equal.
		if encoded[name] != "" && lossy[name] == "" {
			again, err := json.Marshal(back.Interface())
			require.NoError(t, err, name)
			same = string(again) == string(text)
		}
		assert.Equal(t, lossy[name] == "", same, "%s as %s: comes back, or is named as lossy", name, text)
		kept[name] = same
	}
	for _, name := range []string{
		"filter.Filter", "sessions.Disclosure", "sessions.Fields", "sessions.Field", "sessions.Step", "sessions.Acceptance", "sessions.ExtraKeys",
		"sessions.Date", "sessions.Evidence", "sessions.Verdict", "far.Scale", "far.Requirement", "far.Policy", "far.Rate", "far.Level",
		"store.CompanySettings", "store.Viewer",
	} {
		require.True(t, kept[name], "%s: hosts keep these", name)
	}
}
