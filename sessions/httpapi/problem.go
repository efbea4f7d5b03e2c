package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// problem is the document of every error (RFC 9457). It never holds a person's data: no value of a
// parameter, and no name that does not look like one.
type problem struct {
	Type      string           `json:"type"`
	Title     string           `json:"title"`
	Status    int              `json:"status"`
	Code      string           `json:"code"`
	Parameter string           `json:"parameter,omitempty"`
	Place     int              `json:"place,omitempty"`  // of the wrong value, from 1
	Values    []string         `json:"values,omitempty"` // permitted values, if they are a list
	Fields    []sessions.Field `json:"fields,omitempty"`
	Row       int64            `json:"row,omitempty"`    // of a file, from 1, without the header
	Column    string           `json:"column,omitempty"` // its header
	Detail    string           `json:"detail,omitempty"`

	header http.Header // further headers of the answer
	cause  error       // for the host only
}

// The values of Retry-After, in seconds.
const (
	retryExport = "10"
	retryOutage = "5"
)

// The codes of problems. They never change their meaning.
const (
	codeMalformed            = "malformed_request"
	codeInvalidParameter     = "invalid_parameter"
	codeUnknownParameter     = "unknown_parameter"
	codeMissingParameter     = "missing_parameter"
	codePersonalInURL        = "personal_data_in_url"
	codeInvalidCursor        = "invalid_cursor"
	codeInvalidWatermark     = "invalid_watermark"
	codeUnauthenticated      = "unauthenticated"
	codeForbidden            = "forbidden"
	codeHiddenField          = "hidden_field"
	codeRefused              = "refused_by_audit"
	codeNotFound             = "not_found"
	codeNoRoute              = "no_such_route"
	codeMethodNotAllowed     = "method_not_allowed"
	codeNotAcceptable        = "not_acceptable"
	codeConflict             = "conflict"
	codeTooLarge             = "too_large"
	codeURITooLong           = "uri_too_long"
	codeUnsupportedMediaType = "unsupported_media_type"
	codeSuperseded           = "superseded"
	codeTooManyRows          = "too_many_rows"
	codeTooLong              = "too_long"
	codePreconditionRequired = "precondition_required"
	codeTooManyExports       = "too_many_exports"
	codeInternal             = "internal"
	codeNotSupported         = "not_supported"
	codeUnavailable          = "unavailable"
	codeTimeout              = "timeout"
	codeHTTPVersion          = "http_version"
)

func statusOf(code string) int {
	switch code {
	case codeMalformed, codeInvalidParameter, codeUnknownParameter, codeMissingParameter, codePersonalInURL,
		codeInvalidCursor, codeInvalidWatermark:
		return http.StatusBadRequest
	case codeUnauthenticated:
		return http.StatusUnauthorized
	case codeForbidden, codeHiddenField, codeRefused:
		return http.StatusForbidden
	case codeNotFound, codeNoRoute:
		return http.StatusNotFound
	case codeMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case codeNotAcceptable:
		return http.StatusNotAcceptable
	case codeSuperseded:
		return http.StatusConflict
	case codeConflict:
		return http.StatusPreconditionFailed
	case codeTooLarge:
		return http.StatusRequestEntityTooLarge
	case codeURITooLong:
		return http.StatusRequestURITooLong
	case codeUnsupportedMediaType:
		return http.StatusUnsupportedMediaType
	case codeTooManyRows, codeTooLong:
		return http.StatusUnprocessableEntity
	case codePreconditionRequired:
		return http.StatusPreconditionRequired
	case codeTooManyExports:
		return http.StatusTooManyRequests
	case codeNotSupported:
		return http.StatusNotImplemented
	case codeUnavailable, codeTimeout:
		return http.StatusServiceUnavailable
	case codeHTTPVersion:
		return http.StatusHTTPVersionNotSupported
	default:
		return http.StatusInternalServerError
	}
}

// Error returns the code only.
func (p *problem) Error() string { return "httpapi: " + p.Code }

// Unwrap returns the cause, for the host only.
func (p *problem) Unwrap() error { return p.cause }

// refuse returns a problem with a parameter. A name that may be text typed by a person is not
// repeated.
func refuse(code, parameter, detail string) error {
	if !identifier(parameter) {
		parameter = ""
	}
	return &problem{Code: code, Parameter: parameter, Detail: detail}
}

// refuseAt returns a problem with one of a parameter's values, whose place counts from 1.
func refuseAt(parameter string, place int, detail string) error {
	if !identifier(parameter) {
		parameter, place = "", 0
	}
	return &problem{Code: codeInvalidParameter, Parameter: parameter, Place: place, Detail: detail}
}

// refuseValue is refuseAt for a parameter with a list of permitted values, which the problem has.
func refuseValue(parameter string, place int, there ...string) error {
	return &problem{Code: codeInvalidParameter, Parameter: parameter, Place: place, Values: there, Detail: "there are " + strings.Join(there, ", ")}
}

func unsupported(types ...string) error {
	return &problem{Code: codeUnsupportedMediaType, Detail: "Content-Type has to be " + strings.Join(types, " or "), header: http.Header{"Accept": types}}
}

// problemOf returns the problem document of an error. For an unknown error it is codeInternal
// without a detail.
func problemOf(err error) *problem {
	var p *problem
	var hidden *store.HiddenError
	var limit *store.ExportLimitError
	var busy *store.BusyError
	var at *export.WriteError
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, store.ErrSuperseded):
		return &problem{Code: codeSuperseded, Detail: "a newer search of the same tab has taken the place of this one"}
	case errors.As(err, &busy):
		return &problem{Code: codeTooManyExports, Detail: fmt.Sprintf("a %s may read %d exports at once", string(busy.Scope), busy.Limit)}
	// Before ErrRefused: the hook or the trail may have failed because of an outage.
	case outage(err) != "":
		return &problem{Code: outage(err)}
	// A failed trail is a failure, not a refusal.
	case errors.Is(err, store.ErrRefused) && !errors.Is(err, store.ErrTrail):
		return &problem{Code: codeRefused}
	case errors.As(err, &hidden):
		return &problem{Code: codeHiddenField, Fields: fieldList(hidden.Fields)}
	case errors.Is(err, store.ErrNoRole):
		return &problem{Code: codeForbidden, Detail: "the host has given the viewer a role that the product does not know"}
	case errors.Is(err, store.ErrForbidden):
		return &problem{Code: codeForbidden}
	case errors.Is(err, store.ErrNotFound):
		return &problem{Code: codeNotFound}
	case errors.Is(err, store.ErrLimit):
		_, detail, _ := strings.Cut(err.Error(), store.ErrLimit.Error()+": ") // with the host's limit
		return &problem{Code: codeInvalidParameter, Parameter: "limit", Place: 1, Detail: detail}
	case errors.Is(err, store.ErrAuditQuery): // actions are checked when they are taken
		return &problem{Code: codeInvalidParameter, Parameter: "before", Place: 1, Detail: "the time ends before it begins"}
	case errors.Is(err, store.ErrCursor):
		return &problem{Code: codeInvalidCursor, Parameter: "after", Detail: "not a cursor of this query"}
	case errors.Is(err, store.ErrWatermark):
		return &problem{Code: codeInvalidWatermark, Parameter: "as_of", Detail: "not a watermark of this company: read the list again"}
	case errors.Is(err, store.ErrConflict):
		return &problem{Code: codeConflict, Detail: "changed since it was read: read it again"}
	case errors.As(err, &limit):
		return &problem{Code: codeTooManyRows, Detail: fmt.Sprintf("a file may have at most %d rows here: narrow the selection, or ask for one range of days at a time", limit.Limit)}
	case errors.As(err, &at) && errors.Is(err, export.ErrTooLong):
		return &problem{Code: codeTooLong, Row: at.Row, Column: at.Column,
			Detail: fmt.Sprintf("a cell of a spreadsheet has at most %d characters: leave the column out, or ask for rfc4180", export.MaxExcelCellUnits)}
	case errors.As(err, &at) && errors.Is(err, export.ErrTooManyRows):
		return &problem{Code: codeTooManyRows, Row: at.Row,
			Detail: fmt.Sprintf("a spreadsheet has at most %d rows: narrow the selection, or ask for rfc4180", export.MaxExcelRows)}
	case errors.Is(err, export.ErrColumn):
		return &problem{Code: codeInvalidParameter, Parameter: "column", Detail: "no column, a doubled or unknown one, or one that a key of the extra fields doubles"}
	case errors.Is(err, export.ErrOptions):
		return &problem{Code: codeInvalidParameter, Detail: "options that contradict each other"}
	case errors.Is(err, errNoTear):
		return &problem{Code: codeNotSupported, Detail: "a torn file could not be told from a whole one: the server's middleware hides the connection"}
	case errors.Is(err, filter.ErrNoColumn), errors.Is(err, store.ErrNoSettings), errors.Is(err, store.ErrNoTrail),
		errors.Is(err, errors.ErrUnsupported): // such as a Backend that does not record changes
		return &problem{Code: codeNotSupported}
	default:
		return &problem{Code: codeInternal}
	}
}

// write sends the problem.
func (p *problem) write(w http.ResponseWriter) {
	p.Type, p.Status = "about:blank", statusOf(p.Code)
	p.Title = http.StatusText(p.Status)
	maps.Copy(w.Header(), p.header)
	switch p.Status {
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", retryExport)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", retryOutage)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // texts and numbers: it fails only if the client has gone away
}
