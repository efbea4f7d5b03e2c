//go:build generated

package ogen

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/sessions/httpapi/clienttest/served"
)

func TestEveryRoute(t *testing.T) {
	ctx := t.Context()
	c, err := NewClient(served.New(t))
	require.NoError(t, err)

	search := NewOptString("nino")
	page, err := c.SearchSessions(ctx, &ListQuery{
		Search: search, Limit: NewOptInt(10), Include: []ListQueryIncludeItem{ListQueryIncludeItemTotal, ListQueryIncludeItemFacets},
		Extra: NewOptListQueryExtra(ListQueryExtra{"phone": {"555"}}),
	})
	require.NoError(t, err)
	require.Len(t, page.Sessions, 1)
	require.Equal(t, 1, page.Total.Value.N)
	require.NotEmpty(t, page.Facets)
	row := page.Sessions[0]
	require.Equal(t, "under_review", row.Status.Value, "a status that the description does not name")
	first, known := row.FirstName.GetKnownText()
	require.True(t, known)
	require.Equal(t, "Nino", first.Value)
	require.Equal(t, 4, row.Match.Value.Level.Value)

	listed, err := c.ListSessions(ctx, ListSessionsParams{Status: []string{"pending", "under_review"}})
	require.NoError(t, err)
	all, ok := listed.(*PageHeaders)
	require.True(t, ok)
	require.Len(t, all.Response.Sessions, 2)
	absent, ok := all.Response.Sessions[0].FirstName.GetAbsentText()
	require.True(t, ok)
	require.Equal(t, AbsentTextStateNotRecognised, absent.State)
	same, err := c.ListSessions(ctx, ListSessionsParams{Status: []string{"pending", "under_review"}, IfNoneMatch: all.ETag})
	require.NoError(t, err)
	require.IsType(t, &ListSessionsNotModified{}, same)

	got, err := c.GetSession(ctx, GetSessionParams{PathID: "a/b"})
	require.NoError(t, err)
	one, ok := got.(*SessionHeaders)
	require.True(t, ok)
	require.Equal(t, "nino", one.Response.Subject.Value)
	attempts, err := c.ListAttempts(ctx, ListAttemptsParams{PathID: "a/b"})
	require.NoError(t, err)
	require.Len(t, attempts.Sessions, 1)
	face, err := c.GetSelfie(ctx, GetSelfieParams{PathID: "a/b"})
	require.NoError(t, err)
	image, err := io.ReadAll(face.Response)
	require.NoError(t, err)
	require.Equal(t, "image of face", string(image))

	changes, err := c.ListChanges(ctx, ListChangesParams{AsOf: NewOptString(all.Response.AsOf)})
	require.NoError(t, err)
	require.Empty(t, changes.Sessions)
	found, err := c.SearchChanges(ctx, &ChangesQuery{Search: search, AsOf: NewOptString(changes.AsOf)})
	require.NoError(t, err)
	require.False(t, found.More)

	count, err := c.CountSessions(ctx, CountSessionsParams{})
	require.NoError(t, err)
	require.Equal(t, Count{N: 2, Exact: true}, *count)
	counted, err := c.CountSearch(ctx, &Selection{Search: search, Limit: NewOptInt(10)})
	require.NoError(t, err)
	require.Equal(t, 1, counted.N)
	facets, err := c.ListFacets(ctx, ListFacetsParams{})
	require.NoError(t, err)
	require.Equal(t, "document_type", facets.Facets[0].Parameter)
	narrowed, err := c.SearchFacets(ctx, &Selection{Search: search})
	require.NoError(t, err)
	require.Len(t, narrowed.Facets, len(facets.Facets))
	tally, err := c.TallySessions(ctx, TallySessionsParams{})
	require.NoError(t, err)
	require.Len(t, tally.Rows, 2)
	tallied, err := c.TallySearch(ctx, &Selection{Search: search})
	require.NoError(t, err)
	require.Len(t, tallied.Rows, 1)

	export, err := c.ExportSessions(ctx, &ExportQuery{Search: search, Column: []string{"Session ID", "First Name"}})
	require.NoError(t, err)
	file, err := io.ReadAll(export.Response)
	require.NoError(t, err)
	require.Equal(t, "Session ID,First Name\r\na/b,Nino\r\n", string(file))

	settings, err := c.GetSettings(ctx)
	require.NoError(t, err)
	require.True(t, settings.Response.MayChange)
	saved, err := c.ReplaceSettings(ctx, &SettingsChange{Acceptance: Acceptance{Default: "kvalifika-3d2d:5"}, ExtraKeys: []string{"phone"}},
		ReplaceSettingsParams{IfMatch: settings.ETag.Value})
	require.NoError(t, err)
	require.Equal(t, []string{"phone"}, saved.Response.ExtraKeys)
	trail, err := c.ListAudit(ctx, ListAuditParams{Action: []ListAuditActionItem{ListAuditActionItemSettings}})
	require.NoError(t, err)
	require.Len(t, trail.Entries, 2)
	require.Equal(t, []string{"phone"}, trail.Entries[0].NewSettings.Value.ExtraKeys)
	require.NoError(t, c.GetDescription(ctx))

	_, err = c.GetSession(ctx, GetSessionParams{PathID: "none"})
	var problem *ProblemStatusCodeWithHeaders
	require.True(t, errors.As(err, &problem))
	require.Equal(t, http.StatusNotFound, problem.StatusCode)
	require.Equal(t, "not_found", problem.Response.Code)
}
