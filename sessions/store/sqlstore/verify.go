package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/engine"
	"github.com/kvalifika/sessionkit/sessions/store/sqlstore/internal/segment"
)

// Verify compares everything that is stored of a company in one snapshot: the number of its
// sessions, the places and postings of its segments, and the words that dead places still have. If
// something differs, it returns an error that wraps [ErrDamaged]. If a segment is damaged, it is a
// [*DamageError] that names the segment. Verify reads all sessions, and takes about as long as
// packing them did.
func (b *Backend) Verify(ctx context.Context, company string) (err error) {
	ctx, w := b.watch(ctx, "verify", company)
	defer w.End(&err)
	if err := b.ready(ctx, company); err != nil {
		return err
	}
	return b.inSnapshot(ctx, "verify", func(c conn) error {
		d, err := c.directory(ctx, company)
		if err != nil {
			return err
		}
		var total, packed, ahead, living, orphans, undead int64
		err = c.first(ctx, c.engine.Totals, engine.Args{"company": company, "packed": d.packed, "seq": d.seq}, &total, &packed, &ahead)
		if err != nil {
			return err
		}
		for _, s := range d.segments {
			n, err := c.verify(ctx, company, s, &d)
			if err != nil {
				return err
			}
			living += int64(n)
		}
		// While search keys are rebuilt, the tail may have some of several versions.
		if d.keys == b.keys.Version {
			err := c.eachOfTail(ctx, company, d.packed, d.seq, func(changes []int64) (bool, error) {
				due, err := c.keysOf(ctx, company, changes)
				if err != nil {
					return false, err
				}
				return true, c.verifyKeys(ctx, company, due)
			})
			if err != nil {
				return err
			}
		}
		err = c.first(ctx, c.engine.Orphans, engine.Args{"company": company}, &orphans)
		if err == nil {
			err = c.first(ctx, c.engine.Undead, engine.Args{"company": company, "now_us": time.Now().UnixMicro()}, &undead)
		}
		switch {
		case err != nil:
			return err
		case total != d.total:
			return fmt.Errorf("%w: %d sessions, where %d are counted", ErrDamaged, total, d.total)
		case ahead != 0:
			// No search looks for them: the company's row was set back.
			return fmt.Errorf("%w: %d sessions that have changed behind the last change of their company", ErrDamaged, ahead)
		case packed != living:
			// All places belong to different sessions, so equal numbers mean that no session is
			// without one.
			return fmt.Errorf("%w: %d packed sessions, where segments have %d", ErrDamaged, packed, living)
		case undead != 0:
			return fmt.Errorf("%w: %d sessions that were purged", ErrDamaged, undead)
		case orphans != 0:
			return fmt.Errorf("%w: %d blocks of no segment", ErrDamaged, orphans)
		}
		return nil
	})
}

// verify verifies one segment, and returns the number of its living positions.
func (c conn) verify(ctx context.Context, company string, s *segment.Segment, d *directory) (living int, err error) {
	if err := c.reader(company, s).put(ctx, c.engine.AllBlocks, engine.Args{"company": company, "segment": s.Number, "lock": engine.Part{}}); err != nil {
		return 0, err
	}
	if err := d.checkDead([]*segment.Segment{s}); err != nil {
		return 0, err
	}
	dead := s.Dead()
	places := make([]segment.Place, s.N)
	var changes, created []int64
	for i := range s.N {
		p, err := s.Place(i)
		if err != nil {
			return 0, err
		}
		if places[i] = p; dead.Has(i) {
			created = append(created, p.Created)
		} else {
			changes = append(changes, p.Change)
		}
	}
	// A dead place does not say which session it belonged to: its words may be those of any session
	// with its creation time.
	ghosts, err := c.ghosts(ctx, company, created)
	if err != nil {
		return 0, err
	}
	if places[0].Created != s.Oldest || places[s.N-1].Created != s.Newest {
		return 0, s.Damaged("description")
	}
	v := verification{conn: c, company: company, segment: s, ours: isOurs(c.keys, s), unread: changes, atOnce: mostLookedUpSessions, last: position{us: s.Oldest}}
	var broken error
	// Only some sessions are held at once, since the places are asked for in their order.
	sessionsAt := func(i int) []*sessions.Session {
		if dead.Has(i) {
			return ghosts[places[i].Created]
		}
		if broken == nil {
			var one *sessions.Session
			if one, broken = v.living(ctx, places[i], d.packed); broken == nil {
				return []*sessions.Session{c.keys.As(one)}
			}
		}
		return nil
	}
	if v.ours {
		err = s.Verify(sessionsAt)
		return len(changes), cmp.Or(broken, err)
	}
	// The words of another version are not known here.
	for i := range places {
		sessionsAt(i)
	}
	return len(changes), broken
}

// verification is the comparison of a segment's living places with their sessions.
type verification struct {
	conn
	company string
	segment *segment.Segment
	ours    bool // the segment has words of this package's version

	read   map[int64]*sessions.Session // by the number of the last change
	unread []int64                     // numbers of the last changes, in the order of the places
	atOnce int                         // how many of them are read next, as firstOf does
	last   position                    // of the place before
}

// living returns the session of the next living place, after checking both, and the search key of
// the session's row.
func (v *verification) living(ctx context.Context, p segment.Place, packed int64) (*sessions.Session, error) {
	if v.read[p.Change] == nil && len(v.unread) > 0 {
		list, n, err := v.firstOf(ctx, v.company, v.unread, anyOf(v.company), &v.atOnce)
		if err == nil && v.ours {
			err = v.verifyKeys(ctx, v.company, v.keysFor(list))
		}
		if err != nil {
			return nil, err
		}
		v.read, v.unread = byChange(list), v.unread[n:]
	}
	one := v.read[p.Change]
	// A living place is of a packed session, at its last change.
	if one == nil || p.Change > packed {
		return nil, v.segment.Damaged("places")
	}
	at := (found{session: one}).position()
	if at.us != p.Created || p.ID != "" && p.ID != at.id || at.after(v.last) || at == v.last {
		return nil, v.segment.Damaged("places")
	}
	v.last = at
	return one, nil
}

// ghosts reads the sessions that were created at some instants. They have only the texts that a
// dead place may have words of, and the sex, as they are in this version.
func (c conn) ghosts(ctx context.Context, company string, instants []int64) (map[int64][]*sessions.Session, error) {
	at := map[int64][]*sessions.Session{}
	slices.Sort(instants)
	for part := range slices.Chunk(slices.Compact(instants), mostLookedUpSessions) {
		err := c.each(ctx, c.engine.SessionsAt, engine.Args{"company": company, "instants": c.engine.Instants(part)}, company, func(f found) {
			us := f.session.CreatedAt.UnixMicro()
			at[us] = append(at[us], c.keys.As(segment.Texts(f.session)))
		})
		if err != nil {
			return nil, err
		}
	}
	return at, nil
}
