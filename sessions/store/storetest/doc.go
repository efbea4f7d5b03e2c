// Package storetest tests that a [store.Backend] keeps its promises. A host runs it on its own
// storage:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) storetest.Fixture {
//			s := mystore.New(freshDatabase(t))
//			return storetest.Fixture{
//				Backend: s,
//				Put:     s.Save, // not needed if s is a store.Writer
//				Lacks:   storetest.Lacks{Changes: true},
//			}
//		})
//	}
//
// Each numbered promise of store.Backend and of the optional interfaces (store.Streamer, Counter,
// Writer, EachCounter, Putter, Purger and Tallier) is a subtest with that number. Each gets an
// empty [Fixture] of its own. The promises of an interface that the Backend does not implement are
// skipped. The right answer is that of filter.Filter.Match for the sessions that were stored.
//
// The sessions are few and unusual: names in Georgian, Latin and accented letters, names of six
// words, hyphens and apostrophes; numbers with leading zeros, and of letters and digits; texts that
// are absent for each reason; times that are equal or a microsecond apart; dates without a day or
// month; keys with quotes, wildcards, emoji and trailing blanks, and keys that differ only in case.
//
// [RunSettings] does the same for a host's own store.Settings, and [RunAuditTrail] for a
// store.AuditTrail.
//
// A failure says which promise is broken, by which call, with which filter, limit and position. It
// gives the expected and the actual values, field by field:
//
//	promise 12, what was stored comes back: Get("0195946c-0000-7000-8000-000000000001"):
//	document_validity: want valid, got not_checked
//
// It names the line of the case in this package. A Backend that panics or hangs fails its case, and
// the other cases go on. Features that a storage lacks are declared in [Lacks]; with the zero Lacks
// everything is tested.
package storetest
