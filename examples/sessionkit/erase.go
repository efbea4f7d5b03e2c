package main

import (
	"context"
	"flag"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

const purgeIntro = `    sessionkit purge -dsn "$DSN" -company acme -to 2021-12-31          say how many it would remove
    sessionkit purge -dsn "$DSN" -company acme -to 2021-12-31 -yes
    sessionkit purge -dsn "$DSN" -company acme -ids s-1,s-2 -keep 2160h -yes

If a purge is cut off, run it again.

`

// purgeFlags defines the command purge.
func purgeFlags(fs *flag.FlagSet) func(context.Context, *terminal) error {
	var d database
	var c company
	var s cli.Selection
	var ids string
	var keep time.Duration
	var yes bool
	d.flags(fs)
	c.flags(fs)
	s.Flags(fs)
	fs.StringVar(&ids, "ids", "", "`IDs` of sessions; with a filter, only those that it selects")
	fs.DurationVar(&keep, "keep", 0, "how long a purged ID is refused, such as 2160h (0: for ever)")
	fs.BoolVar(&yes, "yes", false, "do it; without -yes, say how many sessions it would remove")
	return func(ctx context.Context, t *terminal) error {
		f, err := selected(&s)
		if err != nil {
			return err
		}
		p := store.Purge{Company: c.viewer.Company, Filter: f, Keep: keep, IDs: cli.List(ids)}
		if err := c.check(); err != nil {
			return err
		}
		if err := p.Err(); err != nil {
			return cli.Usagef("%w", err)
		}
		c.viewer.Role, c.viewer.MayErase = sessions.MasterUser, true
		return d.open(engine.OpenToWrite, func(b *backend) error {
			st := store.New(b, store.Options{})
			if yes {
				n, err := st.Purge(ctx, c.viewer, p)
				t.result(map[string]int{"purged": n}, "%d sessions purged\n", n)
				return err
			}
			if p.IDs != nil {
				f = filter.And(f, filter.Is(sessions.FieldID, p.IDs...))
			}
			n, err := b.Count(ctx, store.Selection{Company: p.Company, Filter: f})
			if err == nil {
				t.result(map[string]int{"selected": n.N}, "%d sessions would be purged; -yes does it\n", n.N)
			}
			return err
		})
	}
}

// redactFlags defines the command redact.
func redactFlags(fs *flag.FlagSet) func(context.Context, *terminal) error {
	var d database
	var c company
	var id string
	var yes bool
	d.flags(fs)
	c.flags(fs)
	fs.StringVar(&id, "id", "", "`ID` of the session")
	fs.BoolVar(&yes, "yes", false, "do it; this cannot be undone")
	return func(ctx context.Context, t *terminal) error {
		switch err := c.check(); {
		case err != nil:
			return err
		case id == "":
			return cli.Usagef("-id is needed")
		case !yes:
			return cli.Usagef("a redaction is for good: -yes does it")
		}
		c.viewer.Role, c.viewer.MayErase = sessions.MasterUser, true
		return d.open(engine.OpenToWrite, func(b *backend) error {
			err := store.New(b, store.Options{}).Redact(ctx, c.viewer, id)
			if err == nil {
				t.result(map[string]string{"redacted": id}, "redacted\n")
			}
			return err
		})
	}
}
