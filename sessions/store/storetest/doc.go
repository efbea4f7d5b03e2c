// Package storetest proves that a [store.Backend] keeps its promises. A host runs it over its own
// storage:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) storetest.Fixture {
//			return storetest.Fixture{Backend: mystore.New(freshDatabase(t))}
//		})
//	}
//
// Each numbered sentence of store.Backend and of the interfaces that a Backend may have as well
// (store.Streamer, Counter, Writer, EachCounter, Putter, Purger and Tallier) is a subtest that bears
// its number; each gets a [Fixture] of its own, an empty one. The sentences of an interface that the
// Backend does not have are left out. What is right is what filter.Filter.Match says of the sessions
// that were put in.
//
// The sessions are few and odd: names in Georgian, Latin and accented letters, names of six words,
// hyphens and apostrophes; numbers with leading zeros and of letters and digits; texts that are
// absent for every reason; times that are equal or a microsecond apart; dates without a day or
// month; keys with quotes, wildcards, emoji, blanks at their end, and such as differ by case alone.
//
// [RunSettings] does the same for a host's own store.Settings, and [RunAuditTrail] for a
// store.AuditTrail.
//
// A failure prints the case's explanation and its line in this package. A storage that cannot do
// something says so in [Lacks]; the zero Lacks claims everything.
package storetest
