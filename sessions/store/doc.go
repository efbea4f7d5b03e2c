// Package store is the way to the sessions: a [Store] is what everyone calls, a [Backend] what a
// host implements.
//
// # Who asks
//
// Every call states a [Viewer]: whose company, in what role, what they may see. The host says so,
// after authorization; the Store checks it and keeps to it in lists, details, attempts, changes,
// counts, tallies and exports alike:
//
//   - No company is an error, never "all".
//   - A viewer's restriction is ANDed to whatever they ask. What lies outside is not found, not
//     counted, not named.
//   - What a viewer may not see is hidden from every session before it leaves
//     ([sessions.Disclosure]), once, here.
//   - A search looks at the fields that the viewer may see only, and the page names them. If none
//     is left, or if a filter uses a hidden field, the call is refused with a [*HiddenError]:
//     otherwise the filter would tell what the field hides.
//
// # What is listed
//
// One order: newest first by creation time, ties by ID, the bytewise greater first. A [Query] asks
// for a [Page] of a filter; the page's cursor goes on. A page's work is bounded ([Options.Budget]),
// so that it may end before it is full; it says so, and how far back it searched. Only an empty
// cursor is the end.
//
// Creation times never change. So pages neither skip nor repeat a session while others come in and
// pending ones finish; a session whose content changes between two pages is judged as it is when it
// is reached. [Store.Changes] brings a list up to date from the watermark of its first page on:
// what entered the selection or changed in it, and the IDs of what left.
//
// [Store.Select] hands out a selection as one value, to be read to its end whatever limits and
// budgets pages have: files are written of it.
//
// # What is counted
//
// [Store.Count] and [Store.Facets] count up to a limit and within the budget, and say whether the
// number is exact. [Store.Tally] spreads a selection over match levels, and [Tally.If] says how it
// would have ended under another acceptance level.
//
// # What happens at once
//
// The pool of connections is the host's; the Store sees that nobody takes all of it. It asks the
// Backend for as many things at once as there are connections ([Options.Connections]); what is more
// waits its turn, until its context ends. An export holds a connection from its first session to its
// last, however slowly somebody reads it. So exports are bounded for each viewer, each company and
// the process ([Options.Exports]); beyond that they are refused at once with a [*BusyError]. One
// connection is always left to lists, if there are two. If there is but one, lists wait for the end
// of an export, and a caller must not ask the Store for anything else while reading one.
//
// Somebody who types makes each search superfluous by the next. [Query.Tab] says which belong
// together: the newer cancels the older.
//
// # Settings and audit
//
// A company's settings are kept behind [Settings]; only a Master User changes them. The hook
// [Options.Audit] is told of every operation, with the canonical text of its filter, before the
// result leaves the Store: a refusal stops it. Exports and changes of settings are told of twice,
// before they begin and with their outcome. A viewer without company or role is the host's mistake
// and is not told of.
//
// [Options.Trail] keeps what is audited, and [Store.AuditTrail] shows it to the Master User, newest
// first: who did what, when, to which session, and how it ended. sqlstore and memstore have both:
//
//	st := store.New(backend, store.Options{Settings: backend.Settings(), Trail: backend.Trail()})
//	page, err := st.AuditTrail(ctx, master, store.AuditQuery{Session: id}) // who has seen this session?
//
// A trail holds IDs of sessions, the keys of those who work, and by what was searched, but nothing
// of the persons in the sessions, and so a redaction changes nothing of it: the trail goes on to say
// who read the session, and who redacted it. With [Options.AuditTexts] it holds what was typed as
// well: names and numbers, which stay until the retention ends ([Options.AuditRetention]), whatever
// is redacted or purged meanwhile. [Store.PurgeCompany] ends the trail of the company with its
// settings.
//
// # Errors
//
// Errors wrap the sentinels of this package, those of package filter, the context's or the
// Backend's, and contain no person's data as long as the Backend's do not.
package store
