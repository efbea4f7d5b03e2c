package storetest

import (
	"fmt"
	"runtime"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// selectCase is a filter, and the reason why a storage may get it wrong.
type selectCase struct {
	why    string
	filter filter.Filter
	where  string // the case's line in this package
}

func (c selectCase) String() string { return fmt.Sprintf("%s: %s", c.where, c.why) }

// selectCases returns filters of every criterion. Each selects some of the world's sessions and
// leaves some out, unless its explanation begins with "nothing" or "everything".
func selectCases() []selectCase {
	var all []selectCase
	add := func(why string, f filter.Filter) {
		_, _, line, _ := runtime.Caller(1)
		all = append(all, selectCase{why, f, fmt.Sprintf("storetest/cases.go:%d", line)})
	}
	day := sessions.Date{Year: 2026, Month: 3, Day: 13}
	tbilisi, err := time.LoadLocation("Asia/Tbilisi")
	if err != nil {
		tbilisi = time.UTC // a machine without a zone database
	}
	born := sessions.Date{Year: 1990, Month: 2, Day: 28}
	tie := noon.Add(-5 * time.Hour)
	level := sessions.Match{}.Level // 0

	add("everything: the zero filter", filter.Filter{})
	add("nothing: Nothing", filter.Nothing())
	add("nothing: Or of nothing", filter.Or())
	add("everything: And of nothing", filter.And())

	add("success", filter.Status(sessions.Success))
	add("failed", filter.Status(sessions.Failed))
	add("pending", filter.Status(sessions.Pending))
	add("success and failed leave pending and others out", filter.Status(sessions.Success, sessions.Failed))
	add("an open status", filter.Status("archived"))
	add("nothing: statuses differ by case", filter.Status("Archived"))
	add("not success has pending and open ones in it", filter.Not(filter.Status(sessions.Success)))

	add("passport", filter.DocumentType(sessions.Passport))
	add("passport and ID card leave others and none out", filter.DocumentType(sessions.Passport, sessions.IDCard))
	add("an open document type", filter.DocumentType("military_id"))
	add("not ID card has sessions without a document in it", filter.Not(filter.DocumentType(sessions.IDCard)))

	add("digital spoof, also beside other reasons", filter.FailedFor(sessions.DigitalSpoof))
	add("not full ID", filter.FailedFor(sessions.NotFullID))
	add("low FAR", filter.FailedFor(sessions.LowFAR))
	add("all three together: each session once", filter.FailedFor(sessions.SpoofReasons()...))
	add("liveness failed", filter.FailedFor(sessions.LivenessFailed))
	add("an open reason", filter.FailedFor("odd_reason"))
	add("low FAR at levels", filter.FailedForAt(listOf(level, 3), sessions.LowFAR))
	add("levels narrow low FAR alone", filter.FailedForAt(listOf(level+1), sessions.LowFAR, sessions.DigitalSpoof))
	add("not failed for low FAR has the successful in it", filter.Not(filter.FailedFor(sessions.LowFAR)))

	add("level 0 is compared without a match", filter.MatchLevel(0))
	add("level 6", filter.MatchLevel(6))
	add("levels beyond the product's scale", filter.MatchLevel(7, 12))
	add("not compared is not level 0", filter.MatchLevel(filter.NotCompared))
	add("not compared, or level 2", filter.MatchLevel(2, filter.NotCompared))
	add("not level 6 has sessions without a comparison in it", filter.Not(filter.MatchLevel(6)))
	add("a comparison was made", filter.Not(filter.MatchLevel(filter.NotCompared)))

	add("a civil day, to its last microsecond", filter.CreatedOn(day, day, tbilisi))
	add("until a day", filter.CreatedOn(sessions.Date{}, day, tbilisi))
	add("from a day", filter.CreatedOn(day.AddDays(1), sessions.Date{}, tbilisi))
	add("one microsecond", filter.Between(sessions.FieldCreatedAt, tie, tie.Add(time.Microsecond)))
	add("instants, the end not inclusive", filter.Between(sessions.FieldCreatedAt, tie.Add(-time.Microsecond), tie))
	add("from an instant", filter.Between(sessions.FieldCreatedAt, tie.Add(time.Microsecond), time.Time{}))
	add("before the epoch", filter.Between(sessions.FieldCreatedAt, time.Time{}, time.Unix(0, 0)))
	add("outside a range", filter.Not(filter.Between(sessions.FieldCreatedAt, tie, noon)))

	add("a subject, exactly", filter.Is(sessions.FieldSubject, "person-1"))
	add("subjects differ by case and by blanks at their end", filter.Is(sessions.FieldSubject, "Person-1", "person-1 "))
	add("not a subject has sessions without one in it", filter.Not(filter.Is(sessions.FieldSubject, "person-1", "person-2")))
	add("a personal number with its leading zeros", filter.Is(sessions.FieldPersonalNumber, "00000000017"))
	add("nothing: a personal number without its leading zeros", filter.Is(sessions.FieldPersonalNumber, "17"))
	add("a personal number as it is written", filter.Is(sessions.FieldPersonalNumber, "AB-12 34"))
	add("not a personal number has absent ones in it", filter.Not(filter.Is(sessions.FieldPersonalNumber, "00000000017")))

	add("an ID", filter.Is(sessions.FieldID, newID(1)))
	add("a partner", filter.Is(sessions.FieldPartner, "Acme Bank"))
	add("no partner", filter.Is(sessions.FieldPartner, ""))
	add("a first name as it is written", filter.Is(sessions.FieldFirstName, "Nino "))
	add("no last name, for whatever reason", filter.Is(sessions.FieldLastName, ""))
	add("a document number, or none", filter.Is(sessions.FieldDocumentNumber, "X1Y22Z333", ""))
	add("a nationality", filter.Is(sessions.FieldNationality, "GEO"))
	add("not a nationality has absent ones in it", filter.Not(filter.Is(sessions.FieldNationality, "GEO")))
	add("a sex", filter.Is(sessions.FieldSex, "female"))
	add("a document was presented", filter.Is(sessions.FieldDocumentPresented, "true"))
	add("no document was presented", filter.Is(sessions.FieldDocumentPresented, "false"))
	add("documents that are not valid", filter.Is(sessions.FieldDocumentValidity, "invalid", "not_checked"))
	add("liveness passed", filter.Is(sessions.FieldLiveness, "passed"))
	add("liveness not known, or not passed", filter.Not(filter.Is(sessions.FieldLiveness, "passed")))
	add("no selfie", filter.Is(sessions.FieldSelfie, ""))
	add("a client's IP", filter.Is(sessions.FieldClientIP, "192.0.2.1"))
	add("devices, one that nobody has", filter.Is(sessions.FieldDevice, "pc", "tablet"))
	add("a browser; they differ by case", filter.Is(sessions.FieldBrowser, "safari"))
	add("an operating system; they differ by blanks at their end", filter.Is(sessions.FieldOS, "iOS "))
	add("no model", filter.Is(sessions.FieldModel, ""))
	add("nothing: a value of another field", filter.Is(sessions.FieldModel, "Safari"))
	add("match levels at least 6", filter.AtLeast(sessions.FieldMatchLevel, 6))
	add("match levels at most 3, level 0 among them", filter.AtMost(sessions.FieldMatchLevel, 3))
	add("not a match level at most 3 has sessions without a comparison in it", filter.Not(filter.AtMost(sessions.FieldMatchLevel, 3)))
	add("an acceptance level was recorded", filter.AtLeast(sessions.FieldAcceptanceLevel, 1))
	add("no acceptance level", filter.Is(sessions.FieldAcceptanceLevel, ""))
	add("attempts from the third", filter.AtLeast(sessions.FieldAttempt, 3))
	add("attempts until the second; no attempt is none of them", filter.AtMost(sessions.FieldAttempt, 2))
	add("no attempt, or the first", filter.Is(sessions.FieldAttempt, "", "1"))
	add("completed in a minute", filter.Between(sessions.FieldCompletedAt, noon.Add(-10*time.Minute), noon.Add(-9*time.Minute)))
	add("not completed", filter.Is(sessions.FieldCompletedAt, ""))
	add("decided on a day", filter.On(sessions.FieldDecidedAt, day.AddDays(1), day.AddDays(1), tbilisi))
	add("not decided in a range has undecided ones in it", filter.Not(filter.Between(sessions.FieldDecidedAt, noon.Add(-time.Hour), time.Time{})))
	add("a date of birth", filter.Dates(sessions.FieldBirthDate, born, born))
	add("born until a day: of a year, every day that it may be", filter.Dates(sessions.FieldBirthDate, sessions.Date{}, sessions.Date{Year: 1965, Month: 12, Day: 31}))
	add("nothing: born until a day of a year that may be later", filter.Dates(sessions.FieldBirthDate, sessions.Date{}, sessions.Date{Year: 1965, Month: 12, Day: 30}))
	add("no date of birth", filter.Is(sessions.FieldBirthDate, ""))
	add("expires within a year: of a month, every day that it may be", filter.Dates(sessions.FieldExpirationDate, sessions.Date{Year: 2030, Month: 2, Day: 1}, sessions.Date{Year: 2030, Month: 12, Day: 31}))
	add("nothing: expires within days of a month, of which it may be another", filter.Dates(sessions.FieldExpirationDate, sessions.Date{Year: 2030, Month: 2, Day: 2}, sessions.Date{Year: 2030, Month: 12, Day: 31}))
	add("does not expire in a range, or at all", filter.Not(filter.Dates(sessions.FieldExpirationDate, sessions.Date{Year: 2031, Month: 1, Day: 1}, sessions.Date{})))

	add("an extra field", filter.Extra("phone", "+995 555 12 34 56"))
	add("extra values differ by case", filter.Extra("email", "a@example.org"))
	add("several extra values, one empty", filter.Extra("phone", "", "+995 555 12 34 56"))
	add("quotes in an extra key and value", filter.Extra(`a"b'c`, `x"y'z\`))
	add("an extra key like a path", filter.Extra("$.a[0].b", "path"))
	add("an extra key of Georgian and emoji", filter.Extra("ფილიალი 🏦", "თბილისი"))
	add("an extra key that differs by case", filter.Extra("Phone", "null"))
	add("an extra key with a blank at its end, a value of control characters", filter.Extra("phone ", "line\nbreak\t"))
	add("wildcards in an extra key and value", filter.Extra("100%_", "%"))
	add("an extra field is there, empty or not", filter.ExtraPresent("phone"))
	add("an extra field is not there", filter.Not(filter.ExtraPresent("ფილიალი 🏦")))
	add("an extra value begins with a text", filter.ExtraPrefix("email", "a@", "b@"))
	add("wildcards in a beginning", filter.ExtraPrefix("100%_", "%"))
	add("not an extra value has sessions without the key in it", filter.Not(filter.Extra("phone", "")))

	for _, text := range []string{
		"g", "gio", "გიორგი", "ᲒᲘᲝᲠᲒᲘ", "GIORGI<", "giorgi b", "ber gio", "jose", "josé", "nunez", "muller", "jean", "pierre", "jean-pierre",
		"jeanpierre", "o'brien", "obrien", "maria cruz alvarez", "del de la y", "robert", "drop table", "back slash", "hyperlink", "sum 1", "李",
		"0", "01", "010", "00000000017", "ab12", "1234", "23ab000", "x1y22z333", "y22z333", "z333", "333", "nino beridze 01000",
	} {
		add("search "+text, filter.Search(text))
	}
	add("everything: a blank search is no criterion", filter.Search(" \t "))
	add("nothing: a search that folds to nothing", filter.Search("******"))
	add("nothing: wildcards are no words", filter.Search("%_"))
	add("nothing: a word in the middle of another", filter.Search("iorgi"))
	add("nothing: the mark of a removed text", filter.Search("redacted"))
	add("nothing: other fields are not searched", filter.Search("safari"))
	add("first names alone", filter.SearchIn(sessions.FieldsOf(sessions.FieldFirstName), "nino"))
	add("numbers alone", filter.SearchIn(sessions.FieldsOf(sessions.FieldPersonalNumber, sessions.FieldDocumentNumber), "1"))
	add("not a search", filter.Not(filter.Search("beridze")))
	add("not a search of an absent name", filter.Not(filter.SearchIn(sessions.FieldsOf(sessions.FieldFirstName), "nino")))

	add("a search within filters", filter.And(filter.Search("ber"), filter.Status(sessions.Failed), filter.MatchLevel(6)))
	add("two searches", filter.And(filter.Search("gio"), filter.Search("ber")))
	add("a rare value and a range", filter.And(filter.FailedFor(sessions.DigitalSpoof), filter.Between(sessions.FieldCreatedAt, noon.Add(-40*time.Minute), noon)))
	add("a union of criteria", filter.Or(filter.Status(sessions.Pending), filter.Search("gio"), filter.DocumentType(sessions.Passport)))
	add("a search in a union in a conjunction", filter.And(filter.Or(filter.Search("gio"), filter.Search("jose")), filter.Not(filter.Search("ber"))))
	add("not a union", filter.Not(filter.Or(filter.Status(sessions.Success), filter.FailedFor(sessions.LowFAR))))
	add("not a conjunction", filter.Not(filter.And(filter.Status(sessions.Success), filter.Search("nino"))))
	add("not not", filter.Not(filter.Not(filter.Search("gio"))))
	add("nothing: a contradiction", filter.And(filter.Status(sessions.Success), filter.FailedFor(sessions.LowFAR)))
	return all
}

func listOf[T any](values ...T) []T { return values }
