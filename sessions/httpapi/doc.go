// Package httpapi serves a company's sessions over HTTP: list, search, counts, details, changes,
// export, settings and the audit trail, as JSON and CSV. A host mounts it behind its own sign-in:
//
//	mux.Handle("/kyc/", http.StripPrefix("/kyc", httpapi.New(st, httpapi.Options{Viewer: viewerFromMyCookie})))
//
// # Routes
//
//	GET POST  /sessions                list a filter's sessions, newest first, page by page
//	GET       /sessions/{id}           everything that is known of one session
//	GET       /sessions/{id}/attempts  the sessions of the same person, itself among them
//	GET       /sessions/{id}/selfie    the image of its selfie, which the host serves
//	GET POST  /changes                 what entered, changed in or left a selection since a watermark
//	GET POST  /count                   how many sessions a filter selects, up to a limit
//	GET POST  /facets                  how many each option of the page's filters would select
//	GET POST  /tally                   how a selection would have ended under each acceptance level
//	     POST /export                  every session of a filter as CSV
//	GET PUT   /settings                acceptance level and extra fields of the company
//	GET       /audit                   who did what in the company, newest first, page by page
//	GET       /openapi.json            this API as OpenAPI 3.0.3: every member of every document
//
// HEAD is GET without the answer's body. A GET that has a body is an error. An ID in a path is
// percent-encoded. Any text may be an ID, but browsers and proxies take "." and ".." for steps in
// the path, and then the path is no route here: list such a session by the parameter id.
//
// The description needs no sign-in, and says nothing of anybody. [OpenAPI] has it for a build;
// oapi-codegen, ogen and openapi-typescript make clients of it.
//
// # Who asks
//
// [Options.Viewer] says so, and nothing else: company, role, disclosure and restriction are no
// parameters. Without a viewer every route is 401, with a role that the product does not know 403.
// What is not the viewer's is 404, byte for byte as what is not there. Agents may do all but PUT
// /settings and GET /audit, which are 403. What a viewer may not see is null, a text "masked"; a
// filter by it is 403. The host's sign-in has to see to CSRF tokens or SameSite cookies, as
// anywhere: the one request that changes anything, PUT /settings, is JSON and no form can send it.
//
// # Parameters
//
// The parameters of a selection are those of filter.FromValues. A list also has limit, after (next
// of the page before), tab, and include (total, facets: the numbers of /count and /facets in the
// same answer); /changes has limit and as_of (that of a page, or of the changes before). /count,
// /facets and /tally ignore the parameters of a list, so that the body of a list can be sent to
// them.
//
// GET has the parameters in the URL, which for the filter alone is its canonical form: a link that
// can be shared. POST has them in its body, and nowhere else: a JSON object with the parameters as
// members (a repeated one is a list, and extra.KEY may be a member KEY of extra), or a form, which
// lets a browser save an export as it arrives.
//
//	{"search": "gior 0100", "status": ["failed", "pending"], "created_at.zone": "Asia/Tbilisi", "created_at.from": "2026-03-01", "limit": 50}
//
// Every field can be filtered by, under its own name. Values of enumerations that neither the SDK
// nor the host has ([Options.Values]) are refused, and the answer says which there are: a typing
// error is no empty list.
//
// Search text, names, numbers, birth dates, addresses and extra fields are personal data. They are
// refused in a URL, wherever in the filter they are, unless [Options.SearchInURL] says otherwise.
// Pages and facets give the filter without them as "link", null where they cannot be taken out.
//
// Everything is strict: unknown and repeated parameters, doubled members, text that is not UTF-8,
// and what follows the JSON are errors. A body has at most [Options.MaxBody] bytes, a URL 8 KiB of
// parameters.
//
// # Documents
//
// Names are in snake case and stable; clients ignore members that they do not know. Times are RFC
// 3339 in UTC with six decimals, dates yyyy-mm-dd. What is absent is null. A text of a document is
// {"state": "known", "value": "..."}; in any other state (not_collected, not_recognised, redacted,
// masked) its value is null, so that no mark is ever taken for a name. "hidden" names the fields
// that the viewer may not see. Where a filter searches, the header Searched of every answer, and
// "searched" of a page, name the fields that it looked at, so that a client can say which ones
// were left out. "matches" says where the search text was found, in UTF-16 code units,
// as JavaScript slices strings. JSON has <, > and & escaped, so that it is harmless wherever it is
// shown by mistake.
//
// # Staying up to date
//
// The list's GET has an ETag, made of the watermark and a digest of viewer and query. If-None-Match
// costs one cheap query where nothing of the company has changed, and is answered 304; where
// something has, the list is read. A search by POST asks for /changes since the page's as_of
// instead, which costs as little. Both tell the Store's audit hook.
//
// A page that sends a parameter tab with its searches, a text of its own choice such as a random
// number, has the server end each search when the next one comes: the older is answered 409
// superseded. A page that sends none aborts its request: HTTP/1.1 closes the connection and HTTP/2
// the stream, net/http cancels the request's context, and the storage's query ends. A proxy between
// them has to pass that on, as proxies do by default (nginx: proxy_ignore_client_abort off).
//
// # Exports
//
// POST /export takes the filter of a list and, beside it, format (rfc4180, excel_csv, or a further
// one of the host's), separator, column (headers, repeated), extra_columns (true: one for each of
// the company's keys) and zone, that of the file's times, without which it is created_at.zone of
// the filter; Excel's format needs one. What the viewer may not see has no column, or cells that
// are [masked]. The file streams as the storage yields it.
//
// Further formats are the host's to register ([Options.Formats]): workbooks are Write of the module
// export/xlsx.
//
// A refusal, also by the audit hook, comes before the first byte: a format's limit of rows and the
// viewer's are counted first, and more is too_many_rows; a cell that is too long for a spreadsheet
// is too_long, with its row and column, if it is in the first part of the file. An answer is
// one file: whoever wants more asks for fewer days at a time, or for RFC 4180, which has no limit.
//
// After the last byte come the trailers Export-Rows and Export-Sha256, and the host's
// [Options.Exported] is told. Browsers read no trailers: the digest is in the Store's audit event
// of the file too (store.Written), and for progress a client asks /count beside the export, whose
// answer says whether it is exact. An export that breaks off has no trailers and its body no end:
// HTTP/1.1 closes the connection inside a chunk, HTTP/2 resets the stream. HTTP/1.0 cannot tell, so
// it is refused (nginx: proxy_http_version 1.1). The handler sets a deadline of the connection that
// has passed, and panics with http.ErrAbortHandler: a middleware that recovers from it can write
// nothing more. It needs a ResponseWriter that has SetWriteDeadline or leads to one by a method
// Unwrap, as those of gin, echo and chi do; behind any other, http.TimeoutHandler among them, an
// export is answered 501 before its first byte, and [Options.Failed] is told why. Without Flush it
// goes on. nginx is told not to keep the file on its disk (X-Accel-Buffering).
//
// The client going away, or taking less than [Options.MinRate], ends the read in the storage.
//
// # Settings
//
// PUT /settings replaces them as a whole: {"acceptance": {"default": "kvalifika-3d2d:5"},
// "extra_keys": ["phone"]}, and "kept_extra_keys", those that a redaction keeps, which stay as they
// are if they are left out. If-Match has the ETag that was read, or * to replace whatever is
// stored; without it the answer is 428, and 412 if another change came between. Policies are on the
// scale far.Kvalifika.
//
// # The audit trail
//
// GET /audit lists what the Store's trail has ([store.Options].Trail), to a Master User without a
// restriction. Its parameters are subject (the person who did it), session (an ID), action (one of
// those of package store, repeated), since (inclusive) and before (not), instants of RFC 3339,
// limit and after. A page may have fewer entries than limit, even none, before the end, which is
// where next is null. query says by what was searched ("filter(status, search)"); with what, only
// if the host keeps it (AuditTexts), and not to a viewer with hidden fields.
//
// # Selfies
//
// A row's selfie is an opaque reference and no address. The address is /sessions/{id}/selfie, where
// [Options.Selfie] answers those who may see the session and its selfie. The audit hook is told
// what it is told of details.
//
// # Behind a sign-in, from other origins, through proxies
//
// For a page of another origin a browser sends a cookie only if it is SameSite=None, and lets the
// page read an answer only if the answer allows it. A host that wants this answers OPTIONS itself
// and names what may be sent (Content-Type, If-Match, If-None-Match) and read (Content-Disposition,
// ETag, Retry-After); an example of [New] shows how. A reverse proxy has to speak HTTP/1.1 to the
// host, to pass cancellation on, and not to buffer exports:
//
//	location /kyc/ {
//		proxy_pass http://127.0.0.1:8080;
//		proxy_http_version 1.1;
//		proxy_buffering off;              # an export says so itself: X-Accel-Buffering
//		proxy_ignore_client_abort off;    # the default
//	}
//
// # Problems
//
// Errors are problem details (RFC 9457) with a stable code, the parameter's name if it looks like
// one, the place of the value at fault among those of the parameter, the values that there are
// where they are a list, and a detail for developers. They repeat no value. The status follows from
// the code:
//
//	400  malformed_request, invalid_parameter, unknown_parameter, missing_parameter,
//	     personal_data_in_url, invalid_cursor, invalid_watermark
//	401  unauthenticated          403  forbidden, hidden_field, refused_by_audit
//	404  not_found, no_such_route 405  method_not_allowed       406  not_acceptable
//	409  superseded               412  conflict                 413  too_large
//	414  uri_too_long             415  unsupported_media_type   422  too_many_rows, too_long
//	428  precondition_required    429  too_many_exports         500  internal
//	501  not_supported            503  unavailable, timeout     505  http_version
//
// 429 and 503 have Retry-After: after how many seconds to ask again. 429 is for exports alone:
// lists wait for their turn, up to [Options.Timeout]. 503 is for a database that is down, and for a
// statement that takes longer than it may.
//
// What goes wrong in the host's storage is told to [Options.Failed] alone. This package logs
// nothing.
//
// # Safety
//
// Every answer is no-store and nosniff, with a Content-Security-Policy that lets nothing run. A
// handler keeps nothing between requests, starts no goroutine, and may be used by many. Requests
// but exports end after [Options.Timeout].
package httpapi
