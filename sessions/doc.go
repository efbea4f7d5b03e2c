// Package sessions defines the domain of an "All Sessions" page: one identity-verification session,
// how its verdict is reached, and how much of it a viewer may see.
//
//	s := &sessions.Session{
//		ID: "s-1", Company: "acme", CreatedAt: time.Now(),
//		Status: sessions.Failed, Reasons: []sessions.Reason{sessions.LowFAR},
//		FirstName: sessions.TextOf("Nino"), LastName: sessions.TextIn(sessions.NotRecognised),
//	}
//	if err := s.Validate(); err != nil { // a *sessions.FieldError says which field
//		return err
//	}
//	row := s.Row()                          // what the list shows
//	fmt.Println(row.Verified, row.LastName) // No ******
//	fmt.Println(s)                          // no personal data
//
// # A session
//
// A [Session] is a plain struct that a store fills and all other code reads. Its rules:
//
//   - ID and Company are opaque, non-empty text. An ID is unique within its company; [NewID] makes
//     one for hosts that have none. Neither is parsed or validated beyond [Session.Validate].
//   - Texts that come from a document ([Text]) say why they are absent: not collected, not
//     recognised, redacted, or masked for this viewer. The empty text is a value of its own. The
//     zero Text was not collected.
//   - Birth and expiration dates are civil dates ([Date]): they have no time zone, and none can
//     shift them.
//   - CreatedAt, DecidedAt and CompletedAt are instants in UTC with microseconds, which is what the
//     databases keep; [Truncate] converts any time to that form. Zero means absent.
//   - Status, Reason, DocumentType, Sex and Device are open enumerations. Their value is their
//     text. An unknown value from storage is kept, shown and exported unchanged, and never counts
//     as verified.
//   - Extra holds the fields that the company defines, in their order ([Extra]).
//
// # Verdicts
//
// A stored status and stored reasons win. [Decide] is for hosts that have [Evidence] and no
// verdict. It derives status and reasons under the [Acceptance] in force, and records the level
// that it used, so that a later change of the acceptance level changes no old session.
//
// # Privacy
//
// A [Session], a [Row], a [Text] and an [Extra] print as placeholders, and so does every other type
// of the SDK that holds a person's data or a search: in package fmt under every verb, in log and
// log/slog, in panics and templates, alone and inside slices, maps and structs. encoding/json and
// encoding/xml refuse them ([ErrNoJSON]). A manifest and its [Request] are the exception, since
// they are files. To get the content of a value, use [Text.Value], [Extra.All] or
// [Extra.AppendJSON].
//
// No type can protect itself from a printer that reads memory without calling methods:
//
//   - Package fmt does not call the methods of a value in an unexported field of another struct.
//     Give that struct a Format method of its own, or keep a pointer in the field and print the
//     struct with %v. With a verb that does not fit pointers, such as %s, fmt follows the pointer.
//   - Package fmt does not call methods for the verbs %p and %w, which go vet reports.
//   - The diffs of testify, and go-spew with DisableMethods, call no methods: test with invented
//     people.
//
// [Disclosure] says which [Fields] a viewer may see. Stores apply it once, before a session leaves
// them. No error of this package contains a person's data.
//
// # Concurrency
//
// All types are values without hidden state. Many goroutines may read one at once, but not while
// another changes it.
package sessions
