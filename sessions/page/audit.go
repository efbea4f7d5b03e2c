package page

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// auditView is a page of the company's audit trail.
type auditView struct {
	frame
	Parameters []parameter // the filters, for the next page
	Subject    string
	Session    string
	Action     string
	From, To   string
	Zone       string
	Zones      []string
	Actions    []store.Action
	Entries    []entryView
	Next       string
	Problem    string // why the filters were refused
}

// anyAction is the filter's value for all actions. If the filter has neither an action nor a
// session, the trail leaves out the actions of an open page itself.
const anyAction = "any"

// byItself reports whether an open page takes the action without the viewer: with every list, or
// every few seconds. Such entries would hide those of the viewers' own actions.
func byItself(a store.Action) bool {
	return slices.Contains([]store.Action{store.ActionSelfie, store.ActionChanges, store.ActionCount, store.ActionFacets, store.ActionTally}, a)
}

// entryView is one entry of the trail.
type entryView struct {
	At, When string // RFC 3339, and as the page shows it
	Subject  string
	Role     string
	Action   string
	Outcome  string
	Failed   bool
	Session  string
	Path     string // path of the session's details
	Facts    []string
}

func (s *site) audit(r *request) {
	v := auditView{
		frame: r.frame, Subject: r.Form.Get("subject"), Session: r.Form.Get("session"), Action: r.Form.Get("action"),
		From: r.Form.Get("from"), To: r.Form.Get("to"), Zone: r.zone.String(), Zones: r.zonesWith(r.zone.String()), Actions: store.Actions(),
	}
	v.Path, v.Title = "/audit", r.Say("audit_trail")
	parameters := url.Values{"limit": {pageRows}}
	set := func(name, value string) {
		if value != "" {
			parameters.Set(name, value)
		}
	}
	set("subject", v.Subject)
	set("session", v.Session)
	switch {
	// Without a choice, the trail of one session shows all actions, and that of the company only the
	// viewers' own.
	case v.Action == anyAction, v.Action == "" && v.Session != "":
	case v.Action == "":
		for _, a := range store.Actions() {
			if !byItself(a) {
				parameters.Add("action", string(a))
			}
		}
	default:
		parameters.Set("action", v.Action)
	}
	set("after", r.Form.Get("after"))
	var page auditDocument
	err := r.checkAudit()
	if err == nil {
		err = r.setDays(parameters, v.From, v.To)
	}
	if err == nil {
		_, err = s.get(r, "/audit", parameters, &page)
	}
	status := http.StatusOK
	var p *problem
	// The form keeps the typed values.
	if errors.As(err, &p) && p.Status == http.StatusBadRequest && r.Whole {
		v.Problem, status, err = r.explain(p), p.Status, nil
	}
	if err != nil {
		s.refuse(r, err)
		return
	}
	v.Parameters = []parameter{{"subject", v.Subject}, {"session", v.Session}, {"action", v.Action}, {"from", v.From}, {"to", v.To}, {"zone", v.Zone}}
	for i := range page.Entries {
		v.Entries = append(v.Entries, r.entry(&page.Entries[i]))
	}
	if page.Next != nil {
		v.Next = *page.Next
	}
	name := "audit.html"
	if r.Header.Get("HX-Target") == "audit-more" {
		name = "audit-rows"
	}
	s.show(r, status, name, v)
}

// auditParameters are the parameters of the audit trail's page.
var auditParameters = []string{"subject", "session", "action", "from", "to", "zone", "after"}

// checkAudit refuses unknown and repeated parameters, and unknown zones: without them the page
// would show more than was asked for.
func (r *request) checkAudit() error {
	for name, values := range r.Form {
		if !slices.Contains(auditParameters, name) || len(values) > 1 || name == "zone" && values[0] != "" && values[0] != r.zone.String() {
			return &problem{Status: http.StatusBadRequest, Code: "invalid_parameter"}
		}
	}
	return nil
}

// setDays adds the parameters of a range of civil days in the zone of the request, both days
// included.
func (r *request) setDays(parameters url.Values, from, to string) error {
	for _, end := range []struct {
		parameter, day string
		after          int // days
	}{{"since", from, 0}, {"before", to, 1}} {
		if end.day == "" {
			continue
		}
		day, err := sessions.ParseDate(end.day)
		if err != nil || day.Day == 0 {
			return &problem{Status: http.StatusBadRequest, Code: "invalid_parameter", Parameter: end.parameter}
		}
		parameters.Set(end.parameter, day.In(r.zone).AddDate(0, 0, end.after).Format(time.RFC3339))
	}
	return nil
}

func (r *request) entry(e *entryDocument) entryView {
	v := entryView{
		At: e.At, When: r.toTheSecond(e.At, r.zone), Subject: e.Subject, Role: r.option("role", e.Role),
		Action: r.option("action", e.Action), Outcome: r.option("outcome", e.Outcome), Failed: e.Outcome == string(store.Failed),
	}
	if e.Session != nil {
		v.Session, v.Path = *e.Session, r.detailsPath(*e.Session)
	}
	if e.Query != nil {
		v.Facts = append(v.Facts, r.selectedBy(*e.Query))
	}
	if e.Rows > 0 {
		rows := r.count(countDocument{e.Rows, true})
		if e.Action == string(store.ActionAudit) {
			rows = r.Say("n_entries", r.number(countDocument{e.Rows, true}))
		}
		v.Facts = append(v.Facts, rows)
	}
	if e.SHA256 != nil {
		v.Facts = append(v.Facts, "SHA-256 "+*e.SHA256)
	}
	if e.Old != nil && e.New != nil {
		v.Facts = append(v.Facts, r.changed(e.Old, e.New)...)
	}
	if e.Reason != nil {
		v.Facts = append(v.Facts, *e.Reason)
	}
	return v
}

// selectedBy returns the names of the criteria of a query ("filter(status, search)") in words. If
// the host keeps the texts of queries, the query is shown as it is.
func (l *language) selectedBy(query string) string {
	inside, ok := strings.CutPrefix(strings.TrimSuffix(query, ")"), "filter(")
	switch {
	case inside == "everything":
		return l.Say("selection_all")
	case !ok:
		return query
	}
	names := strings.Split(inside, ", ")
	for i, name := range names {
		switch name {
		case "status":
			names[i] = l.Say("final_status")
		case "failed_for":
			names[i] = l.Say("possible_spoof")
		case "created_at":
			names[i] = l.Say("date_range")
		case "id":
			names[i] = l.Say("session_id")
		default:
			names[i] = l.Say(name)
		}
	}
	return l.Say("selected_by", strings.Join(names, ", "))
}

// changed lists the differences between two settings.
func (l *language) changed(before, after *settingsDocument) []string {
	facts := l.levelChanges(before.Acceptance, after.Acceptance)
	was, is := strings.Join(before.ExtraKeys, ", "), strings.Join(after.ExtraKeys, ", ")
	if was != is {
		facts = append(facts, l.Say("extra_fields")+": "+l.Say("from_to", cmp.Or(was, "–"), cmp.Or(is, "–")))
	}
	return facts
}
