package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/keys"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// Search keys have a version, and a company may have keys of several versions: after the host has
// moved on to a release of this package with other keys, and perhaps while the release before still
// writes beside it.
//
// A segment states the version of its words, and its living places belong to rows with keys of that
// version. A company states the version that all of its rows and segments have. Every writer of
// another version sets that to 0, so that nobody trusts a key that another release may have
// written. Keys are rebuilt under a claim, see newClaim.
//
// A reader trusts no words of another version. It compares those sessions in Go, by their stored
// texts, which is slower but correct.

// isOurs reports whether the words of a segment are of the version that this package makes.
func isOurs(k *keys.Keys, s *segment.Segment) bool { return s.SearchKey == k.Version }

// wordless returns the columns without the search key, which may be of another version.
func wordless(c filter.Columns) filter.Columns {
	c.SearchKey = filter.Column{}
	return c
}

// distrust marks a selection as one to be compared in Go, if it has a search and the company has
// search keys of another version. From then on its condition in SQL leaves out the search, and
// selects more.
func (sel *selection) distrust(c conn, d *directory) (err error) {
	if d.keys == c.keys.Version || d.total == 0 {
		return nil
	}
	inSQL, rest := sel.filter.Split(wordless(c.engine.Columns))
	if sel.distrusts = !rest.IsZero(); !sel.distrusts {
		return nil
	}
	sel.condition.Text, sel.condition.Args, err = filter.SQL(sel.company, inSQL, c.engine.Dialect, c.engine.Columns).ToSql()
	return err
}

// has reports whether a session that the condition selects belongs to the selection.
func (sel *selection) has(s *sessions.Session) bool {
	return !sel.distrusts || sel.filter.Match(s)
}

// rekeyedRows is how many rows get another key while their company is held once.
const rekeyedRows = 128

// rekeying is the search key that the row with a change number should have.
type rekeying struct {
	change int64
	key    string
}

// keysFor returns the keys that the rows of some sessions should have.
func (c conn) keysFor(list []found) []rekeying {
	due := make([]rekeying, len(list))
	for i, f := range list {
		due[i] = rekeying{f.change, string(c.keys.Of(f.session))}
	}
	return due
}

// keysOf returns the keys that the rows with the given change numbers should have.
func (c conn) keysOf(ctx context.Context, company string, changes []int64) (due []rekeying, err error) {
	err = c.eachOf(ctx, company, changes, anyOf(company), func(f found) {
		due = append(due, rekeying{f.change, string(c.keys.Of(f.session))})
	})
	return due, err
}

// otherKeys returns those keys whose rows have another one. It leaves out rows that have changed
// since.
func (c conn) otherKeys(ctx context.Context, company string, list []rekeying) (other []rekeying, err error) {
	for part := range slices.Chunk(list, mostLookedUpSessions) {
		changes := make([]int64, len(part))
		for i, r := range part {
			changes[i] = r.change
		}
		stored, err := c.textsOf(ctx, c.engine.KeysOf, company, changes)
		if err != nil {
			return nil, err
		}
		for _, r := range part {
			if key, ok := stored[r.change]; ok && key != r.key {
				other = append(other, r)
			}
		}
	}
	return other, nil
}

// setKeys writes keys to rows that have not changed since. The company has to be held:
// otherwise it would lock rows in another order than other writers do, and deadlock with them again
// and again.
func (c conn) setKeys(ctx context.Context, company string, list []rekeying) error {
	for part := range slices.Chunk(list, rekeyedRows) {
		changes := make([]int64, len(part))
		pairs := make([]any, 0, 2*len(part))
		for i, r := range part {
			changes[i] = r.change
			pairs = append(pairs, r.change, r.key)
		}
		args := engine.Args{"company": company, "key": engine.Cases("changed_seq", pairs), "changes": c.engine.Numbers("changed_seq", changes)}
		if err := c.exec(ctx, c.engine.SetKeys, args); err != nil {
			return err
		}
	}
	return nil
}

// A claim keeps two versions from rebuilding the keys of the same rows at once, each overwriting
// what the other wrote. It is stored in place of the version, in the company's row for the tail and
// in a segment's row for its sessions, and is below 0: nobody trusts those keys. A process that
// finds a claim of another version replaces it, and the other process notices. A process joins a
// claim of its own version: it may be left over from a process that was killed, or be that of one
// at work.

// newClaim returns a new claim of a version. Its random part tells it from other claims.
func newClaim(version int64) int64 { return -(version<<32 | rand.Int64N(1<<32)) } //nolint:gosec // no secret

// claimant returns the version that made a claim, or 0 if the number is not a claim.
func claimant(claim int64) int64 { return max(0, -claim) >> 32 }

// claim claims the rows of a plan for this version. The company is held, and now is its row.
func (c conn) claim(ctx context.Context, company string, p *plan, now *state) error {
	found := p.directory.keys
	if !p.tail {
		found = p.inputs[0].SearchKey
	}
	// Join a claim of this version. Several segments may have different claims, so replace those.
	if p.claim = found; claimant(found) == c.keys.Version && len(p.inputs) < 2 {
		return c.requireInputs(ctx, company, p, now, true)
	}
	p.claim = newClaim(c.keys.Version)
	if err := c.requireInputs(ctx, company, p, now, false); err != nil {
		return err
	}
	if p.tail {
		now.keys = p.claim
		return c.exec(ctx, c.engine.SetSearchKey, engine.Args{"company": company, "search_key": p.claim})
	}
	if err := c.exec(ctx, c.engine.UnsetSearchKey, engine.Args{"company": company, "search_key": 0}); err != nil {
		return err
	}
	return c.exec(ctx, c.engine.ClaimSegments, engine.Args{"company": company, "segments": c.inputs(p), "search_key": p.claim})
}

// rekey claims the rows of a plan, and writes keys to them, some at a time. It does not hold the
// company between two parts. If wait is false and others hold the company, it returns errHeld.
func (b *Backend) rekey(ctx context.Context, op, company string, p *plan, wait bool) error {
	if !p.mixed {
		return nil
	}
	while := func(do func(c conn, now *state) error) error {
		return b.inUpkeep(ctx, op, company, wait, func(c conn) error {
			now, err := c.holdFree(ctx, company, wait)
			if err != nil {
				return err
			}
			return do(c, &now)
		})
	}
	err := while(func(c conn, now *state) error { return c.claim(ctx, company, p, now) })
	if err != nil {
		return err
	}
	// Another version may have written its keys to rows that had the right ones, up to the claim.
	// So compare the rows again.
	var other []rekeying
	err = b.using(ctx, op, func(c conn) (err error) {
		other, err = c.otherKeys(ctx, company, p.rekey)
		return err
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(other, rekeyedRows) {
		err := while(func(c conn, now *state) error {
			if err := c.requireInputs(ctx, company, p, now, true); err != nil {
				return err
			}
			return c.setKeys(ctx, company, part)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eachOfTail calls do with the numbers of the last changes of sessions that come after the number
// change and not after last, some at a time, until do returns false.
func (c conn) eachOfTail(ctx context.Context, company string, change, last int64, do func(changes []int64) (more bool, err error)) error {
	for {
		keys, err := c.tailKeys(ctx, company, change, last, mostLookedUpSessions)
		if err != nil || len(keys) == 0 {
			return err
		}
		if more, err := do(changesOf(keys)); err != nil || !more {
			return err
		}
		change = keys[len(keys)-1].change
	}
}

// settle brings the keys of the tail to this package's version, and sets the company's version, if
// all of its segments have that version. Then later calls have nothing to do.
func (b *Backend) settle(ctx context.Context, company string) error {
	const op = "pack"
	isDue := func(c conn) (d directory, due bool, err error) {
		d, err = c.directory(ctx, company)
		return d, d.keys != b.keys.Version && d.total > 0 && b.allOurs(&d), err
	}
	// Look without holding the company first: there is seldom anything to do.
	due := false
	err := b.inSnapshot(ctx, op, func(c conn) (err error) {
		_, due, err = isDue(c)
		return err
	})
	if err != nil || !due {
		return err
	}
	err = b.inUpkeep(ctx, op, company, true, func(c conn) error {
		if _, err := c.holdCompany(ctx, c.engine.HoldCompany, company); err != nil {
			return err
		}
		// Others may have done it before the company was held.
		d, due, err := isDue(c)
		if err != nil || !due {
			return err
		}
		err = c.eachOfTail(ctx, company, d.packed, d.seq, func(changes []int64) (bool, error) {
			due, err := c.keysOf(ctx, company, changes)
			if err != nil {
				return false, err
			}
			other, err := c.otherKeys(ctx, company, due)
			if err != nil {
				return false, err
			}
			return true, c.setKeys(ctx, company, other)
		})
		if err != nil {
			return err
		}
		return c.exec(ctx, c.engine.SetSearchKey, engine.Args{"company": company, "search_key": b.keys.Version})
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// allOurs reports whether all segments have words of this package's version.
func (b *Backend) allOurs(d *directory) bool {
	return !slices.ContainsFunc(d.segments, func(s *segment.Segment) bool { return !isOurs(b.keys, s) })
}

// verifyKeys compares the search keys of rows with those that they should have.
func (c conn) verifyKeys(ctx context.Context, company string, list []rekeying) error {
	other, err := c.otherKeys(ctx, company, list)
	if err == nil && len(other) > 0 {
		err = fmt.Errorf("%w: %d rows whose search keys are of other texts", ErrDamaged, len(other))
	}
	return err
}

// packAll packs companies with a long tail that no writer is about to pack: those of schemas that
// had no segments, and those that were loaded by other means than Insert. It rebuilds the search
// keys if that takes no more than reading the tail. Segments with other keys are left to Maintain,
// since that may take long: a process that migrates waits before it serves.
func (b *Backend) packAll(ctx context.Context) error {
	var due []string
	err := b.using(ctx, "pack", func(c conn) error {
		return c.rows(ctx, c.engine.Unpacked, engine.Args{"tail": 2 * b.tailMost(), "search_key": b.keys.Version}, func(rows *sql.Rows) error {
			var company string
			if err := rows.Scan(&company); err != nil {
				return failed(ctx, c.op, err)
			}
			due = append(due, company)
			return nil
		})
	})
	if err != nil {
		return err
	}
	return b.maintainAll(ctx, due, nil)
}
