// Package filter selects sessions. One immutable [Filter] serves a list, a count, an export and an
// audit trail: matched in Go, compiled to SQL, written as text, JSON and URL parameters.
//
//	today := sessions.DateOf(time.Now().In(tbilisi))
//	f := filter.And(
//		filter.Search("gior 0100"),
//		filter.Status(sessions.Failed),
//		filter.FailedFor(sessions.DigitalSpoof, sessions.LowFAR),
//		filter.CreatedOn(today.AddDays(-30), today, tbilisi),
//		filter.Is(sessions.FieldDevice, "mobile"),
//	)
//	f.Match(&session)                                     // in Go
//	filter.SQL("acme", f, filter.Postgres, columns)       // in a squirrel query
//	filter.Parse(f.Text()); filter.FromValues(f.Values()) // the same filter again
//
// # Building
//
// Each constructor makes a filter of one criterion, whose values are alternatives:
//
//   - [Is]: a field has one of the values. [Status], [DocumentType] and [MatchLevel] are special
//     cases.
//   - [AtLeast], [AtMost]: match level, acceptance level and attempt.
//   - [CreatedOn], [On], [Between]: times of creation, completion and decision, by civil days and
//     by instants.
//   - [Dates]: dates of birth and expiration.
//   - [FailedFor], [FailedForAt]: failed sessions, by reason.
//   - [Extra], [ExtraPresent], [ExtraPrefix]: the fields that a company defines.
//   - [Search], [SearchIn]: words of names and numbers.
//
// [And], [Or], [Not] and [Nothing] combine them. The zero Filter selects everything.
//
// An empty list of values is an error and does not select everything. A filter that is built from
// one with an error has that error: Match is false, [Filter.Err] says what is wrong, SQL fails, and
// its tree has one criterion, which selects nothing. A blank search and a range without ends are
// not errors. They are not criteria, and select everything, in [Or] too.
//
// Enumerations are open: a filter may ask for a status that the SDK does not know. For filters that
// come from outside, [Filter.Check] refuses values that neither the SDK nor the host has.
//
// A filter does not contain the company. [SQL] takes it as an argument, and always states it. If
// you match in Go, match the sessions of one company only.
//
// # Reading
//
// [Filter.All] yields all criteria. [Filter.Root] is the tree of [AllOf], [AnyOf], [Negation] and
// [Criterion]; [Of] makes a filter from a part of it. For conjunctions, which most filters are,
// there are [Filter.Parts], [Filter.Without], [Filter.Range]. [Criterion.Terms] says how an index
// of [AppendTerms] finds the sessions of a criterion.
//
// # Text
//
// [Filter.Text] is canonical: filters have the same text if they differ only in order, repeated
// values, needless nesting or the spelling of a search. [Parse] reads the text of every filter that
// has no error; as JSON it is a string.
//
//	filter    = "everything" | "nothing" | criterion
//	          | ("all" | "any") "(" filter {"," filter} ")" | "not" "(" filter ")"
//	criterion = name "(" [argument {"," argument}] ")"
//	argument  = [name "="] value
//	value     = one or more of A-Z a-z 0-9 _ . : / + - | a Go string literal in double quotes
//
// A criterion has the name of its field, except failed_for, search and the criteria of extra
// fields. The word none means an absent value; in quotes it is a text:
//
//	status(failed,success)   document_type(none,passport)   device(mobile)
//	liveness(not_passed)   document_presented(true)
//	match_level(none,0,3)   match_level(at_least=4)   attempt(at_least=2,at_most=3)
//	failed_for(digital_spoof,low_far,level=4)
//	created_at(from=2026-01-01,to=2026-01-31,zone=Asia/Tbilisi)
//	completed_at(since=2026-01-01T00:00:00Z,before=2026-02-01T00:00:00Z)
//	completed_at(none)   expiration_date(from=2026-06-15,to=2026-07-15)   birth_date(none)
//	subject(s-1)   personal_number(01001012345)   search(0100,gior,in=last_name,in=personal_number)
//	extra(phone,"555 12")   extra_present(phone)   extra_prefix(phone,+995)
//
// # URL
//
// [Filter.Values] and [FromValues] use the same names: one parameter for the values of a criterion,
// which may be repeated, and one for each named argument. The key of an extra field is part of the
// parameter's name.
//
//	search=gior+0100   search.in=last_name   status=failed   document_type=none
//	failed_for=low_far   failed_for.level=4   match_level.at_least=4
//	created_at.from=2026-01-01   created_at.to=2026-01-31   created_at.zone=Asia/Tbilisi
//	expiration_date.to=2026-07-15   extra.phone=555+12   extra_present=phone
//	extra_prefix.phone=%2B995
//
// A search is written as it was typed. A filter other than a conjunction with at most one criterion
// of each kind is written as one parameter, filter, with its text.
//
// # Privacy
//
// Text, JSON, Values, the arguments of a Criterion and of SQL, and terms contain the names and
// numbers of persons. Printing or logging a Filter, or a part of one, shows only the names of its
// criteria, also inside a value of another type. Encoders of JSON write the text. No error of this
// package contains a value.
//
// # Concurrency
//
// All types are immutable, and safe for concurrent use.
package filter
