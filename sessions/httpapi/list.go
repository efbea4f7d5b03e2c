package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// page is the document of a page.
type page struct {
	Sessions       []row            `json:"sessions"`
	Next           *string          `json:"next"`
	Complete       bool             `json:"complete"`
	Partial        bool             `json:"partial"`
	SearchedBackTo *string          `json:"searched_back_to"`
	AsOf           string           `json:"as_of"`
	CreatedFrom    *string          `json:"created_from"`
	CreatedBefore  *string          `json:"created_before"`
	Searched       []sessions.Field `json:"searched"`
	FoldsToNothing bool             `json:"folds_to_nothing"`
	Rekeying       bool             `json:"rekeying"`
	Hidden         []sessions.Field `json:"hidden"`
	Link           *string          `json:"link"`
	Total          *count           `json:"total"`  // null unless asked for
	Facets         []facet          `json:"facets"` // null unless asked for
}

// headerSearched is the header that names the fields that the searches of a filter look at.
const headerSearched = "Searched"

// selection returns the filter of the request. If the filter searches, it sets the header Searched:
// a person who finds nothing has to know which fields were not searched.
func (c *call) selection() (filter.Filter, error) {
	f, err := c.filter(c.options.Values)
	if err != nil {
		return f, err
	}
	var searched sessions.Fields
	for criterion := range f.All() {
		if _, ok := criterion.Search(); ok {
			searched = searched.Union(criterion.Fields().Minus(c.viewer.Disclosure.Hidden()))
		}
	}
	if searched != 0 {
		c.w.Header().Set(headerSearched, searched.String())
	}
	return f, nil
}

func (c *call) view(f filter.Filter) *view {
	v := &view{hidden: c.viewer.Disclosure.Hidden()}
	for _, part := range f.Parts() {
		if criterion, ok := part.Root().(*filter.Criterion); ok {
			if _, ok := criterion.Search(); ok {
				v.searches = append(v.searches, criterion)
			}
		}
	}
	return v
}

func (c *call) page(p *store.Page, f filter.Filter) page {
	v := c.view(f)
	return page{
		Sessions:       v.rows(p.Sessions),
		Next:           orNull(string(p.Next)),
		Complete:       p.Complete,
		Partial:        p.Partial,
		SearchedBackTo: orNull(timeText(p.SearchedBack)),
		AsOf:           string(p.AsOf),
		CreatedFrom:    orNull(timeText(p.From)),
		CreatedBefore:  orNull(timeText(p.To)),
		Searched:       fieldList(p.Searched),
		FoldsToNothing: p.FoldsToNothing,
		Rekeying:       p.Rekeying,
		Hidden:         fieldList(v.hidden),
		Link:           link(f),
	}
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// link returns the parameters of a filter for a URL, without those that are personal data. It
// returns nil if they cannot be removed.
func link(f filter.Filter) *string {
	if f = f.Without(PersonalFields()); personal(f) {
		return nil
	}
	text := f.Values().Encode()
	return &text
}

// query takes the parameters of a page and the filter.
func (c *call) query() (q store.Query, err error) {
	q.Limit = c.number("limit", 1)
	q.After = store.Cursor(c.text("after"))
	q.Filter, err = c.selection()
	return q, err
}

func (c *call) list() (any, error) {
	tab, include := c.text("tab"), c.includes()
	q, err := c.query()
	if err != nil {
		return nil, err
	}
	binding, known := c.binding(q, include), store.Watermark("")
	// Only GET is conditional: an answer to POST has no ETag.
	if c.r.Method != http.MethodPost {
		known = watermarkIn(c.r.Header.Get("If-None-Match"), binding)
	}
	if known != "" {
		unchanged, err := c.unchanged(q.Filter, known)
		if err != nil {
			return nil, err
		}
		if unchanged {
			c.w.Header().Set("ETag", etag(binding, known))
			c.w.WriteHeader(http.StatusNotModified)
			return nil, nil //nolint:nilnil // answered
		}
	}
	q.Tab = tab
	p, err := c.store.List(c.ctx, c.viewer, q)
	if err != nil {
		return nil, err
	}
	// What such a page says of its search ends without a change of a session.
	if c.r.Method != http.MethodPost && !p.Rekeying && !p.Partial {
		c.w.Header().Set("ETag", etag(binding, p.AsOf))
	}
	answer := c.page(&p, q.Filter)
	if include.total {
		n, err := c.store.Count(c.ctx, c.viewer, q.Filter)
		if err != nil {
			return nil, err
		}
		total := count(n)
		answer.Total = &total
	}
	if include.facets {
		if answer.Facets, err = c.countOptions(q.Filter); err != nil {
			return nil, err
		}
	}
	return answer, nil
}

// includes says what a list has besides its sessions.
type includes struct{ total, facets bool }

// includes takes the parameter include.
func (c *call) includes() (also includes) {
	for i, what := range c.take("include") {
		switch what {
		case "total":
			also.total = true
		case "facets":
			also.facets = true
		default:
			c.fail(refuseValue("include", i+1, "total", "facets"))
		}
	}
	return also
}

// ofList takes the parameters of a list that are not part of its selection, so that the body of a
// list may also be sent to the routes that count.
func (c *call) ofList() {
	for _, name := range []string{"limit", "after", "tab", "include"} {
		c.take(name)
	}
}

// unchanged reports whether no session of the company has changed since the watermark of a page. It
// costs one cheap query. Changes do not name a session that has left the viewer's restriction, so
// with a restriction the watermark must be the same too.
func (c *call) unchanged(f filter.Filter, since store.Watermark) (bool, error) {
	delta, err := c.store.Changes(c.ctx, c.viewer, store.Query{Filter: f, Limit: 1}, since)
	switch {
	case errors.Is(err, store.ErrWatermark):
		return false, nil
	case err != nil:
		return false, err
	}
	quiet := len(delta.Sessions) == 0 && len(delta.Left) == 0 && !delta.More
	return quiet && (c.viewer.Restriction.IsZero() || delta.Next == since), nil
}

// binding returns a digest of the viewer and the query for an ETag: of everything that a page
// depends on, except the sessions themselves.
func (c *call) binding(q store.Query, also includes) string {
	v := &c.viewer
	text, _ := json.Marshal([]any{ // texts and numbers, which do not fail
		v.Company, v.Restriction.Text(), v.Disclosure.Mask, v.Disclosure.Drop, q.Filter.Text(), q.Limit, q.After, also.total, also.facets,
	})
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func etag(binding string, w store.Watermark) string { return `"` + binding + "." + string(w) + `"` }

// watermarkIn returns the watermark of the ETag in an If-None-Match header, if it was made for the
// same viewer and query.
func watermarkIn(header, binding string) store.Watermark {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if w, ok := strings.CutPrefix(tag, `"`+binding+"."); ok && strings.HasSuffix(w, `"`) {
			return store.Watermark(strings.TrimSuffix(w, `"`))
		}
	}
	return ""
}

func (c *call) details() (any, error) {
	if err := c.none(); err != nil {
		return nil, err
	}
	s, err := c.store.Get(c.ctx, c.viewer, c.session)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(c.view(filter.Filter{}).detail(s))
	if err != nil {
		return nil, err
	}
	// The tag is a digest of the document, so it also depends on the viewer's disclosure.
	sum := sha256.Sum256(append(text, c.viewer.Company...))
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
	c.w.Header().Set("ETag", tag)
	if hasTag(c.r.Header.Get("If-None-Match"), tag) {
		c.w.WriteHeader(http.StatusNotModified)
		return nil, nil //nolint:nilnil // answered
	}
	return json.RawMessage(text), nil
}

// hasTag reports whether an If-None-Match header names a tag.
func hasTag(header, tag string) bool {
	for given := range strings.SplitSeq(header, ",") {
		if given = strings.TrimSpace(given); strings.TrimPrefix(given, "W/") == tag || given == "*" {
			return true
		}
	}
	return false
}

// selfie lets the host answer with the image of a session's selfie. The timeout does not bind the
// host's function, which gets the request's own context.
func (c *call) selfie() error {
	defer c.inTime()()
	if err := c.read(); err != nil {
		return err
	}
	if err := c.none(); err != nil {
		return err
	}
	if c.options.Selfie == nil {
		return &problem{Code: codeNotSupported}
	}
	reference, err := c.store.Selfie(c.ctx, c.viewer, c.session)
	switch {
	case err != nil:
		return err
	case reference == "":
		return store.ErrNotFound
	}
	c.options.Selfie(c.w, c.r, c.viewer, reference)
	return nil
}

func (c *call) attempts() (any, error) {
	q, err := c.query()
	if err != nil {
		return nil, err
	}
	p, err := c.store.Attempts(c.ctx, c.viewer, c.session, q)
	if err != nil {
		return nil, err
	}
	return c.page(&p, q.Filter), nil
}

// delta is the document of the changes of a selection.
type delta struct {
	Sessions []row            `json:"sessions"`
	Left     []string         `json:"left"`
	AsOf     string           `json:"as_of"`
	More     bool             `json:"more"`
	Hidden   []sessions.Field `json:"hidden"`
}

func (c *call) changes() (any, error) {
	since := store.Watermark(c.text("as_of"))
	q := store.Query{Limit: c.number("limit", 1)}
	var err error
	if q.Filter, err = c.selection(); err != nil {
		return nil, err
	}
	d, err := c.store.Changes(c.ctx, c.viewer, q, since)
	if err != nil {
		return nil, err
	}
	v := c.view(q.Filter)
	return delta{v.rows(d.Sessions), append([]string{}, d.Left...), string(d.Next), d.More, fieldList(v.hidden)}, nil
}
