package page

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// auditView is a page of the company's audit trail.
type auditView struct {
	frame
	Asked    []parameter // the filters, for the next page
	Subject  string
	Session  string
	Action   string
	From, To string
	Zone     string
	Zones    []string
	Actions  []store.Action
	Entries  []entryView
	Next     string
}

// entryView is one entry of the trail.
type entryView struct {
	At, When string // RFC 3339, and in words
	Subject  string
	Role     string
	Action   string
	Outcome  string
	Failed   bool
	Session  string
	Path     string // of the session's details
	Facts    []string
}

func (s *site) audit(r *request) {
	v := auditView{
		frame: r.frame, Subject: r.Form.Get("subject"), Session: r.Form.Get("session"), Action: r.Form.Get("action"),
		From: r.Form.Get("from"), To: r.Form.Get("to"), Zone: r.zone.String(), Zones: r.zonesWith(r.zone.String()), Actions: store.Actions(),
	}
	v.Path, v.Title = "/audit", r.Say("audit_trail")
	asked := url.Values{"limit": {pageRows}}
	set := func(name, value string) {
		if value != "" {
			asked.Set(name, value)
		}
	}
	set("subject", v.Subject)
	set("session", v.Session)
	set("action", v.Action)
	set("after", r.Form.Get("after"))
	var page auditDocument
	err := r.askDays(asked, v.From, v.To)
	if err == nil {
		_, err = s.get(r, "/audit", asked, &page)
	}
	if err != nil {
		s.refuse(r, err)
		return
	}
	v.Asked = []parameter{{"subject", v.Subject}, {"session", v.Session}, {"action", v.Action}, {"from", v.From}, {"to", v.To}, {"zone", v.Zone}}
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
	s.show(r, http.StatusOK, name, v)
}

// askDays asks for civil days in the zone of the request, both included.
func (r *request) askDays(asked url.Values, from, to string) error {
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
		asked.Set(end.parameter, day.In(r.zone).AddDate(0, 0, end.after).Format(time.RFC3339))
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
	if e.Query != nil && *e.Query != "filter()" {
		v.Facts = append(v.Facts, *e.Query)
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

// changed lists what differs between two settings.
func (l *language) changed(before, after *settingsDocument) []string {
	facts := l.levelChanges(before.Acceptance, after.Acceptance)
	was, is := strings.Join(before.ExtraKeys, ", "), strings.Join(after.ExtraKeys, ", ")
	if was != is {
		facts = append(facts, l.Say("extra_fields")+": "+l.Say("from_to", cmp.Or(was, "–"), cmp.Or(is, "–")))
	}
	return facts
}
