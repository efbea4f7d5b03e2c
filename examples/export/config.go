package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

const intro = `Writes a company's sessions to a CSV file, or checks a file against its manifest.

    export -dsn sqlite:kyc.db -company acme -out all.csv
    export -dsn "$DSN" -company acme -search "gior 0100" -status failed -spoof low_far -level 3,4 -out found.csv
    export -dsn "$DSN" -company acme -from 2026-05-01 -to 2026-05-31 -columns "Session ID,First Name=Name,Verified" -out may.csv
    export -dsn "$DSN" -company acme -out all.csv -resume       go on after a crash, a full disk or a lost connection
    export -verify all.csv                                      needs the manifest beside it

Exit codes: 0 done, 1 failed or interrupted, 2 wrong usage, 3 cannot be resumed.

`

// config is what the flags say.
type config struct {
	dsn    string
	viewer store.Viewer
	filter filter.Filter

	out    string
	resume bool
	file   export.FileOptions

	verify string
}

// resumable tells whether something may have been begun.
func (c *config) resumable() bool {
	if c == nil || c.out == "" {
		return false
	}
	_, err := os.Stat(c.out + export.StateSuffix) //nolint:gosec // the file that was asked for
	return err == nil
}

// usageError is a mistake in the arguments.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

var errHelp = errors.New("help was asked for")

// selection are the flags that select sessions.
type selection struct{ canonical, search, statuses, types, reasons, levels, from, to string }

// parse reads the arguments. Help goes to out.
func parse(args []string, out io.Writer) (*config, error) {
	c := &config{}
	var s selection
	var zone, format, separator, columns, extra, mask, drop string
	var force bool
	fs := flag.NewFlagSet("export", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.dsn, "dsn", "", "`database`: "+engine.Usage)
	fs.StringVar(&c.viewer.Company, "company", "", "`company` whose sessions are exported")
	fs.StringVar(&c.viewer.Subject, "asked-by", "", "who asks, for the manifest")
	fs.IntVar(&c.viewer.ExportLimit, "limit", 0, "refuse to export more `sessions` than these (0: any number)")

	fs.StringVar(&s.canonical, "filter", "", "canonical `text` of a filter, as a manifest has it")
	fs.StringVar(&s.search, "search", "", "`text` to search names and numbers for, in any script")
	fs.StringVar(&s.statuses, "status", "", "final `statuses`: success, failed, pending")
	fs.StringVar(&s.types, "type", "", "document `types`: passport, id_card, residence_card, driver_licence, none")
	fs.StringVar(&s.reasons, "spoof", "", "failed for one of the `reasons` digital_spoof, not_full_id, low_far; or all")
	fs.StringVar(&s.levels, "level", "", "match `levels` 0 to 7, or none; with -spoof low_far the levels that were too low")
	fs.StringVar(&s.from, "from", "", "created on this `day` (yyyy-mm-dd) or later")
	fs.StringVar(&s.to, "to", "", "created on this `day` or earlier")
	fs.StringVar(&zone, "tz", "Asia/Tbilisi", "time `zone` of days and times")

	fs.StringVar(&c.out, "out", "", "`file` to write")
	fs.BoolVar(&force, "force", false, "replace the file if it exists")
	fs.BoolVar(&c.resume, "resume", false, "go on with an export that was cut off; the other flags must be the same")
	fs.StringVar(&format, "format", "excel", "excel or rfc4180")
	fs.StringVar(&separator, "separator", ",", "comma, semicolon, tab or bar")
	fs.StringVar(&columns, "columns", "", "`columns` by their headers, Status and Reasons too; HEADER=NAME renames (default: all 24)")
	fs.StringVar(&extra, "extra", "", "extra fields that get columns of their own, by their `keys`")
	fs.StringVar(&c.file.TimeLayout, "time-layout", "", "`layout` of times, in Go's words, such as \"02.01.2006 15:04\"")
	fs.StringVar(&mask, "mask", "", "`fields` whose content is hidden, such as personal_number")
	fs.StringVar(&drop, "drop", "", "`fields` that are left out")
	fs.Int64Var(&c.file.RowsPerFile, "split", 0, "begin a further file after so many `rows`")
	fs.Int64Var(&c.file.BlockBytes, "block", 0, "`bytes` between two points from which an export can go on (0: 4 MiB)")
	fs.BoolVar(&c.file.Manifest, "manifest", true, "write a manifest beside the file")

	fs.StringVar(&c.verify, "verify", "", "check this `file` against the manifest beside it")
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
	switch {
	case fs.NArg() > 0:
		return nil, usagef("%d arguments without a flag", fs.NArg())
	case c.verify != "":
		return c, nil
	case c.dsn == "", c.out == "":
		return nil, usagef("-dsn and -out are needed")
	case c.viewer.Company == "":
		return nil, usagef("-company: %w", store.ErrNoCompany)
	}
	if _, err := os.Lstat(c.out); err == nil && !force && !c.resume {
		return nil, usagef("-out: the file exists; -force replaces it")
	}
	c.viewer.Role = sessions.Agent
	var err error
	if c.file.Zone, err = loadZone(zone); err != nil {
		return nil, err
	}
	if err := c.file.Format.UnmarshalText([]byte(format)); err != nil {
		return nil, usagef("-format: %w", err)
	}
	if runes := []rune(separator); len(runes) == 1 {
		c.file.Comma = runes[0]
	} else {
		return nil, usagef("-separator: not one character")
	}
	if err := c.columns(columns, extra); err != nil {
		return nil, err
	}
	if c.viewer.Disclosure.Mask, err = parseFields("mask", mask); err != nil {
		return nil, err
	}
	if c.viewer.Disclosure.Drop, err = parseFields("drop", drop); err != nil {
		return nil, err
	}
	c.file.Mask, c.file.Drop = c.viewer.Disclosure.Mask, c.viewer.Disclosure.Drop
	if c.filter, err = s.filter(c.file.Zone); err != nil {
		return nil, err
	}
	from, to := c.filter.Range()
	c.file.Request = export.Request{Company: c.viewer.Company, AskedBy: c.viewer.Subject, Query: c.filter.Text(), From: from, To: to}
	return c, nil
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

func (c *config) columns(columns, extra string) (err error) {
	for i, text := range list(columns) {
		header, name, renamed := strings.Cut(text, "=")
		var column export.Column
		if err := column.UnmarshalText([]byte(header)); err != nil {
			return usagef("-columns: column %d: %w", i+1, err)
		}
		c.file.Columns = append(c.file.Columns, column)
		if renamed {
			if c.file.Headers == nil {
				c.file.Headers = map[export.Column]string{}
			}
			c.file.Headers[column] = name
		}
	}
	if c.file.ExtraKeys, err = sessions.NewExtraKeys(list(extra)...); err != nil {
		return usagef("-extra: %w", err)
	}
	return nil
}

func parseFields(name, text string) (fields sessions.Fields, err error) {
	for _, part := range list(text) {
		var f sessions.Field
		if err := f.UnmarshalText([]byte(part)); err != nil {
			return 0, usagef("-%s: %w", name, err)
		}
		fields = fields.Union(sessions.FieldsOf(f))
	}
	return fields, nil
}

// filter makes the filter. Each criterion that is given narrows it.
func (s *selection) filter(zone *time.Location) (filter.Filter, error) {
	var parts []filter.Filter
	add := func(given bool, name string, f func() (filter.Filter, error)) error {
		if !given {
			return nil
		}
		part, err := f()
		if err = cmp.Or(err, part.Err()); err != nil {
			return usagef("-%s: %w", name, err)
		}
		parts = append(parts, part)
		return nil
	}
	err := cmp.Or(
		add(s.canonical != "", "filter", func() (filter.Filter, error) { return filter.Parse(s.canonical) }),
		add(s.search != "", "search", func() (filter.Filter, error) { return filter.Search(s.search), nil }),
		add(s.statuses != "", "status", func() (filter.Filter, error) {
			return filter.Status(texts[sessions.Status](s.statuses)...), nil
		}),
		add(s.types != "", "type", func() (filter.Filter, error) {
			types := texts[sessions.DocumentType](s.types)
			for i, t := range types {
				if t == "none" {
					types[i] = ""
				}
			}
			return filter.DocumentType(types...), nil
		}),
		add(s.reasons != "", "spoof", func() (filter.Filter, error) {
			reasons := texts[sessions.Reason](s.reasons)
			if s.reasons == "all" {
				reasons = sessions.SpoofReasons()
			}
			if s.levels == "" {
				return filter.FailedFor(reasons...), nil
			}
			levels, err := parseLevels(s.levels)
			return filter.FailedForAt(levels, reasons...), err
		}),
		add(s.reasons == "" && s.levels != "", "level", func() (filter.Filter, error) {
			levels, err := parseLevels(s.levels)
			return filter.MatchLevel(levels...), err
		}),
		add(s.from != "" || s.to != "", "from, -to", func() (filter.Filter, error) {
			var from, to sessions.Date
			err := cmp.Or(from.UnmarshalText([]byte(s.from)), to.UnmarshalText([]byte(s.to)))
			return filter.CreatedOn(from, to, zone), err
		}),
	)
	return filter.And(parts...), err
}

func parseLevels(text string) (all []far.Level, err error) {
	for _, part := range list(text) {
		level := filter.NotCompared
		if part != "none" {
			if level, err = far.ParseLevel(part); err != nil {
				return nil, err
			}
		}
		all = append(all, level)
	}
	return all, nil
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

func texts[T ~string](text string) (all []T) {
	for _, part := range list(text) {
		all = append(all, T(part))
	}
	return all
}
