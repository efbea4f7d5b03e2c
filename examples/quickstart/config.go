package main

import (
	"context"
	"flag"
	"io"
	"os"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/generate"
	"github.com/kvalifika/sessionkit/export"
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
    quickstart -db kyc.db -status failed -failed-for low_far -match-level 3,4
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
	query   string // text of the search
	limit   int
	pages   int
	after   store.Cursor
	details string // ID of a session

	target  string // file to write, "" for none
	force   bool
	writing export.Options
}

// parse reads the arguments. Help goes to out.
func parse(args []string, out io.Writer) (*config, error) {
	c := &config{}
	var selected cli.Selection
	var format, columns, extra string
	var lax bool
	fs := flag.NewFlagSet("quickstart", flag.ContinueOnError)

	fs.StringVar(&c.db, "db", "", "SQLite `file` that is kept: made and filled if it is not there; without it, a temporary one")
	fs.StringVar(&c.in, "in", "", "fill the database with the sessions of this CSV `file`; with -db, add them")
	fs.StringVar(&c.inFormat, "in-format", "", "its format, excel_csv or rfc4180 (default: excel_csv if it begins with a byte order mark)")
	fs.StringVar(&c.reading.TimeLayout, "in-time-layout", "", "`layout` of its times, in Go's words, such as \"02.01.2006 15:04:05\"")
	fs.StringVar(&c.reading.BirthLayout, "in-birth-layout", "", "`layout` of its birth dates")
	fs.StringVar(&c.reading.ExpirationLayout, "in-expiration-layout", "", "`layout` of its expiration dates")
	fs.BoolVar(&lax, "in-lax", false, "pass over its unknown columns and take missing ones for empty")
	fs.IntVar(&c.n, "n", 20_000, "generated sessions, of several companies, for a new database")
	fs.Uint64Var(&c.seed, "seed", 1, "seed of the generated sessions: the same seed, the same sessions")
	fs.StringVar(&c.viewer.Company, "company", generate.Georgia.Companies()[0].Key, "company whose sessions are shown")

	selected.Flags(fs)
	fs.IntVar(&c.limit, "limit", 20, "sessions on a page")
	fs.IntVar(&c.pages, "pages", 1, "pages to print")
	fs.StringVar((*string)(&c.after), "after", "", "`cursor` of the page to begin with, as printed under the page before")
	fs.StringVar(&c.details, "details", "", "print everything about the session with this `ID`")

	fs.StringVar(&c.target, "out", "", "export the selection to this CSV `file`, and check it by reading it back")
	fs.BoolVar(&c.force, "force", false, "replace the file if it exists")
	fs.StringVar(&format, "format", "excel_csv", "its format: excel_csv (CSV for Excel) or rfc4180 (CSV for import)")
	fs.StringVar(&columns, "columns", "", "its `columns` by their headers, such as \"Session ID,Verified,Status\" (default: all 24)")
	fs.StringVar(&extra, "extra", "", "extra fields that get columns of their own, by their `keys`")

	if err := cli.Parse(fs, args, intro, out); err != nil {
		return nil, err
	}
	if c.viewer.Company == "" {
		return nil, cli.Usagef("-company: %w", store.ErrNoCompany)
	}
	c.viewer.Role, c.viewer.Subject = sessions.Agent, "quickstart"

	var err error
	if c.zone, err = selected.Zone(); err != nil {
		return nil, err
	}
	if err := c.writing.Format.UnmarshalText([]byte(format)); err != nil {
		return nil, cli.Usagef("-format: %w", err)
	}
	if c.inFormat != "" {
		if err := c.reading.Format.UnmarshalText([]byte(c.inFormat)); err != nil {
			return nil, cli.Usagef("-in-format: %w", err)
		}
	}
	if err := c.file(columns, extra); err != nil {
		return nil, err
	}
	switch {
	case c.n < 0:
		return nil, cli.Usagef("-n: %d is less than 0", c.n)
	case c.limit < 1:
		return nil, cli.Usagef("-limit: %d is less than 1", c.limit)
	case c.pages < 1:
		return nil, cli.Usagef("-pages: %d is less than 1", c.pages)
	}
	c.reading.AllowMissing, c.reading.AllowUnknown = lax, lax
	if c.target != "" && !c.force && exists(c.target) {
		return nil, cli.Usagef("-out: the file exists; -force replaces it")
	}
	c.filter, err = selected.Filter(c.zone)
	c.query = selected.Search
	return c, err
}

// file checks what the exported file shall look like.
func (c *config) file(columns, extra string) error {
	c.writing.Zone, c.reading.Zone = c.zone, c.zone
	for i, header := range cli.List(columns) {
		var column export.Column
		if err := column.UnmarshalText([]byte(header)); err != nil {
			return cli.Usagef("-columns: column %d: %w", i+1, err)
		}
		c.writing.Columns = append(c.writing.Columns, column)
	}
	var err error
	if c.writing.ExtraKeys, err = sessions.NewExtraKeys(cli.List(extra)...); err != nil {
		return cli.Usagef("-extra: %w", err)
	}
	nobody := func(func(*sessions.Session, error) bool) {}
	if _, err := export.Write(context.Background(), io.Discard, export.FromIterator(sessions.Request{}, nobody), c.writing); err != nil {
		return cli.Usagef("-columns, -extra: %w", err)
	}
	return nil
}

// tour reports whether nothing in particular was asked for.
func (c *config) tour() bool {
	return c.filter.IsZero() && c.details == "" && c.target == "" && c.after == ""
}

// exists reports whether there is something under the name.
func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
