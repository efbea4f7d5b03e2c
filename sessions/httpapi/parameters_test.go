package httpapi_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter/filtertest"
	"github.com/kvalifika/sessionkit/sessions"
)

// TestEveryFilterIsDescribed sends random filters of every kind. The description must have each of
// their parameters, in URLs and in bodies, and no request may be refused.
func TestEveryFilterIsDescribed(t *testing.T) {
	h := newHost(t)
	var described struct {
		Components struct {
			Parameters map[string]struct{ Name string }
			Schemas    map[string]struct {
				Properties map[string]json.RawMessage
			}
		}
	}
	require.NoError(t, json.Unmarshal(h.get("agent", "/openapi.json").Body.Bytes(), &described))
	inURL := map[string]bool{}
	for _, p := range described.Components.Parameters {
		inURL[p.Name] = true
	}
	body := described.Components.Schemas["Selection"]
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	list := []*sessions.Session{{
		ID: "s1", CreatedAt: at, CompletedAt: at, DecidedAt: at, Status: sessions.Failed, FirstName: sessions.TextOf("Nino"), Sex: sessions.Female,
		BirthDate: sessions.Date{Year: 1990, Month: 1, Day: 1}, Device: sessions.PC, DocumentType: sessions.Passport, Attempt: 1,
	}, {ID: "s2", CreatedAt: at, Status: sessions.Pending}}
	r := rand.New(rand.NewPCG(1, 2))
	asked := map[string]bool{}
	for range 10000 {
		f := filtertest.Criterion(r, list)
		for name := range f.Values() {
			asked[name] = true
			group, _, extra := strings.Cut(name, ".") // extra.KEY is a member of extra in JSON
			extra = extra && strings.HasPrefix(group, "extra")
			if extra {
				name = group
				asked[name] = true
			}
			require.True(t, inURL[name] || extra, "not described for a URL: %s", name)
			require.Contains(t, body.Properties, name, "not described for a body")
		}
	}
	for _, ofList := range []string{"limit", "after", "tab", "include"} {
		asked[ofList] = true
	}
	for name := range body.Properties {
		require.True(t, asked[name] || name == "filter", "described, and in no filter: %s", name)
	}
	for range 100 {
		f := filtertest.Criterion(r, list)
		if f.Check(nil) != nil {
			continue
		}
		members := map[string]any{}
		for name, values := range f.Values() {
			if members[name] = values; len(values) == 1 {
				members[name] = values[0]
			}
		}
		data, err := json.Marshal(members)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, h.post("agent", "/count", string(data)).Code, "%s", data)
	}
}
