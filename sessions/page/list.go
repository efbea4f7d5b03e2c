package page

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/kvalifika/sessionkit/sessions"
)

// pageRows is the number of sessions of a page.
const pageRows = "50"

// ownParameters are parameters of the page that are not part of a selection.
var ownParameters = []string{"after", "as_of", "tab"}

// selection returns the viewer's selection as parameters of the API.
func (r *request) selection() url.Values {
	selection := maps.Clone(r.Form)
	for _, name := range ownParameters {
		delete(selection, name)
	}
	if strings.HasPrefix(r.URL.Path, "/settings") { // fields of the form of settings
		maps.DeleteFunc(selection, func(name string, _ []string) bool { return strings.HasPrefix(name, "set.") })
	}
	for _, name := range []string{"search", "created_at.from", "created_at.to", "created_at.zone"} {
		if slices.Equal(selection[name], []string{""}) { // left blank
			delete(selection, name)
		}
	}
	if !selection.Has("created_at.zone") && (selection.Has("created_at.from") || selection.Has("created_at.to")) {
		selection.Set("created_at.zone", r.usualZone)
	}
	return selection
}

// chosenZone returns the time zone that the viewer has chosen, or the usual one.
func (r *request) chosenZone() *time.Location {
	name := cmp.Or(r.Form.Get("created_at.zone"), r.Form.Get("zone"))
	if zone, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		return zone
	}
	zone, _ := time.LoadLocation(r.usualZone)
	return zone
}

// zonesWith returns the zones to choose from, with the chosen one added if it is not among them.
func (f *frame) zonesWith(chosen string) []string {
	if slices.Contains(f.zones, chosen) {
		return f.zones
	}
	return append(slices.Clone(f.zones), chosen)
}

// sendSelection sends a selection to the API in the URL or in the body, as the request did, so
// that the API refuses personal data in a URL.
func (s *site) sendSelection(r *request, path string, selection url.Values, into any) error {
	send := s.get
	if r.Method == http.MethodPost {
		send = s.post
	}
	_, err := send(r, path, selection, into)
	return err
}

// listView is the page of the list.
type listView struct {
	frame
	Form          formView
	Results       resultsView
	ExportColumns []column
}

// formView is the form of the search and the filters.
type formView struct {
	Tab      string // identifies the searches of one open page
	Search   string
	Hint     string // fields that a search looks at
	From, To string
	Zone     string
	Usual    string   // zone until another is chosen
	Zones    []string // to choose from; a link may name any other
	Groups   []groupView
	LowFAR   bool         // Low FAR is chosen, so that Levels apply
	Levels   []choiceView // of Low FAR
	Presets  []presetView
	Other    []parameter // criteria of a link that have no control in the form
}

type parameter struct{ Name, Value string }

type groupView struct {
	Name    string
	Legend  string
	Folded  bool
	Choices []choiceView
}

type choiceView struct {
	Name, Value string
	Label       string
	Note        string
	Checked     bool
	CountID     string
}

// presetView is a range of days up to today, computed when the page was made. When it is chosen,
// the browser computes it again, for the current day in the chosen zone.
type presetView struct {
	Label, From, To string
	Days            int
}

// resultsView is the result of a selection.
type resultsView struct {
	*language
	Base     string
	Columns  []sessions.Field
	URL      string // of the selection, without personal data
	Zone     string
	Chips    []chipView
	Clear    string // URL of the list without chips
	Rows     []rowView
	AsOf     string
	Next     string
	Partial  bool
	Searched string // how far back, if the search has not ended
	Nothing  bool   // the search text folds to nothing
	Rekeying bool   // search keys are being rebuilt, and searches are slow meanwhile
	Empty    bool

	// The fields that a search looked at, and those that it left out because they are hidden from
	// the viewer. Both are "" if it left none out.
	SearchedIn  string
	NotSearched string
	Narrowed    bool // the viewer has selected something
	Count       string
}

// Span returns the number of columns of the table.
func (v resultsView) Span() int { return len(v.Columns) + 1 }

type chipView struct{ Name, Label, URL string }

func (s *site) list(r *request) {
	selection := r.selection()
	query := with(selection, "limit", pageRows)
	// The next keystroke of a tab ends this search, even if a proxy does not pass on that the
	// browser has aborted it.
	if tab := r.Form.Get("tab"); tab != "" {
		query.Set("tab", tab)
	}
	if after := r.Form.Get("after"); after != "" { // a further page, without JavaScript
		query.Set("after", after)
	}
	var page pageDocument
	if err := s.sendSelection(r, "/sessions", query, &page); err != nil {
		s.refuse(r, err)
		return
	}
	results := s.results(r, &page, selection)
	if r.Header.Get("HX-Target") == "results" {
		s.show(r, http.StatusOK, "results", results)
		return
	}
	r.Path, r.Title, r.Drawer = "/sessions", r.Say("all_sessions"), true
	s.show(r, http.StatusOK, "list.html", listView{r.frame, r.form(selection), results, columns(r.viewer.Disclosure)})
}

func (s *site) results(r *request, page *pageDocument, selection url.Values) resultsView {
	v := resultsView{
		language: r.language, Base: r.Base, Columns: r.columns, Zone: r.zone.String(), AsOf: page.AsOf, Partial: page.Partial, Nothing: page.FoldsToNothing, Rekeying: page.Rekeying,
		Rows: s.rows(r, page.Sessions, page.Hidden), Empty: len(page.Sessions) == 0 && page.Complete, Narrowed: len(selection) > 0 && !(len(selection) == 1 && selection.Has("created_at.zone")),
	}
	link := url.Values{}
	if page.Link != nil {
		link, _ = url.ParseQuery(*page.Link)
	}
	// Without days the API's link has no zone, but the list shows its times in it.
	if v.Zone != r.usualZone {
		link.Set("created_at.zone", v.Zone)
	}
	v.URL = r.listURL(link)
	if page.Next != nil {
		v.Next = *page.Next
	}
	if page.SearchedBackTo != nil {
		v.Searched = r.moment(*page.SearchedBackTo, r.zone)
	}
	v.SearchedIn, v.NotSearched = r.searched(page.Searched)
	if page.Complete && !(v.Empty && v.NotSearched != "") {
		v.Count = r.count(countDocument{len(page.Sessions), true})
	}
	v.Chips = r.chips(link)
	kept := url.Values{}
	if v.Zone != r.usualZone {
		kept.Set("created_at.zone", v.Zone)
	}
	v.Clear = r.listURL(kept)
	return v
}

// searchHint says which fields a search looks at: those that the viewer may see.
func (r *request) searchHint() string {
	var seen []string
	for f := range sessions.SearchFields().All() {
		if r.viewer.Disclosure.Shows(f) {
			seen = append(seen, f.String())
		}
	}
	in, out := r.searched(seen)
	if len(seen) > 0 && out == "" {
		return r.Say("search_hint")
	}
	return in
}

// searched lists the fields that a search looked at, and those that it left out. Both are "" if it
// left none out.
func (l *language) searched(fields []string) (in, out string) {
	var searched, left []string
	for f := range sessions.SearchFields().All() {
		if name := l.Say(f.String()); slices.Contains(fields, f.String()) {
			searched = append(searched, name)
		} else {
			left = append(left, name)
		}
	}
	if len(searched) == 0 || len(left) == 0 {
		return "", ""
	}
	return strings.Join(searched, ", "), strings.Join(left, ", ")
}

func (f *frame) listURL(link url.Values) string {
	if len(link) == 0 {
		return f.Base + "/sessions"
	}
	return f.Base + "/sessions?" + link.Encode()
}

func with(parameters url.Values, name, value string) url.Values {
	parameters = maps.Clone(parameters)
	parameters.Set(name, value)
	return parameters
}

// more answers with the rows of the next page, and the cursor of the page after it.
func (s *site) more(r *request) {
	selection := r.selection()
	var page pageDocument
	err := s.sendSelection(r, "/sessions", with(with(selection, "limit", pageRows), "after", r.Form.Get("after")), &page)
	if err != nil {
		s.refuse(r, err)
		return
	}
	s.show(r, http.StatusOK, "rows", s.results(r, &page, selection))
}

// changesView is the changes since the list was read.
type changesView struct {
	*language
	Rows []rowView
	Left []string // keys of rows
	AsOf string
	More bool
}

func (s *site) changes(r *request) {
	selection := r.selection()
	var delta deltaDocument
	if err := s.sendSelection(r, "/changes", with(with(selection, "as_of", r.Form.Get("as_of")), "limit", "200"), &delta); err != nil {
		s.refuse(r, err)
		return
	}
	v := changesView{language: r.language, Rows: s.rows(r, delta.Sessions, delta.Hidden), AsOf: delta.AsOf, More: delta.More}
	for _, id := range delta.Left {
		v.Left = append(v.Left, rowKey(id))
	}
	s.show(r, http.StatusOK, "changes", v)
}

// countsView is the counts of the options, and that of the selection.
type countsView struct {
	*language
	Total  string
	N      int
	Exact  bool
	Counts []optionCount
}

type optionCount struct{ ID, Text string }

func (s *site) counts(r *request) {
	selection := r.selection()
	var total countDocument
	var facets facetsDocument
	err := s.sendSelection(r, "/count", selection, &total)
	if err == nil {
		err = s.sendSelection(r, "/facets", selection, &facets)
	}
	if err != nil {
		s.refuse(r, err)
		return
	}
	v := countsView{language: r.language, Total: r.count(total), N: total.N, Exact: total.Exact}
	for _, f := range facets.Facets {
		for _, o := range f.Options {
			v.Counts = append(v.Counts, optionCount{countID(f.Parameter, o.Value), r.optionNumber(o.Count, total)})
		}
	}
	// The levels are shown only below that reason, and the API's facets do not count them.
	if slices.Contains(selection["failed_for"], "low_far") {
		for _, level := range lowLevels() {
			narrowed := maps.Clone(selection)
			narrowed["failed_for"], narrowed["failed_for.level"] = []string{"low_far"}, []string{level}
			var n countDocument
			if err := s.sendSelection(r, "/count", narrowed, &n); err != nil {
				s.refuse(r, err)
				return
			}
			v.Counts = append(v.Counts, optionCount{countID("failed_for.level", level), r.optionNumber(n, total)})
		}
	}
	s.show(r, http.StatusOK, "counts", v)
}

// optionNumber returns the text of the count of an option. It is "" if nothing is known yet, or if
// "2,434+" beside an exact total would be taken for an exact number.
func (l *language) optionNumber(n, total countDocument) string {
	if !n.Exact && (n.N == 0 || total.Exact) {
		return ""
	}
	return l.number(n)
}

func countID(name, value string) string {
	return "count-" + strings.ReplaceAll(name, ".", "-") + "-" + value
}

func documentTypes() []string {
	return []string{"passport", "id_card", "residence_card", "driver_licence"}
}

func lowLevels() []string { return []string{"6", "5", "4", "3", "2", "1", "0"} }

// form returns the form, filled in with the selection.
func (r *request) form(selection url.Values) formView {
	f := formView{
		Tab: rand.Text(), Search: selection.Get("search"), Hint: r.searchHint(), From: selection.Get("created_at.from"), To: selection.Get("created_at.to"), Zone: r.zone.String(), Usual: r.usualZone, Zones: r.zonesWith(r.zone.String()),
		LowFAR: slices.Contains(selection["failed_for"], "low_far"),
	}
	// The parameters that have a control, with the values that it offers; nil means any value.
	known := map[string]map[string]bool{"search": nil, "created_at.from": nil, "created_at.to": nil, "created_at.zone": nil}
	choices := func(name string, values ...string) (all []choiceView) {
		known[name] = map[string]bool{}
		for _, value := range values {
			known[name][value] = true
			all = append(all, choiceView{
				Name: name, Value: value, Label: r.option(name, value), Note: rateNote(name, value),
				Checked: slices.Contains(selection[name], value), CountID: countID(name, value),
			})
		}
		return all
	}
	f.Groups = []groupView{
		{Name: "status", Legend: r.Say("final_status"), Choices: choices("status", "success", "failed", "pending")},
		{Name: "document_type", Legend: r.Say("document_type"), Choices: choices("document_type", append(documentTypes(), "none")...)},
		{Name: "failed_for", Legend: r.Say("possible_spoof"), Choices: choices("failed_for", "digital_spoof", "not_full_id", "low_far")},
		{
			Name: "match_level", Legend: r.Say("match_level"), Folded: len(selection["match_level"]) == 0,
			Choices: choices("match_level", "7", "6", "5", "4", "3", "2", "1", "0", "none"),
		},
	}
	f.Levels = choices("failed_for.level", lowLevels()...)
	today := time.Now().In(r.zone)
	preset := func(label string, days int) presetView {
		return presetView{label, today.AddDate(0, 0, 1-days).Format(time.DateOnly), today.Format(time.DateOnly), days}
	}
	f.Presets = []presetView{preset(r.Say("today"), 1), preset(r.Say("last_7_days"), 7), preset(r.Say("last_30_days"), 30)}
	for _, name := range slices.Sorted(maps.Keys(selection)) {
		values, ok := known[name]
		for _, value := range selection[name] {
			// The form must not lose criteria of a link for which it has no control.
			if !ok || values != nil && !values[value] {
				f.Other = append(f.Other, parameter{name, value})
			}
		}
	}
	return f
}

// chips returns the criteria of a link, each with the link without it.
func (r *request) chips(link url.Values) (chips []chipView) {
	without := func(names ...string) string {
		rest := maps.Clone(link)
		for _, name := range names {
			delete(rest, name)
		}
		return r.listURL(rest)
	}
	for _, name := range []string{"status", "document_type", "failed_for", "failed_for.level", "match_level"} {
		for _, value := range link[name] {
			rest := maps.Clone(link)
			// Clone, since DeleteFunc works in place and link is still read.
			rest[name] = slices.DeleteFunc(slices.Clone(link[name]), func(v string) bool { return v == value })
			if len(rest[name]) == 0 {
				delete(rest, name)
			}
			// The levels belong to that reason.
			if name == "failed_for" && value == "low_far" {
				delete(rest, "failed_for.level")
			}
			chips = append(chips, chipView{name, r.chipLabel(name, value), r.listURL(rest)})
		}
	}
	if link.Has("created_at.from") || link.Has("created_at.to") {
		chips = append(chips, chipView{"days", r.days(link.Get("created_at.from"), link.Get("created_at.to")) + " (" + r.zone.String() + ")", without("created_at.from", "created_at.to")})
	}
	// Criteria for which the form has no control get a chip without their value.
	for _, name := range slices.Sorted(maps.Keys(link)) {
		switch name {
		case "status", "document_type", "failed_for", "failed_for.level", "match_level", "created_at.from", "created_at.to", "created_at.zone":
		default:
			chips = append(chips, chipView{name, r.Say("further_criterion"), without(name)})
		}
	}
	return chips
}

// rowView is one session as the list shows it.
type rowView struct {
	Key        string // ID of the element
	Path       string // URL of the details
	Created    string // RFC 3339
	Date       string
	Selfie     string // URL of the thumbnail
	First      nameView
	Last       nameView
	Name       string // both names, for screen readers
	Document   *bool
	Type       string
	Liveness   string // "passed", "not_passed", "unknown"; "" if hidden
	Status     string
	StatusText string
	Verified   string // yes, no, pending
	Extra      []parameter
	Found      []foundView     // matches of the search in fields other than the names
	Hidden     map[string]bool // fields

	Reasons string // reasons of a failure, in words
	Further int    // extra fields that do not fit in a row
}

// mostExtraFields is how many extra fields a row has room for.
const mostExtraFields = 2

// nameView is a text of a document as the page shows it.
type nameView struct {
	Parts []part
	Mark  string // in place of a text that has no value
	Why   string
}

type part struct {
	Text  string
	Found bool
}

type foundView struct {
	nameView
	Field string
}

// rowKey returns the ID of the element of a session. It encodes the session's ID, which may be any
// text.
func rowKey(id string) string { return "s-" + base64.RawURLEncoding.EncodeToString([]byte(id)) }

// detailsPath returns the URL of a session's details. Browsers take the IDs "." and ".." for steps
// in a path, so those sessions are listed by their ID instead.
func (f *frame) detailsPath(id string) string {
	if id == "." || id == ".." {
		return f.listURL(url.Values{"id": {id}})
	}
	return f.Base + "/sessions/" + url.PathEscape(id)
}

func (s *site) rows(r *request, documents []rowDocument, hidden []string) []rowView {
	rows := make([]rowView, len(documents))
	for i := range documents {
		rows[i] = s.row(r, &documents[i], hidden)
	}
	return rows
}

func (s *site) row(r *request, d *rowDocument, hidden []string) rowView {
	v := rowView{
		Key: rowKey(d.ID), Path: r.detailsPath(d.ID), Created: d.CreatedAt, Date: r.moment(d.CreatedAt, r.zone),
		First: r.name(d.FirstName), Last: r.name(d.LastName), Document: d.DocumentPresented,
		Hidden: map[string]bool{},
	}
	for _, field := range hidden {
		v.Hidden[field] = true
	}
	if d.DocumentType != nil {
		v.Type = r.option("document_type", *d.DocumentType)
	}
	// Without Options.Selfie the API has no images, and browsers would take some IDs for steps.
	if d.Selfie != nil && s.options.Selfie != nil && d.ID != "." && d.ID != ".." {
		v.Selfie = r.Base + "/api/sessions/" + url.PathEscape(d.ID) + "/selfie?" + url.Values{viewerParameter: {r.Viewer}}.Encode()
	}
	if d.Liveness != nil {
		v.Liveness = *d.Liveness
	}
	if d.Status != nil && d.Verified != nil {
		v.Status, v.StatusText = *d.Status, r.option("status", *d.Status)
		v.Verified = "no"
		if *d.Verified {
			v.Verified = "yes"
		} else if *d.Status == "pending" {
			v.Verified = "pending"
		}
	}
	if d.Extra != nil {
		for key, value := range d.Extra.All() {
			v.Extra = append(v.Extra, parameter{r.extraKey(key), value})
		}
	}
	v.Reasons = r.reasons(d.Reasons)
	v.Further = max(len(v.Extra)-mostExtraFields, 0)
	for _, m := range d.Matches {
		switch parts := marked(m); m.Field {
		case "first_name":
			v.First.Parts = parts
		case "last_name":
			v.Last.Parts = parts
		default:
			v.Found = append(v.Found, foundView{nameView{Parts: parts}, r.Say(m.Field)})
		}
	}
	v.Name = strings.TrimSpace(v.First.String() + " " + v.Last.String())
	return v
}

// reasons returns the reasons of a failure in words.
func (l *language) reasons(reasons []string) string {
	var all []string
	for _, reason := range reasons {
		all = append(all, l.option("failed_for", reason))
	}
	return strings.Join(all, ", ")
}

// String returns the text, or the reason why there is none.
func (n nameView) String() string {
	if n.Mark != "" {
		return n.Why
	}
	var text strings.Builder
	for _, p := range n.Parts {
		text.WriteString(p.Text)
	}
	return text.String()
}

func (l *language) name(t textDocument) nameView {
	switch {
	case t.State == "known" && t.Value != nil:
		return nameView{Parts: []part{{Text: *t.Value}}}
	case t.State == "redacted":
		return nameView{Mark: l.Say("redacted_mark"), Why: l.Say("text_redacted")}
	case t.State == "masked":
		return nameView{Mark: "•••", Why: l.Say("text_masked")}
	default: // not recognised or not collected
		return nameView{Mark: "******", Why: l.Say("text_" + t.State)}
	}
}

// marked splits a text where its spans begin and end. Spans are in UTF-16 code units and may
// overlap.
func marked(m matchesDocument) []part {
	units := utf16.Encode([]rune(m.Text))
	found := make([]bool, len(units))
	for _, s := range m.Spans {
		for i := max(s.Start, 0); i < min(s.End, len(units)); i++ {
			found[i] = true
		}
	}
	var parts []part
	for i := 0; i < len(units); {
		end := i + 1
		for end < len(units) && found[end] == found[i] {
			end++
		}
		parts = append(parts, part{string(utf16.Decode(units[i:end])), found[i]})
		i = end
	}
	return parts
}
