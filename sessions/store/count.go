package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Count is how many sessions a selection has.
type Count struct {
	N     int  // sessions that were counted
	Exact bool // false: there may be more, because the limit or the budget ended the count
	// Rekeying reports that some sessions were counted without their search keys, as in a [Batch].
	Rekeying bool
}

// String returns the number with thousands separators, and a plus if there may be more: "10,000+".
func (c Count) String() string {
	text := fmt.Sprint(c.N)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	if !c.Exact {
		text += "+"
	}
	return text
}

// Count counts the sessions of a filter that the viewer may see, within [Options.Budget]; a Backend
// that cannot count them all stops at [Options.CountLimit]. Errors are those of [Store.List].
func (s *Store) Count(ctx context.Context, v Viewer, f filter.Filter) (Count, error) {
	if err := v.check(); err != nil {
		return Count{}, err
	}
	e := v.event(ActionCount)
	e.Query = f.Text()
	var n Count
	sc, err := v.scope(f)
	if err == nil {
		n, err = s.count(ctx, s.counted(v, sc.selected))
	}
	e.Rows = n.N
	return conclude(ctx, s, e, n, err)
}

// counted returns the selection of a bounded count.
func (s *Store) counted(v Viewer, f filter.Filter) Selection {
	return Selection{Company: v.Company, Filter: f, Limit: s.options.CountLimit, Budget: s.options.Budget}
}

func (s *Store) count(ctx context.Context, sel Selection) (Count, error) {
	if counter, ok := s.backend.(Counter); ok {
		n, err := inTurn(ctx, s, func() (Count, error) { return counter.Count(ctx, sel) })
		if err != nil {
			return Count{}, fmt.Errorf("store: count: %w", err)
		}
		return n, nil
	}
	var n Count
	for batch, err := range s.batches(ctx, sel) {
		if err != nil {
			return Count{}, err
		}
		n.N += len(batch.Sessions)
		n.Exact = batch.Reached.IsZero()
		n.Rekeying = n.Rekeying || batch.Rekeying
	}
	return n, nil
}

// Facet is one criterion of the page, with a count for each of its options.
type Facet struct {
	Field   sessions.Field
	Options []FacetOption
}

// FacetOption is one value of a criterion.
type FacetOption struct {
	// Value is a value of the enumeration, or a level's number. "" means no document, or no
	// comparison.
	Value  string
	Filter filter.Filter // the viewer's filter, with this value in place of the criterion
	Count  Count
}

// Facets counts, for each option of the document type, the status, the possible spoof and the match
// level (of far.Kvalifika's levels), the sessions that the viewer's filter would select if that
// criterion were this option alone. A criterion whose field is hidden is left out, and so is a
// reason that reveals a hidden field. Statuses and types that are not the product's have no option.
// An [EachCounter] counts all options at once, at one moment; other Backends count them one by one,
// up to [Options.CountLimit] and within [Options.Budget]. Errors are those of [Store.List].
func (s *Store) Facets(ctx context.Context, v Viewer, f filter.Filter) ([]Facet, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	e := v.event(ActionFacets)
	e.Query = f.Text()
	facets, err := s.facets(ctx, v, f)
	return conclude(ctx, s, e, facets, err)
}

func (s *Store) facets(ctx context.Context, v Viewer, f filter.Filter) ([]Facet, error) {
	if _, err := v.scope(f); err != nil {
		return nil, err
	}
	var facets []Facet
	var selected []filter.Filter
	var counts []*Count
	for _, c := range facetCriteria() {
		if !v.Disclosure.Shows(c.field) {
			continue
		}
		facet := Facet{Field: c.field}
		base := f.Without(sessions.FieldsOf(c.field))
		for _, o := range c.options {
			o.Filter = filter.And(base, o.Filter)
			sc, err := v.scope(o.Filter)
			if errors.Is(err, ErrHidden) {
				continue // the reason reveals a hidden field
			}
			if err != nil {
				return nil, err
			}
			facet.Options = append(facet.Options, o)
			selected = append(selected, sc.selected)
		}
		facets = append(facets, facet)
		// After the appends above, which move the options to new arrays.
		for i := range facet.Options {
			counts = append(counts, &facet.Options[i].Count)
		}
	}
	numbers, err := s.countEach(ctx, s.counted(v, filter.Filter{}), selected)
	if err != nil {
		return nil, err
	}
	for i, n := range numbers {
		*counts[i] = n
	}
	return facets, nil
}

// countEach counts each of the filters, all at once if the Backend can.
func (s *Store) countEach(ctx context.Context, sel Selection, filters []filter.Filter) ([]Count, error) {
	if counter, ok := s.backend.(EachCounter); ok {
		counts, err := inTurn(ctx, s, func() ([]Count, error) { return counter.CountEach(ctx, sel, filters) })
		if err == nil && len(counts) != len(filters) {
			err = ErrBackend
		}
		if err != nil {
			return nil, fmt.Errorf("store: count: %w", err)
		}
		return counts, nil
	}
	counts := make([]Count, len(filters))
	for i, f := range filters {
		var err error
		sel.Filter = f
		if counts[i], err = s.count(ctx, sel); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

type facetCriterion struct {
	field   sessions.Field
	options []FacetOption
}

// facetCriteria returns the criteria of the page with all their options.
func facetCriteria() []facetCriterion {
	types := facetCriterion{field: sessions.FieldDocumentType}
	for _, t := range []sessions.DocumentType{
		sessions.Passport, sessions.IDCard, sessions.ResidenceCard, sessions.DriverLicence, "",
	} {
		types.options = append(types.options, FacetOption{Value: string(t), Filter: filter.DocumentType(t)})
	}
	statuses := facetCriterion{field: sessions.FieldStatus}
	for _, st := range []sessions.Status{sessions.Success, sessions.Failed, sessions.Pending} {
		statuses.options = append(statuses.options, FacetOption{Value: string(st), Filter: filter.Status(st)})
	}
	spoofs := facetCriterion{field: sessions.FieldReasons}
	for _, r := range sessions.SpoofReasons() {
		spoofs.options = append(spoofs.options, FacetOption{Value: string(r), Filter: filter.FailedFor(r)})
	}
	levels := facetCriterion{field: sessions.FieldMatchLevel}
	level := func(value string, l far.Level) {
		levels.options = append(levels.options, FacetOption{Value: value, Filter: filter.MatchLevel(l)})
	}
	level("", filter.NotCompared)
	level("0", 0)
	for l := range far.Kvalifika.Levels() {
		level(l.String(), l)
	}
	return []facetCriterion{types, statuses, spoofs, levels}
}
