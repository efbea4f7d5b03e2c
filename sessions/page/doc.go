// Package page serves the All Sessions page to browsers: the list with search, filters, details,
// refresh, export, settings and the audit trail. A host mounts it behind its own sign-in:
//
//	viewer := func(r *http.Request) (store.Viewer, error) {
//		user, err := signedIn(r) // the host's own cookie or token
//		return store.Viewer{Company: user.Company, Role: sessions.Agent, Subject: user.ID}, err
//	}
//	all, err := page.New(st, page.Options{Viewer: viewer, SignIn: "/sign-in"})
//	if err != nil {
//		return err
//	}
//	mux.Handle("/kyc/", all) // the API is at /kyc/api/
//
// # Mounting
//
// The page may be at any path. With http.ServeMux the pattern is the path, with or without
// http.StripPrefix; with another router remove the prefix with http.StripPrefix. If a proxy removes
// a part of the path before the request reaches the process, [Options.BasePath] must state the path
// at which browsers see the page. The page serves
//
//	/              redirects to /sessions
//	/sessions      the list; /sessions/ID the details of one session
//	/settings      acceptance level and extra fields of the company
//	/audit         the audit trail of the company, for a Master User
//	/preferences   stores language and theme in two cookies
//	/api/          the whole API of package httpapi
//	/static/       its files
//
// The server renders the page from the answers of that API, which it calls in the same process for
// the same viewer, so that any client of the API can do everything that the page does. Only the
// person who changed the settings last is read from the Store. Without JavaScript the list, the
// filters, the details and the settings work. Searching at every keystroke, live updates and the
// export need it.
//
// # Viewers
//
// [Options.Viewer] identifies the viewer, as in package httpapi. The page has no sign-in, and
// stores nothing about the people who use it. [Options.SignIn] and [Options.SignOut] lead to the
// host's own.
//
// # Personal data
//
// Search text is sent in the bodies of requests. The browser keeps it in the session storage of its
// tab until the viewer signs out or the tab is closed. No URL of the page contains it, and the API
// refuses it in URLs. All other filters are in the URL of the list, which can be shared.
//
// # Security
//
// Requests from other sites that would change something are refused (http.CrossOriginProtection),
// so that a host needs no tokens for the page. A middleware that requires tokens must exempt the
// page. Every document has a Content-Security-Policy that allows only the page's own origin. The
// policy allows no inline script or style, and the page has none.
//
//   - If the host sets a policy as well, browsers apply both. The page works with any policy that
//     lets 'self' load scripts, styles and images, connect, and submit forms.
//   - If the host's policy allows scripts or styles only with a nonce, the page's elements get the
//     nonce of [Options.Nonce].
//   - Images of other origins, and frames, are refused unless [Options.Images] and [Options.Frames]
//     name them. In a frame of another site a browser sends the host's cookie only if the cookie is
//     SameSite=None.
//
// # Third parties
//
// static/htmx.min.js is htmx 2.0.11, under the Zero-Clause BSD licence (static/htmx.LICENSE), as
// its npm package has it.
package page
