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
		`search("Giorgi-Beridze 0100")`: "search(0100,beridze,giorgi)",
		"search(x,in=last_name,in=personal_number,in=first_name,in=document_number)": "search(x)",
		"created(zone=UTC,to=2026-01-02,from=2026-01-01)":                            "created(from=2026-01-01,to=2026-01-02,zone=UTC)",
		"created(since=2026-01-01T04:00:00.0000005+04:00)":                           "created(since=2026-01-01T00:00:00.000001Z)",
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
		{"all(status(a),type())", filter.ErrEmpty, 20},
		{"extra()", filter.ErrEmpty, 7},
		{"extra(k)", filter.ErrEmpty, 8},
		{"level(x)", filter.ErrValue, 8},
		{"level(04)", filter.ErrValue, 9},
		{"failed_for(digital_spoof,level=4)", filter.ErrValue, 33},
		{"failed_for(low_far,level=none)", filter.ErrValue, 30},
		{"search(x,in=extra)", filter.ErrField, 18},
		{"search(x,in=nowhere)", filter.ErrField, 20},
		{"created(from=2026-02-30,zone=UTC)", filter.ErrValue, 33},
		{"created(from=2026-02-01,to=2026-01-31,zone=UTC)", filter.ErrRange, 47},
		{"created(from=2026-02-01)", filter.ErrSyntax, 24},
		{"created(from=2026-02-01,from=2026-02-02,zone=UTC)", filter.ErrSyntax, 49},
		{"created(from=2026-02-01,zone=Nowhere/At-All)", filter.ErrZone, 44},
		{"created(from=2026-02-01,zone=Local)", filter.ErrZone, 35},
		{"created(since=2026-02-01)", filter.ErrValue, 25},
		{"created(2026-02-01)", filter.ErrSyntax, 19},
		{strings.Repeat("not(", 40) + "status(a)" + strings.Repeat(")", 40), filter.ErrTooDeep, 64},
		{"subject(" + strings.Repeat("a,", 2000) + "a)", filter.ErrTooMany, 2056},
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
		"":                                  "everything",
		"q=Gior+%3C+0100":                   "search(0100,gior)",
		"in=first_name&in=last_name&q=gior": "search(gior,in=first_name,in=last_name)",
		"q=%2A%2A%2A":                       "search()",
		"type=none&type=passport":           `type("",passport)`,
		"far_level=4&spoof=low_far":         "failed_for(low_far,level=4)",
		"level=none&level=7":                "level(none,7)",
		"extra.phone=%2B995&status=failed":  "all(status(failed),extra(phone,+995))",
		"personal_number=010&subject=a":     "all(subject(a),personal_number(010))",
		"before=2026-01-02T00%3A00%3A00Z&since=2026-01-01T00%3A00%3A00Z": "created(since=2026-01-01T00:00:00Z,before=2026-01-02T00:00:00Z)",
		"from=2026-01-01&to=2026-01-31&type=passport&tz=Asia%2FTbilisi":  "all(type(passport),created(from=2026-01-01,to=2026-01-31,zone=Asia/Tbilisi))",
		"filter=" + url.QueryEscape("all(status(a),status(b))"):          "all(status(a),status(b))",
		"filter=" + url.QueryEscape("any(status(a),subject(b))"):         "any(status(a),subject(b))",
		"filter=" + url.QueryEscape(`type("",none)`):                     `type("",none)`,
		"filter=" + url.QueryEscape("all(extra(a,x),extra(a,y))"):        "all(extra(a,x),extra(a,y))",
		"filter=nothing": "nothing",
	} {
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		f, err := filter.FromValues(values)
		require.NoError(t, err, query)
		require.Equal(t, text, f.Text(), query)
		require.Equal(t, query, f.Values().Encode(), "and back")
	}
	for query, text := range map[string]string{ // what forms send that were left blank
		"q=&from=&to=&tz=Asia/Tbilisi": "everything",
		"q=+&in=first_name":            "everything",
		"since=&before=":               "everything",
		"from=2026-01-01&to=&tz=UTC":   "created(from=2026-01-01,zone=UTC)",
		"status=a&filter=subject(x)":   "all(status(a),subject(x))",
		"type=none&type=none":          `type("")`,
	} {
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		f, err := filter.FromValues(values)
		require.NoError(t, err, query)
		require.Equal(t, text, f.Text(), query)
	}
}

func TestValuesErrors(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]struct {
		parameter string
		err       error
	}{
		"statuz=failed":                        {"statuz", filter.ErrParameter},
		"Status=failed":                        {"Status", filter.ErrParameter},
		"=x":                                   {"", filter.ErrParameter},
		"q=a&q=b":                              {"q", filter.ErrParameter},
		"filter=all()&filter=all()":            {"filter", filter.ErrParameter},
		"status=":                              {"status", filter.ErrValue},
		"type=":                                {"type", filter.ErrEmpty},
		"spoof=":                               {"spoof", filter.ErrValue},
		"far_level=4":                          {"far_level", filter.ErrParameter},
		"far_level=8888&spoof=low_far":         {"spoof", filter.ErrValue},
		"far_level=4&spoof=digital_spoof":      {"spoof", filter.ErrValue},
		"level=x":                              {"level", filter.ErrValue},
		"from=2026-01-01":                      {"from", filter.ErrParameter},
		"from=02-30-26&tz=UTC":                 {"tz", filter.ErrValue},
		"from=2026-01-02&to=2026-01-01&tz=UTC": {"tz", filter.ErrRange},
		"from=2026-01-01&tz=Mars/Base":         {"tz", filter.ErrZone},
		"since=yesterday":                      {"since", filter.ErrValue},
		"before=2026-01-01T00:00:00Z&from=2026-01-01&tz=UTC": {"before", filter.ErrParameter},
		"filter=":      {"filter", filter.ErrSyntax},
		"in=extra":     {"in", filter.ErrField},
		"q=x&in=extra": {"in", filter.ErrField},
		"extra.=x":     {"extra.", filter.ErrValue},
		"subject=":     {"subject", filter.ErrValue},
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
	require.Equal(t, "Giorgi-ბერიძე", f.Values().Get(filter.ParamSearch))
	require.Equal(t, filter.Search("beridze giorgi").Text(), filter.Search("Giorgi-ბერიძე").Text())
	require.NotEmpty(t, filter.Search("\xff").Values().Get(filter.ParamSearch), "a search for nothing does not become none")
}
