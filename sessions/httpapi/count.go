package httpapi

import (
	"cmp"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// count is a number of sessions.
type count struct {
	N        int  `json:"n"`
	Exact    bool `json:"exact"` // false: there may be more
	Rekeying bool `json:"rekeying"`
}

func (c *call) count() (any, error) {
	c.ofList()
	f, err := c.selection()
	if err != nil {
		return nil, err
	}
	n, err := c.store.Count(c.ctx, c.viewer, f)
	if err != nil {
		return nil, err
	}
	return count(n), nil
}

// facets are the criteria of the page, with the count of each option.
type facets struct {
	Facets []facet `json:"facets"`
}

type facet struct {
	Field     sessions.Field `json:"field"`
	Parameter string         `json:"parameter"` // name of the parameter that filters by the field
	Options   []option       `json:"options"`
}

type option struct {
	Value string  `json:"value"` // value of the parameter
	Count count   `json:"count"`
	Link  *string `json:"link"`
}

func (c *call) facets() (any, error) {
	c.ofList()
	f, err := c.selection()
	if err != nil {
		return nil, err
	}
	list, err := c.countOptions(f)
	if err != nil {
		return nil, err
	}
	return facets{list}, nil
}

// countOptions counts the sessions that each option of the page would select.
func (c *call) countOptions(f filter.Filter) ([]facet, error) {
	list, err := c.store.Facets(c.ctx, c.viewer, f)
	if err != nil {
		return nil, err
	}
	answer := []facet{}
	for _, one := range list {
		shown := facet{Field: one.Field, Parameter: one.Field.String(), Options: []option{}}
		if one.Field == sessions.FieldReasons {
			shown.Parameter = "failed_for"
		}
		for _, o := range one.Options {
			shown.Options = append(shown.Options, option{cmp.Or(o.Value, "none"), count(o.Count), link(o.Filter)})
		}
		answer = append(answer, shown)
	}
	return answer, nil
}

// tally has the numbers of a selection by match level, and its outlook under each acceptance level.
type tally struct {
	Rows     []tallyRow `json:"rows"`
	Outlooks []outlook  `json:"outlooks"` // strictest first
	Exact    bool       `json:"exact"`
}

type tallyRow struct {
	Scale        *string           `json:"scale"`
	DocumentType *string           `json:"document_type"`
	Compared     bool              `json:"compared"`
	Level        *far.Level        `json:"level"`
	OtherChecks  store.OtherChecks `json:"other_checks"`
	N            int               `json:"n"`
}

// outlook is the outcome of a selection under an acceptance level.
type outlook struct {
	level
	Pass    int `json:"pass"`
	Fail    int `json:"fail"`
	Unknown int `json:"unknown"`
}

func (c *call) tally() (any, error) {
	c.ofList()
	f, err := c.selection()
	if err != nil {
		return nil, err
	}
	t, err := c.store.Tally(c.ctx, c.viewer, f)
	if err != nil {
		return nil, err
	}
	answer := tally{Rows: []tallyRow{}, Exact: t.Exact}
	for _, r := range t.Rows {
		shown := tallyRow{
			Scale: orNull(r.Scale), DocumentType: orNull(string(r.DocumentType)), Compared: r.Compared, OtherChecks: r.OtherChecks, N: r.N,
		}
		if r.Compared {
			shown.Level = &r.Level
		}
		answer.Rows = append(answer.Rows, shown)
	}
	for _, l := range levels() {
		policy, err := far.NewPolicy(far.Kvalifika, l.Level)
		if err != nil {
			return nil, err
		}
		acceptance, err := sessions.NewAcceptance(policy)
		if err != nil {
			return nil, err
		}
		o, err := t.Under(acceptance)
		if err != nil {
			return nil, err
		}
		answer.Outlooks = append(answer.Outlooks, outlook{l, o.Pass, o.Fail, o.Unknown})
	}
	return answer, nil
}
