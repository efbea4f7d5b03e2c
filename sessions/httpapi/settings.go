package httpapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// settings is the document of the settings of the viewer's company.
type settings struct {
	Acceptance      sessions.Acceptance `json:"acceptance"`
	ExtraKeys       []string            `json:"extra_keys"`
	KeptOnRedaction []string            `json:"kept_on_redaction"` // keys that a redaction keeps
	MayChange       bool                `json:"may_change"`
	Levels          []level             `json:"levels"` // levels to choose from, strictest first
}

// level is an acceptance level of the product's scale.
type level struct {
	Level   far.Level `json:"level"`
	Policy  string    `json:"policy"`
	Rate    far.Rate  `json:"rate"`
	Percent string    `json:"percent"`
	Label   string    `json:"label"`
}

// levels returns the levels of the product's scale, strictest first.
func levels() []level {
	var list []level
	scale := far.Kvalifika
	for l, rate := range scale.Levels() {
		list = append(list, level{l, scale.Name() + ":" + l.String(), rate, rate.Percent(), scale.Label(l)})
	}
	slices.SortFunc(list, func(a, b level) int { return int(b.Level - a.Level) })
	return list
}

func (c *call) settings() (any, error) {
	if err := c.none(); err != nil {
		return nil, err
	}
	s, err := c.store.Settings(c.ctx, c.viewer)
	if err != nil {
		return nil, err
	}
	return c.showSettings(s), nil
}

func (c *call) showSettings(s store.CompanySettings) settings {
	c.w.Header().Set("ETag", settingsTag(s.Revision))
	return settings{s.Acceptance, append([]string{}, s.ExtraKeys.All()...), append([]string{}, s.KeptOnRedaction.All()...), c.viewer.Role.ChangesSettings(), levels()}
}

func settingsTag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

func (c *call) saveSettings() (any, error) {
	if err := c.none(); err != nil {
		return nil, err
	}
	changed, err := c.readSettings()
	if err != nil {
		return nil, err
	}
	saved, err := c.store.SaveSettings(c.ctx, c.viewer, changed)
	if err != nil {
		return nil, err
	}
	return c.showSettings(saved), nil
}

// readSettings reads the whole settings from the body, and the revision that they replace from
// If-Match.
func (c *call) readSettings() (store.CompanySettings, error) {
	var s store.CompanySettings
	if mediaType(c.r) != typeJSON {
		return s, unsupported(typeJSON)
	}
	tag := strings.TrimSpace(c.r.Header.Get("If-Match"))
	if tag == "" {
		return s, &problem{Code: codePreconditionRequired, Detail: "If-Match has the ETag of the settings that are replaced"}
	}
	body, err := readBody(c.r)
	if err != nil {
		return s, err
	}
	object, err := members(body)
	if err != nil {
		return s, err
	}
	// Sorted, so that the first mistake is always the same.
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch name {
		case "acceptance":
			if err := json.Unmarshal(object[name], &s.Acceptance); err != nil || s.Acceptance.IsZero() {
				return s, refuse(codeInvalidParameter, name, `not {"default": POLICY, "by_document_type": {TYPE: POLICY}} with policies such as "kvalifika-3d2d:5": `+
					"the member levels of GET lists them")
			}
		case "extra_keys", "kept_on_redaction":
			var keys []string
			var parsed sessions.ExtraKeys
			if json.Unmarshal(object[name], &keys) != nil || keys == nil {
				return s, refuse(codeInvalidParameter, name, "not a list of keys")
			}
			for i := range keys { // one more key each time, to find the first that is wrong
				var err error
				if parsed, err = sessions.NewExtraKeys(keys[:i+1]...); err != nil {
					return s, refuseAt(name, i+1, "keys are distinct, short, few and without control characters")
				}
			}
			if name == "extra_keys" {
				s.ExtraKeys = parsed
			} else {
				s.KeptOnRedaction = parsed
			}
		default:
			return s, refuse(codeUnknownParameter, name, "settings have no such member")
		}
	}
	for _, name := range []string{"acceptance", "extra_keys"} {
		if object[name] == nil {
			return s, refuse(codeMissingParameter, name, "settings are replaced as a whole")
		}
	}
	old, err := c.store.Settings(c.ctx, c.viewer)
	if err != nil {
		return s, err
	}
	if s.Revision = old.Revision; tag != "*" { // "*" replaces the current revision, whatever it is
		s.Revision, err = strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
		// A tag that this API has not made, such as W/"1", is of no revision.
		if err != nil || settingsTag(s.Revision) != tag {
			return s, &problem{Code: codeConflict}
		}
	}
	// A client that does not know these keys leaves them unchanged.
	if object["kept_on_redaction"] == nil {
		s.KeptOnRedaction = old.KeptOnRedaction
	}
	return s, nil
}
