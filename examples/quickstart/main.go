// Quickstart does the work of an All Sessions page on a real embedded database, and is a small tool
// for such a database.
//
// Without arguments it gives a tour: it makes a SQLite database, fills it with generated sessions,
// prints the newest page, searches letter by letter, applies each filter of the page, pages on,
// exports to CSV, reads the file back and compares.
//
//	go -C examples run ./quickstart
//	go -C examples run ./quickstart -help
package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
)

func main() { cli.Main(run) }

// run is the program. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stdout)
	if err == nil {
		a := &app{config: c, stdout: stdout, stderr: stderr}
		if err = a.run(ctx); err == nil {
			err = a.unprinted
		}
	}
	hint, code := "", cli.ExitFailure
	var usage *cli.UsageError
	switch {
	case err == nil || errors.Is(err, cli.ErrHelp):
		return cli.ExitOK
	case errors.As(err, &usage):
		hint, code = "\nquickstart -help shows the flags", cli.ExitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		err = fmt.Errorf("interrupted: %w", err)
	}
	_, _ = fmt.Fprintf(stderr, "quickstart: %v%s\n", err, hint)
	return code
}
