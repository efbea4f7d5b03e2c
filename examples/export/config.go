package main

import (
	"flag"
	"io"
	"os"
	"strings"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

const intro = `Writes a company's sessions to a CSV file or a workbook, or checks a file against its manifest.

    export -dsn sqlite:kyc.db -company acme -out all.csv
    export -dsn "$DSN" -company acme -search "gior 0100" -status failed -failed-for low_far -match-level 3,4 -out found.csv
    export -dsn "$DSN" -company acme -from 2026-05-01 -to 2026-05-31 -columns "Session ID,First Name=Name,Verified" -out may.csv
    export -dsn "$DSN" -company acme -out all.csv -resume       go on after a crash, a full disk or a lost connection
    export -dsn "$DSN" -company acme -format xlsx -out all.xlsx
    export -dsn "$DSN" -company acme -format rfc4180 -out - | gzip > all.csv.gz
    export -verify all.csv                                      needs the manifest beside it

Exit codes: 0 done, 1 failed or interrupted, 2 wrong usage, 3 cannot be resumed.

`

// config is what the flags say.
type config struct {
	dsn    string
	viewer store.Viewer
	filter filter.Filter

	out      string // "-" is standard output
	resume   bool
	workbook bool
	file     file.Options

	verify string
}

// resumable reports whether something may have been begun.
func (c *config) resumable() bool {
	if c == nil || c.out == "" {
		return false
	}
	return file.Begun(c.out)
}

// parse reads the arguments. Help goes to out.
func parse(args []string, out io.Writer) (*config, error) {
	c := &config{}
	var selected cli.Selection
	var format, separator, columns, extra, mask, drop string
	var force bool
	fs := flag.NewFlagSet("export", flag.ContinueOnError)
	fs.StringVar(&c.dsn, "dsn", "", "`database`: "+engine.Usage)
	fs.StringVar(&c.viewer.Company, "company", "", "`company` whose sessions are exported")
	fs.StringVar(&c.viewer.Subject, "asked-by", "", "who asks, for the manifest")
	fs.IntVar(&c.viewer.ExportLimit, "limit", 0, "refuse to export more `sessions` than these (0: any number)")

	selected.Flags(fs)

	fs.StringVar(&c.out, "out", "", "`file` to write; - is standard output")
	fs.BoolVar(&force, "force", false, "replace the file if it exists")
	fs.BoolVar(&c.resume, "resume", false, "go on with an export that was cut off; the other flags must be the same")
	fs.StringVar(&format, "format", "excel_csv", "excel_csv (CSV for Excel), rfc4180 (CSV for import) or xlsx, a workbook")
	fs.StringVar(&separator, "separator", ",", "comma, semicolon, tab or bar")
	fs.StringVar(&columns, "columns", "", "`columns` by their headers, Status and Reasons too; HEADER=NAME renames (default: all 24)")
	fs.StringVar(&extra, "extra", "", "extra fields that get columns of their own, by their `keys`")
	fs.StringVar(&c.file.TimeLayout, "time-layout", "", "`layout` of times, in Go's words, such as \"02.01.2006 15:04\"")
	fs.StringVar(&mask, "mask", "", "`fields` whose content is hidden, such as personal_number")
	fs.StringVar(&drop, "drop", "", "`fields` that are left out")
	fs.Int64Var(&c.file.RowsPerFile, "split", 0, "begin a further file after so many `rows`")
	fs.Int64Var(&c.file.BlockBytes, "block", 0, "`bytes` between two points from which an export can go on (0: 4 MiB)")
	fs.BoolVar(&c.file.Manifest, "manifest", true, "write a manifest beside the file")
	fs.BoolVar(&c.file.Gzip, "gzip", false, "compress the file")

	fs.StringVar(&c.verify, "verify", "", "check this `file` against the manifest beside it")
	if err := cli.Parse(fs, args, intro, out); err != nil {
		return nil, err
	}
	switch {
	case c.verify != "":
		return c, nil
	case c.dsn == "", c.out == "":
		return nil, cli.Usagef("-dsn and -out are needed")
	case c.viewer.Company == "":
		return nil, cli.Usagef("-company: %w", store.ErrNoCompany)
	}
	c.workbook = format == "xlsx"
	if (c.workbook || c.out == "-") && (c.resume || c.file.RowsPerFile > 0 || c.file.Gzip) {
		return nil, cli.Usagef("-resume, -split and -gzip are for CSV files")
	}
	if _, err := os.Lstat(c.out); err == nil && c.out != "-" && !force && !c.resume {
		return nil, cli.Usagef("-out: the file exists; -force replaces it")
	}
	c.viewer.Role = sessions.Agent
	var err error
	if c.file.Zone, err = selected.Zone(); err != nil {
		return nil, err
	}
	if !c.workbook {
		if err := c.file.Format.UnmarshalText([]byte(format)); err != nil {
			return nil, cli.Usagef("-format: %w", err)
		}
		if runes := []rune(separator); len(runes) == 1 {
			c.file.Comma = runes[0]
		} else {
			return nil, cli.Usagef("-separator: not one character")
		}
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
	c.filter, err = selected.Filter(c.file.Zone)
	return c, err
}

func (c *config) columns(columns, extra string) (err error) {
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
