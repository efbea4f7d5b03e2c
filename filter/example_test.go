package filter_test

import (
	"encoding/json"
	"fmt"
	"log"
	"time"

	sq "github.com/Masterminds/squirrel"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

func Example() {
	tbilisi, err := time.LoadLocation("Asia/Tbilisi")
	if err != nil {
		log.Fatal(err)
	}
	january := sessions.Date{Year: 2026, Month: time.January, Day: 1}

	f := filter.And(
		filter.Search("gior 0100"),
		filter.DocumentType(sessions.Passport),
		filter.FailedFor(sessions.DigitalSpoof, sessions.LowFAR),
		filter.CreatedOn(january, january.AddDays(30), tbilisi), // civil days, both included
	)
	if err := f.Err(); err != nil {
		log.Fatal(err)
	}

	s := sessions.Session{
		FirstName: sessions.TextOf("გიორგი"), PersonalNumber: sessions.TextOf("01001012345"), DocumentType: sessions.Passport,
		Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LowFAR}, CreatedAt: time.Date(2026, 1, 31, 19, 30, 0, 0, time.UTC),
	}
	fmt.Println(f.Match(&s))
	fmt.Println(f.Text())
	fmt.Println(f) // safe to log
	// Output:
	// true
	// all(document_type(passport),created_at(from=2026-01-01,to=2026-01-31,zone=Asia/Tbilisi),failed_for(digital_spoof,low_far),search(gior,0100))
	// filter(document_type, created_at, failed_for, search)
}

// A filter inside a host's own statement, on the host's own table: enumerations are stored as
// codes, reasons as flags.
func ExampleSQL() {
	columns := filter.Columns{
		Company: filter.Col("s.company_id").NotNull(),
		Fields: map[sessions.Field]filter.Column{
			sessions.FieldCreatedAt: filter.Col("s.created_at").NotNull(),
			sessions.FieldStatus: filter.Enum(filter.Col("s.state").NotNull(), map[sessions.Status][]any{
				sessions.Success: {"approved", "auto_approved"}, sessions.Failed: {"declined"}, sessions.Pending: {"running"},
			}),
		},
		Reasons: map[sessions.Reason]filter.Column{
			sessions.DigitalSpoof: filter.Col("s.is_spoof").NotNull(),
			sessions.LowFAR:       filter.Expr("s.match_level < s.required_level"),
		},
	}
	f := filter.Or(filter.Status(sessions.Success), filter.FailedFor(sessions.DigitalSpoof, sessions.LowFAR))

	sql, args, err := sq.Select("s.id", "c.name").
		From("kyc_sessions s").Join("companies c ON c.id = s.company_id").
		Where(filter.SQL("acme", f, filter.Postgres, columns)).
		Where(sq.Eq{"s.archived": false}).
		PlaceholderFormat(filter.Postgres).ToSql()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sql)
	fmt.Println(args)

	_, _, err = filter.SQL("acme", filter.Search("gior"), filter.Postgres, columns).ToSql()
	fmt.Println(err)
	// Output:
	// SELECT s.id, c.name FROM kyc_sessions s JOIN companies c ON c.id = s.company_id WHERE ((CAST(s.company_id AS text) = $1 AND COALESCE(CAST(s.company_id AS text) COLLATE "C" = $2, FALSE)) AND (s.state IN ($3, $4) OR (s.state = $5 AND (s.is_spoof OR ((s.match_level < s.required_level) IS TRUE))))) AND s.archived = $6
	// [acme acme approved auto_approved declined false]
	// filter: no column for this field: Columns.SearchKey is not set
}

func ExampleFilter_Values() {
	f := filter.And(filter.Status(sessions.Failed), filter.FailedForAt([]far.Level{4}, sessions.LowFAR), filter.DocumentType(""))
	fmt.Println(f.Values().Encode())

	again, err := filter.FromValues(f.Values())
	fmt.Println(again.Equal(f), err)

	_, err = filter.FromValues(map[string][]string{"match_level.min": {"4"}})
	fmt.Println(err)
	// Output:
	// document_type=none&failed_for=low_far&failed_for.level=4&status=failed
	// true <nil>
	// parameter "match_level.min": filter: no such parameter: there are at_least, at_most
}

// Chips: one for each part of the conjunction, which can be removed.
func ExampleFilter_Parts() {
	f := filter.And(filter.Status(sessions.Failed), filter.DocumentType(sessions.Passport), filter.MatchLevel(0, filter.NotCompared))
	parts := f.Parts()
	for i, part := range parts {
		others := append(append([]filter.Filter{}, parts[:i]...), parts[i+1:]...)
		fmt.Println(part.Text(), "| without it:", filter.And(others...).Values().Encode())
	}
	// Output:
	// status(failed) | without it: document_type=passport&match_level=none&match_level=0
	// document_type(passport) | without it: match_level=none&match_level=0&status=failed
	// match_level(none,0) | without it: document_type=passport&status=failed
}

func ExampleFilter_Err() {
	// No type was chosen.
	f := filter.Or(filter.Status(sessions.Success), filter.Not(filter.DocumentType()))
	fmt.Println(f.Err())
	fmt.Println(f.Match(&sessions.Session{Status: sessions.Success}))
	// Output:
	// document_type: filter: no value
	// false
}

// A Backend whose table has no search key uses SQL for the parts that it can express, and matches
// the rest in Go.
func ExampleFilter_Split() {
	columns := filter.Columns{
		Company: filter.Col("company").NotNull(),
		Fields:  map[sessions.Field]filter.Column{sessions.FieldStatus: filter.Col("status").NotNull()},
	}
	f := filter.And(filter.Search("gior"), filter.Status(sessions.Failed))
	inSQL, rest := f.Split(columns)
	fmt.Println(inSQL.Text(), "|", rest.Text())
	// Output: status(failed) | search(gior)
}

// Documents that expire within 30 days, of sessions on a phone. The range is of calendar days,
// without a zone.
func ExampleDates() {
	today := sessions.Date{Year: 2026, Month: time.June, Day: 15}
	f := filter.And(
		filter.Dates(sessions.FieldExpirationDate, today, today.AddDays(30)),
		filter.Is(sessions.FieldDevice, "mobile"),
	)
	s := sessions.Session{Device: sessions.Mobile, ExpirationDate: sessions.Date{Year: 2026, Month: time.July, Day: 1}}
	fmt.Println(f.Match(&s))
	s.ExpirationDate.Day = 0 // unknown: it may be the 31st
	fmt.Println(f.Match(&s))
	fmt.Println(f.Values().Encode())
	// Output:
	// true
	// false
	// device=mobile&expiration_date.from=2026-06-15&expiration_date.to=2026-07-15
}

// A filter from a form is checked, so that a typing error does not look like an empty list.
func ExampleFilter_Check() {
	f, err := filter.FromValues(map[string][]string{"status": {"failed", "archived"}})
	fmt.Println(f.Text(), err)
	fmt.Println(f.Check(nil))
	// The host's own values.
	fmt.Println(f.Check(map[sessions.Field][]string{sessions.FieldStatus: {"archived"}}))
	// Output:
	// status(archived,failed) <nil>
	// status: filter: a value that no session can have: there are success, failed, pending
	// <nil>
}

// A saved search is JSON. JSON that is not a filter is an error, and never everything.
func ExampleFilter_UnmarshalJSON() {
	saved, err := json.Marshal(filter.And(filter.Status(sessions.Failed), filter.AtLeast(sessions.FieldAttempt, 3)))
	fmt.Println(string(saved), err)

	var f filter.Filter
	fmt.Println(json.Unmarshal(saved, &f), f.Text())
	fmt.Println(json.Unmarshal([]byte("null"), &f))
	// Output:
	// "all(status(failed),attempt(at_least=3))" <nil>
	// <nil> all(status(failed),attempt(at_least=3))
	// filter: malformed text: not a JSON string
}

// A host's own rule for all criteria of a filter, at any depth.
func ExampleFilter_All() {
	f := filter.Or(filter.Status(sessions.Failed), filter.Not(filter.Extra("branch", "Batumi")))
	for c := range f.All() {
		if c.Key() == "branch" {
			fmt.Println("asks for branches:", c.Name(), len(c.Values()))
		}
	}
	// Output: asks for branches: extra 1
}

// A Backend that can answer some parts of a filter itself makes filters of the others.
func ExampleOf() {
	f := filter.And(filter.Status(sessions.Failed), filter.Or(filter.Search("gior"), filter.Is(sessions.FieldSubject, "s-1")))
	if all, ok := f.Root().(*filter.AllOf); ok {
		for part := range all.Parts() {
			fmt.Println(filter.Of(part).Text())
		}
	}
	// Output:
	// status(failed)
	// any(subject(s-1),search(gior))
}

// A Backend that is not SQL reads the criteria of a filter, and translates each of them.
func ExampleCriterion() {
	f := filter.And(filter.Status(sessions.Failed), filter.AtLeast(sessions.FieldAttempt, 2))
	for c := range f.All() {
		fmt.Println(c.Name(), c.Values(), c.Argument("at_least"), c.Fields(), c.Match(&sessions.Session{Status: sessions.Failed, Attempt: 1}))
	}
	// Output:
	// status [failed] [] status true
	// attempt [] [2] attempt false
}

// An index with the AppendTerms of each session finds the sessions of a criterion by its Terms.
func ExampleCriterion_Terms() {
	index := map[filter.Term][]string{}
	for id, status := range map[string]sessions.Status{"a": sessions.Failed, "b": sessions.Success} {
		for _, term := range filter.AppendTerms(nil, &sessions.Session{ID: id, Status: status}) {
			index[term] = append(index[term], id)
		}
	}
	for c := range filter.Status(sessions.Failed, sessions.Pending).All() {
		groups, exact := c.Terms()
		for _, r := range groups[0] {
			fmt.Println(r.From, index[filter.Term{Field: r.Field, Value: r.From}])
		}
		fmt.Println("no other session matches it:", exact)
	}
	// Output:
	// failed [a]
	// pending []
	// no other session matches it: true
}
