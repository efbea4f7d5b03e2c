package cli

import (
	"cmp"
	"errors"
	"flag"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

// Selection has the values of the flags that select sessions.
type Selection struct {
	Search string // text

	canonical, statuses, types, reasons, levels, from, to, zone string
}

// Flags adds the flags to those of a program.
func (s *Selection) Flags(fs *flag.FlagSet) {
	fs.StringVar(&s.canonical, "filter", "", "canonical `text` of a filter, as in a manifest")
	fs.StringVar(&s.Search, "search", "", "`text` to search for in names and numbers, in any script")
	fs.StringVar(&s.statuses, "status", "", "final `statuses`: success, failed, pending")
	fs.StringVar(&s.types, "document-type", "", "document `types`: passport, id_card, residence_card, driver_licence, none")
	fs.StringVar(&s.reasons, "failed-for", "", "failed for one of the `reasons` digital_spoof, not_full_id, low_far; or all")
	fs.StringVar(&s.levels, "match-level", "", "match `levels` 0 to 7, or none; with -failed-for low_far the levels that were too low")
	fs.StringVar(&s.from, "from", "", "created on this `day` (yyyy-mm-dd) or later")
	fs.StringVar(&s.to, "to", "", "created on this `day` or earlier")
	fs.StringVar(&s.zone, "zone", "Asia/Tbilisi", "time `zone` of days and times")
}

// Zone loads the time zone. It accepts zones that have the same name on every machine, and not the
// machine's own.
func (s *Selection) Zone() (*time.Location, error) {
	if s.zone == "" || s.zone == "Local" {
		return nil, Usagef("-zone: name a time zone, such as Europe/Berlin")
	}
	zone, err := time.LoadLocation(s.zone)
	if err != nil {
		return nil, Usagef("-zone: there is no time zone of that name")
	}
	return zone, nil
}

// Filter returns the filter, with days in the zone. Each criterion that is given narrows it. An
// error is the [*UsageError] of the first flag that is wrong.
func (s *Selection) Filter(zone *time.Location) (filter.Filter, error) {
	var parts []filter.Filter
	var failed error
	add := func(name string, f filter.Filter, err error) {
		if err = cmp.Or(err, f.Check(nil)); err != nil {
			failed = cmp.Or(failed, Usagef("-%s: %w", name, err))
		}
		parts = append(parts, f)
	}
	if s.canonical != "" {
		f, err := filter.Parse(s.canonical)
		add("filter", f, err)
	}
	if s.Search != "" {
		add("search", filter.Search(s.Search), nil)
	}
	if s.statuses != "" {
		failed = cmp.Or(failed, known("status", s.statuses, "success", "failed", "pending"))
		add("status", filter.Status(texts[sessions.Status](s.statuses)...), nil)
	}
	if s.types != "" {
		failed = cmp.Or(failed, known("document-type", s.types, "passport", "id_card", "residence_card", "driver_licence", "none"))
		types := texts[sessions.DocumentType](s.types)
		for i, t := range types {
			if t == "none" {
				types[i] = ""
			}
		}
		add("document-type", filter.DocumentType(types...), nil)
	}
	reasons := texts[sessions.Reason](s.reasons)
	if s.reasons == "all" {
		reasons = sessions.SpoofReasons()
	} else {
		failed = cmp.Or(failed, known("failed-for", s.reasons, "digital_spoof", "not_full_id", "low_far", "all"))
	}
	switch levels, err := parseLevels(s.levels); {
	case err != nil:
		add("match-level", filter.Filter{}, err)
	case s.reasons != "" && s.levels != "":
		add("failed-for", filter.FailedForAt(levels, reasons...), nil)
	case s.reasons != "":
		add("failed-for", filter.FailedFor(reasons...), nil)
	case s.levels != "":
		add("match-level", filter.MatchLevel(levels...), nil)
	}
	if s.from != "" || s.to != "" {
		day := func(name, text string) (d sessions.Date) {
			if text == "" {
				return d
			}
			d, err := sessions.ParseDate(text)
			if err != nil || d.IsZero() {
				add(name, filter.Filter{}, errors.New("not a day of the form yyyy-mm-dd"))
			}
			return d
		}
		from, to := day("from", s.from), day("to", s.to)
		add("from, -to", filter.CreatedOn(from, to, zone), nil)
	}
	return filter.And(parts...), failed
}

// known refuses a value that the flag does not name, since such a value is most likely mistyped and
// would select nothing. A host's own values can be given with -filter.
func known(name, text string, values ...string) error {
	for _, part := range List(text) {
		if !slices.Contains(values, part) {
			return Usagef("-%s: one of %s; for another use -filter", name, strings.Join(values, ", "))
		}
	}
	return nil
}

// parseLevels reads the levels of a list.
func parseLevels(text string) (levels []far.Level, err error) {
	for _, part := range List(text) {
		level := filter.NotCompared
		if part != "none" {
			if level, err = far.ParseLevel(part); err != nil {
				return nil, err
			}
		}
		levels = append(levels, level)
	}
	return levels, nil
}
