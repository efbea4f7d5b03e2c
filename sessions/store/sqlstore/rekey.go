package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/searchkey"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// rekey makes the search keys anew that another folding has made, and says so in the schema once
// all are. Nobody works on the tables meanwhile: the schema says that they have the older keys. It
// goes by batches, each in a transaction of its own; called again, it reads the sessions again and
// writes those alone that it did not come to.
func (b *Backend) rekey(ctx context.Context) error {
	const op = "make the search keys anew"
	var found Version
	err := b.using(ctx, op, func(c conn) (err error) {
		found, err = c.version(ctx)
		return err
	})
	if err != nil || found.SearchKey >= searchkey.Version {
		return err
	}
	err = b.eachCompany(ctx, op, func(company string) error {
		for after, more := int64(0), true; more; {
			if err := b.locked(ctx, op, func(c conn) (err error) {
				after, more, err = c.rekeyBatch(ctx, company, after)
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.locked(ctx, op, func(c conn) error {
		return c.exec(ctx, c.engine.SetSearchKey, engine.Args{"search_key": searchkey.Version})
	})
}

// eachCompany calls do for each company, in the order of their keys.
func (b *Backend) eachCompany(ctx context.Context, op string, do func(company string) error) error {
	for company := ""; ; {
		err := b.using(ctx, op, func(c conn) error {
			return c.first(ctx, c.engine.NextCompany, engine.Args{"after": company}, &company)
		})
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		if err := do(company); err != nil {
			return err
		}
	}
}

// rekeyBatch makes the search keys of some sessions anew, in the order of their last changes, and
// returns the number of the last.
func (c conn) rekeyBatch(ctx context.Context, company string, after int64) (last int64, more bool, err error) {
	last = after
	var changes, values []any
	err = c.sessions(ctx, c.engine.Changes, engine.Args{"company": company, "since": after, "limit": batchRows}, company,
		func(s *sessions.Session, seq int64) error {
			last = seq
			changes = append(changes, seq)
			values = append(values, seq, string(searchkey.Of(s)))
			return nil
		})
	if err != nil || len(changes) == 0 {
		return last, false, err
	}
	key := engine.Cases("changed_seq", values)
	return last, len(changes) == batchRows, c.exec(ctx, c.engine.SetKeys, engine.Args{"company": company, "changes": engine.List(changes...), "key": key})
}

// packAll packs the companies of which nothing is packed yet, though there is enough of it: those
// of the schemas that had no segments, and those that were loaded by other means than Insert.
func (b *Backend) packAll(ctx context.Context) error {
	var due []string
	err := b.using(ctx, "pack", func(c conn) error {
		return c.rows(ctx, c.engine.Unpacked, engine.Args{"tail": b.tailMost()}, func(rows *sql.Rows) error {
			var company string
			if err := rows.Scan(&company); err != nil {
				return failed(ctx, c.op, err)
			}
			due = append(due, company)
			return nil
		})
	})
	for i := 0; err == nil && i < len(due); i++ {
		err = b.Maintain(ctx, due[i])
	}
	return err
}
