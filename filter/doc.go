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
//   - [Is]: a field has one of the values. [Status], [DocumentType] and [MatchLevel] are cases of
//     it.
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
// An empty list of values is an error, not everything. Any mistake poisons every filter that is
// built of it: Match is false, [Filter.Err] says what is wrong, SQL fails, and its tree has one
// criterion, which selects nothing. So nothing turns a mistake into everything. A blank search and
// a range without ends are no mistakes but no criteria: everything, in [Or] too.
//
// Enumerations are open: a status that the SDK does not know can be asked for. [Filter.Check]
// refuses what neither the SDK nor the host has, for filters that come from outside.
//
// A filter knows no company. [SQL] takes it and states it always; who matches in Go looks at the
// sessions of one company.
//
// # Reading
//
// [Filter.All] yields all criteria, and [Filter.Root] is the tree, of [AllOf], [AnyOf], [Negation]
// and [Criterion]; [Of] makes a filter of a part of it. Most filters are conjunctions:
// [Filter.Parts], [Filter.Without], [Filter.Range]. [Criterion.Terms] says how an index of
// [AppendTerms] finds the sessions of a criterion.
//
// # Text
//
// [Filter.Text] is canonical: filters that differ in order, doubled values, superfluous nesting or
// the spelling of a search alone have the same text. [Parse] reads the text of every filter that
// has no error; as JSON it is a string.
//
//	filter    = "everything" | "nothing" | ("all" | "any") "(" filter {"," filter} ")" | "not" "(" filter ")" | criterion
//	criterion = name "(" [argument {"," argument}] ")"
//	argument  = [name "="] value
//	value     = one or more of A-Z a-z 0-9 _ . : / + - | a Go string literal in double quotes
//
// A criterion has the name of its field, except failed_for, search and those of extra fields. The
// word none is an absent value, and in quotes a text:
//
//	status(failed,success)   document_type(none,passport)   device(mobile)   liveness(not_passed)   document_presented(true)
//	match_level(none,0,3)   match_level(at_least=4)   attempt(at_least=2,at_most=3)   failed_for(digital_spoof,low_far,level=4)
//	created_at(from=2026-01-01,to=2026-01-31,zone=Asia/Tbilisi)   completed_at(since=2026-01-01T00:00:00Z,before=2026-02-01T00:00:00Z)
//	completed_at(none)   expiration_date(from=2026-06-15,to=2026-07-15)   birth_date(none)
//	subject(s-1)   personal_number(01001012345)   search(0100,gior,in=last_name,in=personal_number)
//	extra(phone,"555 12")   extra_present(phone)   extra_prefix(phone,+995)
//
// # URL
//
// [Filter.Values] and [FromValues] use the same names: a parameter for the values of a criterion,
// which may be repeated, and one for each argument that has a name. The key of an extra field is a
// part of the parameter's name.
//
//	search=gior+0100   search.in=last_name   status=failed   document_type=none   failed_for=low_far   failed_for.level=4
//	match_level.at_least=4   created_at.from=2026-01-01   created_at.to=2026-01-31   created_at.zone=Asia/Tbilisi
//	expiration_date.to=2026-07-15   extra.phone=555+12   extra_present=phone   extra_prefix.phone=%2B995
//
// A search is there as it was typed. A filter that is no plain conjunction, of one criterion of a
// kind, is one parameter, filter, with its text.
//
// # Privacy
//
// Text, JSON, Values, what a Criterion says of its arguments, terms and the arguments of SQL hold
// what persons are called and searched by. Printing or logging a Filter or a part of one shows the
// names of its criteria only, also where it is within a value of another type; encoders of JSON
// write the text. No error of this package contains a value.
//
// # Concurrency
//
// All types are immutable, and safe for concurrent use.
package filter
