package filter_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
)

func date(t testing.TB, text string) sessions.Date {
	t.Helper()
	d, err := sessions.ParseDate(text)
	require.NoError(t, err)
	return d
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

func extra(t testing.TB, pairs ...string) sessions.Extra {
	t.Helper()
	var list []sessions.ExtraPair
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, sessions.ExtraPair{Key: pairs[i], Value: pairs[i+1]})
	}
	x, err := sessions.NewExtra(list...)
	require.NoError(t, err)
	return x
}

// sample returns one session of each kind that the criteria distinguish.
func sample(t testing.TB) []*sessions.Session {
	t.Helper()
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, text)
		require.NoError(t, err)
		return v.UTC()
	}
	compared := func(l far.Level) sessions.Match {
		return sessions.Match{Compared: true, Level: l, Scale: far.Kvalifika.Name(), Acceptance: 5}
	}
	return []*sessions.Session{
		{
			ID: "success", Status: sessions.Success, DocumentType: sessions.Passport, CreatedAt: at("2026-01-01T00:00:00+04:00"),
			FirstName: sessions.TextOf("გიორგი"), LastName: sessions.TextOf("Beridze"), PersonalNumber: sessions.TextOf("01001012345"),
			DocumentNumber: sessions.TextOf("23AB12345"), Match: compared(6), Subject: "s-1", Extra: extra(t, "phone", "+995 555", "e\"mail", ""),
		},
		{
			ID: "spoof", Status: sessions.Failed, Reasons: []sessions.Reason{sessions.DigitalSpoof}, DocumentType: sessions.IDCard,
			CreatedAt: at("2026-01-31T23:59:59.999999+04:00"), FirstName: sessions.TextOf("Anna-Maria"), Match: compared(7), Subject: "s-2",
		},
		{
			ID: "low4", Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LowFAR, sessions.NotFullID}, DocumentType: sessions.Passport,
			CreatedAt: at("2026-02-01T00:00:00+04:00"), FirstName: sessions.TextIn(sessions.NotRecognised), Match: compared(4), Subject: "s-1",
		},
		{
			ID: "low0", Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LowFAR}, CreatedAt: at("2026-01-15T12:00:00Z"), Match: compared(0),
			PersonalNumber: sessions.TextIn(sessions.Redacted),
		},
		{
			ID: "liveness", Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LivenessFailed}, CreatedAt: at("2026-01-15T12:00:00Z"),
			Extra: extra(t, "phone", "+995 556"),
		},
		{ID: "pending", Status: sessions.Pending, CreatedAt: at("2025-12-31T19:59:59.999999Z"), DocumentType: "visa"},
		{ID: "other", Status: "expired", CreatedAt: at("2026-03-29T00:30:00Z"), PersonalNumber: sessions.TextOf("010")},
	}
}

func selected(t testing.TB, f filter.Filter) []string {
	t.Helper()
	var ids []string
	for _, s := range sample(t) {
		if f.Match(s) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

const all = "success spoof low4 low0 liveness pending other"

func TestMatch(t *testing.T) {
	t.Parallel()
	tbilisi := zone(t, "Asia/Tbilisi")
	none := sessions.Date{}
	for _, c := range []struct {
		text string
		f    filter.Filter
		ids  string
	}{
		{"everything", filter.Filter{}, all},
		{"everything", filter.And(), all},
		{"nothing", filter.Or(), ""},
		{"nothing", filter.Nothing(), ""},
		{"nothing", filter.Not(filter.And()), ""},
		{"everything", filter.Not(filter.Nothing()), all},
		{"everything", filter.Search(" \t"), all},
		{"search()", filter.Search("******"), ""},
		{"not(search())", filter.Not(filter.Search("---")), all},
		{"search(giorgi,gi)", filter.Search("ᲒᲘᲝᲠᲒᲘ gi"), "success"},
		{"search(beri,12345)", filter.Search("BERI 12345"), "success"},
		{"search(beri,in=first_name)", filter.SearchIn(sessions.FieldsOf(sessions.FieldFirstName), "beri"), ""},
		{"search(beri,in=first_name,in=last_name)", filter.SearchIn(sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName), "beri"), "success"},
		{"search(annamar)", filter.Search("annamar"), "spoof"},
		{"status(failed,success)", filter.Status(sessions.Success, sessions.Failed, sessions.Success), "success spoof low4 low0 liveness"},
		{"status(expired)", filter.Status("expired"), "other"},
		{"document_type(id_card,passport)", filter.DocumentType(sessions.Passport, sessions.IDCard), "success spoof low4"},
		{`document_type(none)`, filter.DocumentType(""), "low0 liveness other"},
		{"failed_for(digital_spoof,low_far,not_full_id)", filter.FailedFor(sessions.SpoofReasons()...), "spoof low4 low0"},
		{"failed_for(digital_spoof,low_far,level=4)", filter.FailedForAt([]far.Level{4, 4}, sessions.LowFAR, sessions.DigitalSpoof), "spoof low4"},
		{"failed_for(low_far,level=0)", filter.FailedForAt([]far.Level{0}, sessions.LowFAR), "low0"},
		{"match_level(0,7)", filter.MatchLevel(7, 0), "spoof low0"},
		{"match_level(none,4)", filter.MatchLevel(4, filter.NotCompared), "low4 liveness pending other"},
		{"created_at(from=2026-01-01,to=2026-01-31,zone=Asia/Tbilisi)", filter.CreatedOn(date(t, "2026-01-01"), date(t, "2026-01-31"), tbilisi), "success spoof low0 liveness"},
		{"created_at(from=2026-02-01,zone=Asia/Tbilisi)", filter.CreatedOn(date(t, "2026-02-01"), none, tbilisi), "low4 other"},
		{"created_at(to=2025-12-31,zone=Asia/Tbilisi)", filter.CreatedOn(none, date(t, "2025-12-31"), tbilisi), "pending"},
		{"created_at(from=2026-03-29,to=2026-03-29,zone=Europe/Berlin)", filter.CreatedOn(date(t, "2026-03-29"), date(t, "2026-03-29"), zone(t, "Europe/Berlin")), "other"},
		{"everything", filter.CreatedOn(none, none, tbilisi), all},
		{"created_at(from=0001-01-01,to=9999-12-31,zone=UTC)", filter.CreatedOn(date(t, "0001-01-01"), date(t, "9999-12-31"), time.UTC), all},
		{
			"created_at(since=2026-01-15T12:00:00Z,before=2026-01-31T20:00:00Z)",
			filter.Between(sessions.FieldCreatedAt, time.Date(2026, 1, 15, 15, 0, 0, 0, zone(t, "Europe/Istanbul")), time.Date(2026, 1, 31, 19, 59, 59, 999999500, time.UTC)),
			"spoof low0 liveness",
		},
		{"subject(s-1)", filter.Is(sessions.FieldSubject, "s-1"), "success low4"},
		{"personal_number(010)", filter.Is(sessions.FieldPersonalNumber, "010"), "other"},
		{"extra(phone,\"+995 555\",\"+995 556\")", filter.Extra("phone", "+995 556", "+995 555"), "success liveness"},
		{`extra("e\"mail","")`, filter.Extra("e\"mail", ""), "success"},
		{"not(status(failed))", filter.Not(filter.Status(sessions.Failed)), "success pending other"},
		{"status(failed)", filter.Not(filter.Not(filter.Status(sessions.Failed))), "spoof low4 low0 liveness"},
		{"all(status(failed),document_type(passport))", filter.And(filter.DocumentType(sessions.Passport), filter.And(filter.Status(sessions.Failed), filter.Filter{})), "low4"},
		{"any(subject(s-1),search(anna))", filter.Or(filter.Search("Anna"), filter.Is(sessions.FieldSubject, "s-1"), filter.Search("ANNA")), "success spoof low4"},
		{"nothing", filter.And(filter.Status(sessions.Failed), filter.Nothing()), ""},
		{"everything", filter.Or(filter.Status(sessions.Failed), filter.And()), all},
	} {
		require.NoError(t, c.f.Err(), c.text)
		require.Equal(t, c.text, c.f.Text())
		require.Equal(t, strings.Fields(c.ids), append([]string{}, selected(t, c.f)...), c.text)
		for _, s := range sample(t) {
			require.NotEqual(t, c.f.Match(s), filter.Not(c.f).Match(s), "%s and its negation on %s", c.text, s.ID)
		}
		parsed, err := filter.Parse(c.text)
		require.NoError(t, err, c.text)
		require.Equal(t, c.text, parsed.Text())
		fromURL, err := filter.FromValues(c.f.Values())
		require.NoError(t, err, c.text)
		require.Equal(t, c.text, fromURL.Text())
	}
}

// bads returns filters with errors, one of each kind.
func bads(t testing.TB) map[string]struct {
	f   filter.Filter
	err error
} {
	t.Helper()
	type bad = struct {
		f   filter.Filter
		err error
	}
	day := date(t, "2026-01-02")
	deep := filter.Status("a")
	for i := range 20 {
		deep = filter.Or(filter.Not(deep), filter.Is(sessions.FieldSubject, fmt.Sprint(i)))
	}
	many := make([]string, 600)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	var long []filter.Filter
	for i := range 20 {
		long = append(long, filter.Extra("k", strings.Repeat(string(rune('a'+i)), 4000)))
	}
	return map[string]bad{
		"no status":           {filter.Status(), filter.ErrEmpty},
		"no type":             {filter.DocumentType(), filter.ErrEmpty},
		"no reason":           {filter.FailedFor(), filter.ErrEmpty},
		"no level":            {filter.MatchLevel(), filter.ErrEmpty},
		"no narrowing":        {filter.FailedForAt(nil, sessions.LowFAR), filter.ErrEmpty},
		"no value":            {filter.Extra("phone"), filter.ErrEmpty},
		"no number":           {filter.Is(sessions.FieldPersonalNumber), filter.ErrEmpty},
		"no subject":          {filter.Is(sessions.FieldSubject), filter.ErrEmpty},
		"an empty status":     {filter.Status(""), filter.ErrValue},
		"an empty ID":         {filter.Is(sessions.FieldID, "1", ""), filter.ErrValue},
		"not a field":         {filter.Is(sessions.FieldReasons, "x"), filter.ErrField},
		"no field":            {filter.Is(sessions.FieldNone, "x"), filter.ErrField},
		"a company":           {filter.Is(sessions.FieldCompany, "x"), filter.ErrField},
		"a time's value":      {filter.Is(sessions.FieldCompletedAt, "2026"), filter.ErrValue},
		"absent creation":     {filter.Is(sessions.FieldCreatedAt, ""), filter.ErrField},
		"a closed value":      {filter.Is(sessions.FieldLiveness, "dead"), filter.ErrValue},
		"no level field":      {filter.AtLeast(sessions.FieldStatus, 1), filter.ErrField},
		"attempt zero":        {filter.AtMost(sessions.FieldAttempt, 0), filter.ErrValue},
		"no date field":       {filter.Dates(sessions.FieldCreatedAt, day, day), filter.ErrField},
		"no time field":       {filter.On(sessions.FieldBirthDate, day, day, time.UTC), filter.ErrField},
		"no instant field":    {filter.Between(sessions.FieldBirthDate, time.Unix(1, 0), time.Time{}), filter.ErrField},
		"dates reversed":      {filter.Dates(sessions.FieldBirthDate, day, date(t, "2026-01-01")), filter.ErrRange},
		"an empty prefix":     {filter.ExtraPrefix("phone", ""), filter.ErrValue},
		"no prefix":           {filter.ExtraPrefix("phone"), filter.ErrEmpty},
		"present of no key":   {filter.ExtraPresent(""), filter.ErrValue},
		"a NUL":               {filter.Is(sessions.FieldSubject, "a\x00"), filter.ErrValue},
		"invalid UTF-8":       {filter.DocumentType("\xff"), filter.ErrValue},
		"a long value":        {filter.Status(sessions.Status(strings.Repeat("x", 129))), filter.ErrValue},
		"an empty key":        {filter.Extra("", "x"), filter.ErrValue},
		"a negative level":    {filter.MatchLevel(-2), filter.ErrValue},
		"a high level":        {filter.MatchLevel(1000), filter.ErrValue},
		"not compared is low": {filter.FailedForAt([]far.Level{filter.NotCompared}, sessions.LowFAR), filter.ErrValue},
		"levels without low":  {filter.FailedForAt([]far.Level{4}, sessions.DigitalSpoof), filter.ErrValue},
		"no zone":             {filter.CreatedOn(day, day, nil), filter.ErrZone},
		"the local zone":      {filter.CreatedOn(day, day, time.Local), filter.ErrZone},
		"a fixed zone":        {filter.CreatedOn(day, day, time.FixedZone("MSK", 3*60*60)), filter.ErrZone},
		"a zone that lies":    {filter.CreatedOn(day, day, time.FixedZone("Asia/Tbilisi", 60)), filter.ErrZone},
		"days reversed":       {filter.CreatedOn(day, date(t, "2026-01-01"), time.UTC), filter.ErrRange},
		"no such day":         {filter.CreatedOn(sessions.Date{Year: 2026, Month: 2, Day: 30}, day, time.UTC), filter.ErrValue},
		"instants reversed":   {filter.Between(sessions.FieldCreatedAt, time.Unix(2, 0), time.Unix(1, 0)), filter.ErrRange},
		"a far instant":       {filter.Between(sessions.FieldCreatedAt, time.Unix(2, 0), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), filter.ErrValue},
		"before the year 1":   {filter.Between(sessions.FieldCreatedAt, time.Time{}, time.Time{}.Add(-1)), filter.ErrValue},
		"search nowhere":      {filter.SearchIn(0, "x"), filter.ErrField},
		"search of extra":     {filter.SearchIn(sessions.FieldsOf(sessions.FieldExtra), "x"), filter.ErrField},
		"a long search":       {filter.Search(strings.Repeat("x", 1<<20)), searchkey.ErrTooLong},
		"many words":          {filter.Search("a b c d e f g h i j k l m n o p q r"), searchkey.ErrTooManyWords},
		"depth":               {deep, filter.ErrTooDeep},
		"terms":               {filter.Is(sessions.FieldSubject, many...), filter.ErrTooMany},
		"terms together":      {filter.Or(filter.Is(sessions.FieldSubject, many[:400]...), filter.Is(sessions.FieldPersonalNumber, many[:400]...)), filter.ErrTooMany},
		"length":              {filter.And(long...), filter.ErrTooLong},
	}
}

// TestZoneOfTheMachine refuses the machine's own zone also where TZ gives it a name.
func TestZoneOfTheMachine(t *testing.T) {
	own := time.Local
	defer func() { time.Local = own }()
	time.Local = zone(t, "Europe/Berlin")
	day := date(t, "2026-02-01")
	require.ErrorIs(t, filter.CreatedOn(day, day, time.Local).Err(), filter.ErrZone)
}

func TestOneMistakePoisonsTheTree(t *testing.T) {
	t.Parallel()
	good := filter.Status(sessions.Success)
	for name, c := range bads(t) {
		for _, f := range []filter.Filter{
			c.f, filter.Not(c.f), filter.And(c.f), filter.And(good, c.f), filter.Or(good, c.f), filter.Or(filter.And(), c.f),
			filter.And(filter.Nothing(), c.f), filter.Not(filter.Or(c.f, good)), c.f.Without(sessions.FieldsOf(sessions.FieldStatus)),
			c.f.WithSearchFields(sessions.SearchFields()), filter.And(c.f.Parts()...),
		} {
			require.ErrorIs(t, f.Err(), c.err, name)
			require.Empty(t, selected(t, f), name)
			require.False(t, f.IsZero(), name)
			_, _, err := filter.SQL("acme", f, filter.SQLite, ownColumns()).ToSql()
			require.ErrorIs(t, err, c.err, name)
			_, err = filter.Parse(f.Text())
			require.Error(t, err, name)
			_, err = filter.FromValues(f.Values())
			require.Error(t, err, name)
		}
		var typed *filter.Error
		if !strings.Contains(" depth terms together length ", name) {
			require.ErrorAs(t, c.f.Err(), &typed, name)
			require.NotEmpty(t, typed.Criterion, name)
		}
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	tbilisi := zone(t, "Asia/Tbilisi")
	f := filter.And(
		filter.Search("gior 0100"), filter.DocumentType(sessions.Passport), filter.Status(sessions.Failed),
		filter.FailedForAt([]far.Level{4}, sessions.DigitalSpoof, sessions.LowFAR),
		filter.CreatedOn(date(t, "2026-01-01"), date(t, "2026-01-31"), tbilisi),
		filter.Between(sessions.FieldCreatedAt, time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC), time.Time{}),
		filter.Or(filter.Is(sessions.FieldSubject, "a"), filter.Search("b")),
	)
	var names []string
	for c := range f.All() {
		names = append(names, c.Name())
	}
	require.Equal(t, []string{"status", "document_type", "created_at", "created_at", "failed_for", "subject", "search", "search"}, names)
	require.Len(t, f.Parts(), 7)
	require.Equal(t, f.Text(), filter.And(f.Parts()...).Text())

	from, to := f.Range()
	require.Equal(t, "2026-01-10T00:00:00Z", from.Format(time.RFC3339))
	require.Equal(t, "2026-01-31T20:00:00Z", to.Format(time.RFC3339))

	rest := f.Without(sessions.SearchFields())
	require.Contains(t, rest.Text(), "search(b)", "a nested search stays")
	require.Equal(t, f.Text(), filter.And(rest, filter.Search("gior 0100")).Text())
	require.Equal(t, "all(status(failed),document_type(passport))", filter.And(f.Without(sessions.SearchFields().Union(
		sessions.FieldsOf(sessions.FieldCreatedAt, sessions.FieldReasons))).Parts()[:2]...).Text())
	require.Equal(t, f.Text(), f.Without(sessions.FieldsOf(sessions.FieldMatchLevel)).Text(), "levels of Low FAR go with the reasons")
	searches := 0
	for c := range f.All() {
		if query, ok := c.Search(); ok {
			searches++
			require.Equal(t, query.Typed(), c.Values())
		}
	}
	require.Equal(t, 2, searches)

	want := sessions.SearchFields().Union(sessions.FieldsOf(sessions.FieldDocumentType, sessions.FieldStatus, sessions.FieldReasons,
		sessions.FieldMatchLevel, sessions.FieldCreatedAt, sessions.FieldSubject))
	require.Equal(t, want, f.Fields())

	narrow := f.WithSearchFields(sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldLastName))
	require.NoError(t, narrow.Err())
	require.Equal(t, 2, strings.Count(narrow.Text(), "in=first_name,in=last_name"))
	require.Zero(t, narrow.Fields().Intersect(sessions.FieldsOf(sessions.FieldPersonalNumber, sessions.FieldDocumentNumber)))
	require.ErrorIs(t, narrow.WithSearchFields(sessions.FieldsOf(sessions.FieldPersonalNumber)).Err(), filter.ErrField)
	require.NoError(t, filter.Status("x").WithSearchFields(0).Err())

	require.False(t, f.SearchesNothing())
	require.True(t, filter.Or(f, filter.Search("***")).SearchesNothing())
	require.False(t, filter.Not(filter.Search("***")).SearchesNothing(), "it selects everything")
	require.True(t, filter.Not(filter.And(filter.Status("x"), filter.Not(filter.Search("***")))).SearchesNothing())
	require.True(t, filter.Or(filter.Search(""), filter.Status("x")).IsZero(), "a blank search is everything, as one of several too")
	require.Empty(t, filter.Filter{}.Parts())
}

func TestTreeCanBeReadFromOutside(t *testing.T) {
	t.Parallel()
	f := filter.Or(filter.Not(filter.And(filter.Status("a"), filter.Is(sessions.FieldSubject, "b"))), filter.Extra("k", "v"), filter.MatchLevel(1), filter.AtLeast(sessions.FieldAttempt, 2))
	var walk func(n filter.Node) string
	list := func(name string, parts func(func(filter.Node) bool)) string {
		var texts []string
		for p := range parts {
			texts = append(texts, walk(p))
		}
		return name + "(" + strings.Join(texts, ",") + ")"
	}
	walk = func(n filter.Node) string {
		switch n := n.(type) {
		case *filter.AllOf:
			return list("all", n.Parts())
		case *filter.AnyOf:
			return list("any", n.Parts())
		case *filter.Negation:
			return "not(" + walk(n.Part()) + ")"
		case *filter.Criterion:
			args := slices.Clone(n.Values())
			if n.Key() != "" {
				args = slices.Insert(args, 0, n.Key())
			}
			for _, level := range n.Argument("at_least") {
				args = append(args, "at_least="+level)
			}
			return n.Name() + "(" + strings.Join(args, ",") + ")"
		}
		return "?"
	}
	require.Equal(t, f.Text(), walk(f.Root()))
	require.Equal(t, "all()", walk(filter.Filter{}.Root()))
	require.Equal(t, "any()", walk(filter.Nothing().Root()))
}

// TestOf makes filters of all nodes of a tree, and of values that are not nodes.
func TestOf(t *testing.T) {
	t.Parallel()
	for _, f := range []filter.Filter{{}, filter.Nothing(), filter.Not(filter.Status("a")), sixParts(t), filter.Or(sixParts(t), filter.Search("x"))} {
		require.True(t, filter.Of(f.Root()).Equal(f))
	}
	for part := range filter.Or(filter.Status("a"), filter.Search("b")).Root().(*filter.AnyOf).Parts() {
		require.Contains(t, "status(a) search(b)", filter.Of(part).Text())
	}
	poisoned := filter.Status()
	require.ErrorIs(t, filter.Of(poisoned.Root()).Err(), filter.ErrEmpty)
	for _, n := range []filter.Node{
		nil, (*filter.Criterion)(nil), &filter.Criterion{}, (*filter.Negation)(nil), &filter.Negation{}, (*filter.AllOf)(nil), &filter.AllOf{}, &filter.AnyOf{},
	} {
		require.ErrorIs(t, filter.Of(n).Err(), filter.ErrSyntax, "%T", n)
	}
	require.False(t, (&filter.Criterion{}).Match(&sessions.Session{}))
}

// TestErrorsDoNotLookLikeEverything calls every method of a filter with an error.
func TestErrorsDoNotLookLikeEverything(t *testing.T) {
	t.Parallel()
	f := filter.Not(filter.Status())
	root, ok := f.Root().(*filter.Criterion)
	require.True(t, ok)
	require.ErrorIs(t, root.Err(), filter.ErrEmpty)
	require.False(t, root.Match(sample(t)[0]))
	groups, exact := root.Terms()
	require.True(t, exact)
	require.Len(t, groups, 1)
	require.Empty(t, groups[0], "no session")
	n := 0
	for c := range f.All() {
		n++
		require.Equal(t, root.Err(), c.Err())
	}
	require.Equal(t, 1, n)
	require.Equal(t, sessions.AllFields(), f.Fields())
	from, to := f.Range()
	require.False(t, to.After(from), "an empty range")
	from, to = root.Range()
	require.True(t, to.Before(from), "an empty range")
	for c := range filter.Is(sessions.FieldCompletedAt, "").All() {
		from, to = c.Range()
		require.True(t, to.Before(from), "no time is in the range of absent ones")
	}
	require.False(t, f.Equal(f))
	require.Len(t, f.Parts(), 1)
	require.Error(t, f.Check(nil))
	_, err := json.Marshal(f)
	require.ErrorIs(t, err, filter.ErrEmpty)
	_, err = f.MarshalText()
	require.ErrorIs(t, err, filter.ErrEmpty)
}

func TestArgumentsAreCopied(t *testing.T) {
	t.Parallel()
	values := []sessions.Status{sessions.Failed, sessions.Success}
	f := filter.Status(values...)
	values[0] = "changed"
	require.Equal(t, []sessions.Status{"changed", sessions.Success}, values, "and not sorted in place")
	first, ok := f.Root().(*filter.Criterion)
	require.True(t, ok)
	first.Values()[0] = "changed"
	f.Parts()[0] = filter.Nothing()
	require.Equal(t, "status(failed,success)", f.Text())
	require.Equal(t, []string{"failed", "success"}, first.Values())
}

// diffs collects the output of testify for two values that are not equal.
type diffs struct{ text string }

func (d *diffs) Errorf(format string, args ...any) { d.text += fmt.Sprintf(format, args...) }

// TestPrintingShowsNoValues prints every type that contains values of a filter, alone and inside
// others, in every way. Only the methods for the text return values: Text, Values, the arguments of
// SQL, and the codecs.
func TestPrintingShowsNoValues(t *testing.T) {
	t.Parallel()
	f := filter.And(filter.Search("Secretname"), filter.Not(filter.Is(sessions.FieldPersonalNumber, "01001012345")),
		filter.Or(filter.Extra("secretkey", "secretvalue"), filter.Dates(sessions.FieldBirthDate, date(t, "1990-12-31"), date(t, "1990-12-31"))))
	things := map[string]any{
		"filter": f, "pointer": &f, "root": f.Root(), "condition": filter.SQL("acme", f, filter.MariaDB, ownColumns()),
		"error": fmt.Errorf("of %v: %w", f, filter.Status().Err()), "poisoned": filter.And(f, filter.Status()),
		"terms": filter.AppendTerms(nil, sample(t)[0])[0],
	}
	for c := range f.All() {
		groups, _ := c.Terms()
		things["criterion "+c.Name()], things["range "+c.Name()] = c, groups[0][0]
	}
	for name, err := range bads(t) {
		things[name] = err.f
	}
	for n := range f.Root().(*filter.AllOf).Parts() {
		things[fmt.Sprintf("%T", n)] = n
	}
	for name, thing := range things {
		type hidden struct{ thing any }
		var out bytes.Buffer
		values := []any{thing, []any{thing}, map[string]any{"k": thing}, struct{ Thing any }{thing}, errors.Join(fmt.Errorf("%v", thing))}
		_, isTerm := thing.(filter.Term)
		_, isRange := thing.(filter.TermRange)
		opaque := !isTerm && !isRange // the others are plain data, which reflection sees
		if opaque {
			values = append(values, hidden{thing}, &hidden{thing}, struct{ f filter.Filter }{f}, &struct{ f *filter.Filter }{&f})
		}
		for _, value := range values {
			for _, verb := range "vsqdxXTtpboOUeEfFgGc" {
				if verb == 'p' && !opaque {
					continue // %p does not call a method
				}
				for _, flags := range []string{"", "+", "#"} {
					fmt.Fprintf(&out, "%"+flags+string(verb), value)
				}
			}
			fmt.Fprint(&out, value)
			slog.New(slog.NewTextHandler(&out, nil)).Info("x", "value", value)
			require.NoError(t, template.Must(template.New("").Parse("{{.}} {{printf \"%s %v\" . .}}")).Execute(&out, value))
			if opaque {
				var d diffs
				require.False(t, assert.Equal(&d, 1, value))
				out.WriteString(d.text)
			}
			func() {
				defer func() { fmt.Fprint(&out, recover()) }()
				panic(value)
			}()
		}
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "value", thing, "group", slog.GroupValue(slog.Any("of", thing)))
		require.Empty(t, regexp.MustCompile(`(?i)secret|01001012345|1990-12|xxx|736563726574|გიორგი`).FindString(out.String()), name)
	}
	require.Equal(t, "filter(personal_number, birth_date, extra, search)", fmt.Sprint(filter.And(f.Parts()...)))
	require.Equal(t, "filter(everything)", fmt.Sprint(filter.Filter{}))
	require.Equal(t, "filter(nothing)", fmt.Sprint(filter.Nothing()))
	require.Equal(t, "filter(invalid)", fmt.Sprint(filter.Status()))
}

// TestCodecs decodes the encoded filters, and refuses everything that is not a filter.
func TestCodecs(t *testing.T) {
	t.Parallel()
	type saved struct {
		Name   string        `json:"name"`
		Filter filter.Filter `json:"filter"`
	}
	for _, f := range []filter.Filter{{}, filter.Nothing(), sixParts(t)} {
		data, err := json.Marshal(saved{"mine", f})
		require.NoError(t, err)
		var back saved
		require.NoError(t, json.Unmarshal(data, &back))
		require.True(t, back.Filter.Equal(f))
		text, err := f.MarshalText()
		require.NoError(t, err)
		require.Equal(t, f.Text(), string(text))
	}
	for _, data := range []string{"null", "{}", "[]", "1", "true", `""`, `"invalid"`, `"status()"`, `"statuz(x)"`} {
		for _, before := range []filter.Filter{{}, sixParts(t)} {
			back := saved{Filter: before}
			require.Error(t, json.Unmarshal([]byte(`{"filter":`+data+`}`), &back), data)
			require.Error(t, back.Filter.Err(), "%s left something behind", data)
			require.False(t, filter.Not(back.Filter).Match(&sessions.Session{}))
		}
	}
	_, err := json.Marshal(saved{Filter: filter.Status()})
	require.ErrorIs(t, err, filter.ErrEmpty)
	var f filter.Filter
	require.ErrorIs(t, f.UnmarshalText(nil), filter.ErrSyntax)
	require.ErrorIs(t, f.Err(), filter.ErrSyntax)
	require.NoError(t, f.UnmarshalText([]byte("everything")))
	require.True(t, f.IsZero(), "the error of another text is gone")
}

// TestWhatIsBuiltCanBeRead builds filters that one form accepted and another used to refuse.
func TestWhatIsBuiltCanBeRead(t *testing.T) {
	t.Parallel()
	folded := ""
	for i := range 10 {
		folded += "㌖㌖㌖" + string(rune('a'+i)) + " "
	}
	var days, subjects []filter.Filter
	for i := range 400 {
		day := date(t, "2026-01-01").AddDays(i)
		days = append(days, filter.CreatedOn(day, day, zone(t, "Asia/Tbilisi")))
	}
	for i := range 459 {
		subjects = append(subjects, filter.Is(sessions.FieldSubject, strings.Repeat("s", 120)+fmt.Sprint(i)))
	}
	for name, f := range map[string]filter.Filter{
		"folding expands": filter.Search(folded), "400 days": filter.Or(days...), "459 subjects": filter.Not(filter.Or(subjects...)),
		"all in one": filter.And(filter.Search(folded), filter.Or(days...)), "none": filter.Search("none"),
		"no document, and a type of that name": filter.DocumentType("", "none"),
	} {
		require.NoError(t, f.Err(), name)
		parsed, err := filter.Parse(f.Text())
		require.NoError(t, err, name)
		require.True(t, parsed.Equal(f), name)
		fromURL, err := filter.FromValues(f.Values())
		require.NoError(t, err, name)
		require.True(t, fromURL.Equal(f), name)
		inSQL, rest := f.Split(filter.Columns{Company: filter.Col("c"), Fields: map[sessions.Field]filter.Column{sessions.FieldSubject: filter.Col("s")}})
		for _, part := range []filter.Filter{inSQL, rest} {
			_, _, err := filter.SQL("acme", filter.And(part, filter.Status("x")), filter.SQLite, ownColumns()).ToSql()
			if err != nil {
				require.ErrorIs(t, err, filter.ErrColumn, name) // SQLite has no type for instants
			}
		}
	}
}

// TestPartsOfLongFilters takes a filter apart that is longer than any that can be built, for a
// viewer who sees less.
func TestPartsOfLongFilters(t *testing.T) {
	t.Parallel()
	long := filter.Extra("k", strings.Repeat("x", 4000))
	for i := range 15 {
		long = filter.And(long, filter.Extra("k", fmt.Sprint(i), strings.Repeat("x", 4000)), filter.Not(filter.Search(fmt.Sprint("a", i))))
	}
	long = filter.And(long, filter.Is(sessions.FieldSubject, "s"), filter.Extra("k", strings.Repeat("x", 600)))
	narrow := long.WithSearchFields(sessions.FieldsOf(sessions.FieldFirstName, sessions.FieldPersonalNumber))
	require.NoError(t, narrow.Err())
	require.Greater(t, len(narrow.Text()), filter.MaxTextBytes)
	require.True(t, filter.And(narrow.Parts()...).Equal(narrow))
	for _, f := range []filter.Filter{narrow.Without(sessions.FieldsOf(sessions.FieldStatus)), narrow.Without(sessions.FieldsOf(sessions.FieldSubject))} {
		require.NoError(t, filter.And(f, filter.Status(sessions.Failed)).Err())
	}
	require.False(t, narrow.Without(sessions.AllFields()).IsZero(), "what is negated stays")
}

// TestCheck refuses values that do not exist, and lists those that do.
func TestCheck(t *testing.T) {
	t.Parallel()
	also := map[sessions.Field][]string{sessions.FieldStatus: {"expired"}, sessions.FieldMatchLevel: {"15"}}
	for _, f := range []filter.Filter{
		{}, filter.Status("expired", sessions.Failed), filter.DocumentType("", sessions.Passport), filter.MatchLevel(filter.NotCompared, 0, 7, 15),
		filter.AtLeast(sessions.FieldMatchLevel, 15), filter.Is(sessions.FieldAcceptanceLevel, "", "1", "15"), filter.Is(sessions.FieldSex, "", "male"), filter.Is(sessions.FieldSubject, "anybody"),
		filter.FailedForAt([]far.Level{3}, sessions.SpoofReasons()...),
	} {
		require.NoError(t, f.Check(also), f.Text())
	}
	for text, want := range map[string]string{
		"status(succes)":                           "status: filter: a value that no session can have: there are success, failed, pending, expired",
		"not(any(search(x),document_type(p)))":     "document_type: filter: a value that no session can have: there are passport, id_card, residence_card, driver_licence",
		"match_level(3,9)":                         "match_level: filter: a value that no session can have: there are 0, 1, 2, 3, 4, 5, 6, 7, 15",
		"match_level(at_least=9)":                  "match_level.at_least: filter: a value that no session can have: there are 0, 1, 2, 3, 4, 5, 6, 7, 15",
		"acceptance_level(9)":                      "acceptance_level: filter: a value that no session can have: there are 1, 2, 3, 4, 5, 6, 7, 15",
		"not(acceptance_level(at_most=8))":         "acceptance_level.at_most: filter: a value that no session can have: there are 1, 2, 3, 4, 5, 6, 7, 15",
		"failed_for(low_far,level=8)":              "failed_for.level: filter: a value that no session can have: there are 0, 1, 2, 3, 4, 5, 6, 7, 15",
		"all(status(failed),failed_for(low_farr))": "failed_for: filter: a value that no session can have: there are digital_spoof, not_full_id, low_far, liveness_failed, invalid_document",
	} {
		f, err := filter.Parse(text)
		require.NoError(t, err)
		err = f.Check(also)
		require.EqualError(t, err, want)
		require.ErrorIs(t, err, filter.ErrValue)
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	f := sixParts(t)
	s := sample(t)[2]
	s.FirstName, s.LastName, s.PersonalNumber = sessions.TextOf("გიორგი"), sessions.TextOf("Beridze"), sessions.TextOf("01001012345")
	require.True(t, f.Match(s))
	require.Zero(t, testing.AllocsPerRun(100, func() { f.Match(s) }))
}

// sixParts returns a filter of six parts with a search. It selects the session low4 of the sample
// with the name of success.
func sixParts(t testing.TB) filter.Filter {
	t.Helper()
	f := filter.And(
		filter.Search("gior 0100"), filter.DocumentType(sessions.Passport, sessions.IDCard), filter.Status(sessions.Failed),
		filter.FailedForAt([]far.Level{3, 4}, sessions.DigitalSpoof, sessions.LowFAR), filter.Is(sessions.FieldSubject, "s-1"),
		filter.CreatedOn(date(t, "2026-02-01"), date(t, "2026-02-28"), zone(t, "Asia/Tbilisi")),
	)
	require.NoError(t, f.Err())
	return f
}

func BenchmarkMatch(b *testing.B) {
	f := sixParts(b)
	list := sample(b)
	full := sample(b)[2]
	full.FirstName, full.LastName, full.PersonalNumber = sessions.TextOf("გიორგი"), sessions.TextOf("Beridze"), sessions.TextOf("01001012345")
	require.True(b, f.Match(full))
	b.Run("all six parts hold", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.Match(full)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Msessions/s")
	})
	b.Run("mixed", func(b *testing.B) {
		list = append(list, full)
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			f.Match(list[i%8])
			i++
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Msessions/s")
	})
}
