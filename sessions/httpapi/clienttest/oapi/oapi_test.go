//go:build generated

package oapi

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/httpapi/clienttest/served"
)

func TestEveryRoute(t *testing.T) {
	ctx := t.Context()
	c, err := NewClientWithResponses(served.New(t))
	require.NoError(t, err)

	search, limit := "nino", 10
	include := []ListQueryInclude{ListQueryIncludeTotal, ListQueryIncludeFacets}
	page, err := c.SearchSessionsWithResponse(ctx, ListQuery{Search: &search, Limit: &limit, Include: &include, Extra: &map[string][]string{"phone": {"555"}}})
	require.NoError(t, err)
	require.Len(t, page.JSON200.Sessions, 1)
	require.Equal(t, 1, page.JSON200.Total.N)
	require.NotEmpty(t, *page.JSON200.Facets)
	row := page.JSON200.Sessions[0]
	require.Equal(t, "under_review", *row.Status, "a status that the description does not name")
	first, err := row.FirstName.AsKnownText()
	require.NoError(t, err)
	require.Equal(t, "Nino", first.Value)
	require.Equal(t, 4, *row.Match.Level)

	all, err := c.ListSessionsWithResponse(ctx, &ListSessionsParams{Status: &[]string{"pending", "under_review"}})
	require.NoError(t, err)
	require.Len(t, all.JSON200.Sessions, 2)
	state, err := all.JSON200.Sessions[0].FirstName.Discriminator()
	require.NoError(t, err)
	require.Equal(t, "not_recognised", state)
	tag := all.HTTPResponse.Header.Get("Etag")
	same, err := c.ListSessionsWithResponse(ctx, &ListSessionsParams{Status: &[]string{"pending", "under_review"}, IfNoneMatch: &tag})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotModified, same.StatusCode())

	one, err := c.GetSessionWithResponse(ctx, "a/b", nil)
	require.NoError(t, err)
	require.Equal(t, "nino", *one.JSON200.Subject)
	attempts, err := c.ListAttemptsWithResponse(ctx, "a/b", nil)
	require.NoError(t, err)
	require.Len(t, attempts.JSON200.Sessions, 1)
	face, err := c.GetSelfieWithResponse(ctx, "a/b")
	require.NoError(t, err)
	require.Equal(t, "image of face", string(face.Body))

	changes, err := c.ListChangesWithResponse(ctx, &ListChangesParams{AsOf: &all.JSON200.AsOf})
	require.NoError(t, err)
	require.Empty(t, changes.JSON200.Sessions)
	found, err := c.SearchChangesWithResponse(ctx, ChangesQuery{Search: &search, AsOf: &changes.JSON200.AsOf})
	require.NoError(t, err)
	require.False(t, found.JSON200.More)

	count, err := c.CountSessionsWithResponse(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, Count{N: 2, Exact: true}, *count.JSON200)
	counted, err := c.CountSearchWithResponse(ctx, Selection{Search: &search, Limit: &limit})
	require.NoError(t, err)
	require.Equal(t, 1, counted.JSON200.N)
	facets, err := c.ListFacetsWithResponse(ctx, nil)
	require.NoError(t, err)
	require.Equal(t, "document_type", facets.JSON200.Facets[0].Parameter)
	narrowed, err := c.SearchFacetsWithResponse(ctx, Selection{Search: &search})
	require.NoError(t, err)
	require.Len(t, narrowed.JSON200.Facets, len(facets.JSON200.Facets))
	tally, err := c.TallySessionsWithResponse(ctx, nil)
	require.NoError(t, err)
	require.Len(t, tally.JSON200.Rows, 2)
	tallied, err := c.TallySearchWithResponse(ctx, Selection{Search: &search})
	require.NoError(t, err)
	require.Len(t, tallied.JSON200.Rows, 1)

	file, err := c.ExportSessionsWithResponse(ctx, ExportQuery{Search: &search, Column: &[]string{"Session ID", "First Name"}})
	require.NoError(t, err)
	require.Equal(t, "Session ID,First Name\r\na/b,Nino\r\n", string(file.Body))

	settings, err := c.GetSettingsWithResponse(ctx)
	require.NoError(t, err)
	require.True(t, settings.JSON200.MayChange)
	saved, err := c.ReplaceSettingsWithResponse(ctx, &ReplaceSettingsParams{IfMatch: settings.HTTPResponse.Header.Get("Etag")},
		SettingsChange{Acceptance: Acceptance{Default: "kvalifika-3d2d:5"}, ExtraKeys: []string{"phone"}})
	require.NoError(t, err)
	require.Equal(t, []string{"phone"}, saved.JSON200.ExtraKeys)
	trail, err := c.ListAuditWithResponse(ctx, &ListAuditParams{Action: &[]ListAuditParamsAction{"settings"}})
	require.NoError(t, err)
	require.Len(t, trail.JSON200.Entries, 2)
	description, err := c.GetDescriptionWithResponse(ctx)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, description.StatusCode())

	missing, err := c.GetSessionWithResponse(ctx, "none", nil)
	require.NoError(t, err)
	require.Equal(t, "not_found", missing.ApplicationproblemJSONDefault.Code)
}
