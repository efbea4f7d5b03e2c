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

// state is the state of the database and of a company at one moment.
type state struct {
	history string // the history that change numbers belong to
	seq     int64  // number of the company's latest change, or 0
	total   int64  // sessions of the company
	// A session whose last change has this number or a lower one has its place in a segment. All
	// others are the tail.
	packed int64
	purged int64 // number of the latest purge
	forgot int64 // number of the latest change that removed words from segments
	// Version of the search keys of all rows and segments. If it is 0 they have several versions;
	// if it is below 0 there is also a claim, see newClaim.
	keys int64
}

// state reads a company's state. Every reader begins with it, and so notices if the schema has
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

// watermark returns a watermark: a company's change number and the history that the number belongs
// to, with a checksum over both and the company. So another company's watermark is noticed.
func (s state) watermark(company string) store.Watermark { return watermark(company, s.history, s.seq) }

func watermark(company, history string, seq int64) store.Watermark {
	moment := history + "." + strconv.FormatInt(seq, 36)
	return store.Watermark(fmt.Sprintf("2.%s.%08x", moment, crc32.ChecksumIEEE([]byte(moment+" "+company))))
}

// since returns the number of a watermark. The watermark has to be from this state's past: of the
// same history, not ahead of the state, and not from before a purge.
func (s state) since(company string, w store.Watermark) (int64, error) {
	parts := strings.Split(string(w), ".")
	if len(parts) != 4 {
		return 0, store.ErrWatermark
	}
	seq, err := strconv.ParseInt(parts[2], 36, 64)
	// Compare the whole text: this checks the checksum, and refuses other forms of the number.
	if err != nil || watermark(company, s.history, seq) != w || seq > s.seq || seq < s.purged {
		return 0, store.ErrWatermark
	}
	return seq, nil
}

// NewHistory makes the Backend refuse all older watermarks, with [store.ErrWatermark], so that
// their holders read the list again. Call it once whenever the database may have lost commits,
// before anything is written to it: after it was restored from a backup, set back to a point in
// time, or failed over to a server that lagged behind. A crash can lose commits, too, if they do
// not wait for the disk: with synchronous_commit=off, innodb_flush_log_at_trx_commit other than 1,
// or SQLite's synchronous below FULL. The numbers of changes then continue from an older state, and
// mean other changes than those of the watermarks. The history, a random value beside the numbers,
// distinguishes the two.
func (b *Backend) NewHistory(ctx context.Context) (err error) {
	const op = "begin a new history"
	ctx, w := b.watch(ctx, "history", "")
	defer w.End(&err)
	// It is called seldom, so check the schema again.
	b.checked.Store(false)
	if err := b.Check(ctx); err != nil {
		return err
	}
	if err := b.canWrite(true); err != nil {
		return err
	}
	history := make([]byte, 8)
	_, _ = rand.Read(history) // Read never fails
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
// Every writer first raises the company's seq, and so locks the company's row until the transaction
// ends. Therefore changes become visible in the order of their numbers, and none can appear later
// below a number that was read.
func (b *Backend) Changes(ctx context.Context, company string, since store.Watermark, limit int) (ch store.Changes, err error) {
	const op = "changes"
	ctx, w := b.watch(ctx, op, company)
	defer w.End(&err)
	if err := b.ready(ctx, company); err != nil {
		return store.Changes{}, err
	}
	err = again(ctx, func() error {
		return b.using(ctx, op, func(c conn) (err error) {
			ch, err = b.changes(ctx, c, company, since, limit)
			return err
		})
	})
	w.Returned(len(ch.Sessions))
	return ch, err
}

// changes is Changes without its checks and retries.
func (b *Backend) changes(ctx context.Context, c conn, company string, since store.Watermark, limit int) (store.Changes, error) {
	now, err := c.state(ctx, company)
	if err != nil {
		return store.Changes{}, err
	}
	// A first call asks for the current watermark only. Its caller reads the stored sessions by
	// lists.
	if since == "" {
		return store.Changes{Next: now.watermark(company)}, nil
	}
	// The state was read before the changes. A change that commits in between has a higher number
	// than the state's. Leave it for the next call: a purge may have come before it, of which only
	// that call knows.
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
		case len(changes.Sessions) == limit:
			// The row beyond the limit only shows that there are more.
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
