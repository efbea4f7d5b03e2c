package page

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/httpapi"
)

// problem is an error document of the API.
type problem struct {
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Parameter string `json:"parameter"`
	Place     int    `json:"place"` // of the wrong value, from 1
}

func (p *problem) Error() string { return "API: " + p.Code }

// answer is an http.ResponseWriter that keeps the response in memory.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the header, to be set.
func (a *answer) Header() http.Header { return a.header }

// Write keeps a part of the body.
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// WriteHeader keeps the status.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// get requests the JSON of a path from the API, with parameters in the URL. The viewer is the one
// in the context of the request.
func (s *site) get(r *request, path string, parameters url.Values, into any) (http.Header, error) {
	return s.send(r, http.MethodGet, path+"?"+parameters.Encode(), "", nil, "", into)
}

// post is get with the parameters in the body of a POST.
func (s *site) post(r *request, path string, parameters url.Values, into any) (http.Header, error) {
	return s.send(r, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(parameters.Encode()), "", into)
}

// put replaces the version etag of a document.
func (s *site) put(r *request, path, etag string, document, into any) (http.Header, error) {
	body, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	return s.send(r, http.MethodPut, path, "application/json", bytes.NewReader(body), etag, into)
}

func (s *site) send(r *request, method, target, contentType string, body io.Reader, etag string, into any) (http.Header, error) {
	call, err := http.NewRequestWithContext(r.Context(), method, target, body)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		call.Header.Set("Content-Type", contentType)
	}
	if etag != "" {
		call.Header.Set("If-Match", etag)
	}
	a := &answer{header: http.Header{}}
	s.api.ServeHTTP(a, call)
	if a.status >= http.StatusBadRequest {
		p := &problem{}
		if err := json.Unmarshal(a.body.Bytes(), p); err != nil {
			return nil, fmt.Errorf("API: status %d: %w", a.status, err)
		}
		return a.header, p
	}
	return a.header, json.Unmarshal(a.body.Bytes(), into)
}

// unsupported reports whether the storage or the host lacks the requested feature.
func unsupported(err error) bool {
	var p *problem
	return errors.As(err, &p) && p.Code == "not_supported"
}

// refuse shows the problem of the API.
func (s *site) refuse(r *request, err error) {
	var p *problem
	if !errors.As(err, &p) {
		if !errors.Is(err, context.Canceled) {
			s.failed(r.Request, err)
		}
		p = &problem{Status: http.StatusInternalServerError, Code: "internal"}
	}
	if p.Code == "superseded" { // the page already shows a newer search
		r.w.WriteHeader(http.StatusNoContent)
		return
	}
	if p.Status == http.StatusUnauthorized && s.options.SignIn != "" {
		if r.Whole {
			http.Redirect(r.w, r.Request, r.signIn(s.options.SignIn), http.StatusSeeOther)
			return
		}
		// The browser would follow a redirect inside the request of a part, so htmx loads the
		// sign-in.
		r.w.Header().Set("HX-Redirect", r.signIn(s.options.SignIn))
		r.w.WriteHeader(p.Status)
		return
	}
	view := struct {
		frame
		Message string
	}{r.frame, r.explain(p)}
	view.Title = view.Message
	name := "problem.html"
	if r.Header.Get("HX-Target") == "results" {
		name = "problem-results"
	} else if !r.Whole {
		name = "problem-part"
	}
	s.show(r, p.Status, name, view)
}

// signIn returns the URL of the host's sign-in, with the path of the page to return to.
func (r *request) signIn(to string) string {
	from, base := r.URL, r.Base
	if !r.Whole {
		from, _ = url.Parse(r.Header.Get("HX-Current-URL"))
		base = ""
	}
	sign, err := url.Parse(to)
	if err != nil || from == nil || r.Whole && r.Method == http.MethodPost || !shareable(from.RawQuery) {
		return to
	}
	page := base + from.EscapedPath()
	// An open page is below the base. Two slashes would begin a host name.
	if !strings.HasPrefix(page, r.Base+"/") || strings.HasPrefix(page, "//") {
		return to
	}
	if from.RawQuery != "" {
		page += "?" + from.RawQuery
	}
	query := sign.Query()
	query.Set("return", page)
	sign.RawQuery = query.Encode()
	return sign.String()
}

// shareable reports whether a query of the page may be repeated in another URL: it has only
// parameters that the page knows, and no personal data.
func shareable(query string) bool {
	values, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	for _, name := range slices.Concat(ownParameters, auditParameters) {
		delete(values, name)
	}
	f, err := filter.FromValues(values)
	return err == nil && f.Fields().Intersect(httpapi.PersonalFields()) == 0
}

// explain returns the text of a problem.
func (l *language) explain(p *problem) string {
	switch p.Code {
	case "unauthenticated":
		return l.Say("problem_signed_out")
	case "not_found":
		return l.Say("problem_not_found")
	case "forbidden", "refused_by_audit":
		return l.Say("problem_forbidden")
	case "hidden_field":
		return l.Say("problem_hidden")
	case "too_many_rows", "too_long", "too_many_exports":
		return l.Say("problem_" + p.Code)
	case "conflict":
		return l.Say("problem_conflict")
	case "invalid_parameter", "unknown_parameter", "missing_parameter", "malformed_request", "invalid_cursor", "invalid_watermark":
		if strings.HasPrefix(p.Parameter, "created_at.") || p.Parameter == "since" || p.Parameter == "before" {
			return l.Say("problem_range")
		}
		return l.Say("problem_parameter")
	case "personal_data_in_url":
		return l.Say("problem_personal")
	case "not_supported", "http_version":
		return l.Say("problem_not_supported")
	case "timeout", "unavailable":
		return l.Say("problem_busy")
	default:
		return l.Say("problem_internal")
	}
}

// exportProblems returns the texts of the problems of an export, as JSON, by the API's code, or by
// the code and the parameter if the text depends on the parameter.
func (l *language) exportProblems() (string, error) {
	texts := map[string]string{}
	for _, code := range []string{
		"unauthenticated", "forbidden", "refused_by_audit", "hidden_field", "invalid_parameter", "too_many_rows", "too_long", "too_many_exports",
		"timeout", "unavailable", "not_supported", "http_version", "internal",
	} {
		texts[code] = l.explain(&problem{Code: code})
	}
	for _, parameter := range []string{"created_at.from", "created_at.to"} {
		texts["invalid_parameter "+parameter] = l.explain(&problem{Code: "invalid_parameter", Parameter: parameter})
	}
	encoded, err := json.Marshal(texts)
	return string(encoded), err
}
