package page

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// settingsView is the company's settings, and what each acceptance level would mean for a
// selection.
type settingsView struct {
	frame
	URL       string
	ETag      string
	Levels    []levelView
	Types     []typeLevelView
	Choices   []levelDocument
	ExtraKeys string
	MayChange bool
	Selection []string
	Exact     bool
	Message   string
	Failed    bool
}

type levelView struct {
	levelDocument
	Chosen              bool
	InForce             bool
	Pass, Fail, Unknown string
	Masked              bool // these are
	Of, Passing         int  // for the bar
}

type typeLevelView struct {
	Type, Label string
	Policy      string // "" as the default
}

func (s *site) settings(r *request) { s.showSettings(r, http.StatusOK, "", nil) }

// showSettings shows the settings as they are, and with them those that somebody failed to save.
func (s *site) showSettings(r *request, status int, message string, tried *settingsDocument) {
	asked := r.selection()
	for name := range asked {
		if strings.HasPrefix(name, "set.") {
			delete(asked, name)
		}
	}
	var current settingsDocument
	var tally tallyDocument
	var page pageDocument
	header, err := s.get(r, "/settings", nil, &current)
	masked := false
	if err == nil {
		err = s.askSelection(r, "/tally", asked, &tally)
		var p *problem
		if masked = errors.As(err, &p) && p.Code == "hidden_field"; masked {
			tally.Exact, err = true, nil
			for _, l := range current.Levels {
				tally.Outlooks = append(tally.Outlooks, outlookDocument{levelDocument: l})
			}
		}
	}
	if err == nil {
		err = s.askSelection(r, "/sessions", with(asked, "limit", "1"), &page)
	}
	if err != nil {
		s.refuse(r, err)
		return
	}
	v := settingsView{
		frame: r.frame, ETag: header.Get("ETag"), Choices: current.Levels, MayChange: current.MayChange, Exact: tally.Exact,
		Message: message, Failed: tried != nil, URL: r.Base + "/settings",
	}
	v.Path, v.Title = "/settings", r.Say("settings")
	link := s.results(r, &page, asked)
	if _, query, ok := strings.Cut(link.URL, "?"); ok {
		v.URL += "?" + query
	}
	if asked.Has("search") {
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
	for _, o := range tally.Outlooks {
		exact := func(n int) string { return r.number(countDocument{n, true}) }
		v.Levels = append(v.Levels, levelView{
			levelDocument: o.levelDocument, Chosen: o.Policy == chosen, InForce: current.Acceptance != nil && o.Policy == current.Acceptance.Default,
			Pass: exact(o.Pass), Fail: exact(o.Fail), Unknown: exact(o.Unknown),
			Of: max(o.Pass+o.Fail+o.Unknown, 1), Passing: o.Pass, Masked: masked,
		})
	}
	types := []string{"passport", "id_card", "residence_card", "driver_licence"}
	if shown.Acceptance != nil {
		for t := range shown.Acceptance.ByType {
			if !slices.Contains(types, t) {
				types = append(types, t)
			}
		}
		slices.Sort(types[4:])
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
	changed := settingsDocument{Acceptance: &acceptanceDocument{Default: r.Form.Get("set.acceptance"), ByType: map[string]string{}}, ExtraKeys: []string{}}
	for name, values := range r.Form {
		if t, ok := strings.CutPrefix(name, "set.type."); ok && values[0] != "" {
			changed.Acceptance.ByType[t] = values[0]
		}
	}
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
		s.showSettings(r, http.StatusOK, r.Say("saved"), nil)
	case errors.As(err, &p) && p.Code == "conflict":
		s.showSettings(r, p.Status, r.Say("problem_conflict"), nil)
	case errors.As(err, &p) && p.Status == http.StatusBadRequest:
		s.showSettings(r, p.Status, r.Say("problem_settings"), &changed)
	default:
		s.refuse(r, err)
	}
}
