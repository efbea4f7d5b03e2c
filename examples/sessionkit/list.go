package main

import (
	"context"
	"flag"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/cli"
	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// listFlags defines the command list.
func listFlags(fs *flag.FlagSet) func(context.Context, *terminal) error {
	var d database
	var c company
	var s cli.Selection
	var limit, pages int
	var after string
	d.flags(fs)
	c.flags(fs)
	s.Flags(fs)
	fs.IntVar(&limit, "limit", 20, "sessions on a page")
	fs.IntVar(&pages, "pages", 1, "pages to print (0: all)")
	fs.StringVar(&after, "after", "", "`cursor` of the first page, as printed after the page before it")
	return func(ctx context.Context, t *terminal) error {
		if err := c.check(); err != nil {
			return err
		}
		f, err := selected(&s)
		if err != nil {
			return err
		}
		zone, err := s.Zone()
		if err != nil {
			return err
		}
		c.viewer.Role = sessions.Agent
		return d.open(engine.OpenExisting, func(b *backend) error {
			st := store.New(b, store.Options{MaxLimit: max(limit, store.DefaultMaxLimit)})
			q := store.Query{Filter: f, Limit: limit, After: store.Cursor(after)}
			for n := 1; t.unprinted == nil; n++ {
				page, err := st.List(ctx, c.viewer, q)
				if err != nil {
					return err
				}
				printPage(t, page, zone)
				if q.After = page.Next; page.Complete {
					break
				}
				if n == pages {
					t.tell("-after %s goes on\n", page.Next)
					break
				}
			}
			return nil
		})
	}
}

// printPage prints a page as a table, or as JSON.
func printPage(t *terminal, page store.Page, zone *time.Location) {
	if page.FoldsToNothing {
		t.tell("The text has no letter or digit to search for: it finds nothing.\n")
	}
	if t.json {
		for _, s := range page.Sessions {
			t.result(newView(s), "")
		}
		return
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, s := range page.Sessions {
		r := s.Row()
		cells := []string{
			r.Date.In(zone).Format(time.DateTime), r.FirstName, r.LastName, s.PersonalNumber.Display(), string(s.DocumentType), string(s.Status),
			string(r.Liveness), r.ID,
		}
		for i, cell := range cells {
			cells[i] = cli.Visible(cell)
		}
		_, _ = w.Write([]byte(strings.Join(cells, "\t") + "\n")) // a Builder returns no error
	}
	_ = w.Flush()
	t.printf("%s", b.String())
}

// getFlags defines the command get.
func getFlags(fs *flag.FlagSet) func(context.Context, *terminal) error {
	var d database
	var c company
	var id string
	d.flags(fs)
	c.flags(fs)
	fs.StringVar(&id, "id", "", "`ID` of the session")
	return func(ctx context.Context, t *terminal) error {
		if err := c.check(); err != nil {
			return err
		}
		if id == "" {
			return cli.Usagef("-id is needed")
		}
		c.viewer.Role = sessions.Agent
		return d.open(engine.OpenExisting, func(b *backend) error {
			s, err := store.New(b, store.Options{}).Get(ctx, c.viewer, id)
			if err != nil {
				return err
			}
			if t.json {
				t.result(newView(s), "")
				return nil
			}
			for _, line := range newView(s).lines() {
				t.printf("%-20s %s\n", line[0], cli.Visible(line[1]))
			}
			return nil
		})
	}
}
