// Package httpapi serves a company's sessions over HTTP: list, search, counts, details, changes,
// export, settings and the audit trail, as JSON and CSV. A host mounts it behind its own sign-in:
//
//	viewer := func(r *http.Request) (store.Viewer, error) {
//		user, err := signedIn(r) // the host's own cookie or token
//		if err != nil {
//			return store.Viewer{}, err // 401
//		}
//		return store.Viewer{Company: user.Company, Role: sessions.Agent, Subject: user.ID}, nil
//	}
//	mux.Handle("/kyc/", http.StripPrefix("/kyc", httpapi.New(st, httpapi.Options{Viewer: viewer})))
//
//	$ curl -b "$COOKIE" -H 'Content-Type: application/json' \
//		-d '{"search": "gior", "limit": 20}' https://host.example/kyc/sessions
//
// # Routes
//
//	GET POST  /sessions                list a filter's sessions, newest first, page by page
//	GET       /sessions/{id}           one session with all its fields
//	GET       /sessions/{id}/attempts  the sessions of the same person, including this one
//	GET       /sessions/{id}/selfie    the image of the session's selfie, which the host serves
//	GET POST  /changes                 the changes of a selection since a watermark
//	GET POST  /count                   how many sessions a filter selects, up to a limit
//	GET POST  /facets                  the count of each option of the page's filters
//	GET POST  /tally                   how a selection would have ended under each acceptance level
//	     POST /export                  every session of a filter as CSV
//	GET PUT   /settings                acceptance level and extra fields of the company
//	GET       /audit                   the company's audit trail, newest first, page by page
//	GET       /openapi.json            this API as OpenAPI 3.0.3: every member of every document
//
// HEAD is GET without the answer's body. A GET with a body is an error. An ID in a path is
// percent-encoded. Any text may be an ID, but browsers and proxies resolve "." and ".." in paths:
// list such a session with the parameter id.
//
// The description needs no sign-in and contains no data. [OpenAPI] returns it for a build;
// oapi-codegen, ogen and openapi-typescript generate clients from it.
//
// # Viewers
//
// Company, role, disclosure and restriction come only from [Options.Viewer]; they are not
// parameters. Without a viewer every route is answered 401, with an unknown role 403. A session
// that the viewer may not see is 404, with the same bytes as one that does not exist. Agents may do
// everything except PUT /settings and GET /audit, which are 403. A field that the viewer may not
// see is null, or a text in state "masked"; a filter by it is 403. CSRF tokens or SameSite cookies
// are the responsibility of the host's sign-in. The only request that changes anything, PUT
// /settings, is JSON, which no form can send.
//
// # Parameters
//
// The parameters of a selection are those of filter.FromValues. A list also has limit, after (the
// member next of the previous page), tab, and include (total and facets, which add the numbers of
// /count and /facets to the answer). /changes has limit and as_of (from a page, or from the
// previous changes). /count, /facets and /tally ignore the parameters of a list, so that the body
// of a list can be sent to them.
//
// GET has the parameters in the URL. The URL of a filter is its canonical form, a link that can be
// shared. POST has the parameters only in its body: a JSON object with the parameters as members (a
// repeated parameter is an array, and extra.KEY may be a member KEY of extra), or a form, which
// lets a browser save an export as it arrives.
//
//	{"search": "gior 0100", "status": ["failed", "pending"], "limit": 50,
//	 "created_at.zone": "Asia/Tbilisi", "created_at.from": "2026-03-01"}
//
// Every field can be filtered by, under its own name. Values of enumerations that neither the SDK
// nor the host ([Options.Values]) knows are refused, and the answer lists the permitted ones, so
// that a typing error does not look like an empty list.
//
// Search text, names, numbers, birth dates, addresses and extra fields are personal data. They are
// refused in a URL, at any place of the filter, unless [Options.SearchInURL] is set. Pages and
// facets have the filter without personal data as "link", which is null if it cannot be removed.
//
// Parsing is strict: unknown and repeated parameters, repeated members, text that is not UTF-8, and
// anything after the JSON are errors. A body has at most [Options.MaxBodyBytes] bytes, a URL 8 KiB
// of parameters.
//
// # Documents
//
// Names are in snake case and stable; clients ignore members that they do not know. Times are RFC
// 3339 in UTC with six decimals, dates yyyy-mm-dd. An absent value is null. A text of a document is
// {"state": "known", "value": "..."}. In any other state (not_collected, not_recognised, redacted,
// masked) its value is null, so that no mark can be taken for a name. "hidden" names the fields
// that the viewer may not see. If a filter searches, the header Searched of every answer, and
// "searched" of a page, name the fields that were searched, so that a client can say which were
// left out. "matches" has the places at which the search text was found, in UTF-16 code units, by
// which JavaScript slices strings. In JSON <, > and & are escaped, so that it is harmless if shown
// as HTML.
//
// # Staying up to date
//
// The list's GET has an ETag, made of the watermark and a digest of viewer and query. If no session
// of the company has changed, If-None-Match costs one cheap query and is answered 304; otherwise
// the list is read. A page that is partial, or read while keys are rebuilt, has no ETag, since it
// may change while no session does. After a search by POST, ask for /changes since the page's as_of, which is as
// cheap. Both call the Store's audit hook. That a session has changed is not hidden, even if the
// viewer may not see the changed field: the session is in /changes, and as_of and the list's ETag
// are others. How often it has changed is in no answer, and the ETag of its details is a digest of
// what they show.
//
// If a page sends the parameter tab with its searches, such as a random number that it has chosen,
// the server ends each search when the next one comes, and answers the older one with 409
// superseded. A page that sends no tab can abort its request instead: HTTP/1.1 closes the
// connection and HTTP/2 the stream, net/http cancels the request's context, and the storage's query
// ends. A proxy in between must pass the abort on, as proxies do by default (nginx:
// proxy_ignore_client_abort off).
//
// # Exports
//
// POST /export takes the filter of a list, and format (rfc4180, excel_csv, or one of the host's),
// separator, column (a header; repeated), extra_columns (true: a column for each of the company's
// keys) and zone (of the file's times; the default is created_at.zone of the filter, and Excel's
// format needs a zone). A field that the viewer may not see has no column, or cells that are
// [masked]. The file is streamed as the storage yields the sessions.
//
// A host can register further formats ([Options.Formats]), such as workbooks, with Write of the
// module export/xlsx.
//
// A refusal, including one by the audit hook, comes before the first byte. Rows are counted first,
// and if there are more than the format or the viewer may have, the answer is too_many_rows. If the
// first part of the file has a cell that is too long for a spreadsheet, the answer is too_long,
// with the row and column. An answer is one file: for more rows, ask for fewer days at a time, or
// for RFC 4180, which has no limit.
//
// After the last byte come the trailers Export-Rows and Export-Sha256. The Store's audit event of
// the file (store.Written) has both, too, since browsers do not read trailers; for a file that
// broke off it has the error. For progress, a client asks for /count during the export; the answer
// says whether it is exact.
//
// An export that breaks off has neither trailers nor an end: HTTP/1.1 closes the connection inside
// a chunk, HTTP/2 resets the stream. HTTP/1.0 cannot signal that, so it is refused (nginx:
// proxy_http_version 1.1). To break off, the handler sets a write deadline in the past on the
// connection, closes it if it is one of HTTP/1.1, and panics with http.ErrAbortHandler, so that a
// middleware that recovers cannot write more. It needs a ResponseWriter with a method
// SetWriteDeadline, or with Unwrap methods that lead to one, as in gin, echo and chi. With any
// other, such as that of http.TimeoutHandler, an export is answered 501 before its first byte, and
// [Options.Failed] gets the reason. Flush is not required. The header X-Accel-Buffering tells nginx
// not to buffer the file on disk.
//
// If the client goes away, or reads more slowly than [Options.MinBytesPerSecond], the storage's
// query ends.
//
// # Settings
//
// PUT /settings replaces the settings as a whole: {"acceptance": {"default": "kvalifika-3d2d:5"},
// "extra_keys": ["phone"]}, and "kept_on_redaction", the extra keys that a redaction keeps, which
// are left unchanged if the member is missing. If-Match must have the ETag that was read, or * to
// replace any settings. Without If-Match the answer is 428. If the settings have changed since, it
// is 412. Policies are on the scale far.Kvalifika.
//
// # The audit trail
//
// GET /audit lists the Store's audit trail ([store.Options].Trail) for a Master User without a
// restriction. Its parameters are subject (the person who did it), session (an ID), action (one of
// those of package store, repeated), since (inclusive) and before (not), instants of RFC 3339,
// limit and after. A page may have fewer entries than limit, even none, before the end. At the end
// next is null. The member query names the criteria of the filter ("filter(status, search)"). It
// has their values only if the host keeps them (AuditTexts), and never for a viewer with hidden
// fields. For such a viewer the files of other people have no bytes and no sha256.
//
// # Selfies
//
// A row's selfie is an opaque reference, not a URL. The URL is /sessions/{id}/selfie, where
// [Options.Selfie] answers viewers who may see the session and its selfie. The audit hook is called
// each time, with store.ActionSelfie.
//
// # Behind a sign-in, from other origins, through proxies
//
// For a page of another origin, a browser sends a cookie only if it is SameSite=None, and lets the
// page read an answer only if the answer allows it. A host that wants this answers OPTIONS itself,
// and lists the headers that may be sent (Content-Type, If-Match, If-None-Match) and read
// (Content-Disposition, ETag, Retry-After); an example of [New] shows how. A reverse proxy must use
// HTTP/1.1 to the host, pass cancellation on, and not buffer exports:
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
// Errors are problem details (RFC 9457). They have a stable code, the parameter's name if it looks
// like a name, the position of the wrong value among those of the parameter, the permitted values
// if they are a list, and a detail for developers. They repeat no value of the request. The code
// determines the status:
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
// 429 and 503 have Retry-After, in seconds. Only exports are answered 429: lists wait for their
// turn, up to [Options.Timeout]. 503 means that a database is down, or that a statement took too
// long.
//
// Errors of the host's storage go only to [Options.Failed]. This package logs nothing.
//
// # Safety
//
// Every answer is no-store and nosniff, with a Content-Security-Policy that allows nothing. A
// handler keeps nothing between requests and starts no goroutine. All requests except exports end
// after [Options.Timeout].
package httpapi
