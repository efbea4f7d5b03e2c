package page

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// settingsView is the company's settings, with the outcome of a selection under each acceptance
// level.
type settingsView struct {
	frame
	URL        string
	ETag       string
	Levels     []levelView
	Types      []typeLevelView
	Choices    []levelDocument
	ExtraKeys  string
	MayChange  bool
	Selection  []string
	Exact      bool
	Last       string      // the person who changed them last, and when
	Parameters []parameter // the selection, for the counts before saving
	Message    string
	Failed     bool
	BadKey     bool // an extra field is invalid
}

type levelView struct {
	levelDocument
	Chosen              bool
	InForce             bool
	Change              string // how many more or fewer sessions would pass
	Pass, Fail, Unknown string
	Masked              bool // the numbers are hidden from the viewer
	Of, Passing         int  // for the bar
}

type typeLevelView struct {
	Type, Label string
	Policy      string // "": the default
}

func (s *site) settings(r *request) { s.showSettings(r, "", nil, nil) }

// showSettings shows the settings. After a failed save it shows the settings that were tried
// instead. After a conflict it shows the current settings and says which changes were not saved.
func (s *site) showSettings(r *request, message string, tried *settingsDocument, why *problem) {
	selection := r.selection()
	var current settingsDocument
	var tally tallyDocument
	var page pageDocument
	header, err := s.get(r, "/settings", nil, &current)
	masked := false
	if err == nil {
		err = s.sendSelection(r, "/tally", selection, &tally)
		var p *problem
		// The viewer may not see the tally: the levels are shown without numbers.
		if masked = errors.As(err, &p) && p.Code == "hidden_field"; masked {
			tally.Exact, err = true, nil
			for _, l := range current.Levels {
				tally.Outlooks = append(tally.Outlooks, outlookDocument{levelDocument: l})
			}
		}
	}
	if err == nil {
		// Only for the link and the chips of the selection.
		err = s.sendSelection(r, "/sessions", with(selection, "limit", "1"), &page)
	}
	if err != nil {
		s.refuse(r, err)
		return
	}
	last, err := s.lastChange(r)
	if err != nil {
		s.refuse(r, err)
		return
	}
	v := settingsView{
		Last:  last,
		frame: r.frame, ETag: header.Get("ETag"), Choices: current.Levels, MayChange: current.MayChange, Exact: tally.Exact,
		Message: message, Failed: tried != nil, URL: r.Base + "/settings",
	}
	status := http.StatusOK
	if why != nil {
		status, v.BadKey = why.Status, why.Parameter == "extra_keys"
		// Somebody else has saved: the form shows their settings, and the message what was tried.
		if why.Code == "conflict" {
			if lost := r.changed(&current, tried); len(lost) > 0 {
				v.Message += " " + r.Say("not_saved", strings.Join(lost, "; "))
			}
			tried = nil
		}
	}
	v.Path, v.Title = "/settings", r.Say("settings")
	link := s.results(r, &page, selection)
	if _, query, ok := strings.Cut(link.URL, "?"); ok {
		v.URL += "?" + query
		for _, name := range slices.Sorted(maps.Keys(selection)) {
			// Search text must not get into a URL.
			if name != "search" {
				for _, value := range selection[name] {
					v.Parameters = append(v.Parameters, parameter{name, value})
				}
			}
		}
	}
	if selection.Has("search") {
		v.Selection = append(v.Selection, r.Say("selection_search"))
	}
	for _, chip := range link.Chips {
		v.Selection = append(v.Selection, chip.Label)
	}
	shown := &current
	if tried != nil {
		shown = tried
	}
	chosen := ""
	if shown.Acceptance != nil {
		chosen = shown.Acceptance.Default
	}
	counted := tally.tally()
	for _, o := range tally.Outlooks {
		if current.Acceptance != nil && !masked { // together with the levels of the document types
			acceptance, err := current.Acceptance.withDefault(o.Policy).acceptance()
			var under store.Outlook
			if err == nil {
				under, err = counted.Under(acceptance)
			}
			if err != nil {
				s.refuse(r, err)
				return
			}
			o.Pass, o.Fail, o.Unknown = under.Pass, under.Fail, under.Unknown
		}
		exact := func(n int) string { return r.number(countDocument{n, true}) }
		v.Levels = append(v.Levels, levelView{
			levelDocument: o.levelDocument, Chosen: o.Policy == chosen, InForce: current.Acceptance != nil && o.Policy == current.Acceptance.Default,
			Pass: exact(o.Pass), Fail: exact(o.Fail), Unknown: exact(o.Unknown),
			Of: max(o.Pass+o.Fail+o.Unknown, 1), Passing: o.Pass, Masked: masked,
		})
		if last := &v.Levels[len(v.Levels)-1]; !last.InForce && !masked {
			if last.Change, err = r.outcome(counted, current.Acceptance, current.Acceptance.withDefault(o.Policy)); err != nil {
				s.refuse(r, err)
				return
			}
		}
	}
	types := documentTypes()
	if shown.Acceptance != nil {
		for _, t := range slices.Sorted(maps.Keys(shown.Acceptance.ByType)) {
			// A type of the host's own.
			if !slices.Contains(types, t) {
				types = append(types, t)
			}
		}
	}
	for _, t := range types {
		one := typeLevelView{Type: t, Label: r.option("document_type", t)}
		if shown.Acceptance != nil {
			one.Policy = shown.Acceptance.ByType[t]
		}
		v.Types = append(v.Types, one)
	}
	v.ExtraKeys = strings.Join(shown.ExtraKeys, "\n")
	s.show(r, status, "settings.html", v)
}

// saveSettings replaces the settings. The form's own fields begin with "set."; the others are the
// selection.
func (s *site) saveSettings(r *request) {
	// Without htmx the form is sent without the header of the open page.
	if by := r.Form["set.viewer"]; by != nil && !slices.Equal(by, []string{r.Viewer}) {
		http.Redirect(r.w, r.Request, r.Base+"/settings", http.StatusSeeOther)
		return
	}
	changed := settingsDocument{Acceptance: r.chosenLevels(), ExtraKeys: []string{}}
	for line := range strings.Lines(r.Form.Get("set.extra_keys")) {
		if key := strings.TrimSpace(line); key != "" {
			changed.ExtraKeys = append(changed.ExtraKeys, key)
		}
	}
	document := map[string]any{"acceptance": changed.Acceptance, "extra_keys": changed.ExtraKeys}
	var saved settingsDocument
	_, err := s.put(r, "/settings", r.Form.Get("set.etag"), document, &saved)
	var p *problem
	switch {
	case err == nil:
		s.showSettings(r, r.Say("saved"), nil, nil)
	case !errors.As(err, &p):
		s.refuse(r, err)
	case p.Code == "conflict":
		s.showSettings(r, r.Say("problem_conflict"), &changed, p)
	case p.Parameter == "extra_keys" && 0 < p.Place && p.Place <= len(changed.ExtraKeys):
		s.showSettings(r, r.Say("problem_key", changed.ExtraKeys[p.Place-1]), &changed, p)
	case p.Status == http.StatusBadRequest:
		s.showSettings(r, r.Say("problem_settings"), &changed, p)
	default:
		s.refuse(r, err)
	}
}

// chosenLevels returns the acceptance levels of the form of settings.
func (r *request) chosenLevels() *acceptanceDocument {
	chosen := &acceptanceDocument{Default: r.Form.Get("set.acceptance"), ByType: map[string]string{}}
	for name, values := range r.Form {
		if t, ok := strings.CutPrefix(name, "set.type."); ok && values[0] != "" {
			chosen.ByType[t] = values[0]
		}
	}
	return chosen
}

// lastChange says who changed the settings last, and when. It returns "" for a viewer who may not
// know, and without a history.
func (s *site) lastChange(r *request) (string, error) {
	if !r.viewer.Role.ChangesSettings() {
		return "", nil
	}
	last, err := s.store.SettingsHistory(r.Context(), r.viewer, 0, 1)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return "", nil
	case err != nil || len(last) == 0:
		return "", err
	}
	return r.Say("changed_last", cmp.Or(last[0].Subject, "–"), r.moment(last[0].At.Format(time.RFC3339Nano), r.zone)), nil
}

// consequence says how the levels in the form would change the outcome of the selection, before
// they are saved.
func (s *site) consequence(r *request) {
	var current settingsDocument
	var tally tallyDocument
	_, err := s.get(r, "/settings", nil, &current)
	if err == nil {
		err = s.sendSelection(r, "/tally", r.selection(), &tally)
	}
	chosen := r.chosenLevels()
	text := ""
	if changes := r.levelChanges(current.Acceptance, chosen); err == nil && len(changes) > 0 {
		text, err = r.outcome(tally.tally(), current.Acceptance, chosen)
		text = strings.Join(changes, ", ") + ": " + text
	}
	var p *problem
	if errors.As(err, &p) && p.Code == "hidden_field" {
		text, err = "", nil
	}
	if err != nil {
		s.refuse(r, err)
		return
	}
	s.show(r, http.StatusOK, "consequence", text)
}

// outcome says how many more or fewer sessions of a tally would pass after a change of acceptance.
func (l *language) outcome(tally *store.Tally, before, after *acceptanceDocument) (string, error) {
	var passing [2]int
	for i, a := range []*acceptanceDocument{before, after} {
		acceptance, err := a.acceptance()
		if err != nil {
			return "", err
		}
		if acceptance.IsZero() {
			return "", nil // no level is in force yet
		}
		outlook, err := tally.Under(acceptance)
		if err != nil {
			return "", err
		}
		passing[i] = outlook.Pass
	}
	number := func(n int) string { return l.number(countDocument{n, true}) }
	switch more := passing[1] - passing[0]; {
	case more > 0:
		return l.Say("would_more", number(more)), nil
	case more < 0:
		return l.Say("would_fewer", number(-more)), nil
	default:
		return l.Say("would_same"), nil
	}
}

// levelChanges lists the levels that differ.
func (l *language) levelChanges(before, after *acceptanceDocument) (changes []string) {
	if before == nil || after == nil {
		return nil
	}
	level := func(policy string) string {
		_, level, _ := strings.Cut(policy, ":")
		return cmp.Or(level, l.Say("as_default"))
	}
	if before.Default != after.Default {
		changes = append(changes, l.Say("from_to", level(before.Default), level(after.Default)))
	}
	types := slices.AppendSeq(slices.Collect(maps.Keys(before.ByType)), maps.Keys(after.ByType))
	slices.Sort(types)
	for _, t := range slices.Compact(types) {
		if was, is := before.ByType[t], after.ByType[t]; was != is {
			changes = append(changes, l.option("document_type", t)+" "+l.Say("from_to", level(was), level(is)))
		}
	}
	return changes
}

// acceptance parses the document. It returns the zero Acceptance if there is none.
func (a *acceptanceDocument) acceptance() (sessions.Acceptance, error) {
	if a == nil || a.Default == "" {
		return sessions.Acceptance{}, nil
	}
	data, err := json.Marshal(a)
	if err != nil {
		return sessions.Acceptance{}, err
	}
	acceptance, err := sessions.ParseAcceptance(data)
	if err != nil {
		return acceptance, &problem{Status: http.StatusBadRequest, Code: "invalid_parameter"}
	}
	return acceptance, nil
}

// withDefault returns a copy of the document with another default.
func (a *acceptanceDocument) withDefault(policy string) *acceptanceDocument {
	if a == nil {
		return nil
	}
	return &acceptanceDocument{policy, a.ByType}
}

// tally returns the document as a store.Tally.
func (d *tallyDocument) tally() *store.Tally {
	t := &store.Tally{Exact: d.Exact}
	for _, row := range d.Rows {
		key := store.TallyKey{Compared: row.Compared, OtherChecks: row.OtherChecks}
		if row.Scale != nil {
			key.Scale = *row.Scale
		}
		if row.DocumentType != nil {
			key.DocumentType = sessions.DocumentType(*row.DocumentType)
		}
		if row.Level != nil {
			key.Level = far.Level(*row.Level)
		}
		t.Rows = append(t.Rows, store.TallyRow{TallyKey: key, N: row.N})
	}
	return t
}
