package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
)

// state is what the database says of itself and of a company at one moment.
type state struct {
	history string // that the numbers of changes belong to
	seq     int64  // number of the company's latest change, 0 if there is none
	total   int64  // sessions of the company
	packed  int64  // a session whose last change has this number or a lower one has its place in a segment; any other is in the tail
	purged  int64  // number of the latest purge
	forgot  int64  // number of the latest change that took words out of segments
	keys    int64  // version of the search keys of all rows and segments; 0: they have several; below 0: and there is a claim, see newClaim
}

// state reads a company's state. Every reader begins with it, and so notices when the schema has
// moved on.
func (c conn) state(ctx context.Context, company string) (now state, err error) {
	var found Version
	var seq, total, purged sql.NullInt64
	dest := []any{&found.Schema, &found.Oldest, &now.history, &seq, &total, &purged}
	err = c.first(ctx, c.engine.State, engine.Args{"company": company}, dest...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return now, c.otherSchema(ctx)
	case err != nil:
		return now, c.explain(ctx, err)
	case !found.serves():
		return now, &SchemaError{Found: found, Needed: neededVersion()}
	}
	now.seq, now.total, now.purged = seq.Int64, total.Int64, purged.Int64
	return now, nil
}

// watermark names a number of a company's changes and the history that it belongs to, with a
// checksum over all three: another company's watermark is noticed.
func (s state) watermark(company string) store.Watermark { return watermark(company, s.history, s.seq) }

func watermark(company, history string, seq int64) store.Watermark {
	moment := history + "." + strconv.FormatInt(seq, 36)
	return store.Watermark(fmt.Sprintf("2.%s.%08x", moment, crc32.ChecksumIEEE([]byte(moment+" "+company))))
}

// since returns the number of a watermark, which has to be one of this state's past: of its
// history, not ahead of it, and not from before a purge.
func (s state) since(company string, w store.Watermark) (int64, error) {
	parts := strings.Split(string(w), ".")
	if len(parts) != 4 {
		return 0, store.ErrWatermark
	}
	seq, err := strconv.ParseInt(parts[2], 36, 64)
	if err != nil || watermark(company, s.history, seq) != w || seq > s.seq || seq < s.purged {
		return 0, store.ErrWatermark
	}
	return seq, nil
}

// NewHistory makes the Backend refuse all older watermarks, with [store.ErrWatermark], so that
// their holders read the list again. Call it once whenever the database may have lost commits:
// after it was restored from a backup, set back to a point in time or failed over to a server that
// lagged behind, and before anything is written to it. A crash can do so, too, if commits do not
// wait for the disk: synchronous_commit=off, innodb_flush_log_at_trx_commit other than 1, and
// SQLite's synchronous below FULL. The numbers of changes then continue from an older state, and
// mean other changes than those of the watermarks. The history, a random value beside them, tells
// the two apart.
func (b *Backend) NewHistory(ctx context.Context) error {
	const op = "begin a new history"
	b.checked.Store(false) // it is called once in a while: look at the schema anew
	if err := b.Check(ctx); err != nil {
		return err
	}
	if err := b.canWrite(true); err != nil {
		return err
	}
	history := make([]byte, 8)
	_, _ = rand.Read(history) // it never fails
	return b.using(ctx, op, func(c conn) error {
		result, err := c.affect(ctx, c.engine.NewHistory, ofSchema(engine.Args{"history": hex.EncodeToString(history)}))
		if err != nil {
			return c.explain(ctx, err)
		}
		switch n, err := result.RowsAffected(); {
		case err != nil:
			return failed(ctx, op, err)
		case n == 0:
			return c.otherSchema(ctx)
		}
		return nil
	})
}

// Changes implements [store.Backend].
//
// Every writer raises the company's seq first and so locks its row until the transaction ends:
// changes become visible in the order of their numbers, and none can appear later below a number
// that has been read.
func (b *Backend) Changes(ctx context.Context, company string, since store.Watermark, limit int) (ch store.Changes, err error) {
	const op = "changes"
	ctx, w := b.watch(ctx, op, company)
	defer w.end(&err)
	if err := b.ready(ctx, company); err != nil {
		return store.Changes{}, err
	}
	err = again(ctx, func() error {
		return b.using(ctx, op, func(c conn) (err error) {
			ch, err = b.changes(ctx, c, company, since, limit)
			return err
		})
	})
	w.returned(len(ch.Sessions), false)
	return ch, err
}

func (b *Backend) changes(ctx context.Context, c conn, company string, since store.Watermark, limit int) (store.Changes, error) {
	now, err := c.state(ctx, company)
	if err != nil {
		return store.Changes{}, err
	}
	// A first call asks where the changes stand now; what is stored it reads by lists.
	if since == "" {
		return store.Changes{Next: now.watermark(company)}, nil
	}
	// The state was read before the changes. One that commits in between has a higher number than
	// the state's, and is left for the next call: a purge may have come before it, which only that
	// call knows of.
	last, err := now.since(company, since)
	if err != nil {
		return store.Changes{}, err
	}
	var changes store.Changes
	args := engine.Args{"company": company, "since": last, "limit": limit + 1}
	err = c.sessions(ctx, c.engine.Changes, args, company, func(s *sessions.Session, seq int64) error {
		switch {
		case seq > now.seq:
			return nil
		case len(changes.Sessions) == limit: // the one that says that there are more
			changes.More = true
			return nil
		}
		changes.Sessions = append(changes.Sessions, s.Clone())
		last = seq
		return nil
	})
	if err != nil {
		return store.Changes{}, err
	}
	changes.Next = watermark(company, now.history, last)
	return changes, nil
}
