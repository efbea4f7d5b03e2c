package page

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// detailsView is one session with all its fields.
type detailsView struct {
	frame
	Row      rowView
	URL      string
	Trail    string // URL of the session's audit trail
	Sections []sectionView
	Why      []whyView
	Now      string // outcome under today's acceptance level
	Attempts []rowView
	Others   bool // there are attempts that are not shown
}

type sectionView struct {
	Title string
	Facts []factView
}

// factView is a value with its name.
type factView struct {
	Name  string
	Value nameView
	Copy  bool // a button copies the value
}

// whyView is a reason of a failure, explained in words.
type whyView struct{ Reason, Because, Needed string }

func (s *site) details(r *request) {
	id := r.PathValue("id")
	path := "/sessions/" + url.PathEscape(id)
	var d detailDocument
	var attempts pageDocument
	var settings settingsDocument
	_, err := s.get(r, path, nil, &d)
	if err == nil && !slices.Contains(d.Hidden, "subject") {
		_, err = s.get(r, path+"/attempts", url.Values{"limit": {pageRows}}, &attempts)
	}
	if unsupported(err) {
		err = nil // the storage has no attempts
	}
	if err == nil && r.HasSettings {
		_, err = s.get(r, "/settings", nil, &settings)
	}
	if err != nil {
		s.refuse(r, err)
		return
	}
	v := detailsView{frame: r.frame, Row: s.row(r, &d.rowDocument, d.Hidden), URL: r.detailsPath(id), Trail: r.Base + "/audit?" + url.Values{"session": {id}}.Encode(), Others: attempts.Next != nil}
	v.Path, v.Title = "/sessions", r.Say("details")
	v.Sections = r.sections(&d)
	if v.Row.Status == "failed" {
		v.Why = r.why(&d)
	}
	v.Now = r.now(&d, &settings)
	if len(attempts.Sessions) > 1 {
		v.Attempts = s.rows(r, attempts.Sessions, attempts.Hidden)
	}
	s.show(r, http.StatusOK, "details.html", v)
}

func (r *request) sections(d *detailDocument) []sectionView {
	text := func(value string) nameView { return nameView{Parts: []part{{Text: value}}} }
	none := nameView{Mark: "–", Why: r.Say("none")}
	fact := func(field string, value nameView) factView {
		if slices.Contains(d.Hidden, field) {
			// A hidden field is null in the document, and would look absent.
			value = r.name(textDocument{State: "masked"})
		}
		return factView{Name: r.Say(field), Value: value}
	}
	copied := func(f factView) factView {
		// A mark is not a value to copy.
		f.Copy = f.Value.Mark == ""
		return f
	}
	given := func(value *string) nameView {
		if value == nil || *value == "" {
			return none
		}
		return text(*value)
	}
	coded := func(name string, value *string) nameView {
		if value == nil {
			return none
		}
		return text(r.option(name, *value))
	}
	date := func(value *string) nameView {
		if value == nil {
			return none
		}
		return text(r.date(*value))
	}
	moment := func(value *string) nameView {
		if value == nil {
			return none
		}
		return text(r.toTheSecond(*value, r.zone) + " (" + r.zone.String() + ")")
	}
	yes := func(value *bool) nameView {
		switch {
		case value == nil:
			return none
		case *value:
			return text(r.Say("yes"))
		default:
			return text(r.Say("no"))
		}
	}
	attempt := none
	if d.Attempt != nil {
		attempt = text(strconv.Itoa(*d.Attempt))
	}
	reasons := none
	if len(d.Reasons) > 0 {
		reasons = text(r.reasons(d.Reasons))
	}
	level, acceptance := none, none
	if m := d.Match; m != nil {
		level = text(r.Say("not_compared"))
		if m.Level != nil {
			level = text(r.levelText(*m.Level, m.Rate))
		}
		if m.AcceptanceLevel != nil {
			acceptance = text(r.levelText(*m.AcceptanceLevel, m.AcceptanceRate))
		}
	}
	person := sectionView{r.Say("person"), []factView{
		copied(fact("first_name", r.name(d.FirstName))), copied(fact("last_name", r.name(d.LastName))),
		copied(fact("personal_number", r.name(d.PersonalNumber))), copied(fact("document_number", r.name(d.DocumentNumber))),
		fact("birth_date", date(d.BirthDate)), fact("sex", coded("sex", d.Sex)),
		fact("nationality", r.name(d.Nationality)), fact("expiration_date", date(d.ExpirationDate)),
	}}
	if slices.Contains(d.Hidden, "extra") {
		person.Facts = append(person.Facts, fact("extra", none))
	}
	if d.Extra != nil {
		for key, value := range d.Extra.All() {
			person.Facts = append(person.Facts, copied(factView{Name: r.extraKey(key), Value: text(value)}))
		}
	}
	return []sectionView{
		{r.Say("verification"), []factView{
			fact("status", coded("status", d.Status)), fact("reasons", reasons),
			fact("liveness", coded("liveness", d.Liveness)), fact("document_presented", yes(d.DocumentPresented)),
			fact("document_type", coded("document_type", d.DocumentType)), fact("document_validity", coded("validity", d.DocumentValidity)),
			fact("match_level", level), fact("acceptance_level", acceptance),
		}},
		person,
		{r.Say("session"), []factView{
			fact("created_at", moment(&d.CreatedAt)), fact("completed_at", moment(d.CompletedAt)), fact("decided_at", moment(d.DecidedAt)),
			fact("attempt", attempt), fact("partner", given(d.Partner)), copied(fact("session_id", text(d.ID))), copied(fact("subject", given(d.Subject))),
		}},
		{r.Say("device_section"), []factView{
			fact("device", given(d.Device)), fact("model", given(d.Model)), fact("os", given(d.OS)),
			fact("browser", given(d.Browser)), copied(fact("client_ip", given(d.ClientIP))),
		}},
	}
}

// levelText returns a level with its rate, if it has one: only levels of the product's scale do.
func (l *language) levelText(level int, rate *string) string {
	if rate == nil {
		return l.option("match_level", strconv.Itoa(level))
	}
	return fmt.Sprintf("%d (%s)", level, *rate)
}

func orDash(text *string) string {
	if text == nil {
		return "–"
	}
	return *text
}

// why explains the reasons of a failed session, and what each would have needed.
func (r *request) why(d *detailDocument) (all []whyView) {
	for _, reason := range d.Reasons {
		w := whyView{Reason: r.option("failed_for", reason)}
		_, known := r.Texts["why_"+reason]
		switch m := d.Match; {
		case reason == "low_far" && (m == nil || m.AcceptanceLevel == nil || m.Level == nil):
			w.Because, w.Needed = r.Say("why_low_far_bare"), r.Say("need_low_far_bare")
		case reason == "low_far":
			when := d.DecidedAt
			if when == nil {
				when = &d.CreatedAt
			}
			// The day only: moment separates the time with a comma.
			day, _, _ := strings.Cut(r.moment(*when, r.zone), ", ")
			if *m.Level == 0 {
				w.Because = r.Say("why_low_far_0", *m.AcceptanceLevel, orDash(m.AcceptanceRate), day)
			} else {
				w.Because = r.Say("why_low_far", *m.Level, orDash(m.Rate), *m.AcceptanceLevel, orDash(m.AcceptanceRate), day)
			}
			w.Needed = r.Say("need_low_far", *m.AcceptanceLevel, orDash(m.AcceptanceRate))
		case known:
			w.Because, w.Needed = r.Say("why_"+reason), r.Say("need_"+reason)
		default:
			w.Because, w.Needed = r.Say("why_other", reason), r.Say("need_other")
		}
		all = append(all, w)
	}
	if len(all) == 0 {
		all = []whyView{{r.Say("status_failed"), r.Say("why_unstated"), r.Say("need_other")}}
	}
	return all
}

// now says how the match would end under today's acceptance level. It returns "" if the outcome
// would be the same.
func (r *request) now(d *detailDocument, settings *settingsDocument) string {
	m := d.Match
	if m == nil || m.Level == nil || m.AcceptanceLevel == nil || settings.Acceptance == nil {
		return ""
	}
	policy := settings.Acceptance.Default
	if d.DocumentType != nil {
		if own, ok := settings.Acceptance.ByType[*d.DocumentType]; ok {
			policy = own
		}
	}
	i := slices.IndexFunc(settings.Levels, func(l levelDocument) bool { return l.Policy == policy })
	if i < 0 || m.Scale == nil || !strings.HasPrefix(policy, *m.Scale+":") {
		return ""
	}
	today := settings.Levels[i]
	switch {
	case *m.Level >= today.Level && *m.Level < *m.AcceptanceLevel:
		return r.Say("now_passes", today.Level, today.Rate)
	case *m.Level < today.Level && *m.Level >= *m.AcceptanceLevel:
		return r.Say("now_fails", today.Level, today.Rate)
	default:
		return ""
	}
}
