// Export writes a company's sessions to a CSV file, from a database of package sqlstore on any of the three engines.
//
//	go -C examples run ./export -dsn sqlite:kyc.db -company acme -status failed -from 2026-05-01 -out failed.csv
//	go -C examples run ./export -dsn sqlite:kyc.db -company acme -status failed -from 2026-05-01 -out failed.csv -resume
//	go -C examples run ./export -verify failed.csv
//	go -C examples run ./export -help
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/export"
)

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
	exitRestart = 3 // what was begun cannot be resumed
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stdout)
	switch {
	case err != nil:
	case c.verify != "":
		err = verify(c.verify, stdout)
	default:
		err = write(ctx, c, stdout, stderr)
	}
	hint, code := "", exitFailure
	var usage *usageError
	switch {
	case err == nil || errors.Is(err, errHelp):
		return exitOK
	case errors.As(err, &usage):
		hint, code = "\nexport -help shows the flags", exitUsage
	case errors.Is(err, export.ErrResume):
		hint, code = "\nwithout -resume the export starts again", exitRestart
	case c.resumable():
		hint = "\n-resume goes on from where it stopped"
	}
	_, _ = fmt.Fprintf(stderr, "export: %s%s\n", strings.TrimPrefix(engine.Explain(err).Error(), "export: "), hint)
	return code
}
