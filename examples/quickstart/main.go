// Quickstart does the work of an All Sessions page on a real embedded database, and is a small tool for such a database.
//
// Without arguments it gives a tour: it makes a SQLite database, fills it with generated sessions, prints the newest page,
// searches letter by letter, applies each filter of the page, pages on, exports to CSV, reads the file back and compares.
//
//	go -C examples run ./quickstart
//	go -C examples run ./quickstart -help
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
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
	if err == nil {
		a := &app{config: c, stdout: stdout, stderr: stderr}
		if err = a.run(ctx); err == nil {
			err = a.unprinted
		}
	}
	hint, code := "", exitFailure
	var usage *usageError
	switch {
	case err == nil || errors.Is(err, errHelp):
		return exitOK
	case errors.As(err, &usage):
		hint, code = "\nquickstart -help shows the flags", exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		err = fmt.Errorf("interrupted: %w", err)
	}
	_, _ = fmt.Fprintf(stderr, "quickstart: %v%s\n", err, hint)
	return code
}
