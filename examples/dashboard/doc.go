// Command dashboard is the All Sessions page of an identity-verification product: the list with
// search, filters, details, refresh, export and settings, for people in a browser.
//
//	go -C examples run ./dashboard
//
// It prints the address to open. Without further flags it keeps 50,000 generated sessions of three
// companies in an embedded SQLite database that is deleted when it ends, and lets new sessions come
// in every few seconds. Each company has a Master User, an agent, and an agent for whom some fields
// are masked, wherever they stand.
//
// # How it is made
//
// The page knows nothing of the storage. It is HTML that the server renders from the answers of
// [httpapi], which is mounted beside it under /api/ and is asked in the same process, with the
// viewer's own cookie: what the page can do, any client of that API can. The browser gets HTML, one
// stylesheet, one small script and htmx, all from this server; a strict Content-Security-Policy
// refuses anything else.
//
// Search text is personal data: it travels in the bodies of requests and stays in the state of the
// browser's history. Everything else that is selected stands in the URL, which can be shared.
//
// # Third parties
//
// static/htmx.min.js is htmx 2.0.11, under the Zero-Clause BSD licence (static/htmx.LICENSE), as
// its npm package has it. The tests use testdata/axe.min.js, which is axe-core 4.14.1 under the
// Mozilla Public License 2.0 (testdata/axe.LICENSE), unchanged.
package main
