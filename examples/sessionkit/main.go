// Sessionkit is the command-line tool for the tables of package sqlstore, on any of its engines. It
// creates and checks the tables, and imports, exports, shows and removes sessions.
//
//	go -C examples run ./sessionkit help
//	go -C examples run ./sessionkit migrate -dsn sqlite:kyc.db
//	go -C examples run ./sessionkit import -dsn sqlite:kyc.db -generate 100000
//	go -C examples run ./sessionkit list -dsn sqlite:kyc.db -company acme -search "gior 0100"
//	go -C examples run ./sessionkit export -dsn sqlite:kyc.db -company acme -out acme.csv
//	go -C examples run ./sessionkit check -dsn sqlite:kyc.db -company acme
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/export"
	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// The exit codes in addition to those of package cli.
const (
	exitRestart = 3 // an operation that was begun cannot be resumed
	exitDiffers = 4 // the check has found something
)

// command is one of the tool's commands. flags adds its flags to a flag set, and returns the
// function that runs after they are parsed.
type command struct {
	name, does string
	intro      string // text of its help before the flags
	flags      func(*flag.FlagSet) func(context.Context, *terminal) error
}

// commands returns the commands in the order of the help.
func commands() []command {
	return []command{
		{"migrate", "create or upgrade the tables", "", migrateFlags},
		{"status", "list the migrations of the tables, and say whether this program can use them", "", statusFlags},
		{"import", "store the sessions of a CSV file, of another database or of a generator", importIntro, importFlags},
		{"export", "write a company's sessions to a CSV file or a workbook", exportIntro, exportFlags},
		{"list", "print pages of a company's sessions, newest first", "    DATE  FIRST NAME  LAST NAME  PERSONAL NUMBER  DOCUMENT TYPE  STATUS  LIVENESS  ID\n\n", listFlags},
		{"get", "print one session", "", getFlags},
		{"purge", "remove sessions", purgeIntro, purgeFlags},
		{"redact", "remove the person from one session, and keep the session", "", redactFlags},
		{"check", "check the stored data of a company, compare it with another database, or check an exported file", checkIntro, checkFlags},
	}
}

func main() { cli.Main(run) }

// run runs the program and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	t := &terminal{stdout: stdout, stderr: stderr}
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	err := cli.Usagef("no such command")
	if name == "help" || name == "-help" || name == "--help" || name == "-h" {
		t.printf("%s", usage())
		err = t.unprinted
	}
	for _, c := range commands() {
		if c.name == name {
			err = c.run(ctx, t, args)
		}
	}
	code, hint := cli.ExitFailure, ""
	var usage *cli.UsageError
	var begun *begunError
	switch {
	case err == nil || errors.Is(err, cli.ErrHelp):
		return cli.ExitOK
	case errors.As(err, &usage), errors.Is(err, store.ErrLimit), errors.Is(err, store.ErrCursor), errors.Is(err, export.ErrOptions):
		hint, code = "\nRun sessionkit help for the commands, sessionkit COMMAND -help for their flags.", cli.ExitUsage
	case errors.Is(err, file.ErrResume):
		hint, code = "\nwithout -resume the export starts again", exitRestart
	case errors.Is(err, errState):
		code = exitRestart
	case errors.Is(err, errDiffers):
		code = exitDiffers
	case errors.As(err, &begun):
		hint = "\n" + begun.hint
	}
	if code == cli.ExitFailure && ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = fmt.Errorf("interrupted: %w", err)
	}
	said := engine.Explain(err).Error()
	// The program's name comes before the message: another prefix says nothing more.
	for _, prefix := range []string{"export: ", "file: "} {
		said = strings.TrimPrefix(said, prefix)
	}
	_, _ = fmt.Fprintf(stderr, "sessionkit: %s%s\n", said, hint)
	return code
}

// run parses the flags of the command and runs it.
func (c command) run(ctx context.Context, t *terminal, args []string) error {
	fs := flag.NewFlagSet("sessionkit "+c.name, flag.ContinueOnError)
	fs.BoolVar(&t.json, "json", false, "print JSON, one object per line, to standard output")
	do := c.flags(fs)
	intro := c.does + ".\n\n" + c.intro
	if err := cli.Parse(fs, args, strings.ToUpper(intro[:1])+intro[1:], t.stdout); err != nil {
		return err
	}
	if err := do(ctx, t); err != nil {
		return err
	}
	return t.unprinted
}

// usage returns the help of the program.
func usage() string {
	var b strings.Builder
	b.WriteString("A tool for the tables of package sqlstore.\n\n")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(&b, "    sessionkit %-8s %s\n", c.name, c.does)
	}
	b.WriteString("\nsessionkit COMMAND -help shows the flags of a command. A -dsn is " + engine.Usage + ".\n" +
		"Exit codes: 0 done, 1 failed or interrupted, 2 wrong usage, 3 cannot be resumed, 4 a check has found something.\n")
	return b.String()
}

// begunError is a failure that leaves unfinished work behind, with a hint how to continue it.
type begunError struct {
	error
	hint string
}

// Unwrap returns the failure.
func (e *begunError) Unwrap() error { return e.error }

// terminal prints the result of a command to standard output, and everything else to standard
// error.
type terminal struct {
	stdout, stderr io.Writer
	json           bool
	// unprinted is the first failure to print, which the program returns: a pipe may be closed.
	unprinted error
}

// printf prints a part of the result, unless printing has failed before.
func (t *terminal) printf(format string, args ...any) {
	if t.unprinted == nil {
		_, t.unprinted = fmt.Fprintf(t.stdout, format, args...)
	}
}

// tell prints a message that is not part of the result.
func (t *terminal) tell(format string, args ...any) { _, _ = fmt.Fprintf(t.stderr, format, args...) }

// result prints v as JSON, or otherwise the text.
func (t *terminal) result(v any, format string, args ...any) {
	if !t.json {
		t.printf(format, args...)
		return
	}
	text, err := json.Marshal(v)
	if err != nil && t.unprinted == nil {
		t.unprinted = err
	}
	t.printf("%s\n", text)
}

// database is the flag -dsn of a command.
type database struct{ dsn string }

func (d *database) flags(fs *flag.FlagSet) {
	fs.StringVar(&d.dsn, "dsn", "", "`database`: "+engine.Usage)
}

// open opens the database with one of the functions of package engine, and closes it after do.
func (d *database) open(kind opening, do func(*backend) error) (err error) {
	if d.dsn == "" {
		return cli.Usagef("-dsn is needed")
	}
	db, dialect, err := kind(d.dsn)
	if err != nil {
		return cli.Usagef("-dsn: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(&backend{sqlstore.New(db, dialect), db, dialect})
}

// company is the flag -company of a command.
type company struct{ viewer store.Viewer }

func (c *company) flags(fs *flag.FlagSet) {
	fs.StringVar(&c.viewer.Company, "company", "", "`company` that owns the sessions")
	fs.StringVar(&c.viewer.Subject, "asked-by", "", "key of the person who asks, for manifests and the audit trail")
}

// check returns an error if no company is given.
func (c *company) check() error {
	if c.viewer.Company == "" {
		return cli.Usagef("-company: %w", store.ErrNoCompany)
	}
	return nil
}

// selected returns the filter of the flags.
func selected(s *cli.Selection) (filter.Filter, error) {
	zone, err := s.Zone()
	if err != nil {
		return filter.Filter{}, err
	}
	return s.Filter(zone)
}
