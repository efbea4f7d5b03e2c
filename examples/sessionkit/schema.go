package main

import (
	"context"
	"database/sql"
	"flag"
	"time"

	"github.com/kvalifika/sessionkit/examples/internal/engine"
	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore"
)

// backend is an open database.
type backend struct {
	*sqlstore.Backend
	db      *sql.DB
	dialect filter.Dialect
}

// opening is a function that opens a database, such as engine.Open.
type opening func(dsn string) (*sql.DB, filter.Dialect, error)

var (
	_ opening = engine.Open
	_ opening = engine.OpenExisting
	_ opening = engine.OpenToWrite
)

// migrateFlags defines the command migrate.
func migrateFlags(fs *flag.FlagSet) func(context.Context, *terminal) error {
	var d database
	d.flags(fs)
	return func(ctx context.Context, t *terminal) error {
		return d.open(engine.Open, func(b *backend) error {
			if err := sqlstore.Migrate(ctx, b.db, b.dialect); err != nil {
				return err
			}
			return printStatus(ctx, t, b)
		})
	}
}

// statusFlags defines the command status.
func statusFlags(fs *flag.FlagSet) func(context.Context, *terminal) error {
	var d database
	d.flags(fs)
	return func(ctx context.Context, t *terminal) error {
		return d.open(engine.OpenExisting, func(b *backend) error {
			if err := printStatus(ctx, t, b); err != nil {
				return err
			}
			return b.Check(ctx)
		})
	}
}

// printStatus prints the migrations, also if reading them fails halfway.
func printStatus(ctx context.Context, t *terminal, b *backend) error {
	list, err := sqlstore.Status(ctx, b.db, b.dialect)
	for _, m := range list {
		said := "pending"
		if m.Applied {
			said = "applied " + m.AppliedAt.Format(time.DateTime)
		}
		t.result(struct {
			Version int64      `json:"version"`
			Name    string     `json:"name"`
			Applied bool       `json:"applied"`
			At      *time.Time `json:"applied_at,omitempty"`
		}{m.Version, m.Name, m.Applied, instant(m.AppliedAt)}, "%4d  %-20s %s\n", m.Version, m.Name, said)
	}
	return err
}

// instant returns the time for JSON, nil for the zero time.
func instant(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
