// Package cli has the parts that the command-line examples share: their beginning and end, the
// flags that select sessions, and their progress bar.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"unicode"
)

// The exit codes.
const (
	ExitOK      = 0
	ExitFailure = 1
	ExitUsage   = 2
)

// ErrHelp is returned by [Parse] after it has printed the help.
var ErrHelp = errors.New("help was asked for")

// UsageError is a mistake in the arguments.
type UsageError struct{ err error }

// Error returns the mistake's message.
func (e *UsageError) Error() string { return e.err.Error() }

// Unwrap returns the mistake.
func (e *UsageError) Unwrap() error { return e.err }

// Usagef returns a [*UsageError] with the message that fmt.Errorf makes.
func Usagef(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// Main runs a program and exits with its code. The first interrupt ends the context, a second one
// the program.
func Main(run func(ctx context.Context, args []string, stdout, stderr io.Writer) int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the default handling is restored.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Parse parses the arguments, all of which must be flags. If help is asked for, it prints the
// introduction and the flags to out. Any other mistake is a [*UsageError], which does not repeat a
// value. An empty value is a mistake, too: most likely a variable of a script is not set, and a
// selection without it would be wider.
func Parse(fs *flag.FlagSet, args []string, intro string, out io.Writer) error {
	// Package flag would print the mistake as well.
	fs.SetOutput(io.Discard)
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		if _, err := fmt.Fprint(out, intro); err != nil {
			return err
		}
		fs.SetOutput(out)
		fs.PrintDefaults()
		return ErrHelp
	case err != nil:
		return misread(fs, args[:len(args)-fs.NArg()])
	case fs.NArg() > 0:
		return Usagef("%d arguments without a flag", fs.NArg())
	}
	fs.Visit(func(f *flag.Flag) {
		if strings.Trim(f.Value.String(), " ") == "" {
			err = Usagef("-%s: an empty value", f.Name)
		}
	})
	return err
}

// misread returns the error for arguments whose last one cannot be read. The error of package flag
// would repeat it, and it may be about a person.
func misread(fs *flag.FlagSet, args []string) error {
	last := len(args) - 1
	name, _, _ := strings.Cut(strings.TrimLeft(args[last], "-"), "=")
	// A value follows the name of its flag, and may begin with a dash.
	if last > 0 {
		before := strings.TrimLeft(args[last-1], "-")
		if !strings.HasPrefix(args[last], "-") || strings.HasPrefix(args[last-1], "-") && takesValue(fs.Lookup(before)) {
			name = before
		}
	}
	if fs.Lookup(name) == nil {
		return Usagef("argument %d: there is no such flag", last+1)
	}
	return Usagef("-%s: there is no value, or not one of its form", name)
}

// takesValue reports whether the argument after a flag is its value.
func takesValue(f *flag.Flag) bool {
	if f == nil {
		return false
	}
	b, isBool := f.Value.(interface{ IsBoolFlag() bool })
	return !isBool || !b.IsBoolFlag()
}

// List splits a text at commas. A blank text is an empty list.
func List(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// texts returns the values of a list.
func texts[T ~string](text string) (all []T) {
	for _, part := range List(text) {
		all = append(all, T(part))
	}
	return all
}

// Visible makes a text harmless for a terminal: a text of a document may contain escape sequences,
// line breaks or marks that reverse the direction of writing.
func Visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
