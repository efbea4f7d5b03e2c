// Export writes a company's sessions to a CSV file, from a database of package sqlstore on any of
// the three engines.
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
	"strings"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/export/file"
)

const exitRestart = 3 // what was begun cannot be resumed

func main() { cli.Main(run) }

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
	hint, code := "", cli.ExitFailure
	var usage *cli.UsageError
	switch {
	case err == nil || errors.Is(err, cli.ErrHelp):
		return cli.ExitOK
	case errors.As(err, &usage):
		hint, code = "\nexport -help shows the flags", cli.ExitUsage
	case errors.Is(err, file.ErrResume):
		hint, code = "\nwithout -resume the export starts again", exitRestart
	case c.resumable():
		hint = "\n-resume goes on from where it stopped"
	}
	said := engine.Explain(err).Error()
	for _, name := range []string{"export: ", "file: "} {
		said = strings.TrimPrefix(said, name)
	}
	_, _ = fmt.Fprintf(stderr, "export: %s%s\n", said, hint)
	return code
}
