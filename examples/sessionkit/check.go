package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/export/file"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

const checkIntro = `    sessionkit check -dsn "$DSN" -company acme                     the search structures agree with the sessions
    sessionkit check -dsn "$DSN" -company acme -repair             and are rebuilt if they do not
    sessionkit check -dsn "$DSN" -company acme -against "$OTHER"   both databases hold the same sessions
    sessionkit check -file all.csv                                 a file agrees with the manifest beside it

`

// errDiffers is wrapped if a check finds a difference.
var errDiffers = errors.New("not the same")

// checkFlags defines the command check.
func checkFlags(fs *flag.FlagSet) func(context.Context, *terminal) error {
	var d, other database
	var c company
	var s cli.Selection
	var path string
	var repair bool
	d.flags(fs)
	c.flags(fs)
	s.Flags(fs)
	fs.StringVar(&other.dsn, "against", "", "compare with this `database`, by month")
	fs.BoolVar(&repair, "repair", false, "rebuild the search structures if they are damaged")
	fs.StringVar(&path, "file", "", "check this `file` against the manifest beside it")
	return func(ctx context.Context, t *terminal) error {
		if path != "" {
			return checkFile(t, path)
		}
		if err := c.check(); err != nil {
			return err
		}
		f, err := selected(&s)
		switch {
		case err != nil:
			return err
		case repair && other.dsn != "":
			return cli.Usagef("-repair and -against are two commands")
		case other.dsn == "" && !f.IsZero():
			return cli.Usagef("only -against can compare a selection")
		}
		opens := opening(engine.OpenExisting)
		if repair {
			opens = engine.OpenToWrite
		}
		return d.open(opens, func(b *backend) error {
			if other.dsn != "" {
				return other.open(engine.OpenExisting, func(o *backend) error {
					compared, err := store.Compare(ctx, b, o, c.viewer.Company, f)
					if err != nil {
						return err
					}
					return printComparison(t, compared)
				})
			}
			err := b.Verify(ctx, c.viewer.Company)
			switch {
			case repair && errors.Is(err, sqlstore.ErrDamaged):
				t.tell("%v\n", err)
				if err = b.Repair(ctx, c.viewer.Company); err == nil {
					t.result(map[string]bool{"repaired": true}, "repaired\n")
				}
				return err
			case errors.Is(err, sqlstore.ErrDamaged):
				return fmt.Errorf("%w: %w: -repair mends it", errDiffers, err)
			case err != nil:
				return err
			}
			n, err := b.Count(ctx, store.Selection{Company: c.viewer.Company})
			// A company without sessions is valid, too.
			if err == nil {
				t.result(map[string]any{"ok": true, "sessions": n.N}, "no differences: %d sessions\n", n.N)
			}
			return err
		})
	}
}

// printComparison prints a line for each month.
func printComparison(t *terminal, c store.Comparison) error {
	for _, m := range c.Months {
		said := "the same, SHA-256 " + m.Left.SHA256
		if m.Differing > 0 {
			said = fmt.Sprintf("%d differ", m.Differing)
		}
		month := fmt.Sprintf("%04d-%02d", m.Month.Year, m.Month.Month)
		t.result(map[string]any{
			"month": month, "left": m.Left.Sessions, "right": m.Right.Sessions, "differing": m.Differing,
			"left_sha256": m.Left.SHA256, "right_sha256": m.Right.SHA256,
		}, "%s  %9d %9d  %s\n", month, m.Left.Sessions, m.Right.Sessions, said)
	}
	if c.Months == nil {
		t.tell("neither has a session\n")
	}
	if !c.Equal() {
		return fmt.Errorf("%w: the first is %s", errDiffers, c.First)
	}
	return nil
}

// checkFile checks a file against the manifest beside it.
func checkFile(t *terminal, path string) error {
	text, err := os.ReadFile(path + file.ManifestSuffix) //nolint:gosec // the file that was asked for
	if err != nil {
		return err
	}
	var m file.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("the manifest: %w", err)
	}
	f, err := os.Open(path) //nolint:gosec // the file that was asked for
	if err != nil {
		return err
	}
	if err := errors.Join(file.Verify(f, m), f.Close()); err != nil {
		return fmt.Errorf("%w: %w", errDiffers, err)
	}
	t.result(m, "%s is as its manifest says: %d rows, %d bytes, sessions of %s as of %s\n",
		path, m.Rows, m.Bytes, m.Company, m.Snapshot.Format(time.RFC3339))
	return nil
}
