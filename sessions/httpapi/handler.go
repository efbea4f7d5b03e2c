package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// defaultTimeout is the default of [Options].Timeout.
const defaultTimeout = 10 * time.Second

// The defaults of [Options].
const (
	DefaultMinBytesPerSecond = 32 << 10
	// Room for the longest filter with every byte escaped.
	DefaultMaxBodyBytes = 8 * filter.MaxTextBytes
)

// maxQueryBytes is how many bytes of parameters a URL may have.
const maxQueryBytes = 8 << 10

// Options are the options of a handler.
type Options struct {
	// Viewer identifies the viewer from the host's own cookie or token. Company, role, disclosure
	// and restriction come only from it. An error, or a Viewer without a company, is answered 401,
	// with two exceptions. An error that wraps store.ErrForbidden is 403. An error that says that a
	// service is down is 503, and passed to Failed: [ErrUnavailable], an error of net or of a
	// context, or one with the SQLSTATE of a database. Errors of the drivers of MariaDB and SQLite
	// have no SQLSTATE method: wrap them with ErrUnavailable, so that an outage does not sign
	// everyone out. nil: every request is answered 401.
	Viewer func(*http.Request) (store.Viewer, error)

	// SearchInURL permits search text and other personal data in URLs. URLs get into logs,
	// histories and referrers.
	SearchInURL bool

	// Values are the host's own values of statuses, document types, reasons, sexes and devices, and
	// the match levels of its scale, by field. Requests for values that neither the host nor the
	// SDK knows are refused, and the answer lists the permitted ones.
	Values map[sessions.Field][]string

	Timeout      time.Duration // of every request except exports; 0: 10 seconds; negative: none
	MaxBodyBytes int64         // bytes of a request's body; 0: 512 KiB

	// MinBytesPerSecond is how many bytes per second the client of an export must read, so that it
	// does not hold the storage's snapshot for ever; 0: 32 KiB; negative: any number. It is an
	// average over 4 MiB, since a kernel wakes a writer only when a megabyte or more has drained.
	// At 32 KiB a client that reads nothing is cut off after about two minutes, and one that reads
	// steadily at that rate never is.
	MinBytesPerSecond int64

	// Columns are custom columns of exports. They come after the others; in a request with
	// the parameter column, only those whose headers it names, in its order.
	Columns []export.CustomColumn

	// Headers returns headers of exported columns, in the language of the viewer. Columns that are
	// not in the map, and all columns if it is nil, have their own headers. The parameter column
	// always uses a column's own header.
	Headers func(*http.Request) map[export.Column]string

	// Formats are further formats of exports. A format named "rfc4180" or "excel_csv", or with the
	// name of an earlier one, is never used.
	Formats []Format

	// Selfie answers /sessions/{id}/selfie with the image of a session's selfie, for a viewer who
	// may see the session and its selfie. reference is its sessions.Session.Selfie. Selfie may
	// redirect to a URL that expires soon; anyone who has that URL can see the face. nil: there are
	// no images, and the answer is 501.
	Selfie func(w http.ResponseWriter, r *http.Request, v store.Viewer, reference string)

	// CompanyName is the company's display name, for the name of an exported file. nil: the
	// company's key.
	CompanyName func(store.Viewer) string

	// Failed is called for every request that fails through no fault of the client. The error may
	// be the storage's own, and contain a person's data. nil: it is not called.
	Failed func(*http.Request, error)
}

// ErrUnavailable is wrapped by errors of [Options].Viewer if a service is down, so that the viewer
// cannot be identified now.
var ErrUnavailable = errors.New("httpapi: unavailable")

// api is the handler.
type api struct {
	store   *store.Store
	options Options
	routes  *http.ServeMux
}

// New returns the handler. It serves the paths of the package comment at the root of its URL space:
// mount it below a prefix with http.StripPrefix. It starts no goroutine, keeps nothing between
// requests, and may be used by many goroutines.
func New(st *store.Store, options Options) http.Handler {
	options.Timeout = cmp.Or(options.Timeout, defaultTimeout)
	options.MinBytesPerSecond = cmp.Or(options.MinBytesPerSecond, DefaultMinBytesPerSecond)
	options.MaxBodyBytes = cmp.Or(max(options.MaxBodyBytes, 0), DefaultMaxBodyBytes)
	a := &api{store: st, options: options}
	a.routes = a.mux()
	return a
}

// call is one request of a viewer.
type call struct {
	*api
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context //nolint:containedctx // the request's, with its time limit
	viewer  store.Viewer
	session string // ID in the path
	parameters
}

// ServeHTTP answers one request.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	// ServeMux would redirect: see clean.
	if !clean(r.URL.EscapedPath()) {
		a.answer(w, r, nil)
		return
	}
	a.routes.ServeHTTP(w, r)
}

// answer runs the operation of the request's method, and writes a problem document if it fails.
func (a *api) answer(w http.ResponseWriter, r *http.Request, of methods) {
	if err := a.serve(w, r, of); err != nil {
		p := problemOf(err)
		p.write(w)
		if p.Status >= http.StatusInternalServerError {
			a.failed(r, err)
		}
	}
}

// failed reports a failure to the host. It does not if the client has gone away or reads nothing:
// net/http cancels the request's context for both.
func (a *api) failed(r *http.Request, err error) {
	if a.options.Failed != nil && r.Context().Err() == nil {
		a.options.Failed(r, err)
	}
}

func (a *api) serve(w http.ResponseWriter, r *http.Request, of methods) error {
	if of == nil {
		return &problem{Code: codeNoRoute, Detail: "below a prefix the handler is mounted with http.StripPrefix"}
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	do, ok := of[method]
	if !ok {
		return &problem{Code: codeMethodNotAllowed, header: http.Header{"Allow": {of.allow()}}}
	}
	c := &call{api: a, w: w, r: r, ctx: r.Context(), session: r.PathValue("id")}
	if r.Pattern != descriptionPath { // the description is public
		var err error
		if c.viewer, err = a.viewer(r); err != nil {
			return err
		}
	}
	if len(r.URL.RawQuery) > maxQueryBytes {
		return &problem{Code: codeURITooLong, Detail: fmt.Sprintf("parameters in a URL have at most %d bytes", maxQueryBytes)}
	}
	if method == http.MethodGet && r.ContentLength != 0 {
		return &problem{Code: codeMalformed, Detail: "a GET has its parameters in the URL, and no body"}
	}
	r.Body = http.MaxBytesReader(w, r.Body, a.options.MaxBodyBytes)
	return do(c)
}

// viewer returns the viewer of the request, or the problem that refuses the request.
func (a *api) viewer(r *http.Request) (store.Viewer, error) {
	if a.options.Viewer == nil {
		return store.Viewer{}, &problem{Code: codeUnauthenticated}
	}
	v, err := a.options.Viewer(r)
	switch {
	case err == nil && v.Company != "" && !v.Role.Known():
		a.failed(r, store.ErrNoRole) // a mistake of the host
		return store.Viewer{}, store.ErrNoRole
	case err == nil && v.Company != "":
		return v, nil
	case errors.Is(err, store.ErrForbidden):
		return store.Viewer{}, err
	// An outage must not sign people out.
	case err != nil && outage(err) != "":
		return store.Viewer{}, &problem{Code: codeUnavailable, cause: err}
	default:
		return store.Viewer{}, &problem{Code: codeUnauthenticated, cause: err}
	}
}

// document returns the operation that sends the result of do as JSON, within the timeout. do
// returns nil if it has written the answer itself.
func document(do func(*call) (any, error)) operation {
	return func(c *call) error {
		defer c.inTime()()
		if err := c.begin(typeJSON); err != nil {
			return err
		}
		answer, err := do(c)
		if err != nil || answer == nil {
			return err
		}
		body, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		c.w.Header().Set("Content-Type", typeJSON)
		_, _ = c.w.Write(append(body, '\n')) // it fails only if the client has gone away
		return nil
	}
}

// inTime sets the timeout of the call, until the function that it returns is called.
func (c *call) inTime() context.CancelFunc {
	if c.options.Timeout <= 0 {
		return func() {}
	}
	var cancel context.CancelFunc
	c.ctx, cancel = context.WithTimeout(c.ctx, c.options.Timeout)
	return cancel
}

// begin checks that the client accepts the media type that the operation sends, and reads the
// parameters.
func (c *call) begin(mediaType string) error {
	if err := c.accept(mediaType); err != nil {
		return err
	}
	return c.read()
}

func (c *call) accept(sent string) error {
	bare, _, _ := strings.Cut(sent, ";")
	if !accepts(c.r, bare) {
		return &problem{Code: codeNotAcceptable, Detail: "this is sent as " + bare + " alone"}
	}
	return nil
}

func (c *call) read() (err error) {
	c.inURL = c.r.Method != http.MethodPost && !c.options.SearchInURL
	c.values, err = readParameters(c.r)
	return err
}
