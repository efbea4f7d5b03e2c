package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

const intro = `Does the work of an All Sessions page on a SQLite database.

Without a selection, -details and -out it gives a tour: it makes a database, fills it, prints the newest page, searches letter
by letter, applies each filter, pages on, exports, reads the file back and compares. With one of them it does just that.

    quickstart                                            the tour, on generated sessions
    quickstart -in sessions.csv                           the tour, on the sessions of a file
    quickstart -db kyc.db -search "gior 0100"             a page of a database that is kept
    quickstart -db kyc.db -status failed -spoof low_far -level 3,4
    quickstart -db kyc.db -from 2026-05-01 -to 2026-05-31 -out may.csv

Exit codes: 0 done, 1 failed or interrupted, 2 wrong usage.

`

// config is what the flags say.
type config struct {
	db   string // file that is kept, "" for a temporary one
	n    int
	seed uint64

	in       string // file to read, "" for none
	inFormat string // "" for whatever it is
	reading  export.ReadOptions

	viewer  store.Viewer
	zone    *time.Location
	filter  filter.Filter
	selects bool   // a selection was given
	query   string // text of the search
	limit   int
	pages   int
	after   store.Cursor
	details string // ID of a session

	target  string // file to write, "" for none
	force   bool
	writing export.Options
}

// usageError is a mistake in the arguments.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

var errHelp = errors.New("help was asked for")

// parse reads the arguments. Help goes to out.
func parse(args []string, out io.Writer) (*config, error) {
	c := &config{}
	var statuses, types, reasons, levels, from, to, zone, format, columns, extra string
	var lax bool
	fs := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	fs.SetOutput(io.Discard)

	fs.StringVar(&c.db, "db", "", "SQLite `file` that is kept: made and filled if it is not there; without it, a temporary one")
	fs.StringVar(&c.in, "in", "", "fill the database with the sessions of this CSV `file`; with -db, add them")
	fs.StringVar(&c.inFormat, "in-format", "", "its format, excel or rfc4180 (default: excel if it begins with a byte order mark)")
	fs.StringVar(&c.reading.TimeLayout, "in-time-layout", "", "`layout` of its times, in Go's words, such as \"02.01.2006 15:04:05\"")
	fs.StringVar(&c.reading.BirthLayout, "in-birth-layout", "", "`layout` of its birth dates")
	fs.StringVar(&c.reading.ExpirationLayout, "in-expiration-layout", "", "`layout` of its expiration dates")
	fs.BoolVar(&lax, "in-lax", false, "pass over its unknown columns and take missing ones for empty")
	fs.IntVar(&c.n, "n", 20_000, "generated sessions, of several companies, for a new database")
	fs.Uint64Var(&c.seed, "seed", 1, "seed of the generated sessions: the same seed, the same sessions")
	fs.StringVar(&c.viewer.Company, "company", generate.Georgia.Companies()[0].Key, "company whose sessions are shown")

	fs.StringVar(&c.query, "search", "", "`text` to search names and numbers for, in any script")
	fs.StringVar(&statuses, "status", "", "final `statuses`: success, failed, pending")
	fs.StringVar(&types, "type", "", "document `types`: passport, id_card, residence_card, driver_licence, none")
	fs.StringVar(&reasons, "spoof", "", "failed for one of the `reasons` digital_spoof, not_full_id, low_far; or all")
	fs.StringVar(&levels, "level", "", "match `levels` 0 to 7, or none; with -spoof low_far the levels that were too low")
	fs.StringVar(&from, "from", "", "created on this `day` (yyyy-mm-dd) or later")
	fs.StringVar(&to, "to", "", "created on this `day` or earlier")
	fs.StringVar(&zone, "tz", "Asia/Tbilisi", "time `zone` of days and times, shown, read and exported")
	fs.IntVar(&c.limit, "limit", 20, "sessions on a page")
	fs.IntVar(&c.pages, "pages", 1, "pages to print")
	fs.StringVar((*string)(&c.after), "after", "", "`cursor` of the page to begin with, as printed under the page before")
	fs.StringVar(&c.details, "details", "", "print everything about the session with this `ID`")

	fs.StringVar(&c.target, "out", "", "export the selection to this CSV `file`, and check it by reading it back")
	fs.BoolVar(&c.force, "force", false, "replace the file if it exists")
	fs.StringVar(&format, "format", "excel", "its format: excel or rfc4180")
	fs.StringVar(&columns, "columns", "", "its `columns` by their headers, such as \"Session ID,Verified,Status\" (default: all 24)")
	fs.StringVar(&extra, "extra", "", "extra fields that get columns of their own, by their `keys`")

	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			if _, err := fmt.Fprint(out, intro); err != nil {
				return nil, err
			}
			fs.SetOutput(out)
			fs.PrintDefaults()
			return nil, errHelp
		}
		return nil, &usageError{err}
	}
	if fs.NArg() > 0 {
		return nil, usagef("%d arguments without a flag", fs.NArg())
	}
	if c.viewer.Company == "" {
		return nil, usagef("-company: %w", store.ErrNoCompany)
	}
	c.viewer.Role, c.viewer.Subject = sessions.Agent, "quickstart"

	var err error
	if c.zone, err = loadZone(zone); err != nil {
		return nil, err
	}
	if err := c.writing.Format.UnmarshalText([]byte(format)); err != nil {
		return nil, usagef("-format: %w", err)
	}
	if c.inFormat != "" {
		if err := c.reading.Format.UnmarshalText([]byte(c.inFormat)); err != nil {
			return nil, usagef("-in-format: %w", err)
		}
	}
	if err := c.file(columns, extra); err != nil {
		return nil, err
	}
	switch {
	case c.n < 0:
		return nil, usagef("-n: %d is less than 0", c.n)
	case c.limit < 1:
		return nil, usagef("-limit: %d is less than 1", c.limit)
	case c.pages < 1:
		return nil, usagef("-pages: %d is less than 1", c.pages)
	}
	c.reading.AllowMissing, c.reading.AllowUnknown = lax, lax
	if c.target != "" && !c.force && exists(c.target) {
		return nil, usagef("-out: the file exists; -force replaces it")
	}
	return c, c.selection(statuses, types, reasons, levels, from, to)
}

// loadZone knows the zones that every machine has by the same name, and not the machine's own.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, usagef("-tz: name a time zone, such as Europe/Berlin")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, usagef("-tz: there is no time zone of that name")
	}
	return zone, nil
}

// file checks what the exported file shall look like.
func (c *config) file(columns, extra string) error {
	c.writing.Zone, c.reading.Zone = c.zone, c.zone
	for i, header := range list(columns) {
		var column export.Column
		if err := column.UnmarshalText([]byte(header)); err != nil {
			return usagef("-columns: column %d: %w", i+1, err)
		}
		c.writing.Columns = append(c.writing.Columns, column)
	}
	var err error
	if c.writing.ExtraKeys, err = sessions.NewExtraKeys(list(extra)...); err != nil {
		return usagef("-extra: %w", err)
	}
	nobody := func(func(*sessions.Session, error) bool) {}
	if _, err := export.Write(context.Background(), io.Discard, nobody, c.writing); err != nil {
		return usagef("-columns, -extra: %w", err)
	}
	return nil
}

// list splits at commas. Blank text is an empty list.
func list(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// selection makes the filter. Each criterion that is given narrows it.
func (c *config) selection(statuses, types, reasons, levels, from, to string) error {
	var parts []filter.Filter
	add := func(flag string, f filter.Filter) error {
		if err := f.Err(); err != nil {
			return usagef("-%s: %w", flag, err)
		}
		parts = append(parts, f)
		return nil
	}
	var errs []error
	if c.query != "" {
		errs = append(errs, add("search", filter.Search(c.query)))
	}
	if statuses != "" {
		errs = append(errs, add("status", filter.Status(texts[sessions.Status](statuses)...)))
	}
	if types != "" {
		chosen := texts[sessions.DocumentType](types)
		for i, t := range chosen {
			if t == "none" {
				chosen[i] = ""
			}
		}
		errs = append(errs, add("type", filter.DocumentType(chosen...)))
	}
	chosenLevels, err := parseLevels(levels)
	errs = append(errs, err)
	if reasons != "" {
		chosen := texts[sessions.Reason](reasons)
		if reasons == "all" {
			chosen = sessions.SpoofReasons()
		}
		f := filter.FailedFor(chosen...)
		if levels != "" {
			f = filter.FailedForAt(chosenLevels, chosen...)
		}
		errs = append(errs, add("spoof", f))
	} else if levels != "" {
		errs = append(errs, add("level", filter.MatchLevel(chosenLevels...)))
	}
	if from != "" || to != "" {
		first, err := parseDay("from", from)
		last, err2 := parseDay("to", to)
		if err = cmp.Or(err, err2); err == nil {
			err = add("from, -to", filter.CreatedOn(first, last, c.zone))
		}
		errs = append(errs, err)
	}
	c.filter, c.selects = filter.And(parts...), len(parts) > 0
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return errs[i]
	}
	return nil
}

func texts[T ~string](text string) []T {
	var all []T
	for _, part := range list(text) {
		all = append(all, T(part))
	}
	return all
}

func parseLevels(text string) ([]far.Level, error) {
	var all []far.Level
	for _, part := range list(text) {
		level := filter.NotCompared
		if part != "none" {
			var err error
			if level, err = far.ParseLevel(part); err != nil {
				return nil, usagef("-level: %w", err)
			}
			if _, err = far.Kvalifika.Rate(level); err != nil && level != 0 {
				return nil, usagef("-level: %w", err)
			}
		}
		all = append(all, level)
	}
	return all, nil
}

func parseDay(flag, text string) (sessions.Date, error) {
	var d sessions.Date
	if err := d.UnmarshalText([]byte(text)); err != nil {
		return d, usagef("-%s: %w", flag, err)
	}
	return d, nil
}

// tour tells whether nothing in particular was asked for.
func (c *config) tour() bool { return !c.selects && c.details == "" && c.target == "" && c.after == "" }

// exists tells whether there is something under the name.
func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
