// Package page is the All Sessions page: the list with search, filters, details, refresh, export
// and settings, for people in a browser. A host mounts it behind its own sign-in:
//
//	all, err := page.New(st, page.Options{Viewer: viewerFromMyCookie})
//	if err != nil {
//		return err
//	}
//	mux.Handle("/kyc/", all)
//
// # Mounting
//
// The page may be at any path. Behind http.ServeMux the pattern says where, with or without
// http.StripPrefix; behind another router take the prefix off with http.StripPrefix. Only where a
// proxy takes a part of the path off before the request comes to the process, [Options.BasePath]
// has to say at which path browsers see the page. It serves
//
//	/              redirects to /sessions
//	/sessions      the list; /sessions/ID the details of one session
//	/settings      acceptance level and extra fields of the company
//	/audit         who did what in the company, for a Master User
//	/preferences   takes language and theme, and keeps them in two cookies
//	/api/          the whole API of package httpapi
//	/static/       its files
//
// The server renders the page from the answers of that API, which it asks in the same process, for
// the same viewer: any client of the API can do what the page does. One thing it asks of the Store
// instead: who changed the settings last. Without JavaScript the list, the filters, the details and
// the settings work. Searching at every keystroke, live updates and the export need it.
//
// # Who asks
//
// [Options.Viewer] says so, as in package httpapi. The page has no sign-in, and stores nothing
// about the people who use it. [Options.SignIn] and [Options.SignOut] lead to the host's own.
//
// # Personal data
//
// Search text is sent in the bodies of requests. The browser keeps it in the session storage of its
// tab, until the viewer signs out or the tab is closed. It is in no URL of the page, and the API
// refuses it there. Everything else that is selected is in the URL of the list, which can be
// shared.
//
// # Security
//
// Requests of other sites that would change something are refused (http.CrossOriginProtection), so
// that a host needs no tokens for the page; a middleware of the host's that asks for tokens has to
// leave the page out. Every document has a Content-Security-Policy that loads from the page's own
// origin alone. It allows no inline script or style, and the page has none.
//
//   - A policy that a host sets as well is kept: browsers then apply both. The page works with any
//     that lets 'self' load scripts, styles, images and connections, and submit forms.
//   - Where the host's policy loads scripts or styles by a nonce alone, the page's elements have
//     that of [Options.Nonce].
//   - Images of other origins, and frames, are refused unless [Options.Images] and [Options.Frames]
//     name them. In a frame of another site a browser sends the host's cookie only if that is
//     SameSite=None.
//
// # Third parties
//
// static/htmx.min.js is htmx 2.0.11, under the Zero-Clause BSD licence (static/htmx.LICENSE), as
// its npm package has it.
package page
