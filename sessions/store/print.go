package store

import "log/slog"

// A filter's JSON is for saving it, and has the texts of its searches. So a value that holds a
// filter is logged as a group of its other fields and the kinds of the filter's criteria.

// LogValue returns a group of company, subject, role and restriction.
func (v Viewer) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	return slog.GroupValue(slog.String("company", v.Company), slog.String("subject", v.Subject), slog.String("role", string(v.Role)),
		slog.Any("restriction", v.Restriction))
}

// LogValue returns a group of filter and limit. A cursor is not logged.
func (q Query) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("filter", q.Filter), slog.Int("limit", q.Limit))
}

// LogValue returns a group of company, filter and limit.
func (s Selection) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	return slog.GroupValue(slog.String("company", s.Company), slog.Any("filter", s.Filter), slog.Int("limit", s.Limit))
}

// LogValue returns a group of value and count.
func (o FacetOption) LogValue() slog.Value {
	return slog.GroupValue(slog.String("value", o.Value), slog.String("count", o.Count.String()))
}

// LogValue returns a group of field and number of options.
func (f Facet) LogValue() slog.Value {
	return slog.GroupValue(slog.String("field", f.Field.String()), slog.Int("options", len(f.Options)))
}

// LogValue returns a group of company, filter and number of IDs.
func (p Purge) LogValue() slog.Value { //nolint:gocritic // a value method serves values and pointers
	return slog.GroupValue(slog.String("company", p.Company), slog.Any("filter", p.Filter), slog.Int("ids", len(p.IDs)), slog.Bool("all", p.All))
}
