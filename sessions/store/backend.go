package store

import (
	"context"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Backend is implemented by a storage; everyone else calls [Store]. Package storetest tests an
// implementation: each promise of this list, and of the lists of [Streamer], [Counter], [Writer],
// [EachCounter], [Tallier], [Putter] and [Purger], has a case there with its number.
//
//  1. Every method reads the sessions of one company only. An empty company is [ErrNoCompany].
//  2. A filter with an error (filter.Filter.Err) selects nothing: the method returns that error.
//  3. List returns the sessions that the filter matches, as filter.Filter.Match says, and no
//     others.
//  4. Sessions come newest first by creation time, ties by ID, the bytewise greater ID first.
//  5. List returns at most Limit sessions, all of them after the position After, which need not be
//     the position of a session.
//  6. Batch.Reached is the zero Position if the end of the selection was reached, even if its last
//     session fills the Limit. Otherwise everything between After and Reached has been searched,
//     and continuing from Reached finds the rest.
//  7. A batch of Limit sessions that is not known to be the last has the position of its last
//     session as Reached.
//  8. With the Budget spent, the batch may hold fewer sessions than Limit, even none. Reached then
//     lies further back than After: a Budget of 1 gets to the end, batch by batch.
//  9. A Budget of 0 is none: the batch then holds fewer than Limit sessions only at the end of the
//     selection.
//  10. A batch that has fewer sessions than Limit and is not the end has searched at least a
//     quarter of the Budget further: as many of the company's sessions, and at least one, lie
//     between After and Reached, whatever the filter asks.
//  11. Get returns the session with exactly that ID, or an error that wraps [ErrNotFound]; another
//     company's session is not found.
//  12. Sessions are in the form of [sessions.Session.Normalize]: times have microseconds and are in
//     UTC, reasons are sorted. What was stored comes back equal, all fields of it.
//  13. Sessions returned are the caller's: changing them changes nothing in the storage and nothing
//     that is returned later.
//  14. Batch.AsOf is taken before the sessions are read. Changes since it may repeat but never miss
//     one: they name every session of the company whose change became visible after the watermark
//     was taken, however late its writer committed.
//  15. Changes come in the order in which they became visible, each session once, in its newest
//     state, at most limit of them; Changes.More reports whether there are others, which are found
//     from Changes.Next.
//  16. Changes since a watermark that is not the Backend's own, of another company, of another
//     Backend or ahead of what has changed, is [ErrWatermark]; a watermark that is only a number
//     would not detect a restore of the storage. The empty Watermark asks only for a watermark. A
//     Backend that does not record changes returns an error that wraps [errors.ErrUnsupported], and
//     no AsOf.
//  17. A cancelled context ends a method soon, with an error that wraps the context's.
//  18. All methods may be called from many goroutines at once.
//  19. Creation time, ID and company of a session never change: one that was listed stays at its
//     position until it is purged ([Purger]). No session disappears in any other way: a redaction
//     ([sessions.Session.RedactPerson]) is a change like any other.
type Backend interface {
	List(ctx context.Context, sel Selection) (Batch, error)
	Get(ctx context.Context, company, id string) (*sessions.Session, error)
	Changes(ctx context.Context, company string, since Watermark, limit int) (Changes, error)
}

// Selection says which sessions a Backend lists.
type Selection struct {
	Company string
	Filter  filter.Filter
	After   Position // sessions further back than this; zero: from the newest on
	Limit   int      // sessions, at least 1
	// Budget is how many rows or index entries may be read, and a constant number more. 0: no
	// bound.
	Budget int

	// Fields are the fields that the reader of a stream uses, besides ID, company and creation
	// time. Other fields, and the Revision, may be left out. 0: all fields.
	Fields sessions.Fields
}

// Position is sessions.Position. The zero Position means the beginning of the list in
// Selection.After, and its end in Batch.Reached.
type Position = sessions.Position

// PositionOf returns the position of a session.
func PositionOf(s *sessions.Session) Position { return sessions.PositionOf(s) }

// Batch is a part of a list.
type Batch struct {
	Sessions []*sessions.Session // newest first
	Reached  Position            // all sessions up to here have been searched; zero: all sessions
	AsOf     Watermark           // taken before the sessions were read
	// Rekeying reports that some search keys are of another version. The search was slower, but its
	// result is right.
	Rekeying bool
}

// Watermark is a moment in the history of a company's sessions. It is opaque, belongs to the
// Backend that made it, and says nothing about a person. The empty Watermark means no watermark.
type Watermark string

// Changes are the sessions of a company that changed since a watermark.
type Changes struct {
	Sessions []*sessions.Session // in the order in which the changes became visible
	Next     Watermark           // watermark to ask for the changes after these
	More     bool                // there are more changes now
}

// Streamer is a Backend that can read a whole selection as one snapshot, faster than by lists.
//
//  20. Stream passes to the callback the sessions that List returns for the selection without Limit
//     and Budget, in that order, with all of its Fields.
//  21. The stream is one snapshot: a session that changes meanwhile is seen once, as it was, and a
//     new one is not seen.
//  22. Each session is valid only until the callback returns. The callback may set the session's
//     fields, but not change what they refer to; the stored session does not change.
//  23. Stream ends at the callback's first error, and returns an error that wraps it.
type Streamer interface {
	Stream(ctx context.Context, sel Selection, each func(*sessions.Session) error) error
}

// Counter is a Backend that counts faster than by lists.
//
//  24. Count counts the sessions that List would return, within the Budget; it may stop at Limit of
//     them. Count.Exact reports that there are no others. Without a Budget it is false only if
//     Limit was reached.
type Counter interface {
	Count(ctx context.Context, sel Selection) (Count, error)
}

// Writer is a Backend that stores sessions. Errors name a session by its position among the
// arguments, never by its content.
//
//  25. Insert stores new sessions, all or none. It normalises its arguments
//     ([sessions.Session.Normalize]) and sets their Revision to the stored one, 1 for a new
//     session. A session that is not valid (sessions.Session.Validate) is an error.
//  26. Insert is idempotent: a session that is stored already, equal in all but its Revision, is
//     passed over; one that differs is an error that wraps [ErrExists].
//  27. Update replaces the stored session if its revision is still s.Revision, and raises
//     s.Revision by one. If it is not, or CreatedAt differs, nothing changes and the error wraps
//     [ErrConflict]; without such a session it wraps [ErrNotFound].
//  28. Repeating an update that was stored, with the revision that was read, succeeds and changes
//     nothing.
//  29. Redact removes the person from the session ([sessions.Session.RedactPerson]) and from every
//     search structure: no search and no filter finds the session by the removed values. Extra
//     fields with the keys in keep stay. It is idempotent. Without such a session the error wraps
//     [ErrNotFound].
type Writer interface {
	Insert(ctx context.Context, s ...*sessions.Session) error
	Update(ctx context.Context, s *sessions.Session) error
	Redact(ctx context.Context, company, id string, keep ...string) error
}

// EachCounter is a Backend that counts several filters at once faster than one by one.
//
//  30. CountEach returns, for each of the filters in their order, the Count of the selection with
//     that filter in place of its own, all at one moment.
type EachCounter interface {
	CountEach(ctx context.Context, sel Selection, filters []filter.Filter) ([]Count, error)
}

// Purger is a Backend that removes sessions: at the end of their retention, for a person who asks
// to be forgotten, for a company that leaves. Purge returns how many it removed, even with an
// error. It checks no permission; [Store.Purge] does, and calls the audit hook.
//
//  36. Purge removes the sessions of the company that the Purge selects, and no others: none of
//     them is in any list, count, stream or details afterwards, and no search structure holds a
//     word of theirs. All others stay as they are, at their positions: a list, a count or a stream
//     that is running misses none of them, and sees each once.
//  37. A Purge with an error ([Purge.Err]) removes nothing, and returns that error.
//  38. No watermark survives the purge of a session that its holder may have seen: once a session
//     is removed, every older watermark is [ErrWatermark]. A purge that finds no session
//     invalidates none.
//  39. A purged ID is not created again while its tombstone is kept: Insert then stores nothing,
//     and its error wraps [ErrPurged]; Put passes over it ([PutPurged]), whatever the version. An
//     ID that a Purge without a filter names has a tombstone even if there was no such session, so
//     that the event of its creation may come late. Other companies may use the ID. After
//     Purge.Keep the ID is like any other.
//  40. Purge works in parts, so that writers never wait for long. If it ends early, by a context or
//     by the end of the process, each session is either complete or gone, and the same call again
//     continues. A session that is stored or changed meanwhile may or may not be removed. Once
//     Purge has returned, no session is left that existed and matched all the time.
type Purger interface {
	Purge(ctx context.Context, p Purge) (purged int, err error)
}

// Tallier is a Backend that tallies faster than by lists.
//
//  41. Tally counts the sessions that List would return by their keys ([TallyKeyOf]), at one
//     moment, each key once and in any order. exact reports that there are no other sessions:
//     without a Budget it is true.
type Tallier interface {
	Tally(ctx context.Context, sel Selection) (rows []TallyRow, exact bool, err error)
}
