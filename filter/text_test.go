package filter_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

func TestParseIsLenientInForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" all ( status ( \"failed\" , failed ) , all ( ) ) ": "status(failed)",
		"any()":                         "nothing",
		"all()":                         "everything",
		"not(not(subject(a)))":          "subject(a)",
		`search("Giorgi-Beridze 0100")`: "search(giorgi,beridze,0100)",
		"search(x,in=last_name,in=personal_number,in=first_name,in=document_number)": "search(x)",
		"created_at(zone=UTC,to=2026-01-02,from=2026-01-01)":                         "created_at(from=2026-01-01,to=2026-01-02,zone=UTC)",
		"created_at(since=2026-01-01T04:00:00.0000005+04:00)":                        "created_at(since=2026-01-01T00:00:00.000001Z)",
		"failed_for(level=4,low_far,level=3)":                                        "failed_for(low_far,level=3,level=4)",
		`subject("\u0061")`:                                                          "subject(a)",
	} {
		f, err := filter.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, f.Text())
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		err    error
		offset int
	}{
		{"", filter.ErrSyntax, 0},
		{"invalid", filter.ErrSyntax, 0},
		{"Status(failed)", filter.ErrSyntax, 0},
		{"status", filter.ErrSyntax, 6},
		{"status(failed", filter.ErrSyntax, 13},
		{"status(failed))", filter.ErrSyntax, 14},
		{"status(failed) x", filter.ErrSyntax, 15},
		{"status(,)", filter.ErrSyntax, 7},
		{"status(a,)", filter.ErrSyntax, 9},
		{`status("a)`, filter.ErrSyntax, 7},
		{`status("\z")`, filter.ErrSyntax, 7},
		{"status('a')", filter.ErrSyntax, 7},
		{"status(a=b)", filter.ErrSyntax, 11},
		{"status()", filter.ErrEmpty, 8},
		{"all(status(a),document_type())", filter.ErrEmpty, 29},
		{"extra()", filter.ErrValue, 7},
		{"extra(k)", filter.ErrEmpty, 8},
		{"match_level(x)", filter.ErrValue, 14},
		// The zero time is not an open end.
		{"completed_at(before=0001-01-01T00:00:00Z)", filter.ErrValue, 41},
		{"created_at(since=0001-01-01T04:00:00+04:00)", filter.ErrValue, 43},
		{"match_level(04)", filter.ErrValue, 15},
		{"failed_for(digital_spoof,level=4)", filter.ErrValue, 33},
		{"failed_for(low_far,level=none)", filter.ErrValue, 30},
		{"search(x,in=extra)", filter.ErrField, 18},
		{"search(x,in=nowhere)", filter.ErrField, 20},
		{"created_at(from=2026-02-30,zone=UTC)", filter.ErrValue, 36},
		{"created_at(from=0000-00-00,zone=UTC)", filter.ErrValue, 36}, // not an open end
		{"birth_date(to=0000-00-00)", filter.ErrValue, 25},
		{"created_at(from=2026-02-01,to=2026-01-31,zone=UTC)", filter.ErrRange, 50},
		{"created_at(from=2026-02-01)", filter.ErrZone, 27},
		{"created_at(from=2026-02-01,from=2026-02-02,zone=UTC)", filter.ErrConflict, 52},
		{"created_at(from=2026-02-01,zone=Nowhere/At-All)", filter.ErrZone, 47},
		{"created_at(from=2026-02-01,zone=Local)", filter.ErrZone, 38},
		{"created_at(since=2026-02-01)", filter.ErrValue, 28},
		{"created_at(2026-02-01)", filter.ErrValue, 22},
		{"created_at()", filter.ErrEmpty, 12},
		{"birth_date()", filter.ErrEmpty, 12},
		{"birth_date(from=2026-00-00)", filter.ErrValue, 27},
		{strings.Repeat("not(", 40) + "status(a)" + strings.Repeat(")", 40), filter.ErrTooDeep, 64},
		{"subject(" + strings.Repeat("a,", 2000) + "a)", filter.ErrTooMany, 4010},
	} {
		f, err := filter.Parse(c.text)
		require.ErrorIs(t, err, c.err, c.text)
		require.Equal(t, err, f.Err(), c.text)
		var syntax *filter.SyntaxError
		require.ErrorAs(t, err, &syntax, c.text)
		require.Equal(t, c.offset, syntax.Offset, "%.80s", c.text)
	}
	_, err := filter.Parse(strings.Repeat(" ", filter.MaxTextBytes+1))
	require.ErrorIs(t, err, filter.ErrTooLong)
	require.ErrorIs(t, err, filter.ErrLimit)
}

func TestValues(t *testing.T) {
	t.Parallel()
	for query, text := range map[string]string{
		"":                     "everything",
		"search=Gior+%3C+0100": "search(gior,0100)",
		"search=gior&search.in=first_name&search.in=last_name": "search(gior,in=first_name,in=last_name)",
		"search=%2A%2A%2A":                          "search()",
		"document_type=none&document_type=passport": `document_type(none,passport)`,
		"failed_for=low_far&failed_for.level=4":     "failed_for(low_far,level=4)",
		"match_level=none&match_level=7":            "match_level(none,7)",
		"extra.phone=%2B995&status=failed":          "all(status(failed),extra(phone,+995))",
		"personal_number=010&subject=a":             "all(subject(a),personal_number(010))",
		"created_at.before=2026-01-02T00%3A00%3A00Z&created_at.since=2026-01-01T00%3A00%3A00Z":                      "created_at(since=2026-01-01T00:00:00Z,before=2026-01-02T00:00:00Z)",
		"created_at.from=2026-01-01&created_at.to=2026-01-31&created_at.zone=Asia%2FTbilisi&document_type=passport": "all(document_type(passport),created_at(from=2026-01-01,to=2026-01-31,zone=Asia/Tbilisi))",
		"filter=" + url.QueryEscape("all(status(a),status(b))"):                                                     "all(status(a),status(b))",
		"filter=" + url.QueryEscape("any(status(a),subject(b))"):                                                    "any(status(a),subject(b))",
		"filter=" + url.QueryEscape(`document_type(none,"none")`):                                                   `document_type(none,"none")`,
		"filter=" + url.QueryEscape("all(extra(a,x),extra(a,y))"):                                                   "all(extra(a,x),extra(a,y))",
		"filter=nothing": "nothing",
	} {
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		f, err := filter.FromValues(values)
		require.NoError(t, err, query)
		require.Equal(t, text, f.Text(), query)
		require.Equal(t, query, f.Values().Encode(), "and back")
	}
	for query, text := range map[string]string{ // a form that was left blank
		"search=&created_at.from=&created_at.to=&created_at.zone=Asia/Tbilisi": "everything",
		"search=+&search.in=first_name":                                        "everything",
		"created_at.since=&created_at.before=&birth_date.from=":                "everything",
		"created_at.from=2026-01-01&created_at.to=&created_at.zone=UTC":        "created_at(from=2026-01-01,zone=UTC)",
		"status=a&filter=subject(x)":                                           "all(status(a),subject(x))",
		"document_type=none&document_type=none":                                `document_type(none)`,
	} {
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		f, err := filter.FromValues(values)
		require.NoError(t, err, query)
		require.Equal(t, text, f.Text(), query)
	}
}

// TestUnknownNamesAreToldWhichThereAre requires that errors name the permitted names, and not the
// given one.
func TestUnknownNamesAreToldWhichThereAre(t *testing.T) {
	t.Parallel()
	for query, there := range map[string]string{
		"statuz=failed": "there are acceptance_level, attempt, ", "match_level.min=4": "there are at_least, at_most",
		"status.in=failed": "no named arguments", "extra=x": "as in extra.phone", "filter=statuz(failed)": "there are acceptance_level, attempt, ",
		"filter=match_level(min=4)": "there are at_least, at_most", "filter=device(is=x)": "no named arguments",
	} {
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		_, err = filter.FromValues(values)
		require.ErrorContains(t, err, there, query)
	}
}

func TestValuesErrors(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]struct {
		parameter string
		err       error
	}{
		"statuz=failed":                          {"statuz", filter.ErrParameter},
		"Status=failed":                          {"Status", filter.ErrParameter},
		"status.x=failed":                        {"status.x", filter.ErrParameter},
		"extra=x":                                {"extra", filter.ErrParameter},
		"created_at.zone=Mars":                   {"created_at.zone", filter.ErrZone},
		"decided_at.before=0001-01-01T00:00:00Z": {"decided_at.before", filter.ErrValue},
		"=x":                                     {"", filter.ErrParameter},
		"search=a&search=b":                      {"search", filter.ErrConflict},
		"filter=all()&filter=all()":              {"filter", filter.ErrConflict},
		"status=":                                {"status", filter.ErrValue},
		"document_type=":                         {"document_type", filter.ErrEmpty},
		"failed_for=":                            {"failed_for", filter.ErrValue},
		"failed_for.level=4":                     {"failed_for.level", filter.ErrValue},
		"failed_for.level=8888&failed_for=low_far":    {"failed_for.level", filter.ErrValue},
		"failed_for.level=4&failed_for=digital_spoof": {"failed_for.level", filter.ErrValue},
		"match_level=x":                                {"match_level", filter.ErrValue},
		"match_level=4&match_level.at_least=3":         {"match_level", filter.ErrConflict},
		"match_level.at_least=x":                       {"match_level.at_least", filter.ErrValue},
		"match_level.at_least=5&match_level.at_most=3": {"match_level.at_most", filter.ErrRange},
		"match_level.at_most=3&match_level.at_most=4":  {"match_level.at_most", filter.ErrConflict},
		"attempt=0":                  {"attempt", filter.ErrValue},
		"created_at.from=2026-01-01": {"created_at.zone", filter.ErrZone},
		"created_at.from=2026-02-30&created_at.zone=UTC":                                        {"created_at.from", filter.ErrValue},
		"created_at.to=02-28-26&created_at.zone=UTC":                                            {"created_at.to", filter.ErrValue},
		"created_at.from=2026-01-02&created_at.to=2026-01-01&created_at.zone=UTC":               {"created_at.to", filter.ErrRange},
		"created_at.from=2026-01-01&created_at.zone=Mars/Base":                                  {"created_at.zone", filter.ErrZone},
		"created_at.since=yesterday":                                                            {"created_at.since", filter.ErrValue},
		"created_at.before=2026-01-01T00:00:00Z&created_at.from=2026-01-01&created_at.zone=UTC": {"created_at.since", filter.ErrConflict},
		"birth_date.from=1990-01-00":                                                            {"birth_date.from", filter.ErrValue},
		"liveness=alive":                                                                        {"liveness", filter.ErrValue},
		"filter=":                                                                               {"filter", filter.ErrSyntax},
		"search.in=extra":                                                                       {"search.in", filter.ErrField},
		"search=x&search.in=extra":                                                              {"search.in", filter.ErrField},
		"extra.=x":                                                                              {"extra.", filter.ErrValue},
		"subject=":                                                                              {"subject", filter.ErrEmpty},
	} {
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		f, err := filter.FromValues(values)
		require.ErrorIs(t, err, want.err, query)
		require.Equal(t, err, f.Err())
		var typed *filter.ParameterError
		require.ErrorAs(t, err, &typed, query)
		require.Equal(t, want.parameter, typed.Parameter, query)
	}
	_, err := filter.FromValues(url.Values{"status": {}})
	require.ErrorIs(t, err, filter.ErrEmpty)
}

func TestValuesKeepTheTypedSearch(t *testing.T) {
	t.Parallel()
	f := filter.And(filter.Search("  Giorgi-ბერიძე "), filter.Status(sessions.Failed))
	require.Equal(t, "Giorgi-ბერიძე", f.Values().Get("search"))
	require.Equal(t, filter.Search("giorgi beridze").Text(), filter.Search("Giorgi-ბერიძე").Text())
	require.NotEmpty(t, filter.Search("\xff").Values().Get("search"), "a search for nothing does not become none")
}
