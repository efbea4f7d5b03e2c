package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"strings"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
)

const exportIntro = `    sessionkit export -dsn sqlite:kyc.db -company acme -out all.csv
    sessionkit export -dsn "$DSN" -company acme -search "gior 0100" -status failed -failed-for low_far -match-level 3,4 -out found.csv
    sessionkit export -dsn "$DSN" -company acme -from 2026-05-01 -to 2026-05-31 -columns "Session ID,First Name=Name,Verified" -out may.csv
    sessionkit export -dsn "$DSN" -company acme -out all.csv -resume       continue after a crash, a full disk or a lost connection
    sessionkit export -dsn "$DSN" -company acme -format xlsx -out all.xlsx
    sessionkit export -dsn "$DSN" -company acme -format rfc4180 -out - | gzip > all.csv.gz

`

var errExists = cli.Usagef("-out: the file exists; -force replaces it")

// exporting has the flags of an export.
type exporting struct {
	database
	company
	filter filter.Filter

	out      string // "-" is standard output
	resume   bool
	workbook bool
	file     file.Options
}

// exportFlags defines the command export.
func exportFlags(fs *flag.FlagSet) func(context.Context, *terminal) error {
	c := &exporting{}
	var s cli.Selection
	var format, separator, columns, extra, mask, drop string
	var force bool
	c.database.flags(fs)
	c.company.flags(fs)
	fs.IntVar(&c.viewer.ExportLimit, "limit", 0, "refuse to export more `sessions` than this (0: no limit)")

	s.Flags(fs)

	fs.StringVar(&c.out, "out", "", "`file` to write; - is standard output")
	fs.BoolVar(&force, "force", false, "replace the file if it exists")
	fs.BoolVar(&c.resume, "resume", false, "continue an export that was cut off; the other flags must be the same")
	fs.StringVar(&format, "format", "excel_csv", "excel_csv (CSV for Excel), rfc4180 (CSV for import) or xlsx, a workbook")
	fs.StringVar(&separator, "separator", ",", "comma, semicolon, tab or bar")
	fs.StringVar(&columns, "columns", "", "`columns` by their headers, also Status and Reasons; HEADER=NAME renames (default: all 24)")
	fs.StringVar(&extra, "extra", "", "`keys` of extra fields that get a column each")
	fs.StringVar(&c.file.TimeLayout, "time-layout", "", "`layout` of times, in Go's notation, such as \"02.01.2006 15:04\"")
	fs.StringVar(&mask, "mask", "", "`fields` to hide, such as personal_number")
	fs.StringVar(&drop, "drop", "", "`fields` to leave out")
	fs.Int64Var(&c.file.RowsPerFile, "split", 0, "begin a new file after this many `rows`")
	fs.Int64Var(&c.file.BlockBytes, "block", 0, "`bytes` between two points from which an export can continue (0: 4 MiB)")
	fs.BoolVar(&c.file.Manifest, "manifest", true, "write a manifest beside the file")
	fs.BoolVar(&c.file.Gzip, "gzip", false, "compress the file")

	return func(ctx context.Context, t *terminal) error {
		c.workbook, c.file.NoReplace = format == "xlsx", !force
		switch err := c.check(); {
		case err != nil:
			return err
		case c.workbook:
		case len([]rune(separator)) != 1:
			return cli.Usagef("-separator: not one character")
		default:
			if err := c.file.Format.UnmarshalText([]byte(format)); err != nil {
				return cli.Usagef("-format: %w", err)
			}
			c.file.Comma = []rune(separator)[0]
		}
		err := checkTimeLayout(c.file.TimeLayout)
		if err != nil {
			return err
		}
		if c.file.Zone, err = s.Zone(); err != nil {
			return err
		}
		if err := c.columns(columns, extra); err != nil {
			return err
		}
		if c.viewer.Disclosure.Mask, err = parseFields("mask", mask); err != nil {
			return err
		}
		if c.viewer.Disclosure.Drop, err = parseFields("drop", drop); err != nil {
			return err
		}
		if c.filter, err = s.Filter(c.file.Zone); err != nil {
			return err
		}
		c.viewer.Role = sessions.Agent
		err = c.open(engine.OpenExisting, func(b *backend) error { return c.write(ctx, t, b) })
		if errors.Is(err, export.ErrColumn) {
			return cli.Usagef("-columns: %w", err)
		}
		if err != nil && file.Begun(c.out) && !errors.Is(err, file.ErrResume) {
			hint := "-resume goes on from where it stopped"
			if errors.Is(err, os.ErrExist) {
				hint = "-resume -force replaces it"
			}
			err = &begunError{err, hint}
		}
		return err
	}
}

// check checks the flags about the file.
func (c *exporting) check() error {
	if err := c.company.check(); err != nil {
		return err
	}
	switch {
	case c.out == "":
		return cli.Usagef("-out is needed")
	case c.viewer.ExportLimit < 0:
		return cli.Usagef("-limit: negative")
	}
	if (c.workbook || c.out == "-") && (c.resume || c.file.RowsPerFile > 0 || c.file.Gzip) {
		return cli.Usagef("-resume, -split and -gzip are for CSV files")
	}
	if c.out == "-" {
		return nil
	}
	switch info, err := os.Stat(c.out); {
	case err == nil && engine.Is(c.dsn, info):
		return cli.Usagef("-out: the file is the database")
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return err
	}
	if _, err := os.Lstat(c.out + file.ManifestSuffix); err == nil && c.workbook {
		return cli.Usagef("-out: there is a manifest of a CSV file of that name")
	}
	switch info, err := os.Lstat(c.out); {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return err
	// The file would replace a device or a pipe.
	case info.Mode().Type()&^os.ModeSymlink != 0:
		return cli.Usagef("-out: no file; -out - writes to standard output")
	// If an export is resumed, file.Resume decides.
	case c.file.NoReplace && !c.resume:
		return errExists
	}
	return nil
}

// columns sets the columns, their new names and the extra fields with a column each.
func (c *exporting) columns(columns, extra string) (err error) {
	for i, text := range cli.List(columns) {
		header, name, renamed := strings.Cut(text, "=")
		var column export.Column
		if err := column.UnmarshalText([]byte(header)); err != nil {
			return cli.Usagef("-columns: column %d: %w", i+1, err)
		}
		c.file.Columns = append(c.file.Columns, column)
		if renamed {
			if c.file.Headers == nil {
				c.file.Headers = map[export.Column]string{}
			}
			c.file.Headers[column] = name
		}
	}
	if c.file.ExtraKeys, err = sessions.NewExtraKeys(cli.List(extra)...); err != nil {
		return cli.Usagef("-extra: %w", err)
	}
	return nil
}

// parseFields reads the fields of a flag with that name.
func parseFields(name, text string) (fields sessions.Fields, err error) {
	for _, part := range cli.List(text) {
		var f sessions.Field
		if err := f.UnmarshalText([]byte(part)); err != nil {
			return 0, cli.Usagef("-%s: %w", name, err)
		}
		fields = fields.Union(sessions.FieldsOf(f))
	}
	return fields, nil
}
