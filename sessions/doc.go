// Package sessions is the domain of an "All Sessions" page: what one identity-verification session
// is, how its verdict is reached, and how much of it a viewer may see.
//
// # A session
//
// A [Session] is a plain struct that a store fills and everybody else reads. Its rules:
//
//   - ID and Company are opaque, non-empty text. An ID is unique within its company; [NewID] makes
//     one for hosts that have none. Neither is ever parsed or validated beyond [Session.Validate].
//   - Texts that come from a document ([Text]) say why they are absent: not collected, not
//     recognised, redacted, or masked for this viewer. Empty is a value of its own. The zero Text
//     was not collected.
//   - Birth and expiration dates are civil dates ([Date]): they have no time zone and none can
//     shift them.
//   - CreatedAt, DecidedAt and CompletedAt are instants in UTC with microseconds, which is what the
//     databases keep; [Truncate] brings any time there. Zero means absent.
//   - Status, Reason, DocumentType, Sex and Device are open enumerations: their text is their
//     value, an unknown one from storage is kept, shown and exported as it is, and never counts as
//     verified.
//   - Extra holds the fields that the company defines, in their order ([Extra]).
//
// # Verdicts
//
// A stored status and stored reasons win. [Decide] is for hosts that have [Evidence] and no
// verdict: it derives both under the [Acceptance] in force and records the level that it used, so
// that a later change of the acceptance level changes no old session.
//
// # Privacy
//
// A [Session], a [Row], a [Text] and an [Extra] print as placeholders, and so does every other type
// of the SDK that holds a person's data or a search: in package fmt whatever the verb, under log
// and log/slog, in panics and templates, alone and inside slices, maps and structs. encoding/json
// and encoding/xml refuse them ([ErrNoJSON]); a manifest and its [Request] are the exception, since
// they are files. To show what a value holds, ask for it: [Text.Value], [Extra.All],
// [Extra.AppendJSON].
//
// No type can do anything about a printer that reads memory without asking methods:
//
//   - Package fmt does not ask a value in an unexported field of somebody else's struct. Give that
//     struct a Format method of its own, or keep a pointer there and print it with %v: fmt follows
//     it under verbs that do not fit alone, such as %s.
//   - It does not ask for the verbs %p and %w either, which go vet refuses.
//   - The differences that testify prints, and go-spew with DisableMethods, ask nobody: test with
//     invented people.
//
// [Disclosure] says, per [Field], what a viewer may see; stores apply it once,
// before anything leaves them. No error of this package contains a person's data.
//
// # Concurrency
//
// All types are values without hidden state: safe to read from many goroutines, not to change while
// read.
package sessions
