// Package filter selects sessions. One immutable [Filter] serves a list, a count, an export and an audit trail: matched
// in Go, compiled to SQL, written as text and as URL parameters.
//
// # Building
//
// Each constructor makes a filter of one criterion, whose values are alternatives: [Search], [SearchIn], [DocumentType],
// [Status], [FailedFor], [FailedForAt], [MatchLevel], [CreatedOn], [CreatedBetween], [Extra], [PersonalNumber], [Subject].
// [And], [Or], [Not] and [None] combine them. The zero Filter selects everything.
//
// An empty list of values is an error, not everything. Any mistake poisons every filter that is built of it: Match is
// false, [Filter.Err] says what is wrong, SQL fails. So nothing turns a mistake into everything. A blank search and a
// range without ends are no mistakes but no criteria: everything.
//
// A filter knows no company. [SQL] takes it and states it always; who matches in Go looks at the sessions of one company.
//
// # Reading
//
// [Filter.Root] is the tree, of [AllOf], [AnyOf], [Negation] and [Criterion]. Most callers want the conjunction that most
// filters are: [Filter.Criteria], [Filter.Parts], [Filter.Without], [Filter.SplitSearch], [Filter.Range].
//
// # Text
//
// [Filter.Text] is canonical: filters that differ in order, doubled values, superfluous nesting or the spelling of
// a search alone have the same text. [Parse] reads it back.
//
//	filter    = "everything" | "nothing" | ("all" | "any") "(" filter {"," filter} ")" | "not" "(" filter ")" | criterion
//	criterion = name "(" [argument {"," argument}] ")"
//	argument  = [name "="] value
//	value     = one or more of A-Z a-z 0-9 _ . : / + - | a Go string literal in double quotes
//
//	status(failed,success)   type("",passport)   level(none,0,3)   failed_for(digital_spoof,low_far,level=4)
//	created(from=2026-01-01,to=2026-01-31,zone=Asia/Tbilisi)   created(since=2026-01-01T00:00:00Z,before=2026-02-01T00:00:00Z)
//	subject(s-1)   personal_number(01001012345)   extra(phone,"555 12")   search(0100,gior,in=last_name,in=personal_number)
//
// # URL
//
// [Filter.Values] and [FromValues] use the parameters whose names are the Param constants:
// type=passport&status=failed&spoof=low_far&far_level=4&from=2026-01-01&tz=Asia/Tbilisi. A filter that is no plain conjunction is
// one parameter, filter, with its text.
//
// # Privacy
//
// Text, Values, Criterion and the arguments of SQL hold what persons are called and searched by. Printing or logging a Filter
// shows the kinds of its criteria only, and no error of this package contains a value.
//
// # Concurrency
//
// All types are immutable, and safe for concurrent use.
package filter
