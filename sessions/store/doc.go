// Package store reads, counts, exports and erases the sessions of a company. Hosts call a [Store];
// a storage implements a [Backend].
//
//	st := store.New(backend, store.Options{}) // backend: package sqlstore, tablestore or your own
//	viewer := store.Viewer{Company: "acme", Role: sessions.Agent, Subject: "agent-7"}
//	query := store.Query{Filter: filter.Search("nino"), Limit: 50}
//	page, err := st.List(ctx, viewer, query)
//	if err != nil {
//		return err
//	}
//	query.After = page.Next // where the next page begins, "" at the end
//	count, err := st.Count(ctx, viewer, query.Filter)
//	_, err = export.Write(ctx, w, st.Select(viewer, query.Filter), export.Options{})
//
// # Viewers
//
// Every call states a [Viewer]: the company, the role, and the data that the viewer may see. The
// host fills it in after authorization. The Store enforces it in lists, details, attempts, changes,
// counts, tallies and exports alike:
//
//   - No company is an error, never "all".
//   - A viewer's restriction is ANDed with every filter. A session outside it is neither found nor
//     counted nor named.
//   - Fields that a viewer may not see ([sessions.Disclosure]) are hidden from every session before
//     it leaves the Store.
//   - A search looks only at the fields that the viewer may see, and the page names them. If none
//     is left, or if a filter uses a hidden field, the call is refused with a [*HiddenError]:
//     otherwise the filter would reveal the hidden values.
//
// # Lists
//
// There is one order: newest first by creation time, ties by ID, the bytewise greater first. A
// [Query] asks for a [Page] of a filter, and the page's cursor asks for the next page. The work of
// a page is bounded ([Options.Budget]), so that a page may end before it is full. It then says so,
// and how far back it searched. Only an empty cursor means the end.
//
// Creation times never change. So pages neither skip nor repeat a session while new sessions arrive
// and pending ones finish. A session whose content changes between two pages is matched in the
// state that it has when the list reaches it. [Store.Changes] brings a list up to date, beginning
// at the watermark of its first page: it returns the sessions that entered the selection or changed
// in it, and the IDs of those that left.
//
// [Store.Select] returns a selection as one value, from which files are written. A selection is
// read to its end, without the limits and budgets of pages.
//
// # Counts
//
// [Store.Count] and [Store.Facets] count up to a limit and within the budget, and say whether the
// number is exact. [Store.Tally] counts a selection by match level, and [Tally.If] says how it
// would have ended under another acceptance level.
//
// # Connections
//
// The connection pool is the host's, and the Store ensures that no viewer takes all of it. It makes
// at most as many calls at once as there are connections ([Options.Connections]). Further calls
// wait for their turn, or until their context ends. An export holds a connection from its first
// session to its last, however slowly it is read. So exports are limited for each viewer, each
// company and the process ([Options.Exports]); beyond that they are refused at once with a
// [*BusyError]. If there are two connections or more, one is always left to lists. If there is only
// one, lists wait for the end of an export, and a caller must not ask the Store for anything else
// while reading one.
//
// While a person types, each search replaces the one before. [Query.Tab] says which searches belong
// together: the newer cancels the older.
//
// # Settings and audit
//
// A company's settings are kept behind [Settings]; only a Master User changes them.
//
// The hook [Options.Audit] is called for every operation, with the canonical text of its filter,
// before the result leaves the Store. If it returns an error, the operation is refused. For exports
// and changes of settings it is called twice: before they begin, and with their outcome. It is not
// called for a viewer without a company or role, which is a mistake of the host.
//
// [Options.Trail] keeps these events, and [Store.AuditTrail] shows them to the Master User, newest
// first: who did what, when, to which session, and how it ended. sqlstore and memstore have both:
//
//	st := store.New(backend, store.Options{Settings: backend.Settings(), Trail: backend.Trail()})
//	// Who has seen this session?
//	page, err := st.AuditTrail(ctx, master, store.AuditQuery{Session: id})
//
// A trail holds the IDs of sessions, the keys of viewers, and which fields were searched, but
// nothing about the persons in the sessions. So redaction does not change it: it still says who
// read the session, and who redacted it. With [Options.AuditTexts] it also holds the texts of
// searches. The names and numbers in them stay until the retention ends ([Options.AuditRetention]),
// even if the session is redacted or purged before. [Store.PurgeCompany] deletes the company's
// trail with its settings.
//
// # Errors
//
// Errors wrap the sentinels of this package, those of package filter, and the errors of the context
// or the Backend. They contain no person's data unless the Backend's do.
package store
