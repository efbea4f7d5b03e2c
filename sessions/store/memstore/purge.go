package memstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kvalifika/sessionkit/sessions"
	"github.com/kvalifika/sessionkit/sessions/store"
)

// tombstone prevents a purged ID from being stored again.
type tombstone struct{ until time.Time } // zero: for ever

func (t tombstone) isOver(now time.Time) bool { return !t.until.IsZero() && !now.Before(t.until) }

// isPurged reports whether the company refuses the ID because of a tombstone.
func (c *company) isPurged(id string) bool {
	t, ok := c.tombstones[id]
	return ok && !t.isOver(time.Now())
}

// Purge implements [store.Purger]. It removes all sessions at once.
func (b *Backend) Purge(ctx context.Context, p store.Purge) (int, error) {
	if err := p.Err(); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("memstore: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	t := tombstone{}
	if p.Keep > 0 {
		t.until = now.Add(p.Keep)
	}
	c := b.company(p.Company)
	maps.DeleteFunc(c.tombstones, func(_ string, t tombstone) bool { return t.isOver(now) })
	asked := map[string]bool{}
	for _, id := range p.IDs {
		if asked[id] = true; p.Filter.IsZero() { // also if there is no such session
			c.tombstones[id] = t
		}
	}
	before := len(c.list)
	c.list = slices.DeleteFunc(c.list, func(s *sessions.Session) bool {
		if p.IDs != nil && !asked[s.ID] || !p.Filter.Match(s) {
			return false
		}
		delete(c.byID, s.ID)
		c.tombstones[s.ID] = t
		return true
	})
	purged := before - len(c.list)
	if purged > 0 {
		c.seq++
		// c.seq was raised, so that the watermark just before the purge is refused too.
		c.purged = c.seq
	}
	return purged, nil
}
